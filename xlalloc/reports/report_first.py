"""The first pages of our report as a template: the letter, holdings and orders, the risk."""

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Border, Font, Side

from xlalloc.reports.report_page import (
    AFTER,
    AFTER_WEIGHTS,
    CLASSES,
    CRISES,
    DRAWN,
    FRONTIER,
    LABEL,
    LEAST,
    LIST_ROW,
    LISTED,
    NOW,
    RISK,
    SHORT,
    SHORT_LOTS,
    SHORTLY,
    SHOWN,
    STEPS,
    TARGET,
    TITLE,
    TOP,
    TRADES,
    UNITS,
    WORTH,
    Column,
    Page,
    Report,
    of_products,
)
from xlalloc.templates import charts
from xlalloc.templates.look import (
    ACCENT,
    CENTS,
    DATE,
    GREY,
    INK,
    MONEY,
    NUMBER,
    PERCENT,
    PERCENT2,
    SIGNED,
    SIGNED_PERCENT,
    STATED,
    TINT,
    WARN,
)

# does the same crisis cost most now, after the orders and at target?
_WORST = "INDEX(crisis_names,MATCH(MIN({0}),{0},0))=worst_crisis"
ONE_CRISIS = f"IFERROR(AND({','.join(_WORST.format(f'crisis_{state}') for state in ('now', 'after', 'target'))}),FALSE)"
STATES = [("now", NOW), ("after", AFTER), ("target", TARGET)]
FEWEST = 8  # rows of a chart of products, however few they are: their labels would stand on each other


