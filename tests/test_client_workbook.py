"""A client's own workbook: nothing of anybody else, no formula from her texts, nothing the adviser keeps to himself."""

import copy
import io
import re
import zipfile
from html import unescape

import openpyxl
import pytest
from click.testing import CliRunner

from xlalloc.cli import main
from xlalloc.reports import clients_workbook
from xlalloc.reports.client_case import client_case
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read
from xlalloc.reports.records import Lots
from xlalloc.templates import case_workbook

FORMULA = '=HYPERLINK("http://canary.example","CANARY-NAME")'
PRODUCT = "=2+5+CANARYPRODUCT!A0"


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    return read(clients_workbook.write_clients(tmp_path_factory.mktemp("clients") / "clients.xlsx"))


def marked(inputs, client):
    """The client with a canary in every text there is of her."""
    client, lots = copy.copy(client), Lots()
    for lot in client.lots:
        lot.account = "CANARY-ACCOUNT"
        lots.append(lot)
    client.lots, client.name, client.notes = lots, FORMULA, "CANARY-NOTES"
    client.adviser, client.household, client.investor_class = "CANARY-ADVISER", "CANARY-HOUSE", "CANARY-CLASS"
    asset = copy.copy(inputs.assets[client.lots[0].asset])
    asset.name_zh, own = PRODUCT, copy.copy(inputs)
    own.assets = {**inputs.assets, asset.name: asset}
    return client, own


def parts(data: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode("utf-8", "replace") for name in archive.namelist()}


def formulas(found: dict[str, str]) -> set[str]:
    return {text for xml in found.values() for text in re.findall(r"<f\b[^>]*>([^<]*)</f>", xml)}


def test_nothing_of_hers_becomes_a_formula_and_nothing_internal_goes_along(inputs):
    for client in inputs.clients[:2]:  # in Chinese, whose product has the other canary
        plain = parts(case_workbook.filled(client_case(compute(client, inputs), inputs), client.language).file())
        own, changed = marked(inputs, client)
        found = parts(case_workbook.filled(client_case(compute(own, changed), changed), own.language).file())
        assert formulas(found) == formulas(plain) and len(formulas(found)) > 300
        text = unescape("".join(found.values()))
        assert FORMULA in text and PRODUCT in text  # she is there, as text
        assert not re.search(r"CANARY-(NOTES|ADVISER|ACCOUNT|HOUSE|CLASS)", text)
        names = re.findall(r"<definedName\b.*?</definedName>", found["xl/workbook.xml"])
        assert names == re.findall(r"<definedName\b.*?</definedName>", plain["xl/workbook.xml"])
        assert "CANARY" not in "".join(names)


def test_nothing_of_other_clients_and_nothing_kept_from_the_one_before(inputs):
    """One process, one template, several clients: each file is what a process of its own would write."""
    files = {
        c.id: case_workbook.filled(client_case(compute(c, inputs), inputs), c.language).file() for c in inputs.clients
    }
    for client in inputs.clients:
        text = unescape("".join(parts(files[client.id]).values()))
        assert client.name in text
        for other in inputs.clients:
            if other is not client:
                assert other.name not in text and other.id not in text
    case_workbook.template.cache_clear()
    again = inputs.clients[-1]
    assert case_workbook.filled(client_case(compute(again, inputs), inputs), again.language).file() == files[again.id]


def test_every_input_cell_is_hers_or_blank(inputs):
    """The template has no client: filled, its free inputs hold nothing, not even an empty text or a formula."""
    client = inputs.clients[0]
    book = openpyxl.load_workbook(
        io.BytesIO(case_workbook.filled(client_case(compute(client, inputs), inputs), "zh").file())
    )
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if not cell.protection.locked]
    assert len(cells) > 1000
    assert not [c.coordinate for c in cells if c.data_type == "f" or c.value == ""]
    assert book.sheetnames and "xl_data" not in book.sheetnames


def test_the_command_writes_it(tmp_path):
    source = clients_workbook.write_clients(tmp_path / "clients.xlsx")
    done = CliRunner().invoke(main, ["template", "--client", f"{source}:K005", "--out", str(tmp_path / "K005.xlsx")])
    assert done.exit_code == 0, done.output
    shown = openpyxl.load_workbook(tmp_path / "K005.xlsx", data_only=True)
    assert " · Conservative · age 67" in shown.worksheets[0]["B2"].value
    errors = [c.coordinate for s in shown for row in s.iter_rows() for c in row if c.data_type == "e"]
    assert errors == []
