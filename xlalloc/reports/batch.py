"""Some clients → their workbooks and their lines of the index: what one process is given at a time."""

import gc
import hashlib
import json
import multiprocessing.util
import threading
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from xlalloc import log
from xlalloc.documents.fill import Filled, FitError
from xlalloc.documents.output import Output
from xlalloc.errors import ErrorValue
from xlalloc.reports import firm_templates
from xlalloc.reports.check_words import check_words
from xlalloc.reports.compute import compute
from xlalloc.reports.firm import INTERNAL as INTERNAL_PAGE
from xlalloc.reports.folder import INTERNAL, ForeignError, is_ours, mark, replacing, set_aside, sign, why
from xlalloc.reports.problems import Location, Problem, Problems
from xlalloc.reports.records import Client, Inputs
from xlalloc.reports.report_template import SHEETS, times_needed, titles
from xlalloc.reports.result import Result
from xlalloc.reports.sentences import kept_back
from xlalloc.reports.suitability import listed
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.trading import CENT, RefusedError
from xlalloc.reports.vocabulary import declared, vocabulary
from xlalloc.version import __version__

REFUSED, HELD = "index.refused", "index.held"
# of a line, in the properties of its workbook
_KEPT = (
    "value", "drift", "signal", "vol", "status", "above", "held", "internal", "count", "suits", "expires",
    "review",
)  # fmt: skip
PROJECTED = ("goal_chance", "goal_low")
SIMULATED = tuple(name for name, row in declared().items() if row["group"] == "past")
_ONE = threading.RLock()  # threads of one process take turns: what is shared is filled by one at a time


@dataclass(frozen=True, slots=True)
class Line:
    """A client's row of the index."""

    id: str
    name: str
    value: float | None = None
    drift: float | None = None
    signal: str | None = None
    vol: float | str | None = None
    status: str = REFUSED
    file: str = ""
    notes: str = ""
    above: str = ""  # purchases above the client's level
    adviser: str = ""
    held: str = ""  # why the letter is kept back
    internal: str = ""  # the file of pages that are not for the client
    count: int = 0  # of findings
    suits: str = ""  # the judgement of suitability in a word
    expires: str = ""  # of the assessment, and the next review: dates
    review: str = ""
    problems: tuple[Problem, ...] = ()
    kept: bool = False  # made by an earlier run


@dataclass(frozen=True, slots=True)
class Task:
    """One client, its place in the index, the file it gets, what reading found about it."""

    number: int
    client: Client
    file: str
    known: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Work:
    """What every client's report is made with; ``inputs`` without the clients."""

    inputs: Inputs
    out: Path
    resume: bool = False
    live: bool = False
    pdf: bool = False
    template: Path | None = None  # the firm's own, a file or a folder of them
    template_digest: str = ""
    macros: bool = False


def batch(work: Work, tasks: list[Task]) -> list[tuple[int, Line]]:
    """Each client's line, its workbook written."""
    with _ONE:
        collecting = gc.isenabled()
        gc.disable()  # nothing here is circular, and going through what is kept takes a third of the time
        try:
            lines = [(task.number, one(work, task)) for task in tasks]
        finally:
            if collecting:
                gc.enable()
        return _printed(work, lines) if work.pdf else lines


def one(work: Work, task: Task) -> Line:
    """Compute and write one client's report; whatever goes wrong becomes a row of the index and a problem."""
    client, path = task.client, work.out / task.file
    line = Line(client.id, client.name, notes=client.notes, adviser=client.adviser)
    key = _key(work, task)
    try:
        if work.resume and (found := _kept(work, task, key)):
            return replace(line, kept=True, **found)
        _clear_pdf(work, path, key)
        result = compute(client, work.inputs)
        _refuse_empty(result)
        result.problems = list(dict.fromkeys([*task.known, *result.problems]))
        return _written(work, task, result, line, key) if result.letter else _held(work, task, result, line, key)
    except RefusedError as refused:
        return replace(line, problems=tuple(refused.problems), count=len(task.known) + len(refused.problems))
    except OSError as error:
        file = _file_of(error, work.out) or task.file
        return _failed(line, client, why(error), file=file, error=error.strerror or str(error))
    except Exception as error:
        log.trace(f"report of client {client.id}")
        return _failed(line, client, "unforeseen", error=type(error).__name__)


def _refuse_empty(result: Result) -> None:
    """A client who takes out all there is gets no report: there would be nothing after the orders."""
    client, problems = result.client, Problems()
    if result.value + client.cash_flow <= CENT:
        location = replace(client.location, column="cash_flow", value=f"{client.cash_flow:g}")
        words = {"money": f"{-client.cash_flow:,.2f}", "value": f"{result.value:,.2f}"}
        problems.refuse(client.id, "takes_all", location, **words)
        raise RefusedError(problems.items)


