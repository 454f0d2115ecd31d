"""The risk sheet: money beside risk, other ways to weight, correlations, stress, the efficient frontier."""

from openpyxl.utils import get_column_letter as letter

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.write import Sheet, bar_rows, joined
from xlalloc.templates.layout import INK, NUMBER, PERCENT, PLAIN, SIGNED, SIGNED_PERCENT

ACROSS = 8  # correlations beside each other


def risk(page: Sheet, r: Result) -> int:
    """The whole sheet; gives the first row of the table of assets."""
    page.note("report.cov_" + (r.cov_from or "none"), color=INK)
    page.heading("risk.by_asset")
    first, last = page.table(
        ("asset", PLAIN, r.names),
        ("allocation.weight", PERCENT, [row[2] for row in r.drift]),
        ("report.risk_now", PERCENT, _column(r.risk_now, r)),
        ("client.target", PERCENT, [row[3] for row in r.drift]),
        ("report.risk_target", PERCENT, _column(r.risk_target, r)),
        ("report.equal", PERCENT, r.equal),
        ("report.parity", PERCENT, _column(r.parity, r)),
    )
    for column in "CD":
        page.bars(f"{column}{first}:{column}{last}")
    if r.no_risk:
        page.remark(page.document.say("report.no_risk", assets=joined(r.no_risk, r.lang)))
    _whole(page, r)
    page.row += 1
    rows = 5 + bar_rows(len(r.names))
    page.together(rows + 1)
    page.bar_picture("report.parity_chart", (page, first, last, 2), [(page, first, last, k) for k in (3, 7, 8)], rows)
    page.row += rows + 1
    if len(r.names) > 1:
        _correlations(page, r)
    if r.stress:
        _stress(page, r)
    if r.frontier and len(r.names) > 1:
        _frontier(page, r)
    return first


def _column(values, r: Result) -> list:
    return [values] * len(r.names) if isinstance(values, ErrorValue) else list(values)


def _whole(page: Sheet, r: Result) -> None:
    """The portfolio's figures today, at target, with equal risk."""
    page.heading("risk.whole")
    page.header(["risk.measure", "risk.of_now", "risk.of_target", "risk.of_rp"])
    page.tables[page.section] = page.row, page.row + len(r.measures) - 1
    for key, cells in r.measures.items():
        format = PERCENT if key in ("risk.return", "risk.vol") else NUMBER
        page.cells([page.document.say(key), *cells], (PLAIN, *[format] * len(cells)))


def _correlations(page: Sheet, r: Result) -> None:
    """The lower triangle, eight columns at a time."""
    page.together(6 + page.name_rows(r.names))
    page.heading("market.correlations")
    if isinstance(r.correlations, ErrorValue):
        page.show(page.row, 2, r.correlations)
        page.row += 1
        return
    for left in range(0, len(r.names), ACROSS):
        names = r.names[left : left + ACROSS]
        head = page.header(["asset", *names])
        for j, name in enumerate(names):
            page.text(head, 3 + j, name)
        for i in range(left, len(r.names)):
            row = r.correlations[i][left : min(i + 1, left + ACROSS)]
            page.cells([r.names[i], *row], (PLAIN, *[NUMBER] * len(row)))
        page.heat(f"C{head + 1}:{letter(2 + len(names))}{page.row - 1}")
        page.row += 1


def _stress(page: Sheet, r: Result) -> None:
    """What today's weights would have lost in each scenario; the sources stand in the notes."""
    page.together(10)
    page.heading("report.stress")
    if isinstance(r.stress, ErrorValue):
        page.show(page.row, 2, r.stress)
        page.row += 1
        return
    page.table(
        ("stress.scenario", PLAIN, [row[0] for row in r.stress]),
        ("report.loss", SIGNED_PERCENT, [row[1] for row in r.stress]),
        ("stress.money", SIGNED, [row[1] * r.value for row in r.stress]),
        ("stress.worst", PLAIN, [None if row[2] == "none" else row[2] for row in r.stress]),
    )
    page.note("report.stress_note")


def _frontier(page: Sheet, r: Result) -> None:
    """Least risk for each return, long only, with the portfolio and its target beside it."""
    say = page.document.say
    page.together(len(r.frontier) + 28)
    page.heading("report.frontier")
    keys = ("risk.return", "risk.vol", "risk.sharpe")
    marks = [say("report.portfolio_now"), say("report.portfolio_target")]
    points = [[say("report.frontier_point", k=k), *row[:3]] for k, row in enumerate(r.frontier, 1)]
    points += [[mark, *(r.measures[key][j] for key in keys)] for j, mark in enumerate(marks)]
    columns = [list(column) for column in zip(*points, strict=True)]
    formats = (PLAIN, PERCENT, PERCENT, NUMBER)
    first, last = page.table(*zip(("report.frontier_at", *keys), formats, columns, strict=True))
    page.row += 1
    curve = (say("report.frontier_curve"), first, last - 2)
    held = [(mark, last - 1 + j, last - 1 + j) for j, mark in enumerate(marks)]
    page.map_picture("report.frontier", ("risk.vol", "risk.return"), curve, held, 20)
