"""The firm's own template filled: with every value computed, against openpyxl, which computes none.

python -m benchmarks.templates. Candidates in turn, other clients at every call; xltpl (where installed) fills
placeholders of its own kind in as many cells.
"""

import io
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import openpyxl

import xlalloc  # noqa: F401  fills the catalogue
from benchmarks.peers import Peers
from benchmarks.reports import clients
from benchmarks.table import Section
from benchmarks.timing import once
from xlalloc.documents.output import fill
from xlalloc.documents.template import Template
from xlalloc.reports.client_case import client_case
from xlalloc.reports.compute import compute
from xlalloc.reports.report_template import write_report
from xlalloc.reports.vocabulary import shapes, vocabulary
from xlalloc.templates import case_workbook

OURS, LIVE = "xlalloc, values", "xlalloc, live"
SAMPLE, ROUNDS = 20, 5
NOTES = (
    "Our report: eleven sheets with room for 150 assets, charts, a logo, some 430 formulas on names. openpyxl loads "
    "the template, writes the data and saves, and computes nothing; xltpl writes the data into placeholders. "
    "A case workbook has eight sheets, seven charts and 300 formulas, all of them live; openpyxl loads and saves it."
)


def section(peers: Peers, rounds: int = ROUNDS) -> Section:
    """The row of `python -m benchmarks`."""
    found = Section("A firm's template", [OURS, LIVE, "openpyxl", "xltpl"], NOTES)
    least: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "firm.xlsx"
        write_report(path)
        inputs = clients(Path(folder), SAMPLE * (rounds + 1))
        data = [vocabulary(compute(client, inputs), inputs) for client in inputs.clients]
        calls = _candidates(path, Path(folder), peers)
        for k in range(rounds + 1):
            own = data[k * SAMPLE : (k + 1) * SAMPLE]
            for name, call in calls.items():
                seconds = once(lambda call=call, own=own: [call(values) for values in own]) / len(own)
                if k:  # the first round reads the template
                    least[name] = min(least.get(name, seconds), seconds)
    goal = f"30 ms: {least[OURS] * 1000:.0f}, 2 × openpyxl: {least['openpyxl'] / least[OURS]:.1f}"
    if "xltpl" in least:
        goal += f", 30 × xltpl: {least['xltpl'] / least[OURS]:.0f}"
    found.add("a client", least, goal=goal)
    cases = [client_case(compute(client, inputs), inputs) for client in inputs.clients]
    samples = [cases[k : k + SAMPLE] for k in range(0, len(cases), SAMPLE)]  # the first makes the template
    times = [once(lambda some=some: [case_workbook.filled(case).file() for case in some]) for some in samples]
    seconds = min(times[1:]) / SAMPLE
    written = case_workbook.filled(cases[0]).file()
    saved = min(once(lambda: openpyxl.load_workbook(io.BytesIO(written)).save(io.BytesIO())) for _ in range(rounds))
    goal = f"40 ms: {seconds * 1000:.0f}, openpyxl: {saved / seconds:.1f}"
    found.add("a case workbook", {LIVE: seconds, "openpyxl": saved}, goal=goal)
    return found


def _candidates(path: Path, folder: Path, peers: Peers) -> dict[str, Callable]:
    template = Template(path, shapes())
    found = {
        OURS: lambda values: fill(template, values),
        LIVE: lambda values: fill(template, values, live=True),
        "openpyxl": lambda values: _with_openpyxl(path, values),
    }
    if writer := peers.get("xltpl", lambda: import_module("xltpl.writerx").BookWriter):
        placed = _with_placeholders(folder)
        found["xltpl"] = lambda values: _with_xltpl(writer, placed, values)
    return found


def _with_openpyxl(path: Path, values: dict) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book["xl_data"]
    for row, (name, value) in enumerate(values.items(), 1):
        for column, cell in enumerate(value if isinstance(value, list) else [value], 1):
            sheet.cell(row, column).value = name if isinstance(cell, list) else cell
    book.save(io.BytesIO())


def _with_placeholders(folder: Path) -> Path:
    """A workbook of five sheets with as many placeholders as the firm's report has cells."""
    book, path = openpyxl.Workbook(), folder / "placeholders.xlsx"
    for sheet in [book.active, *(book.create_sheet() for _ in range(4))]:
        for row in range(1, 25):
            for column in range(1, 8):
                sheet.cell(row, column).value = f"{{{{values[{row * column % 5}]}}}}"
    book.save(path)
    return path


def _with_xltpl(writer, path: Path, values: dict) -> None:
    book = writer(str(path))
    book.render_book([{"values": values["v_now"], "tpl_idx": k} for k in range(5)])
    book.save(io.BytesIO())


if __name__ == "__main__":
    print(section(Peers()).markdown())
