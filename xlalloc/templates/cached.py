"""Save a workbook with a cached value beside every formula and the dynamic-array mark on every array formula.

Without the add-in (a phone, a previewer, a mail program) the cached values show in place of #NAME?; with it Excel 365
spills and shows no @. openpyxl writes neither, so its file is completed here, part by part.
"""

import datetime as dt
import io
import re
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from xlalloc.book import Book, bounds, place
from xlalloc.errors import ErrorValue
from xlalloc.formula import evaluate
from xlalloc.templates import charts

METADATA = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1"'
    ' pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1"'
    ' coerce="1" cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
_CELL = re.compile(r'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>(.*?)</c>)', re.DOTALL)
EPOCH = (1980, 1, 1, 0, 0, 0)  # zip members carry no clock: the same input gives the same bytes


def save(workbook, path: str | Path) -> Book:
    """Write the workbook; gives the computed Book, whose values are those cached, to 15 digits."""
    book = Book(workbook)
    for sheet in workbook.worksheets:
        for chart in sheet._charts:
            charts.show_values(chart, lambda ref: _plain(evaluate(f"={ref}", place(book, None))))
    parts = parts_of(workbook)
    for sheet, part in zip(workbook.worksheets, _sheet_parts(parts), strict=True):
        parts[part] = _with_values(parts[part].decode(), sheet.title, book).encode()
    _describe_charts(parts, workbook)
    complete(parts)
    write_parts(parts, path)
    return book


def parts_of(workbook) -> dict[str, bytes]:
    """What openpyxl saves, part by part; the clock it puts there is the date the document was made instead."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    core = parts["docProps/core.xml"].decode()
    (created,) = re.findall(r"<dcterms:created[^>]*>([^<]*)<", core)
    parts["docProps/core.xml"] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{created}", core).encode()
    return parts


def write_parts(parts: dict[str, bytes], path: str | Path) -> None:
    """The whole file or nothing."""
    temporary = Path(f"{path}.part")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in parts.items():
                archive.writestr(zipfile.ZipInfo(name, EPOCH), data, zipfile.ZIP_DEFLATED)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _plain(rows: list[list]) -> list[list]:
    """Cells as a chart holds them: dates as their serials, no error."""

    def plain(cell):
        return to_excel(cell) if isinstance(cell, dt.date) else None if isinstance(cell, ErrorValue) else cell

    return [list(map(plain, row)) for row in rows]


def _describe_charts(parts: dict[str, bytes], workbook) -> None:
    """The text that stands for a chart where it is not seen; openpyxl writes none."""
    drawn = [sheet for sheet in workbook.worksheets if sheet._charts]
    for number, sheet in enumerate(drawn, 1):
        part = f"xl/drawings/drawing{number}.xml"
        xml = parts[part].decode()
        for k, chart in enumerate(sheet._charts, 1):
            named = f'name="Chart {k}"'
            xml = xml.replace(named, f"{named} descr={quoteattr(chart.alt_text)}")
        parts[part] = xml.encode()


def _sheet_parts(parts: dict[str, bytes]) -> list[str]:
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", parts["xl/_rels/workbook.xml.rels"].decode()):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        targets[attributes["Id"]] = "xl/" + attributes["Target"].removeprefix("/").removeprefix("xl/")
    ids = re.findall(r'<sheet\b[^>]*\br:id="([^"]*)"', parts["xl/workbook.xml"].decode())
    return [targets[i] for i in ids]


def _with_values(xml: str, sheet: str, book: Book) -> str:
    filled: set[tuple[int, int]] = set()  # cells an array formula fills beside its own
    for ref in re.findall(r'<f t="array" ref="([^"]+)"', xml):
        top, left, bottom, right = bounds(ref)
        filled |= {(i, j) for i in range(top, bottom + 1) for j in range(left, right + 1)} - {(top, left)}

    def cell(match: re.Match) -> str:
        column, row, attributes, content = match.groups()
        formula = re.search(r"<f\b.*?(?:</f>|/>)", content or "", re.DOTALL)
        at = (int(row), _number(column))
        if not formula and at not in filled:
            return match.group(0)
        style = re.search(r' s="\d+"', attributes)
        kind, text = _value(book.cell(sheet, *at))
        mark = ' cm="1"' if formula and 't="array"' in formula[0] else ""
        inner = (formula[0] if formula else "") + (f"<v>{text}</v>" if text is not None else "")
        return f'<c r="{column}{row}"{style[0] if style else ""}{kind}{mark}>{inner}</c>'

    done = _CELL.sub(cell, xml)
    missing = filled - {(int(r), _number(c)) for c, r, *_ in _CELL.findall(xml)}
    if missing:
        i, j = min(missing)
        raise ValueError(
            f"{sheet}!{get_column_letter(j)}{i}: a cell of an array formula is not in the sheet; style it first"
        )
    return done


def _number(column: str) -> int:
    number = 0
    for char in column:
        number = number * 26 + ord(char) - 64
    return number


def _value(value) -> tuple[str, str | None]:
    """The type attribute and the text of a cached value."""
    if value is None:
        return "", "0"
    if isinstance(value, bool):
        return ' t="b"', str(int(value))
    if isinstance(value, ErrorValue):
        return ' t="e"', str(value)
    if isinstance(value, str):
        return ' t="str"', escape(value)
    number = to_excel(value) if isinstance(value, dt.date) else value
    return "", f"{number:.15g}"  # what a cell shows; the digits after differ between processors


def complete(parts: dict[str, bytes]) -> None:
    """The dynamic-array metadata, and no order to recalculate on opening."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"
    parts["xl/metadata.xml"] = METADATA.encode()
    for part, mark, words in (
        ("[Content_Types].xml", r"(?=</Types>)", f'<Override PartName="/xl/metadata.xml" ContentType="{kind}"/>'),
        (
            "xl/_rels/workbook.xml.rels",
            r"(?=</Relationships>)",
            f'<Relationship Id="rIdMetadata" Type="{relation}" Target="metadata.xml"/>',
        ),
        ("xl/workbook.xml", r"<calcPr\b[^>]*/>", '<calcPr calcId="191029"/>'),
    ):
        xml, found = re.subn(mark, words, parts[part].decode())
        if found != 1:
            raise ValueError(f"{part}: {mark} stands there {found} times, not once: openpyxl writes it in another way")
        parts[part] = xml.encode()
