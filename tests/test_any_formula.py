"""Whatever text a formula is: cells, or a FormulaError that says where it cannot be read; in bounded time."""

import datetime as dt
import math

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlalloc.book import Book, context
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import ERROR_CODES, ErrorValue
from xlalloc.excel_functions import LAZY, PLAIN
from xlalloc.formula import evaluate
from xlalloc.values import FormulaError

numbers = st.sampled_from(
    ["0", "1", "2", "0.5", "1e308", "1E-308", "1e999", "400", "-400", "45000", "3e9", ".5", "50%"]
)
constants = st.sampled_from(['""', '"a"', '"0.5"', '"1e999"', "TRUE", "#N/A", "#NUM!", "{1,2;3,4}", "{0.5;0.5}", "{}",
                             "{,}", '{"a",1;"b",2}', "{1,2}", "{0.04,0;0,0.01}", '"0.0%"', '"yyyy-mm-dd"', '"sharpe"'])  # fmt: skip
places = st.sampled_from(["A1", "$B$2", "A1:B3", "B2:A1", "C:C", "Sheet!A1", "Nowhere!A1", "'No''where'!B2", "word", "B:A",
                          "A1048576", "XFD1", "ZZZ99", "loop", "D1", "D2", "A1:A1:B2"])  # fmt: skip
names = st.sampled_from([*sorted(CATALOGUE), *LAZY, *PLAIN, "NOSUCH", "_xlfn.SUM"])
operators = st.sampled_from(["+", "-", "*", "/", "^", "&", "=", "<>", "<", ">=", ":", "%+", ",", ""])


def compound(inner):
    return st.one_of(
        st.tuples(names, st.lists(inner | st.just(""), max_size=4)).map(lambda f: f"{f[0]}({','.join(f[1])})"),
        st.tuples(st.sampled_from([*LAZY, *PLAIN]), st.lists(inner, max_size=3)).map(
            lambda f: f"{f[0]}({','.join(f[1])})"
        ),
        st.tuples(inner, operators, inner).map("".join),
        inner.map(lambda x: f"({x})"),
        inner.map(lambda x: f"-{x}"),
    )


formulas = st.recursive(st.one_of(numbers, constants, places), compound, max_leaves=8)


@pytest.fixture(scope="module")
def where():
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "Sheet"
    for row in (
        [1, 2, None],
        ["x", "#N/A", True],
        [0.5, dt.datetime(2024, 1, 31), "=A1+"],
        ["=D1", "=SUM(A1:B4)", "=D2"],
    ):
        ws.append(row)
    ws["D1"], ws["D2"] = "=D2", "=D1"
    for name, text in (("word", "Sheet!$A$1:$B$2"), ("loop", "loop+1")):
        wb.defined_names[name] = openpyxl.workbook.defined_name.DefinedName(name, attr_text=text)
    return context(Book(wb), None)


def check(text: str, at=None) -> None:
    try:
        rows = evaluate(text, at)
    except FormulaError as error:
        assert str(error).strip()
        return
    assert rows and all(len(row) == len(rows[0]) > 0 for row in rows)
    for cell in (cell for row in rows for cell in row):
        assert cell is None or isinstance(cell, bool | int | float | str | dt.date), type(cell)
        if isinstance(cell, float):
            assert math.isfinite(cell)
        if isinstance(cell, ErrorValue):
            assert cell in ERROR_CODES and "unexpectedly" not in cell.reason, cell.reason


@settings(max_examples=400)
@given(st.text(max_size=60))
def test_any_text(text):
    check(text)
    check("=" + text)


@settings(max_examples=600)
@given(formulas)
def test_any_formula(where, text):
    check("=" + text, where)


@settings(max_examples=200)
@given(formulas, st.integers(0, 60), st.text(max_size=2))
def test_any_damaged_formula(where, text, at, what):
    check("=" + text[:at] + what + text[at + 1 :], where)


DEEP = [
    "(",
    "-",
    "+",
    "{",
    "1+(",
    "IF(1,",
    "SUM(",
    "1^",
    "A1:",
    "1%",
    "IFERROR(",
    "INDEX(",
    "1&",
    "--",
    "'",
    '"',
    "!",
    "1=",
    "$",
]


@pytest.mark.parametrize("part", DEEP)
@pytest.mark.parametrize("end", ["", "1", "1" + ")" * 900])
def test_deep_nesting(where, part, end):
    for count in (50, 8000):
        check(("=" + part * (count // len(part)))[:8000] + end, where)


ONCE_AN_EXCEPTION = [  # what such texts have found: (formula, the error value)
    ("=NOT()", "#VALUE!"), ("=ROUND()", "#VALUE!"), ("=TEXT(0)", "#VALUE!"), ("=NA(1)", "#VALUE!"), ("=ABS(1,2)", "#VALUE!"),
    ("=SUM()", "#VALUE!"), ("=INDEX(1,1,1,1)", "#VALUE!"), ("=EXP(3e9)", "#NUM!"), ("=SUM(1e308,1e308)", "#NUM!"),
    ('=INDEX({1,2},"1e999")', "#VALUE!"), ('=ROUND(1,"1e999")', "#VALUE!"), ("=SUMPRODUCT({1e308,1},{10,1})", "#NUM!"),
    ('="1e999"+0', "#VALUE!"),
]  # fmt: skip


@pytest.mark.parametrize(("formula", "error"), ONCE_AN_EXCEPTION)
def test_once_an_exception(formula, error):
    assert evaluate(formula) == [[error]]
    assert evaluate(formula)[0][0].reason


def test_numbers_beyond_any():
    assert evaluate("=ROUND(2.5,400)") == [[2.5]] and evaluate("=ROUND(2.5,-400)") == [[0.0]]
    assert evaluate("=ROUND(1e300,20)") == [[1e300]]
    for formula in ("=1e999", "={1e999}"):
        with pytest.raises(FormulaError, match="too large"):
            evaluate(formula)


def test_beyond_the_sheet(where):
    """A cell past XFD or row 1048576 is a name; a range of millions of cells ends with the data, as a whole column."""
    assert evaluate("=ZZZ99", where) == [["#NAME?"]] and evaluate("=A1048577", where) == [["#NAME?"]]
    with pytest.raises(FormulaError, match="XFD"):
        evaluate("=ZZZ:AAA", where)
    assert evaluate("=SUM(A1:XFC1048575)", where) == evaluate("=SUM(A:XFC)", where)
    assert len(evaluate("=ROW(C:C)", where)) == 4
