"""What our add-in for Windows calls: one function for all of them, whose error cells keep their kind.

pywin32 has no way to send an error value with its number (a VARIANT of type VT_ERROR always goes out as "argument
missing"). So an error goes as its number, the only whole numbers sent, and the add-in's VBA makes the error of it.
"""

import contextlib
import faulthandler
import os
from functools import cache

import xlwings as xw

from xlalloc import log
from xlalloc.hosts.excel import NUMBERS, Cells, answer
from xlalloc.messages import speak, speaking

PATIENCE = 120  # seconds of one call, after which this Python ends itself: Excel waits for it, and cannot be used


@xw.func
@xw.arg("name", Cells)
@xw.arg("arguments", Cells)
@xw.ret(Cells)
def ANSWER(name, *arguments):  # noqa: N802  as the functions of a sheet are named
    """The answer of the function called ``name`` to the cells given."""
    with guarded(PATIENCE):
        return answer(name[0][0], arguments, NUMBERS.__getitem__)


@xw.func
@xw.arg("lang", Cells)
@xw.ret(Cells)
def SPEAK(lang):  # noqa: N802
    """From now on reasons and EXPLAIN are in this language, Office's own; what the user set goes first."""
    if not os.environ.get("XLALLOC_LANG"):
        speak(lang[0][0])
    return [[lang[0][0]]]


@xw.func
@xw.arg("lang", Cells)
@xw.arg("version", Cells)
@xw.ret(Cells)
def DIAGNOSIS(lang, version):  # noqa: N802
    """What the doctor finds, in Office's language, for the add-in of this version: one line per row."""
    from xlalloc.hosts.windows_doctor import short

    with speaking(lang[0][0]):
        return [[line] for line in short(str(version[0][0]))]


@contextlib.contextmanager
def guarded(seconds: float):
    """A call that does not end ends the program, and leaves in the log where it was; no other thread could stop it."""
    file = _log()
    if file is None:  # without a log the call is not guarded: better than no answer
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True, file=file)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@cache
def _log():
    """The log, held open: a program that hangs opens nothing any more."""
    with contextlib.suppress(OSError):
        log.path().parent.mkdir(parents=True, exist_ok=True)
        return log.path().open("a", encoding="utf-8")
