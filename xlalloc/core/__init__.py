"""The mathematics: numpy on arrays, no cells, no files. Importing it fills the catalogue."""

import importlib

MODULES = (
    "estimation", "portfolio", "risk_parity", "mean_variance", "tracking", "tail_risk", "models", "rebalance",
    "dynamic", "performance", "account", "attribution", "stress", "hedging", "planning", "backtest", "suitability",
)  # fmt: skip

for _module in MODULES:
    importlib.import_module(f"xlalloc.core.{_module}")
