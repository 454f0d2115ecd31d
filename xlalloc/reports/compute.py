"""One client → one result: every figure by a function of the catalogue, an error value where it has no answer."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from xlalloc import data
from xlalloc.core.estimation import corr_from_cov
from xlalloc.core.mean_variance import frontier
from xlalloc.core.models import policy_check
from xlalloc.core.portfolio import diversification, effective_n, port_return, port_sharpe, port_vol, risk_contrib
from xlalloc.core.rebalance import rebal_drift, rebal_due
from xlalloc.core.risk_parity import rp_check, rp_weights
from xlalloc.core.stress import stress_table
from xlalloc.errors import AllocError, DivisionError, ErrorValue, with_names
from xlalloc.reports import trading
from xlalloc.reports.account import account
from xlalloc.reports.by_risk import TOLERANCE, target_shares
from xlalloc.reports.history import history
from xlalloc.reports.implausible import account_doubts
from xlalloc.reports.market import expected_return
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.projection import plan
from xlalloc.reports.records import Client, Inputs
from xlalloc.reports.result import Policy, Result, after
from xlalloc.reports.shared import Shared
from xlalloc.reports.suitability import judge, listed

ALWAYS = (dt.date(2000, 1, 1), dt.date(2001, 1, 1), "weekly")  # dates by which a review is due
FRONTIER_POINTS = 12


@dataclass
class Answers:
    """Calls functions; where one has no answer its error value stands in and the reason is kept for the appendix."""

    names: list[str]
    common: Shared
    reasons: dict[str, str] = field(default_factory=dict)

    def shared(self, what: str, function: Callable, *args):
        """The same for arguments that other clients have as well: those of a model, of a set of assets."""
        return self(what, self.common, function, *args)

    def __call__(self, what: str, function: Callable, *args, **kwargs):
        error = next((a for a in (*args, *kwargs.values()) if isinstance(a, ErrorValue)), None)
        if error is not None:
            return error
        try:
            return function(*args, **kwargs)
        except AllocError as problem:
            return self.failed(what, problem)

    def failed(self, what: str, problem: AllocError) -> ErrorValue:
        reason = problem.english({"assets": self.names})  # said in the language of the page it comes to
        self.reasons.setdefault(what, reason)
        return ErrorValue(problem.code, reason)

    def rows(self, what: str, table, shown: tuple[str, ...] = ()) -> list[list]:
        """A table's rows with the assets' names; cells without an answer as error values.

        The reasons are kept of the rows that begin with one of ``shown``, where such are given: what no client is shown
        is no remark on her report.
        """
        if isinstance(table, ErrorValue):
            return []
        return [
            [
                cell if cell.__class__ is float else self._spoken(what, cell, not shown or row[0] in shown)
                for cell in row
            ]
            for row in table.rows
        ]

    def _spoken(self, what: str, cell, kept: bool):
        if not isinstance(cell, AllocError):
            return with_names(cell, {"assets": self.names})
        return self.failed(what, cell) if kept else ErrorValue(cell.code, cell.english({"assets": self.names}))


def compute(client: Client, inputs: Inputs) -> Result:
    """The whole report of one client as values. Raises RefusedError where the input does not allow one."""
    return _Computation(client, inputs, Problems()).result()


class _Computation:
    """The steps, each on what the ones before it found."""

    def __init__(self, client: Client, inputs: Inputs, problems: Problems):
        self.client, self.inputs, self.problems, self.firm = client, inputs, problems, inputs.firm
        self.rf = inputs.firm.rf or 0.0
        self.market, self.as_of = inputs.market, inputs.market.as_of
        self.held = trading.positions(client, inputs, problems)
        self.names = [position.asset.shown(client.language) for position in self.held]
        self.ask = Answers(self.names, inputs.market.shared)
        self.values = np.array([position.value for position in self.held])
        self.target = np.array([position.target for position in self.held])
        self.target = self.target / self.target.sum()
        self.now = self.values / self.values.sum()

    def result(self) -> Result:
        client, ask = self.client, self.ask
        mu, cov, cov_from = self._assumptions()
        due, calendar_known, drifted = self._due(cov)
        placed = replace(client, threshold=0.0) if drifted else client  # by risk, all that deviates is put right
        orders = ask("REBAL_PLAN", trading.orders, self.held, placed, self.as_of, due is True)
        if isinstance(orders, trading.Orders) and orders.cash_suffices:
            due = False  # one rule for signal and orders: nothing is beyond the threshold once the cash flow is placed
        sales, purchases = self._split(orders)
        parity, no_risk = self._parity(cov)
        result = Result(
            client=client,
            lang=client.language,
            as_of=self.as_of,
            currency=self.inputs.currency,
            model=self._model_name(),
            names=self.names,
            held=self.held,
            value=float(self.values.sum()),
            drift=_drift(self.values, self.target, self.names),
            due=due,
            calendar_known=calendar_known,
            risk_drift=drifted,
            orders=orders,
            judgement=judge(client, self.inputs, self.held, self.names, orders, self.as_of),
            sales=sales,
            purchases=purchases,
            settle_days=max((self.held[order.index].asset.settle_days for order in sales), default=0.0),
            cov_from=cov_from,
            mu=mu,
            cov=cov,
            measures=self._measures(mu, cov, parity),
            policy=self._policy(mu, cov),
            parity=parity,
            no_risk=no_risk,
            risk_now=ask("RISK_CONTRIB", risk_contrib, self.now, cov),
            risk_target=ask.shared("RISK_CONTRIB", risk_contrib, self.target, cov),
            correlations=ask.shared("CORR_FROM_COV", _correlations, cov),
            frontier=self._frontier(mu, cov),
            stress=self._stress(),
            history=history(self.held, self.now, self.target, self._benchmark(), self.market, self.rf, ask),
            plan=plan(client, float(self.values.sum()), self.target, mu, cov, self.firm.inflation or 0.0, ask),
            account=account(client.history, self.firm.min_months, ask),
            firm=self.firm,
        )
        self._check_client()
        self._check_result(result)
        result.problems, result.reasons = self.problems.items, ask.reasons
        return result

    def _model_name(self) -> str:
        name = self.inputs.models[self.client.model].name
        known = data.find("models", name)
        return known["name_zh"] if known and self.client.language == "zh" else name

    # Orders ----------------------------------------------------------------------------------------------------------

    def _due(self, cov) -> tuple[bool | ErrorValue, bool, list[list]]:
        """REBAL_DUE, or by shares of risk where the model says so; where a date is missing the drift alone decides.

        Gives also whether the dates are known, and by risk RP_CHECK's table.
        """
        client, model = self.client, self.inputs.models[self.client.model]
        known = client.last_rebalanced is not None and self.as_of is not None
        when = (client.last_rebalanced, self.as_of, client.frequency) if known else ALWAYS
        names, budgets = [position.asset.name for position in self.held], None
        if model.rebalance_on == "risk":
            budgets = self.ask("RISK_CONTRIB", target_shares, model, names, self.target, cov)
            if not isinstance(budgets, ErrorValue) and budgets.min() < 0.0:  # a hedge: no share to hold it to
                asset, budgets = self.names[int(np.argmin(budgets))], None
                self.problems.note(client.id, "negative_share", "done.weights_taken", client.location, asset=asset)
        if budgets is None:
            return self.ask("REBAL_DUE", rebal_due, *when, self.values, self.target, client.threshold), known, []
        table = self.ask("RP_CHECK", rp_check, self.now, cov, budgets, TOLERANCE)
        if isinstance(table, ErrorValue):
            return table, known, []
        found = self.ask.rows("RP_CHECK", table)
        due = self.ask("REBAL_DUE", rebal_due, *when)
        return due if isinstance(due, ErrorValue) else due and any(row[-1] is True for row in found), known, found

    def _split(self, orders) -> tuple[list, list]:
        """Sales and purchases; the latter flagged where the client's level does not allow them."""
        if isinstance(orders, ErrorValue):
            return [], []
        sales, purchases = [], []
        for i, (money, cost) in enumerate(zip(orders.trades.tolist(), orders.costs.tolist(), strict=True)):
            if abs(money) <= trading.CENT:
                continue
            order = trading.Order(i, money, orders.units[i], cost, -min(money, 0.0) * float(orders.fees[i]))
            if money < 0:
                sales.append(order)
                self._check_sale(order)
                order.account = trading.account_of(self.held, order)
            else:
                purchases.append(order)
                order.account = trading.account_of(self.held, order)
                order.flags = self._flags(i)
        return sales, purchases

    def _check_sale(self, order: trading.Order) -> None:
        position = self.held[order.index]
        if not trading.charges(position.asset):
            return
        for lot, _ in trading.sold_lots(position, -order.money):
            if lot.bought_on is None or self.as_of is None:
                self.problems.note(
                    self.client.id, "no_bought_on", "done.no_fee", lot.at("bought_on"), asset=position.asset.name
                )
            elif lot.bought_on > self.as_of:
                self.problems.note(
                    self.client.id, "bought_later", "done.no_days", lot.at("bought_on"), date=f"{lot.bought_on}"
                )

    def _flags(self, i: int) -> list[str]:
        level = self.held[i].asset.risk_level
        if self.client.risk_level is None:
            return []
        if level is None:
            return ["flag.no_level"]
        allowed = self.inputs.allowed.get(self.client.risk_level, set())
        return [] if level in allowed else ["flag.above_level"]

    def _check_result(self, result: Result) -> None:
        """Suitability, figures without an answer, days that one asset's gaps leave out."""
        client, location = (
            self.client,
            replace(self.client.location, column="risk_level", value=f"C{self.client.risk_level}"),
        )
        found = result.judgement
        self.problems.extend(found.reasons)
        done = "done.held" if found.held else "done.reported"
        for state in ("held", "bought", "after") if found.by == "product" else ():
            aimed = set(found.above["target"]) if state != "bought" else set()
            if above := [i for i in found.above[state] if i not in aimed]:
                words = {"assets": listed([self.names[i] for i in above], client.language), "level": location.value}
                self.problems.note(client.id, f"{state}_above", done, location, **words)
        if unknown := [i for i in found.unknown["held"] if i not in found.unknown["target"]]:
            words = {"assets": listed([self.names[i] for i in unknown], client.language)}
            self.problems.note(client.id, "held_unknown", done, location, **words)
        for kind, words in account_doubts(result.account, result.value, self.market) if result.account else ():
            self.problems.note(client.id, kind, "done.used", Location("history"), **words)
        for what, reason in self.ask.reasons.items():
            self.problems.note(client.id, "no_answer", "done.reported", client.location, what=what, reason=reason)
        every = tuple(dict.fromkeys([position.asset.name for position in self.held] + list(self._benchmark())))
        for asset in every:
            self.problems.extend(self.market.doubts.get(asset, ()))
        left = self.market.left_out(every)
        if left:
            asset, count, of = left
            words = {"asset": asset, "count": f"{count}", "of": f"{of}"}
            self.problems.note(client.id, "days_left_out", "done.reported", Location("prices", None, asset), **words)

    def _check_client(self) -> None:
        """What is missing without stopping the report."""
        if self.client.last_rebalanced is None:
            location = replace(self.client.location, column="last_rebalanced", value="")
            self.problems.note(self.client.id, "missing", "done.no_last_rebalanced", location)
        given, expires = self.client.assessed_on, self.client.assessment_expires
        if given and not expires and self.as_of and after(given, "annual") < self.as_of:
            location = replace(self.client.location, column="assessed_on", value=f"{given}")
            self.problems.note(self.client.id, "assessment_old", "done.reported", location, date=f"{given}")
        if expires and not self.as_of:
            location = replace(self.client.location, column="assessment_expires", value=f"{expires}")
            self.problems.note(self.client.id, "assessment_undated", "done.reported", location)

    # Risk ------------------------------------------------------------------------------------------------------------

    def _assumptions(self) -> tuple:
        assets = [position.asset.name for position in self.held]
        mu = self.ask("expected return", lambda: np.array([expected_return(position.asset) for position in self.held]))
        found = self.ask("COV_MATRIX", self.market.covariance, assets, self.inputs.assets)
        return (mu, found, "") if isinstance(found, ErrorValue) else (mu, *found)

    def _parity(self, cov) -> tuple[np.ndarray | ErrorValue, list[str]]:
        """Equal risk among the assets that have risk; cash stays out, and is named."""
        if isinstance(cov, ErrorValue):
            return cov, []
        risky = np.flatnonzero(cov.diagonal() > 0)
        if not len(risky):
            return self.ask.shared("RP_WEIGHTS", rp_weights, cov), []
        found = self.ask.shared("RP_WEIGHTS", rp_weights, cov[np.ix_(risky, risky)])
        if isinstance(found, ErrorValue):
            return found, []
        weights = np.zeros(len(cov))
        weights[risky] = found
        return weights, [name for i, name in enumerate(self.names) if i not in risky]

    def _measures(self, mu, cov, parity) -> dict[str, list]:
        """Figures of the whole portfolio: today's weights, the target, equal risk."""
        ask = self.ask
        portfolios = ((ask, self.now), (ask.shared, self.target), (ask.shared, parity))
        return {
            "risk.return": [answer("PORT_RETURN", port_return, w, mu) for answer, w in portfolios],
            "risk.vol": [answer("PORT_VOL", port_vol, w, cov) for answer, w in portfolios],
            "risk.sharpe": [answer("PORT_SHARPE", port_sharpe, w, mu, cov, self.rf) for answer, w in portfolios],
            "risk.ratio": [answer("DIVERSIFICATION", diversification, w, cov) for answer, w in portfolios],
            "risk.effective": [answer("EFFECTIVE_N", effective_n, w) for answer, w in portfolios],
        }

    def _policy(self, mu, cov) -> Policy | None:
        """POLICY_CHECK of the target and of today's weights, where the model states ranges."""
        stated = self.inputs.models[self.client.model].stated
        needed = ("return_low", "return_high", "vol_low", "vol_high")
        if any(key not in stated for key in needed):
            return None
        low, high, vol_low, vol_high = (stated[key] for key in needed)
        found = {}
        for key, answer, weights in (("target", self.ask.shared, self.target), ("now", self.ask, self.now)):
            table = answer(
                "POLICY_CHECK", policy_check, weights, mu, cov, [low, high], [vol_low, vol_high], stated.get("drawdown")
            )
            found[key] = self.ask.rows("POLICY_CHECK", table)
        return Policy(stated, **found) if all(found.values()) else None

    def _frontier(self, mu, cov) -> list[list]:
        """Return and volatility along the frontier."""
        table = self.ask.shared("FRONTIER", frontier, mu, cov, FRONTIER_POINTS)
        return [] if isinstance(table, ErrorValue) else [list(row[:2]) for row in table.rows]

    def _stress(self) -> list[list] | ErrorValue:
        """STRESS_TABLE of today's weights by reference asset class."""
        classes: dict[str, float] = {}
        chinese = self.client.language == "zh"
        for position, weight in zip(self.held, self.now.tolist(), strict=True):
            name = position.asset.asset_class
            if known := data.find("asset_classes", name):
                name = known["name_zh" if chinese else "asset"]
            classes[name] = classes.get(name, 0.0) + weight
        if chinese:  # the table speaks the language of its names, and REITs alone are so called in both
            classes.setdefault("现金", 0.0)
        table = self.ask("STRESS_TABLE", stress_table, np.array(list(classes.values())), asset_names=list(classes))
        return table if isinstance(table, ErrorValue) else self.ask.rows("STRESS_TABLE", table)

    # Performance and plan --------------------------------------------------------------------------------------------

    def _benchmark(self) -> dict[str, float]:
        found = self.inputs.benchmarks.get(self.client.benchmark)
        if found is None:
            return {}
        lacking = [asset for asset in found.targets if asset not in self.market.assets]
        if lacking:
            location = replace(self.client.location, column="benchmark", value=found.name)
            self.problems.note(
                self.client.id, "no_prices_for_benchmark", "done.left_out", location, asset=", ".join(lacking)
            )
            return {}
        return found.targets


def _drift(values: np.ndarray, target: np.ndarray, names: list[str]) -> list[list]:
    """REBAL_DRIFT's rows; what the model does not hold has no relative deviation, which is no failure."""
    rows = rebal_drift(values, target).rows
    return [[with_names(name, {"assets": names}), *figures[:-1], _or_none(figures[-1])] for name, *figures in rows]


def _or_none(cell):
    return None if isinstance(cell, DivisionError) else cell


def _correlations(cov: np.ndarray) -> list[list]:
    """Correlations of the assets that have risk; those of cash are not defined."""
    risky = np.flatnonzero(cov.diagonal() > 0)
    table: list[list] = [[None] * len(cov) for _ in cov]
    for i, row in zip(risky, corr_from_cov(cov[np.ix_(risky, risky)]).tolist(), strict=True):
        for j, value in zip(risky, row, strict=True):
            table[i][j] = value
    return table
