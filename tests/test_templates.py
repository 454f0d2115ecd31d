"""The case-study workbooks: alive, right, and quiet without the add-in."""

import datetime as dt
import io
import re
import zipfile

import numpy as np
import openpyxl
import pytest
from openpyxl.utils.datetime import to_excel
from openpyxl.workbook.defined_name import DefinedName
from test_workbook_clients import CLIENTS
from workbook_inputs import Computed, Inputs, says

import xlalloc as xa
from xlalloc.book import Book, context
from xlalloc.catalogue import CATALOGUE
from xlalloc.context import Context
from xlalloc.documents import built
from xlalloc.errors import ErrorValue, InputError
from xlalloc.formula import evaluate, evaluate_value
from xlalloc.templates.case_workbook import build, filled, write
from xlalloc.templates.cases import INVESTORS, case
from xlalloc.templates.layout import Document
from xlalloc.templates.notes_page import definition, used_functions
from xlalloc.templates.workbook_texts import LANGUAGES, TEXTS
from xlalloc.values import as_rows

CASES = [(key, lang) for key in INVESTORS for lang in LANGUAGES]
SHEETS = ["Summary", "Client", "Allocation", "Risk", "Performance", "Stress", "Plan", "Market data", "Notes"]
CALL = r"(?<![\w.])([A-Z][A-Z0-9_]*)\("


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def written(request, tmp_path_factory):
    key, lang = request.param
    path = tmp_path_factory.mktemp("books") / f"{key}-{lang}.xlsx"
    write(case(key, lang), path, lang)
    return case(key, lang), lang, path, Book.load(path)


@pytest.fixture(scope="module")
def loaded(written):
    return openpyxl.load_workbook(written[2])


def formulas(book):
    """Every formula with the cells it fills."""
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    ref = getattr(cell.value, "ref", cell.coordinate)
                    cells = sheet[ref] if ":" in ref else ((cell,),)
                    filled = [c.coordinate for line in cells for c in line]
                    yield sheet.title, filled, getattr(cell.value, "text", cell.value)


def value(book, formula):
    """A formula's value on a computed workbook."""
    rows = evaluate(f"={formula}", context(book, None))
    return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows


# The file ---------------------------------------------------------------------------------------------------------


def test_every_formula_cell_has_a_cached_value_and_none_is_an_error(written, loaded):
    _, _, path, book = written
    values = openpyxl.load_workbook(path, data_only=True)
    count = 0
    for sheet, cells, text in formulas(loaded):
        for coordinate in cells:
            cell = values[sheet][coordinate]
            count += 1
            assert not isinstance(cell.value, str) or not cell.value.startswith("#"), (sheet, coordinate, text)
            computed = book.cell(sheet, cell.row, cell.column)
            shown, computed = (to_excel(v) if isinstance(v, dt.date) else v for v in (cell.value, computed))
            computed = None if computed == "" else computed
            near = isinstance(computed, float) and shown == pytest.approx(computed, rel=1e-12, abs=1e-15)
            assert near or shown == computed, (sheet, coordinate, text)
    assert count > 2000


LABELLED = {"corr_assets", "cov_assets"}  # names of square ranges; every other list is a column
LISTS = {
    "v_now",
    "w_target",
    "mu_assets",
    "vol_assets",
    "w_now",
    "parity_weights",
    "order_rates",
    "minimum_commissions",
    "sell_taxes",
    "exit_fees",
} | LABELLED


def with_labels(text: str) -> str:
    """The formula with labelled lists wherever a function of the catalogue takes a bare one."""
    lists = rf"(?<=[(,])({'|'.join(LISTS)})(?=[,)])"
    for start in [call.end() for call in re.finditer(CALL, text) if call[1] in CATALOGUE][::-1]:
        end, depth = start, 1
        while depth:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
        text = text[: start - 1] + re.sub(lists, r"\1_labelled", text[start - 1 : end]) + text[end:]
    return text


