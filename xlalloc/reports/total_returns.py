"""One series of total returns from the several that a vendor gives of an asset."""

from xlalloc.reports.words import ADJUSTED, CLOSE, CUMULATIVE


def total_return(days: list, series: dict[str, list[float]]) -> list[float]:
    """One series of total returns, which ends at the unit's price where there is one."""
    unit = series.get(CLOSE)
    if ADJUSTED in series:
        adjusted = series[ADJUSTED]
        both = [k for k in range(len(days)) if unit and unit[k] == unit[k] and adjusted[k] == adjusted[k]]
        last = max(both, key=days.__getitem__, default=None)
        scale = unit[last] / adjusted[last] if unit and last is not None else 1.0
        return [value * scale for value in adjusted]
    return _reinvested(days, unit, series[CUMULATIVE]) if unit and CUMULATIVE in series else unit or series[CUMULATIVE]


def _reinvested(days: list, unit: list[float], whole: list[float]) -> list[float]:
    """Unit values before each payment scaled by what was paid, from the last date backwards."""
    order = sorted((k for k in range(len(days)) if unit[k] == unit[k]), key=days.__getitem__)
    found, factor = list(unit), 1.0
    for before, after in zip(order[-2::-1], order[:0:-1], strict=True):
        if whole[before] == whole[before] and whole[after] == whole[after]:
            paid = (whole[after] - whole[before]) - (unit[after] - unit[before])
            if paid > 5e-4 * unit[after]:  # net asset values are rounded to four digits
                factor *= unit[after] / (unit[after] + paid)
        found[before] = unit[before] * factor
    return found
