"""What works on this Windows machine and what to do about what does not: one finding for each thing that can fail."""

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
from xlalloc.version import __version__

OK, WRONG, UNKNOWN = "ok", "wrong", "unknown"  # with what was found behind it
INSTALL = "xlalloc install excel"


def doctor(registry=None, addins: Path | None = None, start=None) -> list[Finding]:
    """Everything between a formula and its answer, in the order in which it is needed."""
    if sys.platform != "win32" and registry is None:
        remedy = "Excel on the Mac and the web: xlwings Lite, see docs/mac-and-web.md."
        return [Finding("Excel for Windows", f"{UNKNOWN}: this machine does not run Windows", remedy)]
    if registry is None:
        import winreg as registry
    found = [_python(), *_packages(), _excel(registry), _file(addins), _macros(registry), _disabled(registry)]
    registered = windows_class.registered(registry)
    found.append(_class(registered))
    if found[-1].state.startswith(OK):
        found.append(_server(registered, start or _start))
    return found


def is_store_python() -> bool:
    """A Python of the Microsoft Store, whose writes into AppData land where Excel does not look."""
    return "WindowsApps" in Path(sys.base_prefix).parts or "PythonSoftwareFoundation" in sys.base_prefix


def _python() -> Finding:
    said = f"{sys.version.split()[0]} at {sys.executable}"
    if is_store_python():
        return Finding("Python", f"{WRONG}: {said}, from the Microsoft Store", "Install Python from python.org.")
    return Finding("Python", f"{OK}: {said}")


def _packages() -> list[Finding]:
    found = []
    for module, package in (("xlwings", "xlwings"), ("win32com", "pywin32"), ("pyopenvba", "pyOpenVBA")):
        there = importlib.util.find_spec(module) is not None
        remedy = "" if there else f"pip install {package}"
        found.append(Finding(package, OK if there else f"{WRONG}: not installed in this Python", remedy))
    return found


def _value(registry, root: str, key: str, name: str = ""):
    try:
        with registry.OpenKeyEx(getattr(registry, root), key, 0, registry.KEY_READ) as opened:
            return registry.QueryValueEx(opened, name)[0]
    except OSError:
        return None


def _excel(registry) -> Finding:
    place = _value(registry, "HKEY_LOCAL_MACHINE", r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe")
    if place:
        return Finding("Excel", f"{OK}: {place}")
    return Finding(
        "Excel", f"{WRONG}: not found", "Install Excel for Windows; for Excel on the web see docs/mac-and-web.md."
    )


def _file(addins: Path | None) -> Finding:
    file = (addins or startup_folder()) / FILE_NAME
    if not file.exists():
        return Finding("add-in file", f"{WRONG}: {file} is not there", INSTALL)
    version = _version_of(file)
    if version != __version__:
        return Finding("add-in file", f"{WRONG}: of version {version}, the package is {__version__}", INSTALL)
    return Finding("add-in file", f"{OK}: {file}")


def _version_of(file: Path) -> str:
    try:
        with zipfile.ZipFile(file) as package:
            text = package.read("docProps/core.xml").decode()
        return text.rpartition("version ")[2].partition("<")[0]
    except (OSError, KeyError, zipfile.BadZipFile):
        return "unknown"


_SECURITY = r"Microsoft\Office\16.0\Excel\Security"
_POLICIES = (
    # value, the numbers that block, what they mean
    ("VBAWarnings", (4,), "all macros are disabled"),
    ("DisableAllAddins", (1,), "all add-ins are disabled"),
    ("RequireAddinSig", (1,), "add-ins must be signed by a trusted publisher; this one is not signed"),
)


def _macros(registry) -> Finding:
    """Macro settings that keep even a file in XLSTART from running; those of an administrator come first."""
    ask = "Ask whoever administers Office here to allow macros in XLSTART, or use xlwings Lite (docs/mac-and-web.md)."
    trusted = rf"Software\Policies\{_SECURITY}\Trusted Locations"
    if _value(registry, "HKEY_CURRENT_USER", trusted, "AllLocationsDisabled") == 1:
        return Finding("macros", f"{WRONG}: a policy disables trusted locations, XLSTART among them", ask)
    for key, remedy in (
        (rf"Software\Policies\{_SECURITY}", ask),
        (rf"Software\{_SECURITY}", "Excel: File > Options > Trust Center > Trust Center Settings."),
    ):
        for name, blocking, meaning in _POLICIES:
            in_options = "Policies" not in key and name == "VBAWarnings"  # the user's own choice spares XLSTART
            if _value(registry, "HKEY_CURRENT_USER", key, name) in blocking and not in_options:
                return Finding("macros", f"{WRONG}: {meaning}", remedy)
    return Finding("macros", f"{OK}: nothing found that blocks add-ins")


def _disabled(registry) -> Finding:
    """Excel disables an add-in that it holds responsible for a crash, and remembers its name."""
    key = r"Software\Microsoft\Office\16.0\Excel\Resiliency\DisabledItems"
    try:
        with registry.OpenKeyEx(registry.HKEY_CURRENT_USER, key, 0, registry.KEY_READ) as opened:
            count = registry.QueryInfoKey(opened)[1]
            items = [registry.EnumValue(opened, k)[1] for k in range(count)]
    except OSError:
        items = []
    if any("xlalloc.xlam".encode("utf-16-le") in item.lower() for item in items if isinstance(item, bytes)):
        remedy = "Excel: File > Options > Add-ins > Manage: Disabled Items > Go, choose xlalloc.xlam, Enable."
        return Finding("disabled items", f"{WRONG}: Excel has disabled the add-in after a crash", remedy)
    return Finding("disabled items", OK)


def _class(registered: str | None) -> Finding:
    if registered is None:
        return Finding("registered class", f"{WRONG}: {windows_class.PROG_ID} is not entered for this user", INSTALL)
    program = Path(windows_class.program(registered))
    if not program.exists():
        return Finding("registered class", f"{WRONG}: it starts {program}, which is gone", INSTALL)
    script = Path(registered.split('"')[3]) if registered.count('"') >= 4 else None
    if script is None or not script.exists():
        return Finding("registered class", f"{WRONG}: the package it starts is gone: {script}", INSTALL)
    if program.parent != Path(windows_class.program(windows_class.command())).parent:
        remedy = f"If this is the Python to use:  {INSTALL}  (in it)"
        return Finding("registered class", f"{OK}: another Python than this one, {program}", remedy)
    return Finding("registered class", f"{OK}: {program}")


def _server(registered: str, start) -> Finding:
    """Asks Windows for the class as Excel does; where that fails, what its Python says when it loads the functions."""
    begun = time.perf_counter()
    reason = start(registered)
    if not reason:
        return Finding("Python server", f"{OK}: first answer after {time.perf_counter() - begun:.1f} s")
    return Finding("Python server", f"{WRONG}: {reason}", f"The whole story is in {log.path()}")


def _start(registered: str) -> str:
    import pywintypes
    import win32com.client

    try:
        server = win32com.client.dynamic.Dispatch(windows_class.PROG_ID)
        server.CallUDF("xlalloc.hosts.windows_calls", "ANSWER", ("XLALLOC_INFO",))
        return ""
    except pywintypes.com_error as error:
        return _last_words(registered) or f"it does not start ({error.args[1]})"


def _last_words(registered: str) -> str:
    """The last line of the traceback with which the registered Python fails to load the functions."""
    python = Path(windows_class.program(registered)).with_name("python.exe")
    words = [str(python), "-P", "-c", "import xlwings, xlalloc.hosts.windows_calls"]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(words, capture_output=True, timeout=60, env=environment, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if done.returncode and lines else ""
