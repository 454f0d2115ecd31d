"""The line between LibreOffice and the Python that computes: messages over a child's standard input and output.

Both ends use this file: the child imports it, and the extension carries a copy into LibreOffice's own Python, which
knows neither numpy nor xlalloc and may be older (3.9). Nothing listens anywhere: no port, no socket, no named pipe.
"""

import contextlib
import io
import os
import pickle
import re
import struct
import subprocess
import sys
import tempfile
import threading
import time

# Calc's own error numbers; a cell that is a NaN with one of them in its low bits becomes that error value.
CODES = {"#NULL!": 521, "#DIV/0!": 532, "#VALUE!": 519, "#REF!": 524, "#NAME?": 525, "#NUM!": 503, "#N/A": 0x7FFF}
READY = b"xlalloc is ready\0\n"  # what stands before it was printed while Python started, and is no message
START_LIMIT = 60  # seconds for the child to import numpy and the functions, on a slow disk too
CALL_LIMIT = 300  # a call that takes longer is stopped: it would freeze the office for good
REST = 30  # seconds of rest after a failure: not every cell of a sheet is to wait for the next one
QUICK = 5  # a child that died sooner than this into a call is given the call once more


def error(code):
    """The float that Calc shows as an error value."""
    return struct.unpack("<d", struct.pack("<Q", 0x7FF8000000000000 | CODES.get(code, CODES["#VALUE!"])))[0]


class _Plain(pickle.Unpickler):
    """Reads numbers, texts, lists and tuples; a message that names a class is refused."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError("a message holds " + module + "." + name)


def send(stream, message):
    """Write one message: its length, then its bytes."""
    data = pickle.dumps(message, 4)
    stream.write(struct.pack("<Q", len(data)))
    stream.write(data)
    stream.flush()


def receive(stream):
    """Read one message; EOFError where the other end is gone, even in the middle of one."""
    head = stream.read(8)
    size = struct.unpack("<Q", head)[0] if len(head) == 8 else 0
    data = stream.read(size)
    if not size or len(data) < size:
        raise EOFError("the other end is gone")
    return _Plain(io.BytesIO(data)).load()


def translated(text, words):
    """The text in another language, by a table of lines: English, a tab, the translation, both with the same places."""
    for line in words.splitlines():
        english, own = line.split("\t")
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(english))
        found = re.fullmatch(pattern, text, re.DOTALL)
        if found:
            return own.format(**found.groupdict())
    return text


class Broken(Exception):
    """The child could not be started, or died; the text says why."""


class Child:
    """The Python that computes, started when it is first needed and again whenever it died."""

    def __init__(self, python):
        # -P: nothing is imported from the folder the office happens to stand in
        self._command = [python, "-X", "utf8", "-P", "-m", "xlalloc.hosts.calc_child"]
        self._process, self._lock = None, threading.Lock()
        self._failed, self.reason = None, ""
        self.language = ""  # the office's, such as zh-CN, for what the child says

    def call(self, name, arguments):
        """The function's rows of cells. A child that dies at once is started anew and asked once more."""
        with self._lock:
            for last in (False, True):
                begun = time.monotonic()
                try:
                    process = self._process
                    if process is None or process.poll() is not None:
                        process = self._start()
                    send(process.stdin, (name, arguments))
                    return receive(process.stdout)
                except (EOFError, OSError, pickle.PickleError) as broken:
                    self._stop()
                    if last or time.monotonic() - begun > QUICK:
                        self._failed = time.monotonic()
                        raise self._broken(name + ": the Python that computes stopped in the middle of it.") from broken
        return None

    def _start(self):
        if self._failed is not None and time.monotonic() - self._failed < REST:
            raise Broken(self.reason)
        self._stop()
        self._failed = None
        with tempfile.TemporaryFile() as complaints:
            try:
                process = self._process = subprocess.Popen(
                    self._command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=complaints,
                    env=_environment(self.language),
                    creationflags=0x08000000 if sys.platform == "win32" else 0,  # no window
                )
                guard = threading.Timer(START_LIMIT, process.kill)
                guard.start()
                try:
                    if not any(line.endswith(READY) for line in process.stdout or ()):
                        raise EOFError("it stopped, or was not ready within a minute")
                finally:
                    guard.cancel()
                return process
            except (EOFError, OSError) as broken:
                self._stop()
                complaints.seek(0)
                complaint = complaints.read().decode("utf-8", "replace").strip().split("\n")[-1] or str(broken)
                self._failed = time.monotonic()
                raise self._broken(self._command[0] + " could not be started: " + complaint) from broken

    def _broken(self, reason):
        self.reason = reason
        return Broken(reason)

    def _stop(self):
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError), process:  # what was still to be written finds nobody
                process.kill()

    close = _stop


def _environment(language=""):
    """The environment of the user, without what an office sets for its own Python."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    if language:
        own.setdefault("XLALLOC_LANG", language)  # what the user set goes first
    return own
