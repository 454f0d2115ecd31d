"""The setup: the very file that is shipped, made here and run silently in a fresh Windows (Wine).

Real: the file, NSIS's program, the registry, Python and COM. Simulated: Windows, and Excel (an entry where it is). Wine's
COM looks for classes of the whole machine only, so the functions are called from the installation for all users.
"""

import contextlib
import hashlib
import json
import re
import runpy
import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner
from windows import vbscript, wine

from xlalloc import cells
from xlalloc.cli import main
from xlalloc.hosts import windows_class, windows_setup
from xlalloc.version import __version__

HERE = Path(__file__).parent
COV = [[0.04, 0.006], [0.006, 0.01]]
EXCEL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
UNINSTALL = r"Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\xlalloc"
HRP = "=HRP_WEIGHTS({0.04,0.006,0.002;0.006,0.01,0.001;0.002,0.001,0.02})"  # asks for scipy


@pytest.fixture(scope="module")
def setups(tmp_path_factory):
    """The shipped file, and one of an older version; both stored as they are, since LZMA takes minutes."""
    place = wine.place()
    if not shutil.which("makensis"):
        pytest.fail("NSIS is not installed, which .ci/windows.sh sets up")
    folder = tmp_path_factory.mktemp("setup with spaces")
    new, old = folder / f"xlalloc-setup-{__version__}.exe", folder / "old.exe"
    kept = windows_setup.pack

    def both(tree, out, version):
        """Of the same parts the shipped file, then one that says it is older."""
        made = kept(tree, out, version)
        (tree / "python" / "Lib" / "site-packages" / "xlalloc" / "version.py").write_text('__version__ = "0.0.1"\n')
        kept(tree, old, "0.0.1")
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(windows_setup, "COMPRESSION", "SetCompress off")
        patch.setattr(windows_setup, "pack", both)
        done = CliRunner().invoke(
            main, ["build", "setup", "--out", str(folder)], env={"XLALLOC_WHEELS": str(place / "wheels")}
        )
    assert done.exit_code == 0 and str(new) in done.stdout, done.output
    return old, new, new.with_name(new.name + ".sha256")


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    wine.place()
    machine = wine.Fresh(tmp_path_factory.mktemp("fresh"))
    yield machine
    machine.end()


def left(before, after):
    """The values that are there now and were not."""
    return {entry for entry in after - before if entry[2]}


def commands(registry) -> set[tuple[str, str]]:
    return {
        (file, line) for file, key, line in registry if "LocalServer32" in key and windows_class.CLSID in key and line
    }


def test_the_file_and_its_sum(setups):
    _, new, sums = setups
    assert new.name == f"xlalloc-setup-{__version__}.exe" and 100e6 < new.stat().st_size < 300e6  # not compressed
    assert sums.read_text().split() == [hashlib.sha256(new.read_bytes()).hexdigest(), new.name]


