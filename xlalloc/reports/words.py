"""Words of brokers, banks and vendors that are no column of ours: of dates, codes, fields of prices, totals, cash."""

from xlalloc.reports.columns import normal

DATE_HEADERS = frozenset(
    map(normal, ["date", "dates", "datum", "trade_date", "nav_date", "exchange date", "date/time", "datetime", "timestamp", "指标名称", "日期", "交易日期", "净值日期", "估值日期", "时间", "交易时间", "end_date", "ann_date", "cal_date", "日期时间", "fecha", "data", "observation_date", "time_period", "time period", "datetime_utc", "date_time", "price date", "pricing date", "as of date", "valuation date", "nav date", "取引日", "日付", "年月日", "基準日", "fecha", "dato", "kursdatum", "交易日", "数据日期", "业务日期", "公布日期", "净值公布日期"])
)  # fmt: skip
CLOCKS = frozenset(map(normal, ["time", "t", "epoch", "unix", "unix timestamp", "时间戳"]))  # above seconds since 1970
CODE_HEADERS = frozenset(
    map(normal, ["ts_code", "code", "symbol", "ticker", "instrument", "ric", "isin", "wkn", "fund code", "security", "asset", "fund", "证券代码", "基金代码", "股票代码", "产品代码", "代码", "资产", "基金名称", "证券名称", "证券简称", "名称", "wind代码"])
)  # fmt: skip
ADJUSTED, CUMULATIVE, CLOSE, OTHER = "adjusted", "cumulative", "close", "other"
_WORDS = {
    ADJUSTED: ["adj close", "adjclose", "adj. close", "adjusted close", "adj_close", "adj_nav", "adjusted_close", "closeadj", "adjusted", "tri", "tot return ind", "total return price", "adj price", "复权净值", "复权单位净值", "复权收盘价", "后复权收盘价", "前复权收盘价", "total return", "tot_return_index_gross_dvds", "total return index"],
    CUMULATIVE: ["累计净值", "累计单位净值", "accum_nav"],
    CLOSE: ["close", "close/last", "closing price", "close price", "price", "last", "last price", "px_last", "price close", "trade close", "px_close", "收盘", "收盘价", "收盘价格", "单位净值", "unit_nav", "nav", "净值", "最新价", "kurs", "schlusskurs", "schluss", "zuletzt", "universal close price", "net asset value", "价格", "latest", "latest price", "prc", "closing nav", "nav/price", "settle", "fechamento", "cierre", "clôture", "chiusura", "slotkoers", "clot", "dernier", "último", "ultimo", "ultimo prezzo", "zamkniecie", "zamknięcie", "stängning", "senaste", "sluttkurs", "slutkurs", "c", "obs_value", "price (daily)", "price index", "closing value", "index value", "close value", "closeunadj", "cierre ajustado", "終値", "基準価額", "収市", "收市", "收市价", "收市價", "結算价", "结算价", "单位净值(元)", "最新净值", "基金净值", "price usd", "mid", "mid price", "offer price", "bid price", "rücknahmepreis", "rücknahme", "kurs in eur", "last close", "trade price", "official close", "valor liquidativo", "vl", "valeur liquidative"],
    OTHER: ["open", "high", "low", "volume", "vol", "change", "change %", "chg%", "change%", "% change", "pct_chg", "pct_change", "amount", "pre_close", "previous close", "turnover", "openint", "per", "time", "average", "开盘", "开盘价", "最高", "最低", "最高价", "最低价", "高", "低", "成交量", "成交额", "交易量", "涨跌幅", "涨跌额", "涨跌", "振幅", "换手率", "日增长率", "日涨跌幅", "申购状态", "赎回状态", "分红送配", "dividends", "stock splits", "capital gains", "eröffn", "eröffnung", "hoch", "tief", "volumen", "+/- %", "erster", "anfangskurs", "tageshoch", "tagestief", "stuecke", "ret", "money", "price open", "price high", "price low", "px_volume", "px_open", "px_high", "px_low", "update_flag", "ann_date", "前收盘", "前收盘价", "adj_factor", "unnamed", "index", "o", "h", "l", "v", "n", "vw", "ouv", "ouv.", "haut", "bas", "plus haut", "plus bas", "variation %", "var. %", "% var.", "variazione %", "apertura", "máximo", "mínimo", "massimo", "minimo", "devise", "currency", "ccy", "币种", "货币", "otwarcie", "najwyzszy", "najnizszy", "najwyższy", "najniższy", "wolumen", "volym", "preclose", "adjustflag", "turn", "tradestatus", "pctchg", "isst", "divcash", "splitfactor", "adjhigh", "adjlow", "adjopen", "adjvolume", "dividend_amount", "split_coefficient", "lastupdated", "permno", "始値", "高値", "安値", "出来高", "freq", "obs_status", "unit", "number of shares", "number of trades", "vwap", "涨幅", "总手", "金额", "market cap", "chg", "net", "开市", "最高价(元)", "最低价(元)", "开盘价(元)", "成交额(元)", "成交量(股)", "成交金额", "ant aktier", "omsättning"],
}  # fmt: skip
UNIT_PRICES = frozenset(
    map(normal, ["adj close", "adjusted close", "adj_close", "前复权收盘价"])
)  # end at the price itself
WHOLE = frozenset(["index", "net", "mid", "turn", "unit", "c", "o", "h", "l", "v", "n", "t"])
"""Fields only as a whole header: CSI 300 Index, class C."""
FIELDS = {normal(word): kind for kind, words in _WORDS.items() for word in words}

