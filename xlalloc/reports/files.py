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
from xlalloc.workbook_files import MB

Rows = Iterator[tuple[int, dict[int, object]]]  # number, filled cells by column
TEXT = frozenset([".csv", ".txt", ".tsv", ".xls", ".prn"])  # what trading programs call .xls is a text or a web page
BOOKS = frozenset([".xlsx", ".xlsm"])
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
        if file.is_dir() and sheet_of(file.name) in FOLDERS:
            for inner in sorted(file.iterdir()):
                found += of_file(inner, digest, problems, sheet_of(file.name))
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
    return [text_part(file, digest, folder)] if kind in TEXT else []


def text_part(file: Path, digest, folder: str = "", sheet: str | None = None) -> Part:
    """A csv or text file, or a web page saved as one."""
    start = _starts(file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{file.name}: an old .xls file. Open it in Excel or LibreOffice and save it as .xlsx.")
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
    alone = len(book.sheets) == 1
    return [
        Part(path.stem if alone and sheet_of(title) is None else title, partial(book.rows, title), path.name, folder)
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
    return Part(title, lambda: iter(reader.rows), file.name, folder, True)


class _Cells(html.parser.HTMLParser):
    """The cells of a web page's tables, row by row."""

    def __init__(self):
        super().__init__()
        self.rows: list[tuple[int, dict[int, object]]] = []
        self._row: list[str] | None = None
        self._inside, self._number = False, 0

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self._row, self._number = [], self._number + 1
        elif tag in ("td", "th") and self._row is not None:
            self._row.append("")
            self._inside = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._inside = False
        elif tag == "tr" and self._row:
            cells = {j: cell for j, text in enumerate(self._row, 1) if (cell := clean(text))}
            if cells:
                self.rows.append((self._number, cells))
            self._row = None

    def handle_data(self, data):
        if self._inside and self._row:
            self._row[-1] += data
