"""TEXT: a number, a date or a text in a number format, as worksheets write them.

Sections with conditions, colours, currencies and languages in brackets, thousands, scaling, percents, exponents, digits
among literals, names of months and weekdays in English and Chinese, times, Chinese capital numerals. A format with
anything else (fractions, eras, other languages' names) is not computed: TEXT is an error there, and ``known`` says so
beforehand. Sources: ECMA-376 part 1, 18.8.30; Microsoft support articles 264372 and 214304.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache

from xlalloc.dates import from_serial
from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import anything, each, text
from xlalloc.values import as_text, to_number

_PIECE = re.compile(
    r"""(?P<literal>"[^"]*"|[\\!].|_.)|(?P<fill>\*.)|\[(?P<bracket>[^\]]*)\]|(?P<general>General|G/通用格式)
    |(?P<noon>AM/PM|A/P|上午/下午)|(?P<exponent>E[+-])|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)
    |(?P<text>@)|(?P<date>y+|m+|d+|h+|s+|aaaa?(?!a)|e+)|(?P<other>[^"\\bg/;a-z]|[cfi-ln-rt-xz]|/)""",
    re.VERBOSE | re.IGNORECASE,
)
_SPLIT = re.compile(r'((?:"[^"]*"|[\\!_*].|\[[^\]]*\]|[^;"\\!_*\[])*)(?:;|$)')
_COLOUR = re.compile(
    r"(?i)black|blue|cyan|green|magenta|red|white|yellow|colou?r ?\d+|[黑蓝青绿红白黄]色?|洋红|颜色 ?\d+"
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d+)?)")
_LOCALE = re.compile(r"(?i)\$([^-]*)(?:-([0-9a-f]*))?")
_CHINESE, _ENGLISH = ("804", "4", "404", "c04", "1004", "1404"), ("", "409", "9", "809", "c09", "1009", "1409", "1809")
_MONTHS = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
]  # fmt: skip
_MONTHS_ZH = ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"]
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_DAYS_ZH = "一二三四五六日"
_COMPARE = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b, ">=": lambda a, b: a >= b,
    "=": lambda a, b: a == b, "<>": lambda a, b: a != b,
}  # fmt: skip
_NUMERALS = {1: ("〇一二三四五六七八九", "十百千"), 2: ("零壹贰叁肆伍陆柒捌玖", "拾佰仟")}
FIRST, LAST = 61, 2_958_466  # March 1900, since when all spreadsheets count days alike, to the year 9999


@dataclass(frozen=True)
class Section:
    """One part of a format: what it is for, and its pieces as (kind, text)."""

    pieces: tuple[tuple[str, str], ...]
    condition: tuple[str, float] | None
    locale: str
    numerals: int  # 1 or 2 for [DBNum1], [DBNum2]

    def has(self, *kinds: str) -> bool:
        return any(kind in kinds for kind, _ in self.pieces)


@each("TEXT", kinds=(anything, text))
def shown(value, code: str):
    """A value in a format; a text is as it is but in a format's own section for texts."""
    if isinstance(value, bool):  # stays what it is, in every format
        return as_text(value)
    number = to_number(value)
    found = sections(code)
    if found is not None:
        if isinstance(number, ErrorValue):
            return _of_text(value, found)
        numeric = found[:-1] if found[-1].has("text") and len(found) > 1 else found
        if numeric[0].has("text"):
            return _of_text(as_text(number), found)
        words = _of_number(number, numeric)
        if words is not None:
            return words
    return ErrorValue("#VALUE!", f"TEXT: {as_text(value)[:40]} in the format {code!r} is not computed here")


def known(code: str) -> bool:
    """Is a format one of those computed here?"""
    return sections(code) is not None


