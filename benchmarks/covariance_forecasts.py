"""Which covariance forecasts best out of sample: `python -m benchmarks.covariance_forecasts [--ftse FILE]`.

Refits every 21 days on the last 504; the portfolios of each refit are measured on the days that follow, over the second
half of the history, as COV_SCORE does. Also the minimum-variance portfolio with short sales, where plain EWMA fails.
Data: the 20 US stocks of skfolio's wheel; with --ftse the UK stocks of
github.com/skfolio/skfolio-datasets, datasets/ftse100_dataset.csv.gz.
"""

import argparse
import csv
import gzip
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

import xlalloc as xa
from xlalloc.core.covariance_scores import Score, relative, score
from xlalloc.core.covariances import estimate

WINDOW, STEP, P = 504, 21, 252.0
BASE = "Ledoit–Wolf"
METHODS = {  # name: method of COV_MATRIX and its parameter, or a function of the returns
    BASE: ("ledoit_wolf", None),
    "sample": ("sample", None),
    "OAS": ("oas", None),
    "constant correlation": ("constant_correlation", None),
    "EWMA 63": ("ewma", 63.0),
    "ewma_shrunk, half-life 63": ("ewma_shrunk", 63.0),
    "ewma_shrunk, half-life 126 (the default)": ("ewma_shrunk", 126.0),
    "ewma_shrunk, half-life 252": ("ewma_shrunk", 252.0),
}


def us_stocks() -> np.ndarray:
    """Daily returns of 20 stocks, 1990 to 2022."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from reference import market

    return market.simple_returns(market.stocks()).values


def uk_stocks(path: Path) -> np.ndarray:
    """Daily returns of the stocks that have all prices from late 2001 on."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        _, *rows = csv.reader(lines)
    prices = np.array([[float(cell) if cell else np.nan for cell in row[1:]] for row in rows if row[0] >= "2001-10"])
    prices = prices[:, ~np.isnan(prices).any(axis=0)]
    return prices[1:] / prices[:-1] - 1.0


def second_half(returns: np.ndarray) -> np.ndarray:
    return returns[len(returns) // 2 - WINDOW :]


def without_bounds(returns: np.ndarray, method: str, parameter) -> float:
    """Volatility out of sample of the minimum-variance portfolio Σ⁻¹1/1'Σ⁻¹1."""
    held = []
    for t in range(WINDOW, len(returns) - STEP + 1, STEP):
        w = np.linalg.solve(estimate(returns[t - WINDOW : t], method, parameter), np.ones(returns.shape[1]))
        held.append(returns[t : t + STEP] @ (w / w.sum()))
    return float(np.concatenate(held).std(ddof=1)) * P**0.5


def scores(returns: np.ndarray) -> dict[str, tuple[Score, float]]:
    return {
        name: (score(returns, method, WINDOW, STEP, P, parameter), without_bounds(returns, method, parameter))
        for name, (method, parameter) in METHODS.items()
    }


def table(found: dict[str, tuple[Score, float]]) -> list[list[str]]:
    """One row per method: change against Ledoit–Wolf in %, its standard error, the errors of shares and volatility."""
    base, free = found[BASE]
    rows = []
    for name, (s, unbounded) in found.items():
        if name == BASE:
            vols = [f"{100 * part.std(ddof=1) * P**0.5:.2f}%" for part in (s.lowest, s.parity)]
            cells = [vols[0], f"{100 * free:.2f}%", vols[1]]
        else:
            low, par = (relative(a, b, STEP) for a, b in ((s.lowest, base.lowest), (s.parity, base.parity)))
            cells = [_percent(*low), f"{100 * (unbounded / free - 1):+.1f}".replace("-", "−"), _percent(*par)]
        rows.append([name, *cells, f"{s.share_error:.3f}", f"{s.vol_error:.3f}"])
    return rows


def _percent(difference: float, error: float) -> str:
    return f"{100 * difference:+.2f} ({100 * error:.2f})".replace("-", "−")


HEADER = ["method", "min-var", "min-var with short sales", "risk parity", "share error", "vol error"]


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.covariance_forecasts", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--ftse", type=Path, metavar="FILE", help="ftse100_dataset.csv.gz of skfolio-datasets")
    given = parser.parse_args()
    markets: dict[str, Callable] = {"US": us_stocks}
    if given.ftse:
        markets["UK"] = lambda: uk_stocks(given.ftse)
    for market, load in markets.items():
        returns, begun = second_half(load()), time.perf_counter()
        print(f"\n{market}: {returns.shape[1]} stocks, {len(returns) - WINDOW} days out of sample\n")
        print("| " + " | ".join(HEADER) + " |\n|" + "---|" * len(HEADER))
        for row in table(scores(returns)):
            print("| " + " | ".join(row) + " |")
        print(f"\n{time.perf_counter() - begun:.0f} s, xlalloc {xa.__version__}")


if __name__ == "__main__":
    main()
