"""Prices common to all clients: read once; covariances are estimated once for each set of assets."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from xlalloc import data
from xlalloc.core.estimation import cov_from_corr, cov_matrix, returns
from xlalloc.dates import as_days, customary, periods_per_year
from xlalloc.errors import NotAvailableError
from xlalloc.plausible import STALE_AFTER
from xlalloc.reports import shapes
from xlalloc.reports.history import Past, past_of
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.shared import Shared

LEAST_PERIODS = 24  # below it covariance comes from assumptions
SAME = 1e-6  # between two files' prices of one asset and day
MOST_REMARK = 1_000  # characters of what is said about the prices
ILLUSTRATIVE = ("illustrative", "示例", "模拟")


@dataclass
class Market:
    """A panel of prices, one column per asset, NaN where an asset has none."""

    dates: list[dt.date] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    panel: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    periods: int | None = None
    remark: str = ""
    indexed: frozenset = frozenset()  # assets whose figures are no price of a unit
    doubts: dict[str, list] = field(default_factory=dict)  # asset → findings about its prices, for those who hold it
    _covariances: dict = field(default_factory=dict, repr=False)
    _last: dict = field(default_factory=dict, repr=False)
    _left: dict = field(default_factory=dict, repr=False)
    _panels: dict = field(default_factory=dict, repr=False)
    shared: Shared = field(default_factory=Shared, repr=False)  # what clients have in common, computed once

    @property
    def as_of(self) -> dt.date | None:
        return self.dates[-1] if self.dates else None

    @property
    def illustrative(self) -> bool:
        return any(word in self.remark.casefold() for word in ILLUSTRATIVE)

    def last(self, asset: str) -> tuple[float, dt.date] | None:
        """The latest price of an asset and its date."""
        if asset not in self._last:
            column = self._column(asset) if asset in self.assets else np.empty(0)
            filled = np.flatnonzero(~np.isnan(column))
            self._last[asset] = (float(column[filled[-1]]), self.dates[filled[-1]]) if len(filled) else None
        return self._last[asset]

    def unit_price(self, asset: str) -> tuple[float, dt.date] | None:
        """The latest price of a unit and its date."""
        return None if asset in self.indexed else self.last(asset)

    def add_flat(self, assets: list[str]) -> None:
        """Assets worth 1 a unit on every date."""
        new = [asset for asset in assets if asset not in self.assets]
        if self.dates and new:
            self.assets += new
            self.panel = np.column_stack([self.panel, np.ones((len(self.dates), len(new)))])

    def _column(self, asset: str) -> np.ndarray:
        return self.panel[:, self.assets.index(asset)]

    def stale(self, asset: str) -> dt.date | None:
        """The date of the latest price where that is old beside the newest of all."""
        last = self.last(asset)
        return last[1] if last and self.is_old(last[1]) else None

    def is_old(self, day: dt.date) -> bool:
        """Is it old beside the newest price of all?"""
        if self.as_of is None or self.periods is None:
            return False
        return (self.as_of - day).days > STALE_AFTER[self.periods]

    def prices(self, assets: list[str]) -> tuple[list[dt.date], np.ndarray]:
        """The rows in which every one of the assets has a price; the same object for the same assets."""
        key = tuple(assets)
        if key not in self._panels:
            self._panels[key] = self._prices(assets)
        return self._panels[key]

    def _prices(self, assets: list[str]) -> tuple[list[dt.date], np.ndarray]:
        if any(asset not in self.assets for asset in assets):
            return [], np.empty((0, len(assets)))
        panel = self.panel[:, [self.assets.index(asset) for asset in assets]]
        complete = ~np.isnan(panel).any(axis=1)
        return [date for date, keep in zip(self.dates, complete, strict=True) if keep], panel[complete]

    def left_out(self, assets: tuple) -> tuple[str, int, int] | None:
        """The asset whose gaps leave most dates out, how many are left out and of how many; None where none is."""
        if assets not in self._left:
            self._left[assets] = self._left_out([asset for asset in assets if asset in self.assets])
        return self._left[assets]

    def _left_out(self, assets: list[str]) -> tuple[str, int, int] | None:
        if len(assets) < 2:
            return None
        lacking = np.isnan(self.panel[:, [self.assets.index(asset) for asset in assets]])
        used = ~lacking.all(axis=1)
        count = int((lacking.any(axis=1) & used).sum())
        if not count:
            return None
        alone = [int((lacking[:, j] & used).sum()) for j in range(len(assets))]
        return assets[int(np.argmax(alone))], count, int(used.sum())

    def past(self, assets: tuple) -> Past:
        """Returns and calendar of the rows in which all have a price."""
        return past_of(*self.prices(list(assets)))

    def covariance(self, assets: list[str], table: dict) -> tuple[np.ndarray, str]:
        """Σ per year and where it comes from: "prices", or "assumptions" where they are too few."""
        key = tuple(assets)
        if key not in self._covariances:
            self._covariances[key] = self._covariance(assets, table)
        return self._covariances[key]

    def _covariance(self, assets: list[str], table: dict) -> tuple[np.ndarray, str]:
        dates, panel = self.prices(assets)
        if self.periods is not None and len(dates) > LEAST_PERIODS:
            return cov_matrix(returns(panel), periods=periods_per_year(dates, "prices")), "prices"
        return cov_from_corr(
            class_correlations(assets, table), [volatility(table[asset]) for asset in assets]
        ), "assumptions"


def class_correlations(assets: list[str], table: dict) -> list[list[float]]:
    """Reference correlations of the assets' classes; two assets of one class move together."""
    classes = [table[asset].asset_class for asset in assets]
    for asset, name in zip(assets, classes, strict=True):
        if data.find("asset_classes", name) is None:
            raise NotAvailableError(
                f"{asset}: fewer than {LEAST_PERIODS} periods of prices, and no reference class for correlations. "
                "Add prices, or give its class in the sheet assets."
            )
    try:
        return data.correlations(classes)
    except KeyError as error:
        raise NotAvailableError(f"correlations: {error.args[0]} Add prices for these assets.") from None


