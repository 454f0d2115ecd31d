"""A page of the handbook that is typed cell by cell: a sheet for each of its sections.

Three kinds of tables make the sheet. One headed *type* holds what is typed, a row of the sheet each; one headed *cell*
holds formulas and the values they show; one headed *shows* holds, as the sheet does, the values of a formula whose
result is a table. The page is the one source: its workbook is built from it, its values are tested.
"""

import datetime as dt
import re
from pathlib import Path
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import column_index_from_string
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.formula import ArrayFormula

from xlalloc.book import bounds
from xlalloc.documents import built
from xlalloc.site import page
from xlalloc.templates.look import BODY, FONTS, GREY, INK, INPUT, PLAIN, width_of

PAGE = "gallery"
TYPED, CELL, SHOWS = ("type", "输入"), ("cell", "单元格"), ("shows", "显示")
MADE = dt.datetime(2026, 1, 1)  # a fixed date: the same page gives the same bytes
NARROW, WIDE = 9, 30  # widths of columns, in characters


class Result(NamedTuple):
    """A formula of the page: its cells, what is typed, and what each cell that the page shows holds."""

    cells: str
    formula: str
    shown: dict[tuple[int, int], str]


def tables(markdown: str) -> list[list[list[str]]]:
    """Every table of a text as rows of cells."""
    return [page.rows(block) for block in re.findall(r"(?:^\|.*\n?)+", markdown, re.MULTILINE)]


def typed(text: str):
    """What a cell holds after this was typed into it."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return dt.datetime.fromisoformat(text)
    number = re.fullmatch(r"-?\d+(\.\d+)?(%?)", text)
    if not number:
        return text or None
    return float(text.rstrip("%")) / (100 if number[2] else 1)


def shown_rows(text: str) -> list[list[str]]:
    """The cells a page shows: rows parted by ; and cells by a comma and a space."""
    return [row.split(", ") for row in text.split("; ")]


def fill(sheet, found: list[list[list[str]]]) -> list[Result]:
    """Type the tables of a page into a sheet; gives its formulas with what the page shows for them."""
    results: list[Result] = []
    for header, *lines in found:
        if header[0] in TYPED:
            for number, *cells in lines:
                for letters, text in zip(header[1:], cells, strict=True):
                    cell = sheet.cell(int(number), column_index_from_string(letters), typed(text))
                    cell.number_format = number_format(text)
        elif header[0] in CELL:
            results += [_formula(sheet, cells, page.code(formula), page.plain(text)) for cells, formula, text in lines]
        elif header[0] in SHOWS:
            for number, *cells in lines:
                for letters, text in zip(header[1:], cells, strict=True):
                    where = int(number), column_index_from_string(letters)
                    owner = next(result for result in results if _inside(where, result.cells))
                    owner.shown[where] = page.plain(text)
    return results


def _inside(where: tuple[int, int], cells: str) -> bool:
    top, left, bottom, right = bounds(cells)
    return top <= where[0] <= bottom and left <= where[1] <= right


def _formula(sheet, cells: str, formula: str, text: str) -> Result:
    top, left, bottom, right = bounds(cells)
    block = (top, left) != (bottom, right)
    sheet.cell(top, left).value = ArrayFormula(cells, formula) if block else formula
    lines = shown_rows(text) if block else [[text]]
    if block and text == f"{bottom - top + 1} × {right - left + 1}":  # a table below shows them
        return Result(cells, formula, {})
    if len(lines) != bottom - top + 1 or any(len(line) != right - left + 1 for line in lines):
        raise ValueError(f"{cells}: {formula} has another size than what the page shows")
    shown = {(top + i, left + j): item for i, line in enumerate(lines) for j, item in enumerate(line)}
    return Result(cells, formula, shown)


def number_format(shown: str) -> str:
    """The number format in which a text shows its number: 12.3% is 0.0%."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", shown):
        return "yyyy-mm-dd"
    number = re.fullmatch(r"[-−+]?([\d,]+)(?:\.(\d+))?(%?)", shown)
    if not number:
        return PLAIN
    whole = "#,##0" if "," in number[1] else "0"
    return whole + ("." + "0" * len(number[2]) if number[2] else "") + number[3]


# The workbook of a page ------------------------------------------------------------------------------------------


def write(folder: Path, markdown: Path) -> list[Path]:
    """The workbooks of the gallery, in both languages, from the folder of their Markdown; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for lang, ending in (("en", ".md"), ("zh", ".zh.md")):
        made.append(folder / f"{PAGE}-{lang}.xlsx")
        built.save(build((markdown / f"{PAGE}{ending}").read_text(encoding="utf-8"), lang), made[-1])
    return made


def sections(markdown: str) -> list[tuple[str, str]]:
    """The sections of a page that make a sheet: the sheet's name, and the text."""
    parts = re.split(r"^## ", markdown, flags=re.MULTILINE)[1:]
    found = [(re.split(r"[:：\n]", part, maxsplit=1)[0].strip(), part) for part in parts]
    return [(name, part) for name, part in found if any(table[0][0] in CELL for table in tables(part))]


