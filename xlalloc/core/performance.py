"""Performance of funds and portfolios: returns, risks, ratios, drawdowns, tail losses, KPI tables."""

import math
from dataclasses import replace
from typing import Annotated, get_args

import numpy as np

from xlalloc.catalogue import Table, labels, worksheet_function
from xlalloc.core import kpi
from xlalloc.core.checks import annualisation, elapsed, record_level, where_defined
from xlalloc.dates import elapsed_in_windows
from xlalloc.errors import Label, NotAvailableError, NumberError
from xlalloc.explanation import record, recording
from xlalloc.quantities import (
    Benchmark,
    Dates,
    Level,
    MinReturn,
    Number,
    OwnRows,
    PanelResult,
    Periods,
    PerYear,
    Quantity,
    Rate,
    Ratio,
    Returns,
    SeriesCount,
    SeriesTable,
    States,
    Window,
    Years,
    number,
    option,
)

FirstValue = Annotated[float, number("Value at the start", "money", above=0)]
LastValue = Annotated[float, number("Value at the end", "money", low=0)]
ComparedWith = Annotated[  # only where the measure asked for compares
    np.ndarray, replace(get_args(Benchmark)[1], needed=lambda given: kpi.compares(given["name"]))
]
SPAN = ("compared from", "compared to")
KpiName = Annotated[str, option("The KPI", *kpi.MEASURES)]
Shares = Annotated[np.ndarray, Quantity("vector", "One number for each column", "fraction", ("assets",))]
Counts = Annotated[np.ndarray, Quantity("vector", "Number of periods, one for each column", "periods", ("assets",))]
Plain = Annotated[np.ndarray, Quantity("vector", "One number for each column", "", ("assets",), nan="#DIV/0!")]
RollingResult = Annotated[
    np.ndarray, Quantity("rows", "One row per window, one column per series", "", ("time", "assets"), nan="#DIV/0!")
]


TOO_MUCH_GROWTH = (
    "returns: the wealth exceeds the largest number a computer holds. Give returns as fractions (0.05 for 5%)."
)


def _each(
    name: str, returns: np.ndarray, periods=252.0, rf=0.0, benchmark=None, dates=None, **thresholds
) -> np.ndarray:
    """A measure of each column; an error where none has an answer."""
    P = annualisation(periods)
    x = kpi.Sample(returns.T, P, rf, benchmark, years=elapsed(dates, P), **thresholds)
    values = kpi.evaluate(name, x)
    if rf:
        record("risk-free rate per period", x.f)
    if kpi.every(np.isfinite(values)):
        return values
    bad = ~np.isfinite(values)
    return where_defined(values, bad, kpi.reason(name, values[bad][0]))


# Return -------------------------------------------------------------------------------------------------------


@worksheet_function("=TOTAL_RETURN({0.1;-0.05;0.02})", [[0.0659]])
def total_return(returns: Returns) -> Shares:
    """Return over the whole time, compounded.

    Formula: Π(1+r) − 1

    One for each column.

    Errors: none beyond its arguments'.

    Peers: empyrical.cum_returns_final; quantstats.stats.comp; ffn.core.calc_total_return (of prices).

    Source: CFA Institute, GIPS Standards (2020), 2.A: sub-period returns are geometrically linked.
    """
    return _each("total_return", returns)


@worksheet_function("=ANN_RETURN({0.1;-0.05;0.02},4)", [[0.088818]])
def ann_return(returns: Returns, periods: Periods | None = None, *, dates: Dates | None = None) -> PerYear:
    """Return per year, compounded.

    Formula: (Π(1+r))^(1/years) − 1

    The constant annual return that ends at the same wealth. With dates the years are those that have passed, gaps
    included: calendar months where the series is monthly or slower, else anniversaries and days. Without dates they are
    T/P. −1 once everything is lost. MEAN_RETURNS is the arithmetic mean, which is higher when returns vary.

    Errors: none beyond its arguments'.

    Peers: empyrical.annual_return; quantstats.stats.cagr; ffn.core.calc_cagr (years by the calendar); Excel RRI (from
    two values).

    Source: CFA Institute, GIPS Standards (2020), annualised return.
    """
    return _each("ann_return", returns, periods, dates=dates)


