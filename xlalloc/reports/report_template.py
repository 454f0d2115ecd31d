"""Our report as a template: an ordinary workbook whose every cell is a formula on names, in a firm's hands its own.

Built once with openpyxl; what openpyxl does not write (dynamic arrays, pictures that keep their size) is put in after.
"""

import re
import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, OneCellAnchor
from openpyxl.drawing.xdr import XDRPositiveSize2D
from openpyxl.formatting.rule import DataBarRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from xlalloc.documents.built import complete, parts_of, write_parts
from xlalloc.documents.fill import Filled
from xlalloc.documents.heights import lines_of
from xlalloc.documents.names import with_names
from xlalloc.documents.output import Output
from xlalloc.documents.template import Template
from xlalloc.reports.folder import writing
from xlalloc.reports.report_texts import DEFINITIONS, WORDS
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.vocabulary import shapes, vocabulary
from xlalloc.templates import charts
from xlalloc.templates.look import (
    ACCENT,
    CENTS,
    DATE,
    FONTS,
    GREY,
    INK,
    MONEY,
    NUMBER,
    PERCENT,
    PERCENT2,
    RULE,
    SECOND,
    SIGNED,
    SIGNED_PERCENT,
    THIRD,
    TINT,
    WARN,
)

ASSETS, ORDERS, LOTS, FINDINGS, SHOWN = 150, 150, 150, 20, 20  # rows there is room for; of them shown at rest
CLASSES, STEPS, CRISES, YEARS, POINTS, BANDS, TOP, PAIRS, FRONTIER, PERIODS = 6, 5, 8, 25, 62, 61, 11, 10, 12, 8
NOW, AFTER, TARGET, RISK, BENCH = SECOND, ACCENT, THIRD, "8C3B2E", GREY  # one meaning a colour
BODY, HEADING, TITLE = 9.5, 12, 18
ROW = 15.0  # points
PIXEL, POINT = 9525, 12700  # in the units of drawings
AFTER_WEIGHTS = "w_after/SUM(w_after)"
UNITS = "+#,##0.##;-#,##0.##;0"


def write_report(path: Path, lang: str = "en") -> None:
    """The template, filled for an invented client so that it shows what it is."""
    from xlalloc.reports.make_template import _computed, sample

    inputs, client = sample(lang)
    shown = {"simulated_shown": True, "projections_shown": True}  # every page is to be seen
    data = vocabulary(_computed(inputs, client), inputs) | shown
    with tempfile.TemporaryDirectory() as folder:
        bare, named = Path(folder) / "bare.xlsx", Path(folder) / "named.xlsx"
        write_parts(_parts(_Report(lang)), bare)
        named.write_bytes(with_names(bare, shapes(), data))
        output = Output(Filled(Template(named, shapes()), data), live=True)
        with writing(path) as file:
            file.write(output.file())


@dataclass
class Column:
    """A column of a table: its header, the formula that fills it, how it looks."""

    key: str
    formula: str
    format: str = ""
    color: str = ""  # of the header
    bars: str = ""  # data bars in this colour


