"""Model portfolios, reference data, simple rules for weights, and what a policy's assumptions imply."""

from collections.abc import Callable
from math import atan2, cosh, exp, expm1, fabs, log1p, pi, sin, sqrt, tanh
from typing import Annotated

import numpy as np

from xlalloc import data
from xlalloc.catalogue import Table, labels, worksheet_function
from xlalloc.core.checks import normal_cdf, rising, scaled, together, volatility
from xlalloc.errors import InputError, NumberError
from xlalloc.explanation import record, recording
from xlalloc.quantities import Covariance, ExpectedReturns, Quantity, TableResult, Weights, WeightsResult, number

MOST_ASSETS = 10_000
CORE_SHARES = (0.6, 0.8)  # the core's usual share of a core-satellite portfolio
LEVEL = 0.95
HORIZONS = (1, 5)  # years
EDGE = 1e-9  # a figure this close to the end of a stated range is inside
MOST_STEPS = 200
CLOSE = 1e-12  # of the chance, where the quantile is taken as found
STEADY = 1e6  # drift over volatility beyond which chance plays no part in the deepest drawdown

ModelName = Annotated[str, Quantity("text", "Name of a model portfolio, in English or Chinese; MODEL_LIST lists them")]
AssetCount = Annotated[int, number("Number of assets", "assets", low=1, high=MOST_ASSETS, whole=True)]
Caps = Annotated[np.ndarray, Quantity("vector", "Market value of each asset", "money", ("assets",), low=0)]
Core = Annotated[
    np.ndarray, Quantity("vector", "Weights of the core, scaled to its share", "fraction", ("core",), low=0)
]
Satellite = Annotated[
    np.ndarray, Quantity("vector", "Weights of the satellites, scaled to the rest", "fraction", ("satellite",), low=0)
]
CoreShare = Annotated[float, number("Share of the core, usually 0.6 to 0.8", "fraction", low=0, high=1)]
Age = Annotated[float, number("Age of the investor", "years", low=0, high=120)]
Ages = Annotated[
    np.ndarray, Quantity("vector", "Ages of the path, increasing; 30, 40, 50, 60, 65 if left out", "years", ("points",))
]
StockWeights = Annotated[
    np.ndarray, Quantity("vector", "Weight of stocks at each age", "fraction", ("points",), low=0, high=1)
]
ReturnRange = Annotated[
    np.ndarray, Quantity("vector", "Stated range of return: two numbers, low and high", "per year", unit_to=1)
]
VolRange = Annotated[
    np.ndarray,
    Quantity("vector", "Stated range of volatility: two numbers, low and high", "per year", low=0, unit_to=3),
]
DrawdownLimit = Annotated[
    float, number("Stated maximum drawdown; 0.15 and -0.15 both mean 15%", "fraction", low=-1, high=1)
]


# Reference data --------------------------------------------------------------------------------------------------


def _cells(name: str, columns: dict[str, str]) -> list[list]:
    """A file as rows of cells: the columns wanted under the headers wanted, blank where nothing is stated."""
    return [list(columns.values())] + [["" if row[c] is None else row[c] for c in columns] for row in data.rows(name)]


def _table(cells: list[list]) -> Table:
    return Table(tuple(cells[0]), [tuple(row) for row in cells[1:]])


_MODELS = _cells("models", {
    "model": "model", "name_zh": "name in Chinese", "return_low": "return from", "return_high": "return to",
    "vol_low": "volatility from", "vol_high": "volatility to", "drawdown": "maximum drawdown", "basis": "basis",
    "frequency": "reviewed", "threshold": "threshold", "source": "source",
})  # fmt: skip
_CLASSES = _cells("asset_classes", {
    "asset": "asset", "name_zh": "name in Chinese", "kind": "kind", "return_low": "return from",
    "return_high": "return to", "vol_low": "volatility from", "vol_high": "volatility to",
    "illustrative": "illustrative", "source": "source",
})  # fmt: skip
_SIX = [row["asset"] for row in data.rows("correlations")]
_CORRELATIONS = _cells("correlations", {"asset": "asset", **{name: name for name in _SIX}, "source": "source"})


