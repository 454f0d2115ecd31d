"""What the input sheets hold: every sheet and column once, with its names and its kind; texts.py explains each."""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import NamedTuple

from xlalloc.data import key
from xlalloc.reports.fields import CURRENCIES


class Column(NamedTuple):
    """A column of an input sheet; the first Chinese name is the one a new file carries, ``also`` are all other ones.

    What brokers, banks and vendors call it stands in ``also`` as well. A column that is not ``asked`` is read where an
    export has it, and is no column of our own empty file.
    """

    key: str
    kind: str  # text date level yes schedule, or one of fields.RANGES
    zh: tuple[str, ...]
    needed: bool = False
    also: tuple[str, ...] = ()
    asked: bool = True


SHEETS = {
    "clients": ("客户", "客户信息", "客户资料"),
    "holdings": ("持仓", "客户持仓", "持有"),
    "assets": ("资产", "产品", "资产信息"),
    "models": ("模型", "模型组合", "目标配置"),
    "benchmarks": ("基准", "业绩基准"),
    "suitability": ("适当性", "适当性匹配"),
    "prices": ("价格", "净值", "行情", "历史价格", "历史净值"),
    "history": ("账户历史", "历史", "资产历史"),
    "accounts": ("账户", "账户对应"),
    "firm": ("机构", "公司"),
    "headers": ("列名", "表头"),
}
UNREAD = ("about", "说明", "read me", "readme")  # sheets that explain, nothing to read

