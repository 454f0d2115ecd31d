"""The workbooks as LibreOffice computes them, before and after somebody changes them; the committed copies; clients."""

import re
import subprocess
import zipfile
from pathlib import Path
from xml.etree.ElementTree import canonicalize

import openpyxl
import pytest
from click.testing import CliRunner
from openpyxl.cell.cell import MergedCell
from workbook_inputs import Inputs, says

import xlalloc  # noqa: F401
from xlalloc.book import Book
from xlalloc.cli import main
from xlalloc.documents import built
from xlalloc.errors import InputError
from xlalloc.hosts import calc_driver
from xlalloc.reports import compute, make_template
from xlalloc.reports.client_case import client_case
from xlalloc.reports.read import read
from xlalloc.templates.case_workbook import write
from xlalloc.templates.cases import INVESTORS
from xlalloc.templates.workbook_texts import LANGUAGES, TEXTS

COMMITTED = Path(__file__).parents[1] / "workbooks"
FILES = [f"{key}-{lang}" for key in INVESTORS for lang in LANGUAGES]
CLIENTS = "clients-example"
CHANGES = {
    "one-asset": lambda inputs: inputs.hold_all_in_one(),
    "added": lambda inputs: inputs.add("US bonds", 50_000),
    "withdrawal": lambda inputs: inputs.put("cash_flow", -100_000),
    "prices": lambda inputs: inputs.paste_prices([2, 0, 1, 5, 4, 3], (30, 1)),
    "empty": lambda inputs: inputs.empty(),
    "text": lambda inputs: inputs.put("v_now", "about 1000", 2),
    "weights": lambda inputs: inputs.put("w_target", 0.3),
}
WRONG = {"empty": "none", "text": "value_text", "weights": "target_sum", "prices": "price_hole"}
SPOILT = "spoilt"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """All workbooks there are to compute: the cases, one of each change, one for a client."""
    folder = tmp_path_factory.mktemp("books")
    made = CliRunner().invoke(main, ["build", "workbooks", "--out", str(folder)])
    assert made.exit_code == 0 and made.output.count("Written: ") == len(list(folder.iterdir()))
    (folder / "written.txt").write_text("\n".join(sorted(path.name for path in folder.glob("*.xlsx"))))
    for name, change in CHANGES.items():
        inputs = Inputs("balanced", "en")
        change(inputs)
        built.save(inputs.book, folder / f"{name}.xlsx")
    result, inputs = computed_of(folder / f"{CLIENTS}.xlsx", "K001")
    write(client_case(result, inputs), folder / "client.xlsx", result.lang)
    _spoil(folder / "balanced-en.xlsx", folder / f"{SPOILT}.xlsx")
    return folder


def computed_of(source: Path, id_: str):
    inputs = read(source)
    return compute.compute(next(c for c in inputs.clients if c.id == id_), inputs), inputs


