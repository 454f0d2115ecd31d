"""Sentences in the reader's language. Messages are written in English, with their values in place; ``messages-zh.csv``
holds each as a template with named places beside its Chinese, and a test finds every one that is missing there. A place
may hold words of the table itself ("row 3", "at least"); what the user wrote stays as it is.
"""

import csv
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

LANGUAGES = ("en", "zh")
_language: ContextVar[str | None] = ContextVar("language", default=None)
_SLOT = re.compile(r"\{(\w+)\}")
_GAP = "\0"  # a space of the template itself
_BETWEEN = re.compile(f"(?<=[\u4e00-\u9fff]){_GAP}(?=[\u4e00-\u9fff])")
OWN = ("name", "label", "list", "group", "state", "cell")  # places of words that are the user's, or a name
PLACES = ("folder", "command")  # places of what is never translated
_NAME = re.compile(r"[\w.]+")


def language() -> str:
    """ "zh" or "en": what the host said, else the environment's XLALLOC_LANG, else English."""
    return _language.get() or ("zh" if os.environ.get("XLALLOC_LANG", "").lower().startswith("zh") else "en")


def reader() -> str:
    """The language of who sits at a terminal: XLALLOC_LANG, else that of the system."""
    if os.environ.get("XLALLOC_LANG"):
        return language()
    if sys.platform == "win32":
        import ctypes

        return "zh" if ctypes.windll.kernel32.GetUserDefaultUILanguage() & 0x3FF == 4 else "en"
    known = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, known), "").lower().startswith("zh") else "en"


@contextmanager
def speaking(lang: str | None) -> Iterator[None]:
    """Messages inside the block are in this language; None leaves it as it is."""
    token = _language.set(lang or _language.get())
    try:
        yield
    finally:
        _language.reset(token)


def speak(lang: str) -> None:
    """From now on messages are in this language: for a host, once it knows its user's."""
    _language.set(lang)


def say(text: str, lang: str | None = None, item: bool = False) -> str:
    """The sentence, or the name of an item of EXPLAIN, in the reader's language; what no template fits stays."""
    return _chinese(text, item) if text and (lang or language()) == "zh" else text


def template(english: str) -> str:
    """The Chinese of a template whose places are filled elsewhere: in the add-in's VBA, in LibreOffice's extension."""
    return next(row["chinese"] for row in rows_of_table() if row["english"] == english)


def _chinese(text: str, item: bool = False) -> str:
    exact, templates = _table(item)
    if text in exact:
        return exact[text]
    last = text
    for literal, pattern, chinese in templates:
        if literal in text and (match := pattern.fullmatch(text)):
            slots = match.groupdict()
            found = _filled(chinese, {slot: _in_slot(slot, words, item) for slot, words in slots.items()})
            if "fact" not in slots or _chinese(slots["fact"], item) != slots["fact"]:
                return found
            last = found
    return last


def _filled(chinese: str, words: dict[str, str]) -> str:
    """The template with words in its places; Chinese characters stand together without a space."""
    whole = _SLOT.sub(lambda slot: words[slot[1]], chinese.replace(" ", _GAP))
    return _BETWEEN.sub("", whole).replace(_GAP, " ")


def _in_slot(slot: str, words: str, item: bool) -> str:
    """What stands in a place. Names of arguments, functions, options and labels are the same in every language."""
    if slot.startswith(PLACES) or (slot.startswith(OWN) and _NAME.fullmatch(words)):
        return words
    if slot == "words":  # of a step on the way: said of an argument that the caller does not have
        whole = (_chinese(f"{argument}: {words}") for argument in ("cov", "returns"))
        return next((translated.partition("：")[2] for translated in whole if "：" in translated), _chinese(words))
    translated = _chinese(words, item and slot == "fact")
    if translated != words:
        return translated
    parts = words.split(", ")
    each = [" / ".join(map(_chinese, part.split(" / "))) for part in parts]  # row 3 / Asset 2
    return words if each == parts else "、".join(each)


@cache
def _table(items: bool) -> tuple[dict[str, str], list[tuple[str, re.Pattern, str]]]:
    """Sentences without places, and templates: the longest literal part first, so that the most telling one wins.

    A fact told of some series alone, "fact (labels)", goes before all: the others would take the labels for words.
    """
    rows = [(row["english"], row["chinese"]) for row in rows_of_table() if items or row["kind"] != "item"]
    exact = {english: chinese for english, chinese in rows if not _SLOT.search(english)}
    found = [(*_pattern(english), chinese) for english, chinese in rows if english not in exact]
    found.sort(key=lambda f: ("fact" not in f[2].groupindex, -f[0]))
    return exact, [(literal, pattern, chinese) for _, literal, pattern, chinese in found]


def rows_of_table() -> list[dict[str, str]]:
    """The table as it stands. A row of the kind "item" is the name of a fact, and no word in a sentence."""
    text = files("xlalloc.data").joinpath("messages-zh.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _pattern(template: str) -> tuple[int, str, re.Pattern]:
    """How much of the template is literal, its longest literal part, and what a sentence made from it looks like.

    A place that follows a word or another place without a space may be empty, else it begins with one: " (reason)".
    A place called i, i2, … holds figures alone: a number, a date, a share.
    """
    pieces = _SLOT.split(template)  # text, place, text, place, text
    seen: set[str] = set()
    words = []
    for k, piece in enumerate(pieces):
        if k % 2 == 0:
            words.append(re.escape(piece))
        elif piece in seen:
            words.append(f"(?P={piece})")
        else:
            seen.add(piece)
            before = pieces[k - 1]
            tail = before[-1].islower() or before[-1] == "." if before else k > 1
            what = r"[\dx.,:e+%−-]+" if re.fullmatch(r"i\d*", piece) else r"(?: .*?)?" if tail else r".+?"
            words.append(f"(?P<{piece}>{what})")
    literals = pieces[::2]
    return sum(map(len, literals)), max(literals, key=len), re.compile("".join(words), re.DOTALL)
