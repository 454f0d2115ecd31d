"""Reports with live formulas: each formula's value is the one beside it, here and in Calc; report = template = cell."""

import datetime as dt
import re
import zipfile

import openpyxl
import pytest
import report_data as rd

from xlalloc.book import Book, context
from xlalloc.dates import to_serial
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
    source = rd.write_book(folder / "clients.xlsx", rd.example())
    run.report(source, folder / "live", live=True)
    run.report(source, folder / "plain")
    return folder


def formulas(path):
    """Sheet and cell of each formula → its text and the cells it fills."""
    found = {}
    for sheet in openpyxl.load_workbook(path):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and sheet.title != "xl_data":
                    array = not isinstance(cell.value, str)
                    found[sheet.title, cell.coordinate] = (
                        (cell.value.text, cell.value.ref) if array else (cell.value, cell.coordinate)
                    )
    return found


def filled(book, sheet: str, area: str) -> list:
    cells = book[sheet][area]
    return [cell for row in cells for cell in row] if isinstance(cells, tuple) else [cells]


def close(one, two) -> bool:
    if one is None or one == "":
        return two in (None, "", 0)
    return one == pytest.approx(two, rel=1e-9, abs=1e-12) if isinstance(two, float) else one == two


def test_values_are_those_of_the_report_without_formulas(live):
    reports = sorted((live / "plain").glob("K*.xlsx"))
    assert len(reports) == 5
    for path in reports:
        plain = rd.cells(path)
        book = openpyxl.load_workbook(live / "live" / path.name, data_only=True)
        for sheet, cells in plain.items():
            assert {at: book[sheet][at].value for at in cells} == cells
        assert book.sheetnames == [*plain, "xl_data"] and book["xl_data"].sheet_state == "hidden"


def test_each_formula_gives_the_value_beside_it(live):
    """Computed anew by the package's own reading of formulas, every cell an array formula fills."""
    seen = set()
    for path in sorted((live / "live").glob("K*.xlsx")):
        found, book = formulas(path), Book.load(path)
        saved = openpyxl.load_workbook(path, data_only=True)
        for (sheet, _), (text, area) in found.items():
            seen.update(re.findall(r"([A-Z_]+)\(", text))
            for cell in filled(saved, sheet, area):
                value = book.cell(sheet, cell.row, cell.column)
                assert not isinstance(value, ErrorValue), (sheet, cell.coordinate, value.reason)
                saved_value = to_serial(cell.value) if isinstance(cell.value, dt.datetime | dt.date) else cell.value
                value = to_serial(value) if isinstance(value, dt.datetime | dt.date) else value
                assert close(value, saved_value), (path.name, sheet, cell.coordinate, text, value, cell.value)
    assert seen >= {
        "RISK_CONTRIB",
        "PORT_RETURN",
        "PORT_VOL",
        "PORT_SHARPE",
        "DIVERSIFICATION",
        "EFFECTIVE_N",
        "WEALTH_BANDS",
        "FEE_DRAG",
    }


def test_array_formulas_carry_their_mark(live):
    with zipfile.ZipFile(live / "live/K004.xlsx") as archive:
        parts = {name: archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()}
    cells = [
        c
        for name, xml in parts.items()
        if "worksheets/sheet" in name
        for c in re.findall(r'<c [^>]*>(?=<f t="array")', xml)
    ]
    assert len(cells) > 30 and all(' cm="1"' in cell for cell in cells)
    assert "dynamicArrayProperties" in parts["xl/metadata.xml"] and "metadata.xml" in parts["[Content_Types].xml"]
    assert "metadata.xml" in parts["xl/_rels/workbook.xml.rels"] and "fullCalcOnLoad" not in parts["xl/workbook.xml"]


def test_a_workbook_written_in_another_way_is_not_half_completed():
    parts = built.parts_of(openpyxl.Workbook())
    built.complete(parts)
    with pytest.raises(ValueError, match=r"workbook\.xml"):
        built.complete({**built.parts_of(openpyxl.Workbook()), "xl/workbook.xml": b"<workbook/>"})


def test_a_changed_weight_moves_what_depends_on_it(live, tmp_path):
    """The first asset's money on the data sheet: shares of risk and volatility follow."""
    book = openpyxl.load_workbook(live / "live/K004.xlsx")
    sheet, at = book["xl_data"], book.defined_names["w_now"].attr_text.rpartition("!")[2].replace("$", "")
    (first,), (second,), *_ = sheet[at]
    first.value, second.value = first.value + second.value, 0.0
    book.save(tmp_path / "changed.xlsx")
    changed, saved = (
        Book.load(tmp_path / "changed.xlsx"),
        openpyxl.load_workbook(live / "live/K004.xlsx", data_only=True),
    )
    page = saved["Orders"]
    row = next(cell.row for cell in page["B"] if cell.value == "CSI 300")
    assert changed.cell("Orders", row, 10) > page.cell(row, 10).value
    assert changed.cell("Orders", row + 1, 10) == 0


