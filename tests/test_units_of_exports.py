"""What an export's figures are counted in: lots, ten thousands, pence, hundredths of par; never taken for units of one."""

import exports
import pytest
from test_real_files import CN_PRICES, cn, put, read, us

from xlalloc.errors import InputError
from xlalloc.reports.compute import compute

WORTH = {"沪深300ETF": 41_000, "平安银行": 13_200}


def worth(folder) -> dict[str, float]:
    inputs = read(folder)
    (client,) = inputs.clients
    assert client.id not in inputs.problems.refused, [p.wrong("en") for p in inputs.problems.items if p.fatal]
    return {p.asset.name: p.value for p in compute(client, inputs).held if p.value}


def refusals(folder) -> set[str]:
    inputs = read(folder)
    assert inputs.problems.refused
    return {p.kind for p in inputs.problems.items if p.fatal}


LOTS = {
    "header": "证券代码,证券名称,持仓(手),现价,市值\n510300,沪深300ETF,100,4.1,41000\n000001,平安银行,12,11,13200\n",
    "header without a value": "证券代码,证券名称,持仓手数,现价\n510300,沪深300ETF,100,4.1\n000001,平安银行,12,11\n",
    "line above": "数量单位：手；市值单位：万元\n证券代码,证券名称,持仓数量,市值\n510300,沪深300ETF,100,4.1\n000001,平安银行,12,1.32\n",
    "row of units": "证券代码,证券名称,持仓数量,现价\n,,手,元\n510300,沪深300ETF,100,4.1\n000001,平安银行,12,11\n",
}


@pytest.mark.parametrize("kind", LOTS)
def test_lots_are_counted_by_the_lot_of_each_asset(tmp_path, kind):
    put(cn(tmp_path, 价格=CN_PRICES), "持仓.csv", "gbk", LOTS[kind])
    assert worth(tmp_path) == pytest.approx(WORTH)
    inputs = read(tmp_path)
    assert {lot.asset: lot.units for lot in inputs.clients[0].lots} == {"沪深300ETF": 10_000, "平安银行": 1_200}
    assert "counted_in_lots" in {p.kind for p in inputs.problems.items}


def test_lots_of_an_asset_without_a_lot_size_are_asked_for(tmp_path):
    put(cn(tmp_path), "持仓.csv", "utf-8", "证券代码,证券名称,持仓(手),现价\n000009,货币基金,100,1\n")
    assert refusals(tmp_path) == {"lots_of_unknown_size"}


@pytest.mark.parametrize(
    "text",
    [
        "单位：股、万元\n证券代码,证券名称,数量,市值\n510300,沪深300ETF,10000,4.1\n000001,平安银行,1200,1.32\n",
        "单位：万元；份额单位：万份\n证券代码,证券名称,数量,市值\n510300,沪深300ETF,1,4.1\n000001,平安银行,0.12,1.32\n",
        "份额单位：万份\n证券代码,证券名称,数量,市值\n510300,沪深300ETF,1,41000\n000001,平安银行,0.12,13200\n",
        "证券代码,证券名称,持仓数量,市值\n,,股,万元\n510300,沪深300ETF,10000,4.1\n000001,平安银行,1200,1.32\n",
        "证券代码,证券名称,持仓数量,市值\n,,(万股),(万元)\n510300,沪深300ETF,1,4.1\n000001,平安银行,0.12,1.32\n",
    ],
)
def test_units_in_a_line_above_or_a_row_below_the_header(tmp_path, text):
    put(cn(tmp_path), "持仓.csv", "gbk", text)
    assert worth(tmp_path) == pytest.approx(WORTH)
    inputs = read(tmp_path)
    assert {lot.asset: lot.units for lot in inputs.clients[0].lots} == {"沪深300ETF": 10_000, "平安银行": 1_200}


def pounds(folder, text: str, **more):
    assets = [["GBP" if cell == "USD" else cell for cell in row] for row in exports.US_ASSETS]
    put(us(folder, assets=assets, **more), "positions.csv", "utf-8", text)
    return folder


