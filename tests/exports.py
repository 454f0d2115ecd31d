"""Holdings and prices as brokers, banks and vendors export them: forms as public parsers know them, contents invented.

Every file holds the same: US_HELD or CN_HELD, or the series of ``path``, so that whatever is read must equal that.
"""

import datetime as dt
import math

US_ASSETS = [
    ["asset", "code", "kind", "risk_level", "class", "lot", "currency"],
    ["Total Market ETF", "VTI", "etf", "R3", "US stocks", 1, "USD"],
    ["Bond ETF", "BND", "etf", "R2", "US bonds", 1, "USD"],
    ["Government fund", "SPAXX", "cash", "R1", "Cash", None, "USD"],
]
US_MODEL = [["model", "asset", "target"], ["Growth", "VTI", "60%"], ["Growth", "BND", "35%"], ["Growth", "SPAXX", "5%"]]
US_CLIENTS = [
    ["id", "name", "model", "risk_level", "last_rebalanced", "frequency", "threshold"],
    ["Z123", "A. Client", "Growth", "C4", "2025-12-31", "quarterly", "5%"],
]
US_HELD = {"Total Market ETF": (100.0, 30120.0), "Bond ETF": (1200.5, 86556.05), "Government fund": (None, 2500.5)}
CN_ASSETS = [
    ["资产", "代码", "品种", "产品风险等级", "每手", "资产类别", "币种", "卖出税率"],
    ["沪深300ETF", "510300", "etf", "R3", 100, "沪深300", "人民币", 0],
    ["华夏成长混合", "000001", "基金", "R3", None, "沪深300", "人民币", 0],
    ["平安银行", "000001", "股票", "R4", 100, "沪深300", "人民币", 0.0005],
    ["货币基金", "000009", "货币基金", "R1", None, "货币基金", "人民币", 0],
]
CN_MODEL = [
    ["模型", "资产", "目标权重"],
    ["平衡", "沪深300ETF", "50%"],
    ["平衡", "平安银行", "40%"],
    ["平衡", "货币基金", "10%"],
]
CN_CLIENTS = [
    ["客户编号", "姓名", "模型", "风险等级", "上次再平衡", "检查频率", "触发阈值"],
    ["10086", "张三", "平衡", "C4", "2026-03-30", "每季", "5%"],
]
CN_HELD = {"沪深300ETF": (10000.0, 41000.0), "平安银行": (1200.0, 13200.0)}

