"""The index and the list of problems: valid workbooks of any length, no clock in them, words that stay words."""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openpyxl.utils.escape import unescape

from xlalloc.errors import ErrorValue
from xlalloc.reports import index
from xlalloc.reports.batch import Line
from xlalloc.reports.folder import is_ours
from xlalloc.reports.listing import Column, Listing
from xlalloc.reports.problems import Location, Problem
from xlalloc.reports.texts import TEXTS

HOSTILE = '=HYPERLINK("x") <&> \x07 % \x01'
ORDER = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter",
         "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
         "pageSetup", "headerFooter", "rowBreaks", "drawing")  # fmt: skip
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def lines_of(count: int) -> index.Lines:
    lines = index.Lines(count)
    for k in reversed(range(count)):
        lines[k] = Line(f"K{k:03d}", "=1+1" if k == 1 else "Name", value=1000.5 * k, drift=0.01, signal="client.due",
                        vol=ErrorValue("#NUM!") if k == 2 else 0.1, status="index.done", file=f"K{k:03d} ä.xlsx",
                        notes=HOSTILE if k == 0 else "", expires="2027-02-09")  # fmt: skip
    return lines


@pytest.fixture(params=["en", "zh"])
def written(request, tmp_path):
    made = index.Made("a" * 32, "", "b" * 32)
    index.write_index(tmp_path / "index.xlsx", request.param, dt.date(2026, 10, 31), lines_of(5), made)
    problems = [Problem("K001", "no_answer", "done.reported", Location("clients", 3, "id", "=x"),
                        (("what", "X"), ("reason", "a long reason " * 20)))]  # fmt: skip
    index.write_problems(tmp_path / "problems.xlsx", request.param, None, problems)
    index.write_problems(tmp_path / "none.xlsx", request.param, None, [])
    return tmp_path, request.param


def test_parts_are_whole_and_say_what_they_are(written):
    """Every part is declared, every relation leads to a part, elements stand in the order that Excel asks for."""
    for path in written[0].glob("*.xlsx"):
        assert is_ours(path)
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None and archive.namelist()[0] == "[Content_Types].xml"
            assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in archive.infolist())
            parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
        declared = {x.get("PartName", "").lstrip("/") for x in parts["[Content_Types].xml"]} - {""}
        assert {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"} == declared
        for name, tree in parts.items():
            if name.endswith(".rels"):
                for relation in tree:
                    target = relation.get("Target")
                    base = Path(name).parent.parent
                    found = target.lstrip("/") if target.startswith("/") else str(base / target)
                    assert relation.get("TargetMode") == "External" or str(Path(found)) in parts, (name, target)
        sheet = parts["xl/worksheets/sheet1.xml"]
        order = [child.tag.split("}")[1] for child in sheet]
        assert order == [tag for tag in ORDER if tag in order for _ in range(order.count(tag))]
        styles = len(parts["xl/styles.xml"].find(f"{MAIN}cellXfs"))
        assert max(int(cell.get("s", 0)) for cell in sheet.iter(f"{MAIN}c")) < styles
        rows = [int(row.get("r")) for row in sheet.iter(f"{MAIN}row")]
        assert rows == sorted(set(rows))


def test_words_stay_words_and_what_is_missing_is_a_dash(written):
    sheet = openpyxl.load_workbook(written[0] / "index.xlsx").worksheets[0]
    rows = {row[1].value: row for row in sheet.iter_rows() if str(row[1].value).startswith("K0")}
    assert list(rows) == [f"K{k:03d}" for k in range(5)]
    assert not any(cell.data_type in "fe" for row in sheet.iter_rows() for cell in row)
    assert rows["K001"][2].value == "=1+1" and rows["K001"][2].quotePrefix and rows["K001"][2].data_type == "s"
    note = next(cell for cell in rows["K000"] if str(cell.value).startswith("=HYPERLINK"))
    assert note.value.startswith('=HYPERLINK("x") <&> ') and note.quotePrefix
    assert ("not available" if written[1] == "en" else "无法计算") in [cell.value for cell in rows["K002"]]
    assert rows["K003"][11].value == 3001.5 and rows["K003"][11].number_format == "#,##0"
    assert rows["K003"][9].value == dt.datetime(2027, 2, 9) and rows["K003"][5].value == "–"
    assert rows["K003"][4].hyperlink.target == "K003%20%C3%A4.xlsx" and rows["K003"][4].font.underline == "single"
    head = int(sheet.print_title_rows.strip("$").split(":")[0].strip("$"))
    assert sheet.auto_filter.ref == f"B{head}:T{head + 5}" and sheet.cell(head + 1, 2).value == "K000"
    assert all(sheet.cell(head, k).value and "." not in sheet.cell(head, k).value for k in range(2, 21))


def test_long_texts_have_room_and_no_problem_is_said(written):
    sheet = openpyxl.load_workbook(written[0] / "problems.xlsx").worksheets[0]
    row = next(cell.row for cell in sheet["B"] if cell.value == "K001")
    assert sheet.row_dimensions[row].height > 60 and sheet.cell(row, 6).quotePrefix
    assert sheet.cell(row, 7).alignment.wrap_text
    none = openpyxl.load_workbook(written[0] / "none.xlsx")
    texts = [cell.value for row in none.worksheets[0].iter_rows() for cell in row if cell.value]
    said = TEXTS["problems.none"][written[1]]
    assert said in texts and said not in [cell.value for row in sheet.iter_rows() for cell in row]
    assert none.properties.created == none.properties.modified == dt.datetime(2000, 1, 1)


def test_other_readers_read_it(written):
    from python_calamine import CalamineWorkbook

    ours = openpyxl.load_workbook(written[0] / "index.xlsx").worksheets[0]
    theirs = (
        CalamineWorkbook.from_path(written[0] / "index.xlsx").get_sheet_by_index(0).to_python(skip_empty_area=False)
    )
    for row in ours.iter_rows():
        for cell in row:
            if isinstance(cell.value, int | float | str):
                value = unescape(cell.value) if isinstance(cell.value, str) else cell.value
                assert theirs[cell.row - 1][cell.column - 1] == value


def test_rows_are_asked_for_one_by_one():
    file, asked = io.BytesIO(), []

    def rows():
        for k in range(3000):
            asked.append(k)
            yield [f"row {k}", float(k)]

    Listing("en", "index", (Column("index.id", "General", 20), Column("client.value", "0", 12))).write(
        file, None, "index", rows
    )
    with zipfile.ZipFile(file) as archive:
        assert archive.read("xl/worksheets/sheet1.xml").count(b"<row ") > 3000 and len(asked) == 6000


def test_without_links_beyond_what_excel_opens(tmp_path, monkeypatch):
    monkeypatch.setattr(index, "MOST_LINKS", 4)
    index.write_index(tmp_path / "index.xlsx", "en", None, lines_of(5), index.Made("", "", ""))
    with zipfile.ZipFile(tmp_path / "index.xlsx") as archive:
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
        assert not re.search(b"<hyperlink", archive.read("xl/worksheets/sheet1.xml"))
