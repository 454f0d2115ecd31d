"""What the input sheets hold: every sheet and column once, with its names and its kind; texts.py explains each."""

from functools import cache
from typing import NamedTuple

from xlalloc.data import key


class Column(NamedTuple):
    """A column of an input sheet; the first Chinese name is the one a new file carries, ``also`` are English ones."""

    key: str
    kind: str  # text date level yes schedule, or one of fields.RANGES
    zh: tuple[str, ...]
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

COLUMNS: dict[str, tuple[Column, ...]] = {
    "clients": (
        Column("id", "text", ("客户编号", "编号", "客户号", "客户代码", "客户id"), needed=True, also=("client", "client id", "client no")),
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
        Column("threshold", "share", ("触发阈值", "偏离阈值", "阈值")),
        Column("goal", "amount", ("目标金额", "目标")),
        Column("goal_years", "years", ("目标年限", "目标年数"), also=("years",)),
        Column("monthly", "money", ("每月投入", "月投入", "每月定投")),
        Column("age", "years", ("年龄",)),
        Column("notes", "notes", ("备注",)),
        Column("currency", "text", ("币种", "货币")),
    ),
    "holdings": (
        Column("id", "text", ("客户编号", "编号", "客户号", "客户代码", "客户id"), needed=True, also=("client", "client id", "client no")),
        Column("asset", "text", ("资产", "资产名称", "产品", "产品名称", "产品代码", "基金", "基金名称", "基金代码", "证券名称", "证券代码", "代码"), needed=True, also=("code", "fund", "security", "product")),
        Column("units", "amount", ("份额", "数量", "股数", "持有份额", "持仓数量"), also=("shares", "quantity")),
        Column("price", "price", ("单价", "最新净值", "价格", "净值", "单位净值", "最新价")),
        Column("value", "amount", ("市值", "金额", "持仓市值", "参考市值"), also=("market value", "amount")),
        Column("bought_on", "date", ("买入日期", "申购日期", "购买日期"), also=("bought", "purchase date")),
        Column("account", "text", ("账户",)),
        Column("no_sell", "yes", ("不可卖出", "锁定", "禁止卖出"), also=("locked",)),
        Column("currency", "text", ("币种", "货币")),
    ),
    "assets": (
        Column("asset", "text", ("资产", "资产名称", "产品", "名称"), needed=True, also=("name",)),
        Column("name_zh", "text", ("中文名称", "中文名"), also=("chinese name",)),
        Column("code", "text", ("代码", "基金代码", "证券代码")),
        Column("share_class", "text", ("份额类别", "类别份额")),
        Column("kind", "text", ("品种", "产品类型", "种类"), also=("type",)),
        Column("risk_level", "level", ("风险等级", "产品风险等级"), also=("risk level",)),
        Column("lot", "amount", ("每手份数", "交易单位", "每手")),
        Column("min_buy", "amount", ("最低申购金额", "最低买入金额", "起购金额"), also=("minimum",)),
        Column("unit_step", "amount", ("递增单位", "份额步长")),
        Column("settle_days", "days", ("到账天数", "交收天数")),
        Column("commission", "share", ("佣金费率", "佣金", "申购费率")),
        Column("min_commission", "amount", ("最低佣金",)),
        Column("sell_tax", "share", ("卖出税率", "印花税"), also=("stamp duty",)),
        Column("redemption", "schedule", ("赎回费", "赎回费率"), also=("redemption schedule", "redemption fee")),
        Column("expected_return", "rate", ("预期收益", "预期收益率", "预期年化收益"), also=("mu",)),
        Column("vol", "vol", ("波动率", "年化波动率"), also=("volatility",)),
        Column("class", "text", ("资产类别", "大类资产", "类别"), also=("asset class",)),
        Column("currency", "text", ("币种", "货币")),
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


@cache
def columns_of(sheet: str) -> dict[str, Column]:
    return {column.key: column for column in COLUMNS[sheet]}
