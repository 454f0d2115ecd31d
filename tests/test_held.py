"""Letters kept back: holdings, target, orders and what remains judged by themselves; folders of advisers; others' files."""

import datetime as dt
import json
import zipfile

import openpyxl
import pytest
import report_data as rd

from xlalloc.cli import main
from xlalloc.reports import batch, run
from xlalloc.reports.clients_workbook import write_clients
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.vocabulary import vocabulary


@pytest.fixture
def sheets(tmp_path):
    return rd.example()


def firm(sheets, **rows):
    sheets["firm"] += [[key, value] for key, value in rows.items()]


def written(tmp_path, sheets, **options):
    return run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", **options)


def result_of(tmp_path, sheets, id_="K004"):
    inputs = read(rd.write_book(tmp_path / "in.xlsx", sheets))
    return compute(next(client for client in inputs.clients if client.id == id_), inputs)


def row_of(path, id_):
    page = openpyxl.load_workbook(path).worksheets[0]
    rows = [[cell.value for cell in row[1:]] for row in page.iter_rows() if row[1].value is not None]
    header = next(row for row in rows if row[0] in ("Client", "客户编号"))
    return dict(zip(header, next(row for row in rows if row[0] == id_), strict=True))


def texts(path) -> str:
    with zipfile.ZipFile(path) as archive:
        return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


# The demo ---------------------------------------------------------------------------------------------------------------


def test_the_demo_keeps_one_letter_back_and_sends_four(tmp_path):
    summary = run.report(write_clients(tmp_path / "clients.xlsx"), tmp_path / "out")
    assert (summary.written, summary.held, summary.failed) == (4, 1, 0)
    names = files(tmp_path / "out")
    assert (
        "K005.xlsx" not in names
        and "internal/K005.xlsx" in names
        and {f"K00{k}.xlsx" for k in range(1, 5)} <= set(names)
    )
    (problem,) = summary.problems
    assert (problem.client, problem.kind, problem.done) == ("K005", "target_above", "done.held")
    row = row_of(tmp_path / "out/index.xlsx", "K005")
    assert (
        row["Status"] == "letter kept back"
        and row["File"] == "internal/K005.xlsx"
        and row["Suitability"] == "not suitable"
    )
    assert row["Why kept back"] == "The model contains products above the client's level C2: CSI 300, CSI 500, Gold."
    row = row_of(tmp_path / "out/index.xlsx", "K004")
    assert (row["Status"], row["Why kept back"], row["Findings"], row["Suitability"]) == ("report", "–", 0, "suitable")
    assert row["Assessment valid to"] == dt.datetime(2027, 2, 9) and row["Next review"] == dt.datetime(2027, 4, 30)
    assert len(row["Input"]) == len(row["Firm"]) == 12 and row["Template"] == "–"
    said = " ".join(str(v) for v in rd.cells(tmp_path / "out/internal/K005.xlsx")["Check"].values())
    assert "Internal, not for the client" in said and "above level" in said and "Choose a model" in said


def test_what_the_command_says(tmp_path, monkeypatch):
    from click.testing import CliRunner

    monkeypatch.chdir(tmp_path)
    write_clients(tmp_path / "clients.xlsx")
    done = CliRunner().invoke(main, ["report", "clients.xlsx", "--out", "out", "--jobs", "1", "--log", "json"])
    assert done.exit_code == 0 and "4 of 5 reports" in done.stdout and "1 kept back" in done.stdout
    events = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("{")]
    assert [(e["status"], e["file"]) for e in events if e["id"] == "K005"] == [("held", "internal/K005.xlsx")]


def test_a_chinese_client_has_what_is_simulated_on_internal_pages(tmp_path):
    """Left out, simulated and projections are for the client in English and internal in Chinese."""
    run.report(write_clients(tmp_path / "clients.xlsx"), tmp_path / "out")
    pages = {id_: openpyxl.load_workbook(tmp_path / f"out/{id_}.xlsx").sheetnames for id_ in ("K002", "K004")}
    own = {"概要", "交易", "风险", "账户表现", "附录"}
    assert own >= set(pages["K002"]) >= own - {"账户表现"} and {"Simulated past", "Outlook"} <= set(pages["K004"])
    assert visible(tmp_path / "out/internal/K002.xlsx") == ["内部核对", "模拟历史", "展望"]
    assert not (tmp_path / "out/internal/K004.xlsx").exists()


