"""One number on every surface: each example of the catalogue, and what worksheets do to arguments, run everywhere.

``python tests/test_conformance.py`` writes docs/conformance.md. A surface is a function from cases to answers in
SURFACES; an answer is rows of cells, or None where the surface does not take such a case.
"""

import datetime as dt
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter as letter
from openpyxl.worksheet.formula import ArrayFormula
from windows import encodings, runtimes

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc import cells
from xlalloc.book import Book, place
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import ERROR_CODES, AllocError, ErrorValue
from xlalloc.formula import evaluate, parse
from xlalloc.hosts import calc_driver
from xlalloc.labelled import Answer
from xlalloc.values import to_number

PAGE = Path(__file__).parent.parent / "docs" / "conformance.md"
OFFICE = "LibreOffice"
ROUNDING = 1e-12  # relative: a file holds 15 to 17 digits

# What a host cannot do, by name. A case that meets a limit is asserted to give what the limit says.
LIMITS = {
    "errors": f"{OFFICE} does not call a function when a range holds an error value: the formula shows Err:504 (in a saved "
    ".xlsx #VALUE!). Other surfaces give that error itself, and leave out a row of returns or prices with #N/A: make it blank.",
    "blank": f"{OFFICE} sends a single blank cell as 0. On other surfaces it is #VALUE!, which asks to fill it.",
    "truth": f"{OFFICE} shows TRUE and FALSE of these functions as 1 and 0 (it would read FALSE as TRUE). IF, AND, OR and = work.",
    "truth in": f"{OFFICE} sends TRUE and FALSE in cells as 1 and 0. On other surfaces they are #VALUE! where a number is needed.",
}


@dataclass(frozen=True)
class Case:
    """A formula whose block0, block1… are blocks of cells; ``limits`` names what a surface gives instead, and why.

    ``value`` is what a formula gives that is more than the catalogue's functions.
    """

    title: str
    formula: str
    blocks: tuple = ()
    limits: dict[str, tuple[str, list[list]]] = field(default_factory=dict)
    value: list | None = None

    def written(self, words) -> str:
        """The formula with something else in place of each block."""
        return re.sub(r"block(\d)", lambda found: words[int(found[1])], self.formula)


# The cases ---------------------------------------------------------------------------------------------------------

COV = [[0.04, 0.006], [0.006, 0.01]]
NAMED = [["", "Gold", "Bonds"], ["Gold", 0.04, 0.006], ["Bonds", 0.006, 0.01]]
W = [[0.6], [0.4]]
MONTHS = [dt.date(2026, m, 28) for m in range(1, 7)]
FUND, INDEX = [0.03, -0.01, 0.02, 0.015, -0.02, 0.01], [0.02, -0.02, 0.03, 0.01, -0.01, 0.02]
DATED = [["date", "Fund"], *[[d, r] for d, r in zip(MONTHS, FUND, strict=True)]]
PRICES = [["日期", "黄金", "债券"], *[[d, 100 + 3 * i, 50 - i] for i, d in enumerate(MONTHS)]]


def column(values) -> list[list]:
    return [[value] for value in values]


NO_CALL = {OFFICE: ("errors", [["#VALUE!"]])}