def volatility(asset) -> float:
    """As given for the asset, else that of its class."""
    if asset.vol is not None:
        return asset.vol
    if data.find("asset_classes", asset.asset_class) is None:
        raise NotAvailableError(
            f"{asset.name}: no volatility is given, and it has no reference class. Fill vol in the sheet assets."
        )
    return data.expected(asset.asset_class)[1]


def expected_return(asset) -> float:
    if asset.mu is not None:
        return asset.mu
    if data.find("asset_classes", asset.asset_class) is None:
        raise NotAvailableError(
            f"{asset.name}: no expected return is given, and it has no reference class. "
            "Fill expected_return in the sheet assets."
        )
    return data.expected(asset.asset_class)[0]


# Reading -----------------------------------------------------------------------------------------------------------


def read_prices(parts: list, named: Callable, assets: dict, settings, problems: Problems) -> Market:
    """The prices of all files in time order; a cell that is no price is listed and left out."""
    panels, remarks = [], []
    for part in parts:
        priced = {name: asset.code or name for name, asset in assets.items() if asset.kind != "cash"}
        reader = shapes.Reader(part, named, priced, settings, problems)
        panels += reader.panels()
        remarks += [text for text in reader.remarks if text not in remarks]
    panels = [panel for panel in panels if panel.dates and panel.assets]
    remark = " ".join(remarks)[:MOST_REMARK]
    if not panels:
        return Market(remark=remark)
    dates, names, prices = _together(panels, problems)
    periods = customary(as_days(dates))
    if periods is None:
        problems.note("", "no_frequency", "done.no_history", Location(panels[0].title))
    indexed = frozenset().union(*(panel.indexed for panel in panels))
    for asset in sorted(indexed):
        problems.note("", "indexed_prices", "done.no_unit_price", Location(panels[0].title), asset=asset)
    return Market(dates, names, prices, periods, remark, indexed)


def _together(panels: list, problems: Problems) -> tuple[list[dt.date], list[str], np.ndarray]:
    """All panels on the dates of any of them; of two series of one asset the first counts."""
    names: list[str] = []
    dates = sorted(set().union(*(panel.dates for panel in panels)))
    at = {date: k for k, date in enumerate(dates)}
    columns = []
    for panel in panels:
        values = np.array(panel.rows, dtype=float)
        rows = np.fromiter((at[date] for date in panel.dates), int, len(panel.dates))
        for j, asset in enumerate(panel.assets):
            column = np.full(len(dates), np.nan)
            column[rows] = values[:, j]
            if asset not in names:
                names.append(asset)
                columns.append(column)
                continue
            had = columns[names.index(asset)]  # another file of the same asset: its other dates count
            if np.any(np.abs(had - column) > SAME * np.abs(had)):
                problems.note("", "column_twice", "done.first_counts", Location(panel.title, None, asset))
            columns[names.index(asset)] = np.where(np.isnan(had), column, had)
    whole = np.column_stack(columns)
    filled = ~np.isnan(whole).all(axis=1)
    return [date for date, keep in zip(dates, filled, strict=True) if keep], names, np.ascontiguousarray(whole[filled])