@worksheet_function("=CAGR(100,150,5)", [[0.0844718]])
def cagr(first_value: FirstValue, last_value: LastValue, years: Years) -> Number:
    """Compound annual growth rate between two values.

    Formula: (last/first)^(1/years) − 1

    For a value without deposits or withdrawals between.

    Errors: #NUM! where the growth is too large to compute.

    Peers: Excel RRI; ffn.core.calc_cagr.

    Source: the definition, as Excel's RRI.
    """
    try:
        growth = (last_value / first_value) ** (1.0 / years)
    except OverflowError:
        growth = math.inf
    if not math.isfinite(growth):
        raise NumberError(
            f"years: {last_value:g} from {first_value:g} in {years:g} years is a growth too large to compute."
        )
    return growth - 1.0


@worksheet_function("=EXCESS_RETURN({0.1;-0.05;0.02},{0.08;-0.06;0.03},4)", [[0.0274847]])
def excess_return(
    returns: Returns, benchmark: Benchmark, periods: Periods | None = None, *, dates: Dates | None = None
) -> PerYear:
    """Annual return beyond the benchmark's.

    Formula: ANN_RETURN(r) − ANN_RETURN(b)

    Both compounded: the arithmetic difference, not the ratio of wealths.

    Errors: none beyond its arguments'.

    Peers: quantstats.stats.cagr (of each, then the difference).

    Source: CFA Institute, GIPS Standards (2020), arithmetic excess return.
    """
    return _each("excess_return", returns, periods, benchmark=benchmark, dates=dates)


# Risk ---------------------------------------------------------------------------------------------------------


@worksheet_function("=ANN_VOL({0.1;-0.05;0.02},4)", [[0.1501111]])
def ann_vol(returns: Returns, periods: Periods | None = None) -> PerYear:
    """Volatility: standard deviation of returns, per year.

    Formula: √(Σ(r − r̄)²/(T−1)) · √P

    Divided by T−1 (ddof 1), one number for each column.

    Errors: none beyond its arguments'.

    Peers: empyrical.annual_volatility; quantstats.stats.volatility; Excel STDEV.S (per period).

    Source: Bacon (2008), Practical Portfolio Performance Measurement and Attribution, ch. 4.
    """
    return _each("ann_vol", returns, periods)


@worksheet_function("=DOWNSIDE_VOL({0.1;-0.05;0.02},0,4)", [[0.057735]])
def downside_vol(returns: Returns, min_return: MinReturn = 0.0, periods: Periods | None = None) -> PerYear:
    """Volatility of the returns below a minimum acceptable return, per year.

    Formula: √(mean(min(r − m, 0)²)) · √P

    m is per period; all T periods count in the mean, those above m as zero. The standard deviation of the negative
    returns alone, which some reports use, is another number: it ignores how often losses come.

    Errors: none beyond its arguments'.

    Peers: empyrical.downside_risk; skfolio.measures.semi_deviation (per period, divided by T−1, about the mean unless
    told otherwise).

    Source: Sortino & Price (1994), Performance Measurement in a Downside Risk Framework.
    """
    return _each("downside_vol", returns, periods, min_return=min_return)


@worksheet_function("=MAX_DRAWDOWN({0.1;-0.05;-0.1;0.2})", [[-0.145]])
def max_drawdown(returns: Returns) -> Shares:
    """Deepest fall of wealth below its highest value before, a negative number.

    Formula: min over t of W_t / max(1, W_1, …, W_t) − 1, W_t = Π(1+r)

    The starting value counts as a peak, so a loss in the first period is one.

    Errors: none beyond its arguments'.

    Peers: empyrical.max_drawdown; quantstats.stats.max_drawdown; ffn.core.calc_max_drawdown (of prices);
    riskfolio.MDD_Rel (positive).

    Source: Magdon-Ismail & Atiya (2004), Maximum Drawdown.
    """
    if recording() and returns.shape[1] == 1:
        kpi.record_drawdown(returns[:, 0])
    return _each("max_drawdown", returns)


