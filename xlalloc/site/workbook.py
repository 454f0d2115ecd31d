"""A page of the handbook as a workbook: its inputs typed, its formulas live, a sheet each section."""

import datetime as dt
import re
from pathlib import Path

from openpyxl.utils import get_column_letter as letter

from xlalloc.book import Book, place
from xlalloc.formula import evaluate
from xlalloc.site.page import Item, Section, read
from xlalloc.templates import cached
from xlalloc.templates.layout import GREY, INPUT, PLAIN, Document, Page, uses_catalogue
from xlalloc.templates.texts import TEXTS

PAGES = ("asset-allocation", "risk-parity")
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
            cached.save(build(text, lang).book, made[-1])
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
    properties.title, properties.creator, properties.created, properties.modified = sections[0].title, "xlalloc", MADE, MADE
    for k, section in enumerate(sections):
        _sheet(document, f"{k}", section)
    document.book.active = 0
    return document


def _sheet(document: Document, key: str, section: Section) -> None:
    page = document.page(key)
    page.sheet.column_dimensions["B"].width = 44
    texts = list(section.blocks)
    page.title(texts.pop(0) if texts and isinstance(texts[0], str) else document.say("as_of_build"))
    for block in texts:
        page.row += 1
        if isinstance(block, str):
            page.note(block)
            continue
        for item in block:
            (_input if item.is_input else _result)(page, item)


def _input(page: Page, item: Item) -> None:
    """Typed cells, marked as inputs, and the name the formulas know them by."""
    cells = evaluate(item.formula)
    top = _label(page, item.what)
    for i, row in enumerate(cells):
        for j, cell in enumerate(row):
            text = isinstance(cell, str)
            page.put(top + i, 3 + j, cell, PLAIN if text else _typed(cell), fill="" if text else INPUT)
    page.inputs(range(top, top + len(cells)), [3 + j for j, c in enumerate(cells[0]) if not isinstance(cells[-1][j], str)])
    note = page.put(top, 3 + len(cells[0]), item.name, color=GREY, line=False)
    note.value = item.name
    page.document.name(item.name, _range(page, top, len(cells), len(cells[0])))
    page.row = top + len(cells)


def _result(page: Page, item: Item) -> None:
    """A live formula with its text beside it."""
    cells = evaluate(item.formula, place(Book(page.document.book), page.sheet.title))
    height, width = len(cells), len(cells[0])
    top = _label(page, item.what)
    formats = [_format(text) for text in item.shown.split(", ")]
    if height * width == 1:
        page.put(top, 3, item.formula, formats[0], bold=True, array=uses_catalogue(item.formula))
        _text(page, top, 4, item)
    else:
        _text(page, top, 3, item)
        top += 1
        shown = formats if len(formats) == width else formats[0]
        page.block(top, 3, height, width, item.formula, shown)
    if item.name:
        page.document.name(item.name, _range(page, top, height, width))
    page.row = top + height


def _text(page: Page, row: int, column: int, item: Item) -> None:
    """The formula as text, so that it is read where only values show."""
    cell = page.sheet.cell(row, column)
    page.style(cell, color=GREY, line=False)
    cell.value = (item.name + " " if item.name else "") + item.formula
    cell.data_type = "s"


def _label(page: Page, text: str) -> int:
    """The words of a row; gives the row."""
    cell = page.put(page.row, 2, text, wrap=True)
    cell.value = text
    width = sum(1.95 if ord(char) > 0x2E80 else 1.0 for char in text)
    page.sheet.row_dimensions[page.row].height = 15.5 * max(1, -(-width // 44))
    return page.row


def _range(page: Page, top: int, height: int, width: int) -> str:
    return f"{page.quoted}!$C${top}:${letter(2 + width)}${top + height - 1}"


def _typed(number) -> str:
    """Rates and weights as percentages, everything else as it is."""
    if isinstance(number, float) and 0 < abs(number) < 1:
        return "0.0%" if round(number * 1000) == number * 1000 or abs(number * 1000 % 1) < 1e-9 else "0.00%"
    return "#,##0" if isinstance(number, float) and abs(number) >= 1000 else PLAIN


def _format(shown: str) -> str:
    """The number format in which the page shows a value: 12.3% is 0.0%."""
    number = re.fullmatch(r"[-−+]?([\d,]+)(?:\.(\d+))?(%?)", shown)
    if not number:
        return PLAIN
    whole = "#,##0" if "," in number[1] else "0"
    return whole + ("." + "0" * len(number[2]) if number[2] else "") + number[3]
