"""The sheet Notes: where the figures come from, and what every function in the workbook computes."""

from openpyxl.styles import Alignment

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.blocks import Work
from xlalloc.templates.definitions import CHINESE
from xlalloc.templates.layout import LAST_COLUMN, ROW_POINTS, called, lines_of
from xlalloc.templates.work_page import CELL, LABEL, WorkPage

SOURCES = ("article", "illustrative", "given", "prices")


def notes(work: Work) -> None:
    page = work.page("notes", one_page=False)
    if work.case.illustrative:
        page.note("illustrative")
    page.note("as_of_build")
    page.heading("notes.how")
    for key in ("notes.inputs", "notes.spare", "notes.error", "notes.units"):
        page.note(key, color="1F2933")
    page.heading("notes.assumptions")
    _assumptions(work, page)
    page.heading("notes.functions")
    head = page.header(["notes.function", *[""] * (LAST_COLUMN - 2)])
    page.sheet.cell(head, 3).value = work.say("notes.meaning")
    page.sheet.cell(head, 3).alignment = Alignment(horizontal="left", vertical="center")
    for name in used_functions(work.document.book):
        _line(page, name, definition(name, work.lang))
    work.close(page)


def _assumptions(work: Work, page: WorkPage) -> None:
    """Where returns, volatilities, correlations, ranges and crises come from."""
    for source in SOURCES:
        names = [h.name(work.lang) for h in work.case.holdings if h.source == source]
        if names:
            _line(page, work.say(f"notes.{source}"), _listed(work, names))
    _line(page, work.say("market.correlations"), work.say("notes.correlations" if work.case.key.startswith("case.")
                                                          else "notes.correlations_given"))  # fmt: skip
    _line(page, work.say("client.ranges"), work.say("notes.ranges"))
    for crisis in work.case.scenarios:
        words = work.say("notes.crisis", period=crisis.period.replace(" to ", "–").replace("calendar year ", ""))
        if crisis.assumed:
            assumed = _listed(work, [h.name(work.lang) for h in crisis.assumed])
            words += work.say("notes.crisis_assumed", assets=assumed)
        _line(page, crisis.name_zh if work.lang == "zh" else crisis.name, words)


def _listed(work: Work, names: list[str]) -> str:
    return ("、" if work.lang == "zh" else ", ").join(names)


def definition(name: str, lang: str) -> str:
    """What a function computes, and its source, in words."""
    entry = CATALOGUE[name]
    return CHINESE[name] if lang == "zh" else f"{entry.summary} Source: {entry.source}"


def _line(page: WorkPage, label: str, text: str) -> None:
    sheet, row = page.sheet, page.row
    page.put(row, 2, label, bold=True, wrap=True)
    for column in range(3, LAST_COLUMN + 1):
        page.put(row, column, text if column == 3 else None)
    sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=LAST_COLUMN)
    sheet.cell(row, 3).alignment = Alignment(wrap_text=True, vertical="top")
    sheet.cell(row, 2).alignment = Alignment(wrap_text=True, vertical="top")
    room = CELL * (LAST_COLUMN - 2)
    lines = max(lines_of(text, room), lines_of(label, LABEL - 3))
    sheet.row_dimensions[row].height = ROW_POINTS * lines
    page.row += 1


def used_functions(book) -> list[str]:
    """The functions of the catalogue that the workbook's formulas call, in the catalogue's order."""
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    used = set().union(*(called(getattr(text, "text", text)) for text in texts))
    return [name for name in CATALOGUE if name in used]
