"""Model portfolios, reference data, and what a policy's assumptions imply."""

import csv
import datetime as dt
import math
import re
from fractions import Fraction
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import xlalloc
from xlalloc import data, explanation
from xlalloc.cells import call
from xlalloc.core import models
from xlalloc.errors import AllocError

# What the source articles print, typed here once more.
SIX = ["CSI 300", "CSI 500", "S&P 500", "China bonds", "US bonds", "Gold"]
CORRELATIONS = [
    [1.00, 0.85, 0.45, -0.15, -0.10, 0.05],
    [0.85, 1.00, 0.50, -0.10, -0.05, 0.10],
    [0.45, 0.50, 1.00, -0.20, -0.25, 0.15],
    [-0.15, -0.10, -0.20, 1.00, 0.70, 0.20],
    [-0.10, -0.05, -0.25, 0.70, 1.00, 0.25],
    [0.05, 0.10, 0.15, 0.20, 0.25, 1.00],
]
RANGES = {
    "标普500": (0.10, 0.10, 0.15, 0.20),
    "沪深300": (0.08, 0.10, 0.25, 0.30),
    "国债": (0.03, 0.04, 0.02, 0.03),
    "企业债": (0.05, 0.06, 0.03, 0.05),
    "美国REITs": (0.08, 0.10, 0.15, 0.20),
    "黄金": (0.03, 0.05, 0.15, 0.20),
}
MODELS = {
    "60/40": {"Stocks": 60, "Bonds": 40},
    "All Weather": {"Global stocks": 30, "Long-term Treasuries": 40, "Intermediate Treasuries": 15, "Gold": 7.5,
                    "Commodities": 7.5},
    "Risk parity example": {"Stocks": 20, "Bonds": 50, "Commodities": 20, "Cash": 10},
    "Conservative": {"CSI 300": 30, "CSI 500": 20, "China bonds": 30, "Corporate bonds": 10, "Gold": 5,
                     "Money market": 5},
    "Balanced": {"CSI 300": 40, "CSI 500": 20, "S&P 500": 15, "China bonds": 15, "Gold": 5, "REITs": 5},
    "Aggressive": {"CSI 300": 50, "CSI 500": 20, "Nasdaq 100": 15, "Sector ETF": 10, "Gold": 5},
    "Target date 30": {"Stocks": 90, "Bonds": 10}, "Target date 40": {"Stocks": 80, "Bonds": 20},
    "Target date 50": {"Stocks": 70, "Bonds": 30}, "Target date 60": {"Stocks": 50, "Bonds": 50},
    "Target date 65": {"Stocks": 40, "Bonds": 60},
}  # fmt: skip
STATED = {  # return, volatility, deepest drawdown
    "60/40": (0.08, 0.09, 0.10, 0.12, 0.30),
    "All Weather": (None, None, None, None, 0.20),
    "Conservative": (0.05, 0.07, 0.08, 0.10, 0.15),
    "Balanced": (0.07, 0.09, 0.12, 0.15, 0.20),
    "Aggressive": (0.09, 0.12, 0.18, 0.22, 0.30),
}
CASES = ("Conservative", "Balanced", "Aggressive")
FILES = ("asset_classes", "correlations", "correlations_extended", "models", "model_weights", "glide_path",
         "scenarios", "fees")  # fmt: skip


def case(name, end=None):
    """Weights, returns, covariance of a case; volatilities at the middle or at one end of their ranges."""
    held = [row for row in data.rows("model_weights") if row["model"] == name]
    assets, weights = [row["asset"] for row in held], np.array([row["weight"] for row in held])
    mu, vols = np.array([data.expected(asset) for asset in assets]).T
    if end:
        vols = np.array([data.find("asset_classes", asset)[end] for asset in assets])
    return weights, mu, np.array(data.correlations(assets)) * np.outer(vols, vols)


# Data ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_every_row_names_its_source_and_has_every_column(name):
    with files("xlalloc.data").joinpath(f"{name}.csv").open(encoding="utf-8") as stream:
        header, *rows = csv.reader(stream)
    assert header[-1] == "source" and rows
    assert all(len(row) == len(header) and len(row[-1]) >= 12 for row in rows)


def test_rows_are_typed_by_column_and_cannot_be_changed_from_outside():
    rows = data.rows("models")
    assert rows[0]["model"] == "60/40" and rows[0]["return_low"] == 0.08 and rows[2]["drawdown"] is None
    rows[0]["drawdown"] = 1
    assert data.rows("models")[0]["drawdown"] == 0.30


