"""A page of the handbook with live tables: what its Markdown says, section by section.

A table whose columns are name, what, value holds inputs; one with a column formula holds formulas and the values they
show. Everything else is text. The page is the one source: its workbook is built from it, its values are tested.
"""

import re
from dataclasses import dataclass, field

COLUMNS = {"name": "name", "what": "what", "value": "value", "formula": "formula",
           "名称": "name", "内容": "what", "数值": "value", "公式": "formula"}  # fmt: skip
_MARKS = re.compile(r"\[([^\]]*)\]\([^)]*\)|`|\*\*|(?<!\w)\*(?=\w)|(?<=\w)\*(?!\w)|\\(?=[|*_#<>])")


@dataclass
class Item:
    """One row of a live table: an input (a constant, with a name) or a formula and the value the page shows for it."""

    what: str
    name: str
    formula: str
    shown: str = ""

    @property
    def is_input(self) -> bool:
        return not self.shown


@dataclass
class Section:
    title: str
    blocks: list = field(default_factory=list)  # a text, or a list of items

    @property
    def items(self) -> list[Item]:
        return [item for block in self.blocks if isinstance(block, list) for item in block]


def plain(text: str) -> str:
    """Markdown's marks taken off."""
    return _MARKS.sub(lambda match: match[1] or "", text).strip()


def read(markdown: str) -> list[Section]:
    """The sections of a page; the first is its title with what stands before the first section."""
    sections: list[Section] = []
    for block in re.split(r"\n\s*\n", re.sub(r"```.*?```", "", markdown, flags=re.DOTALL).strip()):
        for part in re.split(r"\n(?=#)", block.strip()):
            heading = re.match(r"(#+) (.*)", part)
            if heading and len(heading[1]) <= 2:
                sections.append(Section(plain(heading[2])))
                part = part[heading.end() :].strip()
            if part.startswith("|"):
                sections[-1].blocks.append(_table(part))
            elif part and sections:
                sections[-1].blocks.append(plain(" ".join(part.lstrip("# ").split())))
    return sections


def rows(table: str) -> list[list[str]]:
    """The cells of a Markdown table, without the line of dashes; a vertical line inside a cell is written \\|."""
    lines = [re.split(r"(?<!\\)\|", line.strip().strip("|")) for line in table.strip().split("\n")]
    return [[cell.strip().replace("\\|", "|") for cell in line] for k, line in enumerate(lines) if k != 1]


def _table(text: str):
    header, *lines = rows(text)
    keys = [COLUMNS.get(cell) for cell in header]
    if "what" not in keys or "value" not in keys:
        return "\n".join(" – ".join(plain(cell) for cell in line if cell) for line in lines)
    found = [dict(zip(keys, line, strict=True)) for line in lines]
    if "formula" in keys:
        return [Item(plain(r["what"]), plain(r.get("name", "")), code(r["formula"]), plain(r["value"])) for r in found]
    return [Item(plain(row["what"]), plain(row["name"]), "=" + code(row["value"])) for row in found]


def code(cell: str) -> str:
    """What stands between backticks, as it is typed."""
    return cell.strip("` ")