@worksheet_function("=WEALTH_INDEX({0.1;-0.05;-0.1;0.2})", [[1.1], [1.045], [0.9405], [1.1286]])
def wealth_index(returns: Returns) -> PanelResult:
    """Value of 1 invested at the beginning, at the end of every period.

    Formula: W_t = Π(1 + r_s), s = 1 … t

    One row per period: the 1 of the beginning is no row. It is what charts of growth are drawn from.

    Errors: #NUM! where the growth is too large to compute.

    Peers: empyrical.cum_returns (starting_value=1); quantstats.stats.compsum (less 1).

    Source: Bacon (2008), Practical Portfolio Performance Measurement and Attribution, ch. 2.
    """
    with np.errstate(all="ignore"):
        wealth = np.multiply.accumulate(returns + 1.0)
    if not np.isfinite(wealth).all():
        raise NumberError(TOO_MUCH_GROWTH)
    return wealth


@worksheet_function("=DRAWDOWNS({0.1;-0.05;-0.1;0.2})", [[0.0], [-0.05], [-0.145], [0.0]])
def drawdowns(returns: Returns) -> PanelResult:
    """Wealth below its highest value so far, for every period.

    Formula: W_t / max(1, W_1, …, W_t) − 1

    Zero at a peak and negative below it; the starting value counts as a peak. One row per period.

    Errors: #NUM! where the growth is too large to compute.

    Peers: quantstats.stats.to_drawdown_series; ffn.core.to_drawdown_series (of prices).

    Source: Magdon-Ismail & Atiya (2004), Maximum Drawdown.
    """
    with np.errstate(all="ignore"):
        depth = kpi.drawdowns(returns.T).T
    if not np.isfinite(depth).all():
        raise NumberError(TOO_MUCH_GROWTH)
    return depth


@worksheet_function("=UNDERWATER_PERIODS({0.1;-0.05;-0.1;0.2})", [[2]])
def underwater_periods(returns: Returns) -> Counts:
    """Longest time that wealth stayed below a peak, in periods.

    Formula: the longest run of t with drawdown_t < 0

    The most consecutive periods with a drawdown; one that has not recovered counts to the end. The starting value
    counts as a peak. A shortfall of 1e-12 is rounding and counts as recovered.

    Errors: none beyond its arguments'.

    Peers: ffn.core.drawdown_details (its longest Length, on row numbers); quantstats.stats.drawdown_details (its
    longest days).

    Source: Young (1991), Calmar Ratio: A Smoother Tool; the time to recovery of a drawdown.
    """
    return _each("underwater_periods", returns)


# Ratios -------------------------------------------------------------------------------------------------------


@worksheet_function("=SHARPE({0.1;-0.05;0.02},0.02,4)", [[0.4895149]])
def sharpe(returns: Returns, rf: Rate = 0.0, periods: Periods | None = None) -> Ratio:
    """Mean return above the risk-free rate per unit of volatility, per year.

    Formula: mean(e)/std(e) · √P, e = r − ((1+rf)^(1/P) − 1)

    The standard deviation is divided by T−1. The mean is arithmetic: the compounded return over volatility, which some
    reports show, is lower.

    Errors: #DIV/0! where the returns do not vary.

    Peers: empyrical.sharpe_ratio (risk_free per period); quantstats.stats.sharpe; ffn.core.calc_sharpe.

    Source: Sharpe (1994), The Sharpe Ratio, eq. 3–6.
    """
    return _each("sharpe", returns, periods, rf)


@worksheet_function("=SORTINO({0.17;0.15;0.23;-0.05;0.12;0.09;0.13;-0.04},0,1)", [[4.417]])
def sortino(returns: Returns, rf: Rate = 0.0, periods: Periods | None = None) -> Ratio:
    """Mean return above the risk-free rate per unit of downside risk, per year.

    Formula: mean(e)/√(mean(min(e, 0)²)) · √P, e = r − ((1+rf)^(1/P) − 1)

    All T periods count in both means: Sortino's own definition. Elsewhere the mean of squares runs over the losing
    periods only, or their standard deviation about their own mean is taken: on one series the ratios differ by a factor
    of two and more, so compare Sortino ratios of one source only.

    Errors: #DIV/0! where no return falls below rf.

    Peers: empyrical.sortino_ratio; quantstats.stats.sortino; ffn.core.calc_sortino_ratio.

    Source: Sortino & Price (1994), Performance Measurement in a Downside Risk Framework; the example is that of
    Rollinger & Hoffman (2013), Sortino: A Sharper Ratio.
    """
    return _each("sortino", returns, periods, rf)


