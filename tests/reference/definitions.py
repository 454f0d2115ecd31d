"""docs/definitions.md from definitions.csv and our own functions: `python tests/reference/definitions.py` writes it."""

import datetime as dt
import textwrap
from pathlib import Path

import numpy as np

import xlalloc as xa

PAGE = Path(__file__).parents[2] / "docs" / "definitions.md"
COLUMNS = ("measure", "package", "call", "value", "what")
SAME = 1e-9

P, RF, MIN_RETURN = 12, 0.02, 0.005
DATES = [(dt.date(2024 + k // 12, 1 + k % 12, 1) - dt.timedelta(days=1)).isoformat() for k in range(26)]  # month ends
RETURNS = [-0.031, -0.012, 0.024, 0.0, 0.018, 0.007, -0.022, 0.041, -0.028, 0.022, -0.019, 0.05, 0.012,
           0.015, 0.008, -0.006, 0.019, 0.0, 0.011, 0.026, -0.009, 0.013, -0.004, 0.017, 0.009]  # fmt: skip
BENCHMARK = [-0.02, -0.015, 0.015, 0.004, 0.011, -0.01, 0.005, 0.03, -0.011, 0.016, -0.024, 0.037, 0.008,
             0.011, 0.002, 0.003, 0.012, -0.005, 0.014, 0.018, -0.013, 0.01, 0.001, 0.012, 0.004]  # fmt: skip

R, B = np.array(RETURNS), np.array(BENCHMARK)
# measure: title, our call as a formula, our number, why it is defined so
MEASURES = {
    "sortino": (
        "Sortino ratio", "SORTINO(returns, 0.02, 12)", lambda: xa.sortino(R, RF, P),
        "The downside deviation of Sortino & Price (1994) is a mean over all periods: a period without a loss counts as "
        "a deviation of zero. Rollinger & Hoffman's worked example (4.417) is met to its last digit. A mean "
        "over the losses alone makes a fund look worse the fewer of them it has had; deviations below the mean of the "
        "fund itself measure no target.",
    ),
    "max_drawdown": (
        "Maximum drawdown", "MAX_DRAWDOWN(returns)", lambda: xa.max_drawdown(R),
        "Money was there before the first period. A client who lost 3% in the first month is 3% down, whatever a chart "
        "that starts at the end of that month shows. And losses compound.",
    ),
    "ann_return": (
        "Return per year", "ANN_RETURN(returns, 12)", lambda: xa.ann_return(R, P),
        "T/P years: the number depends on the returns and P alone, so it is the same with and without dates, and every "
        "ratio made of it uses the same year as the volatility. CAGR takes the years as you count them.",
    ),
    "calmar": (
        "Calmar ratio", "CALMAR(returns, 12)", lambda: xa.calmar(R, P),
        "The two numbers above, one over the other.",
    ),
    "hist_var": (
        "Value at risk, 95%", "HIST_VAR(returns, 0.95)", lambda: xa.hist_var(R),
        "History, without a distribution assumed, and Excel's PERCENTILE.INC, so that the sheet can check it. "
        "PERCENTILE.EXC puts the same place further out, and has no answer at all for less than 1/(T+1). The question is how "
        "much can be lost, so a loss is a positive number.",
    ),
    "hist_cvar": (
        "Expected shortfall, 95%", "HIST_CVAR(returns, 0.95)", lambda: xa.hist_cvar(R),
        "Exactly 5% of the periods: of 25 months 1.25, the worst in full and a quarter of the next. This is the minimum of "
        "Rockafellar & Uryasev (2000), so it is what MIN_CVAR_WEIGHTS minimises, what CVAR_CONTRIB divides without rest, and "
        "it never falls when the tail gets worse. The plain mean of the returns at or below the quantile (AVERAGEIF in a "
        "sheet) rests on one or two returns, whatever 5% of the periods is; on a long history the two meet.",
    ),
    "ulcer": (
        "Ulcer index", "ULCER(returns)", lambda: xa.ulcer(R),
        "One drawdown a period, T of them. The start is no period; it is the peak of the first one.",
    ),
    "win_rate": (
        "Win rate", "WIN_RATE(returns)", lambda: xa.win_rate(R),
        "The share of all periods. A period without change is no gain, and it was there.",
    ),
    "info_ratio": (
        "Information ratio", "INFO_RATIO(returns, benchmark, 12)", lambda: xa.info_ratio(R, B, P),
        "Per year, as SHARPE and TRACKING_ERROR are, so that it is active return over tracking error of the same table. "
        "The geometric ratio (Bacon 2008) compounds both sides first: the better number for a report of past years, not "
        "the one by which active portfolios are built.",
    ),
    "jensen_alpha": (
        "Jensen's alpha", "JENSEN_ALPHA(returns, benchmark, 0.02, 12)", lambda: xa.jensen_alpha(R, B, RF, P),
        "P times the intercept of the regression: an arithmetic number, as the beta beside it comes from arithmetic "
        "means. With annual compounded returns in place of the means (Bacon 2008, PerformanceAnalytics) "
        "what volatility costs fund and benchmark enters as well.",
    ),
    "omega": (
        "Omega, 0.5% a month", "OMEGA(returns, 0.005)", lambda: xa.omega(R, MIN_RETURN),
        "The minimum return is of the kind the returns are: per period. Where a package wants it per year it says so, and "
        "0.5% a year is another question.",
    ),
    "skew": (
        "Skewness", "SKEW_KURT(returns)", lambda: xa.skew_kurt(R).rows[0][1],
        "Excel's SKEW, so that the sheet can check it. PerformanceAnalytics calls \"sample\" a mixture: the factor of "
        "Excel with the standard deviation over T.",
    ),
    "kurt": (
        "Excess kurtosis", "SKEW_KURT(returns)", lambda: xa.skew_kurt(R).rows[1][1],
        "Excel's KURT.",
    ),
}  # fmt: skip

HEAD = """# Where packages disagree

The same word names different numbers. Below, twenty-five months of returns made up for this page are measured by every
package that has the word, and by xlalloc, with the reason for ours. In each table the packages that agree with xlalloc
come first; *opposite sign* marks the same number with a loss as a negative one.

- Returns of the months {first} to {last}: {returns}.
- Of the benchmark: {benchmark}.
- Risk-free rate 2% a year, 12 periods a year.

Numbers of the packages, with their versions and calls, are in `tests/reference/definitions.csv` and computed by
`tests/reference/peers_definitions.py`; this page is written by `tests/reference/definitions.py` and a test compares the
two. Differences on real prices, and those in estimation and optimisation, are in `tests/reference/README.md`.
"""


# Bounded risk parity: Roncalli's three assets (volatilities 30/20/15%, correlations 0.8, 0.5, 0.3), at most 40% each.
VOLS, CORR, CAP = np.array([0.3, 0.2, 0.15]), np.array([[1.0, 0.8, 0.5], [0.8, 1.0, 0.3], [0.5, 0.3, 1.0]]), 0.4


def bounded() -> str:
    """Both published definitions of risk budgets within bounds, with numbers."""
    cov = CORR * np.outer(VOLS, VOLS)
    ours = xa.rp_weights(cov, upper=CAP)
    low, high = 0.0, 1.0 - CAP  # the third asset is at its bound; the other two carry equal risk
    for _ in range(200):
        first = (low + high) / 2.0
        w = np.array([first, 1.0 - CAP - first, CAP])
        parts = w * (cov @ w)
        low, high = (first, high) if parts[0] < parts[1] else (low, first)
    lines = [
        "## Risk budgets within bounds",
        "",
        "xlalloc: `=RP_WEIGHTS(cov,,0,0.4)`, three assets with volatilities of 30%, 20% and 15% and correlations of 0.8, 0.5 "
        "and 0.3, each at most 40%.",
        "",
        "| definition | weights | shares of risk |",
        "|---|---|---|",
        f"| without bounds | {_three(xa.rp_weights(cov))} | {_three(xa.risk_contrib(xa.rp_weights(cov), cov))} |",
        "| the same minimum over the weights allowed: ½y'Σy − Σ b ln y over y ≤ 0.4·1'y (skfolio, Riskfolio-Lib, xlalloc) "
        f"| {_three(ours)} | {_three(xa.risk_contrib(ours, cov))} |",
        f"| equal shares of those not at a bound (Richard & Roncalli 2019) | {_three(w)} | {_three(parts / parts.sum())} |",
        "",
        textwrap.fill(
            "What a bound takes away has to go somewhere. The first definition spreads it so that the objective suffers as little as possible: "
            "it is one convex program with one answer, and what Riskfolio-Lib and skfolio solve. The second keeps the "
            "shares of the free assets in proportion to their budgets. Without a binding bound they are the same. EXPLAIN "
            "names the bounds that bind and the shares reached.",
            120,
        ),
        "",
    ]
    return "\n".join(lines)


def ages() -> str:
    """Two funds, the second a year younger: each on its own rows, or both on the common ones."""
    own, common, young = (xa.sharpe(x, RF, P) for x in (R, R[13:], B[13:]))
    return "\n".join([
        "## Funds of different ages", "",
        f"The fund above has {len(R)} months; a second one, the benchmark's last {len(B) - 13} months, was launched later.",
        "",
        "| Sharpe ratio | the fund | the younger fund |", "|---|---|---|",
        f"| each on its own months (xlalloc) | {shown(own)} | {shown(young)} |",
        f"| both on their common months | {shown(common)} | {shown(young)} |", "",
        textwrap.fill(
            "A fund's own number must not change because another stands beside it. But numbers of different years do not "
            "compare: for a comparison give the common rows. Whatever compares two series (tracking error, information "
            "ratio, beta, alpha) and every covariance is computed on the rows they have in common.", 120), "",
    ])  # fmt: skip


def _three(numbers) -> str:
    return " / ".join(f"{100 * x:.2f}%" for x in numbers)


def percents(numbers) -> str:
    return ", ".join(f"{100 * x:g}%".replace("-", "−") for x in numbers)


def shown(value: float) -> str:
    return f"{value:.6g}".replace("-", "−")


def relation(value: float, ours: float) -> str:
    if abs(value - ours) <= SAME * max(1.0, abs(ours)):
        return "same"
    if abs(value + ours) <= SAME * max(1.0, abs(ours)):
        return "same, opposite sign"
    return f"{abs(value / ours):.4g} times"


def table(rows: list[dict], ours: float) -> list[str]:
    lines = ["| package | call | value | beside ours | what it does |", "|---|---|---|---|---|"]
    found = [(relation(float(row["value"]), ours), row) for row in rows]
    for what, row in sorted(found, key=lambda pair: not pair[0].startswith("same")):
        lines.append(f"| {row['package']} | `{row['call']}` | {shown(float(row['value']))} | {what} | {row['what']} |")
    return lines


def page(rows: list[dict]) -> str:
    """The page, from the rows of definitions.csv."""
    parts = [HEAD.format(first=DATES[1], last=DATES[-1], returns=percents(RETURNS), benchmark=percents(BENCHMARK))]
    for measure, (title, formula, ours, reason) in MEASURES.items():
        value = float(ours())
        body = [f"## {title}", "", f"xlalloc: `={formula}` is **{shown(value)}**.", ""]
        body += table([row for row in rows if row["measure"] == measure], value)
        parts.append("\n".join([*body, "", textwrap.fill(reason, 120), ""]))
    return "\n".join([*parts, ages(), bounded()])


def write() -> None:
    import tables

    PAGE.write_text(page(tables.rows("definitions.csv", COLUMNS)), encoding="utf-8")


if __name__ == "__main__":
    write()
