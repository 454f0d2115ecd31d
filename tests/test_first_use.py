"""What somebody who has never seen the functions types: sideways tables, quarters, percent numbers, series of other times."""

import math

import numpy as np
import pandas as pd
import pytest

import xlalloc as xa
from xlalloc.catalogue import CATALOGUE
from xlalloc.formula import evaluate
from xlalloc.matching import per_series
from xlalloc.messages import speaking

MONTHS = pd.date_range("2023-01-31", periods=8, freq="ME")
SERIES = pd.Series([0.01, -0.02, 0.03, 0.015, -0.01, 0.02, 0.005, -0.004], MONTHS, name="F")


def one(formula: str):
    return evaluate("=" + formula)[0][0]


def facts(*given, **named) -> dict:
    return dict(xa.explain(*given, **named).rows)


# Tables on their side ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "table",
    [
        '{"Fund","2021-01","2021-02","2021-03";"F",0.01,0.02,-0.03;"G",0.02,0.01,0.03}',
        '{"","2021-01-31","2021-02-28";"F",0.01,0.02;"G",0.02,0.01}',
        '{"",44227,44255,44286;"F",0.01,0.02,-0.03;"G",0.02,0.01,0.03}',
        '{"基金","2021Q1","2021Q2","2021Q3";"F",0.01,0.02,-0.03;"G",0.02,0.01,0.03}',
        '{"Fund",2021,2022,2023;"F",0.01,0.02,-0.03;"G",0.02,0.01,0.03}',
    ],
)
def test_a_table_with_its_dates_across_is_to_be_transposed(table):
    cell = one(f"COV_MATRIX({table})")
    assert cell == "#VALUE!"
    assert cell.reason == "returns: its dates run across. Time runs down, assets across: transpose the table."


@pytest.mark.parametrize(
    "columns", [MONTHS, MONTHS.to_period("M"), MONTHS.strftime("%Y-%m-%d"), MONTHS.year * 100 + MONTHS.month]
)
def test_a_frame_with_its_dates_across_is_to_be_transposed(columns):
    frame = pd.DataFrame([SERIES.to_numpy()] * 2, ["F", "G"], columns)
    for sideways in (frame, frame.rename_axis("fund").reset_index()):
        with pytest.raises(xa.InputError, match="its dates run across"):
            xa.ann_vol(sideways)


# Dates -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form",
    [
        "{y}Q{q}",
        "{y}-Q{q}",
        "{y} q{q}",
        "{y}年第{q}季度",
        "{y}年{q}季度",
        "{y}年{z}季度",
        "{y}年第{z}季度",
        "２０２１Q{q}",
    ],
)
def test_quarters_are_dates(form):
    texts = [form.format(y=2021, q=q, z="一二三四"[q - 1]) for q in (1, 2, 3, 4)]
    numbers = [0.01, 0.02, -0.03, 0.04]
    right = np.std(numbers, ddof=1) * 2
    assert xa.ann_vol(pd.Series(numbers, texts)) == pytest.approx(right)
    for head in ("", "季度", "Period"):
        rows = ";".join(f'"{text}",{number}' for text, number in zip(texts, numbers, strict=True))
        assert evaluate(f'=PLAIN(ANN_VOL({{"{head}","F";{rows}}}))') == [[pytest.approx(right)]]
    assert evaluate("=RETURNS({" + ";".join(f'"{text}",{k + 100}' for k, text in enumerate(texts)) + "})")[0] == [
        44377.0,
        pytest.approx(0.01),
    ]


def test_a_quarter_is_joined_as_what_it_means():
    daily = pd.Series(np.random.default_rng(3).normal(0, 0.01, 520), pd.bdate_range("2021-01-01", periods=520))
    quarterly = (1 + daily).resample("QE").prod() - 1
    texts = quarterly.set_axis([f"{d.year}Q{d.quarter}" for d in quarterly.index])
    assert xa.port_beta(daily, texts) == pytest.approx(xa.port_beta(daily, quarterly))


