"""Risk parity: closed forms, the article's own procedure, public packages, slow second versions."""

import itertools

import article_code
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from reference import market, tables

import xlalloc as xa
from xlalloc.cells import call
from xlalloc.core import risk_parity
from xlalloc.core.closest_exposures import least_distance
from xlalloc.errors import AllocError, ErrorValue, Label, NumberError
from xlalloc.explanation import recorded

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")


def covariance(vols, correlation) -> np.ndarray:
    return np.outer(vols, vols) * np.array(correlation, float)


def shares(weights, cov) -> np.ndarray:
    return weights * (cov @ weights) / (weights @ cov @ weights)


def close(a, b, tolerance=1e-10):
    np.testing.assert_allclose(a, b, rtol=tolerance, atol=tolerance)


def percent(weights) -> list:
    return [round(100 * x, 2) for x in weights]


RONCALLI = covariance([0.30, 0.20, 0.15], [[1, 0.8, 0.5], [0.8, 1, 0.3], [0.5, 0.3, 1]])
MAILLARD = covariance([0.1, 0.2, 0.3, 0.4], [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, -0.5], [0, 0, -0.5, 1]])
# US stocks, long Treasuries, gold, oil, inflation bonds: the article's five, with rounded figures of recent years.
FIVE = covariance(
    [0.21, 0.17, 0.15, 0.45, 0.06],
    [
        [1, -0.25, 0.1, 0.35, 0.05],
        [-0.25, 1, 0.25, -0.25, 0.6],
        [0.1, 0.25, 1, 0.1, 0.4],
        [0.35, -0.25, 0.1, 1, 0.1],
        [0.05, 0.6, 0.4, 0.1, 1],
    ],
)


# Published tables ---------------------------------------------------------------------------------------------


def test_hrp_in_closed_form():
    """Two pairs, uncorrelated: variances at equal weights ½·0.04·1.8 and ½·0.01·1.5, hence 5/58 and 12/29."""
    cov = covariance([0.2, 0.2, 0.1, 0.1], [[1, 0.8, 0, 0], [0.8, 1, 0, 0], [0, 0, 1, 0.5], [0, 0, 0.5, 1]])
    for linkage in ("single", "complete", "average", "WARD"):
        close(xa.hrp_weights(cov, linkage), [5 / 58, 5 / 58, 12 / 29, 12 / 29])


# Closed forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rho", [-0.3, 0.0, 0.5, 0.999])
def test_equal_correlations_give_inverse_volatility(rho):
    vols = np.array([0.05, 0.1, 0.2, 0.4])
    cov = covariance(vols, np.full((4, 4), rho) + (1 - rho) * np.eye(4))
    close(xa.rp_weights(cov), (1 / vols) / (1 / vols).sum())
    close(xa.inv_vol_weights(cov), (1 / vols) / (1 / vols).sum())


def test_uncorrelated_assets_weigh_the_root_of_their_budget_over_their_volatility():
    vols, budgets = np.array([0.02, 0.1, 0.3]), np.array([5.0, 3.0, 2.0])
    raw = np.sqrt(budgets) / vols
    close(xa.rp_weights(np.diag(vols**2), budgets), raw / raw.sum())


@pytest.mark.parametrize("rho", [1 - 1e-3, 1 - 1e-9, 1.0, -1 + 1e-3, -1 + 1e-5])
def test_two_assets_have_inverse_volatility_weights_whatever_their_correlation(rho):
    """σ₁²w₁² + ρσ₁σ₂w₁w₂ equals σ₂²w₂² + ρσ₁σ₂w₁w₂ where σ₁w₁ = σ₂w₂."""
    cov = covariance([0.1, 0.3], [[1, rho], [rho, 1]])
    close(xa.rp_weights(cov), [0.75, 0.25], 1e-9)


def test_near_duplicates_share_what_one_of_them_had():
    """An asset listed twice, with a difference of volatility 1e-7: each half gets half of the weight of budget 2/4."""
    cov = np.zeros((4, 4))
    twice = [0, 0, 1, 2]
    cov[:] = RONCALLI[np.ix_(twice, twice)]
    cov[1, 1] += 1e-14
    weights = xa.rp_weights(cov)
    close(shares(weights, cov), np.full(4, 0.25), 1e-9)
    once = xa.rp_weights(RONCALLI, [2, 1, 1])
    close([weights[0] + weights[1], weights[2], weights[3]], once, 1e-9)


def test_one_asset():
    assert xa.rp_weights([[0.04]]) == 1.0 and xa.hrp_weights([[0.04]]) == 1.0 and xa.inv_vol_weights([[0.04]]) == 1.0
    assert xa.rp_nested([[0.04]], ["all"]) == 1.0
    with recorded() as facts:
        xa.hrp_weights([[0.04]])
    assert facts["order of the tree"] == [Label("assets", 0)]


# The article on risk parity ---------------------------------------------------------------------------------------


