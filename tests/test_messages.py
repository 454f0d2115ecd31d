"""What the package says, in Chinese: every sentence of the source is in the table, with the same values in it."""

import re
from pathlib import Path

import pytest
from sentences import PLACE, SAID, calls, sentences, skeleton, texts

from xlalloc import cells, formula
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import ErrorValue, InputError, Label
from xlalloc.messages import rows_of_table, say, speaking

TABLE = rows_of_table()
CASES = Path(__file__).parent / "reference" / "error_cases.txt"
WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?")
# Names of functions and methods of the sheet or of mathematics stand in Chinese sentences as they are.
LATIN = {"normal", "Excel", "xlalloc", "list", "beta", "CVaR", "VaR", "RSS", "lot", "TRUE", "FALSE", "R1-R3", "XLALLOC"}


def test_every_sentence_of_the_source_has_its_chinese():
    known = {skeleton(row["english"]) for row in TABLE}
    lacking = [f"{path}: {text}" for text, path in sentences().items() if text not in known]
    assert not lacking, "messages-zh.csv lacks:\n" + "\n".join(lacking)


def test_every_row_is_still_said():
    """A row stands for a sentence of the source, else its words stand in the source as part of one."""
    said, source = (
        sentences(),
        " ".join(p.read_text(encoding="utf-8") for p in Path(cells.__file__).parent.rglob("*.py")),
    )
    source = re.sub(r'"\s*f?"', "", source)
    unsaid = []
    for row in TABLE:
        parts = [part for part in PLACE.split(row["english"]) if WORD.search(part)]
        axis = row["english"].removesuffix(" {i}").rpartition(" ")[2]  # of a label: Asset 3, in which an axis is named
        parts = [axis.lower()] if isinstance(axis, str) and row["english"].endswith(f"{axis} {{i}}") else parts
        if skeleton(row["english"]) not in said and not all(part.strip(" ,.:()") in source for part in parts):
            unsaid.append(row["english"])
    assert not unsaid, "said nowhere:\n" + "\n".join(unsaid)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row["english"][:40])
def test_both_languages_have_the_same_places(row):
    places = PLACE.findall(row["english"])
    assert sorted(places) == sorted(PLACE.findall(row["chinese"]))
    assert len(set(places)) == len(places), "two places of one name would have to hold the same"
    assert not set(WORD.findall(PLACE.sub("", row["chinese"]))) - set(WORD.findall(row["english"])) - LATIN


def test_no_row_stands_twice():
    keys = [(skeleton(row["english"]), row["kind"]) for row in TABLE]
    assert len(set(keys)) == len(keys)


def filled(template: str) -> str:
    """The template with values such as a call puts in them."""
    count = iter(range(3, 100))
    return PLACE.sub(
        lambda place: f"{next(count)}" if re.fullmatch(r"\{i\d*\}", place[0]) else f"v{next(count)}", template
    )


@pytest.mark.parametrize("row", [r for r in TABLE if PLACE.search(r["english"])], ids=lambda row: row["english"][:40])
def test_what_a_template_says_is_found_again(row):
    """A sentence made from it is said by this very row, and by none that fits it too."""
    text = filled(row["english"])
    tails = re.sub(r"(?<=[a-z.}])v(\d)", r" v\1", text)  # a place that may be empty begins with its own space
    found = {say(one, "zh", item=row["kind"] == "item") for one in (text, tails)}
    values = re.findall(r"\bv\d+", text)
    made = [one for one in found if all(value in one for value in values) and one not in (text, tails)]
    assert made, found


def english_words(text: str, formula_text: str) -> set[str]:
    """Words of a Chinese sentence that are neither names of the package nor the user's own."""
    names = {name for entry in CATALOGUE.values() for a in entry.arguments for name in (a.name, *a.quantity.options)}
    known = {part for name in (*names, *CATALOGUE) for part in (name, *name.split("_"))} | LATIN
    return {w for w in WORD.findall(text) if w not in known and w.lower() not in formula_text.lower() and len(w) > 1}


@pytest.mark.parametrize("line", CASES.read_text(encoding="utf-8").splitlines(), ids=lambda line: line[:50])
def test_every_error_has_its_reason_in_chinese(line):
    _, code, text = line.split("\t", 2)
    (cell, *_), *_ = formula.evaluate(text)
    if not isinstance(cell, ErrorValue):
        return  # an error in another cell of the answer
    english = cell.reason
    with speaking("zh"):
        (told, *_), *_ = formula.evaluate(text)
        assert told == cell == code, "the error value is the same in every language"
        assert re.search("[\u4e00-\u9fff]", told.reason), told.reason
        assert not english_words(
            told.reason, text + "All Weather Risk parity Conservative Balanced Aggressive Target date example"
        ), told.reason
        assert cell.reason == told.reason, "a cell tells its reason in the language of whoever asks"
    numbers = re.findall(r"\d+\.\d+|\d{4,}", english)
    assert all(number in told.reason or number in cell.reason for number in numbers)


