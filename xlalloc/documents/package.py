"""The parts of an Office file, compressed as they are: what is not changed is written again to the byte."""

import posixpath
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

from xlalloc.documents import xml
from xlalloc.errors import InputError
from xlalloc.workbook_files import check, unreadable

TYPES = "[Content_Types].xml"
LEVEL = 1  # of compression


class Part(NamedTuple):
    """A part as it stands in the file."""

    checksum: int
    size: int
    method: int
    packed: bytes


class Relation(NamedTuple):
    """One relationship of a part: its kind is the last word of its type."""

    kind: str
    target: str
    external: bool


class Package:
    """The parts of a workbook file by name, in their order."""

    def __init__(self, path: Path):
        self.path, self.name = path, path.name
        check(path)
        self.parts: dict[str, Part] = {}
        try:
            data = path.read_bytes()
            with zipfile.ZipFile(path) as archive:
                for info in archive.infolist():
                    lengths = struct.unpack_from("<HH", data, info.header_offset + 26)
                    start = info.header_offset + 30 + sum(lengths)
                    packed = data[start : start + info.compress_size]
                    if info.compress_type not in (0, 8) or info.filename.endswith("/"):
                        continue
                    self.parts[info.filename] = Part(info.CRC, info.file_size, info.compress_type, packed)
        except (OSError, ValueError, struct.error, zipfile.BadZipFile) as error:
            raise unreadable(path, error) from None
        self._texts: dict[str, str] = {}

    @classmethod
    def of(cls, parts: dict[str, bytes], name: str) -> "Package":
        """Of parts that were never a file."""
        package = cls.__new__(cls)
        package.path, package.name, package._texts = Path(name), name, {}
        package.parts = {part: packed(data, 9) for part, data in parts.items()}
        return package

    def data(self, name: str) -> bytes:
        part = self.parts[name]
        try:
            data = zlib.decompress(part.packed, -15) if part.method == 8 else part.packed
        except zlib.error as error:
            raise unreadable(self.path, error) from None
        if zlib.crc32(data) != part.checksum:
            raise InputError(f"{self.name}: {name} is damaged. Save the workbook again.")
        return data

    def text(self, name: str) -> str:
        """A part as text; one that is not there is a damaged file."""
        if name not in self._texts:
            try:
                self._texts[name] = xml.checked(self.data(name).decode("utf-8-sig"), name, self.name)
            except (KeyError, UnicodeDecodeError) as error:
                raise unreadable(self.path, error) from None
        return self._texts[name]

    def relations(self, part: str) -> dict[str, Relation]:
        """Relationships of a part by id; that of the file itself is ""."""
        name = relations_of(part)
        if name not in self.parts:
            return {}
        found = {}
        for tag in re.findall(r"<Relationship\b[^>]*>", self.text(name)):
            a = xml.attributes(tag)
            external = a.get("TargetMode") == "External"
            target = a["Target"] if external else _resolved(part, a["Target"])
            found[a["Id"]] = Relation(a["Type"].rpartition("/")[2], target, external)
        return found


def relations_of(part: str) -> str:
    """Where the relationships of a part stand."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(part: str, target: str) -> str:
    return posixpath.normpath(posixpath.join("/" + posixpath.dirname(part), target)).lstrip("/")


def packed(data: bytes, level: int = LEVEL) -> Part:
    """Compressed; with a window no larger than the data, since setting up a full one takes longer than a small part."""
    window = min(max(len(data).bit_length(), 9), zlib.MAX_WBITS)
    deflate = zlib.compressobj(level, zlib.DEFLATED, -window, window - 7)
    return Part(zlib.crc32(data), len(data), 8, deflate.compress(data) + deflate.flush())


def written(parts: dict[str, Part]) -> bytes:
    """The file; it carries no clock (1980-01-01), so that the same parts give the same bytes."""
    out: list[bytes] = []
    directory, at = [], 0
    for name, (checksum, size, method, data) in parts.items():
        title = name.encode()
        flags = 0x800 if len(title) != len(name) else 0
        common = struct.pack("<HHHHHIIIHH", 20, flags, method, 0, 0x21, checksum, len(data), size, len(title), 0)
        out += b"PK\x03\x04" + common + title, data
        more = struct.pack("<HHHII", 0, 0, 0, 0o600 << 16, at)
        directory.append(b"PK\x01\x02\x14\x03" + common + more + title)
        at += 30 + len(title) + len(data)
    listed = b"".join(directory)
    end = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, len(directory), len(directory), len(listed), at, 0)
    return b"".join([*out, listed, end])
