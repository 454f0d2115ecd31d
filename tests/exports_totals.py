"""More exports of brokers and banks, with totals of accounts and households: forms as seen, contents invented.

Each is (file, encoding, currency of the assets, text) and holds what ``exports`` has: all of US_HELD, its two funds
without the cash, or CN_HELD.
"""

import exports

STOCKS = {name: held for name, held in exports.US_HELD.items() if name != "Government fund"}

EXPORTS = {
    'Schwab, all accounts of a household': (
        'All-Accounts-Positions-2026-06-18.csv', 'utf-8', 'USD', exports.US_HELD,
        """\
"Positions for All-Accounts as of 05:25 PM ET, 06/18/2026"

"Individual ...123"
"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type"
"VTI","VANGUARD TOTAL STOCK MARKET ETF","100","$301.20","$30,120.00","ETFs & Closed End Funds"
"Cash & Cash Investments","--","--","--","$2,500.50","Cash and Money Market"
"Account Total","--","--","--","$32,620.50","--"

"Roth_IRA ...999"
"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Security Type"
"BND","VANGUARD BOND","1,200.5","$72.10","$86,556.05","ETFs & Closed End Funds"
"Account Total","--","--","--","$86,556.05","--"

"Household Total","--","--","--","$119,176.55","--"
""",
    ),
    "an adviser's platform, totals of account and household": (
        'positions.csv', 'utf-8', 'USD', exports.US_HELD,
        """Household,Account,Symbol,Security Description,Quantity,Price,Market Value
Client Family,Z123-1,VTI,Vanguard Total Stock,60,301.20,18072.00
Client Family,Z123-1,CASH,Cash,,,500.50
Client Family,Z123-1,,Account Total,,,18572.50
Client Family,Z123-2,VTI,Vanguard Total Stock,40,301.20,12048.00
Client Family,Z123-2,BND,Vanguard Bond,1200.5,72.10,86556.05
Client Family,Z123-2,CASH,Cash,,,2000.00
Client Family,Z123-2,,Total for Z123-2,,,100604.05
Client Family,,,Client Family Household Total,,,119176.55
,,,Grand Total (1 household),,,119176.55
""",
    ),
    'totals without a word': (
        'positions.csv', 'utf-8', 'USD', STOCKS,
        """Household,Account,Symbol,Quantity,Price,Market Value
Client Family,A-1,VTI,60,301.20,18072.00
Client Family,A-1,BND,1200.5,72.10,86556.05
Client Family,A-1,,,,104628.05
Client Family,A-2,VTI,40,301.20,12048.00
Client Family,A-2,,,,12048.00
Client Family,,,,,116676.05
""",
    ),
    'subtotals of groups, of cash too': (
        'positions.csv', 'utf-8', 'USD', exports.US_HELD,
        """Symbol,Description,Quantity,Price,Market Value
VTI,Vanguard Total Stock,100,301.20,30120.00
Equities Total,,,,30120.00
BND,Vanguard Bond,1200.5,72.10,86556.05
Fixed Income Total,,,,86556.05
Cash,Cash,,,2500.50
Cash Total,,,,2500.50
Total Portfolio Value,,,,119176.55
""",
    ),
    'a row of units, groups, brackets for minus': (
        'pos.csv', 'utf-8', 'USD', exports.US_HELD,
        """Portfolio Holdings Report,,,,,,
As of: 18-Jun-2026,,,,,,
,,,,,,
Ticker,Security Name,Shares,Unit Price,Market Value (USD),% of Portfolio,Unrealized G/L
,,,,USD,%,USD
EQUITY,,,,,,
VTI,Total Market ETF,100.000,301.20,"30,120.00",25.27%,"5,120.00"
Subtotal - Equity,,,,"30,120.00",25.27%,"5,120.00"
FIXED INCOME,,,,,,
BND,Bond ETF,"1,200.500",72.10,"86,556.05",72.63%,"(3,481.45)"
Subtotal - Fixed Income,,,,"86,556.05",72.63%,"(3,481.45)"
CASH,,,,,,
SPAXX,Government fund,"2,500.500",1.00,"2,500.50",2.10%,-
Accrued income,,,,12.50,,
Grand Total,,,,"119,189.05",100.00%,"1,638.55"
Page 1 of 1,,,,,,
""",
    ),
    'Interactive Investor in pence': (
        'portfolio.csv', 'utf-8-sig', 'GBP', STOCKS,
        """\
"Account: SIPP Z123","","","","","","",""
"Symbol","Name","Qty","Price","Market Value","Book Cost","Gain","Gain %"
"VTI","Total Market ETF","100","30,120p","£30,120.00","£25,000.00","£5,120.00","20.48%"
"BND","Bond ETF","1,200.5","7,210.00p","£86,556.05","£90,037.50","-£3,481.45","-3.87%"
"Totals","","","","£116,676.05","£115,037.50","£1,638.55","1.42%"
""",
    ),
    'a German bank with groups and short years': (
        'depot.csv', 'cp1252', 'EUR', exports.US_HELD,
        """\
"Depotbestand per 18.06.2026"
"Depotinhaber: Jürgen Müßig"
"";"Depot Z123";"";"";""

"Bezeichnung";"WKN";"Stück/Nom.";"Kurs";"Kurs-Datum";"Wert in EUR";"Diff. in %"
"Aktien";"";"";"";"";"";""
"Total Market ETF";"VTI";"100";"301,20 EUR";"18.06.26";"30.120,00 EUR";"+20,48 %"
"Summe Aktien";"";"";"";"";"30.120,00 EUR";""
"Anleihen";"";"";"";"";"";""
"Bond ETF";"BND";"1.200,5";"72,10 EUR";"18.06.26";"86.556,05 EUR";"-3,87 %"
"Summe Anleihen";"";"";"";"";"86.556,05 EUR";""
"Verrechnungskonto";"";"";"";"";"2.500,50 EUR";""
"Gesamtvermögen";"";"";"";"";"119.176,55 EUR";""
""",
    ),
    "an account's total in the account's column": (
        'vg.csv', 'utf-8', 'USD', exports.US_HELD,
        """Client Name,A. Client,,,,,,,
Portfolio,Z123,,,,,,,

Account,Investment Name,Ticker,Quantity,Price,Currency,Total Cost,Value,Change %
ISA,Total Market ETF,VTI,100.00,301.2000,USD,"25,000.00","30,120.00",20.48%
ISA,Bond ETF,BND,"1,200.50",72.1000,USD,"90,037.50","86,556.05",-3.87%
ISA,Cash,,,,USD,,"2,500.50",
ISA Total,,,,,,"117,538.00","119,176.55",1.39%
""",
    ),
    'a merged row of groups above the header': (
        'm.csv', 'utf-8', 'USD', STOCKS,
        """Position,,,Valuation,,
Ticker,Name,Quantity,Price,Market value,Weight
VTI,Total Market ETF,100,301.20,"30,120.00",25.8%
BND,Bond ETF,"1,200.5",72.10,"86,556.05",74.2%
,,,,"116,676.05",100.0%
""",
    ),
    'spaces between thousands, semicolons, decimal points': (
        'rh.csv', 'utf-8', 'USD', STOCKS,
        """Instrument;Ticker;Qty.;Avg Px;Last Px;Mkt. Value;Ccy
Total Market ETF;VTI;100;250.00;301.20;30 120.00;USD
Bond ETF;BND;1 200.5;75.00;72.10;86 556.05;USD
""",
    ),
    'a Swiss bank': (
        'zkb.csv', 'utf-8', 'CHF', STOCKS,
        """Depot-Nr. Z123;;;;
Valor;Bezeichnung;Anzahl / Nominal;Kurs;Marktwert CHF
VTI;Total Market ETF;100;301.20;30’120.00
BND;Bond ETF;1’200.5;72.10;86’556.05
Total;;;;116’676.05
""",
    ),
    "a bank's deposit by its kind": (
        'ms.csv', 'utf-8', 'USD', exports.US_HELD,
        """\
"Holdings for: All Accounts"
"As of 06/18/2026 04:15 PM ET"
Account Number,Name,Symbol,CUSIP,Product Type,Quantity,Last ($),Market Value ($),Day Change ($)
AAA-Z123-001,VANGUARD TOTAL,VTI,922908769,Stocks / Options,100,301.20,"30,120.00",99.00
AAA-Z123-001,VANGUARD BOND,BND,921937835,Stocks / Options,"1,200.5",72.10,"86,556.05",-60.02
AAA-Z123-001,MS BANK DEPOSIT,,,Cash MMF and BDP,"2,500.50",1.00,"2,500.50",0.00
Total,,,,,,,"119,176.55",38.98
""",
    ),
    'guarded client numbers, 万元': (
        '持仓.csv', 'gbk', 'USD', exports.CN_HELD,
        """客户持仓明细表
单位：万元,,,,,
客户号,证券代码,证券名称,证券数量,最新价,市值（万元）
="10086",="510300",沪深300ETF,"10,000",4.100,4.10
="10086",="000001",平安银行,"1,200",11.000,1.32
小计,,,,,5.42
合计,,,,,5.42
""",
    ),
    '账户合计与家庭合计': (
        '持仓.xls', 'gbk', 'USD', exports.CN_HELD,
        """资金账号\t证券代码\t证券名称\t证券数量\t成本价\t市价\t参考市值
66001\t'510300\t沪深300ETF\t6000\t3.9\t4.1\t24600
66001\t\t账户合计\t\t\t\t24600
66002\t'510300\t沪深300ETF\t4000\t3.9\t4.1\t16400
66002\t'000001\t平安银行\t1200\t10\t11\t13200
66002\t\t账户合计\t\t\t\t29600
\t\t家庭合计\t\t\t\t54200
""",
    ),
}  # fmt: skip
