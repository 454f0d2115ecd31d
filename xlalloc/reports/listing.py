"""A long list as a workbook: openpyxl writes what stands around it; the rows are streamed, however many there are."""

import datetime as dt
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from copy import copy
from itertools import chain
from typing import NamedTuple
from urllib.parse import quote

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter

from xlalloc.documents import xml
from xlalloc.documents.built import parts_of
from xlalloc.documents.cell_text import FORMULA_LIKE, cell_text
from xlalloc.documents.heights import lines_of
from xlalloc.documents.package import TYPES
from xlalloc.documents.skeleton import CUSTOM, custom
from xlalloc.errors import ErrorValue
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.layout import GREY, INK, PLAIN, ROW_POINTS, WARN, Document

NO_DATE = dt.date(2000, 1, 1)  # of a file whose data have no date
SHEET, RELATIONS = "xl/worksheets/sheet1.xml", "xl/worksheets/_rels/sheet1.xml.rels"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
AT_ONCE = 500  # rows that are written together
KINDS = ("value", "word", "blank", "error", "link")  # of cells, each with a style of its own


class Column(NamedTuple):
    """The key of its header, its number format, its width in characters."""

    key: str
    format: str
    width: float


class Listing:
    """One page, ``key``, with a table of these columns; with long ``texts`` rows are as tall as their words need."""

    def __init__(self, lang: str, key: str, columns: tuple[Column, ...], texts: bool = False):
        self.columns, self.document = columns, Document(lang, TEXTS)
        self.page = page = self.document.page(key, landscape=True)
        self.say, self.texts, self.printed = self.document.say, texts, 0
        page.title()

    def spread(self, across: int, printed: int) -> None:
        """Print so many sheets of paper across, the first two columns on each, and only the first columns."""
        self.printed, self.page.sheet.page_setup.fitToWidth = printed, across
        self.page.sheet.print_title_cols = "B:C"

    def lines(self, row: list) -> int:
        """Lines that the longest text of a row takes in its column."""
        cells = zip(row, self.columns, strict=True)
        texts = [(cell, column.width) for cell, column in cells if isinstance(cell, str)]
        return max((lines_of(cell, width - 2) for cell, width in texts), default=1)

    def write(self, file, date: dt.date | None, mark: str, rows: Callable[[], Iterable[list]],
              height: Callable[[list], int] | None = None, link: int | None = None) -> None:  # fmt: skip
        """Write the whole file. ``rows`` returns the rows from the first whenever it is called; the ``link``-th cell of
        each links to the file it names."""
        page, width = self.page, len(self.columns)
        top = page.header([column.key for column in self.columns])
        for k, column in enumerate(self.columns, 2):
            page.sheet.column_dimensions[letter(k)].width = column.width
            if k > 2 and column.format == PLAIN:
                cell = page.sheet.cell(top, k)
                cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True, indent=1)
        page.sheet.print_title_rows = f"{top}:{top}"
        for k, kind in enumerate(KINDS, 1):
            self._samples(top + k, kind)
        count = sum(1 for _ in rows())
        page.sheet.auto_filter.ref = f"B{top}:{letter(1 + width)}{max(top + count, top + 1)}"
        if self.printed:
            page.sheet.print_area = f"A1:{letter(1 + self.printed)}{max(top + count, top + 1)}"
        properties = self.document.book.properties
        properties.creator, properties.title = "", self.say(f"{page.key}.title")
        properties.created = dt.datetime.combine(date or NO_DATE, dt.time())
        parts = parts_of(self.document.book)
        text = parts.pop(SHEET).decode()
        start, end = text.index("<sheetData>"), text.index("</sheetData>")
        kept, styles = self._taken_apart(text[start:end])
        head, tail = re.sub(r"<dimension\b[^>]*/>", "", text[:start]), text[end:]
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=2) as archive:
            for name, data in _with_mark(parts, mark).items():
                archive.writestr(_entry(name), data)
            lines = self._lines(rows(), top + 1, styles, height, link)
            if link is None or not any(True for _ in _links(rows(), 0, link)):
                _stream(archive, SHEET, chain([head, kept], lines, [tail]))
                return
            before, after = tail.split("<printOptions", 1)
            column, opening = letter(2 + link), f'<hyperlinks xmlns:r="{_OFFICE}">'
            places = (f'<hyperlink ref="{column}{n}" r:id="link{n}"/>' for n, _ in _links(rows(), top + 1, link))
            closing = ["</hyperlinks><printOptions", after]
            _stream(archive, SHEET, chain([head, kept], lines, [before, opening], places, closing))
            _stream(archive, RELATIONS, _relations(_links(rows(), top + 1, link)))

    def _samples(self, row: int, kind: str) -> None:
        """Cells from which those of the list take their styles, on a row that is not written."""
        for k, column in enumerate(self.columns, 2):
            cell, text = self.page.sheet.cell(row, k, 0), column.format == PLAIN
            color = {"blank": GREY, "error": WARN, "link": self.document.accent}.get(kind, INK)
            self.page.style(cell, column.format if kind == "value" else PLAIN, color=color)
            left = text and kind != "error"
            cell.alignment = Alignment(
                horizontal="left" if left else "right",
                vertical="top" if self.texts else "center",
                wrap_text=self.texts or None,
                indent=int(left and k > 2),
            )
            if kind == "link":
                font = copy(cell.font)
                font.underline = "single"
                cell.font = font
            if kind == "word":
                cell.quotePrefix = True  # stays a text where somebody edits it

    def _taken_apart(self, cells: str) -> tuple[str, dict[str, list[str]]]:
        """The rows above the list, and the style of each column by the kind of cell."""
        rows = re.findall(r"<row\b.*?</row>|<row\b[^>]*/>", cells, re.DOTALL)
        found = {}
        for kind, row in zip(KINDS, rows[-len(KINDS) :], strict=True):
            found[kind] = re.findall(r'<c\b[^>]* s="(\d+)"', row)
        return "<sheetData>" + "".join(rows[: -len(KINDS)]), found

    def _lines(self, rows: Iterable[list], first: int, styles: dict, height, link: int | None) -> Iterator[str]:
        places = [letter(k) for k in range(2, 2 + len(self.columns))]
        none = self.say("report.no_answer")
        for number, row in enumerate(rows, first):
            cells = []
            for k, (value, column) in enumerate(zip(row, places, strict=True)):
                kind = "value"
                if value is None:
                    kind, value = "blank", "–"
                elif isinstance(value, ErrorValue):
                    kind, value = "error", none
                elif k == link:
                    kind = "link"
                elif isinstance(value, str) and value.startswith(FORMULA_LIKE):
                    kind = "word"
                start = f'<c r="{column}{number}" s="{styles[kind][k]}"'
                if isinstance(value, str):
                    cells.append(f'{start} t="inlineStr"><is><t xml:space="preserve">{xml.escaped(value)}</t></is></c>')
                else:
                    cells.append(cell_text(start, value))
            lines = height(row) if height else 1
            tall = f' ht="{ROW_POINTS * lines:g}" customHeight="1"' if lines > 1 else ""
            yield f'<row r="{number}"{tall}>{"".join(cells)}</row>'


