"""Files → tables: a workbook or a folder of csv, read a row at a time, with headers found wherever they stand."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from xlalloc.data import in_chinese
from xlalloc.dates import is_date_word
from xlalloc.errors import ErrorValue, InputError
from xlalloc.reports import csv_rows, fields
from xlalloc.reports.columns import SHEETS, UNREAD, column_of, columns_of, sheet_of
from xlalloc.reports.fields import LONGEST, RANGES, UnreadableError, clean, is_empty, plain
from xlalloc.reports.problems import Place, Problems
from xlalloc.reports.sheets import MOST_TEXT, Formula, Workbook
from xlalloc.workbook_files import MB

HEADER_WITHIN = 20  # filled rows in which a header is looked for
REQUIRED = ("clients", "holdings", "assets", "models")


Rows = Iterator[tuple[int, dict[int, object]]]  # number, filled cells by column
MOST_SHOWN = 60  # characters of a cell quoted in a problem


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
            if type(cell) is str and (len(cell) > LONGEST or not cell.isprintable()):
                cell = self._tamed(key, kind, cell)
            self.raw[key] = cell
            if kind:
                self._read(key, kind, cell)

    def _read(self, key: str, kind: str, cell) -> None:
        try:
            if isinstance(cell, Formula | ErrorValue):
                raise UnreadableError
            if kind in RANGES:
                number, currency = fields.money(cell)
                if currency:
                    self.currencies.add(currency)
                self.values[key] = fields.within(kind, number)
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

    def place(self, key: str = "") -> Place:
        return self.table.where.place(self.number, key, self.raw.get(key))


class Where(NamedTuple):
    """A sheet and its headers as the file writes them."""

    sheet: str
    headers: dict[str, str]

    def place(self, row: int | None, key: str, value=None) -> Place:
        return Place(self.sheet, row, self.headers.get(key, key)[:MOST_SHOWN], clean(value)[:MOST_SHOWN])


class Table:
    """One sheet: its header, found once, and the rows below it, read as they are asked for."""

    def __init__(self, sheet: str, title: str = "", rows: Rows | None = None):
        self.sheet, self.title = sheet, title or sheet
        self.columns: dict[str, str] = {}  # key → header as written
        self.remarks: list[str] = []  # texts above the header
        self.header_row: int | None = None
        self.where = Where(self.title, self.columns)
        self._rows = iter(()) if rows is None else rows
        self._keys: dict[int, tuple] = {}  # column → its key and kind

    @property
    def chinese(self) -> bool:
        return in_chinese(*self.columns.values())

    def find_header(self, file: str, problems: Problems) -> None:
        """Everything above the first row of data."""
        top = list(islice(self._rows, HEADER_WITHIN))
        at = _header_row(self.sheet, top)
        if at is None:
            if self.sheet in REQUIRED:
                raise InputError(
                    f"{file}: sheet {self.title}: no header found in its first {HEADER_WITHIN} rows; it needs "
                    f"{', '.join(_needed(self.sheet))}."
                )
            if top:
                problems.note("", "no_header", "done.ignored", Place(self.title))
            self._rows = iter(())
            return
        self.header_row, header = top[at]
        self.remarks = [
            text for _, row in top[:at] for cell in row.values() if isinstance(cell, str) and (text := clean(cell))
        ]
        self._name_columns(header, problems)
        lacking = [key for key in _needed(self.sheet) if key not in self.columns]
        if lacking:
            raise InputError(
                f"{file}: sheet {self.title}: no column {', '.join(lacking)} in its header (row {self.header_row})."
            )
        self._rows = chain(top[at + 1 :], self._rows)

    def _name_columns(self, header: dict[int, object], problems: Problems) -> None:
        """What each cell of the header stands for; of prices the asset's name itself."""
        kinds = columns_of(self.sheet)
        for column, cell in header.items():
            text = clean(cell)
            if not text:
                continue
            if self.sheet == "prices":
                found = "date" if "date" not in self.columns and is_date_word(text) else text
            else:
                found = column_of(self.sheet, text)
            if found is None or found in self.columns:
                kind = "unknown_column" if found is None else "column_twice"
                problems.note("", kind, "done.ignored", Place(self.title, self.header_row, text[:MOST_SHOWN]))
                continue
            self.columns[found] = text
            self._keys[column] = (found, kinds[found].kind if found in kinds else "")

    def rows(self) -> Iterator[Row]:
        """Every row that fills a known column."""
        keys = self._keys
        for number, cells in self._rows:
            named = [(keys[column], cell) for column, cell in cells.items() if column in keys]
            if named:
                yield Row(self, number, named)


