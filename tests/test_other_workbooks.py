"""Workbooks of other kinds: XML spreadsheets called .xls, and with python-calamine old .xls files and OpenDocument."""

import datetime as dt
import shutil
import sys
import zipfile
from pathlib import Path

import exports
import pytest
from test_kinds_of_files import WORTH
from test_real_files import put, read, us
from test_units_of_exports import worth

from xlalloc.errors import InputError

OLD = Path(__file__).parent / "reference" / "positions.xls"  # saved by LibreOffice; its second sheet is hidden
SHEET = '<Worksheet ss:Name="{}"><Table>{}</Table></Worksheet>'
XML = (
    '\ufeff<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook '
    'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">{}</Workbook>'
)


def cell(value, more: str = "") -> str:
    kind = "Number" if isinstance(value, int | float) else "String"
    return f'<Cell{more}><Data ss:Type="{kind}">{value}</Data></Cell>'


def row(*cells: str, more: str = "") -> str:
    return f"<Row{more}>{''.join(one if one.startswith('<') else cell(one) for one in cells)}</Row>"


POSITIONS = "".join(
    [
        row(cell("Positions", ' ss:MergeAcross="3"')),
        row("Symbol", "Description", "Quantity", "Market Value", more=' ss:Index="4"'),
        row("VTI", "A &amp; B<Comment/>", cell(100), cell(30120)).replace("<Comment/>", "").replace(
            "</Data></Cell><Cell><Data ss:Type=\"Number\">100", "</Data><Comment><Data>old</Data></Comment></Cell><Cell><Data ss:Type=\"Number\">100"),
        row("BND", cell(1200.5, ' ss:Index="3"'), cell(86556.05)),
    ]
)  # fmt: skip


@pytest.mark.parametrize("prefix", ["", "ss:"])
def test_an_xml_spreadsheet_called_xls(tmp_path, prefix):
    text = XML.format(SHEET.format("Cover", row("Our bank")) + SHEET.format("Export", POSITIONS))
    for tag in ("Worksheet", "Table", "Row", "Cell", "Data") if prefix else ():
        text = text.replace(f"<{tag}", f"<{prefix}{tag}").replace(f"</{tag}>", f"</{prefix}{tag}>")
    put(us(tmp_path), "Portfolio.xls", "utf-8", text)
    assert worth(tmp_path) == pytest.approx(WORTH)
    found = {lot.asset: (lot.units, lot.row) for lot in read(tmp_path).clients[0].lots}
    assert found == {"Total Market ETF": (100, 5), "Bond ETF": (1200.5, 6)}


def test_prices_in_an_xml_spreadsheet(tmp_path):
    rows = [
        row("As Of", "NAV per Share"),
        *[row(f"{d:%b %d, %Y}", cell(p)) for d, p in zip(exports.DAYS, exports.VTI, strict=True)],
    ]
    folder = us(tmp_path, holdings=[["id", "asset", "units"], ["Z123", "VTI", 100]])
    put(folder, "prices/VTI.xls", "utf-8", XML.format(SHEET.format("Historical", "".join(rows))))
    market = read(folder).market
    assert market.panel[:, market.assets.index("Total Market ETF")].tolist() == exports.VTI


OPEN = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="Export">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)


def open_document(path: Path, rows: list[list]) -> None:
    def one(value) -> str:
        kind = f'float" office:value="{value}' if isinstance(value, int | float) else "string"
        return f'<table:table-cell office:value-type="{kind}"><text:p>{value}</text:p></table:table-cell>'

    table = "".join(f"<table:table-row>{''.join(map(one, cells))}</table:table-row>" for cells in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", OPEN.format(table))


@pytest.mark.parametrize("name", ["Portfolio.xls", "holdings.xls", "Portfolio.ods", "持仓.ods"])
def test_old_and_open_workbooks_are_read_where_calamine_is_installed(tmp_path, name):
    pytest.importorskip("python_calamine")
    us(tmp_path)
    if name.endswith("xls"):
        shutil.copy(OLD, tmp_path / name)
    else:
        rows = [
            ["Symbol", "Quantity", "Market Value"],
            ["VTI", 100, 30120],
            ["BND", 1200.5, 86556.05],
            ["Total", "", 116676.05],
        ]
        open_document(tmp_path / name, rows)
    assert worth(tmp_path) == pytest.approx(WORTH)
    if name.endswith("xls"):
        bought = [lot.bought_on for lot in read(tmp_path).clients[0].lots]
        assert bought == [dt.date(2025, 2, 3), dt.date(2024, 3, 13)]
        assert "unknown_sheet" in {problem.kind for problem in read(tmp_path).problems.items}  # the hidden one


def test_without_calamine_the_message_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    shutil.copy(OLD, us(tmp_path) / "holdings.xls")
    with pytest.raises(
        InputError, match=r"holdings\.xls: an old \.xls file\. Open it in Excel or LibreOffice and save it as \.xlsx"
    ):
        read(tmp_path)
    (tmp_path / "holdings.xls").rename(tmp_path / "holdings.ods")
    with pytest.raises(
        InputError,
        match=r"not recognised: holdings\.ods\. Name the one that is meant so, and save it as \.csv or \.xlsx",
    ):
        read(tmp_path)
