"""Tables → clients, assets, models, benchmarks: everything found wrong is listed in one pass, nothing is guessed."""

import gc
from pathlib import Path

from xlalloc.core.rebalance import STAMP_DUTY
from xlalloc.labelled import name_key
from xlalloc.reports import fields, implausible
from xlalloc.reports.codes import Names
from xlalloc.reports.holdings import HoldingsReader
from xlalloc.reports.market import read_prices
from xlalloc.reports.models import ModelsReader
from xlalloc.reports.problems import Problems
from xlalloc.reports.records import Asset, Client, Inputs
from xlalloc.reports.rows import Row
from xlalloc.reports.source import load

DEFAULT_THRESHOLD = 0.05
DEFAULT_FREQUENCY = "quarterly"
FUNDS_NAMED = 12  # of those without a schedule
HIGH_COST = 0.025  # a year, of a product
COST_COLUMNS = ("lot", "min_buy", "unit_step", "settle_days", "commission", "min_commission")


def read(source: Path, prices: Path | None = None, lang: str | None = None) -> Inputs:
    """Everything in a clients workbook or folder of csv."""
    problems = Problems()
    collecting = gc.isenabled()
    gc.disable()  # what is read stays; looking through it again and again would take a third of the time
    try:
        return Reader(load(source, prices, problems), problems, lang).inputs()
    finally:
        if collecting:
            gc.enable()


