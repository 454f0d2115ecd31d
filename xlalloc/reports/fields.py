"""One cell as meant: full-width digits, thousands separators, percent texts, 万, brackets for minus, dates as text."""

import contextlib
import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from xlalloc.dates import from_cell
from xlalloc.ranges import as_number

LONGEST = 255  # characters of a text; of notes a whole cell
MOST = 1e15  # of any figure
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
# What XML 1.0 does not know, other control characters, lone surrogates, and what turns the direction of writing round.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SPACES = re.compile("[\\s\u200b\u2060\ufeff]+")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?").fullmatch
_BLANK = frozenset(["", "-", "--", "—", "——", "–", "/", "n/a", "na", "null", "none", "nan", "无", "不适用"])
_NAMES_OF_MONEY = {
    "CNY": ("¥", "元", "人民币", "人民币元", "rmb"), "USD": ("$", "us$", "美元"), "HKD": ("hk$", "港元", "港币"),
    "EUR": ("€", "欧元"), "GBP": ("£", "英镑"), "JPY": ("日元",),
}  # fmt: skip
_CURRENCIES = {name: code for code, names in _NAMES_OF_MONEY.items() for name in (code.casefold(), *names)}
_MULTIPLES = {"万": 1e4, "亿": 1e8}
_MONEY = re.compile(
    r"(?P<before>[^\d.,()+\-%\s]*)\s*(?P<number>[(+\-]*\s*[\d.,]+(?:e[+-]?\d+)?\s*%?\)?)\s*(?P<multiple>[万亿]?)\s*(?P<after>\S*)"
)
UNDATED = dt.date.min
_AROUND_MARKS = re.compile(r"\s*([-/.年月日])\s*")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?:{'|'.join(_MONTHS)})[a-z]{{0,6}}\.?"
_NAMED_MONTH = re.compile(
    rf"(?P<d1>\d{{1,2}})[-/ ](?P<m1>{_MONTH})[-/ ,]+(?P<y1>\d{{4}})"
    rf"|(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}}),? (?P<y2>\d{{4}})"
)
_YES = frozenset(["yes", "y", "true", "1", "x", "√", "✓", "是", "对"])
_NO = frozenset(["no", "n", "false", "0", "否"])
FREQUENCIES = {
    "weekly": ("每周", "周", "周度"), "monthly": ("每月", "月", "月度"), "quarterly": ("每季", "每季度", "季", "季度"),
    "semiannual": ("每半年", "半年", "半年度", "semi-annual", "half-yearly"),
    "annual": ("每年", "年", "年度", "yearly"),
}  # fmt: skip
LANGUAGES = {
    "en": ("english", "英文", "英语", "en-us", "en-gb"),
    "zh": ("chinese", "中文", "汉语", "简体中文", "zh-cn", "cn"),
}
KINDS = {
    "stock": ("股票", "a股"), "etf": ("交易所基金",), "fund": ("基金", "开放式基金", "mutual fund"), "bond": ("债券",),
    "index_fund": ("指数基金", "指数型基金", "index fund"), "bond_fund": ("债券基金", "债券型基金", "bond fund"),
    "cash": ("现金", "货币基金", "货币", "存款", "money market"),
}  # fmt: skip

OPEN_FUNDS = frozenset(["fund", "index_fund", "bond_fund"])  # that redeem, rather than trade on an exchange


class UnreadableError(ValueError):
    """The cell does not hold what its column needs."""


def clean(value) -> str:
    """A cell as text, trimmed, on one line, without the characters a file must not hold."""
    if type(value) is str and value.isprintable():
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and abs(value) < MOST and value == int(value):
        value = int(value)
    return _SPACES.sub(" ", _ILLEGAL.sub("", str(value))).strip()


def has_illegal(value) -> bool:
    return isinstance(value, str) and not value.isprintable() and bool(_ILLEGAL.search(value))


def plain(value) -> str:
    """A text as it is compared: width, case and surrounding spaces do not matter."""
    return unicodedata.normalize("NFKC", clean(value)).strip().casefold()


