"""1,000 cells of RP_WEIGHTS 10 x 10 recalculated by LibreOffice, beside Calc's own MMULT: `python -m benchmarks.calc`.

Calc is asked through UNO over a pipe, by LibreOffice's own Python, for the time of `calculateAll`.
"""

import json
import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import openpyxl
from openpyxl.worksheet.formula import ArrayFormula

from benchmarks.timing import shown, side_by_side
from xlalloc.cells import call
from xlalloc.hosts import calc_driver, calc_install

CELLS, SIZE = 1000, 10
RANGE = "$A$1:$J$10"
FORMULAS = {
    "RP_WEIGHTS 10x10": f"=INDEX(RP_WEIGHTS({RANGE}),{{}},1)",
    "PORT_VOL 10 and 10x10": f"=PORT_VOL($L$1:$L$10,{RANGE})",
    "CAGR (three numbers)": "=CAGR(100,150,{})",
    "MMULT 10x10 (Calc's own)": f"=INDEX(MMULT({RANGE},{RANGE}),{{}},1)",
}
SCRIPT = """
import json, statistics, sys, time, uno
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(600):
    try:
        context = resolver.resolve("uno:pipe,name=" + sys.argv[1] + ";urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.1)
desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
books = [desktop.loadComponentFromURL(url, "_blank", 0, ()) for url in sys.argv[2:]]
times = [[] for _ in books]
for _ in range(9):
    for book, taken in zip(books, times):
        begun = time.perf_counter()
        book.calculateAll()
        taken.append(time.perf_counter() - begun)
print(json.dumps([statistics.median(taken[1:]) for taken in times]))
for book in books:
    book.close(True)
desktop.terminate()
"""


def covariance() -> np.ndarray:
    returns = np.random.default_rng(7).standard_normal((60, SIZE)) * 0.05
    return np.cov(returns, rowvar=False) * 12


def workbook(path: Path, formula: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in covariance().tolist():
        sheet.append(row)
    for i in range(1, SIZE + 1):
        sheet.cell(i, 12, 1 / SIZE)
    for k in range(CELLS):
        at = sheet.cell(k + 1, 14)
        at.value = ArrayFormula(at.coordinate, formula.format(k % SIZE + 1))
    book.save(path)
    return path


def recalculation(driver: calc_driver.Driver, files: list[Path]) -> list[float]:
    """Median seconds of one recalculation of each workbook, in turn."""
    python = next(p for p in (driver.office.program / "python", Path("/usr/bin/python3")) if p.exists())
    pipe = f"xlalloc{os.getpid()}"
    office = driver.start(f"--accept=pipe,name={pipe};urp;")
    try:
        command = [python, "-c", SCRIPT, pipe, *[file.as_uri() for file in files]]
        done = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=300, env=calc_install.environment()
        )
    finally:
        calc_driver.end(office)
    return json.loads(done.stdout)


def main() -> None:
    with calc_driver.Driver() as driver, tempfile.TemporaryDirectory() as folder:
        files = [workbook(Path(folder) / f"{k}.xlsx", formula) for k, formula in enumerate(FORMULAS.values())]
        seconds = recalculation(driver, files)
        print(f"LibreOffice {driver.office.shown}: {CELLS} cells recalculated")
    for name, taken in zip(FORMULAS, seconds, strict=True):
        print(f"{name:<26} {shown(taken):>8}   {shown(taken / CELLS):>8} a cell   {taken / seconds[-1]:.1f} x MMULT")
    rows = covariance().tolist()
    inside = side_by_side({"cells.call": lambda: call("RP_WEIGHTS", [rows])})["cells.call"]
    print(f"of which cells.call of RP_WEIGHTS takes {shown(inside)}")


if __name__ == "__main__":
    main()
