"""A client's data as names and values: the words templates are written in.

The one place that turns what was computed for a report into what a template shows, so that no figure differs between
the two. Names, shapes and meanings stand in ``data/vocabulary.csv``, from which docs/template-names.md is made.
"""

import datetime as dt
from functools import cache
from typing import Any

import numpy as np

from xlalloc import data
from xlalloc.errors import ErrorValue
from xlalloc.reports.projection import goal_today
from xlalloc.reports.records import Inputs
from xlalloc.reports.report_words import report_words
from xlalloc.reports.result import Result
from xlalloc.reports.sentences import advice, in_language, kept_back, suitability, withheld
from xlalloc.reports.suitability import STATES
from xlalloc.version import __version__

SHAPES = ("value", "column", "table")
_PLAIN = {float, int, bool, str, type(None), dt.date}


@cache
def declared() -> dict[str, dict[str, str]]:
    """Every name with its group, shape, unit, meanings and an example of a formula."""
    return {row["name"]: row for row in data.rows("vocabulary")}


def shapes() -> dict[str, str]:
    """Every name with its shape."""
    return {name: row["shape"] for name, row in declared().items()}


def vocabulary(r: Result, inputs: Inputs) -> dict[str, Any]:
    """A client's values by name: one value, a column (a list), or a table (a list of rows)."""
    found = {
        **_client(r, inputs),
        **_firm(r),
        **_market(r, inputs),
        **_portfolio(r, inputs),
        **_assets(r),
        **_orders(r),
        **_risk(r),
    }
    found |= _prices(r, inputs) | _suitability(r) | report_words(r)
    return {name: _bare(found[name]) for name in declared()}


def _bare(value):
    """Numbers as cells hold them."""
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, list):
        return [item if item.__class__ in _PLAIN else _bare(item) for item in value]
    return value.item() if isinstance(value, np.generic) else value


def _client(r: Result, inputs: Inputs) -> dict:
    client, benchmark = r.client, inputs.benchmarks.get(r.client.benchmark)
    return {
        "client_id": client.id,
        "client_name": client.name,
        "client_age": client.age,
        "adviser_name": client.adviser,
        "report_language": r.lang,
        "risk_level": None if client.risk_level is None else f"C{client.risk_level}",
        "assessed_on": client.assessed_on,
        "assessment_expires": client.assessment_expires,
        "model_name": r.model,
        "benchmark_name": benchmark and benchmark.name,
        "last_rebalanced": client.last_rebalanced,
        "check_frequency": client.frequency,
        "drift_threshold": client.threshold,
        "cash_flow": client.cash_flow,
        "goal_amount": client.goal,
        "goal_today": goal_today(client, r.firm.inflation or 0.0),
        "goal_years": client.goal_years,
        "monthly_saving": client.monthly,
        "goal_chance": r.plan.get("chance"),
        "goal_low": _low(r),
        "finding_texts": [f"{problem.wrong(r.lang)} {problem.what_was_done(r.lang)}".strip() for problem in r.problems],
    }


def _low(r: Result) -> object:
    """The low outcome: the wealth that one path in twenty ends below; the table has whole years alone."""
    bands, years = r.plan.get("bands"), r.client.goal_years
    return bands[-1][1] if bands and years == bands[-1][0] else None


def _firm(r: Result) -> dict:
    """What the firm prints of itself, in the client's language, and what it shows clients."""
    firm, lang = r.firm, r.lang
    texts = ("name", "contact", "footer", "disclaimer")
    return {
        **{f"firm_{key}": firm.text(key, lang) or None for key in texts},
        "firm_colour": f"#{firm.colour}" if firm.colour else None,
        "risk_document": firm.text("risk_document", lang) or None,
        "simulated_shown": firm.shows("simulated", lang),
        "projections_shown": firm.shows("projections", lang),
        "min_months": float(firm.min_months),
    }