def test_ranges_are_the_articles():
    for name, figures in RANGES.items():
        row = data.find("asset_classes", name)
        assert (row["return_low"], row["return_high"], row["vol_low"], row["vol_high"]) == figures
        assert row["illustrative"] == "no"
    from_article = [row for row in data.rows("asset_classes") if row["illustrative"] == "no"]
    assert len(from_article) == len(RANGES)
    for row in data.rows("asset_classes"):
        assert 0 <= row["return_low"] <= row["return_high"] and 0 <= row["vol_low"] <= row["vol_high"]
        assert (row["illustrative"] == "yes") == row["source"].startswith("illustrative assumption")


@pytest.mark.parametrize("name", ["asset_classes", "models"])
def test_english_chinese_and_aliases_find_the_row(name):
    for row in data.rows(name):
        english = next(iter(row.values()))
        for called in (english, row["name_zh"], english.upper(), f" {row['name_zh']} ", *row["aliases"].split(";")):
            assert data.find(name, called) == row
    assert data.find(name, "no such name") is None
    assert data.find("asset_classes", "沪深300")["asset"] == "CSI 300"


def test_the_six_by_six_is_the_articles():
    assert data.correlations(SIX) == CORRELATIONS
    table = xlalloc.asset_correlations()
    assert [list(row[1:7]) for row in table.rows] == CORRELATIONS and table.column("asset") == SIX
    # The article reads stocks and bonds as -0.10 to -0.20; its own matrix says -0.05 to -0.25.
    stocks_bonds = np.array(CORRELATIONS)[:3, 3:5]
    assert (stocks_bonds.min(), stocks_bonds.max()) == (-0.25, -0.05)


def test_the_extended_correlations_are_complete_positive_and_leave_the_article_alone():
    names = list(dict.fromkeys(SIX + [row["asset"] for row in data.rows("correlations_extended")]))
    matrix = np.array(data.correlations(names))
    assert len(names) == 13 and (matrix == matrix.T).all() and (np.diag(matrix) == 1).all()
    assert np.linalg.eigvalsh(matrix)[0] > 0.01
    for row in data.rows("correlations_extended"):
        assert not {row["asset"], row["other"]} <= set(SIX)
        assert row["illustrative"] in ("yes", "partly") and "illustrative" in row["source"]
    assert 0.5 <= data.correlations(["REITs", "S&P 500"])[0][1] <= 0.7  # the article: 0.5 to 0.7
    with pytest.raises(KeyError, match="Bonds with Stocks"):
        data.correlations(["Stocks", "Bonds"])
    every = [row["asset"] for row in data.rows("asset_classes") if row["asset"] != "Cash"]
    assert all(data.correlations([name, "Cash"])[0][1] == 0.0 for name in every)
    with pytest.raises(KeyError, match="Bitcoin"):
        data.expected("Bitcoin")


def test_scenarios_cover_every_asset_and_a_sourced_move_follows_from_the_closes_it_cites():
    rows = data.rows("scenarios")
    assets = {row["asset"]: row["name_zh"] for row in data.rows("asset_classes")}
    scenarios = list(dict.fromkeys(row["scenario"] for row in rows))
    assert [s[:4] for s in scenarios] == ["2008", "2015", "2020", "2022"]
    assert {(row["scenario"], row["asset"]) for row in rows} == {(s, a) for s in scenarios for a in assets}
    assert len(rows) == len(scenarios) * len(assets)
    recomputed = 0
    for row in rows:
        assert row["asset_zh"] == assets[row["asset"]] and -1 < row["shock"] < 1
        assert (row["illustrative"] == "yes") == row["source"].startswith("illustrative")
        assert row["illustrative"] in ("yes", "no")
        pair = re.search(r"([\d.]+) \([^)]*\) and ([\d.]+) \(", row["source"])
        if pair:
            first, last = map(Fraction, pair.groups())
            assert row["shock"] == round(float(last / first - 1), 4), row
            recomputed += 1
    assert recomputed >= 20


