"""Wealth along blocks of history: month by month as the definition says, calendar months, nonsense."""

import datetime as dt

import numpy as np
import pytest

import xlalloc as xa
from xlalloc.cells import call
from xlalloc.core import bootstrap
from xlalloc.errors import InputError, NotAvailableError, NumberError
from xlalloc.explanation import recorded

pytestmark = pytest.mark.filterwarnings("error", "default::pytest.PytestUnraisableExceptionWarning")
RNG = np.random.default_rng(7)
HISTORY = 0.005 + 0.05 * RNG.standard_t(4, (50, 3)).clip(-8, 8)
WEIGHTS = np.array([0.5, 0.3, 0.2])


def slowly(x, wealth, saved, years, block, paths, seed):
    """One path and one month after the other."""
    starts = np.random.RandomState(seed).randint(0, len(x), (paths, -(-12 * years // block)))
    out = np.empty((years, paths))
    for path in range(paths):
        now = wealth
        for month in range(12 * years):
            r = x[(starts[path, month // block] + month % block) % len(x)]
            now = max(now * (1 + r) + saved, 0.0) if now > 0 or saved > 0 else 0.0
            if month % 12 == 11:
                out[month // 12, path] = now
    return out


@pytest.mark.parametrize("block", [1, 5, 7, 12, 30, 50])
@pytest.mark.parametrize("saved", [0.0, 20.0, -30.0])
def test_month_by_month(block, saved):
    x = HISTORY @ WEIGHTS
    expected = slowly(x, 1000.0, saved, 4, block, 60, 3)
    found = bootstrap.wealth_by_year(x, 1000.0, saved, 4, block, 60, 3)
    np.testing.assert_allclose(found, expected, rtol=1e-11, atol=1e-9)
    table = xa.bootstrap_bands(HISTORY, WEIGHTS, 1000, saved, 4, block, 60, 3)
    np.testing.assert_allclose(
        [row[1:] for row in table.rows[1:]],
        np.percentile(expected, [5, 25, 50, 75, 95], axis=1).T,
        rtol=1e-11,
        atol=1e-9,
    )
    assert table.rows[0] == (0, *[1000.0] * 5)


def test_blocks_of_paths_are_one_stream(monkeypatch):
    x = HISTORY @ WEIGHTS
    whole = bootstrap.wealth_by_year(x, 1.0, 0.1, 3, 5, 101, 9)
    monkeypatch.setattr(bootstrap, "AT_ONCE", 70)
    assert (bootstrap.wealth_by_year(x, 1.0, 0.1, 3, 5, 101, 9) == whole).all()


def test_the_mean_grows_with_the_mean_of_history():
    """Circular blocks give every month the same chance: E[W] of blocks of 1 is (1 + mean)^12n."""
    x = HISTORY @ WEIGHTS
    final = bootstrap.wealth_by_year(x, 1.0, 0.0, 2, 1, 200_000, 1)[-1]
    assert final.mean() == pytest.approx((1 + x.mean()) ** 24, abs=4 * final.std() / 200_000**0.5)


def test_money_that_is_used_up_stays_at_nothing():
    with recorded() as facts:
        table = xa.bootstrap_bands(HISTORY, WEIGHTS, 100, -10, 5)
    assert table.rows[-1][1] == 0.0
    assert 0.9 < facts["chance that the money is used up"] <= 1


def test_a_total_loss_leaves_what_is_saved_afterwards():
    x = np.array([0.0, -1.0, 0.0, 0.0])
    assert (bootstrap.wealth_by_year(x, 100.0, 1.0, 1, 4, 20, 1) <= 12).all()


# Calendar months --------------------------------------------------------------------------------------------------


def weekdays(first: str, last: str) -> np.ndarray:
    days = np.arange(first, np.datetime64(last) + np.timedelta64(1, "D"), dtype="datetime64[D]")
    return days[np.is_busday(days)]


def test_days_are_compounded_to_whole_months():
    days = weekdays("2023-01-18", "2023-06-14")
    r = 0.01 * np.random.default_rng(2).standard_normal((len(days), 2))
    with recorded() as facts:
        found = bootstrap.monthly(r, days)
    month = days.astype("datetime64[M]")
    expected = [
        np.prod(1 + r[month == np.datetime64(m)], axis=0) - 1 for m in ("2023-02", "2023-03", "2023-04", "2023-05")
    ]
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    assert facts["months of history"] == 4 and len(facts["months left out"]) == 2


def test_a_history_that_begins_and_ends_with_a_month_is_whole():
    days = weekdays("2023-02-01", "2023-05-31")
    assert len(bootstrap.monthly(np.zeros((len(days), 1)), days)) == 4
    assert len(bootstrap.monthly(np.zeros((len(days) - 1, 1)), days[1:])) == 4  # a day of holiday more
    assert len(bootstrap.monthly(np.zeros((len(days) - 12, 1)), days[12:])) == 3


def test_weeks_and_months_and_a_hole():
    weeks = np.arange("2022-01-07", "2023-12-30", 7, dtype="datetime64[D]")
    assert len(bootstrap.monthly(np.zeros((len(weeks), 1)), weeks)) == 24
    months = np.arange("2022-01", "2024-01", dtype="datetime64[M]").astype("datetime64[D]") + np.timedelta64(14, "D")
    assert len(bootstrap.monthly(np.zeros((24, 1)), months)) == 24
    holed = np.delete(months, 9)
    assert len(bootstrap.monthly(np.zeros((23, 1)), holed)) == 22  # the row after the hole spans two months
    days = weekdays("2023-02-01", "2023-07-31")
    gone = days[(days < np.datetime64("2023-04-10")) | (days > np.datetime64("2023-05-20"))]
    assert len(bootstrap.monthly(np.zeros((len(gone), 1)), gone)) == 4


def test_cells_with_dates():
    days = [d.item() for d in weekdays("2023-01-02", "2023-12-29")]
    r = 0.01 * np.random.default_rng(4).standard_normal(len(days))
    cells = [["date", "Fund"], *[[day, float(x)] for day, x in zip(days, r, strict=True)]]
    rows = call("BOOTSTRAP_BANDS", [cells, 1.0, 1000, 0, 2, 3, 500, 5])
    months = np.array([d.month for d in days])
    x = np.array([np.prod(1 + r[months == m]) - 1 for m in range(1, 13)])
    expected = np.percentile(slowly(x, 1000.0, 0.0, 2, 3, 500, 5), [5, 25, 50, 75, 95], axis=1).T
    np.testing.assert_allclose([row[1:] for row in rows[2:]], expected, rtol=1e-11)
    assert isinstance(days[0], dt.date)


@pytest.mark.parametrize(
    ("nonsense", "error", "words"),
    [
        (lambda: xa.bootstrap_bands(HISTORY, WEIGHTS, 1, 0, 1, 51), InputError, "block: 51 months.*50"),
        (lambda: xa.bootstrap_bands(HISTORY, WEIGHTS, 1, 0, 1, 0), NumberError, "block"),
        (lambda: xa.bootstrap_bands(HISTORY, WEIGHTS, 1, 0, 1.5), NumberError, "years.*whole"),
        (lambda: xa.bootstrap_bands(HISTORY, [0.5, 0.5], 1, 0, 1), InputError, "weights"),
        (lambda: xa.bootstrap_bands(HISTORY, WEIGHTS, 1, 0, 100, 12, 10**6), NumberError, "paths"),
        (lambda: xa.bootstrap_bands(HISTORY[:4], WEIGHTS, 1, 0, 1, 1, dates=["2020-03-31", "2020-06-30", "2020-09-30", "2020-12-31"]), InputError, "further apart than a month"),
        (lambda: xa.bootstrap_bands(HISTORY[:3], WEIGHTS, 1, 0, 1, 1, dates=["2020-03-10", "2020-03-11", "2020-03-12"]), NotAvailableError, "no whole calendar month"),
    ],
)  # fmt: skip
def test_nonsense_is_refused_by_name(nonsense, error, words):
    with pytest.raises(error, match=words):
        nonsense()
