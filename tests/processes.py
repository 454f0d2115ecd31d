"""A program run to its end, or ended after a while with all that it started."""

import subprocess

from xlalloc.hosts.calc_driver import end


def run(command: list, seconds: float, **options) -> subprocess.CompletedProcess:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True, **options
    )
    try:
        said, complained = process.communicate(timeout=seconds)
    finally:
        end(process)
    return subprocess.CompletedProcess(command, process.returncode, said, complained)
