"""Formulas over blocks of cells, and what the pages of one workbook share."""

import re
from dataclasses import dataclass, field

from openpyxl.utils import get_column_letter as letter

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.layout import ACCENT, GREY, LAST_COLUMN, PLAIN, THIRD, WARN, Document
from xlalloc.templates.work_page import WorkPage

LEAST_SLOTS, SPARE = 9, 3  # assets a list has room for: at least, and beyond those it holds
PERIODS = (60, 72, 84, 96, 108, 120, 260, 520, 1300, 2600)  # periods of prices there may be room for
SCENARIOS = 6  # and crises
CHART_DATA = LAST_COLUMN + 2  # column L: what charts read, beside the printed page
GATES = {  # what blanks the results of a sheet
    **dict.fromkeys(("summary", "allocation", "risk", "stress", "plan"), "input_faults"),
    "performance": "price_faults",
}
TABS = {"client": THIRD, "market": THIRD, "notes": GREY}  # sheets of inputs, of reference; all others show results


@dataclass(frozen=True)
class Room:
    """What a workbook has room for: assets in every list, columns of prices, periods of them."""

    slots: int = LEAST_SLOTS
    columns: int = LEAST_SLOTS
    bars: int = 6  # assets that charts show, the last of them for all others
    periods: int = PERIODS[0]
    printed: int = PERIODS[0]  # rows of prices that are printed


@dataclass
class Work:
    """The workbook being built: pages refer to one another by defined names, charts by page."""

    document: Document
    room: Room
    pages: dict[str, WorkPage] = field(default_factory=dict)
    pictures: dict[str, tuple] = field(default_factory=dict)  # cells of charts that another sheet shows too

    @property
    def slots(self) -> int:
        """Rows of every list of assets."""
        return self.room.slots

    @property
    def periods(self) -> int:
        return self.room.periods

    @property
    def lang(self) -> str:
        return self.document.lang

    def say(self, key: str, **values) -> str:
        return self.document.say(key, **values)

    def page(self, key: str, one_page: bool = True) -> WorkPage:
        self.pages[key] = page = WorkPage(self.document, key)
        page.sheet.sheet_properties.tabColor = TABS.get(key, ACCENT)
        page.sheet.page_setup.fitToHeight = int(one_page)
        page.title()
        page.gate = GATES.get(key, "")
        if page.gate:  # the same sentence on every sheet of results
            fine = quote(self.say("client.check_ok"))
            words = f'=IF(check_line={fine},"",check_line)'
            page.put(page.row, 2, words, gate=False, bold=True, color=WARN, line=False)
        return page

    def listed(self, page: WorkPage, name: str, first: int, last: int, column: int, count: str = "n_rows") -> None:
        """A name for the filled part of a list with spare rows."""
        own = letter(column)
        self.document.name(name, f"{page.at(f'{own}{first}')}:INDEX({page.at(f'{own}{first}:{own}{last}')},{count})")

    def by_asset(self, page: WorkPage, columns: list[tuple], names: dict[str, int] | None = None) -> tuple[int, int]:
        """A table with a row for each asset: columns of (header, formula, format); gives its first and last row.

        Where a fourth of a column is not true it shows a dash.

        ``names`` are those of columns other formulas read.
        """
        head = page.header([key for key, *_ in columns])
        first, last = head + 1, head + self.slots
        for j, (_, formula, format, *needed) in enumerate(columns, 2):
            block = f"{letter(j)}{first}:{letter(j)}{last}"
            align = "left" if j == 2 else "right"
            value = where(needed, picked(block, plain(formula)))
            page.block(first, j, self.slots, 1, within(block, "n_assets", value), format, line=False, align=align)
        page.ruled(f"B{first}:{letter(1 + len(columns))}{last}", f'$B{first}<>""')
        for name, column in (names or {}).items():
            self.listed(page, name, first, last, column)
        page.row = last + 1
        return first, last

    def illustrative(self, page: WorkPage) -> None:
        """What is said of simulated prices, for as long as they are."""
        row = page.note("illustrative", color=WARN, bold=True)
        page.sheet.cell(row, 2).value = f'=IF(prices_illustrative,{quote(self.say("illustrative"))},"")'

    def result(self, page: WorkPage, key: str, formula: str, format: str = PLAIN, name: str = "", array: bool = False):
        """A labelled result; other pages read it by its name."""
        cell = page.field(key, None, format, name, input=False)
        page.put(cell.row, cell.column, formula, format, array, align="left" if format == PLAIN else "right")
        return cell

    def close(self, page: WorkPage, right: int = LAST_COLUMN, last: int = 0) -> None:
        """What every sheet says, the print area, and locked formulas."""
        if not last:
            page.row += 1
            last = page.note("disclaimer")
        page.sheet.print_area = f"A1:{letter(max(LAST_COLUMN, right))}{last}"
        page.protect()


