"""Prices common to all clients: read once; covariances are estimated once for each set of assets."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from xlalloc import data
from xlalloc.core.estimation import cov_from_corr, cov_matrix, returns
from xlalloc.dates import periods_per_year
from xlalloc.errors import InputError, NotAvailableError
from xlalloc.reports import fields
from xlalloc.reports.history import Course, course
from xlalloc.reports.problems import Place, Problems
from xlalloc.reports.shared import Shared
from xlalloc.reports.tables import Table

STALE_AFTER = {252: 10, 52: 10, 12: 45, 4: 130, 1: 400}  # days, by periods per year
LEAST_PERIODS = 24  # below it covariance comes from assumptions
MOST_REMARK = 1_000  # characters of what is said about the prices
ILLUSTRATIVE = ("illustrative", "示例", "模拟")


@dataclass
class Market:
    """A panel of prices, one column an asset, NaN where an asset has none."""

    dates: list[dt.date] = field(default_factory=list)
    assets: list[str] = field(default_factory=list)
    panel: np.ndarray = field(default_factory=lambda: np.empty((0, 0)))
    periods: int | None = None
    remark: str = ""
    _covariances: dict = field(default_factory=dict, repr=False)
    _last: dict = field(default_factory=dict, repr=False)
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
            filled = np.flatnonzero(~np.isnan(self._column(asset))) if asset in self.assets else ()
            self._last[asset] = (
                (float(self._column(asset)[filled[-1]]), self.dates[filled[-1]]) if len(filled) else None
            )
        return self._last[asset]

    def _column(self, asset: str) -> np.ndarray:
        return self.panel[:, self.assets.index(asset)]

    def stale(self, asset: str) -> dt.date | None:
        """The date of the latest price where that is old beside the newest of all."""
        last = self.last(asset)
        if last is None or self.periods is None:
            return None
        return last[1] if (self.as_of - last[1]).days > STALE_AFTER[self.periods] else None

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

    def course(self, assets: tuple) -> Course:
        """Returns and calendar of the rows in which all have a price."""
        return course(*self.prices(list(assets)))

    def covariance(self, assets: list[str], table: dict) -> tuple[np.ndarray, str]:
        """Σ per year and where it comes from: "prices", or "assumptions" where they are too few."""
        key = tuple(assets)
        if key not in self._covariances:
            self._covariances[key] = self._covariance(assets, table)
        return self._covariances[key]

    def _covariance(self, assets: list[str], table: dict) -> tuple[np.ndarray, str]:
        dates, panel = self.prices(assets)
        if self.periods is not None and len(dates) > LEAST_PERIODS:
            return cov_matrix(returns(panel), periods=float(periods_per_year(dates, "prices"))), "prices"
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


def read_prices(table: Table, named: Callable, problems: Problems) -> Market:
    """The price table, in time order; a cell that is no price is listed and left out."""
    columns = _columns(table, named, problems)
    rows: dict[dt.date, list[float]] = {}
    for row in table.rows():
        date = _date(row, problems)
        if date is None:
            continue
        if date in rows:
            problems.note("", "date_twice", "done.ignored", row.place("date"))
            continue
        rows[date] = [_price(row, header, problems) for header in columns]
    if not rows or not columns:
        return Market(remark=" ".join(table.remarks)[:MOST_REMARK])
    dates = sorted(rows)
    panel = np.array([rows[date] for date in dates])
    try:
        periods = periods_per_year(dates, "prices")
    except InputError:
        periods = None
        problems.note("", "no_frequency", "done.no_history", Place(table.title))
    return Market(dates, list(columns.values()), panel, periods, " ".join(table.remarks)[:MOST_REMARK])


def _columns(table: Table, named: Callable, problems: Problems) -> dict[str, str]:
    """Header → asset."""
    columns: dict[str, str] = {}
    for header in table.columns:
        if header == "date":
            continue
        asset = named(header)
        if asset is None or asset in columns.values():
            kind = "price_of_nobody" if asset is None else "column_twice"
            problems.note("", kind, "done.ignored", table.where.place(table.header_row, header))
            continue
        columns[header] = asset
    return columns


def _date(row, problems: Problems) -> dt.date | None:
    try:
        date = fields.date(row.raw.get("date"))
    except fields.UnreadableError:
        date = None
    if date is None:
        problems.note("", "bad_date", "done.ignored", row.place("date"))
    return date


def _price(row, header: str, problems: Problems) -> float:
    cell = row.raw.get(header)
    if cell is None or (isinstance(cell, str) and cell.strip() == "#N/A"):
        return float("nan")
    try:
        price, _ = fields.money(cell)
        fields.within("price", price)
    except fields.UnreadableError:
        problems.note("", "no_price", "done.left_out", row.place(header))
        return float("nan")
    return float("nan") if price is None else price
