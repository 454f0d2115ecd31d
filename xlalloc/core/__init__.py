"""The mathematics: numpy on arrays, no cells, no files. Importing it fills the catalogue."""

import importlib
import importlib.util

MODULES = (
    "estimation", "portfolio", "risk_parity", "mean_variance", "models", "rebalance", "dynamic", "performance",
    "stress", "hedging", "planning", "backtest",
)  # fmt: skip

for _module in MODULES:
    if importlib.util.find_spec(f"xlalloc.core.{_module}"):
        try:
            importlib.import_module(f"xlalloc.core.{_module}")
        except Exception as e:
            print("DEV: not importable yet", _module, repr(e)[:200])
