"""What would make a figure wrong or send a letter that must not go: refused, or said, and never a traceback."""

import datetime as dt

import openpyxl
import pytest
import report_data as rd
from openpyxl.workbook.defined_name import DefinedName

from xlalloc.documents.template import TemplateError
from xlalloc.errors import ErrorValue, InputError
from xlalloc.reports import fields, run
from xlalloc.reports.columns import COLUMNS
from xlalloc.reports.compute import compute
from xlalloc.reports.firm import Firm
from xlalloc.reports.firm_templates import of_client, opened
from xlalloc.reports.read import read
from xlalloc.reports.reading import unreadable
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.vocabulary import vocabulary


@pytest.fixture
def sheets(tmp_path):
    sheets = rd.example()
    rd.keep_clients(sheets, "K002")
    return sheets


def inputs_of(tmp_path, sheets):
    return read(rd.write_folder(tmp_path / "in", sheets))


def refused(tmp_path, sheets) -> set[str]:
    """The kinds of findings of which one refuses the client."""
    inputs = inputs_of(tmp_path, sheets)
    assert "K002" in inputs.problems.refused
    return {problem.kind for problem in inputs.problems.items}


def result_of(tmp_path, sheets):
    inputs = inputs_of(tmp_path, sheets)
    return compute(inputs.clients[0], inputs), inputs


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_kind_of_column_can_be_said_to_be_unreadable(lang):
    kinds = {column.kind for columns in COLUMNS.values() for column in columns} - {"text", "notes"}
    assert all(TEXTS[f"problem.{unreadable(kind)}"][lang] for kind in kinds)


@pytest.mark.parametrize(
    ("key", "cell"), [("subscription", "much"), ("subscription", 1.5), ("redemption", "7天内1.5%")]
)
def test_a_schedule_nobody_can_read_is_a_finding(tmp_path, sheets, key, cell):
    rd.change(sheets, "assets", 0, key, cell)
    summary = run.report(rd.write_folder(tmp_path / "in", sheets), tmp_path / "out")
    assert summary.failed == 1 and any(p.location.column == key for p in summary.problems)


# Percentages without their sign ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sheet", "key", "cell"),
    [
        ("assets", "ongoing_cost", 0.22), ("assets", "ongoing_cost", 1), ("assets", "commission", 0.3), ("assets", "sell_tax", 0.5),
        ("assets", "subscription", 0.15), ("assets", "subscription", "1000000:0.8;0.5"), ("assets", "redemption", "7:0.5"),
        ("assets", "expected_return", 2.5), ("assets", "expected_return", 1), ("assets", "vol", 2), ("assets", "vol", 1.2),
        ("clients", "threshold", 1), ("clients", "advisory_fee", 0.8), ("clients", "advisory_fee", 1),
        ("models", "return_high", 1), ("models", "leverage", 0), ("models", "leverage", "twice"),
    ],
)  # fmt: skip
def test_a_percentage_without_its_sign_is_not_taken_for_a_hundred_times_as_much(tmp_path, sheets, sheet, key, cell):
    row = 0
    if sheet == "models":
        row = next(k for k, model in enumerate(sheets["models"][1:]) if model[0] == "Balanced")
    rd.change(sheets, sheet, row, key, cell)
    assert refused(tmp_path, sheets) & {
        "unreadable_share",
        "unreadable_rate",
        "unreadable_steps",
        "unreadable_schedule",
        "unreadable_leverage",
    }


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [("rate", "120%", 1.2), ("vol", "２５０％", 2.5), ("share", "22%", 0.22), ("share", 0.015, 0.015), ("threshold", "80%", 0.8), ("threshold", 0.2, 0.2),
     ("steps", "15%", ((), (0.15,))), ("schedule", "7:25%", ((7,), (0.25, 0.0)))],
)  # fmt: skip
def test_with_its_sign_it_counts(kind, cell, value):
    assert (
        fields.read(kind, cell) == pytest.approx(value)
        if isinstance(value, float)
        else fields.read(kind, cell)[1][0] == value[1][0]
    )


