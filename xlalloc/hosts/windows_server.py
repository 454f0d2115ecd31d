"""The program that Windows starts when Excel asks for Xlalloc.Server:  pythonw -E -P windows_server.py {CLSID}

It is run by its path, so that even a package that cannot be imported leaves its reason in the log. xlwings's own object
does the work, for one Excel: another gets a Python of its own. It ends when its Excel has let it go.
"""

import ctypes
import runpy
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

FUNCTIONS = "xlalloc.hosts.windows_calls"
UNUSED = ("pandas", "polars", "matplotlib", "PIL", "plotly")
UNASKED = 60  # seconds for which a server waits that came too late for its client
E_FAIL = -2147467259


def main(clsid: str) -> int:
    """Load the functions, then answer calls until nobody holds the server."""
    for name in UNUSED:
        # xlwings imports them where it can: seconds for nothing that is used here
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # typeshed lacks what importlib documents
    try:
        for name in ("numpy", "xlwings", FUNCTIONS):  # what is quick to fail comes first
            __import__(name)
        serve(clsid)
    except Exception:
        runpy.run_path(str(Path(__file__).parents[1] / "log.py"))["trace"]("The server does not start.")
        refuse(clsid)
        return 1
    return 0


def serve(clsid: str) -> None:
    """xlwings's server, for a single client (REGCLS_SINGLEUSE): a long call in one Excel does not hold up another."""
    import pythoncom
    import pywintypes
    import win32api
    import win32event
    from win32com.server import policy, util
    from xlwings.com_server import XLPython

    class Policy(policy.DefaultPolicy):
        def _CreateInstance_(self, wanted, interface):  # noqa: N802  as pywin32 calls it
            clients.append(wanted)
            return util.wrap(XLPython(), interface)

    policy.DefaultPolicy = Policy
    clients: list = []
    identifier = pywintypes.IID(clsid)
    how = pythoncom.REGCLS_SINGLEUSE | pythoncom.REGCLS_SUSPENDED
    place = pythoncom.CLSCTX_LOCAL_SERVER
    cookie = pythoncom.CoRegisterClassObject(identifier, pythoncom.MakePyFactory(identifier), place, how)
    pythoncom.EnableQuitMessage(win32api.GetCurrentThreadId())  # sent when the client lets its object go
    pythoncom.CoResumeClassObjects()
    given_up = time.monotonic() + UNASKED
    while not pythoncom.PumpWaitingMessages() and (clients or time.monotonic() < given_up):
        milliseconds = win32event.INFINITE if clients else 5000
        win32event.MsgWaitForMultipleObjects((), 0, milliseconds, win32event.QS_ALLEVENTS)
    pythoncom.CoRevokeClassObject(cookie)
    pythoncom.CoUninitialize()


def refuse(clsid: str, seconds: float = 3) -> None:
    """Say no at once to whoever asked: Windows would wait for a class that never comes, 30 seconds and more.

    A class factory by ctypes alone, since what failed may be pywin32: it registers, and fails to create anything.
    """
    if sys.platform != "win32":
        return
    ole = ctypes.OleDLL("ole32")
    identifier = (ctypes.c_ubyte * 16).from_buffer_copy(uuid.UUID(clsid).bytes_le)
    factory, keep = _factory(ctypes.WINFUNCTYPE)
    cookie = ctypes.c_ulong()
    ole.CoInitialize(None)
    local_server, multiple_use = 4, 1
    ole.CoRegisterClassObject(identifier, ctypes.byref(factory), local_server, multiple_use, ctypes.byref(cookie))
    message = ctypes.create_string_buffer(64)  # holds a MSG
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        while ctypes.windll.user32.PeekMessageW(message, None, 0, 0, 1):
            ctypes.windll.user32.DispatchMessageW(message)
        time.sleep(0.01)
    ole.CoRevokeClassObject(cookie)
    del keep


def _factory(typed: Callable):
    """A COM object with the five functions of IClassFactory, each ``typed`` as Windows calls it, and what must live as
    long as it."""
    this, number, place = ctypes.c_void_p, ctypes.c_ulong, ctypes.POINTER(ctypes.c_void_p)

    def query(self, interface, result):
        result[0] = self
        return 0

    def count(self):
        return 1

    def create(self, outer, interface, result):
        result[0] = None
        return E_FAIL

    def lock(self, flag):
        return 0

    functions = (
        typed(ctypes.c_long, this, this, place)(query),
        typed(number, this)(count),
        typed(number, this)(count),
        typed(ctypes.c_long, this, this, this, place)(create),
        typed(ctypes.c_long, this, ctypes.c_int)(lock),
    )
    table = (ctypes.c_void_p * 5)(*[ctypes.cast(function, ctypes.c_void_p) for function in functions])
    return ctypes.c_void_p(ctypes.addressof(table)), (functions, table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
