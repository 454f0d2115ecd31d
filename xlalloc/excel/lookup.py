"""Finding values in tables."""

from bisect import bisect_left, bisect_right
from operator import itemgetter

from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import all_or_error, anything, first_error, flat, one, register, shaped, size, truth, whole
from xlalloc.excel.criteria import wildcard
from xlalloc.values import Reference, as_rows, comparison, elementwise, error_in, scalar, to_number

_ORDER = {"number": 0, "text": 1, "truth": 2}


def key(cell) -> tuple:
    """What a cell is compared by: its kind, then its value; the case of texts does not matter."""
    if isinstance(cell, bool):
        return "truth", cell
    return ("text", cell.casefold()) if isinstance(cell, str) else ("number", to_number(cell))


def position(wanted, line: list, mode: int = 0, backwards: bool = False, patterns: bool = True) -> int | ErrorValue:
    """Where a value stands in a line (from 0): itself (0), else the next smaller (-1) or larger (1)."""
    if error := error_in(wanted):
        return error
    wanted = 0.0 if wanted is None else wanted
    order = range(len(line) - 1, -1, -1) if backwards else range(len(line))
    if mode == 0 and patterns and isinstance(wanted, str) and any(char in wanted for char in "*?~"):
        pattern = wildcard(wanted)
        found = next((k for k in order if isinstance(line[k], str) and pattern.fullmatch(line[k])), None)
        return ErrorValue("#N/A", f"{wanted!r} is not there") if found is None else found
    sought = key(wanted)
    keys = [None if cell is None or error_in(cell) else key(cell) for cell in line]
    found = next((k for k in order if keys[k] == sought), None)
    if found is None and mode:
        close = [(at, k) for k in order if (at := keys[k]) and at[0] == sought[0] and (at > sought) == (mode > 0)]
        found = (min if mode > 0 else max)(close, key=itemgetter(0), default=(None, None))[1]
    return ErrorValue("#N/A", f"{wanted!r} is not there".replace("'", '"')) if found is None else found


class SortedLine:
    """A sorted row or column, read once: for each value the last item that is not beyond it; unsorted is an error.

    Excel searches by halves, so that its answer in an unsorted line depends on where it happens to look, but for a
    value that every item up to a place lies below and every one after it above: LOOKUP(9E+307,A:A) is the last number.
    """

    def __init__(self, line: list, descending: bool = False):
        self.descending = descending
        self._kinds: dict[str, tuple[list[int], list]] = {}  # places and values, rising
        for k, cell in enumerate(line):
            if cell is not None and not error_in(cell):
                kind, value = ("number", cell) if cell.__class__ is float else key(cell)
                places, values = self._kinds.setdefault(kind, ([], []))
                places.append(k)
                values.append(value)
        if descending:
            self._kinds = {kind: (places[::-1], values[::-1]) for kind, (places, values) in self._kinds.items()}
        self._unsorted = {kind for kind, (_, values) in self._kinds.items() if values != sorted(values)}

    def position(self, wanted) -> int | ErrorValue:
        if error := error_in(wanted):
            return error
        kind, sought = key(0.0 if wanted is None else wanted)
        if kind in self._unsorted and (found := self._parted(*self._kinds[kind], sought)) is not None:
            return found
        if kind in self._unsorted:
            way = "descending" if self.descending else "ascending"
            return ErrorValue(
                "#N/A", f"the cells looked through are not in {way} order; ask for the exact value instead"
            )
        places, values = self._kinds.get(kind, ([], []))
        found = bisect_left(values, sought) if self.descending else bisect_right(values, sought) - 1
        return places[found] if 0 <= found < len(places) else ErrorValue("#N/A", "the value lies before the first")

    def _parted(self, places: list[int], values: list, sought) -> int | ErrorValue | None:
        """The place that every search by halves ends at; None where that depends on the search."""
        below = [value < sought for value in values]
        if self.descending or sought in values or below != sorted(below, reverse=True):
            return None
        return places[sum(below) - 1] if any(below) else ErrorValue("#N/A", "the value lies before the first")


def _line(cells) -> list | ErrorValue:
    if error := error_in(scalar(cells)) if not isinstance(cells, Reference | list) else None:
        return error
    if min(size(cells)) > 1:
        return ErrorValue("#N/A", "the lookup goes along one row or one column")
    return flat(cells)