@dataclass
class _Page:
    """One sheet, filled from top to bottom; ``row`` is where the next thing goes."""

    report: "_Report"
    key: str
    widths: str
    body: float = BODY
    height: float = ROW
    row: int = 1

    def __post_init__(self):
        report = self.report
        sheet = self.sheet = report.book.create_sheet(report.say(f"tab.{self.key}"))
        sheet.sheet_view.showGridLines = False
        sheet.sheet_properties.tabColor = ACCENT
        setup = sheet.page_setup
        setup.paperSize, setup.orientation, setup.fitToWidth, setup.fitToHeight = 9, "portrait", 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.5
        margins.top, margins.bottom, margins.header, margins.footer = 0.55, 0.6, 0.3, 0.3
        sheet.oddFooter.right.text, sheet.oddFooter.right.size = "&P / &N", 8
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
            wrap_text=wrap or None, vertical="top" if wrap else "center", shrink_to_fit=bool(format) or None,
            horizontal=align or ("right" if format else None), indent=int(align == "left" and column > 2),
        )  # fmt: skip
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
        """The page's title, repeated where it is printed on several, with whose it is."""
        self.put(2, 1, self.report.say(f"title.{self.key}"), size=TITLE - 2, bold=True, color=ACCENT)
        self.put(self.last, 1, self.report.say("whose"), size=8, color=GREY, align="right")
        self.sheet.row_dimensions[1].height = 30
        for column in range(2, self.last + 1):
            self.sheet.cell(1, column).border = Border(bottom=Side("medium", color=ACCENT))
        self.sheet.print_title_rows = "1:1"
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

    def header(self, columns: list[Column], left: int = 2, when: str = "") -> None:
        for k, column in enumerate(columns, left):
            words = self.report.say(column.key) if column.key else ""
            value = f'=IF({when},"{words}","")' if when and words else words
            cell = self.put(k, self.row, value, bold=True, color="FFFFFF", fill=column.color or "44546A")
            cell.alignment = Alignment(
                wrap_text=True,
                vertical="center",
                horizontal="right" if column.format else "left",
                indent=int(not column.format and k > 2),
            )
        widths = self.widths.split()
        lines = max(
            _lines(self.report.say(c.key), float(widths[left + k - 1]), self.body)
            for k, c in enumerate(columns)
            if c.key
        )
        self.sheet.row_dimensions[self.row].height = max(5 + 1.3 * self.body * lines, self.height)
        self.row += 1

    def table(self, slots: int, columns: list[Column], left: int = 2, when: str = "", hide: bool = True,
              wrap: bool = True) -> tuple[int, int]:  # fmt: skip
        """Headers, and below each an array that fills as many rows as there are; gives the first and last row."""
        top = self.row
        self.header(columns, left, when)
        first, last = self.row, self.row + slots - 1
        for k, column in enumerate(columns, left):
            cell = self.put(k, first, f"{{={column.formula}}}", column.format, line=True)
            if not column.format:
                cell.alignment = Alignment(
                    wrap_text=wrap or None, vertical="center", horizontal="left", indent=int(k > 2)
                )
            self.like(cell, range(first + 1, last + 1))
            if column.bars:
                rule = DataBarRule("num", 0, "num", 1, color=column.bars)
                self.sheet.conditional_formatting.add(f"{self.at(k, first)}:{self.at(k, last)}", rule)
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
        self.put(left, self.row, label, line=True, bold=bold)
        for k, (formula, format) in enumerate(cells, left + 1):
            self.put(k, self.row, formula, format, line=True, bold=bold, align="right")
        self.row += 1

    def room(self, rows: int, when: str) -> int:
        """Rows free for a picture, hidden where it is not shown; gives the first."""
        return self.free(rows, f'IF(ROW($A$1:$A${rows})*({when})>0," ","")')

    def free(self, rows: int, formula: str) -> int:
        """Rows that are hidden where a formula gives nothing for them."""
        top = self.row
        self.put(2, top, f"{{={formula}}}")
        self.name("xl_rows_", top, top + rows - 1)
        self.row += rows
        return top

    def chart(self, chart, key: str, row: int, rows: int, left: int, right: int, across: str = "", up: str = "",
              fixed: bool = False) -> None:  # fmt: skip
        """A picture over cells; a ``fixed`` one has a size of its own, which rows that are hidden do not change."""
        charts.dress(chart, self.report.say(key), FONTS[self.report.lang], across, up)
        self.sheet.add_chart(chart)
        if not fixed:
            charts.spread(chart, row, rows, left, right)
            return
        widths = [float(width) for width in self.widths.split()]
        wide = sum(int(width * 7 + 5) for width in widths[left - 1 : right]) * PIXEL - 100_000
        size = XDRPositiveSize2D(wide, int(rows * self.height * POINT))
        chart.anchor = OneCellAnchor(_from=AnchorMarker(col=left - 1, colOff=50_000, row=row - 1), ext=size)

    def show(self, formula: str) -> None:
        """When the page is in a report."""
        row = 2
        self.put(self.last + 2, row, formula, color="FFFFFF")
        self.report.names[f"xl_show_{self.key}"] = f"{self.quoted}!${letter(self.last + 2)}${row}"

    def done(self) -> None:
        self.sheet.print_area = f"A1:{letter(self.last)}{self.row}"


def _lines(words: str, room: float, size: float) -> int:
    """Lines that a header takes in a column."""
    return lines_of(words, max(room - 1.5, 3) * 11 / size)


