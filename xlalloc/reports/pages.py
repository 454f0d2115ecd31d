"""The sheets of one client's report."""

from openpyxl.utils import get_column_letter as letter

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import ENOUGH_FUNDS, Result
from xlalloc.reports.trading import charges, lot_fee, sold_lots
from xlalloc.reports.write import Sheet, document
from xlalloc.templates.layout import (
    DATE,
    MONEY,
    NUMBER,
    PERCENT,
    PERCENT2,
    PLAIN,
    SIGNED,
    SIGNED_PERCENT,
    WARN,
    Document,
)
from xlalloc.version import __version__

CHART_ROWS = 20
WEALTH_ROWS = 16
ACROSS = 8  # correlations beside each other
UNITS = "#,##0.##"
PER_PERIOD = {252: "every.day", 52: "every.week", 12: "every.month", 4: "every.quarter", 1: "every.year"}
RATIOS = {
    "Sharpe ratio",
    "Sortino ratio",
    "Calmar ratio",
    "omega",
    "skewness",
    "excess kurtosis",
    "information ratio",
    "beta",
}
DEFINITIONS = ("weight", "deviation", "signal", "orders", "fee", "return", "vol", "risk_share", "parity", "ratio", "effective", "policy",
               "annual", "sharpe", "sortino", "drawdown", "var", "benchmark")  # fmt: skip


def build(result: Result, digest: str, remark: str, illustrative: bool) -> Document:
    """A client's whole workbook, in memory."""
    report = Report(result, digest, remark, illustrative)
    report.fill()
    return report.document


