"""Hostile input: each trick gives one clear line; nothing is executed, nothing is written outside the folder."""

import contextlib
import copy
import csv
import datetime as dt
import io
import os
import re
import struct
import tracemalloc
import unicodedata
import zipfile
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

import openpyxl
import pytest
import report_data as rd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc import workbook_files
from xlalloc.errors import AllocError, InputError
from xlalloc.reports import run
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.trading import RefusedError

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DATES = [dt.date(2026, 1, 31), dt.date(2026, 2, 28), dt.date(2026, 3, 31)]
SHEETS = {
    "clients": [["id", "name", "model", "adviser", "benchmark", "notes", "cash_flow", "threshold", "goal", "goal_years", "age"],
                ["K1", "Name", "M", "Adviser", "B", "Note", 0, 0.05, None, None, 50]],
    "holdings": [["id", "asset", "units", "value", "bought_on", "account"], ["K1", "Gold", 10, None, dt.date(2025, 5, 5), "acc"], ["K1", "Bonds", None, 500, None, "acc"]],
    "assets": [["asset", "name_zh", "code", "share_class", "kind", "expected_return", "vol", "class"],
               ["Gold", "黄金", "518880", "A", "etf", 0.05, 0.15, "Gold"], ["Bonds", "债券", "000001", "C", "fund", 0.03, 0.05, "China bonds"]],
    "models": [["model", "asset", "target"], ["M", "Gold", 0.5], ["M", "Bonds", 0.5]],
    "benchmarks": [["name", "asset", "weight"], ["B", "Gold", 1]],
    "prices": [["date", "Gold", "Bonds"], *[[day, 5.0 + k, 1.0 + k / 100] for k, day in enumerate(DATES)]],
    "firm": [["key", "value"], ["suitability", "warn"]],  # no levels are given, and the letters are what is looked at
}  # fmt: skip


@pytest.fixture
def sheets():
    return copy.deepcopy(SHEETS)


def put(sheets, sheet, column, value, row=1):
    sheets[sheet][row][sheets[sheet][0].index(column)] = value


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def checked_report(tmp_path: Path, source: Path):
    """Runs the whole job; holds what was written to the folder it belongs in, and to values without formulas."""
    before = files(tmp_path)
    out = tmp_path / "deep" / "out"
    summary = run.report(source, out, lang="en")
    after = files(tmp_path)
    assert {name: after[name] for name in before} == before
    made = {Path(name).parent.as_posix() for name in after.keys() - before.keys()}
    assert made <= {"deep/out", "deep/out/internal"}
    assert sum(path.is_file() for path in out.iterdir()) == summary.written + 2
    for path in out.rglob("*.xlsx"):
        check_book(path)
    return out, summary


def check_book(path: Path):
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            assert not name.startswith(("/", "..")) and "vba" not in name.lower() and "externalLink" not in name
            if name.endswith((".xml", ".rels")):
                data = archive.read(name)
                expat.ParserCreate().Parse(data, True)
                assert (b"<f>" not in data and b"<f " not in data) or "chart" in name, name
                assert b"<!DOCTYPE" not in data
    book = openpyxl.load_workbook(path)
    for sheet in book:
        assert len(sheet.title) <= 31 and not re.search(r"[\\/*?:\[\]]", sheet.title)
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", (path.name, cell.coordinate)
                if cell.hyperlink:
                    target = unquote(cell.hyperlink.target or "")
                    file = path.parent / target
                    assert file.parent in (path.parent, path.parent / "internal") and file.exists()


def texts(path: Path) -> list[str]:
    return [str(value) for cells in rd.cells(path).values() for value in cells.values()]


def one_line(error) -> str:
    """An error is one line that says something and what to do."""
    message = str(error.value)
    assert "\n" not in message and 20 < len(message) < 500 and message.rstrip("`'\"").endswith((".", "sheets"))
    return message


def refused(source: Path) -> str:
    with pytest.raises(InputError) as error:
        read(source)
    return one_line(error)


