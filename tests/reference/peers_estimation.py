"""Covariances, nearest correlations, risk contributions, factor models: numbers of public packages."""

import sys
import warnings

import cvxpy as cp
import market
import numpy as np
import pandas as pd
from peers_topic import DAYS_A_YEAR, Topic, budgeted, frame, package, solve
from scipy import optimize


def covariance():
    from pypfopt import risk_models
    from riskfolio import ParamsEstimation

    out = Topic("covariance.csv")
    daily, year = frame(market.daily()), DAYS_A_YEAR
    names = list(daily.columns)

    out.symmetric("sample", names, daily.cov() * year)
    out.agrees("sample", package("numpy"), np.cov(daily.values.T) * year, 1e-15)
    out.symmetric("sample_monthly", names, frame(market.monthly()).cov() * 12)
    out.symmetric("window_60", names, daily.tail(60).cov() * year)
    out.source("sample, sample_monthly (x12), window_60", f"{package('pandas')} DataFrame.cov() x 252")

    ewma(out, daily)
    for case, panel in (("", market.daily()), ("_short", market.short()), ("_singular", market.singular())):
        shrunk(out, frame(panel), case)
    out.source(
        "ledoit_wolf*, oas*, shrinkage_ledoit_wolf*, shrinkage_oas*",
        f"{package('scikit-learn')} LedoitWolf().fit(X), OAS().fit(X): means removed, divided by T, x 252",
        "Riskfolio-Lib, skfolio and PyPortfolioOpt call the same code",
    )
    out.source(
        "constant_correlation*, shrinkage_constant_correlation*",
        f"{package('pyportfolioopt')} CovarianceShrinkage(X, returns_data=True) with .S = X.cov(ddof=0), "
        "ledoit_wolf('constant_correlation'), .delta, x 252",
    )

    semi = risk_models.semicovariance(daily, returns_data=True, benchmark=0, frequency=year)
    out.symmetric("semi", names, semi)
    out.agrees(
        "semi",
        package("riskfolio-lib") + " semi",
        ParamsEstimation.covar_matrix(daily, method="semi") * year,
        note="below the mean, not below zero; over T-1",
    )
    out.source("semi", f"{package('pyportfolioopt')} semicovariance(X, returns_data=True, benchmark=0, frequency=252)")
    out.write()


def ewma(out, daily):
    """Half-life 63 days, by pandas."""
    from riskfolio import ParamsEstimation
    from skfolio.moments import EWCovariance

    names, year = list(daily.columns), DAYS_A_YEAR
    weighted = daily.ewm(halflife=63).cov(bias=True).tail(len(names)).values * year
    out.symmetric("ewma_63", names, weighted)
    w = 0.5 ** (np.arange(len(daily))[::-1] / 63.0)
    out.agrees("ewma_63", package("numpy") + " cov(aweights)", np.cov(daily.values.T, aweights=w, ddof=0) * year, 1e-14)
    out.agrees(
        "ewma_63",
        package("skfolio") + " EWCovariance",
        EWCovariance(half_life=63).fit(daily).covariance_ * year,
        note="takes the mean as zero",
    )
    biased = ParamsEstimation.covar_matrix(daily, method="ewma1", d=0.5 ** (1 / 63)) * year
    out.agrees("ewma_63", package("riskfolio-lib") + " ewma1", biased, note="corrects for bias")
    out.source("ewma_63", f"{package('pandas')} DataFrame.ewm(halflife=63).cov(bias=True), last row, x 252")