@pytest.mark.parametrize(
    ("scenario", "asset", "move"),
    [  # as the press and the index providers report them
        ("2008", "CSI 300", -0.6595), ("2008", "CSI 500", -0.6080), ("2008", "S&P 500", -0.3700),
        ("2008", "US bonds", 0.0524), ("2008", "Nasdaq 100", -0.4189), ("2015", "CSI 300", -0.433),
        ("2020", "S&P 500", -0.3392), ("2022", "CSI 300", -0.2163), ("2022", "CSI 500", -0.2031),
        ("2022", "S&P 500", -0.1811), ("2022", "US bonds", -0.1301), ("2022", "Nasdaq 100", -0.3297),
        ("2022", "REITs", -0.2510), ("2022", "Commodities", 0.1609),
    ],
)  # fmt: skip
def test_published_moves(scenario, asset, move):
    row = next(r for r in data.rows("scenarios") if r["scenario"].startswith(scenario) and r["asset"] == asset)
    assert row["shock"] == pytest.approx(move, abs=1.1e-4) and row["illustrative"] == "no"


def test_fees_carry_dates_and_the_rates_in_force():
    rows = data.rows("fees")
    for row in rows:
        start = dt.date.fromisoformat(row["from_date"])
        assert not row["to_date"] or dt.date.fromisoformat(row["to_date"]) > start
        assert 0 <= row["rate"] < 0.25
    duty = [(r["from_date"], r["rate"]) for r in rows if r["item"] == "Stamp duty"]
    assert duty == [("2008-09-19", 0.001), ("2023-08-28", 0.0005)]
    floor = [(r["under_days"], r["rate"]) for r in rows if r["item_zh"] == "赎回费下限" and not r["to_date"]]
    assert floor == [(7, 0.015), (30, 0.01), (180, 0.005)]


# Model portfolios ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_model_weights_are_the_articles(name):
    table = xlalloc.model_weights(name)
    assert dict(table.rows) == {asset: percent / 100 for asset, percent in MODELS[name].items()}
    assert math.fsum(table.column("weight")) == pytest.approx(1, abs=1e-15)


def test_model_list_states_the_articles_figures_and_no_others():
    table = xlalloc.model_list()
    assert table.column("model") == list(MODELS)
    columns = ("return from", "return to", "volatility from", "volatility to", "maximum drawdown")
    for name, *figures in zip(table.column("model"), *(table.column(c) for c in columns), strict=True):
        assert tuple(figures) == tuple("" if x is None else x for x in STATED.get(name, (None,) * 5))
    reviews = zip(table.column("model"), table.column("reviewed"), table.column("threshold"), strict=True)
    assert [r for r in reviews if r[1]] == [
        ("Conservative", "quarterly", 0.05),
        ("Balanced", "semiannual", 0.08),
        ("Aggressive", "monthly", 0.10),
    ]
    assert not any("promise" in str(cell) for row in table.rows for cell in row)


def test_a_chinese_name_gives_chinese_assets_that_other_functions_accept():
    assert call("MODEL_WEIGHTS", ["全天候策略"]) == [
        ["asset", "weight"],
        ["全球股票", 0.3],
        ["长期国债", 0.4],
        ["中期国债", 0.15],
        ["黄金", 0.075],
        ["大宗商品", 0.075],
    ]
    cells = call("MODEL_WEIGHTS", ["保守型投资者"])
    mu = [["资产", "收益"], *([row[0], data.expected(row[0])[0]] for row in reversed(cells[1:]))]
    assert call("PORT_RETURN", [cells, mu]) == [[pytest.approx(0.065)]]
    assert call("MODEL_WEIGHTS", [" conservative "]) == call("MODEL_WEIGHTS", ["Conservative"])


def test_an_unknown_model_is_named_and_the_known_ones_are_listed():
    error = call("MODEL_WEIGHTS", ["70/30"])[0][0]
    assert error == "#VALUE!"
    for words in ("name", "70/30", "60/40", "全天候", "Target date 65"):
        assert words in error.reason


def test_asset_classes_is_a_table_with_sources():
    table = xlalloc.asset_classes()
    assert table.header[0] == "asset" and table.header[-1] == "source"
    row = table.rows[table.column("asset").index("Gold")]
    assert row[:8] == ("Gold", "黄金", "commodity", 0.03, 0.05, 0.15, 0.20, "no")
    used = {asset for weights in MODELS.values() for asset in weights}
    assert used <= set(table.column("asset"))


# Simple rules ----------------------------------------------------------------------------------------------------


@given(st.integers(1, 200))
def test_equal_weights(count):
    weights = xlalloc.equal_weights(count)
    assert len(weights) == count and weights.sum() == pytest.approx(1, abs=1e-14) and np.ptp(weights) == 0


