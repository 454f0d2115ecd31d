#!/usr/bin/env bash
# The mathematics, the cells, the commands and Excel's host with the oldest packages pyproject.toml admits, and with a
# newer Python and the newest packages where this machine has one; of a test's many cases some. Wheels only.
#
#   .ci/versions.sh install DIRECTORY      the environments, which may go on beside something else
#   .ci/versions.sh test DIRECTORY
set -euo pipefail
what=$1 place=$2

environment() { # NAME PYTHON ARGUMENTS OF PIP…
    local name=$1 python=$2
    shift 2
    "$python" -m venv "$place/$name"
    "$place/$name/bin/pip" install --quiet --only-binary :all: "$@"
    "$place/$name/bin/pip" install --quiet --no-deps --require-hashes -r .ci/prices.txt
}

newer_python() {
    local python
    for python in python3.14 ~/.pyenv/versions/3.14*/bin/python python3.13 ~/.pyenv/versions/3.13*/bin/python; do
        if "$python" -c 'import venv' 2>/dev/null; then echo "$python"; return; fi
    done
}

if [ "$what" = install ]; then
    python3 .ci/bounds.py test >"$place/lowest.txt"
    environment oldest python3 -r "$place/lowest.txt"
    python=$(newer_python)
    if [ -n "$python" ]; then environment newest "$python" '.[test]'; fi
    exit
fi

source .ci/computing.sh
for name in oldest newest; do
    python=$place/$name/bin/python
    if [ -e "$python" ]; then
        echo "$name: $("$python" -c 'import platform, numpy, scipy; print("Python", platform.python_version(), "numpy", numpy.__version__, "scipy", scipy.__version__)')"
        PYTHONPATH=$PWD:$PWD/.ci "$python" -m pytest -p sample -p no:cacheprovider \
            "${computing[@]}" tests/test_{cells,cli,excel,supply}.py
    else
        echo "$name: no Python 3.13 or 3.14 on this machine; the other tests run with the newest packages all the same"
    fi
done