@pytest.mark.parametrize(
    ("key", "cell"), [("rf", 0.5), ("inflation", 2), ("advisory_fee", 0.1), ("advisory_fee", "0.8")]
)
def test_rates_of_the_firm_that_are_percentages_without_sign_stop_the_run(tmp_path, sheets, key, cell):
    sheets["firm"].append([key, cell])
    with pytest.raises(InputError, match=f"{key} is .*percent sign"):
        inputs_of(tmp_path, sheets)


def test_a_cost_that_is_much_for_a_product_is_said(tmp_path, sheets):
    rd.change(sheets, "assets", 0, "ongoing_cost", 0.03)
    assert [p.words for p in inputs_of(tmp_path, sheets).problems.items if p.kind == "high_cost"] == [
        (("share", "3.00%"),)
    ]


# Models ----------------------------------------------------------------------------------------------------------------


def balanced(sheets) -> list[int]:
    return [k for k, row in enumerate(sheets["models"][1:]) if row[0] == "Balanced"]


@pytest.mark.parametrize(
    ("key", "cells"),
    [
        ("risk_level", ("R3", "R4")),
        ("leverage", (1, 0.8)),
        ("vol_high", (0.1, 0.2)),
        ("rebalance_on", ("weights", "risk")),
    ],
)
def test_what_holds_for_a_whole_model_is_said_once(tmp_path, sheets, key, cells):
    """A level for each product in the model's column would have let the first pass for that of the portfolio."""
    for row, cell in zip(balanced(sheets), cells, strict=False):
        rd.change(sheets, "models", row, key, cell)
    assert refused(tmp_path, sheets) >= {"model_differs", "model_broken"}


def test_the_same_in_each_row_is_fine(tmp_path, sheets):
    for row in balanced(sheets):
        rd.change(sheets, "models", row, "risk_level", "R3")
    assert result_of(tmp_path, sheets)[1].models["balanced"].risk_level == 3


@pytest.mark.parametrize(
    ("key", "cell", "kind"),
    [
        ("upper", 0.3, "target_outside"),
        ("lower", 0.5, "target_outside"),
        ("lower", 50, "target_outside"),
        ("upper", 0.01, "target_outside"),
    ],
)
def test_limits_that_do_not_fit_their_target_are_refused(tmp_path, sheets, key, cell, kind):
    rd.change(sheets, "models", balanced(sheets)[0], key, cell)
    assert kind in refused(tmp_path, sheets)


@pytest.mark.parametrize("as_percent", [False, True])
@pytest.mark.parametrize(("upper", "share"), [(70, 0.7), (0.7, 0.7), ("70%", 0.7)])
def test_limits_are_shares_or_percentages_by_themselves(tmp_path, sheets, as_percent, upper, share):
    at = rd.column(sheets, "models", "target")
    for row in balanced(sheets) if as_percent else ():
        sheets["models"][row + 1][at] *= 100
    rd.change(sheets, "models", balanced(sheets)[0], "upper", upper)
    model = inputs_of(tmp_path, sheets).models["balanced"]
    assert model.limits["CSI 300"] == (None, share) and not model.wrong
    for row in balanced(sheets):  # and so beside budgets
        rd.change(sheets, "models", row, "target", None)
        rd.change(sheets, "models", row, "budget", 100 / 6 if as_percent else 1 / 6)
    model = inputs_of(tmp_path, sheets).models["balanced"]
    assert model.limits["CSI 300"] == (None, share) and not model.wrong


@pytest.mark.parametrize(("key", "kind"), [("budget", "target_beside_budget"), ("leverage", "leverage_of_targets")])
def test_what_counts_only_for_models_by_risk_is_not_ignored_beside_targets(tmp_path, sheets, key, kind):
    rd.change(sheets, "models", balanced(sheets)[0], key, 0.5)
    assert kind in refused(tmp_path, sheets)