@given(st.lists(st.floats(0, 1e12), min_size=1, max_size=30).filter(lambda caps: sum(caps) > 1e-6))
def test_cap_weights_are_proportional(caps):
    weights = xlalloc.cap_weights(caps)
    assert weights.sum() == pytest.approx(1, abs=1e-12)
    exact = [Fraction(c) / sum(map(Fraction, caps)) for c in caps]
    assert weights == pytest.approx([float(e) for e in exact], rel=1e-12, abs=1e-300)


def test_no_sum_of_market_values_overflows():
    assert xlalloc.cap_weights([1.7e308] * 5).tolist() == [0.2] * 5
    assert xlalloc.core_satellite([1e308, 1e308], [5e-324], 0.5).column("weight") == [0.25, 0.25, 0.5]


def test_core_satellite():
    table = xlalloc.core_satellite([60, 40], [1, 1, 2])
    assert table.column("weight") == pytest.approx([0.42, 0.28, 0.075, 0.075, 0.15])
    assert [str(label) for label in table.column("asset")] == [
        "Core 1",
        "Core 2",
        *(f"Satellite {i}" for i in (1, 2, 3)),
    ]
    cells = call("CORE_SATELLITE", [[["沪深300", 0.6], ["国债", 0.4]], [["行业ETF", "黄金"], [3, 1]], 0.8])
    assert cells[1:] == [
        ["沪深300", "core", pytest.approx(0.48)],
        ["国债", "core", pytest.approx(0.32)],
        ["行业ETF", "satellite", pytest.approx(0.15)],
        ["黄金", "satellite", pytest.approx(0.05)],
    ]


@pytest.mark.parametrize(("share", "warned"), [(0.6, False), (0.7, False), (0.8, False), (0.59, True), (0.81, True)])
def test_an_unusual_core_is_pointed_out(share, warned):
    with explanation.recorded() as recorded_facts:
        xlalloc.core_satellite([1], [1], share)
    assert ("warning" in recorded_facts) == warned


@given(
    st.lists(st.floats(0.01, 10), min_size=1, max_size=6),
    st.lists(st.floats(0.01, 10), min_size=1, max_size=6),
    st.floats(0, 1),
)
def test_core_and_satellite_have_their_shares(core, satellite, share):
    rows = xlalloc.core_satellite(core, satellite, share).rows
    parts = {part: math.fsum(w for _, p, w in rows if p == part) for part in ("core", "satellite")}
    assert parts["core"] == pytest.approx(share, abs=1e-12) and sum(parts.values()) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(
    ("age", "stocks"),
    [(30, 0.9), (40, 0.8), (50, 0.7), (60, 0.5), (65, 0.4), (62.5, 0.45), (55, 0.6), (20, 0.9), (90, 0.4)],
)
def test_glide_path(age, stocks):
    table = xlalloc.glide_path(age)
    assert dict(table.rows) == {"Stocks": pytest.approx(stocks), "Bonds": pytest.approx(1 - stocks)}


@given(st.floats(0, 120), st.floats(0, 120))
def test_an_older_investor_never_holds_more_stocks(a, b):
    young, old = (xlalloc.glide_path(age).rows[0][1] for age in sorted((a, b)))
    assert 0.4 <= old <= young + 1e-12 and young <= 0.9


def test_a_path_of_ones_own():
    assert xlalloc.glide_path(45, [40, 50], [1, 0]).rows == [("Stocks", 0.5), ("Bonds", 0.5)]
    assert xlalloc.glide_path(45, [40], [0.3]).rows[0][1] == 0.3
    cells = call("GLIDE_PATH", [45, [["age"], [40], [50]], [["stocks", 0.8, 0.6]]])
    assert cells == [["asset", "weight"], ["Stocks", pytest.approx(0.7)], ["Bonds", pytest.approx(0.3)]]


# The deepest drawdown --------------------------------------------------------------------------------------------