@pytest.mark.parametrize("rows", [2, 3, 4, 5])
def test_the_days_of_one_week_are_daily(rows):
    days = pd.bdate_range("2021-01-04", periods=rows)
    numbers = SERIES.to_numpy()[:rows]
    assert xa.ann_vol(pd.Series(numbers, days)) == pytest.approx(np.std(numbers, ddof=1) * math.sqrt(252))


def test_an_index_without_a_date_names_the_row():
    days = pd.DatetimeIndex([*MONTHS[:3], pd.NaT, *MONTHS[4:]])
    with pytest.raises(xa.InputError, match=r"row 4 of its index has no date. Give it one, or leave the row out"):
        xa.ann_vol(SERIES.set_axis(days))


def test_flows_with_their_dates_as_index_are_taken():
    flows = pd.Series([100, -50], pd.to_datetime(["2021-02-01", "2021-03-15"]))
    right = 150 / (1000 + 100 * 58 / 90 - 50 * 16 / 90)
    for dates in (flows.index, list(flows.index), ["2021-02-01", "2021-03-15"]):
        assert xa.dietz(1000, 1200, flows, dates, "2020-12-31", "2021-03-31") == pytest.approx(right)
    with pytest.raises(xa.InputError, match="flows: its index has other dates than flow_dates"):
        xa.dietz(1000, 1200, flows, flows.index[::-1], "2020-12-31", "2021-03-31")


def test_the_assumed_start_of_an_irregular_series_is_told():
    days = pd.to_datetime(["2020-06-15", "2021-03-01", "2022-02-28"])
    told = facts("ann_return", pd.Series([0.05, 0.09, 0.04], days))
    assert told["time counted from"] == "2019-08-08, one usual interval before the first date"
    assert "time counted from" not in facts("ann_return", SERIES)


# Few rows ----------------------------------------------------------------------------------------------------------------


def test_a_series_without_a_value_is_named():
    frame = pd.DataFrame({"A": SERIES, "B": np.nan})
    with pytest.raises(xa.NotAvailableError, match=r"returns: B has no value at all. Leave it out"):
        xa.cov_matrix(frame)
    with pytest.raises(xa.NotAvailableError, match="returns: Asset 2 has no value at all"):
        xa.cov_matrix(frame.to_numpy())
    cell = one('COV_MATRIX({"A","B";0.01,"";0.02,"";-0.01,""})')
    assert cell == "#N/A" and cell.reason == "returns: B has no value at all. Leave it out."


def test_series_that_never_meet_are_named_with_their_dates():
    frame = pd.DataFrame({"A": SERIES.where(MONTHS < "2023-05-01"), "B": SERIES.where(MONTHS > "2023-06-01")})
    with pytest.raises(xa.NotAvailableError, match=r"A ends on 2023-04-30, before B begins on 2023-06-30. Leave one"):
        xa.cov_matrix(frame)
    with pytest.raises(
        xa.NotAvailableError, match="returns runs from 2023-01-31 to 2023-04-30, benchmark from 2023-05-31"
    ):
        xa.port_beta(SERIES[:4], SERIES[4:])
    with speaking("zh"), pytest.raises(xa.NotAvailableError, match="A 止于 2023-04-30，早于 B 的开始日 2023-06-30"):
        xa.cov_matrix(frame)


def test_a_first_date_that_only_opens_is_told():
    daily = pd.Series(0.001, pd.bdate_range("2023-01-02", "2023-08-31"))
    assert facts("port_beta", SERIES, daily)["first common date"].startswith("2023-01-31, which only opens")
    assert "first common date" not in facts("port_beta", SERIES, SERIES)


