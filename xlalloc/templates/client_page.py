"""The Client sheet: every input but market data, and what is wrong with the input."""

from collections.abc import Callable

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter

from xlalloc.templates.blocks import Work, picked, quote, within
from xlalloc.templates.checks import checks
from xlalloc.templates.layout import DATE, GREY, INPUT, MONEY, PERCENT, PERCENT2, PLAIN, SIGNED, Protection
from xlalloc.templates.work_page import WorkPage

VALUE_WIDTH = 13  # of the column most inputs stand in
HINT = 5  # the column of the words beside an input
LIMITS = "between"
TEXT = "@"  # codes such as 000300 stay what was typed
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
    "goal_years": ("decimal", LIMITS, "0.01", "150"),
    "correlation": ("decimal", LIMITS, "-1", "1"),
    "price": ("decimal", LIMITS, "0.000001", "1E+9"),
    "shock": ("decimal", LIMITS, "-1", "5"),
    "asset": ("list", None, "asset_names", None),
    "frequency": ("list", None, None, None),
    "order": ("custom", None, None, None),
    "yes": ("list", None, None, None),
}
# section: (attribute of the case, format, defined name, rule)
FIELDS = {
    "client.who": (
        ("name", PLAIN, "client_name", "text"), ("age", "0", "client_age", "age"),
        ("model", PLAIN, "model_name", "text"), ("risk_level", PLAIN, "risk_level", "level"),
        ("as_of", DATE, "as_of", "date"), ("currency", PLAIN, "currency_code", "text"),
    ),
    "client.rule": (
        ("last_rebalanced", DATE, "last_rebalanced", "past"), ("frequency", PLAIN, "frequency_word", "frequency"),
        ("threshold", PERCENT, "drift_threshold", "share"), ("cash_flow", SIGNED, "cash_flow", "flow"),
    ),
    "client.goal_section": (
        ("goal", MONEY, "goal_today", "amount"), ("goal_years", "0.0", "goal_years", "goal_years"),
        ("monthly", SIGNED, "monthly_saving", "flow"), ("fee", PERCENT2, "advisory_fee", "share"),
        ("inflation", PERCENT2, "inflation_rate", "rate"), ("rf", PERCENT2, "risk_free", "rate"),
    ),
    "client.stress_section": (
        ("corr_uplift", "0%", "corr_uplift", "share"), ("hedge_asset", PLAIN, "hedge_asset", "asset"),
        ("hedge_floor", "0%", "hedge_floor", "share"), ("hedge_years", "0.0", "hedge_years", "years"),
    ),
}  # fmt: skip
RANGES = (("return_range", "rate"), ("vol_range", "vol"))
# (text, format, defined name, rule) of the lists, their columns from B on
HOLDINGS = (
    ("asset", TEXT, "asset_names", "text"),
    ("client.now", MONEY, "v_now", "amount"),
    ("client.target", PERCENT, "w_target", "weight"),
    ("client.mu", PERCENT, "mu_assets", "rate"),
    ("client.sigma", PERCENT, "vol_assets", "vol"),
    ("client.level", PLAIN, "fund_levels", "fund_level"),
)
TRADING = (  # beside the name of each asset
    ("client.price", "#,##0.000", "own_prices", "price"),
    ("client.lot", "#,##0.####", "lot_sizes", "amount"),
    ("client.commission", "0.000%", "order_rates", "share"),
    ("client.min_commission", "#,##0.00", "minimum_commissions", "amount"),
    ("client.sell_tax", "0.000%", "sell_taxes", "share"),
    ("client.exit_fee", "0.000%", "exit_fees", "share"),
    ("client.locked", MONEY, "locked_values", "amount"),
    ("client.order", SIGNED, "orders_given", "order"),
)
BENCHMARK = (("asset", TEXT, "bench_names", "text"), ("client.bench", PERCENT, "w_bench", "weight"))
LEVELS = ("C1", "C2", "C3", "C4", "C5")


def client(work: Work) -> Callable[[], None]:
    page = work.page("client", one_page=False)
    page.sheet.column_dimensions["C"].width = VALUE_WIDTH
    work.illustrative(page)
    _fields(work, page, "client.who")
    _holdings(work, page)
    _fields(work, page, "client.rule")
    _frequency(work)
    _fields(work, page, "client.goal_section")
    _ranges(work, page)
    _fields(work, page, "client.stress_section")
    page.new_page()
    _trading(work, page)
    _levels(work, page)
    _benchmark(work, page)
    return lambda: _checked(work, page)


def _checked(work: Work, page: WorkPage) -> None:
    """What is wrong with the input, of all sheets."""
    checks(work, page)
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
        low = quote(page.document.say("client.frequencies"))
    if rule == "yes":
        low = quote(f"{page.document.say('yes')},{page.document.say('no')}")
    if rule == "order":
        first = cells.split(":")[0]
        low = f"OR(ISNUMBER({first}),{first}={quote(page.document.say('client.no_order'))})"
    page.validate(cells, kind, f"prompt.{rule}", hint, _title(key), operator=operator, formula1=low, formula2=high)


def _title(key: str) -> str:
    return {
        "asset": "asset",
        "correlation": "market.correlations",
        "price": "market.prices",
        "shock": "market.scenarios",
        "date": "performance.date",
    }.get(key, f"client.{key}")