def parts_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def pack(path: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def with_shared_strings(path: Path) -> dict[str, bytes]:
    """A book's parts with its texts where Excel keeps them; the tests' writer leaves them in the cells."""
    parts, strings = parts_of(path), []

    def shared(match):
        strings.append(match[2])
        return b'%s t="s"><v>%d</v></c>' % (match[1], len(strings) - 1)

    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        parts[name] = re.sub(rb'(<c [^>]*) t="inlineStr"><is><t[^>]*>([^<]*)</t></is></c>', shared, parts[name])
        assert b"inlineStr" not in parts[name]
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    items = b"".join(b"<si><t>%s</t></si>" % text for text in strings)
    parts["xl/sharedStrings.xml"] = b'<sst xmlns="%s">%s</sst>' % (main, items)
    return with_relationship(parts, f"{OFFICE}/sharedStrings", "xl/sharedStrings.xml")


def with_relationship(parts: dict[str, bytes], kind: str, part: str) -> dict[str, bytes]:
    rels = parts["xl/_rels/workbook.xml.rels"]
    more = f'<Relationship Id="more{len(rels)}" Type="{kind}" Target="/{part}"/></Relationships>'.encode()
    return {**parts, "xl/_rels/workbook.xml.rels": rels.replace(b"</Relationships>", more)}


@pytest.fixture
def parts(tmp_path, sheets):
    return with_shared_strings(rd.write_book(tmp_path / "good.xlsx", sheets))


# Formulas ------------------------------------------------------------------------------------------------------------

STARTS = ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝", "＋", "－", "＠", "'=", '"=', " =", "\u200b=", "\ufeff="]
PAYLOAD = "cmd|'/c calc'!A0"
TEXT_FIELDS = {
    "clients": ("id", "name", "model", "adviser", "benchmark", "notes"),
    "holdings": ("id", "asset", "account"),
    "models": ("model", "asset"),
    "assets": ("asset", "name_zh", "code", "share_class"),
    "benchmarks": ("name", "asset"),
}


@pytest.mark.parametrize("start", STARTS)
def test_no_text_field_becomes_a_formula(tmp_path, sheets, start):
    """Every text of the input begins so; equal texts stay equal, so that the client still gets a report."""
    for sheet, columns in TEXT_FIELDS.items():
        for column in columns:
            at = sheets[sheet][0].index(column)
            for row in sheets[sheet][1:]:
                row[at] = f"{start}{PAYLOAD} {row[at]}"
    sheets["prices"][0][1:] = [f"{start}{PAYLOAD} {name}" for name in sheets["prices"][0][1:]]
    sheets["prices"].insert(0, [f"{start}{PAYLOAD} remark"])
    book = STARTS.index(start) % 2  # a workbook and a folder by turns
    source = rd.write_book(tmp_path / "in.xlsx", sheets) if book else rd.write_folder(tmp_path / "in", sheets)
    out, summary = checked_report(tmp_path, source)
    assert summary.written == 1
    (report,) = (path for path in out.glob("*.xlsx") if path.stem not in ("index", "problems"))
    shown = f"{start}{PAYLOAD} ".lstrip("\t\r\n \u200b\ufeff")
    assert (
        f"{shown}Name" in texts(report)
        and f"{shown}Gold" in texts(report)
        and f"{shown}Note" in texts(out / "index.xlsx")
    )


# Paths ---------------------------------------------------------------------------------------------------------------

IDS = [
    "../x", "..\\..\\x", "/etc/passwd", "C:\\Windows\\x", "\\\\server\\share\\x", "a\x00b", "CON", "LPT9", "NUL.", "trailing...", "...", "~", "-rf",
    "$HOME", "%TEMP%", "a|b", "a*b?", 'q"q', "K\u0301", "é" * 90, "索" * 60, "file:///x", "http://example.org/x", "#frag", "a b", "x.xlsx", "index", "~$lock", "👩‍👩‍👧",
    "\u202etxt.exe", "مرحبا", "desktop.ini", "Ｋ９", "con.txt", "com¹", "索" * 200,
]  # fmt: skip


def test_no_id_leads_outside_the_folder(tmp_path, sheets):
    """A name is fit for Windows, the Mac and Linux."""
    sheets["clients"] = [sheets["clients"][0], *[[id_, *SHEETS["clients"][1][1:]] for id_ in IDS]]
    inputs = read(rd.write_folder(tmp_path / "in", sheets))
    names = list(run.file_names(inputs.clients, inputs.problems).values())
    assert len({unicodedata.normalize("NFKC", name).casefold() for name in names}) == len(IDS) == len(inputs.clients)
    for name in names:
        stem = name.removesuffix(".xlsx")
        assert not re.search(r'[\\/:*?"<>|\x00-\x1f\u202a-\u202e]', name) and len(name.encode()) <= 255, name
        assert stem == stem.strip(". ") and not re.match(
            r"(?i)(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)", stem
        ), name


def test_the_worst_ids_as_files(tmp_path, sheets):
    """The links of the index lead to them."""
    ids = ["../x", "C:\\x", "/etc/passwd", "a\x00b", "NUL", "con.txt", "索" * 200, "#a b%2e%2e/"]
    sheets["clients"] = [sheets["clients"][0], *[[id_, *SHEETS["clients"][1][1:]] for id_ in ids]]
    sheets["holdings"] = [sheets["holdings"][0], *[[id_, *row[1:]] for id_ in ids for row in SHEETS["holdings"][1:]]]
    out, summary = checked_report(tmp_path, rd.write_folder(tmp_path / "in", sheets))
    assert (summary.written, summary.failed) == (len(ids), 0)
    sheet = openpyxl.load_workbook(out / "index.xlsx")["Index"]
    assert sum(1 for row in sheet.iter_rows() for cell in row if cell.hyperlink) == len(ids)


@pytest.mark.parametrize(
    "one,other",
    [
        ("é1", "e\u03011"),
        ("K1", "Ｋ１"),
        ("ß", "SS"),
        ("K1", "k1"),
        ("K1", "K1\u200b"),
        ("ﬁ", "fi"),
        ("K1", "K1\u202e"),
    ],
)
def test_ids_that_look_alike_are_refused(tmp_path, sheets, one, other):
    """Composed and decomposed, wide and narrow, with marks nobody sees: whose holdings are whose cannot be told."""
    sheets["clients"] = [sheets["clients"][0], *[[id_, *SHEETS["clients"][1][1:]] for id_ in (one, other)]]
    sheets["holdings"] = [
        sheets["holdings"][0],
        *[[id_, *row[1:]] for id_ in (one, other) for row in SHEETS["holdings"][1:]],
    ]
    inputs = read(rd.write_folder(tmp_path / "in", sheets))
    assert len(inputs.clients) == 1 and inputs.problems.refused == {inputs.clients[0].id}
    assert [p.location.row for p in inputs.problems.items if p.kind == "id_twice"] == [2, 3]


def test_an_input_that_is_no_plain_file(tmp_path, sheets):
    folder = rd.write_folder(tmp_path / "in", {k: v for k, v in sheets.items() if k != "clients"})
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "clients.csv")  # reading it would wait for ever
        assert "no file clients" in refused(folder)
        (folder / "clients.csv").unlink()
    (folder / "clients.csv").mkdir()
    assert "no file clients" in refused(folder)
    for name in ("x\0y.xlsx", "none.xlsx"):
        assert "no such file" in refused(tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / ("n" * 5000 + ".xlsx"))


