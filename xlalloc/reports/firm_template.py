"""A firm's report to start from: an ordinary workbook with the logo, words and pages of an invented firm.

Everything on it is a formula on names of the vocabulary, so a firm changes it in Excel as it likes.
"""

import re
import struct
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.chart.data_source import AxDataSource, StrRef
from openpyxl.chart.shapes import GraphicalProperties
from openpyxl.drawing.line import LineProperties
from openpyxl.formatting.rule import DataBarRule, FormulaRule
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

from xlalloc.documents.built import complete, parts_of, write_parts
from xlalloc.documents.fill import Filled
from xlalloc.documents.names import with_names
from xlalloc.documents.output import Output
from xlalloc.documents.template import Template
from xlalloc.reports.folder import writing
from xlalloc.reports.vocabulary import shapes, vocabulary

ASSETS, ORDERS, FINDINGS = 20, 30, 20  # rows there is room for
DARK, GOLD, PALE, GREY = "1F3A5F", "C08A2E", "EEF2F7", "6B7280"
FONTS = {"en": "Calibri", "zh": "Microsoft YaHei"}
PERCENT, MONEY, SIGNED, DATE = "0.0%", "#,##0", "+#,##0;-#,##0;0", "yyyy-mm-dd"
WORDS = {  # key: (English, Chinese)
    "firm": ("Lakeside Wealth (invented)", "湖畔财富（虚构）"),
    "report": ("Report", "报告"),
    "orders": ("Orders", "交易"),
    "risk": ("Risk", "风险"),
    "plan": ("Plan", "目标"),
    "notes": ("Notes", "说明"),
    "title": ("Portfolio review", "投资组合回顾"),
    "for": (
        '="Prepared for "&client_name&" · "&client_id&IF(adviser_name="",""," · adviser "&adviser_name)',
        '="客户："&client_name&"（"&client_id&"）"&IF(adviser_name="","","  理财顾问："&adviser_name)',
    ),
    "dated": (
        '=IF(as_of="","",TEXT(as_of,"yyyy-mm-dd")&" · ")&model_name&IF(risk_level="",""," · level "&risk_level)',
        '=IF(as_of="","",TEXT(as_of,"yyyy-mm-dd")&"  ")&model_name&IF(risk_level="","","  风险等级："&risk_level)',
    ),
    "value": ("Value", "总市值"),
    "vol": ("Volatility now", "当前波动率"),
    "vol_target": ("… of the target", "目标波动率"),
    "due": ("Rebalance", "再平衡"),
    "cost": ("Trading costs", "交易成本"),
    "threshold": ("Threshold", "触发阈值"),
    "yes": ("all holdings", "全部持仓"),
    "no": ("not due", "暂不需要"),
    "cash_only": ("cash flow only", "仅安排资金"),
    "advice": ("What we recommend", "我们的建议"),
    "suitable": ("Suitability", "适当性"),
    "holdings": ("Your holdings", "持仓一览"),
    "asset": ("Asset", "资产"),
    "code": ("Code", "代码"),
    "now": ("Now", "当前占比"),
    "target": ("Target", "目标占比"),
    "after": ("After orders", "交易后占比"),
    "total": ("Total", "合计"),
    "share": ("Share of risk", "风险占比"),
    "weights_chart": ("Weights now and target", "当前与目标占比"),
    "order_title": ("Orders: sales first", "交易：先卖出，后买入"),
    "phase": ("Phase", "阶段"),
    "units": ("Units", "份额"),
    "money": ("Money", "金额"),
    "fee": ("Redemption fee", "赎回费"),
    "remark": ("Remark", "备注"),
    "none": ("Nothing to trade.", "无需交易。"),
    "cash_left": ("Cash left", "剩余现金"),
    "withheld": ("Not traded as the model asks", "未按模型交易"),
    "risk_title": ("Where the risk comes from", "风险来源"),
    "risk_target": ("… of the target", "目标风险占比"),
    "risk_chart": ("Share of risk and weight", "风险占比与当前占比"),
    "parity": ("Equal risk", "风险平价权重"),
    "past": ("Simulated past (today's weights)", "模拟历史（按当前权重）"),
    "measure": ("Measure", "指标"),
    "portfolio": ("Portfolio", "组合"),
    "total_return": ("Total return", "累计收益"),
    "yearly": ("Return per year", "年化收益"),
    "deep": ("Largest drawdown", "最大回撤"),
    "plan_title": ("Towards your goal", "迈向目标"),
    "goal": ("Goal", "目标金额"),
    "years": ("Years", "年数"),
    "chance": ("Missed in … of 100 simulated paths", "模拟中未达成的比例"),
    "bands": ("Simulated wealth (5% to 95%)", "财富情景测算（5% 至 95%）"),
    "notes_title": ("What this report rests on", "报告依据"),
    "finding": ("Findings about the data", "数据核查发现"),
    "no_finding": ("None.", "无。"),
    "year": ("Year", "年"),
    "illustrative": (
        '=IF(prices_illustrative,"Illustrative: simulated prices, not market data.","")',
        '=IF(prices_illustrative,"示例：价格为模拟数据，并非市场行情。","")',
    ),
    "source": (
        '="Covariances from "&cov_source&IF(price_remark="","","; "&price_remark)',
        '="协方差来源："&IF(cov_source="prices","价格","假设")&IF(price_remark="","","；"&price_remark)',
    ),
    "disclaimer": (
        "Past and simulated figures are no promise. An invented firm's example.",
        "历史与模拟数据不代表未来表现。本页为虚构机构示例。",
    ),
    "footer": ("Lakeside Wealth · invented example", "湖畔财富 · 虚构示例"),
}


