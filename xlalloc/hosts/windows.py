"""Excel for Windows: make the add-in, put it where Excel loads it, take it back, say what does not work."""

import compileall
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from xlalloc import log
from xlalloc.hosts import windows_class
from xlalloc.hosts.windows_addin import FILE_NAME, build, startup_folder
from xlalloc.hosts.windows_doctor import doctor, is_store_python
from xlalloc.version import __version__

__all__ = ["Outcome", "build", "doctor", "install", "startup_folder", "uninstall"]

ELSEWHERE = """Excel on the Mac and on the web runs the functions through xlwings Lite, a free add-in:

1. In Excel: Home > Add-ins, search for xlwings, add "xlwings Lite". Open a new workbook and start it from the Home tab.
2. In its requirements.txt add the line
       xlalloc
   If the package is not published under that name yet, the address of its wheel stands there instead.
3. In its main.py put the line
       from xlalloc.hosts.excel import *
4. Restart xlwings Lite, then try  =RP_WEIGHTS({0.04,0.006;0.006,0.01})

Start the add-in before you open a workbook with formulas. docs/mac-and-web.md has the steps one by one."""


class Outcome(NamedTuple):
    """What a command did, as the lines to show."""

    done: bool
    lines: list[str]


def install(registry=None, addins: Path | None = None) -> Outcome:
    """The add-in into XLSTART, the class for this user with this Python, the bytecode compiled; in one screen."""
    if sys.platform != "win32" and registry is None:
        return Outcome(False, ["This add-in is for Excel on Windows; this machine runs another system.", "", ELSEWHERE])
    if is_store_python():
        return Outcome(False, [STORE])
    folder = addins or startup_folder()
    try:
        written = _put(folder)
    except PermissionError:
        return Outcome(False, [f"{folder / FILE_NAME} cannot be written: close Excel, then run this again."])
    before = windows_class.registered(registry)
    line = windows_class.register(registry=registry)
    compileall.compile_dir(Path(__file__).parents[1], quiet=2)
    lines = [
        f"xlalloc {__version__} for Excel on Windows",
        f"  add-in      {written}",
        "              Excel loads it at its next start; a tab named xlalloc appears.",
        f"  Python      {windows_class.program(line)}",
        f"              entered for this user as {windows_class.PROG_ID}; Windows starts it when a formula asks.",
        f"  log         {log.path()}",
    ]
    if before and windows_class.program(before).casefold() != windows_class.program(line).casefold():
        lines.append(f"  before      {windows_class.program(before)} was entered; it is no longer used.")
    return Outcome(
        True, [*lines, "", "Take it all back:  xlalloc uninstall excel      Something wrong:  xlalloc doctor"]
    )


STORE = (
    "This Python comes from the Microsoft Store, which redirects what programs write for other programs: Excel would "
    "not see the add-in. Install Python from python.org, then:  pip install xlalloc  and  xlalloc install excel"
)


def _put(folder: Path) -> Path:
    """Built beside, then moved: Excel never finds half a file."""
    with tempfile.TemporaryDirectory() as scratch:
        made = build(Path(scratch))
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(made, folder / (FILE_NAME + ".new"))
    try:
        os.replace(folder / (FILE_NAME + ".new"), folder / FILE_NAME)
    except PermissionError:
        (folder / (FILE_NAME + ".new")).unlink(missing_ok=True)
        raise
    return folder / FILE_NAME


def uninstall(registry=None, addins: Path | None = None) -> Outcome:
    """Takes back what install did; the package itself stays until pip removes it."""
    if sys.platform != "win32" and registry is None:
        return Outcome(True, ["Nothing of xlalloc is installed for Excel here: the add-in is for Windows."])
    file = (addins or startup_folder()) / FILE_NAME
    lines = []
    try:
        file.unlink()
        lines.append(f"removed: {file}")
    except FileNotFoundError:
        pass
    except PermissionError:
        return Outcome(False, [f"{file} is in use: close Excel, then run this again."])
    if windows_class.unregister(registry):
        lines.append(f"removed: the entry {windows_class.PROG_ID} of this user")
    if log.path().exists():
        log.path().unlink()
        lines.append(f"removed: {log.path()}")
    return Outcome(True, lines or ["Nothing of xlalloc was installed for Excel."])
