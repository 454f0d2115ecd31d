"""The sheet Summary: the page to show. The client, the figures at a glance, what to do, and where it leads."""

from collections.abc import Callable

from xlalloc.templates import charts
from xlalloc.templates.allocation_page import LEVEL
from xlalloc.templates.blocks import Work, quote, sentence
from xlalloc.templates.layout import GREY, MONEY, PERCENT, PLAIN, SIGNED, SIGNED_PERCENT, TITLE
from xlalloc.templates.risk_page import chart_rows
from xlalloc.templates.work_page import WorkPage

CHART_ROWS = 17


def summary(work: Work) -> Callable[[], None]:
    """The first sheet; what it shows is on the others, so that it is filled when they are there."""
    page = work.page("summary")
    _headed(work, page)
    return lambda: _filled(work, page)


def _headed(work: Work, page: WorkPage) -> None:
    """Title and subtitle follow the inputs."""
    aged = f'IF(client_age="","",{sentence(work, "client.aged", age="client_age")})'
    level = f'IF(risk_level="",""," · "&{LEVEL})'
    title = page.put(2, 2, f'=client_name&" · "&model_name&{aged}&{level}', gate=False, line=False)
    title.font = work.document.font(size=TITLE, bold=True, color=work.document.accent)
    words = sentence(work, "summary.date", date='TEXT(as_of,"yyyy-mm-dd")')
    page.sheet.cell(3, 2).value = f"={words}"
    work.illustrative(page)


def _filled(work: Work, page: WorkPage) -> None:
    _tiles(work, page)
    _lines(work, page)
    page.heading("summary.orders")
    _, last = work.by_asset(
        page,
        [
            ("asset", "asset_names", PLAIN),
            ("client.now", "v_now", MONEY),
            ("allocation.weight", "w_now", PERCENT),
            ("allocation.after", "w_after", PERCENT),
            ("client.target", "w_target", PERCENT),
            ("allocation.trade", "trade_money", SIGNED),
            ("allocation.units", "trade_units", "+#,##0.##;-#,##0.##;0"),
            ("allocation.cost", "trade_costs", "#,##0.00"),
            ("client.level", "fund_levels", PLAIN),
        ],
    )
    page.row = last + 2
    bars, rows = work.pictures["assets"], chart_rows(work, 3)
    series = [(*bars, column) for column in (7, 8, 9)]
    page.bar_picture("summary.weights", (*bars, 2), series, rows, alt="summary.weights_alt")
    page.row += rows
    bands, copies = work.pictures["bands"]
    chart = charts.curves([(*bands, column) for column in copies[1:]], (*bands, copies[0]), MONEY)
    page.curve_picture(
        "plan.bands_chart", chart, CHART_ROWS, across="plan.years_axis", up="plan.money_axis", alt="plan.bands_alt"
    )
    page.row += CHART_ROWS
    page.note("as_of_build")
    work.close(page)


def _tiles(work: Work, page: WorkPage) -> None:
    """Five key figures."""
    row = page.row
    tiles = (
        (2, "client.worth", "SUM(v_now)", MONEY),
        (3, "client.drift", "largest_drift", SIGNED_PERCENT),
        (5, "client.expected", "PORT_RETURN(w_target,mu_assets)", PERCENT),
        (7, "client.vol", "PORT_VOL(w_target,cov_assets)", PERCENT),
        (9, "client.chance", "goal_chance", "0%"),
    )
    for column, key, formula, format in tiles:
        label = f"={sentence(work, key, currency='currency_code')}" if key == "client.worth" else work.say(key)
        page.put(row, column, label, gate=False, color=GREY, line=False, align="left")
        cell = page.put(row + 1, column, f"={formula}", format, line=False, align="left")
        cell.font = work.document.font(size=TITLE, bold=True, color=work.document.accent)
    page.sheet.row_dimensions[row].height, page.sheet.row_dimensions[row + 1].height = 20, 26
    page.row = row + 3


def _lines(work: Work, page: WorkPage) -> None:
    """What the other sheets say, in a line each."""
    row, ok = page.row, quote(work.say("client.check_ok"))
    worst = "MATCH(MIN(crisis_results),crisis_results,0)"
    fall = 'TEXT(MIN(crisis_results),"+0.0%;-0.0%")'
    words = sentence(
        work,
        "summary.crisis",
        crisis=f"INDEX(crisis_names,{worst})",
        fall=fall,
        money='TEXT(MIN(crisis_results)*worth_today,"+#,##0;-#,##0")',
    )
    none = quote(work.say("summary.no_crisis"))
    lines = (
        ("client.signal", "=signal_line"),
        ("client.suitability", "=level_line"),
        ("summary.worst", f"=IF(COUNT(crisis_results)=0,{none},{words})"),
        ("client.check", "=check_line"),
    )
    for k, (key, formula) in enumerate(lines):
        page.put(row + k, 2, work.say(key), color=GREY)
        for column in range(3, 11):
            page.put(row + k, column, None)
        page.put(row + k, 3, formula, gate=key != "client.check")
    page.emphasise(f"C{row + 1}", "funds_above>0")
    page.emphasise(f"C{row + 3}", f"C{row + 3}<>{ok}")
    page.row = row + len(lines)
