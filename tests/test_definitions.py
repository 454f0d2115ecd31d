"""docs/definitions.md says what the packages and our functions say."""

import pytest
from reference import definitions, tables

BY_HAND = {"Bacon (2008)", "PerformanceAnalytics (R)"}  # published formulas, not packages that were run
ROWS = tables.rows("definitions.csv", definitions.COLUMNS)


def test_the_page_is_what_the_numbers_say():
    assert definitions.PAGE.read_text(encoding="utf-8") == definitions.page(ROWS), "run tests/reference/definitions.py"


def test_every_measure_has_packages_and_a_reason():
    assert list(dict.fromkeys(row["measure"] for row in ROWS)) == list(definitions.MEASURES)
    assert all(row["package"].split()[-1][0].isdigit() or row["package"] in BY_HAND for row in ROWS)  # with its version
    assert all(reason for *_, reason in definitions.MEASURES.values())


@pytest.mark.parametrize("measure", [m for m in definitions.MEASURES if m != "info_ratio"])
def test_a_package_agrees_with_ours(measure):
    ours = definitions.MEASURES[measure][2]()
    beside = {definitions.relation(float(row["value"]), ours) for row in ROWS if row["measure"] == measure}
    assert any(words.startswith("same") for words in beside) and len(beside) > 1


def test_the_information_ratio_of_packages_is_per_period():
    ours = definitions.MEASURES["info_ratio"][2]()
    for row in ROWS:
        if row["measure"] == "info_ratio" and row["package"] not in BY_HAND:
            assert float(row["value"]) * definitions.P**0.5 == pytest.approx(ours, rel=1e-12)
