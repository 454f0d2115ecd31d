"""The mathematics: numpy on arrays, no cells, no files. Importing it fills the catalogue."""

import importlib

MODULES = ("portfolio",)

for _module in MODULES:
    importlib.import_module(f"xlalloc.core.{_module}")
