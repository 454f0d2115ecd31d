"""Whatever cells a host sends to whatever function: rows of plain cells or an error value, nothing else."""

import datetime as dt
import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.context import Context
from xlalloc.errors import ERROR_CODES, ErrorValue
from xlalloc.formula import parse

EXAMPLES = {
    name: [argument.run(Context()) for argument in parse(entry.example)[2]] for name, entry in CATALOGUE.items()
}
OPTIONS = sorted({option for f in CATALOGUE.values() for a in f.arguments for option in a.quantity.options})

numbers = st.one_of(
    st.floats(),
    st.floats(-1, 2),
    st.integers(-3, 40),
    st.integers(),
    st.sampled_from([0.0, -0.0, 1.0, 0.5, 1e308, -1e308, 1e-320, 10**400, -(10**400), 2**63, 45000, 20240131, 202401]),
    st.sampled_from([Decimal("0.1"), Decimal("NaN"), Decimal("sNaN"), Decimal("Infinity"), Decimal("1e999")]),
    st.sampled_from([np.float64(0.2), np.float32(0.3), np.int64(3), np.bool_(True), np.float64("nan"), np.uint8(7)]),
)
texts = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["", " ", "\x00", "\ufeff", "0.5", "０．５", "50%", "1,000", "000300", "黄金", "日期", "date", "nan"]
    ),
    st.sampled_from(["inf", "1e999", "-", "+", ".", "%", "1e5%", "²", "٣", "①", "2024-01-31", "2024-02-30", "TRUE"]),
    st.sampled_from(["=A1", "{}", "{0}", "%s", *OPTIONS]),
    st.sampled_from(sorted(CATALOGUE)),
    st.sampled_from(ERROR_CODES),
)
days = st.one_of(
    st.dates(), st.datetimes(), st.times(), st.timedeltas(), st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))
)
objects = st.sampled_from(
    [None, True, False, b"x", 1j, {}, {1: 2}, {3}, (), object(), range(3), np.datetime64("2024-01-01"), np.array([1.0])]
)
anything = st.one_of(numbers, texts, days, objects, st.sampled_from(ERROR_CODES).map(ErrorValue))


@st.composite
def tables(draw, cell=anything):
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return [[draw(cell) for _ in range(width)] for _ in range(height)]


def lists_of(inner):
    return st.lists(inner, max_size=3)


nested = st.one_of(
    anything,
    tables(),
    tables(st.floats(-1, 2)),
    tables(st.sampled_from([0.0, 0.1, 1.0])),
    tables(numbers).map(np.array),
    st.lists(anything, max_size=5),
    st.lists(anything, max_size=5).map(tuple),
    st.lists(st.lists(anything, max_size=4), max_size=4),
    st.recursive(anything, lists_of, max_leaves=8),
)


@st.composite
def changed(draw, value):
    """An argument of the example with something done to it."""
    rows = [list(row) for row in value] if isinstance(value, list) else [[value]]
    for _ in range(draw(st.integers(1, 2))):
        match draw(st.integers(0, 9)):
            case 0 | 1 | 2:
                i, j = draw(st.integers(0, len(rows) - 1)), draw(st.integers(0, len(rows[0]) - 1))
                if j < len(rows[i]):
                    rows[i][j] = draw(anything)
            case 3:
                rows = [list(column) for column in zip(*rows, strict=False)] or [[None]]
            case 4:
                rows.insert(0, [draw(texts) for _ in rows[0]])
            case 5:
                rows = [[draw(anything), *row] for row in rows]
            case 6:
                rows = rows + rows
            case 7:
                rows = rows[:-1] or [[None]]
            case 8:
                factor = draw(st.sampled_from([0.0, -1.0, 1e-9, 1e9, 1e160, 1e-160]))
                rows = [[c * factor if isinstance(c, float) else c for c in row] for row in rows]
            case 9:
                rows = [[draw(days), *row] for row in rows]
    return rows[0][0] if len(rows) == 1 and len(rows[0]) == 1 else rows


