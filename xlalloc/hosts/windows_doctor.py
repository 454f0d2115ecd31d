"""What works on this Windows machine and what to do about what does not: one finding for each thing that can fail."""

import contextlib
import importlib.util
import os
import subprocess
import sys
import time
import zipfile
from functools import partial
from pathlib import Path

from xlalloc import log
from xlalloc.hosts import Finding, finding, windows_class
from xlalloc.hosts.windows_addin import FILE_NAME, startup_folder
from xlalloc.messages import language, say
from xlalloc.version import __version__

INSTALL = "xlalloc install excel"
_EVERYWHERE = ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE")


def again(command: str = INSTALL) -> str:
    """How to install again: by that command, or the setup that this Python came with."""
    by_setup = (Path(sys.executable).parents[1] / "xlalloc.cmd").exists()
    return "Run xlalloc-setup.exe again." if by_setup else command


ok, wrong = partial(finding, verdict="ok"), partial(finding, verdict="wrong")


class Doctor:
    """Everything between a formula and its answer; ``findings`` in the order in which it is needed."""

    def __init__(self, registry, addins: Path | None = None, start=None):
        self.registry, self.start = registry, start or _start
        self.folder = addins or startup_folder()

    def findings(self) -> list[Finding]:
        found = [self._python(), *self._packages(), self._excel(), self._file(), self._macros(), self._disabled()]
        registered = windows_class.registered(self.registry, _EVERYWHERE)
        found.append(self._class(registered))
        if registered and found[-1].verdict == "ok":
            found.append(self._server(registered))
        return found

    def _value(self, root: str, key: str, name: str = ""):
        try:
            with self.registry.OpenKeyEx(getattr(self.registry, root), key, 0, self.registry.KEY_READ) as opened:
                return self.registry.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    def _python(self) -> Finding:
        version = sys.version.split()[0]
        if is_store_python():
            remedy = "Install Python from python.org, or use xlalloc-setup.exe."
            return wrong("Python", f"{version} ({sys.executable}), from the Microsoft Store", remedy)
        return ok("Python", f"{version} ({sys.executable})")

    def _packages(self) -> list[Finding]:
        found = []
        for module, package in (("xlwings", "xlwings"), ("win32com", "pywin32")):
            if importlib.util.find_spec(module) is not None:
                found.append(ok(package))
            else:
                found.append(wrong(package, "not installed in this Python", again(f"pip install {package}")))
        return found

    def _excel(self) -> Finding:
        place = self._value("HKEY_LOCAL_MACHINE", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe")
        if place:
            return ok("Excel", str(place))
        remedy = "Install Excel for Windows; for Excel on the web see docs/mac-and-web.md."
        return wrong("Excel", "not found", remedy)

    def _files(self) -> list[Path]:
        """The add-in's file where it is: in this user's XLSTART, in Office's own."""
        excel = self._value("HKEY_LOCAL_MACHINE", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe")
        shared = Path(str(excel).strip('"')).parent / "XLSTART" if excel else None
        return [folder / FILE_NAME for folder in (self.folder, shared) if folder and (folder / FILE_NAME).exists()]

    def _file(self) -> Finding:
        there = self._files()
        if not there:
            return wrong("add-in file", f"{self.folder / FILE_NAME} is not there", again())
        if len(there) > 1:
            remedy = "Keep one: uninstall the other."
            return wrong("add-in file", f"in two places, {there[0]} and {there[1]}; Excel opens only one", remedy)
        version = _version_of(there[0])
        if version != __version__:
            return wrong("add-in file", f"of version {version}, the package is {__version__}", again())
        return ok("add-in file", str(there[0]))

    def _macros(self) -> Finding:
        """Settings that keep even a file in XLSTART from running; those of an administrator come first."""
        ask = (
            "Ask whoever administers Office here to allow macros in XLSTART, or use xlwings Lite (docs/mac-and-web.md)."
        )
        own = "Excel: File > Options > Trust Center > Trust Center Settings."
        places = 'Excel: File > Options > Trust Center > Trust Center Settings > Trusted Locations: untick "Disable all Trusted Locations".'
        for root in _EVERYWHERE:
            for key, name, blocking, meaning in _POLICIES:
                if self._value(root, rf"Software\Policies\Microsoft\Office\16.0\{key}", name) == blocking:
                    return wrong("macros", meaning, ask)
            blocks = self._value(root, rf"Software\Policies\Microsoft\Office\16.0\{_SECURITY}", _FROM_INTERNET) == 1
            if blocks and any(map(_is_from_internet, self._files())):
                state = "came from the Internet, and a policy blocks its macros"
                return wrong("macros", state, again())
        settings = rf"Software\Microsoft\Office\16.0\{_SECURITY}"
        if self._value("HKEY_CURRENT_USER", rf"{settings}\Trusted Locations", "AllLocationsDisabled") == 1:
            state = "trusted locations are disabled, XLSTART among them"
            return wrong("macros", state, places)
        for key, name, blocking, meaning in _POLICIES:  # the user's own choice about macros spares XLSTART
            spared = key != _SECURITY or name == "VBAWarnings"
            if not spared and self._value("HKEY_CURRENT_USER", settings, name) == blocking:
                return wrong("macros", meaning, own)
        return ok("macros", "nothing found that blocks add-ins")

    def _disabled(self) -> Finding:
        """Excel disables an add-in that it holds responsible for a crash, and remembers its name."""
        key = r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
        registry = self.registry
        items = []
        with (
            contextlib.suppress(OSError),
            registry.OpenKeyEx(registry.HKEY_CURRENT_USER, key, 0, registry.KEY_READ) as opened,
        ):
            count = registry.QueryInfoKey(opened)[1]
            items = [registry.EnumValue(opened, k)[1] for k in range(count)]
        if any(FILE_NAME.encode("utf-16-le") in item.lower() for item in items if isinstance(item, bytes)):
            remedy = "Excel: File > Options > Add-ins > Manage: Disabled Items > Go, choose xlalloc.xlam, Enable."
            return wrong("disabled items", "Excel has disabled the add-in after a crash", remedy)
        return ok("disabled items")

    def _class(self, registered: str | None) -> Finding:
        what = "registered class"
        if registered is None:
            return wrong(what, f"{windows_class.PROG_ID} is not entered for this user, nor for all users", again())
        program = Path(windows_class.program(registered))
        if not program.exists():
            return wrong(what, f"it starts {program}, which is gone", again())
        script = Path(registered.split('"')[3]) if registered.count('"') >= 4 else None
        if script is None or not script.exists():
            return wrong(what, f"the package it starts is gone: {script}", again())
        if windows_class.registered(self.registry, ("HKEY_LOCAL_MACHINE",)) is None:
            remedy = "Start Excel normally, not as administrator; or install for all users: xlalloc-setup.exe /ALLUSERS"
            policy = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
            if _is_administrator() and self._value("HKEY_LOCAL_MACHINE", policy, "EnableLUA") == 0:
                return wrong(what, _NO_CONTROL, "Install for all users: xlalloc-setup.exe /ALLUSERS")
            if _is_administrator():
                return wrong(what, _ELEVATED, remedy)
        if program.parent != Path(windows_class.program(windows_class.command())).parent:
            return ok(
                what, f"another Python than this one, {program}", f"If this is the Python to use: {again()} (in it)"
            )
        return ok(what, str(program))

    def _server(self, registered: str) -> Finding:
        """Asks Windows for the class as Excel does; where that fails, what its Python says when it loads the functions."""
        begun = time.perf_counter()
        refused = self.start(registered)
        if not refused:
            return ok("Python server", f"first answer after {time.perf_counter() - begun:.1f} s")
        if reason := _last_words(registered):
            there = log.path().exists()
            remedy = f"The whole story is in {log.path()}" if there else again()
            return wrong("Python server", reason, remedy)
        return wrong("Python server", f"it does not start ({refused})", _NOT_STARTED)


_SECURITY = r"Excel\Security"
_FROM_INTERNET = "blockcontentexecutionfrominternet"
_POLICIES = (
    # key, value, the number that blocks, what it means
    ("Common", "VBAOff", 1, "a policy switches VBA off in all of Office"),
    (
        rf"{_SECURITY}\Trusted Locations",
        "AllLocationsDisabled",
        1,
        "a policy disables trusted locations, XLSTART among them",
    ),
    (_SECURITY, "VBAWarnings", 4, "all macros are disabled"),
    (_SECURITY, "DisableAllAddins", 1, "all add-ins are disabled"),
    (_SECURITY, "RequireAddinSig", 1, "add-ins must be signed by a trusted publisher; this one is not signed"),
)
_ELEVATED = "entered for this user alone, and this window runs as administrator: Windows keeps a user's classes from such programs"
_NO_CONTROL = (
    "entered for this user alone, and this computer has user account control switched off: Windows then ignores a "
    "user's classes"
)
_NOT_STARTED = (
    "Its Python loads the functions when asked directly, so Windows does not start it: an antivirus program or a policy "
    "(AppLocker)? Ask whoever administers this computer to install for all users: xlalloc-setup.exe /ALLUSERS"
)


def doctor(registry=None, addins: Path | None = None, start=None) -> list[Finding]:
    """Everything between a formula and its answer, in the order in which it is needed."""
    if sys.platform != "win32" and registry is None:
        remedy = "Excel on the Mac and the web: xlwings Lite, see docs/mac-and-web.md."
        return [finding("Excel for Windows", "this machine does not run Windows", remedy, "unknown")]
    if registry is None:
        import winreg as registry
    return Doctor(registry, addins, start).findings()


def short(addin_version: str, registry=None, addins: Path | None = None) -> list[str]:
    """For a message box of the add-in, asked by it: what is wrong, with what to do; this Python plainly answers."""
    found = doctor(registry, addins, lambda registered: "")
    lines = [f"Python: {sys.version.split()[0]}, {sys.executable}", f"xlalloc: {__version__}"]
    if addin_version != __version__:
        lines.append(f"{say(f'of version {addin_version}, the package is {__version__}')} → {again()}")
    bad = [one for one in found if one.verdict != "ok"]
    colon = "：" if language() == "zh" else ": "
    lines += [one.what + colon + one.state + (f" → {one.remedy}" if one.remedy else "") for one in bad]
    return lines if bad else [*lines, say("Everything this add-in needs is in order.")]


def is_store_python() -> bool:
    """A Python of the Microsoft Store, whose writes into AppData land where Excel does not look."""
    return "WindowsApps" in Path(sys.base_prefix).parts or "PythonSoftwareFoundation" in sys.base_prefix


def _version_of(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as package:
            text = package.read("docProps/core.xml").decode()
        return text.rpartition("version ")[2].partition("<")[0]
    except (OSError, KeyError, zipfile.BadZipFile):
        return "unknown"


def _is_from_internet(file: Path) -> bool:
    """Windows marks what was downloaded by a stream beside the file."""
    try:
        return "ZoneId=3" in Path(f"{file}:Zone.Identifier").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _is_administrator() -> bool:
    if sys.platform != "win32":
        return False
    import ctypes

    return bool(ctypes.windll.shell32.IsUserAnAdmin())


def _start(registered: str) -> str:
    """Why Windows does not give the class, "" where it does."""
    import pywintypes
    import win32com.client

    try:
        server = win32com.client.dynamic.Dispatch(windows_class.PROG_ID)
        server.CallUDF("xlalloc.hosts.windows_calls", "ANSWER", ("XLALLOC_INFO",))
        return ""
    except pywintypes.com_error as error:
        return str(error.args[1])


def _last_words(registered: str) -> str:
    """The last line of the traceback with which the registered Python fails to load the functions."""
    python = Path(windows_class.program(registered)).with_name("python.exe")
    words = [str(python), "-E", "-P", "-c", "import xlwings, xlalloc.hosts.windows_calls"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(words, capture_output=True, timeout=60, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if done.returncode and lines else ""
