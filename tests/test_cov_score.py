"""Scores of covariance forecasts: the definition once more row by row, no look-ahead, order, nonsense."""

from itertools import pairwise

import numpy as np
import pytest
from reference import market

import xlalloc as xa
from xlalloc.core.covariance_scores import relative, score
from xlalloc.errors import InputError, NotAvailableError, NumberError

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
WINDOW, STEP = 120, 21


@pytest.fixture(scope="module")
def returns():
    return market.daily().values[-450:, :6]


def test_the_columns_by_their_definitions(returns):
    """With the public functions, one refit after the other."""
    table = xa.cov_score(returns, ["sample", "ewma_shrunk"], WINDOW, STEP, 252)
    T, n = returns.shape
    for row, method in zip(table.rows, ("sample", "ewma_shrunk"), strict=True):
        lowest, parity, shares, off, w_all, x_all = [], [], [], [], [], []
        for t in range(WINDOW, T - STEP + 1, STEP):
            cov = xa.cov_matrix(returns[t - WINDOW : t], method, 252)
            w, x = xa.min_var_weights(cov), xa.rp_weights(cov)
            w_all.append(w)
            x_all.append(x)
            lowest += list(returns[t : t + STEP] @ w)
            held = returns[t : t + STEP] @ x
            parity += list(held)
            off.append(abs(np.log(np.std(held, ddof=1) * np.sqrt(252) / xa.port_vol(x, cov))))
            if t + 3 * STEP <= T:
                after = np.cov(returns[t : t + 3 * STEP].T)
                shares += list(n * xa.risk_contrib(x, after) - 1)
        turnover = [np.mean([xa.turnover(a, b) for a, b in pairwise(u)]) for u in (w_all, x_all)]
        expected = [
            np.std(lowest, ddof=1) * np.sqrt(252),
            np.std(parity, ddof=1) * np.sqrt(252),
            np.sqrt(np.mean(np.square(shares))),
            np.mean(off),
            *turnover,
        ]
        np.testing.assert_allclose([row[i] for i in (1, 4, 7, 8, 9, 10)], expected, rtol=1e-9)
    first, second = table.rows
    assert first[2:4] == (0, 0) and first[5:7] == (0, 0)
    assert second[2] == pytest.approx(second[1] / first[1] - 1, rel=1e-9)


def test_nothing_is_known_in_advance(returns):
    """What follows the last row a forecast is measured on changes nothing before it."""
    other = returns.copy()
    cut = WINDOW + 5 * STEP
    other[cut:] = other[cut:][::-1] * 1.7
    a, b = (score(r, "ewma_shrunk", WINDOW, STEP, 252.0) for r in (returns, other))
    assert (a.lowest[: 5 * STEP] == b.lowest[: 5 * STEP]).all() and not (a.lowest == b.lowest).all()


def test_the_standard_error_is_that_of_blocks():
    """Of two independent series of equal volatility, T rows: about √(1/T)."""
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 6300))
    difference, error = relative(a, b, 21)
    assert difference == pytest.approx(a.std(ddof=1) / b.std(ddof=1) - 1, rel=1e-12)
    assert error == pytest.approx(np.sqrt(1 / 6300), rel=0.15)
    assert relative(a, a, 21) == (0.0, 0.0)


def test_three_methods_if_left_out(returns):
    assert xa.cov_score(returns, None, WINDOW, STEP).column("method") == ["sample", "ledoit_wolf", "ewma_shrunk"]


@pytest.mark.parametrize(
    ("nonsense", "error", "words"),
    [
        (lambda r: xa.cov_score(r), NotAvailableError, "returns: 450 complete rows.*630"),
        (lambda r: xa.cov_score(r, ["garch"], WINDOW), InputError, "methods: 'garch' is not known.*ewma_shrunk"),
        (lambda r: xa.cov_score(r, None, 1), NumberError, "window"),
        (lambda r: xa.cov_score(r, None, WINDOW, 1.5), NumberError, "step"),
        (
            lambda r: xa.cov_score(r * [1, 0, 1, 1, 1, 1], None, WINDOW),
            NumberError,
            "sample, up to Time 120: .*Asset 2",
        ),
    ],
)
def test_nonsense_is_refused_by_name(returns, nonsense, error, words):
    with pytest.raises(error, match=words):
        nonsense(returns)
