"""Clients' files as firms keep them: every untidiness read as meant, everything wrong listed with its place."""

import copy
import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
import report_data as rd
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.cli import main
from xlalloc.errors import AllocError, InputError
from xlalloc.reports import clients_workbook, fields
from xlalloc.reports.columns import COLUMNS, SHEETS, asked, column_of
from xlalloc.reports.read import read
from xlalloc.reports.sheets import Workbook

SMALL = {
    "clients": [["id", "name", "model", "cash_flow", "threshold", "last_rebalanced"], ["K1", "A", "M", 100, 0.05, dt.date(2026, 1, 31)]],
    "holdings": [["id", "asset", "units", "value", "bought_on"], ["K1", "Gold", 10, None, dt.date(2025, 5, 5)], ["K1", "Bonds", None, 500, None]],
    "assets": [["asset", "code", "kind", "lot", "expected_return", "vol"], ["Gold", "518880", "etf", 100, 0.05, 0.15], ["Bonds", "000001", "fund", 0, 0.03, 0.05]],
    "models": [["model", "asset", "target"], ["M", "Gold", 0.5], ["M", "Bonds", 0.5]],
    "prices": [["date", "Gold", "Bonds"], [dt.date(2026, 1, 30), 5.0, 1.0], [dt.date(2026, 2, 27), 5.5, 1.01]],
}  # fmt: skip


@pytest.fixture
def small():
    return copy.deepcopy(SMALL)


def found(inputs):
    return [
        (p.kind, p.location.sheet, p.location.row, p.location.column, p.location.value) for p in inputs.problems.items
    ]


def content(inputs):
    """What was understood, without where it stood."""
    return (
        [(c.id, c.name, c.model, c.cash_flow, c.threshold, c.last_rebalanced, c.goal, c.frequency, c.risk_level, c.benchmark,
          [(lot.asset, lot.units, lot.price, lot.value, lot.bought_on, lot.account, lot.no_sell) for lot in c.lots])
         for c in inputs.clients],
        [(a.name, a.code, a.kind, a.lot, a.mu, a.vol, a.redemption, a.settle_days) for a in inputs.assets.values()],
        {key: (m.targets, m.limits, m.stated) for key, m in inputs.models.items()},
        inputs.allowed, inputs.market.dates, inputs.market.assets, inputs.market.panel.tolist(),
    )  # fmt: skip


# Cells ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "cell",
    [dt.date(2026, 3, 1), dt.datetime(2026, 3, 1, 15, 30), "2026/3/1", "2026-03-01", "2026年3月1日", "2026 年 3 月 1 日", "２０２６年３月１日",
     "20260301", 20260301, 20260301.0, 46082, 46082.6, "46082", "2026.3.1", " 2026-3-1 ", "2026-03-01 00:00:00", "2026-03-01T08:00:00Z", "1-Mar-2026", "March 1, 2026", "1 mar 2026"],
)  # fmt: skip
def test_a_date_however_written(cell):
    assert fields.date(cell) == dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    "cell",
    ["31/02/2026", "3/1/2026", "2026-13-01", "tomorrow", 0, -5, 1e9, 1e308, float("inf"), True, "123456", dt.date(1799, 1, 1), dt.date(9999, 12, 31),
     "9999-12-31", "0001-01-01", "30 Feb 2026"],
)  # fmt: skip
def test_what_is_no_date(cell):
    with pytest.raises(fields.UnreadableError):
        fields.date(cell)


@pytest.mark.parametrize(
    "kind,cell",
    [("amount", -1), ("amount", "1e16"), ("money", "-2e15"), ("price", 0), ("share", 1.01), ("share", "101%"), ("rate", 7), ("rate", "-101%"), ("vol", -0.1),
     ("vol", 15), ("years", 1e6), ("days", 400), ("weight", -0.1), ("weight", 101), ("amount", float("-inf"))],
)  # fmt: skip
def test_figures_no_column_may_hold(kind, cell):
    with pytest.raises(fields.UnreadableError):
        fields.read(kind, cell)


def test_a_cell_that_is_not_a_number_counts_as_blank():
    assert fields.read("amount", float("nan")) is None


