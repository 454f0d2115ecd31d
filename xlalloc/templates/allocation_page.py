"""The sheet Allocation: is it due, what to trade, and does the client's level allow it."""

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.blocks import Work, quote, sentence, table, within
from xlalloc.templates.client_page import frequency
from xlalloc.templates.layout import CENTS, MONEY, PERCENT, PERCENT2, PLAIN, SIGNED, SIGNED_PERCENT
from xlalloc.templates.layout import letter as column_letter
from xlalloc.templates.work_page import WorkPage

CHART_ROWS = 21
PLAN = (  # the orders: sales first, the money put in or taken out before anything else
    "REBAL_PLAN(v_now,w_target,drift_threshold,cash_in_out,IF(lot_sizes>0,unit_prices,1),lot_sizes,commission_rate,0,"
    '(lot_sizes>0)*commission_least,sale_fees,IF(trade_due="{yes}","target","cash"))'
)
PRICE = "INDEX(price_table,ROWS(price_table),1+MATCH(asset_names,price_heads,0))"  # the last one of each asset
LEVEL = 'SUBSTITUTE(risk_level,"C","R")'  # the highest a client of this level may buy
# header and format of the columns of the plan's own table
ORDERS = (
    ("client.now", MONEY), ("allocation.weight", PERCENT), ("client.target", PERCENT),
    ("allocation.deviation", SIGNED_PERCENT), ("allocation.trade", SIGNED), ("allocation.units", "+#,##0;-#,##0;0"),
    ("allocation.cost", CENTS), ("allocation.after", PERCENT),
)  # fmt: skip
UNITS = 5  # the column of units among them


def allocation(work: Work) -> None:
    page = work.page("allocation", one_page=False)
    _due(work, page)
    _orders(work, page)
    _totals(work, page)
    page.row += 1
    chart, page.row = page.row, page.row + CHART_ROWS
    page.new_page()
    first = _products(work, page)
    work.close(page)
    page.row = chart
    labels, *series = [(page, first, first + work.slots - 1, column) for column in (2, 6, 7)]
    page.bar_picture("allocation.chart", labels, series, CHART_ROWS, alt="allocation.chart_alt")


def _due(work: Work, page: WorkPage) -> None:
    """By the calendar, by the threshold, and both: the rule the orders follow."""
    say = work.say
    yes, no = quote(say("yes")), quote(say("no"))
    page.heading("allocation.due")
    by_date = f"REBAL_DUE(last_rebalanced,as_of,{frequency(work)})"
    first = page.row
    work.result(page, "allocation.by_date", f'=IF(last_rebalanced="",{yes},IF({by_date},{yes},{no}))')
    drift = "v_now/SUM(v_now)-w_target"
    place = f"MATCH(MAX(ABS({drift})),ABS({drift}),0)"
    work.result(page, "client.drift", f"=INDEX({drift},{place})", SIGNED_PERCENT, "largest_deviation", array=True)
    page.put(page.row - 1, 4, f"=INDEX(asset_names,{place})", array=True)
    beyond = "ABS(largest_deviation)>drift_threshold+0.000000001"
    work.result(page, "allocation.beyond", f"=IF({beyond},{yes},{no})")
    said = sentence(work, "allocation.threshold_is", threshold='TEXT(drift_threshold,"0.0%")')
    page.put(page.row - 1, 4, f"={said}")
    due = f"REBAL_DUE(last_rebalanced,as_of,{frequency(work)},v_now,w_target,drift_threshold)"
    work.result(page, "allocation.rule", f'=IF(IF(last_rebalanced="",{beyond},{due}),{yes},{no})', PLAIN, "trade_due")
    page.put(page.row - 1, 4, f'=IF(trade_due={yes},{quote(say("allocation.rule_target"))},'
                              f"{quote(say('allocation.rule_cash'))})")  # fmt: skip
    for row in range(first, page.row):
        for column in range(4, 11):
            page.style(page.sheet.cell(row, column))
    page.left(4, first, page.row - 1)
    page.emphasise(f"B{page.row - 1}:D{page.row - 1}", f"trade_due={yes}", work.document.accent)


