"""The steps of risk budgeting: Newton's method on ½ y'Σy − Σ bᵢ ln yᵢ (Spinu 2013, eq. 7).

The function is convex and self-concordant, hence a damped step always descends. Nothing here judges a result:
risk_budgeting does.

Sources: Spinu (2013), "An Algorithm for Computing Risk Parity Weights"; Choi & Chen (2022), "Improved
Iterative Methods for Solving Risk Parity Portfolio"; Nesterov (2004), "Introductory Lectures on Convex
Optimization", 4.1; Fletcher & Reeves (1964), "Function Minimization by Conjugate Gradients";
Dekker (1971), "A Floating-Point Technique for Extending the Available Precision".
"""

from math import fsum, sqrt

import numpy as np

MAX_STEPS = 100
CHORD_SIZE = 24  # up to here the inverse costs about as much as one solution
MOST_PRODUCTS, MORE_PRODUCTS = 40, 15  # in conjugate gradients, and after them over all their directions
SHARE_STEP = 2e-11  # the last step of conjugate gradients may move a share of risk by about this
SHORT = 1e-8  # the square of a step after which conjugate gradients keep H, relative to that of a safe one
DAMPED = 0.6  # a full step is taken where no weight loses more than this share of itself
NO_RISK = 3e6  # diversification ratio Σσᵢyᵢ/√(y'Σy) above which double precision sees no risk in the mix


def start(cov: np.ndarray, b: np.ndarray, vols: np.ndarray) -> np.ndarray:
    """Start near the solution, in correlations C and x = σy (Choi & Chen 2022).

    x = √(a² + b) − a, a = ½((Cx)ᵢ − xᵢ), is the exact minimum in xᵢ alone: applied to all assets at once,
    first to the x = 1/√(1'C1) of equal correlations, then once more.
    """
    x, own, y = 1.0, float(len(b)), 1.0 / vols
    for _ in range(2):
        a = cov.dot(y)
        variance = float(y.dot(a))
        if not variance > 0.05 * own:  # a hedge: the rule would overshoot
            return np.sqrt(b) / vols
        a /= vols
        a -= x
        a *= 0.5 / sqrt(variance)
        x = np.sqrt(a * a + b)
        x -= a
        y = x / vols
        own = float(x.dot(x))
    return y


def newton(cov: np.ndarray, b: np.ndarray, y: np.ndarray, vols: np.ndarray) -> tuple[np.ndarray, int]:
    """Minimise ½ y'Σy − Σ bᵢ ln yᵢ; returns y and the number of steps.

    (Σ + diag(b/y²)) dy = b/y − Σy. Along dy the curvature at step t is at most that at 0 over (1 − tm)²,
    m = max(−dyᵢ/yᵢ), hence a step 1/(1 + m) always descends, and so does a full one while m ≤ 0.6.
    """
    n, inverse, steps = len(b), None, 0
    H = np.empty((n, n))
    diagonal = H.reshape(-1)[:: n + 1]
    while steps < MAX_STEPS:
        steps += 1
        pull = b / y
        gap = pull - cov.dot(y)
        H[...] = cov
        diagonal += pull / y
        try:
            if n <= CHORD_SIZE:
                inverse = np.linalg.inv(H)
                dy = inverse.dot(gap)
            else:
                dy = np.linalg.solve(H, gap)
        except np.linalg.LinAlgError:
            break
        relative = dy / y
        size = float(relative.dot(relative))
        if not size <= DAMPED**2:
            m = -float(relative.min())
            if not vols.dot(y) < NO_RISK or not size < np.inf:
                break
            if m > DAMPED:
                dy /= 1.0 + m
        y = y + dy
        if size <= 1e-10:  # the relative error of y is now of the order of size
            break
        if inverse is not None and size <= 1e-3:
            y, reached = _chords(cov, b, y, inverse, size)
            if reached:
                break
    return y, steps


def _chords(cov, b, y, inverse, size: float) -> tuple[np.ndarray, bool]:
    """More steps with the same matrix while each is much shorter than the last: quicker for few assets."""
    while True:
        dy = inverse.dot(b / y - cov.dot(y))
        relative = dy / y
        before, size = size, float(relative.dot(relative))
        if not size <= 0.02 * before:
            return y, False
        y = y + dy
        if size * (size / before) <= 1e-22:  # the next step would be of that size
            return y, True


