"""Names and dates go in with the numbers and come out with them: the same from every surface, in whatever order."""

import datetime as dt
import random

import numpy as np
import pytest

import xlalloc as xa
from xlalloc import cells, formula
from xlalloc.catalogue import CATALOGUE, Table
from xlalloc.dates import from_serial, to_serial
from xlalloc.errors import AllocError, ErrorValue
from xlalloc.labelled import name_text
from xlalloc.ranges import without_labels

pd = pytest.importorskip("pandas")

# One set of arguments for every function, each axis in its own order ---------------------------------------------

NAMES = {
    "assets": ["Stocks", "510300", "黄金"],
    "factors": ["value", "size"],
    "groups": ["Risky", "Safe"],
    "views": ["first", "second"],
    "scenarios": ["crash", "rates up"],
    "states": ["high", "normal", "low"],
    "core": ["Index", "Bills"],
    "satellite": ["Robots", "Health"],
    "categories": ["China", "World"],
}
MONTHS = pd.date_range("2022-01-31", periods=25, freq="ME")
_draw = np.random.default_rng(15)
RETURNS = _draw.multivariate_normal([0.006, 0.003, 0.004], np.diag([0.05, 0.01, 0.04]) ** 2 + 1e-4, 24).round(5)
PRICES = np.vstack([np.ones(3), np.cumprod(1 + RETURNS, axis=0)]).round(6) * [100, 10, 40]
FLOWS = np.array([0.0, 500.0, 0.0, -300.0, 0.0] * 5)
BALANCES = [1000.0]
for _r, _flow in zip(RETURNS[:, 0], FLOWS[1:], strict=True):
    BALANCES.append(round(BALANCES[-1] * (1 + _r) + _flow, 2))
COV = [[0.04, 0.006, 0.004], [0.006, 0.01, -0.002], [0.004, -0.002, 0.0225]]

DATA = {
    "achieved": [0.04, 0.05, 0.01],
    "balances": np.array(BALANCES),
    "bench_weights": [0.3, 0.3, 0.4],
    "benchmark": (0.5 * RETURNS[:, 0] + 0.5 * RETURNS[:, 1] + _draw.normal(0, 0.004, 24)).round(5),
    "budgets": [0.5, 0.2, 0.3],
    "carry": [-0.02, 0.0, 0.01],
    "caps": [500.0, 300.0, 100.0],
    "commission": [0.0003, 0.0001, 0.0002],
    "confidence": [0.6, 0.4],
    "core": [0.7, 0.3],
    "corr": [[1, 0.3, 0.1], [0.3, 1, -0.2], [0.1, -0.2, 1]],
    "cov": COV,
    "current": [0.45, 0.35, 0.2],
    "days": [7.0, 30.0],
    "days_held": [3.0, 20.0, 400.0],
    "exit_fee": [0.0, 0.005, 0.001],
    "exposures": [[0.9, 0.1], [0.2, 0.7], [0.0, 1.0]],
    "factor_budgets": [0.6, 0.4],
    "factor_cov": [[0.03, 0.004], [0.004, 0.01]],
    "factor_returns": _draw.normal(0.003, 0.03, (24, 2)).round(5),
    "fees": [0.015, 0.005],
    "flows": FLOWS,
    "fx_returns": _draw.normal(0.001, 0.02, (24, 3)).round(5),
    "group_budgets": [0.7, 0.3],
    "group_lower": [0.1, 0.2],
    "group_upper": [0.7, 0.85],
    "groups": ["Risky", "Safe", "Safe"],
    "hedge": [1.0, 0.0, 0.5],
    "hurdle": 0.04,
    "levels": PRICES,
    "loadings": [[1.0, 0.1], [0.2, 0.8], [0.4, 0.4]],
    "lot": [100.0, 10.0, 0.0],
    "lower": [0.05, 0.1, 0.02],
    "min_commission": [5.0, 0.0, 1.0],
    "mu": [0.08, 0.03, 0.05],
    "picks": [[1.0, -1.0, 0.0], [0.0, 0.0, 1.0]],
    "price": [3.9, 101.5, 40.0],
    "prices": PRICES,
    "return_range": [0.03, 0.07],
    "returns": RETURNS,
    "satellite": [0.5, 0.5],
    "scenarios": [[-0.4, 0.05, 0.1], [-0.05, -0.15, -0.02]],
    "sell_tax": [0.0005, 0.0, 0.001],
    "shocks": [-0.3, 0.02, 0.1],
    "specific_vols": [0.1, 0.05, 0.12],
    "spread": [0.001, 0.002, 0.0005],
    "states": ["calm", "crisis", "calm", "normal"] * 6,
    "target": [0.5, 0.3, 0.2],
    "trades": [-20000.0, 15000.0, 5000.0],
    "upper": [0.6, 0.7, 0.5],
    "values": [120000.0, 60000.0, 40000.0],
    "views": [0.02, 0.04],
    "vol_range": [0.05, 0.12],
    "vols": [0.2, 0.1, 0.15],
    "weights": [0.5, 0.3, 0.2],
    # single cells
    "cap": 0.4, "cash_flow": 5000.0, "frequency": "quarterly", "group": "Risky", "last_date": "2026-01-31",
    "limit": 0.03, "name": "excess_return", "amount": 1000.0, "rf": 0.01, "state": "high", "target_return": 0.05, "target_vol": 0.1,
    "threshold": 0.02, "today": "2026-04-30", "trigger": "hybrid", "uplift": 0.5, "window": 6.0,
    "points": 5.0, "core_share": 0.7, "risk_aversion": 2.5, "block": 6.0, "max_te": 0.03, "monthly": 100.0, "paths": 50.0,
    "step": 2.0, "wealth": 10000.0, "years": 2.0,
}  # fmt: skip
OF_STATES = {"states": NAMES["states"], "budgets": [[0.2, 0.5, 0.3], [0.4, 0.3, 0.3], [0.6, 0.2, 0.2]]}
_of_periods = _draw.dirichlet([5, 3, 2], (2, 24)).round(4)  # each asset's weight at the start of each month
_of_periods[..., 2] = (1 - _of_periods[..., 0] - _of_periods[..., 1]).round(4)
OF_PERIODS = {
    "weights": _of_periods[0],
    "bench_weights": _of_periods[1],
    "bench_returns": (RETURNS + _draw.normal(0, 0.01, RETURNS.shape)).round(5),
}
OWN = {
    "STATE_BUDGETS": OF_STATES,
    "DCA_RESULT": {"prices": PRICES[:, 0]},
    "BRINSON": OF_PERIODS,
    "COV_SCORE": {"window": 8.0},
}
WITH_LABELS = [
    name
    for name, f in CATALOGUE.items()
    if any(
        a.quantity.kind in ("vector", "panel", "matrix") and set(a.quantity.axes) & {*NAMES, "time"}
        for a in f.arguments
    )
]
WITH_DATES = [n for n in WITH_LABELS if any(a.quantity.kind == "panel" for a in CATALOGUE[n].arguments)]


