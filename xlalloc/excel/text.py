"""Texts, and what kind a value is."""

import re

from xlalloc.cell_values import as_number
from xlalloc.dates import from_text, to_serial
from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import (
    MOST_TEXT,
    all_or_error,
    anything,
    each,
    flat,
    number,
    one,
    register,
    text,
    truth,
    whole,
)
from xlalloc.excel.criteria import wildcard
from xlalloc.values import as_text, elementwise, error_in

_NO_TEXT = ErrorValue("#VALUE!", "the text is not there")


@each("UPPER", kinds=(text,))
def upper(value):
    return value.upper()


@each("LOWER", kinds=(text,))
def lower(value):
    return value.lower()


@each("PROPER", kinds=(text,))
def proper(value):
    """A capital after whatever is no letter."""
    return re.sub(r"[^\W\d_]+", lambda word: word[0][:1].upper() + word[0][1:].lower(), value)


@each("TRIM", kinds=(text,))
def trim(value):
    return re.sub(" +", " ", value).strip(" ")


@each("CLEAN", kinds=(text,))
def clean(value):
    return re.sub("[\x00-\x1f]", "", value)


@each("LEN", kinds=(text,))
def length(value):
    """In UTF-16 units, as Excel counts."""
    return float(len(value.encode("utf-16-le")) // 2)


@each("LEFT", kinds=(text, whole), least=1)
def left(value, count=1):
    return value[:count] if count >= 0 else ErrorValue("#VALUE!", "LEFT of fewer than 0 characters")


@each("RIGHT", kinds=(text, whole), least=1)
def right(value, count=1):
    return (
        value[max(len(value) - count, 0) :] if count >= 0 else ErrorValue("#VALUE!", "RIGHT of fewer than 0 characters")
    )


@each("MID", kinds=(text, whole, whole))
def middle(value, start, count):
    if start < 1 or count < 0:
        return ErrorValue("#VALUE!", "MID: the start is 1 or more, the count 0 or more")
    return value[start - 1 : start - 1 + count]


@each("REPLACE", kinds=(text, whole, whole, text))
def replace(value, start, count, new):
    if start < 1 or count < 0:
        return ErrorValue("#VALUE!", "REPLACE: the start is 1 or more, the count 0 or more")
    return value[: start - 1] + new + value[start - 1 + count :]


@each("FIND", kinds=(text, text, whole), least=2)
def find(wanted, within, start=1):
    found = within.find(wanted, start - 1) if 1 <= start <= len(within) + 1 else -1
    return float(found + 1) if found >= 0 else _NO_TEXT


@each("SEARCH", kinds=(text, text, whole), least=2)
def search(wanted, within, start=1):
    found = wildcard(wanted).search(within, start - 1) if 1 <= start <= len(within) + 1 else None
    return float(found.start() + 1) if found else _NO_TEXT


@each("REPT", kinds=(text, whole))
def repeat(value, count):
    if count < 0 or count * len(value) > MOST_TEXT:
        return ErrorValue("#VALUE!", f"REPT: 0 times or more, to {MOST_TEXT:,} characters")
    return value * count


@each("EXACT", kinds=(text, text))
def exact(one_text, other):
    return one_text == other


@each("CHAR", kinds=(whole,))
def character(code):
    """Of code page 1252, as in Excel for Windows."""
    if not 1 <= code <= 255:
        return ErrorValue("#VALUE!", "CHAR takes 1 to 255")
    return bytes([code]).decode("cp1252", errors="replace")


@each("UNICHAR", kinds=(whole,))
def unicode_character(code):
    if not 1 <= code <= 0x10FFFF or 0xD800 <= code <= 0xDFFF:
        return ErrorValue("#VALUE!", "UNICHAR takes the number of a character")
    return chr(code)


@each("CODE", kinds=(text,))
def code_of(value):
    """Of code page 1252; other characters are 63, the question mark, as in Excel for Windows."""
    return float(value[:1].encode("cp1252", errors="replace")[0]) if value else ErrorValue("#VALUE!", "CODE of no text")


@each("VALUE", kinds=(anything,))
def value_of(cell):
    if not isinstance(cell, str):
        return number(cell)
    found = as_number(cell)
    if found is None and re.fullmatch("[0-9]+", cell.strip()):
        found = float(cell)  # 000300
    if found is None and (date := from_text(cell)) is not None:
        found = float(to_serial(date))
    return ErrorValue("#VALUE!", f"the text {cell[:40]!r} is not a number") if found is None else found


@each("T", kinds=(anything,))
def only_text(cell):
    return cell if isinstance(cell, str) else ""


@each("N", kinds=(anything,))
def only_number(cell):
    return 0.0 if isinstance(cell, str) else number(cell)


@register("CONCAT", "CONCATENATE")
def concat(*values):
    return _joined("", [cell for value in values for cell in flat(value)])


@register("TEXTJOIN", single=(1,))
def text_join(delimiter, skip_blanks, *values):
    skip = one(skip_blanks, truth)
    if isinstance(skip, ErrorValue):
        return skip
    cells = [cell for value in values for cell in flat(value)]
    between = all_or_error(map(as_text, flat(delimiter)))
    if isinstance(between, ErrorValue):
        return between
    kept = [cell for cell in cells if not (skip and cell in (None, ""))]
    if len(between) == 1:
        return _joined(between[0], kept)
    pieces = [piece for k, cell in enumerate(kept) for piece in (cell, between[k % len(between)])]
    return _joined("", pieces[:-1])


def _joined(between: str, cells: list):
    texts = all_or_error(map(as_text, cells))
    if isinstance(texts, ErrorValue):
        return texts
    result = between.join(texts)
    return ErrorValue("#VALUE!", "the text is longer than a cell holds") if len(result) > MOST_TEXT else result


@register("HYPERLINK", single=(0, 1))
def hyperlink(address, shown=None):
    """What the cell shows; the link itself is the host's."""
    return address if shown is None else shown


# Kinds ---------------------------------------------------------------------------------------------------------------


def _kind(name: str, test) -> None:
    register(name, single=(0,))(lambda value: elementwise(test, value))


_kind("ISTEXT", lambda cell: isinstance(cell, str) and not error_in(cell))
_kind("ISNONTEXT", lambda cell: not isinstance(cell, str) or bool(error_in(cell)))
_kind("ISLOGICAL", lambda cell: isinstance(cell, bool))
_kind("ISNA", lambda cell: error_in(cell) == "#N/A")
_kind("ISERR", lambda cell: error_in(cell) is not None and error_in(cell) != "#N/A")


@register("TRUE")
def true():
    return True


@register("FALSE")
def false():
    return False


@register("XOR")
def exclusive_or(*values):
    cells = [cell for value in values for cell in flat(value) if cell is not None and not _plain_text(cell)]
    if not cells:
        return ErrorValue("#VALUE!", "there is no TRUE, no FALSE and no number in the range")
    truths = all_or_error(map(truth, cells))
    return truths if isinstance(truths, ErrorValue) else sum(truths) % 2 == 1


def _plain_text(cell) -> bool:
    return isinstance(cell, str) and not error_in(cell)
