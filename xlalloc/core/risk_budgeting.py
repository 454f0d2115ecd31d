"""Risk budgeting: long-only weights whose shares of portfolio risk equal given budgets.

    minimise  ½ y'Σy − Σ bᵢ ln yᵢ   over y > 0,        w = y / 1'y                        (Spinu 2013, eq. 7)

At the minimum yᵢ(Σy)ᵢ = bᵢ: the share of the variance that asset i carries is its budget. The problem is convex and
self-concordant. Few assets are solved by Newton's method, many by Newton's method with conjugate gradients, which
factorises nothing. What is returned has been checked on the returned weights, or an error is raised.

Sources: Maillard, Roncalli & Teïletche (2010), "The properties of equally weighted risk contribution portfolios";
Spinu (2013), "An algorithm for computing risk parity weights"; Choi & Chen (2022), "Improved iterative methods for
solving risk parity portfolio"; Nesterov (2004), "Introductory lectures on convex optimization", section 4.1.

Weights within bounds are in the second half: the same minimum over lᵢ·1'y ≤ yᵢ ≤ uᵢ·1'y.
"""

from dataclasses import dataclass, field
from math import fsum, sqrt

import numpy as np

from xlalloc.errors import Label, NumberError

SHARE_ERROR = 1e-10  # greatest error of a share of risk that is let through
KKT_ERROR = 1e-9  # greatest residual of the optimality conditions within bounds, in shares of risk
DIRECT_SIZE = 64  # up to here a dense solve a step is the quickest
MAX_STEPS = 100
DAMPED = 0.6  # a full step is taken where no weight loses more than this share of itself
NO_RISK = 3e6  # Σ σᵢyᵢ where y'Σy = 1, the diversification ratio: above it the mix has no risk that double precision sees
EXACT_CHECK = 300.0  # diversification ratio above which rounding could make wrong shares look right
INDEFINITE = 1e-8  # greatest negative eigenvalue of the correlations that is taken for rounding
CHOLESKY_SIZE = 300  # above it, a factorisation to test definiteness would cost more than the solution
TIGHT = 1e-12  # bounds that add to 1 within this leave nothing to choose


class NoSolution(NumberError):
    """A long-only mix without risk exists, so that no weights have the shares of risk asked for."""


@dataclass(slots=True)
class Solution:
    """Weights, and what a careful user asks about them."""

    weights: np.ndarray  # (n,), sum 1
    shares: np.ndarray  # (n,), shares of risk reached, wᵢ(Σw)ᵢ/σ²
    error: float  # greatest |share − budget|; within bounds the residual of the optimality conditions
    method: str  # "newton", "pcg", "active set", "barrier" or "bounds"
    steps: int = 0  # Newton steps
    products: int = 0  # products Σx, where no system was factorised
    binding: list[tuple[int, str]] = field(default_factory=list)  # (asset, "lower" or "upper")


def risk_budgeting(cov, budgets, lower=None, upper=None, checked: bool = False) -> Solution:
    """Weights for budgets that sum to 1, some of them perhaps 0, with or without bounds.

    An asset without budget gets weight 0 and is left out of the problem; ``checked`` as in ``solve``.
    """
    keep = budgets > 0.0
    if keep.all():
        return solve(cov, budgets, checked) if lower is None and upper is None else solve_bounded(
            cov, budgets, lower, upper, checked)  # fmt: skip
    if not checked:
        check_definite(cov)
    n, kept = len(budgets), np.flatnonzero(keep)
    if not kept.size:
        raise NumberError("budgets: every budget is zero; at least one must be positive.")
    lower, upper = _per_asset(lower, n, 0.0), _per_asset(upper, n, 1.0)
    if (lower[~keep] > 0.0).any():
        i = int(np.argmax(np.where(keep, 0.0, lower)))
        raise NumberError(f"lower: {{}} must have a weight of at least {lower[i]:.6g} but has no risk budget. Give it a "
                          "budget, or a lower bound of 0.", Label("assets", i))  # fmt: skip
    small = np.ascontiguousarray(cov[np.ix_(kept, kept)])
    try:
        part = solve_bounded(small, budgets[kept], lower[kept], upper[kept], checked=True)
    except NumberError as error:
        raise type(error)(error.template, *_relabelled(error.labels, kept)) from None
    weights, shares = np.zeros(n), np.zeros(n)
    weights[kept], shares[kept] = part.weights, part.shares
    binding = [(int(kept[i]), side) for i, side in part.binding]
    return Solution(weights, shares, part.error, part.method, part.steps, part.products, binding)


def solve(cov: np.ndarray, budgets: np.ndarray, checked: bool = False) -> Solution:
    """Weights whose shares of risk equal positive budgets that sum to 1.

    ``checked`` says that the caller knows ``cov`` to be positive semidefinite. Raises NoSolution where a long-only mix
    has no risk, and NumberError for an asset without variance, an indefinite matrix, and where a share is not reached.
    """
    n = len(budgets)
    vols = _vols(cov)
    if not checked or n > CHOLESKY_SIZE:
        check_definite(cov)
    y, products = _start(cov, budgets, vols), 3
    if n > DIRECT_SIZE:
        y, steps, products = _newton_pcg(cov, budgets, y, products)
        if steps:
            solution = _measured(cov, budgets, y, "pcg", steps, products)
            if solution.error <= SHARE_ERROR and vols.dot(y) < EXACT_CHECK:
                return solution
        y = _start(cov, budgets, vols)
    y, steps = _newton(cov, budgets, y, vols)
    solution = _measured(cov, budgets, y, "newton", steps, 0)
    _verify(cov, budgets, vols, y, solution)
    return solution


