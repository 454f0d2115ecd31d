"""What is shipped and relied on: no network at run time, known licences, bounds, pinned downloads."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = SETTINGS["project"]
LICENCES = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")

# Run in the interpreter before the command: every attempt to reach a network ends it.
NO_NETWORK = """
import os, sys
def watch(event, arguments):
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.getaddrinfo", "socket.gethostbyname"):
        sys.stderr.write(f"network: {event} {arguments[1:]}\\n")
        sys.stderr.flush()
        os._exit(99)
sys.addaudithook(watch)
"""
COMMANDS = [
    ["eval", "=RP_WEIGHTS({0.04,0.006;0.006,0.01})"],
    ["eval", "=XLALLOC_INFO()"],
    ["list"],
    ["help", "SORTINO"],
    ["demo", "--out", "demo"],
    ["template", "balanced", "--out", "balanced.xlsx"],
    ["template", "clients", "--out", "clients.xlsx"],
    ["template", "report", "--out", "firm.xlsx"],
    ["handbook", "tutorial"],
    ["build", "excel", "--out", "xlalloc.xlam"],
    ["build", "calc", "--out", "xlalloc.oxt"],
    ["doctor"],
]


def run(code: str, folder: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "HOME": str(folder), "LOCALAPPDATA": str(folder)}
    return subprocess.run(
        [sys.executable, "-c", NO_NETWORK + code], cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2]))
def test_no_command_reaches_for_a_network(words, tmp_path):
    done = run(f"sys.argv = ['xlalloc', *{words!r}]\nfrom xlalloc.cli import main\nmain()", tmp_path)
    assert done.returncode == 0, done.stderr


def test_the_watch_on_the_network_watches(tmp_path):
    assert run("import socket\nsocket.create_connection(('127.0.0.1', 9))", tmp_path).returncode == 99
    assert run("import socket\nsocket.getaddrinfo('localhost', 80)", tmp_path).returncode == 99


def plain(name: str) -> str:
    return name.casefold().replace("_", "-")


def relied_on() -> set[str]:
    """Every package that installing xlalloc brings along here."""
    found: set[str] = set()
    ahead = [Requirement(line) for line in PROJECT["dependencies"]]
    while ahead:
        requirement = ahead.pop()
        name = plain(requirement.name)
        if name not in found and (requirement.marker is None or requirement.marker.evaluate({"extra": ""})):
            found.add(name)
            ahead += [Requirement(line) for line in importlib.metadata.requires(name) or ()]
    return found


def test_the_licence_of_every_package_is_listed():
    listed = set(re.findall(r"^\| ([\w.-]+) \|", LICENCES, re.MULTILINE))
    assert relied_on() <= {plain(name) for name in listed}


def test_what_the_setup_ships_is_listed_too():
    shipped = (ROOT / "xlalloc" / "hosts" / "setup" / "wheels.txt").read_text(encoding="utf-8")
    names = {plain(name) for name in re.findall(r"^([\w.-]+)==", shipped, re.MULTILINE)}
    listed = {plain(name) for name in re.findall(r"^\| ([\w.-]+) \|", LICENCES, re.MULTILINE)}
    assert names <= listed and "pandas" not in names and "pyopenvba" not in names


def test_listed_licences_are_those_the_packages_state():
    for name, licence in re.findall(r"^\| ([\w.-]+) \| ([^|]+) \|", LICENCES, re.MULTILINE)[1:]:
        try:
            about = importlib.metadata.metadata(name)
        except importlib.metadata.PackageNotFoundError:
            continue  # one that only Windows needs
        stated = " ".join(
            [about.get("License-Expression") or "", about.get("License") or "", *about.get_all("Classifier", [])]
        )
        family = licence.split("-")[0].split()[0]  # BSD, MIT, PSF
        assert family.casefold() in stated.casefold(), (name, licence, stated[:200])


def test_every_requirement_has_a_lower_bound():
    extras = PROJECT["optional-dependencies"]
    for line in PROJECT["dependencies"] + extras["test"] + extras["dask"] + extras["docs"]:
        assert line.startswith("xlalloc[") or re.match(r"[\w.-]+>=[\d.]+", line), line


def test_what_the_tests_download_is_pinned_by_hash():
    lists = [*(ROOT / ".ci").glob("*.txt"), *(ROOT / "xlalloc" / "hosts" / "setup").glob("*.txt")]
    assert len(lists) >= 4
    for path in lists:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+ --hash=sha256:[0-9a-f]{64}", line), line


def test_every_file_of_the_handbook_travels_with_the_package():
    patterns = SETTINGS["tool"]["setuptools"]["data-files"]["share/xlalloc/docs"]
    packed = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert set((ROOT / "docs").iterdir()) <= packed


def test_the_hooks_before_a_commit_are_the_tools_of_the_tests():
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    modules = re.findall(r"entry: python -m (\w+)", hooks)
    assert modules and all(
        any(line.startswith(name) for line in PROJECT["optional-dependencies"]["test"]) for name in modules
    )
