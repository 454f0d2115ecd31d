"""LibreOffice: the extension, the child that computes, installation, and the driver, all with the real thing."""

import contextlib
import os
import pickle
import re
import signal
import subprocess
import sys
import threading
import time
import xml.dom.minidom
import zipfile
from pathlib import Path

import openpyxl
import processes
import pytest
from openpyxl.worksheet.formula import ArrayFormula

import xlalloc
from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.hosts import calc, calc_child, calc_driver, calc_install, calc_link
from xlalloc.hosts.calc_install import OfficeError, Profile

COV = [[0.04, 0.006], [0.006, 0.01]]
POSIX = pytest.mark.skipif(os.name == "nt", reason="looks at processes as Unix shows them")
LINUX = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="looks at processes as Linux shows them")


# The extension -----------------------------------------------------------------------------------------------------


def test_the_same_catalogue_gives_the_same_file(tmp_path):
    first, second = calc.build(tmp_path / "a.oxt"), calc.build(tmp_path / "b.oxt")
    assert first.read_bytes() == second.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.oxt", "b.oxt"]
    with zipfile.ZipFile(first) as archive:
        assert archive.testzip() is None and "python.txt" not in archive.namelist()
        for name in archive.namelist():
            if name.endswith((".xml", ".xcu", ".components")):
                xml.dom.minidom.parseString(archive.read(name))
        described = xml.dom.minidom.parseString(archive.read("META-INF/manifest.xml"))
        listed = {e.getAttribute("manifest:full-path") for e in described.getElementsByTagName("manifest:file-entry")}
        assert listed < set(archive.namelist())


def configured(texts=None) -> dict:
    """Function → (texts by property and language, parameters → texts), read back from the configuration."""

    def texts_of(node) -> dict:
        return {
            (prop.getAttribute("oor:name"), value.getAttribute("xml:lang")): value.firstChild.data
            for prop in node.childNodes
            if prop.nodeName == "prop"
            for value in prop.childNodes
        }

    document = xml.dom.minidom.parseString(calc.configuration(texts or {}))
    sets = {n.getAttribute("oor:name"): n for n in document.getElementsByTagName("node")}
    return {
        node.getAttribute("oor:name"): (
            texts_of(node),
            {p.getAttribute("oor:name"): texts_of(p) for p in node.lastChild.childNodes},
        )
        for node in sets["AddInFunctions"].childNodes
    }


def test_every_function_and_argument_has_its_help_and_its_plain_name():
    found = configured()
    assert list(found) == list(CATALOGUE)
    for name, (texts, parameters) in found.items():
        entry = CATALOGUE[name]
        assert texts["CompatibilityName", "en-US"] == texts["DisplayName", "en-US"] == name
        assert texts["Description", "en-US"] == entry.summary
        if name != "EXPLAIN":
            assert list(parameters) == [a.name for a in entry.arguments]
            assert [p["Description", "en-US"] for p in parameters.values()] == [a.help for a in entry.arguments]
    longest = max(len(entry.arguments) for entry in CATALOGUE.values())
    assert len(found["EXPLAIN"][1]) == longest + 1, "EXPLAIN takes a name and the arguments of any function"


def test_translations_stand_beside_the_english():
    entry = CATALOGUE["RP_WEIGHTS"]
    words = {entry.summary: "风险平价 & <权重>", entry.arguments[0].help: "协方差矩阵"}
    texts, parameters = configured({"zh-CN": words})["RP_WEIGHTS"]
    assert texts["Description", "zh-CN"] == "风险平价 & <权重>" and texts["Description", "en-US"] == entry.summary
    assert parameters["cov"]["Description", "zh-CN"] == "协方差矩阵"
    assert ("Description", "zh-CN") not in parameters["budgets"], "what has no translation stays English"


