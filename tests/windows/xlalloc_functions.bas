Option Explicit
' Made from the catalogue: the functions as Excel sees them.

Public Function ACCOUNT_GAIN(balances, flows, Optional timing)
    ACCOUNT_GAIN = xlalloc.Answer("ACCOUNT_GAIN", Array(balances, flows, timing))
End Function

Public Function ACCOUNT_RETURNS(balances, flows, Optional timing)
    ACCOUNT_RETURNS = xlalloc.Answer("ACCOUNT_RETURNS", Array(balances, flows, timing))
End Function

Public Function ANN_RETURN(returns, Optional periods)
    ANN_RETURN = xlalloc.Answer("ANN_RETURN", Array(returns, periods))
End Function

Public Function ANN_VOL(returns, Optional periods)
    ANN_VOL = xlalloc.Answer("ANN_VOL", Array(returns, periods))
End Function

Public Function ASSET_CLASSES()
    ASSET_CLASSES = xlalloc.Answer("ASSET_CLASSES", Array())
End Function

Public Function ASSET_CORRELATIONS()
    ASSET_CORRELATIONS = xlalloc.Answer("ASSET_CORRELATIONS", Array())
End Function

Public Function BACKTEST(prices, target, Optional trigger, Optional frequency, Optional threshold, Optional commission, Optional sell_tax)
    BACKTEST = xlalloc.Answer("BACKTEST", Array(prices, target, trigger, frequency, threshold, commission, sell_tax))
End Function

Public Function BACKTEST_KPI(prices, target, Optional trigger, Optional frequency, Optional threshold, Optional commission, Optional sell_tax, Optional rf)
    BACKTEST_KPI = xlalloc.Answer("BACKTEST_KPI", Array(prices, target, trigger, frequency, threshold, commission, sell_tax, rf))
End Function

Public Function BLACK_LITTERMAN(weights, cov, picks, views, Optional confidence, Optional risk_aversion, Optional rf)
    BLACK_LITTERMAN = xlalloc.Answer("BLACK_LITTERMAN", Array(weights, cov, picks, views, confidence, risk_aversion, rf))
End Function

Public Function BOOTSTRAP_BANDS(returns, weights, wealth, monthly, years, Optional block, Optional paths, Optional seed)
    BOOTSTRAP_BANDS = xlalloc.Answer("BOOTSTRAP_BANDS", Array(returns, weights, wealth, monthly, years, block, paths, seed))
End Function

Public Function BRINSON(weights, returns, bench_weights, bench_returns, Optional groups)
    BRINSON = xlalloc.Answer("BRINSON", Array(weights, returns, bench_weights, bench_returns, groups))
End Function

Public Function CAGR(first_value, last_value, years)
    CAGR = xlalloc.Answer("CAGR", Array(first_value, last_value, years))
End Function

Public Function CALMAR(returns, Optional periods)
    CALMAR = xlalloc.Answer("CALMAR", Array(returns, periods))
End Function

Public Function CAP_RISK_WEIGHTS(cov, groups, group, cap, Optional budgets)
    CAP_RISK_WEIGHTS = xlalloc.Answer("CAP_RISK_WEIGHTS", Array(cov, groups, group, cap, budgets))
End Function

Public Function CAP_WEIGHTS(caps)
    CAP_WEIGHTS = xlalloc.Answer("CAP_WEIGHTS", Array(caps))
End Function

Public Function CML_MIX(market_vol, target_vol)
    CML_MIX = xlalloc.Answer("CML_MIX", Array(market_vol, target_vol))
End Function

Public Function CML_RETURN(rf, market_return, market_vol, vol)
    CML_RETURN = xlalloc.Answer("CML_RETURN", Array(rf, market_return, market_vol, vol))
End Function

Public Function CORE_SATELLITE(core, satellite, Optional core_share)
    CORE_SATELLITE = xlalloc.Answer("CORE_SATELLITE", Array(core, satellite, core_share))
End Function

Public Function CORR_FROM_COV(cov)
    CORR_FROM_COV = xlalloc.Answer("CORR_FROM_COV", Array(cov))
End Function