def test_sheet_names_are_only_looked_at(tmp_path, parts, sheets):
    names = [
        "../holdings",
        "'holdings'!A1",
        "=holdings",
        "holdings\u202e",
        "h" * 3000,
        "[holdings]",
        "CLIENTS ",
        "客户",
        "emoji 🎉",
    ]
    book = parts["xl/workbook.xml"].decode()
    sheet = re.search(r'<(?:\w+:)?sheet [^>]*name="holdings"[^>]*/>', book)[0]
    for k, name in enumerate(names):
        more = sheet.replace('name="holdings"', f'name="{name}"').replace('sheetId="', f'sheetId="9{k}')
        book = book.replace("</sheets>", more + "</sheets>")
    out, summary = checked_report(tmp_path, pack(tmp_path / "in.xlsx", {**parts, "xl/workbook.xml": book.encode()}))
    kinds = [p.kind for p in summary.problems]
    assert summary.written == 1 and kinds.count("sheet_twice") == 2 and kinds.count("unknown_sheet") == len(names) - 2
    assert openpyxl.load_workbook(out / "K1.xlsx").sheetnames[0] == "Summary"


# Characters ----------------------------------------------------------------------------------------------------------

NAMES = {
    "bell\x07 null\x00 vt\x0b ff\x0c esc\x1b": "bell null vt ff esc", "noncharacter\uffff\ufffe": "noncharacter", "c1\x80\x9f": "c1", "👩‍👩‍👧 family 🎉": None,
    "محمد עברית": None, "\u202eevil\u202c": "evil", "\u2066isolate\u2069": "isolate", "line\r\nbreak": "line break", "𠮷野家 𝒜": None, "<b>&amp;</b>]]>": None,
    "a\u0300\u0301\u0302\u0303": None, "_x0041_": None, "{name} {0} %s": None,
}  # fmt: skip


