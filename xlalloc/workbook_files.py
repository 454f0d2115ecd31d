"""Opening workbooks that come from outside: one clear line for whatever cannot, or should not, be opened."""

import zipfile
from pathlib import Path

from xlalloc.errors import InputError

MAX_UNPACKED = 512 * 2**20
MAX_RATIO = 400  # a real workbook packs to about a tenth


def load(path: str | Path, **options):
    """An openpyxl workbook; encrypted, old, damaged and bomb-like files are refused with the reason."""
    path = Path(path)
    check(path)
    import openpyxl

    try:
        return openpyxl.load_workbook(path, keep_links=False, **options)
    except Exception as error:
        raise InputError(
            f"{path.name}: cannot be read as a workbook ({type(error).__name__}). Save it again as .xlsx."
        ) from None


def check(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file.") from None
    except OSError as error:
        raise InputError(
            f"{path}: cannot be opened ({error.strerror}). Close it elsewhere and check its permissions."
        ) from None
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise InputError(f"{path.name}: an old .xls file, or one with a password. Save it as .xlsx without a password.")
    if not start.startswith(b"PK"):
        raise InputError(f"{path.name}: not an Excel workbook. Save it as .xlsx.")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError):
        raise InputError(f"{path.name}: the file is damaged. Save it again as .xlsx.") from None
    unpacked = sum(member.file_size for member in members)
    packed = max(sum(member.compress_size for member in members), 1)
    if unpacked > MAX_UNPACKED or (unpacked > 50 * 2**20 and unpacked / packed > MAX_RATIO):
        raise InputError(
            f"{path.name}: unpacks to {unpacked / 2**20:,.0f} MB, more than a real workbook would. It was not opened."
        )