@register("MATCH", single=(0, 2))
def match(wanted, cells, kind=1.0):
    line, kind = _line(cells), one(kind)
    if isinstance(line, ErrorValue) or isinstance(kind, ErrorValue):
        return first_error(line, kind)

    ordered = SortedLine(line, kind < 0) if kind else None

    def single(value):
        found = ordered.position(value) if ordered else position(value, line)
        return found if isinstance(found, ErrorValue) else float(found + 1)

    return elementwise(single, wanted)


@register("XMATCH", single=(0, 2, 3))
def xmatch(wanted, cells, mode=0.0, search=1.0):
    return _x_positions(wanted, cells, mode, search, lambda k: float(k + 1))


@register("XLOOKUP", single=(0, 4, 5))
def xlookup(wanted, cells, values, otherwise=None, mode=0.0, search=1.0):
    rows = as_rows(values)
    down = size(cells)[1] == 1
    if len(rows if down else rows[0]) != max(size(cells)):
        return ErrorValue("#VALUE!", "XLOOKUP: what is looked through and what is returned differ in size")

    def picked(k):
        return rows[k] if down else [row[k] for row in rows]

    several = len(rows[0]) > 1 if down else len(rows) > 1
    missing = ErrorValue("#N/A", "XLOOKUP: the value is not there") if otherwise is None else otherwise
    if not several:
        return _x_positions(wanted, cells, mode, search, lambda k: picked(k)[0], scalar(missing))
    found = _x_positions(scalar(wanted), cells, mode, search, lambda k: k, missing)
    if not isinstance(found, int) or isinstance(found, bool):
        return found
    return [picked(found)] if down else [[cell] for cell in picked(found)]


def _x_positions(wanted, cells, mode, search, answer, missing=None):
    line, mode, search = _line(cells), one(mode, whole), one(search, whole)
    if isinstance(line, ErrorValue) or isinstance(mode, ErrorValue) or isinstance(search, ErrorValue):
        return first_error(line, mode, search)
    if mode not in (-1, 0, 1, 2) or search not in (-2, -1, 1, 2):
        return ErrorValue("#VALUE!", "the match mode is -1, 0, 1 or 2, the search mode -2, -1, 1 or 2")

    def single(value):
        found = position(value, line, 0 if mode == 2 else mode, search < 0, patterns=mode == 2)
        if isinstance(found, ErrorValue):
            return found if error_in(value) or missing is None else missing
        return answer(found)

    return elementwise(single, wanted)


def _lookup(wanted, rows: list[list], which, near):
    near, index = one(near, truth), one(which, whole)
    if error := first_error(near, index):
        return error
    if not 1 <= index <= len(rows[0]):
        return ErrorValue("#REF!" if index > 0 else "#VALUE!", f"the table has {len(rows[0])} columns, not {index}")
    firsts = [row[0] for row in rows]
    ordered = SortedLine(firsts) if near else None

    def single(value):
        found = ordered.position(value) if ordered else position(value, firsts)
        return found if isinstance(found, ErrorValue) else rows[found][index - 1]

    return elementwise(single, wanted)


@register("VLOOKUP", single=(0, 2, 3))
def vlookup(wanted, table, column, near=True):
    return _lookup(wanted, as_rows(table), column, near)


@register("HLOOKUP", single=(0, 2, 3))
def hlookup(wanted, table, row, near=True):
    return _lookup(wanted, [list(column) for column in zip(*as_rows(table), strict=True)], row, near)


@register("LOOKUP", single=(0,))
def lookup(wanted, cells, values=None):
    if values is None:
        height, width = size(cells)
        rows = as_rows(cells)
        rows = rows if height >= width else [list(column) for column in zip(*rows, strict=True)]
        line, results = [row[0] for row in rows], [row[-1] for row in rows]
    else:
        line, results = flat(cells), flat(values)
        if len(line) != len(results):
            return ErrorValue("#N/A", "LOOKUP: the two vectors differ in size")

    ordered = SortedLine(line)

    def single(value):
        found = ordered.position(value)
        return found if isinstance(found, ErrorValue) else results[found]

    return elementwise(single, wanted)


