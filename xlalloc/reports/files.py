"""A workbook, or a folder of files as a firm has them → parts: the rows of a sheet or file, and what it is called."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlalloc.errors import InputError
from xlalloc.reports.columns import COLUMNS, SHEETS, column_of, sheet_of
from xlalloc.reports.csv_rows import TextFile, encoding_of
from xlalloc.reports.fields import LONGEST, is_empty
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.sheets import Workbook
from xlalloc.reports.web_tables import Cells
from xlalloc.workbook_files import MB, check, is_small

Rows = Iterator[tuple[int, dict[int, object]]]  # number, filled cells by column
TEXT = frozenset([".csv", ".txt", ".tsv", ".xls", ".prn", ".htm", ".html"])  # what trading programs call .xls is text
BOOKS = frozenset([".xlsx", ".xlsm"])
OTHERS = frozenset([".ods", ".fods", ".xlsb", ".et", ".numbers", ".xml", ".mht", ".json", ".zip", ".rar", ".7z"])
FOLDERS = ("holdings", "prices")  # that may be folders: one file per account or client, one file per asset
_ENCODINGS = {"gb18030": "GBK", "cp1252": "Windows-1252", "cp932": "Shift-JIS", "big5hkscs": "Big5"}
BY_CALAMINE = frozenset([".xls", ".xlsb", ".ods"])  # read where python-calamine is installed
MOST_SHOWN = 60  # characters of a cell quoted in a problem


@dataclass
class Part:
    """One table as a file has it."""

    title: str
    rows: Callable[[], Rows]
    file: str = ""
    folder: str = ""  # the one of FOLDERS it lies in
    two_ways: bool | None = None  # whether texts in it need a look at the whole; None: not known yet
    semicolons: bool = False
    encoding: str = ""
    hidden: bool = False  # a sheet that nobody sees
    hidden_rows: Callable[[], list[int]] = list  # those of its rows that nobody sees, once they were read

    @property
    def name(self) -> str:
        """What the file is called, without its kind."""
        return Path(self.file).stem if self.folder else self.title


def parts(path: Path, digest, problems: Problems) -> list[Part]:
    """Every table of a workbook or folder."""
    if not there(path):
        raise InputError(f"{path}: there is no such file or folder.")
    if not path.is_dir():
        if path.suffix.casefold() in (".csv", ".txt", ".tsv"):
            raise InputError(
                f"{path.name}: one csv is not enough; give the folder that holds clients.csv, holdings.csv …"
            )
        return book_parts(path, digest, problems)
    found: list[Part] = []
    for file in sorted(path.iterdir()):
        if file.is_dir() and (folder := sheet_of(file.name)) in FOLDERS:
            for inner in sorted(file.iterdir()):
                found += of_file(inner, digest, problems, folder)
        else:
            found += of_file(file, digest, problems, "")
    say_encodings(found, problems)
    if not found:
        raise InputError(f"{path}: no csv files in this folder; {', '.join(SHEETS)} are looked for.")
    return found


def of_file(file: Path, digest, problems: Problems, folder: str) -> list[Part]:
    if not file.is_file() or file.name.startswith((".", "~$")):
        return []
    kind = file.suffix.casefold()
    if kind in BOOKS or (kind == ".xls" and _starts(file).startswith(b"PK")):
        return book_parts(file, digest, problems, folder)
    if kind in BY_CALAMINE and (found := _by_calamine(file, digest, folder)):
        return found
    if kind in OTHERS:
        problems.note("", "file_not_read", "done.ignored", Location(file.name[:MOST_SHOWN]))
    return text_parts(file, digest, folder) if kind in TEXT else []


def text_parts(file: Path, digest, folder: str = "", sheet: str | None = None) -> list[Part]:
    """A csv or text file, a web page or XML spreadsheet saved as one."""
    start = _starts(file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        check(file)  # says which: old, or with a password
    if b"office:spreadsheet" in start or b"Excel.Sheet" in start:
        return _tables(file, digest, folder, sheet)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"MIME-Version:")):
        raise InputError(
            f"{file.name}: an XML file or a web archive that Excel opens. Open it there and save it as .xlsx."
        )
    if start.startswith(b"%PDF"):
        raise InputError(f"{file.name}: a PDF, whatever it is called. Export the table as CSV or Excel instead.")
    if not start.strip() and sheet_of(file.stem):
        raise InputError(f"{file.name}: the file is empty. Export it again.")
    title = f"{folder}/{file.name}" if folder else file.stem
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head")):
        return _tables(file, digest, folder, sheet)
    text = TextFile(file, digest, partial(headers_in, sheet or folder or sheet_of(file.stem)))
    return [Part(title, text.rows, file.name, folder, text.two_ways, text.separator == ";", text.encoding)]


def _tables(file: Path, digest, folder: str, sheet: str | None) -> list[Part]:
    """The tables of a web page or XML spreadsheet, a part for each sheet."""
    encoding, _ = encoding_of(file, digest)
    reader = Cells()
    reader.feed(file.read_text(encoding))
    reader.close()
    found = {name: rows for name, rows in reader.sheets.items() if rows}
    if not found and (folder or sheet or sheet_of(file.stem)):
        raise InputError(
            f"{file.name}: a web page without a table, as a bank sends where one is not logged in. Export it again."
        )
    title = f"{folder}/{file.name}" if folder else file.stem
    return [
        Part(title if len(found) == 1 else name, partial(iter, rows), file.name, folder, True, encoding=encoding)
        for name, rows in found.items()
    ]


def say_encodings(found: list[Part], problems: Problems) -> None:
    """Once for all files of an encoding that is not UTF-8."""
    for encoding, name in _ENCODINGS.items():
        titles = [part.title for part in found if part.encoding == encoding]
        if titles:
            problems.note("", "encoding", "done.check", Location(", ".join(titles)[:MOST_SHOWN]), encoding=name)


def _starts(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(512)


def book_parts(path: Path, digest, problems: Problems, folder: str = "") -> list[Part]:
    book = Workbook(path)
    with path.open("rb") as file:
        while block := file.read(MB):
            digest.update(block)
    for what in book.ignored:
        problems.note("", f"has_{what}", "done.ignored", Location(path.name))
    alone = len(book.sheets.keys() - book.hidden) == 1
    return [
        Part(
            path.stem if alone and sheet_of(title) is None and title not in book.hidden else title,
            partial(book.rows, title),
            path.name,
            folder,
            hidden=title in book.hidden,
            hidden_rows=partial(book.hidden_rows.__getitem__, title),
        )
        for title in book.sheets
    ]


def _by_calamine(path: Path, digest, folder: str) -> list[Part]:
    """The sheets of an old or other workbook, where python-calamine is installed and can read it; else nothing."""
    if not _starts(path).startswith((b"\xd0\xcf\x11\xe0", b"PK")):
        return []
    try:
        from python_calamine import CalamineWorkbook, SheetVisibleEnum
    except ImportError:
        return []
    try:
        if not is_small(path):
            return []
        book = CalamineWorkbook.from_path(str(path))
        found = {
            sheet.name: [
                (number, {column: _plain(cell) for column, cell in enumerate(row, 1) if cell != ""})
                for number, row in enumerate(book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False), 1)
            ]
            for sheet in book.sheets_metadata
        }
        hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
    except Exception:  # damaged, or with a password: said by who reads the other kinds
        return []
    digest.update(path.read_bytes())
    alone = len(found.keys() - hidden) == 1
    title = f"{folder}/{path.name}" if folder else path.stem
    return [
        Part(
            title if alone and sheet_of(name) is None and name not in hidden else name,
            partial(_filled, rows),
            path.name,
            folder,
            hidden=name in hidden,
        )
        for name, rows in found.items()
    ]


def _filled(rows: list) -> Rows:
    return (row for row in rows if row[1])


def _plain(cell):
    return cell.date() if isinstance(cell, dt.datetime) else cell


def there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name no system knows
        return False


def headers_in(sheet: str | None, cells) -> int:
    """How many headers of a sheet, or of whichever has most, stand in a row; those of prices are names, not known."""
    filled = [cell for cell in cells if not is_empty(cell) and len(str(cell)) <= LONGEST]
    return max(len({column_of(one, cell) for cell in filled} - {None}) for one in ([sheet] if sheet else COLUMNS))