# The start, the steps ------------------------------------------------------------------------------------------


def _vols(cov: np.ndarray) -> np.ndarray:
    variances = cov.diagonal()
    if not variances.all() or np.minimum.reduce(variances) < 0.0:
        i = int(variances.argmin())
        raise NumberError("cov: {} has no variance, so it cannot carry a share of the risk. Leave it out, or give it a "
                          "budget of 0.", Label("assets", i))  # fmt: skip
    return np.sqrt(variances)


def _start(cov: np.ndarray, b: np.ndarray, vols: np.ndarray) -> np.ndarray:
    """Start near the solution, in correlations C and x = σy (Choi & Chen 2022, eq. 17).

    x = √(a² + b) − a,  a = ½((Cx)ᵢ − xᵢ),  is the exact minimum in xᵢ alone: applied to all assets at once, first to
    the x = 1/√(1'C1) of equal correlations, then once more.
    """
    root = np.sqrt(b)
    x = np.ones(len(b))
    for _ in range(2):
        q = cov.dot(x / vols) / vols
        variance = x.dot(q)
        if not variance > 0.05 * x.dot(x):  # a hedge: the rule would overshoot
            return root / vols
        a = (q - x) * (0.5 / sqrt(variance))
        x = np.sqrt(a * a + b) - a
    return x / vols


def _newton(cov: np.ndarray, b: np.ndarray, y: np.ndarray, vols: np.ndarray, pooled: float = 0.0):
    """Minimise ½ y'Σy − Σ bᵢ ln yᵢ − β ln 1'y, β the budget ``pooled``; returns y and the number of steps.

    (Σ + diag(b/y²) + β/(1'y)² 11') dy = b/y + β/1'y − Σy. Along dy the curvature at step t is at most that at 0 over
    (1 − tm)², m = max(−dyᵢ/yᵢ), hence a step 1/(1 + m) always descends, and so does a full one while m ≤ 0.6.
    """
    n = len(b)
    H = np.empty((n, n))
    diagonal = H.reshape(-1)[:: n + 1]
    for step in range(1, MAX_STEPS + 1):
        pull = b / y
        gap = pull - cov.dot(y)
        H[...] = cov
        diagonal += pull / y
        if pooled:
            total = y.sum()
            gap += pooled / total
            H += pooled / total**2
        try:
            dy = np.linalg.solve(H, gap)
        except np.linalg.LinAlgError:
            break
        relative = dy / y
        size = relative.dot(relative)
        if not size <= DAMPED**2:
            m = -relative.min()
            if m > DAMPED:
                dy /= 1.0 + m
            if not vols.dot(y) < NO_RISK or not size < np.inf:
                break
        y = y + dy
        if size <= 1e-10:  # the error of y is now of the order of size
            break
    return y, step


def _newton_pcg(cov: np.ndarray, b: np.ndarray, y: np.ndarray, products: int, tolerance: float = 1e-11):
    """Newton's method, each system solved by conjugate gradients; returns y, steps (0: gave up) and products.

    With dy = y∘e the system is (diag(b) + YΣY) e = b − y∘Σy, scaled to a unit diagonal. Where correlations are not
    negative the eigenvalues of B^-½ YΣY B^-½ lie in [0, 1] at the solution, whatever n is, so few products do.
    """
    variances, dot, limit = cov.diagonal(), cov.dot, products + 90
    q = dot(y)
    fresh = True
    for step in range(1, MAX_STEPS + 1):
        shares = y * q
        variance = shares.sum()
        if not variance > 0.0 or products > limit:
            break
        scale = 1.0 / sqrt(variance)
        y, q, shares = y * scale, q * scale, shares / variance
        residual = b - shares
        if max(residual.max(), -residual.min()) <= tolerance:
            if fresh:
                return y, step, products
            q, fresh = dot(y), True  # q was updated from step to step: once more from y itself
            products += 1
            continue
        D = 1.0 / np.sqrt(b + variances * y * y)
        e, Yq, used = _conjugate_gradients(dot, b * D * D, y * D, residual * D, tolerance)
        products += used
        if e is None:
            break
        e *= D
        m = -e.min()
        if m > DAMPED:
            e /= 1.0 + m
            Yq /= 1.0 + m
        y, q, fresh = y + y * e, q + Yq, False
    return y, 0, products