class _Report:
    """The workbook as it is built, in one language."""

    def __init__(self, lang: str):
        self.lang, self.names, self.book = lang, {}, Workbook()
        self.book.remove(self.book.active)
        for page in (self.summary, self.orders, self.risk, self.account, self.past, self.outlook, self.appendix):
            page()
        for name, area in self.names.items():
            self.book.defined_names[name] = DefinedName(name, attr_text=area)

    def say(self, key: str) -> str:
        return WORDS[key][self.lang == "zh"] if key in WORDS else TEXTS[key][self.lang]

    # Page one --------------------------------------------------------------------------------------------------------

    def summary(self) -> None:
        page = _Page(self, "summary", "1.5 27 11 11 11 2.5 12 12 12 12", 10.5, 19)
        sheet = page.sheet
        sheet.page_setup.fitToHeight = 1
        sheet.row_dimensions[1].height = 6
        page.put(2, 2, "=client_name", size=TITLE + 2, bold=True, color=ACCENT)
        sheet.row_dimensions[2].height = 36
        page.row = 3
        page.text(self.say("line"), 2, 7, color=GREY, move=False)
        page.text('=IF(firm_name="","",firm_name)', 8, 10, move=False, bold=True, color=ACCENT, align="right")
        for column in range(2, 11):
            sheet.cell(3, column).border = Border(bottom=Side("medium", color=ACCENT))
        page.row = 4
        page.text(self.say("illustrative"), hide=True, color=WARN, bold=True)
        page.heading("advice")
        for column in range(2, 11):
            page.put(column, page.row, None, fill=TINT)
        page.text("=advice_orders", size=11.5, bold=True, color=INK, fill=TINT)
        page.text(self.say("not_traded"), hide=True, color=WARN)
        page.text(self.say("see_findings"), hide=True, color=WARN)
        self._classes(page)
        when = 'AND(goal_amount<>"",goal_years<>"",projections_shown)'
        page.heading("goal", when)
        page.text(self.say("goal_line").replace("WHEN", when), hide=True)
        page.heading("own_account")
        page.text("=account_line")
        page.heading("steps")
        for k in range(1, STEPS + 1):
            page.put(2, page.row, f'=IFERROR(INDEX(step_names,{k}),"")', color=GREY).alignment = Alignment(
                vertical="top"
            )
            page.text(f'=IFERROR(INDEX(step_texts,{k}),"")', 3, 10, hide=True)
        page.heading("suitable")
        page.text("=suitability_line")
        page.text(self.say("risk_read"), hide=True)
        page.row += 1
        sheet.row_dimensions[page.row].height = 40
        page.row += 1
        for left, right, key in ((2, 3, "sign.client"), (5, 7, "sign.date"), (9, 10, "sign.adviser")):
            for column in range(left, right + 1):
                sheet.cell(page.row, column).border = Border(top=Side("thin", color=GREY))
            page.put(left, page.row, self.say(key), size=8, color=GREY).border = Border(top=Side("thin", color=GREY))
        page.row += 2
        page.text(self.say("closing"), size=8, color=GREY)
        page.done()

    def _classes(self, page: _Page) -> None:
        """Weights by class beside their chart, and below them the risk; missing classes leave their rows free."""
        top = page.row
        page.heading("classes")
        columns = [
            Column("class", "class_names"),
            Column("now", "class_now", PERCENT, NOW),
            Column("after", "class_after", PERCENT, AFTER),
            Column("target", "class_target", PERCENT, TARGET),
        ]
        first, last = page.table(CLASSES, columns, wrap=False)
        # a free row for each class that is not there: the chart beside keeps its place
        page.free(CLASSES - 1, f'IF(ROWS(class_names)<ROW($A$2:$A${CLASSES})," ","")')
        page.heading("risk_short")
        heads = [Column("", ""), *(Column(key, "", PERCENT, color) for key, color in (("now", NOW), ("after", AFTER), ("target", TARGET)))]  # fmt: skip  # noqa: E501
        page.header(heads)
        page.line(self.say("vol"), [(formula, PERCENT) for formula in _vols()])
        worth = "(total_value+cash_flow-trade_cost)"
        shares = ["MIN(crisis_now)", "MIN(crisis_after)", "MIN(crisis_target)"]
        money = [f"{share}*{value}" for share, value in zip(shares, ("total_value", worth, worth), strict=True)]
        rows = (("worst_money", SIGNED, money), ("worst_share", SIGNED_PERCENT, shares))
        for key, format, formulas in rows:
            page.line(self.say(key), [(f'=IF(COUNT(crisis_now)=0,"–",{f})', format) for f in formulas])
        page.text(self.say("stated"), 2, 5, color=GREY)
        sheet = page.sheet
        chart = charts.bars(
            [(page, first, last, k) for k in (3, 4, 5)], (page, first, last, 2), (NOW, AFTER, TARGET), "0%"
        )
        chart.legend = None
        page.chart(chart, "classes_chart", top + 1, CLASSES + 7.5, 7, 10, fixed=True)
        sheet.row_dimensions[page.row - 1].height = 26

    # The pages behind it ---------------------------------------------------------------------------------------------

    def orders(self) -> None:
        page = _Page(self, "orders", "1.5 28 11 8 13 9.5 9.5 9.5 11 12")
        page.title()
        page.heading("holdings")
        columns = [
            Column("asset", "asset_names"),
            Column("code", "asset_codes"),
            Column("level", "fund_levels"),
            Column("value", "v_now", MONEY),
            Column("now", "w_now", PERCENT, NOW),
            Column("after", "w_after", PERCENT, AFTER),
            Column("target", "w_target", PERCENT, TARGET),
            Column("off", "w_now-w_target", SIGNED_PERCENT),
            Column("risk_share", 'IFERROR(RISK_CONTRIB(w_now,cov_assets),"–")', PERCENT, RISK),
        ]
        first, last = page.table(ASSETS, columns)
        off = FormulaRule([f"ABS($I{first})>$I${last + 3}+0.000000001"], font=Font(bold=True, color=WARN))
        page.sheet.conditional_formatting.add(f"I{first}:I{last}", off)
        page.line(self.say("cash_left"), [("", ""), ("", ""), ("", ""), ("", ""), ("=1-SUM(w_after)", PERCENT)])
        sums = [
            ("", ""),
            ("", ""),
            ("=total_value", MONEY),
            ("=SUM(w_now)", PERCENT),
            (f"=SUM(w_after)+G{last + 1}", PERCENT),
            ("=SUM(w_target)", PERCENT),
        ]
        page.line(self.say("total"), sums, bold=True)
        blanks = [("", "")] * 6
        page.line(self.say("threshold"), [*blanks, ("=drift_threshold", PERCENT)])
        page.text(self.say("holdings_note"), color=GREY)
        page.heading("order_title")
        page.text(self.say("phases"))
        columns = [
            Column("asset", "order_names"),
            Column("code", "order_codes"),
            Column("phase", f'IF(order_phases=1,"{self.say("sell")}",IF(order_phases=2,"{self.say("buy")}",""))'),
            Column("money", "order_money", SIGNED),
            Column("units", "order_units", UNITS),
            Column("cost", "order_costs", CENTS),
            Column("fee", "order_fees", CENTS),
            Column("account", "order_accounts"),
            Column("remark", "order_flags"),
        ]
        page.table(ORDERS, columns, when="n_orders>0")
        sums = [("", ""), ("", ""), ("=SUM(order_money)", SIGNED), ("", ""), ("=SUM(order_costs)", CENTS), ("=SUM(order_fees)", CENTS)]  # fmt: skip  # noqa: E501
        page.line(f'=IF(n_orders=0,"","{self.say("total")}")', [(f'=IF(n_orders=0,"",{f[1:]})', x) if f else ("", "") for f, x in sums], bold=True)  # fmt: skip  # noqa: E501
        page.name("xl_rows_", page.row - 1, page.row - 1)
        page.text(self.say("cash_after"), color=GREY)
        page.text(self.say("reserve"), color=GREY, hide=True)
        self._paragraphs(page, "order_remarks", 8, color=WARN)
        self._paragraphs(page, "withheld_reasons", 12, color=WARN)
        page.heading("costs")
        heads = [Column("", ""), Column("in_money", "", MONEY), Column("of_value", "", PERCENT2)]
        page.header([heads[0], Column("", ""), Column("", ""), *heads[1:]])
        after = "SUMPRODUCT(w_after,ongoing_costs)+advisory_fee"
        now = "SUMPRODUCT(w_now,ongoing_costs)+advisory_fee"
        worth = "(total_value+cash_flow-trade_cost)"
        for key, money, share in (
            ("cost.once", "trade_cost", "trade_cost/total_value"),
            ("cost.now", f"({now})*total_value", now),
            ("cost.after", f"({after})*{worth}", after),
        ):
            page.line(self.say(key), [("", ""), ("", ""), (f"={money}", MONEY), (f"={share}", PERCENT2)])
        page.text(self.say("cost.note"), color=GREY)
        some = 'INDEX(lot_names,1)<>""'
        page.heading("lots", some)
        columns = [
            Column("asset", "lot_names"),
            Column("account", "lot_accounts"),
            Column("days", "lot_days", "0"),
            Column("bought", "lot_dates", DATE),
            Column("fee_rate", "lot_rates", PERCENT2),
            Column("taken", "lot_values", MONEY),
        ]
        page.table(LOTS, columns, when=some)
        page.done()

    def _paragraphs(self, page: _Page, name: str, slots: int, **style) -> None:
        """A paragraph for each text of a column."""
        more = self.say("more").replace("NAME", name).replace("SLOTS", str(slots))
        for k in range(1, slots + 2):
            page.text(f'=IFERROR(INDEX({name},{k}),"")' if k <= slots else more, hide=True, **style)
            page.sheet.row_dimensions[page.row - 1].hidden = k > 2

    def risk(self) -> None:
        page = _Page(self, "risk", "1.5 27 10.5 10.5 10.5 10.5 11 11 11 11")
        page.title()
        page.text(self.say("cov_from"), color=GREY)
        page.heading("whole")
        heads = ((("now"), NOW), ("after", AFTER), ("target", TARGET), ("equal_risk", ""))
        page.header([Column("measure", ""), *(Column(key, "", PERCENT, color) for key, color in heads)])
        weights = ("w_now", AFTER_WEIGHTS, "w_target", "parity_weights")
        for key, format, formula in (
            ("vol", PERCENT, ""),
            ("ratio", NUMBER, "DIVERSIFICATION({w},cov_assets)"),
            ("effective", NUMBER, "EFFECTIVE_N({w})"),
            ("sharpe", NUMBER, "PORT_SHARPE({w},mu_assets,cov_assets,risk_free)"),
            ("expected", PERCENT, "PORT_RETURN({w},mu_assets)"),
        ):
            cells = [formula.format(w=w) for w in weights] if formula else [*(v[2:-1] for v in _vols()), "PORT_VOL(parity_weights,cov_assets)"]  # fmt: skip  # noqa: E501
            page.line(self.say(key), [(f'{{=IFERROR({cell},"–")}}', format) for cell in cells])
        some = 'INDEX(top_names,1)<>""'
        page.heading("risk_from", some)
        top = page.row
        columns = [
            Column("asset", "top_names"),
            Column("now", "top_weights", PERCENT, NOW),
            Column("risk_share", "top_risks", PERCENT, RISK),
            Column("risk_target", "top_target_risks", PERCENT, TARGET),
            Column("equal_risk", "top_parity", PERCENT),
        ]
        first, last = page.table(TOP, columns, when=some)
        page.free(TOP - 1, f'IF(({some})*(ROWS(top_names)<ROW($A$2:$A${TOP}))," ","")')
        chart = charts.bars([(page, first, last, k) for k in (3, 4)], (page, first, last, 2), (NOW, RISK), "0%")
        chart.legend = None
        page.chart(chart, "risk_chart", top, 1.5 + TOP, 7, 10, fixed=True)
        page.text(f'=IF({some},"{self.say("risk_note")}","")', color=GREY, hide=True)
        page.text(self.say("no_risk"), color=GREY, hide=True)
        self._crises(page)
        self._frontier(page)
        page.done()

    def _crises(self, page: _Page) -> None:
        some = "COUNT(crisis_now)>0"
        page.heading("crises", some)
        worth = "(total_value+cash_flow-trade_cost)"

        def known(name: str, times: str = "") -> str:
            return f'IF({name}="","",{name}{times})'

        columns = [
            Column("crisis", "crisis_names"),
            Column("now", "crisis_now", SIGNED_PERCENT, NOW),
            Column("after", "crisis_after", SIGNED_PERCENT, AFTER),
            Column("target", "crisis_target", SIGNED_PERCENT, TARGET),
            Column("money_now", known("crisis_now", "*total_value"), SIGNED, NOW),
            Column("money_after", known("crisis_after", f"*{worth}"), SIGNED, AFTER),
            Column("costs_most", "crisis_worst"),
        ]
        first, last = page.table(CRISES, columns, when=some)
        chart = charts.bars(
            [(page, first, last, k) for k in (3, 4, 5)], (page, first, last, 2), (NOW, AFTER, TARGET), "0%"
        )
        chart.type, chart.x_axis.scaling.orientation = "col", "minMax"
        page.chart(chart, "crises_chart", page.room(12, some), 12, 2, 10)
        page.text(f'=IF({some},"{self.say("crises_note")}","")', color=GREY, hide=True)

    def _frontier(self, page: _Page) -> None:
        """The curve beside the three states of the portfolio."""
        some = 'INDEX(frontier_vols,1)<>""'
        page.heading("frontier", some)
        top = page.row
        columns = [
            Column("point", f'IF(frontier_vols="","","{self.say("curve")}")'),
            Column("expected", "frontier_returns", PERCENT),
            Column("vol_short", "frontier_vols", PERCENT),
        ]
        first, last = page.table(FRONTIER, columns, when=some, wrap=False)
        points = []
        expected = (
            "PORT_RETURN(w_now,mu_assets)",
            f"PORT_RETURN({AFTER_WEIGHTS},mu_assets)",
            "PORT_RETURN(w_target,mu_assets)",
        )
        for key, vol, mean in zip(("now", "after", "target"), _vols(), expected, strict=True):
            words = (f'{{=IF({some},IFERROR({formula},""),"")}}' for formula in (mean, vol[2:-1]))
            page.line(f'=IF({some},"{self.say(key)}","")', [(word, PERCENT) for word in words])
            page.name("xl_rows_", page.row - 1, page.row - 1)
            points.append((page, page.row - 1, page.row - 1, 3))
        page.text(f'=IF({some},"{self.say("frontier_note")}","")', color=GREY, hide=True)
        ranges = [(page, first, last, 3), *points]
        chart = charts.curve_and_points(ranges, tuple(map(self.say, ("curve", "now", "after", "target"))), "0%")
        for line, color in zip(chart.series[1:], (NOW, AFTER, TARGET), strict=True):
            line.marker.symbol, line.marker.graphicalProperties = "circle", charts._filled(color)
            line.marker.size = 8
        chart.series[0].graphicalProperties.line.solidFill = GREY
        page.chart(chart, "frontier_chart", top, FRONTIER + 4, 5, 10, self.say("vol_short"), self.say("expected"))

    def account(self) -> None:
        """The account's own performance: net first, gross beside it and no larger."""
        page = _Page(self, "account", "1.5 40 12 12 12 12 12")
        page.title()
        page.text("=account_note", color=GREY)
        top = page.row
        page.row += 13
        page.heading("account_periods")
        columns = [
            Column("period", "account_periods"),
            Column("from", "account_starts", DATE),
            Column("net", "account_net", SIGNED_PERCENT, AFTER),
            Column("gross", "account_gross", SIGNED_PERCENT),
            Column("vol_short", "account_vols", PERCENT),
            Column("fall", "account_falls", PERCENT),
        ]
        page.table(PERIODS, columns)
        page.heading("years")
        columns = [
            Column("year", "account_years"),
            Column("net", "account_year_net", SIGNED_PERCENT, AFTER),
            Column("gross", "account_year_gross", SIGNED_PERCENT),
        ]
        page.table(YEARS, columns)
        page.heading("account_money")
        for key, name, format in (
            ("first", "first_value", MONEY), ("in", "paid_in", MONEY), ("out", "taken_out", MONEY),
            ("gain", "gain_money", SIGNED), ("last", "last_value", MONEY), ("mwr", "money_weighted", SIGNED_PERCENT),
        ):  # fmt: skip
            page.line(self.say(f"account_{key}"), [(f'=IF(account_{name}="","–",account_{name})', format)])
        page.text(self.say("account_warning"), color=GREY)
        page.show("=account_shown")
        page.done()
        self._account = page, top

    def past(self) -> None:
        page = _Page(self, "past", "1.5 32 14.6 14.6 14.6 14.6 14.6")
        page.title()
        page.text("=past_note", color=GREY)
        top = page.row
        page.row += 15
        falls = page.row
        page.row += 12
        page.heading("past_measures")
        bench = 'IF(benchmark_name="","–",benchmark_name)'
        heads = [Column("now", "", PERCENT, NOW), Column("target", "", PERCENT, TARGET), Column("bench", "", PERCENT, BENCH)]  # fmt: skip  # noqa: E501
        page.header([Column("measure", ""), *heads])
        formats = [SIGNED_PERCENT, SIGNED_PERCENT, PERCENT, PERCENT, NUMBER, PERCENT, SIGNED_PERCENT, PERCENT]
        for k, format in enumerate(formats, 1):
            cells = [
                f'=IFERROR(IF(INDEX(past_{w},{k})="","–",INDEX(past_{w},{k})),"–")' for w in ("now", "target", "bench")
            ]
            page.line(f'=IFERROR(INDEX(past_names,{k}),"")', [(cell, format) for cell in cells])
        page.text(f'="{self.say("bench_is")}"&{bench}', color=GREY)
        page.heading("years")
        columns = [
            Column("year", "year_labels"),
            Column("now", "year_now", SIGNED_PERCENT, NOW),
            Column("target", "year_target", SIGNED_PERCENT, TARGET),
            Column("bench", "year_bench", SIGNED_PERCENT, BENCH),
        ]
        page.table(YEARS, columns)
        page.text(self.say("past_warning"), color=GREY)
        page.show('=AND(simulated_shown,INDEX(path_dates,1)<>"")')
        page.done()
        self._past = page, top, falls

    def outlook(self) -> None:
        page = _Page(self, "outlook", "1.5 20 17 17 17 17 17")
        page.title()
        page.text(self.say("goal_line").replace("WHEN", 'goal_amount<>""'), size=11, bold=True)
        page.text(self.say("assumed"), color=GREY)
        top = page.row
        page.row += 16
        page.heading("bands")
        start = "total_value+cash_flow,monthly_saving,MAX(1,INT(goal_years))"
        more = "PORT_VOL(w_target,cov_assets),10000,1,inflation_rate"
        bands = f"WEALTH_BANDS({start},PORT_RETURN(w_target,mu_assets)-advisory_fee,{more})"
        head = page.row
        quantiles = [Column(f"plan.q{q}", "", MONEY) for q in (5, 25, 50, 75, 95)]
        page.header([Column("plan.year", ""), *quantiles])
        # the table of the function has a header of its own: it lies in the row that is hidden
        for column in range(2, 8):
            align = "left" if column == 2 else "right"
            cell = page.put(column, head + 1, None, "0" if column == 2 else MONEY, line=True, align=align)
            page.like(cell, range(head + 2, head + BANDS + 2))
        for row in range(head + 1, head + BANDS + 2):
            if row > head + SHOWN + 2:
                page.sheet.row_dimensions[row].hidden = True
        page.put(2, head + 1, f'{{=IF(goal_amount="","",{bands})}}', "0")
        page.sheet.row_dimensions[head + 1].hidden = True
        first, last = head + 2, head + BANDS + 1
        page.name("xl_rows_", first, last)
        page.row = last + 1
        page.text(self.say("bands_note"), color=GREY)
        chart = self._lines(page, [(head, first, last, k) for k in (5, 3, 7)], (first, last, 2), MONEY, (TARGET, RISK, GREY), dated=False)  # fmt: skip  # noqa: E501
        page.chart(chart, "bands_chart", top, 15, 2, 7, across=self.say("plan.year"))
        page.heading("fees")
        page.header([Column("fee_yearly", "", PERCENT2), Column("fee_takes", "", PERCENT)])
        for fee in (0.0025, 0.005, 0.01, 0.015, 0.02):
            page.put(2, page.row, fee, PERCENT2, line=True)
            page.put(3, page.row, f'{{=IF(goal_amount="","",IFERROR(FEE_DRAG(B{page.row},goal_years,PORT_RETURN(w_target,mu_assets)),"–"))}}', PERCENT, line=True)  # fmt: skip  # noqa: E501
            page.row += 1
        page.text(self.say("fees_note"), color=GREY)
        page.show('=AND(goal_amount<>"",goal_years<>"",projections_shown)')
        page.done()

    def _lines(self, page: _Page, series: list, labels: tuple, format: str, colors: tuple, dated: bool = True):
        """Lines whose titles are the cells of a header: (row of it, first, last, column)."""
        from openpyxl.chart.data_source import StrRef
        from openpyxl.chart.series import SeriesLabel

        first, last, column = labels
        chart = charts.lines([(page, a, b, k) for _, a, b, k in series], (page, first, last, column), format, dated)
        for line, (head, _, _, k), color in zip(chart.series, series, colors, strict=True):
            line.tx = SeriesLabel(strRef=StrRef(f"{page.quoted}!${letter(k)}${head}"))
            line.val.numRef.f = f"{page.quoted}!${letter(k)}${first}:${letter(k)}${last}"
            line.graphicalProperties.line.solidFill = color
        return chart

    # The appendix ----------------------------------------------------------------------------------------------------

    def appendix(self) -> None:
        page = _Page(self, "appendix", "1.5 31 10 10 10 10 10 10 10 10")
        page.title()
        some = 'INDEX(finding_texts,1)<>""'
        page.heading("findings", some)
        self._paragraphs(page, "finding_texts", FINDINGS)
        page.heading("definitions")
        for term, key in DEFINITIONS:
            page.put(2, page.row, self.say(term), color=GREY).alignment = Alignment(vertical="top")
            page.text(self.say(f"define.{key}"), 3, 10)
        page.heading("pairs", 'INDEX(alike_names,1)<>""')
        top = page.row
        columns = [Column("alike", "alike_names"), Column("corr", "alike_values", NUMBER)]
        page.table(PAIRS, columns, when='INDEX(alike_names,1)<>""', wrap=False)
        bottom, page.row = page.row, top
        page.header([Column("unlike", ""), Column("", ""), Column("", ""), Column("corr", "", NUMBER)], 5)
        page.sheet.cell(top, 5).alignment = Alignment(vertical="center", indent=1)
        for column, formula, format in ((5, "unlike_names", ""), (8, "unlike_values", NUMBER)):
            page.like(page.put(column, page.row, f"{{={formula}}}", format, line=True), range(page.row + 1, bottom))
        page.row = bottom
        page.heading("crisis_sources", "COUNT(crisis_now)>0")
        for k in range(1, CRISES + 1):
            page.text(f'=IFERROR(IF(INDEX(crisis_names,{k})="","",INDEX(crisis_names,{k})&"{self.say("colon")}"&INDEX(crisis_sources,{k})),"")', hide=True, color=GREY, size=8)  # fmt: skip  # noqa: E501
        page.heading("data")
        columns = [
            Column("asset", "asset_names"),
            Column("code", "asset_codes"),
            Column("price_day", "price_days", DATE),
            Column("price", "unit_prices", "#,##0.000"),
            Column("expected", "mu_assets", PERCENT),
            Column("vol_short", "vol_assets", PERCENT),
            Column("yearly_cost", "ongoing_costs", PERCENT2),
        ]
        page.table(ASSETS, columns)
        page.text(self.say("source"), color=GREY)
        page.text(self.say("rates"), color=GREY)
        some = 'AND(simulated_shown,INDEX(path_dates,1)<>"")'
        page.heading("path", some)
        head = page.row
        columns = [Column("date", f'IF({some},path_dates,"")', DATE)]
        for kind, key in (("path", ""), ("depth", "depth.")):
            for name, word, color in (("now", "now", NOW), ("target", "target", TARGET), ("bench", "bench", BENCH)):
                columns.append(Column(f"{key}{word}", f'IF({some},{kind}_{name},"")', SIGNED_PERCENT if kind == "path" else PERCENT, color))  # fmt: skip  # noqa: E501
        first, last = page.table(POINTS, columns, when=some)
        for row in range(first, last + 1):
            page.sheet.row_dimensions[row].hidden = False
        past, top, falls = self._past
        for key, start, at, rows, format in (("wealth_chart", 3, top, 14, "0%"), ("depth_chart", 6, falls, 11, "0%")):
            chart = self._lines(page, [(head, first, last, start + k) for k in range(3)], (first, last, 2), format, (NOW, TARGET, BENCH))  # fmt: skip  # noqa: E501
            past.chart(chart, key, at, rows, 2, 7)
        page.heading("account_data", "account_shown")
        head = page.row
        columns = [Column("date", "account_path_dates", DATE), Column("net", "account_path", SIGNED_PERCENT, AFTER)]
        first, last = page.table(POINTS, columns, when="account_shown")
        for row in range(first, last + 1):
            page.sheet.row_dimensions[row].hidden = False
        account, top = self._account
        chart = self._lines(page, [(head, first, last, 3)], (first, last, 2), "0%", (AFTER,))
        account.chart(chart, "account_chart", top, 12, 2, 7)
        page.done()


