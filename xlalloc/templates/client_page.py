"""The Client sheet: every input but market data, and the figures at a glance."""

from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter as letter

from xlalloc.templates.blocks import SLOTS, Work, spare
from xlalloc.templates.layout import DATE, GREY, HEADING, MONEY, PERCENT, PERCENT2, SIGNED, WARN, Page
from xlalloc.templates.texts import TEXTS

FREQUENCIES = "weekly,monthly,quarterly,semiannual,annual"


def client(work: Work) -> None:
    case = work.case
    page = work.document.page("client")
    work.pages["client"] = page
    work.document.texts = {
        **TEXTS,
        "client.title": {
            k: v.format(case=TEXTS[f"case.{case.key}"][k], age=case.age) for k, v in TEXTS["client.title"].items()
        },
    }
    page.title()
    page.heading("client.glance")
    tiles = page.row
    page.row += 3
    page.heading("client.who")
    page.field("client.name", case.client[work.document.lang], name="client_name")
    age = page.field("client.age", case.age, "0", "client_age")
    page.validate(age.coordinate, "whole", "prompt.age", operator="between", formula1="0", formula2="120")
    level = page.field("client.risk_level", case.risk_level, name="risk_level")
    page.validate(level.coordinate, "list", "prompt.level", formula1='"C1,C2,C3,C4,C5"')
    date = page.field("client.date", case.as_of, DATE, "as_of")
    _rule(work, page, date)
    _ranges(work, page)
    _holdings(work, page)
    _glance(work, page, tiles)
    page.row += 1
    for key in ("illustrative", "disclaimer", "as_of_build"):
        page.note(key)


def _rule(work: Work, page: Page, date) -> None:
    case = work.case
    page.heading("client.rule")
    last = page.field("client.last", case.last_rebalanced, DATE, "last_rebalanced")
    page.validate(f"{date.coordinate} {last.coordinate}", "date", "prompt.date", operator="greaterThan", formula1="1")
    frequency = page.field("client.frequency", case.frequency, name="check_frequency")
    page.validate(frequency.coordinate, "list", "prompt.frequency", formula1=f'"{FREQUENCIES}"')
    threshold = page.field("client.threshold", case.threshold, PERCENT, "drift_threshold")
    flow = page.field("client.cash_flow", case.cash_flow, SIGNED, "cash_in_out")
    page.validate(flow.coordinate, "decimal", "prompt.flow", operator="between", formula1="-1E12", formula2="1E12")
    commission = page.field("client.commission", case.commission, PERCENT2, "commission_rate")
    rate = page.field("client.rf", case.rf, PERCENT2, "risk_free")
    page.validate(f"{threshold.coordinate} {commission.coordinate}", "decimal", "prompt.weight",
                  operator="between", formula1="0", formula2="1")  # fmt: skip
    page.validate(rate.coordinate, "decimal", "prompt.rate", operator="between", formula1="-0.5", formula2="1")


def _ranges(work: Work, page: Page) -> None:
    case = work.case
    page.heading("client.ranges")
    page.header(["", "client.low", "client.high"])
    for key, name, limits in (
        ("client.range_return", "return_range", case.return_range),
        ("client.range_vol", "vol_range", case.vol_range),
    ):
        page.field(key, limits[0], PERCENT)
        row = page.row - 1
        page.put(row, 4, limits[1], PERCENT)
        page.inputs(range(row, row + 1), [3, 4])
        work.document.name(name, f"{page.quoted}!$C${row}:$D${row}")
    page.field("client.range_drawdown", case.drawdown_limit, PERCENT, "drawdown_limit")