def write_report(path: Path, lang: str = "en") -> None:
    """The template, filled for an invented client so that it shows what it is."""
    from xlalloc.reports.make_template import _computed, sample

    inputs, client = sample(lang)
    data = vocabulary(_computed(inputs, client), inputs)
    with tempfile.TemporaryDirectory() as folder:
        bare, named = Path(folder) / "bare.xlsx", Path(folder) / "named.xlsx"
        write_parts(_parts(_Firm(lang)), bare)
        named.write_bytes(with_names(bare, shapes(), data))
        output = Output(Filled(Template(named, shapes()), data), live=True)
        with writing(path) as file:
            file.write(output.file())


@dataclass
class _Firm:
    """The workbook as it is built, in one language."""

    lang: str

    def __post_init__(self):
        self.book = Workbook()
        self.book.remove(self.book.active)
        for page in (self.report, self.orders, self.risk, self.plan, self.notes):
            page()

    def say(self, key: str) -> str:
        return WORDS[key][self.lang == "zh"]

    # Pieces ----------------------------------------------------------------------------------------------------------

    def page(self, key: str, title: str, widths: str):
        sheet = self.book.create_sheet(self.say(key))
        sheet.sheet_view.showGridLines = False
        sheet.page_setup.paperSize, sheet.page_setup.fitToHeight = 9, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.oddFooter.left.text, sheet.oddFooter.right.text = self.say("footer"), "&P / &N"
        for column, width in zip("ABCDEFGHIJ", widths.split(), strict=False):
            sheet.column_dimensions[column].width = float(width)
        self.put(sheet, "B2", self.say(title), size=18, bold=True, color=DARK)
        sheet.row_dimensions[2].height = 36
        return sheet

    def put(
        self,
        sheet,
        at: str,
        value,
        format: str = "",
        size: int = 10,
        bold: bool = False,
        color: str = "000000",
        fill: str = "",
        wrap: bool = False,
        right: bool = False,
    ):
        cell = sheet[at]
        if isinstance(value, str) and value.startswith("{="):
            value = ArrayFormula(at, value[1:-1])
        cell.value = value
        cell.font = Font(name=FONTS[self.lang], size=size, bold=bold, color=color)
        cell.number_format = format or "General"
        if fill:
            cell.fill = PatternFill("solid", fgColor=fill)
        cell.alignment = Alignment(
            wrap_text=wrap, vertical="top" if wrap else "center", horizontal="right" if right else None
        )
        return cell

    def table(
        self, sheet, top: int, rows: int, columns: list[tuple[str, str, str]], name: str, given: str = ""
    ) -> None:
        """Headers, and below each an array that fills as many rows as there are; empty rows are hidden.

        With ``given``, a condition, the headers are hidden too where it does not hold.
        """
        for column, (key, formula, format) in zip("BCDEFGHIJ", columns, strict=False):
            head = f'=IF({given},"{self.say(key)}","")' if given else self.say(key)
            self.put(sheet, f"{column}{top}", head, bold=True, color="FFFFFF", fill=DARK, right=bool(format))
            for row in range(top + 1, top + rows + 1):
                value = f"{{={formula}}}" if row == top + 1 else None
                cell = self.put(sheet, f"{column}{row}", value, format)
                cell.border = Border(bottom=Side("hair", color="B8C2CC"))
        area = f"'{sheet.title}'!$B${top + (not given)}:$B${top + rows}"
        self.book.defined_names[name] = DefinedName(name, attr_text=area)

    def bars(self, sheet, title: str, at: str, labels: str, series: list[str], top: int, rows: int) -> None:
        chart = BarChart()
        chart.type, chart.title, chart.height, chart.width = "bar", self.say(title), 9, 20
        for column in series:
            number = ord(column) - 64
            chart.add_data(Reference(sheet, number, top, number, top + rows), titles_from_data=True)
        names = StrRef(f"'{sheet.title}'!${labels}${top + 1}:${labels}${top + rows}")
        chart.y_axis.number_format, chart.x_axis.scaling.orientation = "0%", "maxMin"
        chart.y_axis.crosses, chart.x_axis.tickLblPos, chart.gapWidth = "max", "low", 60
        chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=PALE))
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.legend.position = "b"
        for line, color in zip(chart.series, (DARK, GOLD), strict=False):
            line.cat = AxDataSource(strRef=names)
            line.graphicalProperties.solidFill = color
        sheet.add_chart(chart, at)

    # Pages -----------------------------------------------------------------------------------------------------------

    def report(self) -> None:
        sheet = self.page("report", "title", "2 26 12 14 14 18 14 14")
        self.put(sheet, "B3", self.say("for"), size=11)
        self.put(sheet, "B4", self.say("dated"), color=GREY)
        self.put(sheet, "B5", self.say("illustrative"), bold=True, color="B03A2E")
        tiles = (
            ("B", "value", "=total_value", MONEY),
            ("D", "vol", "{=PORT_VOL(w_now,cov_assets)}", PERCENT),
            ("E", "vol_target", "{=PORT_VOL(w_target,cov_assets)}", PERCENT),
            (
                "F",
                "due",
                f'=IF(trade_due,"{self.say("yes")}",IF(n_orders>0,"{self.say("cash_only")}","{self.say("no")}"))',
                "",
            ),
            ("G", "cost", "=trade_cost", "#,##0.00"),
            ("H", "threshold", "=drift_threshold", PERCENT),
        )
        for column, key, formula, format in tiles:
            self.put(sheet, f"{column}7", self.say(key), color=GREY, fill=PALE)
            self.put(sheet, f"{column}8", formula, format, 14, True, DARK, PALE).alignment = Alignment(
                horizontal="left"
            )
        for cell in ("C7", "C8"):
            self.put(sheet, cell, None, fill=PALE)
        for row, key, name in ((10, "advice", "advice_line"), (12, "suitable", "suitability_line")):
            self.put(sheet, f"B{row}", self.say(key), size=12, bold=True, color=GOLD)
            sheet.merge_cells(f"B{row + 1}:H{row + 1}")
            self.put(sheet, f"B{row + 1}", f"={name}", wrap=True)
            sheet.row_dimensions[row + 1].height = 46
        self.put(sheet, "B15", self.say("holdings"), size=12, bold=True, color=GOLD)
        columns = [
            ("asset", "asset_names", ""),
            ("code", "asset_codes", ""),
            ("value", "v_now", MONEY),
            ("now", "w_now", PERCENT),
            ("target", "w_target", PERCENT),
            ("after", "w_after", PERCENT),
            ("share", "RISK_CONTRIB(w_now,cov_assets)", PERCENT),
        ]
        self.table(sheet, 16, ASSETS, columns, "xl_rows_holdings")
        last = 16 + ASSETS
        self.put(sheet, f"B{last + 1}", self.say("total"), bold=True)
        for column, format in (("D", MONEY), ("E", PERCENT), ("F", PERCENT), ("G", PERCENT)):
            formula = f"=SUM({column}17:{column}{last})"
            self.put(sheet, f"{column}{last + 1}", formula, format, bold=True)
        sheet.conditional_formatting.add(f"E17:E{last}", DataBarRule("num", 0, "num", 1, color=GOLD))
        off = FormulaRule(["ABS($E17-$F17)>$H$8"], font=Font(bold=True, color="B03A2E"))
        sheet.conditional_formatting.add(f"F17:F{last}", off)
        self.bars(sheet, "weights_chart", f"B{last + 3}", "B", ["E", "F"], 16, ASSETS)

    def orders(self) -> None:
        sheet = self.page("orders", "order_title", "2 24 11 8 12 13 13 15 28")
        self.put(sheet, "B4", f'=IF(n_orders=0,"{self.say("none")}","")', color=GREY)
        columns = [
            ("asset", "order_names", ""),
            ("code", "order_codes", ""),
            ("phase", "order_phases", "0"),
            ("units", "order_units", "+#,##0.##;-#,##0.##"),
            ("money", "order_money", SIGNED),
            ("cost", "order_costs", "#,##0.00"),
            ("fee", "order_fees", "#,##0.00"),
            ("remark", "order_flags", ""),
        ]
        self.table(sheet, 6, ORDERS, columns, "xl_rows_orders")
        row = 7 + ORDERS
        self.put(sheet, f"B{row}", self.say("total"), bold=True)
        for column, formula, format in (("F", "=SUM(order_money)", SIGNED), ("G", "=SUM(order_costs)", "#,##0.00")):
            self.put(sheet, f"{column}{row}", formula, format, bold=True)
        self.put(sheet, f"B{row + 1}", self.say("cash_left"))
        self.put(sheet, f"F{row + 1}", "=cash_after", MONEY)
        columns = [("withheld", "withheld_names", ""), ("remark", "withheld_reasons", "")]
        self.table(sheet, row + 3, 10, columns, "xl_rows_withheld", given='INDEX(withheld_names,1)<>""')

    def risk(self) -> None:
        sheet = self.page("risk", "risk_title", "2 26 14 14 14 14 14")
        columns = [
            ("asset", "asset_names", ""),
            ("now", "w_now", PERCENT),
            ("share", "RISK_CONTRIB(w_now,cov_assets)", PERCENT),
            ("target", "w_target", PERCENT),
            ("risk_target", "RISK_CONTRIB(w_target,cov_assets)", PERCENT),
            ("parity", "parity_weights", PERCENT),
        ]
        self.table(sheet, 4, ASSETS, columns, "xl_rows_risk")
        row = 6 + ASSETS
        self.put(sheet, f"B{row}", self.say("past"), size=12, bold=True, color=GOLD)
        for column, key in (("B", "measure"), ("C", "portfolio"), ("D", "target")):
            self.put(sheet, f"{column}{row + 1}", self.say(key), bold=True, color="FFFFFF", fill=DARK)
        figures = (("total_return", "TOTAL_RETURN"), ("yearly", "ANN_RETURN"), ("deep", "MAX_DRAWDOWN"))
        for k, (key, function) in enumerate(figures, row + 2):
            self.put(sheet, f"B{k}", self.say(key))
            for column, weights in (("C", "price_w_now"), ("D", "price_w_target")):
                periods = ",price_periods" if function == "ANN_RETURN" else ""
                formula = f'{{=IFERROR({function}(PORT_SERIES(RETURNS(price_table),{weights}){periods}),"–")}}'
                self.put(sheet, f"{column}{k}", formula, PERCENT, right=True)
        self.bars(sheet, "risk_chart", f"B{row + 7}", "B", ["C", "D"], 4, ASSETS)

    def plan(self) -> None:
        sheet = self.page("plan", "plan_title", "2 26 14 14 14 14 14")
        lines = (
            ("goal", "=goal_amount", MONEY),
            ("years", "=goal_years", "0.0"),
            ("chance", '=IF(goal_amount="","",1-goal_chance)', "0%"),
        )
        for row, (key, formula, format) in enumerate(lines, 4):
            self.put(sheet, f"B{row}", self.say(key))
            self.put(sheet, f"C{row}", formula, format, bold=True)
        self.put(sheet, "B8", self.say("bands"), size=12, bold=True, color=GOLD)
        start = "total_value+cash_flow,monthly_saving,MAX(1,INT(goal_years))"
        bands = f"WEALTH_BANDS({start},PORT_RETURN(w_target,mu_assets),PORT_VOL(w_target,cov_assets))"
        for row in range(10, 51):
            for column in "BCDEFG":
                self.put(sheet, f"{column}{row}", None, "0" if column == "B" else MONEY)
        for column, text in zip("BCDEFG", (self.say("year"), "5%", "25%", "50%", "75%", "95%"), strict=True):
            self.put(sheet, f"{column}9", text, bold=True, color="FFFFFF", fill=DARK, right=column > "B")
        self.put(sheet, "B10", f'{{=IF(goal_amount="","",PLAIN({bands}))}}', "0")
        for row in range(10, 51):
            sheet[f"B{row}"].alignment = Alignment(horizontal="left")
        name = "xl_rows_bands"
        self.book.defined_names[name] = DefinedName(name, attr_text=f"'{sheet.title}'!$B$10:$B$50")
        chart = LineChart()
        chart.title, chart.height, chart.width = self.say("bands"), 9, 20
        chart.y_axis.majorGridlines.spPr = GraphicalProperties(ln=LineProperties(solidFill=PALE))
        for column in (3, 5, 7):
            chart.add_data(Reference(sheet, column, 9, column, 50), titles_from_data=True)
        chart.set_categories(Reference(sheet, 2, 10, 2, 50))
        chart.x_axis.delete = chart.y_axis.delete = False
        chart.y_axis.number_format, chart.legend.position = MONEY, "b"
        sheet.add_chart(chart, "B53")
        self.put(sheet, "J1", '=goal_amount<>""', color="FFFFFF")
        self.book.defined_names["xl_show_plan"] = DefinedName("xl_show_plan", attr_text=f"'{sheet.title}'!$J$1")
        sheet.print_area = "A1:H75"

    def notes(self) -> None:
        sheet = self.page("notes", "notes_title", "2 90")
        for row, key in ((4, "illustrative"), (5, "source"), (6, "disclaimer")):
            self.put(sheet, f"B{row}", self.say(key), wrap=True)
            sheet.row_dimensions[row].height = 32
        found = f'IF(INDEX(finding_texts,1)="","{self.say("no_finding")}",finding_texts)'
        self.table(sheet, 8, FINDINGS, [("finding", found, "")], "xl_rows_findings")


