"""The arithmetic behind rebalancing: cash first, bands, whole lots, costs, orders that can be paid for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlalloc.catalogue import labels
from xlalloc.errors import DivisionError, Label, NumberError

TRIGGER = 1e-9  # of a weight: a deviation this little beyond the threshold is rounding
ROUNDING = 1e-12  # relative: a sale this close to the whole holding is the whole holding
LOT = 1e-9  # of a lot: an order this close to one more lot has it
CASH = 1e-14  # of the money involved: a shortfall this small is rounding
STEPS = 120  # at most, to find a level; every second one halves the interval


# Ideal trades ------------------------------------------------------------------------------------------------


def worth(values: np.ndarray, cash_flow: float = 0.0) -> float:
    """W = Σ values + cash_flow, the money to be distributed."""
    held = float(values.sum())
    total = held + cash_flow
    if held == 0.0 and cash_flow == 0.0:
        raise NumberError("values: the portfolio is worth nothing. Give at least one value above 0, or a deposit.")
    if not np.isfinite(total):
        raise NumberError("values: their sum is too large for a number.")
    if total < -ROUNDING * held:
        raise NumberError(
            f"cash_flow: {-cash_flow:.10g} is to be taken out, but the holdings are worth {held:.10g}. "
            "Take out at most that."
        )
    return total if total > ROUNDING * held else 0.0


def widths(target: np.ndarray, threshold: float, band: str = "absolute") -> np.ndarray:
    """Half-width of each asset's band: h, or h·t where bands are relative."""
    return threshold * target if band == "relative" else np.full(len(target), threshold)


def beyond(values: np.ndarray, target: np.ndarray, width: np.ndarray) -> np.ndarray:
    """Which assets are outside their band; its edge still counts as inside."""
    return np.abs(values / values.sum() - target) > width + TRIGGER


def spread_cash(values: np.ndarray, target: np.ndarray, cash_flow: float) -> np.ndarray:
    """A deposit goes to the gaps g⁺ in proportion, a withdrawal comes from g⁻ in proportion; g = tW − v."""
    if cash_flow == 0.0:
        return np.zeros(len(values))
    gaps = target * (values.sum() + cash_flow) - values
    side = np.maximum(gaps, 0.0) if cash_flow > 0.0 else np.minimum(gaps, 0.0)
    if not side.any():  # a flow too small to be seen in the gaps
        side = target
    return cash_flow * (side / side.sum())


def to_edges(values: np.ndarray, target: np.ndarray, total: float, width: np.ndarray) -> np.ndarray:
    """Trades to clip(v, (t−h)W, (t+h)W), the remainder pro rata to the remaining gaps of its sign."""
    clipped = np.clip(values, (target - width) * total, (target + width) * total)
    gaps = target * total - clipped
    remainder = total - float(clipped.sum())
    side = np.maximum(gaps, 0.0) if remainder > 0.0 else np.minimum(gaps, 0.0)
    if side.any():
        clipped = clipped + remainder * (side / side.sum())
    return clipped - values


def ideal_trades(
    values: np.ndarray, target: np.ndarray, cash_flow: float, rule: str, width: np.ndarray
) -> tuple[np.ndarray, bool]:
    """Trades that add up to the cash flow, and whether a band was left after the cash was spread."""
    total = worth(values, cash_flow)
    if total == 0.0:  # everything is taken out
        return -values, False
    cash = spread_cash(values, target, cash_flow)
    triggered = bool(beyond(values + cash, target, width).any())
    if not triggered or rule == "cash":
        return cash, triggered
    if rule == "edge":
        return to_edges(values, target, total, width), True
    return target * total - values, True


# Lots and costs ----------------------------------------------------------------------------------------------


def whole(amounts: np.ndarray) -> np.ndarray:
    """Towards zero to whole numbers; what is whole but for rounding stays."""
    nearest = np.rint(amounts)
    same = np.abs(amounts - nearest) <= np.maximum(LOT, 1e-15 * np.abs(amounts))
    return np.where(same, nearest, np.trunc(amounts))


