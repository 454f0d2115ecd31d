"""Models by risk: targets found from risk budgets, and rebalancing when shares of risk have drifted."""

import numpy as np

from xlalloc.core.portfolio import risk_contrib
from xlalloc.core.risk_parity import rp_weights
from xlalloc.errors import AllocError
from xlalloc.reports.market import Market
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.records import Asset, Model
from xlalloc.requirements import SUM_TO_ONE

TOLERANCE = 0.2  # of a share of risk, beside its budget: RP_CHECK's
UNBOUNDED = (0.0, 1.0)


def find_targets(
    model: Model, assets: dict[str, Asset], market: Market, location: Location, problems: Problems
) -> None:
    """target = RP_WEIGHTS(cov, budgets, lower, upper); a leverage below 1 leaves the rest in the model's cash.

    The covariances are those of the model's own assets, from the prices or else from the assumptions. An asset without
    a budget has 0. A leverage above 1 needs a loan, which holdings do not show: 1 is taken, and said.
    """
    names = list(model.limits)
    total = sum(model.budgets.values())
    if abs(total - 1.0) > SUM_TO_ONE and abs(total - 100.0) > 100 * SUM_TO_ONE:
        model.wrong = "budgets_not_one"
        problems.note("", "budgets_not_one", "done.users_refused", location, total=f"{total:.6g}")
        return
    model.limits = as_shares(model.limits)
    budgets = [model.budgets.get(name, 0.0) / total for name in names]
    share = _leverage(model, location, problems)
    cash = [name for name in names if assets[name].kind == "cash" and not model.budgets.get(name)]
    if share < 1.0 and not cash:
        model.wrong = "no_cash"
        problems.note("", "no_cash_in_model", "done.users_refused", location, leverage=f"{share:g}")
        return
    lower, upper = (
        None
        if all(pair[k] is None for pair in model.limits.values())
        else [UNBOUNDED[k] if model.limits[name][k] is None else model.limits[name][k] for name in names]
        for k in (0, 1)
    )
    try:
        cov, model.found_from = market.covariance(names, assets)
        weights = rp_weights(cov, np.array(budgets), lower and np.array(lower), upper and np.array(upper))
    except AllocError as error:
        model.wrong = "no_targets"
        problems.note("", "no_targets", "done.users_refused", location, reason=error.english({"assets": names}))
        return
    model.targets = {name: share * float(weight) for name, weight in zip(names, weights, strict=True)}
    if share < 1.0:
        model.targets[cash[0]] += 1.0 - share
    model.budgets = dict(zip(names, budgets, strict=True))


def as_shares(limits: dict[str, tuple]) -> dict[str, tuple]:
    """Limits of weights as shares: where one of them is above 1, all are percentages without their sign."""
    if all(x is None or x <= 1.0 for pair in limits.values() for x in pair):
        return limits
    return {asset: tuple(x if x is None else x / 100 for x in pair) for asset, pair in limits.items()}


def _leverage(model: Model, location: Location, problems: Problems) -> float:
    if model.leverage > 1.0:
        problems.note("", "needs_loan", "done.one_taken", location, leverage=f"{model.leverage:g}")
    return min(model.leverage, 1.0)


def target_shares(model: Model, names: list[str], target: np.ndarray, cov) -> np.ndarray:
    """The shares of risk that a client's should be: the model's budgets, else those of its target weights."""
    if model.budgets:
        return np.array([model.budgets.get(name, 0.0) for name in names])
    return risk_contrib(target, cov)
