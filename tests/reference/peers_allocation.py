"""Risk parity, hierarchical risk parity, mean-variance, Black-Litterman: numbers of public packages."""

import importlib.util
import sys
from pathlib import Path

import cvxpy as cp
import market
import numpy as np
import pandas as pd
from peers_topic import DAYS_A_YEAR, TIGHT, Topic, budgeted, frame, package, solve
from scipy import optimize


def coordinate_descent(S, b):
    """The compiled solver of riskparityportfolio, loaded without its Python part, which needs jax."""
    folder = Path(importlib.util.find_spec("riskparityportfolio").submodule_search_locations[0])
    spec = importlib.util.spec_from_file_location("vanilla", next(folder.glob("vanilla*.so")))
    compiled = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(compiled)
    return compiled.design(S, b, 1e-15, 10000)


def of_riskfolio(returns, b, lower, upper):
    """Riskfolio-Lib takes the bounds as inequalities."""
    import riskfolio

    n = returns.shape[1]
    peer = riskfolio.Portfolio(returns=returns)
    peer.assets_stats(method_mu="hist", method_cov="hist")
    peer.solvers, peer.sol_params = ["CLARABEL"], {"CLARABEL": TIGHT}
    if upper is not None:
        peer.ainequality = np.vstack([np.eye(n), -np.eye(n)])
        peer.binequality = np.concatenate([upper, -lower]).reshape(-1, 1)
    return peer.rp_optimization(model="Classic", rm="MV", b=b.reshape(-1, 1)).values[:, 0]


def risk_parity():
    from skfolio.optimization import RiskBudgeting

    out = Topic("risk_parity.csv")
    n, names = 20, market.daily().names
    equal, tilted = np.full(n, 1 / n), market.unequal_budgets()
    own_lower = np.where(np.array(names) == "XOM", 0.10, 0.0)
    own_upper = np.where(np.isin(names, ["KO", "JNJ", "MRK"]), 0.02, 0.25)
    for data, panel, P in (("", market.daily(), DAYS_A_YEAR), ("_monthly", market.monthly(), 12)):
        returns = frame(panel)
        S = (returns.cov() * P).values
        for case, b, lower, upper in (
            ("equal", equal, None, None),
            ("tilted", tilted, None, None),
            ("equal_upper", equal, np.zeros(n), np.full(n, 0.06)),
            ("tilted_bounds", tilted, np.full(n, 0.03), np.full(n, 0.08)),
            ("own_bounds", equal, own_lower, own_upper),
        ):
            w = budgeted(S, b, lower, upper)
            out.vector(case + data, names, w)
            out.vector(f"{case}{data}_contributions", names, w * (S @ w) / (w @ S @ w))
            bounds = {} if upper is None else {"min_weights": lower, "max_weights": upper}
            peer = RiskBudgeting(risk_budget=b, solver_params=TIGHT, **bounds).fit(returns)
            out.agrees(case + data, package("skfolio"), peer.weights_, 1e-7)
            out.agrees(case + data, package("riskfolio-lib"), of_riskfolio(returns, b, lower, upper), 1e-7)
            if upper is None:
                out.agrees(case + data, package("riskparityportfolio"), coordinate_descent(S, b), 1e-8)
                out.agrees(f"{case}{data}_contributions", "the budgets", b, 1e-9)
    out.source(
        "all",
        f"{package('cvxpy')}, {package('clarabel')}: least y'Sy/2 - sum b ln y over l 1'y <= y <= "
        "u 1'y, scaled; S sample covariance of market.daily() x 252 or market.monthly() x 12",
    )
    out.source("equal, tilted", "budgets 1/20, market.unequal_budgets()")
    out.source("equal_upper, tilted_bounds", "every weight at most 0.06; every weight 0.03 to 0.08, tilted budgets")
    out.source("own_bounds", "equal budgets; XOM at least 0.10; JNJ, KO, MRK at most 0.02, all others at most 0.25")
    out.write()


