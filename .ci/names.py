"""Names of our modules that tests and benchmarks import or use, and that are not there: told before all tests.

python .ci/names.py
"""

import ast
import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
FILES = sorted(file for folder in ("tests", "benchmarks", ".ci") for file in (ROOT / folder).rglob("*.py"))
OURS = {"xlalloc", "benchmarks", *(path.stem for path in (ROOT / "tests").iterdir())} - {"conftest"}


def missing(file: Path) -> Iterator[str]:
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    modules: dict[str, ModuleType] = {}  # by what the file calls them
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                if _is_ours(alias.name):
                    module = importlib.import_module(alias.name)
                    modules[alias.asname or alias.name] = module
        elif isinstance(node, ast.ImportFrom) and _is_ours(node.module):
            for alias in node.names:
                try:
                    found = _of(node.module, alias.name)
                except ModuleNotFoundError as error:
                    if _is_ours(error.name):  # else a package or a host that is not here
                        yield f"{file.relative_to(ROOT)}:{node.lineno}: {node.module} has no {alias.name}"
                    continue
                if isinstance(found, ModuleType):
                    modules[alias.asname or alias.name] = found
    for node in nodes:  # a name that means something else too is left alone
        if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)):
            modules.pop(node.arg if isinstance(node, ast.arg) else node.id, None)
    for node in nodes:
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and isinstance(node.value, ast.Name):
            module = modules.get(node.value.id)
            if module and not hasattr(module, node.attr):
                yield f"{file.relative_to(ROOT)}:{node.lineno}: {module.__name__} has no {node.attr}"


def _is_ours(module: str | None) -> bool:
    return bool(module) and module.split(".")[0] in OURS


def _of(module: str, name: str):
    found = importlib.import_module(module)
    return getattr(found, name) if hasattr(found, name) else importlib.import_module(f"{module}.{name}")


if __name__ == "__main__":
    sys.exit("\n".join(line for file in FILES for line in missing(file)) or 0)
