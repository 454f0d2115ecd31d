"""Living on wealth, and inflation: plain loops over the frozen stream, closed forms, rules by hand."""

import math

import numpy as np
import pytest
from test_planning import percentile

import xlalloc as xa
from xlalloc import NumberError
from xlalloc.cells import call

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)


def slow(wealth, spending, years, mu, vol, inflation, rule, paths, seed):
    """Each path in nominal money, one year at a time, as Guyton & Klinger tell it; then in today's money."""
    for shocks in np.random.RandomState(seed).standard_normal((paths, years)).tolist():
        now, due, first, before, lasts, out = wealth, spending, spending / wealth, None, True, []
        for t, z in enumerate(shocks):
            prices = (1 + inflation) ** t
            if rule == "constant":
                due = spending * prices
            elif rule == "percent":
                due = now * first
            elif t:
                raised = due * (1 + inflation)
                due = due if before < 0 and raised > first * now else raised
                if due > 1.2 * first * now:
                    due *= 0.9 if years - t > 15 else 1
                elif due < 0.8 * first * now:
                    due *= 1.1
            lasts = lasts and due <= now * (1 + 1e-12)
            paid = min(due, now)
            before = math.exp(math.log(1 + mu) - vol**2 / 2 + vol * z) - 1
            now = (now - paid) * (1 + before)
            out.append((lasts, now / prices / (1 + inflation), paid / prices))
        yield out


@pytest.mark.parametrize("rule", ["constant", "percent", "guardrails"])
@pytest.mark.parametrize(
    ("mu", "vol", "inflation", "years"), [(0.06, 0.12, 0.02, 30), (0.03, 0.2, 0, 20), (0.08, 0.25, 0.05, 25)]
)
def test_the_table_equals_the_loop(rule, mu, vol, inflation, years):
    found = list(slow(1e6, 5e4, years, mu, vol, inflation, rule, 70, 4))
    table = xa.withdrawal_sim(1e6, 5e4, years, mu, vol, inflation, rule, 70, 4)
    assert table.column("year") == list(range(1, years + 1))
    for t, row in enumerate(table.rows):
        lasts, wealth, spent = zip(*(path[t] for path in found), strict=True)
        assert row[1] == sum(lasts) / 70
        expected = [percentile(values, level) for values in (wealth, spent) for level in LEVELS]
        assert row[2:] == pytest.approx(expected, rel=1e-10, abs=1e-6)


def test_cut_kept_and_raised_by_hand():
    """One path without risk. −20% a year and no inflation: 5% of 100 is 6.58% of 76 in year 2, beyond 6%: cut to 4.5."""
    spent = xa.withdrawal_sim(100, 5, 20, -0.2, 0, 0, "guardrails", 1).column("spending 50%")
    assert spent[:3] == pytest.approx([5, 4.5, 4.05])  # 4.5 of 57.2 is 7.9%
    short = xa.withdrawal_sim(100, 5, 16, -0.2, 0, 0, "guardrails", 1).column("spending 50%")
    assert short[:3] == pytest.approx([5, 5, 5])  # 15 years remain in year 2: no cut any more
    # 3% inflation, −1% a year: 5.15 of 94.05 would be 5.5% > 5%, so it stays at 5: less by inflation in today's money
    kept = xa.withdrawal_sim(100, 5, 3, -0.01, 0, 0.03, "guardrails", 1).column("spending 50%")
    assert kept[:2] == pytest.approx([5, 5 / 1.03])


def test_the_published_course_of_the_prosperity_rule():
    """Rate 0.8 × the first is passed in year 9 at 9% a year less 2% inflation, then every third year."""
    spent = xa.withdrawal_sim(1e6, 4e4, 30, 0.09, 0, 0.02, "guardrails", 1).column("spending 50%")
    raises = [t for t in range(1, 30) if spent[t] > spent[t - 1] * 1.05]
    assert raises == [8, 11, 14, 17, 20, 23, 26, 29]
    assert spent[-1] == pytest.approx(4e4 * 1.1**8)


def test_a_share_of_wealth_always_lasts():
    table = xa.withdrawal_sim(1e6, 2e5, 40, 0.02, 0.3, 0.03, "percent", 500)
    assert set(table.column("lasts")) == {1.0}
    assert xa.withdrawal_sim(1e6, 2e5, 40, 0.02, 0.3, 0.03, "constant", 500).column("lasts")[-1] == 0.0


# Safe rates -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mu", "inflation", "years"), [(0.05, 0.02, 30), (0.0, 0.0, 25), (0.02, 0.05, 10)])
def test_without_risk_the_safe_rate_is_that_of_an_annuity_due(mu, inflation, years):
    v = (1 + inflation) / (1 + mu)
    expected = (1 - v) / (1 - v**years) if v != 1 else 1 / years
    assert xa.safe_withdrawal(years, mu, 0, 0.9, inflation) == pytest.approx(expected, rel=1e-13)
    lasts = xa.withdrawal_sim(1, expected, years, mu, 0, inflation, paths=1).column("lasts")
    assert lasts[-1] == 1.0
    assert xa.withdrawal_sim(1, expected * 1.0001, years, mu, 0, inflation, paths=1).column("lasts")[-1] == 0.0


def test_the_safe_rate_lasts_with_its_chance():
    """The same paths: 90% of 10,000 last at the 10% quantile of what each of them bears."""
    for prob in (0.5, 0.9, 0.99):
        rate = xa.safe_withdrawal(30, 0.06, 0.12, prob, 0.02)
        assert xa.withdrawal_sim(1, rate * (1 - 1e-9), 30, 0.06, 0.12, 0.02).column("lasts")[-1] == pytest.approx(
            prob, abs=1e-4
        )


