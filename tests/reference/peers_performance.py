"""Performance measures of real series, each by every package that has it: numbers of public packages."""

import empyrical
import ffn
import market
import numpy as np
import pandas as pd
import quantstats.stats as qs
import riskfolio
import skfolio.measures
import statsmodels.api as sm
import tables
from peers_topic import AGREEMENT, DAYS_A_YEAR, Topic, head, package
from scipy import stats

WITHIN = 1e-10  # relative, or absolute below 1
EMPYRICAL, QUANTSTATS, FFN, PANDAS = "empyrical-reloaded", "quantstats", "ffn", "pandas"
SKFOLIO, RISKFOLIO = "skfolio", "riskfolio-lib"


def per_period(rf, P):
    return (1.0 + rf) ** (1.0 / P) - 1.0


def series(panel, values):
    """Returns between the prices of a panel that know the date of the first price."""
    returns = pd.Series(values, pd.to_datetime(panel.dates[1:]))
    returns.attrs["start"] = pd.Timestamp(panel.dates[0])
    return returns


def wealth(r):
    """The value of 1 invested, the starting value included."""
    path = np.concatenate([[1.0], np.cumprod(1.0 + r.values)])
    return pd.Series(path, [r.attrs["start"], *r.index])


def longest_underwater(r):
    """ffn's list of drawdowns on row numbers; a final row at the peak closes one that has not recovered."""
    drawdown = ffn.to_drawdown_series(pd.Series(np.append(wealth(r).values, 1e9)))
    return float(ffn.drawdown_details(drawdown, index_type=pd.RangeIndex)["Length"].max())


def longest_run(true):
    """The largest number of consecutive rows that are true."""
    return float(true.groupby((~true).cumsum()).sum().max())


def single(r, P):
    """measure: ((package, value), …) of one series r at P periods a year; the first is the reference."""
    m, w = market.MIN_RETURN, wealth(r)
    return {
        "total_return": (
            (EMPYRICAL, empyrical.cum_returns_final(r)),
            (QUANTSTATS, qs.comp(r)),
            (FFN, w.calc_total_return()),
        ),
        "ann_return": ((EMPYRICAL, empyrical.annual_return(r, annualization=P)), (QUANTSTATS, qs.cagr(r, periods=P))),
        "mean_return": ((PANDAS, r.mean() * P),),
        "ann_vol": (
            (EMPYRICAL, empyrical.annual_volatility(r, annualization=P)),
            (QUANTSTATS, qs.volatility(r, periods=P)),
        ),
        "downside_vol": (
            (EMPYRICAL, empyrical.downside_risk(r, annualization=P)),
            (QUANTSTATS, r.mean() * P / qs.sortino(r, periods=P)),
        ),
        "downside_vol_min": (
            (EMPYRICAL, empyrical.downside_risk(r, m, annualization=P)),
            (FFN, (r - m).mean() * P / ffn.calc_sortino_ratio(r - m, 0.0, nperiods=P)),
        ),
        "max_drawdown": (
            (EMPYRICAL, empyrical.max_drawdown(r)),
            (QUANTSTATS, qs.max_drawdown(r)),
            (FFN, ffn.calc_max_drawdown(w)),
        ),
        "calmar": ((EMPYRICAL, empyrical.calmar_ratio(r, annualization=P)), (QUANTSTATS, qs.calmar(r, periods=P))),
        "omega": ((EMPYRICAL, empyrical.omega_ratio(r)), (QUANTSTATS, qs.omega(r, periods=P))),
        "omega_min": (
            (EMPYRICAL, empyrical.omega_ratio(r, required_return=m, annualization=1)),
            (QUANTSTATS, qs.omega(r, required_return=m, periods=1)),
        ),
        "skew": ((PANDAS, r.skew()), (QUANTSTATS, qs.skew(r))),
        "kurt": ((PANDAS, r.kurt()), (QUANTSTATS, qs.kurtosis(r))),
        "longest_underwater": ((FFN, longest_underwater(r)), (PANDAS, longest_run(w < w.cummax()))),
    }