def _market(r: Result, inputs: Inputs) -> dict:
    return {
        "as_of": r.as_of,
        "currency_code": r.currency or None,
        "price_remark": inputs.market.remark or None,
        "prices_illustrative": inputs.market.illustrative,
        "cov_source": r.cov_from or None,
        "program_version": __version__,
        "input_digest": inputs.digest,
        "price_periods": None if inputs.market.periods is None else float(inputs.market.periods),
        "risk_free": r.firm.rf or 0.0,
        "advisory_fee": r.client.advisory_fee,
        "inflation_rate": r.firm.inflation or 0.0,
    }


def _portfolio(r: Result, inputs: Inputs) -> dict:
    stated = inputs.models[r.client.model].stated
    failed = r.orders if isinstance(r.orders, ErrorValue) else None
    cash, cost = (r.orders, r.orders) if isinstance(r.orders, ErrorValue) else (r.orders.cash, r.orders.costs.sum())
    say = in_language(r.lang)
    limit = stated.get("drawdown")
    return {
        "total_value": r.value,
        "cash_after": cash,
        "money_bought": sum(order.money for order in r.purchases) if failed is None else failed,
        "money_sold": -sum(order.money for order in r.sales) if failed is None else failed,
        "trade_cost": cost,
        "settle_days": r.settle_days if failed is None else failed,
        "trade_due": r.due,
        "largest_drift": r.largest[4],
        "largest_drift_asset": r.largest[0],
        "n_assets": float(len(r.names)),
        "n_orders": float(len(r.sales) + len(r.purchases)) if failed is None else failed,
        "advice_line": advice(r, say),
        "suitability_line": suitability(r, say)[0],
        "return_low": stated.get("return_low"),
        "return_high": stated.get("return_high"),
        "vol_low": stated.get("vol_low"),
        "vol_high": stated.get("vol_high"),
        "drawdown_limit": None if limit is None else abs(limit),
    }


def _assets(r: Result) -> dict:
    held, n, orders = r.held, len(r.held), r.orders
    assets = [position.asset for position in held]
    target = np.array([position.target for position in held])
    return {
        "asset_names": r.names,
        "asset_codes": [asset.code for asset in assets],
        "reference_classes": [asset.asset_class for asset in assets],
        "asset_kinds": [asset.kind for asset in assets],
        "fund_levels": [f"R{asset.risk_level}" if asset.risk_level else None for asset in assets],
        "v_now": [position.value for position in held],
        "w_now": [position.value / r.value for position in held],
        "w_target": target / target.sum(),
        "w_after": [orders] * n if isinstance(orders, ErrorValue) else orders.after[:-1],
        "weight_low": [position.limits[0] for position in held],
        "weight_high": [position.limits[1] for position in held],
        "mu_assets": [r.mu] * n if isinstance(r.mu, ErrorValue) else r.mu,
        "vol_assets": [r.cov] * n if isinstance(r.cov, ErrorValue) else np.sqrt(r.cov.diagonal()),
        "unit_prices": [position.price for position in held],
        "locked_values": [position.locked for position in held],
        "lot_sizes": [position.step for position in held],
        "commission_rates": [asset.commission for asset in assets],
        "minimum_commissions": [asset.min_commission for asset in assets],
        "trade_money": [orders] * n if isinstance(orders, ErrorValue) else orders.trades,
        "trade_units": [orders] * n if isinstance(orders, ErrorValue) else orders.units,
        "trade_costs": [orders] * n if isinstance(orders, ErrorValue) else orders.costs,
    }


def _suitability(r: Result) -> dict:
    """What is above the client's level, state by state, and what keeps the letter back."""
    found = r.judgement
    return {
        **{f"above_{state}": r.named(found.above, state) for state in STATES},
        "letter_held": found.held,
        "held_reasons": kept_back(r),
        "model_level": f"R{found.model_level}" if found.model_level else None,
        "suitability_by": found.by,
        "next_review": r.next_review,
    }