def _holdings(work: Work, page: Page) -> None:
    page.heading("client.holdings")
    page.note("client.holdings_note")
    head = page.header(["asset", "client.now", "client.target", "client.mu", "client.sigma", "client.bench"])
    first, last = head + 1, head + SLOTS
    for k in range(SLOTS):
        row = first + k
        values = work.case.holdings[k].row(work.document.lang) if k < len(work.case.holdings) else [None] * 6
        for j, (value, format) in enumerate(
            zip(values, ("General", MONEY, PERCENT, PERCENT, PERCENT, PERCENT), strict=True)
        ):
            page.put(row, 2 + j, value, format)
    page.inputs(range(first, last + 1), list(range(2, 8)))
    total = last + 1
    page.put(total, 2, work.document.say("total"), bold=True)
    for column, format in ((3, MONEY), (4, PERCENT), (7, PERCENT)):
        page.put(total, column, f"=SUM({letter(column)}{first}:{letter(column)}{last})", format, bold=True)
    page.row = total + 1
    page.validate(f"C{first}:C{last}", "decimal", "prompt.amount", operator="greaterThanOrEqual", formula1="0")
    page.validate(
        f"D{first}:D{last} G{first}:G{last}",
        "decimal",
        "prompt.weight",
        operator="between",
        formula1="0",
        formula2="1",
    )
    page.validate(f"E{first}:E{last}", "decimal", "prompt.rate", operator="between", formula1="-0.5", formula2="1")
    page.validate(f"F{first}:F{last}", "decimal", "prompt.vol", operator="between", formula1="0", formula2="2")
    page.bars(f"D{first}:D{last}")
    names = (("asset_names", "B", "B"), ("v_now", "C", "C"), ("w_target", "D", "D"), ("mu_assets", "E", "E"),
             ("vol_assets", "F", "F"), ("w_bench", "G", "G"))  # fmt: skip
    work.document.name("n_assets", f"COUNTA({page.quoted}!$B${first}:$B${last})")
    for name, left, right in names:
        spare(
            work, name, f"{page.quoted}!${left}${first}", f"{page.quoted}!${right}${first}:${right}${last}", "n_assets"
        )


def _glance(work: Work, page: Page, row: int) -> None:
    say = work.document.say
    tiles = (
        ("client.value", "=SUM(v_now)", MONEY),
        ("client.drift", "=MAX(ABS(v_now/SUM(v_now)-w_target))", PERCENT),
        ("client.signal", f'=IF(REBAL_DUE(last_rebalanced,as_of,check_frequency,v_now,w_target,drift_threshold),'
                          f'"{say("client.due")}","{say("client.not_due")}")', "General"),
        ("client.expected", "=PORT_RETURN(w_target,mu_assets)", PERCENT),
        ("client.vol", "=PORT_VOL(w_target,cov)", PERCENT),
    )  # fmt: skip
    for j, (key, formula, format) in enumerate(tiles):
        column = 2 + j
        page.put(row, column, say(key), color=GREY, line=False, align="left" if j == 0 else "right", wrap=True)
        cell = page.put(row + 1, column, formula, format, array=True, align="left" if j == 0 else "right")
        cell.font = work.document.font(size=HEADING, bold=True, color=work.document.accent)
    page.sheet.row_dimensions[row].height = 30
    page.sheet.row_dimensions[row + 1].height = 24
    page.put(row + 2, 2, say("client.check"), color=GREY)
    check = page.put(row + 2, 3, _check(work))
    page.sheet.conditional_formatting.add(
        check.coordinate,
        FormulaRule([f'{check.coordinate}<>"{say("client.check_ok")}"'], font=Font(bold=True, color=WARN)),
    )


def _check(work: Work) -> str:
    say = work.document.say
    tests = (
        ("COUNT(v_now)<n_assets", f'"{say("client.check_values")}"'),
        ("COUNT(mu_assets)+COUNT(vol_assets)<2*n_assets", f'"{say("client.check_mu")}"'),
        ("ABS(SUM(w_target)-1)>0.000001", f'"{say("client.check_weights")}"&TEXT(SUM(w_target),"0.0%")'),
        ("last_rebalanced>as_of", f'"{say("client.check_date")}"'),
    )
    formula = f'"{say("client.check_ok")}"'
    for condition, message in reversed(tests):
        formula = f"IF({condition},{message},{formula})"
    return "=" + formula
