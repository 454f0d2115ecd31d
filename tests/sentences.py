"""The sentences the package says to its users, read from its source: a template with ``{}`` for each value in it."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

from xlalloc.hosts.windows_addin import own_texts

ROOT = Path(__file__).parent.parent / "xlalloc"
_FIRST, _SECOND, _THIRD = slice(0, 1), slice(1, 2), slice(2, 3)
SAID = {  # which arguments of a call are sentences
    **dict.fromkeys(("InputError", "NumberError", "NotAvailableError", "DivisionError", "FormulaError"), _FIRST),
    **dict.fromkeys(
        ("NoSolution", "FitError", "OfficeError", "UnreadableSheetError", "UsageError", "together"), _FIRST
    ),
    **dict.fromkeys(("ErrorValue", "ErrorIn"), _SECOND),
    **dict.fromkeys(("Measure", "rising", "stop_at_errors", "headings"), _THIRD),
    "record": slice(0, 2),
    **dict.fromkeys(("messages.say", "tell", "SetupError"), _FIRST),
    **dict.fromkeys(("finding", "ok", "wrong"), slice(0, 3)),
    "_stop_at": slice(3, 4),
    "TemplateError": _SECOND,
    "_broken": _FIRST,
}
NAMES = {"LibreOffice", "Python", "Excel", "xlalloc install excel", "pip install {}"}  # the same in every language
FOLDERS = ("", "core", "excel", "reports", "documents", "hosts", "templates", "site")
PLACE = re.compile(r"\{\w*\}")


def skeleton(template: str) -> str:
    """A template without the names of its places."""
    return PLACE.sub("{}", template)


def texts(node, constants: dict) -> Iterator[str]:
    """The templates an expression may give: constants, f-strings, their sums and choices."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.Name) and node.id in constants:
        yield from texts(constants[node.id], {})
    elif isinstance(node, ast.JoinedStr):
        parts = [[v.value] if isinstance(v, ast.Constant) else ["{}"] for v in node.values]
        yield "".join(part[0] for part in parts)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in list(texts(node.left, constants)) or ["{}"]:
            for right in list(texts(node.right, constants)) or ["{}"]:
                yield left + right
    elif isinstance(node, ast.List):
        for element in node.elts:
            yield from texts(element, constants)
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, constants)
        yield from texts(node.orelse, constants)


def calls() -> Iterator[tuple[Path, str, ast.Call, dict]]:
    """Every call in the source: its file, the name that is called, and the texts that names stand for there."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            source = path.read_text(encoding="utf-8")
            tree, says = ast.parse(source), bool(re.search(r"^from xlalloc\.messages import .*\bsay\b", source, re.M))
            assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
            constants = {t.id: a.value for a in assigned for t in a.targets if isinstance(t, ast.Name)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield path, _called(node.func, says), node, constants


def _called(func, says: bool) -> str:
    """The name that is called; ``say`` of messages by both its names, since other modules have a say of their own."""
    if isinstance(func, ast.Attribute) and func.attr in ("ok", "wrong"):
        return ""
    name = getattr(func, "id", getattr(func, "attr", ""))
    module = getattr(getattr(func, "value", None), "id", "")
    return "messages.say" if name == "say" and (module == "messages" or (says and isinstance(func, ast.Name))) else name


def of_calls() -> Iterator[tuple[Path, str]]:
    """What stands in a call that says it, and the help of an option."""
    for path, name, node, constants in calls():
        helps = [keyword.value for keyword in node.keywords if keyword.arg == "help" and name == "option"]
        for argument in [*node.args[SAID.get(name, slice(0))], *helps]:
            yield from ((path, text) for text in texts(argument, constants))
            for place in (n.value for n in ast.walk(argument) if isinstance(n, ast.FormattedValue)):
                whole = isinstance(place, ast.Name) and isinstance(
                    constants.get(place.id), ast.Constant | ast.JoinedStr
                )
                yield from ((path, text) for text in (texts(place, constants) if whole else ()) if text.endswith("."))


def of_commands() -> Iterator[tuple[Path, str]]:
    """The paragraphs of the commands' docstrings, which are their help; what is typed is a place."""
    path = ROOT / "cli.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.decorator_list:
            for paragraph in re.split(r"\n\s*\n", ast.get_docstring(node)):
                text = " ".join(re.sub(r"  xlalloc .*", " {}", paragraph.strip(), flags=re.DOTALL).split())
                if not text.startswith(("xlalloc ", "{}")):
                    yield path, text


def of_tables() -> Iterator[tuple[Path, str]]:
    """Sentences that stand in tables of the source, and those that a generator gives."""
    for name, table in (
        ("misuse", "REMEDIES"),
        ("misuse", "BY_NUMBER"),
        ("hosts/windows_doctor", "_POLICIES"),
        ("terminal", "CLICKS_OWN"),
        ("documents/check", "UNCLEANED"),
        ("documents/remarks", "NOT_PRINTED"),
    ):
        path = ROOT / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        (value,) = [
            n.value for n in tree.body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == table
        ]
        strings = [n.value for n in ast.walk(value) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        yield from ((path, text) for text in strings if (" " in text and "\\" not in text) or text.endswith(":"))
    for name, kind, function in (
        ("hosts/windows_setup", ast.Dict, "_texts"),
        ("documents/remarks", ast.Yield, ""),
        ("documents/check", ast.Yield, ""),
    ):
        path = ROOT / f"{name}.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and function in n.name]
        for node in (n for f in inside for n in ast.walk(f) if isinstance(n, kind)):
            for value in node.values if kind is ast.Dict else [node.value]:
                yield from ((path, text) for text in texts(value, {}))


def of_the_addin() -> Iterator[tuple[Path, str]]:
    """The ribbon's and the message boxes' words, in the add-in's VBA."""
    yield from ((ROOT / "hosts" / "vba" / "xlalloc.bas", text) for text in own_texts())


@cache
def sentences() -> dict[str, str]:
    """Each template with the file it stands in."""
    found: dict[str, str] = {}
    for path, text in chain(of_calls(), of_commands(), of_tables(), of_the_addin()):
        if re.search(r"[A-Za-z]{2}", PLACE.sub("", text)) and text not in NAMES:
            found.setdefault(skeleton(text), str(path.relative_to(ROOT)))
    return found


if __name__ == "__main__":
    for text, path in sentences().items():
        print(path, text, sep="\t")