def _orders(r: Result) -> dict:
    say = in_language(r.lang)
    listed = [*((1.0, order) for order in r.sales), *((2.0, order) for order in r.purchases)]
    back = withheld(r, say)
    return {
        "order_phases": [phase for phase, _ in listed],
        "order_names": [r.names[order.index] for _, order in listed],
        "order_codes": [r.held[order.index].asset.code for _, order in listed],
        "order_units": [order.units for _, order in listed],
        "order_money": [order.money for _, order in listed],
        "order_costs": [order.cost for _, order in listed],
        "order_fees": [order.fee for _, order in listed],
        "order_flags": [" ".join(say(flag) for flag in order.flags) for _, order in listed],
        "withheld_names": [r.names[i] for i in back],
        "withheld_reasons": list(back.values()),
    }


def _risk(r: Result) -> dict:
    n = len(r.names)
    return {
        "cov_assets": [[r.cov] * n] * n if isinstance(r.cov, ErrorValue) else r.cov,
        "corr_assets": [[r.correlations] * n] * n if isinstance(r.correlations, ErrorValue) else r.correlations,
        "parity_weights": [r.parity] * n if isinstance(r.parity, ErrorValue) else r.parity,
    }


def _prices(r: Result, inputs: Inputs) -> dict:
    """The simulated history's own prices: those of the assets and of the benchmark on the days all have one."""
    market = inputs.market
    own = [position.asset.name for position in r.held]
    found = inputs.benchmarks.get(r.client.benchmark)
    bench = found.targets if found and all(asset in market.assets for asset in found.targets) else {}
    every = own + [asset for asset in bench if asset not in own]
    shown = [inputs.assets[name].shown(r.lang) if name in inputs.assets else name for name in every]
    dates, panel = market.prices(every)
    more = [0.0] * (len(every) - len(own))
    target = np.array([position.target for position in r.held])
    return {
        "price_names": shown,
        "price_w_now": [position.value / r.value for position in r.held] + more,
        "price_w_target": (target / target.sum()).tolist() + more,
        "price_w_bench": [bench.get(name, 0.0) for name in every] if bench else [None] * len(every),
        "price_table": [["date", *shown], *([date, *row] for date, row in zip(dates, panel.tolist(), strict=True))],
        "price_dates": list(dates),
    }


# The page of names ---------------------------------------------------------------------------------------------------

GROUPS = {
    "client": "The client", "firm": "The firm", "market": "Prices and assumptions",
    "portfolio": "The portfolio and what to do",
    "goal": "The goal", "assets": "One row per asset, always in the same order", "orders": "One row per order",
    "suitability": "Suitability", "risk": "Risk",
    "classes": "One row per asset class", "crises": "Crises, and where the risk lies",
    "account": "The account's own performance", "past": "The simulated past",
    "prices": "Prices", "notes": "Findings, and what the document is made of",
}  # fmt: skip


def page() -> str:
    """docs/template-names.md."""
    lines = [
        "# Names for templates",
        "",
        "What a template's formulas can use, see [your-own-report.md](your-own-report.md). This page is made from",
        "`xlalloc/data/vocabulary.csv` by `python -m xlalloc.reports.vocabulary`.",
        "",
        "A *value* is one cell, a *column* a cell for each item, a *table* rows and columns. Rates, weights and fees",
        "are fractions: 0.05 is 5%. A missing value is a blank cell; in columns and tables it is an empty text.",
    ]
    for group, title in GROUPS.items():
        lines += [
            "",
            f"## {title}",
            "",
            "| name | shape | unit | meaning | 含义 | example |",
            "|---|---|---|---|---|---|",
        ]
        for name, row in declared().items():
            if row["group"] == group:
                told = (row["shape"], row["unit"], row["meaning"], row["meaning_zh"])
                cells = (f"`{name}`", *told, f"`{row['example']}`")
                lines.append(f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    from pathlib import Path

    place = Path(__file__).parents[2] / "docs" / "template-names.md"
    place.write_text(page(), encoding="utf-8")
