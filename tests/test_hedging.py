"""Hedging: Hull's numbers, the normal distribution in 60 decimals, parity, floors that hold, betas that come out."""

from decimal import Decimal, localcontext
from math import erfc, exp, inf, log, nan, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlalloc
from xlalloc.cells import call
from xlalloc.errors import AllocError
from xlalloc.explanation import recorded

spots = st.floats(20, 200)
years = st.floats(0.01, 10)
vols = st.floats(0.02, 1)
rates = st.floats(-0.05, 0.15)


def normal(x: Decimal) -> Decimal:
    """N(x) = ½ + (x/√2π) Σ (−x²/2)ⁿ / (n!(2n+1)), summed until nothing changes."""
    term, total, n = Decimal(1), Decimal(0), 0
    while True:
        new = total + term / (2 * n + 1)
        if new == total:
            break
        total, n = new, n + 1
        term *= -x * x / 2 / n
    pi = Decimal("3.14159265358979323846264338327950288419716939937510582097494459230781640628621")
    return Decimal("0.5") + x / (2 * pi).sqrt() * total


def slow_put(spot, strike, T, vol, rf, dividend=0.0):
    """Black-Scholes-Merton in decimals."""
    with localcontext() as context:
        context.prec = 75
        S, K, T, v, r, q = (Decimal(x) for x in (spot, strike, T, vol, rf, dividend))
        sd = v * T.sqrt()
        d1 = ((S / K).ln() + (r - q + v * v / 2) * T) / sd
        d2 = d1 - sd
        if abs(d1) > 12 or abs(d2) > 12:  # the series would need more digits
            return None
        return float(K * (-r * T).exp() * normal(-d2) - S * (-q * T).exp() * normal(-d1))


# Puts ------------------------------------------------------------------------------------------------------------


@given(spots, spots, years, vols, rates, rates)
def test_prices_equal_those_in_decimals(spot, strike, T, vol, rf, dividend):
    slow = slow_put(spot, strike, T, vol, rf, dividend)
    if slow is not None:
        assert xlalloc.put_price(spot, strike, T, vol, rf, dividend) == pytest.approx(
            slow, abs=1e-12 * max(spot, strike)
        )


@given(spots, spots, years, vols, rates, rates)
def test_put_call_parity(spot, strike, T, vol, rf, dividend):
    """C − P = S e^(−qT) − K e^(−rT); a call is a put with price and strike, and the two rates, exchanged."""
    put = xlalloc.put_price(spot, strike, T, vol, rf, dividend)
    a_call = xlalloc.put_price(strike, spot, T, vol, dividend, rf)
    assert a_call - put == pytest.approx(spot * exp(-dividend * T) - strike * exp(-rf * T), abs=1e-11)
    least = max(strike * exp(-rf * T) - spot * exp(-dividend * T), 0)
    assert least - 1e-11 <= put <= strike * exp(-rf * T) + 1e-11


@given(spots, spots, years, st.lists(vols, min_size=2, max_size=2), rates)
def test_more_volatility_costs_more(spot, strike, T, two, rf):
    low, high = (xlalloc.put_price(spot, strike, T, vol, rf) for vol in sorted(two))
    assert low <= high + 1e-12 * spot


def test_limits():
    discounted = 110 * exp(-0.05)
    assert xlalloc.put_price(100, 110, 1, 0, 0.05) == pytest.approx(discounted - 100, rel=1e-14)
    assert xlalloc.put_price(100, 110, 1, 1e-9, 0.05) == pytest.approx(discounted - 100, rel=1e-14)
    assert xlalloc.put_price(100, 90, 1, 0, 0.05) == 0
    assert xlalloc.put_price(100, 110, 0, 0.2, 0.05) == 10 and xlalloc.put_price(100, 90, 0, 0.2, 0.05) == 0
    assert xlalloc.put_price(100, 110, 1e-12, 0.2, 0.05) == pytest.approx(10, rel=1e-11)
    assert xlalloc.put_price(100, 110, 1e4, 3, 0) == pytest.approx(110, rel=1e-14)
    assert xlalloc.put_price(1e300, 1e-300, 1, 0.2, 0.05) == 0
    assert xlalloc.put_price(1e-300, 100, 1, 0.2, 0.05) == pytest.approx(100 * exp(-0.05), rel=1e-14)
    assert xlalloc.put_price(100, 100, 5000, 0.2, 0.2) == 0  # the strike is worth nothing by then


