"""The other process: a Windows Python that knows COM and not xlalloc.  client.py TASK QUESTION ANSWER (JSON files)"""

import datetime as dt
import decimal
import json
import os
import sys
import threading
import time

import pythoncom
import pywintypes
import win32api
import win32com.client
import win32con
import win32process
from win32com.client import VARIANT

FUNCTIONS = "xlalloc.hosts.windows_calls"
MISSING = -2147352572
NOT_REGISTERED = -2147221164


def server():
    """Wine gives a program 30 seconds to register its class, which a machine with much else to do may not meet."""
    try:
        return win32com.client.dynamic.Dispatch("Xlalloc.Server")
    except pythoncom.com_error as error:
        if error.hresult != NOT_REGISTERED:
            raise
        return win32com.client.dynamic.Dispatch("Xlalloc.Server")


def pid(of) -> int:
    return int(of.Str(of.Eval("__import__('os').getpid()")))


def ask(of, name, arguments):
    return of.CallUDF(FUNCTIONS, "ANSWER", (name, *arguments))


def sent(value):
    """JSON → what VBA sends: {"currency": text} a VT_CY, {"date": text} a VT_DATE, {"error": n} an error.

    A missing argument is the real VT_ERROR. pywin32 cannot send one with another number; those go as the whole number
    that it makes of a VT_ERROR on the receiving side.
    """
    if isinstance(value, list):
        return tuple(map(sent, value))
    if isinstance(value, dict):
        ((kind, content),) = value.items()
        if kind == "error":
            return VARIANT(pythoncom.VT_ERROR, MISSING) if content == MISSING else content
        if kind == "currency":
            return VARIANT(pythoncom.VT_CY, decimal.Decimal(content))
        return pywintypes.Time(dt.datetime.fromisoformat(content))
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def shown(value):
    """Our answers hold no whole numbers but those of errors."""
    if isinstance(value, tuple):
        return [shown(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool):
        return {"error": value}
    return value


def calls(given):
    """Call after call, from this process into the server's."""
    started = time.perf_counter()
    python = server()
    cold = time.perf_counter() - started
    answers = [shown(ask(python, name, sent(arguments))) for name, arguments in given["calls"]]
    return {"answers": answers, "seconds to the object": cold, "pid": pid(python), "own pid": os.getpid()}


def growth(given):
    """Memory of the server before and after many calls."""
    python = server()
    arguments = [(name, sent(words)) for name, words in given["calls"]]
    handle = win32api.OpenProcess(win32con.PROCESS_QUERY_INFORMATION | win32con.PROCESS_VM_READ, 0, pid(python))

    def used() -> dict:
        numbers = win32process.GetProcessMemoryInfo(handle)
        return {key: numbers[key] for key in ("WorkingSetSize", "PagefileUsage")}

    def repeat(count):
        for k in range(count):
            name, words = arguments[k % len(arguments)]
            ask(python, name, words)

    repeat(given["warm"])
    before = used()
    repeat(given["count"])
    return {"before": before, "after": used()}


def speed(given):
    """Median seconds of a call, of each in turn."""
    python = server()
    times = {}
    for name, (module, function, arguments) in given["calls"].items():
        words = sent(arguments)
        python.CallUDF(module, function, words)
        taken = []
        for _ in range(given["rounds"]):
            started = time.perf_counter()
            python.CallUDF(module, function, words)
            taken.append(time.perf_counter() - started)
        times[name] = sorted(taken)[len(taken) // 2]
    return times


def refusal(given):
    """How soon a server that cannot work says so: to CreateObject or to the first call."""
    started = time.perf_counter()
    try:
        ask(server(), "XLALLOC_INFO", ())
        said = ""
    except Exception as error:
        said = str(error)
    return {"seconds": time.perf_counter() - started, "said": said}


def _beside(work):
    """A thread with COM of its own; its failure is its result."""
    result = []

    def run():
        pythoncom.CoInitialize()
        try:
            result.append(work())
        except pythoncom.com_error as error:
            result.append(str(error))
        finally:
            pythoncom.CoUninitialize()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, result


def apart(given):
    """Two clients: a long call of one, calls of the other meanwhile; what a server has loaded."""
    python = server()
    ask(python, "XLALLOC_INFO", ())

    def long():
        other = server()
        other.Eval(f"__import__('time').sleep({given['seconds']})")
        return pid(other)

    thread, result = _beside(long)
    time.sleep(given["seconds"] / 2)  # by now the other's server has started, or will soon
    taken = []
    while thread.is_alive() or not taken:
        started = time.perf_counter()
        ask(python, "XLALLOC_INFO", ())
        taken.append(time.perf_counter() - started)
    thread.join()
    names = "['pandas', 'polars', 'matplotlib', 'PIL', 'plotly']"
    loaded = python.Str(python.Eval(f"[n for n in {names} if __import__('sys').modules.get(n)]"))
    return {"pids": [pid(python), result[0]], "longest": max(taken), "calls": len(taken), "loaded": loaded}


def stress(given):
    """Two clients with many calls each, every answer looked at; a server killed in a call; a full column."""
    arguments = [(name, sent(words), wanted) for name, words, wanted in given["calls"]]

    def many():
        python, wrong = server(), 0
        for k in range(given["count"]):
            name, words, wanted = arguments[k % len(arguments)]
            wrong += shown(ask(python, name, words)) != wanted
        return wrong

    running = [_beside(many) for _ in range(2)]
    for thread, _ in running:
        thread.join()

    victim = server()
    handle = win32api.OpenProcess(win32con.PROCESS_TERMINATE, 0, pid(victim))
    killer = threading.Timer(1, win32api.TerminateProcess, (handle, 9))
    killer.start()
    started = time.perf_counter()
    try:
        victim.Eval("__import__('time').sleep(30)")
        killed = ""
    except pythoncom.com_error as error:
        killed = str(error)
    noticed = time.perf_counter() - started
    again = server()
    after = shown(ask(again, "RP_WEIGHTS", (((0.04, 0.006), (0.006, 0.01)),)))
    column = tuple((0.01 if k % 2 else -0.02,) if k < 500 else (None,) for k in range(1_048_576))
    started = time.perf_counter()
    full = shown(ask(again, "ANN_VOL", (column, 12.0)))
    seconds = time.perf_counter() - started
    wrong = [result[0] for _, result in running]
    return {"wrong": wrong, "killed": killed, "noticed": noticed, "after": after, "full": full, "seconds": seconds}


def start(given):
    """The first answer of a server that was not running."""
    started = time.perf_counter()
    ask(server(), "RP_WEIGHTS", (((0.04, 0.006), (0.006, 0.01)),))
    return {"seconds": time.perf_counter() - started}


if __name__ == "__main__":
    task, question, answer = sys.argv[1:]
    with open(question, encoding="utf-8") as file:
        content = globals()[task](json.load(file))
    with open(answer, "w", encoding="utf-8") as file:
        json.dump(content, file)
