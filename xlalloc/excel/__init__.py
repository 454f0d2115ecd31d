"""Excel's own functions that reports and workbooks of firms use, beside the few of ``excel_functions``.

Each is written after Microsoft's description of it; where that leaves a case open, or a mode is not computed here, the
cell is an error value with its reason, never another number.
"""

from xlalloc.excel import (  # noqa: F401
    arrays,
    criteria,
    dates,
    finance,
    lookup,
    number_formats,
    numbers,
    references,
    text,
)