NASTY = [
    Case("labels in other order", "=PORT_VOL(block0,block1)", ([["Bonds", 0.4], ["Gold", 0.6]], NAMED)),
    Case("labels one side lacks", "=PORT_VOL(block0,block1)", ([["Bonds", 0.4], ["Silver", 0.6]], NAMED)),
    Case("labels in the first row only", "=RP_WEIGHTS(block0)", ([["Gold", "Bonds"], *COV],)),
    Case("labels in Chinese, table", "=RP_CHECK(block0,block1)", ([["黄金", 0.6], ["债券", 0.4]], [["", "债券", "黄金"], ["债券", 0.01, 0.006], ["黄金", 0.006, 0.04]])),
    Case("labels outside the basic plane", "=REBAL_DRIFT(block0,block1)", ([["🪙", 1.0], ["𠮷", 3.0]], W)),
    Case("labels that are codes", "=REBAL_DRIFT(block0,block1)", ([["000300", 1.0], ["510300", 3.0]], [["510300", 0.4], ["000300", 0.6]])),
    Case("a text longer than 255", "=REBAL_DRIFT(block0,block1)", ([["a" * 300, 1.0], ["b", 3.0]], W)),
    Case("labels with & < > and quotes", "=REBAL_DRIFT(block0,block1)", ([["A&B <x>", 1.0], ['"q" \'s\'', 3.0]], W)),
    Case("a row gives a row", "=RISK_CONTRIB(block0,block1)", ([[0.6, 0.4]], COV)),
    Case("a row with labels", "=REBAL_TRADES(block0,block1)", ([["A", "B"], [120.0, 80.0]], [[0.5, 0.5]])),
    Case("a header above a column", "=EFFECTIVE_N(block0)", ([["weight"], [0.5], [0.3], [0.2]],)),
    Case("one asset, 1 x 1", "=RP_WEIGHTS(block0)", ([[0.04]],)),
    Case("one asset with labels, 1 x 1", "=RISK_CONTRIB(block0,block1)", ([["Gold", 1.0]], [["", "Gold"], ["Gold", 0.04]])),
    Case("a blank among returns", "=SHARPE(block0,0,12)", (column([0.03, None, 0.02, 0.015, -0.02]),)),
    Case("a blank among weights", "=PORT_VOL(block0,block1)", (column([0.6, None]), COV)),
    Case("blank cells around a panel", "=MEAN_RETURNS(block0,12)", ([[0.03, 0.01, None], [None, 0.02, None], [0.01, 0.03, None], [0.02, 0.01, None]],)),
    Case("a single blank cell", "=SHARPE(block0,block1,12)", (column(FUND), [[None]]), {OFFICE: ("blank", [[float(np.mean(FUND) / np.std(FUND, ddof=1) * 12**0.5)]])}),
    Case("#N/A among returns", "=SHARPE(block0,0,12)", (column([0.03, "#N/A", 0.02, 0.015, -0.02]),), NO_CALL),
    Case("#DIV/0! among returns", "=SHARPE(block0,0,12)", (column([0.03, "#DIV/0!", 0.02, 0.015]),), NO_CALL),
    Case("#NUM! among weights", "=PORT_VOL(block0,block1)", (column([0.6, "#NUM!"]), COV), NO_CALL),
    Case("an error as an argument", "=CML_RETURN(block0,0.08,0.16,0.12)", ([["#REF!"]],)),
    Case("EXPLAIN of an error in a range", '=EXPLAIN("PORT_VOL",block0,block1)', (column([0.6, "#NUM!"]), COV), NO_CALL),
    Case("text among numbers", "=PORT_VOL(block0,block1)", ([[0.6], ["much"]], COV)),
    Case("numbers as text, full width and %", "=PORT_VOL(block0,block1)", ([["６０%"], [" 40 % "]], COV)),
    Case("TRUE among numbers", "=EFFECTIVE_N(block0)", ([[True], [3.0]],), {OFFICE: ("truth in", [[1.6]])}),
    Case("dates in a column", "=ANN_RETURN(block0)", (DATED,)),
    Case("dates falling", "=DRAWDOWNS(block0)", ([DATED[0], *DATED[:0:-1]],)),
    Case("dates as text", "=ANN_RETURN(block0)", ([["月份", "基金"], *[[f"{d:%Y-%m}", r] for d, r in zip(MONTHS, FUND, strict=True)]],)),
    Case("dates without a header", "=ANN_VOL(block0)", ([[d, r] for d, r in zip(MONTHS, FUND, strict=True)],)),
    Case("dates of two panels joined", "=PORT_BETA(block0,block1)", (DATED[:6], [["date", "Index"], *[[d, r] for d, r in zip(MONTHS[1:], INDEX[1:], strict=True)]])),
    Case("dates twice", "=ANN_RETURN(block0)", ([DATED[0], DATED[1], *DATED[1:]],)),
    Case("dates and names come back", "=RETURNS(block0)", (PRICES,)),
    Case("a function inside a function", "=COV_MATRIX(RETURNS(block0))", (PRICES,)),
    Case("a date in a cell", "=REBAL_DUE(block0,block1,block2)", ([[dt.date(2026, 1, 31)]], [[dt.date(2026, 3, 1)]], [["Monthly"]])),
    Case("not yet due", '=REBAL_DUE(block0,block1,"annual")', ([[dt.date(2026, 1, 31)]], [[dt.date(2026, 3, 1)]])),
    Case("an argument left out in the middle", "=RP_WEIGHTS(block0,,0.4)", (COV,)),
    Case("arguments left out at the end", '=REBAL_TRADES(block0,block1,,,"edge")', ([[120.0], [80.0]], [[0.5], [0.5]])),
    Case("a needed argument missing", "=PORT_VOL(block0)", (W,)),
    Case("an option in capitals", '=RISK_CONTRIB(block0,block1,"ABSOLUTE")', (W, COV)),
    Case("an option that is none", '=RISK_CONTRIB(block0,block1,"relative")', (W, COV)),
    Case("not square", "=RP_WEIGHTS(block0)", ([[0.04, 0.006, 0.1], [0.006, 0.01, 0.1]],)),
    Case("not symmetric", "=RP_WEIGHTS(block0)", ([[0.04, 0.006], [0.007, 0.01]],)),
    Case("indefinite", "=RP_WEIGHTS(block0)", ([[0.04, 0.03], [0.03, 0.01]],)),
    Case("no risk to divide by", "=SHARPE(block0,0,12)", (column([0.01, 0.01, 0.01]),)),
    Case("one column without an answer", "=SHARPE(block0,0,12)", ([[0.01, 0.02], [0.01, -0.01], [0.01, 0.03]],)),
    Case("too little data", "=SHARPE(block0,0,12)", ([[0.01], [None]],)),
    Case("weights that sum to 0.9", "=PORT_VOL(block0,block1)", (column([0.6, 0.3]), COV)),
    Case("EXPLAIN of labels", '=EXPLAIN("PORT_VOL",block0,block1)', ([["黄金", 0.6], ["债券", 0.3]], [["", "黄金", "债券"], ["黄金", 0.04, 0.0], ["债券", 0.0, 0.01]])),
    Case("blanks and texts in a table", "=REBAL_PLAN(block0,block1)", ([["A", 120.0], ["B", 80.0]], [[0.5], [0.5]])),
    Case("within a calculation", "=IF(PORT_VOL(block0,block1)>0.1,PORT_VOL(block0,block1)*2,0)", (W, COV), value=[[2 * (0.36 * 0.04 + 0.16 * 0.01 + 2 * 0.24 * 0.006) ** 0.5]]),
    Case("IFERROR sees the error", '=IFERROR(RP_WEIGHTS(block0),"none")', ([[0.04, 0.03], [0.03, 0.01]],), value=[["none"]]),
]  # fmt: skip


