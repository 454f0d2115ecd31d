"""What the tests of the handbook share: tables of a page, cells typed into a sheet, values compared as they are shown."""

import re
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet.formula import ArrayFormula

from xlalloc.book import bounds
from xlalloc.site import page

DOCS = Path(__file__).parent.parent / "docs"
TYPED, CELL = ("type", "输入"), ("cell", "单元格")


def tables(name: str) -> list[list[list[str]]]:
    """Every table of a page as rows of cells."""
    text = (DOCS / name).read_text(encoding="utf-8")
    return [page.rows(block) for block in re.findall(r"(?:^\|.*\n?)+", text, re.MULTILINE)]


def typed(text: str):
    """What a cell holds after this was typed into it."""
    number = re.fullmatch(r"-?\d+(\.\d+)?(%?)", text)
    if not number:
        return text or None
    return float(text.rstrip("%")) / (100 if number[2] else 1)


def typed_sheet(name: str):
    """The sheet of a page that is typed cell by cell: the workbook, and every formula cell with what the page shows."""
    book, claims = Workbook(), []
    sheet = book.active
    for header, *rows in tables(name):
        if header[0] in TYPED:
            for number, *cells in rows:
                for letters, text in zip(header[1:], cells, strict=True):
                    sheet.cell(int(number), column_index_from_string(letters), typed(text))
        elif header[0] in CELL:
            for cells, formula, shown in rows:
                top, left, bottom, right = bounds(cells)
                formula = page.code(formula)
                array = (top, left) != (bottom, right)
                sheet.cell(top, left).value = ArrayFormula(cells, formula) if array else formula
                claims.append((cells, (top, left, bottom, right), page.plain(shown)))
    return book, claims


def shows(text: str, value) -> bool:
    """Does a cell of this value show this text, in the format the text has?"""
    if isinstance(value, bool):
        return text == str(value).upper()
    if not isinstance(value, int | float):
        return text == ("" if value is None else str(value))
    number = re.fullmatch(r"([-+]?[\d,]+(?:\.(\d+))?)(%?)", text.replace("−", "-"))
    if not number:
        return False
    scale = 100.0 if number[3] else 1.0
    places = len(number[2] or "")
    return abs(value * scale - float(number[1].replace(",", ""))) <= 0.5000001 * 10.0**-places


def shown_rows(text: str) -> list[list[str]]:
    """The cells a page shows: rows parted by ; and cells by a comma and a space."""
    return [row.split(", ") for row in text.split("; ")]
