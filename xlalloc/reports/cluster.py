"""The same batches on a Dask cluster: what clients share is sent once, workbooks go to the folder all can write to."""

from collections.abc import Iterator

from xlalloc.errors import InputError
from xlalloc.reports.batch import Line, Task, Work, batch


def on_cluster(address: str, work: Work, batches: list[list[Task]]) -> Iterator[tuple[int, Line]]:
    """Each task's line as it is done. A worker that dies loses nothing: its batches are done again by the others."""
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise InputError("--scheduler: Dask is not installed. Run: pip install 'xlalloc[dask]'") from None
    try:
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(f"--scheduler: no Dask scheduler answers at {address} ({type(error).__name__}).") from None
    with client:
        common = client.scatter(work, broadcast=True, hash=False)
        waiting = iter(batches)
        hands = 2 * max(1, sum(client.nthreads().values()))

        def given(count: int) -> list:
            tasks = [tasks for _, tasks in zip(range(count), waiting, strict=False)]
            return [client.submit(batch, common, some, pure=False) for some in tasks]

        running = as_completed(given(hands), loop=client.loop)
        for future in running:
            yield from future.result()
            running.update(given(1))
