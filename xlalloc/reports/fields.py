"""One cell as meant: full-width digits, thousands separators, percent texts, 万, brackets for minus, dates as text."""

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from xlalloc.cell_values import as_number
from xlalloc.dates import from_cell
from xlalloc.reports import date_texts

LONGEST = 255  # characters of a text; of notes a whole cell
MOST = 1e15  # of any figure
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2200, 12, 31)
# What XML 1.0 does not know, other control characters, lone surrogates, and what turns the direction of writing round.
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_SPACES = re.compile("[\\s\u200b\u2060\ufeff]+")
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?").fullmatch
_BLANK = frozenset(
    [
        "",
        *[
            "-",
            "--",
            "---",
            "—",
            "——",
            "–",
            "/",
            "n/a",
            "n.a.",
            "#n/a",
            "na",
            "null",
            "none",
            "nan",
            "k.a.",
            "无",
            "不适用",
            "暂无",
        ],
    ]
)
_NAMES_OF_MONEY = {
    "CNY": ("¥", "元", "人民币", "人民币元", "rmb"),
    "USD": ("$", "us$", "美元"),
    "HKD": ("hk$", "港元", "港币"),
    "EUR": ("€", "欧元", "euro"),
    "GBP": ("£", "英镑"),
    "JPY": ("日元", "円"),
    "CHF": ("瑞士法郎",),
    "SGD": ("s$", "新加坡元"),
    "AUD": ("a$", "澳元"),
    "CAD": ("c$", "加元"),
    "TWD": ("nt$", "新台币"),
    "MOP": ("澳门元",),
    "SEK": ("kr",),
    "NZD": ("nz$",),
    **dict.fromkeys(("NOK", "DKK", "ZAR", "ILS", "BRL", "KRW", "PLN"), ()),
}
CURRENCIES = {name: code for code, names in _NAMES_OF_MONEY.items() for name in (code.casefold(), *names)}
_SHARED = {  # signs of several currencies, the first of which is meant where the file has none of them
    "$": ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "TWD"), "¥": ("CNY", "JPY"),
    "元": ("CNY", "HKD", "TWD", "MOP", "JPY"), "kr": ("SEK", "NOK", "DKK"),
}  # fmt: skip
_MULTIPLES = {"万": 1e4, "亿": 1e8, "k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "mio.": 1e6, "b": 1e9, "bn": 1e9}
_PENCE = frozenset(["p", "gbx", "pence"])  # hundredths of a pound
# Hundredths of a currency as vendors write them: GBp is pence and GBP pounds.
HUNDREDTHS = dict.fromkeys(("GBX", "GBp", "gbx", "pence", "p"), "GBP") | {"ZAc": "ZAR", "ZAC": "ZAR", "ILA": "ILS"}
_BOOKED = {"cr": 1.0, "dr": -1.0}  # behind an amount of an account: owned, owed
_COUNTED = frozenset(
    ["份", "股", "shares", "units", "st.", "stk", "stk.", "stück", "st", "口", "株"]
)  # what units are called
_DATE_BEHIND = re.compile(r"\s*\((?:\d{2,4}[-/.])?\d{1,2}[-/.]\d{1,2}\)$")  # 1.2500(06-18)
_GAPS = re.compile(r"(?<=\d)[ '’](?=\d{3}(?!\d))")  # between thousands
_MONEY = re.compile(
    r"(?P<sign>[(+\-]?)\s*(?P<before>[^\d.,()+\-%\s]*)\s*(?P<number>[(+\-]*\s*[\d.,]+(?:e[+-]?\d+)?\s*%?\)?-?)\s*(?P<multiple>[万亿]|(?:k|mn?|mio\.?|bn?)(?![a-z]))?\s*(?P<after>[^\s\d]*)"
)
UNDATED = dt.date.min
_NO_FEE = ("none", "no", "0", "0%", "无", "免", "免赎回费", "免申购费")
_YES = frozenset(["yes", "y", "true", "1", "x", "√", "✓", "是", "对"])
_NO = frozenset(["no", "n", "false", "0", "否"])
FREQUENCIES = {
    "weekly": ("每周", "周", "周度"),
    "monthly": ("每月", "月", "月度"),
    "quarterly": ("每季", "每季度", "季", "季度"),
    "semiannual": ("每半年", "半年", "半年度", "semi-annual", "half-yearly"),
    "annual": ("每年", "年", "年度", "yearly"),
}
LANGUAGES = {
    "en": ("english", "英文", "英语", "en-us", "en-gb"),
    "zh": ("chinese", "中文", "汉语", "简体中文", "zh-cn", "cn"),
}
KINDS = {
    "stock": ("股票", "a股", "equity", "stocks", "equities", "common stock", "aktie"),
    "etf": ("交易所基金", "交易型开放式指数基金", "etfs", "etfs & closed end funds"),
    "fund": ("基金", "开放式基金", "mutual fund", "funds", "mutual funds", "混合型基金", "股票型基金", "fonds"),
    "index_fund": ("指数基金", "指数型基金", "index fund"),
    "bond_fund": ("债券基金", "债券型基金", "bond fund"),
    "bond": ("债券", "bonds", "fixed income", "anleihe"),
    "cash": ("现金", "货币基金", "货币", "货币型基金", "存款", "money market", "cash and money market",
             "cash & money market",
             "cash mmf and bdp", "cash and equivalents", "cash & cash investments", "现金管理", "现金类"),
}  # fmt: skip
OPEN_FUNDS = frozenset(["fund", "index_fund", "bond_fund"])  # that redeem, rather than trade on an exchange
CLASSES = {
    "equity": ("股票", "权益", "权益类", "stocks", "stock", "equities"),
    "bond": ("债券", "固收", "固定收益", "bonds", "fixed income"),
    "cash": ("现金", "现金类", "货币", "货币类"),
    "commodity": ("商品", "大宗商品", "commodities", "黄金", "gold"),
    "property": ("房地产", "不动产", "reits", "reit", "real estate"),
    "other": ("其他", "另类", "alternatives"),
}
INVESTORS = {
    "retail": ("普通投资者", "普通", "individual"),
    "professional": ("专业投资者", "专业"),
    "institution": ("机构", "机构投资者", "institutional"),
}
GOAL_MONEY = {"today": ("当前", "今日购买力", "today's money", "今天"), "then": ("届时", "名义", "nominal", "future")}
TRIGGERS = {"weights": ("权重", "weight"), "risk": ("风险", "风险占比")}


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


def money(value, decimal: str = ".") -> tuple[float | None, str]:
    """The number in a cell (None where it is blank) and the currency written beside it."""
    if type(value) is float and abs(value) <= MOST:
        return value, ""
    if is_empty(value):
        return None, ""
    if isinstance(value, str):
        number, currency = _written(value, decimal)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        number, currency = value, ""
    else:
        raise UnreadableError
    if number is not None and not abs(number) <= MOST:
        raise UnreadableError
    return number if number is None else float(number), currency


def _written(value: str, decimal: str = ".") -> tuple[float | None, str]:
    if decimal == "." and _PLAIN(value):
        return float(value), ""
    if len(value) > LONGEST:
        raise UnreadableError
    text = plain(unwrapped(value)).replace("−", "-").replace("，", ",")
    text = text.replace("▲", "-").replace("△", "-")  # Japanese minus
    if text in _BLANK:
        return None, ""
    match = _MONEY.fullmatch(_GAPS.sub("", _DATE_BEHIND.sub("", text) if text.endswith(")") else text))
    if not match:
        raise UnreadableError
    marks = [match["before"], match["after"]]
    if any(mark and mark not in CURRENCIES and mark not in _COUNTED | _PENCE | _BOOKED.keys() for mark in marks):
        raise UnreadableError
    number = _signed(match["sign"] + match["number"], decimal)
    if number is None:
        raise UnreadableError
    currency = next((CURRENCIES[mark] for mark in marks if mark in CURRENCIES), "")
    if match["after"] in _PENCE:
        number, currency = number / 100, "GBP"
    number *= _BOOKED.get(match["after"], 1.0)
    return number * _MULTIPLES.get(match["multiple"], 1.0), currency


def is_blank_mark(cell) -> bool:
    """Is it what stands for nothing: --, n/a, 无?"""
    return isinstance(cell, str) and plain(unwrapped(cell)) in _BLANK


def is_negative(value, decimal: str = ".") -> bool:
    """Is it a number below zero?"""
    try:
        return (money(value, decimal)[0] or 0.0) < 0
    except UnreadableError:
        return False


_SWAPPED = str.maketrans(".,", ",.")


def _signed(digits: str, decimal: str) -> float | None:
    """The number of digits and marks, with its minus before, behind or as brackets."""
    digits = digits.replace(" ", "")
    if decimal == ",":
        digits = digits.translate(_SWAPPED)
    if digits.startswith("(") and digits.endswith(")"):
        number = as_number(digits.strip("()"))
        return None if number is None or number < 0 else -number
    if digits.endswith("-"):
        number = as_number(digits[:-1])
        return None if number is None or number < 0 or digits[0] in "+-" else -number
    return as_number(digits)


def unwrapped(text: str) -> str:
    """A cell without what keeps a code a text: ="510300", '510300, tabs."""
    text = text.strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return (text[1:].removesuffix("'") if text[:1] == "'" else text).strip()


def currency_of(value) -> str:
    if (whole := HUNDREDTHS.get(clean(value))) is not None:
        return whole
    text = plain(value)
    return CURRENCIES.get(text, text.upper())


def own_sign(currency: str, text: str, own: str) -> str:
    """The currency that a sign in a text stands for: $ in a file of Australian dollars (``own``) is one of those."""
    for sign, shared in _SHARED.items():
        if currency == shared[0] != own and own in shared and sign in (text := plain(text)):
            return currency if any(word in text for word in ("usd", "us$", "cny", "rmb", "人民币", "sek")) else own
    return currency


def date(value, order: str = "") -> dt.date | None:
    """The date in a cell; ``order`` (dmy, mdy) is that of the column's dates such as 3/4/2026."""
    if type(value) is not dt.date:
        if is_empty(value):
            return None
        if isinstance(value, str):
            value = _dated(value, order)
            if value is None:
                return None
        else:
            value = from_cell(value) or UNDATED
    if not FIRST_DAY <= value <= LAST_DAY:
        raise UnreadableError
    return value


@lru_cache(100_000)
def _dated(value: str, order: str = "") -> dt.date | None:
    """The date a text spells: 2026/3/1, 2026 年 3 月 1 日, 20260301, Mon, 1 Mar 2026; None for a blank."""
    text = plain(unwrapped(value))
    if text in _BLANK:
        return None
    return date_texts.read(text, order) or UNDATED


def level(value) -> int | None:
    """The 3 of C3, R3 or 3."""
    text = plain(value).upper()
    if text.casefold() in _BLANK:
        return None
    match = re.match(r"[CR]?\s*([1-5])(?:\.0+)?(?![\d.])", text)
    if not match or re.match(r"\s*[-~–—至,;、/|+&.]+\s*[CR]?\s*\d", text[match.end() :]):  # R2-R3 is two of them
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


def steps(value) -> tuple | None:
    """((amounts, …), (rates, …)) of 100万:1.2%;500万:0.8%;0.3%, each rate for purchases under its amount."""
    if is_empty(value):
        return None
    text = plain(value)
    if text in _NO_FEE or value == 0:
        return (), (0.0,)
    amounts, rates = [], []
    for part in re.split(r"[;、\n]+", text):
        under, _, rate = part.rpartition(":")
        number = as_number(rate)
        amount = money(re.sub(r"[<≤]|under", "", under))[0] if under.strip() else None
        if number is None or (under.strip() and amount is None):
            raise UnreadableError
        within("share", number, rate)
        if amount is not None:
            amounts.append(amount)
        rates.append(number)
    if len(rates) - len(amounts) not in (0, 1) or sorted(set(amounts)) != amounts:
        raise UnreadableError
    return tuple(amounts), tuple(rates if len(rates) > len(amounts) else [*rates, 0.0])


def schedule(value) -> tuple | None:
    """((days, …), (fees, …)) of 7:1.5%;30:0.75%; ((), ()) for none; None where the cell is blank.

    A single rate is charged however long the units were held.
    """
    if is_empty(value):
        return None
    text = plain(value)
    if text in _NO_FEE or value == 0:
        return (), ()
    days, fees = [], []
    for part in re.split(r"[;,、\n]+", text):
        until, _, fee = part.rpartition(":")
        until = re.sub(r"[<≤\s]|days?|天|日|under", "", until)
        rate = as_number(fee)
        if rate is None or (until and not until.isdigit()):
            raise UnreadableError
        within("share", rate, fee)
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
    if value is None or (value.__class__ is str and value in known):
        return value
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
    "money": (-MOST, MOST), "amount": (0.0, MOST), "price": (1e-9, MOST), "share": (0.0, 1.0),
    "threshold": (0.0, 1.0), "rate": (-1.0, 3.0),
    "vol": (0.0, 3.0), "weight": (0.0, 100.0), "days": (0.0, 366.0), "years": (0.0, 150.0), "leverage": (0.01, 10.0),
}  # fmt: skip
COUNTED = frozenset(["money", "amount", "price", "days", "years"])  # in no kind of share: 60% is no value
# The most that a figure without a percent sign is taken for: 1.5 is 1.5%, a cost of 0.22 is 0.22%, hardly 22%.
BARE = {"rate": 0.9, "vol": 0.9, "share": 0.1, "threshold": 0.9}
_READERS: dict[str, Callable] = {
    "date": date,
    "level": level,
    "yes": yes,
    "schedule": schedule,
    "steps": steps,
    "text": clean,
    "notes": clean,
    "levels": levels,
}


def limits(kind: str, cell=None) -> tuple[float, float]:
    """The figures a column may hold, those written as percentages more."""
    low, high = RANGES[kind]
    return low, high if kind not in BARE or is_percentage(cell) else BARE[kind]


def is_percentage(cell) -> bool:
    return isinstance(cell, str) and "%" in plain(cell)


def within(kind: str, number: float | None, cell=None) -> float | None:
    """A figure its column may hold; ``cell`` is how it is written."""
    low, high = limits(kind, cell)
    if number is not None and (not low <= number <= high or (kind in COUNTED and is_percentage(cell))):
        raise UnreadableError
    return number


def read(kind: str, value):
    """A cell as its column's kind."""
    if kind in RANGES:
        return within(kind, money(value)[0], value)
    return _READERS[kind](value)
