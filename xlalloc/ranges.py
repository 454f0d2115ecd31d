"""One range of cells → numbers, names and dates, by rule. cells.py puts several of them together."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, pairwise

import numpy as np

from xlalloc import labelled
from xlalloc.cell_values import (
    CODES,
    PLAIN,
    codes_over,
    headings,
    is_text,
    is_year,
    no_year_heading,
    number_in,
    numbers_in,
    spells_no_number,
    stop_at_errors,
)
from xlalloc.dates import (
    DATES,
    OPEN,
    TYPED,
    as_days,
    dates_of_column,
    from_serial,
    header_says,
    intraday,
    is_date_text,
    is_date_word,
    misfit,
    no_dates_across,
    read_dates,
    rising_serials,
)
from xlalloc.errors import InputError, quoted, written
from xlalloc.explanation import record, recording
from xlalloc.labelled import (
    Labelled,
    in_time_order,
    is_blank,
    name_key,
    no_long_table,
    order_of,
    record_headings,
)
from xlalloc.quantity import Quantity

MOST_FALL = 1000.0  # from the first price to the largest of the next: more, and the first was a year


# Vectors and texts -------------------------------------------------------------------------------------------


def _lines(rows, name: str) -> tuple[list[list], bool]:
    """The one or two lines of a vector, and whether they run across."""
    height, width = len(rows), len(rows[0])
    if height == 1 and width == 2:
        first, second = rows[0]
        code = isinstance(first, str) and not is_blank(first) and not isinstance(second, str)
        if (is_text(first) or code) and not spells_no_number(second):
            return [[first], [second]], False  # one name and its number
    if height == 2 and width == 2:
        columns = [list(column) for column in zip(*rows, strict=True)]
        down, across = is_text(rows[1][0]), is_text(rows[0][1])
        if not down and not across:
            down, across = codes_over(columns[0], columns[1]), codes_over(rows[0], rows[1])
        if down == across:
            which = "both ways" if down else "on neither side"
            raise InputError(
                f"{name}: this 2 x 2 range has labels {which} (a code of digits is a number here unless it is text). "
                "Give one line, or names beside the numbers."
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


def _texts_of(line: list) -> bool:
    return any(map(is_text, line if len(line) <= 2 else line[1:]))


def _label_line(lines: list[list], name: str) -> int:
    """Which of two lines holds the names: the one with text, or codes of digits typed as text beside numbers."""
    texts = [_texts_of(line) for line in lines]
    if texts[0] != texts[1]:
        return 0 if texts[0] else 1
    if not texts[0]:
        for k in (0, 1):
            names, numbers = lines[k], lines[1 - k]
            head = 1 if len(names) > 1 and is_text(names[0]) else 0  # a pair of headings above the codes
            if codes_over(names[head:], numbers[head:]) or (head and codes_over(names[1:], numbers[1:])):
                return k
    what = "text in both lines" if texts[0] else "two lines of numbers"
    raise InputError(f"{name}: {what}; one line must hold the names (as text), the other the numbers.")


def read_vector(q: Quantity, name: str, rows) -> Labelled:
    """One line, or two of which one holds the labels."""
    lines, across = _lines(rows, name)
    for line in lines:
        stop_at_errors(line, name)
    found = Labelled(name, q, across=across and len(lines[0]) > 1)
    if len(lines) == 1:
        values, skipped = lines[0], 0
        if len(values) > 1 and is_text(values[0]):
            skipped = 1
    else:
        k = 0 if len(lines[0]) == 1 else _label_line(lines, name)
        names, values = lines[k], lines[1 - k]
        skipped = 1 if is_text(values[0]) and len(values) > 1 else 0
        if q.axes:
            found.names[q.axes[0]] = checked_names(names[skipped:], name)
    if skipped:
        headings(values[:1], name, "the first cell")
        record_headings(name, [line[0] for line in lines])
    values = values[skipped:]
    if q.unit != "money" or any(values[1:]):  # 2000 held of one fund and nothing of the others is no heading
        no_year_heading(values, name)
    gaps = bool(q.gaps)
    numbers = [number_in(cell, f"{name}: item {i}", gaps) for i, cell in enumerate(values, 1 + skipped)]
    found.value = numbers[0] if q.scalar and len(numbers) == 1 and not found.names else np.array(numbers)
    return found


def read_texts(q: Quantity, name: str, rows) -> Labelled:
    """Groups: one line of texts, or names and texts side by side. A header is told apart once the assets are known."""
    lines, across = _lines_of_text(rows, name)
    for line in lines:
        stop_at_errors(line, name)
    found = Labelled(name, q, across=across and len(lines[0]) > 1)
    if len(lines) == 2:
        found.names[q.axes[0]] = checked_names(lines[0], name)
        found.square = len(lines[0]) == 2
    for i, cell in enumerate(lines[-1], 1):
        if is_blank(cell):
            raise InputError(f"{name}: item {i} is blank. Fill it, or leave this item out of all arguments.")
    found.value = lines[-1]
    return found


def checked_names(cells: Sequence, name: str) -> list:
    """Labels as given, none of them an error value."""
    stop_at_errors(cells, name, "label {}")
    return labelled.checked_names(cells, name)


# Matrices ----------------------------------------------------------------------------------------------------


def read_matrix(q: Quantity, name: str, rows) -> Labelled:
    """Rule 2 for square matrices; elsewhere text in the first row or column, or a blank corner, makes labels."""
    found = Labelled(name, q)
    height, width = len(rows), len(rows[0])
    corner = rows[0][0]
    stop_at_errors([corner], name, "the corner cell")
    square = q.axes[0] == q.axes[1]
    open_corner = is_blank(corner) or is_text(corner)
    if square:
        top = height == width + 1 or (height == width and open_corner)
        left = width == height + 1 or (height == width and open_corner)
        line = rows[0] if top else [row[0] for row in rows]
        both = is_blank(corner) and not any(map(is_blank, line[1:]))  # labels on both sides of what is not square
        if abs(height - width) > 1 or (height != width and (both or not _could_be_names(line))):
            raise InputError(
                f"{name}: {height} x {width} cells; a square matrix is needed (labels may stand around it)."
            )
    else:
        blank = is_blank(corner) and height > 1 and width > 1
        top = blank or any(map(is_text, rows[0][1:])) or (width == 1 and is_text(corner))
        left = blank or any(is_text(row[0]) for row in rows[1:]) or (height == 1 and is_text(corner))
        if not top and not left:  # codes of digits, typed as text
            top = height > 1 and codes_over(rows[0], chain.from_iterable(rows[1:]))
            left = width > 1 and codes_over([row[0] for row in rows], chain.from_iterable(row[1:] for row in rows))
    body = [row[1:] for row in rows[top:]] if left else rows[top:]
    if not body or not body[0]:
        raise InputError(f"{name}: there are no numbers in the range, at most labels.")
    if left and top and is_text(corner):
        record(f"corner of {name}", written(corner))
    across = checked_names(rows[0][left:], name) if top else None
    down = checked_names([row[0] for row in rows[top:]], name) if left else None
    if q.gaps:
        body = [[None if is_blank(cell) else cell for cell in row] for row in body]
    value = numbers_in(body, name, range(1 + top, 1 + height), 1 + left, bool(q.gaps))
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


# Panels ------------------------------------------------------------------------------------------------------


def _has_header(rows) -> bool:
    """Text in the first row, or a blank corner over dates; a date written as text in the first column is no header."""
    first = rows[0]
    start = 1 if len(first) > 1 and is_date_text(first[0]) else 0
    if any(map(is_text, first[start:])):
        return True
    if len(rows) < 2:
        return False
    codes = all(isinstance(c, str) and c.strip().isdecimal() and not is_year(c) for c in first)
    if codes and codes_over(first, (c for row in rows[1:] for c in row if not is_blank(c))):
        return True
    if len(first) < 2 or not is_blank(first[0]):
        return False
    below = [row[0] for row in rows[1:] if not is_blank(row[0])]
    return bool(below) and read_dates(below, OPEN) is not None


def _has_header_over_texts(rows) -> bool:
    """Among texts only a first column of dates tells a header apart."""
    if len(rows[0]) < 2 or len(rows) < 2:
        return False
    below = [row[0] for row in rows[1:] if not is_blank(row[0])]
    return read_dates(rows[0][:1], DATES) is None and bool(below) and read_dates(below, DATES) is not None


def read_panel(q: Quantity, name: str, rows, known: set[str]) -> Labelled:
    """A table over time. Missing numbers are NaN; ``known`` are asset names, which a header cell may be."""
    found = Labelled(name, q)
    if len(rows) == 1 and len(rows[0]) > 1:
        rows, found.across = [[cell] for cell in rows[0]], True
    header = None
    top = 1
    below = [row[0] for row in rows[1:]]
    if q.kind == "panel" and below and all(is_text(cell) and not is_date_text(cell) for cell in below):
        no_dates_across(rows[0][1:], name)
    if _has_header_over_texts(rows) if q.kind == "labels" else _has_header(rows):
        header, rows, top = list(rows[0]), rows[1:], 2
        found.has_header = True
        if not rows:
            raise InputError(f"{name}: there is a header but nothing below it.")
    rows, header = _without_blank_edge(rows, header)
    found.positions = range(top, top + len(rows))
    left = 1
    if len(rows[0]) > 1 and _read_date_column(found, rows, header, known):
        rows, left = [row[1:] for row in found.value], 2
        header = header[1:] if header else None
    if q.kind == "panel" and any(is_text(cell) for cell in rows[0]):
        columns = zip(header or [None] * len(rows[0]), zip(*rows, strict=True), strict=True)
        no_long_table(name, list(columns), None if found.dates is None else found.dates.tolist())
    if header:
        headings(header, name, "row 1, column {}")
        record_headings(name, header)
    elif q.kind == "panel":
        if len(q.axes) == 2:
            _no_codes(rows, name)
            _no_years(rows, name)
        for column in zip(*rows[:3], strict=True) if q.unit != "money" or not q.gaps else ():
            no_year_heading(column, name, 10.0 if q.compounds else MOST_FALL)
    if len(q.axes) == 2 and header:
        found.names[q.axes[1]] = checked_names(header, name)
    if len(q.axes) == 1 and len(rows[0]) != 1:
        raise InputError(f"{name}: {len(rows[0])} columns; one is needed (a date column may stand before it).")
    if q.kind == "labels":
        for place, row in zip(found.positions, rows, strict=True):
            stop_at_errors(row[:1], name, f"item {place}")
        found.value = [None if is_blank(row[0]) else row[0] for row in rows]
    else:
        if q.gaps == "zero":
            rows = [[0.0 if is_blank(cell) else cell for cell in row] for row in rows]
        found.value = numbers_in(rows, name, found.positions, left, q.gaps != "zero")
    in_time_order(found)
    return found


def one_period(q: Quantity, name: str, rows) -> Labelled | None:
    """A vector of assets as a panel of one row; None where it is no vector, or its labels are dates."""
    first = [row[0] for row in rows if not is_blank(row[0])]
    if len(first) > 1 and len(rows[0]) > 1 and read_dates(first[is_date_word(first[0]) :], DATES) is not None:
        return None
    try:
        found = read_vector(replace(q, kind="vector", axes=q.axes[1:]), name, rows)
    except InputError:
        named = all(map(is_text, first)) and len(rows[0]) == 2, all(map(is_text, rows[0])) and len(rows) == 2
        if 1 in (len(rows), len(rows[0])) or any(named):
            raise
        return None
    found.quantity, found.value, found.positions = q, np.atleast_2d(found.value), range(1, 2)
    return found


def _no_years(rows, name: str) -> None:
    """A first row of consecutive years above smaller numbers is a header that reads as numbers."""
    first = [int(c) for c in rows[0] if is_year(c) and not isinstance(c, str)]
    if len(first) < max(len(rows[0]), 2) or len(rows) < 2 or any(b - a != 1 for a, b in pairwise(first)):
        return
    if all(abs(c) < first[0] for c in rows[1] if isinstance(c, int | float)):
        raise InputError(
            f"{name}: row 1 reads as years above smaller numbers. Leave it out, or make it headings in words."
        )


def _no_codes(rows, name: str) -> None:
    """A first row of whole numbers of five or six digits above far smaller numbers is one of fund codes."""
    first, below = rows[0], rows[1:3]
    codes = [isinstance(c, int | float) and not isinstance(c, bool) and 1e4 <= c < 1e6 and c == int(c) for c in first]
    if not below or not codes or not all(codes):
        return
    numbers = [abs(c) for row in below for c in row if isinstance(c, int | float) and not isinstance(c, bool)]
    if numbers and max(numbers) * 100 <= min(first):
        raise InputError(
            f"{name}: row 1 looks like fund codes. Type them as text, '{int(first[0])}, to make it the header."
        )


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
    return bool(filled) and read_dates(filled, header_says(header[0]) if header else OPEN) is not None


def _without_blank_rows(positions, rows):
    kept = [(place, row) for place, row in zip(positions, rows, strict=True) if not all(map(is_blank, row))]
    return [place for place, _ in kept], [row for _, row in kept]


def _read_date_column(found: Labelled, rows, header, known: set[str]) -> bool:
    """Reads the first column into ``found`` where it holds dates; ``found.value`` keeps the dated rows."""
    head = header[0] if header else None
    if header and not is_blank(head) and name_key(head) in known:
        return False
    column = filled = [row[0] for row in rows]
    positions = found.positions
    if not set(map(type, column)) <= PLAIN and any(map(is_blank, column)):
        positions, rows = _without_blank_rows(positions, rows)
        column = [row[0] for row in rows]
        filled = [cell for cell in column if not is_blank(cell)]
    if not column:
        return False
    read = dates_of_column(filled, head)
    if is_date_word(head) and read is None:
        stop_at_errors(filled, found.name, "date {}")
        i = misfit(filled)
        kept = [filled is column or not is_blank(cell) for cell in column]
        dated = [place for place, keep in zip(positions, kept, strict=True) if keep]
        raise InputError(
            f"{found.name}: row {dated[i]} of the date column {quoted(head)} holds {quoted(filled[i])}, not a date "
            "in the form of the others. Give dates, or text such as 2026-01-31."
        )
    if read is None and intraday(filled):
        raise InputError(
            f"{found.name}: several rows of one day ({from_serial(filled[0])}), as of intraday bars. Give one row per "
            "day, such as the close."
        )
    if read is None:
        return False
    dates, form = read
    if len(dates) != len(column):
        row = next(i for i, cell in zip(positions, column, strict=True) if is_blank(cell))
        raise InputError(f"{found.name}: row {row} has no date. Give it one, or leave the row out.")
    if recording() and (form != TYPED or not is_date_word(head)):
        record(f"dates of {found.name}", f"its first column{'' if is_blank(head) else ' ' + quoted(head)}, {form}")
    found.positions = positions
    found.dates, found.date_header, found.value = as_days(dates), head, rows
    return True


# Without labels ----------------------------------------------------------------------------------------------


def without_labels(rows: Sequence) -> list[list]:
    """The cells of a labelled result that are no names, dates or headings."""
    rows = [list(row) for row in rows]
    top = (
        all(is_blank(c) or _names(c) or _dates_head(c) for c in rows[0])
        and any(_names(c) or _dates_head(c) for c in rows[0][1:] or rows[0])  # a name beside a blank heads nothing
        and any(not is_blank(c) and not _names(c) for row in rows[1:] for c in row)  # above texts it is one of them
    )
    header, body = (rows[0], rows[1:]) if top else (None, rows)
    column = [row[0] for row in body]
    if len(rows[0]) > 1:
        head = header[0] if header else None
        dated = dates_of_column(column, head) is not None or (is_blank(head) and rising_serials(column))
        if dated or all(map(_names, column)):
            body = [row[1:] for row in body]
    return body


def _names(cell) -> bool:
    return isinstance(cell, str) and bool(cell.strip()) and cell not in CODES


def _dates_head(cell) -> bool:
    return isinstance(cell, dt.date)
