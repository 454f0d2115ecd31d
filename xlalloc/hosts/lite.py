"""A script for xlwings Lite: enter again what shows #NAME? because the file was opened before the add-in had started.

from xlalloc.hosts.excel import *
from xlalloc.hosts.lite import reenter_formulas
"""

import re
from collections.abc import Sequence

import xlwings as xw

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.catalogue import CATALOGUE

_CALL = re.compile(r"\b(" + "|".join(sorted(CATALOGUE, key=len, reverse=True)) + r")\(", re.IGNORECASE)


def to_enter(formulas: Sequence[Sequence], shown: Sequence[Sequence]) -> list[tuple[int, int, str]]:
    """The cells to enter again: row, column, formula of those that call a function of ours and show #NAME?.

    A block that spilled may give one formula for all its cells; only the first is entered, and spills anew.
    """
    found, seen = [], set()
    for i, (line, values) in enumerate(zip(formulas, shown, strict=True)):
        for j, (formula, value) in enumerate(zip(line, values, strict=True)):
            ours = isinstance(formula, str) and formula.startswith("=") and _CALL.search(formula)
            if ours and value == "#NAME?" and formula not in seen:
                seen.add(formula)
                found.append((i, j, formula))
    return found


@xw.script
async def reenter_formulas(book: xw.Book):
    """Enter every xlalloc formula that shows #NAME? again, on every sheet that is not protected."""
    for sheet in book.sheets:
        used = sheet.used_range
        shown = used.options(ndim=2, err_to_str=True)
        for i, j, formula in to_enter(await used.options(ndim=2).get_formula(), shown.value):
            used[i, j].formula = formula