def is_empty(value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value != value


def money(value) -> tuple[float | None, str]:
    """The number in a cell (None where it is blank) and the currency written beside it."""
    if type(value) is float and abs(value) <= MOST:
        return value, ""
    if is_empty(value):
        return None, ""
    if isinstance(value, str):
        number, currency = _written(value)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number, currency = value, ""
    else:
        raise UnreadableError
    if number is not None and not abs(number) <= MOST:
        raise UnreadableError
    return number if number is None else float(number), currency


def _written(value: str) -> tuple[float | None, str]:
    if _PLAIN(value):
        return float(value), ""
    if len(value) > LONGEST:
        raise UnreadableError
    text = plain(value).replace("−", "-").replace("，", ",")
    if text in _BLANK:
        return None, ""
    match = _MONEY.fullmatch(text)
    if not match:
        raise UnreadableError
    marks = [match["before"], match["after"]]
    if any(mark and mark not in _CURRENCIES for mark in marks):
        raise UnreadableError
    digits = match["number"].replace(" ", "")
    negative = digits.startswith("(") and digits.endswith(")")
    number = as_number(digits.strip("()") if negative else digits)
    if number is None or (negative and number < 0):
        raise UnreadableError
    currency = next((_CURRENCIES[mark] for mark in marks if mark), "")
    return (-number if negative else number) * _MULTIPLES.get(match["multiple"], 1.0), currency


def currency_of(value) -> str:
    text = plain(value)
    return _CURRENCIES.get(text, text.upper())


def date(value) -> dt.date | None:
    if type(value) is not dt.date:
        if is_empty(value):
            return None
        if isinstance(value, str):
            value = _dated(value)
            if value is None:
                return None
        else:
            value = from_cell(value) or UNDATED
    if not FIRST_DAY <= value <= LAST_DAY:
        raise UnreadableError
    return value


@lru_cache(100_000)
def _dated(value: str) -> dt.date | None:
    """The date a text spells: 2026/3/1, 2026 年 3 月 1 日, 20260301, 1 Mar 2026; None for a blank."""
    text = plain(value)
    if text in _BLANK:
        return None
    found = from_cell(_AROUND_MARKS.sub(r"\1", text).upper())
    if found is None and (match := _NAMED_MONTH.fullmatch(text)):
        month = _MONTHS.index((match["m1"] or match["m2"])[:3]) + 1
        with contextlib.suppress(ValueError):
            found = dt.date(int(match["y1"] or match["y2"]), month, int(match["d1"] or match["d2"]))
    return UNDATED if found is None else found


def level(value) -> int | None:
    """The 3 of C3, R3 or 3."""
    text = plain(value).upper()
    if text.casefold() in _BLANK:
        return None
    match = re.match(r"[CR]?\s*([1-5])(?![\d.])", text)
    if not match:
        raise UnreadableError
    return int(match[1])


def levels(value) -> frozenset[int]:
    """R1;R2;R3, or R1-R3, or both."""
    text = plain(value).upper()
    found: set[int] = set()
    for part in re.split(r"[\s;,、/+]+", re.sub(r"\s*(-|~|至|TO)\s*", "-", text)):
        match = re.fullmatch(r"R?([1-5])(?:-R?([1-5]))?", part)
        if not match and text.casefold() not in _BLANK:
            raise UnreadableError
        if match:
            first, last = int(match[1]), int(match[2] or match[1])
            found.update(range(min(first, last), max(first, last) + 1))
    return frozenset(found)


def yes(value) -> bool:
    text = plain(value)
    if text in _YES:
        return True
    if text in _NO or text in _BLANK:
        return False
    raise UnreadableError


def schedule(value) -> tuple | None:
    """((days, …), (fees, …)) of 7:1.5%;30:0.75%; ((), ()) for none; None where the cell is blank.

    A single rate is charged however long the units were held.
    """
    if is_empty(value):
        return None
    text = plain(value)
    if text in ("none", "no", "0", "0%", "无", "免", "免赎回费") or value == 0:
        return (), ()
    days, fees = [], []
    for part in re.split(r"[;,、\n]+", text):
        until, _, fee = part.rpartition(":")
        until = re.sub(r"[<≤\s]|days?|天|日|under", "", until)
        rate = as_number(fee)
        if rate is None or not 0 <= rate <= 1 or (until and not until.isdigit()):
            raise UnreadableError
        if until:
            days.append(int(until))
        fees.append(rate)
    if not days and len(fees) == 1:
        return (1,), (fees[0], fees[0])
    if len(fees) - len(days) not in (0, 1) or sorted(set(days)) != days or (days and days[0] < 1):
        raise UnreadableError
    return tuple(days), tuple(fees)


def option(value, known: dict[str, tuple]) -> str | None:
    """The option a text names, None where it is blank."""
    text = plain(value)
    if text in _BLANK:
        return None
    for name, others in known.items():
        if text == name or text in others:
            return name
    raise UnreadableError


# Kinds of columns ----------------------------------------------------------------------------------------------------

# The figures a column may hold: from, to. A rate of 7 is 7% written without its sign, hardly ever 700%.
RANGES = {
    "money": (-MOST, MOST), "amount": (0.0, MOST), "price": (1e-9, MOST), "share": (0.0, 1.0), "rate": (-1.0, 3.0),
    "vol": (0.0, 3.0), "weight": (0.0, 100.0), "days": (0.0, 366.0), "years": (0.0, 150.0),
}  # fmt: skip
_READERS: dict[str, Callable] = {
    "date": date,
    "level": level,
    "yes": yes,
    "schedule": schedule,
    "text": clean,
    "notes": clean,
    "levels": levels,
}


def within(kind: str, number: float | None) -> float | None:
    """A figure its column may hold."""
    low, high = RANGES[kind]
    if number is not None and not low <= number <= high:
        raise UnreadableError
    return number


def read(kind: str, value):
    """A cell as its column's kind."""
    if kind in RANGES:
        return within(kind, money(value)[0])
    return _READERS[kind](value)
