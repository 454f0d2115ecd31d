"""The account's own performance in reports: every figure against a plain computation, and against the functions."""

import datetime as dt
import random
from itertools import pairwise

import exports
import numpy as np
import pytest
from test_real_files import us

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.documents.fill import Filled
from xlalloc.documents.template import Template
from xlalloc.reports import clients_workbook
from xlalloc.reports.account_words import PLACES
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.report_template import write_report
from xlalloc.reports.vocabulary import shapes, vocabulary
from xlalloc.values import scalar

D = dt.date
HELD = [["id", "asset", "value"], ["Z123", "VTI", 60_000], ["Z123", "BND", 40_000]]
PRICES = [["date", "VTI", "BND"], *zip(exports.DAYS, exports.VTI, exports.BND, strict=True)]


def months(first: D, count: int) -> list[D]:
    """Ends of months."""
    found = []
    for k in range(count):
        month = first.month + k
        found.append(D(first.year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1))
    return found


def invented(dates: list[D], seed: int = 7, fees: bool = True) -> list[list]:
    """Values, flows and fees of an account whose market return, before fees, is drawn: date, value, flow, fee, return."""
    rng, value, rows = random.Random(seed), 100_000.0, []
    for k, date in enumerate(dates):
        grown = rng.gauss(0.006, 0.03) if k else 0.0
        fee = round(value * 0.001, 2) if fees and k and k % 3 == 0 else 0.0
        flow = rng.choice([0.0, 0.0, 2_000.0, -1_500.0]) if k else 0.0
        value = value * (1 + grown) - fee + flow
        rows.append([date, value, flow, fee, grown])
    return rows


def words_of(folder, rows: list[list], **more) -> dict:
    """The vocabulary of the one client with this history."""
    history = [["id", "date", "value", "flow", "fee"], *[["Z123", *row[:4]] for row in rows]]
    inputs = read(us(folder, prices=PRICES, holdings=HELD, history=history, **more))
    result = compute(inputs.clients[0], inputs)
    return vocabulary(result, inputs)


def periods(words: dict) -> dict:
    keys = ("periods", "starts", "ends", "net", "gross", "vols", "falls")
    return dict(zip(PLACES, zip(*(words[f"account_{key}"] for key in keys), strict=True), strict=True))


def test_every_figure_by_hand(tmp_path):
    """Eleven years and a half of months: returns chained by hand, the volatility and the drawdown of just these."""
    dates = months(D(2014, 12, 1), 139)  # to 2026-06-30
    rows = invented(dates)
    words, at = words_of(tmp_path, rows), {row[0]: k for k, row in enumerate(rows)}
    net = [(r[1] - r[2]) / before[1] - 1 for before, r in pairwise(rows)]
    gross = [r[4] for r in rows[1:]]

    def chained(series, first, last):
        whole = 1.0
        for r in series[at[first] : at[last]]:
            whole *= 1 + r
        return whole - 1

    found = periods(words)
    for (years, to_date), (label, first, last, n, g, vol, fall) in found.items():
        end = D(2026, 6, 30) if to_date else D(2025, 12, 31)
        start = D(2014, 12, 31) if not years else D(end.year - years, end.month, end.day)
        assert (first, last) == (start, end) and f"{end}" in label
        span = years or (11 if not to_date else 11 + 181 / 365)
        assert n == pytest.approx((1 + chained(net, start, end)) ** (1 / span) - 1, rel=1e-9), (years, to_date)
        assert g == pytest.approx((1 + chained(gross, start, end)) ** (1 / span) - 1, rel=1e-9) and g > n
        own = np.array(net[at[start] : at[end]])
        assert vol == pytest.approx(own.std(ddof=1) * 12**0.5, rel=1e-9)
        wealth = np.cumprod(np.append(1.0, 1 + own))
        assert fall == pytest.approx(min(wealth / np.maximum.accumulate(wealth)) - 1, rel=1e-9)
    for label, n, g in zip(*(words[f"account_{key}"] for key in ("years", "year_net", "year_gross")), strict=True):
        year = int(label[:4])
        start, end = D(year - 1, 12, 31), min(D(year, 12, 31), D(2026, 6, 30))
        assert n == pytest.approx(chained(net, start, end)) and g == pytest.approx(chained(gross, start, end))
        assert ("part" in label) == (year == 2026)
    flows = [row[2] for row in rows[1:]]
    assert words["account_paid_in"] == pytest.approx(sum(f for f in flows if f > 0))
    assert words["account_taken_out"] == pytest.approx(-sum(f for f in flows if f < 0))
    assert words["account_gain_money"] == pytest.approx(rows[-1][1] - rows[0][1] - sum(flows))
    rate, days = words["account_money_weighted"], [(rows[-1][0] - row[0]).days / 365 for row in rows]
    worth = rows[0][1] * (1 + rate) ** days[0] + sum(f * (1 + rate) ** t for f, t in zip(flows, days[1:], strict=True))
    assert worth == pytest.approx(rows[-1][1], rel=1e-8)


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "report.xlsx"
    write_report(path)
    return Template(path, shapes())


