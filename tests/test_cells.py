"""Every sentence of the conventions about cells: labels, dates, blanks, text, errors, orientation."""

import datetime as dt

import numpy as np
import pytest

import xlalloc
from xlalloc.cells import call
from xlalloc.errors import ERROR_CODES, ErrorValue, InputError
from xlalloc.ranges import without_labels

COV = [[0.04, 0.006], [0.006, 0.01]]
NAMED_COV = [[None, "Stocks", "Bonds"], ["Stocks", 0.04, 0.006], ["Bonds", 0.006, 0.01]]
PLAIN = call("RISK_CONTRIB", [[[0.6], [0.4]], COV])


def numbers(name, arguments):
    """The answer without its labels."""
    return without_labels(call(name, arguments))


def error(rows, code, *words):
    """The call gave this error, and its reason contains the words."""
    assert rows == [[code]], rows
    assert isinstance(rows[0][0], ErrorValue)
    for word in words:
        assert word in rows[0][0].reason, rows[0][0].reason


# Rule 1: what is numeric, how names compare ----------------------------------------------------------------------


@pytest.mark.parametrize("text, number", [("0.6", 0.6), ("60%", 0.6), ("０.６", 0.6), (" 6e-1 ", 0.6), ("+.6", 0.6)])
def test_text_that_reads_as_a_number_is_one(text, number):
    assert call("RISK_CONTRIB", [[[text], [0.4]], COV]) == call("RISK_CONTRIB", [[[number], [0.4]], COV])


def test_thousands_and_minus_signs():
    assert call("EFFECTIVE_N", [[["1,000"], ["1,000"]]]) == [[2.0]]
    assert call("EFFECTIVE_N", [[["−2"], [4.0]]]) == call("EFFECTIVE_N", [[[-2.0], [4.0]]])


@pytest.mark.parametrize("text", ["abc", "1,00", "1.2.3", "nan", "inf", "1e", "%", "12 kg", "000300"])
def test_other_text_is_an_error(text):
    error(call("EFFECTIVE_N", [[[0.5], [text]]]), "#VALUE!", "weights", "item 2", text)


def test_codes_with_leading_zeros_are_names():
    weights = [["000300", 0.6], ["000905", 0.4]]
    cov = [["", "000905", "000300"], ["000905", 0.01, 0.006], ["000300", 0.006, 0.04]]
    assert np.allclose(numbers("RISK_CONTRIB", [weights, cov]), PLAIN)


def test_names_compare_after_normalisation():
    weights = [["Ｇold ", 0.6], [510300.0, 0.4], ["x", 0.0]]
    cov = [["", "gold", "510300", "X"], ["gold", 0.04, 0.006, 0], ["510300", 0.006, 0.01, 0], ["X", 0, 0, 0.01]]
    assert np.allclose(numbers("RISK_CONTRIB", [weights, cov])[:2], PLAIN)


def test_duplicate_names_are_an_error():
    error(call("RISK_CONTRIB", [[["A", 0.6], ["a ", 0.4]], COV]), "#VALUE!", "weights", "twice")


# Rule 2: square matrices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cov",
    [
        NAMED_COV,
        [["", *NAMED_COV[0][1:]], *NAMED_COV[1:]],
        [["cov", *NAMED_COV[0][1:]], *NAMED_COV[1:]],
        [["Stocks", "Bonds"], *COV],
        [["Stocks", 0.04, 0.006], ["Bonds", 0.006, 0.01]],
        [[None, "Bonds", "Stocks"], ["Stocks", 0.006, 0.04], ["Bonds", 0.01, 0.006]],
        [[None, "Bonds", "Stocks"], ["Bonds", 0.01, 0.006], ["Stocks", 0.006, 0.04]],
    ],
)
def test_labelled_matrices(cov):
    assert np.allclose(numbers("RISK_CONTRIB", [[["Stocks", 0.6], ["Bonds", 0.4]], cov]), PLAIN, atol=1e-15)


def test_a_blank_corner_over_numbers_is_an_error_not_a_smaller_matrix():
    error(
        call("PORT_VOL", [[[0.6], [0.4]], [[None, 0.1, 0.2], [0.1, 0.04, 0.006], [0.2, 0.006, 0.01]]]), "#VALUE!", "cov"
    )


