"""The rows of a text file, one at a time: UTF-8, UTF-16, GBK or Western; commas, semicolons, tabs, bars or spaces."""

import codecs
import csv
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from xlalloc.data import in_chinese
from xlalloc.errors import InputError
from xlalloc.reports.columns import CHINESE_WORDS
from xlalloc.workbook_files import MAX_UNPACKED, MB

MARKS = ",;\t|"
SPACES = {"  ": re.compile(r"\s{2,}|\t"), " ": re.compile(r"\s+")}  # columns set by spaces, as trading terminals print
LOOKED_AT = 60  # lines that tell the separator
LONGEST_CELL = 2**31 - 1  # csv.reader itself stops at 131,072 characters; what is too long is cut and said later
_LAST = "\ue000the end\ue000"  # a line of our own after the last: inside a cell where a quotation mark was left open
# Cells that can be read in two ways, among the bytes of a file: by the separator, and dates such as 3/4/2026.
_COMMAS = {",": re.compile(rb'(?<![^,"\r\n])"[^"\n]*\d,\d')}  # within a cell, not from the end of one to the next
_COMMA = re.compile(rb"\d,\d|(?<![\d.])[1-9]\d{0,2}\.\d{3}(?!\d)")
# Begins with the mark, of which a file has fewer than digits; looks back from there.
_SHORT_DATE = re.compile(rb"[./-](?:(?<=[^\d.]\d.)|(?<=[^\d.]\d\d.))\d{1,2}[./-]\d{2,4}(?!\d)")
_HIGH = re.compile(rb"([a-z]?)([\x80-\xff]+)([a-z]?)")


class TextFile:
    """A csv or text file: its encoding and separator, found once; its rows, as often as they are asked for."""

    def __init__(self, path: Path, digest, known: Callable[[list], int]):
        """``known`` counts the headers among the cells of a row."""
        self.path, self._known = path, known
        self.encoding, self._start = _encoding(path, digest)
        with self._open() as file:
            top = list(islice(file, LOOKED_AT))
        self._skipped = 1 if top and top[0].casefold().startswith("sep=") else 0
        self.separator = _separator(top, known)
        self.two_ways = self._two_ways()

    def _open(self):
        try:
            return self.path.open(encoding=self.encoding, newline="")
        except OSError as error:
            raise InputError(f"{self.path.name}: cannot be read ({error}). Save it again as CSV UTF-8.") from None

    def rows(self) -> Iterator[tuple[int, dict[int, object]]]:
        """Row number and filled cells by column."""
        csv.field_size_limit(LONGEST_CELL)
        try:
            yield from self._rows()
        except (csv.Error, UnicodeError, OSError) as error:
            raise InputError(f"{self.path.name}: cannot be read ({error}). Save it again as CSV UTF-8.") from None

    def _rows(self) -> Iterator[tuple[int, dict[int, object]]]:
        skipped = self._skipped
        with self._open() as file:
            for _ in range(skipped):
                next(file)
            if self.separator in SPACES:
                split = SPACES[self.separator].split
                for number, line in enumerate(file, 1 + skipped):
                    if cells := {j: cell for j, cell in enumerate(split(line.strip()), 1) if cell}:
                        yield number, cells
                return
            reader = csv.reader(chain(file, ["\n", _LAST]), delimiter=self.separator)
            begins, next_line, closed = 1 + skipped, 1 + skipped, False
            for number, row in enumerate(reader, 1 + skipped):
                begins, next_line = next_line, reader.line_num + skipped + 1
                if row == [_LAST]:
                    closed = True
                    break
                cells = {j: cell for j, cell in enumerate(row, 1) if cell and not cell.isspace()}
                if cells:
                    yield number, cells
            if not closed:
                raise InputError(
                    f"{self.path.name}: the quotation mark opened in line {begins} is never closed, so the rows below "
                    'it cannot be told apart. Correct that line (a mark within a text is written twice: "").'
                )

    def _two_ways(self) -> bool:
        """May a number or date of it be read in more than one way?"""
        if self.encoding.startswith("utf-16"):
            return True
        commas, tail = _COMMAS.get(self.separator, _COMMA), b"\n"
        with self.path.open("rb") as file:
            while block := file.read(MB):
                block = tail + block
                if commas.search(block) or _SHORT_DATE.search(block):
                    return True
                tail = block[-64:]
        return False


