"""Web pages and XML spreadsheets that programs call .xls → rows of cells."""

import html.parser

from xlalloc.reports.fields import clean

MOST_SPANNED = 1_000  # rows or columns of one cell
# What an XML spreadsheet of 2003 calls the parts of a table.
_TAGS = {
    "row": "tr",
    "cell": "td",
    "ss:row": "tr",
    "ss:cell": "td",
    "ss:worksheet": "worksheet",
    "ss:comment": "comment",
}


class Cells(html.parser.HTMLParser):
    """The cells of the tables, row by row; below and beside a cell that spans several there are blank ones.

    ``sheets`` has the rows of each sheet by its name; a web page has one, without a name.
    """

    def __init__(self):
        super().__init__()
        self.sheets: dict[str, list[tuple[int, dict[int, object]]]] = {}
        self._rows: list[tuple[int, dict[int, object]]] = self.sheets.setdefault("", [])
        self._row: dict[int, str] | None = None
        self._column, self._wide, self._number = 0, 1, 0
        self._inside = False
        self._covered: dict[int, int] = {}  # column → rows that a cell above still covers

    def handle_starttag(self, tag, attrs):
        tag, attrs = _TAGS.get(tag, tag), dict(attrs)
        if tag == "worksheet":
            self._rows, self._number, self._covered = self.sheets.setdefault(attrs.get("ss:name") or "", []), 0, {}
        elif tag == "tr":
            self._end_row()
            number = _count(attrs.get("ss:index"), self._number + 1)
            self._row, self._column, self._wide, self._number = {}, 0, 1, number
        elif tag in ("td", "th") and self._row is not None:
            self._begin(self._row, attrs)
        elif tag == "comment":
            self._inside = False

    def handle_endtag(self, tag):
        tag = _TAGS.get(tag, tag)
        if tag in ("td", "th"):
            self._inside = False
        elif tag in ("tr", "table"):
            self._end_row()
            if tag == "table":
                self._covered = {}

    def handle_data(self, data):
        if self._inside and self._row:
            self._row[self._column] += data

    def close(self):
        super().close()
        self._end_row()

    def _begin(self, row: dict[int, str], attrs: dict) -> None:
        """A cell in the next column that none above covers."""
        self._column = _count(attrs.get("ss:index"), self._next(self._column + self._wide))
        across, down = (_count(attrs.get(name), 0) + 1 for name in ("ss:mergeacross", "ss:mergedown"))
        self._wide = min(_count(attrs.get("colspan"), across), MOST_SPANNED)
        high = min(_count(attrs.get("rowspan"), down), MOST_SPANNED)
        for column in range(self._column, self._column + self._wide) if high > 1 else ():
            self._covered[column] = high
        row[self._column], self._inside = "", True

    def _next(self, column: int) -> int:
        while self._covered.get(column):
            column += 1
        return column

    def _end_row(self) -> None:
        if self._row is None:
            return
        cells: dict[int, object] = {column: cell for column, text in self._row.items() if (cell := clean(text))}
        if cells:
            self._rows.append((self._number, cells))
        self._row, self._inside = None, False
        self._covered = {column: left - 1 for column, left in self._covered.items() if left > 1}


def _count(text: str | None, default: int) -> int:
    """A number of an attribute."""
    return int(text) if text and len(text) < 8 and text.isdecimal() and int(text) > 0 else default
