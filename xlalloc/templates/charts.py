"""Native charts: how they are drawn, whatever they show. Series are cells, so that charts follow them."""

from openpyxl.chart import BarChart, LineChart, Reference, ScatterChart, Series
from openpyxl.chart.axis import DateAxis
from openpyxl.chart.data_source import AxDataSource, NumRef, StrRef
from openpyxl.chart.label import DataLabel, DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.chart.text import RichText
from openpyxl.drawing.line import LineProperties
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Font, Paragraph, ParagraphProperties

from xlalloc.templates.look import ACCENT, CHART_TEXT, CHART_TITLE, FAINT, GREY, SECOND, THIRD

COLORS = (ACCENT, THIRD, SECOND)
LINES = ("solid", "solid", "sysDash")  # told apart without colour too
IN_LAST_COLUMN = 650_000  # EMU: a chart ends a little before its last column does
NO_LABEL = ("showSerName", "showCatName", "showLegendKey", "showPercent", "showVal")


def bars(series: list, labels, colors=COLORS, format: str = '0.0%;-0.0%;""'):
    """Horizontal bars side by side, each with its value at its end; the first row on top."""
    chart = BarChart()
    chart.type, chart.grouping, chart.gapWidth, chart.overlap = "bar", "clustered", 45, -5
    _fill(chart, series, labels, colors, named=True)
    for bar in chart.series:
        bar.invertIfNegative = False
        bar.dLbls = _labels(showVal=True)
        bar.dLbls.position, bar.dLbls.numFmt = "outEnd", format
    chart.x_axis.scaling.orientation, chart.x_axis.tickLblSkip, chart.x_axis.tickLblPos = "maxMin", 1, "low"
    chart.y_axis.delete, chart.y_axis.majorGridlines = True, None
    return chart


def lines(series: list, labels, format: str, dated: bool = True):
    """Lines over dates or other labels."""
    chart = LineChart()
    _fill(chart, series, labels, COLORS, named=not dated)
    for k, line in enumerate(chart.series):
        _stroke(line, k)
    if dated:
        axis = chart.x_axis = DateAxis(crossAx=100, majorUnit=12, majorTimeUnit="months", baseTimeUnit="months")
        axis.number_format, axis.tickLblPos, axis.delete = "yyyy-mm", "low", False
        chart.y_axis.crossAx = 500
    _scale(chart.y_axis, format)
    return chart


def curves(series: list, across, format: str, across_format: str = "0"):
    """Lines over numbers."""
    chart = ScatterChart()
    chart.scatterStyle = "lineMarker"
    page, first, last, column = across
    x = Reference(page.sheet, min_col=column, min_row=first, max_row=last)
    for k, (page, first, last, column) in enumerate(series):
        values = Reference(page.sheet, min_col=column, min_row=first - 1, max_row=last)
        chart.series.append(Series(values, x, title_from_data=True))
        _stroke(chart.series[-1], k)
    chart.x_axis.delete, chart.x_axis.number_format, chart.x_axis.majorGridlines = False, across_format, None
    _scale(chart.y_axis, format)
    return chart


def curve_and_points(ranges: list, names: tuple, format: str):
    """A curve and points beside it: a range's column goes up, the one to the right of it across."""
    chart = ScatterChart()
    chart.scatterStyle = "lineMarker"
    for k, (name, (page, first, last, column)) in enumerate(zip(names, ranges, strict=True)):
        up, across = (Reference(page.sheet, min_col=c, min_row=first, max_row=last) for c in (column, column + 1))
        line = Series(up, across, title=name)
        chart.series.append(line)
        _stroke(line, k)
        if k:
            line.graphicalProperties.line = LineProperties(noFill=True)
            line.marker.symbol, line.marker.size = ("diamond", "circle")[k % 2], 10
            line.marker.graphicalProperties = _filled(COLORS[k % 3])
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete, axis.number_format, axis.majorGridlines = False, format, None
    return chart


