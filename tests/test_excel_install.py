"""Installing the Excel add-in, taking it back, and the doctor: against a registry in memory, off Windows too."""

import re
import sys
import zipfile
from pathlib import Path

import pytest
from windows.registry import HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE, Registry

from xlalloc import log
from xlalloc.hosts import windows, windows_class, windows_doctor
from xlalloc.hosts.windows_addin import FILE_NAME
from xlalloc.messages import speaking
from xlalloc.version import __version__

PROGRAM_KEY = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine with Excel, an empty XLSTART, a Python from python.org."""
    registry = Registry()
    registry.put(HKEY_LOCAL_MACHINE, PROGRAM_KEY, "", r"C:\Office\EXCEL.EXE")
    python = tmp_path / "Python 3.13 中文" / "python.exe"
    python.parent.mkdir()
    for name in ("python.exe", "pythonw.exe"):
        (python.parent / name).touch()
    monkeypatch.setattr(sys, "executable", str(python))
    monkeypatch.setattr(log, "path", lambda: tmp_path / "log" / "xlalloc.log")
    monkeypatch.setattr(windows.compileall, "compile_dir", lambda folder, quiet: True)
    return registry, tmp_path / "XLSTART"


def states(machine, start=lambda command: ""):
    return {f.what: f for f in windows.doctor(*machine, start=start)}


def test_install_puts_the_file_and_the_class_and_uninstall_takes_all_back(machine):
    registry, folder = machine
    before = dict(registry.keys)
    folder.mkdir()
    (folder / "another.xlam").touch()
    done = windows.install(*machine)
    assert done.done and len(done.lines) < 24 and max(map(len, done.lines)) < 160
    assert zipfile.is_zipfile(folder / FILE_NAME) and sorted(p.name for p in folder.iterdir()) == [
        "another.xlam",
        FILE_NAME,
    ]
    command = windows_class.registered(registry)
    assert (
        command
        == f'"{Path(sys.executable).with_name("pythonw.exe")}" -E -P "{Path(windows_class.__file__).with_name("windows_server.py")}" {windows_class.CLSID}'
    )
    views = {view for _, view, key in registry.keys if windows_class.CLSID.casefold() in key}
    assert views == {0, 1}, "32-bit Excel looks elsewhere than 64-bit Excel"
    assert all(root == HKEY_CURRENT_USER for root, _, key in set(registry.keys) - set(before)), "for this user alone"
    log.path().parent.mkdir()
    log.path().touch()
    back = windows.uninstall(*machine)
    assert back.done and registry.keys == before and not log.path().exists()
    assert [p.name for p in folder.iterdir()] == ["another.xlam"]
    assert windows.uninstall(*machine).lines == ["Nothing of xlalloc was installed for Excel."]


def test_installing_again_with_another_python_says_so(machine, tmp_path, monkeypatch):
    windows.install(*machine)
    other = tmp_path / "other" / "python.exe"
    other.parent.mkdir()
    other.touch()
    monkeypatch.setattr(sys, "executable", str(other))
    assert any("no longer used" in line for line in windows.install(*machine).lines)
    assert windows_class.program(windows_class.registered(machine[0])) == str(other), "without pythonw.exe, python.exe"


def test_excel_that_holds_the_file_is_named(machine, monkeypatch):
    def refuses(source, target):
        raise PermissionError(13, "in use")

    monkeypatch.setattr(windows.os, "replace", refuses)
    done = windows.install(*machine)
    assert not done.done and "close Excel" in done.lines[0]
    assert list(machine[1].iterdir()) == [] and windows_class.registered(machine[0]) is None


def test_a_python_of_the_store_is_refused(machine, monkeypatch):
    monkeypatch.setattr(sys, "base_prefix", str(Path("Program Files") / "WindowsApps" / "Python"))
    done = windows.install(*machine)
    assert not done.done and "python.org" in done.lines[0] and not machine[1].exists()
    assert states(machine)["Python"].state.startswith("wrong")


def test_a_healthy_machine(machine):
    windows.install(*machine)
    found = states(machine)
    wrong = {f.what for f in found.values() if not f.state.startswith("ok")}
    assert wrong <= {"pywin32"}, "pywin32 is for Windows"
    assert found["Python server"].state.startswith("ok: first answer after")


def test_the_doctor_explains_what_is_missing(machine, tmp_path, monkeypatch):
    registry, folder = machine
    found = states(machine)
    assert found["add-in file"].remedy == found["registered class"].remedy == "xlalloc install excel"
    assert "Python server" not in found, "there is nothing to start yet"
    windows.install(*machine)
    (tmp_path / "Python 3.13 中文" / "pythonw.exe").unlink()
    assert "which is gone" in states(machine)["registered class"].state
    windows_class.register(f'"{sys.executable}" -P "{tmp_path / "gone.py"}" {windows_class.CLSID}', registry)
    assert "the package it starts is gone" in states(machine)["registered class"].state
    (tmp_path / "second").mkdir()
    second = tmp_path / "second" / "pythonw.exe"
    second.touch()
    windows_class.register(windows_class.command(second), registry)
    assert "another Python" in states(machine)["registered class"].state
    monkeypatch.setattr(windows_doctor, "_last_words", lambda command: "ImportError: no numpy")
    said = states(machine, start=lambda command: "COM error")["Python server"]
    assert "no numpy" in said.state and said.remedy == "xlalloc install excel", "there is no log yet"
    log.path().parent.mkdir()
    log.path().touch()
    assert str(log.path()) in states(machine, start=lambda command: "COM error")["Python server"].remedy
    monkeypatch.setattr(windows_doctor, "_last_words", lambda command: "")
    said = states(machine, start=lambda command: "COM error")["Python server"]
    assert "COM error" in said.state and "antivirus" in said.remedy and "/ALLUSERS" in said.remedy
    (folder / FILE_NAME).write_bytes(b"")
    assert __version__ in states(machine)["add-in file"].state
    registry.keys = {k: v for k, v in registry.keys.items() if "app paths" not in k[2]}
    assert states(machine)["Excel"].state.startswith("wrong")


@pytest.mark.parametrize(
    ("key", "name", "value", "blocks"),
    [
        (POLICY, "VBAWarnings", 4, True),
        (POLICY, "VBAWarnings", 2, False),
        (POLICY, "DisableAllAddins", 1, True),
        (POLICY, "RequireAddinSig", 1, True),
        (POLICY + r"\Trusted Locations", "AllLocationsDisabled", 1, True),
        (POLICY.replace(r"\Policies", ""), "RequireAddinSig", 1, True),
        (POLICY.replace(r"\Policies", ""), "VBAWarnings", 4, False),
        (POLICY.replace(r"\Policies", "") + r"\Trusted Locations", "AllLocationsDisabled", 1, True),
        (POLICY.replace(r"Excel\Security", "Common"), "VBAOff", 1, True),
        (POLICY, "blockcontentexecutionfrominternet", 1, False),  # the file was not downloaded
    ],
)
def test_blocked_macros_are_seen(machine, key, name, value, blocks):
    machine[0].put(HKEY_CURRENT_USER, key, name, value)
    found = states(machine)["macros"]
    assert found.state.startswith("wrong" if blocks else "ok") and bool(found.remedy) == blocks
    if blocks and "Policies" in key:
        assert "xlwings Lite" in found.remedy
        machine[0].keys = {(HKEY_LOCAL_MACHINE, *rest): values for (_, *rest), values in machine[0].keys.items()}
        assert states(machine)["macros"].state == found.state, "a policy for the whole machine"


def test_a_downloaded_file_under_a_policy_against_such_is_seen(machine):
    windows.install(*machine)
    (machine[1] / f"{FILE_NAME}:Zone.Identifier").write_text("[ZoneTransfer]\nZoneId=3\n")
    assert states(machine)["macros"].state.startswith("ok")
    machine[0].put(HKEY_CURRENT_USER, POLICY, "blockcontentexecutionfrominternet", 1)
    assert "Internet" in states(machine)["macros"].state


def test_an_administrator_is_told_that_windows_ignores_a_users_classes(machine, monkeypatch):
    registry, _ = machine
    windows.install(*machine)
    monkeypatch.setattr(windows_doctor, "_is_administrator", lambda: True)
    found = states(machine)["registered class"]
    assert "runs as administrator" in found.state and "/ALLUSERS" in found.remedy and "normally" in found.remedy
    key = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
    registry.put(HKEY_LOCAL_MACHINE, key, "EnableLUA", 0)
    assert "account control" in states(machine)["registered class"].state
    windows_class.register(registry=registry, root=HKEY_LOCAL_MACHINE)
    assert states(machine)["registered class"].state.startswith("ok"), "for all users: no question of who runs it"


def test_an_installation_for_all_users_is_enough_and_two_are_one_too_many(machine, tmp_path):
    registry, folder = machine
    office = tmp_path / "Office16"
    registry.put(HKEY_LOCAL_MACHINE, PROGRAM_KEY, "", str(office / "EXCEL.EXE"))
    windows.install(registry, office / "XLSTART")
    windows_class.unregister(registry)
    windows_class.register(registry=registry, root=HKEY_LOCAL_MACHINE)
    found = states(machine)
    assert found["add-in file"].state.startswith("ok") and found["registered class"].state.startswith("ok")
    windows.install(*machine)
    assert "two places" in states(machine)["add-in file"].state


def test_the_doctor_speaks_chinese_and_is_short_for_a_message_box(machine):
    windows.install(*machine)
    with speaking("zh"):
        lines = windows_doctor.short(__version__, *machine)
    assert lines[0].startswith("Python: ") and len("\n".join(lines)) < 1000
    registry, folder = machine
    registry.put(HKEY_CURRENT_USER, POLICY, "VBAWarnings", 4)
    (folder / FILE_NAME).unlink()
    with speaking("zh"):
        lines = windows_doctor.short("0.0.0", *machine)
        found = windows.doctor(*machine, start=lambda command: "")
    text = "\n".join(lines)
    assert "宏：有问题：所有宏均被禁用" in text and "找不到" in text and "0.0.0" in text
    assert "in order" not in text and all("wrong" not in line for line in lines)
    for finding in found:
        assert finding.state.startswith(("正常", "有问题")) and {finding.verdict} <= {"ok", "wrong"}


@pytest.mark.parametrize("fails", ["", "store", "held", "full", "registry"])
def test_installing_and_taking_back_speak_chinese(machine, monkeypatch, fails):
    """Of every line that is a sentence; what a line names (a file, a command) stays as it is."""

    def refuses(source, target):
        raise PermissionError(13, "in use") if fails == "held" else OSError(28, "磁盘空间不足", str(target))

    if fails == "store":
        monkeypatch.setattr(sys, "base_prefix", str(Path("Program Files") / "WindowsApps" / "Python"))
    elif fails in ("held", "full"):
        monkeypatch.setattr(windows.os, "replace", refuses)
    registry = Refusing(4) if fails == "registry" else machine[0]
    with speaking("zh"):
        done = windows.install(registry, machine[1])
        back = windows.uninstall(*machine)
    assert done.done == (not fails)
    for line in [*done.lines, *back.lines]:
        assert not line or any("\u4e00" <= letter <= "\u9fff" for letter in line), line
        assert not re.search(r"(?:\b[A-Za-z]+ ){3}", line.replace("xlalloc install excel", "")), line


class Refusing(Registry):
    """A registry that refuses the n-th key."""

    def __init__(self, allowed: int):
        super().__init__()
        self.allowed = allowed

    def CreateKeyEx(self, *words):  # noqa: N802
        self.allowed -= 1
        if self.allowed < 0:
            raise PermissionError(5, "Access is denied")
        return super().CreateKeyEx(*words)


@pytest.mark.parametrize("allowed", [0, 4, 9])
def test_a_registry_that_refuses_leaves_nothing_behind(machine, allowed):
    registry = Refusing(allowed)
    done = windows.install(registry, machine[1])
    assert not done.done and len(done.lines) == 1 and "registry" in done.lines[0]
    assert registry.keys == {} and not (machine[1] / FILE_NAME).exists()


def test_a_failed_installation_leaves_the_earlier_one(machine, tmp_path, monkeypatch):
    registry, folder = machine
    windows.install(*machine)
    before = windows_class.registered(registry)
    other = tmp_path / "other" / "python.exe"
    other.parent.mkdir()
    other.touch()
    monkeypatch.setattr(sys, "executable", str(other))

    def full(source, target):
        raise OSError(28, "No space left on device", str(target))

    monkeypatch.setattr(windows.shutil, "copyfile", full)
    done = windows.install(*machine)
    assert not done.done and "No space left" in done.lines[0]
    assert windows_class.registered(registry) == before and [p.name for p in folder.iterdir()] == [FILE_NAME]


def test_an_add_in_that_excel_disabled_is_seen(machine):
    key = r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
    machine[0].put(HKEY_CURRENT_USER, key, "1", r"C:\x\XLSTART\Xlalloc.xlam".lower().encode("utf-16-le"))
    assert "Enable" in states(machine)["disabled items"].remedy


def test_the_last_words_of_a_python_that_cannot_load_the_functions(tmp_path):
    python = tmp_path / "python.exe"
    python.write_text("#!/bin/sh\necho 'Traceback' >&2\necho 'ImportError: broken for a test' >&2\nexit 1\n")
    python.chmod(0o755)
    if sys.platform == "win32":
        pytest.skip("a shell script stands in for Python")
    assert windows_doctor._last_words(f'"{tmp_path / "pythonw.exe"}" -P x') == "ImportError: broken for a test"


@pytest.mark.skipif(sys.platform == "win32", reason="what other systems are told")
def test_other_systems_are_told_what_to_do():
    done = windows.install()
    text = "\n".join(done.lines)
    assert not done.done and "from xlalloc.hosts.excel import *" in text and "xlwings Lite" in text
    assert windows.uninstall().done
    (only,) = windows.doctor()
    assert only.state.startswith("unknown") and "Lite" in only.remedy
