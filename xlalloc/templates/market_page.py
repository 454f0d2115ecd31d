"""The sheet Market data: correlations, crises and prices, all inputs; and the covariance made of the first."""

from xlalloc.templates.blocks import SCENARIOS, Work, picked, plain, quote, within
from xlalloc.templates.client_page import TEXT, allow
from xlalloc.templates.layout import DATE, GREY, INPUT, NUMBER, PLAIN, Protection
from xlalloc.templates.layout import letter as column_letter
from xlalloc.templates.work_page import WorkPage

PRICE_FORMAT = "#,##0.000"
SAMPLE = 3  # rows by which the simulated prices are known again
PRICE_ROW = 14  # points: five years on a printed page


def market(work: Work) -> None:
    page = work.page("market", one_page=False)
    page.widen(range(3, 3 + work.room.columns))
    work.illustrative(page)
    page.note("disclaimer")
    _correlations(work, page)
    _scenarios(work, page)
    page.new_page()
    first = _prices(work, page)
    work.close(page, 2 + work.room.columns, first + work.room.printed)


def _names(work: Work, page: WorkPage, corner: str, count: int = 0) -> int:
    """The header of a table with an asset a column: the names are inputs. Gives its row."""
    count, head = count or work.slots, page.row
    page.sheet.row_dimensions[head].height = 32
    for j in range(count + 1):
        shown = (None, TEXT) if j else (work.say(corner), PLAIN)
        cell = page.put(head, 2 + j, *shown, bold=True, fill=INPUT if j else "", wrap=True,
                        align="right" if j else "left", color=work.document.accent)  # fmt: skip
        cell.protection = Protection(locked=j == 0)
    allow(page, f"C{head}:{column_letter(2 + count)}{head}", "text", "asset")
    page.row = head + 1
    return head


def _end(work: Work) -> str:
    return column_letter(2 + work.slots)


def _correlations(work: Work, page: WorkPage) -> None:
    page.heading("market.correlations")
    head = _names(work, page, "asset")
    first, last, end = head + 1, head + work.slots, _end(work)
    for row in range(first, last + 1):
        page.put(row, 2, None, TEXT, bold=True)
        for j in range(work.slots):
            page.put(row, 3 + j, None, NUMBER)
    page.inputs(range(first, last + 1), list(range(2, 3 + work.slots)))
    page.heat(f"C{first}:{end}{last}")
    allow(page, f"B{first}:B{last}", "text", "asset")
    allow(page, f"C{first}:{end}{last}", "correlation", "correlation")
    work.listed(page, "corr_names", first, last, 2)
    heads = page.at(f"C{head}:{end}{head}")
    work.document.name("corr_heads", f"{page.at(f'C{head}')}:INDEX({heads},1,n_rows)")
    _square(work, page, "corr_assets", first, last)
    page.row = last + 1


def _square(work: Work, page: WorkPage, name: str, first: int, last: int) -> None:
    cells = page.at(f"C{first}:{_end(work)}{last}")
    work.document.name(name, f"{page.at(f'C{first}')}:INDEX({cells},n_rows,n_rows)")


def covariance(work: Work, page: WorkPage) -> None:
    """On a sheet of results: here are inputs alone."""
    page.heading("risk.cov")
    page.note("risk.cov_note")
    head, end = page.row, _end(work)
    first, last = head + 1, head + work.slots
    side, top, ref = f"B{first}:B{last}", f"C{head}:{end}{head}", f"C{first}:{end}{last}"
    i, j = f"ROW({ref})-ROW(C{first})+1", f"COLUMN({ref})-COLUMN(C{first})+1"
    k = f"COLUMN({top})-COLUMN(C{head})+1"
    page.put(head, 2, work.say("asset"), bold=True, color=work.document.accent)
    page.block(head, 3, 1, work.slots, f'=IF({k}>n_assets,"",INDEX(asset_names,{k}))', bold=True, align="right",
               wrap=True, color=work.document.accent)  # fmt: skip
    page.sheet.row_dimensions[head].height = 32
    page.block(first, 2, work.slots, 1, within(side, "n_assets", picked(side, "asset_names")), bold=True, line=False)
    value = f"INDEX({plain('COV_FROM_CORR(corr_assets,vol_assets)')},{i},{j})"
    filled = f'=IF(n_assets=0,"",IF(({i}>n_assets)+({j}>n_assets),"",{value}))'
    page.block(first, 3, work.slots, work.slots, filled, "0.0000", line=False)
    page.ruled(f"B{first}:{end}{last}", f'$B{first}<>""')
    _square(work, page, "cov_assets", first, last)
    page.row = last + 1


