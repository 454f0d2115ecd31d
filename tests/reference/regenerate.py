"""Compute the committed reference numbers from public packages: `python tests/reference/regenerate.py`.

The ordinary test run needs none of these packages. Each file names in its first lines the package, the
version and the call that gave each case; `agreement.csv` holds the worst difference to every second source.
A difference beyond its tolerance stops the run: a number that two sources do not share is never written.
"""

import warnings

import peers_allocation as allocation
import peers_backtest as backtests
import peers_definitions as definitions
import peers_estimation as estimation
import peers_performance as performance
import peers_quant as quant
import tables
from peers_topic import AGREEMENT, head

TOPICS = (
    estimation.covariance,
    estimation.nearest_correlation,
    estimation.portfolio,
    estimation.factors,
    allocation.risk_parity,
    allocation.hrp,
    allocation.mean_variance,
    allocation.black_litterman,
    performance.kpi,
    backtests.backtest,
    quant.tracking,
    quant.tail_risk,
    quant.factor_regression,
    definitions.definitions,
)


def main():
    warnings.simplefilter("ignore")
    for topic in TOPICS:
        topic()
        print(topic.__name__, flush=True)
    comment = "worst absolute difference to a second source; no tolerance: another definition"
    columns = ("file", "case", "peer", "worst_difference", "tolerance", "note")
    tables.write("agreement.csv", [*head(), comment], columns, AGREEMENT)


if __name__ == "__main__":
    main()
