"""The same question asked in other cells: labels, another order, rows for columns, dates, numbers as text."""

import datetime as dt
import random

import pytest
from test_any_cells import EXAMPLES

from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import ErrorValue

NAMES = ["黄金", "Bond B", "510300", "d", "E1", "f", "g"]
FACTORS = ["value", "size", "momentum"]
FULL_WIDTH = {ord(c): ord(c) + 0xFEE0 for c in "0123456789.-"}


def rows_of(value) -> list[list]:
    return value if isinstance(value, list) else [[value]]


def asked(name: str, change) -> list[list]:
    """The example's answer, each argument changed by ``change(quantity, rows)``."""
    entry = CATALOGUE[name]
    given = [
        None if value is None else change(argument.quantity, [list(row) for row in rows_of(value)])
        for argument, value in zip(entry.arguments, EXAMPLES[name], strict=False)
    ]
    found = cells.call(name, [g[0][0] if g is not None and len(g) == len(g[0]) == 1 else g for g in given])
    assert not any(isinstance(c, ErrorValue) and "unexpectedly" in c.reason for row in found for c in row)
    return found


def numbers(rows) -> list:
    """Its cells that are no text; an error value as its code."""
    return [
        str(c) if isinstance(c, ErrorValue) else c
        for row in rows
        for c in row
        if isinstance(c, ErrorValue) or not isinstance(c, str | dt.date)
    ]


def same(a: list, b: list) -> None:
    assert len(a) == len(b), (a, b)
    for x, y in zip(a, b, strict=True):
        assert x == (pytest.approx(y, rel=1e-9, abs=1e-12) if isinstance(y, float) else y), (a, b)


def sizes(name: str) -> dict[str, int]:
    """The length of each axis in the example."""
    found = {}
    for argument, value in zip(CATALOGUE[name].arguments, EXAMPLES[name], strict=False):
        q, rows = argument.quantity, rows_of(value)
        if value is None or not q.axes or (q.scalar and len(rows) == len(rows[0]) == 1):
            continue
        if q.kind in ("vector", "texts"):
            found.setdefault(q.axes[0], len(rows) * len(rows[0]))
        elif len(q.axes) == 2:
            found.setdefault(q.axes[0], len(rows))
            found.setdefault(q.axes[1], len(rows[0]))
    return found


def labelled(names: dict[str, list], order_of=lambda axis, n: list(range(n))):
    """Every argument with names around it, in the order asked for."""

    def change(q, rows):
        axes = [axis for axis in q.axes if axis in names]
        if not axes or (q.scalar and len(rows) == len(rows[0]) == 1) or q.kind in ("labels", "names"):
            return rows
        if q.kind in ("vector", "texts"):
            line = [cell for row in rows for cell in row]
            return [[names[q.axes[0]][i], line[i]] for i in order_of(q.axes[0], len(line))]
        if len(q.axes) < 2 or q.axes[1] not in names:
            return rows
        across = order_of(q.axes[1], len(rows[0]))
        head = [names[q.axes[1]][j] for j in across]
        if q.kind == "panel":
            return [head, *([row[j] for j in across] for row in rows)]
        if q.axes[0] not in names:
            return [head, *([row[j] for j in across] for row in rows)]
        down = order_of(q.axes[0], len(rows))
        return [["", *head], *([names[q.axes[0]][i], *(rows[i][j] for j in across)] for i in down)]

    return change


HAVE_NAMES = ("STRESS_TABLE", "RP_BACKTEST", "LOOK_THROUGH")  # their examples hold names or dates already
WITH_ASSETS = [name for name in CATALOGUE if sizes(name).get("assets", 0) > 1 and name not in HAVE_NAMES]


def names_for(name: str) -> dict[str, list]:
    return {
        axis: {"assets": NAMES, "factors": FACTORS}[axis][:n]
        for axis, n in sizes(name).items()
        if axis in ("assets", "factors")
    }