def test_chinese_calc_shows_every_description_in_chinese(tmp_path):
    from xlalloc.reference import translations

    for name, (texts, parameters) in configured(translations()).items():
        shown = [texts, *parameters.values()]
        assert all(re.search("[\u4e00-\u9fff]", words["Description", "zh-CN"]) for words in shown), name
        assert not [words for words in shown if ("DisplayName", "zh-CN") in words], "names are what one types"
    with zipfile.ZipFile(calc.build(tmp_path / "x.oxt")) as archive:
        assert "风险平价权重" in archive.read("CalcAddIns.xcu").decode()


# The child ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def child():
    child = calc_link.Child(sys.executable)
    yield child
    child.close()


def test_the_child_gives_what_cells_call_gives(child):
    arguments = (tuple(map(tuple, COV)), None, 0.4)
    assert child.call("RP_WEIGHTS", arguments) == tuple(map(tuple, cells.call("RP_WEIGHTS", arguments)))
    rows = child.call("XLALLOC_INFO", ())
    assert ("version", xlalloc.__version__) in rows and ("host", "LibreOffice Calc") in rows
    large = tuple(tuple(0.001 * ((i * j) % 17 - 8) for j in range(20)) for i in range(5000))
    assert child.call("DRAWDOWNS", (large,)) == tuple(map(tuple, cells.call("DRAWDOWNS", [large])))


def bits(number: float) -> int:
    import struct

    return struct.unpack("<Q", struct.pack("<d", number))[0]


@pytest.mark.parametrize(
    ("office", "user", "told"), [("zh-CN", None, "项目"), ("en-US", None, "item"), ("zh-CN", "en", "item")]
)
def test_the_child_speaks_the_offices_language_unless_the_user_set_one(office, user, told, monkeypatch):
    monkeypatch.delenv("XLALLOC_LANG", raising=False)
    if user:
        monkeypatch.setenv("XLALLOC_LANG", user)
    child = calc_link.Child(sys.executable)
    child.language = office
    try:
        rows = child.call("EXPLAIN", ("PORT_VOL", ((0.6,), (0.3,)), ((0.04, 0.0), (0.0, 0.01))))
    finally:
        child.close()
    assert rows[0][0] == told and ("权重之和为 0.9" in rows[2][1]) == (told == "项目")


def test_errors_are_nans_that_carry_calcs_numbers(child):
    for arguments, code in (((((0.6,), (0.3,)), COV), 519), ((((0.6,), (0.4,)), ((0.04, 0.03), (0.03, 0.01))), 503)):
        assert bits(child.call("PORT_VOL", arguments)[0][0]) == 0x7FF8000000000000 | code
    flat = ((0.01, 0.02), (0.01, -0.01), (0.01, 0.03))
    (first,), (second,) = child.call("SHARPE", (flat, 0.0, 12.0))
    assert bits(first) & 0xFFFF == 532 and second == pytest.approx(cells.call("SHARPE", [flat, 0.0, 12.0])[1][0])
    assert bits(child.call("SHARPE", (((0.01,),), 0.0, 12.0))[0][0]) & 0xFFFF == 0x7FFF


def test_cells_go_out_as_calc_takes_them():
    import datetime as dt

    assert [calc_child.plain(c) for c in (1.5, 2, True, False, None, "", "黄金")] == [
        1.5,
        2.0,
        1.0,
        0.0,
        "",
        "",
        "黄金",
    ]
    assert all(type(calc_child.plain(c)) is float for c in (1, True, False)), "Calc would read FALSE as TRUE"
    assert (
        calc_child.plain(dt.date(2026, 1, 31)) == 46053.0 and calc_child.plain(dt.datetime(2026, 1, 31, 12)) == 46053.5
    )
    assert bits(calc_child.plain("#N/A")) & 0xFFFF == 0x7FFF and calc_child.plain("a\ud800") == "a?"


