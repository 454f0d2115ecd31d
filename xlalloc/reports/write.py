"""Results → pages that hold values only, drawn by openpyxl or stamped."""

import datetime as dt
from collections.abc import Callable, Iterator
from copy import copy
from math import isfinite

from openpyxl.styles import Alignment
from openpyxl.styles.cell_style import StyleArray
from openpyxl.utils import column_index_from_string
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.pagebreak import Break

from xlalloc.errors import ErrorValue
from xlalloc.reports.measure import label_lines, lines_across, lines_beside, width_of
from xlalloc.reports.pictures import Pictures
from xlalloc.reports.stamp import Stamped
from xlalloc.reports.surface import Pattern, Surface
from xlalloc.templates.layout import GREY, HEADING, LABEL, LAST_COLUMN, PLAIN, ROW_POINTS, WARN, Document, Page

NO_DATE = dt.date(2000, 1, 1)  # of a file whose data have no date
PAGE_POINTS = 930  # of rows that a page holds, at the width it is printed
_KIND = {float: "n", int: "n", str: "s", dt.date: "d", ErrorValue: "e", type(None): ""}
_ANY = {"n": 0.0, "s": "", "q": "=", "e": ErrorValue("#N/A"), "": None}
FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r")


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
        self.section, self.page_top = "", 1
        self.tables: dict[str, tuple[int, int]] = {}  # first and last row of the first table under each heading

    def _as_drawn(self, draw: Callable, *args) -> int:
        """What the layout draws, from here on; gives the row it names."""
        if not isinstance(self.sheet, Surface):
            return draw(self, *args)

        def block() -> tuple:
            page = self._beside()
            named = draw(page, *args)
            return page.sheet.block(), page.row - 1, (named or 1) - 1

        drawn, rows, named = self.sheet.look.block((draw.__name__, self.key, args), block)
        start = self.row
        self.sheet.put_block(drawn, start - 1)
        self.row = start + rows
        return start + named

    def _beside(self) -> "Sheet":
        """An empty page, to draw on what will be copied."""
        page = Sheet.__new__(Sheet)
        page.document, page.key, page.row = self.document, self.key, 1
        page.sheet, page.section, page.tables = Surface(self.sheet.look, self.key, ""), "", {}
        return page

    def title(self, subtitle: str = "") -> None:
        self._as_drawn(Page.title)
        if subtitle:
            self.text(3, 2, subtitle)
        words = subtitle or self.document.say(f"{self.key}.subtitle")
        self.sheet.row_dimensions[3].height = ROW_POINTS * self.lines(words) + 4  # above the rule

    def heading(self, key: str, column: int = 2, **values) -> int:
        self.section = key
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
        return lines_across(text)

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
            if isinstance(value, ErrorValue):  # a page says so in words; the reason stands in the notes
                words = self.document.say("report.no_answer")
                return self._typed(row, column, words, "s", PLAIN, **{**style, "color": WARN, "align": "right"})
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
        if kind == "s" and text.startswith(FORMULA_LIKE):
            cell.quotePrefix = True
        return cell

    def style(self, cell, format: str = PLAIN, **options) -> None:
        """As every page's, each combination made once: styles are what costs time."""
        self.dress(cell, (format, *options.items()), lambda cell: Page.style(self, cell, format, **options))

    def dress(self, cell, name, draw: Callable) -> None:
        """The style of this name, which ``draw`` gives the first cell that looks as this one does."""
        made, was = self._made, cell._style
        key = name, tuple(was) if isinstance(was, StyleArray) else was
        if key not in made:
            draw(cell)
            made[key] = copy(cell._style)
        cell._style = made[key] if was.__class__ is int else copy(made[key])

    @property
    def _made(self) -> dict:
        document = self.document
        return document.look.made if isinstance(document, Stamped) else document.__dict__.setdefault("made", {})

    def text(self, row: int, column: int, text: str) -> None:
        """Other words in a cell that has its style already."""
        cell = self.sheet.cell(row, column)
        cell.value, cell.data_type = text, "s"
        if text.startswith(FORMULA_LIKE):
            cell.quotePrefix = True  # stays text where somebody edits it

    def name(self, row: int, text: str, **style):
        """A name in the first column, its row tall enough."""
        lines = self._name_lines(text)
        if lines > 1:
            self.sheet.row_dimensions[row].height = ROW_POINTS * lines
        return self.show(row, 2, text, align="left", wrap=lines > 1, **style)

    def table(self, *columns: tuple, total: list | None = None, left: tuple = (), repeat: bool = False) -> tuple:
        """Columns of (header, format, values) and a bold total row; gives the first and last row of the values.

        ``left`` are the columns of text, counted from the first as 0, that stand on the left.
        """
        headers, formats, values = zip(*columns, strict=True)
        self.header(list(headers))
        self.aligned_left(left)
        if repeat:
            self.repeat_header()
        first = self.row
        if not self._alike(values, formats, left):
            for cells in zip(*values, strict=True):
                self.cells(cells, formats, left)
        last = self.row - 1
        self.tables.setdefault(self.section, (first, last))
        if total is not None:
            self.cells(total, formats, left, bold=True)
        return first, last

    def _alike(self, values: tuple, formats: tuple, left: tuple) -> bool:
        """All rows of a stamped table by one pattern, where every column holds one kind of value."""
        if not isinstance(self.sheet, Surface) or not values[0] or not all(map(_one_kind, values)):
            return False
        if max(map(self._name_lines, values[0])) > 1:
            return False
        pattern, *_ = self._pattern_of([column[0] for column in values], formats, left)
        shown = [column for column in values if column[0] is not None]
        for cells in zip(*shown, strict=True):
            self.sheet.runs[self.row] = pattern, cells
            self.row += 1
        return True

    def aligned_left(self, columns: tuple) -> None:
        """The headers of these columns, counted from the first as 0, in the header just drawn."""
        for j in columns:
            self.dress(self.sheet.cell(self.row - 1, 2 + j), "left header", _left)

    def cells(self, values, formats: tuple, left: tuple = (), bold: bool = False) -> None:
        """One row of a table. On a stamped page a row like one before is that one with other values."""
        if not isinstance(self.sheet, Surface):
            self._cells(values, formats, left, bold)
            return
        pattern, found, lines = self._pattern_of(values, formats, left, bold)
        self.sheet.runs[self.row] = pattern, found
        if lines > 1:
            self.sheet.row_dimensions[self.row].height = ROW_POINTS * lines
        self.row += 1

    def _pattern_of(self, values, formats: tuple, left: tuple, bold: bool = False, dress=None) -> tuple:
        """The pattern of a row of such values, those of them that it does not hold, and the lines its name takes."""
        kinds, values = _kinds(values)
        lines = self._name_lines(values[0])
        key = (kinds, formats, left, bold, lines > 1, dress)
        made = self._made
        if key not in made:
            page = self._beside()
            page._cells(values, formats, left, bold)
            if dress:
                dress(page)
            drawn = page.sheet.rows[1].items()
            written = ["s" if kind == "e" else kind for kind in kinds]  # what has no answer is a word
            made[key] = Pattern(tuple((c, x._style, k, x.value) for (c, x), k in zip(drawn, written, strict=True)))
        if "e" in kinds:
            words = self.document.say("report.no_answer")
            values = [words if kind == "e" else value for kind, value in zip(kinds, values, strict=True)]
        if "" in kinds:
            values = [value for value in values if value is not None]
        return made[key], tuple(values), lines

    def stream(self, rows: Callable, formats: tuple, left: tuple, dress=None, height: Callable | None = None) -> int:
        """Rows from here to the end, not kept but asked for when they are written; gives the last of them.

        ``dress`` changes the cells of a page's first row, ``height`` gives the lines that the texts of a row need.
        """
        first, sheet = self.row, self.sheet

        def written() -> Iterator[tuple]:
            for row, values in enumerate(rows(), first):
                pattern, found, lines = self._pattern_of(values, formats, left, False, dress)
                lines = height(values) if height else lines
                yield row, ROW_POINTS * lines if lines > 1 else None, pattern, found

        sheet.rest, patterns = written, set()
        for row, _, pattern, _ in written():
            patterns.add(pattern)
            self.row = row + 1
        sheet.rest_styles = frozenset().union(*(pattern.styles for pattern in patterns))
        return self.row - 1

    def _cells(self, values, formats: tuple, left: tuple, bold: bool) -> None:
        for j, (value, format) in enumerate(zip(values, formats, strict=True)):
            if j == 0 and isinstance(value, str):
                self.name(self.row, value, bold=bold)
            else:
                align = "left" if j == 0 or j in left else "right"
                self.show(self.row, 2 + j, value, format, bold=bold, align=align)
        self.row += 1

    def name_rows(self, names: list[str]) -> int:
        """The plain rows that these names take below each other, no more than fill most of a page."""
        return min(sum(map(self._name_lines, names)), 50)

    @staticmethod
    def _name_lines(value) -> int:
        return label_lines(value) if isinstance(value, str) else 1

    def line(self, key: str, value: str, warn: bool = False) -> None:
        """A labelled sentence across the page."""
        row = self._as_drawn(Sheet._line, key, warn)
        self.text(row, 3, value)
        lines = max(lines_beside(value), -(-int(width_of(self.document.say(key))) // LABEL))
        self.sheet.row_dimensions[row].height = min(ROW_POINTS * lines, 400)

    def definitions(self, keys: tuple) -> None:
        """A line for each of these (term, key of its definition)."""
        self._as_drawn(Sheet._definitions, keys)

    def _definitions(self, keys: tuple) -> None:
        for term, key in keys:
            self.line(term, self.document.say(f"define.{key}"))

    def _line(self, key: str, warn: bool) -> int:
        label = self.put(self.row, 2, self.document.say(key), color=GREY)
        self.sheet.merge_cells(start_row=self.row, start_column=3, end_row=self.row, end_column=LAST_COLUMN)
        cell = self.show(self.row, 3, "", color=WARN if warn else "1F2933", bold=warn, wrap=True, align="left")
        for column in range(4, LAST_COLUMN + 1):
            self.style(self.sheet.cell(self.row, column))
        self.dress(cell, "line", lambda cell: self._aligned(cell, "left"))
        self.dress(label, "line label", self._aligned)
        self.row += 1
        return self.row - 1

    @staticmethod
    def _aligned(cell, horizontal: str | None = None) -> None:
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal=horizontal)

    def tiles(self, *tiles: tuple) -> None:
        """Key figures side by side: (label, value, format)."""
        labels, values, formats = zip(*tiles, strict=True)
        words = self.document.say("report.no_answer")
        values = tuple(words if isinstance(value, ErrorValue) else value for value in values)
        if isinstance(self.sheet, Surface):
            kinds, values = _kinds(values)
            row = self._as_drawn(Sheet._tiles, labels, kinds, formats)
            for k, (kind, value) in enumerate(zip(kinds, values, strict=True)):
                if kind:
                    cell = self.sheet.cell(row, 2 if k == 0 else 1 + 2 * k)
                    cell.value, cell.data_type = value, "e" if kind == "e" else ""
        else:
            self._tiles(labels, None, formats, values)
        self.tables["tiles"] = self.row - 1, self.row - 1

    def _tiles(self, labels: tuple, kinds: tuple | None, formats: tuple, values: tuple = ()) -> int:
        """With these values, or with any of these kinds; gives the row of the values."""
        for k, (label, value, format) in enumerate(zip(labels, values or map(_ANY.get, kinds), formats, strict=True)):
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
        return self.row - 1

    def _tile(self, cell) -> None:
        cell.font = self.document.font(size=HEADING + 3, bold=True, color=self.document.accent)
        cell.alignment = Alignment(horizontal="left", vertical="center")

    def at(self, column: str, first: int, last: int | None = None, right: str = "") -> str:
        """Cells of this page as a formula of any page names them."""
        end = f":${right or column}${last}" if last else ""
        return f"{self.quoted}!${column}${first}{end}"

    def formula(self, column: str, first: int, last: int, formula: str) -> None:
        """An array formula for cells that have their values; where one of these is an error, they stay values."""
        cells = [self.sheet.cell(row, column_index_from_string(column)) for row in range(first, last + 1)]
        if any(cell.data_type == "e" for cell in cells):
            return
        for cell in cells:
            cell.formula = ("", "")
        cells[0].formula = (f"{column}{first}:{column}{last}" if last > first else f"{column}{first}", formula)
        self.sheet.live = True

    def new_page(self) -> None:
        """What follows prints on a page of its own."""
        self.sheet.row_breaks.append(Break(id=self.row - 1))
        self.page_top = self.row

    def repeat_header(self) -> None:
        """The header just drawn stands on every page that its table prints on."""
        self.sheet.print_title_rows = f"{self.row - 1}:{self.row - 1}"

    def together(self, rows: int) -> None:
        """So many rows from here print on one page: on the next one where this one has no room for them."""
        sizes = self.sheet.row_dimensions.items()
        more = sum((size.height or 15) - 15 for row, size in sizes if self.page_top <= row < self.row)
        if 15 * (self.row - self.page_top + rows) + more > PAGE_POINTS:
            self.new_page()
            self.row += 1  # the frame of a chart needs a little

    def widths(self, widths: dict[int, float]) -> None:
        if isinstance(self.sheet, Surface):
            self.sheet.widths = tuple(widths.items())
        else:
            for column, width in widths.items():
                self.sheet.column_dimensions[letter(column)].width = width


def _one_kind(column: list) -> bool:
    """Are all of a kind that is plain from the first of them?"""
    (kind, *others) = set(map(type, column))
    if others or kind not in _KIND or kind is ErrorValue:
        return False
    if kind is str:
        return not any(text.startswith(FORMULA_LIKE) for text in column)
    return kind is not float or all(map(isfinite, column))


def _kinds(values) -> tuple[tuple, list]:
    """How each value is written (see Pattern), and the values as they are written so."""
    kinds, found = [], []
    for value in values:
        kind = _KIND.get(value.__class__, "?")
        if kind == "s":
            if value.startswith(FORMULA_LIKE):
                kind = "q"
        elif kind == "?":
            kind, value = "n", float(value)  # a number of numpy
        if kind == "n" and not isfinite(value):
            kind, value = "e", ErrorValue("#NUM!")
        kinds.append(kind)
        found.append(value)
    return tuple(kinds), found


def _left(cell) -> None:
    cell.alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)


def _header(page: Sheet, keys: tuple, column: int) -> int:
    return Page.header(page, list(keys), None, column)
