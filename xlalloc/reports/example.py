"""The five invented example clients, and the empty file an adviser fills: one layout, explained on its first sheet."""

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.datavalidation import DataValidation

from xlalloc import data
from xlalloc.reports.columns import COLUMNS, SHEETS
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.write import save
from xlalloc.templates.cases import AS_OF, illustrative_prices
from xlalloc.templates.layout import DATE, GREY, MONEY, PERCENT, WARN, Document

ETFS = {"CSI 300", "CSI 500", "Gold", "REITs", "Sector ETF"}
RISK = {
    "CSI 300": 3, "CSI 500": 4, "S&P 500": 3, "China bonds": 2, "Corporate bonds": 2, "Gold": 3, "Money market": 1,
    "REITs": 3, "Nasdaq 100": 4, "Sector ETF": 4,
}  # fmt: skip
MODELS = ("Conservative", "Balanced", "Aggressive")
BENCHMARK = {"60% CSI 300, 40% bonds": {"CSI 300": 0.6, "China bonds": 0.4}}
ETF_UNIT = 25.0  # an exchange-traded fund's unit is priced at a twenty-fifth of the index
D = dt.date


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


CLIENTS = (
    Person("K001", "林晚晴（虚构）", "Conservative", "zh", "C2", 60, 2e6, 0.025, D(2026, 3, 31), 3, 0, 2.6e6, 5),
    Person("K002", "周明远（虚构）", "Balanced", "zh", "C3", 40, 1.2e6, 0.05, D(2026, 3, 31), 3, 6e4, 3e6, 15, 6000),
    Person("K003", "许若飞（虚构）", "Aggressive", "zh", "C4", 30, 4e5, 0.1, D(2026, 9, 30), 2, 0, 2e6, 20, 3000),
    Person("K004", "Alex Example", "Balanced", "en", "C3", 45, 9e5, 0.025, D(2026, 1, 31), 4, 0, 2e6, 12, 5000),
    Person("K005", "Robin Sample", "Conservative", "en", "C2", 67, 1.5e6, 0.025, D(2025, 10, 31), 3, -5e4),
)
FORMATS = {"date": DATE, "share": "0.00%", "rate": PERCENT, "money": MONEY}


def write_clients(path: str | Path, lang: str = "en") -> Path:
    """The clients workbook of the five invented clients; prices, like the clients, are illustrative and say so."""
    return _write(Path(path), lang, _rows(), "input.illustrative")


def write_empty(path: str | Path, lang: str = "en") -> Path:
    """The same workbook with no clients in it: headers, explanations, checks while typing."""
    suitability = [[f"C{c}", ";".join(f"R{r}" for r in range(1, c + 1))] for c in range(1, 6)]
    return _write(Path(path), lang, {"suitability": suitability}, "")


# The example's rows --------------------------------------------------------------------------------------------------


def _rows() -> dict[str, list[list]]:
    weights = [row for row in data.rows("model_weights") if row["model"] in MODELS]
    names = list(dict.fromkeys(row["asset"] for row in weights))
    prices = illustrative_prices(names)
    panel = [[date, *[_unit_price(a, p) for a, p in zip(names, row, strict=True)]] for date, row in prices]
    return {
        "clients": [_client(client) for client in CLIENTS],
        "holdings": [row for client in CLIENTS for row in _holdings(client, weights, names, panel)],
        "assets": [_asset(k, name) for k, name in enumerate(names, 1)],
        "models": _models(weights),
        "benchmarks": [[name, asset, share] for name, parts in BENCHMARK.items() for asset, share in parts.items()],
        "suitability": [[f"C{c}", ";".join(f"R{r}" for r in range(1, c + 1))] for c in range(1, 6)],
        "prices": [["date", *names], *panel],
    }


def _unit_price(asset: str, price: float) -> float:
    return round(price / ETF_UNIT, 3) if asset in ETFS else price


def _client(p: Person) -> list:
    name = p.name if p.lang == "zh" else f"{p.name} (invented)"
    assessed, expires = D(2026, 2, 10), D(2027, 2, 9)
    frequency = data.find("models", p.model)["frequency"]
    return [
        p.id, name, p.model, p.lang, "A. Adviser (invented)", *BENCHMARK, p.level, assessed, expires, p.cash_flow,
        p.last, frequency, p.threshold, p.goal, p.goal_years, p.monthly, p.age, "illustrative", None,
    ]  # fmt: skip


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
        rows += _lots(p.id, asset, round(units / 100) * 100 if asset in ETFS else round(units, 2))
    return rows


def _lots(id_: str, asset: str, units: float) -> list[list]:
    """Mostly one lot; the Chinese bonds of K004 were bought in two, a locked part of K005's gold is never sold."""
    account, bought = "securities" if asset in ETFS else "funds", D(2021, 11, 1)

    def row(count, date, locked=None):
        return [id_, asset, round(count, 2), None, None, date, account, locked, None]

    if (id_, asset) == ("K004", "China bonds"):
        return [row(units * 0.1, bought), row(units * 0.9, AS_OF - dt.timedelta(days=20))]
    if (id_, asset) == ("K005", "Gold"):
        half = round(units / 200) * 100
        return [row(half, bought, "yes"), row(units - half, bought)]
    return [row(units, bought)]