def quote(text: str) -> str:
    """A text as a formula holds it."""
    return '"' + text.replace('"', '""') + '"'


def sentence(work: Work, key: str, **parts: str) -> str:
    """A formula that says a text with the values of other formulas in its places."""
    pieces = re.split(r"{(\w+)}", work.say(key))  # text, place, text, place, text
    shown = (parts[piece] if k % 2 else quote(piece) for k, piece in enumerate(pieces) if piece)
    return "&".join(shown)


def within(block: str, count: str, value: str, more: int = 0) -> str:
    """A formula over a block that shows ``value`` for the first ``count`` rows (and so many more) and nothing below.

    Where there are none nothing is computed, so that an empty list shows no errors.
    """
    first, rows = block.split(":")[0], f"{count}+{more}" if more else count
    return f'=IF({count}=0,"",IF(ROW({block})-ROW({first})+1>{rows},"",{value}))'


def picked(block: str, cells: str, column: int = 1, skip: int = 0) -> str:
    """One column of some cells, row by row over a block (``skip`` header rows)."""
    first = block.split(":")[0]
    return f"INDEX({cells},ROW({block})-ROW({first})+{1 + skip},{column})"


def plain(call: str) -> str:
    """The numbers of a result that has labels where its arguments have: a block reads the same cells either way."""
    name = call.partition("(")[0]
    labelled = name in CATALOGUE and CATALOGUE[name].result.kind in ("vector", "matrix", "panel", "rows")
    return f"PLAIN({call})" if labelled else call


def table(block: str, function: str, column: int = 1, skip: int = 1) -> str:
    """A function's rows and columns over a block, from ``column`` on, below ``skip`` header rows."""
    first = block.split(":")[0]
    return f"INDEX({function},ROW({block})-ROW({first})+{1 + skip},COLUMN({block})-COLUMN({first})+{column})"


def where(needed: list[str], value: str) -> str:
    """The value where every condition is true, else a dash."""
    for condition in needed:
        value = f'IF({condition},{value},"–")'
    return value


def looked_up(names: str, among: str, values: str) -> str:
    """The value beside each name; 0 for one that is not in the list."""
    at = f"MATCH(TRIM({names}),TRIM({among}),0)"
    return f"IF(ISNUMBER({at}),INDEX({values},{at}),0)"


def worded(work: Work, value: str, words: dict[str, str]) -> str:
    """A formula that shows a function's English words in the document's language: word → key of its text."""
    shown = {word: work.say(key) for word, key in words.items()}
    if all(word == own for word, own in shown.items()):
        return value
    english, own = (";".join(map(quote, w)) for w in (shown, shown.values()))
    return f"INDEX({{{own}}},MATCH({value},{{{english}}},0))"


def charted(page: WorkPage, first: int, last: int, columns: list[int]) -> list[int]:
    """The columns again, for charts: below the last filled row its values go on, since a chart shows a text as 0."""
    copies = []
    for k, column in enumerate(columns):
        own, copy = letter(column), CHART_DATA + k
        page.put(first - 1, copy, f"={own}{first - 1}", gate=False, color=GREY, line=False, align="right", wrap=True)
        cells = f"{own}{first}:{own}{last}"
        formula = f'=IF({cells}="",INDEX({cells},MAX(1,SUM(({cells}<>"")*1))),{cells})'
        format = page.sheet.cell(first, column).number_format
        page.block(first, copy, last - first + 1, 1, formula, format, color=GREY, line=False)
        copies.append(copy)
    return copies