def shrunk(out, data, case):
    """The shrinkage estimates of one slice; of "_short" only the intensities, which give the matrices."""
    from pypfopt import risk_models
    from sklearn.covariance import OAS, LedoitWolf

    def store(name, cov, intensity, formula, within, note=""):
        out.vector(f"shrinkage_{name}{case}", ["shrinkage"], [intensity])
        out.agrees(f"shrinkage_{name}{case}", "the paper's formula, numpy", [formula], within, note)
        if case != "_short":
            out.symmetric(name + case, list(data.columns), cov)

    X = data.values - data.values.mean(axis=0)
    fit = LedoitWolf().fit(data.values)
    store("ledoit_wolf", fit.covariance_ * DAYS_A_YEAR, fit.shrinkage_, scaled_identity(X), 1e-12)
    fit = OAS().fit(data.values)
    note = "scikit-learn leaves out the terms 2/p of equation 23, and says so"
    store("oas", fit.covariance_ * DAYS_A_YEAR, fit.shrinkage_, oracle(X), None, note)
    honey = risk_models.CovarianceShrinkage(data, returns_data=True, frequency=DAYS_A_YEAR)
    honey.ledoit_wolf("constant_correlation")
    shipped, honey.S = honey.delta, data.cov(ddof=0).values
    cov = honey.ledoit_wolf("constant_correlation")
    store("constant_correlation", cov, honey.delta, constant_correlation(X), 1e-12)
    note = "S with T-1 but pi and theta with T; the paper has T throughout"
    peer = package("pyportfolioopt") + " as shipped"
    out.agrees("shrinkage_constant_correlation" + case, peer, shipped, note=note)


def scaled_identity(X):
    """Ledoit & Wolf 2004, lemmas 3.2 to 3.5: b^2/d^2 towards m I."""
    T, p = X.shape
    S = X.T @ X / T
    d2 = np.sum((S - np.trace(S) / p * np.eye(p)) ** 2)
    b2 = sum(np.sum((np.outer(x, x) - S) ** 2) for x in X) / T**2
    return min(b2, d2) / d2


def oracle(X):
    """Chen, Wiesel, Eldar & Hero 2010, equation 23."""
    T, p = X.shape
    S = X.T @ X / T
    square, trace2 = np.sum(S**2), np.trace(S) ** 2
    return min(1.0, ((1 - 2 / p) * square + trace2) / ((T + 1 - 2 / p) * (square - trace2 / p)))


def constant_correlation(X):
    """Ledoit & Wolf 2004 (Honey), appendix B: (pi - rho)/gamma/T, the moments as means over the rows."""
    T, p = X.shape
    S = X.T @ X / T
    v = np.sqrt(np.diag(S))
    r = (np.sum(S / np.outer(v, v)) - p) / (p * (p - 1))
    target = r * np.outer(v, v)
    np.fill_diagonal(target, np.diag(S))
    cross = X[:, :, None] * X[:, None, :] - S  # x_i x_j - s_ij, a row each
    own = np.einsum("tii->ti", cross)
    pi = np.mean(cross**2, axis=0)
    theta = np.einsum("ti,tij->ij", own, cross) / T  # theta_{ii,ij}
    half = r / 2 * (np.outer(1 / v, v) * theta + np.outer(v, 1 / v) * theta.T)
    rho = np.trace(pi) + np.sum(half) - np.trace(half)
    return np.clip((np.sum(pi) - rho) / np.sum((target - S) ** 2) / T, 0.0, 1.0)


def nearest_correlation():
    from statsmodels.stats.correlation_tools import corr_nearest

    def projection(A):
        """(A + Diag(y))_+ with a diagonal of ones: the dual of Qi & Sun 2006, a certificate of optimality."""

        def positive_part(y):
            values, Q = np.linalg.eigh(A + np.diag(y))
            return (Q * np.maximum(values, 0.0)) @ Q.T

        def gap(y):
            return np.diag(positive_part(y)) - 1.0

        y = optimize.root(gap, np.zeros(len(A)), tol=1e-15).x
        if np.abs(gap(y)).max() > 1e-13:
            sys.exit("the projection onto the correlation matrices did not converge")
        return positive_part(y)

    out = Topic("nearest_correlation.csv")
    names = market.daily().names
    typed = np.round(np.corrcoef(market.singular().values.T), 1)
    higham = np.array([[1.0, 1, 0], [1, 1, 1], [0, 1, 1]])
    for case, labels, A in (("higham_2002", list("abc"), higham), ("one_decimal", names, typed)):
        out.symmetric(case + "_input", labels, A)
        out.symmetric(case, labels, projection(A))
        out.vector(case + "_distance", ["distance"], [np.linalg.norm(out.stored[case] - A)])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            alternating = corr_nearest(A, threshold=0, n_fact=2000)
        out.agrees(case, package("statsmodels") + " corr_nearest", alternating, 1e-6)
        X = cp.Variable(A.shape, PSD=True)
        solve(cp.Minimize(cp.norm(X - A, "fro")), [cp.diag(X) == 1])
        out.agrees(case, f"{package('cvxpy')}, {package('clarabel')}", X.value, 1e-5)
    out.source("*_input", "Higham 2002, section 4; correlations of market.singular() typed with one decimal")
    out.source(
        "higham_2002, one_decimal",
        f"dual of Qi & Sun 2006 by {package('scipy')} optimize.root, residual of the diagonal below 1e-13",
        "checked against statsmodels and an SDP, see agreement.csv",
    )
    out.write()


