"""The workbook of one case study: all inputs on two sheets, everything else live formulas of the catalogue."""

import datetime as dt
from pathlib import Path

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter as letter

from xlalloc.book import Book
from xlalloc.catalogue import CATALOGUE
from xlalloc.templates import cached
from xlalloc.templates.cases import Case
from xlalloc.templates.layout import (
    DATE,
    GREY,
    HEADING,
    MONEY,
    NUMBER,
    PERCENT,
    PERCENT2,
    SIGNED,
    SIGNED_PERCENT,
    WARN,
    Document,
    Page,
)
from xlalloc.templates.texts import TEXTS

SLOTS = 12  # assets a list has room for
PERIODS = 60  # months of performance shown
FREQUENCIES = "weekly,monthly,quarterly,semiannual,annual"


def build(case: Case, lang: str = "en") -> Document:
    """The whole workbook, in memory."""
    document = Document(lang, TEXTS)
    properties = document.book.properties
    properties.title = document.say(f"case.{case.key}")
    properties.creator, properties.created, properties.modified = (
        "xlalloc",
        *2 * [dt.datetime.combine(case.as_of, dt.time())],
    )
    builder = CaseWorkbook(document, case)
    for page in (builder.client, builder.allocation, builder.risk, builder.performance, builder.market, builder.notes):
        page()
    document.book.active = 0
    return document


def write(case: Case, path: str | Path, lang: str = "en") -> Book:
    """Write the workbook with cached values; gives the values."""
    return cached.save(build(case, lang).book, path)


def within(block: str, count: str, value: str) -> str:
    """A formula over a block that shows ``value`` for the first ``count`` rows and nothing below."""
    first = block.split(":")[0]
    return f'=IF(ROW({block})-ROW({first})+1>{count},"",{value})'


def picked(block: str, function: str, column: int = 1, skip: int = 0) -> str:
    """One column of a function's rows, row by row over a block (``skip`` header rows)."""
    first = block.split(":")[0]
    return f"INDEX({function},ROW({block})-ROW({first})+{1 + skip},{column})"


