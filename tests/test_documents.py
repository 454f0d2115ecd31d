"""A template filled for a client: what is written, what stays to the byte, what never comes along, what is refused."""

import datetime as dt
import io
import re
import zipfile

import openpyxl
import pytest
from template_files import CHART, DATA, STYLES, VOCABULARY, data, drawn, relations, sheet, spill, template

from xlalloc.documents import built, formats
from xlalloc.documents.check import check
from xlalloc.documents.fill import Filled, FitError
from xlalloc.documents.names import with_names
from xlalloc.documents.output import Output, fill
from xlalloc.documents.template import Template, TemplateError
from xlalloc.errors import InputError
from xlalloc.messages import speaking


def opened(path) -> Template:
    found = Template(path, VOCABULARY)
    check(found)
    return found


def parts(document: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def cells(document: bytes, title: str, values: bool = True) -> dict:
    book = openpyxl.load_workbook(io.BytesIO(document), data_only=values)
    return {
        c.coordinate: getattr(c.value, "text", c.value)
        for row in book[title].iter_rows()
        for c in row
        if c.value is not None
    }


REPORT = (
    f'<row r="1"><c r="A1" t="str"><f>"For "&amp;client_name</f><v>For CANARY</v></c></row>'
    f'<row r="2" ht="20">{spill("A2", "asset_names", "CANARY", 1, "A2:A4")}{spill("B2", "w_now", "5", 2, "B2:B4")}</row>'
    '<row r="3" hidden="1"><c r="A3" s="1" t="s"><v>0</v></c><c r="B3" s="2"><v>987654321</v></c></row>'
    '<row r="4"><c r="A4" s="1" t="str"><v>CANARY</v></c><c r="B4" s="2"/></row><row r="5"><c r="B5" s="2"/></row>'
    '<row r="11"><c r="A11" t="s"><v>1</v></c><c r="B11"><f>SUM(B2:B9)</f><v>987654321</v></c></row>'
)
NAMES = {"xl_rows_assets": "Report!$A$2:$A$9"}
STRINGS = ("CANARY", "Total &amp; all")


@pytest.fixture
def simple(tmp_path):
    return template(tmp_path / "firm.xlsx", {"Report": REPORT}, NAMES, strings=STRINGS)


def test_values_fill_their_cells_and_the_room_that_stays_is_hidden(simple):
    document = fill(opened(simple), data())
    assert cells(document, "Report") == {
        "A1": "For Lin", "A2": "Gold", "A3": "Bonds", "A4": "Cash", "B2": 0.2, "B3": 0.5, "B4": 0.3, "A11": "Total & all", "B11": 1.0,
    }  # fmt: skip
    rows = openpyxl.load_workbook(io.BytesIO(document))["Report"].row_dimensions
    assert [i for i in range(1, 12) if rows[i].hidden] == [5, 6, 7, 8, 9]  # 6 to 9 have no row of their own in the file
    text = parts(document)["xl/worksheets/sheet1.xml"]
    assert 'r="B3" s="2"' in text and '<row r="5" hidden="1"/>' in text and "<f" not in text and 'ht="20"' in text
    assert '<dimension ref="A1:B11"/>' in text


@pytest.mark.parametrize("n", [1, 2, 8])
def test_every_cell_of_an_array_is_written(simple, n):
    document = fill(opened(simple), data(asset_names=[f"A{k}" for k in range(n)], w_now=[1.0 / n] * n))
    found = cells(document, "Report")
    assert [found.get(f"A{k + 2}") for k in range(9)] == [f"A{k}" for k in range(n)] + [None] * (9 - n)


@pytest.mark.parametrize("n", [1, 2, 4])
def test_rows_beyond_a_list_stay_blank_in_an_array_of_fixed_cells(tmp_path, n):
    """As Excel 2016 and LibreOffice enter it: #N/A stood in the rows beyond, or the only asset in all of them."""
    formulas = {"A": "asset_names", "B": "w_now*2", "C": "SUM(w_now)", "D": "1+1"}
    cells_ = "".join(f'<c r="{c}1"><f t="array" ref="{c}1:{c}4">{f}</f><v>0</v></c>' for c, f in formulas.items())
    names, shares = [f"A{k}" for k in range(n)], [1 / n] * n
    client = data(asset_names=names, w_now=shares, w_target=shares)
    path = template(tmp_path / "f.xlsx", {"Report": f'<row r="1">{cells_}</row>'})
    output = Output(Filled(opened(path), client))
    found = output.filled.values["report"]
    column = lambda k: [found[i, k] for i in range(1, 5)]  # noqa: E731
    assert column(1) == (names + [""] * 4)[:4] and column(2) == ([2 / n] * n + [""] * 4)[:4]
    assert column(4) == [2.0] * 4 and output.errors() == []
    live = Filled(opened(path), client, live=True)
    live.cell("Report", 1, 1)
    assert [str(live.values["report"][i, 1]) for i in (1, 4)] == {1: ["A0", "A0"], 2: ["A0", "#N/A"], 4: ["A0", "A3"]}[
        n
    ]


def test_a_list_longer_than_its_array_formula_does_not_fit(tmp_path):
    """Five of seventeen funds were left out of a letter without a word."""
    rows = '<row r="1"><c r="A1"><f t="array" ref="A1:A4">asset_names</f><v>0</v></c></row>'
    path, names = template(tmp_path / "f.xlsx", {"Report": rows}), [f"A{k}" for k in range(5)]
    with pytest.raises(FitError, match="A1 needs 5 × 1 cells, and its array formula stands in 4 × 1"):
        fill(opened(path), data(asset_names=names))
    fill(opened(path), data(asset_names=[*names[:4], ""]))


def test_a_client_of_more_assets_than_there_is_room_for_does_not_fit(simple):
    with pytest.raises(FitError, match=r"Report!A2 needs 10 × 1 cells, and A11 is taken by a value"):
        fill(opened(simple), data(asset_names=["x"] * 10, w_now=[0.1] * 10))


def test_live_keeps_formulas_and_marks(tmp_path):
    path = template(
        tmp_path / "firm.xlsx", {"Report": REPORT.replace('cm="1"', 'cm="7"'), "xl_data": ""}, NAMES, strings=STRINGS
    )
    document = fill(opened(path), data(), live=True)
    text = parts(document)["xl/worksheets/sheet1.xml"]
    assert 'cm="7" t="str"><f t="array" ref="A2:A4">asset_names</f><v>Gold</v>' in text
    assert 'hidden="1"' not in text  # row 3 holds an asset; nothing is hidden where inputs can change
    found = cells(document, "Report", values=False)
    assert found["A1"] == '="For "&client_name' and found["B11"] == "=SUM(B2:B9)"
    names = openpyxl.load_workbook(io.BytesIO(document)).defined_names
    assert names["w_now"].attr_text.startswith("xl_data!") and names["w_now"].attr_text.endswith("$4")
    assert set(names) >= set(VOCABULARY)


def test_live_without_a_sheet_for_the_data_is_refused(simple):
    with pytest.raises(TemplateError, match="xlalloc template --names"):
        fill(opened(simple), data(), live=True)


def test_the_same_client_gives_the_same_bytes(simple):
    assert fill(opened(simple), data()) == fill(opened(simple), data())


def test_what_is_not_touched_stays_to_the_byte(tmp_path):
    styles = STYLES.replace("<fonts", "<!-- anything at all --><fonts")
    kept = {"xl/styles.xml": styles, "xl/theme/theme1.xml": "<a:theme/>", "xl/printerSettings/p1.bin": b"\x00\x01\xff"}
    tail = '<conditionalFormatting sqref="B2:B9"><cfRule type="cellIs" priority="1" operator="lessThan"><formula>0</formula></cfRule></conditionalFormatting><pageMargins left="0.7"/>'
    path = template(
        tmp_path / "firm.xlsx",
        {"Report": sheet(REPORT, tail)},
        NAMES,
        strings=STRINGS,
        parts={
            **kept,
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("rId9", "printerSettings", "../printerSettings/p1.bin")),
        },
        book_relations=(("rId8", "styles", "styles.xml"), ("rId9", "theme", "theme/theme1.xml")),
    )
    document = fill(opened(path), data())
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        assert {name: archive.read(name) for name in kept} == {
            k: v.encode() if isinstance(v, str) else v for k, v in kept.items()
        }
    assert tail in parts(document)["xl/worksheets/sheet1.xml"]
    assert '<calcPr calcId="191029" calcMode="manual"/>' in parts(document)["xl/workbook.xml"]


