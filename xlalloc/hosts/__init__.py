"""Where the functions are at home: one module, or one family of modules, for each application."""

from typing import NamedTuple

from xlalloc.catalogue import Function
from xlalloc.reference import translated


def category(entry: Function, lang: str = "en") -> str:
    """Where the function stands in Excel's list of functions."""
    name = translated(entry.category, lang)
    return f"xlalloc {name.replace('_', ' ')}"


class Finding(NamedTuple):
    """One thing a doctor looked at: what it is, how it stands, what to do where something is to be done."""

    what: str
    state: str
    remedy: str = ""
