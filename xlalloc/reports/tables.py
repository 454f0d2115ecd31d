"""Parts → tables: headers found wherever they stand, rows read as their columns' kinds, a row at a time."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from types import MappingProxyType
from typing import NamedTuple

from xlalloc.data import in_chinese
from xlalloc.errors import InputError
from xlalloc.reports import conventions, sections
from xlalloc.reports.columns import (
    EITHER,
    IN_MONEY,
    LOTS,
    OTHERWISE,
    column_of,
    columns_of,
    count_above,
    in_lots,
    normal,
    price_of,
    scale,
    unit_above,
    unit_of,
)
from xlalloc.reports.fields import COUNTED, CURRENCIES, LONGEST, RANGES, clean, is_blank_mark, is_empty, own_sign, plain
from xlalloc.reports.files import MOST_SHOWN, Part, Rows
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.rows import Row, Where

HEADER_WITHIN = 40  # filled rows in which a header is looked for before all others
REQUIRED = ("clients", "holdings", "assets", "models")
MANY = frozenset(["holdings", "prices", "history"])  # sheets that several files may make together
TWICE = frozenset(["units", "price", "value"])  # of which an export may have two columns: worth.py finds which counts
# Units that may be less than all: none where another column has all.
AVAILABLE = frozenset(map(normal, ("quantity available", "avail units", "available units", "settled quantity")))
AGAIN = " 2"  # behind the key of the second of them
# Lines around a table of holdings that name the cash beside them.
CASH_LINE = re.compile(
    r"资金余额|可用(?:资金|金额|余额)|可取(?:资金|金额|[:：])|现金(?:余额|资产)?\s*[:：]"
    r"|\bcash\b.*\d|\bcash (?:balance|purchasing|available)",
    re.IGNORECASE,
)
MOST_NAMED = 12  # columns named in one problem


class Settings(NamedTuple):
    """What a firm says of its files: marks and orders that they do not show, words for our columns."""

    decimal: str = ""
    date_order: str = ""
    headers: Mapping = MappingProxyType({})  # sheet, or "" for all → their word → our column


class Table:
    """One sheet or file: its header, found once, and the rows below it, read as they are asked for."""

    def __init__(self, sheet: str, part: Part | None = None, settings: Settings | None = None):
        self.sheet, self.part = sheet, part or Part(sheet, lambda: iter(()))
        self.title, self.settings = self.part.title, settings or Settings()
        self.columns: dict[str, str] = {}  # key → header as written
        self.remarks: list[str] = []  # texts above the header
        self.heading = ""  # a text alone in the last row but one: the name of an account
        self.header_row: int | None = None
        self.where = Where(clean(self.title)[:MOST_SHOWN], self.columns)
        self.two_ways = self.part.two_ways  # False once nothing can be read in two ways any more
        self.marks: dict[str, str] = {}  # column → its decimal mark, where it is not the point
        self.orders: dict[str, str] = {}  # column → dmy or mdy
        self.units: dict[str, tuple[float, str]] = {}  # column → what its header says of its figures
        self.cash: tuple[int, str] | None = None  # row and text of a line around the table that names cash
        self.currency = ""  # the file's, once it is known
        self.twice = False  # whether units, price or value have two columns
        self.lots = False  # units are lots, whose size each asset has of its own
        self._rows: Rows = iter(())
        self._keys: dict[int, tuple] = {}  # column → its key, kind and known texts (rows.Row)
        self._words: set[str] = set()  # of the header
        self.codes: list[str] = []  # the columns that hold codes
        self._problems = Problems()  # the input's, once its header is looked for

    @property
    def chinese(self) -> bool:
        return in_chinese(*self.columns.values())

    def find_header(self, file: str, problems: Problems) -> None:
        """Everything above the first row of data."""
        self._problems = problems
        source = self.part.rows()
        top = list(islice(source, HEADER_WITHIN))
        if self.sheet in MANY and (found := sections.section_of(chain(top, source), self.sheet, self.part.rows)):
            self.remarks, source = found.remarks, found.rows
            top = list(islice(source, HEADER_WITHIN))
            if found.others:
                words = ", ".join(found.others)[:200]
                problems.note("", "other_tables", "done.ignored", Location(self.where.sheet), tables=words)
        at, height, header = _header_row(self, top)
        while not self.has_needed(header) and (more := list(islice(source, HEADER_WITHIN))):
            further = _header_row(self, more)
            if self.has_needed(further[2]):
                self.remarks += _texts(top)
                at, height, header = further
                top = more
        if at is None:
            if self.sheet in REQUIRED:
                raise InputError(
                    f"{file}: sheet {self.title}: no header found; it needs {', '.join(_needed(self.sheet))}. "
                    "Name your own words for its columns in a sheet or file headers (theirs, ours)."
                )
            if top:
                problems.note("", "no_header", "done.ignored", Location(self.where.sheet))
            return
        self.header_row = top[at][0]
        if self.sheet == "holdings" and (trade := sections.trades(header, top[at + height :])):
            raise InputError(
                f"{file}: sheet {self.title}: this is a list of trades ({trade}), not of what is held. "
                "Export the positions instead."
            )
        self.remarks += _texts(top[:at])
        for number, row in top[:at]:
            self._look_for_cash(number, row)
        self.heading = next(
            (clean(cell) for _, row in reversed(top[:at]) if len(row) == 1 for cell in row.values()), ""
        )
        self._name_columns(header, problems)
        lacking = [
            key for key in _needed(self.sheet) if key not in self.columns and EITHER.get(key) not in self.columns
        ]
        if lacking:
            raise InputError(
                f"{file}: sheet {self.title}: no column {', '.join(lacking)} in its header (row {self.header_row}). "
                f"Add it, or name your own word for it in a sheet or file headers (theirs, ours)."
            )
        below = top[at + height :]
        if self.sheet in MANY:
            self._currencies_before(header, [row for _, row in below[:20]])
            self._units_below(below[0][1] if below else {})
            self._name_unit(problems)
        self._rows = chain(below, source)

    def _currencies_before(self, header: dict[int, object], rows: list[dict]) -> None:
        """Amounts in two cells, EUR and 12306,00, below one header: the figure is that of the column without one."""
        for column, (key, kind, known) in [*self._keys.items()]:
            cells = [plain(row[column]) for row in rows if column in row]
            beside = kind in RANGES and column + 1 not in header and any(column + 1 in row for row in rows)
            if beside and cells and all(cell in CURRENCIES for cell in cells):
                self._keys[column + 1] = key, kind, known
                del self._keys[column]

    def _units_below(self, row: dict[int, object]) -> None:
        """The units of a row of them below the header: 股, 元, 万元. No row of figures is without a digit."""
        texts = {column: clean(cell) for column, cell in row.items()}
        if any(letter.isdigit() for text in texts.values() for letter in text):
            return
        for column, text in texts.items():
            key, kind, _ = self._keys.get(column, ("", "", {}))
            if kind in RANGES and key not in self.units:
                self.lots = self.lots or (key == "units" and text in ("手", "(手)", "（手）"))
                if (unit := scale(plain(text).strip("()[] "))) != (1.0, ""):
                    self.units[key] = unit

    def _name_unit(self, problems: Problems) -> None:
        """The units that lines above the table give its money and its counts, but for columns that have their own."""
        count = count_above(self.remarks)
        own = self.columns.get("units", "")
        if own and "units" not in self.units and not any(word in own for word in ("股", "份", "张")):
            self.lots = self.lots or count == LOTS
            if count not in (1.0, LOTS):
                self.units["units"] = count, ""
                problems.note(
                    "",
                    "unit_above",
                    "done.check",
                    self.where.location(self.header_row, "units"),
                    factor=f"{count:,.0f}",
                )
        factor, currency = unit_above(self.remarks)
        for key in IN_MONEY if factor != 1.0 else ():
            theirs = self.units.get(key, (1.0, currency))
            if key in self.columns and theirs[0] == 1.0 and "元" not in self.columns[key]:
                self.units[key] = factor, theirs[1]
                location = self.where.location(self.header_row, key)
                problems.note("", "unit_above", "done.check", location, factor=f"{factor:,.0f}")

    def key_of(self, header) -> str | None:
        """The column a header stands for, by the firm's own words first."""
        return self._own_key(header) or column_of(self.sheet, header)

    def _own_key(self, header) -> str | None:
        """The column that the firm's own words name."""
        own = self.settings.headers
        if not own:
            return None
        word = normal(header)
        found = own.get(self.sheet, {}).get(word) or own.get("", {}).get(word)
        return found if found in columns_of(self.sheet) else None

    def has_needed(self, header: dict[int, object]) -> bool:
        keys = {self.key_of(cell) for cell in header.values()}
        worth = self.sheet != "holdings" or keys & {"units", "value"}
        return bool(worth) and all(key in keys or EITHER.get(key) in keys for key in _needed(self.sheet))

    def _keys_of(self, words: dict[int, str]) -> dict[int, str | None]:
        """What each header stands for, by the firm's own words and by what stands beside it."""
        meant = {column: self.key_of(text) for column, text in words.items()}
        named = {found for text in words.values() if (found := self._own_key(text))}
        meant = {c: None if found in named and not self._own_key(words[c]) else found for c, found in meant.items()}
        for (sheet, key), other in OTHERWISE.items():
            loose = [c for c, found in meant.items() if found == key and normal(words[c]) == "amount"]
            if sheet == self.sheet and loose and list(meant.values()).count(key) > 1 and other not in meant.values():
                meant[loose[0]] = other
        keys = [*meant.values()]
        amounts = [c for c in meant if normal(words[c]) == "资产"]  # 资产(元) beside 基金名称
        if self.sheet == "holdings" and amounts and keys.count("asset") > 1 and "value" not in keys:
            meant[amounts[0]] = "value"
        units = [c for c, found in meant.items() if found == "units"]
        part = [c for c in units if normal(words[c]) in AVAILABLE]
        return meant if len(part) == len(units) else {**meant, **dict.fromkeys(part)}

    def _name_columns(self, header: dict[int, object], problems: Problems) -> None:
        """What each cell of the header stands for."""
        kinds, unknown = columns_of(self.sheet), []
        words = {column: text for column, cell in header.items() if (text := clean(cell))}
        self._words = {normal(text) for text in words.values()}
        meant = self._keys_of(words)
        self.columns.clear()
        self._keys, self.units = {}, {}
        for column, text in words.items():
            found = meant[column]
            if found == "code" and found in self.columns:
                found = next((f"code {k}" for k in range(2, 5) if f"code {k}" not in self.columns), None)
            if found is None:
                unknown.append(text)
                continue
            if self.sheet == "holdings" and found in TWICE and f"{found}{AGAIN}" not in self.columns:
                self.twice = self.twice or found in self.columns
                found += AGAIN if found in self.columns else ""
            if found in self.columns:
                if found not in ("currency", "account"):
                    problems.note("", "column_twice", "done.ignored", self.where.location(self.header_row, text))
                continue
            self.columns[found] = text
            self.lots = self.lots or (found == "units" and in_lots(text))
            kind = kinds.get(found.removesuffix(AGAIN))
            self._keys[column] = (found, kind.kind if kind else "text", {})
            factor, named_by_it = unit_of(text)
            unit = factor, own_sign(named_by_it, text, self.currency)
            if unit != (1.0, "") and self._keys[column][1] in RANGES:
                self.units[found] = unit
            if found == "price" and (part := price_of(text)) != 1.0:
                self.units[found] = part, unit[1]
                problems.note("", "price_of_ten_thousand", "done.check", self.where.location(self.header_row, text))
            if unit == (0.01, "") and self._keys[column][1] in COUNTED:  # weights: no value of what is held
                del self.columns[found], self.units[found], self._keys[column]
                unknown.append(text)
        self.codes = [key for key in self.columns if key.startswith("code")]
        if normal(self.columns.get("units", "")) in AVAILABLE:
            where = self.where.location(self.header_row, self.columns["units"])
            problems.note("", "units_available", "done.check", where)
        if len(unknown) == 1:
            problems.note("", "unknown_column", "done.ignored", self.where.location(self.header_row, unknown[0]))
        elif unknown:
            listed = ", ".join(text[:MOST_SHOWN] for text in unknown[:MOST_NAMED]) + (
                " …" if unknown[MOST_NAMED:] else ""
            )
            problems.note(
                "", "unknown_columns", "done.ignored", Location(self.where.sheet, self.header_row), columns=listed
            )

    def be_of(self, currency: str) -> None:
        """Signs that several currencies have, in cells and headers, mean the file's own."""
        self.currency = currency
        for key, (factor, named) in self.units.items():
            self.units[key] = factor, own_sign(named, self.columns[key], currency)

    def scaled(self, key: str, number: float, currency: str, cell) -> tuple[float, str]:
        """A figure in the unit its header names; a percent sign or 万 in the cell itself counts alone."""
        factor, named = self.units[key]
        if isinstance(cell, str) and any(mark in cell for mark in "%％万亿"):
            factor = 1.0
        return number * factor, currency or named

    # Rows ------------------------------------------------------------------------------------------------------------

    def rows(self) -> Iterator[Row]:
        """Every row that fills a known column, but for footers and headers that come again."""
        footers, first, last = 0, None, self.header_row or 0
        loose = self.sheet in MANY
        for number, cells in self._rows:
            if loose and len(cells) == 1:
                (cell,) = cells.values()
                if isinstance(cell, str):
                    self.heading, footers, first = clean(cell), footers + 1, first or number
                    continue
            row = Row(self, number, cells, self._keys)
            if not row.raw:
                continue
            worded = loose and "units" not in row and "value" not in row
            if worded and (self._is_header(cells) or self._is_another(number, last, cells)):
                if not self._next_header(number, cells):
                    break
                continue
            last = number
            yield row
        if footers:
            self._problems.note("", "footers", "done.ignored", Location(self.where.sheet, first), count=f"{footers}")
        if hidden := self.part.hidden_rows():
            location = Location(self.where.sheet, hidden[0])
            self._problems.note("", "hidden_rows", "done.read_too", location, count=f"{len(hidden)}")

    def _look_for_cash(self, number: int, cells: dict) -> None:
        text = " ".join(clean(cell) for cell in cells.values())
        if self.sheet == "holdings" and self.cash is None and CASH_LINE.search(text):
            self.cash = number, text

    def _is_another(self, number: int, last: int, cells: dict) -> bool:
        """Is it the header of another table: words alone, in columns of figures too, below a row that is empty?"""
        figures = [cells[c] for c, (_, kind, _) in self._keys.items() if kind in RANGES and c in cells]
        words = all(isinstance(cell, str) and not any(map(str.isdigit, cell)) for cell in cells.values())
        return words and number > last + 1 and len(cells) > 2 and not all(map(is_blank_mark, figures))

    def _is_header(self, cells: dict) -> bool:
        known = sum(self.key_of(cell) is not None for cell in cells.values())
        return known > 2 or (known > 1 and known * 2 > len(cells))

    def _next_header(self, number: int, cells: dict) -> bool:
        """A header further down: the same again, or that of another account; else the table ends there."""
        if {normal(cell) for cell in cells.values()} == self._words:
            self._name_columns(cells, Problems())
            return True
        self._look_for_cash(number, cells)
        self._problems.note(
            "",
            "other_tables",
            "done.ignored",
            Location(self.where.sheet, number),
            tables=clean(" ".join(map(clean, cells.values())))[:MOST_SHOWN],
        )
        return False

    def survey(self) -> None:
        """Finds how this file writes numbers and dates; a column that can be read in two ways is refused."""
        self.two_ways = False
        below = (row for row in self.part.rows() if row[0] > (self.header_row or 0))
        found = conventions.survey(below)
        given = self.settings
        marks = conventions.decimal_marks(found, self.part.semicolons, self.chinese, given.decimal)
        dated = [k for k, (_, kind, _) in self._keys.items() if kind == "date"]
        hint = conventions.order_within(self.remarks)
        european = not self.chinese and conventions.is_european(found, self.part.semicolons)
        orders = conventions.date_orders(found, dated, given.date_order, hint, european)
        for k, (key, kind, _) in self._keys.items():
            if k not in found:
                continue
            if kind in RANGES:
                if marks[k] == "?":
                    raise conventions.two_numbers(self.title, self.columns[key], found[k])
                self.marks[key] = marks[k]
            elif kind == "date":
                if orders[k] == "?":
                    raise conventions.two_dates(self.title, self.columns[key], found[k])
                self.orders[key] = orders[k]


