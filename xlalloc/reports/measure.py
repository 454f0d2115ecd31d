"""How much room texts take: widths in characters, lines in the columns of a page."""

from functools import lru_cache

from xlalloc.templates import look
from xlalloc.templates.look import CELL, LABEL, LAST_COLUMN, lines_of

width_of = lru_cache(maxsize=4096)(look.width_of)


@lru_cache(maxsize=4096)
def label_lines(text: str) -> int:
    """Lines a name takes in the first column."""
    return -(-int(look.width_of(text, 0.93)) // LABEL)


@lru_cache(maxsize=4096)
def lines_across(text: str) -> int:
    """Lines a text takes across a page."""
    return lines_of(text, LABEL + CELL * (LAST_COLUMN - 2))


@lru_cache(maxsize=4096)
def lines_beside(text: str) -> int:
    """Lines a text takes beside a label."""
    room = 1.1 * CELL * (LAST_COLUMN - 2)
    return sum(max(1, -(-int(width_of(part)) // room)) for part in text.split("\n"))
