"""Evaluate a formula as a worksheet would: catalogue functions, operators, the commonest of Excel's own."""

from functools import lru_cache

from xlalloc.catalogue import near
from xlalloc.compiled import COMPILED, Run, constant, is_constant, is_sheetless, kept, operand, value_of_cell
from xlalloc.context import Context
from xlalloc.errors import ErrorValue
from xlalloc.tokens import LEVELS, column, number, tokens
from xlalloc.values import MAX_COLUMN, MAX_ROW, FormulaError, Reference, UnknownFunctionError, as_rows, variable


class Node(tuple):
    """A part of a formula: its kind and its own parts; compiled as it is read, its parts first."""

    shared: bool  # does it stand in several places?
    constant: bool  # is it the same in every workbook?
    sheetless: bool  # is it the same on every sheet, if its names are?
    run: Run  # what it stands for in a context, a reference where it is one
    value: Run  # the same as an operand: the cells of a reference, in a formula of one cell the one beside it

    def __init__(self, parts):
        kind, self.shared, self.constant = self[0], False, is_constant(self)
        self.sheetless = is_sheetless(self)
        compute = _KINDS[kind](*self[1:])
        if kind in ("binary", "call") and self.constant:
            compute = constant(compute)
        elif kind in ("binary", "call", "name"):
            compute = kept(self, compute)
        self.run = compute
        if kind == "cell":
            self.value = value_of_cell(*self[1:])
        else:
            value = compute if kind in ("binary", "value") else operand(compute)
            self.value = kept(self, value) if kind in ("name", "range") else value


_NODES: dict[tuple, Node] = {}  # by what they are made of: equal parts of formulas are one object
MOST_NODES = 30_000  # then all are forgotten


def part(*parts) -> Node:
    """A part of a tree, the same object for the same part. It keeps its own parts alive, so that the identities in its
    key stay theirs."""
    kind, *rest = parts
    if kind == "value":
        cells = rest[0] if isinstance(rest[0], list) else [rest]  # 1, TRUE and "1" are not the same
        key = (kind, rest[0].__class__, *[tuple((cell.__class__, repr(cell)) for cell in row) for row in cells])
    elif kind == "call":
        key = (kind, rest[0], *map(id, rest[1]))
    else:
        key = (kind, *[id(part) if isinstance(part, tuple) else part for part in rest])
    found = _NODES.get(key)
    if found is not None:
        found.shared = True
        return found
    if len(_NODES) > MOST_NODES:
        _NODES.clear()
    found = _NODES[key] = Node(parts)
    return found


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
        if kind in ("cell", "columns", "rows", "name"):
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
        if kind == "rows":
            first, last = sorted(int(part.strip("$")) for part in value.split(":"))
            if last > MAX_ROW:
                raise FormulaError(f"The formula has {value!r}; the last row of a sheet is {MAX_ROW}.")
            return part("range", part("cell", sheet, first, 1), part("cell", sheet, last, MAX_COLUMN))
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


def _compiled_name(sheet: str | None, name: str) -> Run:
    own_of_let = variable(name) if sheet is None else None
    key = name.casefold()

    def run(context: Context):
        if context.names:
            if own_of_let in context.names:
                return context.names[own_of_let]
            context = Context(context.book, context.sheet, context.row, context.column, context.array)
        if context.book is None:
            raise FormulaError(
                f"{name!r} is neither a function nor a number. Put a text in double quotes; a name of a workbook "
                "needs the workbook (--book FILE)."
            )
        own = context.on(sheet)
        if own.__class__ is ErrorValue:
            return own
        place = context.book.place_of(key, own)
        if place is not None:
            return Reference(context.book, *place)
        formula = context.book.defined(name, own)
        if formula is None:
            return ErrorValue("#NAME?", f"there is no name {name!r} in the workbook")
        return parse(formula).run(context)

    return run


_KINDS = {**COMPILED, "name": _compiled_name}
