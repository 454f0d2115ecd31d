"""The sheet Allocation: is it due, what to trade, and does the client's level allow it."""

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.blocks import Work, quote, sentence
from xlalloc.templates.layout import CENTS, MONEY, PERCENT, PERCENT2, PLAIN, SIGNED, SIGNED_PERCENT
from xlalloc.templates.work_page import WorkPage

PLAN = (  # the orders: sales first, the money put in or taken out before anything else
    "REBAL_PLAN(plan_values,plan_targets,plan_threshold,plan_flow,plan_prices,plan_lots,order_rates,sell_taxes,"
    'minimum_commissions,exit_fees,IF(due_by_rule="{yes}","target","cash"))'
)
# columns of the orders
ORDERS = ("client.now", "allocation.weight", "client.target", "allocation.deviation",
          "allocation.trade", "allocation.units", "allocation.cost", "allocation.after")  # fmt: skip
# The last price of each asset.
LAST = "INDEX(price_table,ROWS(price_table),1+MATCH(TRIM(asset_names),TRIM(price_heads),0))"
PRICE = f'IF(ISNUMBER(own_prices),own_prices,IF(ISNUMBER({LAST}),IF({LAST}>0,{LAST},""),""))'
LEVEL = "UPPER(TRIM(risk_level))"  # of the client
UNKNOWN = f'SUM(({LEVEL}={{"C1","C2","C3","C4","C5"}})*1)=0'
ALLOWED = f'UPPER(INDEX(allowed_levels,1,MATCH({LEVEL},{{"C1","C2","C3","C4","C5"}},0))&"")'
PRODUCT = "UPPER(TRIM(fund_levels))"
UNRATED = f'NOT(ISNUMBER(MATCH({PRODUCT},{{"R1","R2","R3","R4","R5"}},0)))'
NOW = "IF(SUM(v_now)=0,0*v_now,v_now/SUM(v_now))"  # weights; of new money nothing is placed yet
WORTH = "IF(SUM(v_now)=0,SUM(v_now)+cash_flow,SUM(v_now))"
ABOVE = (  # the firm's rule does not name its level
    f'IF({UNKNOWN},0*v_now,NOT({UNRATED})*(SUBSTITUTE({ALLOWED},{PRODUCT},"")={ALLOWED}))'
)


def allocation(work: Work) -> None:
    page = work.page("allocation")
    _due(work, page)
    _orders(work, page)
    _totals(work, page)
    _products(work, page)
    work.close(page)
    _given(work, page)  # behind the printed page