def data_for(name: str) -> dict:
    """The arguments of a function, in its order; those that nothing is known of are left out."""
    of = {**DATA, **OWN.get(name, {})}
    return {a.name: of.get(a.name) for a in CATALOGUE[name].arguments}


def orders(name: str, seed: int) -> dict[str, dict[str, list[int]]]:
    """For each argument and axis an order: as they stand for the first that has the axis, then any."""
    draw, seen, found = random.Random(f"{name}{seed}"), set(), {}
    for argument in CATALOGUE[name].arguments:
        found[argument.name] = {}
        for axis in argument.quantity.axes:
            if axis in NAMES:
                n = len(NAMES[axis])
                found[argument.name][axis] = draw.sample(range(n), n) if axis in seen else list(range(n))
        if argument.quantity.kind != "texts":  # groups follow the others, and say the order of the groups
            seen.update(argument.quantity.axes)
    return found


def dated(q) -> bool:
    return q.kind in ("panel", "labels")


def taken(value, q, order: dict[str, list[int]]):
    """The argument in that order of its names."""
    array = np.array(value, dtype=object)
    for k, axis in enumerate(q.axes):
        if axis in order and q.kind != "names":
            array = np.take(array, order[axis], axis=k)
    return array.tolist()


def dates_of(value) -> list[dt.date]:
    return [day.date() for day in MONTHS[len(MONTHS) - len(value) :]]


