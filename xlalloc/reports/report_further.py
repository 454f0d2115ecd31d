"""The further pages of our report as a template: the account, the simulated past, where it leads, the appendix."""

from dataclasses import replace

from openpyxl.styles import Alignment

from xlalloc.reports.report_page import (
    AFTER,
    BENCH,
    CRISES,
    FEW,
    FINDINGS,
    LABEL,
    NOW,
    PAIRS,
    PERIODS,
    POINTS,
    SHORT,
    SHOWN,
    SMALL,
    SMALL_ROW,
    TARGET,
    Column,
    Page,
    Report,
    of_products,
)
from xlalloc.reports.report_texts import DEFINITIONS
from xlalloc.templates import charts
from xlalloc.templates.look import DATE, GREY, MONEY, NUMBER, PERCENT, PERCENT2, SIGNED, SIGNED_PERCENT

NO_GOAL = 'OR(goal_amount="",goal_years="")'


class FurtherPages(Report):
    def account(self) -> None:
        """The account's own performance: net first, gross beside it and no larger."""
        page = Page(self, "account", "1 40 13 13 13 13 13")
        page.title()
        page.text("=account_note", color=GREY)
        top = page.row
        page.row += 14
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
        several = "ROWS(account_years)>1"  # a picture of one bar says nothing
        years = page.room(10, several)
        columns = [
            Column("year", "account_years"),
            Column("net", "account_year_net", SIGNED_PERCENT, AFTER),
            Column("gross", "account_year_gross", SIGNED_PERCENT),
        ]
        page.table(self.years, columns)
        page.heading("account_money")
        for key, name, format in (
            ("first", "first_value", MONEY),
            ("in", "paid_in", MONEY),
            ("out", "taken_out", MONEY),
            ("gain", "gain_money", SIGNED),
            ("last", "last_value", MONEY),
            ("mwr", "money_weighted", SIGNED_PERCENT),
        ):
            page.line(self.say(f"account_{key}"), [(f'=IF(account_{name}="","–",account_{name})', format)])
        page.text(self.say("account_warning"), color=GREY)
        page.show("=account_shown")
        page.done()
        columns = [
            Column("date", "account_path_dates", DATE),
            Column("account_net", "account_path", SIGNED_PERCENT, AFTER),
        ]
        head, first, last = page.drawn(POINTS, columns)
        chart = page.lines([(head, first, last, 3)], (first, last, 2), "0%", (AFTER,))
        chart.legend = None
        page.chart(chart, "account_chart", (top, top + 13), 2, 7)
        columns = [
            Column("year", f'IF({several},account_years,"")'),
            Column("net", f'IF({several},account_year_net,"")', SIGNED_PERCENT, AFTER),
        ]
        _, first, last = page.drawn(self.years, columns)
        chart = charts.bars([(page, first, last, 3)], (page, first, last, 2), (AFTER,), "+0.0%;-0.0%")
        upright(chart)
        page.chart(chart, "account_years_chart", (years, years + 9), 2, 7, title=False)

    def past(self) -> None:
        page = Page(self, "past", "1 32 14.5 14.5 14.5 14.5 14.5")
        page.title()
        page.text("=past_note", color=GREY)
        top = page.row
        page.row += 15
        falls = page.row
        page.row += 12
        page.heading("past_measures")
        bench = 'IF(benchmark_name="","–",benchmark_name)'
        heads = [
            Column("now", "", PERCENT, NOW),
            Column("target", "", PERCENT, TARGET),
            Column("bench", "", PERCENT, BENCH),
        ]
        page.header([Column("measure", ""), *heads])
        formats = [SIGNED_PERCENT, SIGNED_PERCENT, PERCENT, PERCENT, NUMBER, PERCENT, SIGNED_PERCENT, PERCENT]
        page.figures("past_names", "past", ["now", "target", "bench"], formats)
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
        for key, kind, words, at, rows in (
            ("wealth_chart", "path", "", top, 15),
            ("depth_chart", "depth", "depth.", falls, 12),
        ):
            columns = [
                Column("date", "path_dates", DATE),
                *(
                    Column(f"{words}{name}", f"{kind}_{name}", SIGNED_PERCENT, color)
                    for name, color in (("now", NOW), ("target", TARGET), ("bench", BENCH))
                ),
            ]
            head, first, last = page.drawn(POINTS, columns)
            series = [(head, first, last, k) for k in (3, 4, 5)]
            page.chart(page.lines(series, (first, last, 2), "0%", (NOW, TARGET, BENCH)), key, (at, at + rows - 1), 2, 7)

    def outlook(self) -> None:
        page = Page(self, "outlook", "1 20 17 17 17 17 17")
        page.title()
        page.text(self.goal_line('goal_amount<>""'), size=11, bold=True)
        page.text(self.say("assumed"), color=GREY)
        top = page.row
        page.row += 18
        page.heading("bands")
        quantiles = [Column(f"plan.q{q}", "", MONEY) for q in (5, 25, 50, 75, 95)]
        page.header([Column("plan.year", ""), *quantiles])
        listed = page.row
        page.name("xl_rows_", listed, listed + FEW)
        page.row += FEW + 1
        page.text(self.say("bands_note"), color=GREY)
        page.heading("fees")
        page.header([Column("fee_yearly", "", PERCENT2), Column("fee_takes", "", PERCENT)])
        for fee in (0.0025, 0.005, 0.01, 0.015, 0.02):
            page.put(2, page.row, fee, PERCENT2, line=True)
            page.put(
                3,
                page.row,
                f'{{=IF({NO_GOAL},"",IFERROR(FEE_DRAG(B{page.row},goal_years,PORT_RETURN(w_target,mu_assets)),"–"))}}',
                PERCENT,
                line=True,
            )
            page.row += 1
        page.text(self.say("fees_note"), color=GREY)
        page.show(f"=AND(NOT({NO_GOAL}),projections_shown)")
        page.done()
        # every year is drawn, from a table that has a header of its own; of many years not every one is printed
        start = "total_value+cash_flow,monthly_saving,MAX(1,INT(goal_years))"
        more = "PORT_VOL(w_target,cov_assets),10000,1,inflation_rate"
        bands = f"WEALTH_BANDS({start},PORT_RETURN(w_target,mu_assets)-advisory_fee,{more})"
        head, _, last = page.drawn(
            self.bands + 2, [Column("plan.year", f'IF({NO_GOAL},"",{bands})', "0"), *quantiles], fill=False
        )
        first = head + 2
        page.sheet.row_dimensions[head + 1].hidden = True
        page.name("xl_rows_", first, last)
        years = "MAX(1,INT(goal_years))"
        step = f"INT(({years}+{FEW - 1})/{FEW})"
        steps = f"INT(({years}+{step}-1)/{step})"
        k = f"(ROW($A$1:$A${FEW + 1})-1)"
        rows = range(listed + 1, listed + FEW + 1)
        printed = f"$B${listed}:$B${rows[-1]}"
        year = f'IF({k}=0,0,IF({k}>{steps},"",{years}-{step}*({steps}-{k})))'
        page.like(page.put(2, listed, f'{{=IF({NO_GOAL},"",{year})}}', "0", line=True, align="left"), rows)
        for column in range(3, 8):
            found = f"LOOKUP({printed},$B${first}:$B${last},{page.at(column, first)}:{page.at(column, last)})"
            page.like(page.put(column, listed, f'{{=IF({printed}="","",{found})}}', MONEY, line=True), rows)
        for row in rows[2 * SHOWN + 3 :]:
            page.sheet.row_dimensions[row].hidden = True
        axis = self.say("money_axis")
        chart = page.lines(
            [(head, first, last, k) for k in (7, 5, 3)], (first, last, 2), axis, (TARGET, TARGET, TARGET), dated=False
        )
        for line, dash in zip(chart.series, ("sysDash", "solid", "sysDash"), strict=True):
            line.graphicalProperties.line.prstDash = dash
        page.chart(chart, "bands_chart", (top, top + 17), 2, 7, across=self.say("plan.year"))

    def appendix(self) -> None:
        page = Page(self, "appendix", "1 30 9.5 10 10 10 10 9.5 9 8", 8.5, 13.5, pages=0)
        page.title()
        page.sheet.print_title_rows = "1:1"
        some = 'INDEX(finding_texts,1)<>""'
        page.heading("findings", some)
        page.paragraphs("finding_texts", FINDINGS)
        page.heading("definitions")
        for term, key, when in DEFINITIONS:
            name, text = (
                f'=IF({when},"{words}","")' if when else words for words in map(self.say, (term, f"define.{key}"))
            )
            page.put(2, page.row, name, color=GREY).alignment = Alignment(vertical="top")
            page.text(text, 3, 10, hide=bool(when))
        page.heading("pairs", 'INDEX(alike_names,1)<>""')
        top = page.row
        columns = [Column("alike", "alike_names"), Column("corr", "alike_values", NUMBER)]
        page.table(PAIRS, columns, when='INDEX(alike_names,1)<>""', wrap=False)
        bottom, page.row = page.row, top
        page.header([Column("unlike", ""), Column("", ""), Column("", ""), Column("corr", "", NUMBER)], 5)
        page.sheet.cell(top, 5).alignment = Alignment(vertical="bottom", indent=1)
        for column, formula, format in (
            (5, "unlike_names", ""),
            (6, "", ""),
            (7, "", ""),
            (8, "unlike_values", NUMBER),
        ):
            page.like(
                page.put(column, page.row, f"{{={formula}}}" if formula else None, format, line=True),
                range(page.row + 1, bottom),
            )
        page.row = bottom
        page.heading("crisis_sources", "COUNT(crisis_now)>0")
        for k in range(1, CRISES + 1):
            page.text(
                f'=IFERROR(IF(INDEX(crisis_names,{k})="","",INDEX(crisis_names,{k})&"{self.say("colon")}"&INDEX(crisis_sources,{k})),"")',
                hide=True,
                color=GREY,
                size=LABEL,
            )
        page.heading("rates_title")
        page.text(self.say("rates"), color=GREY)
        page.text(self.say("source"), color=GREY, hide=True)
        page.text(self.say("made_with"), color=GREY, size=LABEL)
        few = f"n_assets<={SHORT}"
        page.heading("data", few)
        self._data(page, SHORT, few)
        page.done()

    def data(self) -> None:
        """Prices and assumptions of many assets, on as many pages as they take."""
        page = Page(self, "data", "1 30 9.5 10 10 10 10 9.5 9 8", SMALL, SMALL_ROW, pages=0)
        page.title()
        page.heading("data")
        page.repeated(page.row)
        self._data(page, self.room, wrap=False)
        page.show(f"=n_assets>{SHORT}")
        page.done()

    def _data(self, page: Page, room: int, when: str = "", wrap: bool = True) -> None:
        columns = [
            *of_products("asset code"),
            Column("price_day", "price_days", DATE),
            Column("price", "unit_prices", "#,##0.000"),
            Column("expected", "mu_assets", PERCENT),
            Column("vol_short", "vol_assets", PERCENT),
            Column("yearly_cost", "ongoing_costs", PERCENT2),
        ]
        if when:
            columns = [replace(column, formula=f'IF({when},{column.formula},"")') for column in columns]
        page.table(room, columns, when=when, wrap=wrap)


def upright(chart) -> None:
    """Columns from left to right in place of bars from top to bottom."""
    chart.type, chart.x_axis.scaling.orientation, chart.legend = "col", "minMax", None
