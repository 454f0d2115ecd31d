"""The rules of the house: one declaration per function, complete help, examples that hold, floors that only look down."""

import ast
import keyword
import subprocess
import sys
from pathlib import Path

import pytest

import xlalloc
from xlalloc import reference
from xlalloc.catalogue import CATALOGUE, REQUIRED, find
from xlalloc.errors import ErrorValue
from xlalloc.formula import evaluate
from xlalloc.help_text import describe
from xlalloc.quantity import Quantity
from xlalloc.site import floors

ROOT = Path(__file__).parent.parent
PINNED = (ROOT / "tests" / "reference" / "signatures.txt").read_text(encoding="utf-8").split("\n")[:-1]
VBA_WORDS = frozenset(
    """
    and as boolean byref byte byval call case const currency date debug dim do double each else empty end enum eqv error
    event exit false for friend function get global gosub goto if imp implements in integer is let like long loop lset me mod
    new next not nothing null object on option optional or paramarray preserve print private property public raiseevent redim
    rem resume return rset select set single static step stop string sub then to true type until variant wend while with
    withevents write xor
    """.split()  # noqa: SIM905 - a list of a hundred lines says no more
)
ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)


def decimals(number: float) -> int:
    text = repr(float(number))
    if "e" in text:
        mantissa, exponent = text.split("e")
        return max(len(mantissa.partition(".")[2]) - int(exponent), 0)
    return len(text.partition(".")[2])


def same(shown, computed) -> bool:
    """A cell of the example's value: numbers rounded to the decimals shown, anything else as it is."""
    if isinstance(shown, bool) or not isinstance(shown, int | float):
        return shown == computed or (shown is None and computed == "")
    return isinstance(computed, int | float) and abs(computed - shown) <= 0.5001 * 10.0 ** -decimals(shown)


@ENTRIES
def test_the_example_gives_the_value_shown(entry):
    rows = evaluate(entry.example)
    assert [len(row) for row in rows] == [len(row) for row in entry.value], rows
    assert all(
        same(s, c) for shown, row in zip(entry.value, rows, strict=True) for s, c in zip(shown, row, strict=True)
    ), rows
    errors = {c for row in rows for c in row if isinstance(c, ErrorValue)}
    assert errors <= {cell for row in entry.value for cell in row}, "an example shows what works"
    assert entry.name in entry.example


@ENTRIES
def test_help_is_complete(entry):
    assert 10 <= len(entry.summary) <= 200 and entry.summary.endswith((".", "…"))
    assert entry.source, "the docstring ends with a paragraph 'Source: …'"
    for argument in entry.arguments:
        assert argument.quantity.help, argument.name
        assert len(argument.help) <= 255, argument.help
    text = describe(entry)
    assert entry.example in " ".join(text.split()).replace("  ", " ") or len(entry.example) > 60
    table = [line.strip() for line in reference.example(entry)]
    assert all(len(line) <= 80 or "=" in line or line.strip() in table for line in text.split("\n")), text


@ENTRIES
def test_argument_names_are_legal_everywhere(entry):
    names = [argument.name for argument in entry.arguments]
    assert len(set(names)) == len(names)
    for name in names:
        assert name.isidentifier() and name.islower() and name.isascii()
        assert not keyword.iskeyword(name) and (name not in VBA_WORDS or name in ("rule", "step")), name
    optional = [argument.optional for argument in entry.arguments]
    assert optional == sorted(optional), "optional arguments come last"


@ENTRIES
def test_python_users_find_it(entry):
    function = getattr(xlalloc, entry.name.lower())
    assert function.__doc__ and entry.public is function
    for argument in entry.arguments:
        default = argument.default
        assert default is REQUIRED or default is None or isinstance(default, int | float | str | bool)
        assert isinstance(argument.quantity, Quantity)


def test_names_arguments_and_order_are_those_in_the_field():
    """Workbooks hold them: nothing is renamed, moved or dropped; new functions and optional last arguments are added here."""
    assert sorted(entry.signature for entry in CATALOGUE.values()) == PINNED


