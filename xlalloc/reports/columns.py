"""What the input sheets hold: every sheet and column once, with its names, its kind and its explanation."""

from typing import NamedTuple

from xlalloc.data import key


class Column(NamedTuple):
    """A column of an input sheet; the first Chinese name is the one a new file carries."""

    key: str
    kind: str  # text amount money share rate number count date level yes schedule
    zh: tuple[str, ...]
    help: tuple[str, str]
    needed: bool = False
    also: tuple[str, ...] = ()


SHEETS = {
    "clients": ("客户", "客户信息", "客户资料"),
    "holdings": ("持仓", "客户持仓", "持有"),
    "assets": ("资产", "产品", "资产信息"),
    "models": ("模型", "模型组合", "目标配置"),
    "benchmarks": ("基准", "业绩基准"),
    "suitability": ("适当性", "适当性匹配"),
    "prices": ("价格", "净值", "行情"),
}
UNREAD = ("about", "说明", "read me", "readme")  # sheets that explain, nothing to read

_C = Column
COLUMNS: dict[str, tuple[Column, ...]] = {
    "clients": (
        _C("id", "text", ("客户编号", "编号", "客户号"), ("Unique; names the report's file.", "唯一；报告文件以此命名。"), True, ("client", "client id")),
        _C("name", "text", ("姓名", "客户姓名", "客户名称"), ("As printed on the report.", "报告上的称呼。")),
        _C("model", "text", ("模型", "模型组合", "目标模型"), ("A model of the sheet models.", "“模型”页中的一个模型。"), True),
        _C("language", "text", ("语言",), ("en or zh.", "en 或 zh（中文）。"), also=("lang",)),
        _C("adviser", "text", ("顾问", "投资顾问", "理财师"), ("Printed on the report.", "印在报告上。"), also=("advisor",)),
        _C("benchmark", "text", ("基准", "业绩基准"), ("A benchmark of the sheet benchmarks.", "“基准”页中的一个基准。")),
        _C("risk_level", "level", ("风险等级", "风险承受等级"), ("C1 to C5.", "C1 至 C5。"), also=("risk level",)),
        _C("assessed_on", "date", ("测评日期", "评估日期"), ("Date of the risk assessment.", "风险测评日期。")),
        _C("assessment_expires", "date", ("测评到期日", "测评有效期至"), ("An assessment past this date is flagged.", "测评过期时提示。"),
           also=("expires",)),
        _C("cash_flow", "money", ("资金流入流出", "现金流", "资金进出"), ("Money in (+) or out (-) with this rebalancing.", "本次流入（+）或流出（-）的资金。")),
        _C("last_rebalanced", "date", ("上次再平衡", "上次调仓日期", "上次再平衡日期"), ("Date.", "日期。")),
        _C("frequency", "text", ("检查频率", "再平衡频率", "频率"), ("weekly, monthly, quarterly, semiannual or annual.", "每周、每月、每季、每半年或每年。")),
        _C("threshold", "share", ("触发阈值", "偏离阈值", "阈值"), ("Deviation that triggers, such as 5%.", "触发偏离，如 5%。")),
        _C("goal", "amount", ("目标金额", "目标"), ("Wealth aimed at, in money.", "希望达到的资产金额。")),
        _C("goal_years", "amount", ("目标年限", "目标年数"), ("Years until then.", "距目标的年数。"), also=("years",)),
        _C("monthly", "money", ("每月投入", "月投入", "每月定投"), ("Saved each month.", "每月投入金额。")),
        _C("age", "amount", ("年龄",), ("In years.", "岁。")),
        _C("notes", "text", ("备注",), ("For you: shown in the index only, never in the client's report.", "供您自己参考：只出现在索引中，不会出现在客户报告里。")),
        _C("currency", "text", ("币种", "货币"), ("One for the whole file.", "全文件只能有一种。")),
    ),
    "holdings": (
        _C("id", "text", ("客户编号", "编号", "客户号"), ("The client.", "客户。"), True, ("client", "client id")),
        _C("asset", "text", ("资产", "资产名称", "产品", "基金", "代码"), ("Name or code of the sheet assets. Several rows of one asset are lots.", "“资产”页中的名称或代码；同一资产多行即多笔买入。"),
           True, ("code", "fund")),
        _C("units", "amount", ("份额", "数量", "股数"), ("Units held.", "持有份额或股数。"), also=("shares",)),
        _C("price", "amount", ("单价", "最新净值", "价格"), ("Of a unit; blank: the latest of the sheet prices.", "每份价格；留空则取“价格”页最新值。")),
        _C("value", "amount", ("市值", "金额"), ("Market value; needed where there are no units.", "市值；没有份额时必填。"), also=("market value",)),
        _C("bought_on", "date", ("买入日期", "申购日期", "购买日期"), ("Lots are sold first-in first-out.", "先进先出卖出。"), also=("bought", "purchase date")),
        _C("account", "text", ("账户",), ("Account that holds it.", "所在账户。")),
        _C("no_sell", "yes", ("不可卖出", "锁定", "禁止卖出"), ("yes: this lot is never sold.", "“是”：此笔不卖出。"), also=("locked",)),
        _C("currency", "text", ("币种", "货币"), ("One for the whole file.", "全文件只能有一种。")),
    ),
    "assets": (
        _C("asset", "text", ("资产", "资产名称", "产品", "名称"), ("Unique name.", "唯一名称。"), True, ("name",)),
        _C("name_zh", "text", ("中文名称", "中文名"), ("Name in Chinese reports.", "中文报告中的名称。"), also=("chinese name",)),
        _C("code", "text", ("代码", "基金代码", "证券代码"), ("As text; leading zeros are kept.", "文本；保留前导零。")),
        _C("share_class", "text", ("份额类别", "类别份额"), ("A, C …", "A、C……")),
        _C("kind", "text", ("品种", "产品类型", "种类"), ("stock, etf, fund, bond or cash.", "股票、ETF、基金、债券或现金。"), also=("type",)),
        _C("risk_level", "level", ("风险等级", "产品风险等级"), ("R1 to R5.", "R1 至 R5。"), also=("risk level",)),
        _C("lot", "amount", ("每手份数", "交易单位", "每手"), ("Units of the smallest order; 0: any amount.", "最小交易单位；0 表示按金额。")),
        _C("min_buy", "amount", ("最低申购金额", "最低买入金额", "起购金额"), ("Smallest purchase, in money.", "最低买入金额。"), also=("minimum",)),
        _C("unit_step", "amount", ("递增单位", "份额步长"), ("Step in units above the first lot; blank: the lot.", "首手以上的递增份数；留空同每手。")),
        _C("settle_days", "amount", ("到账天数", "交收天数"), ("Days until a sale's cash arrives.", "卖出资金到账天数。")),
        _C("commission", "share", ("佣金费率", "佣金", "申购费率"), ("Share of the trade.", "成交金额的比例。")),
        _C("min_commission", "amount", ("最低佣金",), ("Money.", "金额。")),
        _C("sell_tax", "share", ("卖出税率", "印花税"), ("0 for funds and ETFs.", "基金和 ETF 为 0。"), also=("stamp duty",)),
        _C("redemption", "schedule", ("赎回费", "赎回费率"), ("Such as 7:1.5%;30:0.75% (days: fee); none; blank: the rule's floor for a fund.",
                                                       "如 7:1.5%;30:0.75%（天数:费率）；无；基金留空则按规定下限。"), also=("redemption schedule", "redemption fee")),
        _C("expected_return", "rate", ("预期收益", "预期收益率", "预期年化收益"), ("Per year; blank: that of its class.", "年化；留空则取所属类别。"), also=("mu",)),
        _C("vol", "amount", ("波动率", "年化波动率"), ("Per year; blank: that of its class.", "年化；留空则取所属类别。"), also=("volatility",)),
        _C("class", "text", ("资产类别", "大类资产", "类别"), ("A reference asset class such as CSI 300: for correlations and scenarios.", "参考资产类别，如沪深300：用于相关系数与情景。"),
           also=("asset class",)),
        _C("currency", "text", ("币种", "货币"), ("One for the whole file.", "全文件只能有一种。")),
    ),
    "models": (
        _C("model", "text", ("模型", "模型组合", "名称"), ("Name, on every row of the model.", "模型名称，每行都填。"), True),
        _C("asset", "text", ("资产", "资产名称", "产品"), ("One row an asset.", "每个资产一行。"), True),
        _C("target", "amount", ("目标权重", "权重"), ("The targets of a model add up to 100%.", "同一模型合计为 100%。"), True, ("weight", "target weight")),
        _C("lower", "amount", ("权重下限", "下限"), ("Smallest weight allowed.", "允许的最低权重。")),
        _C("upper", "amount", ("权重上限", "上限"), ("Largest weight allowed.", "允许的最高权重。")),
        _C("return_low", "rate", ("收益下限", "预期收益下限"), ("Stated range of return; on the first row.", "参考收益区间；填在首行。")),
        _C("return_high", "rate", ("收益上限", "预期收益上限"), ("", "")),
        _C("vol_low", "amount", ("波动率下限",), ("Stated range of volatility.", "参考波动率区间。")),
        _C("vol_high", "amount", ("波动率上限",), ("", "")),
        _C("drawdown", "rate", ("最大回撤", "参考最大回撤"), ("Stated deepest drawdown, such as 20%.", "参考最大回撤，如 20%。")),
    ),
    "benchmarks": (
        _C("name", "text", ("基准", "名称", "基准名称"), ("Name, on every row of the benchmark.", "基准名称，每行都填。"), True, ("benchmark",)),
        _C("asset", "text", ("资产", "资产名称"), ("One row an asset; needs prices.", "每个资产一行；需有价格。"), True),
        _C("weight", "amount", ("权重",), ("They add up to 100%.", "合计为 100%。"), True),
    ),
    "suitability": (
        _C("client_level", "level", ("客户等级", "客户风险等级"), ("C1 to C5.", "C1 至 C5。"), True, ("client",)),
        _C("allowed", "text", ("可购买等级", "产品等级", "适配产品等级"), ("Levels it may buy: R1;R2.", "可购买的产品等级：R1;R2。"), True, ("asset_levels", "product levels")),
    ),
    "prices": (),
}  # fmt: skip


def _normal(header) -> str:
    """Headers compare without width, case, spaces, underscores or a unit in brackets."""
    return key(str(header)).partition("(")[0].replace("_", "").rstrip(":%*")


_HEADERS = {
    sheet: {_normal(name): column.key for column in columns for name in (column.key, *column.zh, *column.also)}
    for sheet, columns in COLUMNS.items()
}
_SHEETS = {_normal(name): sheet for sheet, names in SHEETS.items() for name in (sheet, *names)}


def column_of(sheet: str, header) -> str | None:
    """The column a header stands for."""
    return _HEADERS[sheet].get(_normal(header))


def sheet_of(title: str) -> str | None:
    return _SHEETS.get(_normal(title))


def columns_of(sheet: str) -> dict[str, Column]:
    return {column.key: column for column in COLUMNS[sheet]}
