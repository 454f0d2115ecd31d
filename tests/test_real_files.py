"""What brokers, banks and vendors export is read as it comes, or refused in one line; never read wrongly."""

import csv
import datetime as dt
from pathlib import Path

import exports
import exports_totals
import pytest

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.errors import InputError
from xlalloc.reports import fields, run, trading
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


@pytest.mark.parametrize("kind", [*exports.MORE_US_EXPORTS, *exports.MORE_CN_EXPORTS, *exports.MORE_FUNDS])
def test_more_brokers_and_platforms(tmp_path, kind):
    """Whatever else a file has, the two products come with their units and, where it has them, their values."""
    families = (
        (exports.MORE_US_EXPORTS, exports.US_HELD),
        (exports.MORE_CN_EXPORTS, exports.CN_HELD),
        (exports.MORE_FUNDS, exports.FUNDS_HELD),
    )
    files, wanted = next(family for family in families if kind in family[0])
    name, encoding, text = files[kind]
    currency = "GBP" if "£" in text or "GBP" in text else "EUR" if "EUR" in text else "USD"
    assets = [[currency if cell == "USD" else cell for cell in row] for row in exports.US_ASSETS]
    folder = us(tmp_path, prices=US_PRICES, assets=assets) if files is exports.MORE_US_EXPORTS else cn(tmp_path)
    put(folder, name, encoding, text)
    found = held(read(folder))
    assert set(found) | {"Government fund"} == set(wanted) | {"Government fund"}
    assert len(read(folder).clients[0].lots) == len(found)
    for asset, (units, value) in found.items():
        assert units == pytest.approx(wanted[asset][0]) or asset == "Government fund", asset
        assert value is None or value == pytest.approx(wanted[asset][1]), asset


@pytest.mark.parametrize("kind", exports_totals.EXPORTS)
def test_totals_of_groups_accounts_and_households_are_no_holdings(tmp_path, kind):
    name, encoding, currency, wanted, text = exports_totals.EXPORTS[kind]
    assets = [[currency if cell == "USD" else cell for cell in row] for row in exports.US_ASSETS]
    folder = cn(tmp_path) if wanted is exports.CN_HELD else us(tmp_path, prices=US_PRICES, assets=assets)
    put(folder, name, encoding, text)
    inputs = read(folder)
    (client,) = inputs.clients
    assert client.id not in inputs.problems.refused, [p.wrong("en") for p in inputs.problems.items]
    held: dict[str, list] = {}
    for lot in client.lots:
        held.setdefault(lot.asset, []).append((lot.units, lot.value))
    assert held.keys() == wanted.keys()
    for asset, rows in held.items():
        assert sum(value for _, value in rows) == pytest.approx(wanted[asset][1]), asset
        assert asset == "Government fund" or sum(units for units, _ in rows) == pytest.approx(wanted[asset][0])


@pytest.mark.parametrize(
    "name", ["Total Bond Market", "Total Stock Market ETF", "Total Return Fund", "Total SE", "合计盈利基金", "Sum Fund"]
)
def test_a_product_that_is_called_total_is_no_total(tmp_path, name):
    """An asset that the file does not know is asked for, whatever it is called; one that it knows is held."""
    text = f"id,asset,value\nZ123,VTI,500\nZ123,{name},700\n"
    inputs = read(holdings(tmp_path, text))
    assert [p.kind for p in inputs.problems.items if p.fatal] == ["unknown_asset"]
    inputs = read(
        holdings(tmp_path, text, assets=[*exports.US_ASSETS, [name, "XYZ", "fund", "R3", "US stocks", None, "USD"]])
    )
    assert [lot.asset for lot in inputs.clients[0].lots] == ["Total Market ETF", name]


