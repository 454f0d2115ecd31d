"""Tables of a template, and references to their columns as ranges: Table1[Weight] is Report!$D$5:$D$16."""

import re
from dataclasses import dataclass

from xlalloc.documents import xml
from xlalloc.documents.sheet import address, box
from xlalloc.errors import InputError

_REFERENCE = re.compile(
    r"""("(?:[^"]|"")*")|'(?:[^']|'')+'!|([^\W\d][\w.\\]*)?\[((?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*\])*)\]""", re.DOTALL
)
_ITEM = re.compile(r"\[((?:[^\[\]']|'.)*)\]", re.DOTALL)


@dataclass(frozen=True)
class Table:
    """A table and where it stands."""

    name: str
    sheet: str
    area: tuple[int, int, int, int]
    header: bool
    totals: int
    columns: tuple[str, ...]

    def holds(self, sheet: str, at: tuple[int, int]) -> bool:
        top, left, bottom, right = self.area
        return sheet == self.sheet and top <= at[0] <= bottom and left <= at[1] <= right

    @property
    def data(self) -> tuple[int, int]:
        top, _, bottom, _ = self.area
        return top + self.header, bottom - self.totals


def read(text: str, sheet: str) -> Table:
    """A table part."""
    a = xml.attributes(re.findall(r"<table\b[^>]*>", text)[0])
    columns = [xml.attributes(tag)["name"] for tag in re.findall(r"<tableColumn\b[^>]*>", text)]
    header = a.get("headerRowCount", "1") != "0"
    names = tuple(xml.unescaped(name).casefold() for name in columns)
    return Table(a["displayName"], sheet, box(a["ref"]), header, int(a.get("totalsRowCount", 0)), names)


def resolved(formula: str, tables: dict[str, Table], row: int, around: Table | None = None) -> str:
    """The formula with the ranges that its references to tables mean in a row; ``around`` is the table it stands in."""
    if "[" not in formula:
        return formula

    def replaced(match: re.Match) -> str:
        if match[3] is None or (not match[2] and match[3].isdigit()):  # [1] is another workbook
            return match[0]
        table = tables.get(match[2].casefold()) if match[2] else around
        if table is None:
            raise InputError(f"there is no table {match[2] or 'around the cell'}")
        return _range(table, match[3], row)

    return _REFERENCE.sub(replaced, formula)


def _range(table: Table, inside: str, row: int) -> str:
    items = _ITEM.findall(inside) if inside.startswith("[") else [inside] if inside else []
    marks = [item.casefold() for item in items if item.startswith("#")]
    names = [re.sub("'(.)", r"\1", item).casefold() for item in items if not item.startswith("#")]
    top, left, bottom, right = table.area
    unknown = [name for name in names if name not in table.columns]
    if unknown:
        raise InputError(f"the table {table.name} has no column {unknown[0]!r}")
    if names:
        places = [left + table.columns.index(name) for name in names]
        left, right = min(places), max(places)
    first, last = table.data
    spans = {
        "#all": (top, bottom),
        "#data": (first, last),
        "#headers": (top, top),
        "#totals": (bottom, bottom),
        "#this row": (row, row),
    }
    if any(mark not in spans for mark in marks):
        raise InputError(f"{table.name}[{inside}] is not known")
    if ("#headers" in marks and not table.header) or ("#totals" in marks and not table.totals):
        raise InputError(f"the table {table.name} has no such row: {table.name}[{inside}]")
    found = [spans[mark] for mark in marks] or [(first, last)]
    quoted = table.sheet.replace("'", "''")
    top, bottom = min(a for a, _ in found), max(b for _, b in found)
    return f"'{quoted}'!{address(top, left, bottom, right, '$')}"
