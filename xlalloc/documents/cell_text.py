"""A cell as the XML of its sheet: its value, and its formula where that stays."""

import datetime as dt

from xlalloc.dates import to_serial
from xlalloc.documents import xml
from xlalloc.documents.sheet import letters
from xlalloc.errors import ErrorValue

FORMULA_LIKE = ("=", "+", "-", "@", "\t", "\r")  # how a formula begins, as it is typed
KEPT = "\1"  # the mark at a style; no cell's XML holds it


def kept_text(start: str, value) -> str:
    """The start of a cell; one whose text would be a formula as soon as somebody edits it gets a mark at its style."""
    if value.__class__ is not str or not value.startswith(FORMULA_LIKE):
        return start
    return start.replace(' s="', f' s="{KEPT}', 1) if ' s="' in start else f'{start} s="{KEPT}0"'


def cell_text(start: str, value, live: bool = False, mark: str = "", formula: str = "") -> str:
    """A cell with its value. An empty text among data is kept as one where formulas read it: blank would be 0."""
    kind = value.__class__
    if kind is float or kind is int:
        number = repr(value)
        return f"{start}{mark}>{formula}<v>{number[:-2] if number[-2:] == '.0' else number}</v></c>"
    if kind is str:
        if not value:
            formula = '<f>""</f>' if live and not formula else formula
            return f'{start}{mark} t="str">{formula}<v></v></c>'
        return f'{start}{mark} t="str">{formula}<v>{xml.escaped(value)}</v></c>'
    if value is None:
        return f"{start}/>" if not formula else f"{start}{mark}>{formula}<v>0</v></c>"
    if kind is bool:
        return f'{start}{mark} t="b">{formula}<v>{int(value)}</v></c>'
    if isinstance(value, ErrorValue):
        return f'{start}{mark} t="e">{formula}<v>{value}</v></c>'
    if isinstance(value, dt.date):
        return f"{start}{mark}>{formula}<v>{to_serial(value)}</v></c>"
    return f"{start}{mark}>{formula}<v>{float(value)!r}</v></c>"


def data_rows(cells: dict[tuple[int, int], object]) -> str:
    """Rows of data as a sheet has them."""
    rows: dict[int, list[str]] = {}
    for (i, j), value in sorted(cells.items()):
        if value is not None:
            rows.setdefault(i, []).append(cell_text(f'<c r="{letters(j)}{i}"', value, live=True))
    return "".join(f'<row r="{i}">{"".join(inside)}</row>' for i, inside in rows.items())