def by_laplace(x, rho, terms=24):
    """P(deepest drawdown ≤ x) from Taylor's transform of the first passage, inverted by Abate & Whitt's Euler sums.

    E e^−sτ = β e^−ρx / (β cosh βx − ρ sinh βx), β² = ρ² + 2s (Taylor 1975, A Stopped Brownian Motion Formula).
    """

    def transform(s):
        beta = np.sqrt(rho**2 + 2 * s + 0j)
        return 2 * beta * np.exp(-(rho + beta) * x) / ((beta - rho) + (beta + rho) * np.exp(-2 * beta * x)) / s

    # f(1) ≈ 10^(M/3) Σ (−1)^k ξ_k Re F(β_k), β_k = M ln 10/3 + iπk (Abate & Whitt 2006, eq. 33-35)
    m = terms // 2
    xi = np.ones(2 * m + 1)
    xi[0], xi[2 * m] = 0.5, 2.0**-m
    for k in range(1, m):
        xi[2 * m - k] = xi[2 * m - k + 1] + 2.0**-m * math.comb(m, k)
    nodes = m * math.log(10) / 3 + 1j * np.pi * np.arange(2 * m + 1)
    signs = (-1.0) ** np.arange(2 * m + 1)
    return 1 - 10 ** (m / 3) * float((signs * xi * transform(nodes).real).sum())


@pytest.mark.parametrize("rho", [-6, -3.1, -3, -1, -0.3, 0, 0.2, 0.45, 1, 2.5, 8])
def test_the_series_equals_the_inverted_transform(rho):
    middle = models.drawdown_quantile(rho)
    for x in middle * np.array([0.7, 0.9, 1.0, 1.2]):
        assert models.drawdown_cdf(x, rho) == pytest.approx(by_laplace(x, rho), abs=2e-6)


@pytest.mark.parametrize("x", [0.7, 2.0, 3.5])
def test_the_special_root_is_no_seam(x):
    """c = ρx = 1, where the trigonometric root becomes hyperbolic; c = −12, where the image takes over."""
    for c in (1.0, 1 - 1e-4, 1 + 1e-4, -12.0, 0.0):
        before, at, after = (models.drawdown_cdf(x, (c + d) / x) for d in (-1e-7, 0, 1e-7))
        assert at == pytest.approx((before + after) / 2, abs=1e-9)
        assert before - 1e-9 <= at <= after + 1e-9
    assert models._first_term(1.0, x) == pytest.approx(3 / math.e * math.exp(-1 / (2 * x * x)), rel=1e-14)


def test_reference_values():
    assert models.drawdown_depth(0.06, 0.135, 1) == pytest.approx(0.2353, abs=5e-5)
    assert models.drawdown_quantile(0.0) == pytest.approx(2.2414, abs=5e-5)
    # without drift the distribution is that of the greatest |W|: 1 − 4/π Σ (−1)^n/(2n+1) e^−(2n+1)²π²/8x²
    for x in (0.8, 2.2414, 4):
        series = sum(
            (-1) ** n / (2 * n + 1) * math.exp(-((2 * n + 1) ** 2) * math.pi**2 / (8 * x * x)) for n in range(90)
        )
        assert models.drawdown_cdf(x, 0.0) == pytest.approx(4 / math.pi * series, abs=1e-12)
    m0 = math.exp(0.2**2 / 2) - 1  # log wealth without drift
    h = -math.log1p(-models.drawdown_depth(m0, 0.2, 4))
    assert h == pytest.approx(2.2414 * 0.2 * 2, abs=1e-4)


@pytest.mark.parametrize("rho", [-12.0, -1.0, 0.0, 0.37, 1.0])
def test_simulated_paths_agree(rho):
    """Steps miss the true top and the true bottom by 0.5826√Δt each (Broadie, Glasserman & Kou 1997)."""
    paths, steps = 20_000, 800
    random = np.random.default_rng(7)
    level, top, deepest = np.zeros(paths), np.zeros(paths), np.zeros(paths)
    for _ in range(steps):
        level += rho / steps + random.standard_normal(paths) / math.sqrt(steps)
        np.maximum(top, level, out=top)
        np.maximum(deepest, top - level, out=deepest)
    x = models.drawdown_quantile(rho)
    seen = x - 2 * 0.5826 / math.sqrt(steps)
    error = 4 * math.sqrt(0.05 * 0.95 / paths)
    assert (deepest <= seen).mean() == pytest.approx(0.95, abs=error)
    assert (deepest <= x).mean() > 0.95 - error