US_EXPORTS = {
    "schwab": (
        "Individual-Positions-2026-06-18.csv", "utf-8",
        '''"Positions for account Individual ...123 as of 05:25 PM ET, 2026/06/18"

"Symbol","Description","Qty (Quantity)","Price","Price Chng $ (Price Change $)","Price Chng % (Price Change %)","Mkt Val (Market Value)","Day Chng $ (Day Change $)","Cost Basis","Gain $ (Gain/Loss $)","Ratings","Reinvest?","% of Acct (% of Account)","Security Type",
"VTI","VANGUARD TOTAL STOCK MARKET ETF","100","$301.20","$0.99","0.33%","$30,120.00","$99.00","$25,000.00","$5,120.00","--","No","25.27%","ETFs & Closed End Funds",
"BND","VANGUARD TOTAL BOND MARKET ETF","1,200.5","$72.10","-$0.05","-0.07%","$86,556.05","-$60.02","$90,000.00","-$3,443.95","--","No","72.63%","ETFs & Closed End Funds",
"Cash & Cash Investments","--","--","--","--","--","$2,500.50","$0.00","--","--","--","--","2.10%","Cash and Money Market",
"Account Total","","--","--","--","--","$119,176.55","$38.98","$115,000.00","$1,676.05","--","--","--","--",
''',
    ),
    "vanguard": (
        "OfxDownload.csv", "utf-8",
        """Account Number,Investment Name,Symbol,Shares,Share Price,Total Value,
Z123,Vanguard Total Stock Market ETF,VTI,100.0000,301.2,30120,
Z123,Vanguard Total Bond Market ETF,BND,1200.5,72.1,86556.05,
Z123,Government fund,SPAXX,2500.5,1,2500.5,



Account Number,Trade Date,Settlement Date,Transaction Type,Transaction Description,Investment Name,Symbol,Shares,Share Price,Principal Amount,Commission Fees,Net Amount,Accrued Interest,Account Type,
Z123,2026-05-01,2026-05-04,Buy,Buy,Vanguard Total Stock Market ETF,VTI,10.0000,290.1,-2901.0,0.0,-2901.0,0.0,CASH,
""",
    ),
    "ibkr": (
        "U1234567_20260618.csv", "utf-8-sig",
        """Statement,Header,Field Name,Field Value
Statement,Data,BrokerName,A Broker LLC
Statement,Data,Title,Activity Statement
Statement,Data,Period,"June 18, 2026"
Account Information,Header,Field Name,Field Value
Account Information,Data,Account,Z123
Account Information,Data,Base Currency,USD
Net Asset Value,Header,Asset Class,Prior Total,Current Long,Current Short,Current Total,Change
Net Asset Value,Data,Cash ,2500.5,2500.5,0,2500.5,0
Net Asset Value,Data,Stock,116000,116676.05,0,116676.05,676.05
Cash Report,Header,Currency Summary,Currency,Total,Securities,Futures,
Cash Report,Data,Starting Cash,Base Currency Summary,2500.5,2500.5,0,
Cash Report,Data,Ending Cash,Base Currency Summary,2500.5,2500.5,0,
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Price,Cost Basis,Close Price,Value,Unrealized P/L,Code
Open Positions,Data,Summary,Stocks,USD,VTI,100,1,250,25000,301.2,30120,5120,
Open Positions,Data,Lot,Stocks,USD,VTI,60,1,250,15000,301.2,18072,3072,LT
Open Positions,Data,Lot,Stocks,USD,VTI,40,1,250,10000,301.2,12048,2048,ST
Open Positions,Data,Summary,Stocks,USD,BND,"1,200.5",1,75,90037.5,72.1,86556.05,-3481.45,
Open Positions,Total,,Stocks,USD,,,,,115037.5,,116676.05,1638.55,
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code
Trades,Data,Order,Stocks,USD,VTI,"2026-06-01, 10:00:00",10,300,301,-3000,-1,3001,0,10,O
Financial Instrument Information,Header,Asset Category,Symbol,Description,Conid,Security ID,Listing Exch,Multiplier,Type,Code
Financial Instrument Information,Data,Stocks,VTI,VANGUARD TOTAL STOCK MKT ETF,12340041,US9229087690,ARCA,1,ETF,
""",
    ),
    "degiro": (
        "Portfolio.csv", "utf-8",
        '''Product,Symbol/ISIN,Amount,Closing,Local value,,Value in EUR
Total Market ETF,VTI,100,"301,20",USD,"30120,00","30120,00"
Bond ETF,BND,"1200,5","72,10",USD,"86556,05","86556,05"
CASH & CASH FUND & FTX CASH (EUR),,,,EUR,"2500,50","2500,50"
''',
    ),
    "comdirect": (
        "depotuebersicht_Z123_20260618-1200.csv", "cp1252",
        '''"Depotübersicht vom 18.06.2026";

"Stück/Nom.";"Bezeichnung";"WKN";"Währung";"Akt. Kurs";"Diff. abs";"Diff. %";"Datum";"Zeit";"Börse";"Kaufkurs in EUR";"Wert in EUR";
"100";"Total Market ETF";"VTI";"EUR";"301,20";"+0,99";"+0,33";"18.06.2026";"17:35";"Xetra";"250,00";"30.120,00";
"1.200,5";"Bond ETF";"BND";"EUR";"72,10";"-0,05";"-0,07";"18.06.2026";"17:35";"Xetra";"75,00";"86.556,05";
"2.500,5";"Government fund";"SPAXX";"EUR";"1,00";"0,00";"0,00";"18.06.2026";"17:35";"Fondsgesellschaft";"1,00";"2.500,50";
''',
    ),
    "dkb": (
        "1234567890.csv", "cp1252",
        '''"Depot:";"Z123";
"Depotgesamtwert in EUR:";"119.176,55";
"Datum:";"18.06.2026";

"Bestand";"";"ISIN / WKN";"Bezeichnung";"Kurs";"Gewinn / Verlust";"";"Einstandswert";"";"Dev. Kurs";"Kurswert in Euro";"Verfügbarkeit";
"100,00";"Stk.";"VTI";"Total Market ETF";"301,20 EUR";"5.120,00";"EUR";"25.000,00";"EUR";"";"30.120,00";"frei";
"1.200,50";"Stk.";"BND";"Bond ETF";"72,10 EUR";"-3.481,45";"EUR";"90.037,50";"EUR";"";"86.556,05";"frei";
"2.500,50";"Stk.";"SPAXX";"Government fund";"1,00 EUR";"0,00";"EUR";"2.500,50";"EUR";"";"2.500,50";"frei";
''',
    ),
    "ing": (
        "ING-DiBa_Depotbewertung_20260618.csv", "cp1252",
        '''Depotbewertung vom 18.06.2026
Depotnummer: Z123
Sparplan;;

ISIN;Wertpapiername;Stück/Nominale;;Einstandskurs;Währung;Einstandswert;Währung;Kurs;Währung;Zeit;Handelsplatz;Kurswert;Währung;Diff. seit Kauf;Währung
VTI;"Total Market ETF";100,00;Stück;250,00;EUR;25.000,00;EUR;301,20;EUR;17:35;Xetra;30.120,00;EUR;5.120,00;EUR
BND;"Bond ETF für Müßige";1.200,50;Stück;75,00;EUR;90.037,50;EUR;72,10;EUR;17:35;Xetra;86.556,05;EUR;-3.481,45;EUR
SPAXX;"Government fund";2.500,50;Stück;1,00;EUR;2.500,50;EUR;1,00;EUR;17:35;Xetra;2.500,50;EUR;0,00;EUR
''',
    ),
    "hargreaves": (
        "portfolio-summary.csv", "cp1252",
        '''"HL Vantage SIPP"
"Spreadsheet created at 18/06/2026 17:40"
"Client Name:","A. Client"
"Client Number:","Z123"
"Stock value:","119,176.55"

"Code","Stock","Units held","Price (pence)","Value (£)","Cost (£)","Gain/loss (£)","Gain/loss (%)",
"VTI","Total Market ETF","100","30,120","30,120.00","25,000.00","5,120.00","20.48",
"BND","Bond ETF","1,200.5","7,210","86,556.05","90,037.50","-3,481.45","-3.87",
"SPAXX","Government fund","2,500.50","100","2,500.50","2,500.50","0.00","0.00",
"","Totals","","","119,176.55","117,538.00","1,638.55","1.39",
''',
    ),
    "wrapped": (
        "positions.csv", "utf-8",
        """Our bank,,,,
Account,Security,,Last,Market
Number,Description,Quantity,Price,Value
Z123,VTI,100,301.20,30120.00
Z123,BND,1200.5,72.10,86556.05
Z123,SPAXX,2500.5,1.00,2500.50
""",
    ),
    "merrill": (
        "Holdings.csv", "utf-8",
        '''"Exported on: 06/18/2026 10:00 PM ET"

"Account #","Symbol ","Description ","Quantity ","Price ","Value ","Day's Value Change "
"Z123","VTI","VANGUARD TOTAL STOCK MARKET ETF","100","$301.20","$30,120.00","+$99.00 +0.33%"
"Z123","BND","VANGUARD BOND","1,200.5","$72.10","$86,556.05","-$60.02 -0.07%"
"Z123","Cash balance","","","","$2,500.50",""
"Total","","","","","$119,176.55",""
''',
    ),
}  # fmt: skip

