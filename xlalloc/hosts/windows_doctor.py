"""What works on this Windows machine and what to do about what does not: one finding for each thing that can fail."""

import contextlib
import importlib.util
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from xlalloc import log
from xlalloc.hosts import Finding, windows_class
from xlalloc.hosts.windows_addin import FILE_NAME, startup_folder
from xlalloc.hosts.windows_words import worded
from xlalloc.version import __version__

INSTALL = "xlalloc install excel"
_EVERYWHERE = ("HKEY_CURRENT_USER", "HKEY_LOCAL_MACHINE")


class Doctor:
    """Everything between a formula and its answer; ``findings`` in the order in which it is needed."""

    def __init__(self, registry, addins: Path | None = None, start=None, lang: str = "en"):
        self.registry, self.start = registry, start or _start
        self.folder = addins or startup_folder()
        self.words = lambda text, *parts: worded(text, lang, *parts)

    def findings(self) -> list[Finding]:
        found = [self._python(), *self._packages(), self._excel(), self._file(), self._macros(), self._disabled()]
        registered = windows_class.registered(self.registry, _EVERYWHERE)
        found.append(self._class(registered))
        if registered and found[-1].state.startswith(self.words("ok")):
            found.append(self._server(registered))
        return found

    def _ok(self, what: str, state: str = "", *parts, remedy: str = "") -> Finding:
        return self._finding("ok", what, state, parts, remedy)

    def _wrong(self, what: str, state: str, *parts, remedy: str = "") -> Finding:
        return self._finding("wrong", what, state, parts, remedy)

    def _finding(self, verdict: str, what: str, state: str, parts, remedy: str) -> Finding:
        state_of = self.words(verdict) + (f": {self.words(state, *parts)}" if state else "")
        return Finding(self.words(what) if what in _NAMES else what, state_of, remedy)

    def _value(self, root: str, key: str, name: str = ""):
        try:
            with self.registry.OpenKeyEx(getattr(self.registry, root), key, 0, self.registry.KEY_READ) as opened:
                return self.registry.QueryValueEx(opened, name)[0]
        except OSError:
            return None

    def _python(self) -> Finding:
        state_of = sys.version.split()[0], sys.executable
        if is_store_python():
            remedy = self.words("Install Python from python.org, or use xlalloc-setup.exe.")
            return self._wrong("Python", "{1} at {2}, from the Microsoft Store", *state_of, remedy=remedy)
        return self._ok("Python", "{1} at {2}", *state_of)

    def _packages(self) -> list[Finding]:
        found = []
        for module, package in (("xlwings", "xlwings"), ("win32com", "pywin32")):
            if importlib.util.find_spec(module) is not None:
                found.append(self._ok(package))
            else:
                found.append(self._wrong(package, "not installed in this Python", remedy=f"pip install {package}"))
        return found

    def _excel(self) -> Finding:
        place = self._value("HKEY_LOCAL_MACHINE", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe")
        if place:
            return self._ok("Excel", "{1}", place)
        remedy = self.words("Install Excel for Windows; for Excel on the web see docs/mac-and-web.md.")
        return self._wrong("Excel", "not found", remedy=remedy)

    def _files(self) -> list[Path]:
        """The add-in's file where it is: in this user's XLSTART, in Office's own."""
        excel = self._value("HKEY_LOCAL_MACHINE", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe")
        shared = Path(str(excel).strip('"')).parent / "XLSTART" if excel else None
        return [folder / FILE_NAME for folder in (self.folder, shared) if folder and (folder / FILE_NAME).exists()]

    def _file(self) -> Finding:
        there = self._files()
        if not there:
            return self._wrong("add-in file", "{1} is not there", self.folder / FILE_NAME, remedy=INSTALL)
        if len(there) > 1:
            remedy = self.words("Keep one: uninstall the other.")
            return self._wrong("add-in file", "in two places, {1} and {2}; Excel opens only one", *there, remedy=remedy)
        version = _version_of(there[0])
        if version != __version__:
            state = "of version {1}, the package is {2}"
            return self._wrong("add-in file", state, version, __version__, remedy=INSTALL)
        return self._ok("add-in file", "{1}", there[0])

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
                    return self._wrong("macros", meaning, remedy=self.words(ask))
            blocks = self._value(root, rf"Software\Policies\Microsoft\Office\16.0\{_SECURITY}", _FROM_INTERNET) == 1
            if blocks and any(map(_is_from_internet, self._files())):
                state = "came from the Internet, and a policy blocks its macros"
                return self._wrong("macros", state, remedy=INSTALL)
        settings = rf"Software\Microsoft\Office\16.0\{_SECURITY}"
        if self._value("HKEY_CURRENT_USER", rf"{settings}\Trusted Locations", "AllLocationsDisabled") == 1:
            state = "trusted locations are disabled, XLSTART among them"
            return self._wrong("macros", state, remedy=self.words(places))
        for key, name, blocking, meaning in _POLICIES:  # the user's own choice about macros spares XLSTART
            spared = key != _SECURITY or name == "VBAWarnings"
            if not spared and self._value("HKEY_CURRENT_USER", settings, name) == blocking:
                return self._wrong("macros", meaning, remedy=self.words(own))
        return self._ok("macros", "nothing found that blocks add-ins")

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
            remedy = self.words(
                "Excel: File > Options > Add-ins > Manage: Disabled Items > Go, choose xlalloc.xlam, Enable."
            )
            return self._wrong("disabled items", "Excel has disabled the add-in after a crash", remedy=remedy)
        return self._ok("disabled items")

    def _class(self, registered: str | None) -> Finding:
        what = "registered class"
        if registered is None:
            state = "{1} is not entered for this user, nor for all users"
            return self._wrong(what, state, windows_class.PROG_ID, remedy=INSTALL)
        program = Path(windows_class.program(registered))
        if not program.exists():
            return self._wrong(what, "it starts {1}, which is gone", program, remedy=INSTALL)
        script = Path(registered.split('"')[3]) if registered.count('"') >= 4 else None
        if script is None or not script.exists():
            return self._wrong(what, "the package it starts is gone: {1}", script, remedy=INSTALL)
        if windows_class.registered(self.registry, ("HKEY_LOCAL_MACHINE",)) is None:
            remedy = (
                "Start Excel normally, not as administrator; or install for all users:  xlalloc-setup.exe /ALLUSERS"
            )
            policy = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
            if _is_administrator() and self._value("HKEY_LOCAL_MACHINE", policy, "EnableLUA") == 0:
                return self._wrong(what, _NO_CONTROL, remedy=self.words(remedy))
            if _is_administrator():
                return self._wrong(what, _ELEVATED, remedy=self.words(remedy))
        if program.parent != Path(windows_class.program(windows_class.command())).parent:
            remedy = self.words("If this is the Python to use:  {1}  (in it)", INSTALL)
            return self._ok(what, "another Python than this one, {1}", program, remedy=remedy)
        return self._ok(what, "{1}", program)

    def _server(self, registered: str) -> Finding:
        """Asks Windows for the class as Excel does; where that fails, what its Python says when it loads the functions."""
        begun = time.perf_counter()
        refused = self.start(registered)
        if not refused:
            return self._ok("Python server", "first answer after {1} s", f"{time.perf_counter() - begun:.1f}")
        if reason := _last_words(registered):
            there = log.path().exists()
            remedy = self.words("The whole story is in {1}", log.path()) if there else INSTALL
            return self._wrong("Python server", "{1}", reason, remedy=remedy)
        return self._wrong("Python server", "it does not start ({1})", refused, remedy=self.words(_NOT_STARTED))


_NAMES = ("Excel for Windows", "add-in file", "macros", "disabled items", "registered class", "Python server")
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
    "(AppLocker)? Ask whoever administers this computer to install for all users:  xlalloc-setup.exe /ALLUSERS"
)


def doctor(registry=None, addins: Path | None = None, start=None, lang: str = "en") -> list[Finding]:
    """Everything between a formula and its answer, in the order in which it is needed."""
    if sys.platform != "win32" and registry is None:
        what = worded("Excel for Windows", lang)
        state = f"{worded('unknown', lang)}: {worded('this machine does not run Windows', lang)}"
        return [
            Finding(what, state, worded("Excel on the Mac and the web: xlwings Lite, see docs/mac-and-web.md.", lang))
        ]
    if registry is None:
        import winreg as registry
    return Doctor(registry, addins, start, lang).findings()


def short(lang: str, addin_version: str, registry=None, addins: Path | None = None) -> list[str]:
    """For a message box of the add-in, asked by it: what is wrong, with what to do; this Python plainly answers."""
    found = doctor(registry, addins, lambda registered: "", lang)
    lines = [f"Python: {sys.version.split()[0]}, {sys.executable}", f"xlalloc: {__version__}"]
    if addin_version != __version__:
        lines.append(f"{worded('of version {1}, the package is {2}', lang, addin_version, __version__)} → {INSTALL}")
    wrong = [finding for finding in found if not finding.state.startswith(worded("ok", lang))]
    lines += [f"{what}: {state}" + (f" → {remedy}" if remedy else "") for what, state, remedy in wrong]
    return lines if wrong else [*lines, worded("Everything this add-in needs is in order.", lang)]


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
