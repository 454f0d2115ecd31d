"""How much room texts take: widths in characters, lines in the columns of a page."""

from functools import lru_cache

from xlalloc.templates.layout import CELL, LABEL, LAST_COLUMN, Page


@lru_cache(maxsize=4096)
def width_of(text: str) -> float:
    """A text's width in characters; a Chinese one is as wide as two."""
    return sum(1.95 if ord(char) > 0x2E80 else 1.05 for char in text)


@lru_cache(maxsize=4096)
def label_lines(text: str) -> int:
    return -(-int(sum(1.95 if ord(char) > 0x2E80 else 0.93 for char in text)) // LABEL)


@lru_cache(maxsize=4096)
def lines_across(text: str) -> int:
    return Page.lines(None, text)


@lru_cache(maxsize=4096)
def lines_beside(text: str) -> int:
    """Lines a text takes beside a label."""
    room = 1.1 * CELL * (LAST_COLUMN - 2)
    return sum(max(1, -(-int(width_of(part)) // room)) for part in text.split("\n"))