@register("UNIQUE")
def unique(cells, by_column=False, once=False):
    by_column, once = one(by_column, truth), one(once, truth)
    if error := first_error(by_column, once):
        return error
    rows = as_rows(cells)
    rows = [list(column) for column in zip(*rows, strict=True)] if by_column else rows
    counts: dict = {}
    for row in rows:
        counts.setdefault(tuple(map(_same, row)), []).append(row)
    kept = [found[0] for found in counts.values() if not once or len(found) == 1]
    return shaped([list(column) for column in zip(*kept, strict=True)] if by_column else kept)


def _same(cell):
    return ("error", str(cell)) if error_in(cell) else ("blank",) if cell is None else key(cell)


def ordered(rows: list[list], keys: list[list], directions: list[int]) -> list[list]:
    """Rows sorted by keys, a list a level; blanks last, errors before them; equal ones stay in their order."""
    places = list(range(len(rows)))
    for column, direction in reversed(list(zip(keys, directions, strict=True))):
        filled = [k for k in places if column[k] is not None and not error_in(column[k])]
        rest = [k for k in places if error_in(column[k])] + [k for k in places if column[k] is None]
        filled.sort(key=lambda k: (_ORDER[key(column[k])[0]], key(column[k])[1]), reverse=direction < 0)
        places = filled + rest
    return [rows[k] for k in places]


@register("SORT", single=(3,))
def sort(cells, index=1.0, order=1.0, by_column=False):
    by_column = one(by_column, truth)
    if isinstance(by_column, ErrorValue):
        return by_column
    rows = as_rows(cells)
    rows = [list(column) for column in zip(*rows, strict=True)] if by_column else rows
    indices, directions = all_or_error(map(whole, flat(index))), all_or_error(map(whole, flat(order)))
    if isinstance(indices, ErrorValue) or isinstance(directions, ErrorValue):
        return first_error(indices, directions)
    directions = directions * len(indices) if len(directions) == 1 else directions
    if len(directions) != len(indices) or not all(1 <= i <= len(rows[0]) for i in indices):
        return ErrorValue("#VALUE!", f"SORT: columns 1 to {len(rows[0])} can be sorted by, with an order each")
    if not set(directions) <= {-1, 1}:
        return ErrorValue("#VALUE!", "SORT: the order is 1 (ascending) or -1 (descending)")
    rows = ordered(rows, [[row[i - 1] for row in rows] for i in indices], directions)
    return shaped([list(column) for column in zip(*rows, strict=True)] if by_column else rows)


@register("SORTBY")
def sort_by(cells, by, *more):
    rows, keys, directions = as_rows(cells), [], []
    rest = [by, *more]
    while rest:
        keys.append(flat(rest.pop(0)))
        direction = one(rest.pop(0), whole) if rest and not isinstance(rest[0], Reference | list) else 1
        if isinstance(direction, ErrorValue):
            return direction
        directions.append(direction)
    if not set(directions) <= {-1, 1}:
        return ErrorValue("#VALUE!", "SORTBY: the order is 1 (ascending) or -1 (descending)")
    across = len(rows) == 1 and all(len(line) == len(rows[0]) for line in keys) and len(rows[0]) > 1
    rows = [[cell] for cell in rows[0]] if across else rows
    if any(len(line) != len(rows) for line in keys):
        return ErrorValue("#VALUE!", "SORTBY: what is sorted and what it is sorted by differ in size")
    rows = ordered(rows, keys, directions)
    return shaped([[row[0] for row in rows]] if across else rows)


@register("FILTER")
def filter_(cells, include, otherwise=None):
    rows, wanted = as_rows(cells), all_or_error(map(truth, flat(include)))
    if isinstance(wanted, ErrorValue):
        return wanted
    if len(wanted) == len(rows) and size(include)[1] == 1:
        kept = [row for row, keep in zip(rows, wanted, strict=True) if keep]
    elif len(wanted) == len(rows[0]) and size(include)[0] == 1:
        kept = [[cell for cell, keep in zip(row, wanted, strict=True) if keep] for row in rows]
    else:
        return ErrorValue("#VALUE!", "FILTER: the condition has another size than the array")
    if kept and kept[0]:
        return shaped(kept)
    return ErrorValue("#CALC!", "FILTER: nothing meets the condition") if otherwise is None else otherwise


_equal = comparison(lambda a, b: a == b)


def same_value(left, right) -> bool | ErrorValue:
    """As ``=`` compares."""
    return _equal(anything(left), anything(right))