def tails(r):
    """Value at risk and expected shortfall of history."""
    return {
        "hist_var_95": ((EMPYRICAL, -empyrical.value_at_risk(r, 0.05)), (PANDAS, -r.quantile(0.05))),
        "hist_var_99": ((EMPYRICAL, -empyrical.value_at_risk(r, 0.01)), (PANDAS, -r.quantile(0.01))),
        "hist_cvar_95": (
            (SKFOLIO, skfolio.measures.cvar(r.values, 0.95)),
            (RISKFOLIO, float(riskfolio.RiskFunctions.CVaR_Hist(r.values, 0.05))),
        ),
        "hist_cvar_99": (
            (SKFOLIO, skfolio.measures.cvar(r.values, 0.99)),
            (RISKFOLIO, float(riskfolio.RiskFunctions.CVaR_Hist(r.values, 0.01))),
        ),
    }


def ratios(r, P):
    """Sharpe and Sortino."""
    out = {}
    for name, rf in (("", 0.0), ("_rf2", market.RF)):
        out["sharpe" + name] = (
            (EMPYRICAL, empyrical.sharpe_ratio(r, per_period(rf, P), annualization=P)),
            (QUANTSTATS, qs.sharpe(r, rf, periods=P)),
            (FFN, ffn.calc_sharpe(r, rf, nperiods=P)),
        )
        out["sortino" + name] = (
            (EMPYRICAL, empyrical.sortino_ratio(r, per_period(rf, P), annualization=P)),
            (QUANTSTATS, qs.sortino(r, rf, periods=P)),
            (FFN, ffn.calc_sortino_ratio(r, rf, nperiods=P)),
        )
    return out


def against(r, b, P):
    """The measures against a benchmark."""
    active, year = r - b, np.sqrt(P)
    out = {
        "excess_return": (
            (EMPYRICAL, empyrical.annual_return(r, annualization=P) - empyrical.annual_return(b, annualization=P)),
            (QUANTSTATS, qs.cagr(r, periods=P) - qs.cagr(b, periods=P)),
        ),
        "tracking_error": (
            (EMPYRICAL, empyrical.annual_volatility(active, annualization=P)),
            (PANDAS, active.std() * year),
        ),
        "info_ratio": (
            (EMPYRICAL, empyrical.excess_sharpe(r, b) * year),
            (QUANTSTATS, qs.information_ratio(r, b) * year),
            (FFN, ffn.calc_information_ratio(r, b) * year),
        ),
    }
    for name, rf in (("", 0.0), ("_rf2", market.RF)):
        free = per_period(rf, P)
        line = sm.OLS(r.values - free, sm.add_constant(b.values - free)).fit()
        out["beta" + name] = (("statsmodels", line.params[1]), (EMPYRICAL, empyrical.beta(r, b, free)))
        line_of_excess = qs.greeks(r - free, b - free, P)
        out["alpha" + name] = (("statsmodels", line.params[0] * P), (QUANTSTATS, line_of_excess["alpha"]))
    out["beta"] += ((QUANTSTATS, qs.greeks(r, b, P)["beta"]),)
    return out


