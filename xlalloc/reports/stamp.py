"""A client's pages → the bytes of a workbook: openpyxl's own words with the client's numbers between them."""

import datetime as dt
import io
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from math import isfinite
from urllib.parse import quote

from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel

from xlalloc.documents import built
from xlalloc.errors import ErrorValue
from xlalloc.reports.look import HEADER, MARK, Look, Styles, look_of
from xlalloc.reports.surface import Cell, Pattern, Surface
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.layout import Document

LEVEL = 2  # of compression
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ROW = "\x01"  # stands for the number of a row
LETTERS = ["", *(get_column_letter(k) for k in range(1, 60))]
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_number = float.__repr__  # of a numpy number too
_date = lru_cache(maxsize=4096)(lambda date: _number(float(to_excel(date))).removesuffix(".0"))


class Stamped(Document):
    """A workbook that is stamped: its sheets are surfaces."""

    def __post_init__(self):
        self.look: Look = look_of(self.lang)
        self.footer = ""  # the firm's own line at the foot of each page
        self.surfaces: list[Surface] = []

    def surface(self, key: str, landscape: bool) -> Surface:
        self.surfaces.append(Surface(self.look, key, self.say(f"{key}.tab"), landscape))
        return self.surfaces[-1]


def stamped(lang: str) -> Stamped:
    return Stamped(lang, TEXTS, book=None)


def workbook(document: Stamped, title: str, date: dt.date, stamp: str = "") -> bytes:
    """The whole file. ``stamp`` stands in its properties."""
    file = io.BytesIO()
    write(document, file, title, date, stamp)
    return file.getvalue()


def write(document: Stamped, file, title: str, date: dt.date, stamp: str = "") -> None:
    """The same to an open file, rows that a page streams as they come."""
    look, surfaces = document.look, document.surfaces
    shape = tuple(
        (s.key, s.landscape, s.freeze, s.widths, s.print_title_rows, tuple(place[:2] for *_, place in s.pictures))
        for s in surfaces
    )
    formats = tuple(dict.fromkeys(dxf for s in surfaces for rule, *_ in s.rules if (dxf := look.rule(*rule)[1])))
    styles = look.stylesheet(frozenset().union(*(s.styles() for s in surfaces)), formats)
    fixed, heads = _fixed(look, shape, title, date, any(s.live for s in surfaces))
    archive = Archive(file, *fixed)
    archive.add("docProps/custom.xml", *_packed(heads["custom"].replace("KEY", clean(stamp)).encode()))
    if not styles.packed:
        styles.packed = _packed(styles.part)
    archive.add("xl/styles.xml", *styles.packed)
    chart = 0
    for k, surface in enumerate(surfaces, 1):
        head, tail = heads[k]
        tail = tail.replace(HEADER, clean(document.header.replace("&", "&&")))
        if document.footer:
            tail = tail.replace(clean(document.say("footer")), clean(document.footer.replace("&", "&&")))
        name, pieces = f"xl/worksheets/sheet{k}.xml", _sheet(surface, styles, formats, head, tail)
        if surface.rest:
            archive.stream(name, pieces)
        else:
            archive.add(name, *_packed("".join(pieces).encode()))
        if surface.links:
            archive.stream(f"xl/worksheets/_rels/sheet{k}.xml.rels", _links(surface))
        for words, numbers, _ in surface.pictures:
            chart += 1
            archive.add(f"xl/charts/chart{chart}.xml", *_chart(words, numbers))
        if surface.pictures:
            name, pieces = heads["drawings", k]
            archive.add(name, *_drawing(pieces, tuple(place[2:] for *_, place in surface.pictures)))
    archive.close()


# Parts that do not change --------------------------------------------------------------------------------------------

_FIXED: dict = {}


def _fixed(look: Look, shape: tuple, title: str, date: dt.date, live: bool) -> tuple[tuple, dict]:
    """The beginning of an archive, common to all files of a shape, and the beginnings and ends of its sheets."""
    key = (look.lang, shape, title, date, live)
    if key not in _FIXED:
        if len(_FIXED) > 512:
            _FIXED.clear()
        parts = dict(look.skeleton(shape, title, date))
        heads = {"custom": parts.pop("docProps/custom.xml").decode()}
        parts.pop("xl/styles.xml")
        drawing = 0
        for k, (*_, pictures) in enumerate(shape, 1):
            xml = parts.pop(f"xl/worksheets/sheet{k}.xml").decode()
            start, end = re.search(r"<sheetData ?/>|<sheetData></sheetData>", xml).span()
            heads[k] = re.sub(r"<dimension[^>]*/>", "", xml[:start]), xml[end:]
            if pictures:
                drawing += 1
                name = f"xl/drawings/drawing{drawing}.xml"
                heads["drawings", k] = name, tuple(re.split(r"(?<=>)(7\d{5})(?=<)", parts.pop(name).decode()))
        first = "[Content_Types].xml"
        parts = {
            name: parts[name] for name in [first, *sorted(set(parts) - {first})] if not name.startswith("xl/charts/")
        }
        if live:
            built.complete(parts)
        archive = Archive(io.BytesIO())
        for name, data in parts.items():
            archive.add(name, *_packed(data, 9))
        _FIXED[key] = archive.so_far(), heads
    return _FIXED[key]


