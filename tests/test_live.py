"""Reports with live formulas: each formula's value is the one beside it, here and in Calc; report = template = cell."""

import re
import zipfile

import openpyxl
import pytest
import report_data as rd

from xlalloc.book import Book, context
from xlalloc.documents import built
from xlalloc.errors import ErrorValue
from xlalloc.formula import evaluate
from xlalloc.hosts import calc_driver
from xlalloc.reports import run
from xlalloc.reports.texts import TEXTS
from xlalloc.templates import case_workbook
from xlalloc.templates.cases import case


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """The five clients' reports with formulas, in both languages, and without."""
    folder = tmp_path_factory.mktemp("live")
    source = rd.write_book(folder / "clients.xlsx", rd.example(folder))
    run.report(source, folder / "live", live=True)
    run.report(source, folder / "plain")
    return folder


def formulas(path):
    book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }


def close(one, two) -> bool:
    return one == pytest.approx(two, rel=1e-9, abs=1e-12) if isinstance(two, float) else one == two


def test_values_are_those_of_the_report_without_formulas(live):
    reports = sorted((live / "plain").glob("K*.xlsx"))
    assert len(reports) == 5
    for path in reports:
        plain = rd.cells(path)
        book = openpyxl.load_workbook(live / "live" / path.name, data_only=True)
        for sheet, cells in plain.items():
            assert {at: book[sheet][at].value for at in cells} == cells
        assert len(book.sheetnames) == len(plain) + 1


def test_each_formula_gives_the_value_beside_it(live):
    """Computed anew by the package's own reading of formulas, every cell an array formula fills."""
    seen = set()
    for path in sorted((live / "live").glob("K*.xlsx")):
        found, book = formulas(path), Book.load(path)
        saved = openpyxl.load_workbook(path, data_only=True)
        for (sheet, _), formula in found.items():
            seen.update(re.findall(r"([A-Z_]+)\(", formula.text))
            for row in saved[sheet][formula.ref] if ":" in formula.ref else [[saved[sheet][formula.ref]]]:
                for cell in row:
                    value = book.cell(sheet, cell.row, cell.column)
                    assert not isinstance(value, ErrorValue), (sheet, cell.coordinate, value.reason)
                    assert close(value, cell.value), (path.name, sheet, cell.coordinate, formula.text)
    assert seen >= {
        "REBAL_DRIFT", "RISK_CONTRIB", "EQUAL_WEIGHTS", "RP_WEIGHTS", "PORT_RETURN", "PORT_VOL", "PORT_SHARPE",
        "DIVERSIFICATION", "EFFECTIVE_N", "FRONTIER", "POLICY_CHECK", "GOAL_PROB", "WEALTH_BANDS", "FEE_DRAG",
    }  # fmt: skip


def test_array_formulas_carry_their_mark(live):
    with zipfile.ZipFile(live / "live/K004.xlsx") as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    cells = [
        c for name, xml in parts.items() if "worksheets/sheet" in name for c in re.findall(r"<c [^>]*>(?=<f)", xml)
    ]
    assert len(cells) > 30 and all(' cm="1"' in cell for cell in cells)
    assert "dynamicArrayProperties" in parts["xl/metadata.xml"] and "metadata.xml" in parts["[Content_Types].xml"]
    assert "metadata.xml" in parts["xl/_rels/workbook.xml.rels"] and "fullCalcOnLoad" not in parts["xl/workbook.xml"]
    with zipfile.ZipFile(live / "plain/K004.xlsx") as archive:
        assert "xl/metadata.xml" not in archive.namelist()


def test_a_workbook_written_in_another_way_is_not_half_completed():
    parts = built.parts_of(openpyxl.Workbook())
    built.complete(parts)
    with pytest.raises(ValueError, match=r"workbook\.xml"):
        built.complete({**built.parts_of(openpyxl.Workbook()), "xl/workbook.xml": b"<workbook/>"})


def test_a_changed_weight_moves_what_depends_on_it(live, tmp_path):
    book = openpyxl.load_workbook(live / "live/K004.xlsx")
    sheet = book["Risk"]
    first = next(row for row in range(1, 40) if sheet.cell(row, 2).value == "CSI 300")
    sheet.cell(first, 3).value, sheet.cell(first + 1, 3).value = (
        sheet.cell(first, 3).value + sheet.cell(first + 1, 3).value,
        0.0,
    )
    book.save(tmp_path / "changed.xlsx")
    changed, saved = (
        Book.load(tmp_path / "changed.xlsx"),
        openpyxl.load_workbook(live / "live/K004.xlsx", data_only=True),
    )
    assert changed.cell("Risk", first, 4) > saved["Risk"].cell(first, 4).value


