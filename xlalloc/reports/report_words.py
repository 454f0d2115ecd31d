"""What our own report shows beside its market data: classes, crises, the past, the sentences of its first page."""

import numpy as np

from xlalloc import data
from xlalloc.core.stress import stress_table
from xlalloc.documents.heights import lines_of
from xlalloc.errors import AllocError, ErrorValue
from xlalloc.reports import trading
from xlalloc.reports.account_words import account_words
from xlalloc.reports.fields import CLASSES, OPEN_FUNDS
from xlalloc.reports.history import SHOWN
from xlalloc.reports.result import Result
from xlalloc.reports.sentences import Say, given, in_language, kept_back, outside_limits, products
from xlalloc.reports.suitability import listed

TOP = 10  # assets named for their risk
PAIRS = 10  # correlations shown at each end
POINTS = 61  # of a line over the past
PAIR = 44  # characters that two names may have
FEW = 3  # products named in a sentence, of more their number
NAMED = 6  # products that the sentence of advice names


def report_words(r: Result) -> dict[str, object]:
    """Names and values, as ``vocabulary``."""
    say = in_language(r.lang)
    found = {**_classes(r, say), **_crises(r), **_orders(r, say), **_risk(r, say), **_past(r, say), **_texts(r, say)}
    found |= account_words(r, say)
    return found | {
        "ongoing_costs": [position.asset.ongoing_cost or 0.0 for position in r.held],
        "price_days": [position.price_date for position in r.held],
        "reserve_money": sum(position.reserved for position in r.held),
        "no_cost_names": [name for name, p in zip(r.names, r.held, strict=True) if _uncounted(p.asset)],
    }


def _uncounted(asset) -> bool:
    """Is it a fund whose yearly cost nobody gives?"""
    return asset.ongoing_cost is None and asset.kind in (*OPEN_FUNDS, "etf")


def _classes(r: Result, say: Say) -> dict:
    """Weights by asset class now, after the orders and at target; cash left over counts as cash."""
    classes = [position.asset.total_class for position in r.held]
    failed = r.orders if isinstance(r.orders, ErrorValue) else None
    after = [0.0] * (len(classes) + 1) if isinstance(r.orders, ErrorValue) else r.orders.after
    sums = {name: [0.0, 0.0, 0.0] for name in CLASSES}
    for name, row, later in zip(classes, r.drift, after, strict=False):
        for k, weight in enumerate((row[2], later, row[3])):
            sums[name][k] += weight
    sums["cash"][1] += after[-1]
    sums = {name: row for name, row in sums.items() if any(weight > 1e-9 for weight in row)}
    return {
        "class_names": [say(f"class.{name}") for name in sums],
        "class_now": [row[0] for row in sums.values()],
        "class_after": [failed or row[1] for row in sums.values()],
        "class_target": [row[2] for row in sums.values()],
    }


# Crises --------------------------------------------------------------------------------------------------------------


def _crises(r: Result) -> dict:
    """STRESS_TABLE of the weights now, after the orders and at target."""
    names = ("crisis_names", "crisis_now", "crisis_after", "crisis_target", "crisis_worst", "crisis_sources")
    if isinstance(r.stress, ErrorValue) or not r.stress:
        return {name: [] for name in names}
    after = r.orders if isinstance(r.orders, ErrorValue) else _stressed(r, r.orders.after[:-1])
    target = _stressed(r, [row[3] for row in r.drift])
    rows = range(len(r.stress))
    return {
        "crisis_names": [row[0] for row in r.stress],
        "crisis_now": [row[1] for row in r.stress],
        "crisis_after": [after if isinstance(after, ErrorValue) else after[k] for k in rows],
        "crisis_target": [target if isinstance(target, ErrorValue) else target[k] for k in rows],
        "crisis_worst": [None if row[2] == "none" else row[2] for row in r.stress],
        "crisis_sources": [row[3] for row in r.stress],
    }


