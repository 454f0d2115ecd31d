"""pytest plugin of .ci/arithmetic.sh: numpy's loops over arrays round otherwise; tests of an office are left out."""

import ctypes
import os

import numpy as np

_libm = ctypes.CDLL(os.environ["LD_PRELOAD"])
_several, _one = np.linspace(0.1, 0.9, 40), np.array([0.3])
_FUNCTIONS = (np.exp, np.exp2, np.expm1, np.log, np.log2, np.log10, np.log1p, np.cbrt, np.tanh)
_libm.learn(1)
for _x in (_several, _several[::2], _one, _one[0]):
    for _function in _FUNCTIONS:
        _function(_x)
    for _exponent in (_several[: np.size(_x)], 0.3):
        np.power(_x, _exponent)
_libm.learn(0)
if (_several**0.3).tolist() == [x**0.3 for x in _several.tolist()]:
    raise RuntimeError("the power of an array is still that of a number: see .ci/arithmetic.c")


def pytest_collection_modifyitems(config, items):
    """LibreOffice computes with its own arithmetic."""
    left_out = [item for item in items if "office" in item.fixturenames]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
