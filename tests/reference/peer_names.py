"""Write peer_names.txt: every name of another package that the docstrings give, found there (needs the peers extra)."""

import importlib
import re
from importlib.metadata import packages_distributions, version
from pathlib import Path

from xlalloc import CATALOGUE

OUT = Path(__file__).with_name("peer_names.txt")


def found(name: str) -> str:
    """The top package of a dotted name that exists, as a module and its attributes."""
    parts = name.split(".")
    for k in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:k]))
        except ImportError:
            continue
        for attribute in parts[k:]:
            thing = getattr(thing, attribute)
        return parts[0]
    raise SystemExit(f"{name}: its package is not installed")


def main() -> None:
    names = {re.sub(r" \(.*\)$", "", peer) for entry in CATALOGUE.values() for peer in entry.peers}
    names = sorted(name for name in names if not name.startswith("Excel "))
    packages = sorted({found(name) for name in names})
    known = packages_distributions()
    versions = [f"# {known[package][0]} {version(known[package][0])}" for package in packages]
    OUT.write_text("\n".join([*versions, *names]) + "\n", encoding="utf-8")
    print(f"{len(names)} names of {len(packages)} packages found")


if __name__ == "__main__":
    main()
