"""Expected shortfall over scenarios: its value, its minimum by linear programming, portfolios by shares of it.

Over T scenarios of equal probability the shortfall of the losses x at a level is, with m = T(1 − level),

    CVaR(x) = min_v  v + Σ max(x_t − v, 0)/m  =  max { p'x : 0 ≤ p ≤ 1/m, Σp = 1 }

(Rockafellar & Uryasev 2000; the right-hand side is its dual, with scenario probabilities p).
"""

from dataclasses import dataclass

import numpy as np

from xlalloc.core.critical_path import Problem

TIED = 1e-12  # of the largest |return|: losses this close are one
STEPS = 100
TO_BOUNDARY = 0.995  # share of the way to the boundary that a step may go
CENTRED = 1e-12  # Newton decrement at which the path is reached
CAREFUL = 0.1  # a step shorter than this is taken again, without the second order
TOLERANCES = dict.fromkeys(["primal_feasibility_tolerance", "dual_feasibility_tolerance"], 1e-9)
FAR = 1e12  # amounts beyond it grow without limit


def shortfall(losses: np.ndarray, level: float) -> float:
    """The mean of the worst m losses, the last one in part."""
    return float(scenario_weights(losses, level, 0.0).dot(losses))


def scenario_weights(losses: np.ndarray, level: float, scale: float) -> np.ndarray:
    """The p of the dual: 1/m for the worst losses, the rest on the next; losses within TIED of it share it equally."""
    T = len(losses)
    m = (1.0 - level) * T
    last = min(max(int(np.ceil(m - 1e-9 * m)), 1), T) - 1  # the place of the last loss that counts
    worst = np.partition(losses, T - 1 - last)[T - 1 - last]
    above = losses > worst + TIED * scale
    tied = np.abs(losses - worst) <= TIED * scale
    p = above / m
    p[tied] = (1.0 - p.sum()) / np.count_nonzero(tied)
    return p


# The minimum --------------------------------------------------------------------------------------------------------


def minimum(returns: np.ndarray, level: float, p: Problem) -> tuple[np.ndarray, float]:
    """Weights of minimum shortfall over the bounds of ``p``, and a bound that the dual solution proves.

    The bound: for any scenario probabilities q and any y,  CVaR(w) ≥ q'(−Rw) = d'x + y'b  with  d = c − A'y,
    c = −R'q, and d'x is at least its least value over the bounds, taken for each variable alone.
    """
    from scipy.optimize import linprog

    scale = float(np.abs(returns).max()) or 1.0
    cost, A, rows, b, bounds, size = _program(returns / scale, level, p)
    found = linprog(cost, A, rows, b[0], b[1], bounds, method="highs", options=TOLERANCES)
    if found.status != 0:
        return np.full(p.n, np.nan), -np.inf
    x = p.feasible(found.x[None, :size])[0]
    m = (1.0 - level) * len(returns)
    q = np.clip(-found.ineqlin.marginals, 0.0, 1.0 / m)
    q /= q.sum() or 1.0
    c = np.append(-q.dot(returns), np.zeros(size - p.n))
    y = scale * found.eqlin.marginals[: p.m]
    d = c - y.dot(p.A)
    return x[: p.n], float(y.dot(p.b) + np.minimum(d * p.lo, d * p.hi).sum())


def _program(R: np.ndarray, level: float, p: Problem):
    """The linear program over (x, v, u): min v + Σu/m, −Rw − v − u ≤ 0, Ax = b, lo ≤ x ≤ hi, u ≥ 0."""
    from scipy import sparse

    T, size = len(R), p.lo.size
    m = (1.0 - level) * T
    cost = np.concatenate([np.zeros(size), [1.0], np.full(T, 1.0 / m)])
    groups = sparse.csr_array((T, size - p.n))
    A = sparse.hstack([sparse.csr_array(-R), groups, sparse.csr_array(-np.ones((T, 1))), -sparse.eye_array(T)], "csc")
    rows = sparse.hstack([sparse.csr_array(p.A), sparse.csr_array((p.m, T + 1))], "csc")
    bounds = np.column_stack([np.append(p.lo, np.zeros(T + 1)), np.append(p.hi, np.full(T + 1, np.inf))])
    bounds[size, 0] = -np.inf
    return cost, A, np.zeros(T), (rows, p.b), bounds, size


def optimal_face(returns: np.ndarray, level: float, p: Problem, most: float, weights: np.ndarray) -> np.ndarray:
    """Another portfolio whose shortfall is at most ``most``, as far as one direction at random leads; else the same."""
    from scipy import sparse
    from scipy.optimize import linprog

    scale = float(np.abs(returns).max()) or 1.0
    cost, A, rows, b, bounds, size = _program(returns / scale, level, p)
    A, rows = sparse.vstack([A, sparse.csc_array(cost[None, :])], "csc"), np.append(rows, most / scale)
    aim = np.zeros_like(cost)
    aim[: p.n] = np.random.default_rng(1).standard_normal(p.n)
    farthest = weights
    for sign in (1.0, -1.0):
        found = linprog(sign * aim, A, rows, b[0], b[1], bounds, method="highs")
        if found.status == 0 and np.abs(found.x[: p.n] - weights).max() > np.abs(farthest - weights).max():
            farthest = found.x[: p.n]
    return farthest


