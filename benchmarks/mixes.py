"""Mean-variance problems drawn at random, and the checks of every function's answer. `benchmarks.fuzz` runs them."""

import numpy as np

import xlalloc as xa
from benchmarks.certificates import RISKLESS, Allowed, level, return_lack, sharpe_excess, variance_excess

# By each family: what may be missed. The excess is of variance over the least possible, of the Sharpe ratio below the
# greatest, of the return below the greatest: bounds by duality, so no solver's answer is needed beside ours.
LIMITS = {"violation": 1e-10, "excess": 1e-9, "riskless": 2e-7, "sharpe": 1e-7, "return": 1e-8, "table": 1e-10}
INACCURATE = "the frontier cannot be computed accurately"  # the one reason to decline that is no failure
NEARLY_EQUAL = "equal but for 1e-9"  # rounding of a target return moves such portfolios: least risk only

COVARIANCES = ("sample", "three factors", "short sample", "low rank", "two classes", "duplicates", "with cash")
COVARIANCES += ("badly scaled", "rounded sample", "near duplicates", "no risk", "identity", "rounded diagonal")
COVARIANCES += ("all correlated", "all hedging")
MEANS = {
    "uniform": lambda n, rng, S: rng.uniform(0, 0.15, n),
    "equal": lambda n, rng, S: np.full(n, 0.05),
    "zero": lambda n, rng, S: np.zeros(n),
    "rounded": lambda n, rng, S: np.round(rng.uniform(0, 0.1, n), 2),
    "two levels": lambda n, rng, S: np.where(np.arange(n) % 2, 0.03, 0.07),
    "volatilities": lambda n, rng, S: np.sqrt(np.maximum(np.diag(S), 0)),
    NEARLY_EQUAL: lambda n, rng, S: 0.05 + rng.standard_normal(n) * 1e-9,
    "both signs": lambda n, rng, S: rng.standard_normal(n) * 0.1,
    "ties": lambda n, rng, S: rng.choice([0.02, 0.05, 0.05 + 1e-17, 0.08], n),
    "implied by 1/n": lambda n, rng, S: S @ np.ones(n) / n * 3 + 0.01,
}
BOUNDS = ("long only", "capped", "around 1/n", "short sales", "whole percent", "no choice", "multiples of 1/n")
GROUPS = {  # limits of g totals: s those of a portfolio within bounds, least and most the sums of bounds
    "no groups": None,
    "around a portfolio": lambda g, rng, s, least, most: (s - rng.uniform(0, 0.2, g), s + rng.uniform(0, 0.2, g)),
    "whole 5%": lambda g, rng, s, least, most: (np.floor(s * 20) / 20, np.ceil(s * 20) / 20),
    "fixed totals": lambda g, rng, s, least, most: (s, s),
    "upper only": lambda g, rng, s, least, most: (None, s + rng.uniform(0, 0.1, g) * (rng.random(g) < 0.5)),
    "sums of bounds": lambda g, rng, s, least, most: (least, most),
    "0 to 1": lambda g, rng, s, least, most: (np.minimum(0, s), np.maximum(1, s)),
}
FAMILIES = {"covariance": COVARIANCES, "means": MEANS, "bounds": BOUNDS, "groups": GROUPS}