# What openpyxl does not write ----------------------------------------------------------------------------------------


def _parts(firm: _Firm) -> dict[str, bytes]:
    """The workbook's parts, arrays marked as dynamic ones and the logo on the first page."""
    parts = parts_of(firm.book)
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
    "<xdr:from><xdr:col>6</xdr:col><xdr:colOff>0</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    '<xdr:ext cx="1800000" cy="450000"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="90" name="Logo" descr="Lakeside Wealth"/>'
    '<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>'
    '<xdr:blipFill><a:blip r:embed="rIdLogo"/>'
    '<a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="1800000" cy="450000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
    "<xdr:clientData/></xdr:oneCellAnchor>"
)


def logo(width: int = 240, height: int = 60) -> bytes:
    """A picture of a lake between hills, in the firm's colours (PNG)."""
    dark, gold, white = (tuple(int(c[k : k + 2], 16) for k in (0, 2, 4)) for c in (DARK, GOLD, "FFFFFF"))

    def colour(x: int, y: int) -> tuple:
        hill = 26 - 22 * max(0.0, 1 - abs(x - 80) / 70, 0.8 * (1 - abs(x - 165) / 60))
        return gold if 44 <= y < 48 else dark if hill <= y < 44 else white

    rows = b"".join(b"\0" + b"".join(bytes(colour(x, y)) for x in range(width)) for y in range(height))

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
