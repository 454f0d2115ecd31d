"""The pages our report is drawn on as a template: cells, tables and paragraphs from top to bottom, with their names."""

from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.chart.data_source import StrRef
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.series import SeriesLabel
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.formula import ArrayFormula

from xlalloc.documents.heights import lines_of
from xlalloc.templates import charts
from xlalloc.templates.look import ACCENT, FONTS, GREY, INK, MONEY, PERCENT, RULE, SECOND, THIRD, TINT, WARN

ROOM, YEARS, BANDS = 150, 25, 60  # assets, orders or lots, years: so many rows, or so many times more
SHORT, SHORT_LOTS, DRAWN = 16, 8, 10  # assets or orders, lots of one page; assets of a chart
LEAST = 5  # rows beside a chart
NARROW = 4  # columns that a chart is wide
FINDINGS, SHOWN = 12, 6  # paragraphs; rows of a table shown at rest in a workbook whose formulas stay
CLASSES, STEPS, CRISES, POINTS, TOP, PAIRS, FRONTIER, PERIODS, FEW = 6, 5, 8, 62, 11, 10, 12, 8, 20
NOW, AFTER, TARGET, RISK, BENCH = SECOND, ACCENT, THIRD, "8C3B2E", GREY  # one meaning a colour
BODY, HEADING, TITLE, LABEL = 9.5, 12, 18, 8  # sizes of type
ROW = 16.0  # points
LISTED, LIST_ROW = 9.0, 13.5  # type and rows of long lists
SMALL, SMALL_ROW = 8.0, 10.7  # of one that names everything a second time: long names shrink
AFTER_WEIGHTS = "w_after/SUM(w_after)"
WORTH = "(total_value+cash_flow-trade_cost)"  # what is there after the orders
SHORTLY = f"AND(n_assets<={SHORT},n_orders<={SHORT},ROWS(lot_names)<={SHORT_LOTS})"  # all stands on one page
TRADES = "1 25 9.5 7 13 10 9.5 9.5 11 11"  # widths of the columns of holdings and orders
UNITS = "+#,##0.##;-#,##0.##;0"


@dataclass(frozen=True)
class Column:
    """A column of a table: its header, the formula that fills it, how it looks."""

    key: str
    formula: str
    format: str = ""
    color: str = ""  # of the header


_OF_PRODUCTS = {
    column.key: column
    for column in (
        Column("asset", "asset_names"),
        Column("code", "asset_codes"),
        Column("level", "fund_levels"),
        Column("value", "v_now", MONEY),
        Column("now", "w_now", PERCENT, NOW),
        Column("after", "w_after", PERCENT, AFTER),
        Column("target", "w_target", PERCENT, TARGET),
        Column("risk_share", 'IFERROR(RISK_CONTRIB(w_now,cov_assets),"–")', PERCENT, RISK),
    )
}


def of_products(keys: str) -> list[Column]:
    """What every list of products says in the same words."""
    return [_OF_PRODUCTS[key] for key in keys.split()]


class Report:
    """What the pages are drawn in: a workbook in one language, with so many times the usual rows."""

    def __init__(self, lang: str, words: dict[str, str], internal: bool, times: int):
        self.lang, self.words, self.internal = lang, words, internal
        self.book = Workbook()
        self.names: dict[str, str] = {}  # ranges that the filler knows by the beginning of their names
        self.room, self.years, self.bands = ROOM * times, YEARS * times, BANDS * times

    def say(self, key: str) -> str:
        return self.words[key]

    def goal_line(self, when: str) -> str:
        """The goal in a sentence; a chance that rounds to all or none is none of both, which no calculation shows."""
        few, many = (self.say(key) for key in ("missed.few", "missed.many"))
        missed = f'IF(goal_chance>0.99,"{few}",IF(goal_chance<0.01,"{many}",TEXT(100*(1-goal_chance),"0")))'
        return self.say("goal_line").replace("WHEN", when).replace("MISSED", missed)


