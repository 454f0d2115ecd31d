"""Evaluate a formula: catalogue functions, arithmetic, comparisons and a few of Excel's own, as a worksheet would."""

import math
import operator
import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache

import xlalloc.excel  # noqa: F401  registers Excel's functions
from xlalloc import cells
from xlalloc.catalogue import CATALOGUE, near
from xlalloc.errors import ErrorValue
from xlalloc.excel_functions import CLASSIC, LAZY, PLAIN, SINGLE, called
from xlalloc.values import (
    MAX_COLUMN,
    MAX_ROW,
    FormulaError,
    Reference,
    UnknownFunctionError,
    Workbook,
    arithmetic,
    as_rows,
    comparison,
    elementwise,
    joined,
    power,
)

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!))
  | (?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)
  | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(.]))
  | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}(?![\w(.]))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[^\W\d][\w.]*)
  | (?P<op><>|<=|>=|[-+*/^&=<>%(){},;:])
  )""",
    re.VERBOSE,
)


_HINTS = {
    "@": "Leave the @ out.",
    "'": "A text stands in double quotes.",
    "[": "Other workbooks and columns of tables cannot be referred to; give the cells.",
}
_TYPED = {"“": '"', "”": '"', "、": ",", "−": "-", "–": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">="}


# Reading -----------------------------------------------------------------------------------------------------


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            rest = text[at:].lstrip()
            raise FormulaError(f"The formula cannot be read from {rest[:20]!r} on.{_hint(rest[:1])}")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return [*found, ("end", "")]


def _hint(char: str) -> str:
    """What to type in place of a character that no formula has."""
    typed = _TYPED.get(char) or unicodedata.normalize("NFKC", char)
    told = _HINTS.get(char) or (f"Type the half-width {typed} in place of {char}" if typed != char else "")
    return told and f" {told}"


_LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))


_NODES: dict[tuple, tuple] = {}  # by what they are made of: equal parts of formulas are one object
MOST_NODES = 100_000  # then all are forgotten


def _node(*parts) -> tuple:
    """A part of a tree, the same object for the same part. What it is made of lives as long as it does, so that the
    identities in its key stay its own."""
    kind, *rest = parts
    if kind == "value":
        cells = rest[0] if isinstance(rest[0], list) else [rest]  # 1, TRUE and "1" are not the same
        key = (kind, rest[0].__class__, *[tuple((cell.__class__, repr(cell)) for cell in row) for row in cells])
    elif kind == "call":
        key = (kind, rest[0], *map(id, rest[1]))
    else:
        key = (kind, *[id(part) if isinstance(part, tuple) else part for part in rest])
    found = _NODES.get(key)
    if found is None:
        if len(_NODES) > MOST_NODES:
            _NODES.clear()
        found = _NODES[key] = parts
    return found


class _Parser:
    """Excel's grammar: comparison, &, + -, * /, ^, unary minus, %, then the : of ranges."""

    def __init__(self, text: str):
        self.tokens = _tokens(text.removeprefix("="))
        self.at = 0

    def take(self, *values: str) -> str | None:
        kind, value = self.tokens[self.at]
        if kind == "op" and value in values:
            self.at += 1
            return value
        return None

    def need(self, value: str) -> None:
        if not self.take(value):
            found = self.tokens[self.at][1]
            if not found:
                raise FormulaError(f"The formula ends where {value!r} is needed; a bracket is not closed.")
            raise FormulaError(f"The formula has {found!r} where {value!r} is needed.")

    def formula(self):
        node = self.binary(0)
        if self.tokens[self.at][0] != "end":
            raise FormulaError(f"The formula has {self.tokens[self.at][1]!r} where it should end.")
        return node

    def binary(self, level: int):
        if level == len(_LEVELS):
            return self.unary()
        node = self.binary(level + 1)
        while op := self.take(*_LEVELS[level]):
            node = _node("binary", op, node, self.binary(level + 1))
        return node

    def unary(self):
        if self.take("-"):
            return _node("binary", "-", _node("value", 0.0), self.unary())
        if self.take("+"):
            return self.unary()
        node = self.range()
        while self.take("%"):
            node = _node("binary", "/", node, _node("value", 100.0))
        return node

    def range(self):
        node = self.primary()
        while self.take(":"):
            last = self.primary()
            if node[0] == last[0] == "cell" and last[1] is None:  # Sheet1!A1:B2 means B2 of the same sheet
                last = _node("cell", node[1], *last[2:])
            node = _node("range", node, last)
        return node

    def primary(self):
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return _node("value", _number(value))
        if kind == "text":
            return _node("value", value[1:-1].replace('""', '"'))
        if kind == "error":
            return _node("value", ErrorValue(value, f"the formula holds {value}"))
        if kind == "sheet":
            sheet = value[:-1].removeprefix("'").removesuffix("'").replace("''", "'")
            kind, value = self.tokens[self.at]
            self.at += 1
            return self.located(kind, value, sheet)
        if kind in ("cell", "columns", "name"):
            return self.call(value) if kind == "name" and self.take("(") else self.located(kind, value, None)
        if value == "(":
            node = self.binary(0)
            self.need(")")
            return node
        if value == "{":
            return self.constant()
        if not value:
            raise FormulaError("The formula ends where a value is needed.")
        raise FormulaError(f"The formula has {value!r} where a value is needed.")

    def located(self, kind: str, value: str, sheet: str | None):
        if kind == "cell":
            plain = value.replace("$", "")
            letters = plain.rstrip("0123456789")
            digits = plain[len(letters) :]
            if _column(letters) <= MAX_COLUMN and int(digits) <= MAX_ROW:
                return _node("cell", sheet, int(digits), _column(letters))
            kind = "name"  # beyond the last column or row
        if kind == "columns":
            first, last = sorted(_column(part.strip("$")) for part in value.split(":"))
            if last > MAX_COLUMN:
                raise FormulaError(f"The formula has {value!r}; the last column of a sheet is XFD.")
            return _node("columns", sheet, first, last)
        if kind == "name":
            if value.upper() in ("TRUE", "FALSE"):
                return _node("value", value.upper() == "TRUE")
            return _node("name", sheet, value)
        raise FormulaError(f"The formula has {value!r} where a cell is needed.")

    def call(self, name: str):
        arguments: list = []
        if self.take(")"):
            return _node("call", name.upper(), arguments)
        while True:
            empty = self.tokens[self.at] in (("op", ","), ("op", ")"))
            arguments.append(_node("value", None) if empty else self.binary(0))
            if self.take(")"):
                return _node("call", name.upper(), arguments)
            self.need(",")

    def constant(self):
        rows: list[list] = [[]]
        while True:
            sign = -1.0 if self.take("-") else 1.0
            self.take("+")
            kind, value = self.tokens[self.at]
            self.at += 1
            if kind == "number":
                rows[-1].append(sign * _number(value))
            elif kind == "text":
                rows[-1].append(value[1:-1].replace('""', '"'))
            elif kind == "error":
                rows[-1].append(ErrorValue(value, f"the formula holds {value}"))
            elif kind == "name" and value.upper() in ("TRUE", "FALSE"):
                rows[-1].append(value.upper() == "TRUE")
            elif (kind, value) in (("op", ","), ("op", ";"), ("op", "}")):  # an empty place in a constant is a blank
                rows[-1].append(None)
                self.at -= 1
            else:
                raise FormulaError(
                    f"The constant holds {value!r}; numbers, texts, TRUE, FALSE and error values can stand there."
                )
            if self.take("}"):
                break
            if self.take(";"):
                rows.append([])
            else:
                self.need(",")
        if any(len(row) != len(rows[0]) for row in rows):
            raise FormulaError("The rows of a constant {...} must have the same number of values.")
        return _node("value", rows)