def test_characters_no_file_may_hold(tmp_path, sheets):
    """Dropped where they cannot be shown or turn the writing round, and said; all else comes out as it went in."""
    names, rest = list(NAMES), SHEETS["clients"][1]
    pairs = list(zip(names[::2], [*names[1::2], "Adviser"], strict=True))
    rows = [[f"K{k}", name, rest[2], adviser, *rest[4:]] for k, (name, adviser) in enumerate(pairs)]
    sheets["clients"] = [sheets["clients"][0], *rows]
    lots = SHEETS["holdings"][1:]
    sheets["holdings"] = [sheets["holdings"][0], *[[row[0], *lot[1:]] for row in rows for lot in lots]]
    out, summary = checked_report(tmp_path, rd.write_folder(tmp_path / "in", sheets))
    assert summary.written == len(rows)
    said = {(p.client, p.location.column) for p in summary.problems if p.kind == "illegal_characters"}
    for k, pair in enumerate(pairs):
        shown = "\n".join(texts(out / f"K{k}.xlsx"))
        for column, name in zip(("name", "adviser"), pair, strict=True):
            assert (NAMES.get(name) or name) in shown, name
            assert ((f"K{k}", column) in said) == (NAMES.get(name) is not None and "line" not in name), name


def test_escapes_of_a_workbook_are_those_characters(tmp_path, parts):
    strings = parts["xl/sharedStrings.xml"].replace(b"<t>Name</t>", b"<t>a_x0007__x202E_b_xD800__x005F_x0041_</t>")
    assert strings != parts["xl/sharedStrings.xml"]
    out, summary = checked_report(tmp_path, pack(tmp_path / "in.xlsx", {**parts, "xl/sharedStrings.xml": strings}))
    assert "illegal_characters" in [p.kind for p in summary.problems] and "ab_x0041_" in map(
        unescape, texts(out / "K1.xlsx")
    )


# Size ----------------------------------------------------------------------------------------------------------------

TEN = 10 * 2**20


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("sheet,column,problem", [
    ("clients", "name", "too_long"), ("clients", "notes", "too_long"), ("clients", "cash_flow", "unreadable_number"), ("clients", "id", "id_too_long"),
    ("holdings", "account", "too_long"), ("assets", "code", "too_long"), ("prices", "Gold", "no_price"),
])  # fmt: skip
def test_ten_megabytes_in_one_cell(tmp_path, sheets, kind, sheet, column, problem):
    put(sheets, sheet, column, "MARK" if kind == "xlsx" else "9" * TEN)
    if kind == "csv":
        source = rd.write_folder(tmp_path / "in", sheets)
    else:
        parts = with_shared_strings(rd.write_book(tmp_path / "in.xlsx", sheets))
        source = pack(
            tmp_path / "in.xlsx",
            {
                **parts,
                "xl/sharedStrings.xml": parts["xl/sharedStrings.xml"].replace(b">MARK<", b">" + b"9" * TEN + b"<"),
            },
        )
    inputs = read(source)
    (found,) = [p for p in inputs.problems.items if p.kind == problem]
    assert len(found.location.value) <= 60 and found.location.row >= 2
    assert problem not in ("too_long", "id_too_long") or re.search(r"limit|上限", found.wrong("en") + found.wrong("zh"))
    for client in inputs.clients:
        assert (
            len(client.name) <= 255
            and len(client.notes) <= 32_767
            and all(len(lot.account) <= 255 for lot in client.lots)
        )
    if problem == "too_long" and kind == "xlsx":
        assert checked_report(tmp_path, source)[1].written == 1