def test_label_sets_must_agree():
    cov = [[None, "A", "B"], ["A", 0.04, 0.006], ["C", 0.006, 0.01]]
    error(call("PORT_VOL", [[[0.6], [0.4]], cov]), "#VALUE!", "cov", "'B'")


@pytest.mark.parametrize(
    "cov", [[[0.04, 0.006]], [[0.04, 0.006, 1.0], [0.006, 0.01, 1.5]], [["x"]], [[0.04], [0.1], [0.2]]]
)
def test_matrices_that_are_not_square(cov):
    error(call("PORT_VOL", [[[0.6], [0.4]], cov]), "#VALUE!", "cov")


# Rule 3: vectors --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "weights",
    [
        [["weight"], [0.6], [0.4]],
        [["Stocks", 0.6], ["Bonds", 0.4]],
        [["asset", "weight"], ["Stocks", 0.6], ["Bonds", 0.4]],
        [["weight", "asset"], [0.4, "Bonds"], [0.6, "Stocks"]],
    ],
)
def test_columns(weights):
    rows = numbers("RISK_CONTRIB", [weights, NAMED_COV])
    first = weights[-2] if len(weights) > 1 else []
    expected = PLAIN[::-1] if "Bonds" in first else PLAIN
    assert np.allclose(rows, expected, atol=1e-15)


@pytest.mark.parametrize(
    "weights",
    [
        [[0.6, 0.4]],
        [["weight", 0.6, 0.4]],
        [["Stocks", "Bonds"], [0.6, 0.4]],
        [["a", "Stocks", "Bonds"], ["w", 0.6, 0.4]],
    ],
)
def test_rows_come_back_as_rows(weights):
    assert np.allclose(numbers("RISK_CONTRIB", [weights, NAMED_COV]), [[r[0] for r in PLAIN]], atol=1e-15)


@pytest.mark.parametrize(
    "weights, words",
    [
        ([[1.0, 0.6], [2.0, 0.4]], "neither side"),
        ([["A", "B"], ["C", "D"]], "both ways"),
        ([["A", "B"], ["C", 0.4]], "both ways"),
        ([[0.4, "A"], [0.6, "B"]], "text in both lines"),
        ([[510300, 0.6], [510500, 0.3], [510510, 0.1]], "two lines of numbers"),
        ([[1.0, 2.0, 3.0], [0.6, 0.3, 0.1]], "two lines of numbers"),
        ([[1, 2, 3], [1, 2, 3], [1, 2, 3]], "3 x 3"),
        ([["A", 0.6], ["B", None], ["C", 0.4]], "blank"),
        ([["A", 0.6], [None, 0.2], ["C", 0.2]], "blank"),
    ],
)
def test_vectors_that_cannot_be_read(weights, words):
    error(call("EFFECTIVE_N", [weights]), "#VALUE!", "weights", words)


def test_matching_is_by_name_and_lacking_names_are_named():
    error(call("RISK_CONTRIB", [[["Stocks", 0.6], ["Gold", 0.4]], NAMED_COV]), "#VALUE!", "'Bonds'", "weights", "cov")
    error(call("TURNOVER", [[["A", 0.6], ["B", 0.4]], [["A", 0.6], ["B", 0.2], ["C", 0.2]]]), "#VALUE!", "'C'")


def test_result_follows_the_first_labelled_argument():
    rows = call("RISK_CONTRIB", [[["Bonds", 0.4], ["Stocks", 0.6]], NAMED_COV])
    assert [row[0] for row in rows] == ["Bonds", "Stocks"] and np.allclose([row[1:] for row in rows], PLAIN[::-1])


def test_sizes_that_differ():
    error(call("RISK_CONTRIB", [[[0.5], [0.3], [0.2]], COV]), "#VALUE!", "cov", "2 assets", "weights", "3")


# Rules 4 and 5: panels and their dates ----------------------------------------------------------------------------

