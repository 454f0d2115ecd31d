"""Dates as texts: named months in several languages, weekdays and times of day beside them, numbers in some order.

The order of 3/4/2026 is told by the whole column (``conventions``), never by one cell.
"""

import datetime as dt
import re

from xlalloc.dates import end_of_month, from_cell

PIVOT = 69  # of years of two digits: 69 to 99 are 1969 to 1999, as POSIX has it
ORDERS = ("dmy", "mdy", "ymd")  # the last only where the year has two digits: 24/01/02
# How names of months begin: English, German, French, Spanish, Italian, Portuguese, Dutch.
_NAMES = {
    1: "jan ene gen", 2: "feb fév fev", 3: "mar mär mrt maa", 4: "apr avr abr", 5: "may mai mag mei",
    6: "jun juin giu", 7: "jul juil lug", 8: "aug aoû aou ago", 9: "sep set", 10: "oct okt out ott",
    11: "nov", 12: "dec dez déc dic",
}  # fmt: skip
_MONTHS = {name: month for month, names in _NAMES.items() for name in names.split()}
_MONTH = rf"({'|'.join(sorted(_MONTHS, key=len, reverse=True))})[a-zß-ÿ]{{0,7}}\.?"
_DAY, _YEAR = r"(\d{1,2})(?:st|nd|rd|th|º)?", r"(\d{4}|\d{2})"
_BETWEEN = r"[-/ .,]*(?:of |de |del )?"
_DMY = re.compile(rf"{_DAY}{_BETWEEN}{_MONTH}{_BETWEEN}{_YEAR}")
_MDY = re.compile(rf"{_MONTH}{_BETWEEN}{_DAY}[-/ ,]+{_YEAR}")
_YMD = re.compile(rf"(\d{{4}})[-/ .]*{_MONTH}[-/ .]*{_DAY}")
_MY = re.compile(rf"{_MONTH}{_BETWEEN}(\d{{4}})")
_MONTH_OF_YEAR = re.compile(r"(\d{1,2})/(\d{4})")
_NUMBERS = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})")
_WHOLE = re.compile(r"(\d{5}|\d{8})\.0+")
_AROUND_MARKS = re.compile(r"\s*([-/.年月])\s*|\s+(?=日)")
_ZONE = r"z|utc|gmt|[ecmp][sd]?t|bst|ist|jst|hkt|sgt|[cwe]es?t|ae[sd]t|[+-]\d{2}:?\d{2}"
_CLOCK = re.compile(
    r"(?:(?<=\d)t|(?<=日)|[ ,]+|^)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    rf"\s*(?:[ap]\.?m\.?)?\s*(?:{_ZONE})?(?![\w:])"
)
_WEEKDAY = (
    r"(?:星期[一二三四五六日天]|[周週][一二三四五六日]"
    r"|(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mi[eé]|jue|vie|s[aá]b|dom|gio"
    r"|ma|wo|vr|za|zo)[a-zß-ÿ]{0,8}\.?)"
)
_FIRST_WORD = re.compile(rf"(?:as (?:of|at)|per|stand|vom|截至|截止)[: ]*|{_WEEKDAY}[, ]+|[(（]?{_WEEKDAY}[)）]\s*")
_LAST_WORD = re.compile(rf"[, ]*(?:(?<=[, ]){_WEEKDAY}|[(（]{_WEEKDAY}[)）]|星期[一二三四五六日天]|,[一二三四五六日])$")
_TWICE = re.compile(r"(.+?\d{4})([a-z].*\d{4})")  # Monday, March 03, 2025Mon, Mar 03, 2025


def read(text: str, order: str = "") -> dt.date | None:
    """The date that a text spells, in small letters without full-width signs; None where it is none."""
    for form in _forms(text):
        found = from_cell(form.upper()) or _named(form)
        if found is None and (parts := _NUMBERS.fullmatch(form)):
            found = in_order((int(parts[1]), int(parts[3]), int(parts[4])), order)
        if found:
            return found
    if twice := _TWICE.fullmatch(text):
        first, second = read(twice[1], order), read(twice[2], order)
        return first if first == second else None
    return None


def numbers(text: str) -> tuple[int, int, int] | None:
    """The three numbers of 3/4/2026, of which nothing says what is the day and what the month."""
    for form in _forms(text):
        if match := _NUMBERS.fullmatch(form):
            return int(match[1]), int(match[3]), int(match[4])
    return None


def in_order(parts: tuple[int, int, int], order: str) -> dt.date | None:
    """The date of three numbers where they come in this order; the year is the last but in ymd."""
    if order not in ORDERS or (order == "ymd" and parts[2] > 99):
        return None
    by = dict(zip(order, parts, strict=True))
    year = by["y"]
    if year < 100:
        year += 1900 if year >= PIVOT else 2000
    try:
        return dt.date(year, by["m"], by["d"])
    except ValueError:
        return None


def _forms(text: str):
    """The text as it stands, then without time of day, weekday and words beside them."""
    text = _WHOLE.sub(r"\1", text) if text.endswith("0") and ".0" in text else text
    text = _AROUND_MARKS.sub(lambda match: match[1] or "", text).strip(" ,")
    yield text
    if ":" in text:
        text = " ".join(_CLOCK.sub(" ", text, count=1).split()).strip(" ,")
        yield text
    bare = _LAST_WORD.sub("", _FIRST_WORD.sub("", text, count=1)).strip(" ,")
    if bare != text:
        yield bare


def _named(text: str) -> dt.date | None:
    """A date whose month has a name; a month alone means its last day, as in 2026-03."""
    for form, places in ((_DMY, (3, 2, 1)), (_MDY, (3, 1, 2)), (_YMD, (1, 2, 3))):
        if match := form.fullmatch(text):
            year, month, day = (match[place] for place in places)
            return in_order((int(day), _MONTHS[month], int(year)), "dmy")
    if match := _MY.fullmatch(text):
        return end_of_month(int(match[2]), _MONTHS[match[1]])
    if (match := _MONTH_OF_YEAR.fullmatch(text)) and 1 <= int(match[1]) <= 12 and 1900 <= int(match[2]) <= 2200:
        return end_of_month(int(match[2]), int(match[1]))
    return None
