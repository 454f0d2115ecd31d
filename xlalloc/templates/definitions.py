"""The functions of the workbooks in Chinese: what each computes, and its source."""

# fmt: off
CHINESE = {
    "RETURNS": "各列价格自上一个价格起的收益率，保留日期与名称；缺少价格处留空。Campbell, Lo & MacKinlay (1997), 1.4 节。",
    "PLAIN": "去掉结果所带的名称、日期与标题，只留数字。标签约定。",
    "COV_FROM_CORR": "由相关系数与波动率得出协方差矩阵（定义）。Markowitz (1952), Portfolio Selection。",
    "PORT_RETURN": "组合预期收益：各资产预期收益的加权平均。Markowitz (1952), Portfolio Selection。",
    "PORT_VOL": "组合波动率：√(w'Σw)。Markowitz (1952), Portfolio Selection。",
    "PORT_SHARPE": "夏普比率：预期收益超出无风险利率的部分除以波动率。Sharpe (1966), Mutual Fund Performance。",
    "PORT_SERIES": "各期组合收益，每期初恢复所给权重；权重与价格按名称匹配。Markowitz (1952)，逐期应用。",
    "MARGINAL_RISK": "权重每增加一单位对组合波动率的影响：(Σw)ᵢ/σ。Maillard, Roncalli & Teïletche (2010)。",
    "RISK_CONTRIB": "各资产占组合风险的比例，合计为 1：wᵢ(Σw)ᵢ/σ²。Maillard, Roncalli & Teïletche (2010)。",
    "DIVERSIFICATION": "分散化比率：各资产波动率的加权平均除以组合波动率。Choueifaty & Coignard (2008)。",
    "EFFECTIVE_N": "有效资产数：与之同样集中的等权组合的资产个数，1/Σw²（赫芬达尔指数的倒数）。",
    "EQUAL_WEIGHTS": "各资产权重相等。DeMiguel, Garlappi & Uppal (2009)。",
    "RP_WEIGHTS": "风险平价权重：各资产的风险占比等于风险预算（默认相等），只做多。Spinu (2013); Maillard, Roncalli & Teïletche (2010)。",
    "INV_VOL_WEIGHTS": "与波动率成反比的权重，最简单的风险平价。Maillard, Roncalli & Teïletche (2010)。",
    "GLIDE_PATH": "目标日期基金在某一年龄的股票与债券比例，各点之间线性插值。资产配置文章（目标日期基金，典型下滑路径）。",
    "POLICY_CHECK": "将所述预期特征与组合自身假设所隐含的收益、波动率及 95% 回撤相对照。Magdon-Ismail, Atiya, Pratap & Abu-Mostafa (2004)。",
    "REBAL_DUE": "按日期是否到期；给出市值与目标权重时，还须偏离超过阈值。Jaconetti, Kinniry & Zilbering (2010)。",
    "REBAL_PLAN": "使组合回到目标权重的指令：先用现金，先卖后买，取整手，扣除费用，资金足够支付。Jaconetti, Kinniry & Zilbering (2010)。",
    "REBAL_CHECKLIST": "定期检查的五个问题，凡数字能回答的由数字回答。资产配置文章（再平衡触发检查清单）。",
    "TOTAL_RETURN": "整段时间的复合收益：Π(1+r)−1。CFA Institute, GIPS Standards (2020)。",
    "DRAWDOWNS": "各期净值低于此前最高点的幅度。Magdon-Ismail & Atiya (2004), Maximum Drawdown。",
    "KPI_TABLE": "全部绩效指标，一行一项、一列一个序列；各指标定义同相应的单项函数。",
    "STRESS_TABLE": "组合在各危机情景下的结果，以及损失最大的资产：Σ权重×该资产在情景中的收益。",
    "STRESS_CORR": "相关系数向 1 移动后的协方差矩阵，波动率不变：ρ+(1−ρ)·u。风险平价文章（压力时期提高相关性）；Rebonato & Jäckel (1999)。",
    "PUT_HEDGE": "用指数看跌期权为组合设置下限的成本：行权价、权利金、年化权利金、最大损失。Hull (2018), 17.1 节。",
    "FEE_DRAG": "年费率在若干年后占去最终财富的比例：1−((1+g−f)/(1+g))^年数。Bogle (1999)；资产配置文章（忽视成本）。",
    "WEALTH_BANDS": "每月投入或支取时逐年的财富区间：全部模拟路径的 5%、25%、50%、75%、95% 分位。Hull (2018), 式 21.15。",
    "GOAL_PROB": "若干年后财富达到目标的概率；每月投入为 0 时为精确公式，否则为模拟。Hull (2018), 15.1 节。",
}
# fmt: on