Public Function CORR_MATRIX(returns, Optional method, Optional periods, Optional parameter)
    CORR_MATRIX = xlalloc.Answer("CORR_MATRIX", Array(returns, method, periods, parameter))
End Function

Public Function COV_CHECK(cov)
    COV_CHECK = xlalloc.Answer("COV_CHECK", Array(cov))
End Function

Public Function COV_FACTOR(loadings, factor_cov, specific_vols)
    COV_FACTOR = xlalloc.Answer("COV_FACTOR", Array(loadings, factor_cov, specific_vols))
End Function

Public Function COV_FROM_CORR(corr, vols)
    COV_FROM_CORR = xlalloc.Answer("COV_FROM_CORR", Array(corr, vols))
End Function

Public Function COV_MATRIX(returns, Optional method, Optional periods, Optional parameter)
    COV_MATRIX = xlalloc.Answer("COV_MATRIX", Array(returns, method, periods, parameter))
End Function

Public Function COV_NEAREST(cov)
    COV_NEAREST = xlalloc.Answer("COV_NEAREST", Array(cov))
End Function

Public Function COV_SCORE(returns, Optional methods, Optional window, Optional step, Optional periods)
    COV_SCORE = xlalloc.Answer("COV_SCORE", Array(returns, methods, window, step, periods))
End Function

Public Function CVAR_CONTRIB(weights, returns, Optional level, Optional mode)
    CVAR_CONTRIB = xlalloc.Answer("CVAR_CONTRIB", Array(weights, returns, level, mode))
End Function

Public Function DCA_RESULT(prices, amount)
    DCA_RESULT = xlalloc.Answer("DCA_RESULT", Array(prices, amount))
End Function

Public Function DCA_SIM(price, amount, Optional months, Optional vol, Optional mu, Optional paths, Optional seed, Optional inflation)
    DCA_SIM = xlalloc.Answer("DCA_SIM", Array(price, amount, months, vol, mu, paths, seed, inflation))
End Function

Public Function DIETZ(first_value, last_value, flows, flow_dates, start_date, end_date)
    DIETZ = xlalloc.Answer("DIETZ", Array(first_value, last_value, flows, flow_dates, start_date, end_date))
End Function

Public Function DIVERSIFICATION(weights, cov, Optional mode)
    DIVERSIFICATION = xlalloc.Answer("DIVERSIFICATION", Array(weights, cov, mode))
End Function

Public Function DOWNSIDE_VOL(returns, Optional min_return, Optional periods)
    DOWNSIDE_VOL = xlalloc.Answer("DOWNSIDE_VOL", Array(returns, min_return, periods))
End Function

Public Function DRAWDOWNS(returns)
    DRAWDOWNS = xlalloc.Answer("DRAWDOWNS", Array(returns))
End Function

Public Function DRAWDOWN_STOP(levels, limit, Optional reduced, Optional recover)
    DRAWDOWN_STOP = xlalloc.Answer("DRAWDOWN_STOP", Array(levels, limit, reduced, recover))
End Function

Public Function EFFECTIVE_N(weights)
    EFFECTIVE_N = xlalloc.Answer("EFFECTIVE_N", Array(weights))
End Function

Public Function EQUAL_WEIGHTS(count)
    EQUAL_WEIGHTS = xlalloc.Answer("EQUAL_WEIGHTS", Array(count))
End Function

Public Function EXCESS_RETURN(returns, benchmark, Optional periods)
    EXCESS_RETURN = xlalloc.Answer("EXCESS_RETURN", Array(returns, benchmark, periods))
End Function

Public Function EXPLAIN(name, ParamArray arguments())
    Dim all As Variant
    all = arguments
    EXPLAIN = xlalloc.Answer("EXPLAIN", xlalloc.Joined(Array(name), all))
End Function

Public Function FACTOR_LOADINGS(returns, factor_returns)
    FACTOR_LOADINGS = xlalloc.Answer("FACTOR_LOADINGS", Array(returns, factor_returns))
End Function