COLUMNS: dict[str, tuple[Column, ...]] = {
    "clients": (
        Column("id", "text", ("客户编号", "编号", "客户号", "客户代码", "客户id"), needed=True, also=("client", "client id", "client no", "client number")),
        Column("name", "text", ("姓名", "客户姓名", "客户名称", "名称"), also=("client name",)),
        Column("model", "text", ("模型", "模型组合", "目标模型"), needed=True),
        Column("language", "text", ("语言",), also=("lang",)),
        Column("adviser", "text", ("顾问", "投资顾问", "理财师"), also=("advisor",)),
        Column("benchmark", "text", ("基准", "业绩基准")),
        Column("risk_level", "level", ("风险等级", "风险承受等级"), also=("risk level",)),
        Column("assessed_on", "date", ("测评日期", "评估日期")),
        Column("assessment_expires", "date", ("测评到期日", "测评有效期至"), also=("expires",)),
        Column("cash_flow", "money", ("资金流入流出", "现金流", "资金进出")),
        Column("last_rebalanced", "date", ("上次再平衡", "上次调仓日期", "上次再平衡日期")),
        Column("frequency", "text", ("检查频率", "再平衡频率", "频率")),
        Column("threshold", "threshold", ("触发阈值", "偏离阈值", "阈值")),
        Column("goal", "amount", ("目标金额", "目标")),
        Column("goal_years", "years", ("目标年限", "目标年数"), also=("years",)),
        Column("monthly", "money", ("每月投入", "月投入", "每月定投")),
        Column("age", "years", ("年龄",)),
        Column("notes", "notes", ("备注",)),
        Column("currency", "text", ("币种", "货币")),
        Column("investor_class", "text", ("投资者类别", "投资者类型", "投资者分类"), also=("investor class", "investor type", "client type")),
        Column("reserve", "amount", ("预留现金", "预留资金"), also=("cash reserve", "reserved cash")),
        Column("advisory_fee", "share", ("投顾费率", "投顾费", "投资顾问费率"), also=("advisory fee", "advice fee")),
        Column("currency_goal", "text", ("目标口径",), also=("goal in", "goal money")),
        Column("household", "text", ("家庭",), also=("family",)),
    ),
    "holdings": (
        Column("id", "text", ("客户编号", "编号", "客户号", "客户代码", "客户id"), also=("client", "client id", "client no", "client number", "kundennummer")),
        Column("asset", "text", ("资产", "资产名称", "产品", "产品名称", "产品简称", "基金", "基金名称", "基金简称", "证券名称", "证券简称", "股票名称", "股票简称", "名称", "股票", "科目名称", "名称/代码", "代码/名称", "持仓名称", "标的", "标的名称", "证券"), needed=True,
               also=("fund", "fund name", "security", "security name", "security description", "product", "name", "description", "investment name", "investment", "stock", "holding",
                     "row labels", "行标签", "asset description", "bezeichnung", "wertpapier", "wertpapiername", "wertpapierbezeichnung", "produkt", "titel", "naam", "libellé", "valeur mobilière", "nom", "titre", "intitulé", "titolo", "strumento", "denominazione", "activo", "ativo", "papel", "denominación", "producto", "namn", "värdepapper", "instrument name", "navn", "værdipapir", "verdipapir", "銘柄名", "銘柄", "ファンド名", "equity description", "stock name", "stock_name", "scheme name", "fondo", "titoli", "fondsname", "fonds", "wertpapiername", "instrument description")),
        Column("code", "text", ("证券代码", "代码", "产品代码", "基金代码", "股票代码", "资产代码", "标的代码", "股票代号", "证券代号", "代号", "基金代号"), also=("symbol", "ticker", "symbol/isin", "symbol/cusip", "isin", "wkn", "isin/wkn", "wkn/isin", "sedol", "cusip", "ts_code", "instrument", "fund code", "stock code", "security code", "security id", "epic", "asset id", "valor", "code isin", "isin code", "isin-code", "isin kode", "código isin", "codice isin", "simbolo", "símbolo", "código", "銘柄コード", "コード", "証券コード", "equity symbol", "symbool/isin", "stock symbol", "isin/symbol", "bloomberg ticker", "ric", "銘柄コード・ティッカー", "ティッカー", "fund symbol", "scheme code", "kortnamn", "sedol code", "asset code", "internal code"), asked=False),
        Column("units", "amount", ("份额", "数量", "股数", "持有份额", "持仓数量", "证券数量", "股票余额", "参考持股", "参考持仓", "持股数量", "持有数量", "当前持仓", "证券余额", "股份余额", "库存数量", "拥股数量", "实际数量", "当前数量", "当前拥股", "总份额", "份额余额", "基金份额", "持仓份额", "持仓量", "当前份额", "持股数", "证券持仓", "余额数量", "持仓", "持仓股数", "当前余额", "确认份额", "持有股数", "证券余额数量", "持仓手数", "手数", "持有手数", "总数量", "持仓数", "股票数量", "持有股份", "持股", "库存股数", "持仓份数", "持有数", "总持仓", "仓位数量", "股份数量", "基金份数"),
               also=("shares", "quantity", "qty", "units held", "position", "stück", "stück/nom", "stück/nominal", "stück/nominale", "stk", "stk/nom", "stk/nominal", "stk/nominale", "nominale", "nominal", "bestand", "anzahl", "aantal", "number of shares", "no of shares", "share balance", "holdings", "owned quantity", "units owned", "position quantity", "anzahl nominal", "anzahl nominale", "current units", "total units", "share quantity", "shares held", "no of units", "number of units", "qty held", "balance units", "unit balance", "shares/par", "shares or par", "par/shares", "shares owned", "trade date quantity", "quantité", "nombre", "nombre de titres", "quantità", "quantita", "cantidad", "títulos", "participaciones", "quantidade", "qtd", "volym", "antal", "antall", "beholdning", "保有数量", "保有数", "数量(株)", "保有株数", "保有口数", "口数", "quantity available", "open quantity", "total_amount", "avail units", "available units", "current quantity", "settled quantity", "number held", "ending quantity", "ending shares", "n titoli", "quantité détenue", "parts", "nombre de parts", "保有数", "残高数量", "nominal/stück", "units/shares")),
        Column("price", "price", ("单价", "最新净值", "价格", "净值", "单位净值", "最新价", "当前价", "市价", "现价", "最新价格", "参考价", "参考市价", "收盘价", "当前价格", "最新单位净值", "昨日净值", "参考净值", "基金份额净值", "份额净值", "昨收价", "最新市价", "收市价", "最新报价", "估值价格"),
               also=("last price", "share price", "close", "close price", "closing", "closing price", "current price", "mark price", "market price", "unit price", "last", "nav", "last px", "market px", "price per share", "closing nav", "nav per unit", "bid price", "sell price", "kurs", "akt kurs", "aktueller kurs", "letzter kurs", "schlusskurs", "schlußkurs", "slotkoers", "koers", "cours", "dernier cours", "lastprice", "prix", "prezzo", "prezzo di mercato", "precio", "cotización", "último precio", "preço", "preço atual", "cotação", "local price", "現在値", "時価", "基準価額", "kurs sek", "senaste", "ltp", "mark", "previous closing price", "dernier", "prezzo attuale", "p.zo di mercato", "siste kurs", "nominal_price", "nominal price", "price close", "prev close", "current nav", "ending price", "valor liquidativo", "último", "ultimo prezzo", "ultimo", "aktueller preis", "preis", "wert je anteil", "rücknahmepreis", "anteilspreis", "dernière valeur", "vl", "last traded price", "基準価格", "現在価格", "終値")),
        Column("value", "amount", ("市值", "金额", "持仓市值", "参考市值", "最新市值", "证券市值", "当前市值", "持有金额", "资产市值", "持有市值", "参考金额", "总市值", "持仓金额", "基金市值", "人民币市值", "折合人民币市值", "折合人民币", "折合市值", "本位币市值", "市值本位币", "资产金额", "总金额", "最新金额", "份额市值", "当前价值", "资产净值", "估值金额"),
               also=("market value", "amount", "current value", "mkt val", "mkt value", "total value", "position value", "market val", "value", "valuation", "wert", "kurswert", "marktwert", "gesamtwert", "aktueller wert", "wert in eur", "wert in euro", "kurswert in euro", "kurswert in eur", "kurswert eur", "value in eur", "value in usd", "value in gbp", "waarde in eur", "waarde", "net value", "netvalue", "positionvalue", "equity", "holding value", "value of holding", "positionvalueinbase", "base market value", "market value base", "value base", "ending market value", "ending value", "market value local", "local market value", "valeur", "valorisation", "montant", "évaluation", "controvalore", "controvalore attuale", "valore di mercato", "valore", "valoración", "valor de mercado", "importe", "valor actual", "valor efectivo", "marknadsvärde", "värde", "markedsværdi", "markedsverdi", "kursværdi", "評価額", "時価評価額", "cur val", "current val", "valeur totale", "lokale waarde", "local value", "verdi", "valore attuale", "market_val", "marketvalue", "valuation amount", "encours", "bestandswert", "depotwert", "wert aktuell", "評価金額", "holdings value")),
        Column("bought_on", "date", ("买入日期", "申购日期", "购买日期", "建仓日期"), also=("bought", "purchase date", "date acquired", "acquired", "open date", "kaufdatum")),
        Column("account", "text", ("账户", "资金账号", "资金账户", "账号", "交易账号", "基金账号", "客户资金账号"), also=("account number", "account no", "account id", "clientaccountid", "depot", "depotnummer", "fund account number", "kontonummer", "compte", "conto", "cuenta", "konto", "portfolio number", "depotnr", "depot-nr", "account name/number")),
        Column("no_sell", "yes", ("不可卖出", "锁定", "禁止卖出"), also=("locked",)),
        Column("currency", "text", ("币种", "货币"), also=("ccy", "currencyprimary", "währung", "whrg", "valuta", "devise", "divisa", "moneda", "moeda", "通貨")),
        Column("kind", "text", ("品种", "证券类别", "产品类型", "证券类型", "资产类型"), also=("security type", "asset type", "asset category", "assetclass", "product type", "investment type", "holding type", "instrument type"), asked=False),
        Column("owner", "text", ("客户姓名", "姓名", "客户名称", "户名", "账户名称", "持有人", "投资者姓名"), also=("client name", "account name", "account title", "account owner", "owner", "investor name"), asked=False),
        Column("side", "text", ("持仓方向", "多空", "多空方向", "合约类型", "持仓类型", "信用类型"), also=("side", "long/short", "l/s", "position type", "position side", "short/long"), asked=False),
        Column("status", "text", ("状态", "持仓状态", "份额状态", "确认状态"), also=("status", "position status"), asked=False),
        Column("owed", "money", ("融资余额", "融资负债", "融资金额", "融券余额", "负债金额", "未偿还本金"), also=("margin debt", "margin loan", "loan balance", "amount owed", "margin balance"), asked=False),
        Column("detail", "text", (), also=("levelofdetail", "level of detail", "datadiscriminator"), asked=False),
        Column("as_of", "date", ("市值日期", "净值日期", "估值日期", "持仓日期", "日期"), also=("as of", "price date", "nav date", "valuation date", "kursdatum", "date", "reportdate")),
    ),
    "assets": (
        Column("asset", "text", ("资产", "资产名称", "产品", "产品名称", "名称"), needed=True, also=("name", "product", "fund", "security")),
        Column("name_zh", "text", ("中文名称", "中文名"), also=("chinese name",)),
        Column("code", "text", ("代码", "基金代码", "证券代码", "产品代码", "股票代码"), also=("symbol", "ticker", "isin", "wkn", "sedol", "cusip")),
        Column("share_class", "text", ("份额类别", "类别份额")),
        Column("kind", "text", ("品种", "产品类型", "种类"), also=("type",)),
        Column("risk_level", "level", ("风险等级", "产品风险等级"), also=("risk level",)),
        Column("lot", "amount", ("每手份数", "交易单位", "每手")),
        Column("min_buy", "amount", ("最低申购金额", "最低买入金额", "起购金额"), also=("minimum",)),
        Column("unit_step", "amount", ("递增单位", "份额步长")),
        Column("settle_days", "days", ("到账天数", "交收天数")),
        Column("commission", "share", ("佣金费率", "佣金")),
        Column("min_commission", "amount", ("最低佣金",)),
        Column("sell_tax", "share", ("卖出税率", "印花税"), also=("stamp duty",)),
        Column("redemption", "schedule", ("赎回费", "赎回费率"), also=("redemption schedule", "redemption fee")),
        Column("expected_return", "rate", ("预期收益", "预期收益率", "预期年化收益"), also=("mu",)),
        Column("vol", "vol", ("波动率", "年化波动率"), also=("volatility",)),
        Column("class", "text", ("资产类别", "参考类别", "类别"), also=("reference class", "proxy")),
        Column("currency", "text", ("币种", "货币")),
        Column("asset_class", "text", ("大类", "大类资产", "资产大类")),
        Column("ongoing_cost", "share", ("年综合费率", "综合费率", "持续费用"), also=("ongoing cost", "ongoing charge", "ongoing charges", "ocf", "ter", "expense ratio")),
        Column("subscription", "steps", ("申购费率", "申购费"), also=("subscription fee", "front load", "entry charge")),
    ),
    "models": (
        Column("model", "text", ("模型", "模型组合", "名称"), needed=True),
        Column("asset", "text", ("资产", "资产名称", "产品"), needed=True),
        Column("target", "weight", ("目标权重", "权重"), needed=True, also=("weight", "target weight")),
        Column("lower", "weight", ("权重下限", "下限")),
        Column("upper", "weight", ("权重上限", "上限")),
        Column("return_low", "rate", ("收益下限", "预期收益下限")),
        Column("return_high", "rate", ("收益上限", "预期收益上限")),
        Column("vol_low", "vol", ("波动率下限",)),
        Column("vol_high", "vol", ("波动率上限",)),
        Column("drawdown", "rate", ("最大回撤", "参考最大回撤")),
        Column("risk_level", "level", ("组合风险等级",), also=("risk level", "portfolio level")),
        Column("budget", "weight", ("风险预算",), also=("risk budget",)),
        Column("leverage", "leverage", ("杠杆", "杠杆倍数")),
        Column("rebalance_on", "text", ("触发依据", "再平衡依据"), also=("rebalance on", "trigger")),
    ),
    "benchmarks": (
        Column("name", "text", ("基准", "名称", "基准名称"), needed=True, also=("benchmark",)),
        Column("asset", "text", ("资产", "资产名称"), needed=True),
        Column("weight", "weight", ("权重",), needed=True),
    ),
    "suitability": (
        Column("client_level", "level", ("客户等级", "客户风险等级"), needed=True, also=("client",)),
        Column("allowed", "levels", ("可购买等级", "产品等级", "适配产品等级"), needed=True, also=("asset_levels",)),
    ),
    "prices": (),
    "history": (
        Column("id", "text", ("客户编号", "编号", "客户号", "客户代码", "客户id"), also=("client", "client id", "client no", "client number")),
        Column("account", "text", ("账户", "资金账号", "账号"), also=("account number",)),
        Column("date", "date", ("日期", "估值日期"), needed=True, also=("as of", "valuation date")),
        Column("value", "amount", ("市值", "资产总值", "期末市值", "总资产"), needed=True, also=("market value", "total value", "balance")),
        Column("flow", "money", ("净流入", "资金进出", "出入金"), also=("net flow", "cash flow", "deposits")),
        Column("fee", "amount", ("费用", "投顾费"), also=("fees", "advisory fee")),
    ),
    "accounts": (
        Column("account", "text", ("账户", "资金账号", "账号", "文件"), needed=True, also=("account number", "file")),
        Column("id", "text", ("客户编号", "编号", "客户号", "客户代码", "客户id"), needed=True, also=("client", "client id", "client no", "client number")),
    ),
    "firm": (
        Column("key", "text", ("项目", "键"), needed=True, also=("item", "setting")),
        Column("value", "notes", ("内容", "值"), needed=True),
        Column("language", "text", ("语言",), also=("lang",)),
    ),
    "headers": (
        Column("theirs", "text", ("文件列名", "原列名"), needed=True, also=("their word", "their header", "their column")),
        Column("ours", "text", ("标准列名", "本表列名"), needed=True, also=("our column", "our header", "our word")),
        Column("sheet", "text", ("工作表",), also=("file",)),
    ),
}  # fmt: skip


