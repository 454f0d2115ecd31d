"""Runs: killed and resumed, side by side, on a full disk, with other people's words nowhere; what a run says."""

import copy
import errno
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import openpyxl
import pytest
import report_data as rd

from xlalloc.errors import InputError
from xlalloc.reports import batch, folder, run

KILLS = int(os.environ.get("XLALLOC_KILLS", "8"))
POSIX = pytest.mark.skipif(os.name == "nt", reason="kill -9, limits and mounts as POSIX has them")


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    sheets = rd.example()
    for k in range(5):
        rd.change(sheets, "clients", k, "goal", None)
    return sheets


@pytest.fixture
def sheets(original):
    return copy.deepcopy(original)


def crowd(sheets, count, name="{}"):
    """The clients over and over under ids and names of their own, no two with the same amounts."""
    clients, holdings = sheets["clients"][1:], sheets["holdings"][1:]
    sheets["clients"][1:], sheets["holdings"][1:] = [], []
    at = {key: sheets["clients"][0].index(key) for key in ("name", "adviser")}
    units = sheets["holdings"][0].index("units")
    for k in range(count):
        like = clients[k % len(clients)]
        row = [f"id{k:04d}", *like[1:]]
        row[at["name"]], row[at["adviser"]] = name.format(k), f"adviser-{name.format(k)}"
        sheets["clients"].append(row)
        for lot in holdings:
            if lot[0] == like[0]:
                changed = [row[0], *lot[1:]]
                changed[units] = lot[units] and lot[units] * (1 + k / 1000)
                sheets["holdings"].append(changed)


@pytest.fixture(scope="module")
def many(tmp_path_factory, original):
    """Sixty clients, and their reports by a run that nobody disturbed."""
    place = tmp_path_factory.mktemp("many")
    sheets = copy.deepcopy(original)
    crowd(sheets, 60)
    source = rd.write_book(place / "clients.xlsx", sheets)
    run.report(source, place / "out")
    return source, contents(place / "out")


def contents(place: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in place.iterdir()}


def command(*words, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "xlalloc", "report", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def kinds(summary):
    return [(p.client, p.kind) for p in summary.problems]


# Killed and resumed --------------------------------------------------------------------------------------------------


@POSIX
def test_killed_at_any_moment_it_is_finished_by_resuming(tmp_path, many):
    """kill -9 of the whole run, again and again, then one that may finish: the bytes of an undisturbed run."""
    source, expected = many
    seed = int(os.environ.get("XLALLOC_SEED", random.SystemRandom().randrange(10**6)))
    print(f"seed {seed}: XLALLOC_SEED={seed} repeats these moments")
    moments = random.Random(seed)
    out = tmp_path / "out"
    for k in range(KILLS):
        process = command(source, "--out", out, "--resume", "--jobs", 1 + k % 2)
        folder_there = time.monotonic() + 60
        while not (out / folder.LOCK).exists() and process.poll() is None and time.monotonic() < folder_there:
            time.sleep(0.005)
        time.sleep(moments.uniform(0, 0.6))
        process.kill()
        process.communicate()
        assert all(expected[name] == data for name, data in contents(out).items() if not name.startswith("."))
    summary = run.report(source, out, resume=True)
    assert contents(out) == expected and summary.written == 60, (seed, summary.kept)
    again = run.report(source, out, resume=True)
    assert again.kept == 60 and contents(out) == expected


def test_what_is_finished_is_not_done_again_and_what_is_not_is(tmp_path, sheets, monkeypatch):
    source, out = rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out"
    run.report(source, out)
    before = {path.name: path.stat().st_mtime_ns for path in out.glob("K*.xlsx")}
    (out / "K002.xlsx").write_bytes((out / "K001.xlsx").read_bytes())  # another's report
    (out / "K003.xlsx").write_bytes((out / "K003.xlsx").read_bytes()[:9000])  # half a report
    (out / "K004.xlsx").unlink()
    done = []
    compute = batch.compute
    monkeypatch.setattr(batch, "compute", lambda client, inputs: done.append(client.id) or compute(client, inputs))
    summary = run.report(source, out, resume=True)
    assert sorted(done) == ["K002", "K003", "K004"] and (summary.written, summary.kept) == (5, 2)
    assert {name for name, was in before.items() if (out / name).stat().st_mtime_ns == was} == {
        "K001.xlsx",
        "K005.xlsx",
    }
    run.report(source, tmp_path / "whole")
    assert contents(out) == contents(tmp_path / "whole")


def test_resuming_on_other_input_or_in_another_language_keeps_nothing(tmp_path, sheets):
    source, out = rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out"
    run.report(source, out)
    assert run.report(source, out, lang="zh", resume=True).kept == 0
    rd.change(sheets, "clients", 4, "threshold", 0.03)
    assert run.report(rd.write_book(tmp_path / "c.xlsx", sheets), out, lang="zh", resume=True).kept == 0


def test_findings_of_kept_reports_stay_in_the_index(tmp_path, sheets):
    rd.change(sheets, "clients", 0, "last_rebalanced", None)
    source, out = rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out"
    first = run.report(source, out)
    before = contents(out)
    second = run.report(source, out, resume=True)
    assert (
        second.kept == 5
        and first == second
        and len([p for p in first.problems if p.client]) == 1
        and contents(out) == before
    )


# Side by side --------------------------------------------------------------------------------------------------------


@POSIX
def test_a_second_run_in_the_same_folder_waits_for_nobody_and_says_so(tmp_path, many):
    source, expected = many
    out = tmp_path / "out"
    first = command(source, "--out", out, "--jobs", 2)
    while not (out / folder.LOCK).exists() and first.poll() is None:
        time.sleep(0.005)
    second = command(source, "--out", out)
    words = second.communicate()[1]
    assert first.communicate()[1] == "" and first.returncode == 0
    if second.returncode:  # it may also have come too late to meet the first
        assert second.returncode == 2 and words.count("\n") == 1 and "another run writes to this folder" in words
    assert contents(out) == expected


def test_the_folder_is_free_after_an_error(tmp_path):
    with pytest.raises(ZeroDivisionError), folder.only_run(tmp_path):
        assert (tmp_path / folder.LOCK).exists()
        raise ZeroDivisionError
    assert list(tmp_path.iterdir()) == []


@POSIX
def test_worker_processes_that_die_are_replaced(tmp_path, many, monkeypatch):
    source, expected = many
    flag = tmp_path / "died"

    def dies(work, tasks, do=run.batch):
        if not flag.exists():
            flag.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return do(work, tasks)

    monkeypatch.setattr(run, "batch", dies)
    assert run.report(source, tmp_path / "out", jobs=2).written == 60 and flag.exists()
    assert contents(tmp_path / "out") == expected


@POSIX
def test_workers_that_always_die_are_one_error(tmp_path, many, monkeypatch):
    monkeypatch.setattr(run, "batch", lambda work, tasks: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(InputError, match="Worker processes were ended 4 times"):
        run.report(many[0], tmp_path / "out", jobs=2)


# Files that cannot be written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (PermissionError(errno.EACCES, "denied"), "file_open"),
        (OSError(errno.ENOSPC, "no space"), "disk_full"),
        (OSError(errno.EIO, "input/output error"), "not_written"),
    ],
)
def test_a_file_that_cannot_be_written_is_one_line_and_the_others_go_on(tmp_path, sheets, monkeypatch, error, kind):
    replaced = os.replace

    def fails(source, target):
        if Path(target).name == "K004.xlsx":
            raise error
        replaced(source, target)

    monkeypatch.setattr(folder.os, "replace", fails)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert (summary.written, summary.failed, kinds(summary)) == (4, 1, [("K004", kind)])
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"K001.xlsx", "K002.xlsx", "K003.xlsx", "K005.xlsx", "index.xlsx", "problems.xlsx"}
    (problem,) = summary.problems
    assert "K004.xlsx" in problem.wrong("en") and "\n" not in problem.wrong("en")