def test_nothing_of_the_sample_client_comes_along(tmp_path):
    """Canaries wherever a workbook keeps what was last shown."""
    notes = '<xml xmlns:x="urn:schemas-microsoft-com:office:excel"><x:ClientData ObjectType="Note">CANARY</x:ClientData></xml>'
    inside = drawn()
    inside["xl/worksheets/_rels/sheet1.xml.rels"] = relations(
        ("rId1", "drawing", "../drawings/drawing1.xml"),
        ("rId2", "comments", "../comments1.xml"),
        ("rId3", "vmlDrawing", "../drawings/v.vml"),
        ("rId4", "http://schemas.microsoft.com/office/2017/10/relationships/threadedComment", "../threaded.xml"),
        ("rId5", "customProperty", "../customProperty1.bin"),
        ("rId6", "http://schemas.microsoft.com/office/2019/05/relationships/documenttask", "../tasks.xml"),
        ("rId7", "http://schemas.microsoft.com/office/2019/04/relationships/namedSheetView", "../views.xml"),
    )
    tail = (
        '<scenarios current="0"><scenario name="base" user="CANARY"><inputCells r="A1" val="CANARY"/></scenario></scenarios>'
        '<hyperlinks><hyperlink ref="A1" location="Report!A1" display="CANARY"/></hyperlinks>'
        '<customProperties><customPr name="x" r:id="rId5"/></customProperties><legacyDrawing r:id="rId3"/>'
    )
    label = '<property name="MSIP_Label_1" pid="2"><vt:lpwstr>Internal</vt:lpwstr></property>'
    path = template(
        tmp_path / "firm.xlsx",
        {"Report": sheet(REPORT.replace("SUM(B2:B9)", "[1]!PORT_VOL(w_now,cov_assets)"), tail),
         "Hidden": '<row r="1"><c r="A1" t="s"><v>2</v></c></row>'},
        {**NAMES, "sample_client": '"CANARY"', "asset_names": "Input!$A$1:$A$9"} | {"Report!_xlnm.Print_Area": "Report!$A$1:$B$11"},
        states={"Hidden": "hidden"}, strings=(*STRINGS, "CANARY hidden"),
        book='<externalReferences><externalReference r:id="rIdLink"/></externalReferences>',
        properties='<mc:AlternateContent xmlns:mc="m"><mc:Choice Requires="x15"><x15ac:absPath url="C:\\CANARY\\"/></mc:Choice></mc:AlternateContent><workbookPr/>',
        parts={
            **inside, "xl/comments1.xml": "<c>CANARY</c>", "xl/drawings/v.vml": notes, "xl/threaded.xml": "CANARY", "xl/persons/p.xml": "CANARY",
            "docProps/core.xml": "<c>CANARY</c>", "docProps/app.xml": "<c>CANARY</c>", "docProps/thumbnail.jpeg": "CANARY",
            "docProps/custom.xml": f"<P><property name=\"a\"><vt:lpwstr>CANARY</vt:lpwstr></property>{label}</P>",
            "xl/externalLinks/link1.xml": "CANARY", "xl/externalLinks/_rels/link1.xml.rels": relations(external=(("r", "xlStartup", "CANARY.xlam"),)),
            "customXml/item1.xml": "CANARY", "xl/customProperty1.bin": "CANARY", "xl/tasks.xml": "CANARY", "xl/views.xml": "CANARY",
            "xl/webextensions/taskpanes.xml": "CANARY", "xl/calcChain.xml": "<c>CANARY</c>", "xl/orphan.xml": "CANARY",
        },
        book_relations=(("rIdLink", "externalLink", "externalLinks/link1.xml"), ("p", "http://x/person", "persons/p.xml"),
                        ("x", "customXml", "../customXml/item1.xml"), ("c", "calcChain", "calcChain.xml")),
        root_relations=(("a", "core-properties", "docProps/core.xml"), ("b", "extended-properties", "docProps/app.xml"),
                        ("t", "http://x/metadata/thumbnail", "docProps/thumbnail.jpeg"), ("u", "custom-properties", "docProps/custom.xml"),
                        ("w", "http://schemas.microsoft.com/office/2011/relationships/webextensiontaskpanes", "xl/webextensions/taskpanes.xml")),
    )  # fmt: skip
    with zipfile.ZipFile(path) as archive:
        texts = {name: archive.read(name).decode() for name in archive.namelist()}
    names = texts["xl/workbook.xml"].replace('<definedName name="asset_names">Input!$A$1:$A$9</definedName>', "")
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in {**texts, "xl/workbook.xml": names}.items():
            archive.writestr(name, text)
    document = fill(opened(path), data(), date=dt.date(2026, 1, 31), mark="made by a test")
    found = parts(document)
    for name, text in found.items():
        assert "CANARY" not in text and "987654321" not in text, name
    assert "Hidden" not in found["xl/workbook.xml"] and "sample_client" not in found["xl/workbook.xml"]
    assert "MSIP_Label_1" in found["docProps/custom.xml"] and "made by a test" in found["docProps/custom.xml"]
    assert "2026-01-31T00:00:00Z" in found["docProps/core.xml"]
    assert cells(document, "Report")["B11"] == pytest.approx((0.2**2 * 0.04 + 0.5**2 * 0.01) ** 0.5)