def test_a_child_that_died_is_started_again(child):
    first = child.call("CAGR", (100.0, 150.0, 5.0))
    child._process.kill()
    child._process.wait()
    assert child.call("CAGR", (100.0, 150.0, 5.0)) == first
    child._process.kill()  # not yet waited for: the pipe breaks in the middle of the call
    assert child.call("CAGR", (100.0, 150.0, 5.0)) == first


@POSIX
def test_one_that_dies_of_a_call_is_asked_twice_and_then_rests(child, tmp_path):
    code = "import os, pathlib; from xlalloc.hosts import calc_child as c; log = pathlib.Path(r'{}'); log.open('a').write('x')\n"
    code += "c.answer = lambda *a: os._exit(3)\nc.main()"
    child._command = [sys.executable, "-c", code.format(tmp_path / "starts")]
    for _ in range(3):
        with pytest.raises(calc_link.Broken, match="CAGR: the Python that computes stopped"):
            child.call("CAGR", (100.0, 150.0, 5.0))
    assert (tmp_path / "starts").read_text() == "xx", "the first call starts two; the others come within the rest"


@POSIX
def test_what_is_printed_never_reaches_the_line(child, tmp_path):
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\necho a greeting of the shell\nexec '{sys.executable}' \"$@\"\n")
    python.chmod(0o755)
    child._command[0] = str(python)
    assert child.call("CAGR", (100.0, 150.0, 5.0)) == ((pytest.approx(1.5**0.2 - 1),),)
    child.close()
    noisy = (
        "import os, sys; from xlalloc.hosts import calc_child as c; own = c.answer\n"
        "def answer(*a): print('noise', flush=True); os.write(1, b'noise'); sys.stdin.read(); return own(*a)\n"
        "c.answer = answer; c.main()"
    )
    child._command = [sys.executable, "-c", noisy]
    assert child.call("CAGR", (100.0, 150.0, 5.0)) == ((pytest.approx(1.5**0.2 - 1),),)


def test_a_python_that_cannot_is_said_and_then_left_in_peace(tmp_path):
    child = calc_link.Child(str(tmp_path / "nothing"))
    with pytest.raises(calc_link.Broken, match=r"nothing could not be started: .*No such file|cannot find"):
        child.call("CAGR", (100.0, 150.0, 5.0))
    child._command[0] = sys.executable
    with pytest.raises(calc_link.Broken, match="nothing could not be started"):
        child.call("CAGR", (100.0, 150.0, 5.0))  # within the rest nothing is started
    child._failed -= calc_link.REST
    assert child.call("CAGR", (100.0, 150.0, 5.0))
    child.close()
    child = calc_link.Child(sys.executable)
    child._command[-1] = "xlalloc.hosts.no_such_module"
    with pytest.raises(calc_link.Broken, match="No module named"):
        child.call("CAGR", (100.0, 150.0, 5.0))