@worksheet_function("=MODEL_LIST()", _MODELS)
def model_list() -> TableResult:
    """The model portfolios with the figures stated for them and where those come from.

    Formula: a table of the data file

    One row per model: its names, the range of return and of volatility per year, the deepest drawdown, what kind of
    statement these are (expected characteristics, or history; never a promise), how often and at which deviation it is
    reviewed. Blank where nothing is stated. MODEL_WEIGHTS returns the weights, POLICY_CHECK holds the ranges against
    what assumptions imply.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: the source column of the table.
    """
    return _table(_MODELS)


@worksheet_function('=MODEL_WEIGHTS("60/40")', [["asset", "weight"], ["Stocks", 0.6], ["Bonds", 0.4]])
def model_weights(name: ModelName) -> TableResult:
    """Assets and weights of a model portfolio, ready to be used as labelled weights.

    Formula: a table of the data file; Σ wᵢ = 1

    Known: 60/40, All Weather, Risk parity example, Conservative, Balanced, Aggressive, Target date 30 to 65, and their
    Chinese names. A Chinese name gives the assets in Chinese. The weights sum to 1.

    Errors: #VALUE! where the name is not a known model.

    Peers: none.

    Source: the source column of MODEL_LIST.
    """
    model = data.find("models", name)
    if model is None:
        known = ", ".join(f"{row['model']} ({row['name_zh']})" for row in data.rows("models"))
        raise InputError(f"name: {name} is not a known model portfolio. Known: {known}.")
    record("source", model["source"])
    asset = "asset_zh" if data.in_chinese(name) else "asset"
    holdings = [row for row in data.rows("model_weights") if row["model"] == model["model"]]
    return Table(("asset", "weight"), [(row[asset], row["weight"]) for row in holdings])


@worksheet_function("=ASSET_CLASSES()", _CLASSES)
def asset_classes() -> TableResult:
    """Reference ranges of return and volatility of asset classes, each with its source.

    Formula: a table of the data file

    Per year. A row marked illustrative is an assumption of this library, not a figure of the source article; replace
    it by your own before advising on it. Ranges of the past say nothing certain about the future.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: the source column of the table.
    """
    return _table(_CLASSES)


@worksheet_function("=ASSET_CORRELATIONS()", _CORRELATIONS)
def asset_correlations() -> TableResult:
    """Reference correlations of six asset classes, an example with assumed data.

    Formula: a table of the data file; ρᵢᵢ = 1

    CSI 300, CSI 500, US stocks, China bonds, US bonds, gold, as the source article prints them. The article calls them
    assumed data (假设数据): estimate your own with CORR_MATRIX before advising on them.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: the source column of the table.
    """
    return _table(_CORRELATIONS)


# Simple rules ----------------------------------------------------------------------------------------------------


@worksheet_function("=EQUAL_WEIGHTS(4)", [[0.25], [0.25], [0.25], [0.25]])
def equal_weights(count: AssetCount) -> WeightsResult:
    """The same weight for every asset.

    Formula: wᵢ = 1/n

    A column of n weights that sums to 1.

    Errors: none beyond its arguments'.

    Peers: skfolio.optimization.EqualWeighted; bt.algos.WeighEqually.

    Source: DeMiguel, Garlappi & Uppal (2009), Optimal Versus Naive Diversification, the 1/N rule.
    """
    return np.full(count, 1.0 / count)


@worksheet_function("=CAP_WEIGHTS({300;150;50})", [[0.6], [0.3], [0.1]])
def cap_weights(caps: Caps) -> WeightsResult:
    """Weights in proportion to market value.

    Formula: wᵢ = capᵢ / Σ cap

    Market values are not negative; at least one is positive.

    Errors: #NUM! where no market value is positive.

    Peers: none.

    Source: Sharpe (1964), Capital Asset Prices, the market portfolio.
    """
    return scaled(caps, "caps")


@worksheet_function(
    "=CORE_SATELLITE({0.6;0.4},{1;1},0.7)",
    [
        ["asset", "part", "weight"],
        ["Core 1", "core", 0.42],
        ["Core 2", "core", 0.28],
        ["Satellite 1", "satellite", 0.15],
        ["Satellite 2", "satellite", 0.15],
    ],
)
def core_satellite(core: Core, satellite: Satellite, core_share: CoreShare = 0.7) -> TableResult:
    """Weights of a portfolio of a broad, cheap core and of satellites that seek more.

    Formula: core: share · cᵢ/Σc; satellite: (1 − share) · sⱼ/Σs

    Usual is a core of 60% to 80%; outside it EXPLAIN says so.

    Errors: #NUM! where the weights of a part sum to zero.

    Peers: none.

    Source: the source article on asset allocation (核心-卫星策略); Singleton (2004), Core-Satellite
    Portfolio Management.
    """
    least, most = CORE_SHARES
    if not least - EDGE <= core_share <= most + EDGE:
        record("warning", f"a core of {core_share:.4g} is outside the usual {least:g} to {most:g}")
    parts = [("core", core, core_share), ("satellite", satellite, 1.0 - core_share)]
    rows = []
    for part, weights, share in parts:
        weights = share * scaled(weights, part)
        rows += [(label, part, float(w)) for label, w in zip(labels(part, len(weights)), weights, strict=True)]
    return Table(("asset", "part", "weight"), rows)