W = [[0.5], [0.5]]
BODY = [[0.02, 0.04], [-0.01, 0.03], [0.0, 0.02], [0.05, 0.01], [0.01, 0.01], [0.02, 0.0]]
SERIES = [[0.03], [0.01], [0.01], [0.03], [0.01], [0.01]]
MONTHS = [dt.date(2024, m, 28) for m in range(1, 7)]


def panel(dates=None, header=None):
    rows = [([d] if dates else []) + list(r) for d, r in zip(dates or BODY, BODY, strict=True)]
    return [header, *rows] if header else rows


@pytest.mark.parametrize(
    "returns",
    [
        panel(),
        panel(header=["A", "B"]),
        panel(MONTHS),
        panel([dt.datetime(2024, m, 28) for m in range(1, 7)], ["when", "A", "B"]),
        panel([d.isoformat() for d in MONTHS]),
        panel([d.isoformat() for d in MONTHS], ["date", "A", "B"]),
        panel([20240128 + 100 * i for i in range(6)]),
        panel([202401 + i for i in range(6)], [None, "A", "B"]),
        panel([202401 + i for i in range(6)], ["月份", "A", "B"]),
        panel([2019 + i for i in range(6)], ["年份", "A", "B"]),
        panel([2019.0 + i for i in range(6)]),
        panel([45000 + 30 * i for i in range(6)]),
        panel([45000.0 + i for i in range(6)], ["", 510300.0, 510500.0]),
        panel(["2024年1月", "2024年2月", "2024年3月", "2024年4月", "2024年5月", "2024年6月"], ["日期", "A", "B"]),
    ],
)
def test_panels(returns):
    assert np.allclose(numbers("PORT_SERIES", [returns, W]), SERIES, atol=1e-15)


@pytest.mark.parametrize(
    "column",
    [
        [45000, 45030, 45060, 45090, 45090.5, 45120],  # not whole
        [45000 + 13 * i for i in range(6)],  # no customary gap
        [100.0, 101.0, 102.0, 103.0, 104.0, 105.0],  # prices
        [2019, 2020, 2022, 2023, 2024, 2025],  # years with a gap
        [45000, 45001, 45001, 45002, 45003, 45004],  # not strictly monotone
    ],
)
def test_numbers_are_not_taken_for_dates_on_less(column):
    rows = [[c, r[0]] for c, r in zip(column, BODY, strict=True)]
    error(call("PORT_SERIES", [rows, W]), "#VALUE!", "look like prices")
    levels = [[c, 100.0 + i] for i, c in enumerate(column)]
    assert len(call("DRAWDOWN_STOP", [levels, 0.1])[0]) == 2  # two series, no dates


def test_few_serials_are_not_dates():
    rows = [[45000 + i, 0.01] for i in range(4)]
    error(call("PORT_SERIES", [rows, W]), "#VALUE!", "look like prices", "heading Date")


def test_a_header_that_names_an_asset_wins():
    rows = [["Month", "B"], [202401, 100.0], [202402, 101.0], [202403, 99.0]]
    table = call("BACKTEST", [rows, [["Month", 0.5], ["B", 0.5]], "none"])
    assert [row[0] for row in table[1:]] == [1, 2, 3]  # no dates


def test_a_date_column_that_is_none():
    error(
        call("PORT_SERIES", [[["date", "A"], ["soon", 0.1], ["later", 0.2]], [[1.0]]]), "#VALUE!", "returns", "'date'"
    )


def test_a_single_column_is_never_dates():
    assert call("PORT_SERIES", [[[0.1], [0.2]], [[1.0]]]) == [[0.1], [0.2]]


def test_a_series_may_be_a_row():
    assert call("PORT_SERIES", [[[0.1, 0.2, 0.3]], [[1.0]]]) == [[0.1, 0.2, 0.3]]


STATES = ["up", "down", "up", "down", "up", "down"]