def test_one_client_never_shows_in_the_file_of_another(simple):
    filled = opened(simple)
    fill(filled, data(client_name="FIRST", asset_names=["FIRST"] * 8, w_now=[0.125] * 8))
    assert "FIRST" not in "".join(parts(fill(filled, data())).values())


def test_charts_and_text_boxes_show_the_client_and_leave_hidden_rows_out(tmp_path):
    path = template(tmp_path / "firm.xlsx", {"Report": REPORT}, NAMES, strings=STRINGS, parts=drawn())
    found = parts(fill(opened(path), data()))
    chart = found["xl/charts/chart1.xml"]
    assert re.findall(r"<c:v>(.*?)</c:v>", chart) == ["Gold", "Bonds", "Cash", "0.2", "0.5", "0.3"]
    assert chart.count('<c:ptCount val="3"/>') == 2 and "<c:formatCode>0%</c:formatCode>" in chart
    assert re.findall(r"<a:t>(.*?)</a:t>", found["xl/drawings/drawing1.xml"]) == ["For Lin", ""]


_POINT = '<c:ptCount val="1"/><c:pt idx="0"><c:v>CANARY</c:v></c:pt>'
_AWAY = (
    "<c:strRef><c:extLst><c:ext><c15:formulaRef><c15:sqref>Report!$A$2:$A$4</c15:sqref></c15:formulaRef></c:ext></c:extLst>"
    f"<c:strCache>{_POINT}</c:strCache></c:strRef>"
)
KEPT_BY_CHARTS = {  # what beside the caches of its series a chart keeps of the sample client → what stands there then
    "a series that is filtered out": (
        f"<c:extLst><c:ext><c15:filteredBarSeries><c15:ser><c:cat>{_AWAY}</c:cat></c15:ser></c15:filteredBarSeries></c:ext></c:extLst>",
        ["Gold", "Bonds", "Cash"],
    ),
    "points that are filtered out": (
        "<c:cat><c:strRef><c:extLst><c:ext><c15:fullRef><c15:sqref>Report!$A$2:$A$4</c15:sqref></c15:fullRef></c:ext></c:extLst>"
        f"<c:f>(Report!$A$2,Report!$A$4)</c:f><c:strCache>{_POINT}</c:strCache></c:strRef></c:cat>",
        ["Gold", "Cash"],
    ),
    "labels of cells": (
        f"<c15:f>Report!$A$2:$A$3</c15:f><c15:dlblRangeCache>{_POINT}</c15:dlblRangeCache>",
        ["Gold", "Bonds"],
    ),
    "fields in a label": (
        f"<c15:f>Report!$B$2</c15:f><c15:dlblFieldTableCache>{_POINT}</c15:dlblFieldTableCache>",
        ["20.0%"],
    ),
    "a linked title": (
        f"<c:title><c:strRef><c:f>Report!$B$3</c:f><c:strCache>{_POINT}</c:strCache></c:strRef></c:title>",
        ["50.0%"],
    ),
    "a newer title": ("<cx:tx><cx:f>Report!$A$1</cx:f><cx:v>CANARY</cx:v></cx:tx>", ["For Lin"]),
    "nothing to refer to": (f"<c:strRef><c:strCache>{_POINT}</c:strCache></c:strRef>", []),
}


@pytest.mark.parametrize("what", KEPT_BY_CHARTS)
def test_whatever_a_chart_keeps_is_the_clients(tmp_path, what):
    """A filtered series and a label's field kept the sample client's; a title showed 0.5 where its cell shows 50.0%."""
    inner, words = KEPT_BY_CHARTS[what]
    found = drawn()
    found["xl/charts/chart1.xml"] = found["xl/charts/chart1.xml"].replace("</c:barChart>", f"</c:barChart>{inner}")
    path = template(tmp_path / "firm.xlsx", {"Report": REPORT}, NAMES, strings=STRINGS, parts=found)
    chart = parts(fill(opened(path), data()))["xl/charts/chart1.xml"]
    assert "CANARY" not in chart
    assert re.findall(r"<cx?:v>(.*?)</cx?:v>", chart)[6:] == words


def test_rows_that_libreoffice_hid_are_hidden(tmp_path):
    rows = REPORT.replace('<row r="11">', '<row r="11" hidden="true">')
    charts = drawn(labels="Report!$A$10:$A$11", values="Report!$B$10:$B$11")
    path = template(tmp_path / "f.xlsx", {"Report": rows}, strings=STRINGS, parts=charts)
    assert "<c:v>Total" not in parts(fill(opened(path), data()))["xl/charts/chart1.xml"]