Public Function FACTOR_REGRESSION(returns, factor_returns, Optional rf, Optional lags, Optional periods)
    FACTOR_REGRESSION = xlalloc.Answer("FACTOR_REGRESSION", Array(returns, factor_returns, rf, lags, periods))
End Function

Public Function FACTOR_RISK_CONTRIB(weights, loadings, factor_cov, Optional specific_vols, Optional mode)
    FACTOR_RISK_CONTRIB = xlalloc.Answer("FACTOR_RISK_CONTRIB", Array(weights, loadings, factor_cov, specific_vols, mode))
End Function

Public Function FEE_DRAG(fee, years, Optional gross)
    FEE_DRAG = xlalloc.Answer("FEE_DRAG", Array(fee, years, gross))
End Function

Public Function FRONTIER(mu, cov, Optional points, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    FRONTIER = xlalloc.Answer("FRONTIER", Array(mu, cov, points, lower, upper, groups, group_lower, group_upper))
End Function

Public Function GLIDE_PATH(age, Optional ages, Optional stock_weights)
    GLIDE_PATH = xlalloc.Answer("GLIDE_PATH", Array(age, ages, stock_weights))
End Function

Public Function GOAL_PROB(wealth, monthly, years, mu, vol, goal, Optional paths, Optional seed, Optional inflation)
    GOAL_PROB = xlalloc.Answer("GOAL_PROB", Array(wealth, monthly, years, mu, vol, goal, paths, seed, inflation))
End Function

Public Function HIST_CVAR(returns, Optional level)
    HIST_CVAR = xlalloc.Answer("HIST_CVAR", Array(returns, level))
End Function

Public Function HIST_VAR(returns, Optional level)
    HIST_VAR = xlalloc.Answer("HIST_VAR", Array(returns, level))
End Function

Public Function HRP_WEIGHTS(cov, Optional linkage)
    HRP_WEIGHTS = xlalloc.Answer("HRP_WEIGHTS", Array(cov, linkage))
End Function

Public Function IMPLIED_RETURNS(weights, cov, Optional risk_aversion, Optional rf)
    IMPLIED_RETURNS = xlalloc.Answer("IMPLIED_RETURNS", Array(weights, cov, risk_aversion, rf))
End Function

Public Function INFO_RATIO(returns, benchmark, Optional periods)
    INFO_RATIO = xlalloc.Answer("INFO_RATIO", Array(returns, benchmark, periods))
End Function

Public Function INVERSE_HEDGE(value, beta, target_beta, Optional hedge_beta)
    INVERSE_HEDGE = xlalloc.Answer("INVERSE_HEDGE", Array(value, beta, target_beta, hedge_beta))
End Function

Public Function INV_VOL_WEIGHTS(cov)
    INV_VOL_WEIGHTS = xlalloc.Answer("INV_VOL_WEIGHTS", Array(cov))
End Function

Public Function JENSEN_ALPHA(returns, benchmark, Optional rf, Optional periods)
    JENSEN_ALPHA = xlalloc.Answer("JENSEN_ALPHA", Array(returns, benchmark, rf, periods))
End Function

Public Function KPI_BY_STATE(returns, states, Optional rf, Optional periods)
    KPI_BY_STATE = xlalloc.Answer("KPI_BY_STATE", Array(returns, states, rf, periods))
End Function

Public Function KPI_TABLE(returns, Optional benchmark, Optional rf, Optional periods)
    KPI_TABLE = xlalloc.Answer("KPI_TABLE", Array(returns, benchmark, rf, periods))
End Function

Public Function LEVERAGE_FOR(vol, target_vol, Optional max_leverage)
    LEVERAGE_FOR = xlalloc.Answer("LEVERAGE_FOR", Array(vol, target_vol, max_leverage))
End Function

Public Function LEVERED_RETURN(mu, leverage, financing)
    LEVERED_RETURN = xlalloc.Answer("LEVERED_RETURN", Array(mu, leverage, financing))
End Function

Public Function LOOK_THROUGH(weights, exposures)
    LOOK_THROUGH = xlalloc.Answer("LOOK_THROUGH", Array(weights, exposures))
End Function

Public Function MARGINAL_RISK(weights, cov)
    MARGINAL_RISK = xlalloc.Answer("MARGINAL_RISK", Array(weights, cov))
End Function

Public Function MARGIN_CALL(leverage, maintenance)
    MARGIN_CALL = xlalloc.Answer("MARGIN_CALL", Array(leverage, maintenance))
End Function

Public Function MARKET_STATE(returns, Optional window, Optional high_std, Optional low_std)
    MARKET_STATE = xlalloc.Answer("MARKET_STATE", Array(returns, window, high_std, low_std))
End Function

Public Function MAX_DIV_WEIGHTS(cov, Optional lower, Optional upper)
    MAX_DIV_WEIGHTS = xlalloc.Answer("MAX_DIV_WEIGHTS", Array(cov, lower, upper))
End Function

Public Function MAX_DRAWDOWN(returns)
    MAX_DRAWDOWN = xlalloc.Answer("MAX_DRAWDOWN", Array(returns))
End Function

Public Function MAX_SHARPE_WEIGHTS(mu, cov, Optional rf, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    MAX_SHARPE_WEIGHTS = xlalloc.Answer("MAX_SHARPE_WEIGHTS", Array(mu, cov, rf, lower, upper, groups, group_lower, group_upper))
End Function

Public Function MEAN_RETURNS(returns, Optional periods)
    MEAN_RETURNS = xlalloc.Answer("MEAN_RETURNS", Array(returns, periods))
End Function

Public Function MIN_CVAR_WEIGHTS(returns, Optional level, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    MIN_CVAR_WEIGHTS = xlalloc.Answer("MIN_CVAR_WEIGHTS", Array(returns, level, lower, upper, groups, group_lower, group_upper))
End Function

Public Function MIN_TE_WEIGHTS(cov, bench_weights, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    MIN_TE_WEIGHTS = xlalloc.Answer("MIN_TE_WEIGHTS", Array(cov, bench_weights, lower, upper, groups, group_lower, group_upper))
End Function

Public Function MIN_VAR_WEIGHTS(cov, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    MIN_VAR_WEIGHTS = xlalloc.Answer("MIN_VAR_WEIGHTS", Array(cov, lower, upper, groups, group_lower, group_upper))
End Function

Public Function MODEL_LIST()
    MODEL_LIST = xlalloc.Answer("MODEL_LIST", Array())
End Function

Public Function MODEL_WEIGHTS(name)
    MODEL_WEIGHTS = xlalloc.Answer("MODEL_WEIGHTS", Array(name))
End Function

Public Function MWR(balances, flows, Optional timing)
    MWR = xlalloc.Answer("MWR", Array(balances, flows, timing))
End Function

Public Function OMEGA(returns, Optional min_return)
    OMEGA = xlalloc.Answer("OMEGA", Array(returns, min_return))
End Function

Public Function PLAIN(x)
    PLAIN = xlalloc.Answer("PLAIN", Array(x))
End Function

Public Function POLICY_CHECK(weights, mu, cov, return_range, vol_range, Optional drawdown_limit)
    POLICY_CHECK = xlalloc.Answer("POLICY_CHECK", Array(weights, mu, cov, return_range, vol_range, drawdown_limit))
End Function

Public Function PORT_BETA(returns, benchmark, Optional rf, Optional periods)
    PORT_BETA = xlalloc.Answer("PORT_BETA", Array(returns, benchmark, rf, periods))
End Function

Public Function PORT_RETURN(weights, mu)
    PORT_RETURN = xlalloc.Answer("PORT_RETURN", Array(weights, mu))
End Function

Public Function PORT_SERIES(returns, weights)
    PORT_SERIES = xlalloc.Answer("PORT_SERIES", Array(returns, weights))
End Function

Public Function PORT_SHARPE(weights, mu, cov, Optional rf)
    PORT_SHARPE = xlalloc.Answer("PORT_SHARPE", Array(weights, mu, cov, rf))
End Function

Public Function PORT_TE(weights, bench_weights, cov)
    PORT_TE = xlalloc.Answer("PORT_TE", Array(weights, bench_weights, cov))
End Function

Public Function PORT_VOL(weights, cov)
    PORT_VOL = xlalloc.Answer("PORT_VOL", Array(weights, cov))
End Function

Public Function PUT_HEDGE(value, protect, years, vol, rf, Optional beta)
    PUT_HEDGE = xlalloc.Answer("PUT_HEDGE", Array(value, protect, years, vol, rf, beta))
End Function

Public Function PUT_PRICE(spot, strike, years, vol, rf, Optional dividend)
    PUT_PRICE = xlalloc.Answer("PUT_PRICE", Array(spot, strike, years, vol, rf, dividend))
End Function

Public Function REALIZED_VOL(returns, Optional window, Optional periods)
    REALIZED_VOL = xlalloc.Answer("REALIZED_VOL", Array(returns, window, periods))
End Function

Public Function REAL_RETURN(nominal, inflation)
    REAL_RETURN = xlalloc.Answer("REAL_RETURN", Array(nominal, inflation))
End Function

Public Function REBAL_CHECKLIST(values, target, Optional threshold, Optional achieved, Optional hurdle)
    REBAL_CHECKLIST = xlalloc.Answer("REBAL_CHECKLIST", Array(values, target, threshold, achieved, hurdle))
End Function

Public Function REBAL_COST(trades, Optional commission, Optional sell_tax, Optional min_commission, Optional exit_fee, Optional spread)
    REBAL_COST = xlalloc.Answer("REBAL_COST", Array(trades, commission, sell_tax, min_commission, exit_fee, spread))
End Function

Public Function REBAL_DRIFT(values, target)
    REBAL_DRIFT = xlalloc.Answer("REBAL_DRIFT", Array(values, target))
End Function

Public Function REBAL_DUE(last_date, today, frequency, Optional values, Optional target, Optional threshold)
    REBAL_DUE = xlalloc.Answer("REBAL_DUE", Array(last_date, today, frequency, values, target, threshold))
End Function

Public Function REBAL_PLAN(values, target, Optional threshold, Optional cash_flow, Optional price, Optional lot, Optional commission, Optional sell_tax, Optional min_commission, Optional exit_fee, Optional rule, Optional band)
    REBAL_PLAN = xlalloc.Answer("REBAL_PLAN", Array(values, target, threshold, cash_flow, price, lot, commission, sell_tax, min_commission, exit_fee, rule, band))
End Function

Public Function REBAL_TRADES(values, target, Optional threshold, Optional cash_flow, Optional rule, Optional band)
    REBAL_TRADES = xlalloc.Answer("REBAL_TRADES", Array(values, target, threshold, cash_flow, rule, band))
End Function

Public Function REDEMPTION_FEE(days_held, Optional days, Optional fees, Optional kind)
    REDEMPTION_FEE = xlalloc.Answer("REDEMPTION_FEE", Array(days_held, days, fees, kind))
End Function

Public Function RETURNS(prices, Optional kind)
    RETURNS = xlalloc.Answer("RETURNS", Array(prices, kind))
End Function

Public Function RETURNS_IN(returns, fx_returns, Optional hedge, Optional carry, Optional periods)
    RETURNS_IN = xlalloc.Answer("RETURNS_IN", Array(returns, fx_returns, hedge, carry, periods))
End Function

Public Function RISK_CONTRIB(weights, cov, Optional mode)
    RISK_CONTRIB = xlalloc.Answer("RISK_CONTRIB", Array(weights, cov, mode))
End Function

Public Function RISK_PROFILE(answers, points, bounds)
    RISK_PROFILE = xlalloc.Answer("RISK_PROFILE", Array(answers, points, bounds))
End Function

Public Function ROLLING(name, returns, window, Optional periods, Optional rf, Optional benchmark)
    ROLLING = xlalloc.Answer("ROLLING", Array(name, returns, window, periods, rf, benchmark))
End Function

Public Function ROUND_LOTS(trades, price, Optional lot)
    ROUND_LOTS = xlalloc.Answer("ROUND_LOTS", Array(trades, price, lot))
End Function

Public Function RP_BACKTEST(prices, Optional window, Optional frequency, Optional budgets, Optional commission, Optional method, Optional parameter)
    RP_BACKTEST = xlalloc.Answer("RP_BACKTEST", Array(prices, window, frequency, budgets, commission, method, parameter))
End Function

Public Function RP_CHECK(weights, cov, Optional budgets, Optional tolerance)
    RP_CHECK = xlalloc.Answer("RP_CHECK", Array(weights, cov, budgets, tolerance))
End Function

Public Function RP_CVAR_WEIGHTS(returns, Optional budgets, Optional level)
    RP_CVAR_WEIGHTS = xlalloc.Answer("RP_CVAR_WEIGHTS", Array(returns, budgets, level))
End Function

Public Function RP_FACTOR(loadings, factor_cov, specific_vols, Optional factor_budgets)
    RP_FACTOR = xlalloc.Answer("RP_FACTOR", Array(loadings, factor_cov, specific_vols, factor_budgets))
End Function

Public Function RP_LEVERED(cov, target_vol, Optional max_leverage, Optional budgets)
    RP_LEVERED = xlalloc.Answer("RP_LEVERED", Array(cov, target_vol, max_leverage, budgets))
End Function

Public Function RP_NESTED(cov, groups, Optional group_budgets)
    RP_NESTED = xlalloc.Answer("RP_NESTED", Array(cov, groups, group_budgets))
End Function

Public Function RP_WEIGHTS(cov, Optional budgets, Optional lower, Optional upper)
    RP_WEIGHTS = xlalloc.Answer("RP_WEIGHTS", Array(cov, budgets, lower, upper))
End Function

Public Function SAFE_WITHDRAWAL(years, mu, vol, Optional prob, Optional inflation, Optional paths, Optional seed)
    SAFE_WITHDRAWAL = xlalloc.Answer("SAFE_WITHDRAWAL", Array(years, mu, vol, prob, inflation, paths, seed))
End Function

Public Function SHARPE(returns, Optional rf, Optional periods)
    SHARPE = xlalloc.Answer("SHARPE", Array(returns, rf, periods))
End Function

Public Function SHRINKAGE(returns, Optional method)
    SHRINKAGE = xlalloc.Answer("SHRINKAGE", Array(returns, method))
End Function

Public Function SKEW_KURT(returns)
    SKEW_KURT = xlalloc.Answer("SKEW_KURT", Array(returns))
End Function

Public Function SORTINO(returns, Optional rf, Optional periods)
    SORTINO = xlalloc.Answer("SORTINO", Array(returns, rf, periods))
End Function

Public Function SPECIFIC_VOLS(returns, factor_returns, Optional periods)
    SPECIFIC_VOLS = xlalloc.Answer("SPECIFIC_VOLS", Array(returns, factor_returns, periods))
End Function

Public Function STAMP_DUTY(trade_date)
    STAMP_DUTY = xlalloc.Answer("STAMP_DUTY", Array(trade_date))
End Function

Public Function STATE_BUDGETS(state, Optional states, Optional budgets)
    STATE_BUDGETS = xlalloc.Answer("STATE_BUDGETS", Array(state, states, budgets))
End Function

Public Function STRESS_CORR(cov, uplift)
    STRESS_CORR = xlalloc.Answer("STRESS_CORR", Array(cov, uplift))
End Function

Public Function STRESS_LOSS(weights, shocks)
    STRESS_LOSS = xlalloc.Answer("STRESS_LOSS", Array(weights, shocks))
End Function

Public Function STRESS_TABLE(weights, Optional scenarios)
    STRESS_TABLE = xlalloc.Answer("STRESS_TABLE", Array(weights, scenarios))
End Function

Public Function SUITABLE(profile, product_levels, Optional allowed)
    SUITABLE = xlalloc.Answer("SUITABLE", Array(profile, product_levels, allowed))
End Function

Public Function TARGET_RETURN_WEIGHTS(mu, cov, target_return, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    TARGET_RETURN_WEIGHTS = xlalloc.Answer("TARGET_RETURN_WEIGHTS", Array(mu, cov, target_return, lower, upper, groups, group_lower, group_upper))
End Function

Public Function TARGET_TE_WEIGHTS(mu, cov, bench_weights, max_te, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    TARGET_TE_WEIGHTS = xlalloc.Answer("TARGET_TE_WEIGHTS", Array(mu, cov, bench_weights, max_te, lower, upper, groups, group_lower, group_upper))
End Function

Public Function TARGET_VOL_WEIGHTS(mu, cov, target_vol, Optional lower, Optional upper, Optional groups, Optional group_lower, Optional group_upper)
    TARGET_VOL_WEIGHTS = xlalloc.Answer("TARGET_VOL_WEIGHTS", Array(mu, cov, target_vol, lower, upper, groups, group_lower, group_upper))
End Function

Public Function TOTAL_RETURN(returns)
    TOTAL_RETURN = xlalloc.Answer("TOTAL_RETURN", Array(returns))
End Function

Public Function TRACKING_ERROR(returns, benchmark, Optional periods)
    TRACKING_ERROR = xlalloc.Answer("TRACKING_ERROR", Array(returns, benchmark, periods))
End Function

Public Function TREND_STATE(prices, Optional window)
    TREND_STATE = xlalloc.Answer("TREND_STATE", Array(prices, window))
End Function

Public Function TURNOVER(current, target)
    TURNOVER = xlalloc.Answer("TURNOVER", Array(current, target))
End Function

Public Function ULCER(returns)
    ULCER = xlalloc.Answer("ULCER", Array(returns))
End Function

Public Function UNDERWATER_PERIODS(returns)
    UNDERWATER_PERIODS = xlalloc.Answer("UNDERWATER_PERIODS", Array(returns))
End Function

Public Function VOLS_FROM_COV(cov)
    VOLS_FROM_COV = xlalloc.Answer("VOLS_FROM_COV", Array(cov))
End Function

Public Function VOL_STEP(weight, current_vol, Optional high, Optional low, Optional change)
    VOL_STEP = xlalloc.Answer("VOL_STEP", Array(weight, current_vol, high, low, change))
End Function

Public Function VOL_TARGET(current_vol, target_vol, Optional base, Optional lowest, Optional highest)
    VOL_TARGET = xlalloc.Answer("VOL_TARGET", Array(current_vol, target_vol, base, lowest, highest))
End Function

Public Function WEALTH_BANDS(wealth, monthly, years, mu, vol, Optional paths, Optional seed, Optional inflation)
    WEALTH_BANDS = xlalloc.Answer("WEALTH_BANDS", Array(wealth, monthly, years, mu, vol, paths, seed, inflation))
End Function

Public Function WEALTH_INDEX(returns)
    WEALTH_INDEX = xlalloc.Answer("WEALTH_INDEX", Array(returns))
End Function

Public Function WIN_RATE(returns)
    WIN_RATE = xlalloc.Answer("WIN_RATE", Array(returns))
End Function

Public Function WITHDRAWAL_SIM(wealth, spending, years, mu, vol, Optional inflation, Optional rule, Optional paths, Optional seed)
    WITHDRAWAL_SIM = xlalloc.Answer("WITHDRAWAL_SIM", Array(wealth, spending, years, mu, vol, inflation, rule, paths, seed))
End Function

Public Function XLALLOC_INFO()
    XLALLOC_INFO = xlalloc.Answer("XLALLOC_INFO", Array())
End Function

' The VBA project of this file began as that of xlwings's add-in template, and Python is called through xlwings:
'
' Copyright (C) 2014 - present, Zoomer Analytics GmbH.
' All rights reserved.
'
' Redistribution and use in source and binary forms, with or without modification,
' are permitted provided that the following conditions are met:
'
' * Redistributions of source code must retain the above copyright notice, this
'   list of conditions and the following disclaimer.
'
' * Redistributions in binary form must reproduce the above copyright notice, this
'   list of conditions and the following disclaimer in the documentation and/or
'   other materials provided with the distribution.
'
' * Neither the name of the copyright holder nor the names of its
'   contributors may be used to endorse or promote products derived from
'   this software without specific prior written permission.
'
' THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
' ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
' WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
' DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR
' ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
' (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
' LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
' ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
' (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
' SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
