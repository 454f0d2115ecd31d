"""One client's report: its sheets in the order they are read, and the first of them, the summary."""

from dataclasses import dataclass

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import ENOUGH_FUNDS, Result
from xlalloc.reports.live import enliven
from xlalloc.reports.notes_page import About, notes
from xlalloc.reports.orders_page import allocation
from xlalloc.reports.outlook_pages import performance, plan
from xlalloc.reports.risk_page import risk
from xlalloc.reports.sentences import advice, products, suitability
from xlalloc.reports.stamp import stamped, workbook
from xlalloc.reports.write import NO_DATE, Sheet
from xlalloc.templates.layout import LAST_COLUMN, MONEY, PERCENT, PLAIN, SIGNED_PERCENT, WARN, Document

MOST_NARROW = 1e10  # that a column of the usual width holds
MOST_FOOTER = 100
MOST_HEADER = 40  # characters: Excel reads no more than 255 of a header, marks and fonts among them


@dataclass(frozen=True, slots=True)
class Rows:
    """Where the charts of the summary stand, and where their figures begin on the other sheets."""

    charts: int
    weights: int
    risk: int


def keys_of(result: Result) -> list[str]:
    """The pages a client can have."""
    return ["summary", "allocation", "risk", "performance", *(["plan"] if result.plan else []), "notes"]


def stamp(result: Result, about: About, keys: list[str] | None = None) -> bytes:
    """A client's workbook, stamped; of these pages, or of all."""
    report = draw(result, about, stamped(result.lang), keys)
    return workbook(report, report.say("report.summary.title"), result.as_of or NO_DATE, about.mark)


def draw(result: Result, about: About, report: Document, keys: list[str] | None = None) -> Document:
    """A client's pages on a document, whichever way it is written."""
    report.header = f"{result.client.name[:MOST_HEADER]} · {result.client.id[:MOST_HEADER]}"
    report.footer = result.firm.text("footer", result.lang)[:MOST_FOOTER]
    keys = keys or keys_of(result)
    live = about.live and {"summary", "allocation", "risk"} <= set(keys)  # whose cells the formulas read
    pages = {key: Sheet(report, f"report.{key}") for key in (*keys, *(["live"] if live else []))}
    for key, page in pages.items():
        page.title(_subtitle(result, report) if key == "summary" else "")
        if about.illustrative:
            page.note("report.illustrative", color=WARN, bold=True)
    first = {key: _FILL[key](pages[key], result) for key in keys if key != "notes"}
    if "notes" in pages:
        notes(pages["notes"], result, about)
    if live:
        enliven(pages, result)
    _widen(pages, result)
    if "summary" in pages:
        _charts(pages, result, Rows(first["summary"], first.get("allocation", 0), first.get("risk", 0)))
    return report


def _widen(pages: dict[str, Sheet], r: Result) -> None:
    """Amounts of twelve digits, as some currencies have them, need wider columns."""
    bands = r.plan["bands"] if r.plan else []
    largest = max([r.value, *(cell for row in bands for cell in row if isinstance(cell, float))])
    if largest >= MOST_NARROW:
        for page in pages.values():
            page.widths(dict.fromkeys(range(3, LAST_COLUMN + 1), len(f"+{largest:,.0f}") + 2))


def _subtitle(r: Result, report: Document) -> str:
    words = [report.say("summary.line", model=r.model, id=r.client.id)]
    if r.as_of:
        words.append(report.say("summary.as_of", date=f"{r.as_of}"))
    if r.currency:
        words.append(report.say("summary.currency", currency=r.currency))
    if r.client.adviser:
        words.append(report.say("summary.adviser", adviser=r.client.adviser))
    return " · ".join(words)


