"""What CONTRIBUTING promises: a function written in one place is there on every surface."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAME, VALUE = "MEAN_VOL", 0.15  # of vols 20% and 10% at equal weights
FUNCTION = '''

@worksheet_function("=MEAN_VOL({0.5;0.5},{0.04,0;0,0.01})", [[0.15]])
def mean_vol(weights: Weights, cov: Covariance) -> Volatility:
    """Weighted mean of the assets' volatilities.

    Formula: Σ wᵢσᵢ

    Errors: none beyond its arguments'.

    Peers: none.

    Source: for this test only.
    """
    return float(weights.dot(np.sqrt(cov.diagonal())))
'''
ASK = """
import json, sys
import test_conformance as conformance
if len(sys.argv) > 2:
    sys.executable = sys.argv[2]  # the Python that LibreOffice's extension computes with
cases = [case for case in conformance.examples() if case.title == sys.argv[1]]
conformance.all_cases = lambda: cases
surfaces = [s for s in conformance.SURFACES if s != conformance.OFFICE or len(sys.argv) > 2]
print(json.dumps({surface: conformance.SURFACES[surface](cases)[0] for surface in surfaces}))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the package with one more function, appended to one module."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "xlalloc", folder / "xlalloc", ignore=shutil.ignore_patterns("__pycache__"))
    with (folder / "xlalloc" / "core" / "portfolio.py").open("a", encoding="utf-8") as module:
        module.write(FUNCTION)
    return folder


def run(house: Path, *words: str) -> str:
    path = os.pathsep.join([str(house), str(ROOT / "tests")])
    done = subprocess.run(
        [sys.executable, *words], cwd=house, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def xlalloc(house: Path, *words: str) -> str:
    return run(house, "-m", "xlalloc", *words)


def test_it_gives_its_number_on_every_surface(house):
    found = json.loads(run(house, "-c", ASK, NAME))
    assert len(found) == 5
    assert all(rows == [[pytest.approx(VALUE, rel=1e-12)]] for rows in found.values()), found


@pytest.mark.skipif(sys.platform == "win32", reason="the copy is shown to LibreOffice by a shell script")
def test_it_gives_its_number_in_libreoffice(house, office):
    python = house / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{house}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    found = json.loads(run(house, "-c", ASK, NAME, str(python)))
    assert found["LibreOffice"] == [[pytest.approx(VALUE, rel=1e-12)]]


def test_the_commands_know_it(house):
    assert NAME in xlalloc(house, "list", "portfolio")
    help_ = xlalloc(house, "help", NAME.lower())
    assert "Weighted mean of the assets' volatilities." in help_ and "=MEAN_VOL({0.5;0.5},{0.04,0;0,0.01})" in help_
    assert float(xlalloc(house, "eval", "=MEAN_VOL({0.5;0.5},{0.04,0;0,0.01})")) == pytest.approx(VALUE)


def test_the_add_ins_offer_it(house):
    xlalloc(house, "build", "calc", "--out", "x.oxt")
    with zipfile.ZipFile(house / "x.oxt") as archive:
        assert NAME.encode() in archive.read("xlalloc.rdb") and NAME in archive.read("CalcAddIns.xcu").decode()
    xlalloc(house, "build", "excel", "--out", "x.xlam")
    from oletools.olevba import VBA_Parser

    parser = VBA_Parser(str(house / "x.xlam"))
    text = "\n".join(code for _, _, _, code in parser.extract_macros())
    parser.close()
    assert f"Public Function {NAME}(weights, cov)" in text
    with zipfile.ZipFile(house / "x.xlam") as archive:
        assert any(
            NAME.encode() in archive.read(name)
            for name in archive.namelist()
            if "sharedStrings" in name or "sheet" in name
        )
