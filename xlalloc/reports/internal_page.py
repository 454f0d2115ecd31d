"""The page of a client whose letter is kept back: why, what is above the level, what is to be done. For the firm."""

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.sentences import kept_back, suitability
from xlalloc.reports.stamp import stamped, workbook
from xlalloc.reports.write import NO_DATE, Sheet
from xlalloc.templates.layout import INK, MONEY, PERCENT, PLAIN, SIGNED, WARN

MOST_HEADER = 40


def internal(r: Result, mark: str = "") -> bytes:
    """The workbook of that one page."""
    report = stamped(r.lang)
    report.header = f"{r.client.name[:MOST_HEADER]} · {r.client.id[:MOST_HEADER]}"
    draw(Sheet(report, "report.internal", landscape=True), r)
    return workbook(report, report.say("report.internal.title"), r.as_of or NO_DATE, mark)


def draw(page: Sheet, r: Result) -> None:
    """Reasons, the four states of suitability by product, remedies, findings."""
    say, client = page.document.say, r.client
    words = [say("internal.line", id=client.id, name=client.name, model=r.model)]
    words += [say("summary.adviser", adviser=client.adviser)] if client.adviser else []
    words += [say("summary.as_of", date=f"{r.as_of}")] if r.as_of else []
    page.title(" · ".join(words))
    page.heading("internal.reasons")
    for text in kept_back(r):
        page.remark(text, WARN, True)
    page.remark(suitability(r, say)[0], INK)
    _products(page, r)
    page.heading("internal.remedies")
    for kind in dict.fromkeys(problem.kind for problem in r.judgement.reasons):
        page.note(f"remedy.{kind}", color=INK)
    if others := [problem for problem in r.problems if problem not in r.judgement.reasons]:
        page.heading("report.findings")
        for problem in others:
            page.remark(f"{problem.wrong(r.lang)} {problem.what_was_done(r.lang)}")


def _products(page: Sheet, r: Result) -> None:
    """What is held, aimed at, would be traded and would remain."""
    say, found, n = page.document.say, r.judgement, len(r.names)
    failed = isinstance(r.orders, ErrorValue)
    trades, after = ([r.orders] * n, [r.orders] * n) if failed else (r.orders.trades.tolist(), r.orders.after[:n])
    above, unknown = (set().union(*where.values()) for where in (found.above, found.unknown))
    marks = [
        say("flag.above_level") if i in above else say("flag.no_level") if i in unknown else None for i in range(n)
    ]
    page.heading("internal.products")
    first, last = page.table(
        ("asset", PLAIN, r.names),
        ("report.code", PLAIN, [position.asset.code or None for position in r.held]),
        ("client.level", PLAIN, [f"R{p.asset.risk_level}" if p.asset.risk_level else None for p in r.held]),
        ("client.now", MONEY, [position.value for position in r.held]),
        ("allocation.weight", PERCENT, [row[2] for row in r.drift]),
        ("client.target", PERCENT, [row[3] for row in r.drift]),
        ("internal.trade", SIGNED, trades),
        ("internal.after", PERCENT, after),
        ("allocation.flag", PLAIN, marks),
        left=(1, 2, 8),
    )
    page.emphasise(f"J{first}:J{last}", f'J{first}="{say("flag.above_level")}"')
    page.note("internal.note")