# Parts of one client -------------------------------------------------------------------------------------------------


def _sheet(surface: Surface, styles: Styles, formats: tuple, head: str, tail: str) -> Iterator[str]:
    yield head + "<sheetData>"
    heights, rows, runs = surface.row_dimensions, surface.rows, surface.runs
    names = styles.names
    for row in sorted({*rows, *heights, *runs}):
        height = heights[row].height if row in heights else None
        if row in runs:
            yield _row(row, height, *runs[row], styles)
        else:
            cells = rows[row]
            words = [_cell(cells[k], f"{LETTERS[k]}{row}", names[cells[k]._style]) for k in sorted(cells)]
            yield _opened(row, height) + "".join(words) + "</row>"
    if surface.rest:
        for row, height, pattern, values in surface.rest():
            yield _row(row, height, pattern, values, styles)
    yield "</sheetData>"
    if surface.filter:
        yield f'<autoFilter ref="{surface.filter}"/>'
    if surface.merges:
        merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in surface.merges)
        yield f'<mergeCells count="{len(surface.merges)}">{merges}</mergeCells>'
    for rank, (rule, cells, formula) in enumerate(surface.rules, 1):
        words, used = surface.look.rule(*rule)
        values = {"XFD700000": cells, "700001": formats.index(used) if used else 0, "700002": rank,
                  "FORMULA": clean(formula)}  # fmt: skip
        yield from (str(values.get(word, word)) for word in words)
    if surface.links:
        yield f'<hyperlinks xmlns:r="{RELATIONS}">'
        yield from (f'<hyperlink ref="{at}" r:id="link{k}"/>' for k, (at, _) in enumerate(surface.links()))
        yield "</hyperlinks>"
    yield _with_breaks(tail, surface.row_breaks)


def _links(surface: Surface) -> Iterator[str]:
    yield '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    kind = f"{RELATIONS}/hyperlink"
    for k, (_, file) in enumerate(surface.links()):
        yield f'<Relationship Id="link{k}" Type="{kind}" Target="{clean(quote(file))}" TargetMode="External"/>'
    yield "</Relationships>"


def _opened(row: int, height: float | None) -> str:
    return f'<row r="{row}">' if height is None else f'<row r="{row}" ht="{height:g}" customHeight="1">'


def _row(row: int, height: float | None, pattern: Pattern, values: tuple, styles: Styles) -> str:
    key = pattern if pattern.kinds else (pattern, row, height)
    words = styles.patterns.get(key)
    if words is None:
        words = _written(pattern, styles.names)
        if not pattern.kinds:  # the same on this row of any page
            words = _placed(words, row, height) % ()
        styles.patterns[key] = words
    if not pattern.kinds:
        return words
    if pattern.worded:
        values = list(values)
        for k, kind in pattern.worded:
            values[k] = _WRITE[kind](values[k])
    return _placed(words, row, height) % tuple(values)


def _placed(words: str, row: int, height: float | None) -> str:
    if height is not None:
        words = words.replace(">", f' ht="{height:g}" customHeight="1">', 1)
    return words.replace(ROW, str(row))


def _written(pattern: Pattern, names: dict[int, str]) -> str:
    """A row as a text with a mark for its number and %s, or %r of a number, for each of its values."""
    out = [f'<row r="{ROW}">']
    for column, style, kind, value in pattern.cells:
        at, name = f"{LETTERS[column]}{ROW}", names[style]
        if not kind:
            out.append(_cell(Cell(None, value), at, name).replace("%", "%%"))
        elif kind == "e":
            out.append(f'<c r="{at}"{name} t="e"><v>%s</v></c>')
        elif kind in "sq":
            out.append(f'<c r="{at}"{name} t="inlineStr"><is>%s</is></c>')
        else:
            out.append(f'<c r="{at}"{name}><v>{"%r" if kind == "n" else "%s"}</v></c>')
    return "".join([*out, "</row>"])


def _with_breaks(tail: str, breaks: list) -> str:
    if not breaks:
        return tail
    words = "".join(f'<brk id="{b.id}" min="0" max="16383" man="1"/>' for b in breaks)
    words = f'<rowBreaks count="{len(breaks)}" manualBreakCount="{len(breaks)}">{words}</rowBreaks>'
    return tail.replace("</headerFooter>", "</headerFooter>" + words)