def hrp():
    import riskfolio
    from pypfopt import HRPOpt
    from skfolio.cluster import HierarchicalClustering, LinkageMethod
    from skfolio.optimization import HierarchicalRiskParity
    from skfolio.seriation import HierarchicalSeriation

    out = Topic("hrp.csv")
    for data, panel in (("", market.daily()), ("_monthly", market.monthly())):
        returns = frame(panel)
        names = list(returns.columns)
        for linkage in ("single", "complete", "average", "ward"):
            case = linkage + data
            out.vector(case, names, pd.Series(HRPOpt(returns=returns).optimize(linkage))[names])
            peer = riskfolio.HCPortfolio(returns=returns)
            for order, within, note in (
                (False, 1e-14, ""),
                (True, None, "default: optimal leaf order, another bisection"),
            ):
                w = peer.optimization(model="HRP", rm="MV", linkage=linkage, leaf_order=order)["weights"][names]
                out.agrees(case, f"{package('riskfolio-lib')} leaf_order={order}", w, within, note)
                trees = HierarchicalClustering(linkage_method=LinkageMethod(linkage))
                seriation = HierarchicalSeriation(hierarchical_clustering_estimator=trees, optimal_ordering=order)
                w = HierarchicalRiskParity(seriation_estimator=seriation).fit(returns).weights_
                out.agrees(case, f"{package('skfolio')} optimal_ordering={order}", w, within, note)
    out.source(
        "all",
        f"{package('pyportfolioopt')} HRPOpt(returns=X).optimize(linkage), X market.daily() or monthly()",
        "linkage on the condensed distances sqrt((1-rho)/2) themselves, pre-order of the tree, halved",
    )
    out.write()


class MeanVariance:
    """The quadratic programmes on one covariance, their bounds written for y of any scale: w = y/1'y."""

    def __init__(self, mu, S, upper=1.0, groups=None):
        self.mu, self.S, n = mu, S, len(S)
        rows = [-np.eye(n)]  # -y <= 0
        if upper < 1.0:
            rows.append(np.eye(n) - upper)  # y - upper 1'y <= 0
        if groups:
            labels, least, most = groups
            member = np.array([[float(x == g) for x in labels] for g in dict.fromkeys(labels)])
            rows += [np.array(least)[:, None] - member, member - np.array(most)[:, None]]
        self.G = np.vstack(rows)

    def least_risk(self, a, fixed=1.0, also=None):
        """Least y'Sy with a'y = fixed, G y <= 0 and, where given, also'y >= 0.

        Clarabel finds which limits hold; the optimality conditions are then solved exactly and checked.
        """
        G = self.G if also is None else np.vstack([self.G, -also])
        n, y = len(a), cp.Variable(len(a))
        solve(cp.Minimize(cp.sum_squares(np.linalg.cholesky(self.S).T @ y)), [a @ y == fixed, G @ y <= 0])
        held = G[G @ y.value / y.value.sum() > -1e-7]
        rows = np.vstack([a, held])
        kkt = np.block([[self.S, rows.T], [rows, np.zeros((len(rows), len(rows)))]])
        exact = np.linalg.lstsq(kkt, np.concatenate([np.zeros(n), [fixed], np.zeros(len(held))]), rcond=1e-14)[0][:n]
        w = exact / exact.sum()
        # -Sy as a combination of a, of either sign, and of the limits that hold, none negative
        unexplained = optimize.nnls(np.vstack([a, -a, held]).T, -self.S @ exact)[1]
        if unexplained > 1e-10 * np.linalg.norm(self.S @ exact) or (G @ w).max() > 1e-12:
            sys.exit(f"mean-variance: the optimality conditions do not hold by {unexplained:.2g}")
        if np.abs(w - y.value / y.value.sum()).max() > 1e-6:
            sys.exit("mean-variance: Clarabel is elsewhere")
        return np.where(np.abs(w) < 1e-15, 0.0, w)

    def min_var(self):
        return self.least_risk(np.ones(len(self.mu)))

    def target_return(self, target):
        return self.least_risk(np.ones(len(self.mu)), also=self.mu - target)

    def max_sharpe(self, rf=0.0):
        return self.least_risk(self.mu - rf)

    def max_div(self):
        return self.least_risk(np.sqrt(np.diag(self.S)))

    def greatest_return(self):
        n = len(self.mu)
        best = optimize.linprog(-self.mu, self.G, np.zeros(len(self.G)), np.ones((1, n)), [1.0])
        return best.x

    def target_vol(self, target):
        """The target return at which the least volatility is `target`."""

        def excess(level):
            w = self.target_return(level)
            return np.sqrt(w @ self.S @ w) - target

        least, most = self.mu @ self.min_var(), self.mu @ self.greatest_return()
        inset = 1e-3 * (most - least)  # at the ends themselves more limits hold than there are weights
        return self.target_return(optimize.brentq(excess, least + inset, most - inset, xtol=1e-15))


def of_pypfopt(daily, upper, groups, call, *args):
    from pypfopt import EfficientFrontier

    mu, S = daily.mean() * DAYS_A_YEAR, daily.cov() * DAYS_A_YEAR
    frontier = EfficientFrontier(mu, S, (0, upper), solver="CLARABEL", solver_options=TIGHT)
    if groups:
        labels, least, most = groups
        order = list(dict.fromkeys(labels))
        limits = dict(zip(order, least, strict=True)), dict(zip(order, most, strict=True))
        frontier.add_sector_constraints(dict(zip(daily.columns, labels, strict=True)), *limits)
    return list(getattr(frontier, call)(*args).values())


