"""The result for one client: all that the client's documents show."""

import calendar
import datetime as dt
from dataclasses import dataclass, field

import numpy as np

from xlalloc.core.rebalance import MONTHS
from xlalloc.errors import ErrorValue
from xlalloc.reports import trading
from xlalloc.reports.account import Account
from xlalloc.reports.firm import Firm
from xlalloc.reports.history import History
from xlalloc.reports.problems import Problem
from xlalloc.reports.records import Client
from xlalloc.reports.suitability import Judgement


@dataclass
class Policy:
    """What is stated for the model, and what POLICY_CHECK finds of the target and of today's weights."""

    stated: dict[str, float]
    target: list[list]
    now: list[list]


@dataclass
class Result:
    """What was computed and found for one client; an error value where there is no answer."""

    client: Client
    lang: str
    as_of: dt.date | None
    currency: str
    model: str
    names: list[str]
    held: list[trading.Position]
    value: float
    drift: list[list]  # asset, value, weight, target, deviation, relative deviation
    due: bool | ErrorValue
    calendar_known: bool
    risk_drift: list[list]  # by risk: asset, weight, share of risk, budget, relative deviation, breach
    orders: trading.Orders | ErrorValue
    judgement: Judgement
    sales: list[trading.Order]
    purchases: list[trading.Order]
    settle_days: float
    cov_from: str
    mu: np.ndarray | ErrorValue
    cov: np.ndarray | ErrorValue
    measures: dict[str, list]
    policy: Policy | None
    parity: np.ndarray | ErrorValue
    no_risk: list[str]
    risk_now: np.ndarray | ErrorValue
    risk_target: np.ndarray | ErrorValue
    correlations: list[list] | ErrorValue
    frontier: list[list]  # return, volatility
    stress: list[list] | ErrorValue
    history: History | None
    plan: dict
    account: Account | None = None  # its own performance
    firm: Firm = field(default_factory=Firm)
    problems: list[Problem] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def largest(self) -> list:
        """The row of the largest deviation."""
        return max(self.drift, key=lambda row: abs(row[4]))

    @property
    def farthest(self) -> list | None:
        """By risk, the row of the share of risk that is farthest off its budget."""
        known = [row for row in self.risk_drift if not isinstance(row[4], ErrorValue)]
        return max(known, key=lambda row: abs(row[4])) if known else None

    @property
    def funds(self) -> int:
        return sum(position.value > 0 for position in self.held)

    @property
    def letter(self) -> bool:
        """Does the client get one, or is it kept back?"""
        return not self.judgement.held

    @property
    def next_review(self) -> dt.date | None:
        """A period after the last rebalancing; after today where that is past, or where it is rebalanced today."""
        last, today = self.client.last_rebalanced, self.as_of
        if last is not None and self.due is not True and not (today and after(last, self.client.frequency) <= today):
            return after(last, self.client.frequency)
        return today and after(today, self.client.frequency)

    def named(self, where: dict[str, list[int]], state: str) -> list[str]:
        """The products of a judgement, such as ``judgement.above`` in the state ``"bought"``."""
        return [self.names[i] for i in where[state]]


def after(day: dt.date, frequency: str) -> dt.date:
    """A period later: a week, or so many months, counted safely at the end of months."""
    if frequency == "weekly":
        return day + dt.timedelta(days=7)
    years, month = divmod(day.month - 1 + MONTHS[frequency], 12)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