def build(markdown: str, lang: str) -> Workbook:
    """The workbook of a page: what is typed and its formulas, each formula also as text beside its result."""
    book = Workbook()
    book.remove(book.active)
    properties = book.properties
    properties.title, properties.creator = page.plain(markdown.partition("\n")[0].lstrip("# ")), "xlalloc"
    properties.created = properties.modified = MADE
    normal = next(style for style in book._named_styles if style.name == "Normal")
    normal.font = Font(name=FONTS[lang], size=BODY, color=INK)
    for name, text in sections(markdown):
        sheet = book.create_sheet(name)
        results = fill(sheet, tables(text))
        _dress(sheet, results, lang)
    return book


def _dress(sheet, results: list[Result], lang: str) -> None:
    """Inputs yellow, headings bold, results in the format the page shows them in, formulas readable as text."""
    font = {"name": FONTS[lang], "size": BODY}
    formulas = {where for result in results for where in _cells(result.cells)}
    widths: dict[int, float] = {}
    height = max(sheet.max_row, *(bounds(result.cells)[2] for result in results))
    for row in list(sheet.iter_rows()):
        for cell in row:
            if (cell.row, cell.column) in formulas or cell.value is None:
                continue
            if isinstance(cell.value, str):
                cell.font = Font(**font, color=INK, bold=_heading(sheet, cell, formulas))
                if isinstance(sheet.cell(cell.row + 1, cell.column).value, float | dt.datetime):
                    cell.alignment = Alignment(horizontal="right")
            else:
                cell.font, cell.fill = Font(**font, color=INK), PatternFill("solid", fgColor=INPUT)
            _widen(widths, cell.column, 10 if isinstance(cell.value, dt.datetime) else str(cell.value))
    for result in results:
        for row, column in _cells(result.cells):
            sheet.cell(row, column).font = Font(**font, color=INK)
        for (row, column), text in result.shown.items():
            cell = sheet.cell(row, column)
            cell.number_format = number_format(text)
            numeric = cell.number_format != PLAIN
            cell.font = Font(**font, color=INK, bold=not numeric and row == bounds(result.cells)[0] and _wide(result))
            below = result.shown.get((row + 1, column), "")
            number = numeric or (number_format(below) != PLAIN and row == bounds(result.cells)[0])
            cell.alignment = Alignment(horizontal="right" if number else None)
            _widen(widths, column, text)
        _as_text(sheet, result, Font(**font, color=GREY))
    for column in range(1, sheet.max_column + 1):
        sheet.column_dimensions[letter(column)].width = min(WIDE, max(NARROW, widths.get(column, 0) + 2))
    sheet.print_area = f"A1:{letter(_last_column(sheet, widths, results))}{height}"
    setup = sheet.page_setup
    setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = sheet.PAPERSIZE_A4, "landscape", 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def _last_column(sheet, widths: dict[int, float], results: list[Result]) -> int:
    """The last column with something in it; the text of a formula may run over the empty cells beside it."""
    last = max(widths)
    for result in results:
        column, room = _place_of_text(result)[1], width_of(result.formula, 1.0)
        while room > 0:
            room -= sheet.column_dimensions[letter(column)].width
            last = max(last, column)
            column += 1
    return last


def _cells(cells: str) -> list[tuple[int, int]]:
    top, left, bottom, right = bounds(cells)
    return [(i, j) for i in range(top, bottom + 1) for j in range(left, right + 1)]


def _heading(sheet, cell, formulas: set[tuple[int, int]]) -> bool:
    """A text that begins a column, or stands above a result, and has no number beside it."""
    beside = cell.row, cell.column + 1
    if beside in formulas or isinstance(sheet.cell(*beside).value, float | dt.datetime):
        return False
    return (
        cell.row == 1 or (cell.row + 1, cell.column) in formulas or sheet.cell(cell.row - 1, cell.column).value is None
    )


def _wide(result: Result) -> bool:
    _, left, _, right = bounds(result.cells)
    return right - left > 1


def _widen(widths: dict[int, float], column: int, text: str | int) -> None:
    widths[column] = max(widths.get(column, 0), text if isinstance(text, int) else width_of(text, 1.0))


def _place_of_text(result: Result) -> tuple[int, int]:
    top, left, _, right = bounds(result.cells)
    return (top - 1, left) if _wide(result) and top > 1 else (top, right + 1)


def _as_text(sheet, result: Result, font: Font) -> None:
    """The formula as text, so that it is read where only values show: above a table, else at the right."""
    cell = sheet.cell(*_place_of_text(result))
    if cell.value is not None:
        raise ValueError(f"{sheet.title}!{cell.coordinate}: no room for the text of {result.formula}")
    cell.value, cell.font = result.formula, font
    cell.data_type = "s"
