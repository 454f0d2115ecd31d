"""The articles' own code, copied as it is printed, mended only where it would not even start; the tests show what it gives.

Names are those of the articles. Where a mend was needed it says so beside the line.
"""

import numpy as np
from scipy.optimize import minimize

VOLATILITY_TARGETING = """
def volatility_targeting(current_vol, target_vol=15%, max_stock=80%, min_stock=20%):
    adjustment = target_vol / current_vol
"""
IMPORTS = "import pandas as pd\nimport numpy as025-05-15 10:00:00\nimport yfinance as yf\n"


def rebalance_portfolio(current_values, target_weights, threshold=0.05):
    total_value = sum(current_values.values())
    current_weights = {k: v / total_value for k, v in current_values.items()}
    trades = {}
    for asset in current_weights:
        deviation = current_weights[asset] - target_weights[asset]
        if abs(deviation) > threshold:
            trade_amount = deviation * total_value
            trades[asset] = -trade_amount
    total_sell = sum([v for v in trades.values() if v < 0])
    for asset, trade in trades.items():
        if trade > 0:
            trades[asset] = total_sell * (trade / sum([v for v in trades.values() if v > 0]))
    return trades


def dollar_cost_averaging(initial_price, monthly_investment, months=60, volatility=0.15):
    prices = [initial_price]
    investments = []
    for _ in range(1, months):
        price_change = np.random.normal(0, volatility / np.sqrt(12))
        new_price = prices[-1] * (1 + price_change)
        prices.append(new_price)
        shares = monthly_investment / new_price
        investments.append(shares)
    total_invested = monthly_investment * months
    total_shares = sum(investments)
    final_value = total_shares * prices[-1]
    avg_price = total_invested / total_shares
    return {
        "invested": total_invested,
        "value": final_value,
        "return": (final_value - total_invested) / total_invested,
        "average cost": avg_price,
        "purchases": len(investments),
    }


def portfolio_report(portfolio_returns, risk_free_rate=0.02):
    """The figures before they are turned into text; takes the portfolio's returns, which the article sums up first."""
    annual_return = portfolio_returns.mean() * 12
    annual_vol = portfolio_returns.std(ddof=1) * np.sqrt(12)
    cumulative = (1 + portfolio_returns).cumprod()
    rolling_max = np.maximum.accumulate(cumulative)
    drawdown = (cumulative - rolling_max) / rolling_max
    downside_returns = portfolio_returns[portfolio_returns < 0]  # printed: portfol_returns, a name that does not exist
    downside_vol = downside_returns.std(ddof=1) * np.sqrt(12)
    return {
        "return": annual_return,
        "volatility": annual_vol,
        "sharpe": (annual_return - risk_free_rate) / annual_vol,
        "sortino": (annual_return - risk_free_rate) / downside_vol,
        "drawdown": drawdown.min(),
    }


def risk_parity_objective(w, cov):
    portfolio_vol = np.sqrt(w @ cov @ w.T)
    marginal_contrib = cov @ w.T / portfolio_vol
    risk_contrib = w * marginal_contrib
    return np.var(risk_contrib)


def solve(cov, as_printed=True):
    constraints = [{"type": "eq", "fun": lambda w: np.sum(w) - 1}]
    if as_printed:
        constraints.append({"type": "eq", "fun": lambda w: w})
    n = len(cov)
    w0 = np.array([1 / n] * n)
    return minimize(
        risk_parity_objective, w0, args=(cov,), method="SLSQP", constraints=constraints, bounds=[(0, 1)] * n
    )


def market_state(volatility, threshold=0.02):
    return np.where(volatility > threshold, "high", "low")
