"""Files and rows that look like holdings and are none: trades, loans, days below one another, lots beside their total."""

import pytest
from test_prices_and_values import positions
from test_real_files import cn, put, read, us
from test_units_of_exports import refusals, worth

from xlalloc.errors import InputError

TRADES = {
    "holdings.csv": "Date,Action,Symbol,Quantity,Price,Amount\n06/01/2026,Buy,VTI,100,301.20,30120\n06/15/2026,Sell,VTI,50,300,15000\n",
    "持仓.csv": "成交日期,证券代码,证券名称,买卖标志,数量,价格,金额\n20260601,VTI,某基金,买入,100,301.2,30120\n20260602,VTI,某基金,卖出,50,300,15000\n",
    "holdings.txt": "Run Date\tTransaction Type\tSymbol\tQuantity\tPrice\tValue\n2026-06-01\tYOU BOUGHT\tVTI\t100\t301.20\t30120\n",
}


@pytest.mark.parametrize("name", TRADES)
def test_a_list_of_trades_is_no_list_of_holdings(tmp_path, name):
    put(us(tmp_path), name, "utf-8", TRADES[name])
    with pytest.raises(
        InputError, match=r"this is a list of trades \(.+: .+\), not of what is held\. Export the positions"
    ):
        read(tmp_path)


@pytest.mark.parametrize("name", TRADES)
def test_trades_beside_the_positions_are_not_counted(tmp_path, name):
    put(positions(tmp_path, "Symbol,Quantity,Market Value\nVTI,50,15060\n"), f"trades of {name}", "utf-8", TRADES[name])
    assert worth(tmp_path) == {"Total Market ETF": 15_060}


def test_a_rating_is_no_trade(tmp_path):
    positions(tmp_path, "Symbol,Quantity,Market Value,Ratings,Type\nVTI,100,30120,Buy,Cash\nBND,1,72.1,Sell,Margin\n")
    assert worth(tmp_path)["Total Market ETF"] == 30_120


@pytest.mark.parametrize(
    "header,cell",
    [
        ("Long/Short", "Short"),
        ("持仓方向", "空头"),
        ("合约类型", "融券"),
        ("融资余额", "20000"),
        ("Margin Loan", "$5,000"),
    ],
)
def test_what_is_owed_is_refused_in_whatever_column_it_stands(tmp_path, header, cell):
    text = f'Symbol,Quantity,Price,Market Value,{header}\nVTI,100,301.2,30120,"{cell}"\nBND,1,72.1,72.1,\n'
    assert refusals(positions(tmp_path, text)) == {"below_zero"}
    (found,) = (p for p in read(tmp_path).problems.items if p.fatal)
    assert (found.location.row, found.location.column, found.location.value) == (2, header, cell)


def test_what_is_owned_is_not(tmp_path):
    text = "Symbol,Quantity,Price,Market Value,Side,Margin Loan\nVTI,100,301.2,30120,Long,0.00\nBND,1,72.1,72.1,L,--\n"
    assert worth(positions(tmp_path, text)) == pytest.approx({"Total Market ETF": 30_120, "Bond ETF": 72.1})


def test_holdings_of_several_days_are_not_added_up(tmp_path):
    rows = "20260617,510300,沪深300ETF,10000,4.0,40000\n20260617,000001,平安银行,1200,10.9,13080\n20260618,510300,沪深300ETF,10000,4.1,41000\n20260618,000001,平安银行,1200,11,13200\n"
    put(cn(tmp_path), "持仓.csv", "gbk", "日期,证券代码,证券名称,数量,市价,市值\n" + rows)
    assert refusals(tmp_path) == {"several_days"}


def test_funds_with_net_asset_values_of_their_own_days_are_of_one_day(tmp_path):
    rows = "510300,沪深300ETF,10000,4.1,41000,2026-06-18\n000001,平安银行,1200,11,13200,2026-06-17\n"
    put(cn(tmp_path), "持仓.csv", "gbk", "证券代码,证券名称,数量,市价,市值,净值日期\n" + rows)
    assert worth(tmp_path) == pytest.approx({"沪深300ETF": 41_000, "平安银行": 13_200})


def test_lots_beside_their_total_are_not_counted_twice(tmp_path):
    lots = "VTI,01/15/2025,60,301.20,18072.00\nVTI,03/20/2025,40,301.20,12048.00\n"
    text = f"Symbol,Acquired,Quantity,Price,Market Value\nVTI,Multiple,100,301.20,30120.00\n{lots}"
    assert refusals(positions(tmp_path, text)) == {"lots_and_their_sum"}
    assert worth(positions(tmp_path, text.replace("VTI,Multiple,100,301.20,30120.00\n", ""))) == pytest.approx(
        {"Total Market ETF": 30_120}
    )
    other = text.replace("Multiple,100,301.20,30120", "Multiple,70,301.20,21084")  # an older lot whose day is not known
    assert worth(positions(tmp_path, other)) == pytest.approx({"Total Market ETF": 51_204})


@pytest.mark.parametrize(
    "header,own,other", [("Client Name", "A. Client", "B. Other"), ("Account Name", "A. Client", "Someone Else")]
)
def test_what_another_person_holds_is_not_the_only_clients(tmp_path, header, own, other):
    text = f"{header},Symbol,Quantity,Market Value\n{{}},VTI,100,30120\n{{}},BND,1200.5,86556.05\n"
    for first, second in ((other, own), (own, other)):
        positions(tmp_path, text.format(first, second))
        name, value = ("Bond ETF", 86_556.05) if second == own else ("Total Market ETF", 30_120)
        assert worth(tmp_path) == pytest.approx({name: value})
        assert [p.location.column for p in read(tmp_path).problems.items if p.kind == "whose"] == [other]


def test_accounts_of_the_only_client_may_have_names_of_their_own(tmp_path):
    text = "Account Name,Symbol,Quantity,Market Value\nIndividual,VTI,100,30120\nRoth IRA,BND,1200.5,86556.05\n"
    assert len(worth(positions(tmp_path, text))) == 2
    assert refusals(positions(tmp_path, text.replace("Account Name", "Client Name"))) == {"no_holdings"}


def test_a_disclaimer_in_several_cells_is_no_holding(tmp_path):
    text = 'Symbol,Quantity,Market Value\nVTI,100,30120\n\n"Past performance is no guarantee.","Values as of 06/18/2026",\n'
    assert worth(positions(tmp_path, text)) == {"Total Market ETF": 30_120}
