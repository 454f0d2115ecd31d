"""Heights of rows that follow their texts: no program makes merged cells as tall as what they hold."""

import re
from functools import lru_cache

from xlalloc.documents import xml
from xlalloc.documents.sheet import Sheet

LINE, PADDING = 1.3, 4.0  # height of a line over the size of its type; points around a cell's text
WIDTH, ROW, SIZE = 8.43, 15.0, 11.0  # of a column, a row and of type where nothing is said


def width_of(text: str, latin: float = 1.05) -> float:
    """A text's width in characters, those of a heading; a Chinese one is as wide as two."""
    return sum(1.95 if ord(char) > 0x2E80 else latin for char in text)


@lru_cache(maxsize=4096)
def lines_of(text: str, room: float) -> int:
    """Lines a text takes in a room of so many characters."""
    return sum(max(1, -int(-width_of(part, 0.92) // room)) for part in text.split("\n"))


def sizes(styles: str) -> list[float]:
    """The size of type of each cell style."""
    fonts = re.search(r"<fonts\b.*?</fonts>", styles, re.DOTALL)
    found = re.findall(r"<font\b[^>]*?(?:/>|>(.*?)</font>)", fonts[0] if fonts else "", re.DOTALL)
    points = [float(m[1]) if (m := re.search(r'<sz\b[^>]*\bval="([\d.]+)"', font)) else SIZE for font in found]
    cells = re.search(r"<cellXfs\b[^>]*>(.*?)</cellXfs>", styles, re.DOTALL)
    places = [
        int(xml.attributes(tag).get("fontId", 0)) for tag in re.findall(r"<xf\b[^>]*>", cells[1] if cells else "")
    ]
    return [points[k] if k < len(points) else SIZE for k in places]


def widths(sheet: Sheet) -> dict[int, float]:
    """The width of each column that has one of its own, and under 0 that of all others."""
    form = re.search(r'<sheetFormatPr\b[^>]*\bdefaultColWidth="([\d.]+)"', sheet.head)
    found = {0: float(form[1]) if form else WIDTH}
    for tag in re.findall(r"<col\b[^>]*>", sheet.head):
        a = xml.attributes(tag)
        if "width" in a:
            found |= dict.fromkeys(range(int(a["min"]), min(int(a["max"]), 1000) + 1), float(a["width"]))
    return found


class Heights:
    """The rows of one sheet whose heights follow their texts: read once, asked for each document."""

    def __init__(self, sheet: Sheet, areas: list[tuple[int, int, int, int]], styles: str):
        self.sheet, wide, size = sheet, widths(sheet), sizes(styles)
        normal = size[0] if size else SIZE
        merged = {(top, left): right for top, left, _, right in sheet.merged}
        form = re.search(r'<sheetFormatPr\b[^>]*\bdefaultRowHeight="([\d.]+)"', sheet.head)
        self.least = float(form[1]) if form else ROW
        self.rooms: dict[tuple[int, int], tuple[float, float]] = {}  # cell → characters across, size of type
        for top, left, bottom, right in areas:
            for i in range(top, bottom + 1):
                for j in range(left, right + 1):
                    cell = sheet.cells.get((i, j))
                    style = re.search(r' s="(\d+)"', cell.start) if cell else None
                    points = size[int(style[1])] if style and int(style[1]) < len(size) else normal
                    room = sum(wide.get(k, wide[0]) for k in range(j, merged.get((i, j), j) + 1))
                    self.rooms[i, j] = (room - 1.0) * normal / points, points

    def of(self, values: dict, hidden: dict[int, bool]) -> dict[int, float]:
        """Row → points, of the rows that hold a text; ``values`` are those of the cells."""
        found: dict[int, float] = {}
        for at, (room, points) in self.rooms.items():
            if hidden.get(at[0]):
                continue
            cell = self.sheet.cells.get(at)
            text = cell.value if cell is not None and cell.formula is None and at not in values else values.get(at)
            if text.__class__ is not str or not text:
                continue
            short = 1.95 * len(text) <= room and "\n" not in text  # as most are
            lines = 1 if short else lines_of(text, room)
            height = lines * LINE * points + (PADDING if lines > 1 else PADDING / 2)
            found[at[0]] = max(found.get(at[0], self.least), round(height, 1))
        return found
