"""Every function on random input: the same on every surface, in any order of the assets, in any unit of money.

One asset counts as its two halves, and a cell that cannot be read is named with its place.
"""

import re

import numpy as np
import pytest

from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.core import kpi
from xlalloc.errors import AllocError, ErrorValue
from xlalloc.formula import evaluate
from xlalloc.labelled import Answer

NO_INPUT = ("EXPLAIN", "XLALLOC_INFO", "MODEL_LIST", "MODEL_WEIGHTS", "ASSET_CLASSES", "ASSET_CORRELATIONS")
FUNCTIONS = [name for name in CATALOGUE if name not in NO_INPUT]
SEEDS = range(4)
ASSETS, FACTORS = ["Gold", "Bond B", "Eq", "d", "E1", "f"], ["value", "size"]
IN_THEIR_OWN_ORDER = ("HRP_WEIGHTS", "CORE_SATELLITE", "REDEMPTION_FEE", "STATE_BUDGETS")  # or not of assets
MONEY = {"values", "trades", "price", "cash_flow", "min_commission", "amount", "wealth", "monthly", "goal", "spot",
         "strike", "value", "prices", "levels", "first_value", "last_value", "caps", "balances", "flows", "spending"}  # fmt: skip
MONEY_OUT = {
    "value",
    "trade",
    "cost",
    "premium",
    "strike",
    "worst loss",
    "invested",
    "average cost",
    "final price",
    "first value",
    "paid in",
    "taken out",
    "gain",
    "last value",
}
SINGLE = {
    "market_return": 0.08, "market_vol": 0.16, "vol": 0.12, "current_vol": 0.25, "base": 0.6, "lowest": 0.2,
    "highest": 0.8, "weight": 0.5, "high": 0.2, "low": 0.1, "change": 0.2, "high_std": 0.02, "low_std": 0.01,
    "limit": 0.05, "reduced": 0.5, "recover": 0.5, "leverage": 1.7, "financing": 0.03, "maintenance": 0.3,
    "max_leverage": 1.9, "first_value": 100.0, "last_value": 140.0, "years": 3.0, "spot": 100.0, "strike": 90.0,
    "dividend": 0.01, "value": 1e6, "protect": 0.9, "beta": 1.1, "target_beta": 0.4, "hedge_beta": -1.0,
    "amount": 1000.0, "months": 14.0, "paths": 50.0, "seed": 4.0, "fee": 0.01, "gross": 0.06, "wealth": 1000.0,
    "monthly": -5.0, "goal": 1100.0, "core_share": 0.65, "tolerance": 0.2, "periods": 12.0, "rf": 0.02,
    "min_return": 0.005, "level": 0.9, "window": 9.0, "confidence": 0.4, "risk_aversion": 3.0, "threshold": 0.04,
    "cash_flow": -900.0, "commission": 0.001, "sell_tax": 0.0005, "min_commission": 5.0, "exit_fee": 0.004,
    "spread": 0.002, "uplift": 0.3, "points": 5.0, "last_date": "2026-01-31", "today": "2026-04-30",
    "trade_date": "2024-02-29", "drawdown_limit": 0.2, "age": 52.0, "state": "b", "count": 7.0, "parameter": 11.0,
    "cap": 0.3, "lower": 0.02, "upper": 0.7, "price": 10.0, "mu": 0.07,
    "nominal": 0.05, "inflation": 0.02, "spending": 70.0, "prob": 0.8, "profile": "C3", "hedge": 0.6, "carry": -0.02,
    "start_date": "2026-01-31", "end_date": "2026-03-31",
}  # fmt: skip