def whole_lots(money: np.ndarray, lot_value: np.ndarray) -> np.ndarray:
    """Money rounded towards zero to whole lots; a lot of 0 leaves it as it is."""
    has_lot = lot_value > 0.0
    return np.where(has_lot, whole(money / np.where(has_lot, lot_value, 1.0)) * lot_value, money)


@dataclass(frozen=True, slots=True)
class Costs:
    """Cost rates, each a number or one per asset."""

    commission: float | np.ndarray = 0.0
    sell_tax: float | np.ndarray = 0.0
    min_commission: float | np.ndarray = 0.0
    exit_fee: float | np.ndarray = 0.0
    spread: float | np.ndarray = 0.0

    def of(self, trades: np.ndarray) -> np.ndarray:
        """max(commission·|x|, min) where x ≠ 0, half the spread of |x|, (sell_tax + exit_fee) of a sale."""
        size = np.abs(trades)
        sold = np.maximum(-trades, 0.0)
        commission = np.where(size > 0.0, np.maximum(self.commission * size, self.min_commission), 0.0)
        return commission + 0.5 * self.spread * size + (self.sell_tax + self.exit_fee) * sold

    def proceeds(self, sold: np.ndarray) -> np.ndarray:
        """What the sale of each asset brings after its cost."""
        return sold - self.of(-sold)

    def some(self, which: np.ndarray) -> "Costs":
        """Those of some of the assets."""
        rates = self.commission, self.sell_tax, self.min_commission, self.exit_fee, self.spread
        return Costs(*(rate if np.ndim(rate) == 0 else np.asarray(rate)[which] for rate in rates))


def after_costs(held: np.ndarray, cash: float, weights: np.ndarray, costs: Costs) -> tuple[float, float]:
    """What is left, L, of holdings and cash once all of it is in ``weights``, and the cost of the trades to L·weights.

    L + cost(L·weights − held) = Σ held + cash. The left side is convex and piecewise linear in L, so that Newton's
    method from above comes down to the answer in as many steps as there are pieces, at most.
    """
    total = cash + float(held.sum())
    rate = np.broadcast_to(np.asarray(costs.commission, float), held.shape)
    more = costs.sell_tax + costs.exit_fee
    if (rate + more).max() >= 1.0 and held.any():
        i = int((rate + more).argmax())
        raise NumberError(
            f"commission: with sell_tax, selling {{}} costs {(rate + more)[i]:g} of what it brings. Give rates below "
            "1.",
            Label("assets", i),
        )
    left, cost = total, 0.0
    for _ in range(2 * len(held) + 2):
        trades = left * weights - held
        cost = float(costs.of(trades).sum())
        marginal = np.where(rate * np.abs(trades) >= costs.min_commission, rate, 0.0)
        slope = 1.0 + float(weights.dot(np.where(trades >= 0.0, marginal, -marginal - more)))
        lower = left - (left + cost - total) / slope
        if not lower < left:
            break
        left = lower
    return left, cost


# Orders that can be paid for ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Situation:
    """What is held and wanted, and what trading costs; amounts of sales and purchases are positive."""

    values: np.ndarray
    target: np.ndarray
    cash_flow: float
    lot_value: np.ndarray  # money of one lot, 0 where there is none
    costs: Costs

    @property
    def rounding(self) -> float:
        """Money that is none."""
        return CASH * (float(self.values.sum()) + abs(self.cash_flow))

    @property
    def above(self) -> np.ndarray:
        """Money above target."""
        return self.values - self.target * worth(self.values, self.cash_flow)

    def cash(self, sold: np.ndarray, bought: np.ndarray | float = 0.0) -> float:
        """What is left over."""
        trades = bought - sold
        return self.cash_flow - float((trades + self.costs.of(trades)).sum())

    def left(self, sold: np.ndarray, bought: np.ndarray) -> float:
        """What is left over in the end; what rounding leaves of nothing is nothing."""
        cash = self.cash(sold, bought)
        return cash if cash > ROUNDING * (float(self.values.sum()) + abs(self.cash_flow)) else 0.0

    def sale_for(self, proceeds: np.ndarray) -> np.ndarray:
        """The smallest sale of each asset, whole lots or all of it, that brings at least this after its cost."""
        kept, commission = 1.0 - self.costs.sell_tax - self.costs.exit_fee, self.costs.commission
        with np.errstate(divide="ignore", invalid="ignore"):
            enough = np.maximum(proceeds / (kept - commission), (proceeds + self.costs.min_commission) / kept)
        enough = np.where((proceeds > 0.0) & (kept > commission), enough, np.where(proceeds > 0.0, np.inf, 0.0))
        return _all_or_lots(np.minimum(_up(enough, self.lot_value), self.values), self.values)


