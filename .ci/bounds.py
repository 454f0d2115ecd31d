"""The lowest versions pyproject.toml admits, one `name==version` a line: what the oldest leg installs.

python .ci/bounds.py [EXTRA …]
"""

import re
import sys
import tomllib
from pathlib import Path

PROJECT = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def lowest(requirements: list[str]) -> list[str]:
    """`numpy>=2.0` → `numpy==2.0`; a requirement without a lower bound is a fault."""
    found = []
    for requirement in requirements:
        if requirement.startswith(PROJECT["name"] + "["):  # an extra of our own: the mathematics needs none
            continue
        bound = re.match(r"([\w.-]+)>=([\w.]+)", requirement)
        if bound is None:
            raise SystemExit(f"{requirement}: no lower bound")
        found.append(f"{bound[1]}=={bound[2]}")
    return found


if __name__ == "__main__":
    extras = PROJECT["optional-dependencies"]
    print("\n".join(lowest(PROJECT["dependencies"] + [line for name in sys.argv[1:] for line in extras[name]])))
