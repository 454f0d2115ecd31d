"""Numbers printed in papers and books, each by one formula."""

import pytest
from reference import tables

import xlalloc  # noqa: F401
from xlalloc.formula import evaluate

ROWS = tables.rows("papers.csv", ("source", "formula", "values", "digits"))


@pytest.mark.parametrize("row", ROWS, ids=[row["source"] for row in ROWS])
def test_printed_numbers(row):
    found = [cell for line in evaluate(row["formula"]) for cell in line]
    wanted = [float(value) for value in row["values"].split()]
    assert found == pytest.approx(wanted, abs=0.5000001 * 10.0 ** -int(row["digits"]), rel=0)