def _up(money: np.ndarray, lot_value: np.ndarray) -> np.ndarray:
    """Money up to whole lots; what is whole but for rounding stays."""
    has_lot = lot_value > 0.0
    return np.where(has_lot, np.ceil(money / np.where(has_lot, lot_value, 1.0) - LOT) * lot_value, money)


def lowered(
    above: np.ndarray, room: np.ndarray, lot_value: np.ndarray, spare: Callable[[np.ndarray], float], rounding: float
) -> np.ndarray:
    """By how much each position gives way until there is cash to spare: always the one furthest above target, by a lot.

    ``above`` is the money above target, ``room`` the most that may go. Lots taken in this order are, for some level,
    all those that reach above it: the level is searched until no position has two lots left to decide on, and these
    go one by one. A position without lots gives way by the exact amount. A shortfall within ``rounding`` is none.
    """
    short, enough = np.zeros(len(above)), room.copy()
    lack, extra = spare(short), spare(enough)
    if lack >= -rounding or not (room > 0.0).any():
        return short
    high, low = float(above[room > 0.0].max()), float((above - room)[room > 0.0].min())
    has_lot, step = lot_value > 0.0, np.where(lot_value > 0.0, lot_value, 1.0)
    settled = np.where(has_lot, lot_value * (1.0 + LOT), rounding)
    for k in range(STEPS):
        level = _between(low, high, extra, lack, k)
        if (enough - short <= settled).all() or not low < level < high:
            break
        excess = np.maximum(above - level, 0.0)
        given = np.minimum(np.where(has_lot, np.ceil(excess / step) * step, excess), room)
        cash = spare(given)
        if 0.0 <= cash <= rounding:
            return given
        if cash > 0.0:
            low, enough, extra = level, given, cash
        else:
            high, short, lack = level, given, cash
    short = short.copy()
    for i in np.argsort(short - above, kind="stable"):
        if spare(short) >= -rounding:
            break
        short[i] = enough[i]
    return short


def _between(low: float, high: float, extra: float, lack: float, k: int) -> float:
    """By turns the middle and where a straight line has no cash to spare (exact without lots)."""
    if k % 2 and extra > 0.0:
        level = high - (high - low) * lack / (lack - extra)
        if low < level < high:
            return level
    return 0.5 * (low + high)


def affordable(
    ideal: np.ndarray, values: np.ndarray, target: np.ndarray, cash_flow: float, lot_value: np.ndarray, costs: Costs
) -> tuple[np.ndarray, float]:
    """Orders in whole lots that leave no debt, and the cash left.

    Sales come first: rounded down to lots, more only where the cash would run short, all of it in a full exit. Then
    purchases, rounded down; while cash is short the one furthest above target loses a lot, and one that fits again is
    restored. Then what was sold without need is given back, the most expensive lot first. Without lots,
    where the ideal trades lead to the target, so do these, after costs.
    """
    s = Situation(values, target, cash_flow, lot_value, costs)
    if not lot_value.any() and (trades := _to_target(s, ideal)) is not None:
        return trades, s.left(np.maximum(-trades, 0.0), np.maximum(trades, 0.0))
    wanted = np.maximum(-ideal, 0.0)
    exits = _is_all(wanted, values) & (target == 0.0)
    sold = _sales(s, wanted)
    buys = np.where(sold > 0.0, 0.0, np.maximum(ideal, 0.0))
    before, bought, sold = sold, *_bought_and_given_back(s, buys, sold, exits)
    while s.cash(sold) > s.cash(before) + s.rounding:  # what went cost more than it brought: more can be bought
        before, bought, sold = sold, *_bought_and_given_back(s, buys, sold, exits)
    trades = bought - sold
    return trades, s.left(sold, bought)