# Traditional characters of headers and their simplified ones.
SIMPLE = str.maketrans(
    "證號稱數庫現價餘額產幣種戶帳賬資類別淨單總計買賣結參碼倉簡歷業績虧損時場標級顧問語頻閾測評構項權風險預動狀態攤間開購貨銀務報後復實際個當萬億認規劃齡託託確餘",
    "证号称数库现价余额产币种户账账资类别净单总计买卖结参码仓简历业绩亏损时场标级顾问语频阈测评构项权风险预动状态摊间开购货银务报后复实际个当万亿认规划龄托托确余",
)
_MARKS = re.compile(r"[\s\u200b\ufeff_./\\\-'\"<>*#:;,·=]+")
_BRACKET = re.compile(r"[(\[（【](.*?)[)\]）】]")
# What a bracket behind a header, or the words after its "in", may say of its figures: a currency, a factor, both.
_SCALES = (
    (r"'?000'?s?|thousands?|k|tsd\.?|千", 1e3),
    (r"millions?|mn|mm|mio\.?|m|百万", 1e6),
    (r"billions?|bn|mrd\.?", 1e9),
    (r"万[份股]?", 1e4),
    (r"亿[份股]?", 1e8),
    (r"[%％]|pence|p|gbx", 0.01),
)
LOTS = 0.0  # in place of a factor: what is counted are lots, whose size differs from asset to asset
_FACTORS = tuple((re.compile(rf"(?:{words})(?: of)?"), factor) for words, factor in _SCALES)
_PENCE = frozenset(["pence", "p", "gbx"])
_MONEY_WORDS = re.compile("|".join(sorted(map(re.escape, CURRENCIES), key=len, reverse=True)))
_UNIT_ABOVE = re.compile(r"单位\s*:?\s*([^\s;)。]+)|\b(?:amounts?|values?|figures?)\b[^.]*?\bin ([^.,;)]+)")
_COUNT = re.compile(r"[份股手张]")  # what is counted, in the words for a unit
_LOTS = re.compile(r"[(\[【]\s*(?:单位:)?手数?\s*[)\]】]|手数?$")
_SCALE_BEHIND = r"(?:\s*(?:'?000'?s?|k|mn?|bn|thousands?|millions?))?"
_CURRENCY_BEHIND = re.compile(
    rf"\s*(?:(?:\b(?:US|NZ|NT|HK|A|C|S))?[$]|[£€¥￥]|[\s,](?:in\s+)?(?:USD|EUR|GBP|CHF|CNY|RMB|HKD|JPY|SGD|AUD|CAD|SEK|NOK|DKK|TWD|ZAR|NZD)){_SCALE_BEHIND}\s*$",
    re.IGNORECASE,
)


