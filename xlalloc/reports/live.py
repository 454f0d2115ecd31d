"""Formulas of the catalogue beside a report's values, where a figure is one function of cells of the same workbook.

With the add-in they follow what is changed in the workbook; without it the values stand. What they read and no page
shows (expected returns, covariances) stands on a sheet of its own. Performance and stress stay values: they come from
prices and classes that are not in the workbook. So do figures that are an error, and plans of part of a year.
"""

from openpyxl.utils import get_column_letter as letter

from xlalloc.errors import ErrorValue
from xlalloc.reports.compute import Result
from xlalloc.reports.projection import PATHS, SEED
from xlalloc.reports.write import Sheet
from xlalloc.templates.layout import PERCENT, PLAIN

WHOLE = {  # of the portfolio: each a function of weights and of what the market is assumed to do
    "risk.return": "PORT_RETURN({w},{mu})", "risk.vol": "PORT_VOL({w},{cov})",
    "risk.sharpe": "PORT_SHARPE({w},{mu},{cov}{rf})", "risk.ratio": "DIVERSIFICATION({w},{cov})",
    "risk.effective": "EFFECTIVE_N({w})",
}  # fmt: skip
NOW, TARGET, PARITY = "C", "E", "H"  # columns of weights on the risk sheet


def enliven(pages: dict[str, Sheet], r: Result) -> None:
    """The formulas of all pages; ``pages`` has the sheet of assumptions, still empty."""
    if isinstance(r.mu, ErrorValue) or isinstance(r.cov, ErrorValue):
        return
    mu, cov = _assumptions(pages["live"], r)
    _allocation(pages["allocation"])
    _risk(pages["risk"], r, mu, cov)
    _summary(pages, r, mu, cov)
    if "plan" in pages:
        _plan(pages, r)


def _assumptions(page: Sheet, r: Result) -> tuple[str, str]:
    """The sheet of expected returns and covariances; gives where the two stand."""
    columns = [(name, "0.000000", column) for name, column in zip(r.names, r.cov.T.tolist(), strict=True)]
    page.heading("live.assumptions")
    first, last = page.table(("asset", PLAIN, r.names), ("client.mu", PERCENT, r.mu.tolist()), *columns)
    return page.at("C", first, last), page.at("D", first, last, letter(3 + len(r.names)))


def _block(page: Sheet, column: str, first: int, last: int, formula: str, place: int = 0, skip: int = 0) -> None:
    """One array formula for a column of cells: the function's own column, or the place-th of its table."""
    ref = f"{column}{first}:{column}{last}"
    picked = f"INDEX({formula},ROW({ref})-ROW({column}{first})+{1 + skip},{place})" if place else formula
    page.formula(column, first, last, picked)


def _allocation(page: Sheet) -> None:
    first, last = page.tables["allocation.orders"]
    table = f"REBAL_DRIFT(C{first}:C{last - 1},E{first}:E{last - 1})"  # the last row is the cash left over
    for column, place in (("D", 3), ("F", 5)):
        _block(page, column, first, last - 1, table, place, 1)


def _risk(page: Sheet, r: Result, mu: str, cov: str) -> None:
    first, last = page.tables["risk.by_asset"]
    weights = {column: f"{column}{first}:{column}{last}" for column in (NOW, TARGET, PARITY)}
    _block(page, "D", first, last, f"RISK_CONTRIB({weights[NOW]},{cov})")
    _block(page, "F", first, last, f"RISK_CONTRIB({weights[TARGET]},{cov})")
    _block(page, "G", first, last, f"EQUAL_WEIGHTS({len(r.names)})")
    if not r.no_risk:
        _block(page, PARITY, first, last, f"RP_WEIGHTS({cov})")
    top = page.tables["risk.whole"][0]
    rf = f",{r.firm.rf!r}" if r.firm.rf else ""
    for row, key in enumerate(r.measures, top):
        for column, w in zip("CDE", weights.values(), strict=True):
            page.formula(column, row, row, WHOLE[key].format(w=w, mu=mu, cov=cov, rf=rf))
    if "report.frontier" in page.tables:
        first, last = page.tables["report.frontier"]
        points = last - first - 1  # the last two are the portfolio and its target
        for place, column in enumerate("CD" if rf else "CDE", 1):
            _block(page, column, first, last - 2, f"FRONTIER({mu},{cov},{points})", place, 1)
        if rf and all(row[2] is not None for row in r.frontier):
            returns, vols = (f"{column}{first}:{column}{last - 2}" for column in "CD")
            page.formula("E", first, last - 2, f"({returns}-{r.firm.rf!r})/{vols}")


def _summary(pages: dict[str, Sheet], r: Result, mu: str, cov: str) -> None:
    page, risk = pages["summary"], pages["risk"]
    first, last = risk.tables["risk.by_asset"]
    target, now = risk.at(TARGET, first, last), risk.at(NOW, first, last)
    tiles = page.tables["tiles"][0]
    page.formula("G", tiles, tiles, f"PORT_RETURN({target},{mu})")
    page.formula("I", tiles, tiles, f"PORT_VOL({target},{cov})")
    if not r.policy:
        return
    stated = r.policy["stated"]
    low, high, vol_low, vol_high = (stated[key] for key in ("return_low", "return_high", "vol_low", "vol_high"))
    limit = "" if stated.get("drawdown") is None else f",{stated['drawdown']!r}"
    first, last = page.tables["summary.policy"]
    for column, weights in (("D", target), ("F", now)):
        check = f"POLICY_CHECK({weights},{mu},{cov},{{{low!r};{high!r}}},{{{vol_low!r};{vol_high!r}}}{limit})"
        _block(page, column, first, last, check, 3, 1)


def _plan(pages: dict[str, Sheet], r: Result) -> None:
    """Tiles: chance, goal, years, wealth, monthly; the target's mean and volatility stand on the risk sheet."""
    page, risk, top = pages["plan"], pages["risk"], pages["risk"].tables["risk.whole"][0]
    row = page.tables["tiles"][0]
    keys = list(r.measures)
    mean, vol = (risk.at("D", top + keys.index(key)) for key in ("risk.return", "risk.vol"))
    fee, inflation = r.client.advisory_fee, r.firm.inflation or 0.0
    start = f"G{row},I{row},E{row},{mean}{f'-{fee!r}' if fee else ''},{vol}"
    more = f",{PATHS},{SEED},{inflation!r}" if inflation else ""
    goal = f"C{row}/(1+{inflation!r})^E{row}" if inflation and r.client.currency_goal == "then" else f"C{row}"
    page.formula("B", row, row, f"GOAL_PROB({start},{goal}{more})")
    if "plan.bands" in page.tables and float(r.client.goal_years).is_integer():
        first, last = page.tables["plan.bands"]
        for place, column in enumerate("CDEFG", 2):
            _block(page, column, first, last, f"WEALTH_BANDS({start}{more})", place, 1)
    first, _ = page.tables["plan.fees"]
    for k, (fee, _) in enumerate(r.plan["fees"], first):
        page.formula("C", k, k, f"FEE_DRAG({fee!r},E{row},{mean})")
