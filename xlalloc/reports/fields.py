"""One cell as meant: full-width digits, thousands separators, percent texts, 万, brackets for minus, dates as text."""

import datetime as dt
import math
import re
import unicodedata

from xlalloc.dates import from_cell
from xlalloc.ranges import as_number

# Characters XML 1.0 does not know, and lone surrogates.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
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
    "cash": ("现金", "货币基金", "货币", "存款", "money market"),
}  # fmt: skip


class UnreadableError(ValueError):
    """The cell does not hold what its column needs."""


def clean(value) -> str:
    """A cell as text, trimmed, without the characters a file must not hold."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, float) and math.isfinite(value) and value == int(value):
        value = int(value)
    return _ILLEGAL.sub("", str(value)).strip()


def has_illegal(value) -> bool:
    return isinstance(value, str) and bool(_ILLEGAL.search(value))


def plain(value) -> str:
    """A text as it is compared: width, case and surrounding spaces do not matter."""
    return unicodedata.normalize("NFKC", clean(value)).strip().casefold()


def is_empty(value) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value != value


def money(value) -> tuple[float | None, str]:
    """The number in a cell (None where it is blank) and the currency written beside it."""
    if is_empty(value):
        return None, ""
    if isinstance(value, bool | dt.date):
        raise UnreadableError
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise UnreadableError
        return float(value), ""
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
    if is_empty(value) or (isinstance(value, str) and plain(value) in _BLANK):
        return None
    found = from_cell(plain(value) if isinstance(value, str) else value)
    if found is None:
        raise UnreadableError
    return found


def level(value) -> int | None:
    """The 3 of C3, R3 or 3."""
    text = plain(value).upper()
    if text.casefold() in _BLANK:
        return None
    match = re.match(r"[CR]?\s*([1-5])(?![\d.])", text)
    if not match:
        raise UnreadableError
    return int(match[1])


def levels(value) -> set[int]:
    """R1;R2;R3, or R1-R3."""
    text = plain(value).upper()
    found = [int(n) for n in re.findall(r"R?([1-5])", text)]
    if not found and text.casefold() not in _BLANK:
        raise UnreadableError
    if len(found) == 2 and re.search(r"\d\s*(-|~|至|TO)\s*R?\d", text):
        return set(range(found[0], found[1] + 1))
    return set(found)


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


def read(kind: str, value):
    """A cell as its column's kind."""
    if kind in ("amount", "money", "rate", "share"):
        number, _ = money(value)
        if number is not None and ((kind in ("amount", "share") and number < 0) or (kind == "share" and number > 1)):
            raise UnreadableError
        return number
    return {"date": date, "level": level, "yes": yes, "schedule": schedule, "text": clean}[kind](value)