@worksheet_function("=CALMAR({0.1;-0.05;-0.1;0.2},4)", [[0.8868966]])
def calmar(returns: Returns, periods: Periods | None = None, *, dates: Dates | None = None) -> Ratio:
    """Annual return per unit of the maximum drawdown.

    Formula: ANN_RETURN / |MAX_DRAWDOWN|

    Over the whole history given; Young takes the last 36 months.

    Errors: #DIV/0! where there is no drawdown.

    Peers: empyrical.calmar_ratio; quantstats.stats.calmar; ffn.core.calc_calmar_ratio (with its calendar years).

    Source: Young (1991), Calmar Ratio: A Smoother Tool.
    """
    return _each("calmar", returns, periods, dates=dates)


# Against a benchmark ------------------------------------------------------------------------------------------


@worksheet_function("=TRACKING_ERROR({0.1;-0.05;0.02},{0.08;-0.06;0.03},4)", [[0.0305505]])
def tracking_error(returns: Returns, benchmark: Benchmark, periods: Periods | None = None) -> PerYear:
    """Volatility of the returns beyond the benchmark's, per year.

    Formula: std(r − b) · √P

    The standard deviation is divided by T−1.

    Errors: none beyond its arguments'.

    Peers: skfolio.measures.standard_deviation (of r − b, per period); Excel STDEV.S (of r − b, per period).

    Source: Grinold & Kahn (2000), Active Portfolio Management, ch. 3.
    """
    return _each("tracking_error", returns, periods, benchmark=benchmark)


@worksheet_function("=INFO_RATIO({0.1;-0.05;0.02},{0.08;-0.06;0.03},4)", [[0.8728716]])
def info_ratio(returns: Returns, benchmark: Benchmark, periods: Periods | None = None) -> Ratio:
    """Mean return beyond the benchmark's per unit of tracking error, per year.

    Formula: mean(r − b)/std(r − b) · √P

    The standard deviation is divided by T−1.

    Errors: #DIV/0! where returns and benchmark differ by a constant.

    Peers: quantstats.stats.information_ratio (per period); ffn.core.calc_information_ratio (per period);
    empyrical.excess_sharpe (per period).

    Source: Grinold & Kahn (2000), Active Portfolio Management, ch. 5.
    """
    return _each("info_ratio", returns, periods, benchmark=benchmark)


@worksheet_function("=PORT_BETA({0.1;-0.05;0.02},{0.08;-0.06;0.03})", [[1.0364238]])
def port_beta(returns: Returns, benchmark: Benchmark, rf: Rate = 0.0, periods: Periods | None = None) -> Plain:
    """Sensitivity of the returns to the benchmark's.

    Formula: cov(e, e_b)/var(e_b)

    Of the returns above the risk-free rate. rf is the same every period and so changes nothing.

    Errors: #DIV/0! where the benchmark does not vary.

    Peers: empyrical.beta; quantstats.stats.greeks; Excel SLOPE.

    Source: Sharpe (1964), Capital Asset Prices, footnote 22.
    """
    return _each("port_beta", returns, periods, rf, benchmark)


@worksheet_function("=JENSEN_ALPHA({0.1;-0.05;0.02},{0.08;-0.06;0.03},0.02,4)", [[0.0249615]])
def jensen_alpha(returns: Returns, benchmark: Benchmark, rf: Rate = 0.0, periods: Periods | None = None) -> Ratio:
    """Mean return beyond what the benchmark's risk explains, per year.

    Formula: P · (mean e − β · mean e_b)

    e and e_b are the returns above the risk-free rate: the intercept of their regression times P.

    Errors: #DIV/0! where the benchmark does not vary.

    Peers: quantstats.stats.greeks (rf 0); empyrical.alpha (compounds the intercept, (1+a)^P − 1); Excel INTERCEPT (per
    period).

    Source: Jensen (1968), The Performance of Mutual Funds in the Period 1945–1964, eq. 8.
    """
    return _each("jensen_alpha", returns, periods, rf, benchmark)


# Tail losses and distribution ---------------------------------------------------------------------------------


