"""What was read, and what reports are made from."""

import datetime as dt
import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from xlalloc import data
from xlalloc.reports.firm import Firm
from xlalloc.reports.market import Market
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.rows import Where

CLASS_OF_KIND = {"stock": "equity", "bond": "bond", "commodity": "commodity", "cash": "cash", "real estate": "property"}


@dataclass(slots=True)
class Asset:
    """One product and what trading it costs."""

    name: str
    name_zh: str
    code: str
    kind: str
    risk_level: int | None
    lot: float
    min_buy: float
    unit_step: float
    settle_days: float
    commission: float
    min_commission: float
    sell_tax: float | None  # None where it is not given, until the rule's is put in
    redemption: tuple | None
    mu: float | None
    vol: float | None
    asset_class: str  # the reference class: the proxy for correlations and scenarios
    currencies: frozenset[str]
    where: Where
    row: int
    broken: str = ""  # the column that could not be read
    group: str = ""  # equity, bond, cash …: what totals are shown by; blank: that of the class
    ongoing_cost: float | None = None  # a year, within the price; None where it is not given
    subscription: tuple | None = None  # amounts and rates of a purchase

    @classmethod
    def cash(cls, name: str, where: Where) -> "Asset":
        """Money that is no product: no costs, no risk level to speak of but the lowest."""
        return cls(
            name, "现金", "", "cash", 1, lot=0.0, min_buy=0.0, unit_step=0.0, settle_days=0.0, commission=0.0,
            min_commission=0.0, sell_tax=0.0, redemption=None, mu=None, vol=None, asset_class="Cash",
            currencies=frozenset(), where=where, row=0,
        )  # fmt: skip

    def location(self, column: str, value=None) -> Location:
        return self.where.location(self.row, column, value)

    @property
    def total_class(self) -> str:
        """equity, bond, cash …: the one given, else that of the reference class."""
        known = data.find("asset_classes", self.asset_class)
        return self.group or (CLASS_OF_KIND.get(known["kind"], "other") if known else "other")

    def shown(self, lang: str) -> str:
        return self.name_zh if lang == "zh" and self.name_zh else self.name


@dataclass(slots=True)
class Lot:
    """One row of holdings."""

    asset: str
    units: float | None
    price: float | None
    value: float | None
    bought_on: dt.date | None
    account: str
    no_sell: bool
    where: Where
    row: int

    @property
    def location(self) -> Location:
        return self.at("asset")

    def at(self, column: str) -> Location:
        """Where a cell of it stands."""
        return self.where.location(self.row, column, getattr(self, column, None))


class Lots:
    """A client's lots, kept as bytes and made when asked for: many clients have many, and processes hand them on."""

    __slots__ = ("_kept", "_texts", "_where")
    _FORM = struct.Struct("<dddiiB")  # units, price, value; day bought, row; never sold

    def __init__(self):
        self._kept = b""
        self._texts: list[str] = []
        self._where = Where("", {})

    def append(self, lot: Lot) -> None:
        units, price, value = lot.units, lot.price, lot.value
        self._kept += self._FORM.pack(
            math.nan if units is None else units,
            math.nan if price is None else price,
            math.nan if value is None else value,
            lot.bought_on.toordinal() if lot.bought_on else 0,
            lot.row,
            lot.no_sell,
        )
        self._texts += lot.asset, lot.account
        self._where = lot.where

    def __len__(self) -> int:
        return len(self._texts) // 2

    def __iter__(self) -> Iterator[Lot]:
        return map(self.__getitem__, range(len(self)))

    def __getitem__(self, index: int) -> Lot:
        k = range(len(self))[index]
        *figures, day, row, no_sell = self._FORM.unpack_from(self._kept, k * self._FORM.size)
        units, price, value = (None if figure != figure else figure for figure in figures)
        return Lot(
            self._texts[2 * k],
            units,
            price,
            value,
            dt.date.fromordinal(day) if day else None,
            self._texts[2 * k + 1],
            bool(no_sell),
            self._where,
            row,
        )

    def values_alone(self) -> list[float]:
        """The value of each where all have a value and no units, else nothing."""
        found = []
        for units, _, value, *_ in self._FORM.iter_unpack(self._kept):
            if units == units or value != value:
                return []
            found.append(value)
        return found

    def repeated(self) -> list[tuple[Lot, Lot]]:
        """Lots that are the same but for their row, each with the first such."""
        first: dict[tuple, int] = {}
        size, found = self._FORM.size, []
        for k in range(len(self)):
            kept = self._kept[k * size : (k + 1) * size]
            key = kept[:28], kept[32:], *self._texts[2 * k : 2 * k + 2]  # without the row
            if (before := first.setdefault(key, k)) != k:
                found.append((self[before], self[k]))
        return found

    def summed(self) -> list[tuple[Lot, list[Lot]]]:
        """Lots without a date that have the units of all dated ones, two or more, of their asset and account."""
        if len(self) < 3:
            return []
        whole: dict[tuple, list[int]] = {}
        dated: dict[tuple, list[int]] = {}
        units = []
        for k, (count, _, _, day, *_) in enumerate(self._FORM.iter_unpack(self._kept)):
            units.append(count)
            (dated if day else whole).setdefault((self._texts[2 * k], self._texts[2 * k + 1]), []).append(k)
        return [
            (self[k], [self[j] for j in dated[key]])
            for key, alone in whole.items()
            for k in alone
            if len(dated.get(key, ())) > 1 and math.isclose(units[k], sum(units[j] for j in dated[key]), rel_tol=1e-6)
        ]

    @property
    def assets(self) -> list[str]:
        return self._texts[::2]


@dataclass(slots=True)
class Model:
    """Target weights with their limits, and the characteristics stated for them."""

    name: str
    targets: dict[str, float] = field(default_factory=dict)
    limits: dict[str, tuple] = field(default_factory=dict)
    stated: dict[str, float] = field(default_factory=dict)
    risk_level: int | None = None  # of the whole portfolio
    budgets: dict[str, float] = field(default_factory=dict)  # shares of risk, where the targets are found from them
    leverage: float = 1.0
    rebalance_on: str = "weights"
    found_from: str = ""  # what the targets were found from: prices or assumptions; blank: they are given
    wrong: str = ""


@dataclass(slots=True)
class Client:
    """One row of clients with its lots."""

    id: str
    name: str
    model: str
    language: str
    adviser: str
    benchmark: str
    risk_level: int | None
    assessed_on: dt.date | None
    assessment_expires: dt.date | None
    cash_flow: float
    last_rebalanced: dt.date | None
    frequency: str
    threshold: float
    goal: float | None
    goal_years: float | None
    monthly: float
    age: float | None
    notes: str
    location: Location
    reserve: float = 0.0  # cash that stays out of the model
    advisory_fee: float = 0.0  # a year; the firm's where the client has none
    investor_class: str = ""
    currency_goal: str = ""
    household: str = ""
    history: tuple = ()  # rows of the sheet history (account.Entry); empty too where one of them cannot be read
    lots: Lots = field(default_factory=Lots)


@dataclass
class Inputs:
    """All that reports are made from; ``clients`` includes those refused, which ``problems`` names."""

    clients: list[Client]
    assets: dict[str, Asset]
    models: dict[str, Model]
    benchmarks: dict[str, Model]
    allowed: dict[int, set[int]]
    market: Market
    problems: Problems
    language: str
    digest: str
    currency: str = ""  # of all amounts; empty where the file names none
    firm: Firm = field(default_factory=Firm)