# Units -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("POLICY_CHECK({0.6;0.4},{0.08;0.04},{0.04,0;0,0.01},{4;6},{0.08;0.12})", "4 is 400%: type 4% or 0.04."),
        ("POLICY_CHECK({0.6;0.4},{0.08;0.04},{0.04,0;0,0.01},{0.04;0.06},{8;12})", "8 is 800%: type 8% or 0.08."),
        ("BLACK_LITTERMAN({0.6;0.4},{0.04,0;0,0.01},{1,-1},{5})", "would be 500% a year. Type 5% or 0.05."),
        ("DOWNSIDE_VOL({0.01;-0.02},5)", "min_return: 5 is 500%"),
        ("MARKET_STATE({0.01;-0.02;0.01},2,2)", "high_std: 2 is 200%"),
        ("RETURNS_IN({0.01;-0.02},{0.01;0.02},50)", "hedge: 50 is 5000%"),
        ("RETURNS_IN({0.01;-0.02},{0.01;0.02},0.5,2)", "carry: 2 is 200%"),
        ("RP_CHECK({0.6;0.4},{0.04,0;0,0.01},,20)", "tolerance: 20 is 2000%"),
        ("VOL_TARGET(0.25,0.15,60)", "base: 60 is 6000%"),
        ("STRESS_LOSS({0.6;0.4},{-20;5})", "If -20% is meant, type -20% or -0.2."),
        ("TOTAL_RETURN({1.2;-2.4;0.3})", "If -2.4% is meant, type -2.4% or -0.024."),
        ("STRESS_LOSS({0.6;0.4},{-0.2;50})", "50 is 5000%"),
        ('ANN_VOL({"Date","F";"2021-01-31",0.01;"2021-02-28","-"})', "a number is needed, or a blank where there is none."),
    ],
)  # fmt: skip
def test_a_number_in_percent_is_an_error_that_says_what_to_type(formula, words):
    cell = one(formula)
    assert cell in ("#VALUE!", "#NUM!") and words in cell.reason
    with speaking("zh"):
        assert not any(word in cell.reason for word in ("type", "needed", "meant"))


def test_costs_and_covariances_of_an_unlikely_size_are_told():
    assert facts("rebal_cost", [1000, -2000], 0.3)["unit of commission"] == "0.3 is taken as 30%"
    assert facts("redemption_fee", [3], [7], [0.5])["unit of fees"] == "0.5 is taken as 50%"
    told = facts("target_te_weights", [0.08, 0.05], [[0.04, 0], [0, 0.02]], [0.5, 0.5], 5)
    assert told["unit of max_te"] == "5 is taken as 500%"
    assert "correlation matrix" in facts("rp_weights", [[1, 0.3], [0.3, 1]])["unit of cov"]
    told = facts("port_vol", [0.6, 0.4], [[400, 100], [100, 225]])
    assert told["unit of cov"] == "a variance of 400 is a volatility of 2000% a year"
    assert "unit of cov" not in facts("port_vol", [0.6, 0.4], [[0.04, 0], [0, 1e-4]])


@pytest.mark.parametrize("name", ["hist_var", "hist_cvar", "min_cvar_weights", "rp_cvar_weights", "cvar_contrib"])
def test_a_level_of_five_per_cent_is_told(name):
    panel = [[0.01, -0.02], [-0.03, 0.01], [-0.02, -0.01], [0.01, -0.03]]
    given = ([[0.5, 0.5], panel] if name == "cvar_contrib" else [panel], {"level": 0.4})
    assert "0.4 is below 0.5" in facts(name, *given[0], **given[1])["level"]


def test_a_move_that_no_market_makes_is_told():
    prices = pd.DataFrame({"A": [100, 101, 10.2, 10.3], "B": [5, 5.1, 5.2, 5.1]}, MONTHS[:4])
    told = facts("returns", prices)["unusual move"]
    assert "A" in str(told) and "2023-03-31" in str(told) and "0.101" in str(told)
    assert "unusual move" not in facts("returns", prices[["B"]])


