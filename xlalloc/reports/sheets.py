"""A workbook's cells, sheet by sheet, a row at a time: nothing is kept, nothing but cells is looked at.

openpyxl needs about ten times as long, and makes cells of the empty ones a hostile file claims to have. Formulas are
not computed: the value saved beside them counts. Parts that declare a document type (entities) are refused.
"""

import datetime as dt
import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from xlalloc.dates import EPOCH
from xlalloc.errors import ErrorValue, InputError
from xlalloc.workbook_files import check, unreadable

MOST_TEXT = 32_767  # characters of a cell, Excel's own limit; one more is kept to tell
LAST_COLUMN, LAST_ROW = 16_384, 1_048_576
LAST_DAY = 2_958_465  # 9999-12-31
BLOCK = 1 << 16
EPOCH_1904 = dt.date(1904, 1, 1)
_BUILTIN_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])
_QUOTED = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')  # texts, and letters that are a space of their width or fill a cell
_VALUE = {"v", "t", "f"}
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")  # how a workbook writes a character that XML cannot hold
_IGNORED = {"vbaProject": "macros", "externalLink": "links", "connections": "connections"}


class Formula(str):
    """A formula without a saved value."""


class Workbook:
    """An open workbook; ``sheets`` are the titles of its worksheets and the parts that hold them."""

    def __init__(self, path: Path):
        self.path = path
        self.parts = check(path)
        self._archive = zipfile.ZipFile(path)
        self._shared: list[str] | None = None
        self._styles: list | None = None
        self._days: dict[int, dt.date] = {}
        self._epoch = EPOCH
        self.sheets: dict[str, str] = {}
        self.hidden: set[str] = set()  # titles of sheets that nobody sees
        self.hidden_rows: dict[str, list[int]] = defaultdict(list)  # by title, once its rows were read
        self.ignored: list[str] = []  # macros, links, connections: in the file, and left alone
        self._guarded(self._find_sheets)

    def rows(self, title: str) -> Iterator[tuple[int, dict[int, object]]]:
        """The rows that hold something: number, and the filled cells by column, both counted as in the sheet."""
        try:
            self.hidden_rows[title] = []
            yield from self._rows(self.sheets[title], self.hidden_rows[title])
        except InputError:
            raise
        except Exception as error:
            raise unreadable(self.path, error) from None

    def _guarded(self, action: Callable):
        try:
            return action()
        except InputError:
            raise
        except Exception as error:
            raise unreadable(self.path, error) from None

    # Parts -----------------------------------------------------------------------------------------------------------

    def _parser(self, part: str):
        parser = expat.ParserCreate()
        parser.buffer_text = True

        def refuse(*_):
            raise InputError(
                f"{self.path.name}: cannot be read safely: {part} declares a document type, as no real workbook does. "
                "Copy the cells into a new workbook and save that."
            )

        parser.StartDoctypeDeclHandler = refuse
        return parser

    def _blocks(self, part: str, parser) -> Iterator[None]:
        """Parses a part block by block."""
        with self._archive.open(part) as file:
            while block := file.read(BLOCK):
                parser.Parse(block, False)
                yield
        parser.Parse(b"", True)
        yield

    def _elements(self, part: str) -> Iterator[tuple[str, dict]]:
        """The elements of a small part, with their attributes by names without prefix."""
        found: list[tuple[str, dict]] = []
        parser = self._parser(part)
        parser.StartElementHandler = lambda tag, a: found.append((_local(tag), {_local(k): v for k, v in a.items()}))
        for _ in self._blocks(part, parser):
            yield from found
            found.clear()

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """Relationships of a part: id → (kind, part); what lies outside the file is left out."""
        folder, name = posixpath.split(part)
        rels = posixpath.join(folder, "_rels", name + ".rels")
        found = {}
        for tag, a in self._elements(rels) if rels in self.parts else ():
            if tag == "Relationship" and a.get("TargetMode") != "External":
                target = posixpath.normpath(posixpath.join("/" + folder, a["Target"])).lstrip("/")
                found[a["Id"]] = (a["Type"].rpartition("/")[2], target)
        return found

    def _find_sheets(self) -> None:
        book = next((target for kind, target in self._targets("").values() if kind == "officeDocument"), "")
        if book not in self.parts:
            raise InputError(f"{self.path.name}: a zip file, not an Excel workbook. Save the clients as .xlsx.")
        targets = self._targets(book)
        for tag, a in self._elements(book):
            if tag == "workbookPr" and a.get("date1904") in ("1", "true"):
                self._epoch = EPOCH_1904
            elif tag == "sheet" and targets.get(a.get("id", ""), ("", ""))[0] == "worksheet":
                self.sheets.setdefault(a["name"], targets[a["id"]][1])
                self.hidden |= {a["name"]} if a.get("state", "visible") != "visible" else set()
        self.ignored = [word for kind, word in _IGNORED.items() if self._holds(kind, targets)]
        of_kind = {kind: target for kind, target in targets.values() if target in self.parts}
        self._strings_part, self._styles_part = of_kind.get("sharedStrings"), of_kind.get("styles")

    def _holds(self, kind: str, targets: dict) -> bool:
        """Is there a part of this kind, by its relationship or by its customary name?"""
        return any(kind == known for known, _ in targets.values()) or any(f"/{kind}" in part for part in self.parts)

    # Texts and styles ------------------------------------------------------------------------------------------------

    def _strings(self) -> list[str]:
        """The shared strings, without their reading aids."""
        found: list[str] = []
        if self._strings_part is None:
            return found
        pieces: list[str] = []
        size, inside, aid = 0, False, 0

        def start(tag, _):
            nonlocal size, inside, aid
            tag = _local(tag)
            if tag == "si":
                pieces.clear()
                size = 0
            elif tag == "rPh":
                aid += 1
            inside = tag == "t" and not aid

        def end(tag):
            nonlocal inside, aid
            tag = _local(tag)
            inside = False
            if tag == "si":
                found.append(_text(pieces))
            elif tag == "rPh":
                aid -= 1

        def text(data):
            nonlocal size
            if inside and size <= MOST_TEXT:
                pieces.append(data)
                size += len(data)

        parser = self._parser(self._strings_part)
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        for _ in self._blocks(self._strings_part, parser):
            pass
        return found

    def _formats(self) -> list:
        """What each cell style makes of a number: "date", the digits of a code such as 000000, or None."""
        codes: dict[int, object] = dict.fromkeys(_BUILTIN_DATES, "date")
        found, within = [], ""
        for tag, a in self._elements(self._styles_part) if self._styles_part else ():
            if tag in ("cellXfs", "cellStyleXfs", "dxfs"):
                within = tag
            elif tag == "numFmt" and not within:
                codes[int(a["numFmtId"])] = _meaning(a.get("formatCode", ""))
            elif tag == "xf" and within == "cellXfs":
                found.append(codes.get(int(a.get("numFmtId", 0))))
        return found

    # Cells -----------------------------------------------------------------------------------------------------------

    def _rows(self, part: str, hidden: list[int]) -> Iterator[tuple[int, dict[int, object]]]:
        done: list[tuple[int, dict]] = []
        parser = self._parser(part)
        _Cells(self, done, hidden).listen(parser)
        for _ in self._blocks(part, parser):
            yield from done
            done.clear()

    def shared(self, index: int) -> str:
        if self._shared is None:
            self._shared = self._strings()
        return self._shared[index]

    def number(self, value: float, style: int):
        """A number as its style shows it: a date, a code with its zeros, or itself."""
        if self._styles is None:
            self._styles = self._formats()
        meaning = self._styles[style] if style < len(self._styles) else None
        if meaning is None or value != value:
            return value
        if meaning == "date":
            return self._day(int(value)) if 1 <= value <= LAST_DAY else value
        return f"{int(value):0{meaning}d}" if 0 <= value < 1e15 and value == int(value) else value

    def _day(self, serial: int):
        if serial not in self._days:
            try:
                self._days[serial] = self._epoch + dt.timedelta(days=serial)
            except OverflowError:
                return float(serial)
        return self._days[serial]


