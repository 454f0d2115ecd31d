"""The five invented example clients, as rows of the clients' workbook; prices, like the clients, are illustrative."""

import datetime as dt
from itertools import pairwise
from typing import NamedTuple

from xlalloc import data
from xlalloc.reports.columns import asked
from xlalloc.templates.cases import AS_OF, BENCHMARK, ETFS, FUND_LEVELS, illustrative_prices, unit_price

MODELS = ("Conservative", "Balanced", "Aggressive")
BENCHMARKS = {"60% CSI 300, 40% bonds": BENCHMARK}
D = dt.date
QUARTERLY_FEE = 0.00125  # of the accounts that have a history


class Person(NamedTuple):
    """An invented client; the portfolio stood at its model some years ago and was left alone since."""

    id: str
    name: str
    model: str
    lang: str
    level: str
    age: int
    wealth: float
    threshold: float
    last: dt.date
    years_alone: int
    cash_flow: float = 0.0
    goal: float | None = None
    goal_years: int | None = None
    monthly: float = 0.0
    recorded: int = 0  # months of its account's history


CLIENTS = (
    Person("K001", "林晚晴（虚构）", "Conservative", "zh", "C4", 60, 2e6, 0.025, D(2026, 3, 31), 3, 0, 2.6e6, 5),
    Person(
        "K002", "周明远（虚构）", "Balanced", "zh", "C4", 40, 1.2e6, 0.05, D(2026, 3, 31), 3, 6e4, 3e6, 15, 6000, 60
    ),
    Person("K003", "许若飞（虚构）", "Aggressive", "zh", "C4", 30, 4e5, 0.1, D(2026, 9, 30), 2, 0, 2e6, 20, 3000),
    Person("K004", "Alex Example", "Balanced", "en", "C4", 45, 9e5, 0.025, D(2026, 1, 31), 4, 0, 2e6, 12, 5000, 45),
    Person("K005", "Robin Sample", "Conservative", "en", "C2", 67, 1.5e6, 0.025, D(2025, 10, 31), 3, -5e4),
)


def rows() -> dict[str, list[list]]:
    weights = [row for row in data.rows("model_weights") if row["model"] in MODELS]
    names = list(dict.fromkeys(row["asset"] for row in weights))
    prices = illustrative_prices(names)
    panel = [[date, *[unit_price(a, p) for a, p in zip(names, row, strict=True)]] for date, row in prices]
    return {
        "clients": [_client(client) for client in CLIENTS],
        "holdings": [row for client in CLIENTS for row in _holdings(client, weights, names, panel)],
        "assets": [_asset(k, name) for k, name in enumerate(names, 1)],
        "models": _models(weights),
        "benchmarks": [[name, asset, share] for name, parts in BENCHMARKS.items() for asset, share in parts.items()],
        "suitability": [[f"C{c}", ";".join(f"R{r}" for r in range(1, c + 1))] for c in range(1, 6)],
        "prices": [["date", *names], *panel],
        "history": [row for client in CLIENTS if client.recorded for row in _history(client, weights, names, panel)],
    }


def _client(p: Person) -> list:
    name, adviser = (p.name, "某顾问（虚构）") if p.lang == "zh" else (f"{p.name} (invented)", "A. Adviser (invented)")
    assessed, expires = D(2026, 2, 10), D(2027, 2, 9)
    frequency = data.row("models", p.model)["frequency"]
    return row_of(
        "clients", id=p.id, name=name, model=p.model, language=p.lang, adviser=adviser, 
        benchmark=next(iter(BENCHMARKS)), risk_level=p.level, assessed_on=assessed, assessment_expires=expires,
        cash_flow=p.cash_flow, last_rebalanced=p.last, frequency=frequency, threshold=p.threshold,
        goal=p.goal, goal_years=p.goal_years, monthly=p.monthly, age=p.age,
        notes="illustrative",
    )  # fmt: skip


def row_of(sheet: str, /, **cells) -> list:
    """A row of a sheet, its cells by column."""
    return [cells.get(column.key) for column in asked(sheet)]


def _holdings(p: Person, weights: list[dict], names: list[str], panel: list[list]) -> list[list]:
    """The model's weights of some years ago, drifted with the illustrative prices since."""
    start, end = (dict(zip(names, row[1:], strict=True)) for row in (panel[-1 - 12 * p.years_alone], panel[-1]))
    grown = {
        row["asset"]: row["weight"] * end[row["asset"]] / start[row["asset"]]
        for row in weights
        if row["model"] == p.model
    }
    rows = []
    for asset, share in grown.items():
        units = p.wealth * share / sum(grown.values()) / end[asset]
        rows += _lots(p, asset, round(units / 100) * 100 if asset in ETFS else round(units, 2))
    return rows