def as_rows(value, q, order) -> object:
    """Cells: names in a column beside a vector, on both sides of a matrix, above a panel with its dates."""
    if not isinstance(value, list | np.ndarray):
        return value
    value = taken(value, q, order)
    if dated(q):
        columns = [row if isinstance(row, list) else [row] for row in value]
        heads = [NAMES[q.axes[1]][j] for j in order[q.axes[1]]] if len(q.axes) == 2 else ["other"]
        days = [float(to_serial(day)) for day in dates_of(value)]
        return [["Date", *heads], *([day, *row] for day, row in zip(days, columns, strict=True))]
    if q.kind == "matrix":
        down, across = ([NAMES[axis][i] for i in order[axis]] for axis in q.axes)
        return [["", *across], *([label, *row] for label, row in zip(down, value, strict=True))]
    if q.kind != "names" and q.axes and q.axes[0] in order:
        return [[NAMES[q.axes[0]][i], cell] for i, cell in zip(order[q.axes[0]], value, strict=True)]
    return [[cell] for cell in value]


def as_frame(value, q, order, index=None) -> object:
    """pandas: the same with an index and columns; ``index`` makes the dates."""
    if not isinstance(value, list | np.ndarray):
        return value
    value = taken(value, q, order)
    if dated(q):
        days = (index or pd.DatetimeIndex)(dates_of(value))
        if len(q.axes) == 2:
            return pd.DataFrame(value, index=days, columns=[NAMES[q.axes[1]][j] for j in order[q.axes[1]]], dtype=float)
        return pd.Series(value, index=days)
    labels = [[NAMES[axis][i] for i in order[axis]] for axis in q.axes if axis in order]
    if q.kind == "matrix":
        return pd.DataFrame(value, index=labels[0], columns=labels[1], dtype=float)
    return pd.Series(value, index=labels[0]) if labels and q.kind != "names" else value


def as_dict(value, q, order) -> object:
    """Dicts of names; a panel stays a frame."""
    value = as_frame(value, q, order)
    if dated(q) or not isinstance(value, pd.Series | pd.DataFrame):
        return value
    return value.to_dict("index") if isinstance(value, pd.DataFrame) else value.to_dict()


def constant(value) -> str:
    """An argument as a formula spells it."""
    if isinstance(value, list):
        return "{" + ";".join(",".join(map(constant, row)) for row in value) + "}"
    return '"' + value.replace('"', '""') + '"' if isinstance(value, str) else repr(value)


def call_with(name: str, build, seed: int) -> list:
    order = orders(name, seed)
    quantities = {a.name: a.quantity for a in CATALOGUE[name].arguments}
    return [None if v is None else build(v, quantities[n], order[n]) for n, v in data_for(name).items()]


def in_python(name: str, given: list):
    names = [a.name for a in CATALOGUE[name].arguments]
    return CATALOGUE[name].public(**{n: v for n, v in zip(names, given, strict=True) if v is not None})


# Answers as rows of cells ----------------------------------------------------------------------------------------


def plain(cell, day=None):
    """What stands in a cell of the sheet where Python has this."""
    if isinstance(cell, AllocError):
        return cell.code
    if isinstance(cell, ErrorValue):
        return str(cell)
    if day and cell in day:
        return float(to_serial(day[cell]))
    if isinstance(cell, dt.date):
        return float(to_serial(cell))
    if isinstance(cell, np.generic):
        cell = cell.item()
    return "" if cell is None or cell != cell else cell


def written(answer, q, day=None) -> list[list]:
    """A pandas, dict or plain answer as the cells that the same call gives in a sheet."""
    if isinstance(answer, Table):
        head = [[name_text(c) for c in answer.header]] if answer.header else []
        return head + [[plain(c) for c in row] for row in answer.rows]
    if isinstance(answer, dict):
        answer = pd.DataFrame(answer).T if q.kind == "matrix" else pd.Series(answer)
    if isinstance(answer, pd.Series) and q.kind in ("panel", "rows"):
        answer = answer.to_frame()
    if isinstance(answer, pd.Series):
        return [[name_text(label), plain(cell)] for label, cell in answer.items()]
    if not isinstance(answer, pd.DataFrame):
        return [[plain(answer)]]
    over_time = q.kind in ("panel", "rows")
    body = [
        [plain(label, day) if over_time else name_text(label), *map(plain, row)]
        for label, row in zip(answer.index, answer.to_numpy().tolist(), strict=True)
    ]
    return [["Date" if over_time else "", *map(name_text, answer.columns)], *body]


def same(found: list[list], wanted: list[list]) -> None:
    found, wanted = ([[plain(cell) for cell in row] for row in rows] for rows in (found, wanted))
    assert [len(row) for row in found] == [len(row) for row in wanted], (found, wanted)
    for a, b in zip(found, wanted, strict=True):
        for x, y in zip(a, b, strict=True):
            assert x == (pytest.approx(y, rel=1e-9, abs=1e-12) if isinstance(y, float) else y), (found, wanted)


