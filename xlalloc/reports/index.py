"""Lines of clients, kept on disk until all are there; the index and the list of problems, written row by row."""

import datetime as dt
import json
import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter

from xlalloc.reports import stamp
from xlalloc.reports.batch import Line
from xlalloc.reports.folder import replacing
from xlalloc.reports.measure import width_of
from xlalloc.reports.problems import Problem
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.write import NO_DATE, Sheet
from xlalloc.templates.layout import DATE, MONEY, PERCENT, PLAIN, SIGNED_PERCENT

IN_MEMORY = 4_000_000  # bytes of lines before they go to disk
MOST_LINKS = 65_000  # Excel opens no sheet with more


class Lines:
    """One line a client, in the order of the input whatever the order they come in."""

    def __init__(self, clients: int):
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  as long as the lines
        self._starts = array("q", [-1]) * clients
        self.written = self.held = self.kept = 0  # letters, letters kept back, of both those of an earlier run
        self._advisers: dict[str, array] = {}

    def __setitem__(self, number: int, line: Line) -> None:
        self._file.seek(0, 2)
        self._starts[number] = self._file.tell()
        pickle.dump(line, self._file, pickle.HIGHEST_PROTOCOL)
        self.written += bool(line.file)
        self.held += bool(line.held)
        self.kept += line.kept
        self._advisers.setdefault(line.adviser, array("q")).append(number)

    def of(self, adviser: str) -> "Part":
        """Those of an adviser, in the order of the input."""
        return Part(self, sorted(self._advisers.get(adviser, ())))

    def line(self, number: int) -> Line:
        self._file.seek(self._starts[number])
        return pickle.load(self._file)  # our own, in a file without a name

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Line]:
        yield from map(self.line, range(len(self)))

    def problems(self, first: list[Problem]) -> Iterator[Problem]:
        """Those of reading, then those of the clients, each once."""
        yield from first
        read = {problem for problem in first if problem.client}
        for line in self:
            yield from (problem for problem in dict.fromkeys(line.problems) if problem not in read)


class Part:
    """Some of the lines."""

    def __init__(self, lines: Lines, places: list[int]):
        self._lines, self._starts = lines, places
        self.written = len(places)  # at most

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[Line]:
        return map(self._lines.line, self._starts)


class Made(NamedTuple):
    """Of what all documents of a run are made: fingerprints of the input, the template, the sheet firm."""

    input: str
    template: str
    firm: str

    def short(self) -> list[str | None]:
        return [mark[:12] or None for mark in self]


COLUMNS = (  # header, format, width; those of text stand on the left
    ("index.id", PLAIN, 16), ("client.name", PLAIN, 28), ("index.status", PLAIN, 20), ("index.report", PLAIN, 26),
    ("index.why", PLAIN, 40), ("index.count", "0", 10), ("index.suitability", PLAIN, 22), ("index.above", PLAIN, 24),
    ("index.expires", DATE, 14), ("index.review", DATE, 14), ("client.value", MONEY, 14),
    ("client.drift", SIGNED_PERCENT, 12), ("client.signal", PLAIN, 14), ("client.vol", PERCENT, 12),
    ("index.adviser", PLAIN, 20), ("index.note", PLAIN, 30), ("index.input", PLAIN, 15), ("index.template", PLAIN, 15),
    ("index.firm", PLAIN, 15),
)  # fmt: skip
LEFT = tuple(k for k, (key, form, _) in enumerate(COLUMNS) if form == PLAIN and k)
STATUS, FILE = 4, 5  # columns of the sheet


