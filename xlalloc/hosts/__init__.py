"""Where the functions are at home: one module, or one family of modules, for each application."""

from typing import NamedTuple


class Finding(NamedTuple):
    """One thing a doctor looked at: what it is, how it stands, what to do where something is to be done."""

    what: str
    state: str
    remedy: str = ""