@pytest.mark.parametrize(
    "text",
    [
        "Ticker,Quantity,Last Price,CCY\nVTI,100,30120,GBp\nBND,1200.5,7210,GBp\n",
        "Ticker,Quantity,Last Price,CCY,Market Value\nVTI,100,30120,GBX,30120\nBND,1200.5,7210,GBX,86556.05\n",
        "Ticker,Quantity,Last Price,CCY,Market Value\nVTI,100,30120,GBX,3012000\nBND,1200.5,7210,GBX,8655605\n",
        "Ticker,Quantity,Last Price,CCY,Market Value (GBP)\nVTI,100,30120,GBX,30120\nBND,1200.5,7210,GBX,86556.05\n",
        "Ticker,Quantity,Last Price,CCY\nVTI,100,301.20,GBP\nBND,1200.5,7210p,GBX\n",
    ],
)
def test_pence_by_the_currency_of_the_row(tmp_path, text):
    assert worth(pounds(tmp_path, text)) == pytest.approx({"Total Market ETF": 30_120, "Bond ETF": 86_556.05})


def test_a_value_of_which_nothing_says_whether_it_is_in_pence(tmp_path):
    assert refusals(pounds(tmp_path, "Ticker,CCY,Market Value\nVTI,GBX,30120\n")) == {"pence_or_pounds"}


@pytest.mark.parametrize("form", ["header", "row", "long"])
def test_prices_in_pence(tmp_path, form):
    days = exports.DAYS
    small = [[d, round(v * 100, 2), round(b * 100, 2)] for d, v, b in zip(days, exports.VTI, exports.BND, strict=True)]
    rows = {
        "header": [["Date", "VTI (GBX)", "BND (GBp)"], *small],
        "row": [["Date", "VTI", "BND"], ["Currency", "GBp", "GBX"], *small],
        "long": [
            ["Code", "Date", "Close", "Currency"],
            *[["VTI", d, v, "GBX"] for d, v, _ in small],
            *[["BND", d, b / 100, "GBP"] for d, _, b in small],
        ],
    }[form]
    put(pounds(tmp_path, "Ticker,Quantity\nVTI,100\nBND,1\n"), "prices.csv", "utf-8", exports.lines(rows))
    market = read(tmp_path).market
    for asset, series in (("Total Market ETF", exports.VTI), ("Bond ETF", exports.BND)):
        assert market.panel[:, market.assets.index(asset)].tolist() == pytest.approx(series), asset


@pytest.mark.parametrize("form", ["%d/%m/%Y", "%m/%d/%Y", "%Y%m%d", "%d.%m.%Y"])
def test_dates_across_have_the_order_of_all_of_them(tmp_path, form):
    days = [d for d in exports.DAYS if d.month == 6 or d.month == 5]
    heads = [d.strftime(form) for d in days]
    rows = [["code", "name", *heads], ["VTI", "x", *range(1, len(days) + 1)], ["BND", "y", *range(2, len(days) + 2)]]
    put(
        us(tmp_path, holdings=[["id", "asset", "value"], ["Z123", "VTI", 5]]),
        "prices.csv",
        "utf-8",
        exports.lines(rows),
    )
    assert read(tmp_path).market.dates == days
    short = [days[k] for k in (0, 1, 4)]  # 1 May, 4 May, 7 May: nothing tells
    heads = [d.strftime(form) for d in short]
    put(tmp_path, "prices.csv", "utf-8", exports.lines([["code", *heads], ["VTI", 1, 2, 3], ["BND", 1, 2, 3]]))
    if "/" in form:
        with pytest.raises(InputError, match="could be 2026-"):
            read(tmp_path)
    else:
        assert read(tmp_path).market.dates == short


def test_a_price_of_five_digits_and_point_zero_is_no_date(tmp_path):
    """As pandas writes it; 30120 is also a serial, of 1982."""
    prices = [["Code", "Date", "Close"], *[["VTI", d, f"{30120 + k}.0"] for k, d in enumerate(exports.DAYS)]]
    market = read(us(tmp_path, prices=prices, holdings=[["id", "asset", "value"], ["Z123", "VTI", 5]])).market
    assert market.panel[:, market.assets.index("Total Market ETF")].tolist() == [
        30120.0 + k for k in range(len(exports.DAYS))
    ]


@pytest.mark.parametrize(
    "line", ["(in thousands of USD)", "USD '000", "$ in thousands", "USD thousands", "（千美元）", "单位：千美元"]
)
def test_a_line_that_is_nothing_but_a_unit(tmp_path, line):
    text = f"{line}\nSymbol,Market Value\nVTI,30.12\nBND,86.55605\n"
    put(us(tmp_path), "positions.csv", "utf-8", text)
    assert worth(tmp_path) == pytest.approx({"Total Market ETF": 30_120, "Bond ETF": 86_556.05})
