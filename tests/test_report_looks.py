"""What our report looks like on paper: full pages, none torn, headers repeated, charts that fit what they show."""

import re
import subprocess

import openpyxl
import pytest
import report_data as rd
from openpyxl.utils import get_column_letter, range_boundaries
from test_report_pages import many

from xlalloc.documents.heights import width_of
from xlalloc.reports import clients_workbook, run
from xlalloc.reports.report_page import AFTER, NOW, TARGET
from xlalloc.reports.report_template import packaged

LANGS = ("en", "zh")
HEADED = re.compile(r"\S+ .*(Code|Price of)")  # a line of a table's header


def printed(office, folder, path) -> list[str]:
    """The text of every page as LibreOffice prints it."""
    (pdf,) = office.pdf([path], folder)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout
    return text.split("\f")[:-1]


def of_assets(tmp_path, count: int):
    sheets, names = many(tmp_path, count)
    history = [
        list(row)
        for row in openpyxl.load_workbook(clients_workbook.write_clients(tmp_path / "e.xlsx"))["history"].iter_rows(
            min_row=2, values_only=True
        )
    ]
    at = history[0].index("id")
    sheets["history"] = [history[0], *[row for row in history[1:] if row[at] == "K004"]]
    run.report(rd.write_book(tmp_path / "in.xlsx", sheets), tmp_path / "out", lang="en")
    return tmp_path / "out/K004.xlsx", names


# Printed -------------------------------------------------------------------------------------------------------------


def test_eight_assets_take_seven_pages_at_most_and_each_sheet_one(tmp_path, office):
    path, names = of_assets(tmp_path, 8)
    pages = printed(office, tmp_path, path)
    sheets = openpyxl.load_workbook(path).sheetnames
    assert "Your account" in sheets and 6 <= len(pages) == len(sheets) <= 7
    orders = pages[sheets.index("Orders")]
    assert all(name in orders for name in names) and "What it costs" in orders


def test_a_hundred_and_fifty_take_fifteen_at_most_and_repeat_their_headers(tmp_path, office):
    path, names = of_assets(tmp_path, 150)
    pages = printed(office, tmp_path, path)
    assert len(pages) <= 15
    listed = [page for page in pages if sum(line.strip().startswith(tuple(names)) for line in page.splitlines()) > 25]
    assert len(listed) >= 6  # holdings, orders, prices, on two pages or more each
    for page in listed:
        first = next(k for k, line in enumerate(page.splitlines()) if line.strip().startswith(tuple(names)))
        assert any(HEADED.search(line) for line in page.splitlines()[:first]), page[:600]
        assert "K004" in "".join(page.splitlines()[:first])  # whose it is
    assert not any("Not printed" in page for page in pages)


# As built ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=LANGS)
def book(request):
    return openpyxl.load_workbook(packaged(request.param, internal=False))


def under(cell) -> str | None:
    """The kind of line below a cell."""
    return cell.border.bottom.style if cell.border.bottom is not None else None


def area(sheet) -> tuple[int, int, int, int]:
    return range_boundaries(sheet.print_area.rpartition("!")[2].replace("$", ""))


def test_charts_lie_on_the_page_and_what_they_are_drawn_from_is_on_their_sheet(book):
    """No sheet needs another, hidden one; of columns beside each other none is beyond the paper."""
    drawn = 0
    for sheet in book:
        for chart in sheet._charts:
            _, _, right, bottom = area(sheet)
            assert chart.anchor.to.row < bottom and chart.anchor.to.col < right, sheet.title
            for series in chart.series:
                refs = [series.val, series.xVal and series.yVal]
                for ref in [r.numRef.f for r in refs if r is not None]:
                    assert ref.rpartition("!")[0].strip("'") == sheet.title
                    drawn += 1
    assert drawn > 15


def test_every_page_is_of_one_width_so_that_its_type_is_of_one_size(book):
    widths = []
    for sheet in book:
        if sheet._charts or sheet.print_area:
            _, _, right, _ = area(sheet)
            widths.append(sum(sheet.column_dimensions[get_column_letter(k)].width for k in range(1, right + 1)))
    assert max(widths) / min(widths) < 1.06


def test_a_page_is_one_sheet_of_paper_or_repeats_the_header_of_its_last_table(book):
    for sheet in book:
        if not sheet.print_area or sheet.page_setup.fitToHeight == 1:
            continue
        first, last = (int(row) for row in sheet.print_title_rows.replace("$", "").split(":"))
        if first > 1:  # a table's heading and header: nothing but its rows and its sums comes after
            assert sheet.cell(last, 2).fill.fgColor.rgb and sheet.cell(last, 2).font.bold
            heads = [row for row in range(last + 1, sheet.max_row + 1) if under(sheet.cell(row, 2)) == "medium"]
            assert not heads, sheet.title


def test_headers_of_one_word_fit_their_columns(book):
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if (
                    under(cell) in ("medium", "thick")
                    and cell.row > 3
                    and isinstance(cell.value, str)
                    and cell.value[0] != "="
                ):
                    room = sheet.column_dimensions[cell.column_letter].width * 11 / cell.font.sz
                    longest = max(cell.value.split(), key=width_of)
                    assert width_of(longest, 0.95) <= room + (
                        0.5 * room if width_of(longest) > len(longest) * 1.5 else 0
                    ), (sheet.title, cell.coordinate, cell.value)


def test_one_colour_is_one_state(book):
    """Headers and series: now, after these orders and target have a colour each, in this order."""
    words = {("Now", "当前"): NOW, ("After these orders", "交易后"): AFTER, ("Target", "目标"): TARGET}
    colours = {word: colour for pair, colour in words.items() for word in pair}
    seen = set()
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in colours and under(cell) == "thick":
                    assert cell.border.bottom.color.rgb[-6:] == colours[cell.value], (sheet.title, cell.coordinate)
                    seen.add(cell.value)
        for chart in sheet._charts:
            fills = [series.graphicalProperties.solidFill for series in chart.series]
            fills = [
                fill if isinstance(fill, str) else getattr(fill.srgbClr, "val", fill.srgbClr)
                for fill in fills
                if fill is not None
            ]
            if len(fills) == 3 and chart.tagname == "barChart":
                assert fills == [NOW, AFTER, TARGET]
    assert len(seen) == 3
