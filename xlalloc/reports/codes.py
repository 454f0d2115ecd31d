"""Which asset a name or code means, in whatever form it is written; between two that fit nothing is guessed."""

import re
from collections.abc import Iterable

from xlalloc.data import in_chinese
from xlalloc.labelled import name_key
from xlalloc.reports.fields import CURRENCIES, KINDS, OPEN_FUNDS, UnreadableError, clean, option, plain, unwrapped
from xlalloc.reports.records import Asset
from xlalloc.reports.totals import has_word, is_total
from xlalloc.reports.words import CASH_WORDS

_MARKETS = "XSHG|XSHE|SH|SS|SZ|BJ|OF|HK|US|OQ|O|N|A|P|K|L|DE|F|PA|AS|MI|SW|TO|AX|T|WI|CSI|SHF|IB"
_BEHIND = re.compile(rf"(?P<code>[^\s.]+)\.(?P<market>{_MARKETS})", re.IGNORECASE)
_BEFORE = re.compile(r"(?P<market>SH|SZ|BJ|OF|HK)[.:_]?(?P<code>\d{5,6})", re.IGNORECASE)
_EXCHANGE = re.compile(r"(?P<market>[A-Z]{2,10}):\s*(?P<code>\S+)")
_MIC = re.compile(r"(?P<code>[^\s:]+)(?P<market>):[a-z]{4}")  # VTI:arcx
_TERMINAL = re.compile(r"(?P<code>\S+)(?: (?P<market>[A-Z]{2}))? (?:Equity|Index|Comdty|Fund)", re.IGNORECASE)
_SAME = {"SS": "SH", "XSHG": "SH", "XSHE": "SZ"}  # one exchange
_IN_BRACKETS = re.compile(r"(?P<name>[^()（）\[\]]+?)\s*[(（\[]\s*(?P<code>[^()（）\[\]]{2,20}?)\s*[)）\]]")
_DOLLAR = re.compile(r"u\.?\s?s\.? dollars?")
_WHOLE = re.compile(r"(\d+)\.0+")
_STOCKS = {"SZ": ("00", "30", "20"), "SH": ("60", "68", "90"), "BJ": ("4", "8", "92")}  # how codes of shares begin