def test_sixty_forty_is_a_portfolio_of_shares():
    """Stocks 3 to 5 times as volatile as bonds carry more than 90% of the risk of 60/40: every one is a breach."""
    for multiple in (3, 4, 5):
        table = xa.rp_check([0.6, 0.4], np.diag([(0.05 * multiple) ** 2, 0.05**2]))
        assert table.column("contribution")[0] > 0.90 and table.column("breach") == [True, True]


def test_all_contributions_are_sigma_over_n():
    """RC₁ = RC₂ = … = σ/n."""
    weights = xa.rp_weights(FIVE)
    close(xa.risk_contrib(weights, FIVE, "absolute"), np.full(5, xa.port_vol(weights, FIVE) / 5))


@pytest.mark.parametrize("per_year", [1.0, 252.0])
def test_the_articles_procedure_leaves_its_start_or_fails_where_these_weights_are_exact(per_year):
    """Its constraints ask for Σw = 1 and w = 0 at once; its objective is so flat that daily figures stop it at the start."""
    cov = FIVE / 252.0 * per_year
    as_printed, mended = article_code.solve(cov), article_code.solve(cov, as_printed=False)
    assert not as_printed.success and (as_printed.x == 0.2).all()
    assert mended.success and np.abs(shares(mended.x, cov) - 0.2).max() > 0.05
    assert np.abs(shares(xa.rp_weights(cov), cov) - 0.2).max() < 1e-10


def test_daily_and_annual_covariances_give_the_same_weights():
    close(xa.rp_weights(FIVE / 252.0), xa.rp_weights(FIVE))


@pytest.mark.parametrize("budgets", [[0.15, 0.35, 0.20, 0.15, 0.15], [0.25, 0.25, 0.20, 0.15, 0.15]])
def test_the_articles_budgets_for_high_and_low_volatility(budgets):
    close(shares(xa.rp_weights(FIVE, budgets), FIVE), budgets)


def test_the_articles_layers():
    """Core (Treasuries, inflation bonds) and satellite (stocks, gold, oil), half of the risk each."""
    layers = ["satellite", "core", "satellite", "satellite", "core"]
    reached = shares(xa.rp_nested(FIVE, layers, [0.5, 0.5]), FIVE)
    close(reached[[0, 2, 3]].sum(), 0.5)
    inside = [0, 2, 3]
    satellite = xa.rp_nested(FIVE, layers)[inside]
    close(satellite / satellite.sum(), xa.rp_weights(FIVE[np.ix_(inside, inside)]))


def test_the_articles_limit_of_shares():
    """Stocks at most 40% of the risk: with 60% in the budgets the others grow from 10% to 15% each."""
    budgets = [0.6, 0.1, 0.1, 0.1, 0.1]
    kinds = ["Stocks", "Bonds", "Gold", "Oil", "Bonds"]
    weights = xa.cap_risk_weights(FIVE, kinds, " stocks ", 0.4, budgets)
    close(shares(weights, FIVE), [0.4, 0.15, 0.15, 0.15, 0.15])
    close(xa.cap_risk_weights(FIVE, kinds, "Stocks", 0.4), xa.rp_weights(FIVE))  # 20% is within the cap: nothing to do


def test_the_articles_leverage():
    """1.5 to 2 times: the target of 10% needs 1.24 here; 20% is stopped at 2."""
    plain, sigma = xa.rp_weights(FIVE), xa.port_vol(xa.rp_weights(FIVE), FIVE)
    close(xa.rp_levered(FIVE, 0.10), plain * (0.10 / sigma))
    assert 1.0 < xa.rp_levered(FIVE, 0.10).sum() < 2.0
    close(xa.rp_levered(FIVE, 0.20), 2.0 * plain)
    close(xa.rp_levered(FIVE, 0.20, 1.5), 1.5 * plain)
    close(xa.rp_levered(FIVE, sigma / 2), plain / 2)
    close(
        xa.rp_levered(FIVE, 0.05, 2.0, [2, 1, 1, 1, 1]).sum(),
        0.05 / xa.port_vol(xa.rp_weights(FIVE, [2, 1, 1, 1, 1]), FIVE),
    )


def test_the_articles_threshold():
    """A contribution more than 20% away from its budget is a breach; at 20% exactly it is not."""
    cov = np.diag([0.01, 0.01])
    weights = np.sqrt([0.6, 0.4])  # contributions 60% and 40%: relative deviations +20% and -20%
    weights /= weights.sum()
    table = xa.rp_check(weights, cov)
    close(table.column("relative deviation"), [0.2, -0.2], 1e-9)
    assert table.column("breach") == [False, False]
    assert xa.rp_check(weights, cov, None, 0.19).column("breach") == [True, True]
    assert xa.rp_check(weights, cov, [6, 4], 0.0).column("breach") == [False, False]


def test_check_of_an_asset_without_budget():
    cov = np.diag([0.01, 0.01, 0.0])
    touched = xa.rp_check([0.5, 0.5, 0.0], cov, [1, 0, 0])
    assert touched.column("breach") == [True, True, False] and touched.column("relative deviation")[2] == 0.0
    assert isinstance(touched.column("relative deviation")[1], AllocError)
    rows = call("RP_CHECK", [[["A", "B"], [0.5, 0.5]], [[0.01, 0], [0, 0.01]], [[1, 0]]])
    assert (
        rows[2] == ["B", 0.5, 0.5, 0.0, "#DIV/0!", True]
        and rows[2][4].reason == "budgets: B has budget 0 but carries risk."
    )