def test_names_that_formulas_work_out_stand_for_their_cells(tmp_path):
    """In a report nothing computes: a print area by OFFSET and a chart over A2# would be lost."""
    names = {
        **NAMES,
        "Report!_xlnm.Print_Area": "OFFSET(Report!$A$1,0,0,ROWS(asset_names)+1,2)",
        "drawn_names": "_xlfn.ANCHORARRAY(Report!$A$2)",
        "drawn_weights": "OFFSET(Report!$B$2,0,0,ROWS(w_now))",
        "old_link": "[1]Sheet1!$A$1",
    }
    chart = drawn(labels="[0]!drawn_names", values="[0]!drawn_weights")
    path = template(tmp_path / "f.xlsx", {"Report": REPORT, "xl_data": ""}, names, strings=STRINGS, parts=chart)
    book = openpyxl.load_workbook(io.BytesIO(fill(opened(path), data())))
    assert {name: found.attr_text for name, found in book.defined_names.items()} == {
        "drawn_names": "'Report'!$A$2:$A$4",
        "drawn_weights": "'Report'!$B$2:$B$4",
    }
    assert book.sheetnames == ["Report"] and book["Report"].print_area == "'Report'!$A$1:$B$4"
    live = openpyxl.load_workbook(io.BytesIO(fill(opened(path), data(), live=True)))
    assert live.defined_names["drawn_weights"].attr_text.startswith("OFFSET(") and "old_link" not in live.defined_names


def test_what_a_client_does_not_have_is_blank(tmp_path):
    """In Excel a cell that refers to a blank one shows 0, or the year 1900."""
    rows = f'<row r="1"><c r="A1"><f>goal_amount</f><v>5</v></c>{spill("B1", "as_of")}<c r="C1"><f>A1+1</f></c></row>'
    path = template(tmp_path / "f.xlsx", {"Report": rows, "xl_data": ""})
    assert cells(fill(opened(path), data()), "Report") == {"C1": 1}
    assert cells(fill(opened(path), data(), live=True), "Report") == {"A1": 0, "B1": 0, "C1": 1}


@pytest.mark.parametrize(("weights", "left"), [([0.2, 0.5, 0.3], 1), ([], 0)])
def test_charts_without_a_point_are_left_out(tmp_path, weights, left):
    """A second series is empty, and goes; where every series is, so does the chart. The text box stays."""
    found = drawn()
    series = CHART[CHART.index("<c:ser>") : CHART.index("</c:barChart>")].format(
        labels="Report!$A$2:$A$9", values="Report!$C$2:$C$9"
    )
    found["xl/charts/chart1.xml"] = found["xl/charts/chart1.xml"].replace("</c:barChart>", series + "</c:barChart>")
    frame = (
        '<xdr:oneCellAnchor><xdr:graphicFrame><a:graphic><a:graphicData><c:chart xmlns:c="x" xmlns:r="y" r:id="rId1"/>'
        "</a:graphicData></a:graphic></xdr:graphicFrame></xdr:oneCellAnchor></xdr:wsDr>"
    )
    part = "xl/drawings/drawing1.xml"
    found[part] = found[part].replace("</xdr:wsDr>", frame)
    path = template(tmp_path / "firm.xlsx", {"Report": REPORT}, NAMES, strings=STRINGS, parts=found)
    document = fill(opened(path), data(w_now=weights))
    assert parts(document)["xl/charts/chart1.xml"].count("<c:ser>") == (1 if left else 2)
    assert parts(document)[part].count("graphicFrame>") == 2 * left and "For Lin" in parts(document)[part]


