"""The sheets Allocation and Risk: what to trade, and where the risk comes from."""

from openpyxl.utils import get_column_letter as letter

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.blocks import SLOTS, Work, picked, within
from xlalloc.templates.layout import MONEY, NUMBER, PERCENT, SIGNED, SIGNED_PERCENT, Page


def allocation(work: Work) -> None:
    page = work.page("allocation")
    say = work.document.say
    page.heading("allocation.orders")
    head = page.header(["asset", "client.now", "allocation.weight", "client.target", "allocation.deviation",
                        "allocation.trade", "allocation.cost", "allocation.after"])  # fmt: skip
    first, height = head + 1, SLOTS + 2
    labels = f"B{first}:B{first + height - 1}"
    k = f"ROW({labels})-ROW(B{first})+1"
    last_rows = f'IF({k}=n_assets+1,"{say("cash")}",IF({k}=n_assets+2,"{say("total")}",""))'
    page.block(first, 2, height, 1, f"=IF({k}<=n_assets,INDEX(asset_names,{k}),{last_rows})")
    plan = "REBAL_PLAN(v_now,w_target,drift_threshold,cash_in_out,,,commission_rate)"
    columns = (
        ("value", MONEY),
        ("weight", PERCENT),
        ("target", PERCENT),
        ("deviation", SIGNED_PERCENT),
        ("trade", SIGNED),
        ("cost", NUMBER),
        ("weight after", PERCENT),
    )
    header = _plan_header()
    for j, (name, format) in enumerate(columns):
        column = letter(3 + j)
        block = f"{column}{first}:{column}{first + height - 1}"
        page.block(
            first,
            3 + j,
            height,
            1,
            within(block, "n_assets+2", picked(block, plan, header.index(name) + 1, 1)),
            format,
        )
    last = first + height - 1
    page.row = last + 1
    page.note("allocation.note")
    page.emphasise(f"B{first}:I{last}", f'$B{first}="{say("total")}"', work.document.accent)
    work.document.name(
        "w_now", f"{page.quoted}!$D${first}:INDEX({page.quoted}!$D${first}:$D${first + SLOTS - 1},n_assets)"
    )
    page.row += 1


def _plan_header() -> list[str]:
    return [str(cell) for cell in CATALOGUE["REBAL_PLAN"].value[0]]


def risk(work: Work) -> None:
    page = work.page("risk")
    page.heading("risk.by_asset")
    head = page.header(
        ["asset", "allocation.weight", "client.target", "risk.share", "risk.marginal", "risk.rp", "risk.inverse"]
    )
    first, last = head + 1, head + SLOTS
    columns = (
        ("asset_names", "General"), ("w_now", PERCENT), ("w_target", PERCENT), ("RISK_CONTRIB(w_target,cov)", PERCENT),
        ("MARGINAL_RISK(w_target,cov)", PERCENT), ("RP_WEIGHTS(cov)", PERCENT), ("INV_VOL_WEIGHTS(cov)", PERCENT),
    )  # fmt: skip
    for j, (source, format) in enumerate(columns):
        block = f"{letter(2 + j)}{first}:{letter(2 + j)}{last}"
        page.block(first, 2 + j, SLOTS, 1, within(block, "n_assets", picked(block, source)), format)
    page.bars(f"D{first}:D{last}")
    page.bars(f"E{first}:E{last}")
    work.document.name("w_rp", f"{page.quoted}!$G${first}:INDEX({page.quoted}!$G${first}:$G${last},n_assets)")
    page.row = last + 1
    _whole(work, page)
    _policy(work, page)
    page.bar_chart(
        "risk.chart", (page, first, last, 2), [(page, first, last, 4), (page, first, last, 5)], f"B{page.row + 1}"
    )
    orders = work.pages["allocation"]
    orders.bar_chart(
        "allocation.chart",
        (page, first, last, 2),
        [(page, first, last, 3), (page, first, last, 4)],
        f"B{orders.row}",
    )


def _whole(work: Work, page: Page) -> None:
    page.heading("risk.whole")
    page.header(["risk.measure", "risk.of_now", "risk.of_target", "risk.of_rp"])
    measures = (
        ("risk.return", "PORT_RETURN({w},mu_assets)", PERCENT),
        ("risk.vol", "PORT_VOL({w},cov)", PERCENT),
        ("risk.sharpe", "PORT_SHARPE({w},mu_assets,cov,risk_free)", NUMBER),
        ("risk.ratio", "DIVERSIFICATION({w},cov)", NUMBER),
        ("risk.effective", "EFFECTIVE_N({w})", NUMBER),
    )
    for key, formula, format in measures:
        page.put(page.row, 2, work.document.say(key))
        for column, weights in ((3, "w_now"), (4, "w_target"), (5, "w_rp")):
            page.put(page.row, column, "=" + formula.format(w=weights), format)
        page.row += 1


def _policy(work: Work, page: Page) -> None:
    """The stated ranges beside what the assumptions imply."""
    say = work.document.say
    page.heading("policy.heading")
    head = page.header(["policy.measure", "policy.stated", "", "policy.implied", "policy.verdict"])
    stated = (("return", "return_range"), ("vol", "vol_range"), ("drawdown1", None), ("drawdown5", None))
    check = "POLICY_CHECK(w_target,mu_assets,cov,return_range,vol_range,drawdown_limit)"
    for k, (measure, limits) in enumerate(stated, 1):
        row = head + k
        page.put(row, 2, say(f"policy.{measure}"))
        page.put(row, 3, f"=INDEX({limits},1)" if limits else None, PERCENT)
        page.put(row, 4, f"=INDEX({limits},2)" if limits else "=drawdown_limit", PERCENT)
    implied = f"E{head + 1}:E{head + 4}"
    verdict = f"F{head + 1}:F{head + 4}"
    page.block(head + 1, 5, 4, 1, "=" + picked(implied, check, 3, 1), PERCENT)
    words = picked(verdict, check, 4, 1)
    shown = words
    if work.document.lang == "zh":  # the function's words are English on every host
        for word in ("above", "below", "deeper"):
            shown = f'IF({words}="{word}","{say("verdict." + word)}",{shown})'
        shown = f'IF({words}="inside","{say("verdict.inside")}",{shown})'
    page.block(head + 1, 6, 4, 1, "=" + shown, align="right")
    page.emphasise(verdict, f'F{head + 1}<>"{say("verdict.inside")}"')
    page.row = head + 5
    page.note("policy.note")
