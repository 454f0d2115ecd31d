"""Many clients → a folder of workbooks with an index and the list of problems; one that fails stops no other."""

import hashlib
import multiprocessing
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path

from xlalloc import messages
from xlalloc.errors import InputError
from xlalloc.reports import firm_templates, index
from xlalloc.reports.batch import Line, Task, Work, batch, close_office
from xlalloc.reports.folder import INTERNAL, OLD, move_old, only_run, why
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.read import read
from xlalloc.reports.records import Client, Inputs
from xlalloc.reports.texts import TEXTS

LONGEST_NAME = 100  # bytes: with what is put to a name a file system allows 255
BATCH = 32  # clients a process takes at a time
NAMED = 3  # of the files that could not be written
NOT_WRITTEN = {"file_open", "disk_full", "not_written", "not_printed", "not_ours"}
BREAKS = 3  # times that worker processes may die and be replaced
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³]|index|problems)(\..*)?")


@dataclass
class Summary:
    """What a run achieved; ``unwritten`` has a line for each index or list of problems that could not be written."""

    clients: int
    written: int
    failed: int
    problems: "index.Found"
    kept: int = field(default=0, compare=False)  # of those written, made by an earlier run
    held: int = 0  # whose letter is kept back
    unwritten: list[str] = field(default_factory=list)

    def summary(self) -> list[str]:
        """What could not be written, a line each; beyond a few only how many."""
        lines = [problem.wrong(messages.language()) for problem in self.problems if problem.kind in NOT_WRITTEN]
        more = messages.say(f"and {len(lines) - NAMED} more reports that could not be written.")
        return lines[:NAMED] + [more] * (len(lines) > NAMED) + self.unwritten


def report(
    source: Path,
    out: Path,
    prices: Path | None = None,
    lang: str | None = None,
    jobs: int = 1,
    progress: Callable[[int, int], None] | None = None,
    *,
    resume: bool = False,
    live: bool = False,
    pdf: bool = False,
    scheduler: str = "",
    template: Path | None = None,
    macros: bool = False,
    by: str = "",
    event: Callable[[dict], None] | None = None,
) -> Summary:
    """A workbook per client in ``out``, with index.xlsx and problems.xlsx.

    ``jobs`` processes, or the workers of a Dask ``scheduler``. ``resume`` keeps what an earlier run on the same input
    finished. ``template``, a file or a folder, makes the firm's own documents in place of our report; ``macros`` keeps
    its macros. ``by`` = "adviser" makes a folder and an index of each adviser's clients.
    ``progress(done, all)`` and ``event(what happened)`` are told of each client.
    """
    if lang not in (None, "en", "zh"):
        raise InputError(f"lang: {lang!r} is not known. Known: en, zh.")
    if by not in ("", "adviser"):
        raise InputError(f"by: {by!r} is not known. Known: adviser.")
    inputs = read(Path(source), prices, lang)
    out = Path(out).absolute()
    with only_run(out):
        work = Work(common(inputs), out, resume, live, pdf, *_firm(template, inputs), macros)
        return _run(inputs, out, work, jobs, scheduler, progress, event, by)


def _firm(template: Path | None, inputs: Inputs) -> tuple[Path | None, str]:
    """The firm's templates, each of them found to be one before the first client."""
    if template is None:
        return None, ""
    template = Path(template).absolute()
    refused = inputs.problems.refused
    served = [client for client in inputs.clients if client.id not in refused]
    firm_templates.check_all(template, served, inputs.firm, inputs.models)
    for name in firm_templates.for_nobody(template, served, inputs.models):
        inputs.problems.note("", "template_unused", "done.ignored", Location(name))
    return template, firm_templates.digest(template)


def common(inputs: Inputs) -> Inputs:
    """What all clients share."""
    return replace(inputs, clients=[], problems=Problems())


