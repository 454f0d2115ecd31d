"""Our report and our internal pages as the package carries them: what the builder writes, the firm's choice of pages,
room for many assets, nothing of the internal pages in a client's file."""

import re
import zipfile
from xml.etree import ElementTree

import openpyxl
import pytest
import report_data as rd

from xlalloc.documents.check import check
from xlalloc.documents.package import Package
from xlalloc.documents.template import Template
from xlalloc.reports import firm_templates, report_template, run
from xlalloc.reports.check_words import SHAPES, check_words
from xlalloc.reports.clients_workbook import write_clients
from xlalloc.reports.compute import compute
from xlalloc.reports.firm import Firm
from xlalloc.reports.read import read
from xlalloc.reports.vocabulary import declared, shapes, vocabulary

KINDS = [(lang, internal) for lang in ("en", "zh") for internal in (False, True)]


@pytest.fixture(scope="module")
def built():
    names = shapes() | SHAPES
    return {kind: Template(Package.of(report_template.bare(*kind), "built"), names) for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS)
def test_the_package_carries_what_the_builder_writes(built, kind):
    """Every part, however the program that wrote it writes XML. Again with: make workbooks."""
    ours, theirs = built[kind].package, Package(report_template.packaged(*kind))
    assert list(ours.parts) == list(theirs.parts)
    for name in ours.parts:
        if name.endswith((".xml", ".rels")) and not name.startswith("docProps/"):
            one, two = (ElementTree.canonicalize(package.text(name)) for package in (ours, theirs))
            assert one == two, f"make workbooks: {name} is another"


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_filled_and_has_every_page(built, kind):
    template = built[kind]
    check(template)
    pages = [page for page in report_template.SHEETS if kind[1] or page != "check"]
    titles = report_template.titles(pages, kind[0])
    assert titles == [sheet.title for sheet in template.sheets if sheet.key != "xl_data"]
    assert not {name for name in template.used if name in SHAPES} or kind[1]


def test_names_of_the_internal_pages_are_no_names_of_templates(tmp_path):
    """A firm's template cannot show them, and each has its shape for every client."""
    assert not SHAPES.keys() & declared().keys()
    inputs = read(write_clients(tmp_path / "clients.xlsx"))
    for client in inputs.clients:
        found = check_words(compute(client, inputs))
        assert {*SHAPES, "simulated_shown", "projections_shown"} == set(found)
        assert all(isinstance(found[name], list) == (shape == "column") for name, shape in SHAPES.items())


# The firm's choice ---------------------------------------------------------------------------------------------------


def written(tmp_path, *rows, id_="K004", **options):
    sheets = rd.example()
    rd.keep_clients(sheets, id_)
    sheets["firm"] += [list(row) for row in rows]
    summary = run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", **options)
    return summary, tmp_path / "out" / f"{id_}.xlsx", tmp_path / "out" / "internal" / f"{id_}.xlsx"


def visible(path) -> list[str]:
    return [sheet.title for sheet in openpyxl.load_workbook(path) if sheet.sheet_state == "visible"]


def whole(path) -> str:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return " ".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())


@pytest.mark.parametrize("live", [False, True])
def test_pages_in_the_firms_order(tmp_path, live):
    """Charts keep what they are drawn from; the first page opens; print titles and areas follow their sheets."""
    _, path, inner = written(tmp_path, ("pages", "业绩, summary"), live=live)
    assert visible(path) == ["Simulated past", "Summary"] and not inner.exists()
    book = openpyxl.load_workbook(path)
    hidden = {sheet.title: sheet for sheet in book if sheet.sheet_state != "visible"}
    assert set(hidden) == ({"xl_data"} if live else set())  # a page holds what its charts are drawn from
    assert book.active.title == "Simulated past" and book["Simulated past"].print_area.startswith(
        "'Simulated past'!$A$1:"
    )
    assert book["Summary"].print_area.endswith("$J$" + book["Summary"].print_area.rpartition("$")[2])
    assert ("REBAL" in whole(path)) is False


@pytest.mark.parametrize("live", [False, True])
def test_nothing_of_the_internal_pages_is_in_a_letter(tmp_path, live):
    rows = (("internal_pages", "check, performance, plan, account"), ("pages", "check, summary, orders"))
    _, path, inner = written(tmp_path, *rows, live=live)
    assert visible(path) == ["Summary", "Orders"]
    assert visible(inner) == ["Check", "Simulated past", "Outlook"]
    text = whole(path)
    assert not [name for name in SHAPES if name in text] and "Check" not in text and "Sortino" not in text
    assert "path_dates" not in text and "kpi_" not in text and "depth_now" not in text
    assert "Internal" in openpyxl.load_workbook(inner)["Outlook"].oddHeader.right.text
    assert not any(cell.data_type == "f" for sheet in openpyxl.load_workbook(inner) for row in sheet for cell in row)


def test_check_alone_is_written_where_the_firm_asks_for_it(tmp_path):
    _, path, inner = written(tmp_path, ("internal_pages", "内部核对"))
    assert "Simulated past" in visible(path) and visible(inner) == ["Check"]


def test_no_page_that_there_is_gives_the_first(tmp_path):
    """A client without a history of whom the firm wants its page alone."""
    _, path, _ = written(tmp_path, ("pages", "account"))
    assert visible(path) == ["Summary"]