def test_an_index_open_elsewhere_is_one_line(tmp_path, sheets, monkeypatch):
    replaced = os.replace

    def fails(source, target):
        if Path(target).name == "index.xlsx":
            raise PermissionError(errno.EACCES, "denied")
        replaced(source, target)

    monkeypatch.setattr(folder.os, "replace", fails)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en")
    assert summary.written == 5 and len(summary.unwritten) == 1 and "index.xlsx" in summary.unwritten[0]
    assert (tmp_path / "out/problems.xlsx").exists()


@POSIX
def test_no_file_larger_than_allowed(tmp_path, many):
    """A quota as the system enforces it: every report fails, in one line each, and the run ends with status 1."""

    def limit():
        import resource  # not on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    process = command(many[0], "--out", tmp_path / "out", "--lang", "en", "--jobs", 2, preexec_fn=limit)
    told, words = process.communicate()
    assert process.returncode == 1 and told.startswith("0 of 60 reports"), words
    assert not list((tmp_path / "out").glob("id*")) and "Traceback" not in words
    rows = openpyxl.load_workbook(tmp_path / "out/problems.xlsx").active.iter_rows(values_only=True)
    assert sum("the disk is full" in str(row) for row in rows) == 60


@POSIX
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root mounts a file system")
def test_a_full_disk(tmp_path, many):
    """A real file system of 1.5 MB: some reports fit, the others are named, nothing half written is left."""
    source, expected = many
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "none", small], capture_output=True).returncode:
        pytest.skip("no file system may be mounted here")
    try:
        process = command(source, "--out", small / "out", "--lang", "en", "--jobs", 2)
        told, words = process.communicate()
        assert process.returncode == 1 and "Traceback" not in words and "disk is full" in words, words
        written = contents(small / "out")
        assert 5 < len(written) < 60 and not any(name.startswith(".") for name in written)
        assert told.startswith(f"{sum(name.startswith('id') for name in written)} of 60 reports")
        for name in written:
            assert zipfile.ZipFile(small / "out" / name).testzip() is None
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path, many):
    (tmp_path / "file").write_text("")
    process = command(many[0], "--out", tmp_path / "file" / "out")
    told, words = process.communicate()
    assert process.returncode == 2 and words.count("\n") == 1 and "Traceback" not in words and not told