def test_the_rate_is_continuous_and_explain_says_so():
    with recorded() as facts:
        xlalloc.put_price(100, 100, 1, 0.2, 0.05)
    assert "0.0512711" in facts["effective yearly rate"]
    assert call("PUT_PRICE", [42, 40, 0.5, "20%", "10%"]) == [[pytest.approx(0.8086, abs=5e-5)]]


# A floor ---------------------------------------------------------------------------------------------------------


def floor_of(*arguments):
    return dict(xlalloc.put_hedge(*arguments).rows)


def test_a_plain_portfolio_buys_the_put_on_itself():
    hedge = floor_of(1_000_000, 0.9, 0.5, 0.2, 0.03)
    premium = slow_put(1_000_000, 900_000, 0.5, 0.2, 0.03)
    assert hedge == pytest.approx(
        {
            "strike": 900_000,
            "premium": premium,
            "premium per year": premium / 1e6 / 0.5,
            "worst loss": 100_000 + premium,
        }
    )
    assert list(hedge) == ["strike", "premium", "premium per year", "worst loss"]


def test_hulls_portfolio_of_beta_2():
    """Hull, sec. 17.1: floor 450,000 of 500,000 in three months, beta 2, 12% a year: the index may fall by 4% with its
    dividend of 1%, so by 3.5% with none, R = 3%."""
    with recorded() as facts:
        hedge = floor_of(500_000, 0.9, 0.25, 0.2, log(1.03) / 0.25, 2)
    assert hedge["strike"] / 500_000 == pytest.approx(1 + 0.03 + (-0.10 - 0.03) / 2) == pytest.approx(0.965)
    assert facts["index to be covered by puts"] == 1_000_000
    assert hedge["premium"] == pytest.approx(2 * slow_put(500_000, 482_500, 0.25, 0.2, log(1.03) / 0.25))


@given(st.floats(0.5, 1), st.floats(0.1, 5), vols, rates, st.floats(0.5, 2), st.floats(0, 3))
def test_the_floor_holds_wherever_the_index_ends(protect, T, vol, rf, beta, index):
    value, riskless = 1000.0, exp(rf * T) - 1
    if 1 + riskless + (protect - 1 - riskless) / beta <= 0:
        return
    hedge = floor_of(value, protect, T, vol, rf, beta)
    portfolio = value * (1 + riskless + beta * (index - 1 - riskless))  # CAPM
    payoff = beta * max(hedge["strike"] - value * index, 0)
    assert portfolio + payoff >= protect * value - 1e-9
    if value * index <= hedge["strike"]:
        assert portfolio + payoff == pytest.approx(protect * value, abs=1e-9)
    assert hedge["worst loss"] == pytest.approx(value * (1 - protect) + hedge["premium"])


# An inverse fund -------------------------------------------------------------------------------------------------


@given(st.floats(0.2, 2), st.floats(0, 1), st.sampled_from([-1.0, -2.0, -0.5, 0.0]))
def test_the_mix_has_the_beta_wanted(beta, part, hedge_beta):
    target = hedge_beta + part * (beta - hedge_beta)
    moved = xlalloc.inverse_hedge(1000, beta, target, hedge_beta)
    assert 0 <= moved <= 1000
    assert ((1000 - moved) * beta + moved * hedge_beta) / 1000 == pytest.approx(target, abs=1e-9)


@pytest.mark.parametrize(
    ("arguments", "moved"),
    [
        ((1e6, 1, 0.5), 250_000),
        ((1e6, 1, 0), 500_000),
        ((1e6, 1, 1), 0),
        ((1e6, 1.2, 0.6, -2), 187_500),
        ((1e6, 1, -1), 1e6),
        ((1e6, -1, 0.5, 1), 750_000),
    ],
)
def test_inverse_hedge_by_hand(arguments, moved):
    assert xlalloc.inverse_hedge(*arguments) == pytest.approx(moved)


