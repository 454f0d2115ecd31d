"""The notes sheet: definitions, data and their dates, findings, figures without an answer, how the report was made."""

from dataclasses import dataclass

from xlalloc import messages
from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.write import Sheet
from xlalloc.templates.layout import DATE, INK, PLAIN
from xlalloc.version import __version__

DEFINITIONS = (  # what stands on the pages, or a name of its own, and what it is
    ("allocation.weight", "weight"), ("allocation.deviation", "deviation"), ("define.signal.name", "signal"),
    ("allocation.orders", "orders"), ("define.fee.name", "fee"), ("client.expected", "return"), ("client.vol", "vol"),
    ("define.risk_share.name", "risk_share"), ("report.parity", "parity"), ("risk.ratio", "ratio"),
    ("define.effective.name", "effective"), ("define.policy.name", "policy"), ("kpi.annual return", "annual"),
    ("kpi.Sharpe ratio", "sharpe"), ("kpi.Sortino ratio", "sortino"), ("define.drawdown.name", "drawdown"),
    ("define.var.name", "var"), ("define.benchmark.name", "benchmark"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class About:
    """What a report says of its input: its fingerprint, where its prices come from, whether they are real."""

    digest: str
    remark: str = ""
    illustrative: bool = False
    mark: str = ""  # in the properties of the file: of what input it was made
    live: bool = False


def notes(page: Sheet, r: Result, about: About) -> None:
    """The whole sheet."""
    if own := r.firm.text("disclaimer", r.lang):
        page.remark(own, INK, True)
    else:
        page.note("disclaimer", color=INK, bold=True)
    page.heading("report.definitions")
    page.definitions(DEFINITIONS)
    _data(page, r, about)
    say, colon = page.document.say, "：" if r.lang == "zh" else ": "
    sources = [] if isinstance(r.stress, ErrorValue) else [f"{row[0]}{colon}{row[3]}" for row in r.stress]
    findings = [
        f"{problem.wrong(r.lang)} {problem.what_was_done(r.lang)}"
        for problem in r.problems
        if problem.kind != "no_answer"
    ]
    reasons = [f"{what}{colon}{messages.say(reason, r.lang)}" for what, reason in r.reasons.items()]
    for heading, texts in (
        ("report.stress_sources", sources),
        ("report.findings", findings),
        ("report.reasons", reasons),
        ("report.made", [say("report.version", version=__version__), say("report.digest", digest=about.digest)]),
    ):
        if texts:
            page.heading(heading)
            for text in texts:
                page.remark(text)


def _data(page: Sheet, r: Result, about: About) -> None:
    """The latest price of each asset with its own date, and what the covariance is made of."""
    page.heading("report.data")
    levels = [position.asset.risk_level for position in r.held]
    page.table(
        ("asset", PLAIN, r.names),
        ("report.price_date", DATE, [position.price_date for position in r.held]),
        ("report.price", "#,##0.000", [position.price for position in r.held]),
        ("client.level", PLAIN, [f"R{level}" if level else None for level in levels]),
        ("report.code", PLAIN, [position.asset.code or None for position in r.held]),
    )
    page.note("report.cov_" + (r.cov_from or "none"))
    page.note("report.rates", rf=_rate(page, r.firm.rf), inflation=_rate(page, r.firm.inflation), fee=_fee(page, r))
    if about.remark:
        page.remark(page.document.say("report.remark", remark=about.remark))


def _rate(page: Sheet, rate: float | None) -> str:
    return page.document.say("report.not_given") if rate is None else f"{rate:.2%}"


def _fee(page: Sheet, r: Result) -> str:
    """The client's own, else the firm's."""
    return _rate(page, r.client.advisory_fee or r.firm.advisory_fee)