def _run(inputs: Inputs, out: Path, work: Work, jobs: int, scheduler: str, progress, event, by: str) -> Summary:
    refused, lines, tasks = inputs.problems.refused, index.Lines(len(inputs.clients)), []
    files = file_names([client for client in inputs.clients if client.id not in refused], inputs.problems)
    folders = adviser_folders(inputs) if by else {}
    for k, client in enumerate(inputs.clients):
        known = tuple(inputs.problems.of(client.id))
        if client.id in refused:
            lines[k] = Line(client.id, client.name, notes=client.notes, adviser=client.adviser, count=len(known))
        else:
            file = files[client.id]
            if work.template and work.macros:
                file = firm_templates.named(file, firm_templates.of_client(work.template, client, inputs.models))
            files[client.id] = file = f"{folders[client.adviser]}/{file}" if by else file
            tasks.append(Task(k, client, file, known))
    tasks.sort(key=alike)
    current = {f"{folder}index.xlsx" for folder in ("", *(f"{name}/" for name in folders.values()))} | {"problems.xlsx"}
    for done, (k, line) in enumerate(many(work, tasks, jobs, scheduler), 1):
        lines[k] = line
        current.update(filter(None, (line.file, line.internal)))
        if progress:
            progress(done, len(tasks))
        if event:
            event(_told(line, done, len(tasks)))
    left = _move_old(out, current, inputs.problems, messages.language())
    problems = index.Found(lines, list(inputs.problems.items))
    unwritten = left + _lists(inputs, work, lines, problems, folders)
    failed = len(lines) - lines.written - lines.held
    return Summary(len(lines), lines.written, failed, problems, lines.kept, lines.held, unwritten)


def _lists(inputs: Inputs, work: Work, lines, problems, folders: dict[str, str]) -> list[str]:
    """Write the index, that of each adviser and the list of problems; returns a line for each that could not be."""
    language, date, unwritten = inputs.language, inputs.market.as_of, []
    made = index.Made(inputs.digest, work.template_digest, inputs.firm.digest)
    wanted: list[tuple[str, Callable, tuple]] = [("index.xlsx", index.write_index, (lines, made))]
    wanted += [
        (f"{name}/index.xlsx", index.write_index, (lines.of(adviser), made, name)) for adviser, name in folders.items()
    ]
    wanted.append(("problems.xlsx", index.write_problems, (problems,)))
    for name, write, content in wanted:
        try:
            write(work.out / name, language, date, *content)
        except OSError as error:
            words = {"file": name, "error": error.strerror or error}
            unwritten.append(TEXTS[f"problem.{why(error)}"][messages.language()].format(**words))
    return unwritten


def adviser_folders(inputs: Inputs) -> dict[str, str]:
    """A folder for each adviser: never a path, never another's."""
    found: dict[str, str] = {}
    for adviser in dict.fromkeys(client.adviser for client in inputs.clients):
        name = _safe(adviser or TEXTS["index.nobody"][inputs.language])
        if not name or _taken(name) or name.casefold() in {other.casefold() for other in found.values()}:
            name = f"{name or 'adviser'}-{hashlib.sha256(adviser.encode()).hexdigest()[:8]}"
        found[adviser] = name
    return found


def _move_old(out: Path, current: set[str], problems: Problems, lang: str) -> list[str]:
    """Move what earlier runs left, lest it be taken for this run's; returns a line for what could not be moved."""
    moved, failed = move_old(out, current)
    for name in moved:
        problems.note("", "old_report", "done.moved", Location(value=name), file=name)
    left = []
    for error in failed:
        words = {"file": Path(error.filename or "").name, "error": error.strerror or str(error)}
        problems.note("", "old_stays", "done.check", Location(value=words["file"]), **words)
        left.append(problems.items[-1].wrong(lang))
    return left


def alike(task: Task) -> tuple:
    """Clients who have much in common follow each other: what is computed once for them is still at hand."""
    client = task.client
    return client.language, client.model, client.goal_years or 0.0, client.benchmark, task.number


