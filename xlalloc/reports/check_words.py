"""Names and values that the internal page Check alone uses: no template of a client's document knows them."""

from xlalloc.core import kpi
from xlalloc.reports.result import Result
from xlalloc.reports.sentences import Say, given, in_language, products

MEASURES = [measure.title for measure in kpi.MEASURES.values()]
STATES = ("now", "target", "bench")
ENOUGH_FUNDS = (5, 8)
SHAPES = {
    **dict.fromkeys(("funds_line", "check_line"), "value"),
    **dict.fromkeys(("remedy_texts", "product_marks", "kpi_names", *(f"kpi_{state}" for state in STATES)), "column"),
    **dict.fromkeys(("policy_measures", "policy_stated", "policy_target", "policy_now"), "column"),
    **dict.fromkeys(("target_verdicts", "now_verdicts"), "column"),
}


def check_words(r: Result) -> dict[str, object]:
    """Names and values, as ``vocabulary`` returns them; internal files show what is simulated and projected."""
    say = in_language(r.lang)
    return {**_products(r, say), **_policy(r, say), **_kpis(r, say), "simulated_shown": True, "projections_shown": True}


def _products(r: Result, say: Say) -> dict:
    """Products above the client's level or without one, whether they are few or many, what would release the letter."""
    found, (low, high) = r.judgement, ENOUGH_FUNDS
    above, unknown = (set().union(*where.values()) for where in (found.above, found.unknown))
    verdict = "few" if r.funds < low else "many" if r.funds > high else "fine"
    kinds = dict.fromkeys(problem.kind for problem in found.reasons) if found.held else ()
    return {
        "check_line": say("internal.held" if found.held else "internal.printed"),
        "remedy_texts": [say(f"remedy.{kind}") for kind in kinds],
        "product_marks": [
            say("flag.above_level") if i in above else say("flag.no_level") if i in unknown else None
            for i in range(len(r.names))
        ],
        "funds_line": say(f"summary.funds_{verdict}", products=products(r.funds, say), low=low, high=high),
    }


def _policy(r: Result, say: Say) -> dict:
    """The ranges stated for the model, and what the assumptions imply for the target and for today's weights."""
    if r.policy is None:
        return {key: [] for key in SHAPES if key.startswith("policy_") or key.endswith("_verdicts")}
    stated, target, now = r.policy.stated, r.policy.target, r.policy.now
    limit = stated.get("drawdown")
    deepest = None if limit is None else say("summary.no_deeper", limit=given(abs(limit), 0))
    ranges = {
        "return": _range(stated["return_low"], stated["return_high"]),
        "volatility": _range(stated["vol_low"], stated["vol_high"]),
    }
    return {
        "policy_measures": [say(f"policy.{row[0]}") for row in target],
        "policy_stated": [ranges.get(row[0], deepest) for row in target],
        "policy_target": [row[2] for row in target],
        "target_verdicts": [say(f"verdict.{row[3]}") for row in target],
        "policy_now": [row[2] for row in now],
        "now_verdicts": [say(f"verdict.{row[3]}") for row in now],
    }


def _range(low: float, high: float) -> str:
    return f"{given(low, 0)}–{given(high, 0)}" if low != high else given(low, 0)


def _kpis(r: Result, say: Say) -> dict:
    """KPI_TABLE of the simulated past, every measure on a row of its own."""
    h = r.history
    if h is None or not h.series:
        return {"kpi_names": [], **{f"kpi_{state}": [] for state in STATES}}
    period, known = say(f"period.{h.periods}"), {row[0]: row[1:] for row in h.kpis}
    found: dict[str, list] = {"kpi_names": [say(f"kpi.{measure}", period=period) for measure in MEASURES]}
    for k, state in enumerate(STATES):
        there = k < len(h.series)
        found[f"kpi_{state}"] = [known[m][k] if there and m in known else None for m in MEASURES]
    return found
