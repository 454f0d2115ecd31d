"""Reports by the thousand: filling, the whole job, what others take to write as many cells, two processes, memory.

python -m benchmarks.reports [CLIENTS …]. Ratios within one run, candidates in turn. The clients are invented and differ
in amounts, goals, cash flow and language; all have the same horizon, so that some forty of a model share one (ten
thousand with any horizon of up to thirty years share it by the hundred).
"""

import gc
import io
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from random import Random

import openpyxl
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font

import xlalloc  # noqa: F401  fills the catalogue
from benchmarks.peers import Peers
from benchmarks.table import Section
from benchmarks.timing import once
from xlalloc.documents.output import fill
from xlalloc.reports import firm_templates, index, run
from xlalloc.reports.batch import Task, Work, batch
from xlalloc.reports.clients_workbook import write_clients
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.records import Inputs
from xlalloc.reports.vocabulary import vocabulary

OURS, WHOLE = "xlalloc, filling", "numbers, filling, disk"
FIVE = 5  # clients of the example, one of each kind
SAMPLE = 20
ROUNDS = 6
MANY, TURNS = 200, 3  # clients of one run by processes; runs of each number of processes
NOTES = (
    "Our report, every formula computed, in memory; in the second column with every number and written to disk, "
    "clients of the same horizon one after the other. openpyxl and XlsxWriter write its cells, formats and as many "
    "charts from values that lie ready."
)


def clients(folder: Path, count: int) -> Inputs:
    """The five invented clients over and over, each with amounts, cash flow, goal and horizon of its own."""
    inputs = read(write_clients(folder / "clients.xlsx"))
    made = []
    for k in range(count):
        random, like = Random(k), inputs.clients[k % len(inputs.clients)]
        scale = random.lognormvariate(0, 1)
        lots = [replace(lot, units=lot.units and lot.units * scale * random.uniform(0.7, 1.4)) for lot in like.lots]
        made.append(
            replace(
                like,
                id=f"{like.id}-{k:06d}",
                name=f"{like.name} {k}",
                lots=lots,
                goal=like.goal and like.goal * scale * random.uniform(0.8, 1.3),
                goal_years=like.goal_years and 15.0,
                monthly=like.monthly * scale,
                cash_flow=like.cash_flow * scale,
            )
        )
    return replace(inputs, clients=made)


def work_for(inputs: Inputs, out: Path) -> tuple[Work, list[Task]]:
    tasks = [Task(k, client, f"{client.id}.xlsx") for k, client in enumerate(inputs.clients)]
    return Work(run.common(inputs), out), sorted(tasks, key=run.alike)


def timed(call) -> float:
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def candidates(inputs: Inputs, out: Path, peers: Peers) -> dict[str, Callable[[], None]]:
    """A report of each of the five kinds of client: filled; with its numbers and on disk; as others write its cells.

    The whole job takes other clients at every call: what it remembers of one serves only those alike.
    """
    work, tasks = work_for(inputs, out)
    kinds = [[task for task in tasks if task.number % FIVE == k] for k in range(FIVE)]
    fresh = iter([list(alike) for alike in zip(*kinds, strict=True)])
    results = [compute(client, inputs) for client in inputs.clients[:FIVE]]
    templates = [firm_templates.ours(result.lang, inputs.firm) for result in results]
    words = [vocabulary(result, inputs) for result in results]
    laid = [_laid_out(openpyxl.load_workbook(io.BytesIO(fill(*pair)))) for pair in zip(templates, words, strict=True)]

    def filled() -> None:
        for _ in range(SAMPLE):
            for template, values in zip(templates, words, strict=True):
                fill(template, values)

    def whole() -> None:
        for _ in range(SAMPLE):
            batch(work, next(fresh))

    found = {OURS: filled, WHOLE: whole, "openpyxl": lambda: [_with_openpyxl(sheets) for sheets in laid]}
    if by_xlsxwriter := peers.get("XlsxWriter", lambda: partial(_with_xlsxwriter, import_module("xlsxwriter"))):
        found["XlsxWriter"] = lambda: [by_xlsxwriter(sheets) for sheets in laid]
    return found


def _laid_out(drawn) -> list[tuple]:
    """Of each sheet its title, its cells as row, column, value, style, bold and number format, and how many charts."""
    return [
        (
            sheet.title,
            [
                (c.row - 1, c.column - 1, c.value, tuple(c._style), bool(c.font.b), c.number_format)
                for row in sheet.iter_rows()
                for c in row
                if c.has_style
            ],
            len(sheet._charts),
        )
        for sheet in drawn
    ]