def _due(work: Work, page: WorkPage) -> None:
    """By the calendar, by the threshold, and both: the rule the orders follow."""
    say = work.say
    yes, no = quote(say("yes")), quote(say("no"))
    page.heading("allocation.due")
    by_date = "REBAL_DUE(last_rebalanced,as_of,check_frequency)"
    first = page.row
    work.result(page, "allocation.by_date", f'=IF(last_rebalanced="",{yes},IF({by_date},{yes},{no}))')
    drift = f"({NOW}-w_target)"
    place = f"MATCH(MAX(ABS({drift})),ABS({drift}),0)"
    work.result(page, "client.drift", f"=INDEX({drift},{place})", SIGNED_PERCENT, "largest_drift", array=True)
    page.put(page.row - 1, 4, f"=INDEX(asset_names,{place})", array=True)
    beyond = "ABS(largest_drift)>drift_threshold+0.000000001"
    work.result(page, "allocation.beyond", f"=IF({beyond},{yes},{no})")
    words = sentence(work, "allocation.threshold_is", threshold='TEXT(drift_threshold,"0.0##%")')
    page.put(page.row - 1, 4, f"={words}")
    spread = 'PLAIN(REBAL_TRADES(v_now,w_target,drift_threshold,cash_flow,"cash"))'
    left = f"ABS((v_now+{spread})/(SUM(v_now)+cash_flow)-w_target)>drift_threshold+0.000000001"
    worth = "SUM(v_now)+cash_flow>0"
    work.result(
        page,
        "allocation.still",
        f"=IF({worth},IF(SUM(({left})*1)>0,{yes},{no}),{no})",
        PLAIN,
        "still_beyond",
        array=True,
    )
    page.put(page.row - 1, 4, work.say("allocation.still_note"))
    due = "REBAL_DUE(last_rebalanced,as_of,check_frequency,v_now,w_target,drift_threshold)"
    rule = f'IF(IF(last_rebalanced="",{beyond},{due}),{yes},{no})'
    raw = work.result(page, "allocation.rule_alone", f"=IF(SUM(v_now)=0,{no},{rule})", PLAIN, "due_by_rule")
    page.put(raw.row, 4, work.say("allocation.rule_alone_note"))
    due = f"AND(due_by_rule={yes},OR(cash_flow=0,still_beyond={yes}))"
    work.result(page, "allocation.rule", f"=IF({due},{yes},{no})", PLAIN, "due_word")
    work.document.name("trade_due", f"due_word={yes}")
    page.put(
        page.row - 1,
        4,
        f"=IF(due_word={yes},{quote(say('allocation.rule_target'))},{quote(say('allocation.rule_cash'))})",
    )
    for row in range(first, page.row):
        for column in range(4, 11):
            page.style(page.sheet.cell(row, column))
    page.left(4, first, page.row - 1)
    page.emphasise(f"B{page.row - 1}:D{page.row - 1}", f"due_word={yes}", work.document.accent)


def _orders(work: Work, page: WorkPage) -> None:
    """REBAL_PLAN with the orders that are given: an asset a row, then the cash left and the total."""
    page.heading("allocation.orders")
    first = page.header(["asset", *ORDERS]) + 1
    height = work.slots + 2
    last = first + height - 1
    rows = f"ROW(B{first}:B{last})-ROW(B{first})+1"
    header = [str(cell) for cell in CATALOGUE["REBAL_PLAN"].value[0]]
    plan = {
        name: f"INDEX({PLAN.format(yes=work.say('yes'))},{rows}+1,{header.index(name) + 1})"
        for name in ("trade", "cost")
    }

    def floating(column: int, asset: str, cash: str, total: str, format: str = PLAIN, align: str = "right") -> None:
        """A column of which the cash left and the total follow the last asset."""
        ends = f'IF({rows}=n_assets+1,{cash},IF({rows}=n_assets+2,{total},""))'
        value = f'=IF(n_assets=0,"",IF({rows}<=n_assets,{asset},{ends}))'
        page.block(first, column, height, 1, value, format, line=False, align=align)

    def own(name: str) -> str:
        return f"INDEX({name},{rows})"

    trade, bought = f"{plan['trade']}+", f"G{first}:G{last}"
    cash = f"MAX(0,INDEX({bought},n_assets+1))"
    after = f"{own('v_now')}+{bought}"
    whole = f"(SUM(v_now)+SUM(({rows}<=n_assets)*IF(ISNUMBER({bought}),{bought},0))+{cash})"
    floating(2, own("asset_names"), quote(work.say("cash")), quote(work.say("total")), align="left")
    floating(3, own("v_now"), '""', "SUM(v_now)", MONEY)
    now = f"IF(SUM(v_now)=0,0,{own('v_now')}/SUM(v_now))"
    floating(4, now, '""', "IF(SUM(v_now)=0,0,1)", PERCENT)
    floating(5, own("w_target"), '""', "1", PERCENT)
    floating(6, f"{now}-{own('w_target')}", '""', '""', SIGNED_PERCENT)
    floating(7, f"{trade}{own('given_trades')}", plan["trade"], f"{trade}SUM(given_trades)", SIGNED)
    units = f'IF(ISNUMBER({own("unit_prices")}),{bought}/{own("unit_prices")},"")'
    floating(8, units, '""', '""', "+#,##0.##;-#,##0.##;0")
    cost = f"{plan['cost']}+"
    floating(9, f"{cost}{own('given_costs')}", '""', f"{cost}SUM(given_costs)", CENTS)
    floating(10, f"IF({after}>0,{after},0)/{whole}", f"{cash}/{whole}", "1", PERCENT)
    page.emphasise(f"B{first}:J{last}", f"$B{first}={quote(work.say('total'))}", work.document.accent)
    page.ruled(f"B{first}:J{last}", f'$B{first}<>""')  # after what is bold: where both are true Calc shows the first
    for name, column in (("w_now", 4), ("trade_money", 7), ("trade_units", 8), ("trade_costs", 9), ("w_after", 10)):
        work.listed(page, name, first, last, column)
    cells = page.at(f"G{first}:G{last}")
    work.document.name("cash_after", f"INDEX({cells},n_assets+1)")
    page.row = last + 1
    page.note("allocation.note")