def _to_target(s: Situation, ideal: np.ndarray) -> np.ndarray | None:
    """Trades to the target of what is left after costs; None where the ideal trades do not lead there.

    A sale that would cost more than it brings is left out, and the others share what it leaves, unless it was ideal and
    there is money to pay for it.
    """
    total = worth(s.values, s.cash_flow)
    small = ROUNDING * (float(s.values.sum()) + abs(s.cash_flow))
    if np.abs(s.values + ideal - s.target * total).max() > small or total <= 0.0:
        return None
    if (np.asarray(s.costs.commission) + s.costs.sell_tax + s.costs.exit_fee).max() >= 1.0:
        return None
    paying = s.cash(np.maximum(-ideal, 0.0)) >= -s.rounding
    active = np.ones(len(ideal), dtype=bool)
    while active.any() and (share := float(s.target[active].sum())) > 0.0:
        costs = s.costs.some(active)
        left, _ = after_costs(s.values[active], s.cash_flow, s.target[active] / share, costs)
        if left < 0.0:
            return None
        trades = np.zeros(len(ideal))
        trades[active] = left * s.target[active] / share - s.values[active]
        trades[np.abs(trades) <= small] = 0.0
        dear = (trades < 0.0) & (s.costs.proceeds(np.maximum(-trades, 0.0)) <= 0.0) & ~(paying & (ideal < -small))
        if not dear.any():
            return trades if s.cash(np.maximum(-trades, 0.0), np.maximum(trades, 0.0)) >= -small else None
        active &= ~dear
    return None


def _sales(s: Situation, wanted: np.ndarray) -> np.ndarray:
    """What is sold of each asset, so that the cash flow and the costs of the sales are covered."""
    values, costs = s.values, s.costs
    sold = _all_or_lots(np.where(_is_all(wanted, values), values, whole_lots(wanted, s.lot_value)), values)
    if s.cash(sold) >= -s.rounding:
        return sold
    most = np.where(costs.proceeds(values) > 0.0, values, 0.0)  # what costs more than it brings is no help
    if s.cash(most) < -s.rounding:
        brings = float(costs.proceeds(most).sum())
        raise NumberError(
            f"cash_flow: {-s.cash_flow:.10g} is to be taken out, but selling everything brings {brings:.10g} "
            "after costs. Take out at most that."
        )
    first = np.where(costs.proceeds(sold) > 0.0, sold, 0.0)
    room = np.maximum(most - first, 0.0)
    more = lowered(s.above - first, room, s.lot_value, lambda more: s.cash(first + more), s.rounding)
    sold = _all_or_lots(first + more, values)
    sold = np.where(costs.proceeds(sold) > 0.0, sold, 0.0)
    return _closer(s, sold, first, most)


def _closer(s: Situation, sold: np.ndarray, first: np.ndarray, most: np.ndarray) -> np.ndarray:
    """The shortfall was closed by the lots furthest above target; is it closed as well by smaller ones?

    One of those lots at a time is exchanged for the smallest sale of another asset that pays, as long as what is then
    held, cash included, lies closer to the target.
    """
    above = s.above

    def distance(sale: np.ndarray) -> np.ndarray:
        """Of each row: the money away from target, cash left over included."""
        cash = s.cash_flow + (sale - s.costs.of(-sale)).sum(axis=-1)
        return np.abs(above - sale).sum(axis=-1) + cash

    for _ in range(2 * len(sold)):
        best, found = float(distance(sold)) - s.rounding, None
        for i in np.flatnonzero((sold > first) & (s.lot_value > 0.0)).tolist():
            less = sold.copy()
            less[i] = max(_up(sold[i : i + 1], s.lot_value[i : i + 1])[0] - s.lot_value[i], first[i])
            owed = -s.cash(less)
            each = s.sale_for(s.costs.proceeds(less) + owed)
            plans = np.where(np.eye(len(sold), dtype=bool), each, less)
            short = s.cash_flow + s.costs.proceeds(plans).sum(axis=1) < -s.rounding
            away = np.where(short | (each > most), np.inf, distance(plans))
            away[i] = np.inf
            if (j := int(away.argmin())) >= 0 and away[j] < best:
                best, found = float(away[j]), plans[j]
        if found is None:
            break
        sold = found
    return sold