CN_EXPORTS = {
    "通达信": (
        "20260618资金股份查询.txt",
        "gbk",
        """人民币: 余额:12345.67  可用:12345.67  可取:12345.67  参考市值:54200.00  资产:66545.67  盈亏:3200.00
----------------------------------------------------------------------------------------------------
证券代码    证券名称    证券数量    可卖数量    成本价    浮动盈亏    盈亏比例(%)    最新市值    当前价    今买数量    今卖数量    股东代码
510300      沪深300ETF  10000.00    10000.00    3.900     2000.00     5.13           41000.00    4.100     0           0           A123
000001      平安银行    1200.00     1200.00     10.000    1200.00     10.00          13200.00    11.000    0           0           0123
""",
    ),
    "同花顺": (
        "持仓.xls",
        "gbk",
        "证券代码\t证券名称\t股票余额\t可用余额\t冻结数量\t成本价\t市价\t盈亏\t盈亏比(%)\t市值\t交易市场\n"
        "510300\t沪深300ETF\t10000\t10000\t0\t3.900\t4.100\t2000\t5.13\t41000.000\t上海Ａ股\n"
        "000001\t平安银行\t1200\t1200\t0\t10.0\t11.0\t1200\t10.0\t13200.000\t深圳Ａ股\n",
    ),
    "网页": (
        "持仓.xls",
        "gbk",
        "<html><head><meta charset=gb2312></head><body><table border=1><tr><th>证券代码</th><th>证券名称</th><th>参考持股</th><th>参考市价</th><th>参考市值</th></tr>"
        '<tr><td style="vnd.ms-excel.numberformat:@">510300</td><td>沪深300ETF</td><td>10000</td><td>4.100</td><td>41,000.00</td></tr>'
        "<tr><td>000001</td><td>平安银行</td><td>1200</td><td>11.000</td><td>13,200.00</td></tr><tr><td>合计</td><td></td><td></td><td></td><td>54,200.00</td></tr></table></body></html>",
    ),
    "国泰君安": (
        "持仓.csv",
        "gbk",
        '资金账号：66600012345,,,,\n币种,资金余额,可用金额,参考市值,总资产\n人民币,"12,345.67","12,345.67","54,200.00","66,545.67"\n\n'
        '证券代码,证券名称,实际数量,可用数量,成本价,市价,市值,盈亏\n="510300",沪深300ETF,"10,000","10,000",3.9,4.1,"41,000.00","2,000.00"\n="000001",平安银行,"1,200","1,200",10,11,"13,200.00","1,200.00"\n合计,,,,,,"54,200.00","3,200.00"\n',
    ),
    "中信": (
        "持仓.csv",
        "utf-8-sig",
        "客户号,证券代码,证券简称,证券余额,可用余额,最新价,市值(万元),币种\n10086,510300.SH,沪深300ETF,10000,10000,4.1,4.1,人民币\n10086,000001.SZ,平安银行,1200,1200,11,1.32,人民币\n",
    ),
    "招商": (
        "持仓.csv",
        "gbk",
        '"\'510300","沪深300ETF"\n证券代码,证券名称,证券数量,可卖数量,成本价,最新市值,当前价,股东代码\n\'510300,沪深300ETF,10000,10000,3.9,41000,4.1,A123\n\'000001,平安银行,1200,1200,10,13200,11,0123\n',
    ),
}
FUNDS = {
    "天天基金": (
        "持仓.csv",
        "utf-8-sig",
        '基金代码,基金名称,持有份额,单位净值,净值日期,参考市值,持有收益,持有收益率\n1,华夏成长混合,"10,000.00份",1.2500,2026-06-18,12500.00,500.00,4.17%\n9,货币基金,5000.00份,1.0000,2026-06-18,5000.00,0,0.00%\n',
    ),
    "支付宝": (
        "基金持仓.csv",
        "gbk",
        '支付宝基金资产明细,,,,\n查询日期：2026-06-18,,,,\n基金名称,基金代码,持仓份额,最新净值,持有金额\n华夏成长混合,000001.OF,10000.00,1.2500,"12,500.00"\n货币基金,000009.OF,5000.00,1.0000,"5,000.00"\n总计,,,,"17,500.00"\n以上数据仅供参考,,,,\n',
    ),
}
MORE_US_EXPORTS = {
    "interactive investor": (
        "Portfolio.csv", "utf-8-sig",
        '''Symbol,Name,Qty,Price,Change,Chg %,Market Value £,Market Value,Market Value % Change,Book Cost,Gain,Gain %,Average Price
VTI,Total Market ETF,100,"£301.20",+0.99,0.33%,"£30,120.00","£30,120.00",0.3%,"£25,000.00","£5,120.00",20.48%,£250.00
BND,Bond ETF,"1,200.5",£72.10,-0.05,-0.07%,"£86,556.05","£86,556.05",0.1%,"£90,037.50","-£3,481.45",-3.87%,£75.00
,,,,,,,"£116,676.05",,,,,
''',
    ),
    "swissquote": (
        "positions.csv", "utf-8",
        '''Symbol;ISIN;Name;Anzahl;Einstandspreis;Kurs;Währung;Gesamtwert USD;Tägl. %;G/V
VTI;US9229087690;Total Market ETF;100;250.00;301.20;USD;30'120.00;0.33%;5'120.00
BND;US9219378356;Bond ETF;1'200.5;75.00;72.10;USD;86'556.05;-0.07%;-3'481.45
Total;;;;;;;116'676.05;;
''',
    ),
    "trade republic": (
        "portfolio.csv", "utf-8",
        '''name;isin;quantity;avgCost;price;netValue
Total Market ETF;VTI;100,000000;250,00;301,20;30120,00
Bond ETF;BND;1200,500000;75,00;72,10;86556,05
''',
    ),
    "etrade": (
        "PortfolioDownload.csv", "utf-8",
        '''Account Summary
Account,Net Account Value,Total Gain $,Total Gain %,Day's Gain Unrealized $,Day's Gain Unrealized %,Available For Withdrawal,Cash Purchasing Power
"Brokerage -Z123",119176.55,1638.55,1.39,38.98,0.03,2500.50,2500.50

View Summary - All Positions
Filters Applied:
Symbol,Last Price $,Change $,Change %,Quantity,Price Paid $,Day's Gain $,Total Gain $,Total Gain %,Value $
VTI,301.20,0.99,0.33,100,250.00,99.00,5120.00,20.48,30120.00
BND,72.10,-0.05,-0.07,1200.5,75.00,-60.02,-3481.45,-3.87,86556.05
CASH,,,,,,,,,2500.50
TOTAL,,,,,,38.98,1638.55,1.39,119176.55

Generated at Jun 18 2026 09:45 PM ET
''',
    ),
    "trading 212": (
        "holdings.csv", "utf-8",
        '''Slice,Name,Invested value,Value,Result,Owned quantity,Dividends gained
VTI,Total Market ETF,25000,30120,5120,100,0
BND,Bond ETF,90037.5,86556.05,-3481.45,1200.5,0
Total,,115037.5,116676.05,1638.55,,0
''',
    ),
    "aj bell": (
        "portfolio.csv", "utf-8-sig",
        '''Investment,Quantity,Price,Value (£),Cost (£),Change (£),Change (%),Price +/- today (%),Valuation currency,Market currency,Exchange rate,Date,Time,Portfolio,Ticker
Total Market ETF (LSE:VTI),100,301.20,30120.00,25000,5120,20.48,0.33,GBP,GBP,1,18/06/2026,16:35,Dealing,LSE:VTI
Bond ETF (LSE:BND),1200.5,72.10,86556.05,90037.5,-3481.45,-3.87,-0.07,GBP,GBP,1,18/06/2026,16:35,Dealing,LSE:BND
Cash GBP,2500.50,1,2500.50,,,,,GBP,GBP,1,,,Dealing,
''',
    ),
    "flatex": (
        "depot.csv", "cp1252",
        '''Nummer;Bezeichnung;ISIN;Stk./Nominale;Einstandskurs;akt. Kurs;Währung;Wert;Entwicklung absolut;Entwicklung in %
1;Total Market ETF;VTI;100,000;250,00;301,20;EUR;30.120,00;5.120,00;20,48
2;Bond ETF;BND;1.200,500;75,00;72,10;EUR;86.556,05;-3.481,45;-3,87
''',
    ),
    "ibkr flex": (
        "flex.csv", "utf-8",
        '''"ClientAccountID","CurrencyPrimary","AssetClass","Symbol","Description","ReportDate","Quantity","MarkPrice","PositionValue","PositionValueInBase","LevelOfDetail"
"Z123","USD","STK","VTI","VANGUARD TOTAL","20260618","100","301.2","30120","30120","SUMMARY"
"Z123","USD","STK","VTI","VANGUARD TOTAL","20260618","60","301.2","18072","18072","LOT"
"Z123","USD","STK","VTI","VANGUARD TOTAL","20260618","40","301.2","12048","12048","LOT"
"Z123","USD","STK","BND","VANGUARD BOND","20260618","1200.5","72.1","86556.05","86556.05","SUMMARY"
''',
    ),
    "equity": (
        "holdings.csv", "utf-8",
        '''Account,Symbol,Quantity,Average Price,Equity,Percent Change,Type
Z123,VTI,100,250,30120,20,stock
Z123,BND,1200.5,75,86556.05,-3.8,stock
''',
    ),
}  # fmt: skip
MORE_CN_EXPORTS = {
    "国泰君安旧版": (
        "持仓.xls",
        "gbk",
        """查询日期:20260618
币种\t资金余额\t可用资金\t冻结资金\t股票市值\t总资产
人民币\t12345.67\t12345.67\t0.00\t54200.00\t66545.67

证券代码\t证券名称\t股票余额\t可用股份\t成本价格\t最新价格\t浮动盈亏\t盈亏比例\t证券市值\t股东代码
510300\t沪深300ETF\t10000\t10000\t3.900\t4.100\t2000.00\t5.13\t41000.00\tA1
1\t平安银行\t1200\t1200\t10.00\t11.00\t1200.00\t10.00\t13200.00\t01
""",
    ),
    "富途": (
        "持仓.csv",
        "utf-8-sig",
        """代码,名称,数量,现价,摊薄成本价,市值,未实现盈亏,今日盈亏,市场,币种
510300,沪深300ETF,"10,000",4.100,3.900,"41,000.00","+2,000.00",0.00,沪深,CNY
000001,平安银行,"1,200",11.000,10.000,"13,200.00","+1,200.00",0.00,沪深,CNY
""",
    ),
    "雪盈": (
        "持仓.csv",
        "utf-8",
        """股票,代码,持仓,成本,现价,持仓市值,浮动盈亏
沪深300ETF,SH510300,10000,3.9,4.1,41000,2000
平安银行,SZ000001,1200,10,11,13200,1200
""",
    ),
    "东方财富": (
        "持仓.csv",
        "gbk",
        """证券代码,证券名称,持仓数量,可用数量,成本价,最新价,最新市值,持仓盈亏,盈亏比例,当日盈亏,个股仓位
510300,沪深300ETF,10000,10000,3.900,4.100,41000.00,2000.00,5.13%,0.00,75.6%
000001,平安银行,1200,1200,10.000,11.000,13200.00,1200.00,10.00%,0.00,24.4%
""",
    ),
    "中信按客户": (
        "持仓.csv",
        "gbk",
        """客户代码,资金账号,证券代码,证券名称,当前余额,可用余额,参考成本价,市价,参考市值,参考盈亏
10086,666001,510300,沪深300ETF,10000,10000,3.9,4.1,41000,2000
10086,666001,000001,平安银行,1200,1200,10,11,13200,1200
10086,666001,合计,,,,,,54200,3200
""",
    ),
    "持仓股数": (
        "持仓.csv",
        "utf-8-sig",
        """证券代码,证券名称,持仓股数,可用股数,买入均价,现价,市值,浮动盈亏,保本价
510300,沪深300ETF,10000,10000,3.9,4.1,41000,2000,3.9
000001,平安银行,1200,1200,10,11,13200,1200,10
""",
    ),
}
MORE_FUNDS = {
    "招商银行": (
        "持仓.csv",
        "utf-8-sig",
        """产品代码,产品名称,持有份额,净值,净值日期,持仓市值(元),浮动盈亏(元)
000001,华夏成长混合,"10,000.00",1.2500,2026-06-18,"12,500.00",500
000009,货币基金,"5,000.00",1.0000,2026-06-18,"5,000.00",0
""",
    ),
    "蛋卷": (
        "持仓.csv",
        "utf-8",
        """基金,代码,金额,份额,净值,日收益,持有收益
华夏成长混合,000001,12500.00,10000.00,1.25,10,500
货币基金,000009,5000.00,5000.00,1.00,0,0
""",
    ),
    "蚂蚁": (
        "基金持仓.csv",
        "utf-8",
        """基金名称,基金代码,资产,确认份额,昨日净值,昨日收益,持有收益
华夏成长混合,000001,"12,500.00",10000.00,1.2500,10,500
货币基金,000009,"5,000.00",5000.00,1.0000,0,0
""",
    ),
}
FUNDS_HELD = {"华夏成长混合": (10000.0, 12500.0), "货币基金": (5000.0, 5000.0)}