def _cell(cell, at: str, style: str) -> str:
    value = cell.value
    if cell.formula:
        return _live(cell, at, style)
    if value is None:
        return f'<c r="{at}"{style}/>' if style else ""
    if not isinstance(value, str):
        return f'<c r="{at}"{style}><v>{_plain(value)}</v></c>'
    if cell.data_type == "e":
        return f'<c r="{at}"{style} t="e"><v>{value}</v></c>'
    return f'<c r="{at}"{style} t="inlineStr"><is>{_text(value)}</is></c>'


def _plain(value) -> str:
    if isinstance(value, float):
        return _finite(value)
    return _date(value) if isinstance(value, dt.date) else str(int(value))


def _finite(value: float) -> str:
    if isfinite(value):
        return _number(value)
    raise ValueError(f"{value} is no number of a worksheet")


def _live(cell, at: str, style: str) -> str:
    """An array formula with its value beside it; the cells it fills have their values."""
    value, (ref, formula) = cell.value, cell.formula
    inner = f'<f t="array" ref="{ref}">{clean(formula)}</f>' if formula else ""
    mark = ' cm="1"' if formula else ""
    if isinstance(value, str):
        kind = "e" if isinstance(value, ErrorValue) or cell.data_type == "e" else "str"
        return f'<c r="{at}"{style} t="{kind}"{mark}>{inner}<v>{clean(value)}</v></c>'
    return f'<c r="{at}"{style}{mark}>{inner}<v>{_plain(value)}</v></c>'


def clean(text: str) -> str:
    """Text as XML carries it; what XML forbids is left out."""
    if not _SPECIAL.search(text):
        return text
    text = _FORBIDDEN.sub("", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def _text(value: str) -> str:
    """A text whose spaces stay: those at its ends only where it is said."""
    return f"<t>{clean(value)}</t>" if value == value.strip() else f'<t xml:space="preserve">{clean(value)}</t>'


_WRITE = {"d": _date, "s": _text, "q": _text, "e": str}


@lru_cache(maxsize=1024)
def _chart(words: tuple, numbers: tuple) -> tuple:
    """A chart with the client's rows; many clients have the same."""
    found = [word if word.__class__ is str else f"{numbers[word[0]] + word[1]}" for word in words]
    return _packed("".join(found).encode())


@lru_cache(maxsize=1024)
def _drawing(pieces: tuple, rows: tuple) -> tuple:
    """Where charts stand: from the first to the last row of each."""
    found = list(pieces)
    for at in range(1, len(pieces), 2):
        k, end = divmod(int(pieces[at]) - MARK, 10)
        found[at] = str(rows[k][end > 0])
    return _packed("".join(found).encode())


# The zip -------------------------------------------------------------------------------------------------------------


def _packed(data: bytes, level: int = LEVEL) -> tuple[int, int, bytes]:
    """Checksum, size, deflated."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    return zlib.crc32(data), len(data), deflate.compress(data) + deflate.flush()


class Archive:
    """A zip put together from parts already compressed, on a file; it carries no clock (1980-01-01)."""

    def __init__(self, file, start: bytes = b"", directory: tuple = ()):
        self._file, self._directory = file, list(directory)
        file.write(start)

    def so_far(self) -> tuple[bytes, tuple]:
        """What another archive may start with."""
        return self._file.getvalue(), tuple(self._directory)

    def add(self, name: str, checksum: int, size: int, packed: bytes) -> None:
        at = self._file.tell()
        self._file.write(b"PK\x03\x04" + self._entry(name, checksum, size, len(packed), at))
        self._file.write(packed)

    def _entry(self, name: str, checksum: int, size: int, packed: int, at: int) -> bytes:
        common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 0x21, checksum, packed, size, len(name), 0)
        more = struct.pack("<HHHII", 0, 0, 0, 0o600 << 16, at)
        self._directory.append(b"PK\x01\x02\x14\x03" + common + more + name.encode())
        return common + name.encode()

    def stream(self, name: str, pieces: Iterable[str]) -> None:
        """A part whose size is known once it is written; its entry is put right then."""
        file, start = self._file, self._file.tell()
        file.write(bytes(30 + len(name)))
        deflate, checksum, size, packed = zlib.compressobj(LEVEL, zlib.DEFLATED, -15), 0, 0, 0
        for piece in pieces:
            data = piece.encode()
            checksum, size = zlib.crc32(data, checksum), size + len(data)
            packed += file.write(deflate.compress(data))
        packed += file.write(deflate.flush())
        end = file.tell()
        file.seek(start)
        file.write(b"PK\x03\x04" + self._entry(name, checksum, size, packed, start))
        file.seek(end)

    def close(self) -> None:
        at, directory = self._file.tell(), b"".join(self._directory)
        count = len(self._directory)
        self._file.write(
            directory + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, count, count, len(directory), at, 0)
        )
