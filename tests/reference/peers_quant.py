"""Tracking error, expected shortfall and factor regressions on real prices: numbers of public packages."""

import cvxpy as cp
import market
import numpy as np
import riskfolio
import statsmodels.api as sm
from peers_topic import DAYS_A_YEAR, Topic, frame, package, solve
from skfolio import Portfolio, RiskMeasure
from skfolio.optimization import BenchmarkTracker, MeanRisk, RiskBudgeting

TE_CAP = 0.07  # upper bound under which the benchmark of given weights is out of reach
MAX_TE = 0.03
LEVELS = (0.95, 0.99)
UNEVEN_LEVEL = 0.9555  # m = 56.07 of 1260 rows: the last one counts in part


def _groups():
    labels, low, high = market.group_limits()
    order = list(dict.fromkeys(labels))
    G = np.array([[label == group for label in labels] for group in order], dtype=float)
    return G, np.array(low), np.array(high)


def tracking():
    """The closest portfolio and the highest return for a tracking error, by Clarabel."""
    out = Topic("tracking.csv")
    daily = market.daily()
    names, S = daily.names, np.cov(daily.values.T) * DAYS_A_YEAR
    mu, b, n = daily.values.mean(axis=0) * DAYS_A_YEAR, market.given_weights(), len(daily.names)
    L, w = np.linalg.cholesky(S), cp.Variable(n)
    G, low, high = _groups()
    grouped = [cp.sum(w) == 1, w >= 0, G @ w >= low, G @ w <= high]
    te = cp.sum_squares(L.T @ (w - b))
    for case, limits in (("min_te_cap", [cp.sum(w) == 1, w >= 0, w <= TE_CAP]), ("min_te_groups", grouped)):
        solve(cp.Minimize(te * 1e4), limits)
        out.vector(case, names, w.value)
    for case, limits in (
        ("target_te", [cp.sum(w) == 1, w >= 0]),
        ("target_te_cap", [cp.sum(w) == 1, w >= 0, w <= market.CAP]),
        ("target_te_groups", grouped),
    ):
        solve(
            cp.Maximize(mu @ w), [*limits, cp.norm(L.T @ (w - b)) <= (MAX_TE if case != "target_te_groups" else 0.06)]
        )
        out.vector(case, names, w.value)
    X = frame(daily)
    model = BenchmarkTracker(max_weights=TE_CAP, solver_params={"tol_gap_abs": 1e-12, "tol_gap_rel": 1e-12})
    model.fit(X, X @ b)
    out.agrees("min_te_cap", package("skfolio"), model.weights_, 1e-4, "tracks returns, the mean included")
    out.source(
        "min_te_*, target_te*",
        f"{package('cvxpy')}, Clarabel, on the sample covariance and means of market.daily() x 252",
    )
    out.write()


def tail_risk():
    """Minimum shortfall, shares of it, contributions to it."""
    out = Topic("tail_risk.csv")
    daily = market.daily()
    X, names = frame(daily), daily.names
    w = market.given_weights()
    for level in (*LEVELS, UNEVEN_LEVEL):
        case = f"{level:g}"
        model = MeanRisk(
            risk_measure=RiskMeasure.CVAR,
            cvar_beta=level,
            solver_params={"tol_gap_abs": 1e-13, "tol_gap_rel": 1e-13, "tol_feas": 1e-13},
        )
        model.fit(X)
        lowest = Portfolio(X=X, weights=model.weights_, cvar_beta=level).cvar
        out.vector(f"min_cvar_{case}", ["cvar"], [lowest])
        out.agrees(f"min_cvar_{case}", f"{package('cvxpy')}, Clarabel", [_least(daily.values, level)], 1e-9)
        out.vector(f"cvar_{case}", ["cvar"], [Portfolio(X=X, weights=w, cvar_beta=level).cvar])
        shortfall = riskfolio.RiskFunctions.CVaR_Hist(daily.values @ w, 1.0 - level)
        out.agrees(f"cvar_{case}", package("riskfolio-lib"), [shortfall], 1e-12)
        parts = riskfolio.Risk_Contribution(w[:, None], X, X.cov(), rm="CVaR", rf=0, alpha=1.0 - level)
        out.vector(f"contrib_{case}", names, np.ravel(parts))
    for case, b in (("equal", np.full(len(names), 1.0 / len(names))), ("uneven", market.unequal_budgets())):
        out.vector(f"rp_cvar_{case}", names, _shares(daily.values, b, 0.95))
        model = RiskBudgeting(
            risk_measure=RiskMeasure.CVAR,
            risk_budget=b,
            solver_params={"tol_gap_abs": 1e-13, "tol_gap_rel": 1e-13, "tol_feas": 1e-13},
        )
        model.fit(X)
        out.agrees(f"rp_cvar_{case}", package("skfolio"), model.weights_, 1e-5)
    skfolio, riskfolio_ = package("skfolio"), package("riskfolio-lib")
    out.source("min_cvar_*", f"{skfolio} MeanRisk(risk_measure=CVAR, cvar_beta=…), its cvar, on market.daily()")
    out.source("cvar_*", f"{skfolio} Portfolio.cvar of market.given_weights(); {riskfolio_} CVaR_Hist")
    out.source("contrib_*", f"{riskfolio_} Risk_Contribution(rm='CVaR') of the same, by central differences")
    out.source(
        "rp_cvar_*", f"{package('cvxpy')}, Clarabel: min CVaR(y) - sum b ln y, scaled; {skfolio} RiskBudgeting(CVAR)"
    )
    out.write()


def _cvar(R, y, level):
    v = cp.Variable()
    return v + cp.sum(cp.pos(-R @ y - v)) / ((1.0 - level) * len(R))


def _least(R, level):
    w = cp.Variable(R.shape[1])
    return solve(cp.Minimize(_cvar(R * 100, w, level)), [cp.sum(w) == 1, w >= 0]) / 100


def _shares(R, b, level):
    y = cp.Variable(R.shape[1])
    solve(cp.Minimize(_cvar(R * 100, y, level) - b @ cp.log(y)), [])
    return y.value / y.value.sum()


def factor_regression():
    """Alpha, betas and Newey-West t of two stocks on the five factor funds."""
    out = Topic("factor_regression.csv")
    daily, funds = market.daily(), market.fund_returns()
    free = 1.02 ** (1.0 / DAYS_A_YEAR) - 1.0
    for stock in ("AAPL", "XOM"):
        r = daily.values[:, daily.names.index(stock)]
        for rf, excess in (("", r), ("_rf2", r - free)):
            for lags in (0, 7, 20):
                fit = sm.OLS(excess, sm.add_constant(funds.values)).fit(
                    cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": False}
                )
                case = f"{stock}{rf}_{lags}"
                terms = ["alpha", *funds.names]
                out.vector(
                    case,
                    [*terms, *(f"t {t}" for t in terms), "R2"],
                    [fit.params[0] * DAYS_A_YEAR, *fit.params[1:], *fit.tvalues, fit.rsquared],
                )
    out.source(
        "*",
        f"{package('statsmodels')} OLS(...).fit(cov_type='HAC', maxlags=…, use_correction=False), alpha x 252, rf from returns only",
    )
    out.write()