def test_figures_are_those_of_the_functions(template, tmp_path):
    """What a formula of a template computes from the values and flows themselves."""
    words = words_of(tmp_path, invented(months(D(2014, 12, 1), 139)))
    filled = Filled(template, words)

    def evaluated(formula: str) -> float:
        return scalar(filled.value_of(formula))

    returns, gross = (f"ACCOUNT_RETURNS(account_values,{flows})" for flows in ("account_flows", "account_gross_flows"))
    found = periods(words)
    _, _, _, n, g, vol, fall = found[0, True]
    years = 11 + 181 / 365
    assert evaluated(f"CAGR(1,1+TOTAL_RETURN({returns}),{years})") == pytest.approx(n, rel=1e-12)
    assert evaluated(f"CAGR(1,1+TOTAL_RETURN({gross}),{years})") == pytest.approx(g, rel=1e-12)
    assert evaluated(f"ANN_VOL({returns})") == pytest.approx(vol, rel=1e-12)
    assert evaluated(f"MAX_DRAWDOWN({returns})") == pytest.approx(fall, rel=1e-12)
    assert evaluated(f"TOTAL_RETURN(TAKE(PLAIN({returns}),-12))") == pytest.approx(found[1, True][3], rel=1e-12)
    assert evaluated("MWR(account_values,account_flows)") == pytest.approx(words["account_money_weighted"], rel=1e-12)
    gain = "INDEX(ACCOUNT_GAIN(account_values,account_flows),5,2)"
    assert evaluated(gain) == pytest.approx(words["account_gain_money"], rel=1e-12)
    assert evaluated("INDEX(account_path,ROWS(account_path))") == pytest.approx((1 + n) ** years - 1, rel=1e-9)


def test_nothing_under_a_year_is_annualised(tmp_path):
    rows = invented(months(D(2025, 11, 1), 8))  # seven months
    words = words_of(tmp_path, rows, firm=[["key", "value"], ["min_months", "6"]])
    _, first, last, n, _, vol, _ = periods(words)[0, True]
    whole = np.prod([(r[1] - r[2]) / before[1] for before, r in pairwise(rows)]) - 1
    assert (first, last) == (rows[0][0], rows[-1][0]) and n == pytest.approx(whole) and vol is None
    assert words["account_money_weighted"] is None and "not per year" in words["account_line"]
    assert [place for place, row in periods(words).items() if row[0]] == [(0, False), (0, True)]


def test_less_than_the_firm_shows_is_left_out(tmp_path):
    for count, shown in ((6, False), (7, True)):  # five months and six, as where the firm says nothing
        words = words_of(tmp_path, invented(months(D(2025, 12, 1), count)))
        assert words["account_shown"] is shown
        assert ("shorter than 6 months" in words["account_line"]) != shown
        assert bool(words["account_years"]) == shown


def test_without_a_history_the_report_says_so(tmp_path):
    inputs = read(us(tmp_path, prices=PRICES, holdings=HELD))
    words = vocabulary(compute(inputs.clients[0], inputs), inputs)
    assert words["account_line"] == "No history of the account was supplied." and not words["account_shown"]


def test_without_fees_nothing_is_gross(tmp_path):
    words = words_of(tmp_path, invented(months(D(2023, 1, 1), 30), fees=False))
    assert words["account_shown"] and words["account_gross_flows"] == [["date", "flow"]]
    assert set(words["account_gross"]) == {None} == set(words["account_year_gross"])


