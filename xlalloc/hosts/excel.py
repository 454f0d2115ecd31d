"""Excel through xlwings: every catalogue function, over COM on Windows and over Office.js in xlwings Lite and Server.

    from xlalloc.hosts.excel import *        # all that main.py of Lite, or custom_functions of Server, needs

Which of the two it is, is known from where xlwings takes its decorators.
"""

import datetime as dt
import inspect
import sys
from functools import cache
from itertools import chain
from typing import Any, Literal

import xlwings as xw
from xlwings.conversion import Accessor, Pipeline

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc import cells, help, log
from xlalloc.catalogue import CATALOGUE, Function
from xlalloc.errors import ERROR_CODES, ErrorValue
from xlalloc.hosts import category
from xlalloc.values import to_number

_HOSTS = {"xlwings.udfs": "Excel for Windows (COM)", "xlwings.pro.udfs_officejs": "Excel (Office.js)"}
ON_COM = xw.func.__module__ == "xlwings.udfs"
HAS_LISTS = hasattr(sys.modules[xw.func.__module__], "extract_enum_descriptor")  # Office.js, xlwings 0.35.3 and later
help.host = _HOSTS.get(xw.func.__module__, help.host)

# On COM an error cell is a VT_ERROR with the number 0x800A0000 + this; pywin32 hands it over as an int.
_XL_ERR = {
    "#NULL!": 2000, "#DIV/0!": 2007, "#VALUE!": 2015, "#REF!": 2023, "#NAME?": 2029, "#NUM!": 2036, "#N/A": 2042,
    "#SPILL!": 2045, "#CALC!": 2050,
}  # fmt: skip
_BASE = -2146828288
NUMBERS = {code: _BASE + number for code, number in _XL_ERR.items()}
_CODES = {number: code for code, number in NUMBERS.items()}
_ALL_ERRORS = range(_BASE + 2000, _BASE + 2100)  # also those of newer Excels, such as #FIELD!
_OFFICE_ERRORS = frozenset(ERROR_CODES) - {"#SPILL!", "#CALC!"}  # those that xlwings can return through Office.js

# Cells of these types need no look at each. On COM an int may be an error; Office.js sends whole numbers as ints.
_PLAIN = frozenset({float, str, bool, type(None)} | (set() if ON_COM else {int}))
_READY = frozenset({float, bool})


class Cells(Accessor):
    """Rows of cells as the host has them, without xlwings's loop over every cell."""

    @classmethod
    def reader(cls, options):
        return Pipeline([_read])

    @classmethod
    def writer(cls, options):
        return Pipeline()


def _read(context) -> None:
    """xlwings's own wrapper sends a Range: Value2 is read, as Value cuts Currency to four places and zones dates."""
    if context.range is None:
        context.value = rows(context.value)
    elif context.range.api.Areas.Count > 1:
        context.value = [[ErrorValue("#VALUE!")]]
    else:
        context.value = rows(context.range.api.Value2)


# In ----------------------------------------------------------------------------------------------------------


def rows(value) -> list | tuple:
    """One argument as rows of cells; an error cell, in any of the hosts' encodings, is its code."""
    if not isinstance(value, list | tuple):
        value = ((value,),)
    elif not value or not isinstance(value[0], list | tuple):
        value = (value,)
    kinds = set(map(type, chain.from_iterable(value)))
    if all(
        kind in _PLAIN or issubclass(kind, dt.datetime) for kind in kinds
    ):  # a date of pywin32 has a class of its own
        return value
    return [[_cell(cell) for cell in row] for row in value]


def _cell(cell):
    """An error as its code, a data type of Office.js as the value it shows."""
    if isinstance(cell, dict):
        if cell.get("type") == "Error":
            code = cell.get("basicValue")
            return code if code in ERROR_CODES else "#VALUE!"
        return cell.get("basicValue")
    if ON_COM and isinstance(cell, int) and cell in _ALL_ERRORS:
        return _CODES.get(cell, "#VALUE!")
    return None if type(cell).__name__ == "JsNull" else cell


# Out ---------------------------------------------------------------------------------------------------------


def answered(table: list[list], error) -> list[list]:
    """The cells of an answer as the host writes them: errors by ``error``, dates as serials, every number a float."""
    if _READY.issuperset(map(type, chain.from_iterable(table))):
        return table
    return [[_written(cell, error) for cell in row] for row in table]


def _written(cell, error):
    if isinstance(cell, str):
        return error(cell) if cell in ERROR_CODES else cell
    return cell if isinstance(cell, bool) else to_number(cell)


def error_value(code: str):
    """The error as the host's own: a VT_ERROR on COM, on Office.js the text that xlwings turns into one.

    pywin32 sends every VT_ERROR with one and the same number, so that Excel learns that there is an error and not
    which. Our own add-in therefore asks by ``windows_calls``, which sends the number.
    """
    if ON_COM:
        return _com_error(code)
    return str(code) if code in _OFFICE_ERRORS else "#VALUE!"


@cache
def _com_error(code: str):
    import pythoncom
    from win32com.client import VARIANT

    return VARIANT(pythoncom.VT_ERROR, NUMBERS[code])


def answer(name: str, arguments, error=error_value) -> list[list]:
    """A function's answer to the cells given; no exception leaves here."""
    try:
        return answered(cells.call(name, arguments), error)
    except Exception:
        log.trace(name)
        return [[error("#VALUE!")]]


# The functions -----------------------------------------------------------------------------------------------


def worksheet_function(entry: Function):
    """The plain function xlwings expects: name, signature and help are the catalogue's, without type hints.

    But for options, where xlwings makes a list to choose from of a Literal; on COM every hint becomes a converter.
    """
    name = entry.name

    def called(*arguments):
        return answer(name, arguments)

    function: Any = called
    function.__name__ = function.__qualname__ = name
    function.__doc__ = entry.summary
    function.__signature__ = inspect.Signature([_parameter(argument) for argument in entry.arguments])
    if HAS_LISTS:
        lists = {argument.name: argument.quantity.options for argument in entry.arguments if argument.quantity.options}
        function.__annotations__ = {name: Literal[options] for name, options in lists.items()}
    for argument in entry.arguments:
        function = xw.arg(argument.name, Cells, doc=argument.help)(function)
    if ON_COM:
        function = xw.ret(Cells)(function)
    return xw.func(category=category(entry))(function)  # last: xw.arg sets the category back


def _parameter(argument) -> inspect.Parameter:
    if argument.variadic:
        return inspect.Parameter(argument.name, inspect.Parameter.VAR_POSITIONAL)
    default = None if argument.optional else inspect.Parameter.empty
    return inspect.Parameter(argument.name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=default)


globals().update({name: worksheet_function(entry) for name, entry in CATALOGUE.items()})
__all__ = list(CATALOGUE)