LONG = "What is to be said of a portfolio takes more than a line of a page, whoever says it and to whom."


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("words", ["short", LONG, "说明" * 40, "one\ntwo\nthree", "", None])
def test_rows_are_as_high_as_their_texts(tmp_path, merged, words):
    """As many lines as the characters need in the width there is: 20 characters, or 60 in merged cells."""
    columns = '<cols><col min="1" max="3" width="20" customWidth="1"/></cols>'
    rows = (  # of the sample client's text the first row was higher
        '<row r="1" ht="190" customHeight="1"><c r="A1" t="str"><f>client_name&amp;"."</f></c></row>'
        '<row r="2" ht="33" customHeight="1"/>'
    )
    tail = '<mergeCells count="1"><mergeCell ref="A1:C1"/></mergeCells>' if merged else ""
    text = sheet(rows, tail).replace("<sheetData>", columns + "<sheetData>")
    path = template(tmp_path / "firm.xlsx", {"Report": text}, {"xl_text_a": "Report!$A$1:$A$2"})
    book = openpyxl.load_workbook(io.BytesIO(fill(opened(path), data(client_name=words))))
    height = book["Report"].row_dimensions[1].height
    room = 59 if merged else 19
    lines = sum(max(1, -(-sum(2 if ord(c) > 255 else 0.9 for c in part) // room)) for part in (words or "").split("\n"))
    assert (height or 15) == pytest.approx(15 if lines == 1 else lines * 11 * 1.3 + 4, rel=0.35)
    assert book["Report"].row_dimensions[2].height == 33


def test_charts_on_names_keep_their_data_and_nothing_else(tmp_path):
    """The sheet of data stays, hidden, with what the chart draws; all other data go."""
    path = template(
        tmp_path / "firm.xlsx",
        {"Report": REPORT, "xl_data": ""},
        NAMES,
        strings=STRINGS,
        states={"xl_data": "veryHidden"},
        parts=drawn(labels="[0]!asset_names", values="firm.xlsx!w_now".replace("firm.xlsx", "[0]")),
    )
    document = fill(opened(path), data())
    book = openpyxl.load_workbook(io.BytesIO(document))
    assert book["xl_data"].sheet_state == "veryHidden" and set(book.defined_names) == {"asset_names", "w_now"}
    kept = {c.value for row in book["xl_data"].iter_rows() for c in row if c.value is not None}
    assert kept == {"Gold", "Bonds", "Cash", 0.2, 0.5, 0.3}
    assert re.findall(r"<c:v>(.*?)</c:v>", parts(document)["xl/charts/chart1.xml"]) == [
        "Gold",
        "Bonds",
        "Cash",
        "0.2",
        "0.5",
        "0.3",
    ]


def test_a_hidden_sheet_that_a_chart_draws_from_keeps_those_cells_and_nothing_else(tmp_path):
    work = sheet(
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><f>SUM(w_now)</f><v>987654321</v></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>CANARY</t></is></c><c r="B2"><v>7</v></c></row>',
        '<dataValidations count="1"><dataValidation type="list" sqref="A1"><formula1>"CANARY"</formula1></dataValidation></dataValidations><drawing r:id="rId1"/>',
    )
    inside = drawn(labels="Report!$A$2:$A$9", values="Work!$B$1:$B$2")
    inside["xl/worksheets/_rels/sheet2.xml.rels"] = relations(("rId1", "drawing", "../drawings/drawing2.xml"))
    inside["xl/drawings/drawing2.xml"] = inside["xl/drawings/drawing1.xml"]
    path = template(
        tmp_path / "f.xlsx",
        {"Report": REPORT, "Work": work},
        NAMES,
        strings=STRINGS,
        states={"Work": "hidden"},
        parts=inside,
    )
    document = fill(opened(path), data())
    assert "CANARY" not in "".join(parts(document).values()) and cells(document, "Work") == {"B1": 1, "B2": 7}
    assert re.findall("<c:v>(.*?)</c:v>", parts(document)["xl/charts/chart1.xml"])[3:] == ["1", "7"]


def test_a_sheet_that_is_not_shown_is_not_there(tmp_path):
    goal = '<row r="1"><c r="A1" t="b"><f>goal_amount&lt;&gt;""</f><v>1</v></c><c r="B1"><f>goal_amount</f><v>5</v></c></row>'
    path = template(
        tmp_path / "firm.xlsx", {"Goal": goal, "Report": REPORT}, {**NAMES, "Goal!xl_show": "Goal!$A$1", "Report!_xlnm.Print_Area": "Report!$A$1:$B$9",
        "Goal!_xlnm.Print_Area": "Goal!$A$1"}, strings=STRINGS,
    )  # fmt: skip
    without = parts(fill(opened(path), data()))
    assert "Goal" not in "".join(without.values()) and "xl/worksheets/sheet1.xml" not in without
    assert 'name="_xlnm.Print_Area" localSheetId="0">Report!' in without["xl/workbook.xml"]
    with_goal = openpyxl.load_workbook(io.BytesIO(fill(opened(path), data(goal_amount=100.0))), data_only=True)
    assert with_goal.sheetnames == ["Goal", "Report"] and with_goal["Goal"]["B1"].value == 100


def test_a_live_workbook_hides_it_and_opens_on_the_first_that_is_shown(tmp_path):
    goal = '<row r="1"><c r="A1" t="b"><f>goal_amount&lt;&gt;""</f></c></row>'
    path = template(
        tmp_path / "f.xlsx",
        {"Goal": goal, "Report": REPORT, "xl_data": ""},
        {**NAMES, "xl_show_goal": "Goal!$A$1"},
        strings=STRINGS,
    )
    book = openpyxl.load_workbook(io.BytesIO(fill(opened(path), data(), live=True)))
    assert book["Goal"].sheet_state == "hidden" and book.active.title == "Report"


def test_data_go_to_cells_of_the_firms_own(tmp_path):
    """A name over cells takes the data; the name is set to what is filled; cells that stay free are emptied."""
    rows = (
        REPORT
        + '<row r="20"><c r="D20" s="4" t="s"><v>0</v></c><c r="E20"/></row><row r="21"><c r="D21" t="s"><v>0</v></c></row>'
    )
    names = {**NAMES, "client_name": "Report!$E$20", "asset_names": "Report!$D$20:$D$25"}
    path = template(tmp_path / "f.xlsx", {"Report": rows, "xl_data": ""}, names, strings=STRINGS)
    for live in (False, True):
        document = fill(opened(path), data(asset_names=["Gold", "Cash"], w_now=[0.5, 0.5]), live=live)
        found = cells(document, "Report")
        assert (found["D20"], found["D21"], found["E20"], found["A1"], found["A3"]) == (
            "Gold",
            "Cash",
            "Lin",
            "For Lin",
            "Cash",
        )
    assert openpyxl.load_workbook(io.BytesIO(document)).defined_names["asset_names"].attr_text == "'Report'!$D$20:$D$21"
    with pytest.raises(FitError, match=r"asset_names: 7 × 1 cells, and Report!D20:D25 has room for 6 × 1"):
        fill(opened(path), data(asset_names=["x"] * 7, w_now=[0.1] * 7))


def test_a_name_over_formulas_is_the_templates_own(tmp_path):
    rows = REPORT + '<row r="20"><c r="D20"><f>1-0.75</f><v>9</v></c><c r="E20"><f>w_now*2</f></c></row>'
    path = template(tmp_path / "f.xlsx", {"Report": rows}, {**NAMES, "w_now": "Report!$D$20"}, strings=STRINGS)
    found = opened(path)
    assert found.own == {"w_now"} and cells(fill(found, data()), "Report")["E20"] == 0.5


FORMULAS = [  # as a file carries them
    ("_xlfn.SINGLE(asset_names)", "#VALUE!"), ("SUM(_xlfn.ANCHORARRAY(B2))", 1.0), ("_xlfn.LET(_xlpm.x,2,_xlpm.x*3)", 6.0),
    ("SUM(Table1[Weight])", 3.0), ("SUM(Table1[[#All],[Weight]:[More]])", 33.0), ("Table1[[#Headers],[Weight]]", "Weight"),
    ("[1]!PORT_VOL(w_now,cov_assets)", (0.2**2 * 0.04 + 0.5**2 * 0.01) ** 0.5), ("_xlfn._xlws.SORT(asset_names)", "Bonds"),
    ('IF(goal_amount="","none",goal_amount)', "none"), ("ISBLANK(goal_amount)", True), ("_xlfn.CONCAT(asset_names)", "GoldBondsCash"),
    ("SUM(21:22)+SUM(Report!$22:$22)", 55.0), ("\\rate+Satz.neu+资产?", 6.0),
    ("SUMIFS(w_now,asset_names,\"&lt;&gt;Gold\")", 0.8),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "value"), FORMULAS)
def test_formulas_as_excel_files_them(tmp_path, formula, value):
    table = (
        '<table xmlns="m" id="1" name="Table1" displayName="Table1" ref="D20:E22"><tableColumns count="2"><tableColumn id="1" name="Weight"/>'
        '<tableColumn id="2" name="More"/></tableColumns></table>'
    )
    cell = lambda at, x: f'<c r="{at}"><v>{x}</v></c>'  # noqa: E731
    rows = REPORT + (
        f'<row r="15"><c r="D15"><f>{formula}</f><v>987654321</v></c></row>'
        '<row r="20"><c r="D20" t="inlineStr"><is><t>Weight</t></is></c><c r="E20" t="inlineStr"><is><t>More</t></is></c></row>'
        f'<row r="21">{cell("D21", 1)}{cell("E21", 10)}</row><row r="22">{cell("D22", 2)}{cell("E22", 20)}</row>'
    )
    path = template(
        tmp_path / "f.xlsx",
        {"Report": rows},
        {**NAMES, "\\rate": "1", "Satz.neu": "2", "资产?": "3"},
        strings=STRINGS,
        parts={
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("t", "table", "../tables/table1.xml")),
            "xl/tables/table1.xml": table,
        },
    )
    found = cells(fill(opened(path), data()), "Report")["D15"]
    assert found == pytest.approx(value) if isinstance(value, float) else found == value


def test_shared_formulas_are_each_their_own(tmp_path):
    rows = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A3" si="0">ROW()*10+B1</f></c><c r="B1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/></c><c r="B2"><v>2</v></c></row><row r="3"><c r="A3"><f t="shared" si="0"/></c><c r="C3"><f>client_name</f></c></row>'
    )
    found = cells(fill(opened(template(tmp_path / "f.xlsx", {"Report": rows})), data()), "Report")
    assert (found["A1"], found["A2"], found["A3"]) == (11, 22, 30)


