"""The account's own performance as names and values of templates: figures in a fixed order, and sentences."""

from xlalloc.reports.account import HORIZONS, Account, Period
from xlalloc.reports.result import Result
from xlalloc.reports.sentences import Say

POINTS = 60  # of the line that is drawn
PLACES = [(years, to_date) for to_date in (False, True) for years in (*HORIZONS, 0)]


def account_words(r: Result, say: Say) -> dict[str, object]:
    """Names and values, as ``vocabulary``; blank where there is no history, or less than the firm shows."""
    a = r.account or Account()
    by = {(p.years, p.to_date): p for p in a.periods}
    periods = [by.get(place) for place in PLACES]
    gross = [[date, flow - fee] for date, flow, fee in zip(a.dates, a.flows, a.fees, strict=True)]
    path = a.path[:: -(-len(a.path) // POINTS) or 1]
    path += a.path[-1:] if path and path[-1] != a.path[-1] else []
    years = [f"{year}" if whole else say("report.part_year", year=year) for year, whole, *_ in a.years]
    return {
        "account_shown": a.shown,
        "account_line": _line(r, a, say),
        "account_note": _note(a, say, r.client.language) if a.shown else None,
        "account_periods": ["" if p is None else _label(p, say) for p in periods],
        "account_starts": [p and p.first for p in periods],
        "account_ends": [p and p.last for p in periods],
        "account_net": [p and p.net for p in periods],
        "account_gross": [p and p.gross for p in periods],
        "account_vols": [p and p.vol for p in periods],
        "account_falls": [p and p.fall for p in periods],
        "account_years": years,
        "account_year_net": [row[2] for row in a.years],
        "account_year_gross": [row[3] for row in a.years],
        "account_first_value": a.money.get("first"),
        "account_paid_in": a.money.get("paid_in"),
        "account_taken_out": a.money.get("taken_out"),
        "account_gain_money": a.money.get("gain"),
        "account_last_value": a.money.get("last"),
        "account_money_weighted": a.money.get("mwr"),
        "account_path_dates": [date for date, _ in path],
        "account_path": [grown for _, grown in path],
        "account_values": _dated("value", a, a.values),
        "account_flows": _dated("flow", a, a.flows),
        "account_gross_flows": [["date", "flow"], *gross] if any(a.fees) else [["date", "flow"]],
    }


def _dated(head: str, a: Account, cells: list) -> list[list]:
    rows = zip(a.dates, (None if cell != cell else cell for cell in cells), strict=True)
    return [["date", head], *(list(row) for row in rows)]


def _label(p: Period, say: Say) -> str:
    end = say("account.to_date" if p.to_date else "account.to_year_end", date=f"{p.last}")
    if p.years:
        return say("account.one_year" if p.years == 1 else "account.years", years=p.years, end=end)
    return say("account.since_start" if p.per_year else "account.under_a_year", end=end)


def _note(a: Account, say: Say, lang: str) -> str:
    words = [say("account.span", first=f"{a.dates[0]}", last=f"{a.dates[-1]}"), say("account.method")]
    words.append(say("account.net_of" if any(a.fees) else "account.no_fees"))
    if a.accounts > 1:
        words.append(say("account.together", n=a.accounts))
    if a.left_out:
        words.append(say("account.left_out", n=a.left_out))
    return ("" if lang == "zh" else " ").join(words)


def _line(r: Result, a: Account, say: Say) -> str:
    """What stands of it on page one."""
    if r.account is None:
        return say("account.none")
    if a.error is not None:
        return say("account.no_answer")
    if not a.shown:
        return say("account.too_short", months=r.firm.min_months)
    start = next(p for p in a.periods if p.to_date and not p.years)
    words = [say("account.in_year", net=f"{p.net:+.1%}") for p in a.periods if p.to_date and p.years == 1]
    rate = "account.a_year" if start.per_year else "account.in_all"
    words.append(say(rate, net=f"{start.net:+.1%}", first=f"{start.first}", fall=f"{start.fall:.1%}"))
    if isinstance(a.money.get("gain"), float):
        words.append(say("account.gained", gain=f"{a.money['gain']:+,.0f}"))
    return say("account.line", last=f"{a.dates[-1]}", words=say("account.and").join(words))