def test_a_table_of_levels_that_nobody_can_read_allows_nothing(tmp_path, sheets):
    sheets["suitability"][1:] = [["C4", "all"]]
    result, _ = result_of(tmp_path, sheets)
    assert result.judgement.held and "target_above" in {p.kind for p in result.judgement.reasons}


def test_what_a_model_states_is_shown_even_where_it_states_but_part(tmp_path, sheets):
    for row in balanced(sheets):
        rd.change(sheets, "models", row, "return_low", None)
        rd.change(sheets, "models", row, "return_high", None)
    rd.change(sheets, "models", balanced(sheets)[0], "vol_high", 0.2)
    found = vocabulary(*result_of(tmp_path, sheets))
    assert (found["vol_high"], found["return_low"]) == (0.2, None)


# Levels and assessments --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["R2-R3", "C2/C3", "R2、R4", "2,5", "R1 至 R3"])
def test_two_levels_are_none(cell):
    with pytest.raises(fields.UnreadableError):
        fields.level(cell)


@pytest.mark.parametrize("cell", ["3.0", "C3", "c3", "３", 3.0, "R3（中风险）", "C3 稳健型"])
def test_a_level_however_written(cell):
    assert fields.level(cell) == 3


def test_a_holding_of_unknown_level_is_not_said_to_be_suitable(tmp_path, sheets):
    row = next(k for k, asset in enumerate(sheets["assets"][1:]) if asset[0] == "Sector ETF")
    rd.change(sheets, "assets", row, "risk_level", None)
    rd.add(sheets, "holdings", id="K002", asset="Sector ETF", value=10_000)
    result, inputs = result_of(tmp_path, sheets)
    line = vocabulary(result, inputs)["suitability_line"]
    assert "等级未知：行业主题" in line and "均不超出" not in line
    assert "held_unknown" in {p.kind for p in result.problems}


@pytest.mark.parametrize("cell", ["2026-02-30", "soon", "长期"])
def test_an_expiry_nobody_can_read_sends_no_letter(tmp_path, sheets, cell):
    rd.change(sheets, "clients", 0, "assessment_expires", cell)
    assert "bad_date" in refused(tmp_path, sheets)


@pytest.mark.parametrize(("years", "said"), [(0, False), (2, True)])
def test_an_old_assessment_without_an_end_is_said(tmp_path, sheets, years, said):
    rd.change(sheets, "clients", 0, "assessment_expires", None)
    rd.change(sheets, "clients", 0, "assessed_on", dt.date(2026 - years, 1, 1))
    result, _ = result_of(tmp_path, sheets)
    assert ("assessment_old" in {p.kind for p in result.problems}) is said


def test_without_prices_it_is_said_that_the_assessment_was_not_checked(tmp_path, sheets):
    del sheets["prices"]
    for row in sheets["holdings"][1:]:
        row[3] = 1.0
    result, _ = result_of(tmp_path, sheets)
    assert "assessment_undated" in {p.kind for p in result.problems}


# Orders that could not be found ------------------------------------------------------------------------------------------


def test_orders_that_could_not_be_found_are_not_none(tmp_path, sheets):
    rd.change(sheets, "clients", 0, "cash_flow", -1e7)
    found = vocabulary(*result_of(tmp_path, sheets))
    assert all(isinstance(found[name], ErrorValue) for name in ("n_orders", "settle_days", "trade_cost", "cash_after"))


def test_a_holding_beside_the_model_is_no_failure(tmp_path, sheets):
    rd.add(sheets, "holdings", id="K002", asset="Money market", value=10_000)
    result, _ = result_of(tmp_path, sheets)
    assert "no_answer" not in {p.kind for p in result.problems}


def test_a_class_nobody_knows_is_said(tmp_path, sheets):
    rd.change(sheets, "assets", 0, "asset_class", "Equities & more")
    assert "unknown_word" in {p.kind for p in inputs_of(tmp_path, sheets).problems.items}


# Holdings ----------------------------------------------------------------------------------------------------------------