def test_clients_and_their_household_add_up_in_one_file(tmp_path):
    clients = [*exports.US_CLIENTS, ["Z9", "B. Client", "Growth", "C4", "2026-06-30", "quarterly", "5%"]]
    text = "Client,Symbol,Value\nZ123,VTI,500\nZ123,BND,300\nZ123 Total,,800\nZ9,VTI,200\nZ9 Total,,200\nThe family,,1000\n"
    inputs = read(holdings(tmp_path, text, clients=clients))
    assert [[lot.value for lot in client.lots] for client in inputs.clients] == [[500, 300], [200]]
    assert [p.kind for p in inputs.problems.items if p.kind in ("total_row", "unknown_client")] == ["total_row"] * 3


@pytest.mark.parametrize("row", ["Margin balance,,,(5000)", "VTI,-10,301.2,-3012", "VTI,10,301.2,-3012"])
def test_what_is_owed_is_refused_by_its_name(tmp_path, row):
    inputs = read(holdings(tmp_path, f"Symbol,Quantity,Price,Market Value\n{row}\nBND,1,72,72\n"))
    assert inputs.problems.refused == {"Z123"} and "below_zero" in [p.kind for p in inputs.problems.items]


@pytest.mark.parametrize(
    "header,cell",
    [
        ("Value ($000s)", "30.12"),
        ("Value (USD thousands)", "30.12"),
        ("Mkt Val (Market Value)", "30,120.00"),
        ("Value $K", "30.12"),
        ("Market Value (in thousands)", "30.12"),
        ("市值（万元）", "3.012"),
        ("市值（单位：万元）", "3.012"),
        ("Value (m)", "0.03012"),
    ],
)
def test_the_unit_of_a_header_or_of_a_line_above_it(tmp_path, header, cell):
    assets = [[("CNY" if "元" in header else c) if c == "USD" else c for c in row] for row in exports.US_ASSETS]
    inputs = read(holdings(tmp_path, f'Symbol,Quantity,"{header}"\nVTI,100,"{cell}"\n', assets=assets))
    assert inputs.clients[0].lots[0].value == pytest.approx(30120) and not inputs.problems.refused


@pytest.mark.parametrize(
    "line,header,value",
    [
        ("单位：万元", "市值", 30120),
        ("单位：元", "市值", 3.012),
        ("单位：万元", "市值（元）", 3.012),
        ("All amounts in USD thousands", "Market Value", 3012),
    ],
)
def test_the_unit_that_a_line_above_names(tmp_path, line, header, value):
    inputs = read(holdings(tmp_path, f"{line}\nSymbol,Quantity,{header}\nVTI,100,3.012\n"))
    assert inputs.clients[0].lots[0].value == pytest.approx(value)
    assert ("unit_above" in [p.kind for p in inputs.problems.items]) == (value > 4)


def test_one_finding_a_column_of_dates_that_are_none(tmp_path):
    text = "id,asset,value,bought_on\n" + "Z123,VTI,100,long term\n" * 6
    found = [
        (p.kind, dict(p.words))
        for p in read(holdings(tmp_path, text)).problems.items
        if p.location.column == "bought_on"
    ]
    assert found == [("bad_date", {}), ("more_like_it", {"count": "5"})]


def test_another_account_in_the_file_is_not_the_only_clients(tmp_path):
    table = '"Symbol","Quantity","Market Value"\n"VTI","{}","3012"\n"Account Total","","3012"\n\n'
    for order in (("Z123", "Z999"), ("Z999", "Z123")):
        folder = us(tmp_path, prices=US_PRICES)
        text = "".join(f'"{account}"\n' + table.format(10 if account == "Z123" else 77) for account in order)
        put(folder, "All-Accounts.csv", "utf-8", text)
        inputs = read(folder)
        assert [lot.units for lot in inputs.clients[0].lots] == [10], order
        assert [p.location.value or p.location.column for p in inputs.problems.items if p.kind == "whose"] == ["Z999"]


def test_no_figure_of_an_order_is_a_negative_zero():
    order = trading.Order(0, 5.0, 1.0, -0.0, -0.0)
    assert not any(str(figure).startswith("-") for figure in (order.money, order.units, order.cost, order.fee))


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


# Wrong readings that must be impossible ----------------------------------------------------------------------------------


def holdings(folder: Path, text: str, encoding: str = "utf-8", **more) -> Path:
    us(folder, prices=US_PRICES, **more)
    put(folder, "holdings.csv", encoding, text)
    return folder


