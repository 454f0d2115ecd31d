"""Payments and rates. Money paid is negative, money received positive, as in Excel."""

import math
from collections.abc import Callable
from itertools import pairwise

from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import all_or_error, each, first_error, flat, is_number, number, numbers_in, one, register
from xlalloc.excel.dates import day
from xlalloc.values import as_float, error_in


@each("PMT", kinds=(number, number, number, number, number), least=3)
def payment(rate, periods, present, future=0.0, at_start=0.0):
    if periods == 0:
        raise ValueError
    growth = (1 + rate) ** periods
    if rate == 0:
        return -(present + future) / periods
    return -(present * growth + future) * rate / ((1 + rate * bool(at_start)) * (growth - 1))


@each("FV", kinds=(number, number, number, number, number), least=3)
def future_value(rate, periods, paid, present=0.0, at_start=0.0):
    return -(present * (1 + rate) ** periods + paid * _annuity(rate, periods, at_start))


@each("PV", kinds=(number, number, number, number, number), least=3)
def present_value(rate, periods, paid, future=0.0, at_start=0.0):
    return -(future + paid * _annuity(rate, periods, at_start)) / (1 + rate) ** periods


@each("NPER", kinds=(number, number, number, number, number), least=3)
def periods_needed(rate, paid, present, future=0.0, at_start=0.0):
    if rate == 0:
        return -(present + future) / paid
    paid *= 1 + rate * bool(at_start)
    return math.log((paid - future * rate) / (paid + present * rate)) / math.log1p(rate)


def _annuity(rate, periods, at_start):
    return periods if rate == 0 else ((1 + rate) ** periods - 1) / rate * (1 + rate * bool(at_start))


@register("RATE", single=(0, 1, 2, 3, 4, 5))
def rate_of(periods, paid, present, future=0.0, at_start=0.0, guess=0.1):
    given = all_or_error(one(value) for value in (periods, paid, present, future, at_start, guess))
    if isinstance(given, ErrorValue):
        return given
    n, pmt, pv, fv, start, first = given
    return _root(lambda r: pv * (1 + r) ** n + pmt * _annuity(r, n, start) + fv, first, "RATE")


@register("NPV", single=(0,))
def net_present_value(rate, *values):
    rate, flows = one(rate), numbers_in(values)
    if isinstance(rate, ErrorValue) or isinstance(flows, ErrorValue):
        return first_error(rate, flows)
    if rate == -1:
        return ErrorValue("#DIV/0!", "NPV at a rate of -100%")
    try:
        return math.fsum(flow / (1 + rate) ** k for k, flow in enumerate(flows, 1))
    except OverflowError:
        return ErrorValue("#NUM!", "the number is too large")


@register("IRR", single=(1,))
def internal_rate(values, guess=0.1):
    flows, first = numbers_in([values]), one(guess)
    if isinstance(flows, ErrorValue) or isinstance(first, ErrorValue):
        return first_error(flows, first)
    if not (flows and min(flows) < 0 < max(flows)):
        return ErrorValue("#NUM!", "IRR needs money paid (negative) and money received (positive)")
    return _root(lambda r: math.fsum(flow / (1 + r) ** k for k, flow in enumerate(flows)), first, "IRR")


@register("XNPV", single=(0,))
def dated_present_value(rate, values, dates):
    dated, rate = _dated(values, dates), one(rate)
    if isinstance(dated, ErrorValue) or isinstance(rate, ErrorValue):
        return first_error(dated, rate)
    if rate <= -1:
        return ErrorValue("#NUM!", "XNPV at a rate of -100% or less")
    return math.fsum(flow / (1 + rate) ** (days / 365) for flow, days in dated)


@register("XIRR", single=(2,))
def dated_rate(values, dates, guess=0.1):
    dated, first = _dated(values, dates), one(guess)
    if isinstance(dated, ErrorValue) or isinstance(first, ErrorValue):
        return first_error(dated, first)
    flows = [flow for flow, _ in dated]
    if not min(flows) < 0 < max(flows):
        return ErrorValue("#NUM!", "XIRR needs money paid (negative) and money received (positive)")
    return _root(lambda r: math.fsum(flow / (1 + r) ** (days / 365) for flow, days in dated), first, "XIRR")


def _dated(values, dates) -> list[tuple[float, int]] | ErrorValue:
    """Flows with the days since the first."""
    flows, days = flat(values), all_or_error(map(day, flat(dates)))
    if error := next((e for e in map(error_in, flows) if e), None):
        return error
    if isinstance(days, ErrorValue):
        return days
    if len(flows) != len(days) or not flows or not all(map(is_number, flows)):
        return ErrorValue("#NUM!", "as many dates as values are needed, and numbers only")
    if min(days) < days[0]:
        return ErrorValue("#NUM!", "no date may lie before the first")
    return [(as_float(flow), (date - days[0]).days) for flow, date in zip(flows, days, strict=True)]


def _root(value: Callable[[float], float], guess: float, name: str):
    """The rate above -100% at which the value is 0 that lies nearest the guess: bracketed, then halved."""

    def at(rate: float) -> float:
        try:
            return value(rate)
        except (OverflowError, ZeroDivisionError):
            return math.nan

    steps = (0.0, *(s * 1.5**k * 0.01 for k in range(40) for s in (1, -1)))
    points = sorted({max(guess + step, -0.999999) for step in steps})
    known = [(rate, at(rate)) for rate in points]
    known = [(rate, y) for rate, y in known if y == y and abs(y) != math.inf]
    brackets = [(low, high) for low, high in pairwise(known) if low[1] == 0 or low[1] * high[1] < 0]
    if known and known[-1][1] == 0:
        brackets.append((known[-1], known[-1]))
    if not brackets:
        return ErrorValue("#NUM!", f"{name}: no rate was found")
    (low, y), (high, _) = min(brackets, key=lambda b: min(abs(b[0][0] - guess), abs(b[1][0] - guess)))
    for _ in range(200):
        middle = (low + high) / 2
        z = at(middle)
        if z == 0 or middle in (low, high):
            break
        low, high, y = (middle, high, z) if (z > 0) == (y > 0) else (low, middle, y)
    return middle if y else low