def _history(p: Person, weights: list[dict], names: list[str], panel: list[list]) -> list[list]:
    """Months of the model's weights on the illustrative prices: savings paid in each month, a fee each quarter.

    The first value is the one from which the account comes to what is held now.
    """
    shares = {row["asset"]: row["weight"] for row in weights if row["model"] == p.model}
    prices = [dict(zip(names, row[1:], strict=True)) for row in panel[-1 - p.recorded :]]
    at = {column.key: j for j, column in enumerate(asked("holdings"))}
    now = sum(row[at["units"]] * prices[-1][row[at["asset"]]] for row in _holdings(p, weights, names, panel))
    months, left, added = [], 1.0, 0.0
    for k, (before, after) in enumerate(pairwise(prices), 1):
        grown = sum(share * after[asset] / before[asset] for asset, share in shares.items())
        fee = QUARTERLY_FEE if k % 3 == 0 else 0.0
        months.append((grown, fee))
        left, added = left * grown * (1 - fee), added * grown * (1 - fee) + p.monthly
    value = (now - added) / left
    dates = [row[0] for row in panel[-1 - p.recorded :]]
    rows = [row_of("history", id=p.id, date=dates[0], value=round(value, 2), flow=0, fee=0)]
    for date, (grown, fee) in zip(dates[1:], months, strict=True):
        charged = value * grown * fee
        value = value * grown - charged + p.monthly
        rows.append(row_of("history", id=p.id, date=date, value=round(value, 2), flow=p.monthly, fee=round(charged, 2)))
    return rows


def _lots(p: Person, asset: str, units: float) -> list[list]:
    """Mostly one lot; the Chinese bonds of K004 were bought in two, a locked part of K005's gold is never sold."""
    securities, funds = ("证券账户", "基金账户") if p.lang == "zh" else ("securities", "funds")
    account, bought = securities if asset in ETFS else funds, D(2021, 11, 1)

    def row(count, date, locked=None):
        units = round(count, 2)
        return row_of("holdings", id=p.id, asset=asset, units=units, bought_on=date, account=account, no_sell=locked)

    if (p.id, asset) == ("K004", "China bonds"):
        return [row(units * 0.1, bought), row(units * 0.9, AS_OF - dt.timedelta(days=20))]
    if (p.id, asset) == ("K005", "Gold"):
        half = round(units / 200) * 100
        return [row(half, bought, "yes"), row(units - half, bought)]
    return [row(units, bought)]


def _asset(k: int, name: str) -> list:
    known = data.row("asset_classes", name)
    etf, cash = name in ETFS, name == "Money market"
    kind = "etf" if etf else "cash" if cash else "fund"
    commission, minimum = (0.0003, 5) if etf else (0, 0)
    settles = 1 if etf or cash else 7 if name in ("S&P 500", "Nasdaq 100") else 2
    mu, vol = data.expected(name)
    return row_of(
        "assets", asset=name, name_zh=known["name_zh"], code=f"X{k:05d}", share_class="A" if kind == "fund" else None,
        kind=kind, risk_level=f"R{FUND_LEVELS[name]}", lot=100 if etf else 0, min_buy=0 if etf else 10,
        settle_days=settles,
        commission=commission, min_commission=minimum, sell_tax=0,
        redemption="7:1.5%;30:0.5%" if kind == "fund" else None,
        expected_return=mu, vol=vol, currency="CNY", **{"class": name},
    )  # fmt: skip


def _models(weights: list[dict]) -> list[list]:
    rows = []
    for model in MODELS:
        stated = data.row("models", model)
        keys = ("return_low", "return_high", "vol_low", "vol_high", "drawdown")
        ranges = [stated[key] for key in keys]
        for k, row in enumerate([row for row in weights if row["model"] == model]):
            found = dict(zip(keys, ranges if k == 0 else [None] * 5, strict=True))
            rows.append(row_of("models", model=model, asset=row["asset"], target=row["weight"], **found))
    return rows


# The workbook --------------------------------------------------------------------------------------------------------


def examples(lang: str) -> dict[str, list]:
    """A row of each sheet of the invented clients, one that fills many columns."""
    person = next(client for client in CLIENTS if client.lang == lang and client.goal and client.monthly)
    found = rows()
    return {
        "clients": _client(person),
        "holdings": next(row for row in found["holdings"] if "yes" in row),
        "assets": next(row for row in found["assets"] if "fund" in row),
        "models": found["models"][0],
        "benchmarks": found["benchmarks"][0],
        "suitability": found["suitability"][2],
        "history": row_of("history", id=person.id, date=AS_OF, value=1.2e6, flow=6e4, fee=500),
        "accounts": row_of("accounts", account="66600012345", id=person.id),
        "firm": row_of("firm", key="advisory_fee", value="0.5%"),
        "headers": row_of(
            "headers", theirs="当前市值" if lang == "zh" else "Mkt value today", ours="value", sheet="holdings"
        ),
    }
