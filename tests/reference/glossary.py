"""The terms of the project: xlalloc/data/glossary.csv as a page of the docs.

python tests/reference/glossary.py      writes docs/glossary.md
"""

from pathlib import Path

from xlalloc import data

PAGE = Path(__file__).parents[2] / "docs" / "glossary.md"
HEAD = """# Glossary 术语表

The terms of summaries, arguments, messages, workbooks and reports, in English and Chinese, and the words that they do
not use. Made from `xlalloc/data/glossary.csv` by `python tests/reference/glossary.py`; `tests/test_glossary.py` holds
the texts to it.

| English | 中文 | not | 不用 |
|---|---|---|---|
"""


def terms() -> list[dict[str, str]]:
    return data.rows("glossary")


def page() -> str:
    def words(text: str) -> str:
        return ", ".join(word.removeprefix("=") for word in text.split(";"))

    rows = (f"| {t['english']} | {t['chinese']} | {words(t['not'])} | {words(t['not_zh'])} |" for t in terms())
    return HEAD + "\n".join(rows) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"Written: {PAGE}")
