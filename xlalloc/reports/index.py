"""Lines of clients, kept on disk until all are there; the index and the list of problems, written row by row."""

import datetime as dt
import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path

from openpyxl.styles import Alignment

from xlalloc.reports import stamp
from xlalloc.reports.batch import Line
from xlalloc.reports.folder import writing
from xlalloc.reports.measure import width_of
from xlalloc.reports.problems import Problem
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.write import NO_DATE, Sheet
from xlalloc.templates.layout import MONEY, PERCENT, PLAIN, SIGNED_PERCENT

IN_MEMORY = 4_000_000  # bytes of lines before they go to disk
MOST_LINKS = 65_000  # Excel opens no sheet with more


class Lines:
    """One line a client, in the order of the input whatever the order they come in."""

    def __init__(self, clients: int):
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  as long as the lines
        self._places = array("q", [-1]) * clients
        self.written = 0

    def __setitem__(self, place: int, line: Line) -> None:
        self._file.seek(0, 2)
        self._places[place] = self._file.tell()
        pickle.dump(line, self._file, pickle.HIGHEST_PROTOCOL)
        self.written += bool(line.file)

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Line]:
        for place in self._places:
            self._file.seek(place)
            yield pickle.load(self._file)  # our own, in a file without a name

    def problems(self, first: list[Problem]) -> Iterator[Problem]:
        """Those of reading, then those of the clients, each once."""
        yield from first
        read = {problem for problem in first if problem.client}
        for line in self:
            yield from (problem for problem in dict.fromkeys(line.problems) if problem not in read)


def write_index(lines: Lines, path: Path, lang: str, date: dt.date | None) -> None:
    """One row a client, with a link to its report."""
    document = stamp.stamped(lang)
    page = Sheet(document, "index", landscape=True)
    page.title()
    say = document.say
    keys = ("index.id", "client.name", "client.value", "client.drift", "client.signal", "client.vol", "index.status",
            "index.report", "index.above", "index.note")  # fmt: skip
    formats = (PLAIN, PLAIN, MONEY, SIGNED_PERCENT, PLAIN, PERCENT, PLAIN, PLAIN, PLAIN, PLAIN)
    left = (1, 6, 7, 8, 9)
    page.header(list(keys))
    page.aligned_left(left)
    page.repeat_header()

    def rows() -> Iterator[list]:
        for line in lines:
            yield [line.id, line.name, line.value, line.drift, say(line.signal) if line.signal else None, line.vol,
                   say(line.status), line.file or None, line.above or None,
                   line.notes or None]  # fmt: skip

    def links() -> Iterator[tuple[str, str]]:
        for row, line in enumerate(lines, first):
            if line.file:
                yield f"I{row}", line.file

    first = page.row
    linked = len(lines) <= MOST_LINKS
    page.dress(page.sheet.cell(first - 1, 8), "status header", _set_off)
    last = page.stream(rows, formats, left, _linked if linked else _unlinked)
    page.widths({2: 16, 3: 28, 8: 20, 9: 26, 10: 24, 11: 30})
    page.sheet.filter = f"B{first - 1}:K{max(last, first)}"
    if linked and lines.written:
        page.sheet.links = links
    _write(document, path, date)


def _unlinked(page: Sheet) -> None:
    page.dress(page.sheet.rows[1][8], "status", _set_off)


def _linked(page: Sheet) -> None:
    _unlinked(page)
    cell = page.sheet.rows[1][9]
    if cell.value != "–":
        page.dress(cell, "link", lambda cell: _underlined(page, cell))


def _set_off(cell) -> None:
    """Words a little off the figures before them."""
    cell.alignment = Alignment(horizontal="left", vertical="center", indent=1)


def _underlined(page: Sheet, cell) -> None:
    cell.font = page.document.font(color=page.document.accent, underline="single")


def write_problems(problems: Iterable[Problem], path: Path, lang: str, date: dt.date | None) -> None:
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
            yield [p.client or None, p.place.sheet or None, p.place.row, p.place.column or None, p.place.value or None,
                   p.wrong(lang), p.what_was_done(lang)]  # fmt: skip

    def height(values) -> int:
        return max(-(-int(width_of(f"{values[j] or ''}")) // int(widths[2 + j] - 2)) for j in left)

    first = page.row
    last = page.stream(rows, (PLAIN, PLAIN, "0", *[PLAIN] * 4), left, _wrapped, height)
    page.widths(widths)
    if last >= first:
        page.sheet.filter = f"B{first - 1}:H{last}"
    _write(document, path, date)


def _wrapped(page: Sheet) -> None:
    for cell in page.sheet.rows[1].values():
        page.dress(cell, "wrapped", _top)


def _top(cell) -> None:
    cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)


def _write(document: stamp.Stamped, path: Path, date: dt.date | None) -> None:
    title = TEXTS[f"{document.surfaces[0].key}.title"][document.lang]
    with writing(path) as file:
        stamp.write(document, file, title, date or NO_DATE)


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
