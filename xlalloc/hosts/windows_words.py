"""What the add-in, its ribbon and its doctor say, in English and Chinese: the table data/excel.csv."""

from functools import cache

from xlalloc import data


@cache
def _chinese() -> dict[str, str]:
    return {row["english"]: row["chinese"] for row in data.rows("excel")}


def worded(text: str, lang: str = "en", *parts) -> str:
    """The English text in that language, {1} {2} … replaced by the parts."""
    text = _chinese()[text] if lang == "zh" and text != "{1}" else text
    for k, part in enumerate(parts, 1):
        text = text.replace(f"{{{k}}}", str(part))
    return text


def addin_texts() -> list[tuple[str, str, str]]:
    """What the add-in's VBA says by itself: key, English, Chinese."""
    columns = ("key", "english", "chinese")
    return [tuple(row[c].replace("\\n", "\n") for c in columns) for row in data.rows("excel") if row["key"]]
