"""Functions about the functions: why a call gave what it gave, and what is installed here."""

import sys
from typing import Annotated, Any

import numpy as np

from xlalloc import cell_values, cells, frames, log, matching, messages, ranges, reference
from xlalloc.catalogue import CATALOGUE, Function, Table, find, worksheet_function
from xlalloc.errors import AllocError, InputError, Label
from xlalloc.explanation import recorded
from xlalloc.quantities import Cells, CellsResult, Quantity, TableResult
from xlalloc.version import __version__

FunctionName = Annotated[str, Quantity("text", "Name of a function, such as RP_WEIGHTS")]

host = "Python"  # each host says its own name when it loads the catalogue


@worksheet_function(
    '=EXPLAIN("PORT_VOL",{0.6;0.3},{0.04,0;0,0.01})',
    [
        ["item", "value"],
        ["result", "#VALUE!"],
        ["reason", "weights: the weights sum to 0.9, not to 1. Scale them so that they sum to 1 (100%)."],
    ],
)
def explain(name: FunctionName, *arguments: Cells, **named) -> TableResult:
    """Why a function returns what it returns: the reason of an error, or what a careful user asks of a result.

    Formula: none: the function named is called and reports

    Takes the function's name and the same arguments. For an error: its value and the reason, with the offending cell,
    value or label and the remedy. For a result: what the calculation recorded, such as steps, the largest error of
    the contributions, bounds that bind, the condition number, the periods per year assumed.

    Errors: #VALUE! where there is no function of that name.

    Peers: none.

    Source: the function named.
    """
    key = find(name).name
    if key == "EXPLAIN":
        raise InputError("name: EXPLAIN explains the other functions, not itself.")
    entry = CATALOGUE[key]
    names: dict[str, list] = {}
    given = list(arguments)
    while given and given[-1] is None:  # hosts pass the places after the last argument as left out
        given.pop()
    with recorded() as facts:
        try:
            rows = _answered(entry, given, named, names)
        except AllocError as error:
            return _facts_table([("result", str(error.code)), ("reason", error.message(names))])
    size = len(rows) * len(rows[0])
    result = messages.say(f"{len(rows)} x {len(rows[0])} cells") if size > 1 else rows[0][0]
    found = [("result", result), *((fact, _told(value, names)) for fact, value in facts.items())]
    in_full = [f"{entry.formula}.", *entry.definition]
    if messages.language() == "zh":  # the details of a definition are in English
        in_full = [f"{entry.formula}。{reference.translated(entry.summary, 'zh')}"]
    return _facts_table([*found, ("definition", " ".join(in_full))])


def _facts_table(rows: list[tuple]) -> Table:
    """Items and values, the items in the reader's language."""
    (item, value), *told = [(messages.say(fact, item=True), shown) for fact, shown in (("item", "value"), *rows)]
    return Table((item, messages.say(value, item=True)), told)


def _told(value, names: dict):
    """What was recorded, as a cell in the reader's language; labels as the user wrote them, several on one line."""
    if isinstance(value, Label):
        label = value.named(names)
        numbered = value.axis == "time" or label == str(value)  # row 3, Asset 3
        return messages.say(str(label)) if numbered else label
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list | tuple):
        told = (_told(v, names) for v in value)
        return messages.say(", ").join(f"{v:.6g}" if isinstance(v, float) else str(v) for v in told)
    return messages.say(value) if type(value) is str else value


def _answered(entry: Function, given: list, named: dict, names: dict) -> list[list]:
    """The cells of the answer; a call with frames, dicts, arrays or named arguments is one of Python's."""
    if not named and not any(frames.kind_of(value) or isinstance(value, np.ndarray) for value in given):
        return cells.run(entry.name, given, names)
    arguments, known = entry.bind(given, named)
    found, _, _ = frames.read(entry, arguments, known)
    return cells.write(entry, matching.run(entry, found, names, known))


@worksheet_function('=PLAIN(RP_WEIGHTS({"","A","B";"A",0.04,0;"B",0,0.01}))', [[0.3333333], [0.6666667]])
def plain(x: Cells) -> CellsResult:
    """Numbers of a labelled result without its labels: for arithmetic, charts and functions that take bare numbers.

    Formula: x without its names, dates and headings

    Names beside or above the numbers, a first column of dates and a header row go; one cell stays as it is. As in
    PLAIN(RP_WEIGHTS(A1:E5))*100, SUMPRODUCT(PLAIN(w),mu), MAX(PLAIN(DRAWDOWNS(r))).

    Errors: none beyond its arguments'.

    Peers: Excel INDEX (with column 2, of names and numbers side by side); Excel DROP (from Excel 2024 on).

    Source: the conventions of labels.
    """
    if isinstance(x, Table):
        return ranges.without_labels([list(x.header), *map(list, x.rows)])
    if frames.kind_of(x):
        own: Any = frames.from_polars(x)
        return np.asarray(list(own.values()) if isinstance(own, dict) else own.to_numpy())
    return ranges.without_labels(cell_values.rows_of(x)) if not isinstance(x, np.ndarray) else x


@worksheet_function("=INDEX(XLALLOC_INFO(),1,1)", [["item"]])
def xlalloc_info() -> TableResult:
    """What is installed and where it writes its log: version, host, Python, numpy, number of functions, log file.

    Formula: none: a table of the installation

    The log file holds the traces of unexpected failures; send it along when you report one.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: this installation.
    """
    versions = [("version", __version__), ("host", host), ("Python", sys.version.split()[0]), ("numpy", np.__version__)]
    return _facts_table([*versions, ("functions", float(len(CATALOGUE))), ("log file", str(log.path()))])
