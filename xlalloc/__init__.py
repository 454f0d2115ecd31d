"""Asset allocation for spreadsheets, reports and Python: one set of functions, the same number everywhere.

Every worksheet function is here under its name in small letters: ``xlalloc.rp_weights(cov)`` is ``=RP_WEIGHTS(cov)``.
"""

import sys

from xlalloc import core as core
from xlalloc import help as help
from xlalloc.catalogue import CATALOGUE, Table
from xlalloc.errors import AllocError, DivisionError, InputError, NotAvailableError, NumberError
from xlalloc.version import __version__

if sys.platform == "emscripten":
    from xlalloc import webassembly

    webassembly.mend()

globals().update({entry.function.__name__: entry.public for entry in CATALOGUE.values()})

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