# Nonsense --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("run", "code", "words"),
    [
        (lambda: xlalloc.put_price(0, 40, 0.5, 0.2, 0.1), "#NUM!", "spot"),
        (lambda: xlalloc.put_price(42, -1, 0.5, 0.2, 0.1), "#NUM!", "strike"),
        (lambda: xlalloc.put_price(42, 40, -0.5, 0.2, 0.1), "#NUM!", "years"),
        (lambda: xlalloc.put_price(42, 40, 0.5, -0.2, 0.1), "#NUM!", "vol"),
        (lambda: xlalloc.put_price(42, 40, 0.5, 0.2, -1), "#NUM!", "rf"),
        (lambda: xlalloc.put_price(42, 40, 0.5, 0.2, 0.1, -2), "#NUM!", "dividend"),
        (lambda: xlalloc.put_price(42, 40, 0.5, "x", 0.1), "#VALUE!", "vol"),
        (lambda: xlalloc.put_price(42, 40, nan, 0.2, 0.1), "#VALUE!", "years"),
        (lambda: xlalloc.put_price(inf, 40, 1, 0.2, 0.1), "#VALUE!", "spot"),
        (lambda: xlalloc.put_price(42, 40, 1e6, 0.2, -0.5), "#NUM!", "years"),
        (lambda: xlalloc.put_price(42, 40, 0, 0.2, 5000), "#VALUE!", "rf"),
        (lambda: xlalloc.put_price(1e308, 1e308, 1, 0.2, -0.5, -0.5), "#NUM!", "years"),
        (lambda: xlalloc.put_hedge(0, 0.9, 0.5, 0.2, 0.03), "#NUM!", "value"),
        (lambda: xlalloc.put_hedge(1e6, 0, 0.5, 0.2, 0.03), "#NUM!", "protect"),
        (lambda: xlalloc.put_hedge(1e6, 1.1, 0.5, 0.2, 0.03), "#NUM!", "protect"),
        (lambda: xlalloc.put_hedge(1e6, 0.9, 0, 0.2, 0.03), "#NUM!", "years"),
        (lambda: xlalloc.put_hedge(1e6, 0.9, 0.5, -0.2, 0.03), "#NUM!", "vol"),
        (lambda: xlalloc.put_hedge(1e6, 0.9, 0.5, 0.2, 0.03, 0), "#NUM!", "beta"),
        (lambda: xlalloc.put_hedge(1e6, 0.5, 0.5, 0.2, 0.03, 0.3), "#NUM!", "nothing to insure"),
        (lambda: xlalloc.put_hedge(1e6, 0.9, 1e6, 0.2, 0.03), "#NUM!", "years"),
        (lambda: xlalloc.inverse_hedge(0, 1, 0.5), "#NUM!", "value"),
        (lambda: xlalloc.inverse_hedge(1e6, 1, 0.5, 1), "#NUM!", "hedge_beta"),
        (lambda: xlalloc.inverse_hedge(1e6, 0, 0, 0), "#NUM!", "hedge_beta"),
        (lambda: xlalloc.inverse_hedge(1e6, 1, 1.5), "#NUM!", "target_beta"),
        (lambda: xlalloc.inverse_hedge(1e6, 1, -1.5), "#NUM!", "target_beta"),
        (lambda: xlalloc.inverse_hedge(1e6, "high", 0.5), "#VALUE!", "beta"),
    ],
)
def test_nonsense_is_refused_by_name(run, code, words):
    with pytest.raises(AllocError) as caught:
        run()
    assert caught.value.code == code and words in str(caught.value)


def test_the_normal_distribution_in_decimals_is_that_of_the_library():
    for x in np.linspace(-8, 8, 33).tolist():
        with localcontext() as context:
            context.prec = 75
            assert float(normal(Decimal(x))) == pytest.approx(0.5 * erfc(-x / sqrt(2)), rel=1e-12)
