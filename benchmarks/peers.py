"""Public packages for the same task, each made ready on first use; those that cannot be loaded are named."""

import contextlib
import importlib.util
import io
import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import numpy as np


class Peers:
    """The packages wanted; ``missing`` says why one is left out, ``versions`` what was found."""

    def __init__(self, wanted: bool = True):
        self.wanted, self.missing, self.versions = wanted, {}, {}

    def get(self, distribution: str, make: Callable):
        """The peer's function, or None."""
        if not self.wanted:
            return None
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                function = make()
            self.versions[distribution] = version(distribution)
        except Exception as error:
            self.missing[distribution] = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            return None
        return function

    def report(self) -> str:
        """What was found, and what was not."""
        found = ", ".join(f"{name} {number}" for name, number in self.versions.items())
        missing = "; ".join(f"{name} ({why})" for name, why in self.missing.items())
        return f"Peers: {found or 'none'}.{' Not loaded, left out: ' + missing + '.' if missing else ''}\n"


# Risk parity -------------------------------------------------------------------------------------------------


def compiled_risk_parity():
    """The C++ solver of riskparityportfolio at 1e-10, loaded without its Python part, which needs jax."""
    found = importlib.util.find_spec("riskparityportfolio")
    if found is None:
        raise ImportError("not installed")
    folder = Path(found.submodule_search_locations[0])
    library = next(file for file in folder.glob("vanilla*") if file.suffix in (".so", ".pyd"))
    spec = importlib.util.spec_from_file_location("vanilla", library)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda returns, cov, budgets: module.design(cov, budgets, 1e-10, 1000)


def skfolio_risk_parity():
    from skfolio.moments import EmpiricalCovariance
    from skfolio.optimization import RiskBudgeting
    from skfolio.prior import EmpiricalPrior

    def solve(returns, cov, budgets):
        prior = EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))
        return RiskBudgeting(risk_budget=budgets, prior_estimator=prior).fit(returns).weights_

    return solve


def riskfolio_risk_parity():
    import pandas as pd
    import riskfolio

    def solve(returns, cov, budgets):
        names = [f"a{i}" for i in range(len(budgets))]
        portfolio = riskfolio.Portfolio(returns=pd.DataFrame(returns, columns=names))
        portfolio.mu = pd.DataFrame(returns.mean(axis=0)[None], columns=names)
        portfolio.cov = pd.DataFrame(cov, index=names, columns=names)
        found = portfolio.rp_optimization(model="Classic", rm="MV", rf=0, b=budgets[:, None], hist=True)
        return found.to_numpy().ravel()

    return solve


def textbook_slsqp():
    """The squared deviations of the contributions, by scipy's SLSQP: how most articles write it."""
    from scipy.optimize import minimize

    def solve(returns, cov, budgets):
        def apart(w):
            marginal = cov @ w
            contributions = w * marginal / np.sqrt(w @ marginal)
            return float(((contributions - budgets * contributions.sum()) ** 2).sum())

        n = len(budgets)
        to_one = {"type": "eq", "fun": lambda w: w.sum() - 1}
        return minimize(apart, np.full(n, 1 / n), method="SLSQP", bounds=[(0, 1)] * n, constraints=[to_one]).x

    return solve


# Frontier ----------------------------------------------------------------------------------------------------


def cvxcla_frontier():
    from cvxcla import CLA

    def corners(returns, mu, cov):
        n = len(mu)
        line = CLA(
            mean=mu, covariance=cov, lower_bounds=np.zeros(n), upper_bounds=np.ones(n), a=np.ones((1, n)), b=np.ones(1)
        )
        return np.array([point.weights for point in line.turning_points])

    return corners


def pypfopt_frontier():
    from pypfopt import CLA

    def points(returns, mu, cov):
        return np.array(CLA(mu, cov).efficient_frontier(points=100)[2]).reshape(-1, len(mu))

    return points


def skfolio_frontier():
    from skfolio.moments import EmpiricalCovariance
    from skfolio.optimization import MeanRisk
    from skfolio.prior import EmpiricalPrior

    def points(returns, mu, cov):
        prior = EmpiricalPrior(covariance_estimator=EmpiricalCovariance(nearest=False))
        return MeanRisk(efficient_frontier_size=100, prior_estimator=prior).fit(returns).weights_

    return points


# Series ------------------------------------------------------------------------------------------------------


def scikit_learn_shrinkage():
    from sklearn.covariance import ledoit_wolf

    return lambda returns: ledoit_wolf(returns)[0]


def empyrical_measures():
    """Sharpe, Sortino, maximum drawdown, Calmar, VaR, CVaR of one series."""
    import empyrical as e

    def measures(series):
        r = series.to_numpy()
        tail = e.value_at_risk(r, 0.05), e.conditional_value_at_risk(r, 0.05)
        return e.sharpe_ratio(r), e.sortino_ratio(r), e.max_drawdown(r), e.calmar_ratio(r), -tail[0], -tail[1]

    return measures


def quantstats_measures():
    """The same; its VaR and CVaR assume the normal distribution."""
    from quantstats import stats as s

    return lambda r: (s.sharpe(r), s.sortino(r), s.max_drawdown(r), s.calmar(r), -s.var(r), -s.cvar(r))


def ffn_measures():
    """All statistics of a price series, VaR and CVaR not among them."""
    import ffn

    def measures(series):
        found = ffn.PerformanceStats((1 + series).cumprod() * 100)
        return found.daily_sharpe, found.daily_sortino, found.max_drawdown, found.calmar

    return measures