def test_every_paths_own_rate_by_halving():
    found = []
    for path in range(30):
        shocks = np.random.RandomState(9).standard_normal((30, 20))[path]
        growth = np.exp(math.log(1.05) - 0.02 + 0.2 * shocks) / 1.02
        low, high = 0.0, 1.0
        for _ in range(60):
            rate, now = (low + high) / 2, 1.0
            for g in growth:
                now = (now - rate) * g if now >= rate else -1.0
            low, high = (rate, high) if now >= 0 else (low, rate)
        found.append(low)
    assert xa.safe_withdrawal(20, 0.05, 0.2, 0.8, 0.02, 30, 9) == pytest.approx(percentile(found, 0.2), rel=1e-9)


# Inflation ------------------------------------------------------------------------------------------------------------


def test_fishers_equation():
    assert xa.real_return(0.05, 0.03) == pytest.approx(1.05 / 1.03 - 1, rel=1e-14)
    assert xa.real_return(-1, 0.03) == -1 and xa.real_return(0.02, 0.02) == 0


def test_a_goal_in_todays_money_is_one_that_grows():
    real = xa.goal_prob(100, 0, 10, 0.07, 0.15, 200, inflation=0.02)
    assert real == pytest.approx(xa.goal_prob(100, 0, 10, 0.07, 0.15, 200 * 1.02**10), rel=1e-12)
    assert xa.goal_prob(100, 0, 10, 0.07, 0.15, 200) == pytest.approx(0.392779, abs=5e-7)


def deflated(wealth, monthly, months, mu, vol, inflation, paths, seed):
    """Nominal money, deposits that grow with prices; deflated at the end."""
    for shocks in np.random.RandomState(seed).standard_normal((paths, months)).tolist():
        now = wealth
        for k, z in enumerate(shocks, 1):
            now *= math.exp(math.log(1 + mu) / 12 - vol**2 / 24 + vol * math.sqrt(1 / 12) * z)
            now += monthly * (1 + inflation) ** (k / 12)
        yield now / (1 + inflation) ** (months / 12)


def test_wealth_and_goals_in_todays_money_equal_the_loop_in_nominal_money():
    ends = list(deflated(1000, 10, 36, 0.07, 0.15, 0.03, 60, 5))
    row = xa.wealth_bands(1000, 10, 3, 0.07, 0.15, 60, 5, 0.03).rows[3]
    assert row[1:] == pytest.approx([percentile(ends, level) for level in LEVELS], rel=1e-11)
    goal = sorted(ends)[30] + 1e-3
    assert xa.goal_prob(1000, 10, 3, 0.07, 0.15, goal, 60, 5, 0.03) == 29 / 60


def test_purchases_in_todays_money_equal_the_loop_in_nominal_money():
    outcomes = []
    for shocks in np.random.RandomState(2).standard_normal((40, 11)).tolist():
        price, units, paid = 20.0, 300 / 20.0, 300.0
        for k, z in enumerate(shocks, 1):
            price *= math.exp(math.log(1.05) / 12 - 0.04 / 24 + 0.2 / math.sqrt(12) * z)
            units += 300 * 1.03 ** (k / 12) / price
            paid += 300
        now = 1.03 ** (11 / 12)
        value = units * price / now
        outcomes.append((paid, value, value / paid - 1, paid / units, price / now))
    table = xa.dca_sim(20, 300, 12, 0.2, 0.05, 40, 2, 0.03)
    for row, values in zip(table.rows, zip(*outcomes, strict=True), strict=True):
        assert row[1:] == pytest.approx([percentile(values, level) for level in LEVELS], rel=1e-11, abs=1e-12)


def test_without_inflation_nothing_changes_to_the_last_bit():
    assert (
        xa.wealth_bands(1000, 10, 3, 0.07, 0.15, 60, 5, 0.0).rows
        == xa.wealth_bands(1000, 10, 3, 0.07, 0.15, 60, 5).rows
    )


@pytest.mark.parametrize(
    ("name", "arguments", "code", "words"),
    [
        ("REAL_RETURN", [0.05, -1.0], "#NUM!", "inflation"),
        ("REAL_RETURN", [-1.1, 0.0], "#NUM!", "nominal"),
        ("WITHDRAWAL_SIM", [100, 101, 10, 0.05, 0.1], "#NUM!", "spending: 101 is more than the wealth of 100"),
        ("WITHDRAWAL_SIM", [100, 0, 10, 0.05, 0.1], "#NUM!", "spending"),
        ("WITHDRAWAL_SIM", [100, 4, 10.5, 0.05, 0.1], "#NUM!", "years: 10.5 must be a whole number"),
        ("WITHDRAWAL_SIM", [100, 4, 10, 0.05, 0.1, 0.0, "bengen"], "#VALUE!", "rule"),
        ("WITHDRAWAL_SIM", [1e305, 4, 100, 1.0, 0.1], "#NUM!", "mu: the amounts grow too large"),
        ("SAFE_WITHDRAWAL", [30, 0.05, 0.1, 1.0], "#NUM!", "prob"),
        ("SAFE_WITHDRAWAL", [0, 0.05, 0.1], "#NUM!", "years"),
    ],
)
def test_nonsense_is_an_error_that_names_its_argument(name, arguments, code, words):
    cell = call(name, [[[a]] for a in arguments])[0][0]
    assert cell == code and cell.reason.startswith(words), cell.reason
    if code == "#NUM!":
        with pytest.raises(NumberError):
            getattr(xa, name.lower())(*arguments)