def _with_mark(parts: dict[str, bytes], mark: str) -> dict[str, bytes]:
    """The parts with the property by which a file of a run is known; the part with the content types stays first."""
    kind = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
    types = f'<Override PartName="/{CUSTOM}" ContentType="{kind}"/></Types>'
    relation = f'<Relationship Id="rIdXlalloc" Type="{_OFFICE}/custom-properties" Target="{CUSTOM}"/></Relationships>'
    root = "_rels/.rels"
    return {
        TYPES: parts[TYPES].replace(b"</Types>", types.encode()),
        **{name: parts[name] for name in sorted(set(parts) - {TYPES})},
        root: parts[root].replace(b"</Relationships>", relation.encode()),
        CUSTOM: custom("", mark).encode(),
    }


def _entry(name: str) -> zipfile.ZipInfo:
    """An entry with a fixed date, so that the same list is the same bytes."""
    info = zipfile.ZipInfo(name)
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


def _stream(archive: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> None:
    with archive.open(_entry(name), "w") as part:
        waiting: list[str] = []
        for piece in pieces:
            waiting.append(piece)
            if len(waiting) > AT_ONCE:
                part.write("".join(waiting).encode())
                waiting.clear()
        part.write("".join(waiting).encode())


def _links(rows: Iterable[list], first: int, link: int) -> Iterator[tuple[int, str]]:
    """Row and file of each cell that links to one."""
    for number, row in enumerate(rows, first):
        if row[link]:
            yield number, row[link]


def _relations(links: Iterable[tuple[int, str]]) -> Iterator[str]:
    yield '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    for number, file in links:
        target = xml.escaped(quote(file))
        yield (f'<Relationship Id="link{number}" Type="{_OFFICE}/hyperlink" Target="{target}" TargetMode="External"/>')
    yield "</Relationships>"
