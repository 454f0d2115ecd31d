"""Measures of return series, shrinkage, cells in and out, and the start, beside public packages."""

import os
import subprocess
import sys
from functools import partial

import numpy as np
from scipy.linalg.lapack import dpotrf

import xlalloc as xa
from benchmarks import peers as p
from benchmarks.problems import factor, sample
from benchmarks.table import Section
from benchmarks.timing import once, side_by_side
from xlalloc.cells import call
from xlalloc.core import kpi
from xlalloc.core.risk_budgeting import risk_budgeting

DAILY = {"periods": 252.0}
MEASURES = {"sharpe": DAILY, "sortino": DAILY, "max_drawdown": {}, "calmar": DAILY, "hist_var": {}, "hist_cvar": {}}
SERIES_PEERS = {  # column → distribution, loader, number of series of which the time of many is extrapolated
    "empyrical": ("empyrical-reloaded", p.empyrical_measures, 200),
    "quantstats": ("quantstats", p.quantstats_measures, 10),
    "ffn": ("ffn", p.ffn_measures, 5),
}
CHOLESKY_500 = "one Cholesky n=500"


def public_measures(panel) -> list:
    return [getattr(xa, name)(panel, **given) for name, given in MEASURES.items()]


def shared_kernel(panel) -> list:
    return kpi.rows(list(MEASURES), kpi.Sample(np.atleast_2d(panel.T)))


def measures(peers: p.Peers, series: int = 10_000, rows: int = 252, seconds: float = 3.0) -> Section:
    """Six measures of one series and of many, and the whole table of them."""
    section = Section(
        "KPIs: Sharpe, Sortino, maximum drawdown, Calmar, VaR, CVaR",
        ["xlalloc", "their kernel", "KPI_TABLE (17)", "a copy of the panel", CHOLESKY_500, *SERIES_PEERS],
        f"Daily returns of {rows} days. Six public calls; their kernel computes the six from one sample, KPI_TABLE "
        "all seventeen. In brackets the "
        "largest relative difference from ours among the measures that are defined alike (Sharpe, Sortino and "
        "drawdown). The peers take one series at a time: their time of many is extrapolated from the first few.",
    )
    rng = np.random.default_rng(7)
    panel = rng.standard_t(4, (rows, series)) * 0.007 + 0.0004
    loaded = {name: (peers.get(what, make), few) for name, (what, make, few) in SERIES_PEERS.items()}
    one = _dated(panel, 0) if any(measure for measure, _ in loaded.values()) else None
    single = panel[:, 0].copy()
    candidates = {
        "xlalloc": partial(public_measures, single),
        "their kernel": partial(shared_kernel, single),
        "KPI_TABLE (17)": partial(xa.kpi_table, single),
    }
    candidates |= {name: partial(measure, one) for name, (measure, _) in loaded.items() if measure}
    accuracy = {name: f"{_apart(single, call()):.0e}" for name, call in candidates.items() if name in loaded}
    section.add("one series", side_by_side(candidates, seconds), accuracy)
    matrix = np.asfortranarray(sample("factor", 500)[1])
    candidates = {
        "xlalloc": partial(public_measures, panel),
        "their kernel": partial(shared_kernel, panel),
        "KPI_TABLE (17)": partial(xa.kpi_table, panel),
        "a copy of the panel": panel.copy,
        CHOLESKY_500: partial(dpotrf, matrix),
    }
    times = side_by_side(candidates, seconds)
    for name, (measure, few) in loaded.items():
        if measure:
            some = [_dated(panel, i) for i in range(min(few, series))]
            times[name] = once(lambda m=measure, s=some: [m(one) for one in s]) * series / len(some)
    unit = times[CHOLESKY_500]
    goal = f"20 Choleskies: {times['xlalloc'] / unit:.0f}, kernel {times['their kernel'] / unit:.0f}"
    section.add(f"{series:,} series", times, {}, goal)
    return section


def _dated(panel, i: int):
    import pandas as pd

    return pd.Series(panel[:, i].copy(), pd.bdate_range("2020-01-01", periods=len(panel)))


def _apart(series, theirs) -> float:
    ours = [float(f(series)) for f in (xa.sharpe, xa.sortino, xa.max_drawdown)]
    return max(abs(a / b - 1) for a, b in zip(theirs[:3], ours, strict=True))


def shrinkage(peers: p.Peers, sizes=(50, 500, 1000), rows: int = 1000, seconds: float = 1.5) -> Section:
    section = Section(
        "Ledoit–Wolf",
        ["xlalloc", "one Gram product", "scikit-learn"],
        f"{rows} rows. In brackets the largest difference from ours, relative to the largest covariance.",
    )
    peer = peers.get("scikit-learn", p.scikit_learn_shrinkage)
    for n in sizes:
        returns = factor(n, np.random.default_rng(n), rows)
        centred = returns - returns.mean(axis=0)
        candidates = {"xlalloc": partial(xa.cov_matrix, returns, "ledoit_wolf", 1.0)}
        candidates["one Gram product"] = lambda c=centred: c.T @ c
        accuracy = {}
        if peer:
            candidates["scikit-learn"] = partial(peer, returns)
            ours = candidates["xlalloc"]()
            accuracy["scikit-learn"] = f"{np.abs(peer(returns) - ours).max() / np.abs(ours).max():.0e}"
        times = side_by_side(candidates, seconds)
        goal = f"1.3 Gram products: {times['xlalloc'] / times['one Gram product']:.2f}" if n >= 500 else ""
        section.add(f"n = {n}", times, accuracy, goal)
    return section