def holdings(sheets, *rows) -> None:
    sheets["holdings"][1:] = []
    for row in rows:
        rd.add(sheets, "holdings", id="K002", **row)


def test_the_same_holding_twice_is_said(tmp_path, sheets):
    lot = {"asset": "CSI 300", "units": 10_000, "account": "B", "bought_on": dt.date(2024, 1, 2)}
    holdings(sheets, lot, {**lot, "account": "A"}, lot, {**lot, "units": 9_999})
    found = [p for p in inputs_of(tmp_path, sheets).problems.items if p.kind == "holding_twice"]
    assert [dict(p.words) for p in found] == [{"first": "2", "row": "4"}]


def test_a_value_of_long_ago_is_said(tmp_path, sheets):
    days = [dt.date(2026, 10, 30), dt.date(2026, 8, 31)]
    holdings(sheets, *({"asset": "CSI 300", "value": 50_000 + k, "as_of": day} for k, day in enumerate(days)))
    found = [p for p in inputs_of(tmp_path, sheets).problems.items if p.kind == "old_value"]
    assert [(p.location.row, dict(p.words)["date"]) for p in found] == [(3, "2026-08-31")]


def test_units_without_a_valuation_are_worth_their_price(tmp_path, sheets):
    holdings(sheets, {"asset": "CSI 300", "units": 10_000, "value": 0}, {"asset": "China bonds", "value": 500_000})
    result, inputs = result_of(tmp_path, sheets)
    assert result.held[0].value == 10_000 * inputs.market.unit_price("CSI 300")[0]
    assert [p.done for p in result.problems if p.kind == "value_differs"] == ["done.counted_used"]


@pytest.mark.parametrize("weights", [(60, 40), (0.6, 0.4), (33.3, 66.6)])
def test_weights_in_the_column_of_values_are_no_values(tmp_path, sheets, weights):
    holdings(
        sheets, *({"asset": name, "value": w} for name, w in zip(["CSI 300", "China bonds"], weights, strict=True))
    )
    assert "values_are_weights" in refused(tmp_path, sheets)


@pytest.mark.parametrize("key", ["value", "units", "price"])
def test_a_percentage_is_no_amount(tmp_path, sheets, key):
    holdings(sheets, {"asset": "CSI 300", "units": 100, key: "60%"})
    assert "unreadable_number" in refused(tmp_path, sheets)


def test_a_column_of_percentages_is_no_value(tmp_path, sheets):
    holdings(sheets, {"asset": "CSI 300", "units": 100, "value": 60})
    sheets["holdings"][0][rd.column(sheets, "holdings", "value")] = "market value (%)"
    inputs = inputs_of(tmp_path, sheets)
    assert inputs.clients[0].lots[0].value is None and "K002" not in inputs.problems.refused


def test_an_export_in_two_files_is_said(tmp_path, sheets):
    holdings(sheets, {"asset": "CSI 300", "units": 100})
    rows = sheets.pop("holdings")
    folder = rd.write_folder(tmp_path / "in", sheets)
    for name in ("one", "two"):
        rd.write_folder(folder / "holdings", {name: rows})
    assert [p.kind for p in read(folder).problems.items if p.client] == ["holdings_twice"]


# The account's own history -------------------------------------------------------------------------------------------------


