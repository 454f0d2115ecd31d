"""The three investors of the case studies, put together from the data files; their prices are illustrative."""

import calendar
import datetime as dt
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from xlalloc import data
from xlalloc.errors import InputError

AS_OF = dt.date(2026, 10, 31)
MONTHS = 60
SEED = 2026
BENCHMARK = {"CSI 300": 0.6, "China bonds": 0.4}
ETFS = {"CSI 300", "CSI 500", "Gold", "REITs", "Sector ETF"}  # bought on the exchange, in lots of 100
COMMISSION = 0.0003
ETF_UNIT = 25.0  # an exchange-traded fund's unit is priced at a twenty-fifth of the index
FUND_LEVELS = {
    "CSI 300": 3, "CSI 500": 4, "S&P 500": 3, "China bonds": 2, "Corporate bonds": 2, "Gold": 3, "Money market": 1,
    "REITs": 3, "Nasdaq 100": 4, "Sector ETF": 4,
}  # fmt: skip


class Investor(NamedTuple):
    """What the articles leave open about an investor; the person is invented."""

    age: int
    name: str
    name_zh: str
    level: str
    wealth: float
    cash_flow: float
    goal: float
    goal_years: int
    monthly: float


INVESTORS = {
    "conservative": Investor(60, "Lin Wanqing (invented)", "林晚晴（虚构）", "C2", 2e6, -4e4, 2.6e6, 5, 0),
    "balanced": Investor(40, "Zhou Mingyuan (invented)", "周明远（虚构）", "C3", 1.2e6, 6e4, 3e6, 15, 6000),
    "aggressive": Investor(30, "Xu Ruofei (invented)", "许若飞（虚构）", "C4", 4e5, 2e4, 2e6, 20, 3000),
}
CHINESE = {"保守型": "conservative", "平衡型": "balanced", "进取型": "aggressive"}


@dataclass(frozen=True)
class Holding:
    """One line of the holdings list."""

    asset: str
    asset_zh: str
    value: float
    target: float
    mu: float
    vol: float
    level: str | None = None
    lot: float = 0.0
    price: float | None = None  # where it is not the last one of the prices
    commission: float = COMMISSION
    min_commission: float = 0.0
    sell_tax: float = 0.0
    exit_fee: float = 0.0
    locked: float = 0.0
    order: float | bool | None = None  # given: an amount, or False for none; None where it follows the rule
    source: str = "illustrative"  # where return and volatility come from: article, illustrative, given, prices

    def name(self, lang: str) -> str:
        return self.asset_zh if lang == "zh" else self.asset


@dataclass(frozen=True)
class Scenario:
    """Returns of the holdings in a crisis; those of the assets in ``assumed`` are no history."""

    name: str
    name_zh: str
    period: str
    shocks: list[float]
    assumed: list[Holding] = field(default_factory=list)


@dataclass(frozen=True)
class Case:
    """All that a case-study workbook starts from; what is None is an empty input."""

    key: str  # of the text that says what kind of investor it is, or that text itself
    name: dict[str, str]
    age: float | None
    risk_level: str | None
    as_of: dt.date
    last_rebalanced: dt.date | None
    frequency: str
    threshold: float
    cash_flow: float
    return_range: tuple[float | None, float | None]
    vol_range: tuple[float | None, float | None]
    drawdown_limit: float | None
    goal: float | None
    goal_years: float | None
    monthly: float
    holdings: list[Holding]
    correlations: list[list[float]]
    scenarios: list[Scenario]
    benchmark: list[tuple[str, float]]  # names as the prices have them, and weights
    priced: list[str]  # the columns of the prices: the holdings, then others of the benchmark
    prices: list[tuple[dt.date, list[float | None]]]
    allowed: list[str] = field(
        default_factory=lambda: [",".join(f"R{k}" for k in range(1, n + 1)) for n in range(1, 6)]
    )
    rf: float = 0.02
    fee: float = 0.01
    inflation: float = 0.0
    corr_uplift: float = 0.5
    hedge_floor: float = 0.9
    hedge_years: float = 1.0
    currency: str = ""  # empty for that of the document's language
    illustrative: bool = True  # are the prices simulated?