def test_texts_in_a_dict_are_read_as_in_cells_and_named_in_lists():
    assert xa.port_vol({"A": "60%", "B": 0.4}, [[0.04, 0], [0, 0.01]]) == pytest.approx(math.sqrt(0.016))
    with pytest.raises(xa.InputError, match="weights, A holds the text 'x'; a number is needed"):
        xa.port_vol({"A": "x", "B": 0.4}, [[0.04, 0], [0, 0.01]])
    with pytest.raises(xa.InputError, match="weights: item 1 holds '60%'; a number is needed"):
        xa.port_vol(["60%", 0.4], [[0.04, 0], [0, 0.01]])
    with pytest.raises(xa.InputError, match="cov: row 1, column 2 holds 'x'; a number is needed"):
        xa.port_vol([0.6, 0.4], [[0.04, "x"], [0, 0.01]])
    with pytest.raises(xa.InputError, match="benchmark holds 'S'; a number is needed"):
        xa.port_beta(SERIES, "S")


# Series measured each by itself, or all together -----------------------------------------------------------------------

RNG = np.random.default_rng(7)
DAYS = pd.date_range("2021-01-31", periods=24, freq="ME")
PANEL = pd.DataFrame(RNG.normal(0.006, 0.03, (24, 3)), DAYS, list("ABC"))
GIVEN = {
    "returns": PANEL, "prices": (1 + PANEL).cumprod(), "levels": (1 + PANEL).cumprod(), "weights": pd.Series({"A": 0.5, "B": 0.3, "C": 0.2}),
    "factor_returns": pd.DataFrame(RNG.normal(0.004, 0.03, (24, 2)), DAYS, ["M", "S"]), "name": "sharpe", "window": 6, "limit": 0.05,
    "benchmark": pd.Series(RNG.normal(0.004, 0.03, 24), DAYS), "fx_returns": pd.Series(RNG.normal(0, 0.01, 24), DAYS), "level": 0.8,
    "states": pd.Series(["up", "down"] * 12, DAYS),
}  # fmt: skip
OVER_TIME = [
    entry
    for entry in CATALOGUE.values()
    if entry.result.axes.count("assets") == 1 and any(a.quantity.axes == ("time", "assets") for a in entry.arguments)
]


def call(entry, columns):
    """The answer for some of the columns, as numbers in the order given."""
    given = {
        a.name: GIVEN[a.name] for a in entry.arguments if a.name in GIVEN and (not a.optional or a.name != "weights")
    }
    given = {k: v[columns] if k in ("returns", "prices", "levels") else v for k, v in given.items()}
    if "weights" in given:
        given["weights"] = given["weights"][columns] / given["weights"][columns].sum()
    return getattr(xa, entry.name.lower())(**given)


def numbers(answer) -> list:
    return np.asarray(answer, dtype=object).ravel().tolist()


@pytest.mark.parametrize("entry", OVER_TIME, ids=lambda entry: entry.name)
def test_a_series_is_measured_by_itself_only_where_the_others_do_not_count(entry):
    """Else a portfolio of funds of different ages would be one portfolio for each age."""
    answer = call(entry, list("ABC"))
    if hasattr(answer, "to_pandas"):
        assert per_series(entry)
        return
    own = (lambda name: answer[name]) if entry.result.kind in ("panel", "rows") else (lambda name: answer.loc[[name]])
    alike = all(
        pd.DataFrame(numbers(own(name))).equals(pd.DataFrame(numbers(call(entry, [name]))))
        or np.allclose(numbers(own(name)), numbers(call(entry, [name])))
        for name in "ABC"
    )
    assert per_series(entry) == alike


@pytest.mark.parametrize("name", ["min_cvar_weights", "rp_cvar_weights", "cvar_contrib"])
def test_funds_of_different_ages_are_one_portfolio(name):
    young = PANEL.copy()
    young.loc[young.index[:3], "C"] = np.nan
    young.loc[young.index[-1], "A"] = np.nan
    lead = ({"C": 0.2, "B": 0.3, "A": 0.5},) if name == "cvar_contrib" else ()
    function = getattr(xa, name)
    answer, right = function(*lead, young, level=0.8), function(*lead, PANEL.iloc[3:-1], level=0.8)
    assert dict(answer) == pytest.approx(dict(right)) and answer.sum() == pytest.approx(1)


