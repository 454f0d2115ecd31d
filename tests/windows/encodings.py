"""Formulas evaluated through a host: each catalogue call goes there and back in the host's own encoding."""

import types
from unittest import mock

from xlalloc import compiled, formula
from xlalloc.errors import ERROR_CODES, ErrorValue

MISSING = -2147352572  # an omitted argument, as pywin32 hands it over
AN_ERROR = ErrorValue("an error of unknown kind")
_XL_ERR = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042,
    "#SPILL!": 2045, "#CALC!": 2050,
}  # fmt: skip
NUMBERS = {code: number - 2146828288 for code, number in _XL_ERR.items()}
CODES = {number: code for code, number in NUMBERS.items()}
OFFICE_TYPES = {
    "Div0": "#DIV/0!",
    "NotAvailable": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}


def to_com(argument):
    """Cells as pywin32 hands them to xlwings: an array of Value2, or one value."""
    if argument is None:
        return MISSING
    if isinstance(argument, list):
        return tuple(tuple(_com_cell(cell) for cell in row) for row in argument)
    return _com_cell(argument)


def _com_cell(cell):
    if isinstance(cell, str) and cell in ERROR_CODES:
        return NUMBERS[cell]
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell


def from_com(answer) -> list[list]:
    """CallUDF's answer as rows of cells, errors as our VBA reads them. None, NaN and error texts are refused."""
    if not isinstance(answer, tuple):
        answer = ((answer,),)
    elif not isinstance(answer[0], tuple):
        answer = (answer,)  # 1 x N arrives as one dimension
    return [[_shown(cell) for cell in row] for row in answer]


def _shown(cell):
    if hasattr(cell, "varianttype"):
        assert cell.varianttype == 10, "VT_ERROR"
        return AN_ERROR
    if type(cell) is int:
        return ErrorValue(CODES[cell])
    assert isinstance(cell, float | str | bool), repr(cell)
    assert cell == cell and cell not in ERROR_CODES, "an error value, not text"
    return cell


def to_office(argument):
    """Cells as Office.js sends them: always rows, whole numbers as ints, errors as objects; None where left out."""
    if argument is None:
        return None
    return [[_office_cell(cell) for cell in row] for row in (argument if isinstance(argument, list) else [[argument]])]


def _office_cell(cell):
    if isinstance(cell, str) and cell in ERROR_CODES:
        return {"type": "Error", "basicValue": str(cell)}
    return int(cell) if isinstance(cell, float) and cell == int(cell) else "" if cell is None else cell


def from_office(answer) -> list[list]:
    return [[_from_office_cell(cell) for cell in row] for row in answer]


def _from_office_cell(cell):
    if isinstance(cell, dict):
        assert cell["type"] == "Error"
        return ErrorValue(OFFICE_TYPES[cell["errorType"]])
    assert isinstance(cell, int | float | str) and cell == cell and cell not in ERROR_CODES, repr(cell)
    return cell


def evaluate_through(call, text: str) -> list[list]:
    """A formula whose catalogue functions are answered by ``call(name, arguments)``."""
    with mock.patch.object(compiled, "cells", types.SimpleNamespace(call=call)):
        return formula.evaluate(text)
