"""Prices as vendors of more countries export them: headers in their languages, serials and seconds for dates."""

import datetime as dt

import exports
import pytest
from test_real_files import put, read, us

from xlalloc.errors import InputError

DAYS, VTI, BND = exports.DAYS, exports.VTI, exports.BND
BOTH = list(zip(DAYS, VTI, BND, strict=True))
ONE = {"VTI": list(zip(DAYS, VTI, strict=True)), "BND": list(zip(DAYS, BND, strict=True))}
HELD = [["id", "asset", "units"], ["Z123", "VTI", 100], ["Z123", "BND", 1200.5]]


def serial(day: dt.date) -> int:
    return (day - dt.date(1899, 12, 30)).days


def seconds(day: dt.date, hour: int, of: int = 1) -> int:
    return int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp() + hour * 3600) * of


def wide(*heads: list, day=str, mark: str = ",") -> dict[str, str]:
    return {"prices.csv": exports.lines([*heads, *[[day(d), v, b] for d, v, b in BOTH]], mark)}


def single(head: list, row, name: str = "prices/{}.csv", mark: str = ",") -> dict[str, str]:
    return {name.format(k): exports.lines([head, *[row(d, p) for d, p in own]], mark) for k, own in ONE.items()}


def long(head: list, row, mark: str = ",") -> dict[str, str]:
    return {"prices.csv": exports.lines([head, *[row(k, d, p) for k, own in ONE.items() for d, p in own]], mark)}


def dated(d: dt.date) -> str:
    return f"{d:%d/%m/%Y}"


HEADS = [["", "VTI", "BND"]]
VENDORS = {
    "Investing, French": single(["Date", "Dernier", "Ouv.", "Plus Haut", "Plus Bas", "Vol.", "Variation %"], lambda d, p: [dated(d), p, p, p, p, "1.2K", "0.1%"]),
    "Investing, Spanish": single(["Fecha", "Último", "Apertura", "Máximo", "Mínimo", "Vol.", "% var."], lambda d, p: [dated(d), p, p, p, p, "3.4M", "0.1%"]),
    "Investing, Italian": single(["Data", "Ultimo", "Apertura", "Massimo", "Minimo", "Vol.", "Var. %"], lambda d, p: [dated(d), p, p, p, p, "3.4M", "0.1%"]),
    "stooq, Polish": single(["Data", "Otwarcie", "Najwyzszy", "Najnizszy", "Zamkniecie", "Wolumen"], lambda d, p: [d, 1, p, 1, p, 9]),
    "Boursorama": single(["date", "ouv", "haut", "bas", "clot", "vol", "devise"], lambda d, p: [f"{dated(d)} 00:00", 1, p, 1, p, 9, "EUR"], "prices/{}_2026-06-18.txt", "\t"),
    "one column of no known name": single(["Date", "Indexstand"], lambda d, p: [d, p]),
    "serials without a header": wide(*HEADS, day=serial),
    "BDH, serials": wide(["", "VTI US Equity", "BND US Equity"], ["", "PX_LAST", "PX_LAST"], day=serial),
    "Datastream": wide(["Name", "VTI - PRICE INDEX", "BND - PRICE INDEX"], ["Code", "VTI(PI)", "BND(PI)"], ["CURRENCY", "U$", "U$"], day=dated),
    "an index by its name": wide(["Date", "VTI Index", "BND Index"]),
    "Wind EDB": wide(["Wind", "", ""], ["指标名称", "收盘价:总市场ETF:VTI", "收盘价:债券ETF:BND"], ["频率", "日", "日"], ["指标ID", "M0000001", "M0000002"]),
    "seconds since 1970": wide(["timestamp", "VTI", "BND"], day=lambda d: seconds(d, 14)),
    "thousandths, midnight of New York": single(["t", "o", "h", "l", "c", "v"], lambda d, p: [seconds(d, 5, 1000), 1, p, 1, p, 9]),
    "thousandths, midnight of Shanghai": long(["code", "time", "close"], lambda k, d, p: [k, seconds(d, -8, 1000), p]),
    "ECB": long(["KEY", "FREQ", "CURRENCY", "TIME_PERIOD", "OBS_VALUE"], lambda k, d, p: [k, "D", "USD", d, p]),
    "SNB": long(["Date", "D0", "Value"], lambda k, d, p: [d, k, p], ";"),
    "rqalpha": long(["order_book_id", "date", "open", "close", "volume"], lambda k, d, p: [k, d, 1, p, 1]),
    "Sharadar": long(["ticker", "date", "open", "close", "volume", "closeadj", "closeunadj"], lambda k, d, p: [k, d, 1, p, 9, p, p]),
    "dividends after the prices of their day": single(["Date", "Open", "Close", "Adj Close"], lambda d, p: [d, 1, p, p] if d.day != 8 else [d, 1, p, f"{p}\n{d},0.94 Dividend"]),
    "dividends before the prices of their day": single(["Date", "Open", "Close", "Adj Close"], lambda d, p: [d, 1, p, p] if d.day != 8 else [f"{d},0.94 Dividend\n{d}", 1, p, p]),
    "each line saved as one cell": {"prices.csv": exports.lines([['"Date,VTI,BND"'], *[[f'"{d},{v},{b}"'] for d, v, b in BOTH]])},
    "dividends in a file of their own": {**single(["Date", "Close"], lambda d, p: [d, p]), "prices/VTI dividends.csv": "Date,Dividends\n2026-03-24,0.94\n"},
}  # fmt: skip