def right(name: str) -> list[list]:
    """Cells in their own order: what every other surface must give, and no error."""
    answer = cells.call(name, call_with(name, as_rows, 0))
    assert not any(isinstance(cell, ErrorValue) for row in answer for cell in row), [
        c.reason for row in answer for c in row if isinstance(c, ErrorValue)
    ]
    return answer


# The surfaces ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WITH_LABELS)
def test_cells_in_any_order_and_formulas_give_the_same_labelled_answer(name):
    wanted = right(name)
    for seed in range(1, 4):
        given = call_with(name, as_rows, seed)
        same(cells.call(name, given), wanted)
    words = ",".join("" if g is None else constant(g) for g in given).rstrip(",")
    same(formula.evaluate(f"={name}({words})"), wanted)


@pytest.mark.parametrize("name", WITH_LABELS)
def test_arrays_give_the_numbers_of_the_labelled_answer(name):
    """Bare numbers, in order: as a list, as an array, as cells."""
    given = data_for(name)
    if name in OF_DATES:
        return
    if name == "MWR":  # a rate per year needs the dates, and says so
        with pytest.raises(xa.InputError, match="no dates"):
            in_python(name, list(given.values()))
        return
    if "periods" in given:  # whole months: the same as by the dates
        given["periods"] = 12.0
    bare, wanted = in_python(name, list(given.values())), right(name)
    if isinstance(bare, Table):
        found, wanted = [numbers(row) for row in bare.rows], [numbers(row) for row in wanted[1:]]
        if name == "ACCOUNT_GAIN":  # its last two rows are per year
            assert [plain(row[1]) for row in bare.rows[-2:]] == ["#VALUE!"] * 2 and wanted[-2:] != [[], []]
            found, wanted = found[:-2], wanted[:-2]
        same(found, wanted)
        return
    array = np.array(bare)
    array = array.reshape(-1, 1) if array.ndim < 2 else array
    same([[plain(c) for c in row] for row in array.tolist()], without_labels(wanted))
    given = [np.array(g) if isinstance(g, list) and not isinstance(g[0], str) else g for g in given.values()]
    same(
        [[plain(c) for c in row] for row in np.array(in_python(name, given)).reshape(array.shape).tolist()],
        without_labels(wanted),
    )


OF_DATES = ("BACKTEST", "BACKTEST_KPI", "RP_BACKTEST")  # which trade at the ends of quarters


def numbers(row) -> list:
    return [c for c in map(plain, row) if isinstance(c, float)]


@pytest.mark.parametrize("name", WITH_LABELS)
def test_dicts_and_frames_give_the_same_labelled_answer(name):
    wanted = right(name)
    for seed in range(1, 3):
        q = CATALOGUE[name].result
        same(written(in_python(name, call_with(name, as_dict, seed)), q), wanted)
        same(written(in_python(name, call_with(name, as_frame, seed)), q), wanted)


INDICES = {
    "dates of pandas": pd.DatetimeIndex,
    "a time zone": lambda days: pd.DatetimeIndex(days).tz_localize("Asia/Shanghai"),
    "periods": lambda days: pd.PeriodIndex(days, freq="M"),
    "dates of Python": lambda days: pd.Index(days, dtype=object),
    "text": lambda days: pd.Index([day.isoformat() for day in days]),
    "yyyymmdd": lambda days: pd.Index([day.year * 10000 + day.month * 100 + day.day for day in days]),
    "yyyymm": lambda days: pd.Index([day.year * 100 + day.month for day in days]),
}


@pytest.mark.parametrize("kind", INDICES)
@pytest.mark.parametrize("name", WITH_DATES)
def test_whatever_kind_of_dates_the_index_holds(name, kind):
    days = [day.date() for day in MONTHS]
    index = INDICES[kind](days)
    day = dict(zip(index, days, strict=True))
    wanted = right(name)
    given = call_with(name, lambda v, q, order: as_frame(v, q, order, INDICES[kind]), 1)
    found = in_python(name, given)
    if isinstance(found, pd.Series | pd.DataFrame) and CATALOGUE[name].result.kind in ("panel", "rows"):
        assert type(found.index) is type(index) and set(found.index) <= set(index)
    same(written(found, CATALOGUE[name].result, day), wanted)


