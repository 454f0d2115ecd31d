"""What a stamped page draws on: a sheet as plain cells, with as much of openpyxl's way of speaking as a page uses."""

from collections import defaultdict

from openpyxl.utils import get_column_letter as letter


class Cell:
    """A cell: a value, its type where that is not plain from the value, the number of its style."""

    __slots__ = ("_style", "coordinate", "data_type", "formula", "look", "value")

    def __init__(self, look, value=None, data_type="", style=0):
        self.look, self.value, self.data_type, self._style, self.formula = look, value, data_type, style, ""


def _part(name: str) -> property:
    """A part of a cell's style, as openpyxl names it: giving one makes another style."""

    def change(cell: Cell, value) -> None:
        cell._style = cell.look.derived(cell._style, name, value)

    return property(None, change)


for _name in ("font", "fill", "border", "alignment", "number_format", "protection", "quotePrefix"):
    setattr(Cell, _name, _part(_name))


class Pattern:
    """A row of cells drawn before: what may differ in the next such row is its number and some values.

    ``cells`` are (column, style, kind, value); kind says how the value of a row is written, "" that it is always this.
    """

    __slots__ = ("cells", "kinds", "styles", "worded")

    def __init__(self, cells: tuple):
        self.cells = cells
        self.kinds = tuple(kind for _, _, kind, _ in cells if kind)
        self.worded = [(k, kind) for k, kind in enumerate(self.kinds) if kind != "n"]  # finite numbers write themselves
        self.styles = frozenset(style for _, style, _, _ in cells)


class Size:
    """The height of a row."""

    __slots__ = ("height",)

    def __init__(self, height=None):
        self.height = height


class Surface:
    """One sheet of one client. Nothing of it outlives the file it is written to."""

    def __init__(self, look, key: str, title: str, landscape: bool = False):
        self.look, self.key, self.title, self.landscape = look, key, title, landscape
        self.rows: defaultdict[int, dict[int, Cell]] = defaultdict(dict)
        self.row_dimensions: defaultdict[int, Size] = defaultdict(Size)
        self.runs: dict[int, tuple[Pattern, tuple]] = {}  # rows by their pattern, with the values of the row
        self.merges: list[str] = []
        self.rules: list[tuple] = []  # (key of the rule, cells, formula)
        self.pictures: list[tuple] = []  # (words of the chart, numbers between them, where it stands)
        self.row_breaks: list = []
        self.print_title_rows = ""
        self.freeze: str = ""
        self.widths: tuple = ()  # (column, width) where it is not the layout's
        self.rest = None  # gives the rows after those drawn: (row, height, pattern, values)
        self.rest_styles: frozenset = frozenset()
        self.filter = ""
        self.links = None  # gives (cell, file)
        self.live = False  # are there formulas?

    def cell(self, row: int, column: int, value=None) -> Cell:
        if row in self.runs:
            self._apart(row)
        cells = self.rows[row]
        cell = cells.get(column)
        if cell is None:
            cell = cells[column] = Cell(self.look, value)
        elif value is not None:
            cell.value = value
        return cell

    def _apart(self, row: int) -> None:
        """The cells of a row that so far is a pattern: one of them is to be changed."""
        pattern, values = self.runs.pop(row)
        given = iter(values)
        for column, style, kind, fixed in pattern.cells:
            value = next(given) if kind else fixed
            self.rows[row][column] = Cell(self.look, value, "e" if kind == "e" else "", style)

    def merge_cells(self, start_row: int, start_column: int, end_row: int, end_column: int) -> None:
        self.merges.append(f"{letter(start_column)}{start_row}:{letter(end_column)}{end_row}")

    @property
    def freeze_panes(self) -> str:
        return self.freeze

    @freeze_panes.setter
    def freeze_panes(self, cell: Cell) -> None:
        self.freeze = next(
            f"{letter(column)}{row}" for row, cells in self.rows.items() for column, c in cells.items() if c is cell
        )

    def styles(self) -> set[int]:
        """The styles in use."""
        used = set(self.rest_styles)
        used |= {cell._style for cells in self.rows.values() for cell in cells.values()}
        return used.union(*[pattern.styles for pattern in {pattern for pattern, _ in self.runs.values()}])

    # Blocks: what was drawn once is copied ---------------------------------------------------------------------------

    def block(self) -> tuple:
        """All that was drawn here, to be put on other sheets; it is never drawn on again."""
        for row in list(self.runs):
            self._apart(row)
        rows = [(r, Pattern(tuple((c, x._style, "", x.value) for c, x in row.items()))) for r, row in self.rows.items()]
        heights = [(r, size.height) for r, size in self.row_dimensions.items()]
        corners = [tuple(_corners(ref)) for ref in self.merges]
        return rows, heights, corners, self.freeze

    def put_block(self, block: tuple, down: int) -> None:
        rows, heights, corners, freeze = block
        for r, pattern in rows:
            self.runs[r + down] = pattern, ()
        for r, height in heights:
            self.row_dimensions[r + down].height = height
        for left, top, right, bottom in corners:
            self.merges.append(f"{left}{top + down}:{right}{bottom + down}")
        self.freeze = freeze or self.freeze


def _corners(ref: str):
    for corner in ref.split(":"):
        yield corner.rstrip("0123456789")
        yield int(corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