def _spoil(source: Path, target: Path) -> None:
    """The same workbook, the cached value of every formula put to 0."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                data = re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1<v>0</v>", data)
            new.writestr(name, data)


@pytest.fixture(scope="module")
def computed(office, folder, tmp_path_factory):
    """What LibreOffice makes of every workbook, in one run: name → sheet → cell → value."""
    files = [folder / f"{name}.xlsx" for name in (*FILES, *CHANGES, "client", SPOILT)]
    done = office.recalculated(files, tmp_path_factory.mktemp("computed"))
    return {given.stem: calc_driver.read(path) for given, path in zip(files, done, strict=True)}


def differences(cached_values, calc):
    """Cells that differ: numbers by more than rounding, anything else by a character."""
    for sheet, kept in cached_values.items():
        for where in kept.keys() | calc[sheet].keys():
            a, b = kept.get(where), calc[sheet].get(where)
            numbers = isinstance(a, int | float) and isinstance(b, int | float)
            if not (abs(a - b) <= 1e-9 * max(1, abs(a)) if numbers else a == b):
                yield sheet, where, a, b


def is_error(value) -> bool:
    return isinstance(value, str) and value.startswith("#")


@pytest.mark.parametrize("name", [*FILES, "one-asset", "added", "withdrawal", "prices", "client"])
def test_calc_computes_the_cached_values_and_no_errors(folder, computed, name):
    cached_values = calc_driver.read(folder / f"{name}.xlsx")
    assert list(cached_values) == list(computed[name])
    assert list(differences(cached_values, computed[name])) == []
    assert sum(isinstance(v, float) for kept in cached_values.values() for v in kept.values()) > 1000
    notes = list(cached_values)[-1]  # the notes name errors in a sentence
    assert [
        c for sheet in computed[name] if sheet != notes for c in computed[name][sheet].items() if is_error(c[1])
    ] == []


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_in_calc_too(folder, computed, name):
    """The line of the first sheet; everywhere else the same, blank or not."""
    first = computed[name]["Summary"]
    line = next(first[f"C{r}"] for r in range(1, 30) if first.get(f"B{r}") == TEXTS["client.check"]["en"])
    assert says(TEXTS[f"check.{WRONG[name]}"]["en"], line.partition(TEXTS["check.at"]["en"])[2]), line
    assert list(differences(calc_driver.read(folder / f"{name}.xlsx"), computed[name])) == []


def test_calc_really_computes_and_does_not_keep_what_was_cached(folder, computed):
    """The same workbook with every cached value of a formula spoilt gives the same values."""
    assert calc_driver.read(folder / f"{SPOILT}.xlsx") != calc_driver.read(folder / "balanced-en.xlsx")
    assert computed[SPOILT] == computed["balanced-en"]


def test_pages_can_be_looked_at(office, folder, tmp_path):
    (pdf,) = office.pdf([folder / "balanced-zh.xlsx"], tmp_path)
    shown = subprocess.run(["pdftotext", pdf, "-"], capture_output=True, encoding="utf-8", check=True).stdout
    for key in ("summary", "client", "allocation", "risk", "performance", "stress", "plan", "market", "notes"):
        title = TEXTS["case.balanced"]["zh"] if key == "summary" else TEXTS[f"{key}.title"]["zh"]
        assert title in shown
    assert "#NAME?" not in shown and "Err:" not in shown and "###" not in shown
    assert 10 <= shown.count("\f") <= 16, "pages"


# The committed copies ---------------------------------------------------------------------------------------------


def _content(path: Path):
    """Formulas, values and styles of every cell, and what else of a sheet the builder decides."""
    book, values = openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)
    looks: dict[tuple, tuple] = {}
    for sheet in book:
        yield sheet.title, sheet.print_area, sheet.freeze_panes, sorted(map(str, sheet.merged_cells.ranges))
        yield [
            (str(d.sqref), d.type, d.formula1, d.formula2, d.prompt, d.error)
            for d in sheet.data_validations.dataValidation
        ]
        yield [(str(r.sqref), [rule.formula for rule in r.rules]) for r in sheet.conditional_formatting]
        yield {letter: d.width for letter, d in sheet.column_dimensions.items()}
        for row in sheet.iter_rows():
            for cell in row:
                if isinstance(cell, MergedCell):
                    continue
                formula = getattr(cell.value, "text", cell.value)
                look = looks.get(key := tuple(cell._style or ()))
                if look is None:
                    parts = (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)
                    look = looks[key] = (cell.number_format, *map(repr, parts))
                yield (
                    cell.coordinate,
                    formula,
                    getattr(cell.value, "ref", ""),
                    values[sheet.title][cell.coordinate].value,
                    look,
                )
    yield {name: defined.attr_text for name, defined in book.defined_names.items()}
    with zipfile.ZipFile(path) as archive:
        pictures = [archive.read(n) for n in sorted(archive.namelist()) if n.startswith(("xl/charts/", "xl/drawings/"))]
        yield [canonicalize(re.sub(rb"<(?:c:)?v>[^<]*</(?:c:)?v>", b"", xml)) for xml in pictures]


def same(a, b) -> bool:
    """Equal but for the last digits of numbers, which machines round differently: 1 may be 0.9999999999999998 there."""
    if isinstance(a, int | float) and isinstance(b, int | float) and bool not in (type(a), type(b)):
        return abs(a - b) <= 1e-9 * max(1.0, abs(a))
    if isinstance(a, tuple) and isinstance(b, tuple) and len(a) == len(b):
        return all(map(same, a, b))
    return a == b


@pytest.mark.parametrize("name", [*FILES, CLIENTS])
def test_committed_copies_are_what_the_builder_writes(folder, name):
    """Rebuild them with: xlalloc build workbooks."""
    for kept, made in zip(_content(COMMITTED / f"{name}.xlsx"), _content(folder / f"{name}.xlsx"), strict=True):
        assert same(kept, made)


def test_what_the_command_writes_is_committed_and_nothing_else(folder):
    assert sorted(path.name for path in COMMITTED.iterdir()) == (folder / "written.txt").read_text().split("\n")


# Filled for a client ----------------------------------------------------------------------------------------------


def test_every_example_client_can_be_filled(folder):
    inputs = read(folder / f"{CLIENTS}.xlsx")
    for client in inputs.clients:
        chosen = client_case(compute.compute(client, inputs), inputs)
        assert chosen.name[client.language] == client.name
        assert abs(sum(h.target for h in chosen.holdings) - 1) < 1e-9
        assert abs(sum(weight for _, weight in chosen.benchmark) - 1) < 1e-9
        assert len(chosen.prices) == 61 and len(chosen.scenarios) == 4 and chosen.illustrative


def test_a_client_without_a_report_gets_no_workbook_and_the_reason(folder, tmp_path):
    book = openpyxl.load_workbook(folder / f"{CLIENTS}.xlsx")
    sheet = book["holdings"]
    column = next(c for c in range(1, 15) if sheet.cell(2, c).value == "units")
    sheet.cell(3, column).value = "many"
    book.save(tmp_path / "bad.xlsx")
    bad, out = tmp_path / "bad.xlsx", tmp_path / "out.xlsx"
    with pytest.raises(InputError, match=r"K001: no workbook, since holdings row 3: .*Correct the file"):
        make_template.write(None, f"{bad}:K001", None, out, None)
    with pytest.raises(InputError, match=r"no client .K9. in bad\.xlsx\. Ids: K001"):
        make_template.write(None, f"{bad}:K9", None, out, None)
    assert not out.exists()


def test_a_client_with_little_data_gets_empty_inputs_not_guesses(folder, tmp_path):
    """No goal, no level, no date of the last rebalancing, no benchmark."""
    book = openpyxl.load_workbook(folder / f"{CLIENTS}.xlsx")

    def clear(name, header, rows):
        sheet = book[name]
        column = next(c for c in range(1, 25) if sheet.cell(2, c).value == header)
        for row in rows:
            sheet.cell(row, column).value = None

    for header in ("goal", "goal_years", "risk_level", "last_rebalanced", "benchmark"):
        clear("clients", header, [6])
    book.save(tmp_path / "few.xlsx")
    result, inputs = computed_of(tmp_path / "few.xlsx", "K004")
    chosen = client_case(result, inputs)
    assert (chosen.goal, chosen.goal_years, chosen.risk_level, chosen.last_rebalanced) == (None,) * 4
    assert [weight for _, weight in chosen.benchmark] == [h.target for h in chosen.holdings]
    write(chosen, tmp_path / "few-book.xlsx", result.lang)
    values = Book.load(tmp_path / "few-book.xlsx")
    check = next(r for r in range(1, 30) if values.cell("Summary", r, 2) == TEXTS["client.check"]["en"])
    assert values.cell("Summary", check, 3).endswith(TEXTS["check.level_unknown"]["en"])
    shown = calc_driver.read(tmp_path / "few-book.xlsx")
    assert not [c for sheet in shown for c in shown[sheet].items() if is_error(c[1])]


def test_a_client_with_an_asset_of_no_known_class_gets_no_scenarios(folder, tmp_path):
    book = openpyxl.load_workbook(folder / f"{CLIENTS}.xlsx")
    sheet = book["assets"]
    column = next(c for c in range(1, 25) if sheet.cell(2, c).value == "class")
    for row in range(3, sheet.max_row + 1):
        sheet.cell(row, column).value = "private equity"
    book.save(tmp_path / "classes.xlsx")
    assert client_case(*computed_of(tmp_path / "classes.xlsx", "K001")).scenarios == []
    assert client_case(*computed_of(folder / f"{CLIENTS}.xlsx", "K001")).scenarios


def test_the_commands(folder, tmp_path):
    run, source = CliRunner().invoke, folder / f"{CLIENTS}.xlsx"
    filled = run(main, ["template", "balanced", "--client", f"{source}:K001", "--out", str(tmp_path / "k.xlsx")])
    assert filled.exit_code == 0 and "own model, not of balanced" in filled.stderr
    assert openpyxl.load_workbook(tmp_path / "k.xlsx").sheetnames[:2] == ["概览", "客户"]
    wrong = run(main, ["template", "balanced", "--client", f"{source}:K9", "--out", str(tmp_path / "x.xlsx")])
    assert wrong.exit_code == 2 and wrong.stderr.count("\n") == 1 and "Ids: K001" in wrong.stderr
    for words in (
        ["template", "--out", str(tmp_path / "x.xlsx")],
        ["template", "--client", "K001", "--out", str(tmp_path / "x.xlsx")],
    ):
        wrong = run(main, words)
        assert wrong.exit_code == 2 and not (tmp_path / "x.xlsx").exists()
