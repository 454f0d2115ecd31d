"""The periodic review: five questions, what the numbers answer, what follows from it."""

import numpy as np

from xlalloc.catalogue import Table
from xlalloc.core import orders
from xlalloc.core.checks import together
from xlalloc.errors import InputError, Label

ASK = "ask the client"
ANEW = "If so, choose the target weights again."


def checklist(values, target, threshold: float, achieved, hurdle) -> Table:
    """The table of REBAL_CHECKLIST."""
    together("Give both achieved and hurdle, or neither.", achieved=achieved, hurdle=hurdle)
    return Table(
        ("question", "answer", "figure", "where", "action"),
        [
            ("Does a weight deviate from its target by more than the threshold?", *_drift(values, target, threshold)),
            ("Has the client's tolerance for risk changed?", ASK, None, None, ANEW),
            ("Have the goal or the time horizon changed?", ASK, None, None, ANEW),
            (
                "Has the economic environment changed fundamentally?",
                "adviser's judgement",
                None,
                None,
                "If so, review the assumptions on return, risk and correlation.",
            ),
            ("Has the portfolio stayed below its benchmark persistently?", *_shortfall(achieved, hurdle)),
        ],
    )


def _drift(values, target, threshold: float) -> tuple:
    deviation = values / orders.worth(values) - target / target.sum()
    i = int(np.abs(deviation).argmax())
    far = abs(deviation[i]) > threshold + orders.TRIGGER
    answer, action = ("yes", "Rebalance: REBAL_PLAN returns the orders.") if far else ("no", "Nothing to do.")
    return answer, float(deviation[i]), Label("assets", i), action


def _shortfall(achieved, hurdle) -> tuple:
    if achieved is None:
        return "not computed", None, None, "Give achieved and hurdle to have it answered."
    if np.ndim(hurdle) > np.ndim(achieved):
        raise InputError(f"achieved: one number, but hurdle has {len(hurdle)}. Give both the same periods.")
    difference = np.atleast_1d(achieved - hurdle)
    below, n = int((difference < 0.0).sum()), len(difference)
    answer, action = "in part", "Watch it; review the holdings if it goes on."
    if below == n:
        answer, action = "yes", "Review the holdings, their costs and the benchmark."
    elif not below:
        answer, action = "no", "Nothing to do."
    return answer, float(difference.mean()), f"{below} of {n} periods" if n > 1 else None, action