@worksheet_function("=HIST_VAR({0.03;-0.02;0.01;-0.04;0.02},0.9)", [[0.032]])
def hist_var(returns: Returns, level: Level = 0.95) -> Shares:
    """Loss per period that was exceeded in one of twenty periods (at 95%), from history; a loss is positive.

    Formula: −q, q = PERCENTILE.INC(returns, 1 − level)

    Interpolated as Excel does. A negative number is a gain.

    Errors: none beyond its arguments'.

    Peers: empyrical.value_at_risk (q itself, negative); quantstats.stats.value_at_risk (of a normal distribution);
    riskfolio.VaR_Hist (not interpolated); Excel PERCENTILE.INC.

    Source: J.P. Morgan (1996), RiskMetrics; Hyndman & Fan (1996), Sample Quantiles, definition 7.
    """
    record_level(level)
    return _each("hist_var", returns, level=level)


@worksheet_function("=HIST_CVAR({0.03;-0.02;0.01;-0.04;0.02},0.7)", [[0.0333333]])
def hist_cvar(returns: Returns, level: Level = 0.95) -> Shares:
    """Mean loss per period of the worst one in twenty periods (at 95%), from history; a loss is positive.

    Formula: −(Σ of the k worst r + (m−k)·the next)/m, m = T(1−level), k = ⌊m⌋

    Exactly the share 1 − level of the periods is in the mean: where m is no whole number the last return counts in
    part. This is the minimum of Rockafellar & Uryasev that MIN_CVAR_WEIGHTS minimises and CVAR_CONTRIB divides. With
    m below 1 it is the worst loss. Some packages take the plain mean of the returns at or below the quantile instead:
    see the page of definitions. Also called expected shortfall.

    Errors: none beyond its arguments'.

    Peers: skfolio.measures.cvar; riskfolio.CVaR_Hist; empyrical.conditional_value_at_risk (plain mean of the tail,
    negative); quantstats.stats.conditional_value_at_risk (plain mean of the tail, or normal).

    Source: Rockafellar & Uryasev (2002), Conditional Value-at-Risk for General Loss Distributions, prop. 8; Acerbi &
    Tasche (2002), On the Coherence of Expected Shortfall.
    """
    record_level(level)
    if recording():
        record("returns in the tail", f"{(1.0 - level) * len(returns):.6g}")
    return _each("hist_cvar", returns, level=level)


@worksheet_function("=OMEGA({0.1;-0.05;0.02})", [[2.4]])
def omega(returns: Returns, min_return: MinReturn = 0.0) -> Plain:
    """Sum of the returns beyond a minimum acceptable return over the sum of the shortfalls below it.

    Formula: Σ max(r − m, 0) / Σ max(m − r, 0)

    m is per period.

    Errors: #DIV/0! where no return falls short.

    Peers: empyrical.omega_ratio (required_return per year); quantstats.stats.omega (required_return per year).

    Source: Keating & Shadwick (2002), A Universal Performance Measure.
    """
    return _each("omega", returns, min_return=min_return)


@worksheet_function("=ULCER({0.1;-0.05;-0.1;0.2})", [[0.0766893]])
def ulcer(returns: Returns) -> Shares:
    """Ulcer index: root mean square of the drawdowns, which grows with their depth and their length.

    Formula: √(Σ drawdown²/T)

    Over the T rows, as a fraction; Martin's is in percent.

    Errors: none beyond its arguments'.

    Peers: quantstats.stats.ulcer_index (divided by T − 1); ffn.core.to_ulcer_index (divided by T + 1, the starting
    value being a row); riskfolio.UCI_Rel.

    Source: Martin & McCann (1989), The Investor's Guide to Fidelity Funds.
    """
    return _each("ulcer", returns)


@worksheet_function("=WIN_RATE({0.1;-0.05;0.02;0})", [[0.5]])
def win_rate(returns: Returns) -> Shares:
    """Share of periods with a gain.

    Formula: #{t: r_t > 0} / T

    A return of zero is no gain, and is counted in T.

    Errors: none beyond its arguments'.

    Peers: quantstats.stats.win_rate (leaves returns of zero out); Excel COUNTIF.

    Source: the definition.
    """
    return _each("win_rate", returns)