def test_every_block_is_the_same_with_labels_on_what_it_reads(written, loaded):
    _, _, path, book = written
    live = openpyxl.load_workbook(path)
    assets = [row[0] for row in value(book, "asset_names")]

    def constant(rows) -> str:
        cells = ";".join(",".join(f'"{c}"' if isinstance(c, str) else repr(float(c)) for c in row) for row in rows)
        return f"{{{cells}}}"

    for name in LISTS:
        rows = [[asset, *row] for asset, row in zip(assets, value(book, name), strict=True)]
        rows = [["", *assets], *rows] if name in LABELLED else rows
        live.defined_names[f"{name}_labelled"] = DefinedName(f"{name}_labelled", attr_text=constant(rows))
    labelled, count = Book(live), 0
    for sheet, cells, text in formulas(loaded):
        changed = with_labels(text)
        if changed == text:
            continue
        top = loaded[sheet][cells[0]]
        found = as_rows(evaluate_value(changed, Context(labelled, sheet, top.row, top.column, array=True)))
        for coordinate in cells:
            cell = loaded[sheet][coordinate]
            i, j = cell.row - top.row, cell.column - top.column
            own = found[i if len(found) > 1 else 0][j if len(found[0]) > 1 else 0]
            kept = book.cell(sheet, cell.row, cell.column)
            same = own == pytest.approx(kept, rel=1e-12, abs=1e-15) if isinstance(kept, float) else own == kept
            assert same, (sheet, coordinate, changed)
            count += 1
    assert count > 200


def test_other_readers_see_the_same_values(written):
    calamine = pytest.importorskip("python_calamine")
    _, _, path, _ = written
    ours = openpyxl.load_workbook(path, data_only=True)
    theirs = calamine.CalamineWorkbook.from_path(str(path))
    count = 0
    for sheet in ours:
        rows = theirs.get_sheet_by_name(sheet.title).to_python(skip_empty_area=False)
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None or isinstance(cell.value, bool):
                    continue
                other = rows[cell.row - 1][cell.column - 1]
                if isinstance(cell.value, dt.datetime):
                    assert other == cell.value.date(), cell.coordinate
                else:
                    assert other == pytest.approx(cell.value, abs=1e-15), cell.coordinate
                count += 1
    assert count > 2000


def test_schemas_hold(written):
    """The schema data and package rules of Microsoft's Open XML SDK, as openxml-audit carries them."""
    audit = pytest.importorskip("openxml_audit")
    found = audit.OpenXmlValidator().validate(str(written[2])).errors
    assert [str(e) for e in found if _counts(e)] == []


def _counts(error) -> bool:
    """ECMA-376 lets the parts of a font stand in any order (CT_Font is a choice), and texts stand in their cells."""
    in_font = error.part_uri == "/xl/styles.xml" and re.search(r"/fonts\[1\]/font\[\d+\]$", error.path or "")
    return not in_font and error.id != "Excel_InlineStrCells"


def test_the_validation_can_fail(tmp_path):
    audit = pytest.importorskip("openxml_audit")
    path = tmp_path / "right.xlsx"
    write(case("balanced"), path, "en")
    wrong = {
        "xl/worksheets/sheet1.xml": (b"<sheetPr>", b"<sheetPrs>", b"</sheetPr>", b"</sheetPrs>"),
        "xl/charts/chart1.xml": (b"<barDir", b"<barDirection", b"", b""),
        "[Content_Types].xml": (b'PartName="/xl/styles.xml"', b'PartName="/xl/nothing.xml"', b"", b""),
    }
    for part, (old, new, old_end, new_end) in wrong.items():
        with zipfile.ZipFile(path) as source, zipfile.ZipFile(tmp_path / "x.xlsx", "w") as target:
            for name in source.namelist():
                data = source.read(name)
                if name == part:
                    assert old in data
                    data = data.replace(old, new)
                    data = data.replace(old_end, new_end) if old_end else data
                target.writestr(name, data)
        found = audit.OpenXmlValidator().validate(str(tmp_path / "x.xlsx")).errors
        assert [e for e in found if _counts(e)], part


