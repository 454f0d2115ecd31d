"""Many clients → a folder of workbooks with an index and the list of problems; one that fails stops no other."""

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from xlalloc import log
from xlalloc.errors import ErrorValue, InputError
from xlalloc.reports import write
from xlalloc.reports.compute import Result, compute
from xlalloc.reports.pages import build
from xlalloc.reports.problems import Place, Problem, Problems
from xlalloc.reports.read import Client, Inputs, read
from xlalloc.reports.trading import RefusedError
from xlalloc.templates.layout import MONEY, PERCENT, PLAIN, SIGNED_PERCENT

LONGEST_NAME = 80
BATCH = 8  # clients a worker process takes at a time
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d|index|problems)(\..*)?")


@dataclass(frozen=True, slots=True)
class Line:
    """A client's row of the index."""

    id: str
    name: str
    value: float | None = None
    drift: float | None = None
    signal: str | None = None
    vol: float | str | None = None
    status: str = "index.refused"
    file: str = ""
    notes: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass
class Summary:
    """What came of it."""

    clients: int
    written: int
    failed: int
    problems: list[Problem] = field(default_factory=list)


def report(
    source: Path,
    out: Path,
    prices: Path | None = None,
    lang: str | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """A workbook per client in ``out``, with index.xlsx and problems.xlsx; ``progress(done, all)`` after each client."""
    if lang not in (None, "en", "zh"):
        raise InputError(f"lang: {lang!r} is not known. Known: en, zh.")
    inputs = read(Path(source), prices, lang)
    out = Path(out)
    out.mkdir(parents=True, exist_ok=True)
    files = file_names(inputs.clients, inputs.problems)
    refused = inputs.problems.refused
    lines = [Line(client.id, client.name, notes=client.notes) for client in inputs.clients]
    chosen = [k for k, client in enumerate(inputs.clients) if client.id not in refused]
    done = _many([(k, files[inputs.clients[k].id]) for k in chosen], inputs, out, jobs)
    for count, (k, line) in enumerate(done, 1):
        lines[k] = line
        inputs.problems.extend(line.problems)
        if progress:
            progress(count, len(chosen))
    language = inputs.language
    write_index(lines, out / "index.xlsx", language, inputs.market.as_of)
    write_problems(inputs.problems.items, out / "problems.xlsx", language, inputs.market.as_of)
    written = sum(bool(line.file) for line in lines)
    return Summary(len(lines), written, len(lines) - written, inputs.problems.items)


# Clients -------------------------------------------------------------------------------------------------------------


def _many(tasks: list[tuple[int, str]], inputs: Inputs, out: Path, jobs: int) -> Iterable[tuple[int, Line]]:
    """Each task's line, in order, here or in worker processes."""
    if jobs <= 1 or len(tasks) <= 1:
        for k, file in tasks:
            yield k, one(inputs.clients[k], inputs, out, file)
        return
    with ProcessPoolExecutor(min(jobs, len(tasks)), initializer=_begin, initargs=(inputs, out)) as pool:
        yield from pool.map(_task, tasks, chunksize=max(1, min(BATCH, len(tasks) // jobs)))


_worker: dict = {}


def _begin(inputs: Inputs, out: Path) -> None:
    _worker.update(inputs=inputs, out=out)


def _task(task: tuple[int, str]) -> tuple[int, Line]:
    k, file = task
    return k, one(_worker["inputs"].clients[k], _worker["inputs"], _worker["out"], file)


def one(client: Client, inputs: Inputs, out: Path, file: str) -> Line:
    """Compute and write one client's report; whatever goes wrong becomes a row of the index and a problem."""
    line = Line(client.id, client.name, notes=client.notes)
    try:
        result = compute(client, inputs)
        known = inputs.problems.of(client.id)
        found, result.problems = result.problems, known + [p for p in result.problems if p not in known]
        document = build(result, inputs.digest, inputs.market.remark, inputs.market.illustrative)
        write.save(document.book, out / file, result.as_of)
    except RefusedError as refused:
        return replace(line, problems=tuple(refused.problems))
    except Exception as error:
        log.trace(f"report of client {client.id}")
        return replace(
            line,
            problems=(
                Problem(client.id, "unforeseen", "done.no_report", client.place, (("error", type(error).__name__),)),
            ),
        )
    return _line(line, result, file, tuple(found))


def _line(line: Line, result: Result, file: str, problems: tuple) -> Line:
    signal = str(result.due) if isinstance(result.due, ErrorValue) else "client.due" if result.due else "client.not_due"
    return replace(
        line, value=result.value, drift=result.largest[4], signal=signal, vol=result.measures["risk.vol"][0],
        status="index.findings" if result.problems else "index.done", file=file, problems=problems,
    )  # fmt: skip


def file_names(clients: list[Client], problems: Problems) -> dict[str, str]:
    """A file name for each id: never a path, never another client's, never a name an operating system keeps."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for client in clients:
        safe = re.sub(r"[^\w\-. ()]", "_", client.id).strip(". ")[:LONGEST_NAME]
        if not safe or safe != client.id or _RESERVED.fullmatch(safe) or safe.casefold() in taken:
            safe = f"{safe.replace('..', '_') or 'client'}-{hashlib.sha256(client.id.encode()).hexdigest()[:8]}"
            problems.note(client.id, "bad_file_name", "done.renamed", client.place, file=safe + ".xlsx")
        taken.add(safe.casefold())
        names[client.id] = safe + ".xlsx"
    return names


# Index and problems --------------------------------------------------------------------------------------------------


def write_index(lines: list[Line], path: Path, lang: str, date: dt.date | None) -> None:
    """One row a client, with a link to its report."""
    document = write.document(lang)
    page = write.Sheet(document, "index", landscape=True)
    page.title()
    header = [
        "index.id",
        "index.name",
        "client.value",
        "client.drift",
        "client.signal",
        "client.vol",
        "index.status",
        "index.report",
        "index.note",
    ]
    rows = [
        [line.id, line.name, line.value, line.drift, document.say(line.signal) if line.signal else None, line.vol,
         document.say(line.status), line.file or None, line.notes or None]
        for line in lines
    ]  # fmt: skip
    first, last = page.table(header, rows, [PLAIN, PLAIN, MONEY, SIGNED_PERCENT, PLAIN, PERCENT, PLAIN, PLAIN, PLAIN],
                             left=(1, 6, 7, 8))  # fmt: skip
    for row, line in enumerate(lines, first):
        if line.file:
            page.sheet.cell(row, 9).hyperlink = quote(line.file)
            page.sheet.cell(row, 9).font = document.font(color=document.accent, underline="single")
    _widths(page, {2: 16, 3: 28, 8: 20, 9: 26, 10: 30})
    page.sheet.auto_filter.ref = f"B{first - 1}:J{max(last, first)}"
    write.save(document.book, path, date)


def write_problems(problems: list[Problem], path: Path, lang: str, date: dt.date | None) -> None:
    """Every problem with its place and what was done."""
    document = write.document(lang)
    page = write.Sheet(document, "problems", landscape=True)
    page.title()
    if not problems:
        page.note("problems.none")
    header = [
        "index.id",
        "problems.sheet",
        "problems.row",
        "problems.column",
        "problems.value",
        "problems.wrong",
        "problems.done",
    ]
    rows = [
        [
            p.client or None,
            p.place.sheet,
            p.place.row,
            p.place.column or None,
            p.place.value or None,
            p.wrong(lang),
            p.what_was_done(lang),
        ]
        for p in problems
    ]
    first, last = page.table(header, rows, [PLAIN, PLAIN, "0", PLAIN, PLAIN, PLAIN, PLAIN], left=(1, 3, 4, 5, 6))
    _widths(page, {2: 16, 3: 14, 4: 8, 5: 18, 6: 26, 7: 62, 8: 40})
    for row in range(first, last + 1):
        for column in (3, 5, 6, 7, 8):
            page.style(page.sheet.cell(row, column), align="left", wrap=True)
        page.sheet.row_dimensions[row].height = write.ROW_POINTS * max(
            1, *(-(-int(write.width_of(str(page.sheet.cell(row, c).value or ""))) // width) for c, width in ((6, 25), (7, 60), (8, 38)))
        )  # fmt: skip
    if problems:
        page.sheet.auto_filter.ref = f"B{first - 1}:H{last}"
    write.save(document.book, path, date)


def _widths(page: write.Sheet, widths: dict[int, float]) -> None:
    from openpyxl.utils import get_column_letter as letter

    for column, width in widths.items():
        page.sheet.column_dimensions[letter(column)].width = width