@pytest.mark.parametrize("name", WITH_DATES)
def test_falling_dates_of_one_panel_or_all(name):
    """The panel that falls by itself, its partners without dates or with: the same numbers, in the order given."""
    wanted = right(name)
    over_time = CATALOGUE[name].result.kind in ("panel", "rows") or str(wanted[0][0]).casefold() == "date"
    turned_answer = [wanted[0], *wanted[:0:-1]] if over_time else wanted
    timed = [a.name for a in CATALOGUE[name].arguments if dated(a.quantity) and data_for(name)[a.name] is not None]

    def build(falling: set, undated_ones: set):
        found = []
        for argument, cell in zip(CATALOGUE[name].arguments, call_with(name, as_rows, 1), strict=True):
            if argument.name in falling:
                cell = [cell[0], *cell[:0:-1]]
            if argument.name in undated_ones:
                cell = [row[1:] for row in (cell[1:] if argument.quantity.kind == "labels" else cell)]
            found.append(cell)
        return cells.call(name, found)

    same(build(set(timed), set()), turned_answer)
    same(build({timed[0]}, set()), turned_answer)
    if len(timed) > 1:
        same(build(set(timed[1:]), set()), wanted)
        same(build(set(timed), set(timed[1:])), turned_answer)  # partners without dates go with the rows beside them
        given = call_with(name, as_frame, 1)
        falling = [
            g.iloc[::-1] if a.name in timed else g for a, g in zip(CATALOGUE[name].arguments, given, strict=True)
        ]
        same(written(in_python(name, falling), CATALOGUE[name].result), turned_answer)


# What a function gives, every other reads -------------------------------------------------------------------------


PAIRS = [
    (giver, taker, argument.name)
    for giver in WITH_LABELS
    for taker in CATALOGUE
    for argument in CATALOGUE[taker].arguments
    if (CATALOGUE[giver].result.kind, argument.quantity.kind)
    in (("vector", "vector"), ("matrix", "matrix"), ("panel", "panel"), ("rows", "panel"))
    and giver not in ("MARKET_STATE", "TREND_STATE")  # words
    and (
        CATALOGUE[giver].result.axes == argument.quantity.axes
        or (
            (argument.quantity.kind == "panel" and argument.quantity.axes[1:] in (("assets",), ()))
            and (len(argument.quantity.axes) == 2 or CATALOGUE[giver].result.axes == ("time",))
        )
    )
]


@pytest.mark.parametrize("giver", sorted({giver for giver, _, _ in PAIRS}))
def test_what_a_function_gives_every_other_reads(giver):
    """Matched by name to arguments in another order, as its bare numbers are in order."""
    answer = right(giver)
    bare = without_labels(answer)
    tried = 0
    for taker, argument in sorted({(t, a) for g, t, a in PAIRS if g == giver}):
        entry = CATALOGUE[taker]
        labelled, straight = call_with(taker, as_rows, 2), call_with(taker, as_rows, 0)
        k = [a.name for a in entry.arguments].index(argument)
        if dated(entry.arguments[k].quantity):
            head = answer[0]
            labelled[k] = answer
            straight[k] = [[head[0], *head[1:]], *([row[0], *line] for row, line in zip(answer[1:], bare, strict=True))]
            assert all(dt.date(2022, 1, 31) <= from_serial(row[0]) <= dt.date(2024, 1, 31) for row in answer[1:])
        else:
            labelled[k] = answer
            order = {axis: list(range(len(NAMES[axis]))) for axis in entry.arguments[k].quantity.axes}
            value = [row[0] for row in bare] if entry.arguments[k].quantity.kind == "vector" else bare
            straight[k] = as_rows(value, entry.arguments[k].quantity, order)
        found, wanted = cells.call(taker, labelled), cells.call(taker, straight)
        tried += not any(isinstance(c, ErrorValue) for row in found for c in row)
        if k == 0 or dated(entry.arguments[k].quantity):
            same(found, wanted)
        else:
            same(sorted(found, key=str), sorted(wanted, key=str))
    assert tried


# The shapes of answers --------------------------------------------------------------------------------------------

SHEET = [
    ["日期", "S", "B"],
    [45322, 100.0, 100.0],
    [45351, 104.0, 101.0],
    [45382, 101.0, 100.5],
    [45412, 106.0, 102.0],
    [45443, 103.0, 103.0],
]


def answer(name: str, *arguments) -> list[list]:
    found = cells.call(name, arguments)
    assert not any(isinstance(c, ErrorValue) for row in found for c in row), found[0][0].reason
    return found


