"""Stamped workbooks: the same as openpyxl draws, cell for cell; valid; nobody else's word in them."""

import datetime as dt
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pytest
import report_data as rd
from openpyxl.xml.functions import tostring

from xlalloc.errors import ErrorValue
from xlalloc.reports import look, pages, stamp
from xlalloc.reports.compute import compute
from xlalloc.reports.notes_page import About
from xlalloc.reports.read import read
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.layout import Document

ABOUT = About("0123456789abcdef", "Illustrative: simulated.", True)
PARTS = ("font", "fill", "border", "alignment", "number_format", "protection", "quotePrefix")


@pytest.fixture(scope="module")
def sheets(tmp_path_factory):
    return rd.example(tmp_path_factory.mktemp("example"))


@pytest.fixture(scope="module")
def results(tmp_path_factory, sheets):
    """Reports of all shapes: five clients in two languages, many assets, without a plan, without prices, with errors."""
    folder = tmp_path_factory.mktemp("clients")
    inputs = read(rd.write_book(folder / "clients.xlsx", sheets))
    found = [compute(client, inputs) for client in inputs.clients]
    bare = {name: [list(row) for row in rows[: 1 if name == "prices" else None]] for name, rows in sheets.items()}
    for row in bare["holdings"][1:]:
        row[bare["holdings"][0].index("price")] = 10
    without = read(rd.write_book(folder / "bare.xlsx", bare))
    found += [compute(client, without) for client in without.clients]
    return [*found, broken(found[0]), broken(found[3])]


def broken(result):
    """Errors and hostile words wherever a client's text or a figure stands."""
    error = ErrorValue("#NUM!", "no answer")
    rows = [[*row] for row in result.drift]
    rows[0][1] = float("inf")
    rows[1][0] = '=HYPERLINK("x")' + "long name " * 5
    measures = {key: [error, None, np.float64(0.5)] for key in result.measures}
    client = replace(result.client, name="=1+1 <&> \x07\ud800 % \x01", adviser="+cmd|' /C calc'!A0")
    return replace(
        result, client=client, drift=rows, measures=measures, risk_now=error, orders=error, sales=[], purchases=[],
        due=error, names=["@SUM(1)", *result.names[1:]], reasons={"a": "%s %d %(x)s {0}"},
    )  # fmt: skip


def drawn(result) -> openpyxl.Workbook:
    """As openpyxl itself draws and reads it."""
    document = pages.draw(result, ABOUT, Document(result.lang, TEXTS))
    buffer = io.BytesIO()
    document.book.save(buffer)
    return openpyxl.load_workbook(buffer)


def test_stamped_is_what_openpyxl_draws(results):
    for result in results[:-2]:
        ours, theirs = openpyxl.load_workbook(io.BytesIO(pages.stamp(result, ABOUT))), drawn(result)
        assert ours.sheetnames == theirs.sheetnames
        for one, two in zip(ours, theirs, strict=True):
            assert sheet_of(one) == sheet_of(two)
            assert cells_of(one) == cells_of(two, exact=True)


def test_hostile_words_and_errors_stay_what_they_are(results):
    for result in results[-2:]:
        book = openpyxl.load_workbook(io.BytesIO(pages.stamp(result, ABOUT)))
        summary, allocation, notes = book.worksheets[0], book.worksheets[1], book.worksheets[-1]
        assert summary["B2"].value == "=1+1 <&>  % " and summary["B2"].data_type == "s" and summary["B2"].quotePrefix
        words = "not available" if result.lang == "en" else "无法计算"
        assert [c.value for row in summary.iter_rows(max_row=12) for c in row].count(words) >= 1
        texts = [c.value for row in notes.iter_rows() for c in row]
        assert f"a{'：' if result.lang == 'zh' else ': '}%s %d %(x)s {{0}}" in texts
        values = {c.value: c for row in allocation.iter_rows() for c in row}
        assert values["@SUM(1)"].quotePrefix and values[words].data_type == "s"
        for sheet in book:
            assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)


def cells_of(sheet, exact: bool = False) -> dict:
    found = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None or cell.has_style:
                number = isinstance(cell.value, float) and not exact  # of which openpyxl writes 16 digits
                value = pytest.approx(cell.value, rel=1e-14, abs=0) if number else cell.value
                found[cell.coordinate] = (value, cell.data_type, *[repr(getattr(cell, part)) for part in PARTS])
    return found


def words_of(rule) -> bytes:
    return tostring(rule.to_tree()) + (tostring(rule.dxf.to_tree("dxf")) if rule.dxf else b"")


def sheet_of(sheet) -> dict:
    """All but the cells."""
    rules = {str(found.sqref): [words_of(rule) for rule in found.rules] for found in sheet.conditional_formatting}
    return {
        "merged": sorted(map(str, sheet.merged_cells.ranges)),
        "widths": {key: size.width for key, size in sheet.column_dimensions.items()},
        "heights": {key: size.height for key, size in sheet.row_dimensions.items() if size.height is not None},
        "frozen": sheet.freeze_panes,
        "breaks": [found.id for found in sheet.row_breaks.brk],
        "charts": [tostring(chart._write()) for chart in sheet._charts],
        "places": [tostring(chart.anchor.to_tree()) for chart in sheet._charts],
        "rules": rules,
        "print": [repr(getattr(sheet, part)) for part in ("page_setup", "page_margins", "print_options", "sheet_properties")],
        "footer": tostring(sheet.HeaderFooter.to_tree()),
        "grid": sheet.sheet_view.showGridLines,
    }  # fmt: skip


