"""The rows of a csv file, one at a time: UTF-8, UTF-16 or GBK; commas, semicolons, tabs or bars."""

import codecs
import csv
from collections.abc import Callable, Iterator
from itertools import chain, islice
from pathlib import Path

from xlalloc.errors import InputError
from xlalloc.workbook_files import MAX_UNPACKED, MB

MARKS = ",;\t|"
LOOKED_AT = 20  # lines that tell the separator
LONGEST_CELL = 2**31 - 1  # csv.reader itself stops at 131,072 characters; what is too long is cut and said later
_LAST = "\ue000the end\ue000"  # a line of our own after the last: inside a cell where a quotation mark was left open


def rows(path: Path, digest, known: Callable[[list[str]], int]) -> Iterator[tuple[int, dict[int, object]]]:
    """Row number and filled cells by column; ``known`` counts the headers among the cells of a row."""
    encoding = _encoding(path, digest)
    csv.field_size_limit(LONGEST_CELL)
    try:
        yield from _rows(path, encoding, known)
    except (csv.Error, UnicodeError, OSError) as error:
        raise InputError(f"{path.name}: cannot be read ({error}). Save it again as CSV UTF-8.") from None


def _rows(path: Path, encoding: str, known: Callable) -> Iterator[tuple[int, dict[int, object]]]:
    with path.open(encoding=encoding, newline="") as file:
        top = list(islice(file, LOOKED_AT))
        mark = _separator(top, known)
        skipped = 1 if top and top[0].casefold().startswith("sep=") else 0
        reader = csv.reader(chain(top[skipped:], file, ["\n", _LAST]), delimiter=mark)
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
                f"{path.name}: the quotation mark opened in line {begins} is never closed, so the rows below it cannot "
                'be told apart. Correct that line (a mark within a text is written twice: "").'
            )


def _separator(top: list[str], known: Callable) -> str:
    """The mark that makes most headers of a row; cells may hold the others."""
    if top and top[0].casefold().startswith("sep=") and len(top[0].strip()) == 5:
        return top[0][4]
    return max(MARKS, key=lambda mark: max(map(known, csv.reader(top, delimiter=mark)), default=0))


def _encoding(path: Path, digest) -> str:
    """The encoding in which every byte of a file makes sense."""
    if path.stat().st_size > MAX_UNPACKED:
        raise InputError(
            f"{path.name}: {path.stat().st_size / MB:,.0f} MB; the limit is {MAX_UNPACKED / MB:,.0f} MB. "
            "Give the clients in several folders."
        )
    digest.update(path.stem.encode("utf-8", "surrogatepass"))
    left = {name: codecs.getincrementaldecoder(name)() for name in ("utf-8-sig", "gb18030")}
    with path.open("rb") as file:
        start = file.read(2)
        if start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            left = {"utf-16": codecs.getincrementaldecoder("utf-16")()}
        file.seek(0)
        while block := file.read(MB):
            digest.update(block)
            left = {name: decoder for name, decoder in left.items() if _decodes(decoder, block)}
    left = {name: decoder for name, decoder in left.items() if _decodes(decoder, b"", True)}
    if not left:
        raise InputError(f"{path.name}: neither UTF-8 nor GBK text. Save it again as CSV UTF-8.")
    return next(iter(left))


def _decodes(decoder, block: bytes, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeError:
        return False
    return True