def test_for_one_user_with_upgrade_failure_and_removal(setups, windows):
    old, new, _ = setups
    registry, files = windows.registry(), windows.files()
    place = windows.home / "AppData" / "Local" / "Programs" / "xlalloc"
    startup = windows.home / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART"
    python = place / "python" / "python.exe"

    assert windows.run(old, "/S").returncode == 0
    assert version_of(python) == "0.0.1"
    stale = place / "python" / "Lib" / "site-packages" / "xlalloc" / "left_from_before.py"
    stale.touch()
    addin = (startup / "xlalloc.xlam").read_bytes()

    # Something holds the earlier Python (here: its second name is taken): nothing changes, exit status 2.
    (place / "python.old").touch()
    before = windows.registry()
    assert windows.run(new, "/S").returncode == 2
    assert version_of(python) == "0.0.1" and stale.exists() and windows.registry() == before
    (place / "python.old").unlink()

    # A program holds the add-in as Excel does, which lets others read it: nothing changes either, nor can it be removed.
    with holding(windows, startup / "xlalloc.xlam"):
        for program in (new, place / "uninstall.exe"):  # the latter's copy, whose status nobody learns
            log = next(windows.home.rglob("xlalloc-setup.log"))
            log.unlink()
            with windows.beside(str(program), "/S") as running:  # without a pipe, which Wine's desktop would keep open
                assert running.wait(300) == (2 if program == new else 0)
            until(lambda log=log: log.exists() and log.stat().st_size)
            assert log.read_text(encoding="utf-16").strip() == windows_setup._texts()["CLOSE_EXCEL"]
    assert version_of(python) == "0.0.1" and stale.exists() and windows.registry() == before

    # The last step but one fails (here: XLSTART is a file): the earlier version is back, whole.
    startup.rename(startup.with_name("kept"))
    startup.touch()
    assert windows.run(new, "/S").returncode == 2
    assert version_of(python) == "0.0.1" and stale.exists() and not list(place.glob("*.old"))
    assert commands(windows.registry()) == commands(before)
    startup.unlink()
    startup.with_name("kept").rename(startup)
    (startup / "xlalloc.xlam").write_bytes(b"the add-in of before")

    assert windows.run(new, "/S").returncode == 0
    assert version_of(python) == __version__ and not stale.exists()
    assert not list(place.glob("*.old")) and (startup / "xlalloc.xlam").read_bytes() == addin
    entered = windows.registry()
    (line,) = {line for file, line in commands(entered)}
    assert {file for file, _ in commands(entered)} == {"user.reg"} and "pythonw.exe" in line and "-E -P" in line
    listed = {line for _, key, line in entered if UNINSTALL in key}
    assert any(f'"DisplayVersion"="{__version__}"' in line for line in listed)
    assert windows.run(new, "/S", r"/D=C:\elsewhere").returncode == 2, "a second add-in of the name is none that opens"
    assert windows.registry() == entered and not (windows.prefix / "drive_c" / "elsewhere").exists()

    # The command of the handbook for who has no Python, from another folder: its exit status is the program's.
    command = place / "xlalloc.cmd"
    done = windows.run(command, "eval", HRP)
    assert done.returncode == 0 and len(done.stdout.split()) == 3, done.stdout
    refused = windows.run(command, "eval", "=PORT_VOL({0.5;0.4},{0.04,0;0,0.01})", "--lang", "zh")
    assert refused.returncode == 1 and "权重之和为 0.9" in refused.stdout.decode()
    doctor = windows.run(command, "doctor").stdout.decode()
    assert "Excel for Windows (COM)" not in doctor and "add-in file" in doctor and doctor.count("wrong") <= 2, doctor
    assert "pip install" not in doctor and "xlalloc install excel" not in doctor, "there is no such command here"

    sums = dict(reversed(row.split(" *", 1)) for row in (place / "contents.sha256").read_text("utf-8").splitlines())
    there = {
        file.relative_to(place).as_posix() for file in place.rglob("*") if file.is_file() and file.suffix != ".pyc"
    }
    listed_files = {file for file in sums if not file.endswith(".pyc")}  # a wheel brings one
    assert there - listed_files == {"uninstall.exe", "contents.sha256"} and listed_files - there == {"xlalloc.xlam"}
    some = "python/Lib/site-packages/xlalloc/hosts/windows_server.py"
    assert hashlib.sha256((place / some).read_bytes()).hexdigest() == sums[some]
    for part in ("Python", "numpy", "scipy", "xlwings", "pywin32", "xlalloc"):
        assert list((place / "licences" / part).iterdir()), part
    assert not list(place.rglob("xlwings/pro")), "the part of xlwings with a licence of its own"

    assert windows.uninstall(place / "uninstall.exe") == 0
    assert windows.files() - files == set()
    assert left(registry, windows.registry()) == set()


@contextlib.contextmanager
def holding(windows, file):
    """Another Windows program has opened the file, and lets others read it only."""
    script, sign = windows.scratch / "hold.py", windows.scratch / "held"
    script.write_text(HOLD, encoding="utf-8")
    with windows.beside(
        wine.place() / "python" / "python.exe", *map(wine.windows_path, (script, file, sign))
    ) as program:
        until(lambda: sign.exists() or program.poll() is not None)
        assert program.poll() is None
        yield
        sign.unlink()
        assert program.wait(300) == 0


HOLD = """
import pathlib, sys, time
import win32con, win32file
held = win32file.CreateFile(sys.argv[1], win32con.GENERIC_READ, win32con.FILE_SHARE_READ, None, win32con.OPEN_EXISTING, 0, None)
sign = pathlib.Path(sys.argv[2])
sign.touch()
while sign.exists():
    time.sleep(0.2)
"""


def until(true, seconds: float = 300) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def version_of(python) -> str:
    return runpy.run_path(python.parent / "Lib" / "site-packages" / "xlalloc" / "version.py")["__version__"]