def test_ids_and_cells_are_unique_and_in_order(written):
    with zipfile.ZipFile(written[2]) as archive:
        assert archive.testzip() is None and len(set(archive.namelist())) == len(archive.namelist())
        for name in archive.namelist():
            xml = archive.read(name).decode() if name.endswith((".xml", ".rels")) else ""
            if name.startswith("xl/worksheets/sheet"):
                cells = [(int(r), len(c), c) for c, r in re.findall(r'<c r="([A-Z]+)(\d+)"', xml)]
                assert cells == sorted(set(cells)), name
            for pattern in (r'<Relationship [^>]*Id="(\w+)"', r"<(?:xdr:)?cNvPr id=\"(\d+)\""):
                ids = re.findall(pattern, xml)
                assert len(ids) == len(set(ids)), name
            for target in re.findall(r'Target="/?([^"]+)"', xml) if name.endswith(".rels") else []:
                folder = name.rpartition("_rels/")[0]
                assert target in archive.namelist() or folder + target in archive.namelist(), (name, target)


def test_parts_say_dynamic_array_and_no_recalculation(written):
    _, _, path, _ = written
    with zipfile.ZipFile(path) as archive:
        workbook = archive.read("xl/workbook.xml").decode()
        assert '<calcPr calcId="191029"/>' in workbook and "fullCalcOnLoad" not in workbook
        assert b"XLDAPR" in archive.read("xl/metadata.xml")
        assert b"metadata.xml" in archive.read("[Content_Types].xml")
        assert b"sheetMetadata" in archive.read("xl/_rels/workbook.xml.rels")
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                xml = archive.read(name).decode()
                for attributes, formula in re.findall(r"<c ([^>]*)>(<f[^>]*>[^<]*</f>)", xml):
                    array = 't="array"' in formula
                    assert array == ('cm="1"' in attributes)
                    assert array or not any(call in xa.CATALOGUE for call in re.findall(CALL, formula)), formula


def test_few_calls_nothing_volatile_no_whole_columns(loaded):
    book = loaded
    texts = [text for _, _, text in formulas(book)]
    calls = [name for text in texts for name in re.findall(CALL, text) if name in xa.CATALOGUE]
    assert 80 < len(calls) <= 150
    texts += [name.attr_text for name in book.defined_names.values()]
    for text in texts:
        assert not re.search(r"\b(NOW|TODAY|RAND|RANDBETWEEN|OFFSET|INDIRECT)\(", text)
        assert not re.search(r"\$?[A-Z]{1,3}:\$?[A-Z]{1,3}(?!\d)", text.replace("$", "")), text
        assert "IFERROR" not in text and len(text) < 8192


def test_no_catalogue_function_where_excel_cannot_have_one(loaded):
    """Not in validation, conditional formats or names, and no array formula in a merged cell."""
    book = loaded
    texts = [name.attr_text for name in book.defined_names.values()]
    for sheet in book:
        texts += [str(d.formula1) + str(d.formula2) for d in sheet.data_validations.dataValidation]
        for rules in sheet.conditional_formatting:
            texts += [formula for rule in rules.rules for formula in rule.formula or []]
        for ref in sheet.merged_cells.ranges:
            assert not [c for row in sheet[ref.coord] for c in row if getattr(c.value, "ref", None)], ref
    for text in texts:
        assert not [name for name in re.findall(CALL, text) if name in xa.CATALOGUE], text


def test_names_are_no_functions(loaded):
    for name in loaded.defined_names:
        assert name.upper() not in xa.CATALOGUE and not re.fullmatch(r"[A-Za-z]{1,3}\d+", name)


# What an adviser sees ---------------------------------------------------------------------------------------------


