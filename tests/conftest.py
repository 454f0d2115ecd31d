"""What every test shares: references and benchmarks on the path, one LibreOffice, no skips where CI demands all."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
sys.path.append(str(Path(__file__).parent.parent))  # benchmarks; last, so that an installed xlalloc comes first
for library in ("OMP", "OPENBLAS", "MKL"):  # before numpy loads; more threads than cores wait for each other
    os.environ.setdefault(f"{library}_NUM_THREADS", "1")
os.environ["PYTHONSAFEPATH"] = "1"  # a command run from this folder is the installed one, as here
os.environ.setdefault("OPENPYXL_LXML", "False")  # a test's dependency brings lxml; who installs xlalloc has none

# A slow machine is no fault, and what is tested on CI is the same every time; elsewhere every run tries new inputs.
settings.register_profile(
    "house", deadline=None, derandomize=os.environ.get("CI") == "true", suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("house")

NEEDED = (
    "real prices",
    "LibreOffice is not installed",
    "Wine is not installed",
    "the tools for types are missing",
)  # skipped where missing, a fault of the set-up on CI


@pytest.fixture(scope="session")
def office():
    """A LibreOffice of its own for the tests, with the extension; skipped where there is none."""
    from xlalloc.hosts.calc_driver import Driver
    from xlalloc.hosts.calc_install import OfficeError

    try:
        driver = Driver()
    except OfficeError as missing:
        pytest.skip(f"LibreOffice is not installed here, or does not fit: {missing}")
    with driver:
        yield driver


# They take longest, since hosts start and processes wait: begun first, none of them is left for the end.
LONGEST = (
    "windows_setup", "windows", "types", "calc", "workbooks", "workbook_clients", "cluster", "templates", "site", "reports",
    "conformance", "fuzz",
    "firm_reports", "report_runs", "doubtful_inputs", "one_number", "any_cells",
)  # fmt: skip


def pytest_collection_modifyitems(items):
    places = {f"test_{name}": place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


@pytest.hookimpl(wrapper=True, optionalhook=True)
def pytest_xdist_auto_num_workers(config):
    """No more processes than files; a single file in this one, where it can be stopped, printed and debugged."""
    processors = yield
    files = {Path(argument.partition("::")[0]) for argument in config.args}
    if any(path.suffix != ".py" for path in files):
        return processors
    return min(processors, len(files)) if len(files) > 1 else 0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and any(words in str(report.longrepr) for words in NEEDED):
        report.outcome = "failed"
    return report
