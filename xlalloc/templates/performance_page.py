"""The sheet Performance: simulated from today's weights, beside the target and the benchmark."""

from xlalloc.core.kpi import MEASURES, Measure
from xlalloc.plausible import STALE_AFTER
from xlalloc.templates import charts
from xlalloc.templates.blocks import Work, charted, looked_up, picked, plain, quote, sentence, table, within
from xlalloc.templates.layout import DATE, PERCENT, PLAIN, SIGNED_PERCENT
from xlalloc.templates.layout import letter as column_letter
from xlalloc.templates.look import OF_UNIT
from xlalloc.templates.work_page import WorkPage

SERIES = ("performance.now", "performance.target", "performance.benchmark")
RETURNS = {"now_returns": "w_today", "target_returns": "w_target", "bench_returns": "w_bench"}
AGAINST = sum(measure.against for measure in MEASURES.values())  # the last ones: the benchmark has none itself
COUNTS = tuple(map(str, STALE_AFTER))  # prices a year
GAPS, YEARLY = "{0,1.2,4.5,15,45,120,260}", f"{{{','.join(COUNTS)}}}"  # mean days between prices, prices a year
# The periods in which every asset has a price, with their dates, below a header.
COMPLETE = "PORT_SERIES(RETURNS(price_table),EQUAL_WEIGHTS(COLUMNS(price_heads)))"
YEARS = 5
CHART_ROWS = 16


def performance(work: Work) -> None:
    page = work.page("performance")
    top = page.row
    _key_figures(work, page)
    end, page.row = page.row, top
    _years(work, page)
    page.row = end + 1
    picture, page.row = page.row, page.row + 2 * CHART_ROWS + 1
    work.close(page)  # what follows is behind the printed page
    first, last = _months(work, page)
    _weights(work, page)
    copies = charted(page, first, last, [2, 6, 8, 9, 10])
    dates = (page, first, last, copies[0])
    page.row = picture
    for title, columns, format, up in (
        ("performance.wealth_chart", copies[1:3], "0.0", "performance.wealth_axis"),
        ("performance.drawdown_chart", copies[3:], "0%", "performance.drawdown_axis"),
    ):
        chart = charts.lines([(page, first, last, column) for column in columns], dates, format)
        page.curve_picture(title, chart, CHART_ROWS, up=up, alt=f"{title}_alt", ends=False)
        page.row += CHART_ROWS


def _key_figures(work: Work, page: WorkPage) -> None:
    """KPI_TABLE of the three series, the measures against the benchmark of the first two."""
    words = ",".join(quote(work.say(f"period.{count}")) for count in COUNTS)
    work.document.name("period_word", f"INDEX({{{words}}},1,MATCH(price_periods,{YEARLY},0))")
    page.heading("performance.kpis")
    head = page.header(["risk.measure", *SERIES])
    measures = list(MEASURES.values())
    known = len(measures) - AGAINST
    function = "KPI_TABLE(all_returns,bench_returns,risk_free)"  # whose dates say how many a year has
    block = f"C{head + 1}:E{head + known}"
    short = _short(measures[:known])  # nothing is annualised that has not lasted a year
    page.block(
        head + 1, 3, known, 3, f'=IF(n_months<2,"",IF({short},"–",{table(block, function, 2)}))', PERCENT, align="right"
    )
    for column, series in enumerate(list(RETURNS)[:2], 3):  # what is the benchmark itself has no ratio to it
        own = column_letter(column)
        block = f"{own}{head + known + 1}:{own}{head + len(measures)}"
        apart = f'IF(MAX(ABS({series}-bench_returns))<1E-12,"–",{table(block, function, column - 1, 1 + known)})'
        short = _short(measures[known:])
        page.block(
            head + known + 1, column, AGAINST, 1, f'=IF(n_months<2,"",IF({short},"–",{apart}))', PERCENT, align="right"
        )
    for k, measure in enumerate(measures, head + 1):
        page.put(k, 2, f"={sentence(work, f'kpi.{measure.title}', period='period_word')}")
        for column in range(3, 6):
            page.sheet.cell(k, column).number_format = OF_UNIT[measure.unit]
        if k > head + known:
            page.put(k, 5, "–", align="right")
    page.row = head + len(measures) + 1


def _short(measures: list[Measure]) -> str:
    """Where a measure is not shown: it is per year and there is less than one."""
    yearly = ";".join(str(int(measure.per_year)) for measure in measures)
    return f"{{{yearly}}}>full_year"


