"""Questionnaires and levels, what a portfolio of funds holds, returns in the home currency: by hand and by identity."""

import numpy as np
import pandas as pd
import pytest

import xlalloc as xa
from xlalloc.cells import call

POINTS = [[0, 4, 8, 12], [0, 5, 10, 15], [2, 6, 10, None]]
BOUNDS = [[8], [14], [20], [26]]


def profile(answers, points=POINTS, bounds=BOUNDS):
    return [row[1] for row in call("RISK_PROFILE", [[[a] for a in answers], points, bounds])[1:]]


@pytest.mark.parametrize(
    ("answers", "score", "level"),
    [("AAA", 2, "C1"), ("BAA", 6, "C1"), ("ABB", 11, "C2"), ("CAB", 14, "C3"), ("CBB", 19, "C3"), ("BCB", 20, "C4"),
     ("CCB", 24, "C4"), ("CCC", 28, "C5"), ("DDC", 37, "C5")],
)  # fmt: skip
def test_points_are_added_and_a_bound_begins_its_level(answers, score, level):
    assert profile(answers) == [score, level]
    assert profile([ord(a) - 64 for a in answers]) == [score, level]
    assert profile([a.lower() for a in answers]) == [score, level]


def test_one_row_of_points_holds_for_all_questions():
    assert profile([1, 2, 4], [[0, 5, 8, 10]]) == [15, "C3"]
    assert xa.risk_profile(["A", "B", "D"], [0, 5, 8, 10], [8, 14, 20, 26]).column("result") == [15, "C3"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([[["D"]] * 3, POINTS, BOUNDS], "answers: question 3 is answered 'D'; its options are 1 (A), 2 (B), 3 (C)"),
        ([[[0]] * 3, POINTS, BOUNDS], "answers: question 1 is answered '0'"),
        ([[[1.5]] * 3, POINTS, BOUNDS], "answers: question 1 is answered '1.5'"),
        ([[["A"]] * 2, POINTS, BOUNDS], "points: 3 questions, but answers has 2"),
        ([[["A"]] * 3, POINTS, BOUNDS[:3]], "bounds: 3 given; four are needed"),
        ([[["A"]] * 3, POINTS, [[8], [14], [14], [26]]], "bounds: 14 follows 14"),
        ([[[None]] * 3, POINTS, BOUNDS], "answers: item 1 is blank"),
    ],
)
def test_a_questionnaire_that_cannot_be_scored(arguments, words):
    cell = call("RISK_PROFILE", arguments)[0][0]
    assert cell == "#VALUE!" and cell.reason.startswith(words), cell.reason


# Who may buy what ---------------------------------------------------------------------------------------------------


def may(client, table=None):
    return [row[0] for row in call("SUITABLE", [[[client]], [[f"R{r}"] for r in range(1, 6)], table])]


@pytest.mark.parametrize("client", [1, 2, 3, 4, 5])
def test_the_usual_rule_is_r_up_to_c(client):
    assert may(f"C{client}") == [r <= client for r in range(1, 6)] == may(float(client))


STRICT = {1: [1], 2: [1], 3: [1, 2], 4: [1, 2, 3], 5: [1, 2, 3, 4, 5]}
MARKS = [[r in STRICT[c] for r in range(1, 6)] for c in range(1, 6)]
R, C = [f"R{r}" for r in range(1, 6)], [f"C{c}" for c in range(1, 6)]
TABLES = {
    "marks": MARKS,
    "numbers": [[float(m) for m in row] for row in MARKS],
    "words": [["是" if m else "否" for m in row] for row in MARKS],
    "ticks and blanks": [["√" if m else None for m in row] for row in MARKS],
    "levels around": [["", *R], *([c, *row] for c, row in zip(C, MARKS, strict=True))],
    "levels around, turned": [
        ["客户", *R[::-1]],
        *([c, *row[::-1]] for c, row in zip(C[::-1], MARKS[::-1], strict=True)),
    ],
    "levels above": [R, *MARKS],
    "levels beside": [[c, *row] for c, row in zip(C, MARKS, strict=True)],
    "lists": [[c, ";".join(f"R{r}" for r in STRICT[k])] for k, c in enumerate(C, 1)],
    "ranges": [
        ["level", "may buy"],
        ["C1", "R1"],
        ["C2", "R1"],
        ["C3", "R1-R2"],
        ["C4", "R1至R3"],
        ["C5", "R1-R3、R4 R5"],
    ],
    "ranges alone": [["R1"], ["R1"], ["R1-R2"], ["R1-R3"], ["R1-R5"]],
    "ranges across": [C, ["R1", "R1", "R1-R2", "R1-R3", "R1-R5"]],
}