@st.composite
def arguments(draw, name):
    """The arguments of the example, most of them as they are, or any others, in any number."""
    if draw(st.integers(0, 3)) == 0:
        return draw(st.lists(nested, max_size=len(CATALOGUE[name].arguments) + 1))
    given = list(EXAMPLES[name])
    given += [None] * draw(st.integers(0, max(0, len(CATALOGUE[name].arguments) - len(given))))
    for k in draw(st.sets(st.integers(0, max(0, len(given) - 1)), min_size=1, max_size=2)):
        if k < len(given):
            given[k] = draw(nested) if given[k] is None or draw(st.integers(0, 3)) == 0 else draw(changed(given[k]))
    return given


def check_cells(name: str, rows) -> None:
    """Rows of equal length that any host can show."""
    assert isinstance(rows, list) and rows and all(isinstance(row, list) and row for row in rows), rows
    assert len({len(row) for row in rows}) == 1, rows
    table = CATALOGUE[name].result.kind in ("table", "cells", "panel") or len(rows) * len(rows[0]) == 1
    corner = CATALOGUE[name].result.kind == "matrix" and rows[0][0] == ""  # between the names of its sides
    for cell in [cell for row in rows for cell in row][int(corner) :]:
        if isinstance(cell, ErrorValue):
            assert cell in ERROR_CODES
            assert "unexpectedly" not in cell.reason, cell.reason
            assert cell.reason.strip() or name == "PLAIN"  # which gives errors back as they came
            continue
        assert type(cell) in (bool, int, float, str, dt.date, dt.datetime) or table, (type(cell), cell)
        assert cell is not None
        if isinstance(cell, float):
            assert math.isfinite(cell)
        assert table or cell != "", rows


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_any_cells(name):
    @settings(max_examples=40)
    @given(arguments(name))
    def run(given):
        check_cells(name, cells.call(name, given))

    run()


ONCE_UNFORESEEN = [  # what such cells have found
    (
        "ACCOUNT_GAIN",
        [[["date", "balance"], [math.nan, 100000.0], [math.nan, 112000.0], [math.inf, 118500.0]], [[0.0]]],
    ),
    ("ACCOUNT_RETURNS", [[[1e-320], [112000.0], [118500.0]], [[0.0], [10000.0], [0.0]]]),
    ("WIN_RATE", [Decimal("sNaN")]),
    ("RP_NESTED", [[[0.04, 0.018, 0], [0.018, 0.0225, 0], [0, 0, 0.01]], [["A"], ["A"], ["B"]], [[0, 0, -1]]]),
    ("MAX_DIV_WEIGHTS", [[["a", "b"], [0.04, 0.012], [Decimal("sNaN"), 0.09]]]),
    ("MAX_DIV_WEIGHTS", [[["x", math.inf, "b"], ["x", 0.04, 0.012], ["b", 0.012, 0.09]]]),
    ("VOLS_FROM_COV", [[[math.inf, 1.0], [0.04, 0.012], [0.012, 0.09]]]),
    ("CORR_MATRIX", [[["date", "a"], [10**400, 0.1], [10**401, 0.2], [10**402, 0.1]]]),
    ("KPI_BY_STATE", [[[0.02], [-0.03], [0.01]], [["date", "state"], [2.95e16, "a"], [2.96e16, "b"], [2.97e16, "a"]]]),
    ("MEAN_RETURNS", [[["month", "a"], ["፩", 0.1], ["፪", 0.2]]]),
    ("MEAN_RETURNS", [[["month", "a"], ["9" * 5000, 0.1], ["8" * 5000, 0.2]]]),
    ("STATE_BUDGETS", [0.0, {1: 2}]),
    ("RP_NESTED", [[[0.04, 0.0], [0.0, 0.09]], [[math.inf, "a"]]]),
    ("RP_NESTED", [[[0.04, 0.0], [0.0, 0.09]], [[10**400, "a"]]]),
    ("VOLS_FROM_COV", [[["", "{0}", "{}"], ["{0}", -0.04, 0.0], ["{}", 0.0, 0.09]]]),
]


@pytest.mark.parametrize(("name", "given"), ONCE_UNFORESEEN)
def test_once_unforeseen(name, given):
    check_cells(name, cells.call(name, given))


def test_braces_in_a_name_stay_as_they_are():
    rows = cells.call("VOLS_FROM_COV", [[["", "{0}", "b"], ["{0}", -0.04, 0.0], ["b", 0.0, 0.09]]])
    assert "{0} has a negative variance" in rows[0][0].reason