# Report = template = cell ------------------------------------------------------------------------------------------


def case_as_client(case, prices: bool) -> dict[str, list[list]]:
    """The case-study workbook's inputs as a clients workbook."""
    held = case.holdings
    stated = [*case.return_range, *case.vol_range, case.drawdown_limit]
    return {
        "clients": [["id", "name", "model", "language", "benchmark", "risk_level", "last_rebalanced", "frequency", "threshold"],
                    ["X1", "Example", "M", "en", "B", case.risk_level, case.last_rebalanced, case.frequency, case.threshold]],
        "holdings": [["id", "asset", "value"], *[["X1", h.asset, float(h.value)] for h in held]],
        "assets": [["asset", "kind", "risk_level", "expected_return", "vol", "class"],
                   *[[h.asset, "etf", "R1", h.mu, h.vol, h.asset] for h in held]],
        "models": [["model", "asset", "target", "return_low", "return_high", "vol_low", "vol_high", "drawdown"],
                   *[["M", h.asset, h.target, *stated] for h in held if h.target]],
        "benchmarks": [["name", "asset", "weight"], *[["B", name, weight] for name, weight in case.benchmark]],
        "suitability": [["client_level", "allowed"]],
        "prices": [["date", *[h.asset for h in held]], *([[d, *row] for d, row in case.prices] if prices else [])],
    }  # fmt: skip


@pytest.mark.parametrize("key", ["conservative", "balanced", "aggressive"])
def test_report_template_and_cell_agree(tmp_path, key):
    """One client three ways: its report, the case-study workbook of the same inputs, formulas typed beside it."""
    known = case(key)
    case_workbook.write(known, tmp_path / "case.xlsx")
    template = context(Book.load(tmp_path / "case.xlsx"), None)
    for prices in (False, True):
        run.report(rd.write_book(tmp_path / "c.xlsx", case_as_client(known, prices)), tmp_path / f"{prices}", lang="en")
    risk = rd.labelled(tmp_path / "False/X1.xlsx", "Risk")
    assets = [risk[h.asset] for h in known.holdings]

    def agree(report: list, typed: str, template_name: str = "") -> None:
        cells = [cell for row in evaluate(typed, template) for cell in row]
        assert report == pytest.approx(cells, rel=1e-9, abs=1e-15)
        if template_name:
            named = [cell for row in evaluate(f"={template_name}", template) for cell in row]
            assert named == pytest.approx(cells, rel=1e-9)

    agree([row[0] for row in assets], "=w_now")
    agree([row[1] for row in assets], "=RISK_CONTRIB(w_now,cov_assets)")
    agree([row[3] for row in assets], "=RISK_CONTRIB(w_target,cov_assets)")
    agree([row[5] for row in assets], "=RP_WEIGHTS(cov_assets)", "parity_weights")
    for label, formula in (
        ("Expected return", "PORT_RETURN({w},mu_assets)"), ("Volatility", "PORT_VOL({w},cov_assets)"),
        ("Diversification ratio", "DIVERSIFICATION({w},cov_assets)"), ("Effective number", "EFFECTIVE_N({w})"),
    ):  # fmt: skip
        row = next(cells for name, cells in risk.items() if name.startswith(label))
        for cell, w in zip(row, ("w_now", "w_target", "parity_weights"), strict=False):
            agree([cell], "=" + formula.format(w=w))
    performance = rd.labelled(tmp_path / "True/X1.xlsx", "Performance")
    table = evaluate("=KPI_TABLE(target_returns,bench_returns,0,12)", template)
    shown = {TEXTS[f"kpi.{name}"]["en"].format(period="month"): value for name, value in table[1:]}
    agreed = [
        name for name, value in shown.items() if performance[name][1] == pytest.approx(value, rel=1e-9, abs=1e-15)
    ]
    assert agreed == list(shown) and len(agreed) > 15


def test_calc_computes_the_same(live, office, tmp_path):
    paths = [live / "live" / name for name in ("K002.xlsx", "K004.xlsx")]
    for path, done in zip(paths, office.recalculated(paths, tmp_path), strict=True):
        computed = calc_driver.read(done)
        saved = openpyxl.load_workbook(path, data_only=True)
        checked = 0
        for (sheet, _), formula in formulas(path).items():
            for row in saved[sheet][formula.ref] if ":" in formula.ref else [[saved[sheet][formula.ref]]]:
                for cell in row:
                    checked += 1
                    assert close(computed[sheet][cell.coordinate], cell.value), (path.name, sheet, cell.coordinate)
        assert checked > 100