def examples() -> list[Case]:
    """Every function's own example."""
    return [Case(entry.name, entry.example) for entry in CATALOGUE.values()]


# The surfaces ------------------------------------------------------------------------------------------------------


class NotTakenError(Exception):
    """The surface does not take such an argument."""


def raw(case: Case, call: Callable[[str, list], list[list]]):
    """A case on a surface that takes cells: ``call(name, arguments)`` gives the rows; the rest is done here."""

    def value(node):
        kind = node[0]
        if kind == "value":
            return node[1]
        if kind == "name":
            return case.blocks[int(node[2].removeprefix("block"))]
        if kind == "call" and node[1] in CATALOGUE:
            return call(node[1], [value(argument) for argument in node[2]])
        if kind == "call" and node[1] == "INDEX":
            rows, i, j = map(value, node[2])
            return [[rows[int(i) - 1][int(j) - 1]]]
        raise NotTakenError

    try:
        return value(parse(case.formula))
    except NotTakenError:
        return None


def in_cells(cases: list[Case]) -> list:
    """The path of every host."""
    return [raw(case, cells.call) for case in cases]


def in_python(cases: list[Case]) -> list:
    """xlalloc.rp_weights(...) with arrays; labels and dates in the cells are for worksheets (pandas carries them)."""

    def call(name: str, arguments: list):
        entry = CATALOGUE[name]
        try:
            if name == "EXPLAIN":
                given = [_array("cells", a) for a in arguments]
            else:
                kinds = [argument.quantity.kind for argument in entry.arguments]
                given = [None if a is None else _array(k, a) for k, a in zip(kinds, arguments, strict=False)]
            answer = entry.public(*given)
        except AllocError as error:
            return [[ErrorValue(error.code)]]
        across = np.ndim(given[0]) == 2 and len(given[0]) == 1 if given else False
        return _rows(answer, entry, across)

    return [raw(case, call) for case in cases]


