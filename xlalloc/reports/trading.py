"""One client's positions and the orders that rebalance them: lots, minimum purchases, locked lots, fees, two phases."""

import datetime as dt
from bisect import bisect_right
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np

from xlalloc.core.rebalance import (
    REDEMPTION_DAYS,
    REDEMPTION_FLOOR,
    rebal_cost,
    rebal_drift,
    rebal_plan,
    redemption_fee,
    round_lots,
)
from xlalloc.errors import NumberError
from xlalloc.explanation import recorded
from xlalloc.reports.fields import MOST, OPEN_FUNDS
from xlalloc.reports.problems import Problem, Problems
from xlalloc.reports.records import Asset, Client, Inputs, Lot
from xlalloc.reports.worth import differ

TRIGGERED = "threshold exceeded once the cash flow is placed"
ROUNDS = 12  # of the search for the redemption fee that goes with the sale it causes
CENT = 0.005
LEAST_PRICE = 1e-9
INSTITUTIONS_BONDS = tuple(REDEMPTION_DAYS[:2].tolist()), tuple(REDEMPTION_FLOOR[:2].tolist())
SAME_FEE = 1e-6  # money between the fee planned with and that of the lots sold


class RefusedError(Exception):
    """The client gets no report; the problems say why."""

    def __init__(self, problems: list[Problem]):
        super().__init__(problems)
        self.problems = problems


@dataclass(slots=True)
class Position:
    """One asset of a client: what is held of it and what should be."""

    asset: Asset
    target: float
    limits: tuple
    value: float = 0.0
    locked: float = 0.0  # value of the lots that are never sold
    reserved: float = 0.0  # set aside of it, and no part of the value
    price: float | None = None
    price_date: dt.date | None = None
    lots: list[tuple[Lot, float]] = field(default_factory=list)  # with their values, oldest first
    rate: float = 0.0  # commission or subscription fee that orders are planned with
    institution: bool = False  # whose fund it is decides the floor of its redemption fee

    @property
    def step(self) -> float:
        """Units of the smallest change of an order."""
        return (self.asset.unit_step or self.asset.lot) if self.price else 0.0


@dataclass(slots=True)
class Order:
    """A sale (negative) or a purchase."""

    index: int
    money: float
    units: float | None
    cost: float
    fee: float = 0.0  # redemption fee within the cost
    account: str = ""
    flags: list[str] = field(default_factory=list)

    def __post_init__(self):
        self.money, self.cost, self.fee = self.money + 0.0, self.cost + 0.0, self.fee + 0.0  # no -0.0
        self.units = None if self.units is None else self.units + 0.0


@dataclass
class Orders:
    """What to trade, and what is held afterwards."""

    trades: np.ndarray
    costs: np.ndarray
    units: list
    fees: np.ndarray  # redemption fee of each sale, a fraction
    cash: float
    after: list[float]  # weights, cash last
    held_back: dict[int, str]  # position → why it is not traded as the model wants
    cash_suffices: bool = False  # due, but nothing is beyond the threshold once the cash flow is placed


# Positions -----------------------------------------------------------------------------------------------------------


def positions(client: Client, inputs: Inputs, problems: Problems) -> list[Position]:
    """The model's assets in its order, then what else is held."""
    model = inputs.models[client.model]
    found = {name: Position(inputs.assets[name], share, model.limits[name]) for name, share in model.targets.items()}
    for lot in client.lots:
        position = found.setdefault(lot.asset, Position(inputs.assets[lot.asset], 0.0, (None, None)))
        value = lot_value(client, lot, inputs, problems)
        position.value += value
        position.locked += value if lot.no_sell else 0.0
        position.lots.append((lot, value))
    for name, position in found.items():
        position.institution = client.investor_class == "institution"
        position.lots.sort(key=lambda item: (item[0].bought_on is not None, item[0].bought_on or dt.date.min))
        _set_price(position, inputs.market.unit_price(name))
        location = position.lots[0][0].location if position.lots else client.location
        if (old := inputs.market.stale(name)) and position.lots:
            problems.note(client.id, "stale_price", "done.used", location, asset=name, date=f"{old}")
        if not position.price and (position.asset.lot or position.asset.unit_step):
            problems.note(client.id, "no_price_lots", "done.no_lots", location, asset=name)
    _set_aside(client, list(found.values()), problems)
    if not sum(position.value for position in found.values()) > 0:
        problems.refuse(client.id, "worth_nothing", client.location)
        raise RefusedError(problems.items)
    return list(found.values())


