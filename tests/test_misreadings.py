"""Plain wrong numbers that once came out of real-looking data: each is right now, or refused."""

import numpy as np
import pandas as pd
import pytest

import xlalloc as xa
from xlalloc.formula import evaluate

ENDS = pd.date_range("2024-01-31", periods=20, freq="ME")
PRICES = pd.DataFrame(
    100 * np.cumprod(1 + np.random.default_rng(0).normal(0.01, 0.03, (20, 2)), axis=0), index=ENDS, columns=["A", "B"]
)


def one(formula: str):
    return evaluate(formula)[0][0]


def test_a_currency_that_moves_while_the_fund_has_no_price():
    fund = '{"date","F";"2024-01-02",100;"2024-01-03",101;"2024-01-04","";"2024-01-05",102;"2024-01-08",103}'
    usd = '{"date","USD";"2024-01-02",7;"2024-01-03",7;"2024-01-04",7.7;"2024-01-05",7.7;"2024-01-08",7.7}'
    assert one(f"=TOTAL_RETURN(RETURNS_IN(RETURNS({fund}),RETURNS({usd})))") == pytest.approx(1.03 * 1.1 - 1)


def test_a_first_return_that_reaches_back_over_a_blank_opens_the_first_interval():
    a = '{"Date","A";"2024-03",0.01;"2024-04",0.02;"2024-05",-0.03;"2024-06",0.01}'
    b = '{"Date","B";"2024-01",0.01;"2024-02","";"2024-03",0.2;"2024-04",0.02;"2024-05",-0.03;"2024-06",0.01}'
    assert one(f"=PORT_BETA({a},{b})") == pytest.approx(1.0)


def test_plain_of_dates_without_a_heading():
    assert one("=SUM(PLAIN(RETURNS({45322,100;45351,101;45382,102;45412,104;45443,103})))") == pytest.approx(
        1 / 100 + 1 / 101 + 2 / 102 - 1 / 104
    )


@pytest.mark.parametrize(
    "formula",
    [
        "=RETURNS({2024;1.02;1.03;1.05;1.06})",
        "=RETURNS({2024,2025;100,101;102,103})",
        '=RETURNS({"Stichtag","A";45322.375,1;45322.395,2;45322.4,3;45322.5,4;45322.6,5})',
        "=RETURNS_IN({.01;.03},{7.1;7.2})",
        "=BRINSON({.5,.5;.5,.5},{100,101;102,103},{.5,.5;.5,.5},{100,101;102,103})",
        "=REAL_RETURN(10.5,.02)",
    ],
)
def test_what_is_refused(formula):
    assert one(formula) == "#VALUE!"


def test_what_is_not_refused():
    assert one("=REAL_RETURN(.5,1.5)") == pytest.approx(-0.4)
    assert one("=RETURNS({2000;1800;1900;2100;2050})") == pytest.approx(-0.1)
    assert evaluate('=COV_MATRIX({"Q1","Q2";0.01,0.02;0.02,0.01;0,0.01})')[0] == ["", "Q1", "Q2"]
    stamped = '{"Datetime","A","B";45322.5,100,100;45351.5,101,103;45382.5,102,99;45412.625,104,98;45443,103,99}'
    assert [row[0] for row in evaluate(f"=RP_WEIGHTS(COV_MATRIX(RETURNS({stamped})))")] == ["A", "B"]


@pytest.mark.parametrize("form", ["%Y%m%d", "serial"])
@pytest.mark.parametrize("head", ["Stichtag", "when", "timestamp", "dt"])
def test_a_first_column_of_dates_under_any_name_in_a_frame(form, head):
    days = [(d - pd.Timestamp("1899-12-30")).days if form == "serial" else int(d.strftime(form)) for d in ENDS]
    frame = PRICES.reset_index(drop=True)
    frame.insert(0, head, days)
    expected = xa.rp_weights(xa.cov_matrix(xa.returns(PRICES)))
    assert xa.rp_weights(xa.cov_matrix(xa.returns(frame))).to_dict() == pytest.approx(expected.to_dict())