def _rows(answer, entry, across: bool) -> list[list]:
    """A Python answer laid out as cells: a vector down, or across where the first argument was a row."""
    if not isinstance(answer, np.ndarray):
        return cells.write(entry, Answer(answer))
    rows = answer.reshape(1, -1) if across and answer.ndim == 1 else answer.reshape(len(answer), -1)
    return [[ErrorValue(entry.result.nan) if cell != cell else cell for cell in row] for row in rows.tolist()]


def _array(kind: str, value):
    """An argument as an array, or a list of texts."""
    if kind == "cells" or not isinstance(value, list):
        return value
    given = {type(cell) for row in value for cell in row}
    if given == {str} and kind in ("texts", "labels") and len(value[0]) == 1:
        return [row[0] for row in value]
    if given - {float, int, type(None)} or any(set(column) == {None} for column in zip(*value, strict=True)):
        raise NotTakenError
    return np.array(value, dtype=float)


def span(top: int, left: int, rows: list[list]) -> str:
    """The address of a block: B2, or B2:C5."""
    last = f"{letter(left + len(rows[0]) - 1)}{top + len(rows) - 1}"
    return last if len(rows) == len(rows[0]) == 1 else f"{letter(left)}{top}:{last}"


@cache
def workbook() -> tuple:
    """All cases on one sheet; for each the text of its formula and the cells in which its answer stands."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title, top, placed = "Cases", 1, []
    for case, expected in zip(all_cases(), reference(), strict=True):
        left, addresses, height = 1, [], len(expected)
        for block in case.blocks:
            for i, row in enumerate(block):
                for j, cell in enumerate(row):
                    at = sheet.cell(top + i, left + j, cell)
                    if isinstance(cell, str):
                        at.data_type = "e" if cell in ERROR_CODES else "s"
            addresses.append(span(top, left, block))
            left, height = left + len(block[0]) + 1, max(height, len(block))
        text = case.written(addresses)
        ref = span(top, left + 2, expected)
        for k, formula in enumerate((f"=ROWS({text[1:]})", f"=COLUMNS({text[1:]})")):
            sheet.cell(top, left + k).value = ArrayFormula(sheet.cell(top, left + k).coordinate, formula)
        sheet[ref.split(":")[0]].value = ArrayFormula(ref, text)
        placed.append((text, top, left, ref))
        top += height + 1
    return book, placed


def in_formulas(cases: list[Case]) -> list:
    """`xlalloc eval`, on a workbook's cells."""
    book, placed = workbook()
    where = place(Book(book), "Cases")
    texts = dict(zip(map(id, all_cases()), placed, strict=True))
    return [evaluate(texts[id(case)][0], where) for case in cases]


