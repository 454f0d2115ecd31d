# Written by `xlalloc build stubs` from the catalogue; held to it by tests/test_types.py.
# mypy: disable-error-code="overload-overlap,overload-cannot-match"
# Some signatures overlap where pandas has no types of its own (pandas-stubs is not installed) or by a list of lists.
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol, TypeAlias, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from xlalloc.catalogue import CATALOGUE as CATALOGUE
from xlalloc.errors import AllocError as AllocError
from xlalloc.errors import DivisionError as DivisionError
from xlalloc.errors import InputError as InputError
from xlalloc.errors import NotAvailableError as NotAvailableError
from xlalloc.errors import NumberError as NumberError
from xlalloc.table import Table as Table
from xlalloc.version import __version__ as __version__

class Polars(Protocol):
    """A polars frame or series. Where a pandas Series gives another type than a DataFrame, checkers could not tell it
    from the Series (whose __getattr__ has any method): there checked code says to_pandas().
    """

    def to_arrow(self) -> Any: ...
    def to_pandas(self) -> Any: ...

Number: TypeAlias = float | np.floating[Any] | np.integer[Any]
Date: TypeAlias = dt.date | np.datetime64 | str
Array: TypeAlias = NDArray[Any]
Column: TypeAlias = Sequence[float | None]  # one series
Numbers: TypeAlias = Array | Sequence[float | None | Column]
Texts: TypeAlias = Array | Sequence[str]
Labels: TypeAlias = Array | Sequence[Any]
Named: TypeAlias = Mapping[Any, float]
NamedTexts: TypeAlias = Mapping[Any, str]
NamedRows: TypeAlias = Mapping[Any, Mapping[Any, float]]
Pandas: TypeAlias = pd.DataFrame | pd.Series[Any] | Polars
OneOrArray: TypeAlias = Any  # a number for one series, an array for several: which, only the shape tells

def account_gain(
    balances: Numbers | Pandas,
    flows: Numbers | Pandas,
    timing: Literal["end", "start"] = "end",
    *,
    dates: Labels | None = None,
) -> Table:
    """From the first value of an account to its last: paid in, taken out, gained, and both kinds of return."""
    ...

@overload
def account_returns(
    balances: Numbers,
    flows: Numbers,
    timing: Literal["end", "start"] = "end",
    *,
    dates: Labels | None = None,
) -> Array:
    """Time-weighted returns of an account, period by period, without the effect of money paid in and taken out."""
    ...
