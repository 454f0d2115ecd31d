"""Rounding, powers and statistics."""

import math

from xlalloc.errors import ErrorValue
from xlalloc.excel.arguments import each, first_error, flat, is_number, number, numbers_in, one, register, whole
from xlalloc.excel_functions import CLASSIC
from xlalloc.values import Reference, as_float, as_rows, elementwise, error_in, to_number

NEARLY = 1 + 1e-15  # 2.675 is 2.675 to 15 digits though its nearest double is a little less


@each("INT", kinds=(number,))
def integer(value):
    return float(math.floor(value))


@each("TRUNC", "ROUNDDOWN", kinds=(number, whole), least=1)
def round_down(value, digits=0):
    return _scaled(value, digits, lambda size: math.floor(size * NEARLY))


@each("ROUNDUP", kinds=(number, whole))
def round_up(value, digits):
    return _scaled(value, digits, lambda size: math.ceil(size / NEARLY))


def _scaled(value, digits, rounded):
    power = 10.0 ** max(-300, min(digits, 300))
    if abs(value) * power >= 2.0**53:  # there are no digits to be rounded
        return value
    return math.copysign(rounded(abs(value) * power), value) / power + 0.0


@each("MROUND", kinds=(number, number))
def round_to_multiple(value, step):
    if value * step < 0:
        raise ValueError
    return 0.0 if step == 0 else math.floor(value / step * NEARLY + 0.5) * step


@each("CEILING", kinds=(number, number))
def ceiling(value, step):
    if value > 0 > step:
        raise ValueError
    return 0.0 if step == 0 else math.ceil(value / step / NEARLY if value * step > 0 else value / step) * step + 0.0


@each("FLOOR", kinds=(number, number))
def floor(value, step):
    if step == 0:
        return 0.0 if value == 0 else ErrorValue("#DIV/0!", "FLOOR to multiples of 0")
    if value > 0 > step:
        raise ValueError
    return math.floor(value / step * NEARLY if value * step > 0 else value / step) * step + 0.0


@each("MOD", kinds=(number, number))
def mod(value, divisor):
    return value - divisor * math.floor(value / divisor) if divisor else ErrorValue("#DIV/0!", "MOD by 0")


@each("QUOTIENT", kinds=(number, number))
def quotient(value, divisor):
    return float(math.trunc(value / divisor)) if divisor else ErrorValue("#DIV/0!", "QUOTIENT by 0")


@each("SIGN", kinds=(number,))
def sign(value):
    return float((value > 0) - (value < 0))


@each("POWER", kinds=(number, number))
def power(value, exponent):
    if value == 0 and exponent <= 0:
        return ErrorValue("#NUM!", "0 to the power 0") if exponent == 0 else ErrorValue("#DIV/0!", "division by zero")
    return value**exponent


@each("LOG10", kinds=(number,))
def log10(value):
    return math.log10(value)


@each("LOG", kinds=(number, number), least=1)
def log(value, base=10.0):
    return math.log10(value) if base == 10.0 else math.log(value) / math.log(base)


@each("ISEVEN", kinds=(number,))
def is_even(value):
    return int(value) % 2 == 0


@each("ISODD", kinds=(number,))
def is_odd(value):
    return int(value) % 2 == 1


@register("PI")
def pi():
    return math.pi


# Of many numbers -----------------------------------------------------------------------------------------------------


def _of_numbers(*names: str, least: int = 1):
    """A function of all numbers of the arguments, of which there must be ``least``."""

    def add(function):
        def apply(*values):
            found = numbers_in(values)
            if isinstance(found, ErrorValue):
                return found
            if len(found) < least:
                code = "#DIV/0!" if least > 1 or names[0] in ("VAR.P", "STDEV.P") else "#NUM!"
                return ErrorValue(code, f"{names[0]}: {len(found)} numbers; {least} are needed")
            return function(found)

        register(*names)(apply)
        CLASSIC.update(names)
        return function

    return add


@register("PRODUCT")
def product(*values):
    found = numbers_in(values)
    if isinstance(found, ErrorValue):
        return found
    return math.prod(found) if found else 0.0


@register("SUMSQ")
def sum_of_squares(*values):
    found = numbers_in(values)
    return found if isinstance(found, ErrorValue) else math.fsum(x * x for x in found)


@_of_numbers("MEDIAN")
def median(found):
    return _quantile(sorted(found), 0.5)


@_of_numbers("VAR.S", "VAR", least=2)
def variance(found, correction=1):
    mean = math.fsum(found) / len(found)
    return math.fsum((x - mean) ** 2 for x in found) / (len(found) - correction)


@_of_numbers("VAR.P", "VARP")
def variance_of_all(found):
    return variance(found, 0)


@_of_numbers("STDEV.S", "STDEV", least=2)
def deviation(found):
    return math.sqrt(variance(found))