def test_sheets_in_the_order_of_the_talk(written, loaded):
    book, lang = loaded, written[1]
    keys = ("summary", "client", "allocation", "risk", "performance", "stress", "plan", "market", "notes")
    assert book.sheetnames == [TEXTS[f"{key}.tab"][lang] for key in keys]
    for sheet in book:
        texts = [c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str)]
        assert TEXTS["disclaimer"][lang] in texts, sheet.title
        assert sheet.oddFooter.left.text == TEXTS["footer"][lang] and sheet.oddFooter.right.text == "&P / &N"
        assert sheet.page_setup.paperSize == 9 and sheet.page_setup.fitToWidth == 1 and sheet.print_area
        assert sheet.freeze_panes and not sheet.sheet_view.showGridLines
        assert sheet.sheet_properties.tabColor.rgb[2:] in ("1F4E79", "D08A2E", "66727F")
    first = openpyxl.load_workbook(written[2], data_only=True).worksheets[0]
    assert f" · {TEXTS[written[0].key][lang]} · " in first["B2"].value and first["B2"].value.startswith(
        written[0].name[lang]
    )


def test_only_inputs_can_be_typed_into_and_each_says_what_it_takes(loaded):
    book = loaded
    inputs = 0
    for sheet in book:
        assert sheet.protection.sheet and not sheet.protection.password
        checked = {}
        for check in sheet.data_validations.dataValidation:
            assert check.prompt and check.promptTitle and check.error and check.showInputMessage, check.sqref
            assert len(check.prompt) <= 255 and len(check.error) <= 255 and len(check.promptTitle) <= 32
            checked |= dict.fromkeys((c for ref in check.sqref.ranges for c in _cells(ref)), check)
        for row in sheet.iter_rows():
            for cell in row:
                if not cell.protection.locked:
                    inputs += 1
                    assert cell.data_type != "f" and cell.fill.fgColor.rgb[2:] == "FFF7DB", (
                        sheet.title,
                        cell.coordinate,
                    )
                    assert cell.coordinate in checked, (sheet.title, cell.coordinate)
    assert inputs > 800


def _cells(ref):
    return [f"{openpyxl.utils.get_column_letter(c)}{r}" for r, c in ref.cells]


def test_charts_have_titles_alternative_texts_and_live_cells(written):
    with zipfile.ZipFile(written[2]) as archive:
        drawings = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/drawings/drawing")]
        charts = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/charts/chart")]
    frames = [frame for xml in drawings for frame in re.findall(r"<(?:xdr:)?cNvPr [^>]*>", xml)]
    assert len(frames) == len(charts) == 8
    assert all(
        re.search(r'descr="[^"]{20,}"', frame) or re.search(r'descr="[^"]*[\u4e00-\u9fff]', frame) for frame in frames
    )
    for xml in charts:
        assert "<title>" in xml and "<numRef>" in xml and "numLit" not in xml
        assert "dLbl" in xml or "<legend>" in xml, "what is what"
        assert xml.count("<numCache>") == xml.count("<numRef>") and xml.count("<strCache>") == xml.count("<strRef>")
        assert len(re.findall(r"<v>-?[\d.e+-]+</v>", xml)) > 7, "what a chart shows where nothing computes"


def test_no_more_than_three_sizes_and_one_font(loaded):
    book = loaded
    fonts = {
        (c.font.name, c.font.sz) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None
    }
    assert len({name for name, _ in fonts}) == 1
    assert {size for _, size in fonts} == {10, 12, 16}


def test_illustrative_is_said_and_nothing_is_promised(written):
    lang = written[1]
    shown = openpyxl.load_workbook(written[2], data_only=True)
    texts = [c.value for s in shown for r in s.iter_rows() for c in r if isinstance(c.value, str)]
    assert texts.count(TEXTS["illustrative"][lang]) >= 3
    promises = [t for t in texts if re.search(r"\bpromise\b|\bguarantee|承诺|保证", t)]
    assert all(t == TEXTS["disclaimer"][lang] for t in promises)
    simulated = "simulated" if lang == "en" else "模拟"
    assert sum(simulated in t.casefold() for t in texts) > 3


