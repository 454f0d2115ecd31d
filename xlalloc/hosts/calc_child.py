"""The Python that computes for LibreOffice: reads calls from its standard input, writes cells to its standard output.

It ends when its input ends, that is with the office, whether that was closed, crashed or killed, and in the middle of
a call too.
"""

import contextlib
import faulthandler
import os
import queue
import sys
import threading
import time

from xlalloc import cells, help, log
from xlalloc.errors import ERROR_CODES
from xlalloc.hosts.calc_link import CALL_LIMIT, READY, error, receive, send
from xlalloc.values import to_number

TICK = 10  # seconds between two looks at the running call


def plain(cell):
    """One cell as Calc takes it: a float, a text, an error as a NaN with Calc's number in it.

    TRUE and FALSE go as 1 and 0: Calc 25.2 reads any boolean in an add-in's rows as TRUE, and FALSE must not become it.
    """
    if isinstance(cell, float):
        return cell
    if isinstance(cell, str):
        return error(cell) if cell in ERROR_CODES else cell.encode("utf-8", "replace").decode()
    return "" if cell is None else to_number(cell)


def answer(name: str, arguments) -> tuple:
    """The rows of cells a function gives."""
    given = list(arguments)
    while given and given[-1] is None:  # the places after the last argument
        given.pop()
    return tuple(tuple(map(plain, row)) for row in cells.call(name, given))


def _own_streams():
    """Standard input and output for messages only: what anything prints goes to standard error."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    sys.stdout = sys.stderr
    return requests, answers


def _read(requests, calls: queue.SimpleQueue) -> None:
    try:
        while True:
            calls.put(receive(requests))
    except BaseException:
        os._exit(0)  # the office is gone: so is the reason for the call that may be running


class Watch:
    """Ends the child when a call takes longer than CALL_LIMIT, even where it holds Python's lock.

    A timer outside Python is set back every few seconds, unless the same call is running still: it costs calls nothing.
    """

    def __init__(self, complaints: int):
        self.calls, self.busy, self._complaints = 0, False, complaints
        threading.Thread(target=self._set_back, daemon=True).start()

    def _set_back(self) -> None:
        seen = None
        while True:
            now = self.calls if self.busy else None
            if now is None or now != seen:
                faulthandler.dump_traceback_later(CALL_LIMIT, exit=True, file=self._complaints)
            seen = now
            time.sleep(TICK)


def main() -> None:
    """Answer calls until the office is gone."""
    requests, answers = _own_streams()
    help.host = "LibreOffice Calc"
    calls: queue.SimpleQueue = queue.SimpleQueue()
    threading.Thread(target=_read, args=(requests, calls), daemon=True).start()
    answers.write(READY)
    answers.flush()
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 1)
    os.dup2(nothing, 2)  # nobody reads what is complained from here on; failures go to the log
    watch = Watch(nothing)
    while True:
        name, arguments = calls.get()
        watch.calls, watch.busy = watch.calls + 1, True
        try:
            rows = answer(name, arguments)
        except Exception:
            log.trace(name)
            rows = ((error("#VALUE!"),),)
        watch.busy = False
        with contextlib.suppress(BrokenPipeError):
            send(answers, rows)


if __name__ == "__main__":
    main()
