"""The README and the handbook as a reader uses them: what they show was computed, every command can be typed."""

import contextlib
import re
import shlex

import click
import pytest
from click.testing import CliRunner
from pages import DOCS

from xlalloc.catalogue import CATALOGUE
from xlalloc.cli import main

ROOT = DOCS.parent
PAGES = sorted([*DOCS.glob("*.md"), *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md"))])


def test_what_the_readme_shows_is_what_the_command_prints():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.findall(r"^\$ (xlalloc eval .*)\n((?:(?!\$|```).*\n)+)", text, re.MULTILINE)
    assert len(found) >= 2
    for command, shown in found:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.output == shown, command


def test_the_number_of_functions_is_right_wherever_it_stands():
    counted = 0
    for path in PAGES:
        for number in re.findall(r"(\d{3}) (?:functions|个函数)", path.read_text(encoding="utf-8")):
            counted += 1
            assert int(number) == len(CATALOGUE), path
    assert counted >= 3


def commands(path):
    """The xlalloc commands of a page: lines of code blocks, and code in sentences."""
    text = path.read_text(encoding="utf-8")
    blocks = re.findall(r"```\w*\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.split("\n")]
    lines += re.findall(r"(?<!`)`((?:xlalloc|python -m) [^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in lines:
        for part in re.split(r"&&|  +#", line.strip().removeprefix("$ ")):
            if part.strip().startswith("xlalloc "):
                yield part.strip()


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_every_command_of_a_page_can_be_typed(path):
    for line in commands(path):
        words = [word for word in shlex.split(line, comments=True)[1:] if word != "…"]
        if not words or words[0].startswith("-"):
            assert words in (["--version"], []), line
            continue
        command = main.commands.get(words[0])
        assert command, line
        with contextlib.suppress(click.MissingParameter):  # the command named in a sentence, not typed
            command.make_context(words[0], words[1:]).close()


def test_the_readme_says_first_what_it_is_and_links_after_two_screens():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    lines = text.split("\n")
    assert any(line.startswith("![") for line in lines[:12])
    assert lines.index("## Where to go on") < 80
    assert [text.index(words) for words in ("xlalloc-setup", "pip install .", "LibreOffice**")] == sorted(
        text.index(words) for words in ("xlalloc-setup", "pip install .", "LibreOffice**")
    )