def test_a_comma_in_a_file_of_semicolons_is_decimal(tmp_path):
    inputs = read(holdings(tmp_path, "id;asset;units\nZ123;VTI;12,345\nZ123;BND;1.200,5\n"))
    assert {lot.asset: lot.units for lot in inputs.clients[0].lots} == {"Total Market ETF": 12.345, "Bond ETF": 1200.5}
    with pytest.raises(InputError, match=r"column units: 12\.345 could be 12345 or 12\.345"):
        read(holdings(tmp_path, "id;asset;units\nZ123;VTI;12.345\n"))
    with pytest.raises(InputError, match="put decimal with the value"):
        read(holdings(tmp_path, "id;asset;price;units\nZ123;VTI;1.25;12,345\n"))
    with pytest.raises(InputError, match=r"could be 12345 or 12\.345"):
        read(holdings(tmp_path, 'id,asset,units\nZ123,VTI,"12,345"\n'))
    write(tmp_path, firm=[["key", "value"], ["decimal", "."]])
    assert read(holdings(tmp_path, 'id,asset,units\nZ123,VTI,"12,345"\n')).clients[0].lots[0].units == 12345


def test_a_code_of_hong_kong_is_no_mainland_code(tmp_path):
    assets = [
        *exports.US_ASSETS[:2],
        ["Moulds", "000700", "stock", "R3", "US stocks", 1, "USD"],
        *exports.US_ASSETS[2:],
    ]
    for code, found in (("00700", None), ("700", "Moulds"), ("000700", "Moulds"), ("000700.SZ", "Moulds"), ("sz000700", "Moulds"), ("00700.HK", None), ("700.HK", None)):  # fmt: skip
        inputs = read(holdings(tmp_path, f"id,code,value\nZ123,{code},5\n", assets=assets))
        assert [lot.asset for lot in inputs.clients[0].lots] == [found or ""], code
        assert ("Z123" in inputs.problems.refused) == (found is None)


def test_two_assets_with_one_code(tmp_path):
    """By name, kind or market; else a finding says so."""
    folder = cn(tmp_path)
    for row, found in (("000001,平安银行,", "平安银行"), ("000001,华夏成长混合A,", "华夏成长混合"), ("000001.OF,,", "华夏成长混合"), ("000001.SZ,,", "平安银行"),
                       ("1,,股票", "平安银行"), ("000001,,基金", "华夏成长混合"), ("000001,,", None), ("510300,平安银行,", None)):  # fmt: skip
        put(folder, "持仓.csv", "utf-8", f"客户编号,证券代码,证券名称,品种,市值\n10086,{row},5000\n")
        inputs = read(folder)
        assert [lot.asset for lot in inputs.clients[0].lots] == [found or ""], row
        kinds = {p.kind for p in inputs.problems.items if p.fatal}
        assert kinds == (set() if found else {"code_and_name" if "510300" in row else "two_assets"}), row


def test_returns_are_no_prices(tmp_path):
    falling = [
        ["date", "VTI", "BND"],
        *[[d, f"{(-1) ** k * 0.4:.2f}%", 72 + k / 9] for k, d in enumerate(exports.DAYS)],
    ]
    inputs = read(holdings(tmp_path, "id,asset,value\nZ123,VTI,500\nZ123,BND,500\n"))
    assert inputs.market.assets[:2] == ["Total Market ETF", "Bond ETF"]
    for rows in (
        falling,
        [[d, v if d == "date" or not str(v).endswith("%") else float(v[:-1]) / 100, b] for d, v, b in falling],
    ):
        write(tmp_path, prices=rows)
        inputs = read(tmp_path)
        assert "Total Market ETF" not in inputs.market.assets and "Bond ETF" in inputs.market.assets
        assert [p.location.column for p in inputs.problems.items if p.kind == "returns_as_prices"] == ["VTI"]


