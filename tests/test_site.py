"""The handbook: every formula on it computes to the value beside it, the site is whole and needs no network."""

import datetime as dt
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import article_code as article
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner
from pages import DOCS, shows, tables

import xlalloc as xa
from xlalloc import reference
from xlalloc.book import Book, bounds, context
from xlalloc.catalogue import CATALOGUE
from xlalloc.cli import main
from xlalloc.errors import ErrorValue, InputError
from xlalloc.formula import evaluate
from xlalloc.hosts import calc_driver
from xlalloc.messages import speaking
from xlalloc.ranges import without_labels
from xlalloc.site import build, functions, llms, page, sheet, workbook
from xlalloc.values import FormulaError

ROOT = DOCS.parent
LIVE = [f"{name}{ending}" for name in (*workbook.PAGES, "what-was-wrong") for ending in (".md", ".zh.md")]
TUTORIALS = ("tutorial.md", "tutorial.zh.md")
GALLERIES = ("gallery.md", "gallery.zh.md")


def read(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


# Values on the pages ---------------------------------------------------------------------------------------------------


def claims(name: str):
    """Every formula of a live page with the value shown and the cells that the page's own workbook computes."""
    lang = "zh" if ".zh" in name else "en"
    book = workbook.build(read(name), lang).book
    values = Book(book)
    for section in page.read(read(name)):
        for item in section.items:
            if not item.is_input:
                yield item, evaluate(item.formula, context(values, None))


@pytest.mark.parametrize("name", LIVE)
def test_every_value_of_a_live_page(name):
    checked = 0
    for item, cells in claims(name):
        flat = [cell for row in cells for cell in row]
        if "×" in item.shown:
            assert item.shown == f"{len(cells)} × {len(cells[0])}", item
            assert not any(isinstance(cell, ErrorValue) for cell in flat), item
        else:
            shown, flat = item.shown.split(", "), [cell for row in without_labels(cells) for cell in row]
            assert len(shown) == len(flat), item
            assert all(shows(text, cell) for text, cell in zip(shown, flat, strict=True)), (item, flat)
        checked += 1
    assert checked >= 40 if "wrong" not in name else checked >= 45, checked


def typed_sheet(name: str):
    """The sheet of a page that is typed cell by cell, and its formulas with what the page shows."""
    book = openpyxl.Workbook()
    return book, sheet.fill(book.active, tables(name))


def size(cells: str) -> int:
    top, left, bottom, right = bounds(cells)
    return (bottom - top + 1) * (right - left + 1)


def assert_shown(results, values: Book, title: str) -> None:
    for result in results:
        for (row, column), text in result.shown.items():
            value = values.cell(title, row, column)
            assert shows(text, value), (title, result.formula, text, value)


@pytest.mark.parametrize("name", TUTORIALS)
def test_every_value_of_the_tutorial(name):
    book, found = typed_sheet(name)
    assert len(found) >= 15
    with speaking("zh" if ".zh" in name else "en"):
        assert_shown(found, Book(book), book.active.title)
    assert all(len(result.shown) == size(result.cells) for result in found)


@pytest.mark.parametrize("name", GALLERIES)
def test_every_value_of_the_gallery(name):
    """Each job on a sheet of its own: what its formulas compute is what the page shows, and most of a table is shown."""
    jobs = sheet.sections(read(name))
    assert len(jobs) == 10
    for title, text in jobs:
        book = openpyxl.Workbook()
        results = sheet.fill(book.active, sheet.tables(text))
        assert results, title
        assert_shown(results, Book(book), book.active.title)
        assert all(2 * len(result.shown) > size(result.cells) for result in results), title
        assert re.search(rf"gallery-(en|zh)\.xlsx.*{re.escape(title)}", text) and "![" in text, title


def test_both_galleries_type_the_same_numbers_and_formulas():
    def cells(name):
        return [
            [bare(text) for text in row if re.match(r"`=|[-−]?[\d,.]+%?$", text)]
            for _, text in sheet.sections(read(name))
            for table in sheet.tables(text)
            for row in table
        ]

    assert cells("gallery.md") == cells("gallery.zh.md")


@pytest.mark.parametrize("name", TUTORIALS)
def test_the_tutorials_mistake_shows_in_every_formula_that_needs_the_covariances(name):
    book, found = typed_sheet(name)
    book.active["G2"].value = 0.5
    values, title = Book(book), book.active.title
    wrong = {result.cells for result in found if values.cell(title, *bounds(result.cells)[:2]) == "#VALUE!"}
    assert {"E6:H9", "B7", "A8:B10", "A13:B15", "B16", "B18", "A21:B23"} <= wrong
    assert "D2:D4" not in wrong


def bare(text: str) -> str:
    """A formula without its texts."""
    return re.sub(r'"[^"]*"', '""', text)


@pytest.mark.parametrize("name", [*workbook.PAGES, "what-was-wrong"])
def test_both_languages_hold_the_same_formulas_and_values(name):
    english, chinese = (
        [item for s in page.read(read(f"{name}{end}")) for item in s.items] for end in (".md", ".zh.md")
    )
    assert [(bare(i.formula), i.name, i.shown) for i in english] == [
        (bare(i.formula), i.name, i.shown) for i in chinese
    ]
    headings = [
        [line.partition(" ")[0] for line in read(f"{name}{end}").split("\n") if line.startswith("#")]
        for end in (".md", ".zh.md")
    ]
    assert headings[0] == headings[1]


def test_both_tutorials_type_the_same_cells():
    def cells(name):
        return [
            [bare(text) for text in row if text and not re.search("[a-z\u4e00-\u9fff]", text)]
            for table in tables(name)
            for row in table
        ]

    assert cells("tutorial.md") == cells("tutorial.zh.md")


def test_formulas_of_constants_compute_wherever_they_stand():
    """On the pages for each host, the conventions, the home pages: what can be computed as it stands gives no error."""
    computed = 0
    for path in [*DOCS.glob("*.md"), ROOT / "README.md"]:
        if path.name == "conformance.md" or "was-wrong" in path.name:  # tested cell by cell; shows an error on purpose
            continue
        for formula in re.findall(r"(?<!`)`(=[^`]+)`", path.read_text(encoding="utf-8")):
            try:
                rows = evaluate(formula)
            except FormulaError:  # cells, names, an ellipsis
                continue
            assert not any(isinstance(cell, ErrorValue) and cell != "#NAME?" for row in rows for cell in row), (
                path,
                formula,
            )
            computed += all(cell != "#NAME?" for row in rows for cell in row)
    assert computed > 60


def shown_number(text: str, name: str) -> None:
    assert text in read(f"{name}.md") and text in read(f"{name}.zh.md"), text


# What was wrong ----------------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Degrees of freedom", "ignore:invalid value")  # the article's, of a single loss
def test_the_articles_code_gives_what_the_page_says():
    assert article.rebalance_portfolio({"a": 120000, "b": 80000}, {"a": 0.5, "b": 0.5}) == pytest.approx(
        {"a": -20000, "b": -20000}
    )
    assert article.rebalance_portfolio({"a": 56, "b": 22, "c": 22}, {"a": 0.5, "b": 0.25, "c": 0.25}) == pytest.approx(
        {"a": -6}
    )
    shown_number("56/22/22", "what-was-wrong")

    plan = article.dollar_cost_averaging(100, 1000, 60, 0.0)
    assert plan["invested"] == 60000 and plan["value"] == 59000 and plan["purchases"] == 59
    assert f"{plan['return']:.2%}" == "-1.67%" and f"{plan['average cost']:.2f}" == "101.69"
    for text in ("59,000", "−1.67%", "101.69"):
        shown_number(text, "what-was-wrong")

    months = next(i for s in page.read(read("what-was-wrong.md")) for i in s.items if i.name == "r_months")
    report = article.portfolio_report(np.array(evaluate(months.formula)).ravel())
    assert f"{report['sortino']:.2f}" == "9.30" and f"{report['return']:.2%}" == "7.50%"
    shown_number("9.30", "what-was-wrong")
    assert article.portfolio_report(np.array([-0.1, 0.05, 0.03, 0.04]))["drawdown"] == 0.0


def test_the_articles_code_that_does_not_run():
    for source in (article.VOLATILITY_TARGETING, article.IMPORTS):
        with pytest.raises(SyntaxError):
            compile(source, "article", "exec")
    states = article.market_state(np.array([0.03, 0.01]))
    with pytest.raises(ValueError, match="ambiguous"):
        bool(states == "high")


def test_the_articles_search():
    corr = next(i for s in page.read(read("what-was-wrong.md")) for i in s.items if i.name == "corr_five")
    cov = xa.cov_from_corr(np.array(evaluate(corr.formula)), [0.15, 0.12, 0.15, 0.3, 0.05])
    printed = article.solve(cov)
    assert not printed.success and printed.message == "More equality constraints than independent variables"
    assert printed.x == pytest.approx([0.2] * 5)
    assert 0.00015 < article.risk_parity_objective(printed.x, cov) < 0.00025
    mended = article.solve(cov, as_printed=False)
    shares = xa.risk_contrib(mended.x / mended.x.sum(), cov)
    assert mended.success and shares == pytest.approx([0.238, 0.153, 0.316, 0.203, 0.090], abs=0.003)
    assert xa.risk_contrib(xa.rp_weights(cov), cov) == pytest.approx([0.2] * 5, abs=1e-10)
    shown_number("23.8", "what-was-wrong")


# The workbooks of the pages ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workbooks(tmp_path_factory) -> list[Path]:
    folder = tmp_path_factory.mktemp("workbooks")
    return [*workbook.write(folder, DOCS), *sheet.write(folder, DOCS)]


def parts(path: Path) -> dict[str, list]:
    """Every part of a file as texts and numbers: a number cached on another machine may differ in its last digits."""
    with zipfile.ZipFile(path) as package:
        texts = {name: package.read(name).decode() for name in package.namelist()}
    return {name: re.split(r"<v>([^<]*)</v>", text) for name, text in texts.items()}


def alike(new: str, old: str) -> bool:
    try:
        return new == old or float(new) == pytest.approx(float(old), rel=1e-9, abs=1e-12)
    except ValueError:
        return False


def test_the_committed_workbooks_are_the_builders(workbooks):
    assert len(workbooks) == 6
    for path in workbooks:
        made, kept = parts(path), parts(ROOT / "workbooks" / path.name)
        assert made.keys() == kept.keys()
        for name in made:
            assert len(made[name]) == len(kept[name]), f"make workbooks: {path.name} {name} is another"
            for new, old in zip(made[name], kept[name], strict=True):
                assert alike(new, old), f"make workbooks: {path.name} {name} is another"


def test_the_workbooks_hold_live_formulas_with_the_values_of_the_page(workbooks):
    for path in workbooks:
        if path.name.startswith(sheet.PAGE):
            continue  # the same cells as above; LibreOffice computes them below
        live, saved = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
        lang = "zh" if "-zh" in path.name else "en"
        source = path.stem.removeprefix("ideas-").removesuffix(f"-{lang}") + (".zh.md" if lang == "zh" else ".md")
        formulas = {}
        for tab in live:
            for row in tab.iter_rows():
                for cell in row:
                    if cell.data_type == "f":
                        kept = saved[tab.title][getattr(cell.value, "ref", cell.coordinate)]
                        rows = [[c.value for c in line] for line in kept] if isinstance(kept, tuple) else [[kept.value]]
                        assert [c for row in rows for c in row].count(None) <= (rows[0][0] is None)  # the corner
                        formulas[getattr(cell.value, "text", cell.value)] = without_labels(rows)[0][0]
        wanted = [item for s in page.read(read(source)) for item in s.items if not item.is_input]
        assert len(wanted) >= 40 and {item.formula for item in wanted} == set(formulas)
        for item in wanted:
            value = formulas[item.formula]
            if "×" not in item.shown:
                assert shows(item.shown.split(", ")[0], value), (item, value)
            assert value is not None
        names = {item.name for s in page.read(read(source)) for item in s.items if item.name}
        assert names == set(live.defined_names)
        assert not [f for f in formulas if f.startswith("=_xl")]


def test_what_is_typed_in_the_workbooks_can_be_changed(workbooks):
    book = openpyxl.load_workbook(workbooks[0])
    inputs = [cell for row in book.worksheets[1].iter_rows() for cell in row if not cell.protection.locked]
    assert len(inputs) >= 6 + 6 + 36 + 1 + 6
    assert all(isinstance(cell.value, int | float) for cell in inputs)
    before = Book(book).cell(book.worksheets[2].title, 6, 3)
    inputs[0].value = 0.5
    assert Book(book).cell(book.worksheets[2].title, 6, 3) > before


def test_calc_computes_the_workbooks_to_their_cached_values(office, workbooks, tmp_path):
    different = []
    for given, done in zip(workbooks, office.recalculated(workbooks, tmp_path), strict=True):
        cached, computed = calc_driver.read(given), calc_driver.read(done)
        for title, kept in cached.items():
            for where in sorted(kept.keys() | computed[title].keys()):
                a, b = kept.get(where), computed[title].get(where)
                numbers = isinstance(a, int | float) and isinstance(b, int | float)
                if not (abs(a - b) <= 1e-9 * max(1, abs(a)) if numbers else a == b):
                    different.append((given.name, title, where, a, b))
    assert different == []


# The reference ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_function_is_missing_from_the_reference(lang):
    made = functions.pages(lang)
    assert set(made) == {"index.md", *(f"{category}.md" for category in reference.categories())}
    for entry in CATALOGUE.values():
        assert f"\n## {entry.name}\n" in made[f"{entry.category}.md"]
        assert f"[{entry.name}]({entry.category}.md#{functions.anchor(entry)})" in made["index.md"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_example_of_the_reference_gives_what_stands_below_it(lang):
    found = [
        block
        for text in functions.pages(lang).values()
        for block in re.findall(r"```text\n(.*?)\n```", text, re.DOTALL)
    ]
    assert len(found) == len(CATALOGUE)
    for block in found:
        formula, *lines = block.split("\n")
        rows = evaluate(formula)
        assert len(rows) == len(lines), formula
        for line, row in zip(lines, rows, strict=True):
            texts = re.split(r"  +", line.strip()) if len(row) > 1 else [line]
            assert len(texts) == len(row), formula
            assert all(shows(t, cell) or (t == "–" and cell in ("", None)) for t, cell in zip(texts, row, strict=True))


def test_marks_of_markdown_in_a_text_are_text():
    assert functions.plain("a_b|c*") == r"a\_b\|c\*"


# What assistants read --------------------------------------------------------------------------------------------------------


def test_the_file_for_assistants_is_that_of_the_catalogue(site):
    text = read("llms.txt")
    assert text == llms.text(), "run: python -m xlalloc.site.llms"
    assert (site[0] / "llms.txt").read_text(encoding="utf-8") == text
    assert text.startswith("# xlalloc\n\n> ")
    for entry in CATALOGUE.values():
        assert f"- `{entry.signature}`: {entry.summary}\n" in text and f"`{entry.example}` returns " in text
        assert all(f"- `{argument.name}`: " in text for argument in entry.arguments)


def test_the_values_in_the_file_for_assistants_are_those_of_the_formulas():
    found = re.findall(r"^  - `(=.+)` returns (.+)$", llms.text(), re.MULTILINE)
    assert len(found) == len(CATALOGUE)
    for formula, shown in found:
        rows = evaluate(formula)
        if shown == f"{len(rows)} × {len(rows[0])} cells":
            continue
        cells = [cell for row in rows for cell in row]
        if not any(isinstance(cell, str) and re.search("[,;]", cell) for cell in cells):
            texts = [text for row in shown.split("; ") for text in row.split(", ")]
            assert len(texts) == len(cells), formula
            pairs = zip(texts, cells, strict=True)
            assert all(shows(t, cell) or (t == "–" and cell in ("", None)) for t, cell in pairs), formula


def test_the_examples_for_assistants_compute():
    prices = 100 * np.exp(np.cumsum(np.random.RandomState(3).normal(0.005, 0.03, (60, 4)), axis=0))
    book = openpyxl.Workbook()
    tab = book.active
    tab.append(["date", "A", "B", "C", "D"])
    for k, row in enumerate(prices):
        tab.append([dt.datetime(2020 + k // 12, k % 12 + 1, 28), *map(float, row)])
    for k, name in enumerate("ABCD"):
        for column, value in zip("GHJKLM", (name, 0.25, name, 1e5 * (k + 1), 0.25, 10.0), strict=True):
            tab[f"{column}{k + 2}"] = value
    for words, formula in llms.EXAMPLES:
        rows = evaluate(formula, context(Book(book), None))
        assert not any(isinstance(cell, ErrorValue) for row in rows for cell in row), words
    assert f"`{llms.EXAMPLES[0][1]}`" in llms.text()


# The site --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The site, built by the command in a process of its own: its folder, and what it said."""
    out = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "xlalloc", "build", "docs", "--out", str(out)],
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return out / "html", done


def test_the_site_is_built_without_a_warning(site):
    folder, done = site
    assert done.stderr == "" and done.stdout.strip() == f"Written: {folder / 'index.html'}"


def test_every_page_is_there_and_in_the_contents(site):
    folder, _ = site
    first = (folder / "index.html").read_text(encoding="utf-8")
    for path in DOCS.glob("*.md"):
        assert (folder / path.name).with_suffix(".html").exists(), path
        if path.name != "index.md":
            assert f'href="{path.stem}.html"' in first, f"{path.name} is not in the contents"
    assert 'href="functions/index.html"' in first and 'href="zh/functions/index.html"' in first
    listed = {name for sections in build.CONTENTS.values() for names in sections.values() for name in names}
    assert {path.stem for path in DOCS.glob("*.md")} - {"index"} <= listed


def test_the_site_needs_no_network(site):
    folder, _ = site
    files = [*folder.rglob("*.html"), *folder.rglob("*.css")]
    assert len(files) > 40
    for path in files:
        text = path.read_text(encoding="utf-8")
        fetched = re.findall(r"<(?:link|script|img|iframe|source)\b[^>]*\b(?:href|src)=\"([^\"]*)\"", text)
        fetched += re.findall(r"url\(['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)", text) if path.suffix == ".css" else []
        for target in fetched:
            assert "//" not in "".join(target), (path, target)


def test_every_link_of_the_site_leads_somewhere(site):
    folder, _ = site
    pages = {path: path.read_text(encoding="utf-8") for path in folder.rglob("*.html")}
    anchors = {path: set(re.findall(r'\bid="([^"]+)"', text)) for path, text in pages.items()}
    for path, text in pages.items():
        for target, anchor in re.findall(r'\b(?:href|src)="([^"#?:]*)(?:\?[^"#]*)?(?:#([^"]*))?"', text):
            there = (path.parent / target).resolve() if target else path
            assert there.exists(), (path, target)
            assert not anchor or anchor in anchors.get(there, ()), (path, target, anchor)


def test_every_link_of_the_written_pages_leads_somewhere():
    for path in [*DOCS.glob("*.md"), ROOT / "README.md"]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), (path, target)


def test_words_are_found_in_both_languages(site):
    folder, _ = site
    index = (folder / "searchindex.js").read_text(encoding="utf-8")
    assert all(json.dumps(word)[1:-1] in index for word in ("sortino", "rp_weight", "夏普", "回撤", "最大回撤"))
    assert "fetch" not in index and (folder / "search.html").exists()


def test_the_reference_speaks_both_languages(site):
    folder, _ = site
    english = (folder / "functions" / "performance.html").read_text(encoding="utf-8")
    chinese = (folder / "zh" / "functions" / "performance.html").read_text(encoding="utf-8")
    assert "w'Σw" in (folder / "functions" / "portfolio.html").read_text(encoding="utf-8")
    assert "Deepest fall of wealth" in english and "最大回撤" in chinese
    assert "empyrical.max_drawdown" in english and "Magdon-Ismail" in chinese


def test_without_the_tools_the_pages_are_written_and_one_line_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "sphinx.application", None)
    done = CliRunner().invoke(main, ["build", "docs", "--out", str(tmp_path / "made")])
    assert done.exit_code == 2
    assert re.fullmatch(
        r"xlalloc: The pages are in .*markdown as Markdown\. .*pip install 'xlalloc\[docs\]'\n", done.stderr
    )
    assert (tmp_path / "made" / "markdown" / "functions" / "risk_parity.md").exists()
    assert "toctree" in (tmp_path / "made" / "markdown" / "index.md").read_text(encoding="utf-8")


def test_the_handbook_is_found():
    assert {p.name for p in build.handbook().glob("*.md")} >= {p.name for p in DOCS.glob("*.md")}


def test_an_installation_without_its_pages_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(build.xlalloc, "__file__", str(tmp_path / "xlalloc" / "__init__.py"))
    monkeypatch.setattr(build.metadata, "files", lambda name: None)
    with pytest.raises(InputError, match="Install xlalloc again"):
        build.handbook()
