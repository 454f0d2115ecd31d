"""The same batches on a real Dask cluster of separate processes, one of which is killed midway."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("distributed")
import report_data as rd
from test_report_runs import contents, crowd

from xlalloc.errors import InputError
from xlalloc.reports import run

CLIENTS = 120


@contextlib.contextmanager
def cluster(folder: Path, count: int):
    """A scheduler and workers, each a process of its own on free ports of this machine; ended whatever happens."""
    processes = []

    def start(*words, name):
        log = (folder / f"{name}.log").open("w")
        processes.append(
            subprocess.Popen(
                [sys.executable, "-m", "distributed.cli." + words[0], *words[1:]],
                stdout=log,
                stderr=log,
                cwd=folder,
                start_new_session=True,
            )
        )
        return processes[-1]

    try:
        start("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", name="scheduler")
        address = found(folder / "scheduler.log", r"Scheduler at: +(tcp://\S+)")
        workers = [
            start("dask_worker", address, "--no-nanny", "--no-dashboard", "--nthreads", "1", name=f"worker{k}")
            for k in range(count)
        ]
        for k in range(count):
            found(folder / f"worker{k}.log", r"(Registered to)")
        yield address, workers
    finally:
        for process in processes:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def found(log: Path, pattern: str) -> str:
    for _ in range(600):
        if log.exists() and (match := re.search(pattern, log.read_text())):
            return match[1]
        time.sleep(0.1)
    raise AssertionError(log.read_text())


@pytest.mark.skipif(os.name == "nt", reason="kill -9 of a process group")
def test_a_killed_worker_loses_nothing(tmp_path):
    sheets = rd.example()
    for k in range(5):
        rd.change(sheets, "clients", k, "goal", None)
    crowd(sheets, CLIENTS)
    source = rd.write_book(tmp_path / "clients.xlsx", sheets)
    run.report(source, tmp_path / "here")
    killed = threading.Event()
    with cluster(tmp_path, 3) as (address, workers):

        def kill(done: int, _total: int) -> None:
            if done >= CLIENTS // 6 and not killed.is_set():
                killed.set()
                os.killpg(workers[0].pid, signal.SIGKILL)

        summary = run.report(source, tmp_path / "there", scheduler=address, progress=kill)
        assert killed.is_set() and workers[0].wait(10) and all(w.poll() is None for w in workers[1:])
    assert summary.written == CLIENTS and summary.failed == 0
    assert contents(tmp_path / "there") == contents(tmp_path / "here")


def test_no_scheduler_is_one_line(tmp_path):
    source = rd.write_book(tmp_path / "clients.xlsx", rd.example())
    with pytest.raises(InputError, match="no Dask scheduler answers"):
        run.report(source, tmp_path / "out", scheduler="tcp://127.0.0.1:9")