@dataclass
class Page:
    """One sheet, filled from top to bottom; ``row`` is where the next thing goes."""

    report: Report
    key: str
    widths: str
    body: float = BODY
    height: float = ROW
    pages: int = 1  # printed; 0: as many as its table takes
    row: int = 1

    def __post_init__(self):
        report = self.report
        sheet = self.sheet = report.book.create_sheet(report.say(f"tab.{self.key}"))
        sheet.sheet_view.showGridLines = False
        sheet.sheet_properties.tabColor = ACCENT
        setup = sheet.page_setup
        setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = 9, "portrait", 1, self.pages
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.5
        margins.top, margins.bottom, margins.header, margins.footer = 0.55, 0.6, 0.3, 0.3
        sheet.oddFooter.left.text, sheet.oddFooter.left.size = report.say("footer"), 8
        sheet.oddFooter.right.text, sheet.oddFooter.right.size = "&P / &N", 8
        if report.internal:
            sheet.oddHeader.right.text, sheet.oddHeader.right.size = report.say("internal_mark"), 8
        for k, width in enumerate(self.widths.split(), 1):
            sheet.column_dimensions[letter(k)].width = float(width)
        sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = self.height, True
        self.last = len(self.widths.split())

    @property
    def quoted(self) -> str:
        return "'" + self.sheet.title.replace("'", "''") + "'"

    def at(self, column: int, row: int) -> str:
        return f"{letter(column)}{row}"

    def put(self, column: int, row: int, value, format: str = "", *, size: float = 0, bold: bool = False,
            color: str = INK, fill: str = "", wrap: bool = False, align: str = "", line: bool = False):  # fmt: skip
        cell = self.sheet.cell(row, column)
        if isinstance(value, str) and value.startswith("{="):
            value = ArrayFormula(cell.coordinate, value[1:-1])
        if value is not None:
            cell.value = value
        cell.font = Font(name=FONTS[self.report.lang], size=size or self.body, bold=bold, color=color)
        cell.number_format = format or "General"
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        cell.alignment = Alignment(
            wrap_text=wrap or None,
            vertical="top" if wrap else "center",
            shrink_to_fit=bool(format) or None,
            horizontal=align or ("right" if format else None),
            indent=int(align == "left" and column > 2),
        )
        if line:
            cell.border = Border(bottom=Side("hair", color=RULE))
        return cell

    def like(self, cell, rows: range) -> None:
        """The cells below one, dressed as it is."""
        for row in rows:
            self.sheet.cell(row, cell.column)._style = cell._style

    # From top to bottom ----------------------------------------------------------------------------------------------

    def name(self, beginning: str, first: int, last: int, left: int = 2, right: int = 0) -> None:
        """A range that the filler knows by the beginning of its name."""
        area = f"{self.quoted}!${letter(left)}${first}:${letter(right or left)}${last}"
        self.report.names[f"{beginning}{self.key}_{len(self.report.names)}"] = area

    def title(self) -> None:
        """The page's title, with whose it is."""
        self.put(2, 1, self.report.say(f"title.{self.key}"), size=TITLE - 2, bold=True, color=ACCENT)
        self.put(self.last, 1, self.report.say("whose"), size=8, color=GREY, align="right")
        self.sheet.row_dimensions[1].height = 30
        for column in range(2, self.last + 1):
            self.sheet.cell(1, column).border = Border(bottom=Side("medium", color=ACCENT))
        self.sheet.row_dimensions[2].height = 6
        self.row = 3
        self.text(self.report.say("illustrative"), color=WARN, bold=True, hide=True)

    def heading(self, key: str, when: str = "", column: int = 2, move: bool = True) -> None:
        """A section's heading; with ``when`` the row is hidden where that is not so."""
        words = self.report.say(key)
        value = f'=IF({when},"{words}","")' if when else words
        self.put(column, self.row, value, size=HEADING, bold=True, color=ACCENT).alignment = Alignment(
            vertical="bottom"
        )
        self.sheet.row_dimensions[self.row].height = self.height + 10
        if when:
            self.name("xl_rows_", self.row, self.row)
        if move:
            self.row += 1

    def text(self, value, left: int = 2, right: int = 0, *, hide: bool = False, move: bool = True, **style) -> int:
        """A paragraph over merged cells, as tall as its words; ``hide`` where it has none."""
        right = right or self.last
        self.put(left, self.row, value, wrap=True, **style)
        if right > left:
            self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=left, end_column=right)
        self.name("xl_text_", self.row, self.row, left)
        if hide:
            self.name("xl_rows_", self.row, self.row, left)
        self.sheet.row_dimensions[self.row].height = max(style.get("size", self.body) * 1.3 + 4, self.height)
        if move:
            self.row += 1
        return self.row

    def paragraphs(self, name: str, slots: int, **style) -> None:
        """A paragraph for each text of a column."""
        more = self.report.say("more").replace("NAME", name).replace("SLOTS", str(slots))
        for k in range(1, slots + 2):
            self.text(f'=IFERROR(INDEX({name},{k}),"")' if k <= slots else more, hide=True, **style)
            self.sheet.row_dimensions[self.row - 1].hidden = k > 2

    def header(self, columns: list[Column], left: int = 2, when: str = "") -> None:
        """A table's header, underlined in the colour of what its columns show."""
        for k, column in enumerate(columns, left):
            words = self.report.say(column.key) if column.key else ""
            value = f'=IF({when},"{words}","")' if when and words else words
            cell = self.put(k, self.row, value, bold=True, fill=TINT)
            cell.border = Border(bottom=Side("thick" if column.color else "medium", color=column.color or RULE))
            cell.alignment = Alignment(
                wrap_text=True,
                vertical="bottom",
                horizontal="right" if column.format else "left",
                indent=int(not column.format and k > 2),
            )
        widths = self.widths.split()
        lines = max(
            header_lines(self.report.say(c.key), float(widths[left + k - 1]), self.body)
            for k, c in enumerate(columns)
            if c.key
        )
        self.sheet.row_dimensions[self.row].height = max(6 + 1.3 * self.body * lines, self.height)
        self.row += 1

    def table(
        self, slots: int, columns: list[Column], left: int = 2, when: str = "", hide: bool = True, wrap: bool = True
    ) -> tuple[int, int]:
        """Headers, and below each an array that fills as many rows as there are; gives the first and last row."""
        top = self.row
        self.header(columns, left, when)
        first, last = self.row, self.row + slots - 1
        for k, column in enumerate(columns, left):
            cell = self.put(k, first, f"{{={column.formula}}}" if column.formula else None, column.format, line=True)
            if not column.format:
                cell.alignment = Alignment(
                    wrap_text=wrap or None, vertical="center", horizontal="left", indent=int(k > 2)
                )
            if not wrap and not column.format:
                cell.alignment = Alignment(vertical="center", horizontal="left", indent=int(k > 2), shrink_to_fit=True)
            self.like(cell, range(first + 1, last + 1))
        texts = [k for k, column in enumerate(columns, left) if not column.format]
        if wrap and texts:
            self.name("xl_text_", first, last, min(texts), max(texts))
        if hide:
            self.name("xl_rows_", top if when else first, last, left)
        for row in range(first + SHOWN, last + 1):
            self.sheet.row_dimensions[row].hidden = True
        self.row = last + 1
        return first, last

    def line(self, label: str, cells: list[tuple], left: int = 2, bold: bool = False) -> None:
        """A row of a label and (formula, format)."""
        row = [self.put(left, self.row, label, line=True, bold=bold)]
        for k, (formula, format) in enumerate(cells, left + 1):
            row.append(self.put(k, self.row, formula, format, line=True, bold=bold, align="right"))
        for cell in row if bold else ():  # a sum
            cell.border = Border(top=Side("thin", color=GREY), bottom=Side("thin", color=GREY))
        self.row += 1

    def figures(self, names: str, kind: str, heads: list[str], formats: list[str], when: str = "TRUE") -> None:
        """A row for each of some names, each with a format of its own; a dash where there is no figure."""
        first, last = self.row, self.row + len(formats) - 1
        self.put(2, first, f'{{=IFERROR({names},"")}}', line=True)
        self.like(self.sheet.cell(first, 2), range(first + 1, last + 1))
        for column, head in enumerate(heads, 3):
            shown = f'{{=IF({when},IFERROR(IF({kind}_{head}="","–",{kind}_{head}),"–"),"")}}'
            for row, format in enumerate(formats, first):
                self.put(column, row, shown if row == first else None, format, line=True, align="right")
        self.row = last + 1

    def repeated(self, last: int) -> None:
        """The heading and the header of the page's last table stand again on each sheet of paper it goes on to."""
        self.sheet.print_title_rows = f"{last - 1}:{last}"
        self.put(self.last, last - 1, self.report.say("whose"), size=8, color=GREY, align="right")

    def free(self, rows: int, formula: str) -> int:
        """Rows that are hidden where a formula gives nothing for them; gives the first."""
        top = self.row
        self.put(2, top, f"{{={formula}}}")
        self.name("xl_rows_", top, top + rows - 1)
        self.row += rows
        return top

    def room(self, rows: int, when: str) -> int:
        """Rows free for a picture, hidden where it is not shown; gives the first."""
        return self.free(rows, f'IF(ROW($A$1:$A${rows})*({when})>0," ","")')

    def chart(self, chart, key: str, rows: tuple[int, int], left: int, right: int, across: str = "", up: str = "",
              title: bool = True) -> None:  # fmt: skip
        """A picture over the cells of the rows from the first to the last: those that are hidden make it as much
        less tall, so that it fits the number of its bars."""
        first, last = rows
        charts.dress(chart, self.report.say(key), FONTS[self.report.lang], across, up)
        if not title:
            chart.title = None
        if chart.legend is None and getattr(chart, "type", "") == "bar":  # labels stand right of the bars
            x = 2.5 / (right - left + 1 + 5) if right - left > NARROW else 0.36
            chart.x_axis.txPr = charts._text(LABEL, font=FONTS[self.report.lang], color=GREY)
            room = ManualLayout(layoutTarget="inner", xMode="edge", yMode="edge", x=x, y=0.02, w=0.92 - x, h=0.96)
            chart.layout = Layout(room)
        for series in chart.series:
            if getattr(series, "dLbls", None) is not None:
                series.dLbls.txPr = charts._text(LABEL, font=FONTS[self.report.lang])
        self.sheet.add_chart(chart)
        charts.spread(chart, first, last - first + 1, left, right)

    def legend(self, row: int, left: int, items: list[tuple[str, str]], when: str = "") -> None:
        """What the colours of bars mean, in the order of the bars: not all programs keep to it in a chart's own."""
        for k, (key, color) in enumerate(items, left):
            if not key:
                continue
            words = f"■ {self.report.say(key)}"
            value = f'=IF({when},"{words}","")' if when else words
            self.put(k, row, value, size=LABEL + 1, bold=True, color=color).alignment = Alignment(vertical="bottom")

    def short(self, names: str, narrow: bool = False) -> str:
        """Names as they fit on one line beside bars: LibreOffice leaves out every other one that takes two."""
        most = {"zh": (12, 7), "en": (22, 14)}[self.report.lang][narrow]
        return f'IF(LEN({names})>{most},LEFT({names},{most - 1})&"…",{names})'

    def lines(self, series: list, labels: tuple, format: str, colors: tuple, dated: bool = True):
        """Lines whose titles are the cells of a header: (row of it, first, last, column)."""
        first, last, column = labels
        chart = charts.lines([(self, a, b, k) for _, a, b, k in series], (self, first, last, column), format, dated)
        for line, (head, _, _, k), color in zip(chart.series, series, colors, strict=True):
            line.tx = SeriesLabel(strRef=StrRef(f"{self.quoted}!${letter(k)}${head}"))
            line.val.numRef.f = f"{self.quoted}!${letter(k)}${first}:${letter(k)}${last}"
            line.graphicalProperties.line.solidFill = color
        return chart

    def drawn(self, slots: int, columns: list[Column], fill: bool = True) -> tuple[int, int, int]:
        """What charts are drawn from, below what is printed; gives the rows of its header, its first and its last.
        Without ``fill`` the first column's formula fills them all."""
        self.row += 3
        self.put(2, self.row, self.report.say("drawn_from"), size=LABEL, color=GREY)
        self.row += 1
        return self.row, *self.table(slots, columns, wrap=False, hide=fill)

    # Whether and where it is printed ---------------------------------------------------------------------------------

    def show(self, formula: str) -> None:
        """When the page is in a report."""
        row = 2
        self.put(self.last + 2, row, formula, color="FFFFFF")
        self.report.names[f"xl_show_{self.key}"] = f"{self.quoted}!${letter(self.last + 2)}${row}"

    def done(self) -> None:
        self.sheet.print_area = f"A1:{letter(self.last)}{self.row}"


def header_lines(words: str, room: float, size: float) -> int:
    """Lines that a header takes in a column."""
    return lines_of(words, max(room - 1.5, 3) * 11 / size)