def test_one_name_one_meaning():
    """An argument that stands in several functions is described in the same words, save where its kind differs."""
    words: dict[tuple, set] = {}
    for entry in CATALOGUE.values():
        for a in entry.arguments:
            words.setdefault((a.name, a.quantity.kind, a.quantity.axes, a.quantity.options), set()).add(a.quantity.unit)
    differing = {k: v for k, v in words.items() if len(v) > 1}
    assert not differing, differing


def test_unknown_names_get_a_hint():
    with pytest.raises(xlalloc.InputError, match="RP_WEIGHTS"):
        find("RPWEIGHTS")


@pytest.mark.parametrize("name", ["model_list", "rp_weights"])
def test_an_argument_too_many_is_said_to_python_users_too(name):
    takes = len(CATALOGUE[name.upper()].arguments)
    with pytest.raises(xlalloc.InputError, match=f"{takes + 1} arguments were given, {takes} at most"):
        getattr(xlalloc, name)(*[[[0.04]], *[None] * takes][: takes + 1])


def test_an_argument_given_twice_is_not_called_unknown():
    with pytest.raises(xlalloc.InputError, match="RP_WEIGHTS: cov is given twice"):
        xlalloc.rp_weights([[0.04]], cov=[[0.04]])
    with pytest.raises(xlalloc.InputError, match="RP_WEIGHTS: no argument is called covariance"):
        xlalloc.rp_weights(covariance=[[0.04]], cov=[[0.04]])


# The house -------------------------------------------------------------------------------------------------------

FLOORS = [
    {"explanation", "log", "messages", "plausible", "version", "webassembly"},
    {"errors", "terminal"},
    {"dates", "requirements", "misuse", "table"},
    {"quantity"},
    {"quantities", "labelled"},
    {"cell_values", "timeline", "answers"},
    {"alignment", "matching", "ranges"},
    {"frames"},
    {"catalogue", "data"},
    {"core", "cells"},
    {"values", "reference"},
    {"excel_functions", "workbook_files", "context", "tokens"},
    {"excel"},
    {"compiled"},
    {"formula"},
    {"book", "help", "help_text"},
    {"documents"},
    {"templates", "hosts"},
    {"reports", "site"},
    {"cli"},
    {"__main__"},
]
FLOOR = {name: i for i, names in enumerate(FLOORS) for name in names}


FILES = floors.files()


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(floors.PACKAGE)))
def test_every_file_imports_only_from_floors_below(path):
    own = floors.room(path)
    assert own in FLOOR, f"{own} stands on no floor"
    for name in floors.imported(path):
        if name in FLOOR:
            below = FLOOR[name] < FLOOR[own] or name == own
            assert below, f"{path.name} imports {name} from its own floor or above"


def test_the_picture_of_the_floors_is_that_of_the_imports():
    again = "run: python -m xlalloc.site.floors"
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    assert (ROOT / "docs" / "floors.svg").read_text(encoding="utf-8") == floors.svg(), again
    assert floors.page(design) == design and floors.table() in design, again
    assert sorted(name for names in floors.floors() for name in names) == sorted(FLOOR)
    assert all(floors.purpose(name) for name in FLOOR)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(floors.PACKAGE)))
def test_modules_and_functions_stay_small(path):
    text = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)]
    words = sum(len((ast.get_docstring(node) or "").split("\n")) for node in functions)
    assert path.stem.endswith("texts") or text.count("\n") - words <= 410, "too long even without its docstrings"
    for node in functions:
        doc = len((ast.get_docstring(node) or "").split("\n"))
        assert node.end_lineno - node.lineno - doc <= 60, f"{path.name}: {node.name} is longer than a screen"


def test_importing_costs_numpy_and_nothing_else():
    code = "import sys, xlalloc; print([m for m in ('pandas','scipy','openpyxl','xlwings','click','rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_machine_paths_or_hosts_in_committed_text():
    for path in [
        *ROOT.glob("xlalloc/**/*.py"),
        *ROOT.glob("*.md"),
        *ROOT.glob("docs/*.md"),
        *ROOT.glob("tests/**/*.py"),
    ]:
        text = path.read_text(encoding="utf-8")
        for word in ("/" + "root/", "/" + "work/", "/" + "home/"):
            assert word not in text, f"{path}: {word}"