@pytest.mark.parametrize(
    "cell,levels",
    [("R1;R2", {1, 2}), ("R1-R3", {1, 2, 3}), ("Ｒ１～Ｒ４", {1, 2, 3, 4}), ("R1 至 R2、R5", {1, 2, 5}), ("R1-R3, R5", {1, 2, 3, 5}), ("3", {3}), (2.0, {2}), ("无", set())],
)  # fmt: skip
def test_levels_a_client_may_buy(cell, levels):
    assert fields.levels(cell) == levels


@pytest.mark.parametrize("cell", ["R6", "R0", "R1-", "all", "12", "R1R2", "R1;x"])
def test_what_are_no_levels(cell):
    with pytest.raises(fields.UnreadableError):
        fields.levels(cell)


@given(
    st.floats(-1e14, 1e14).map(lambda x: round(x, 2)),
    st.sampled_from(["{:,.2f}", "{:.2f}", "¥{:,.2f}", "{:,.2f}元", " {:.2f} ", "人民币 {:.2f}"]),
    st.booleans(),
)
def test_money_written_in_any_way_is_that_money(number, form, wide):
    text = form.format(number)
    text = text.translate(str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")) if wide else text
    assert fields.money(text)[0] == pytest.approx(number, rel=1e-12, abs=1e-9)


@given(
    st.dates(dt.date(1900, 1, 1), dt.date(2200, 12, 31)),
    st.sampled_from(["%Y-%m-%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日", "%d %b %Y", "%B %d, %Y"]),
)
def test_dates_in_any_form_are_those_dates(date, form):
    assert fields.date(date.strftime(form)) == date


# Headers -------------------------------------------------------------------------------------------------------------


def test_every_header_is_understood_in_every_way_of_writing_it():
    for sheet, columns in COLUMNS.items():
        for column in columns:
            for name in (column.key, *column.zh, *column.also):
                for written in (
                    name,
                    f" {name.upper()} ",
                    name.replace("_", " "),
                    f"{name}（元）",
                    f"{name}*",
                    f"{name}：",
                    f"{name} (CNY)",
                ):
                    assert column_of(sheet, written) == column.key, (sheet, written)


def test_columns_in_any_order_below_titles_and_blank_rows(tmp_path, small):
    tidy = read(rd.write_book(tmp_path / "tidy.xlsx", small))
    for rows in list(small.values())[:-1]:
        rows[:] = [[None], ["Our firm", "as of today"], [None], *[[None, *row[::-1], None] for row in rows], [None]]
        rows.insert(5, [None] * 9)
    small["prices"] = [["Our firm"], [None], *[[*row[:1], None, *row[:0:-1]] for row in small["prices"]]]
    messy = read(rd.write_book(tmp_path / "messy.xlsx", small))
    assert content(messy)[:4] == content(tidy)[:4]
    assert [p.kind for p in messy.problems.items] == [p.kind for p in tidy.problems.items]
    assert messy.market.last("Gold") == tidy.market.last("Gold") and messy.market.last("Bonds") == tidy.market.last(
        "Bonds"
    )


def test_chinese_headers_and_sheets_beside_english_ones(tmp_path, small):
    tidy = content(read(rd.write_book(tmp_path / "tidy.xlsx", small)))
    for k, (sheet, rows) in enumerate(small.items()):
        names = {column.key: column.zh for column in COLUMNS[sheet]}
        rows[0] = [
            names[h][(k + j) % len(names[h])] if h in names and j != 1 else {"date": "净值日期"}.get(h, h)
            for j, h in enumerate(rows[0])
        ]
    small = {SHEETS[sheet][-1] if k % 2 else sheet: rows for k, (sheet, rows) in enumerate(small.items())}
    inputs = read(rd.write_book(tmp_path / "zh.xlsx", small))
    assert content(inputs) == tidy and inputs.language == "zh"


# Csv -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_of_any_encoding_and_separator(tmp_path, small, encoding, separator):
    small["clients"][1][1] = "林晚晴；“测试”"
    tidy = content(read(rd.write_book(tmp_path / "tidy.xlsx", small)))
    (tmp_path / "csv").mkdir()
    for name, rows in small.items():
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=separator, lineterminator="\r\n").writerows(
            [["" if c is None else c for c in row] for row in rows]
        )
        data = text.getvalue().encode(encoding)
        (tmp_path / f"csv/{name.upper()}.CSV").write_bytes(b"\xff\xfe" + data if encoding == "utf-16-le" else data)
    assert content(read(tmp_path / "csv")) == tidy


