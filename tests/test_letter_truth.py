"""What a letter says is true of this client: prices of an earlier day, costs nobody gave, chances near all or nothing."""

import report_data as rd

from xlalloc.reports import run
from xlalloc.reports.clients_workbook import write_clients


def client(**changes) -> dict:
    """The sheets of one client, changed."""
    sheets = rd.example()
    rd.keep_clients(sheets, "K004")
    for key, value in changes.items():
        rd.change(sheets, "clients", 0, key, value)
    return sheets


def made(tmp_path, sheets: dict, id_: str = "K004") -> dict[str, str]:
    """Sheet → its texts, one a line."""
    tmp_path.mkdir(exist_ok=True)
    run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out")
    found = rd.cells(tmp_path / "out" / f"{id_}.xlsx")
    return {
        sheet: "\n".join(v for v in cells.values() if isinstance(v, str) and v.strip())
        for sheet, cells in found.items()
    }


def test_orders_on_older_prices_say_of_which_day(tmp_path):
    """They were "worked out on the prices of" the newest day, whatever the day of what is traded."""
    sheets = client(cash_flow=100_000)
    assert "worked out on the prices of 2026-10-31; they change" in made(tmp_path / "new", sheets)["Summary"]
    gold = rd.column(sheets, "prices", "Gold")
    sheets["prices"][-1][gold] = None
    said = made(tmp_path / "old", sheets)["Summary"]
    assert "prices of 2026-10-31, for Gold on the latest there are, of 2026-09-30; they change" in said
    for row in sheets["prices"][-1:]:
        row[1:] = [row[1], *[None] * (len(row) - 2)]
    assert "products on the latest there are, of 2026-09-30" in made(tmp_path / "many", sheets)["Summary"]


def test_a_chance_is_never_printed_as_certain(tmp_path):
    """99.7% were "missed in 0 of 100 simulated paths", which reads as a promise; 0.2% were missed in all."""
    assert "missed in fewer than 1 of 100 simulated paths" in made(tmp_path / "sure", client(goal=300_000))["Summary"]
    assert "missed in more than 99 of 100" in made(tmp_path / "never", client(goal=90_000_000))["Summary"]
    assert "（按今日购买力）" not in (found := made(tmp_path / "zh", client(goal=300_000, language="zh")))["概要"]
    assert "100 条模拟路径中有 不到 1 条未达成" in found["概要"]


def test_costs_that_nobody_gave_are_not_shown_as_none(tmp_path):
    """A blank yearly cost was printed as 0.00% a year without a word."""
    sheets = client()
    words = "Not given, and counted as 0: the cost within "
    assert words + "CSI 300 and 5 other funds." in made(tmp_path / "blank", sheets)["Orders"]
    for k in range(len(sheets["assets"]) - 1):
        rd.change(sheets, "assets", k, "ongoing_cost", 0.0 if k else 0.005)
    assert words not in made(tmp_path / "given", sheets)["Orders"]


def test_only_what_is_set_aside_is_called_a_reserve(tmp_path):
    """More reserve than cash: the letter named the amount asked for, not the one kept out; page one named neither."""
    sheets = client(reserve=50_000)
    rd.add(sheets, "holdings", id="K004", asset="Money market", value=20_000)
    found = made(tmp_path, sheets)
    assert "Reserve, kept out of the model: 20,000.00." in found["Orders"]
    assert " CNY and a reserve of 20,000\n" in found["Summary"]


def test_a_withdrawal_of_all_there_is_gets_no_letter(tmp_path):
    """It got one, of which half said "not available", because "the portfolio is worth nothing"."""
    for flow in (-500_000, -2e6):
        sheets, out = client(cash_flow=flow), tmp_path / f"{-flow:g}"
        sheets["holdings"] = sheets["holdings"][:1]
        rd.add(sheets, "holdings", id="K004", asset="Gold", value=500_000)
        out.mkdir()
        summary = run.report(rd.write_book(out / "in.xlsx", sheets), out / "out")
        assert (summary.failed, [p.kind for p in summary.problems]) == (1, ["takes_all"])
        assert "is to be taken out of 500,000.00, so" in next(iter(summary.problems)).wrong("en")
        assert not (out / "out" / "K004.xlsx").exists()


def test_definitions_are_those_of_what_is_shown(tmp_path):
    """A client without a benchmark, or to whom nothing simulated is shown, read what these figures mean."""
    words = ("Against the benchmark", "Expected shortfall", "Fee rate")
    with_all = client(cash_flow=-300_000)
    assert all(word in made(tmp_path / "all", with_all)["Appendix"] for word in words)
    less = client(benchmark=None)
    less["firm"] = [["key", "value"], ["simulated", "internal"]]
    found = made(tmp_path / "less", less)["Appendix"]
    assert not any(word in found for word in words[:2])


def test_a_range_that_the_model_does_not_keep_is_a_finding_of_the_run(tmp_path):
    """The first page printed both figures, and the list of problems said nothing."""
    summary = run.report(write_clients(tmp_path / "demo.xlsx"), tmp_path / "out")
    found = [p for p in summary.problems if p.kind in ("vol_beyond", "drawdown_beyond")]
    assert [(p.client, p.location.column) for p in found] == [("", "vol_high"), ("", "drawdown")] * 3
    assert "Balanced: the target implies a volatility of 19.9% a year" in found[2].wrong("en")
    assert found[2].location.value == "15%" and "15%" in found[2].wrong("zh")
    sheets = client()
    assert not list(run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "kept").problems)


def test_what_no_page_shows_is_no_remark_for_the_client(tmp_path):
    """Cash alone never falls: her letter said that a figure "could not be computed" which it does not have."""
    sheets = client()
    sheets["holdings"] = sheets["holdings"][:1]
    rd.add(sheets, "holdings", id="K004", asset="Money market", value=500_000)
    k = rd.column(sheets, "prices", "Money market")
    for i, row in enumerate(sheets["prices"][1:]):
        row[k] = 100.0 + i
    assert "remark" not in made(tmp_path, sheets)["Summary"]


def test_a_title_line_breaks_where_it_is_meant_to(tmp_path):
    """Too long for its cell it was broken in the middle of a date."""
    sheets = client(language="zh")
    sheets["firm"] += [["contact", "desk@example.com"]]
    lines = made(tmp_path, sheets)["概要"].split("\n")[1:4]
    assert lines[0].startswith("价格截至 2026-10-31") and "总市值" in lines[0]
    assert lines[1].startswith("风险等级：C4（有效期至 2027-02-09）　理财顾问：")
    assert lines[2] == "desk@example.com"
    assert all(len(line) < 60 for line in lines)


def test_cash_needs_no_correlation_to_be_known(tmp_path):
    """With few prices and cash of the class Cash, as every broker has it, no risk was shown at all."""
    sheets = client()
    rd.add(sheets, "assets", asset="Deposit", kind="cash", **{"class": "Cash"})
    rd.add(sheets, "holdings", id="K004", asset="Deposit", value=90_000)
    sheets["prices"] = [sheets["prices"][0], *sheets["prices"][-7:]]
    found = made(tmp_path, sheets)
    assert "Too few prices for an estimate" in found["Risk"]
    assert "not available" not in found["Summary"] + found["Risk"]
