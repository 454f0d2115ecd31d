"""The Client sheet: every input but market data, the figures at a glance, and what is wrong with the input."""

from openpyxl.utils import get_column_letter as letter

from xlalloc.templates.blocks import Work, quote, sentence
from xlalloc.templates.checks import checks
from xlalloc.templates.layout import (
    DATE,
    GREY,
    INPUT,
    MONEY,
    PERCENT,
    PERCENT2,
    PLAIN,
    SIGNED,
    SIGNED_PERCENT,
    TITLE,
    WARN,
    Protection,
)  # fmt: skip
from xlalloc.templates.work_page import WorkPage

VALUE_WIDTH = 13  # of the column most inputs stand in
HINT = 5  # the column of the words beside an input
LIMITS = "between"
RULES = {  # what may be typed: kind of validation and its limits
    "text": ("textLength", LIMITS, "1", "60"),
    "age": ("whole", LIMITS, "0", "120"),
    "level": ("list", None, '"C1,C2,C3,C4,C5"', None),
    "fund_level": ("list", None, '"R1,R2,R3,R4,R5"', None),
    "date": ("date", LIMITS, "36526", "73050"),  # 2000 to 2099
    "past": ("date", LIMITS, "36526", "as_of"),
    "amount": ("decimal", LIMITS, "0", "1E+12"),
    "flow": ("decimal", LIMITS, "-1E+12", "1E+12"),
    "share": ("decimal", LIMITS, "0", "1"),
    "rate": ("decimal", LIMITS, "-0.5", "1"),
    "vol": ("decimal", LIMITS, "0", "2"),
    "years": ("decimal", LIMITS, "0.1", "30"),
    "whole_years": ("whole", LIMITS, "1", "30"),
    "correlation": ("decimal", LIMITS, "-1", "1"),
    "price": ("decimal", LIMITS, "0.000001", "1E+9"),
    "shock": ("decimal", LIMITS, "-1", "5"),
    "asset": ("list", None, "asset_names", None),
    "frequency": ("list", None, None, None),
}
# section: (attribute of the case, format, defined name, rule)
FIELDS = {
    "client.who": (
        ("name", PLAIN, "client_name", "text"), ("age", "0", "client_age", "age"),
        ("risk_level", PLAIN, "risk_level", "level"), ("as_of", DATE, "as_of", "date"),
        ("currency", PLAIN, "currency", "text"),
    ),
    "client.rule": (
        ("last_rebalanced", DATE, "last_rebalanced", "past"), ("frequency", PLAIN, "check_frequency", "frequency"),
        ("threshold", PERCENT, "drift_threshold", "share"), ("cash_flow", SIGNED, "cash_in_out", "flow"),
        ("commission", PERCENT2, "commission_rate", "share"),
        ("min_commission", MONEY, "commission_least", "amount"), ("rf", PERCENT2, "risk_free", "rate"),
    ),
    "client.goal_section": (
        ("goal", MONEY, "goal_amount", "amount"), ("goal_years", "0", "goal_years", "whole_years"),
        ("monthly", SIGNED, "monthly_saving", "flow"), ("fee", PERCENT2, "yearly_fee", "share"),
    ),
    "client.stress_section": (
        ("corr_uplift", "0%", "corr_uplift", "share"), ("hedge_asset", PLAIN, "hedge_asset", "asset"),
        ("hedge_floor", "0%", "hedge_floor", "share"), ("hedge_years", "0.0", "hedge_years", "years"),
    ),
}  # fmt: skip
RANGES = (("return_range", "rate"), ("vol_range", "vol"))
# (attribute's text, format, defined name, rule) of the holdings list, its columns from B on
HOLDINGS = (
    ("asset", PLAIN, "asset_names", "text"), ("client.now", MONEY, "v_now", "amount"),
    ("client.target", PERCENT, "w_target", "weight"), ("client.bench", PERCENT, "w_bench", "weight"),
    ("client.mu", PERCENT, "mu_assets", "rate"), ("client.sigma", PERCENT, "vol_assets", "vol"),
    ("client.level", PLAIN, "fund_levels", "fund_level"), ("client.lot", MONEY, "lot_sizes", "amount"),
    ("client.sale_fee", PERCENT2, "sale_fees", "share"),
)  # fmt: skip