def test_one_number_is_one_cell_whatever_the_labels():
    cov = answer("COV_MATRIX", answer("RETURNS", SHEET))
    assert len(answer("PORT_VOL", [["B", 0.4], ["S", 0.6]], cov)) == len(answer("PORT_VOL", [[0.6], [0.4]], cov)) == 1
    assert len(answer("ANN_VOL", answer("PORT_SERIES", answer("RETURNS", SHEET), [[0.6], [0.4]]))[0]) == 1
    assert answer("EFFECTIVE_N", [["S", 1.0]]) == [[1.0]]


def test_a_vector_has_its_names_beside_it():
    cov = answer("COV_MATRIX", answer("RETURNS", SHEET))
    assert [row[0] for row in answer("RP_WEIGHTS", cov)] == ["S", "B"]
    across = answer("RISK_CONTRIB", [["S", "B"], [0.6, 0.4]], cov)  # a row where the weights were one
    assert across[0] == ["S", "B"] and len(across) == 2
    assert [len(row) for row in answer("RP_WEIGHTS", [[0.04, 0.0], [0.0, 0.01]])] == [1, 1]
    assert answer("VOLS_FROM_COV", [["", "S"], ["S", 0.04]]) == [["S", 0.2]]  # one asset has its name as many have


def test_a_matrix_has_names_on_both_sides():
    found = answer("COV_MATRIX", answer("RETURNS", SHEET))
    assert found[0] == ["", "S", "B"] and [row[0] for row in found[1:]] == ["S", "B"]
    loadings = answer("FACTOR_LOADINGS", answer("RETURNS", SHEET), [["m"], [0.01], [-0.02], [0.03], [0.0]])
    assert loadings[0] == ["", "m"] and [row[0] for row in loadings[1:]] == ["S", "B"]
    bare = answer("FACTOR_LOADINGS", answer("RETURNS", SHEET), [[0.01], [-0.02], [0.03], [0.0]])
    assert [row[0] for row in bare] == ["S", "B"]  # nobody named the factors


def test_over_time_dates_stand_first_and_the_header_returns():
    found = answer("RETURNS", SHEET)
    assert found[0] == ["日期", "S", "B"] and [row[0] for row in found[1:]] == [row[0] for row in SHEET[2:]]
    assert answer("PORT_SERIES", found, [[0.6], [0.4]])[0] == ["日期", "Portfolio"]
    other = [["NAV dates of ours", *SHEET[0][1:]], *SHEET[1:]]
    assert answer("RETURNS", other)[0][0] in ("Date", "NAV dates of ours")
    assert answer("RETURNS", [["", "S", "B"], *SHEET[1:]])[0] == ["Date", "S", "B"]
    bare = answer("RETURNS", [row[1:] for row in SHEET[1:]])
    assert [len(row) for row in bare] == [2] * 4
    headless = answer("RETURNS", [["2024-01-31", 100.0], ["2024-02-29", 104.0], ["2024-03-31", 101.0]])
    assert [row[0] for row in headless] == [45351.0, 45382.0]  # no header where there was none


def test_names_leave_as_text_codes_of_digits_too():
    cov = [["", 510300.0, 159915.0], [510300.0, 0.04, 0.01], [159915.0, 0.01, 0.02]]
    assert [row[0] for row in answer("RP_WEIGHTS", cov)] == ["510300", "159915"]
    assert answer("CORR_FROM_COV", cov)[0] == ["", "510300", "159915"]
    weights = answer("RP_WEIGHTS", cov)
    assert answer("PORT_VOL", weights, cov) == answer("PORT_VOL", weights[::-1], cov)
    prices = [["date", 510300.0, 159915.0], *SHEET[1:]]
    assert answer("RETURNS", prices)[0] == ["date", "510300", "159915"]


@pytest.mark.parametrize(
    "name", [n for n in WITH_LABELS if CATALOGUE[n].result.kind not in ("table", "flag", "number")]
)
def test_plain_gives_the_numbers_without_labels(name):
    """PLAIN of the labelled answer is the answer to bare numbers in the same order."""
    labelled = right(name)
    bare = formula.evaluate(f"=PLAIN({constant(labelled)})")
    assert bare == without_labels(labelled)
    size = {"vector": 1, "matrix": len(labelled[0]) - 1}.get(CATALOGUE[name].result.kind, len(labelled[0]) - 1)
    assert [len(row) for row in bare] == [size] * len(bare)
    assert len(bare) == len(labelled) - (CATALOGUE[name].result.kind != "vector")
    if CATALOGUE[name].result.axes != ("assets",) or not isinstance(bare[0][0], str):
        assert all(isinstance(c, float) for row in bare for c in row)
    assert answer("PLAIN", bare) == bare


