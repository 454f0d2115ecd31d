"""Charts of a report: drawn by openpyxl; on a stamped page openpyxl's chart is kept and gets the client's rows."""

from types import SimpleNamespace

from xlalloc.reports.look import LOWEST, marks
from xlalloc.reports.surface import Surface
from xlalloc.templates import charts
from xlalloc.templates.layout import FONTS, LAST_COLUMN, Page


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
        place = (left, right, self.row - 1, self.row - 1 + rows)
        sheet = self.sheet
        if not isinstance(sheet, Surface):
            chart = getattr(self, kind)(ranges, *options, low)
            chart.anchor = charts.anchor(*place)
            sheet.add_chart(chart)
            return
        columns = tuple((page.sheet.title, column, first == last) for page, first, last, column in ranges)
        key = (kind, options, low is not None, columns)
        words = sheet.look.chart(key, lambda: self._pattern(*key))
        numbers = tuple(row for _, first, last, _ in ranges for row in (first, last))
        sheet.pictures.append((words, numbers if low is None else (*numbers, low), place))

    def _pattern(self, kind: str, options: tuple, from_low: bool, columns: tuple):
        """The chart with marks in place of rows."""
        ranges = [
            (SimpleNamespace(sheet=SimpleNamespace(title=title)), marks(k)[0], marks(k)[not single], column)
            for k, (title, column, single) in enumerate(columns)
        ]
        return getattr(self, kind)(ranges, *options, LOWEST if from_low else None)

    # As openpyxl draws them ------------------------------------------------------------------------------------------

    def _bars(self, ranges: list, title: str, negative: bool, _low):
        chart = charts.bars(ranges[1:], ranges[0])
        if not negative:
            chart.y_axis.scaling.min = 0
        return self._dressed(chart, title)

    def _lines(self, ranges: list, title: str, format: str, dated: bool, low: float | None):
        chart = charts.lines(ranges[1:], ranges[0], format, dated)
        if dated:
            chart.x_axis.majorUnit = 6
        chart.y_axis.scaling.min = low
        return self._dressed(chart, title)

    def _map(self, ranges: list, title: str, axes: tuple, names: tuple, _low):
        return self._dressed(charts.curve_and_points(ranges, names, "0%"), title, *axes)

    def _dressed(self, chart, title: str, *axes: str):
        say = self.document.say
        charts.dress(chart, say(title), FONTS[self.document.lang], *map(say, axes))
        return chart