def cells(rows: int = 5000, columns: int = 20, seconds: float = 1.5) -> Section:
    """What it costs to read cells, check them, compute and give cells back."""
    section = Section(
        "Cells in, cells out, and the checks around a kernel",
        ["xlalloc", "np.array(rows)", "the function on an array", "its kernel"],
        "`cells.call` is what every host runs. Beside it numpy's own reading of the same rows, the function called "
        "with an array, and its kernel called with what the function hands it.",
    )
    rng = np.random.default_rng(7)
    panel = rng.standard_normal((rows, columns)) * 0.01
    body = panel.tolist()
    dated = [["date", *[f"Fund {i}" for i in range(columns)]], *[[40000 + i, *r] for i, r in enumerate(body)]]
    plain = {"np.array(rows)": partial(np.array, body), "the function on an array": partial(xa.sortino, panel)}
    times = side_by_side({"xlalloc": partial(call, "SORTINO", [body]), **plain}, seconds)
    size = f"SORTINO {rows:,} × {columns}"
    section.add(size, times, goal=f"3 np.array: {times['xlalloc'] / times['np.array(rows)']:.2f}")
    section.add(
        f"{size}, dates and names", side_by_side({"xlalloc": partial(call, "SORTINO", [dated]), **plain}, seconds)
    )
    cov = np.cov(panel[:60, : min(10, columns)].T)
    b, grid, series = np.full(len(cov), 1 / len(cov)), cov.tolist(), np.ascontiguousarray(panel[:60, 0])
    small = {
        f"RP_WEIGHTS {len(cov)} × {len(cov)}": {
            "xlalloc": partial(call, "RP_WEIGHTS", [grid]),
            "np.array(rows)": partial(np.array, grid),
            "the function on an array": partial(xa.rp_weights, cov),
            "its kernel": partial(risk_budgeting, cov, b),
        },
        "SHARPE of 60": {
            "xlalloc": partial(call, "SHARPE", [[[r] for r in series.tolist()]]),
            "np.array(rows)": partial(np.array, [[r] for r in series.tolist()]),
            "the function on an array": partial(xa.sharpe, series),
            "its kernel": lambda r=series[None]: kpi.evaluate("sharpe", kpi.Sample(r)),
        },
    }
    for title, candidates in small.items():
        times = side_by_side(candidates, seconds)
        overhead = times["the function on an array"] - times["its kernel"]
        section.add(title, times, goal=f"checks 25 µs: {overhead * 1e6:.0f}")
    return section


IMPORTS = {
    "xlalloc": "import xlalloc",
    "numpy": "import numpy",
    "the Excel host": "import xlalloc.hosts.excel, xlalloc",
    "xlwings": "import xlwings",
    "pandas": "import pandas",
}
PEER_IMPORTS = {"skfolio": "skfolio.optimization", "Riskfolio-Lib": "riskfolio", "PyPortfolioOpt": "pypfopt"}


def start(peers: p.Peers, rounds: int = 5) -> Section:
    """Imports in fresh processes, in turn; compiled files are written by the first."""
    section = Section(
        "Start: a fresh process that imports",
        [*IMPORTS, *PEER_IMPORTS],
        "Shortest processor time of the rounds, the bare interpreter taken off. The Excel host imports xlwings, and "
        "that pandas and matplotlib where they are installed, as here.",
    )
    wanted = {"bare": "pass", **IMPORTS}
    taken: dict[str, list[float]] = {name: [] for name in wanted}
    for _ in range(rounds + 1):
        for name, code in wanted.items():
            taken[name].append(_python(code))
    times = {name: min(t[1:]) for name, t in taken.items() if None not in t}
    if peers.wanted:
        for name, module in PEER_IMPORTS.items():
            _python(f"import {module}")
            if (seconds := _python(f"import {module}")) is not None:
                times[name] = seconds
    bare = times.pop("bare")
    goal = f"1.35 numpy, interpreter included: {times['xlalloc'] / times['numpy']:.2f}"
    section.add("seconds", {name: max(t - bare, 1e-6) for name, t in times.items()}, goal=goal)
    return section


def _python(code: str) -> float | None:
    """Processor seconds of a fresh process, by its own account; None where it fails."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, "-c", f"{code}\nimport time; print(); print(time.process_time())"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    return None if done.returncode else float(done.stdout.split()[-1])
