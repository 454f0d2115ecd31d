"""Is it for this client? Holdings, target, orders and what remains afterwards, each judged by itself, and what follows.

By product (the default) every product of the target must be of a level that the client's may buy; by portfolio the
model's own level must. A target above it, a level that is missing, an assessment past its date keep the letter back.
"""

from dataclasses import dataclass, field, replace

from xlalloc.reports import trading
from xlalloc.reports.problems import Problem
from xlalloc.reports.records import Client, Inputs, Model

STATES = ("held", "target", "bought", "after")


@dataclass
class Judgement:
    """Positions above the client's level, and such whose level is not known, by state; what keeps the letter back."""

    by: str = "product"
    above: dict[str, list[int]] = field(default_factory=dict)
    unknown: dict[str, list[int]] = field(default_factory=dict)
    model_level: int | None = None
    reasons: list[Problem] = field(default_factory=list)
    hold: bool = True  # does the firm keep letters back, or print them with the warning?

    @property
    def held(self) -> bool:
        """Is the letter kept back?"""
        return self.hold and bool(self.reasons)


def judge(client: Client, inputs: Inputs, held: list, names: list[str], orders, as_of) -> Judgement:
    """Of one client; ``orders`` may be an error value, then nothing is known of what is bought and left."""
    firm, model = inputs.firm, inputs.models[client.model]
    ordered = isinstance(orders, trading.Orders)
    states = {
        "held": [p.value > 0 for p in held],
        "target": [p.target > 0 for p in held],
        "bought": (orders.trades > trading.CENT).tolist() if ordered else [False] * len(held),
        "after": [weight > 0 for weight in orders.after[:-1]] if ordered else [False] * len(held),
    }
    allowed = set() if client.risk_level is None else inputs.allowed.get(client.risk_level, set())
    levels = [p.asset.risk_level for p in held]
    known = client.risk_level is not None
    found = Judgement(firm.suitability_by, model_level=model.risk_level, hold=firm.hold)
    for state, there in states.items():
        which = [i for i, is_there in enumerate(there) if is_there]
        found.above[state] = [i for i in which if known and levels[i] is not None and levels[i] not in allowed]
        found.unknown[state] = [i for i in which if levels[i] is None]
    found.reasons = list(_reasons(client, model, found, names, allowed, as_of))
    return found


def _reasons(client: Client, model: Model, found: Judgement, names: list[str], allowed: set, as_of):
    """Findings that keep the letter back."""
    done = "done.held" if found.hold else "done.reported"
    level, expired = f"C{client.risk_level}", f"{client.assessment_expires or ''}"

    def reason(kind: str, column: str, value: str = "", /, **words) -> Problem:
        return Problem(
            client.id, kind, done, replace(client.location, column=column, value=value), tuple(words.items())
        )

    if client.risk_level is None:
        yield reason("no_client_level", "risk_level")
    if client.assessment_expires and as_of and client.assessment_expires < as_of:
        yield reason("assessment_expired", "assessment_expires", expired, date=expired)
    if found.by == "portfolio":
        if model.risk_level is None:
            yield reason("no_model_level", "model", model.name, model=model.name)
        elif client.risk_level is not None and model.risk_level not in allowed:
            yield reason("model_above", "risk_level", level, model=model.name, of=f"R{model.risk_level}", level=level)
        return
    for kind, where in (("target_above", found.above), ("no_product_level", found.unknown)):
        if where["target"]:
            yield reason(
                kind,
                "risk_level",
                level,
                assets=listed([names[i] for i in where["target"]], client.language),
                level=level,
            )


def listed(names: list[str], lang: str) -> str:
    return ("、" if lang == "zh" else ", ").join(names)