def visible(path) -> list[str]:
    return [sheet.title for sheet in openpyxl.load_workbook(path) if sheet.sheet_state == "visible"]


def test_the_firms_pages_in_its_order(tmp_path, sheets):
    firm(sheets, pages="risk, summary, notes", internal_pages="allocation", footer="Lakeside & Co", disclaimer="Our words.",
         name="Lakeside (invented)", risk_document="Risk Notice")  # fmt: skip
    rd.keep_clients(sheets, "K004")
    written(tmp_path, sheets)
    assert openpyxl.load_workbook(tmp_path / "out/K004.xlsx").sheetnames == ["Risk", "Summary", "Appendix"]
    assert visible(tmp_path / "out/internal/K004.xlsx") == ["Check", "Orders"]
    summary = [str(v) for v in rd.cells(tmp_path / "out/K004.xlsx")["Summary"].values()]
    assert "Our words." in summary and "Lakeside (invented)" in summary and "Read and signed: Risk Notice" in summary
    assert "Lakeside &amp;&amp; Co" in texts(tmp_path / "out/K004.xlsx")


# What keeps a letter back -------------------------------------------------------------------------------------------------


def level(sheets, asset, value):
    k = [row[0] for row in sheets["assets"][1:]].index(asset)
    rd.change(sheets, "assets", k, "risk_level", value)


CASES = {
    "no_client_level": lambda s: rd.change(s, "clients", 3, "risk_level", None),
    "assessment_expired": lambda s: rd.change(s, "clients", 3, "assessment_expires", dt.date(2026, 10, 30)),
    "target_above": lambda s: rd.change(s, "clients", 3, "risk_level", "C3"),
    "no_product_level": lambda s: level(s, "Gold", None),
}


@pytest.mark.parametrize("kind", CASES)
def test_what_keeps_a_letter_back_and_what_warn_prints(tmp_path, sheets, kind):
    CASES[kind](sheets)
    rd.keep_clients(sheets, "K004")
    result = result_of(tmp_path, sheets)
    assert [p.kind for p in result.judgement.reasons] == [kind] and not result.letter
    names = vocabulary(result, read(tmp_path / "in.xlsx"))
    assert names["letter_held"] and len(names["held_reasons"]) == 1
    assert names["advice_line"].startswith("We make no recommendation at present. ")
    summary = written(tmp_path, sheets)
    assert (summary.written, summary.held) == (0, 1) and not (tmp_path / "out/K004.xlsx").exists()
    firm(sheets, suitability="warn")
    summary = written(tmp_path, sheets)
    assert (summary.written, summary.held) == (1, 0)
    assert [p.done for p in summary.problems if p.kind == kind] == ["done.reported"]
    said = [str(value) for value in rd.cells(tmp_path / "out/K004.xlsx")["Orders"].values()]
    assert any(text.startswith("Rebalance: sell") for text in said)
    assert row_of(tmp_path / "out/index.xlsx", "K004")["Suitability"] == "not suitable"
    assert [p.kind for p in summary.problems if p.kind == "old_report"] == ["old_report"]  # the internal page is gone
    assert (tmp_path / "out/internal/old/K004.xlsx").exists()


def test_an_assessment_holds_through_its_last_day(tmp_path, sheets):
    rd.change(sheets, "clients", 3, "assessment_expires", dt.date(2026, 10, 31))
    assert result_of(tmp_path, sheets).letter


