"""Backtests of rebalancing rules on real prices: numbers of bt."""

import bt
import market
import numpy as np
import pandas as pd
from peers_allocation import coordinate_descent
from peers_topic import Topic, frame, package

NAMES = ["AAPL", "BAC", "JNJ", "KO", "XOM"]
WINDOW = 252
EVERY = 21  # rows between two that are recorded


class Decision(bt.Algo):
    """Asks the signals at every close, after that day's trades, for the trades of the next close."""

    run_always = True

    def __init__(self, *signals):
        super().__init__()
        self.signals = signals

    def __call__(self, target):
        target.perm["trade"] = all(signal(target) for signal in self.signals)
        return True


def decided(target):
    """What was decided at the close before; the first purchase needs no decision."""
    return target.perm.get("trade", True)


def of_bt(name, prices, *algos):
    """The value of 1 invested without costs, in fractions of shares."""
    strategy = bt.Strategy(name, list(algos))
    done = bt.Backtest(strategy, prices, initial_capital=1e6, integer_positions=False, progress_bar=False)
    done.run()
    return done.strategy.values[prices.index] / 1e6


def constant_mix(prices, *signal):
    equal = bt.algos.WeighSpecified(**dict.fromkeys(prices.columns, 1 / prices.shape[1]))
    algos = bt.algos.SelectAll(), equal, decided, bt.algos.Rebalance(), Decision(*signal)
    return of_bt("constant mix", prices, *algos)


def risk_parity(prices):
    """Weights of the first row of each month from the returns up to it; the first from the first full window."""
    returns = prices.pct_change()
    rows = [t for t in range(WINDOW + 1, len(prices)) if prices.index[t].month != prices.index[t - 1].month]
    b = np.full(prices.shape[1], 1 / prices.shape[1])
    weights = {}
    for t in [WINDOW, *rows]:
        if t + 1 < len(prices):
            S = returns.iloc[t - WINDOW + 1 : t + 1].cov().values * 252
            weights[prices.index[t + 1]] = coordinate_descent(S, b)
    target = pd.DataFrame(weights, index=prices.columns).T
    held = prices.loc[target.index[0] :]
    algos = bt.algos.SelectAll(), bt.algos.WeighTarget(target), bt.algos.Rebalance()
    return of_bt("risk parity", held, *algos)


def backtest():
    out = Topic("backtest.csv")
    prices = frame(market.daily_prices())[NAMES]
    run, never = bt.algos, (lambda target: False)
    day_one = {"run_on_first_date": False}
    courses = {
        "none": (never,),
        "weekly": (run.RunWeekly(**day_one),),
        "monthly": (run.RunMonthly(**day_one),),
        "quarterly": (run.RunQuarterly(**day_one),),
        "annual": (run.RunYearly(**day_one),),
        "threshold_03": (run.RunIfOutOfBounds(0.03 * len(NAMES)),),
        "hybrid_quarterly_05": (run.RunQuarterly(**day_one), run.RunIfOutOfBounds(0.05 * len(NAMES))),
        "hybrid_monthly_03": (run.RunMonthly(**day_one), run.RunIfOutOfBounds(0.03 * len(NAMES))),
    }
    for case, signal in courses.items():
        write(out, case, constant_mix(prices, *signal))
    write(out, "rp_monthly_252", risk_parity(prices))
    out.source(
        "all",
        f"{package('bt')}, value of 1 invested in {', '.join(NAMES)} of market.daily_prices(), no costs, fractions of"
        " shares; traded on the row after the signal; every 21st row and the last",
    )
    out.source("weekly … annual", "RunWeekly, RunMonthly, RunQuarterly, RunYearly; equal weights")
    out.source("threshold_03, hybrid_*", "RunIfOutOfBounds(5 x threshold): relative bands of equal weights of 1/5")
    out.source(
        "rp_monthly_252",
        f"WeighTarget: weights of {package('riskparityportfolio')} on the covariance of 252 returns up to the first "
        "row of each month, traded on the row after",
    )
    out.write()


def write(out, case, values):
    some = values.iloc[[*range(0, len(values) - 1, EVERY), -1]]
    out.vector(case, [day.date().isoformat() for day in some.index], some.values)
