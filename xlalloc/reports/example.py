"""The five invented example clients, and the empty file an adviser fills: one layout, explained on its first sheet."""

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from openpyxl.styles import Alignment, Border, PatternFill, Side
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties

from xlalloc import data
from xlalloc.dates import to_serial
from xlalloc.documents.built import parts_of, write_parts
from xlalloc.documents.heights import width_of
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
from xlalloc.templates.cases import AS_OF, BENCHMARK, ETFS, FUND_LEVELS, illustrative_prices, unit_price
from xlalloc.templates.layout import DATE, GREY, INK, LAST_COLUMN, PERCENT, TINT, WARN, Document

MODELS = ("Conservative", "Balanced", "Aggressive")
BENCHMARKS = {"60% CSI 300, 40% bonds": BENCHMARK}
D = dt.date
QUARTERLY_FEE = 0.00125  # of the accounts that have a history


class Person(NamedTuple):
    """An invented client; the portfolio stood at its model some years ago and was left alone since."""

    id: str
    name: str
    model: str
    lang: str
    level: str
    age: int
    wealth: float
    threshold: float
    last: dt.date
    years_alone: int
    cash_flow: float = 0.0
    goal: float | None = None
    goal_years: int | None = None
    monthly: float = 0.0
    recorded: int = 0  # months of its account's history


