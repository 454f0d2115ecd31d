"""The long-only portfolio whose factor exposures are closest to those wanted."""

import numpy as np

from xlalloc.errors import NumberError

FLAT = 1e-14  # an asset's co-movement with the factor mix that is rounding
RANK = 1e-11  # singular values at or below it are zero, where the largest is of order 1
SPECIFIC = 1e-6  # share of the greatest specific volatility above which dividing by it keeps enough digits
NEWTON = 100  # steps at most
CLOSE = 1e-10  # rounding in the optimality conditions of the closest exposures


def least_distance(A: np.ndarray, g: np.ndarray, s: np.ndarray) -> np.ndarray:
    """y ≥ 0 of least |Ay − g|; among these of least |s∘y|; among these of least |y|.

    For small ε the minimum of |Ay − g|² + ε²|s∘y|² over y ≥ 0 has the same positive yᵢ as the limit ε → 0. With these
    the limit is computed without ε; it is returned only if it meets the optimality conditions of both problems.
    """
    greatest, most = float(np.abs(A).max()) or 1.0, float(np.abs(g).max())
    A, g = A / greatest, g / most  # so that no square overflows
    norm, widest = float(np.sqrt(g @ g)), float(np.sqrt((A * A).sum(axis=0).max())) or 1.0
    A, g, unit = A / widest, g / norm, norm / widest * (most / greatest)
    if (A.T @ g).max() <= FLAT:
        raise NumberError(
            "loadings: no asset moves with the combination of factors that the budgets ask for, so the closest "
            "long-only portfolio holds nothing. Check the signs of the loadings."
        )
    s = s / s.max() if s.max() > 0.0 else np.ones_like(s)
    for epsilon in (1e-2, 1e-3, 1e-4):
        ridged = _ridged(A, g, epsilon * np.maximum(s, epsilon))
        held = ridged > 0.0
        if not held.any():
            continue
        y = np.zeros_like(s)
        y[held] = _least_in_turn(A[:, held], g, s[held])
        if _optimal(A, g, s, y, held, A @ (y - ridged) / epsilon**2):
            return unit * np.maximum(y, 0.0)
    raise NumberError(
        "loadings: the closest portfolio was not found, since many are too nearly equally close. Leave out assets "
        "whose loadings are almost the same."
    )


def _ridged(A: np.ndarray, g: np.ndarray, d: np.ndarray) -> np.ndarray:
    """Minimise |Ay − g|² + |d∘y|² over y ≥ 0.

    At the minimum d²y = (A'λ)⁺ with λ = g − Ay: one equation a factor, however many assets. Its λ minimises the convex
    ½|λ|² + ½|(A'λ/d)⁺|² − g'λ, quadratic wherever the assets held are the same: Newton's method, a shorter step where
    the whole one does not lower it, ends once they are.
    """
    M = A / d

    def dual(x: np.ndarray) -> tuple[float, np.ndarray]:
        z = np.maximum(M.T @ x, 0.0)
        return 0.5 * float(x @ x + z @ z) - float(g @ x), z

    x, held = np.zeros_like(g), M.T @ g > 0.0
    value, z = dual(x)
    for _ in range(NEWTON):
        H = M[:, held] @ M[:, held].T
        H.ravel()[:: len(H) + 1] += 1.0
        step = np.linalg.solve(H, g) - x
        size = 1.0
        while (new := dual(x + size * step))[0] > value and size > 1e-10:
            size *= 0.5
        x, (value, z) = x + size * step, new
        if size == 1.0 and (held == (z > 0.0)).all():
            break
        held = z > 0.0
    return z / d


def _least_in_turn(A: np.ndarray, g: np.ndarray, s: np.ndarray) -> np.ndarray:
    """Least |Ay − g|, then least |s∘y|, then least |y|, without signs."""
    if s.min() > SPECIFIC:  # in units of 1/s the second is the length itself, and leaves nothing to the third
        unit = s.min() / s
        return unit * _shortest(A * unit, g)
    y = _shortest(A, g)
    _, sv, Vt = np.linalg.svd(A)
    free = Vt[int((sv > RANK).sum()) :].T  # the directions that change nothing in Ay
    return y + free @ _shortest(s[:, None] * free, -s * y) if free.size else y


def _shortest(M: np.ndarray, v: np.ndarray) -> np.ndarray:
    """The shortest x of least |Mx − v|; M is of order 1."""
    U, sv, Vt = np.linalg.svd(M, full_matrices=False)
    rank = int((sv > RANK).sum())
    return Vt[:rank].T @ ((U[:, :rank].T @ v) / sv[:rank])


def _optimal(A, g, s, y, held, multiplier) -> bool:
    """y ≥ 0, A'(Ay − g) ≥ 0, and where that is 0, s²y − A'λ ≥ 0 for some λ; both 0 on the assets held."""
    size = max(1.0, float(np.abs(y).max()))
    distance = A.T @ (A @ y - g)
    if y.min() < -CLOSE * size or distance.min() < -CLOSE * size or np.abs(distance[held]).max() > CLOSE * size:
        return False
    multiplier = multiplier + _shortest(A[:, held].T, (s * s * y - A.T @ multiplier)[held])
    spread = s * s * y - A.T @ multiplier
    tied = distance <= CLOSE * size
    return bool(np.abs(spread[held]).max() <= 1e-8 * size and spread[tied].min() >= -1e-8 * size)