def client(work: Work) -> None:
    case = work.case
    page = work.page("client", one_page=False)
    page.sheet.column_dimensions["C"].width = VALUE_WIDTH
    if case.illustrative:
        page.note("illustrative", color=WARN, bold=True)
    glance = page.row
    page.row += 7
    _fields(work, page, "client.who")
    _holdings(work, page)
    page.new_page()
    _fields(work, page, "client.rule")
    _ranges(work, page)
    _fields(work, page, "client.goal_section")
    _fields(work, page, "client.stress_section")
    found = checks(work, page)
    _glance(work, page, glance, found)
    page.row += 1
    page.note("as_of_build")
    work.close(page)


def allow(page: WorkPage, cells: str, rule: str, key: str) -> None:
    """What may be typed into the cells; the hint ``hint.<key>`` shows where they are chosen."""
    hint = f"hint.{key}"
    if rule == "weight":  # together no more than 100%: a warning, since several are typed one after the other
        first, last = cells.split(":")
        column, row = first.rstrip("0123456789"), first.lstrip("ABCDEFGHIJKLMNOP")
        total = f"SUM(${column}${row}:${column}${last.lstrip('ABCDEFGHIJKLMNOP')})"
        formula = f"AND(ISNUMBER({first}),{first}>=0,{first}<=1,{total}<=1.000001)"
        page.validate(cells, "custom", "prompt.weight", hint, _title(key), formula1=formula, errorStyle="warning")
        return
    kind, operator, low, high = RULES[rule]
    if rule == "frequency":
        low = '"' + page.document.say("client.frequencies") + '"'
    page.validate(cells, kind, f"prompt.{rule}", hint, _title(key), operator=operator, formula1=low, formula2=high)


def _title(key: str) -> str:
    return {"asset": "asset", "correlation": "market.correlations", "price": "market.prices",
            "shock": "market.scenarios", "date": "performance.date"}.get(key, f"client.{key}")  # fmt: skip


def _fields(work: Work, page: WorkPage, section: str) -> None:
    """Labelled inputs one below the other, the hint beside each."""
    page.heading(section)
    for key, format, name, rule in FIELDS[section]:
        cell = page.field(f"client.{key}", _value(work, key), format, name)
        hint(work, page, cell.row, key)
        if rule == "text":
            page.put(cell.row, 4, None, fill=INPUT)
        allow(page, cell.coordinate, rule, key)


def hint(work: Work, page: WorkPage, row: int, key: str) -> None:
    page.put(row, HINT, work.say(f"hint.{key}"), color=GREY, line=False)
    page.left(HINT, row, row)


def _value(work: Work, key: str):
    """An input as the case has it, in the document's words."""
    case = work.case
    if key == "name":
        return case.name[work.lang]
    if key == "hedge_asset":
        return case.holdings[0].name(work.lang) if case.holdings else None
    if key == "currency":
        return case.currency or work.say("document.currency")
    if key == "frequency":
        position = TERMS.index(case.frequency)
        return work.say("client.frequencies").split(",")[position]
    return getattr(case, key)


TERMS = ("weekly", "monthly", "quarterly", "semiannual", "annual")


def frequency(work: Work) -> str:
    """The review frequency as the functions know it."""
    words = work.say("client.frequencies").split(",")
    if tuple(words) == TERMS:
        return "check_frequency"
    known, shown = (",".join(f'"{word}"' for word in w) for w in (TERMS, words))
    return f"INDEX({{{known}}},MATCH(check_frequency,{{{shown}}},0))"


def _ranges(work: Work, page: WorkPage) -> None:
    """The characteristics stated for the case, from and to."""
    page.heading("client.ranges")
    page.header(["", "client.low", "client.high"])
    for key, rule in RANGES:
        low, high = getattr(work.case, key)
        row = page.field(f"client.{key}", low, PERCENT).row
        page.put(row, 4, high, PERCENT, align="right", fill=INPUT).protection = Protection(locked=False)
        hint(work, page, row, key)
        work.document.name(key, page.at(f"C{row}:D{row}"))
        allow(page, f"C{row}:D{row}", rule, key)
    cell = page.field("client.drawdown_limit", work.case.drawdown_limit, PERCENT, "drawdown_limit")
    hint(work, page, cell.row, "drawdown_limit")
    allow(page, cell.coordinate, "share", "drawdown_limit")


