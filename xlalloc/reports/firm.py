"""The sheet firm: what is the firm's own in every report. Keys, their names in both languages, and what each may be."""

import hashlib
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from dataclasses import fields as parts
from pathlib import Path
from typing import Any, NamedTuple

from xlalloc.errors import InputError, quoted
from xlalloc.reports import date_texts
from xlalloc.reports.fields import (
    LANGUAGES,
    LONGEST,
    UnreadableError,
    clean,
    is_empty,
    is_percentage,
    money,
    option,
    plain,
)
from xlalloc.reports.problems import Problems
from xlalloc.reports.rows import Row

MOST_LOGO = 2_000_000  # bytes
PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
HOLDS = {"hold": ("暂缓",), "warn": ("提示", "警示")}
JUDGED_BY = {"product": ("产品", "单品"), "portfolio": ("组合",)}
SHOWN = {"client": ("客户", "客户可见"), "internal": ("内部", "仅内部")}
MARKS = {".": (), ",": ()}
ORDERS = dict(zip(date_texts.ORDERS, (("日月年",), ("月日年",), ("年月日",)), strict=True))
PAGES = {
    "summary": ("概要",),
    "allocation": ("配置", "orders", "资产配置", "交易"),
    "risk": ("风险",),
    "account": ("账户", "账户表现"),
    "performance": ("业绩", "past", "模拟业绩", "模拟历史"),
    "plan": ("规划", "outlook", "目标测算", "目标", "展望"),
    "notes": ("说明", "appendix", "附注", "附录"),
    "check": ("内部核对", "核对"),
}
REFERRED = ("allocation", "notes")  # that others name: orders in full; findings, assumptions and definitions
INTERNAL = "check"  # the page that no client sees
CONTACT = 2_000  # characters of the longer texts
MOST_FOOTER = 100  # Excel reads no more than 255 of a footer, marks among them


class Key(NamedTuple):
    """One key of the sheet: its names, what its value is, and what is said of one that cannot be read."""

    zh: tuple[str, ...]
    kind: str  # text, share, months, option, pages, colour, picture
    limits: tuple = ()  # of a figure: from, to, to without a percent sign
    known: dict[str, tuple] = {}  # of an option or of pages  # noqa: RUF012
    wanted: str = ""
    also: tuple[str, ...] = ()


RATE = "a rate per year between -10% and 50%, such as 2%, above 0.2 only with its percent sign,"
PART = "a share per year between 0% and 20%, such as 0.5%, above 0.05 only with its percent sign,"
KEYS = {
    "name": Key(("机构名称", "名称", "公司名称"), "text"),
    "logo": Key(("标志", "徽标", "商标"), "picture"),
    "colour": Key(("颜色", "主色"), "colour", also=("color",)),
    "contact": Key(("联系方式", "联系电话"), "text"),
    "footer": Key(("页脚",), "text"),
    "disclaimer": Key(("免责声明", "风险提示"), "text"),
    "risk_document": Key(("风险揭示书",), "text"),
    "pages": Key(("页面", "报告页面"), "pages", known=PAGES),
    "internal_pages": Key(("内部页面",), "pages", known=PAGES),
    "rf": Key(("无风险利率",), "share", (-0.1, 0.5, 0.2), wanted=RATE, also=("risk free", "risk free rate")),
    "inflation": Key(("通胀率", "通货膨胀率"), "share", (-0.1, 0.5, 0.2), wanted=RATE),
    "advisory_fee": Key(("投顾费率", "投顾费"), "share", (0.0, 0.2, 0.05), wanted=PART),
    "suitability": Key(("适当性",), "option", known=HOLDS, wanted="hold or warn"),
    "suitability_by": Key(("适当性口径", "适当性依据"), "option", known=JUDGED_BY, wanted="product or portfolio"),
    "simulated": Key(("模拟业绩",), "option", known=SHOWN, wanted="client or internal"),
    "projections": Key(("情景测算", "预测"), "option", known=SHOWN, wanted="client or internal"),
    "min_months": Key(("最少业绩月数",), "months", (0, 600), wanted="a whole number of months up to 600"),
    "decimal": Key(("小数点",), "option", known=MARKS, wanted=". or ,"),
    "date_order": Key(("日期顺序",), "option", known=ORDERS, wanted="dmy, mdy or ymd"),
}
LOOKS = frozenset(["logo", "colour", "pages", "internal_pages"])  # a wrong one is left out; all else decides figures
BY_LANGUAGE = frozenset(["simulated", "projections"])  # besides the texts
_NAMES = {plain(name).replace("_", " "): key for key, k in KEYS.items() for name in (key, *k.zh, *k.also)}


@dataclass(frozen=True)
class Firm:
    """What the sheet says, by language where it may differ; a figure left out is None and counts as 0."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)  # (key, language or "") → text
    logo: bytes = b""
    colour: str = ""  # RRGGBB
    pages: tuple[str, ...] = ()  # in order; empty: all
    internal_pages: tuple[str, ...] = ()
    rf: float | None = None
    inflation: float | None = None
    advisory_fee: float | None = None
    suitability: str = "hold"
    suitability_by: str = "product"
    min_months: int = 6  # what China's drafts ask of performance shown

    def text(self, key: str, lang: str) -> str:
        """A text in this language, else the one of no language."""
        return self.texts.get((key, lang)) or self.texts.get((key, ""), "")

    @property
    def hold(self) -> bool:
        return self.suitability == "hold"

    def shows(self, key: str, lang: str) -> bool:
        """Are these figures (simulated, projections) for the client? Left out: in English yes, in Chinese not."""
        return (self.text(key, lang) or ("internal" if lang == "zh" else "client")) == "client"

    def pages_of(self, lang: str, there: list[str]) -> tuple[list[str], list[str]]:
        """Of the pages there are, those for the client, in the firm's order, and those for the firm alone."""
        hidden = {"performance": "simulated", "plan": "projections"}
        inner = [k for k in there if k in self.internal_pages or (k in hidden and not self.shows(hidden[k], lang))]
        own = [key for key in self.pages or there if key in there and key not in inner]
        if INTERNAL in self.internal_pages or inner:
            inner.insert(0, INTERNAL)
        return own or there[:1], inner

    @property
    def digest(self) -> str:
        """Of all that is set."""
        whole = repr([(part.name, getattr(self, part.name)) for part in parts(self)])
        return hashlib.sha256(whole.encode()).hexdigest()[:32]


