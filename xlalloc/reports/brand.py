"""Our own templates in a firm's colour and with its logo: the same parts, other words and another picture.

A template of ours has one accent colour, and one picture called logo. A firm without a logo gets none; a logo keeps its
proportions within the frame of ours.
"""

import io
import re
import struct
import zipfile

from xlalloc.reports.firm import PICTURES, Firm

LOGO = "xl/media/logo.png"
EMPTY = bytes.fromhex(  # a transparent dot
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000b49444154789c63600002000005"
    "00017a5eab3f0000000049454e44ae426082"
)
_FRAMES = re.compile(r'(<(?:xdr:)?ext cx=")(\d+)(" cy=")(\d+)(")')
_COLOURED = re.compile(r"xl/(styles\.xml|theme/|charts/|drawings/|worksheets/)")


def branded(template: bytes, firm: Firm, accent: str) -> bytes:
    """The workbook with the firm's colour in place of ``accent`` (RRGGBB), and its logo in place of ours."""
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        parts = {entry: archive.read(entry) for entry in archive.infolist()}
    kind = next((kind for start, kind in PICTURES.items() if firm.logo.startswith(start)), "png")
    logo = LOGO if kind == "png" else LOGO.replace(".png", ".jpeg")
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, data in parts.items():
            name = logo if entry.filename == LOGO else entry.filename
            if entry.filename == LOGO:
                data = firm.logo or EMPTY
            elif name == "[Content_Types].xml" and kind == "jpeg":
                more = b'<Default Extension="jpeg" ContentType="image/jpeg"/>'
                data = data if b'"jpeg"' in data else data.replace(b"<Override", more + b"<Override", 1)
            elif name.endswith(".rels"):
                data = data.replace(LOGO.encode(), logo.encode()).replace(b"media/logo.png", logo[3:].encode())
            if firm.colour and _COLOURED.match(name):
                data = re.sub(accent.encode(), firm.colour.encode(), data, flags=re.IGNORECASE)
            if firm.logo and name.startswith("xl/drawings/drawing") and b'name="Logo"' in data:
                data = _framed(data.decode(), size(firm.logo)).encode()
            archive.writestr(zipfile.ZipInfo(name, entry.date_time), data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


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
