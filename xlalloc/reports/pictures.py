"""Charts of a report: drawn by openpyxl; on a stamped page openpyxl's chart is kept and gets the client's rows."""

from types import SimpleNamespace

from openpyxl.chart import Reference, ScatterChart, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.text import CharacterProperties, ParagraphProperties

from xlalloc.reports.look import LOWEST, anchor, marks
from xlalloc.reports.surface import Surface
from xlalloc.templates.layout import LAST_COLUMN, SECOND, THIRD, Page

IN_LAST_COLUMN = 650_000  # EMU: a chart ends a little before its last column does
TITLE_SIZE = 1200  # of a chart: hundredths of a point


class Pictures(Page):
    """A page with charts; a range is (page, first row, last row, column), its header in the row above."""

    def bar_picture(
        self, title: str, labels, series: list, rows: int, left: int = 2, right: int = LAST_COLUMN, negative=False
    ) -> None:
        """A bar chart over ``rows`` rows from here, from column ``left`` to ``right``; ``row`` is left where it is."""
        self._picture("_bars", [labels, *series], (title, negative), rows, left, right)

    def line_picture(
        self, title: str, labels, series: list, rows: int, format: str, low: float | None = None, dated: bool = True
    ) -> None:
        """A line chart over the page's width, the vertical axis from ``low``; dates across where ``dated``."""
        self._picture("_lines", [labels, *series], (title, format, dated), rows, 2, LAST_COLUMN, low)
        self.row += rows + 1

    def map_picture(self, title: str, axes: tuple[str, str], curve: tuple, points: list[tuple], rows: int) -> None:
        """A curve and single points; each is (name, first row, last row), across in column 4, up in column 3."""
        names = tuple(name for name, *_ in (curve, *points))
        ranges = [(self, first, last, 3) for _, first, last in (curve, *points)]
        self._picture("_map", ranges, (title, axes, names), rows, 2, LAST_COLUMN)
        self.row += rows + 1

    def _picture(self, kind: str, ranges: list, options: tuple, rows: int, left: int, right: int, low=None) -> None:
        """Draw it here, or keep which chart it is, and the rows that are this client's."""
        place = (left, right, self.row - 1, self.row - 1 + rows, IN_LAST_COLUMN)
        sheet = self.sheet
        if not isinstance(sheet, Surface):
            chart = getattr(self, kind)(ranges, *options, low)
            chart.anchor = anchor(left, right, place[2], place[3], IN_LAST_COLUMN)
            sheet.add_chart(chart)
            return
        columns = tuple((page.sheet.title, column, first == last) for page, first, last, column in ranges)
        key = (kind, options, low is not None, columns)
        words = sheet.look.chart(key, lambda: self._pattern(*key))
        numbers = tuple(row for _, first, last, _ in ranges for row in (first, last))
        sheet.pictures.append((words, numbers if low is None else (*numbers, low), place))

    def _pattern(self, kind: str, options: tuple, from_low: bool, columns: tuple):
        """The chart with marks in place of rows."""
        drawn = SimpleNamespace(title="", charts=[])
        drawn.add_chart = lambda chart, at: drawn.charts.append(chart)
        page = type(self).__new__(type(self))
        page.document, page.key, page.sheet, page.row = self.document, self.key, drawn, 1
        ranges = [
            (SimpleNamespace(sheet=SimpleNamespace(title=title)), marks(k)[0], marks(k)[not single], column)
            for k, (title, column, single) in enumerate(columns)
        ]
        return getattr(page, kind)(ranges, *options, LOWEST if from_low else None)

    # As openpyxl draws them ------------------------------------------------------------------------------------------

    def _bars(self, ranges: list, title: str, negative: bool, _low):
        self.bar_chart(title, ranges[0], ranges[1:], "A1")
        chart = self._taken()
        for bar in chart.series:
            bar.invertIfNegative, bar.dLbls.position = False, "outEnd"
        if negative:
            chart.y_axis.scaling.min, chart.x_axis.tickLblPos = None, "low"
        return _titled(chart)

    def _lines(self, ranges: list, title: str, format: str, dated: bool, low: float | None):
        self.line_chart(title, ranges[0], ranges[1:], "A1", format, dated=dated)
        chart = self._taken()
        if dated:
            axis = chart.x_axis = DateAxis(crossAx=100, majorUnit=6, majorTimeUnit="months", baseTimeUnit="months")
            axis.number_format, axis.tickLblPos, axis.delete = "yyyy-mm", "low", False
            chart.y_axis.crossAx = 500
        chart.y_axis.scaling.min = low
        return _titled(chart)

    def _map(self, ranges: list, title: str, axes: tuple, names: tuple, _low):
        chart = ScatterChart()
        chart.title, chart.style, chart.legend.position = self.document.say(title), 13, "b"
        for k, (name, (page, first, last, up)) in enumerate(zip(names, ranges, strict=True)):
            across, up = (Reference(page.sheet, min_col=c, min_row=first, max_row=last) for c in (up + 1, up))
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
        return _titled(chart)

    def _taken(self):
        """The chart that the layout put on the sheet, off it again."""
        return (self.sheet.charts if isinstance(self.sheet, SimpleNamespace) else self.sheet._charts).pop()


def _titled(chart):
    paragraph = chart.title.tx.rich.paragraphs[0]
    paragraph.pPr = ParagraphProperties(defRPr=CharacterProperties(sz=TITLE_SIZE, b=True))
    for run in paragraph.r or []:
        run.rPr = CharacterProperties(sz=TITLE_SIZE, b=True)
    return chart
