"""The pictures of the handbook, as LibreOffice prints what they show, cut to what is on it.

The sheets of the gallery, pages of the balanced case study, the first pages of an invented client's report; in English and
Chinese (NAME.png and NAME.zh.png in docs).

python tests/pictures.py [NAME…]      all, or those whose names begin so (LibreOffice, poppler's pdftoppm and pdftotext)
"""

import contextlib
import os
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

from xlalloc.documents import built
from xlalloc.hosts.calc_driver import Driver
from xlalloc.reports import clients_workbook, run
from xlalloc.site import sheet
from xlalloc.templates import case_workbook
from xlalloc.templates.workbook_texts import TEXTS

DOCS = Path(__file__).parent.parent / "docs"
CLIENTS = {"en": "K004", "zh": "K002"}
SHEET_DOTS, PAGE_DOTS = 110, 88  # per inch
MARGIN = 8  # pixels around what is cut out
LINE, RULE = 14, 200  # black lines at least so long are rules: they are made so light
COLOURS = 64
EDGE = 0.045  # of a printed page's height, where its header and footer are
FONTCONFIG = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{}</dir>
<match><test name="family"><string>Microsoft YaHei</string></test>
<edit name="family" mode="assign" binding="strong"><string>Noto Sans CJK SC</string></edit></match>
<match><test name="family"><string>Calibri</string></test>
<edit name="family" mode="prepend" binding="strong"><string>Carlito</string></edit></match></fontconfig>"""


def gallery(lang: str, folder: Path, office: Driver) -> dict[str, np.ndarray]:
    """Every sheet of the gallery, with the letters of its columns and the numbers of its rows."""
    markdown = (DOCS / (f"{sheet.PAGE}.md" if lang == "en" else f"{sheet.PAGE}.zh.md")).read_text(encoding="utf-8")
    book = sheet.build(markdown, lang)
    for page in book.worksheets:
        page.print_options.headings = page.print_options.gridLines = True
    made = folder / "gallery.xlsx"
    built.save(book, made)
    printed = pages(made, folder, office, SHEET_DOTS)
    return {f"gallery-{number}": lightened(picture) for number, (picture, _) in enumerate(printed, 1)}


def case_study(lang: str, folder: Path, office: Driver) -> dict[str, np.ndarray]:
    """Pages of the balanced case study, found by their titles."""
    case_workbook.write_all(folder, [lang])
    printed = pages(folder / f"balanced-{lang}.xlsx", folder, office, PAGE_DOTS)
    found = {}
    for page in ("allocation", "risk", "performance"):
        title = "".join(TEXTS[f"{page}.title"][lang].split())
        found[f"workbook-{page}"] = next(picture for picture, text in printed if title in text)
    return found


def report(lang: str, folder: Path, office: Driver) -> dict[str, np.ndarray]:
    """The first pages of a client's report: what to do, what is held and traded, where the risk is."""
    clients = clients_workbook.write_clients(folder / "clients.xlsx")
    run.report(clients, folder / "reports", None, lang)
    printed = pages(folder / "reports" / f"{CLIENTS[lang]}.xlsx", folder, office, PAGE_DOTS)
    return dict(zip(("report", "report-orders", "report-risk"), (picture for picture, _ in printed), strict=False))


def pages(book: Path, folder: Path, office: Driver, dots: int) -> list[tuple[np.ndarray, str]]:
    """Every printed page of a workbook: its picture, and its text without spaces."""
    (pdf,) = office.pdf([book], folder)
    subprocess.run(["pdftoppm", "-r", str(dots), pdf, folder / book.stem], check=True)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    pictures = sorted(folder.glob(f"{book.stem}-*.ppm"))
    return [
        (without_edges(read(path)), "".join(page.split()))
        for path, page in zip(pictures, text.split("\f"), strict=False)
    ]


def without_edges(page: np.ndarray) -> np.ndarray:
    edge = round(EDGE * len(page))
    return page[edge:-edge]


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
    """A small PNG: one byte a pixel, of the colours most used in the picture."""
    colours, places, counts = np.unique(picture.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:COLOURS]]
    distances = ((colours[:, None].astype(int) - palette[None]) ** 2).sum(axis=2)
    pixels = distances.argmin(axis=1).astype(np.uint8)[places.ravel()].reshape(picture.shape[:2])
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


@contextlib.contextmanager
def fonts():
    """Free fonts of the same widths in place of Office's: Carlito for Calibri, Noto Sans CJK for Microsoft YaHei.

    Those of the folder XLALLOC_FONTS are used too: Carlito (fonts-crosextra-carlito) need not be installed.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "fonts.conf"
        config.write_text(FONTCONFIG.format(os.environ.get("XLALLOC_FONTS", folder)), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(config)
        yield
    os.environ.pop("FONTCONFIG_FILE") if before is None else os.environ.update(FONTCONFIG_FILE=before)


def main(wanted: tuple[str, ...]) -> None:
    with fonts(), Driver() as office:
        for lang, ending in (("en", ".png"), ("zh", ".zh.png")):
            for make in (gallery, case_study, report):
                with tempfile.TemporaryDirectory() as folder:
                    for name, picture in make(lang, Path(folder), office).items():
                        if not wanted or name.startswith(wanted):
                            write(DOCS / (name + ending), cut(picture))
                            print(f"Written: {name}{ending}")


if __name__ == "__main__":
    main(tuple(sys.argv[1:]))
