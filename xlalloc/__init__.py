"""Asset allocation for spreadsheets, reports and Python: one set of functions, the same number everywhere.

Every worksheet function is here under its name in small letters: ``xlalloc.rp_weights(cov)`` is ``=RP_WEIGHTS(cov)``.
"""

import sys as _sys

from xlalloc import core as _core  # noqa: F401  enters the functions in the catalogue
from xlalloc import help as _help  # noqa: F401
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import AllocError, DivisionError, InputError, NotAvailableError, NumberError
from xlalloc.table import Table
from xlalloc.version import __version__

if _sys.platform == "emscripten":
    from xlalloc import webassembly as _webassembly

    _webassembly.mend()

__all__ = [
    "CATALOGUE",
    "AllocError",
    "DivisionError",
    "InputError",
    "NotAvailableError",
    "NumberError",
    "Table",
    "__version__",
    *sorted(entry.function.__name__ for entry in CATALOGUE.values()),
]


def __getattr__(name: str):
    """A worksheet function, with a signature and a docstring for Python users, written when it is first asked for."""
    entry = CATALOGUE.get(name.upper()) if name.islower() else None
    if entry is None:
        raise AttributeError(f"module 'xlalloc' has no attribute {name!r}")
    from xlalloc.reference import documented

    globals()[name] = found = documented(entry)
    return found


def __dir__() -> list[str]:
    return __all__