class Names:
    """Every name and code of the assets."""

    def __init__(self, assets: Iterable[Asset]):
        self._assets = {asset.name: asset for asset in assets}
        self._names: dict[str, set[str]] = {}
        self._codes: dict[str, list[tuple[str, str]]] = {}  # code → its assets with the market it names
        self._known: dict[tuple, tuple[str | None, str]] = {}
        for asset in self._assets.values():
            for name in {name_key(asset.name), name_key(asset.name_zh)} - {""}:
                self._names.setdefault(name, set()).add(asset.name)
            if asset.code:
                code, market = split(asset.code)
                for form in {code, name_key(unwrapped(asset.code))}:
                    self._codes.setdefault(form, []).append((asset.name, market))

    def find(self, text, name="", kind="") -> tuple[str | None, str]:
        """The asset that a text means, and why none: "" where no asset has it, else what makes it ambiguous."""
        key = (text, name, kind)
        try:
            known = self._known.get(key)
        except TypeError:
            return None, ""
        if known is None:
            known = self._known[key] = self._find(clean(text), clean(name), kind)
        return known

    def named(self, text) -> str | None:
        return self.find(text)[0]

    def _find(self, text: str, name: str, kind: str) -> tuple[str | None, str]:
        by_name = self._names.get(name_key(text), set())
        if len(by_name) == 1 and not self._codes.get(name_key(text)):
            return next(iter(by_name)), ""
        fitting = self._of_code(text)
        if not fitting and not by_name and not name and (both := self._of_both(text, kind)):
            return both, ""
        if not fitting:
            return next(iter(by_name), None) if len(by_name) == 1 else None, "two_assets" if len(by_name) > 1 else ""
        named = self._names.get(name_key(name), set())
        if named and not named & fitting:
            return None, "code_and_name"
        for chosen in (fitting & by_name, fitting & named, self._of_kind(fitting, kind), self._alike(fitting, name)):
            if len(chosen) == 1:
                fitting = chosen
                break
        return (next(iter(fitting)), "") if len(fitting) == 1 else (None, "two_assets")

    def _of_both(self, text: str, kind: str) -> str | None:
        """The asset of a cell with name and code: 平安银行(000001), 00700 腾讯控股, a name above its code."""
        if match := _IN_BRACKETS.fullmatch(text):
            pairs = [] if is_total(match["name"]) else [(match["code"], match["name"]), (match["name"], match["code"])]
        else:
            words = re.split(r"[\s/|]+", text)
            pairs = [(words[0], " ".join(words[1:])), (words[-1], " ".join(words[:-1]))] if len(words) > 1 else []
            pairs = [] if has_word(text) else pairs
        for code, name in pairs:
            if name_key(unwrapped(code)) in self._codes or split(code)[0] in self._codes:
                asset = self._find(code, name, kind)[0]
                own = match and code == match["code"]  # behind a code a bracket may say anything: VTI (short)
                if asset and (own or currency_named(name) or self._alike({asset}, name)):
                    return asset
        return None

    def _of_code(self, text: str) -> set[str]:
        """The assets whose code this is; where a file lost leading zeros, the one it fits."""
        code, market = split(text)
        whole = name_key(unwrapped(text).rstrip("*").strip())
        found = self._codes.get(whole) or self._codes.get(code) or []
        if not found and code.isdigit():
            long = 5 if market == "HK" else 6
            found = [
                pair
                for known, pairs in self._codes.items()
                for pair in pairs
                if known.isdigit()
                and (_lost(code, known, market) or (len(code) == long and _lost(known, code, pair[1])))
            ]
        return {name for name, own in found if _same_market(market, own) and self._may_be(name, code, market)}

    def _may_be(self, name: str, code: str, market: str) -> bool:
        """A code on a market says whether it is a share or a fund; an asset of the other kind is not meant."""
        kind = self._assets[name].kind
        if market == "OF":
            return kind != "stock"
        return not (kind in OPEN_FUNDS and code.startswith(_STOCKS.get(market, ())) and market in _STOCKS)

    def _of_kind(self, fitting: set[str], kind: str) -> set[str]:
        try:
            wanted = option(kind, KINDS) if kind else None
        except UnreadableError:
            wanted = None
        return {name for name in fitting if wanted and self._assets[name].kind == wanted}

    def _alike(self, fitting: set[str], name: str) -> set[str]:
        """Those whose name is part of the one given, or has pairs of letters in common with it as no other has."""
        given = name_key(name)
        if not given:
            return set()
        shared = {}
        for asset in fitting:
            names = [name_key(n) for n in (asset, self._assets[asset].name_zh) if n]
            shared[asset] = max(len(_pairs(given) & _pairs(own)) for own in names)
        most = max(shared.values(), default=0)
        return {asset for asset, count in shared.items() if count == most} if most else set()


def _pairs(text: str) -> set[str]:
    size = 1 if in_chinese(text) else 2
    return {text[k : k + size + 1] for k in range(len(text) - size)}


def split(text: str) -> tuple[str, str]:
    """A code without wrapping, stars and market, and the market: 510300.SH, sh510300, VTI US Equity, SPAXX**."""
    text = unwrapped(text).rstrip("*").strip()
    if match := _WHOLE.fullmatch(text):
        return match[1], ""
    for form in (_BEHIND, _BEFORE, _TERMINAL, _MIC, _EXCHANGE):
        if match := form.fullmatch(text):
            return name_key(match["code"]), _SAME.get(market := (match["market"] or "").upper(), market)
    return name_key(text), ""


def _lost(short: str, whole: str, market: str) -> bool:
    """Is one the other without its leading zeros? Those of Hong Kong have five digits, those of the mainland six."""
    digits = {"HK": (5,), "SH": (6,), "SZ": (6,), "OF": (6,), "BJ": (6,)}.get(market, (5, 6))
    return not short.startswith("0") and len(whole) in digits and whole.startswith("0") and whole.lstrip("0") == short


def _same_market(one: str, other: str) -> bool:
    return not one or not other or one == other


def currency_named(text: str) -> str:
    """The currency that a name or code of a holding is: USD, U S DOLLAR, 人民币资金; "" for any other."""
    text = re.sub(r"\b(?:currency|cash|balance)\b|资金|余额|现金", "", plain(text)).strip(" -")
    return CURRENCIES.get(_DOLLAR.sub("usd", text), "") if len(text) > 2 else ""


def is_cash(text: str) -> bool:
    """Does a row's name or code say that it is cash?"""
    return re.sub(r"\s*\([A-Z]{3}\)$|\s+[A-Z]{3}$|^[A-Z]{3}\s+", "", clean(text)).casefold() in CASH_WORDS