def covariance(family: str, n: int, rng) -> np.ndarray:
    """Of n assets; those of a sample with volatilities of 2% to 40%, if not said otherwise."""
    sd, normal = rng.uniform(0.02, 0.4, n), rng.standard_normal
    match family:
        case "three factors":
            B = normal((n, 3)) * 0.1
            return B @ B.T + np.diag(sd**2 * 0.5)
        case "low rank":
            B = normal((n, rng.integers(1, max(2, n // 2 + 1)))) * 0.1
            return B @ B.T
        case "duplicates":
            B = normal((max(1, n // 2), max(1, n // 2) + 2))[rng.integers(0, max(1, n // 2), n)] * 0.1
            return B @ B.T
        case "two classes":
            s, rho = np.where(np.arange(n) % 2, 0.05, 0.2), rng.choice([0, 0.3, 0.5, 0.9, 1.0])
            return np.outer(s, s) * (rho + (1 - rho) * np.eye(n))
        case "all correlated" | "all hedging":
            rho = rng.choice([0.9, 0.99, 0.9999])
            if family == "all hedging":
                rho = rng.choice([0.5, 0.9, 1.0]) / min(1 - n, -1)
            return np.outer(sd, sd) * (rho + (1 - rho) * np.eye(n))
        case "no risk" | "identity" | "rounded diagonal":
            return np.diag({"no risk": 0 * sd, "identity": 0 * sd + 0.04}.get(family, np.round(sd, 1) ** 2))
        case "short sample":  # fewer observations than assets, and a market
            periods = rng.integers(2, max(3, n))
            X = normal((periods, n)) * sd + normal((periods, 1)) * 0.2
        case "rounded sample":
            X = np.round(normal((12, n)) * sd + 0.01, 2)
        case "near duplicates":
            X, half = normal((2 * n + 5, n)) * sd, n // 2
            X[:, half : 2 * half] = X[:, :half] * rng.choice([1, 2])
            X[:, half : 2 * half] += normal((2 * n + 5, half)) * 10.0 ** rng.uniform(-8, -2)
        case _:
            X = normal((3 * n + 5, n)) * (10.0 ** rng.uniform(-4, 0, n) if family == "badly scaled" else sd)
    if family == "with cash":
        X[:, rng.integers(0, n, max(1, n // 4))] = 0.0
    return np.atleast_2d(np.cov(X, rowvar=False))


def bounds(family: str, n: int, rng) -> tuple[np.ndarray, np.ndarray]:
    """Bounds that some weights satisfy."""
    zeros, ones = np.zeros(n), np.ones(n)
    match family:
        case "capped":
            return zeros, ones * max(1 / n, rng.choice([0.1, 0.2, 0.25, 0.3, 0.5]))
        case "around 1/n":
            lower = rng.uniform(0, 1 / n, n)
            return lower, lower + rng.uniform(1 / n, 4 / n, n)
        case "short sales":
            return -ones * rng.choice([0.1, 0.5, 1.0]), ones * (rng.choice([0.5, 1.0, 2.0]) if n > 1 else 1)
        case "whole percent":  # now and then a fixed weight, or upper bounds that only just reach 1
            lower = np.round(rng.uniform(0, 1 / n, n), 2)
            upper = np.round(lower + rng.uniform(0.5 / n, 6 / n, n), 2)
            upper[0] = max(upper[0], 1 - upper[1:].sum())
            lower = np.minimum(lower, upper)
            if rng.random() < 0.3:
                fixed = rng.integers(n)
                upper[fixed] = lower[fixed]
            if upper.sum() < 1:
                upper[rng.integers(n)] += 1 - upper.sum() + (0 if rng.random() < 0.5 else 0.2)
            return lower if lower.sum() <= 1 else zeros, upper
        case "no choice":
            w = rng.dirichlet(ones)
            return (w, ones) if rng.random() < 0.5 else (zeros, w)
        case "multiples of 1/n":
            return ones / n * rng.choice([0, 0.5, 1]), ones / n * rng.choice([1, 2, 4])
    return zeros, ones


def group_limits(family: str, n: int, rng, lower, upper) -> dict:
    """Names of up to six groups, and limits in order of first appearance that some weights satisfy."""
    if GROUPS[family] is None:
        return {}
    code = rng.integers(0, rng.integers(1, max(2, min(n, 6)) + 1), n)
    _, first, code = np.unique(code, return_index=True, return_inverse=True)
    w = lower + np.clip((1 - lower.sum()) / max(upper.sum() - lower.sum(), 1e-300), 0, 1) * (upper - lower)
    low, high = GROUPS[family](len(first), rng, *(np.bincount(code, part) for part in (w, lower, upper)))
    limits = {"groups": [f"group {k}" for k in code], "group_upper": high[first.argsort()]}
    return limits if low is None else limits | {"group_lower": low[first.argsort()]}


def random_problem(seed: int):
    """Families drawn, means, covariance, and the bounds as arguments of the public functions."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 13)) if rng.random() < 0.7 else int(rng.integers(13, 61))
    families = [list(kind)[rng.integers(len(kind))] for kind in (COVARIANCES, MEANS, BOUNDS)]
    families.append(list(GROUPS)[rng.integers(len(GROUPS)) if rng.random() < 0.6 else 0])
    cov = covariance(families[0], n, rng)
    mu = MEANS[families[1]](n, rng, cov)
    lower, upper = bounds(families[2], n, rng)
    upper = upper / min(upper.sum(), 1)
    return families, mu, cov, {"lower": lower, "upper": upper} | group_limits(families[3], n, rng, lower, upper)


# What is asked, and what must hold ----------------------------------------------------------------------------


def _answers(families, mu, cov, limits, allowed, rng):
    w = xa.min_var_weights(cov, **limits)
    yield "least variance", {"violation": allowed.violation(w)} | variance_excess(cov, allowed, w)
    yield from _diversified(cov, limits)
    if nearly_equal(mu):
        return
    table = xa.frontier(mu, cov, 5, **limits)
    if (greatest := max(np.abs(table.column("return")))) > 0.5:  # above 1 a target is refused as percentage points
        mu = mu / 2.0 ** np.ceil(np.log2(2.0 * greatest))  # a power of 2, so that scaling is exact
        table = xa.frontier(mu, cov, 5, **limits)
    yield from _impossible(mu, cov, limits, w, table.column("return")[-1])
    yield from _frontier(table, mu, cov, allowed)
    least, most = table.column("return")[0], table.column("return")[-1]
    for share in (0.9, 0.5, 0.1):
        target = least + share * (most - least)
        w = xa.target_return_weights(mu, cov, target, **limits)
        yield f"target return {target!r}", _figures_at_return(mu, cov, allowed, target, w)
    vols = table.column("volatility")
    for share in (0.7, rng.uniform(0, 1)):
        target = vols[0] + share * (vols[-1] - vols[0])
        if target > 0.0:
            w = xa.target_vol_weights(mu, cov, target, **limits)
            yield f"target volatility {target!r}", _figures_at_vol(mu, cov, allowed, target, w)
    rf = float(rng.choice([0.0, least - 0.01, least + 0.4 * (most - least), most + 0.01]))
    yield f"Sharpe at {rf!r}", _figures_of_sharpe(mu, cov, rf, limits, allowed)


def nearly_equal(mu) -> bool:
    """Means that differ by rounding or little more: a target between two of them is not one to be met."""
    gaps = np.diff(np.sort(mu)) / (np.abs(mu).max() or 1.0)
    return bool(((gaps > 1e-14) & (gaps < 1e-7)).any())


def _figures_at_return(mu, cov, allowed, target, w) -> dict:
    """The mix misses no limit, earns the target, and none that earns as much has less risk."""
    scale = np.abs(mu).max() or 1.0
    missed = max(allowed.violation(w), (target - mu @ w) / scale)
    return {"violation": missed} | variance_excess(cov, allowed.also(-mu / scale, -target / scale), w)


def _figures_at_vol(mu, cov, allowed, target, w) -> dict:
    vol, unit = max(float(w @ cov @ w), 0.0) ** 0.5, level(cov, w)
    if vol <= RISKLESS * unit:
        return {"violation": allowed.violation(w), "return": return_lack(mu, cov, allowed, w)}
    beyond, rounding = vol / target - 1, 1e-16 * (unit / vol) ** 2  # what w'Σw leaves of its digits
    missed = {"violation": max(allowed.violation(w), beyond if beyond > rounding else 0.0)}
    if beyond < -max(1e-9, rounding):  # not used up: nothing earns more
        return missed | {"return": allowed.gain(mu / (np.abs(mu).max() or 1.0), w)}
    return missed | {"return": return_lack(mu, cov, allowed, w)}


def _figures_of_sharpe(mu, cov, rf, limits, allowed) -> dict:
    scale = max(np.abs(mu).max(), abs(rf)) or 1.0
    try:
        w = xa.max_sharpe_weights(mu, cov, rf, **limits)
    except xa.AllocError as error:
        if "no feasible portfolio earns more" in str(error):
            return {"errors": 1, "violation": 0.0 if allowed.most((mu - rf) / scale) <= 1e-9 else np.inf}
        if "a portfolio without risk earns" in str(error):
            witness = xa.target_return_weights(mu, cov, rf + 2e-12 * scale, **limits)
            riskless = witness @ cov @ witness <= (3 * RISKLESS * level(cov, witness)) ** 2
            shown = riskless and witness @ mu > rf and allowed.violation(witness) <= LIMITS["violation"]
            return {"errors": 1, "violation": 0.0 if shown else np.inf}
        raise
    return {"violation": allowed.violation(w), "sharpe": sharpe_excess(mu, cov, rf, allowed, w)}


def _diversified(cov, limits):
    """The most diversified mix, which knows no groups."""
    limits, vols = {"lower": limits["lower"], "upper": limits["upper"]}, np.sqrt(np.diag(cov))
    allowed = Allowed.within(**limits)
    try:
        w = xa.max_div_weights(cov, **limits)
    except xa.AllocError as error:
        shown = "has no variance" in str(error) and vols.min() == 0.0
        if "has no risk" in str(error):
            witness = xa.min_var_weights(cov, **limits)
            shown = witness @ cov @ witness <= (3 * RISKLESS * level(cov, witness)) ** 2
        if "never above zero" in str(error):
            shown = allowed.most(vols) <= 1e-12
        if INACCURATE in str(error):
            raise
        yield "diversification", {"errors": 1, "violation": 0.0 if shown else np.inf}
    else:
        figures = {"violation": allowed.violation(w), "sharpe": sharpe_excess(vols, cov, 0.0, allowed, w)}
        yield "diversification", figures


def _frontier(table, mu, cov, allowed):
    """Each row least risky for its return; even steps of return; risk rises, ever faster; from and to the ends."""
    weights, scale = np.array([row[3:] for row in table.rows]), np.abs(mu).max() or 1.0
    returns, vols = np.array(table.column("return")), np.array(table.column("volatility"))
    unit, variances = max(level(cov, w) for w in weights), np.einsum("ij,jk,ik->i", weights, cov, weights)
    steps = np.diff(returns) / scale
    wrong = {
        "returns": np.abs(weights @ mu - returns).max() / scale,
        "volatilities": np.abs(np.maximum(variances, 0.0) - vols**2).max() / unit**2,
        "uneven": np.abs(steps - steps.mean()).max(),
        "risk falls": max(0.0, -np.diff(vols).min()) / unit,
        "not convex": max(0.0, -np.diff(vols, 2).min()) / unit if steps.mean() > 1e-9 else 0.0,
    }
    yield "frontier", {"table": max(wrong.values())}
    yield "frontier, greatest return", {"return": allowed.gain(mu / scale, weights[-1])}
    yield "frontier, least risk", variance_excess(cov, allowed, weights[0])
    for target, w in zip(returns, weights, strict=True):
        yield f"frontier at {float(target)!r}", _figures_at_return(mu, cov, allowed, target, w)


def _impossible(mu, cov, limits, least, greatest: float):
    """Questions that have no answer: an answer is a failure. That ``greatest`` is so is checked with the frontier."""
    too_much = greatest + 1e-3 * (np.abs(mu).max() or 1.0)
    questions = [("return above the greatest", lambda: xa.target_return_weights(mu, cov, too_much, **limits))]
    vol = max(float(least @ cov @ least), 0.0) ** 0.5
    if vol > RISKLESS * level(cov, least):
        questions += [("volatility below the least", lambda: xa.target_vol_weights(mu, cov, 0.99 * vol, **limits))]
    low = {**limits, "upper": limits["upper"] * (0.99 / limits["upper"].sum())}
    if limits["upper"].sum() > 0 and (low["upper"] >= limits["lower"]).all():
        questions += [("upper bounds below 1", lambda: xa.min_var_weights(cov, **low))]
    for what, ask in questions:
        try:
            ask()
        except xa.AllocError as error:
            if INACCURATE in str(error):
                raise
            yield what, {"errors": 1}
        else:
            yield what, {"violation": np.inf}


def justified(cov) -> bool:
    """Declined as inaccurate: are there almost exact copies or hedges?"""
    sd = np.sqrt(np.diag(cov))
    held = sd > 0.0
    return bool(np.linalg.eigvalsh(cov[np.ix_(held, held)] / np.outer(sd[held], sd[held]))[0] <= 2e-4)


def check(seed: int) -> tuple[list[str], list[tuple[str, dict]]]:
    """One problem: its families, and what was asked with its figures."""
    families, mu, cov, limits = random_problem(seed)
    rng = np.random.default_rng([seed, 1])
    found = []
    try:
        found.extend(_answers(families, mu, cov, limits, Allowed.within(**limits), rng))
    except xa.AllocError as error:
        fine = INACCURATE in str(error) and justified(cov)
        found.append((f"declined: {error}", {"declined": 1, "violation": 0.0 if fine else np.inf}))
    return families, found
