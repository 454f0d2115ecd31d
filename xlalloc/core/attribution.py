"""Where a result came from: factors with their t-statistics, allocation and selection against a benchmark."""

from math import floor
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, labels, worksheet_function
from xlalloc.core.checks import annualisation, distinct
from xlalloc.core.kpi import per_period
from xlalloc.core.regression import regression, residual_stds
from xlalloc.errors import DivisionError, InputError, Label, NotAvailableError, NumberError
from xlalloc.explanation import record
from xlalloc.quantities import (
    FactorReturns,
    Groups,
    Periods,
    Quantity,
    Rate,
    Returns,
    SeriesCount,
    SeriesTable,
    TableResult,
    number,
)
from xlalloc.requirements import SUM_TO_ONE, no_prices

Lags = Annotated[
    int, number("Lags of the autocorrelation allowed for; ⌊4(T/100)^(2/9)⌋ if left out", "periods", low=0, whole=True)
]


def _by_period(help: str, unit: str, **limits) -> Quantity:
    words = f"{help}: one per asset for a single period, or time down, assets across"
    return Quantity("panel", words, unit, ("time", "assets"), single=True, **limits)


_RETURNS = {"low": -1, "compounds": True, "gaps": "kept", "checks": (no_prices,)}
PeriodWeights = Annotated[np.ndarray, _by_period("Portfolio weights at the start of each period", "fraction")]
PeriodReturns = Annotated[
    np.ndarray, _by_period("Returns of the portfolio's assets", "fraction per period", **_RETURNS)
]
BenchPeriodWeights = Annotated[np.ndarray, _by_period("Weights of the benchmark at the same times", "fraction")]
BenchPeriodReturns = Annotated[
    np.ndarray, _by_period("Returns of the benchmark's assets or groups", "fraction per period", **_RETURNS)
]

NOTHING = 1e-12  # of the weights of a group: their sum is zero


# Factors ----------------------------------------------------------------------------------------------------------


@worksheet_function(
    "=FACTOR_REGRESSION({0.02;-0.01;0.03;0.01;-0.02;0.04},{0.01;-0.02;0.02;0.01;-0.01;0.03},0.02,1,12)",
    [
        ["term", "estimate", "t-statistic"],
        ["alpha", 0.02633, 0.48695],
        ["Factor 1", 1.17308, 6.56261],
        ["R²", 0.88892, ""],
        ["residual volatility", 0.02675, ""],
        ["lags", 1, ""],
    ],
)
def factor_regression(
    returns: Returns,
    factor_returns: FactorReturns,
    rf: Rate = 0.0,
    lags: Lags | None = None,
    periods: Periods | None = None,
    *,
    count: SeriesCount | None = None,
) -> SeriesTable:
    """Regression of returns on factors: alpha per year, betas, Newey–West t-statistics, R² and residual volatility.

    Formula: r_t − f = a + β'F_t + e_t by least squares; alpha = P·a; t from (X'X)⁻¹S(X'X)⁻¹, S = Γ₀ + Σ_j
    (1−j/(L+1))(Γ_j+Γ_j')

    X = (1, F), Γ_j = Σ_t x_t e_t e_{t−j} x'_{t−j}: errors may be heteroscedastic and autocorrelated up to L lags, by
    default ⌊4(T/100)^(2/9)⌋, with Bartlett's weights and no correction for small samples. f = (1+rf)^(1/P) − 1 is taken
    from the returns alone: factors are excess returns (a market less cash) or long–short portfolios; of a plain index
    subtract the rate yourself. A |t| below 2 cannot be told from zero. The residual volatility is SPECIFIC_VOLS,
    divided by T − 1.

    One row per term. With several series each has its rows, named in the first column. R² of an account on its policy
    (PORT_SERIES of the benchmarks at the policy weights) is the share of its variation that the allocation explains.

    Errors: #N/A where there are fewer than k+2 rows for k factors; #NUM! where a factor does not move or is a linear
    combination of the others, or there are as many lags as rows; #DIV/0! where the returns do not vary, or nothing is
    left unexplained (in the cells of R² and the t-statistics).

    Peers: statsmodels.api.OLS (fit with cov_type HAC); Excel LINEST (without Newey–West).

    Source: Newey & West (1987), A Simple, Positive Semi-Definite, Heteroskedasticity and Autocorrelation Consistent
    Covariance Matrix; Jensen (1968); Brinson, Hood & Beebower (1986), Determinants of Portfolio Performance, for R².
    """
    P = annualisation(periods)
    T, k = factor_returns.shape
    excess = returns - per_period(rf, P)
    B, e = regression(excess, factor_returns, 2)
    L = floor(4.0 * (T / 100.0) ** (2.0 / 9.0)) if lags is None else lags
    if L >= T:
        raise NumberError(f"lags: {L} lags need more than {T} rows. Give fewer lags or a longer history.")
    record("lags", L)
    record("rows used", T)
    alpha, errors = _newey_west(excess, factor_returns, B, e, L)
    s = residual_stds(returns, e)
    total = residual_stds(returns, excess - excess.mean(axis=0))
    several = (count or returns.shape[1]) > 1
    table = Table((*(["series"] if several else []), "term", "estimate", "t-statistic"))
    for i in range(returns.shape[1]):
        own = [Label("assets", i)] if several else []
        t = (np.append(alpha[i], B[i]) / errors[i]).tolist() if s[i] > 0.0 else [_exact()] * (k + 1)
        scaled = [float(P * alpha[i]), *B[i].tolist()]
        terms = zip(["alpha", *labels("factors", k)], scaled, t, strict=True)
        table.rows.extend((*own, *row) for row in terms)
        r2 = float(1.0 - (s[i] / total[i]) ** 2) if total[i] > 0.0 else _still()
        last = (("R²", r2), ("residual volatility", float(s[i] * P**0.5)), ("lags", L))
        table.rows.extend((*own, name, value, "") for name, value in last)
    return table