def _years(work: Work, page: WorkPage) -> None:
    """Twelve months at a time, back from the last; beside the key figures."""
    page.heading("performance.years", 7)
    head = page.header(["performance.to", *SERIES], column=7)
    for k in range(1, YEARS + 1):
        row, lacking, start = head + k, f"n_months<{k}*price_periods", f"n_months-{k}*price_periods+1"
        page.put(row, 7, f'=IF({lacking},"",INDEX(month_dates,{start}+price_periods-1))', DATE, align="left")
        for column, name in enumerate(RETURNS, 8):
            cells = f"INDEX({name},{start}):INDEX({name},{start}+price_periods-1)"
            page.put(row, column, f'=IF({lacking},"",TOTAL_RETURN({cells}))', SIGNED_PERCENT, align="right")
    for name, column in (("years_now", 8), ("years_bench", 10)):
        own = column_letter(column)
        cells = f"{own}{head + 1}:{own}{head + YEARS}"
        work.listed(page, name, head + 1, head + YEARS, column, f"MAX(1,COUNT({page.at(cells)}))")


def _months(work: Work, page: WorkPage) -> tuple[int, int]:
    """Return, wealth and drawdown, month by month; gives the first and last row."""
    page.heading("performance.series")
    work.result(page, "market.months", f"=ROWS({COMPLETE})-1", "0", "n_months")
    gap = "(MAX(price_dates)-MIN(price_dates))/MAX(1,COUNT(price_dates)-1)"  # days between two prices
    work.result(page, "market.periods", f"=LOOKUP({gap},{GAPS},{YEARLY})", "0", "price_periods")
    span = "MAX(price_dates)-MIN(price_dates)+5"  # month ends that are business days
    work.result(page, "market.year", f"=IF({span}>=365,1,0)", '"✓";;"–"', "full_year")
    keys = [f"{key}_return" for key in SERIES] + [*SERIES]
    head = page.header(["performance.date", *keys, SERIES[0], SERIES[2]])
    first, last = head + 1, head + work.periods
    dates = f"B{first}:B{last}"
    page.block(first, 2, work.periods, 1, within(dates, "n_months", picked(dates, COMPLETE, 1, 1)), DATE,
               line=False, align="left")  # fmt: skip
    for column, (name, weights) in enumerate(RETURNS.items(), 3):
        block = f"{column_letter(column)}{first}:{column_letter(column)}{last}"
        source = plain(f"PORT_SERIES(RETURNS(price_table),{weights}_named)")
        page.block(
            first, column, work.periods, 1, within(block, "n_months", picked(block, source)), PERCENT, line=False
        )
        work.listed(page, name, first, last, column, "MAX(1,n_months)")
    made = [(k, f"WEALTH_INDEX({name})", "0.000") for k, name in enumerate(RETURNS, 6)]
    made += [(9, "DRAWDOWNS(now_returns)", PERCENT), (10, "DRAWDOWNS(bench_returns)", PERCENT)]
    for column, call, format in made:
        block = f"{column_letter(column)}{first}:{column_letter(column)}{last}"
        shown = within(block, "n_months", picked(block, plain(call)))
        page.block(first, column, work.periods, 1, shown, format, line=False)
    page.ruled(f"B{first}:J{last}", f'$B{first}<>""')
    work.listed(page, "month_dates", first, last, 2, "MAX(1,n_months)")
    cells = page.at(f"B{first}:E{last}")
    work.document.name("all_returns", f"{page.at(f'B{head}')}:INDEX({cells},MAX(1,n_months),4)")
    page.row = last + 1
    return first, last


def _weights(work: Work, page: WorkPage) -> None:
    """Each asset's name beside its weights: prices are matched by name, whatever the order of their columns."""
    page.heading("performance.weights")
    head = page.header([key for name in SERIES for key in ("asset", name)])
    first, last = head + 1, head + work.room.columns
    columns = "COLUMNS(price_heads)"
    values = {name: looked_up("{0}", "asset_names", name) for name in ("w_today", "w_target")}
    compared = looked_up("{0}", "bench_names", "w_bench")
    values["w_bench"] = f"IF(COUNT(w_bench)=0,{values['w_target']},{compared})"  # without one, the target
    for k, name in enumerate(RETURNS.values()):
        left, right = column_letter(2 + 2 * k), column_letter(3 + 2 * k)
        block = f"{left}{first}:{left}{last}"
        names = within(block, columns, f"INDEX(price_heads,1,ROW({block})-ROW({left}{first})+1)")
        page.block(first, 2 + 2 * k, work.room.columns, 1, names, line=False, align="left")
        page.block(first, 3 + 2 * k, work.room.columns, 1, f'=IF({block}="","",{values[name].format(block)})', PERCENT,
                   line=False, align="right")  # fmt: skip
        cells = page.at(f"{right}{first}:{right}{last}")
        work.document.name(f"{name}_named", f"{page.at(f'{left}{first}')}:INDEX({cells},{columns})")
    page.row = last + 2
    page.gate = "input_faults"
    held = [("asset", "asset_names", PLAIN), (SERIES[0], "w_today", PERCENT)]
    first, last = work.by_asset(
        page, [*held, held[0], (SERIES[1], "w_target", PERCENT)]
    )  # those that crises are given for
    for name, left, right in (("w_today_held", "B", "C"), ("w_target_held", "D", "E")):
        cells = page.at(f"{right}{first}:{right}{last}")
        work.document.name(name, f"{page.at(f'{left}{first}')}:INDEX({cells},n_rows)")