def test_nothing_is_imported_from_the_current_folder(tmp_path, monkeypatch, child):
    (tmp_path / "numpy.py").write_text("raise SystemExit('imported from the folder of a document')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert child.call("CAGR", (100.0, 150.0, 5.0))


def test_messages_hold_values_only():
    import io

    data = pickle.dumps((Path("x"), []), 4)
    with pytest.raises(pickle.UnpicklingError, match="a message holds"):
        calc_link.receive(io.BytesIO(len(data).to_bytes(8, "little") + data))
    for cut in (b"", b"\1\0\0", (9).to_bytes(8, "little") + b"short"):
        with pytest.raises(EOFError):
            calc_link.receive(io.BytesIO(cut))


def test_the_child_ends_with_its_input_even_in_the_middle_of_a_call():
    code = "import time; from xlalloc.hosts import calc_child as c; c.answer = lambda *a: time.sleep(60); c.main()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert any(line.endswith(calc_link.READY) for line in process.stdout)
    calc_link.send(process.stdin, ("CAGR", ()))
    time.sleep(0.1)
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def test_a_call_without_end_is_stopped(child):
    code = "import time; from xlalloc.hosts import calc_child as c; c.CALL_LIMIT = 0.5; c.TICK = 0.1; c.answer = lambda *a: time.sleep(60); c.main()"
    child._command = [sys.executable, "-c", code]
    begun = time.monotonic()
    with pytest.raises(calc_link.Broken, match="stopped in the middle"):
        child.call("CAGR", (100.0, 150.0, 5.0))
    assert time.monotonic() - begun < 20


def test_many_short_calls_are_not_taken_for_one_long(child):
    code = "from xlalloc.hosts import calc_child as c; c.CALL_LIMIT = 0.5; c.TICK = 0.1; c.main()"
    child._command = [sys.executable, "-c", code]
    child.call("CAGR", (100.0, 150.0, 5.0))
    process, begun = child._process, time.monotonic()
    while time.monotonic() - begun < 1.5:
        child.call("CAGR", (100.0, 150.0, 5.0))
    time.sleep(1)  # nor is idleness
    child.call("CAGR", (100.0, 150.0, 5.0))
    assert child._process is process


# Calc itself -------------------------------------------------------------------------------------------------------


def sheet_of(tmp_path, formulas: dict[str, str], values: dict[str, object]) -> Path:
    """A workbook: array formulas by their cells, and plain values."""
    book = openpyxl.Workbook()
    for where, value in values.items():
        book.active[where] = value
    for ref, text in formulas.items():
        book.active[ref.partition(":")[0]] = ArrayFormula(ref, text)
    book.save(tmp_path / "sheet.xlsx")
    return tmp_path / "sheet.xlsx"


def test_targets_too_small_and_too_large_and_names_that_stay_plain(office, tmp_path):
    values = {"A1": 0.04, "B1": 0.006, "A2": 0.006, "B2": 0.01}
    formulas = {
        "D1:D2": "=RP_WEIGHTS(A1:B2)",
        "F1": "=RP_WEIGHTS(A1:B2)",
        "H1:I3": "=COV_FROM_CORR({1,0.3;0.3,1},{0.2;0.1})",
    }
    (done,) = office.recalculated([sheet_of(tmp_path, formulas, values)], tmp_path / "out")
    found = calc_driver.read(done)["Sheet"]
    assert [found["D1"], found["D2"]] == pytest.approx([1 / 3, 2 / 3], abs=1e-12)
    assert found["F1"] == pytest.approx(1 / 3, abs=1e-12), "one cell shows the first of the result"
    assert [found[c] for c in ("H1", "I1", "H2", "I2")] == pytest.approx([0.04, 0.006, 0.006, 0.01], abs=1e-12)
    assert found["H3"] == found["I3"] == "#N/A", "what lies beyond the result"
    texts = [cell.value.text for row in openpyxl.load_workbook(done).active for cell in row if cell.data_type == "f"]
    assert len(texts) == 3 and all(text.startswith(("=RP_WEIGHTS(", "=COV_FROM_CORR(")) for text in texts)


def test_a_python_that_is_gone_gives_errors_and_the_reason(office, tmp_path, monkeypatch):
    formulas = {"A1": "=CAGR(100,150,5)", "B1:C3": "=XLALLOC_INFO()", "D1": '=INDEX(EXPLAIN("CAGR",100,150,5),2,2)'}
    sheet = sheet_of(tmp_path, formulas, {})
    with calc_driver.Driver() as driver:
        named = driver.folder / "extensions" / "xlalloc" / "python.txt"
        named.write_text(str(tmp_path / "gone"))
        found = driver.values(sheet)["Sheet"]
        assert found["A1"] == "#VALUE!" and found["B2"] == "reason" and found["B3"] == "remedy"
        assert "gone could not be started" in found["C2"] == found["D1"] and "xlalloc doctor" in found["C3"]
        named.unlink()  # as built for everybody: the Python is named by the environment
        monkeypatch.setenv("XLALLOC_PYTHON", sys.executable)
        found = driver.values(sheet)["Sheet"]
        assert found["A1"] == pytest.approx(1.5**0.2 - 1) and found["C2"] == xlalloc.__version__


def test_what_no_python_answers_is_told_in_chinese_too():
    """The extension carries the words of xlalloc's table, since it speaks where there is no xlalloc."""
    words = calc.parts(None)["words.txt"].decode()
    assert calc_link.translated("/a b/python could not be started: No module named xlalloc", words) == (
        "无法启动 /a b/python：No module named xlalloc"
    )
    stopped = "CAGR: the Python that computes stopped in the middle of it."
    assert (
        calc_link.translated(stopped, words) == "CAGR：负责计算的 Python 中途停止。"
        and calc_link.translated(stopped, "") == stopped
    )
    source = Path(calc.__file__).with_name("calc_addin.py").read_text(encoding="utf-8")
    assert source.isascii() and all(f'"{word}"' in source for word in calc.WORDS if "{" not in word)


def test_the_function_wizard_shows_every_function_with_its_help(office, tmp_path):
    """Asked of a running Calc through UNO, over a pipe, by LibreOffice's own Python."""
    script = """
import sys, time, uno
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(600):
    try:
        context = resolver.resolve("uno:pipe,name=" + sys.argv[1] + ";urp;StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.1)
listed = context.ServiceManager.createInstanceWithContext("com.sun.star.sheet.FunctionDescriptions", context)
for i in range(listed.Count):
    f = {p.Name: p.Value for p in listed.getByIndex(i)}
    print(repr((f["Name"], f["Description"], [(a.Name, a.Description) for a in f["Arguments"] or ()])))
context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context).terminate()
"""
    python = next((p for p in (office.office.program / "python", Path("/usr/bin/python3")) if p.exists()), None)
    if python is None:
        pytest.skip("LibreOffice's own Python was not found")
    pipe = f"xlalloc{os.getpid()}"
    server = office.start("--accept=pipe,name=" + pipe + ";urp;")
    try:
        done = processes.run([python, "-c", script, pipe], 90, env=calc_install.environment())
        assert done.returncode == 0, done.stderr
        shown = {name: (text, arguments) for name, text, arguments in map(eval, done.stdout.splitlines())}
    finally:
        calc_driver.end(server)
    for entry in CATALOGUE.values():
        text, arguments = shown[entry.name]
        assert text == entry.summary and arguments == list(calc.arguments(entry))


# Installation ------------------------------------------------------------------------------------------------------


def test_installed_tried_and_taken_out_again(office, tmp_path, monkeypatch):
    own = Profile(tmp_path / "user", tmp_path / "shared")
    own.shared.mkdir()
    assert [f.what for f in calc_install.doctor(own) if f.remedy] == ["extension"]
    assert calc_install.install(own)[0].startswith("Installed in LibreOffice")
    assert not [f for f in calc_install.doctor(own) if f.remedy], calc_install.doctor(own)
    sheet = sheet_of(tmp_path, {"A1": "=RP_WEIGHTS({0.04,0.006;0.006,0.01})"}, {})
    command = [office.office.soffice, *own.options, "--headless", "--convert-to", "csv", "--outdir", tmp_path, sheet]
    processes.run(command, 90, env=calc_install.environment())
    assert (tmp_path / "sheet.csv").read_text().startswith("0.33333")
    version, folder = calc_install.installed(office.office, own)
    assert version == xlalloc.__version__
    (folder / "python.txt").write_text(str(tmp_path / "gone"))
    (finding,) = [f for f in calc_install.doctor(own) if f.remedy]
    assert finding.what == "its Python" and "could not be started" in finding.state
    monkeypatch.setattr(calc_install, "__version__", "9.9")
    assert "extension" in [f.what for f in calc_install.doctor(own) if "install calc" in f.remedy]
    assert calc_install.uninstall(own)[0].startswith("Removed")
    assert "nothing to do" in calc_install.uninstall(own)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems' LibreOffice knows where its Python is")
@pytest.mark.parametrize(("python", "told"), [("/a/.venv/bin/python3", True), ("/usr/bin/python3", False)])
def test_a_terminal_in_which_libreoffice_would_fail_is_named(python, told, monkeypatch):
    monkeypatch.setattr(calc_install.shutil, "which", lambda name: python)
    assert ("deactivate" in " ".join(calc_install._astray())) is told


@POSIX
@pytest.mark.parametrize(
    ("version", "words"),
    [("7.4.7.2", "7.4.7 in .* is too old"), ("25.2.3.2", "no Python for its extensions"), (None, "is not installed")],
)
def test_a_libreoffice_that_does_not_fit_is_said_plainly(version, words, tmp_path, monkeypatch):
    if version:
        for name in ("soffice", "unopkg"):
            (tmp_path / name).write_text(f"#!/bin/sh\necho LibreOffice {version} abc\n")
            (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("XLALLOC_OFFICE", str(tmp_path))
    with pytest.raises(OfficeError, match=words):
        calc_install.find()
    (line,) = calc_install.doctor()
    assert line.what == "LibreOffice" and line.remedy.startswith("Install ")


# The driver --------------------------------------------------------------------------------------------------------


def running(text: str) -> list[int]:
    """The processes whose command line holds a text."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            with contextlib.suppress(OSError):
                if text.encode() in (folder / "cmdline").read_bytes():
                    found.append(int(folder.name))
    return found


@LINUX
def test_two_at_once_do_not_collide_and_leave_nothing(office, tmp_path):
    results, folders = {}, []

    def run(number: float) -> None:
        own = tmp_path / str(number)
        own.mkdir()
        with calc_driver.Driver() as driver:
            folders.append(driver.folder)
            results[number] = driver.values(sheet_of(own, {"A1": f"=CML_RETURN(0,{number},0.1,0.1)"}, {}))["Sheet"][
                "A1"
            ]

    threads = [threading.Thread(target=run, args=(number,)) for number in (0.25, 0.75)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == {0.25: 0.25, 0.75: 0.75}
    assert len(set(folders)) == 2 and not any(folder.exists() or running(str(folder)) for folder in folders)


def open_ports(pids: list[int]) -> set[str]:
    """The network sockets that processes hold, by their numbers in the kernel's tables."""
    known = set()
    for table in ("tcp", "tcp6", "udp", "udp6"):
        with contextlib.suppress(OSError):
            known |= {line.split()[9] for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]}
    held = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            for number in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(OSError):  # closed meanwhile
                    held.add(os.readlink(f"/proc/{pid}/fd/{number}"))
    return {name for name in held if name.startswith("socket:") and name[8:-1] in known}


@LINUX
def test_no_network_port_is_opened(office, tmp_path):
    import socket

    with socket.create_server(("127.0.0.1", 0)):
        assert open_ports([os.getpid()]), "the look itself works"
    sheet = sheet_of(tmp_path, {f"A{i}": "=RP_WEIGHTS({0.04,0.006;0.006,0.01})" for i in range(1, 200)}, {})
    office_at_work = threading.Thread(target=office.values, args=(sheet,))
    office_at_work.start()
    seen, children, opened = set(), set(), set()
    while office_at_work.is_alive():
        now = running(str(office.folder))
        own = {pid for pid in running("xlalloc.hosts.calc_child") if ancestor(pid) & set(now)}
        seen, children, opened = seen | set(now), children | own, opened | open_ports([*now, *own])
        time.sleep(0.02)
    assert seen and children and not opened


def ancestor(pid: int) -> set[int]:
    with contextlib.suppress(OSError):
        return {int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])}
    return set()


