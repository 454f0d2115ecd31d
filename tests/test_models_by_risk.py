"""Models by risk: targets from budgets, bounds, leverage, and reviews by shares of risk."""

import datetime as dt

import numpy as np
import pytest
import report_data as rd

from xlalloc.core.portfolio import risk_contrib
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read

BUDGETS = {"CSI 300": 0.2, "CSI 500": 0.1, "China bonds": 0.5, "Gold": 0.2}


@pytest.fixture
def sheets(tmp_path):
    found = rd.example()
    rd.keep_clients(found, "K004")
    for k in range(1):
        rd.change(found, "clients", k, "goal", None)
    return found


def by_risk(sheets, budgets=BUDGETS, model="Balanced", first=None, **columns):
    """The model's rows, with budgets in place of targets; ``columns`` are cells of each asset, ``first`` of the first row."""
    header = sheets["models"][0]
    sheets["models"][1:] = [row for row in sheets["models"][1:] if row[0] != model]
    for k, (asset, budget) in enumerate(budgets.items()):
        cells = {"model": model, "asset": asset, "budget": budget, **(first or {} if k == 0 else {})}
        cells |= {key: values[asset] for key, values in columns.items() if asset in values}
        sheets["models"].append([cells.get(key) for key in header])


def result_of(tmp_path, sheets):
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    assert "K004" not in inputs.problems.refused, inputs.problems.items
    return compute(inputs.clients[0], inputs), inputs


def target_of(result) -> dict[str, float]:
    return {name: p.target for name, p in zip(result.names, result.held, strict=True) if p.target}


def kinds(inputs):
    return [p.kind for p in inputs.problems.items]


def test_each_asset_carries_its_budget_of_the_risk(tmp_path, sheets):
    by_risk(sheets)
    result, inputs = result_of(tmp_path, sheets)
    assert (
        sum(target_of(result).values()) == pytest.approx(1, abs=1e-12)
        and inputs.models["balanced"].found_from == "prices"
    )
    shares = dict(zip(result.names, result.risk_target, strict=True))
    for asset, budget in BUDGETS.items():
        assert shares[asset] == pytest.approx(budget, abs=1e-8)  # w(Σw)/σ², the definition
    assert not kinds(inputs)


def test_percentages_are_the_same(tmp_path, sheets):
    by_risk(sheets)
    plain = target_of(result_of(tmp_path, sheets)[0])
    by_risk(sheets, {asset: 100 * budget for asset, budget in BUDGETS.items()})
    assert target_of(result_of(tmp_path, sheets)[0]) == pytest.approx(plain, rel=1e-12)


def test_bounds_bind(tmp_path, sheets):
    by_risk(sheets, lower={"Gold": 0.45}, upper={"China bonds": 0.4})
    found = target_of(result_of(tmp_path, sheets)[0])
    assert found["Gold"] == pytest.approx(0.45, abs=1e-9) and found["China bonds"] == pytest.approx(0.4, abs=1e-9)
    assert sum(found.values()) == pytest.approx(1)


def test_a_leverage_below_one_leaves_the_rest_in_cash(tmp_path, sheets):
    by_risk(sheets)
    whole = target_of(result_of(tmp_path, sheets)[0])
    by_risk(sheets, {**BUDGETS, "Money market": None}, first={"leverage": 0.6})
    found = target_of(result_of(tmp_path, sheets)[0])
    assert found.pop("Money market") == pytest.approx(0.4)
    assert found == pytest.approx({asset: 0.6 * weight for asset, weight in whole.items()}, rel=1e-9)
    by_risk(sheets, first={"leverage": 0.6})
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    assert "no_cash_in_model" in kinds(inputs) and "K004" in inputs.problems.refused


def test_a_leverage_above_one_is_said_not_to_be_had(tmp_path, sheets):
    by_risk(sheets)
    whole = target_of(result_of(tmp_path, sheets)[0])
    by_risk(sheets, first={"leverage": 1.5})
    result, inputs = result_of(tmp_path, sheets)
    assert kinds(inputs) == ["needs_loan"] and target_of(result) == whole


