"""The sheet Plan: the goal, the range of wealth, what fees take, the glide path, and the next review."""

from xlalloc.templates import charts
from xlalloc.templates.blocks import Work, charted, picked, quote, sentence, table, within, worded
from xlalloc.templates.layout import CHANCE, MONEY, PERCENT, PERCENT2, SIGNED_PERCENT
from xlalloc.templates.layout import letter as column_letter
from xlalloc.templates.work_page import WorkPage

MOST_YEARS = 40  # in the table; the goal may be later
CHART_ROWS = 17
START = "SUM(v_now)+cash_flow,monthly_saving"
ASSUMED = "plan_return,plan_vol"
PATHS = "10000,1,inflation_rate"  # as the functions take them where none are given; in today's money
FEES = (0.0025, 0.005, 0.01, 0.015, 0.02)
AGES, OLDEST = 7, 120  # points of the glide path, five years apart; no age is beyond
QUESTIONS = ("drift", "tolerance", "goal", "environment", "benchmark")
ANSWERS = {
    "yes": "yes",
    "no": "no",
    "in part": "review.part",
    "ask the client": "review.ask",
    "adviser's judgement": "review.judge",
    "not computed": "review.unknown",
}


def plan(work: Work) -> None:
    page = work.page("plan")
    _goal(work, page)
    picture, page.row = page.row + 1, page.row + CHART_ROWS + 2
    _fees(work, page)
    _glide(work, page)
    _review(work, page)
    work.close(page)  # what follows is behind the printed page
    first, last = _bands(page)
    copies = charted(page, first, last, [2, 3, 5, 7, 8])
    page.row = picture
    work.pictures["bands"] = (page, first, last), [copies[k] for k in (0, 2, 1, 3)]
    series = [(page, first, last, column) for column in (copies[2], copies[1], copies[3])]
    chart = charts.curves(series, (page, first, last, copies[0]), MONEY)
    page.curve_picture(
        "plan.bands_chart", chart, CHART_ROWS, across="plan.years_axis", up="plan.money_axis", alt="plan.bands_alt"
    )


def _goal(work: Work, page: WorkPage) -> None:
    page.heading("plan.goal_heading")
    wealth = work.result(page, "plan.start", "=SUM(v_now)+cash_flow", MONEY)
    page.put(wealth.row, 2, f"={sentence(work, 'plan.start', currency='currency_code')}", gate=False)
    work.result(page, "client.goal", '=IF(goal_today="","–",goal_today)', MONEY)
    work.result(page, "client.goal_years", '=IF(goal_years="",10,goal_years)', "0.0", "plan_years")
    work.result(page, "plan.return", "=PORT_RETURN(w_target,mu_assets)-advisory_fee", PERCENT, "plan_return")
    work.result(page, "plan.vol", "=PORT_VOL(w_target,cov_assets)", PERCENT, "plan_vol")
    chance = f"GOAL_PROB({START},plan_years,{ASSUMED},goal_today,{PATHS})"
    cell = work.result(page, "client.chance", f'=IF(goal_today="","–",{chance})', CHANCE, "goal_chance")
    cell.font = work.document.font(bold=True, color=work.document.accent)
    page.note("plan.goal_note")


def _bands(page: WorkPage) -> tuple[int, int]:
    """WEALTH_BANDS, one row per year; gives the first and last row."""
    page.heading("plan.bands")
    head = page.header(["plan.year", *(f"plan.q{level}" for level in (5, 25, 50, 75, 95)), "client.goal"])
    first, last = head + 1, head + 1 + MOST_YEARS
    block = f"B{first}:G{last}"
    years = f"MIN({MOST_YEARS},MAX(1,INT(plan_years)))"
    value = table(block, f"WEALTH_BANDS({START},{years},{ASSUMED},{PATHS})", 1, 1)
    page.block(first, 2, MOST_YEARS + 1, 6, within(block, years, value, 1), ["0", *[MONEY] * 5], line=False)
    goal = f'=IF(B{first}:B{last}="","",IF(goal_today="",0,goal_today))'
    page.block(first, 8, MOST_YEARS + 1, 1, goal, MONEY, line=False)
    page.left(2, first, last, 0)
    page.ruled(f"B{first}:H{last}", f'$B{first}<>""')
    page.row = last + 1
    return first, last


def _fees(work: Work, page: WorkPage) -> None:
    page.heading("plan.fees")
    head = page.header(["plan.fee", *[""] * len(FEES)])
    for column, fee in enumerate(FEES, 3):
        page.put(
            head, column, fee, PERCENT2, line=False, color="FFFFFF", bold=True, fill=work.document.accent, align="right"
        )
        own = column_letter(column)
        gross = "PORT_RETURN(w_target,mu_assets)"
        page.put(head + 1, column, f"=FEE_DRAG({own}{head},plan_years,{gross})", PERCENT, align="right")
    page.put(head + 1, 2, work.say("plan.fee_takes"))
    page.row = head + 2
    page.note("plan.fees_note")


def _glide(work: Work, page: WorkPage) -> None:
    """The shares of a target-date fund at the client's age and every five years after."""
    page.heading("plan.glide")
    head = page.header(["plan.age", *[""] * AGES])
    for k in range(AGES):
        column = 3 + k
        own = column_letter(column)
        age = f'=IF(client_age="","–",IF(client_age+{5 * k}>{OLDEST},"–",client_age+{5 * k}))'
        page.put(
            head, column, age, "0", line=False, color="FFFFFF", bold=True, fill=work.document.accent, align="right"
        )
        known = f"=IF(ISNUMBER({own}{head})"
        page.put(head + 1, column, f'{known},INDEX(GLIDE_PATH({own}{head}),2,2),"–")', "0%", align="right")
        page.put(head + 2, column, f'{known},1-{own}{head + 1},"–")', "0%", align="right")
    page.put(head + 1, 2, work.say("plan.stocks"))
    page.put(head + 2, 2, work.say("plan.bonds"))
    page.bars(f"C{head + 1}:{column_letter(2 + AGES)}{head + 1}")
    page.row = head + 3
    page.note("plan.glide_note")


def _review(work: Work, page: WorkPage) -> None:
    """REBAL_CHECKLIST: its answers beside the questions in the document's language."""
    page.heading("review.heading")
    head = page.header(["review.question", "", "", "", "", "review.answer", "", "review.figure", ""])
    first, last = head + 1, head + len(QUESTIONS)
    page.left(7, head, head, 0)
    for k, question in enumerate(QUESTIONS):
        for column in range(2, 11):
            page.put(first + k, column, None)
        page.put(first + k, 2, work.say(f"review.{question}"))
    known = "IF(SUM(v_now)=0,w_target,v_now),w_target,drift_threshold"

    def checklist(block: str, column: int) -> str:
        given = (known, f"{known},years_now,years_bench")
        short, full = (picked(block, f"REBAL_CHECKLIST({arguments})", column, 1) for arguments in given)
        return f"IF(COUNT(years_now)=0,{short},{full})"

    answers, figures = f"G{first}:G{last}", f"I{first}:I{last}"
    page.block(first, 7, len(QUESTIONS), 1, "=" + worded(work, checklist(answers, 2), ANSWERS), align="left")
    value = checklist(figures, 3)
    page.block(first, 9, len(QUESTIONS), 1, f'=IF({value}="","",{value})', SIGNED_PERCENT, align="right")
    page.emphasise(f"B{first}:J{last}", f"$G{first}={quote(work.say('yes'))}")
    page.row = last + 1
    page.note("review.note")