def conjugate_gradients(cov: np.ndarray, b: np.ndarray, y: np.ndarray):
    """Minimise ½ y'Σy − Σ bᵢ ln yᵢ with one product Σp a step; returns y and the (p, Σp) met.

    Each direction p is the gradient over the diagonal of H = Σ + diag(b/y²), conjugate to the last one (Fletcher &
    Reeves 1964), each step along it Newton's; H is kept once steps are short. Where correlations are not negative the
    eigenvalues of the scaled H lie in [1, 2] at the solution, whatever n is. The last step is the gradient alone, which
    needs no product.
    """
    n, variances = len(b), cov.diagonal()
    enough, safe = SHARE_STEP**2 / float(b.max()), DAMPED**2 * float(b.min())
    lines, met = np.empty((MOST_PRODUCTS, 2 * n)), 1  # a (p, Σp) a row
    lines[0, :n] = y
    np.dot(cov, y, out=lines[0, n:])
    state, p, size_before, moved = lines[0].copy(), y, np.inf, np.inf
    y, q = state[:n], state[n:]
    variance = float(y.dot(q))
    if variance > 0.0:
        state /= sqrt(variance)
    for line, direction, image in zip(lines[1:], lines[1:, :n], lines[1:, n:], strict=True):
        gap = b / y
        if moved > SHORT * safe:
            log_part = gap / y
            diagonal = variances + log_part
        gap -= q
        step = gap / diagonal
        size = float(step.dot(gap))  # at least half of Σ (yᵢ gapᵢ)²/bᵢ, the errors of the shares
        if size <= enough:
            return y + step, lines[:met]
        if not size < np.inf:
            break
        np.multiply(p, size / size_before, out=direction)
        direction += step
        p, size_before, met = direction, size, met + 1
        np.dot(cov, p, out=image)
        bent = log_part * p
        bent += image
        curvature = float(p.dot(bent))
        if not curvature > 0.0:
            break
        length = size / curvature
        moved = length * size
        if not moved < safe:  # else Σ bᵢ(Δyᵢ/yᵢ)² says that no yᵢ loses much of itself
            m = -length * float((p / y).min())
            if m > DAMPED:
                length /= 1.0 + m
                size_before = np.inf  # the next direction is the gradient alone
        state += length * line
    return y, lines[:met]


def over_directions(cov: np.ndarray, b: np.ndarray, y: np.ndarray, lines: np.ndarray):
    """Go on from y: Newton's method over the span of all directions met, then the gradient joins them, and so on.

    Quicker than conjugate gradients where hedges make these forget. Takes and returns the same.
    """
    n, met, variances = len(b), len(lines), cov.diagonal()
    enough, safe = SHARE_STEP**2 / float(b.max()), DAMPED**2 * float(b.min())
    lines = np.concatenate((lines, np.empty((MORE_PRODUCTS, 2 * n))))
    lines[:met] /= np.sqrt((lines[:met, :n] ** 2).dot(variances))[:, None]
    state = np.concatenate((y, cov.dot(y)))
    y, q = state[:n], state[n:]
    while True:
        P = lines[:met, :n]
        for _ in range(3):
            pull = b / y
            gap = pull - q
            H = (P * (pull / y) + lines[:met, n:]).dot(P.T)
            if not H.diagonal().min() > 0.0:
                return y, lines[:met]
            scale = 1.0 / np.sqrt(H.diagonal())
            H *= np.multiply.outer(scale, scale)
            H.reshape(-1)[:: met + 1] += 1e-14 * met  # rounding, where one direction is nearly a mix of others
            slope = scale * P.dot(gap)
            alphas = np.linalg.solve(H, slope)
            gain = float(slope.dot(alphas))
            if not 0.0 <= gain < np.inf:
                return y, lines[:met]
            step = (scale * alphas).dot(lines[:met])
            if not gain < safe:
                m = -float((step[:n] / y).min())
                if m > DAMPED:
                    step /= 1.0 + m
            state += step
            if gain < 1e-3 * safe:
                break
        pull = b / y
        gap = pull - q
        step = gap / (variances + pull / y)
        size = float(step.dot(gap))
        if size <= enough:
            return y + step, lines[:met]
        if met == len(lines):
            return y, lines
        lines[met, :n] = step / sqrt(size)
        np.dot(cov, lines[met, :n], out=lines[met, n:])
        met += 1


