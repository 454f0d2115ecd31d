"""A private LibreOffice that computes workbooks: values and PDF.

It runs with a profile of its own in a temporary folder, so it meets neither the user's LibreOffice nor another driver;
the extension lies in that folder too, and is the one of this xlalloc whatever is installed. It is told what to do on
its command line, and ends when it is done: nothing listens, nothing stays behind.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import warnings
from collections.abc import Sequence
from pathlib import Path

from xlalloc.hosts import calc, calc_install
from xlalloc.hosts.calc_install import OfficeError

START_SECONDS, FILE_SECONDS = 90, 60  # limits of one run: for the office to start, and for each workbook more
WORKBOOK, PDF = "xlsx:Calc MS Excel 2007 XML", "pdf:calc_pdf_Export"
BATCH = 50  # workbooks in one run
# Standard input is a line to this process: once it is cut, however this process ended, the office's whole group ends.
TIED = ("/bin/sh", "-c", 'exec 3<&0; (read -r _ <&3; kill -9 0) & exec "$@" </dev/null 3<&-', "office")
ALWAYS, NEVER = 0, 2
SETTINGS = {  # recalculate whatever the file has cached; run no macros, follow no links, ask nobody
    "org.openoffice.Office.Calc/Formula/Load": {"OOXMLRecalcMode": ALWAYS, "ODFRecalcMode": ALWAYS},
    "org.openoffice.Office.Calc/Content/Update": {"Link": NEVER},
    "org.openoffice.Office.Common/Security/Scripting": {"MacroSecurityLevel": 3},
}


class Driver:
    """LibreOffice for the length of a ``with`` block. Its runs queue up; two drivers run side by side."""

    def __init__(self, start_seconds: float = START_SECONDS, file_seconds: float = FILE_SECONDS):
        self.office = calc_install.find()
        self.start_seconds, self.file_seconds = start_seconds, file_seconds
        self._turn = threading.Lock()

    def __enter__(self) -> "Driver":
        self.folder = Path(tempfile.mkdtemp(prefix="xlalloc-office-"))
        calc.unpack(self.folder / "extensions" / "xlalloc", sys.executable)
        (self.folder / "none").mkdir()
        user = self.folder / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
        return self

    def __exit__(self, *exception) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def recalculated(self, workbooks: Sequence[Path], folder: Path) -> list[Path]:
        """Each workbook as Calc computes it, under its own name in the folder (.xlsx)."""
        return self._convert(workbooks, folder, WORKBOOK)

    def pdf(self, workbooks: Sequence[Path], folder: Path) -> list[Path]:
        """Each workbook as Calc prints it, under its own name in the folder (.pdf)."""
        return self._convert(workbooks, folder, PDF)

    def values(self, workbook: Path) -> dict[str, dict[str, object]]:
        """What Calc computes: sheet → cell such as "B2" → value; errors are texts such as "#NUM!"."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            return read(self.recalculated([workbook], Path(folder))[0])

    def _convert(self, files: Sequence[Path], folder: Path, kind: str) -> list[Path]:
        targets = [folder / f"{Path(file).stem}.{kind.partition(':')[0]}" for file in files]
        if len(set(targets)) < len(targets):
            raise OfficeError("Two of the workbooks have the same name; their results would be one file.")
        folder.mkdir(parents=True, exist_ok=True)
        for k in range(0, len(files), BATCH):
            self._batch(files[k : k + BATCH], targets[k : k + BATCH], kind)
        return targets

    def _batch(self, files: Sequence[Path], targets: list[Path], kind: str) -> None:
        """Convert in one run of the office; what a crash left undone is tried once more."""
        suffix = targets[0].suffix
        with tempfile.TemporaryDirectory(dir=self.folder) as work:
            given = [Path(work) / f"{k}{Path(file).suffix}" for k, file in enumerate(files)]
            for file, copy in zip(files, given, strict=True):  # any name will do, and no lock file beside the original
                shutil.copyfile(file, copy)
            out, left, complaint = Path(work) / "out", list(range(len(files))), ""
            for _ in range(2):
                if left and "stopped" not in complaint:
                    complaint = self._run([given[k] for k in left], out, kind)
                    left = [k for k in left if not (out / f"{k}{suffix}").exists()]
            for k in set(range(len(files))).difference(left):
                shutil.move(out / f"{k}{suffix}", targets[k])
        if left:
            lost = ", ".join(Path(files[k]).name for k in left)
            raise OfficeError(f"LibreOffice could not compute {lost}: {complaint}")

    def _run(self, files: list[Path], out: Path, kind: str) -> str:
        """One run of the office; gives the last it said. Whatever happens, no process of it is left."""
        seconds = self.start_seconds + self.file_seconds * len(files)
        with self._turn, tempfile.TemporaryFile() as output:
            process = self.start("--convert-to", kind, "--outdir", out, *files, output=output)
            try:
                process.wait(seconds)
            except subprocess.TimeoutExpired:
                _drop_last(out)
                return f"it took too long and was stopped after {seconds:g} seconds."
            finally:
                end(process)
            output.seek(0)
            complaint = [line for line in output.read().decode("utf-8", "replace").split("\n") if "Error" in line]
        if process.returncode:
            _drop_last(out)
            return f"it crashed (status {process.returncode}), twice."
        return complaint[-1].partition("Error: ")[2] if complaint else "it wrote nothing."

    def start(self, *what: str | Path, output=subprocess.DEVNULL) -> subprocess.Popen:
        """The office as a process of this driver's; whoever starts it ends it, and it ends with this process."""
        command = [
            *(TIED if sys.platform != "win32" else ()),
            self.office.soffice,
            "--headless",
            "--norestore",
            "--nologo",
            "--nodefault",
            "--nolockcheck",
            f"-env:UserInstallation={(self.folder / 'profile').as_uri()}",
            f"-env:BUNDLED_EXTENSIONS={(self.folder / 'extensions').as_uri()}",
            f"-env:UNO_SHARED_PACKAGES={(self.folder / 'none').as_uri()}",
        ]
        environment = {**calc_install.environment(), "SAL_USE_VCLPLUGIN": "svp"}
        return subprocess.Popen(
            [*command, *what],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=environment,
            cwd=self.folder,
        )


def _settings() -> str:
    items = [
        f'<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, values in SETTINGS.items()
        for name, value in values.items()
    ]
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry">'
        f"{''.join(items)}</oor:items>\n"
    )


def _drop_last(folder: Path) -> None:
    """The last file written may be half a file where the office did not end by itself."""
    if written := sorted(folder.glob("*"), key=lambda file: file.stat().st_mtime):
        written[-1].unlink()


def end(process: subprocess.Popen) -> None:
    """End the office with all it started."""
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


# What became of it -------------------------------------------------------------------------------------------------


def read(workbook: Path) -> dict[str, dict[str, object]]:
    """The values saved in a workbook: sheet → cell → value."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # data bars and the like that openpyxl would not write again
        book = openpyxl.load_workbook(workbook, data_only=True)
    return {
        sheet.title: {c.coordinate: c.value for row in sheet.iter_rows() for c in row if c.value is not None}
        for sheet in book.worksheets
    }