@worksheet_function("=GLIDE_PATH(62.5)", [["asset", "weight"], ["Stocks", 0.45], ["Bonds", 0.55]])
def glide_path(age: Age, ages: Ages | None = None, stock_weights: StockWeights | None = None) -> TableResult:
    """Stocks and bonds of a target-date fund at an age: fewer stocks the nearer the date.

    Formula: s(a) = sₖ + (sₖ₊₁ − sₖ)(a − aₖ)/(aₖ₊₁ − aₖ) between two points of the path

    Straight lines between the points of the path, level before the first and after the last. Default: 90% stocks at
    30, 80% at 40, 70% at 50, 50% at 60, 40% at 65. Give ages (increasing) and stock_weights together.

    Errors: #VALUE! where only one of ages and stock_weights is given, or the ages do not increase.

    Peers: Excel FORECAST.LINEAR (between two points).

    Source: the source article on asset allocation (目标日期基金, 典型下滑路径).
    """
    together("A path of your own needs both ages and stock_weights.", ages=ages, stock_weights=stock_weights)
    if ages is None or stock_weights is None:
        path = data.rows("glide_path")
        ages, stock_weights = (np.array([row[column] for row in path]) for column in ("age", "stocks"))
    rising(ages, "ages", "the ages must increase. Sort them, each once.")
    if not ages[0] <= age <= ages[-1]:
        record("beyond the path", f"the path runs from {ages[0]:g} to {ages[-1]:g}; its end is kept")
    stocks = float(np.interp(age, ages, stock_weights))
    return Table(("asset", "weight"), [("Stocks", stocks), ("Bonds", 1.0 - stocks)])


# Stated against implied ------------------------------------------------------------------------------------------


@worksheet_function(
    "=POLICY_CHECK({0.5;0.5},{0.09;0.03},{0.0729,0;0,0},{0.05,0.07},{0.08,0.1},0.15)",
    [
        ["measure", "stated range", "implied by the assumptions", "verdict"],
        ["return", "5% to 7%", 0.06, "inside"],
        ["volatility", "8% to 10%", 0.135, "above"],
        ["drawdown in 1 year (95%)", "no deeper than 15%", 0.2353, "deeper"],
        ["drawdown in 5 years (95%)", "no deeper than 15%", 0.4035, "deeper"],
    ],
)
def policy_check(
    weights: Weights,
    mu: ExpectedReturns,
    cov: Covariance,
    return_range: ReturnRange,
    vol_range: VolRange,
    drawdown_limit: DrawdownLimit | None = None,
) -> TableResult:
    """Compares the characteristics stated for a portfolio with what its own assumptions imply.

    Formula: w'μ; √(w'Σw); drawdown 1 − e^−h, h the 95% quantile of the deepest fall of mt + σW_t, m = ln(1+w'μ) − σ²/2

    Stated ranges are expected characteristics (预期特征), never promises; so is what the assumptions imply. Return and
    volatility are per year. The drawdown is the depth that 95% of all paths do not exceed, in one year and in five,
    with log wealth as a Brownian motion: no jumps, no fat tails, so true drawdowns are deeper rather than shallower.

    Verdicts: inside, below, above; for a drawdown inside, deeper, or not stated.

    Errors: #VALUE! where a range is not two numbers, the low end first; #NUM! where the expected return is −100% or
    less.

    Peers: none.

    Source: Magdon-Ismail, Atiya, Pratap & Abu-Mostafa (2004), On the Maximum Drawdown of a Brownian Motion, sec. 2.
    """
    mean, sigma = float(weights.dot(mu)), volatility(weights, cov)
    if mean <= -1.0:
        raise NumberError(f"mu: the portfolio's expected return is {mean:.4g}; it must be above -1 (-100%). Check mu.")
    if recording():
        record("drift of log wealth", f"{log1p(mean) - sigma**2 / 2:.6g} per year")
        record("stated ranges", "expected characteristics, not promises")
    rows = [_range_row("return", return_range, "return_range", mean)]
    rows.append(_range_row("volatility", vol_range, "vol_range", sigma))
    limit = None if drawdown_limit is None else fabs(drawdown_limit)
    stated = "" if limit is None else f"no deeper than {_percent(limit)}"
    for years in HORIZONS:
        depth = drawdown_depth(mean, sigma, years)
        verdict = "not stated" if limit is None else "inside" if depth <= limit + EDGE else "deeper"
        rows.append((f"drawdown in {years} year{'s' * (years > 1)} ({LEVEL:.0%})", stated, depth, verdict))
    return Table(("measure", "stated range", "implied by the assumptions", "verdict"), rows)