# Nobody else's words -------------------------------------------------------------------------------------------------


def test_nothing_of_one_client_is_in_anothers_file(tmp_path, sheets):
    """80 clients with words of their own: every part of every file, names of parts and properties too, unpacked."""
    crowd(sheets, 80, "token{:04d}x")
    source = rd.write_book(tmp_path / "c.xlsx", sheets)
    assert run.report(source, tmp_path / "out", jobs=2).written == 80
    token = re.compile(rb"token\d{4}x|id\d{4}")
    for k in range(80):
        path = tmp_path / f"out/id{k:04d}.xlsx"
        own = {f"token{k:04d}x".encode(), f"id{k:04d}".encode()}
        assert set(token.findall(path.read_bytes())) <= own
        with zipfile.ZipFile(path) as archive:
            assert archive.comment == b""
            found = set()
            for info in archive.infolist():
                found.update(token.findall(info.filename.encode() + info.comment + info.extra + archive.read(info)))
        assert found == own, path.name


# What a run says -----------------------------------------------------------------------------------------------------


def test_quiet_in_a_pipe_and_json_for_a_scheduler(tmp_path, sheets):
    rd.change(sheets, "clients", 1, "model", "unknown")
    rd.change(sheets, "clients", 3, "last_rebalanced", None)
    source = rd.write_book(tmp_path / "c.xlsx", sheets)
    quiet = command(source, "--out", tmp_path / "out", "--lang", "en")
    told, words = quiet.communicate()
    assert quiet.returncode == 1 and told == f"4 of 5 reports written to {tmp_path / 'out'}\n"
    assert words == f"2 problems listed in {tmp_path / 'out/problems.xlsx'}\n"
    loud = command(source, "--out", tmp_path / "out", "--lang", "en", "--log", "json", "--resume")
    told, words = loud.communicate()
    *lines, last = words.splitlines()
    events = [json.loads(line) for line in lines]
    assert [event["done"] for event in events] == [1, 2, 3, 4] and {event["of"] for event in events} == {4}
    assert {event["status"] for event in events} == {"kept"} and {event["event"] for event in events} == {"client"}
    assert [event["problems"] for event in events if "problems" in event] == [
        ["clients, row 5, last_rebalanced: Nothing is given."]
    ]
    assert "4 of them kept" in told and last.startswith("2 problems")


def test_a_bar_on_a_terminal(tmp_path, many):
    """A pseudo-terminal sees the bar, the rate and the time left."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "xlalloc", "report", many[0], "--out", tmp_path / "out"],
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            data = os.read(ours, 4096)
        except OSError:
            break
        if not data:
            break
        seen += data
    assert process.wait() == 0 and b"60/60" in seen and b"clients/s" in seen


def test_help_names_the_exit_statuses():
    process = command("--help")
    words = process.communicate()[0]
    assert all(f"\n  Exit status {k}: " in words for k in range(3))
    assert max(map(len, words.splitlines())) <= 80


# Printing ------------------------------------------------------------------------------------------------------------


def test_an_office_that_fails_is_a_finding_and_the_workbooks_stand(tmp_path, sheets, monkeypatch):
    from xlalloc.hosts.calc_install import OfficeError

    class Fails:
        def pdf(self, books, out):
            if "K001.xlsx" in [book.name for book in books]:
                (out / "K001.pdf").write_bytes(b"%PDF")
            raise OfficeError("LibreOffice could not print.")

    monkeypatch.setattr(batch, "_driver", Fails)
    summary = run.report(rd.write_book(tmp_path / "c.xlsx", sheets), tmp_path / "out", lang="en", pdf=True)
    assert summary.written == 5 and set(kinds(summary)) == {(f"K00{k}", "not_printed") for k in range(2, 6)}
    assert len(summary.summary()) == 4 and "2 more" not in summary.summary()[-1]


def test_each_client_is_printed_by_the_worker_that_wrote_it(tmp_path, sheets):
    from xlalloc.hosts import calc_install

    try:
        calc_install.find()
    except calc_install.OfficeError as missing:
        pytest.skip(str(missing))
    rd.keep_clients(sheets, "K004", "K005")
    process = command(rd.write_book(tmp_path / "c.xlsx", sheets), "--out", tmp_path / "out", "--pdf", "--jobs", 2)
    _, words = process.communicate()
    assert process.returncode == 0, words
    assert all((tmp_path / f"out/{name}.pdf").read_bytes().startswith(b"%PDF") for name in ("K004", "K005"))
    before = (tmp_path / "out/K004.pdf").stat().st_mtime_ns
    (tmp_path / "out/K005.pdf").unlink()
    summary = run.report(tmp_path / "c.xlsx", tmp_path / "out", pdf=True, resume=True)
    assert summary.kept == 2 and (tmp_path / "out/K005.pdf").exists()
    assert (tmp_path / "out/K004.pdf").stat().st_mtime_ns == before