def _told(line: Line, done: int, total: int) -> dict:
    status = "kept" if line.kept else "written" if line.file else "held" if line.held else "failed"
    file = line.file or line.internal
    found = {"event": "client", "id": line.id, "status": status, "file": file, "done": done, "of": total}
    if line.problems:
        found["problems"] = [": ".join(filter(None, [str(p.location), p.wrong("en")])) for p in line.problems]
    return found


def processors() -> int:
    """Those this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# Where the work is done ----------------------------------------------------------------------------------------------


def many(work: Work, tasks: list[Task], jobs: int, scheduler: str) -> Iterable[tuple[int, Line]]:
    """Each task's line as it is done: here, in worker processes, or on a cluster."""
    size = max(1, min(BATCH, -(-len(tasks) // (4 * max(jobs, 1)))))
    batches = [tasks[k : k + size] for k in range(0, len(tasks), size)]
    if scheduler:
        from xlalloc.reports.cluster import on_cluster

        yield from on_cluster(scheduler, work, batches)
    elif jobs > 1 and len(batches) > 1:
        yield from _in_processes(work, batches, min(jobs, len(batches)))
    else:
        for tasks in batches:
            yield from batch(work, tasks)
        close_office()


def _in_processes(work: Work, batches: list[list[Task]], jobs: int) -> Iterator[tuple[int, Line]]:
    """By processes of this machine; those that die are replaced, and what they had not done is done again."""
    left = dict(enumerate(batches))
    for _ in range(BREAKS + 1):
        try:
            for k, lines in _pooled(work, left, jobs):
                del left[k]
                yield from lines
            return
        except BrokenProcessPool:
            continue
    raise InputError(
        f"Worker processes were ended {BREAKS + 1} times, by lack of memory or from outside. "
        "What is written stays: give fewer --jobs, and --resume goes on."
    )


def _pooled(work: Work, batches: dict[int, list[Task]], jobs: int) -> Iterator[tuple[int, list]]:
    """A few batches in hand at a time, so that neither tasks nor answers pile up."""
    context = multiprocessing.get_context("fork" if sys.platform == "linux" else "spawn")
    waiting = list(batches)
    running: dict[Future, int] = {}
    with ProcessPoolExecutor(jobs, context, _begin, (work,)) as pool:
        while waiting or running:
            while waiting and len(running) < 2 * jobs:
                k = waiting.pop(0)
                running[pool.submit(_do, batches[k])] = k
            done: set[Future] = wait(running, return_when=FIRST_COMPLETED).done
            for future in sorted(done, key=running.__getitem__):
                yield running[future], future.result()
                del running[future]


_work: list[Work] = []


def _begin(work: Work) -> None:
    _work[:] = [work]
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker does not outlive the run it works for."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)


def _do(tasks: list[Task]) -> list[tuple[int, Line]]:
    return batch(_work[0], tasks)


def _safe(text: str) -> str:
    """A text as the name of a file: no path, no reserved character, not too long."""
    return re.sub(r"[^\w\-. ()]", "_", text).encode()[:LONGEST_NAME].decode(errors="ignore").strip(". ")


def _taken(name: str) -> bool:
    """Is the name reserved, by us or by an operating system?"""
    return bool(_RESERVED.fullmatch(name)) or name.casefold() in (OLD, INTERNAL)


def file_names(clients: list[Client], problems: Problems) -> dict[str, str]:
    """A file name for each id: never a path, never another client's, never a name an operating system keeps."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for client in clients:
        safe = _safe(client.id)
        if not safe or safe != client.id or _RESERVED.fullmatch(safe) or safe.casefold() in taken:
            safe = "_" + safe if _RESERVED.fullmatch(safe) else safe  # con.txt-1234 is reserved as con.txt is
            safe = f"{safe.replace('..', '_') or 'client'}-{hashlib.sha256(client.id.encode()).hexdigest()[:8]}"
            problems.note(client.id, "bad_file_name", "done.renamed", client.location, file=safe + ".xlsx")
        taken.add(safe.casefold())
        names[client.id] = safe + ".xlsx"
    return names
