"""llms.txt: what an assistant needs to write right formulas, from the catalogue.

python -m xlalloc.site.llms      writes docs/llms.txt
"""

import re
from collections.abc import Iterator
from pathlib import Path

from xlalloc.catalogue import CATALOGUE, Argument, Function
from xlalloc.reference import categories, example, shape, with_unit

LONGEST = 120  # characters of a value that is written out
PAGE = Path(__file__).parents[2] / "docs" / "llms.txt"
HEAD = """# xlalloc

> {count} asset-allocation functions for Excel, LibreOffice Calc, the command line and Python: covariances, risk parity,
> optimisation, rebalancing orders, performance, stress tests, planning. The same name, arguments and result on every
> host. This file is written from the catalogue by `python -m xlalloc.site.llms`.

Use only functions and arguments listed here, in the order listed. Check a formula by running
`xlalloc eval "=FORMULA"`; `xlalloc help NAME` shows the full help of one function.

## Rules

- Returns, weights, volatilities, rates and fees are fractions: type 5% or 0.05, never 5.
- mu, cov, vols and rf are per year; returns are per period; prices include dividends. Pass prices through RETURNS
  first: `=COV_MATRIX(RETURNS(A1:E61))`.
- Select names and dates with the numbers: names above columns and beside rows, dates in the first column. Labelled
  arguments are matched by name. Periods per year follow from the dates; without dates 252 is assumed, so give
  `periods` (12 for monthly).
- Names that go in come out: a result per asset is then two columns, name and value; a matrix has names on both sides;
  a series keeps its dates. Before arithmetic with a labelled result write PLAIN(...): `=PLAIN(RP_WEIGHTS(A1:E5))*100`.
- A vector may be a row or a column. Weights sum to 1. Covariances are a square, symmetric matrix.
- Arguments in square brackets may be left out; an argument left out in the middle leaves its comma:
  `=RP_WEIGHTS(B2:E5,,0,40%)`.
- In an array constant a comma separates columns and a semicolon separates rows: `{{0.04,0.006;0.006,0.01}}`. Where the
  decimal mark is a comma, arguments are separated by semicolons; the separators of an array depend on the country.
- Excel 365 spills a result. In Excel 2016, 2019 and LibreOffice select the cells first and press Ctrl+Shift+Enter, or
  take one cell with INDEX.
- Errors are real error values: IFERROR works. `=EXPLAIN("NAME", same arguments)` shows the reason and the remedy, or
  the assumptions behind a result.
- In Python the names are in lower case: `import xlalloc as xa; xa.rp_weights(cov)`. pandas in, pandas out.

## Examples

{examples}

## Handbook

- [Tutorial](tutorial.md): from an empty sheet to risk parity in ten minutes
- [Gallery](gallery.md): ten common jobs, each with its cells and formulas
- [What every function does](conventions.md): units, names, dates, blanks, errors
- [In Python](python.md): with pandas, on real prices
- [Client reports](reports.md): a workbook for each client
- [Your own report](your-own-report.md), [its names](template-names.md): a report from your own workbook

## Arguments

The same name means the same everywhere. After the meaning: its shape.

{arguments}
"""
EXAMPLES = (
    ("Risk parity from prices, dates in A, names in row 1", "=RP_WEIGHTS(COV_MATRIX(RETURNS(A1:E61)))"),
    ("The same with no asset above 40%", "=RP_WEIGHTS(COV_MATRIX(RETURNS(A1:E61)),,0,40%)"),
    ("Shares of the risk", "=RISK_CONTRIB(G2:H5,COV_MATRIX(RETURNS(A1:E61)))"),
    ("Sharpe ratio of one dated column of prices, risk-free rate 2%", "=SHARPE(RETURNS(A1:B61),2%)"),
    (
        "Orders in lots of 100: values, target, threshold, cash flow, price, lot",
        "=REBAL_PLAN(J2:K5,L2:L5,5%,50000,M2:M5,100)",
    ),
    ("Chance of a goal: wealth, monthly, years, return, volatility, goal", "=GOAL_PROB(500000,5000,10,6%,11%,1200000)"),
)


def text() -> str:
    """The whole file."""
    examples = "\n".join(f"- {words}: `{formula}`" for words, formula in EXAMPLES)
    arguments = "\n".join(f"- `{name}`: {help_}" for name, help_ in _arguments().items())
    head = HEAD.format(count=len(CATALOGUE), examples=examples, arguments=arguments)
    return "\n".join([head, *_functions()]) + "\n"


def _arguments() -> dict[str, str]:
    """Each argument's name and what it is; where functions differ, as most of them say it."""
    told: dict[str, list[str]] = {}
    for entry in CATALOGUE.values():
        for argument in entry.arguments:
            told.setdefault(argument.name, []).append(_what(argument))
    return {name: max(found, key=found.count) for name, found in sorted(told.items())}


def _what(argument: Argument) -> str:
    return f"{with_unit(argument.quantity)}; {shape(argument.quantity)}"


def _functions() -> Iterator[str]:
    """Every function: signature, summary, what is particular to its arguments, example and value."""
    usual = _arguments()
    for category, entries in categories().items():
        yield f"## Functions: {category.replace('_', ' ')}\n"
        for entry in entries:
            yield f"- `{entry.signature}`: {entry.summary}"
            for argument in entry.arguments:
                own = [_what(argument)] if _what(argument) != usual[argument.name] else []
                if argument.quantity.options:
                    own.append("one of " + ", ".join(f'"{option}"' for option in argument.quantity.options))
                if own:
                    yield f"  - `{argument.name}`: {'; '.join(own)}"
            yield f"  - `{entry.example}` returns {_value(entry)}"
        yield ""


def _value(entry: Function) -> str:
    """The example's value, if it is short; else its size."""
    rows = (", ".join(filter(None, re.split(" {2,}", row))) for row in example(entry))
    words = "; ".join(rows)
    return words if len(words) <= LONGEST else f"{len(entry.value)} × {len(entry.value[0])} cells"


if __name__ == "__main__":
    PAGE.write_text(text(), encoding="utf-8")
    print(f"Written: {PAGE}")
