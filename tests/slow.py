"""The catalogue's definitions once more: slow, obvious, in exact fractions, roots and powers in decimals of 28 digits.

Written from the definitions, not from the code, so that neither can be wrong alone. None stands for #DIV/0!.
"""

from decimal import Decimal
from fractions import Fraction as Q


def decimal(q: Q) -> Decimal:
    return Decimal(q.numerator) / Decimal(q.denominator)


def root(q: Q) -> Q:
    return Q(decimal(Q(q)).sqrt())


def power(base: Q, exponent: Q) -> Q:
    return Q(0) if base == 0 else Q(decimal(Q(base)) ** decimal(Q(exponent)))


def mean(numbers) -> Q:
    numbers = list(numbers)
    return sum(numbers, Q(0)) / len(numbers)


def covariance(x, y) -> Q:
    """With ddof 1."""
    a, b = mean(x), mean(y)
    return sum(((p - a) * (q - b) for p, q in zip(x, y, strict=True)), Q(0)) / (len(x) - 1)


# Performance -------------------------------------------------------------------------------------------------


def wealth(r) -> list[Q]:
    """From 1, the value after each period."""
    levels = [Q(1)]
    for x in r:
        levels.append(levels[-1] * (1 + x))
    return levels


def drawdowns(r) -> list[Q]:
    levels = wealth(r)
    return [levels[t] / max(levels[: t + 1]) - 1 for t in range(1, len(levels))]


def underwater(r) -> int:
    """The longest run of periods that end below an earlier value."""
    longest = run = 0
    for fall in drawdowns(r):
        run = run + 1 if fall < 0 else 0
        longest = max(longest, run)
    return longest


def ratio(reward, risk, r) -> Q | None:
    return None if risk <= Q(1, 10**12) * max(abs(x) for x in r) else reward / risk


def percentile_inc(numbers, share: Q) -> Q:
    """Excel's: the h-th of the sorted numbers, counted from 0, h = share·(T − 1), straight lines between."""
    ordered, h = sorted(numbers), share * (len(numbers) - 1)
    k = int(h)
    return ordered[k] if k == h else ordered[k] + (h - k) * (ordered[k + 1] - ordered[k])


def rate(rf: Q, P: Q) -> Q:
    return power(1 + rf, 1 / P) - 1 if rf else Q(0)


def ann_return(r, P) -> Q:
    return power(wealth(r)[-1], P / len(r)) - 1


def ann_vol(r, P) -> Q:
    return root(covariance(r, r) * P)


def downside_vol(r, P, m=Q(0)) -> Q:
    return root(mean(min(x - m, Q(0)) ** 2 for x in r) * P)


def sharpe(r, P, rf) -> Q | None:
    e = [x - rate(rf, P) for x in r]
    return ratio(mean(e) * root(P), root(covariance(e, e)), r)


def sortino(r, P, rf) -> Q | None:
    e = [x - rate(rf, P) for x in r]
    return ratio(mean(e) * root(P), downside_vol(e, Q(1)), r)


def hist_var(r, level=Q(95, 100)) -> Q:
    return -percentile_inc(r, 1 - level)


def hist_cvar(r, level=Q(95, 100)) -> Q:
    """The least over v of v + Σ max(−r − v, 0)/m, which is reached at one of the losses."""
    m = (1 - level) * len(r)
    return min(-v + sum(max(v - x, Q(0)) for x in r) / m for v in r)


def omega(r, m=Q(0)) -> Q | None:
    return ratio(mean(max(x - m, Q(0)) for x in r), mean(max(m - x, Q(0)) for x in r), r)


def skew(r) -> Q | None:
    """Excel's SKEW."""
    T, s = len(r), root(covariance(r, r))
    third = sum((x - mean(r)) ** 3 for x in r)
    return ratio(Q(T, (T - 1) * (T - 2)) * third / s**2 if s else Q(0), s, r)