def _set_aside(client: Client, held: list[Position], problems: Problems) -> None:
    """The client's reserve leaves the cash held, what the model does not use first; it is no part of any weight."""
    left = client.reserve
    for position in sorted((p for p in held if p.asset.kind == "cash"), key=lambda p: p.target > 0):
        free = position.value - position.locked
        taken = min(left, free)
        if taken > 0:
            keep = 1.0 - taken / free
            position.lots = [(lot, value if lot.no_sell else value * keep) for lot, value in position.lots]
            position.value -= taken
            position.reserved = taken
            left -= taken
    if left > CENT:
        words = {"lacking": f"{left:,.2f}"}
        problems.note(
            client.id, "reserve_short", "done.reserve_part", replace(client.location, column="reserve"), **words
        )


def _set_price(position: Position, last: tuple[float, dt.date] | None) -> None:
    """The latest price; where holdings give their own values or prices, the one at which the units are worth that."""
    lots = [lot for lot, _ in position.lots]
    units = sum(lot.units or 0.0 for lot in lots)
    if any(lot.value is not None or lot.price is not None for lot in lots):
        if units > 0 and position.value > 0 and all(lot.units is not None for lot in lots):
            price = position.value / units
            if LEAST_PRICE <= price <= MOST:
                position.price = price
                return
        given = [lot.price for lot in lots if lot.price is not None]
        if given:
            position.price = given[-1]
            return
    if last:
        position.price, position.price_date = last


def lot_value(client: Client, lot: Lot, inputs: Inputs, problems: Problems) -> float:
    """The value given, else units times the price given or the latest."""
    last = inputs.market.unit_price(lot.asset)
    price = lot.price if lot.price is not None else last[0] if last else None
    counted = lot.units * price if lot.units is not None and price is not None else None
    value = counted if lot.value is None else lot.value
    if value is None:
        problems.refuse(client.id, "no_price_for", lot.location, asset=lot.asset)
        raise RefusedError(problems.items)
    if lot.price is not None and last and differ(lot.price, last[0]):
        words = {"price": f"{last[0]:,.6g}", "date": f"{last[1]}"}
        problems.note(client.id, "price_differs", "done.price_used", lot.at("price"), **words)
    if lot.value is None or counted is None:
        return value
    if differ(counted, lot.value):
        wan = not differ(counted, 1e4 * lot.value)
        kind = "value_in_wan" if wan else "value_differs"
        # A price of its own counts, one of another day and source does not, but for an export that values all at 0.
        ours = wan or lot.price is not None or not lot.value
        done = "done.counted_used" if ours else "done.value_used"
        problems.note(client.id, kind, done, lot.at("value"), counted=f"{counted:,.2f}")
        return counted if ours else lot.value
    return lot.value if lot.price is None else counted


# Orders --------------------------------------------------------------------------------------------------------------


def orders(held: list[Position], client: Client, as_of: dt.date | None, due: bool) -> Orders:
    """The orders of REBAL_PLAN, with the redemption fees of the lots they sell; only the cash flow where none is due.

    Where a locked lot keeps a sale back the rest is planned again with what is left. An order below its minimum is left
    out; nothing is bought beyond its target instead: nothing is sold for it, and money that came stays in cash.
    """
    held_back: dict[int, str] = {}
    fixed: dict[int, float] = {}  # position → the sale its locked lots allow
    barred: set[int] = set()
    fees = np.zeros(len(held))
    total = sum(position.value for position in held)
    for position in held:
        position.rate = position.asset.commission
        position.rate = rate_of(position, position.target * total - position.value)
    for turn in range(2 * ROUNDS + 2 * len(held)):
        trades, costs, units, cash = _planned(held, client, fees, fixed, barred, "target" if due else "cash")
        again = np.array(
            [exit_fee(position, -min(trade, 0.0), as_of) for position, trade in zip(held, trades, strict=True)]
        )
        rates = [rate_of(position, trade) for position, trade in zip(held, trades, strict=True)]
        if turn < ROUNDS and rates != [position.rate for position in held]:
            for position, rate in zip(held, rates, strict=True):
                position.rate = rate
            continue
        if np.abs((again - fees) * np.minimum(trades, 0.0)).max() > SAME_FEE:
            fees = again
            continue
        if sales := _beyond_locked(held, trades, fixed):
            fixed.update(sales)
            held_back.update(dict.fromkeys(sales, "held.locked"))
        elif small := _too_small(held, trades, barred | set(fixed)):
            barred.update(small)
            held_back.update(small)
        else:
            break
    else:
        raise NumberError(
            "redemption fees: no set of orders was found whose fees are those of the lots sold. Mark the youngest lots "
            "of these funds as never sold, or plan their sales by hand."
        )
    values = np.array([position.value for position in held])
    target = np.array([position.target for position in held])
    after = rebal_drift(np.append(np.maximum(values + trades, 0.0), max(cash, 0.0)), np.append(target, 0.0)).column(
        "weight"
    )
    suffices = due and client.cash_flow != 0.0 and not _exceeded(held, client, fees, barred, "target")
    return Orders(trades, costs, units, fees, cash, after, held_back, suffices)


