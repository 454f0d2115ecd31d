"""The pictures of the handbook's gallery: each of its sheets as LibreOffice prints it, cut to what is on it.

python tests/pictures.py      writes docs/gallery-N.png and docs/gallery-N.zh.png (LibreOffice and poppler's pdftoppm)
"""

import struct
import subprocess
import tempfile
import zlib
from pathlib import Path

import numpy as np

from xlalloc.hosts.calc_driver import Driver
from xlalloc.site import sheet
from xlalloc.templates import cached

DOCS = Path(__file__).parent.parent / "docs"
DOTS_PER_INCH = 110
MARGIN = 8  # pixels around what is cut out
LINE, RULE = 14, 200  # black lines at least so long are rules: they are made so light
LEVELS = 6  # steps of each of red, green and blue: 216 colours are enough for a sheet


def pages(lang: str, folder: Path, office: Driver) -> list[np.ndarray]:
    """Every sheet of the gallery as printed, with the letters of its columns and the numbers of its rows."""
    markdown = (DOCS / (f"{sheet.PAGE}.md" if lang == "en" else f"{sheet.PAGE}.zh.md")).read_text(encoding="utf-8")
    book = sheet.build(markdown, lang)
    for page in book.worksheets:
        page.print_options.headings = page.print_options.gridLines = True
    made = folder / f"{lang}.xlsx"
    cached.save(book, made)
    (pdf,) = office.pdf([made], folder)
    subprocess.run(["pdftoppm", "-r", str(DOTS_PER_INCH), pdf, folder / lang], check=True)
    return [cut(lightened(read(path))) for path in sorted(folder.glob(f"{lang}-*.ppm"))]


def read(path: Path) -> np.ndarray:
    """A picture in the form PPM: height × width × 3."""
    data = path.read_bytes()
    kind, width, height, most = data.split(maxsplit=4)[:4]
    assert kind == b"P6" and most == b"255"
    return np.frombuffer(data[-int(width) * int(height) * 3 :], np.uint8).reshape(int(height), int(width), 3)


def lightened(picture: np.ndarray) -> np.ndarray:
    """The rules between cells in light grey; LibreOffice prints them black."""
    black = (picture == 0).all(axis=2)
    rules = np.zeros_like(black)
    for axis in (0, 1):
        runs = np.logical_and.reduce([np.roll(black, -k, axis) for k in range(LINE)])
        rules |= np.logical_or.reduce([np.roll(runs, k, axis) for k in range(LINE)])
    return np.where(rules[:, :, None], RULE, picture).astype(np.uint8)


def cut(picture: np.ndarray) -> np.ndarray:
    """What is on a white page, with a little room around it."""
    inked = (picture < 250).any(axis=2)
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    return picture[
        max(rows[0] - MARGIN, 0) : rows[-1] + MARGIN + 1, max(columns[0] - MARGIN, 0) : columns[-1] + MARGIN + 1
    ]


def write(path: Path, picture: np.ndarray) -> None:
    """A small PNG: one byte a pixel, of a fixed set of colours."""
    steps = np.arange(LEVELS) * 255 // (LEVELS - 1)
    palette = np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3).astype(np.uint8)
    nearest = np.rint(picture / 255 * (LEVELS - 1)).astype(int)
    pixels = (nearest @ [LEVELS**2, LEVELS, 1]).astype(np.uint8)
    height, width = pixels.shape
    lines = np.hstack([np.zeros((height, 1), np.uint8), pixels]).tobytes()

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"PLTE", palette.tobytes())
        + chunk(b"IDAT", zlib.compress(lines, 9))
        + chunk(b"IEND", b"")
    )


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, Driver() as office:
        for lang, ending in (("en", ".png"), ("zh", ".zh.png")):
            for number, picture in enumerate(pages(lang, Path(folder), office), 1):
                write(DOCS / f"gallery-{number}{ending}", picture)
                print(f"Written: gallery-{number}{ending}, {picture.shape[1]} × {picture.shape[0]}")