def test_plain_of_words_and_of_one_name():
    assert answer("PLAIN", [["S", "high"], ["B", "low"]]) == [["high"], ["low"]]
    assert answer("PLAIN", [["high"], ["low"]]) == [["high"], ["low"]]
    assert answer("PLAIN", [["S", None], ["B", 0.4]]) == [[""], [0.4]]  # S is a name with a blank, and heads nothing
    assert answer("PLAIN", [["S", 0.2]]) == [[0.2]]
    assert answer("PLAIN", [["S", "B"], [0.2, 0.3]]) == [[0.2, 0.3]]


def test_names_on_one_side_only_are_paired_in_order_and_explained():
    cov = [["", "S", "B"], ["S", 0.04, 0.006], ["B", 0.006, 0.01]]
    assert answer("RISK_CONTRIB", [[0.6], [0.4]], cov) == answer("RISK_CONTRIB", [["S", 0.6], ["B", 0.4]], cov)
    told = answer("EXPLAIN", "PORT_VOL", [["S", 0.6], ["B", 0.4]], [[0.04, 0.006], [0.006, 0.01]])
    assert any("cov has no names" in str(cell) for row in told for cell in row)


# What must not be read -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["60万", "-5O%", "–1.2%", "(5)", "¥1,000", "3,4%", "l00", "5k", "[7]", "１０亿"])
def test_a_heading_is_a_word(head):
    for name, rows in (("CAP_WEIGHTS", [[head], [300000.0], [100000.0]]), ("MAX_DRAWDOWN", [[head], [0.05], [0.03]])):
        ((found,),) = cells.call(name, [rows])
        if head == "–1.2%":  # an en dash before a digit is a minus: a number
            assert found == ("#NUM!" if name == "CAP_WEIGHTS" else pytest.approx(-0.012))
        else:
            assert found == "#VALUE!", (head, name, found)


@pytest.mark.parametrize("head", ["60/40", "Top 10", "黄金1", "2024年持仓", "S&P 500", "A", "000300"])
def test_a_heading_of_words_is_taken_and_explained(head):
    assert without_labels(answer("CAP_WEIGHTS", [[head], [300.0], [100.0]])) == [[0.75], [0.25]]
    told = answer("EXPLAIN", "CAP_WEIGHTS", [[head], [300.0], [100.0]])
    assert any(head in str(cell) for row in told for cell in row)


def test_years_and_codes_above_smaller_numbers_are_refused():
    for name, rows in [
        ("TOTAL_RETURN", [["2024"], [0.05], [0.03]]),
        ("TOTAL_RETURN", [[2024.0], [0.05], [0.03]]),
        ("COV_MATRIX", [[510300.0, 159915.0], [0.01, 0.02], [0.02, -0.01], [0.03, 0.0]]),
    ]:
        ((found,),) = cells.call(name, [rows])
        assert found == "#VALUE!", rows
    assert "510300" in found.reason and "codes" in found.reason
    codes = [["", 510300.0, 159915.0], *([row[0], *[c / 1000 - 0.1 for c in row[1:]]] for row in SHEET[1:])]
    assert answer("COV_MATRIX", codes)[0] == ["", "510300", "159915"]  # a date column says that it is the header


def test_a_column_with_data_is_never_dropped_for_its_blank_first_cell():
    """A fund that begins later stands at the right edge, its first cell blank: it is measured, or asked to be named."""
    young = [[0.01, None], [0.02, 0.03], [-0.01, 0.01], [0.03, -0.02]]
    assert len(answer("TOTAL_RETURN", young)) == 2
    days = [45322.0, 45351.0, 45382.0, 45412.0]
    dated_rows = [[day, *row] for day, row in zip(days, young, strict=True)]
    found = answer("TOTAL_RETURN", [["Date", "old", "young"], *dated_rows])
    assert found[1] == ["young", pytest.approx(1.03 * 1.01 * 0.98 - 1, rel=1e-12)]
    ((refused,),) = cells.call("TOTAL_RETURN", [[["Date", "old", ""], *dated_rows]])
    assert refused == "#VALUE!" and "blank" in refused.reason
    wide = [[*row, None] for row in [["Date", "old", "young"], *dated_rows]]
    assert answer("TOTAL_RETURN", wide) == found  # a column that holds nothing at all is only selected along


# Python ----------------------------------------------------------------------------------------------------------


