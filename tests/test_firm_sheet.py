"""The sheet firm: every key read in both languages, wrong ones told, rates and fees in the figures."""

import pytest
from report_data import example, write_book

from xlalloc.core.planning import goal_prob
from xlalloc.core.portfolio import port_return, port_sharpe, port_vol
from xlalloc.errors import InputError
from xlalloc.reports.brand import logo
from xlalloc.reports.compute import compute
from xlalloc.reports.firm import KEYS, Firm
from xlalloc.reports.read import read
from xlalloc.reports.vocabulary import vocabulary

SET = {
    "name": "Lakeside Wealth (invented)", "logo": "lake.png", "colour": "#1f3a5f", "contact": "desk 12", "footer": "Lakeside",
    "disclaimer": "No promise.", "risk_document": "Risk Notice 2026", "pages": "summary, risk; notes", "internal_pages": "plan",
    "rf": 0.02, "inflation": "2.5%", "advisory_fee": "0.8%", "suitability": "warn", "suitability_by": "portfolio",
    "simulated": "internal", "projections": "client", "min_months": 24, "decimal": ".", "date_order": "dmy",
}  # fmt: skip
CHINESE = {
    "suitability": "提示",
    "suitability_by": "组合",
    "simulated": "仅内部",
    "projections": "客户可见",
    "pages": "概要、风险，说明",
    "internal_pages": "目标测算",
    "date_order": "日月年",
}


def inputs_with(folder, rows, header=("key", "value", "language"), sheet="firm"):
    sheets = example()
    del sheets["firm"]
    sheets[sheet] = [list(header), *[[*row, None][:3] for row in rows]]
    (folder / "lake.png").write_bytes(logo())
    return read(write_book(folder / "clients.xlsx", sheets))


def told(inputs) -> list[tuple[str, str]]:
    return [(p.kind, p.location.value) for p in inputs.problems.items if p.location.sheet in ("firm", "机构")]


def test_every_key_is_read(tmp_path):
    assert set(SET) == set(KEYS)
    firm = inputs_with(tmp_path, SET.items()).firm
    assert firm.text("name", "zh") == SET["name"] and firm.text("risk_document", "en") == "Risk Notice 2026"
    assert (firm.rf, firm.inflation, firm.advisory_fee, firm.min_months) == (0.02, 0.025, 0.008, 24)
    assert (firm.colour, firm.logo, firm.pages) == ("1F3A5F", logo(), ("summary", "risk", "notes"))
    assert not firm.hold and firm.suitability_by == "portfolio" and firm.internal_pages == ("plan",)
    assert not firm.shows("simulated", "en") and firm.shows("projections", "zh")


def test_chinese_keys_and_words_are_the_same(tmp_path):
    plain = inputs_with(tmp_path, SET.items()).firm
    rows = [(KEYS[key].zh[0], CHINESE.get(key, value)) for key, value in SET.items()]
    other = inputs_with(tmp_path, rows, ("项目", "内容", "语言"), "机构")
    assert other.firm == plain and other.firm.digest == plain.digest
    assert [kind for kind, _ in told(other)] == ["firm_pages_lack"]  # the orders are on none of these pages


def test_texts_by_language_and_what_is_left_out(tmp_path):
    firm = inputs_with(
        tmp_path, [("name", "Lakeside", "en"), ("name", "湖畔", "中文"), ("projections", "client", "zh")]
    ).firm
    assert (firm.text("name", "en"), firm.text("name", "zh"), firm.text("footer", "en")) == ("Lakeside", "湖畔", "")
    assert firm.shows("projections", "zh") and not firm.shows("simulated", "zh") and firm.shows("simulated", "en")
    assert firm.rf is firm.inflation is firm.advisory_fee is None
    assert Firm().digest != firm.digest