def test_for_all_users_with_calls_and_removal(setups, windows):
    _, new, _ = setups
    assert windows.run(new, "/S", "/ALLUSERS").returncode == 2, "there is no Excel to load the add-in"
    office = windows.prefix / "drive_c" / "Program Files" / "Microsoft Office" / "root" / "Office16"
    office.mkdir(parents=True)
    (office / "EXCEL.EXE").touch()
    windows.run("reg", "add", EXCEL, "/ve", "/d", r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE", "/f")
    empty = windows.scratch / "empty.vbs"
    empty.write_text("Dim x\r\n", encoding="ascii")
    windows.run("cscript.exe", "//nologo", wine.windows_path(empty))  # Wine registers its script host on the first use
    registry, files = windows.registry(), windows.files()
    place = windows.prefix / "drive_c" / "Program Files" / "xlalloc"

    assert windows.run(new, "/S", "/ALLUSERS").returncode == 0  # an upgrade is the same for one user and for all
    assert version_of(place / "python" / "python.exe") == __version__ and not list(place.glob("*.old"))
    assert {file for file, _ in commands(windows.registry())} == {"system.reg"}
    assert (
        len(
            [1 for _, key, line in windows.registry() if windows_class.CLSID in key and "LocalServer32" in key and line]
        )
        == 2
    )
    assert (office / "XLSTART" / "xlalloc.xlam").exists()
    entered = windows.registry()
    assert windows.run(new, "/S").returncode == 2 and windows.registry() == entered, "not beside it for one user too"
    assert str(next(windows.home.rglob("xlalloc-setup.log")).read_text(encoding="utf-16")).count("Program Files") == 1

    question, answer = windows.scratch / "question", windows.scratch / "answer"
    question.write_text(json.dumps({"calls": [("RP_WEIGHTS", [COV]), ("PORT_VOL", [[[0.5], [0.4]], COV])]}))
    client = [wine.windows_path(path) for path in (HERE / "windows" / "client.py", question, answer)]
    done = windows.run(place / "python" / "python.exe", "-X", "utf8", client[0], "calls", *client[1:])
    assert answer.exists(), done.stdout.decode("utf-8", "replace")
    weights, refused = json.loads(answer.read_text())["answers"]
    assert [cell for row in weights for cell in row] == pytest.approx([1 / 3, 2 / 3])
    assert refused == {"error": -2146826273}

    script = windows.scratch / "call.vbs"
    lines = [vbscript.tools()]
    lines.append(
        f'Show server.CallUDF("xlalloc.hosts.windows_calls", "ANSWER", Array("RP_WEIGHTS", {vbscript.literal(COV)}))'
    )
    script.write_text("\n".join(lines), encoding="ascii", newline="\r\n")
    said = windows.run("cscript.exe", "//nologo", wine.windows_path(script)).stdout.decode()
    shown = vbscript.read(said.split("\r\n"))
    assert shown, said
    assert shown[0] == [[pytest.approx(x) for x in row] for row in cells.call("RP_WEIGHTS", [COV])]

    windows.wait()
    assert windows.uninstall(place / "uninstall.exe") == 0
    assert windows.files() - files == set()
    assert left(registry, windows.registry()) == set()


def test_a_changed_part_is_refused(tmp_path):
    (tmp_path / "numpy-2.0.2-cp311-cp311-win_amd64.whl").write_bytes(b"another")
    with pytest.raises(windows_setup.SetupError, match="not the pinned file"):
        windows_setup.download(tmp_path / "to", tmp_path)


def test_without_nsis_it_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setattr(windows_setup.shutil, "which", lambda name: None)
    with pytest.raises(windows_setup.SetupError, match="apt-get install nsis"):
        windows_setup.build(tmp_path)


def test_the_pins_satisfy_the_project():
    """What is shipped is what the project admits; all but pandas, for data frames only, is shipped."""
    from packaging.requirements import Requirement
    from test_supply import PROJECT, plain

    pinned = {plain(line.split("==")[0]): line.split()[0].split("==")[1] for line in windows_setup._pins("wheels.txt")}
    for line in PROJECT["dependencies"]:
        requirement = Requirement(line)
        if requirement.name == "pandas":
            continue
        if requirement.marker is None or requirement.marker.evaluate({"sys_platform": "win32"}):
            assert pinned[plain(requirement.name)] in requirement.specifier, line


def test_the_script_packs_without_wine(tmp_path):
    """NSIS's own check of the script, where NSIS is: no warning, every text in both languages."""
    lines = windows_setup._text_lines().splitlines()
    assert [line.split()[2] for line in lines] == ["1033", "2052"] * len(windows_setup._texts())
    assert all(any("\u4e00" <= c <= "\u9fff" for c in line) for line in lines[1::2])
    script = (Path(windows_setup.__file__).parent / "setup" / "setup.nsi").read_text(encoding="utf-8")
    assert script.isascii() and set(re.findall(r"\$\((\w+)\)", script)) == set(windows_setup._texts())
    if not shutil.which("makensis"):
        pytest.skip("NSIS is not installed here")
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "xlalloc.xlam").touch()
    known = {"VERSION": "1.2.3", "OUT": tmp_path / "x.exe", "TREE": tmp_path / "tree", "SIZE": 1}
    assert windows_setup._nsis(known, tmp_path) == ""