@worksheet_function(
    "=SKEW_KURT({0.03;-0.02;0.01;-0.04;0.02})",
    [["measure", "Asset 1"], ["skewness", -0.6052891], ["excess kurtosis", -1.5986159]],
)
def skew_kurt(returns: Returns) -> SeriesTable:
    """Skewness and excess kurtosis of the returns: which tail is longer, and how fat the tails are.

    Formula: T/((T−1)(T−2)) Σz³; T(T+1)/((T−1)(T−2)(T−3)) Σz⁴ − 3(T−1)²/((T−2)(T−3)); z = (r − r̄)/std

    Both are 0 for the normal distribution. A table with a header, a row for each of the two, a column for each series.

    Errors: #N/A where there are fewer than 3 rows, or 4 for the kurtosis (in the cells); #DIV/0! where the returns do
    not vary (in the cells).

    Peers: Excel SKEW; Excel KURT; pandas.DataFrame.skew; pandas.DataFrame.kurt; quantstats.stats.skew;
    quantstats.stats.kurtosis; scipy.stats.skew (with bias=False).

    Source: Joanes & Gill (1998), Comparing Measures of Sample Skewness and Kurtosis, G1 and G2.
    """
    return _kpi_rows(("skew", "kurt"), kpi.Sample(returns.T))


# Many KPIs ----------------------------------------------------------------------------------------------------


def _kpi_rows(names, x: kpi.Sample) -> Table:
    """One row per measure, one column per series."""
    return Table(("measure", *labels("assets", len(x.r))), kpi.rows(names, x))


@worksheet_function('=ROLLING("max_drawdown",{0.1;-0.05;-0.1;0.2},2)', [[-0.05], [-0.145], [-0.1]])
def rolling(
    name: KpiName,
    returns: Returns,
    window: Window,
    periods: Periods | None = None,
    rf: Rate = 0.0,
    benchmark: ComparedWith | None = None,
    *,
    dates: Dates | None = None,
) -> RollingResult:
    """A KPI of every window of consecutive periods.

    Formula: KPI(r_{t−w+1}, …, r_t) for t = w, …, T

    T − window + 1 rows, the first for periods 1 to window, the last for the latest; one column per series. Each number
    is the KPI function's own for that window, with levels and minimum returns at their defaults. mean_return is the
    arithmetic mean per year, skew and kurt are the rows of SKEW_KURT. excess_return, tracking_error, info_ratio,
    port_beta and jensen_alpha need benchmark.

    Errors: #N/A where the window is longer than the history, or too short for the measure; #VALUE! where the measure
    compares and there is no benchmark; #DIV/0! where the risk of a window is zero (in its cell).

    Peers: quantstats.stats.rolling_sharpe; quantstats.stats.rolling_sortino; quantstats.stats.rolling_volatility;
    empyrical.roll_max_drawdown.

    Source: the definition of each KPI, applied to each window.
    """
    if window > len(returns):
        raise NotAvailableError(f"window: {window} rows, but returns has {len(returns)}. Choose a shorter window.")
    P = annualisation(periods)
    years = None if dates is None else elapsed_in_windows(dates, window, P)
    values = kpi.rolling(name, returns, window, P, rf, benchmark, years)
    bad = ~np.isfinite(values)
    if bad.any():
        if bad.size == 1:
            raise kpi.reason(name, values[0, 0])
        record("windows without an answer", f"{bad.sum()}: {kpi.reason(name, values[bad][0])}")
        values = np.where(bad, np.nan, values)
    return values


