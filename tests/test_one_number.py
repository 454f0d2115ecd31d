"""One number: what a client's workbook, her report, cells and Python say of her is the same, for anybody."""

import copy
import dataclasses
import io
import math
import random

import numpy as np
import openpyxl
import pytest

import xlalloc as xa
from xlalloc.book import Book, context
from xlalloc.dates import to_serial
from xlalloc.errors import ErrorValue
from xlalloc.formula import evaluate
from xlalloc.reports import clients_workbook
from xlalloc.reports.client_case import client_case
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.records import Lots
from xlalloc.reports.vocabulary import declared, vocabulary
from xlalloc.templates import case_workbook
from xlalloc.templates.workbook_texts import TEXTS
from xlalloc.values import Reference

RANDOM = 200
OTHERWISE = {"price_table"}  # the corner of its header is in the reader's language
WEIGHTS = ("w_now", "w_target", "parity_weights")
MEASURES = {  # of the report → the formula of the workbook's Risk sheet
    "risk.return": "PORT_RETURN({w},mu_assets)",
    "risk.vol": "PORT_VOL({w},cov_assets)",
    "risk.sharpe": "PORT_SHARPE({w},mu_assets,cov_assets,risk_free)",
    "risk.ratio": "DIVERSIFICATION({w},cov_assets)",
    "risk.effective": "EFFECTIVE_N({w})",
}
START = "SUM(v_now)+cash_flow,monthly_saving"
PLAN = "PORT_RETURN(w_target,mu_assets)-advisory_fee,PORT_VOL(w_target,cov_assets)"
PATHS = "10000,1,inflation_rate"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return read(clients_workbook.write_clients(tmp_path_factory.mktemp("clients") / "clients.xlsx"))


def drawn(inputs, count: int, rng: random.Random):
    """Clients with other holdings, rules, goals, locks; markets of products with other costs and levels."""
    for k in range(count):
        assets = {name: _asset(asset, rng) for name, asset in inputs.assets.items()}
        firm = dataclasses.replace(
            inputs.firm,
            rf=rng.choice([None, 0.02]),
            inflation=rng.choice([None, 0.02, -0.01]),
            suitability=rng.choice(["hold", "warn"]),
        )
        own = dataclasses.replace(inputs, assets=assets, firm=firm)
        client = copy.copy(inputs.clients[k % len(inputs.clients)])
        lots = Lots()
        for lot in client.lots:
            if rng.random() < 0.1:
                continue  # no longer held
            if lot.units is not None:
                lot.units = round(lot.units * rng.uniform(0.3, 1.8), rng.choice([0, 2]))
            lot.no_sell = rng.random() < 0.15
            lots.append(lot)
        client.lots, client.id = lots, f"R{k:03d}"
        worth = 1e6
        client.cash_flow = rng.choice([0.0, 0.0, 20_000.0, -10_000.0, -150_000.0, worth])
        client.threshold = rng.choice([0.0, 0.01, 0.025, 0.05, 0.2])
        client.frequency = rng.choice(["weekly", "monthly", "quarterly", "semiannual", "annual"])
        client.last_rebalanced = rng.choice([None, client.last_rebalanced])
        client.risk_level = rng.choice([None, 1, 2, 3, 4, 5])
        client.goal = rng.choice([None, 1e6, 3e6])
        client.currency_goal = rng.choice(["", "then"])
        client.goal_years = rng.choice([1, 7.5, 15, 35])
        client.monthly = rng.choice([0.0, 5000.0, -2000.0])
        client.age = rng.choice([None, 25, 55])
        client.benchmark = rng.choice(["", client.benchmark])
        client.advisory_fee = rng.choice([0.0, 0.005, 0.01])
        yield client, own


def _asset(asset, rng: random.Random):
    asset = copy.copy(asset)
    asset.commission = rng.choice([0.0, 0.0003, 0.0025])
    asset.min_commission = rng.choice([0.0, 0.1, 5.0])
    asset.min_buy = rng.choice([0.0, 0.0, 10.0, 30_000.0])
    asset.sell_tax = rng.choice([0.0, 0.0005])
    asset.subscription = rng.choice([None, None, ((10_000.0, 100_000.0), (0.015, 0.01, 0.001))])
    asset.risk_level = rng.choice([asset.risk_level, None, 5])
    return asset