@pytest.mark.parametrize(
    ("budgets", "kind"),
    [
        ({**BUDGETS, "Gold": 0.3}, "budgets_not_one"),
        ({**BUDGETS, "Money market": 0.2, "Gold": 0.0}, "no_targets"),  # cash carries no risk
        (dict.fromkeys(BUDGETS), "not_one"),
    ],
)
def test_budgets_that_give_no_targets(tmp_path, sheets, budgets, kind):
    by_risk(sheets, budgets)
    rows = sheets["prices"]
    at = rows[0].index("Money market")
    for row in rows[1:]:
        row[at] = 1.0
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    assert kind in kinds(inputs) and "K004" in inputs.problems.refused


def test_targets_and_budgets_do_not_mix(tmp_path, sheets):
    by_risk(sheets, target={"Gold": 0.2})
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    assert "target_beside_budget" in kinds(inputs) and "K004" in inputs.problems.refused


def held_at(sheets, weights, total=1e6):
    """K004 holds these weights, in money."""
    sheets["holdings"][1:] = []
    for asset, weight in weights.items():
        rd.add(
            sheets, "holdings", id="K004", asset=asset, value=round(total * weight, 2), bought_on=dt.date(2020, 1, 2)
        )


def test_a_review_by_shares_of_risk(tmp_path, sheets):
    """A share of risk 20% off its budget is the limit; the threshold of weights, 2.5 points here, counts for nothing."""
    by_risk(sheets, first={"rebalance_on": "risk"})
    target = target_of(result_of(tmp_path, sheets)[0])
    rd.change(sheets, "clients", 0, "threshold", 0.9)
    for moved, due in ((0.0, False), (0.004, False), (0.01, True)):
        held_at(sheets, {**target, "China bonds": target["China bonds"] - moved, "CSI 300": target["CSI 300"] + moved})
        result, _ = result_of(tmp_path, sheets)
        weights = np.array([p.value for p in result.held]) / result.value
        shares = risk_contrib(weights, result.cov)
        budgets = np.array([BUDGETS.get(p.asset.name, 0.0) for p in result.held])
        off = np.abs(shares[budgets > 0] / budgets[budgets > 0] - 1)
        assert (off.max() > 0.2) == due == result.due, (moved, off)
        assert bool(result.sales or result.purchases) == due
    rd.change(sheets, "clients", 0, "last_rebalanced", dt.date(2026, 10, 1))  # reviewed lately: not due by the calendar
    assert result_of(tmp_path, sheets)[0].due is False


def test_a_model_of_targets_is_held_to_its_own_shares_of_risk(tmp_path, sheets):
    k = next(k for k, row in enumerate(sheets["models"][1:]) if row[0] == "Aggressive")
    rd.change(sheets, "models", k, "rebalance_on", "风险")
    rd.change(sheets, "clients", 0, "model", "Aggressive")
    target = target_of(result_of(tmp_path, sheets)[0])
    held_at(sheets, target)
    result, _ = result_of(tmp_path, sheets)
    assert result.due is False and [row[3] for row in result.risk_drift] == pytest.approx(
        result.risk_target.tolist(), abs=1e-12
    )


def test_a_model_with_a_hedge_has_no_shares_to_be_held_to(tmp_path, sheets):
    """The bonds of Balanced lower its risk: it is rebalanced by weights, and that is said."""
    before = result_of(tmp_path, sheets)[0]
    assert min(before.risk_target) < 0
    k = next(k for k, row in enumerate(sheets["models"][1:]) if row[0] == "Balanced")
    rd.change(sheets, "models", k, "rebalance_on", "risk")
    result, _ = result_of(tmp_path, sheets)
    assert [p.kind for p in result.problems] == ["negative_share"] and result.due == before.due
    assert result.orders.trades.tolist() == before.orders.trades.tolist()
