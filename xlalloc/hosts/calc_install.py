"""LibreOffice on this machine: where it is, which version, and the extension put into it or taken out of it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from xlalloc.errors import InputError
from xlalloc.hosts import Finding, calc, calc_link, finding
from xlalloc.messages import say
from xlalloc.version import __version__

WANTED = ".".join(map(str, calc.OLDEST))
REMEDY = f"Install LibreOffice {WANTED} or newer from libreoffice.org, or with your system's packages."
LIMIT = 180  # seconds for one run of LibreOffice's own installer


class OfficeError(InputError):
    """LibreOffice is missing, too old, or did not do what was asked of it."""


@dataclass(frozen=True)
class Office:
    """An installed LibreOffice: the folder of its programs, and its version."""

    program: Path
    version: tuple[int, ...]

    @property
    def soffice(self) -> Path:
        return _program(self.program, "soffice")

    @property
    def unopkg(self) -> Path:
        return _program(self.program, "unopkg")

    @property
    def share(self) -> Path:
        beside = self.program.parent / "share"
        return beside if beside.exists() else self.program.parent / "Resources"  # the second on a Mac

    @property
    def shown(self) -> str:
        return ".".join(map(str, self.version)) or "unknown version"

    @property
    def has_python(self) -> bool:
        """Debian and others pack LibreOffice's Python by itself; without it no extension in Python runs."""
        folders = [self.program, self.program.parent / "Resources"]  # the second on a Mac
        return any((folder / "pythonloader.py").exists() for folder in folders)


def environment() -> dict[str, str]:
    """The environment for LibreOffice: its Python must not be led to another one's libraries."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON") and key != "VIRTUAL_ENV"}
    if sys.platform not in ("win32", "darwin"):
        own["PATH"] = os.pathsep.join(["/usr/bin", "/bin"])
    return own


# Finding -----------------------------------------------------------------------------------------------------------


def _program(folder: Path, name: str) -> Path:
    return folder / (f"{name}.com" if sys.platform == "win32" else name)  # .com: the one that waits and prints


def _places() -> Iterator[Path]:
    """Folders in which a soffice may lie."""
    if named := os.environ.get("XLALLOC_OFFICE"):
        yield Path(named)
        return
    for name in ("soffice", "libreoffice"):
        if found := shutil.which(name):
            yield Path(found).resolve().parent
    if sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramW6432", "ProgramFiles(x86)"):
            if root := os.environ.get(variable):
                yield Path(root) / "LibreOffice" / "program"
    elif sys.platform == "darwin":
        for root in (Path("/Applications"), Path.home() / "Applications"):
            yield root / "LibreOffice.app" / "Contents" / "MacOS"
    else:
        yield from (Path("/usr/lib/libreoffice/program"), Path("/usr/lib64/libreoffice/program"))
        yield from sorted(Path("/opt").glob("libreoffice*/program"), reverse=True)


def offices() -> list[Office]:
    """Every LibreOffice found, the first on PATH first."""
    found = dict.fromkeys(
        folder for folder in _places() if all(_program(folder, name).exists() for name in ("soffice", "unopkg"))
    )
    return [Office(folder, _version(folder)) for folder in found]


def _version(folder: Path) -> tuple[int, ...]:
    try:
        done = subprocess.run(
            [_program(folder, "soffice"), "--version"],
            capture_output=True,
            text=True,
            timeout=60,
            env=environment(),
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ()
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", done.stdout)
    return tuple(map(int, found.groups())) if found else ()


def find() -> Office:
    """A LibreOffice that can run the functions; OfficeError says what is missing where there is none."""
    found = offices()
    fit = [office for office in found if office.version >= calc.OLDEST]
    if not found:
        raise OfficeError(f"LibreOffice is not installed, or not where it usually is. {REMEDY}")
    if not fit:
        raise OfficeError(
            f"LibreOffice {found[0].shown} in {found[0].program} is too old: it does not know plain function names in "
            f".xlsx files. {REMEDY}"
        )
    able = [office for office in fit if office.has_python]
    if not able:
        raise OfficeError(
            f"LibreOffice {fit[0].shown} in {fit[0].program} has no Python for its extensions. Install the package "
            "python3-uno (Debian, Ubuntu) or libreoffice-pyuno (Fedora, openSUSE)."
        )
    return able[0]


# Installing --------------------------------------------------------------------------------------------------------


class Profile(NamedTuple):
    """Where extensions are kept: LibreOffice's own folders, unless others are named."""

    user: Path | None = None  # the user's profile
    shared: Path | None = None  # the extensions of all users

    @property
    def options(self) -> list[str]:
        named = {"UserInstallation": self.user, "UNO_SHARED_PACKAGES": self.shared}
        return [f"-env:{name}={folder.absolute().as_uri()}" for name, folder in named.items() if folder]

    def folder(self, office: Office, url: str) -> Path:
        """The folder of an installed extension, from the address unopkg gives it."""
        user = (self.user or _profile()) / "user" / "uno_packages"
        shared = self.shared or office.share / "uno_packages"
        for name, folder in (("USER", user), ("SHARED", shared)):
            url = url.replace(f"$UNO_{name}_PACKAGES_CACHE", f"{folder}/cache")
        return Path(unquote(url.removeprefix("vnd.sun.star.expand:")))


