"""What a run says while it runs: a bar on a terminal, lines of JSON for a scheduler, nothing in a pipe."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from xlalloc.messages import say


@contextmanager
def telling(log: str) -> Iterator[tuple[Callable | None, Callable | None]]:
    """What ``report`` is to call: its ``progress`` and its ``event``."""
    if log == "json":
        yield None, lambda told: print(json.dumps(told, ensure_ascii=False), file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        with _bar() as progress:
            yield progress, None
    else:
        yield None, None


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn(compact=True))
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("", total=None, rate="")

        def progress(done: int, total: int) -> None:
            speed = bar.tasks[0].speed
            bar.update(task, total=total, completed=done, rate=say(f"{speed:,.0f} clients/s") if speed else "")
            if done % 20 == 0 or done == total:
                bar.refresh()

        yield progress