def test_what_is_wrong_is_told(tmp_path):
    rows = [("colour", "blue-ish"), ("logo", "../lake.png"), ("pages", "summary, magic"), ("motto", "Higher"), ("rf", 0.02, "en"),
            ("rf", 0.03), ("name", "A", "klingon"), ("footer", "x" * 101)]  # fmt: skip
    inputs = inputs_with(tmp_path, rows)
    assert sorted(told(inputs)) == sorted([
        ("firm_colour", "blue-ish"), ("firm_picture", "../lake.png"), ("firm_pages", "summary, magic"),
        ("unknown_firm_key", "motto"), ("firm_no_language", "en"), ("firm_key_twice", "rf"), ("unknown_option", "klingon"),
        ("firm_too_long", "x" * 60),  # a problem quotes as much
    ])  # fmt: skip
    assert inputs.firm.rf == 0.02 and not inputs.firm.logo and not inputs.firm.colour
    assert inputs.firm.text("footer", "en") == "x" * 100


@pytest.mark.parametrize(
    ("key", "value"),
    [("rf", 2), ("rf", "two"), ("inflation", "60%"), ("advisory_fee", -0.01), ("advisory_fee", "30%"), ("suitability", "maybe"),
     ("suitability_by", "fund"), ("simulated", "x"), ("min_months", 1.5), ("min_months", -1), ("decimal", ";")],
)  # fmt: skip
def test_a_rule_or_a_figure_that_cannot_be_read_stops_the_run(tmp_path, key, value):
    with pytest.raises(InputError, match=f"sheet firm: {key} is .*is needed"):
        inputs_with(tmp_path, [(key, value)])


def test_all_of_them_are_told_at_once(tmp_path):
    with pytest.raises(InputError, match=r"rf is .*; suitability is .*"):
        inputs_with(tmp_path, [("rf", "two"), ("suitability", "maybe")])


# In the figures ----------------------------------------------------------------------------------------------------------


def result_of(inputs, k=1):
    client = inputs.clients[k]
    found = compute(client, inputs)
    return client, found, vocabulary(found, inputs)


def test_rates_and_fees_enter_the_figures(tmp_path):
    inputs = inputs_with(tmp_path, [("rf", "2%"), ("inflation", "2.5%"), ("advisory_fee", "0.8%")])
    client, found, names = result_of(inputs)
    assert (names["risk_free"], names["inflation_rate"], names["advisory_fee"]) == (0.02, 0.025, 0.008)
    target, mu, cov = names["w_target"], names["mu_assets"], names["cov_assets"]
    assert found.measures["risk.sharpe"][1] == pytest.approx(port_sharpe(target, mu, cov, 0.02), rel=1e-12)
    net = port_return(target, mu) - 0.008
    start = (names["total_value"] + client.cash_flow, client.monthly, client.goal_years, net, port_vol(target, cov))
    assert names["goal_chance"] == pytest.approx(goal_prob(*start, client.goal, 10_000, 1, 0.025), abs=1e-12)
    assert names["goal_today"] == client.goal and names["goal_low"] == found.plan["bands"][-1][1]
    kpis = {row[0]: row[1] for row in found.history.kpis}
    assert (
        kpis["Sharpe ratio"]
        < {row[0]: row[1] for row in result_of(inputs_with(tmp_path, []))[1].history.kpis}["Sharpe ratio"]
    )


def test_the_clients_own_fee_wins_and_a_goal_of_that_day_is_brought_to_today(tmp_path):
    sheets = example()
    header = sheets["clients"][0]
    for key, value in (("advisory_fee", 0), ("currency_goal", "then")):
        sheets["clients"][2][header.index(key)] = value
    sheets["firm"] = [["key", "value"], ["advisory_fee", "0.8%"], ["inflation", "3%"]]
    inputs = read(write_book(tmp_path / "clients.xlsx", sheets))
    client, _, names = result_of(inputs)
    assert names["advisory_fee"] == 0.0 and inputs.clients[0].advisory_fee == 0.008
    assert names["goal_today"] == pytest.approx(client.goal / 1.03**client.goal_years, rel=1e-12)


def test_pages_that_others_refer_to_are_missed(tmp_path):
    """ "See Orders" and "see Appendix" led nowhere where a firm leaves these pages out."""
    assert told(inputs_with(tmp_path, [("pages", "notes, allocation"), ("internal_pages", "risk")])) == []
    for rows in ([("pages", "summary,notes")], [("internal_pages", "配置")]):
        inputs = inputs_with(tmp_path, rows)
        assert told(inputs) == [("firm_pages_lack", rows[0][1])]
        assert "Not for the client: allocation." in inputs.problems.items[0].wrong("en")
