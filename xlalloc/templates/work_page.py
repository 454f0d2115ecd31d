"""A sheet of a case-study workbook: a page with inputs and locked formulas, narrower columns, charts held by cells."""

import re
from copy import copy

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.pagebreak import Break

from xlalloc.templates import charts
from xlalloc.templates.layout import FONTS, LAST_COLUMN, PLAIN, RULE, Document, Page, lines_of, width_of

LABEL, CELL = 30, 11  # column widths: the first, every other


class WorkPage(Page):
    """One sheet; its styles are made once a workbook, since they are what costs time."""

    def __init__(self, document: Document, key: str):
        super().__init__(document, key)
        self.made = document.__dict__.setdefault("made", {})
        self.sheet.column_dimensions["B"].width = LABEL
        self.widen(range(3, LAST_COLUMN + 4))

    def widen(self, columns: range, width: float = CELL) -> None:
        for column in columns:
            self.sheet.column_dimensions[letter(column)].width = width

    def new_page(self) -> None:
        """What follows prints on a page of its own."""
        self.sheet.row_breaks.append(Break(id=self.row - 1))

    def protect(self) -> None:
        """Only inputs can be typed into; without a password, so that whoever wants to can."""
        protection = self.sheet.protection
        protection.sheet = True
        protection.formatColumns = protection.formatRows = protection.formatCells = False

    # Text and cells -----------------------------------------------------------------------------------------

    gate = ""  # the count of findings in the input: while there are any, the results of the page are blank

    def put(self, row: int, column: int, value, *args, gate: bool = True, **options):
        return super().put(row, column, self._gated(value) if gate else value, *args, **options)

    def block(self, row: int, column: int, height: int, width: int, formula: str, *args, **options) -> str:
        return super().block(row, column, height, width, self._gated(formula), *args, **options)

    def _gated(self, value):
        if not self.gate or not isinstance(value, str) or not value.startswith("="):
            return value
        return f'=IF({self.gate}>0,"",{value[1:]})'

    def lines(self, text: str) -> int:
        return lines_of(text, LABEL + CELL * (LAST_COLUMN - 2))

    def note(self, key: str, *options, **values) -> int:
        """A paragraph with a little air above and below."""
        row = super().note(key, *options, **values)
        self.sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="center")
        self.sheet.row_dimensions[row].height += 6
        return row

    def _header_lines(self, text: str, j: int) -> int:
        return -int(-width_of(text, 1.0) // (LABEL if j == 0 else CELL - 0.2))

    def style(self, cell, format: str = PLAIN, *args, **options) -> None:
        key = (format, *sorted(options.items()))
        if key not in self.made:
            super().style(cell, format, **options)
            fits = "#,##0" in format or None  # amounts of ten billion too
            cell.alignment = cell.alignment + Alignment(vertical="center", shrink_to_fit=fits)
            self.made[key] = copy(cell._style)
        cell._style = copy(self.made[key])

    def inputs(self, rows: range, columns: list[int]) -> None:
        """Mark cells as inputs: tinted, unlocked."""
        made = self.made
        for cell in (self.sheet.cell(row, column) for row in rows for column in columns):
            key = ("input", *cell._style)
            if key not in made:
                super().inputs(range(cell.row, cell.row + 1), [cell.column])
                made[key] = copy(cell._style)
            cell._style = copy(made[key])

    def left(self, column: int, first: int, last: int, indent: int = 1) -> None:
        """A column of words stands on the left, a little in where it follows numbers."""
        for row in range(first, last + 1):
            self.sheet.cell(row, column).alignment = Alignment(horizontal="left", vertical="center", indent=indent)

    def at(self, cells: str) -> str:
        """Cells of this page as other pages and names refer to them."""
        return f"{self.quoted}!" + re.sub(r"([A-Z]+)(\d+)", r"$\1$\2", cells)

    def ruled(self, cells: str, formula: str) -> None:
        """A line below where the formula is true: rows that are not filled stay empty."""
        rule = FormulaRule([formula], border=Border(bottom=Side("thin", color=RULE)))
        self.sheet.conditional_formatting.add(cells, rule)

    # Charts -------------------------------------------------------------------------------------------------

    def bar_picture(self, title: str, labels, series: list, rows: int, left: int = 2, right: int = LAST_COLUMN,
                    negative: bool = False, alt: str = "") -> None:  # fmt: skip
        """A bar chart over ``rows`` rows from here, from column ``left`` to ``right``; ``row`` is left where it is."""
        chart = charts.bars(series, labels, (self.document.accent, *charts.COLORS[1:]))
        chart.y_axis.scaling.min = None if negative else 0
        self._hang(chart, title, rows, left, right, alt)

    def curve_picture(self, title: str, chart, rows: int, left: int = 2, right: int = LAST_COLUMN, across: str = "",
                      up: str = "", alt: str = "", ends: bool = True) -> None:  # fmt: skip
        """Lines of ``charts.lines`` or ``charts.curves``, each named where it ends unless they end close together."""
        self._hang(chart, title, rows, left, right, alt, across, up)
        if not ends:
            return
        last = [line.val.numRef.f if hasattr(line.val, "numRef") else line.yVal.numRef.f for line in chart.series]
        charts.name_ends(chart, [_length(ref) - 1 for ref in last])

    def _hang(self, chart, title, rows, left, right, alt="", across="", up="") -> None:
        say = self.document.say
        charts.dress(chart, say(title), FONTS[self.document.lang], say(across), say(up), say(alt))
        charts.spread(chart, self.row, rows, left, right)
        self.sheet.add_chart(chart)


def _length(ref: str) -> int:
    """Rows of a reference such as 'Sheet'!$B$2:$B$9."""
    first, last = re.findall(r"\$(\d+)", ref)
    return int(last) - int(first) + 1
