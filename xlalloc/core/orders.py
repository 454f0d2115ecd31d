"""The arithmetic behind rebalancing: cash first, bands, whole lots, costs, orders that can be paid for."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlalloc.catalogue import labels
from xlalloc.errors import DivisionError, NumberError

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


# Orders that can be paid for ---------------------------------------------------------------------------------


def lowered(
    above: np.ndarray,
    room: np.ndarray,
    lot_value: np.ndarray,
    spare: Callable[[np.ndarray], float],
    rounding: float,
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
    ideal: np.ndarray,
    values: np.ndarray,
    target: np.ndarray,
    cash_flow: float,
    lot_value: np.ndarray,
    costs: Costs,
) -> tuple[np.ndarray, float]:
    """Orders in whole lots that leave no debt, and the cash left.

    Sales come first: rounded down to lots, more only where the cash would run short, all of it in a full exit. Then
    purchases, rounded down; while cash is short the one furthest above target loses a lot.
    """
    total = worth(values, cash_flow)
    rounding = CASH * (float(values.sum()) + abs(cash_flow))
    above = values - target * total
    sold = _sales(ideal, values, above, cash_flow, lot_value, costs, rounding)
    cash = cash_flow + float(costs.proceeds(sold).sum())
    wanted = np.maximum(ideal, 0.0)
    bought = np.where(sold > 0.0, 0.0, whole_lots(wanted, lot_value))
    rounding += float(np.maximum(bought - wanted, 0.0).sum())

    def spare(less: np.ndarray) -> float:
        kept = bought - less
        return cash - float((kept + costs.of(kept)).sum())

    bought = bought - lowered(above + bought, bought, lot_value, spare, rounding)
    trades = np.where(bought > 2.0 * rounding, bought, 0.0) - sold
    return trades, max(cash_flow - float((trades + costs.of(trades)).sum()), 0.0)


def _sales(ideal, values, above, cash_flow, lot_value, costs: Costs, rounding: float) -> np.ndarray:
    """What is sold of each asset, so that the cash flow and the costs of the sales are covered."""

    def spare(sold: np.ndarray) -> float:
        return cash_flow + float(costs.proceeds(sold).sum())

    wanted = np.maximum(-ideal, 0.0)
    sold = _all_or_lots(np.where(_is_all(wanted, values), values, whole_lots(wanted, lot_value)), values)
    if spare(sold) >= -rounding:
        return sold
    most = np.where(costs.proceeds(values) > 0.0, values, 0.0)  # what costs more than it brings is no help
    if spare(most) < -rounding:
        brings = float(costs.proceeds(most).sum())
        raise NumberError(
            f"cash_flow: {-cash_flow:.10g} is to be taken out, but selling everything brings {brings:.10g} "
            "after costs. Take out at most that."
        )
    sold = np.where(costs.proceeds(sold) > 0.0, sold, 0.0)
    room = np.maximum(most - sold, 0.0)
    sold = _all_or_lots(
        sold + lowered(above - sold, room, lot_value, lambda more: spare(sold + more), rounding), values
    )
    return np.where(costs.proceeds(sold) > 0.0, sold, 0.0)


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


def plan_rows(values, target, trades, units, cost, cash: float) -> list[tuple]:
    """The adviser's table: one row an asset, the cash left over, the total (in which trade + cost = cash flow)."""
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
    weight, wanted, traded, paid = (float(x.sum()) for x in (weights, target, trades, cost))
    return [
        *rows,
        ("Cash", 0.0, 0.0, 0.0, 0.0, cash, None, 0.0, after[-1]),
        ("Total", held, weight, wanted, None, traded + cash, None, paid, total_after),
    ]