class Reader(HoldingsReader, ModelsReader):
    """Reads sheet by sheet; what a later sheet refers to is read first."""

    def inputs(self) -> Inputs:
        self._read_assets()
        models = self._weights("models", "model", "target")
        benchmarks = self._weights("benchmarks", "name", "weight")
        allowed = self._suitability()
        market = read_prices(self.source.prices, self._named, self.assets, self.source.settings, self.problems)
        implausible.look_at(market, self.problems)
        self._check_assets(market.as_of)
        self._market = market
        self._flat_cash(market)
        self._find_targets(models)
        clients = self._clients(models, benchmarks)
        self._holdings(clients)
        self._read_history(clients)
        self._say_more()
        for client in clients.values():
            if not client.lots and client.id not in self.problems.refused:
                self.problems.refuse(client.id, "no_holdings", client.location)
            self._check_what_is_used(client, models)
            self._check_repeated(client)
            self._check_unit_of_money(client)
        return Inputs(
            list(clients.values()),
            self.assets,
            models,
            benchmarks,
            allowed,
            market,
            self.problems,
            self.language,
            self.source.digest,
            self.currency,
            self.source.firm,
        )

    # Assets --------------------------------------------------------------------

    def _read_assets(self) -> None:
        taken: set[str] = set()
        for row in self._rows("assets"):
            name = row.get("asset", "") or ("" if "asset" in row.table.columns else row.get("code", ""))
            if not name:
                self.problems.note("", "no_name", "done.ignored", row.location("asset"))
                continue
            if name_key(name) in taken:
                self.problems.note("", "asset_twice", "done.ignored", row.location("asset"))
                continue
            taken.add(name_key(name))
            self._list("", row, "done.users_refused")
            self.assets[name] = self._asset(row, name)
        self.names = Names(self.assets.values())

    def _asset(self, row: Row, name: str) -> Asset:
        kind = row.raw.get("kind")
        try:
            kind = fields.option(kind, fields.KINDS) or ""
        except fields.UnreadableError:
            kind = fields.clean(kind)
        return Asset(
            name=name,
            name_zh=row.get("name_zh", ""),
            code=fields.unwrapped(row.get("code", "")),
            kind=kind,
            risk_level=row.get("risk_level"),
            redemption=row.get("redemption"),
            mu=row.get("expected_return"),
            vol=row.get("vol"),
            asset_class=row.get("class", "") or name,
            group=self._known("", row, "asset_class", fields.CLASSES),
            subscription=row.get("subscription"),
            ongoing_cost=row.get("ongoing_cost"),
            currencies=row.currencies,
            sell_tax=row.get("sell_tax"),
            broken=row.bad[0] if row.bad else "",
            where=row.table.where,
            row=row.number,
            **{key: row.get(key, 0.0) for key in COST_COLUMNS},
        )

    def _flat_cash(self, market) -> None:
        """Cash whose price nobody gives is worth 1 a unit throughout."""
        lacking = [
            asset.name for asset in self.assets.values() if asset.kind == "cash" and asset.name not in market.assets
        ]
        market.add_flat(lacking)
        for name in lacking if market.dates else ():
            self.problems.note("", "cash_without_price", "done.worth_one", self.assets[name].location("asset", name))

    def _check_assets(self, as_of) -> None:
        """What is not said of a product and would make its trades cost something else; one currency for all."""
        duty = next((rate for start, rate in STAMP_DUTY if as_of is None or as_of >= start), 0.0)
        for asset in self.assets.values():
            if asset.kind not in fields.KINDS:
                known = ", ".join(fields.KINDS)
                self.problems.note(
                    "", "unknown_kind", "done.no_fee_floor", asset.location("kind", asset.kind), known=known
                )
            if (asset.ongoing_cost or 0.0) > HIGH_COST:
                where = asset.location("ongoing_cost", asset.ongoing_cost)
                self.problems.note("", "high_cost", "done.used", where, share=f"{asset.ongoing_cost:.2%}")
            if asset.sell_tax is None:
                asset.sell_tax = duty if asset.kind == "stock" else 0.0
                if asset.sell_tax:
                    self.problems.note(
                        "",
                        "no_sell_tax",
                        "done.default",
                        asset.location("sell_tax"),
                        default=f"{duty:.2%}",
                        asset=asset.name,
                    )
            elif asset.sell_tax and asset.kind in fields.KINDS and asset.kind != "stock":
                self.problems.note("", "duty_on_fund", "done.used", asset.location("sell_tax", asset.sell_tax))
        plain = [asset for asset in self.assets.values() if asset.kind == "fund" and asset.redemption is None]
        if plain:
            named = ", ".join(asset.name for asset in plain[:FUNDS_NAMED]) + (" …" if plain[FUNDS_NAMED:] else "")
            self.problems.note("", "no_schedule", "done.fee_floor", plain[0].location("redemption"), asset=named)
        self.currency = next((c for a in self.assets.values() for c in sorted(a.currencies)), "")

    # Clients ----------------------------------------------------------------------------------------------------

    def _clients(self, models: dict, benchmarks: dict) -> dict[str, Client]:
        clients: dict[str, Client] = {}
        for row in self._rows("clients"):
            id_ = row.get("id", "") or ("" if "id" in row.table.columns else row.get("name", ""))
            if not id_:
                self.problems.refuse("", "no_id", row.location("id"))
                continue
            if ("id", "too_long") in row.odd:
                self.problems.refuse("", "id_too_long", row.location("id"), most=fields.LONGEST)
                continue
            if name_key(id_) in clients:
                first = clients[name_key(id_)]
                self.problems.refuse(first.id, "id_twice", first.location)
                self.problems.refuse(first.id, "id_twice", row.location("id"))
                continue
            self._list(id_, row)
            self._currencies(id_, row)
            clients[name_key(id_)] = self._client(id_, row, models, benchmarks)
        return clients

    def _client(self, id_: str, row: Row, models: dict, benchmarks: dict) -> Client:
        model = models.get(name_key(row.get("model", "")))
        if model is None:
            self.problems.refuse(id_, "unknown_model", row.location("model"))
        elif model.wrong:
            self.problems.refuse(id_, "model_broken", row.location("model"))
        frequency = self._option(id_, row, "frequency", fields.FREQUENCIES, DEFAULT_FREQUENCY)
        return Client(
            id=id_,
            name=row.get("name", id_),
            model=self._same(name_key(row.get("model", ""))),
            language=self._language(id_, row),
            benchmark=self._benchmark(id_, row, benchmarks),
            frequency=frequency,
            threshold=self._threshold(id_, row),
            location=row.location("id"),
            adviser=self._same(row.get("adviser", "")),
            notes=row.get("notes", ""),
            investor_class=self._known(id_, row, "investor_class", fields.INVESTORS),
            currency_goal=self._known(id_, row, "currency_goal", fields.GOAL_MONEY),
            household=self._same(row.get("household", "")),
            **{key: row.get(key, 0.0) for key in ("cash_flow", "monthly", "reserve")},
            advisory_fee=row.get("advisory_fee", self.source.firm.advisory_fee or 0.0),
            risk_level=row.get("risk_level"),
            assessed_on=row.get("assessed_on"),
            assessment_expires=row.get("assessment_expires"),
            last_rebalanced=row.get("last_rebalanced"),
            goal=row.get("goal"),
            goal_years=row.get("goal_years"),
            age=row.get("age"),
        )

    def _language(self, id_: str, row: Row) -> str:
        given = self._option(id_, row, "language", fields.LANGUAGES, self.language, say=False)
        return self.fixed_language or given

    def _threshold(self, id_: str, row: Row) -> float:
        threshold = row.get("threshold")
        if threshold is None and "threshold" not in row.bad:
            self.problems.note(
                id_, "missing", "done.default", row.location("threshold"), default=f"{DEFAULT_THRESHOLD:.0%}"
            )
        return DEFAULT_THRESHOLD if threshold is None else threshold

    def _benchmark(self, id_: str, row: Row, benchmarks: dict) -> str:
        name = row.get("benchmark", "")
        known = benchmarks.get(name_key(name))
        if name and (known is None or known.wrong):
            self.problems.note(id_, "unknown_benchmark", "done.left_out", row.location("benchmark"))
            return ""
        return self._same(name_key(name))

    # Holdings ---------------------------------------------------------------------------------------------------

    def _check_what_is_used(self, client: Client, models: dict) -> None:
        """A client whose assets have problems of their own, or another currency, is refused."""
        model = models.get(client.model)
        for name in dict.fromkeys([*client.lots.assets, *(model.targets if model else ())]):
            asset = self.assets.get(name)
            if asset is None:
                continue
            foreign = asset.currencies - {self.currency}
            if foreign:
                self.problems.refuse(
                    client.id,
                    "second_currency",
                    client.location,
                    currency=f"{min(foreign)} ({name})",
                    first=self.currency,
                )
            elif asset.broken:
                self.problems.refuse(client.id, "asset_broken", client.location, asset=name, column=asset.broken)
