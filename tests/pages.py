"""What the tests of the handbook share: the tables of a page, values compared as they are shown."""

import re
from pathlib import Path

from xlalloc.site import sheet

DOCS = Path(__file__).parent.parent / "docs"


def tables(name: str) -> list[list[list[str]]]:
    """Every table of a page as rows of cells."""
    return sheet.tables((DOCS / name).read_text(encoding="utf-8"))


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