def several(folder, accounts: dict[str, list[list]]):
    rows = [[name, *row[:4]] for name, own in accounts.items() for row in own]
    history = [["account", "date", "value", "flow", "fee"], *rows]
    inputs = read(us(folder, prices=PRICES, holdings=HELD, history=history))
    return inputs, compute(inputs.clients[0], inputs)


def test_accounts_add_up_on_the_dates_on_which_all_have_a_value(tmp_path):
    """The second account begins later and misses a month; what moves between the two is no flow."""
    dates = months(D(2022, 12, 1), 40)
    one, two = ([[d, 50_000.0 + 100 * k * s, 0.0, 0.0] for k, d in enumerate(dates)] for s in (1, 2))
    one[20][1], one[20][2] = one[20][1] - 5_000, -5_000.0
    two[20][1], two[20][2] = two[20][1] + 5_000, 5_000.0
    inputs, result = several(tmp_path, {"A": one, "B": [row for k, row in enumerate(two) if k >= 4 and k != 30]})
    found = result.account
    kept = [k for k in range(4, 40) if k != 30]
    assert found.dates == [dates[k] for k in kept] and found.left_out == 5 and found.accounts == 2
    assert found.values == pytest.approx([one[k][1] + two[k][1] for k in kept]) and not any(found.flows)
    whole = found.values[-1] / found.values[0] - 1
    assert vocabulary(result, inputs)["account_path"][-1] == pytest.approx(whole)


def test_money_that_came_where_one_account_has_no_value_has_no_return(tmp_path):
    dates = months(D(2022, 12, 1), 40)
    one = [[d, 50_000.0 + 100 * k, 0.0, 0.0] for k, d in enumerate(dates)]
    two = [list(row) for row in one]
    one[30][2] = 500.0
    inputs, result = several(tmp_path, {"A": one, "B": two[:30] + two[31:]})
    words = vocabulary(result, inputs)
    assert not words["account_shown"] and "has no answer" in words["account_line"]
    (reason,) = [dict(p.words)["reason"] for p in result.problems if p.kind == "no_answer"]
    assert "+500 came or went on a date whose balance is blank" in reason


@pytest.mark.parametrize(
    "row,kind",
    [
        (["Z123", "2026-07-31", "lots", 0, 0], "unreadable_number"),
        (["Z123", "someday", 5, 0, 0], "bad_date"),
        (["Z123", "2026-05-31", 5, 0, 0], "history_twice"),
        (["Z123", "2026-07-31", None, None, None], "history_lacks"),
    ],
)
def test_a_row_that_is_not_whole_leaves_no_return_to_be_wrong(tmp_path, row, kind):
    rows = [["Z123", *r[:4]] for r in invented(months(D(2023, 12, 1), 30))]
    history = [["id", "date", "value", "flow", "fee"], *rows, row]
    inputs = read(us(tmp_path, prices=PRICES, holdings=HELD, history=history))
    assert [p.done for p in inputs.problems.items if p.kind == kind][-1] in ("done.no_account", "done.left_out")
    assert inputs.clients[0].history == () and "Z123" not in inputs.problems.refused
    assert compute(inputs.clients[0], inputs).account is None


def test_the_demo_has_clients_with_a_history_that_ends_at_what_is_held(tmp_path):
    inputs = read(clients_workbook.write_clients(tmp_path / "c.xlsx"))
    shown = {client.id: compute(client, inputs) for client in inputs.clients if client.history}
    assert sorted(shown) == ["K002", "K004"] and {r.lang for r in shown.values()} == {"en", "zh"}
    for result in shown.values():
        assert result.account.shown and result.account.values[-1] == pytest.approx(result.value, abs=0.01)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_is_in_the_report_only_where_there_is_a_history(tmp_path, lang):
    import io

    import openpyxl

    from xlalloc.documents.output import Output

    path = tmp_path / "report.xlsx"
    write_report(path, lang)
    template = Template(path, shapes())
    inputs = read(clients_workbook.write_clients(tmp_path / "c.xlsx"), None, lang)
    for client in inputs.clients[:3]:
        output = Output(Filled(template, vocabulary(compute(client, inputs), inputs)), date=inputs.market.as_of)
        assert not list(output.errors())
        book = openpyxl.load_workbook(io.BytesIO(output.file()))
        assert ({"en": "Your account", "zh": "账户表现"}[lang] in book.sheetnames) == (client.id == "K002")