# Prices ------------------------------------------------------------------------------------------------------------------

DAYS = [
    dt.date(2026, 1, 1) + dt.timedelta(days=k)
    for k in range(160)
    if (dt.date(2026, 1, 1) + dt.timedelta(days=k)).weekday() < 5
]


def path(start: float, days: list = DAYS) -> list[float]:
    """An invented series of prices."""
    return [round(start * (1 + 0.1 * math.sin(k / 9) + k / 2000), 2) for k in range(len(days))]


VTI, BND = path(301.2), path(72.1)


def lines(rows: list[list], mark: str = ",", quoted: bool = False) -> str:
    return "".join(mark.join(f'"{cell}"' if quoted else f"{cell}" for cell in row) + "\n" for row in rows)


def german(number: float) -> str:
    return f"{number:,.2f}".translate(str.maketrans(",.", ".,"))


def price_files() -> dict[str, dict[str, tuple[str, str]]]:
    """Kind → file → encoding and text; each must be read as the two series over DAYS."""
    both = list(zip(DAYS, VTI, BND, strict=True))
    newest = both[::-1]
    one = {"VTI": list(zip(DAYS, VTI, strict=True)), "BND": list(zip(DAYS, BND, strict=True))}
    ohlc = lambda p: [p, p, p]  # noqa: E731
    return {
        "wide": {"prices.csv": ("utf-8", lines([["date", "VTI", "BND"], *both]))},
        "no_first_header": {"prices.csv": ("utf-8", lines([["", "VTI", "BND"], *both]))},
        "german": {"prices.csv": ("cp1252", lines([["Datum", "VTI", "BND"], *[[f"{d:%d.%m.%Y}", german(v), german(b)] for d, v, b in both]], ";"))},
        "yahoo": {f"prices/{k}.csv": ("utf-8", lines([["Date", "Open", "High", "Low", "Close", "Adj Close", "Volume"], *[[d, *ohlc(p), p, p, 3000000] for d, p in rows]])) for k, rows in one.items()},
        "yfinance": {"prices.csv": ("utf-8", lines([["Price", "Close", "Close", "High", "High", "Volume", "Volume"], ["Ticker", "BND", "VTI", "BND", "VTI", "BND", "VTI"], ["Date", "", "", "", "", "", ""], *[[f"{d} 00:00:00-05:00", b, v, b, v, 100, 100] for d, v, b in both]]))},
        "yfinance_old": {"prices.csv": ("utf-8", lines([["", "Adj Close", "Adj Close", "Close", "Close"], ["", "VTI", "BND", "VTI", "BND"], ["Date", "", "", "", ""], *[[d, v, b, v, b] for d, v, b in both]]))},
        "stooq": {f"prices/{k.lower()}_us_d.csv": ("utf-8", lines([["Date", "Open", "High", "Low", "Close", "Volume"], *[[d, *ohlc(p), p, 5] for d, p in rows]])) for k, rows in one.items()},
        "stooq_long": {"prices.txt": ("utf-8", lines([["<TICKER>", "<PER>", "<DATE>", "<TIME>", "<OPEN>", "<HIGH>", "<LOW>", "<CLOSE>", "<VOL>", "<OPENINT>"], *[[f"{k}.US", "D", f"{d:%Y%m%d}", "000000", *ohlc(p), p, 100, 0] for k, rows in one.items() for d, p in rows]]))},
        "investing": {f"prices/{k} Historical Data.csv": ("utf-8-sig", lines([["Date", "Price", "Open", "High", "Low", "Vol.", "Change %"], *[[f"{d:%m/%d/%Y}", p, *ohlc(p), "1.25M", "-0.37%"] for d, p in rows[::-1]]], quoted=True)) for k, rows in one.items()},
        "investing_de": {f"prices/{k}.csv": ("utf-8-sig", lines([["Datum", "Zuletzt", "Eröffn.", "Hoch", "Tief", "Vol.", "+/- %"], *[[f"{d:%d.%m.%Y}", *[german(p)] * 4, "1,25M", "-0,37%"] for d, p in rows[::-1]]], quoted=True)) for k, rows in one.items()},
        "investing_zh": {f"prices/{k}历史数据.csv": ("utf-8-sig", lines([["日期", "收盘", "开盘", "高", "低", "交易量", "涨跌幅"], *[[f"{d.year}-{d.month}-{d.day}", p, *ohlc(p), "1.25M", "-0.37%"] for d, p in rows[::-1]]], quoted=True)) for k, rows in one.items()},
        "bloomberg": {"prices.csv": ("utf-8", lines([["VTI US Equity", "", "BND US Equity", ""], ["Date", "PX_LAST", "Date", "PX_LAST"], *[[f"{d:%m/%d/%Y}", v, f"{d:%m/%d/%Y}", b] for d, v, b in both]]))},
        "bloomberg_panel": {"prices.csv": ("utf-8", lines([["Start Date", "01/01/2026", ""], ["", "VTI US Equity", "BND US Equity"], ["Dates", "PX_LAST", "PX_LAST"], *both]))},
        "refinitiv": {"prices.csv": ("utf-8", lines([["Instrument", "Date", "Price Close"], *[[f"{k}.P", f"{d}T00:00:00Z", p] for k, rows in one.items() for d, p in rows]]))},
        "refinitiv_panel": {"prices.csv": ("utf-8", lines([["", "VTI.P", "BND.OQ"], ["Exchange Date", "Price Close", "Price Close"], *[[f"{d:%d-%b-%Y}", v, b] for d, v, b in newest]]))},
        "wind": {"prices.csv": ("gbk", lines([["指标名称", "收盘价:VTI", "收盘价:BND"], ["频率", "日", "日"], ["单位", "元", "元"], ["指标ID", "VTI", "BND"], ["来源", "Wind", "Wind"], *both, ["数据来源：Wind", "", ""]]))},
        "wind_excel": {"prices.csv": ("gbk", lines([["日期", "VTI.P", "BND.O"], ["", "总市场", "债券"], ["", "收盘价(元)", "收盘价(元)"], *[[f"{d:%Y/%m/%d}", v, b] for d, v, b in both], ["", "", ""], ["数据来源：Wind", "", ""]]))},
        "choice": {"prices.csv": ("gbk", lines([["证券代码", "VTI.P", "BND.P"], ["证券名称", "总市场", "债券"], ["交易时间", "收盘价", "收盘价"], *[[f"{d.year}年{d.month}月{d.day}日", v, b] for d, v, b in both], ["数据来源：东方财富Choice数据", "", ""]]))},
        "tushare": {"prices.csv": ("utf-8", lines([["", "ts_code", "trade_date", "open", "high", "low", "close", "pre_close", "change", "pct_chg", "vol", "amount"], *[[i, f"{k}.SH", f"{d:%Y%m%d}", *ohlc(p), p, p, 0, -0.1, 100, 1000] for k, rows in one.items() for i, (d, p) in enumerate(rows[::-1])]]))},
        "akshare": {f"prices/{k}.csv": ("utf-8-sig", lines([["", "日期", "股票代码", "开盘", "收盘", "最高", "最低", "成交量", "成交额", "振幅", "涨跌幅", "涨跌额", "换手率"], *[[i, d, k, p, p, p, p, 5, 6.5, 1.2, -0.3, -0.01, 0.2] for i, (d, p) in enumerate(rows)]])) for k, rows in one.items()},
        "akshare_fund": {f"prices/{k}.csv": ("utf-8-sig", lines([["净值日期", "单位净值", "日增长率"], *[[d, p, -0.3] for d, p in rows]])) for k, rows in one.items()},
        "stockhistory": {"prices.csv": ("utf-8", lines([["VTI", "", "", "BND", ""], ["Date", "Close", "", "Date", "Close"], *[[f"{d.month}/{d.day}/{d.year}", f"${v}", "", f"{d.month}/{d.day}/{d.year}", f"${b}"] for d, v, b in both]]))},
        "googlefinance": {"prices.csv": ("utf-8", lines([["Date", "VTI", "BND"], *[[f"{d.month}/{d.day}/{d.year} 16:00:00", v, b] for d, v, b in both]]))},
        "across": {"prices.csv": ("utf-8", lines([["证券代码", "证券简称", *DAYS], ["VTI", "总市场", *VTI], ["BND", "债券", *BND]]))},
        "long": {"prices.csv": ("utf-8", lines([["code", "date", "close"], *[[k, d, p] for k, rows in one.items() for d, p in rows]]))},
        "headers_with_fields": {"prices.csv": ("utf-8", lines([["date", "VTI Open", "VTI Close", "BND Open", "BND Close"], *[[d, v * 0.98, v, b * 0.98, b] for d, v, b in both]]))},
        "headers_with_currencies": {"prices.csv": ("utf-8", lines([["Date", "VTI (USD)", "BND (USD)"], *both]))},
        "bloomberg_fields": {"prices.csv": ("utf-8", lines([["", "VTI US Equity", "VTI US Equity", "BND US Equity", "BND US Equity"], ["Dates", "PX_LAST", "PX_VOLUME", "PX_LAST", "PX_VOLUME"], *[[f"{d:%m/%d/%Y}", v, 1000, b, 2000] for d, v, b in both]]))},
        "nasdaq": {f"prices/HistoricalData_{k}.csv": ("utf-8", lines([["Date", "Close/Last", "Volume", "Open", "High", "Low"], *[[f"{d:%m/%d/%Y}", f"${p}", "1234567", *[f"${p}"] * 3] for d, p in rows[::-1]]])) for k, rows in one.items()},
    }  # fmt: skip
