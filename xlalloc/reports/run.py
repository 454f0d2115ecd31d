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
from xlalloc.reports.notes_page import About
from xlalloc.reports.pages import build
from xlalloc.reports.problems import Problem, Problems
from xlalloc.reports.read import read
from xlalloc.reports.records import Client, Inputs
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
    """A workbook per client in ``out``, with index.xlsx and problems.xlsx; ``progress(done, all)`` is told of each."""
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
        about = About(inputs.digest, inputs.market.remark, inputs.market.illustrative)
        document = build(result, about)
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
    first, last = page.table(
        ("index.id", PLAIN, [line.id for line in lines]),
        ("index.name", PLAIN, [line.name for line in lines]),
        ("client.value", MONEY, [line.value for line in lines]),
        ("client.drift", SIGNED_PERCENT, [line.drift for line in lines]),
        ("client.signal", PLAIN, [document.say(line.signal) if line.signal else None for line in lines]),
        ("client.vol", PERCENT, [line.vol for line in lines]),
        ("index.status", PLAIN, [document.say(line.status) for line in lines]),
        ("index.report", PLAIN, [line.file or None for line in lines]),
        ("index.note", PLAIN, [line.notes or None for line in lines]),
        left=(1, 6, 7, 8),
    )
    for row, line in enumerate(lines, first):
        if line.file:
            page.sheet.cell(row, 9).hyperlink = quote(line.file)
            page.sheet.cell(row, 9).font = document.font(color=document.accent, underline="single")
    page.widths({2: 16, 3: 28, 8: 20, 9: 26, 10: 30})
    page.sheet.auto_filter.ref = f"B{first - 1}:J{max(last, first)}"
    write.save(document.book, path, date)


def write_problems(problems: list[Problem], path: Path, lang: str, date: dt.date | None) -> None:
    """Every problem with its place and what was done."""
    document = write.document(lang)
    page = write.Sheet(document, "problems", landscape=True)
    page.title()
    if not problems:
        page.note("problems.none")
    first, last = page.table(
        ("index.id", PLAIN, [p.client or None for p in problems]),
        ("problems.sheet", PLAIN, [p.place.sheet or None for p in problems]),
        ("problems.row", "0", [p.place.row for p in problems]),
        ("problems.column", PLAIN, [p.place.column or None for p in problems]),
        ("problems.value", PLAIN, [p.place.value or None for p in problems]),
        ("problems.wrong", PLAIN, [p.wrong(lang) for p in problems]),
        ("problems.done", PLAIN, [p.what_was_done(lang) for p in problems]),
        left=(1, 3, 4, 5, 6),
    )
    page.widths({2: 16, 3: 14, 4: 8, 5: 18, 6: 26, 7: 62, 8: 40})
    page.wrapped(range(first, last + 1), [3, 5, 6, 7, 8])
    if problems:
        page.sheet.auto_filter.ref = f"B{first - 1}:H{last}"
    write.save(document.book, path, date)