def test_labels_and_names_stay_the_users_own():
    with speaking("zh"):
        rows = cells.call(
            "PORT_VOL",
            [[["黄金", 0.6], ["Bonds", 0.3]], [[None, "黄金", "Bonds"], ["黄金", 0.04, 0], ["Bonds", 0, 0.01]]],
        )
        assert rows[0][0].reason == "weights：权重之和为 0.9，不是 1。请按比例调整，使其合计为 1（100%）。"
        rows = cells.call("PORT_VOL", [[[0.6], ["x"]], [[0.04, 0], [0, 0.01]]])
        assert rows[0][0].reason == "weights：第 2 项为文本 'x'；此处需要数值。"
        assert str(
            InputError(
                "target: {} has no variance, and this method divides by it. Leave it out (cash, for example).",
                Label("assets", 2),
            )
        ).startswith("target：资产 3 的方差为零")
    assert rows[0][0].reason == "weights: item 2 holds the text 'x'; a number is needed."


def test_a_place_of_two_parts_is_said_in_full():
    cell = cells.call("COV_MATRIX", [[["A", "B"], [0.5, 0.5], [-1.4, 0.6]]])[0][0]
    assert cell.reason == (
        "returns, row 3 / A: -1.4 is not possible; it must be at least -1. If -1.4% is meant, type -1.4% or -0.014."
    )
    with speaking("zh"):
        assert cell.reason == "returns，第 3 行 / A：-1.4 不可行；必须不小于 -1。如指 -1.4%，请键入 -1.4% 或 -0.014。"


def test_what_is_not_in_the_table_stays_as_it_is():
    assert say("Nothing of the kind is said.", "zh") == "Nothing of the kind is said."
    assert say("", "zh") == "" and say("days", "en") == "days"


def test_the_scan_sees_what_is_said():
    """The scan is what the table is held to: it reads choices, sums, constants and helpers that take a sentence."""
    assert {"InputError", "record", "ErrorValue"} <= SAID.keys()
    assert len(sentences()) > 500 and sum(name == "record" for _, name, _, _ in calls()) > 100
    import ast

    tree = ast.parse("f'{a} is {b}.' if c else 'none' + ' at all'", mode="eval").body
    assert list(texts(tree, {})) == ["{} is {}.", "none at all"]


def explained(text: str) -> list[list]:
    with speaking("zh"):
        return formula.evaluate(text)


def test_explain_speaks_chinese_and_leaves_labels_and_results():
    text = '=EXPLAIN("MIN_VAR_WEIGHTS",{"","core","债券","Gold";"core",0.04,0.01,0;"债券",0.01,0.02,0;"Gold",0,0,0.01},0.1,0.4)'
    head, result, *facts, last = explained(text)
    assert head == ["项目", "内容"] and result == ["结果", "3 x 2 个单元格"]
    assert ["起作用的约束", "债券、取上限、Gold、取上限"] in facts
    assert last[0] == "公式" and last[1].endswith("。") and "最小方差组合" in last[1]
    assert explained('=EXPLAIN("PORT_VOL",{0.6;0.3},{0.04,0;0,0.01})')[1:] == [
        ["结果", "#VALUE!"],
        ["原因", "weights：权重之和为 0.9，不是 1。请按比例调整，使其合计为 1（100%）。"],
    ]
    assert explained('=EXPLAIN("STATE_BUDGETS","high")')[1][0] == "结果"
    assert formula.evaluate(text)[0] == ["item", "value"], "English again once the block ends"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_explain_of_every_example_is_chinese(name):
    """Items and what stands beside them, but for names and options."""
    example = CATALOGUE[name].example
    if not example.startswith(f"={name}(") or CATALOGUE[name].result.kind == "cells" or name == "EXPLAIN":
        return  # inside PLAIN or INDEX; EXPLAIN explains no cells
    given = example[len(name) + 2 : -1]
    found = explained(f'=EXPLAIN("{name}"{given and "," + given})')
    own = {"numpy", "Python", "library", "Source", "article", "xlalloc.log"}
    for item, value in found[1:-1]:
        assert not english_words(item, example) - own, item
        if isinstance(value, str) and item not in ("来源", "日志文件"):
            assert not english_words(value, example) - own, value


def test_the_command_line_speaks_the_language_that_is_asked_for(monkeypatch):
    from click.testing import CliRunner

    from xlalloc.cli import main

    bad = "=PORT_VOL({0.6;0.3},{0.04,0;0,0.01})"
    assert "权重之和为 0.9" in CliRunner().invoke(main, ["eval", bad, "--lang", "zh"]).stderr
    assert "the weights sum to 0.9" in CliRunner().invoke(main, ["eval", bad]).stderr
    assert "公式在需要值之处结束" in CliRunner().invoke(main, ["eval", "=1+", "--lang", "zh"]).stderr
    monkeypatch.setenv("XLALLOC_LANG", "zh")
    assert "权重之和为 0.9" in CliRunner().invoke(main, ["eval", bad]).stderr
    assert "--sheet 须配合 --book。" in CliRunner().invoke(main, ["eval", "=1", "--sheet", "A"]).stderr
    assert "the weights sum to 0.9" in CliRunner().invoke(main, ["eval", bad, "--lang", "en"]).stderr


def test_a_report_says_reasons_in_its_own_language():
    from xlalloc.reports.problems import Problem

    reason = "weights: the weights sum to 0.9, not to 1. Scale them so that they sum to 1 (100%)."
    problem = Problem(
        "K001",
        "error_shown",
        "done.reported",
        words=(("sheet", "S"), ("cell", "A1"), ("error", "#VALUE!"), ("reason", reason)),
    )
    assert reason in problem.wrong("en") and "权重之和为 0.9" in problem.wrong("zh")
