"""What is solved: returns of assets whose covariances are of several kinds, the same in every run."""

import numpy as np


def factor(n: int, rng, periods: int = 0) -> np.ndarray:
    """Daily returns of n stocks: market, eight sectors, three styles, own risk."""
    T = periods or max(4 * n, 250)
    returns = rng.standard_normal((T, 1)) * 0.16 @ rng.uniform(0.4, 1.6, (1, n))
    sectors = np.zeros((8, n))
    sectors[rng.integers(0, 8, n), np.arange(n)] = rng.uniform(0.5, 1.3, n)
    returns += rng.standard_normal((T, 8)) * 0.10 @ sectors
    returns += rng.standard_normal((T, 3)) * 0.05 @ rng.standard_normal((3, n))
    returns += rng.standard_normal((T, n)) * rng.uniform(0.12, 0.45, n)
    return returns / 252**0.5 + 0.0003


def random(n: int, rng) -> np.ndarray:
    """No factor: correlations of both signs, as chance makes them in 2n rows."""
    return rng.standard_normal((2 * n + 2, n)) * rng.uniform(0.003, 0.04, n)


def near_singular(n: int, rng) -> np.ndarray:
    """Half as many rows as stocks, and a thousandth of noise: most directions hold almost no risk."""
    few = factor(n, rng, max(n // 2, 3))
    returns = np.vstack([few, few, few, few])
    return returns + 1e-3 * returns.std(axis=0) * rng.standard_normal(returns.shape)


def near_duplicate(n: int, rng) -> np.ndarray:
    """A quarter of the stocks are others but for a thousandth of their risk."""
    returns, copies = factor(n, rng), n // 4
    noise = 1e-3 * returns[:, :copies].std(axis=0) * rng.standard_normal((len(returns), copies))
    returns[:, n - copies :] = returns[:, :copies] + noise
    return returns


KINDS = {"factor": factor, "random": random, "near-singular": near_singular, "near-duplicate": near_duplicate}


def sample(kind: str, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns of a kind, and their covariances."""
    returns = KINDS[kind](n, np.random.default_rng([7, n]))
    return returns, np.cov(returns, rowvar=False)


def expected(cov: np.ndarray) -> np.ndarray:
    """Expected returns that grow with risk, and opinions."""
    return 0.05 * np.sqrt(cov.diagonal()) + 0.0004 * np.random.default_rng(5).standard_normal(len(cov))
