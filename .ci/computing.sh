# The tests that compute, for the legs that run them again elsewhere: of every module of the mathematics, of papers and
# packages. Not those of hosts, files, workbooks, reports, texts. Sourced from the project's folder.
# shellcheck shell=bash disable=SC2034
computing=(tests/test_{catalogue,cov_score,definitions,formula,papers,plan}.py)
for module in xlalloc/core/*.py; do
    if [ -e "tests/test_$(basename "$module")" ]; then computing+=("tests/test_$(basename "$module")"); fi
done
unset module
