"""Exports built from a grammar with known content: whatever is read equals that content, or is refused; never else."""

import datetime as dt
import tempfile
from pathlib import Path

import exports
import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from test_real_files import put, us

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.data import in_chinese
from xlalloc.errors import InputError
from xlalloc.reports.columns import columns_of, price_of
from xlalloc.reports.read import read

MARKS = {
    "point": (",", "."),
    "comma": (".", ","),
    "space": (" ", ","),
    "apostrophe": ("'", "."),
    "bare": ("", "."),
    "bare comma": ("", ","),
}
DATES = [
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%b-%Y",
    "%b %d, %Y",
    "%Y年%m月%d日",
    "%Y-%m-%d %H:%M:%S",
    "%m/%d/%Y 16:00:00",
    "%a, %d %b %Y",
    "%A, %B %d, %Y",
    "%d-%b-%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%y-%m-%d",
    "%d.%m.%y",
    "%Y年%m月%d日 15:00",
]
CODES = {
    "Total Market ETF": ["VTI", '="VTI"', "'VTI", "VTI.US", "VTI US Equity", "Total Market ETF", "vti ", "VTI**"],
    "Bond ETF": ["BND", "BND.P", "Bond ETF", "\tBND", "NASDAQ:BND"],
}
PREAMBLES = [
    [],
    [["Our bank"]],
    [["Positions as of today", "", ""], []],
    [["Currency", "Balance"], ["USD", "12.00"]],
    [["客户：某某"], ["------------"]],
]
FOOTERS = [[], [[], ["For your own use only."]], [["数据来源：某某"]], [["Total", "", "", ""]]]
FILE = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


def number(value: float, digits: int, marks: tuple) -> str:
    text = f"{value:,.{digits}f}"
    return text.translate(str.maketrans({",": marks[0], ".": marks[1]}))


@st.composite
def broker_files(draw):
    """The text of a file of holdings, and what it holds."""
    marks = MARKS[draw(st.sampled_from(list(MARKS)))]
    separator = draw(st.sampled_from([",", ";", "\t", "|"]))
    columns = columns_of("holdings")
    word = {
        key: draw(st.sampled_from([w for w in (key, *columns[key].zh, *columns[key].also) if price_of(w) == 1.0]))
        for key in ("units", "price", "value", "bought_on")
    }
    name = draw(
        st.sampled_from([*columns["code"].zh, *columns["code"].also, "asset", "name", "产品名称", "Description"])
    )
    digits = draw(st.sampled_from([0, 1, 2, 3, 4]))
    currency = draw(st.sampled_from(["", "$", "USD "]))
    form = draw(st.sampled_from(DATES))
    held, rows = {}, []
    for asset in draw(st.permutations(list(CODES))):
        units = round(draw(st.floats(0.5, 2e6)), digits) + 1
        price = round(draw(st.floats(0.5, 900)), 2)
        bought = draw(st.dates(dt.date(2001, 1, 1), dt.date(2026, 6, 1)))
        held[asset] = (units, price, bought)
        written = number(units * price, 2, marks)
        written = f"{written}{currency}" if currency == "元" else f"{currency}{written}"
        rows.append(
            [
                draw(st.sampled_from(CODES[asset])),
                number(units, digits, marks),
                number(price, 2, marks),
                written,
                bought.strftime(form),
            ]
        )
    order = draw(st.permutations(range(5)))
    header = [name, word["units"], word["price"], word["value"], word["bought_on"]]
    total = [
        [
            "合计" if c == 0 else number(sum(u * p for u, p, _ in held.values()), 2, marks) if c == 3 else ""
            for c in order
        ]
    ] * draw(st.integers(0, 1))
    table = [[row[c] for c in order] for row in [header, *rows]] + (total if order[0] == 0 else [])
    table = [*draw(st.sampled_from(PREAMBLES)), *table, *draw(st.sampled_from(FOOTERS))]
    quoted = separator == "," or draw(st.booleans())
    text = "".join(
        separator.join('"' + cell.replace('"', '""') + '"' if quoted and cell else cell for cell in row) + "\r\n"
        for row in table
    )
    return text, held


