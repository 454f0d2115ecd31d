"""What a row of holdings is worth: its units, price and value brought to one unit and one currency, or refused.

Brokers quote prices in pence, in per cent of par, for a contract of a hundred, in the currency of an exchange; some
have two columns of values. Where the row's own figures tell which, that is taken and listed; else nothing is guessed.
"""

import re
from dataclasses import replace

from xlalloc.reports import fields
from xlalloc.reports.codes import split
from xlalloc.reports.problems import Problems
from xlalloc.reports.records import Asset
from xlalloc.reports.rows import Row
from xlalloc.reports.tables import AGAIN

VALUES_DIFFER = 0.02  # between a value given and units × price
MULTIPLES = (0.01, 100.0, 1_000.0, 10_000.0)  # value ÷ (units × price) in per cent of par, and of contracts
OF_FUNDS = {"JPY": 0.0001}  # the price of a fund in Japan is that of 10,000 units
_OF_BASE = re.compile(r"\bbase\b|in ?base$|本位币|折合|折算|人民币", re.IGNORECASE)


def differ(one: float, other: float) -> bool:
    """Are they more than rounding and a day's move apart?"""
    return abs(one - other) > VALUES_DIFFER * max(one, other)


def settle(client: str, row: Row, asset: Asset, currency: str, problems: Problems) -> None:
    """Brings the figures of a row to units of one and to the currency of the file."""
    if row.table.twice:
        again = [key for key in ("units", "price", "value") if key + AGAIN in row]
        apart = sum(key in row and differ(row[key], row[key + AGAIN]) for key in again)
        for key in again:
            _choose(client, row, key, currency, apart > 1, problems)
    if row.lots and row.get("units") is not None:
        if asset.lot:
            _count_lots(row, asset, problems)
        else:
            problems.refuse(client, "lots_of_unknown_size", row.location("units"))
    if row.currencies and fields.clean(row.raw.get("currency")) in fields.HUNDREDTHS:
        _in_hundredths(client, row, problems)
    foreign = bool(row.currencies) and _keep_currency_of_value(row, currency)
    _reconcile(row, asset, currency, foreign, problems)


def _choose(client: str, row: Row, key: str, currency: str, tables: bool, problems: Problems) -> None:
    """Which of two columns of the same meaning counts: that of the file's currency, or what units × price comes to.

    The latter not where several are apart: they may be those of two ``tables`` side by side.
    """
    again = key + AGAIN
    one, other = row.get(key), row[again]
    if one is None:
        _take(row, again, key)
        return
    fits = [_is_of_base(row, k, currency) for k in (key, again)]
    if not tables and fits[0] == fits[1] and len(rest := {"units", "price", "value"} & row.keys() - {key}) == 2:
        fits = [_go_together({**{k: row[k] for k in rest}, key: figure}) for figure in (one, other)]
    if fits[1] and not fits[0]:
        _take(row, again, key)
    elif fits[0] == fits[1] and differ(one, other):
        words = {"other": row.table.columns[again], "value": f"{other:,.6g}"}
        problems.refuse(client, "two_columns", row.location(key), **words)


def _go_together(row: dict) -> bool:
    return not differ(row["units"] * row["price"], row["value"])


def _take(row: Row, again: str, key: str) -> None:
    row[key] = row.pop(again)
    row.raw[key] = row.raw[again]
    row.value_from = again if key == "value" else row.value_from


def _is_of_base(row: Row, key: str, currency: str) -> bool:
    named = row.table.units.get(key, (1.0, ""))[1]
    return (bool(named) and named == currency) or bool(_OF_BASE.search(row.table.columns[key]))


def _count_lots(row: Row, asset: Asset, problems: Problems) -> None:
    """Units that are lots (手), by the size of the asset's own lot, which alone tells."""
    row["units"] *= asset.lot
    problems.note("", "counted_in_lots", "done.check", replace(row.location("units"), row=None, value=""))


def _in_hundredths(client: str, row: Row, problems: Problems) -> None:
    """A price in pence, by the row's currency; its value may be in pence as well, or in pounds: units tell."""
    units, price, value = (row.get(key) for key in ("units", "price", "value"))
    scaled = row.table.units
    if price is not None and "price" not in scaled and _is_bare(row.raw["price"]):
        price = row["price"] = price / 100
    if value is None or row.value_from in scaled or not _is_bare(row.raw["value"]):
        return
    if units is None or price is None:
        problems.refuse(client, "pence_or_pounds", row.location("value"))
    elif not differ(units * price, value / 100):
        row["value"] = value / 100


def _keep_currency_of_value(row: Row, currency: str) -> bool:
    """Where the header of the value names its currency, that of the row is the price's; is it another one?"""
    if row.get("value") is None or not _is_of_base(row, row.value_from, currency):
        return False
    foreign = bool(row.currencies - {currency, ""})
    row.currencies = frozenset()
    return foreign


def _reconcile(row: Row, asset: Asset, currency: str, foreign: bool, problems: Problems) -> None:
    """Leaves the price out where it is in another unit or currency than the value."""
    units, price, value = row.get("units"), row.get("price"), row.get("value")
    counted = units * price if price is not None and units is not None else 0.0
    if not value or not counted or abs(counted - value) <= VALUES_DIFFER * value:
        if foreign:
            row.pop("price", None)
        return
    if asset.lot > 1 and not differ(counted * asset.lot, value):
        _count_lots(row, asset, problems)
        return
    if any(not differ(counted * factor, value) for factor in (*MULTIPLES, OF_FUNDS.get(currency, 1.0))):
        kind = "price_in_other_unit"
    elif foreign or _names_its_own(row, currency) or (split(asset.code)[1] == "HK" and currency not in ("", "HKD")):
        kind = "price_in_other_currency"
    else:
        return  # said and settled where all prices are known
    location, words = row.location("price"), {"counted": f"{counted:,.2f}", "value": f"{value:,.2f}"}
    problems.note("", kind, "done.value_used", location, **words)
    row.pop("price")


def _names_its_own(row: Row, currency: str) -> bool:
    """Does the value's header name its currency, and the price's none?"""
    return _is_of_base(row, row.value_from, currency) and not row.table.units.get("price", (1.0, ""))[1]


def _is_bare(cell) -> bool:
    """Is it a number without a currency or unit of its own?"""
    return not isinstance(cell, str) or not any(letter.isalpha() or letter in "£$€" for letter in cell)
