"""Files as programs save them: what Excel shows and hides, web pages and other kinds that are called .xls."""

import openpyxl
import pytest
from test_real_files import put, read, us
from test_units_of_exports import refusals, worth

from xlalloc.errors import InputError

HEAD = ["Symbol", "Quantity", "Price", "Market Value"]
VTI, BND = ["VTI", 100, 301.2, 30120], ["BND", 1200.5, 72.1, 86556.05]
WORTH = {"Total Market ETF": 30_120, "Bond ETF": 86_556.05}


def book(folder, change=None, rows=(HEAD, VTI, BND), name="holdings.xlsx"):
    file = openpyxl.Workbook()
    for row in rows:
        file.active.append(row)
    if change:
        change(file)
    file.save(us(folder) / name)
    return folder


def test_hidden_rows_are_read_and_said(tmp_path):
    def hide(file):
        file.active.row_dimensions[3].hidden = True
        file.active.auto_filter.ref = "A1:D3"

    assert worth(book(tmp_path, hide)) == pytest.approx(WORTH)
    (found,) = (p for p in read(tmp_path).problems.items if p.kind == "hidden_rows")
    assert (found.location.row, dict(found.words)) == (3, {"count": "1"})


def test_a_hidden_sheet_without_a_name_of_ours_is_not_read(tmp_path):
    def hide(file):
        old = file.create_sheet("old", 0)
        for row in (HEAD, ["VTI", 1, 301.2, 301.2]):
            old.append(row)
        old.sheet_state = "veryHidden"

    assert worth(book(tmp_path, hide, name="export.xlsx")) == pytest.approx(WORTH)


@pytest.mark.parametrize(
    "form", [r"_-* #,##0.00\ _D_M_-", r"#,##0.00_d;[Red]-#,##0.00_m", r'_ "¥"* #,##0.00_ ', "*y#,##0"]
)
def test_a_space_of_a_letters_width_makes_no_date(tmp_path, form):
    def change(file):
        for row in (2, 3):
            file.active.cell(row, 4).number_format = form

    assert worth(book(tmp_path, change)) == pytest.approx(WORTH)


def test_every_cell_guarded_as_text_the_headers_too(tmp_path):
    rows = [[f'="{cell}"' for cell in row] for row in (HEAD, VTI, BND)]
    put(us(tmp_path), "holdings.xls", "gbk", "".join("\t".join(row) + "\n" for row in rows))
    assert worth(tmp_path) == pytest.approx(WORTH)


PAGES = {
    "cells over several columns": '<table><tr><td colspan="2">Symbol</td><td>Quantity</td><td>Market Value</td></tr><tr><td>VTI</td><td>x</td><td>100</td><td>30120</td></tr><tr><td colspan=2>BND<td>1200.5<td>86556.05</table>',
    "cells over several rows": '<table><tr><td>Group<td>Symbol<td>Quantity<td>Market Value</tr><tr><td rowspan="2">ETF<td>VTI</td><td>100</td><td>30120</td></tr><tr><td>BND</td><td>1200.5</td><td>86556.05</td></tr></table>',
    "no closing tags": "<table><tr><td>Symbol<td>Quantity<td>Market Value<tr><td>VTI<td>100<td>30120<tr><td>BND<td>1200.5<td>86556.05</table>",
}  # fmt: skip


@pytest.mark.parametrize("kind", PAGES)
@pytest.mark.parametrize("name", ["holdings.xls", "holdings.html"])
def test_cells_of_a_web_page_stand_in_their_own_columns(tmp_path, kind, name):
    put(us(tmp_path), name, "utf-8", PAGES[kind])
    assert worth(tmp_path) == pytest.approx(WORTH)


def test_a_client_in_a_cell_over_several_rows_is_asked_for_in_each(tmp_path):
    page = PAGES["cells over several rows"].replace("Group", "Client").replace("ETF", "Z123")
    put(us(tmp_path), "holdings.xls", "utf-8", page)
    assert refusals(tmp_path) == {"no_id_in_row"}


@pytest.mark.parametrize(
    "name,data,words",
    [
        ("holdings.ods", b"PK", r"not recognised: holdings\.ods\. Name the one that is meant so, and save it as \.csv or \.xlsx"),
        ("持仓.et", b"\xd0\xcf\x11\xe0", r"not recognised: 持仓\.et"),
        ("dump.csv", b"a,b\n1,2\n", "not recognised: dump"),
        ("holdings.xls", b'<?xml version="1.0"?><Workbook/>', r"holdings\.xls: an XML file or a web archive .* save it as \.xlsx"),
        ("holdings.xls", b"MIME-Version: 1.0\n", r"holdings\.xls: an XML file or a web archive"),
        ("holdings.xls", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), r"holdings\.xls: protected by a password"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_is_named_with_the_remedy(tmp_path, name, data, words):
    (us(tmp_path) / name).write_bytes(data)
    with pytest.raises(InputError, match=words):
        read(tmp_path)
