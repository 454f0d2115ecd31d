"""Normal files that hold more than holdings: other tables, lines, rows of nothing; headers of more languages and of pivots."""

import exports
import pytest
from test_prices_and_values import positions
from test_real_files import cn, put, read, us
from test_units_of_exports import refusals, worth

CN = {"沪深300ETF": 41_000, "平安银行": 13_200}
HEAD = "证券代码,证券名称,数量,市价,市值\n"
ROWS = "510300,沪深300ETF,10000,4.1,41000\n000001,平安银行,1200,11,13200\n"
BESIDE = {
    "a footer in two cells": HEAD + ROWS + "打印时间：2026-06-18 10:00:00,,,操作员：张某,\n",
    "bonds for repo": HEAD + ROWS + "888880,标准券,1000,0,0\n",
    "an application for shares": HEAD + ROWS + "732001,某某申购,0,0,0\n",
    "what was sold today": HEAD + ROWS + "000009,货币基金,0,0,0\n",
    "a row of units": HEAD + ",,股,元,元\n" + ROWS,
    "a pivot": "行标签,求和项:数量,求和项:市值\n510300,10000,41000\n平安银行,1200,13200\n总计,11200,54200\n",
    "a pivot in English": "Row Labels,Sum of 市值\n510300,41000\n平安银行,13200\nGrand Total,54200\n",
}


@pytest.mark.parametrize("kind", BESIDE)
def test_what_stands_among_holdings_and_is_none(tmp_path, kind):
    put(cn(tmp_path), "持仓.csv", "gbk", BESIDE[kind])
    assert {name: value for name, value in worth(tmp_path).items() if value} == pytest.approx(CN)


CASH = {
    "line above": "人民币: 余额:12345.67  可用:12345.67  可取:12345.67\n" + HEAD + ROWS,
    "table above": "币种,资金余额,可用金额\n人民币,5000.00,5000.00\n\n" + HEAD + ROWS,
    "table below": HEAD + ROWS + "\n资金余额,可用资金,冻结资金\n5000,5000,0\n",
}


@pytest.mark.parametrize("kind", CASH)
def test_cash_beside_the_table_is_said_not_to_count(tmp_path, kind):
    put(cn(tmp_path), "持仓.csv", "gbk", CASH[kind])
    assert worth(tmp_path) == pytest.approx(CN)
    assert "cash_beside" in {p.kind for p in read(tmp_path).problems.items}
    put(tmp_path, "持仓.csv", "gbk", CASH[kind].replace(ROWS, ROWS + "000009,货币基金,500,1,500\n"))
    assert "cash_beside" not in {p.kind for p in read(tmp_path).problems.items}


def test_a_group_of_words_ends_no_table(tmp_path):
    text = "Symbol,Description,Quantity,Market Value\nVTI,Stocks,100,30120\n\nBonds,Fixed income,,\nBND,Bonds,1200.5,86556.05\n"
    assert refusals(positions(tmp_path, text)) == {"unknown_asset"}  # which row it is, rather than the rest left out
    assert [lot.units for lot in read(tmp_path).clients[0].lots] == [100, None, 1200.5]


def test_a_row_that_names_no_asset_says_so(tmp_path):
    text = "Symbol,Description,Quantity,Price,Market Value\nVTI,Stocks,100,301.2,30120\n,,60,301.2,18072\n"
    assert refusals(positions(tmp_path, text)) == {"no_asset_in_row"}


def test_credits_and_debits_of_an_account(tmp_path):
    text = 'Symbol,Quantity,Market Value\nVTI,100,"30,120.00 CR"\nBND,1200.5,"86,556.05CR"\n'
    assert worth(positions(tmp_path, text)) == pytest.approx({"Total Market ETF": 30_120, "Bond ETF": 86_556.05})
    assert refusals(positions(tmp_path, text + 'SPAXX,,"5,000.00 DR"\n')) == {"below_zero"}


LANGUAGES = {
    "français": "Libellé;Code ISIN;Quantité;Cours;Valorisation;Devise\nUn fonds;VTI;100;301,20;30\u202f120,00;EUR\nUn autre;BND;1\u00a0200,5;72,10;86\u202f556,05;EUR\n",
    "italiano": "Titolo;Codice ISIN;Quantità;Prezzo;Controvalore;Divisa\nUn fondo;VTI;100;301,2;30.120,00;EUR\nUn altro;BND;1.200,5;72,1;86.556,05;EUR\n",
    "español": "Producto;ISIN;Títulos;Precio;Valoración;Divisa\nUn fondo;VTI;100;301,20;30.120,00;EUR\nOtro;BND;1.200,5;72,10;86.556,05;EUR\n",
    "português": "Ativo;Código;Quantidade;Preço;Valor de mercado\nUm fundo;VTI;100;301,20;30.120,00\nOutro;BND;1.200,5;72,10;86.556,05\n",
    "svenska": "Namn;ISIN;Volym;Senaste;Marknadsvärde;Valuta\nEn fond;VTI;100;301,20;30120,00;EUR\nEn annan;BND;1200,5;72,10;86556,05;EUR\n",
    "日本語": "銘柄コード,銘柄名,保有数量,現在値,評価額\nVTI,ある投信,100,301.20,30120\nBND,別の投信,1200.5,72.10,86556.05\n",
    "custodian": "Asset ID,Asset Description,Shares/Par,Unit Price,Base Market Value\nVTI,A fund,100.0000,301.2000,30120.00\nBND,Another,1200.5000,72.1000,86556.05\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", LANGUAGES)
def test_headers_of_more_languages(tmp_path, kind):
    positions(tmp_path, LANGUAGES[kind], "EUR")
    assert worth(tmp_path) == pytest.approx({"Total Market ETF": 30_120, "Bond ETF": 86_556.05})


def test_a_name_over_several_columns_of_prices(tmp_path):
    rows = [[d, v * 0.99, v, b * 0.99, b] for d, v, b in zip(exports.DAYS, exports.VTI, exports.BND, strict=True)]
    heads = [["", "VTI", "", "BND", ""], ["Date", "Open", "Close", "Open", "Close"]]
    folder = us(tmp_path, holdings=[["id", "asset", "value"], ["Z123", "VTI", 5]])
    put(folder, "prices.csv", "utf-8", exports.lines([*heads, *rows]))
    market = read(folder).market
    for asset, series in (("Total Market ETF", exports.VTI), ("Bond ETF", exports.BND)):
        assert market.panel[:, market.assets.index(asset)].tolist() == pytest.approx(series)


def test_weekdays_behind_dates_as_a_chinese_terminal_writes_them(tmp_path):
    folder = us(tmp_path, holdings=[["id", "asset", "value"], ["Z123", "VTI", 5]])
    for code, series in (("VTI", exports.VTI), ("BND", exports.BND)):
        days = [f"{d},{'一二三四五六日'[d.weekday()]}" for d in exports.DAYS]
        table = [["时间", "开盘", "收盘", "总手"], *[[d, p, p, "1,234"] for d, p in zip(days, series, strict=True)]]
        put(folder, f"prices/{code}.xls", "gbk", exports.lines(table, "\t"))
    market = read(folder).market
    assert market.dates == exports.DAYS and set(market.assets) >= {"Total Market ETF", "Bond ETF"}
