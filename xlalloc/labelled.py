"""A labelled value: numbers with the names, dates and gaps they came with, whatever they came in."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from xlalloc.dates import DATES, as_date, is_date_text, read_dates
from xlalloc.errors import AllocError, InputError, quoted, written
from xlalloc.explanation import record, recording
from xlalloc.quantity import Quantity


@dataclass(slots=True)
class Labelled:
    """One argument as read: from cells, a pandas object, a dict or an array."""

    name: str
    quantity: Quantity
    value: Any = None  # an array, a number, a text or a list of texts, by its quantity
    names: dict[str, list] = field(default_factory=dict)  # axis → its labels as given
    dates: Any = None  # of a panel, an array: days since 1970 of its rows, rising
    date_header: object = None
    positions: Sequence[int] = ()  # of a panel: where each of its rows stands in the selection
    has_header: bool = False
    across: bool = False  # given as a row
    descending: bool = False  # its rows were turned to make the dates rise
    square: bool = False  # of texts in 2 x 2 cells, read down: nothing there tells which way they run
    series: bool = False  # of a panel: a single series as such (a pandas Series), not a table of one column

    def turn(self) -> None:
        """The same rows in the opposite order."""
        self.value, self.positions = self.value[::-1], self.positions[::-1]
        if self.dates is not None:
            self.dates = self.dates[::-1]


@dataclass(slots=True)
class Answer:
    """What a function gives, with the labels its arguments carried."""

    value: Any
    names: dict[str, list] = field(default_factory=dict)
    leader: Any = None  # the Labelled, a panel or vector, whose form the result takes
    dates: Any = None  # of its rows, an array
    rows: Any = None  # which rows of the leader they are
    blank: Any = None  # where there is nothing, and no error either
    errors: dict[int, AllocError] = field(default_factory=dict)  # of columns that have no answer


def is_blank(cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def record_headings(name: str, heads: Sequence) -> None:
    """The headings that were taken, those of labels too."""
    if recording():
        record(f"heading of {name}", ", ".join("(blank)" if is_blank(head) else written(head) for head in heads))


def name_key(cell) -> str:
    """The form in which names compare: 510300.0 equals "510300", "Gold " equals "gold"."""
    if isinstance(cell, bool) or cell is None:
        return str(cell)
    if isinstance(cell, int | float | np.number):
        if isinstance(cell, int):
            return str(cell)
        number = float(cell)
        return str(int(number)) if abs(number) < 1e300 and number == int(number) else repr(number)
    return unicodedata.normalize("NFKC", str(cell)).strip().casefold()


def name_text(cell) -> str:
    """A name as it leaves: as text, codes of digits too, so that sums skip it."""
    return name_key(cell) if isinstance(cell, int | float | np.number) else str(cell)


def checked_names(cells: Sequence, name: str) -> list:
    """Labels as given; blanks and duplicates are errors, fractional numbers are no names."""
    seen: set[str] = set()
    for i, cell in enumerate(cells, 1):
        if is_blank(cell) or (isinstance(cell, float) and cell != cell):
            raise InputError(
                f"{name}: label {i} is blank; every item needs a name. Leave blank rows and columns, and titles above "
                "the table, out of the range."
            )
        if isinstance(cell, float) and not cell.is_integer():
            raise InputError(f"{name}: label {i} is the number {cell:g}; a name is needed (is the corner cell blank?).")
        key = name_key(cell)
        if key in seen:
            raise InputError(f"{name}: the name {quoted(cell)} appears twice; names must differ.")
        seen.add(key)
    return list(cells)


def order_of(wanted: list, have: list, wanted_by: str, had_by: str) -> list[int]:
    """Where each wanted name stands among those at hand; a name one side lacks is named."""
    position = {name_key(cell): i for i, cell in enumerate(have)}
    keys = {name_key(cell) for cell in wanted}
    for cell in have:
        if name_key(cell) not in keys:
            raise _lacks(wanted_by, cell, had_by, wanted)
    try:
        return [position[name_key(cell)] for cell in wanted]
    except KeyError:
        lacking = next(cell for cell in wanted if name_key(cell) not in position)
        raise _lacks(had_by, lacking, wanted_by, have) from None


def _lacks(one: str, cell, other: str, names: list) -> InputError:
    """The error for a name that one side lacks; a code that lost its zeros, as a number does, is told."""
    key = name_key(cell)
    like = next((n for n in names if key.isdecimal() and name_key(n).lstrip("0") == key.lstrip("0")), None)
    if like is not None:
        return InputError(
            f"{one}: has no {quoted(cell)}, which {other} has, but {quoted(like)}. A code that is a number loses its "
            "zeros: give both as text."
        )
    return InputError(f"{one}: has no {quoted(cell)}, which {other} has. Names must be the same on both sides.")


def no_long_table(name: str, columns: Sequence[tuple[object, Sequence]], days=None) -> None:
    """A table with a row per date and name, as databases give it: names in a column, dates that come again and again.

    ``columns`` are heads and cells; ``days`` the dates, where they are known already.
    """
    named = [head for head, cells in columns if len(cells) and all(map(_is_word, cells))]
    if named and days is None:
        read = (read_dates(list(cells), DATES) for _, cells in columns)
        days = next((found[0] for found in read if found is not None), None)
    if named and days is not None and len(set(days)) < len(days):
        raise long_table(name, named[0])


SAVED = ("Unnamed: ", "level_", "index")  # how pandas calls a counting index once it is a column


def no_saved_index(name: str, column, cells: list) -> None:
    """A column that counts the rows is left from writing and reading a file."""
    if len(cells) > 2 and cells in (list(range(len(cells))), list(range(1, len(cells) + 1))):
        raise InputError(
            f"{name}: the column {quoted(column)} counts the rows, as a saved index does. Leave it out, or read the "
            "file with index_col=0."
        )


def _is_word(cell) -> bool:
    return isinstance(cell, str) and any(map(str.isalpha, cell)) and not is_date_text(cell)


def long_table(name: str, head) -> InputError:
    per = "name" if is_blank(head) else quoted(head)
    return InputError(
        f"{name}: a long table, with a row per date and {per}. Pivot it first: dates down, one column per name (pivot "
        "in pandas, a PivotTable in a sheet)."
    )


def _codes(found: Labelled) -> object | None:
    """The heading of a column of fund codes, none of them twice on one day."""
    value, heads = found.value, found.names.get("assets")
    if not isinstance(value, np.ndarray) or value.ndim != 2 or value.shape[1] < 2 or heads is None:
        return None
    if len(set(found.dates.tolist())) == len(found.dates):
        return None
    for head, column in zip(heads, value.T, strict=True):
        if (column >= 1000.0).all() and (column == np.rint(column)).all():
            pairs = set(zip(found.dates.tolist(), column.tolist(), strict=True))
            if len(pairs) == len(column) and 2 * len(set(column.tolist())) <= len(column):
                return head
    return None


def in_time_order(found: Labelled) -> None:
    """Descending dates are turned round; unsorted or repeated ones are an error, but payments of one day add up."""
    days = found.dates
    if days is None or len(days) < 2:
        return
    step = np.diff(days)
    if (step > 0).all():
        return
    payments = found.quantity.gaps == "zero"
    if (step <= 0).all() if payments and (step < 0).any() else (step < 0).all():
        found.descending = True
        found.turn()
        days, step = found.dates, -step[::-1]
    if payments and (step >= 0).all():
        _add_up(found)
    if (step > 0).all() or (payments and (step >= 0).all()):
        return
    if (head := _codes(found)) is not None:
        raise long_table(found.name, head)
    i = int(np.flatnonzero(step * np.sign(np.median(step) or 1) <= 0)[0])
    if np.count_nonzero(step == 0) > len(step) // 2:
        raise InputError(
            f"{found.name}: several rows of one day ({as_date(days[i])}), as of intraday bars. Give one row per day, "
            "such as the close."
        )
    if days[i] == days[i + 1]:
        raise InputError(f"{found.name}: the date {as_date(days[i + 1])} appears twice. Keep one row for each date.")
    raise InputError(
        f"{found.name}: the date {as_date(days[i + 1])} is out of order; dates must rise, or fall, from row to row. "
        "Sort them."
    )


def _add_up(found: Labelled) -> None:
    """Payments of one day are one payment."""
    days, first = np.unique(found.dates, return_index=True)
    if len(days) == len(found.dates):
        return
    again = np.flatnonzero(np.diff(found.dates) == 0)
    record(f"{found.name} of one day, added up", ", ".join(str(as_date(found.dates[i])) for i in again[:3].tolist()))
    found.value = np.add.reduceat(np.nan_to_num(found.value, nan=0.0, posinf=np.inf, neginf=-np.inf), first, axis=0)
    found.positions = [found.positions[i] for i in first.tolist()] if len(found.positions) else ()
    found.dates = days
