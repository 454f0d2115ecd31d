"""The vocabulary: what every argument and result means, each said once and used by every signature."""

import math
from dataclasses import replace
from typing import Annotated, Any

import numpy as np

from xlalloc.quantity import Quantity
from xlalloc.requirements import (
    as_fractions,
    definite,
    no_negative_variance,
    no_prices,
    no_returns,
    sums_to_one,
    symmetric,
    unit_diagonal,
)

# Numbers -----------------------------------------------------------------------------------------------------


def number(help: str, unit: str = "", **limits) -> Quantity:
    return Quantity("number", help, unit, **limits)


def option(help: str, *options: str) -> Quantity:
    return Quantity("option", help, options=options)


Array = np.ndarray
NumberOrArray = Array | float  # one number for all, or one for each
A, T, F = "assets", "time", "factors"

Number = Annotated[float, number("A number")]
Ratio = Annotated[Array, Quantity("vector", "Ratio per year, one for each column", axes=(A,), nan="#DIV/0!")]
Periods = Annotated[
    float, number("Periods per year; from the dates where there are any, else 252", "per year", above=0)
]
NOT_WHOLE = math.nextafter(1.0, 0.0)  # the largest number below 1: fees and taxes take less than everything
MUCH = 0.05  # a fee from here on is told: 0.3 for 0.3% would be thirty per cent
Rate = Annotated[float, number("Risk-free rate", "per year", above=-1, unit_to=1)]
Inflation = Annotated[float, number("Inflation", "per year", above=-1, unit_to=1)]
MinReturn = Annotated[float, number("Minimum acceptable return", "per period", unit_to=1)]
Level = Annotated[float, number("Confidence level", "fraction", above=0, below=1)]
Window = Annotated[int, number("Length of the window", "rows", low=2, whole=True)]
Volatility = Annotated[float, number("Standard deviation of returns", "per year", low=0, unit_to=3)]
PositiveVol = Annotated[float, number("Standard deviation of returns, above zero", "per year", above=0, unit_to=3)]
TargetVol = Annotated[float, number("Target volatility", "per year", above=0, unit_to=3)]
MaxLeverage = Annotated[float, number("Maximum leverage", "times", above=0)]
CashFlow = Annotated[float, number("Money to put in (+) or take out (-)", "money")]
Threshold = Annotated[
    float, number("Deviation from target that triggers trading, 0.05 for 5 points", "fraction", low=0, high=1)
]
Years = Annotated[float, number("Number of years", "years", above=0)]
Parameter = Annotated[
    float,
    number("Rows of the window (60), or half-life in periods of ewma (63) and ewma_shrunk (126)", "rows", above=0),
]

# Vectors of assets -------------------------------------------------------------------------------------------

Weights = Annotated[
    Array, Quantity("vector", "Portfolio weights, summing to 1", "fraction", (A,), checks=(sums_to_one,))
]
AnyWeights = Annotated[Array, Quantity("vector", "Portfolio weights or amounts", "fraction", (A,))]
ExpectedReturns = Annotated[
    Array, Quantity("vector", "Expected return of each asset", "per year", (A,), checks=(as_fractions,))
]
Vols = Annotated[
    Array, Quantity("vector", "Standard deviation of each asset's returns", "per year", (A,), low=0, unit_to=10)
]
Budgets = Annotated[
    Array, Quantity("vector", "Risk budget of each asset; scaled to 1, equal if left out", "fraction", (A,), low=0)
]
Lower = Annotated[
    NumberOrArray, Quantity("vector", "Minimum weight: one number, or one per asset", "fraction", (A,), scalar=True)
]
MOST_WEIGHT = 10  # a maximum weight above it was typed in percent
Upper = Annotated[
    NumberOrArray,
    Quantity(
        "vector", "Maximum weight: one number, or one per asset", "fraction", (A,), scalar=True, unit_to=MOST_WEIGHT
    ),
]
Groups = Annotated[list[str], Quantity("texts", "Name of each asset's group", axes=(A,))]
GroupValues = Annotated[
    Array,
    Quantity(
        "vector", "One per group, in order of first appearance, or labelled by group", "fraction", ("groups",), low=0
    ),
]
Values = Annotated[Array, Quantity("vector", "Market value of each holding", "money", (A,), low=0)]
Trades = Annotated[Array, Quantity("vector", "Money to buy (+) or sell (-) of each asset", "money", (A,))]
Prices1 = Annotated[Array, Quantity("vector", "Price of one unit of each asset", "money", (A,), above=0)]
Lots = Annotated[
    NumberOrArray,
    Quantity("vector", "Units of one lot, 0 for none: one number, or one per asset", "units", (A,), low=0, scalar=True),
]
Target = Annotated[
    Array,
    Quantity("vector", "Target weight of each asset, summing to 1", "fraction", (A,), low=0, checks=(sums_to_one,)),
]


def _cost(help: str, unit: str, **limits) -> Quantity:
    return Quantity("vector", f"{help}: one number, or one per asset", unit, (A,), low=0, scalar=True, **limits)