@pytest.mark.parametrize("name", WITH_ASSETS)
def test_names_change_no_number(name):
    plain = asked(name, lambda q, rows: rows)
    same(numbers(asked(name, labelled(names_for(name)))), numbers(plain))


@pytest.mark.parametrize("name", WITH_ASSETS)
def test_arguments_are_matched_by_name(name):
    """On each axis all but the first argument in the opposite order: not a cell of the answer changes."""
    names, seen = names_for(name), set()

    def change(q, rows):
        if q.scalar and len(rows) == len(rows[0]) == 1:
            return rows
        later = seen & set(q.axes)
        seen.update(q.axes)
        return labelled(names, lambda axis, n: list(range(n))[:: -1 if axis in later else 1])(q, rows)

    straight, turned = asked(name, labelled(names)), asked(name, change)
    same([c for row in turned for c in row], [c for row in straight for c in row])


GROUPED = {  # an asset each of shares, bonds, shares, gold, bonds, with every argument that has groups or bounds in it
    "cov": [[0.04, 0.004, 0.02, 0.002, 0.001], [0.004, 0.01, 0.003, 0.001, 0.006], [0.02, 0.003, 0.0625, 0.004, 0.002],
            [0.002, 0.001, 0.004, 0.0225, 0.001], [0.001, 0.006, 0.002, 0.001, 0.0144]],
    "mu": [[0.07], [0.03], [0.09], [0.04], [0.035]], "budgets": [[0.1], [0.3], [0.2], [0.15], [0.25]],
    "groups": [["Shares"], ["Bonds"], ["Shares"], ["Gold"], ["Bonds"]], "group": "Bonds", "cap": 0.3,
    "lower": [[0.01], [0.12], [0.03], [0.04], [0.05]], "upper": [[0.3], [0.5], [0.4], [0.35], [0.45]],
    "group_lower": [[0.15], [0.25], [0.1]], "group_upper": [[0.5], [0.6], [0.3]], "group_budgets": [[0.5], [0.2], [0.3]],
    "target_return": 0.05, "target_vol": 0.12, "points": 4.0, "rf": 0.01, "max_te": 0.05, "level": 0.8,
    "bench_weights": [[0.25], [0.3], [0.15], [0.1], [0.2]],
    "returns": [[0.03, 0.01, -0.04, 0.02, 0.005], [-0.05, 0.004, -0.06, 0.01, 0.012], [0.02, -0.01, 0.05, -0.03, 0.002],
                [0.01, 0.006, 0.03, 0.015, -0.004], [-0.02, 0.012, 0.01, -0.01, 0.008], [0.04, -0.003, 0.02, 0.005, -0.011]],
}  # fmt: skip
OF_PERIODS = {  # a period a row
    "weights": [[0.3, 0.3, 0.2, 0.1, 0.1], [0.25, 0.35, 0.2, 0.1, 0.1]] * 3,
    "bench_weights": [[0.25, 0.3, 0.15, 0.1, 0.2], [0.2, 0.3, 0.2, 0.15, 0.15]] * 3,
    "bench_returns": [[0.9 * r + 0.002 * k for k, r in enumerate(row)] for row in GROUPED["returns"]],
}


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", [n for n, f in CATALOGUE.items() if any(a.name == "groups" for a in f.arguments)])
def test_groups_and_their_limits_are_matched_by_name(name, seed):
    """Each argument after the first in an order of its own, rows and columns of the matrix apart."""
    names, draw = {"assets": NAMES[:5], "groups": ["Shares", "Bonds", "Gold"]}, random.Random(seed)

    def shuffled(axis, n):
        return draw.sample(range(n), n)

    data, straight, turned = GROUPED | (OF_PERIODS if name == "BRINSON" else {}), [], []
    for k, argument in enumerate(CATALOGUE[name].arguments):
        rows = rows_of(data[argument.name])
        straight.append(labelled(names)(argument.quantity, rows))
        turned.append(labelled(names, shuffled)(argument.quantity, rows) if k else straight[0])
    plain, found = cells.call(name, straight), cells.call(name, turned)
    assert not any(isinstance(cell, ErrorValue) for row in plain for cell in row), plain
    same([c for row in found for c in row], [c for row in plain for c in row])


