"""Workbooks that come from outside: one clear line for whatever cannot, or should not, be opened."""

import zipfile
from pathlib import Path

from xlalloc.errors import InputError

MB = 2**20
MAX_UNPACKED = 512 * MB
MAX_RATIO = 200  # a real workbook packs to about a tenth; looked at beyond 50 MB
MAX_PARTS = 5_000
MAX_DIRECTORY = MB  # bytes the list of parts may take in the file
_COMPOUND = b"\xd0\xcf\x11\xe0"  # old .xls files, and the envelope of an encrypted workbook
_END = b"PK\x05\x06"  # of a zip file's list of parts


def load(path: str | Path, **options):
    """An openpyxl workbook; encrypted, old, damaged and bomb-like files are refused with the reason."""
    path = Path(path)
    check(path)
    import openpyxl

    try:
        return openpyxl.load_workbook(path, keep_links=False, **options)
    except Exception as error:
        raise unreadable(path, error) from None


def unreadable(path: Path, error: Exception) -> InputError:
    return InputError(f"{path.name}: cannot be read as a workbook ({type(error).__name__}). Save it again as .xlsx.")


def check(path: Path) -> list[str]:
    """The names of a workbook's parts, from a file that may be opened."""
    start, end = _ends(path)
    if not start:
        raise InputError(f"{path.name}: the file is empty. Save the workbook again as .xlsx.")
    if start.startswith(_COMPOUND):
        raise InputError(_old(path))
    if not start.startswith(b"PK"):
        raise InputError(f"{path.name}: {_what_else(start)}, not an Excel workbook. Save it as .xlsx.")
    at = end.rfind(_END)
    if at >= 0 and int.from_bytes(end[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise InputError(_too_many(path, f"more than {MAX_PARTS:,}"))
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except Exception:
        raise InputError(f"{path.name}: the file is damaged or cut short. Get it again, or save it again.") from None
    _check_members(path, members)
    return [member.filename for member in members]


def is_small(path: Path) -> bool:
    """Does a workbook of another kind unpack to what may be read?"""
    if not zipfile.is_zipfile(path):
        return path.stat().st_size <= MAX_UNPACKED
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist()) <= MAX_UNPACKED


def _ends(path: Path) -> tuple[bytes, bytes]:
    """The first bytes of a file, and the last among which a zip file's list of parts is announced."""
    try:
        with path.open("rb") as file:
            start = file.read(512)
            file.seek(max(0, path.stat().st_size - 70_000))
            return start, file.read()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise InputError(f"{path}: a folder; a workbook is needed here.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(
            f"{path}: cannot be opened ({reason}). Close it elsewhere and check its permissions."
        ) from None


def _old(path: Path) -> str:
    with path.open("rb") as file:
        locked = "EncryptedPackage".encode("utf-16-le") in file.read(16 * MB)
    if locked:
        return f"{path.name}: protected by a password. Take the password off in Excel and save it again."
    return f"{path.name}: an old .xls file. Open it in Excel or LibreOffice and save it as .xlsx."


def _what_else(start: bytes) -> str:
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype", b"<html", b"<table", b"<meta", b"<head")):
        return "a web page"
    if text.startswith(b"<"):
        return "an XML file"
    if start.startswith(b"%PDF"):
        return "a PDF"
    return "a file of another kind" if b"\0" in start else "a text file"


def _check_members(path: Path, members: list[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    if len(members) > MAX_PARTS:
        raise InputError(_too_many(path, f"{len(members):,}"))
    if "mimetype" in names:
        raise InputError(f"{path.name}: an OpenDocument file. Open it in LibreOffice and save it as .xlsx.")
    if "xl/workbook.bin" in names:
        raise InputError(f"{path.name}: a binary workbook (.xlsb). Open it in Excel and save it as .xlsx.")
    if any(member.flag_bits & 1 for member in members):
        raise InputError(f"{path.name}: protected by a password. Take the password off and save it again.")
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unpacked > MAX_UNPACKED:
        raise InputError(
            f"{path.name}: unpacks to {unpacked / MB:,.0f} MB; the limit is {MAX_UNPACKED / MB:,.0f} MB. It was not "
            "opened. Give the clients in several files, or as a folder of csv."
        )
    if unpacked > 50 * MB and unpacked / packed > MAX_RATIO:
        raise InputError(
            f"{path.name}: unpacks to {unpacked / packed:,.0f} times its size; the limit is {MAX_RATIO} times. It was "
            "not opened. Copy the cells into a new workbook and save that."
        )


def _too_many(path: Path, count: str) -> str:
    return (
        f"{path.name}: holds {count} parts; the limit is {MAX_PARTS:,}. It was not opened. "
        "Copy the cells into a new workbook and save that."
    )