def test_every_text_is_in_both_languages_and_used_functions_are_defined():
    for key, words in TEXTS.items():
        assert set(words) == set(LANGUAGES) and all(words.values()), key
        assert set(re.findall(r"{\w+}", words["en"])) == set(re.findall(r"{\w+}", words["zh"])), key
    assert all(re.search("[\u4e00-\u9fff]", definition(name, "zh")) for name in used_functions(build("zh").book))


def test_inputs_stand_beside_their_hints_within_the_page():
    """A hint runs over six columns of the page: no longer than they are."""
    from xlalloc.templates.client_page import FIELDS
    from xlalloc.templates.look import width_of
    from xlalloc.templates.work_page import CELL, LABEL

    for key, *_ in (field for section in FIELDS.values() for field in section):
        for lang in LANGUAGES:
            assert width_of(TEXTS[f"hint.{key}"][lang], 0.97) < 6 * CELL, (key, lang)
            assert width_of(TEXTS[f"client.{key}"][lang]) <= LABEL + 2, (key, lang)


# Values -----------------------------------------------------------------------------------------------------------


def test_values_are_the_cores(written):
    chosen, _, _, book = written
    weights = np.array([h.target for h in chosen.holdings])
    held = np.array([h.value for h in chosen.holdings])
    now = held / held.sum()
    vols, mu = np.array([h.vol for h in chosen.holdings]), np.array([h.mu for h in chosen.holdings])
    cov = np.array(chosen.correlations) * np.outer(vols, vols)
    np.testing.assert_allclose(value(book, "cov_assets"), cov, atol=1e-15)
    np.testing.assert_allclose(np.ravel(value(book, "parity_weights")), xa.rp_weights(cov), atol=1e-12)
    np.testing.assert_allclose(np.ravel(value(book, "w_now")), now, atol=1e-15)
    prices = np.array([row for _, row in chosen.prices])
    moves = prices[1:] / prices[:-1] - 1
    np.testing.assert_allclose(np.ravel(value(book, "now_returns")), moves @ now, atol=1e-13)
    np.testing.assert_allclose(np.ravel(value(book, "target_returns")), moves @ weights, atol=1e-13)
    assert value(book, "plan_vol") == pytest.approx(xa.port_vol(weights, cov), abs=1e-14)
    fee = chosen.fee
    assert value(book, "plan_return") == pytest.approx(xa.port_return(weights, mu) - fee, abs=1e-14)
    wealth = held.sum() + chosen.cash_flow
    chance = xa.goal_prob(
        wealth, chosen.monthly, chosen.goal_years, value(book, "plan_return"), value(book, "plan_vol"), chosen.goal
    )
    assert value(book, "goal_chance") == chance
    assert value(book, "hedge_beta") == pytest.approx(now @ cov[0] / cov[0, 0], abs=1e-13)