@settings(max_examples=40)
@given(st.floats(-0.3, 0.5), st.floats(0.001, 0.8), st.floats(0.1, 30))
def test_drawdown_invariants(mean, sigma, years):
    depth = models.drawdown_depth(mean, sigma, years)
    assert 0 < depth <= 1
    assert models.drawdown_depth(mean, sigma, 1.5 * years) >= depth * (1 - 1e-9)
    assert models.drawdown_depth(mean - 0.05, sigma, years) >= depth * (1 - 1e-9)
    rho = (math.log1p(mean) - sigma**2 / 2) * math.sqrt(years) / sigma
    x = models.drawdown_quantile(rho)
    assert models.drawdown_cdf(x, rho) == pytest.approx(0.95, abs=1e-11)
    assert depth == pytest.approx(1 - math.exp(-x * sigma * math.sqrt(years)), rel=1e-9)


@pytest.mark.parametrize("sigma", np.geomspace(6e-8, 1e-4, 30))
def test_a_loss_that_is_all_but_certain_is_met_beyond_the_last_digit_of_its_chance(sigma):
    """Down a steady 5%: log wealth falls by −m + 1.6449σ in 95% of the courses, to the order of σ²."""
    h = -math.log1p(-models.drawdown_depth(-0.05, sigma, 1))
    assert h == pytest.approx(-math.log1p(-0.05) + 1.6448536 * sigma, rel=1e-12, abs=60 * sigma**2)


@pytest.mark.parametrize(("mean", "depth"), [(0.05, 0.0), (-0.05, 0.05), (0.0, 0.0)])
def test_without_risk_the_path_is_a_straight_line(mean, depth):
    assert models.drawdown_depth(mean, 0.0, 1) == pytest.approx(depth, abs=1e-12)
    assert models.drawdown_depth(mean, 1e-9, 1) == pytest.approx(depth, abs=1e-6)
    assert models.drawdown_depth(mean, 1e-300, 1) == pytest.approx(depth, abs=1e-12)


# Stated against implied ------------------------------------------------------------------------------------------


def check(name):
    weights, mu, cov = case(name)
    stated = STATED[name]
    return xlalloc.policy_check(weights, mu, cov, stated[:2], stated[2:4], stated[4])


@pytest.mark.parametrize("name", CASES)
def test_the_cases_imply_what_their_assumptions_say(name):
    weights, mu, cov = case(name)
    table = check(name)
    implied = table.column("implied by the assumptions")
    mean = math.fsum(w * m for w, m in zip(weights, mu, strict=True))
    sigma = math.sqrt(math.fsum(weights[i] * weights[j] * cov[i, j] for i in range(len(mu)) for j in range(len(mu))))
    assert implied[:2] == pytest.approx([mean, sigma], rel=1e-12)
    assert implied[2:] == [models.drawdown_depth(mean, implied[1], years) for years in (1, 5)]
    assert table.column("verdict") == ["inside", "above", "deeper", "deeper"]


@pytest.mark.parametrize(("name", "end"), [("Conservative", "above"), ("Balanced", "above"), ("Aggressive", "inside")])
def test_even_at_the_low_ends_of_the_articles_own_ranges(name, end):
    """Two of the three stated volatilities are out of reach of the holdings stated with them."""
    weights, mu, cov = case(name, "vol_low")
    stated = STATED[name]
    assert xlalloc.policy_check(weights, mu, cov, stated[:2], stated[2:4]).rows[1][3] == end


def test_the_conservative_case_is_not_conservative():
    table = check("Conservative")
    assert table.header == ("measure", "stated range", "implied by the assumptions", "verdict")
    assert table.rows[1][1] == "8% to 10%" and 0.13 < table.rows[1][2] < 0.14 and table.rows[1][3] == "above"
    assert table.rows[0][:2] == ("return", "5% to 7%") and table.rows[0][2] == pytest.approx(0.065)
    assert table.rows[2][1] == "no deeper than 15%" and table.rows[2][2] > 0.2


def test_verdicts():
    def verdicts(returns, vols, limit=None):
        return xlalloc.policy_check([1.0], [0.06], [[0.135**2]], returns, vols, limit).column("verdict")

    assert verdicts([0.06, 0.06], [0.135, 0.2], 0.2354) == ["inside", "inside", "inside", "deeper"]
    assert verdicts([0.07, 0.08], [0.2, 0.3], -0.9) == ["below", "below", "inside", "inside"]
    assert verdicts([0.01, 0.02], [0, 0.1]) == ["above", "above", "not stated", "not stated"]
    with explanation.recorded() as recorded_facts:
        verdicts([0, 1], [0, 1])
    assert "promise" in recorded_facts["stated ranges"] and recorded_facts["drift of log wealth"].startswith(
        "0.0491564"
    )


