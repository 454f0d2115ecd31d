"""The sheets Performance, Market data and Notes."""

import re

from openpyxl.styles import Alignment
from openpyxl.utils import get_column_letter as letter

from xlalloc.catalogue import CATALOGUE
from xlalloc.templates.blocks import PERIODS, SLOTS, Work, picked, spare, within
from xlalloc.templates.layout import DATE, NUMBER, PERCENT, SIGNED_PERCENT, WARN, Page

KPIS = (
    ("kpi.total", "TOTAL_RETURN({r})", PERCENT),
    ("kpi.annual", "ANN_RETURN({r},12)", PERCENT),
    ("kpi.vol", "ANN_VOL({r},12)", PERCENT),
    ("kpi.drawdown", "MAX_DRAWDOWN({r})", PERCENT),
    ("kpi.sharpe", "SHARPE({r},risk_free,12)", NUMBER),
    ("kpi.sortino", "SORTINO({r},risk_free,12)", NUMBER),
    ("kpi.calmar", "CALMAR({r},12)", NUMBER),
    ("kpi.var", "HIST_VAR({r})", PERCENT),
    ("kpi.cvar", "HIST_CVAR({r})", PERCENT),
    ("kpi.win", "WIN_RATE({r})", PERCENT),
    ("kpi.excess", "EXCESS_RETURN({r},{b},12)", SIGNED_PERCENT),
    ("kpi.te", "TRACKING_ERROR({r},{b},12)", PERCENT),
    ("kpi.beta", "PORT_BETA({r},{b},risk_free,12)", NUMBER),
)


def performance(work: Work) -> None:
    page = work.page("performance")
    page.heading("performance.kpis")
    page.header(["risk.measure", "portfolio", "benchmark"])
    series = page.row + len(KPIS) + 2 * 16 + 6
    for key, formula, format in KPIS:
        page.put(page.row, 2, work.document.say(key))
        if "{b}" in formula:
            page.put(page.row, 3, "=" + formula.format(r="port_returns", b="bench_returns"), format)
            page.put(page.row, 4, None)
        else:
            for column, name in ((3, "port_returns"), (4, "bench_returns")):
                page.put(page.row, column, "=" + formula.format(r=name), format)
        page.row += 1
    charts = page.row + 1
    page.row = series - 2
    page.heading("performance.series")
    _series(work, page, page.row)
    first, last = page.row, page.row + PERIODS - 1
    labels = (page, first, last, 2)
    page.line_chart(
        "performance.wealth_chart",
        labels,
        [(page, first, last, 5), (page, first, last, 6)],
        f"B{charts}",
        height=7.5,
    )
    page.line_chart("performance.drawdown_chart", labels, [(page, first, last, 7)], f"B{charts + 16}", "0%", height=6.5)


def _named_weights(work: Work, page: Page, first: int) -> None:
    """Each asset's name beside its weights: prices are matched by name, whatever the order of their columns."""
    for column, source in ((9, "w_target"), (11, "w_bench")):
        for k, (name, format) in enumerate((("asset_names", "General"), (source, PERCENT))):
            own = letter(column + k)
            block = f"{own}{first}:{own}{first + SLOTS - 1}"
            page.block(first, column + k, SLOTS, 1, within(block, "n_assets", picked(block, name)), format)
        left, right = letter(column), letter(column + 1)
        cells = f"{page.quoted}!${right}${first}:${right}${first + SLOTS - 1}"
        spare(work, f"{source}_named", f"{page.quoted}!${left}${first}", cells, "n_assets")


def _series(work: Work, page: Page, row: int) -> None:
    page.row = row
    series = ["performance.date", "performance.return", "performance.bench_return", "performance.wealth"]
    series += ["performance.bench_wealth", "performance.drawdown"]
    head = page.header([*series, "", "asset", "client.target", "asset", "client.bench"])
    first, last = head + 1, head + PERIODS
    weights = {"C": "w_target", "D": "w_bench"}
    _named_weights(work, page, first)
    count = "ROWS(price_table)-2"
    block = f"B{first}:B{last}"
    page.block(first, 2, PERIODS, 1, within(block, count, picked(block, "price_table", 1, 2)), DATE, align="left")
    for column, name in weights.items():
        block = f"{column}{first}:{column}{last}"
        source = f"PORT_SERIES(RETURNS(price_table),{name}_named)"
        page.block(first, 3 + (column == "D"), PERIODS, 1, within(block, count, picked(block, source)), PERCENT)
        cells = f"{page.quoted}!${column}${first}:${column}${last}"
        spare(work, "port_returns" if column == "C" else "bench_returns", cells.split(":")[0], cells, count)
    for k in range(PERIODS):
        r = first + k
        for own, wealth in (("C", 5), ("D", 6)):
            before = 1 if k == 0 else f"{letter(wealth)}{r - 1}"
            page.put(r, wealth, f'=IF({own}{r}="","",{before}*(1+{own}{r}))', "0.000")
    block = f"G{first}:G{last}"
    page.block(first, 7, PERIODS, 1, within(block, count, picked(block, "DRAWDOWNS(port_returns)")), PERCENT)
    page.row = first


