"""Stress: the articles' crisis, names in two languages, sources, correlations that stay possible."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlalloc
from xlalloc import data
from xlalloc.cells import call
from xlalloc.errors import AllocError, Label

SIXTY_FORTY = [["Stocks", 0.6], ["Bonds", 0.4]]
OWN = [["scenario", "Stocks", "Bonds"], ["Crash", -0.4, 0.05], ["Rates rise", -0.05, -0.15], ["Boom", 0.2, 0.01]]


def column(rows, name):
    return [row[rows[0].index(name)] for row in rows[1:]]


# Given shocks ----------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(-20, 40), st.integers(-100, 100)), min_size=1, max_size=8))
def test_the_result_is_the_weighted_sum_in_exact_fractions(pairs):
    total = sum(w for w, _ in pairs)
    if total <= 0:
        return
    weights = [Fraction(w, total) for w, _ in pairs]
    shocks = [Fraction(s, 100) for _, s in pairs]
    parts = [w * s for w, s in zip(weights, shocks, strict=True)]
    floats = [float(w) for w in weights], [float(s) for s in shocks]
    assert xlalloc.stress_loss(*floats) == pytest.approx(float(sum(parts)), abs=1e-12)
    table = xlalloc.stress_table(floats[0], [floats[1]])
    assert table.column("result") == [pytest.approx(float(sum(parts)), abs=1e-12)]
    (worst,) = table.column("worst contributor")
    if min(parts) < 0:
        assert parts[worst.index] == min(parts)
    else:
        assert worst == "none"


def test_own_scenarios_are_matched_by_name_and_keep_their_names():
    cells = call("STRESS_TABLE", [SIXTY_FORTY, OWN])
    assert cells[0] == ["scenario", "result", "worst contributor", "source"]
    assert column(cells, "scenario") == ["Crash", "Rates rise", "Boom"]
    assert column(cells, "result") == pytest.approx([-0.22, -0.09, 0.124])
    assert column(cells, "worst contributor") == ["Stocks", "Bonds", "none"]
    assert set(column(cells, "source")) == {"as given"}
    turned = [[row[0], row[2], row[1]] for row in OWN]
    assert call("STRESS_TABLE", [SIXTY_FORTY, turned]) == cells
    assert call("STRESS_TABLE", [[list(row) for row in zip(*SIXTY_FORTY, strict=True)], OWN]) == cells


def test_scenarios_without_labels_are_numbered():
    table = xlalloc.stress_table([0.6, 0.4], [[-0.4, 0.05], [-0.05, -0.15]])
    assert table.column("scenario") == [Label("scenarios", 0), Label("scenarios", 1)]
    assert column(call("STRESS_TABLE", [[0.6, 0.4], [[-0.4, 0.05]]]), "scenario") == ["Scenario 1"]
    assert column(call("STRESS_TABLE", [[[0.6], [0.4]], [[-0.4, 0.05]]]), "worst contributor") == ["Asset 1"]
    one = xlalloc.stress_table([0.6, 0.4], [-0.4, 0.05])  # one scenario, one dimension
    assert one.rows == xlalloc.stress_table([0.6, 0.4], [[-0.4, 0.05]]).rows


def test_shocks_follow_their_names():
    assert call("STRESS_LOSS", [SIXTY_FORTY, [["Bonds", 0.05], ["Stocks", -0.4]]]) == [[pytest.approx(-0.22)]]


# The built-in scenarios ------------------------------------------------------------------------------------------


def test_60_40_lost_a_fifth_in_2008_as_the_article_says():
    """S1: 传统60/40组合下跌约-20%."""
    cells = call("STRESS_TABLE", [SIXTY_FORTY])
    row = next(row for row in cells if "2008" in row[0])
    assert row[1] == pytest.approx(-0.20, abs=0.005) and row[2] == "Stocks"


def slow_built_in(names, weights):
    """Straight from the file, by its own English names."""
    rows = data.rows("scenarios")
    for scenario in dict.fromkeys(row["scenario"] for row in rows):
        shocks = {row["asset"]: row["shock"] for row in rows if row["scenario"] == scenario}
        yield scenario, sum(w * shocks[name] for name, w in zip(names, weights, strict=True))


@pytest.mark.parametrize("model", [row["model"] for row in data.rows("models")])
def test_every_model_portfolio_can_be_stressed_in_both_languages(model):
    weights = call("MODEL_WEIGHTS", [model])
    english = call("STRESS_TABLE", [weights])
    expected = dict(slow_built_in(column(weights, "asset"), column(weights, "weight")))
    assert dict(zip(column(english, "scenario"), column(english, "result"), strict=True)) == pytest.approx(expected)
    chinese = call("STRESS_TABLE", [call("MODEL_WEIGHTS", [data.find("models", model)["name_zh"]])])
    assert column(chinese, "result") == column(english, "result")
    assert "2008年金融危机" in column(chinese, "scenario")
    assert all(len(source) > 10 for source in column(english, "source"))


def test_every_scenario_knows_every_asset_class():
    classes = {row["asset"] for row in data.rows("asset_classes")}
    by_scenario = {}
    for row in data.rows("scenarios"):
        by_scenario.setdefault(row["scenario"], set()).add(row["asset"])
    assert {name for name, assets in by_scenario.items() if not classes <= assets} == set()


def test_aliases_find_their_class():
    same = [
        [["沪深300指数基金", 0.6], ["国债", 0.4]],
        [["CSI300", 0.6], ["China government bonds", 0.4]],
        [["000300", 0.6], ["中国债券", 0.4]],
    ]
    results = [column(call("STRESS_TABLE", [weights]), "result") for weights in same]
    assert results[0] == results[1] == results[2] and results[0][0] == pytest.approx(0.6 * -0.6595 + 0.4 * 0.094)


def test_the_source_names_what_is_history_and_what_is_an_assumption():
    by_row = {(r["scenario"], r["asset"]): r for r in data.rows("scenarios")}
    cells = call("STRESS_TABLE", [[["S&P 500", 0.5], ["Gold", 0.5], ["Cash", 0]]])
    for row in cells[1:]:
        stocks, gold = by_row[row[0], "S&P 500"], by_row[row[0], "Gold"]
        assert stocks["illustrative"] == "no" and row[3].startswith(stocks["period"])
        assert f"S&P 500: {stocks['source']}" in row[3]
        assert row[3].endswith("illustrative: Gold") == (gold["illustrative"] == "yes")
        assert "Cash" not in row[3]  # none is held
    assert set(column(call("STRESS_TABLE", [[["Sector ETF", 0.5], ["Cash", 0.5]]]), "source")) == {"illustrative"}


def test_python_users_name_the_assets_too():
    table = xlalloc.stress_table([0.6, 0.4], asset_names=["Stocks", "Bonds"])
    cells = call("STRESS_TABLE", [SIXTY_FORTY])
    assert [list(row) for row in table.rows] == cells[1:]


# Correlations ----------------------------------------------------------------------------------------------------


def random_covariance(seed, n, factors):
    random = np.random.default_rng(seed)
    loadings = random.normal(size=(n, factors)) * random.uniform(0.01, 1, (n, 1))
    cov = loadings @ loadings.T
    return (cov + cov.T) / 2


@given(st.integers(0, 10**6), st.integers(1, 12), st.integers(1, 12), st.floats(0, 1))
def test_stressed_covariances_stay_covariances(seed, n, factors, uplift):
    cov = random_covariance(seed, n, factors)  # singular where factors < n
    stressed = xlalloc.stress_corr(cov, uplift)
    vols = np.sqrt(np.diag(cov))
    corr, moved = cov / np.outer(vols, vols), stressed / np.outer(vols, vols)
    assert np.linalg.eigvalsh(moved).min() >= min(np.linalg.eigvalsh(corr).min(), 0) - 1e-12 * n
    off = ~np.eye(n, dtype=bool)
    assert moved[off] == pytest.approx((corr + (1 - corr) * uplift)[off], abs=1e-12)
    assert (np.diag(stressed) == np.diag(cov)).all() and (stressed == stressed.T).all()
    w = np.full(n, 1 / n)
    assert xlalloc.port_vol(w, stressed) >= xlalloc.port_vol(w, cov) * (1 - 1e-9)  # long-only: never calmer


def test_no_uplift_changes_nothing_and_a_full_one_makes_all_move_together():
    cov = random_covariance(1, 4, 4)
    vols = np.sqrt(np.diag(cov))
    assert xlalloc.stress_corr(cov, 0) == pytest.approx(cov, rel=1e-15)
    assert xlalloc.stress_corr(cov, 1) == pytest.approx(np.outer(vols, vols), rel=1e-14)
    assert xlalloc.diversification(np.full(4, 0.25), xlalloc.stress_corr(cov, 1)) == pytest.approx(1)
    assert xlalloc.stress_corr([[0.04, 0], [0, 0]], 0.5).tolist() == [[0.04, 0], [0, 0]]  # cash stays cash


# Nonsense --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (lambda: xlalloc.stress_loss([0.6, 0.3], [-0.4, 0.1]), "#VALUE!", "weights"),
        (lambda: xlalloc.stress_loss([0.6, 0.4], [-0.4]), "#VALUE!", "shocks"),
        (lambda: xlalloc.stress_loss([0.6, 0.4], [-1.4, 0.1]), "#NUM!", "shocks"),
        (lambda: xlalloc.stress_loss([0.6, 0.4], ["a", 0.1]), "#VALUE!", "shocks"),
        (lambda: xlalloc.stress_loss([0.6, 0.4], [float("nan"), 0.1]), "#VALUE!", "shocks"),
        (lambda: xlalloc.stress_table([0.6, 0.4]), "#VALUE!", "beside the weights"),
        (lambda: xlalloc.stress_table([0.6, 0.4], asset_names=["Stocks", "Moon rocks"]), "#VALUE!", "Moon rocks"),
        (lambda: xlalloc.stress_table([0.6, 0.4], asset_names=["Stocks"]), "#VALUE!", "asset_names"),
        (lambda: xlalloc.stress_table([0.6, 0.4], [[-0.4, 0.1, 0.2]]), "#VALUE!", "scenarios"),
        (lambda: xlalloc.stress_table([0.6, 0.4], [[-0.4, 0.1], [-1.1, 0]]), "#NUM!", "scenarios"),
        (lambda: xlalloc.stress_corr([[0.04, 0.006], [0.006, 0.01]], 1.5), "#NUM!", "uplift"),
        (lambda: xlalloc.stress_corr([[0.04, 0.006], [0.006, 0.01]], -0.5), "#NUM!", "uplift"),
        (lambda: xlalloc.stress_corr([[0.04, 0.03], [0.03, 0.01]], 0.5), "#NUM!", "cov"),
        (lambda: xlalloc.stress_corr([[0.04, 0.006], [0.016, 0.01]], 0.5), "#VALUE!", "cov"),
        (lambda: xlalloc.stress_corr([[0.04, 0.006]], 0.5), "#VALUE!", "cov"),
    ],
)
def test_nonsense_is_refused_by_name(run, code, words):
    with pytest.raises(AllocError) as caught:
        run()
    assert caught.value.code == code and words in str(caught.value)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([[["股票", 0.6], ["月球岩石", 0.4]]], "#VALUE!", "月球岩石"),
        ([[["Stocks", 1], ["Moon rocks", 0]]], "#VALUE!", "Moon rocks"),
        ([[[0.6], [0.4]]], "#VALUE!", "names"),
        ([SIXTY_FORTY, [["", "Stocks", "Gold"], ["Crash", -0.4, 0.05]]], "#VALUE!", "Gold"),
        ([SIXTY_FORTY, [["", "Stocks", "Bonds"], ["Crash", -0.4, ""]]], "#VALUE!", "scenarios"),
        ([SIXTY_FORTY, [["", "Stocks", "Bonds"], ["Crash", -2, 0]]], "#NUM!", "Crash / Stocks"),
        ([SIXTY_FORTY, [["", "Stocks", "Bonds"], ["Crash", "#REF!", 0]]], "#REF!", "scenarios"),
    ],
)
def test_nonsense_in_cells_names_the_place(arguments, code, words):
    error = call("STRESS_TABLE", arguments)[0][0]
    assert error == code and words in error.reason