@pytest.mark.parametrize(
    "returns, states",
    [
        ([[r[0]] for r in BODY], [[s] for s in STATES]),
        ([["A"], *[[r[0]] for r in BODY]], [["state"], *[[s] for s in STATES]]),
        ([[d, r[0]] for d, r in zip(MONTHS, BODY, strict=True)], [[d, s] for d, s in zip(MONTHS, STATES, strict=True)]),
        (
            [["date", "A"], *[[d, r[0]] for d, r in zip(MONTHS, BODY, strict=True)]],
            [["date", "state"], *[[d, s] for d, s in zip(MONTHS[::-1], STATES[::-1], strict=True)]],
        ),
    ],
)
def test_states_stand_beside_returns(returns, states):
    table = call("KPI_BY_STATE", [returns, states, 0, 12])
    assert [row[0] for row in table[1:]] in (["up", "down"], ["down", "up"])
    up = next(row for row in table if row[0] == "up")
    assert up[-1] == 3 and up[1] == pytest.approx(1.02**4 * 1.0**4 * 1.01**4 - 1, rel=1e-12)


# Missing values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hole", [None, "", "  ", ErrorValue("#N/A"), "#N/A", float("nan")])
def test_rows_with_a_hole_are_left_out(hole):
    rows = [[0.02, 0.04], [hole, 0.03], [0.0, 0.02]]
    assert np.allclose(numbers("PORT_SERIES", [rows, W]), [[0.03], [0.01]])


def test_fewer_than_two_rows_are_not_available():
    error(call("PORT_SERIES", [[[0.02, 0.04], [None, 0.03]], W]), "#N/A", "returns", "two")


def test_empty_rows_and_columns_of_a_wide_selection():
    rows = [
        ["date", "A", "B", None],
        *[[d, *r, None] for d, r in zip(MONTHS, BODY, strict=True)],
        [None] * 4,
        [None] * 4,
    ]
    assert np.allclose(numbers("PORT_SERIES", [rows, W]), SERIES)


@pytest.mark.parametrize("cell", [None, "", ErrorValue("#N/A")])
def test_blanks_elsewhere(cell):
    code = "#N/A" if isinstance(cell, ErrorValue) else "#VALUE!"
    assert call("PORT_VOL", [[[0.6], [cell]], COV]) == [[code]]
    assert call("PORT_VOL", [[[0.6], [0.4]], [[0.04, cell], [cell, 0.01]]]) == [[code]]


@pytest.mark.parametrize("code", [c for c in ERROR_CODES if c != "#N/A"])
def test_error_values_come_back_as_themselves(code):
    for cell in (code, ErrorValue(code)):
        assert call("PORT_VOL", [[[0.6], [cell]], COV]) == [[code]]
        assert call("PORT_VOL", [[[0.6], [0.4]], [[0.04, cell], [cell, 0.01]]]) == [[code]]
        assert call("PORT_SERIES", [[[0.02, 0.04], [cell, 0.03], [0.1, 0.1], [0.1, 0.1]], W]) == [[code]]
        assert call("PORT_SHARPE", [[[0.6], [0.4]], [[0.1], [0.1]], COV, [[cell]]]) == [[code]]


@pytest.mark.parametrize("cell, word", [(True, "TRUE"), (dt.date(2024, 1, 1), "date"), ("x", "'x'")])
def test_other_cells_are_no_numbers(cell, word):
    error(call("PORT_VOL", [[[0.6], [cell]], COV]), "#VALUE!", "weights", word)
    error(call("PORT_SERIES", [[[0.1, 0.2], [0.2, cell]], W]), "#VALUE!", "returns: row 2, column 2", word)


def test_a_message_says_the_row_of_the_selection():
    rows = [["A", "B"], [0.1, 0.2], [None, 0.1], [0.1, -5.0]]
    error(call("PORT_SERIES", [rows, W]), "#NUM!", "returns, row 4 / B")
    error(
        call("TRACKING_ERROR", [rows[1:], [["X"], [0.1], [0.1], [0.2]]]), "#NUM!", "returns, complete row 2 / Asset 2"
    )
    error(call("MAX_DRAWDOWN", [[[0.1, -5.0, 0.2]]]), "#NUM!", "returns, item 2")
    dates = [[d, *r] for d, r in zip(MONTHS, rows[1:], strict=False)]
    error(call("PORT_SERIES", [dates, W]), "#NUM!", "returns, 2024-03-28 / Asset 2")


