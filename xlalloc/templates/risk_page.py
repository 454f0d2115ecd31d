"""The sheet Risk: money against risk, the whole portfolio, and whether the stated ranges hold."""

from xlalloc.templates.blocks import Work, picked, quote, where, worded
from xlalloc.templates.layout import NUMBER, PERCENT, PLAIN
from xlalloc.templates.layout import letter as column_letter
from xlalloc.templates.market_page import covariance
from xlalloc.templates.work_page import WorkPage

MEASURES = (
    ("risk.return", "PORT_RETURN({w},mu_assets)", PERCENT),
    ("risk.vol", "PORT_VOL({w},cov_assets)", PERCENT),
    ("risk.sharpe", "PORT_SHARPE({w},mu_assets,cov_assets,risk_free)", NUMBER),
    ("risk.ratio", "DIVERSIFICATION({w},cov_assets)", NUMBER),
    ("risk.effective", "EFFECTIVE_N({w})", NUMBER),
)

# Assets without risk carry none of it: their budget is 0.
RISKY = "MAX(vol_assets)>0"
PARITY = "RP_WEIGHTS(cov_assets,(vol_assets>0)/SUM((vol_assets>0)*1))"
INVERSE = "IF(vol_assets>0,1/vol_assets,0)/SUM(IF(vol_assets>0,1/vol_assets,0))"
POLICY = "POLICY_CHECK(w_target,mu_assets,cov_assets,return_range,vol_range,drawdown_limit)"
COMPARED = {"w_today": "risk_today>0", "w_target": "risk_target>0", "parity_weights": RISKY, "w_inverse": RISKY}
VERDICTS = {word: f"verdict.{word}" for word in ("inside", "above", "below", "deeper", "not stated")}


def risk(work: Work) -> None:
    page = work.page("risk")
    page.heading("risk.by_asset")
    first, last = work.by_asset(
        page,
        [
            ("asset", "asset_names", PLAIN),
            ("allocation.weight", "w_today", PERCENT),
            ("risk.share_now", "RISK_CONTRIB(w_today,cov_assets)", PERCENT, "risk_today>0"),
            ("client.target", "w_target", PERCENT),
            ("risk.share", "RISK_CONTRIB(w_target,cov_assets)", PERCENT, "risk_target>0"),
            ("risk.rp", PARITY, PERCENT, RISKY),
            ("risk.inverse", INVERSE, PERCENT, RISKY),
            ("risk.marginal", "MARGINAL_RISK(w_target,cov_assets)", PERCENT, "risk_target>0"),
        ],
        {"parity_weights": 7, "w_inverse": 8},
    )
    for column in "CDEF":
        page.bars(f"{column}{first}:{column}{last}")
    page.note("risk.note")
    page.row += 1
    picture, page.row = page.row, page.row + chart_rows(work, 2)
    _whole(work, page)
    _policy(work, page)
    work.close(page)
    bars = _bars(work, page, first)  # behind the printed page
    covariance(work, page)
    page.row = picture
    for key, columns, left, right in (("risk.chart_now", (3, 4), 2, 5), ("risk.chart", (5, 6), 6, 10)):
        series = [(page, *bars, column) for column in columns]
        page.bar_picture(
            key, (page, *bars, 2), series, chart_rows(work, 2), left, right, negative=True, alt="risk.chart_alt"
        )


def chart_rows(work: Work, bars: int) -> int:
    """The height of a chart with so many bars an asset."""
    return 5 + round(work.room.bars * (1 + 0.5 * bars))


def _bars(work: Work, page: WorkPage, first: int) -> tuple[int, int]:
    """What charts show: as many assets as the workbook was made for, the last for all that follow it."""
    page.heading("risk.bars")
    columns = [("asset", ""), ("allocation.weight", "C"), ("risk.share_now", "D"), ("client.target", "E"),
               ("risk.share", "F"), ("allocation.weight", "w_now"), ("allocation.after", "w_after"),
               ("client.target", "w_target")]  # fmt: skip
    head, count = page.header([key for key, _ in columns]), work.room.bars
    top, last = head + 1, head + count
    for j, (_, source) in enumerate(columns, 2):
        own = column_letter(j)
        block = f"{own}{top}:{own}{last}"
        k = f"ROW({block})-ROW({own}{top})+1"
        if not source:
            rest = f"IF(({k}={count})*(n_assets>{count}),{quote(work.say('risk.other_assets'))},INDEX(asset_names,{k}))"
        else:
            cells = source if len(source) > 1 else f"{source}{first}:{source}{first + work.slots - 1}"
            others = f"SUM({cells})-SUM(INDEX({cells},1):INDEX({cells},{count - 1}))"
            rest = f"IF(({k}={count})*(n_assets>{count}),{others},INDEX({cells},{k}))"
        page.block(top, j, count, 1, f'=IF({k}>n_assets,"",{rest})', PERCENT if source else PLAIN, line=False,
                   align="right" if source else "left")  # fmt: skip
    work.pictures["assets"] = page, top, last
    page.row = last + 1
    return top, last


def _whole(work: Work, page: WorkPage) -> None:
    page.heading("risk.whole")
    page.header(["risk.measure", "risk.of_now", "risk.of_target", "risk.of_rp", "risk.of_inverse"])
    for key, formula, format in MEASURES:
        page.put(page.row, 2, work.say(key))
        for column, (weights, risky) in enumerate(COMPARED.items(), 3):
            needed = [risky] if column > 4 or key in ("risk.sharpe", "risk.ratio") else []
            page.put(page.row, column, f"={where(needed, formula.format(w=weights))}", format, align="right")
        page.row += 1


def _policy(work: Work, page: WorkPage) -> None:
    """The stated ranges beside what the assumptions imply."""
    page.heading("policy.heading")
    head = page.header(["policy.measure", "policy.low", "policy.high", "policy.implied", "policy.verdict"])
    stated = (
        ("return", "return_range"),
        ("volatility", "vol_range"),
        ("drawdown in 1 year (95%)", None),
        ("drawdown in 5 years (95%)", None),
    )
    for k, (measure, limits) in enumerate(stated, 1):
        page.put(head + k, 2, work.say(f"policy.{measure}"))
        low, high = (f"=INDEX({limits},1)", f"=INDEX({limits},2)") if limits else (None, "=drawdown_limit")
        page.put(head + k, 3, low, PERCENT, align="right")
        page.put(head + k, 4, high, PERCENT, align="right")
    implied, verdict = (f"{column}{head + 1}:{column}{head + 4}" for column in "EF")
    given = "COUNT(return_range)+COUNT(vol_range)<4"
    page.block(head + 1, 5, 4, 1, f'=IF({given},"",{picked(implied, POLICY, 3, 1)})', PERCENT, align="right")
    shown = worded(work, picked(verdict, POLICY, 4, 1), VERDICTS)
    page.block(head + 1, 6, 4, 1, f'=IF({given},"",{shown})', align="right")
    page.emphasise(verdict, f'AND(F{head + 1}<>"{work.say("verdict.inside")}",F{head + 1}<>"")')
    page.row = head + 5
    page.note("policy.note")
