"""One client's positions and the orders that rebalance them: lots, minimum purchases, locked lots, fees, two phases."""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from xlalloc.core.rebalance import rebal_cost, rebal_drift, rebal_plan, redemption_fee, round_lots
from xlalloc.errors import NumberError
from xlalloc.facts import collect
from xlalloc.reports.problems import Problems
from xlalloc.reports.records import Asset, Client, Inputs, Lot

TRIGGERED = "threshold exceeded once the cash flow is placed"
VALUES_DIFFER = 0.02  # between a value given and units × price
ROUNDS = 12  # of the search for the redemption fee that goes with the sale it causes
CENT = 0.005


class RefusedError(Exception):
    """The client gets no report; the problem is listed."""


@dataclass(slots=True)
class Position:
    """One asset of a client: what is held of it and what should be."""

    asset: Asset
    target: float
    limits: tuple
    value: float = 0.0
    locked: float = 0.0  # value of the lots that are never sold
    price: float | None = None
    price_date: dt.date | None = None
    lots: list[tuple[Lot, float]] = field(default_factory=list)  # with their values, oldest first

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
    flags: list[str] = field(default_factory=list)


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
        if lot.price:
            position.price = lot.price
    for name, position in found.items():
        position.lots.sort(key=lambda item: (item[0].bought_on is not None, item[0].bought_on or dt.date.min))
        last = inputs.market.last(name)
        if last:
            position.price, position.price_date = last
        if (old := inputs.market.stale(name)) and position.lots:
            problems.note(client.id, "stale_price", "done.used", position.lots[0][0].place, asset=name, date=f"{old}")
    if not sum(position.value for position in found.values()) > 0:
        problems.refuse(client.id, "worth_nothing", client.place)
        raise RefusedError
    return list(found.values())


def lot_value(client: Client, lot: Lot, inputs: Inputs, problems: Problems) -> float:
    """The value given, else units times the price given or the latest."""
    last = inputs.market.last(lot.asset)
    price = lot.price or (last[0] if last else None)
    counted = lot.units * price if lot.units is not None and price else None
    if lot.value is None and counted is None:
        problems.refuse(client.id, "no_price_for", lot.place, asset=lot.asset)
        raise RefusedError
    if lot.value is None:
        return counted
    if counted is not None and abs(counted - lot.value) > VALUES_DIFFER * max(counted, lot.value):
        problems.note(client.id, "value_differs", "done.value_used", lot.place, counted=f"{counted:,.2f}")
    return lot.value


# Orders --------------------------------------------------------------------------------------------------------------


def orders(held: list[Position], client: Client, as_of: dt.date | None, due: bool) -> Orders:
    """The orders of REBAL_PLAN, with the redemption fees of the lots they sell; only the cash flow where none is due.

    What may not be traded as planned (a locked lot, a purchase below the minimum) is held back, and the rest is planned
    again without it.
    """
    held_back: dict[int, str] = {}
    fixed: dict[int, float] = {}
    fees = np.zeros(len(held))
    for _ in range(ROUNDS + 2 * len(held)):
        trades, costs, units, cash = _planned(held, client, fees, fixed, "target" if due else "cash")
        again = np.array(
            [exit_fee(position, -min(trade, 0.0), as_of) for position, trade in zip(held, trades, strict=True)]
        )
        if np.abs((again - fees) * np.minimum(trades, 0.0)).max() > CENT:
            fees = again
            continue
        blocked = _blocked(held, trades, fixed)
        if not blocked:
            break
        for i, (why, trade) in blocked.items():
            held_back[i], fixed[i] = why, trade
    else:
        raise NumberError("redemption fees: no set of orders was found whose fees are those of the lots sold.")
    values = np.array([position.value for position in held])
    target = np.array([position.target for position in held])
    after = rebal_drift(np.append(np.maximum(values + trades, 0.0), max(cash, 0.0)), np.append(target, 0.0)).column(
        "weight"
    )
    return Orders(trades, costs, units, fees, cash, after, held_back)


