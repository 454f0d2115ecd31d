"""Exports of brokers in more countries: forms as seen, contents invented.

Each of HOLDINGS is (file, encoding, currency of the assets, text) and holds STOCKS; each of CHINESE holds ``exports.CN_HELD``.
"""

import exports

STOCKS = {"Total Market ETF": 30_120, "Bond ETF": 86_556.05}

HOLDINGS = {
    "blanks behind commas, before quotation marks": (
        "holdings_123.csv", "utf-8", "USD",
        """

 Symbol, Description, Qty, Cost Basis, Last, Chg, Market Value, Gain/Loss
 VTI, VANGUARD TOTAL STOCK MARKET ETF, 100, $250.00, $301.20, +$0.99, "$30,120.00", "$5,120.00"
 BND, VANGUARD TOTAL BOND MARKET, "1,200.5", $75.00, $72.10, -$0.05, "$86,556.05", "-$3,481.45"
Total,,,,,,"$116,676.05",
""",
    ),
    "DEGIRO: a currency below the header, its amount in the next column": (
        "Portfolio.csv", "utf-8", "EUR",
        """Produkt,Symbol/ISIN,Anzahl,Schlußkurs,Wert,,Wert in EUR
A,VTI,100,"301,20",EUR,"30120,00","30120,00"
B,BND,"1200,5","72,10",EUR,"86556,05","86556,05"
""",
    ),
    "DEGIRO, Dutch": (
        "Portfolio.csv", "utf-8", "EUR",
        """Product,Symbool/ISIN,Aantal,Slotkoers,Lokale waarde,,Waarde in EUR
A,VTI,100,"301,20",EUR,"30120,00","30120,00"
B,BND,"1200,5","72,10",EUR,"86556,05","86556,05"
""",
    ),
    "Swissquote, French": (
        "positions.csv", "utf-16", "EUR",
        "Symbol\tISIN\tNom\tQuantité\tPrix d'achat\tDernier\tDevise\tValeur totale EUR\tG&P\n"
        "VTI\tX1\tA\t100\t250.00\t301.20\tEUR\t30’120.00\t5’120.00\n"
        "BND\tX2\tB\t1’200.5\t75.00\t72.10\tEUR\t86’556.05\t-3’481.45\n"
        "\t\tTotal\t\t\t\t\t116’676.05\t\n",
    ),
    "Saxo: groups, whose sums stand above their rows": (
        "Positions_18-Jun-2026.csv", "utf-8", "EUR",
        """Instrument,Symbol,ISIN,Quantity,Open price,Current price,Currency,Market value,Market value (EUR),P/L (EUR)
Stocks (1),,,,,,,,"30,120.00",
A,VTI:xams,X1,100,250.00,301.20,EUR,"30,120.00","30,120.00","5,120.00"
Bonds (1),,,,,,,,"86,556.05",
B,BND:xams,X2,"1,200.5",75.00,72.10,EUR,"86,556.05","86,556.05","3,481.45-"
""",
    ),
    "Directa, Italian": (
        "directa.csv", "utf-8", "EUR",
        """Conto: 12345 - CLIENT A.
Data: 18-06-2026

Titolo;Isin;Quantità;Prezzo carico;Prezzo attuale;Valore attuale;Utile/Perdita
A;VTI;100;250,0000;301,2000;30.120,00;5.120,00
B;BND;1.200,5;75,0000;72,1000;86.556,05;-3.481,45
""",
    ),
    "Questrade": (
        "Positions.csv", "utf-8-sig", "USD",
        """Equity Symbol,Equity Description,Account Number,Account Type,Currency,Quantity,Cost/Share,Market Price,Market Value
VTI,A,26598145,TFSA,USD,100,250.00,301.20,30120.00
BND,B,26598145,TFSA,USD,1200.5,75.00,72.10,86556.05
""",
    ),
    "CommSec: the dollar of the file": (
        "Holdings.csv", "utf-8", "AUD",
        """Code,Avail Units,Purchase $,Last $,Mkt Value $,Profit/Loss $,Profit/Loss %
VTI,100,$250.000,$301.200,"$30,120.00","5,120.00",20.48
BND,"1,200.5",$75.000,$72.100,"$86,556.05","-3,481.45",-3.87
Total,,,,"$116,676.05","1,638.55",1.42
""",
    ),
    "nabtrade: A$ in headers": (
        "nabtrade.csv", "utf-8", "AUD",
        """"Stock code","Description","Quantity","Average cost A$","Market price A$","Market value A$"
"VTI.AX","A","100","250.00","301.20","30,120.00"
"BND.AX","B","1,200.5","75.00","72.10","86,556.05"
""",
    ),
    "Nordnet, Norwegian": (
        "nordnet.csv", "utf-16", "NOK",
        "Verdipapir\tAntall\tGAV\tVerdi NOK\tSiste kurs\tValuta\tISIN\n"
        "A\t100\t250,00\t30 120,00 kr\t301,20\tNOK\tVTI\nB\t1 200,5\t75,00\t86 556,05 kr\t72,10\tNOK\tBND\n",
    ),
    "Zerodha: a first column without anything": (
        "holdings-AB1234.csv", "utf-8", "USD",
        """,,,,
,Client ID,Z123,,
,Equity Holdings Statement as on 2026-06-18,,,
,Present Value,116676.05,,
,Symbol,ISIN,Sector,Quantity Available,Quantity Long Term,Average Price,Previous Closing Price,Unrealized P&L
,VTI,INE001,ETF,100,100,250,301.2,5120
,BND,INE002,ETF,1200.5,1200.5,75,72.1,-3481.45
""",
    ),
    "thinkorswim: names below codes": (
        "positions.csv", "utf-8", "USD",
        """"Position Statement for D-12345678 on 6/18/26 22:16:10"

Instrument,Qty,Days,Trade Price,Mark,Mrk Chng,P/L Open
VTI,+100,,250.00,301.20,+.99,"$5,120.00"
"VANGUARD INDEX FDS TOTAL STK MKT ETF",,,,,,
BND,"+1,200.5",,75.00,72.10,-.05,"($3,481.45)"
"VANGUARD BD INDEX FDS TOTAL BND MRKT",,,,,,
,,Subtotals:,,,,"$1,638.55"
""",
    ),
    "the days of the next dividends": (
        "h.csv", "utf-8", "USD",
        """\ufeffSymbol,Quantity,Price,Market Value,Ex-Date,Pay Date,Dividend Yield
VTI,100,301.2,30120,2026-06-20,2026-06-24,1.2%
BND,1200.5,72.1,86556.05,2026-06-01,2026-06-05,3.5%
""",
    ),
    "exchanges before the codes, in brackets": (
        "h.csv", "utf-8", "USD",
        "Security,Quantity,Market Value\nVanguard Total (NYSE:VTI),100,30120\nVanguard Bond (NASDAQ: BND),1200.5,86556.05\n",
    ),
    "each line saved as one cell": (
        "holdings.csv", "utf-8", "USD",
        '"Symbol,Quantity,Price,Market Value"\n"VTI,100,301.20,""30,120.00"""\n"BND,1200.5,72.10,86556.05"\n',
    ),
}  # fmt: skip