class CaseWorkbook:
    """Builds the sheets in the order an adviser turns them."""

    def __init__(self, document: Document, case: Case):
        self.document, self.case = document, case
        self.pages: dict[str, Page] = {}

    def page(self, key: str, landscape: bool = False, subtitle: str = "") -> Page:
        self.pages[key] = page = self.document.page(key, landscape)
        page.title(subtitle)
        return page

    # Client -------------------------------------------------------------------------------------------------

    def client(self) -> None:
        case = self.case
        page = self.document.page("client")
        self.pages["client"] = page
        self.document.texts = {
            **TEXTS,
            "client.title": {
                k: v.format(case=TEXTS[f"case.{case.key}"][k], age=case.age) for k, v in TEXTS["client.title"].items()
            },
        }
        page.title()
        page.heading("client.glance")
        tiles = page.row
        page.row += 3
        page.heading("client.who")
        page.field("client.name", case.client[self.document.lang], name="client_name")
        age = page.field("client.age", case.age, "0", "client_age")
        page.validate(age.coordinate, "whole", "prompt.age", operator="between", formula1="0", formula2="120")
        level = page.field("client.risk_level", case.risk_level, name="risk_level")
        page.validate(level.coordinate, "list", "prompt.level", formula1='"C1,C2,C3,C4,C5"')
        date = page.field("client.date", case.as_of, DATE, "as_of")
        self._rule(page, date)
        self._ranges(page)
        self._holdings(page)
        self._glance(page, tiles)
        page.row += 1
        for key in ("illustrative", "disclaimer", "as_of_build"):
            page.note(key)

    def _rule(self, page: Page, date) -> None:
        case = self.case
        page.heading("client.rule")
        last = page.field("client.last", case.last_rebalanced, DATE, "last_rebalanced")
        page.validate(
            f"{date.coordinate} {last.coordinate}", "date", "prompt.date", operator="greaterThan", formula1="1"
        )
        frequency = page.field("client.frequency", case.frequency, name="check_frequency")
        page.validate(frequency.coordinate, "list", "prompt.frequency", formula1=f'"{FREQUENCIES}"')
        threshold = page.field("client.threshold", case.threshold, PERCENT, "drift_threshold")
        flow = page.field("client.cash_flow", case.cash_flow, SIGNED, "cash_in_out")
        page.validate(flow.coordinate, "decimal", "prompt.flow", operator="between", formula1="-1E12", formula2="1E12")
        commission = page.field("client.commission", case.commission, PERCENT2, "commission_rate")
        rate = page.field("client.rf", case.rf, PERCENT2, "risk_free")
        page.validate(f"{threshold.coordinate} {commission.coordinate}", "decimal", "prompt.weight",
                      operator="between", formula1="0", formula2="1")  # fmt: skip
        page.validate(rate.coordinate, "decimal", "prompt.rate", operator="between", formula1="-0.5", formula2="1")

    def _ranges(self, page: Page) -> None:
        case = self.case
        page.heading("client.ranges")
        page.header(["", "client.low", "client.high"])
        for key, name, limits in (
            ("client.range_return", "return_range", case.return_range),
            ("client.range_vol", "vol_range", case.vol_range),
        ):
            page.field(key, limits[0], PERCENT)
            row = page.row - 1
            page.put(row, 4, limits[1], PERCENT)
            page.inputs(range(row, row + 1), [3, 4])
            self.document.name(name, f"{page.quoted}!$C${row}:$D${row}")
        page.field("client.range_drawdown", case.drawdown_limit, PERCENT, "drawdown_limit")

    def _holdings(self, page: Page) -> None:
        page.heading("client.holdings")
        page.note("client.holdings_note")
        head = page.header(["asset", "client.now", "client.target", "client.mu", "client.sigma", "client.bench"])
        first, last = head + 1, head + SLOTS
        for k in range(SLOTS):
            row = first + k
            values = self.case.holdings[k].row(self.document.lang) if k < len(self.case.holdings) else [None] * 6
            for j, (value, format) in enumerate(
                zip(values, ("General", MONEY, PERCENT, PERCENT, PERCENT, PERCENT), strict=True)
            ):
                page.put(row, 2 + j, value, format)
        page.inputs(range(first, last + 1), list(range(2, 8)))
        total = last + 1
        page.put(total, 2, self.document.say("total"), bold=True)
        for column, format in ((3, MONEY), (4, PERCENT), (7, PERCENT)):
            page.put(total, column, f"=SUM({letter(column)}{first}:{letter(column)}{last})", format, bold=True)
        page.row = total + 1
        page.validate(f"C{first}:C{last}", "decimal", "prompt.amount", operator="greaterThanOrEqual", formula1="0")
        page.validate(
            f"D{first}:D{last} G{first}:G{last}",
            "decimal",
            "prompt.weight",
            operator="between",
            formula1="0",
            formula2="1",
        )
        page.validate(f"E{first}:E{last}", "decimal", "prompt.rate", operator="between", formula1="-0.5", formula2="1")
        page.validate(f"F{first}:F{last}", "decimal", "prompt.vol", operator="between", formula1="0", formula2="2")
        page.bars(f"D{first}:D{last}")
        names = (("asset_names", "B", "B"), ("v_now", "C", "C"), ("w_target", "D", "D"), ("mu_assets", "E", "E"),
                 ("vol_assets", "F", "F"), ("w_bench", "G", "G"))  # fmt: skip
        self.document.name("n_assets", f"COUNTA({page.quoted}!$B${first}:$B${last})")
        for name, left, right in names:
            self._spare(
                name, f"{page.quoted}!${left}${first}", f"{page.quoted}!${right}${first}:${right}${last}", "n_assets"
            )

    def _spare(self, name: str, first: str, cells: str, count: str, columns: str = "") -> None:
        """A dynamic name: the filled part of a list with spare rows."""
        self.document.name(name, f"{first}:INDEX({cells},{count}{columns})")

    def _glance(self, page: Page, row: int) -> None:
        say = self.document.say
        tiles = (
            ("client.value", "=SUM(v_now)", MONEY),
            ("client.drift", "=MAX(ABS(v_now/SUM(v_now)-w_target))", PERCENT),
            ("client.signal", f'=IF(REBAL_DUE(last_rebalanced,as_of,check_frequency,v_now,w_target,drift_threshold),'
                              f'"{say("client.due")}","{say("client.not_due")}")', "General"),
            ("client.expected", "=PORT_RETURN(w_target,mu_assets)", PERCENT),
            ("client.vol", "=PORT_VOL(w_target,cov_matrix)", PERCENT),
        )  # fmt: skip
        for j, (key, formula, format) in enumerate(tiles):
            column = 2 + j
            page.put(row, column, say(key), color=GREY, line=False, align="left" if j == 0 else "right", wrap=True)
            cell = page.put(row + 1, column, formula, format, array=True, align="left" if j == 0 else "right")
            cell.font = self.document.font(size=HEADING, bold=True, color=self.document.accent)
        page.sheet.row_dimensions[row].height = 30
        page.sheet.row_dimensions[row + 1].height = 24
        page.put(row + 2, 2, say("client.check"), color=GREY)
        check = page.put(row + 2, 3, self._check())
        page.sheet.conditional_formatting.add(
            check.coordinate,
            FormulaRule([f'{check.coordinate}<>"{say("client.check_ok")}"'], font=Font(bold=True, color=WARN)),
        )

    def _check(self) -> str:
        say = self.document.say
        tests = (
            ("COUNT(v_now)<n_assets", f'"{say("client.check_values")}"'),
            ("COUNT(mu_assets)+COUNT(vol_assets)<2*n_assets", f'"{say("client.check_mu")}"'),
            ("ABS(SUM(w_target)-1)>0.000001", f'"{say("client.check_weights")}"&TEXT(SUM(w_target),"0.0%")'),
            ("last_rebalanced>as_of", f'"{say("client.check_date")}"'),
        )
        formula = f'"{say("client.check_ok")}"'
        for condition, message in reversed(tests):
            formula = f"IF({condition},{message},{formula})"
        return "=" + formula

    # Allocation ---------------------------------------------------------------------------------------------

    def allocation(self) -> None:
        page = self.page("allocation")
        say = self.document.say
        page.heading("allocation.orders")
        head = page.header(["asset", "client.now", "allocation.weight", "client.target", "allocation.deviation",
                            "allocation.trade", "allocation.cost", "allocation.after"])  # fmt: skip
        first, height = head + 1, SLOTS + 2
        labels = f"B{first}:B{first + height - 1}"
        k = f"ROW({labels})-ROW(B{first})+1"
        page.block(first, 2, height, 1,
                   f'=IF({k}<=n_assets,INDEX(asset_names,{k}),IF({k}=n_assets+1,"{say("cash")}",IF({k}=n_assets+2,"{say("total")}","")))')  # fmt: skip
        plan = "REBAL_PLAN(v_now,w_target,drift_threshold,cash_in_out,,,commission_rate)"
        columns = (("value", MONEY), ("weight", PERCENT), ("target", PERCENT), ("deviation", SIGNED_PERCENT), ("trade", SIGNED),
                   ("cost", NUMBER), ("weight after", PERCENT))  # fmt: skip
        header = self._plan_header()
        for j, (name, format) in enumerate(columns):
            column = letter(3 + j)
            block = f"{column}{first}:{column}{first + height - 1}"
            page.block(
                first,
                3 + j,
                height,
                1,
                within(block, "n_assets+2", picked(block, plan, header.index(name) + 1, 1)),
                format,
            )
        last = first + height - 1
        page.row = last + 1
        page.note("allocation.note")
        page.emphasise(f"B{first}:I{last}", f'$B{first}="{say("total")}"', self.document.accent)
        self.document.name(
            "w_now", f"{page.quoted}!$D${first}:INDEX({page.quoted}!$D${first}:$D${first + SLOTS - 1},n_assets)"
        )
        page.row += 1

    @staticmethod
    def _plan_header() -> list[str]:
        return [str(cell) for cell in CATALOGUE["REBAL_PLAN"].value[0]]

    # Risk ---------------------------------------------------------------------------------------------------

    def risk(self) -> None:
        page = self.page("risk")
        page.heading("risk.by_asset")
        head = page.header(
            ["asset", "allocation.weight", "client.target", "risk.share", "risk.marginal", "risk.rp", "risk.inverse"]
        )
        first, last = head + 1, head + SLOTS
        columns = (
            ("asset_names", "General"), ("w_now", PERCENT), ("w_target", PERCENT), ("RISK_CONTRIB(w_target,cov_matrix)", PERCENT),
            ("MARGINAL_RISK(w_target,cov_matrix)", PERCENT), ("RP_WEIGHTS(cov_matrix)", PERCENT), ("INV_VOL_WEIGHTS(cov_matrix)", PERCENT),
        )  # fmt: skip
        for j, (source, format) in enumerate(columns):
            block = f"{letter(2 + j)}{first}:{letter(2 + j)}{last}"
            page.block(first, 2 + j, SLOTS, 1, within(block, "n_assets", picked(block, source)), format)
        page.bars(f"D{first}:D{last}")
        page.bars(f"E{first}:E{last}")
        self.document.name("w_rp", f"{page.quoted}!$G${first}:INDEX({page.quoted}!$G${first}:$G${last},n_assets)")
        page.row = last + 1
        self._whole(page)
        self._policy(page)
        page.bar_chart(
            "risk.chart", (page, first, last, 2), [(page, first, last, 4), (page, first, last, 5)], f"B{page.row + 1}"
        )
        orders = self.pages["allocation"]
        orders.bar_chart(
            "allocation.chart",
            (page, first, last, 2),
            [(page, first, last, 3), (page, first, last, 4)],
            f"B{orders.row}",
        )

    def _whole(self, page: Page) -> None:
        page.heading("risk.whole")
        page.header(["risk.measure", "risk.of_now", "risk.of_target", "risk.of_rp"])
        measures = (
            ("risk.return", "PORT_RETURN({w},mu_assets)", PERCENT),
            ("risk.vol", "PORT_VOL({w},cov_matrix)", PERCENT),
            ("risk.sharpe", "PORT_SHARPE({w},mu_assets,cov_matrix,risk_free)", NUMBER),
            ("risk.ratio", "DIVERSIFICATION({w},cov_matrix)", NUMBER),
            ("risk.effective", "EFFECTIVE_N({w})", NUMBER),
        )
        for key, formula, format in measures:
            page.put(page.row, 2, self.document.say(key))
            for column, weights in ((3, "w_now"), (4, "w_target"), (5, "w_rp")):
                page.put(page.row, column, "=" + formula.format(w=weights), format)
            page.row += 1

    def _policy(self, page: Page) -> None:
        """The stated ranges beside what the assumptions imply."""
        if "POLICY_CHECK" not in CATALOGUE:
            return

    def _covariance(self, page: Page) -> None:
        page.heading("risk.cov")
        first = page.row + 1
        ref = f"C{first}:{letter(2 + SLOTS)}{first + SLOTS - 1}"
        side, top = f"B{first}:B{first + SLOTS - 1}", f"C{page.row}:{letter(2 + SLOTS)}{page.row}"
        i, j = f"ROW({ref})-ROW(C{first})+1", f"COLUMN({ref})-COLUMN(C{first})+1"
        page.block(page.row, 3, 1, SLOTS, f'=IF(COLUMN({top})-COLUMN(C{page.row})+1>n_assets,"",INDEX(asset_names,COLUMN({top})-COLUMN(C{page.row})+1))',
                   bold=True, align="right", wrap=True)  # fmt: skip
        page.sheet.row_dimensions[page.row].height = 30
        page.block(first, 2, SLOTS, 1, within(side, "n_assets", picked(side, "asset_names")), bold=True)
        page.block(first, 3, SLOTS, SLOTS,
                   f'=IF(({i}>n_assets)+({j}>n_assets),"",INDEX(COV_FROM_CORR(corr_matrix,vol_assets),{i},{j}))', "0.0000")  # fmt: skip
        cells = f"{page.quoted}!$C${first}:${letter(2 + SLOTS)}${first + SLOTS - 1}"
        self._spare("cov_matrix", f"{page.quoted}!$C${first}", cells, "n_assets", ",n_assets")
        page.row = first + SLOTS

    # Performance --------------------------------------------------------------------------------------------

    def performance(self) -> None:
        page = self.page("performance")
        page.heading("performance.kpis")
        page.header(["risk.measure", "portfolio", "benchmark"])
        series = page.row + len(KPIS) + 2 * 16 + 6
        for key, formula, format in KPIS:
            page.put(page.row, 2, self.document.say(key))
            if "{b}" in formula:
                page.put(page.row, 3, "=" + formula.format(r="port_returns", b="bench_returns"), format)
                page.put(page.row, 4, None)
            else:
                for column, name in ((3, "port_returns"), (4, "bench_returns")):
                    page.put(page.row, column, "=" + formula.format(r=name), format)
            page.row += 1
        charts = page.row + 1
        page.row = series - 2
        page.heading("performance.series")
        self._series(page, page.row)
        first, last = page.row, page.row + PERIODS - 1
        labels = (page, first, last, 2)
        page.line_chart(
            "performance.wealth_chart",
            labels,
            [(page, first, last, 5), (page, first, last, 6)],
            f"B{charts}",
            height=7.5,
        )
        page.line_chart(
            "performance.drawdown_chart", labels, [(page, first, last, 7)], f"B{charts + 16}", "0%", height=6.5
        )

    def _series(self, page: Page, row: int) -> None:
        page.row = row
        head = page.header(["performance.date", "performance.return", "performance.bench_return", "performance.wealth",
                            "performance.bench_wealth", "performance.drawdown"])  # fmt: skip
        first, last = head + 1, head + PERIODS
        weights = {"C": "w_target", "D": "w_bench"}
        count = "ROWS(price_table)-2"
        block = f"B{first}:B{last}"
        page.block(first, 2, PERIODS, 1, within(block, count, picked(block, "price_table", 1, 2)), DATE, align="left")
        for column, name in weights.items():
            block = f"{column}{first}:{column}{last}"
            source = f"PORT_SERIES(RETURNS(price_table),{name})"
            page.block(first, 3 + (column == "D"), PERIODS, 1, within(block, count, picked(block, source)), PERCENT)
            self.document.name("port_returns" if column == "C" else "bench_returns",
                               f"{page.quoted}!${column}${first}:INDEX({page.quoted}!${column}${first}:${column}${last},{count})")  # fmt: skip
        for k in range(PERIODS):
            r = first + k
            for own, wealth in (("C", 5), ("D", 6)):
                before = 1 if k == 0 else f"{letter(wealth)}{r - 1}"
                page.put(r, wealth, f'=IF({own}{r}="","",{before}*(1+{own}{r}))', "0.000")
        block = f"G{first}:G{last}"
        page.block(first, 7, PERIODS, 1, within(block, count, picked(block, "DRAWDOWNS(port_returns)")), PERCENT)
        page.row = first

    # Market data --------------------------------------------------------------------------------------------

    def market(self) -> None:
        page = self.page("market", landscape=True)
        case, lang = self.case, self.document.lang
        page.note("illustrative", color=WARN, bold=True)
        page.heading("market.correlations")
        names = [holding.name(lang) for holding in case.holdings]
        page.header(["", *names, *[""] * (SLOTS - len(names))])
        first = page.row
        for i in range(SLOTS):
            page.put(first + i, 2, names[i] if i < len(names) else None, bold=True)
            for j in range(SLOTS):
                value = case.correlations[i][j] if i < len(names) and j < len(names) else None
                page.put(first + i, 3 + j, value, NUMBER)
        page.inputs(range(first, first + SLOTS), list(range(2, 3 + SLOTS)))
        end = letter(2 + SLOTS)
        cells = f"C{first}:{end}{first + SLOTS - 1}"
        page.heat(cells)
        page.validate(cells, "decimal", "prompt.correlation", operator="between", formula1="-1", formula2="1")
        self._spare(
            "corr_matrix",
            f"{page.quoted}!$C${first}",
            f"{page.quoted}!$C${first}:${end}${first + SLOTS - 1}",
            "n_assets",
            ",n_assets",
        )
        page.row = first + SLOTS
        self._covariance(page)
        self._prices(page, names)

    def _prices(self, page: Page, names: list[str]) -> None:
        page.heading("market.prices")
        head = page.header(["performance.date", *names, *[""] * (SLOTS - len(names))])
        for k, (date, prices) in enumerate(self.case.prices, head + 1):
            page.put(k, 2, date, DATE, align="left")
            for j in range(SLOTS):
                page.put(k, 3 + j, prices[j] if j < len(prices) else None, "#,##0.00")
        last = head + PERIODS + 1
        page.inputs(range(head + 1, last + 1), list(range(2, 3 + SLOTS)))
        q, end = page.quoted, letter(2 + SLOTS)
        rows = f"COUNTA({q}!$B${head}:$B${last})"
        columns = f"COUNTA({q}!$C${head}:${end}${head})+1"
        self.document.name("price_table", f"{q}!$B${head}:INDEX({q}!$B${head}:${end}${last},{rows},{columns})")
        page.row = last + 1

    # Notes --------------------------------------------------------------------------------------------------

    def notes(self) -> None:
        page = self.page("notes")
        for key in ("disclaimer", "illustrative", "as_of_build"):
            page.note(key)
        page.heading("notes.functions")
        page.header(["notes.function", "notes.meaning", *[""] * 7])
        used = {
            name
            for sheet in self.document.book
            for row in sheet.iter_rows()
            for cell in row
            for name in _functions(cell.value)
        }
        for name in [n for n in CATALOGUE if n in used]:
            entry = CATALOGUE[name]
            page.put(page.row, 2, name, bold=True)
            sheet, row = page.sheet, page.row
            sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=10)
            text = f"{entry.summary} {entry.source}"
            cell = page.put(row, 3, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.cell(row, 2).alignment = Alignment(vertical="top")
            sheet.row_dimensions[row].height = 15 * max(1, -(-len(text) // 100))
            page.row += 1


KPIS = (
    ("kpi.total", "TOTAL_RETURN({r})", PERCENT),
    ("kpi.annual", "ANN_RETURN({r},12)", PERCENT),
    ("kpi.vol", "ANN_VOL({r},12)", PERCENT),
    ("kpi.drawdown", "MAX_DRAWDOWN({r})", PERCENT),
    ("kpi.sharpe", "SHARPE({r},risk_free,12)", NUMBER),
    ("kpi.sortino", "SORTINO({r},risk_free,12)", NUMBER),
    ("kpi.calmar", "CALMAR({r},12)", NUMBER),
    ("kpi.var", "HIST_VAR({r})", PERCENT),
    ("kpi.cvar", "HIST_CVAR({r})", PERCENT),
    ("kpi.win", "WIN_RATE({r})", PERCENT),
    ("kpi.excess", "EXCESS_RETURN({r},{b},12)", SIGNED_PERCENT),
    ("kpi.te", "TRACKING_ERROR({r},{b},12)", PERCENT),
    ("kpi.beta", "PORT_BETA({r},{b},risk_free,12)", NUMBER),
)


def _functions(value) -> list[str]:
    import re

    text = getattr(value, "text", value)
    return re.findall(r"(?<![\w.])([A-Z][A-Z0-9_]+)\(", text) if isinstance(text, str) and text.startswith("=") else []
