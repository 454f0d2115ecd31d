"""What is said of every function is complete, in both languages, and true: errors that are claimed come."""

import copy
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import xlalloc
from xlalloc import cells, data, formula, help_text, reference, terminal
from xlalloc.catalogue import CATALOGUE, FIELDS
from xlalloc.cli import main
from xlalloc.site import functions

HERE = Path(__file__).parent
CASES = [line.split("\t") for line in (HERE / "reference" / "error_cases.txt").read_text("utf-8").splitlines()]
ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
CHINESE = re.compile("[\u4e00-\u9fff]")
HALF_WIDTH = re.compile("[\u4e00-\u9fff][,;:?!()]|[,;:?!()][\u4e00-\u9fff]|[\u4e00-\u9fff] [\u4e00-\u9fff]")
TERMS = {  # one word for one thing: that of the industry in mainland China
    "volatil": "波动", "covariance": "协方差", "correlation": "相关", "drawdown": "回撤", "sharpe": "夏普比率",
    "tracking error": "跟踪误差", "benchmark's": "业绩基准", "risk-free": "无风险利率", "rebalanc": "再平衡",
    "turnover": "换手率", "leverage": "杠杆", "margin call": "追加保证金", "loadings": "载荷", "frontier": "有效前沿",
    "diversif": "分散", "redemption": "赎回", "commission": "佣金", "stamp duty": "印花税", "premium": "权利金",
    "strike": "行权价", "beta": "贝塔", "stated": "参考", "scenario": "情景", "views?": "观点", "has no variance": "方差为零",
}  # fmt: skip


@ENTRIES
def test_every_field_is_there(entry):
    fields = [p.partition(": ")[0] for p in entry._paragraphs if p.partition(": ")[0] in FIELDS]
    assert fields == list(FIELDS), "one each of Formula, Errors, Peers, Source, in this order"
    assert entry.formula and entry.source
    own = entry._field("Errors")
    assert entry.errors or own == "none beyond its arguments'.", own
    assert all(code in reference.CODES and len(words) > 5 for code, words in entry.errors)
    codes = [code for code, _ in entry.errors]
    assert len(set(codes)) == len(codes), "one sentence for each code"
    assert entry.peers or entry._field("Peers") == "none."
    assert not [a.name for a in entry.arguments if a.quantity.help.startswith("A ")], "an argument says what it is"
    for text in entry.definition:
        assert not re.search(r"#(NUM|VALUE|N/A|DIV)", text), "errors stand under Errors"


def test_there_is_a_case_of_every_error_of_a_functions_own():
    assert {(name, code) for name, code, _ in CASES} == {(e.name, c) for e in CATALOGUE.values() for c, _ in e.errors}


@pytest.mark.parametrize(("name", "code", "case"), CASES, ids=[f"{name} {code}" for name, code, _ in CASES])
def test_every_error_of_a_functions_own_comes(name, code, case):
    assert name in case
    (cell,) = {cell for row in formula.evaluate(case) for cell in row if str(cell) in reference.CODES}
    assert cell == code and len(cell.reason) > 20, cell.reason


# The errors of arguments -------------------------------------------------------------------------------------------


def called(entry) -> list:
    """The arguments of the example as rows of cells."""

    def value(node):
        if node[0] == "binary":  # a negative number
            return -value(node[3])
        return copy.deepcopy(node[1])

    tree = formula.parse(entry.example)
    while tree[1] != entry.name:
        tree = tree[2][0]
    return [value(node) for node in tree[2]]


def numbers(rows: list):
    """Where the numbers of an argument stand; labels are left alone."""
    return [(i, j) for i, row in enumerate(rows) for j, cell in enumerate(row) if isinstance(cell, float)]


