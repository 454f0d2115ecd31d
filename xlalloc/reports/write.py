"""Results → workbooks: pages that hold values only, files that carry no clock."""

import datetime as dt
import os
import zipfile
from copy import copy
from pathlib import Path

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties
from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.pagebreak import Break
from openpyxl.writer.excel import ExcelWriter

from xlalloc.errors import ErrorValue
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.layout import (
    CELL,
    GREY,
    HEADING,
    LABEL,
    LAST_COLUMN,
    PLAIN,
    SECOND,
    THIRD,
    WARN,
    Document,
    Page,
)

NO_DATE = dt.date(2000, 1, 1)  # of a file whose data have no date
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
ROW_POINTS = 15.5
IN_LAST_COLUMN = 650_000  # EMU: a chart ends a little before its last column does
TITLE_SIZE = 1200  # of a chart: hundredths of a point


class Archive(zipfile.ZipFile):
    """A zip whose members carry no clock."""

    def writestr(self, name, data, *_):
        member = zipfile.ZipInfo(name, ZIP_EPOCH)
        member.external_attr = 0o600 << 16
        super().writestr(member, data, zipfile.ZIP_DEFLATED)

    def write(self, filename, arcname=None, *_):
        self.writestr(arcname, Path(filename).read_bytes())


def save(book, path: Path, date: dt.date | None) -> None:
    """Write the whole file or nothing; ``date`` is the one its properties carry."""
    path = Path(path)
    moment = dt.datetime.combine(date or NO_DATE, dt.time())
    book.properties.creator = "xlalloc"
    book.properties.created = book.properties.modified = moment
    temporary = path.with_name(path.name + ".part")
    try:
        with Archive(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            ExcelWriter(book, archive).write_data()
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def document(lang: str) -> Document:
    return Document(lang, TEXTS)


def width_of(text: str) -> float:
    """A text's width in characters; a Chinese one is as wide as two."""
    return sum(1.95 if ord(char) > 0x2E80 else 1.05 for char in text)


def joined(names: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)


def bar_rows(n: int) -> int:
    """The rows that three bars for each of n assets need; a chart stays within a page."""
    return 3 * n if n <= 8 else min(24 + 2 * (n - 8), 50)


class Sheet(Page):
    """A page of values: no text becomes a formula, an error stands as an error, what is not shown is a dash."""

    def show(self, row: int, column: int, value, format: str = PLAIN, **style):
        """One cell."""
        if value is None:
            return self._typed(row, column, "–", "s", PLAIN, **{"color": GREY, "align": "right", **style})
        if isinstance(value, ErrorValue):
            return self._typed(row, column, str(value), "e", PLAIN, **{**style, "color": WARN, "align": "right"})
        if isinstance(value, str):
            return self._typed(row, column, value, "s", PLAIN, **style)
        value = float(value) if not isinstance(value, int | dt.date) else value
        return self.put(row, column, value, format, **style)

    def _typed(self, row: int, column: int, text: str, kind: str, format: str, **style):
        cell = self.sheet.cell(row, column)
        cell.value = text
        cell.data_type = kind
        self.style(cell, format, **style)
        if kind == "s" and text.startswith(("=", "+", "-", "@", "\t", "\r")):
            cell.quotePrefix = True  # stays text where somebody edits it
        return cell

    def style(self, cell, format: str = PLAIN, **options) -> None:
        """As every page's, each combination made once a workbook: styles are what costs time."""
        made = self.document.__dict__.setdefault("styles_made", {})
        key = (format, *sorted(options.items()))
        if key not in made:
            super().style(cell, format, **options)
            made[key] = copy(cell._style)
        else:
            cell._style = copy(made[key])

    def text(self, row: int, column: int, text: str) -> None:
        """Other words in a cell that has its style already."""
        cell = self.sheet.cell(row, column)
        cell.value, cell.data_type = text, "s"

    def name(self, row: int, text: str, **style):
        """A name in the first column, its row tall enough."""
        lines = -(-int(width_of(text)) // LABEL)
        if lines > 1:
            self.sheet.row_dimensions[row].height = ROW_POINTS * lines
        return self.show(row, 2, text, wrap=lines > 1, **style)

    def table(self, *columns: tuple, total: list | None = None, left: tuple = ()) -> tuple[int, int]:
        """Columns of (header, format, values) and a bold total row; gives the first and last row of the values.

        ``left`` are the columns of text, counted from the first as 0, that stand on the left.
        """
        headers, formats, values = zip(*columns, strict=True)
        top = self.header(list(headers))
        for j in left:
            self.sheet.cell(top, 2 + j).alignment = Alignment(horizontal="left", vertical="center", wrap_text=True)
        first = self.row
        for cells in zip(*values, strict=True):
            self._row(cells, formats, left)
        last = self.row - 1
        if total is not None:
            self._row(total, formats, left, bold=True)
        return first, last

    def _row(self, cells, formats, left: tuple = (), bold: bool = False) -> None:
        for j, (value, format) in enumerate(zip(cells, formats, strict=True)):
            if j == 0 and isinstance(value, str):
                self.name(self.row, value, bold=bold)
            else:
                align = "left" if j == 0 or j in left else "right"
                self.show(self.row, 2 + j, value, format, bold=bold, align=align)
        self.row += 1

    def line(self, key: str, value: str, warn: bool = False) -> None:
        """A labelled sentence across the page."""
        self.put(self.row, 2, self.document.say(key), color=GREY)
        self.sheet.merge_cells(start_row=self.row, start_column=3, end_row=self.row, end_column=LAST_COLUMN)
        cell = self.show(self.row, 3, value, color=WARN if warn else "1F2933", bold=warn, wrap=True, align="left")
        for column in range(4, LAST_COLUMN + 1):
            self.style(self.sheet.cell(self.row, column))
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        self.sheet.cell(self.row, 2).alignment = Alignment(vertical="top", wrap_text=True)
        room = 1.1 * CELL * (LAST_COLUMN - 2)
        lines = max(sum(max(1, -(-int(width_of(part)) // room)) for part in value.split("\n")),
                    -(-int(width_of(self.document.say(key))) // LABEL))  # fmt: skip
        self.sheet.row_dimensions[self.row].height = min(ROW_POINTS * lines, 400)
        self.row += 1

    def remark(self, text: str, color: str = GREY) -> None:
        """A paragraph that may hold words of the input."""
        row = self.note("", lines=self.lines(text), color=color)
        self.text(row, 2, text)

    def tiles(self, *tiles: tuple) -> None:
        """Key figures side by side: (label, value, format)."""
        for k, (label, value, format) in enumerate(tiles):
            column = 2 if k == 0 else 1 + 2 * k  # the first column is as wide as two
            for row in (self.row, self.row + 1):
                if k:
                    self.sheet.merge_cells(start_row=row, start_column=column, end_row=row, end_column=column + 1)
            self.put(self.row, column, self.document.say(label), color=GREY, line=False, align="left", wrap=True)
            cell = self.show(self.row + 1, column, value, format, align="left", line=False)
            cell.font = self.document.font(size=HEADING + 3, bold=True, color=self.document.accent)
            cell.alignment = Alignment(horizontal="left", vertical="center")
        self.sheet.row_dimensions[self.row].height = 18
        self.sheet.row_dimensions[self.row + 1].height = 26
        self.row += 2

    def new_page(self) -> None:
        """What follows prints on a page of its own."""
        self.sheet.row_breaks.append(Break(id=self.row - 1))

    def widths(self, widths: dict[int, float]) -> None:
        for column, width in widths.items():
            self.sheet.column_dimensions[letter(column)].width = width

    def wrapped(self, rows: range, columns: list[int]) -> None:
        """Texts on several lines, each row as tall as its longest needs."""
        for row in rows:
            lines = 1
            for column in columns:
                cell = self.sheet.cell(row, column)
                cell.alignment = Alignment(horizontal="left", vertical="top", wrap_text=True)
                room = self.sheet.column_dimensions[letter(column)].width - 2
                lines = max(lines, -(-int(width_of(str(cell.value or ""))) // int(room)))
            self.sheet.row_dimensions[row].height = ROW_POINTS * lines

    # Charts ----------------------------------------------------------------------------------------------------------

    def bar_picture(
        self,
        title: str,
        labels,
        series: list,
        rows: int,
        left: int = 2,
        right: int = LAST_COLUMN,
        negative: bool = False,
    ) -> None:
        """A bar chart over ``rows`` rows from here, from column ``left`` to ``right``; ``row`` is left where it is."""
        self.bar_chart(title, labels, series, "A1")
        chart = self.sheet._charts[-1]
        for bar in chart.series:
            bar.invertIfNegative, bar.dLbls.position = False, "outEnd"
        if negative:
            chart.y_axis.scaling.min, chart.x_axis.tickLblPos = None, "low"
        self._spread(rows, left, right)

    def line_picture(
        self, title: str, labels, series: list, rows: int, format: str, low: float | None = None, dated: bool = True
    ) -> None:
        """A line chart over the page's width, the vertical axis from ``low``; dates across where ``dated``."""
        self.line_chart(title, labels, series, "A1", format, dated=dated)
        chart = self.sheet._charts[-1]
        if dated:
            axis = chart.x_axis = DateAxis(crossAx=100, majorUnit=6, majorTimeUnit="months", baseTimeUnit="months")
            axis.number_format, axis.tickLblPos, axis.delete = "yyyy-mm", "low", False
            chart.y_axis.crossAx = 500
        chart.y_axis.scaling.min = low
        self._spread(rows, 2, LAST_COLUMN)
        self.row += rows + 1

    def map_picture(self, title: str, axes: tuple[str, str], curve: tuple, points: list[tuple], rows: int) -> None:
        """A curve and single points; each is (name, first row, last row), across in column 4, up in column 3."""
        chart = ScatterChart()
        chart.title, chart.style, chart.legend.position = self.document.say(title), 13, "b"
        for k, (name, first, last) in enumerate([curve, *points]):
            across, up = (Reference(self.sheet, min_col=column, min_row=first, max_row=last) for column in (4, 3))
            series = Series(up, across, title=name)
            color = (self.document.accent, THIRD, SECOND)[k % 3]
            series.smooth = False
            series.graphicalProperties.line = (
                LineProperties(solidFill=color, w=22000) if k == 0 else LineProperties(noFill=True)
            )
            series.marker.symbol = "none" if k == 0 else ("diamond", "circle")[k % 2]
            series.marker.size = 10
            series.marker.graphicalProperties = GraphicalProperties(solidFill=color, ln=LineProperties(solidFill=color))
            chart.series.append(series)
        for axis, words in zip((chart.x_axis, chart.y_axis), axes, strict=True):
            axis.title, axis.number_format, axis.delete = self.document.say(words), "0%", False
            axis.title.overlay = False
            axis.majorGridlines = None
        self.sheet.add_chart(chart, "A1")
        self._spread(rows, 2, LAST_COLUMN)
        self.row += rows + 1

    def _spread(self, rows: int, left: int, right: int) -> None:
        """Charts are held by cells, not centimetres: they fit whatever font a machine has."""
        chart = self.sheet._charts[-1]
        top = self.row - 1
        end = AnchorMarker(col=right - 1, colOff=IN_LAST_COLUMN, row=top + rows)
        chart.anchor = TwoCellAnchor(_from=AnchorMarker(col=left - 1, row=top), to=end)
        paragraph = chart.title.tx.rich.paragraphs[0]
        paragraph.pPr = ParagraphProperties(defRPr=CharacterProperties(sz=TITLE_SIZE, b=True))
        for run in paragraph.r or []:
            run.rPr = CharacterProperties(sz=TITLE_SIZE, b=True)
