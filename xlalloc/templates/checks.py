"""What is wrong with the input, in words, one line per part of it: also what was pasted past the validation.

What the results cannot be computed with leaves them blank until it is corrected; what lies above that is only a remark.
"""

import re
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string

from xlalloc.plausible import DOWN, STALE_AFTER, UP
from xlalloc.templates.allocation_page import LEVEL, PRICE
from xlalloc.templates.blocks import CHART_DATA, Work, quote, sentence
from xlalloc.templates.blocks import letter as column_letter
from xlalloc.templates.layout import GREY
from xlalloc.templates.work_page import WorkPage

NEVER = "1E-9"  # a difference this small is rounding
WORTHLESS = 10000  # less than this all holdings together are hardly worth: amounts in ten thousands?
AFTER = {"costs", "correlations"}  # they also read what the checks above them are about
A_YEAR, STALE = (f"{{{','.join(map(str, found))}}}" for found in (STALE_AFTER, STALE_AFTER.values()))
ALPHABET = '"ABCDEFGHIJKLMNOPQRSTUVWXYZ"'
UNITS = '{"万","亿","千","thousand","million"}'
LEVELS = '{"C1","C2","C3","C4","C5"}'
PRODUCTS = '{"R1","R2","R3","R4","R5"}'


def checks(work: Work, page: WorkPage) -> None:
    """The table of checks; ``check_line`` is its first finding, the ``_faults`` count those that blank results."""
    page.heading("check.heading")
    tests, ok, later = _Tests(work), quote(work.say("check.ok")), quote(work.say("check.later"))
    parts = {
        "input_faults": _of_client(tests) | _of_costs(tests) | _of_correlations(tests) | _of_goal(tests),
        "crisis_faults": _of_crises(tests),
        "price_faults": _of_prices(tests),
        "": _to_be_looked_at(tests),
    }
    first = page.row
    for name, found in parts.items():
        start = page.row
        for key, cases in found.items():
            page.put(page.row, 2, work.say(f"check.{key}"))
            for column in range(3, 11):
                page.put(page.row, column, None)
            formula = _first(cases, ok)
            if key in AFTER or name != "input_faults":  # it reads what the others must have found right
                above = f"SUM(($C${first}:$C${page.row - 1}<>{ok})*1)"
                counts = "price_faults" if key == "at_prices" else above if key in AFTER else "input_faults"
                formula = f"IF({counts}>0,{later},{formula})"
            page.put(page.row, 3, f"={formula}", array=True)
            page.row += 1
        if name:
            more = "" if name == "input_faults" else "+input_faults"
            cell = page.put(
                start,
                CHART_DATA,
                f"=SUM(($C${start}:$C${page.row - 1}<>{ok})*1){more}",
                array=True,
                color=GREY,
                line=False,
            )
            work.document.name(name, page.at(cell.coordinate))
    cells = f"$C${first}:$C${page.row - 1}"
    line = (
        f"IF(SUM(({cells}<>{ok})*1)=0,{quote(work.say('client.check_ok'))},INDEX({cells},MATCH(1,({cells}<>{ok})*1,0)))"
    )
    cell = page.put(first - 1, CHART_DATA, f"={line}", array=True, color=GREY, line=False)
    work.document.name("check_line", page.at(cell.coordinate))
    page.emphasise(f"B{first}:C{page.row - 1}", f"AND($C{first}<>{ok},$C{first}<>{later})")
    page.note("check.note")


def _first(tests: list[tuple[str, str]], ok: str) -> str:
    """The message of the first test that finds something, nested so that no later one sees what it cannot bear."""
    formula = ok
    for found, message in reversed(tests):
        formula = f"IF({found},{message},{formula})"
    return formula


