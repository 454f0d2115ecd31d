"""The sentences the package says to its users, read from its source: a template with ``{}`` for each value in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / "xlalloc"
_FIRST, _SECOND, _THIRD = slice(0, 1), slice(1, 2), slice(2, 3)
SAID = {  # which arguments of a call are sentences
    **dict.fromkeys(("InputError", "NumberError", "NotAvailableError", "DivisionError", "FormulaError"), _FIRST),
    **dict.fromkeys(("NoSolution", "FitError", "OfficeError", "TemplateError", "UsageError", "together"), _FIRST),
    **dict.fromkeys(("ErrorValue", "ErrorIn"), _SECOND),
    **dict.fromkeys(("Measure", "rising", "stop_at_errors", "headings"), _THIRD),
    "record": slice(0, 2),
    "_stop_at": slice(3, 4),
}
FOLDERS = ("", "core", "excel", "reports", "documents", "hosts")
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
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body, constants)
        yield from texts(node.orelse, constants)


def calls() -> Iterator[tuple[Path, str, ast.Call, dict]]:
    """Every call in the source: its file, the name that is called, and the texts that names stand for there."""
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign)]
            constants = {t.id: a.value for a in assigned for t in a.targets if isinstance(t, ast.Name)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield path, getattr(node.func, "id", getattr(node.func, "attr", "")), node, constants


def sentences() -> dict[str, str]:
    """Each template with the file it stands in."""
    found: dict[str, str] = {}
    for path, name, node, constants in calls():
        for argument in node.args[SAID.get(name, slice(0))]:
            for text in texts(argument, constants):
                if re.search(r"[A-Za-z]{2}", PLACE.sub("", text)):
                    found.setdefault(skeleton(text), str(path.relative_to(ROOT)))
    return found


if __name__ == "__main__":
    for text, path in sentences().items():
        print(path, text, sep="\t")