def _written(work: Work, task: Task, result: Result, line: Line, key: str) -> Line:
    """The letter, and the pages that are not for the client in a file of their own, which is written first."""
    client, firm, words = task.client, work.inputs.firm, vocabulary(result, work.inputs)
    pages = inner = None
    if work.template:
        path = firm_templates.of_client(work.template, client, work.inputs.models)
        template = firm_templates.opened(path, firm, result.lang)
        if work.live:  # formulas stay, but no page that is not shown: what is on it may be for the firm alone
            pages = [sheet.title for sheet in template.sheets]
    else:
        template = firm_templates.ours(result.lang, firm, times=times_needed(words))
        pages, inner = firm.pages_of(result.lang, _there(words))
        pages = titles(pages, result.lang)
    try:
        shown = _without_internal(words, template.used)
        output = Output(Filled(template, shown, work.live), work.live, work.macros, result.as_of, pages)
    except FitError as problem:
        return _failed(line, client, "does_not_fit", file=template.name, error=problem.english({}))
    errors = output.errors()
    if errors and not work.template and not work.live:
        output.say_errors(TEXTS["report.no_answer"][result.lang])
        errors = [] if result.reasons else errors  # what has no answer is a finding already
    for sheet, cell, error in errors:
        where = (("sheet", sheet), ("cell", cell), ("error", str(error)), ("reason", error.english or "–"))
        result.problems.append(Problem(client.id, "error_shown", "done.reported", client.location, where))
    line = _line(line, result, task.file, _found(task, result))
    if inner:
        line = replace(line, internal=_inner(task.file))
        with replacing(work.out / line.internal) as file:
            file.write(_internal(work, result, words, inner, json.dumps([key, line.internal])))
    with replacing(work.out / task.file) as file:
        file.write(output.file(_marked(line, key)))
    return line


def _without_internal(words: dict, used: set[str]) -> dict:
    """The names without figures that the firm keeps to itself, for a template that asks whether they are shown: with
    its formulas a file holds the value of every name that they use, printed or not."""
    kept = dict(words)
    for asked, names in (("simulated_shown", SIMULATED), ("projections_shown", PROJECTED)):
        if asked in used and not words[asked]:
            kept |= {name: [] if isinstance(words[name], list) else None for name in names}
    return kept


def _there(words: dict) -> list[str]:
    """The pages of our report that a client can have."""
    there = {
        "account": words["account_shown"],
        "performance": bool(words["path_dates"]),
        "plan": words["goal_amount"] is not None and words["goal_years"] is not None,
    }
    return [page for page in SHEETS if page != INTERNAL_PAGE and there.get(page, True)]


def _held(work: Work, task: Task, result: Result, line: Line, key: str) -> Line:
    """A letter kept back: internal pages alone."""
    line = replace(_line(line, result, "", _found(task, result)), internal=_inner(task.file), status=HELD)
    line = replace(line, held=" ".join(kept_back(result)))
    words = vocabulary(result, work.inputs)
    inner = work.inputs.firm.pages_of(result.lang, _there(words))[1] or [INTERNAL_PAGE]
    with replacing(work.out / line.internal) as file:
        file.write(_internal(work, result, words, inner, _marked(line, key)))
    return line


def _internal(work: Work, result: Result, words: dict, pages: list[str], mark: str) -> bytes:
    """The workbook of these pages; no client sees it."""
    template = firm_templates.ours(result.lang, work.inputs.firm, True, times_needed(words))
    filled = Filled(template, words | check_words(result))
    output = Output(filled, date=result.as_of, pages=titles(pages, result.lang))
    if output.errors():
        output.say_errors(TEXTS["report.no_answer"][result.lang])
    return output.file(mark)


def _inner(file: str) -> str:
    """The file of the internal pages that go with a letter."""
    return (PurePosixPath(file).parent / INTERNAL / PurePosixPath(file).name).with_suffix(".xlsx").as_posix()


def _found(task: Task, result: Result) -> tuple[Problem, ...]:
    """Findings beyond those of reading; those about prices, which are no single client's, are listed already."""
    return tuple(problem for problem in result.problems if problem.client and problem not in task.known)


def _line(line: Line, result: Result, file: str, problems: tuple) -> Line:
    signal = str(result.due) if isinstance(result.due, ErrorValue) else "client.due" if result.due else "client.not_due"
    expires, review = result.client.assessment_expires, result.next_review
    return replace(
        line, value=result.value, drift=result.largest[4], signal=signal, vol=result.measures["risk.vol"][0],
        status="index.findings" if result.problems else "index.done", file=file, problems=problems,
        above=listed(result.named(result.judgement.above, "bought"), result.lang), count=len(result.problems),
        suits=_suits(result), expires=f"{expires or ''}", review=f"{review or ''}",
    )  # fmt: skip


def _suits(result: Result) -> str:
    found = result.judgement
    return "suits.no" if found.reasons else "suits.rest" if found.above["after"] else "suits.yes"


def _failed(line: Line, client: Client, kind: str, **words) -> Line:
    problem = Problem(client.id, kind, "done.no_report", client.location, tuple(words.items()))
    return Line(line.id, line.name, notes=line.notes, adviser=line.adviser, problems=(problem,), count=1)


