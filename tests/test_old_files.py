"""Nothing of an earlier run stands in the folder as if it were of this one: letters, PDFs, indexes, whatever fails."""

import errno
import os
import zipfile

import pytest
import report_data as rd

from xlalloc.hosts.calc_install import OfficeError
from xlalloc.reports import batch, folder, run


@pytest.fixture
def sheets(tmp_path):
    sheets = rd.example()
    rd.keep_clients(sheets, "K002", "K005")
    for row, adviser in enumerate(["Lee", "Wang"]):
        rd.change(sheets, "clients", row, "adviser", adviser)
    return sheets


@pytest.fixture
def printed(monkeypatch):
    """An office that prints in no time what it was given; the names of what it printed."""
    done = []

    class Driver:
        def pdf(self, paths, out):
            for path in paths:
                (out / path.name).with_suffix(".pdf").write_bytes(b"%PDF" + path.read_bytes()[-8:])
                done.append(path.name)

    monkeypatch.setattr(batch, "_driver", Driver)
    return done


def written(tmp_path, sheets, **options):
    return run.report(rd.write_folder(tmp_path / "in", sheets), tmp_path / "out", **options)


def files(tmp_path):
    out = tmp_path / "out"
    return {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} - {
        "index.xlsx",
        "problems.xlsx",
    }


def changed(sheets):
    rd.change(sheets, "clients", 0, "cash_flow", 123_456)
    return sheets


def test_a_pdf_of_other_figures_never_stands_beside_a_new_workbook(tmp_path, sheets, printed):
    written(tmp_path, sheets, pdf=True)
    assert files(tmp_path) == {"K002.xlsx", "K002.pdf", "K005.xlsx", "K005.pdf"}
    written(tmp_path, changed(sheets))
    assert files(tmp_path) == {"K002.xlsx", "old/K002.pdf", "K005.xlsx", "old/K005.pdf"}
    del printed[:]
    written(tmp_path, sheets, pdf=True, resume=True)
    assert sorted(printed) == ["K002.xlsx", "K005.xlsx"] and {"K002.pdf", "K005.pdf"} <= files(tmp_path)


def test_a_pdf_of_the_same_figures_stays(tmp_path, sheets, printed):
    written(tmp_path, sheets, pdf=True)
    for options in ({}, {"resume": True}, {"resume": True, "pdf": True}):
        written(tmp_path, sheets, **options)
        assert files(tmp_path) == {"K002.xlsx", "K002.pdf", "K005.xlsx", "K005.pdf"}
    assert sorted(printed) == ["K002.xlsx", "K005.xlsx"]


def test_a_pdf_whose_workbook_somebody_deleted_is_ours(tmp_path, sheets, printed):
    """It counted as somebody else's, and the letter was kept back. One that somebody has changed is theirs."""
    written(tmp_path, sheets, pdf=True)
    out = tmp_path / "out"
    for option in ({"pdf": True}, {"pdf": True, "resume": True}):
        (out / "K002.xlsx").unlink()
        assert written(tmp_path, sheets, **option).failed == 0
        assert files(tmp_path) == {"K002.xlsx", "K002.pdf", "K005.xlsx", "K005.pdf"}
    (out / "K002.xlsx").unlink()
    written(tmp_path, changed(sheets))  # other figures, not printed
    assert files(tmp_path) == {"K002.xlsx", "old/K002.pdf", "K005.xlsx", "old/K005.pdf"}
    written(tmp_path, sheets, pdf=True)
    (out / "K005.xlsx").unlink()
    rd.keep_clients(sheets, "K002")
    written(tmp_path, sheets, pdf=True)  # the client is no longer there
    assert "K005.pdf" not in files(tmp_path) and "old/K005.pdf" in files(tmp_path)
    (out / "K002.xlsx").unlink()
    signed = (out / "K002.pdf").read_bytes() + b"\nsigned by hand\n"
    (out / "K002.pdf").write_bytes(signed)
    assert written(tmp_path, sheets, pdf=True).failed == 1
    assert (out / "K002.pdf").read_bytes() == signed


def test_an_office_that_fails_leaves_no_pdf_of_other_figures(tmp_path, sheets, printed, monkeypatch):
    written(tmp_path, sheets, pdf=True)

    class Broken:
        def pdf(self, paths, out):
            raise OfficeError("it crashed")

    monkeypatch.setattr(batch, "_driver", Broken)
    found = written(tmp_path, changed(sheets), pdf=True)
    assert {p.client for p in found.problems if p.kind == "not_printed"} == {"K002", "K005"}
    assert not {"K002.pdf", "K005.pdf"} & files(tmp_path)


@pytest.mark.parametrize("name", ["internal/K002.xlsx", "K002.xlsx"])
def test_a_letter_that_cannot_be_replaced_is_no_current_one(tmp_path, sheets, name, monkeypatch):
    """Neither where the internal page of a client who is held now cannot be written, nor where the letter cannot."""
    written(tmp_path, sheets)
    if name.startswith("internal"):
        rd.change(sheets, "clients", 0, "risk_level", "C1")
    replace = os.replace

    def fails(source, target):
        if str(target).endswith(f"out/{name}"):
            raise OSError(errno.ENOSPC, "no space", str(source), None, str(target))
        replace(source, target)

    monkeypatch.setattr(folder.os, "replace", fails)
    found = written(tmp_path, changed(sheets))
    assert files(tmp_path) == {"old/K002.xlsx", "K005.xlsx"} and found.failed == 1
    (said,) = found.summary()
    assert said.startswith(f"{name} cannot be written: the disk is full")


