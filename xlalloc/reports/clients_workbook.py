"""The clients' workbook, with the invented clients or empty: one layout, explained on its first sheet."""

import datetime as dt
from pathlib import Path

from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from xlalloc.dates import to_serial
from xlalloc.documents.built import parts_of, write_parts
from xlalloc.documents.heights import width_of
from xlalloc.reports import example_clients
from xlalloc.reports.columns import COLUMNS, SHEETS, Column, asked
from xlalloc.reports.fields import (
    CLASSES,
    FIRST_DAY,
    FREQUENCIES,
    GOAL_MONEY,
    INVESTORS,
    KINDS,
    LANGUAGES,
    LAST_DAY,
    RANGES,
    TRIGGERS,
    limits,
)
from xlalloc.reports.firm import KEYS
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.cases import AS_OF
from xlalloc.templates.layout import DATE, GREY, INK, LAST_COLUMN, PERCENT, TINT, WARN, Document

FORMATS = {
    "date": DATE, "share": "0.00%", "threshold": "0.00%", "rate": PERCENT, "vol": PERCENT, "weight": PERCENT,
    "money": "#,##0.00", "price": "#,##0.0000", "text": "@", "schedule": "@", "levels": "@", "notes": "@",
}  # fmt: skip
# of money, among the figures that are not below zero
AMOUNTS = {"value", "goal", "min_buy", "min_commission", "reserve", "fee"}
ABOUT_WIDTHS = {"B": 33, "C": 9, "D": 25, "E": 13}
MEANING_ROOM = 88  # characters in the columns that hold it
WIDE = {"name", "name_zh", "asset", "benchmark", "adviser", "account", "redemption", "model", "notes"}
LAST_ROW = 20_000  # to which what is typed is checked
CHOICES: dict[str, dict[str, tuple]] = {
    "language": LANGUAGES,
    "frequency": FREQUENCIES,
    "kind": KINDS,
    "asset_class": CLASSES,
    "investor_class": INVESTORS,
    "currency_goal": GOAL_MONEY,
    "rebalance_on": TRIGGERS,
    "key": {key: k.zh for key, k in KEYS.items()},
}
OWN_NAMES = {("assets", "asset"), ("clients", "id")}  # where names are made, not chosen


def write_clients(path: str | Path, lang: str = "en") -> Path:
    """The clients workbook of the five invented clients; prices, like the clients, are illustrative and say so."""
    return _write(Path(path), lang, example_clients.rows(), "input.illustrative")


def write_empty(path: str | Path, lang: str = "en") -> Path:
    """The same workbook with no clients in it: headers, explanations, checks while typing."""
    suitability = [[f"C{c}", ";".join(f"R{r}" for r in range(1, c + 1))] for c in range(1, 6)]
    firm = [example_clients.row_of("firm", key=key) for key in KEYS]  # to be filled in, or left
    return _write(Path(path), lang, {"suitability": suitability, "firm": firm}, "")


def _write(path: Path, lang: str, rows: dict[str, list[list]], remark: str) -> Path:
    document = Document(lang, TEXTS)
    properties = document.book.properties
    properties.title, properties.creator = "xlalloc clients", "xlalloc"
    properties.created = dt.datetime.combine(AS_OF, dt.time())
    _about(document, remark)
    for sheet in SHEETS:
        _sheet(document, sheet, rows.get(sheet, []), remark)
    write_parts(parts_of(document.book), path)
    return path


def _about(document: Document, remark: str) -> None:
    """The first sheet: what each sheet and column is for, with an example."""
    page = document.page("input")
    for place, width in ABOUT_WIDTHS.items():
        page.sheet.column_dimensions[place].width = width
    page.title()
    if remark:
        page.note(remark, color=WARN, bold=True)
    page.note("input.forms", color=INK)
    page.note("input.problems", color=INK)
    examples = example_clients.examples(document.lang)
    for sheet in COLUMNS:
        columns = asked(sheet)
        page.heading(f"input.{sheet}")
        if not columns:
            page.note("input.prices_form", color=INK)
            continue
        page.note(f"input.{sheet}_line")
        top = page.header(["input.column", "input.needed", "input.example", "input.meaning", *[""] * 5])
        for k in (3, 4, 5):
            page.sheet.cell(top, k).alignment = Alignment(horizontal="left", vertical="center")
        for column, example in zip(columns, examples[sheet], strict=True):
            _explain(page, sheet, column, example)
        for key in KEYS if sheet == "firm" else ():
            _row_of(page, f"{key} · {KEYS[key].zh[0]}", document.say(f"firm.{key}"))