# What is finished ----------------------------------------------------------------------------------------------------


def _key(work: Work, task: Task) -> str:
    """A fingerprint of the input, the version and the options that a workbook is made with."""
    inputs, client = work.inputs, task.client
    words = (__version__, inputs.digest, inputs.language, client.id, client.language, task.file, work.live,
             work.template_digest, work.macros)  # fmt: skip
    return hashlib.sha256(repr(words).encode()).hexdigest()[:32]


def _marked(line: Line, key: str) -> str:
    """The key, the place and the line, for the workbook's own properties: they are there exactly when it is."""
    found = [
        [
            p.client,
            p.kind,
            p.done,
            [p.location.sheet, p.location.row, p.location.column, p.location.value],
            list(p.words),
        ]
        for p in line.problems
    ]
    return json.dumps(
        [key, line.file or line.internal, *(getattr(line, name) for name in _KEPT), found], ensure_ascii=True
    )


def _kept(work: Work, task: Task, key: str) -> dict | None:
    """The line of a client whom an earlier run on the same input finished: by the letter, else by the internal page."""
    path = work.out / task.file
    if found := _finished(path, key):
        whole = not found["internal"] or _is_of(work.out / found["internal"], key)
        return {**found, "file": task.file} if whole else None
    found = _finished(work.out / _inner(task.file), key)
    return found if found and found["status"] == HELD and not path.exists() else None


def _is_of(path: Path, key: str) -> bool:
    """Is the file made from the same input by the same version?"""
    return (mark(path) or "").startswith(json.dumps([key])[:-1])


def _finished(path: Path, key: str) -> dict | None:
    """The line of a workbook made from the same input by the same version; None where there is no such workbook."""
    try:
        was, _, *values, problems = json.loads(mark(path) or "")
        if was != key:
            return None
        found = dict(zip(_KEPT, values, strict=True))
        if isinstance(found["vol"], str):
            found["vol"] = ErrorValue(found["vol"])
        return {
            **found,
            "problems": tuple(
                Problem(client, kind, done, Location(*location), tuple(map(tuple, words)))
                for client, kind, done, location, words in problems
            ),
        }
    except (TypeError, ValueError):
        return None


# Printing ------------------------------------------------------------------------------------------------------------

_office: list = []


def _printed(work: Work, lines: list[tuple[int, Line]]) -> list[tuple[int, Line]]:
    """Print the workbooks of the batch to PDF beside them, with this process's own LibreOffice."""
    from xlalloc.hosts.calc_install import OfficeError

    wanted = [line.file for _, line in lines if line.file and not (line.kept and _pdf(work.out / line.file).exists())]
    try:
        if wanted:
            for folder in sorted({str(PurePosixPath(file).parent) for file in wanted}):
                inside = [work.out / file for file in wanted if str(PurePosixPath(file).parent) == folder]
                _driver().pdf(inside, work.out / folder)
                for path in filter(lambda path: _pdf(path).exists(), inside):
                    place = _pdf(path).relative_to(work.out).as_posix()
                    sign(_pdf(path), json.dumps([json.loads(mark(path) or "[0]")[0], place]))
    except (OSError, OfficeError) as error:
        lost = {file for file in wanted if not _pdf(work.out / file).exists()}
        return [(k, _unprinted(line, f"{error}") if line.file in lost else line) for k, line in lines]
    return lines


def _pdf(path: Path) -> Path:
    return path.with_suffix(".pdf")


def _clear_pdf(work: Work, path: Path, key: str) -> None:
    """A PDF with other figures never stays beside a new workbook; one that will be printed again is deleted first."""
    pdf = _pdf(path)
    if not pdf.exists():
        return
    printed = path if is_ours(path) else pdf  # somebody may have deleted the workbook
    if not is_ours(printed):
        if work.pdf:
            raise ForeignError(None, "not ours", str(pdf))
    elif _is_of(printed, key):
        if work.pdf:
            pdf.unlink()
    else:
        set_aside(pdf)


def _file_of(error: OSError, folder: Path) -> str:
    """The file in the folder that an error is about; "" where it is none, or one that is not finished."""
    for name in (error.filename2, error.filename):
        if name and not Path(name).name.startswith("."):
            with suppress(ValueError):
                return Path(name).relative_to(folder).as_posix()
    return ""


def _unprinted(line: Line, error: str) -> Line:
    problem = Problem(line.id, "not_printed", "done.no_pdf", Location("clients"), (("error", error),))
    return replace(line, status="index.findings", problems=(*line.problems, problem))


def _driver():
    """LibreOffice, started once for the life of the process."""
    if not _office:
        from xlalloc.hosts.calc_driver import Driver

        _office.append(Driver().__enter__())
        multiprocessing.util.Finalize(None, close_office, exitpriority=10)
    return _office[0]


def close_office() -> None:
    while _office:
        _office.pop().__exit__(None, None, None)
