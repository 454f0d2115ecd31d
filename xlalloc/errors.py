"""What can go wrong, as values a worksheet understands."""

import datetime as dt
from itertools import chain
from typing import NamedTuple

from xlalloc.messages import say

# Every error value of the supported hosts. Text that equals one of these is that error, on any surface.
ERROR_CODES = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!")


def written(value) -> str:
    """A value as a sheet writes it: TRUE, 3, 2026-01-31; a text is itself."""
    if getattr(value, "ndim", None) == 0:  # numpy's scalars
        value = value.item()
    if value is None or (isinstance(value, float) and value != value):
        return "a blank"
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, dt.date):
        return str(value)[:10]
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def quoted(value) -> str:
    """A value as a message shows it: as a sheet writes it, a text in quotes and cut short."""
    return repr(written(value)[:40]) if isinstance(value, str) else written(value)


class Label(NamedTuple):
    """One item of an axis (an asset, a factor, a date), shown by its name wherever the names are known."""

    axis: str
    index: int  # type: ignore[assignment]  # tuples have a method of this name

    def __str__(self) -> str:
        singular = self.axis[:-3] + "y" if self.axis.endswith("ies") else self.axis.removesuffix("s")
        return f"{singular.capitalize()} {self.index + 1}"

    def named(self, names: dict) -> object:
        """The label as the user wrote it, else the numbered one."""
        known = names.get(self.axis)
        return known[self.index] if known is not None and self.index < len(known) else str(self)


def with_names(value, names: dict):
    """``value`` with every Label in it replaced by the name the user gave."""
    if isinstance(value, Label):
        return value.named(names)
    if isinstance(value, list | tuple):
        return [with_names(item, names) for item in value]
    return value


class AllocError(ValueError):
    """A call that has no answer. The message names argument, place, value and remedy.

    ``{}`` in the message stands for the labels that follow: ``NumberError("{} has no variance", Label("assets", 2))``
    reads "Asset 3 has no variance" in Python and "黄金 has no variance" where the cells carried that name.
    """

    code = "#VALUE!"

    def __init__(self, message: str, *labels):
        super().__init__(message, *labels)
        self.template, self.labels = message, labels
        self.names: dict = {}  # of the labels, where the call knew them

    def message(self, names: dict) -> str:
        """In the reader's language."""
        return say(self.english(names))

    def english(self, names: dict) -> str:
        """As an ErrorValue carries it, which says it to whoever asks."""
        if not self.labels:
            return self.template
        words = [", ".join(map(str, w)) if isinstance(w, list) else str(w) for w in with_names(self.labels, names)]
        pieces = self.template.split("{}", len(words))  # not str.format: a cell quoted in the text may hold braces
        return pieces[0] + "".join(chain.from_iterable(zip(words, pieces[1:], strict=False)))

    def __str__(self) -> str:
        return self.message(self.names)


class InputError(AllocError):
    """#VALUE!: wrong shape, type, label or option."""


class NumberError(AllocError):
    """#NUM!: no answer exists, or it was not found."""

    code = "#NUM!"


class NotAvailableError(AllocError):
    """#N/A: not enough data."""

    code = "#N/A"


class DivisionError(AllocError):
    """#DIV/0!: a ratio whose risk is zero."""

    code = "#DIV/0!"


class ErrorIn(AllocError):
    """An error value found in the input comes back as itself."""

    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.code = code


class ErrorValue(str):
    """An error value in a cell: its code is the text, the reason travels with it."""

    english: str

    def __new__(cls, code: str, reason: str = ""):
        value = super().__new__(cls, code)
        value.english = reason
        return value

    @property
    def reason(self) -> str:
        """Why, in the language of whoever asks."""
        return say(self.english)

    def __repr__(self) -> str:
        return f"ErrorValue({str(self)!r})"

    def __reduce__(self):
        return ErrorValue, (str(self), self.english)