@pytest.fixture(scope="module")
def clients(inputs):
    """Every demo client and the random ones, each with what her report shows and her workbook, computed when asked."""
    found, refused = [], 0
    for client, own in [*((client, inputs) for client in inputs.clients), *drawn(inputs, RANDOM, random.Random(20))]:
        try:
            result = compute(client, own)
        except Exception as problem:
            assert type(problem).__name__ == "RefusedError", problem
            refused += 1
            continue
        found.append((result, vocabulary(result, own), case_workbook.opened(client_case(result, own), result.lang)))
    assert len(found) > RANDOM * 0.9 and refused < RANDOM * 0.1
    return found


# The workbook shows what the vocabulary of reports says --------------------------------------------------------------


def test_every_name_that_both_know_is_the_same(clients):
    """Values, weights, assumptions, orders, costs, what remains, the goal: all names of templates in the workbook."""
    compared: dict[str, int] = {}
    for result, words, book in clients:
        for name in declared().keys() - OTHERWISE:
            if ("", name) not in book.template.names:
                continue
            if isinstance(result.orders, ErrorValue) and name in ORDERS:
                continue
            ours, theirs = rows(book.value_of(name)), rows(words[name])
            assert alike(ours, theirs), (result.client.id, name, ours, theirs)
            compared[name] = compared.get(name, 0) + 1
    assert len(compared) > 35 and compared.keys() >= ORDERS, sorted(compared)
    assert min(compared.values()) > RANDOM / 2


ORDERS = {"trade_money", "trade_units", "trade_costs", "w_after", "cash_after"}


def test_the_orders_that_are_not_by_rule_are_among_them(clients):
    """Else the comparison would not have met them: locked lots, minimum purchases, fees by amount, no order at all."""
    reasons = {why for r, *_ in clients if not isinstance(r.orders, ErrorValue) for why in r.orders.held_back.values()}
    assert {"held.locked", "held.minimum"} <= reasons
    rates = {round(p.rate, 6) for r, *_ in clients for p in r.held}
    assert {0.015, 0.01, 0.001} <= rates


def test_measures_and_risk(clients):
    for result, _, book in clients:
        for key, formula in MEASURES.items():
            for weights, figure in zip(WEIGHTS, result.measures[key], strict=True):
                assert alike(rows(book.value_of(formula.format(w=weights))), rows(figure)), (result.client.id, key)
        for weights, figures in (("w_now", result.risk_now), ("w_target", result.risk_target)):
            assert alike(rows(book.value_of(f"RISK_CONTRIB({weights},cov_assets)")), rows(figures)), result.client.id


def test_stated_ranges_and_crises(clients):
    compared = 0
    for result, _, book in clients:
        if result.policy:
            own = rows(
                book.value_of("POLICY_CHECK(w_target,mu_assets,cov_assets,return_range,vol_range,drawdown_limit)")
            )
            assert alike([row[2:3] for row in own[1:]], [row[2:3] for row in result.policy.target]), result.client.id
            compared += 1
        if not isinstance(result.stress, ErrorValue):
            own = rows(book.value_of("STRESS_TABLE(w_today_held,scenario_table)"))
            assert alike([row[1:2] for row in own[1:]], [row[1:2] for row in result.stress]), result.client.id
    assert compared > RANDOM / 2


def test_key_figures_of_the_simulation(clients):
    compared = 0
    for result, _, book in clients:
        history = result.history
        if history is None or history.missing or history.under_a_year:
            continue
        benchmark = "bench_returns" if len(history.series) > 2 else ""
        own = rows(book.value_of(f"KPI_TABLE(all_returns,{benchmark},risk_free)"))
        for (_, *ours), (measure, *theirs) in zip(own[1:], history.kpis, strict=False):
            assert alike([ours[:2]], [theirs[:2]]), (result.client.id, measure, ours, theirs)
            compared += 1
    assert compared > 10 * RANDOM


