"""A template filled for a client: her data in its places, every formula computed, what it is then written from.

Formulas are computed when they are needed, each once; a dynamic array fills the cells its result takes. A result for
which there is no room is no document: the client does not fit the template.
"""

import marshal
import pickle

from xlalloc import cells as catalogue
from xlalloc.context import Context, Memo
from xlalloc.documents.data import LEFT, area_of, arranged, cells_of, rows_of
from xlalloc.documents.sheet import Cell, Sheet, address
from xlalloc.documents.template import DATA, Template, nodes
from xlalloc.errors import ErrorValue, InputError
from xlalloc.formula import evaluate_value, parse
from xlalloc.values import MAX_COLUMN, MAX_ROW, FormulaError, Reference, as_rows, scalar

LONG = 500  # bytes of an argument
KEPT = 4_000  # calls remembered; then all are forgotten
_RUNNING, _NOTHING = object(), object()
_answers: dict[tuple, list[list]] = {}


class FitError(InputError):
    """The client's data do not fit the template."""


class Filled:
    """The template with one client's data, as formulas see a workbook.

    Array formulas over fixed cells leave blank those beyond the end of a list, as dynamic ones do: a report is not to
    show what Excel puts there, #N/A or the only item again and again. In a ``live`` document, which Excel computes
    again, it is what Excel puts there.
    """

    def __init__(self, template: Template, data: dict, live: bool = False):
        self.template = template
        self._single = frozenset() if live else frozenset(name for name, value in data.items() if _is_single(value))
        self._beyond = _BEYOND if live else ""
        self._missing = frozenset() if live else frozenset(name for name, value in data.items() if value is None)
        lacking = sorted(set(template.vocabulary) - set(data))
        if lacking:
            raise ValueError(f"no value is given for {lacking[0]}")
        self.values: dict[str, dict] = {sheet.key: {} for sheet in template.sheets}
        self.given: dict[str, dict] = {sheet.key: {} for sheet in template.sheets}  # data
        self.spilled: dict[str, dict] = {
            sheet.key: {} for sheet in template.sheets
        }  # by arrays, beside their own cells
        self.areas: dict[tuple[str, int, int], tuple] = {}  # of dynamic arrays, as filled
        self._waiting = {sheet.key: {cell.at: cell for cell in sheet.anchors} for sheet in template.sheets}
        free = [name for name in data if name not in template.inputs and name not in template.own]
        self.given[DATA] = self.values[DATA] = {}
        self._unplaced = arranged(data, free)
        # Name → its sheet and area; whole areas are read as they were given, without their cells.
        self.places = {name: (DATA, *area_of(*place)) for name, place in self._unplaced.items()}
        lists = {name: place for name, place in self.places.items() if place[2] >= LEFT}
        self._read: dict[tuple, list[list]] = {place: self._unplaced[name][2] for name, place in lists.items()}
        self._name_at = {k: name for name, (*_, left, _, right) in lists.items() for k in range(left, right + 1)}
        for name, place in template.inputs.items():
            self._put(name, place, data[name])
        self._keys: dict[int, tuple] = {}  # by identity: the value is kept, so that no other takes its place
        self._memo = Memo(template.names_alike)

    def _put(self, name: str, place, value) -> None:
        """Data into cells of the firm's own; those that stay free are emptied."""
        rows = rows_of(value, None if self.template.vocabulary[name] == "cells" else "")
        top, left, bottom, right = place.area
        if len(rows) > bottom - top + 1 or len(rows[0]) > right - left + 1:
            title = self.template.by_key[place.sheet].title
            raise FitError(
                f"{name}: {len(rows)} × {len(rows[0])} cells, and {title}!{address(*place.area)} has room for "
                f"{bottom - top + 1} × {right - left + 1}. Make the named range larger."
            )
        cells = dict.fromkeys((i, j) for i in range(top, bottom + 1) for j in range(left, right + 1))
        cells.update(((i, j), cell) for i, row in enumerate(rows, top) for j, cell in enumerate(row, left))
        self.values[place.sheet].update(cells)
        self.given[place.sheet].update(cells)
        if place.fixed:
            self.places[name] = self.template.by_key[place.sheet].title, *area_of(top, left, rows)

    # As formulas see it ----------------------------------------------------------------------------------------------

    def has_sheet(self, name: str) -> bool:
        return name.casefold() in self.values

    def extent(self, name: str) -> tuple[int, int]:
        key = name.casefold()
        sheet = self.template.by_key.get(key)
        if key == DATA:
            self.all_data()
        places = [*(sheet.cells if sheet and key != DATA else ()), *self.given[key], *self.spilled.get(key, ())]
        return max((i for i, _ in places), default=1), max((j for _, j in places), default=1)

    def defined(self, name: str, sheet: str) -> str | None:
        """The sheet's own name, the client's data, the workbook's name."""
        name, names = name.casefold(), self.template.names
        return names.get((sheet.casefold(), name)) or self.range_of(name) or names.get(("", name))

    def place_of(self, name: str, sheet: str) -> tuple[str, int, int, int, int] | None:
        """Where the client's data of a name stand; None where the name is another's."""
        place = self.places.get(name)
        if place is None or (sheet.casefold(), name) in self.template.names:
            return None
        if name in self._unplaced and place[2] < LEFT:
            self._place(name)
        return place

    def range_of(self, name: str) -> str | None:
        """The same as a formula has it."""
        place = self.places.get(name)
        if place is None:
            return None
        title, top, left, bottom, right = place
        where = title if title == DATA else "'" + title.replace("'", "''") + "'"
        return f"{where}!{address(top, left, bottom, right, '$')}"

    def _place(self, *names: str) -> None:
        """The data of names onto their sheet, only when a formula asks for a cell: few templates use most of them."""
        for name in names:
            self.values[DATA].update(cells_of(name, *self._unplaced.pop(name)))

    def all_data(self) -> dict[tuple[int, int], object]:
        """The cells of the sheet of data."""
        self._place(*self._unplaced)
        return self.values[DATA]

    def call(self, name: str, arguments: list) -> list[list]:
        """A function of the catalogue: clients of one model ask the same."""
        key = (name, *map(self._key, arguments))
        found = _answers.get(key)
        if found is None:
            if len(_answers) > KEPT:
                _answers.clear()
            found = _answers[key] = catalogue.call(name, arguments)
        return found

    def _key(self, value) -> bytes:
        """What tells one argument from another, to the bit; of large ones it is kept for as long as they are."""
        known = self._keys.get(id(value))
        if known is not None:
            return known[1]
        try:
            key = marshal.dumps(value, 2)
        except ValueError:  # dates
            key = pickle.dumps(value)
        if len(key) > LONG:
            self._keys[id(value)] = value, key
        return key

    def formula(self, sheet: str, row: int, column: int) -> str | None:
        own = self.template.by_key.get(sheet.casefold())
        cell = own.cells.get((row, column)) if own else None
        return cell.formula if cell else None

    def filled_from(self, anchor: Reference):
        key = anchor.sheet.casefold()
        self.cell(key, anchor.top, anchor.left)
        area = self.areas.get((key, anchor.top, anchor.left))
        if area is None:
            return ErrorValue("#REF!", "# stands after a cell whose formula fills several")
        return Reference(self, anchor.sheet, *area)

    def read(self, reference: Reference) -> list[list]:
        if reference.is_cell:
            return [[self.cell(reference.sheet, reference.top, reference.left)]]
        key = (reference.sheet.casefold(), reference.top, reference.left, reference.bottom, reference.right)
        found = self._read.get(key)
        if found is None:
            met = self._memo.running
            down, across = reference.used()
            sheet, value = key[0], self.values[key[0]].get
            found = []
            for i in down:
                row = [value((i, j), _NOTHING) for j in across]
                if _NOTHING in row or _RUNNING in row:
                    row = [self.cell(sheet, i, j) for j in across]
                found.append(row)
            if self._memo.running == met:
                self._read[key] = found
        return found

    def cell(self, sheet: str, row: int, column: int):
        """The value of one cell; that of an array's once the array is computed."""
        key, at = sheet.casefold(), (row, column)
        values = self.values[key]
        value = values.get(at, _NOTHING)
        if value is _RUNNING:
            self._memo.running += 1
            return ErrorValue("#REF!", f"{sheet}!{address(row, column)} refers to itself")
        if value is not _NOTHING:
            return value
        own = self.template.by_key.get(key) if key != DATA else None
        if own is None:
            return self._of_data(at) if key == DATA and self._unplaced else None
        cell = own.cells.get(at)
        if cell is not None and cell.formula is not None:
            return self.compute(own, cell)
        if cell is not None and cell.value is not None and at not in own.filled:
            return cell.value
        return self._within(own, at)

    def _of_data(self, at: tuple[int, int]):
        """A cell of the sheet of data that is not placed yet, or free."""
        name = self._name_at.get(at[1])
        if at[1] < LEFT or name in self._unplaced:
            self._place(*([name] if at[1] >= LEFT else self._unplaced))
        return self.values[DATA].get(at)

    def _within(self, sheet: Sheet, at: tuple[int, int]):
        """A cell that an array may fill: those above it and left of it that are not yet computed are so first."""
        values, sure = self.values[sheet.key], True
        for anchor in list(self._waiting[sheet.key].values()):
            if anchor.row <= at[0] and anchor.column <= at[1] and self._reaches(anchor, at):
                state = values.get(anchor.at, _NOTHING)
                if state is _NOTHING:
                    self.compute(sheet, anchor)
                elif state is _RUNNING:
                    self._memo.running += 1
                    sure = False
                if at in values:
                    return values[at]
        if sure:
            values[at] = None
        return None

    @staticmethod
    def _reaches(anchor: Cell, at: tuple[int, int]) -> bool:
        return anchor.spills or (at[0] <= anchor.area[2] and at[1] <= anchor.area[3])

    # Computing -------------------------------------------------------------------------------------------------------

    def _context(self, sheet: str, row: int = 1, column: int = 1, array: bool = True) -> Context:
        return Context(self, sheet, row, column, array, self._memo)

    def compute(self, sheet: Sheet, cell: Cell):
        """The value of a formula's cell, its array beside it."""
        values, placed = self.values[sheet.key], self._memo.placed
        values[cell.at] = _RUNNING
        try:
            if cell.tree is None:
                cell.tree = parse(cell.formula)
            value = evaluate_value(cell.tree, self._context(sheet.title, *cell.at, bool(cell.area)))
            if cell.tree[0] == "name" and cell.tree[2].casefold() in self._missing:
                value = None  # what a client does not have is blank in a report; in Excel =goal_amount shows 0
        except FormulaError as reason:
            value = ErrorValue("#REF!", f"{sheet.title}!{address(*cell.at)}: {reason}")
        self._memo.placed = placed  # its own place is nothing to who asks for it
        if not cell.area:
            values[cell.at] = value = scalar(value)
            return value
        rows = as_rows(value)
        if cell.spills and len(rows) == 1 == len(rows[0]):
            self.areas[sheet.key, *cell.at] = cell.at * 2
            self._waiting[sheet.key].pop(cell.at, None)
            values[cell.at] = value = rows[0][0]
            return value
        if not cell.spills:
            top, left, bottom, right = cell.area
            if bottom > top and len(rows) == 1 and self._of_one(cell):
                rows = [*rows, [self._beyond] * len(rows[0])]
            size = bottom - top + 1, right - left + 1
            if size != (1, 1):
                self._fits(sheet, cell, rows, size)
            rows = [[_met_by(rows, i, j, self._beyond) for j in range(size[1])] for i in range(size[0])]
        cells = {(i, j): one for i, row in enumerate(rows, cell.row) for j, one in enumerate(row, cell.column)}
        value = cells.pop(cell.at)
        if cell.spills:
            self._spill(sheet, cell, rows, cells)
        values[cell.at] = value
        values.update(cells)
        self.spilled[sheet.key].update(cells)
        self._waiting[sheet.key].pop(cell.at, None)
        return value

    @staticmethod
    def _fits(sheet: Sheet, cell: Cell, rows: list[list], size: tuple[int, int]) -> None:
        """An array formula over fewer cells than its result would leave holdings out without a word."""
        beyond = [one for row in rows[size[0] :] for one in row] if len(rows) > 1 else []
        beyond += [one for row in rows for one in row[size[1] :]] if len(rows[0]) > 1 else []
        if any(one is not None and one != "" for one in beyond):
            raise FitError(
                f"{sheet.title}!{address(*cell.at)} needs {len(rows)} × {len(rows[0])} cells, and its array formula "
                f"stands in {size[0]} × {size[1]}. Enter it over more cells."
            )

    def _of_one(self, cell: Cell) -> bool:
        """Is it computed from lists, each with one item?"""
        shapes = self.template.vocabulary
        used = {node[2].casefold() for node in nodes(cell.tree) if node[0] == "name"} if self._single else set()
        lists = {name for name in used if shapes.get(name) in ("column", "table")}
        return bool(lists) and lists <= self._single

    def _spill(self, sheet: Sheet, cell: Cell, rows: list[list], others: dict) -> None:
        """The area of a dynamic array, its own cell and the others; where something stands in its way the client does
        not fit."""
        bottom, right = cell.row + len(rows) - 1, cell.column + len(rows[0]) - 1
        given, spilled = self.given[sheet.key], self.spilled[sheet.key]
        free = others.keys().isdisjoint
        if not (free(sheet.blocked.keys()) and free(given.keys()) and free(spilled.keys()) and free(sheet.taken)):
            at, why = next((at, why) for at in others if (why := self._taken(sheet, at)))
            raise FitError(
                f"{sheet.title}!{address(*cell.at)} needs {len(rows)} × {len(rows[0])} cells, and "
                f"{address(*at)} is taken by {why}. Leave more free cells in the template."
            )
        if bottom > MAX_ROW or right > MAX_COLUMN:
            raise FitError(f"{sheet.title}!{address(*cell.at)}: the result is larger than a sheet.")
        self.areas[sheet.key, *cell.at] = cell.row, cell.column, bottom, right

    def _taken(self, sheet: Sheet, at: tuple[int, int]) -> str:
        if at in sheet.blocked:
            return sheet.blocked[at]
        if at in self.given[sheet.key] or at in self.spilled[sheet.key]:
            return "data or another array"
        if at in sheet.taken:
            return "a formula" if sheet.cells[at].formula is not None else "a value"
        return ""

    def value_of(self, text: str, sheet: str = ""):
        """What a formula outside the cells stands for, such as a name's or a chart's: a reference where it is one."""
        return parse(text).run(self._context(sheet or self.template.sheets[0].title))

    def ask(self, text: str, sheet: str = ""):
        return scalar(self.value_of(text, sheet))


_BEYOND = ErrorValue("#N/A", "the array formula has more cells than its result")


def _is_single(value) -> bool:
    return isinstance(value, list) and len(value) == 1 and (not isinstance(value[0], list) or len(value[0]) == 1)


def _met_by(rows: list[list], i: int, j: int, beyond):
    """What a cell of a fixed array gets of a smaller or larger result."""
    row = rows[0] if len(rows) == 1 else rows[i] if i < len(rows) else None
    if row is None or (len(row) > 1 and j >= len(row)):
        return beyond
    return row[0] if len(row) == 1 else row[j]
