"""What the figures were measured on: machine, versions, date."""

import datetime as dt
import os
import platform
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import scipy

import xlalloc as xa


def where() -> str:
    """Machine, versions, date."""
    processor = platform.processor() or platform.machine()
    if Path("/proc/cpuinfo").exists():
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), processor)
    blas = np.show_config("dicts")["Build Dependencies"]["blas"]
    kernel = ""
    if find_spec("threadpoolctl"):
        from threadpoolctl import threadpool_info

        kernel = ", kernel " + next((i["architecture"] for i in threadpool_info() if i.get("architecture")), "unknown")
    return (
        f"{dt.date.today()}: {processor}, {os.cpu_count()} cores, {platform.system()}; Python "
        f"{platform.python_version()}, numpy {np.__version__} ({blas['name']} {blas['version']}{kernel}), "
        f"scipy {scipy.__version__}, xlalloc {xa.__version__}."
    )