@pytest.mark.parametrize("name", WITH_ASSETS)
def test_a_row_is_as_good_as_a_column(name):
    def change(q, rows):
        return [list(column) for column in zip(*rows, strict=True)] if q.kind in ("vector", "texts") else rows

    plain, turned = asked(name, lambda q, rows: rows), asked(name, change)
    same(numbers(turned), numbers(plain))


@pytest.mark.parametrize("spell", [repr, lambda x: repr(x).translate(FULL_WIDTH), lambda x: f" {x!r} "])
@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_a_number_as_text_is_that_number(name, spell):
    def change(q, rows):
        if q.kind in ("text", "option", "texts", "labels", "names", "cells", "date"):
            return rows
        return [[spell(c) if isinstance(c, float) and "e" not in repr(c) else c for c in row] for row in rows]

    plain = asked(name, lambda q, rows: rows)
    same(numbers(asked(name, change)), numbers(plain))


PANELS = [
    name
    for name, f in CATALOGUE.items()
    if any(a.quantity.kind == "panel" for a in f.arguments[: len(EXAMPLES[name])])
    and all(
        len(rows_of(v)) > 1 for a, v in zip(f.arguments, EXAMPLES[name], strict=False) if a.quantity.kind == "panel"
    )
]


def dated(descending: bool, typed: bool = True, words: bool = True):
    def change(q, rows):
        if q.kind not in ("panel", "labels"):
            return rows
        days = [dt.date(2024, 1, 1) + dt.timedelta(days=k) for k in range(len(rows))]
        table = [[day if typed else day.isoformat(), *row] for day, row in zip(days, rows, strict=True)]
        head = [["日期", *(NAMES[: len(rows[0])] if q.kind == "panel" else ["state"])]] if words else []
        return head + (table[::-1] if descending else table)

    return change


@pytest.mark.parametrize("name", PANELS)
def test_falling_dates_give_the_same_numbers_turned_round(name):
    rising = asked(name, dated(False))
    falling = asked(name, dated(True))
    q = CATALOGUE[name].result
    if q.kind in ("rows", "panel"):
        head = 1
        assert falling[:head] == rising[:head]
        same(
            [c for row in falling[: head - 1 : -1] for c in row] if head else [c for row in falling[::-1] for c in row],
            [c for row in rising[head:] for c in row],
        )
    elif rising[0][0] == "date":
        same([c for row in falling[:0:-1] for c in row], [c for row in rising[1:] for c in row])
    else:
        same([c for row in falling for c in row], [c for row in rising for c in row])


@pytest.mark.parametrize("name", PANELS)
def test_dates_as_text_and_without_header(name):
    typed = asked(name, dated(False))
    same(numbers(asked(name, dated(False, typed=False))), numbers(typed))
    if any(a.quantity.kind == "labels" for a in CATALOGUE[name].arguments):
        return  # among texts only a header's dates tell it apart
    same(numbers(asked(name, dated(False, words=False))), numbers(typed))


@pytest.mark.parametrize("name", PANELS)
def test_a_row_with_a_blank_is_as_if_it_were_not_there(name):
    def change(q, rows):
        if q.kind != "panel":
            return rows if q.kind != "labels" else [rows[0], *rows]
        if q.single:  # the example is one period; here it comes twice
            rows = [[cell for row in rows for cell in row]] * 2
        return [rows[0], [None] * len(rows[0]), *rows[1:]] if change.blank else rows

    if any(a.quantity.kind == "labels" for a in CATALOGUE[name].arguments):
        return
    change.blank = False
    plain = asked(name, change)
    change.blank = True
    same(numbers(asked(name, change)), numbers(plain))