CHINESE = {
    "lots within the cells": (
        "gbk", "证券代码,证券名称,持仓数量,最新价,最新市值\n510300,沪深300ETF,100手,4.100,4.1万\n000001,平安银行,12手,11.00,1.32万\n",
    ),
    "lots within the cells, no value": ("gbk", "证券代码,证券名称,持仓数量,最新价\n510300,,100 手,4.100\n000001.SZ,,12手,11.00\n"),
    "lots in one cell alone": ("gbk", "证券代码,证券名称,数量,最新价\n510300,,100手,4.100\n000001.SZ,,1200股,11.00\n"),
    "name with code in brackets": ("utf-8", "股票,当前价,持仓数,市值\n沪深300ETF(SH510300),4.1,10000,41000\n平安银行(SZ000001),11,1200,13200\n"),
    "name above its code": ("utf-8", '名称/代码,现价,持有数量,市值\n"沪深300ETF\nSH510300",4.1,10000,41000\n"平安银行\nSZ000001",11,1200,13200\n'),
    "code before its name": ("utf-8", "证券,现价,持有数量,市值\n510300 沪深300ETF,4.1,10000,41000\n000001 平安银行,11,1200,13200\n"),
    "a date behind the price": ("gbk", "证券名称(代码),持有份额(份),最新净值(日期),资产(元)\n沪深300ETF(510300),\"10,000.00\",4.1000(06-18),\"41,000.00\"\n平安银行(000001),\"1,200.00\",11.0000(06-18),\"13,200.00\"\n"),
    "a certificate of funds": ("utf-8-sig", "姓名：张三,证件号码：3301**********1234\n序号,基金代码,基金简称,基金份额,基金份额净值,净值日期,资产金额(元)\n1,510300,,10000.00,4.1000,2026年06月18日,41000.00\n2,000001.SZ,,1200.00,11.0000,2026年06月18日,13200.00\n合计,,,,,,54200.00\n"),
    "Taiwan, Big5": ("big5", "股票代號,股票名稱,庫存股數,成交均價,現價,市值,損益\n510300,滬深300ETF,10000,3.9,4.1,41000,2000\n000001.SZ,平安銀行,1200,10,11,13200,1200\n"),
    "traditional characters": ("utf-8-sig", "證券代號,證券名稱,持股數量,現價,市值\n510300,,10000,4.1,41000\n000001.SZ,,1200,11,13200\n"),
    "full-width commas and digits": ("gbk", "证券代码，证券名称，数量，市值\n５１０３００，沪深300ETF，１００００，４１０００\n０００００１，平安银行，１２００，１３２００\n"),
    "single quotation marks": ("gbk", "'证券代码','证券名称','数量','市价','市值'\n'510300','沪深300ETF','10000','4.1','41000'\n'000001','平安银行','1200','11','13200'\n"),
    "聚宽": ("utf-8", ",security,price,avg_cost,init_time,locked_amount,total_amount,value,side\n0,510300.XSHG,4.1,3.9,2026-01-05 09:31:00,0,10000,41000.0,long\n1,000001.XSHE,11.0,10.0,2026-01-05 09:31:00,0,1200,13200.0,long\n"),
    "what is on its way": ("gbk", "证券代码,证券名称,数量,市价,市值,状态\n510300,沪深300ETF,10000,4.1,41000,持有\n510300,沪深300ETF,0,4.1,1000,申购在途\n000001,平安银行,1200,11,13200,\n"),
    "a valuation with groups": ("gbk", "科目代码\t科目名称\t数量\t单位成本\t市价\t市值\n1102\t股票投资\t\t\t\t54200\n1102.01\t沪深300ETF\t10000\t3.9\t4.1\t41000\n1102.33\t平安银行\t1200\t10\t11\t13200\n"),
}  # fmt: skip

