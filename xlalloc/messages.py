"""Sentences in the reader's language. Messages are written in English, with their values in place; ``messages-zh.csv``
holds each as a template with named places beside its Chinese, and a test finds every one that is missing there.
"""

import csv
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from importlib.resources import files

_language: ContextVar[str | None] = ContextVar("language", default=None)
_PLACE = re.compile(r"\{(\w+)\}")


def language() -> str:
    """ "zh" or "en": what the host said, else the environment's XLALLOC_LANG, else English."""
    return _language.get() or ("zh" if os.environ.get("XLALLOC_LANG", "").lower().startswith("zh") else "en")


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


def say(text: str, lang: str | None = None) -> str:
    """The sentence in the reader's language; one that no template fits stays as it is."""
    return _chinese(text) if text and (lang or language()) == "zh" else text


def _chinese(text: str) -> str:
    exact, templates = _table()
    if text in exact:
        return exact[text]
    for literal, pattern, chinese in templates:
        if literal in text and (match := pattern.fullmatch(text)):
            return _PLACE.sub(lambda place: _chinese(match[place[1]]), chinese)
    return text


@cache
def _table() -> tuple[dict[str, str], list[tuple[str, re.Pattern, str]]]:
    """Sentences without places, and templates: the longest literal part first, so that the most telling one wins."""
    text = files("xlalloc.data").joinpath("messages-zh.csv").read_text(encoding="utf-8")
    rows = [(row["english"], row["chinese"]) for row in csv.DictReader(text.splitlines())]
    exact = {english: chinese for english, chinese in rows if not _PLACE.search(english)}
    found = [(*_pattern(english), chinese) for english, chinese in rows if english not in exact]
    return exact, [(literal, pattern, chinese) for _, literal, pattern, chinese in sorted(found, key=lambda f: -f[0])]


def _pattern(template: str) -> tuple[int, str, re.Pattern]:
    """How much of the template is literal, its longest literal part, and what a sentence made from it looks like."""
    pieces = _PLACE.split(template)  # text, place, text, place, text
    seen: set[str] = set()
    words = []
    for k, piece in enumerate(pieces):
        if k % 2 == 0:
            words.append(re.escape(piece))
        else:
            words.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)")
            seen.add(piece)
    literals = pieces[::2]
    return sum(map(len, literals)), max(literals, key=len), re.compile("".join(words), re.DOTALL)
