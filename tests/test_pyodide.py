"""Python in WebAssembly, which xlwings Lite runs in: every example and every nasty case gives the cells it gives here.

Real: Pyodide with its own numpy and scipy, under Node. Not there: Excel, a browser, xlwings Lite.
"""

import json
import os
import shutil
import zipfile
from pathlib import Path

import numpy as np
import processes
import pytest
import test_conformance

import xlalloc
from xlalloc import cells, webassembly

HERE = Path(__file__).parent


def pyodide() -> Path:
    folder = Path(os.environ.get("XLALLOC_PYODIDE") or "nowhere")
    if not (folder / "pyodide.mjs").exists():
        pytest.skip("no Pyodide here: `.ci/pyodide.sh DIRECTORY` gets it and XLALLOC_PYODIDE names DIRECTORY/pyodide")
    if not shutil.which("node"):
        pytest.skip("no Node here to run Pyodide")
    return folder.resolve()


def calls() -> list[tuple[str, list]]:
    """Every call of every case, with dates as the serial numbers that Office.js gives."""
    found = []

    def note(name, arguments):
        given = json.loads(json.dumps([test_conformance._serials(argument) for argument in arguments], default=float))
        found.append((name, given))
        return cells.call(name, arguments)

    for case in test_conformance.all_cases():
        test_conformance.raw(case, note)
    rng = np.random.default_rng(7)
    returns = rng.normal(size=(250, 20)) * 0.01
    for name in ("MIN_VAR_WEIGHTS", "RP_WEIGHTS", "MAX_SHARPE_WEIGHTS", "COV_NEAREST", "HRP_WEIGHTS", "PORT_VOL"):
        means = [[[0.05], [0.02]]] if name == "MAX_SHARPE_WEIGHTS" else []
        weights = [[[0.5], [0.5]]] if name == "PORT_VOL" else []
        matrices = [[0.04, 0.03], [0.03, 0.01]], [[0.04, 0.04], [0.04, 0.04]], [[1.0, 2.0], [2.0, 4.0]]
        found += [(name, [*means, *weights, matrix]) for matrix in matrices]
    found.append(("RP_WEIGHTS", [(np.cov(returns.T) * 250).tolist()]))
    return found


def test_every_case_is_the_same_in_pyodide(tmp_path):
    folder = pyodide()
    package = tmp_path / "package.zip"
    with zipfile.ZipFile(package, "w") as archive:
        root = Path(xlalloc.__file__).parent
        for file in root.rglob("*"):
            if file.suffix in (".py", ".csv", ".xlsx"):
                archive.write(file, Path("xlalloc") / file.relative_to(root))
    asked = calls()
    (tmp_path / "calls.json").write_text(json.dumps(asked))
    words = [HERE / "pyodide" / "run.mjs", folder, package, tmp_path / "calls.json", tmp_path / "answers.json"]
    done = processes.run(["node", *map(str, words)], 300)
    assert (tmp_path / "answers.json").exists(), done.stderr[-3000:]
    told = json.loads((tmp_path / "answers.json").read_text())
    assert told["platform"] == "emscripten" and told["unused"] == []
    print(f"numpy {told['numpy']}, imported in {told['import']:.1f} s")
    worst = []
    for (name, given), rows in zip(asked, told["rows"], strict=True):
        expected = [[test_conformance.plain(c) for c in row] for row in cells.call(name, given)]
        if name in ("XLALLOC_INFO",):
            expected, rows = [expected[0]], [rows[0]]
        worst += [(name, expected, rows)] if not agree(expected, rows) else []
    assert not worst, worst[:3]
    assert len(asked) > 150


def test_numpy_that_does_not_raise_is_made_to():
    """As numpy behaves in WebAssembly, on any machine: NaN in place of an error."""
    indefinite, definite = np.array([[0.04, 0.03], [0.03, 0.01]]), np.array([[0.04, 0.006], [0.006, 0.01]])

    def cholesky(matrix):
        return np.linalg.cholesky(matrix) if matrix is definite else np.full((2, 2), np.nan)

    def eigh(matrix):
        return np.linalg.eigh(matrix)

    checked = webassembly.raising(cholesky)
    assert np.array_equal(checked(definite), np.linalg.cholesky(definite))
    with pytest.raises(np.linalg.LinAlgError, match="cholesky"):
        checked(indefinite)
    assert np.isnan(checked(np.full((2, 2), np.nan))).all(), "NaN that was given comes back"
    assert webassembly.raising(eigh)(definite).eigenvalues[0] > 0, "several results keep their names"


def agree(expected, rows) -> bool:
    """Equal to 1e-9: another build of numpy adds in another order."""
    if [len(row) for row in expected] != [len(row) for row in rows]:
        return False
    pairs = [(a, b) for row, other in zip(expected, rows, strict=True) for a, b in zip(row, other, strict=True)]
    return all(
        a == pytest.approx(b, rel=1e-9, abs=1e-9)
        if isinstance(a, float) and isinstance(b, float)
        else a == ("" if b is None else b)
        for a, b in pairs
    )