def _given(work: Work, page: WorkPage) -> None:
    """What REBAL_PLAN plans with: the orders that are given are taken out, and those held back have no lot they fit."""
    page.heading("allocation.given")
    page.note("allocation.given_note")
    taken = "(COUNT(orders_given)>0)*((plan_values=0)*(plan_targets=0)>0)"  # beside an order that is given: not planned
    none = f"orders_given={quote(work.say('client.no_order'))}"
    rest = "IF(ISNUMBER(orders_given),0,w_target)"
    price = "IF(ISNUMBER(unit_prices),unit_prices,1)"
    costs = "REBAL_COST(given_trades,order_rates,sell_taxes,minimum_commissions,exit_fees)"
    beyond = f"(2*(SUM(v_now)+ABS(cash_flow))+1)/{price}"  # more than there is money for
    work.by_asset(
        page,
        [
            ("asset", "asset_names", PLAIN),
            ("client.order", "IF(ISNUMBER(orders_given),orders_given,0)", CENTS),
            ("allocation.cost", costs, CENTS),
            ("client.now", "IF(ISNUMBER(orders_given),0,v_now)", MONEY),
            ("client.target", f"IF(COUNT(orders_given)=0,w_target,{rest}/SUM({rest}))", PERCENT),
            ("allocation.price", price, "#,##0.000"),
            ("client.lot", f"IF({taken},0,IF({none},{beyond},lot_sizes))", "#,##0.####"),
        ],
        {"given_trades": 3, "given_costs": 4, "plan_values": 5, "plan_targets": 6, "plan_prices": 7, "plan_lots": 8},
    )
    work.result(page, "client.cash_flow", "=cash_flow-SUM(given_trades)-SUM(given_costs)", CENTS, "plan_flow")
    _weights(work, page)
    still = f"IF(still_beyond={quote(work.say('yes'))},0,1)"
    work.result(
        page, "client.threshold", f"=IF(COUNT(orders_given)=0,drift_threshold,{still})", PERCENT, "plan_threshold"
    )


def _weights(work: Work, page: WorkPage) -> None:
    """What "now" means where risk, performance and crises are looked at: of new money, the target."""
    page.heading("allocation.today")
    page.note("allocation.today_note")
    today = f"IF(SUM(v_now)=0,w_target,{NOW})"
    work.by_asset(page, [("asset", "asset_names", PLAIN), ("allocation.weight", today, PERCENT)], {"w_today": 3})
    work.document.name("worth_today", WORTH)
    work.document.name("risk_today", "SUMPRODUCT(w_today,vol_assets)")
    work.document.name("risk_target", "SUMPRODUCT(w_target,vol_assets)")