def test_same_bytes_whatever_was_stamped_before(results):
    """Styles, charts and blocks kept for other clients leave no trace."""
    first = [pages.stamp(result, ABOUT) for result in results]
    for forget in (look.look_of.cache_clear, stamp._FIXED.clear, stamp._chart.cache_clear):
        forget()
    last = [pages.stamp(result, ABOUT) for result in reversed(results)][::-1]
    assert first == last


def test_parts_are_whole_and_say_what_they_are(results):
    """Every part is declared, every relation leads to a part, every index is in its list."""
    for result in results:
        with zipfile.ZipFile(io.BytesIO(pages.stamp(result, ABOUT))) as archive:
            assert archive.testzip() is None and archive.namelist()[0] == "[Content_Types].xml"
            assert all(info.date_time == (1980, 1, 1, 0, 0, 0) for info in archive.infolist())
            parts = {name: ElementTree.fromstring(archive.read(name)) for name in archive.namelist()}
        declared = {x.get("PartName", "").lstrip("/") for x in parts["[Content_Types].xml"]} - {""}
        assert declared <= set(parts)
        assert {name for name in parts if not name.endswith(".rels") and name != "[Content_Types].xml"} <= declared
        for name, tree in parts.items():
            if name.endswith(".rels"):
                base = Path(name).parent.parent
                for relation in tree:
                    target = relation.get("Target")
                    found = target.lstrip("/") if target.startswith("/") else str(base / target)
                    assert str(Path(found)) in parts, (name, target)
        styles = parts["xl/styles.xml"]
        counts = {child.tag.split("}")[1]: len(child) for child in styles}
        for xf in styles.find(look.MAIN + "cellXfs"):
            assert int(xf.get("fontId")) < counts["fonts"] and int(xf.get("fillId")) < counts["fills"]
            assert int(xf.get("borderId")) < counts["borders"]
        for name, tree in parts.items():
            if name.startswith("xl/worksheets/sheet"):
                order = [child.tag.split("}")[1] for child in tree]
                assert order == [tag for tag in ORDER if tag in order for _ in range(order.count(tag))], name
                used = {int(c.get("s", 0)) for c in tree.iter(look.MAIN + "c")}
                assert max(used) < counts["cellXfs"]
                ranks = [int(rule.get("priority")) for rule in tree.iter(look.MAIN + "cfRule")]
                assert ranks == list(range(1, len(ranks) + 1))
                rows = [int(row.get("r")) for row in tree.iter(look.MAIN + "row")]
                assert rows == sorted(set(rows))


ORDER = ("sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetProtection", "autoFilter",
         "mergeCells", "conditionalFormatting", "dataValidations", "hyperlinks", "printOptions", "pageMargins",
         "pageSetup", "headerFooter", "rowBreaks", "drawing")  # fmt: skip


def test_other_readers_read_it(results, tmp_path):
    from python_calamine import CalamineWorkbook

    for k, result in enumerate(results):
        path = tmp_path / f"{k}.xlsx"
        path.write_bytes(pages.stamp(result, ABOUT))
        book = CalamineWorkbook.from_path(path)
        theirs = openpyxl.load_workbook(path)
        assert book.sheet_names == theirs.sheetnames
        rows = book.get_sheet_by_index(1).to_python(skip_empty_area=False)
        for row in theirs.worksheets[1].iter_rows():
            for cell in row:
                if isinstance(cell.value, int | float):
                    assert rows[cell.row - 1][cell.column - 1] == cell.value


def test_the_file_carries_the_date_of_its_data_and_no_clock(results):
    book = openpyxl.load_workbook(io.BytesIO(pages.stamp(results[0], ABOUT)))
    assert book.properties.created == book.properties.modified == dt.datetime(2026, 10, 31)
    assert book.properties.creator == "xlalloc"


def test_charts_follow_the_rows_of_their_client(results):
    """Every range of every chart lies on cells that hold a value."""
    for result in results[:-2]:
        data, ranges = pages.stamp(result, ABOUT), 0
        book = openpyxl.load_workbook(io.BytesIO(data))
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            charts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("xl/charts/")]
        for chart in charts:
            assert "Cache" not in chart
            for sheet, left, top, right, bottom in re.findall(
                r"<(?:\w+:)?f>'?([^'!<]+)'?!\$?([A-Z]+)\$?(\d+)(?::\$([A-Z]+)\$(\d+))?</", chart
            ):
                cells = book[sheet][f"{left}{top}" : f"{right or left}{bottom or top}"]
                values = [cell.value for row in cells for cell in row]
                assert all(value is not None for value in values), (sheet, top, bottom)
                ranges += 1
        assert ranges >= 2 * len(charts) >= 4