@pytest.mark.parametrize("kind", VENDORS)
def test_vendors_of_more_countries(tmp_path, kind):
    folder = us(tmp_path, holdings=HELD)
    for name, text in VENDORS[kind].items():
        put(folder, name, "utf-8", text)
    market = read(folder).market
    assert market.dates == DAYS
    for asset, series in (("Total Market ETF", VTI), ("Bond ETF", BND)):
        assert market.panel[:, market.assets.index(asset)].tolist() == pytest.approx(series, rel=1e-12), asset


def found(folder, **files) -> list[str]:
    us(folder, holdings=HELD)
    for name, text in files.items():
        put(folder, f"prices/{name}.csv", "utf-8", text)
    return [p.kind for p in read(folder).problems.items]


def test_what_a_price_file_lacks_is_said(tmp_path):
    with pytest.raises(InputError, match=r"VTI\.csv: no column of prices among Date, Abertura, High\. Call it close"):
        found(tmp_path, VTI="Date,Abertura,High\n2026-01-01,1,1\n2026-01-02,1,1\n")
    assert "no_price_column" in found(tmp_path, VTI="Date,VTI Volume\n2026-01-01,1\n2026-01-02,1\n")


@pytest.mark.parametrize("header", ["Yield", "Ausschüttung", "Umsatz", "市盈率"])
def test_one_column_that_does_not_sound_like_prices_is_none(tmp_path, header):
    """Nor does it go before the prices of the asset in another file."""
    files = {k: exports.lines([["Date", "Close"], *own]) for k, own in ONE.items()}
    beside = exports.lines([["Date", header], *[[d, 0.03] for d in DAYS]])
    assert "no_price_column" in found(tmp_path, **files, **{"VTI 1": beside})
    market = read(tmp_path).market
    assert market.panel[:, market.assets.index("Total Market ETF")].tolist() == pytest.approx(VTI)


def test_one_column_that_sounds_like_prices_is_told(tmp_path):
    assert "taken_for_prices" in found(tmp_path, VTI=exports.lines([["Date", "Indexstand"], *ONE["VTI"]]))


def test_a_letter_of_a_class_is_no_field_of_prices(tmp_path):
    """VTI C is another class of it, not its close."""
    assert "price_of_nobody" in found(tmp_path, x="Date,VTI C,BND\n2026-01-01,1,1\n2026-01-02,1,1\n")


def test_two_files_of_one_asset_that_differ_are_said(tmp_path):
    files = {k: exports.lines([["Date", "Close"], *own]) for k, own in ONE.items()}
    again = exports.lines([["Date", "Close"], *[[d, 2 * p] for d, p in ONE["VTI"]]])
    assert "prices_differ" in found(tmp_path, **files, **{"VTI 2": again})
    assert "prices_differ" not in found(tmp_path, **files, **{"VTI 2": files["VTI"]})


def test_monthly_returns_of_a_library_are_no_prices(tmp_path):
    rows = [f"{200001 + 100 * (k // 12) + k % 12},{(-1) ** k * 1.5 + 0.4:7.2f},{-99.99}\n" for k in range(48)]
    text = "This file was created by a library.\n\n  Average Value Weighted Returns -- Monthly\n,VTI,BND\n" + "".join(
        rows
    )
    kinds = found(tmp_path, library=text + "\n  Average Equal Weighted Returns -- Monthly\n,VTI,BND\n" + "".join(rows))
    assert kinds.count("returns_as_prices") == 2
    assert not read(tmp_path).market.dates


@pytest.mark.parametrize("unit", ["口", ""])
def test_a_price_of_ten_thousand_units(tmp_path, unit):
    assets = [exports.US_ASSETS[0], ["Fund", "X1", "fund", "R3", "US stocks", None, "JPY"]]
    model = [["model", "asset", "target"], ["Growth", "Fund", 1]]
    prices = [["日付", "X1 基準価額"], *[[d, round(p * 40)] for d, p in ONE["VTI"]]]
    held = [["銘柄名", "保有口数"], ["Fund", f"262310{unit}"]]
    inputs = read(us(tmp_path, assets=assets, models=model, prices=prices, holdings=held))
    assert "price_of_ten_thousand" in [p.kind for p in inputs.problems.items]
    market = inputs.market
    assert market.unit_price("Fund")[0] == pytest.approx(round(VTI[-1] * 40) / 10_000)