def test_the_article_s_own_dicts():
    assert xa.rebal_trades({"股票": 120000, "债券": 80000}, {"债券": 0.5, "股票": 0.5}) == {
        "股票": -20000.0,
        "债券": 20000.0,
    }


def test_the_kind_of_the_answer():
    frame = pd.DataFrame(RETURNS, index=MONTHS[1:], columns=NAMES["assets"])
    assert isinstance(xa.sharpe(frame), pd.Series) and list(xa.sharpe(frame).index) == NAMES["assets"]
    assert isinstance(xa.sharpe(frame["黄金"]), float) and xa.sharpe(frame[["黄金"]]).shape == (1,)
    assert isinstance(xa.cov_matrix(frame), pd.DataFrame) and isinstance(xa.drawdowns(frame["黄金"]), pd.Series)
    assert isinstance(xa.rp_weights(COV), np.ndarray) and isinstance(
        xa.risk_contrib({"a": 0.5, "b": 0.3, "c": 0.2}, COV), dict
    )
    mixed = xa.risk_contrib(dict(zip(NAMES["assets"], DATA["weights"], strict=True)), xa.cov_matrix(frame))
    assert isinstance(mixed, pd.Series) and list(mixed.index) == NAMES["assets"]
    table = xa.kpi_table(frame)
    assert len(table) == len(list(table)) == len(table.to_pandas()) and "<table" in table._repr_html_()


class Xarray:
    """Something with labels that is not understood."""

    def __array__(self, dtype=None, copy=None):
        return np.array(COV)


def test_a_kind_that_is_not_understood_is_refused():
    with pytest.raises(xa.InputError, match="not understood"):
        xa.rp_weights(Xarray())


def test_polars_frames_are_frames():
    pl = pytest.importorskip("polars")
    frame = pl.DataFrame({"date": [day.date() for day in MONTHS[1:]], "S": RETURNS[:, 0], "B": RETURNS[:, 1]})
    same_frame = pd.DataFrame(RETURNS[:, :2], index=MONTHS[1:], columns=["S", "B"])
    assert np.allclose(xa.cov_matrix(frame), xa.cov_matrix(same_frame), rtol=1e-12)


@pytest.mark.parametrize("word", ["合计", "总计", "Total", "SUM ", "小计", "Zeta"])
@pytest.mark.parametrize(
    "call",
    [
        '"RP_WEIGHTS",{"","S","B","W";"S",0.04,0.01,0.05;"B",0.01,0.02,0.03;"W",0.05,0.03,0.08}',
        '"CAP_WEIGHTS",{"S",1;"B",2;"W",3}',
        '"COV_MATRIX",{"date","S","B","W";"2024-01-31",0.01,0.02,0.03;"2024-02-29",0.02,0.01,0.03;"2024-03-31",-0.01,0,-0.01}',
        '"LOOK_THROUGH",{0.5;0.5},{"","S","B","W";"F",0.1,0.2,0.3;"G",0.2,0.2,0.4}',
    ],
)
def test_a_total_taken_along_is_suspected(call, word):
    """By its name, or, under a name of its own, by its numbers."""
    facts = dict(formula.evaluate(f"=EXPLAIN({call})".replace('"W"', f'"{word}"'))[1:])
    told = next(value for fact, value in facts.items() if fact.startswith("total suspected in"))
    assert told == (
        "its last item is the sum of the others. If it is a total, leave it out"
        if word == "Zeta"
        else f"one of its names is '{word}'. If it is a total, leave it out"
    )


def test_no_total_is_suspected_where_there_is_none():
    for call in ('"RP_WEIGHTS",{0.04,0.01;0.01,0.05}', '"COV_MATRIX",{0.01,0.02;0.03,0.01;0.02,-0.01}'):
        assert not any(str(row[0]).startswith("total") for row in formula.evaluate(f"=EXPLAIN({call})"))


def test_headings_of_a_vector_are_told_with_that_of_its_names():
    facts = dict(formula.evaluate('=EXPLAIN("CAP_WEIGHTS",{"fund","value";"A",100;"B",200})')[1:])
    assert facts["heading of caps"] == "fund, value"
    facts = dict(formula.evaluate('=EXPLAIN("CAP_WEIGHTS",{"","value";"A",100;"B",200})')[1:])
    assert facts["heading of caps"] == "(blank), value"
    facts = dict(formula.evaluate('=EXPLAIN("RP_NESTED",{0.04,0;0,0.01},{"fund","class";"A","x";"B","y"})')[1:])
    assert facts["heading of groups"] == "fund, class"