def test_every_block_is_what_its_function_gives(written):
    """Each table of the sheets against the core, found in the cells by their numbers."""
    chosen, _, _, book = written
    target, held = (np.array([getattr(h, k) for h in chosen.holdings]) for k in ("target", "value"))
    names = [h.name(written[1]) for h in chosen.holdings]
    vols = np.array([h.vol for h in chosen.holdings])
    cov = np.array(chosen.correlations) * np.outer(vols, vols)
    now = held / held.sum()
    price = np.array([p if h.lot else 1.0 for h, p in zip(chosen.holdings, chosen.prices[-1][1], strict=True)])
    lot = np.array([h.lot for h in chosen.holdings])
    due = xa.rebal_due(chosen.last_rebalanced, chosen.as_of, chosen.frequency, held, target, chosen.threshold)
    plan = xa.rebal_plan(
        held, target, chosen.threshold, chosen.cash_flow, price, lot, 0.0003, 0,
        np.where(lot > 0, 5.0, 0.0), 0, "target" if due else "cash",
    )  # fmt: skip
    shocks = np.array([s.shocks for s in chosen.scenarios])
    hedge = xa.put_hedge(held.sum(), 0.9, 1.0, vols[0], chosen.rf, now @ cov[0] / cov[0, 0])
    stressed = xa.stress_corr(cov, chosen.corr_uplift)
    wanted = {
        2: [*plan.column("trade")[: len(held)], *plan.column("weight after")[: len(held)]],
        3: [*xa.risk_contrib(now, cov), *xa.risk_contrib(target, cov), xa.diversification(target, cov)],
        5: [*(shocks @ now), *(shocks @ target), xa.port_vol(now, stressed), *hedge.column("result")],
        6: [xa.fee_drag(0.01, chosen.goal_years, value(book, "plan_return") + chosen.fee)],
    }
    for index, numbers in wanted.items():
        sheet = book.sheets[index]
        cells = np.array(
            [v for r in range(1, 90) for c in range(2, 11) if isinstance(v := book.cell(sheet, r, c), float)]
        )
        for number in numbers:
            assert np.abs(cells - number).min() <= 1e-9 * max(1.0, abs(number)), (sheet, number)
    assert names == [row[0] for row in value(book, "asset_names")]


def test_policy_panel_contradicts_the_conservative_case():
    """50% in A-shares is about 13 to 14% volatility, not the 8 to 10% stated."""
    book = Computed(openpyxl.load_workbook(io.BytesIO(filled(case("conservative")).file()))).values
    assert 0.13 < value(book, "plan_vol") < 0.14 and value(book, "vol_range") == [[0.08, 0.10]]
    rows = [[book.cell("Risk", r, c) for c in range(2, 7)] for r in range(1, 70)]
    verdicts = {row[0]: row[4] for row in rows}
    assert verdicts["Volatility per year"] == "above" and verdicts["Return per year"] == "inside"
    assert verdicts["Drawdown in 1 year (95%)"] == verdicts["Drawdown in 5 years (95%)"] == "deeper"


# Changing inputs: the evaluator here, LibreOffice in test_workbooks ------------------------------------------------


@pytest.fixture(scope="module")
def shared():
    """A workbook in each language, whose changes are taken back."""
    return {lang: Inputs("balanced", lang) for lang in LANGUAGES}


def errors(computed):
    return {v.reason for _, v in computed.cells() if isinstance(v, ErrorValue)}


def test_all_holdings_in_one_asset():
    inputs = Inputs()
    inputs.hold_all_in_one()
    now = inputs.computed()
    assert errors(now) == set() and now.line("Input check") == "complete"
    assert now.line("Rebalancing").startswith("Due: largest deviation +60.0%")
    trades = np.ravel(now("trade_money"))
    assert trades[0] < -500_000 and (trades[1:] >= 0).all() and abs(trades[0] % (100 * 5.094)) < 0.01


def test_a_withdrawal_is_paid_from_what_is_above_target():
    inputs = Inputs()
    inputs.put("cash_flow", -100_000)
    now = inputs.computed()
    assert errors(now) == set()
    trades, above = np.ravel(now("trade_money")), np.ravel(now("v_now-w_target*(SUM(v_now)+cash_flow)"))
    assert -101_000 < trades.sum() < -100_000 and (trades <= 0).all() and not trades[above < 0].any()


def test_prices_with_a_hole_and_columns_in_another_order(shared):
    """Every return stays, the month of the hole and the one after become one; the hole is said."""
    before = shared["en"].computed()
    inputs = Inputs()
    inputs.paste_prices([2, 0, 1, 5, 4, 3], (30, 1))
    now = inputs.computed()
    assert errors(now) == set() and now("n_months") == 59
    assert is_said("price_hole", "en", now.line("Input check")) and now.line("Input check").endswith(" 1")
    old, new = np.ravel(before("now_returns")), np.ravel(now("now_returns"))
    np.testing.assert_allclose(np.delete(old, [29, 30]), np.delete(new, 29), atol=1e-13)
    np.testing.assert_allclose(np.ravel(now("w_today_held"))[1::2].astype(float), np.ravel(now("w_now")), atol=1e-15)
    assert now("trade_money") == before("trade_money"), "the last price of each asset is found by its name"


