"""The three investors of the case studies, put together from the data files; their prices are illustrative."""

import calendar
import datetime as dt
from dataclasses import dataclass

import numpy as np

from xlalloc import data
from xlalloc.errors import InputError

AS_OF = dt.date(2026, 10, 31)
MONTHS = 60
SEED = 2026
KEYS = {"conservative": 60, "balanced": 40, "aggressive": 30}  # case: age
CHINESE = {"保守型": "conservative", "平衡型": "balanced", "进取型": "aggressive"}
RISK_LEVEL = {"conservative": "C2", "balanced": "C3", "aggressive": "C4"}
CLIENTS = {
    "conservative": {"en": "Lin Wanqing (invented)", "zh": "林晚晴（虚构）"},
    "balanced": {"en": "Zhou Mingyuan (invented)", "zh": "周明远（虚构）"},
    "aggressive": {"en": "Xu Ruofei (invented)", "zh": "许若飞（虚构）"},
}
WEALTH = {"conservative": 2_000_000.0, "balanced": 1_200_000.0, "aggressive": 400_000.0}
CASH_FLOW = {"conservative": -40_000.0, "balanced": 60_000.0, "aggressive": 20_000.0}
BENCHMARK = {"CSI 300": 0.6, "China bonds": 0.4}


@dataclass(frozen=True)
class Holding:
    """One line of the holdings list."""

    asset: str
    asset_zh: str
    value: float
    target: float
    mu: float
    vol: float
    benchmark: float

    def name(self, lang: str) -> str:
        return self.asset_zh if lang == "zh" else self.asset

    def row(self, lang: str) -> list:
        return [self.name(lang), self.value, self.target, self.mu, self.vol, self.benchmark]


@dataclass(frozen=True)
class Case:
    """All that a case-study workbook starts from."""

    key: str
    age: int
    client: dict[str, str]
    risk_level: str
    as_of: dt.date
    last_rebalanced: dt.date
    frequency: str
    threshold: float
    cash_flow: float
    commission: float
    rf: float
    return_range: tuple[float, float]
    vol_range: tuple[float, float]
    drawdown_limit: float
    holdings: list[Holding]
    correlations: list[list[float]]
    prices: list[tuple[dt.date, list[float]]]


def case(name: str) -> Case:
    """A case by its English or Chinese name."""
    key = CHINESE.get(name.strip(), name.strip().casefold())
    if key not in KEYS:
        raise InputError(f"There is no case {name!r}. Cases: {', '.join(KEYS)}.")
    model = data.find("models", key)
    weights = [row for row in data.rows("model_weights") if row["model"] == model["model"]]
    assets = [row["asset"] for row in weights]
    assets += [a for a in BENCHMARK if a not in assets]
    prices = illustrative_prices(assets)
    drifted = _drifted([row["weight"] for row in weights], prices, len(weights))
    holdings = [
        Holding(row["asset"], row["asset_zh"], round(WEALTH[key] * share, -2), row["weight"],
                *data.expected(row["asset"]), BENCHMARK.get(row["asset"], 0.0))
        for row, share in zip(weights, drifted, strict=True)
    ]  # fmt: skip
    for asset in assets[len(weights) :]:
        row = data.find("asset_classes", asset)
        holdings.append(Holding(asset, row["name_zh"], 0.0, 0.0, *data.expected(asset), BENCHMARK[asset]))
    return Case(
        key=key,
        age=KEYS[key],
        client=CLIENTS[key],
        risk_level=RISK_LEVEL[key],
        as_of=AS_OF,
        last_rebalanced=dt.date(2026, 3, 31),
        frequency=model["frequency"],
        threshold=model["threshold"],
        cash_flow=CASH_FLOW[key],
        commission=0.0003,
        rf=0.02,
        return_range=(model["return_low"], model["return_high"]),
        vol_range=(model["vol_low"], model["vol_high"]),
        drawdown_limit=model["drawdown"],
        holdings=holdings,
        correlations=data.correlations(assets),
        prices=prices,
    )


def _drifted(weights: list[float], prices, count: int) -> np.ndarray:
    """Today's shares of a portfolio that stood at its target at the first price and was left alone since."""
    start, end = np.array(prices[0][1][:count]), np.array(prices[-1][1][:count])
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
    known = [row["asset"] for row in data.rows("asset_classes") if _correlated(row["asset"])]
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