class Report:
    """Fills the sheets in the order they are read."""

    def __init__(self, result: Result, digest: str, remark: str, illustrative: bool):
        self.result, self.digest, self.remark, self.illustrative = result, digest, remark, illustrative
        self.document = document(result.lang)
        self.say = self.document.say

    def fill(self) -> None:
        self.document.book.properties.title = self.say("summary.title")
        pages = {}
        for key in ("summary", "allocation", "risk", "performance", "plan", "notes"):
            if key != "plan" or self.result.plan:
                pages[key] = Sheet(self.document, f"report.{key}")
        for key, page in pages.items():
            getattr(self, key)(page)
        self._charts(pages["summary"], pages["allocation"], pages["risk"])

    def _title(self, page: Sheet, subtitle: str = "") -> None:
        page.title(subtitle)
        if self.illustrative:
            page.note("report.illustrative", color=WARN, bold=True)

    # Summary ---------------------------------------------------------------------------------------------------------

    def summary(self, page: Sheet) -> None:
        r, say = self.result, self.say
        words = [say("summary.line", model=r.model, id=r.client.id)]
        if r.as_of:
            words.append(say("summary.as_of", date=f"{r.as_of}"))
        if r.client.adviser:
            words.append(say("summary.adviser", adviser=r.client.adviser))
        self._title(page, " · ".join(words))
        cell = page.sheet.cell(2, 2)
        cell.value, cell.data_type = r.client.name, "s"
        signal = r.due if isinstance(r.due, ErrorValue) else say("client.due" if r.due else "client.not_due")
        page.row += 1
        page.tiles([
            ("client.value", r.value, MONEY), ("client.drift", r.largest[4], SIGNED_PERCENT), ("client.signal", signal, PLAIN),
            ("summary.expected", r.measures["risk.return"][1], PERCENT), ("summary.vol", r.measures["risk.vol"][1], PERCENT),
        ])  # fmt: skip
        page.row += 1
        page.line("summary.todo", self._todo())
        page.line("summary.level", *self._suitability())
        low, high = ENOUGH_FUNDS
        page.line(
            "summary.funds",
            say(
                "summary.funds_" + ("few" if r.funds < low else "many" if r.funds > high else "fine"),
                n=r.funds,
                low=low,
                high=high,
            ),
        )
        if r.policy:
            self._policy(page)
        self.chart_row = page.row + 1
        page.row += CHART_ROWS + 3
        page.note("disclaimer")

    def _todo(self) -> str:
        r, say = self.result, self.say
        if isinstance(r.orders, ErrorValue):
            return say("summary.no_orders", error=str(r.orders))
        largest = say(
            "summary.largest",
            asset=r.largest[0],
            deviation=f"{r.largest[4]:+.1%}",
            threshold=f"{r.client.threshold:.1%}",
        )
        rule = (
            say("summary.calendar", frequency=say("every." + r.client.frequency))
            if r.calendar_known
            else say("summary.no_calendar")
        )
        if not r.sales and not r.purchases:
            return f"{say('summary.nothing')} {largest} {rule}"
        words = [say("summary.rebalance" if r.due is True else "summary.cash_only")]
        if r.sales:
            words.append(say("summary.sell", n=len(r.sales), money=f"{-sum(o.money for o in r.sales):,.0f}"))
        if r.purchases:
            words.append(say("summary.buy", n=len(r.purchases), money=f"{sum(o.money for o in r.purchases):,.0f}"))
        words.append(say("summary.costs", cost=f"{r.orders.costs.sum():,.0f}"))
        return ("" if self.document.lang == "zh" else " ").join([*words, largest, rule])

    def _suitability(self) -> tuple[str, bool]:
        r, say = self.result, self.say
        if r.client.risk_level is None:
            return say("summary.level_missing"), True
        words = say("summary.level_is", level=f"C{r.client.risk_level}")
        if r.client.assessed_on:
            words += say("summary.assessed", date=f"{r.client.assessed_on}")
        expired = bool(r.client.assessment_expires and r.as_of and r.client.assessment_expires < r.as_of)
        if expired:
            words += say("summary.expired", date=f"{r.client.assessment_expires}")
        if r.above_level:
            return words + say("summary.above", assets=self._joined(r.above_level)), True
        return words + say("summary.none_above"), expired

    def _joined(self, names: list[str]) -> str:
        return ("、" if self.document.lang == "zh" else ", ").join(names)

    def _policy(self, page: Sheet) -> None:
        """The ranges stated for the model beside what the assumptions imply for it and for today's weights."""
        say, stated = self.say, self.result.policy["stated"]
        page.heading("summary.policy")
        limit = stated.get("drawdown")
        ranges = {
            "return": self._range(stated["return_low"], stated["return_high"]), "volatility": self._range(stated["vol_low"], stated["vol_high"]),
        }  # fmt: skip
        rows = []
        for target, now in zip(self.result.policy["target"], self.result.policy["now"], strict=True):
            shown = ranges.get(target[0]) or (
                say("summary.no_deeper", limit=f"{abs(limit):.0%}") if limit is not None else None
            )
            rows.append(
                [
                    say("measure." + target[0]),
                    shown,
                    target[2],
                    say("verdict." + target[3]),
                    now[2],
                    say("verdict." + now[3]),
                ]
            )
        header = [
            "policy.measure",
            "summary.stated",
            "summary.of_target",
            "policy.verdict",
            "summary.of_now",
            "policy.verdict",
        ]
        first, last = page.table(header, rows, [PLAIN, PLAIN, PERCENT, PLAIN, PERCENT, PLAIN])
        for column in ("E", "G"):
            page.emphasise(
                f"{column}{first}:{column}{last}",
                f'AND({column}{first}<>"{say("verdict.inside")}",{column}{first}<>"{say("verdict.not stated")}")',
            )
        page.note("summary.policy_note")

    def _range(self, low: float, high: float) -> str:
        return f"{low:.0%}–{high:.0%}" if low != high else f"{low:.0%}"

    def _charts(self, page: Sheet, allocation: Sheet, risk: Sheet) -> None:
        """Two charts side by side, from the cells of the other sheets."""
        last = len(self.result.names) - 1
        page.row = self.chart_row
        a, b = self.allocation_row, self.risk_row
        page.bar_picture("summary.weights_chart", (allocation, a, a + last, 2),
                         [(allocation, a, a + last, 4), (allocation, a, a + last, 5)], CHART_ROWS, 2, 5)  # fmt: skip
        shares = self.result.risk_now
        negative = not isinstance(shares, ErrorValue) and bool(min(shares) < 0)
        page.bar_picture(
            "summary.risk_chart",
            (risk, b, b + last, 2),
            [(risk, b, b + last, k) for k in (3, 4)],
            CHART_ROWS,
            6,
            10,
            negative,
        )

    # Allocation ------------------------------------------------------------------------------------------------------

    def allocation(self, page: Sheet) -> None:
        r = self.result
        self._title(page)
        page.heading("allocation.orders")
        failed = r.orders if isinstance(r.orders, ErrorValue) else None
        trades = [failed] * len(r.names) if failed else r.orders.trades.tolist()
        costs = [failed] * len(r.names) if failed else r.orders.costs.tolist()
        after = [failed] * (len(r.names) + 1) if failed else r.orders.after
        rows = [
            [*row[:5], trade, cost, weight]
            for row, trade, cost, weight in zip(r.drift, trades, costs, after[:-1], strict=True)
        ]
        cash = failed or r.orders.cash
        rows.append([self.say("cash"), 0.0, 0.0, 0.0, None, cash, None, after[-1]])
        total = None if failed else float(r.orders.trades.sum()) + r.orders.cash
        rows.append(
            [
                self.say("total"),
                r.value,
                1.0,
                1.0,
                None,
                failed or total,
                failed or float(r.orders.costs.sum()),
                failed or 1.0,
            ]
        )
        header = [
            "asset",
            "report.value",
            "report.weight",
            "report.target",
            "allocation.deviation",
            "report.trade",
            "allocation.cost",
            "allocation.after",
        ]
        formats = [PLAIN, MONEY, PERCENT, PERCENT, SIGNED_PERCENT, SIGNED, NUMBER, PERCENT]
        first, last = page.table(header, rows, formats, bold_from=len(rows) - 1)
        self.allocation_row = first
        page.bars(f"D{first}:D{last - 2}")
        page.emphasise(f"F{first}:F{last - 2}", f"ABS(F{first})>{r.client.threshold + 1e-9!r}")
        page.note("report.allocation_note", threshold=f"{r.client.threshold:.1%}")
        for text in self._outside():
            page.remark(text, WARN)
        if not failed:
            self._sales(page)
            self._purchases(page)
            for i, why in r.orders.held_back.items():
                page.remark(self.say(why, asset=r.names[i], minimum=f"{r.held[i].asset.min_buy:,.0f}"), WARN)
            if r.sales or r.purchases:
                page.row += 1
                n = len(r.names)
                page.bar_picture(
                    "allocation.after_chart",
                    (page, first, first + n - 1, 2),
                    [(page, first, first + n - 1, k) for k in (4, 5, 9)],
                    5 + 3 * n,
                )

    def _outside(self) -> list[str]:
        """Weights outside the model's own limits."""
        found = []
        for row, position in zip(self.result.drift, self.result.held, strict=True):
            low, high = position.limits
            if (low is not None and row[2] < low) or (high is not None and row[2] > high):
                limits = f"{0 if low is None else low:.1%}–{1 if high is None else high:.1%}"
                found.append(self.say("allocation.outside", asset=row[0], weight=f"{row[2]:.1%}", limits=limits))
        return found

    def _sales(self, page: Sheet) -> None:
        r = self.result
        page.heading("allocation.phase1")
        if not r.sales:
            page.note("allocation.no_sales")
            return
        rows = [
            [
                r.names[o.index],
                -o.money,
                -o.units if o.units is not None else None,
                o.cost,
                o.fee,
                int(r.held[o.index].asset.settle_days),
            ]
            for o in r.sales
        ]
        rows.append(
            [
                self.say("total"),
                -sum(o.money for o in r.sales),
                None,
                sum(o.cost for o in r.sales),
                sum(o.fee for o in r.sales),
                None,
            ]
        )
        header = [
            "asset",
            "allocation.sell",
            "allocation.units",
            "allocation.cost",
            "allocation.fee",
            "allocation.settles",
        ]
        page.table(header, rows, [PLAIN, MONEY, UNITS, NUMBER, NUMBER, "0"], bold_from=len(rows) - 1)
        self._lots(page)

    def _lots(self, page: Sheet) -> None:
        """Which lots a fund's sale takes, where that decides its redemption fee."""
        r = self.result
        rows = []
        for order in r.sales:
            position = r.held[order.index]
            for lot, taken in (
                sold_lots(position, -order.money) if charges(position.asset) or len(position.lots) > 1 else []
            ):
                days = (r.as_of - lot.bought_on).days if lot.bought_on and r.as_of else None
                rows.append(
                    [
                        r.names[order.index],
                        lot.account or None,
                        lot.bought_on,
                        days,
                        taken,
                        lot_fee(position, lot, r.as_of),
                    ]
                )
        if rows:
            page.row += 1
            page.note("allocation.fifo")
            page.table(["asset", "allocation.account", "allocation.bought", "allocation.days", "allocation.taken", "allocation.fee_rate"], rows,
                       [PLAIN, PLAIN, DATE, "0", MONEY, PERCENT2])  # fmt: skip

    def _purchases(self, page: Sheet) -> None:
        r = self.result
        page.heading("allocation.phase2" if r.sales else "allocation.phase2_now", days=f"{r.settle_days:g}")
        if not r.purchases:
            page.note("allocation.no_purchases")
            return
        rows = []
        for o in r.purchases:
            level = r.held[o.index].asset.risk_level
            remark = " ".join(self.say(flag) for flag in o.flags) or None
            rows.append([r.names[o.index], o.money, o.units, o.cost, f"R{level}" if level else None, remark])
        rows.append(
            [self.say("total"), sum(o.money for o in r.purchases), None, sum(o.cost for o in r.purchases), None, None]
        )
        header = [
            "asset",
            "allocation.buy",
            "allocation.units",
            "allocation.cost",
            "allocation.level",
            "allocation.flag",
        ]
        first, _ = page.table(header, rows, [PLAIN, MONEY, UNITS, NUMBER, PLAIN, PLAIN], bold_from=len(rows) - 1)
        for row, order in enumerate(r.purchases, first):
            if order.flags:
                page.sheet.cell(row, 7).font = self.document.font(bold=True, color=WARN)
        page.note("allocation.cash_left", cash=f"{r.orders.cash:,.2f}")

    # Risk ------------------------------------------------------------------------------------------------------------

    def risk(self, page: Sheet) -> None:
        r = self.result
        self._title(page)
        page.note("report.cov_" + (r.cov_from or "none"), color="1F2933")
        page.heading("risk.by_asset")
        n = len(r.names)
        columns = [
            [row[2] for row in r.drift],
            self._column(r.risk_now),
            [row[3] for row in r.drift],
            self._column(r.risk_target),
            r.equal,
            self._column(r.parity),
        ]
        rows = [[name, *(column[i] for column in columns)] for i, name in enumerate(r.names)]
        header = [
            "asset",
            "report.weight",
            "report.risk_now",
            "report.target",
            "report.risk_target",
            "report.equal",
            "report.parity",
        ]
        first, last = page.table(header, rows, [PLAIN, *[PERCENT] * 6])
        self.risk_row = first
        for column in "CD":
            page.bars(f"{column}{first}:{column}{last}")
        if r.no_risk:
            page.remark(self.say("report.no_risk", assets=self._joined(r.no_risk)))
        page.heading("risk.whole")
        formats = {"risk.return": PERCENT, "risk.vol": PERCENT}
        self._measures(page, formats)
        page.row += 1
        page.bar_picture(
            "report.parity_chart", (page, first, last, 2), [(page, first, last, k) for k in (3, 7, 8)], 5 + 3 * n
        )
        page.row += 6 + 3 * n
        self._correlations(page)
        if r.stress:
            self._stress(page)
        if r.frontier:
            self._frontier(page)

    def _measures(self, page: Sheet, formats: dict) -> None:
        page.header(["risk.measure", "risk.of_now", "risk.of_target", "risk.of_rp"])
        for key, cells in self.result.measures.items():
            page.put(page.row, 2, self.say(key))
            for j, value in enumerate(cells):
                page.show(page.row, 3 + j, value, formats.get(key, NUMBER), align="right")
            page.row += 1

    def _column(self, values) -> list:
        return [values] * len(self.result.names) if isinstance(values, ErrorValue) else list(values)

    def _correlations(self, page: Sheet) -> None:
        """The lower triangle, eight columns at a time."""
        r = self.result
        page.heading("report.correlations")
        if isinstance(r.correlations, ErrorValue):
            page.show(page.row, 2, r.correlations)
            page.row += 1
            return
        for left in range(0, len(r.names), ACROSS):
            names = r.names[left : left + ACROSS]
            page.header(["asset", *names])
            for j, name in enumerate(names):  # a header says its key where that is no text of ours
                cell = page.sheet.cell(page.row - 1, 3 + j)
                cell.value, cell.data_type = name, "s"
            top = page.row
            for i in range(left, len(r.names)):
                page.name(page.row, r.names[i])
                for j in range(left, min(i + 1, left + ACROSS)):
                    page.show(page.row, 3 + j - left, r.correlations[i][j], NUMBER, align="right")
                page.row += 1
            page.heat(f"C{top}:{letter(2 + len(names))}{page.row - 1}")
            page.row += 1

    def _stress(self, page: Sheet) -> None:
        """What today's weights would have lost in each scenario; the source of the figures below it."""
        page.heading("report.stress")
        if isinstance(self.result.stress, ErrorValue):
            page.show(page.row, 2, self.result.stress)
            page.row += 1
            return
        rows = [
            [title, loss, loss * self.result.value, worst if worst != "none" else None]
            for title, loss, worst, _ in self.result.stress
        ]
        page.table(
            ["report.scenario", "report.loss", "report.loss_money", "report.worst"],
            rows,
            [PLAIN, SIGNED_PERCENT, SIGNED, PLAIN],
        )
        page.note("report.stress_note")

    def _frontier(self, page: Sheet) -> None:
        """Least risk for each return, long only; the columns after the first three are weights."""
        r = self.result
        page.heading("report.frontier")
        rows = [[self.say("report.frontier_point", k=k), *row[:3]] for k, row in enumerate(r.frontier, 1)]
        rows.append(
            [self.say("risk.of_now"), *(r.measures[key][0] for key in ("risk.return", "risk.vol", "risk.sharpe"))]
        )
        rows.append(
            [self.say("risk.of_target"), *(r.measures[key][1] for key in ("risk.return", "risk.vol", "risk.sharpe"))]
        )
        page.table(
            ["report.frontier_at", "risk.return", "risk.vol", "risk.sharpe"],
            rows,
            [PLAIN, PERCENT, PERCENT, NUMBER],
            bold_from=len(rows) - 2,
        )

    # Performance -----------------------------------------------------------------------------------------------------

    def performance(self, page: Sheet) -> None:
        h = self.result.history
        self._title(page)
        if h is None or not h.series:
            page.note("report.no_history", color="1F2933")
            if h and h.missing:
                page.remark(self.say("report.no_prices", assets=self._joined(h.missing)))
            return
        page.note(
            "report.history_span",
            color="1F2933",
            first=f"{h.first}",
            last=f"{h.last}",
            n=h.count,
            every=self.say(PER_PERIOD[h.periods]),
        )
        if h.under_a_year:
            page.note("report.under_a_year", color=WARN, bold=True)
        page.heading("performance.kpis")
        names = [f"report.series_{name}" for name in h.series]
        rows = [[self.say("measure." + measure), *cells] for measure, *cells in h.kpis]
        page.header(["risk.measure", *names])
        for (measure, *_), (label, *cells) in zip(h.kpis, rows, strict=True):
            format = NUMBER if measure in RATIOS else "0" if measure == "underwater periods" else PERCENT
            page.show(page.row, 2, label)
            for j, value in enumerate(cells):
                page.show(page.row, 3 + j, value, format, align="right")
            page.row += 1
        self._years(page, names)
        charts = page.row + 1
        page.row += 2 * WEALTH_ROWS + 2
        self._points(page, names, charts)

    def _years(self, page: Sheet, names: list[str]) -> None:
        h = self.result.history
        page.heading("report.years")
        rows = [
            [f"{year}" if whole else self.say("report.part_year", year=year), *cells] for year, whole, *cells in h.years
        ]
        page.table(["report.year", *names], rows, [PLAIN, *[SIGNED_PERCENT] * len(names)])

    def _points(self, page: Sheet, names: list[str], charts: int) -> None:
        h, k = self.result.history, len(names)
        page.new_page()
        page.heading("performance.series")
        header = [
            "performance.date",
            *[self.say("report.wealth_of", name=self.say(n)) for n in names],
            *[self.say("report.depth_of", name=self.say(n)) for n in names],
        ]
        first, last = page.table(header, h.points, [DATE, *["0.000"] * k, *[PERCENT] * k])
        end, page.row = page.row, charts
        labels = (page, first, last, 2)
        lowest = min(min(row[1 : 1 + k]) for row in h.points)
        page.line_picture(
            "performance.wealth_chart",
            labels,
            [(page, first, last, 3 + j) for j in range(k)],
            WEALTH_ROWS,
            "0.0",
            int(lowest * 10) / 10,
        )
        page.line_picture(
            "performance.drawdown_chart",
            labels,
            [(page, first, last, 3 + k + j) for j in range(k)],
            WEALTH_ROWS - 2,
            "0%",
        )
        page.row = end

    # Plan ------------------------------------------------------------------------------------------------------------

    def plan(self, page: Sheet) -> None:
        plan, client, say = self.result.plan, self.result.client, self.say
        self._title(page)
        page.row += 1
        page.tiles([
            ("plan.chance", plan["chance"], PERCENT), ("plan.goal", client.goal, MONEY), ("plan.years", client.goal_years, "0.#"),
            ("plan.wealth", plan["wealth"], MONEY), ("plan.monthly", client.monthly, MONEY),
        ])  # fmt: skip
        if not isinstance(plan["mean"], ErrorValue) and not isinstance(plan["vol"], ErrorValue):
            page.note("plan.assumptions", mean=f"{plan['mean']:.1%}", vol=f"{plan['vol']:.1%}")
        if plan["bands"]:
            page.heading("plan.bands")
            page.note("plan.bands_note")
            header = ["plan.year", *[say("plan.quantile", share=q) for q in ("5%", "25%", "50%", "75%", "95%")]]
            first, last = page.table(header, plan["bands"], ["0", *[MONEY] * 5])
            page.row += 1
            page.line_picture(
                "plan.bands_chart",
                (page, first, last, 2),
                [(page, first, last, k) for k in (3, 5, 7)],
                WEALTH_ROWS,
                MONEY,
                dated=False,
            )
        page.heading("plan.fees")
        page.table(
            ["plan.fee", "plan.fee_takes"], [[f"{fee:.2%}", taken] for fee, taken in plan["fees"]], [PLAIN, PERCENT]
        )
        page.note("plan.note")

    # Notes -----------------------------------------------------------------------------------------------------------

    def notes(self, page: Sheet) -> None:
        r, say = self.result, self.say
        self._title(page)
        page.note("disclaimer", color="1F2933", bold=True)
        page.heading("report.definitions")
        for key in DEFINITIONS:
            page.line(f"define.{key}.name", say(f"define.{key}"))
        page.heading("report.data")
        rows = [[name, p.price_date, p.price, f"R{p.asset.risk_level}" if p.asset.risk_level else None, p.asset.code or None]
                for name, p in zip(r.names, r.held, strict=True)]  # fmt: skip
        page.table(
            ["asset", "report.price_date", "report.price", "allocation.level", "report.code"],
            rows,
            [PLAIN, DATE, "#,##0.000", PLAIN, PLAIN],
        )
        page.note("report.cov_" + (r.cov_from or "none"))
        if self.remark:
            page.remark(say("report.remark", remark=self.remark))
        if r.stress and not isinstance(r.stress, ErrorValue):
            page.heading("report.stress_sources")
            for title, _, _, source in r.stress:
                page.remark(f"{title}: {source}")
        if r.problems:
            page.heading("report.findings")
            for problem in r.problems:
                page.remark(f"{problem.wrong(r.lang)} {problem.what_was_done(r.lang)}")
        if r.reasons:
            page.heading("report.reasons")
            for what, reason in r.reasons.items():
                page.remark(f"{what} {reason}")
        page.heading("report.made")
        page.note("report.version", version=__version__)
        page.note("report.digest", digest=self.digest)