def _number(text: str) -> float:
    number = float(text)
    if number == math.inf:
        raise FormulaError(f"The formula has {text!r}, which is too large for a number.")
    return number


def _column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


@lru_cache(maxsize=4096)
def parse(text: str):
    """The formula as a tree; FormulaError where it cannot be read."""
    if len(text) > 8192:
        raise FormulaError("The formula is longer than the 8192 characters a worksheet allows.")
    try:
        return _Parser(text).formula()
    except RecursionError:
        raise FormulaError("The formula is nested too deeply.") from None


# Evaluating --------------------------------------------------------------------------------------------------


class Memo:
    """What parts of formulas gave in a workbook whose cells do not change: equal parts are computed once.

    A range is kept without its workbook, so that the two do not hold each other.
    """

    __slots__ = ("found", "placed", "running")

    def __init__(self) -> None:
        self.found: dict[tuple, dict] = {}  # (sheet, array) → identity of the part → the part and its value
        self.running = 0  # running formulas met: what is read then is not kept
        self.placed = 0  # times that the formula's own place was asked for: what depends on it is not kept


@dataclass(slots=True)
class Context:
    """Where a formula stands: what ROW() and unqualified references mean."""

    book: Workbook | None = None
    sheet: str = ""
    row: int = 1
    column: int = 1
    array: bool = True  # a formula that may give many cells
    memo: Memo | None = None
    kept: dict | None = field(init=False, default=None)  # what the memo has for formulas of this kind

    def __post_init__(self):
        if self.memo is not None:
            self.kept = self.memo.found.setdefault((self.sheet, self.array), {})

    @property
    def whole(self) -> "Context":
        """The same context for what takes whole ranges."""
        return Context(self.book, self.sheet, self.row, self.column, memo=self.memo)

    def without_memo(self) -> "Context":
        return Context(self.book, self.sheet, self.row, self.column, self.array)

    def place(self) -> tuple[int, int]:
        """The row and column of the formula itself."""
        if self.memo:
            self.memo.placed += 1
        return self.row, self.column

    def beside(self, reference: Reference):
        """The one cell of a range that stands beside the formula."""
        return reference if reference.is_cell else reference.met_by(*self.place())

    def alone(self, value):
        """A value as an operand: a range is one cell in a formula that gives one."""
        return value if self.array or not isinstance(value, Reference) else self.beside(value)


