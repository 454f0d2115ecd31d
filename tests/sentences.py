"""The sentences the package says to its users, read from its source: a template with ``{}`` for each value in it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / "xlalloc"
RAISED = {"InputError", "NumberError", "NotAvailableError", "DivisionError", "ErrorIn", "FormulaError", "ErrorValue"}
TOLD = {"learn"}
PLACE = re.compile(r"\{\w*\}")


def skeleton(template: str) -> str:
    """A template without the names of its places."""
    return PLACE.sub("{}", template)


def texts(node) -> Iterator[str]:
    """The templates an expression may give: constants, f-strings, their sums and choices."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = [[v.value] if isinstance(v, ast.Constant) else ["{}"] for v in node.values]
        yield "".join(part[0] for part in parts)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for left in list(texts(node.left)) or ["{}"]:
            for right in list(texts(node.right)) or ["{}"]:
                yield left + right
    elif isinstance(node, ast.IfExp):
        yield from texts(node.body)
        yield from texts(node.orelse)


def sentences(folders=("", "core")) -> dict[str, str]:
    """Each template with the file it stands in."""
    found: dict[str, str] = {}
    for folder in folders:
        for path in sorted((ROOT / folder).glob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                arguments = node.args[1:] if name in ("ErrorValue", "ErrorIn") else node.args[:1] if name in RAISED else (
                    node.args if name in TOLD else [])  # fmt: skip
                for argument in arguments:
                    for text in texts(argument):
                        if re.search(r"[A-Za-z]{2}", PLACE.sub("", text)):
                            found.setdefault(skeleton(text), str(path.relative_to(ROOT)))
    return found


if __name__ == "__main__":
    for text, path in sentences().items():
        print(path, text, sep="\t")