def test_figures_of_the_check_are_those_of_the_catalogue(tmp_path):
    """Key figures, ranges, weights and correlations beside the same computed here."""
    import numpy as np

    import xlalloc

    _, _, inner = written(tmp_path, ("internal_pages", "check"), lang="en")
    inputs = read(tmp_path / "in.xlsx", None, "en")
    result = compute(inputs.clients[0], inputs)
    words = vocabulary(result, inputs)
    page = openpyxl.load_workbook(inner)["Check"]
    rows = [[cell.value for cell in row[1:10]] for row in page.iter_rows()]
    known = {row[0]: row[1:] for row in result.history.kpis}
    shown = {row[0]: row[1:4] for row in rows if row[0]}
    for measure, label in (("Sortino ratio", "Sortino ratio"), ("beta", "Beta"), ("skewness", "Skewness")):
        assert shown[label][:2] == pytest.approx(known[measure][:2])
    policy = xlalloc.policy_check(
        words["w_target"], words["mu_assets"], words["cov_assets"], [0.07, 0.09], [0.12, 0.5], 0.9
    )
    ranges = next(row for row in rows if row[0] == "Drawdown in 5 years (95%)")
    assert ranges[1:4] == ["up to 90%", pytest.approx(policy.rows[3][2]), policy.rows[3][3]]
    top = next(k for k, row in enumerate(rows) if row[0] == "Other ways to weight")
    n = len(result.names)
    weights = rows[top + 2 : top + 2 + n]
    assert [row[0] for row in weights] == result.names and {row[5] for row in weights} == {1 / n}
    assert np.allclose([row[6] for row in weights], result.parity)
    assert np.allclose([row[4] for row in weights], result.risk_target)
    top = next(k for k, row in enumerate(rows) if row[0] == "Correlations")
    assert rows[top + 1][1 : n + 1] == result.names
    assert np.allclose([row[1 : n + 1] for row in rows[top + 2 : top + 2 + n]], result.correlations)


# Room ----------------------------------------------------------------------------------------------------------------


def many(tmp_path, count: int):
    """K004 with as many assets, each held in a lot of its own, in a model of them all."""
    sheets = rd.example()
    rd.keep_clients(sheets, "K004")
    like = dict(zip(sheets["assets"][0], sheets["assets"][1], strict=True))
    names = [f"Fund {k:03d}" for k in range(count)]
    for k, name in enumerate(names):
        rd.add(sheets, "assets", **{**like, "asset": name, "name_zh": None, "code": f"F{k:05d}", "kind": "fund", "lot": 0,
                                    "class": "CSI 300", "vol": 0.1 + k / 5000, "risk_level": "R2"})  # fmt: skip
        rd.add(sheets, "holdings", id="K004", asset=name, value=1000.0 + (k % 7) * 400, bought_on=None)
        rd.add(sheets, "models", model="Many", asset=name, target=1 / count)
    sheets["holdings"][1:] = [row for row in sheets["holdings"][1:] if row[1] in names]
    rd.change(sheets, "clients", 0, "model", "Many")
    rd.change(sheets, "clients", 0, "threshold", 0.0001)
    sheets["firm"] += [["suitability", "warn"], ["internal_pages", "check"]]
    return sheets, names


@pytest.mark.parametrize("count", [151, 300])
def test_more_assets_than_the_usual_rows(tmp_path, count):
    """Every asset and every order stands on the pages; the template with more room is built for such clients."""
    sheets, names = many(tmp_path, count)
    summary = run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", lang="en")
    assert (summary.written, summary.failed) == (1, 0), list(summary.problems)
    book = openpyxl.load_workbook(tmp_path / "out/K004.xlsx")
    lists = book["All holdings"], book["All orders"]
    rows = [[cell.value for cell in row[1:10]] for sheet in lists for row in sheet.iter_rows()]
    held = [row for row in rows if row[0] in names and isinstance(row[3], float | int) and isinstance(row[6], float)]
    assert [row[0] for row in held] == names and sum(row[4] for row in held) == pytest.approx(1.0)
    inputs = read(tmp_path / "in.xlsx", None, "en")
    result = compute(inputs.clients[0], inputs)
    traded = [row[0] for row in rows if row[2] in ("1 Sell", "2 Buy")]
    assert traded == [result.names[o.index] for o in [*result.sales, *result.purchases]] and len(traded) > 150
    check = openpyxl.load_workbook(tmp_path / "out/internal/K004.xlsx")["Check"]
    assert any("are not tabled" in str(cell.value) for row in check.iter_rows() for cell in row)
    assert sum(cell.value in names for cell in check["B"]) == 2 * count


def test_many_years_have_room(tmp_path):
    """A goal in ninety years: every year is drawn, every fifth printed, the last among them."""
    sheets = rd.example()
    rd.keep_clients(sheets, "K004")
    rd.change(sheets, "clients", 0, "goal_years", 90)
    summary = run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", lang="en")
    page = openpyxl.load_workbook(tmp_path / "out/K004.xlsx")["Outlook"]
    years = [cell.value for cell in page["B"] if isinstance(cell.value, int) and cell.value >= 0]
    assert summary.written == 1 and years == [*range(0, 91, 5), *range(91)]


def test_templates_are_read_once_a_process():
    first = firm_templates.ours("en", Firm())
    assert firm_templates.ours("en", Firm()) is first
    assert firm_templates.ours("en", Firm(texts={("footer", "en"): "Lakeside"})) is not first
    footer = firm_templates.ours("en", Firm(texts={("footer", "en"): "Lakeside"})).sheets[0].tail
    assert re.search(r"<oddFooter>&amp;L&amp;8 ?Lakeside&amp;R", footer)
