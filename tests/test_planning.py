"""Planning: a plain loop over the frozen random stream, closed forms, exact means, the article's case, nonsense."""

import datetime as dt
import itertools
import math
import statistics
from fractions import Fraction

import article_code
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlalloc
from xlalloc.cells import call
from xlalloc.core import simulation
from xlalloc.errors import AllocError
from xlalloc.explanation import recorded

BANDS = ("5%", "25%", "50%", "75%", "95%")


def measures(table):
    return {row[0]: row[1] if len(row) == 2 else row[1:] for row in table.rows}


# A second implementation: loops in plain floats ------------------------------------------------------------------


def slow_courses(wealth, monthly, months, mu, vol, paths, seed):
    """Wealth of each path after each month, one step at a time."""
    normals = np.random.RandomState(seed).standard_normal((paths, months)).tolist()
    for shocks in normals:
        now, course, ruined = wealth, [], False
        for z in shocks:
            step = math.log(1 + mu) / 12 - vol**2 / 24 + vol * math.sqrt(1 / 12) * z
            now = now * math.exp(step) + monthly
            ruined = ruined or (now <= 0 and monthly < 0)
            now = 0.0 if ruined else now
            course.append(now)
        yield course


def percentile(values, level):
    """Excel's PERCENTILE.INC."""
    ordered, h = sorted(values), level * (len(values) - 1)
    k = int(h)
    return ordered[k] + (h - k) * (ordered[min(k + 1, len(ordered) - 1)] - ordered[k])


CASES = [(1000, 10, 0.07, 0.15), (1000, -12, 0.05, 0.2), (0, 25, 0.03, 0.3), (1000, -40, 0.1, 0.1), (5, 0, -0.2, 0.5)]