def normal(header) -> str:
    """Headers compare without width, case, spaces, punctuation or a unit in brackets."""
    text = key(str(header)).translate(SIMPLE)
    return _MARKS.sub("", _BRACKET.sub("", text).partition("(")[0]) or _MARKS.sub("", text)


def unit_of(header: str) -> tuple[float, str]:
    """What a header says of its figures: the factor of a unit (万元, $000s, pence, %), and a currency."""
    text = unicodedata.normalize("NFKC", str(header)).casefold()
    found = [part.strip().removeprefix("单位:").strip() for part in _BRACKET.findall(text)]
    found += [words for before, _, words in [text.rpartition(" in ")] if before]
    found += [match[0].strip(" ,") for match in [_CURRENCY_BEHIND.search(text)] if match]
    for words in found:
        if (unit := scale(words)) != (1.0, ""):
            return unit
    return 1.0, ""


def price_of(header: str) -> float:
    """The part of a price that is a unit's: that of a fund in Japan is the price of 10,000."""
    return 0.0001 if "基準価額" in str(header) or "基準価格" in str(header) else 1.0


def in_lots(header: str) -> bool:
    """Does a header count in lots: 持仓(手), 持仓手数?"""
    return bool(_LOTS.search(unicodedata.normalize("NFKC", str(header)).strip()))


