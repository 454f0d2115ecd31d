"""One cell: what it spells, whether it is a number, a text, a heading, a blank or an error."""

import contextlib
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np

from xlalloc.errors import ERROR_CODES, ErrorIn, InputError, quoted, written
from xlalloc.labelled import is_blank

CODES = frozenset(ERROR_CODES)
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?\s*%?")
_CODE = re.compile(r"0\d+")
PLAIN = frozenset({float, int})
PLAIN_OR_BLANK = frozenset({float, int, type(None)})


# Single cells ------------------------------------------------------------------------------------------------


def as_number(text: str) -> float | None:
    """The number a text spells: full-width digits, thousands commas, %; codes such as 000300 are text."""
    text = unicodedata.normalize("NFKC", text).strip().replace("−", "-").replace("–", "-")
    if not _NUMBER.fullmatch(text) or _CODE.fullmatch(text):
        return None
    percent = text.endswith("%")
    try:
        number = float(text.rstrip("% ").replace(",", ""))
    except ValueError:
        return None
    if not math.isfinite(number):  # 1e999: too large for a number
        return None
    return number / 100 if percent else number


def is_text(cell) -> bool:
    """Text that is no number and no error: what labels and headers are made of."""
    return isinstance(cell, str) and bool(cell.strip()) and as_number(cell) is None and cell not in CODES


# Beside digits, what a text meant as a number may hold: signs, currencies, units, letters that look like digits.
_NUMBERLIKE = re.compile(r"[\d\s.,'’+\-−–—()\[\]%‰$€£¥￥元万亿千百份kKmMOolI|/]|[bB][nN]")
_SLASHED = re.compile(r"\d+/\d+")


def is_heading(cell: str) -> bool:
    """A heading is a word: no text of digits, signs, currencies and units alone."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if not any(map(str.isdigit, text)) or _CODE.fullmatch(text) or _SLASHED.fullmatch(text):
        return True
    return bool(_NUMBERLIKE.sub("", text))


def headings(cells: Sequence, name: str, place: str) -> None:
    """Every heading is a word; codes of digits may stand over a panel."""
    for i, cell in enumerate(cells, 1):
        if isinstance(cell, str) and not is_blank(cell) and not is_heading(cell) and not cell.strip().isdecimal():
            raise InputError(
                f"{name}: {place.format(i)} holds {quoted(cell)}, which is neither a number nor a heading. Type the "
                "number without letters or units, or a word."
            )


def _spells_number(cell) -> bool:
    """A text that reads as a number: a code such as '510300 where all its neighbours are such texts."""
    return isinstance(cell, str) and as_number(cell) is not None


def codes_over(texts: Sequence, numbers) -> bool:
    """A line of texts, all of which read as numbers, beside real numbers: the texts are names."""
    return (
        bool(texts)
        and all(map(_spells_number, texts))
        and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in numbers)
    )


def stop_at_errors(cells, name: str, place: str = "item {}") -> None:
    for i, cell in enumerate(cells, 1):
        if isinstance(cell, str) and cell in CODES:
            raise _error_in(cell, f"{name}: {place.format(i)}")


def _error_in(cell: str, where: str) -> ErrorIn:
    """The error a cell holds, with its own reason where it came from a formula evaluated here."""
    reason = getattr(cell, "reason", "").rstrip(".。")
    return ErrorIn(str(cell), f"{where} holds the error {cell}{reason and f' ({reason})'}. Correct that cell first.")


def number_in(cell, where: str, missing: bool) -> float:
    """The number in one cell; NaN for a blank or #N/A where those may be missing."""
    if isinstance(cell, str):
        if cell in CODES:
            if missing and cell == "#N/A":
                return float("nan")
            raise _error_in(cell, where)
        if cell.strip():
            number = as_number(cell)
            if number is None:
                raise InputError(
                    f"{where} holds the text {quoted(cell)}; a number is needed, or a blank where there is none."
                    if missing
                    else f"{where} holds the text {quoted(cell)}; a number is needed."
                )
            return number
        cell = None
    if cell is None:
        if missing:
            return float("nan")
        raise InputError(f"{where} is blank; a number is needed.")
    if isinstance(cell, bool | np.bool_):
        raise InputError(f"{where} holds {written(cell)}; a number is needed.")
    if isinstance(cell, int | float | np.integer | np.floating) or type(cell).__name__ == "Decimal":
        try:
            return float(cell)
        except OverflowError:
            raise InputError(f"{where} holds a number too large to compute with.") from None
        except ValueError:  # Decimal's signalling NaN
            raise InputError(f"{where} holds {cell}; a number is needed.") from None
    if isinstance(cell, dt.date):
        raise InputError(f"{where} holds the date {written(cell)}; a number is needed.")
    raise InputError(f"{where} holds something that is neither number nor text; a number is needed.")


def rows_of(value) -> list:
    """Whatever a host sends, as rows of equal length."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return [[value]]
    if not value:
        return [[None]]
    rows: Any = value if isinstance(value[0], list | tuple) else [value]
    of_cells = all(issubclass(kind, list | tuple) for kind in set(map(type, rows)))
    if not of_cells or not rows[0] or set(map(len, rows)) != {len(rows[0])}:
        raise InputError("The rows of a range must have the same number of cells.")
    return rows


def numbers_in(rows: Sequence, name: str, positions: Sequence[int], left: int, missing: bool) -> np.ndarray:
    """A block of cells as an array: at once where all are numbers, cell by cell otherwise."""
    kinds = set(map(type, chain.from_iterable(rows)))
    if kinds <= (PLAIN_OR_BLANK if missing else PLAIN):
        with contextlib.suppress(OverflowError):  # an integer beyond any float: found cell by cell
            if type(None) in kinds:
                return np.array(rows, dtype=float)
            return np.fromiter(chain.from_iterable(rows), float, len(rows) * len(rows[0])).reshape(len(rows), -1)
    return np.array(
        [
            [number_in(cell, f"{name}: row {i}, column {j}", missing) for j, cell in enumerate(row, left)]
            for i, row in zip(positions, rows, strict=True)
        ]
    )


def is_year(cell) -> bool:
    number = as_number(cell) if isinstance(cell, str) else cell
    return isinstance(number, int | float) and not isinstance(number, bool) and number in range(1900, 2101)


def no_year_heading(values: Sequence, name: str, times: float = 100.0) -> None:
    """A first cell such as 2024 above much smaller numbers is a heading that reads as a number."""
    first = values[0]
    if len(values) < 2 or not is_year(first):
        return
    year = float(as_number(first) or 0.0) if isinstance(first, str) else first
    rest = [cell for cell in values[1:] if isinstance(cell, int | float) and not isinstance(cell, bool)]
    typed = isinstance(first, str) and len(rest) == len(values) - 1  # a text above numbers
    if rest and max(map(abs, rest)) * (1.0 if typed else times) < year:
        raise InputError(
            f"{name}: the first cell, {quoted(first)}, reads as a year above smaller numbers. Leave it out, or make it "
            "a heading in words, such as 'in 2024'."
        )


def spells_no_number(cell) -> bool:
    return isinstance(cell, str) and as_number(cell) is None
