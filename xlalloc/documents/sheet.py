"""A worksheet of a template, read once: its cells, and its rows as they are written again."""

import datetime as dt
import re
from dataclasses import dataclass, field
from html import unescape

from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter

from xlalloc.dates import to_serial
from xlalloc.documents import xml
from xlalloc.errors import ErrorValue
from xlalloc.formula import Node
from xlalloc.values import MAX_COLUMN, MAX_ROW

_BODY = re.compile(r"<sheetData\s*(?:/>|>(.*?)</sheetData>)", re.DOTALL)
_ROW = re.compile(r"<row\b([^>]*?)(?:/>|>(.*?)</row>)", re.DOTALL)
_CELL = re.compile(r"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_FORMULA = re.compile(r"<f\b([^>]*?)(?:/>|>(.*?)</f>)", re.DOTALL)
_VALUE = re.compile(r"<v\b[^>]*>(.*?)</v>", re.DOTALL)
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")
_ADD_IN = re.compile(r"\[\d+\]!(?=[\w.]+\()|'[^'\[\]]*\[\d+\][^']*'!(?=[\w.]+\()")
_HIDDEN = re.compile(r'\bhidden="(?:1|true)"')  # true: LibreOffice
LETTERS = ["", *(get_column_letter(k) for k in range(1, 703))]


def letters(column: int) -> str:
    return LETTERS[column] if column < len(LETTERS) else get_column_letter(column)


def number(column: str) -> int:
    found = 0
    for char in column:
        found = found * 26 + ord(char) - 64
    return found


def box(reference: str) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of A1 or A1:B2."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        raise UnreadableSheetError(f"{reference!r} is not a cell or a range of cells")
    left, top, right, bottom = found.groups()
    return int(top), number(left), int(bottom or top), number(right or left)


def address(top: int, left: int, bottom: int | None = None, right: int | None = None, fixed: str = "") -> str:
    """A1 or A1:B2; ``fixed`` is "$" for $A$1."""
    first = f"{fixed}{letters(left)}{fixed}{top}"
    if (bottom or top, right or left) == (top, left):
        return first
    return f"{first}:{fixed}{letters(right or left)}{fixed}{bottom or top}"


class UnreadableSheetError(ValueError):
    """A sheet in words that are not worked on."""


@dataclass(slots=True, eq=False)
class Cell:
    """A cell as the template holds it."""

    row: int
    column: int
    start: str  # <c r="A1" s="3"
    value: object = None
    formula: str | None = None  # as it is evaluated
    written: str = ""  # as it stands in the file
    area: tuple[int, ...] = ()  # of an array formula, as saved
    spills: bool = False  # a dynamic one, whose area follows its result
    mark: str = ""  # ' cm="1"' of a dynamic one
    shared: int | None = None  # its place among the shared strings
    xml: str = ""
    tree: Node | None = None  # its formula, once it is computed
    at: tuple[int, int] = field(init=False)

    def __post_init__(self):
        self.at = self.row, self.column


@dataclass(eq=False)
class Sheet:
    """A worksheet: cells by place, rows by number, and the XML around them."""

    title: str
    part: str
    state: str
    head: str = ""
    tail: str = ""
    rows: dict[int, str] = field(default_factory=dict)  # attributes
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    filled: set[tuple[int, int]] = field(default_factory=set)  # by array formulas, beside their own cells, as saved
    blocked: dict[tuple[int, int], str] = field(default_factory=dict)  # where nothing may spill, and why
    typed: dict[tuple[int, int], object] = field(default_factory=dict)  # values where no array fills
    wrong: dict[tuple[int, int], object] = field(default_factory=dict)  # of them the error values
    taken: set[tuple[int, int]] = field(default_factory=set)  # by formulas and values of the template
    anchors: list[Cell] = field(default_factory=list)
    formulas: list[Cell] = field(default_factory=list)
    fixed: dict[int, dict[int, str]] = field(default_factory=dict)  # row → column → the cell as no client changes it
    hidden: frozenset[int] = frozenset()  # rows
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)

    def __post_init__(self):
        self.key = self.title.casefold()

    def read(self, text: str, strings: list[str]) -> None:
        """Takes the sheet's XML apart."""
        body = _BODY.search(text)
        root = re.search(r"<(?!\?)[\w:]+", text)
        if body is None or root is None or root[0] != "<worksheet" or "<!" in text or re.search(r"<\w[^<>\"]*='", text):
            raise UnreadableSheetError
        self.head, self.tail = text[: body.start()] + "<sheetData>", "</sheetData>" + text[body.end() :]
        shared: dict[str, tuple[str, str]] = {}
        for tag, content in _ROW.findall(body[1] or ""):
            a = xml.attributes(tag)
            row = int(a["r"])
            self.rows[row] = re.sub(r'\s(?:r|spans)="[^"]*"', "", tag).rstrip()
            for match in _CELL.finditer(content or ""):
                cell = self._cell(match, row, strings, shared)
                self.cells[cell.at] = cell
        self.merged = [box(xml.attributes(tag)["ref"]) for tag in re.findall(r"<mergeCell\b[^>]*>", self.tail)]
        self.hidden = frozenset(row for row, tag in self.rows.items() if _HIDDEN.search(tag))
        self.formulas = [cell for cell in self.cells.values() if cell.formula is not None]
        self.anchors = [cell for cell in self.formulas if cell.area]
        for cell in self.anchors:
            top, left, bottom, right = cell.area
            self.filled |= {(i, j) for i in range(top, bottom + 1) for j in range(left, right + 1)}
        self.filled -= {cell.at for cell in self.anchors}
        for at, cell in self.cells.items():
            self.fixed.setdefault(cell.row, {})[cell.column] = f"{cell.start}/>" if at in self.filled else cell.xml
        self.taken = {at for at, cell in self.cells.items() if cell.formula is not None}
        self.taken |= {at for at, cell in self.cells.items() if cell.value is not None} - self.filled
        self.typed = {at: cell.value for at, cell in self.cells.items() if at not in self.filled}
        self.wrong = {at: value for at, value in self.typed.items() if value.__class__ is ErrorValue}

    def _cell(self, match: re.Match, row: int, strings: list[str], shared: dict) -> Cell:
        a, inner = xml.attributes(match[1]), match[2] or ""
        column = number(a["r"].rstrip("0123456789"))
        if not (0 < row <= MAX_ROW and 0 < column <= MAX_COLUMN):
            raise UnreadableSheetError
        kind, style = a.get("t", "n"), a.get("s")
        cell = Cell(row, column, f'<c r="{a["r"]}"' + (f' s="{style}"' if style else ""), xml=match[0])
        found = _VALUE.search(inner)
        if kind == "inlineStr":
            cell.value = xml.text_of(inner)
        elif found and (found[1].strip() or kind == "str"):  # <v></v> is blank
            if kind == "s":
                cell.shared = int(found[1])
            cell.value = _value(kind, found[1], strings)
        if formula := _FORMULA.search(inner):
            self._formula(cell, formula, a, shared)
        elif "vm" in a:
            raise UnreadableSheetError(f"{a['r']} holds a picture or a data type of Excel's; put it over the cells")
        return cell

    @staticmethod
    def _formula(cell: Cell, match: re.Match, a: dict, shared: dict) -> None:
        own, text = xml.attributes(match[1]), unescape(match[2] or "")
        if own.get("t") == "dataTable":
            raise UnreadableSheetError(f"{a['r']} belongs to a data table (what-if); give formulas in its place")
        cell.written = _ADD_IN.sub("", match[0])
        text = _ADD_IN.sub("", text)  # a function of an add-in, as Excel saves it: [1]!NAME(
        if own.get("t") == "shared":
            if text:
                shared[own["si"]] = text, a["r"]
            else:
                text, origin = shared[own["si"]]
                text = Translator("=" + text, origin).translate_formula(a["r"])[1:]
        if own.get("t") == "array":
            cell.area = box(own["ref"])
            cell.spills, cell.mark = "cm" in a, f' cm="{a["cm"]}"' if "cm" in a else ""
            if cell.spills:
                cell.written = re.sub(r'\bref="[^"]*"', 'ref="\0"', cell.written)
        cell.formula = text


def _value(kind: str, text: str, strings: list[str]):
    if kind == "s":
        return strings[int(text)]
    if kind == "b":
        return text.strip() in ("1", "true")
    if kind == "e":
        return ErrorValue(text, "the template holds it")
    if kind == "d":
        return float(to_serial(dt.date.fromisoformat(text.strip()[:10])))
    return float(text) if kind == "n" else xml.unescaped(text)
