"""What weights are allowed: bounds of assets and of group totals, the frontier within them, which of them bind."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from xlalloc.core.checks import distinct, one_per_group, per_asset
from xlalloc.core.critical_line import Frontier, corner_portfolios, standard_form
from xlalloc.core.critical_path import Problem
from xlalloc.core.on_demand import OnDemand
from xlalloc.errors import InputError, Label, NumberError
from xlalloc.quantities import MOST_WEIGHT, Quantity
from xlalloc.quantity import in_percent

_OF_GROUPS = "total weight of each group, in order of first appearance, or labelled by group"
GroupLower = Annotated[np.ndarray, Quantity("vector", f"Minimum {_OF_GROUPS}", "fraction", ("groups",))]
GroupUpper = Annotated[np.ndarray, Quantity("vector", f"Maximum {_OF_GROUPS}", "fraction", ("groups",))]
MANY = 100  # assets from which one portfolio is found without the path that leads to it
ROUNDING = 1e-13  # a weight or a group total this near its bound is on it


@dataclass(frozen=True, slots=True)
class Limits:
    """lower ≤ w ≤ upper for each asset and, where there are groups, limits of each group's total."""

    lower: np.ndarray
    upper: np.ndarray
    names: list[str]  # of the groups
    code: np.ndarray | None  # group of each asset
    group_lower: np.ndarray | None
    group_upper: np.ndarray | None

    @classmethod
    def given(cls, n: int, lower, upper, groups=None, group_lower=None, group_upper=None) -> "Limits":
        names, code = ([], None) if groups is None else distinct(groups)
        for argument, values in (("group_lower", group_lower), ("group_upper", group_upper)):
            if values is None:
                continue
            if groups is None:
                raise InputError(f"{argument}: it needs groups, the name of each asset's group. Give groups as well.")
            one_per_group(values, names, argument)
        low, high = per_asset(lower, n), per_asset(upper, n)
        if group_upper is not None and code is not None:  # 60 for 60% would silently be no limit
            beyond = (group_upper > MOST_WEIGHT) & (group_upper > np.bincount(code, high) * (1.0 + 1e-9))
            if beyond.any():
                g, where = int(np.argmax(beyond)), "group_upper, {}"
                raise InputError(f"{where}: {in_percent(float(group_upper[g]))}", Label("groups", g))
        if group_lower is None and group_upper is None:
            code = None  # groups without limits
        return cls(low, high, names, code, group_lower, group_upper)

    def frontier(self, mu: np.ndarray, cov: np.ndarray, origin=None) -> Frontier | OnDemand:
        """The frontier within the limits; with an origin, a benchmark, its portfolios are deviations from it.

        Of many assets it is not followed as a whole where one portfolio is asked for.
        """
        if len(mu) < MANY:
            return self._whole(mu, cov, origin)
        return OnDemand(self.problem(mu, cov, origin), mu, lambda: self._whole(mu, cov, origin))

    def _whole(self, mu: np.ndarray, cov: np.ndarray, origin) -> Frontier:
        """Without what rounding left of assets not held, so that no risk is no risk."""
        limits = (self.lower, self.upper, self.code, self.group_lower, self.group_upper)
        try:
            found = corner_portfolios(mu, cov, *limits, origin)
        except NumberError as error:
            raise NumberError(error.template, *map(self._named, error.labels)) from None
        own = self if origin is None else replace(self, lower=self.lower - origin, upper=self.upper - origin)
        weights = own.cleaned(found.weights)
        if (weights == found.weights).all():
            return found
        return Frontier(weights, mu, cov.diagonal(), weights @ ((cov + cov.T) / 2.0))

    def problem(self, mu: np.ndarray, cov: np.ndarray, origin=None) -> Problem:
        """The limits in the standard form of a program."""
        limits = (self.lower, self.upper, self.code, self.group_lower, self.group_upper)
        try:
            return standard_form(mu, cov, *limits, origin)
        except NumberError as error:
            raise NumberError(error.template, *map(self._named, error.labels)) from None

    def _named(self, label):
        return self.names[label.index] if isinstance(label, Label) and label.axis == "groups" else label

    def cleaned(self, weights: np.ndarray) -> np.ndarray:
        """Weights (of one portfolio, or one per row) within rounding of a bound are on it."""
        weights = np.where(np.abs(weights - self.lower) <= ROUNDING, self.lower, weights)
        return np.where(np.abs(weights - self.upper) <= ROUNDING, self.upper, weights)

    def binding(self, weights: np.ndarray) -> list:
        """Labels of the assets at a bound and names of the groups at a limit, each followed by which."""
        found: list = []
        for i, w in enumerate(weights.tolist()):
            sides = [w == self.lower[i], w == self.upper[i]]
            if any(sides):
                found += [Label("assets", i), f"at its {_side(sides)} bound" if not all(sides) else "fixed"]
        if self.code is None:
            return found
        totals = np.bincount(self.code, weights)
        for g, name in enumerate(self.names):
            sides = [
                limit is not None and abs(totals[g] - limit[g]) <= ROUNDING * len(weights)
                for limit in (self.group_lower, self.group_upper)
            ]
            if any(sides):
                found += [f"group {name}", f"at its {_side(sides)} limit" if not all(sides) else "fixed"]
        return found


def _side(sides: list[bool]) -> str:
    return "lower" if sides[0] else "upper"
