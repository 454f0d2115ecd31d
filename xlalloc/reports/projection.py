"""The plan of a client: the chance of the goal, the range of wealth, what fees take."""

import numpy as np

from xlalloc.core.planning import fee_drag, goal_prob, wealth_bands
from xlalloc.core.portfolio import port_return, port_vol
from xlalloc.reports.records import Client

FEES = (0.0025, 0.005, 0.01, 0.015, 0.02)
PATHS, SEED = 10_000, 1  # as the functions take them where none are given


def goal_today(client: Client, inflation: float) -> float | None:
    """The goal in today's money: as it is given, or less the inflation until then where it is in money of that day."""
    if client.goal is None or client.currency_goal != "then" or not client.goal_years:
        return client.goal
    return client.goal / (1.0 + inflation) ** client.goal_years


def plan(client: Client, value: float, target: np.ndarray, mu, cov, inflation: float, ask) -> dict:
    """On the model's expected return less the advisory fee, and its volatility; in today's money by the inflation."""
    if client.goal is None or not client.goal_years:
        return {}
    wealth = value + client.cash_flow
    mean = ask.shared("PORT_RETURN", port_return, target, mu)
    vol = ask.shared("PORT_VOL", port_vol, target, cov)
    net = ask("PORT_RETURN", lambda gross: gross - client.advisory_fee, mean)
    goal = goal_today(client, inflation)
    more = (PATHS, SEED, inflation)
    start = (wealth, client.monthly, client.goal_years, net, vol)
    whole = (wealth, client.monthly, max(int(client.goal_years), 1), net, vol)
    return {
        "chance": ask("GOAL_PROB", goal_prob, *start, goal, *more),
        "bands": ask.rows("WEALTH_BANDS", ask("WEALTH_BANDS", wealth_bands, *whole, *more)),
        "fees": [[fee, ask.shared("FEE_DRAG", fee_drag, fee, client.goal_years, mean)] for fee in FEES],
    }