@pytest.mark.parametrize("name", ["Jürgen Müller", "José Núñez", "Zoë Größe", "Éva Ößterreich"])
def test_western_names_are_not_read_as_chinese(tmp_path, name):
    clients = [row if k == 0 else [row[0], name, *row[2:]] for k, row in enumerate(exports.US_CLIENTS)]
    folder = holdings(tmp_path, "id,asset,value\nZ123,VTI,500\n", clients=clients)
    text = (folder / "clients.csv").read_text("utf-8")
    put(folder, "clients.csv", "cp1252", text)
    inputs = read(folder)
    assert inputs.clients[0].name == name
    assert [dict(p.words)["encoding"] for p in inputs.problems.items if p.kind == "encoding"] == ["Windows-1252"]


def test_chinese_names_below_english_headers_are_read_as_chinese(tmp_path):
    clients = [row if k == 0 else [row[0], "张三", *row[2:]] for k, row in enumerate(exports.US_CLIENTS)]
    folder = holdings(tmp_path, "id,asset,value\nZ123,VTI,500\n", clients=clients)
    put(folder, "clients.csv", "gbk", (folder / "clients.csv").read_text("utf-8"))
    assert read(folder).clients[0].name == "张三"
    put(
        folder,
        "clients.csv",
        "gbk",
        (folder / "clients.csv").read_bytes().decode("gbk") + "Z9,Müller,Growth\n".replace("ü", "黵"),
    )
    with pytest.raises(InputError, match="could be read as GBK or as Western"):
        read(folder)


def bought(folder: Path, *dates: str, mark: str = ",", more: str = "") -> list[str]:
    rows = "".join(mark.join(("Z123", "VTI", "1", f'"{date}"')) + "\n" for date in dates)
    text = more + mark.join(("id", "asset", "value", "bought_on")) + "\n" + rows
    inputs = read(holdings(folder, text))
    assert not [p for p in inputs.problems.items if p.kind == "bad_date"]
    return [lot.bought_on.isoformat() for lot in inputs.clients[0].lots]


def test_day_and_month_are_told_by_the_column_or_asked_for(tmp_path):
    assert bought(tmp_path, "03/04/2025", "13/04/2025") == ["2025-04-03", "2025-04-13"]
    assert bought(tmp_path, "03/04/2025", "04/13/2025") == ["2025-03-04", "2025-04-13"]
    assert bought(tmp_path, "03.04.2025") == ["2025-04-03"]
    assert bought(tmp_path, "03/04/2025", more="As of 06/18/2026\n") == ["2025-03-04"]
    asked = r"column bought_on, row 2: 03/04/2025 could be 2025-04-03 / 2025-03-04, and no other row tells\."
    with pytest.raises(InputError, match=asked):
        bought(tmp_path, "03/04/2025")
    with pytest.raises(InputError, match=r"bought_on: 13/04/2025 and 04/13/2025 have day and month in different order"):
        bought(tmp_path, "13/04/2025", "04/13/2025")
    write(tmp_path, firm=[["key", "value"], ["date_order", "dmy"]])
    assert bought(tmp_path, "03/04/2025") == ["2025-04-03"]


def test_years_of_two_digits(tmp_path):
    """Day, month and year are told by what cannot be; dots are German where the file writes decimal commas."""
    assert bought(tmp_path, "03/04/25", "31/12/98") == ["2025-04-03", "1998-12-31"]
    assert bought(tmp_path, "3/4/25", "4/13/25") == ["2025-03-04", "2025-04-13"]
    assert bought(tmp_path, "98-12-31", "25-03-04") == ["1998-12-31", "2025-03-04"]
    assert bought(tmp_path, "03.04.25", mark=";") == ["2025-04-03"]
    assert bought(tmp_path, "03-03-03") == ["2003-03-03"]
    with pytest.raises(InputError, match=r"24\.01\.02 could be 2002-01-24 / 2024-01-02, and no other row tells"):
        bought(tmp_path, "24.01.02")
    with pytest.raises(InputError, match=r"3/4/05 could be 2005-04-03 / 2005-03-04 / 2003-04-05"):
        bought(tmp_path, "3/4/05")
    write(tmp_path, firm=[["key", "value"], ["date_order", "年月日"]])
    assert bought(tmp_path, "3/4/05") == ["2003-04-05"]