def _vols() -> list[str]:
    """Volatility now, after the orders (cash left over has none) and at target."""
    after = f"IF(SUM(w_after)>0,PORT_VOL({AFTER_WEIGHTS},cov_assets)*SUM(w_after),0)"
    return [f"{{={formula}}}" for formula in ("PORT_VOL(w_now,cov_assets)", after, "PORT_VOL(w_target,cov_assets)")]


# What openpyxl does not write ----------------------------------------------------------------------------------------


def _parts(report: _Report) -> dict[str, bytes]:
    """The workbook's parts, arrays marked as dynamic ones and the logo on the first page."""
    parts = parts_of(report.book)
    complete(parts)
    for name, data in parts.items():
        if name.startswith("xl/drawings/drawing"):  # pictures keep their size where rows are hidden
            parts[name] = data.replace(b"<twoCellAnchor>", b'<twoCellAnchor editAs="oneCell">')
    drawing, kind = (
        "xl/drawings/drawing1.xml",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image",
    )
    rels = "xl/drawings/_rels/drawing1.xml.rels"
    relation = f'<Relationship Id="rIdLogo" Type="{kind}" Target="/xl/media/logo.png"/></Relationships>'
    parts[rels] = parts[rels].decode().replace("</Relationships>", relation).encode()
    text = parts[drawing].decode()
    end = re.search(r"</(?:\w+:)?wsDr>\s*$", text)
    parts[drawing] = (text[: end.start()] + _LOGO + text[end.start() :]).encode()
    parts["xl/media/logo.png"] = logo()
    types = parts["[Content_Types].xml"].decode()
    if 'Extension="png"' not in types:
        types = types.replace("<Override", '<Default Extension="png" ContentType="image/png"/><Override', 1)
    parts["[Content_Types].xml"] = types.encode()
    return parts


_LOGO = (
    '<xdr:oneCellAnchor xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    "<xdr:from><xdr:col>8</xdr:col><xdr:colOff>100000</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    '<xdr:ext cx="1600000" cy="400000"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="90" name="Logo" descr="Logo"/>'
    '<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>'
    '<xdr:blipFill><a:blip r:embed="rIdLogo"/>'
    '<a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="1600000" cy="400000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
    "<xdr:clientData/></xdr:oneCellAnchor>"
)


def logo(width: int = 240, height: int = 60) -> bytes:
    """A picture of a lake between hills, in place of a firm's (PNG)."""
    dark, gold, white = (tuple(int(c[k : k + 2], 16) for k in (0, 2, 4)) for c in (ACCENT, THIRD, "FFFFFF"))

    def colour(x: int, y: int) -> tuple:
        hill = 26 - 22 * max(0.0, 1 - abs(x - 80) / 70, 0.8 * (1 - abs(x - 165) / 60))
        return gold if 44 <= y < 48 else dark if hill <= y < 44 else white

    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
