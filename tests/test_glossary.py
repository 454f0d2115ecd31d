"""What users read is in the terms of docs/glossary.md: no word of its columns of words that are not used."""

import re

import pytest
from pages import DOCS
from reference import glossary
from sentences import PLACE, sentences

from xlalloc import data, reference
from xlalloc.catalogue import CATALOGUE
from xlalloc.messages import rows_of_table
from xlalloc.reports.texts import TEXTS as REPORTS
from xlalloc.templates.workbook_texts import TEXTS as WORKBOOKS

ALLOWED = re.compile(  # the standard terms that such a word is part of
    r"\b(at least|least squares|least volatile|constant-mix)\b", re.IGNORECASE
)


def _forbidden(column: str, whole_words: bool) -> dict[str, re.Pattern]:
    """A word with = in front is forbidden where it is all of a label."""
    found = {}
    for term in glossary.terms():
        for word in filter(None, term[column].split(";")):
            plain = re.escape(word.removeprefix("="))
            pattern = rf"^{plain}$" if word.startswith("=") else rf"\b{plain}\b" if whole_words else plain
            found[word] = re.compile(pattern, re.IGNORECASE)
    return found


ENGLISH, CHINESE = _forbidden("not", True), _forbidden("not_zh", False)


def english() -> dict[str, str]:
    """Where a text stands → the text: summaries, arguments, definitions, errors, messages, labels."""
    found = {}
    for name, entry in CATALOGUE.items():
        found[name] = " ".join([entry.summary, *entry.definition, *(words for _, words in entry.errors)])
        for argument in entry.arguments:
            found[f"{name}, {argument.name}"] = reference.argument_help(argument)
    found |= {f"messages: {text[:40]}": text for text in sentences()}
    found |= {
        f"table: {row['english'][:40]}": PLACE.sub("", row["english"]) for row in (*data.rows("zh"), *rows_of_table())
    }
    return found | {key: words["en"] for key, words in {**WORKBOOKS, **REPORTS}.items()}


def chinese() -> dict[str, str]:
    found = {row["english"]: row["chinese"] for row in (*data.rows("zh"), *rows_of_table())}
    return found | {key: words["zh"] for key, words in {**WORKBOOKS, **REPORTS}.items()}


def pages(chinese_ones: bool) -> dict[str, str]:
    """The prose of the written pages, without code; a page in both languages counts as English."""
    found = {}
    for path in (*DOCS.glob("*.md"), *(DOCS.parent / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY"))):
        if path.name.endswith(".zh.md") is chinese_ones and path != glossary.PAGE:
            prose = re.sub(r"```.*?```|`[^`]*`|\]\([^)]*\)", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
            found |= {f"{path.name}:{k}": line for k, line in enumerate(prose.split("\n"))}
    return found


@pytest.mark.parametrize(
    ("texts", "forbidden"),
    [
        (english, ENGLISH),
        (chinese, CHINESE),
        (lambda: pages(chinese_ones=False), ENGLISH),
        (lambda: pages(chinese_ones=True), CHINESE),
    ],
    ids=["texts", "Chinese texts", "pages", "Chinese pages"],
)
def test_no_text_uses_a_word_that_the_glossary_replaces(texts, forbidden):
    wrong = []
    for where, text in texts().items():
        plain = ALLOWED.sub("", text)
        wrong += [f"{where}: {word}: {text[:90]}" for word, pattern in forbidden.items() if pattern.search(plain)]
    assert not wrong, "\n".join(wrong)


def test_the_glossary_is_whole():
    terms = glossary.terms()
    assert all(term["english"] and term["chinese"] for term in terms)
    assert len({term["english"] for term in terms}) == len(terms)
    assert {"mix", "wanted", "restless", "greatest", "own money", "unforeseen", "anew"} <= ENGLISH.keys()
    assert {"询问客户", "=平价波动率", "=规划", "=压力", "财富走向"} <= CHINESE.keys()


def test_a_forbidden_word_is_found():
    assert ENGLISH["mix"].search("the least risky mix of all") and not ENGLISH["mix"].search("mixed funds")
    assert CHINESE["=压力"].search("压力") and not CHINESE["=压力"].search("压力测试")


def test_the_page_is_that_of_the_table():
    assert glossary.PAGE.read_text(encoding="utf-8") == glossary.page(), "run: python tests/reference/glossary.py"
