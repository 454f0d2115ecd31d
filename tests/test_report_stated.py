"""Pages say what was stated with all its digits, and nothing that is true of another year, crisis or page."""

import openpyxl
import report_data as rd

from xlalloc.reports import run
from xlalloc.reports.report_template import write_report
from xlalloc.reports.sentences import given


def pages(tmp_path, sheets, id_="K004"):
    tmp_path.mkdir(exist_ok=True)
    run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out")
    return rd.cells(tmp_path / "out" / f"{id_}.xlsx")


def client(*, language="en", **changes):
    """The sheets of one client, changed."""
    sheets = rd.example()
    rd.keep_clients(sheets, "K004")
    for key, value in {"language": language, **changes}.items():
        rd.change(sheets, "clients", 0, key, value)
    return sheets


def said(cells: dict) -> str:
    return "\n".join(value for value in cells.values() if isinstance(value, str))


def test_a_share_keeps_its_digits():
    assert [given(x) for x in (0.05, 0.025, 0.0025, 0.0175, 0.00125)] == ["5.0%", "2.5%", "0.25%", "1.75%", "0.125%"]
    assert [given(x, 0) for x in (0.08, 0.075, 0.125, 0.07)] == ["8%", "7.5%", "12.5%", "7%"]


def test_the_threshold_is_the_same_wherever_it_stands(tmp_path):
    found = pages(tmp_path, client(threshold=0.0025))
    assert "by more than 0.25%" in said(found["Summary"])
    assert "the threshold is 0.25%" in said(found["Orders"])


def test_stated_ranges_are_not_rounded(tmp_path):
    """7.5% to 12.5% were 8%–13% in the letter and 8%–12% on the page Check."""
    sheets = client()
    ranges = {"return_low": 0.025, "return_high": 0.055, "vol_low": 0.075, "vol_high": 0.125, "drawdown": 0.125}
    row = next(k for k, cells in enumerate(sheets["models"][1:]) if cells[0] == "Balanced")
    for key, value in ranges.items():
        rd.change(sheets, "models", row, key, value)
    sheets["firm"] += [["internal_pages", "check"], ["rf", 0.0175], ["inflation", 0.0225], ["advisory_fee", 0.00375]]
    found = pages(tmp_path, sheets)
    assert "The model states 7.5%–12.5% of volatility" in said(found["Summary"])
    assert "Risk-free rate 1.75%, inflation 2.25%, advisory fee 0.375% a year" in said(found["Appendix"])
    check = said(rd.cells(tmp_path / "out" / "internal" / "K004.xlsx")["Check"])
    assert all(words in check for words in ("2.5%–5.5%", "7.5%–12.5%", "up to 12.5%"))


def test_the_low_outcome_is_that_of_the_goals_own_year(tmp_path):
    """Half a year had the low outcome of a whole one; the table of wealth has whole years alone."""
    for years, shown, low in (
        (0.5, "0.5 years", False),
        (1.25, "1.25 years", False),
        (1, "1 year", True),
        (2, "2 years", True),
    ):
        words = said(pages(tmp_path / shown, client(goal_years=years), "K004")["Summary"])
        assert f" in {shown}: missed" in words
        assert ("low outcome" in words) == low, years


def test_sales_alone_are_followed_by_no_purchase(tmp_path):
    found = pages(tmp_path, client(cash_flow=-300_000))
    assert "buy nothing" in said(found["Summary"])
    for words in (said(found["Summary"]), said(found["Orders"])):
        assert "then buy" not in words and "the purchases once" not in words
    assert "Sales only: the money arrives after up to 7 days." in said(found["Orders"])


def test_a_crisis_is_named_where_it_is_the_worst_of_all_three(tmp_path):
    """Bonds fall most in 2022, stocks in 2008: neither is the name of a row with both."""
    sheets = client()
    assert "Worst crisis: 2008 financial crisis." in said(pages(tmp_path / "one", sheets)["Summary"])
    sheets["holdings"] = [row for row in sheets["holdings"] if row[1] in ("asset", "China bonds")]
    found = pages(tmp_path / "two", sheets)["Summary"]
    label, now, after = next(
        (at, found[f"C{at[1:]}"], found[f"D{at[1:]}"]) for at, x in found.items() if str(x).startswith("… as a share")
    )
    assert found[label] == "… as a share" and now > after


def test_names_too_long_for_a_line(tmp_path):
    """The name shrinks on the first page and is cut on the others; a pair of long names is a pair of codes."""
    sheets = client(name="Long " * 20 + "Name")
    long = {name: f"{name} Global Multi-Asset Opportunities Fund" for name in ("CSI 300", "CSI 500")}
    for name in ("assets", "holdings", "models", "benchmarks", "prices"):
        sheets[name] = [
            [long.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in sheets[name]
        ]
    for row in sheets["assets"][1:]:
        row[sheets["assets"][0].index("asset_class")] = row[sheets["assets"][0].index("class")]
    found = pages(tmp_path, sheets)
    assert "X00001 – X00002" in found["Appendix"].values()
    assert found["Summary"]["B2"].endswith("Name")
    assert len(found["Orders"]["J1"]) < 60


def test_nothing_internal_is_behind_a_live_letter(tmp_path):
    """With formulas a file held the value of each name that they use, and a copy of our template its hidden pages."""
    sheets = client(language="zh")
    sheets["firm"] = [["key", "value"]]  # simulated and projections are internal in Chinese
    book = rd.write_book(tmp_path / "in.xlsx", sheets)
    write_report(tmp_path / "firm.xlsx", "zh")
    for template in (None, tmp_path / "firm.xlsx"):
        out = tmp_path / ("copy" if template else "ours")
        run.report(book, out, live=True, template=template)
        letter = openpyxl.load_workbook(out / "K004.xlsx", data_only=True)
        assert not {"模拟历史", "展望"} & set(letter.sheetnames)
        assert all(sheet.title == "xl_data" or sheet.sheet_state == "visible" for sheet in letter)
        simulated = {"goal_chance", "goal_low", "path_now", "past_now", "year_now"}
        for name in simulated & set(letter.defined_names):
            cells = [letter[sheet][at] for sheet, at in letter.defined_names[name].destinations]
            found = [cell for area in cells for cell in (area if isinstance(area, tuple) else ((area,),))]
            assert not [c.value for row in found for c in row if c.value not in (None, "")], name