@pytest.mark.parametrize(
    "sheet,column,problem",
    [
        ("holdings", "units", "unreadable_number"),
        ("holdings", "bought_on", "bad_date"),
        ("clients", "threshold", "unreadable_share"),
        ("prices", "Bonds", "no_price"),
        ("prices", "date", "bad_date"),
    ],
)
@pytest.mark.parametrize("text", ["1" + " " * 300 + "2", "2026-01-31" + " " * 300 + "x"])
def test_a_figure_is_not_read_from_the_start_of_a_long_text(tmp_path, sheets, sheet, column, problem, text):
    put(sheets, sheet, column, text)
    assert problem in [p.kind for p in read(rd.write_folder(tmp_path / "in", sheets)).problems.items]


def test_a_high_ratio_is_refused(tmp_path, parts):
    bomb = pack(tmp_path / "in.xlsx", {**parts, "xl/sharedStrings.xml": b"<sst>" + b" " * (60 * 2**20) + b"</sst>"})
    assert bomb.stat().st_size < 200_000
    assert re.search(r"unpacks to [\d,]+ times its size; the limit is 200 times.*Copy the cells", refused(bomb))


def test_more_than_the_limit_is_refused_without_unpacking_it(tmp_path, parts):
    """The size stands in the list of parts; nothing is unpacked to find it."""
    path = pack(tmp_path / "in.xlsx", parts)
    lied = set_size(path, b"xl/sharedStrings.xml", 3 * 2**30)
    tracemalloc.start()
    assert re.search(r"unpacks to 3,072 MB; the limit is 512 MB.*several files", refused(lied))
    assert tracemalloc.get_traced_memory()[1] < 20 * 2**20
    tracemalloc.stop()


def set_size(path: Path, part: bytes, size: int) -> Path:
    """The unpacked size a zip file claims for a part, in its list of parts."""
    data = bytearray(path.read_bytes())
    at = data.rfind(part) - 46
    assert data[at : at + 4] == b"PK\x01\x02"
    data[at + 24 : at + 28] = struct.pack("<I", size)
    path.write_bytes(data)
    return path


def test_a_part_larger_than_it_says_is_one_line(tmp_path, parts):
    parts["xl/worksheets/sheet2.xml"] = parts["xl/worksheets/sheet2.xml"].replace(
        b"</sheetData>", b" " * (40 * 2**20) + b"</sheetData>"
    )
    path = set_size(pack(tmp_path / "in.xlsx", parts), b"xl/worksheets/sheet2.xml", 2000)
    assert "cannot be read" in refused(path)


def test_too_many_parts(tmp_path, parts):
    many = {**parts, **{f"x/{k}": b"" for k in range(6_000)}}
    assert re.search(
        r"holds 6,0\d\d parts; the limit is 5,000.*Copy the cells", refused(pack(tmp_path / "in.xlsx", many))
    )
    names = {**parts, **{f"{'x' * 500}{k}": b"" for k in range(3_000)}}
    assert "parts; the limit is 5,000" in refused(pack(tmp_path / "in2.xlsx", names))


def test_zips_within_are_not_opened(tmp_path, parts):
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("deeper.zip", b"0" * TEN)
    path = pack(
        tmp_path / "in.xlsx",
        {**parts, "xl/embeddings/nested.zip": inner.getvalue(), "../../evil.txt": b"x", "/abs.txt": b"x"},
    )
    assert checked_report(tmp_path, path)[1].written == 1


def test_empty_rows_cost_no_memory(tmp_path, parts):
    """A sheet formatted to its end: rows with a style and nothing in them."""
    rows = b"".join(b'<row r="%d" s="1" customFormat="1"><c r="A%d" s="1"/></row>' % (k, k) for k in range(10, 100_010))
    sheet = parts["xl/worksheets/sheet2.xml"].replace(b"</sheetData>", rows + b"</sheetData>")
    path = pack(tmp_path / "in.xlsx", {**parts, "xl/worksheets/sheet2.xml": sheet})
    tracemalloc.start()
    assert [len(client.lots) for client in read(path).clients] == [2]
    assert tracemalloc.get_traced_memory()[1] < 10 * 2**20
    tracemalloc.stop()