class _Cells:
    """Hears a sheet's XML and collects its rows."""

    def __init__(self, book: Workbook, done: list, hidden: list[int]):
        self._book, self._done, self._hidden = book, done, hidden

    def listen(self, parser) -> None:
        """Closures over a few variables: this runs once a cell."""
        book, done, hidden = self._book, self._done, self._hidden
        columns: dict[str, int] = {}
        local = {name: name for name in ("row", "c", "v", "t", "f", "is", "rPh")}
        row: dict[int, object] = {}
        pieces: list[str] = []
        style: str | None = None
        number, column, kind, size, formula, into, aid = 0, 0, "n", 0, "", "", 0

        def start(tag, a):
            nonlocal row, number, column, kind, style, size, formula, into, aid
            name = local.get(tag) or local.setdefault(tag, _local(tag))
            if name == "c":
                column = _column(a["r"], columns) if "r" in a else column + 1
                kind, style, size, formula = a.get("t", "n"), a.get("s"), 0, ""
                pieces.clear()
            elif name == "row":
                number, column, row = int(a["r"]) if "r" in a else number + 1, 0, {}
                if not 0 < number <= LAST_ROW:
                    raise ValueError(number)
                if a.get("hidden") in ("1", "true"):
                    hidden.append(number)
            elif name == "rPh":
                aid += 1
            elif name in _VALUE and not aid:
                into = name
                formula = "=" if name == "f" else formula

        def end(tag):
            nonlocal into, aid
            name = local[tag]
            if name in _VALUE:
                into = ""
            elif name == "c":
                if pieces:
                    row[column] = _value(book, kind, style, "".join(pieces))
                elif formula and kind != "str":
                    row[column] = Formula(formula)
            elif name == "row":
                if row:
                    done.append((number, row))
            elif name == "rPh":
                aid -= 1

        def text(data):
            nonlocal size, formula
            if into == "f":
                formula = (formula + data)[:60]
            elif into and size <= MOST_TEXT:
                pieces.append(data)
                size += len(data)

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text


def _value(book: Workbook, kind: str, style: str | None, text: str):
    if kind == "n":
        value = float(text)
        return value if style is None or style == "0" else book.number(value, int(style))
    if kind == "s":
        return book.shared(int(text))
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "e":
        return ErrorValue(text[:20], "the cell holds an error")
    return _text([text])


def _text(pieces: list[str]) -> str:
    text = "".join(pieces)[: MOST_TEXT + 1]
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _column(reference: str, known: dict[str, int]) -> int:
    """12 of L7."""
    letters = reference.rstrip("0123456789")
    if letters not in known:
        found = 0
        for letter in letters[:4].upper():
            if not "A" <= letter <= "Z":
                raise ValueError(reference)
            found = 26 * found + ord(letter) - 64
        if not 1 <= found <= LAST_COLUMN:
            raise ValueError(reference)
        known[letters] = found
    return known[letters]


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


def _meaning(code: str):
    """Of a number format: "date", the count of digits of 000000, or None."""
    first = _QUOTED.sub("", code.split(";")[0])
    if re.search(r"[ymdhs年月日]", first, re.IGNORECASE) and "general" not in first.lower():
        return "date"
    return len(first) if re.fullmatch("0{2,}", first) else None
