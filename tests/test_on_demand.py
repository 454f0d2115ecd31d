"""Many assets: what is found without the path is what the whole path gives, and what it cannot find the path answers."""

import numpy as np
import pytest

import xlalloc as xa
from xlalloc.core import on_demand
from xlalloc.core.critical_line import corner_portfolios, standard_form
from xlalloc.errors import NumberError

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
N = 120


def problem(seed: int):
    rng = np.random.default_rng(seed)
    B = rng.standard_normal((N, 10)) * 0.08 + [0.15, *np.zeros(9)]
    cov = B @ B.T + np.diag(rng.uniform(0.05, 0.4, N) ** 2)
    return rng.uniform(0.0, 0.15, N), (cov + cov.T) / 2


LIMITS = {
    "long only": {},
    "capped": {"upper": 0.03},
    "short sales": {"lower": -0.05, "upper": 0.2},
    "held": {"lower": 0.002, "upper": 0.1},
    "groups": {"upper": 0.1, "groups": [f"g{i % 4}" for i in range(N)], "group_upper": [0.3, 0.3, 0.3, 0.4]},
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("limits", LIMITS.values(), ids=LIMITS)
def test_every_answer_is_that_of_the_path(seed, limits, monkeypatch):
    """The critical line itself, the threshold out of reach; and the path is not asked."""
    mu, cov = problem(seed)

    def answers():
        lowest = xa.min_var_weights(cov, **limits)
        vol = 1.05 * xa.port_vol(lowest, cov)
        earned = 0.3 * mu.max() + 0.7 * float(lowest @ mu)
        bench = np.full(N, 1 / N)
        return [
            lowest,
            xa.max_sharpe_weights(mu, cov, 0.01, **limits),
            xa.target_return_weights(mu, cov, earned, **limits),
            xa.target_vol_weights(mu, cov, vol, **limits),
            xa.target_te_weights(mu, cov, bench, 0.02, **limits),
            xa.max_div_weights(cov, **{k: v for k, v in limits.items() if "group" not in k}),
        ]

    with monkeypatch.context() as patch:
        patch.setattr(
            on_demand.OnDemand, "__getattr__", lambda self, name: pytest.fail(f"the path was asked for {name}")
        )
        found = answers()
    monkeypatch.setattr("xlalloc.core.limits.MANY", 10**9)
    for mine, whole in zip(found, answers(), strict=True):
        np.testing.assert_allclose(mine, whole, atol=1e-10)


def test_what_has_no_single_answer_is_left_to_the_path():
    """Every asset twice: the same variance in many ways."""
    mu, cov = problem(1)
    half = np.tile(cov[: N // 2, : N // 2], (2, 2))
    with pytest.raises((on_demand.LostError, np.linalg.LinAlgError)):
        on_demand._Search(standard_form(mu, half, 0.0, 1.0, None, None, None), mu).min_variance()
    w = xa.min_var_weights(half)
    whole = corner_portfolios(-np.sqrt(half.diagonal()), half)
    assert w @ half @ w == pytest.approx(whole.variances[-1], rel=1e-10)


def test_questions_without_an_answer_are_refused_as_ever():
    mu, cov = problem(2)
    with pytest.raises(NumberError, match="target_return: 1 is above"):
        xa.target_return_weights(mu, cov, 1.0)
    with pytest.raises(NumberError, match=r"target_vol: 0\.001 is below"):
        xa.target_vol_weights(mu, cov, 0.001)
    with pytest.raises(NumberError, match="rf: no feasible"):
        xa.max_sharpe_weights(mu, cov, 0.2)
    with pytest.raises(NumberError, match="upper"):
        xa.min_var_weights(cov, 0, 0.001)
    w = xa.target_vol_weights(mu, cov, 3.0)
    assert w[mu.argmax()] == pytest.approx(1)
    assert xa.target_return_weights(mu, cov, float(mu.max()))[mu.argmax()] == pytest.approx(1)
    np.testing.assert_allclose(xa.target_return_weights(mu, cov, -1.0), xa.min_var_weights(cov), atol=1e-10)


def test_cash_and_a_hedge():
    mu, cov = problem(3)
    cov[0] = cov[:, 0] = 0.0
    assert xa.min_var_weights(cov)[0] == 1
    with pytest.raises(NumberError, match=r"without risk|no feasible"):
        xa.max_sharpe_weights(np.maximum(mu, 0.02), cov, 0.0)
    w = xa.target_vol_weights(mu, cov, 0.05)
    assert xa.port_vol(w, cov) == pytest.approx(0.05, rel=1e-9)


@pytest.mark.parametrize("out", [0, 5, 60])
def test_where_nearly_all_assets_are_held_the_bounds_are_left_aside_at_first(out, monkeypatch):
    """Portfolios that are optimal by construction: μ = δΣw + f, less for the assets that stay out."""
    rng = np.random.default_rng(out)
    n = 160
    loadings = rng.normal(0.0, 0.05, (n, 4))
    cov = loadings @ loadings.T + np.diag(rng.uniform(0.02, 0.09, n))
    w = rng.uniform(0.5, 1.5, n)
    w[:out] = 0.0
    w /= w.sum()
    mu = 2.5 * cov @ w + 0.02 - np.where(w > 0.0, 0.0, 0.01)
    tried = []
    monkeypatch.setattr(
        on_demand._Search,
        "_all_free",
        lambda self, *given, own=on_demand._Search._all_free: tried.append(1) or own(self, *given),
    )
    for found in (
        xa.max_sharpe_weights(mu, cov, 0.02),
        xa.target_return_weights(mu, cov, float(mu @ w)),
        xa.target_vol_weights(mu, cov, float(w @ cov @ w) ** 0.5),
    ):
        assert np.abs(found - w).max() < 1e-8
    assert tried