def _stressed(r: Result, weights: list[float]) -> list[float] | ErrorValue:
    """The results of some weights by reference class, what is left in cash."""
    column = "name_zh" if r.lang == "zh" else "asset"
    cash = data.row("asset_classes", "Cash")[column]
    classes = {cash: 1.0 - sum(weights)}
    for position, weight in zip(r.held, weights, strict=True):
        known = data.find("asset_classes", position.asset.asset_class)
        name = known[column] if known else position.asset.asset_class
        classes[name] = classes.get(name, 0.0) + weight
    try:
        return stress_table(np.array(list(classes.values())), asset_names=list(classes)).column("result")
    except AllocError as problem:
        return ErrorValue(problem.code, problem.english({}))


# Orders --------------------------------------------------------------------------------------------------------------


def _orders(r: Result, say: Say) -> dict:
    orders = [*r.sales, *r.purchases]
    lots = []
    for order in r.sales:
        position = r.held[order.index]
        if trading.charges(position.asset) or len(position.lots) > 1:
            lots += [(order.index, lot, value) for lot, value in trading.sold_lots(position, -order.money)]
    texts = [] if isinstance(r.orders, ErrorValue) else _remarks(r, say)
    return {
        "order_accounts": [order.account or None for order in orders],
        "order_levels": [f"R{level}" if (level := r.held[order.index].asset.risk_level) else None for order in orders],
        "order_days": [r.held[order.index].asset.settle_days if order.money < 0 else None for order in orders],
        "lot_names": [r.names[i] for i, _, _ in lots],
        "lot_accounts": [lot.account or None for _, lot, _ in lots],
        "lot_dates": [lot.bought_on for _, lot, _ in lots],
        "lot_days": [(r.as_of - lot.bought_on).days if lot.bought_on and r.as_of else None for _, lot, _ in lots],
        "lot_values": [value for _, _, value in lots],
        "lot_rates": [trading.lot_fee(r.held[i], lot, r.as_of) for i, lot, _ in lots],
        "order_remarks": texts,
    }


def _remarks(r: Result, say: Say) -> list[str]:
    """Weights outside the model's limits, money to be moved between accounts first."""
    moved = trading.transfers(r.held, [*r.sales, *r.purchases], r.client.cash_flow)
    transfers = [say("allocation.transfer", account=account, money=f"{money:,.2f}") for account, money in moved]
    return outside_limits(r, say) + transfers


# Risk ----------------------------------------------------------------------------------------------------------------