def key_of(text) -> str | None:
    return _NAMES.get(plain(text).replace("_", " "))


def read_firm(rows: Iterable[Row], file: str, folder: Path, problems: Problems) -> tuple[dict, Firm]:
    """All keys of the sheet. A figure or a rule that cannot be read stops the run: every report would rest on it."""
    found: dict[tuple[str, str], Any] = {}  # of each its key's kind
    wrong, places = [], []
    for row in rows:
        key = key_of(row.get("key", ""))
        if key is None:
            if not is_empty(row.raw.get("key")) or not is_empty(row.raw.get("value")):
                known = ", ".join(KEYS)
                problems.note("", "unknown_firm_key", "done.ignored", row.location("key"), known=known)
            continue
        try:
            lang = option(row.raw.get("language"), LANGUAGES) or ""
        except UnreadableError:
            problems.note("", "unknown_option", "done.ignored", row.location("language"), known="en, zh")
            continue
        if is_empty(row.raw.get("value")):
            continue
        if lang and KEYS[key].kind != "text" and key not in BY_LANGUAGE:
            problems.note("", "firm_no_language", "done.used", row.location("language"), key=key)
            lang = ""
        if (key, lang) in found:
            problems.note("", "firm_key_twice", "done.first_counts_row", row.location("key"), key=key)
            continue
        try:
            found[key, lang] = _value(key, row.raw["value"], folder)
            if len(clean(row.raw["value"])) > (most := _most(key)):
                problems.note("", "firm_too_long", "done.cut", row.location("value"), key=key, most=most)
        except UnreadableError:
            if key in LOOKS:
                problems.note("", f"firm_{KEYS[key].kind}", "done.left_out", row.location("value"))
            else:
                wrong.append(f"{key} is {quoted(clean(row.raw['value']))}; {KEYS[key].wanted} is needed")
        else:
            if KEYS[key].kind == "pages":
                places.append(row.location("value"))
    shown = set(found.get(("pages", ""), PAGES)) - set(found.get(("internal_pages", ""), ()))
    if lacking := [page for page in REFERRED if page not in shown]:
        problems.note("", "firm_pages_lack", "done.used", places[0], pages=", ".join(lacking))
    if wrong:
        raise InputError(f"{file}: sheet firm: {'; '.join(wrong)}.")
    return _firm(found)


def _firm(found: dict[tuple[str, str], Any]) -> tuple[dict, Firm]:
    """How files write numbers and dates, where that is said, and the firm's own."""
    texts = {
        location: value
        for location, value in found.items()
        if KEYS[location[0]].kind == "text" or location[0] in BY_LANGUAGE
    }
    own = {part.name for part in parts(Firm)} - {"texts"}
    marks = {key: found[key, ""] for key in ("decimal", "date_order") if (key, "") in found}
    return marks, Firm(texts, **{key: value for (key, _), value in found.items() if key in own})


def _most(key: str) -> int:
    """Characters that a text of this key may have."""
    if KEYS[key].kind != "text":
        return sys.maxsize
    return CONTACT if key in ("contact", "disclaimer") else MOST_FOOTER if key == "footer" else LONGEST


def _value(key: str, cell, folder: Path):
    """A cell as its key's kind."""
    k = KEYS[key]
    text = clean(cell)
    if k.kind == "text":
        return text[: _most(key)]
    if k.kind == "share":
        low, high, bare = k.limits
        return _within(money(cell)[0], (low, high if is_percentage(cell) else bare))
    if k.kind == "months":
        number = _within(money(cell)[0], k.limits)
        if number != int(number):
            raise UnreadableError
        return int(number)
    if k.kind == "option":
        return _one_of(text, k.known)
    if k.kind == "pages":
        words = [word for word in re.split("[,;，；、]", text) if word.strip()]
        return tuple(dict.fromkeys(_one_of(word, k.known) for word in words))
    if k.kind == "colour":
        digits = plain(text).removeprefix("#").upper()
        if len(digits) != 6 or set(digits) - set("0123456789ABCDEF"):
            raise UnreadableError
        return digits
    return _picture(text, folder)


def _within(number: float | None, limits: tuple) -> float:
    if number is None or not limits[0] <= number <= limits[1]:
        raise UnreadableError
    return number


def _one_of(text: str, known: dict[str, tuple]) -> str:
    text = plain(text)
    for name, others in known.items():
        if text == name or text in others:
            return name
    raise UnreadableError


def _picture(name: str, folder: Path) -> bytes:
    """A file beside the clients', never anywhere else."""
    if Path(name).name != name or "\\" in name or name.startswith("."):
        raise UnreadableError
    try:
        data = (folder / name).read_bytes()
    except OSError:
        raise UnreadableError from None
    if len(data) > MOST_LOGO or not any(data.startswith(start) for start in PICTURES):
        raise UnreadableError
    return data