WRITTEN = [
    "Mon, 3 Mar 2025", "Monday, March 03, 2025", "Monday, March 03, 2025Mon, Mar 03, 2025", "Mon Mar 3 2025", "3-Mar-25",
    "03 Mar 25", "Mar-03-2025", "3rd March 2025", "2025-Mar-03", "03MAR2025", "3. März 2025", "3 mars 2025", "lunes, 3 de marzo de 2025",
    "2025年3月3日 15:00", "2025年03月03日 星期一", "2025-03-03（周一）", "3 Mar 2025 4:00 PM ET", "Mon Mar 03 16:00:00 CST 2025",
    "2025-03-03T16:00:00.000+08:00", "20250303.0", "２０２５／０３／０３", "Mar 3, 2025", "3/3/2025 4:00 PM", "Mon 03/03/2025", "As of 03/03/2025",
]  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_dates_as_they_are_written(tmp_path, text):
    assert bought(tmp_path, text) == ["2025-03-03"]


def test_months_of_several_languages_are_those_of_their_calendars():
    names = {
        "en": "January February March April May June July August September October November December",
        "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "nl": "januari februari maart april mei juni juli augustus september oktober november december",
        "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    }
    for months in names.values():
        for k, name in enumerate(months.split(), 1):
            for text in (f"5 {name} 2025", f"{name} 5, 2025", f"{name[:4]}. 5, 2025", f"Thu, 5-{name}-25"):
                assert fields.date(text) == dt.date(2025, k, 5), text


@pytest.mark.parametrize(
    "text", ["Mar-25", "3 Mar", "1.2025", "5 Foo 2025", "Monday", "31/02/2025", "32 Mar 2025", "3/4"]
)
def test_what_is_no_date_is_none(text):
    with pytest.raises(fields.UnreadableError):
        fields.date(text, "dmy")


def test_a_file_of_one_asset_must_say_which(tmp_path):
    folder = us(tmp_path, holdings=[["id", "asset", "value"], ["Z123", "VTI", 500]])
    put(
        folder,
        "prices.csv",
        "utf-8",
        "Date,Open,High,Low,Close,Adj Close,Volume\n" + "".join(f"{d},1,1,1,1,1,1\n" for d in exports.DAYS),
    )
    with pytest.raises(
        InputError, match=r"prices of one asset, and nothing says which one\. Put the file into a folder prices"
    ):
        read(folder)


def test_a_file_of_one_asset_is_that_of_the_only_one_with_prices(tmp_path):
    assets = [row for row in exports.US_ASSETS if row[0] != "Bond ETF"]
    models = [["model", "asset", "target"], ["Growth", "VTI", "95%"], ["Growth", "SPAXX", "5%"]]
    rows = [["id", "asset", "units"], ["Z123", "VTI", 500]]
    prices = [["Date", "Open", "Close"], *[[d, v * 0.99, v] for d, v, _ in US_PRICES[1:]]]
    market = read(us(tmp_path, assets=assets, models=models, holdings=rows, prices=prices)).market
    assert market.panel[:, market.assets.index("Total Market ETF")].tolist() == exports.VTI


# Folders, accounts, own words --------------------------------------------------------------------------------------------


def test_a_folder_of_accounts_by_file_name_or_by_a_sheet(tmp_path):
    clients = [*exports.US_CLIENTS, ["Z9", "B. Client", "Growth", "C4", "2026-06-30", "quarterly", "5%"]]
    folder = us(tmp_path, prices=US_PRICES, clients=clients)
    for name in ("Z123", "U777"):
        put(folder, f"holdings/{name}.csv", "utf-8", "Symbol,Qty,Market Value\nVTI,10,3012\nBND,1,72.10\n")
    inputs = read(folder)
    assert [len(client.lots) for client in inputs.clients] == [2, 0]
    assert [p.location.sheet for p in inputs.problems.items if p.kind == "whose"] == ["holdings/U777.csv"]
    write(folder, accounts=[["account", "client"], ["U777", "Z9"]])
    assert [len(client.lots) for client in read(folder).clients] == [2, 2]


def test_a_firm_maps_its_own_words_once(tmp_path):
    text = "Kontoinhaber,Papier,Menge,Bewertung\nZ123,VTI,100,30120\n"
    with pytest.raises(InputError, match="no header found"):
        read(holdings(tmp_path, text))
    headers = [
        ["theirs", "ours", "sheet"],
        ["Kontoinhaber", "id", "holdings"],
        ["Papier", "asset", "holdings"],
        ["Menge", "units", ""],
        ["Bewertung", "market value", ""],
    ]
    write(tmp_path, headers=headers)
    (lot,) = read(tmp_path).clients[0].lots
    assert (lot.asset, lot.units, lot.value) == ("Total Market ETF", 100, 30120)


def test_unit_and_accumulated_values_make_total_returns_that_end_at_the_price(tmp_path):
    """Unit value 1.00, 1.10, 1.05 after 0.06 was paid: growth 1.1 × (1.05 + 0.06)/1.10."""
    days = exports.DAYS[:3]
    rows = [
        ["ts_code", "ann_date", "nav_date", "unit_nav", "accum_nav"],
        *[
            [f"{c}.OF", f"{d:%Y%m%d}", f"{d:%Y%m%d}", u, a]
            for c in ("VTI", "BND")
            for d, u, a in zip(days, (1.0, 1.1, 1.05), (1.5, 1.6, 1.61), strict=True)
        ],
    ]
    market = read(us(tmp_path, prices=rows, holdings=[["id", "asset", "units"], ["Z123", "VTI", 500]])).market
    series = market.panel[:, market.assets.index("Total Market ETF")]
    assert (
        series[-1] == 1.05
        and series[1] / series[0] == pytest.approx(1.1)
        and series[2] / series[1] == pytest.approx(1.11 / 1.1)
    )


# The handbook's five minutes -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "kind,value,orders",
    [
        ("western", 47_040.5, {"Total stock market", "Total bond market", "Government money market"}),
        ("chinese", 106_900, {"沪深300ETF", "国债ETF"}),
    ],
)
def test_the_handbooks_files_give_a_report(tmp_path, kind, value, orders):
    page = (Path(__file__).parents[1] / "docs/reports.md").read_text("utf-8")
    text = page.partition(f"<!-- example: {kind} -->")[2].partition("```text\n")[2].partition("```")[0]
    last, encoding = "", ""
    for block in text.strip().split("\n\n"):
        name, _, content = block.partition("\n")
        if "." not in name or name.startswith('"'):  # a footer of the file before it
            name, content = last, (tmp_path / "in" / last).read_text(encoding) + "\n" + block
        encoding = "gbk" if name.endswith(".xls") else "utf-8"
        put(tmp_path / "in", name, encoding, content + "\n")
        last = name
    summary = run.report(tmp_path / "in", tmp_path / "out")
    assert (summary.written, summary.failed) == (1, 0)
    inputs = read(tmp_path / "in")
    result = compute(inputs.clients[0], inputs)
    assert result.value == pytest.approx(value) and {p.asset.name for p in result.held} == orders
    assert {result.names[o.index] for o in (*result.sales, *result.purchases)} and result.history.series


