"""One small series measured by every package that has a word for it: `definitions.csv`, behind docs/definitions.md."""

import datetime as dt
import warnings

import cvxpy as cp
import definitions as page
import empyrical
import ffn
import numpy as np
import pandas as pd
import quantstats.stats as qs
import riskfolio
import tables
from peers_performance import EMPYRICAL, FFN, PANDAS, QUANTSTATS, per_period
from peers_topic import package, tight
from scipy import optimize, stats

RISKFOLIO, SKFOLIO, NUMPY = "riskfolio-lib", "skfolio", "numpy"


def measured():
    """(measure, package, call, value, what it does)."""
    from skfolio import Portfolio

    P, rf, m = page.P, page.RF, page.MIN_RETURN
    f, year = per_period(rf, P), np.sqrt(P)
    r = pd.Series(page.RETURNS, pd.to_datetime(page.DATES[1:]))
    b = pd.Series(page.BENCHMARK, r.index)
    w = pd.Series(np.concatenate([[1.0], np.cumprod(1.0 + r.values)]), pd.to_datetime(page.DATES))
    path = pd.Series(np.cumprod(1.0 + r.values), r.index)
    X = pd.DataFrame({"fund": r})
    book = Portfolio(X=X, weights=np.ones(1), annualized_factor=P, compounded=True)
    plain = Portfolio(X=X, weights=np.ones(1), annualized_factor=P, risk_free_rate=f)
    losses = (r - f)[r < f]
    all_rows, own_mean = "all T rows under the root", "deviations below the mean, over T−1"
    return [
        ("sortino", EMPYRICAL, "sortino_ratio", empyrical.sortino_ratio(r, f, annualization=P), all_rows),
        ("sortino", QUANTSTATS, "sortino", qs.sortino(r, rf, periods=P), all_rows),
        ("sortino", FFN, "calc_sortino_ratio", ffn.calc_sortino_ratio(r, rf, nperiods=P), all_rows),
        ("sortino", QUANTSTATS, "adjusted_sortino", qs.adjusted_sortino(r, rf, periods=P), "divided by √2"),
        ("sortino", SKFOLIO, "Portfolio.annualized_sortino_ratio", plain.annualized_sortino_ratio, own_mean),
        ("sortino", RISKFOLIO, "SemiDeviation", (r.mean() - f) / riskfolio.RiskFunctions.SemiDeviation(r.values) * year, own_mean),
        ("sortino", PANDAS, "std() of the losses alone", (r.mean() - f) / losses.std() * year,
         "only the rows below rf, and about their own mean"),
        ("max_drawdown", EMPYRICAL, "max_drawdown", empyrical.max_drawdown(r), "from the starting value"),
        ("max_drawdown", QUANTSTATS, "max_drawdown", qs.max_drawdown(r), "from the starting value"),
        ("max_drawdown", FFN, "calc_max_drawdown", ffn.calc_max_drawdown(w), "of prices: from the first of them"),
        ("max_drawdown", RISKFOLIO, "MDD_Rel", -riskfolio.RiskFunctions.MDD_Rel(r.values), "from the starting value"),
        ("max_drawdown", RISKFOLIO, "MDD_Abs", -riskfolio.RiskFunctions.MDD_Abs(r.values), "returns added up, not compounded"),
        ("max_drawdown", SKFOLIO, "Portfolio(compounded=True).max_drawdown", -book.max_drawdown,
         "from the starting value"),
        ("max_drawdown", SKFOLIO, "Portfolio.max_drawdown", -plain.max_drawdown, "returns added up, not compounded"),
        ("max_drawdown", PANDAS, "cumprod() over cummax()", (path / path.cummax() - 1).min(),
         "from the end of the first period: its loss is not seen"),
        ("ann_return", EMPYRICAL, "annual_return", empyrical.annual_return(r, annualization=P), "T/P years"),
        ("ann_return", QUANTSTATS, "cagr", qs.cagr(r, periods=P), "T/P years"),
        ("ann_return", FFN, "calc_cagr", ffn.calc_cagr(w), "calendar days over 365.25"),
        ("ann_return", SKFOLIO, "Portfolio.annualized_mean", plain.annualized_mean, "arithmetic, not compounded"),
        ("calmar", EMPYRICAL, "calmar_ratio", empyrical.calmar_ratio(r, annualization=P), "T/P years"),
        ("calmar", QUANTSTATS, "calmar", qs.calmar(r, periods=P), "T/P years"),
        ("calmar", FFN, "calc_calmar_ratio", ffn.calc_calmar_ratio(w), "calendar days over 365.25"),
        ("hist_var", EMPYRICAL, "value_at_risk", empyrical.value_at_risk(r, 0.05), "a loss is negative"),
        ("hist_var", PANDAS, "quantile", r.quantile(0.05), "a loss is negative"),
        ("hist_var", QUANTSTATS, "value_at_risk", qs.value_at_risk(r, confidence=0.95),
         "normal distribution; a loss is negative"),
        ("hist_var", RISKFOLIO, "VaR_Hist", riskfolio.RiskFunctions.VaR_Hist(r.values, 0.05), "the return in place ⌈5% of T⌉, no line between"),
        ("hist_var", SKFOLIO, "Portfolio.value_at_risk", plain.value_at_risk, "a return of the series, no line between"),
        ("hist_cvar", EMPYRICAL, "conditional_value_at_risk", empyrical.conditional_value_at_risk(r, 0.05),
         "a loss is negative"),
        ("hist_cvar", QUANTSTATS, 'conditional_value_at_risk(method="historical")',
         qs.conditional_value_at_risk(r, confidence=0.95, method="historical"), "a loss is negative"),
        ("hist_cvar", QUANTSTATS, "conditional_value_at_risk", qs.conditional_value_at_risk(r, confidence=0.95),
         "normal distribution; a loss is negative"),
        ("hist_cvar", RISKFOLIO, "CVaR_Hist", riskfolio.RiskFunctions.CVaR_Hist(r.values, 0.05), "exactly 5% of the weight in the tail"),
        ("hist_cvar", SKFOLIO, "Portfolio.cvar", plain.cvar, "exactly 5% of the weight in the tail"),
        ("ulcer", RISKFOLIO, "UCI_Rel", riskfolio.RiskFunctions.UCI_Rel(r.values), "over T rows"),
        ("ulcer", FFN, "to_ulcer_index", ffn.to_ulcer_index(w) / 100, "over T+1 rows, the start is one; in percent"),
        ("ulcer", QUANTSTATS, "ulcer_index", qs.ulcer_index(r), "over T−1 rows"),
        ("win_rate", PANDAS, "(r > 0).mean()", float((r > 0).mean()), "all rows"),
        ("win_rate", QUANTSTATS, "win_rate", qs.win_rate(r), "rows of zero left out"),
        ("info_ratio", EMPYRICAL, "excess_sharpe", empyrical.excess_sharpe(r, b), "per period"),
        ("info_ratio", QUANTSTATS, "information_ratio", qs.information_ratio(r, b), "per period"),
        ("info_ratio", FFN, "calc_information_ratio", ffn.calc_information_ratio(r, b), "per period"),
        ("jensen_alpha", QUANTSTATS, "greeks", qs.greeks(r - f, b - f, P)["alpha"], "P times the one per period"),
        ("jensen_alpha", EMPYRICAL, "alpha", empyrical.alpha(r, b, f, annualization=P), "compounded, (1+a)^P − 1"),
        ("omega", EMPYRICAL, "omega_ratio(annualization=1)",
         empyrical.omega_ratio(r, required_return=m, annualization=1), "the required return is per period"),
        ("omega", EMPYRICAL, "omega_ratio", empyrical.omega_ratio(r, required_return=m, annualization=P),
         "the required return is per year"),
        ("omega", QUANTSTATS, "omega", qs.omega(r, required_return=m, periods=P), "the required return is per year"),
        ("skew", PANDAS, "skew", r.skew(), "Excel's SKEW"),
        ("skew", QUANTSTATS, "skew", qs.skew(r), "Excel's SKEW"),
        ("skew", "scipy", "stats.skew", stats.skew(r.values), "without the correction for bias"),
        ("kurt", PANDAS, "kurt", r.kurt(), "Excel's KURT"),
        ("kurt", QUANTSTATS, "kurtosis", qs.kurtosis(r), "Excel's KURT"),
        ("kurt", "scipy", "stats.kurtosis", stats.kurtosis(r.values), "without the correction for bias"),
    ]  # fmt: skip


