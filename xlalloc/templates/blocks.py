"""Formulas over blocks of cells, and what the pages of one workbook share."""

from dataclasses import dataclass, field

from xlalloc.templates.cases import Case
from xlalloc.templates.layout import Document, Page

SLOTS = 12  # assets a list has room for
PERIODS = 60  # months of performance shown


@dataclass
class Work:
    """The workbook being built: pages refer to one another by defined names, charts by page."""

    document: Document
    case: Case
    pages: dict[str, Page] = field(default_factory=dict)

    def page(self, key: str, landscape: bool = False) -> Page:
        self.pages[key] = page = self.document.page(key, landscape)
        page.title()
        return page


def within(block: str, count: str, value: str) -> str:
    """A formula over a block that shows ``value`` for the first ``count`` rows and nothing below."""
    first = block.split(":")[0]
    return f'=IF(ROW({block})-ROW({first})+1>{count},"",{value})'


def picked(block: str, function: str, column: int = 1, skip: int = 0) -> str:
    """One column of a function's rows, row by row over a block (``skip`` header rows)."""
    first = block.split(":")[0]
    return f"INDEX({function},ROW({block})-ROW({first})+{1 + skip},{column})"


def spare(work: Work, name: str, first: str, cells: str, count: str, columns: str = "") -> None:
    """A dynamic name: the filled part of a list with spare rows."""
    work.document.name(name, f"{first}:INDEX({cells},{count}{columns})")
