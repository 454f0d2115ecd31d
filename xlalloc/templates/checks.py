"""What is wrong with the input, in words, one line a part of it: also what was pasted past the validation."""

from dataclasses import dataclass

from xlalloc.templates.blocks import Work, quote, sentence
from xlalloc.templates.work_page import WorkPage

NEVER = "1E-9"  # a difference this small is rounding


def checks(work: Work, page: WorkPage) -> tuple[str, str]:
    """The table of checks; gives a formula that is 1 where something is wrong, and the cells that say what."""
    page.heading("check.heading")
    first, tests_of = page.row, _Tests(work)
    for key, tests in (_of_client(tests_of) | _of_market(tests_of)).items():
        page.put(page.row, 2, work.say(f"check.{key}"))
        for column in range(3, 11):
            page.put(page.row, column, None)
        page.put(page.row, 3, "=" + _first(work, tests), array=True)
        page.row += 1
    page.emphasise(f"B{first}:C{page.row - 1}", f"$C{first}<>{quote(work.say('check.ok'))}")
    page.note("check.note")
    return f"($C${first}:$C${page.row - 2}<>{quote(work.say('check.ok'))})*1", f"$C${first}:$C${page.row - 2}"


def _first(work: Work, tests: list[tuple[str, str]]) -> str:
    """The message of the first test that finds something, nested so that no later one sees what it cannot bear."""
    formula = quote(work.say("check.ok"))
    for found, message in reversed(tests):
        formula = f"IF({found},{message},{formula})"
    return formula


@dataclass(frozen=True)
class _Tests:
    """Tests of cells as pairs: the formula that finds something, the formula of its message."""

    work: Work

    def text(self, key: str, **parts: str) -> str:
        return sentence(self.work, f"check.{key}", **parts)

    def some(self, cells: str) -> str:
        return f"SUM(({cells})*1)>0"

    def named(self, cells: str, key: str, names: str = "asset_names") -> tuple[str, str]:
        """Where any of the cells is true, the message with the name of the first."""
        return self.some(cells), self.text(key, asset=f"INDEX({names},MATCH(1,({cells})*1,0))")

    def number(self, cells: str, key: str) -> tuple[str, str]:
        return self.named(f"NOT(ISNUMBER({cells}))", key)

    def total(self, cells: str, key: str) -> tuple[str, str]:
        return f"ABS(SUM({cells})-1)>0.000001", self.text(key, total=f'TEXT(SUM({cells}),"0.0%")')

    def none(self, cells: str) -> str:
        """Where a cell is no share between 0 and 1."""
        return f"(NOT(ISNUMBER({cells}))+({cells}<0)+({cells}>1)>0)"

    def single(self, name: str, low: str, high: str, key: str) -> list[tuple[str, str]]:
        text = self.text(key)
        return [(f"NOT(ISNUMBER({name}))", text), (f"({name}<{low})+({name}>{high})>0", text)]


