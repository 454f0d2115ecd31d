"""What our add-in for Windows calls: one function for all of them, whose error cells keep their kind.

pywin32 has no way to send an error value with its number (a VARIANT of type VT_ERROR always goes out as "argument
missing"). So an error goes as its number, the only whole numbers sent, and the add-in's VBA makes the error of it.
"""

import xlwings as xw

from xlalloc.hosts.excel import NUMBERS, Cells, answer


@xw.func
@xw.arg("name", Cells)
@xw.arg("arguments", Cells)
@xw.ret(Cells)
def ANSWER(name, *arguments):  # noqa: N802  as the functions of a sheet are named
    """The answer of the function called ``name`` to the cells given."""
    return answer(name[0][0], arguments, NUMBERS.__getitem__)
