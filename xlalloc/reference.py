"""What is said of a function, in English or Chinese: help in every host, the pages of the reference.

English stands in the code; ``data/zh.csv`` is the one table of its translations. A text that is missing there stays
English, and a test fails.
"""

import inspect
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any

from xlalloc import data, requirements
from xlalloc import quantities as q
from xlalloc.catalogue import CATALOGUE, Argument, Function
from xlalloc.messages import LANGUAGES as LANGUAGES

KINDS = {  # the error where the cells are not of the kind the argument is
    "number": ("#VALUE!", "not a single number"),
    "option": ("#VALUE!", "not one of its options"),
    "date": ("#VALUE!", "not a date"),
    "dates": ("#VALUE!", "not a date for each"),
    "text": ("#VALUE!", "not a text"),
    "texts": ("#VALUE!", "not a text for each"),
    "names": ("#VALUE!", "not a text for each"),
    "vector": ("#VALUE!", "not a row or column of numbers"),
    "matrix": ("#VALUE!", "not a table of numbers"),
    "panel": ("#N/A", "fewer than two complete rows"),
    "labels": ("#N/A", "fewer than two complete rows"),
    "kept": ("#N/A", "fewer than two values"),  # of a panel with gaps
    "zero": ("#VALUE!", "not a row or column of numbers"),
}
LIMITS = {"low": "below {}", "above": "not above {}", "high": "above {}", "below": "not below {}"}
CHECKS = {
    requirements.sums_to_one: ("#VALUE!", "does not sum to 1"),
    requirements.symmetric: ("#VALUE!", "not symmetric"),
    requirements.no_negative_variance: ("#NUM!", "negative on its diagonal"),
    requirements.definite: ("#NUM!", "negative variance of some portfolio"),
    requirements.unit_diagonal: ("#VALUE!", "diagonal other than 1"),
    requirements.as_fractions: ("#VALUE!", "all 1 or more: percent without the sign"),
    requirements.no_prices: ("#VALUE!", "look like prices"),
    requirements.no_returns: ("#VALUE!", "look like returns"),
}
CODES = ("#VALUE!", "#NUM!", "#N/A", "#DIV/0!")
PLAIN_SHAPES = {shape: shape for shape in ("number", "text", "date", "cells", "table")}
PLAIN_SHAPES |= {"option": "text", "dates": "list of dates", "flag": "TRUE or FALSE"}
AXES = {"assets": "asset", "time": "period", "factors": "factor", "views": "view", "groups": "group", "core": "asset",
        "satellite": "asset", "points": "point", "periods": "period", "states": "state", "scenarios": "scenario",
        "factors+1": "factor", "flows": "flow", "questions": "question", "categories": "category",
        "methods": "method"}  # fmt: skip


def categories() -> dict[str, list[Function]]:
    """The functions of each category, in the order of the catalogue."""
    found: dict[str, list[Function]] = {}
    for entry in CATALOGUE.values():
        found.setdefault(entry.category, []).append(entry)
    return found


@cache
def _chinese() -> dict[str, str]:
    return {row["english"]: row["chinese"] for row in data.rows("zh")}


def translated(text: str, lang: str = "en") -> str:
    """The text in that language."""
    return _chinese().get(text, text) if lang == "zh" else text


def source(entry: Function, lang: str = "en") -> str:
    """Where its definition comes from; a paper keeps its title in every language."""
    text = entry.source
    for article in ("the source article on asset allocation", "the source article on risk parity"):
        text = text.replace(article, translated(article, lang))
    return text


def with_unit(quantity: q.Quantity, lang: str = "en") -> str:
    """What a quantity is, and its unit."""
    words = translated(quantity.help, lang)
    return words + translated(" ({})", lang).format(translated(quantity.unit, lang)) if quantity.unit else words


def argument_help(argument: Argument, lang: str = "en") -> str:
    """The line of help of an argument."""
    return argument.described(partial(translated, lang=lang))


def shape(quantity: q.Quantity, lang: str = "en") -> str:
    """The shape of the cells: a number, one per asset, a table of time by assets."""
    kind, axes = quantity.kind, quantity.axes
    if kind in PLAIN_SHAPES:
        return translated(PLAIN_SHAPES[kind], lang)
    if len(axes) == 2:
        words = "{} × {}" if axes[0] == axes[1] else "{} down, {} across"
        return translated(words, lang).format(*(translated(axis, lang) for axis in axes))
    if not axes or axes[0] not in AXES:
        return translated("a column of numbers", lang)
    words = "a text per {}" if kind in ("texts", "names") else "one per {}"
    if quantity.scalar:
        words = "a number, or one per {}"
    return translated(words, lang).format(translated(AXES[axes[0]], lang))


# What a result takes with its labels: the cells to mark for an array formula in Excel 2016 and 2019 and in Calc.
SIZES = {"vector": "with names n × 2", "matrix": "with names one row and one column more"}
DATED = (
    "with dates a column more, with a header a row more; SUM, MAX and STDEV of the whole answer count the dates, of "
    "PLAIN(…) they do not"
)