# What earlier runs left --------------------------------------------------------------------------------------------------


def test_reports_of_clients_who_left_or_are_refused_are_moved_aside(tmp_path):
    clients = [*exports.US_CLIENTS, ["Z9", "B. Client", "Growth", "C4", "2026-06-30", "quarterly", "5%"]]
    rows = [["id", "asset", "value"], ["Z123", "VTI", 500], ["Z9", "VTI", 500]]
    folder, out = us(tmp_path / "in", prices=US_PRICES, holdings=rows, clients=clients), tmp_path / "out"
    assert run.report(folder, out).written == 2
    (out / "mine.xlsx").write_bytes((out / "index.xlsx").read_bytes())
    write(folder, holdings=[*rows[:2], ["Z9", "Tulips", 500]])
    summary = run.report(folder, out)
    assert sorted(path.name for path in out.iterdir()) == [
        "Z123.xlsx",
        "index.xlsx",
        "mine.xlsx",
        "old",
        "problems.xlsx",
    ]
    assert [path.name for path in (out / "old").iterdir()] == ["Z9.xlsx"]
    assert [dict(p.words) for p in summary.problems if p.kind == "old_report"] == [{"file": "Z9.xlsx"}]
    assert run.report(folder, out, resume=True).kept == 1


# Findings, and what new columns do ---------------------------------------------------------------------------------------


