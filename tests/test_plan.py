"""REBAL_PLAN against exact fractions: nothing is sold in vain, nothing that fits is left out, all of it can be paid."""

import os
from fractions import Fraction

import numpy as np
import pytest

import xlalloc as xa
import xlalloc.core.rebalance as rb
from xlalloc.cells import call
from xlalloc.errors import NumberError

CI = os.environ.get("CI") == "true"
CASES = 2_000  # a minute of fractions; 10,000 were tried
TINY = Fraction(1, 10**7)  # money, of portfolios of thousands and more


def drawn(rng) -> dict:
    """A portfolio of two to eight ETFs and funds, what it should be, and money that comes or goes."""
    n = int(rng.integers(2, 9))
    price = np.round(10 ** rng.uniform(-0.3, 2.3, n), 3)
    lot = rng.choice([100.0, 100.0, 100.0, 10.0, 1000.0, 0.0], n)
    values = np.round(price * rng.integers(0, 300, n) * rng.choice([1, 10, 100], n) + rng.choice([0, 0, 0.37], n), 2)
    values[rng.random(n) < 0.1] = 0
    values[0] += 1000
    shares = rng.integers(0, 12, n) + rng.choice([0.0, 0.5], n)
    shares[0] += 1
    flow = rng.choice([0, -0.9, -0.3, -0.05, -0.01, 0.02, 0.4]) * rng.uniform(0.3, 1.0)
    each = (lambda *rates: rng.choice(rates, n)) if rng.random() < 0.3 else (lambda *rates: float(rng.choice(rates)))
    return {
        "values": values, "target": shares / shares.sum(), "threshold": float(rng.choice([0, 0.02, 0.05, 0.25])),
        "cash_flow": round(float(flow * values.sum()), 2), "price": price, "lot": lot,
        "commission": each(0, 0.0003, 0.002), "sell_tax": each(0, 0.0005), "min_commission": each(0, 5, 0.1),
        "exit_fee": each(0, 0, 0.005), "rule": str(rng.choice(["target", "target", "edge", "cash"])),
        "band": str(rng.choice(["absolute", "relative"])),
    }  # fmt: skip


class Exact:
    """The plan in fractions: what each order costs and what is left, from the arguments alone."""

    def __init__(self, case: dict):
        self.case, self.n = case, len(case["values"])
        plan = rb.rebal_plan(**case)
        self.trades = [Fraction(x) for x in plan.column("trade")[: self.n]]
        self.shown = plan.column("trade")[self.n]
        self.values = [Fraction(v) for v in case["values"]]
        self.lots = [Fraction(float(p)) * Fraction(float(k)) for p, k in zip(case["price"], case["lot"], strict=True)]
        keep = ("values", "target", "threshold", "cash_flow", "rule", "band")
        self.ideal = [Fraction(x) for x in rb.rebal_trades(**{k: case[k] for k in keep})]

    def rate(self, name: str, i: int) -> Fraction:
        return Fraction(float(np.broadcast_to(self.case[name], self.n)[i]))

    def cost(self, i: int, trade: Fraction) -> Fraction:
        if not trade:
            return Fraction(0)
        sale = max(-trade, Fraction(0)) * (self.rate("sell_tax", i) + self.rate("exit_fee", i))
        return max(self.rate("commission", i) * abs(trade), self.rate("min_commission", i)) + sale

    def cash(self, changed: dict | None = None) -> Fraction:
        trades = [(changed or {}).get(i, x) for i, x in enumerate(self.trades)]
        return Fraction(self.case["cash_flow"]) - sum(x + self.cost(i, x) for i, x in enumerate(trades))

    def leaves(self, i: int) -> bool:
        """Is the asset to go altogether?"""
        return not self.case["target"][i] and -self.ideal[i] >= self.values[i] * (1 - Fraction(1, 10**9))