def _of_client(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    no = quote(t.work.say("client.no_order"))
    words = ",".join(quote(word) for word in t.work.say("client.frequencies").split(","))
    return {
        "assets": [
            ("COUNTA(asset_cells)=0", t.text("none")),
            ("COUNTA(asset_names)<n_assets", t.text("gap")),
            t.named("MATCH(asset_names,asset_names,0)<ROW(asset_names)-MIN(ROW(asset_names))+1", "twice"),
        ],
        "values": [
            t.number("v_now", "value_text"), t.named("v_now<0", "value_negative"),
            ("NOT(ISNUMBER(cash_flow))", t.text("flow_text")),
            ("SUM(v_now)+cash_flow<0", t.text("flow_large")),
            ("SUM(v_now)<=0", t.text("worthless")),
        ],
        "weights": [
            t.number("w_target", "target_text"), t.named("w_target<0", "target_negative"),
            t.total("w_target", "target_sum"),
            t.named("NOT(ISNUMBER(w_bench))", "bench_text", "bench_names"), t.total("w_bench", "bench_sum"),
        ],
        "assumptions": [
            t.number("mu_assets", "mu_text"), t.named("ABS(mu_assets)>1", "mu_large"),
            t.number("vol_assets", "vol_text"),
            t.named("(vol_assets<0)+(vol_assets>2)", "vol_large"), ("NOT(ISNUMBER(risk_free))", t.text("rf_text")),
            *t.single("advisory_fee", "0", "1", "advisory_fee"), *t.single("inflation_rate", "-0.5", "1", "inflation"),
        ],
        "levels": [
            ('SUM((risk_level={"C1","C2","C3","C4","C5"})*1)=0', t.text("level_unknown")),
            t.named('NOT(ISNUMBER(MATCH(fund_levels,{"R1","R2","R3","R4","R5"},0)))', "fund_level_unknown"),
        ],
        "dates": [
            ("NOT(ISNUMBER(as_of))", t.text("as_of_text")),
            ('IF(last_rebalanced="",FALSE,NOT(ISNUMBER(last_rebalanced)))', t.text("last_text")),
            ('IF(last_rebalanced="",FALSE,last_rebalanced>as_of)', t.text("last_future")),
            (f"ISERROR(MATCH(frequency_word,{{{words}}},0))", t.text("frequency")),
        ],
        "costs": [
            *t.single("drift_threshold", "0", "1", "threshold"),
            t.number("lot_sizes", "lot_text"), t.named("lot_sizes<0", "lot_text"),
            t.named(f"{t.none('order_rates')}+{t.none('sell_taxes')}+{t.none('exit_fees')}>0", "fee_text"),
            t.number("minimum_commissions", "minimum_text"), t.named("minimum_commissions<0", "minimum_text"),
            t.number("locked_values", "locked_text"),
            t.named("(locked_values<0)+IF(ISNUMBER(v_now),locked_values>v_now+0.005,FALSE)", "locked_text"),
            t.named(f'(orders_given<>"")*(orders_given<>{no})*NOT(ISNUMBER(orders_given))', "order_text"),
            t.named("IF(ISNUMBER(trade_money),trade_money<locked_values-v_now-0.005,FALSE)", "sold_locked"),
        ],
    }  # fmt: skip


def _of_market(t: _Tests) -> dict[str, list[tuple[str, str]]]:
    return {
        "correlations": [
            (t.some("corr_names<>asset_names"), t.text("corr_names")),
            (t.some("corr_heads<>TRANSPOSE(asset_names)"), t.text("corr_names")),
            (t.some("NOT(ISNUMBER(corr_assets))"), t.text("corr_text")),
            (t.some(f"ABS(corr_assets)>1+{NEVER}"), t.text("corr_range")),
            (t.some(f"ABS(corr_assets-TRANSPOSE(corr_assets))>{NEVER}"), t.text("corr_symmetric")),
            (t.some("(ROW(corr_assets)-MIN(ROW(corr_assets))=COLUMN(corr_assets)-MIN(COLUMN(corr_assets)))*"
                    "(corr_assets<>1)"), t.text("corr_diagonal")),
        ],
        "scenarios": [
            t.named("NOT(ISNUMBER(MATCH(asset_names,scenario_heads,0)))", "scenario_names"),
            (t.some("NOT(ISNUMBER(scenario_body))"), t.text("scenario_text")),
            (t.some("scenario_body<-1"), t.text("scenario_range")),
        ],
        "prices": [
            ("ROWS(price_dates)<3", t.text("price_few")),
            t.named("NOT(ISNUMBER(MATCH(asset_names,price_heads,0)))", "price_missing"),
            t.named("NOT(ISNUMBER(MATCH(price_heads,asset_names,0)))*NOT(ISNUMBER(MATCH(price_heads,bench_names,0)))",
                    "price_stranger", "price_heads"),
            t.named("NOT(ISNUMBER(MATCH(bench_names,price_heads,0)))", "price_missing", "bench_names"),
            (t.some("NOT(ISNUMBER(price_dates))"), t.text("date_text")),
            ("MAX(price_dates)>as_of", t.text("date_future")),
            (t.some("INDEX(price_dates,1):INDEX(price_dates,MAX(1,ROWS(price_dates)-1))>=INDEX(price_dates,MIN(2,ROWS("
                  "price_dates))):INDEX(price_dates,ROWS(price_dates))"), t.text("date_order")),
            (t.some("ISERROR(price_body)"), t.text("price_error")),
            (t.some('(price_body<>"")*NOT(ISNUMBER(price_body))'), t.text("price_text")),
            (t.some('(price_body<>"")*(price_body<=0)'), t.text("price_negative")),
            t.named("(lot_sizes>0)*NOT(ISNUMBER(unit_prices))", "price_last"),
            (t.some('price_body=""'), t.text("price_hole", count='SUM((price_body="")*1)')),
        ],
        "goal": [
            ('IF(goal_today="",FALSE,NOT(ISNUMBER(goal_today)))', t.text("goal_text")),
            ('IF(goal_today="",FALSE,IF(ISNUMBER(goal_years),(goal_years<=0)+(goal_years>150)>0,TRUE))',
             t.text("goal_years")),
            ("NOT(ISNUMBER(monthly_saving))", t.text("monthly_text")),
        ],
    }  # fmt: skip
