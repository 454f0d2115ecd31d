"""What a portfolio loses in a crisis: by given shocks, in known scenarios, and when correlations rise."""

from typing import Annotated

import numpy as np

from xlalloc import data
from xlalloc.catalogue import Table, worksheet_function
from xlalloc.errors import InputError, Label
from xlalloc.quantities import AssetNames, Covariance, CovarianceResult, Number, Quantity, TableResult, Weights, number

GIVEN = "as given"
ILLUSTRATIVE = {"": "illustrative", "_zh": "示意性假设"}  # by the end of the columns' names
MARKS = {"": (": ", "; ", ", "), "_zh": ("：", "；", "、")}

Shocks = Annotated[
    np.ndarray,
    Quantity(
        "vector",
        "Return of each asset in the crisis, -0.4 for a fall of 40%",
        "fraction",
        ("assets",),
        low=-1,
        unit_to=10,
        told=1,
    ),
]
Scenarios = Annotated[
    np.ndarray,
    Quantity(
        "matrix",
        "Return of each asset in each scenario, scenarios down, assets across; the built-in ones if left out",
        "fraction",
        ("scenarios", "assets"),
        low=-1,
        unit_to=10,
        told=1,
    ),
]
Uplift = Annotated[
    float, number("How far correlations move towards 1: 0 not at all, 1 all the way", "fraction", low=0, high=1)
]


@worksheet_function("=STRESS_LOSS({0.6;0.4},{-0.4;0.05})", [[-0.22]])
def stress_loss(weights: Weights, shocks: Shocks) -> Number:
    """Result of a portfolio when each asset moves by a given shock; a loss is negative.

    Formula: w's

    The weights are held from the start, and nothing is traded on the way.

    Errors: none beyond its arguments'.

    Peers: Excel SUMPRODUCT.

    Source: Basel Committee on Banking Supervision (2018), Stress Testing Principles; the weighted sum of shocks.
    """
    return float(weights.dot(shocks))


@worksheet_function(
    '=STRESS_TABLE({"Stocks",0.6;"Bonds",0.4},{"scenario","Stocks","Bonds";"Crash",-0.4,0.05;"Rates up",-0.05,-0.15})',
    [
        ["scenario", "result", "worst contributor", "source"],
        ["Crash", -0.22, "Stocks", "as given"],
        ["Rates up", -0.09, "Bonds", "as given"],
    ],
)
def stress_table(
    weights: Weights, scenarios: Scenarios | None = None, *, asset_names: AssetNames | None = None
) -> TableResult:
    """Result of a portfolio in each of several crises, and the asset that costs it most.

    Formula: w's for every scenario s; the asset of minimum wᵢsᵢ

    One row per scenario, a loss negative, with the asset that loses most ("none" where nothing loses).

    Without scenarios the built-in ones are used: 2008, the A-share fall of 2015, the pandemic of 2020, stocks and bonds
    in 2022. They are matched by the names beside the weights, English or Chinese (ASSET_CLASSES lists them). The last
    column gives the period and the source of each figure used, in the language of the names, and names those that are
    illustrative: assumptions, not history. Where every figure is, it says just that.

    Errors: #VALUE! where the built-in scenarios do not know a name, or there are no names.

    Peers: none.

    Source: the last column of the table; for scenarios of your own the weighted sum of shocks, as STRESS_LOSS.
    """
    if scenarios is None:
        rows = _built_in(weights, asset_names)
    else:
        rows = [(Label("scenarios", k), shocks, GIVEN) for k, shocks in enumerate(scenarios)]
    table = Table(("scenario", "result", "worst contributor", "source"))
    for name, shocks, source in rows:
        contributions = weights * shocks
        worst = int(contributions.argmin())
        asset = Label("assets", worst) if asset_names is None else asset_names[worst]
        table.rows.append((name, float(contributions.sum()), asset if contributions[worst] < 0.0 else "none", source))
    return table


@worksheet_function("=STRESS_CORR({0.04,0.006;0.006,0.01},0.5)", [[0.04, 0.013], [0.013, 0.01]])
def stress_corr(cov: Covariance, uplift: Uplift) -> CovarianceResult:
    """Covariance matrix with the correlations moved towards 1, as they tend to in a crisis.

    Formula: ρ' = ρ + (1−ρ)·u; Σ' = (1−u)Σ + u·vv'

    u is the uplift, v the volatilities, which stay. As the weighted mean of two covariance matrices it is one itself.
    An uplift of 0.5 moves each correlation half the way to 1.

    Errors: none beyond its arguments'.

    Peers: none.

    Source: the source article on risk parity (在压力时期提高相关性估计); Rebonato & Jäckel (1999), The Most General
    Methodology to Create a Valid Correlation Matrix, for weighted means of correlation matrices.
    """
    vols = np.sqrt(cov.diagonal())
    stressed = (1.0 - uplift) * cov + uplift * np.outer(vols, vols)
    np.fill_diagonal(stressed, cov.diagonal())
    return stressed


# The built-in scenarios ------------------------------------------------------------------------------------------


def _built_in(weights: np.ndarray, names: list[str] | None) -> list[tuple]:
    """Name, shocks in the order of the assets, and source of each scenario of the reference data."""
    if names is None:
        raise InputError(
            "weights: the built-in scenarios are matched by name, and there are no names beside the weights. Put the "
            "names of the asset classes beside them (ASSET_CLASSES lists them), or give scenarios of your own."
        )
    lang = "_zh" if data.in_chinese(*names) else ""
    by_scenario: dict[str, list[dict]] = {}
    for row in data.rows("scenarios"):
        by_scenario.setdefault(row["scenario"], []).append(row)
    found = []
    for rows in by_scenario.values():
        title = rows[0]["scenario" + lang]
        used = [_row_of(name, rows, title) for name in names]
        shocks = np.array([row["shock"] for row in used])
        held = [(name, row) for name, row, weight in zip(names, used, weights, strict=True) if weight]
        found.append((title, shocks, _source(held, lang)))
    return found


def _row_of(name: str, rows: list[dict], scenario: str) -> dict:
    """The row of a scenario for an asset class, by any of the class's names."""
    known = data.find("asset_classes", name)
    wanted = data.key(known["asset"] if known else name)
    for row in rows:
        if wanted in (data.key(row["asset"]), data.key(row["asset_zh"])):
            return row
    raise InputError(
        f"weights: {name} is not an asset class of the scenario {scenario}. Known: "
        f"{', '.join(row['asset'] for row in rows)}. Use one of these names, or give scenarios of your own."
    )


def _source(held: list[tuple[str, dict]], lang: str) -> str:
    """Period and source of the figures used; those that are assumptions are named."""
    illustrative, (colon, semicolon, comma) = ILLUSTRATIVE[lang], MARKS[lang]
    assumed = [name for name, row in held if row["illustrative"] == "yes"]
    if len(assumed) == len(held):
        return illustrative
    sources = [f"{name}{colon}{row['source' + lang]}" for name, row in held if row["illustrative"] != "yes"]
    last = [illustrative + colon + comma.join(assumed)] if assumed else []
    return semicolon.join([held[0][1]["period" + lang], *sources, *last])
