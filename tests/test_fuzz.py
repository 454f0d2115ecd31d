"""Hundreds of random problems of each kind, every answer held against its own definition (see benchmarks/fuzz.py)."""

import numpy as np
import pytest

import xlalloc as xa
from benchmarks import budgets, fuzz, mixes
from benchmarks.certificates import Allowed, level, return_lack, sharpe_excess, variance_excess

PARTS = 2  # of a hundred seeds; `make fuzz` goes on; parted so that a failure does not hide the others


@pytest.mark.parametrize("part", range(PARTS))
def test_risk_budgets(part):
    table, failures = fuzz.run(budgets, budgets.check, budgets.LIMITS, range(part * 100, part * 100 + 100))
    assert not failures, "\n".join(failures)
    assert table["all", "all"]["answers"] == 300


@pytest.mark.parametrize("part", range(PARTS))
def test_mixes(part):
    first = fuzz.MIXES_FROM + part * 100
    table, failures = fuzz.run(mixes, mixes.check, mixes.LIMITS, range(first, first + 100))
    assert not failures, "\n".join(failures)
    assert table["all", "all"]["declined"] <= 10 and table["all", "all"]["answers"] > 1000


@pytest.mark.parametrize("seed", [10116, 20820, 1003655, 1004860, 72003327, 75002248, 78008128, 78012496])
def test_mixes_once_wrong_or_refused_without_reason(seed):
    _, found = mixes.check(seed)
    for what, figures in found:
        assert all(figures.get(name, 0.0) <= limit for name, limit in mixes.LIMITS.items()), (what, figures)
        assert not figures.get("declined"), what


# The checks themselves: a wrong answer is caught ----------------------------------------------------------------

COV = np.array([[0.04, 0.006, 0.0], [0.006, 0.01, 0.002], [0.0, 0.002, 0.0225]])
MU = np.array([0.08, 0.03, 0.05])
ANY = Allowed.within(np.zeros(3), np.ones(3))
CAPPED = Allowed.within(np.zeros(3), np.full(3, 0.5))
GROUPED = Allowed.within(np.zeros(3), np.ones(3), ["a", "b", "b"], None, np.array([1.0, 0.6]))


def ratio(w):
    return (MU - 0.01) @ w / (w @ COV @ w) ** 0.5


@pytest.mark.parametrize("allowed", [ANY, CAPPED, GROUPED])
def test_small_departures_from_the_best_are_seen(allowed):
    groups = {} if allowed is not GROUPED else {"groups": ["a", "b", "b"], "group_upper": np.array([1.0, 0.6])}
    limits = {"lower": allowed.lower, "upper": allowed.upper} | groups
    step = np.array([1e-6, -1e-6, 0.0]) if allowed is GROUPED else np.array([0.0, -1e-6, 1e-6])
    w = xa.min_var_weights(COV, **limits)
    assert variance_excess(COV, allowed, w)["excess"] < 1e-12 < variance_excess(COV, allowed, w + step)["excess"]
    w, seen = xa.max_sharpe_weights(MU, COV, 0.01, **limits), 0
    assert sharpe_excess(MU, COV, 0.01, allowed, w) < 1e-12
    for s in (1e3 * step, -1e3 * step):
        if allowed.violation(w + s) == 0.0:
            lost = (ratio(w) / ratio(w + s) - 1.0) * min(1.0, ((w + s) @ COV @ (w + s)) ** 0.5 / level(COV, w + s))
            assert 1e-7 < lost <= sharpe_excess(MU, COV, 0.01, allowed, w + s) * (1 + 1e-9) < 2 * lost
            seen += 1
    assert seen
    w, seen = xa.target_vol_weights(MU, COV, 0.11, **limits), 0
    assert return_lack(MU, COV, allowed, w) < 1e-12
    for s in (1e3 * step, -1e3 * step):
        if allowed.violation(w + s) < 1e-15:
            best = xa.target_vol_weights(MU, COV, xa.port_vol(w + s, COV), **limits)
            lost = MU @ (best - w - s) / MU.max()
            assert 1e-7 < lost <= return_lack(MU, COV, allowed, w + s) * (1 + 1e-9) < 2 * lost
            seen += 1
    assert seen


def test_wrong_weights_violate_their_limits():
    assert CAPPED.violation(np.array([0.6, 0.2, 0.2])) == pytest.approx(0.1)
    assert GROUPED.violation(np.array([0.3, 0.3, 0.4])) == pytest.approx(0.1)
    assert ANY.violation(np.array([0.5, 0.5, 0.1])) == pytest.approx(0.1)


def test_wrong_shares_of_risk_are_seen():
    b = np.full(3, 1 / 3)
    w = xa.rp_weights(COV, b)
    assert budgets.share_error(COV, b, w) < 1e-12 < budgets.share_error(COV, b, w + np.array([1e-9, -1e-9, 0.0]))
    assert budgets.gap(COV, b, np.zeros(3), np.ones(3), w) < 1e-13
    assert budgets.gap(COV, b, np.zeros(3), np.ones(3), w + np.array([1e-5, -1e-5, 0.0])) > 1e-11


def test_the_greatest_linear_function_is_bounded_from_both_sides():
    rng = np.random.default_rng(0)
    for _ in range(50):
        c, w = rng.standard_normal(3), 0.6 * rng.dirichlet(np.ones(3)) + np.array([0.4, 0.0, 0.0])
        best = max(c[0] * g + max(c[1], c[2]) * (1 - g) for g in (0.4, 1.0))
        assert GROUPED.gain(c, w) == pytest.approx(best - c @ w, abs=1e-12)
        assert GROUPED.most(c) == pytest.approx(best, abs=1e-9)


def test_an_error_that_is_not_right_fails():
    error = xa.AllocError("cov: some portfolio has no risk")
    assert budgets.refused(error, COV, np.full(3, 1 / 3), None, None)["gap"] == np.inf
    hedged = np.array([[0.04, -0.02], [-0.02, 0.01]])
    assert budgets.refused(error, hedged, np.full(2, 0.5), None, None)["gap"] == 0.0
