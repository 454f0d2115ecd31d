"""The page for Python users: its code runs, one block after another, and prints what stands below it."""

import contextlib
import io
import re

import pytest
from pages import DOCS
from reference import market

from xlalloc.reports.clients_workbook import write_clients


@pytest.mark.parametrize("name", ["python.md", "python.zh.md"])
def test_the_code_of_the_page_prints_what_it_says(name, tmp_path, monkeypatch):
    try:
        market.stocks()
    except market.DataMissingError as reason:
        pytest.skip(str(reason))
    page = (DOCS / name).read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)\n```\n*(?:```text\n(.*?)\n```)?", page, re.DOTALL)
    assert len(blocks) == page.count("```python") >= 10
    monkeypatch.chdir(tmp_path)
    write_clients("clients.xlsx")
    known: dict = {}
    for code, shown in blocks:
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            exec(compile(code, name, "exec"), known)
        lines = [line.rstrip() for line in said.getvalue().splitlines()]
        assert lines == [line.rstrip() for line in shown.split("\n")], code
