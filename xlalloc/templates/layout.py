"""How every document looks: one accent colour, three sizes of type, one grid, native charts, A4 print."""

import re
from dataclasses import dataclass, field

from openpyxl import Workbook
from openpyxl.formatting.rule import ColorScaleRule, DataBarRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.formula import ArrayFormula

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.look import (  # noqa: F401  some only for the pages, which take them from here
    ACCENT,
    BODY,
    CELL,
    CENTS,
    CHANCE,
    DATE,
    FONTS,
    GREY,
    HEADING,
    INK,
    INPUT,
    LABEL,
    LAST_COLUMN,
    MARGIN,
    MONEY,
    NUMBER,
    PERCENT,
    PERCENT2,
    PLAIN,
    ROW_POINTS,
    RULE,
    SECOND,
    SIGNED,
    SIGNED_PERCENT,
    THIRD,
    TINT,
    TITLE,
    WARN,
    lines_of,
    width_of,
)

_CALL = re.compile(r"(?<![\w.])([A-Z][A-Z0-9_]*)\(")


def called(formula: str) -> set[str]:
    """The functions of the catalogue that a formula calls."""
    return CATALOGUE.keys() & _CALL.findall(formula)


@dataclass
class Document:
    """A workbook in one language, and the texts it takes its words from."""

    lang: str
    texts: dict[str, dict[str, str]]
    accent: str = ACCENT
    book: Workbook = field(default_factory=Workbook)

    def __post_init__(self):
        self.book.remove(self.book.active)
        normal = next(style for style in self.book._named_styles if style.name == "Normal")
        normal.font = Font(name=FONTS[self.lang], size=BODY, color=INK)

    def say(self, key: str, **values) -> str:
        """The text of a key in this document's language; a text that is not in the table stands for itself."""
        text = self.texts[key][self.lang] if key in self.texts else key
        return text.format(**values) if values else text

    def page(self, key: str, landscape: bool = False) -> "Page":
        return Page(self, key, landscape)

    def name(self, name: str, formula: str) -> None:
        """A defined name; the workbook's formulas read by it."""
        if name in self.book.defined_names:
            raise ValueError(f"the name {name} is given twice")
        self.book.defined_names[name] = DefinedName(name, attr_text=formula)

    def font(self, **options) -> Font:
        return Font(**{"name": FONTS[self.lang], "size": BODY, "color": INK, **options})