def _explain(page, sheet: str, column: Column, example) -> None:
    meaning, shown = _explained(page.document, sheet, column.key), _worded(page.document.lang, column.key, example)
    _row_of(page, f"{column.key} · {column.zh[0]}", meaning, column.needed, shown, _format(column))


def _row_of(page, name: str, meaning: str, needed: bool = False, example=None, form: str = "General") -> None:
    say, row = page.document.say, page.row
    page.put(row, 2, name, bold=needed, align="left")
    page.put(row, 3, say("yes") if needed else None, align="left", color=WARN, bold=True)
    page.put(row, 4, example, form, align="left", color=GREY)
    page.sheet.merge_cells(start_row=row, start_column=5, end_row=row, end_column=LAST_COLUMN)
    page.put(row, 5, meaning, align="left", wrap=True)
    lines = max(-(-int(width_of(meaning)) // MEANING_ROOM), -(-int(width_of(str(example or ""))) // 24))
    page.sheet.row_dimensions[row].height = 16 * max(lines, 1)
    page.row += 1


def _explained(document: Document, sheet: str, column: str) -> str:
    return TEXTS[f"column.{sheet}.{column}"][document.lang]


def _format(column: Column) -> str:
    return FORMATS["money"] if column.key in AMOUNTS else FORMATS.get(column.kind, "General")


def _sheet(document: Document, sheet: str, rows: list[list], remark: str) -> None:
    """A line of explanation, the header, the rows; each column says what it wants, and what is typed is checked."""
    page = document.book.create_sheet(_title(document, sheet))
    page.sheet_properties.tabColor = document.accent
    _head_line(document, page, sheet, remark)
    if sheet == "prices":
        header = rows[0] if rows else [document.say("performance.date") if document.lang == "zh" else "date"]
        rows, needed = rows[1:], [True] * len(header)
        formats, widths = [DATE] + ["#,##0.000"] * len(header), [14] * len(header)
        kinds = ["date"] + ["price"] * len(header)
    else:
        columns = asked(sheet)
        header = [column.key if document.lang == "en" else column.zh[0] for column in columns]
        formats, kinds = [_format(column) for column in columns], [column.kind for column in columns]
        needed = [column.needed for column in columns]
        widths = [24 if column.key in WIDE else 13 for column in columns]
        rows = [[_worded(document.lang, c.key, cell) for c, cell in zip(columns, row, strict=True)] for row in rows]
    for j, (text, must, form, width) in enumerate(zip(header, needed, formats, widths, strict=False), 1):
        across = _across(kinds[j - 1])
        _head(document, page.cell(2, j, text), must, across)
        beside = page.column_dimensions[letter(j)]
        beside.width = max(width, 4 + 1.15 * width_of(str(text)))
        beside.number_format, beside.font, beside.alignment = form, document.font(), across  # of cells yet to be filled
    for i, row in enumerate(rows, 3):
        for j, value in enumerate(row, 1):
            cell = page.cell(i, j, value)
            cell.number_format = formats[j - 1] if value is not None else "General"
            cell.font, cell.alignment = document.font(), _across(kinds[j - 1])
    page.row_dimensions[1].height, page.row_dimensions[2].height = 20, 22
    page.freeze_panes = "C3" if sheet == "holdings" else "B3"
    _print_setup(page)
    _checks(document, page, sheet)


def _title(document: Document, sheet: str) -> str:
    return sheet if document.lang == "en" else SHEETS[sheet][0]


def _head_line(document: Document, page, sheet: str, remark: str) -> None:
    words = [document.say(f"input.{sheet}_line")]
    words += [document.say(remark)] if remark else [document.say("input.dark")] if sheet != "prices" else []
    page["A1"] = " ".join(words) if document.lang == "en" else "".join(words)
    page["A1"].font = document.font(color=WARN if remark else GREY)
    page["A1"].alignment = Alignment(vertical="center")


def _across(kind: str) -> Alignment:
    """Texts on the left, a little off the figures before them; figures on the right."""
    text = kind not in RANGES and kind != "date"
    return Alignment(horizontal="left" if text else "right", vertical="center", indent=1 if text else 0)


def _worded(lang: str, key: str, value):
    """A word of a list in the file's language."""
    known = {**CHOICES, "no_sell": {"yes": ("是",)}}.get(key)
    return _word(lang, value, known[value]) if known and value in known else value


def _word(lang: str, name: str, others: tuple) -> str:
    return next((word for word in others if lang == "zh" and word[0] > "z"), name)


def _head(document: Document, cell, needed: bool, across: Alignment) -> None:
    """Dark where the column must be filled."""
    cell.font = document.font(bold=True, color="FFFFFF" if needed else INK)
    cell.fill = PatternFill("solid", fgColor=document.accent if needed else TINT)
    cell.border = Border(bottom=Side("thin", color=document.accent))
    cell.alignment = across


def _print_setup(page) -> None:
    page.page_setup.paperSize, page.page_setup.orientation = page.PAPERSIZE_A4, "landscape"
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.print_title_rows = "2:2"
    page.page_margins.left = page.page_margins.right = 0.5
    page.oddFooter.left.text, page.oddFooter.right.text = page.title, "&P / &N"


# Checks while typing -------------------------------------------------------------------------------------------------


def _checks(document: Document, page, sheet: str) -> None:
    """A hint on every column; a list where there is one, limits where there are."""
    for j, column in enumerate(asked(sheet), 1):
        check = DataValidation(allow_blank=True, showInputMessage=True, showErrorMessage=True)
        if choices := _choices(document, sheet, column.key):
            check.type, check.formula1 = "list", choices
            check.showErrorMessage = choices.startswith('"')  # names may be typed otherwise, such as by code
        elif column.kind in RANGES:
            low, high = limits(column.kind)
            check.type, check.operator = "decimal", "between"
            check.formula1, check.formula2 = f"{low:.15g}", f"{high:.15g}"
        elif column.kind == "date":
            check.type, check.operator = "date", "between"
            check.formula1, check.formula2 = str(to_serial(FIRST_DAY)), str(to_serial(LAST_DAY))
        hint = _explained(document, sheet, column.key)
        check.errorTitle, check.error = document.say("invalid"), hint
        check.promptTitle, check.prompt = (column.key if document.lang == "en" else column.zh[0]), hint
        check.add(f"{letter(j)}3:{letter(j)}{LAST_ROW}")
        page.add_data_validation(check)


def _choices(document: Document, sheet: str, key: str) -> str:
    """The list of a column: words of its language, or the names another sheet holds."""
    zh = document.lang == "zh"
    if key == "risk_level":
        return '"C1,C2,C3,C4,C5"' if sheet == "clients" else '"R1,R2,R3,R4,R5"'
    if key == "client_level":
        return '"C1,C2,C3,C4,C5"'
    if key == "no_sell":
        return '"是,否"' if zh else '"yes,no"'
    known = CHOICES.get(key)
    if known:
        words = [_word(document.lang, name, others) for name, others in known.items()]
        return f'"{",".join(words)}"'
    of = {"asset": "assets", "id": "clients"}.get(key) if (sheet, key) not in OWN_NAMES else None
    if of is None:
        return ""
    column = f"'{_title(document, of)}'!$A$3"
    cells = f"{column}:$A${LAST_ROW}"
    return f"{column}:INDEX({cells},MAX(1,COUNTA({cells})))"