def case(name: str, lang: str = "en") -> Case:
    """A case by its English or Chinese name."""
    key = CHINESE.get(name.strip(), name.strip().casefold())
    if key not in INVESTORS:
        raise InputError(f"There is no case {name!r}. Cases: {', '.join([*INVESTORS, *CHINESE])}.")
    model, investor = data.row("models", key), INVESTORS[key]
    targets = {row["asset"]: row["weight"] for row in data.rows("model_weights") if row["model"] == model["model"]}
    assets = [*targets, *(asset for asset in BENCHMARK if asset not in targets)]
    prices: list[tuple[dt.date, list[float | None]]] = [
        (date, [*map(unit_price, assets, row)]) for date, row in illustrative_prices(assets)
    ]
    shares = _drifted([targets.get(asset, 0.0) for asset in assets], prices)
    holdings = [
        _holding(asset, round(investor.wealth * share, -2), targets.get(asset, 0.0))
        for asset, share in zip(assets, shares, strict=True)
    ]
    return Case(
        key=f"case.{key}",
        name={"en": investor.name, "zh": investor.name_zh},
        age=investor.age,
        risk_level=investor.level,
        as_of=AS_OF,
        last_rebalanced=dt.date(2026, 3, 31),
        frequency=model["frequency"],
        threshold=model["threshold"],
        cash_flow=investor.cash_flow,
        return_range=(model["return_low"], model["return_high"]),
        vol_range=(model["vol_low"], model["vol_high"]),
        drawdown_limit=model["drawdown"],
        goal=investor.goal,
        goal_years=investor.goal_years,
        monthly=investor.monthly,
        holdings=holdings,
        correlations=data.correlations(assets),
        scenarios=scenarios(holdings, assets),
        benchmark=[(data.row("asset_classes", a)["name_zh"] if lang == "zh" else a, w) for a, w in BENCHMARK.items()],
        priced=[holding.name(lang) for holding in holdings],
        prices=prices,
    )


def _holding(asset: str, value: float, target: float) -> Holding:
    row = data.row("asset_classes", asset)
    return Holding(
        asset,
        row["name_zh"],
        value,
        target,
        *data.expected(asset),
        level=f"R{FUND_LEVELS[asset]}",
        lot=100 if asset in ETFS else 0,
        min_commission=5.0 if asset in ETFS else 0.0,
        source="illustrative" if row["illustrative"] == "yes" else "article",
    )


def unit_price(asset: str, price: float) -> float:
    """Of an index's value the price of a fund's unit."""
    return round(price / ETF_UNIT, 3) if asset in ETFS else price


def scenarios(holdings: list[Holding], classes: list[str]) -> list[Scenario]:
    """The crises of the data file, for holdings that behave as these asset classes."""
    by_name: dict[str, list[dict]] = {}
    for row in data.rows("scenarios"):
        by_name.setdefault(row["scenario"], []).append(row)
    found = []
    for rows in by_name.values():
        known = {row["asset"]: row for row in rows}
        used = [known[data.row("asset_classes", asset)["asset"]] for asset in classes]
        assumed = [h for h, row in zip(holdings, used, strict=True) if row["illustrative"] == "yes"]
        shocks = [row["shock"] for row in used]
        found.append(Scenario(rows[0]["scenario"], rows[0]["scenario_zh"], rows[0]["period"], shocks, assumed))
    return found


def _drifted(weights: list[float], prices) -> np.ndarray:
    """Today's shares of a portfolio that stood at its target at the first price and was left alone since."""
    start, end = np.array(prices[0][1]), np.array(prices[-1][1])
    shares = np.array(weights) * end / start
    return shares / shares.sum()


def month_ends(last: dt.date, count: int) -> list[dt.date]:
    """The ``count`` month ends up to ``last``."""
    ends = []
    year, month = last.year, last.month
    for _ in range(count):
        ends.append(dt.date(year, month, calendar.monthrange(year, month)[1]))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    return ends[::-1]


def illustrative_prices(assets: list[str], months: int = MONTHS, seed: int = SEED) -> list[tuple[dt.date, list[float]]]:
    """Month-end prices simulated from the assumptions (lognormal, the stated correlations): no market data.

    Every asset's path is the same whatever the others are: all asset classes are drawn together, in the data's order.
    """
    priced = (row["asset"] for row in data.rows("asset_classes") if row["asset"] != "Cash")  # deposits have no price
    known = [asset for asset in priced if _correlated(asset)]
    mu, vol = np.array([data.expected(asset) for asset in known]).T
    normals = np.random.RandomState(seed).standard_normal((months, len(known)))
    root = np.linalg.cholesky(np.array(data.correlations(known)) + 1e-10 * np.eye(len(known)))
    normals = normals - normals.mean(axis=0)  # the path's own mean is the assumption's, not the draw's luck
    steps = (np.log1p(mu) - vol**2 / 2) / 12 + vol / np.sqrt(12) * (normals @ root.T)
    paths = 100.0 * np.exp(np.vstack([np.zeros(len(known)), np.cumsum(steps, axis=0)]))
    columns = [known.index(asset) for asset in assets]
    dates = month_ends(AS_OF, months + 1)
    return [(date, [round(float(row[j]), 2) for j in columns]) for date, row in zip(dates, paths, strict=True)]


def _correlated(asset: str) -> bool:
    try:
        data.correlations(["CSI 300", asset])
    except KeyError:
        return False
    return True