@pytest.mark.parametrize("dimension", ["A1:XFD1048576", "A1", "ZZZZ9:A1", "", "A1:B99999999999"])
def test_what_a_sheet_says_of_its_size_is_not_believed(tmp_path, parts, dimension):
    sheet = re.sub(rb"<dimension[^>]*/>", b"", parts["xl/worksheets/sheet2.xml"])
    sheet = sheet.replace(b"<sheetData>", b'<dimension ref="%s"/><sheetData>' % dimension.encode())
    assert len(read(pack(tmp_path / "in.xlsx", {**parts, "xl/worksheets/sheet2.xml": sheet})).clients[0].lots) == 2


@pytest.mark.parametrize("row,cell,words", [
    (1048576, "XFD1048576", None), (10**9, "A1", "cannot be read"), (0, "A1", "cannot be read"), (-5, "A1", "cannot be read"), (9, "ZZZZ9", "cannot be read"), (9, "!9", "cannot be read"), ("x", "A1", "cannot be read"), ("9" * 5000, "A1", "cannot be read"),
])  # fmt: skip
def test_cells_at_the_far_end(tmp_path, parts, row, cell, words):
    far = f'<row r="{row}"><c r="{cell}" t="inlineStr"><is><t>far</t></is></c></row></sheetData>'
    path = pack(
        tmp_path / "in.xlsx",
        {**parts, "xl/worksheets/sheet2.xml": parts["xl/worksheets/sheet2.xml"].replace(b"</sheetData>", far.encode())},
    )
    if words:
        assert words in refused(path)
    else:
        assert len(read(path).clients[0].lots) == 2


# Entities ------------------------------------------------------------------------------------------------------------

LAUGHS = (
    '<!DOCTYPE x [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    + "]>"
)
DECLARATIONS = {
    "file": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    "net": '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
    "laughs": LAUGHS,
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]>',
    "blank": "<!DOCTYPE x>",
}
READ_PARTS = [
    "xl/workbook.xml",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "_rels/.rels",
    "xl/_rels/workbook.xml.rels",
]


@pytest.mark.parametrize("part", READ_PARTS)
@pytest.mark.parametrize("kind", DECLARATIONS)
def test_no_part_may_declare_entities(tmp_path, parts, part, kind):
    body = re.sub(rb"<\?xml[^>]*\?>", b"", parts[part])
    parts[part] = DECLARATIONS[kind].encode() + body
    message = refused(pack(tmp_path / "in.xlsx", parts))
    assert "cannot be read safely" in message and part in message and "Copy the cells" in message


def test_entities_in_another_encoding(tmp_path, parts):
    parts["xl/workbook.xml"] = (
        '<?xml version="1.0" encoding="utf-16"?>' + DECLARATIONS["file"] + "<workbook/>"
    ).encode("utf-16")
    assert "cannot be read safely" in refused(pack(tmp_path / "in.xlsx", parts))


# Macros, links, other files ------------------------------------------------------------------------------------------

PARTS_IGNORED = {
    "has_macros": ("xl/innocent.bin", "http://schemas.microsoft.com/office/2006/relationships/vbaProject"),
    "has_links": ("xl/other.xml", f"{OFFICE}/externalLink"),
    "has_connections": ("xl/c.xml", f"{OFFICE}/connections"),
}


@pytest.mark.parametrize("suffix", ["xlsx", "xlsm"])
@pytest.mark.parametrize("kind", PARTS_IGNORED)
def test_macros_links_and_connections_are_left_alone_and_said(tmp_path, parts, kind, suffix):
    """Found by what they are to the workbook, whatever they are called."""
    part, of_type = PARTS_IGNORED[kind]
    path = pack(tmp_path / f"in.{suffix}", with_relationship({**parts, part: b"\0evil"}, of_type, part))
    _, summary = checked_report(tmp_path, path)
    assert summary.written == 1 and [p.kind for p in summary.problems if p.kind.startswith("has_")] == [kind]


def test_relationships_that_lead_outside(tmp_path, parts):
    """A sheet whose part is a file of this machine, or an address, is no sheet."""
    rels = parts["xl/_rels/workbook.xml.rels"]
    for target in (
        b'Target="../../../../etc/passwd"',
        b'Target="http://127.0.0.1:9/x" TargetMode="External"',
        b'Target="/etc/passwd"',
    ):
        changed = re.sub(rb'Target="/?(xl/)?worksheets/sheet1.xml"', target, rels)
        assert changed != rels
        message = refused(pack(tmp_path / "in.xlsx", {**parts, "xl/_rels/workbook.xml.rels": changed}))
        assert "no sheet clients" in message or "cannot be read" in message