def _exceeded(held: list[Position], client: Client, fees, barred: set[int], rule: str) -> bool:
    """Is the threshold exceeded once the cash flow is placed?"""
    with recorded() as facts:
        _plan(held, list(range(len(held))), fees, barred, client.cash_flow, client.threshold, rule)
    return facts.get(TRIGGERED) == "yes"


def _planned(held, client: Client, fees, fixed: dict[int, float], barred: set[int], rule: str) -> tuple:
    """Trades, costs, units and cash left, with the trades in ``fixed`` as given."""
    everything = list(range(len(held)))
    if not fixed:
        return _plan(held, everything, fees, barred, client.cash_flow, client.threshold, rule)
    threshold = 0.0 if _exceeded(held, client, fees, barred, rule) else 1.0
    trades, costs = np.zeros(len(held)), np.zeros(len(held))
    units: list = [None] * len(held)
    for i, trade in fixed.items():
        p = held[i]
        trades[i] = trade
        costs[i] = rebal_cost([trade], p.asset.commission, p.asset.sell_tax, p.asset.min_commission, fees[i])[0]
        units[i] = trade / p.price if p.price else None
    flow = client.cash_flow - float(trades.sum() + costs.sum())
    wanted = [i for i in everything if i not in fixed and (held[i].target > 0 or held[i].value > 0)]
    if not any(held[i].target > 0 for i in wanted):
        if flow < -CENT:
            raise NumberError("cash_flow: what may be sold does not pay for it. Take out less, or unlock a holding.")
        return trades, costs, units, flow
    part, part_costs, part_units, cash = _plan(held, wanted, fees, barred, flow, threshold, rule)
    trades[wanted], costs[wanted] = part, part_costs
    for i, count in zip(wanted, part_units, strict=True):
        units[i] = count
    return trades, costs, units, cash


def _plan(held: list[Position], which: list[int], fees, barred: set[int], flow: float, threshold: float, rule: str):
    """REBAL_PLAN of some positions; one that is barred from small orders has a lot beyond all money there is."""
    chosen = [held[i] for i in which]

    def each(key: str) -> list[float]:
        return [getattr(position.asset, key) for position in chosen]

    target = np.array([position.target for position in chosen])
    prices = [position.price or 1.0 for position in chosen]
    beyond = 2.0 * (sum(position.value for position in chosen) + abs(flow)) + 1.0
    steps = [beyond / price if i in barred else p.step for i, p, price in zip(which, chosen, prices, strict=True)]
    table = rebal_plan(
        [position.value for position in chosen], target / target.sum(), threshold, flow, prices, steps,
        [position.rate for position in chosen], each("sell_tax"), each("min_commission"), fees[which], rule,
    )  # fmt: skip
    n = len(chosen)
    units = [count if p.price else None for count, p in zip(table.column("units")[:n], chosen, strict=True)]
    return (
        np.array(table.column("trade")[:n], float),
        np.array(table.column("cost")[:n], float),
        units,
        table.column("trade")[n],
    )


def _beyond_locked(held: list[Position], trades, fixed: dict[int, float]) -> dict[int, float]:
    """Sales that would take locked lots, and what may be sold instead."""
    found = {}
    for i, (position, trade) in enumerate(zip(held, trades, strict=True)):
        free = position.value - position.locked
        if i not in fixed and position.locked and -trade > free + CENT:
            found[i] = float(round_lots([-free], [position.price or 1.0], position.step)[0]) if free > CENT else 0.0
    return found


def _too_small(held: list[Position], trades, settled: set[int]) -> dict[int, str]:
    """Purchases below the minimum or one lot; sales below one lot that are not all there is."""
    found = {}
    for i, (position, trade) in enumerate(zip(held, trades, strict=True)):
        lot = position.asset.lot * (position.price or 0.0)
        if i in settled:
            continue
        if CENT < trade < max(position.asset.min_buy, lot) - CENT:
            found[i] = "held.minimum"
        elif CENT < -trade < min(lot, position.value) - CENT:
            found[i] = "held.small_sale"
    return found


