"""One client as the case that a workbook starts from: every input is that of her report, and the adviser goes on."""

from xlalloc import data
from xlalloc.errors import ErrorValue, InputError
from xlalloc.reports.records import Inputs
from xlalloc.reports.result import Result
from xlalloc.reports.vocabulary import vocabulary
from xlalloc.templates.cases import Case, Holding, Scenario, scenarios

LOCKED = "held.locked"  # why an order is not as the model wants it: the others are none at all


def client_case(r: Result, inputs: Inputs) -> Case:
    """The case of a client whose report was computed; InputError where it has no date or no covariances."""
    if r.as_of is None:
        raise InputError(f"{r.client.id}: no workbook, since the file has no prices. Fill the sheet prices.")
    for figure in (r.mu, r.cov):
        if isinstance(figure, ErrorValue):
            raise InputError(f"{r.client.id}: no workbook. {figure.reason}")
    client, words = r.client, vocabulary(r, inputs)
    table = words["price_table"]
    benchmark = zip(words["price_names"], words["price_w_bench"], strict=True)
    return Case(
        key=words["model_name"],
        name=dict.fromkeys(("en", "zh"), client.name),
        age=client.age,
        risk_level=words["risk_level"],
        as_of=r.as_of,
        last_rebalanced=client.last_rebalanced,
        frequency=client.frequency,
        threshold=client.threshold,
        cash_flow=client.cash_flow,
        return_range=(words["return_low"], words["return_high"]),
        vol_range=(words["vol_low"], words["vol_high"]),
        drawdown_limit=words["drawdown_limit"],
        goal=words["goal_today"],
        goal_years=client.goal_years,
        monthly=client.monthly,
        holdings=_holdings(r, words),
        correlations=_correlations(words["corr_assets"]),
        scenarios=_scenarios(r),
        # without a benchmark the target stands in for it, and nothing is compared with itself
        benchmark=[(name, weight) for name, weight in benchmark if weight]
        or [(name, weight) for name, weight in zip(r.names, words["w_target"], strict=True) if weight],
        priced=words["price_names"],
        prices=[(date, row) for date, *row in table[1:]],
        allowed=[",".join(f"R{k}" for k in sorted(inputs.allowed.get(level, ()))) for level in range(1, 6)],
        rf=words["risk_free"],
        fee=words["advisory_fee"],
        inflation=words["inflation_rate"],
        currency=words["currency_code"] or "",
        illustrative=inputs.market.illustrative,
    )


def _holdings(r: Result, words: dict) -> list[Holding]:
    orders = None if isinstance(r.orders, ErrorValue) else r.orders
    last = dict(zip(words["price_names"], words["price_table"][-1][1:], strict=True))
    found = []
    for i, (name, position) in enumerate(zip(r.names, r.held, strict=True)):
        asset = position.asset
        why = orders and orders.held_back.get(i)
        given = asset.mu is not None and asset.vol is not None
        found.append(
            Holding(
                name,
                name,
                position.value,
                words["w_target"][i],
                words["mu_assets"][i],
                words["vol_assets"][i],
                level=words["fund_levels"][i],
                lot=position.step,
                price=None if position.price == last[name] else position.price,
                commission=position.rate if orders else asset.commission,
                min_commission=asset.min_commission,
                sell_tax=asset.sell_tax or 0.0,
                exit_fee=float(orders.fees[i]) if orders else 0.0,
                locked=position.locked,
                order=None if not orders or not why else float(orders.trades[i]) if why == LOCKED else False,
                source="prices" if r.cov_from == "prices" else "given" if given else "illustrative",
            )
        )
    return found


def _correlations(table: list[list]) -> list[list[float]]:
    """Those of assets without risk, which have none, are 0."""
    return [[float(i == j) if cell is None else cell for j, cell in enumerate(row)] for i, row in enumerate(table)]


def _scenarios(r: Result) -> list[Scenario]:
    """The crises where every asset has a class the data knows, else none: the adviser fills them."""
    classes = [position.asset.asset_class for position in r.held]
    if any(data.find("asset_classes", name) is None for name in classes):
        return []
    return scenarios([Holding(name, name, 0.0, 0.0, 0.0, 0.0) for name in r.names], classes)