def test_equal_formulas_know_their_own_place(tmp_path):
    """What equal formulas give is kept only where it does not depend on the cell that each stands in."""
    book = openpyxl.Workbook()
    page = book.active
    place = "ROW()*10+COLUMN()"
    for row in range(1, 4):
        page.cell(row, 1, float(row))
        page.cell(row, 2, f"={place}")
        page.cell(row, 3, f"=SUM($A$1:$A$3)*{row}+SUM($A$1:$A$3)")
        page.cell(row, 4, "=$A$1:$A$3*2")  # the one beside it
        page.cell(row, 5, f'=IF(SUM($A$1:$A$3)=6,$B${row}+{place},"")')
        page.cell(row, 6, f"=_xlfn.LET(_xlpm.x,{row},_xlpm.x+SUM($A$1:$A$3))")
    filled = Filled(built.template(book, {}), {})
    found = [[filled.cell("Sheet", i, j) for j in range(1, 7)] for i in range(1, 4)]
    assert found == [[i, 10 * i + 2, 6 * i + 6, 2 * i, 20 * i + 7, i + 6] for i in range(1, 4)]


def test_texts_of_a_client_are_texts(simple):
    for name in ("=1+1", "<b>&", "a\x0bb", "_x000B_", " lead", "x" * 300, "中文", "\ud800"):
        document = fill(opened(simple), data(client_name=name))
        sheet = openpyxl.load_workbook(io.BytesIO(document))["Report"]
        assert sheet["A1"].data_type == "s"
        text = parts(document)["xl/worksheets/sheet1.xml"]
        assert "<f" not in text
        if name == "a\x0bb":
            assert "For a_x000B_b" in text
        if name == "_x000B_":
            assert "For _x005F_x000B_" in text


def test_a_text_like_a_formula_stays_a_text_where_somebody_edits_it(simple, tmp_path):
    """Such cells have the style they had, and Excel's mark of a text; all other cells and parts are as they were."""
    names, plain = ["=1+1", "@A", "Cash"], ["A", "B", "Cash"]
    found = {}
    for key, values in (("like", names), ("plain", plain)):
        document = fill(opened(simple), data(asset_names=values, w_now=[0.25, 0.25, 0.5]))
        found[key] = parts(document), openpyxl.load_workbook(io.BytesIO(document))["Report"]
    (like, sheet), (other, before) = found["like"], found["plain"]
    assert [sheet.cell(row, 1).value for row in (2, 3, 4)] == names
    assert [bool(sheet.cell(row, 1).quotePrefix) for row in (2, 3, 4)] == [True, True, False]
    assert not any(cell.quotePrefix for row in before.iter_rows() for cell in row)
    for row in (2, 3):
        for look in ("font", "fill", "border", "alignment", "number_format"):
            assert repr(getattr(sheet.cell(row, 1), look)) == repr(getattr(before.cell(row, 1), look))
    changed = {name for name in like if like[name] != other[name]}
    assert changed <= {"xl/worksheets/sheet1.xml", "xl/styles.xml"} | {n for n in like if "chart" in n}


def test_errors_that_a_page_shows_are_told(tmp_path):
    path = template(
        tmp_path / "f.xlsx", {"Report": REPORT.replace("SUM(B2:B9)", "1/(SUM(B2:B9)-1)")}, NAMES, strings=STRINGS
    )
    assert Output(Filled(opened(path), data())).errors() == [("Report", "B11", "#DIV/0!")]


def test_errors_that_are_typed_or_drawn_are_told(tmp_path):
    """#N/A on a sheet that is not shown is how a chart leaves a point out."""
    work = '<row r="1"><c r="A1"><f>1/(SUM(w_now)-1)</f></c></row><row r="2"><c r="A2"><f>NA()</f></c></row>'
    rows = REPORT + '<row r="30"><c r="A30" t="e"><v>#REF!</v></c></row>'
    chart = drawn(values="Work!$A$1:$A$2")
    path = template(tmp_path / "f.xlsx", {"Report": rows, "Work": work}, NAMES, states={"Work": "hidden"}, strings=STRINGS, parts=chart)  # fmt: skip
    found = [(sheet, cell, str(error)) for sheet, cell, error in Output(Filled(opened(path), data())).errors()]
    assert found == [("Report", "A30", "#REF!"), ("Work", "A1", "#DIV/0!")]