class Page:
    """One sheet, filled from top to bottom; ``row`` is where the next thing goes."""

    def __init__(self, document: Document, key: str, landscape: bool = False):
        self.document, self.key = document, key
        self.sheet = document.book.create_sheet(document.say(f"{key}.tab"))
        self.row = 1
        sheet = self.sheet
        sheet.sheet_view.showGridLines = False
        sheet.sheet_view.zoomScale = 100
        sheet.sheet_properties.tabColor = document.accent
        sheet.column_dimensions["A"].width = MARGIN
        sheet.column_dimensions["B"].width = LABEL
        for column in range(3, LAST_COLUMN + 4):
            sheet.column_dimensions[letter(column)].width = CELL
        self._print_setup(landscape)

    def _print_setup(self, landscape: bool) -> None:
        sheet = self.sheet
        sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
        sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        for side in ("left", "right"):
            setattr(sheet.page_margins, side, 0.5)
        sheet.page_margins.top, sheet.page_margins.bottom = 0.7, 0.7
        sheet.oddFooter.left.text = self.document.say("footer")
        sheet.oddFooter.right.text = "&P / &N"
        parts = [sheet.oddFooter.left, sheet.oddFooter.right]
        for part in parts:
            part.size, part.font = 8, f"{FONTS[self.document.lang]},Regular"

    # Text ---------------------------------------------------------------------------------------------------

    def title(self, subtitle: str = "") -> None:
        """The page's title band, with a line below that says what the page is for."""
        sheet, document = self.sheet, self.document
        self.row = 2
        sheet.row_dimensions[1].height = 8
        cell = sheet.cell(2, 2, document.say(f"{self.key}.title"))
        cell.font = document.font(size=TITLE, bold=True, color=document.accent)
        sheet.row_dimensions[2].height = 28
        self.row = 3
        self.note(subtitle or document.say(f"{self.key}.subtitle"))
        for column in range(2, LAST_COLUMN + 1):
            sheet.cell(self.row, column).border = Border(top=Side("medium", color=document.accent))
        sheet.row_dimensions[self.row].height = 8
        self.row += 1
        sheet.freeze_panes = sheet.cell(self.row, 3)

    def heading(self, key: str, column: int = 2, **values) -> int:
        """A section heading; gives its row."""
        self.row += 1
        cell = self.sheet.cell(self.row, column, self.document.say(key, **values))
        cell.font = self.document.font(size=HEADING, bold=True, color=self.document.accent)
        self.sheet.row_dimensions[self.row].height = 22
        self.row += 1
        return self.row - 1

    def note(self, key: str, lines: int = 0, color: str = GREY, bold: bool = False, **values) -> int:
        """A paragraph across the page, its row tall enough for its text; gives its row."""
        text = self.document.say(key, **values)
        sheet = self.sheet
        sheet.merge_cells(start_row=self.row, start_column=2, end_row=self.row, end_column=LAST_COLUMN)
        cell = sheet.cell(self.row, 2, text)
        cell.font = self.document.font(color=color, bold=bold)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[self.row].height = ROW_POINTS * (lines or self.lines(text))
        self.row += 1
        return self.row - 1

    def lines(self, text: str) -> int:
        """Lines a text takes across the page."""
        return lines_of(text, LABEL + CELL * (LAST_COLUMN - 2))

    # Cells --------------------------------------------------------------------------------------------------

    def put(self, row: int, column: int, value, format: str = PLAIN, array: bool = False, **style):
        """A value or a formula; formulas of the catalogue become array formulas, as every host wants them.

        ``array`` makes one of a formula that computes with whole ranges without the catalogue.
        """
        cell = self.sheet.cell(row, column)
        if isinstance(value, str) and value.startswith("=") and (array or called(value)):
            value = ArrayFormula(cell.coordinate, value)
        cell.value = value
        self.style(cell, format, **style)
        return cell

    def block(self, row: int, column: int, height: int, width: int, formula: str, format=PLAIN, **style) -> str:
        """One array formula over a block, styled cell by cell; ``format`` may be one per column. Gives its range."""
        ref = f"{letter(column)}{row}:{letter(column + width - 1)}{row + height - 1}"
        for i in range(height):
            for j in range(width):
                chosen = format[j] if isinstance(format, list | tuple) else format
                self.style(self.sheet.cell(row + i, column + j), chosen, **style)
        self.sheet.cell(row, column).value = ArrayFormula(ref, formula)
        return ref

    def style(self, cell, format: str = PLAIN, bold: bool = False, color: str = INK, fill: str = "", line: bool = True,
              align: str = "", wrap: bool = False) -> None:  # fmt: skip
        cell.number_format = format
        cell.font = self.document.font(bold=bold, color=color)
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        if line:
            cell.border = Border(bottom=Side("thin", color=RULE))
        if align or wrap:
            cell.alignment = Alignment(horizontal=align or None, vertical="center", wrap_text=wrap)

    def header(self, keys: list[str], row: int | None = None, column: int = 2) -> int:
        """A table's header row; gives its row. The first column is left-aligned, the others right."""
        row = row or self.row
        for j, key in enumerate(keys):
            cell = self.sheet.cell(row, column + j, self.document.say(key) if key else None)
            cell.font = self.document.font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=self.document.accent)
            cell.alignment = Alignment(horizontal="left" if j == 0 else "right", vertical="center", wrap_text=True)
        lines = max(self._header_lines(self.document.say(key), j) for j, key in enumerate(keys) if key)
        self.sheet.row_dimensions[row].height = 6 + 14 * lines
        self.row = row + 1
        return row

    def _header_lines(self, text: str, j: int) -> int:
        room = LABEL if j == 0 else CELL - 1
        return -int(-width_of(text) // room)

    def field(self, key: str, value, format: str = PLAIN, name: str = "", input: bool = True):
        """A labelled single value: an input (marked, unlocked) or a result."""
        self.style(self.sheet.cell(self.row, 2, self.document.say(key)))
        align = "right" if format != PLAIN else "left"
        cell = self.put(self.row, 3, value, format, align=align, fill=INPUT if input else "")
        if input:
            cell.protection = Protection(locked=False)
        if name:
            self.document.name(name, f"{self.quoted}!$C${self.row}")
        self.row += 1
        return cell

    def inputs(self, rows: range, columns: list[int]) -> None:
        """Mark cells as inputs: tinted, unlocked."""
        for row in rows:
            for column in columns:
                cell = self.sheet.cell(row, column)
                cell.fill = PatternFill("solid", fgColor=INPUT)
                cell.protection = Protection(locked=False)

    @property
    def quoted(self) -> str:
        return "'" + self.sheet.title.replace("'", "''") + "'"

    def validate(self, cells: str, kind: str, prompt: str, hint: str = "", title: str = "xlalloc", **rule) -> None:
        """Validation where a value is typed, with a hint and a plain error; the hint is the prompt unless given."""
        say = self.document.say
        check = DataValidation(type=kind, allow_blank=True, showErrorMessage=True, showInputMessage=True, **rule)
        check.errorTitle, check.error = say("invalid"), say(prompt)[:250]
        check.promptTitle, check.prompt = say(title)[:32], say(hint or prompt)[:250]
        for part in cells.split():
            check.add(part)
        self.sheet.add_data_validation(check)

    # Pictures of numbers ------------------------------------------------------------------------------------

    def bars(self, cells: str, color: str = SECOND) -> None:
        """Data bars in the cells."""
        self.sheet.conditional_formatting.add(cells, DataBarRule("num", 0, "max", None, color=color, showValue=True))

    def heat(self, cells: str) -> None:
        """Correlations from -1 (third colour) over 0 (white) to 1 (second colour)."""
        rule = ColorScaleRule("num", -1, THIRD, "num", 0, "FFFFFF", "num", 1, SECOND)
        self.sheet.conditional_formatting.add(cells, rule)

    def emphasise(self, cells: str, formula: str, color: str = WARN) -> None:
        """Bold and coloured where the formula is true."""
        self.sheet.conditional_formatting.add(cells, FormulaRule([formula], font=Font(bold=True, color=color)))
