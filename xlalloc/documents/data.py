"""The sheet of data: where each name stands that has no cells of its own, at its real size."""

from collections.abc import Iterable
from itertools import repeat

from xlalloc.documents.sheet import address
from xlalloc.documents.template import DATA
from xlalloc.values import MAX_COLUMN

TOP, LEFT = 2, 4  # the first cell of the tables; single values stand in the second column


def rows_of(value, missing: str | None = "") -> list[list]:
    """A value, a column or a table as rows; in lists what is missing is an empty text, so that it never shows as 0.

    Where the cells are inputs, which somebody types into, they stay blank (None).
    """
    if not isinstance(value, list):
        return [[value]]
    rows = [row if isinstance(row, list) else [row] for row in value] or [[""]]
    width = max(1, *map(len, rows))
    return [
        row
        if len(row) == width and None not in row
        else [missing if k >= len(row) or row[k] is None else row[k] for k in range(width)]
        for row in rows
    ]


def placed(data: dict, names: Iterable[str]) -> tuple[dict[tuple[int, int], object], dict[str, str]]:
    """The cells of the sheet, and of each name the range it stands for."""
    cells: dict[tuple[int, int], object] = {}
    ranges, row, column = {}, TOP, LEFT
    for name in names:
        value = data[name]
        if not isinstance(value, list):
            cells[row, 1], cells[row, 2] = name, value
            ranges[name] = f"{DATA}!{address(row, 2, fixed='$')}"
            row += 1
            continue
        rows = rows_of(value)
        bottom, right = TOP + len(rows) - 1, column + len(rows[0]) - 1
        if right > MAX_COLUMN:
            raise ValueError(f"{name}: the tables have more columns than a sheet")
        cells[TOP - 1, column] = name
        across = range(column, right + 1)
        for i, line in enumerate(rows, TOP):
            cells.update(zip(zip(repeat(i), across), line))  # noqa: B905  repeat has no end
        ranges[name] = f"{DATA}!{address(TOP, column, bottom, right, '$')}"
        column = right + 2
    return cells, ranges