def test_the_four_states_are_judged_by_themselves(tmp_path, sheets):
    """K004 of C4 holds a product of R5 outside the model, half of it locked: sold in part, held afterwards."""
    row = list(sheets["assets"][next(k for k, row in enumerate(sheets["assets"]) if row[0] == "CSI 300")])
    row[0], row[1], row[2] = "Futures fund", "期货基金", "X00099"
    sheets["assets"].append(row)
    level(sheets, "Futures fund", "R5")
    rd.add(sheets, "holdings", id="K004", asset="Futures fund", value=40_000, no_sell="yes")
    rd.add(sheets, "holdings", id="K004", asset="Futures fund", value=40_000)
    result = result_of(tmp_path, sheets)
    found = {state: result.named(result.judgement.above, state) for state in result.judgement.above}
    assert found == {"held": ["Futures fund"], "target": [], "bought": [], "after": ["Futures fund"]}
    kinds = [p.kind for p in result.problems]
    assert result.letter and [kind for kind in kinds if kind.endswith("_above")] == ["held_above", "after_above"]


def test_by_portfolio_the_models_level_counts(tmp_path, sheets):
    firm(sheets, suitability_by="portfolio")
    rd.change(sheets, "clients", 3, "risk_level", "C3")
    balanced = next(k for k, row in enumerate(sheets["models"][1:]) if row[0] == "Balanced")
    assert [p.kind for p in result_of(tmp_path, sheets).judgement.reasons] == ["no_model_level"]
    rd.change(sheets, "models", balanced, "risk_level", "R3")
    result = result_of(tmp_path, sheets)
    assert result.letter and result.named(result.judgement.above, "target") == ["CSI 500"]  # shown all the same
    rd.change(sheets, "models", balanced, "risk_level", "R4")
    assert [p.kind for p in result_of(tmp_path, sheets).judgement.reasons] == ["model_above"]


# Runs ---------------------------------------------------------------------------------------------------------------------


def test_letters_kept_back_are_never_printed(tmp_path, sheets, monkeypatch):
    class Driver:
        def pdf(self, paths, folder):
            for path in paths:
                (folder / path.name).with_suffix(".pdf").write_bytes(b"%PDF")

    monkeypatch.setattr(batch, "_driver", Driver)
    CASES["target_above"](sheets)
    rd.keep_clients(sheets, "K004", "K005")
    written(tmp_path, sheets, pdf=True)
    assert [name for name in files(tmp_path / "out") if name.endswith(".pdf")] == ["K005.pdf"]


def test_resume_keeps_a_letter_kept_back(tmp_path, sheets):
    CASES["target_above"](sheets)
    source = rd.write_book(tmp_path / "in.xlsx", sheets)
    first = run.report(source, tmp_path / "out")
    before = {name: (tmp_path / "out" / name).read_bytes() for name in files(tmp_path / "out")}
    again = run.report(source, tmp_path / "out", resume=True)
    assert (again.kept, again.held, again.written) == (5, 1, 4) and list(again.problems) == list(first.problems)
    assert before == {name: (tmp_path / "out" / name).read_bytes() for name in files(tmp_path / "out")}


def test_a_letter_of_an_earlier_run_does_not_stay_beside_an_internal_page(tmp_path, sheets):
    written(tmp_path, sheets)
    CASES["target_above"](sheets)
    rd.keep_clients(sheets, "K004")
    written(tmp_path, sheets)
    names = [name for name in files(tmp_path / "out") if "K00" not in name or "K004" in name]
    assert names == ["index.xlsx", "internal/K004.xlsx", "old/K004.xlsx", "problems.xlsx"]


@pytest.mark.parametrize("name", ["K004.xlsx", "index.xlsx", "problems.xlsx", "K004.pdf", "internal/K005.xlsx"])
def test_a_file_that_is_not_ours_is_never_overwritten(tmp_path, sheets, name, monkeypatch):
    monkeypatch.setattr(batch, "_printed", lambda work, lines: lines)
    rd.keep_clients(sheets, "K004", "K005")
    rd.change(sheets, "clients", 1, "risk_level", "C1")
    path = tmp_path / "out" / name
    path.parent.mkdir(parents=True)
    book = openpyxl.Workbook()
    book.active["A1"] = "mine"
    book.save(path)
    mine = path.read_bytes()
    summary = written(tmp_path, sheets, pdf=True)
    assert path.read_bytes() == mine
    said = " ".join([*summary.unwritten, *(p.wrong("en") for p in summary.problems if p.kind == "not_ours")])
    assert name.rpartition("/")[2] in said and "was not made by this program" in said