def _risk(r: Result, say: Say) -> dict:
    """The assets with the largest shares of risk, all others in one row; the pairs that move most and least alike."""
    names = ("top_names", "top_weights", "top_risks", "top_target_risks", "top_parity")
    found: dict[str, list] = {name: [] for name in names}
    if not any(isinstance(x, ErrorValue) for x in (r.risk_now, r.risk_target)):
        now, later, weights = np.array(r.risk_now), np.array(r.risk_target), np.array([row[2] for row in r.drift])
        parity = np.full(len(now), np.nan) if isinstance(r.parity, ErrorValue) else np.array(r.parity)
        figures = np.column_stack([weights, now, later, parity])
        order = sorted(range(len(now)), key=lambda i: (-now[i], i))
        first, rest = (order[:TOP], order[TOP:]) if len(order) > TOP + 1 else (order, [])
        rows = [(r.names[i], *figures[i].tolist()) for i in first]
        if rest:
            rows.append((say("risk.others", n=len(rest)), *figures[rest].sum(axis=0).tolist()))
        rows = [tuple(None if cell != cell else cell for cell in row) for row in rows]
        found = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
    pairs = []
    if not isinstance(r.correlations, ErrorValue):
        n = len(r.names)
        pairs = [(r.correlations[i][j], i, j) for i in range(n) for j in range(i) if r.correlations[i][j] is not None]
    pairs.sort(key=lambda pair: (-pair[0], pair[1:]))
    half = min(PAIRS, -(-len(pairs) // 2))
    low = pairs[half:][: -PAIRS - 1 : -1]
    for key, chosen in (("alike", pairs[:half]), ("unlike", low)):
        found[f"{key}_names"] = [_pair(r, j, i) for _, i, j in chosen]
        found[f"{key}_values"] = [value for value, _, _ in chosen]
    points = r.frontier if len(r.names) > 1 else []
    found |= {"frontier_returns": [row[0] for row in points], "frontier_vols": [row[1] for row in points]}
    return {**found, "no_risk_names": list(r.no_risk)}


def _pair(r: Result, i: int, j: int) -> str:
    """Two assets by name; by their codes where the names would not fit."""
    mark = "、" if r.lang == "zh" else " – "
    words, codes = f"{r.names[i]}{mark}{r.names[j]}", [r.held[k].asset.code for k in (i, j)]
    return mark.join(codes) if all(codes) and lines_of(words, PAIR) > 1 else words


# The past ------------------------------------------------------------------------------------------------------------


def _past(r: Result, say: Say) -> dict:
    """Simulated: key figures, calendar years, wealth and drawdown, the benchmark empty where there is none."""
    h, names = r.history, ("now", "target", "bench")
    blank: dict[str, object] = {"past_names": [], "year_labels": [], "path_dates": []}
    blank |= {f"{kind}_{name}": [] for kind in ("past", "year", "path", "depth") for name in names}
    if h is None or not h.series:
        lacking = say("report.no_prices", assets=listed(h.missing, r.lang)) if h and h.missing else ""
        return {**blank, "past_note": " ".join(filter(None, [say("report.no_history"), lacking]))}
    period, k = say(f"period.{h.periods}"), len(h.series)
    known = {row[0]: row[1:] for row in h.kpis}
    note = say("report.history_span", first=f"{h.first}", last=f"{h.last}", n=h.count, period=period)
    if h.under_a_year:
        note += " " + say("report.under_a_year")
    rows = [known.get(measure, [None] * k) for measure in SHOWN]
    start = [] if h.points[0][0] == h.first else [[h.first, *[1.0] * k, *[0.0] * k]]
    points = _thinned(start + h.points, k)
    found = {
        "past_note": note,
        "past_names": [say(f"kpi.{measure}", period=period) for measure in SHOWN],
        "year_labels": [f"{year}" if whole else say("report.part_year", year=year) for year, whole, *_ in h.years],
        "path_dates": [row[0] for row in points],
    }
    for j, name in enumerate(names):
        there = j < k
        found[f"past_{name}"] = [row[j] if there else None for row in rows]
        found[f"year_{name}"] = [row[2 + j] if there else None for row in h.years]
        found[f"path_{name}"] = [row[1 + j] - 1.0 if there else None for row in points]
        found[f"depth_{name}"] = [row[1 + k + j] if there else None for row in points]
    return found


def _thinned(points: list[list], k: int) -> list[list]:
    """Every so many months, the first and the last among them; each drawdown the deepest since the one before."""
    step = -(-(len(points) - 1) // (POINTS - 1)) or 1
    ends = sorted({0, *range(len(points) - 1, 0, -step)})
    found = []
    for before, end in zip([-1, *ends], ends, strict=False):
        within = points[before + 1 : end + 1]
        found.append([*points[end][: 1 + k], *(min(row[1 + k + j] for row in within) for j in range(k))])
    return found


# Sentences -----------------------------------------------------------------------------------------------------------


def _texts(r: Result, say: Say) -> dict:
    steps = _steps(r, say)
    worst = min(r.stress, key=lambda row: row[1])[0] if not isinstance(r.stress, ErrorValue) and r.stress else None
    return {
        "advice_orders": advised(r, say),
        "step_names": [name for name, _ in steps],
        "step_texts": [text for _, text in steps],
        "worst_crisis": worst,
    }


def advised(r: Result, say: Say) -> str:
    """What to do in one sentence: products with codes and money, cost, what stays as cash."""
    if r.judgement.held:
        return say("summary.held", reasons=" ".join(kept_back(r)))
    if isinstance(r.orders, ErrorValue):
        return say("summary.no_orders", error=str(r.orders))
    if not r.sales and not r.purchases:
        if r.due is True:
            return say("summary.due_nothing")
        return say("letter.nothing", cash=f"{r.orders.cash:,.0f}") if r.orders.cash > 1 else say("letter.none")
    flow = r.client.cash_flow
    lead = "rebalance" if r.due is True else "place" if flow > 0 else "raise" if flow < 0 else "rebalance"
    words = [say(f"letter.{lead}", money=f"{abs(flow):,.0f}")]
    if lead == "rebalance" and flow:
        words = [say("letter.rebalance_in" if flow > 0 else "letter.rebalance_out", money=f"{abs(flow):,.0f}")]
    for key, orders in (("sell", r.sales), ("buy", r.purchases)):
        words.append(say(f"letter.{key}", products=_listed(r, orders, say)) if orders else say(f"letter.no_{key}"))
    ends = {"cost": f"{r.orders.costs.sum():,.0f}", "cash": f"{r.orders.cash:,.0f}"}
    return "".join(words) + say("letter.ends", **ends)


def _listed(r: Result, orders: list, say: Say) -> str:
    """The largest orders by name, code and money; the others by their number and sum."""
    order = sorted(orders, key=lambda o: -abs(o.money))
    first, rest = order[:NAMED], order[NAMED:]
    if len(rest) == 1:
        first, rest = order, []
    texts = []
    for o in first:
        code = r.held[o.index].asset.code
        key = "letter.coded" if code and code != r.names[o.index] else "letter.named"
        texts.append(say(key, name=r.names[o.index], code=code, money=f"{abs(o.money):,.0f}"))
    if rest:
        texts.append(say("letter.more", n=len(rest), money=f"{sum(abs(o.money) for o in rest):,.0f}"))
    return listed(texts, r.lang)


def _priced(r: Result, say: Say) -> str:
    """The day of the prices behind the orders, and which of them had only an older one."""
    if not r.as_of:
        return say("letter.unpriced")
    before = {}
    for i in sorted(order.index for order in (*r.sales, *r.purchases)):
        day = r.held[i].price_date
        if day is not None and day < r.as_of:
            before[r.names[i]] = day
    if not before:
        return say("letter.priced", date=f"{r.as_of}")
    days = " – ".join(f"{day}" for day in dict.fromkeys([min(before.values()), max(before.values())]))
    names = listed(list(before), r.lang) if len(before) <= FEW else products(len(before), say)
    return say("letter.priced_before", date=f"{r.as_of}", assets=names, first=days)


def _steps(r: Result, say: Say) -> list[tuple[str, str]]:
    found = []
    client = r.client
    if r.sales or r.purchases:
        found.append((say("letter.confirm"), _priced(r, say)))
        if r.sales:
            key = "letter.arrives" if r.purchases else "letter.only_sold"
            money = say(key, days=f"{r.settle_days:g}", unit=say("day" if r.settle_days == 1 else "days"))
        else:
            money = say("letter.at_once")
        found.append((say("letter.cash"), money))
    review = r.next_review
    threshold = given(client.threshold)
    every = say(f"every.{client.frequency}")
    words = (
        say("letter.review_on", date=f"{review}", every=every, threshold=threshold)
        if review
        else say("letter.review_every", every=every, threshold=threshold)
    )
    found.append((say("letter.review"), words))
    if client.assessment_expires:
        found.append((say("letter.level"), say("letter.expires", date=f"{client.assessment_expires}")))
    return [*found, (say("letter.changed"), say("letter.ask"))]