@pytest.mark.parametrize("form", TABLES)
def test_the_firms_own_table_in_any_form(form):
    for client, bought in STRICT.items():
        assert may(f"C{client}", TABLES[form]) == [r in bought for r in range(1, 6)], client


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([[["C6"]], [["R1"]]], "profile: 'C6' is not a level"),
        ([[["C3"]], [["R1"], ["high"]]], "product_levels, item 2: 'high' is not a level"),
        ([[["C3"]], [["R1"]], [["C3", "R3"]]], "allowed: C3: 'R3' could mean R3 alone or all up to it"),
        ([[["C3"]], [["R1"]], [["C1", "R1"]]], "allowed: there is no row for C3"),
        ([[["C3"]], [["R1"]], [["C3", "R1"], ["C3", "R1-R2"]]], "allowed: C3 appears twice"),
        ([[["C3"]], [["R1"]], [["maybe"] * 5] * 5], "allowed: C1, R1: 'maybe' cannot be read"),
        ([[["C3"]], [["R1"]], [[1, 0, 0]] * 5], "allowed: 5 x 3 marks"),
        ([[["C3"]], [["R1"]], [["C1", "low"]]], "allowed: C1: 'low' cannot be read"),
    ],
)
def test_levels_that_cannot_be_read(arguments, words):
    cell = call("SUITABLE", arguments)[0][0]
    assert cell == "#VALUE!" and cell.reason.startswith(words), cell.reason


def test_level_and_products_of_one_sheet():
    level = call("RISK_PROFILE", [[["C"], ["B"], ["B"]], POINTS, BOUNDS])[2][1]
    assert call("SUITABLE", [[[level]], [["中证500", "R4"], ["短债", "R2"]]]) == [["中证500", False], ["短债", True]]
    assert xa.suitable("C3", ["R1", "R5"]).tolist() == [True, False]


def test_the_whole_questionnaire_is_a_profile():
    """C3, as its table says in the row of that name; another table is none."""
    found = call("RISK_PROFILE", [[["C"], ["B"], ["B"]], POINTS, BOUNDS])
    assert found[1:] == [["score", 19], ["level", "C3"]]
    assert call("SUITABLE", [found, [["R3"], ["R4"]]]) == [[True], [False]]
    assert xa.suitable(xa.risk_profile(["C", "B", "B"], POINTS, [8, 14, 20, 26]), ["R3", "R4"]).tolist() == [
        True,
        False,
    ]
    assert call("SUITABLE", [found[:2], [["R3"]]])[0][0].reason == (
        "profile: a range of 2 x 2 cells; a single cell is needed."
    )


# Look-through -------------------------------------------------------------------------------------------------------


def test_shares_and_what_is_not_classified_add_up():
    rng = np.random.default_rng(3)
    for _ in range(50):
        n, k = rng.integers(1, 6, 2)
        weights, exposures = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(k + 1), n)[:, :k]
        table = xa.look_through(weights, exposures)
        assert sum(table.column("share")) == pytest.approx(1, abs=1e-14)
        assert table.column("share")[:-1] == pytest.approx((weights[:, None] * exposures).sum(axis=0))


def test_funds_are_matched_by_name():
    cells = call("LOOK_THROUGH", [[["B", 0.4], ["A", 0.6]], [["", "股票", "债券"], ["A", 1, 0], ["B", 0.25, 0.5]]])
    assert cells == [
        ["category", "share"],
        ["股票", pytest.approx(0.7)],
        ["债券", pytest.approx(0.2)],
        ["not classified", pytest.approx(0.1)],
    ]


def test_more_than_everything_is_refused_and_named():
    cell = call("LOOK_THROUGH", [[["A", 0.6], ["B", 0.4]], [["", "x", "y"], ["A", 0.5, 0.5], ["B", 0.6, 0.41]]])[0][0]
    assert cell == "#VALUE!" and "the shares of B add up to 1.01" in cell.reason
    rounding = call("LOOK_THROUGH", [[[0.6], [0.4]], [[0.5, 0.5], [0.6, 0.4000001]]])
    assert rounding[-1] == ["not classified", 0.0]


# Home currency ------------------------------------------------------------------------------------------------------


def test_unhedged_it_is_the_product_and_hedged_the_forward():
    """A fund in dollars, 100 at 7.00, forward 6.96 a month: money counted coin by coin."""
    start, end, spot, later, forward = 100.0, 103.0, 7.0, 6.8, 6.96
    r, e, c = end / start - 1, later / spot - 1, forward / spot - 1
    for hedged in (0.0, 0.5, 1.0):
        sold = hedged * start  # dollars sold forward at the start
        home = end * later + sold * (forward - later)
        found = xa.returns_in([r, r], [e, e], hedged, (1 + c) ** 12 - 1, 12)
        assert found == pytest.approx([home / (start * spot) - 1] * 2, rel=1e-12)


