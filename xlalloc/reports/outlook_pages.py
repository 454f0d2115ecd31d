"""Looking back on simulated prices, looking ahead by scenario: the performance and the plan sheet."""

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.history import History
from xlalloc.reports.write import Sheet, joined
from xlalloc.templates.layout import DATE, INK, MONEY, NUMBER, PERCENT, PLAIN, SIGNED_PERCENT, WARN

CHART_ROWS = 16
PLAIN_NUMBERS = frozenset(
    ["Sharpe ratio", "Sortino ratio", "Calmar ratio", "omega", "skewness", "excess kurtosis", "information ratio",
     "beta"]
)  # fmt: skip


def performance(page: Sheet, r: Result) -> None:
    """Key figures, calendar years, wealth and drawdown of today's weights, the target and the benchmark."""
    h, say = r.history, page.document.say
    if h is None or not h.series:
        page.note("report.no_history", color=INK)
        if h and h.missing:
            page.remark(say("report.no_prices", assets=joined(h.missing, r.lang)))
        return
    period = say(f"period.{h.periods}")
    page.note("report.history_span", color=INK, first=f"{h.first}", last=f"{h.last}", n=h.count, period=period)
    if h.under_a_year:
        page.note("report.under_a_year", color=WARN, bold=True)
    names = [f"performance.{name}" for name in h.series]
    page.heading("performance.kpis")
    page.header(["risk.measure", *names])
    for measure, *cells in h.kpis:
        format = NUMBER if measure in PLAIN_NUMBERS else "0" if measure == "underwater periods" else PERCENT
        page.cells([say(f"kpi.{measure}", period=period), *cells], (PLAIN, *[format] * len(cells)))
    page.heading("report.years")
    years = [f"{year}" if whole else say("report.part_year", year=year) for year, whole, *_ in h.years]
    grown = [[row[2 + j] for row in h.years] for j in range(len(names))]
    page.table(
        ("report.year", PLAIN, years), *((name, SIGNED_PERCENT, g) for name, g in zip(names, grown, strict=True))
    )
    page.together(2 * CHART_ROWS + 2)
    charts = page.row + 1
    page.row += 2 * CHART_ROWS + 2
    _points(page, h, names, charts)


def _points(page: Sheet, h: History, names: list[str], charts: int) -> None:
    """The series, and the charts made of them above."""
    say, k = page.document.say, len(names)
    page.heading("performance.series")
    columns = [list(column) for column in zip(*h.points, strict=True)]
    wealth = [(name, "0.000", column) for name, column in zip(names, columns[1 : 1 + k], strict=True)]
    falls = [say("report.depth_of", name=say(name)) for name in names]
    depth = [(title, PERCENT, column) for title, column in zip(falls, columns[1 + k :], strict=True)]
    first, last = page.table(("performance.date", DATE, columns[0]), *wealth, *depth, repeat=True)
    end, page.row = page.row, charts
    dates = (page, first, last, 2)
    lowest = int(10 * min(min(column) for _, _, column in wealth)) / 10
    series = [(page, first, last, 3 + j) for j in range(k)]
    page.line_picture("performance.wealth_chart", dates, series, CHART_ROWS, "0.0", lowest)
    series = [(page, first, last, 3 + k + j) for j in range(k)]
    page.line_picture("performance.drawdown_chart", dates, series, CHART_ROWS - 2, "0%")
    page.row = end


def plan(page: Sheet, r: Result) -> None:
    """The chance of the goal, the range of wealth until then, what fees take of it."""
    found, client = r.plan, r.client
    page.row += 1
    page.tiles(
        ("client.chance", found["chance"], "0%"),
        ("client.goal", client.goal, MONEY),
        ("client.goal_years", client.goal_years, "0.#" if client.goal_years % 1 else "0"),
        ("plan.wealth_flow" if client.cash_flow else "plan.wealth", found["wealth"], MONEY),
        ("plan.taken" if client.monthly < 0 else "plan.saved", client.monthly, f"{MONEY};{MONEY}"),
    )
    if not isinstance(found["mean"], ErrorValue) and not isinstance(found["vol"], ErrorValue):
        _assumptions(page, r)
    if found["bands"]:
        _bands(page, found["bands"])
    page.heading("plan.fees")
    fees = [f"{fee:.2%}" for fee, _ in found["fees"]]
    page.table(("plan.fee", PLAIN, fees), ("plan.fee_takes", PERCENT, [taken for _, taken in found["fees"]]))
    page.note("plan.fees_note")
    page.note("plan.note")


def _assumptions(page: Sheet, r: Result) -> None:
    """The return and risk the plan is computed with, what is taken off, and whose money it is in."""
    found, client, say, inflation = r.plan, r.client, page.document.say, r.firm.inflation
    money = say("plan.real", inflation=f"{inflation:.1%}") if inflation else say("plan.nominal")
    words = {"mean": f"{found['mean']:.1%}", "vol": f"{found['vol']:.1%}", "fee": f"{client.advisory_fee:.2%}"}
    page.note("plan.assumptions", money=money, **words)
    if found["goal"] != client.goal:
        page.note("plan.goal_then", goal=f"{client.goal:,.0f}", today=f"{found['goal']:,.0f}")


def _bands(page: Sheet, bands: list[list]) -> None:
    page.heading("plan.bands")
    page.note("plan.bands_note")
    years, *quantiles = (list(column) for column in zip(*bands, strict=True))
    titles = [f"plan.q{level}" for level in (5, 25, 50, 75, 95)]
    columns = [(title, MONEY, values) for title, values in zip(titles, quantiles, strict=True)]
    first, last = page.table(("plan.year", "0", years), *columns)
    page.row += 1
    page.together(CHART_ROWS)
    series = [(page, first, last, k) for k in (5, 3, 7)]  # as the workbook's: the median first
    page.line_picture("plan.bands_chart", (page, first, last, 2), series, CHART_ROWS, MONEY, dated=False)