def in_office(cases: list[Case]) -> list:
    """LibreOffice with the extension: one workbook, recalculated once; the size of an answer is asked for beside it."""
    book, placed = workbook()
    with calc_driver.Driver() as driver, tempfile.TemporaryDirectory() as folder:
        book.save(Path(folder) / "cases.xlsx")
        values = driver.values(Path(folder) / "cases.xlsx")["Cases"]
    answers = {}
    for case, (_, top, left, ref) in zip(all_cases(), placed, strict=True):
        rows = [[values.get(cell.coordinate) for cell in row] for row in _rectangle(book["Cases"][ref])]
        size = [values.get(f"{letter(left + k)}{top}") for k in (0, 1)]
        asked = parse(case.formula)[1] in CATALOGUE and rows[0][0] not in ERROR_CODES  # ROWS takes no INDEX, no error
        same_size = size == [len(rows), len(rows[0])]
        answers[id(case)] = rows if same_size or not asked else [[f"{size[0]} x {size[1]} cells"]]
    return [answers[id(case)] for case in cases]


def _rectangle(found):
    return found if isinstance(found, tuple) else ((found,),)


def _serials(argument):
    """Dates as Value2 and Office.js give them: serial numbers."""
    if isinstance(argument, list):
        return [[to_number(cell) if isinstance(cell, dt.date) else cell for cell in row] for row in argument]
    return to_number(argument) if isinstance(argument, dt.date) else argument


def in_com(cases: list[Case]) -> list:
    """The real classic xlwings over a stand-in of pywin32; the Windows tier runs the examples over COM itself."""

    def call(name: str, arguments: list) -> list[list]:
        return encodings.from_com(runtimes.com_call(name, *[encodings.to_com(_serials(a)) for a in arguments]))

    with runtimes.com():
        return [raw(case, call) for case in cases]


def in_server(cases: list[Case]) -> list:
    """The conversion of the real xlwings Server, whose engine xlwings Lite shares (noncommercial licence, tests only)."""
    with runtimes.office() as module:

        def call(name: str, arguments: list) -> list[list]:
            sent, wanted = [encodings.to_office(_serials(a)) for a in arguments], CATALOGUE[name].arguments
            if wanted and wanted[-1].variadic:
                sent = [*sent[: len(wanted) - 1], sent[len(wanted) - 1 :]]
            sent += [None] * (len(wanted) - len(sent))
            return encodings.from_office(runtimes.office_call(module, name, *sent))

        return [raw(case, call) for case in cases]


SURFACES: dict[str, Callable[[list[Case]], list]] = {
    "cells.call": in_cells,
    "Python": in_python,
    "xlalloc eval": in_formulas,
    "xlwings COM": in_com,
    "xlwings Server": in_server,
    OFFICE: in_office,
}


# The comparison ----------------------------------------------------------------------------------------------------


@cache
def all_cases() -> list[Case]:
    return [*examples(), *NASTY]


@cache
def reference() -> list[list[list]]:
    """What each case gives on the path of every host."""
    return [case.value or rows for case, rows in zip(all_cases(), in_cells(all_cases()), strict=True)]


@cache
def answers(surface: str) -> list:
    return SURFACES[surface](all_cases())


def plain(cell):
    """A cell as every surface can hold it."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else cell
    return str(cell) if isinstance(cell, str) else float(to_number(cell))


def same(a, b) -> bool:
    a, b = plain(a), plain(b)
    if isinstance(a, float) and isinstance(b, float):
        return abs(a - b) <= ROUNDING * max(1.0, abs(a), abs(b))
    return type(a) is type(b) and a == b


def same_rows(a, b) -> bool:
    return [len(r) for r in a] == [len(r) for r in b] and all(
        same(x, y) for r, s in zip(a, b, strict=True) for x, y in zip(r, s, strict=True)
    )


def verdict(surface: str, case: Case, expected, got) -> str:
    """ "same", "–" where not taken, the name of the limit met, or what differs."""
    if got is None:
        return "–"
    if surface in case.limits:
        limit, rows = case.limits[surface]
        return limit if same_rows([row[: len(rows[0])] for row in got[: len(rows)]], rows) else f"differs: {got}"
    if same_rows(expected, got):
        return "same"
    as_numbers = [[float(cell) if isinstance(cell, bool) else cell for cell in row] for row in expected]
    if surface == OFFICE and same_rows(as_numbers, [[float(c) if isinstance(c, bool) else c for c in r] for r in got]):
        return "truth"
    return f"differs: {got} in place of {expected}"


def verdicts(surface: str) -> list[str]:
    return [
        verdict(surface, case, expected, got)
        for case, expected, got in zip(all_cases(), reference(), answers(surface), strict=True)
    ]


# The page ----------------------------------------------------------------------------------------------------------

INTRODUCTION = """# The same number on every surface