def _texts(rows: list[tuple[int, dict]]) -> list[str]:
    return [text for _, row in rows for cell in row.values() if isinstance(cell, str) and (text := clean(cell))]


# Headers -------------------------------------------------------------------------------------------------------------


def _header_row(table: Table, rows: list[tuple[int, dict]]) -> tuple[int | None, int, dict]:
    """Where the header stands, over how many rows, and its cells: the first with all that is needed and most known.

    A header may be broken over two or three rows; together they must be more headers than each of them.
    """
    best = False, 0, 0
    found: tuple[int | None, int, dict] = None, 1, {}
    for k in range(len(rows)):
        for height in (1, 2, 3):
            cells = _joined(rows[k : k + height])
            if len(rows[k : k + height]) < height or (
                height > 1 and any(_figures(row) for _, row in rows[k : k + height])
            ):
                break
            score = table.has_needed(cells), len({table.key_of(cell) for cell in cells.values()} - {None}), -height
            if score > best:
                best, found = score, (k, height, cells)
    return found


def _joined(rows: list[tuple[int, dict]]) -> dict[int, object]:
    if len(rows) == 1:
        return {column: cell for column, cell in rows[0][1].items() if not is_empty(cell) and len(str(cell)) <= LONGEST}
    joined: dict[int, object] = {}
    for _, row in rows:
        for column, cell in row.items():
            joined[column] = f"{joined.get(column, '')} {clean(cell)}".strip()
    return joined


def _figures(row: dict) -> bool:
    """Does a number stand in it?"""
    return any(not isinstance(cell, str) or cell.strip()[:1].isdigit() for cell in row.values())


def _needed(sheet: str) -> Iterable[str]:
    return [column.key for column in columns_of(sheet).values() if column.needed]