@pytest.mark.parametrize(
    "cell, shown", [(True, "'TRUE'"), (dt.date(2024, 1, 31), "'2024-01-31'"), (np.int64(3), "'3'")]
)
def test_options_are_shown_as_the_cell_shows_them(cell, shown):
    error(call("RISK_CONTRIB", [W, COV, cell]), "#VALUE!", f"mode: {shown} is not known. Known: percent, absolute")


@pytest.mark.parametrize(
    "cell, shown",
    [(True, "TRUE"), (np.True_, "TRUE"), (dt.date(2026, 1, 31), "2026-01-31"), (dt.datetime(2026, 1, 31), "2026-01-31"),
     (np.datetime64("2026-01-31"), "2026-01-31"), ("gold", "'gold'"), (np.str_("gold"), "'gold'")],
)  # fmt: skip
def test_python_users_read_values_as_a_sheet_shows_them(cell, shown):
    """Not as Python prints them: datetime.date(2026, 1, 31), np.str_('gold')."""
    with pytest.raises(InputError, match=f"^years: a single number is needed, not {shown}\\.$"):
        xlalloc.cagr(100, 150, cell)
    with pytest.raises(InputError, match=f"^mode: {shown} is not known"):
        xlalloc.risk_contrib([0.6, 0.4], COV, cell)
    if "gold" not in shown:
        with pytest.raises(InputError, match=f"^group: a text is needed, not {shown}\\.$"):
            xlalloc.cap_risk_weights(COV, ["a", "b"], cell, 0.4)
    if "2026" not in shown:
        with pytest.raises(InputError, match=f"^trade_date: {shown} is not a date"):
            xlalloc.stamp_duty(cell)


def test_numbers_and_blanks_among_texts_are_shown_as_a_sheet_shows_them():
    with pytest.raises(InputError, match=r"^group: a text is needed, not 3\.$"):
        xlalloc.cap_risk_weights(COV, ["a", "b"], 3.0, 0.4)
    for blank in (None, float("nan")):
        with pytest.raises(InputError, match=r"^groups, Asset 2: a text is needed, found a blank\.$"):
            xlalloc.cap_risk_weights(COV, ["a", blank], "a", 0.4)
    error(call("STAMP_DUTY", [True]), "#VALUE!", "trade_date: TRUE is not a date")
    error(call("RISK_CONTRIB", [W, COV, dt.datetime(2026, 1, 31)]), "#VALUE!", "mode: '2026-01-31' is not known")
    codes = [[510300.0, 0.2], [510300.0, 0.3], ["gold", 0.5]]
    error(call("EFFECTIVE_N", [codes]), "#VALUE!", "the name 510300 appears twice")
    mu = [[510500.0, 0.1], ["gold", 0.1], [510300.0, 0.2]]
    error(call("PORT_RETURN", [[["silver", 0.2], *codes[1:]], mu]), "#VALUE!", "weights: has no 510500, which mu has")


# Rule 6: order ----------------------------------------------------------------------------------------------------


def test_descending_dates_come_back_in_the_order_given():
    down = panel(MONTHS, ["date", "A", "B"])
    down = [down[0], *down[:0:-1]]
    assert np.allclose(numbers("PORT_SERIES", [down, W]), SERIES[::-1])


@pytest.mark.parametrize("dates", [[1, 3, 2, 4, 5, 6], [1, 2, 2, 4, 5, 6]])
def test_unsorted_and_duplicate_dates(dates):
    rows = panel([dt.date(2024, m, 1) for m in dates], ["date", "A", "B"])
    error(call("PORT_SERIES", [rows, W]), "#VALUE!", "returns", "2024-02-01")


# Numbers, texts, arguments ----------------------------------------------------------------------------------------