@_of_numbers("STDEV.P", "STDEVP")
def deviation_of_all(found):
    return math.sqrt(variance(found, 0))


@_of_numbers("GEOMEAN")
def geometric_mean(found):
    if min(found) <= 0:
        return ErrorValue("#NUM!", "GEOMEAN takes numbers above 0")
    return math.exp(math.fsum(map(math.log, found)) / len(found))


def _quantile(ordered: list[float], share: float) -> float:
    """With both ends counted, interpolated in between (Excel's PERCENTILE.INC)."""
    at = share * (len(ordered) - 1)
    low = min(math.floor(at), len(ordered) - 1)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


@register("PERCENTILE.INC", "PERCENTILE", single=(1,))
def percentile(values, share):
    return _ranked(values, share, lambda found, k: _quantile(found, k) if 0 <= k <= 1 else None)


@register("QUARTILE.INC", "QUARTILE", single=(1,))
def quartile(values, quarter):
    return _ranked(values, quarter, lambda found, k: _quantile(found, int(k) / 4) if 0 <= int(k) <= 4 else None)


@register("LARGE", single=(1,))
def large(values, rank):
    return _ranked(values, rank, lambda found, k: found[-math.ceil(k)] if 1 <= math.ceil(k) <= len(found) else None)


@register("SMALL", single=(1,))
def small(values, rank):
    return _ranked(values, rank, lambda found, k: found[int(k) - 1] if 1 <= int(k) <= len(found) else None)


def _ranked(values, which, pick):
    """The number at a place of the ordered ones, for each place asked for."""
    found = numbers_in([values if isinstance(values, Reference | list) else [[values]]])
    if isinstance(found, ErrorValue):
        return found
    found.sort()

    def single(cell):
        place = to_number(cell)
        if isinstance(place, ErrorValue):
            return place
        value = pick(found, place) if found else None
        if value is None:
            return ErrorValue("#NUM!", f"there is no place {place:.15g} among {len(found)} numbers")
        return value

    return elementwise(single, which)


@register("RANK.EQ", "RANK", single=(0, 2))
def rank(wanted, values, ascending=0.0):
    found = [as_float(cell) for cell in flat(values) if is_number(cell)]
    upwards = one(ascending)

    def single(cell):
        value = to_number(cell)
        if isinstance(value, ErrorValue) or isinstance(upwards, ErrorValue):
            return first_error(value, upwards)
        if value not in found:
            return ErrorValue("#N/A", f"{value:.15g} is not among the numbers")
        return 1.0 + sum(other < value if upwards else other > value for other in found)

    return elementwise(single, wanted)


@register("CORREL", "PEARSON")
def correlation(left, right):
    pairs = _pairs(left, right)
    if isinstance(pairs, ErrorValue):
        return pairs
    spread = math.sqrt(_moment(pairs, 0, 0) * _moment(pairs, 1, 1)) if pairs else 0.0
    return _moment(pairs, 0, 1) / spread if spread else ErrorValue("#DIV/0!", "one of the two does not vary")


@register("SLOPE")
def slope(of, on):
    pairs = _pairs(of, on)
    if isinstance(pairs, ErrorValue):
        return pairs
    spread = _moment(pairs, 1, 1) if pairs else 0.0
    return _moment(pairs, 0, 1) / spread if spread else ErrorValue("#DIV/0!", "the second argument does not vary")


def _moment(pairs, i, j):
    means = [math.fsum(pair[k] for pair in pairs) / len(pairs) for k in (0, 1)]
    return math.fsum((pair[i] - means[i]) * (pair[j] - means[j]) for pair in pairs)


def _pairs(left, right):
    """Pairs in which both are numbers."""
    left, right = flat(left), flat(right)
    if len(left) != len(right):
        return ErrorValue("#N/A", f"{len(left)} and {len(right)} values; as many of one as of the other are needed")
    if error := next((e for e in map(error_in, (*left, *right)) if e), None):
        return error
    return [(as_float(a), as_float(b)) for a, b in zip(left, right, strict=True) if is_number(a) and is_number(b)]


@register("MMULT")
def matrix_product(left, right):
    left, right = as_rows(left), as_rows(right)
    if len(left[0]) != len(right):
        return ErrorValue("#VALUE!", f"MMULT: {len(left[0])} columns on {len(right)} rows")
    cells = [cell for rows in (left, right) for row in rows for cell in row]
    if error := next((e for e in map(error_in, cells) if e), None):
        return error
    if not all(map(is_number, cells)):
        return ErrorValue("#VALUE!", "MMULT takes numbers only")
    lines = [list(map(as_float, row)) for row in left]
    columns = [list(map(as_float, column)) for column in zip(*right, strict=True)]
    rows = [[math.fsum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in lines]
    finite = all(math.isfinite(x) for row in rows for x in row)
    return rows if finite else ErrorValue("#NUM!", "the number is too large")
