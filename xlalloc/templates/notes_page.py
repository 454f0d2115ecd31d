"""The sheet Notes: where the figures come from, and what every function in the workbook computes."""

from openpyxl.styles import Alignment

from xlalloc import reference
from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.blocks import Work, sentence
from xlalloc.templates.layout import LAST_COLUMN, ROW_POINTS, called, lines_of
from xlalloc.templates.work_page import CELL, LABEL, WorkPage

ASSUMPTIONS = 12  # lines there is room for


def notes(work: Work) -> None:
    page = work.page("notes", one_page=False)
    work.illustrative(page)
    page.note("as_of_build")
    page.note("disclaimer")
    page.heading("notes.how")
    for key in ("notes.inputs", "notes.spare", "notes.error", "notes.units", "notes.orders"):
        page.note(key, color="1F2933")
    rates = {"rf": "risk_free", "inflation": "inflation_rate", "fee": "advisory_fee"}
    words = sentence(work, "notes.rates", **{key: f'TEXT({name},"0.00%")' for key, name in rates.items()})
    page.sheet.cell(page.note("notes.rates", color="1F2933"), 2).value = f"={words}"
    page.heading("notes.functions")
    head = page.header(["notes.function", *[""] * (LAST_COLUMN - 2)])
    page.sheet.cell(head, 3).value = work.say("notes.meaning")
    page.sheet.cell(head, 3).alignment = Alignment(horizontal="left", vertical="center")
    for name in used_functions(work.document.book):
        _line(page, name, definition(name, work.lang))
    _assumptions(work, page)
    work.close(page, last=page.row)


def _assumptions(work: Work, page: WorkPage) -> None:
    """Where returns, volatilities, correlations, ranges and crises come from: as many lines as there are."""
    page.heading("notes.assumptions")
    first = page.row
    for _ in range(ASSUMPTIONS):
        _line(page, "", "", 2, line=False)
    cells = f"B{first}:C{page.row - 1}"
    page.ruled(f"B{first}:J{page.row - 1}", f'$B{first}<>""')
    work.document.name("source_lines", page.at(cells))


def definition(name: str, lang: str) -> str:
    """What a function computes, and its source, in words."""
    entry = CATALOGUE[name]
    lead = "出处：" if lang == "zh" else " Source: "
    return f"{reference.translated(entry.summary, lang)}{lead}{reference.source(entry, lang)}"


def _line(page: WorkPage, label: str, text: str, least: int = 1, line: bool = True) -> None:
    sheet, row = page.sheet, page.row
    page.put(row, 2, label, bold=True, wrap=True, line=line)
    for column in range(3, LAST_COLUMN + 1):
        page.put(row, column, text if column == 3 else None, line=line)
    sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=LAST_COLUMN)
    sheet.cell(row, 3).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    room = CELL * (LAST_COLUMN - 2)
    lines = max(least, lines_of(text, room), lines_of(label, LABEL - 3))
    sheet.row_dimensions[row].height = ROW_POINTS * lines
    page.row += 1


def used_functions(book) -> list[str]:
    """The functions of the catalogue that the workbook's formulas call, in the catalogue's order."""
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    used = set().union(*(called(getattr(text, "text", text)) for text in texts))
    return [name for name in CATALOGUE if name in used]