@worksheet_function(
    "=KPI_TABLE({0.1;-0.05;-0.1;0.2},{0.08;-0.06;-0.05;0.1},0.02,4)",
    [
        ["measure", "Asset 1"], ["total return", 0.1286], ["annual return", 0.1286], ["mean return", 0.15],
        ["volatility", 0.27538], ["downside volatility", 0.1118], ["max drawdown", -0.145], ["underwater periods", 2],
        ["Sharpe ratio", 0.47262], ["Sortino ratio", 1.09846], ["Calmar ratio", 0.8869], ["VaR 95%", 0.0925],
        ["CVaR 95%", 0.1], ["omega", 2.0], ["ulcer index", 0.07669], ["win rate", 0.5], ["skewness", 0.32323],
        ["excess kurtosis", -3.03297], ["excess return", 0.06772], ["tracking error", 0.12329],
        ["information ratio", 0.64889], ["beta", 1.56874], ["Jensen's alpha", 0.05148],
    ],
)  # fmt: skip
def kpi_table(
    returns: Returns,
    benchmark: Benchmark | None = None,
    rf: Rate = 0.0,
    periods: Periods | None = None,
    *,
    dates: Dates | None = None,
    own: OwnRows | None = None,
) -> SeriesTable:
    """Table of all KPIs: one row per measure, one column per series.

    Formula: a row for each function of this chapter

    Each number is that of its own function: TOTAL_RETURN, ANN_RETURN, MEAN_RETURNS, ANN_VOL, DOWNSIDE_VOL,
    MAX_DRAWDOWN, UNDERWATER_PERIODS, SHARPE, SORTINO, CALMAR, HIST_VAR and HIST_CVAR at 95%, OMEGA, ULCER, WIN_RATE,
    SKEW_KURT; with a benchmark also EXCESS_RETURN, TRACKING_ERROR, INFO_RATIO, PORT_BETA and JENSEN_ALPHA. Minimum
    returns are 0. What concerns a series alone is measured on all its own dates; comparisons on the dates that it has
    in common with the benchmark, named in two more rows where they differ. Where a series has no answer for a measure,
    that cell holds the error value and the others stand.

    Errors: #DIV/0! where a ratio has no risk (in its cell, the others stand).

    Peers: ffn.core.PerformanceStats; quantstats.reports.metrics.

    Source: the functions named.
    """
    P = annualisation(periods)
    x = kpi.Sample(returns.T, P, rf, benchmark, years=elapsed(dates, P))
    alone = [name for name, measure in kpi.MEASURES.items() if not measure.against]
    compared = [name for name, measure in kpi.MEASURES.items() if measure.against and benchmark is not None]
    if own is None or dates is None:
        return _kpi_rows([*alone, *compared], x)
    y = kpi.Sample(own.returns.T, own.periods, rf, years=elapsed(own.dates, own.periods))
    table = Table(("measure", *labels("assets", len(x.r))), [*kpi.rows(alone, y), *kpi.rows(compared, x)])
    if len(dates) != len(own.dates) or (dates != own.dates).any():
        table.rows.extend((title, *[day.item()] * len(x.r)) for title, day in zip(SPAN, dates[[0, -1]], strict=True))
    return table


@worksheet_function(
    '=KPI_BY_STATE({0.02;-0.03;0.01;-0.01},{"calm";"crisis";"calm";"crisis"},0,12)',
    [
        ["state", "return", "volatility", "Sharpe ratio", "periods"],
        ["calm", 0.19544, 0.02449, 7.34847, 2],
        ["crisis", -0.21577, 0.04899, -4.89898, 2],
    ],
)
def kpi_by_state(
    returns: Returns,
    states: States,
    rf: Rate = 0.0,
    periods: Periods | None = None,
    *,
    count: SeriesCount | None = None,
) -> SeriesTable:
    """Return, volatility and Sharpe ratio of the periods in each state, for example of the economy or of the market.

    Formula: ANN_RETURN, ANN_VOL, SHARPE of the rows with each label

    One row per state in order of first appearance; with several series one row for each state and series, named in the
    second column. The rows of a label need not follow each other; their number stands beside. Labels are the same where
    they differ only in case, width or spaces around.

    Errors: #N/A where a state holds fewer than two periods (in its cells).

    Peers: none.

    Source: Bridgewater (2012), The All Weather Story, the returns of assets by economic environment.
    """
    P = annualisation(periods)
    several = (count or returns.shape[1]) > 1
    table = Table(("state", *(["series"] if several else []), "return", "volatility", "Sharpe ratio", "periods"))
    for state, found in kpi.rows_by_state(states):
        x = kpi.Sample(returns[found].T, P, rf)
        columns = _state_columns(("ann_return", "ann_vol", "sharpe"), x, state)
        for i, numbers in enumerate(zip(*columns, strict=True)):
            table.rows.append((state, *([Label("assets", i)] if several else []), *numbers, len(found)))
    return table


def _state_columns(names, x: kpi.Sample, state) -> list:
    if x.T < 2:
        few = NotAvailableError(f"states: {state} holds one period only; at least two are needed.")
        return [[few] * len(x.r) for _ in names]
    return [cells for _, *cells in kpi.rows(names, x)]
