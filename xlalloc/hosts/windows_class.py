"""The COM class that lets Excel ask Windows for Python: registered for one user, no administrator, no file of ours.

HKEY_CURRENT_USER\\Software\\Classes (xlalloc-setup.exe /ALLUSERS: HKEY_LOCAL_MACHINE)
    Xlalloc.Server\\CLSID                   the class behind the name that the add-in asks for
    CLSID\\{…}\\LocalServer32                the command with which Windows starts it
"""

import contextlib
import sys
from pathlib import Path

PROG_ID = "Xlalloc.Server"
CLSID = "{B3A8B6D4-5A0E-4E1B-9C57-8E0B6D1F2A63}"
_CLASSES = "Software\\Classes"


def command(python: Path | None = None) -> str:
    """What Windows runs: pythonw.exe, since python.exe needs standard handles."""
    python = Path(python or sys.executable)
    windowless = python.with_name("pythonw.exe")
    return command_line(windowless if windowless.exists() else python, Path(__file__).with_name("windows_server.py"))


def command_line(program, script) -> str:
    """-E keeps the variables of other Pythons out (PYTHONPATH, PYTHONHOME), -P the current folder."""
    return f'"{program}" -E -P "{script}" {CLSID}'


def program(line: str) -> str:
    """The program that a command starts."""
    return line.split('"')[1] if line.startswith('"') else line.split(" ")[0]


def entries(line: str) -> dict[str, str]:
    """Every key below Software\\Classes with its value, outer keys first."""
    return {
        PROG_ID: "xlalloc",
        f"{PROG_ID}\\CLSID": CLSID,
        f"CLSID\\{CLSID}": "xlalloc",
        f"CLSID\\{CLSID}\\ProgID": PROG_ID,
        f"CLSID\\{CLSID}\\LocalServer32": line,
    }


def _registry():
    import winreg

    return winreg


def _views(registry) -> tuple[int, int]:
    """32-bit Excel looks for classes in a view of its own: both are written."""
    return registry.KEY_WOW64_64KEY, registry.KEY_WOW64_32KEY


def register(line: str | None = None, registry=None, root=None) -> str:
    """Enter the class for this user; gives the command that was entered."""
    registry = registry or _registry()
    root = registry.HKEY_CURRENT_USER if root is None else root
    line = line or command()
    for view in _views(registry):
        for key, value in entries(line).items():
            with registry.CreateKeyEx(root, f"{_CLASSES}\\{key}", 0, registry.KEY_WRITE | view) as opened:
                registry.SetValueEx(opened, "", 0, registry.REG_SZ, value)
    return line


def unregister(registry=None) -> bool:
    """Take the class out again, and nothing else; whether there was one."""
    registry = registry or _registry()
    found = False
    for view in _views(registry):
        for key in reversed(entries("")):
            with contextlib.suppress(FileNotFoundError):
                registry.DeleteKeyEx(registry.HKEY_CURRENT_USER, f"{_CLASSES}\\{key}", view, 0)
                found = True
    return found


def registered(registry=None, roots=("HKEY_CURRENT_USER",)) -> str | None:
    """The command in force, None where the class is not known; ``roots`` are asked in turn."""
    registry = registry or _registry()
    access = registry.KEY_READ | _views(registry)[0]
    key = f"{_CLASSES}\\CLSID\\{CLSID}\\LocalServer32"
    for root in roots:
        with (
            contextlib.suppress(FileNotFoundError),
            registry.OpenKeyEx(getattr(registry, root), key, 0, access) as opened,
        ):
            return registry.QueryValueEx(opened, "")[0]
    return None