def summary(page: Sheet, r: Result) -> int:
    """Key figures, what to do, stated ranges; gives the row of the charts."""
    say = page.document.say
    page.text(2, 2, r.client.name)
    signal = r.due if isinstance(r.due, ErrorValue) else say("client.due" if r.due else "client.not_due")
    page.row += 1
    page.tiles(
        ("client.value", r.value, MONEY),
        ("client.drift", r.largest[4], SIGNED_PERCENT),
        ("client.signal", signal, PLAIN),
        ("summary.expected", r.measures["risk.return"][1], PERCENT),
        ("summary.vol", r.measures["risk.vol"][1], PERCENT),
    )
    page.row += 1
    page.line("summary.todo", advice(r, say))
    page.line("client.suitability", *suitability(r, say))
    low, high = ENOUGH_FUNDS
    verdict = "few" if r.funds < low else "many" if r.funds > high else "fine"
    page.line("summary.funds", say(f"summary.funds_{verdict}", products=products(r.funds, say), low=low, high=high))
    if r.policy:
        _policy(page, r)
    charts = page.row + 1
    page.row += chart_rows(r) + 3
    _firm(page, r)
    return charts


def _firm(page: Sheet, r: Result) -> None:
    """The firm's disclaimer, else ours; who it is; the document on risks."""
    firm = r.firm
    if own := firm.text("disclaimer", r.lang):
        page.remark(own)
    else:
        page.note("disclaimer")
    if document := firm.text("risk_document", r.lang):
        page.remark(page.document.say("summary.risk_document", document=document))
    if who := [text for text in (firm.text("name", r.lang), firm.text("contact", r.lang)) if text]:
        page.remark(" · ".join(who))


def chart_rows(r: Result) -> int:
    """The height of the summary's charts: room for two bars an asset."""
    return max(12, 8 + 2 * len(r.names))


def _policy(page: Sheet, r: Result) -> None:
    """The ranges stated for the model beside what the assumptions imply for it and for today's weights."""
    say, stated = page.document.say, r.policy["stated"]
    page.heading("summary.policy")
    limit = stated.get("drawdown")
    deepest = None if limit is None else say("summary.no_deeper", limit=f"{abs(limit):.0%}")
    ranges = {
        "return": _range(stated["return_low"], stated["return_high"]),
        "volatility": _range(stated["vol_low"], stated["vol_high"]),
    }
    target, now = r.policy["target"], r.policy["now"]
    first, last = page.table(
        ("policy.measure", PLAIN, [say(f"policy.{row[0]}") for row in target]),
        ("summary.stated", PLAIN, [ranges.get(row[0], deepest) for row in target]),
        ("summary.of_target", PERCENT, [row[2] for row in target]),
        ("policy.verdict", PLAIN, [say(f"verdict.{row[3]}") for row in target]),
        ("summary.of_now", PERCENT, [row[2] for row in now]),
        ("policy.verdict", PLAIN, [say(f"verdict.{row[3]}") for row in now]),
    )
    inside, silent = say("verdict.inside"), say("verdict.not stated")
    for column in "EG":
        page.emphasise(
            f"{column}{first}:{column}{last}", f'AND({column}{first}<>"{inside}",{column}{first}<>"{silent}")'
        )
    page.note("summary.policy_note")


def _range(low: float, high: float) -> str:
    return f"{low:.0%}–{high:.0%}" if low != high else f"{low:.0%}"


def _charts(pages: dict[str, Sheet], r: Result, rows: Rows) -> None:
    """Two charts side by side, from the cells of the other sheets."""
    page, last = pages["summary"], len(r.names) - 1
    page.row = rows.charts
    for title, key, top, columns, left, right in (
        ("summary.weights_chart", "allocation", rows.weights, (4, 5), 2, 5),
        ("summary.risk_chart", "risk", rows.risk, (3, 4), 6, 10),
    ):
        if key not in pages:
            continue
        source = pages[key]
        series = [(source, top, top + last, k) for k in columns]
        negative = key == "risk" and not isinstance(r.risk_now, ErrorValue) and min(r.risk_now) < 0
        page.bar_picture(title, (source, top, top + last, 2), series, chart_rows(r), left, right, bool(negative))


_FILL = {"summary": summary, "allocation": allocation, "risk": risk, "performance": performance, "plan": plan}