def test_csv_with_the_line_excel_puts_before_it(tmp_path, small):
    tidy = content(read(rd.write_book(tmp_path / "tidy.xlsx", small)))
    folder = rd.write_folder(tmp_path / "csv", {k: v for k, v in small.items() if k != "holdings"})
    text = "\n".join("\t".join("" if c is None else str(c) for c in row) for row in small["holdings"])
    (folder / "holdings.csv").write_text("sep=\t\n" + text)
    assert content(read(folder)) == tidy


def test_a_quotation_mark_that_is_never_closed_loses_no_rows_silently(tmp_path, small):
    small["holdings"] += [["K1", "Gold", k, None, None] for k in range(1, 9)]
    folder = rd.write_folder(tmp_path / "csv", small)
    lines = (folder / "holdings.csv").read_text("utf-8-sig").splitlines()
    lines[4] = 'K1,"Gold,2,,'
    (folder / "holdings.csv").write_text("\n".join(lines))
    with pytest.raises(InputError, match=r"holdings\.csv: the quotation mark opened in line 5 is never closed"):
        read(folder)


# Workbooks -----------------------------------------------------------------------------------------------------------


def test_our_reader_and_openpyxl_read_the_same(tmp_path):
    """Every cell of a file with shared strings, rich text, dates of both epochs, booleans, errors, codes."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["text", 1, 2.5, True, dt.date(2026, 3, 1), dt.datetime(2026, 3, 1), None, "ends  "])
    sheet["C5"], sheet["D7"], sheet["XFD9"] = "  spaced", "#N/A", 7
    sheet["A11"] = 300
    sheet["A11"].number_format = "000000"
    sheet["B11"] = 0.25
    sheet["B11"].number_format = "0.0%"
    sheet["C11"] = 45000
    sheet["C11"].number_format = "[$-804]yyyy年m月d日"
    sheet["D11"] = 45000
    sheet["D11"].number_format = '#,##0.00 "day"'
    book.save(tmp_path / "a.xlsx")
    ours = dict(Workbook(tmp_path / "a.xlsx").rows("Sheet"))
    theirs = openpyxl.load_workbook(tmp_path / "a.xlsx")["Sheet"]
    cells = {(row, column): value for row, cells in ours.items() for column, value in cells.items()}
    assert cells.pop((11, 1)) == "000300"
    for row in theirs.iter_rows():
        for cell in row:
            if cell.value is not None and cell.coordinate != "A11":
                value = cell.value.date() if isinstance(cell.value, dt.datetime) else cell.value
                assert cells.pop((cell.row, cell.column)) == value, cell.coordinate
    assert not cells
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(tmp_path / "mac.xlsx")
    assert dict(Workbook(tmp_path / "mac.xlsx").rows("Sheet"))[1][5] == dt.date(2026, 3, 1)


def test_rich_texts_prefixes_and_reading_aids(tmp_path, small):
    """As other programs write them: a namespace prefix, texts in runs, phonetic guides, cells without references."""
    path = rd.write_book(tmp_path / "c.xlsx", small)
    prefixed = (
        '<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><x:sheetData>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>id</x:t></x:is></x:c><x:c t="inlineStr"><x:is><x:r><x:t>na</x:t></x:r><x:r><x:t>me</x:t></x:r></x:is></x:c>'
        '<x:c t="str"><x:f>UPPER("model")</x:f><x:v>MODEL</x:v></x:c></x:row>'
        '<x:row><x:c t="inlineStr"><x:is><x:t>K1</x:t><x:rPh sb="0" eb="1"><x:t>aid</x:t></x:rPh></x:is></x:c><x:c><x:v>12</x:v></x:c><x:c t="inlineStr"><x:is><x:t>M</x:t></x:is></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    replace_part(path, "xl/worksheets/sheet1.xml", prefixed.encode())
    client = read(path).clients[0]
    assert (client.id, client.name, client.model) == ("K1", "12", "m")


def replace_part(path, part, content):
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = content
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_a_formula_counts_with_its_saved_value_and_is_listed_without_one(tmp_path, small):
    small["holdings"][1][2] = "=5*2"
    book = openpyxl.load_workbook(rd.write_book(tmp_path / "c.xlsx", small))
    book["holdings"]["C2"] = "=5*2"
    book.save(tmp_path / "c.xlsx")  # openpyxl saves no values
    inputs = read(tmp_path / "c.xlsx")
    assert ("formula_without_value", "holdings", 2, "units", "=5*2") in found(
        inputs
    ) and "K1" in inputs.problems.refused
    sheet = zipfile.ZipFile(tmp_path / "c.xlsx").read("xl/worksheets/sheet2.xml")
    assert b"<f>5*2</f><v />" in sheet or b"<f>5*2</f><v/>" in sheet
    sheet = sheet.replace(b"<f>5*2</f><v />", b"<f>5*2</f><v>10</v>").replace(b"<f>5*2</f><v/>", b"<f>5*2</f><v>10</v>")
    replace_part(tmp_path / "c.xlsx", "xl/worksheets/sheet2.xml", sheet)
    inputs = read(tmp_path / "c.xlsx")
    assert inputs.clients[0].lots[0].units == 10 and not inputs.problems.refused


def test_an_error_value_is_listed_wherever_it_stands(tmp_path, small):
    book = openpyxl.load_workbook(rd.write_book(tmp_path / "c.xlsx", small))
    for sheet, cell in (("holdings", "C2"), ("clients", "F2"), ("assets", "E3"), ("models", "C3"), ("prices", "B3")):
        book[sheet][cell] = "#REF!"
    book.save(tmp_path / "c.xlsx")
    inputs = read(tmp_path / "c.xlsx")
    assert {(kind, sheet, row) for kind, sheet, row, _, value in found(inputs) if value == "#REF!"} == {
        ("error_value", "holdings", 2),
        ("error_value", "clients", 2),
        ("error_value", "assets", 3),
        ("error_value", "models", 3),
        ("no_price", "prices", 3),
    }


# Every problem, in one pass ------------------------------------------------------------------------------------------


def test_everything_wrong_is_listed_at_once_with_its_place(tmp_path, small):
    small["clients"] += [["K2", "B", "N", "lots", "150%", "soon"], [None, "C", "M"], ["K1", "D", "M"]]
    small["holdings"] += [
        ["K9", "Gold", 1],
        ["K2", "Tin", 1],
        ["K2", "Gold", "ten"],
        ["K2", "Gold"],
        ["K2", "Gold", 1, None, "someday"],
        ["合计", None, 99],
    ]
    small["assets"] += [["Gold", "1"], [None, "2"], ["Oil", "3", "barrel"]]
    small["models"] += [["N", "Gold", 0.4], ["N", "Tin", 0.6], [None, "Gold", 1]]
    small["prices"] += [["never", 1, 1], [dt.date(2026, 2, 27), 1, 1], [dt.date(2026, 3, 31), -1, "x"]]
    inputs = read(rd.write_book(tmp_path / "c.xlsx", small))
    listed = set(found(inputs))
    wanted = {
        ("asset_twice", "assets", 4, "asset", "Gold"), ("no_name", "assets", 5, "asset", ""), ("unknown_kind", "assets", 6, "kind", "barrel"),
        ("unknown_asset", "models", 5, "asset", "Tin"), ("no_name", "models", 6, "model", ""),
        ("bad_date", "prices", 5, "date", "never"), ("date_twice", "prices", 6, "date", "2026-02-27"), ("no_price", "prices", 7, "Gold", "-1"), ("no_price", "prices", 7, "Bonds", "x"),
        ("unreadable_number", "clients", 3, "cash_flow", "lots"), ("unreadable_share", "clients", 3, "threshold", "150%"), ("bad_date", "clients", 3, "last_rebalanced", "soon"),
        ("model_broken", "clients", 3, "model", "N"), ("no_id", "clients", 4, "id", ""), ("id_twice", "clients", 2, "id", "K1"), ("id_twice", "clients", 5, "id", "K1"),
        ("unknown_client", "holdings", 4, "id", "K9"), ("unknown_asset", "holdings", 5, "asset", "Tin"), ("unreadable_number", "holdings", 6, "units", "ten"),
        ("no_value", "holdings", 7, "value", ""), ("bad_date", "holdings", 8, "bought_on", "someday"), ("total_row", "holdings", 9, "id", "合计"),
    }  # fmt: skip
    assert wanted <= listed, wanted - listed
    extra = {kind for kind, *_ in listed - wanted}
    assert extra <= {"missing", "no_sell_tax", "not_one", "no_schedule", "holding_twice"}, extra
    for problem in inputs.problems.items:
        for lang in ("en", "zh"):
            assert problem.wrong(lang) and problem.what_was_done(lang) and "{" not in problem.wrong(lang)


def test_places_are_named_as_the_file_names_them(tmp_path, small):
    small["holdings"][0] = ["客户编号", "基金代码", "持有份额（份）", "市值", "买入日期"]
    small["holdings"][1][2] = "约十份"
    inputs = read(
        rd.write_book(tmp_path / "c.xlsx", {("客户持仓" if k == "holdings" else k): v for k, v in small.items()})
    )
    assert ("unreadable_number", "客户持仓", 2, "持有份额（份）", "约十份") in found(inputs)


def test_a_row_without_an_id_is_never_dropped_from_a_portfolio(tmp_path, small):
    """A merged cell leaves the id on the first row only: valuing the client without the second would be a wrong number."""
    small["holdings"][2][0] = None
    inputs = read(rd.write_book(tmp_path / "c.xlsx", small))
    assert ("no_id_in_row", "holdings", 3, "id", "") in found(inputs) and inputs.problems.refused == {"K1"}


def test_one_currency(tmp_path, small):
    small["holdings"][0].append("currency")
    small["holdings"][1].append("人民币")
    small["holdings"][2].append("USD")
    inputs = read(rd.write_book(tmp_path / "c.xlsx", small))
    assert inputs.problems.refused == {"K1"}
    (problem,) = [p for p in inputs.problems.items if p.kind == "second_currency"]
    assert (problem.location.row, dict(problem.words)) == (3, {"currency": "USD", "first": "CNY"})
    small["holdings"][2][-1] = "RMB"
    assert not read(rd.write_book(tmp_path / "c.xlsx", small)).problems.refused


def test_suitability_of_the_firms_own(tmp_path, small):
    assert read(rd.write_book(tmp_path / "c.xlsx", small)).allowed == {c: set(range(1, c + 1)) for c in range(1, 6)}
    small["suitability"] = [
        ["client_level", "allowed"],
        ["C1", "R1"],
        ["C2", "R1-R2"],
        ["C3", "R1;R2;R4"],
        ["C3", "R3"],
        ["C4", "some"],
    ]
    inputs = read(rd.write_book(tmp_path / "c.xlsx", small))
    assert inputs.allowed == {1: {1}, 2: {1, 2}, 3: {1, 2, 3, 4}}
    assert {kind for kind, sheet, *_ in found(inputs) if sheet == "suitability"} == {
        "unreadable_levels",
        "level_without_row",
    }


# Anything at all -----------------------------------------------------------------------------------------------------

CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False), st.dates(), st.datetimes(),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["K1", "Gold", "Bonds", "M", "id", "asset", "date", "model", "C3", "R1-R3", "7:1%;30:0.5%", "50%", "１２", "$5", "合计", "=1+1", "#N/A", "nan", "-", "2026年3月1日", "是"]),
)  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), as_csv=st.booleans())
def test_no_cell_breaks_the_reader(tmp_path, data, as_csv):
    """Arbitrary cells anywhere, below headers that are right or not: an answer, or one line that says what to do."""
    sheets = copy.deepcopy(SMALL)
    for name in data.draw(st.lists(st.sampled_from(list(sheets)), max_size=5, unique=True)):
        rows = sheets[name]
        for i, j, cell in data.draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 7), CELLS), max_size=12)):
            if i == 0 and data.draw(st.integers(0, 3)):
                continue  # mostly the header stays, so that the rest is read
            while len(rows) <= i:
                rows.append([])
            rows[i] += [None] * (j + 1 - len(rows[i]))
            rows[i][j] = cell
    source = tmp_path / "c.xlsx"
    try:
        source = rd.write_folder(tmp_path / "csv", sheets, "utf-8") if as_csv else rd.write_book(source, sheets)
    except (openpyxl.utils.exceptions.IllegalCharacterError, ValueError):
        return  # what openpyxl cannot write
    try:
        inputs = read(source)
    except AllocError as error:
        assert "\n" not in str(error) and len(str(error)) < 500
        return
    assert all(client.id and client.lots is not None for client in inputs.clients)
    for problem in inputs.problems.items:
        assert problem.wrong("en") and problem.what_was_done("zh")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.sampled_from(list(SHEETS)), st.binary(max_size=400), min_size=1))
def test_a_folder_of_random_bytes_is_one_clear_line(tmp_path, files):
    folder = tmp_path / "csv"
    folder.mkdir(exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    for name, data in files.items():
        (folder / f"{name}.csv").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read(folder)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(
        (".", "FILE` writes an empty file with all sheets.")
    )


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=600),
    st.sampled_from(
        ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"]
    ),
)
def test_a_part_of_random_bytes_is_one_clear_line(tmp_path, data, part):
    replace_part(rd.write_book(tmp_path / "c.xlsx", SMALL), part, data)
    with pytest.raises(InputError) as caught:
        read(tmp_path / "c.xlsx")
    assert "\n" not in str(caught.value)


# The empty file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_empty_file_explains_and_checks_every_column(tmp_path, lang):
    """A hint on each column, its list in the file's language, limits, formats of what is still to be typed."""
    book = openpyxl.load_workbook(clients_workbook.write_empty(tmp_path / "empty.xlsx", lang))
    titles = {sheet: sheet if lang == "en" else names[0] for sheet, names in SHEETS.items()}
    assert book.sheetnames[1:] == list(titles.values())
    words = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    for sheet in COLUMNS:
        page, columns = book[titles[sheet]], asked(sheet)
        checks = {str(check.sqref): check for check in page.data_validations.dataValidation}
        assert page.freeze_panes and page.print_title_rows == "$2:$2" and len(checks) == len(columns)
        for j, column in enumerate(columns, 1):
            place = openpyxl.utils.get_column_letter(j)
            check = checks[f"{place}3:{place}20000"]
            assert page.cell(2, j).value == (column.key if lang == "en" else column.zh[0])
            assert check.prompt in words and 3 < len(check.prompt) <= 250 and len(check.promptTitle) <= 32, column.key
            if check.type == "list" and check.formula1.startswith('"'):
                for word in check.formula1.strip('"').split(","):
                    assert lang == "en" or not word.islower() or column.key == "language", word
                    understood(column.key, word)
            elif check.type in ("decimal", "date"):
                assert float(check.formula1) < float(check.formula2) and check.showErrorMessage
        assert page.column_dimensions["A"].number_format == "@" or sheet in ("suitability", "prices")