def _scenarios(work: Work, page: WorkPage) -> None:
    """Returns of each asset in each crisis."""
    page.heading("market.scenarios")
    page.note("market.scenarios_note")
    head = _names(work, page, "stress.scenario")
    first, last, end = head + 1, head + SCENARIOS, _end(work)
    for row in range(first, last + 1):
        page.put(row, 2, None, PLAIN)
        for j in range(work.slots):
            page.put(row, 3 + j, None, "+0.0%;-0.0%;0.0%")
    page.inputs(range(first, last + 1), list(range(2, 3 + work.slots)))
    allow(page, f"B{first}:B{last}", "text", "scenario")
    allow(page, f"C{first}:{end}{last}", "shock", "shock")
    names = page.at(f"B{first}:B{last}")
    work.document.name("n_crises", f"COUNTA({names})")
    work.document.name("n_scenarios", f"MAX(1,COUNTA({names}))")
    work.listed(page, "scenario_names", first, last, 2, "n_scenarios")
    corner = page.at(f"B{head}:{end}{last}")
    work.document.name("scenario_table", f"{page.at(f'B{head}')}:INDEX({corner},n_scenarios+1,n_rows+1)")
    body = page.at(f"C{first}:{end}{last}")
    work.document.name("scenario_body", f"{page.at(f'C{first}')}:INDEX({body},n_scenarios,n_rows)")
    work.document.name("scenario_heads", f"{page.at(f'C{head}')}:INDEX({page.at(f'C{head}:{end}{head}')},1,n_rows)")
    page.row = last + 1


def _prices(work: Work, page: WorkPage) -> int:
    """A month a row, an asset a column; gives the first row."""
    page.heading("market.prices")
    page.note("market.prices_note", rows=work.periods + 1)
    simulated = page.field("market.illustrative", None, PLAIN)
    work.document.name("simulated_prices", page.at(simulated.coordinate))
    allow(page, simulated.coordinate, "yes", "illustrative")
    wide = work.room.columns
    head = _names(work, page, "performance.date", wide)
    first, last, end = head + 1, head + work.periods + 1, column_letter(2 + wide)
    for row in range(first, last + 1):
        page.put(row, 2, None, DATE, align="left")
        page.sheet.row_dimensions[row].height = PRICE_ROW
        for j in range(wide):
            page.put(row, 3 + j, None, PRICE_FORMAT)
    page.inputs(range(first, last + 1), list(range(2, 3 + wide)))
    allow(page, f"B{first}:B{last}", "past", "date")
    allow(page, f"C{first}:{end}{last}", "price", "price")
    page.sheet.print_title_rows = f"{head}:{head}"
    heads, dates, cells = (
        page.at(f"{a}:{b}")
        for a, b in ((f"C{head}", f"{end}{head}"), (f"B{first}", f"B{last}"), (f"B{head}", f"{end}{last}"))
    )
    rows, columns = f"MAX(1,COUNTA({dates}))", f"MAX(1,COUNTA({heads}))"
    work.document.name("price_table", f"{page.at(f'B{head}')}:INDEX({cells},{rows}+1,{columns}+1)")
    work.document.name("price_heads", f"{page.at(f'C{head}')}:INDEX({heads},1,{columns})")
    work.document.name("price_dates", f"{page.at(f'B{first}')}:INDEX({dates},{rows})")
    after = column_letter(3 + wide)
    work.document.name("price_beyond", page.at(f"{after}{head}:{after}{last}"))
    _sample(work, page, first, f"C{first}:{end}{last}", 5 + wide)
    body = page.at(f"C{first}:{end}{last}")
    work.document.name("price_body", f"{page.at(f'C{first}')}:INDEX({body},{rows},{columns})")
    return first


def _sample(work: Work, page: WorkPage, first: int, prices: str, column: int) -> None:
    """Rows of simulated prices and their sums, behind the printed page: while one is there they are illustrative."""
    for k in range(SAMPLE):
        for j in range(2):
            page.put(first + k, column + j, None, "0.###", color=GREY, line=False)
    cells = f"{column_letter(column)}{first}:{column_letter(column + 1)}{first + SAMPLE - 1}"
    work.document.name("sample_rows", page.at(cells))
    rows = (f"INDEX({page.at(prices)},INDEX(sample_rows,{k},1),0)" for k in range(1, SAMPLE + 1))
    same = "+".join(f"(ABS(SUM({row})-INDEX(sample_rows,{k},2))<0.000001)" for k, row in enumerate(rows, 1))
    words = quote(work.say("yes"))
    work.document.name("prices_illustrative", f"IF(simulated_prices={words},{same}>0,FALSE)")