# A format as sections -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2048)
def sections(code: str) -> tuple[Section, ...] | None:
    """The sections of a format; None where one is not computed here."""
    parts, at = [], 0
    while at <= len(code):
        match = _SPLIT.match(code, at)
        if match is None:
            return None
        parts.append(match[1])
        at = match.end()
        if not match[0].endswith(";") or len(match[1]) == len(match[0]):
            break
    if at < len(code) or len(parts) > 4:
        return None
    found = [_section(part) for part in parts]
    return None if None in found else tuple(s for s in found if s)


def _section(code: str) -> Section | None:
    pieces, condition, locale, numerals, at = [], None, "", 0, 0
    while at < len(code):
        match = _PIECE.match(code, at)
        if match is None:
            return None
        at = match.end()
        kind, words = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "bracket":
            if asked := _CONDITION.fullmatch(words):
                condition = asked[1], float(asked[2])
            elif asked := _LOCALE.fullmatch(words):
                locale = (asked[2] or "").lower().lstrip("0") or locale
                pieces.append(("literal", asked[1]))
            elif words.casefold() in ("dbnum1", "dbnum2"):
                numerals = int(words[-1])
            elif not _COLOUR.fullmatch(words):
                return None
        elif kind == "literal":
            pieces.append((kind, words[1:-1] if words[0] == '"' else " " if words[0] == "_" else words[1]))
        elif kind != "fill":
            pieces.append(("literal" if kind == "other" else kind, words))
    if numerals and not any(kind in ("digit", "general", "date") for kind, _ in pieces):
        pieces.append(("general", "General"))
    return _checked(Section(tuple(_minutes(pieces)), condition, locale, numerals))


