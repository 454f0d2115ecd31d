"""The output folder: one run in it at a time, every file there whole or not at all."""

import errno
import os
import secrets
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xlalloc.errors import InputError

INTERNAL = "internal"  # the folder of pages that are not for clients
OURS = b'name="xlalloc"'  # a property of every file of a run
ADVISER = b"lpwstr>adviser"  # of an adviser's index
START = b"PK\x03\x04\x14\0\0\0\x08\0\0\0\x21\0"  # of an archive of ours: deflated, no flags, 1980-01-01
OLD = "old"  # the folder of reports that no client of this run has
MARK = b"lpwstr>["  # how the properties of a report begin: its key, its line of the index
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
        raise ForeignError(f"{path.name} is not ours")
    path.parent.mkdir(parents=True, exist_ok=True)
    with writing(path) as file:
        yield file


def why(error: OSError) -> str:
    """The kind of problem a file that could not be written is."""
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
    for left in folder.glob(f".xlalloc-*{UNFINISHED}"):
        left.unlink(missing_ok=True)


def move_old(folder: Path, current: set[str]) -> list[str]:
    """Reports of an earlier run that are none of this one's go to ``old`` beside them; files that are not ours stay.

    ``current`` are paths within the folder. Besides it, its internal pages and the folders of advisers are looked at.
    """
    moved = []
    for place in _places(folder):
        for path in sorted([*place.glob("*.xlsx"), *place.glob("*.xlsm")]):
            name = path.relative_to(folder).as_posix()
            if name in current or not holds(path, MARK):
                continue
            (place / OLD).mkdir(exist_ok=True)
            for file in (path, path.with_suffix(".pdf")):
                if file.exists():
                    os.replace(file, place / OLD / file.name)
            moved.append(name)
    return moved


def _places(folder: Path) -> Iterator[Path]:
    """The folder, the folders of advisers in it (their index says so), and of each that of internal pages."""
    inner = [path.parent for path in sorted(folder.glob("*/index.xlsx")) if holds(path, ADVISER)]
    for place in (folder, *inner):
        yield place
        if (place / INTERNAL).is_dir():
            yield place / INTERNAL


def is_ours(path: Path) -> bool:
    """Is it a file of a run, whole or cut off? Ours alone begin so: no other program writes such a first entry."""
    if holds(path, OURS):
        return True
    with suppress(OSError), path.open("rb") as file:
        return file.read(len(START)) == START and not zipfile.is_zipfile(path)
    return False


def holds(path: Path, mark: bytes) -> bool:
    """Do the properties of a workbook hold this mark of ours?"""
    try:
        with zipfile.ZipFile(path) as archive:
            return mark in archive.read("docProps/custom.xml")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


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
        if os.name == "nt":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