def _with_openpyxl(sheets: list[tuple]) -> None:
    """The cells, formats and as many charts of a report that lies ready: no page is laid out."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    fonts = {bold: Font(bold=bold) for bold in (False, True)}
    for title, cells, charts in sheets:
        page = book.create_sheet(title)
        for row, column, value, _, bold, shown in cells:
            cell = page.cell(row + 1, column + 1, value)
            cell.font, cell.number_format = fonts[bold], shown
        for _ in range(charts):
            chart = BarChart()
            chart.add_data(Reference(page, min_col=3, max_col=4, min_row=9, max_row=15))
            page.add_chart(chart, "B40")
    book.save(io.BytesIO())


def _with_xlsxwriter(xlsxwriter, sheets: list[tuple]) -> None:
    """The cells, formats and as many charts of a report that lies ready: no page is laid out."""
    book = xlsxwriter.Workbook(io.BytesIO(), {"in_memory": True})
    formats: dict[tuple, object] = {}
    for title, cells, charts in sheets:
        page = book.add_worksheet(title)
        for row, column, value, style, bold, shown in cells:
            if style not in formats:
                formats[style] = book.add_format({"bold": bold, "num_format": shown, "bottom": 1})
            if isinstance(value, int | float):
                page.write_number(row, column, value, formats[style])
            elif value is None:
                page.write_blank(row, column, None, formats[style])
            else:
                page.write_string(row, column, str(value), formats[style])
        for _ in range(charts):
            chart = book.add_chart({"type": "bar"})
            for column in (2, 3):
                chart.add_series({"values": [title, 8, column, 14, column]})
            page.insert_chart("B40", chart)
    book.close()


def section(peers: Peers, rounds: int = ROUNDS) -> Section:
    """The row of `python -m benchmarks`."""
    found = Section("A client's report", [OURS, WHOLE, "openpyxl", "XlsxWriter"], NOTES)
    least: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        calls = candidates(clients(Path(folder), FIVE * SAMPLE * (rounds + 1)), Path(folder), peers)
        for k in range(rounds + 1):
            for name, call in calls.items():
                count = FIVE * (SAMPLE if name in (OURS, WHOLE) else 1)
                seconds = once(call) / count
                if k:  # the first round draws what all share
                    least[name] = min(least.get(name, seconds), seconds)
    found.add("a report", least, goal=f"30 ms with numbers: {least[WHOLE] * 1000:.0f}")
    return found


def processes(inputs: Inputs, out: Path) -> None:
    """The whole run with one process and with two, each on clients that neither had before."""
    found: dict[int, list[float]] = {1: [], 2: []}
    work, tasks = work_for(inputs, out)
    calls = [jobs for _ in range(TURNS) for jobs in found]
    for k, jobs in enumerate(calls):
        own = tasks[k :: len(calls)]  # as many of each kind
        found[jobs].append(timed(lambda jobs=jobs, own=own: list(run.many(work, own, jobs, ""))) / len(own))
    one, two = min(found[1]), min(found[2])
    print(f"one process                               {one * 1e3:7.2f} ms a client")
    print(f"two processes                             {two * 1e3:7.2f} ms a client   {one / two:.2f} x (goal 1.7)")


def memory(count: int) -> None:
    """In a process of its own: how much the run of this many clients adds to what the clients themselves take."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = clients(Path(folder), count)
        for client in inputs.clients:
            client.goal = None  # a plan takes longer and keeps no more
        work, tasks = work_for(inputs, Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        lines = index.Lines(count)
        for k, line in run.many(work, tasks, 1, ""):
            lines[k] = line
            for file in filter(None, (line.file, line.internal)):
                (work.out / file).unlink()
        date, made = inputs.market.as_of, index.Made(inputs.digest, "", inputs.firm.digest)
        index.write_index(work.out / "index.xlsx", "en", date, lines, made)
        index.write_problems(work.out / "problems.xlsx", "en", date, index.Found(lines, []))
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{count:7d} clients: {before / 1024:6.0f} MB with the input read, {after / 1024:6.0f} MB at the most")


def main() -> None:
    if sys.argv[1:2] == ["memory"]:
        memory(int(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        inputs = clients(Path(folder), 2 * TURNS * MANY)
        out = Path(folder) / "out"
        out.mkdir()
        print(section(Peers()).markdown())
        processes(inputs, out)
    for count in sys.argv[1:] if len(sys.argv) > 1 else ["1000", "5000"]:  # and 50000, given an hour
        subprocess.run([sys.executable, "-m", "benchmarks.reports", "memory", count], check=True, env={**os.environ})


if __name__ == "__main__":
    main()
