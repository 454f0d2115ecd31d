#!/usr/bin/env bash
# The tests that compute, with arithmetic that differs from this machine's in the last digits: the kernels of another
# processor in OpenBLAS, numpy without its loops for newer processors, functions of arrays rounded otherwise than those
# of numbers; of a test's many cases some. A result that needs more digits than its definition gives fails here,
# whatever the machine.
#
#   .ci/arithmetic.sh DIRECTORY      in the environment that is active; needs a C compiler (installed where missing)
set -euo pipefail
cd "$(dirname "$0")/.."
work=$1

if ! command -v cc >/dev/null; then
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev >"$work/cc.log" 2>&1
fi
cc -O1 -shared -fPIC -fno-builtin -o "$work/arithmetic.so" .ci/arithmetic.c -ldl

NPY_DISABLE_CPU_FEATURES=$(python -c 'import numpy._core._multiarray_umath as m; print(*[f for f in m.__cpu_dispatch__ if m.__cpu_features__[f]])')
export NPY_DISABLE_CPU_FEATURES

# Prescott: the kernels for processors without AVX, whose sums differ from those of Haswell, Zen and SkylakeX.
source .ci/computing.sh
echo "OpenBLAS for Prescott, numpy without $NPY_DISABLE_CPU_FEATURES"
OPENBLAS_CORETYPE=Prescott LD_PRELOAD=$work/arithmetic.so PYTHONPATH=$PWD/.ci${PYTHONPATH:+:$PYTHONPATH} \
    python -m pytest -p other_arithmetic -p sample -p no:cacheprovider \
    "${computing[@]}" tests/test_{fuzz,random_inputs,slow,time}.py