@dataclass(frozen=True)
class _Tests:
    """Tests of cells as pairs: the formula that finds something, the formula of its message with sheet and cell."""

    work: Work

    def cell(self, name: str) -> tuple[str, int, int]:
        """Sheet, row and column of a name's first cell."""
        text = self.work.document.book.defined_names[name].attr_text
        [(sheet, column, row)] = re.findall(r"^'(.+?)'!\$([A-Z]+)\$(\d+)", text)
        return sheet, int(row), column_index_from_string(column)

    def place(self, name: str, row: str = "", column: str = "") -> str:
        """Sheet and cell as words; row and column are formulas where they are not those of the first cell."""
        sheet, top, left = self.cell(name)
        if not column:
            at = f"{sheet} {column_letter(left)}"
            return f"{quote(at)}&({row})" if row else quote(f"{at}{top}")
        letters = f'IF({column}>26,MID({ALPHABET},INT(({column}-1)/26),1),"")&MID({ALPHABET},MOD({column}-1,26)+1,1)'
        return f"{quote(f'{sheet} ')}&{letters}&({row or top})"

    def text(self, key: str, place: str = "", **parts: str) -> str:
        words = sentence(self.work, f"check.{key}", **parts)
        return f"{place}&{quote(self.work.say('check.at'))}&{words}" if place else words

    def one(self, name: str, key: str, found: str, **parts: str) -> tuple[str, str]:
        """A single cell."""
        return found, self.text(key, self.place(name), **parts)

    def some(self, cells: str) -> str:
        return f"SUM(({cells})*1)>0"

    def which(self, cells: str) -> str:
        return f"MATCH(1,(({cells})*1>0)*1,0)"

    def down(self, name: str, key: str, cells: str, names: str = "asset_names", **parts: str) -> tuple[str, str]:
        """A column: the first row for which ``cells`` is true, with its asset."""
        row = f"MIN(ROW({name}))-1+{self.which(cells)}"
        if names:
            parts["asset"] = f"INDEX({names},{self.which(cells)})"
        return self.some(cells), self.text(key, self.place(name, row), **parts)

    def across(self, name: str, key: str, cells: str, **parts: str) -> tuple[str, str]:
        """A row: the first column for which ``cells`` is true."""
        column = f"(MIN(COLUMN({name}))-1+{self.which(cells)})"
        return self.some(cells), self.text(key, self.place(name, "", column), **parts)

    def within(self, name: str, key: str, cells: str, **parts: str) -> tuple[str, str]:
        """A table: the first cell for which ``cells`` is true, row by row."""
        code = f"MIN(ROW({name})*1000+COLUMN({name})+1E9*(({cells})*1<=0))"
        return self.some(cells), self.text(key, self.place(name, f"INT({code}/1000)", f"MOD({code},1000)"), **parts)

    def number(self, name: str, key: str) -> tuple[str, str]:
        return self.down(name, key, f"NOT(ISNUMBER({name}))")

    def total(self, name: str, key: str) -> tuple[str, str]:
        total = f'TEXT(SUM({name}),"0.0%")'
        return f"ABS(SUM({name})-1)>0.000001", self.text(key, self.place(name), total=total)

    def single(self, name: str, low: str, high: str, key: str) -> list[tuple[str, str]]:
        """A number between two limits."""
        text = self.text(key, self.place(name))
        return [(f"NOT(ISNUMBER({name}))", text), (f"({name}<{low})+({name}>{high})>0", text)]

    def room(self, slots: int) -> dict[str, str]:
        return {"slots": quote(str(slots)), "rows": quote(str(self.work.periods + 1))}

    def missing(self, name: str, key: str, cells: str, names: str) -> tuple[str, str]:
        """What a table lacks: the first of ``names`` for which ``cells`` is true, and where the table starts."""
        return self.some(cells), self.text(key, self.place(name), asset=f"INDEX({names},{self.which(cells)})")

    def listed(self, name: str) -> str:
        """Where a name of the list of assets is not among others, whatever the spaces around it."""
        return f"NOT(ISNUMBER(MATCH(TRIM(asset_names),TRIM({name}),0)))"


