"""Words of brokers, banks and vendors that are no column of ours: of dates, codes, fields of prices, totals, cash."""

from xlalloc.reports.columns import normal

DATE_HEADERS = frozenset(
    map(normal, ["date", "dates", "datum", "trade_date", "nav_date", "exchange date", "date/time", "datetime", "timestamp", "指标名称", "日期", "交易日期", "净值日期", "估值日期", "时间", "交易时间", "end_date", "ann_date", "cal_date", "日期时间", "fecha", "data"])
)  # fmt: skip
CODE_HEADERS = frozenset(
    map(normal, ["ts_code", "code", "symbol", "ticker", "instrument", "ric", "isin", "wkn", "fund code", "security", "asset", "fund", "证券代码", "基金代码", "股票代码", "产品代码", "代码", "资产", "基金名称", "证券名称", "证券简称", "名称", "wind代码"])
)  # fmt: skip
ADJUSTED, CUMULATIVE, CLOSE, OTHER = "adjusted", "cumulative", "close", "other"
_WORDS = {
    ADJUSTED: ["adj close", "adjclose", "adj. close", "adjusted close", "adj_close", "adj_nav", "复权净值", "复权单位净值", "复权收盘价", "后复权收盘价", "前复权收盘价", "total return", "tot_return_index_gross_dvds", "total return index"],
    CUMULATIVE: ["累计净值", "累计单位净值", "accum_nav"],
    CLOSE: ["close", "close/last", "closing price", "close price", "price", "last", "last price", "px_last", "price close", "trade close", "px_close", "收盘", "收盘价", "收盘价格", "单位净值", "unit_nav", "nav", "净值", "最新价", "kurs", "schlusskurs", "schluss", "zuletzt", "universal close price", "net asset value", "价格", "latest", "latest price", "prc", "closing nav", "nav/price", "settle", "fechamento", "cierre", "clôture", "chiusura", "slotkoers"],
    OTHER: ["open", "high", "low", "volume", "vol", "change", "change %", "chg%", "change%", "% change", "pct_chg", "pct_change", "amount", "pre_close", "previous close", "turnover", "openint", "per", "time", "average", "开盘", "开盘价", "最高", "最低", "最高价", "最低价", "高", "低", "成交量", "成交额", "交易量", "涨跌幅", "涨跌额", "涨跌", "振幅", "换手率", "日增长率", "日涨跌幅", "申购状态", "赎回状态", "分红送配", "dividends", "stock splits", "capital gains", "eröffn", "eröffnung", "hoch", "tief", "volumen", "+/- %", "erster", "anfangskurs", "tageshoch", "tagestief", "stuecke", "ret", "money", "price open", "price high", "price low", "px_volume", "px_open", "px_high", "px_low", "update_flag", "ann_date", "前收盘", "前收盘价", "adj_factor", "unnamed", "index"],
}  # fmt: skip
UNIT_PRICES = frozenset(
    map(normal, ["adj close", "adjusted close", "adj_close", "前复权收盘价"])
)  # end at the price itself
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
OWED = frozenset(
    ["short", "s", "sold short", "short position", "空", "空头", "空仓", "卖空", "融券", "融券卖出", "义务", "义务仓", "融资", "融资买入", "on margin", "borrowed", "kurz", "leerverkauf"]
)  # fmt: skip
"""What stands beside a position that is owed, or bought with money that is."""