def _conjugate_gradients(dot, beta, X, residual, tolerance: float, most: int = 60):
    """Solve (diag(β) + XΣX) e = residual loosely; returns e, ΣXe and the products used, e None for negative curvature."""
    e, product = np.zeros_like(X), np.zeros_like(X)
    rr = residual.dot(residual)
    enough = max(min(0.09, rr) * rr, (0.1 * tolerance) ** 2)
    direction = residual.copy()
    for used in range(1, most + 1):
        image = dot(X * direction)
        h = X * image + beta * direction
        curvature = direction.dot(h)
        if not curvature > 0.0:
            return None, product, used
        alpha = rr / curvature
        e += alpha * direction
        product += alpha * image
        residual = residual - alpha * h
        before, rr = rr, residual.dot(residual)
        if rr <= enough:
            break
        direction = residual + (rr / before) * direction
    return e, product, used


# Checks ----------------------------------------------------------------------------------------------------------


def check_definite(cov: np.ndarray) -> None:
    """No mix may have a negative variance: the correlations plus 1e-8 on the diagonal factorise.

    Above 300 assets, where that costs more than the solution, a short Lanczos run must find no such mix.
    """
    n, variances = len(cov), cov.diagonal()
    if n > CHOLESKY_SIZE:
        definite = _lowest_ritz(cov) >= -INDEFINITE
    else:
        shifted = cov.copy()
        floor = variances if variances.all() else np.where(variances > 0.0, variances, max(variances.max(), 1.0))
        shifted.reshape(-1)[:: n + 1] += INDEFINITE * floor
        try:
            np.linalg.cholesky(shifted)
            definite = True
        except np.linalg.LinAlgError:
            definite = False
    if not definite:
        raise NumberError("cov: not a covariance matrix: some mix of assets would have a negative variance. Repair it with "
                          "COV_NEAREST, or estimate it from complete returns.")  # fmt: skip


def _lowest_ritz(cov: np.ndarray, products: int = 8) -> float:
    """An upper bound of the smallest eigenvalue of the correlation matrix, by Lanczos (Golub & Van Loan, 10.1)."""
    n = len(cov)
    variances = cov.diagonal()
    scale = 1.0 / np.sqrt(np.where(variances > 0.0, variances, 1.0))
    v = np.cos(np.arange(1.0, n + 1.0) ** 2)  # any vector without structure
    v /= sqrt(v.dot(v))
    alphas, betas, before = [], [], np.zeros(n)
    for _ in range(products):
        u = scale * cov.dot(scale * v) - (betas[-1] * before if betas else 0.0)
        alphas.append(u.dot(v))
        u -= alphas[-1] * v
        betas.append(sqrt(u.dot(u)))
        if betas[-1] < 1e-10:
            break
        before, v = v, u / betas[-1]
    off = betas[: len(alphas) - 1]
    return float(np.linalg.eigvalsh(np.diag(alphas) + np.diag(off, 1) + np.diag(off, -1))[0])


def _measured(cov, b, y, method: str, steps: int, products: int) -> Solution:
    """The shares wᵢ(Σw)ᵢ/w'Σw of the very weights that are returned, and their greatest error."""
    w = y / np.add.reduce(y)
    shares = w * cov.dot(w)
    shares /= np.add.reduce(shares)
    error = float(np.maximum.reduce(np.abs(shares - b)))
    return Solution(w, shares, error, method, steps, products)


def _verify(cov, b, vols, y, solution: Solution) -> None:
    """Let through shares that are right to 1e-10; otherwise say what stands in the way."""
    ratio = float(vols.dot(y))
    error = solution.error
    if error <= SHARE_ERROR and ratio < EXACT_CHECK:
        return
    if ratio < NO_RISK and error <= SHARE_ERROR:
        exact = solution.weights * _exact_product(cov, solution.weights)
        error = float(np.abs(exact / exact.sum() - b).max())
        if error <= SHARE_ERROR:
            return
    if not ratio < NO_RISK:
        raise _no_risk(vols * y, "no risk")
    if ratio > EXACT_CHECK:
        raise _no_risk(vols * y, "almost no risk")
    raise NumberError(f"cov: the shares of risk were not reached in {solution.steps} steps (largest error {error:.1g}). "
                      "Check cov with COV_CHECK.")  # fmt: skip


def _no_risk(amounts: np.ndarray, how_little: str) -> NoSolution:
    """The mix is made of the assets whose amounts outgrow the others'."""
    assets = [Label("assets", int(i)) for i in np.flatnonzero(amounts > 1e-4 * amounts.max())]
    return NoSolution(f"cov: a long-only mix of {{}} has {how_little}, so shares of risk cannot be set. Leave one of them "
                      "out, use more observations, or shrink the matrix (COV_MATRIX with ledoit_wolf).", assets)  # fmt: skip


def _exact_product(A: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Ax with one rounding an element: products split into two parts (Dekker 1971), summed exactly."""
    high, top = _upper_half(A), _upper_half(x)
    low, bottom = A - high, x - top
    product = A * x
    rest = ((high * top - product) + high * bottom + low * top) + low * bottom
    return np.array([fsum(row) for row in np.concatenate((product, rest), axis=1).tolist()])


def _upper_half(a: np.ndarray) -> np.ndarray:
    """The leading 26 bits (Veltkamp's splitting)."""
    c = 134217729.0 * a
    return c - (c - a)