def test_single_cells():
    assert call("CML_RETURN", [[[0.03]], 0.08, "16%", [["0.12"]]]) == call("CML_RETURN", [0.03, 0.08, 0.16, 0.12])
    error(call("CML_RETURN", [[[None]], 0.08, 0.16, 0.12]), "#VALUE!", "rf", "blank")
    error(call("CML_RETURN", [[[0.1, 0.2]], 0.08, 0.16, 0.12]), "#VALUE!", "rf", "single cell")
    error(call("CML_RETURN", [0.03, 0.08, 0.0, 0.12]), "#NUM!", "market_vol", "above 0")
    error(call("CML_RETURN", [0.03, 0.08, 0.16]), "#VALUE!", "vol", "missing")
    error(call("CML_RETURN", [0.03, 0.08, 0.16, 0.12, 1]), "#VALUE!", "4 at most")


def test_options_are_case_blind_and_listed():
    assert call("RISK_CONTRIB", [W, COV, " Absolute "]) == call("RISK_CONTRIB", [W, COV, "absolute"])
    error(call("RISK_CONTRIB", [W, COV, "relative"]), "#VALUE!", "mode", "percent, absolute")


def test_what_hosts_may_send():
    assert call("PORT_VOL", [(0.6, 0.4), ((0.04, 0.006), (0.006, 0.01))]) == call("PORT_VOL", [[[0.6], [0.4]], COV])
    assert call("PORT_VOL", [np.array([[0.6], [0.4]]), np.array(COV)]) == call("PORT_VOL", [[[0.6], [0.4]], COV])
    error(call("PORT_VOL", [[[0.6], [0.4]], [[0.04], [0.1, 0.2]]]), "#VALUE!", "rows")
    error(call("PORT_VOL", [[], COV]), "#VALUE!", "weights")
    error(call("NOTHING", [1]), "#VALUE!", "NOTHING")


# An error is neither a label nor a header ------------------------------------------------------------------------

THREE = [[dt.date(2024, 1, 31)], [dt.date(2024, 2, 29)], [dt.date(2024, 3, 31)]]


def dated(column):
    return [[*day, cell] for day, cell in zip(THREE, column, strict=True)]


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("DCA_RESULT", [[["#DIV/0!"], [100], [80]], 1000]),
        ("TRACKING_ERROR", [dated([0.01, 0.02, -0.01]), dated(["#DIV/0!", 0.01, 0.02])]),
        ("KPI_TABLE", [dated([0.01, 0.02, -0.01]), dated(["#DIV/0!", 0.01, 0.02])]),
        ("PORT_VOL", [[[0.5], [0.5]], [["#DIV/0!", 1, 2], [1, 0.04, 0.01], [2, 0.01, 0.09]]]),
        ("COV_NEAREST", [[["#DIV/0!", 1, 0], [1, 1, 1], [0, 1, 1]]]),
    ],
)
def test_an_error_in_the_first_cell_is_that_error(name, arguments):
    assert call(name, arguments)[0][0] == "#DIV/0!"


def test_a_gap_in_the_first_row_leaves_that_row_out():
    rows = [["#N/A", 0.01], [0.02, 0.03], [0.01, 0.02]]
    expected = call("MEAN_RETURNS", [rows[1:], 12])
    assert call("MEAN_RETURNS", [rows, 12]) == expected
    dated = [[*day, *row] for day, row in zip(THREE, rows, strict=True)]
    own = call("MEAN_RETURNS", [dated, 12])  # with dates each series on its own rows
    assert own[0] == expected[0] and own[1][0] == pytest.approx(12 * (0.01 + 0.03 + 0.02) / 3, rel=1e-12)
    assert call("MEAN_RETURNS", [[["#N/A"], [0.02], [0.01]], 12])[0][0] == pytest.approx(0.18)


def test_blank_rows_do_not_shift_the_places_that_messages_name():
    dated = [["Date", "A"], *([cell[0], r] for cell, r in zip(THREE, (0.1, 0.2, 0.3), strict=True))]
    dated.insert(2, [None, None])
    error(call("ANN_VOL", [[*dated[:4], [dated[4][0], "x"]]]), "#VALUE!", "row 5, column 2 holds the text 'x'")
    error(call("ANN_VOL", [[*dated, [None, 0.1]]]), "#VALUE!", "row 6 has no date")
    states = [[row[0], state] for row, state in zip(dated, ("State", "a", None, "b", "#REF!"), strict=True)]
    error(call("KPI_BY_STATE", [dated, states]), "#REF!", "states: item 5 holds")
