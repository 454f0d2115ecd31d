"""Reports by the thousand: writing against openpyxl, the whole job, two processes, memory.

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
from dataclasses import replace
from pathlib import Path
from random import Random

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.reports import index, pages, run, write
from xlalloc.reports.batch import Task, Work, batch
from xlalloc.reports.compute import compute
from xlalloc.reports.example import write_clients
from xlalloc.reports.notes_page import About
from xlalloc.reports.read import read
from xlalloc.reports.records import Inputs

SAMPLE = 40
ROUNDS = 4
MANY = 200


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
    return Work(run._common(inputs), out), sorted(tasks, key=run._alike)


def timed(call) -> float:
    gc.collect()
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def writing(inputs: Inputs, out: Path) -> None:
    """openpyxl building the same workbooks; ours stamping them; ours with the numbers as well."""
    about = About(inputs.digest, inputs.market.remark, inputs.market.illustrative)
    results = [compute(client, inputs) for client in inputs.clients[:SAMPLE]]
    work, tasks = work_for(replace(inputs, clients=inputs.clients[: 3 * SAMPLE]), out)

    def by_openpyxl() -> None:
        for result in results[:: SAMPLE // 5]:
            document = pages.draw(result, about, write.document(result.lang))
            document.book.save(io.BytesIO())

    def stamped() -> None:
        for result in results:
            pages.stamp(result, about)

    batch(work, tasks)
    stamped()
    theirs, ours, whole = [], [], []
    for _ in range(ROUNDS):
        theirs.append(timed(by_openpyxl) / 5)
        gc.collect()
        gc.freeze()
        ours.append(timed(stamped) / SAMPLE)
        whole.append(timed(lambda: batch(work, tasks)) / len(tasks))
        gc.unfreeze()
    one, two, three = min(theirs), min(ours), min(whole)
    print(f"openpyxl builds and saves a report        {one * 1e3:7.1f} ms")
    print(f"stamped                                   {two * 1e3:7.1f} ms   {one / two:5.1f} x as fast   (goal 30)")
    print(f"numbers, stamping, writing to disk        {three * 1e3:7.1f} ms   {one / three:5.1f} x as fast   (goal 10)")


def processes(inputs: Inputs, out: Path) -> None:
    """The whole run with one process and with two."""
    found: dict[int, list[float]] = {1: [], 2: []}
    work, tasks = work_for(inputs, out)
    for _ in range(3):
        for jobs in found:
            found[jobs].append(timed(lambda jobs=jobs: list(run._many(work, tasks, jobs, ""))))
    one, two = min(found[1]), min(found[2])
    count = len(tasks)
    print(f"one process                               {one / count * 1e3:7.2f} ms a client")
    print(
        f"two processes                             {two / count * 1e3:7.2f} ms a client   {one / two:.2f} x (goal 1.7)"
    )


def memory(count: int) -> None:
    """In a process of its own: how much the run of this many clients adds to what the clients themselves take."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = clients(Path(folder), count)
        for client in inputs.clients:
            client.goal = None  # a plan takes longer and keeps no more
        work, tasks = work_for(inputs, Path(folder))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        lines = index.Lines(count)
        for k, line in run._many(work, tasks, 1, ""):
            lines[k] = line
            (work.out / line.file).unlink()
        index.write_index(lines, work.out / "index.xlsx", "en", inputs.market.as_of)
        index.write_problems(index.Found(lines, []), work.out / "problems.xlsx", "en", inputs.market.as_of)
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"{count:7d} clients: {before / 1024:6.0f} MB with the input read, {after / 1024:6.0f} MB at the most")


def main() -> None:
    if sys.argv[1:2] == ["memory"]:
        memory(int(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as folder:
        inputs = clients(Path(folder), MANY)
        out = Path(folder) / "out"
        out.mkdir()
        writing(inputs, out)
        processes(inputs, out)
    for count in sys.argv[1:] if len(sys.argv) > 1 else ["1000", "5000"]:  # and 50000, given an hour
        subprocess.run([sys.executable, "-m", "benchmarks.reports", "memory", count], check=True, env={**os.environ})


if __name__ == "__main__":
    main()
