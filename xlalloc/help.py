"""Functions about the functions: why a call gave what it gave, and what is installed here."""

import re
import sys
import unicodedata
from functools import partial
from typing import Annotated, Any

import numpy as np

from xlalloc import cell_values, cells, frames, log, matching, messages, ranges, reference
from xlalloc.catalogue import CATALOGUE, Function, Table, near, worksheet_function
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
    value or label and the remedy. For a result: what the calculation learned, such as steps taken, the largest error of
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
        in_full = [f"{entry.formula}。{reference.say(entry.summary, 'zh')}"]
    return _facts_table([*found, ("definition", " ".join(in_full))])


def _facts_table(rows: list[tuple]) -> Table:
    """Items and values, the items in the reader's language."""
    (item, value), *told = [(messages.say(fact, item=True), shown) for fact, shown in (("item", "value"), *rows)]
    return Table((item, messages.say(value, item=True)), told)


def _told(value, names: dict):
    """What was learned, as a cell in the reader's language; labels as the user wrote them, several things in a line."""
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
    return _facts_table(
        [
            ("version", __version__),
            ("host", host),
            ("Python", sys.version.split()[0]),
            ("numpy", np.__version__),
            ("functions", float(len(CATALOGUE))),
            ("log file", str(log.path())),
        ],
    )


def find(name: str) -> Function:
    """A catalogue entry by its name; an unknown one names those that are near."""
    entry = CATALOGUE.get(name.strip().lstrip("=").partition("(")[0].upper())
    if entry is None:
        raise InputError(f"There is no function {name!r}.{near(name)} `xlalloc list` shows them all.")
    return entry


_PIECES = r"\s+|[（“《]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[，。；：、）”》]*"  # re keeps what it compiled


def columns(text: str) -> int:
    """The columns of a screen that a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def folded(text: str, width: int = 80, first: str = "", rest: str = "") -> list[str]:
    """The lines of a text at a width, broken at spaces and between Chinese characters."""
    lines = [first]
    for piece in re.findall(_PIECES, text):
        if columns(lines[-1] + piece) > width and lines[-1].strip():
            lines.append(rest)
        if not piece.isspace() or lines[-1].strip():
            lines[-1] += " " if piece.isspace() else piece
    return [line.rstrip() for line in lines]


def describe(entry: Function, width: int = 80, lang: str = "en") -> str:
    """One function's help: arguments, formula, definition, errors, what it is called elsewhere, source, example."""
    say = partial(reference.say, lang=lang)
    colon = "：" if lang == "zh" else ": "

    def field(name: str, text: str) -> list[str]:
        return ["", *folded(f"{say(name)}{colon}{text}", width, rest="  ")]

    lines = [*folded(f"={entry.signature}", width, rest="    "), "", *folded(say(entry.summary), width), ""]
    longest = max((len(a.name) for a in entry.arguments), default=0)
    indent = " " * (longest + 4)
    for a in entry.arguments:
        lines += folded(reference.argument_help(a, lang), width, f"  {a.name:<{longest}}  ", indent)
    lines += folded(reference.answer(entry, lang), width, f"  {'→':<{longest}}  ", indent)
    lines += field("Formula", entry.formula)
    for k, paragraph in enumerate(entry.definition):
        lines += [""] if k or lang == "en" else ["", say("In detail (in English)") + colon]
        lines += folded(paragraph, width)
    lines += ["", say("Errors") + colon.strip()]
    for code, words in reference.errors(entry, lang).items():
        lines += folded(("；" if lang == "zh" else "; ").join(words), width, f"  {code:<8}", " " * 10)
    lines += field("Elsewhere", "; ".join(entry.peers) or say("nothing of its kind"))
    lines += field("Source", reference.source(entry, lang))
    lines += ["", *folded(f"{say('Example')}{colon}{entry.example}", width, rest="    ")]
    return "\n".join([*lines, *(f"    {row}" for row in reference.example(entry))])
