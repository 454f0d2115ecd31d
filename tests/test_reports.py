"""Client reports: right numbers, untidy files read as meant, every problem listed, nobody else harmed."""

import copy
import datetime as dt
import re
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
import report_data as rd

import xlalloc
from xlalloc import data
from xlalloc.errors import InputError
from xlalloc.reports import clients_workbook, fields, report_check, report_texts, run, texts
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.texts import LANGUAGES, TEXTS
from xlalloc.templates.cases import ETFS
from xlalloc.templates.workbook_texts import TEXTS as SHARED


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    return rd.example()


@pytest.fixture
def sheets(original):
    """A copy to change, without goals: their simulation is not what most tests are about."""
    found = copy.deepcopy(original)
    for k in range(5):
        rd.change(found, "clients", k, "goal", None)
    return found


@pytest.fixture(scope="module")
def english(tmp_path_factory, original):
    """All five reports in English."""
    folder = tmp_path_factory.mktemp("english")
    summary = run.report(rd.write_book(folder / "clients.xlsx", original), folder / "out", lang="en")
    return folder / "out", summary


def one(tmp_path, sheets, id_):
    """A client's result, computed but not written."""
    inputs = read(rd.write_book(tmp_path / "clients.xlsx", sheets))
    client = next(c for c in inputs.clients if c.id == id_)
    assert id_ not in inputs.problems.refused, inputs.problems.items
    return compute(client, inputs)


def kinds(summary, client=None):
    return [p.kind for p in summary.problems if client is None or p.client == client]


# The examples --------------------------------------------------------------------------------------------------------


