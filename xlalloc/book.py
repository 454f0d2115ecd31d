"""A workbook as formulas see it: its cells and names, each formula computed once, when it is needed."""

import sys
from pathlib import Path
from typing import Any

from xlalloc import cells
from xlalloc.context import Context
from xlalloc.errors import ErrorValue, InputError
from xlalloc.formula import evaluate_value, parse
from xlalloc.values import MAX_COLUMN, MAX_ROW, FormulaError, Reference, UnknownFunctionError, as_rows, scalar

_RUNNING = object()


class Book:
    """Cells of an openpyxl workbook with its formulas, and, where an unknown function stands, the value last saved."""

    def __init__(self, formulas, saved=None):
        self._formulas, self._saved = formulas, saved
        self._sheets: dict[str, Any] = {}
        self._values: dict[tuple, Any] = {}
        self._blocks: dict[tuple, tuple] = {}
        for sheet in formulas.worksheets:
            self.read_sheet(sheet)

    @classmethod
    def load(cls, path: str | Path) -> "Book":
        """Open a workbook file; what cannot be opened is one clear InputError."""
        from xlalloc.workbook_files import load

        return cls(load(path), load(path, data_only=True))

    @property
    def sheets(self) -> list[str]:
        return [sheet.title for sheet in self._formulas.worksheets]

    def read_sheet(self, sheet) -> None:
        """Takes in a sheet, or what it has more than before. Array formulas fill a block: every cell of it belongs to
        the formula in its corner."""
        self._sheets[sheet.title.casefold()] = sheet
        for row in sheet.iter_rows():
            for cell in row:
                ref = getattr(cell.value, "ref", None)
                if ref and cell.data_type == "f":
                    top, left, bottom, right = bounds(ref)
                    for i in range(top, bottom + 1):
                        for j in range(left, right + 1):
                            self._blocks[sheet.title.casefold(), i, j] = (top, left, bottom, right)

    def has_sheet(self, name: str) -> bool:
        return name.casefold() in self._sheets

    def extent(self, name: str) -> tuple[int, int]:
        sheet = self._sheets[name.casefold()]
        return sheet.max_row, sheet.max_column

    def defined(self, name: str, sheet: str) -> str | None:
        """The formula behind a defined name, the sheet's own before the workbook's."""
        scopes = [self._sheets[sheet.casefold()].defined_names] if sheet and self.has_sheet(sheet) else []
        for names in (*scopes, self._formulas.defined_names):
            for key, defined in names.items():
                if key.casefold() == name.casefold():
                    return defined.attr_text
        return None

    @staticmethod
    def place_of(name: str, sheet: str) -> None:
        """Names of a file stand for formulas."""

    @staticmethod
    def call(name: str, arguments: list) -> list[list]:
        """A function of the catalogue on cells."""
        return cells.call(name, arguments)

    def read(self, reference: Reference) -> list[list]:
        """The values of a rectangle of cells."""
        rows, columns = reference.used()
        return [[self.cell(reference.sheet, row, column) for column in columns] for row in rows]

    def formula(self, sheet: str, row: int, column: int) -> str | None:
        """The formula of a cell, where it has one."""
        cell = self._sheets[sheet.casefold()]._cells.get((row, column))
        if cell is None or cell.data_type != "f":
            return None
        return str(getattr(cell.value, "text", cell.value)).removeprefix("=")

    def filled_from(self, anchor: Reference):
        """All cells that the array formula in a cell fills."""
        block = self._blocks.get((anchor.sheet.casefold(), anchor.top, anchor.left))
        if block is None or block[:2] != (anchor.top, anchor.left):
            return ErrorValue("#REF!", "# stands after a cell whose formula fills several")
        return Reference(self, anchor.sheet, *block)

    def cell(self, sheet: str, row: int, column: int):
        """The value of one cell."""
        key = (sheet.casefold(), row, column)
        if key in self._blocks:
            return self._in_block(key)
        value = self._values.get(key, self)
        if value is self:
            value = self._value(key)
        if value is _RUNNING:
            return ErrorValue("#REF!", f"{sheet}: the formula in row {row}, column {column} refers to itself")
        return value

    def _value(self, key: tuple):
        sheet = self._sheets[key[0]]
        if key[1] > MAX_ROW or key[2] > MAX_COLUMN:
            return None
        cell = sheet._cells.get((key[1], key[2]))
        if cell is None:
            return None
        if cell.data_type == "e":
            return ErrorValue(cell.value)
        if cell.data_type != "f":
            return cell.value
        self._values[key] = _RUNNING
        value = scalar(self._compute(key, str(cell.value), array=False))
        self._values[key] = value
        return value

    def _compute(self, key: tuple, text: str, array: bool):
        sheet = self._sheets[key[0]]
        try:
            return evaluate_value(text, Context(self, sheet.title, key[1], key[2], array))
        except (UnknownFunctionError, FormulaError) as reason:
            saved = self._saved[sheet.title].cell(key[1], key[2]).value if self._saved else None
            return ErrorValue("#NAME?", f"{sheet.title}: {reason}") if saved is None else saved

    def _in_block(self, key: tuple):
        top, left, bottom, right = self._blocks[key]
        corner = (key[0], top, left)
        if corner not in self._values:
            self._values[corner] = _RUNNING
            text = self._sheets[key[0]].cell(top, left).value.text
            self._values[corner] = as_rows(self._compute(corner, text, array=True))
        rows = self._values[corner]
        if rows is _RUNNING:
            return ErrorValue("#REF!", "an array formula refers to itself")
        i, j = key[1] - top, key[2] - left
        i, j = (0 if len(rows) == 1 else i), (0 if len(rows[0]) == 1 else j)
        if i >= len(rows) or j >= len(rows[0]):
            return ErrorValue("#N/A", "the array formula has more cells than its result")
        return rows[i][j]


def bounds(ref: str) -> tuple[int, int, int, int]:
    first, _, last = ref.partition(":")
    ends = [parse(part) for part in (first, last or first)]
    return ends[0][2], ends[0][3], ends[1][2], ends[1][3]


def context(book: Book, sheet: str | None) -> Context:
    """Where an outside formula stands: on the sheet named, else on the first."""
    if sheet is None:
        return Context(book, book.sheets[0])
    if not book.has_sheet(sheet):
        raise InputError(f"There is no sheet {sheet!r}; the workbook has {', '.join(book.sheets)}.")
    return Context(book, sheet)


# A column of formulas, each on the one above, nests deeply.
sys.setrecursionlimit(max(sys.getrecursionlimit(), 100_000))
