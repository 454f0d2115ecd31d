"""Files → tables: a workbook or a folder of csv, with headers found wherever they stand."""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from xlalloc import workbook_files
from xlalloc.dates import is_date_word
from xlalloc.errors import InputError
from xlalloc.reports.columns import SHEETS, UNREAD, column_of, columns_of, sheet_of
from xlalloc.reports.fields import clean, is_empty, plain
from xlalloc.reports.problems import Place, Problems

HEADER_WITHIN = 20  # rows in which a header is looked for
REQUIRED = ("clients", "holdings", "assets", "models")
IGNORED_PARTS = {"xl/vbaProject.bin": "macros", "xl/externalLinks/": "links", "xl/connections.xml": "connections"}


@dataclass
class Table:
    """The rows below one sheet's header, each with its number in the file and its cells by column."""

    sheet: str
    columns: dict[str, str] = field(default_factory=dict)  # key → header as written
    rows: list[tuple[int, dict]] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)  # texts above the header
    chinese: bool = False


@dataclass
class Source:
    """All tables of an input, and its fingerprint."""

    tables: dict[str, Table]
    digest: str

    def table(self, sheet: str) -> Table:
        return self.tables.get(sheet) or Table(sheet)


def load(path: Path, prices: Path | None, problems: Problems) -> Source:
    """The tables of a clients workbook or folder; ``prices`` replaces its prices."""
    path = Path(path)
    digest = hashlib.sha256()
    raw = _raw(path, digest, problems)
    if prices is not None:
        raw["prices"] = _prices_only(Path(prices), digest, problems)
    missing = [sheet for sheet in REQUIRED if sheet not in raw]
    if missing:
        raise InputError(
            f"{path.name}: there is no sheet {', '.join(missing)} (or {', '.join(SHEETS[m][0] for m in missing)}). "
            "`xlalloc report --template FILE` writes an empty file with all sheets."
        )
    tables = {sheet: _table(sheet, rows, path.name, problems) for sheet, rows in raw.items()}
    return Source(tables, digest.hexdigest())


def _raw(path: Path, digest, problems: Problems) -> dict[str, Iterable[list]]:
    if not path.exists():
        raise InputError(f"{path}: there is no such file or folder.")
    if path.is_dir():
        files = sorted(file for file in path.iterdir() if file.suffix.casefold() == ".csv")
        if not files:
            raise InputError(f"{path}: no csv files in this folder; {', '.join(SHEETS)} are looked for.")
        named = [(file.stem, _csv_rows(file, digest)) for file in files]
    elif path.suffix.casefold() == ".csv":
        raise InputError(f"{path.name}: one csv is not enough; give the folder that holds clients.csv, holdings.csv …")
    else:
        named = _sheets(path, digest, problems)
    found: dict[str, list[list]] = {}
    for title, rows in named:
        sheet = sheet_of(title)
        if sheet is None or sheet in found:
            if plain(title) not in UNREAD:
                problems.note("", "unknown_sheet", "done.ignored", Place(title))
            continue
        found[sheet] = rows
    return found


def _prices_only(path: Path, digest, problems: Problems) -> list[list]:
    """The price table of a csv, or of a workbook's sheet prices, else of its first sheet."""
    if path.suffix.casefold() == ".csv":
        if not path.exists():
            raise InputError(f"{path}: there is no such file.")
        return _csv_rows(path, digest)
    sheets = _sheets(path, digest, problems)
    return next((rows for title, rows in sheets if sheet_of(title) == "prices"), sheets[0][1])


def _sheets(path: Path, digest, problems: Problems) -> list[tuple[str, list[list]]]:
    book = workbook_files.load(path, read_only=True, data_only=True)
    digest.update(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        parts = archive.namelist()
    for part, what in IGNORED_PARTS.items():
        if any(name.startswith(part) for name in parts):
            problems.note("", f"has_{what}", "done.ignored", Place(path.name))
    try:
        sheets = []
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a file says of its own size may be wrong
            sheets.append((sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]))
    except Exception as error:
        raise InputError(
            f"{path.name}: a sheet cannot be read ({type(error).__name__}). Save the workbook again as .xlsx."
        ) from None
    finally:
        book.close()
    return sheets


def _csv_rows(path: Path, digest) -> list[list]:
    """UTF-8 or GBK; commas, semicolons or tabs."""
    data = path.read_bytes()
    digest.update(path.stem.encode() + data)
    text = None
    for encoding in ("utf-16",) if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    if text is None:
        raise InputError(f"{path.name}: neither UTF-8 nor GBK text. Save it again as CSV UTF-8.")
    lines = [line for line in text.splitlines()[:HEADER_WITHIN] if line.strip()]
    counts = {mark: sum(mark in line for line in lines) for mark in ",;\t"}  # lines that have it: cells may hold others
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=max(counts, key=counts.get)))


def _table(sheet: str, rows: list[list], file: str, problems: Problems) -> Table:
    at = _header_row(sheet, rows)
    table = Table(sheet)
    if at is None:
        if sheet in REQUIRED:
            raise InputError(f"{file}: sheet {sheet}: no header found; it needs {_names(_needed(sheet))}.")
        if any(not is_empty(cell) for row in rows for cell in row):
            problems.note("", "no_header", "done.ignored", Place(sheet))
        return table
    keys = _keys(sheet, rows[at], at + 1, table, problems)
    lacking = [key for key in _needed(sheet) if key not in table.columns]
    if lacking:
        raise InputError(f"{file}: sheet {sheet}: no column {_names(lacking)} in its header (row {at + 1}).")
    table.remarks = [clean(cell) for row in rows[:at] for cell in row if isinstance(cell, str) and clean(cell)]
    for number, row in enumerate(rows[at + 1 :], at + 2):
        cells = {key: cell for key, cell in zip(keys, row, strict=False) if key and not is_empty(cell)}
        if cells:
            table.rows.append((number, cells))
    return table


def _header_row(sheet: str, rows: list[list]) -> int | None:
    """The row with the most known headers; for prices the first that begins with a date word."""
    best, most = None, 0
    for i, row in enumerate(rows[:HEADER_WITHIN]):
        filled = [cell for cell in row if not is_empty(cell)]
        if sheet == "prices":
            if filled and is_date_word(filled[0]):
                return i
            continue
        known = len({column_of(sheet, cell) for cell in filled} - {None})
        if known > most:
            best, most = i, known
    return best


def _keys(sheet: str, header: list, row: int, table: Table, problems: Problems) -> list[str | None]:
    """What each cell of the header stands for; of prices the asset's name itself."""
    keys: list[str | None] = []
    for cell in header:
        text = clean(cell)
        if not text:
            keys.append(None)
            continue
        table.chinese |= any("\u4e00" <= char <= "\u9fff" for char in text)
        if sheet == "prices":
            found = "date" if "date" not in table.columns and is_date_word(text) else text
        else:
            found = column_of(sheet, text)
        if found is None or found in table.columns:
            kind = "unknown_column" if found is None else "column_twice"
            problems.note("", kind, "done.ignored", Place(sheet, row, text))
            keys.append(None)
            continue
        table.columns[found] = text
        keys.append(found)
    return keys


def _needed(sheet: str) -> list[str]:
    return [column.key for column in columns_of(sheet).values() if column.needed]


def _names(keys: list[str]) -> str:
    return ", ".join(keys)