CASH_WORDS = frozenset(
    ["cash", "cash & cash investments", "cash and cash investments", "cash balance", "cash & cash equivalents", "settled cash", "uninvested cash", "available cash", "cash fund",
     "现金", "可用资金", "可用余额", "资金余额", "现金余额", "人民币现金", "可用现金", "verrechnungskonto", "guthaben", "bargeld", "liquidität",
     "活期存款", "活期", "存款", "银行存款", "人民币", "现金及等价物", "bank deposit", "sweep", "core cash", "free cash", "cash available to invest", "uninvested"]
)  # fmt: skip
TOTALS = frozenset(
    ["total", "totals", "sum", "subtotal", "grand total", "account total", "account totals", "portfolio total", "total portfolio", "total account value", "total value", "totaal",
     "summe", "gesamt", "gesamtsumme", "gesamtwert", "depotwert", "gesamtvermögen", "合计", "总计", "小计", "汇总", "共计", "总资产", "资产合计"]
)  # fmt: skip
OF_A_TOTAL = frozenset(
    ["account", "accounts", "household", "family", "client", "portfolio", "holdings", "positions", "depot", "vermögen", "konto",
     "账户", "家庭", "客户", "组合", "持仓", "全部", "本页", "资产"]
)  # fmt: skip
"""Words that say of what a row of totals is."""
BESIDE = frozenset(
    ["pending activity", "pending", "unsettled cash", "accrued interest", "accrued income", "accrued dividends", "accruals",
     "在途资金", "未交收资金", "应计利息", "应收股息", "应收利息"]
)  # fmt: skip
TRADE_HEADERS = frozenset(
    map(normal, ["action", "buy/sell", "sell/buy", "b/s", "side", "type", "transaction", "transaction type", "transaction description", "trade type", "order type", "activity", "activity type", "direction",
                 "buchungstyp", "transaktion", "typ", "art", "operation", "sens", "tipo",
                 "操作", "买卖", "买卖标志", "买卖方向", "买卖类别", "委托方向", "委托类别", "成交方向", "交易方向", "业务名称", "业务类型", "业务类别", "交易类型", "交易类别", "类型", "摘要", "方向"])
)  # fmt: skip
TRADE_WORDS = frozenset(
    ["buy", "sell", "bought", "sold", "b", "s", "bot", "sld", "you bought", "you sold", "purchase", "sale", "redemption", "subscription", "buy to open", "sell to close",
     "buy to cover", "sell short", "kauf", "verkauf", "achat", "vente", "compra", "venta", "acquisto", "vendita", "koop", "verkoop",
     "买入", "卖出", "买", "卖", "证券买入", "证券卖出", "普通买入", "普通卖出", "担保品买入", "担保品卖出", "融资买入", "融券卖出", "申购", "赎回", "基金申购", "基金赎回", "认购", "定投"]
)  # fmt: skip
"""What a list of trades has in a column with such a header; a list of holdings has not."""
EVENT_HEADERS = frozenset(
    map(normal, ["date sold", "sold date", "sale date", "sell date", "proceeds", "sales proceeds", "realized gain/loss", "realised gain/loss", "pay date", "payment date", "payable date", "ex-date", "ex date", "ex-dividend date", "record date",
                 "dividend amount", "net dividend", "dividend per share", "withholding tax", "run date", "settlement date", "order status", "order id", "order date", "time in force", "filled qty", "execution time", "execution id",
                 "verkaufsdatum", "verkaufserlös", "ex-tag", "zahltag", "buchungstag", "ausführungszeit", "date de vente", "date de paiement",
                 "成交时间", "成交日期", "成交编号", "成交价格", "成交均价", "成交数量", "成交金额", "委托时间", "委托日期", "委托编号", "委托数量", "委托价格", "发生日期", "发生金额", "流水号", "除权日", "除息日", "派息日", "红利发放日", "每股派息", "卖出日期", "清仓日期", "约定日"])
)  # fmt: skip
"""Headers of what happened to holdings (trades, gains realised, dividends); without a market value a list that has them is not of what is held."""
WAITING = ("在途", "待确认", "未确认", "确认中", "pending", "unsettled", "unconfirmed", "in transit", "processing")
"""What the status of a row says that is not held yet, or not any more."""
DEBTS = frozenset(
    ["负债", "负债合计", "总负债", "融资负债", "融券负债", "融资余额", "信用负债", "margin balance", "margin loan", "margin debit", "margin debit balance", "debit balance", "loan", "loans", "loan balance", "lombardkredit", "kredit"]
)  # fmt: skip
OWED = frozenset(
    ["short", "s", "sold short", "short position", "空", "空头", "空仓", "卖空", "融券", "融券卖出", "义务", "义务仓", "融资", "融资买入", "on margin", "borrowed", "kurz", "leerverkauf"]
)  # fmt: skip
"""What stands beside a position that is owed, or bought with money that is."""