def spoilt(quantity, given, words: str):
    """The argument of the example made wrong in the way the words say; None where this cannot be shown on it."""
    rows = copy.deepcopy(given) if isinstance(given, list) else [[given]]
    places = numbers(rows)
    limits = {"below": quantity.low, "not above": quantity.above, "above": quantity.high, "not below": quantity.below}
    limit = limits.get(words.rpartition(" ")[0])
    if words.startswith("not a") and "text" in words:
        return [[None for _ in row] for row in rows]
    if words.startswith("not a single"):
        return [[1.0, 2.0]]
    if words in ("not one of its options", "not a date", "not a date for each"):
        return "never heard of"
    if words.startswith(("not a row", "not a table")):
        i, j = places[-1]
        rows[i][j] = "some text"
    elif words.startswith("fewer"):
        for i, row in enumerate(rows[1:], 1):
            rows[i] = [None if isinstance(cell, float) or len(row) == 1 else cell for cell in row]
    elif words == "not square":
        rows = rows[:1]
    elif words == "not a whole number":
        rows[0][0] += 0.5
    elif words == "does not sum to 1":
        i, j = places[0]
        rows[i][j] += 0.2
    elif words == "not symmetric":
        rows[0][1] += 0.003
    elif words == "negative on its diagonal":
        rows[0][0] = -0.01
    elif words == "negative variance of some portfolio":
        big = (abs(rows[0][0] * rows[1][1]) ** 0.5 or 1.0) * 1.5
        if "diagonal other than 1" in [w for _, w in quantity_errors(quantity)]:
            return None  # a correlation beyond 1 is refused before
        rows[0][1] = rows[1][0] = big
    elif words == "diagonal other than 1":
        rows[0][0] = 0.9
    elif words.startswith("all 1 or more"):
        for i, j in places:
            rows[i][j] = 2.0
    elif words == "look like prices":
        if quantity.single:
            return None  # one row is one period: nothing tells a return of it from a price
        for i, j in places:
            rows[i][j] = 100.0 + i
    elif words == "look like returns":
        for i, j in places:
            rows[i][j] = 0.01 * (-1) ** i
    elif words.endswith("percent without the sign"):
        i, j = places[0]
        rows[i][j] = quantity.unit_to + 1.0
    elif limit is not None:
        i, j = places[0]
        if words.startswith("not above") and quantity.kind == "panel":  # one of so many that they are still prices
            if len(places) < sum(map(len, rows)):
                return None  # rows with dates cannot be repeated
            rows = [list(row) for _ in range(6) for row in rows]
        rows[i][j] = limit + 1.0 if words.startswith(("above", "not below")) else limit - 1.0
    return rows


def quantity_errors(quantity):
    return list(reference.argument_errors(xlalloc.catalogue.Argument("x", quantity)))


@ENTRIES
def test_every_error_of_an_argument_comes(entry):
    given, shown = called(entry), 0
    for k, (argument, value) in enumerate(zip(entry.arguments, given, strict=False)):
        if value is None or argument.variadic:
            continue
        for code, words in reference.argument_errors(argument):
            bad = spoilt(argument.quantity, value, words)
            if bad is None:
                continue
            rows = cells.call(entry.name, [*given[:k], bad, *given[k + 1 :]])
            assert str(rows[0][0]) == code, (argument.name, words, bad, rows[0][0], getattr(rows[0][0], "reason", ""))
            shown += 1
    assert shown >= sum(argument.quantity.kind != "cells" for argument in entry.arguments[: len(given)])


# Peers ---------------------------------------------------------------------------------------------------------------


def peers() -> set[str]:
    return {re.sub(r" \(.*\)$", "", peer) for entry in CATALOGUE.values() for peer in entry.peers}


def test_every_peer_named_was_found_in_its_package():
    """peer_names.txt is written by tests/reference/peer_names.py where all the packages are installed."""
    lines = (HERE / "reference" / "peer_names.txt").read_text("utf-8").splitlines()
    found = {line for line in lines if not line.startswith("#")}
    assert found == {peer for peer in peers() if not peer.startswith("Excel ")}


# Chinese ------------------------------------------------------------------------------------------------------------


