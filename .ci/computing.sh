# The tests that compute, for the legs that run them again elsewhere: of every module of the mathematics, and of all
# functions at once. Not the tests of hosts, files, workbooks, reports, texts. Sourced from the project's folder.
# shellcheck shell=bash disable=SC2034
computing=(tests/test_{catalogue,cov_score,definitions,formula,fuzz,papers,plan,random_inputs,slow,time}.py)
for module in xlalloc/core/*.py; do
    if [ -e "tests/test_$(basename "$module")" ]; then computing+=("tests/test_$(basename "$module")"); fi
done
unset module