class FirstPages(Report):
    def summary(self) -> None:
        page = Page(self, "summary", "1 27 12 12 12 1.5 10 10 10 10", 11, 21)
        sheet = page.sheet
        sheet.row_dimensions[1].height = 6
        name = page.put(2, 2, "=client_name", size=TITLE + 2, bold=True, color=ACCENT)
        name.alignment = Alignment(vertical="center", shrink_to_fit=True)  # a long one beside the logo
        sheet.merge_cells("B2:G2")
        sheet.row_dimensions[2].height = 38
        page.row = 3
        page.text(self.say("line"), 2, 7, color=GREY, size=10, move=False)
        page.text('=IF(firm_name="","",firm_name)', 8, 10, move=False, bold=True, color=ACCENT, align="right")
        for column in range(2, 11):
            sheet.cell(3, column).border = Border(bottom=Side("medium", color=ACCENT))
        sheet.row_dimensions[4].height = 6
        page.row = 5
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
        page.text(self.goal_line(when), hide=True)
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
        sheet.row_dimensions[page.row].height = 48
        page.row += 1
        for left, right, key in ((2, 3, "sign.client"), (5, 7, "sign.date"), (9, 10, "sign.adviser")):
            for column in range(left, right + 1):
                sheet.cell(page.row, column).border = Border(top=Side("thin", color=GREY))
            page.put(left, page.row, self.say(key), size=LABEL, color=GREY).border = Border(
                top=Side("thin", color=GREY)
            )
        page.row += 1
        page.text(self.say("closing"), size=LABEL, color=GREY)
        page.done()

    def _classes(self, page: Page) -> None:
        """Weights by class and below them the risk, beside both the weights' chart."""
        top = page.row
        page.heading("classes")
        columns = [
            Column("class", "class_names"),
            Column("now", "class_now", PERCENT, NOW),
            Column("after", 'IF(letter_held,"–",class_after)', PERCENT, AFTER),
            Column("target", "class_target", PERCENT, TARGET),
        ]
        first, last = page.table(CLASSES, columns, wrap=False)
        page.heading("risk_short")
        heads = [Column("", ""), *(Column(key, "", PERCENT, color) for key, color in STATES)]
        page.header(heads)
        page.line(self.say("vol"), [(formula, PERCENT) for formula in _unheld(vols())])
        shares = ["MIN(crisis_now)", "MIN(crisis_after)", "MIN(crisis_target)"]
        money = [f"{share}*{value}" for share, value in zip(shares, ("total_value", WORTH, WORTH), strict=True)]
        rows = (("worst_money", SIGNED, money), ("worst_share", SIGNED_PERCENT, shares))
        for key, format, formulas in rows:
            shown = _unheld([f'=IF(COUNT(crisis_now)=0,"–",{f})' for f in formulas])
            page.line(self.say(key), [(f, format) for f in shown])
        page.text(self.say("stated").replace("ONE", ONE_CRISIS), 2, 5, color=GREY)
        chart = charts.bars(
            [(page, first, last, k) for k in (3, 4, 5)], (page, first, last, 2), (NOW, AFTER, TARGET), "0%"
        )
        chart.legend, chart.y_axis.scaling.min = None, 0  # bars as long as what they show
        page.legend(top, 7, [*STATES[:2], ("", ""), STATES[2]])
        page.chart(chart, "classes_chart", (top + 1, page.row - 1), 7, 10, title=False)

    # What is held, and what to trade ---------------------------------------------------------------------------------

    def orders(self) -> None:
        """On one page, where it has room for them."""
        page = Page(self, "orders", TRADES)
        page.title()
        page.heading("holdings")
        self._holdings(page, SHORT)
        some = f"AND(n_assets>1,n_assets<={DRAWN})"
        rows = 2 * DRAWN
        page.legend(page.row, 2, [STATES[0], STATES[1], ("", ""), ("", ""), STATES[2]], some)
        page.name("xl_rows_", page.row, page.row)
        page.row += 1
        top = page.room(rows, f"(ROW($A$1:$A${rows})<=MAX({FEWEST},2*n_assets))*({some})")
        for row in range(top + 2 * SHOWN, top + rows):
            page.sheet.row_dimensions[row].hidden = True
        page.heading("order_title")
        page.text("=advice_line")
        page.text(self.say("phases"))
        self._traded(page, SHORT)
        self._remarks(page)
        self._costs(page)
        self._lots(page, SHORT_LOTS)
        page.show(f"=AND(NOT(letter_held),{SHORTLY})")
        page.done()
        columns = [
            Column("asset", f'IF({some},{page.short("asset_names")},"")'),
            *(Column(key, f'IF({some},w_{key},"")', PERCENT, color) for key, color in STATES),
        ]
        _, first, last = page.drawn(DRAWN, columns)
        chart = charts.bars(
            [(page, first, last, k) for k in (3, 4, 5)], (page, first, last, 2), (NOW, AFTER, TARGET), "0%"
        )
        chart.legend, chart.y_axis.scaling.min = None, 0
        page.chart(chart, "holdings_chart", (top, top + rows - 1), 2, page.last, title=False)

    def holdings(self) -> None:
        """All of them, on as many pages as they take; before them what there is to say of orders and costs."""
        page = Page(self, "holdings", TRADES, LISTED, LIST_ROW, pages=0)
        page.title()
        page.heading("order_title")
        page.text("=advice_line")
        page.text(self.say("phases"))
        self._remarks(page)
        self._costs(page)
        page.heading("holdings")
        page.repeated(page.row)
        self._holdings(page, self.room)
        page.show(f"=AND(NOT(letter_held),NOT({SHORTLY}))")
        page.done()

    def trades(self) -> None:
        """All orders, on as many pages as they take."""
        page = Page(self, "trades", TRADES, LISTED, LIST_ROW, pages=0)
        page.title()
        page.text(self.say("phases"))
        page.heading("order_list")
        page.repeated(page.row)
        self._traded(page, self.room)
        page.show(f"=AND(NOT(letter_held),NOT({SHORTLY}),n_orders>0)")
        page.done()

    def lots(self) -> None:
        """Of so many orders only where it costs something."""
        page = Page(self, "lots", TRADES, LISTED, LIST_ROW, pages=0)
        page.title()
        self._lots(page, self.room)
        page.repeated(5)
        page.show(f"=AND(NOT(letter_held),NOT({SHORTLY}),SUM(lot_rates)>0)")
        page.done()

    def _holdings(self, page: Page, room: int) -> None:
        columns = [
            *of_products("asset code level value now after target"),
            Column("off", "w_now-w_target", SIGNED_PERCENT),
            *of_products("risk_share"),
        ]
        first, last = page.table(room, columns)
        off = FormulaRule([f"ABS($I{first})>$I${last + 3}+0.000000001"], font=Font(bold=True, color=WARN))
        page.sheet.conditional_formatting.add(f"I{first}:I{last}", off)
        page.line(self.say("cash_left"), [("", ""), ("", ""), ("", ""), ("", ""), ("=1-SUM(w_after)", PERCENT)])
        weights = ["=SUM(w_now)", f"=SUM(w_after)+G{last + 1}", "=SUM(w_target)"]
        sums = [("=total_value", MONEY), *((formula, PERCENT) for formula in weights)]
        blank = ("", "")
        page.line(self.say("total"), [*[blank] * 2, *sums, *[blank] * 2], bold=True)
        page.line(self.say("threshold"), [*[blank] * 6, ("=drift_threshold", STATED)])
        for k in range(2, 10):
            cell = page.sheet.cell(page.row - 1, k)
            cell.font, cell.border = Font(name=cell.font.name, size=page.body, color=GREY), Border()
        page.text(self.say("holdings_note"), color=GREY)

    def _traded(self, page: Page, room: int) -> None:
        """The orders and their sums."""
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
        page.table(room, columns, when="n_orders>0")
        sums = [("", ""), ("", ""), ("=ROUND(SUM(order_money),2)", SIGNED), ("", ""), ("=SUM(order_costs)", CENTS), ("=SUM(order_fees)", CENTS), ("", ""), ("", "")]  # fmt: skip  # noqa: E501
        page.line(
            f'=IF(n_orders=0,"","{self.say("total")}")',
            [(f'=IF(n_orders=0,"",{f[1:]})', x) if f else ("", "") for f, x in sums],
            bold=True,
        )
        page.name("xl_rows_", page.row - 1, page.row - 1)

    def _remarks(self, page: Page) -> None:
        """What is to be said of the orders."""
        page.text(self.say("cash_after"), color=GREY)
        page.text(self.say("reserve"), color=GREY, hide=True)
        page.paragraphs("order_remarks", 8, color=WARN)
        page.paragraphs("withheld_reasons", 12, color=WARN)

    def _costs(self, page: Page) -> None:
        """Once and a year, now and after the orders."""
        page.heading("costs")
        heads = [Column("", ""), Column("in_money", "", MONEY), Column("of_value", "", PERCENT2)]
        page.header([heads[0], Column("", ""), Column("", ""), *heads[1:]])
        after = "SUMPRODUCT(w_after,ongoing_costs)+advisory_fee"
        now = "SUMPRODUCT(w_now,ongoing_costs)+advisory_fee"
        for key, money, share in (
            ("cost.once", "trade_cost", "trade_cost/total_value"),
            ("cost.now", f"({now})*total_value", now),
            ("cost.after", f"({after})*{WORTH}", after),
        ):
            page.line(self.say(key), [("", ""), ("", ""), (f"={money}", MONEY), (f"={share}", PERCENT2)])
        page.text(self.say("cost.note"), color=GREY)
        page.text(self.say("no_cost"), color=WARN, hide=True)

    def _lots(self, page: Page, room: int) -> None:
        """What sales take, where it decides their fees."""
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
        page.table(room, columns, when=some)

    # Risk ------------------------------------------------------------------------------------------------------------

    def risk(self) -> None:
        page = Page(self, "risk", "1 25 10 10 10 11.5 11.5 11.5 6 10")
        page.title()
        page.text(self.say("cov_from"), color=GREY)
        page.heading("whole")
        heads = ((("now"), NOW), ("after", AFTER), ("target", TARGET), ("equal_risk", ""))
        page.header([Column("measure", ""), *(Column(key, "", PERCENT, color) for key, color in heads)])
        weights = ("w_now", AFTER_WEIGHTS, "w_target", "parity_weights")
        rows = {}
        for key, format, formula in (
            ("vol", PERCENT, ""),
            ("ratio", NUMBER, "DIVERSIFICATION({w},cov_assets)"),
            ("effective", NUMBER, "EFFECTIVE_N({w})"),
            ("sharpe", NUMBER, "PORT_SHARPE({w},mu_assets,cov_assets,risk_free)"),
            ("expected", PERCENT, "PORT_RETURN({w},mu_assets)"),
        ):
            cells = (
                [formula.format(w=w) for w in weights]
                if formula
                else [*(v[2:-1] for v in vols()), "PORT_VOL(parity_weights,cov_assets)"]
            )
            rows[key] = page.row
            page.line(self.say(key), [(f'{{=IFERROR({cell},"–")}}', format) for cell in cells])
        some = 'INDEX(top_names,1)<>""'
        top = page.row
        page.heading("risk_from", some)
        columns = [
            Column("asset", "top_names"),
            Column("now", "top_weights", PERCENT, NOW),
            Column("risk_share", "top_risks", PERCENT, RISK),
            Column("risk_target", "top_target_risks", PERCENT, TARGET),
            Column("equal_risk", "top_parity", PERCENT),
        ]
        page.table(TOP, columns, when=some)
        page.free(LEAST - 1, f'IF(({some})*(ROWS(top_names)<ROW($A$2:$A${LEAST}))," ","")')
        page.legend(top, 7, [("now", NOW), ("risk_share", RISK)], "ROWS(top_names)>1")
        beside = top + 1, page.row - 1
        page.text(f'=IF({some},"{self.say("risk_note")}","")', color=GREY, hide=True)
        page.text(self.say("no_risk"), color=GREY, hide=True)
        self._crises(page)
        self._frontier(page, rows)
        columns = [
            Column("asset", f'IF(ROWS(top_names)>1,{page.short("top_names", True)},"")'),
            Column("now", 'IF(ROWS(top_names)>1,top_weights,"")', PERCENT, NOW),
            Column("risk_share", 'IF(ROWS(top_names)>1,top_risks,"")', PERCENT, RISK),
        ]
        _, first, last = page.drawn(TOP, columns)
        chart = charts.bars([(page, first, last, k) for k in (3, 4)], (page, first, last, 2), (NOW, RISK), "0%")
        chart.legend = None
        page.chart(chart, "risk_chart", beside, 7, 10, title=False)

    def _crises(self, page: Page) -> None:
        some = "COUNT(crisis_now)>0"
        page.heading("crises", some)

        def known(name: str, times: str = "") -> str:
            return f'IF({name}="","",{name}{times})'

        columns = [
            Column("crisis", "crisis_names"),
            Column("now", "crisis_now", SIGNED_PERCENT, NOW),
            Column("after", "crisis_after", SIGNED_PERCENT, AFTER),
            Column("target", "crisis_target", SIGNED_PERCENT, TARGET),
            Column("money_now", known("crisis_now", "*total_value"), SIGNED, NOW),
            Column("money_after", known("crisis_after", f"*{WORTH}"), SIGNED, AFTER),
            Column("costs_most", "crisis_worst"),
        ]
        first, last = page.table(CRISES, columns, when=some)
        chart = charts.bars(
            [(page, first, last, k) for k in (3, 4, 5)], (page, first, last, 2), (NOW, AFTER, TARGET), "0%"
        )
        chart.type, chart.x_axis.scaling.orientation = "col", "minMax"
        top = page.room(11, some)
        page.chart(chart, "crises_chart", (top, page.row - 1), 2, 10, title=False)
        page.text(f'=IF({some},"{self.say("crises_note")}","")', color=GREY, hide=True)

    def _frontier(self, page: Page, rows: dict[str, int]) -> None:
        """The curve, and the portfolio's three states as they stand in the table of measures; ends the page."""
        some = 'INDEX(frontier_vols,1)<>""'
        page.heading("frontier", some)
        top = page.room(13, some)
        bottom = page.row - 1
        page.text(f'=IF({some},"{self.say("frontier_note")}","")', color=GREY, hide=True)
        page.done()
        columns = [
            Column("point", f'IF(frontier_vols="","","{self.say("curve")}")'),
            Column("expected", "frontier_returns", PERCENT),
            Column("vol_short", "frontier_vols", PERCENT),
        ]
        _, first, last = page.drawn(FRONTIER, columns)
        states = ("now", "after", "target")
        for k, key in enumerate(states, 3):
            up, across = (
                f'=IF({some},IF(ISNUMBER({page.at(k, rows[r])}),{page.at(k, rows[r])},""),"")'
                for r in ("expected", "vol")
            )
            page.line(self.say(key), [(up, PERCENT), (across, PERCENT)])
        points = [(page, last + k, last + k, 3) for k in (1, 2, 3)]
        ranges = [(page, first, last, 3), *points]
        chart = charts.curve_and_points(ranges, tuple(map(self.say, ("curve", *states))), "0%")
        for line, color in zip(chart.series[1:], (NOW, AFTER, TARGET), strict=True):
            line.marker.symbol, line.marker.graphicalProperties = "circle", charts._filled(color)
            line.marker.size = 8
        chart.series[0].graphicalProperties.line.solidFill = GREY
        page.chart(
            chart, "frontier_chart", (top, bottom), 2, 10, self.say("vol_short"), self.say("expected"), title=False
        )


def _unheld(formulas: list[str]) -> list[str]:
    """Of three states the one after the orders is not shown to whom nothing is recommended."""
    now, after, target = formulas
    opening, inside, closing = ("{=", after[2:-1], "}") if after.startswith("{") else ("=", after[1:], "")
    return [now, f'{opening}IF(letter_held,"–",{inside}){closing}', target]


def vols() -> list[str]:
    """Volatility now, after the orders (cash left over has none) and at target."""
    after = f"IF(SUM(w_after)>0,PORT_VOL({AFTER_WEIGHTS},cov_assets)*SUM(w_after),0)"
    return [f"{{={formula}}}" for formula in ("PORT_VOL(w_now,cov_assets)", after, "PORT_VOL(w_target,cov_assets)")]