def _orders(work: Work, page: WorkPage) -> None:
    """REBAL_PLAN: an asset a row, then the cash left and the total."""
    page.heading("allocation.orders")
    first = page.header(["asset", *(key for key, _ in ORDERS)]) + 1
    height = work.slots + 2
    last = first + height - 1
    labels = f"B{first}:B{last}"
    k = f"ROW({labels})-ROW(B{first})+1"
    ends = f'IF({k}=n_assets+1,{quote(work.say("cash"))},IF({k}=n_assets+2,{quote(work.say("total"))},""))'
    page.block(first, 2, height, 1, f'=IF(n_assets=0,"",IF({k}<=n_assets,INDEX(asset_names,{k}),{ends}))', line=False)
    header = [str(cell) for cell in CATALOGUE["REBAL_PLAN"].value[0]]
    for start, count in ((0, UNITS), (UNITS, 1), (UNITS + 1, 2)):  # units only where there are lots
        left = 3 + start
        block = f"{column_letter(left)}{first}:{column_letter(left + count - 1)}{last}"
        own = f"ROW({block})-ROW({column_letter(left)}{first})+1"
        value = table(block, PLAN.format(yes=work.say("yes")), header.index("value") + 1 + start)
        if start == UNITS:
            value = f'IF({own}>n_assets,"",IF(INDEX(lot_sizes,IF({own}>n_assets,1,{own}))=0,"",{value}))'
        formats = [format for _, format in ORDERS[start : start + count]]
        page.block(first, left, height, count, within(block, "n_assets", value, 2), formats, line=False, align="right")
    page.emphasise(f"B{first}:J{last}", f"$B{first}={quote(work.say('total'))}", work.document.accent)
    page.ruled(f"B{first}:J{last}", f'$B{first}<>""')  # after what is bold: where both are true Calc shows the first
    for name, column in (("w_now", 4), ("trades", 7), ("trade_costs", 9), ("w_after", 10)):
        work.listed(page, name, first, last, column)
    page.row = last + 1
    page.note("allocation.note")


def _totals(work: Work, page: WorkPage) -> None:
    """What is bought, sold and paid, and the line for the first sheet."""
    page.heading("allocation.totals")
    head = page.header(["", "allocation.bought", "allocation.sold", "allocation.costs", "allocation.cost_share"])
    page.put(head + 1, 2, f"={sentence(work, 'allocation.in_money', currency='currency')}")
    for column, formula, format in (
        (3, "=SUM((trades>0)*trades)", MONEY), (4, "=-SUM((trades<0)*trades)", MONEY),
        (5, "=SUM(trade_costs)", CENTS), (6, "=SUM(trade_costs)/SUM(v_now)", PERCENT2),
    ):  # fmt: skip
        page.put(head + 1, column, formula, format, array=True, align="right")
    page.row = head + 2
    amounts = zip(("bought", "sold", "costs"), "CDE", strict=True)
    parts = {name: f'TEXT({column}{head + 1},"#,##0")' for name, column in amounts}
    parts["deviation"] = 'TEXT(largest_deviation,"+0.0%;-0.0%")'
    if work.lang == "zh":  # a difference of shares is said in points
        parts["deviation"] = 'TEXT(100*largest_deviation,"+0.0;-0.0")&" 个百分点"'
    due, alone = (sentence(work, key, **parts) for key in ("client.due_line", "client.not_due_line"))
    line = f"=IF(trade_due={quote(work.say('yes'))},{due},{alone})"
    work.result(page, "allocation.line", line, PLAIN, "signal_line")


def _products(work: Work, page: WorkPage) -> int:
    """Each asset's level against the client's, for what is bought and held afterwards; gives the first row."""
    say = work.say
    page.heading("allocation.products")
    above = f"fund_levels>{LEVEL}"
    bought, held = quote(say("allocation.bought_above")), quote(say("allocation.held_above"))
    fits = f"IF(w_after>0,{quote(say('allocation.fits'))},{quote(say('allocation.not_held'))})"
    first, last = work.by_asset(
        page,
        [
            ("asset", "asset_names", PLAIN), ("allocation.price", f'IF(lot_sizes>0,{PRICE},"")', "#,##0.000"),
            ("client.lot", "lot_sizes", MONEY), ("client.level", "fund_levels", PLAIN),
            ("allocation.weight", "w_now", PERCENT), ("client.target", "w_target", PERCENT),
            ("allocation.after", "w_after", PERCENT),
            ("allocation.verdict", f"IF({above},IF(trades>0,{bought},IF(w_after>0,{held},{fits})),{fits})", PLAIN),
        ],
        {"unit_prices": 3},
    )  # fmt: skip
    for row in range(first, last + 1):
        page.sheet.cell(row, 4).number_format = '#,##0;;"–"'
    page.left(9, first - 1, last)
    page.put(first - 1, 10, None, line=False, fill=work.document.accent)
    page.emphasise(f"B{first}:I{last}", f"OR($I{first}={bought},$I{first}={held})")
    work.document.name("funds_above", _count(work, page, f"SUM(({above})*((trades>0)+(w_after>0)>0))"))
    which = f"INDEX(asset_names,MATCH(1,({above})*((trades>0)+(w_after>0)>0),0))"
    unknown = 'SUM((risk_level={"C1","C2","C3","C4","C5"})*1)=0'
    none = sentence(work, "client.suitable", level="risk_level")
    some = sentence(work, "client.unsuitable", count="funds_above", level="risk_level", asset=which)
    line = f"=IF({unknown},{quote(say('client.level_missing'))},IF(funds_above=0,{none},{some}))"
    work.result(page, "client.suitability", line, PLAIN, "suitability_line", array=True)
    return first


def _count(work: Work, page: WorkPage, formula: str) -> str:
    cell = work.result(page, "allocation.above", f"={formula}", "0", array=True)
    return page.at(cell.coordinate)