def market(work: Work) -> None:
    page = work.page("market", landscape=True)
    case, lang = work.case, work.document.lang
    page.note("illustrative", color=WARN, bold=True)
    page.heading("market.correlations")
    names = [holding.name(lang) for holding in case.holdings]
    page.header(["", *names, *[""] * (SLOTS - len(names))])
    first = page.row
    for i in range(SLOTS):
        page.put(first + i, 2, names[i] if i < len(names) else None, bold=True)
        for j in range(SLOTS):
            value = case.correlations[i][j] if i < len(names) and j < len(names) else None
            page.put(first + i, 3 + j, value, NUMBER)
    page.inputs(range(first, first + SLOTS), list(range(2, 3 + SLOTS)))
    end = letter(2 + SLOTS)
    cells = f"C{first}:{end}{first + SLOTS - 1}"
    page.heat(cells)
    page.validate(cells, "decimal", "prompt.correlation", operator="between", formula1="-1", formula2="1")
    spare(
        work,
        "corr",
        f"{page.quoted}!$C${first}",
        f"{page.quoted}!$C${first}:${end}${first + SLOTS - 1}",
        "n_assets",
        ",n_assets",
    )
    page.row = first + SLOTS
    _covariance(work, page)
    _prices(work, page, names)


def _covariance(work: Work, page: Page) -> None:
    page.heading("risk.cov")
    first = page.row + 1
    ref = f"C{first}:{letter(2 + SLOTS)}{first + SLOTS - 1}"
    side, top = f"B{first}:B{first + SLOTS - 1}", f"C{page.row}:{letter(2 + SLOTS)}{page.row}"
    i, j = f"ROW({ref})-ROW(C{first})+1", f"COLUMN({ref})-COLUMN(C{first})+1"
    k = f"COLUMN({top})-COLUMN(C{page.row})+1"
    heads = f'=IF({k}>n_assets,"",INDEX(asset_names,{k}))'
    page.block(page.row, 3, 1, SLOTS, heads, bold=True, align="right", wrap=True)
    page.sheet.row_dimensions[page.row].height = 30
    page.block(first, 2, SLOTS, 1, within(side, "n_assets", picked(side, "asset_names")), bold=True)
    value = f"INDEX(COV_FROM_CORR(corr,vol_assets),{i},{j})"
    page.block(first, 3, SLOTS, SLOTS, f'=IF(({i}>n_assets)+({j}>n_assets),"",{value})', "0.0000")
    cells = f"{page.quoted}!$C${first}:${letter(2 + SLOTS)}${first + SLOTS - 1}"
    spare(work, "cov", f"{page.quoted}!$C${first}", cells, "n_assets", ",n_assets")
    page.row = first + SLOTS


def _prices(work: Work, page: Page, names: list[str]) -> None:
    page.heading("market.prices")
    head = page.header(["performance.date", *names, *[""] * (SLOTS - len(names))])
    for k, (date, prices) in enumerate(work.case.prices, head + 1):
        page.put(k, 2, date, DATE, align="left")
        for j in range(SLOTS):
            page.put(k, 3 + j, prices[j] if j < len(prices) else None, "#,##0.00")
    last = head + PERIODS + 1
    page.inputs(range(head + 1, last + 1), list(range(2, 3 + SLOTS)))
    q, end = page.quoted, letter(2 + SLOTS)
    rows = f"COUNTA({q}!$B${head}:$B${last})"
    columns = f"COUNTA({q}!$C${head}:${end}${head})+1"
    work.document.name("price_table", f"{q}!$B${head}:INDEX({q}!$B${head}:${end}${last},{rows},{columns})")
    page.row = last + 1


def notes(work: Work) -> None:
    page = work.page("notes")
    for key in ("disclaimer", "illustrative", "as_of_build"):
        page.note(key)
    page.heading("notes.functions")
    page.header(["notes.function", "notes.meaning", *[""] * 7])
    used = {
        name
        for sheet in work.document.book
        for row in sheet.iter_rows()
        for cell in row
        for name in _functions(cell.value)
    }
    for name in [n for n in CATALOGUE if n in used]:
        entry = CATALOGUE[name]
        page.put(page.row, 2, name, bold=True)
        sheet, row = page.sheet, page.row
        sheet.merge_cells(start_row=row, start_column=3, end_row=row, end_column=10)
        text = f"{entry.summary} {entry.source}"
        cell = page.put(row, 3, text)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(row, 2).alignment = Alignment(vertical="top")
        sheet.row_dimensions[row].height = 15 * max(1, -(-len(text) // 100))
        page.row += 1


def _functions(value) -> list[str]:
    text = getattr(value, "text", value)
    return re.findall(r"(?<![\w.])([A-Z][A-Z0-9_]+)\(", text) if isinstance(text, str) and text.startswith("=") else []