def _newey_west(r: np.ndarray, F: np.ndarray, B: np.ndarray, e: np.ndarray, L: int) -> tuple[np.ndarray, np.ndarray]:
    """The intercepts per period, and the standard errors of intercept and betas, one row per series.

    In terms of Z = (1, (F − F̄)/σ_F), which is well scaled: alpha = c'g with c = (1, −F̄/σ_F), βσ_F = g.
    """
    centre, v = F.mean(axis=0), F.std(axis=0)
    Z = np.column_stack([np.ones(len(F)), (F - centre) / v])
    bread = np.linalg.inv(Z.T @ Z)
    back = np.diag(np.append(1.0, 1.0 / v))
    back[0, 1:] = -centre / v
    alpha = r.mean(axis=0) - B @ centre
    errors = np.empty((r.shape[1], Z.shape[1]))
    for i in range(r.shape[1]):
        u = Z * e[:, i : i + 1]
        S = u.T @ u
        for j in range(1, L + 1):
            G = u[j:].T @ u[:-j]
            S += (1.0 - j / (L + 1.0)) * (G + G.T)
        V = back @ (bread @ S @ bread) @ back.T
        errors[i] = np.sqrt(np.maximum(V.diagonal(), 0.0))
    return alpha, errors


def _exact() -> DivisionError:
    return DivisionError(
        "returns: the factors explain them exactly, so there is no error to divide by. Leave out a factor that is the "
        "series itself."
    )


def _still() -> DivisionError:
    return DivisionError("returns: they do not vary, so there is nothing to explain. Leave out a constant column.")


# Allocation and selection -----------------------------------------------------------------------------------------


@worksheet_function(
    '=BRINSON({"UK",0.4;"Japan",0.3;"US",0.3},{"UK",0.2;"Japan",-0.05;"US",0.06},{"UK",0.4;"Japan",0.2;"US",0.4},'
    '{"UK",0.1;"Japan",-0.04;"US",0.08})',
    [
        ["group", "allocation", "selection", "interaction", "active return"],
        ["UK", 0.0, 0.04, 0.0, 0.04],
        ["Japan", -0.0104, -0.002, -0.001, -0.0134],
        ["US", -0.0016, -0.008, 0.002, -0.0076],
        ["Total", -0.012, 0.03, 0.001, 0.019],
    ],
)
def brinson(
    weights: PeriodWeights,
    returns: PeriodReturns,
    bench_weights: BenchPeriodWeights,
    bench_returns: BenchPeriodReturns,
    groups: Groups | None = None,
) -> TableResult:
    """Attribution of the active return to allocation, selection and interaction, by asset or group (Brinson–Fachler).

    Formula: allocation (wp−wb)(rb−Rb); selection wb(rp−rb); interaction (wp−wb)(rp−rb)

    Of each group: wp and wb its weights, rp and rb its returns Σwr/Σw in the portfolio and in the benchmark; Rb the
    benchmark's return. Without groups every asset is a group of its own. Where the portfolio holds nothing of a group
    rp is rb, where the benchmark holds nothing rb is Rb. The three add up to the active return Rp − Rb. The return of
    what has weight 0 is not needed and may be blank.

    A row or column of numbers is one period; a table with time down is a period a row, with the weights at the start of
    each period. The effects of several periods are linked (Cariño): those of period t times k_t/k, where
    k = (ln(1+Rp) − ln(1+Rb))/(Rp − Rb), 1/(1+Rp) where the two are equal, k_t of the period and k of the whole time. So
    they add up to the difference of the compounded returns.

    Errors: #VALUE! where weights of a period do not sum to 1; #NUM! where the long and short positions of a group
    cancel to a weight of 0, or a return of −100% cannot be linked; #N/A where the return of what is held is blank, or
    there is no complete period.

    Peers: none.

    Source: Brinson & Fachler (1985), Measuring Non-US Equity Portfolio Performance; Bacon (2008), Practical Portfolio
    Performance Measurement and Attribution, ch. 5 (the example); Cariño (1999), Combining Attribution Effects over
    Time.
    """
    T, n = weights.shape
    for name, w in (("weights", weights), ("bench_weights", bench_weights)):
        _sum_to_one(name, w)
    returns = _where_held("returns", returns, "weights", weights)
    bench_returns = _where_held("bench_returns", bench_returns, "bench_weights", bench_weights)
    names, code = (None, np.arange(n)) if groups is None else distinct(groups)
    member = np.zeros((n, len(names) if names else n))
    member[np.arange(n), code] = 1.0
    wp, cp = weights @ member, (weights * returns) @ member
    wb, cb = bench_weights @ member, (bench_weights * bench_returns) @ member
    Rp, Rb = cp.sum(axis=1), cb.sum(axis=1)
    rb = _group_returns("bench_weights", bench_weights, wb, cb, np.broadcast_to(Rb[:, None], wb.shape), member, names)
    rp = _group_returns("weights", weights, wp, cp, rb, member, names)
    link = np.ones(T) if T == 1 else _linking(Rp, Rb)
    effects = [link @ ((wp - wb) * (rb - Rb[:, None])), link @ (wb * (rp - rb)), link @ ((wp - wb) * (rp - rb))]
    columns = np.array([*effects, sum(effects)])
    first = names or labels("assets", n)
    rows = [(name, *cells) for name, cells in zip(first, columns.T.tolist(), strict=True)]
    record("periods", T)
    record("return of the portfolio", float(np.prod(1.0 + Rp) - 1.0))
    record("return of the benchmark", float(np.prod(1.0 + Rb) - 1.0))
    header = ("group", "allocation", "selection", "interaction", "active return")
    return Table(header, [*rows, ("Total", *columns.sum(axis=1).tolist())])