def _range_row(measure: str, stated: np.ndarray, name: str, implied: float) -> tuple:
    if len(stated) != 2:
        raise InputError(f"{name}: {len(stated)} numbers; two are needed, the low end of the range and the high end.")
    low, high = map(float, stated)
    if low > high:
        raise InputError(f"{name}: from {low:g} to {high:g} is not a range; give the low end first.")
    verdict = "below" if implied < low - EDGE else "above" if implied > high + EDGE else "inside"
    return measure, f"{_percent(low)} to {_percent(high)}", implied, verdict


def _percent(fraction: float) -> str:
    return f"{100.0 * fraction:.4g}%"


# The deepest drawdown of a Brownian motion -----------------------------------------------------------------------


def drawdown_depth(mean: float, sigma: float, years: float) -> float:
    """1 − e^−h, h the 95% quantile of the deepest drawdown of log wealth over ``years``.

    Log wealth drifts by m = ln(1+μ) − σ²/2. In units of σ√T the quantile depends on ρ = m√T/σ alone.
    """
    m = log1p(mean) - sigma**2 / 2.0
    unit = sigma * sqrt(years)
    if fabs(m) * years > STEADY * unit or unit == 0.0:  # as good as no risk: a straight line
        h = max(-m, 0.0) * years
    else:
        h = unit * drawdown_quantile(m * years / unit)
    return -expm1(-h)


def drawdown_quantile(rho: float) -> float:
    """The x with P(deepest drawdown ≤ x) = 95% for a Brownian motion of volatility 1, drift ``rho``, over time 1."""
    low, high = _start(rho)
    below = drawdown_cdf(low, rho) - LEVEL if low else -LEVEL
    if below >= 0.0:
        low, below = 0.0, -LEVEL
    beyond = drawdown_cdf(high, rho) - LEVEL
    while beyond < 0.0:
        low, below, high = high, beyond, 1.5 * high
        beyond = drawdown_cdf(high, rho) - LEVEL
    side = 0
    for _ in range(MOST_STEPS):  # the Illinois variant of false position
        x = (low * beyond - high * below) / (beyond - below)
        miss = drawdown_cdf(x, rho) - LEVEL
        if fabs(miss) < CLOSE or not low < x < high:  # or the chance jumps between two neighbouring numbers
            return x
        if miss < 0.0:
            low, below, beyond = x, miss, beyond * (0.5 if side < 0 else 1.0)
            side = -1
        else:
            high, beyond, below = x, miss, below * (0.5 if side > 0 else 1.0)
            side = 1
    raise NumberError(f"cov: the deepest drawdown was not found in {MOST_STEPS} steps (drift {rho:.4g} volatilities).")


STARTS = (4.8735, 4.4017, 3.9373, 3.4833, 3.0442, 2.6270, 2.2414, 1.8994, 1.6116, 1.3810, 1.2017, 1.0624, 0.9528)


def _start(rho: float) -> tuple[float, float]:
    """Where to look: about the quantile where it is tabled (at ρ = −3, −2.5 … 3), else anywhere."""
    k = int(2.0 * rho + 6.0)
    if rho < -3.0 or k >= len(STARTS) - 1:
        return 0.0, max(-rho, 0.0) + 4.0
    x = STARTS[k] + (STARTS[k + 1] - STARTS[k]) * (2.0 * rho + 6.0 - k)
    return 0.975 * x, 1.005 * x  # between two of them the quantile is below the line


