"""Results → pages that hold values only, drawn by openpyxl or stamped; files that carry no clock."""

import datetime as dt
import os
import zipfile
from collections.abc import Callable
from copy import copy
from functools import lru_cache
from math import isfinite
from pathlib import Path

from openpyxl.styles import Alignment
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.writer.excel import ExcelWriter

from xlalloc.errors import ErrorValue
from xlalloc.reports.pictures import Pictures
from xlalloc.reports.stamp import Stamped
from xlalloc.reports.surface import Surface
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.layout import CELL, GREY, HEADING, LABEL, LAST_COLUMN, PLAIN, WARN, Document, Page

NO_DATE = dt.date(2000, 1, 1)  # of a file whose data have no date
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
ROW_POINTS = 15.5


class Archive(zipfile.ZipFile):
    """A zip whose members carry no clock."""

    def writestr(self, name, data, *_):
        member = zipfile.ZipInfo(name, ZIP_EPOCH)
        member.external_attr = 0o600 << 16
        super().writestr(member, data, zipfile.ZIP_DEFLATED)

    def write(self, filename, arcname=None, *_):
        self.writestr(arcname, Path(filename).read_bytes())


def save(book, path: Path, date: dt.date | None) -> None:
    """Write the whole file or nothing; ``date`` is the one its properties carry."""
    path = Path(path)
    moment = dt.datetime.combine(date or NO_DATE, dt.time())
    book.properties.creator = "xlalloc"
    book.properties.created = book.properties.modified = moment
    temporary = path.with_name(path.name + ".part")
    try:
        with Archive(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            ExcelWriter(book, archive).write_data()
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def document(lang: str) -> Document:
    return Document(lang, TEXTS)


@lru_cache(maxsize=4096)
def width_of(text: str) -> float:
    """A text's width in characters; a Chinese one is as wide as two."""
    return sum(1.95 if ord(char) > 0x2E80 else 1.05 for char in text)


def joined(names: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)


def bar_rows(n: int) -> int:
    """The rows that three bars for each of n assets need; a chart stays within a page."""
    return 3 * n if n <= 8 else min(24 + 2 * (n - 8), 50)


class Sheet(Pictures):
    """A page of values: no text becomes a formula, an error stands as an error, what is not shown is a dash.

    On a stamped document the layout's own methods draw each thing once, and it is copied from then on.
    """

    def __init__(self, document: Document, key: str, landscape: bool = False):
        if isinstance(document, Stamped):
            self.document, self.key, self.row = document, key, 1
            self.sheet = document.surface(key, landscape)
        else:
            super().__init__(document, key, landscape)

    def _as_drawn(self, draw: Callable, *args) -> int:
        """What the layout draws, from here on; gives the row it names."""
        if not isinstance(self.sheet, Surface):
            return draw(self, *args)

        def block() -> tuple:
            page = Sheet.__new__(Sheet)
            page.document, page.key, page.row = self.document, self.key, 1
            page.sheet = Surface(self.sheet.look, self.key, "")
            named = draw(page, *args)
            return page.sheet.block(), page.row - 1, (named or 1) - 1

        drawn, rows, named = self.sheet.look.block((draw.__name__, self.key, args), block)
        start = self.row
        self.sheet.put_block(drawn, start - 1)
        self.row = start + rows
        return start + named

    def title(self, subtitle: str = "") -> None:
        self._as_drawn(Page.title)
        if subtitle:
            self.text(3, 2, subtitle)
            self.sheet.row_dimensions[3].height = ROW_POINTS * self.lines(subtitle)

    def heading(self, key: str, column: int = 2, **values) -> int:
        if not values:
            return self._as_drawn(Page.heading, key, column)
        row = self._as_drawn(Page.heading, "", column)
        self.text(row, column, self.document.say(key, **values))
        return row

    def note(self, key: str, lines: int = 0, color: str = GREY, bold: bool = False, **values) -> int:
        if not values:
            return self._as_drawn(Page.note, key, lines, color, bold)
        return self.remark(self.document.say(key, **values), color, bold)

    def remark(self, text: str, color: str = GREY, bold: bool = False) -> int:
        """A paragraph that may hold words of the input."""
        row = self._as_drawn(Page.note, "", 1, color, bold)
        self.text(row, 2, text)
        self.sheet.row_dimensions[row].height = ROW_POINTS * self.lines(text)
        return row

    def lines(self, text: str) -> int:
        return _lines(text)

    def header(self, keys: list[str], row: int | None = None, column: int = 2) -> int:
        if row is not None:
            raise ValueError("header: a report's tables follow each other")
        return self._as_drawn(_header, tuple(keys), column)

    def bars(self, cells: str) -> None:
        self._rule(Page.bars, cells)

    def heat(self, cells: str) -> None:
        self._rule(Page.heat, cells)

    def emphasise(self, cells: str, formula: str) -> None:
        self._rule(Page.emphasise, cells, formula)

    def _rule(self, kind: Callable, cells: str, formula: str = "") -> None:
        options = ("FORMULA",) if formula else ()
        if isinstance(self.sheet, Surface):
            self.sheet.rules.append(((kind, *options), cells, formula))
        else:
            kind(self, cells, *([formula] if formula else []))

    # Cells -----------------------------------------------------------------------------------------------------------

    def show(self, row: int, column: int, value, format: str = PLAIN, **style):
        """One cell."""
        if value is None:
            return self._typed(row, column, "–", "s", PLAIN, **{"color": GREY, "align": "right", **style})
        if isinstance(value, str):
            if isinstance(value, ErrorValue):
                return self._typed(row, column, str(value), "e", PLAIN, **{**style, "color": WARN, "align": "right"})
            return self._typed(row, column, value, "s", PLAIN, **style)
        value = float(value) if not isinstance(value, int | dt.date) else value
        if isinstance(value, float) and not isfinite(value):
            return self.show(row, column, ErrorValue("#NUM!"), format, **style)
        cell = self.sheet.cell(row, column)
        cell.value = value
        self.style(cell, format, **style)
        return cell

    def _typed(self, row: int, column: int, text: str, kind: str, format: str, **style):
        cell = self.sheet.cell(row, column)
        cell.value = text
        cell.data_type = kind
        self.style(cell, format, **style)
        if kind == "s" and text.startswith(("=", "+", "-", "@", "\t", "\r")):
            cell.quotePrefix = True  # stays text where somebody edits it
        return cell

    def style(self, cell, format: str = PLAIN, **options) -> None:
        """As every page's, each combination made once: styles are what costs time."""
        self.dress(cell, (format, *sorted(options.items())), lambda cell: Page.style(self, cell, format, **options))

    def dress(self, cell, name, draw: Callable) -> None:
        """The style of this name, which ``draw`` gives the first cell that looks as this one does."""
        made, was = self._made, cell._style
        key = name, tuple(was) if isinstance(was, StyleArray) else was
        if key not in made:
            draw(cell)
            made[key] = copy(cell._style)
        cell._style = copy(made[key])

    @property
    def _made(self) -> dict:
        document = self.document
        return document.look.made if isinstance(document, Stamped) else document.__dict__.setdefault("made", {})

    def text(self, row: int, column: int, text: str) -> None:
        """Other words in a cell that has its style already."""
        cell = self.sheet.cell(row, column)
        cell.value, cell.data_type = text, "s"

    def name(self, row: int, text: str, **style):
        """A name in the first column, its row tall enough."""
        lines = -(-int(width_of(text)) // LABEL)
        if lines > 1:
            self.sheet.row_dimensions[row].height = ROW_POINTS * lines
        return self.show(row, 2, text, wrap=lines > 1, **style)

    def table(self, *columns: tuple, total: list | None = None, left: tuple = ()) -> tuple[int, int]:
        """Columns of (header, format, values) and a bold total row; gives the first and last row of the values.

        ``left`` are the columns of text, counted from the first as 0, that stand on the left.
        """
        headers, formats, values = zip(*columns, strict=True)
        top = self.header(list(headers))
        for j in left:
            cell = self.sheet.cell(top, 2 + j)
            cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
        first = self.row
        for cells in zip(*values, strict=True):
            self._row(cells, formats, left)
        last = self.row - 1
        if total is not None:
            self._row(total, formats, left, bold=True)
        return first, last

    def _row(self, cells, formats, left: tuple = (), bold: bool = False) -> None:
        for j, (value, format) in enumerate(zip(cells, formats, strict=True)):
            if j == 0 and isinstance(value, str):
                self.name(self.row, value, bold=bold)
            else:
                align = "left" if j == 0 or j in left else "right"
                self.show(self.row, 2 + j, value, format, bold=bold, align=align)
        self.row += 1

    def line(self, key: str, value: str, warn: bool = False) -> None:
        """A labelled sentence across the page."""
        self.put(self.row, 2, self.document.say(key), color=GREY)
        self.sheet.merge_cells(start_row=self.row, start_column=3, end_row=self.row, end_column=LAST_COLUMN)
        cell = self.show(self.row, 3, value, color=WARN if warn else "1F2933", bold=warn, wrap=True, align="left")
        for column in range(4, LAST_COLUMN + 1):
            self.style(self.sheet.cell(self.row, column))
        self.dress(cell, "line", lambda cell: self._aligned(cell, "left"))
        self.dress(self.sheet.cell(self.row, 2), "line label", self._aligned)
        room = 1.1 * CELL * (LAST_COLUMN - 2)
        lines = max(sum(max(1, -(-int(width_of(part)) // room)) for part in value.split("\n")),
                    -(-int(width_of(self.document.say(key))) // LABEL))  # fmt: skip
        self.sheet.row_dimensions[self.row].height = min(ROW_POINTS * lines, 400)
        self.row += 1

    @staticmethod
    def _aligned(cell, horizontal: str | None = None) -> None:
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=horizontal)

    def tiles(self, *tiles: tuple) -> None:
        """Key figures side by side: (label, value, format)."""
        for k, (label, value, format) in enumerate(tiles):
            column = 2 if k == 0 else 1 + 2 * k  # the first column is as wide as two
            for row in (self.row, self.row + 1):
                if k:
                    self.sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + 1)
            self.put(self.row, column, self.document.say(label), color=GREY, line=False, align="left", wrap=True)
            cell = self.show(self.row + 1, column, value, format, align="left", line=False)
            self.dress(cell, "tile", self._tile)
        self.sheet.row_dimensions[self.row].height = 18
        self.sheet.row_dimensions[self.row + 1].height = 26
        self.row += 2

    def _tile(self, cell) -> None:
        cell.font = self.document.font(size=HEADING + 3, bold=True, color=self.document.accent)
        cell.alignment = Alignment(horizontal="left", vertical="center")

    def new_page(self) -> None:
        """What follows prints on a page of its own."""
        self.sheet.row_breaks.append(Break(id=self.row - 1))

    def widths(self, widths: dict[int, float]) -> None:
        for column, width in widths.items():
            self.sheet.column_dimensions[letter(column)].width = width

    def wrapped(self, rows: range, columns: list[int]) -> None:
        """Texts on several lines, each row as tall as its longest needs."""
        for row in rows:
            lines = 1
            for column in columns:
                cell = self.sheet.cell(row, column)
                cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
                room = self.sheet.column_dimensions[letter(column)].width - 2
                lines = max(lines, -(-int(width_of(str(cell.value or ""))) // int(room)))
            self.sheet.row_dimensions[row].height = ROW_POINTS * lines


@lru_cache(maxsize=4096)
def _lines(text: str) -> int:
    return Page.lines(None, text)


def _header(page: Sheet, keys: tuple, column: int) -> int:
    return Page.header(page, list(keys), None, column)
