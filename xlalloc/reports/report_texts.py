"""The words of our report as a template: texts, and formulas that put sentences together. (English, Chinese)"""

WORDS = {
    "footer": ("No promise of returns", "不构成收益承诺"),
    "tab.summary": ("Summary", "概要"), "tab.orders": ("Orders", "交易"), "tab.risk": ("Risk", "风险"),
    "tab.past": ("Simulated past", "模拟历史"), "tab.outlook": ("Outlook", "展望"), "tab.appendix": ("Appendix", "附录"),
    "title.orders": ("What you hold, and what to trade", "持仓与交易"),
    "title.risk": ("Where the risk lies, and what could go wrong", "风险来源与不利情形"),
    "title.past": ("The simulated past", "模拟历史"),
    "title.outlook": ("Where it leads", "迈向目标"),
    "title.appendix": ("Data, definitions, sources", "数据、定义与来源"),
    "whose": (
        '=IF(LEN(client_name)>30,LEFT(client_name,29)&"…",client_name)&" · "&client_id&IF(as_of="",""," · "&TEXT(as_of,"yyyy-mm-dd"))',
        '=IF(LEN(client_name)>30,LEFT(client_name,29)&"…",client_name)&"  "&client_id&IF(as_of="","","  "&TEXT(as_of,"yyyy-mm-dd"))',
    ),
    "illustrative": (
        '=IF(prices_illustrative,"Illustrative: simulated prices, not market data.","")',
        '=IF(prices_illustrative,"示例：价格为模拟数据，并非市场行情。","")',
    ),
    "line": (
        '=IF(as_of="","","Prices to "&TEXT(as_of,"yyyy-mm-dd")&" · ")&"client "&client_id&" · model "&model_name&IF(risk_level="",""," · level "&risk_level'
        '&IF(assessment_expires="",""," (valid until "&TEXT(assessment_expires,"yyyy-mm-dd")&")"))&IF(adviser_name="",""," · adviser "&adviser_name)'
        '&IF(firm_contact="",""," · "&firm_contact)&" · value "&TEXT(total_value,"#,##0")&IF(currency_code="",""," "&currency_code)',
        '=IF(as_of="","","价格截至 "&TEXT(as_of,"yyyy-mm-dd")&"　")&"客户编号："&client_id&"　模型："&model_name&IF(risk_level="","","　风险等级："&risk_level'
        '&IF(assessment_expires="","","（有效期至 "&TEXT(assessment_expires,"yyyy-mm-dd")&"）"))&IF(adviser_name="","","　理财顾问："&adviser_name)'
        '&IF(firm_contact="","","　"&firm_contact)&"　总市值："&TEXT(total_value,"#,##0")&IF(currency_code="",""," "&currency_code)',
    ),
    "advice": ("Our advice", "我们的建议"),
    "not_traded": (
        '=IF(OR(letter_held,INDEX(withheld_names,1)=""),"",ROWS(withheld_names)&IF(ROWS(withheld_names)=1," product is"," products are")&" not traded as the model asks: see Orders.")',
        '=IF(OR(letter_held,INDEX(withheld_names,1)=""),"","有 "&ROWS(withheld_names)&" 只产品未按模型交易，见“交易指令”。")',
    ),
    "see_findings": (
        '=IF(INDEX(finding_texts,1)="","",ROWS(finding_texts)&IF(ROWS(finding_texts)=1," remark"," remarks")&" on the data behind this report: see Appendix.")',
        '=IF(INDEX(finding_texts,1)="","","对本报告所用数据有 "&ROWS(finding_texts)&" 条提示，见“附录”页。")',
    ),
    "classes": ("Weights by asset class", "大类资产占比"), "classes_chart": ("Weights by asset class", "大类资产占比"),
    "class": ("Asset class", "大类资产"),
    "now": ("Now", "当前"), "after": ("After these orders", "交易后"), "target": ("Target", "目标"),
    "equal_risk": ("Equal risk", "风险平价"), "bench": ("Benchmark", "基准"),
    "risk_short": ("Risk", "风险"), "vol": ("Volatility per year", "年化波动率"),
    "worst_money": (
        '="Worst crisis, in money"', '="最差危机情景（金额）"',
    ),
    "worst_share": ("… as a share", "……占市值"),
    "stated": (
        '=IF(ONE,"Worst crisis: "&worst_crisis&".","")&IF(AND(ONE,vol_low<>"")," ","")'
        '&IF(vol_low="","","The model states "&ROUND(100*vol_low,3)&"%"&IF(vol_low=vol_high,"","–"&ROUND(100*vol_high,3)&"%")&" of volatility; its target implies "'
        '&TEXT(PORT_VOL(w_target,cov_assets),"0.0%")&".")',
        '=IF(ONE,"最差危机情景："&worst_crisis&"。","")'
        '&IF(vol_low="","","模型参考波动率为 "&ROUND(100*vol_low,3)&"%"&IF(vol_low=vol_high,"","–"&ROUND(100*vol_high,3)&"%")&"；按目标权重推算为 "'
        '&TEXT(PORT_VOL(w_target,cov_assets),"0.0%")&"。")',
    ),
    "goal": ("Your goal", "您的目标"),
    "goal_line": (
        '=IF(WHEN,TEXT(goal_today,"#,##0")&" in "&TEXT(goal_years,IF(goal_years=INT(goal_years),"0","0.##"))&IF(goal_years=1," year"," years")&": missed in "&TEXT(100*(1-goal_chance),"0")&" of 100 simulated paths"'
        '&IF(goal_low="","","; low outcome (5%) "&TEXT(goal_low,"#,##0"))&IF(inflation_rate=0,""," in today\'s money")&".","")',
        '=IF(WHEN,TEXT(goal_years,IF(goal_years=INT(goal_years),"0","0.##"))&" 年后 "&TEXT(goal_today,"#,##0")&"：100 条模拟路径中有 "&TEXT(100*(1-goal_chance),"0")&" 条未达成"'
        '&IF(goal_low="","","；较差情形（5%）为 "&TEXT(goal_low,"#,##0"))&IF(inflation_rate=0,"","（按今日购买力）")&"。","")',
    ),
    "steps": ("Next steps", "下一步"),
    "suitable": ("Suitability", "适当性意见"),
    "risk_read": (
        '=IF(risk_document="","","Read and signed: "&risk_document)', '=IF(risk_document="","","已阅读并签署："&risk_document)',
    ),
    "sign.client": ("Client", "客户签名"), "sign.date": ("Date", "日期"), "sign.adviser": ("Adviser", "理财顾问签名"),
    "closing": (
        '=IF(firm_disclaimer="","Nothing here is a promise of returns. Expected returns, volatilities and correlations are assumptions; outcomes will differ.",firm_disclaimer)',
        '=IF(firm_disclaimer="","本报告不构成收益承诺。预期收益、波动率与相关系数均为假设，实际结果会有所不同。投资有风险，决策须谨慎。",firm_disclaimer)',
    ),
    # Orders
    "holdings": ("Holdings: now, after these orders, target", "持仓：当前、交易后、目标"),
    "asset": ("Asset", "资产"), "code": ("Code", "代码"), "level": ("Level", "等级"), "value": ("Value", "市值"),
    "off": ("Off target", "偏离"), "risk_share": ("Share of risk", "风险占比"), "cash_left": ("Cash left over", "剩余现金"),
    "total": ("Total", "合计"),
    "threshold": ("Threshold", "触发阈值"),
    "holdings_note": (
        "Deviations beyond the threshold are bold. Share of risk: of the weights held now.",
        "超过触发阈值的偏离以粗体显示。风险占比按当前占比计算。",
    ),
    "order_title": ("Orders", "交易指令"), "order_list": ("The orders, one by one", "交易指令明细"),
    "holdings_chart": ("Weights by product", "各产品占比"),
    "tab.holdings": ("All holdings", "全部持仓"), "tab.trades": ("All orders", "全部交易"), "tab.lots": ("All lots", "全部批次"),
    "title.holdings": ("What you hold", "持仓"), "title.trades": ("What to trade", "交易"), "title.lots": ("Lots sold", "卖出批次"),
    "tab.data": ("All prices", "全部价格"), "title.data": ("All products", "全部产品"),
    "phases": (
        '=IF(n_orders=0,"Nothing to trade.",IF(money_sold=0,"Purchases only: nothing is sold first.",IF(money_bought=0,"Sales only: the money arrives","All sales first; purchases once the money has arrived,")&" after up to "&TEXT(settle_days,"0")&IF(settle_days=1," day."," days.")))',
        '=IF(n_orders=0,"无需交易。",IF(money_sold=0,"仅有买入，无需先卖出。",IF(money_bought=0,"仅有卖出，资金最长 "&TEXT(settle_days,"0")&" 天到账。","先完成全部卖出；资金到账后（最长 "&TEXT(settle_days,"0")&" 天）再买入。")))',
    ),
    "phase": ("Phase", "阶段"), "sell": ("1 Sell", "1 卖出"), "buy": ("2 Buy", "2 买入"),
    "money": ("Money", "金额"), "units": ("Units", "份额"), "cost": ("Cost", "费用"), "fee": ("of which redemption", "其中赎回费"),
    "account": ("Account", "账户"), "remark": ("Remark", "提示"),
    "cash_after": ('="Cash left over: "&TEXT(cash_after,"#,##0.00")&"."', '="剩余现金："&TEXT(cash_after,"#,##0.00")&"。"'),
    "reserve": (
        '=IF(reserve_money=0,"","Reserve, kept out of the model: "&TEXT(reserve_money,"#,##0.00")&".")',
        '=IF(reserve_money=0,"","预留现金（不参与配置）："&TEXT(reserve_money,"#,##0.00")&"。")',
    ),
    "costs": ("What it costs", "费用"), "in_money": ("Money", "金额"), "of_value": ("Share of value", "占市值"),
    "cost.once": ("Once: these orders", "一次性：本次交易"), "cost.now": ("Per year: now", "每年：当前"),
    "cost.after": ("Per year: after these orders", "每年：交易后"),
    "cost.note": (
        '="Per year: costs within the products, weighted, and the advisory fee ("&TEXT(advisory_fee,"0.00##%")&")."',
        '="每年：产品内扣费用（按占比加权）与投顾费（"&TEXT(advisory_fee,"0.00##%")&"）。"',
    ),
    "lots": ("Lots sold, first in first out", "卖出批次（先进先出）"), "days": ("Days", "天数"), "bought": ("Bought on", "买入日期"),
    "fee_rate": ("Fee rate", "赎回费率"), "taken": ("Sold of it", "卖出金额"),
    "more": (
        '=IF(ROWS(NAME)>SLOTS,"… and "&(ROWS(NAME)-SLOTS)&" more.","")', '=IF(ROWS(NAME)>SLOTS,"……及其他 "&(ROWS(NAME)-SLOTS)&" 项。","")',
    ),
    # Risk
    "cov_from": (
        '=IF(cov_source="prices","Volatilities and correlations are estimated from the prices given (sample covariance).",IF(cov_source="assumptions",'
        '"Too few prices for an estimate: volatilities are those of the product list or its asset class, correlations are reference values.","No covariance could be formed: see Appendix."))',
        '=IF(cov_source="prices","波动率与相关系数由所提供的价格估计（样本协方差）。",IF(cov_source="assumptions",'
        '"价格不足以估计：波动率取自产品表或其资产类别，相关系数为参考值。","无法得到协方差，原因见“附录”页。"))',
    ),
    "whole": ("The portfolio as a whole", "整体组合"), "measure": ("Measure", "指标"),
    "ratio": ("Diversification ratio", "分散化比率"), "effective": ("Effective number of assets", "有效资产数"),
    "sharpe": ("Sharpe ratio", "夏普比率"), "expected": ("Expected return", "预期收益"),
    "risk_from": ("Where the risk comes from", "风险来源"), "risk_target": ("Risk at target", "目标风险"),
    "risk_chart": ("Money and risk, now", "当前资金与风险占比"),
    "risk_note": (
        "The ten assets with the largest shares of today's risk. Equal risk: the weights at which every asset would bear the same risk.",
        "列示当前风险占比最大的十项资产。风险平价：各资产风险占比相等时的权重。",
    ),
    "no_risk": (
        '=IF(INDEX(no_risk_names,1)="","","Without risk, so not part of the equal-risk weights: "&INDEX(no_risk_names,1)&IF(ROWS(no_risk_names)>1," and others","")&".")',
        '=IF(INDEX(no_risk_names,1)="","","无风险资产，不参与风险平价："&INDEX(no_risk_names,1)&IF(ROWS(no_risk_names)>1,"等","")&"。")',
    ),
    "frontier": ("Risk and return: where the portfolio stands", "风险与收益：组合所处位置"),
    "frontier_chart": ("Expected return over volatility", "预期收益与波动率"),
    "curve": ("Efficient frontier", "有效前沿"), "point": ("Point", "位置"),
    "frontier_note": (
        "The curve: the highest expected return for each volatility, long only, on the assumptions of the appendix.",
        "曲线为附录假设下各波动率对应的最高预期收益（仅做多）。",
    ),
    "crises": ("What could go wrong: crises of the past", "可能出现的不利情形：历史危机"), "crisis": ("Crisis", "情景"),
    "money_now": ("Money, now", "当前金额"), "money_after": ("Money, after", "交易后金额"),
    "costs_most": ("Costs most now", "损失最大"), "crises_chart": ("Result in each crisis", "各情景下的损益"),
    "crises_note": (
        "The moves of each asset class at the time, in its own market, applied to the weights at once; future crises can be worse. Sources: Appendix.",
        "将当时各类资产在其本地市场的涨跌一次性应用于占比；历史危机不代表未来损失的上限。来源见“附录”页。",
    ),
    # Past
    "past_measures": ("Key figures", "关键指标"), "years": ("Calendar years", "自然年度收益"), "year": ("Year", "年份"),
    "bench_is": ("Benchmark: ", "基准："),
    "past_warning": (
        "Simulated: today's and the target weights over past prices, before the advisory fee; not the account's own return, and no promise.",
        "模拟：以当前占比与目标占比按历史价格计算，未扣投顾费；并非账户的实际收益，也不构成承诺。",
    ),
    "wealth_chart": ("Return since the first date (simulated)", "自首日起的累计收益（模拟）"),
    "depth_chart": ("Fall below the highest value so far (simulated)", "较此前最高值的跌幅（模拟）"),
    # The account
    "tab.account": ("Your account", "账户表现"), "title.account": ("How your account has done", "账户表现"),
    "own_account": ("Your account", "账户表现"), "account_periods": ("Return by period", "区间收益"), "period": ("Period", "区间"),
    "from": ("From", "起始日"), "net": ("Net", "净收益"), "gross": ("Gross", "毛收益"), "fall": ("Deepest fall", "最大回撤"),
    "account_money": ("In money, since the start", "自起始日的金额"), "account_years_chart": ("Net return by calendar year", "自然年度净收益"), "account_chart": ("Return since the start, net", "自起始日的累计净收益"),
    "account_first": ("Value at the start", "期初市值"), "account_in": ("Paid in", "投入"), "account_out": ("Taken out", "取出"),
    "account_gain": ("Gain", "盈亏"), "account_last": ("Latest value", "最近市值"),
    "account_mwr": ("Money-weighted return, per year", "资金加权收益率（年化）"), "account_net": ("Account, net", "账户净收益"),
    "account_warning": (
        "The account's own past. Past performance is no guarantee of future results.", "账户的实际历史表现。过往业绩不代表未来收益。",
    ),
    # Outlook
    "assumed": (
        '="Assumed for the target weights: "&TEXT(PORT_RETURN(w_target,mu_assets),"0.0%")&" a year before and "&TEXT(PORT_RETURN(w_target,mu_assets)-advisory_fee,"0.0%")'
        '&" after the advisory fee, volatility "&TEXT(PORT_VOL(w_target,cov_assets),"0.0%")&", inflation "&TEXT(inflation_rate,"0.0##%")&"; "&TEXT(ABS(monthly_saving),"#,##0")&IF(monthly_saving<0," taken out"," saved")&" each month."',
        '="按目标权重假设：年化收益 "&TEXT(PORT_RETURN(w_target,mu_assets),"0.0%")&"（扣除投顾费后 "&TEXT(PORT_RETURN(w_target,mu_assets)-advisory_fee,"0.0%")'
        '&"），波动率 "&TEXT(PORT_VOL(w_target,cov_assets),"0.0%")&"，通胀率 "&TEXT(inflation_rate,"0.0##%")&"；每月"&IF(monthly_saving<0,"支出 ","投入 ")&TEXT(ABS(monthly_saving),"#,##0")&"。"',
    ),
    "bands": ("Simulated wealth", "财富情景测算"), "bands_chart": ("Simulated wealth: low outcome, median, high outcome", "财富情景：较差、中位、较好"),
    "money_axis": ('[>=1000000]0.0,,"m";#,##0', '[>=10000]0\\.0,"万";#,##0'),
    "bands_note": (
        "A scenario calculation on these assumptions, not a forecast: 5% of the paths end below the first column, 95% below the last.",
        "基于上述假设的情景测算，并非预测：5% 的路径低于首列，95% 低于末列。",
    ),
    "fees": ("What fees would cost", "费用的影响"), "fee_yearly": ("Fee per year", "年费率"), "fee_takes": ("Share of final value", "期末财富减少"),
    "fees_note": (
        "Share of the wealth at the goal's date that a yearly fee takes, on the expected return of the target.",
        "按目标权重的预期收益，年费率使目标日财富减少的比例。",
    ),
    # Appendix
    "findings": ("Remarks on the data", "数据提示"), "definitions": ("Definitions", "定义"),
    "pairs": ("What moves together, and what does not", "联动最强与最弱的资产"),
    "alike": ("Highest", "联动最强"), "unlike": ("Lowest", "联动最弱"), "corr": ("Correlation", "相关系数"),
    "crisis_sources": ("Sources of the crises", "历史危机的来源"), "colon": (": ", "："),
    "data": ("Prices and assumptions", "价格与假设"), "rates_title": ("Rates and sources", "利率、费率与来源"), "price_day": ("Price of", "价格日期"), "price": ("Price", "单价"),
    "vol_short": ("Volatility", "波动率"), "yearly_cost": ("Cost per year", "年费率"),
    "source": (
        '=IF(price_remark="","","Source of the prices: "&price_remark)', '=IF(price_remark="","","价格来源："&price_remark)',
    ),
    "rates": (
        '="Risk-free rate "&TEXT(risk_free,"0.0##%")&", inflation "&TEXT(inflation_rate,"0.0##%")&", advisory fee "&TEXT(advisory_fee,"0.00##%")&" a year. Returns are total returns, net of product costs."',
        '="年无风险利率 "&TEXT(risk_free,"0.0##%")&"，通胀率 "&TEXT(inflation_rate,"0.0##%")&"，投顾费 "&TEXT(advisory_fee,"0.00##%")&"。收益为全收益，已扣产品费用。"',
    ),
    "made_with": (
        '="Made by xlalloc "&program_version&" from the input "&LEFT(input_digest,12)&"."',
        '="由 xlalloc "&program_version&" 生成，输入文件指纹："&LEFT(input_digest,12)&"。"',
    ),
    "drawn_from": ("Not printed: what the charts of this page are drawn from", "图表数据（不打印）"), "date": ("Date", "日期"),
    "depth.now": ("Fall, now", "回撤（当前）"), "depth.target": ("Fall, target", "回撤（目标）"), "depth.bench": ("Fall, benchmark", "回撤（基准）"),
}  # fmt: skip
DEFINITIONS = (  # of what the pages show
    ("risk_share", "risk_share"), ("equal_risk", "parity"), ("vol", "vol"), ("ratio", "ratio"), ("effective", "effective"),
    ("sharpe", "sharpe"), ("expected", "return"), ("fee_rate", "fee"), ("kpi.annual return", "annual"),
    ("define.drawdown.name", "drawdown"), ("define.var.name", "var"), ("define.benchmark.name", "benchmark"),
)  # fmt: skip
