"""Lines of clients, kept on disk until all are there; the index and the list of problems, written row by row."""

import datetime as dt
import json
import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from xlalloc.reports.batch import Line
from xlalloc.reports.folder import replacing
from xlalloc.reports.listing import Column, Listing
from xlalloc.reports.problems import Problem
from xlalloc.templates.look import DATE, MONEY, PERCENT, PLAIN, SIGNED_PERCENT

IN_MEMORY = 4_000_000  # bytes of lines before they go to disk
MOST_LINKS = 65_000  # Excel opens no sheet with more


class Lines:
    """One line per client, in the order of the input whatever the order they come in."""

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


COLUMNS = (
    Column("index.id", PLAIN, 12), Column("client.name", PLAIN, 22), Column("index.status", PLAIN, 18),
    Column("index.report", PLAIN, 20), Column("index.why", PLAIN, 36), Column("index.count", "0", 10),
    Column("index.suitability", PLAIN, 18), Column("index.above", PLAIN, 22), Column("index.expires", DATE, 13),
    Column("index.review", DATE, 12), Column("client.value", MONEY, 15), Column("client.drift", SIGNED_PERCENT, 11),
    Column("client.signal", PLAIN, 13), Column("client.vol", PERCENT, 11), Column("index.adviser", PLAIN, 18),
    Column("index.note", PLAIN, 26), Column("index.input", PLAIN, 15), Column("index.template", PLAIN, 15),
    Column("index.firm", PLAIN, 15),
)  # fmt: skip
PRINTED = len(COLUMNS) - 3  # fingerprints are for programs
ACROSS = 2  # sheets of paper beside each other: on one alone the type of so many columns is too small to read
FILE = 3  # the column that leads to the report
PROBLEM_COLUMNS = (
    Column("index.id", PLAIN, 16),
    Column("problems.sheet", PLAIN, 14),
    Column("problems.row", "0", 8),
    Column("problems.column", PLAIN, 18),
    Column("problems.value", PLAIN, 26),
    Column("problems.wrong", PLAIN, 62),
    Column("problems.done", PLAIN, 40),
)


def write_index(path: Path, lang: str, date: dt.date | None, lines: Lines | Part, made: Made, folder: str = "") -> None:
    """One row per client, with a link to its report; of an adviser's ``folder``, to those in it."""
    listing = Listing(lang, "index", COLUMNS, texts=True)
    listing.spread(ACROSS, PRINTED)
    say = listing.say

    def rows() -> Iterator[list]:
        for line in lines:
            file = (line.file or line.internal).removeprefix(f"{folder}/")
            yield [line.id, line.name, say(line.status), file or None, line.held or None, line.count,
                   say(line.suits) if line.suits else None, line.above or None, _day(line.expires), _day(line.review),
                   line.value, line.drift, say(line.signal) if line.signal else None, line.vol, line.adviser or None,
                   line.notes or None, *made.short()]  # fmt: skip

    link = FILE if len(lines) <= MOST_LINKS else None
    with replacing(path) as file:
        mark = json.dumps(["index", f"{folder}/{path.name}"]) if folder else "index"
        listing.write(file, date, mark, rows, listing.lines, link)


def _day(text: str) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def write_problems(path: Path, lang: str, date: dt.date | None, problems: Iterable[Problem]) -> None:
    """Every problem with its place and what was done. ``problems`` is gone through more than once."""
    listing = Listing(lang, "problems", PROBLEM_COLUMNS, texts=True)
    if next(iter(problems), None) is None:
        listing.page.note("problems.none")

    def rows() -> Iterator[list]:
        for p in problems:
            at = p.location
            yield [p.client or None, at.sheet or None, at.row, at.column or None, at.value or None,
                   p.wrong(lang), p.what_was_done(lang)]  # fmt: skip

    with replacing(path) as file:
        listing.write(file, date, "problems", rows, listing.lines)


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

    def __repr__(self) -> str:
        return repr(list(self))