# Public packages on real prices -----------------------------------------------------------------------------------


def real(case):
    """(names, covariance) of daily or monthly returns of twenty stocks."""
    try:
        panel, periods = (market.monthly(), 12) if case.endswith("_monthly") else (market.daily(), 252)
    except market.DataMissingError as missing:
        pytest.skip(str(missing))
    return panel.names, np.cov(panel.values, rowvar=False) * periods


BUDGETING = [case for case in tables.cases("risk_parity.csv") if not case.endswith("_contributions")]


@pytest.mark.parametrize("case", BUDGETING)
def test_weights_of_clarabel_riskfolio_and_skfolio(case):
    names, cov = real(case)
    kind = case.removesuffix("_monthly")
    budgets = market.unequal_budgets() if kind.startswith("tilted") else None
    lower, upper = {
        "equal_upper": (None, 0.06),
        "tilted_bounds": (0.03, 0.08),
        "own_bounds": (
            np.where(np.array(names) == "XOM", 0.10, 0.0),
            np.where(np.isin(names, ["KO", "JNJ", "MRK"]), 0.02, 0.25),
        ),
    }.get(kind, (None, None))
    weights = xa.rp_weights(cov, budgets, lower, upper)
    close(weights, tables.vector("risk_parity.csv", case), 2e-8)
    close(shares(weights, cov), tables.vector("risk_parity.csv", case + "_contributions"), 2e-8)


@pytest.mark.parametrize("case", tables.cases("hrp.csv"))
def test_hrp_of_pyportfolioopt_riskfolio_and_skfolio(case):
    _, cov = real(case)
    close(xa.hrp_weights(cov, case.removesuffix("_monthly")), tables.vector("hrp.csv", case), 1e-11)


# Second versions, slow and obvious ------------------------------------------------------------------------------------


def slow_tree_order(distance, linkage):
    """Merge the two nearest clusters, the earlier formed on the left; the distances of Lance & Williams (1967)."""
    d = {(i, j): distance[i, j] for i, j in itertools.combinations(range(len(distance)), 2)}
    clusters = {i: [i] for i in range(len(distance))}
    for new in range(len(distance), 2 * len(distance) - 1):
        (a, b), nearest = min(d.items(), key=lambda item: item[1])
        na, nb = len(clusters[a]), len(clusters[b])
        for c in clusters.keys() - {a, b}:
            da, db, nc = d[min(a, c), max(a, c)], d[min(b, c), max(b, c)], len(clusters[c])
            d[c, new] = {
                "single": min(da, db),
                "complete": max(da, db),
                "average": (na * da + nb * db) / (na + nb),
                "ward": (((na + nc) * da**2 + (nb + nc) * db**2 - nc * nearest**2) / (na + nb + nc)) ** 0.5,
            }[linkage]
        clusters[new] = clusters.pop(a) + clusters.pop(b)
        d = {pair: value for pair, value in d.items() if not {a, b} & set(pair)}
    return next(iter(clusters.values()))


