"""pandas panels: dates mean there what they mean in cells."""

import numpy as np
import pytest

import xlalloc as xa
from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.ranges import without_labels

pd = pytest.importorskip("pandas")
DAYS = pd.date_range("2022-01-31", periods=24, freq="ME")
R = pd.DataFrame(np.random.default_rng(5).normal(0.01, 0.03, (24, 2)), index=DAYS, columns=["a", "b"])
B = pd.Series(np.random.default_rng(6).normal(0.01, 0.03, 24) + R["a"], index=DAYS)
S = pd.Series(["calm", "crisis", "normal"] * 8, index=DAYS)
PAIRS = [
    f.name
    for f in CATALOGUE.values()
    if any(a.name in ("benchmark", "states") for a in f.arguments) and f.name != "STATE_BUDGETS"
]


def rows(frame) -> list[list]:
    table = frame.to_frame("x") if isinstance(frame, pd.Series) else frame
    body = [[day.date(), *line] for day, line in zip(table.index, table.values.tolist(), strict=True)]
    return [["date", *table.columns], *body]


def arguments(name: str, returns, other) -> list:
    given = {"name": "port_beta", "returns": returns, "window": 6, "benchmark": other, "states": other}
    return [given.get(a.name) for a in CATALOGUE[name].arguments]


def numbers(table) -> list:
    return [c for row in table for c in row if isinstance(c, float)]


@pytest.mark.parametrize("name", PAIRS)
def test_panels_are_joined_on_their_dates(name):
    """The later rows of one, the earlier ones of the other: the rows of both count, as in cells."""
    other = S if name == "KPI_BY_STATE" else B
    given = arguments(name, R.iloc[2:], other.iloc[:-3])
    found = CATALOGUE[name].public(*given)
    if isinstance(found, pd.Series | pd.DataFrame):
        found = found.to_numpy().reshape(-1, 2).tolist()
    else:
        found = [list(found.header), *map(list, found.rows)]
    as_cells = [rows(g) if isinstance(g, pd.DataFrame | pd.Series) else g for g in given]
    wanted = cells.call(name, as_cells)
    wanted = wanted if CATALOGUE[name].result.kind == "table" else without_labels(wanted)
    wanted = [row for row in wanted if not str(row[0]).startswith("compared")]  # dates here, serials there
    assert numbers(wanted) and numbers(found) == pytest.approx(
        numbers(zip(*wanted, strict=True) if len(wanted) == 2 and len(wanted[0]) == 1 else wanted), rel=1e-12
    )


def test_a_known_beta_survives_other_dates():
    """Of r against 2r + 1%: a half, whatever rows either lacks."""
    r = R["a"]
    assert xa.port_beta(r.iloc[2:], 2.0 * r.iloc[:-3] + 0.01) == pytest.approx(0.5, rel=1e-12)


def test_descending_dates_are_turned():
    assert xa.ann_return(R.iloc[::-1]).tolist() == xa.ann_return(R).tolist()
    assert xa.drawdowns(R.iloc[::-1]).equals(xa.drawdowns(R).iloc[::-1])


@pytest.mark.parametrize("frame", [R.iloc[[1, 0, *range(2, 24)]], R.iloc[[0, 0, *range(2, 24)]]])
def test_dates_that_do_not_rise_are_an_error(frame):
    for compute in (xa.drawdowns, xa.ann_return, lambda x: xa.returns(1 + x), lambda x: xa.port_beta(R, x["a"])):
        with pytest.raises(xa.InputError, match=r"Sort them|2022-01-31 appears twice"):
            compute(frame)


def test_panels_without_a_date_in_common_are_not_available():
    with pytest.raises(xa.NotAvailableError, match="0 calendar periods in common"):
        xa.port_beta(R.iloc[:12], B.iloc[12:])
