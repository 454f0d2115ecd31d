"""Where the functions are at home: one module, or one family of modules, for each application."""

from typing import NamedTuple

from xlalloc.catalogue import Function
from xlalloc.messages import say
from xlalloc.reference import translated


def category(entry: Function, lang: str = "en") -> str:
    """Where the function stands in Excel's list of functions."""
    name = translated(entry.category, lang)
    return f"xlalloc {name.replace('_', ' ')}"


class Finding(NamedTuple):
    """One thing a doctor looked at, in the reader's language: what it is, how it stands, what to do where something is
    to be done; ``verdict`` is "ok", "wrong", "unknown", or "" for what is merely told."""

    what: str
    state: str
    remedy: str = ""
    verdict: str = ""


def finding(what: str, state: str = "", remedy: str = "", verdict: str = "") -> Finding:
    """The finding whose words are given in English."""
    said = say(state, item=True)
    if verdict:
        said = (say(f"{verdict}: ", item=True) + said) if state else say(verdict, item=True)
    return Finding(say(what, item=True), said, say(remedy), verdict)