CLIENTS = (
    Person("K001", "林晚晴（虚构）", "Conservative", "zh", "C4", 60, 2e6, 0.025, D(2026, 3, 31), 3, 0, 2.6e6, 5),
    Person(
        "K002", "周明远（虚构）", "Balanced", "zh", "C4", 40, 1.2e6, 0.05, D(2026, 3, 31), 3, 6e4, 3e6, 15, 6000, 60
    ),
    Person("K003", "许若飞（虚构）", "Aggressive", "zh", "C4", 30, 4e5, 0.1, D(2026, 9, 30), 2, 0, 2e6, 20, 3000),
    Person("K004", "Alex Example", "Balanced", "en", "C4", 45, 9e5, 0.025, D(2026, 1, 31), 4, 0, 2e6, 12, 5000, 45),
    Person("K005", "Robin Sample", "Conservative", "en", "C2", 67, 1.5e6, 0.025, D(2025, 10, 31), 3, -5e4),
)
FORMATS = {
    "date": DATE, "share": "0.00%", "threshold": "0.00%", "rate": PERCENT, "vol": PERCENT, "weight": PERCENT,
    "money": "#,##0.00", "price": "#,##0.0000", "text": "@", "schedule": "@", "levels": "@", "notes": "@",
}  # fmt: skip
AMOUNTS = {
    "value",
    "goal",
    "min_buy",
    "min_commission",
    "reserve",
    "fee",
}  # of money, among the figures that are not below zero
ABOUT_WIDTHS = {"B": 33, "C": 9, "D": 25, "E": 13}
MEANING_ROOM = 88  # characters in the columns that hold it
WIDE = {"name", "name_zh", "asset", "benchmark", "adviser", "account", "redemption", "model", "notes"}
LAST_ROW = 20_000  # to which what is typed is checked
CHOICES = {
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
    return _write(Path(path), lang, _rows(), "input.illustrative")


def write_empty(path: str | Path, lang: str = "en") -> Path:
    """The same workbook with no clients in it: headers, explanations, checks while typing."""
    suitability = [[f"C{c}", ";".join(f"R{r}" for r in range(1, c + 1))] for c in range(1, 6)]
    firm = [_row("firm", key=key) for key in KEYS]  # to be filled in, or left
    return _write(Path(path), lang, {"suitability": suitability, "firm": firm}, "")


# The example's rows --------------------------------------------------------------------------------------------------


def _rows() -> dict[str, list[list]]:
    weights = [row for row in data.rows("model_weights") if row["model"] in MODELS]
    names = list(dict.fromkeys(row["asset"] for row in weights))
    prices = illustrative_prices(names)
    panel = [[date, *[unit_price(a, p) for a, p in zip(names, row, strict=True)]] for date, row in prices]
    return {
        "clients": [_client(client) for client in CLIENTS],
        "holdings": [row for client in CLIENTS for row in _holdings(client, weights, names, panel)],
        "assets": [_asset(k, name) for k, name in enumerate(names, 1)],
        "models": _models(weights),
        "benchmarks": [[name, asset, share] for name, parts in BENCHMARKS.items() for asset, share in parts.items()],
        "suitability": [[f"C{c}", ";".join(f"R{r}" for r in range(1, c + 1))] for c in range(1, 6)],
        "prices": [["date", *names], *panel],
        "history": [row for client in CLIENTS if client.recorded for row in _history(client, weights, names, panel)],
    }


def _client(p: Person) -> list:
    name, adviser = (p.name, "某顾问（虚构）") if p.lang == "zh" else (f"{p.name} (invented)", "A. Adviser (invented)")
    assessed, expires = D(2026, 2, 10), D(2027, 2, 9)
    frequency = data.find("models", p.model)["frequency"]
    return _row(
        "clients", id=p.id, name=name, model=p.model, language=p.lang, adviser=adviser, 
        benchmark=next(iter(BENCHMARKS)), risk_level=p.level, assessed_on=assessed, assessment_expires=expires,
        cash_flow=p.cash_flow, last_rebalanced=p.last, frequency=frequency, threshold=p.threshold,
        goal=p.goal, goal_years=p.goal_years, monthly=p.monthly, age=p.age,
        notes="illustrative",
    )  # fmt: skip


def _row(sheet: str, /, **cells) -> list:
    """A row of a sheet, its cells by column."""
    return [cells.get(column.key) for column in asked(sheet)]


def _holdings(p: Person, weights: list[dict], names: list[str], panel: list[list]) -> list[list]:
    """The model's weights of some years ago, drifted with the illustrative prices since."""
    start, end = (dict(zip(names, row[1:], strict=True)) for row in (panel[-1 - 12 * p.years_alone], panel[-1]))
    grown = {
        row["asset"]: row["weight"] * end[row["asset"]] / start[row["asset"]]
        for row in weights
        if row["model"] == p.model
    }
    rows = []
    for asset, share in grown.items():
        units = p.wealth * share / sum(grown.values()) / end[asset]
        rows += _lots(p, asset, round(units / 100) * 100 if asset in ETFS else round(units, 2))
    return rows


def _history(p: Person, weights: list[dict], names: list[str], panel: list[list]) -> list[list]:
    """Months of the model's weights on the illustrative prices: savings paid in each month, a fee each quarter.

    The first value is the one from which the account comes to what is held now.
    """
    shares = {row["asset"]: row["weight"] for row in weights if row["model"] == p.model}
    prices = [dict(zip(names, row[1:], strict=True)) for row in panel[-1 - p.recorded :]]
    at = {column.key: j for j, column in enumerate(asked("holdings"))}
    now = sum(row[at["units"]] * prices[-1][row[at["asset"]]] for row in _holdings(p, weights, names, panel))
    months, left, added = [], 1.0, 0.0
    for k, (before, after) in enumerate(pairwise(prices), 1):
        grown = sum(share * after[asset] / before[asset] for asset, share in shares.items())
        fee = QUARTERLY_FEE if k % 3 == 0 else 0.0
        months.append((grown, fee))
        left, added = left * grown * (1 - fee), added * grown * (1 - fee) + p.monthly
    value = (now - added) / left
    dates = [row[0] for row in panel[-1 - p.recorded :]]
    rows = [_row("history", id=p.id, date=dates[0], value=round(value, 2), flow=0, fee=0)]
    for date, (grown, fee) in zip(dates[1:], months, strict=True):
        charged = value * grown * fee
        value = value * grown - charged + p.monthly
        rows.append(_row("history", id=p.id, date=date, value=round(value, 2), flow=p.monthly, fee=round(charged, 2)))
    return rows


def _lots(p: Person, asset: str, units: float) -> list[list]:
    """Mostly one lot; the Chinese bonds of K004 were bought in two, a locked part of K005's gold is never sold."""
    securities, funds = ("证券账户", "基金账户") if p.lang == "zh" else ("securities", "funds")
    account, bought = securities if asset in ETFS else funds, D(2021, 11, 1)

    def row(count, date, locked=None):
        units = round(count, 2)
        return _row("holdings", id=p.id, asset=asset, units=units, bought_on=date, account=account, no_sell=locked)

    if (p.id, asset) == ("K004", "China bonds"):
        return [row(units * 0.1, bought), row(units * 0.9, AS_OF - dt.timedelta(days=20))]
    if (p.id, asset) == ("K005", "Gold"):
        half = round(units / 200) * 100
        return [row(half, bought, "yes"), row(units - half, bought)]
    return [row(units, bought)]


def _asset(k: int, name: str) -> list:
    known = data.find("asset_classes", name)
    etf, cash = name in ETFS, name == "Money market"
    kind = "etf" if etf else "cash" if cash else "fund"
    commission, minimum = (0.0003, 5) if etf else (0, 0)
    settles = 1 if etf or cash else 7 if name in ("S&P 500", "Nasdaq 100") else 2
    mu, vol = data.expected(name)
    return _row(
        "assets", asset=name, name_zh=known["name_zh"], code=f"X{k:05d}", share_class="A" if kind == "fund" else None,
        kind=kind, risk_level=f"R{FUND_LEVELS[name]}", lot=100 if etf else 0, min_buy=0 if etf else 10,
        settle_days=settles,
        commission=commission, min_commission=minimum, sell_tax=0,
        redemption="7:1.5%;30:0.5%" if kind == "fund" else None,
        expected_return=mu, vol=vol, currency="CNY", **{"class": name},
    )  # fmt: skip


def _models(weights: list[dict]) -> list[list]:
    rows = []
    for model in MODELS:
        stated = data.find("models", model)
        keys = ("return_low", "return_high", "vol_low", "vol_high", "drawdown")
        ranges = [stated[key] for key in keys]
        for k, row in enumerate([row for row in weights if row["model"] == model]):
            found = dict(zip(keys, ranges if k == 0 else [None] * 5, strict=True))
            rows.append(_row("models", model=model, asset=row["asset"], target=row["weight"], **found))
    return rows


# The workbook --------------------------------------------------------------------------------------------------------


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
    for column, width in ABOUT_WIDTHS.items():
        page.sheet.column_dimensions[column].width = width
    page.title()
    if remark:
        page.note(remark, color=WARN, bold=True)
    page.note("input.forms", color=INK)
    page.note("input.problems", color=INK)
    examples = _examples(document.lang)
    for sheet in COLUMNS:
        columns = asked(sheet)
        page.heading(f"input.{sheet}")
        if not columns:
            page.note("input.prices_form", color=INK)
            continue
        page.note(f"input.{sheet}_line")
        top = page.header(["input.column", "input.needed", "input.example", "input.meaning", *[""] * 5])
        for column in (3, 4, 5):
            page.sheet.cell(top, column).alignment = Alignment(horizontal="left", vertical="center")
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


def _examples(lang: str) -> dict[str, list]:
    """A row of each sheet of the invented clients, one that fills many columns."""
    person = next(client for client in CLIENTS if client.lang == lang and client.goal and client.monthly)
    rows = _rows()
    return {
        "clients": _client(person),
        "holdings": next(row for row in rows["holdings"] if "yes" in row),
        "assets": next(row for row in rows["assets"] if "fund" in row),
        "models": rows["models"][0],
        "benchmarks": rows["benchmarks"][0],
        "suitability": rows["suitability"][2],
        "history": _row("history", id=person.id, date=AS_OF, value=1.2e6, flow=6e4, fee=500),
        "accounts": _row("accounts", account="66600012345", id=person.id),
        "firm": _row("firm", key="advisory_fee", value="0.5%"),
        "headers": _row(
            "headers", theirs="当前市值" if lang == "zh" else "Mkt value today", ours="value", sheet="holdings"
        ),
    }


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
    _print_setup(document, page)
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


def _print_setup(document: Document, page) -> None:
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
