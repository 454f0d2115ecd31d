"""A page of the handbook as a workbook: its inputs typed, its formulas live, one sheet per section."""

import datetime as dt
import re
from pathlib import Path

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter

from xlalloc.book import Book, context
from xlalloc.documents import built
from xlalloc.formula import evaluate
from xlalloc.site.page import Item, Section, read
from xlalloc.templates.layout import (
    ACCENT,
    GREY,
    INPUT,
    LAST_COLUMN,
    PLAIN,
    ROW_POINTS,
    Document,
    Page,
    called,
    width_of,
)
from xlalloc.templates.workbook_texts import TEXTS

PAGES = ("asset-allocation", "risk-parity")
LABEL, VALUE = 44, 22  # widths of the columns of words and of values
MADE = dt.datetime(2026, 1, 1)  # a fixed date: the same page gives the same bytes


def file_name(page: str, lang: str) -> str:
    return f"ideas-{page}-{lang}.xlsx"


def write(folder: Path, markdown: Path) -> list[Path]:
    """The workbooks of every page, in both languages, from the folder of their Markdown; gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for page in PAGES:
        for lang, ending in (("en", ".md"), ("zh", ".zh.md")):
            text = (markdown / f"{page}{ending}").read_text(encoding="utf-8")
            made.append(folder / file_name(page, lang))
            built.save(build(text, lang).book, made[-1])
    return made


def build(text: str, lang: str) -> Document:
    """The workbook of a page, in memory."""
    sections = read(text)
    texts = dict(TEXTS)
    for k, section in enumerate(sections):
        tab = re.sub(r"[\[\]:*?/\\：]", " ", re.sub(r"^\d+\S* ", "", section.title))[:28].strip()
        texts[f"{k}.tab"] = {lang: tab}
        texts[f"{k}.title"] = {lang: section.title.replace("{", "").replace("}", "")}
    document = Document(lang, texts)
    properties = document.book.properties
    properties.title, properties.creator = sections[0].title, "xlalloc"
    properties.created = properties.modified = MADE
    values = Book(document.book)
    for k, section in enumerate(sections):
        _sheet(document, f"{k}", section, values)
    _front(document, sections)
    document.book.active = 0
    return document


def _front(document: Document, sections: list[Section]) -> None:
    """The first sheet: what the values are as of, what they are not, where each idea is."""
    sheet = document.book.worksheets[0]
    lines = [document.say("as_of_build"), document.say("disclaimer"), ""]
    for k, text in enumerate([*lines, *(section.title for section in sections[1:])]):
        cell = sheet.cell(6 + k, 2, text)
        cell.font = document.font(color=GREY if k < len(lines) else ACCENT)
        if k < len(lines):
            sheet.merge_cells(start_row=6 + k, start_column=2, end_row=6 + k, end_column=LAST_COLUMN)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.row_dimensions[6 + k].height = 31
        else:
            target = document.book.worksheets[k - len(lines) + 1]
            cell.hyperlink = f"#'{target.title}'!A1"


def _sheet(document: Document, key: str, section: Section, values: Book) -> None:
    page = document.page(key)
    values.read_sheet(page.sheet)
    page.sheet.column_dimensions["B"].width, page.sheet.column_dimensions["C"].width = LABEL, VALUE
    texts = list(section.blocks)
    page.title(texts.pop(0) if texts and isinstance(texts[0], str) else document.say("as_of_build"))
    for block in texts:
        page.row += 1
        if isinstance(block, str):
            page.note(block)
            continue
        for item in block:
            if item.is_input:
                _input(page, item)
            else:
                _result(page, item, values)
                values.read_sheet(page.sheet)


def _input(page: Page, item: Item) -> None:
    """Typed cells, marked as inputs, and the name the formulas know them by."""
    cells = evaluate(item.formula)
    top = _label(page, item.what)
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            text = isinstance(cell, str)
            page.put(top + i, 3 + j, cell, PLAIN if text else _typed(cells, j), fill="" if text else INPUT)
    page.inputs(range(top, top + len(cells)), [3 + j for j, cell in enumerate(cells[-1]) if not isinstance(cell, str)])
    _headings(page, top, cells)
    page.put(top, 3 + len(cells[0]), item.name, color=GREY, line=False)
    page.document.name(item.name, _range(page, top, len(cells), len(cells[0])))
    page.row = top + len(cells)


def _result(page: Page, item: Item, values: Book) -> None:
    """A live formula with its text beside it."""
    cells = evaluate(item.formula, context(values, page.sheet.title))
    height, width = len(cells), len(cells[0])
    top = _label(page, item.what)
    formats = [_format(text) for text in item.shown.split(", ")]
    if height * width == 1:
        page.put(top, 3, item.formula, formats[0], bold=True, array=bool(called(item.formula)))
        _text(page, top, 4, item)
    else:
        _text(page, top, 3, item)
        top += 1
        shown = (
            [_computed(item.formula, [row[j] for row in cells]) for j in range(width)] if "×" in item.shown else formats
        )
        page.block(top, 3, height, width, item.formula, shown if len(shown) == width else shown[0])
        _headings(page, top, cells)
    if item.name:
        page.document.name(item.name, _range(page, top, height, width))
    page.row = top + height


def _headings(page: Page, top: int, cells: list[list]) -> None:
    """A first row of texts over numbers is a heading: bold, above its numbers."""
    if len(cells[0]) < 3 or not any(isinstance(cell, str) for cell in cells[0][1:]):
        return
    for j in range(len(cells[0])):
        align = "right" if isinstance(cells[-1][j], float) else ""
        page.style(page.sheet.cell(top, 3 + j), bold=True, align=align, wrap=True)
    if max(len(str(cell)) for cell in cells[0][1:]) > 12:
        page.sheet.row_dimensions[top].height = 31


def _text(page: Page, row: int, column: int, item: Item) -> None:
    """The formula as text, so that it is read where only values show."""
    cell = page.sheet.cell(row, column)
    page.style(cell, color=GREY, line=False)
    cell.value = (item.name + " " if item.name else "") + item.formula
    cell.data_type = "s"


def _label(page: Page, text: str) -> int:
    """The words of a row; gives the row."""
    page.put(page.row, 2, text, wrap=True)
    page.sheet.row_dimensions[page.row].height = ROW_POINTS * max(1, -(-width_of(text, 1.0) // LABEL))
    return page.row


def _range(page: Page, top: int, height: int, width: int) -> str:
    return f"{page.quoted}!$C${top}:${letter(2 + width)}${top + height - 1}"


def _typed(cells: list[list], column: int) -> str:
    """Correlations and covariances with their decimals, rates and weights as percentages, the rest as it is."""
    numbers = [row[column] for row in cells if isinstance(row[column], float)]
    if len(cells) == len(cells[0]) > 1:
        return "0.00" if cells[0][0] == 1 else "0.0000"
    return "0.0%" if all(abs(number) < 1 for number in numbers) else PLAIN


def _computed(formula: str, column: list) -> str:
    """The format of a column whose values the page does not show one by one."""
    numbers = [abs(cell) for cell in column if isinstance(cell, float)]
    if not numbers:
        return PLAIN
    if formula.startswith("=COV_"):
        return "0.0000"
    return "0.00" if formula.startswith("=CORR_") or max(numbers) > 3 else "0.0%"


def _format(shown: str) -> str:
    """The number format in which the page shows a value: 12.3% is 0.0%."""
    number = re.fullmatch(r"[-−+]?([\d,]+)(?:\.(\d+))?(%?)", shown)
    if not number:
        return PLAIN
    whole = "#,##0" if "," in number[1] else "0"
    return whole + ("." + "0" * len(number[2]) if number[2] else "") + number[3]
