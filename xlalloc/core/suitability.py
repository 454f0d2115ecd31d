"""Who may buy what: a client's risk level from a questionnaire, and the products that level allows."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Annotated

import numpy as np

from xlalloc.catalogue import Table, worksheet_function
from xlalloc.core.checks import rising
from xlalloc.errors import InputError, quoted
from xlalloc.explanation import record
from xlalloc.quantities import Quantity, TableResult

LEVELS = (1, 2, 3, 4, 5)
YES = frozenset(["true", "1", "1.0", "yes", "y", "x", "√", "✓", "✔", "是", "可", "允许", "可以"])
NO = frozenset(["", "false", "0", "0.0", "no", "n", "-", "×", "✗", "✘", "否", "不可", "不允许", "none"])

Answers = Annotated[
    list[str],
    Quantity("texts", "Answer to each question: the number or the letter of the option chosen", axes=("questions",)),
]
Points = Annotated[
    np.ndarray,
    Quantity(
        "matrix",
        "Points of each option, a row per question (one row: the same for all); blank: no such option",
        "points",
        ("questions", "options"),
        gaps="kept",
        scalar=True,
    ),
]
Bounds = Annotated[np.ndarray, Quantity("vector", "Lowest scores of C2, C3, C4 and C5", "points", ("levels",))]
Profile = Annotated[
    str, Quantity("text", "Risk level of the client, C1 to C5, or the table of RISK_PROFILE", row="level")
]
ProductLevels = Annotated[list[str], Quantity("texts", "Risk level of each product, R1 to R5", axes=("assets",))]
Allowed = Annotated[
    object,
    Quantity(
        "cells",
        "The firm's own table: C1 to C5 down and R1 to R5 across, marked TRUE or FALSE; or beside each C "
        "what it may buy, such as R1-R3",
    ),
]
Suitable = Annotated[np.ndarray, Quantity("vector", "TRUE or FALSE for each product", axes=("assets",))]


@worksheet_function(
    '=RISK_PROFILE({"B";3;"A"},{0,4,8,12;0,5,10,15;2,6,10,""},{8;14;20;26})',
    [["measure", "result"], ["score", 16], ["level", "C3"]],
)
def risk_profile(answers: Answers, points: Points, bounds: Bounds) -> TableResult:
    """Score and risk level, C1 to C5, of a client from the answers to a questionnaire.

    Formula: score = Σ points of the option chosen; level = 1 + the number of bounds at or below the score

    An answer is the number of its option or its letter (A is the first). points has a row for each question and a
    column for each option, blank where a question has fewer options; a single row holds for all questions. bounds are
    the lowest scores of C2, C3, C4 and C5; below the first it is C1. EXPLAIN returns the points of each answer.

    The questionnaire, its points and bounds are the firm's own, and so are rules that override the score (a client of
    the lowest class, an answer that excludes a level).

    Errors: #VALUE! where an answer is not an option of its question, or there are not four rising bounds.

    Peers: none.

    Source: China Securities Regulatory Commission (2017), Measures for the Suitability Management of Securities and
    Futures Investors (证券期货投资者适当性管理办法), art. 10; Securities Association of China, five levels C1 to C5.
    """
    if len(bounds) != len(LEVELS) - 1:
        raise InputError(f"bounds: {len(bounds)} given; four are needed, the lowest scores of C2, C3, C4 and C5.")
    rising(bounds, "bounds", "each level begins above the one before.")
    rows = points if len(points) == len(answers) else np.broadcast_to(points, (len(answers), points.shape[1]))
    each = [_points(answer, row, i) for i, (answer, row) in enumerate(zip(answers, rows, strict=True), 1)]
    score = float(sum(each))
    record("points of each answer", each)
    return Table(("measure", "result"), [("score", score), ("level", f"C{1 + int((bounds <= score).sum())}")])


def _points(answer: str, row: np.ndarray, question: int) -> float:
    text = unicodedata.normalize("NFKC", answer).strip().upper()
    known = np.flatnonzero(~np.isnan(row)) + 1
    option = ord(text) - 64 if re.fullmatch("[A-Z]", text) else int(text) if re.fullmatch(r"\d{1,3}", text) else 0
    if option not in known:
        options = ", ".join(f"{k} ({chr(64 + k)})" if k <= 26 else f"{k}" for k in known)
        raise InputError(f"answers: question {question} is answered {quoted(answer)}; its options are {options}.")
    return float(row[option - 1])


@worksheet_function('=SUITABLE("C3",{"R2";"R3";"R4"})', [[True], [True], [False]])
def suitable(profile: Profile, product_levels: ProductLevels, allowed: Allowed | None = None) -> Suitable:
    """Whether a client of this risk level may buy each product.

    Formula: R ≤ C, or what the firm's own table says

    One answer a product. Left out, allowed is the usual rule: C1 may buy R1, C2 up to R2, and so on to C5. A firm's own
    table is either five rows C1 to C5 by five columns R1 to R5 of TRUE and FALSE (1 and 0, 是 and 否, √ and blank),
    with or without the levels around it, or two columns: a client level and what it may buy, such as R1-R3 or R1;R2.

    It answers for levels alone: exceptions, warnings signed by the client, and limits of amount are the firm's.

    Errors: #VALUE! where a level or a cell of the table cannot be read, or the table lacks the client's level or that
    of a product.

    Peers: none.

    Source: China Securities Regulatory Commission (2017), Measures for the Suitability Management of Securities and
    Futures Investors (证券期货投资者适当性管理办法), art. 18 to 22.
    """
    client = _level(profile, "C", "profile")
    products = [_level(text, "R", f"product_levels, item {i}") for i, text in enumerate(product_levels, 1)]
    table, known = {c: frozenset(range(1, c + 1)) for c in LEVELS}, frozenset(LEVELS)
    if allowed is not None:
        table, known = _table(_rows(allowed))
    if client not in table:
        raise InputError(f"allowed: there is no row for C{client}. Add that row.")
    if lacking := sorted({*products} - known):
        raise InputError(f"allowed: there is no column for R{lacking[0]}. Add that column.")
    record(f"C{client} may buy", ", ".join(f"R{r}" for r in sorted(table[client])) or "nothing")
    return np.array([level in table[client] for level in products])


def _plain(cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return "" if cell is None or cell != cell else unicodedata.normalize("NFKC", str(cell)).strip()


def _level_or_none(cell, letter: str) -> int | None:
    """The 3 of C3, 3, C3 (balanced)."""
    match = re.match(rf"P?{letter}?\s*([1-5])(?![\d.])", _plain(cell).upper())
    return int(match[1]) if match else None


def _level(cell, letter: str, where: str) -> int:
    level = _level_or_none(cell, letter)
    if level is None:
        raise InputError(f"{where}: {quoted(cell)} is not a level; the levels are {letter}1 to {letter}5.")
    return level


def _with_labels(cells):
    """A dict, or a frame whose index or columns hold levels, as the cells of a sheet: with these around."""
    if isinstance(cells, Mapping):
        return [list(pair) for pair in cells.items()]
    if not hasattr(cells, "index") or not hasattr(cells, "to_numpy"):
        return cells
    down, across = list(cells.index), list(getattr(cells, "columns", ()))
    rows = cells.to_numpy(dtype=object).tolist() if across else [[cell] for cell in cells.tolist()]
    if any(map(_names_level, down)):
        rows, across = [[label, *row] for label, row in zip(down, rows, strict=True)], ["", *across]
    return [across, *rows] if any(map(_names_level, across)) else rows


def _names_level(label) -> bool:
    """C3 or R3, with its letter: an index that only counts names none."""
    return isinstance(label, str) and re.match(r"P?[CR]\s*[1-5]", _plain(label).upper()) is not None


def _rows(cells) -> list[list]:
    rows = np.asarray(_with_labels(cells), dtype=object)
    if rows.ndim < 2:
        rows = rows.reshape(-1, 1)
    if rows.ndim != 2 or not rows.size:
        raise InputError("allowed: rows of cells are needed, C1 to C5 down.")
    return rows.tolist()


def _table(rows: list[list]) -> tuple[dict[int, frozenset[int]], frozenset[int]]:
    """What each client level may buy, from either form of table, and the product levels it speaks of."""
    if _all_levels(rows[0][1:], "C") and _all_levels([row[0] for row in rows[1:]], "R"):
        rows = [list(row) for row in zip(*rows, strict=True)]
    if min(len(rows), len(rows[0])) > 2 or _all_levels(rows[0][1:], "R"):
        return _marked(rows)
    listed = _listed(rows if len(rows[0]) <= 2 else [list(row) for row in zip(*rows, strict=True)])
    return listed, frozenset(LEVELS)


def _all_levels(cells: list, letter: str) -> bool:
    """Are these levels, two or more, with their letter?"""
    return len(cells) > 1 and all(re.match(rf"P?{letter}\s*[1-5]", _plain(cell).upper()) for cell in cells)


def _listed(rows: list[list]) -> dict[int, frozenset[int]]:
    """A client level and a list of product levels in each row; without client levels, C1 to C5 in order."""
    if len(rows[0]) == 1:
        if len(rows) != len(LEVELS):
            raise InputError(f"allowed: {len(rows)} rows; five are needed, C1 to C5, or the client levels beside them.")
        rows = [[f"C{c}", row[0]] for c, row in zip(LEVELS, rows, strict=True)]
    elif _level_or_none(rows[0][0], "C") is None:  # a header
        rows = rows[1:]
    found: dict[int, frozenset[int]] = {}
    for level, listed in rows:
        client = _level(level, "C", "allowed")
        if client in found:
            raise InputError(f"allowed: C{client} appears twice. Give each client level once.")
        found[client] = _products(listed, client)
    return found


def _products(cell, client: int) -> frozenset[int]:
    """R1-R3, or R1;R2, or both; blank for none."""
    text = re.sub(r"\s*(?:-|~|–|至|到|TO)\s*", "-", _plain(cell).upper())
    found: set[int] = set()
    for part in re.split(r"[\s;,、/+]+", text) if text else ():
        match = re.fullmatch(r"R?([1-5])(?:-R?([1-5]))?", part)
        if not match:
            raise InputError(f"allowed: C{client}: {quoted(cell)} cannot be read. Write R1-R3, or R1;R2;R3.")
        first, last = int(match[1]), int(match[2] or match[1])
        found.update(range(min(first, last), max(first, last) + 1))
    if len(found) == 1 and (level := max(found)) > 1:
        raise InputError(
            f"allowed: C{client}: {quoted(cell)} could mean R{level} alone or all up to it. Write R1-R{level}, or a "
            "table of TRUE and FALSE."
        )
    return frozenset(found)


def _marked(rows: list[list]) -> tuple[dict[int, frozenset[int]], frozenset[int]]:
    """Marks, client levels down, product levels across; without the levels around them C1 to C5 and R1 to R5."""
    products: list[int] = list(LEVELS)
    clients: list[int] = list(LEVELS)
    if _all_levels(rows[0][1:], "R"):
        heads = rows[0] if _all_levels(rows[0], "R") else rows[0][1:]
        products = [_level(cell, "R", "allowed") for cell in heads]
        rows = rows[1:]
    if all(re.match(r"C\s*[1-5]", _plain(row[0]).upper()) for row in rows):
        clients = [_level(row[0], "C", "allowed") for row in rows]
        rows = [row[1:] for row in rows]
    if len(rows) != len(clients) or any(len(row) != len(products) for row in rows):
        raise InputError(
            f"allowed: {len(rows)} x {len(rows[0])} marks; without all levels around them 5 x 5 are needed. Write the "
            "client levels (C1 to C5) beside the rows and the product levels (R1 to R5) above the columns."
        )
    if len({*clients}) != len(clients) or len({*products}) != len(products):
        raise InputError("allowed: a level appears twice around the table. Give each once.")
    return {
        client: frozenset(r for r, cell in zip(products, row, strict=True) if _marked_yes(cell, client, r))
        for client, row in zip(clients, rows, strict=True)
    }, frozenset(products)


def _marked_yes(cell, client: int, product: int) -> bool:
    text = _plain(cell).casefold()
    if text in YES or text in NO:
        return text in YES
    raise InputError(
        f"allowed: C{client}, R{product}: {quoted(cell)} cannot be read. Write TRUE or FALSE, or leave it blank."
    )