def _totals(work: Work, page: WorkPage) -> None:
    """What is bought, sold and paid, and the line for the first sheet."""
    page.heading("allocation.totals")
    head = page.header(["", "allocation.bought", "allocation.sold", "allocation.costs", "allocation.cost_share"])
    page.put(head + 1, 2, f"={sentence(work, 'allocation.in_money', currency='currency_code')}", gate=False)
    for column, formula, format in (
        (3, "=SUM((trade_money>0)*trade_money)", MONEY),
        (4, "=-SUM((trade_money<0)*trade_money)", MONEY),
        (5, "=SUM(trade_costs)", CENTS),
        (6, f"=SUM(trade_costs)/{WORTH}", PERCENT2),
    ):
        page.put(head + 1, column, formula, format, array=True, align="right")
    page.row = head + 2
    amounts = zip(("bought", "sold", "costs"), "CDE", strict=True)
    parts = {name: f'TEXT({column}{head + 1},"#,##0")' for name, column in amounts}
    parts["deviation"] = 'TEXT(largest_drift,"+0.0%;-0.0%")'
    if work.lang == "zh":  # a difference of shares is given in points
        parts["deviation"] = 'TEXT(100*largest_drift,"+0.0;-0.0")&" 个百分点"'
    due, alone = (sentence(work, key, **parts) for key in ("client.due_line", "client.not_due_line"))
    line = f"=IF(due_word={quote(work.say('yes'))},{due},{alone})"
    work.result(page, "allocation.line", line, PLAIN, "signal_line")


def _products(work: Work, page: WorkPage) -> None:
    """Each asset's level against the client's, for what is bought and held afterwards."""
    say = work.say
    page.heading("allocation.products")
    bought, held = quote(say("allocation.bought_above")), quote(say("allocation.held_above"))
    unrated = f"IF({UNRATED},{quote(say('allocation.unrated'))},{quote(say('allocation.fits'))})"
    fits = f"IF(w_after>0,{unrated},{quote(say('allocation.not_held'))})"
    first, last = work.by_asset(
        page,
        [
            ("asset", "asset_names", PLAIN),
            ("allocation.price", PRICE, "#,##0.000"),
            ("client.lot", "lot_sizes", MONEY),
            ("client.level", "fund_levels", PLAIN),
            ("allocation.weight", "w_now", PERCENT),
            ("client.target", "w_target", PERCENT),
            ("allocation.after", "w_after", PERCENT),
            (
                "allocation.verdict",
                f"IF({ABOVE}>0,IF(trade_money>0.005,{bought},IF(w_after>0,{held},{fits})),{fits})",
                PLAIN,
            ),
        ],
        {"unit_prices": 3},
    )
    for row in range(first, last + 1):
        page.sheet.cell(row, 4).number_format = '#,##0;;"–"'
    page.left(9, first - 1, last)
    page.put(first - 1, 10, None, line=False, fill=work.document.accent)
    page.emphasise(f"B{first}:I{last}", f"OR($I{first}={bought},$I{first}={held})")
    work.document.name("funds_above", _count(work, page, f"SUM({ABOVE}*((trade_money>0.005)+(w_after>0)>0))"))
    which = f"INDEX(asset_names,MATCH(1,{ABOVE}*((trade_money>0.005)+(w_after>0)>0),0))"
    none = sentence(work, "client.suitable", level=LEVEL)
    some = sentence(work, "client.unsuitable", count="funds_above", level=LEVEL, asset=which)
    open_ = f"{UNRATED}*((trade_money>0.005)+(w_after>0)>0)"
    unrated = sentence(work, "client.unrated", asset=f"INDEX(asset_names,MATCH(1,{open_},0))")
    line = f"IF(funds_above>0,{some},IF(SUM({open_})>0,{unrated},{none}))"
    line = f"=IF({UNKNOWN},{quote(say('client.level_missing'))},{line})"
    work.result(page, "client.suitability", line, PLAIN, "level_line", array=True)


def _count(work: Work, page: WorkPage, formula: str) -> str:
    cell = work.result(page, "allocation.above", f"={formula}", "0", array=True)
    return page.at(cell.coordinate)