def test_policy_check_matches_holdings_by_name():
    weights = [["国债", 0.4], ["沪深300", 0.6]]
    mu = [["沪深300", 0.09], ["国债", 0.035]]
    cov = [["", "国债", "沪深300"], ["国债", 0.0006, -0.001], ["沪深300", -0.001, 0.0756]]
    cells = call("POLICY_CHECK", [weights, mu, cov, [[0.05, 0.07]], [[0.08], [0.10]]])
    assert cells[1][2] == pytest.approx(0.068) and cells[3][1] == "" and cells[3][3] == "not stated"


# Nonsense --------------------------------------------------------------------------------------------------------

GOOD = ([0.5, 0.5], [0.09, 0.03], [[0.07, 0], [0, 0.001]], [0.05, 0.07], [0.08, 0.1], 0.15)


def policy(**wrong):
    names = ("weights", "mu", "cov", "return_range", "vol_range", "drawdown_limit")
    return lambda: xlalloc.policy_check(**{**dict(zip(names, GOOD, strict=True)), **wrong})


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (lambda: xlalloc.model_weights(60), "#VALUE!", "name"),
        (lambda: xlalloc.model_weights(" "), "#VALUE!", "name"),
        (lambda: xlalloc.equal_weights(0), "#NUM!", "count"),
        (lambda: xlalloc.equal_weights(2.5), "#NUM!", "count"),
        (lambda: xlalloc.equal_weights(1e9), "#NUM!", "count"),
        (lambda: xlalloc.equal_weights("four"), "#VALUE!", "count"),
        (lambda: xlalloc.cap_weights([1, -1]), "#NUM!", "caps"),
        (lambda: xlalloc.cap_weights([0, 0]), "#NUM!", "caps"),
        (lambda: xlalloc.cap_weights([1, math.nan]), "#VALUE!", "caps"),
        (lambda: xlalloc.core_satellite([0, 0], [1]), "#NUM!", "core"),
        (lambda: xlalloc.core_satellite([1], [0]), "#NUM!", "satellite"),
        (lambda: xlalloc.core_satellite([1], [-1, 2]), "#NUM!", "satellite"),
        (lambda: xlalloc.core_satellite([1], [1], 1.2), "#NUM!", "core_share"),
        (lambda: xlalloc.glide_path(-1), "#NUM!", "age"),
        (lambda: xlalloc.glide_path(400), "#NUM!", "age"),
        (lambda: xlalloc.glide_path(40, [30, 40]), "#VALUE!", "stock_weights"),
        (lambda: xlalloc.glide_path(40, None, [0.3, 0.4]), "#VALUE!", "ages"),
        (lambda: xlalloc.glide_path(40, [30, 40, 50], [0.3, 0.4]), "#VALUE!", "stock_weights"),
        (
            lambda: xlalloc.glide_path(40, [20, 40, 30.5], [0.3, 0.4, 0]),
            "#VALUE!",
            "ages: 30.5 follows 40; the ages must",
        ),
        (lambda: xlalloc.glide_path(40, [30, 30], [0.3, 0.4]), "#VALUE!", "ages"),
        (lambda: xlalloc.glide_path(40, [30, 50], [0.3, 1.4]), "#NUM!", "stock_weights"),
        (policy(weights=[0.5, 0.4]), "#VALUE!", "weights"),
        (policy(weights=[0.5, 0.3, 0.2]), "#VALUE!", "mu"),
        (policy(cov=[[0.07, 0.1], [0.1, 0.001]]), "#NUM!", "cov"),
        (policy(mu=[-1.5, -1.5]), "#NUM!", "mu"),
        (policy(return_range=[0.05]), "#VALUE!", "return_range"),
        (policy(return_range=[0.07, 0.05]), "#VALUE!", "return_range"),
        (policy(vol_range=[0.1, 0.08]), "#VALUE!", "vol_range"),
        (policy(vol_range=[-0.1, 0.08]), "#NUM!", "vol_range"),
        (policy(vol_range=[0.1, 0.2, 0.3]), "#VALUE!", "vol_range"),
        (policy(drawdown_limit=15), "#NUM!", "drawdown_limit"),
        (policy(drawdown_limit="15"), "#VALUE!", "drawdown_limit"),
    ],
)
def test_nonsense_is_refused_by_name(run, code, words):
    with pytest.raises(AllocError) as caught:
        run()
    assert caught.value.code == code and words in str(caught.value)