def test_one_currency_or_one_per_asset_by_name():
    r = [["date", "US", "EU"], ["2024-01-31", 0.01, 0.02], ["2024-02-29", 0.03, -0.01]]
    one = [["date", "USDCNY"], ["2024-01-31", 0.02], ["2024-02-29", -0.01]]
    both = [["date", "EU", "US"], ["2024-01-31", 0.05, 0.02], ["2024-02-29", 0.04, -0.01]]
    assert call("RETURNS_IN", [r, one])[1][1:] == pytest.approx([1.01 * 1.02 - 1, 1.02 * 1.02 - 1])
    assert call("RETURNS_IN", [r, both])[1] == [45322.0, pytest.approx(1.01 * 1.02 - 1), pytest.approx(1.02 * 1.05 - 1)]
    assert call("RETURNS_IN", [r, both, [["US", 1], ["EU", 0]]])[1][1] == pytest.approx(1.01 * 1.02 - 1 - 0.02)
    frames = [
        pd.DataFrame([x[1:] for x in t[1:]], pd.to_datetime([x[0] for x in t[1:]]), t[0][1:]) for t in (r, one, both)
    ]
    np.testing.assert_allclose(np.asarray(xa.returns_in(frames[0], frames[1]))[0], [1.01 * 1.02 - 1, 1.02 * 1.02 - 1])
    np.testing.assert_allclose(np.asarray(xa.returns_in(frames[0], frames[2]))[0], [1.01 * 1.02 - 1, 1.02 * 1.05 - 1])
    assert call("RETURNS_IN", [r, [["date", "EU", "JP"], *both[1:]]])[0][0] == "#VALUE!"
    assert call("RETURNS_IN", [[[0.1, 0.2], [0.1, 0.2]], [[0.1, 0.2, 0.3]] * 2])[0][0] == "#VALUE!"


def test_carry_is_per_year_and_periods_follow_from_the_dates():
    r = [["date", "US"], ["2024-01-31", 0.0], ["2024-02-29", 0.0]]
    e = [["date", "USDCNY"], ["2024-01-31", 0.0], ["2024-02-29", 0.0]]
    assert call("RETURNS_IN", [r, e, [[1]], [[-0.03]]])[1][1] == pytest.approx(0.97 ** (1 / 12) - 1)


def test_a_table_of_some_levels_answers_for_these():
    table = [["", "R1", "R2", "R3"], ["C1", 1, 0, 0], ["C2", 1, 1, 0]]
    assert call("SUITABLE", [[["C2"]], [["R3"], ["R2"]], table]) == [[False], [True]]
    turned = [list(row) for row in zip(*table, strict=True)]
    assert call("SUITABLE", [[["C2"]], [["R3"], ["R2"]], turned]) == [[False], [True]]
    one_row = [["", "R1", "R2", "R3", "R4", "R5"], ["C3", "是", "是", "是", "", ""]]
    assert call("SUITABLE", [[["C3"]], [["R3"], ["R4"]], one_row]) == [[True], [False]]
    for given, words in (
        ([[["C3"]], [["R1"]], table], "allowed: there is no row for C3. Add that row."),
        ([[["C2"]], [["R4"]], table], "allowed: there is no column for R4. Add that column."),
        ([[["C2"]], [["R1"]], [[1, 0, 0]] * 3], "allowed: 3 x 3 marks; without all levels around"),
    ):
        cell = call("SUITABLE", given)[0][0]
        assert cell == "#VALUE!" and cell.reason.startswith(words)


def test_a_blank_text_is_named_by_what_it_is():
    for name, given in (
        ("RISK_PROFILE", [[["B"], [""], ["A"]], [[0, 4, 8]], [[1], [2], [3], [4]]]),
        ("SUITABLE", [[["C3"]], [["R1"], [None], ["R2"]]]),
    ):
        reason = call(name, given)[0][0].reason
        assert "item 2 is blank. Fill it, or leave this item out of all arguments." in reason and "group" not in reason


def test_shares_typed_as_percentages_or_with_a_total_are_told_so():
    cell = call("LOOK_THROUGH", [[["A", 0.6], ["B", 0.4]], [["", "x", "y"], ["A", 60, 40], ["B", 20, 80]]])[0][0]
    assert cell == "#VALUE!" and "add up to 100, which is 10000%; at most 1 (100%) is possible" in cell.reason
    assert "type 60% or 0.6" in cell.reason and "totals" in cell.reason
