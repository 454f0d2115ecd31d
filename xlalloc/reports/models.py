"""Rows of models and benchmarks → weights with their limits; which product levels each client level may buy."""

from xlalloc.labelled import name_key
from xlalloc.reports import by_risk, fields
from xlalloc.reports.problems import Location
from xlalloc.reports.reading import Reading
from xlalloc.reports.records import Model
from xlalloc.reports.rows import Row
from xlalloc.requirements import SUM_TO_ONE

STATED = ("return_low", "return_high", "vol_low", "vol_high", "drawdown")  # characteristics of a model
OF_MODEL = (*STATED, "risk_level", "leverage", "rebalance_on")  # what is said once of a model


class ModelsReader(Reading):
    """The part of reading that concerns models."""

    def _weights(self, sheet: str, named: str, weight: str) -> dict[str, Model]:
        """Models or benchmarks: rows of one name are one set of weights."""
        found: dict[str, Model] = {}
        places: dict[str, Location] = {}
        given: dict[tuple[str, str], object] = {}  # model and what is said of it as a whole → the first value
        for row in self._rows(sheet):
            name = row.get(named, "")
            if not name:
                self.problems.note("", "no_name", "done.ignored", row.location(named))
                continue
            model = found.setdefault(name_key(name), Model(name))
            places.setdefault(name_key(name), row.location(named))
            for key in OF_MODEL if sheet == "models" else ():
                self._of_model(model, row, key, given)
            self._one_weight(model, row, weight)
        for key, model in found.items():
            self._whole(model, places[key], sheet)
        self._first_rows = places if sheet == "models" else self._first_rows
        return found

    def _of_model(self, model: Model, row: Row, key: str, given: dict) -> None:
        """What holds for a model as a whole stands in one of its rows, or is the same in several."""
        value = self._known("", row, key, fields.TRIGGERS) if key == "rebalance_on" else row.get(key)
        if value is None or value == "":
            return
        first = given.setdefault((model.name, key), value)
        if value != first:
            model.wrong = "differs"
            self.problems.note("", "model_differs", "done.users_refused", row.location(key), first=f"{first}")
        elif key in STATED:
            model.stated[key] = row[key]
        else:
            setattr(model, key, value)

    def _one_weight(self, model: Model, row: Row, weight: str) -> None:
        sheet = row.table.sheet
        done = "done.users_refused" if sheet == "models" else "done.users_without"
        if self._list("", row, done):
            model.wrong = "unreadable"
            return
        asset = self._named(row.get("asset", ""))
        share = row.get(weight)
        wrong, column = "", ""
        if asset is None:
            wrong, column = "unknown_asset", "asset"
        elif asset in model.limits:
            wrong, column = "asset_twice", "asset"
        elif share is None and (model.targets or (sheet != "models")):
            wrong, column = "no_weight", weight
        elif share is not None and row.get("budget"):
            wrong, column = "target_beside_budget", "budget"
        elif share is not None and model.limits and not model.targets:
            wrong, column = "target_beside_budget" if model.budgets else "no_weight", weight
        if wrong or asset is None:
            model.wrong = wrong
            self.problems.note("", wrong, done, row.location(column))
            return
        if share is not None:
            model.targets[asset] = share
        elif "budget" in row:
            model.budgets[asset] = row["budget"]
        model.limits[asset] = (row.get("lower"), row.get("upper"))

    def _whole(self, model: Model, location: Location, sheet: str) -> None:
        total = sum(model.targets.values())
        if model.wrong or (not model.targets and model.budgets):
            return
        if abs(total - 100.0) <= 100 * SUM_TO_ONE:
            model.targets = {asset: share / 100.0 for asset, share in model.targets.items()}
            self.problems.note("", "in_percent", "done.divided", location)
        elif abs(total - 1.0) > SUM_TO_ONE:
            model.wrong = "not_one"
            done = "done.users_refused" if sheet == "models" else "done.users_without"
            self.problems.note("", "not_one", done, location, total=f"{total:.6g}")
            return
        if model.leverage != 1.0:
            model.wrong = "leverage"
            self.problems.note(
                "", "leverage_of_targets", "done.users_refused", location, leverage=f"{model.leverage:g}"
            )
        model.limits = by_risk.as_shares(model.limits)
        for asset, share in model.targets.items():
            low, high = model.limits[asset]
            if (low is not None and share < low - SUM_TO_ONE) or (high is not None and share > high + SUM_TO_ONE):
                model.wrong = "outside"
                limits = f"{0.0 if low is None else low:g}–{1.0 if high is None else high:g}"
                words = {"asset": asset, "target": f"{share:g}", "limits": limits}
                self.problems.note("", "target_outside", "done.users_refused", location, **words)

    def _suitability(self) -> dict[int, set[int]]:
        """Which R each C may buy; without a sheet R up to C, and C1 only R1."""
        allowed: dict[int, set[int]] = {}
        given = False
        for row in self._rows("suitability"):
            given = True
            level = row.get("client_level")
            if self._list("", row, "done.ignored"):
                continue
            if level is None:
                self.problems.note("", "unreadable_level", "done.ignored", row.location("client_level"))
                continue
            allowed[level] = allowed.get(level, set()) | row.get("allowed", frozenset())
        for level in range(1, 6) if given else ():
            if level not in allowed:
                where = self.source.table("suitability").where
                self.problems.note(
                    "", "level_without_row", "done.none_allowed", where.location(None, "client_level", f"C{level}")
                )
        return allowed if given else {c: set(range(1, c + 1)) for c in range(1, 6)}

    def _find_targets(self, models: dict[str, Model]) -> None:
        """Those of models by risk, once the prices are there."""
        for key, model in models.items():
            if not model.targets and not model.wrong:
                by_risk.find_targets(model, self.assets, self._market, self._first_rows[key], self.problems)
            if model.targets and not model.wrong:
                by_risk.check_stated(model, self.assets, self._market, self._first_rows[key], self.problems)
