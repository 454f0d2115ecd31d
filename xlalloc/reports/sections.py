"""Files of several tables, each row led by its table's name and Header, Data or Total; and what an unnamed file is."""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from xlalloc.reports.columns import column_of, normal
from xlalloc.reports.fields import clean, plain
from xlalloc.reports.files import Part, Rows
from xlalloc.reports.layouts import are_prices
from xlalloc.reports.words import EVENT_HEADERS, TRADE_HEADERS, TRADE_WORDS

LOOKED_AT = 60  # rows of a file without a name that tell what it is
KINDS_OF_ROW = frozenset(["header", "data", "total", "subtotal", "notes"])
DETAILS = frozenset(["lot", "order", "trade", "closedlot"])  # rows that say again what a summary row above them says
CASH = "Cash"
_OF_MARKET = ("market", "mkt", "市值")  # value, which nothing has that is over


class Section(NamedTuple):
    """The rows of the table asked for, the texts of the others, and their names."""

    rows: Iterator
    remarks: list[str]
    others: list[str]


def section_of(rows: Rows, sheet: str, again: Callable[[], Rows]) -> Section | None:
    """The section that has the columns of a sheet; None where the file is not of this form."""
    top = list(islice(rows, 2))
    if len(top) < 2 or not all(plain(row.get(2, "")) in KINDS_OF_ROW and row.get(1) for _, row in top):
        return None
    headers: dict[str, dict] = {}
    remarks: list[str] = []
    for _, row in again():
        name, kind = clean(row.get(1)), plain(row.get(2))
        if kind == "header":
            headers.setdefault(name, row)
        elif kind == "data" and len(remarks) < 200:
            remarks += [clean(cell) for column, cell in row.items() if column > 2 and isinstance(cell, str)][:6]
    fits = [name for name, row in headers.items() if _holds(sheet, row)]
    if not fits:
        return None
    chosen = fits[0]
    cash = _cash(again()) if sheet == "holdings" else []
    others = [name for name in headers if name != chosen and not (cash and name == "Cash Report")]
    return Section(_rows(again(), chosen, cash), remarks, others)


def _rows(rows: Rows, chosen: str, cash: list) -> Rows:
    """The rows of one section without its two leading cells, totals and details; then the cash."""
    number, header = 0, {}
    for number, row in rows:
        if clean(row.get(1)) != chosen:
            continue
        kind = plain(row.get(2))
        if kind == "header":
            header = {column: cell for column, cell in row.items() if column > 2}
            yield number, header
        elif kind == "data" and plain(row.get(3)) not in DETAILS:
            yield number, {column: cell for column, cell in row.items() if column > 2}
    keys = {column_of("holdings", cell): column for column, cell in reversed(header.items())}
    name = keys.get("code", keys.get("asset"))
    if cash and name is not None and "value" in keys:
        yield number + 1, {name: CASH, keys["value"]: cash[0]}


def _cash(rows: Rows) -> list:
    """The cash at the end, over all currencies, of a cash report."""
    found = []
    for _, row in rows:
        cells = [plain(cell) for cell in row.values()]
        if cells[:3] == ["cash report", "data", "ending cash"] and "base currency summary" in cells and len(cells) > 4:
            found.append(list(row.values())[4])
    return found


def _holds(sheet: str, row: dict) -> bool:
    keys = {column_of(sheet, cell) for column, cell in row.items() if column > 2}
    if sheet == "holdings":
        return (
            bool(keys & {"asset", "code"}) and bool(keys & {"units", "value"}) and ("units" in keys or "price" in keys)
        )
    return {"date", "value"} <= keys


def trades(header: dict, rows: Iterable[tuple[int, dict]]) -> str:
    """A column and a cell of it that say whether a row was bought or sold; else columns of what happened, else ""."""
    headers = {c: clean(cell) for c, cell in header.items() if normal(cell) in TRADE_HEADERS}
    for _, row in rows:
        for column, name in headers.items():
            if plain(row.get(column)) in TRADE_WORDS:
                return f"{name}: {clean(row[column])}"
    keys = {column_of("holdings", cell): normal(cell) for cell in header.values() if isinstance(cell, str)}
    events = [clean(cell) for cell in header.values() if normal(cell) in EVENT_HEADERS]
    worth = keys.get("value", "amount")
    if "units" in keys and worth != "amount" and ("price" in keys or any(word in worth for word in _OF_MARKET)):
        return ""  # what is held, with the days of its next dividend or of its purchase
    return ", ".join(events[:3]) if len(events) > 1 or (events and "price" not in keys) else ""


def _keys(header: dict) -> set[str | None]:
    return {column_of("holdings", cell) for cell in header.values() if isinstance(cell, str) and len(cell) < 60}


def guess(part: Part) -> str | None:
    """The sheet that a file or sheet without a known name is: holdings, prices or history, by its headers."""
    rows = part.rows()
    top = list(islice(rows, LOOKED_AT))
    if section_of(iter(top), "holdings", part.rows):
        return "holdings"
    prices = are_prices(top)
    for k, (_, row) in enumerate(top):
        keys = _keys(row)
        by_date = any(normal(cell) in ("date", "datum", "日期") for cell in row.values())  # payments, as a rule
        amounts = "value" in keys and not prices and not by_date
        if keys & {"asset", "code"} and ("units" in keys or amounts or {"value", "price"} <= keys):
            return None if trades(row, top[k + 1 :]) else "holdings"
    return "prices" if prices else None