# Accounts ------------------------------------------------------------------------------------------------------------


def accounts(held: list[Position]) -> list[str]:
    """Every account that holds something, those with most first."""
    worth: dict[str, float] = {}
    for position in held:
        for lot, value in position.lots:
            if lot.account:
                worth[lot.account] = worth.get(lot.account, 0.0) + value
    return sorted(worth, key=lambda account: -worth[account])


def account_of(held: list[Position], order: Order) -> str:
    """Where an order is placed: where its lots lie; a purchase where the product, its kind, or most money lies."""
    position = held[order.index]
    if order.money < 0:
        return " + ".join(dict.fromkeys(lot.account for lot, _ in sold_lots(position, -order.money) if lot.account))
    alike = [
        p
        for p in held
        if (p.asset.kind in OPEN_FUNDS) == (position.asset.kind in OPEN_FUNDS) and p.asset.kind != "cash"
    ]
    for group in ([position], alike, held):
        if found := accounts(group):
            return found[0]
    return ""


def transfers(held: list[Position], orders: list[Order], cash_flow: float) -> list[tuple[str, float]]:
    """Accounts whose purchases are more than their own cash and sales, and how much they lack."""
    known = accounts(held)
    if len(known) < 2:
        return []
    money = dict.fromkeys(known, 0.0)
    for position in held:
        for lot, value in position.lots if position.asset.kind == "cash" else ():
            if lot.account:
                money[lot.account] += value
    money[max(money, key=money.__getitem__)] += max(cash_flow, 0.0)
    for order in orders:
        position = held[order.index]
        if order.money > 0 and order.account in money:
            money[order.account] -= order.money + order.cost
        elif order.money < 0 and position.asset.kind != "cash":
            for lot, part in sold_lots(position, -order.money):
                if lot.account in money:
                    money[lot.account] += part * (1.0 + order.cost / order.money)
    return [(account, -left) for account, left in money.items() if left < -1.0]


# Redemption fees -----------------------------------------------------------------------------------------------------


def charges(asset: Asset) -> bool:
    """May a sale of it bear a redemption fee?"""
    return asset.kind in OPEN_FUNDS if asset.redemption is None else bool(asset.redemption[1])


def rate_of(position: Position, trade: float) -> float:
    """Commission of an order; of a purchase of a fund its subscription fee, by the amount."""
    asset = position.asset
    if asset.subscription is None:
        return asset.commission
    if abs(trade) <= CENT:
        return position.rate
    amounts, rates = asset.subscription
    return rates[bisect_right(amounts, trade)] if trade > 0 else asset.commission


def sold_lots(position: Position, sale: float) -> list[tuple[Lot, float]]:
    """The lots a sale takes, first in first out, with the value taken of each; locked lots stay."""
    taken = []
    for lot, value in position.lots:
        if sale <= CENT or lot.no_sell or not value:
            continue
        part = min(value, sale)
        taken.append((lot, part))
        sale -= part
    return taken


def lot_fee(position: Position, lot: Lot, as_of: dt.date | None) -> float:
    """The redemption fee of one lot; none where the day it was bought is not known."""
    if not charges(position.asset) or lot.bought_on is None or as_of is None:
        return 0.0
    schedule, kind = floor_of(position) if position.asset.redemption is None else (position.asset.redemption, "fund")
    return _fee(max((as_of - lot.bought_on).days, 0), schedule, kind)


def floor_of(position: Position) -> tuple[tuple, str]:
    """The floor of a fund without a schedule of its own: its steps where they are not those of the kind, and the kind.

    Index and bond funds are exempt from day 7 where individuals hold them; institutions' bond funds from day 30.
    """
    kind = position.asset.kind if position.asset.kind in OPEN_FUNDS else "fund"
    if position.institution and kind == "bond_fund":
        return INSTITUTIONS_BONDS, kind
    return (None, None), "fund" if position.institution else kind


@lru_cache(maxsize=65_536)
def _fee(days: int, schedule: tuple, kind: str) -> float:
    """REDEMPTION_FEE: many lots were bought on the same day under the same schedule."""
    return float(redemption_fee(days, *schedule, kind))


def exit_fee(position: Position, sale: float, as_of: dt.date | None) -> float:
    """The fee of a sale as a fraction of it: that of its lots, by value."""
    taken = sold_lots(position, sale)
    total = sum(part for _, part in taken)
    return sum(part * lot_fee(position, lot, as_of) for lot, part in taken) / total if total else 0.0