def units_above(remarks: Iterable[str]) -> list[str]:
    """The units that lines above a table name: 万元 and 股 of 单位：万元、股, $000s of All amounts in $000s."""
    found = []
    for remark in remarks:
        for match in _UNIT_ABOVE.finditer(unicodedata.normalize("NFKC", remark).casefold()):
            found += re.split(r"[、,/]", match[1]) if match[1] else [match[2]]
        words = unicodedata.normalize("NFKC", remark).casefold().strip(" ()[]*:")
        if len(words) > 1 and scale(words)[0] > 1.0:  # a line of nothing else: (万元), $ in millions
            found.append(words)
    return found


def unit_above(remarks: Iterable[str]) -> tuple[float, str]:
    """The factor of all amounts of money that a line above a table names."""
    units = (scale(words) for words in units_above(remarks) if not _COUNT.search(words))
    return next((unit for unit in units if unit[0] > 1.0), (1.0, ""))


def count_above(remarks: Iterable[str]) -> float:
    """The factor of all counts that a line above a table names (万份); that of lots (手) differs by asset: LOTS."""
    for words in units_above(remarks):
        if words.strip() == "手":
            return LOTS
        if _COUNT.search(words) and scale(words)[0] > 1.0:
            return scale(words)[0]
    return 1.0