def faults(plan: Exact) -> list[str]:
    """What an adviser would find wrong in the orders."""
    found = []
    if plan.cash() < -TINY or abs(plan.cash() - Fraction(plan.shown)) > TINY:
        found.append("cash")
    for i, (trade, value, lot, ideal) in enumerate(zip(plan.trades, plan.values, plan.lots, plan.ideal, strict=True)):
        lots = trade / lot if lot else Fraction(0)
        if abs(lots - round(lots)) > Fraction(1, 10**7) and -trade != value:
            found.append(f"{i}: no whole lots")
        if trade < -value:
            found.append(f"{i}: more is sold than held")
        if trade > max(ideal, 0) + lot * Fraction(1, 10**8) + TINY:
            found.append(f"{i}: more is bought than wanted")
        if trade < 0 and lot and not plan.leaves(i):
            odd = abs(lots - round(lots)) > Fraction(1, 10**7)
            below = -trade // lot if odd else round(-lots) - 1
            if plan.cash({i: -below * lot}) > TINY:
                found.append(f"{i}: a lot was sold in vain")
        wanted = (ideal / lot + Fraction(1, 10**9)) // 1 * lot if lot else Fraction(0)
        if trade >= 0 and wanted > trade + lot / 2 and plan.cash({i: trade + lot}) > TINY:
            found.append(f"{i}: a purchase that fits was left out")
    return found


def test_nothing_is_sold_in_vain_and_nothing_that_fits_is_left_out():
    seed = 20260131 if CI else int(np.random.SeedSequence().entropy % 10**9)  # elsewhere every run tries new ones
    rng, refused = np.random.default_rng(seed), 0
    for k in range(CASES):
        case = drawn(rng)
        try:
            plan = Exact(case)
        except NumberError:
            most = sum(v - slow_cost(case, i, v) for i, v in enumerate(case["values"]) if v > slow_cost(case, i, v))
            assert most < -case["cash_flow"] + 1e-6, (seed, k, case)
            refused += 1
            continue
        assert not faults(plan), (seed, k, faults(plan), case)
    assert refused < CASES / 50


def slow_cost(case, i, sold):
    of = lambda name: float(np.broadcast_to(case[name], len(case["values"]))[i])  # noqa: E731
    return max(of("commission") * sold, of("min_commission")) + (of("sell_tax") + of("exit_fee")) * sold if sold else 0


def test_the_whole_of_a_holding_is_not_sold_for_a_part_of_it():
    """1,000 taken out of three ETFs in lots of 4,936, 553 and 663: two lots of the second, not all of the first."""
    arguments = [[4936, 7189, 5304], [0.27, 0.4, 0.33], 0.05, -1000, [49.36, 5.53, 6.63], 100, 0.0003, 0, 5]
    plan = rb.rebal_plan(*arguments)
    assert plan.column("trade")[:4] == pytest.approx([0, -1106, 0, 101])


def test_a_purchase_that_cannot_be_made_sells_nothing():
    """20,000 too much of the first, but a lot of the second costs 30,000."""
    plan = rb.rebal_plan([120000, 80000], [0.5, 0.5], price=[3.9, 300], lot=100)
    assert plan.column("trade") == [0, 0, 0, 0]


def test_an_asset_that_is_to_go_goes_though_the_money_stays_idle():
    plan = rb.rebal_plan([5050, 80000], [0, 1], 0.01, price=[10, 300], lot=100)
    assert plan.column("trade")[:3] == [-5050, 0, 5050]


def test_a_relative_band_trades_a_small_target():
    """3% beside a target of 2% is inside 5 points, but half as much again: beyond a relative band of 25%."""
    arguments = [[3000, 97000], [0.02, 0.98], 0.25, 0]
    assert call("REBAL_PLAN", [*arguments_as_cells(arguments)])[1][5] == 0
    relative = call("REBAL_PLAN", [*arguments_as_cells(arguments), *[None] * 7, [["Relative"]]])
    assert relative[1][5] == pytest.approx(-1000)


def arguments_as_cells(arguments):
    return [[[x] for x in a] if isinstance(a, list) else [[a]] for a in arguments]


def test_what_rounding_leaves_of_no_cash_is_none():
    rng = np.random.default_rng(5)
    for _ in range(300):
        values = rng.uniform(1.0, 1e5, int(rng.integers(2, 9))).round(2)
        target = rng.dirichlet(np.ones(len(values)))
        flow = float(rng.choice([0.0, -0.1, 0.2]) * values.sum())
        *_, cash, total = xa.rebal_plan(values, target, 0.0, flow, commission=0.0003, min_commission=5.0).rows
        assert cash[5] == cash[8] == 0.0
        assert total[5] == flow - total[7], "trade and cost are the cash flow"