def slow_hrp(cov, order):
    """Half by half, by recursion."""
    if len(order) == 1:
        return {order[0]: 1.0}
    halves = order[: len(order) // 2], order[len(order) // 2 :]
    risks = []
    for half in halves:
        w = np.array([1.0 / cov[i, i] for i in half])
        w /= w.sum()
        risks.append(sum(w[a] * w[b] * cov[i, j] for a, i in enumerate(half) for b, j in enumerate(half)))
    found = {}
    for half, share in zip(halves, (risks[1] / sum(risks), risks[0] / sum(risks)), strict=True):
        found |= {i: share * w for i, w in slow_hrp(cov, half).items()}
    return found


@pytest.mark.parametrize("linkage", ["single", "complete", "average", "ward"])
def test_hrp_by_recursion(linkage):
    rng = np.random.default_rng(7)
    for n in (2, 3, 5, 8, 13, 30):
        cov = np.cov(rng.standard_normal((3 * n, n)) + rng.standard_normal((3 * n, 1)), rowvar=False)
        vols = np.sqrt(cov.diagonal())
        rho = cov / np.outer(vols, vols)
        np.fill_diagonal(rho, 1.0)
        order = slow_tree_order(np.sqrt((1.0 - rho) / 2.0), linkage)
        slow = slow_hrp(cov, order)
        close(xa.hrp_weights(cov, linkage), [slow[i] for i in range(n)])
        with recorded() as facts:
            xa.hrp_weights(cov, linkage)
        assert [label.index for label in facts["order of the tree"]] == order


def test_equal_correlations_are_ties_whatever_the_volatilities():
    """Rounding in ρ = cov/σσ must not choose the tree: the order is that of the correlations alone."""
    rng = np.random.default_rng(5)
    for _ in range(60):
        n = int(rng.integers(3, 9))
        rho = np.tril(rng.choice([0.0, 0.2, 0.3], (n, n)), -1)
        rho += rho.T + np.eye(n)
        possible = np.linalg.eigvalsh(rho)[0] > 1e-6
        for linkage in ("single", "complete", "average", "ward") if possible else ():
            orders = []
            for vols in (np.ones(n), rng.uniform(0.05, 0.4, n)):
                with recorded() as facts:
                    xa.hrp_weights(covariance(vols, rho), linkage)
                orders.append([label.index for label in facts["order of the tree"]])
            assert orders[0] == orders[1]


def nearest_by_trial(A, g, s):
    """Every set of assets held: the shortest least-squares solution in turn, if it is not negative; the best of all."""
    best = None
    for held in itertools.product([False, True], repeat=A.shape[1]):
        P = np.flatnonzero(held)
        y = np.zeros(A.shape[1])
        if P.size:
            y[P] = np.linalg.pinv(A[:, P], 1e-10) @ g
            N = (
                np.eye(P.size) - np.linalg.pinv(A[:, P], 1e-10) @ A[:, P]
            )  # projector on the directions that change nothing
            M = np.where(np.abs(s[P][:, None] * N) > 1e-11, s[P][:, None] * N, 0.0)
            y[P] -= N @ (np.linalg.pinv(M, 1e-9) @ (s * y)[P])
        if y.min() < -1e-9:
            continue
        measures = [((A @ y - g) ** 2).sum(), ((s * y) ** 2).sum(), (y**2).sum()]
        if best is None or next((m < b for m, b in zip(measures, best[0], strict=True) if abs(m - b) > 1e-10), False):
            best = measures, y
    return best


@settings(max_examples=150)
@given(st.data())
def test_closest_exposures_by_trial_of_every_set_of_assets(data):
    """Whole numbers make ties, in the first aim and in the second, the rule rather than the exception."""
    n, k = data.draw(st.integers(1, 6), "assets"), data.draw(st.integers(1, 3), "factors")
    whole = st.integers(-1, 2)
    A = np.array(data.draw(st.lists(whole, min_size=n * k, max_size=n * k)), float).reshape(k, n)
    g = np.array(data.draw(st.lists(whole, min_size=k, max_size=k)), float)
    s = np.array(data.draw(st.lists(st.sampled_from([0.0, 0.5, 1.0, 2.0]), min_size=n, max_size=n)))
    assume(g.any())
    measures, slow = nearest_by_trial(A, g, s if s.any() else np.ones(n))
    if (A.T @ g).max() <= 0:
        assert not slow.any()
        with pytest.raises(NumberError, match="loadings: no asset moves"):
            least_distance(A, g, s)
        return
    y = least_distance(A, g, s)
    assert y.min() >= 0.0
    close(((A @ y - g) ** 2).sum(), measures[0], 1e-9)
    close(((s * y) ** 2).sum() if s.any() else (y**2).sum(), measures[1], 1e-7)
    close(y, slow, 1e-6)


def test_closest_exposures_of_many_assets_meet_the_optimality_conditions():
    """With f within reach: y'Dy least over B'y = f, y ≥ 0, so s²y − Bλ is 0 where y > 0 and not negative elsewhere."""
    rng = np.random.default_rng(3)
    for n, k in ((40, 3), (150, 6)):
        B, s = rng.uniform(0, 1, (n, k)) * (rng.random((n, k)) < 0.6), rng.uniform(0.1, 0.4, n)
        F = np.diag(rng.uniform(0.01, 0.04, k))
        with recorded() as facts:
            weights = xa.rp_factor(B, F, s)
        assert facts["residual"] < 1e-12
        exposures = B.T @ weights
        close(exposures * (F @ exposures) / (exposures @ F @ exposures), np.full(k, 1 / k), 1e-10)
        held = weights > 0
        multiplier = np.linalg.lstsq(B[held], (s**2 * weights)[held], rcond=None)[0]
        slack = s**2 * weights - B @ multiplier
        assert np.abs(slack[held]).max() < 1e-12 and slack.min() > -1e-12 and held.sum() >= k


# Factors ----------------------------------------------------------------------------------------------------------


def test_assets_that_are_the_factors_give_risk_parity_itself():
    close(xa.rp_factor(np.eye(3), RONCALLI, [0.1, 0.2, 0.3]), xa.rp_weights(RONCALLI), 1e-11)
    close(xa.rp_factor(np.eye(3), RONCALLI, [0, 0, 0], [50, 20, 30]), xa.rp_weights(RONCALLI, [50, 20, 30]), 1e-11)


def test_equal_loadings_are_split_by_specific_variance():
    """Assets 2 and 3 load alike: y'Dy is least at amounts in inverse proportion to s²; without any, half and half."""
    B = [[1, 0], [0, 1], [0, 1]]
    F = np.diag([0.04, 0.01])
    f = np.array([1 / 0.2, 1 / 0.1])
    close(xa.rp_factor(B, F, [0.1, 0.1, 0.2]), np.array([f[0], f[1] * 4 / 5, f[1] / 5]) / f.sum(), 1e-11)
    close(xa.rp_factor(B, F, [0.1, 0.0, 0.0]), np.array([f[0], f[1] / 2, f[1] / 2]) / f.sum(), 1e-11)
    close(xa.rp_factor(B, F, [0.1, 0.2, 0.0]), np.array([f[0], 0, f[1]]) / f.sum(), 1e-11)


def test_factors_out_of_reach_leave_a_residual():
    """One asset with loadings 1 and 0 on two equal factors: it carries the first half of f and nothing of the second."""
    with recorded() as facts:
        assert xa.rp_factor([[1, 0]], np.diag([0.04, 0.04]), [0.1]) == 1.0
    close(facts["residual"], 0.5**0.5)
    assert facts["shares of factor risk reached"] == [Label("factors", 0), 1.0, Label("factors", 1), 0.0]


def test_a_factor_covariance_beyond_singular_by_rounding_is_explained_as_it_is_answered():
    """A correlation of 1 + 4e-9: the distance left is that of the nearest possible matrix, never negative."""
    cov = np.array([[1, 1 + 4e-9], [1 + 4e-9, 1]]) * 0.04
    loadings, specific = [[1, -0.9], [2, -1.9], [3, -2.0]], [0.1, 0.1, 0.1]
    with recorded() as facts:
        explained = xa.rp_factor(loadings, cov, specific)
    close(explained, xa.rp_factor(loadings, cov, specific), 0)
    assert 0 <= facts["residual"] < 1e-6


def test_factor_without_budget_is_hedged_away():
    weights = xa.rp_factor([[1, 0.5], [1, -0.5], [0, 1]], np.diag([0.04, 0.01]), [0.1, 0.1, 0.1], [1, 0])
    close(weights, [0.5, 0.5, 0.0])


# Layers and caps ---------------------------------------------------------------------------------------------------


def test_layers_of_one():
    """Every asset a group of its own, or all in one group: plain risk parity."""
    close(xa.rp_nested(FIVE, list("abcde"), [1, 2, 3, 4, 5]), xa.rp_weights(FIVE, [1, 2, 3, 4, 5]))
    close(xa.rp_nested(FIVE, ["x"] * 5), xa.rp_weights(FIVE))


def test_group_without_budget_is_left_out():
    """Cash has no variance; with budget 0 nobody divides by it."""
    cov = np.zeros((3, 3))
    cov[:2, :2] = RONCALLI[:2, :2]
    close(xa.rp_nested(cov, ["a", "b", "cash"], [1, 1, 0]), [*xa.rp_weights(RONCALLI[:2, :2]), 0.0])


def test_cap_of_zero_and_of_all():
    kinds = ["s", "s", "b", "b", "b"]
    none = xa.cap_risk_weights(FIVE, kinds, "s", 0.0)
    close(none, [0, 0, *xa.rp_weights(FIVE[2:, 2:])])
    close(xa.cap_risk_weights(FIVE, kinds, "s", 1.0), xa.rp_weights(FIVE))


# Invariants ------------------------------------------------------------------------------------------------------------

sizes = st.integers(2, 12)
seeds = st.integers(0, 2**32 - 1)


def market_of(n, seed) -> np.ndarray:
    """A covariance with a common factor of either sign, volatilities over two orders of magnitude."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((3 * n + 5, n)) + rng.uniform(-0.5, 1.5) * rng.standard_normal((3 * n + 5, 1))
    return np.cov(X * 10.0 ** rng.uniform(-2, 0, n), rowvar=False)


@given(sizes, seeds)
def test_shares_are_the_budgets(n, seed):
    cov, rng = market_of(n, seed), np.random.default_rng(seed)
    budgets = rng.uniform(0.0, 1.0, n) * (rng.random(n) < 0.8)
    assume(budgets.any())
    weights = xa.rp_weights(cov, budgets * 17.0)
    close(weights.sum(), 1.0)
    close(shares(weights, cov), budgets / budgets.sum(), 1e-10)
    assert ((weights == 0) == (budgets == 0)).all() and weights.min() >= 0.0
    held = np.flatnonzero(budgets)
    close(weights[held], xa.rp_weights(cov[np.ix_(held, held)], budgets[held]), 1e-9)


@given(sizes, seeds, st.floats(1e-6, 1e6))
def test_money_and_order_do_not_matter(n, seed, scale):
    cov, rng = market_of(n, seed), np.random.default_rng(seed)
    budgets, order, units = rng.uniform(0.1, 1.0, n), rng.permutation(n), rng.uniform(0.1, 10.0, n)
    groups = [str(i % 3) for i in range(n)]
    weights = xa.rp_weights(cov, budgets)
    close(xa.rp_weights(cov * scale, budgets), weights, 1e-9)
    close(xa.rp_weights(cov[np.ix_(order, order)], budgets[order]), weights[order], 1e-9)
    close(xa.rp_weights(cov * np.outer(units, units), budgets), weights / units / (weights / units).sum(), 1e-9)
    nested = xa.rp_nested(cov, groups)
    close(xa.rp_nested(cov[np.ix_(order, order)], [groups[i] for i in order]), nested[order], 1e-9)
    close(xa.hrp_weights(cov[np.ix_(order, order)]).sum(), 1.0)
    close(xa.hrp_weights(cov * scale), xa.hrp_weights(cov), 1e-9)


@given(sizes, seeds)
def test_volatility_lies_between_least_variance_and_equal_weights(n, seed):
    """Maillard, Roncalli & Teiletche (2010), sec. 3.3; least variance here without short-sale limits, a lower bound."""
    cov = market_of(n, seed)
    least = np.linalg.solve(cov, np.ones(n))
    least /= least.sum()
    parity = xa.port_vol(xa.rp_weights(cov), cov)
    assert np.sqrt(least @ cov @ least) <= parity * (1 + 1e-12)
    assert parity <= xa.port_vol(np.full(n, 1 / n), cov) * (1 + 1e-12)


@given(sizes, seeds)
def test_contributions_of_groups_add_to_their_budgets(n, seed):
    cov, rng = market_of(n, seed), np.random.default_rng(seed)
    groups = [f"g{k}" for k in rng.integers(0, 3, n)]
    names = list(dict.fromkeys(groups))
    budgets = rng.uniform(0.2, 1.0, len(names))
    reached = shares(xa.rp_nested(cov, groups, budgets), cov)
    for name, budget in zip(names, budgets / budgets.sum(), strict=True):
        close(sum(s for s, g in zip(reached, groups, strict=True) if g == name), budget, 1e-9)
    if len(names) > 1:
        capped = shares(xa.cap_risk_weights(cov, groups, names[0], 0.25), cov)
        inside = np.array([g == names[0] for g in groups])
        close(capped[inside].sum(), min(0.25, inside.mean()), 1e-9)
        close(capped[~inside], np.full((~inside).sum(), capped[~inside].mean()), 1e-9)


@given(sizes, seeds)
def test_check_finds_no_breach_in_risk_parity(n, seed):
    cov = market_of(n, seed)
    table = xa.rp_check(xa.rp_weights(cov), cov, None, 0.0)
    assert not any(table.column("breach")) and table.column("asset") == [Label("assets", i) for i in range(n)]


# Bounds ----------------------------------------------------------------------------------------------------------------


def test_bounds_that_do_not_bind_change_nothing():
    plain = xa.rp_weights(FIVE)
    close(xa.rp_weights(FIVE, None, plain.min() / 2, 0.9), plain, 1e-9)
    close(xa.rp_weights(FIVE, None, None, [1, 1, 1, 1, 0.5]), plain, 1e-9)


def test_binding_bounds_are_learned():
    with recorded() as facts:
        weights = xa.rp_weights(FIVE, None, 0.1, [1, 1, 1, 1, 0.3])
    assert facts["binding bounds"] == [
        Label("assets", 3),
        "at its lower bound",
        Label("assets", 4),
        "at its upper bound",
    ]
    close(weights[[3, 4]], [0.1, 0.3])
    close(facts["shares of risk reached"][1::2], shares(weights, FIVE))
    assert facts["residual of the optimality conditions"] <= 1e-9


def test_what_is_learned_without_bounds():
    with recorded() as facts:
        xa.rp_weights(FIVE)
    close(facts["condition number"], np.linalg.cond(FIVE))
    assert facts["steps"] >= 1 and facts["largest error of the shares"] <= 1e-10 and "binding bounds" not in facts
    with recorded() as facts:
        xa.rp_weights([[0.04, 0.04], [0.04, 0.04]])
    assert facts["condition number"] == "beyond 1e16: cov is singular"
    with recorded() as facts:
        xa.rp_levered(FIVE, 1.0)
    assert facts["leverage"] == 2.0 and facts["volatility reached"] < 1.0


# Cells ------------------------------------------------------------------------------------------------------------------

LABELLED = [
    ["", "股票", "债券", "黄金"],
    *[[n, *row] for n, row in zip(["股票", "债券", "黄金"], RONCALLI.tolist(), strict=True)],
]


def test_arguments_are_matched_by_name():
    """Budgets in another order, groups in a third; the answer stands in the order of cov."""
    budgets = [["黄金", 30], ["股票", 50], ["债券", 20]]
    found = call("RP_WEIGHTS", [LABELLED, budgets])
    assert [row[0] for row in found] == ["股票", "债券", "黄金"]
    close([row[1] for row in found], xa.rp_weights(RONCALLI, [50, 20, 30]))
    groups = [["黄金", "other"], ["债券", "other"], ["股票", "shares"]]
    found = call("RP_NESTED", [LABELLED, groups, [["shares", 0.7], ["other", 0.3]]])
    close([row[1] for row in found], xa.rp_nested(RONCALLI, ["shares", "other", "other"], [0.7, 0.3]))
    names, row = call("RP_WEIGHTS", [LABELLED, [[50, 20, 30]]])
    assert names == ["股票", "债券", "黄金"]
    close(row, xa.rp_weights(RONCALLI, [50, 20, 30]))


def test_table_with_names():
    rows = call("RP_CHECK", [[["股票", 0.5], ["债券", 0.2], ["黄金", 0.3]], LABELLED])
    assert rows[0] == ["asset", "weight", "contribution", "budget", "relative deviation", "breach"]
    assert [row[0] for row in rows[1:]] == ["股票", "债券", "黄金"]
    assert [round(row[2], 4) for row in rows[1:]] == [0.7043, 0.1593, 0.1364]
    assert [row[5] for row in rows[1:]] == [True, True, True]


def test_names_in_messages():
    singular = [["", "A", "B", "C"], ["A", 0.04, -0.02, 0], ["B", -0.02, 0.01, 0], ["C", 0, 0, 0.01]]
    ((cell,),) = call("RP_WEIGHTS", [singular])
    assert cell == "#NUM!" and "A, B" in cell.reason and "C" not in cell.reason.split(":")[1].split(" has ")[0]
    nested = call("RP_NESTED", [singular, [["x"], ["x"], ["y"]]])[0][0]
    assert nested == "#NUM!" and nested.reason.startswith("cov: a long-only portfolio of A, B has")
    across = call("RP_NESTED", [singular, [["x"], ["y"], ["y"]], [[1], [0]]])
    assert across == [["A", 1.0], ["B", 0.0], ["C", 0.0]]


def test_a_hedge_between_groups_is_named():
    cov = [[0.04, -0.04, 0.0], [-0.04, 0.04, 0.0], [0.0, 0.0, 0.01]]
    with pytest.raises(NumberError, match="portfolio of group stocks, group futures has"):
        xa.rp_nested(cov, ["stocks", "futures", "bonds"])


# Nonsense -----------------------------------------------------------------------------------------------------------------

TWO = [[0.04, 0.0], [0.0, 0.01]]
CASH = [["", "Shares", "Cash"], ["Shares", 0.04, 0.0], ["Cash", 0.0, 0.0]]


@pytest.mark.parametrize(
    "name, arguments, code, words",
    [
        ("RP_WEIGHTS", [CASH], "#NUM!", "cov: Cash has no variance"),
        ("RP_WEIGHTS", [[[0.04, 0.01]]], "#VALUE!", "cov: 1 x 2 cells"),
        ("RP_WEIGHTS", [[[0.04, 0.01], [0.02, 0.04]]], "#VALUE!", "cov: not symmetric"),
        ("RP_WEIGHTS", [[[0.04, 0.05], [0.05, 0.04]]], "#NUM!", "COV_NEAREST"),
        ("RP_WEIGHTS", [[[-0.04, 0.0], [0.0, 0.04]]], "#NUM!", "cov: Asset 1 has a negative variance"),
        ("RP_WEIGHTS", [[[0.04, None], [0.0, 0.04]]], "#VALUE!", "cov"),
        ("RP_WEIGHTS", [[[0.04, "#N/A"], [0.0, 0.04]]], "#N/A", "cov"),
        ("RP_WEIGHTS", [[[0.04, -0.02], [-0.02, 0.01]]], "#NUM!", "cov: a long-only portfolio of Asset 1, Asset 2 has"),
        ("RP_WEIGHTS", [TWO, [[1.0, 1.0, 1.0]]], "#VALUE!", "budgets: 3 assets, but cov has 2"),
        ("RP_WEIGHTS", [TWO, [[0.0, 0.0]]], "#NUM!", "budgets: they sum to 0"),
        ("RP_WEIGHTS", [TWO, [[1.0, -1.0]]], "#NUM!", "budgets, Asset 2: -1 is not possible"),
        ("RP_WEIGHTS", [TWO, None, 0.6], "#NUM!", "lower"),
        ("RP_WEIGHTS", [TWO, None, None, 0.4], "#NUM!", "upper"),
        ("RP_WEIGHTS", [TWO, None, [[0.5], [0.2]], [[0.4], [0.9]]], "#NUM!", "lower"),
        ("RP_WEIGHTS", [TWO, [[1.0], [0.0]], [[0.1], [0.1]]], "#NUM!", "lower: Asset 2"),
        ("RP_WEIGHTS", [TWO, [[1.0], [0.0]], None, [[0.9], [1.0]]], "#NUM!", "upper"),
        ("INV_VOL_WEIGHTS", [CASH], "#NUM!", "cov: Cash has no variance"),
        ("RP_NESTED", [CASH, [["a"], ["b"]]], "#NUM!", "cov: Cash has no variance"),
        ("RP_NESTED", [TWO, [["a"], ["b"], ["c"], ["d"]]], "#VALUE!", "groups"),
        ("RP_NESTED", [TWO, [["a"], [None]]], "#VALUE!", "groups"),
        ("RP_NESTED", [TWO, [["a"], ["b"]], [[1.0]]], "#VALUE!", "group_budgets: 1 given for 2 groups (a, b)"),
        ("RP_NESTED", [TWO, [["a"], ["b"]], [[0.0], [0.0]]], "#NUM!", "group_budgets: they sum to 0"),
        ("RP_LEVERED", [TWO, 0.0], "#NUM!", "target_vol"),
        ("RP_LEVERED", [TWO, 0.1, 0.0], "#NUM!", "max_leverage"),
        ("RP_LEVERED", [CASH, 0.1], "#NUM!", "cov: Cash has no variance"),
        ("RP_LEVERED", [[[0.04, 0.05], [0.05, 0.04]], 0.1], "#NUM!", "COV_NEAREST"),
        ("RP_CHECK", [[[0.5, 0.4]], TWO], "#VALUE!", "weights: the weights sum to 0.9"),
        ("RP_CHECK", [[[1.0, 0.0]], [[0.0, 0.0], [0.0, 0.04]]], "#DIV/0!", "weights: this portfolio has no risk"),
        ("RP_CHECK", [[[0.5, 0.5]], TWO, None, -0.1], "#NUM!", "tolerance"),
        ("RP_FACTOR", [[[1.0, 0.5]], [[0.04]], [[0.1]]], "#VALUE!", "factors"),
        ("RP_FACTOR", [[[-1.0], [-0.5]], [[0.04]], [[0.1], [0.1]]], "#NUM!", "loadings: no asset moves"),
        ("RP_FACTOR", [[[0.0], [0.0]], [[0.04]], [[0.1], [0.1]]], "#NUM!", "loadings: no asset moves"),
        (
            "RP_FACTOR",
            [[[1.0, 1.0]], [[0.04, 0.0], [0.0, 0.0]], [[0.1]]],
            "#NUM!",
            "factor_cov: Factor 2 has no variance",
        ),
        ("RP_FACTOR", [[[1.0], [0.5]], [[0.04]], [[0.1], [-0.1]]], "#NUM!", "specific_vols, Asset 2"),
        ("RP_FACTOR", [[[1.0]], [[0.04]], [[0.1]], [[0.0]]], "#NUM!", "factor_budgets: they sum to 0"),
        ("HRP_WEIGHTS", [CASH], "#NUM!", "cov: Cash has no variance"),
        ("HRP_WEIGHTS", [TWO, "nearest"], "#VALUE!", "single, complete, average, ward"),
        ("CAP_RISK_WEIGHTS", [TWO, [["a"], ["b"]], "c", 0.4], "#VALUE!", "group: 'c' is not among the groups (a, b)"),
        ("CAP_RISK_WEIGHTS", [[[0.04, 0.05], [0.05, 0.04]], [["a"], ["b"]], "a", 0.4], "#NUM!", "COV_NEAREST"),
        ("CAP_RISK_WEIGHTS", [TWO, [["a"], ["b"]], "a", 40], "#NUM!", "cap: 40 is not possible; it must be at most 1"),
        ("CAP_RISK_WEIGHTS", [TWO, [["a"], ["a"]], "a", 0.4], "#NUM!", "budgets: no asset outside a has a risk budget"),
        ("CAP_RISK_WEIGHTS", [TWO, [["a"], ["b"]], "a", 0.4, [[1], [0]]], "#NUM!", "budgets: no asset outside a"),
    ],
)
def test_nonsense(name, arguments, code, words):
    ((cell,),) = call(name, arguments)
    assert isinstance(cell, ErrorValue) and cell == code and words in cell.reason, (cell, getattr(cell, "reason", ""))


def test_a_perfect_hedge_has_no_halves(monkeypatch):
    """Two pairs, each without risk when mixed: nothing tells how to split between them, should a tree pair them so."""
    monkeypatch.setattr(risk_parity, "_tree_order", lambda correlation, linkage: [0, 1, 2, 3])
    pair = [[0.04, -0.04], [-0.04, 0.04]]
    cov = np.block([[np.array(pair), np.zeros((2, 2))], [np.zeros((2, 2)), np.array(pair)]])
    with pytest.raises(NumberError, match="cov: two portfolios of Asset 1, Asset 2, Asset 3, Asset 4 have no risk"):
        xa.hrp_weights(cov)


def test_fewer_observations_than_assets():
    """Three returns of six assets: where a long-only mix without risk exists it is an error, never a wrong number."""
    outcomes = set()
    for seed in range(40):
        cov = np.cov(np.random.default_rng(seed).standard_normal((3, 6)), rowvar=False)
        try:
            weights = xa.rp_weights(cov)
        except NumberError as error:
            assert "a long-only portfolio of" in str(error)
            outcomes.add("error")
        else:
            close(shares(weights, cov), np.full(6, 1 / 6), 1e-9)
            outcomes.add("weights")
    assert outcomes == {"error", "weights"}


def test_huge_and_tiny_budgets():
    close(xa.rp_weights(RONCALLI, [1.7e308] * 3), xa.rp_weights(RONCALLI))
    close(xa.rp_weights(RONCALLI, [5e-324] * 3), xa.rp_weights(RONCALLI))