def found(inputs, kind):
    return [dict(p.words) for p in inputs.problems.items if p.kind == kind]


def test_implausible_prices_are_findings_with_asset_date_and_value(tmp_path):
    rows = [list(row) for row in US_PRICES]
    rows[31][1] = round(rows[31][1] * 10, 2)
    for row in rows[50:56]:
        row[2] = None
    inputs = read(
        us(tmp_path, prices=rows, holdings=[["id", "asset", "value"], ["Z123", "VTI", 500], ["Z123", "BND", 500]])
    )
    up, down = found(inputs, "price_jump")
    assert (up["asset"], up["date"], up["after"]) == ("Total Market ETF", f"{rows[31][0]}", f"{rows[31][1]:.6g}")
    assert down["date"] == f"{rows[32][0]}"
    (hole,) = found(inputs, "price_hole")
    assert hole == {"asset": "Bond ETF", "count": "6", "first": f"{rows[49][0]}", "last": f"{rows[56][0]}"}
    result = compute(inputs.clients[0], inputs)
    assert [p.kind for p in result.problems if p.kind.startswith("price_")] == [
        "price_jump",
        "price_jump",
        "price_hole",
    ]
    summary = run.report(tmp_path, tmp_path / "out")
    assert [p.kind for p in summary.problems if p.kind.startswith("price_")] == [
        "price_jump",
        "price_jump",
        "price_hole",
    ]
    (left,) = [dict(p.words) for p in result.problems if p.kind == "days_left_out"]
    assert left == {"asset": "Bond ETF", "count": "6", "of": f"{len(rows) - 1}"}


@pytest.mark.parametrize("factor,jumps", [(3.01, 1), (2.99, 0), (0.299, 1), (0.301, 0)])
def test_the_borders_of_a_jump(tmp_path, factor, jumps):
    rows = [["date", "VTI"], *[[d, 100.0 if k < 9 else 100.0 * factor] for k, d in enumerate(exports.DAYS[:20])]]
    assert (
        len(
            found(
                read(us(tmp_path, prices=rows, holdings=[["id", "asset", "value"], ["Z123", "VTI", 500]])), "price_jump"
            )
        )
        == jumps
    )


def test_amounts_that_look_like_ten_thousands(tmp_path):
    goal = [[*row, extra] for row, extra in zip(exports.US_CLIENTS, ["goal", 3_000_000], strict=True)]
    inputs = read(
        us(
            tmp_path,
            prices=US_PRICES,
            clients=goal,
            holdings=[["id", "asset", "value"], ["Z123", "VTI", 12.5], ["Z123", "BND", 30.2]],
        )
    )
    assert found(inputs, "money_in_wan") == [{"total": "42.70"}]
    write(tmp_path, holdings=[["id", "asset", "units", "price", "value"], ["Z123", "VTI", 1000, 300, 30]])
    inputs = read(tmp_path)
    result = compute(inputs.clients[0], inputs)
    assert result.value == 300_000 and [p.kind for p in result.problems if p.kind.startswith("value")] == [
        "value_in_wan"
    ]


def test_units_times_the_price_given_win_over_a_value(tmp_path):
    folder = us(
        tmp_path,
        prices=US_PRICES,
        holdings=[["id", "asset", "units", "price", "value"], ["Z123", "VTI", 100, 300, 31000]],
    )
    inputs = read(folder)
    result = compute(inputs.clients[0], inputs)
    assert result.value == 30_000 and "value_differs" in [p.kind for p in result.problems]