def test_advisers_have_a_folder_and_an_index_each(tmp_path, sheets):
    for k, adviser in enumerate(["A. Lee", "A. Lee", "李/顾问", None, "con"]):
        rd.change(sheets, "clients", k, "adviser", adviser)
    rd.change(sheets, "clients", 0, "risk_level", "C1")
    summary = written(tmp_path, sheets, by="adviser")
    names = files(tmp_path / "out")
    other = next(name for name in names if name.endswith("/K005.xlsx")).split("/")[0]
    assert other.startswith("con-") and names == sorted([
        "index.xlsx", "problems.xlsx", "A. Lee/index.xlsx", "A. Lee/K002.xlsx", "A. Lee/internal/K001.xlsx",
        "李_顾问/index.xlsx", "李_顾问/K003.xlsx", "without adviser/index.xlsx", "without adviser/K004.xlsx",
        f"{other}/index.xlsx", f"{other}/K005.xlsx",
    ])  # fmt: skip
    assert (summary.written, summary.held) == (4, 1)
    assert row_of(tmp_path / "out/index.xlsx", "K002")["File"] == "A. Lee/K002.xlsx"
    inner = tmp_path / "out/A. Lee/index.xlsx"
    assert row_of(inner, "K002")["File"] == "K002.xlsx" and row_of(inner, "K001")["File"] == "internal/K001.xlsx"
    targets = {
        cell.hyperlink.target
        for row in openpyxl.load_workbook(inner).active.iter_rows()
        for cell in row
        if cell.hyperlink
    }
    assert targets == {"K002.xlsx", "internal/K001.xlsx"}
    with pytest.raises(StopIteration):
        row_of(inner, "K003")
    written(tmp_path, sheets)  # without: none of those is of this run
    moved = files(tmp_path / "out")
    assert "A. Lee/old/K002.xlsx" in moved and "A. Lee/K002.xlsx" not in moved and "K002.xlsx" in moved


# Fees of the kinds of fund --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "who", "days", "fee"),
    [
        ("fund", None, 6, 0.015), ("fund", None, 29, 0.01), ("fund", None, 179, 0.005), ("fund", None, 180, 0.0),
        ("index_fund", None, 6, 0.015), ("index_fund", None, 7, 0.0), ("index_fund", "institution", 29, 0.01),
        ("bond_fund", "professional", 7, 0.0), ("bond_fund", "institution", 29, 0.01), ("bond_fund", "institution", 30, 0.0),
        ("指数基金", "机构", 91, 0.005), ("指数基金", "普通投资者", 91, 0.0), ("etf", None, 1, 0.0),
    ],
)  # fmt: skip
def test_the_kind_of_fund_and_whose_it_is_decide_the_floor(tmp_path, sheets, kind, who, days, fee):
    """The rule of 2026-01-01: 1.5% under 7 days, 1% under 30, 0.5% under 180; less for index and bond funds."""
    k = [row[0] for row in sheets["assets"][1:]].index("China bonds")
    rd.change(sheets, "assets", k, "kind", kind)
    rd.change(sheets, "assets", k, "redemption", None)
    rd.change(sheets, "clients", 3, "investor_class", who)
    sheets["holdings"][1:] = [row for row in sheets["holdings"][1:] if row[:2] != ["K004", "China bonds"]]
    rd.add(
        sheets,
        "holdings",
        id="K004",
        asset="China bonds",
        value=400_000,
        bought_on=dt.date(2026, 10, 31) - dt.timedelta(days),
    )
    result = result_of(tmp_path, sheets)
    (order,) = [order for order in result.sales if result.names[order.index] == "China bonds"]
    assert order.fee == pytest.approx(-order.money * fee, abs=1e-6)