def _of_client(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    words = ",".join(quote(word) for word in t.work.say("client.frequencies").split(","))
    names = "TRIM(asset_names)"
    position = "ROW(asset_names)-MIN(ROW(asset_names))+1"
    benched = "IF(COUNTA(bench_names)+COUNT(w_bench)=0,FALSE,{0})"
    return {
        "assets": [
            ("ISERROR(EFFECTIVE_N(1))", t.text("no_functions")),
            t.one("asset_cells", "none", "COUNTA(asset_cells)=0"),
            t.one("beyond_assets", "room", f"beyond_assets<>{quote(t.work.say('total'))}", **t.room(t.work.slots)),
            ("COUNTA(asset_names)<n_assets", t.down("asset_names", "gap", "ISBLANK(asset_names)", "")[1]),
            t.down("asset_names", "name_number", "NOT(ISTEXT(asset_names))", ""),
            t.down("asset_names", "twice", f"MATCH({names},{names},0)<{position}"),
        ],
        "values": [
            t.number("v_now", "value_text"), t.down("v_now", "value_negative", "v_now<0"),
            t.one("cash_flow", "flow_text", "NOT(ISNUMBER(cash_flow))"),
            t.one("cash_flow", "flow_large", "SUM(v_now)+cash_flow<0"),
            t.one("v_now", "worthless", "SUM(v_now)+MAX(0,cash_flow)<=0"),
            t.one("currency_code", "currency_unit", f"SUM(ISNUMBER(SEARCH({UNITS},currency_code))*1)>0"),
        ],
        "weights": [
            t.number("w_target", "target_text"), t.down("w_target", "target_negative", "w_target<0"),
            t.total("w_target", "target_sum"),
        ],
        "benchmark": [
            (benched.format(found), words) for found, words in (
                t.down("bench_names", "name_number", "NOT(ISTEXT(bench_names))", ""),
                t.down("w_bench", "bench_text", "NOT(ISNUMBER(w_bench))", "bench_names"),
                t.down("w_bench", "bench_text", "w_bench<0", "bench_names"),
                t.total("w_bench", "bench_sum"),
            )
        ],
        "assumptions": [
            t.number("mu_assets", "mu_text"), t.down("mu_assets", "mu_large", "ABS(mu_assets)>1"),
            t.number("vol_assets", "vol_text"), t.down("vol_assets", "vol_large", "(vol_assets<0)+(vol_assets>2)"),
            t.one("risk_free", "rf_text", "NOT(ISNUMBER(risk_free))"),
            *t.single("advisory_fee", "0", "1", "advisory_fee"), *t.single("inflation_rate", "-0.5", "1", "inflation"),
            *t.single("corr_uplift", "0", "1", "corr_uplift"), *t.single("hedge_floor", "0.2", "1", "hedge_floor"),
            *t.single("hedge_years", "0.01", "30", "hedge_years"),
        ],
        "dates": [
            t.one("as_of", "as_of_text", "NOT(ISNUMBER(as_of))"),
            t.one("last_rebalanced", "last_text", 'IF(last_rebalanced="",FALSE,NOT(ISNUMBER(last_rebalanced)))'),
            t.one("last_rebalanced", "last_future", 'IF(last_rebalanced="",FALSE,last_rebalanced>as_of)'),
            t.one("frequency_word", "frequency", f"ISERROR(MATCH(frequency_word,{{{words}}},0))"),
            *t.single("drift_threshold", "0", "1", "threshold"),
        ],
    }  # fmt: skip


def _of_costs(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    no = quote(t.work.say("client.no_order"))

    order = f'(orders_given<>"")*(orders_given<>{no})*NOT(ISNUMBER(orders_given))'

    def rate(name: str) -> tuple[str, str]:
        return t.down(name, "fee_text", f"NOT(ISNUMBER({name}))+({name}<0)+({name}>1)")

    fees = "(v_now>0)*IF(v_now*order_rates>minimum_commissions,v_now*order_rates,minimum_commissions)"
    paid = f"SUM(v_now*(1-sell_taxes-exit_fees)-{fees})+cash_flow"  # what is left once all is sold
    return {
        "costs": [
            t.number("lot_sizes", "lot_text"),
            t.down("lot_sizes", "lot_text", "lot_sizes<0"),
            rate("order_rates"),
            rate("sell_taxes"),
            rate("exit_fees"),
            t.number("minimum_commissions", "minimum_text"),
            t.down("minimum_commissions", "minimum_text", "minimum_commissions<0"),
            t.number("locked_values", "locked_text"),
            t.down("locked_values", "locked_text", "(locked_values<0)+(locked_values>v_now+0.005)"),
            t.down("orders_given", "order_text", order),
            t.down("own_prices", "price_last", f"(lot_sizes>0)*NOT(ISNUMBER({PRICE}))"),
            t.one("cash_flow", "flow_all", f"IF(cash_flow<0,{paid}<0.005,FALSE)"),
        ]
    }


def _of_correlations(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    corr = "corr_assets"
    diagonal = f"(ROW({corr})-MIN(ROW({corr}))=COLUMN({corr})-MIN(COLUMN({corr})))"
    return {
        "correlations": [
            t.down("corr_names", "name_number", "NOT(ISTEXT(corr_names))", ""),
            t.across("corr_heads", "name_number", "NOT(ISTEXT(corr_heads))"),
            t.down("corr_names", "corr_names", "TRIM(corr_names)<>TRIM(asset_names)"),
            t.across(
                "corr_heads",
                "corr_names",
                "TRIM(corr_heads)<>TRANSPOSE(TRIM(asset_names))",
                asset="INDEX(asset_names,MATCH(1,(TRIM(corr_heads)<>TRANSPOSE(TRIM(asset_names)))*1,0))",
            ),
            t.within(corr, "corr_text", f"NOT(ISNUMBER({corr}))"),
            t.within(corr, "corr_range", f"ABS({corr})>1+{NEVER}"),
            t.within(corr, "corr_symmetric", f"ABS({corr}-TRANSPOSE({corr}))>{NEVER}"),
            t.within(corr, "corr_diagonal", f"{diagonal}*({corr}<>1)"),
            t.one(corr, "corr_psd", f"ISERROR(SUM(PLAIN(COV_FROM_CORR({corr},vol_assets))))"),
        ]
    }


def _of_goal(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    return {
        "goal": [
            t.one("goal_today", "goal_text", 'IF(goal_today="",FALSE,IF(ISNUMBER(goal_today),goal_today<=0,TRUE))'),
            t.one(
                "goal_years",
                "goal_years",
                'IF(goal_years="",goal_today<>"",IF(ISNUMBER(goal_years),(goal_years<=0)+(goal_years>150)>0,TRUE))',
            ),
            t.one("monthly_saving", "monthly_text", "NOT(ISNUMBER(monthly_saving))"),
            t.one(
                "client_age",
                "age_text",
                'IF(client_age="",FALSE,IF(ISNUMBER(client_age),(client_age<0)+(client_age>120)>0,TRUE))',
            ),
        ]
    }


def _of_crises(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    tests = [
        t.down("scenario_names", "scenario_name", "ISBLANK(scenario_names)", ""),
        t.across("scenario_heads", "name_number", "NOT(ISTEXT(scenario_heads))"),
        t.missing("scenario_heads", "scenario_names", t.listed("scenario_heads"), "asset_names"),
        t.within("scenario_body", "scenario_text", "NOT(ISNUMBER(scenario_body))"),
        t.within("scenario_body", "scenario_range", "scenario_body<-1"),
    ]
    return {"scenarios": [(f"IF(n_crises=0,FALSE,{found})", words) for found, words in tests]}


def _of_prices(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    used = "ABS(w_target)+ABS(v_now)>0"
    earlier = "INDEX(price_dates,1):INDEX(price_dates,ROWS(price_dates)-1)"
    later = "INDEX(price_dates,2):INDEX(price_dates,ROWS(price_dates))"
    missing = f"({used})*{t.listed('price_heads')}"
    compared = 'NOT(ISNUMBER(MATCH(TRIM(bench_names),TRIM(price_heads),0)))*(bench_names<>"")'
    return {
        "prices": [
            t.one("price_dates", "price_few", "COUNTA(price_dates)<3"),
            t.one("price_beyond", "room", "COUNTA(price_beyond)>0", **t.room(t.work.room.columns)),
            t.across("price_heads", "name_number", "NOT(ISTEXT(price_heads))"),
            t.missing("price_heads", "price_missing", missing, "asset_names"),
            t.missing("price_heads", "price_missing", compared, "bench_names"),
            t.down("price_dates", "date_text", "NOT(ISNUMBER(price_dates))", ""),
            t.down("price_dates", "date_future", "price_dates>as_of", ""),
            t.down("price_dates", "date_order", f"{earlier}>={later}", ""),
            t.within("price_body", "price_error", "ISERROR(price_body)"),
            t.within("price_body", "price_text", '(price_body<>"")*NOT(ISNUMBER(price_body))'),
            t.within("price_body", "price_negative", '(price_body<>"")*(price_body<=0)'),
        ]
    }


def _to_be_looked_at(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    rows = "ROWS(price_dates)"
    columns = "COLUMNS(price_heads)"
    before = f"INDEX(price_body,1,1):INDEX(price_body,{rows}-1,{columns})"
    after = f"INDEX(price_body,2,1):INDEX(price_body,{rows},{columns})"
    both = f'IF({before}="",FALSE,IF({after}="",FALSE,({after}>{UP}*{before})+({after}<{DOWN}*{before})>0))'
    gaps = f"(INDEX(price_dates,2):INDEX(price_dates,{rows})-(INDEX(price_dates,1):INDEX(price_dates,{rows}-1)))"
    code = f"MIN(ROW({after})*1000+COLUMN({after})+1E9*(1-({both})*1))"
    stranger = (
        "NOT(ISNUMBER(MATCH(TRIM(price_heads),TRIM(asset_names),0)))*"
        "NOT(ISNUMBER(MATCH(TRIM(price_heads),TRIM(bench_names),0)))"
    )
    allowed = f"INDEX({STALE},1,MATCH(price_periods,{A_YEAR},0))"
    last = "MAX(price_dates)"
    worth = "SUM(v_now)+MAX(0,cash_flow)"
    hedge = "MATCH(hedge_asset,asset_names,0)"
    return {
        "at_levels": [
            t.one("risk_level", "level_unknown", f"SUM(({LEVEL}={LEVELS})*1)=0"),
            t.down("fund_levels", "fund_level_unknown", f"NOT(ISNUMBER(MATCH(TRIM(fund_levels),{PRODUCTS},0)))"),
        ],
        "at_portfolio": [
            t.one("v_now", "nothing_held", "SUM(v_now)=0"),
            t.one("v_now", "small", f"{worth}<{WORTHLESS}", total=f'TEXT({worth},"#,##0")'),
            t.one("bench_names", "bench_none", "COUNTA(bench_names)+COUNT(w_bench)=0"),
            t.down("locked_values", "sold_locked", "trade_money<locked_values-v_now-0.005"),
            t.one("hedge_asset", "hedge_unknown", f'IF(hedge_asset="",FALSE,ISERROR({hedge}))'),
        ],
        "at_prices": [
            (t.some(both), t.text("price_jump", t.place("price_body", f"INT({code}/1000)", f"MOD({code},1000)"))),
            t.one("as_of", "price_stale", f"as_of-{last}>{allowed}", date=f'TEXT({last},"yyyy-mm-dd")'),
            t.across("price_heads", "price_stranger", stranger, asset=f"INDEX(price_heads,1,{t.which(stranger)})"),
            t.one(
                "price_dates",
                "price_gap",
                f"MAX({gaps})>MAX(15,3*MEDIAN({gaps}))",
                date=f'TEXT(INDEX(price_dates,MATCH(MAX({gaps}),{gaps},0)),"yyyy-mm-dd")',
            ),
            t.within("price_body", "price_hole", 'price_body=""', count='SUM((price_body="")*1)'),
            t.one("price_dates", "under_a_year", "full_year=0"),
        ],
    }