def _separator(top: list[str], known: Callable) -> str:
    """The mark that makes most headers of a row; cells may hold the others."""
    if top and top[0].casefold().startswith("sep=") and len(top[0].strip()) == 5:
        return top[0][4]

    def fit(rows) -> tuple:
        """Most headers of a row, how many rows are of the commonest width, that width."""
        rows = [row for row in rows if row]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, count = max(widths.items(), key=lambda item: item[::-1], default=(1, 0))
        return max(map(known, rows), default=0), count, width

    found = {mark: fit(csv.reader(top, delimiter=mark)) for mark in MARKS}
    best = max(MARKS, key=found.__getitem__)
    if found[best][0] >= 2 or found[best][1] >= 2:
        return best
    spaced = {mark: fit([split.split(line.strip()) for line in top]) for mark, split in SPACES.items()}
    by_spaces = max(SPACES, key=spaced.__getitem__)
    return by_spaces if spaced[by_spaces] > found[best] else best


# Encoding ------------------------------------------------------------------------------------------------------------


def _encoding(path: Path, digest) -> tuple[str, bytes]:
    """The encoding in which every byte of a file makes sense, and the file's first bytes."""
    if path.stat().st_size > MAX_UNPACKED:
        raise InputError(
            f"{path.name}: {path.stat().st_size / MB:,.0f} MB; the limit is {MAX_UNPACKED / MB:,.0f} MB. "
            "Give the clients in several folders."
        )
    digest.update(path.stem.encode("utf-8", "surrogatepass"))
    left = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030", "cp1252")}
    with path.open("rb") as file:
        start = file.read(MB)
        if wide := _utf_16(start):
            left = {wide: codecs.getincrementaldecoder(wide)()}
        file.seek(0)
        while block := file.read(MB):
            digest.update(block)
            left = {name: decoder for name, decoder in left.items() if _decodes(decoder, block)}
    left = {name: decoder for name, decoder in left.items() if _decodes(decoder, b"", True)}
    if not left:
        raise InputError(f"{path.name}: neither UTF-8 nor GBK text. Save it again as CSV UTF-8.")
    first = next(iter(left))
    return (first if first.startswith("utf") else _chinese_or_western(path, start, set(left))), start[:200]


def _utf_16(start: bytes) -> str:
    """UTF-16 by its mark, or by the zeros that every second byte of Latin letters is."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name, zeros in (("utf-16-le", start[1:200:2]), ("utf-16-be", start[:200:2])):
        if len(zeros) > 4 and zeros.count(0) * 3 > len(zeros):
            return name
    return ""


def _chinese_or_western(path: Path, start: bytes, possible: set[str]) -> str:
    """GBK or Western (cp1252): bytes that make sense in both are told by the headers, else by how letters stand.

    Chinese characters are pairs of high bytes; an ü stands alone among small letters. Where both are found, or a UTF-8
    file is damaged, the file is refused: a name is never garbled.
    """
    if _damaged_utf_8(start):
        raise InputError(f"{path.name}: UTF-8 text with bytes that are damaged. Save it again as CSV UTF-8.")
    text = start.decode("gb18030", "replace")
    if "gb18030" in possible and (in_chinese(path.stem) or any(word in text for word in CHINESE_WORDS)):
        return "gb18030"
    runs = _HIGH.findall(start)
    western = any(len(run) % 2 or before or after for before, run, after in runs)
    chinese = any(len(run) % 2 == 0 and not before and not after and min(run) >= 0xA1 for before, run, after in runs)
    if western and chinese and len(possible) > 1:
        raise InputError(
            f"{path.name}: the names in it could be read as GBK or as Western (Windows-1252) text. Save it again as "
            "CSV UTF-8."
        )
    first = "cp1252" if western else "gb18030"
    return first if first in possible else next(iter(possible))


def _damaged_utf_8(start: bytes) -> bool:
    """Is it UTF-8 but for a few bytes?"""
    text = start.decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = sum(character > "\x7f" for character in text) - wrong
    return right > 20 * wrong


def _decodes(decoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeError:
        return False
    return True