def _planned(held, client: Client, fees, fixed: dict[int, float], rule: str) -> tuple:
    """Trades, costs, units and cash left, with the trades in ``fixed`` as given."""
    if not fixed:
        return _plan(held, client, fees, client.cash_flow, client.threshold, rule)
    with collect() as facts:
        _plan(held, client, fees, client.cash_flow, client.threshold, rule)
    threshold = 0.0 if facts.get(TRIGGERED) == "yes" else 1.0
    trades, costs = np.zeros(len(held)), np.zeros(len(held))
    units: list = [None] * len(held)
    for i, trade in fixed.items():
        p = held[i]
        trades[i] = trade
        costs[i] = rebal_cost([trade], p.asset.commission, p.asset.sell_tax, p.asset.min_commission, fees[i])[0]
        units[i] = trade / p.price if p.price else None
    rest = [i for i in range(len(held)) if i not in fixed]
    flow = client.cash_flow - float(trades.sum() + costs.sum())
    wanted = [i for i in rest if held[i].target > 0 or held[i].value > 0]
    if not any(held[i].target > 0 for i in wanted):
        if flow < -CENT:
            raise NumberError("cash_flow: what may be sold does not pay for it. Take out less, or unlock a holding.")
        return trades, costs, units, flow
    part, part_costs, part_units, cash = _plan([held[i] for i in wanted], client, fees[wanted], flow, threshold, rule)
    trades[wanted], costs[wanted] = part, part_costs
    for i, count in zip(wanted, part_units, strict=True):
        units[i] = count
    return trades, costs, units, cash


def _plan(held: list[Position], client: Client, fees, flow: float, threshold: float, rule: str) -> tuple:
    def each(key: str) -> list[float]:
        return [getattr(position.asset, key) for position in held]

    target = np.array([position.target for position in held])
    table = rebal_plan(
        [position.value for position in held], target / target.sum(), threshold, flow,
        [position.price or 1.0 for position in held], [position.step for position in held],
        each("commission"), each("sell_tax"), each("min_commission"), fees, rule,
    )  # fmt: skip
    n = len(held)
    units = [count if p.price else None for count, p in zip(table.column("units")[:n], held, strict=True)]
    return (
        np.array(table.column("trade")[:n], float),
        np.array(table.column("cost")[:n], float),
        units,
        table.column("trade")[n],
    )


def _blocked(held: list[Position], trades, fixed: dict[int, float]) -> dict[int, tuple[str, float]]:
    """Orders that cannot be placed as planned: sales first, since they change what can be bought."""
    blocked = {}
    for i, (position, trade) in enumerate(zip(held, trades, strict=True)):
        if i not in fixed and position.locked and -trade > position.value - position.locked + CENT:
            free = position.value - position.locked
            sale = float(round_lots([-free], [position.price or 1.0], position.step)[0]) if free > 0 else 0.0
            blocked[i] = ("held.locked", sale)
    if blocked:
        return blocked
    for i, (position, trade) in enumerate(zip(held, trades, strict=True)):
        least = max(position.asset.min_buy, position.asset.lot * position.price if position.step else 0.0)
        if i not in fixed and CENT < trade < least - CENT:
            blocked[i] = ("held.minimum", 0.0)
    return blocked


# Redemption fees -----------------------------------------------------------------------------------------------------


def charges(asset: Asset) -> bool:
    """May a sale of it bear a redemption fee?"""
    return asset.kind == "fund" if asset.redemption is None else bool(asset.redemption[1])


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
    days = max((as_of - lot.bought_on).days, 0)
    return float(redemption_fee(days, *(position.asset.redemption or ())))


def exit_fee(position: Position, sale: float, as_of: dt.date | None) -> float:
    """The fee of a sale as a fraction of it: that of its lots, by value."""
    taken = sold_lots(position, sale)
    total = sum(part for _, part in taken)
    return sum(part * lot_fee(position, lot, as_of) for lot, part in taken) / total if total else 0.0