def given(**parts) -> dict:
    return parts


REFUSED = {  # what is in the template → what its reason says
    "an unknown function": (given(rows='<row r="1"><c r="A1"><f>SPARKLE(1)</f><v>5</v></c></row>'), "Report!A1: SPARKLE is no function known here"),
    "an unknown name": (given(rows='<row r="1"><c r="A1"><f>client_nmae</f><v>5</v></c></row>'), "Did you mean client_name"),
    "another workbook": (given(rows='<row r="1"><c r="A1"><f>[1]Sheet1!A1</f><v>5</v></c></row>'), "refers to another workbook"),
    "days from 1904": (given(properties='<workbookPr date1904="1"/>'), "1904"),
    "a pivot table": (given(relation=("r", "pivotTable", "../pivot.xml")), "a pivot table"),
    "a slicer": (given(relation=("r", "slicer", "../s.xml")), "a slicer"),
    "an embedded file": (given(relation=("r", "package", "../embeddings/b.xlsx")), "an embedded file"),
    "a query": (given(relation=("r", "queryTable", "../q.xml")), "a query"),
    "a saved filter": (given(tail='<autoFilter ref="A1:B2"><filterColumn colId="0"/></autoFilter>'), "a filter is saved"),
    "a rule with our function": (
        given(tail='<conditionalFormatting sqref="A1"><cfRule type="expression"><formula>PORT_VOL(w_now,cov_assets)&gt;1</formula></cfRule></conditionalFormatting>'),
        "PORT_VOL cannot stand in a conditional format",
    ),
    "data over a formula": (given(names={"asset_names": "Report!$D$1:$D$3"}, rows='<row r="2"><c r="D2"><f>1</f></c></row>'), "takes data where a formula stands"),
    "data within merged cells": (given(names={"client_name": "Report!$B$1"}, tail='<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'), "within merged cells"),
    "a name of one sheet": (given(names={"Report!w_now": "Report!$A$1"}), "Delete it there"),
    "an unknown xl_ name": (given(names={"xl_row": "Report!$A$1"}), "xl_row is not known"),
    "a region that is none": (given(names={"xl_rows_x": "Report!$A$1:INDEX(Report!$A$1:$A$9,3)*2"}), "must stand for one range"),
    "a picture that shrinks": (given(names={"xl_rows_x": "Report!$A$2:$A$9"}, parts=drawn(top=4, bottom=8, moves="twoCell")), "move but don't size"),
    "data by address": (given(rows='<row r="1"><c r="A1"><f>xl_data!B2</f></c></row>', more={"xl_data": ""}), "refers to xl_data by address"),
    "a data table": (given(rows='<row r="1"><c r="A1"><f t="dataTable" ref="A1:A2"/><v>1</v></c></row>'), "belongs to a data table"),
    "a picture in a cell": (given(rows='<row r="1"><c r="A1" t="e" vm="1"><v>#VALUE!</v></c></row>'), "holds a picture or a data type"),
    "a formula of no kind": (given(rows='<row r="1"><c r="A1"><f>SUM(1;2)</f></c></row>'), "needed"),
    "a live query": (given(parts={"customXml/item1.xml": "<DataMashup>x</DataMashup>"}, book_relations=(("q", "customXml", "../customXml/item1.xml"),)), "Power Query"),
    "a picture of cells": (
        given(parts=drawn() | {"xl/drawings/drawing1.xml": '<xdr:wsDr><a14:cameraTool cellRange="Report!$A$1:$C$5" spid="1"/></xdr:wsDr>'}),
        "a linked picture (camera) shows the cells Report!$A$1:$C$5",
    ),
    "an ActiveX control": (given(relation=("r", "control", "../activeX1.xml")), "an ActiveX control"),
    "a format that is not computed": (given(rows='<row r="1"><c r="A1"><f>TEXT(goal_amount,"# ?/?")</f></c></row>'), "TEXT does not compute the format '# ?/?'"),
    "a rule over what spills": (
        given(tail='<dataValidations count="1"><dataValidation type="list" sqref="A1"><formula1>_xlfn.ANCHORARRAY(Report!$A$2)</formula1></dataValidation></dataValidations>'),
        "# does not work",
    ),
    "no sheet that is shown": (given(names={"xl_show": "Report!$A$1"}), "one visible sheet without xl_show"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_refused_in_one_line(tmp_path, what):
    asked, words = REFUSED[what]
    inside = dict(asked.get("parts", {}))
    if relation := asked.get("relation"):
        inside["xl/worksheets/_rels/sheet1.xml.rels"] = relations(relation)
    path = template(
        tmp_path / "f.xlsx",
        {"Report": sheet(asked.get("rows", ""), asked.get("tail", "")), **asked.get("more", {})},
        asked.get("names"),
        properties=asked.get("properties", "<workbookPr/>"),
        parts=inside,
        book_relations=asked.get("book_relations", ()),
    )
    with pytest.raises(InputError) as refused:
        opened(path)
    assert words in str(refused.value) and "\n" not in str(refused.value)
    with speaking("zh"):
        said = str(refused.value).removeprefix("f.xlsx：")
    assert re.search("[\u4e00-\u9fff]", said) and not re.search(r"\b(the|is|and|refers|holds|stands)\b", said), said


def test_all_reasons_are_told_at_once(tmp_path):
    rows = '<row r="1"><c r="A1"><f>NOSUCH(1)</f></c><c r="B1"><f>no_such_name</f></c><c r="C1"><f>[1]Sheet1!A1</f></c></row>'
    with pytest.raises(TemplateError) as refused:
        opened(template(tmp_path / "f.xlsx", {"Report": rows}))
    assert len(refused.value.reasons) == 3 and "3 things to change" in str(refused.value)
    with speaking("zh"):
        assert str(refused.value) == (
            "f.xlsx：需修改 3 处：Report!A1：此处没有函数 NOSUCH；Report!B1：名称 no_such_name 既不在词汇表中，也未定义；"
            "Report!C1：引用了其他工作簿。请将数据放入本工作簿"
        )


def test_a_reason_at_many_places_is_one_line_in_both_languages(tmp_path):
    cells = "".join(f'<c r="{column}1"><f>NOSUCH(1)</f></c>' for column in "ABCDE")
    with speaking("zh"), pytest.raises(TemplateError) as refused:  # found in one language, shown in either
        opened(template(tmp_path / "f.xlsx", {"Report": f'<row r="1">{cells}</row>'}))
    places = "Report!A1, Report!B1, Report!C1"
    assert str(refused.value) == f"f.xlsx: {places} and 2 more: NOSUCH is no function known here."
    with speaking("zh"):
        assert str(refused.value) == f"f.xlsx：{places} 等另 2 处：此处没有函数 NOSUCH"


@pytest.mark.parametrize("number", [5, 6, 7, 8, 42, 44])
def test_a_format_of_the_computers_own_currency_shows_no_sign(number):
    style = f'<styleSheet><cellXfs><xf numFmtId="{number}"/></cellXfs></styleSheet>'
    (code,) = formats.codes(style)
    assert formats.shown(1234.0, code) == ("1,234.00" if number in (7, 8, 44) else "1,234")
    own = style.replace(
        "<cellXfs>", f'<numFmts><numFmt numFmtId="{number}" formatCode="&quot;¥&quot;0"/></numFmts><cellXfs>'
    )
    assert formats.shown(1234.0, *formats.codes(own)) == "¥1234"


@pytest.mark.parametrize(
    "damage", [("<worksheet", "<x:worksheet"), ("<sheetData>", "<!DOCTYPE a><sheetData>"), ('r="1"', 'r="one"')]
)
def test_words_that_are_not_worked_on(simple, tmp_path, damage):
    with zipfile.ZipFile(simple) as archive:
        found = {name: archive.read(name).decode() for name in archive.namelist()}
    found["xl/worksheets/sheet1.xml"] = found["xl/worksheets/sheet1.xml"].replace(*damage, 1)
    path = tmp_path / "damaged.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in found.items():
            archive.writestr(name, text)
    with pytest.raises(InputError):
        opened(path)


MERGED, TABLE = '<mergeCell ref="{}"/>', '<table displayName="Held" ref="{}"{}><tableColumn name="Fund"/></table>'


@pytest.mark.parametrize(
    ("merged", "table"),
    [
        ("A:B", None),
        ("", None),
        (None, TABLE.format("A1:B", "")),
        (None, TABLE.format("A1:B2", ' totalsRowCount="one"')),
        (None, TABLE.replace("displayName", "x").format("A1:B2", "")),
        (None, "<x:table/>"),
    ],
)
def test_damaged_merged_cells_and_tables_are_refused(tmp_path, merged, table):
    rows = sheet('<row r="1"/>', "" if merged is None else f"<mergeCells>{MERGED.format(merged)}</mergeCells>")
    own = {"xl/t.xml": table, "xl/worksheets/_rels/sheet1.xml.rels": relations(("r", "table", "../t.xml"))}
    path = template(tmp_path / "damaged.xlsx", {"Report": rows}, parts=own if table else None)
    with pytest.raises(TemplateError, match="Report: "):
        opened(path)


def test_names_are_written_into_a_workbook_of_the_firms_own(tmp_path):
    """Then its formulas are live: the workbook filled, written again with a second sample, is filled again."""
    path = tmp_path / "own.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "Page"
    book.active["A1"] = '="For "&client_name'
    book.active["A2"] = "=SUM(w_now)"
    book.save(path)
    path.write_bytes(with_names(path, VOCABULARY, DATA))
    found = openpyxl.load_workbook(path)
    assert found["xl_data"].sheet_state == "hidden" and set(found.defined_names) == set(VOCABULARY)
    path.write_bytes(with_names(path, VOCABULARY, data(w_now=[1.0], asset_names=["Cash"])))
    document = fill(opened(path), data(), live=True)
    assert cells(document, "Page") == {"A1": "For Lin", "A2": 1.0}
    assert openpyxl.load_workbook(io.BytesIO(fill(opened(path), data()))).sheetnames == ["Page"]


@pytest.mark.parametrize("part", ["externalReferences", "functionGroups"])
def test_names_stand_where_the_order_of_a_workbooks_parts_has_them(tmp_path, part):
    """ECMA-376, CT_Workbook: sheets, functionGroups, externalReferences, definedNames, calcPr."""
    path = template(tmp_path / "own.xlsx", {"Page": '<row r="1"/>'}, book=f"<{part}><x/></{part}>")
    text = parts(with_names(path, VOCABULARY, DATA))["xl/workbook.xml"]
    assert re.findall("</(sheets|functionGroups|externalReferences|definedNames)>", text) == [
        "sheets",
        part,
        "definedNames",
    ]
    path = template(
        tmp_path / "live.xlsx",
        {"Page": REPORT, "xl_data": '<row r="1"/>'},
        strings=STRINGS,
        book=f"<{part}><x/></{part}>",
    )
    text = parts(fill(opened(path), data(), live=True))["xl/workbook.xml"]
    kept = [part] if part == "functionGroups" else []
    assert re.findall("</(sheets|functionGroups|externalReferences|definedNames)>", text) == [
        "sheets",
        *kept,
        "definedNames",
    ]


def test_macros_are_left_out_unless_they_are_kept(tmp_path):
    path = template(
        tmp_path / "f.xlsm",
        {"Report": REPORT},
        NAMES,
        strings=STRINGS,
        parts={"xl/vbaProject.bin": b"CANARY"},
        book_relations=(("v", "http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"),),
    )
    assert "xl/vbaProject.bin" not in parts(fill(opened(path), data()))
    assert "xl/vbaProject.bin" in parts(fill(opened(path), data(), macros=True))
