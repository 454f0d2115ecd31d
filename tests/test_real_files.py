"""What brokers, banks and vendors export is read as it comes, or refused in one line; never read wrongly."""

import csv
from pathlib import Path

import exports
import pytest

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.errors import InputError
from xlalloc.reports.compute import compute
from xlalloc.reports.read import read


def write(folder: Path, **sheets) -> Path:
    """A folder of csv; a text is a whole file by its name, encoding and content."""
    folder.mkdir(exist_ok=True, parents=True)
    for name, rows in sheets.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["" if cell is None else cell for cell in row] for row in rows])
    return folder


def put(folder: Path, name: str, encoding: str, text: str) -> None:
    (folder / name).parent.mkdir(exist_ok=True, parents=True)
    (folder / name).write_bytes(text.encode(encoding))


def us(folder: Path, **more) -> Path:
    sheets = {"assets": exports.US_ASSETS, "models": exports.US_MODEL, "clients": exports.US_CLIENTS, **more}
    return write(folder, **{name: rows for name, rows in sheets.items() if rows})


def cn(folder: Path, **more) -> Path:
    return write(folder, 资产=exports.CN_ASSETS, 模型=exports.CN_MODEL, 客户=exports.CN_CLIENTS, **more)


US_PRICES = [["date", "VTI", "BND"], *zip(exports.DAYS, exports.VTI, exports.BND, strict=True)]
CN_PRICES = [["日期", "510300", "平安银行"], *[[d, v / 70, b / 7] for d, v, b in US_PRICES[1:]]]


def held(inputs) -> dict:
    (client,) = inputs.clients
    assert client.id not in inputs.problems.refused, [p.wrong("en") for p in inputs.problems.items]
    return {lot.asset: (lot.units, lot.value) for lot in client.lots}


def same(found: dict, wanted: dict) -> None:
    assert found.keys() == wanted.keys()
    for asset, (units, value) in wanted.items():
        assert units is None or found[asset][0] == pytest.approx(units, rel=1e-9), asset
        assert found[asset][1] == pytest.approx(value, rel=1e-9), asset


@pytest.mark.parametrize("kind", exports.US_EXPORTS)
def test_western_brokers_and_banks(tmp_path, kind):
    name, encoding, text = exports.US_EXPORTS[kind]
    currency = "GBP" if "£" in text else "EUR" if "EUR" in text else "USD"
    assets = [[currency if cell == "USD" else cell for cell in row] for row in exports.US_ASSETS]
    folder = us(tmp_path / "in", prices=US_PRICES, assets=assets)
    put(folder, name, encoding, text)
    inputs = read(folder)
    same(held(inputs), exports.US_HELD)
    prices = {lot.asset: lot.price for lot in inputs.clients[0].lots}
    assert prices["Total Market ETF"] == pytest.approx(301.2) and prices["Bond ETF"] == pytest.approx(72.1)
    assert inputs.currency == currency
    result = compute(inputs.clients[0], inputs)
    assert result.value == pytest.approx(119_176.55, abs=0.01) and result.history.series


@pytest.mark.parametrize("kind", exports.CN_EXPORTS)
def test_chinese_brokers(tmp_path, kind):
    name, encoding, text = exports.CN_EXPORTS[kind]
    folder = cn(tmp_path / "in", 价格=CN_PRICES)
    put(folder, name, encoding, text)
    inputs = read(folder)
    same(held(inputs), exports.CN_HELD)
    assert compute(inputs.clients[0], inputs).value == pytest.approx(54_200)


@pytest.mark.parametrize("kind", exports.FUNDS)
def test_fund_platforms(tmp_path, kind):
    name, encoding, text = exports.FUNDS[kind]
    folder = cn(tmp_path / "in")
    put(folder, name, encoding, text)
    same(held(read(folder)), exports.FUNDS_HELD)


PRICE_FILES = exports.price_files()


@pytest.mark.parametrize("kind", PRICE_FILES)
def test_prices_of_every_vendor(tmp_path, kind):
    folder = us(tmp_path / "in", holdings=[["id", "asset", "units"], ["Z123", "VTI", 100], ["Z123", "BND", 1200.5]])
    for name, (encoding, text) in PRICE_FILES[kind].items():
        put(folder, name, encoding, text)
    market = read(folder).market
    assert market.dates == exports.DAYS and market.periods == 252
    for asset, series in (("Total Market ETF", exports.VTI), ("Bond ETF", exports.BND)):
        assert market.panel[:, market.assets.index(asset)].tolist() == pytest.approx(series, rel=1e-12), asset