Commission = Annotated[
    NumberOrArray, _cost("Commission on purchases and sales", "fraction of the trade", unit_to=NOT_WHOLE, told=MUCH)
]
SellTax = Annotated[
    NumberOrArray, _cost("Tax on sales, see STAMP_DUTY", "fraction of the sale", unit_to=NOT_WHOLE, told=MUCH)
]
MinCommission = Annotated[NumberOrArray, _cost("Minimum commission of an order", "money")]
ExitFee = Annotated[
    NumberOrArray, _cost("Fee on sales, see REDEMPTION_FEE", "fraction of the sale", unit_to=NOT_WHOLE, told=MUCH)
]
Spread = Annotated[NumberOrArray, _cost("Bid–ask spread", "fraction of the price", unit_to=NOT_WHOLE, told=MUCH)]

# Matrices ----------------------------------------------------------------------------------------------------

_COV = Quantity("matrix", "Covariance matrix of asset returns, n x n", "per year", (A, A))
_COVARIANCE = (symmetric, no_negative_variance, definite)
Covariance = Annotated[Array, replace(_COV, checks=_COVARIANCE)]
BudgetedCovariance = Annotated[  # risk_budgeting itself sees that no mix has a negative variance, often for nothing
    Array, replace(_COV, checks=(symmetric, no_negative_variance))
]
Correlations = Annotated[
    Array,
    Quantity("matrix", "Correlation matrix, n x n", "-1 to 1", (A, A), checks=(symmetric, unit_diagonal, definite)),
]
Loadings = Annotated[Array, Quantity("matrix", "Factor loadings, assets down, factors across", "", (A, F))]
FactorCovariance = Annotated[
    Array,
    replace(_COV, help="Covariance matrix of the factors, k x k", axes=(F, F), checks=_COVARIANCE),
]
SpecificVols = Annotated[
    Array, Quantity("vector", "Specific volatility of each asset", "per year", (A,), low=0, unit_to=10)
]

# Time series -------------------------------------------------------------------------------------------------

_PRICES = Quantity(
    "panel",
    "Total-return prices (dividends reinvested), time down, assets across",
    "money",
    (T, A),
    above=0,
    checks=(no_returns,),
)
Prices = Annotated[Array, _PRICES]


def returns_over_time(help_: str, *axes: str, scalar: bool = False) -> Quantity:
    """Simple returns per period, time first: compounded over gaps, and no prices."""
    return Quantity(
        "panel", help_, "fraction per period", axes, low=-1, scalar=scalar, compounds=True, checks=(no_prices,)
    )


Returns = Annotated[Array, returns_over_time("Returns, time down, one column per asset or fund", T, A)]
Series = Annotated[Array, returns_over_time("Returns, one column", T)]
Benchmark = Annotated[Array, returns_over_time("Returns of the benchmark, one column", T)]
FactorReturns = Annotated[Array, returns_over_time("Returns of the factors, time down, factors across", T, F)]
_BALANCES = "Value of the account at the end of each row, its flow included; one column, blanks allowed"
Balances = Annotated[Array, Quantity("panel", _BALANCES, "money", (T,), gaps="kept")]
_FLOWS = "Money paid in (+) or taken out (-), one column; a blank is none, the first row is ignored"
Flows = Annotated[Array, Quantity("panel", _FLOWS, "money", (T,), gaps="zero")]
States = Annotated[list, Quantity("labels", "The state of each period, one column", axes=(T,))]
Dates = Annotated[Array, Quantity("labels", "Date of each row", axes=(T,))]
AssetNames = Annotated[list[str], Quantity("texts", "Name of each asset", axes=(A,))]

# Results only ------------------------------------------------------------------------------------------------

Flag = Annotated[bool, Quantity("flag", "TRUE or FALSE")]
TableResult = Annotated[object, Quantity("table", "Table with a header row")]
TimeTable = Annotated[object, Quantity("table", "Table with a header row", axes=(T,))]  # its first column: dates
SeriesTable = Annotated[object, Quantity("table", "Table with a header row; each series on its own dates", axes=(A,))]
OwnRows = Annotated[Any, Quantity("cells", "Each series on all its own dates")]
SeriesCount = Annotated[int, Quantity("cells", "Number of series")]
LabelledPanel = Annotated[
    Array, Quantity("panel", "Returns with the dates and names given", "fraction per period", (T, A))
]
PanelResult = Annotated[Array, Quantity("rows", "One row per period, one column per series", axes=(T, A))]
SeriesResult = Annotated[Array, Quantity("rows", "One row per period", axes=(T,))]
Cells = Annotated[object, Quantity("cells", "Any cells")]
CellsResult = Annotated[object, Quantity("cells", "Numbers without their labels")]
WeightsResult = Annotated[Array, Quantity("vector", "Weight of each asset", "fraction", (A,), joint=True)]
CovarianceResult = Annotated[Array, Quantity("matrix", "Covariance matrix, n x n", "per year", (A, A))]
Amount = Annotated[Array, Quantity("vector", "Money of each asset", "money", (A,))]
PerYear = Annotated[Array, Quantity("vector", "One number for each column", "per year", (A,))]
