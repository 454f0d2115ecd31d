"""A Windows Python under Wine, as .ci/windows.sh sets it up, with this project's package copied into it."""

import contextlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

import xlalloc

HERE = Path(__file__).parent
REGISTER = """
import winreg
from xlalloc.hosts import windows_class
print(windows_class.register(root=winreg.HKEY_LOCAL_MACHINE))
"""
ABSENT = "Wine is not installed: `source .ci/windows.sh DIRECTORY` sets it up and XLALLOC_WINE names the directory"


def place() -> Path:
    """Where the Windows Python is; the tests that need one are skipped without."""
    folder = os.environ.get("XLALLOC_WINE")
    if not folder or not (Path(folder) / "prefix.done").exists() or not shutil.which("wine"):
        pytest.skip(ABSENT)
    return Path(folder)


def windows_path(path: Path) -> str:
    return "Z:" + str(path).replace("/", "\\")


def ended(words: list[str], environment: dict, folder: Path, seconds: float) -> subprocess.CompletedProcess:
    """A program that was run, with all it wrote."""
    return subprocess.run(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
        cwd=folder,
        timeout=seconds,
        check=False,
    )


def _command_lines():
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield file.read_bytes()


class Windows:
    """Runs programs; every one of them is a process of its own."""

    def __init__(self, folder: Path, scratch: Path):
        self.python_folder, self.scratch = folder / "python", scratch
        self.site = self.python_folder / "Lib" / "site-packages"
        self.package = self.site / "xlalloc"
        self.environment = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "PYTHONPATH", "PYTHONHOME")} | {
            "WINEPREFIX": str(folder / "prefix"),
            "WINEDEBUG": "-all",
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }

    def start(self) -> None:
        """Wine's services once for all programs, with no pipe of ours in their hands."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        for left in (2, 1, 0):  # a server that is still leaving may refuse the first program
            subprocess.run(["wineserver", "-p"], env=self.environment, timeout=30, check=True, **quiet)
            first = subprocess.run(
                ["wine", "cmd", "/c", "exit"], env=self.environment, timeout=60, check=not left, **quiet
            )
            if first.returncode == 0:
                return
            self.end()
            time.sleep(2)

    def install_package(self) -> None:
        shutil.rmtree(self.package, ignore_errors=True)
        source = Path(xlalloc.__file__).parent
        shutil.copytree(source, self.package, ignore=shutil.ignore_patterns("__pycache__"))

    def run(self, *words: str, seconds: float = 180) -> str:
        """The program's output; standard output is a pipe, since Wine's consoles need one."""
        done = ended(["wine", *words], self.environment, self.scratch, seconds)
        self.wait_for_the_server_to_end()
        text = done.stdout.decode("utf-8", "replace")
        assert done.returncode == 0, f"{words}: exit status {done.returncode}\n{text[-3000:]}"
        return text

    def python(self, *words: str, seconds: float = 180) -> str:
        return self.run(str(self.python_folder / "python.exe"), "-X", "utf8", *words, seconds=seconds)

    def client(self, task: str, limit: float = 180, **given):
        """A task of client.py, with its answer, within ``limit`` seconds."""
        question, answer = self.scratch / f"{task}.question", self.scratch / f"{task}.answer"
        question.write_text(json.dumps(given), encoding="utf-8")
        answer.unlink(missing_ok=True)
        paths = [windows_path(p) for p in (HERE / "client.py", question, answer)]
        output = self.python(paths[0], task, *paths[1:], seconds=limit)
        assert answer.exists(), output
        return json.loads(answer.read_text(encoding="utf-8"))

    def script(self, name: str, text: str, seconds: float = 180) -> list[str]:
        """The lines a VBScript writes."""
        assert text.isascii(), "cscript reads the system's code page"
        path = self.scratch / f"{name}.vbs"
        path.write_text(text, encoding="ascii", newline="\r\n")
        return self.run("cscript.exe", "//nologo", windows_path(path), seconds=seconds).split("\r\n")

    @property
    def log_module(self) -> str:
        return windows_path(self.package / "log.py")

    def wait_for_the_server_to_end(self, seconds: float = 15) -> None:
        """A client that asks while the last server is leaving would wait for it."""
        until = time.monotonic() + seconds
        while any(b"windows_server.py" in words for words in _command_lines()) and time.monotonic() < until:
            time.sleep(0.05)

    def end(self) -> None:
        subprocess.run(["wineserver", "-k"], env=self.environment, timeout=30, check=False)


class Fresh:
    """A Windows of its own, as new: a Chinese user with a space in the name, registry and files to be looked at."""

    USER = "王 小明"

    def __init__(self, folder: Path):
        self.prefix, self.scratch = folder / "前缀 of the test", folder
        self.environment = {k: v for k, v in os.environ.items() if not k.startswith(("DISPLAY", "PYTHON", "WINE"))} | {
            "WINEPREFIX": str(self.prefix),
            "WINEDEBUG": "-all",
            "USER": self.USER,
            "LOGNAME": self.USER,
            "LC_ALL": "C.UTF-8",
            "WINEDLLOVERRIDES": "mscoree,mshtml=;winemenubuilder.exe=d",
        }
        self.run("wineboot", "-i")
        self.run("winecfg", "-v", "win10")
        self.wait()
        self.home = self.prefix / "drive_c" / "users" / self.USER
        assert self.home.is_dir(), "the user's name"

    def run(self, program, *words, seconds: float = 300) -> subprocess.CompletedProcess:
        first = [str(program)] if str(program) in ("wineboot", "wineserver") else ["wine", str(program)]
        return ended([*first, *map(str, words)], self.environment, self.scratch, seconds)

    @contextlib.contextmanager
    def beside(self, *words):
        """A program that runs while others do."""
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        program = subprocess.Popen(["wine", *words], env=self.environment, cwd=self.scratch, **quiet)
        try:
            yield program
        finally:
            program.kill()
            program.wait(30)

    def wait(self) -> None:
        """Until every program has ended and the registry is written."""
        self.run("wineserver", "-w")

    def uninstall(self, program: Path) -> int:
        """An uninstaller starts a copy of itself and ends at once: the copy is waited for."""
        done = self.run(program, "/S")
        self.wait()
        return done.returncode

    def registry(self) -> set[tuple[str, str, str]]:
        """Every key and value: file, key, line; without what Windows itself writes at every start, or at the next."""
        own = ("DriverDateData", "PendingFileRenameOperations")  # the latter: files of NSIS to delete at the next start
        self.wait()
        found = set()
        for name in ("system.reg", "user.reg"):
            key = ""
            for line in (self.prefix / name).read_text(encoding="utf-8", errors="replace").splitlines():
                if line.startswith("["):
                    key = line.rpartition("]")[0] + "]"
                    found.add((name, key, ""))
                elif line and not line.startswith("#") and not any(word in line for word in own):
                    found.add((name, key, line))
        return found

    def files(self) -> set[str]:
        """Every file and folder of the disk, without the temporary ones."""
        disk = self.prefix / "drive_c"
        every = {path.relative_to(disk).as_posix() for path in disk.rglob("*")}
        return {path for path in every if "/Temp" not in path and "/temp" not in path}

    def end(self) -> None:
        self.run("wineserver", "-k", seconds=30)
