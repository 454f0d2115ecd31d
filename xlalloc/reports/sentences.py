"""What a report says of a client in a sentence, in the words of the language that ``say`` speaks."""

from collections.abc import Callable

from xlalloc.errors import ErrorValue
from xlalloc.reports.result import Result
from xlalloc.reports.suitability import STATES, listed
from xlalloc.reports.texts import TEXTS

Say = Callable[..., str]


def in_language(lang: str) -> Say:
    """The words of a language: a key and what stands in its braces."""
    return lambda key, **words: TEXTS[key][lang].format(**words)


def given(share: float, digits: int = 1) -> str:
    """A share that somebody stated, with all the digits it was stated with: 2.5% and 0.25%, never 0.2%."""
    while digits < 4 and abs(round(share, digits + 2) - share) > 1e-9:
        digits += 1
    return f"{share:.{digits}%}"


def advice(r: Result, say: Say) -> str:
    """The orders in a sentence, with the deviation and the rule behind them."""
    if r.judgement.held:
        return say("summary.held", reasons=" ".join(kept_back(r)))
    if isinstance(r.orders, ErrorValue):
        return say("summary.no_orders", error=str(r.orders))
    asset, deviation, threshold = r.largest[0], f"{r.largest[4]:+.1%}", given(r.client.threshold)
    rule = "summary.calendar" if r.calendar_known else "summary.no_calendar"
    to_do = "cash_suffices" if r.orders.cash_suffices else "rebalance" if r.due is True else "cash_only"
    words = [say(f"summary.{to_do}")]
    for key, orders in (("summary.sell", r.sales), ("summary.buy", r.purchases)):
        if orders:
            money = abs(sum(order.money for order in orders))
            words.append(say(key, products=products(len(orders), say), money=f"{money:,.0f}"))
    words.append(say("summary.costs", cost=f"{r.orders.costs.sum():,.0f}"))
    if not r.sales and not r.purchases:
        words = [say("summary.due_nothing" if r.due is True else "summary.nothing")]
    if isinstance(r.due, ErrorValue):
        words.insert(0, say("summary.no_signal", error=str(r.due)))
    if r.lang == "zh":  # a difference of shares is given in points
        deviation = f"{100 * r.largest[4]:+.1f} 个百分点"
    words.append(say("summary.largest", asset=asset, deviation=deviation, threshold=threshold))
    if row := r.farthest:  # what decides where the model is kept by risk
        words[-1] = say("summary.farthest", asset=row[0], share=f"{row[2]:.1%}", budget=f"{row[3]:.1%}")
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


def outside_limits(r: Result, say: Say) -> list[str]:
    """Weights outside the model's own limits."""
    found = []
    for row, position in zip(r.drift, r.held, strict=True):
        low, high = position.limits
        if (low is not None and row[2] < low) or (high is not None and row[2] > high):
            limits = f"{given(0.0 if low is None else low)}–{given(1.0 if high is None else high)}"
            found.append(say("allocation.outside", asset=row[0], weight=f"{row[2]:.1%}", limits=limits))
    return found


def products(n: int, say: Say) -> str:
    return say("summary.product" if n == 1 else "summary.products", n=n)


def suitability(r: Result, say: Say) -> tuple[str, bool]:
    """The client's level against what is held, in the target, to be bought and left, and whether that is a warning."""
    found, level = r.judgement, r.client.risk_level
    words = say("summary.level_missing") if level is None else say("summary.level_is", level=f"C{level}")
    if level is not None and r.client.assessed_on:
        words += say("summary.assessed", date=f"{r.client.assessed_on}")
    expires = r.client.assessment_expires
    expired = bool(expires and r.as_of and expires < r.as_of)
    if expired:
        words += say("summary.expired", date=f"{expires}")
    elif expires and level is not None:
        words += say("summary.valid", date=f"{expires}")
    if found.by == "portfolio":
        model = "summary.model_unknown" if found.model_level is None else "summary.model_level"
        words += say(model, model=r.model, level=f"R{found.model_level}")
    above = {state: r.named(found.above, state) for state in STATES}
    levels = [say(f"summary.{s}_above", assets=listed(names, r.lang)) for s, names in above.items() if names]
    if unknown := list(dict.fromkeys(r.named(found.unknown, "target") + r.named(found.unknown, "held"))):
        levels.append(say("summary.unknown_level", assets=listed(unknown, r.lang)))
    if not levels and level is not None:
        levels = [say("summary.none_above")]
    return words + "".join(levels) + ("。" if r.lang == "zh" else "."), bool(found.reasons or found.above["after"])


def kept_back(r: Result) -> list[str]:
    """Why no letter is printed, a sentence each."""
    return [problem.wrong(r.lang) for problem in r.judgement.reasons] if r.judgement.held else []
