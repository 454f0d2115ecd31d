"""Clients' data for the report tests: the five invented clients, changed as a test needs them."""

import csv
import tempfile
from functools import cache
from pathlib import Path

import openpyxl

from xlalloc.reports.clients_workbook import write_clients

SHEETS = ("clients", "holdings", "assets", "models", "benchmarks", "suitability", "prices")

REMARK = "Illustrative: simulated prices."


@cache
def _example() -> dict[str, list[tuple]]:
    """The example's rows as its file has them, written and read once."""
    with tempfile.TemporaryDirectory() as folder:
        book = openpyxl.load_workbook(write_clients(Path(folder) / "example.xlsx"))
    return {name: list(book[name].iter_rows(min_row=2, values_only=True)) for name in SHEETS}


def example() -> dict[str, list[list]]:
    """The example's sheets as rows, header first."""
    sheets = {name: [list(row) for row in rows] for name, rows in _example().items()}
    change(sheets, "clients", 4, "risk_level", "C4")  # of a level that its model needs: all five get a letter
    for row in range(len(sheets["models"]) - 1):  # ranges that hold: that the demo's do not is a finding
        for key, value in (("vol_high", 0.5), ("drawdown", 0.9)):
            if sheets["models"][row + 1][column(sheets, "models", key)] is not None:
                change(sheets, "models", row, key, value)
    # what a Chinese client is not shown by default stands in the report here
    sheets["firm"] = [["key", "value"], ["simulated", "client"], ["projections", "client"]]
    return sheets


def write_book(path: Path, sheets: dict[str, list[list]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for i, row in enumerate(with_remark(name, rows), 1):
            for j, value in enumerate(row, 1):
                cell = sheet.cell(i, j)
                cell.value = value
                if isinstance(value, str):
                    cell.data_type = "s"  # a text stays a text, whatever it begins with
    book.save(path)
    return path


def write_folder(path: Path, sheets: dict[str, list[list]], encoding: str = "utf-8-sig") -> Path:
    path.mkdir(exist_ok=True)
    for name, rows in sheets.items():
        with (path / f"{name}.csv").open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows(
                [["" if cell is None else cell for cell in row] for row in with_remark(name, rows)]
            )
    return path


def with_remark(name: str, rows: list[list]) -> list[list]:
    """Prices are marked as what they are, in the line above their header."""
    return [[REMARK], *rows] if name == "prices" else rows


def column(sheets: dict, sheet: str, key: str) -> int:
    return sheets[sheet][0].index(key)


def change(sheets: dict, sheet: str, row: int, key: str, value) -> None:
    """A cell of the row-th row below the header, counted from 0."""
    sheets[sheet][row + 1][column(sheets, sheet, key)] = value


def add(sheets: dict, sheet: str, **cells) -> None:
    sheets[sheet].append([cells.get(key) for key in sheets[sheet][0]])


def keep_clients(sheets: dict, *ids: str) -> None:
    for sheet in ("clients", "holdings"):
        at = column(sheets, sheet, "id")
        sheets[sheet][1:] = [row for row in sheets[sheet][1:] if row[at] in ids]


def cells(path: Path) -> dict[str, dict[str, object]]:
    """Every value of a workbook, by sheet and cell."""
    book = openpyxl.load_workbook(path)
    return {
        sheet.title: {
            cell.coordinate: cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None
        }
        for sheet in book
    }


def labelled(path: Path, sheet: str) -> dict[str, list]:
    """Rows by their first cell: the cells beside it; the first of a name wins."""
    found: dict[str, list] = {}
    for row in openpyxl.load_workbook(path)[sheet].iter_rows(min_col=2, values_only=True):
        if row[0] is not None:
            found.setdefault(row[0], list(row[1:]))
    return found
