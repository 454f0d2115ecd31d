"""What Python users write, as tests/test_types.py has it checked by mypy and run."""

import datetime as dt
from typing import Any, assert_type

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import xlalloc as xa


def arrays() -> None:
    cov = np.array([[0.04, 0.006], [0.006, 0.01]])
    weights = xa.rp_weights(cov, upper=0.8)
    assert_type(weights, NDArray[Any])
    assert_type(xa.port_vol(weights, cov), float)
    assert_type(xa.risk_contrib(weights, cov, "absolute"), NDArray[Any])
    assert_type(xa.rp_weights([[0.04, 0.006], [0.006, 0.01]], [0.5, 0.5], lower=[0, 0.1]), NDArray[Any])
    returns = [0.01, -0.02, 0.03, 0.0]
    assert_type(xa.sharpe(returns, 0.02, 12), float)
    assert_type(xa.sharpe(returns, periods=12, dates=[dt.date(2026, m, 28) for m in (1, 2, 3, 4)]), float)
    print(xa.ann_vol(np.array([returns, returns]).T).round(3))
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=7 * k) for k in range(4)]
    table = xa.backtest([[10, 10], [11, 10], [12, 9], [11, 9.5]], [0.5, 0.5], "hybrid", "monthly", dates=days)
    assert_type(table, xa.Table)
    print(table.header, table.column(str(table.header[0])))
    assert_type(xa.rebal_due("2026-01-31", dt.date(2026, 2, 28), "monthly"), bool)
    assert_type(xa.redemption_fee(6), float)
    assert_type(xa.market_state(returns, 4), str)
    assert_type(xa.equal_weights(3), NDArray[Any])


def dicts() -> None:
    held, target = {"Shares": 120000, "Bonds": 80000}, {"Bonds": 0.5, "Shares": 0.5}
    trades = xa.rebal_trades(held, target)
    assert_type(trades, dict[Any, float])
    print(trades["Shares"])
    cov = {"A": {"A": 0.04, "B": 0.006}, "B": {"A": 0.006, "B": 0.01}}
    assert_type(xa.min_var_weights(cov, groups={"A": "risky", "B": "safe"}), dict[Any, float])
    assert_type(xa.corr_from_cov(cov), dict[Any, dict[Any, float]])


def frames() -> None:
    days = pd.date_range("2026-01-31", periods=5, freq="ME")
    prices = pd.DataFrame({"Fund": [100, 102, 101, 105, 107], "Index": [50, 50.5, 50.2, 51, 52]}, days)
    returns = xa.returns(prices)
    assert_type(returns, pd.DataFrame)
    cov = xa.cov_matrix(returns, "ledoit_wolf")
    assert_type(cov, pd.DataFrame)
    weights = xa.rp_weights(cov, {"Index": 0.5, "Fund": 0.5}, upper=0.9)
    assert_type(weights, "pd.Series[float]")
    print(weights.sort_values().index[0], xa.risk_contrib(weights, cov).sum())
    assert_type(xa.ann_return(returns), "pd.Series[float]")
    fund = returns["Fund"]
    assert_type(xa.ann_return(fund), float)
    assert_type(xa.tracking_error(fund, returns["Index"]), float)
    assert_type(xa.drawdowns(returns), pd.DataFrame)
    assert_type(xa.drawdowns(fund), "pd.Series[float]")
    assert_type(xa.port_series(returns, weights), "pd.Series[float]")
    try:
        xa.kpi_table(returns, fund, periods=12)
    except (xa.InputError, xa.AllocError) as error:
        print(error)


if __name__ == "__main__":
    arrays()
    dicts()
    frames()
