"""Print the table. A public package that is not installed is named and left out."""

import os

for _threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")  # one BLAS thread for all; must be set before numpy loads

import importlib.util
import platform
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

import xlalloc as xa
from benchmarks.timing import shown, side_by_side
from xlalloc.cells import call
from xlalloc.core.critical_line import corner_portfolios

rng = np.random.default_rng(7)
missing: list[str] = []


def factor_covariance(n: int) -> np.ndarray:
    """Covariance of n stocks' daily returns: market, eight sectors, three styles, own risk."""
    periods = max(4 * n, 250)
    returns = rng.standard_normal((periods, 1)) * 0.16 @ rng.uniform(0.4, 1.6, (1, n))
    sectors = np.zeros((8, n))
    sectors[rng.integers(0, 8, n), np.arange(n)] = rng.uniform(0.5, 1.3, n)
    returns = returns + rng.standard_normal((periods, 8)) * 0.10 @ sectors
    returns += rng.standard_normal((periods, 3)) * 0.05 @ rng.standard_normal((3, n))
    returns += rng.standard_normal((periods, n)) * rng.uniform(0.12, 0.45, n)
    return np.cov(returns, rowvar=False)


def compiled_risk_parity():
    """The C++ solver of riskparityportfolio, loaded without its Python part, which needs jax."""
    found = importlib.util.find_spec("riskparityportfolio")
    if found is None:
        missing.append("riskparityportfolio")
        return None
    folder = Path(found.submodule_search_locations[0])
    library = next(file for file in folder.glob("vanilla*") if file.suffix in (".so", ".pyd"))
    spec = importlib.util.spec_from_file_location("vanilla", library)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def row(title: str, times: dict[str, float], goal: str = "", note: str = "") -> None:
    """One line: our time, then each other's and the ratio of ours to it."""
    (_, ours), *others = times.items()
    compared = "; ".join(f"{name} {shown(t)} (ratio {ours / t:.2f})" for name, t in others)
    print(
        f"{title:<34} {shown(ours):>9}   {compared}{'   goal: ' + goal if goal else ''}{'   ' + note if note else ''}"
    )


def share_error(cov, weights) -> float:
    contributions = weights * (cov @ weights)
    return float(np.abs(contributions / contributions.sum() - 1 / len(cov)).max())


def risk_parity() -> None:
    from scipy.linalg.lapack import dpotrf

    peer = compiled_risk_parity()
    for n in (4, 8, 50, 200, 500, 1000):
        cov = factor_covariance(n)
        budgets, fortran = np.full(n, 1 / n), np.asfortranarray(cov)
        matrix, right = np.eye(n) + cov, np.ones(n)
        candidates = {"xlalloc": lambda c=cov: xa.rp_weights(c)}
        if n <= 50:
            candidates["np.linalg.solve"] = lambda m=matrix, b=right: np.linalg.solve(m, b)
        candidates["one Cholesky (dpotrf)"] = lambda f=fortran: dpotrf(f)
        if peer:
            candidates["riskparityportfolio (C++)"] = lambda c=cov, b=budgets: peer.design(c, b, 1e-10, 1000)
        goal = {8: "10 solves", 500: "ahead of C++", 1000: "0.5 Cholesky"}.get(n, "")
        row(
            f"RP_WEIGHTS n={n}",
            side_by_side(candidates),
            goal,
            f"share error {share_error(cov, xa.rp_weights(cov)):.0e}",
        )


def frontier() -> None:
    """The whole long-only frontier by its corner portfolios, in Choleskies of the same size."""
    from scipy.linalg.lapack import dpotrf

    for n in (10, 50, 200, 500):
        cov = factor_covariance(n)
        mu, fortran = 0.5 * np.sqrt(cov.diagonal()) + 0.02 * rng.standard_normal(n), np.asfortranarray(cov)
        candidates = {
            "xlalloc": lambda m=mu, c=cov: corner_portfolios(m, c, 0.0, 1.0),
            "one Cholesky (dpotrf)": lambda f=fortran: dpotrf(f),
        }
        corners = len(corner_portfolios(mu, cov, 0.0, 1.0).returns)
        row(
            f"whole frontier n={n}", side_by_side(candidates), "60 Choleskies" if n >= 200 else "", f"{corners} corners"
        )


def cells() -> None:
    body = (rng.standard_normal((5000, 20)) * 0.01).tolist()
    dated = [["date", *[f"Fund {i}" for i in range(20)]], *[[40000 + i, *r] for i, r in enumerate(body)]]
    plain = {"np.array(rows)": lambda: np.array(body)}
    row(
        "cells.call(SORTINO) 5000x20", side_by_side({"xlalloc": lambda: call("SORTINO", [body]), **plain}), "3 np.array"
    )
    row("  with dates and names", side_by_side({"xlalloc": lambda: call("SORTINO", [dated]), **plain}))
    small = [[[0.04, 0.006], [0.006, 0.01]]]
    row("cells.call(RP_WEIGHTS) 2x2", side_by_side({"xlalloc": lambda: call("RP_WEIGHTS", small)}))


def estimation() -> None:
    returns = rng.standard_normal((1000, 500)) * 0.01
    centred = returns - returns.mean(axis=0)
    candidates = {
        "xlalloc": lambda: xa.cov_matrix(returns, "ledoit_wolf", 252),
        "one Gram product": lambda: centred.T @ centred,
    }
    if importlib.util.find_spec("sklearn"):
        from sklearn.covariance import ledoit_wolf

        candidates["scikit-learn"] = lambda: ledoit_wolf(returns)
    else:
        missing.append("scikit-learn")
    row("Ledoit-Wolf 1000x500", side_by_side(candidates), "1.3 Gram products")


def performance() -> None:
    series = rng.standard_normal(252) * 0.01
    candidates = {"xlalloc": lambda: [f(series, periods=252) for f in (xa.sharpe, xa.sortino, xa.calmar, xa.ann_vol)]}
    if importlib.util.find_spec("empyrical"):
        import empyrical as ep

        candidates["empyrical"] = lambda: [
            f(series) for f in (ep.sharpe_ratio, ep.sortino_ratio, ep.calmar_ratio, ep.annual_volatility)
        ]
    else:
        missing.append("empyrical")
    row("four KPIs of one series of 252", side_by_side(candidates))
    panel = rng.standard_normal((252, 10_000)) * 0.01
    functions = (xa.sharpe, xa.sortino, xa.calmar, xa.max_drawdown, xa.hist_var, xa.hist_cvar)
    named = {"xlalloc": lambda: [f(panel) for f in functions], "a copy of the panel": lambda: panel.copy()}
    row("six KPIs of 10,000 series of 252", side_by_side(named, seconds=2))


def start() -> None:
    """Import in a fresh process, in turn; compiled files are written first."""
    times: dict[str, list[float]] = {"xlalloc": [], "numpy": []}
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    for _ in range(9):
        for name, taken in times.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", f"import {name}"], check=True, env=environment)
            taken.append(time.perf_counter() - begun)
    row("import", {f"import {name}": statistics.median(taken[1:]) for name, taken in times.items()}, "1.35 numpy")


def main() -> None:
    print(f"xlalloc {xa.__version__}, Python {platform.python_version()}, numpy {np.__version__}, {platform.machine()}")
    for part in (start, cells, risk_parity, frontier, estimation, performance):
        part()
    if missing:
        print("not installed, left out:", ", ".join(dict.fromkeys(missing)))


if __name__ == "__main__":
    main()