def mean_variance():
    from skfolio.optimization import MaximumDiversification

    out = Topic("mean_variance.csv")
    daily = frame(market.daily())
    names, mu, S = list(daily.columns), daily.mean().values * DAYS_A_YEAR, (daily.cov() * DAYS_A_YEAR).values
    out.vector("mu", names, mu)
    for case, upper, groups in (("", 1.0, None), ("_cap15", market.CAP, None), ("_groups", 1.0, market.group_limits())):
        own = MeanVariance(mu, S, upper, groups)
        for name, w, call, args in (
            ("min_var", own.min_var(), "min_volatility", ()),
            ("max_sharpe", own.max_sharpe(), "max_sharpe", (0.0,)),
            ("max_sharpe_rf2", own.max_sharpe(market.RF), "max_sharpe", (market.RF,)),
            ("target_return_20", own.target_return(0.20), "efficient_return", (0.20,)),
            ("target_vol_20", own.target_vol(0.20), "efficient_risk", (0.20,)),
        ):
            out.vector(name + case, names, w)
            out.agrees(name + case, package("pyportfolioopt"), of_pypfopt(daily, upper, groups, call, *args), 1e-5)
        if groups is None:
            w = own.max_div()
            out.vector("max_div" + case, names, w)
            mixed = MaximumDiversification(max_weights=upper, solver_params=TIGHT).fit(daily).weights_
            out.agrees("max_div" + case, package("skfolio"), mixed, 1e-6)
        first, last = own.min_var(), own.greatest_return()
        targets = np.linspace(mu @ first, mu @ last, 10)
        points = [first, *map(own.target_return, targets[1:-1]), last]
        out.table(
            "frontier" + case,
            [str(k) for k in range(1, 11)],
            ["return", "vol", *names],
            [[target, np.sqrt(w @ S @ w), *w] for target, w in zip(targets, points, strict=True)],
        )
    out.source("mu", f"{package('pandas')} mean of market.daily() x 252")
    out.source(
        "all others",
        f"{package('cvxpy')}, {package('clarabel')}, on mu and the sample covariance of "
        "market.daily() x 252; rf 0, or 2% where named rf2; max_div: least y'Sy with v'y = 1",
    )
    out.source("_cap15, _groups", "every weight at most 0.15; market.group_limits()")
    out.source("frontier*", "10 points evenly spaced in return, from least variance to the greatest return")
    out.write()


def black_litterman():
    from pypfopt import BlackLittermanModel, black_litterman

    out = Topic("black_litterman.csv")
    daily = frame(market.daily())
    S, names = daily.cov() * DAYS_A_YEAR, list(daily.columns)
    w = market.given_weights()
    pi = black_litterman.market_implied_prior_returns(pd.Series(w, names), 2.5, S, risk_free_rate=market.RF)
    picks = np.zeros((3, 20))
    picks[0, names.index("AAPL")] = 1.0
    picks[1, [names.index("CVX"), names.index("XOM")]] = 1.0, -1.0
    picks[2, [names.index("JNJ"), names.index("PFE"), names.index("MRK")]] = 0.5, 0.5, -1.0
    views, confidence = np.array([0.15, 0.02, -0.01]), np.array([0.25, 0.5, 0.9])
    out.vector("implied_returns", names, pi)
    out.vector(
        "posterior",
        names,
        BlackLittermanModel(
            S, pi=pi, P=picks, Q=views, omega="idzorek", view_confidences=confidence, tau=0.05
        ).bl_returns(),
    )
    for tau in (0.01, 1.0):
        other = BlackLittermanModel(S, pi=pi, P=picks, Q=views, omega="idzorek", view_confidences=confidence, tau=tau)
        out.agrees("posterior", f"{package('pyportfolioopt')} tau={tau}", other.bl_returns(), 1e-13, "tau cancels")
    out.table("picks", ["1", "2", "3"], names, picks)
    out.vector("views", ["1", "2", "3"], views)
    out.vector("confidence", ["1", "2", "3"], confidence)
    out.source(
        "implied_returns",
        f"{package('pyportfolioopt')} market_implied_prior_returns of market.given_weights(), risk "
        "aversion 2.5, risk_free_rate 0.02, sample covariance of market.daily() x 252",
    )
    out.source("posterior", f"{package('pyportfolioopt')} BlackLittermanModel(omega='idzorek', tau=0.05).bl_returns()")
    out.write()