def months(count: int, first: int, value) -> list[list]:
    """Values at the ends of months up to 2026-10-31, ``value(k)`` each."""
    days = [dt.date(2024 + (k + 1) // 12, (k + 1) % 12 + 1, 1) - dt.timedelta(1) for k in range(first, first + count)]
    return [["K002", "A", day, value(k), 0, 0] for k, day in enumerate(days)]


@pytest.mark.parametrize(
    ("rows", "kinds"),
    [
        (months(22, 12, lambda k: 1_200_000.0), set()),
        (months(22, 12, lambda k: 1_200_000.0 if k > 10 else 120.0), {"account_jump"}),
        (months(22, 12, lambda k: 120.0), {"account_differs"}),
        (months(22, 24, lambda k: 1_200_000.0), {"account_later"}),
        (months(10, 12, lambda k: 120.0), set()),  # of long ago: it may have grown
    ],
)
def test_a_history_that_can_hardly_be_right_is_said(tmp_path, sheets, rows, kinds):
    sheets["history"] = [["id", "account", "date", "value", "flow", "fee"], *rows]
    result, _ = result_of(tmp_path, sheets)
    assert {p.kind for p in result.problems if p.kind.startswith("account_")} == kinds


def test_a_payment_explains_a_jump(tmp_path, sheets):
    rows = months(22, 12, lambda k: 1_200_000.0 if k > 10 else 120.0)
    rows[11][4] = 1_199_880.0
    sheets["history"] = [["id", "account", "date", "value", "flow", "fee"], *rows]
    result, _ = result_of(tmp_path, sheets)
    assert not [p for p in result.problems if p.kind.startswith("account_")]


# Templates -----------------------------------------------------------------------------------------------------------------


def template_of(path, names: dict, **cells):
    book = openpyxl.Workbook()
    book.active.title = "Report"
    book.active["A1"], book.active["A2"] = "=client_name", "=total_value"
    for at, cell in cells.items():
        book.active[at] = cell
    for name, text in names.items():
        book.defined_names[name] = DefinedName(name, attr_text=text)
    book.save(path)
    return path


@pytest.mark.parametrize(
    ("names", "cells", "reason"),
    [
        ({"total_value": "12345"}, {}, "the same for every client"),
        ({"advisory_fee": "1%"}, {}, "the same for every client"),
        ({"client_name": '"Sample"'}, {}, "the same for every client"),
        ({"total_value": "Report!#REF!"}, {}, "points to no cells"),
        ({"total_value": "Report!$D$1,Report!$E$1"}, {}, "points to no cells"),
        ({}, {"B1": "=#REF!+1"}, "not there any more"),
        ({"fee": "Report!#REF!"}, {"B1": "=fee*2"}, "not there any more|points|fee"),
    ],
)
def test_what_no_client_could_be_filled_into_is_refused_at_once(tmp_path, names, cells, reason):
    with pytest.raises(TemplateError, match=reason):
        opened(template_of(tmp_path / "firm.xlsx", names, **cells), Firm(), "en")


def test_a_name_that_is_computed_from_cells_or_data_is_the_firms_own(tmp_path):
    path = template_of(
        tmp_path / "firm.xlsx", {"advisory_fee": "risk_free/2", "w_now": "Report!$D$1"}, D1="=1/3", B1='="#REF!"'
    )
    assert opened(path, Firm(), "en").own == {"advisory_fee", "w_now"}


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        (["Growth-zh.xlsx", "Balanced-zh.xlsx", "zh.xlsx"], "Balanced-zh.xlsx"),
        (["Conservative-zh.xlsx", "en.xlsx"], None),
        (["Conservative.xlsx"], None),
        (["Conservative-en.xlsx"], None),
        (["report-zh.xlsx", "Conservative-zh.xlsx"], "report-zh.xlsx"),
        (["firm.xlsx"], "firm.xlsx"),
        (["report-en.xlsx", "report-zh.xlsx"], "report-zh.xlsx"),
    ],
)
def test_no_client_gets_the_template_of_another_model(tmp_path, sheets, files, taken):
    inputs = inputs_of(tmp_path, sheets)
    folder = tmp_path / "templates"
    folder.mkdir()
    for name in files:
        (folder / name).write_bytes(b"")
    if taken:
        assert of_client(folder, inputs.clients[0], inputs.models).name == taken
    else:
        with pytest.raises(InputError, match="is for model balanced"):
            of_client(folder, inputs.clients[0], inputs.models)


def test_a_benchmark_is_named_as_the_file_writes_it(tmp_path, sheets):
    assert vocabulary(*result_of(tmp_path, sheets))["benchmark_name"] == "60% CSI 300, 40% bonds"