OWN = Profile()


def _profile() -> Path:
    """Where LibreOffice keeps this user's settings."""
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA", Path.home())) / "LibreOffice" / "4"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "LibreOffice" / "4"
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "libreoffice" / "4"


def install(profile: Profile = OWN) -> list[str]:
    """Put the extension into LibreOffice: for this user, or for all where root asks. Gives the lines to show."""
    office = find()
    with tempfile.TemporaryDirectory(prefix="xlalloc-") as folder:
        extension = calc.build(Path(folder) / "xlalloc.oxt", sys.executable)
        _unopkg(office, profile, "add", "--force", "--suppress-license", str(extension))
    whom = "all users, since you are root" if _is_root() else "you"
    done = say(
        f"Installed in LibreOffice {office.shown} for {whom}. Restart LibreOffice; =EQUAL_WEIGHTS(4) returns 0.25."
    )
    return [done, *_astray()]


def _astray() -> list[str]:
    """A Linux system's LibreOffice looks for its Python's libraries beside the first python3 on the path."""
    python = shutil.which("python3") or ""
    if sys.platform != "linux" or not python or Path(python).parent in (Path("/usr/bin"), Path("/bin")):
        return []
    told = say(
        f"Not from this terminal, though: its python3 is {python}, where LibreOffice may look for its own libraries in "
        "vain and then open no file. Run `deactivate` first, or start it from the menu."
    )
    return [told]


def uninstall(profile: Profile = OWN) -> list[str]:
    """Take the extension out of LibreOffice. Gives the lines to show."""
    office = find()
    if installed(office, profile) is None:
        return [say(f"The extension is not installed in LibreOffice {office.shown}; nothing to do.")]
    _unopkg(office, profile, "remove", calc.IDENTIFIER)
    return [say(f"Removed from LibreOffice {office.shown}. Restart LibreOffice.")]


def installed(office: Office, profile: Profile = OWN) -> tuple[str, Path] | None:
    """Version and folder of the extension that is installed: this user's, or for root that of all users."""
    listed = _unopkg(office, profile, "list")
    found = re.search(rf"Identifier: {re.escape(calc.IDENTIFIER)}\s+Version: (\S+)\s+URL: (\S+)", listed)
    return (found[1], profile.folder(office, found[2])) if found else None


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _unopkg(office: Office, profile: Profile, what: str, *options: str) -> str:
    shared = ["--shared"] if _is_root() else []  # unopkg refuses root anything else
    try:
        done = subprocess.run(
            [office.unopkg, what, *shared, *profile.options, *options],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=LIMIT,
            env=environment(),
            stdin=subprocess.DEVNULL,
        )
    except subprocess.TimeoutExpired:
        raise OfficeError("LibreOffice's unopkg did not end. Close LibreOffice and try again.") from None
    except OSError as error:
        raise OfficeError(f"{office.unopkg}: cannot be run ({error.strerror}).") from None
    if done.returncode:
        complaint = " ".join((done.stderr or done.stdout).replace("ERROR:", "").split())
        raise OfficeError(f"LibreOffice's unopkg {what} failed: {complaint[:300]} Close LibreOffice and try again.")
    return done.stdout


# The doctor --------------------------------------------------------------------------------------------------------


def doctor(profile: Profile = OWN) -> list[Finding]:
    """What works in LibreOffice on this machine, and what to do about what does not."""
    try:
        office = find()
    except OfficeError as missing:
        return [Finding("LibreOffice", *_two(missing))]
    lines = [finding("LibreOffice", f"{office.shown} ({office.program})")]
    try:
        found = installed(office, profile)
    except OfficeError as error:
        return [*lines, finding("extension")._replace(**dict(zip(("state", "remedy"), _two(error), strict=True)))]
    if found is None:
        return [*lines, finding("extension", "not installed", INSTALL)]
    version, folder = found
    return [*lines, finding("extension", version, "" if version == __version__ else INSTALL), _asked(folder)]


INSTALL = "Run `xlalloc install calc`."


def _two(error: OfficeError) -> tuple[str, str]:
    """What is wrong, and the remedy after it."""
    wrong, stop, remedy = re.split(r"(。|\. )", f"{error} ", maxsplit=1)
    return wrong + stop.strip(), remedy.strip()


def _asked(folder: Path) -> Finding:
    """The Python that the installed extension computes with, started as the extension starts it."""
    what = "its Python"
    try:
        python = (folder / "python.txt").read_text(encoding="utf-8").strip()
    except OSError:
        return finding(what, f"not named in {folder}", INSTALL)
    child = calc_link.Child(python)
    try:
        info = [row[1] for row in child.call("XLALLOC_INFO", ())[1:]]
    except calc_link.Broken as broken:
        return finding(what, str(broken), "Install xlalloc there, or run `xlalloc install calc` from another Python.")
    finally:
        child.close()
    other = f"That is not this xlalloc ({__version__}). {INSTALL}"
    return finding(what, f"{python} computes with xlalloc {info[0]}", "" if info[0] == __version__ else other)
