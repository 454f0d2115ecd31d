"""Tables → clients, assets, models, benchmarks: everything found wrong is listed in one pass, nothing is guessed."""

from pathlib import Path

from xlalloc.ranges import name_key
from xlalloc.reports import fields
from xlalloc.reports.columns import columns_of
from xlalloc.reports.market import read_prices
from xlalloc.reports.problems import Place, Problems
from xlalloc.reports.records import Asset, Client, Inputs, Lot, Model, Row
from xlalloc.reports.tables import Source, load

SUM_TO_ONE = 1e-6
DEFAULT_THRESHOLD = 0.05
DEFAULT_FREQUENCY = "quarterly"
PLAIN_COLUMNS = ("risk_level", "assessed_on", "assessment_expires", "last_rebalanced", "goal", "goal_years", "age")
COST_COLUMNS = ("lot", "min_buy", "unit_step", "settle_days", "commission", "min_commission", "sell_tax")


def read(source: Path, prices: Path | None = None, lang: str | None = None) -> Inputs:
    """Everything in a clients workbook or folder of csv."""
    problems = Problems()
    return Reader(load(source, prices, problems), problems, lang).inputs()


class Reader:
    """Reads sheet by sheet; what a later sheet refers to is read first."""

    def __init__(self, source: Source, problems: Problems, lang: str | None):
        self.source, self.problems = source, problems
        self.language = lang or ("zh" if source.table("clients").chinese else "en")
        self.fixed_language = lang
        self.assets: dict[str, Asset] = {}
        self.names: dict[str, str] = {}  # any name or code of an asset → its name
        self._read_rows: dict[str, list[Row]] = {}

    def inputs(self) -> Inputs:
        self._read_assets()
        models = self._weights("models", "model", "target")
        benchmarks = self._weights("benchmarks", "name", "weight")
        allowed = self._suitability()
        market = read_prices(self.source.table("prices"), self._named, self.problems)
        clients = self._clients(models, benchmarks)
        self._holdings(clients)
        for client in clients.values():
            if not client.lots and client.id not in self.problems.refused:
                self.problems.refuse(client.id, "no_holdings", client.place)
        self._currencies(clients, models)
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
        )

    # Rows -------------------------------------------------------------------------------------------------------

    def _rows(self, sheet: str) -> list[Row]:
        if sheet not in self._read_rows:
            self._read_rows[sheet] = [
                self._row(sheet, number, cells) for number, cells in self.source.table(sheet).rows
            ]
        return self._read_rows[sheet]

    def _row(self, sheet: str, number: int, cells: dict) -> Row:
        row = Row(sheet, number, {}, cells)
        for key, column in columns_of(sheet).items():
            cell = cells.get(key)
            if cell is None:
                continue
            try:
                row.values[key] = fields.read(column.kind, cell)
                if column.kind in ("amount", "money") and isinstance(cell, str) and (found := fields.money(cell)[1]):
                    row.currencies.add(found)
            except fields.UnreadableError:
                row.bad.append(key)
        if currency := row.get("currency"):
            row.currencies.add(fields.currency_of(currency))
        return row

    def _complain(self, client: str, row: Row) -> bool:
        """List what cannot be read; a date is left out, any other figure refuses the client. True where it does."""
        fatal = False
        kinds = {key: column.kind for key, column in columns_of(row.sheet).items()}
        for key in row.bad:
            if kinds[key] == "date":
                self.problems.note(client, "bad_date", "done.left_out", row.place(key))
            else:
                self.problems.refuse(client, "unreadable_" + _group(kinds[key]), row.place(key))
                fatal = True
        for key, cell in row.raw.items():
            if fields.has_illegal(cell):
                self.problems.note(client, "illegal_characters", "done.dropped", row.place(key))
        return fatal

    def _named(self, text) -> str | None:
        """The asset a name or code stands for; 300 is 000300 where a file lost the zeros."""
        key = name_key(fields.clean(text))
        return self.names.get(key) or (self.names.get(key.zfill(6)) if key.isdigit() else None)

    # Assets, models, benchmarks, suitability --------------------------------------------------------------------

    def _read_assets(self) -> None:
        aliases: dict[str, set[str]] = {}
        for row in self._rows("assets"):
            name = row.get("asset", "")
            if not name:
                self.problems.note("", "no_name", "done.ignored", row.place("asset"))
                continue
            if name_key(name) in self.names:
                self.problems.note("", "asset_twice", "done.ignored", row.place("asset"))
                continue
            self._complain_of_asset(row)
            asset = _asset(row)
            self.assets[name] = asset
            self.names[name_key(name)] = name
            for alias in {name_key(asset.name_zh), name_key(asset.code)} - {""}:
                aliases.setdefault(alias, set()).add(name)
        for alias, owners in aliases.items():
            if len(owners) == 1:  # a name two assets share is nobody's
                self.names.setdefault(alias, *owners)

    def _complain_of_asset(self, row: Row) -> None:
        for key in row.bad:
            self.problems.note("", "asset_unreadable", "done.users_refused", row.place(key))
        for key, cell in row.raw.items():
            if fields.has_illegal(cell):
                self.problems.note("", "illegal_characters", "done.dropped", row.place(key))

    def _weights(self, sheet: str, named: str, weight: str) -> dict[str, Model]:
        """Models or benchmarks: rows of one name are one set of weights."""
        found: dict[str, Model] = {}
        places: dict[str, Place] = {}
        for row in self._rows(sheet):
            name = row.get(named, "")
            if not name:
                self.problems.note("", "no_name", "done.ignored", row.place(named))
                continue
            model = found.setdefault(name_key(name), Model(name))
            places.setdefault(name_key(name), row.place(named))
            for key in ("return_low", "return_high", "vol_low", "vol_high", "drawdown"):
                if row.get(key) is not None:
                    model.stated.setdefault(key, row.get(key))
            self._one_weight(model, row, weight)
        for key, model in found.items():
            self._whole(model, places[key], sheet)
        return found

    def _one_weight(self, model: Model, row: Row, weight: str) -> None:
        asset = self._named(row.get("asset", ""))
        share = row.get(weight)
        wrong, column = "", ""
        if row.bad:
            wrong, column = "unreadable_number", row.bad[0]
        elif asset is None:
            wrong, column = "unknown_asset", "asset"
        elif share is None:
            wrong, column = "no_weight", weight
        elif asset in model.targets:
            wrong, column = "asset_twice", "asset"
        if wrong:
            model.wrong = wrong
            self.problems.note(
                "", wrong, "done.users_refused" if row.sheet == "models" else "done.users_without", row.place(column)
            )
            return
        model.targets[asset] = share
        model.limits[asset] = (row.get("lower"), row.get("upper"))

    def _whole(self, model: Model, place: Place, sheet: str) -> None:
        total = sum(model.targets.values())
        if model.wrong:
            return
        if abs(total - 100.0) <= 100 * SUM_TO_ONE:
            model.targets = {asset: share / 100.0 for asset, share in model.targets.items()}
            model.limits = {a: tuple(x if x is None else x / 100 for x in pair) for a, pair in model.limits.items()}
            self.problems.note("", "in_percent", "done.divided", place)
        elif abs(total - 1.0) > SUM_TO_ONE:
            model.wrong = "not_one"
            done = "done.users_refused" if sheet == "models" else "done.users_without"
            self.problems.note("", "not_one", done, place, total=f"{total:.6g}")

    def _suitability(self) -> dict[int, set[int]]:
        """Which R each C may buy; without a sheet R up to C, and C1 only R1."""
        allowed: dict[int, set[int]] = {}
        for row in self._rows("suitability"):
            try:
                level, may = row.get("client_level"), fields.levels(row.raw.get("allowed"))
            except fields.UnreadableError:
                level = None
            if level is None:
                self.problems.note("", "unreadable_level", "done.ignored", row.place("client_level"))
                continue
            allowed[level] = allowed.get(level, set()) | may
        return allowed or {c: set(range(1, c + 1)) for c in range(1, 6)}

    # Clients ----------------------------------------------------------------------------------------------------

    def _clients(self, models: dict, benchmarks: dict) -> dict[str, Client]:
        clients: dict[str, Client] = {}
        for row in self._rows("clients"):
            id_ = row.get("id", "")
            if not id_:
                self.problems.refuse("", "no_id", row.place("id"))
                continue
            if name_key(id_) in clients:
                first = clients[name_key(id_)]
                self.problems.refuse(first.id, "id_twice", first.place)
                self.problems.refuse(first.id, "id_twice", row.place("id"))
                continue
            self._complain(id_, row)
            clients[name_key(id_)] = self._client(id_, row, models, benchmarks)
        return clients

    def _client(self, id_: str, row: Row, models: dict, benchmarks: dict) -> Client:
        model = models.get(name_key(row.get("model", "")))
        if model is None:
            self.problems.refuse(id_, "unknown_model", row.place("model"))
        elif model.wrong:
            self.problems.refuse(id_, "model_broken", row.place("model"))
        frequency = self._option(id_, row, "frequency", fields.FREQUENCIES, DEFAULT_FREQUENCY)
        return Client(
            id=id_,
            name=row.get("name", id_),
            model=name_key(row.get("model", "")),
            language=self._language(id_, row),
            benchmark=self._benchmark(id_, row, benchmarks),
            frequency=frequency,
            threshold=self._threshold(id_, row),
            place=row.place("id"),
            **{key: row.get(key, "") for key in ("adviser", "notes")},
            **{key: row.get(key, 0.0) for key in ("cash_flow", "monthly")},
            **{key: row.get(key) for key in PLAIN_COLUMNS},
        )

    def _language(self, id_: str, row: Row) -> str:
        given = self._option(id_, row, "language", fields.LANGUAGES, self.language, say=False)
        return self.fixed_language or given

    def _option(self, id_: str, row: Row, key: str, known: dict, default: str, say: bool = True) -> str:
        try:
            found = fields.option(row.raw.get(key), known)
        except fields.UnreadableError:
            self.problems.note(
                id_, "unknown_option", "done.default", row.place(key), known=", ".join(known), default=default
            )
            return default
        if found is None and say:
            self.problems.note(id_, "missing", "done.default", row.place(key), default=default)
        return found or default

    def _threshold(self, id_: str, row: Row) -> float:
        threshold = row.get("threshold")
        if threshold is None and "threshold" not in row.bad:
            self.problems.note(
                id_, "missing", "done.default", row.place("threshold"), default=f"{DEFAULT_THRESHOLD:.0%}"
            )
        return DEFAULT_THRESHOLD if threshold is None else threshold

    def _benchmark(self, id_: str, row: Row, benchmarks: dict) -> str:
        name = row.get("benchmark", "")
        known = benchmarks.get(name_key(name))
        if name and (known is None or known.wrong):
            self.problems.note(id_, "unknown_benchmark", "done.left_out", row.place("benchmark"))
            return ""
        return name_key(name)

    # Holdings ---------------------------------------------------------------------------------------------------

    def _holdings(self, clients: dict[str, Client]) -> None:
        for row in self._rows("holdings"):
            id_ = row.get("id", "")
            client = clients.get(name_key(id_))
            if client is None:
                self.problems.note(id_, "unknown_client", "done.ignored", row.place("id"))
                continue
            wrong = self._complain(client.id, row)
            asset = self._named(row.get("asset", ""))
            if asset is None:
                self.problems.refuse(client.id, "unknown_asset", row.place("asset"))
            elif not wrong and row.get("value") is None and row.get("units") is None:
                self.problems.refuse(client.id, "no_value", row.place("value"))
            given = {key: row.get(key) for key in ("units", "price", "value", "bought_on")}
            locked, account = bool(row.get("no_sell")), row.get("account", "")
            client.lots.append(Lot(asset or "", **given, account=account, no_sell=locked, place=row.place("value")))

    # Currencies -------------------------------------------------------------------------------------------------

    def _currencies(self, clients: dict[str, Client], models: dict) -> None:
        """One currency a file: the first named; a client who has another, or an asset in another, is refused."""
        seen: dict[str, list[tuple[str, Place]]] = {}
        for sheet in ("clients", "holdings"):
            for row in self._rows(sheet):
                for currency in sorted(row.currencies):
                    client = clients.get(name_key(row.get("id", "")))
                    seen.setdefault(currency, []).append((client.id if client else "", row.place("id")))
        first = next((c for a in self.assets.values() for c in sorted(a.currencies)), None) or next(iter(seen), None)
        for currency, uses in seen.items():
            for id_, place in uses if currency != first else ():
                self.problems.refuse(id_, "second_currency", place, currency=currency, first=first)
        foreign = {name: min(a.currencies - {first}) for name, a in self.assets.items() if a.currencies - {first}}
        for client in clients.values():
            model = models.get(client.model)
            for name in dict.fromkeys([lot.asset for lot in client.lots] + list(model.targets if model else ())):
                if name in foreign:
                    self.problems.refuse(
                        client.id, "second_currency", client.place, currency=f"{foreign[name]} ({name})", first=first
                    )
                elif name in self.assets and self.assets[name].broken:
                    self.problems.refuse(
                        client.id, "asset_broken", client.place, asset=name, column=self.assets[name].broken
                    )


def _asset(row: Row) -> Asset:
    kind = row.raw.get("kind")
    try:
        kind = fields.option(kind, fields.KINDS) or ""
    except fields.UnreadableError:
        kind = fields.clean(kind)
    code = row.get("code", "")
    return Asset(
        name=row.get("asset"),
        name_zh=row.get("name_zh", ""),
        code=code.zfill(6) if code.isdigit() else code,
        kind=kind,
        risk_level=row.get("risk_level"),
        redemption=row.values.get("redemption"),
        mu=row.get("expected_return"),
        vol=row.get("vol"),
        asset_class=row.get("class", "") or row.get("asset"),
        currencies=row.currencies,
        broken=row.bad[0] if row.bad else "",
        **{key: row.get(key, 0.0) for key in COST_COLUMNS},
    )


def _group(kind: str) -> str:
    return kind if kind in ("level", "yes", "schedule") else "number"