def kurt(r) -> Q | None:
    """Excel's KURT."""
    T, s2 = len(r), covariance(r, r)
    if ratio(Q(1), root(s2), r) is None:
        return None
    fourth = sum((x - mean(r)) ** 4 for x in r) / s2**2
    return Q(T * (T + 1), (T - 1) * (T - 2) * (T - 3)) * fourth - Q(3 * (T - 1) ** 2, (T - 2) * (T - 3))


def beta(r, b) -> Q | None:
    return None if ratio(Q(1), root(covariance(b, b)), b) is None else covariance(r, b) / covariance(b, b)


def alpha(r, b, P, rf) -> Q | None:
    f, slope = rate(rf, P), beta(r, b)
    return None if slope is None else P * (mean(r) - f - slope * (mean(b) - f))


def info_ratio(r, b, P) -> Q | None:
    active = [x - y for x, y in zip(r, b, strict=True)]
    return ratio(mean(active) * root(P), root(covariance(active, active)), [*r, *b])


def kpis(r, P, rf, b=None) -> dict[str, Q | None]:
    """Every measure of KPI_TABLE by its name there."""
    T = len(r)
    found = {
        "total_return": wealth(r)[-1] - 1,
        "ann_return": ann_return(r, P),
        "mean_return": P * mean(r),
        "ann_vol": ann_vol(r, P),
        "downside_vol": downside_vol(r, P),
        "max_drawdown": min(drawdowns(r)),
        "underwater_periods": Q(underwater(r)),
        "sharpe": sharpe(r, P, rf),
        "sortino": sortino(r, P, rf),
        "calmar": ratio(ann_return(r, P), -min(drawdowns(r)), r),
        "hist_var": hist_var(r),
        "hist_cvar": hist_cvar(r),
        "omega": omega(r),
        "ulcer": root(mean(x**2 for x in drawdowns(r))),
        "win_rate": Q(sum(x > 0 for x in r), T),
    }
    if T >= 3:
        found["skew"] = skew(r)
    if T >= 4:
        found["kurt"] = kurt(r)
    if b is not None:
        active = [x - y for x, y in zip(r, b, strict=True)]
        found |= {
            "excess_return": ann_return(r, P) - ann_return(b, P),
            "tracking_error": ann_vol(active, P),
            "info_ratio": info_ratio(r, b, P),
            "port_beta": beta(r, b),
            "jensen_alpha": alpha(r, b, P, rf),
        }
    return found


# Estimation --------------------------------------------------------------------------------------------------


def columns(rows) -> list[list[Q]]:
    return [list(column) for column in zip(*rows, strict=True)]


def sample(rows) -> list[list[Q]]:
    X = columns(rows)
    return [[covariance(x, y) for y in X] for x in X]


def semi(rows) -> list[list[Q]]:
    X = [[min(v, Q(0)) for v in column] for column in columns(rows)]
    return [[mean(a * b for a, b in zip(x, y, strict=True)) for y in X] for x in X]


def ewma(rows, half_life: Q) -> list[list[Q]]:
    T, X = len(rows), columns(rows)
    weights = [power(Q(1, 2), Q(T - 1 - t) / half_life) for t in range(T)]
    weights = [w / sum(weights) for w in weights]
    X = [[v - sum(w * u for w, u in zip(weights, x, strict=True)) for v in x] for x in X]
    return [[sum(w * a * b for w, a, b in zip(weights, x, y, strict=True)) for y in X] for x in X]


def moments(rows):
    """Deviations by column, and their covariances over T."""
    X = [[v - mean(x) for v in x] for x in columns(rows)]
    return X, [[mean(a * b for a, b in zip(x, y, strict=True)) for y in X] for x in X]


def total(rows) -> Q:
    return sum((sum(row, Q(0)) for row in rows), Q(0))


def identity_target(S) -> list[list[Q]]:
    n = len(S)
    m = sum(S[i][i] for i in range(n)) / n
    return [[m if i == j else Q(0) for j in range(n)] for i in range(n)]


def squared_distance(A, B) -> Q:
    return total([[(a - b) ** 2 for a, b in zip(x, y, strict=True)] for x, y in zip(A, B, strict=True)])