def other_definitions(r, b, P):
    """(measure, package, value, note): what a package calls the same but computes otherwise."""
    w, stay = wealth(r), (r != 0).sum()
    gaussian = "normal distribution, not history; negative"
    plain_mean = "plain mean of the returns at or below the quantile; negative"
    return [
        ("ann_return", FFN, ffn.calc_cagr(w), "calc_cagr: years from the calendar dates, of 365.25 days, not T/P"),
        ("calmar", FFN, ffn.calc_calmar_ratio(w), "calc_calmar_ratio: calc_cagr over the deepest drawdown"),
        ("ulcer", FFN, ffn.to_ulcer_index(w) / 100, "divides by T+1, the starting value counts as a row; in percent"),
        ("ulcer", QUANTSTATS, qs.ulcer_index(r), "divides by T-1"),
        ("win_rate", QUANTSTATS, qs.win_rate(r), f"{len(r) - stay} returns of zero are left out"),
        ("hist_var_95", QUANTSTATS, qs.value_at_risk(r, confidence=0.95), gaussian),
        ("hist_cvar_95", QUANTSTATS, qs.conditional_value_at_risk(r, confidence=0.95), gaussian + ", the default"),
        ("hist_cvar_95", EMPYRICAL, empyrical.conditional_value_at_risk(r, 0.05), plain_mean),
        ("hist_cvar_95", QUANTSTATS, qs.conditional_value_at_risk(r, confidence=0.95, method="historical"), plain_mean),
        ("info_ratio", QUANTSTATS, qs.information_ratio(r, b), "per period, not annualised"),
        ("info_ratio", FFN, ffn.calc_information_ratio(r, b), "per period, not annualised"),
        ("alpha", EMPYRICAL, empyrical.alpha(r, b, annualization=P), "compounded: (1+a)^P-1, not P*a"),
        ("skew", "scipy", stats.skew(r.values), "without the correction for bias"),
        (
            "omega_min",
            EMPYRICAL,
            empyrical.omega_ratio(r, required_return=market.MIN_RETURN, annualization=P),
            "the required return is per year",
        ),
    ]


def kpi():
    out, differ = Topic("kpi.csv"), []
    daily, monthly = market.daily_prices(), market.monthly_prices()
    index = series(daily, market.benchmark())
    columns = [(name, series(daily, market.kpi_series(name)), index, DAYS_A_YEAR) for name in market.SERIES]
    index = series(monthly, market.benchmark_monthly())
    columns.append(("EQUAL_MONTHLY", series(monthly, market.kpi_monthly()), index, 12))
    used = {}
    for name, r, b, P in columns:
        found = single(r, P) | tails(r) | ratios(r, P) | against(r, b, P)
        T = len(r)
        found["ulcer"] = (
            ("riskfolio-lib", riskfolio.RiskFunctions.UCI_Rel(r.values)),
            (QUANTSTATS, qs.ulcer_index(r) * np.sqrt((T - 1) / T)),
            (FFN, ffn.to_ulcer_index(wealth(r)) / 100 * np.sqrt((T + 1) / T)),
        )
        found["win_rate"] = ((PANDAS, float((r > 0).mean())),)
        for measure, values in found.items():
            (first, reference), *others = values
            used.setdefault(measure, [first, set()])[1].update(source for source, _ in others)
            out.vector(f"{name}/{measure}", [measure], [reference])
            for source, value in others:
                out.agrees(f"{name}/{measure}", package(source), value, WITHIN * max(1.0, abs(reference)))
        differ += [
            (name, measure, package(source), float(value), float(found[measure][0][1]), note)
            for measure, source, value, note in other_definitions(r, b, P)
        ]
    out.rows = [(case.split("/")[0], i, j, value) for case, i, j, value in out.rows]
    for measure, (first, others) in used.items():
        second = "; agree: " + ", ".join(package(other) for other in sorted(others)) if others else ""
        out.source(measure, package(first) + second)
    out.write()
    tables.write(
        "kpi_peers_differ.csv",
        [*head(), "reference: the value of kpi.csv; note: what the package does instead"],
        ("series", "measure", "package", "value", "reference", "note"),
        differ,
    )
    worst_only()


def worst_only():
    """One line per measure and package in agreement.csv: the worst of the series."""
    kept = [row for row in AGREEMENT if row[0] != "kpi.csv"]
    worst = {}
    for row in AGREEMENT:
        if row[0] == "kpi.csv":
            key = (row[1].split("/")[1], row[2])
            if key not in worst or row[3] > worst[key][3]:
                worst[key] = ("kpi.csv", key[0], *row[2:5], "worst of the series")
    AGREEMENT[:] = kept + list(worst.values())