def evaluate(text: str, context: Context | None = None) -> list[list]:
    """The cells a formula gives. Errors of the functions are ErrorValues; an unreadable formula is a FormulaError."""
    try:
        return [[_shown(cell) for cell in row] for row in as_rows(_evaluate(parse(text), context or Context()))]
    except UnknownFunctionError as unknown:
        words = f"{unknown}: no function known here.{near(str(unknown))} `xlalloc list` shows those there are"
        return [[ErrorValue("#NAME?", f"{words}; of Excel's own only the commonest are computed.")]]
    except RecursionError:
        return [[ErrorValue("#NUM!", "The formula, or what it refers to, is nested too deeply.")]]


def evaluate_value(text: str, context: Context):
    """What a cell with this formula holds: never a blank, which is 0 there; an unknown function is an exception."""
    value = context.alone(_evaluate(parse(text), context))
    value = value.rows() if isinstance(value, Reference) else value
    return [list(map(_shown, row)) for row in value] if isinstance(value, list) else _shown(value)


def _shown(value):
    return 0.0 if value is None else value


def _evaluate(node, context: Context):
    if node[0] == "value":
        return node[1]
    kept, memo, book = context.kept, context.memo, context.book
    if kept is None or memo is None or book is None:
        return _evaluated(node, context)
    found = kept.get(id(node))
    if found is not None:
        value = found[1]
        return Reference(book, *value) if value.__class__ is tuple else value
    running, placed = memo.running, memo.placed
    value = _evaluated(node, context)
    if memo.running == running and memo.placed == placed:
        kept[id(node)] = node, value.place if value.__class__ is Reference else value
    return value


def _evaluated(node, context: Context):
    kind = node[0]
    if kind == "binary":
        left, right = context.alone(_evaluate(node[2], context)), context.alone(_evaluate(node[3], context))
        return elementwise(_BINARY[node[1]], left, right)
    if kind == "call":
        return _call(node[1], node[2], context)
    if kind == "range":
        first, last = _evaluate(node[1], context), _evaluate(node[2], context)
        for end in (first, last):
            if not isinstance(end, Reference):
                return (
                    end
                    if isinstance(end, ErrorValue)
                    else ErrorValue("#REF!", "a range needs a cell on either side of ':'")
                )
        return first.to(last)
    if context.book is None and kind == "name":
        raise FormulaError(
            f"{node[2]!r} is no function and no number. A text stands in double quotes; a name of a workbook needs "
            "the workbook (--book FILE)."
        )
    if context.book is None:
        raise FormulaError("The formula refers to cells; give the workbook that holds them (--book FILE).")
    sheet = context.sheet if node[1] is None else node[1]
    if not context.book.has_sheet(sheet):
        return ErrorValue("#REF!", f"there is no sheet {sheet!r}")
    if kind == "cell":
        return Reference(context.book, sheet, node[2], node[3], node[2], node[3])
    if kind == "columns":
        return Reference(context.book, sheet, 1, node[2], MAX_ROW, node[3])
    formula = context.book.defined(node[2], sheet)
    if formula is None:
        return ErrorValue("#NAME?", f"there is no name {node[2]!r} in the workbook")
    return _evaluate(parse(formula), context)


def own_name(name: str) -> str:
    """A function's name without the marks with which files carry newer ones."""
    return name.removeprefix("_XLFN.").removeprefix("_XLWS.")


def _call(name: str, arguments: list, context: Context):
    name = own_name(name)
    if name in LAZY:
        return LAZY[name](_evaluate, arguments, context)
    if name in CATALOGUE:
        inside = context if context.array else context.whole
        given = [_evaluate(a, inside) for a in arguments]
        call = cells.call if context.book is None else context.book.call
        rows = call(name, [v.rows() if isinstance(v, Reference) else v for v in given])
        return rows[0][0] if len(rows) == len(rows[0]) == 1 else rows
    if name in PLAIN:
        if context.array:
            return called(name, [_evaluate(a, context) for a in arguments])
        inside = context if name in CLASSIC else context.whole
        given, single = [_evaluate(a, inside) for a in arguments], SINGLE.get(name, ())
        return called(name, [context.alone(v) if k in single else v for k, v in enumerate(given)])
    raise UnknownFunctionError(name)


_BINARY = {
    "+": arithmetic(operator.add), "-": arithmetic(operator.sub), "*": arithmetic(operator.mul),
    "/": arithmetic(operator.truediv), "^": arithmetic(power), "&": joined,
    "=": comparison(operator.eq), "<>": comparison(operator.ne), "<": comparison(operator.lt),
    ">": comparison(operator.gt), "<=": comparison(operator.le), ">=": comparison(operator.ge),
}  # fmt: skip