@LINUX
def test_a_run_that_takes_too_long_is_ended_with_all_it_started(office, tmp_path):
    with calc_driver.Driver(start_seconds=0.3, file_seconds=0) as driver:
        begun = time.monotonic()
        with pytest.raises(
            OfficeError, match=r"could not compute sheet.xlsx: it took too long and was stopped after 0.3"
        ):
            driver.values(sheet_of(tmp_path, {"A1": "=CAGR(100,150,5)"}, {}))
        assert time.monotonic() - begun < 10
        assert not running(str(driver.folder))


@LINUX
def test_a_crash_is_retried_once_and_then_said(office, tmp_path, monkeypatch):
    (tmp_path / "program").mkdir()
    soffice = tmp_path / "program" / "soffice"
    soffice.write_text(
        f"#!/bin/sh\necho run >> '{tmp_path}/runs'\n"
        f"[ $(wc -l < '{tmp_path}/runs') -le $(cat '{tmp_path}/crashes') ] && kill -SEGV $$\n"
        f"exec '{office.office.soffice}' \"$@\"\n"
    )
    soffice.chmod(0o755)
    sheet = sheet_of(tmp_path, {"A1": "=CML_RETURN(0,0.25,0.1,0.1)"}, {})
    with calc_driver.Driver() as driver:
        driver.office = calc_install.Office(tmp_path / "program", (25, 2, 0))
        (tmp_path / "crashes").write_text("1")
        assert driver.values(sheet)["Sheet"]["A1"] == 0.25
        assert (tmp_path / "runs").read_text().count("run") == 2
        (tmp_path / "runs").unlink()
        (tmp_path / "crashes").write_text("9")
        with pytest.raises(OfficeError, match=r"could not compute sheet.xlsx: it crashed \(status -11\), twice"):
            driver.values(sheet)
        assert (tmp_path / "runs").read_text().count("run") == 2