def write_index(path: Path, lang: str, date: dt.date | None, lines: Lines | Part, made: Made, folder: str = "") -> None:
    """One row a client, with a link to its report; of an adviser's ``folder``, to those in it."""
    document = stamp.stamped(lang)
    page = Sheet(document, "index", landscape=True)
    page.title()
    say = document.say
    page.header([key for key, *_ in COLUMNS])
    page.aligned_left(LEFT)
    page.repeat_header()

    def file_of(line: Line) -> str:
        return (line.file or line.internal).removeprefix(f"{folder}/")

    def rows() -> Iterator[list]:
        for line in lines:
            yield [line.id, line.name, say(line.status), file_of(line) or None, line.held or None, line.count,
                   say(line.suits) if line.suits else None, line.above or None, _day(line.expires), _day(line.review),
                   line.value, line.drift, say(line.signal) if line.signal else None, line.vol, line.adviser or None,
                   line.notes or None, *made.short()]  # fmt: skip

    def links() -> Iterator[tuple[str, str]]:
        for row, line in enumerate(lines, first):
            if file := file_of(line):
                yield f"{letter(FILE)}{row}", file

    first = page.row
    linked = len(lines) <= MOST_LINKS
    page.dress(page.sheet.cell(first - 1, STATUS), "status header", _set_off)
    last = page.stream(rows, tuple(form for _, form, _ in COLUMNS), LEFT, _linked if linked else _unlinked)
    page.widths({k: width for k, (*_, width) in enumerate(COLUMNS, 2)})
    page.sheet.filter = f"B{first - 1}:{letter(1 + len(COLUMNS))}{max(last, first)}"
    if linked and any(file_of(line) for line in lines):
        page.sheet.links = links
    _write(document, path, date, json.dumps(["index", f"{folder}/{path.name}"]) if folder else "index")


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _unlinked(page: Sheet) -> None:
    page.dress(page.sheet.rows[1][STATUS], "status", _set_off)


def _linked(page: Sheet) -> None:
    _unlinked(page)
    cell = page.sheet.rows[1][FILE]
    if cell.value != "–":
        page.dress(cell, "link", lambda cell: _underlined(page, cell))


def _set_off(cell) -> None:
    """Words a little off the figures before them."""
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)


def _underlined(page: Sheet, cell) -> None:
    cell.font = page.document.font(color=page.document.accent, underline="single")


def write_problems(path: Path, lang: str, date: dt.date | None, problems: Iterable[Problem]) -> None:
    """Every problem with its place and what was done. ``problems`` is gone through more than once."""
    document = stamp.stamped(lang)
    page = Sheet(document, "problems", landscape=True)
    page.title()
    if next(iter(problems), None) is None:
        page.note("problems.none")
    keys = ("index.id", "problems.sheet", "problems.row", "problems.column", "problems.value", "problems.wrong",
            "problems.done")  # fmt: skip
    widths = {2: 16, 3: 14, 4: 8, 5: 18, 6: 26, 7: 62, 8: 40}
    left = tuple(range(1, len(keys)))
    page.header(list(keys))
    page.aligned_left(left)
    page.repeat_header()

    def rows() -> Iterator[list]:
        for p in problems:
            at = p.location
            yield [p.client or None, at.sheet or None, at.row, at.column or None, at.value or None,
                   p.wrong(lang), p.what_was_done(lang)]  # fmt: skip

    def height(values) -> int:
        return max(-(-int(width_of(f"{values[j] or ''}")) // int(widths[2 + j] - 2)) for j in left)

    first = page.row
    last = page.stream(rows, (PLAIN, PLAIN, "0", *[PLAIN] * 4), left, _wrapped, height)
    page.widths(widths)
    if last >= first:
        page.sheet.filter = f"B{first - 1}:H{last}"
    _write(document, path, date, "problems")


def _wrapped(page: Sheet) -> None:
    for cell in page.sheet.rows[1].values():
        page.dress(cell, "wrapped", _top)


def _top(cell) -> None:
    cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)


def _write(document: stamp.Stamped, path: Path, date: dt.date | None, mark: str) -> None:
    title = TEXTS[f"{document.surfaces[0].key}.title"][document.lang]
    with replacing(path) as file:
        stamp.write(document, file, title, date or NO_DATE, mark)


class Found:
    """All problems, like a list, but read from where they lie whenever they are gone through."""

    def __init__(self, lines: Lines, first: list[Problem]):
        self._lines, self._first = lines, first

    def __iter__(self) -> Iterator[Problem]:
        return self._lines.problems(self._first)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other) -> bool:
        return list(self) == list(other)

    __hash__ = None

    def __repr__(self) -> str:
        return repr(list(self))