def _sum_to_one(name: str, w: np.ndarray) -> None:
    off = np.abs(w.sum(axis=1) - 1.0)
    if off.max() > SUM_TO_ONE:
        t = int(off.argmax())
        where = "" if len(w) == 1 else " of {}"
        raise InputError(
            f"{name}: the weights{where} sum to {w[t].sum():.8g}, not to 1. Scale them so that they sum to 1 (100%).",
            *([Label("time", t)] if where else []),
        )


def _where_held(name: str, returns: np.ndarray, held_in: str, w: np.ndarray) -> np.ndarray:
    """The returns, 0 in place of a blank where nothing is held: there none is needed."""
    blank = np.isnan(returns)
    if not blank.any():
        return returns
    if (lacking := blank & (w != 0.0)).any():
        t, i = (int(k) for k in np.argwhere(lacking)[0])
        where = "{}" if len(w) == 1 else "{} / {}"
        raise NotAvailableError(
            f"{name}, {where}: it is blank, and {held_in} holds {w[t, i]:.6g} of it. Give the return; only where the "
            "weight is 0 none is needed.",
            *([Label("time", t)] if len(w) > 1 else []),
            Label("assets", i),
        )
    record(f"blank {name} where nothing is held", f"{int(blank.sum())}, not needed")
    return np.where(blank, 0.0, returns)


def _group_returns(name, w, totals, parts, instead, member, names) -> np.ndarray:
    """Σwr/Σw of each group, ``instead`` where the group is not held."""
    gross = np.abs(w) @ member
    none = np.abs(totals) <= NOTHING * np.maximum(gross, 1.0)
    cancelled = none & (gross > 1e-9)
    if cancelled.any():
        t, g = (int(i) for i in np.argwhere(cancelled)[0])
        raise NumberError(
            f"{name}: the long and short positions of {{}} cancel in {{}}, so it has no return of its own. Divide it "
            "into two groups.",
            names[g] if names else Label("assets", g),
            Label("time", t),
        )
    return np.where(none, instead, parts / np.where(none, 1.0, totals))


def _linking(Rp: np.ndarray, Rb: np.ndarray) -> np.ndarray:
    """k_t/k."""
    for name, R in (("returns", Rp), ("bench_returns", Rb)):
        if not R.min() > -1.0:
            raise NumberError(
                f"{name}: the return of {{}} is −100% or less, which cannot be linked with other periods. Look at each "
                "period alone.",
                Label("time", int(R.argmin())),
            )
    return _logarithmic(Rp, Rb) / _logarithmic(np.prod(1.0 + Rp) - 1.0, np.prod(1.0 + Rb) - 1.0)


def _logarithmic(p, b):
    """(ln(1+p) − ln(1+b))/(p − b), as ln(1+x)/x /(1+b) with x = (p−b)/(1+b), and 1/(1+p) where they are equal."""
    x = (p - b) / (1.0 + b)
    near = np.abs(x) < 1e-8
    return np.where(near, 1.0 - x / 2.0, np.log1p(x) / np.where(near, 1.0, x)) / (1.0 + b)