def _minutes(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """m after hours or before seconds is minutes."""
    dated = [k for k, (kind, _) in enumerate(pieces) if kind == "date"]
    for before, k, after in zip([None, *dated], dated, [*dated[1:], None], strict=False):
        words = pieces[k][1].lower()
        hours = before is not None and pieces[before][1][0] in "hH"
        if words in ("m", "mm") and (hours or (after is not None and pieces[after][1][0] in "sS")):
            pieces[k] = "date", "n" * len(words)
    return pieces


def _checked(section: Section) -> Section | None:
    """None where the pieces do not make a format that is computed here."""
    kinds = [kind for kind, _ in section.pieces]
    dates = section.has("date", "noon")
    if dates and section.has("digit", "general", "text", "percent", "exponent"):
        return None
    if section.numerals and not section.has("general"):  # digit by digit in Excel, in words in LibreOffice
        return None
    if section.has("text") and section.has("digit", "general"):
        return None
    if section.has("general") and section.has("digit", "percent"):
        return None
    if any(kind == "literal" and words == "/" for kind, words in section.pieces) and section.has("digit"):
        return None  # a fraction
    if kinds.count("exponent") > 1 or (section.has("exponent") and "digit" not in kinds[kinds.index("exponent") :]):
        return None
    names = any(
        kind == "date" and (words[0] in "aA" or (words[0] in "mMdD" and len(words) > 2))
        for kind, words in section.pieces
    )
    short = any(kind == "date" and words.lower() == "ddd" for kind, words in section.pieces)
    return None if names and section.locale not in (_ENGLISH if short else (*_CHINESE, *_ENGLISH)) else section


# Values in their section ----------------------------------------------------------------------------------------------


def _of_text(value: str, found: tuple[Section, ...]) -> str:
    last = found[-1]
    if not last.has("text"):
        return value
    return "".join(value if kind == "text" else words for kind, words in last.pieces)


def _of_number(number: float, found: tuple[Section, ...]) -> str | None:
    place = _chosen(number, found)
    if place is None:
        return None
    section = found[place]
    if section.has("date", "noon"):
        return _dated(number, section)
    counted = len(found) == 1 or section.has("digit", "general")
    minus = "-" if number < 0 and counted and not _below_zero(place, found) else ""
    words = _general(abs(number), section) if section.has("general") else _digits(abs(number), section)
    return None if words is None else minus + words


def _chosen(number: float, found: tuple[Section, ...]) -> int | None:
    """Which section a number is shown in."""
    if not any(section.condition for section in found):
        return 1 if number < 0 and len(found) > 1 else 2 if number == 0 and len(found) > 2 else 0
    for k, section in enumerate(found):
        last = k == len(found) - 1
        condition = section.condition or (None if last and k else ((">", 0.0) if k == 0 else ("<", 0.0)))
        if condition is None or _COMPARE[condition[0]](number, condition[1]):
            return k
    return None


def _below_zero(place: int, found: tuple[Section, ...]) -> bool:
    """Is a section for negative numbers alone? Then it says itself how they look."""
    own = found[place].condition
    if own is not None:
        return own[0] in ("<", "<=") and own[1] <= 0
    if place == 0:
        return False
    first = found[0].condition
    if place == 1 and (first is None or first[0] in (">", ">=")) and (first is None or first[1] == 0):
        return True
    return place == 1 and len(found) > 2


def _general(number: float, section: Section) -> str | None:
    written = as_text(number)
    if section.numerals:
        if not written.isdecimal() or number >= 1e16:
            return None
        written = _numerals(written, section.numerals)
    return "".join(written if kind == "general" else words for kind, words in section.pieces)


def _digits(number: float, section: Section) -> str | None:
    """Digits from the right into their places, more of them into the first; the rest as it stands."""
    pieces = list(section.pieces)
    exponent = next((k for k, (kind, _) in enumerate(pieces) if kind == "exponent"), None)
    places = [k for k, (kind, _) in enumerate(pieces[:exponent]) if kind == "digit"]
    if not places:
        return "".join(words for _, words in pieces)
    point = next((k for k, (kind, _) in enumerate(pieces[:exponent]) if kind == "point"), len(pieces))
    whole, decimals = [k for k in places if k < point], [k for k in places if k > point]
    commas = [k for k, (kind, _) in enumerate(pieces) if kind == "comma"]
    ends = [max(group) for group in (whole, decimals) if group]
    scaling = [c for c in commas if any(end < c and _all_commas(pieces[end + 1 : c]) for end in ends)]
    grouping = [c for c in commas if whole and whole[0] < c < whole[-1]]
    number *= 100.0 ** sum(kind == "percent" for kind, _ in pieces)
    number /= 1000.0 ** len(scaling)
    power = 0
    if exponent is not None:
        number, power = _scientific(number, max(len(whole), 1), len(decimals))
    if not math.isfinite(number):
        return None
    left, _, right = f"{_rounded(number, len(decimals)):.{len(decimals)}f}".partition(".")
    left = left if left != "0" else ""
    out: dict[int, str] = {}
    done = 0
    for nth, k in enumerate(reversed(whole)):
        last = nth == len(whole) - 1
        rest = left[: max(len(left) - done, 0)]
        here = rest if last else rest[-1:]
        here = here or {"0": "0", "#": "", "?": " "}[pieces[k][1]]
        written = ""
        for digit in reversed(here):
            written = digit + ("," if grouping and done and done % 3 == 0 and digit != " " else "") + written
            done += 1
        out[k] = written
    if not whole and left:
        out[point] = left + "."
    kept = len(right.rstrip("0"))
    for nth, k in enumerate(decimals):
        out[k] = right[nth] if nth < kept else {"0": "0", "#": "", "?": " "}[pieces[k][1]]
    if exponent is not None:
        sign = "-" if power < 0 else "+" if pieces[exponent][1][1] == "+" else ""
        count = sum(kind == "digit" for kind, _ in pieces[exponent:])
        out[exponent] = f"{pieces[exponent][1][0]}{sign}{str(abs(power)).zfill(count)}"
        out |= {k: "" for k, (kind, _) in enumerate(pieces) if k > exponent and kind == "digit"}
    out |= dict.fromkeys((*scaling, *grouping), "")
    return "".join(out.get(k, words) for k, (_, words) in enumerate(pieces))


def _all_commas(pieces: list[tuple[str, str]]) -> bool:
    return all(kind == "comma" for kind, _ in pieces)


def _rounded(number: float, digits: int) -> float:
    """Half away from zero, as ROUND; where there are no digits to be rounded it stays."""
    power = 10.0**digits
    if number * power >= 2.0**53:
        return number
    return math.floor(number * power * (1 + 1e-15) + 0.5) / power


def _scientific(number: float, width: int, decimals: int) -> tuple[float, int]:
    """The number before the E, and the exponent, a multiple of the width."""
    if number == 0:
        return 0.0, 0
    power = math.floor(math.log10(number) / width) * width
    scaled = _rounded(number / 10.0**power, decimals)
    if scaled >= 10.0**width:
        power += width
    return number / 10.0**power, power


def _numerals(written: str, kind: int) -> str:
    """A whole number in Chinese."""
    figures, units = _NUMERALS[kind]
    whole = written
    groups = [whole[max(k - 4, 0) : k] for k in range(len(whole), 0, -4)][::-1]
    found, gap = "", False
    for nth, group in enumerate(groups):
        said = ""
        for k, digit in enumerate(group):
            place = len(group) - k - 1
            if digit == "0":
                gap = gap or bool(found or said)
                continue
            said += (figures[0] if gap else "") + figures[int(digit)] + (units[place - 1] if place else "")
            gap = False
        if said:
            found += said + ("", "万", "亿", "万亿")[len(groups) - nth - 1]
    return found or figures[0]


@lru_cache(maxsize=1024)
def _dated(number: float, section: Section) -> str | None:
    """From March 1900 to the year 9999; a time of day alone needs no date."""
    codes = [words.lower() for kind, words in section.pieces if kind == "date"]
    calendar = any(code[0] in "ymdae" for code in codes)
    if not (FIRST if calendar else 0) <= number < LAST:
        return None
    seconds = any(code[0] == "s" for code in codes)
    unit = 86_400 if seconds else 1440
    day, part = divmod(math.floor(number * unit + (0.5 if seconds else 1e-6)), unit)  # minutes are cut, seconds rounded
    hour, rest = divmod(part, unit // 24)
    minute, second = divmod(rest, 60) if seconds else (rest, 0)
    date = from_serial(day) if calendar else None
    noon = any(kind == "noon" for kind, _ in section.pieces)
    found = []
    for kind, words in section.pieces:
        if kind == "noon":
            early, late = words.split("/")
            found.append(early if hour < 12 else late)
        elif kind == "date":
            code = words.lower()
            clock = {"h": (hour % 12 or 12) if noon else hour, "n": minute, "s": second}
            if code[0] in clock:
                found.append(f"{clock[code[0]]:0{min(len(code), 2)}d}")
            else:
                found.append(_calendar(date, code, section.locale in _CHINESE))
        else:
            found.append(words)
    return "".join(found)


def _calendar(date, code: str, chinese: bool) -> str:
    """Days and months in the section's language; weekdays by a are Chinese in any."""
    size = len(code)
    if code[0] in "ye":
        return f"{date.year % 100:02d}" if code[0] == "y" and size <= 2 else f"{date.year}"
    if code[0] == "a":
        return ("星期" if size > 3 else "") + _DAYS_ZH[date.weekday()]
    number, names = (date.month, _MONTHS) if code[0] == "m" else (date.day, _DAYS)
    if size <= 2:
        return f"{number:0{size}d}"
    if code[0] == "m":
        if chinese:
            return _MONTHS_ZH[number - 1] if size == 4 else f"{number}月"
        name = names[number - 1]
        return name[:3] if size == 3 else name[0] if size == 5 else name
    if chinese:
        return "星期" + _DAYS_ZH[date.weekday()]
    name = names[date.weekday()]
    return name[:3] if size == 3 else name
