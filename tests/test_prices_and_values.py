"""Units, price and value of an export that do not go together: the figure whose unit and currency are known counts."""

import exports
import pytest
from test_real_files import cn, put, read, us, write
from test_units_of_exports import refusals, worth

TREASURY = ["Treasury", "91282CJJ1", "bond", "R2", "US bonds", None, "USD"]
CALL = ["Call", "AAPL 270115C200", "stock", "R4", "US stocks", 1, "USD"]


def positions(folder, text: str, currency: str = "USD", *assets, **more):
    rows = [[currency if cell == "USD" else cell for cell in row] for row in [*exports.US_ASSETS, *assets]]
    put(us(folder, assets=rows, **more), "positions.csv", "utf-8", text)
    return folder


def kinds(folder) -> list[str]:
    inputs = read(folder)
    return [p.kind for p in inputs.problems.items if p.kind.startswith("price_in_other")]


@pytest.mark.parametrize(
    "row,value",
    [
        ("91282CJJ1,10000,98.5,9850", 9850),  # per cent of par
        ("91282CJJ1,10000,98.5,9873.20", 9873.2),  # with accrued interest
        ("AAPL 270115C200,2,5.20,1040", 1040),  # contracts of a hundred
        ("AAPL 270115C200,2,5.20,104000", 104_000),  # of ten thousand
    ],
)
def test_prices_for_a_hundred_of_par_and_for_a_unit_of_a_contract(tmp_path, row, value):
    text = f"Symbol,Quantity,Price,Market Value\nVTI,100,301.20,30120\n{row}\n"
    found = worth(positions(tmp_path, text, "USD", TREASURY, CALL))
    assert found.pop("Total Market ETF") == pytest.approx(30_120) and list(found.values()) == pytest.approx([value])
    assert kinds(tmp_path) == ["price_in_other_unit"]


def test_lots_that_no_header_names_are_told_by_the_value(tmp_path):
    text = "证券代码,证券名称,持仓,现价,市值\n510300,沪深300ETF,100,4.1,41000\n000001,平安银行,12,11,13200\n"
    put(cn(tmp_path), "持仓.csv", "utf-8", text)
    assert {lot.asset: lot.units for lot in read(tmp_path).clients[0].lots} == {"沪深300ETF": 10_000, "平安银行": 1_200}
    assert worth(tmp_path) == pytest.approx({"沪深300ETF": 41_000, "平安银行": 13_200})


IN_EUR = {"Total Market ETF": 27_710.4, "Bond ETF": 86_556.05}
OF_TWO_CURRENCIES = {
    "DEGIRO": 'Product,Symbol/ISIN,Amount,Closing,Local value,,Value in EUR\nTotal Market ETF,VTI,100,"301,20",USD,"30120,00","27710,40"\nBond ETF,BND,"1200,5","72,10",EUR,"86556,05","86556,05"\n',
    "Saxo": "Instrument;Symbol;Position;Current price;Market value;Currency;Market value (EUR)\nStocks;VTI:arcx;100;301,20;30.120,00;USD;27.710,40\nBonds;BND:xetr;1.200,5;72,10;86.556,05;EUR;86.556,05\n",
    "UBS": "Quantity;Ccy;Description;Price;Market value EUR\n100;USD;Total Market ETF;301.20;27'710.40\n1'200.5;EUR;Bond ETF;72.10;86'556.05\n",
    "IBKR Flex": '"ClientAccountID","CurrencyPrimary","Symbol","Quantity","MarkPrice","PositionValue","PositionValueInBase"\n"Z123","USD","VTI","100","301.2","30120","27710.4"\n"Z123","EUR","BND","1200.5","72.1","86556.05","86556.05"\n',
    "custodian": "Security,Quantity,Market Value (Local),Market Value (Base),Currency\nVTI,100,30120.00,27710.40,USD\nBND,1200.5,86556.05,86556.05,EUR\n",
    "currency of a price": "Symbol,Quantity,Price,Market Value (EUR)\nVTI,100,$301.20,27710.40\nBND,1200.5,72.10,86556.05\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", OF_TWO_CURRENCIES)
def test_a_value_in_the_files_currency_counts_whatever_the_price_is_in(tmp_path, kind):
    assert worth(positions(tmp_path, OF_TWO_CURRENCIES[kind], "EUR")) == pytest.approx(IN_EUR)


def test_without_a_value_in_the_files_currency_a_second_one_is_refused(tmp_path):
    text = "Symbol,Quantity,Price,Market Value,Currency\nVTI,100,301.20,30120,USD\n"
    assert refusals(positions(tmp_path, text, "EUR")) == {"second_currency"}


def test_a_share_of_hong_kong_is_quoted_in_its_own_currency(tmp_path):
    assets = [*exports.CN_ASSETS, ["某港股", "00700.HK", "股票", "R4", 100, "沪深300", "人民币", 0]]
    text = "证券代码,证券名称,证券数量,市价,最新市值,币种\n00700,某港股,100,400,36800,人民币\n"
    write(cn(tmp_path), 资产=assets)
    put(tmp_path, "持仓.csv", "gbk", text)
    assert worth(tmp_path) == {"某港股": 36_800} and kinds(tmp_path) == ["price_in_other_currency"]


@pytest.mark.parametrize(
    "text,value",
    [
        ("Symbol,Quantity,Market Value,Market Value\nVTI,100,30120,30120.00\n", 30_120),
        ("Symbol,Quantity,Price,Market Value,Market Value\nVTI,100,301.2,29000,30120\n", 30_120),
        ("Symbol,Quantity,Price,Market Value,Market Value\nVTI,100,301.2,,30120\n", 30_120),
        ("Symbol,Quantity,Market Value,Market Value (USD)\nVTI,100,27710,30120\n", 30_120),
        ("Symbol,Quantity,Close,Last,Market Value\nVTI,100,290,301.2,30120\n", 30_120),
        ("Symbol,Quantity,Shares,Last,Market Value\nVTI,90,100,301.2,30120\n", 30_120),
        ("Symbol,Quantity,Market Value,Current Value\nVTI,100,27710,30120\n", None),
        ("Symbol,Quantity,Shares,Price\nVTI,100,90,301.2\n", None),
        ("Symbol,Quantity,Price,Last Price\nVTI,100,301.2,290\n", None),
    ],
)
def test_two_columns_of_one_meaning(tmp_path, text, value):
    """By the currency, by units × price; where neither tells and they differ, the firm is asked."""
    positions(tmp_path, text)
    if value is None:
        assert refusals(tmp_path) == {"two_columns"}
        headers = [["theirs", "ours", "sheet"], ["Current Value", "value", ""], ["Quantity", "units", ""]]
        write(tmp_path, headers=[*headers, ["Price", "price", ""]])
        value = 30_120
    assert worth(tmp_path) == {"Total Market ETF": pytest.approx(value)}


def test_two_tables_side_by_side_are_not_read_by_halves(tmp_path):
    head, one, other = "Symbol,Quantity,Market Value", "VTI,100,30120", "BND,1200.5,86556.05"
    assert refusals(positions(tmp_path, f"{head},,{head}\n{one},,{other}\n")) == {"two_columns"}
    head, one, other = "Symbol,Quantity,Price,Market Value", "VTI,100,301.2,30120", "BND,1200.5,72.1,86556.05"
    assert refusals(positions(tmp_path, f"{head},,{head}\n{one},,{other}\n")) == {"two_columns"}