def drawn(seed: int):
    """Of three to six assets and two factors: a number, vector, table or list of texts for each argument's name."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 7))
    share = lambda m: rng.dirichlet(np.ones(m))  # noqa: E731
    returns = rng.standard_normal((40, n)) * rng.uniform(0.01, 0.06, n) + rng.standard_normal((40, 1)) * 0.02 + 0.004
    factors = rng.standard_normal((40, 2)) * 0.03
    cov, factor_cov = (np.cov(x, rowvar=False) * 12 for x in (returns, factors))
    vols = np.sqrt(cov.diagonal())
    groups = ["Shares", "Bonds", *rng.choice(["Shares", "Bonds"], n - 2)]
    many = {
        "weights": share(n), "bench_weights": share(n), "max_te": 0.5, "bench_returns": rng.uniform(-0.1, 0.1, n),
        "lags": 2, "block": 3, "step": 5, "current": share(n), "target": share(n), "core": share(3), "satellite": share(2),
        "cov": (cov + cov.T) / 2, "corr": np.corrcoef(returns, rowvar=False), "vols": vols,
        "mu": rng.uniform(0.01, 0.1, n), "budgets": share(n), "groups": groups, "group": "Shares",
        "group_budgets": share(2), "group_lower": np.array([0.1, 0.05]), "group_upper": np.array([0.9, 0.8]),
        "returns": returns, "prices": 100 * np.cumprod(1 + returns, axis=0), "factor_returns": factors,
        "benchmark": returns @ share(n) + rng.standard_normal(40) * 0.004,
        "states": rng.choice(["calm", "crisis", "normal"], 40).tolist(), "loadings": rng.normal(1, 1, (n, 2)),
        "factor_cov": (factor_cov + factor_cov.T) / 2, "specific_vols": rng.uniform(0.02, 0.1, n),
        "factor_budgets": share(2), "picks": rng.normal(0, 1, (2, n)), "views": rng.uniform(0, 0.1, 2),
        "caps": rng.uniform(1, 9, n), "values": rng.uniform(1e4, 1e6, n).round(2),
        "trades": rng.normal(0, 1e5, n).round(2), "price": rng.uniform(1, 100, n).round(2),
        "lot": float(rng.choice([0, 1, 10, 100])), "shocks": rng.uniform(-0.5, 0.1, n),
        "scenarios": rng.uniform(-0.5, 0.1, (2, n)), "days_held": np.array([6.0, 7, 200]),
        "days": np.array([7.0, 30]), "fees": np.array([0.015, 0.01]), "achieved": rng.normal(0.02, 0.02, 4),
        "hurdle": rng.normal(0.02, 0.02, 4), "return_range": np.array([0.02, 0.06]),
        "vol_range": np.array([0.05, 0.1]), "ages": np.array([30.0, 45, 60]),
        "stock_weights": np.array([0.9, 0.7, 0.4]), "fx_returns": returns[:, ::-1] / 3,
        "exposures": 0.9 * rng.dirichlet(np.ones(3), n), "product_levels": [f"R{r}" for r in rng.integers(1, 6, n)],
        "answers": ["A", "3", "b"], "points": rng.integers(0, 9, (3, 4)) * 1.0, "bounds": np.array([5.0, 9, 13, 17]),
        "balances": 1e5 * np.cumprod(1.01 + returns[:, 0] / 9), "flows": rng.choice([0.0, 500, -900], 40),
        "flow_dates": [f"2026-02-{d:02}" for d in rng.integers(1, 29, 40)],
    }  # fmt: skip
    many["levels"], many["x"] = many["prices"], many["cov"]
    equal = np.full(n, 1 / n)
    many["target_return"], many["target_vol"] = float(equal @ many["mu"]), float(equal @ cov @ equal) ** 0.5
    return rng, many


def arguments(name: str, seed: int) -> list:
    """Options drawn, the other arguments from those above; what cannot stand together is left out."""
    rng, many = drawn(seed)
    given = {}
    for a in CATALOGUE[name].arguments:
        wanted = many if a.quantity.axes or a.name not in SINGLE else SINGLE
        given[a.name] = (
            str(rng.choice(a.quantity.options)) if a.quantity.options else wanted.get(a.name, SINGLE.get(a.name))
        )
    if name == "STATE_BUDGETS":
        given |= {"states": ["a", "b", "c"], "budgets": np.arange(12.0).reshape(3, 4) / 10}
    if name == "ROLLING":
        given["name"] = str(rng.choice(list(kpi.MEASURES)))
    if name == "DCA_RESULT":
        given["prices"] = many["prices"][:, 0]
    if given.get("method") not in ("window", "ewma"):
        given |= {"parameter": None} if "parameter" in given else {}
    if name == "DIETZ":
        given |= {"flows": many["flows"][:4] / 1e3, "flow_dates": many["flow_dates"][:4]}
    if name == "BRINSON":  # a period a row
        n = len(many["mu"])
        given |= {"weights": rng.dirichlet(np.ones(n), 40), "bench_weights": rng.dirichlet(np.ones(n), 40)}
        given["bench_returns"] = many["returns"] + rng.standard_normal((40, n)) * 0.005
    if name.startswith("BACKTEST"):
        given["trigger"] = str(rng.choice(["threshold", "none"]))  # the calendar needs dates
    return list(given.values())


def as_cells(value):
    if isinstance(value, np.ndarray | list):
        return [[c] for c in value] if np.ndim(value) == 1 else value.tolist()
    return value


def as_text(value) -> str:
    if not isinstance(value, np.ndarray | list):
        return "" if value is None else f'"{value}"' if isinstance(value, str) else repr(value)
    rows = [[f'"{c}"' if isinstance(c, str) else repr(float(c)) for c in row] for row in as_cells(value)]
    return "{" + ";".join(map(",".join, rows)) + "}"


def computed(name: str, given: list, names: dict | None = None) -> list[list]:
    """The answer of Python as cells; an error as its code."""
    entry = CATALOGUE[name]
    try:
        answer = entry.public(*given)
    except AllocError as error:
        return [[ErrorValue(error.code)]]
    if isinstance(answer, np.ndarray):
        rows = answer.reshape(len(answer), -1).tolist()
        return [[ErrorValue(entry.result.nan) if c != c else c for c in row] for row in rows]
    return cells.write(entry, Answer(answer, names or {}))


def close(found: list[list], wanted: list[list], rel: float = 1e-9) -> None:
    assert [len(row) for row in found] == [len(row) for row in wanted]
    large = max((abs(c) for row in wanted for c in row if isinstance(c, float)), default=0.0)
    for row, expected in zip(found, wanted, strict=True):
        for a, b in zip(row, expected, strict=True):
            assert a == (pytest.approx(b, rel=rel, abs=rel * min(large, 1e3)) if isinstance(b, float) else b)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_surfaces_agree_to_the_last_bit(name):
    answers = 0
    for seed in SEEDS:
        given = arguments(name, seed)
        found = cells.call(name, [as_cells(value) for value in given])
        assert computed(name, given) == found
        if len(text := f"={name}({','.join(map(as_text, given))})") <= 8192:  # what a worksheet allows
            assert evaluate(text) == found
        answers += not isinstance(found[0][0], ErrorValue)
    assert answers or name in ("RP_BACKTEST", "MWR"), found[0][0].reason  # which need dates


def in_order(name: str, given: list, orders: dict) -> list:
    """Every argument with its assets and factors in the orders given."""
    turned = []
    for a, value in zip(CATALOGUE[name].arguments, given, strict=True):
        for k, axis in enumerate(a.quantity.axes if isinstance(value, np.ndarray | list) else ()):
            if axis in orders and k < np.ndim(value):
                value = [value[i] for i in orders[axis]] if isinstance(value, list) else value.take(orders[axis], k)
        turned.append(value)
    at = {a.name: k for k, a in enumerate(CATALOGUE[name].arguments)}
    if "groups" in at:  # their figures follow the order of first appearance
        before, after = (list(dict.fromkeys(args[at["groups"]])) for args in (given, turned))
        for figures in {"group_lower", "group_upper", "group_budgets"} & set(at):
            turned[at[figures]] = given[at[figures]][[before.index(group) for group in after]]
    return turned


def back(name: str, rows: list[list], orders: dict, names: dict) -> list[list]:
    """Rows and columns of an answer in the first order again, told by position or, in a table, by name."""
    if isinstance(rows[0][0], str) and CATALOGUE[name].result.kind == "table":
        known = [*ASSETS, *FACTORS]
        columns = [k for k, c in enumerate(rows[0]) if c in known]
        order = dict(zip(columns, sorted(columns, key=lambda k: known.index(rows[0][k])), strict=True))
        rows = [[row[order.get(k, k)] for k in range(len(row))] for row in rows]
        key = 1 if rows[0][1:2] == ["series"] else 0
        named = [k for k, row in enumerate(rows) if row[key] in known]
        place = sorted(named, key=lambda k: (rows[k][0] if key else "", known.index(rows[k][key])))
        order = dict(zip(named, place, strict=True))
        rows = [rows[order.get(k, k)] for k in range(len(rows))]
        return rows
    axes = CATALOGUE[name].result.axes
    for k, axis in enumerate(axes[:2]):
        if axis in orders and len(rows if k == 0 else rows[0]) == len(orders[axis]):
            place = np.argsort(orders[axis])
            rows = [rows[i] for i in place] if k == 0 else [[row[i] for i in place] for row in rows]
    return rows


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if n not in IN_THEIR_OWN_ORDER])
def test_the_order_of_the_assets_is_no_matter(name):
    for seed in SEEDS:
        given, rng = arguments(name, seed), np.random.default_rng(seed)
        n = len(drawn(seed)[1]["mu"])
        orders = {"assets": rng.permutation(n), "factors": np.arange(2)}
        names = {"assets": ASSETS[:n], "factors": FACTORS}
        turned = {"assets": [ASSETS[i] for i in orders["assets"]], "factors": FACTORS}
        found = computed(name, in_order(name, given, orders), turned)
        none = {"assets": np.arange(n)}
        close(back(name, found, orders, turned), back(name, computed(name, given, names), none, names))


def four_times(name: str, rows: list[list]) -> list[list]:
    """What is money in an answer, four times as much; a course of 1 invested is none."""
    q, (head, *body) = CATALOGUE[name].result, rows
    if "BACKTEST" in name or (q.kind != "table" and q.unit != "money" and name not in ("PUT_PRICE", "INVERSE_HEDGE")):
        return rows
    if q.kind != "table":
        return [[4 * c for c in row] for row in rows]
    found = [head]
    for what, *row in body:
        money = [
            what in MONEY_OUT if head[0] == "measure" else (head[0] == "year" and h != "lasts") or h in MONEY_OUT
            for h in head[1:]
        ]
        found.append([what, *(4 * c if m and isinstance(c, float) else c for m, c in zip(money, row, strict=True))])
    return found


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if MONEY & {a.name for a in CATALOGUE[n].arguments}])
def test_the_unit_of_money_is_no_matter(name):
    money = [a.name in MONEY for a in CATALOGUE[name].arguments]
    for seed in SEEDS:
        given = arguments(name, seed)
        more = [4 * v if m and v is not None else v for m, v in zip(money, given, strict=True)]
        close(computed(name, more), four_times(name, computed(name, given)))


ONE_NUMBER = ("PORT_RETURN", "PORT_VOL", "PORT_SHARPE", "PORT_SERIES", "TURNOVER")
SHARED = ("RISK_CONTRIB", "RP_WEIGHTS", "RP_LEVERED", "CAP_RISK_WEIGHTS", "MIN_VAR_WEIGHTS", "MAX_SHARPE_WEIGHTS",
          "TARGET_RETURN_WEIGHTS", "TARGET_VOL_WEIGHTS", "MAX_DIV_WEIGHTS", "CAP_WEIGHTS")  # fmt: skip
EACH_THE_SAME = ("MEAN_RETURNS", "VOLS_FROM_COV", "SPECIFIC_VOLS", "MARGINAL_RISK", "IMPLIED_RETURNS",
                 "BLACK_LITTERMAN", "REALIZED_VOL", "REDEMPTION_FEE")  # fmt: skip
DIVIDED = {"weights", "current", "target", "budgets", "caps", "picks"}


def split(name: str, given: list) -> list:
    """The last asset as two that are the same, each with half of what it holds."""
    halves = []
    for a, value in zip(CATALOGUE[name].arguments, given, strict=True):
        for k, axis in enumerate(a.quantity.axes if isinstance(value, np.ndarray | list) else ()):
            if axis == "assets" and isinstance(value, list):
                value = [*value, value[-1]]
            elif axis == "assets" and k < value.ndim:
                value = np.insert(value, -1, value.take(-1, k), axis=k)
                if a.name in DIVIDED:
                    np.moveaxis(value, k, 0)[-2:] /= 2.0
        halves.append(value)
    return halves


@pytest.mark.parametrize("name", [*ONE_NUMBER, *SHARED, *EACH_THE_SAME])
def test_one_asset_as_two_halves_changes_nothing(name):
    answers = 0
    for seed in range(6):
        given = [
            None if a.name in ("lower", "upper") else value  # they are of each asset
            for a, value in zip(CATALOGUE[name].arguments, arguments(name, seed), strict=True)
        ]
        whole = computed(name, given)
        if isinstance(whole[0][0], ErrorValue):
            continue
        found, answers = np.array(computed(name, split(name, given)), float), answers + 1
        if name in SHARED:
            found = np.concatenate((found[:-2], found[-2:].sum(axis=0, keepdims=True)))
        elif name in EACH_THE_SAME:
            assert found[-1] == pytest.approx(found[-2], rel=1e-9)
            found = found[:-1]
        np.testing.assert_allclose(found, np.array(whole, float), rtol=1e-7, atol=1e-10)
    assert answers > 3


@pytest.mark.parametrize("bad", ["abc", "#REF!", True, None], ids=str)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_cell_that_cannot_be_read_is_named_with_its_place(name, bad):
    for k, a in enumerate(CATALOGUE[name].arguments):
        given = [as_cells(value) for value in arguments(name, 1)]
        if given[k] is None or a.quantity.kind not in ("number", "vector", "matrix", "panel"):
            continue
        place = "(: the cell|: item 1)?"
        if isinstance(given[k], list):
            rng = np.random.default_rng(k)
            i, j = 1 + int(rng.integers(1, len(given[k]))), 1 + int(rng.integers(len(given[k][0])))
            given[k] = [list(row) for row in given[k]]
            given[k][i - 1][j - 1] = bad
            place = (
                f": item {i}"
                if a.quantity.kind == "vector" or (a.quantity.single and len(given[k][0]) == 1)
                else f": row {i}, column {j}"
            )
            if bad is None and (a.quantity.kind == "panel" or a.quantity.gaps):
                continue  # a missing number: its row is left out, or it may be missing
        else:
            given[k] = bad
            if bad is None:
                continue  # left out
        found = cells.call(name, given)[0][0]
        assert isinstance(found, ErrorValue), a.name
        assert re.match(f"{a.name}{place} (holds|is blank)", found.reason), found.reason
        assert str(found) == ("#REF!" if bad == "#REF!" else "#VALUE!")
