"""The types of the package for editors and type checkers: xlalloc/__init__.pyi, written from the catalogue.

The same kind comes out as went in: pandas where a pandas object or a polars frame went in, else a dict where a dict
did, else an array. A function whose result runs over assets or time therefore has a signature for each kind, by the
first of its required arguments that is of it. (Signatures that all match an array would leave mypy undecided.)
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from xlalloc.catalogue import CATALOGUE, REQUIRED, Argument, Function, Table

HEAD = '''\
# Written by `xlalloc build stubs` from the catalogue; held to it by tests/test_types.py.
# mypy: disable-error-code="overload-overlap,overload-cannot-match"
# Some signatures overlap where pandas has no types of its own (pandas-stubs is not installed) or by a list of lists.
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlalloc.catalogue import CATALOGUE as CATALOGUE
from xlalloc.errors import AllocError as AllocError
from xlalloc.errors import DivisionError as DivisionError
from xlalloc.errors import InputError as InputError
from xlalloc.errors import NotAvailableError as NotAvailableError
from xlalloc.errors import NumberError as NumberError
from {table} import Table as Table
from xlalloc.version import __version__ as __version__

class Polars(Protocol):
    """A polars frame or series. Where a pandas Series gives another type than a DataFrame, checkers could not tell it
    from the Series (whose __getattr__ has any method): there checked code says to_pandas().
    """

    def to_arrow(self) -> Any: ...
    def to_pandas(self) -> Any: ...

Number: TypeAlias = float | np.floating[Any] | np.integer[Any]
Date: TypeAlias = dt.date | np.datetime64 | str
Array: TypeAlias = NDArray[Any]
Column: TypeAlias = Sequence[float | None]  # one series
Numbers: TypeAlias = Array | Sequence[float | None | Column]
Texts: TypeAlias = Array | Sequence[str]
Labels: TypeAlias = Array | Sequence[Any]
Named: TypeAlias = Mapping[Any, float]
NamedTexts: TypeAlias = Mapping[Any, str]
NamedRows: TypeAlias = Mapping[Any, Mapping[Any, float]]
Pandas: TypeAlias = pd.DataFrame | pd.Series[Any] | Polars
OneOrArray: TypeAlias = Any  # a number for one series, an array for several: which, only the shape tells
'''

# What an argument of each kind may be as an array, as a dict, as a pandas object.
LABELLED = {
    "vector": ("Numbers", "Named", "Pandas"),
    "matrix": ("Numbers", "NamedRows", "Pandas"),
    "panel": ("Numbers", "", "Pandas"),
    "texts": ("Texts", "NamedTexts", "Pandas"),
    "names": ("Texts", "NamedTexts", "Pandas"),
    "labels": ("Labels", "", "Pandas"),
    "dates": ("Labels", "", "Pandas"),
}
PLAIN = {"number": "Number", "text": "str", "date": "Date", "cells": "Any"}
ALONE = {"number": "float", "flag": "bool", "table": "Table", "text": "str", "cells": "Any"}  # results without labels
NAMED = {"vector": "dict[Any, float]", "matrix": "dict[Any, dict[Any, float]]"}

Types = Callable[[Argument], str]


def text() -> str:
    """The whole file."""
    functions = (line for _, entry in sorted(CATALOGUE.items()) for line in ["", *_function(entry)])
    return HEAD.replace("{table}", Table.__module__) + "\n".join(functions) + "\n"


def write(path: Path) -> Path:
    path.write_text(text(), encoding="utf-8", newline="\n")
    return path


def _forms(argument: Argument) -> list[str]:
    """What an argument may be, from arrays to pandas objects; of one without labels its only type."""
    q = argument.quantity
    if q.kind not in LABELLED:
        options = ", ".join(f'"{option}"' for option in q.options)
        return [f"Literal[{options}]" if options else "int" if q.whole else PLAIN[q.kind]]
    array, named, pandas = LABELLED[q.kind]
    if getattr(q, "single", False):  # one number per asset stands for one period
        named = "Named"
    return [f"Number | {array}" if q.scalar else array, named, pandas]


def _up_to(richest: int) -> Types:
    """Everything as rich in labels as this at most: 1 arrays, 2 dicts, 3 pandas objects."""
    return lambda argument: " | ".join(filter(None, _forms(argument)[:richest]))


def _signatures(entry: Function) -> Iterator[tuple[Types, str]]:
    """The types of the arguments and of the result, the poorest first."""
    q = entry.result
    labelled = [a for a in entry.arguments if a.quantity.kind in LABELLED]
    required = [a for a in labelled if not a.optional]
    if q.kind in ALONE:
        yield _up_to(3), ALONE[q.kind]
    elif not required:
        yield _up_to(3), "Any" if labelled else "Array"
    else:
        yield from _by_kind(entry, required)


def _by_kind(entry: Function, required: list[Argument]) -> Iterator[tuple[Types, str]]:
    """A signature for each kind of result that runs over assets or time."""
    q, timed = entry.result, [a for a in required if a.quantity.kind == "panel" and len(a.quantity.axes) == 2]
    leader = timed[0].name if timed else ""
    one = "str" if isinstance(entry.value[0][-1], str) else "float"
    across = f"pd.Series[{one}]" if q.kind == "vector" or len(q.axes) == 1 else "pd.DataFrame"
    single = {"vector": one, "matrix": across}.get(q.kind, "pd.Series[float]")  # of one series
    if q.kind == "vector" and all(a.quantity.scalar for a in required):
        yield _first(required, 0, "Number", 1), one
    if q.kind == "vector" and leader:
        yield _first(required, required.index(timed[0]), "Column", 1), one
    yield _up_to(1), "OneOrArray" if q.kind == "vector" and leader else "Array"
    for i, argument in enumerate(required):
        if named := _forms(argument)[1]:
            result = "Array" if q.kind not in NAMED else "Any" if leader else NAMED[q.kind]
            yield _first(required, i, named, 2), result
    for i, argument in enumerate(required):
        if argument.name == leader and single != across:
            yield _first(required, i, "pd.Series[Any]", 3), single
            yield _first(required, i, "pd.DataFrame", 3), across
        else:
            yield _first(required, i, "Pandas", 3), "Any" if leader and argument.name != leader else across


def _first(required: list[Argument], place: int, its_type: str, richest: int) -> Types:
    """The required argument at this place is the first of its kind: those before it are poorer, no other is richer."""
    names = [argument.name for argument in required]

    def types(argument: Argument) -> str:
        if argument.name == names[place]:
            return its_type
        before = argument.name in names[:place]
        return _up_to(max(richest - 1, 1) if before else richest)(argument)

    return types


def _function(entry: Function) -> list[str]:
    signatures, lines = list(_signatures(entry)), []
    for k, (types, result) in enumerate(signatures):
        lines += ["@overload"] if len(signatures) > 1 else []
        lines.append(f"def {entry.name.lower()}(")
        lines += [f"    {parameter}," for parameter in _parameters(entry, types)]
        lines.append(f") -> {result}:" if not k else f") -> {result}: ...")
        if not k:
            lines += [f'    """{entry.summary}"""', "    ..."]
    return lines


def _parameters(entry: Function, types: Types) -> Iterator[str]:
    for argument in entry.arguments:
        if argument.variadic:
            yield f"*{argument.name}: {types(argument)}"
        else:
            yield _parameter(argument, types(argument))
    beside = [name for name in entry.wants if name != "dates"]
    timed = any(a.quantity.kind in ("panel", "labels") for a in entry.arguments)
    if beside or timed:
        yield "*"
    yield from (_parameter(Argument(name, entry.wants[name], None), "Texts | None") for name in beside)
    if timed:
        yield "dates: Labels | None = None"


def _parameter(argument: Argument, its_type: str) -> str:
    if argument.default is REQUIRED:
        return f"{argument.name}: {its_type}"
    if argument.default is None and not its_type.endswith("None"):
        its_type += " | None"
    default = f'"{argument.default}"' if isinstance(argument.default, str) else repr(argument.default)
    return f"{argument.name}: {its_type} = {default}"