def test_a_reserve_leaves_the_cash_before_weights(tmp_path):
    clients = [[*row, extra] for row, extra in zip(exports.US_CLIENTS, ["reserve", 1000], strict=True)]
    holdings = [["id", "asset", "value"], ["Z123", "VTI", 6000], ["Z123", "BND", 3500], ["Z123", "Cash", 1500]]
    inputs = read(us(tmp_path, prices=US_PRICES, clients=clients, holdings=holdings))
    result = compute(inputs.clients[0], inputs)
    assert result.value == 10_000 and [row[2] for row in result.drift] == [0.6, 0.35, 0.05]


def test_subscription_fees_by_amount_are_paid_by_purchases_alone(tmp_path):
    """Sold for 1% of nothing; 1.2% under 5,000, 0.8% above: a purchase of 6,000 less its fee."""
    assets = [
        ["asset", "kind", "risk_level", "class", "subscription", "redemption"],
        ["Old", "fund", "R1", "Cash", "5%", "none"],
        ["New", "fund", "R1", "Cash", "5000:1.2%;0.8%", "none"],
    ]
    model = [["model", "asset", "target"], ["Growth", "New", 1]]
    prices = [["date", "Old", "New"], *[[d, 1 + k / 1e4, 1.0] for k, d in enumerate(exports.DAYS)]]
    for amount, rate in ((6_000, 0.008), (4_000, 0.012)):
        inputs = read(
            us(
                tmp_path,
                assets=assets,
                models=model,
                prices=prices,
                holdings=[["id", "asset", "value", "bought_on"], ["Z123", "Old", amount, "2020-01-01"]],
            )
        )
        result = compute(inputs.clients[0], inputs)
        (sale,), (purchase,) = result.sales, result.purchases
        assert (
            sale.cost == 0
            and purchase.money == pytest.approx(amount / (1 + rate))
            and purchase.cost == pytest.approx(purchase.money * rate)
        )


def test_index_and_bond_funds_are_exempt_after_a_week(tmp_path):
    for kind, days, fee in (
        ("fund", 91, 0.005),
        ("index_fund", 91, 0),
        ("bond_fund", 8, 0),
        ("index_fund", 6, 0.015),
        ("bond_fund", 7, 0),
    ):
        assets = [["asset", "kind", "risk_level", "class"], ["Old", kind, "R1", "Cash"], ["New", "etf", "R1", "Cash"]]
        bought = exports.DAYS[-1] - dt.timedelta(days=days)
        inputs = read(us(tmp_path, assets=assets, models=[["model", "asset", "target"], ["Growth", "New", 1]], prices=[["date", "Old", "New"], *[[d, 1 + k / 1e4, 1.0] for k, d in enumerate(exports.DAYS)]],
                         holdings=[["id", "asset", "value", "bought_on"], ["Z123", "Old", 1000, bought]]))  # fmt: skip
        (sale,) = compute(inputs.clients[0], inputs).sales
        assert sale.fee == pytest.approx(1000 * fee), (kind, days)
        assert ("no_schedule" in [p.kind for p in inputs.problems.items]) == (kind == "fund")


def test_every_order_names_its_account_and_cash_that_lacks_there(tmp_path):
    """Broker A holds 5,000 of cash, broker B the stocks and none: what is bought in B must be moved there first."""
    holdings = [
        ["id", "asset", "value", "account"],
        ["Z123", "Cash", 50_000, "A"],
        ["Z123", "VTI", 40_000, "B"],
        ["Z123", "BND", 10_000, "A"],
    ]
    inputs = read(us(tmp_path, prices=US_PRICES, holdings=holdings))
    result = compute(inputs.clients[0], inputs)
    accounts = {result.names[o.index]: o.account for o in (*result.sales, *result.purchases)}
    assert accounts == {"Government fund": "A", "Total Market ETF": "B", "Bond ETF": "A"}
    bought = next(o for o in result.purchases if result.names[o.index] == "Total Market ETF")
    assert trading.transfers(result.held, [*result.sales, *result.purchases], 0.0) == [
        ("B", pytest.approx(bought.money + bought.cost))
    ]
