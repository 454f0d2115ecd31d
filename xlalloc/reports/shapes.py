"""Price files of every shape → panels: assets across or one below another, one a file, a date column each.

Whatever stands above the first row that is a date with figures is a header; a column is the asset that one of its
headers names, in the field (close, adjusted close, net asset value …) that another names.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain, islice

from xlalloc.data import in_chinese
from xlalloc.reports import conventions, fields
from xlalloc.reports.columns import normal, price_of
from xlalloc.reports.fields import UnreadableError, clean, is_empty
from xlalloc.reports.files import MOST_SHOWN, Part
from xlalloc.reports.layouts import (
    HEADER_WITHIN,
    Layout,
    date_of,
    find,
    is_date_header,
    is_dated,
    is_number,
    late_epochs,
)
from xlalloc.reports.price_columns import ColumnsReader
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.total_returns import total_return
from xlalloc.reports.words import ADJUSTED, CLOSE, CUMULATIVE, FIELDS, OTHER, UNIT_PRICES

NAN = float("nan")
_PENCE = re.compile(r"\b(?:GBX|gbx|GBp|[Pp]ence|ZA[Cc]|ILA)\b")  # beside a name or in a row of currencies
_CURRENCY = frozenset(map(normal, ["currency", "ccy", "币种", "货币", "währung"]))
RETURNS = 0.2  # of the figures at or below zero: prices are above it


@dataclass
class Panel:
    """Prices of some assets, one row per date."""

    title: str
    assets: list[str]
    dates: list[dt.date] = field(default_factory=list)
    rows: list[list[float]] = field(default_factory=list)
    indexed: frozenset = frozenset()  # assets whose figures are no price of a unit (accumulated net asset values)


class Reader(ColumnsReader):
    """One part's panels."""

    def __init__(self, part: Part, named: Callable, assets: dict[str, str], settings, problems: Problems):
        self.part, self.named, self.assets = part, named, assets  # name → code of those whose prices are wanted
        self.settings, self.problems = settings, problems
        self.title = clean(part.title)[:MOST_SHOWN]
        self.marks: dict[int, str] = {}
        self.orders: dict[int, str] = {}
        self.late: set[int] = set()  # columns of seconds since 1970 whose days begin on the day before
        self.small: dict[int, float] = {}  # columns whose figures are of a part of a unit or of the currency: pence
        self.remarks: list[str] = []
        self._listed: dict[tuple, int] = {}

    def panels(self) -> list[Panel]:
        top = list(islice(self.part.rows(), HEADER_WITHIN))
        layout = find(top)
        if layout is None:
            return self._across(top)
        self.remarks = layout.remarks
        self._conventions(layout)
        self.late = {c for c in layout.dates if late_epochs(top, c)}
        parts = {c: min(map(price_of, texts), default=1.0) for c, texts in layout.headers.items()}
        for column in (c for c, part in parts.items() if part != 1.0):
            where = Location(self.title, layout.first - 1, layout.headers[column][0][:MOST_SHOWN])
            self.problems.note("", "price_of_ten_thousand", "done.check", where)
        parts |= {c: 0.01 for c, texts in layout.headers.items() if any(map(_PENCE.search, texts))}
        self.small = {c: part for c, part in parts.items() if part != 1.0}
        code = self._code_column(layout, top)
        if code is not None:
            found = self._long(layout, code)
        else:
            groups = self._groups(layout)
            found = [panel for date, columns in groups if (panel := self._wide(layout, date, columns))]
        self._more_like_it()
        return found

    def _conventions(self, layout: Layout) -> None:
        if self.part.two_ways is False:
            return
        found = conventions.survey(row for row in self.part.rows() if row[0] >= layout.first)
        given = self.settings
        chinese = in_chinese(*chain.from_iterable(layout.headers.values()))
        marks = conventions.decimal_marks(found, self.part.semicolons, chinese, given.decimal)
        hint = conventions.order_within(layout.remarks)
        european = not chinese and conventions.is_european(found, self.part.semicolons)
        self.orders = conventions.date_orders(found, layout.dates, given.date_order, hint, european)
        for column, texts in found.items():
            header = next(iter(layout.headers.get(column, [])), f"{column}")
            if column in layout.dates:
                if self.orders[column] == "?":
                    raise conventions.two_dates(self.title, header, texts)
            elif FIELDS.get(normal(header)) != OTHER:
                self.marks[column] = marks[column]
                if marks[column] == "?":
                    raise conventions.two_numbers(self.title, header, texts)

    # Figures ---------------------------------------------------------------------------------------------------------

    def _price(self, cell, column: int, number: int, header: str) -> float:
        price = self._figure(cell, column, number, header)
        return price * self.small[column] if column in self.small else price

    def _figure(self, cell, column: int, number: int, header: str) -> float:
        if cell.__class__ is float and cell > 0:
            return cell
        if cell is None or (isinstance(cell, str) and cell.strip() in ("#N/A", "#N/A N/A", "")):
            return NAN
        try:
            price, _ = fields.money(cell, self.marks.get(column, "."))
            if price is None:
                return NAN
            if isinstance(cell, str) and "%" in cell:
                raise UnreadableError
            fields.within("price", price)
            return price
        except UnreadableError:
            self._list("no_price", "done.left_out", number, header, cell)
            return NAN

    def _list(self, kind: str, done: str, number: int, column: str, cell) -> None:
        """The first cells of a kind in a column one by one; how many more there are is said at the end."""
        key = (kind, column)
        self._listed[key] = self._listed.get(key, 0) + 1
        if self._listed[key] <= 3:
            self.problems.note(
                "", kind, done, Location(self.title, number, column[:MOST_SHOWN], clean(cell)[:MOST_SHOWN])
            )

    def _more_like_it(self) -> None:
        for (_, column), count in self._listed.items():
            if count > 3:
                location = Location(self.title, None, column[:MOST_SHOWN])
                self.problems.note("", "more_like_it", "done.left_out", location, count=f"{count - 3}")

    def _rows(self, layout: Layout, date: int) -> Iterator[tuple[int, dt.date, dict]]:
        """The rows of figures with their dates; footers are left out."""
        order, footers, first = self.orders.get(date, ""), 0, None
        header = next(iter(layout.headers.get(date, [])), "date")
        for number, row in self.part.rows():
            if number < layout.first:
                continue
            cell = row.get(date)
            day = date_of(cell, order) if cell is not None else None
            if day is not None:
                yield number, day + dt.timedelta(days=date in self.late), row
            elif len(row) == 1 or not any(is_number(c) for k, c in row.items() if k != date):
                footers, first = footers + 1, first or number
            elif len(layout.dates) == 1 or not is_empty(cell):
                self._list("bad_date", "done.ignored", number, header, cell)
        if footers:
            self.problems.note("", "footers", "done.ignored", Location(self.title, first), count=f"{footers}")

    def _wide(self, layout: Layout, date: int, columns: dict[str, dict[str, int]]) -> Panel | None:
        chosen = {asset: _best(found) for asset, found in columns.items()}
        indexed = frozenset(a for a, found in columns.items() if not self._priced(found, layout))
        panel = Panel(self.title, list(chosen), indexed=indexed)
        used = [column for column, _ in chosen.values()]
        heads = [next(iter(layout.headers.get(c, [])), a) for a, (c, _) in chosen.items()]
        texts = self._units(layout, used)
        seen: set[dt.date] = set()
        plain = not self.marks and not self.small
        for number, day, row in self._rows(layout, date):
            if not any(c in row for c in used):
                continue  # a dividend or a split among the prices
            if day in seen:
                self._list(
                    "date_twice", "done.ignored", number, next(iter(layout.headers.get(date, [])), "date"), row[date]
                )
                continue
            seen.add(day)
            try:
                prices = [float(row[c]) for c in used] if plain else None
            except (KeyError, ValueError, TypeError):
                prices = None
            if prices is None or not 0.0 < min(prices) <= max(prices) <= fields.MOST:
                prices = [self._price(row.get(c), c, number, h) for c, h in zip(used, heads, strict=True)]
            panel.dates.append(day)
            panel.rows.append(prices)
        return self._adjusted(layout, date, columns, self._no_returns(panel, heads, layout, used, texts))

    def _units(self, layout: Layout, used: list[int]) -> dict[int, str]:
        return {c: text for c in used for text in layout.headers.get(c, []) if text in ("%", "％")}

    def _no_returns(
        self, panel: Panel, heads: list[str], layout: Layout, used: list[int], percent: dict
    ) -> Panel | None:
        """Columns of returns are no prices: many of them are below zero, or all have a percent sign."""
        if not self._listed and not percent:
            return panel
        drop = {j for j, c in enumerate(used) if c in percent}
        for j, head in enumerate(heads):
            wrong = self._listed.get(("no_price", head), 0)
            if wrong >= 2 and wrong > RETURNS * len(panel.dates):
                drop.add(j)
        if not drop:
            return panel
        for j in sorted(drop):
            self._listed.pop(("no_price", heads[j]), None)
            self.problems.note(
                "",
                "returns_as_prices",
                "done.not_prices",
                Location(self.title, layout.first - 1, heads[j][:MOST_SHOWN]),
            )
        keep = [j for j in range(len(heads)) if j not in drop]
        panel.assets = [panel.assets[j] for j in keep]
        panel.rows = [[row[j] for j in keep] for row in panel.rows]
        return panel if keep else None

    def _priced(self, found: dict[str, int], layout: Layout) -> bool:
        """Is one of the columns the price of a unit? An adjusted close is; an index of total return is not."""
        adjusted = map(normal, layout.headers.get(found.get(ADJUSTED, 0), []))
        return CLOSE in found or any(text in UNIT_PRICES for text in adjusted)

    def _adjusted(self, layout: Layout, date: int, columns: dict, panel: Panel | None) -> Panel | None:
        """Total returns that end at the price of a unit, where a file has both of an asset."""
        both = {a: f for a, f in columns.items() if CLOSE in f and (ADJUSTED in f or CUMULATIVE in f)}
        if panel is None or not both:
            return panel
        known: dict[dt.date, dict] = {}
        for _, day, cells in self._rows(layout, date):
            if any(c in cells for found in both.values() for c in found.values()):
                known.setdefault(day, cells)
        for asset, found in both.items():
            if asset in panel.assets:
                j = panel.assets.index(asset)
                series = {
                    kind: [self._price(known.get(day, {}).get(c), c, 0, asset) for day in panel.dates]
                    for kind, c in found.items()
                }
                for row, value in zip(panel.rows, total_return(panel.dates, series), strict=True):
                    row[j] = value
        return panel

    def _long(self, layout: Layout, code: int) -> list[Panel]:
        """One row per asset and date."""
        kinds = {
            c: FIELDS.get(normal(t)) for c, ts in layout.headers.items() for t in ts if c not in (code, *layout.dates)
        }
        found: dict[str, int] = {}
        for column, kind in kinds.items():
            if kind in (CLOSE, ADJUSTED, CUMULATIVE):
                found.setdefault(kind, column)
        if not found:
            numbers = [c for c in layout.headers if c not in (code, *layout.dates) and kinds.get(c) is None]
            value = [
                c for c in numbers if any(normal(t) in ("value", "amount", "数值", "值") for t in layout.headers[c])
            ]
            if not value:
                raise self._no_column(layout)
            found = {CLOSE: value[0]}
        column, kind = _best(found)
        date = max(
            layout.dates,
            key=lambda c: (any(normal(t) in ("navdate", "tradedate", "date") for t in layout.headers.get(c, [])), -c),
        )
        series: dict[str, dict[dt.date, dict[str, float]]] = {}
        used = {
            kind: c
            for kind, c in found.items()
            if kind in (CLOSE, *([] if ADJUSTED in found else [CUMULATIVE]), ADJUSTED)
        }
        unknown: set[str] = set()
        money = next((c for c, texts in layout.headers.items() if any(normal(t) in _CURRENCY for t in texts)), None)
        for number, day, row in self._rows(layout, date):
            if money is not None:
                small = clean(row.get(money)) in fields.HUNDREDTHS
                self.small = dict.fromkeys(used.values(), 0.01) if small else {}
            asset = self.named(row.get(code))
            if asset is None:
                name = clean(row.get(code))
                if name not in unknown:
                    self.problems.note(
                        "",
                        "price_of_nobody",
                        "done.ignored",
                        Location(self.title, number, layout.headers[code][0], name[:MOST_SHOWN]),
                    )
                unknown.add(name)
            elif day in series.setdefault(asset, {}):
                self._list("date_twice", "done.ignored", number, asset, row[date])
            else:
                series[asset][day] = {kind: self._price(row.get(c), c, number, asset) for kind, c in used.items()}
        panels = []
        for asset, own in series.items():
            values = total_return(list(own), {kind: [row[kind] for row in own.values()] for kind in used})
            indexed = frozenset([] if self._priced(found, layout) else [asset])
            panel = Panel(self.title, [asset], list(own), [[value] for value in values], indexed)
            if kept := self._no_returns(panel, [asset], layout, [column], {}):
                panels.append(kept)
        return panels

    def _dates_across(self, number: int, row: dict) -> dict[int, dt.date]:
        """The dates of a row of them; day and month in the order that all of them have."""
        cells = {c: cell for c, cell in row.items() if is_dated(cell, isinstance(cell, float) and cell > 1e7, True)}
        texts = conventions.Column()
        for cell in cells.values():
            if isinstance(cell, str):
                texts.add(cell, number)
        order = conventions.date_orders({0: texts}, [0], self.settings.date_order, "", self.part.semicolons)[0]
        if order == "?" and len(cells) > 2:
            raise conventions.two_dates(self.title, f"{number}", texts)
        return {c: day for c, cell in cells.items() if (day := date_of(cell, order))}

    def _across(self, top: list) -> list[Panel]:
        """Dates across, one row per asset; or nothing that is a table of prices."""
        for k, (number, row) in enumerate(top):
            dates = self._dates_across(number, row)
            if len(dates) < 3:
                continue
            panels = []
            for below, cells in self.part.rows():
                if below <= number:
                    continue
                asset = self._names([clean(cell) for c, cell in cells.items() if c not in dates])
                if asset is None:
                    self.problems.note(
                        "",
                        "price_of_nobody",
                        "done.ignored",
                        Location(self.title, below, "", clean(next(iter(cells.values())))[:MOST_SHOWN]),
                    )
                    continue
                prices = [[self._price(cells.get(c), c, below, asset)] for c in dates]
                panels.append(Panel(self.title, [asset], list(dates.values()), prices))
            self.remarks = [clean(cell) for _, r in top[:k] for cell in r.values() if isinstance(cell, str)]
            return panels
        figures = any(is_number(cell) for _, row in top[1:] for cell in row.values())
        if top and (figures or not any(is_date_header(cell) for _, row in top for cell in row.values())):
            self.problems.note("", "no_header", "done.ignored", Location(self.title))
        return []


def _best(found: dict[str, int]) -> tuple[int, str]:
    """The column of total returns where there is one, else the price, else the accumulated value."""
    kind = next(kind for kind in (ADJUSTED, CLOSE, CUMULATIVE) if kind in found)
    return found[kind], kind