ALLOWED = pd.DataFrame(np.tril(np.ones((5, 5), int)), [f"C{c}" for c in range(1, 6)], [f"R{r}" for r in range(1, 6)])


@pytest.mark.parametrize(
    "table",
    [
        ALLOWED, ALLOWED.iloc[::-1], ALLOWED[ALLOWED.columns[::-1]], ALLOWED.T, ALLOWED.astype(bool), ALLOWED.iloc[[2, 0]],
        ALLOWED.reset_index(), ALLOWED.iloc[::-1].rename_axis("client").reset_index(), ALLOWED.to_numpy(),
        pd.Series({"C3": "R1-R3", "C1": "R1"}), {"C1": "R1", "C3": "R1;R2;R3"},
        pd.DataFrame({"client": ["C3", "C1"], "may buy": ["R1-R3", "R1"]}),
    ],
)  # fmt: skip
def test_the_firm_s_table_is_read_by_its_levels_in_whatever_order(table):
    assert list(xa.suitable("C3", ["R1", "R3", "R4"], table)) == [True, True, False]
    assert list(xa.suitable("C1", ["R1", "R3", "R4"], table)) == [True, False, False]


def test_a_scenario_given_as_a_series_keeps_its_name():
    shocks = pd.Series({"B": 0.1, "A": -0.4}, name="crisis")
    assert xa.stress_table({"A": 0.6, "B": 0.4}, shocks).rows[0][:2] == ("crisis", pytest.approx(-0.2))


def test_a_missing_number_of_a_dict_is_called_blank():
    with pytest.raises(xa.InputError, match="weights, B is blank; a number is needed"):
        xa.port_vol({"A": 0.5, "B": np.nan}, [[0.04, 0], [0, 0.01]])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([SERIES, SERIES], "a list of series. Put them side by side first"),
        ((SERIES, SERIES), "a list of series"),
        (SERIES.astype(complex), "a number is needed"),
        (pd.Series(pd.to_timedelta([1, 2], "D")), "a number is needed"),
        (MONTHS.to_numpy(), "numbers are needed"),
        (SERIES.to_numpy() * 1j, "numbers are needed"),
    ],
)
def test_what_is_no_number_is_never_taken_as_one(value, words):
    with pytest.raises(xa.InputError, match=words):
        xa.cov_matrix(value)
    with pytest.raises(xa.InputError):
        xa.effective_n(value)


def test_two_groups_in_two_by_two_cells_run_as_the_names_say():
    cov = '{"","A","B";"A",0.04,0;"B",0,0.01}'
    for groups in ('{"A","B";"eq","bd"}', '{"B","A";"bd","eq"}', '{"A","eq";"B","bd"}', '{"B","bd";"A","eq"}'):
        labelled = evaluate(f'=MIN_VAR_WEIGHTS({cov},,,{groups},{{"eq",0.5;"bd",0}})')
        assert labelled == [["A", pytest.approx(0.5)], ["B", pytest.approx(0.5)]]
    table = evaluate('=BRINSON({0.6,0.4},{0.05,0.02},{0.5,0.5},{0.04,0.01},{"A","B";"eq","bd"})')
    assert [row[0] for row in table] == ["group", "eq", "bd", "Total"]
    table = evaluate('=BRINSON({0.6;0.4},{0.05;0.02},{0.5;0.5},{0.04;0.01},{"A","eq";"B","bd"})')
    assert [row[0] for row in table] == ["group", "eq", "bd", "Total"]


def test_unlikely_plans_are_told():
    assert (
        facts("withdrawal_sim", 1e6, 0.04, 10, 0.05, 0.1, paths=10)["spending in the first year"] == "4e-06% of wealth"
    )
    assert "90% is 0.9" in facts("safe_withdrawal", 10, 0.05, 0.1, 0.1, paths=10)["prob"]


def test_a_table_without_names_numbers_its_assets():
    frame = xa.rebal_drift([100, 200, 100], [0.3, 0.4, 0.3]).to_pandas()
    assert list(frame["asset"]) == ["Asset 1", "Asset 2", "Asset 3"]