def portfolio():
    import riskfolio
    from skfolio import Portfolio, RiskMeasure

    out = Topic("portfolio.csv")
    daily = frame(market.daily())
    S, w = (daily.cov() * DAYS_A_YEAR).values, market.given_weights()
    sigma = np.sqrt(w @ S @ w)
    out.vector("risk_contrib_percent", daily.columns, w * (S @ w) / sigma**2)
    out.vector("risk_contrib_absolute", daily.columns, w * (S @ w) / sigma)
    out.vector("marginal_risk", daily.columns, S @ w / sigma)
    peer = Portfolio(X=daily, weights=w)
    risk = riskfolio.RiskFunctions.Risk_Contribution(
        pd.DataFrame(w, daily.columns, ["weights"]), daily, cov=daily.cov()
    )
    for source, absolute in (
        ("riskfolio-lib", risk.ravel()),
        ("skfolio", peer.contribution(RiskMeasure.STANDARD_DEVIATION)),
    ):
        note = "finite differences"
        out.agrees("risk_contrib_absolute", package(source), absolute * np.sqrt(DAYS_A_YEAR), 1e-9, note)
        out.agrees("risk_contrib_percent", package(source), absolute / absolute.sum(), 1e-9, note)
    out.vector(
        "measures",
        ["volatility", "diversification_ratio", "effective_n"],
        [peer.standard_deviation * np.sqrt(DAYS_A_YEAR), peer.diversification, peer.effective_number_assets],
    )
    out.agrees("measures", package("numpy"), [sigma, w @ np.sqrt(np.diag(S)) / sigma, 1 / (w @ w)], 1e-12)
    out.source(
        "risk_contrib_*, marginal_risk",
        "the closed form w(Sw)/sigma on the sample covariance of market.daily() x 252, market.given_weights()",
        "checked against the differences of Riskfolio-Lib and skfolio",
    )
    out.source(
        "measures",
        f"{package('skfolio')} Portfolio(X, weights).standard_deviation x sqrt(252), .diversification, "
        ".effective_number_assets",
    )
    out.write()


def factor_parity(B, F, f, s):
    """y >= 0 with least (B'y-f)'F(B'y-f), then least y'Dy among ties, D = diag(s^2)."""
    G = np.linalg.cholesky(F).T
    y, distance = optimize.nnls(G @ B.T, G @ f)
    if distance > 1e-12:
        slope = B @ F @ (B.T @ y - f)  # positive where y is zero: no other y reaches the same
        if np.abs(slope[y > 0]).max() > 1e-12 or slope[y == 0].min() <= 0.0 or (y > 0).sum() > B.shape[1]:
            sys.exit("factor parity: the optimality conditions do not hold")
        return y
    z = cp.Variable(len(B))
    solve(cp.Minimize(cp.norm(cp.multiply(s, z))), [z >= 0, B.T @ z == f])
    used = z.value > 1e-7
    scaled = B[used] / s[used, None] ** 2  # stationary: D y = B lambda on the used assets, B'y = f
    multipliers = np.linalg.solve(B[used].T @ scaled, f)
    y = np.zeros(len(B))
    y[used] = scaled @ multipliers
    if y.min() < 0.0 or (B @ multipliers)[~used].max(initial=-1.0) > 0.0 or np.abs(y - z.value).max() > 1e-6:
        sys.exit("factor parity: the optimality conditions do not hold")
    return y


