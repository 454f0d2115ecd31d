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
        self.merges: list[str] = []
        self.rules: list[tuple] = []  # (key of the rule, cells, formula)
        self.pictures: list[tuple] = []  # (words of the chart, numbers between them, where it stands)
        self.row_breaks: list = []
        self.freeze: str = ""

    def cell(self, row: int, column: int, value=None) -> Cell:
        cells = self.rows[row]
        cell = cells.get(column)
        if cell is None:
            cell = cells[column] = Cell(self.look, value)
        elif value is not None:
            cell.value = value
        return cell

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

    # Blocks: what was drawn once is copied ---------------------------------------------------------------------------

    def block(self) -> tuple:
        """All that was drawn here, to be put on other sheets; it is never drawn on again."""
        cells = [(r, c, x.value, x.data_type, x._style) for r, row in self.rows.items() for c, x in row.items()]
        heights = [(r, size.height) for r, size in self.row_dimensions.items()]
        corners = [tuple(_corners(ref)) for ref in self.merges]
        return cells, heights, corners, self.freeze

    def put_block(self, block: tuple, down: int) -> None:
        cells, heights, corners, freeze = block
        rows, look = self.rows, self.look
        for r, c, value, data_type, style in cells:
            rows[r + down][c] = Cell(look, value, data_type, style)
        for r, height in heights:
            self.row_dimensions[r + down].height = height
        for left, top, right, bottom in corners:
            self.merges.append(f"{left}{top + down}:{right}{bottom + down}")
        self.freeze = freeze or self.freeze


def _corners(ref: str):
    for corner in ref.split(":"):
        yield corner.rstrip("0123456789")
        yield int(corner.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
