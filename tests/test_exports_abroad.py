"""Exports of brokers in more countries, files beside them that hold no positions, and what the same file twice makes."""

import exports
import exports_abroad as abroad
import pytest
from test_kinds_of_files import WORTH
from test_prices_and_values import positions
from test_real_files import CN_PRICES, cn, put, read, us
from test_units_of_exports import refusals, worth

from xlalloc.errors import InputError

POSITIONS = "Symbol,Quantity,Price,Market Value\nVTI,100,301.2,30120\nBND,1200.5,72.1,86556.05\n"


def units(folder) -> dict:
    return {lot.asset: lot.units for lot in read(folder).clients[0].lots}


@pytest.mark.parametrize("kind", abroad.HOLDINGS)
def test_brokers_of_more_countries(tmp_path, kind):
    name, encoding, currency, text = abroad.HOLDINGS[kind]
    assets = [[currency if cell == "USD" else cell for cell in row] for row in exports.US_ASSETS]
    put(us(tmp_path, assets=assets), name, encoding, text)
    assert worth(tmp_path) == pytest.approx(abroad.STOCKS)
    assert units(tmp_path) == {"Total Market ETF": 100, "Bond ETF": 1200.5}


def test_units_that_are_available_count_where_no_column_has_all(tmp_path):
    text = "Symbol,{}Quantity Available,Price\nVTI,{}60,301.2\nBND,{}1200.5,72.1\n"
    kinds = [p.kind for p in read(positions(tmp_path, text.format("", "", ""))).problems.items]
    assert "units_available" in kinds and units(tmp_path)["Total Market ETF"] == 60
    kinds = [p.kind for p in read(positions(tmp_path, text.format("Quantity,", "100,", "1200.5,"))).problems.items]
    assert not {"units_available", "two_columns"} & {*kinds} and units(tmp_path)["Total Market ETF"] == 100


@pytest.mark.parametrize("kind", abroad.CHINESE)
def test_chinese_files_of_more_kinds(tmp_path, kind):
    encoding, text = abroad.CHINESE[kind]
    put(cn(tmp_path, 价格=CN_PRICES), "持仓.csv", encoding, text)
    assert worth(tmp_path) == pytest.approx({"沪深300ETF": 41_000, "平安银行": 13_200})
    assert units(tmp_path) == {"沪深300ETF": 10_000, "平安银行": 1_200}


@pytest.mark.parametrize("kind", abroad.JAPANESE)
def test_japanese_files(tmp_path, kind):
    name, encoding, held, text = abroad.JAPANESE[kind]
    put(us(tmp_path, assets=abroad.JP_ASSETS, models=abroad.JP_MODEL), name, encoding, text)
    assert worth(tmp_path) == pytest.approx({asset: abroad.JP_HELD[asset] for asset in held}, rel=1e-5)
    said = [dict(p.words)["encoding"] for p in read(tmp_path).problems.items if p.kind == "encoding"]
    assert said == (["Shift-JIS"] if encoding == "cp932" else [])


@pytest.mark.parametrize("currency,sign", [("HKD", "$"), ("HKD", "元"), ("SGD", "S$"), ("CAD", "$"), ("TWD", "NT$")])
def test_a_sign_of_several_currencies_is_the_files_own(tmp_path, currency, sign):
    positions(tmp_path, f"Symbol,Quantity,Market Value\nVTI,100,{sign}30120\nBND,1200.5,{sign}86556.05\n", currency)
    assert worth(tmp_path) == pytest.approx(WORTH)
    if currency != "TWD":
        assert refusals(positions(tmp_path, "Symbol,Market Value\nVTI,US$30120\n", currency)) == {"second_currency"}


@pytest.mark.parametrize("cell", ["负债合计", "Margin balance", "融资负债"])
def test_a_debt_without_a_minus_is_refused_as_one(tmp_path, cell):
    assert refusals(positions(tmp_path, f"Symbol,Quantity,Market Value\nVTI,100,30120\n{cell},,20000\n")) == {
        "below_zero"
    }


@pytest.mark.parametrize("heading", ["Stocks (1)", "Equity", "股票"])
def test_an_amount_that_is_not_the_sum_of_what_follows_is_asked_for(tmp_path, heading):
    text = f"Symbol,Quantity,Market Value\n{heading},,{{}}\nVTI,100,30120\n"
    assert worth(positions(tmp_path, text.format(30120))) == {"Total Market ETF": 30_120}
    assert refusals(positions(tmp_path, text.format(40120))) == {"unknown_asset"}
    assert refusals(positions(tmp_path, text.format(30120).replace(heading, "A note"))) == {"unknown_asset"}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_product_not_known_that_is_worth_two_others_is_no_total(tmp_path, place):
    """Amounts that somebody types are round."""
    rows = ["VTI,300000", "BND,200000"]
    rows.insert(place, "Gold bar,500000")
    text = "Product,Market Value\n" + "\n".join(rows) + "\n"
    assert refusals(positions(tmp_path, text)) == {"unknown_asset"}
    group = worth(positions(tmp_path, text.replace("Gold bar", "Equities" if place else "Stocks (2)")))
    assert place == 1 or group == {"Total Market ETF": 300_000, "Bond ETF": 200_000}