def factor_risk_parity(out, stocks, funds, s):
    """Equal budgets of the five funds, and of three of them, which the stocks can reach exactly."""
    import statsmodels.api as sm

    for case, columns in (("", list(funds.columns)), ("_three", ["MTUM", "QUAL", "VLUE"])):
        chosen = funds[columns]
        B = np.array([sm.OLS(stocks[name], sm.add_constant(chosen)).fit().params[1:] for name in stocks])
        F = chosen.cov().values * DAYS_A_YEAR
        f = budgeted(F, np.full(len(columns), 1 / len(columns)))
        y = factor_parity(B, F, f, s)
        gap = B.T @ y - f
        out.table("rp_factor_loadings" + case, stocks.columns, columns, B)
        out.symmetric("rp_factor_cov" + case, columns, F)
        out.vector("rp_factor_target" + case, columns, f)
        out.vector("rp_factor" + case, stocks.columns, y / y.sum())
        out.vector("rp_factor_residual" + case, ["residual"], [gap @ F @ gap])
        z = cp.Variable(len(B))
        solve(cp.Minimize(cp.norm(np.linalg.cholesky(F).T @ (B.T @ z - f))), [z >= 0])
        out.agrees(
            "rp_factor_residual" + case,
            f"{package('cvxpy')}, {package('clarabel')}",
            (B.T @ z.value - f) @ F @ (B.T @ z.value - f),
            1e-12,
        )
    out.source(
        "rp_factor*",
        f"{package('scipy')} optimize.nnls: least (B'y-f)'F(B'y-f) over y >= 0; where that is zero (_three: "
        "MTUM, QUAL and VLUE alone) the least y'Dy with B'y = f, D of specific_vols_ddof1",
        "f not scaled as y: equal budgets on rp_factor_cov, adding to 1; the residual is of y before scaling",
    )


def factors():
    import statsmodels.api as sm
    from sklearn.linear_model import LinearRegression

    out = Topic("factors.csv")
    stocks, funds = frame(market.daily()), frame(market.fund_returns())
    fits = [sm.OLS(stocks[name], sm.add_constant(funds)).fit() for name in stocks]
    B = np.array([fit.params[1:] for fit in fits])
    out.table("loadings", stocks.columns, funds.columns, B)
    out.agrees("loadings", package("scikit-learn"), LinearRegression().fit(funds, stocks).coef_, 1e-12)
    F = (funds.cov() * DAYS_A_YEAR).values
    out.symmetric("factor_cov", list(funds.columns), F)
    year = np.sqrt(DAYS_A_YEAR)
    s = np.array([fit.resid.std() for fit in fits]) * year
    out.vector("specific_vols_ddof1", stocks.columns, s)
    out.vector("specific_vols_dof", stocks.columns, [np.sqrt(fit.mse_resid) * year for fit in fits])
    out.symmetric("cov_factor_ddof1", list(stocks.columns), B @ F @ B.T + np.diag(s**2))
    same = stocks.cov().values * DAYS_A_YEAR
    out.agrees(
        "cov_factor_ddof1",
        "variances of the sample",
        np.where(np.eye(20) > 0, same, out.stored["cov_factor_ddof1"]),
        1e-15,
        "least squares with ddof 1 keeps each asset's sample variance exactly",
    )
    out.source(
        "loadings, specific_vols_*",
        f"{package('statsmodels')} OLS with constant of market.daily() on "
        "market.fund_returns(); resid.std() (ddof 1) and sqrt(mse_resid) (T-k-1), x sqrt(252)",
    )
    out.source("factor_cov", f"{package('pandas')} DataFrame.cov() of market.fund_returns() x 252")
    out.source("cov_factor_ddof1", "B F B' + diag(s^2) of the cases above")
    factor_risk_parity(out, stocks, funds, s)
    out.write()