def answer(entry: Function, lang: str = "en") -> str:
    """What a function gives: its unit, and the cells it fills where its arguments carry labels."""
    quantity = entry.result
    size = DATED if "time" in quantity.axes else SIZES.get(quantity.kind, "") if quantity.axes else ""
    return with_unit(quantity, lang) + (translated("; ", lang) + translated(size, lang) if size else "")


def argument_errors(argument: Argument, lang: str = "en") -> Iterator[tuple[str, str]]:
    """Every error of an argument as its quantity declares it: the code, and what is wrong then."""
    quantity, axes = argument.quantity, argument.quantity.axes
    kind = quantity.gaps if quantity.gaps and quantity.kind == "panel" else quantity.kind
    found = [KINDS["matrix" if quantity.single else kind]] if kind in KINDS else []
    if len(axes) == 2 and axes[0] == axes[1]:
        found.append(("#VALUE!", "not square"))
    for code, words in [*found, *(CHECKS[check] for check in quantity.checks)]:
        yield code, translated(words, lang)
    for limit, words in LIMITS.items():
        if (value := getattr(quantity, limit)) is not None:
            yield "#NUM!", translated(words, lang).format(f"{value:,.10g}")
    if quantity.unit_to is not None:
        yield "#VALUE!", translated("above {}: percent without the sign", lang).format(f"{quantity.unit_to:.0%}")
    if quantity.whole:
        yield "#NUM!", translated("not a whole number", lang)


def errors(entry: Function, lang: str = "en") -> dict[str, list[str]]:
    """Every error value of a function and where it comes: its own, then those of its arguments."""
    shown: dict[str, list[str]] = {code: [] for code in CODES}
    for code, words in entry.errors:
        shown[code].append(translated(words, lang))
    wrong: dict[str, dict[str, list[str]]] = {code: {} for code in CODES}
    for argument in entry.arguments:
        for code, words in argument_errors(argument, lang):
            wrong[code].setdefault(argument.name, []).append(words)
    colon, comma, also = ("：", "，", "、") if lang == "zh" else (": ", ", ", ", ")
    for code, arguments in wrong.items():
        alike: dict[str, list[str]] = {}  # arguments of which the same is said stand together
        for name, found in arguments.items():
            alike.setdefault(comma.join(found), []).append(name)
        shown[code] += [also.join(names) + colon + words for words, names in alike.items()]
    return {code: words for code, words in shown.items() if words}


def example(entry: Function) -> list[str]:
    """The example's value as a sheet shows it, one line per row, in columns."""
    cells = [[_cell(cell) for cell in row] for row in entry.value]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]


def _cell(cell) -> str:
    if cell is None or cell == "":
        return "–"  # a blank cell
    if isinstance(cell, bool):
        return str(cell).upper()
    return f"{cell:.10g}" if isinstance(cell, float) else str(cell)


def translations() -> dict[str, dict[str, str]]:
    """The wizard's texts by the language LibreOffice calls zh-CN: English line to Chinese line."""
    words = dict(_chinese())
    for entry in CATALOGUE.values():
        for argument in entry.arguments:
            words[argument.help] = argument_help(argument, "zh")
    return {"zh-CN": words}


# For Python users ----------------------------------------------------------------------------------------------

PYTHON_KINDS = {
    "number": "float", "option": "str", "text": "str", "date": "date", "dates": "list of dates", "vector": "vector",
    "texts": "list of str",
    "names": "list of str", "matrix": "matrix", "panel": "panel", "rows": "panel", "labels": "list", "cells": "cells",
    "table": "Table", "flag": "bool",
}  # fmt: skip


def documented(entry: Function) -> Callable:
    """The function as Python users see it: a plain signature, and what each argument is in its docstring."""
    public: Any = entry.public
    parameters = [
        inspect.Parameter(
            a.name,
            inspect.Parameter.VAR_POSITIONAL if a.variadic else inspect.Parameter.POSITIONAL_OR_KEYWORD,
            default=inspect.Parameter.empty if a.variadic else a.default,
        )
        for a in entry.arguments
    ]
    public.__signature__ = inspect.Signature(parameters)
    summary, *others = (inspect.getdoc(entry.function) or "").split("\n\n")
    lines = [f"    {a.name}: {a.help} [{PYTHON_KINDS[a.quantity.kind]}]" for a in entry.arguments]
    arguments = ["Arguments:\n" + "\n".join(lines)] if lines else []
    returns = f"Returns:\n    {with_unit(entry.result)} [{PYTHON_KINDS[entry.result.kind]}]; {_SAME_KIND}"
    public.__doc__ = "\n\n".join([summary, *arguments, returns, *others, f"Example: {entry.example}"])
    public.__annotations__ = {}
    return public


_SAME_KIND = "of the kind that was given: pandas for pandas or polars, a dict for a dict, else numpy."
