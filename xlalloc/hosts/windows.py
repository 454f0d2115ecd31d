"""Excel for Windows: make the add-in, put it where Excel loads it, take it back, say what does not work."""

import compileall
import contextlib
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
from xlalloc.messages import say
from xlalloc.terminal import aligned, folded
from xlalloc.version import __version__

__all__ = ["Outcome", "build", "doctor", "install", "startup_folder", "uninstall"]


class Outcome(NamedTuple):
    """What a command did, as the lines to show."""

    done: bool
    lines: list[str]


def install(registry=None, addins: Path | None = None) -> Outcome:
    """The class for this user with this Python, the add-in into XLSTART, the bytecode compiled; all or nothing."""
    if sys.platform != "win32" and registry is None:
        return Outcome(False, _elsewhere())
    if is_store_python():
        return Outcome(False, [say(STORE)])
    folder = addins or startup_folder()
    before = windows_class.registered(registry)
    try:
        line = windows_class.register(registry=registry)
        written = _put(folder)
    except OSError as error:
        _take_back(before, registry)
        return Outcome(False, [_reason(error, folder)])
    compileall.compile_dir(Path(__file__).parents[1], quiet=2)
    program, own = windows_class.program(line), windows_class.PROG_ID
    rows = [
        (say("add-in", item=True), str(written)),
        ("", say("Excel loads it at its next start; a tab named xlalloc appears.")),
        ("Python", program),
        ("", say(f"entered for this user as {own}; Windows starts it when a formula asks.")),
        (say("log", item=True), str(log.path())),
    ]
    if before and windows_class.program(before).casefold() != program.casefold():
        other = windows_class.program(before)
        rows.append((say("before", item=True), say(f"{other} was entered; it is no longer used.")))
    lines = [say(f"xlalloc {__version__} for Excel on Windows")]
    lines += [*aligned(rows, "  "), ""]
    after = [(say("Take it all back:"), "xlalloc uninstall excel"), (say("Something wrong:"), "xlalloc doctor")]
    return Outcome(True, [*lines, *aligned(after)])


def _elsewhere() -> list[str]:
    """What to do on another system than Windows."""
    paragraphs = [
        say("This add-in is for Excel on Windows; this machine runs another system."),
        "",
        say("Excel on the Mac and on the web runs the functions through xlwings Lite, a free add-in:"),
        "",
        say(
            '1. In Excel: Home > Add-ins, search for xlwings, add "xlwings Lite". Open a new workbook and start it '
            "from the Home tab."
        ),
        say(
            "2. In its requirements.txt add the line xlalloc. If the package is not published under that name yet, the "
            "address of its wheel stands there instead."
        ),
        say("3. In its main.py put the lines"),
    ]
    lines = [line for text in paragraphs for line in folded(text, rest="   " * text[:1].isdecimal())]
    return [
        *lines,
        "       from xlalloc.hosts.excel import *",
        "       from xlalloc.hosts.lite import reenter_formulas",
        say("4. Restart xlwings Lite, then try =RP_WEIGHTS({0.04,0.006;0.006,0.01})"),
        "",
        *folded(
            say(
                "Start the add-in before you open a workbook with formulas. docs/mac-and-web.md has the steps one by "
                "one."
            )
        ),
    ]


def _take_back(before: str | None, registry) -> None:
    """The registry as it was before an installation that failed."""
    with contextlib.suppress(OSError):  # what cannot be written cannot be taken back either
        windows_class.register(before, registry) if before else windows_class.unregister(registry)


def _reason(error: OSError, folder: Path) -> str:
    """One line: what was refused, what to do. Nothing has changed."""
    if error.filename and FILE_NAME in str(error.filename):
        if isinstance(error, PermissionError):
            return say(f"{folder / FILE_NAME} cannot be written: close Excel, then run this again.")
        return say(f"{folder / FILE_NAME} cannot be written ({error.strerror}). Nothing was changed.")
    if error.filename:
        return say(f"{error.filename}: {error.strerror}. Nothing was changed.")
    return say(
        f"Windows refuses the entry in the registry of this user ({error.strerror or error}). Nothing was changed: ask "
        "whoever administers this computer, or use xlwings Lite (docs/mac-and-web.md)."
    )


STORE = (
    "This Python comes from the Microsoft Store, which redirects what programs write for other programs: Excel would "
    "not see the add-in. Install Python from python.org, xlalloc with its pip, then: xlalloc install excel"
)


def _put(folder: Path) -> Path:
    """Built beside, then moved: Excel never finds half a file."""
    file, new = folder / FILE_NAME, folder / (FILE_NAME + ".new")
    with tempfile.TemporaryDirectory() as scratch:
        made = build(Path(scratch))
        folder.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(made, new)
            os.replace(new, file)
        except OSError as error:
            new.unlink(missing_ok=True)
            error.filename = error.filename or str(file)
            raise
    return file


def uninstall(registry=None, addins: Path | None = None) -> Outcome:
    """Takes back what install did; the package itself stays until pip removes it."""
    if sys.platform != "win32" and registry is None:
        return Outcome(True, [say("Nothing of xlalloc is installed for Excel here: the add-in is for Windows.")])
    file = (addins or startup_folder()) / FILE_NAME
    lines = []
    try:
        file.unlink()
        lines.append(say(f"removed: {file}"))
    except FileNotFoundError:
        pass
    except PermissionError:
        return Outcome(False, [say(f"{file} is in use: close Excel, then run this again.")])
    if windows_class.unregister(registry):
        lines.append(say(f"removed: the entry {windows_class.PROG_ID} of this user"))
    if log.path().exists():
        try:
            log.path().unlink()
            lines.append(say(f"removed: {log.path()}"))
        except PermissionError:  # a server that is just ending
            lines.append(say(f"still in use, delete it later: {log.path()}"))
    return Outcome(True, lines or [say("Nothing of xlalloc was installed for Excel.")])
