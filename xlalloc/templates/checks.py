"""What is wrong with the input, in words, one line a part of it: also what was pasted past the validation."""

from xlalloc.templates.blocks import Work, quote
from xlalloc.templates.work_page import WorkPage

NEVER = "1E-9"  # a difference this small is rounding


def checks(work: Work, page: WorkPage) -> tuple[str, str]:
    """The table of checks; gives a formula that is 1 where something is wrong, and the cells that say what."""
    page.heading("check.heading")
    first = page.row
    for key, tests in _parts(work).items():
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


def _parts(work: Work) -> dict[str, list[tuple[str, str]]]:
    def text(key: str) -> str:
        return quote(work.say(f"check.{key}"))

    def some(cells: str) -> str:
        return f"SUM(({cells})*1)>0"

    def named(cells: str, key: str, names: str = "asset_names") -> tuple[str, str]:
        """Where any of the cells is true, the message with the name of the first."""
        before, after = work.say(f"check.{key}", asset="|").split("|")
        return some(cells), f"{quote(before)}&INDEX({names},MATCH(1,({cells})*1,0))&{quote(after)}"

    def number(cells: str, key: str) -> tuple[str, str]:
        return named(f"NOT(ISNUMBER({cells}))", key)

    def total(cells: str, key: str) -> tuple[str, str]:
        return f"ABS(SUM({cells})-1)>0.000001", f'{text(key)}&TEXT(SUM({cells}),"0.0%")'

    def single(name: str, low: str, high: str, key: str) -> list[tuple[str, str]]:
        return [(f"NOT(ISNUMBER({name}))", text(key)), (f"({name}<{low})+({name}>{high})>0", text(key))]

    words = ",".join(quote(word) for word in work.say("client.frequencies").split(","))
    return {
        "assets": [
            ("COUNTA(asset_cells)=0", text("none")),
            ("COUNTA(asset_names)<n_assets", text("gap")),
            named("MATCH(asset_names,asset_names,0)<ROW(asset_names)-MIN(ROW(asset_names))+1", "twice"),
        ],
        "values": [
            number("v_now", "value_text"), named("v_now<0", "value_negative"),
            ("NOT(ISNUMBER(cash_in_out))", text("flow_text")),
            ("SUM(v_now)+cash_in_out<0", text("flow_large")),
            ("SUM(v_now)<=0", text("worthless")),
        ],
        "weights": [
            number("w_target", "target_text"), named("w_target<0", "target_negative"), total("w_target", "target_sum"),
            number("w_bench", "bench_text"), total("w_bench", "bench_sum"),
        ],
        "assumptions": [
            number("mu_assets", "mu_text"), named("ABS(mu_assets)>1", "mu_large"), number("vol_assets", "vol_text"),
            named("(vol_assets<0)+(vol_assets>2)", "vol_large"), ("NOT(ISNUMBER(risk_free))", text("rf_text")),
        ],
        "levels": [
            ('SUM((risk_level={"C1","C2","C3","C4","C5"})*1)=0', text("level_unknown")),
            named('NOT(ISNUMBER(MATCH(fund_levels,{"R1","R2","R3","R4","R5"},0)))', "fund_level_unknown"),
        ],
        "dates": [
            ("NOT(ISNUMBER(as_of))", text("as_of_text")),
            ('IF(last_rebalanced="",FALSE,NOT(ISNUMBER(last_rebalanced)))', text("last_text")),
            ('IF(last_rebalanced="",FALSE,last_rebalanced>as_of)', text("last_future")),
            (f"ISERROR(MATCH(check_frequency,{{{words}}},0))", text("frequency")),
        ],
        "costs": [
            *single("drift_threshold", "0", "1", "threshold"), *single("commission_rate", "0", "0.1", "commission"),
            number("lot_sizes", "lot_text"), named("lot_sizes<0", "lot_text"), number("sale_fees", "fee_text"),
            named("(sale_fees<0)+(sale_fees>1)", "fee_text"),
        ],
        "correlations": [
            (some("corr_names<>asset_names"), text("corr_names")),
            (some("corr_heads<>TRANSPOSE(asset_names)"), text("corr_names")),
            (some("NOT(ISNUMBER(corr))"), text("corr_text")),
            (some(f"ABS(corr)>1+{NEVER}"), text("corr_range")),
            (some(f"ABS(corr-TRANSPOSE(corr))>{NEVER}"), text("corr_symmetric")),
            (some("(ROW(corr)-MIN(ROW(corr))=COLUMN(corr)-MIN(COLUMN(corr)))*(corr<>1)"), text("corr_diagonal")),
        ],
        "scenarios": [
            named("NOT(ISNUMBER(MATCH(asset_names,scenario_heads,0)))", "scenario_names"),
            (some("NOT(ISNUMBER(scenario_body))"), text("scenario_text")),
            (some("scenario_body<-1"), text("scenario_range")),
        ],
        "prices": [
            ("ROWS(price_dates)<3", text("price_few")),
            named("NOT(ISNUMBER(MATCH(asset_names,price_heads,0)))", "price_missing"),
            named("NOT(ISNUMBER(MATCH(price_heads,asset_names,0)))", "price_stranger", "price_heads"),
            (some("NOT(ISNUMBER(price_dates))"), text("date_text")),
            ("MAX(price_dates)>as_of", text("date_future")),
            (some("INDEX(price_dates,1):INDEX(price_dates,MAX(1,ROWS(price_dates)-1))>=INDEX(price_dates,MIN(2,ROWS("
                  "price_dates))):INDEX(price_dates,ROWS(price_dates))"), text("date_order")),
            (some("ISERROR(price_body)"), text("price_error")),
            (some('(price_body<>"")*NOT(ISNUMBER(price_body))'), text("price_text")),
            (some('(price_body<>"")*(price_body<=0)'), text("price_negative")),
            named("(lot_sizes>0)*(unit_prices<=0)", "price_last"),
            (some('price_body=""'), f'{text("price_hole")}&SUM((price_body="")*1)'),
        ],
        "goal": [
            ('IF(goal_amount="",FALSE,NOT(ISNUMBER(goal_amount)))', text("goal_text")),
            ("IF(goal_amount=\"\",FALSE,(goal_years<1)+(goal_years>30)+(goal_years<>ROUND(goal_years,0))>0)",
             text("goal_years")),
            ("NOT(ISNUMBER(monthly_saving))", text("monthly_text")),
        ],
    }  # fmt: skip
