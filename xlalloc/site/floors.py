"""The floors of the house, from what every file really imports: a picture, and what each room is for.

python -m xlalloc.site.floors      writes docs/floors.svg and the table of docs/design.md
"""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from xlalloc.templates.look import ACCENT, FAINT, GREY, INK, TINT

PACKAGE = Path(__file__).parents[1]
PICTURE = PACKAGE.parent / "docs" / "floors.svg"
PAGE = PICTURE.with_name("design.md")
START, END = "<!-- rooms -->\n", "<!-- /rooms -->\n"
BOX, GAP, LEFT, ROW, HEIGHT = 128, 10, 44, 56, 40  # pixels
PER_ROW = 6
TYPE = "Segoe UI, Helvetica Neue, Arial, sans-serif"


def files() -> list[Path]:
    """Every module that stands on a floor; an __init__ only gathers what is in its room, save that of data."""
    found = sorted(PACKAGE.rglob("*.py"))
    return [path for path in found if path.name != "__init__.py" or path.parent.name == "data"]


def room(path: Path) -> str:
    """The module, or the folder that it lies in."""
    return path.relative_to(PACKAGE).with_suffix("").parts[0]


def imported(path: Path) -> Iterator[str]:
    """The rooms that a file imports from, wherever in it the import stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == PACKAGE.name:
            parts = node.module.split(".")
            yield from [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            yield from [a.name.split(".")[1] for a in node.names if a.name.startswith(f"{PACKAGE.name}.")]


@cache
def rooms() -> dict[str, set[str]]:
    """Every room and the other rooms it imports from."""
    below: dict[str, set[str]] = {room(path): set() for path in files()}
    for path in files():
        below[room(path)] |= {name for name in imported(path) if name in below and name != room(path)}
    return below


def floors() -> list[list[str]]:
    """The rooms by floor, from the ground: each stands one above the highest that it imports from."""
    below = rooms()

    @cache
    def height(name: str) -> int:
        return 1 + max((height(other) for other in below[name]), default=-1)

    found: list[list[str]] = [[] for _ in range(1 + max(map(height, below)))]
    for name in sorted(below):
        found[height(name)].append(name)
    return found


def purpose(name: str) -> str:
    """What a room is for: the first sentence of its docstring."""
    path = PACKAGE / f"{name}.py"
    path = path if path.exists() else PACKAGE / name / "__init__.py"
    first = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").partition("\n\n")[0]
    return re.split(r"(?<=\.)\s", " ".join(first.split()).replace("``", "`"))[0]


def svg() -> str:
    """The picture: the highest floor above, a box for each room; pointing at one tells what it is for."""
    lines: list[str] = []
    y = GAP
    for number, names in reversed(list(enumerate(floors()))):
        rows = [names[k : k + PER_ROW] for k in range(0, len(names), PER_ROW)]
        middle = y + (len(rows) - 1) * ROW / 2 + HEIGHT / 2 + 4
        lines.append(f'<text x="{LEFT - 14}" y="{middle:g}" text-anchor="end" fill="#{GREY}">{number}</text>')
        for row in rows:
            for k, name in enumerate(row):
                lines += _box(name, LEFT + k * (BOX + GAP), y)
            y += ROW
        lines.append(f'<path d="M8 {y - 8}H{LEFT + PER_ROW * (BOX + GAP)}" stroke="#{FAINT}"/>')
    width, height = LEFT + PER_ROW * (BOX + GAP) + GAP, y
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join([f'{head} font-family="{TYPE}" font-size="12">', *lines, "</svg>", ""])


def table() -> str:
    """What each room is for, the highest floor first, in Markdown."""
    rows = [
        f"| {number} | `{name}` | {purpose(name)} |"
        for number, names in reversed(list(enumerate(floors())))
        for name in names
    ]
    return "\n".join(["| floor | room | what it is for |", "|---|---|---|", *rows, ""])


def page(written: str) -> str:
    """The page of the design with today's table."""
    head, _, rest = written.partition(START)
    return head + START + "\n" + table() + "\n" + END + rest.partition(END)[2]


def _box(name: str, x: int, y: int) -> list[str]:
    folder = (PACKAGE / name).is_dir()
    fill, ink = (ACCENT, "FFFFFF") if folder else (TINT, INK)
    return [
        f"<g><title>{escape(purpose(name))}</title>",
        f'<rect x="{x}" y="{y}" width="{BOX}" height="{HEIGHT}" rx="4" fill="#{fill}"/>',
        f'<text x="{x + BOX / 2:g}" y="{y + HEIGHT / 2 + 4:g}" text-anchor="middle" fill="#{ink}">'
        f"{escape(name)}{'/' if folder else ''}</text></g>",
    ]


if __name__ == "__main__":
    PICTURE.write_text(svg(), encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"Written: {PICTURE}, {PAGE}")