def newton_within(cov, b, w, free, lower, upper, mu: float = 0.0):
    """Minimise ½y'Σy − Σ bᵢ ln yᵢ − μ Σ ln(yᵢ − lᵢ1'y) − μ Σ ln(uᵢ1'y − yᵢ), the rest held at wᵢ1'y.

    The unknowns are w = y/1'y of the ``free`` assets and t = 1'y, best at t²w'Σw = B = 1 + μ·(bounds).
    Returns all weights, the diversification ratio and the number of steps. Without μ bounds do not count.
    """
    x, part, held = w[free], b[free], np.where(free, 0.0, w)
    above = np.where((lower[free] > 0.0) & (mu > 0.0), x - lower[free], np.inf)
    below = np.where((upper[free] < 1.0) & (mu > 0.0), upper[free] - x, np.inf)
    S, seen = cov[np.ix_(free, free)], cov[free].dot(held)
    own, vols = float(held.dot(cov).dot(held)), np.sqrt(cov.diagonal())
    B = 1.0 + mu * float(np.isfinite(above).sum() + np.isfinite(below).sum())
    steps = 0
    while steps < MAX_STEPS:
        inside = S.dot(x)
        variance = float(x.dot(inside) + 2.0 * x.dot(seen)) + own
        ratio = (vols.dot(held) + vols[free].dot(x)) / sqrt(variance) if variance > 0.0 else np.inf
        if not ratio < NO_RISK:
            break
        steps, size = steps + 1, B / variance
        try:
            dx, alpha = _direction(size * S, size * (inside + seen), part, x, above, below, mu, B)
        except np.linalg.LinAlgError:
            break
        ratios = np.concatenate((dx / x, dx / above, -dx / below)) + alpha  # dy/y, and so for every slack
        m = -ratios.min()
        length = 1.0 / (1.0 + m) if m > DAMPED else 1.0
        dx *= length / (1.0 + length * alpha)
        x, above, below = x + dx, above + dx, below - dx
        if np.abs(ratios).max() <= (0.1 if mu else 1e-6):
            break
    result = held.copy()
    result[free] = x
    return result, ratio, steps


def _direction(S, pulls, b, x, above, below, mu: float, B: float):
    """The Newton step dy = t(dx + αx), 1'dx = 0: in dx and α nothing cancels, however narrow the bounds.

    α is eliminated (its gradient is 0, its curvature 2B), and B·11' added: it changes nothing where 1'dx = 0.
    """
    out, low, high = b / x, mu / above, mu / below
    cross = pulls + out + low - high
    H = S - np.multiply.outer(cross, cross / (2.0 * B)) + B
    H.reshape(-1)[:: len(x) + 1] += out / x + low / above + high / below
    scale = 1.0 / np.sqrt(H.diagonal())
    sides = np.stack(((out + low - high - pulls) * scale, scale), axis=1)
    down, along = (np.linalg.solve(H * scale * scale[:, None], sides) * scale[:, None]).T
    dx = down - along * (down.sum() / along.sum())
    return dx, -cross.dot(dx) / (2.0 * B)


def refined(cov, b, y):
    """One more Newton step, its right-hand side summed exactly."""
    pull = b / y
    H = cov + np.diag(pull / y)
    try:
        after = y + np.linalg.solve(H, pull - exact_product(cov, y))
    except np.linalg.LinAlgError:
        return y
    return after if (after > 0.0).all() else y


def exact_product(A: np.ndarray, x: np.ndarray) -> np.ndarray:
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


def lowest_seen(vols: np.ndarray, lines: np.ndarray) -> float:
    """The smallest eigenvalue of the correlations on the span of the p, from their (p, Σp) alone (Rayleigh & Ritz).

    0 where the p'Σp factorise: it is then not below 0.
    """
    n = len(vols)
    P, images = lines[:, :n], lines[:, n:]
    cross = P.dot(images.T)
    try:
        np.linalg.cholesky(cross)
        return 0.0
    except np.linalg.LinAlgError:
        P = P * vols
    norms = 1.0 / np.sqrt(np.vecdot(P, P))
    scale = np.multiply.outer(norms, norms)
    sizes, Q = np.linalg.eigh(P.dot(P.T) * scale)
    Q = Q[:, sizes > 1e-3] / np.sqrt(sizes[sizes > 1e-3])  # the rest is nearly a mix of these: rounding
    return float(np.linalg.eigvalsh(Q.T.dot(cross * scale).dot(Q))[0])


def lowest_ritz(cov: np.ndarray, products: int = 8) -> float:
    """At least the smallest eigenvalue of the correlations, by Lanczos (Golub & Van Loan, ch. 10)."""
    n = len(cov)
    variances = cov.diagonal()
    scale = 1.0 / np.sqrt(np.where(variances > 0.0, variances, 1.0))
    v = np.cos(np.arange(1.0, n + 1.0) ** 2)  # any vector without structure
    v /= sqrt(v.dot(v))
    alphas: list[float] = []
    betas: list[float] = []
    before = np.zeros(n)
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