def test_a_file_that_cannot_be_moved_stops_no_other_and_is_said(tmp_path, sheets, monkeypatch):
    rd.add(sheets, "clients", **{**dict(zip(sheets["clients"][0], sheets["clients"][2], strict=True)), "id": "K009"})
    for row in [row for row in sheets["holdings"] if row[0] == "K005"]:
        sheets["holdings"].append(["K009", *row[1:]])
    written(tmp_path, sheets)
    rd.keep_clients(sheets, "K009")
    replace = os.replace

    def fails(source, target):
        if str(source).endswith("out/K002.xlsx"):
            raise PermissionError(errno.EACCES, "denied", str(source))
        replace(source, target)

    monkeypatch.setattr(folder.os, "replace", fails)
    found = written(tmp_path, sheets)
    assert files(tmp_path) == {"K009.xlsx", "K002.xlsx", "old/K005.xlsx"}
    (said,) = found.unwritten
    assert said.startswith("K002.xlsx was made by an earlier run") and "denied" in said


def test_advisers_whose_clients_left_keep_no_index(tmp_path, sheets):
    written(tmp_path, sheets, by="adviser")
    rd.change(sheets, "clients", 0, "adviser", "Wang")
    written(tmp_path, sheets, by="adviser")
    of_lee = {"Lee/old/K002.xlsx", "Lee/old/index.xlsx"}
    assert files(tmp_path) == {*of_lee, "Wang/K002.xlsx", "Wang/K005.xlsx", "Wang/index.xlsx"}
    written(tmp_path, sheets)
    of_wang = {"Wang/old/K002.xlsx", "Wang/old/K005.xlsx", "Wang/old/index.xlsx"}
    assert files(tmp_path) == {*of_lee, *of_wang, "K002.xlsx", "K005.xlsx"}


def test_a_run_that_was_killed_before_its_indexes_leaves_nothing_behind(tmp_path, sheets):
    written(tmp_path, sheets, by="adviser")
    for index in (tmp_path / "out").rglob("index.xlsx"):
        index.unlink()
    (tmp_path / "out/Lee/.xlalloc-1-abc.part").write_bytes(b"half")
    rd.change(sheets, "clients", 0, "adviser", "Wang")
    written(tmp_path, sheets, by="adviser")
    assert files(tmp_path) == {"Lee/old/K002.xlsx", "Wang/K002.xlsx", "Wang/K005.xlsx", "Wang/index.xlsx"}


def test_copies_that_somebody_keeps_stay(tmp_path, sheets):
    written(tmp_path, sheets, by="adviser")
    kept = tmp_path / "out" / "2026-06"
    kept.mkdir()
    for name in ("Lee/K002.xlsx", "Lee/index.xlsx"):
        (kept / name.partition("/")[2]).write_bytes((tmp_path / "out" / name).read_bytes())
    written(tmp_path, sheets)
    assert {"2026-06/K002.xlsx", "2026-06/index.xlsx"} <= files(tmp_path)


def test_a_printed_document_with_macros_keeps_its_pdf(tmp_path, sheets):
    """K002.xlsm takes the place of K002.xlsx: the PDF is of the former by now."""
    written(tmp_path, sheets)
    out = tmp_path / "out"
    (out / "K002.xlsm").write_bytes(b"of this run")
    (out / "K002.pdf").write_bytes(b"%PDF of this run")
    moved, failed = folder.move_old(out, {"K002.xlsm", "K005.xlsx", "index.xlsx", "problems.xlsx"})
    assert (moved, failed) == (["K002.xlsx"], []) and "K002.pdf" in files(tmp_path)


def test_internal_pages_of_other_figures_are_made_again(tmp_path, sheets):
    sheets["firm"] = [["key", "value"], ["simulated", "internal"], ["projections", "internal"]]
    written(tmp_path, sheets)
    internal, flow = tmp_path / "out" / "internal", sheets["clients"][1][rd.column(sheets, "clients", "cash_flow")]
    other = {path.name: path.read_bytes() for path in internal.iterdir()}
    before = {name: (tmp_path / "out" / name).read_bytes() for name in ("K002.xlsx", "K005.xlsx")}
    written(tmp_path, changed(sheets))
    for name, data in before.items():  # as if the run had been killed between an internal page and its letter
        (tmp_path / "out" / name).write_bytes(data)
    rd.change(sheets, "clients", 0, "cash_flow", flow)
    source = rd.write_folder(tmp_path / "in", sheets)
    run.report(source, tmp_path / "out", resume=True)
    assert {path.name: path.read_bytes() for path in internal.iterdir()} == other


def test_broken_workbooks_of_others_stop_no_run(tmp_path, sheets):
    """Whole as archives, with properties that cannot be unpacked, or that ask for a password."""
    written(tmp_path, sheets)
    out = tmp_path / "out"
    whole = (out / "K002.xlsx").read_bytes()
    with zipfile.ZipFile(out / "K002.xlsx") as archive:
        at = archive.getinfo("docProps/custom.xml").header_offset
    data = at + 30 + len("docProps/custom.xml")
    (out / "broken.xlsx").write_bytes(whole[:data] + b"\xff" * 8 + whole[data + 8 :])
    entry = whole.index(b"PK\x01\x02", whole.rindex(b"docProps/custom.xml") - 60)
    (out / "locked.xlsx").write_bytes(whole[: entry + 8] + b"\x01" + whole[entry + 9 :])
    for name in ("broken", "locked"):
        assert not folder.is_ours(out / f"{name}.xlsx")
    assert written(tmp_path, sheets).written == 2 and {"broken.xlsx", "locked.xlsx"} <= files(tmp_path)
