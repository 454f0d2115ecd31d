"""One small series measured by every package that has a word for it: `definitions.csv`, behind docs/definitions.md."""

import datetime as dt
import warnings

import definitions as page
import empyrical
import ffn
import numpy as np
import pandas as pd
import quantstats.stats as qs
import riskfolio
import tables
from peers_performance import EMPYRICAL, FFN, PANDAS, QUANTSTATS, per_period
from peers_topic import package
from scipy import stats

RISKFOLIO, SKFOLIO = "riskfolio-lib", "skfolio"
BACON = "Bacon (2008)"  # formulas of a book, by hand
BY_HAND = (BACON, "PerformanceAnalytics (R)")


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
    T, per_year, per_year_b = len(r), (1 + r).prod() ** (P / len(r)) - 1, (1 + b).prod() ** (P / len(b)) - 1
    active = (1 + r) / (1 + b) - 1
    geometric_excess = (1 + per_year) / (1 + per_year_b) - 1
    geometric_alpha = per_year - rf - empyrical.beta(r, b, f) * (per_year_b - rf)
    sample_skew = T / ((T - 1) * (T - 2)) * (((r - r.mean()) / r.std(ddof=0)) ** 3).sum()
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
        ("hist_var", "numpy", 'quantile(method="weibull")', np.quantile(r, 0.05, method="weibull"),
         "Excel's PERCENTILE.EXC; a loss is negative"),
        ("hist_var", RISKFOLIO, "VaR_Hist", riskfolio.RiskFunctions.VaR_Hist(r.values, 0.05), "the return in place ⌈5% of T⌉, no line between"),
        ("hist_var", SKFOLIO, "Portfolio.value_at_risk", plain.value_at_risk, "a return of the series, no line between"),
        ("hist_cvar", EMPYRICAL, "conditional_value_at_risk", empyrical.conditional_value_at_risk(r, 0.05),
         "plain mean of the returns at or below the quantile; a loss is negative"),
        ("hist_cvar", QUANTSTATS, 'conditional_value_at_risk(method="historical")',
         qs.conditional_value_at_risk(r, confidence=0.95, method="historical"),
         "plain mean of the returns at or below the quantile; a loss is negative"),
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
        ("info_ratio", BACON, "geometric", geometric_excess / (active.std() * year),
         "compounded excess (1+r)/(1+b) − 1, over the volatility of the monthly ones"),
        ("jensen_alpha", QUANTSTATS, "greeks", qs.greeks(r - f, b - f, P)["alpha"], "P times the one per period"),
        ("jensen_alpha", EMPYRICAL, "alpha", empyrical.alpha(r, b, f, annualization=P), "compounded, (1+a)^P − 1"),
        ("jensen_alpha", BACON, "geometric", geometric_alpha, "annual compounded returns: r − rf − β(b − rf)"),
        ("omega", EMPYRICAL, "omega_ratio(annualization=1)",
         empyrical.omega_ratio(r, required_return=m, annualization=1), "the required return is per period"),
        ("omega", EMPYRICAL, "omega_ratio", empyrical.omega_ratio(r, required_return=m, annualization=P),
         "the required return is per year"),
        ("omega", QUANTSTATS, "omega", qs.omega(r, required_return=m, periods=P), "the required return is per year"),
        ("skew", PANDAS, "skew", r.skew(), "Excel's SKEW"),
        ("skew", QUANTSTATS, "skew", qs.skew(r), "Excel's SKEW"),
        ("skew", "scipy", "stats.skew", stats.skew(r.values), "without the correction for bias"),
        ("skew", "PerformanceAnalytics (R)", 'skewness(method="sample")', sample_skew,
         "its formula: the factor of Excel's SKEW, the standard deviation over T"),
        ("kurt", PANDAS, "kurt", r.kurt(), "Excel's KURT"),
        ("kurt", QUANTSTATS, "kurtosis", qs.kurtosis(r), "Excel's KURT"),
        ("kurt", "scipy", "stats.kurtosis", stats.kurtosis(r.values), "without the correction for bias"),
    ]  # fmt: skip


def definitions():
    """The numbers, and the page made of them."""
    written = (
        f"written by tests/reference/regenerate.py on {dt.date.today()}; series: definitions.py, made up for the page"
    )
    rows = [
        (measure, source if source in BY_HAND else package(source), call, float(value), what)
        for measure, source, call, value, what in measured()
    ]
    tables.write("definitions.csv", [written], page.COLUMNS, rows)
    page.write()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    definitions()