def _purchases(s: Situation, wanted: np.ndarray, sold: np.ndarray) -> np.ndarray:
    """What is bought of each asset with the money there is."""
    most = whole_lots(wanted, s.lot_value)
    rounding = s.rounding + float(np.maximum(most - wanted, 0.0).sum())

    def cash(less: np.ndarray) -> float:
        return s.cash(sold, most - less)

    bought = most - lowered(s.above + most, most, s.lot_value, cash, rounding)
    bought = np.where(bought > 2.0 * rounding, bought, 0.0)
    order = np.argsort(s.above + bought, kind="stable")
    for i in order[(bought < most)[order]].tolist():  # what fits again, the furthest below target first
        other = bought.copy()
        other[i] = 0.0
        budget = s.cash(sold, other)
        one = s.costs.some(np.arange(len(sold)) == i)
        enough = min(budget / (1.0 + float(np.max(one.commission))), budget - float(np.max(one.min_commission)))
        other[i] = min(float(whole_lots(np.array([max(enough, 0.0)]), s.lot_value[i : i + 1])[0]), float(most[i]))
        if other[i] > bought[i] + 2.0 * rounding and s.cash(sold, other) >= -rounding:
            bought = other
    return bought


def _bought_and_given_back(
    s: Situation, buys: np.ndarray, sold: np.ndarray, exits: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    bought = _purchases(s, buys, sold)
    return bought, _given_back(s, sold, bought, exits)


def _given_back(s: Situation, sold: np.ndarray, bought: np.ndarray, exits: np.ndarray) -> np.ndarray:
    """Sales as small as pays for the rest, the most expensive lot first; an asset that is to go goes."""
    order = np.lexsort((np.arange(len(sold)), -s.lot_value))
    while True:
        before = sold
        for i in order[((sold > 0.0) & ~exits)[order]].tolist():
            cash = s.cash(sold, bought)
            needed = s.costs.proceeds(sold) - cash
            less = sold.copy()
            less[i] = min(float(s.sale_for(needed)[i]), float(sold[i]))
            if less[i] < sold[i] - s.rounding and s.cash(less, bought) >= -s.rounding:
                sold = less
        if sold is before:
            return sold


def _is_all(sold: np.ndarray, values: np.ndarray) -> np.ndarray:
    return (values > 0.0) & (sold >= values * (1.0 - ROUNDING))


def _all_or_lots(sold: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Never more than is held; what is the whole holding but for rounding is the whole holding."""
    return np.where(_is_all(sold, values), values, sold)


def units_traded(trades: np.ndarray, values: np.ndarray, price: np.ndarray, lot: np.ndarray) -> np.ndarray:
    """Units of each order: whole lots exactly, anything else to the precision of the money."""
    units = trades / price
    tidy = np.where(np.abs(units - np.rint(units)) <= 1e-9 * np.maximum(np.abs(units), 1.0), np.rint(units), units)
    lots = np.rint(units / np.where(lot > 0.0, lot, 1.0)) * lot
    return np.where((lot > 0.0) & ~_is_all(-trades, values), lots, tidy)


def plan_rows(values, target, trades, units, cost, cash: float, cash_flow: float) -> list[tuple]:
    """The adviser's table: one row per asset, the cash left over, the total (in which trade + cost = cash flow)."""
    held = float(values.sum())
    weights = values / held if held > 0.0 else np.zeros(len(values))
    wealth = float((values + trades).sum()) + cash
    after = [*(values + trades).tolist(), cash]
    if wealth > 0.0:
        after = [money / wealth for money in after]
        total_after: float | DivisionError = 1.0
    else:
        total_after = DivisionError("cash_flow: everything is taken out, so there are no weights after.")
        after = [total_after] * len(after)
    numbers = (x.tolist() for x in (values, weights, target, weights - target, trades))
    rows = zip(labels("assets", len(values)), *numbers, units, cost.tolist(), after[:-1], strict=True)
    weight, wanted, paid = (float(x.sum()) for x in (weights, target, cost))
    return [
        *rows,
        ("Cash", 0.0, 0.0, 0.0, 0.0, cash, None, 0.0, after[-1]),
        ("Total", held, weight, wanted, None, cash_flow - paid, None, paid, total_after),
    ]
