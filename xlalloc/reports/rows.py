"""One row of a table: its cells read as their columns' kinds, and where it stands."""

from typing import TYPE_CHECKING, NamedTuple

from xlalloc.errors import ErrorValue
from xlalloc.reports import fields
from xlalloc.reports.fields import LONGEST, RANGES, UnreadableError, clean, unwrapped
from xlalloc.reports.files import MOST_SHOWN
from xlalloc.reports.problems import Location
from xlalloc.reports.sheets import MOST_TEXT, Formula

if TYPE_CHECKING:
    from xlalloc.reports.tables import Table

CODED = frozenset(["id", "account", "code"])  # columns whose texts may be guarded as one: '0123


class Row:
    """One row, its cells read as their columns' kinds; it lives only until it is understood.

    ``bad`` are the columns that could not be read, ``odd`` what was found in texts that were read all the same.
    """

    __slots__ = ("bad", "currencies", "number", "odd", "raw", "table", "values")

    def __init__(self, table: "Table", number: int, named: list[tuple]):
        self.table, self.number = table, number
        self.values: dict[str, object] = {}
        self.raw: dict[str, object] = {}
        self.bad: list[str] = []
        self.odd: list[tuple[str, str]] = []
        self.currencies: set[str] = set()
        for (key, kind), cell in named:
            if type(cell) is str:
                if len(cell) > LONGEST or not cell.isprintable():
                    cell = self._tamed(key, kind, cell)
                elif kind == "text" and key != "currency":  # most cells, without a detour
                    text = cell.strip()
                    guarded = text[:1] == "=" or (key in CODED and text[:1] == "'")
                    self.raw[key], self.values[key] = cell, unwrapped(text) if guarded else text
                    continue
            self.raw[key] = cell
            if kind:
                self._read(key, kind, cell)

    def _read(self, key: str, kind: str, cell) -> None:
        table = self.table
        try:
            if cell.__class__ is not str and isinstance(cell, Formula | ErrorValue):
                raise UnreadableError
            if kind in RANGES:
                if cell.__class__ is str and table.two_ways is not False:
                    table.survey()
                marks = table.marks
                number, currency = fields.money(cell, marks[key]) if key in marks else fields.money(cell)
                if table.units and number is not None and key in table.units:
                    number, currency = table.scaled(key, number, currency, cell)
                if currency:
                    self.currencies.add(currency)
                self.values[key] = fields.within(kind, number)
            elif kind == "date":
                if cell.__class__ is str and table.two_ways is not False:
                    table.survey()
                self.values[key] = fields.date(cell, table.orders.get(key, ""))
            else:
                self.values[key] = fields.read(kind, cell)
                if key == "currency" and self.values[key]:
                    self.currencies.add(fields.currency_of(cell))
        except UnreadableError:
            self.bad.append(key)

    def _tamed(self, key: str, kind: str, cell: str) -> str:
        """A text without what is not read of it, which is noted."""
        if fields.has_illegal(cell):
            self.odd.append((key, "illegal_characters"))
        most = MOST_TEXT if kind == "notes" else LONGEST
        cell = cell.strip()
        if len(cell) <= most:
            return cell
        if kind not in ("text", "notes"):
            return cell[:most] + "…"  # no figure and no date
        self.odd.append((key, "too_long"))
        return cell[:most]

    def get(self, key: str, default=None):
        value = self.values.get(key)
        return default if value is None or value == "" else value

    def location(self, key: str = "") -> Location:
        return self.table.where.location(self.number, key, self.raw.get(key))


class Where(NamedTuple):
    """A sheet and its headers as the file writes them."""

    sheet: str
    headers: dict[str, str]

    def location(self, row: int | None, key: str, value=None) -> Location:
        return Location(self.sheet, row, self.headers.get(key, key)[:MOST_SHOWN], clean(value)[:MOST_SHOWN])