def test_five_examples_in_english(english):
    out, summary = english
    assert (summary.clients, summary.written, summary.failed, summary.problems) == (5, 5, 0, [])
    assert sorted(path.name for path in out.iterdir()) == ["K001.xlsx", "K002.xlsx", "K003.xlsx", "K004.xlsx", "K005.xlsx",
                                                           "index.xlsx", "problems.xlsx"]  # fmt: skip
    for k in range(1, 6):
        book = openpyxl.load_workbook(out / f"K00{k}.xlsx")
        pages = [name for name in book.sheetnames if name not in ("Your account", "Outlook")]
        assert pages == ["Summary", "Orders", "Risk", "Simulated past", "Appendix"]
        assert len(book["Summary"]._charts) == 1 and len(book["Simulated past"]._charts) == 2
        for sheet in book:
            assert "o promise" in sheet.oddFooter.left.text and "xlalloc" not in sheet.oddFooter.left.text
            assert sheet.oddFooter.right.text == "&P / &N" and sheet.sheet_state == "visible"
            texts = [cell.value for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
            assert any("Illustrative" in text for text in texts), sheet.title
            assert not any(cell.data_type in "fe" for row in sheet.iter_rows() for cell in row)


def test_five_examples_in_chinese(tmp_path):
    source = clients_workbook.write_clients(tmp_path / "clients.xlsx", "zh")
    summary = run.report(source, tmp_path / "out", lang="zh")
    assert (summary.written, summary.held, kinds(summary)) == (4, 1, ["target_above"])  # the demo's held client
    for k in range(1, 5):
        book = openpyxl.load_workbook(tmp_path / "out" / f"K00{k}.xlsx")
        pages = [name for name in book.sheetnames if name != "账户表现"]
        assert pages == ["概要", "交易", "风险", "附录"]  # what is simulated is internal
        inner = openpyxl.load_workbook(tmp_path / "out" / "internal" / f"K00{k}.xlsx")
        assert [sheet.title for sheet in inner if sheet.sheet_state == "visible"] == ["内部核对", "模拟历史", "展望"]
        assert all("不构成收益承诺" in sheet.oddFooter.left.text for sheet in book)
        assert book["概要"]["B2"].value and any("示例" in str(row[1].value) for row in book["概要"].iter_rows())


def test_chinese_headers_give_the_same_numbers(tmp_path):
    chinese, english = (read(clients_workbook.write_clients(tmp_path / f"{lang}.xlsx", lang)) for lang in ("zh", "en"))
    assert (chinese.language, english.language) == ("zh", "en") and len(chinese.clients) == 5
    for ours, theirs in zip(chinese.clients, english.clients, strict=True):
        one, two = compute(ours, chinese), compute(theirs, english)
        assert one.drift == two.drift and one.measures == two.measures and one.plan == two.plan
        assert one.orders.trades.tolist() == two.orders.trades.tolist() and one.history.kpis == two.history.kpis


def test_each_client_in_its_own_language(tmp_path, sheets):
    rd.keep_clients(sheets, "K002", "K004")
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out")
    assert openpyxl.load_workbook(tmp_path / "out/K002.xlsx").sheetnames[0] == "概要"
    assert openpyxl.load_workbook(tmp_path / "out/K004.xlsx").sheetnames[0] == "Summary"


def test_the_empty_file_is_read_and_explains_every_column(tmp_path):
    for lang in LANGUAGES:
        path = clients_workbook.write_empty(tmp_path / f"{lang}.xlsx", lang)
        summary = run.report(path, tmp_path / lang)
        assert (summary.clients, summary.problems) == (0, [])
        explained = {
            str(cell.value).split(" · ")[0] for cell in openpyxl.load_workbook(path).worksheets[0]["B"] if cell.value
        }
        assert {"id", "holdings", "no_sell", "redemption", "drawdown", "allowed"} - explained == {"holdings"}


def test_every_word_stands_in_both_languages():
    for key, words in TEXTS.items():
        braces = [set(re.findall(r"{(\w+)", words[lang])) for lang in LANGUAGES]
        assert words["en"] and words["zh"] and braces[0] == braces[1], key


def test_a_word_is_said_in_one_place():
    assert not texts._TEXTS.keys() & SHARED.keys()
    assert not report_texts.WORDS.keys() & report_check.CHECK_WORDS.keys()


def test_every_word_is_said():
    """Each stands in the source by its name, or by how names of its kind are put together."""
    folder = Path(run.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.stem != "texts")
    made = ["case", "class", "client", "column", "define", "every", "firm", "hint", "index", "input", "kpi", "letter", "period", "plan", "policy", "prompt", "problem", "problems", "remedy", "review", "stress", "summary", "tab", "title", "verdict"]  # fmt: skip
    unsaid = [key for key in texts._TEXTS if f'"{key}"' not in source and key.split(".")[0] not in made]
    assert unsaid == []


def test_every_page_says_whose_it_is_and_repeats_it(english):
    for path in english[0].glob("K*.xlsx"):
        book = openpyxl.load_workbook(path)
        name = book["Summary"]["B2"].value
        for sheet in book.worksheets[1:]:
            said = [cell.value for cell in sheet[1] if cell.value]
            assert said[-1] == f"{name} · {path.stem} · 2026-10-31"
            assert sheet.page_setup.fitToHeight == 1 or sheet.print_title_rows
    index = openpyxl.load_workbook(english[0] / "index.xlsx")["Index"]
    assert index.cell(int(index.print_title_rows.strip("$").split(":")[0].strip("$")), 2).value == "Client"


def test_sources_of_the_crises_are_in_the_language_of_the_report(tmp_path, sheets):
    """The same figures and days in both; in Chinese no English word but names of products and of who publishes."""
    for row in data.rows("scenarios"):
        for key in ("period", "source"):
            english, chinese = (re.findall(r"\d[\d.-]*", row[name]) for name in (key, f"{key}_zh"))
            months = {"1"} if "January" in row[key] else set()  # 1月
            assert set(english) | months == set(chinese), row
    rd.keep_clients(sheets, "K001", "K002")
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out")
    for name in ("K001", "K002"):
        notes = [c.value for c in openpyxl.load_workbook(tmp_path / f"out/{name}.xlsx")["附录"]["B"]]
        first = notes.index("历史危机的来源") + 1
        sources = " ".join(notes[first : first + 4])
        assert "上证国债指数" in sources and "示意性假设：" in sources
        assert set(re.findall("[A-Za-z]{2,}", sources)) <= {"ETF", "REITs", "NAREIT", "Nareit"}


def test_the_unit_of_amounts_is_said_where_the_file_names_it(tmp_path, sheets, english):
    assert openpyxl.load_workbook(english[0] / "K004.xlsx")["Summary"]["B3"].value.endswith(" CNY")
    for row in range(len(sheets["assets"]) - 1):
        rd.change(sheets, "assets", row, "currency", None)
    assert one(tmp_path, sheets, "K004").currency == ""
    rd.change(sheets, "clients", 3, "cash_flow", "HK$1,000")
    assert one(tmp_path, sheets, "K004").currency == "HKD"


def only(sheets, asset, units, **client):
    """K002 with all it has in one asset, and a model of that alone."""
    rd.keep_clients(sheets, "K002")
    del sheets["holdings"][1:]
    rd.add(sheets, "holdings", id="K002", asset=asset, units=units)
    rd.add(sheets, "models", model="One", asset=asset, target=1)
    for key, value in {"model": "One", "cash_flow": 0, **client}.items():
        rd.change(sheets, "clients", 0, key, value)


def test_one_asset(tmp_path, sheets):
    """Nothing that needs two, and the crises in Chinese though REITs have no Chinese name."""
    only(sheets, "REITs", 10_000)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out")
    risk = rd.labelled(tmp_path / "out/K002.xlsx", "风险")
    assert summary.written == 1 and risk["2008年金融危机"][0] == pytest.approx(-0.373)
    assert "风险与收益：组合所处位置" not in [key for key in risk if key]
    assert "联动最强" not in rd.labelled(tmp_path / "out/K002.xlsx", "附录")


def test_amounts_of_twelve_digits_and_withdrawals(tmp_path, sheets):
    """They fit: cells of figures shrink to their columns, and what is taken out is said as such."""
    only(sheets, "Gold", 1e11, goal=1e11, goal_years=3, monthly=-1e6)
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    book = openpyxl.load_workbook(tmp_path / "out/K002.xlsx", data_only=True)
    large = [
        cell
        for sheet in book
        for row in sheet.iter_rows(min_col=3, max_col=10)
        for cell in row
        if isinstance(cell.value, int | float) and abs(cell.value) >= 1e10
    ]
    assert len(large) > 10 and all(cell.alignment.shrink_to_fit for cell in large)
    assert any(
        "1,000,000 taken out each month" in str(value)
        for value in rd.cells(tmp_path / "out/K002.xlsx")["Outlook"].values()
    )


# Numbers -------------------------------------------------------------------------------------------------------------


def test_numbers_equal_the_catalogue_called_directly(english, original):
    """K004 put together here from the rows of the file, without the package's reading."""
    summary, orders, risk, past = (
        rd.labelled(english[0] / "K004.xlsx", page) for page in ("Summary", "Orders", "Risk", "Simulated past")
    )
    header = original["prices"][0]
    model = [(row[1], row[2]) for row in original["models"][1:] if row[0] == "Balanced"]
    names, target = [name for name, _ in model], np.array([w for _, w in model])
    prices = np.array([[row[header.index(n)] for n in names] for row in original["prices"][1:]], float)
    units = {n: sum(row[2] for row in original["holdings"][1:] if row[:2] == ["K004", n]) for n in names}
    values = np.array([units[n] * p for n, p in zip(names, prices[-1], strict=True)])
    now, cov = values / values.sum(), xlalloc.cov_matrix(xlalloc.returns(prices), periods=12)
    drift = xlalloc.rebal_drift(values, target)
    shares, goal = xlalloc.risk_contrib(now, cov), xlalloc.risk_contrib(target, cov)
    parity = xlalloc.rp_weights(cov)
    for i, name in enumerate(names):
        own = orders[name]
        assert own[2:4] == pytest.approx([values[i], now[i]]) and own[5] == pytest.approx(target[i])
        assert own[6:8] == pytest.approx([drift.column("deviation")[i], shares[i]])
        assert risk[name][:4] == pytest.approx([now[i], shares[i], goal[i], parity[i]], rel=1e-9)
    vols = [xlalloc.port_vol(now, cov), xlalloc.port_vol(target, cov)]
    assert [risk["Volatility per year"][k] for k in (0, 2)] == pytest.approx(vols)
    assert [summary["Volatility per year"][k] for k in (0, 2)] == pytest.approx(vols)
    r = xlalloc.returns(prices)
    for label, function in (("Maximum drawdown", xlalloc.max_drawdown), ("Total return", xlalloc.total_return)):
        assert past[label][:2] == pytest.approx([function(r @ now), function(r @ target)])
    assert past["Sharpe ratio"][0] == pytest.approx(xlalloc.sharpe(r @ now, 0, 12))
    assert past["2024"][0] == pytest.approx(np.prod(1 + (r @ now)[26:38]) - 1)


def test_orders_equal_the_plan_and_balance(english, original):
    sheet = openpyxl.load_workbook(english[0] / "K004.xlsx")["Orders"]
    rows = [list(row) for row in sheet.iter_rows(min_col=2, values_only=True)]
    rows = rows[: next(k for k, row in enumerate(rows) if str(row[0]).startswith("Not printed"))]
    heads = [k for k, row in enumerate(rows) if row[0] == "Asset"]
    held = {row[0]: row[1:] for row in rows[heads[0] + 1 : heads[1]] if row[1] and isinstance(row[3], float | int)}
    names, target = list(held), [row[5] for row in held.values()]
    after_cash = next(row for row in rows if row[0] == "Cash left over")[5]
    traded = {row[0]: row for row in rows[heads[1] + 1 :] if row[0] in held and isinstance(row[3], float | int)}
    money = [traded[n][3] if n in traded else 0.0 for n in names]
    total = next(row for row in rows[heads[1] :] if row[0] == "Total")
    lots = [100 if n in ETFS else 0 for n in names]
    prices = dict(zip(original["prices"][0], original["prices"][-1], strict=True))
    plan = xlalloc.rebal_plan([held[n][2] for n in names], target, 0.025, 0, [prices[n] for n in names], lots,
                              [0.0003 if lot else 0 for lot in lots], 0, [5 if lot else 0 for lot in lots])  # fmt: skip
    assert money == pytest.approx(plan.column("trade")[:-2], abs=1e-6)
    assert [*(held[n][4] for n in names), after_cash] == pytest.approx(plan.column("weight after")[:-1])
    cash = float(re.search(r"Cash left over: ([\d,.]+)\.", " ".join(str(row[0]) for row in rows))[1].replace(",", ""))
    assert total[3] + total[5] + cash == pytest.approx(0, abs=0.01)
    for name, lot in zip(names, lots, strict=True):
        if lot and name in traded:
            units = traded[name][3] / prices[name] / 100
            assert abs(units - round(units)) < 1e-6 and traded[name][4] == pytest.approx(100 * round(units))


def test_not_due_places_only_the_cash_flow(tmp_path, sheets):
    rd.change(
        sheets, "clients", 4, "last_rebalanced", dt.date(2026, 9, 30)
    )  # K005, reviewed quarterly, takes out 50,000
    result = one(tmp_path, sheets, "K005")
    assert result.due is False and not result.purchases
    assert -sum(o.money for o in result.sales) == pytest.approx(50_000 + result.orders.costs.sum() + result.orders.cash)


def lots_of_a_fund(sheets, fund="S&P 500"):
    """K004 holds 10,000 of a fund for long, and 390,000 for 20 days, much more than the model wants."""
    rows = sheets["holdings"]
    rows[1:] = [row for row in rows[1:] if row[:2] != ["K004", fund]]
    rd.add(sheets, "holdings", id="K004", asset=fund, value=390_000, bought_on=dt.date(2026, 10, 11))
    rd.add(sheets, "holdings", id="K004", asset=fund, value=10_000, bought_on=dt.date(2020, 1, 2))


def test_redemption_fee_first_in_first_out(tmp_path, sheets):
    lots_of_a_fund(sheets)
    result = one(tmp_path, sheets, "K004")
    sale = next(order for order in result.sales if result.names[order.index] == "S&P 500")
    assert -sale.money > 10_000
    assert sale.cost == pytest.approx((-sale.money - 10_000) * 0.005, abs=0.01)  # 0.5% from 7 to 29 days, 0 after
    assert sale.fee == pytest.approx(sale.cost, abs=0.01)


def test_own_schedule_none_and_flat(tmp_path, sheets):
    lots_of_a_fund(sheets)
    fund = next(k for k, row in enumerate(sheets["assets"][1:]) if row[0] == "S&P 500")
    expected = {"none": 0.0, "": 0.01, "2%": 0.02, "30:1%;0.25%": 0.01}  # blank: the rule's floor, 1% from 7 to 29 days
    for schedule, rate in expected.items():
        rd.change(sheets, "assets", fund, "redemption", schedule)
        result = one(tmp_path, sheets, "K004")
        sale = next(order for order in result.sales if result.names[order.index] == "S&P 500")
        free = {"2%": 0.0, "30:1%;0.25%": 0.0}.get(schedule, 10_000)
        flat = 25 if schedule.startswith("30") else 0  # the old lot pays the last fee: 10,000 at 0.25%
        young = -sale.money - (10_000 if flat else free)
        assert sale.cost == pytest.approx(young * rate + flat, abs=0.02)


def test_a_locked_lot_stays(tmp_path, sheets):
    lots_of_a_fund(sheets)
    sheets["holdings"][-2][rd.column(sheets, "holdings", "no_sell")] = "是"
    result = one(tmp_path, sheets, "K004")
    i = result.names.index("S&P 500")
    assert result.orders.trades[i] == pytest.approx(-10_000)
    assert result.orders.held_back == {i: "held.locked"}
    money = result.orders.trades.sum() + result.orders.costs.sum() + result.orders.cash
    assert money == pytest.approx(0, abs=1e-6) and result.orders.cash >= 0


def test_a_purchase_below_the_minimum_is_left_out(tmp_path, sheets):
    bonds = next(k for k, row in enumerate(sheets["assets"][1:]) if row[0] == "China bonds")
    wanted = one(tmp_path, sheets, "K004")
    i = wanted.names.index("China bonds")
    assert wanted.orders.trades[i] > 20_000
    rd.change(sheets, "assets", bonds, "min_buy", 30_000)
    result = one(tmp_path, sheets, "K004")
    assert result.orders.trades[i] == 0 and result.orders.held_back == {i: "held.minimum"}
    assert result.orders.trades.sum() + result.orders.costs.sum() + result.orders.cash == pytest.approx(0, abs=1e-6)


def bought_above(result):
    return result.named(result.judgement.above, "bought")


def test_purchases_above_the_level_are_flagged(tmp_path, sheets):
    assert bought_above(one(tmp_path, sheets, "K004")) == []
    rd.change(sheets, "clients", 3, "risk_level", "C3")
    result = one(tmp_path, sheets, "K004")
    assert bought_above(result) == ["CSI 500"]  # C3 buys R4
    assert [order.flags for order in result.purchases if result.names[order.index] == "CSI 500"] == [
        ["flag.above_level"]
    ]
    words = {"assets": "CSI 500", "level": "C3"}
    assert [(p.kind, dict(p.words)) for p in result.problems] == [("target_above", words), ("bought_above", words)]
    rd.change(sheets, "suitability", 2, "allowed", "R1-R4")
    assert bought_above(one(tmp_path, sheets, "K004")) == []
    rd.change(sheets, "suitability", 2, "allowed", "R1")
    assert set(bought_above(one(tmp_path, sheets, "K004"))) == {"CSI 500", "China bonds", "Gold"}


def test_a_product_without_a_level_is_not_said_to_be_allowed(tmp_path, sheets):
    rd.keep_clients(sheets, "K004")
    for row in sheets["assets"][1:]:
        row[rd.column(sheets, "assets", "risk_level")] = None
    sheets["firm"].append(["suitability", "warn"])
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    said = " ".join(map(str, rd.labelled(tmp_path / "out/K004.xlsx", "Summary")))
    assert "Nothing held" not in said and "Level not known: CSI 300, CSI 500, S&P 500, China bonds, Gold, REITs" in said


def test_a_rebalancing_that_the_cash_flow_makes_needless_is_said(english):
    """K002: S&P 500 is 5.9% over, 4.9% once 60,000 are placed; the threshold is 5%. K004 has no cash flow."""
    said = {id_: list(rd.labelled(english[0] / f"{id_}.xlsx", "Orders")) for id_ in ("K002", "K004")}
    opening = "Due, but placing the cash flow brings every deviation within the threshold: buy 3"
    assert any(str(text).startswith(opening) for text in said["K002"])
    assert any(str(text).startswith("Rebalance: sell 2") for text in said["K004"])


def test_weight_outside_the_models_limits_is_said(tmp_path, sheets):
    row = next(k for k, row in enumerate(sheets["models"][1:]) if row[:2] == ["Balanced", "CSI 300"])
    rd.change(sheets, "models", row, "upper", "41%")
    rd.keep_clients(sheets, "K004")
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert "CSI 300: 42.7% today, outside the model's limits 0.0%–41.0%." in rd.labelled(
        tmp_path / "out/K004.xlsx", "Orders"
    )


# Untidy files --------------------------------------------------------------------------------------------------------


def untidy(sheets):
    """The same data as people keep it."""
    wide = str.maketrans("0123456789.-", "０１２３４５６７８９．－")
    for row in sheets["holdings"][1:]:
        row[0], row[1] = f" {row[0]} ", row[1].lower() + "  "
        row[2] = f"{row[2]:,.2f}".translate(wide)
        row[5] = f"{row[5]:%Y年%m月%d日}"
    for k, row in enumerate(sheets["models"][1:]):
        row[2] = f"{100 * row[2]:g}%" if k % 2 else f"{100 * row[2]:g}％".translate(wide)
    for row in sheets["prices"][1:]:
        row[0] = f"{row[0]:%Y/%m/%d}"
        row[1:] = [f"{price:,}" for price in row[1:]]
    for row in sheets["clients"][1:]:
        row[9] = f"¥{row[9]:,.0f}" if row[9] >= 0 else f"(¥{-row[9]:,.0f})".replace("(¥", "(")
        row[12] = f" {100 * row[12]:g} %"
        row[13] = row[13] and f"{row[13] / 1e4:g}万元"
        row[10] = f"{row[10]:%Y%m%d}"
    for name, rows in sheets.items():
        blank = [None] * len(rows[0])
        rows[:] = [
            blank,
            [f"{name} of our firm", *blank[1:]],
            [f"{h} " if name != "prices" else h for h in rows[0]],
            blank,
            *rows[1:],
            blank,
        ]
    sheets["prices"][4:] = sheets["prices"][:3:-1]  # newest first
    return sheets


def figures(result) -> list[float]:
    """Every number of a report in one row."""
    tables = [
        result.drift,
        result.history.kpis,
        result.history.points,
        result.history.years,
        result.stress,
        result.frontier,
    ]
    cells = [cell for table in tables for row in table for cell in row]
    cells += [*result.orders.trades, *result.orders.after, *result.risk_now, *result.parity]
    cells += [cell for row in result.measures.values() for cell in row]
    return [cell for cell in cells if isinstance(cell, float)]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16", "xlsx"])
def test_untidy_equals_tidy(tmp_path, sheets, encoding):
    rd.keep_clients(sheets, "K002", "K005")
    for row in sheets["prices"][1:]:
        row[0] = row[0].date()
    for row in sheets["holdings"][1:]:
        row[5] = row[5].date()
    rd.change(sheets, "clients", 0, "goal", 3e6)
    mess = untidy(copy.deepcopy(sheets))
    source = (
        rd.write_book(tmp_path / "m.xlsx", mess)
        if encoding == "xlsx"
        else rd.write_folder(tmp_path / "m", mess, encoding)
    )
    theirs, ours = read(source), read(rd.write_book(tmp_path / "tidy.xlsx", sheets))
    said = ["encoding"] if encoding == "gb18030" else []  # what a file is read as is said where it is not UTF-8
    assert [p.kind for p in theirs.problems.items] == said and ours.problems.items == []
    for one, two in zip(ours.clients, theirs.clients, strict=True):
        tidy, found = compute(one, ours), compute(two, theirs)
        assert figures(found) == pytest.approx(figures(tidy), rel=1e-12, abs=1e-12)
        for key in (
            "name",
            "adviser",
            "risk_level",
            "assessed_on",
            "last_rebalanced",
            "frequency",
            "threshold",
            "goal",
            "monthly",
        ):
            assert getattr(one, key) == getattr(two, key)
        assert (found.due, found.as_of, found.names) == (tidy.due, tidy.as_of, tidy.names)
        assert [lot.bought_on for lot in one.lots] == [lot.bought_on for lot in two.lots]
        assert found.problems == tidy.problems == []


@pytest.mark.parametrize(
    "cell,number,currency",
    [(12, 12.0, ""), ("１，２３４．５", 1234.5, ""), ("(1,234)", -1234.0, ""), ("1.2万元", 12000.0, "CNY"), ("￥ 3,000.00", 3000.0, "CNY"),
     ("$5", 5.0, "USD"), ("5 %", 0.05, ""), ("－3", -3.0, ""), ("2亿", 2e8, ""), ("—", None, ""), ("无", None, ""), (" ", None, ""),
     ("HK$ 7", 7.0, "HKD"), ("1e3", 1000.0, "")],
)  # fmt: skip
def test_money(cell, number, currency):
    assert fields.money(cell) == (number if number is None else pytest.approx(number), currency)


@pytest.mark.parametrize(
    "cell",
    ["abc", "1.234,56", "12 apples", True, dt.date(2026, 1, 1), float("inf"), "1,23", "=1+1", "007", "(-5)", "--3"],
)
def test_what_is_no_amount(cell):
    with pytest.raises(fields.UnreadableError):
        fields.money(cell)


def test_schedules_and_levels():
    assert (
        fields.schedule("7:1.5%;30:0.75%") == fields.schedule("<7天：1.5%；30天：0.75%") == ((7, 30), (0.015, 0.0075))
    )
    assert fields.schedule("0.5%") == ((1,), (0.005, 0.005)) and fields.schedule("无") == fields.schedule(0) == ((), ())
    for bad in ("30:1%;7:2%", "x", "7:200%", "1%;2%"):
        with pytest.raises(fields.UnreadableError):
            fields.schedule(bad)
    assert fields.levels("R1-R3") == fields.levels("R1、R2、R3") == {1, 2, 3}
    assert fields.level("Ｃ３（稳健型）") == fields.level(3.0) == 3


def test_codes_keep_their_zeros_and_name_assets(tmp_path, sheets):
    rd.change(sheets, "assets", 0, "code", "000300")
    for row in sheets["holdings"][1:]:
        row[1] = 300 if row[1] == "CSI 300" else row[1]  # a spreadsheet that lost the zeros
    rd.keep_clients(sheets, "K004")
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out")
    assert rd.labelled(tmp_path / "out/K004.xlsx", "Orders")["CSI 300"][0] == "000300"


def test_prices_of_another_file_and_of_each_frequency(tmp_path, sheets):
    prices = sheets["prices"]
    rd.keep_clients(sheets, "K004")
    weekly = [[prices[1][0] + dt.timedelta(days=7 * k), *row[1:]] for k, row in enumerate(prices[1:])]
    book = rd.write_book(tmp_path / "c.xlsx", {k: v for k, v in sheets.items() if k != "prices"})
    other = (
        rd.write_folder(tmp_path / "p", {"nav": [prices[0], *[[row[0].date(), *row[1:]] for row in weekly]]})
        / "nav.csv"
    )
    inputs = read(book, other)
    assert (inputs.market.periods, inputs.market.as_of) == (52, weekly[-1][0].date())
    assert run.report(book, tmp_path / "out", prices=other, lang="en").written == 1
    assert "weights are restored every week" in str(rd.cells(tmp_path / "out/K004.xlsx")["Simulated past"])


def test_less_than_a_year_is_not_annualised(tmp_path, sheets):
    sheets["prices"][1:] = sheets["prices"][-10:]
    rd.keep_clients(sheets, "K004")
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    rows = rd.labelled(tmp_path / "out/K004.xlsx", "Simulated past")
    assert rows["Return per year"][:3] == rows["Sharpe ratio"][:3] == rows["Volatility per year"][:3] == ["–"] * 3
    assert isinstance(rows["Total return"][0], float) and isinstance(rows["Maximum drawdown"][0], float)
    assert any("Less than a year of prices: nothing is annualised." in str(text) for text in rows)
    risk = rd.cells(tmp_path / "out/K004.xlsx")["Risk"].values()
    assert any("Too few prices for an estimate" in str(value) for value in risk)


def test_without_prices_the_assumptions_serve(tmp_path, sheets):
    """Values given, no prices at all: drift, orders and risk from the classes; no simulation, the threshold decides."""
    last = dict(zip(sheets["prices"][0], sheets["prices"][-1], strict=True))
    for row in sheets["holdings"][1:]:
        row[2], row[4] = None, row[2] * last[row[1]]
    del sheets["prices"]
    for row in sheets["assets"][1:]:
        row[rd.column(sheets, "assets", "lot")] = 0
    result = one(tmp_path, sheets, "K004")
    names = [p.asset.name for p in result.held]
    from xlalloc import data

    vols = [data.expected(name)[1] for name in names]
    cov = xlalloc.cov_from_corr(data.correlations(names), vols)
    assert result.cov_from == "assumptions" and result.risk_now == pytest.approx(
        xlalloc.risk_contrib([p.value for p in result.held] / np.float64(result.value), cov)
    )
    assert result.history is None and result.due is True and not result.calendar_known


def test_a_price_beside_a_value_without_units_is_the_price_of_the_lots(tmp_path, sheets):
    """It stands before the latest price of the sheet, and orders are rounded to lots at it."""
    rd.keep_clients(sheets, "K004")
    k = next(k for k, row in enumerate(sheets["holdings"][1:]) if row[1] == "CSI 300")
    for key, cell in {"units": None, "price": 7.25, "value": 100_000.0}.items():
        rd.change(sheets, "holdings", k, key, cell)
    result = one(tmp_path, sheets, "K004")
    position = next(p for p in result.held if p.asset.name == "CSI 300")
    assert position.price == 7.25 and position.value == 100_000.0
    assert sheets["prices"][-1][sheets["prices"][0].index("CSI 300")] != 7.25


# Problems ------------------------------------------------------------------------------------------------------------


def second_client(sheets, **cells):
    k = next(k for k, row in enumerate(sheets["clients"][1:]) if row[0] == "K002")
    for key, value in cells.items():
        rd.change(sheets, "clients", k, key, value)


def first_holding(sheets, id_="K002", **cells):
    k = next(k for k, row in enumerate(sheets["holdings"][1:]) if row[0] == id_)
    for key, value in cells.items():
        rd.change(sheets, "holdings", k, key, value)


def drop_holdings(sheets):
    sheets["holdings"][1:] = [row for row in sheets["holdings"][1:] if row[0] != "K002"]


FATAL = {
    "unknown_model": lambda s: second_client(s, model="Balancd"),
    "unknown_asset": lambda s: first_holding(s, asset="CSI 3000"),
    "no_holdings": drop_holdings,
    "unreadable_number": lambda s: first_holding(s, units="about 100"),
    "no_value": lambda s: first_holding(s, units=None),
    "id_twice": lambda s: s["clients"].append(list(s["clients"][2])),
    "second_currency": lambda s: (second_client(s, cash_flow="¥60,000"), first_holding(s, value="$5,000")),
    "worth_nothing": lambda s: [row.__setitem__(2, 0) for row in s["holdings"][1:] if row[0] == "K002"],
    "unreadable_level": lambda s: second_client(s, risk_level="brave"),
    "unreadable_yes": lambda s: first_holding(s, no_sell="perhaps"),
}


@pytest.mark.parametrize("kind", FATAL)
def test_a_fatal_problem_stops_only_its_client(tmp_path, sheets, kind):
    rd.keep_clients(sheets, "K001", "K002")
    FATAL[kind](sheets)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert kind in kinds(summary, "K002") and kinds(summary, "K001") == []
    assert (tmp_path / "out/K001.xlsx").exists() and not (tmp_path / "out/K002.xlsx").exists()
    assert (summary.written, summary.failed) == (1, 1)
    listed = rd.cells(tmp_path / "out/problems.xlsx")["Problems"].values()
    assert "No report for this client." in listed
    index = rd.labelled(tmp_path / "out/index.xlsx", "Index")
    assert index["K002"][1] == "no report" and index["K001"][1] == "report"


def price(sheets, asset, row, value):
    sheets["prices"][row][sheets["prices"][0].index(asset)] = value


def stale(sheets):
    for k in range(-3, 0):
        price(sheets, "REITs", k, None)


WARNING = {
    "stale_price": stale,
    "missing": lambda s: second_client(s, threshold=None, last_rebalanced=None, risk_level=None, frequency=None),
    "unknown_option": lambda s: second_client(s, frequency="fortnightly"),
    "bad_date": lambda s: second_client(s, last_rebalanced="31/02/2026"),
    "unreadable_years": lambda s: second_client(s, age="forty"),  # no figure of a report needs it
    "unknown_benchmark": lambda s: second_client(s, benchmark="Shanghai"),
    "assessment_expired": lambda s: second_client(s, assessment_expires=dt.date(2026, 5, 1)),
    "value_differs": lambda s: first_holding(s, value=1_000),
    "illegal_characters": lambda s: second_client(s, notes="ring\uffffed"),
    "bad_file_name": lambda s: [row.__setitem__(0, "../K002") for sheet in ("clients", "holdings") for row in s[sheet] if row[0] == "K002"],
    "no_bought_on": lambda s: (second_client(s, cash_flow=-300_000), [row.__setitem__(5, None) for row in s["holdings"][1:] if row[0] == "K002"]),
    "bought_later": lambda s: (second_client(s, cash_flow=-300_000), [row.__setitem__(5, dt.date(2027, 1, 1)) for row in s["holdings"][1:] if row[0] == "K002"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", WARNING)
def test_a_warning_goes_on_and_is_listed(tmp_path, sheets, kind):
    rd.keep_clients(sheets, "K002")
    sheets["firm"].append(["suitability", "warn"])
    WARNING[kind](sheets)
    plain = kind != "illegal_characters"  # a workbook cannot hold them, a csv can
    source = rd.write_book(tmp_path / "c.xlsx", sheets) if plain else rd.write_folder(tmp_path / "c", sheets)
    summary = run.report(source, tmp_path / "out", lang="en")
    assert summary.written == 1 and kind in kinds(summary)
    row = rd.labelled(tmp_path / "out/index.xlsx", "Index")
    assert next(iter(row[key] for key in row if "K002" in str(key)))[1] == "report, with findings"


FILE = {
    "unknown_sheet": lambda s: s.update(extras=[["a"], [1]]),
    "unknown_column": lambda s: [row.append("x") for row in s["clients"]],
    "column_twice": lambda s: [row.append(row[0]) for row in s["clients"]],
    "price_of_nobody": lambda s: [row.append("Bitcoin" if k == 0 else 1.0) for k, row in enumerate(s["prices"])],
    "no_price": lambda s: price(s, "Gold", 5, "n.a. today"),
    "date_twice": lambda s: s["prices"].append(s["prices"][-1]),
    "unknown_client": lambda s: first_holding(s, "K001", id="K999"),
    "asset_twice": lambda s: s["assets"].append(list(s["assets"][1])),
    "no_name": lambda s: rd.add(s, "assets", kind="fund"),
    "in_percent": lambda s: [row.__setitem__(2, row[2] * 100) for row in s["models"][1:]],
    "no_id": lambda s: rd.add(s, "clients", name="Nobody"),
    "bad_date": lambda s: s["prices"].append(["tomorrow", *s["prices"][-1][1:]]),
}


@pytest.mark.parametrize("kind", FILE)
def test_a_problem_of_the_file_is_listed_and_clients_go_on(tmp_path, sheets, kind):
    rd.keep_clients(sheets, "K001")
    FILE[kind](sheets)
    inputs = read(rd.write_book(tmp_path / "c.xlsx", sheets))
    assert kind in [problem.kind for problem in inputs.problems.items] and "K001" not in inputs.problems.refused
    assert compute(inputs.clients[0], inputs).value > 0


@pytest.mark.parametrize(
    "change,kind",
    [
        (lambda s: rd.change(s, "models", 1, "target", 0.5), "not_one"),
        (lambda s: rd.change(s, "models", 1, "target", "much"), "unreadable_number"),
        (lambda s: rd.change(s, "models", 1, "asset", "Tulips"), "unknown_asset"),
        (lambda s: rd.change(s, "models", 1, "target", None), "no_weight"),
        (lambda s: rd.change(s, "assets", 0, "commission", "cheap"), "unreadable_share"),
    ],
)
def test_a_broken_model_or_asset_refuses_its_users_only(tmp_path, sheets, change, kind):
    """Rows 0 to 5 of models are the conservative one's."""
    rd.keep_clients(sheets, "K001", "K005", "K003")
    if kind == "unreadable_share":  # the aggressive client without that asset
        sheets["models"][1:] = [row for row in sheets["models"][1:] if row[:2] != ["Aggressive", "CSI 300"]]
        for row in sheets["models"][1:]:
            row[2] = row[2] * 2 if row[0] == "Aggressive" else row[2]
        sheets["holdings"][1:] = [row for row in sheets["holdings"][1:] if row[:2] != ["K003", "CSI 300"]]
    change(sheets)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert kind in kinds(summary, "") and summary.written == 1 and (tmp_path / "out/K003.xlsx").exists()
    assert {"model_broken", "asset_broken"} & set(kinds(summary, "K001")) and {"model_broken", "asset_broken"} & set(
        kinds(summary, "K005")
    )


def test_all_problems_are_found_in_one_pass(tmp_path, sheets):
    second_client(sheets, model="none such", cash_flow="lots")
    first_holding(sheets, asset="Tulips", units="many")
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert sorted(kinds(summary, "K002")) == [
        "unknown_asset",
        "unknown_model",
        "unreadable_number",
        "unreadable_number",
    ]
    row = next(p for p in summary.problems if p.kind == "unknown_asset")
    assert (row.location.sheet, row.location.row, row.location.column, row.location.value) == (
        "holdings",
        8,
        "asset",
        "Tulips",
    )


def test_what_has_no_answer_is_a_word_and_a_finding(tmp_path, sheets):
    """Taking out more than there is: no orders, a dash or a sentence in their place, the reason in the appendix and a
    row of problems."""
    rd.keep_clients(sheets, "K004")
    rd.change(sheets, "clients", 0, "cash_flow", -5e6)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert summary.written == 1 and kinds(summary, "K004") == ["no_answer"]
    book = openpyxl.load_workbook(tmp_path / "out/K004.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not any(cell.data_type == "e" or "#NUM!" in str(cell.value) for cell in cells)
    assert any("No orders could be worked out" in str(c.value) for row in book["Summary"].iter_rows() for c in row)
    assert any("REBAL_PLAN: cash_flow" in str(v) for v in rd.cells(tmp_path / "out/K004.xlsx")["Appendix"].values())
    assert any("REBAL_PLAN: cash_flow" in str(v) for v in rd.cells(tmp_path / "out/problems.xlsx")["Problems"].values())
    assert rd.labelled(tmp_path / "out/index.xlsx", "Index")["K004"][1] == "report, with findings"


def test_a_signal_that_cannot_be_told(tmp_path, sheets):
    """Rebalanced after the date of the prices: the signal is not available, only the cash flow would be placed."""
    rd.keep_clients(sheets, "K004")
    rd.change(sheets, "clients", 0, "last_rebalanced", dt.date(2027, 1, 1))
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    said = rd.cells(tmp_path / "out/K004.xlsx")
    opening = "Whether rebalancing is due could not be determined; the reason is in the appendix. Nothing"
    assert any(str(text).startswith(opening) for text in said["Orders"].values())
    assert any("REBAL_DUE: today: 2026-10-31 is before" in str(v) for v in said["Appendix"].values())


def test_cash_has_no_part_in_equal_risk(tmp_path, sheets):
    at = sheets["prices"][0].index("Money market")
    for row in sheets["prices"][1:]:
        row[at] = 1.0
    result = one(tmp_path, sheets, "K005")
    i = result.names.index("Money market")
    assert result.no_risk == ["Money market"] and result.parity[i] == 0 and sum(result.parity) == pytest.approx(1)
    assert result.correlations[i] == [None] * 6


@pytest.mark.parametrize("sheet", ["clients", "holdings", "assets", "models"])
def test_a_missing_sheet_is_one_line(tmp_path, sheets, sheet):
    del sheets[sheet]
    with pytest.raises(InputError, match=f"there is no sheet {sheet}"):
        run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out")


def test_files_that_are_no_clients_workbook(tmp_path):
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0" + b"0" * 100)
    (tmp_path / "empty").mkdir()
    for path, words in (("old.xls", "old .xls"), ("empty", "no csv files"), ("none.xlsx", "no such file")):
        with pytest.raises(InputError, match=words):
            run.report(tmp_path / path, tmp_path / "out")


# Hostile input -------------------------------------------------------------------------------------------------------

IDS = [
    "../x",
    "..\\x",
    "/etc/passwd",
    "a/b",
    "CON",
    "index",
    "problems",
    "x" * 250,
    "a:b?",
    ".hidden",
    "客户１",
    "nul.txt",
    "...",
]


def test_an_id_is_never_a_path(tmp_path, sheets):
    """One by one as names; the worst of them as a file."""
    row = sheets["clients"][1]
    sheets["clients"][1:] = [[id_, *row[1:]] for id_ in IDS]
    inputs = read(rd.write_book(tmp_path / "c.xlsx", sheets))
    files = run.file_names(inputs.clients, inputs.problems)
    assert list(files) == IDS and len({file.casefold() for file in files.values()}) == len(IDS)
    for id_, file in files.items():
        assert re.fullmatch(r"[\w][\w\-. ()]*\.xlsx", file) and len(file) < 120 and ".." not in file, file
        assert file not in ("CON.xlsx", "index.xlsx", "problems.xlsx", "nul.txt.xlsx")
        assert ("bad_file_name" in [p.kind for p in inputs.problems.of(id_)]) == (file != f"{id_}.xlsx")
    rd.keep_clients(sheets, "../x")
    sheets["holdings"].append(["../x", "Gold", 100, *[None] * 6])
    out = tmp_path / "deep" / "out"
    assert run.report(rd.write_book(tmp_path / "c.xlsx", sheets), out, lang="en").written == 1
    assert {path.name for path in tmp_path.rglob("*.xlsx")} - {"c.xlsx"} == {path.name for path in out.iterdir()}
    assert len(list(out.iterdir())) == 3 and "../x" in rd.labelled(out / "index.xlsx", "Index")


def test_a_refused_client_is_not_said_to_have_a_file(tmp_path, sheets):
    rd.keep_clients(sheets, "K001")
    row = sheets["clients"][1]
    sheets["clients"].append(["../x", *row[1:]])
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert summary.written == 1 and [p.kind for p in summary.problems if p.client == "../x"] == ["no_holdings"]


def test_ids_that_differ_only_for_us_get_their_own_files(tmp_path, sheets):
    """a/b and a?b are both made a_b; Kx and kX are one file where case does not matter."""
    rd.keep_clients(sheets, "K001", "K002", "K004", "K005")
    new = {"K001": "a/b", "K002": "a?b", "K004": "same", "K005": "a_b"}
    for sheet in ("clients", "holdings"):
        for row in sheets[sheet][1:]:
            row[0] = new[row[0]]
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert summary.written == 4 and len(list((tmp_path / "out").iterdir())) == 6


def test_no_client_is_found_in_anothers_file(english, original):
    """Every byte of every part: neither names nor ids nor values of the others."""
    clients = original["clients"][1:]
    for own in clients:
        with zipfile.ZipFile(english[0] / f"{own[0]}.xlsx") as archive:
            everything = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8", "ignore")
        assert own[0] in everything and own[1] in everything
        for other in clients:
            if other is not own:
                assert other[0] not in everything and other[1] not in everything


def test_an_adviser_note_is_not_in_the_report(tmp_path, sheets):
    rd.keep_clients(sheets, "K004")
    rd.change(sheets, "clients", 0, "notes", "difficult-person")
    run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out")
    assert b"difficult" not in b"".join(
        zipfile.ZipFile(tmp_path / "out/K004.xlsx").read(n)
        for n in zipfile.ZipFile(tmp_path / "out/K004.xlsx").namelist()
    )
    assert "difficult-person" in str(rd.cells(tmp_path / "out/index.xlsx"))


# Files ---------------------------------------------------------------------------------------------------------------


def test_same_input_same_bytes_in_one_process_or_two(tmp_path, sheets, english):
    source = rd.write_book(tmp_path / "c.xlsx", sheets)
    seen = []
    one = run.report(source, tmp_path / "one", progress=lambda done, total: seen.append((done, total)))
    two = run.report(source, tmp_path / "two", jobs=2)
    assert one == two and seen == [(k, 5) for k in range(1, 6)]
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name
    properties = openpyxl.load_workbook(tmp_path / "one/K004.xlsx").properties
    assert properties.created == properties.modified == dt.datetime(2026, 10, 31)


def test_the_index_links_to_each_report(english):
    sheet = openpyxl.load_workbook(english[0] / "index.xlsx")["Index"]
    links = [cell.hyperlink.target for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert links == [f"K00{k}.xlsx" for k in range(1, 6)] and all((english[0] / link).exists() for link in links)


# Real prices ---------------------------------------------------------------------------------------------------------


def test_twenty_real_stocks(tmp_path, sheets):
    from reference import market

    try:
        dates, names, prices = market.daily_prices()
    except market.DataMissingError as missing:
        pytest.skip(str(missing))
    rd.keep_clients(sheets, "K004")
    header = sheets["assets"][0]
    sheets["assets"] = [
        header,
        *[
            [
                {
                    "asset": n,
                    "kind": "stock",
                    "risk_level": "R4",
                    "lot": 1,
                    "commission": 0.001,
                    "expected_return": 0.08,
                }.get(key)
                for key in header
            ]
            for n in names
        ],
    ]
    sheets["models"] = [sheets["models"][0], *[["Balanced", n, 0.05, *[None] * 7] for n in names]]
    sheets["holdings"] = [sheets["holdings"][0], *[["K004", n, 100, *[None] * 6] for n in names]]
    sheets["benchmarks"] = [["name", "asset", "weight"], ["60% CSI 300, 40% bonds", names[0], 1.0]]
    sheets["prices"] = [["date", *names], *[[d, *row] for d, row in zip(dates, prices.tolist(), strict=True)]]
    source = rd.write_book(tmp_path / "c.xlsx", sheets)
    assert run.report(source, tmp_path / "out", lang="en").written == 1
    inputs = read(source)
    result = compute(inputs.clients[0], inputs)
    r = prices[1:] / prices[:-1] - 1
    now = prices[-1] / prices[-1].sum()
    assert result.cov_from == "prices" and inputs.market.periods == 252
    assert result.measures["risk.vol"][0] == pytest.approx(np.std(r @ now, ddof=1) * np.sqrt(252), rel=1e-9)
    cov = np.cov(r.T) * 252
    share = result.parity * (cov @ result.parity)
    assert share / share.sum() == pytest.approx(np.full(20, 0.05), abs=1e-9)
    kpis = {row[0]: row[1:] for row in result.history.kpis}
    wealth = np.cumprod(1 + r @ now)
    peak = np.maximum.accumulate(np.append(1.0, wealth))[1:]
    assert kpis["max drawdown"][0] == pytest.approx((wealth / peak - 1).min())
    assert kpis["beta"][0] == pytest.approx(np.cov(r @ now, r[:, 0])[0, 1] / np.var(r[:, 0], ddof=1))
    assert kpis["beta"][2] is None
    assert len(result.history.points) == 61 and result.history.points[-1][1] == pytest.approx(wealth[-1])
    assert min(row[4] for row in result.history.points) == pytest.approx(kpis["max drawdown"][0])
    corr = np.corrcoef(r.T)
    pairs = sorted((corr[i, j] for i in range(20) for j in range(i)), reverse=True)
    page = openpyxl.load_workbook(tmp_path / "out/K004.xlsx")["Appendix"]
    top = next(cell.row for cell in page["B"] if cell.value == "Highest")
    assert [page.cell(top + k, 3).value for k in range(1, 11)] == pytest.approx(pairs[:10])
    assert [page.cell(top + k, 8).value for k in range(1, 11)] == pytest.approx(pairs[::-1][:10])
