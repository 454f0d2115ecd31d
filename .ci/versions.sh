#!/usr/bin/env bash
# The mathematics and the cells with the oldest packages pyproject.toml admits, and with a newer Python and the newest
# packages where this machine has one. Wheels only.
#
#   source .ci/versions.sh DIRECTORY
xlalloc_versions() (
    set -euo pipefail
    place=$1
    tests=(tests/test_catalogue.py tests/test_cells.py tests/test_formula.py)
    for module in xlalloc/core/*.py; do
        [ -e "tests/test_$(basename "$module")" ] && tests+=("tests/test_$(basename "$module")")
    done

    leg() { # NAME PYTHON ARGUMENTS OF PIP…
        local name=$1 python=$2
        shift 2
        "$python" -m venv "$place/$name"
        "$place/$name/bin/pip" install --quiet --only-binary :all: "$@"
        "$place/$name/bin/pip" install --quiet --no-deps --require-hashes -r .ci/prices.txt
        echo "$name: $("$place/$name/bin/python" -c 'import platform, numpy, scipy; print("Python", platform.python_version(), "numpy", numpy.__version__, "scipy", scipy.__version__)')"
        "$place/$name/bin/python" -m pytest -p no:cacheprovider "${tests[@]}"
    }

    python3 .ci/bounds.py test >"$place/lowest.txt"
    leg oldest python3 -r "$place/lowest.txt"
    for python in python3.14 ~/.pyenv/versions/3.14*/bin/python python3.13 ~/.pyenv/versions/3.13*/bin/python; do
        if "$python" -c 'import venv' 2>/dev/null; then
            leg newest "$python" '.[test]'
            return
        fi
    done
    echo "newest: no Python 3.13 or 3.14 on this machine; the other tests run with the newest packages all the same"
)

xlalloc_versions "${1:?the directory}"