def ledoit_wolf(rows) -> Q:
    """Ledoit & Wolf 2004, section 3.2: b²/d²."""
    X, S = moments(rows)
    T, n = len(rows), len(S)
    d2 = squared_distance(S, identity_target(S))
    own = [[[X[i][t] * X[j][t] for j in range(n)] for i in range(n)] for t in range(T)]
    b2 = sum(squared_distance(one, S) for one in own) / T**2
    return Q(0) if d2 == 0 else min(b2, d2) / d2


def oas(rows) -> Q:
    """Chen et al. 2010, equation 23, without the terms 2/n as scikit-learn."""
    _, S = moments(rows)
    T, n = len(rows), len(S)
    trace2 = sum(S[i][i] for i in range(n)) ** 2
    of_square = total([[v**2 for v in row] for row in S])
    return min((of_square + trace2) / ((T + 1) * (of_square - trace2 / n)), Q(1))


def constant_target(S) -> tuple[list[list[Q]], Q]:
    n = len(S)
    s = [root(S[i][i]) for i in range(n)]
    r = mean(S[i][j] / (s[i] * s[j]) for i in range(n) for j in range(n) if i != j)
    return [[S[i][i] if i == j else r * s[i] * s[j] for j in range(n)] for i in range(n)], r


def constant_correlation(rows) -> Q:
    """Ledoit & Wolf 2004 (Honey), appendix B, term by term."""
    X, S = moments(rows)
    T, n = len(rows), len(S)
    F, r = constant_target(S)

    def theta(k, i, j):
        return mean((X[k][t] ** 2 - S[k][k]) * (X[i][t] * X[j][t] - S[i][j]) for t in range(T))

    pi = [[mean((X[i][t] * X[j][t] - S[i][j]) ** 2 for t in range(T)) for j in range(n)] for i in range(n)]
    rho = sum(pi[i][i] for i in range(n))
    for i in range(n):
        for j in range(n):
            if i != j:
                rho += r / 2 * (root(S[j][j] / S[i][i]) * theta(i, i, j) + root(S[i][i] / S[j][j]) * theta(j, i, j))
    gamma = squared_distance(F, S)
    return max(Q(0), min((total(pi) - rho) / gamma / T, Q(1)))


def shrunk(rows, method: str) -> list[list[Q]]:
    _, S = moments(rows)
    delta = {"ledoit_wolf": ledoit_wolf, "oas": oas, "constant_correlation": constant_correlation}[method](rows)
    F = constant_target(S)[0] if method == "constant_correlation" else identity_target(S)
    return [[(1 - delta) * s + delta * f for s, f in zip(x, y, strict=True)] for x, y in zip(S, F, strict=True)]


def solved(A, b) -> list[Q]:
    """Ax = b by elimination."""
    rows = [[*row, value] for row, value in zip(A, b, strict=True)]
    n = len(rows)
    for k in range(n):
        pivot = next(i for i in range(k, n) if rows[i][k] != 0)
        rows[k], rows[pivot] = rows[pivot], rows[k]
        rows[k] = [v / rows[k][k] for v in rows[k]]
        for i in range(n):
            if i != k:
                rows[i] = [v - rows[i][k] * u for v, u in zip(rows[i], rows[k], strict=True)]
    return [row[n] for row in rows]


def regression(y, factors) -> tuple[list[Q], Q]:
    """Slopes of least squares with an intercept, and the sum of squared residuals."""
    X = [[Q(1)] * len(y), *columns(factors)]
    A = [[sum(a * b for a, b in zip(p, q, strict=True)) for q in X] for p in X]
    found = solved(A, [sum(a * b for a, b in zip(p, y, strict=True)) for p in X])
    left = [v - sum(c * x[t] for c, x in zip(found, X, strict=True)) for t, v in enumerate(y)]
    return found[1:], sum(v**2 for v in left)


# Rebalancing -------------------------------------------------------------------------------------------------


def redemption_fee(held: Q, days, fees) -> Q:
    for limit, fee in zip(days, fees, strict=False):
        if held < limit:
            return fee
    return fees[len(days)] if len(fees) > len(days) else Q(0)