Every function's example, and what worksheets do to arguments, computed on every surface and compared with `cells.call`, the
path they all share (to 1e-12 of the value; whole tables, cell by cell). "–": the surface does not take such a case (Python
takes arrays, without labels or texts among the numbers, and no formulas). A limit is a property of the host, listed below;
what the host gives in its place is asserted by the same test.

"xlwings COM" is the real xlwings of Excel for Windows with pywin32 stood in for; "xlwings Server" is the real conversion of
xlwings Server, whose engine xlwings Lite shares. Both ran on Linux, without Excel: what Excel itself does with the answers was
not tested. LibreOffice is the real one.

This page is written by `python tests/test_conformance.py`.
"""


def page(surfaces: list[str]) -> str:
    """docs/conformance.md: the table of results and the limits."""
    columns = [verdicts(surface) for surface in surfaces]
    marks = {limit: f"limit {k}" for k, limit in enumerate(LIMITS, 1)}
    lines = [INTRODUCTION, f"| case | formula | {' | '.join(surfaces)} |", "|---" * (len(surfaces) + 2) + "|"]
    for case, *found in zip(all_cases(), *columns, strict=True):
        shown = case.written(["range1", "range2", "range3"])
        shown = shown if len(shown) <= 70 else shown[:69] + "…"
        lines.append(f"| {case.title} | `{shown}` | {' | '.join(marks.get(f, f) for f in found)} |")
    lines += ["", "## Limits of the hosts", ""]
    lines += [f"{k}. {text}" for k, text in enumerate(LIMITS.values(), 1)]
    return "\n".join(lines) + "\n"


# The tests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surface", SURFACES)
def test_every_case_is_the_same_or_a_named_limit(surface, request):
    if surface == OFFICE:
        request.getfixturevalue("office")
    found = verdicts(surface)
    differing = [f"{case.title}: {v}" for case, v in zip(all_cases(), found, strict=True) if v.startswith("differs")]
    assert not differing, "\n".join(differing)
    assert found.count("same") > len(all_cases()) / 2


def test_the_page_is_the_table_of_results(office, capsys):
    text = page(list(SURFACES))
    with capsys.disabled():
        print(f"\n{text[text.index('| case') :]}")
    assert PAGE.read_text(encoding="utf-8") == text, "write it anew: python tests/test_conformance.py"


def test_every_limit_is_met_by_a_case():
    named = {limit for case in all_cases() for limit, _ in case.limits.values()}
    assert named | {"truth"} == set(LIMITS)


def test_a_difference_is_seen():
    """The comparison itself: another number, size, type or error is no match."""
    for other in ([[0.3 + 1e-9]], [["0.3"]], [[0.3, 0.3]], [["#N/A"]], [[True]]):
        assert verdict("Python", Case("x", "=1"), [[0.3]], other).startswith("differs")
    assert verdict("Python", Case("x", "=1"), [[True]], [[1.0]]).startswith("differs")
    assert verdict(OFFICE, Case("x", "=1"), [[True]], [[1.0]]) == "truth"
    assert verdict(OFFICE, Case("x", "=1"), [[False]], [[1.0]]).startswith("differs")
    assert verdict(OFFICE, NASTY[17], [[0.1]], [[0.1]]).startswith("differs"), "a limit that is gone is seen too"


if __name__ == "__main__":
    PAGE.write_text(page(list(SURFACES)), encoding="utf-8")
    sys.stdout.write(f"Written: {PAGE.name}\n")
