"""One range of cells → numbers, names and dates, by rule. cells.py puts several of them together."""

import contextlib
import datetime as dt
import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from xlalloc.dates import as_days, from_text, is_date_word, monotone, read_dates
from xlalloc.errors import ERROR_CODES, ErrorIn, InputError, quoted, written
from xlalloc.quantities import Quantity

_CODES = frozenset(ERROR_CODES)
_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?\s*%?")
_CODE = re.compile(r"0\d+")
_PLAIN = frozenset({float, int})
_PLAIN_OR_BLANK = frozenset({float, int, type(None)})


@dataclass(slots=True)
class Range:
    """What was read from one argument."""

    name: str
    quantity: Quantity
    value: object = None
    names: dict[str, list] = field(default_factory=dict)  # axis → the label cells as given
    dates: list[dt.date] | None = None
    date_cells: list | None = None
    date_header: object = None
    places: Sequence[int] = ()  # of a panel: where each of its rows stands in the selection
    has_header: bool = False
    across: bool = False  # given as a row
    descending: bool = False


# Single cells ------------------------------------------------------------------------------------------------


def is_blank(cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def as_number(text: str) -> float | None:
    """The number a text spells: full-width digits, thousands commas, %; codes such as 000300 are text."""
    text = unicodedata.normalize("NFKC", text).strip().replace("−", "-")
    if not _NUMBER.fullmatch(text) or _CODE.fullmatch(text):
        return None
    percent = text.endswith("%")
    try:
        number = float(text.rstrip("% ").replace(",", ""))
    except ValueError:
        return None
    if not math.isfinite(number):  # 1e999: too large for a number
        return None
    return number / 100 if percent else number


def is_text(cell) -> bool:
    """Text that is no number and no error: what labels and headers are made of."""
    return isinstance(cell, str) and bool(cell.strip()) and as_number(cell) is None and cell not in _CODES


def name_key(cell) -> str:
    """The form in which names compare: 510300.0 equals "510300", "Gold " equals "gold"."""
    if isinstance(cell, bool) or cell is None:
        return str(cell)
    if isinstance(cell, int | float):
        return str(int(cell)) if cell == cell and abs(cell) < 1e300 and cell == int(cell) else repr(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip().casefold()


def stop_at_errors(cells, name: str, place: str = "item {}") -> None:
    for i, cell in enumerate(cells, 1):
        if isinstance(cell, str) and cell in _CODES:
            raise _error_in(cell, f"{name}: {place.format(i)}")


def _error_in(cell: str, where: str) -> ErrorIn:
    """The error a cell holds, with its own reason where it came from a formula evaluated here."""
    reason = getattr(cell, "reason", "").rstrip(".")
    return ErrorIn(str(cell), f"{where} holds the error {cell}{reason and f' ({reason})'}. Correct that cell first.")


def number_in(cell, where: str, missing: bool) -> float:
    """The number in one cell; NaN for a blank or #N/A where those may be missing."""
    if isinstance(cell, str):
        if cell in _CODES:
            if missing and cell == "#N/A":
                return float("nan")
            raise _error_in(cell, where)
        if cell.strip():
            number = as_number(cell)
            if number is None:
                raise InputError(f"{where} holds the text {quoted(cell)}; a number is needed.")
            return number
        cell = None
    if cell is None:
        if missing:
            return float("nan")
        raise InputError(f"{where} is blank; a number is needed.")
    if isinstance(cell, bool | np.bool_):
        raise InputError(f"{where} holds {written(cell)}; a number is needed.")
    if isinstance(cell, int | float | np.number) or type(cell).__name__ == "Decimal":
        try:
            return float(cell)
        except OverflowError:
            raise InputError(f"{where} holds a number too large to compute with.") from None
        except ValueError:  # Decimal's signalling NaN
            raise InputError(f"{where} holds {cell}; a number is needed.") from None
    if isinstance(cell, dt.date):
        raise InputError(f"{where} holds the date {written(cell)}; a number is needed.")
    raise InputError(f"{where} holds something that is neither number nor text; a number is needed.")


def rows_of(value) -> list:
    """Whatever a host sends, as rows of equal length."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if not isinstance(value, list | tuple):
        return [[value]]
    if not value:
        return [[None]]
    rows = value if isinstance(value[0], list | tuple) else [value]
    of_cells = all(issubclass(kind, list | tuple) for kind in set(map(type, rows)))
    if not of_cells or not rows[0] or set(map(len, rows)) != {len(rows[0])}:
        raise InputError("The rows of a range must have the same number of cells.")
    return rows


def _numbers(rows: Sequence, name: str, places: Sequence[int], left: int, missing: bool) -> np.ndarray:
    """A block of cells as an array: at once where all are numbers, cell by cell otherwise."""
    kinds = set(map(type, chain.from_iterable(rows)))
    if kinds <= (_PLAIN_OR_BLANK if missing else _PLAIN):
        with contextlib.suppress(OverflowError):  # an integer beyond any float: found cell by cell
            if type(None) in kinds:
                return np.array(rows, dtype=float)
            return np.fromiter(chain.from_iterable(rows), float, len(rows) * len(rows[0])).reshape(len(rows), -1)
    return np.array(
        [
            [number_in(cell, f"{name}: row {i}, column {j}", missing) for j, cell in enumerate(row, left)]
            for i, row in zip(places, rows, strict=True)
        ]
    )


# Vectors and texts -------------------------------------------------------------------------------------------


def _lines(rows, name: str) -> tuple[list[list], bool]:
    """The one or two lines of a vector, and whether they run across."""
    height, width = len(rows), len(rows[0])
    if height == 2 and width == 2:
        down, across = is_text(rows[1][0]), is_text(rows[0][1])
        if down == across:
            which = "both ways" if down else "on neither side"
            raise InputError(
                f"{name}: this 2 x 2 range has labels {which} (a code of digits is a number here). Give one line, or "
                "names beside the numbers."
            )
        if across:
            return [list(row) for row in rows], True
    return _lines_of_text(rows, name)


def _lines_of_text(rows, name: str) -> tuple[list[list], bool]:
    """Where nothing tells which way the lines run, down."""
    height, width = len(rows), len(rows[0])
    if width <= 2 and height >= width:
        return [list(column) for column in zip(*rows, strict=True)], False
    if height <= 2:
        return [list(row) for row in rows], True
    raise InputError(f"{name}: a range of {height} x {width} cells; give one row or one column, or two with labels.")


def read_vector(q: Quantity, name: str, rows) -> Range:
    """Rule 3: one line, or two of which the non-numeric one holds the labels."""
    lines, across = _lines(rows, name)
    for line in lines:
        stop_at_errors(line, name)
    found = Range(name, q, across=across and len(lines[0]) > 1)
    if len(lines) == 1:
        values, skipped = lines[0], 0
        if len(values) > 1 and is_text(values[0]):
            values, skipped = values[1:], 1
    else:
        texts = [any(map(is_text, line if len(line) == 2 else line[1:])) for line in lines]
        if texts[0] == texts[1]:
            what = "text in both lines" if texts[0] else "two lines of numbers"
            raise InputError(f"{name}: {what}; one line must hold the names (as text), the other the numbers.")
        names, values = (lines[0], lines[1]) if texts[0] else (lines[1], lines[0])
        skipped = 1 if is_text(values[0]) else 0
        values, names = values[skipped:], names[skipped:]
        if q.axes:
            found.names[q.axes[0]] = checked_names(names, name)
    numbers = [number_in(cell, f"{name}: item {i}", False) for i, cell in enumerate(values, 1 + skipped)]
    found.value = numbers[0] if q.scalar and len(numbers) == 1 and not found.names else np.array(numbers)
    return found


def read_texts(q: Quantity, name: str, rows) -> Range:
    """Groups: one line of texts, or names and texts side by side. A header is told apart once the assets are known."""
    lines, across = _lines_of_text(rows, name)
    for line in lines:
        stop_at_errors(line, name)
    found = Range(name, q, across=across and len(lines[0]) > 1)
    if len(lines) == 2:
        found.names[q.axes[0]] = checked_names(lines[0], name)
    for i, cell in enumerate(lines[-1], 1):
        if is_blank(cell):
            raise InputError(f"{name}: item {i} is blank; every asset needs a group.")
    found.value = lines[-1]
    return found


def checked_names(cells: Sequence, name: str) -> list:
    """Labels as given; blanks and duplicates are errors, fractional numbers are no names."""
    stop_at_errors(cells, name, "label {}")
    seen: set[str] = set()
    for i, cell in enumerate(cells, 1):
        if is_blank(cell) or (isinstance(cell, float) and cell != cell):
            raise InputError(f"{name}: label {i} is blank; every item needs a name.")
        if isinstance(cell, float) and not cell.is_integer():
            raise InputError(f"{name}: label {i} is the number {cell:g}; a name is needed (is the corner cell blank?).")
        key = name_key(cell)
        if key in seen:
            raise InputError(f"{name}: the name {quoted(cell)} stands twice; names must differ.")
        seen.add(key)
    return list(cells)


# Matrices ----------------------------------------------------------------------------------------------------


def read_matrix(q: Quantity, name: str, rows) -> Range:
    """Rule 2 for square matrices; elsewhere text in the first row or column, or a blank corner, makes labels."""
    found = Range(name, q)
    height, width = len(rows), len(rows[0])
    corner = rows[0][0]
    stop_at_errors([corner], name, "the corner cell")
    square = q.axes[0] == q.axes[1]
    open_corner = is_blank(corner) or is_text(corner)
    if square:
        top = height == width + 1 or (height == width and open_corner)
        left = width == height + 1 or (height == width and open_corner)
        if abs(height - width) > 1 or (
            height != width and not _could_be_names(rows[0] if top else [r[0] for r in rows])
        ):
            raise InputError(
                f"{name}: {height} x {width} cells; a square matrix is needed (labels may stand around it)."
            )
    else:
        blank = is_blank(corner) and height > 1 and width > 1
        top = blank or any(map(is_text, rows[0][1:])) or (width == 1 and is_text(corner))
        left = blank or any(is_text(row[0]) for row in rows[1:]) or (height == 1 and is_text(corner))
    body = [row[1:] for row in rows[top:]] if left else rows[top:]
    if not body or not body[0]:
        raise InputError(f"{name}: there are no numbers in the range, at most labels.")
    across = checked_names(rows[0][left:], name) if top else None
    down = checked_names([row[0] for row in rows[top:]], name) if left else None
    if q.gaps:
        body = [[None if is_blank(cell) else cell for cell in row] for row in body]
    value = _numbers(body, name, range(1 + top, 1 + height), 1 + left, bool(q.gaps))
    if square and across and down:
        value = value[:, order_of(down, across, name + " (rows)", name + " (columns)")]
        across = down
    for axis, names in zip(q.axes, (down, across), strict=True):
        if names:
            found.names[axis] = names
    found.value = value
    return found


def _could_be_names(cells) -> bool:
    return not any(isinstance(cell, float) and cell == cell and not cell.is_integer() for cell in cells)


def order_of(wanted: list, have: list, wanted_by: str, had_by: str) -> list[int]:
    """Where each wanted name stands among those at hand; a name one side lacks is named."""
    place = {name_key(cell): i for i, cell in enumerate(have)}
    keys = {name_key(cell) for cell in wanted}
    for cell in have:
        if name_key(cell) not in keys:
            raise InputError(
                f"{wanted_by}: has no {quoted(cell)}, which {had_by} has. Names must be the same on both sides."
            )
    try:
        return [place[name_key(cell)] for cell in wanted]
    except KeyError:
        lacking = next(cell for cell in wanted if name_key(cell) not in place)
        raise InputError(
            f"{had_by}: has no {quoted(lacking)}, which {wanted_by} has. Names must be the same on both sides."
        ) from None


# Panels ------------------------------------------------------------------------------------------------------


def _has_header(rows) -> bool:
    """Rule 4; a date written as text in the first of several columns is no header."""
    first = rows[0]
    start = 1 if len(first) > 1 and isinstance(first[0], str) and from_text(first[0]) else 0
    if any(map(is_text, first[start:])):
        return True
    if len(first) < 2 or len(rows) < 2 or not is_blank(first[0]):
        return False
    below = [row[0] for row in rows[1:] if not is_blank(row[0])]
    return bool(below) and read_dates(below, False) is not None


def _has_header_over_texts(rows) -> bool:
    """Among texts only a first column of dates tells a header apart."""
    if len(rows[0]) < 2 or len(rows) < 2:
        return False
    below = [row[0] for row in rows[1:] if not is_blank(row[0])]
    return read_dates(rows[0][:1], True) is None and bool(below) and read_dates(below, True) is not None


def read_panel(q: Quantity, name: str, rows, known: set[str]) -> Range:
    """Rules 4 to 6. Missing numbers are NaN; ``known`` are asset names, which a header cell may be."""
    found = Range(name, q)
    if len(rows) == 1 and len(rows[0]) > 1:
        rows, found.across = [[cell] for cell in rows[0]], True
    header = None
    top = 1
    if _has_header_over_texts(rows) if q.kind == "labels" else _has_header(rows):
        header, rows, top = list(rows[0]), rows[1:], 2
        found.has_header = True
        if not rows:
            raise InputError(f"{name}: there is a header but nothing below it.")
    rows, header = _without_blank_edge(rows, header)
    found.places = range(top, top + len(rows))
    left = 1
    if len(rows[0]) > 1 and _read_date_column(found, rows, header, known):
        filled = found.value
        rows, left = [row[1:] for row in filled], 2
        header = header[1:] if header else None
    if len(q.axes) == 2 and header:
        found.names[q.axes[1]] = checked_names(header, name)
    if len(q.axes) == 1 and len(rows[0]) != 1:
        raise InputError(f"{name}: {len(rows[0])} columns; one is needed (a date column may stand before it).")
    if q.kind == "labels":
        for place, row in zip(found.places, rows, strict=True):
            stop_at_errors(row[:1], name, f"item {place}")
        found.value = [None if is_blank(row[0]) else row[0] for row in rows]
    else:
        if q.gaps == "zero":
            rows = [[0.0 if is_blank(cell) else cell for cell in row] for row in rows]
        found.value = _numbers(rows, name, found.places, left, q.gaps != "zero")
    _in_time_order(found)
    return found


def _without_blank_edge(rows, header):
    """Columns at the right edge that hold nothing at all, taken along by a wide selection."""
    width = len(rows[0])
    while width > 1 and (header is None or is_blank(header[width - 1])) and is_blank(rows[0][width - 1]):
        filled = not all(is_blank(row[width - 1]) for row in rows)
        if filled or (width == 2 and _are_dates([row[0] for row in rows], header)):  # dates of a column still empty
            break
        width -= 1
    if width == len(rows[0]):
        return rows, header
    return [row[:width] for row in rows], header and header[:width]


def _are_dates(column, header) -> bool:
    filled = [cell for cell in column if not is_blank(cell)]
    return bool(filled) and read_dates(filled, bool(header) and is_date_word(header[0])) is not None


def _without_blank_rows(places, rows):
    kept = [(place, row) for place, row in zip(places, rows, strict=True) if not all(map(is_blank, row))]
    return [place for place, _ in kept], [row for _, row in kept]


def _read_date_column(found: Range, rows, header, known: set[str]) -> bool:
    """Rule 5: reads the first column into ``found`` where it holds dates; ``found.value`` keeps the dated rows."""
    head = header[0] if header else None
    if header and not is_blank(head) and name_key(head) in known:
        return False
    column = filled = [row[0] for row in rows]
    places = found.places
    if not set(map(type, column)) <= _PLAIN and any(map(is_blank, column)):
        places, rows = _without_blank_rows(places, rows)
        column = [row[0] for row in rows]
        filled = [cell for cell in column if not is_blank(cell)]
    if not column:
        return False
    says = is_date_word(head)
    dates = None
    if says or is_blank(head) or all(isinstance(cell, dt.date) for cell in filled):
        dates = read_dates(filled, says)
    if says and dates is None:
        stop_at_errors(filled, found.name, "date {}")
        raise InputError(
            f"{found.name}: the column {quoted(head)} holds cells that are not dates, or not all in one form."
        )
    if dates is None:
        return False
    if len(dates) != len(column):
        raise InputError(
            f"{found.name}: row {next(i for i, c in zip(places, column, strict=True) if is_blank(c))} has no date."
        )
    found.places = places
    found.dates, found.date_cells, found.date_header, found.value = dates, column, head, rows
    return True


def _in_time_order(found: Range) -> None:
    """Rule 6: descending dates are turned round; unsorted or duplicate ones are an error."""
    if not found.dates or len(found.dates) < 2:
        return
    days = as_days(found.dates)
    if not monotone(days):
        step = np.diff(days)
        i = int(np.flatnonzero(step * np.sign(np.median(step) or 1) <= 0)[0])
        what = "stands twice" if days[i] == days[i + 1] else "is out of order"
        raise InputError(
            f"{found.name}: the date {found.dates[i + 1]} {what}; dates must rise, or fall, from row to row."
        )
    if days[0] > days[-1]:
        found.descending = True
        turn(found)


def turn(found: Range) -> None:
    """The same rows in the opposite order."""
    found.value, found.places = found.value[::-1], found.places[::-1]
    if found.dates:
        found.dates, found.date_cells = found.dates[::-1], found.date_cells[::-1]