def name_ends(chart, ends: list[int]) -> None:
    """Each line named where it ends, in its own colour, in place of a legend; of two that meet the first is above."""
    places = "tr" if len(ends) == 2 else "r" * len(ends)
    for line, end, place in zip(chart.series, ends, places, strict=True):
        label = DataLabel(idx=end, dLblPos=place, **{**dict.fromkeys(NO_LABEL, False), "showSerName": True})
        color = line.graphicalProperties.line.solidFill
        label.txPr = _text(CHART_TEXT, bold=True, color=color if isinstance(color, str) else color.srgbClr)
        line.dLbls = _labels()
        line.dLbls.dLbl = [label]
    chart.legend = None
    room = ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=0.1, y=0.14, w=0.74, h=0.7)
    chart.layout = Layout(room)  # the names stand right of the lines


def dress(chart, title: str, font: str, across: str = "", up: str = "", alt: str = "") -> None:
    """Title, axis titles, one font, the legend below, and the text that stands for the picture."""
    chart.title = title
    chart.title.overlay = False
    _sized(chart.title, CHART_TITLE, font, bold=True)
    for axis, words in ((chart.x_axis, across), (chart.y_axis, up)):
        axis.title = words or None
        axis.txPr = _text(CHART_TEXT, font=font, color=GREY)
        if words:
            axis.title.overlay = False
            _sized(axis.title, CHART_TEXT, font, color=GREY)
    if chart.legend is not None:
        chart.legend.position, chart.legend.txPr = "b", _text(CHART_TEXT, font=font)
    chart.roundedCorners = False
    chart.graphical_properties = GraphicalProperties(ln=LineProperties(noFill=True))
    chart.alt_text = alt or title


def spread(chart, row: int, rows: int, left: int, right: int) -> None:
    """Held by cells, not centimetres: a chart fits whatever font a machine has."""
    chart.anchor = anchor(left, right, row - 1, row - 1 + rows)


def anchor(left: int, right: int, top: int, bottom: int) -> TwoCellAnchor:
    """From the left column into the right one, rows counted from 0."""
    end = AnchorMarker(col=right - 1, colOff=IN_LAST_COLUMN, row=bottom)
    return TwoCellAnchor(_from=AnchorMarker(col=left - 1, row=top), to=end)


# Parts -----------------------------------------------------------------------------------------------------------


def _fill(chart, series: list, labels, colors, named: bool) -> None:
    """``labels`` (names or numbers) and ``series`` are (page, first row, last row, column), the header above."""
    for k, (page, first, last, column) in enumerate(series):
        chart.add_data(Reference(page.sheet, min_col=column, min_row=first - 1, max_row=last), titles_from_data=True)
        chart.series[-1].graphicalProperties = _filled(colors[k % len(colors)])
    page, first, last, column = labels
    cells = str(Reference(page.sheet, min_col=column, min_row=first, max_row=last))
    for line in chart.series:
        line.cat = AxDataSource(strRef=StrRef(f=cells)) if named else AxDataSource(numRef=NumRef(f=cells))
    chart.x_axis.delete = chart.y_axis.delete = False


def _filled(color: str) -> GraphicalProperties:
    return GraphicalProperties(solidFill=color, ln=LineProperties(solidFill=color))


def _stroke(line, k: int) -> None:
    line.smooth, line.marker.symbol = False, "none"
    line.graphicalProperties = GraphicalProperties(
        ln=LineProperties(solidFill=COLORS[k % 3], w=19050, prstDash=LINES[k % 3])
    )


def _scale(axis, format: str) -> None:
    axis.delete, axis.number_format = False, format
    axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=FAINT))


def _labels(**shown) -> DataLabelList:
    return DataLabelList(**{**dict.fromkeys(NO_LABEL, False), **shown})


def _properties(size: int, bold: bool = False, color: str | None = None, font: str | None = None):
    face = Font(typeface=font) if font else None
    return CharacterProperties(sz=size * 100, b=bold, solidFill=color, latin=face, ea=face)


def _text(size: int, **options) -> RichText:
    properties = ParagraphProperties(defRPr=_properties(size, **options))
    return RichText(p=[Paragraph(pPr=properties, endParaRPr=CharacterProperties())])


def _sized(title, size: int, font: str, **options) -> None:
    for paragraph in title.tx.rich.paragraphs:
        paragraph.pPr = ParagraphProperties(defRPr=_properties(size, font=font, **options))
        for run in paragraph.r or []:
            run.rPr = _properties(size, font=font, **options)
