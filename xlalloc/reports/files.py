"""A workbook, or a folder of files as a firm has them → parts: the rows of a sheet or file, and what it is called."""

import html.parser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from xlalloc.errors import InputError
from xlalloc.reports.columns import COLUMNS, SHEETS, column_of, sheet_of
from xlalloc.reports.csv_rows import TextFile
from xlalloc.reports.fields import LONGEST, clean, is_empty
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.sheets import Workbook
from xlalloc.workbook_files import MB, check

Rows = Iterator[tuple[int, dict[int, object]]]  # number, filled cells by column
TEXT = frozenset([".csv", ".txt", ".tsv", ".xls", ".prn", ".htm", ".html"])  # what trading programs call .xls is text
BOOKS = frozenset([".xlsx", ".xlsm"])
OTHERS = frozenset([".ods", ".fods", ".xlsb", ".et", ".numbers", ".xml", ".mht", ".json", ".zip", ".rar", ".7z"])
MOST_SPANNED = 1_000  # rows or columns of one cell of a web page
FOLDERS = ("holdings", "prices")  # that may be folders: one file per account or client, one file per asset
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
    if kind in OTHERS:
        problems.note("", "file_not_read", "done.ignored", Location(file.name[:MOST_SHOWN]))
    return [text_part(file, digest, folder)] if kind in TEXT else []


def text_part(file: Path, digest, folder: str = "", sheet: str | None = None) -> Part:
    """A csv or text file, or a web page saved as one."""
    start = _starts(file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        check(file)  # says which: old, or with a password
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith((b"<?xml", b"MIME-Version:")):
        raise InputError(
            f"{file.name}: an XML file or a web archive that Excel opens. Open it there and save it as .xlsx."
        )
    title = f"{folder}/{file.name}" if folder else file.stem
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<html", b"<!doctype", b"<table", b"<meta", b"<head")):
        return _page(file, title, digest, folder)
    text = TextFile(file, digest, partial(headers_in, sheet or folder or sheet_of(file.stem)))
    return Part(title, text.rows, file.name, folder, text.two_ways, text.separator == ";", text.encoding)


def say_encodings(found: list[Part], problems: Problems) -> None:
    """Once for all files of an encoding that is not UTF-8."""
    for encoding, name in (("gb18030", "GBK"), ("cp1252", "Windows-1252")):
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


def there(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name no system knows
        return False


def headers_in(sheet: str | None, cells) -> int:
    """How many headers of a sheet, or of whichever has most, stand in a row; those of prices are names, not known."""
    filled = [cell for cell in cells if not is_empty(cell) and len(str(cell)) <= LONGEST]
    return max(len({column_of(one, cell) for cell in filled} - {None}) for one in ([sheet] if sheet else COLUMNS))


# Web pages called .xls -----------------------------------------------------------------------------------------------


def _page(file: Path, title: str, digest, folder: str) -> Part:
    data = file.read_bytes()
    digest.update(file.stem.encode("utf-8", "surrogatepass") + data)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030", "replace")
    reader = _Cells()
    reader.feed(text)
    reader.close()
    return Part(title, lambda: iter(reader.rows), file.name, folder, True)


class _Cells(html.parser.HTMLParser):
    """The cells of a web page's tables, row by row; below and beside a cell that spans several there are blank ones."""

    def __init__(self):
        super().__init__()
        self.rows: list[tuple[int, dict[int, object]]] = []
        self._row: dict[int, str] | None = None
        self._column, self._wide, self._number = 0, 1, 0
        self._inside = False
        self._covered: dict[int, int] = {}  # column → rows that a cell above still covers

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self._end_row()
            self._row, self._column, self._wide, self._number = {}, 0, 1, self._number + 1
        elif tag in ("td", "th") and self._row is not None:
            self._begin(self._row, dict(attrs))

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._inside = False
        elif tag in ("tr", "table"):
            self._end_row()
            if tag == "table":
                self._covered = {}

    def handle_data(self, data):
        if self._inside and self._row:
            self._row[self._column] += data

    def close(self):
        super().close()
        self._end_row()

    def _begin(self, row: dict[int, str], attrs: dict) -> None:
        """A cell in the next column that none above covers."""
        self._column = self._next(self._column + self._wide)
        self._wide, high = (min(_count(attrs.get(name)), MOST_SPANNED) for name in ("colspan", "rowspan"))
        for column in range(self._column, self._column + self._wide) if high > 1 else ():
            self._covered[column] = high
        row[self._column], self._inside = "", True

    def _next(self, column: int) -> int:
        while self._covered.get(column):
            column += 1
        return column

    def _end_row(self) -> None:
        if self._row is None:
            return
        cells: dict[int, object] = {column: cell for column, text in self._row.items() if (cell := clean(text))}
        if cells:
            self.rows.append((self._number, cells))
        self._row, self._inside = None, False
        self._covered = {column: left - 1 for column, left in self._covered.items() if left > 1}


def _count(text: str | None) -> int:
    """Of rows or columns that a cell spans."""
    return int(text) if text and text.isdecimal() and int(text) > 0 else 1
