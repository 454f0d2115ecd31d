"""Speed of the Excel host:  python -m benchmarks.excel

On any machine: a call through the real xlwings with pywin32 stubbed, beside a bare xlwings function that does nothing
with the same arguments. With XLALLOC_WINE set (see .ci/windows.sh): the same over COM, and the server's start.
"""

import os
import statistics
import sys
import tempfile
import time
import types
from pathlib import Path

import numpy as np

from benchmarks.timing import shown, side_by_side

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from windows import runtimes, wine

BARE = "bare_functions"
BARE_TEXT = """
import xlwings as xw

@xw.func
def one(a, b=None, c=None):
    return 1.0

@xw.func
def table(a, b=None, c=None):
    return [[1.0]] * 10
"""


def questions() -> dict[str, tuple[str, str, list]]:
    """What is asked: our function, the bare one with an answer of the same shape, the arguments."""
    rng = np.random.default_rng(7)
    draw = rng.standard_normal((60, 10)) * 0.04
    return {
        "scalar KPI: SHARPE of 60 returns": ("SHARPE", "one", [draw[:, :1].tolist()]),
        "10x10 matrix: RP_WEIGHTS": ("RP_WEIGHTS", "table", [np.cov(draw.T).tolist()]),
        "5,000x20 returns: MAX_DRAWDOWN": (
            "MAX_DRAWDOWN",
            "table",
            [(rng.standard_normal((5000, 20)) * 0.01).tolist()],
        ),
    }


def tuples(value):
    return tuple(map(tuples, value)) if isinstance(value, list) else value


def stub_tier() -> None:
    """Our part of a call against xlwings's: all of it, and the function without the host."""
    from xlalloc import cells

    with runtimes.com():
        from xlwings.com_server import XLPython

        bare = types.ModuleType(BARE)
        bare.__file__ = __file__
        exec(BARE_TEXT, bare.__dict__)
        sys.modules[BARE] = bare
        python = XLPython()
        for title, (name, empty, arguments) in questions().items():
            words = tuple(map(tuples, arguments))
            candidates = {
                "whole call": lambda n=name, w=words: python.CallUDF(runtimes.CALLS, "ANSWER", (n, *w)),
                "bare function, xlwings's converters": lambda e=empty, w=words: python.CallUDF(BARE, e, w),
                "the function without a host": lambda n=name, w=words: cells.call(n, w),
            }
            t = side_by_side(candidates)
            ours = t["whole call"] - t["the function without a host"]
            theirs = t["bare function, xlwings's converters"]
            times = "; ".join(f"{k} {shown(v)}" for k, v in t.items())
            print(f"{title:<36} {times}; our host's part {ours / theirs:.2f} of the bare function")


def com_tier() -> None:
    """The same over COM, from a second process under Wine."""
    folder = Path(os.environ["XLALLOC_WINE"])
    with tempfile.TemporaryDirectory() as scratch:
        machine = wine.Windows(folder, Path(scratch))
        machine.install_package()
        (machine.site / f"{BARE}.py").write_text(BARE_TEXT, encoding="ascii")
        machine.start()
        try:
            machine.python("-c", wine.REGISTER)
            starts = [machine.client("start")["seconds"] for _ in range(3)]
            print(f"start of the server to the first answer: {statistics.median(starts):.2f} s (Wine)")
            asked = {}
            for title, (name, empty, arguments) in questions().items():
                asked[title] = ("xlalloc.hosts.windows_calls", "ANSWER", [name, *arguments])
                asked[title + ", bare"] = (BARE, empty, arguments)
            times = machine.client("speed", calls=asked, rounds=30, limit=300)
            for title in questions():
                ours, bare = times[title], times[title + ", bare"]
                print(f"{title:<36} over COM {shown(ours)}, bare function {shown(bare)} (ratio {ours / bare:.2f})")
        finally:
            machine.end()
            (machine.site / f"{BARE}.py").unlink()


def main() -> None:
    begun = time.perf_counter()
    stub_tier()
    if os.environ.get("XLALLOC_WINE"):
        com_tier()
    else:
        print("over COM: not measured; XLALLOC_WINE is not set")
    print(f"measured in {time.perf_counter() - begun:.0f} s")


if __name__ == "__main__":
    main()