@LINUX
@pytest.mark.parametrize(
    "what", ["driver.values(sheet)", "_ = driver.start('--accept=pipe,name=left;urp;'); time.sleep(60)"]
)
def test_nothing_of_it_outlives_a_python_that_was_killed(office, tmp_path, what):
    sheet = sheet_of(tmp_path, {"A1": "=CAGR(100,150,5)"}, {})
    code = f"import time; from pathlib import Path; from xlalloc.hosts.calc_driver import Driver; sheet = Path(r'{sheet}')\n"
    code += f"with Driver() as driver: {what}"
    python = subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "TMPDIR": str(tmp_path)})
    try:
        assert until(lambda: running(f"{tmp_path}/xlalloc-office-")), "the office never started"
        python.send_signal(signal.SIGKILL)
        python.wait()
        assert until(lambda: not running(f"{tmp_path}/xlalloc-office-")), "the office is still there"
    finally:
        python.kill()
        for left in running(f"{tmp_path}/xlalloc-office-"):
            os.kill(left, signal.SIGKILL)


def until(seen, seconds: float = 20) -> bool:
    """Whether something is seen in time."""
    end = time.monotonic() + seconds
    while not (found := seen()) and time.monotonic() < end:
        time.sleep(0.05)
    return bool(found)


def test_what_cannot_be_opened_is_named_and_the_others_are_done(office, tmp_path):
    good = sheet_of(tmp_path, {"A1": "=CML_RETURN(0,0.25,0.1,0.1)"}, {})
    bad = tmp_path / "坏的 file.xlsx"
    bad.write_bytes(b"PK\3\4 this is no workbook")
    with pytest.raises(OfficeError, match=r"could not compute 坏的 file\.xlsx: "):
        office.recalculated([bad, good], tmp_path / "out")
    assert calc_driver.read(tmp_path / "out" / "sheet.xlsx")["Sheet"]["A1"] == 0.25
    with pytest.raises(OfficeError, match="the same name"):
        office.recalculated([good, good], tmp_path / "out")