# Shares of it -------------------------------------------------------------------------------------------------------
#
# min CVaR(y) − Σ b ln y over y > 0 is, with L = −R and the dual of CVaR, the saddle point of p'Ly − Σ b ln y:
#
#     yᵢ (L'p)ᵢ = bᵢ,   Ly = v1 − α + β,   1'p = 1,   αp = 0,   β(1/m − p) = 0,   p, α, β, 1/m − p ≥ 0
#
# The first lines add up to CVaR(y) = p'Ly = Σ b = 1. With αp = β(1/m − p) = μ in place of 0 these are the conditions of
# the same minimum with max(x, 0)/m rounded off at its kink, x = L_t'y − v: the central path.


@dataclass(frozen=True, slots=True)
class Shares:
    """Weights, the shares of the shortfall that the certificate proves, their largest error."""

    weights: np.ndarray
    shares: np.ndarray
    error: float
    shortfall: float
    steps: int
    tied: int


def budgeted(R: np.ndarray, b: np.ndarray, level: float) -> Shares | None:
    """The saddle point by Newton's method along the central path, then exactly on the face that it shows.

    None where the path leads nowhere: a long-only portfolio without shortfall is the reason.
    """
    m = (1.0 - level) * len(R)
    with np.errstate(all="ignore"):
        start = _rounded_off(-R, b, m)
        if start is None:
            return None
        *point, steps = _to_the_kink(-R, b, m, *start)
        faces = [_certified(-R, b, m, y, p, v, steps) for y, p, v in _on_faces(-R, b, m, *point)]
    return min(faces, key=lambda found: found.error)


def _rounded_off(L: np.ndarray, b: np.ndarray, m: float):
    """The minimum with the kink rounded off by μ = 1/T: a smooth convex function of y and v, from anywhere.

    Of max(x, 0)/m is left  min_β β/m − μ ln β − μ ln(β − x),  whose slope in x is p = μ/α with α = β − x.
    """
    T, n = L.shape
    mu, c = 1.0 / T, 1.0 / m
    y = np.full(n, 1.0 / max(float(np.abs(L).mean()) * n, 1e-12))
    v = float(np.quantile(L @ y, max(1.0 - m / T, 0.0)))

    def slacks(y, v):
        x = L @ y - v
        root = np.sqrt((c * x) ** 2 + 4.0 * mu * mu) + 2.0 * mu
        return (root - c * x) / (2.0 * c), x

    def value(y, v):
        alpha, x = slacks(y, v)
        beta = alpha + x
        return v - b @ np.log(y) + float((c * beta - mu * np.log(alpha * beta)).sum())

    now = value(y, v)
    for step in range(STEPS):
        alpha, x = slacks(y, v)
        beta = alpha + x
        p = mu / alpha
        D = 1.0 / (alpha / p + beta * beta / mu)
        slope = np.append(p @ L - b / y, 1.0 - p.sum())
        H = np.empty((n + 1, n + 1))
        H[:n, :n] = (L.T * D) @ L + np.diag(b / (y * y))
        H[:n, n] = H[n, :n] = -(D @ L)
        H[n, n] = D.sum()
        size = 1.0 / np.sqrt(H.diagonal())
        try:
            move = -size * np.linalg.solve(H * size * size[:, None], slope * size)
        except np.linalg.LinAlgError:
            return None
        fall = -float(slope @ move)
        if not fall > CENTRED:
            return y, p, v, alpha, beta, step
        t = min(1.0, TO_BOUNDARY * _room((y, move[:n]), most=2.0))
        while t > 1e-9 and not value(y + t * move[:n], v + t * move[n]) <= now - 1e-4 * t * fall:
            t *= 0.5
        if t <= 1e-9:  # rounding: there is nothing left to gain
            return y, p, v, alpha, beta, step
        y, v = y + t * move[:n], float(v + t * move[n])
        now = value(y, v)
        if not np.isfinite(now) or y.max() > FAR:
            return None
    return None