# Report = template = cell ------------------------------------------------------------------------------------------


def case_as_client(case, prices: bool) -> dict[str, list[list]]:
    """The case-study workbook's inputs as a clients workbook."""
    held = case.holdings
    stated = [*case.return_range, *case.vol_range, case.drawdown_limit]
    return {
        "firm": [["key", "value"], ["internal_pages", "check"]],
        "clients": [
            ["id", "name", "model", "language", "benchmark", "risk_level", "last_rebalanced", "frequency", "threshold"],
            ["X1", "Example", "M", "en", "B", case.risk_level, case.last_rebalanced, case.frequency, case.threshold],
        ],
        "holdings": [["id", "asset", "value"], *[["X1", h.asset, float(h.value)] for h in held]],
        "assets": [
            ["asset", "kind", "risk_level", "expected_return", "vol", "class"],
            *[[h.asset, "etf", "R1", h.mu, h.vol, h.asset] for h in held],
        ],
        "models": [
            ["model", "asset", "target", "return_low", "return_high", "vol_low", "vol_high", "drawdown"],
            *[["M", h.asset, h.target, *stated] for h in held if h.target],
        ],
        "benchmarks": [["name", "asset", "weight"], *[["B", name, weight] for name, weight in case.benchmark]],
        "suitability": [["client_level", "allowed"]],
        "prices": [["date", *[h.asset for h in held]], *([[d, *row] for d, row in case.prices] if prices else [])],
    }


@pytest.mark.parametrize("key", ["conservative", "balanced", "aggressive"])
def test_report_template_and_cell_agree(tmp_path, key):
    """One client three ways: its report, the case-study workbook of the same inputs, formulas typed beside it."""
    known = case(key)
    case_workbook.write(known, tmp_path / "case.xlsx")
    template = context(Book.load(tmp_path / "case.xlsx"), None)
    for prices in (False, True):
        run.report(rd.write_book(tmp_path / "c.xlsx", case_as_client(known, prices)), tmp_path / f"{prices}", lang="en")
    risk, orders = (rd.labelled(tmp_path / "False/X1.xlsx", page) for page in ("Risk", "Orders"))
    held = [orders[h.asset] for h in known.holdings]

    def agree(report: list, typed: str, template_name: str = "") -> None:
        cells = [cell for row in evaluate(typed, template) for cell in row]
        assert report == pytest.approx(cells, rel=1e-9, abs=1e-15)
        if template_name:
            named = [cell for row in evaluate(f"={template_name}", template) for cell in row]
            assert named == pytest.approx(cells, rel=1e-9)

    agree([row[3] for row in held], "=w_now")
    agree([row[7] for row in held], "=RISK_CONTRIB(w_now,cov_assets)")
    agree([risk[h.asset][2] for h in known.holdings], "=RISK_CONTRIB(w_target,cov_assets)")
    agree([risk[h.asset][3] for h in known.holdings], "=RP_WEIGHTS(cov_assets)", "parity_weights")
    for label, formula in (
        ("Expected return", "PORT_RETURN({w},mu_assets)"),
        ("Volatility per year", "PORT_VOL({w},cov_assets)"),
        ("Diversification ratio", "DIVERSIFICATION({w},cov_assets)"),
        ("Effective number of assets", "EFFECTIVE_N({w})"),
    ):
        now, _, target, parity = risk[label][:4]
        for cell, w in ((now, "w_now"), (target, "w_target"), (parity, "parity_weights")):
            agree([cell], "=" + formula.format(w=w))
    page = openpyxl.load_workbook(tmp_path / "True/internal/X1.xlsx")["Check"]
    rows = [[cell.value for cell in row[1:5]] for row in page.iter_rows()]
    top = next(k for k, row in enumerate(rows) if str(row[0]).startswith("The simulated past"))
    performance = {row[0]: row[1:] for row in rows[top:] if row[0]}
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
        for (sheet, _), (_, area) in formulas(path).items():
            for cell in filled(saved, sheet, area):
                checked += 1
                ours, theirs = (
                    to_serial(value) if isinstance(value, dt.datetime | dt.date) else value
                    for value in (cell.value, computed[sheet].get(cell.coordinate))
                )
                assert close(theirs, ours), (path.name, sheet, cell.coordinate)
        assert checked > 100