def _holdings(work: Work, page: WorkPage) -> None:
    page.heading("client.holdings")
    page.note("client.holdings_note", slots=work.slots)
    first = page.header([key for key, *_ in HOLDINGS]) + 1
    last = first + work.slots - 1
    rows = [holding.row(work.lang) for holding in work.case.holdings]
    for k in range(work.slots):
        for j, (_, format, _, rule) in enumerate(HOLDINGS):
            align = "center" if rule == "fund_level" else ""
            page.put(first + k, 2 + j, rows[k][j] if k < len(rows) else None, format, align=align)
    page.inputs(range(first, last + 1), list(range(2, 2 + len(HOLDINGS))))
    work.document.name("n_assets", f"COUNTA({page.at(f'B{first}:B{last}')})")
    work.document.name("n_rows", "MAX(1,n_assets)")  # of a range: it has one row at least
    work.document.name("asset_cells", page.at(f"B{first}:B{last}"))
    for j, (key, _, name, rule) in enumerate(HOLDINGS, 2):
        work.listed(page, name, first, last, j)
        allow(page, f"{letter(j)}{first}:{letter(j)}{last}", rule, key.removeprefix("client."))
    for column in "DE":
        page.bars(f"{column}{first}:{column}{last}")
    _totals(work, page, first, last)
    page.row = last + 2


def _totals(work: Work, page: WorkPage, first: int, last: int) -> None:
    page.put(last + 1, 2, work.say("total"), bold=True)
    for column, format in ((3, MONEY), (4, PERCENT), (5, PERCENT)):
        own = letter(column)
        page.put(last + 1, column, f"=SUM({own}{first}:{own}{last})", format, bold=True)
    page.emphasise(f"D{last + 1}:E{last + 1}", f"ABS(D{last + 1}-1)>0.000001")


def _glance(work: Work, page: WorkPage, row: int, found: tuple[str, str]) -> None:
    """Five key figures, then what the sheets say in a line each."""
    say = work.say
    tiles = (
        (2, "client.worth", "SUM(v_now)", MONEY),
        (3, "client.drift", "largest_deviation", SIGNED_PERCENT),
        (5, "client.expected", "PORT_RETURN(w_target,mu_assets)", PERCENT),
        (7, "client.vol", "PORT_VOL(w_target,cov)", PERCENT),
        (9, "client.chance", 'IF(goal_amount="","",goal_chance)', "0%"),
    )
    for column, key, formula, format in tiles:
        label = f"={sentence(work, key, currency='currency')}" if key == "client.worth" else say(key)
        page.put(row, column, label, color=GREY, line=False, align="left")
        cell = page.put(row + 1, column, f'=IF(n_assets=0,"",{formula})', format, line=False, align="left")
        cell.font = work.document.font(size=TITLE, bold=True, color=work.document.accent)
    page.sheet.row_dimensions[row].height = 20
    page.sheet.row_dimensions[row + 1].height = 26
    wrong, said = found
    ok = quote(say("client.check_ok"))
    lines = (
        ("client.check", f"=IF(SUM({wrong})=0,{ok},INDEX({said},MATCH(1,{wrong},0)))", True),
        ("client.signal", '=IF(n_assets=0,"",signal_line)', False),
        ("client.suitability", '=IF(n_assets=0,"",suitability_line)', False),
    )
    for k, (key, formula, array) in enumerate(lines, 3):
        page.put(row + k, 2, say(key), color=GREY)
        for column in range(3, 11):
            page.put(row + k, column, None)
        page.put(row + k, 3, formula, array=array)
    page.emphasise(f"C{row + 3}", f"C{row + 3}<>{ok}")
    page.emphasise(f"C{row + 5}", "funds_above>0")
