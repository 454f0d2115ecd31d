"""A case-study workbook as somebody at a keyboard changes it: inputs are found by their names, not their places."""

import io
import re
from contextlib import contextmanager

import openpyxl
from openpyxl.utils import range_boundaries

from xlalloc import data
from xlalloc.book import Book, place
from xlalloc.formula import evaluate
from xlalloc.templates.case_workbook import filled
from xlalloc.templates.cases import ETF_UNIT, ETFS, case, illustrative_prices

LIST = ("v_now", "w_target", "mu_assets", "vol_assets", "fund_levels", "lot_sizes", "order_rates",
        "minimum_commissions", "sell_taxes", "exit_fees", "locked_values")  # fmt: skip
HEADS = ("corr_heads", "scenario_heads", "price_heads")


def says(text: str, line: str) -> bool:
    """Is the line this text, with something in each of its places?"""
    return bool(re.fullmatch(re.sub(r"\\{\w+\\}", ".+", re.escape(text)), line))


class Inputs:
    """The inputs of one workbook."""

    def __init__(self, key: str = "balanced", lang: str = "en"):
        self.case, self.lang = case(key, lang), lang
        self.book = openpyxl.load_workbook(io.BytesIO(filled(self.case, lang).file()))
        self.assets = [holding.name(lang) for holding in self.case.holdings]

    def cell(self, name: str, down: int = 0, right: int = 0):
        """The first cell of a defined name, or one so many rows down and columns to the right."""
        sheet, first = re.match(r"'([^']+)'!(\$[A-Z]+\$\d+)", self.book.defined_names[name].attr_text).groups()
        left, top, _, _ = range_boundaries(first)
        return self.book[sheet].cell(top + down, left + right)

    def put(self, name: str, value, down: int = 0, right: int = 0) -> None:
        cell = self.cell(name, down, right)
        assert not cell.protection.locked, f"{name}: {cell.coordinate} is no input"
        cell.value = value

    @contextmanager
    def changed(self, *changes: tuple):
        """The workbook computed with (name, value, down, right) changed; afterwards all is as before."""
        before = []
        for name, value, *place_ in changes:
            cell = self.cell(name, *place_)
            before.append((cell, cell.value, cell.number_format))
            self.put(name, value, *place_)
            if isinstance(value, str) and value.startswith("#"):
                cell.data_type = "e"
        yield self.computed()
        for cell, value, format in before:
            cell.value, cell.number_format = value, format

    def hold_all_in_one(self) -> None:
        for k in range(len(self.assets)):
            self.put("v_now", 1_000_000 if k == 0 else 0, k)

    def add(self, name: str, value: float) -> None:
        """One more asset, in the next spare row of every list."""
        k, known = len(self.assets), data.find("asset_classes", name)
        mu, vol = data.expected(name)
        row = [value, 0.0, mu, vol, "R2", 100 if name in ETFS else 0, 0.0003, 0.0, 0.0, 0.0, 0.0]
        self.put("asset_cells", name, k)
        for column, cell in zip(LIST, row, strict=True):
            self.put(column, cell, k)
        others = [holding.asset for holding in self.case.holdings]
        for name_cells in ("corr_names", "corr_heads", "scenario_heads", "price_heads"):
            self.put(name_cells, name, *((k, 0) if name_cells == "corr_names" else (0, k)))
        for i, other in enumerate([*others, name]):
            rho = data.correlations([name, other])[0][1]
            self.put("corr_assets", rho, k, i)
            self.put("corr_assets", rho, i, k)
        shocks = [row["shock"] for row in data.rows("scenarios") if row["asset"] == known["asset"]]
        for i, shock in enumerate(shocks):
            self.put("scenario_body", shock, i, k)
        for i, (_, prices) in enumerate(illustrative_prices([name])):
            self.put("price_body", prices[0] / (ETF_UNIT if name in ETFS else 1.0), i, k)
        self.assets.append(name)

    def paste_prices(self, order: list[int], hole: tuple[int, int]) -> None:
        """The price columns in another order, one price missing."""
        for k, j in enumerate(order):
            self.put("price_heads", self.assets[j], 0, k)
            for i, (_, prices) in enumerate(self.case.prices):
                self.put("price_body", prices[j], i, k)
        self.put("price_body", None, hole[0], hole[1])

    def empty(self) -> None:
        """A client of whom nothing is known yet."""
        for name in ("client_name", "client_age", "risk_level", "last_rebalanced", "goal_today", "hedge_asset"):
            self.put(name, None)
        for k in range(len(self.assets)):
            for name in ("asset_cells", *LIST):
                self.put(name, None, k)

    # Clients who are not the sample

    def value(self, name: str, down: int = 0, right: int = 0):
        return self.cell(name, down, right).value

    def keep(self, places: list[int]) -> None:
        """Only these assets, everywhere; the first of them in the first row."""
        old = {name: [self.value(name, k) for k in places] for name in (*LIST, "corr_names")}
        corr = [[self.value("corr_assets", i, j) for j in places] for i in places]
        shocks = [[self.value("scenario_body", i, j) for j in places] for i in range(len(self.case.scenarios))]
        prices = [[self.value("price_body", i, j) for j in places] for i in range(len(self.case.prices))]
        names = [self.assets[k] for k in places]
        count = len(self.assets)
        for k in range(count):
            kept = k < len(places)
            for name in LIST:
                self.put(name, old[name][k] if kept else None, k)
            for name, where in (("asset_cells", (k, 0)), ("corr_names", (k, 0)), *((n, (0, k)) for n in HEADS)):
                self.put(name, names[k] if kept else None, *where)
            for i in range(count):
                self.put("corr_assets", corr[i][k] if kept and i < len(places) else None, i, k)
            for name, rows in (("scenario_body", shocks), ("price_body", prices)):
                for i, row in enumerate(rows):
                    self.put(name, row[k] if kept else None, i, k)
        self.assets = names

    def rename(self, k: int, name) -> None:
        for cells, where in (("asset_cells", (k, 0)), ("corr_names", (k, 0)), *((n, (0, k)) for n in HEADS)):
            self.put(cells, name, *where)
        for i in range(len(self.case.benchmark)):
            if self.value("bench_names", i) == self.assets[k]:
                self.put("bench_names", name, i)
        if self.value("hedge_asset") == self.assets[k]:
            self.put("hedge_asset", name)
        self.assets[k] = name

    def benchmark(self, rows: list[tuple]) -> None:
        for i in range(max(len(self.case.benchmark), len(rows))):
            name, weight = rows[i] if i < len(rows) else (None, None)
            self.put("bench_names", name, i)
            self.put("w_bench", weight, i)

    def clear_benchmark(self) -> None:
        self.benchmark([])

    def clear_prices(self) -> None:
        self.prices([])
        for k in range(len(self.case.priced)):
            self.put("price_heads", None, 0, k)

    def clear_crises(self) -> None:
        for i in range(len(self.case.scenarios)):
            self.put("scenario_names", None, i)
            for k in range(len(self.assets)):
                self.put("scenario_body", None, i, k)

    def prices(self, dates: list) -> None:
        """The first prices of the sample, at these dates in place of its own."""
        for i, (_, row) in enumerate(self.case.prices):
            self.put("price_dates", None, i)
            for k in range(len(row)):
                self.put("price_body", None, i, k)
        known = [row for _, row in self.case.prices]
        for i, date in enumerate(dates):
            self.put("price_dates", date, i)
            for k, price in enumerate(known[i % len(known)]):
                self.put("price_body", price, i, k)

    def scale(self, factor: float) -> None:
        """All amounts of money of the client, not the prices."""
        for name in ("cash_flow", "goal_today", "monthly_saving"):
            self.put(name, self.value(name) * factor)
        for k in range(len(self.assets)):
            self.put("v_now", self.value("v_now", k) * factor, k)

    def fill_beyond(self, count: int) -> None:
        """So many assets pasted from the first row on, where there is room for fewer: over whatever stands below."""
        for k in range(len(self.assets), count):
            for name, value in (("asset_cells", f"Fund {k}"), ("v_now", 1000), ("w_target", 0)):
                self.cell(name, k).value = value

    def computed(self) -> "Computed":
        return Computed(self.book)


class Computed:
    """What the evaluator makes of a workbook."""

    def __init__(self, workbook):
        self.workbook, self.values = workbook, Book(workbook)

    def __call__(self, formula: str):
        rows = evaluate(f"={formula}", place(self.values, None))
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows

    def line(self, name: str) -> str:
        """The text beside a label of the first sheet: its second column is found by the label."""
        sheet = self.workbook.worksheets[0]
        row = next(r for r in range(1, 30) if sheet.cell(r, 2).value == name)
        return self.values.cell(sheet.title, row, 3)

    def cells(self):
        """(sheet, coordinate) → value of every cell."""
        for sheet in self.workbook.worksheets:
            for row in sheet.iter_rows():
                for cell in row:
                    yield (sheet.title, cell.coordinate), self.values.cell(sheet.title, cell.row, cell.column)