def test_an_index_of_texts_that_are_no_dates_is_refused():
    frame = PRICES.set_axis(ENDS.strftime("%d/%m/%Y"))
    with pytest.raises(
        xa.InputError, match="row 1 of its index of texts holds '31/01/2024', not a date in the form of the others"
    ):
        xa.returns(frame)


def test_a_column_that_only_sounds_like_dates_is_an_asset():
    frame = pd.DataFrame({"IBM": [1.0, 2, 4, 5, 6], "Day Fund": [1031.0, 1032, 1034, 1035, 1037]})
    assert list(xa.returns(frame).columns) == ["IBM", "Day Fund"]


def test_masked_numbers_and_truth_values_are_no_numbers():
    with pytest.raises(xa.InputError):
        xa.cap_weights(np.ma.array([1.0, 2.0], mask=[False, True]))
    with pytest.raises(xa.InputError, match=r"True|TRUE"):
        xa.cap_weights({"a": True, "b": 2.0})


def test_a_table_of_weights_is_read_again():
    assert xa.port_return(xa.model_weights("60/40"), [0.05, 0.02]) == pytest.approx(0.038)


@pytest.mark.parametrize(
    "formula, words",
    [
        (
            'RETURNS({"日期","A";"31/01/2024",100;"29/02/2024",101})',
            "row 2 of the date column '日期' holds '31/01/2024'",
        ),
        (
            'RETURNS({"date","A";"2024-01-31",100;"2024-02-29",101;"合计",201})',
            "row 4 of the date column 'date' holds '合计'",
        ),
        ('RETURNS({"NAV","","";"date","A","B";"2024-01-31",100,1;"2024-02-29",101,1})', "titles above the table"),
        ('CAP_WEIGHTS({"12万";"8万"})', "the first cell holds '12万'"),
        ("REBAL_TRADES({120000;80000},{0.5;0.5},5)", "at most 1. If 5% is meant, type 5% or 0.05."),
        ("RP_WEIGHTS({0.04,0;0,0.01},,,60)", "upper: 60 is 6000%: type 60% or 0.6."),
        ('MIN_VAR_WEIGHTS({0.04,0;0,0.01},,,{"x";"y"},,{50;60})', "is 5000%: type 50% or 0.5."),
    ],
)
def test_the_reason_names_the_cell_and_what_to_type(formula, words):
    cell = one("=" + formula)
    assert cell in ("#VALUE!", "#NUM!") and words in cell.reason


def test_texts_in_a_frame_are_read_as_in_cells():
    returns = xa.returns(PRICES)
    assert xa.ann_vol(returns.map(lambda r: f"{r:.12%}")).to_dict() == pytest.approx(xa.ann_vol(returns).to_dict())
    assert xa.cap_weights(pd.Series({"A": "1,000", "B": "3,000"})).to_dict() == {"A": 0.25, "B": 0.75}
    with pytest.raises(xa.InputError, match="caps, 'B' holds the text '3k'; a number is needed"):
        xa.cap_weights(pd.Series({"A": "1,000", "B": "3k"}))
    with pytest.raises(xa.InputError, match="row 2 of the date column 'Date' holds '29/02/2024'"):
        xa.returns(pd.DataFrame({"Date": ["2024-01-31", "29/02/2024"], "A": [100.0, 101.0]}))


def test_shares_of_a_hundred_per_cent_and_more_are_told():
    facts = dict(evaluate('=EXPLAIN("ANN_VOL",{1.2;-0.8;0.5;-0.9;2;0.1},12)')[1:])
    assert facts["unit of returns"] == "2 is taken as 200%"
    facts = dict(evaluate('=EXPLAIN("MAX_SHARPE_WEIGHTS",{8;0.05},{0.04,0;0,0.01})')[1:])
    assert facts["unit of mu"] == "8 is taken as 800%"


def test_an_account_that_owes_in_the_end_has_no_rate():
    days = pd.to_datetime(["2024-01-01", "2024-06-01", "2025-01-01"])
    with pytest.raises(xa.NumberError, match="balances: 2025-01-01: -5 is owed in the end"):
        xa.mwr([100, 110, -5.0], [0, 5, 7], dates=days)
    assert xa.mwr([100, 110, 0.0], [0, 5, 7], dates=days) == -1.0
