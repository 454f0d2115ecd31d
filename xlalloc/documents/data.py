"""The sheet of data: where each name stands that has no cells of its own, at its real size."""

from collections.abc import Iterable, Iterator
from itertools import count, repeat

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
    if value and list not in set(map(type, value)):  # one column
        return [[missing if cell is None else cell] for cell in value]
    rows = [row if isinstance(row, list) else [row] for row in value] or [[""]]
    width = max(1, *map(len, rows))
    return [
        row
        if len(row) == width and None not in row
        else [missing if k >= len(row) or row[k] is None else row[k] for k in range(width)]
        for row in rows
    ]


def arranged(data: dict, names: Iterable[str]) -> dict[str, tuple[int, int, list[list]]]:
    """Where each name stands on the sheet: the row and column of its first cell, and its rows; its title stands
    before a single value and above a list."""
    places, row, column = {}, TOP, LEFT
    for name in names:
        value = data[name]
        if not isinstance(value, list):
            places[name] = row, 2, [[value]]
            row += 1
            continue
        rows = rows_of(value)
        places[name] = TOP, column, rows
        column += len(rows[0]) + 1
        if column - 2 > MAX_COLUMN:
            raise ValueError(f"{name}: the tables have more columns than a sheet")
    return places


def cells_of(name: str, top: int, left: int, rows: list[list]) -> Iterator[tuple[tuple[int, int], object]]:
    """The cells of one name, its title among them."""
    yield ((top, 1) if left == 2 else (top - 1, left)), name
    for i, row in enumerate(rows, top):
        yield from zip(zip(repeat(i), count(left)), row)  # noqa: B905  both have no end


def area_of(top: int, left: int, rows: list[list]) -> tuple[int, int, int, int]:
    return top, left, top + len(rows) - 1, left + len(rows[0]) - 1


def placed(data: dict, names: Iterable[str]) -> tuple[dict[tuple[int, int], object], dict[str, str]]:
    """The cells of the whole sheet, and of each name the range it stands for."""
    places = arranged(data, names)
    cells = {at: cell for name, place in places.items() for at, cell in cells_of(name, *place)}
    return cells, {name: f"{DATA}!{address(*area_of(*place), '$')}" for name, place in places.items()}
