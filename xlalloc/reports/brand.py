"""Our own templates in a firm's colour, with its logo and footer: the same parts, other words and another picture.

A template of ours has one accent colour, and one picture called Logo: of an invented firm, until somebody puts another
there. A firm without a logo gets none; a logo keeps its proportions within the frame of ours. The firm's footer takes
the place of ours.
"""

import re
import struct
import zlib
from functools import cache

from xlalloc.documents import xml
from xlalloc.reports.firm import MOST_FOOTER, PICTURES
from xlalloc.templates.look import ACCENT, THIRD

LOGO = "xl/media/logo.png"
EMPTY = bytes.fromhex(  # a transparent dot
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63600002000005"
    "00017a5eab3f0000000049454e44ae426082"
)
_FRAMES = re.compile(r'(<(?:xdr:)?ext cx=")(\d+)(" cy=")(\d+)(")')
_FOOTER = re.compile(r"(<oddFooter>&amp;L(?:&amp;\d+ ?)?)[^<]*?(&amp;R)")  # the size stands before the words
_COLOURED = re.compile(r"xl/(styles\.xml|theme/|charts/|drawings/|worksheets/)")


def with_brand(parts: dict[str, bytes], picture: bytes = b"", colour: str = "", footer: str = "") -> dict[str, bytes]:
    """A template that still holds the sample logo, with the firm's logo, colour and footer; any other as it is."""
    ours = next((name for name in parts if name.startswith("xl/media/") and parts[name] == logo()), None)
    if ours is None:
        return parts
    kind = next((kind for start, kind in PICTURES.items() if picture.startswith(start)), "png")
    theirs = ours if kind == "png" else f"{ours.rpartition('.')[0]}.jpeg"
    made, foot = {}, xml.escaped(footer[:MOST_FOOTER].replace("&", "&&"))
    for name, data in parts.items():
        if name == ours:
            data = picture or EMPTY
        elif name == "[Content_Types].xml" and kind == "jpeg":
            more = b'<Default Extension="jpeg" ContentType="image/jpeg"/>'
            data = data if b'"jpeg"' in data else data.replace(b"<Override", more + b"<Override", 1)
        elif name.endswith(".rels"):
            data = data.replace(ours[3:].encode(), theirs[3:].encode())
        if colour and _COLOURED.match(name):
            data = re.sub(ACCENT.encode(), colour.encode(), data, flags=re.IGNORECASE)
        if footer and name.startswith("xl/worksheets/sheet"):
            data = _FOOTER.sub(lambda m: m[1] + foot + m[2], data.decode()).encode()
        if picture and name.startswith("xl/drawings/drawing") and b'name="Logo"' in data:
            data = _framed(data.decode(), size(picture)).encode()
        made[theirs if name == ours else name] = data
    return made


def _framed(drawing: str, shape: tuple[int, int]) -> str:
    """The frames of the logo's anchor as wide or as high as its proportions allow."""
    start = drawing.rindex("Anchor", 0, drawing.index('name="Logo"'))
    end = drawing.index("Anchor>", start + 7)

    def fitted(match: re.Match) -> str:
        width, height = int(match[2]), int(match[4])
        if not width or not height:
            return match[0]
        scale = min(width / shape[0], height / shape[1])
        return f"{match[1]}{round(shape[0] * scale)}{match[3]}{round(shape[1] * scale)}{match[5]}"

    return drawing[:start] + _FRAMES.sub(fitted, drawing[start:end]) + drawing[end:]


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG or JPEG, in dots."""
    if picture.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", picture[16:24])
        return max(width, 1), max(height, 1)
    at = 2
    while at + 9 < len(picture) and picture[at] == 0xFF:
        marker, length = picture[at + 1], struct.unpack(">H", picture[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", picture[at + 5 : at + 9])
            return max(width, 1), max(height, 1)
        at += 2 + length
    return 4, 1


@cache
def logo(width: int = 240, height: int = 60) -> bytes:
    """A picture of a lake between hills, in place of a firm's (PNG)."""
    dark, gold, white = (tuple(int(c[k : k + 2], 16) for k in (0, 2, 4)) for c in (ACCENT, THIRD, "FFFFFF"))

    def colour(x: int, y: int) -> tuple:
        hill = 26 - 22 * max(0.0, 1 - abs(x - 80) / 70, 0.8 * (1 - abs(x - 165) / 60))
        return gold if 44 <= y < 48 else dark if hill <= y < 44 else white

    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