def test_the_plan(clients):
    compared = 0
    for result, words, book in clients:
        if not result.plan:
            assert book.ask("goal_chance") in ("–", ""), result.client.id
            continue
        goal = f"GOAL_PROB({START},goal_years,{PLAN},goal_today,{PATHS})"
        assert alike(rows(book.ask("goal_chance")), rows(result.plan["chance"])), result.client.id
        assert alike(rows(book.ask(goal)), rows(words["goal_chance"])), result.client.id
        bands = rows(book.value_of(f"WEALTH_BANDS({START},MAX(1,INT(goal_years)),{PLAN},{PATHS})"))
        assert alike(bands[1:], result.plan["bands"]), result.client.id
        for fee, drag in result.plan["fees"]:
            own = book.ask(f"FEE_DRAG({fee!r},plan_years,PORT_RETURN(w_target,mu_assets))")
            assert alike(rows(own), rows(drag)), result.client.id
        compared += 1
    assert compared > RANDOM / 3


def test_signal_and_orders_are_one_rule(clients):
    for result, _, book in clients:
        due = book.ask("trade_due")
        assert due is (result.due is True), (result.client.id, due, result.due)
        signal = book.ask("signal_line")
        if not isinstance(result.orders, ErrorValue) and due:
            said = TEXTS["client.due_line"][result.lang].split("{")[0]
            assert signal.startswith(said), signal


# Files, cells, Python ------------------------------------------------------------------------------------------------


def test_every_cell_of_a_written_workbook_is_what_eval_computes(inputs):
    """Of every demo client: what is saved beside each formula, against the cells' own way to it."""
    for client in inputs.clients:
        data = case_workbook.filled(client_case(compute(client, inputs), inputs), client.language).file()
        saved = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
        book, compared = Book(openpyxl.load_workbook(io.BytesIO(data))), 0
        for sheet in saved:
            for row in sheet.iter_rows():
                for cell in row:
                    if cell.value is not None:
                        assert alike(rows(cell.value), rows(book.cell(sheet.title, cell.row, cell.column))), cell
                        compared += 1
        assert compared > 2000
        result = compute(client, inputs)
        assert alike(evaluate("=SUM(trade_costs)", context(book, None)), rows(result.orders.costs.sum()))


def test_python_says_the_same(clients):
    """From the plain numbers, without a report."""
    for result, words, book in clients:
        cov, mu = (np.array(words[name], dtype=float) for name in ("cov_assets", "mu_assets"))
        now, target = (np.array(words[name], dtype=float) for name in ("w_now", "w_target"))
        rf = words["risk_free"]
        for weights, name in ((now, "w_now"), (target, "w_target")):
            own = book.ask(f"PORT_SHARPE({name},mu_assets,cov_assets,risk_free)")
            assert alike(rows(own), rows(float(xa.port_sharpe(weights, mu, cov, rf)))), result.client.id
            assert alike(rows(book.ask(f"PORT_VOL({name},cov_assets)")), rows(float(xa.port_vol(weights, cov))))


# Comparing -----------------------------------------------------------------------------------------------------------


def rows(value) -> list[list]:
    """A value as rows of plain cells."""
    if isinstance(value, Reference):
        value = value.rows()
    if hasattr(value, "tolist"):
        value = value.tolist()
    if not isinstance(value, list):
        return [[value]]
    return [row if isinstance(row, list) else [row] for row in value]


def alike(ours: list[list], theirs: list[list]) -> bool:
    """The same shape and cells; money and rates to what rounding leaves of them, a lot of it never."""
    return len(ours) == len(theirs) and all(
        len(a) == len(b) and all(map(_same, a, b)) for a, b in zip(ours, theirs, strict=True)
    )


def _same(a, b) -> bool:
    a, b = (to_serial(x) if hasattr(x, "year") else x for x in (a, b))
    if a in (None, "", "–") or b in (None, "", "–"):
        return a in (None, "", "–") and b in (None, "", "–")
    if isinstance(a, ErrorValue) or isinstance(b, ErrorValue) or isinstance(a, str) or isinstance(b, str):
        return str(a) == str(b)
    return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-7 if max(abs(a), abs(b)) > 1.0 else 1e-9)