def translated() -> list[str]:
    """Every text that has to be in the table."""
    texts = [*reference.LIMITS.values(), *reference.PLAIN_SHAPES.values(), "not square", "not a whole number"]
    texts += [words for _, words in [*reference.KINDS.values(), *reference.CHECKS.values()]]
    texts += [*reference.SIZES.values(), reference.DATED, "; ", "; at most {}", "above {}: percent without the sign"]
    texts += [*reference.AXES.values(), "Formula", "Errors", "Example", "Source", "Elsewhere", "nothing of its kind"]
    texts += [*functions.TEXTS, " ({})", " – {}", "; optional", "; default {}", "; as many as the function takes"]
    texts += ["the source article on asset allocation", "the source article on risk parity"]
    for entry in CATALOGUE.values():
        texts += [entry.summary, entry.category, *(words for _, words in entry.errors)]
        for quantity in [entry.result, *(argument.quantity for argument in entry.arguments)]:
            texts += [quantity.help, *([quantity.unit] if quantity.unit else [])]
    return texts


def test_everything_is_in_the_table_of_translations():
    table = {row["english"]: row["chinese"] for row in data.rows("zh")}
    assert len(table) == len(data.rows("zh")), "no line appears twice"
    missing = [text for text in dict.fromkeys(translated()) if text not in table]
    assert not missing
    for english, chinese in table.items():
        assert chinese and (CHINESE.search(chinese) or not re.search("[a-z]{3}", english)), english
        assert sorted(re.findall("{}", english)) == sorted(re.findall("{}", chinese)), english
        for name in re.findall(r"\b[A-Z]+_[A-Z_]+\b", english):  # functions named in a summary
            assert name in chinese, english


def test_chinese_has_one_word_for_one_thing_and_its_own_signs():
    for row in data.rows("zh"):
        for term, word in TERMS.items():
            assert word in row["chinese"] or not re.search(rf"\b{term}", row["english"], re.IGNORECASE), (term, row)
        assert not HALF_WIDTH.search(row["chinese"]), row


def test_nothing_in_the_table_is_of_no_use():
    known = {*translated(), *functions.TEXTS, "{} × {}", "{} down, {} across", "one per {}", "a number, or one per {}"}
    known |= {"a text per {}", "a column of numbers"}
    known |= {axis for entry in CATALOGUE.values() for a in entry.arguments for axis in a.quantity.axes}
    assert not {row["english"] for row in data.rows("zh")} - known


@ENTRIES
def test_help_in_chinese(entry):
    text = help_text.describe(entry, lang="zh")
    assert CHINESE.search(reference.translated(entry.summary, "zh"))
    assert all(
        CHINESE.search(reference.argument_help(a, "zh")) and CHINESE.search(reference.shape(a.quantity, "zh"))
        for a in entry.arguments
    )
    assert all(len(reference.argument_help(a, "zh")) <= 255 for a in entry.arguments)
    shown = [line for line in text.split("\n") if terminal.columns(line) > 80]
    assert all("=" in line or line.strip() in map(str.strip, reference.example(entry)) for line in shown), shown
    for lang in reference.LANGUAGES:
        assert not [e for words in reference.errors(entry, lang).values() for e in words if "{" in e and "{t:" not in e]


def test_the_commands_speak_chinese():
    listed = CliRunner().invoke(main, ["list", "risk_parity", "--lang", "zh"]).output
    assert "风险平价权重" in listed and "RP_WEIGHTS" in listed and "Long-only" not in listed
    shown = CliRunner().invoke(main, ["help", "MAX_DRAWDOWN", "--lang", "zh"]).output
    assert "最大回撤" in shown and "错误值" in shown and "empyrical.max_drawdown" in shown
    assert "最大回撤" not in CliRunner().invoke(main, ["help", "MAX_DRAWDOWN"]).output


def test_lines_are_folded_at_the_width():
    assert terminal.folded("aa bbb cc", 6, "- ", "  ") == ["- aa", "  bbb", "  cc"]
    assert terminal.folded("风险平价权重，只做多", 10) == ["风险平价权", "重，只做多"]
    assert terminal.columns("风险 a") == 6