def by_hand():
    """Definitions of books and of Excel that no package of Python has, written down with numpy; bounds with cvxpy."""
    P, rf, r, b = page.P, page.RF, page.R, page.B
    annual, market = (float(np.prod(1 + x) ** (P / len(x)) - 1) for x in (r, b))
    year = np.sqrt(P)
    beta = np.cov(r, b)[0, 1] / b.var(ddof=1)
    relative = (1 + r) / (1 + b) - 1
    n, z = len(r), (r - r.mean()) / r.std()
    young, factor = r[page.YOUNG :], np.prod(1 + r[page.YOUNG :])
    return [
        ("hist_var", NUMPY, 'quantile(method="weibull")', np.quantile(r, 0.05, method="weibull"),
         "Excel's PERCENTILE.EXC; a loss is negative"),
        ("info_ratio", NUMPY, "(R − B) / tracking error", (annual - market) / ((r - b).std(ddof=1) * year),
         "of compounded returns a year, as R's PerformanceAnalytics"),
        ("info_ratio", NUMPY, "((1+R)/(1+B) − 1) / its volatility",
         ((1 + annual) / (1 + market) - 1) / (relative.std(ddof=1) * year), "geometric (Bacon 2008)"),
        ("jensen_alpha", NUMPY, "R − rf − β(B − rf)", annual - rf - beta * (market - rf),
         "of compounded returns a year (Bacon 2008), as R's PerformanceAnalytics"),
        ("skew", NUMPY, "n/((n−1)(n−2)) Σz³", n / ((n - 1) * (n - 2)) * (z**3).sum(),
         'z by the standard deviation over n: method "sample" of R\'s PerformanceAnalytics'),
        ("ages", NUMPY, "prod(1 + r) of its own rows", annual, "each fund on all rows it has"),
        ("ages", PANDAS, "dropna() of both funds first", factor ** (P / len(young)) - 1, "the rows of the youngest fund"),
        ("bounded_rp", "cvxpy", "minimise ½y'Σy − Σ ln yᵢ, yᵢ ≤ u·Σy", bounded(scaled=True)[0],
         "the bounds move with the sum of y, as skfolio and Riskfolio-Lib"),
        ("bounded_rp", "cvxpy", "minimise ½x'Σx − λΣ ln xᵢ, xᵢ ≤ u, λ so that Σx = 1", bounded(scaled=False)[0],
         "Richard & Roncalli (2019): contributions of the assets not at a bound are equal"),
    ]  # fmt: skip


def bounded(scaled: bool) -> np.ndarray:
    """Equal risk with weights of at most CAP, by either definition."""
    x = cp.Variable(len(page.COV))
    risk = cp.quad_form(x, cp.psd_wrap(page.COV)) / 2

    def solved(weight, limits):
        cp.Problem(cp.Minimize(risk - weight * cp.sum(cp.log(x))), limits).solve(cp.CLARABEL, **tight(1e-12))
        return x.value

    if scaled:
        y = solved(1.0, [x <= page.CAP * cp.sum(x)])
        return y / y.sum()
    return solved(
        optimize.brentq(lambda w: solved(w, [x <= page.CAP]).sum() - 1.0, 1e-3, 0.1, xtol=1e-13), [x <= page.CAP]
    )


def definitions():
    """The numbers, and the page made of them."""
    written = (
        f"written by tests/reference/regenerate.py on {dt.date.today()}; series: definitions.py, made up for the page"
    )
    rows = [
        (measure, package(source), call, float(value), what)
        for measure, source, call, value, what in [*measured(), *by_hand()]
    ]
    tables.write("definitions.csv", [written], page.COLUMNS, rows)
    page.write()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    definitions()