def scale(words: str) -> tuple[float, str]:
    """The factor and the currency that words such as 万元, USD '000 or € m are; (1, "") of any others."""
    names = _MONEY_WORDS.findall(words)
    rest = _MONEY_WORDS.sub(" ", words).strip(" .,-/").removeprefix("in ").strip()
    currency = next((CURRENCIES[name] for name in names if name != "元" or rest), "")  # (元): every currency's, loosely
    if not rest:
        return 1.0, currency
    for form, factor in _FACTORS:
        if form.fullmatch(rest):
            return factor, "GBP" if rest in _PENCE else currency
    return 1.0, ""


def _index() -> dict[str, dict[str, str]]:
    """Sheet → header → column; a word of two columns means the one that lists it first."""
    found: dict[str, dict[str, str]] = {}
    for sheet, columns in COLUMNS.items():
        known = found.setdefault(sheet, {})
        for column in columns:
            for name in (column.key, *column.zh, *column.also):
                known.setdefault(normal(name), column.key)
    return found


_HEADERS = _index()
_SHEETS = {key(name): sheet for sheet, names in SHEETS.items() for name in (sheet, *names)}
EITHER = {
    "asset": "code",
    "id": "name",
}  # a code does where there is no name of a holding, the name where a client has no id
PERSONS = frozenset(map(normal, ["客户姓名", "姓名", "客户名称", "投资者姓名", "client name", "investor name"]))
"""Headers of holdings over names of clients; other owners may be names of accounts."""
IN_MONEY = ("value", "flow", "fee")  # columns that the unit of a whole table is meant for; prices are per unit
OTHERWISE = {("holdings", "value"): "units"}  # what "Amount" is where another column has the value


_SUM_OF = re.compile(r"^(?:求和项|最大值项|平均值项)\s*[:：]\s*|^(?:sum|max|average) of ", re.IGNORECASE)  # a pivot's


@lru_cache(8192)
def column_of(sheet: str, header) -> str | None:
    """The column a header stands for."""
    known, header = _HEADERS[sheet], _SUM_OF.sub("", str(header))
    return known.get(normal(header)) or known.get(normal(_CURRENCY_BEHIND.sub("", header)))


def sheet_of(title: str) -> str | None:
    """The sheet a title stands for: a title is also a file's name, so that its punctuation matters."""
    return _SHEETS.get(key(str(title)).translate(SIMPLE).partition("(")[0].replace("_", "").rstrip(":%*"))


@cache
def columns_of(sheet: str) -> dict[str, Column]:
    return {column.key: column for column in COLUMNS[sheet]}


def asked(sheet: str) -> tuple[Column, ...]:
    """The columns of our own empty file."""
    return tuple(column for column in COLUMNS[sheet] if column.asked)


_EASTERN = re.compile("|".join(sorted({
    word.translate(SIMPLE) for columns in COLUMNS.values() for column in columns for word in (*column.zh, *column.also)
    if len(word) > 1 and all("\u3040" <= letter <= "\u9fff" for letter in word)
} | {"日期", "收盘", "开盘", "交易日", "时间", "人民币", "合计", "始値", "終値", "日付"}, key=len, reverse=True)))  # fmt: skip


def words_in(text: str) -> int:
    """How many words for columns, Chinese or Japanese, a text has."""
    return len(_EASTERN.findall(text.translate(SIMPLE)))