def test_an_added_asset_takes_part():
    inputs = Inputs()
    inputs.add("US bonds", 50_000)
    now = inputs.computed()
    assert errors(now) == set() and now.line("Input check") == "complete"
    assert now("asset_names")[-1] == ["US bonds"] and len(now("parity_weights")) == 7
    assert now("COLUMNS(price_table)") == 8 and now("SUM(parity_weights)") == pytest.approx(1.0)


def test_an_empty_client_is_said_and_shows_no_numbers():
    inputs = Inputs()
    inputs.empty()
    now = inputs.computed()
    assert is_said("none", "en", now.line("Input check"))
    assert now.line("Rebalancing") == now.line("Suitability") == ""
    assert not [v for (sheet, _), v in now.cells() if isinstance(v, ErrorValue)]


def is_said(key: str, lang: str, line: str) -> bool:
    """Is it the sentence of this check, with the sheet and the cell before it?"""
    context, _, said = line.partition(TEXTS["check.at"][lang])
    return says(TEXTS[f"check.{key}"][lang], said) and bool(re.fullmatch(r".+ [A-Z]+\d+", context))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "wrong", "key"),
    [
        ("v_now", "about 1000", "value_text"), ("v_now", -5, "value_negative"), ("v_now", None, "value_text"),
        ("w_target", 0.3, "target_sum"), ("w_target", -0.4, "target_negative"), ("w_bench", 0.5, "bench_sum"),
        ("asset_cells", "Gold", "twice"), ("asset_cells", None, "gap"), ("mu_assets", 8, "mu_large"),
        ("mu_assets", "8 %x", "mu_text"), ("vol_assets", -0.1, "vol_large"), ("fund_levels", "R9", "fund_level_unknown"),
        ("risk_level", "high", "level_unknown"), ("last_rebalanced", dt.date(2030, 1, 1), "last_future"),
        ("last_rebalanced", "spring", "last_text"), ("as_of", "today", "as_of_text"), ("frequency_word", "often", "frequency"),
        ("drift_threshold", 5, "threshold"), ("order_rates", "3 bp", "fee_text"), ("minimum_commissions", -1, "minimum_text"), ("locked_values", 9e9, "locked_text"),
        ("orders_given", "maybe", "order_text"), ("advisory_fee", "x", "advisory_fee"), ("inflation_rate", 3, "inflation"), ("lot_sizes", -100, "lot_text"),
        ("exit_fees", 1.5, "fee_text"), ("cash_flow", -9e9, "flow_large"), ("cash_flow", "none", "flow_text"),
        ("corr_assets", 0.9, "corr_diagonal"), ("corr_heads", "Silver", "corr_names"), ("scenario_body", "bad", "scenario_text"),
        ("scenario_heads", "Silver", "scenario_names"), ("scenario_body", -2, "scenario_range"),
        ("price_heads", "Silver", "price_last"), ("price_body", -1, "price_negative"), ("price_body", "n/a", "price_text"),
        ("price_body", "#N/A", "price_error"), ("price_dates", "Jan", "date_text"), ("price_dates", dt.date(2024, 1, 31), "date_order"),
        ("goal_years", 0, "goal_years"), ("goal_today", "house", "goal_text"), ("monthly_saving", "x", "monthly_text"),
        ("risk_free", "two", "rf_text"), ("client_age", "young", "age_text"), ("hedge_floor", 9, "hedge_floor"),
        ("hedge_years", 0, "hedge_years"), ("corr_uplift", 2, "corr_uplift"), ("hedge_asset", "Silver", "hedge_unknown"),
        ("scenario_names", None, "scenario_name"), ("goal_today", 0, "goal_text"), ("bench_names", 300, "name_number"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_on_the_first_sheet(shared, name, wrong, key, lang):
    inputs = shared[lang]
    if name == "asset_cells" and wrong:
        wrong = inputs.assets[4]
    with inputs.changed((name, wrong)) as now:
        said = now.line(TEXTS["client.check"][lang])
        found = errors(now) if lang == "en" else set()
    assert is_said(key, lang, said), said
    assert {e for e in found if wrong != "#N/A"} == set()


def test_every_check_is_tried():
    """The messages of the checks are those the test above provokes, and a few that need more than one cell."""
    tried = {mark[2] for mark in test_what_is_wrong_is_said_on_the_first_sheet.pytestmark[0].args[1]}
    tried |= {mark[1] for mark in test_what_is_wrong_beside_the_first_cell.pytestmark[0].args[1]}
    tried |= {key for key in CLIENTS.values() if key} | {"none", "price_hole"}  # the empty client, the hole
    known = {key.removeprefix("check.") for key in TEXTS if key.startswith("check.")}
    words = {"heading", "note", "ok", "at", "later", "at_levels", "at_portfolio", "at_prices"}
    parts = {"assets", "values", "weights", "benchmark", "assumptions", "dates", "costs", "correlations", "scenarios",
             "prices", "goal"}  # fmt: skip
    assert known - words - parts - tried == {"no_functions"}  # they are there


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ([("w_target", "x", 0, 0)], "target_text"), ([("w_bench", "x", 0, 0)], "bench_text"), ([("vol_assets", "x", 0, 0)], "vol_text"),
        ([("corr_assets", "x", 0, 1)], "corr_text"), ([("corr_assets", 3, 0, 1)], "corr_range"), ([("corr_assets", 0.1, 0, 1)], "corr_symmetric"),
        ([("price_dates", None, k, 0) for k in range(2, 61)], "price_few"), ([("price_heads", "Silver", 0, 6)], "price_stranger"),
        ([("price_dates", dt.date(2027, 1, 31), 60, 0)], "date_future"), ([("price_body", None, 60, 0)], "price_last"), ([("locked_values", 300_000.0, 0, 0), ("orders_given", -200_000.0, 0, 0)], "sold_locked"),
        ([("price_heads", "Silver", 0, 2)], "price_missing"),
        ([("price_dates", dt.date(2010, 1, 31), 0, 0)], "price_gap"), ([("v_now", 0, k, 0) for k in range(6)] + [("cash_flow", 0, 0, 0)], "worthless"),
    ],
)  # fmt: skip
def test_what_is_wrong_beside_the_first_cell(shared, changes, key):
    with shared["en"].changed(*changes) as now:
        said, found = now.line("Input check"), errors(now)
    assert is_said(key, "en", said), said
    assert found == set()


def test_suitability_counts_what_is_bought_and_held_above_the_level(shared):
    for level, above in (("C3", 1), ("C4", 0), ("C1", 6)):
        with shared["en"].changed(("risk_level", level)) as now:
            assert now("funds_above") == above
            assert above or now.line("Suitability") == "No purchase or holding is above C4"


# The builder ------------------------------------------------------------------------------------------------------


def test_the_same_bytes_every_time(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write(case("balanced"), tmp_path / name, "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_unknown_case():
    with pytest.raises(InputError, match="conservative, balanced, aggressive"):
        case("bold")


def test_a_cell_that_is_not_styled_is_filled_too(tmp_path):
    from openpyxl.worksheet.formula import ArrayFormula

    workbook = openpyxl.Workbook()
    workbook.active["A1"] = ArrayFormula("A1:A2", "={1;2}")
    built.save(workbook, tmp_path / "x.xlsx")
    assert openpyxl.load_workbook(tmp_path / "x.xlsx", data_only=True).active["A2"].value == 2


def test_a_name_is_given_once():
    document = Document("en", TEXTS)
    document.name("w_now", "1")
    with pytest.raises(ValueError, match="w_now"):
        document.name("w_now", "2")