@settings(max_examples=120, **FILE)
@given(broker_files(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030", "cp1252"]))
def test_any_export_of_holdings_is_read_as_it_is_or_refused(file, encoding):
    text, held = file
    if encoding == "gb18030" and not in_chinese(text):  # no program writes Spanish headers so
        encoding = "utf-8"
    try:
        data = text.encode(encoding)
    except UnicodeEncodeError:
        data = text.encode("utf-8")
    with tempfile.TemporaryDirectory() as folder:
        path = us(Path(folder))
        (path / "positions.csv").write_bytes(data)
        try:
            inputs = read(path)
        except InputError as error:
            assert "\n" not in str(error)
            event("refused")
            return
    (client,) = inputs.clients
    if client.id in inputs.problems.refused:
        event("client refused")
        return
    event("read")
    assert {lot.asset for lot in client.lots} == set(held)
    undated = {p.location.row for p in inputs.problems.items if p.kind == "bad_date"}
    for lot in client.lots:
        units, price, bought = held[lot.asset]
        assert lot.units == pytest.approx(units, rel=1e-9) and lot.price == pytest.approx(price, rel=1e-9)
        assert lot.value == pytest.approx(units * price, abs=0.006)
        assert lot.bought_on == bought or lot.row in undated


@st.composite
def vendor_files(draw):
    """The text of a file of prices, and its series."""
    marks = MARKS[draw(st.sampled_from(list(MARKS)))]
    separator = draw(st.sampled_from([",", ";", "\t"]))
    form = draw(st.sampled_from(DATES))
    start = draw(st.dates(dt.date(2015, 1, 1), dt.date(2024, 1, 1)))
    count = draw(st.integers(3, 40))
    step = draw(st.sampled_from([1, 7, 30]))
    digits = draw(st.sampled_from([2, 3, 4]))
    days = [start + dt.timedelta(days=step * k) for k in range(count)]
    series = {asset: [round(draw(st.floats(0.6, 5000)), digits) for _ in days] for asset in CODES}
    codes = {asset: draw(st.sampled_from(CODES[asset][:3])) for asset in CODES}
    word = draw(st.sampled_from(["date", "Date", "日期", "Datum", "trade_date", "<DATE>", "交易日期"]))
    rows = [
        [day.strftime(form), *[number(series[asset][k], digits, marks) for asset in CODES]]
        for k, day in enumerate(days)
    ]
    if draw(st.booleans()):
        rows.reverse()
    long = draw(st.booleans())
    if long:
        rows = [[codes[a], row[0], row[1 + j]] for j, a in enumerate(CODES) for row in rows]
        header = [
            [
                draw(st.sampled_from(["code", "ts_code", "证券代码", "Ticker"])),
                word,
                draw(st.sampled_from(["close", "收盘价", "Price", "单位净值"])),
            ]
        ]
    else:
        header = [
            [word, *codes.values()],
            *draw(st.sampled_from([[], [["", "收盘价", "收盘价"]], [["频率", "日", "日"], ["单位", "元", "元"]]])),
        ]
    table = [*draw(st.sampled_from(PREAMBLES[:3])), *header, *rows, *draw(st.sampled_from(FOOTERS[:3]))]
    text = "".join(
        separator.join(f'"{cell}"' if separator == "," and cell and '"' not in cell else cell for cell in row) + "\n"
        for row in table
    )
    return text, days, series


@settings(max_examples=120, **FILE)
@given(vendor_files(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]))
def test_any_export_of_prices_is_read_as_it_is_or_refused(file, encoding):
    text, days, series = file
    with tempfile.TemporaryDirectory() as folder:
        path = us(
            Path(folder),
            holdings=[["id", "asset", "value"], ["Z123", "VTI", 500]],
            assets=exports.US_ASSETS[:3],
            models=[["model", "asset", "target"], ["Growth", "VTI", 0.5], ["Growth", "BND", 0.5]],
        )
        put(path, "prices.csv", encoding, text)
        try:
            market = read(path).market
        except InputError as error:
            assert "\n" not in str(error)
            event("refused")
            return
    event("read")
    for asset in market.assets:
        column = market.panel[:, market.assets.index(asset)]
        found = {day: value for day, value in zip(market.dates, column.tolist(), strict=True) if value == value}
        assert found == pytest.approx(dict(zip(days, series[asset], strict=True)), rel=1e-9), asset
    assert set(market.assets) == set(series)
