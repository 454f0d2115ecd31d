"""Where the trace of an unexpected failure goes: never into a cell."""

import os
import sys
from pathlib import Path


def path() -> Path:
    """The log file of this user."""
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Logs"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return folder / "xlalloc" / "xlalloc.log"


def trace(what: str) -> None:
    """Append the running exception's trace; a log that cannot be written must not hide the answer."""
    import traceback

    try:
        file = path()
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as log:
            log.write(f"{what}\n{traceback.format_exc()}\n")
    except OSError:
        pass
