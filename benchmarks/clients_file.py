"""Reading clients' files: clients a second, against openpyxl and calamine, memory. python -m benchmarks.clients_file

The peers only hand out cells; what is read here besides is what the cells mean. Memory is that of a process of its own,
as Linux counts it.
"""

import csv
import importlib.util
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import openpyxl

from benchmarks.timing import shown, side_by_side
from xlalloc.reports.clients_workbook import write_clients
from xlalloc.reports.read import read
from xlalloc.reports.sheets import Workbook

HOLDINGS = 8
FEW, SOME, MANY = 1_000, 3_000, 50_000


def sheets(folder: Path, count: int) -> dict[str, list[list]]:
    """The example's sheets with ``count`` clients of eight holdings each."""
    book = openpyxl.load_workbook(write_clients(folder / "example.xlsx"))
    found = {page.title: [list(row) for row in page.iter_rows(values_only=True)] for page in book.worksheets[1:]}
    like, held = found["clients"][2], [row[1:] for row in found["holdings"][2:]]
    draw = random.Random(1)
    found["clients"][2:] = [[f"C{k:06d}", f"客户{k}", *like[2:]] for k in range(count)]
    found["holdings"][2:] = [
        [f"C{k:06d}", asset, round(draw.uniform(10, 90_000), 2), *rest]
        for k in range(count)
        for asset, _, *rest in draw.choices(held, k=HOLDINGS)
    ]
    return found


def folder_of(path: Path, tables: dict[str, list[list]]) -> Path:
    path.mkdir()
    for name, rows in tables.items():
        with (path / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            csv.writer(file).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return path


def workbook_of(path: Path, tables: dict[str, list[list]]) -> Path:
    book = openpyxl.Workbook(write_only=True)
    for name, rows in tables.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    book.save(path)
    return path


def cells_by_us(path: Path) -> int:
    book = Workbook(path)
    return sum(len(cells) for title in book.sheets for _, cells in book.rows(title))


def cells_by_openpyxl(path: Path) -> int:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    return sum(cell is not None for page in book for row in page.iter_rows(values_only=True) for cell in row)


def cells_by_calamine(path: Path) -> int:
    import python_calamine

    book = python_calamine.CalamineWorkbook.from_path(path)
    return sum(
        cell != "" for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row
    )


def memory(path: Path) -> float:
    """Megabytes at most, of a process that reads it."""
    done = subprocess.run([sys.executable, "-m", __spec__.name, str(path)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tables = sheets(folder, SOME)
        book, texts = workbook_of(folder / "book.xlsx", tables), folder_of(folder / "texts", tables)
        whole = side_by_side({"xlsx": lambda: read(book), "csv": lambda: read(texts)}, rounds=5)
        for kind, seconds in whole.items():
            print(f"read {SOME:,} clients from {kind:<5} {shown(seconds):>8}   {SOME / seconds:,.0f} clients a second")
        candidates = {"xlalloc": lambda: cells_by_us(book), "openpyxl": lambda: cells_by_openpyxl(book)}
        if importlib.util.find_spec("python_calamine"):
            candidates["python-calamine"] = lambda: cells_by_calamine(book)
        assert len({call() for call in candidates.values()}) == 1, "not the same cells"
        (_, ours), *others = side_by_side(candidates, rounds=3).items()
        compared = "; ".join(f"{peer} {shown(taken)} (ratio {ours / taken:.2f})" for peer, taken in others)
        print(f"its {candidates['xlalloc']():,} cells      {shown(ours):>8}   {compared}")
        used = [memory(folder_of(folder / f"{count}", sheets(folder, count))) for count in (FEW, MANY)]
        each = (used[1] - used[0]) * 1024 / (MANY - FEW)
        print(f"memory: {used[0]:.0f} MB for {FEW:,} clients, {used[1]:.0f} MB for {MANY:,}: {each:.1f} kB a client")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read(Path(sys.argv[1]))
        status = Path("/proc/self/status").read_text()  # getrusage would count the process it was started from
        print(next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")) / 1024)
    else:
        main()
