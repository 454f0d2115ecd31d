"""Reference data: csv files whose every row names its source, editable by hand, found by English or Chinese name.

Articles' figures stand as the articles give them; whatever they do not give is marked illustrative in its row.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path


@lru_cache(4096)
def key(name: str) -> str:
    """The form in which names compare: width, case and spaces do not matter."""
    return "".join(unicodedata.normalize("NFKC", str(name)).casefold().split())


def in_chinese(*texts: str) -> bool:
    """Is there a Chinese character in any of them?"""
    return any("\u4e00" <= character <= "\u9fff" for text in texts for character in text)


@cache
def _read(name: str) -> tuple[dict, ...]:
    import csv

    text = Path(__file__).with_name(f"{name}.csv").read_text(encoding="utf-8-sig")
    table = list(csv.DictReader(text.splitlines()))
    numeric = [column for column in table[0] if all(_is_number(row[column]) for row in table if row[column])]
    for column in numeric:
        for row in table:
            row[column] = float(row[column]) if row[column] else None
    return tuple(table)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def rows(name: str) -> list[dict]:
    """The rows of a file, such as ``rows("asset_classes")``.

    A column that holds nothing but numbers gives numbers, None where it is empty; any other gives texts.
    """
    return [dict(row) for row in _read(name)]


@cache
def _index(name: str) -> dict[str, int]:
    """Every name of every row (first column, name_zh, aliases) → number of the row."""
    index: dict[str, int] = {}
    for i, row in enumerate(_read(name)):
        for alias in (next(iter(row.values())), row["name_zh"], *row.get("aliases", "").split(";")):
            if alias and index.setdefault(key(alias), i) != i:
                raise ValueError(f"{name}.csv: the name {alias} stands for two rows.")
    return index


def find(name: str, called: str) -> dict | None:
    """The row of ``asset_classes`` or ``models`` that has this English or Chinese name or alias, else None."""
    i = _index(name).get(key(called))
    return None if i is None else dict(_read(name)[i])


def row(name: str, called: str) -> dict:
    """As ``find``; a name that is not known is an error."""
    found = find(name, called)
    if found is None:
        known = ", ".join(next(iter(r.values())) for r in _read(name))
        raise KeyError(f"{called} is not known in {name}. Known: {known}.")
    return found


def expected(asset: str) -> tuple[float, float]:
    """Return and volatility of an asset class per year: the middles of its ranges."""
    known = row("asset_classes", asset)
    return (known["return_low"] + known["return_high"]) / 2, (known["vol_low"] + known["vol_high"]) / 2


@cache
def _pairs() -> dict[frozenset, float]:
    """Correlations of the article's 6 x 6 example and, beyond it, of the illustrative extension."""
    six = _read("correlations")
    pairs = {frozenset((row["asset"], other["asset"])): row[other["asset"]] for row in six for other in six}
    for row in _read("correlations_extended"):
        pairs[frozenset((row["asset"], row["other"]))] = row["correlation"]
    return pairs


def correlations(assets: list[str]) -> list[list[float]]:
    """The correlation matrix of the assets named, in their order; pairs outside the 6 x 6 are illustrative."""
    names = [row("asset_classes", asset)["asset"] for asset in assets]
    pairs = _pairs()
    try:
        return [[1.0 if a == b else pairs[frozenset((a, b))] for b in names] for a in names]
    except KeyError as missing:
        raise KeyError(f"No correlation of {' with '.join(sorted(missing.args[0]))} is given.") from None