def compound(words: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + words.encode("utf-16-le") + b"\0" * 2000


OTHER_FILES = {
    "encrypted": (compound("EncryptedPackage"), "protected by a password"), "xls": (compound("Workbook"), "old .xls"), "empty": (b"", "is empty"),
    "text": (b"id,name\nK1,A\n", "a text file"), "html": (b"<html><table>", "a web page"), "html table": (b"  <TABLE border=1>", "a web page"), "xml": (b"<?xml version='1.0'?>", "an XML file"),
    "pdf": (b"%PDF-1.7\n", "a PDF"), "bytes": (b"\x00\x01\x02", "another kind"), "zip start": (b"PK\x03\x04", "damaged or cut short"), "gzip": (b"\x1f\x8b\x08\x00", "another kind"),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_FILES)
def test_files_of_another_kind_called_xlsx(tmp_path, name):
    content, words = OTHER_FILES[name]
    (tmp_path / "in.xlsx").write_bytes(content)
    assert words in refused(tmp_path / "in.xlsx")
    with pytest.raises(InputError, match=words):
        workbook_files.load(tmp_path / "in.xlsx")  # as formulas open them


def test_a_workbook_that_is_not_there_or_cannot_be_opened(tmp_path, monkeypatch):
    for path, words in (
        (tmp_path / "none.xlsx", r"none\.xlsx: there is no such file\."),
        (tmp_path, "a folder; a workbook is needed here"),
        ("a\0b.xlsx", "cannot be opened .*null"),
    ):
        with pytest.raises(InputError, match=words):
            workbook_files.load(path)

    def denied(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(InputError, match=r"in\.xlsx: cannot be opened \(Permission denied\)\. Close it elsewhere"):
        workbook_files.load(tmp_path / "in.xlsx")


@pytest.mark.parametrize("name", ["encrypted", "empty", "html"])
def test_prices_of_another_kind(tmp_path, sheets, name):
    content, words = OTHER_FILES[name]
    (tmp_path / "prices.xlsx").write_bytes(content)
    with pytest.raises(InputError, match=words) as error:
        read(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "prices.xlsx")
    assert "prices.xlsx" in one_line(error)


def test_archives_that_are_no_workbook(tmp_path, parts):
    cases = {
        "mimetype": (
            {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"},
            "OpenDocument",
        ),
        "xlsb": ({**parts, "xl/workbook.bin": b"x"}, r"binary workbook"),
        "zip": ({"a.txt": b"x"}, "not an Excel workbook"),
        "docx": ({**parts, "_rels/.rels": b"<Relationships/>"}, "not an Excel workbook"),
        "no workbook": ({k: v for k, v in parts.items() if k != "xl/workbook.xml"}, "not an Excel workbook"),
        "no sheet": ({k: v for k, v in parts.items() if k != "xl/worksheets/sheet1.xml"}, "cannot be read"),
        "no strings": ({k: v for k, v in parts.items() if "shared" not in k}, "cannot be read"),
    }
    for name, (content, words) in cases.items():
        assert re.search(words, refused(pack(tmp_path / "in.xlsx", content))), name


def test_an_encrypted_archive(tmp_path, parts):
    path = pack(tmp_path / "in.xlsx", parts)
    data = bytearray(path.read_bytes())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    path.write_bytes(data)
    assert "protected by a password" in refused(path)


def test_a_file_cut_short_anywhere(tmp_path, sheets):
    whole = rd.write_book(tmp_path / "in.xlsx", sheets).read_bytes()
    for k in range(1, 40):
        (tmp_path / "cut.xlsx").write_bytes(whole[: len(whole) * k // 40])
        assert "damaged" in refused(tmp_path / "cut.xlsx")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), min_size=1, max_size=8))
def test_flipped_bytes_are_read_or_refused_in_one_line(tmp_path, flips):
    path = tmp_path / "in.xlsx"
    if not path.exists():
        rd.write_book(path, copy.deepcopy(SHEETS))
    data = bytearray(path.read_bytes())
    for where, value in flips:
        data[int(where * len(data))] = value
    (tmp_path / "flipped.xlsx").write_bytes(data)
    try:
        read(tmp_path / "flipped.xlsx")
    except AllocError as error:
        assert "\n" not in str(error)


# Numbers and dates ---------------------------------------------------------------------------------------------------

FIGURES = [
    "-1",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e308",
    "1e-308",
    "1E400",
    "0x10",
    "1_000",
    "٣",
    "999999999999999",
    "0",
    "--5",
    "1e",
    "½",
    "1" * 400,
    "=1",
    "TRUE",
]


@pytest.mark.parametrize("sheet,column", [
    ("holdings", "units"), ("holdings", "value"), ("clients", "cash_flow"), ("clients", "threshold"), ("clients", "goal"), ("clients", "goal_years"), ("clients", "age"),
    ("models", "target"), ("assets", "expected_return"), ("assets", "vol"), ("prices", "Gold"),
])  # fmt: skip
def test_no_figure_breaks_a_report(tmp_path, sheets, sheet, column):
    """Every column of figures with every figure, one client each: a report, or a line in the list, never a failure."""
    for figure in FIGURES:
        one = copy.deepcopy(sheets)
        put(one, sheet, column, figure)
        if column == "goal":
            put(one, "clients", "goal_years", 5)
        if column == "goal_years":
            put(one, "clients", "goal", 1000)
        inputs = read(rd.write_folder(tmp_path / "in", one))
        client = inputs.clients[0]
        if client.id in inputs.problems.refused:
            assert all(p.wrong("en") and p.wrong("zh") for p in inputs.problems.items)
            continue
        with contextlib.suppress(RefusedError):
            compute(client, inputs)


@pytest.mark.parametrize("figure", ["999999999999999", "1e-308"])
def test_the_largest_and_smallest_figures_are_written(tmp_path, sheets, figure):
    for sheet, column in (("holdings", "units"), ("clients", "cash_flow"), ("clients", "goal")):
        put(sheets, sheet, column, figure)
    put(sheets, "clients", "goal_years", 150)
    assert checked_report(tmp_path, rd.write_folder(tmp_path / "in", sheets))[1].written == 1


@pytest.mark.parametrize("sheet,column", [("holdings", "bought_on"), ("prices", "date")])
def test_no_date_breaks_a_report(tmp_path, sheets, sheet, column):
    for figure in (
        "9999-12-31",
        "0000-00-00",
        "1899-12-31",
        "2026-02-30",
        "2958465",
        "-1",
        "1e9",
        "2200-12-31",
        "1900-01-01",
        "20261301",
        "NaN",
    ):
        one = copy.deepcopy(sheets)
        put(one, sheet, column, figure)
        inputs = read(rd.write_folder(tmp_path / "in", one))
        if figure not in ("2200-12-31", "1900-01-01"):
            assert "bad_date" in [p.kind for p in inputs.problems.items] or figure == "NaN", figure
        compute(inputs.clients[0], inputs)


def test_numbers_no_number_can_be_in_a_workbook(tmp_path, parts):
    """A workbook's XML may say anything between <v> and </v>."""
    sheet = parts["xl/worksheets/sheet2.xml"]
    assert b"<v>10</v>" in sheet
    for text, kind in (
        (b"NaN", "no_value"),
        (b"INF", "unreadable_number"),
        (b"1e999", "unreadable_number"),
        (b"ten", None),
        (b"", "no_value"),
        (b"1e308", "unreadable_number"),
    ):
        path = pack(
            tmp_path / "in.xlsx",
            {**parts, "xl/worksheets/sheet2.xml": sheet.replace(b"<v>10</v>", b"<v>" + text + b"</v>")},
        )
        if kind is None:
            assert "cannot be read" in refused(path)
        else:
            assert kind in [p.kind for p in read(path).problems.items], text


def test_a_csv_of_one_enormous_line(tmp_path, sheets):
    folder = rd.write_folder(tmp_path / "in", sheets)
    (folder / "holdings.csv").write_bytes(b"id,asset,units\n" + b"K1," * 60_000)
    assert read(folder).problems.refused == {"K1"}
    (folder / "holdings.csv").write_bytes(b"id," * 60_000)
    assert "no column asset" in refused(folder)
    (folder / "holdings.csv").write_bytes(b"")
    assert "the file is empty" in refused(folder)
    with (folder / "holdings.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["x"]] * 5)
    assert "no header found" in refused(folder)