def _to_the_kink(L, b, m, y, p, v, alpha, beta, before):
    """From a point on the central path along it to μ = 0, with z = L'p as unknowns (Mehrotra 1992)."""
    T, n = L.shape
    cap, z = 1.0 / m, b / y
    for step in range(STEPS):  # noqa: B007 - told at the end
        q = cap - p
        mu = float(alpha.dot(p) + beta.dot(q)) / (2 * T)
        if mu * T < 1e-14:
            break
        off_z, off_x, off_1 = z - p @ L, v - L @ y - alpha + beta, 1.0 - p.sum()
        D, E = 1.0 / (alpha / p + beta / q), y / z
        small = np.diag(1.0 / E) + (L.T * D) @ L

        def direction(to_a, to_b, to_y, D=D, E=E, small=small, off=(off_z, off_x, off_1), now=(p, q, z, alpha, beta)):
            """(LEL' + D⁻¹) dp + 1 dv = right, 1'dp = 1 − 1'p, the inverse of the first by that of the small matrix."""
            (off_z, off_x, off_1), (p, q, z, alpha, beta) = off, now
            right = L @ ((to_y / z) + E * off_z) - off_x + to_a / p - to_b / q
            u = D[:, None] * np.column_stack([right, np.ones(T)])
            u -= D[:, None] * (L @ np.linalg.solve(small, L.T @ u))
            dv = float((u[:, 0].sum() - off_1) / u[:, 1].sum())
            dp = u[:, 0] - dv * u[:, 1]
            dz = dp @ L - off_z
            return to_y / z - E * dz, dp, dv, (to_a - alpha * dp) / p, (to_b + beta * dp) / q, dz

        def room(dy, dp, dv, da, db, dz, y=y, now=(p, q, z, alpha, beta)):
            p, q, z, alpha, beta = now
            return _room((y, dy), (p, dp), (q, -dp), (alpha, da), (beta, db), (z, dz), most=1.0 / TO_BOUNDARY)

        try:
            move = direction(-alpha * p, -beta * q, b - y * z)
            t = min(room(*move), 1.0)
            dy, dp, dv, da, db, dz = move
            ahead = float((alpha + t * da).dot(p + t * dp) + (beta + t * db).dot(q - t * dp)) / (2 * T)
            target = mu * min(ahead / mu, 1.0) ** 3
            move = direction(target - alpha * p - da * dp, target - beta * q + db * dp, b - y * z - dy * dz)
            if room(*move) < CAREFUL:
                move = direction(0.5 * mu - alpha * p, 0.5 * mu - beta * q, b - y * z)
        except np.linalg.LinAlgError:
            break
        t = TO_BOUNDARY * room(*move)
        dy, dp, dv, da, db, dz = move
        if not np.isfinite(t * dv) or t < 1e-6:
            break
        y, p, v, alpha, beta, z = y + t * dy, p + t * dp, v + t * dv, alpha + t * da, beta + t * db, z + t * dz
    return y, p, v, before + step


def _room(*pairs, most: float = 1.0) -> float:
    """How far one may go along each direction with every number staying positive."""
    for x, d in pairs:
        falling = d < 0.0
        if falling.any():
            most = min(most, float((x[falling] / -d[falling]).min()))
    return most


def _on_faces(L, b, m, y, p, v):
    """The interior point, and the exact solution on each face that its probabilities may mean."""
    yield y, p, v
    cap = 1.0 / m
    for near in (1e-3, 1e-5, 1e-7):
        tied = (p > near * cap) & (p < (1.0 - near) * cap)
        if not tied.any():  # the value at risk is that of the last scenario of the tail
            tied = np.arange(len(p)) == np.where(p > 0.5 * cap, L @ y, np.inf).argmin()
        full = (p >= 0.5 * cap) & ~tied
        yield _newton(L, b, cap, y.copy(), p, v, tied, full)


def _newton(L, b, cap, y, p, v, tied, full):
    """yᵢ(L'p)ᵢ = bᵢ, (Ly)_t = v for the tied, 1'p = 1, with p fixed at the others: full or none."""
    fixed = cap * L[full].sum(axis=0)
    left = 1.0 - cap * np.count_nonzero(full)
    Lt, pt = L[tied], p[tied].copy()
    n, k = len(y), len(pt)
    for _ in range(20):
        z = fixed + pt @ Lt
        F = np.concatenate([y * z - b, Lt @ y - v, [pt.sum() - left]])
        J = np.zeros((n + k + 1, n + k + 1))
        J[range(n), range(n)] = z
        J[:n, n : n + k] = y[:, None] * Lt.T
        J[n : n + k, :n], J[n : n + k, -1] = Lt, -1.0
        J[-1, n : n + k] = 1.0
        step = np.linalg.lstsq(J, F, rcond=1e-13)[0]
        y, pt, v = y - step[:n], pt - step[n : n + k], v - step[-1]
        if not np.abs(F).max() > 1e-15:
            break
    out = np.where(full, cap, 0.0)
    out[tied] = pt
    return y, out, v


def _certified(L, b, m, y, p, v, steps) -> Shares:
    """The shares that p proves for y, and how much is missed: by the shares, the probabilities, the order of losses."""
    cap = 1.0 / m
    p = np.clip(p, 0.0, cap)
    y = np.where(y > 0.0, y, 0.0)
    w = y / y.sum()
    losses = L @ w
    top = float(scenario_weights(losses, 1.0 - m / len(L), 0.0).dot(losses))  # the shortfall itself
    shares = w * (p @ L) / top
    # Σp = 1, and p is the dual optimum of these losses where p'x reaches the shortfall
    missed = max(abs(p.sum() - 1.0), abs(float(p.dot(losses)) - top) / abs(top))
    error = max(float(np.abs(shares - b).max()), missed)
    ok = np.isfinite(error) and top > 0.0 and w.min() > 0.0
    last = np.abs(losses - v / y.sum()) <= TIED * 1e3
    return Shares(w, shares, error if ok else np.inf, top, steps, int(np.count_nonzero(last)))
