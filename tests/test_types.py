"""The types: the stub is the catalogue's, typical code has them, wrong code has errors, the package's own code has none."""

import runpy
import subprocess
import sys
import typing
from importlib import metadata
from pathlib import Path

import pandas as pd
import pytest

from xlalloc.site import stubs

ROOT = Path(__file__).parent.parent
USER_CODE = Path(__file__).with_name("typed_user_code.py")


def mypy(*arguments, cwd=ROOT):
    if lacking := [name for name in ("mypy", "pandas-stubs") if not list(metadata.distributions(name=name))]:
        pytest.skip(f"the tools for types are missing: {', '.join(lacking)}")
    command = [sys.executable, "-m", "mypy", "--no-error-summary", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, encoding="utf-8")


def test_the_stub_is_the_catalogues():
    """Written again by: xlalloc build stubs."""
    assert (ROOT / "xlalloc" / "__init__.pyi").read_text(encoding="utf-8") == stubs.text()
    assert (ROOT / "xlalloc" / "py.typed").exists()


def test_the_package_has_no_wrong_type():
    done = mypy("--platform", "linux")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hosts_have_none_on_windows():
    """What the other modules have there does not depend on the system."""
    cache = ROOT / ".mypy_cache" / "windows"
    done = mypy("--platform", "win32", "--cache-dir", cache, "--follow-imports=skip", "-p", "xlalloc.hosts")
    assert done.returncode == 0, done.stdout + done.stderr


WRONG = {
    "xa.rp_weigths([[0.04]])": "no attribute",
    "xa.rp_weights()": "rp_weights",
    "xa.rp_weights(0.04, [0.5])": "rp_weights",
    "xa.rp_weights([[0.04]], wanted=1)": "rp_weights",
    "xa.rp_weights([[0.04]]).sort_values()": "sort_values",
    'xa.sharpe([0.01, 0.02], rf="2%")': "sharpe",
    'xa.cov_matrix([[0.01], [0.02]], "ledoit")': "cov_matrix",
    'xa.port_vol([1], [[0.04]]) + "%"': "Unsupported operand",
    "xa.goal_prob(100, 0, 10, 0.07, 0.15, 200, 1000, seed=1.5)": "goal_prob",
}


def test_typical_user_code_has_no_error_and_wrong_code_one_in_each_line(tmp_path):
    """All in one run, since mypy reads pandas' types each time."""
    (tmp_path / "wrong.py").write_text("\n".join(["import xlalloc as xa", *WRONG, ""]), encoding="utf-8")
    done = mypy("--strict", "--follow-imports=silent", USER_CODE, tmp_path / "wrong.py")
    assert done.returncode == 1 and USER_CODE.name not in done.stdout, done.stdout + done.stderr
    for number, (line, said) in enumerate(WRONG.items(), 2):
        found = [text for text in done.stdout.splitlines() if f"wrong.py:{number}: error:" in text]
        assert found and said in " ".join(found), (line, done.stdout)


def test_typical_user_code_gets_the_types_it_says(monkeypatch):
    def is_of(value, kind):
        kind = pd.Series if kind == "pd.Series[float]" else typing.get_origin(kind) or kind
        assert isinstance(value, kind), (value, kind)
        return value

    monkeypatch.setattr(typing, "assert_type", is_of)
    runpy.run_path(str(USER_CODE), run_name="__main__")
