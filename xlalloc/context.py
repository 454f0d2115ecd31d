"""Where a formula stands, and the values of parts that a workbook's formulas share."""

from typing import Any

from xlalloc.errors import ErrorValue
from xlalloc.values import FormulaError, Reference, Workbook


class Memo:
    """Values of parts of formulas in a workbook whose cells do not change: equal parts are computed once.

    A range is kept without its workbook, so that the two do not hold each other.
    """

    __slots__ = ("alike", "found", "placed", "running")

    def __init__(self, sheets_alike: bool = False) -> None:
        self.alike = sheets_alike  # does a name mean the same on every sheet?
        self.found: dict[tuple, dict] = {}  # (sheet or None, array) → the part → its value
        self.running = 0  # running formulas met: what is read then is not kept
        self.placed = 0  # times that the formula's own place was asked for: what depends on it is not kept


class Context:
    """Where a formula stands: what ROW() and unqualified references mean."""

    __slots__ = ("array", "book", "column", "common", "kept", "memo", "names", "row", "sheet")

    def __init__(self, book: Workbook | None = None, sheet: str = "", row: int = 1, column: int = 1,
                 array: bool = True, memo: Memo | None = None):  # fmt: skip
        self.book: Any = book
        self.sheet, self.row, self.column = sheet, row, column
        self.array = array  # a formula that may give many cells
        self.memo = memo
        self.names: dict[str, Any] = {}  # of LET, with their values
        # What the memo has for formulas of this sheet and kind, and what for those of every sheet.
        self.kept: Any = None if memo is None else memo.found.setdefault((sheet, array), {})
        self.common: Any = memo.found.setdefault((None, array), {}) if memo and memo.alike else self.kept

    @property
    def whole(self) -> "Context":
        """The same context for what takes whole ranges."""
        found = Context(self.book, self.sheet, self.row, self.column, memo=self.memo)
        found.names = self.names
        return found

    def with_names(self) -> "Context":
        """The same context for what may hold values of its own, so that nothing is kept of it."""
        found = Context(self.book, self.sheet, self.row, self.column, self.array)
        found.names = dict(self.names)
        return found

    def place(self) -> tuple[int, int]:
        """The row and column of the formula itself."""
        if self.memo:
            self.memo.placed += 1
        return self.row, self.column

    def beside(self, reference: Reference):
        """The one cell of a range that stands beside the formula."""
        return reference if reference.is_cell else reference.met_by(*self.place())

    def alone(self, value):
        """A value as an operand: a range is one cell in a formula that gives one."""
        return value if self.array or value.__class__ is not Reference else self.beside(value)

    def on(self, sheet: str | None) -> str | ErrorValue:
        """The sheet of a reference; a formula of a workbook with a memo stands on one."""
        if sheet is None and self.memo is not None:
            return self.sheet
        if self.book is None:
            raise FormulaError("The formula refers to cells; give the workbook that holds them (--book FILE).")
        own = self.sheet if sheet is None else sheet
        return own if self.book.has_sheet(own) else ErrorValue("#REF!", f"there is no sheet {own!r}")

    def cells(self, sheet: str | None, top: int, left: int, bottom: int, right: int) -> Reference | ErrorValue:
        own = self.on(sheet)
        return own if own.__class__ is ErrorValue else Reference(self.book, own, top, left, bottom, right)
