"""What a report says of a client in a sentence, in the words of the language that ``say`` speaks."""

from collections.abc import Callable

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.write import joined

Say = Callable[..., str]


def in_language(lang: str) -> Say:
    """The words of a language: a key and what stands in its braces."""
    return lambda key, **words: TEXTS[key][lang].format(**words)


def advice(r: Result, say: Say) -> str:
    """The orders in a sentence, with the deviation and the rule behind them."""
    if isinstance(r.orders, ErrorValue):
        return say("summary.no_orders", error=str(r.orders))
    asset, deviation, threshold = r.largest[0], f"{r.largest[4]:+.1%}", f"{r.client.threshold:.1%}"
    rule = "summary.calendar" if r.calendar_known else "summary.no_calendar"
    to_do = "cash_suffices" if r.orders.cash_suffices else "rebalance" if r.due is True else "cash_only"
    words = [say(f"summary.{to_do}")]
    for key, orders in (("summary.sell", r.sales), ("summary.buy", r.purchases)):
        if orders:
            money = abs(sum(order.money for order in orders))
            words.append(say(key, products=products(len(orders), say), money=f"{money:,.0f}"))
    words.append(say("summary.costs", cost=f"{r.orders.costs.sum():,.0f}"))
    if not r.sales and not r.purchases:
        words = [say("summary.nothing")]
    if isinstance(r.due, ErrorValue):
        words.insert(0, say("summary.no_signal", error=str(r.due)))
    if r.lang == "zh":  # a difference of shares is said in points
        deviation = f"{100 * r.largest[4]:+.1f} 个百分点"
    words.append(say("summary.largest", asset=asset, deviation=deviation, threshold=threshold))
    words.append(say(rule, frequency=say(f"every.{r.client.frequency}")))
    return ("" if r.lang == "zh" else " ").join(words)


def withheld(r: Result, say: Say) -> dict[int, str]:
    """Position → why it is not traded as the model asks, in a sentence."""
    if isinstance(r.orders, ErrorValue):
        return {}
    held = r.held
    return {
        i: say(why, asset=r.names[i], minimum=f"{held[i].asset.min_buy:,.0f}") for i, why in r.orders.held_back.items()
    }


def products(n: int, say: Say) -> str:
    return say("summary.product" if n == 1 else "summary.products", n=n)


def suitability(r: Result, say: Say) -> tuple[str, bool]:
    """The client's level against what is bought, and whether that is a warning."""
    if r.client.risk_level is None:
        return say("summary.level_missing"), True
    words = say("summary.level_is", level=f"C{r.client.risk_level}")
    if r.client.assessed_on:
        words += say("summary.assessed", date=f"{r.client.assessed_on}")
    expired = bool(r.client.assessment_expires and r.as_of and r.client.assessment_expires < r.as_of)
    if expired:
        words += say("summary.expired", date=f"{r.client.assessment_expires}")
    above, unknown = r.above_level, r.without_level
    if above:
        words += say("summary.above", assets=joined(above, r.lang))
    if unknown:
        words += say("summary.unknown_level", assets=joined(unknown, r.lang))
    if not above and not unknown:
        words += say("summary.none_above")
    return words + ("。" if r.lang == "zh" else "."), bool(above or unknown or expired)