class Source:
    """All tables of an input, and its fingerprint."""

    def __init__(self, tables: dict[str, Table], digest: str):
        self.tables, self.digest = tables, digest

    def table(self, sheet: str) -> Table:
        return self.tables.get(sheet) or Table(sheet)


def load(path: Path, prices: Path | None, problems: Problems) -> Source:
    """The tables of a clients workbook or folder; ``prices`` replaces its prices."""
    path = Path(path)
    digest = hashlib.sha256()
    tables = _tables(path, digest, problems)
    if prices is not None:
        tables["prices"] = _prices_only(Path(prices), digest, problems)
    missing = [sheet for sheet in REQUIRED if sheet not in tables]
    if missing:
        kind = "file" if path.is_dir() else "sheet"
        raise InputError(
            f"{path}: there is no {kind} {', '.join(missing)} (or {', '.join(SHEETS[m][0] for m in missing)}). "
            "`xlalloc template clients --out FILE` writes an empty file with all sheets."
        )
    for table in tables.values():
        table.find_header(path.name, problems)
    return Source(tables, digest.hexdigest())


def _tables(path: Path, digest, problems: Problems) -> dict[str, Table]:
    if not _there(path):
        raise InputError(f"{path}: there is no such file or folder.")
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.casefold() == ".csv" and file.is_file())
        if not files:
            raise InputError(f"{path}: no csv files in this folder; {', '.join(SHEETS)} are looked for.")
        named = {
            file.stem: (lambda file=file: csv_rows.rows(file, digest, partial(_known, sheet_of(file.stem))))
            for file in files
        }
    elif path.suffix.casefold() == ".csv":
        raise InputError(f"{path.name}: one csv is not enough; give the folder that holds clients.csv, holdings.csv …")
    else:
        named = _sheets(path, digest, problems)
    found: dict[str, Table] = {}
    for title, rows in named.items():
        sheet = sheet_of(title)
        if sheet is None or sheet in found:
            if plain(title) not in UNREAD:
                kind = "unknown_sheet" if sheet is None else "sheet_twice"
                problems.note("", kind, "done.ignored", Place(clean(title)[:MOST_SHOWN]))
            continue
        found[sheet] = Table(sheet, clean(title), rows())
    return found


def _there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name no system knows
        return False


def _prices_only(path: Path, digest, problems: Problems) -> Table:
    """The price table of a csv, or of a workbook's sheet prices, else of its first sheet."""
    if path.suffix.casefold() == ".csv":
        if not _there(path):
            raise InputError(f"{path}: there is no such file.")
        return Table("prices", path.name, csv_rows.rows(path, digest, partial(_known, "prices")))
    sheets = _sheets(path, digest, problems)
    if not sheets:
        raise InputError(f"{path.name}: no sheet of cells in this workbook.")
    title = next((title for title in sheets if sheet_of(title) == "prices"), next(iter(sheets)))
    return Table("prices", clean(title), sheets[title]())


def _sheets(path: Path, digest, problems: Problems) -> dict[str, Callable[[], Rows]]:
    book = Workbook(path)
    with path.open("rb") as file:
        while block := file.read(MB):
            digest.update(block)
    for what in book.ignored:
        problems.note("", f"has_{what}", "done.ignored", Place(path.name))
    return {title: (lambda title=title: book.rows(title)) for title in book.sheets}


# Headers -------------------------------------------------------------------------------------------------------------


def _header_row(sheet: str, rows: list[tuple[int, dict]]) -> int | None:
    """The first of the rows with the most known headers."""
    counts = [_known(sheet, row.values()) for _, row in rows]
    return counts.index(max(counts)) if any(counts) else None


def _known(sheet: str, cells: Iterable) -> int:
    """How many headers stand in a row; of prices, whose headers are names, all cells behind a date word."""
    filled = [cell for cell in cells if not is_empty(cell)]
    if sheet == "prices":
        return len(filled) if filled and is_date_word(filled[0]) else 0
    return len({column_of(sheet, cell) for cell in filled if len(str(cell)) <= LONGEST} - {None})


def _needed(sheet: str) -> list[str]:
    return [column.key for column in columns_of(sheet).values() if column.needed]