@pytest.mark.parametrize(("wealth", "monthly", "mu", "vol"), CASES)
@pytest.mark.parametrize("seed", [1, 2026])
def test_bands_equal_the_loop(wealth, monthly, mu, vol, seed):
    courses = list(slow_courses(wealth, monthly, 36, mu, vol, 60, seed))
    table = xlalloc.wealth_bands(wealth, monthly, 3, mu, vol, 60, seed)
    assert table.header == ("year", *BANDS) and table.column("year") == [0, 1, 2, 3]
    assert table.rows[0][1:] == (wealth,) * 5
    for year in (1, 2, 3):
        at = [course[12 * year - 1] for course in courses]
        expected = [percentile(at, level) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
        assert table.rows[year][1:] == pytest.approx(expected, rel=1e-11, abs=1e-9)


@pytest.mark.parametrize(("wealth", "monthly", "mu", "vol"), [case for case in CASES if case[1]])
@pytest.mark.parametrize("years", [3, 2.5, 1 / 12])
def test_chances_equal_the_loop(wealth, monthly, mu, vol, years):
    final = [course[-1] for course in slow_courses(wealth, monthly, round(12 * years), mu, vol, 90, 7)]
    for goal in (min(final) + 1, statistics.median(final) + 1e-3, max(final) + 1e-3, max(final) * 1.01 + 1):
        expected = sum(w >= goal * (1 - 1e-11) for w in final) / 90
        assert xlalloc.goal_prob(wealth, monthly, years, mu, vol, goal, 90, 7) == expected


@pytest.mark.parametrize(("mu", "vol"), [(0, 0.15), (0.08, 0.3), (-0.1, 0.05)])
def test_purchases_equal_the_loop(mu, vol):
    months, paths = 24, 40
    normals = np.random.RandomState(5).standard_normal((paths, months - 1)).tolist()
    outcomes = []
    for shocks in normals:
        prices = [20.0]
        for z in shocks:
            prices.append(prices[-1] * math.exp(math.log(1 + mu) / 12 - vol**2 / 24 + vol / math.sqrt(12) * z))
        assert len(prices) == months  # the first at the price given, the last at the final price
        units = sum(300 / p for p in prices)
        invested = 300 * months
        value = units * prices[-1]
        outcomes.append((invested, value, value / invested - 1, invested / units, prices[-1]))
    table = xlalloc.dca_sim(20, 300, months, vol, mu, paths, 5)
    assert table.header == ("measure", *BANDS)
    assert table.column("measure") == ["invested", "value", "return", "average cost", "final price"]
    for row, values in zip(table.rows, zip(*outcomes, strict=True), strict=True):
        expected = [percentile(values, level) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
        assert row[1:] == pytest.approx(expected, rel=1e-11, abs=1e-12)


# Random numbers --------------------------------------------------------------------------------------------------


def test_the_stream_is_the_frozen_one():
    """The first normals of seed 1 and of seed 42, as printed all over the literature on numpy."""
    first = [1.6243453636632417, -0.6117564136500754, -0.5281717522634557]
    assert simulation._drawn(1, 1, 3)[:, 0].tolist() == pytest.approx(first, rel=1e-14)
    assert simulation._drawn(42, 2, 2).T.ravel().tolist() == pytest.approx(
        [0.49671415, -0.1382643, 0.64768854, 1.52302986]
    )


def test_the_same_seed_gives_the_same_numbers_and_another_others():
    first = xlalloc.wealth_bands(1000, 10, 5, 0.07, 0.15).rows
    assert xlalloc.wealth_bands(1000, 10, 5, 0.07, 0.15, seed=1).rows == first
    assert xlalloc.wealth_bands(1000, 10, 5, 0.07, 0.15, seed=2).rows != first
    assert xlalloc.dca_sim(100, 1000).rows == xlalloc.dca_sim(100, 1000, 60, 0.15, 0, 1000, 1).rows
    with pytest.raises(ValueError):
        simulation._drawn(1, 10, 12)[0, 0] = 9  # what is kept cannot be spoilt


def test_blocks_give_the_same_numbers_as_one_piece(monkeypatch):
    whole = (
        xlalloc.wealth_bands(1000, -9, 2, 0.07, 0.15, 37).rows,
        xlalloc.goal_prob(1000, 5, 2, 0.07, 0.15, 1200, 37),
        xlalloc.dca_sim(100, 10, 25, paths=37).rows,
    )
    for kept in (24 * 36, 24 * 10, 5):
        monkeypatch.setattr(simulation, "KEPT", kept)
        assert xlalloc.wealth_bands(1000, -9, 2, 0.07, 0.15, 37).rows == whole[0]
        assert xlalloc.goal_prob(1000, 5, 2, 0.07, 0.15, 1200, 37) == whole[1]
        assert xlalloc.dca_sim(100, 10, 25, paths=37).rows == whole[2]


def test_the_most_random_numbers_are_allowed_and_one_path_more_is_not(monkeypatch):
    monkeypatch.setattr(simulation, "MOST", 120)
    assert xlalloc.goal_prob(1000, 5, 1, 0.07, 0.15, 1, 10) == 1
    with pytest.raises(AllocError, match="at most 10 paths"):
        xlalloc.goal_prob(1000, 5, 1, 0.07, 0.15, 1, 11)


# Regular purchases -----------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 10**6), min_size=2, max_size=40), st.integers(1, 10**5))
def test_purchases_in_exact_fractions(prices, amount):
    units = sum(Fraction(amount, p) for p in prices)
    invested = amount * len(prices)
    value = units * prices[-1]
    expected = (invested, value, value / invested - 1, invested / units, prices[-1])
    found = measures(xlalloc.dca_result(prices, amount))
    assert list(found.values()) == pytest.approx([float(x) for x in expected], rel=1e-12, abs=1e-12)
    assert found["average cost"] <= statistics.fmean(prices) * (1 + 1e-12)
    assert found["average cost"] == pytest.approx(statistics.harmonic_mean(prices))


def test_the_average_cost_does_not_depend_on_the_amount():
    for amount in (1e-300, 5e-324, 1e290):
        assert measures(xlalloc.dca_result([100, 80, 125], amount))["average cost"] == pytest.approx(98.360655737704918)


def test_the_article_buys_59_times_and_counts_60():
    """S0 at a constant price: its loop runs over range(1, 60), its total over 60 months."""
    article = article_code.dollar_cost_averaging(100, 1000, 60, 0.0)
    assert article["return"] == pytest.approx(-1 / 60)  # a loss of 1.7% where nothing has moved
    table = measures(xlalloc.dca_sim(100, 1000, 60, 0))
    assert table["invested"] == (60_000,) * 5 and table["value"] == pytest.approx((60_000,) * 5)
    assert table["return"] == pytest.approx((0,) * 5, abs=1e-14) and table["average cost"] == pytest.approx((100,) * 5)


def test_one_purchase_is_worth_what_it_cost():
    assert [row[1:] for row in xlalloc.dca_sim(100, 1000, 1).rows] == [
        (1000,) * 5,
        (1000,) * 5,
        (0,) * 5,
        (100,) * 5,
        (100,) * 5,
    ]


def test_simulated_prices_are_lognormal():
    table = measures(xlalloc.dca_sim(100, 1000, 61, 0.2, 0.05, 20_000))
    m, s = 5 * (math.log(1.05) - 0.02), 0.2 * math.sqrt(5)
    for z, value in zip((-1.644854, -0.67449, 0, 0.67449, 1.644854), table["final price"], strict=True):
        assert value == pytest.approx(100 * math.exp(m + s * z), rel=0.03)


def test_more_paths_than_are_kept():
    with recorded() as facts:
        table = measures(xlalloc.dca_sim(100, 1000, 60, paths=100_000))
    assert table["final price"][2] == pytest.approx(100 * math.exp(-(0.15**2) / 2 * 59 / 12), rel=0.005)
    assert 0.4 < facts["chance of a loss"] < 0.6


def test_purchases_from_dated_prices_with_a_hole():
    rows = [["date", "fund"], *([dt.date(2026, m, 1), p] for m, p in ((1, 100), (2, 80), (3, None), (4, 125)))]
    cells = call("DCA_RESULT", [rows, 1000])
    assert cells[1:3] == [["invested", 3000], ["value", 3812.5]]
    backwards = call("DCA_RESULT", [[rows[0], *rows[:0:-1]], 1000])
    assert backwards == cells  # the last purchase is the latest, not the lowest row


# Fees ------------------------------------------------------------------------------------------------------------


@given(st.floats(0, 0.05), st.integers(1, 60), st.floats(-0.05, 0.15))
def test_fee_drag_equals_two_accounts_side_by_side(fee, years, gross):
    with_fee = without = 1.0
    for _ in range(years):
        with_fee, without = with_fee * (1 + gross - fee), without * (1 + gross)
    assert xlalloc.fee_drag(fee, years, gross) == pytest.approx(1 - with_fee / without, abs=1e-12)


def test_the_article_s_fee():
    """S0: 1%的费用差异可能导致最终收益相差20-30%."""
    assert xlalloc.fee_drag(0.01, 30) == pytest.approx(0.245, abs=0.0005)
    assert all(0.2 < xlalloc.fee_drag(0.01, years) < 0.3 for years in (25, 30, 35))
    assert xlalloc.fee_drag(0, 30) == 0 and xlalloc.fee_drag(0.99, 1, 0) == 0.99
    assert xlalloc.fee_drag(1e-18, 1) == pytest.approx(1e-18 / 1.07)


# Chances and ranges ----------------------------------------------------------------------------------------------


def test_the_closed_form():
    assert xlalloc.goal_prob(100, 0, 10, 0.07, 0.15, 200) == pytest.approx(0.392779, abs=5e-7)
    normal = statistics.NormalDist(10 * (math.log(1.07) - 0.15**2 / 2), 0.15 * math.sqrt(10))
    for goal in (50, 100, 180, 400):
        expected = 1 - normal.cdf(math.log(goal / 100))
        assert xlalloc.goal_prob(100, 0, 10, 0.07, 0.15, goal) == pytest.approx(expected, abs=1e-12)
    for goal in (1e-9, 1, 100 * 1.07**10, 1e300):  # reached to the last digit, which rounding may take either way
        assert xlalloc.goal_prob(goal * 1.07**-10, 0, 10, 0.07, 0, goal) == 1
        assert xlalloc.goal_prob(goal * 1.07**-10, 0, 10, 0.07, 0, goal * (1 + 1e-9)) == 0
    assert xlalloc.goal_prob(0, 0, 10, 0.07, 0.15, 200) == 0
    assert xlalloc.goal_prob(100, 0, 1e6, 0.07, 3, 1) == 0  # the median falls to nothing
    assert xlalloc.goal_prob(100, 0, math.pi, 0.07, 0.15, 100) > 0.5  # any time, not only full months


@pytest.mark.parametrize("goal", [120, 180, 300])
def test_simulation_meets_the_closed_form_within_its_sampling_error(goal):
    with recorded() as facts:
        simulated = xlalloc.goal_prob(100, 1e-9, 10, 0.07, 0.15, goal)
    exact = xlalloc.goal_prob(100, 0, 10, 0.07, 0.15, goal)
    assert facts["sampling error"] == pytest.approx(math.sqrt(simulated * (1 - simulated) / 10_000))
    assert abs(simulated - exact) < 4 * facts["sampling error"]


@pytest.mark.parametrize("monthly", [0, 1, -0.3])
def test_mean_wealth_grows_by_mu_whatever_the_volatility(monthly):
    """E W = W₀(1+μ)^T + d Σ (1+μ)^(k/12), exact where nobody is ruined; four standard errors."""
    (shocks,) = simulation._shocks(3, 40_000, 60)
    final = simulation.wealth_of(
        100, monthly, *(x[-1] for x in simulation._simulated(0.07, 0.1, 0.0, shocks, every=60))
    )
    expected = 100 * 1.07**5 + monthly * sum(1.07 ** (k / 12) for k in range(60))
    assert final.min() > 0
    assert abs(final.mean() - expected) < 4 * final.std() / 200
    assert final.std() == pytest.approx(final.mean() * 0.1 * math.sqrt(5), rel=0.15)


@pytest.mark.parametrize("monthly", [0, 10, -3])
def test_without_risk_wealth_is_an_annuity(monthly):
    i = 1.07 ** (1 / 12) - 1
    table = xlalloc.wealth_bands(1000, monthly, 30, 0.07, 0, 3)
    for year, *bands in table.rows:
        expected = 1000 * 1.07**year + monthly * ((1 + i) ** (12 * year) - 1) / i
        assert bands == pytest.approx([expected] * 5, rel=1e-11)
    assert xlalloc.goal_prob(1000, monthly, 30, 0.07, 0, table.rows[-1][1], 3) == 1
    assert xlalloc.goal_prob(1000, monthly, 30, 0.07, 0, table.rows[-1][1] * (1 + 1e-9), 3) == 0


def test_bands_without_deposits_are_lognormal_quantiles():
    table = xlalloc.wealth_bands(100, 0, 10, 0.07, 0.15, 40_000)
    for year, *bands in table.rows[1:]:
        normal = statistics.NormalDist(year * (math.log(1.07) - 0.15**2 / 2), 0.15 * math.sqrt(year))
        expected = [100 * math.exp(normal.inv_cdf(level)) for level in (0.05, 0.25, 0.5, 0.75, 0.95)]
        assert bands == pytest.approx(expected, rel=0.02)


def test_wealth_that_is_used_up_stays_at_nothing():
    with recorded() as facts:
        table = xlalloc.wealth_bands(100, -2, 10, 0.5, 0.3, 2000)
    lowest = [row[1] for row in table.rows]
    ruined = lowest.index(0)
    assert 0 < ruined < 10 and set(lowest[ruined:]) == {0}
    (shocks,) = simulation._shocks(1, 2000, 120)
    years = simulation.wealth_of(100, -2, *simulation._simulated(0.5, 0.3, 0.0, shocks, every=12))
    for before, after in itertools.pairwise(years):
        assert (after[before == 0] == 0).all() and (after >= 0).all()
    assert facts["chance that the money is used up"] == (years[-1] == 0).mean() > 0.05


def test_saving_may_start_from_nothing():
    assert xlalloc.goal_prob(0, 100, 10, 0.05, 0.1, 100) == 1
    assert xlalloc.wealth_bands(0, 100, 1, 0, 0).rows[1][1:] == pytest.approx((1200,) * 5)


@given(st.integers(0, 2000), st.integers(0, 2000), st.integers(-20, 20), st.integers(1, 3000), st.integers(1, 3000))
def test_chances_rise_with_wealth_and_fall_with_the_goal(a, b, monthly, low_goal, high_goal):
    less, more = sorted((a, b))
    low_goal, high_goal = sorted((low_goal, high_goal))

    def chance(wealth, goal):
        return xlalloc.goal_prob(wealth, monthly, 5, 0.06, 0.15, goal, 200)

    assert chance(less, low_goal) <= chance(more, low_goal)
    assert chance(more, high_goal) <= chance(more, low_goal)
    assert 0 <= chance(less, high_goal) <= 1


def test_explain_says_how_sure_the_chance_is():
    rows = dict(call("EXPLAIN", ["GOAL_PROB", 1000, 10, 5, 0.07, 0.15, 2000])[1:])
    assert rows["sampling error"] == pytest.approx(math.sqrt(rows["result"] * (1 - rows["result"]) / 10_000))
    assert "simulation of 10000" in rows["method"]
    rows = dict(call("EXPLAIN", ["GOAL_PROB", 1000, 0, 5, 0.07, 0.15, 2000])[1:])
    assert "exact" in rows["method"] and "sampling error" not in rows
    rows = dict(call("EXPLAIN", ["GOAL_PROB", 1000, 10, 5, 0.07, 0.15, 1])[1:])
    assert rows["result"] == 1 and "0.0003" in rows["note"]


# Nonsense --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (lambda: xlalloc.dca_result([100, 0], 1000), "#VALUE!", "prices: these look like returns"),
        (lambda: xlalloc.dca_result([100, 0, 99, 98, 97, 96], 1000), "#NUM!", "prices"),
        (lambda: xlalloc.dca_result([100], 1000), "#N/A", "prices"),
        (lambda: xlalloc.dca_result([[100, 1], [2, 3]], 1000), "#VALUE!", "prices"),
        (lambda: xlalloc.dca_result([100, 90], 0), "#NUM!", "amount"),
        (lambda: xlalloc.dca_result([100, 90], -5), "#NUM!", "amount"),
        (lambda: xlalloc.dca_result([1e-300, 1e300], 1e300), "#NUM!", "prices"),
        (lambda: xlalloc.dca_sim(0, 1000), "#NUM!", "price"),
        (lambda: xlalloc.dca_sim(100, "much"), "#VALUE!", "amount"),
        (lambda: xlalloc.dca_sim(100, 1000, 0), "#NUM!", "months"),
        (lambda: xlalloc.dca_sim(100, 1000, 1.5), "#NUM!", "months"),
        (lambda: xlalloc.dca_sim(100, 1000, 60, -0.1), "#NUM!", "vol"),
        (lambda: xlalloc.dca_sim(100, 1000, 60, 1e6), "#VALUE!", "vol"),
        (lambda: xlalloc.dca_sim(100, 1000, 60, 0.1, -1), "#NUM!", "mu"),
        (lambda: xlalloc.dca_sim(100, 1000, 60, 0.1, 0, 0), "#NUM!", "paths"),
        (lambda: xlalloc.dca_sim(100, 1000, 1200, 0.1, 0, 10**6), "#NUM!", "paths"),
        (lambda: xlalloc.dca_sim(100, 1000, 60, 0.1, 0, 10, -1), "#NUM!", "seed"),
        (lambda: xlalloc.dca_sim(100, 1000, 60, 0.1, 0, 10, 2**32), "#NUM!", "seed"),
        (lambda: xlalloc.fee_drag(-0.01, 30), "#NUM!", "fee"),
        (lambda: xlalloc.fee_drag(0.01, 0), "#NUM!", "years"),
        (lambda: xlalloc.fee_drag(0.01, 30, -1), "#NUM!", "gross"),
        (lambda: xlalloc.fee_drag(0.6, 30, -0.5), "#NUM!", "fee"),
        (lambda: xlalloc.wealth_bands(-1, 10, 5, 0.07, 0.15), "#NUM!", "wealth"),
        (lambda: xlalloc.wealth_bands(1000, 10, 2.5, 0.07, 0.15), "#NUM!", "years"),
        (lambda: xlalloc.wealth_bands(1000, 10, 101, 0.07, 0.15), "#NUM!", "years"),
        (lambda: xlalloc.wealth_bands(1000, 10, 5, -1, 0.15), "#NUM!", "mu"),
        (lambda: xlalloc.wealth_bands(1000, 10, 5, 0.07, -0.15), "#NUM!", "vol"),
        (lambda: xlalloc.wealth_bands(1000, 10, 5, 1e100, 0.15), "#VALUE!", "mu"),
        (lambda: xlalloc.wealth_bands(1000, 10, 5, 0.07, 0.15, 2.5), "#NUM!", "paths"),
        (lambda: xlalloc.wealth_bands(1000, None, 5, 0.07, 0.15), "#VALUE!", "monthly"),
        (lambda: xlalloc.goal_prob(1000, 10, 5, 0.07, 0.15, 0), "#NUM!", "goal"),
        (lambda: xlalloc.goal_prob(1000, 10, 0, 0.07, 0.15, 2000), "#NUM!", "years"),
        (lambda: xlalloc.goal_prob(1000, 10, 2.51, 0.07, 0.15, 2000), "#NUM!", "years"),
        (lambda: xlalloc.goal_prob(1000, 10, 0.01, 0.07, 0.15, 2000), "#NUM!", "years"),
        (lambda: xlalloc.goal_prob(1000, 10, 5000, 0.07, 0.15, 2000), "#NUM!", "paths"),
        (lambda: xlalloc.goal_prob(1000, 10, 5, 0.07, math.nan, 2000), "#VALUE!", "vol"),
        (lambda: xlalloc.goal_prob(1000, 10, 5, 1e100, 0.15, 2000), "#VALUE!", "mu"),
    ],
)
def test_nonsense_is_refused_by_name(run, code, words):
    with pytest.raises(AllocError) as caught:
        run()
    assert caught.value.code == code and words in str(caught.value)
