"""The workbook of one case study: inputs on two sheets, everything else live formulas of the catalogue.

The builder makes a template without a client, as large as needed; the engine fills it and computes it.
"""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from xlalloc.documents import built
from xlalloc.documents.fill import Filled
from xlalloc.documents.output import Output
from xlalloc.documents.template import Template
from xlalloc.templates.allocation_page import allocation
from xlalloc.templates.blocks import LEAST_SLOTS, PERIODS, SPARE, Room, Work
from xlalloc.templates.cases import INVESTORS, Case, case
from xlalloc.templates.client_page import TERMS, client
from xlalloc.templates.layout import Document
from xlalloc.templates.market_page import market
from xlalloc.templates.notes_page import ASSUMPTIONS, notes
from xlalloc.templates.performance_page import performance
from xlalloc.templates.plan_page import plan
from xlalloc.templates.risk_page import risk
from xlalloc.templates.stress_page import stress
from xlalloc.templates.summary_page import summary
from xlalloc.templates.workbook_texts import LANGUAGES, TEXTS

# In the order an adviser turns them: a page to show, the inputs, the results, the market data.
PAGES = (summary, client, allocation, risk, performance, stress, plan, market, notes)
SOURCES = ("article", "illustrative", "given", "prices")
MOST_BARS = 12  # of assets in a chart
MONTHS_AHEAD = 12  # periods of prices there is room for beside those given


def build(lang: str = "en", room: Room | None = None) -> Document:
    """The workbook without a client, in memory."""
    document = Document(lang, TEXTS)
    work = Work(document, room or Room())
    rest = [page(work) for page in PAGES]
    for fill in filter(None, rest):  # what needs the other sheets
        fill()
    document.book.active = 0
    return document


@lru_cache(maxsize=32)
def template(lang: str, room: Room) -> Template:
    """The same as a template: its inputs are the names that data are written to."""
    book = build(lang, room).book
    return built.template(book, dict.fromkeys(NAMES, "cells"), f"the case workbook ({lang})")


def opened(case: Case, lang: str = "en") -> Filled:
    """The workbook of a case, of which cells are computed when they are asked for."""
    return Filled(template(lang, room_for(case)), values(case, lang))


def filled(case: Case, lang: str = "en") -> Output:
    """The workbook of a case, computed."""
    return Output(opened(case, lang), live=True, date=case.as_of)


def write(case: Case, path: str | Path, lang: str = "en") -> Output:
    """Write the workbook; gives what was computed."""
    output = filled(case, lang)
    built.write(output.file(), path)
    return output


def write_all(folder: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """The three cases in each language."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(key, lang, folder / f"{key}-{lang}.xlsx") for key in INVESTORS for lang in languages]
    for key, lang, path in files:
        write(case(key, lang), path, lang)
    return [path for _, _, path in files]


# What a case puts into the inputs -------------------------------------------------------------------------------------


def room_for(case: Case) -> Room:
    """Spare rows beside what the case holds."""
    slots = max(LEAST_SLOTS, len(case.holdings) + SPARE, len(case.benchmark))
    needed = len(case.prices) + MONTHS_AHEAD
    periods = next((size for size in PERIODS if size >= needed), max(PERIODS[-1], len(case.prices)))
    bars = min(MOST_BARS, max(3, len(case.holdings)))
    return Room(slots, max(slots, len(case.priced)), bars, periods, max(len(case.prices), 24) - 1)


def values(case: Case, lang: str) -> dict[str, object]:
    """Each input by its name; None is an empty cell."""
    say = lambda key, **words: TEXTS[key][lang].format(**words) if key in TEXTS else key  # noqa: E731
    held, crises = case.holdings, case.scenarios
    names: list[str | None] = [h.name(lang) for h in held]
    priced: list[str | None] = [*case.priced]
    frequencies = say("client.frequencies").split(",")
    yes, no = say("yes"), say("no")

    def each(key: str) -> list:
        return [getattr(h, key) for h in held] or [None]

    return {
        "client_name": case.name[lang], "client_age": case.age, "model_name": say(case.key),
        "risk_level": case.risk_level, "as_of": case.as_of, "currency_code": case.currency or say("document.currency"),
        "last_rebalanced": case.last_rebalanced, "frequency_word": frequencies[TERMS.index(case.frequency)],
        "drift_threshold": case.threshold, "cash_flow": case.cash_flow, "goal_today": case.goal,
        "goal_years": case.goal_years, "monthly_saving": case.monthly, "advisory_fee": case.fee,
        "inflation_rate": case.inflation, "risk_free": case.rf, "corr_uplift": case.corr_uplift,
        "hedge_asset": next((h.name(lang) for h in held if h.vol > 0), None), "hedge_floor": case.hedge_floor,
        "hedge_years": case.hedge_years, "return_range": [list(case.return_range)],
        "vol_range": [list(case.vol_range)], "drawdown_limit": case.drawdown_limit,
        "allowed_levels": [case.allowed], "simulated_prices": yes if case.illustrative else no,
        "asset_names": names or [None], "v_now": each("value"), "w_target": each("target"), "mu_assets": each("mu"),
        "vol_assets": each("vol"), "fund_levels": each("level"), "own_prices": each("price"),
        "lot_sizes": each("lot"), "order_rates": each("commission"),
        "minimum_commissions": each("min_commission"), "sell_taxes": each("sell_tax"), "exit_fees": each("exit_fee"),
        "locked_values": each("locked"),
        "orders_given": [say("client.no_order") if h.order is False else h.order for h in held] or [None],
        "bench_names": [name for name, _ in case.benchmark] or [None],
        "w_bench": [weight for _, weight in case.benchmark] or [None],
        "corr_names": names or [None], "corr_heads": [names or [None]], "corr_assets": case.correlations or [None],
        "scenario_names": [c.name_zh if lang == "zh" else c.name for c in crises] or [None],
        "scenario_heads": [names or [None]], "scenario_body": [c.shocks for c in crises] or [None],
        "price_heads": [priced or [None]], "price_dates": [date for date, _ in case.prices] or [None],
        "price_body": [row for _, row in case.prices] or [None], "sample_rows": _sample(case),
        "source_lines": _sources(case, lang, say),
    }  # fmt: skip


def _sample(case: Case) -> list:
    """Three rows of prices that are simulated, by their places and sums."""
    if not case.illustrative or not case.prices:
        return [None]
    last = len(case.prices) - 1
    places = (min(1, last), len(case.prices) // 2, last)
    return [[k + 1, sum(price or 0.0 for price in case.prices[k][1])] for k in places]


def _sources(case: Case, lang: str, say) -> list[list[str]]:
    """Where returns, volatilities, correlations, ranges and crises come from."""
    joined = ("、" if lang == "zh" else ", ").join
    by_source = {source: [h.name(lang) for h in case.holdings if h.source == source] for source in SOURCES}
    lines = [[say(f"notes.{source}"), joined(names)] for source, names in by_source.items() if names]
    ours = case.key.startswith("case.") and "article" in {h.source for h in case.holdings}
    lines.append([say("market.correlations"), say("notes.correlations" if ours else "notes.correlations_given")])
    lines.append([say("client.ranges"), say("notes.ranges")])
    for crisis in case.scenarios:
        words = say("notes.crisis", period=crisis.period.replace(" to ", "–").replace("calendar year ", ""))
        if crisis.assumed:
            words += say("notes.crisis_assumed", assets=joined([h.name(lang) for h in crisis.assumed]))
        lines.append([crisis.name_zh if lang == "zh" else crisis.name, words])
    return lines[:ASSUMPTIONS]


NAMES = tuple(values(case("balanced"), "en"))