def _asset(k: int, name: str) -> list:
    known = data.find("asset_classes", name)
    etf, cash = name in ETFS, name == "Money market"
    kind = "etf" if etf else "cash" if cash else "fund"
    costs = [0.0003, 5, 0] if etf else [0, 0, 0]
    settles = 1 if etf or cash else 7 if name in ("S&P 500", "Nasdaq 100") else 2
    return [
        name, known["name_zh"], f"X{k:05d}", "A" if kind == "fund" else None, kind, f"R{RISK[name]}",
        100 if etf else 0, 0 if etf else 10, None, settles, *costs, "7:1.5%;30:0.5%" if kind == "fund" else None,
        *data.expected(name), name, None,
    ]  # fmt: skip


def _models(weights: list[dict]) -> list[list]:
    rows = []
    for model in MODELS:
        stated = data.find("models", model)
        ranges = [stated[key] for key in ("return_low", "return_high", "vol_low", "vol_high", "drawdown")]
        for k, row in enumerate([row for row in weights if row["model"] == model]):
            rows.append([model, row["asset"], row["weight"], None, None, *(ranges if k == 0 else [None] * 5)])
    return rows


# The workbook --------------------------------------------------------------------------------------------------------


def _write(path: Path, lang: str, rows: dict[str, list[list]], remark: str) -> Path:
    document = Document(lang, TEXTS)
    document.book.properties.title = "xlalloc clients"
    _about(document, remark)
    for sheet in SHEETS:
        _sheet(document, sheet, rows.get(sheet, []), remark)
    save(document.book, path, AS_OF)
    return path


def _about(document: Document, remark: str) -> None:
    """The first sheet: what each sheet and column is for."""
    page = document.page("input")
    page.title()
    if remark:
        page.note(remark, color=WARN, bold=True)
    for sheet, columns in COLUMNS.items():
        page.heading(f"input.{sheet}")
        if not columns:
            page.note("input.prices_form", color="1F2933")
            continue
        page.header(["input.column", "input.needed", "input.meaning", *[""] * 6])
        for column in columns:
            shown = f"{column.key} · {column.zh[0]}"
            page.put(page.row, 2, shown)
            page.put(page.row, 3, document.say("yes") if column.needed else None, align="right")
            page.sheet.merge_cells(start_row=page.row, start_column=4, end_row=page.row, end_column=10)
            page.put(page.row, 4, _explained(document, sheet, column.key), align="left")
            page.row += 1


def _explained(document: Document, sheet: str, column: str) -> str | None:
    entry = TEXTS.get(f"column.{sheet}.{column}")
    return entry[document.lang] if entry else None


def _sheet(document: Document, sheet: str, rows: list[list], remark: str) -> None:
    """A line of explanation, the header, the rows; what is typed is checked."""
    title = sheet if document.lang == "en" else SHEETS[sheet][0]
    page = document.book.create_sheet(title)
    words = document.say(f"input.{sheet}_line") + (" " + document.say(remark) if remark else "")
    page["A1"] = words
    page["A1"].font = document.font(color=WARN if remark else GREY)
    if sheet == "prices":
        header = rows[0] if rows else [document.say("performance.date") if document.lang == "zh" else "date"]
        rows = rows[1:]
        formats = [DATE] + ["#,##0.000"] * 40
    else:
        header = [column.key if document.lang == "en" else column.zh[0] for column in COLUMNS[sheet]]
        formats = [FORMATS.get(column.kind, _amount_format(column.key)) for column in COLUMNS[sheet]]
    for j, text in enumerate(header, 1):
        cell = page.cell(2, j, text)
        _head(document, cell)
        page.column_dimensions[letter(j)].width = max(12, min(28, 4 + 1.2 * len(str(text))), 24 if j == 1 else 0)
    for i, row in enumerate(rows, 3):
        for j, value in enumerate(row, 1):
            cell = page.cell(i, j, value)
            cell.number_format = formats[j - 1] if value is not None else "General"
            cell.font = document.font()
    page.row_dimensions[2].height = 20
    page.freeze_panes = "B3"
    _checks(document, page, sheet)


def _amount_format(key: str) -> str:
    return PERCENT if key in ("target", "weight", "vol", "lower", "upper", "vol_low", "vol_high") else "General"


def _head(document: Document, cell) -> None:
    from openpyxl.styles import PatternFill

    cell.font = document.font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor=document.accent)
    cell.alignment = Alignment(vertical="center")


_LISTS = {
    ("clients", "language"): '"en,zh"', ("clients", "risk_level"): '"C1,C2,C3,C4,C5"',
    ("clients", "frequency"): '"weekly,monthly,quarterly,semiannual,annual"', ("holdings", "no_sell"): '"yes,no"',
    ("assets", "kind"): '"stock,etf,fund,bond,cash"', ("assets", "risk_level"): '"R1,R2,R3,R4,R5"',
    ("suitability", "client_level"): '"C1,C2,C3,C4,C5"',
}  # fmt: skip


def _checks(document: Document, page, sheet: str) -> None:
    for j, column in enumerate(COLUMNS[sheet], 1):
        cells = f"{letter(j)}3:{letter(j)}5000"
        if (sheet, column.key) in _LISTS:
            check = DataValidation(type="list", formula1=_LISTS[sheet, column.key])
        elif column.kind in ("amount", "share"):
            check = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1="0")
        elif column.kind == "date":
            check = DataValidation(type="date", operator="greaterThan", formula1="1")
        else:
            continue
        check.allow_blank = check.showErrorMessage = check.showInputMessage = True
        check.errorTitle = document.say("invalid")
        check.error = _explained(document, sheet, column.key) or column.key
        check.promptTitle, check.prompt = column.key, check.error
        check.add(cells)
        page.add_data_validation(check)