def understood(key: str, word: str):
    """What a list offers is what the reader knows."""
    options = clients_workbook.CHOICES.get(key)
    if options:
        assert fields.option(word, options) in options
    else:
        assert {"no_sell": fields.yes}.get(key, fields.level)(word) in (True, False, 1, 2, 3, 4, 5)


def test_an_empty_file_that_is_filled_by_hand_is_read(tmp_path):
    """Typed into the Chinese file as a person would."""
    book = openpyxl.load_workbook(clients_workbook.write_empty(tmp_path / "c.xlsx", "zh"))
    at = {sheet: {cell.value: cell.column for cell in book[sheet][2]} for sheet in book.sheetnames[1:]}
    for sheet, row, typed in (
        ("客户", 3, {"客户编号": "0001", "姓名": "测试", "模型": "稳健", "语言": "中文", "检查频率": "每季", "风险等级": "C3", "触发阈值": 0.05}),
        ("资产", 3, {"资产": "沪深300ETF", "代码": "510300", "品种": "etf", "风险等级": "R3", "预期收益": 0.07, "波动率": 0.2}),
        ("模型", 3, {"模型": "稳健", "资产": "510300", "目标权重": 1}), ("持仓", 3, {"客户编号": "0001", "资产": "510300", "份额": 1000, "单价": 4.0}),
    ):  # fmt: skip
        for header, value in typed.items():
            book[sheet].cell(row, at[sheet][header], value)
    book.save(tmp_path / "c.xlsx")
    inputs = read(tmp_path / "c.xlsx")
    (client,) = inputs.clients
    assert (client.id, client.language, client.frequency, client.lots[0].asset) == (
        "0001",
        "zh",
        "quarterly",
        "沪深300ETF",
    )
    assert not inputs.problems.refused


def test_the_flag_for_a_chinese_file(tmp_path):
    done = CliRunner().invoke(main, ["template", "clients", "--out", str(tmp_path / "c.xlsx"), "--lang", "zh"])
    assert done.exit_code == 0 and openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames[1] == "客户"
