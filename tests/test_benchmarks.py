"""The benchmarks' own code on tiny sizes, without peers: what it prints stands in the right cells. No times asserted."""

import numpy as np
import pytest

from benchmarks import accounts, allocation, problems, reports, series
from benchmarks.machine import where
from benchmarks.peers import Peers
from benchmarks.table import Section
from benchmarks.timing import shown, side_by_side

NOBODY = Peers(wanted=False)
QUICK = 0.01


def rows(section: Section) -> list[list[str]]:
    """The cells of the table, header first."""
    lines = [line for line in section.markdown().splitlines() if line.startswith("|") and "---" not in line]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_candidate_is_timed_and_the_slow_one_once():
    calls = {"a": 0, "b": 0}

    def count(name):
        calls[name] += 1

    times = side_by_side({"a": lambda: count("a"), "b": lambda: count("b")}, QUICK)
    assert set(times) == {"a", "b"} and min(times.values()) > 0
    assert calls["a"] > 10 and calls["b"] > 10
    assert [shown(t) for t in (2.0, 0.0034, 0.0000051)] == ["2 s", "3.4 ms", "5.1 µs"]


def test_risk_parity_without_peers():
    section = allocation.risk_parity(NOBODY, dict.fromkeys(allocation.PROBLEMS, (4, 70)), QUICK)
    table = rows(section)
    assert table[0][1:6] == ["xlalloc", "its kernel", "bare numpy", "np.linalg.solve", "one Cholesky"]
    assert len(table) == 1 + 2 * len(allocation.PROBLEMS)
    for _, _, accuracy, _ in section.rows:
        assert float(accuracy["xlalloc"]) <= 1e-10
    assert table[2][3] == "–"  # only of few assets
    cov = problems.sample("factor", 8)[1]
    assert allocation.share_error(cov, allocation.bare_numpy(cov, np.full(8, 1 / 8))) <= 1e-10


@pytest.mark.parametrize("kind", problems.KINDS)
def test_the_problems_are_what_their_names_say(kind):
    returns, cov = problems.sample(kind, 40)
    assert returns.shape[1] == 40
    eigenvalues = np.linalg.eigvalsh(cov / np.sqrt(np.outer(cov.diagonal(), cov.diagonal())))
    assert (eigenvalues[0] < 1e-5) == (kind in ("near-singular", "near-duplicate"))
    assert np.array_equal(problems.sample(kind, 40)[1], cov)


def test_the_other_sections_without_peers():
    assert len(rows(allocation.frontier(NOBODY, (6, 9), QUICK))) == 3
    assert len(rows(series.measures(NOBODY, 30, 60, QUICK))) == 3
    assert len(rows(series.shrinkage(NOBODY, (5,), 40, QUICK))) == 2
    assert len(rows(series.cells(80, 4, QUICK))) == 5
    assert len(rows(accounts.section(5, 12, 50, 6, QUICK))) == 5


def test_a_table_shows_ratio_and_accuracy_and_leaves_empty_columns_out():
    section = Section("Title", ["ours", "theirs", "nobody"], "Notes.")
    section.add("one", {"ours": 1e-3, "theirs": 4e-3}, {"theirs": "1e-07"}, "4")
    section.add("two", {"ours": 1e-3}, {"theirs": "fails"})
    assert rows(section) == [
        ["", "ours", "theirs", "goal"],
        ["one", "1 ms", "4 ms ×4 (1e-07)", "4"],
        ["two", "1 ms", "fails", ""],
    ]


def test_what_cannot_be_loaded_is_named():
    def absent():
        raise ImportError("No module named 'absent'")

    peers = Peers()
    assert peers.get("absent", absent) is None
    assert "absent (ImportError: No module named 'absent')" in peers.report()
    assert "numpy" in where()


def test_reports_without_peers(monkeypatch):
    monkeypatch.setattr(reports, "SAMPLE", 2)
    ((name, *cells),) = rows(reports.section(NOBODY, rounds=1))[1:]
    assert name == "a report" and len(cells) == 4 and all("ms" in cell for cell in cells[:3])
