"""The sheet Stress: crises, correlations that rise together, and what protection costs."""

from xlalloc.templates.blocks import SCENARIOS, Work, picked, quote, where, within
from xlalloc.templates.layout import MONEY, NUMBER, PERCENT, PLAIN, SIGNED, SIGNED_PERCENT
from xlalloc.templates.risk_page import RISKY
from xlalloc.templates.work_page import WorkPage

CHART_ROWS = 16
WORST = 4  # crises in the chart
STEP = 0.05  # between the floors that are compared


def stress(work: Work) -> None:
    page = work.page("stress")
    crises = _crises(work, page)
    _correlations(work, page)
    _hedge(work, page)
    work.close(page)
    _worst(page, *crises)  # behind the printed page


def _crises(work: Work, page: WorkPage) -> tuple[int, int, int]:
    """STRESS_TABLE of today's weights and of the target; gives the first and last row, and the chart's."""
    page.heading("stress.crises")
    page.gate = "crisis_faults"
    head = page.header(["stress.scenario", "stress.now", "stress.money", "stress.target", "stress.worst", *[""] * 4])
    first, last = head + 1, head + SCENARIOS
    now, target = (f"STRESS_TABLE({weights}_held,scenario_table)" for weights in ("w_today", "w_target"))
    worst = 'IF({0}="none",' + quote(work.say("stress.none")) + ",{0})"
    for column, format, value in (
        ("B", PLAIN, lambda block: picked(block, "scenario_names")),
        ("C", SIGNED_PERCENT, lambda block: picked(block, now, 2, 1)),
        ("D", SIGNED, lambda block: f"INDEX({block.replace('D', 'C')},ROW({block})-ROW(D{first})+1)*worth_today"),
        ("E", SIGNED_PERCENT, lambda block: picked(block, target, 2, 1)),
        ("F", PLAIN, lambda block: worst.format(picked(block, now, 3, 1))),
    ):
        block = f"{column}{first}:{column}{last}"
        page.block(first, "ABCDEF".index(column) + 1, SCENARIOS, 1, within(block, "n_crises", value(block)), format,
                   line=False, align="left" if format == PLAIN else "right")  # fmt: skip
    page.gate = "input_faults"
    work.listed(page, "crisis_names", first, last, 2, "n_scenarios")
    work.listed(page, "crisis_results", first, last, 3, "n_scenarios")
    page.left(6, head, last)
    page.ruled(f"B{first}:J{last}", f'$B{first}<>""')
    page.row = last + 1
    page.note("stress.note")
    page.row += 1
    picture, page.row = page.row, page.row + CHART_ROWS
    return first, last, picture


def _worst(page: WorkPage, first: int, last: int, picture: int) -> None:
    """The crises with the largest losses, the largest on top, as many as a chart shows."""
    page.heading("stress.worst_crises")
    page.gate = "crisis_faults"
    head = page.header(["stress.scenario", "stress.now", "stress.target"])
    top, end = head + 1, head + WORST
    results = f"C{first}:C{last}"
    ranked = f"IF(ISNUMBER({results}),{results}+ROW({results})*1E-9,1000)"
    for own, source, format in (("B", "B", PLAIN), ("C", "C", SIGNED_PERCENT), ("D", "E", SIGNED_PERCENT)):
        block = f"{own}{top}:{own}{end}"
        k = f"ROW({block})-ROW({own}{top})+1"
        place = f"MATCH(SMALL({ranked},{k}),{ranked},0)"
        page.block(top, "ABCD".index(own) + 1, WORST, 1,
                   f'=IF({k}>n_crises,"",INDEX({source}{first}:{source}{last},{place}))', format,
                   line=False, align="left" if format == PLAIN else "right")  # fmt: skip
    page.row = picture
    series = [(page, top, end, column) for column in (3, 4)]
    page.bar_picture("stress.chart", (page, top, end, 2), series, CHART_ROWS, negative=True, alt="stress.chart_alt")


def _correlations(work: Work, page: WorkPage) -> None:
    """The same volatilities, the correlations moved towards 1."""
    page.heading("stress.correlations")
    head = page.header(
        ["stress.uplift", "stress.moved", "stress.vol_now", "stress.vol_target", "stress.vol_rp", "stress.ratio"]
    )
    for k, (key, uplift) in enumerate((("none", "=0"), ("given", "=corr_uplift"), ("all", "=1")), 1):
        row = head + k
        page.put(row, 2, work.say(f"stress.uplift_{key}"))
        page.put(row, 3, uplift, "0%", align="right")
        moved = f"STRESS_CORR(cov_assets,C{row})"
        for column, weights, needed in ((4, "w_today", []), (5, "w_target", []), (6, "parity_weights", [RISKY])):
            page.put(row, column, f"={where(needed, f'PORT_VOL({weights},{moved})')}", PERCENT, align="right")
        ratio = where(["risk_target>0"], f"DIVERSIFICATION(w_target,{moved})")
        page.put(row, 7, f"={ratio}", NUMBER, align="right")
    page.row = head + 4
    page.note("stress.correlations_note")


def _hedge(work: Work, page: WorkPage) -> None:
    """PUT_HEDGE for three floors: what a floor under today's portfolio would cost."""
    page.heading("stress.hedge")
    place = "MATCH(hedge_asset,asset_names,0)"
    work.result(page, "client.hedge_asset", '=IF(hedge_asset="","–",hedge_asset)')
    found = f'IF(hedge_asset="",FALSE,ISNUMBER({place}))'
    work.result(page, "stress.index_vol", f"=IF({found},INDEX(vol_assets,{place}),0)", PERCENT, "hedge_vol")
    beta = f"SUMPRODUCT(w_today,INDEX(cov_assets,0,{place}))/INDEX(cov_assets,{place},{place})"
    work.result(page, "stress.beta", f"=IF(hedge_vol>0,{beta},0)", NUMBER, "hedge_beta")
    page.row += 1
    head = page.header(["stress.floor", "", "", ""])
    for column, step in zip("CDE", (0, STEP, 2 * STEP), strict=True):
        cell = page.put(head, "ABCDE".index(column) + 1, f"=hedge_floor-{step:g}" if step else "=hedge_floor", "0%",
                        line=False, color="FFFFFF", bold=True, fill=work.document.accent, align="right")  # fmt: skip
        block = f"{column}{head + 1}:{column}{head + 4}"
        hedge = f"PUT_HEDGE(worth_today,{cell.coordinate},hedge_years,hedge_vol,risk_free,hedge_beta)"
        reached = f"EXP(risk_free*hedge_years)*(hedge_beta-1)+{cell.coordinate}>0"  # with the index at 0
        cost = where(["hedge_beta>0", reached], picked(block, hedge, 2, 1))  # else there is nothing to protect
        page.block(head + 1, cell.column, 4, 1, f"={cost}", MONEY, align="right")
        page.sheet.cell(head + 3, cell.column).number_format = "0.00%"
    for k, key in enumerate(("strike", "premium", "per_year", "worst_loss"), 1):
        page.put(head + k, 2, work.say(f"stress.{key}"))
    page.row = head + 5
    page.note("stress.hedge_note")
