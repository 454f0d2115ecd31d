"""pytest plugin of the legs that run again, elsewhere, what .ci/run has run whole: of a test's many cases some."""

from collections import defaultdict

from hypothesis import settings

CASES = 6  # of one test, evenly spread over all
EXAMPLES = 10  # random ones of a test of hypothesis
_SETTINGS = "_hypothesis_internal_use_settings"


def pytest_collection_modifyitems(config, items):
    tests = defaultdict(list)
    for item in items:
        tests[item.nodeid.partition("[")[0]].append(item)
    kept = set()
    for cases in tests.values():
        step = max(1, len(cases) / CASES)
        kept.update(cases[int(k * step)] for k in range(min(CASES, len(cases))))
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = [item for item in items if item in kept]
    for function in {getattr(item.obj, "__func__", item.obj) for item in items}:
        if whole := getattr(function, _SETTINGS, None):
            setattr(function, _SETTINGS, settings(whole, max_examples=min(EXAMPLES, whole.max_examples)))
