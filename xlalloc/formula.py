"""Evaluate a formula as a worksheet would: catalogue functions, operators, the commonest of Excel's own."""

from functools import lru_cache

from xlalloc.catalogue import near
from xlalloc.context import Context
from xlalloc.errors import ErrorValue
from xlalloc.nodes import Node, part
from xlalloc.tokens import LEVELS, column, number, tokens
from xlalloc.values import MAX_COLUMN, MAX_ROW, FormulaError, UnknownFunctionError, as_rows


class _Parser:
    """Excel's grammar: comparison, &, + -, * /, ^, unary minus, %, then the : of ranges."""

    def __init__(self, text: str):
        self.tokens = tokens(text.removeprefix("="))
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
        if level == len(LEVELS):
            return self.unary()
        node = self.binary(level + 1)
        while op := self.take(*LEVELS[level]):
            node = part("binary", op, node, self.binary(level + 1))
        return node

    def unary(self):
        if self.take("-"):
            return part("binary", "-", part("value", 0.0), self.unary())
        if self.take("+"):
            return self.unary()
        node = self.range()
        while self.take("%"):
            node = part("binary", "/", node, part("value", 100.0))
        return node

    def range(self):
        node = self.primary()
        while self.take(":"):
            last = self.primary()
            if node[0] == last[0] == "cell" and last[1] is None:  # Sheet1!A1:B2 means B2 of the same sheet
                last = part("cell", node[1], *last[2:])
            node = part("range", node, last)
        return node

    def primary(self):
        kind, value = self.tokens[self.at]
        self.at += 1
        if kind == "number":
            return part("value", number(value))
        if kind == "text":
            return part("value", value[1:-1].replace('""', '"'))
        if kind == "error":
            return part("value", ErrorValue(value, f"the formula holds {value}"))
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
            if column(letters) <= MAX_COLUMN and int(digits) <= MAX_ROW:
                return part("cell", sheet, int(digits), column(letters))
            kind = "name"  # beyond the last column or row
        if kind == "columns":
            first, last = sorted(column(part.strip("$")) for part in value.split(":"))
            if last > MAX_COLUMN:
                raise FormulaError(f"The formula has {value!r}; the last column of a sheet is XFD.")
            return part("columns", sheet, first, last)
        if kind == "name":
            if value.upper() in ("TRUE", "FALSE"):
                return part("value", value.upper() == "TRUE")
            return part("name", sheet, value)
        raise FormulaError(f"The formula has {value!r} where a cell is needed.")

    def call(self, name: str):
        arguments: list = []
        if self.take(")"):
            return part("call", name.upper(), arguments)
        while True:
            empty = self.tokens[self.at] in (("op", ","), ("op", ")"))
            arguments.append(part("value", None) if empty else self.binary(0))
            if self.take(")"):
                return part("call", name.upper(), arguments)
            self.need(",")

    def constant(self):
        rows: list[list] = [[]]
        while True:
            sign = -1.0 if self.take("-") else 1.0
            self.take("+")
            kind, value = self.tokens[self.at]
            self.at += 1
            if kind == "number":
                rows[-1].append(sign * number(value))
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
        return part("value", rows)


@lru_cache(maxsize=4096)
def parse(text: str) -> Node:
    """The formula as a tree; FormulaError where it cannot be read."""
    if len(text) > 8192:
        raise FormulaError("The formula is longer than the 8192 characters a worksheet allows.")
    try:
        return _Parser(text).formula()
    except RecursionError:
        raise FormulaError("The formula is nested too deeply.") from None


# Evaluating --------------------------------------------------------------------------------------------------


def evaluate(text: str, context: Context | None = None) -> list[list]:
    """The cells a formula gives. Errors of the functions are ErrorValues; an unreadable formula is a FormulaError."""
    try:
        return [[_shown(cell) for cell in row] for row in as_rows(parse(text).run(context or Context()))]
    except UnknownFunctionError as unknown:
        words = f"{unknown}: no function known here.{near(str(unknown))} `xlalloc list` shows those there are"
        return [[ErrorValue("#NAME?", f"{words}; of Excel's own only the commonest are computed.")]]
    except RecursionError:
        return [[ErrorValue("#NUM!", "The formula, or what it refers to, is nested too deeply.")]]


def evaluate_value(formula: str | Node, context: Context):
    """What a cell with this formula holds: never a blank, which is 0 there; an unknown function is an exception."""
    value = (parse(formula) if isinstance(formula, str) else formula).value(context)
    if value.__class__ is not list:
        return _shown(value)
    return [list(map(_shown, row)) if None in row else row for row in value]


def _shown(value):
    return 0.0 if value is None else value