def drawdown_cdf(x: float, rho: float) -> float:
    """P(deepest drawdown ≤ x), volatility 1, drift ``rho``, time 1 (Magdon-Ismail et al. 2004, eq. 3-5).

    With c = ρx the roots θ > 0 of tan θ = θ/c, and for c > 1 the root η of tanh η = η/c, give the chance

        Σ 2 e^−c θ sin θ / (θ² + c² − c) · e^−(θ² + c²)/2x²,  first term for c > 1:  θ = iη;  for c = 1:  3/e e^−1/2x².

    Below c = −12 the terms cancel, and the first image alone is exact to e^−24.
    """
    c = rho * x
    if c < -12.0:
        return 1.0 - _hit_from_image(x, -rho)
    n = np.arange(2.0, int(9.5 * x / pi) + 4.0)
    theta = (n - 0.5) * pi
    for _ in range(4):  # Newton on θ = (n−1)π + the angle of (c, θ), which has one root in each ((n−1)π, nπ)
        theta -= (theta - (n - 1.0) * pi - np.arctan2(theta, c)) / (1.0 - c / (c * c + theta**2))
    terms = 2.0 * theta * np.sin(theta) / (theta**2 + c * c - c) * np.exp(-c - (theta**2 + c * c) / (2.0 * x * x))
    return min(max(_first_term(c, x) + float(terms.sum()), 0.0), 1.0)


def _first_term(c: float, x: float) -> float:
    """The term of the lowest root; near c = 1, where θ, η → 0 and both forms read 0/0, by its series in θ²."""
    if fabs(c - 1.0) < 1e-4:
        d = 1.0 - c  # c = θ cot θ = 1 − q/3 − q²/45 − 2q³/945 …,  q = θ² or −η²
        q = 3.0 * d - 0.6 * d * d + 12.0 / 175.0 * d**3
        kappa = 1.0 / 3.0 + q / 45.0 + 2.0 * q * q / 945.0  # (1 − c)/q
        sinc = 1.0 - q / 6.0 + q * q / 120.0  # sin θ / θ
        return 2.0 * exp(-c - (q + c * c) / (2.0 * x * x)) * sinc / (1.0 - c * kappa)
    if c < 1.0:
        theta = _first_angle(c)
        weight = 2.0 * theta * sin(theta) / (theta**2 + c * c - c)
        return weight * exp(-c - (theta**2 + c * c) / (2.0 * x * x))
    eta = _first_eta(c)
    gap = c * c / cosh(min(eta, 350.0)) ** 2  # c² − η²
    return eta * (exp(eta - c) - exp(-eta - c)) / (c - gap) * exp(-gap / (2.0 * x * x))


def _first_angle(c: float) -> float:
    """The root of tan θ = θ/c in (0, π), c < 1, by Newton from above where the function is convex (c > 0)."""
    theta = min(pi / 2.0, sqrt(3.0 * (1.0 - c))) if c > 0.0 else pi / 2.0
    return _newton(theta, lambda theta: (theta - atan2(theta, c)) / (1.0 - c / (c * c + theta**2)))


def _first_eta(c: float) -> float:
    """The positive root of tanh η = η/c, c > 1, by Newton from above."""
    eta = min(c, sqrt(1.5 * (c * c - 1.0)))
    return _newton(eta, lambda eta: (eta - c * tanh(eta)) / (1.0 - c * (1.0 - tanh(eta) ** 2)))


def _newton(x: float, step: Callable[[float], float]) -> float:
    for _ in range(30):
        x -= (change := step(x))
        if fabs(change) < 1e-15 * x:
            break
    return x


def _hit_from_image(h: float, b: float) -> float:
    """P(deepest drawdown > h) for a drift −b where bh > 12: the path falls from its start or from a peak near it.

    First term in e^−2βh of the transform 2β e^{ah−βh}/(β+a), a = b, β² = a² + 2s, inverted; the next is below e^−2bh.
    """
    u = b + h
    mills = 0.0  # Φ(−u)/φ(u) by Laplace's continued fraction, exact for u > 6.9 as here
    for k in range(60, 0, -1):
        mills = k / (u + mills)
    mills = 1.0 / (u + mills)
    density = exp(-0.5 * (h - b) ** 2) / sqrt(2.0 * pi)
    return normal_cdf(b - h) + density * ((3.0 + 2.0 * b * u) * mills - 2.0 * b)
