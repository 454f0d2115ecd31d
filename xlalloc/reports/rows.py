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
MOST_KNOWN = 1000  # texts of a column whose values are kept
_NO_VALUE = (Formula, ErrorValue)


class Row(dict):
    """The values of one row by column, without blanks; it lives only until it is understood.

    ``raw`` are its cells, ``bad`` the columns that could not be read, ``odd`` what was found in texts that
    were read all the same.
    """

    __slots__ = ("bad", "currencies", "lots", "number", "odd", "raw", "table", "value_from")

    def __init__(self, table: "Table", number: int, cells: dict[int, object], columns: dict[int, tuple]):
        """``columns`` has of each its key, its kind, and texts read before with their values: most come again."""
        self.table, self.number = table, number
        self.raw: dict[str, object] = {}
        self.bad: tuple[str, ...] = ()
        self.odd: tuple[tuple[str, str], ...] = ()
        self.currencies: frozenset[str] = frozenset()
        self.lots = table.lots  # its units are lots (手)
        self.value_from = "value"  # the column whose value counts, where there are two
        for column, cell in cells.items():
            if column in columns:
                key, kind, known = columns[column]
                self.raw[key] = cell
                value = known.get(cell) if cell.__class__ is str else None
                if value is None:
                    value = self._read(key, kind, cell, known)
                if value is not None:
                    self[key] = value

    def _read(self, key: str, kind: str, cell, known: dict[str, object]):
        """The value of a cell, None where it is blank or unreadable; ``known`` once it is all that the cell says."""
        table, plain, currency = self.table, cell.__class__ is str, ""
        if plain and (len(cell) > LONGEST or not cell.isprintable()):
            cell, plain = self._tamed(key, kind, cell), False
            self.raw[key] = cell
        if key == "units" and plain and cell.rstrip()[-1:] == "手":
            cell, plain, self.lots = cell.rstrip()[:-1], False, True
        try:
            if cell.__class__ is not str:
                if isinstance(cell, _NO_VALUE):
                    raise UnreadableError
            elif table.two_ways is not False and (kind in RANGES or kind == "date"):
                table.survey()
            if plain and kind == "text" and key != "currency":
                value = cell.strip()
                if value[:1] == "=" or (key in CODED and value[:1] == "'"):
                    value = unwrapped(value)
            elif kind in RANGES:
                value, currency = fields.money(cell, table.marks.get(key, "."))
                if value is not None and key in table.units:
                    value, currency = table.scaled(key, value, currency, cell)
            elif kind == "date":
                value = fields.date(cell, table.orders.get(key, ""))
            else:
                value = fields.read(kind, cell)
                currency = fields.currency_of(cell) if key == "currency" and value else ""
            if currency:
                self.currencies |= {fields.own_sign(currency, f"{cell}", table.currency)}
            if kind in RANGES:
                fields.within(kind, value, cell)
        except UnreadableError:
            self.bad += (key,)
            return None
        if value is None or value == "":
            return None
        if plain and not currency:
            if len(known) >= MOST_KNOWN:
                known.clear()
            known[cell] = value
        return value

    def _tamed(self, key: str, kind: str, cell: str) -> str:
        """A text without what is not read of it, which is noted."""
        if fields.has_illegal(cell):
            self.odd += ((key, "illegal_characters"),)
        most = MOST_TEXT if kind == "notes" else LONGEST
        cell = cell.strip()
        if len(cell) <= most:
            return cell
        if kind not in ("text", "notes"):
            return cell[:most] + "…"  # no figure and no date
        self.odd += ((key, "too_long"),)
        return cell[:most]

    def location(self, key: str = "") -> Location:
        return self.table.where.location(self.number, key, self.raw.get(key))


class Where(NamedTuple):
    """A sheet and its headers as the file writes them."""

    sheet: str
    headers: dict[str, str]

    def location(self, row: int | None, key: str, value=None) -> Location:
        return Location(self.sheet, row, self.headers.get(key, key)[:MOST_SHOWN], clean(value)[:MOST_SHOWN])