@pytest.mark.parametrize(
    "row",
    ["USD,,2500.5,1,2500.5", ",U S DOLLAR,2500.5,1,2500.5", ",USD Cash,,,2500.5", "USD,US DOLLARS CURRENCY,,,2500.5"],
)
def test_money_by_the_name_of_its_currency_is_cash(tmp_path, row):
    text = "Symbol,Description,Quantity,Price,Market Value\nVTI,A,100,301.2,30120\n{}\n"
    assert worth(positions(tmp_path, text.format(row))) == {"Total Market ETF": 30_120, "Government fund": 2500.5}
    assert refusals(positions(tmp_path, text.format("EUR,,2000,1,2000"))) == {"second_currency"}
    assert refusals(positions(tmp_path, text.format("USD,A fund of this code,100,80,8000"))) == {"unknown_asset"}


@pytest.mark.parametrize("cell", ["VTI Total", "Total (VTI)", "小计 VTI"])
def test_a_subtotal_that_names_its_product_is_no_second_holding(tmp_path, cell):
    text = f"Symbol,Quantity,Market Value\nVTI,60,18072\nVTI,40,12048\n{cell},100,30120\nBND,1200.5,86556.05\n"
    positions(tmp_path, text)
    assert sum(lot.units for lot in read(tmp_path).clients[0].lots if lot.asset == "Total Market ETF") == 100


@pytest.mark.parametrize("cell", ["VTI (short)", "VTI（冻结）", "VTI [put]"])
def test_what_a_bracket_behind_a_code_says_is_not_passed_over(tmp_path, cell):
    text = "Symbol,Quantity,Market Value\n{},100,30120\nBND,1200.5,86556.05\n"
    assert refusals(positions(tmp_path, text.format(cell))) == {"unknown_asset"}
    assert worth(positions(tmp_path, text.format("VTI (USD)"))) == pytest.approx(WORTH)
    assert worth(positions(tmp_path, text.format("VTI (Vanguard Total Market)"))) == pytest.approx(WORTH)


@pytest.mark.parametrize("name", abroad.NEITHER)
def test_what_happened_to_holdings_is_not_held(tmp_path, name):
    put(positions(tmp_path, POSITIONS), name, "utf-8", abroad.NEITHER[name])
    assert worth(tmp_path) == pytest.approx(WORTH)
    assert units(tmp_path) == {"Total Market ETF": 100, "Bond ETF": 1200.5}


@pytest.mark.parametrize("name", ["RealizedGains.csv", "Income.csv", "Orders.csv", "交割单.csv"])
def test_what_happened_to_holdings_is_refused_as_holdings(tmp_path, name):
    put(us(tmp_path), "holdings.csv", "utf-8", abroad.NEITHER[name])
    with pytest.raises(
        InputError, match=r"a list of trades \(.+\), not of what is held\. Export the positions instead"
    ):
        read(tmp_path)


@pytest.mark.parametrize("event", ["Settlement Date", "Record Date", "成交均价"])
def test_a_market_value_is_of_what_is_held(tmp_path, event):
    """Lots with the day of their purchase, positions with a day of record."""
    text = f"Symbol,Quantity,{event},Market Value\nVTI,100,2026-01-05,30120\nBND,1200.5,2026-01-05,86556.05\n"
    put(us(tmp_path), "holdings.csv", "utf-8", text)
    assert worth(tmp_path) == pytest.approx(WORTH)


@pytest.mark.parametrize("again", [POSITIONS, POSITIONS.replace("301.2,30120", "300,30000")])
def test_one_export_in_two_files_is_not_counted_twice(tmp_path, again):
    put(positions(tmp_path, POSITIONS), "Positions (1).csv", "utf-8", again)
    assert refusals(tmp_path) == {"export_twice"}


def test_two_accounts_with_the_same_units_are_two(tmp_path):
    text = "Account,Symbol,Quantity,Market Value\n{0},VTI,100,30120\n{0},BND,1200.5,86556.05\n"
    put(positions(tmp_path, text.format("A1")), "Positions (1).csv", "utf-8", text.format("A2"))
    assert worth(tmp_path) == pytest.approx({name: 2 * value for name, value in WORTH.items()})


@pytest.mark.parametrize(
    "data,words",
    [
        (b"%PDF-1.4\n%\xe2\xe3", "a PDF, whatever it is called"),
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><html><body>Your session has expired</body></html>", "a web page without a table"),
    ],
)
def test_a_file_that_is_no_table_is_named_with_the_remedy(tmp_path, data, words):
    (us(tmp_path) / "holdings.csv").write_bytes(data)
    with pytest.raises(InputError, match=f"holdings.csv: {words}"):
        read(tmp_path)
