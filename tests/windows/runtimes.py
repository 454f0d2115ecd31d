"""xlalloc.hosts.excel loaded as each of xlwings's runtimes loads it, on any system.

``com()``: the real xlwings.udfs, _xlwindows and com_server; only pywin32 is stubbed. ``office()``: the real
xlwings.server, which belongs to xlwings PRO, under its noncommercial licence: for these tests only.
"""

import asyncio
import concurrent.futures  # noqa: F401  looked at by xlwings; imported while sys.platform still tells the truth
import contextlib
import ctypes
import datetime as dt
import importlib
import os
import subprocess  # noqa: F401
import sys
import tempfile  # noqa: F401
import types
from pathlib import Path
from unittest import mock

OURS = "xlalloc.hosts.excel"
CALLS = "xlalloc.hosts.windows_calls"
MISSING = -2147352572  # DISP_E_PARAMNOTFOUND: an omitted argument, as pywin32 hands it over


class ComError(Exception):
    """pywintypes.com_error(hresult, text, details, argument)"""

    @property
    def hresult(self):
        return self.args[0]


class Variant:
    """win32com.client.VARIANT: a value with the type it is to have in COM."""

    def __init__(self, varianttype, value):
        self.varianttype, self.value = varianttype, value


class _Anything:
    """A library of Windows: every function of it exists and gives another such thing."""

    def __getattr__(self, name):
        return self

    def __call__(self, *arguments):
        return self


def _pywin32() -> dict[str, types.ModuleType]:
    def nothing(*arguments, **named):
        return None

    def refuse(value):
        raise ComError(0)

    class Zone:
        @staticmethod
        def utc():
            return dt.UTC

    class Dispatch:
        pass

    classes = {name: type(name, (), {}) for name in ("CDispatch", "CoClassBaseClass", "DispatchBaseClass")}
    contents = {
        "pywintypes": {"com_error": ComError, "error": ComError, "IID": str.upper, "TimeType": dt.datetime},
        "pythoncom": {
            "__file__": "pythoncom", "VT_ERROR": 10, "CoInitialize": nothing, "CoUninitialize": nothing,
            "com_error": ComError, "ole_error": ComError, "Missing": object(), "IID_IDispatch": "IDispatch",
            "IID_IEnumVARIANT": "IEnumVARIANT", "TypeIIDs": {"IDispatch": Dispatch},
        },
        "win32timezone": {"TimeZoneInfo": Zone},
        "win32com.client": {
            **classes, "VARIANT": Variant, "Dispatch": lambda o, *a, **k: o, "DispatchEx": nothing,
        },
        "win32com.server.util": {"unwrap": refuse, "wrap": lambda o, *a, **k: o},
        "win32com.server.exception": {"COMException": ComError},
    }  # fmt: skip
    empty = "win32api win32con win32gui win32process win32event win32com win32com.server win32com.server.policy"
    modules = {}
    for name in [*empty.split(), "win32com.server.dispatcher", *contents]:
        modules[name] = types.ModuleType(name)
        modules[name].__dict__.update(contents.get(name, {}))
    for name, module in modules.items():
        parent, _, leaf = name.rpartition(".")
        if parent:
            setattr(modules[parent], leaf, module)
    return modules


def _of_xlwings(name: str) -> bool:
    return name in (OURS, CALLS, "xlalloc.hosts.lite") or name.partition(".")[0] == "xlwings"


@contextlib.contextmanager
def _afresh(stand_ins: dict):
    """sys.modules without xlwings and our host module, with the stand-ins; afterwards as it was."""
    import xlalloc.help
    import xlalloc.hosts

    before, host = dict(sys.modules), xlalloc.help.host
    for name in list(sys.modules):
        if _of_xlwings(name):
            del sys.modules[name]
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name in list(sys.modules):
            if _of_xlwings(name) or name in stand_ins:
                del sys.modules[name]
        sys.modules.update({k: v for k, v in before.items() if _of_xlwings(k) or k in stand_ins})
        xlalloc.help.host = host
        for loaded in ("excel", "windows_calls", "lite"):
            if hasattr(xlalloc.hosts, loaded):
                delattr(xlalloc.hosts, loaded)


@contextlib.contextmanager
def com():
    """Our host module under the real classic xlwings, with pywin32 stubbed."""
    windows = {name: _Anything() for name in ("oledll", "windll", "PyDLL")}
    with _afresh(_pywin32()):
        with contextlib.ExitStack() as stack:
            for name, library in windows.items():
                stack.enter_context(mock.patch.object(ctypes, name, library, create=True))
            stack.enter_context(mock.patch.object(sys, "platform", "win32"))
            stack.enter_context(mock.patch.dict(os.environ, {"XLWINGS_ON_SERVER": ""}))
            import xlwings
            import xlwings.com_server
            import xlwings.udfs
        assert xlwings.func is xlwings.udfs.xlfunc
        yield importlib.import_module(OURS)
        xlwings.com_server.loop.close()


@contextlib.contextmanager
def office():
    """Our host module under the real xlwings.server (noncommercial licence, in tests only)."""
    variables = {"XLWINGS_ON_SERVER": "true", "XLWINGS_LICENSE_KEY": "noncommercial"}
    with _afresh({}), mock.patch.dict(os.environ, variables):
        yield importlib.import_module(OURS)


def com_call(name: str, *arguments):
    """What our VBA gets from CallUDF: the real XLPython.CallUDF, then what pywin32 makes of its answer."""
    from xlwings.com_server import XLPython

    return _sent(XLPython().CallUDF(CALLS, "ANSWER", (name, *arguments)))


def stock_call(name: str, *arguments):
    """What xlwings's own VBA gets."""
    from xlwings.com_server import XLPython

    return _sent(XLPython().CallUDF(OURS, name, arguments))


def _sent(value):
    """Sequences go out as arrays; a VARIANT of type VT_ERROR goes out as "argument missing", whatever its number."""
    if isinstance(value, Variant):
        return Variant(value.varianttype, MISSING)
    return tuple(map(_sent, value)) if isinstance(value, list | tuple) else value


def office_call(module, name: str, *arguments):
    """What Office.js gets from a call: the real conversion of xlwings.server."""
    import xlwings
    from xlwings.server import custom_functions_call

    data = {
        "func_name": name,
        "args": list(arguments),
        "version": xlwings.__version__,
        "client": "Office.js",
        "runtime": "1.4",
        "date_format": "yyyy-mm-dd",
        "culture_info_name": "en-US",
        "caller_address": None,
    }
    return asyncio.run(custom_functions_call(data, module))


def vba_of_xlwings(module_name: str) -> tuple[str, list]:
    """The wrapper text that xlwings's stock "Import Functions" would write, and its calls of MacroOptions."""
    import xlwings.udfs as udfs

    texts, options = [], []

    class Components:
        def __call__(self, name):
            raise ComError(-2147352565)  # no such module yet

        def Remove(self, component):  # noqa: N802
            raise AssertionError("there was none")

        def Import(self, path):  # noqa: N802
            texts.append(Path(path).read_text())

    class Book:
        Name = "book.xlsm"
        VBProject = types.SimpleNamespace(VBComponents=Components())
        Application = types.SimpleNamespace(Version="16.0", MacroOptions=lambda name, **k: options.append((name, k)))

    real = udfs.get_udf_module
    with mock.patch.object(udfs, "get_udf_module", lambda name, book: real(name, None)):
        udfs.import_udfs(module_name, Book)
    return texts[0], options
