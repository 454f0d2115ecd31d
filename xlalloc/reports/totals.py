"""Rows that add others up, of a group, an account, a household: told by their words or by their values."""

import math
import re
from array import array
from collections.abc import Callable, Iterable, Iterator

from xlalloc.labelled import name_key
from xlalloc.reports.fields import CLASSES, KINDS, plain
from xlalloc.reports.words import OF_A_TOTAL, TOTALS

_INITIALS = {word[0] for word in TOTALS}
_EN = r"(?:sub|grand)?[- ]?totals?|subtotaal|totaal|summe|gesamt\w*|zwischensumme|sum"
_ZH = r"小计|合计|总计|汇总|共计|总额|总值|总市值|总资产"
_FIRST = re.compile(rf"(?:(?:{_EN})\b|{_ZH})\W*")
_LAST = re.compile(rf"\W*(?:\b(?:{_EN})|{_ZH})$")
_PRODUCT = re.compile(r"\b(?:fund|fonds|etf|trust|index)|基金(?!小计|合计|总)")
_MARKS = " -–:：,（()）"
_WORDS = re.compile(r"[\w']+")
_GROUPS = {plain(word) for kinds in (KINDS, CLASSES) for name, names in kinds.items() for word in (name, *names)}
CENT = 0.0051  # what rounding leaves of a value


def is_total(text: str) -> bool:
    """Total, 合计：, Gesamt (EUR): a row that adds others up; the name of a product is none."""
    if text.strip()[:1].casefold() not in _INITIALS:  # nearly every row, and there are many
        return False
    return re.sub(r"\s*[:：(（].*$", "", plain(text)).rstrip(" :") in TOTALS


def names_a_total(text: str, owners: Iterable[str] = ()) -> bool:
    """Smith Household Total, Total for Z123, Equities Total: a word for totals, and of what: never a product.

    Total Bond Market may well be one: a class of assets counts only before the word.
    """
    text = plain(text)
    if is_total(text):
        return True
    if _PRODUCT.search(text):
        return False
    match = _LAST.search(text)
    if match and _is_owner(rest := text[: match.start()].strip(_MARKS), owners, any) | (rest in _GROUPS):
        return True
    match = _FIRST.match(text)
    return match is not None and _is_owner(text[match.end() :].strip(_MARKS), owners, _first)


def has_word(text: str) -> bool:
    """Does it begin or end with a word for totals?"""
    text = plain(text)
    return bool(_LAST.search(text) or _FIRST.match(text))


def _is_owner(rest: str, owners: Iterable[str], which: Callable) -> bool:
    """Is it an account, a household, a client, a portfolio: by one of its words, by all of its name?"""
    words = [word for word in _WORDS.findall(rest) if word not in ("for", "of", "the")]
    known = {word for owner in owners if owner for word in _WORDS.findall(name_key(owner))}
    return which(_says_of_what(word) for word in words) or all(word in known for word in words)


def _first(found: Iterable[bool]) -> bool:
    return next(iter(found), False)


def _says_of_what(word: str) -> bool:
    return word in OF_A_TOTAL or any(word.startswith(one) for one in OF_A_TOTAL if one > "z")


class Sums:
    """The values of a table's rows, in order, and which later value is their sum."""

    def __init__(self):
        self._values = array("d")
        self._owners: tuple[list[str], list[str]] = [], []  # the client and the account of each: there are many

    def add(self, value: float | None, client: str, account: str) -> None:
        """A holding's value (None where it is not known) with its client and account."""
        self._values.append(math.nan if value is None else value)
        clients, accounts = self._owners
        clients.append(client)
        accounts.append(account)

    def has(self, value: float, fewest: int, *owners) -> bool:
        """Is it the sum of the last rows, at least so many, or of all rows of its client or account?"""
        return any(
            count >= fewest and abs(total - value) <= CENT * max(count, 1) ** 0.5 + 1e-9 * value
            for count, total in self._sums(value, owners)
        )

    def _sums(self, value: float, owners: tuple) -> Iterator[tuple[int, float]]:
        total = 0.0
        for count, one in enumerate(reversed(self._values), 1):
            total += one
            if not total <= value + 1.0:
                break
            yield count, total
        for owner, owned in zip(owners, self._owners, strict=True):
            own = [value for value, of in zip(self._values, owned, strict=True) if of == owner] if owner else []
            yield len(own), sum(own)
