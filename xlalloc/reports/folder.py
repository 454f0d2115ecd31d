"""The output folder: one run in it at a time, every file there whole or not at all."""

import errno
import html
import json
import os
import re
import secrets
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xlalloc.errors import InputError

INTERNAL = "internal"  # the folder of pages that are not for clients
OURS = r'name="xlalloc"[^>]*>\s*<[^>]*lpwstr[^>]*>(.*?)</'  # a property of every file of a run
START = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\x21\0"  # of an archive of ours: deflated, no flags, 1980-01-01
_BROKEN = (OSError, KeyError, UnicodeError, RuntimeError, zipfile.BadZipFile, zlib.error)  # or with a password
SIGNED, LONGEST = b"\n%xlalloc ", 4096  # before the mark of a PDF, a remark in its language; bytes of such a line
OLD = "old"  # the folder of reports that no client of this run has
LOCK = ".xlalloc-lock"
UNFINISHED = ".part"
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """A file under a name of its own that takes the place of ``path`` once it is whole."""
    temporary = path.with_name(f".xlalloc-{os.getpid()}-{secrets.token_hex(6)}{UNFINISHED}")
    try:
        with temporary.open("wb") as file:
            yield file
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise


class ForeignError(OSError):
    """A file that is not ours stands where one of ours should: it is never overwritten."""


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """As ``writing``, in place of a file of an earlier run or of none."""
    if path.exists() and not is_ours(path):
        raise ForeignError(None, "not ours", str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as file:
        yield file


def why(error: OSError) -> str:
    """The kind of problem that kept a file from being written."""
    if isinstance(error, ForeignError):
        return "not_ours"
    if isinstance(error, PermissionError):
        return "file_open"
    return "disk_full" if error.errno in FULL else "not_written"


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Nobody else's run writes to the folder; what a process that was killed left unfinished is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with _lock(folder / LOCK):
        _tidy(folder)
        try:
            yield
        finally:
            _tidy(folder)


def _tidy(folder: Path) -> None:
    for depth in ("", "*/", "*/*/"):  # the folders of advisers, and those of internal pages
        for left in folder.glob(f"{depth}.xlalloc-*{UNFINISHED}"):
            left.unlink(missing_ok=True)


def move_old(folder: Path, current: set[str]) -> tuple[list[str], list[OSError]]:
    """Files of an earlier run that are none of this one's go to ``old`` beside them; files that are not ours stay.

    ``current`` are paths within the folder. Reports and advisers' indexes are known by the place that their properties
    name, so that a copy somebody keeps elsewhere stays. Returns what was moved, and the errors of what could not be.
    """
    moved, failed = [], []
    kept = {Path(name).with_suffix("") for name in current}
    places = list(_places(folder))
    books = sorted(path for place in places for ending in ("xlsx", "xlsm") for path in place.glob(f"*.{ending}"))
    for path in [*books, *sorted(path for place in places for path in place.glob("*.pdf"))]:
        at = path.relative_to(folder)
        name, printed = at.as_posix(), path.suffix == ".pdf"
        if name in current or (printed and at.with_suffix("") in kept) or _stands_at(path) != name:
            continue
        try:
            set_aside(path)
            if at.with_suffix("") not in kept:  # else it is that of the .xlsm, or the .xlsx, of this run
                set_aside(path.with_suffix(".pdf"))
            moved.append(name)
        except OSError as error:
            failed.append(error)
    return moved, failed


def set_aside(path: Path) -> None:
    """A file of an earlier run goes to ``old`` beside it."""
    if path.exists():
        (path.parent / OLD).mkdir(exist_ok=True)
        os.replace(path, path.parent / OLD / path.name)


def _places(folder: Path) -> Iterator[Path]:
    """The folder, the folders in it, and the folder of internal pages in each."""
    for place in (
        folder,
        *sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in (OLD, INTERNAL)),
    ):
        yield place
        if os.path.isdir(place / INTERNAL):  # False where it must not be looked at, as in lost+found
            yield place / INTERNAL


def is_ours(path: Path) -> bool:
    """Is it a file of a run, whole or cut off? No other program writes such a first entry."""
    if mark(path) is not None:
        return True
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(START)) == START and not zipfile.is_zipfile(path)
    return False


def mark(path: Path) -> str | None:
    """The property of every file of a run; for reports and advisers' indexes a list, its second item their place. That
    of a PDF is its last line: one that somebody has added to has another."""
    if path.suffix == ".pdf":
        return _line(path)
    try:
        with zipfile.ZipFile(path) as archive:
            found = re.search(OURS, archive.read("docProps/custom.xml").decode(), re.DOTALL)
    except _BROKEN:
        return None
    return html.unescape(found[1]) if found else None


def sign(pdf: Path, words: str) -> None:
    """Marks a PDF of ours, which may outlive the workbook it was printed from."""
    with pdf.open("ab") as file:
        file.write(SIGNED + words.encode("ascii") + b"\n")


def _line(pdf: Path) -> str | None:
    with suppress(OSError), pdf.open("rb") as file:
        file.seek(max(file.seek(0, os.SEEK_END) - LONGEST, 0))
        _, found, line = file.read().rpartition(SIGNED)
        if found and line.count(b"\n") == 1 and line.endswith(b"\n"):
            return line.decode("ascii", "replace").strip()
    return None


def _stands_at(path: Path) -> str:
    """The place that the properties of a report or of an adviser's index name."""
    try:
        return f"{json.loads(mark(path) or '')[1]}"
    except (TypeError, ValueError, IndexError):
        return ""


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Held by this process alone and gone with it, however it ends; children do not inherit it."""
    while True:
        file = path.open("a+")
        if not _taken(file):
            file.close()
            raise InputError(f"{path.parent}: another run writes to this folder. Wait for it, or give another --out.")
        with suppress(OSError):  # gone, or another's by now: whoever held it has removed it
            if os.path.samestat(os.fstat(file.fileno()), os.stat(path)):
                break
        file.close()
    try:
        yield
    finally:
        if os.name == "nt":  # an open file cannot be removed there
            file.close()
        with suppress(OSError):
            path.unlink()
        file.close()


def _taken(file) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
