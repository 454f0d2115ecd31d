"""One client of a clients file as the case that a workbook starts from: the adviser goes on with live formulas."""

import datetime as dt
from pathlib import Path

import numpy as np

from xlalloc import data
from xlalloc.core.estimation import corr_from_cov, vols_from_cov
from xlalloc.errors import InputError
from xlalloc.reports import trading
from xlalloc.reports.market import Market, expected_return, volatility
from xlalloc.reports.problems import Problems
from xlalloc.reports.read import read
from xlalloc.reports.records import Client, Inputs
from xlalloc.templates.blocks import PERIODS
from xlalloc.templates.cases import INVESTORS, Case, Holding, scenarios

MONTHLY = 12  # prices as often as that or more often are shown month by month


def client_case(source: Path, client_id: str, lang: str | None = None) -> tuple[Case, str]:
    """The case of the client with this id, and the language to write it in: the one given, else the client's own.

    What keeps a client from a report keeps it from a workbook, with the reason.
    """
    inputs = read(Path(source), None, lang)
    client = next((client for client in inputs.clients if client.id == client_id), None)
    if client is None:
        known = ", ".join(client.id for client in inputs.clients[:10])
        raise InputError(f"There is no client {client_id!r} in {Path(source).name}. Ids: {known}.")
    problems = Problems()
    try:
        if client.id in inputs.problems.refused:
            raise trading.RefusedError
        held = trading.positions(client, inputs, problems)
    except trading.RefusedError:
        found = [p for p in (*inputs.problems.of(client.id), *problems.items) if p.fatal]
        reasons = "; ".join(f"{p.place.sheet} row {p.place.row}: {p.wrong('en')}" for p in found)
        raise InputError(f"{client.id}: no workbook, since {reasons}. Correct the file.") from None
    return _Filling(client, inputs, held).case(), client.language


class _Filling:
    """The client's own figures, in the order of the model's assets, then what else is held or compared with."""

    def __init__(self, client: Client, inputs: Inputs, held: list[trading.Position]):
        self.client, self.inputs, self.market = client, inputs, inputs.market
        self.benchmark = self._benchmark()
        self.held = held + [
            trading.Position(inputs.assets[name], 0.0, (None, None))
            for name in self.benchmark
            if name not in {position.asset.name for position in held}
        ]
        self.names = [position.asset.name for position in self.held]
        self.total = sum(position.target for position in self.held)

    def case(self) -> Case:
        client, stated = self.client, self.inputs.models[self.client.model].stated
        cov, origin = self.market.covariance(self.names, self.inputs.assets)
        vols = vols_from_cov(cov) if origin == "prices" else [volatility(p.asset) for p in self.held]
        holdings = [self._holding(p, float(v), origin) for p, v in zip(self.held, vols, strict=True)]
        known = (data.find("models", client.model) or {"model": ""})["model"].casefold()
        return Case(
            key=f"case.{known}" if known in INVESTORS else client.model,
            name=dict.fromkeys(("en", "zh"), client.name),
            age=None if client.age is None else int(client.age),
            risk_level=None if client.risk_level is None else f"C{client.risk_level}",
            as_of=self._as_of(),
            last_rebalanced=client.last_rebalanced,
            frequency=client.frequency,
            threshold=client.threshold,
            cash_flow=client.cash_flow,
            return_range=(stated.get("return_low"), stated.get("return_high")),
            vol_range=(stated.get("vol_low"), stated.get("vol_high")),
            drawdown_limit=None if "drawdown" not in stated else abs(stated["drawdown"]),
            goal=client.goal,
            goal_years=None if client.goal_years is None else max(1, round(client.goal_years)),
            monthly=client.monthly,
            holdings=holdings,
            correlations=_rounded(corr_from_cov(cov)),
            scenarios=self._scenarios(holdings),
            prices=_months(self.market, self.names),
            commission=max((p.asset.commission for p in self.held), default=0.0),
            min_commission=max((p.asset.min_commission for p in self.held), default=0.0),
            rf=self.inputs.firm.rf or 0.0,  # as in the report: what nobody gave is 0
            fee=client.advisory_fee,
            currency=next((code for p in self.held for code in p.asset.currencies), ""),
            illustrative=self.market.illustrative,
        )

    def _as_of(self) -> dt.date:
        if self.market.as_of is None:
            raise InputError(f"{self.client.id}: no workbook, since the file has no prices. Fill the sheet prices.")
        return self.market.as_of

    def _benchmark(self) -> dict[str, float]:
        """The client's benchmark, else the model itself."""
        found = self.inputs.benchmarks.get(self.client.benchmark) or self.inputs.models[self.client.model]
        return found.targets

    def _holding(self, position: trading.Position, vol: float, origin: str) -> Holding:
        asset = position.asset
        given = asset.mu is not None and asset.vol is not None
        return Holding(
            asset.name, asset.name_zh or asset.name, round(position.value, 2), position.target / self.total,
            self.benchmark.get(asset.name, 0.0) / sum(self.benchmark.values()), expected_return(asset), vol,
            level=f"R{asset.risk_level}" if asset.risk_level else None, lot=position.step,
            sale_fee=self._sale_fee(position),
            source="prices" if origin == "prices" else "given" if given else "illustrative",
        )  # fmt: skip

    def _sale_fee(self, position: trading.Position) -> float:
        """Redemption fee of selling all that may be sold today, and the tax on sales."""
        fee = trading.exit_fee(position, position.value - position.locked, self.market.as_of)
        return round(fee + position.asset.sell_tax, 6)

    def _scenarios(self, holdings: list[Holding]) -> list:
        """The crises where every asset has a class the data knows, else none: the adviser fills them."""
        classes = [position.asset.asset_class for position in self.held]
        if any(data.find("asset_classes", name) is None for name in classes):
            return []
        return scenarios(holdings, classes)


def _rounded(matrix: np.ndarray) -> list[list[float]]:
    return [[1.0 if i == j else round(float(matrix[i, j]), 6) for j in range(len(matrix))] for i in range(len(matrix))]


def _months(market: Market, names: list[str]) -> list[tuple[dt.date, list[float | None]]]:
    """The last price of each month, as many as there is room for; none where prices come less often."""
    if not market.periods or market.periods < MONTHLY or any(name not in market.assets for name in names):
        return []
    columns = [market.assets.index(name) for name in names]
    last = {(date.year, date.month): k for k, date in enumerate(market.dates)}
    rows = sorted(last.values())[-PERIODS - 1 :]
    return [(market.dates[k], [None if np.isnan(p) else float(p) for p in market.panel[k, columns]]) for k in rows]