@overload
def account_returns(
    balances: Pandas,
    flows: Numbers | Pandas,
    timing: Literal["end", "start"] = "end",
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def account_returns(
    balances: Numbers,
    flows: Pandas,
    timing: Literal["end", "start"] = "end",
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def ann_return(
    returns: Column,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Return per year, compounded."""
    ...
@overload
def ann_return(
    returns: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def ann_return(
    returns: pd.Series[Any],
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def ann_return(
    returns: pd.DataFrame,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def ann_vol(
    returns: Column,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Volatility: standard deviation of returns, per year."""
    ...
@overload
def ann_vol(
    returns: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def ann_vol(
    returns: pd.Series[Any],
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def ann_vol(
    returns: pd.DataFrame,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

def asset_classes(
) -> Table:
    """Reference ranges of return and volatility of asset classes, each with its source."""
    ...

def asset_correlations(
) -> Table:
    """Reference correlations of six asset classes, an example with assumed data."""
    ...

def backtest(
    prices: Numbers | Pandas,
    target: Numbers | Named | Pandas,
    trigger: Literal["hybrid", "calendar", "threshold", "none"] = "hybrid",
    frequency: Literal["weekly", "monthly", "quarterly", "semiannual", "annual"] = "quarterly",
    threshold: Number = 0.05,
    commission: Number | Numbers | Named | Pandas = 0.0,
    sell_tax: Number | Numbers | Named | Pandas = 0.0,
    *,
    dates: Labels | None = None,
) -> Table:
    """Growth of 1 under a rebalancing rule: date, value, turnover and cost of each row."""
    ...

def backtest_kpi(
    prices: Numbers | Pandas,
    target: Numbers | Named | Pandas,
    trigger: Literal["hybrid", "calendar", "threshold", "none"] = "hybrid",
    frequency: Literal["weekly", "monthly", "quarterly", "semiannual", "annual"] = "quarterly",
    threshold: Number = 0.05,
    commission: Number | Numbers | Named | Pandas = 0.0,
    sell_tax: Number | Numbers | Named | Pandas = 0.0,
    rf: Number = 0.0,
    *,
    dates: Labels | None = None,
) -> Table:
    """KPIs of a backtest: the measures of KPI_TABLE for the growth of 1 that BACKTEST returns."""
    ...

@overload
def black_litterman(
    weights: Numbers,
    cov: Numbers,
    picks: Numbers,
    views: Numbers,
    confidence: Number | Numbers = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> Array:
    """Expected returns that blend those implied by the market's weights with your own views."""
    ...
@overload
def black_litterman(
    weights: Named,
    cov: Numbers | NamedRows,
    picks: Numbers | NamedRows,
    views: Numbers | Named,
    confidence: Number | Numbers | Named = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> dict[Any, float]: ...
@overload
def black_litterman(
    weights: Numbers,
    cov: NamedRows,
    picks: Numbers | NamedRows,
    views: Numbers | Named,
    confidence: Number | Numbers | Named = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> dict[Any, float]: ...
@overload
def black_litterman(
    weights: Numbers,
    cov: Numbers,
    picks: NamedRows,
    views: Numbers | Named,
    confidence: Number | Numbers | Named = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> dict[Any, float]: ...
@overload
def black_litterman(
    weights: Numbers,
    cov: Numbers,
    picks: Numbers,
    views: Named,
    confidence: Number | Numbers | Named = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> dict[Any, float]: ...
@overload
def black_litterman(
    weights: Pandas,
    cov: Numbers | NamedRows | Pandas,
    picks: Numbers | NamedRows | Pandas,
    views: Numbers | Named | Pandas,
    confidence: Number | Numbers | Named | Pandas = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> pd.Series[float]: ...
@overload
def black_litterman(
    weights: Numbers | Named,
    cov: Pandas,
    picks: Numbers | NamedRows | Pandas,
    views: Numbers | Named | Pandas,
    confidence: Number | Numbers | Named | Pandas = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> pd.Series[float]: ...
@overload
def black_litterman(
    weights: Numbers | Named,
    cov: Numbers | NamedRows,
    picks: Pandas,
    views: Numbers | Named | Pandas,
    confidence: Number | Numbers | Named | Pandas = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> pd.Series[float]: ...
@overload
def black_litterman(
    weights: Numbers | Named,
    cov: Numbers | NamedRows,
    picks: Numbers | NamedRows,
    views: Pandas,
    confidence: Number | Numbers | Named | Pandas = 0.5,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> pd.Series[float]: ...

def bootstrap_bands(
    returns: Numbers | Pandas,
    weights: Numbers | Named | Pandas,
    wealth: Number,
    monthly: Number,
    years: int,
    block: int = 12,
    paths: int = 10000,
    seed: int = 1,
    *,
    dates: Labels | None = None,
) -> Table:
    """Range of wealth year by year from the history itself: 5th to 95th percentile over blocks of past months."""
    ...

def brinson(
    weights: Numbers | Named | Pandas,
    returns: Numbers | Named | Pandas,
    bench_weights: Numbers | Named | Pandas,
    bench_returns: Numbers | Named | Pandas,
    groups: Texts | NamedTexts | Pandas | None = None,
    *,
    dates: Labels | None = None,
) -> Table:
    """Attribution of the active return to allocation, selection and interaction, by asset or group (Brinson–Fachler)."""
    ...

def cagr(
    first_value: Number,
    last_value: Number,
    years: Number,
) -> float:
    """Compound annual growth rate between two values."""
    ...

@overload
def calmar(
    returns: Column,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Annual return per unit of the maximum drawdown."""
    ...
@overload
def calmar(
    returns: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def calmar(
    returns: pd.Series[Any],
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def calmar(
    returns: pd.DataFrame,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def cap_risk_weights(
    cov: Numbers,
    groups: Texts,
    group: str,
    cap: Number,
    budgets: Numbers | None = None,
) -> Array:
    """Risk-parity weights in which one group carries at most a given share of the risk, such as stocks at most 40%."""
    ...
@overload
def cap_risk_weights(
    cov: NamedRows,
    groups: Texts | NamedTexts,
    group: str,
    cap: Number,
    budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def cap_risk_weights(
    cov: Numbers,
    groups: NamedTexts,
    group: str,
    cap: Number,
    budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def cap_risk_weights(
    cov: Pandas,
    groups: Texts | NamedTexts | Pandas,
    group: str,
    cap: Number,
    budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def cap_risk_weights(
    cov: Numbers | NamedRows,
    groups: Pandas,
    group: str,
    cap: Number,
    budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def cap_weights(
    caps: Numbers,
) -> Array:
    """Weights in proportion to market value."""
    ...
@overload
def cap_weights(
    caps: Named,
) -> dict[Any, float]: ...
@overload
def cap_weights(
    caps: Pandas,
) -> pd.Series[float]: ...

def cml_mix(
    market_vol: Number,
    target_vol: Number,
) -> Table:
    """Shares of the market and of cash with which the whole has the target volatility."""
    ...

def cml_return(
    rf: Number,
    market_return: Number,
    market_vol: Number,
    vol: Number,
) -> float:
    """Expected return of cash and the market portfolio combined to the volatility given: the capital market line."""
    ...

def core_satellite(
    core: Numbers | Named | Pandas,
    satellite: Numbers | Named | Pandas,
    core_share: Number = 0.7,
) -> Table:
    """Weights of a portfolio of a broad, cheap core and of satellites that seek more."""
    ...

@overload
def corr_from_cov(
    cov: Numbers,
) -> Array:
    """Correlation matrix of a covariance matrix."""
    ...
@overload
def corr_from_cov(
    cov: NamedRows,
) -> dict[Any, dict[Any, float]]: ...
@overload
def corr_from_cov(
    cov: Pandas,
) -> pd.DataFrame: ...

@overload
def corr_matrix(
    returns: Numbers,
    method: Literal["sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation", "semi", "ewma_shrunk"] = "sample",
    periods: Number | None = None,
    parameter: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Array:
    """Correlation matrix of the returns, from the covariance matrix that COV_MATRIX estimates."""
    ...
@overload
def corr_matrix(
    returns: Pandas,
    method: Literal["sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation", "semi", "ewma_shrunk"] = "sample",
    periods: Number | None = None,
    parameter: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

def cov_check(
    cov: Numbers | NamedRows | Pandas,
) -> Table:
    """Tells whether a covariance matrix is usable: symmetry, smallest eigenvalue, condition number, verdict, remedy."""
    ...

@overload
def cov_factor(
    loadings: Numbers,
    factor_cov: Numbers,
    specific_vols: Numbers,
) -> Array:
    """Covariance matrix of assets that follow common factors, each with a risk of its own."""
    ...
@overload
def cov_factor(
    loadings: NamedRows,
    factor_cov: Numbers | NamedRows,
    specific_vols: Numbers | Named,
) -> dict[Any, dict[Any, float]]: ...
@overload
def cov_factor(
    loadings: Numbers,
    factor_cov: NamedRows,
    specific_vols: Numbers | Named,
) -> dict[Any, dict[Any, float]]: ...
@overload
def cov_factor(
    loadings: Numbers,
    factor_cov: Numbers,
    specific_vols: Named,
) -> dict[Any, dict[Any, float]]: ...
@overload
def cov_factor(
    loadings: Pandas,
    factor_cov: Numbers | NamedRows | Pandas,
    specific_vols: Numbers | Named | Pandas,
) -> pd.DataFrame: ...
@overload
def cov_factor(
    loadings: Numbers | NamedRows,
    factor_cov: Pandas,
    specific_vols: Numbers | Named | Pandas,
) -> pd.DataFrame: ...
@overload
def cov_factor(
    loadings: Numbers | NamedRows,
    factor_cov: Numbers | NamedRows,
    specific_vols: Pandas,
) -> pd.DataFrame: ...

@overload
def cov_from_corr(
    corr: Numbers,
    vols: Numbers,
) -> Array:
    """Covariance matrix of given correlations and volatilities."""
    ...
@overload
def cov_from_corr(
    corr: NamedRows,
    vols: Numbers | Named,
) -> dict[Any, dict[Any, float]]: ...
@overload
def cov_from_corr(
    corr: Numbers,
    vols: Named,
) -> dict[Any, dict[Any, float]]: ...
@overload
def cov_from_corr(
    corr: Pandas,
    vols: Numbers | Named | Pandas,
) -> pd.DataFrame: ...
@overload
def cov_from_corr(
    corr: Numbers | NamedRows,
    vols: Pandas,
) -> pd.DataFrame: ...

@overload
def cov_matrix(
    returns: Numbers,
    method: Literal["sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation", "semi", "ewma_shrunk"] = "sample",
    periods: Number | None = None,
    parameter: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Array:
    """Covariance matrix of the returns, per year, by the method chosen."""
    ...
@overload
def cov_matrix(
    returns: Pandas,
    method: Literal["sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation", "semi", "ewma_shrunk"] = "sample",
    periods: Number | None = None,
    parameter: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

@overload
def cov_nearest(
    cov: Numbers,
) -> Array:
    """The nearest positive semidefinite covariance matrix."""
    ...
@overload
def cov_nearest(
    cov: NamedRows,
) -> dict[Any, dict[Any, float]]: ...
@overload
def cov_nearest(
    cov: Pandas,
) -> pd.DataFrame: ...

def cov_score(
    returns: Numbers | Pandas,
    methods: Texts | NamedTexts | Pandas | None = None,
    window: int = 504,
    step: int = 21,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Table:
    """Which covariance estimate forecast best on these returns: portfolios of each refit, measured on what followed."""
    ...

@overload
def cvar_contrib(
    weights: Numbers,
    returns: Column,
    level: Number = 0.95,
    mode: Literal["percent", "absolute"] = "percent",
    *,
    dates: Labels | None = None,
) -> float:
    """Contribution of each asset to the expected shortfall (CVaR) of a portfolio, from history."""
    ...
@overload
def cvar_contrib(
    weights: Numbers,
    returns: Numbers,
    level: Number = 0.95,
    mode: Literal["percent", "absolute"] = "percent",
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def cvar_contrib(
    weights: Named,
    returns: Numbers,
    level: Number = 0.95,
    mode: Literal["percent", "absolute"] = "percent",
    *,
    dates: Labels | None = None,
) -> Any: ...
@overload
def cvar_contrib(
    weights: Pandas,
    returns: Numbers | Pandas,
    level: Number = 0.95,
    mode: Literal["percent", "absolute"] = "percent",
    *,
    dates: Labels | None = None,
) -> Any: ...
@overload
def cvar_contrib(
    weights: Numbers | Named,
    returns: pd.Series[Any],
    level: Number = 0.95,
    mode: Literal["percent", "absolute"] = "percent",
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def cvar_contrib(
    weights: Numbers | Named,
    returns: pd.DataFrame,
    level: Number = 0.95,
    mode: Literal["percent", "absolute"] = "percent",
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

def dca_result(
    prices: Numbers | Pandas,
    amount: Number,
    *,
    dates: Labels | None = None,
) -> Table:
    """What regular purchases of the same amount came to: invested, value, return, average cost, final price."""
    ...

def dca_sim(
    price: Number,
    amount: Number,
    months: int = 60,
    vol: Number = 0.15,
    mu: Number = 0.0,
    paths: int = 1000,
    seed: int = 1,
    inflation: Number = 0.0,
) -> Table:
    """Range of outcomes of monthly purchases: what DCA_RESULT returns at 5, 25, 50, 75 and 95% of simulated paths."""
    ...

def dietz(
    first_value: Number,
    last_value: Number,
    flows: Numbers | Named | Pandas,
    flow_dates: Labels | Pandas,
    start_date: Date,
    end_date: Date,
) -> float:
    """Modified Dietz return of an account between two dates: the gain over the mean money at work, not per year."""
    ...

def diversification(
    weights: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
    mode: Literal["ratio", "share"] = "ratio",
) -> float:
    """How much risk diversification removes."""
    ...

@overload
def downside_vol(
    returns: Column,
    min_return: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Volatility of the returns below a minimum acceptable return, per year."""
    ...
@overload
def downside_vol(
    returns: Numbers,
    min_return: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def downside_vol(
    returns: pd.Series[Any],
    min_return: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def downside_vol(
    returns: pd.DataFrame,
    min_return: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def drawdowns(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> Array:
    """Wealth below its highest value so far, for every period."""
    ...
@overload
def drawdowns(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def drawdowns(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

@overload
def drawdown_stop(
    levels: Numbers,
    limit: Number,
    reduced: Number = 0.5,
    recover: Number = 0.5,
    *,
    dates: Labels | None = None,
) -> Array:
    """Exposure under a drawdown stop, one number per row, in force from the next period on."""
    ...
@overload
def drawdown_stop(
    levels: pd.Series[Any],
    limit: Number,
    reduced: Number = 0.5,
    recover: Number = 0.5,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def drawdown_stop(
    levels: pd.DataFrame,
    limit: Number,
    reduced: Number = 0.5,
    recover: Number = 0.5,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

def effective_n(
    weights: Numbers | Named | Pandas,
) -> float:
    """Number of equally weighted assets with the same concentration."""
    ...

def equal_weights(
    count: int,
) -> Array:
    """The same weight for every asset."""
    ...

@overload
def excess_return(
    returns: Column,
    benchmark: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Annual return beyond the benchmark's."""
    ...
@overload
def excess_return(
    returns: Numbers,
    benchmark: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def excess_return(
    returns: pd.Series[Any],
    benchmark: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def excess_return(
    returns: pd.DataFrame,
    benchmark: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def excess_return(
    returns: Numbers,
    benchmark: Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

def explain(
    name: str,
    *arguments: Any,
) -> Table:
    """Why a function returns what it returns: the reason of an error, or what a careful user asks of a result."""
    ...

@overload
def factor_loadings(
    returns: Numbers,
    factor_returns: Numbers,
    *,
    dates: Labels | None = None,
) -> Array:
    """Sensitivity of each asset to each factor, by least squares with an intercept."""
    ...
@overload
def factor_loadings(
    returns: Pandas,
    factor_returns: Numbers | Pandas,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...
@overload
def factor_loadings(
    returns: Numbers,
    factor_returns: Pandas,
    *,
    dates: Labels | None = None,
) -> Any: ...

def factor_regression(
    returns: Numbers | Pandas,
    factor_returns: Numbers | Pandas,
    rf: Number = 0.0,
    lags: int | None = None,
    periods: Number | None = None,
    *,
    count: Texts | None = None,
    dates: Labels | None = None,
) -> Table:
    """Regression of returns on factors: alpha per year, betas, Newey–West t-statistics, R² and residual volatility."""
    ...

@overload
def factor_risk_contrib(
    weights: Numbers,
    loadings: Numbers,
    factor_cov: Numbers,
    specific_vols: Numbers | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> Array:
    """Contribution of each factor to the risk of the portfolio, then of the specific risk."""
    ...
@overload
def factor_risk_contrib(
    weights: Named,
    loadings: Numbers | NamedRows,
    factor_cov: Numbers | NamedRows,
    specific_vols: Numbers | Named | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> dict[Any, float]: ...
@overload
def factor_risk_contrib(
    weights: Numbers,
    loadings: NamedRows,
    factor_cov: Numbers | NamedRows,
    specific_vols: Numbers | Named | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> dict[Any, float]: ...
@overload
def factor_risk_contrib(
    weights: Numbers,
    loadings: Numbers,
    factor_cov: NamedRows,
    specific_vols: Numbers | Named | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> dict[Any, float]: ...
@overload
def factor_risk_contrib(
    weights: Pandas,
    loadings: Numbers | NamedRows | Pandas,
    factor_cov: Numbers | NamedRows | Pandas,
    specific_vols: Numbers | Named | Pandas | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> pd.Series[float]: ...
@overload
def factor_risk_contrib(
    weights: Numbers | Named,
    loadings: Pandas,
    factor_cov: Numbers | NamedRows | Pandas,
    specific_vols: Numbers | Named | Pandas | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> pd.Series[float]: ...
@overload
def factor_risk_contrib(
    weights: Numbers | Named,
    loadings: Numbers | NamedRows,
    factor_cov: Pandas,
    specific_vols: Numbers | Named | Pandas | None = None,
    mode: Literal["percent", "absolute"] = "percent",
) -> pd.Series[float]: ...

def fee_drag(
    fee: Number,
    years: Number,
    gross: Number = 0.07,
) -> float:
    """Share of the final wealth that a yearly fee takes away."""
    ...

def frontier(
    mu: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
    points: int = 20,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> Table:
    """Table of the efficient frontier: return, volatility, Sharpe ratio and weights, one portfolio per row."""
    ...

def glide_path(
    age: Number,
    ages: Numbers | Named | Pandas | None = None,
    stock_weights: Numbers | Named | Pandas | None = None,
) -> Table:
    """Stocks and bonds of a target-date fund at an age: fewer stocks the nearer the date."""
    ...

def goal_prob(
    wealth: Number,
    monthly: Number,
    years: Number,
    mu: Number,
    vol: Number,
    goal: Number,
    paths: int = 10000,
    seed: int = 1,
    inflation: Number = 0.0,
) -> float:
    """Chance that wealth has reached a goal after some years, with money put in or taken out every month."""
    ...

@overload
def hist_cvar(
    returns: Column,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> float:
    """Mean loss per period of the worst one in twenty periods (at 95%), from history; a loss is positive."""
    ...
@overload
def hist_cvar(
    returns: Numbers,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def hist_cvar(
    returns: pd.Series[Any],
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def hist_cvar(
    returns: pd.DataFrame,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def hist_var(
    returns: Column,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> float:
    """Loss per period that was exceeded in one of twenty periods (at 95%), from history; a loss is positive."""
    ...
@overload
def hist_var(
    returns: Numbers,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def hist_var(
    returns: pd.Series[Any],
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def hist_var(
    returns: pd.DataFrame,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def hrp_weights(
    cov: Numbers,
    linkage: Literal["single", "complete", "average", "ward"] = "single",
) -> Array:
    """Hierarchical risk parity: similar assets stand side by side in a tree, and risk is split in halves along it."""
    ...
@overload
def hrp_weights(
    cov: NamedRows,
    linkage: Literal["single", "complete", "average", "ward"] = "single",
) -> dict[Any, float]: ...
@overload
def hrp_weights(
    cov: Pandas,
    linkage: Literal["single", "complete", "average", "ward"] = "single",
) -> pd.Series[float]: ...

@overload
def implied_returns(
    weights: Numbers,
    cov: Numbers,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> Array:
    """Equilibrium returns implied by a portfolio (reverse optimisation)."""
    ...
@overload
def implied_returns(
    weights: Named,
    cov: Numbers | NamedRows,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> dict[Any, float]: ...
@overload
def implied_returns(
    weights: Numbers,
    cov: NamedRows,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> dict[Any, float]: ...
@overload
def implied_returns(
    weights: Pandas,
    cov: Numbers | NamedRows | Pandas,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> pd.Series[float]: ...
@overload
def implied_returns(
    weights: Numbers | Named,
    cov: Pandas,
    risk_aversion: Number = 2.5,
    rf: Number = 0.0,
) -> pd.Series[float]: ...

@overload
def info_ratio(
    returns: Column,
    benchmark: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Mean return beyond the benchmark's per unit of tracking error, per year."""
    ...
@overload
def info_ratio(
    returns: Numbers,
    benchmark: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def info_ratio(
    returns: pd.Series[Any],
    benchmark: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def info_ratio(
    returns: pd.DataFrame,
    benchmark: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def info_ratio(
    returns: Numbers,
    benchmark: Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

def inverse_hedge(
    value: Number,
    beta: Number,
    target_beta: Number,
    hedge_beta: Number = -1.0,
) -> float:
    """Money to move from the portfolio into an inverse fund so that the whole has the target beta."""
    ...

@overload
def inv_vol_weights(
    cov: Numbers,
) -> Array:
    """Weights in inverse proportion to volatility, the naive form of risk parity."""
    ...
@overload
def inv_vol_weights(
    cov: NamedRows,
) -> dict[Any, float]: ...
@overload
def inv_vol_weights(
    cov: Pandas,
) -> pd.Series[float]: ...

@overload
def jensen_alpha(
    returns: Column,
    benchmark: Numbers,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Mean return beyond what the benchmark's risk explains, per year."""
    ...
@overload
def jensen_alpha(
    returns: Numbers,
    benchmark: Numbers,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def jensen_alpha(
    returns: pd.Series[Any],
    benchmark: Numbers | Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def jensen_alpha(
    returns: pd.DataFrame,
    benchmark: Numbers | Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def jensen_alpha(
    returns: Numbers,
    benchmark: Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

def kpi_by_state(
    returns: Numbers | Pandas,
    states: Labels | Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    count: Texts | None = None,
    dates: Labels | None = None,
) -> Table:
    """Return, volatility and Sharpe ratio of the periods in each state, for example of the economy or of the market."""
    ...

def kpi_table(
    returns: Numbers | Pandas,
    benchmark: Numbers | Pandas | None = None,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    own: Texts | None = None,
    dates: Labels | None = None,
) -> Table:
    """Table of all KPIs: one row per measure, one column per series."""
    ...

def leverage_for(
    vol: Number,
    target_vol: Number,
    max_leverage: Number = 2.0,
) -> float:
    """Leverage that lifts a portfolio's volatility to a target, up to a limit."""
    ...

def levered_return(
    mu: Number,
    leverage: Number,
    financing: Number,
) -> float:
    """Expected return of a portfolio held with leverage, after interest."""
    ...

def look_through(
    weights: Numbers | Named | Pandas,
    exposures: Numbers | NamedRows | Pandas,
) -> Table:
    """What a portfolio of funds really holds: its share in each class, region or sector."""
    ...

@overload
def marginal_risk(
    weights: Numbers,
    cov: Numbers,
) -> Array:
    """Increase of portfolio volatility per unit of each weight."""
    ...
@overload
def marginal_risk(
    weights: Named,
    cov: Numbers | NamedRows,
) -> dict[Any, float]: ...
@overload
def marginal_risk(
    weights: Numbers,
    cov: NamedRows,
) -> dict[Any, float]: ...
@overload
def marginal_risk(
    weights: Pandas,
    cov: Numbers | NamedRows | Pandas,
) -> pd.Series[float]: ...
@overload
def marginal_risk(
    weights: Numbers | Named,
    cov: Pandas,
) -> pd.Series[float]: ...

def margin_call(
    leverage: Number,
    maintenance: Number,
) -> float:
    """Fall of the assets that brings a margin call."""
    ...

@overload
def market_state(
    returns: Column,
    window: int = 20,
    high_std: Number = 0.02,
    low_std: Number | None = None,
    *,
    dates: Labels | None = None,
) -> str:
    """Whether each market is volatile (high), calm (low) or in between (normal) by its latest volatility."""
    ...
@overload
def market_state(
    returns: Numbers,
    window: int = 20,
    high_std: Number = 0.02,
    low_std: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def market_state(
    returns: pd.Series[Any],
    window: int = 20,
    high_std: Number = 0.02,
    low_std: Number | None = None,
    *,
    dates: Labels | None = None,
) -> str: ...
@overload
def market_state(
    returns: pd.DataFrame,
    window: int = 20,
    high_std: Number = 0.02,
    low_std: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[str]: ...

@overload
def max_div_weights(
    cov: Numbers,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
) -> Array:
    """Maximum-diversification portfolio: the highest ratio of the assets' mean volatility to the portfolio's."""
    ...
@overload
def max_div_weights(
    cov: NamedRows,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
) -> dict[Any, float]: ...
@overload
def max_div_weights(
    cov: Pandas,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
) -> pd.Series[float]: ...

@overload
def max_drawdown(
    returns: Column,
    *,
    dates: Labels | None = None,
) -> float:
    """Deepest fall of wealth below its highest value before, a negative number."""
    ...
@overload
def max_drawdown(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def max_drawdown(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def max_drawdown(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def max_sharpe_weights(
    mu: Numbers,
    cov: Numbers,
    rf: Number = 0.0,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
) -> Array:
    """Maximum-Sharpe (tangency) portfolio within the bounds."""
    ...
@overload
def max_sharpe_weights(
    mu: Named,
    cov: Numbers | NamedRows,
    rf: Number = 0.0,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def max_sharpe_weights(
    mu: Numbers,
    cov: NamedRows,
    rf: Number = 0.0,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def max_sharpe_weights(
    mu: Pandas,
    cov: Numbers | NamedRows | Pandas,
    rf: Number = 0.0,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def max_sharpe_weights(
    mu: Numbers | Named,
    cov: Pandas,
    rf: Number = 0.0,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def mean_returns(
    returns: Column,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Arithmetic mean of the returns of each asset, per year."""
    ...
@overload
def mean_returns(
    returns: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def mean_returns(
    returns: pd.Series[Any],
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def mean_returns(
    returns: pd.DataFrame,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def min_cvar_weights(
    returns: Column,
    level: Number = 0.95,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Minimum-CVaR portfolio within the bounds: the lowest expected shortfall that history shows."""
    ...
@overload
def min_cvar_weights(
    returns: Numbers,
    level: Number = 0.95,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def min_cvar_weights(
    returns: pd.Series[Any],
    level: Number = 0.95,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def min_cvar_weights(
    returns: pd.DataFrame,
    level: Number = 0.95,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def min_te_weights(
    cov: Numbers,
    bench_weights: Numbers,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
) -> Array:
    """Weights of the portfolio that tracks a benchmark most closely within the bounds."""
    ...
@overload
def min_te_weights(
    cov: NamedRows,
    bench_weights: Numbers | Named,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def min_te_weights(
    cov: Numbers,
    bench_weights: Named,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def min_te_weights(
    cov: Pandas,
    bench_weights: Numbers | Named | Pandas,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def min_te_weights(
    cov: Numbers | NamedRows,
    bench_weights: Pandas,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def min_var_weights(
    cov: Numbers,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
) -> Array:
    """Minimum-variance portfolio within the bounds."""
    ...
@overload
def min_var_weights(
    cov: NamedRows,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def min_var_weights(
    cov: Pandas,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

def model_list(
) -> Table:
    """The model portfolios with the figures stated for them and where those come from."""
    ...

def model_weights(
    name: str,
) -> Table:
    """Assets and weights of a model portfolio, ready to be used as labelled weights."""
    ...

def mwr(
    balances: Numbers | Pandas,
    flows: Numbers | Pandas,
    timing: Literal["end", "start"] = "end",
    *,
    dates: Labels | None = None,
) -> float:
    """Money-weighted return of an account per year: the rate at which its payments grow to what it is worth."""
    ...

@overload
def omega(
    returns: Column,
    min_return: Number = 0.0,
    *,
    dates: Labels | None = None,
) -> float:
    """Sum of the returns beyond a minimum acceptable return over the sum of the shortfalls below it."""
    ...
@overload
def omega(
    returns: Numbers,
    min_return: Number = 0.0,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def omega(
    returns: pd.Series[Any],
    min_return: Number = 0.0,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def omega(
    returns: pd.DataFrame,
    min_return: Number = 0.0,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

def plain(
    x: Any,
) -> Any:
    """Numbers of a labelled result without its labels: for arithmetic, charts and functions that take bare numbers."""
    ...

def policy_check(
    weights: Numbers | Named | Pandas,
    mu: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
    return_range: Numbers | Named | Pandas,
    vol_range: Numbers | Named | Pandas,
    drawdown_limit: Number | None = None,
) -> Table:
    """Compares the characteristics stated for a portfolio with what its own assumptions imply."""
    ...

@overload
def port_beta(
    returns: Column,
    benchmark: Numbers,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Sensitivity of the returns to the benchmark's."""
    ...
@overload
def port_beta(
    returns: Numbers,
    benchmark: Numbers,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def port_beta(
    returns: pd.Series[Any],
    benchmark: Numbers | Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def port_beta(
    returns: pd.DataFrame,
    benchmark: Numbers | Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def port_beta(
    returns: Numbers,
    benchmark: Pandas,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

def port_return(
    weights: Numbers | Named | Pandas,
    mu: Numbers | Named | Pandas,
) -> float:
    """Expected return of a portfolio, the weighted mean of its assets'."""
    ...

@overload
def port_series(
    returns: Numbers,
    weights: Numbers,
    *,
    dates: Labels | None = None,
) -> Array:
    """Return of the portfolio in each period, its weights restored at the start of every period."""
    ...
@overload
def port_series(
    returns: Numbers,
    weights: Named,
    *,
    dates: Labels | None = None,
) -> Array: ...
@overload
def port_series(
    returns: Pandas,
    weights: Numbers | Named | Pandas,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def port_series(
    returns: Numbers,
    weights: Pandas,
    *,
    dates: Labels | None = None,
) -> Any: ...

def port_sharpe(
    weights: Numbers | Named | Pandas,
    mu: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
    rf: Number = 0.0,
) -> float:
    """Expected return above the risk-free rate, per unit of volatility."""
    ...

def port_te(
    weights: Numbers | Named | Pandas,
    bench_weights: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
) -> float:
    """Expected tracking error of a portfolio against a benchmark, from their weights and the covariance matrix."""
    ...

def port_vol(
    weights: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
) -> float:
    """Volatility of a portfolio."""
    ...

def put_hedge(
    value: Number,
    protect: Number,
    years: Number,
    vol: Number,
    rf: Number,
    beta: Number = 1.0,
) -> Table:
    """Cost of a floor under a portfolio by index puts: strike, premium, premium per year, worst loss."""
    ...

def put_price(
    spot: Number,
    strike: Number,
    years: Number,
    vol: Number,
    rf: Number,
    dividend: Number = 0.0,
) -> float:
    """Price of a European put option: the right to sell at the strike on the day it expires."""
    ...

@overload
def realized_vol(
    returns: Column,
    window: int = 20,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Volatility of the latest returns, per year."""
    ...
@overload
def realized_vol(
    returns: Numbers,
    window: int = 20,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def realized_vol(
    returns: pd.Series[Any],
    window: int = 20,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def realized_vol(
    returns: pd.DataFrame,
    window: int = 20,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

def real_return(
    nominal: Number,
    inflation: Number,
) -> float:
    """Return after inflation: what it adds to what money buys."""
    ...

def rebal_checklist(
    values: Numbers | Named | Pandas,
    target: Numbers | Named | Pandas,
    threshold: Number = 0.05,
    achieved: Number | Numbers | Named | Pandas | None = None,
    hurdle: Number | Numbers | Named | Pandas | None = None,
) -> Table:
    """The periodic review: five questions, answered where the numbers can answer them, with what follows from each."""
    ...

@overload
def rebal_cost(
    trades: Numbers,
    commission: Number | Numbers = 0.0,
    sell_tax: Number | Numbers = 0.0,
    min_commission: Number | Numbers = 0.0,
    exit_fee: Number | Numbers = 0.0,
    spread: Number | Numbers = 0.0,
) -> Array:
    """Cost of each trade in money."""
    ...
@overload
def rebal_cost(
    trades: Named,
    commission: Number | Numbers | Named = 0.0,
    sell_tax: Number | Numbers | Named = 0.0,
    min_commission: Number | Numbers | Named = 0.0,
    exit_fee: Number | Numbers | Named = 0.0,
    spread: Number | Numbers | Named = 0.0,
) -> dict[Any, float]: ...
@overload
def rebal_cost(
    trades: Pandas,
    commission: Number | Numbers | Named | Pandas = 0.0,
    sell_tax: Number | Numbers | Named | Pandas = 0.0,
    min_commission: Number | Numbers | Named | Pandas = 0.0,
    exit_fee: Number | Numbers | Named | Pandas = 0.0,
    spread: Number | Numbers | Named | Pandas = 0.0,
) -> pd.Series[float]: ...

def rebal_drift(
    values: Numbers | Named | Pandas,
    target: Numbers | Named | Pandas,
) -> Table:
    """How far each holding has drifted from its target weight."""
    ...

def rebal_due(
    last_date: Date,
    today: Date,
    frequency: Literal["weekly", "monthly", "quarterly", "semiannual", "annual"],
    values: Numbers | Named | Pandas | None = None,
    target: Numbers | Named | Pandas | None = None,
    threshold: Number = 0.05,
) -> bool:
    """TRUE where a review is due by the calendar and, with values and target, the drift exceeds the threshold too."""
    ...

def rebal_plan(
    values: Numbers | Named | Pandas,
    target: Numbers | Named | Pandas,
    threshold: Number = 0.05,
    cash_flow: Number = 0.0,
    price: Numbers | Named | Pandas | None = None,
    lot: Number | Numbers | Named | Pandas = 0.0,
    commission: Number | Numbers | Named | Pandas = 0.0,
    sell_tax: Number | Numbers | Named | Pandas = 0.0,
    min_commission: Number | Numbers | Named | Pandas = 0.0,
    exit_fee: Number | Numbers | Named | Pandas = 0.0,
    rule: Literal["target", "edge", "cash"] = "target",
    band: Literal["absolute", "relative"] = "absolute",
) -> Table:
    """The orders that bring a portfolio back to its target, in whole lots and paid for: the adviser's table."""
    ...

@overload
def rebal_trades(
    values: Numbers,
    target: Numbers,
    threshold: Number = 0.05,
    cash_flow: Number = 0.0,
    rule: Literal["target", "edge", "cash"] = "target",
    band: Literal["absolute", "relative"] = "absolute",
) -> Array:
    """Money to buy (+) or sell (-) of each asset so that the portfolio returns to its target."""
    ...
@overload
def rebal_trades(
    values: Named,
    target: Numbers | Named,
    threshold: Number = 0.05,
    cash_flow: Number = 0.0,
    rule: Literal["target", "edge", "cash"] = "target",
    band: Literal["absolute", "relative"] = "absolute",
) -> dict[Any, float]: ...
@overload
def rebal_trades(
    values: Numbers,
    target: Named,
    threshold: Number = 0.05,
    cash_flow: Number = 0.0,
    rule: Literal["target", "edge", "cash"] = "target",
    band: Literal["absolute", "relative"] = "absolute",
) -> dict[Any, float]: ...
@overload
def rebal_trades(
    values: Pandas,
    target: Numbers | Named | Pandas,
    threshold: Number = 0.05,
    cash_flow: Number = 0.0,
    rule: Literal["target", "edge", "cash"] = "target",
    band: Literal["absolute", "relative"] = "absolute",
) -> pd.Series[float]: ...
@overload
def rebal_trades(
    values: Numbers | Named,
    target: Pandas,
    threshold: Number = 0.05,
    cash_flow: Number = 0.0,
    rule: Literal["target", "edge", "cash"] = "target",
    band: Literal["absolute", "relative"] = "absolute",
) -> pd.Series[float]: ...

@overload
def redemption_fee(
    days_held: Number,
    days: Numbers | None = None,
    fees: Numbers | None = None,
    kind: Literal["fund", "index_fund", "bond_fund", "etf", "money_fund"] = "fund",
) -> float:
    """Redemption fee of a fund by the number of days its units were held."""
    ...
@overload
def redemption_fee(
    days_held: Number | Numbers,
    days: Numbers | None = None,
    fees: Numbers | None = None,
    kind: Literal["fund", "index_fund", "bond_fund", "etf", "money_fund"] = "fund",
) -> Array: ...
@overload
def redemption_fee(
    days_held: Named,
    days: Numbers | Named | None = None,
    fees: Numbers | Named | None = None,
    kind: Literal["fund", "index_fund", "bond_fund", "etf", "money_fund"] = "fund",
) -> dict[Any, float]: ...
@overload
def redemption_fee(
    days_held: Pandas,
    days: Numbers | Named | Pandas | None = None,
    fees: Numbers | Named | Pandas | None = None,
    kind: Literal["fund", "index_fund", "bond_fund", "etf", "money_fund"] = "fund",
) -> pd.Series[float]: ...

@overload
def returns(
    prices: Numbers,
    kind: Literal["simple", "log"] = "simple",
    *,
    dates: Labels | None = None,
) -> Array:
    """Returns from one row of prices to the next, with the dates and names that the prices carry."""
    ...
@overload
def returns(
    prices: pd.Series[Any],
    kind: Literal["simple", "log"] = "simple",
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def returns(
    prices: pd.DataFrame,
    kind: Literal["simple", "log"] = "simple",
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

@overload
def returns_in(
    returns: Numbers,
    fx_returns: Number | Numbers,
    hedge: Number | Numbers = 0.0,
    carry: Number | Numbers = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Array:
    """Returns of foreign assets in the home currency, with the exchange rate hedged in part or not at all."""
    ...
@overload
def returns_in(
    returns: pd.Series[Any],
    fx_returns: Number | Numbers | Pandas,
    hedge: Number | Numbers | Named | Pandas = 0.0,
    carry: Number | Numbers | Named | Pandas = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def returns_in(
    returns: pd.DataFrame,
    fx_returns: Number | Numbers | Pandas,
    hedge: Number | Numbers | Named | Pandas = 0.0,
    carry: Number | Numbers | Named | Pandas = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...
@overload
def returns_in(
    returns: Numbers,
    fx_returns: Pandas,
    hedge: Number | Numbers | Named | Pandas = 0.0,
    carry: Number | Numbers | Named | Pandas = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

@overload
def risk_contrib(
    weights: Numbers,
    cov: Numbers,
    mode: Literal["percent", "absolute"] = "percent",
) -> Array:
    """Contribution of each asset to the risk of the portfolio."""
    ...
@overload
def risk_contrib(
    weights: Named,
    cov: Numbers | NamedRows,
    mode: Literal["percent", "absolute"] = "percent",
) -> dict[Any, float]: ...
@overload
def risk_contrib(
    weights: Numbers,
    cov: NamedRows,
    mode: Literal["percent", "absolute"] = "percent",
) -> dict[Any, float]: ...
@overload
def risk_contrib(
    weights: Pandas,
    cov: Numbers | NamedRows | Pandas,
    mode: Literal["percent", "absolute"] = "percent",
) -> pd.Series[float]: ...
@overload
def risk_contrib(
    weights: Numbers | Named,
    cov: Pandas,
    mode: Literal["percent", "absolute"] = "percent",
) -> pd.Series[float]: ...

def risk_profile(
    answers: Texts | NamedTexts | Pandas,
    points: Number | Numbers | NamedRows | Pandas,
    bounds: Numbers | Named | Pandas,
) -> Table:
    """Score and risk level, C1 to C5, of a client from the answers to a questionnaire."""
    ...

@overload
def rolling(
    name: Literal["total_return", "ann_return", "mean_return", "ann_vol", "downside_vol", "max_drawdown", "underwater_periods", "sharpe", "sortino", "calmar", "hist_var", "hist_cvar", "omega", "ulcer", "win_rate", "skew", "kurt", "excess_return", "tracking_error", "info_ratio", "port_beta", "jensen_alpha"],
    returns: Numbers,
    window: int,
    periods: Number | None = None,
    rf: Number = 0.0,
    benchmark: Numbers | None = None,
    *,
    dates: Labels | None = None,
) -> Array:
    """A KPI of every window of consecutive periods."""
    ...
@overload
def rolling(
    name: Literal["total_return", "ann_return", "mean_return", "ann_vol", "downside_vol", "max_drawdown", "underwater_periods", "sharpe", "sortino", "calmar", "hist_var", "hist_cvar", "omega", "ulcer", "win_rate", "skew", "kurt", "excess_return", "tracking_error", "info_ratio", "port_beta", "jensen_alpha"],
    returns: pd.Series[Any],
    window: int,
    periods: Number | None = None,
    rf: Number = 0.0,
    benchmark: Numbers | Pandas | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def rolling(
    name: Literal["total_return", "ann_return", "mean_return", "ann_vol", "downside_vol", "max_drawdown", "underwater_periods", "sharpe", "sortino", "calmar", "hist_var", "hist_cvar", "omega", "ulcer", "win_rate", "skew", "kurt", "excess_return", "tracking_error", "info_ratio", "port_beta", "jensen_alpha"],
    returns: pd.DataFrame,
    window: int,
    periods: Number | None = None,
    rf: Number = 0.0,
    benchmark: Numbers | Pandas | None = None,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

@overload
def round_lots(
    trades: Numbers,
    price: Numbers,
    lot: Number | Numbers = 100.0,
) -> Array:
    """Money of each trade, rounded towards zero to whole lots."""
    ...
@overload
def round_lots(
    trades: Named,
    price: Numbers | Named,
    lot: Number | Numbers | Named = 100.0,
) -> dict[Any, float]: ...
@overload
def round_lots(
    trades: Numbers,
    price: Named,
    lot: Number | Numbers | Named = 100.0,
) -> dict[Any, float]: ...
@overload
def round_lots(
    trades: Pandas,
    price: Numbers | Named | Pandas,
    lot: Number | Numbers | Named | Pandas = 100.0,
) -> pd.Series[float]: ...
@overload
def round_lots(
    trades: Numbers | Named,
    price: Pandas,
    lot: Number | Numbers | Named | Pandas = 100.0,
) -> pd.Series[float]: ...

def rp_backtest(
    prices: Numbers | Pandas,
    window: int = 252,
    frequency: Literal["weekly", "monthly", "quarterly", "semiannual", "annual"] = "monthly",
    budgets: Numbers | Named | Pandas | None = None,
    commission: Number | Numbers | Named | Pandas = 0.0,
    method: Literal["sample", "window", "ewma", "ledoit_wolf", "oas", "constant_correlation", "semi", "ewma_shrunk"] = "sample",
    parameter: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Table:
    """Growth of 1 at risk-parity weights that are estimated again from the latest prices at each review."""
    ...

def rp_check(
    weights: Numbers | Named | Pandas,
    cov: Numbers | NamedRows | Pandas,
    budgets: Numbers | Named | Pandas | None = None,
    tolerance: Number = 0.2,
) -> Table:
    """Table of each asset's share of risk beside its budget, with a mark where it has drifted too far."""
    ...

@overload
def rp_cvar_weights(
    returns: Column,
    budgets: Numbers | None = None,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> float:
    """Risk parity with expected shortfall as the risk: long-only weights whose shares of the CVaR equal the budgets."""
    ...
@overload
def rp_cvar_weights(
    returns: Numbers,
    budgets: Numbers | None = None,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def rp_cvar_weights(
    returns: pd.Series[Any],
    budgets: Numbers | Named | Pandas | None = None,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def rp_cvar_weights(
    returns: pd.DataFrame,
    budgets: Numbers | Named | Pandas | None = None,
    level: Number = 0.95,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def rp_factor(
    loadings: Numbers,
    factor_cov: Numbers,
    specific_vols: Numbers,
    factor_budgets: Numbers | None = None,
) -> Array:
    """Long-only weights whose factor exposures are closest to those that give each factor its share of the risk."""
    ...
@overload
def rp_factor(
    loadings: NamedRows,
    factor_cov: Numbers | NamedRows,
    specific_vols: Numbers | Named,
    factor_budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_factor(
    loadings: Numbers,
    factor_cov: NamedRows,
    specific_vols: Numbers | Named,
    factor_budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_factor(
    loadings: Numbers,
    factor_cov: Numbers,
    specific_vols: Named,
    factor_budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_factor(
    loadings: Pandas,
    factor_cov: Numbers | NamedRows | Pandas,
    specific_vols: Numbers | Named | Pandas,
    factor_budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def rp_factor(
    loadings: Numbers | NamedRows,
    factor_cov: Pandas,
    specific_vols: Numbers | Named | Pandas,
    factor_budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def rp_factor(
    loadings: Numbers | NamedRows,
    factor_cov: Numbers | NamedRows,
    specific_vols: Pandas,
    factor_budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def rp_levered(
    cov: Numbers,
    target_vol: Number,
    max_leverage: Number = 2.0,
    budgets: Numbers | None = None,
) -> Array:
    """Risk-parity weights scaled up or down to a target volatility; they sum to the leverage, not to 1."""
    ...
@overload
def rp_levered(
    cov: NamedRows,
    target_vol: Number,
    max_leverage: Number = 2.0,
    budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_levered(
    cov: Pandas,
    target_vol: Number,
    max_leverage: Number = 2.0,
    budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def rp_nested(
    cov: Numbers,
    groups: Texts,
    group_budgets: Numbers | None = None,
) -> Array:
    """Risk parity in layers: equal shares of risk inside each group, then the groups at their budgets."""
    ...
@overload
def rp_nested(
    cov: NamedRows,
    groups: Texts | NamedTexts,
    group_budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_nested(
    cov: Numbers,
    groups: NamedTexts,
    group_budgets: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_nested(
    cov: Pandas,
    groups: Texts | NamedTexts | Pandas,
    group_budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def rp_nested(
    cov: Numbers | NamedRows,
    groups: Pandas,
    group_budgets: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def rp_weights(
    cov: Numbers,
    budgets: Numbers | None = None,
    lower: Number | Numbers | None = None,
    upper: Number | Numbers | None = None,
) -> Array:
    """Long-only weights with which every asset carries its share of the risk: equal shares, or the budgets given."""
    ...
@overload
def rp_weights(
    cov: NamedRows,
    budgets: Numbers | Named | None = None,
    lower: Number | Numbers | Named | None = None,
    upper: Number | Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def rp_weights(
    cov: Pandas,
    budgets: Numbers | Named | Pandas | None = None,
    lower: Number | Numbers | Named | Pandas | None = None,
    upper: Number | Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

def safe_withdrawal(
    years: int,
    mu: Number,
    vol: Number,
    prob: Number = 0.9,
    inflation: Number = 0.0,
    paths: int = 10000,
    seed: int = 1,
) -> float:
    """Share of wealth that can be spent in the first year, and in real terms in every later one, with a given chance."""
    ...

@overload
def sharpe(
    returns: Column,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Mean return above the risk-free rate per unit of volatility, per year."""
    ...
@overload
def sharpe(
    returns: Numbers,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def sharpe(
    returns: pd.Series[Any],
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def sharpe(
    returns: pd.DataFrame,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

def shrinkage(
    returns: Numbers | Pandas,
    method: Literal["ledoit_wolf", "oas", "constant_correlation", "ewma_shrunk"] = "ledoit_wolf",
    *,
    dates: Labels | None = None,
) -> float:
    """How far COV_MATRIX moves the sample covariances to its target: 0 not at all, 1 all the way."""
    ...

def skew_kurt(
    returns: Numbers | Pandas,
    *,
    dates: Labels | None = None,
) -> Table:
    """Skewness and excess kurtosis of the returns: which tail is longer, and how fat the tails are."""
    ...

@overload
def sortino(
    returns: Column,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Mean return above the risk-free rate per unit of downside risk, per year."""
    ...
@overload
def sortino(
    returns: Numbers,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def sortino(
    returns: pd.Series[Any],
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def sortino(
    returns: pd.DataFrame,
    rf: Number = 0.0,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def specific_vols(
    returns: Column,
    factor_returns: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Volatility of the part of each asset's returns that the factors do not explain, per year."""
    ...
@overload
def specific_vols(
    returns: Numbers,
    factor_returns: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def specific_vols(
    returns: pd.Series[Any],
    factor_returns: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def specific_vols(
    returns: pd.DataFrame,
    factor_returns: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def specific_vols(
    returns: Numbers,
    factor_returns: Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

def stamp_duty(
    trade_date: Date,
) -> float:
    """Stamp duty on the sale of A-shares on a date, as a share of the sale."""
    ...

def state_budgets(
    state: str,
    states: Texts | NamedTexts | Pandas | None = None,
    budgets: Numbers | NamedRows | Pandas | None = None,
) -> Any:
    """Risk budgets for the state the market is in, to be given to RP_WEIGHTS."""
    ...

@overload
def stress_corr(
    cov: Numbers,
    uplift: Number,
) -> Array:
    """Covariance matrix with the correlations moved towards 1, as they tend to in a crisis."""
    ...
@overload
def stress_corr(
    cov: NamedRows,
    uplift: Number,
) -> dict[Any, dict[Any, float]]: ...
@overload
def stress_corr(
    cov: Pandas,
    uplift: Number,
) -> pd.DataFrame: ...

def stress_loss(
    weights: Numbers | Named | Pandas,
    shocks: Numbers | Named | Pandas,
) -> float:
    """Result of a portfolio when each asset moves by a given shock; a loss is negative."""
    ...

def stress_table(
    weights: Numbers | Named | Pandas,
    scenarios: Numbers | NamedRows | Pandas | None = None,
    *,
    asset_names: Texts | None = None,
) -> Table:
    """Result of a portfolio in each of several crises, and the asset that costs it most."""
    ...

@overload
def suitable(
    profile: str,
    product_levels: Texts,
    allowed: Any | None = None,
) -> Array:
    """Whether a client of this risk level may buy each product."""
    ...
@overload
def suitable(
    profile: str,
    product_levels: NamedTexts,
    allowed: Any | None = None,
) -> dict[Any, float]: ...
@overload
def suitable(
    profile: str,
    product_levels: Pandas,
    allowed: Any | None = None,
) -> pd.Series[float]: ...

@overload
def target_return_weights(
    mu: Numbers,
    cov: Numbers,
    target_return: Number,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
) -> Array:
    """Minimum-variance portfolio with at least the target return."""
    ...
@overload
def target_return_weights(
    mu: Named,
    cov: Numbers | NamedRows,
    target_return: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_return_weights(
    mu: Numbers,
    cov: NamedRows,
    target_return: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_return_weights(
    mu: Pandas,
    cov: Numbers | NamedRows | Pandas,
    target_return: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def target_return_weights(
    mu: Numbers | Named,
    cov: Pandas,
    target_return: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def target_te_weights(
    mu: Numbers,
    cov: Numbers,
    bench_weights: Numbers,
    max_te: Number,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
) -> Array:
    """Weights of the highest expected return with a tracking error of at most the maximum."""
    ...
@overload
def target_te_weights(
    mu: Named,
    cov: Numbers | NamedRows,
    bench_weights: Numbers | Named,
    max_te: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_te_weights(
    mu: Numbers,
    cov: NamedRows,
    bench_weights: Numbers | Named,
    max_te: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_te_weights(
    mu: Numbers,
    cov: Numbers,
    bench_weights: Named,
    max_te: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_te_weights(
    mu: Pandas,
    cov: Numbers | NamedRows | Pandas,
    bench_weights: Numbers | Named | Pandas,
    max_te: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def target_te_weights(
    mu: Numbers | Named,
    cov: Pandas,
    bench_weights: Numbers | Named | Pandas,
    max_te: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def target_te_weights(
    mu: Numbers | Named,
    cov: Numbers | NamedRows,
    bench_weights: Pandas,
    max_te: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def target_vol_weights(
    mu: Numbers,
    cov: Numbers,
    target_vol: Number,
    lower: Number | Numbers = 0.0,
    upper: Number | Numbers = 1.0,
    groups: Texts | None = None,
    group_lower: Numbers | None = None,
    group_upper: Numbers | None = None,
) -> Array:
    """Maximum-return portfolio with at most the target volatility."""
    ...
@overload
def target_vol_weights(
    mu: Named,
    cov: Numbers | NamedRows,
    target_vol: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_vol_weights(
    mu: Numbers,
    cov: NamedRows,
    target_vol: Number,
    lower: Number | Numbers | Named = 0.0,
    upper: Number | Numbers | Named = 1.0,
    groups: Texts | NamedTexts | None = None,
    group_lower: Numbers | Named | None = None,
    group_upper: Numbers | Named | None = None,
) -> dict[Any, float]: ...
@overload
def target_vol_weights(
    mu: Pandas,
    cov: Numbers | NamedRows | Pandas,
    target_vol: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...
@overload
def target_vol_weights(
    mu: Numbers | Named,
    cov: Pandas,
    target_vol: Number,
    lower: Number | Numbers | Named | Pandas = 0.0,
    upper: Number | Numbers | Named | Pandas = 1.0,
    groups: Texts | NamedTexts | Pandas | None = None,
    group_lower: Numbers | Named | Pandas | None = None,
    group_upper: Numbers | Named | Pandas | None = None,
) -> pd.Series[float]: ...

@overload
def total_return(
    returns: Column,
    *,
    dates: Labels | None = None,
) -> float:
    """Return over the whole time, compounded."""
    ...
@overload
def total_return(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def total_return(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def total_return(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def tracking_error(
    returns: Column,
    benchmark: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float:
    """Volatility of the returns beyond the benchmark's, per year."""
    ...
@overload
def tracking_error(
    returns: Numbers,
    benchmark: Numbers,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def tracking_error(
    returns: pd.Series[Any],
    benchmark: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def tracking_error(
    returns: pd.DataFrame,
    benchmark: Numbers | Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def tracking_error(
    returns: Numbers,
    benchmark: Pandas,
    periods: Number | None = None,
    *,
    dates: Labels | None = None,
) -> Any: ...

@overload
def trend_state(
    prices: Column,
    window: int = 200,
    *,
    dates: Labels | None = None,
) -> str:
    """Whether each price is above (up) or not above (down) its moving average."""
    ...
@overload
def trend_state(
    prices: Numbers,
    window: int = 200,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def trend_state(
    prices: pd.Series[Any],
    window: int = 200,
    *,
    dates: Labels | None = None,
) -> str: ...
@overload
def trend_state(
    prices: pd.DataFrame,
    window: int = 200,
    *,
    dates: Labels | None = None,
) -> pd.Series[str]: ...

def turnover(
    current: Numbers | Named | Pandas,
    target: Numbers | Named | Pandas,
) -> float:
    """Share of the portfolio that changes hands between two sets of weights."""
    ...

@overload
def ulcer(
    returns: Column,
    *,
    dates: Labels | None = None,
) -> float:
    """Ulcer index: root mean square of the drawdowns, which grows with their depth and their length."""
    ...
@overload
def ulcer(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def ulcer(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def ulcer(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def underwater_periods(
    returns: Column,
    *,
    dates: Labels | None = None,
) -> float:
    """Longest time that wealth stayed below a peak, in periods."""
    ...
@overload
def underwater_periods(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def underwater_periods(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def underwater_periods(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

@overload
def vols_from_cov(
    cov: Numbers,
) -> Array:
    """Volatility of each asset, from its variance on the diagonal of a covariance matrix."""
    ...
@overload
def vols_from_cov(
    cov: NamedRows,
) -> dict[Any, float]: ...
@overload
def vols_from_cov(
    cov: Pandas,
) -> pd.Series[float]: ...

def vol_step(
    weight: Number,
    current_vol: Number,
    high: Number = 0.2,
    low: Number = 0.1,
    change: Number = 0.2,
) -> float:
    """Cuts the weight of stocks when volatility is high and raises it when volatility is low."""
    ...

def vol_target(
    current_vol: Number,
    target_vol: Number,
    base: Number = 0.6,
    lowest: Number = 0.2,
    highest: Number = 0.8,
) -> float:
    """Weight of the risky assets that keeps volatility at its target."""
    ...

def wealth_bands(
    wealth: Number,
    monthly: Number,
    years: int,
    mu: Number,
    vol: Number,
    paths: int = 10000,
    seed: int = 1,
    inflation: Number = 0.0,
) -> Table:
    """Range of wealth year by year, with money put in or taken out every month: 5, 25, 50, 75 and 95% of all paths."""
    ...

@overload
def wealth_index(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> Array:
    """Value of 1 invested at the beginning, at the end of every period."""
    ...
@overload
def wealth_index(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...
@overload
def wealth_index(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.DataFrame: ...

@overload
def win_rate(
    returns: Column,
    *,
    dates: Labels | None = None,
) -> float:
    """Share of periods with a gain."""
    ...
@overload
def win_rate(
    returns: Numbers,
    *,
    dates: Labels | None = None,
) -> OneOrArray: ...
@overload
def win_rate(
    returns: pd.Series[Any],
    *,
    dates: Labels | None = None,
) -> float: ...
@overload
def win_rate(
    returns: pd.DataFrame,
    *,
    dates: Labels | None = None,
) -> pd.Series[float]: ...

def withdrawal_sim(
    wealth: Number,
    spending: Number,
    years: int,
    mu: Number,
    vol: Number,
    inflation: Number = 0.0,
    rule: Literal["constant", "percent", "guardrails"] = "constant",
    paths: int = 10000,
    seed: int = 1,
) -> Table:
    """Living on wealth, year by year: the chance that the money has lasted, and the range of wealth and of spending."""
    ...

def xlalloc_info(
) -> Table:
    """What is installed and where it writes its log: version, host, Python, numpy, number of functions, log file."""
    ...