def _fields(work: Work, page: WorkPage, section: str) -> None:
    """Labelled inputs one below the other, the hint beside each."""
    page.heading(section)
    for key, format, name, rule in FIELDS[section]:
        cell = page.field(f"client.{key}", None, format, name)
        hint(work, page, cell.row, key)
        if rule == "text":
            page.put(cell.row, 4, None, fill=INPUT)
        allow(page, cell.coordinate, rule, key)


def hint(work: Work, page: WorkPage, row: int, key: str) -> None:
    page.put(row, HINT, work.say(f"hint.{key}"), color=GREY, line=False)
    page.left(HINT, row, row)


TERMS = ("weekly", "monthly", "quarterly", "semiannual", "annual")


def _frequency(work: Work) -> None:
    """The review frequency as the functions know it."""
    known, shown = (",".join(map(quote, words)) for words in (TERMS, work.say("client.frequencies").split(",")))
    work.document.name("check_frequency", f"INDEX({{{known}}},1,MATCH(frequency_word,{{{shown}}},0))")


def _ranges(work: Work, page: WorkPage) -> None:
    """The characteristics stated for the case, from and to."""
    page.heading("client.ranges")
    page.header(["", "client.low", "client.high"])
    for key, rule in RANGES:
        row = page.field(f"client.{key}", None, PERCENT).row
        page.put(row, 4, None, PERCENT, align="right", fill=INPUT).protection = Protection(locked=False)
        hint(work, page, row, key)
        work.document.name(key, page.at(f"C{row}:D{row}"))
        allow(page, f"C{row}:D{row}", rule, key)
    cell = page.field("client.drawdown_limit", None, PERCENT, "drawdown_limit")
    hint(work, page, cell.row, "drawdown_limit")
    allow(page, cell.coordinate, "share", "drawdown_limit")


def _holdings(work: Work, page: WorkPage) -> None:
    page.heading("client.holdings")
    page.note("client.holdings_note", slots=work.slots)
    first, last = _list(work, page, HOLDINGS, 2)
    work.document.name("n_assets", f"COUNTA({page.at(f'B{first}:B{last}')})")
    work.document.name("n_rows", "MAX(1,n_assets)")  # of a range: it has one row at least
    work.document.name("asset_cells", page.at(f"B{first}:B{last}"))
    page.bars(f"D{first}:D{last}")
    _totals(work, page, first, last)
    page.row = last + 2


def _list(work: Work, page: WorkPage, columns: tuple, left: int, count: str = "n_rows") -> tuple[int, int]:
    """Inputs, one row per asset; gives the first and last row."""
    head = page.row if left > 2 else page.header([key for key, *_ in columns])
    first, last = head + 1, head + work.slots
    for j, (key, format, name, rule) in enumerate(columns, left):
        for row in range(first, last + 1):
            align = "center" if rule == "fund_level" else "right" if rule == "order" else ""
            page.put(row, j, None, format, align=align)
        page.inputs(range(first, last + 1), [j])
        work.listed(page, name, first, last, j, count)
        allow(page, f"{letter(j)}{first}:{letter(j)}{last}", rule, key.removeprefix("client."))
    page.row = last + 1
    return first, last


def _trading(work: Work, page: WorkPage) -> None:
    """What orders cost and what they must leave alone; the names are those of the holdings."""
    page.heading("client.trading")
    page.note("client.trading_note", none=work.say("client.no_order"))
    head = page.header(["asset", *(key for key, *_ in TRADING)])
    page.row = head
    first, last = _list(work, page, TRADING, 3)
    names = f"B{first}:B{last}"
    page.block(first, 2, work.slots, 1, within(names, "n_assets", picked(names, "asset_names")))


def _levels(work: Work, page: WorkPage) -> None:
    """The products that a client of each level may buy: the firm's rule."""
    page.heading("client.levels")
    head = page.header(["client.client_level", *LEVELS])
    page.put(head + 1, 2, work.say("client.allowed"))
    for column in range(3, 8):
        page.put(head + 1, column, None, PLAIN)
    page.inputs(range(head + 1, head + 2), list(range(3, 8)))
    for column in range(3, 8):  # five levels in a narrow cell
        page.sheet.cell(head + 1, column).alignment = Alignment(horizontal="right", shrink_to_fit=True)
    cells = f"C{head + 1}:G{head + 1}"
    allow(page, cells, "text", "allowed")
    work.document.name("allowed_levels", page.at(cells))
    page.row = head + 2


def _benchmark(work: Work, page: WorkPage) -> None:
    page.heading("client.benchmark")
    first, last = _list(work, page, BENCHMARK, 2, "n_bench")
    work.document.name("n_bench", f"MAX(1,COUNTA({page.at(f'B{first}:B{last}')}))")


def _totals(work: Work, page: WorkPage, first: int, last: int) -> None:
    page.put(last + 1, 2, work.say("total"), bold=True)
    for column, format in ((3, MONEY), (4, PERCENT)):
        own = letter(column)
        page.put(last + 1, column, f"=SUM({own}{first}:{own}{last})", format, bold=True)
    work.document.name("beyond_assets", page.at(f"B{last + 1}"))
    page.emphasise(f"D{last + 1}", f"ABS(D{last + 1}-1)>0.000001")