JP_ASSETS = [
    exports.US_ASSETS[0],
    ["トヨタ自動車", "7203", "stock", "R4", "US stocks", 100, "JPY"],
    ["ソニーグループ", "6758", "stock", "R4", "US stocks", 100, "JPY"],
    ["全世界株式", "", "fund", "R3", "US stocks", None, "JPY"],
    ["現金円", "", "cash", "R1", "Cash", None, "JPY"],
]
JP_MODEL = [["model", "asset", "target"], ["Growth", "トヨタ自動車", "95%"], ["Growth", "現金円", "5%"]]
JP_HELD = {"トヨタ自動車": 750_000, "ソニーグループ": 320_000, "全世界株式": 299_873}
JAPANESE = {
    "SBI": (
        "SaveFile.csv", "cp932", ["トヨタ自動車", "ソニーグループ"],
        """ポートフォリオ一覧

株式（現物/特定預り）
銘柄（コード）,買付日,数量,取得単価,現在値,前日比,損益,損益（％）,評価額
7203 トヨタ自動車,----/--/--,300,2000,2500,+10,+150000,+25.00,750000
6758 ソニーグループ,----/--/--,100,3000,3200,-5,▲20000,-6.67,320000
""",
    ),
    "楽天": (
        "assetbalance(all)_20260618.csv", "cp932", list(JP_HELD),
        '''"■資産合計欄"
"","時価評価額［円］"
"資産合計","1,369,873"

"■ 保有商品詳細 (すべて）"
"種別","銘柄コード・ティッカー","銘柄","口座","保有数量","［単位］","平均取得価額","［単位］","現在値","［単位］","時価評価額[円]","時価評価額[外貨]","評価損益[円]"
"国内株式","7203","トヨタ自動車","特定","300","株","2,000.00","円","2,500.0","円","750,000","-","150,000"
"国内株式","6758","ソニーグループ","特定","100","株","3,000.00","円","3,200.0","円","320,000","-","20,000"
"投資信託","","全世界株式","NISAつみたて投資枠","262,310","口","13,000","円","11,432","円","299,873","-","-41,130"
''',
    ),
    "prices of 10,000 units, half-width headers": ("zandaka.csv", "cp932", ["全世界株式"], "ﾌｧﾝﾄﾞ名,保有口数,基準価額\n全世界株式,262310口,11432円\n"),
    "yen by the sign of the yuan": ("houyu.csv", "utf-8", ["トヨタ自動車"], '銘柄コード,銘柄名,保有株数,現在値,評価額\n7203,トヨタ自動車,300株,¥2500,"¥750,000"\n'),
}  # fmt: skip

NEITHER = {
    "Dividends.csv": "Date,Symbol,Amount\n2026-03-24,VTI,94.00\n",
    "RealizedGains.csv": "Symbol,Quantity,Date Acquired,Date Sold,Proceeds,Cost Basis\nVTI,10,2024-01-02,2026-01-05,3000,2500\n",
    "Income.csv": "Symbol,Description,Pay Date,Ex-Date,Amount\nVTI,A,2026-03-24,2026-03-20,94.00\n",
    "Orders.csv": "Symbol,Order Status,Quantity,Order Date,Price\nVTI,Filled,10,2026-03-24,300\n",
    "交割单.csv": "成交日期,成交时间,证券代码,证券名称,成交数量,成交均价,成交金额\n20260601,09:31:00,VTI,某,100,301.2,30120\n",
    "分红.csv": "证券代码,证券名称,除权日,派息日,金额\nVTI,某,20260320,20260324,94\n",
}
"""Files of what happened to holdings, and of nothing that is held."""
