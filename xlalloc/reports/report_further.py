"""The further pages of our report as a template: the account, the simulated past, where it leads, the appendix."""

from openpyxl.styles import Alignment

from xlalloc.reports.report_page import (
    AFTER,
    BENCH,
    CRISES,
    FINDINGS,
    NOW,
    PAIRS,
    PERIODS,
    POINTS,
    RISK,
    SHOWN,
    TARGET,
    Column,
    Page,
)
from xlalloc.reports.report_texts import DEFINITIONS
from xlalloc.templates.look import DATE, GREY, MONEY, NUMBER, PERCENT, PERCENT2, SIGNED, SIGNED_PERCENT


class FurtherPages:
    """Drawn by the report, whose words, names and book they use."""

    def account(self) -> None:
        """The account's own performance: net first, gross beside it and no larger."""
        page = Page(self, "account", "1.5 40 12 12 12 12 12")
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
        page.table(self.years, columns)
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
        page = Page(self, "past", "1.5 32 14.6 14.6 14.6 14.6 14.6")
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
        page.table(self.years, columns)
        page.text(self.say("past_warning"), color=GREY)
        page.show('=AND(simulated_shown,INDEX(path_dates,1)<>"")')
        page.done()
        self._past = page, top, falls

    def outlook(self) -> None:
        page = Page(self, "outlook", "1.5 20 17 17 17 17 17")
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
            page.like(cell, range(head + 2, head + self.bands + 3))
        for row in range(head + 1, head + self.bands + 3):
            if row > head + SHOWN + 2:
                page.sheet.row_dimensions[row].hidden = True
        page.put(2, head + 1, f'{{=IF(goal_amount="","",{bands})}}', "0")
        page.sheet.row_dimensions[head + 1].hidden = True
        first, last = head + 2, head + self.bands + 2
        page.name("xl_rows_", first, last)
        page.row = last + 1
        page.text(self.say("bands_note"), color=GREY)
        chart = page.lines([(head, first, last, k) for k in (5, 3, 7)], (first, last, 2), MONEY, (TARGET, RISK, GREY), dated=False)  # fmt: skip  # noqa: E501
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

    def appendix(self) -> None:
        page = Page(self, "appendix", "1.5 31 10 10 10 10 10 10 10 10")
        page.title()
        some = 'INDEX(finding_texts,1)<>""'
        page.heading("findings", some)
        page.paragraphs("finding_texts", FINDINGS)
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
        page.table(self.room, columns)
        page.text(self.say("source"), color=GREY)
        page.text(self.say("rates"), color=GREY)
        page.text(self.say("made_with"), color=GREY, size=8)
        self._paths(page)
        page.done()

    def _paths(self, page: Page) -> None:
        """What the lines of other pages are drawn from: the simulated past, and beside it the account's own."""
        some = 'AND(simulated_shown,INDEX(path_dates,1)<>"")'
        page.heading("path", f"OR(account_shown,{some})")
        head = page.row
        columns = [Column("date", f'IF({some},path_dates,"")', DATE)]
        for kind, key, format in (("path", "", SIGNED_PERCENT), ("depth", "depth.", PERCENT)):
            for name, color in (("now", NOW), ("target", TARGET), ("bench", BENCH)):
                columns.append(Column(f"{key}{name}", f'IF({some},{kind}_{name},"")', format, color))
        first, last = page.table(POINTS, columns, when=some, soft=True)
        page.row = head
        columns = [
            Column("date", 'IF(account_shown,account_path_dates,"")', DATE),
            Column("account_net", 'IF(account_shown,account_path,"")', SIGNED_PERCENT, AFTER),
        ]
        page.table(POINTS, columns, 9, when="account_shown", soft=True)
        for row in range(first, last + 1):
            page.sheet.row_dimensions[row].hidden = False
        past, top, falls = self._past
        for key, start, at, rows in (("wealth_chart", 3, top, 14), ("depth_chart", 6, falls, 11)):
            series = [(head, first, last, start + k) for k in range(3)]
            past.chart(page.lines(series, (first, last, 2), "0%", (NOW, TARGET, BENCH)), key, at, rows, 2, 7)
        account, top = self._account
        chart = page.lines([(head, first, last, 10)], (first, last, 9), "0%", (AFTER,))
        chart.legend = None
        account.chart(chart, "account_chart", top, 12, 2, 7)
