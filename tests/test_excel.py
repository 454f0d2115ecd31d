"""Excel without Excel: the real xlwings (pywin32 stubbed), the real xlwings.server, the add-in file and its VBA."""

import ast
import datetime as dt
import importlib
import inspect
import io
import re
import shutil
import subprocess
import sys
import types
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import processes
import pytest
from test_catalogue import VBA_WORDS, same
from windows import encodings, runtimes
from windows.regenerate import COPY

from xlalloc import cells, hosts, log, reference
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import ERROR_CODES, ErrorValue, InputError
from xlalloc.hosts import windows_addin
from xlalloc.messages import template
from xlalloc.version import __version__

ROOT = Path(__file__).parent.parent
ENTRIES = pytest.mark.parametrize("entry", CATALOGUE.values(), ids=lambda entry: entry.name)
COV = [[0.04, 0.006], [0.006, 0.01]]


@pytest.fixture(scope="module")
def com():
    """The functions under classic xlwings: the real udfs, _xlwindows and com_server."""
    with runtimes.com() as module:
        yield module


def com_call(name, arguments):
    return encodings.from_com(runtimes.com_call(name, *map(encodings.to_com, arguments)))


@pytest.fixture(scope="module")
def office(request):
    """The functions under the real xlwings.server: xlwings PRO, noncommercial licence, for these tests only."""
    with runtimes.office() as module:

        def call(name, arguments):
            entry, sent = CATALOGUE[name], [encodings.to_office(a) for a in arguments]
            if entry.arguments and entry.arguments[-1].variadic:
                fixed = len(entry.arguments) - 1
                sent = [*sent[:fixed], sent[fixed:]]
            else:
                sent += [None] * (len(entry.arguments) - len(sent))
            return encodings.from_office(runtimes.office_call(module, name, *sent))

        yield types.SimpleNamespace(module=module, call=call)


def agrees(entry, rows):
    assert [len(row) for row in rows] == [len(row) for row in entry.value], rows
    pairs = [(s, c) for shown, row in zip(entry.value, rows, strict=True) for s, c in zip(shown, row, strict=True)]
    assert all(same(s, c) for s, c in pairs), rows


# Classic xlwings over COM ----------------------------------------------------------------------------------------


@ENTRIES
def test_com_gives_every_example(com, entry):
    agrees(entry, encodings.evaluate_through(com_call, entry.example))


def test_com_error_cells_in_the_input_are_seen(com):
    for code in ERROR_CODES:
        assert com_call("RP_WEIGHTS", [[[0.04, 0.006], [0.006, ErrorValue(code)]]]) == [[code]]
    unknown = runtimes.com_call("RP_WEIGHTS", ((0.04, 0.006), (0.006, -2146828288 + 2049)))  # #FIELD!, in newer Excels
    assert encodings.from_com(unknown) == [["#VALUE!"]]


def test_com_a_missing_observation_is_missing_and_not_zero(com):
    series = [[0.01], [ErrorValue("#N/A")], [0.02], [None], [-0.01]]
    complete = cells.call("ANN_VOL", [[[0.01], [0.02], [-0.01]]])
    assert com_call("ANN_VOL", [series]) == complete


PANEL = [[0.01, 0.0], [-0.02, 0.0], [0.015, 0.0]]


def test_com_errors_are_values_alone_and_inside(com):
    assert runtimes.com_call("PORT_VOL", ((0.5,), (0.4,)), tuple(map(tuple, COV))) == encodings.NUMBERS["#VALUE!"]
    assert com_call("SHARPE", [PANEL]) == cells.call("SHARPE", [PANEL]) and com_call("SHARPE", [PANEL])[1] == [
        "#DIV/0!"
    ]


def test_com_xlwings_own_wrapper_gets_an_error_and_never_a_text_or_a_number(com):
    alone = runtimes.stock_call("PORT_VOL", ((0.5,), (0.4,)), tuple(map(tuple, COV)))
    assert encodings.from_com(alone) == [[encodings.AN_ERROR]]
    inside = encodings.from_com(runtimes.stock_call("SHARPE", tuple(map(tuple, PANEL))))
    assert inside == [cells.call("SHARPE", [PANEL])[0], [encodings.AN_ERROR]]
    assert com.error_value("#NUM!").value == -2146826252, (
        "the right number all the same, should pywin32 come to send it"
    )


def test_com_missing_arguments(com):
    both = com_call("RP_WEIGHTS", [COV, None, None, [[0.6], [0.6]]])
    assert both == cells.call("RP_WEIGHTS", [COV, None, None, [[0.6], [0.6]]])
    assert com_call("PORT_VOL", [None, COV]) == [["#VALUE!"]]
    blank = runtimes.com_call("EXPLAIN", "PORT_VOL", None, tuple(map(tuple, COV)))  # a reference to a blank cell
    assert "missing" not in blank[2][1] and "blank" in blank[2][1]


def test_com_a_row_stays_a_row(com):
    assert runtimes.com_call("RISK_CONTRIB", ((0.6, 0.4),), tuple(map(tuple, COV))) == tuple(
        cells.call("RISK_CONTRIB", [[[0.6, 0.4]], COV])[0]
    )
    across = runtimes.com_call("RISK_CONTRIB", (0.6, 0.4), tuple(map(tuple, COV)))  # {0.6,0.4} comes in one dimension
    assert across == tuple(cells.call("RISK_CONTRIB", [[[0.6, 0.4]], COV])[0])


def test_com_chinese_labels_both_ways(com):
    labelled = [[None, "沪深300", "黄金"], ["沪深300", 0.04, 0.006], ["黄金", 0.006, 0.01]]
    reasons = com_call("EXPLAIN", ["PORT_VOL", [["沪深300", "黄金"], [0.7, 0.3]], labelled])
    assert reasons[1][0] == "result" and reasons[1][1] == pytest.approx(
        cells.call("PORT_VOL", [[[0.7, 0.3]], COV])[0][0]
    )
    wrong = com_call("EXPLAIN", ["PORT_VOL", [["沪深300", "白银"], [0.7, 0.3]], labelled])
    assert any("黄金" in str(cell) for row in wrong for cell in row)


def test_com_dates_are_serials_and_every_number_a_float(com):
    written = com.answered([[dt.date(2024, 2, 29), dt.datetime(2024, 2, 29, 12), 3, True, "x"]], com.error_value)
    assert written == [[45351.0, 45351.5, 3.0, True, "x"]] and type(written[0][2]) is float
    priced = [["date", "Fund"], [45322.0, 100.0], [45351.0, 110.0], [45382.0, 121.0]]
    assert com_call("RETURNS", [priced])[1:] == [[45351.0, pytest.approx(0.1)], [45382.0, pytest.approx(0.1)]]


def test_com_typed_dates_are_dates_under_any_header(com):
    """pywin32 gives the dates of our VBA a class of their own, and calls them UTC; they are the sheet's all the same."""

    class Time(dt.datetime):
        """As pywintypes.datetime"""

    zones = (None, dt.UTC, dt.timezone(dt.timedelta(hours=-8)))
    days = [(2024, 1, 31, 0), (2024, 2, 29, 23), (2024, 3, 29, 0)]
    for zone in zones:
        dates = [Time(*day, tzinfo=zone) for day in days]
        sent = (("Fund A", "Fund B"), *zip(dates, (100.0, 110.0, 121.0), strict=True))
        assert com.rows(sent) is sent, "no look at each cell"
        answer = encodings.from_com(runtimes.com_call("RETURNS", sent))
        assert answer == [["Date", "Fund B"], [45351.0, pytest.approx(0.1)], [45380.0, pytest.approx(0.1)]]
        wrong = (*sent[:-1], (dates[-1], encodings.NUMBERS["#N/A"]))
        assert encodings.from_com(runtimes.com_call("RETURNS", wrong))[1] == answer[1], "errors beside dates are seen"
        alone = encodings.from_com(runtimes.com_call("EXPLAIN", "RETURNS", ((dates[0], 0.1), (0.2, 0.3))))
        assert "2024-01-31" in str(alone), alone


def test_com_a_range_object_is_read_by_value2(com):
    """What the stock add-in of xlwings sends; its Value would be Decimal and datetime."""

    def context(areas=1):
        api = types.SimpleNamespace(
            Areas=types.SimpleNamespace(Count=areas), Value2=((1.25, -2146826246),), Value="wrong"
        )
        return types.SimpleNamespace(range=types.SimpleNamespace(api=api), value=None)

    one, several = context(), context(2)
    com._read(one)
    com._read(several)
    assert one.value == [[1.25, "#N/A"]] and several.value == [["#VALUE!"]]


def test_com_an_unforeseen_failure_is_an_error_value_with_its_trace_in_the_log(com, monkeypatch, tmp_path):
    monkeypatch.setattr(log, "path", lambda: tmp_path / "folder" / "xlalloc.log")

    def fails(name, arguments):
        raise ZeroDivisionError("unforeseen")

    monkeypatch.setattr(com.cells, "call", fails)
    assert com_call("XLALLOC_INFO", []) == [["#VALUE!"]]
    assert "ZeroDivisionError: unforeseen" in (tmp_path / "folder" / "xlalloc.log").read_text()


def test_com_info_names_host_and_log(com):
    info = dict(com_call("XLALLOC_INFO", []))
    assert info["host"] == "Excel for Windows (COM)" and info["log file"] == str(log.path())


@ENTRIES
def test_com_what_excel_is_told_is_complete(com, entry):
    told = getattr(com, entry.name).__xlfunc__
    assert told["name"] == entry.name and told["ret"]["doc"] == entry.summary and len(entry.summary) <= 255
    assert told["category"].startswith("xlalloc ") and told["call_in_wizard"] and not told["volatile"]
    assert [a["name"] for a in told["args"]] == [a.name for a in entry.arguments]
    for given, argument in zip(told["args"], entry.arguments, strict=True):
        assert given["doc"] == argument.help and len(argument.help) <= 255
        assert ("optional" in given) == (argument.optional and not argument.variadic)
        assert given["options"] == {"convert": com.Cells}, "no type hint became a converter"
        assert argument.name != "caller", "xlwings gives that name a meaning"


def test_com_the_stock_wrapper_text_can_be_made(com):
    text, options = runtimes.vba_of_xlwings(runtimes.OURS)
    assert set(re.findall(r"^Function (\w+)\(", text, re.M)) == set(CATALOGUE)
    assert {name.rpartition("!")[2] for name, _ in options} == set(CATALOGUE)


def test_the_star_import_brings_the_functions_and_nothing_else(com):
    names: dict = {}
    exec("from xlalloc.hosts.excel import *", names)
    assert set(names) - {"__builtins__"} == set(CATALOGUE)


# Office.js: Lite and Server --------------------------------------------------------------------------------------


@ENTRIES
def test_office_gives_every_example(office, entry):
    agrees(entry, encodings.evaluate_through(office.call, entry.example))


def test_office_errors_both_ways(office):
    for code in sorted(set(ERROR_CODES) - {"#SPILL!", "#CALC!"}):
        assert office.call("RP_WEIGHTS", [[[0.04, 0.006], [0.006, ErrorValue(code)]]]) == [[code]]
    for code in ("#SPILL!", "#CALC!", "#FIELD!"):  # Office.js through xlwings has none of these to give back
        cell = {"type": "Error", "basicValue": code}
        answer = runtimes.office_call(office.module, "RP_WEIGHTS", [[0.04, 0.006], [0.006, cell]], None, None, None)
        assert encodings.from_office(answer) == [["#VALUE!"]]
    panel = [[0.01, 0], [-0.02, 0], [0.015, 0]]
    assert office.call("SHARPE", [panel])[1] == ["#DIV/0!"]
    assert office.call("PORT_VOL", [None, COV]) == [["#VALUE!"]]


def test_office_blanks_and_data_types(office):
    class JsNull:
        """As Pyodide's"""

    formatted = {"type": "FormattedNumber", "basicValue": 0.02, "numberFormat": "0%"}
    series = [[0.01], [formatted], [JsNull()], [""], [-0.01]]
    answer = runtimes.office_call(office.module, "ANN_VOL", series, None)
    assert encodings.from_office(answer) == cells.call("ANN_VOL", [[[0.01], [0.02], [-0.01]]])


def test_office_metadata_is_complete(office):
    from xlwings.server import custom_functions_meta

    meta = {function["name"]: function for function in custom_functions_meta(office.module)["functions"]}
    assert set(meta) == set(CATALOGUE)
    for name, entry in CATALOGUE.items():
        told = meta[name]
        assert told["description"] == entry.summary and told["result"] == {"dimensionality": "matrix", "type": "any"}
        for given, argument in zip(told["parameters"], entry.arguments, strict=True):
            assert (given["name"], given["description"]) == (argument.name, argument.help)
            kind = ("string", "scalar") if argument.quantity.options else ("any", "matrix")
            assert (given["type"], given["dimensionality"]) == kind
            assert bool(given.get("optional") or given.get("repeating")) == argument.optional


def test_office_offers_the_options_of_an_argument(office):
    """Excel shows a list to choose from; an option is taken in any case, and a wrong one is the same error as ever."""
    from xlwings.server import custom_functions_meta

    meta = custom_functions_meta(office.module)
    lists = {enum["id"]: [value["stringValue"] for value in enum["values"]] for enum in meta["enums"]}
    expected = {
        f"{name}.{argument.name}".upper(): list(argument.quantity.options)
        for name, entry in CATALOGUE.items()
        for argument in entry.arguments
        if argument.quantity.options
    }
    assert lists == expected and len(lists) >= 18
    ids = {(f["name"], p["name"]): p.get("customEnumId") for f in meta["functions"] for p in f["parameters"]}
    assert {id_ for id_ in ids.values() if id_} == set(lists)
    panel = [[0.01, 0.02], [-0.02, 0.01], [0.015, -0.01]]
    for method in ("Ledoit_Wolf", None):
        assert office.call("COV_MATRIX", [panel, method]) == cells.call("COV_MATRIX", [panel, method])
    assert office.call("COV_MATRIX", [panel, "no such"]) == [["#VALUE!"]]


def test_office_info_names_the_host(office):
    assert dict(office.call("XLALLOC_INFO", []))["host"] == "Excel (Office.js)"


def test_the_project_imports_nothing_of_xlwings_pro():
    for path in (ROOT / "xlalloc").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not any(n.startswith(("xlwings.pro", "xlwings.server", "xlwings.reports")) for n in names), path


def test_the_server_keeps_out_what_xlwings_would_load_and_nothing_here_uses():
    """pandas is installed here: without the server's care xlwings would import it, for seconds."""
    code = """
import runpy, sys
server = runpy.run_path(sys.argv[1])
def serve(clsid):
    import openpyxl.drawing.image, xlwings
    print([n for n in server["UNUSED"] if sys.modules.get(n)], "xlalloc.hosts.windows_calls" in sys.modules, xlwings.__name__)
server["main"].__globals__["serve"] = serve
print(server["main"]("{}"))
"""
    script = ROOT / "xlalloc" / "hosts" / "windows_server.py"
    done = subprocess.run([sys.executable, "-c", code, script], capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["[] True xlwings", "0"], done.stdout + done.stderr
    loaded = [sys.executable, "-c", "import sys, xlwings; print('pandas' in sys.modules)"]
    assert subprocess.run(loaded, capture_output=True, text=True).stdout == "True\n", "the test tests nothing"


# The add-in file -------------------------------------------------------------------------------------------------

WRAPPER = re.compile(r"^Public Function (\w+)\((.*)\)$", re.M)


@pytest.fixture(scope="module")
def addin(tmp_path_factory):
    return windows_addin.build(tmp_path_factory.mktemp("addin"))


@pytest.fixture(scope="module")
def package(addin):
    with zipfile.ZipFile(addin) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def test_the_functions_text_is_the_committed_one():
    """Differs where the catalogue changed:  python tests/windows/regenerate.py"""
    assert windows_addin.functions_module() == COPY.read_text(encoding="ascii")


def test_the_text_is_read_back_from_the_file(addin):
    """The VBA project in the package is the one of the text in it:  python tests/windows/regenerate.py"""
    vba = pytest.importorskip("oletools.olevba").VBA_Parser(str(addin))
    found = {name.rpartition(".")[0]: code for _, _, name, code in vba.extract_macros()}
    vba.close()
    assert set(found) == {"xlalloc", "xlalloc_functions", "ThisWorkbook", "Sheet2"}
    for name, text in windows_addin.modules().items():
        read = [line for line in found[name].replace("\r\n", "\n").split("\n") if not line.startswith("Attribute VB_")]
        assert "\n".join(read).strip() == text.strip()


def test_every_function_has_its_wrapper():
    text = windows_addin.functions_module()
    wrappers = dict(WRAPPER.findall(text))
    assert set(wrappers) == set(CATALOGUE)
    for name, words in wrappers.items():
        entry = CATALOGUE[name]
        expected = [
            f"ParamArray {a.name}()" if a.variadic else ("Optional " if a.optional else "") + a.name
            for a in entry.arguments
        ]
        assert [w for w in words.split(", ") if w] == expected
        assert name.lower() not in VBA_WORDS | {a.name for a in entry.arguments}, (
            "VBA knows no small and capital letters"
        )
        assert f'{name} = xlalloc.Answer("{name}", ' in text


def test_the_vba_reads_nothing_from_workbooks_and_hides_what_is_no_function():
    modules = windows_addin.modules()
    assert "Option Private Module" in modules["xlalloc"] and "Option Private" not in modules["xlalloc_functions"]
    for name, text in modules.items():
        assert text.isascii() and "\t" not in text and max(map(len, text.split("\n"))) < 1000, name
        for word in ("RunPython", "GetConfig", ".conf", "xlwings64", "cmd.exe", "Err.Description\n    End"):
            assert word not in text
        assert re.search(r"^Option Explicit$", text, re.M)
    answer = modules["xlalloc"].split("Public Function Answer")[1].split("End Function")[0]
    assert "CVErr(xlErrValue)" in answer and "Description" not in answer
    opened = re.findall(r"^(?:Public|Private) (Function|Sub)|^End (Function|Sub)", modules["xlalloc"], re.M)
    assert len(opened) % 2 == 0 and all(a[0] == b[1] for a, b in zip(opened[::2], opened[1::2], strict=True))


def test_the_ribbon_calls_what_is_there(package):
    called = re.findall(rb'onAction="xlalloc\.(\w+)"', package["customUI/customUI.xml"])
    assert len(called) == 4
    for name in called:
        assert f"Public Sub {name.decode()}(control As IRibbonControl)" in windows_addin.machinery_module()
    asked = set(re.findall(rb'(?:get\w+|onLoad)="xlalloc\.(\w+)"', package["customUI/customUI.xml"]))
    assert asked == {b"RibbonLoaded", b"RibbonLabel", b"RibbonTip", b"RibbonHintVisible"}
    assert all(f"Public Sub {name.decode()}(" in windows_addin.machinery_module() for name in asked)


def test_every_text_of_the_addin_is_there_in_both_languages(package):
    """The ribbon's labels and tips are given by the VBA, and every text of the VBA has its Chinese in the one table."""
    text = windows_addin.machinery_module()
    ribbon = package["customUI/customUI.xml"].decode()
    for callback, asked in (("RibbonLabel", "getLabel"), ("RibbonTip", "getSupertip")):
        given = re.findall(r'Case "(\w+)"', text.split(f"Sub {callback}(")[1].split("End Sub")[0])
        assert given == re.findall(rf' id="(\w+)"[^>]* {asked}="xlalloc.{callback}"', ribbon)
    texts = windows_addin.own_texts()
    assert len(texts) > 20 and len(texts) == len(set(texts))
    assert text.count("Worded(") - 1 == len(re.findall(r'Worded\("', text)), "every text stands where it is said"
    for english in texts:
        assert english.isascii() and re.search("[\u4e00-\u9fff]", template(english))
        assert len(re.findall(r"{\w+}", english)) <= 1, "the VBA fills one place"


def test_nothing_of_the_template_or_its_author_is_left(package):
    oletools = pytest.importorskip("oletools.olevba")
    for name, content in package.items():
        assert b"felix" not in content.lower() and b"_myaddin.conf" not in content, name
    assert b"fullCalcOnLoad" not in package["xl/workbook.xml"] and b"absPath" not in package["xl/workbook.xml"]
    import olefile

    with olefile.OleFileIO(io.BytesIO(package["xl/vbaProject.bin"])) as project:
        directory = oletools.decompress_stream(bytearray(project.openstream("VBA/dir").read()))
        assert b"Users" not in directory and b"Dictionary" not in directory and b"MSForms" not in directory
        names = {"/".join(entry) for entry in project.listdir()}
    assert names == {
        "PROJECT",
        "PROJECTwm",
        "VBA/dir",
        "VBA/_VBA_PROJECT",
        "VBA/Sheet2",
        "VBA/ThisWorkbook",
        "VBA/xlalloc",
        "VBA/xlalloc_functions",
    }
    text = windows_addin.functions_module()
    assert "Zoomer Analytics GmbH" in text and "Redistributions in binary form" in text


def test_the_package_holds_together(package):
    types_ = package["[Content_Types].xml"].decode()
    for name, content in package.items():
        if name.endswith((".xml", ".rels")):
            ET.fromstring(content)
        assert name.endswith((".rels", ".xml")) or f'PartName="/{name}"' in types_
    for name in ("_rels/.rels", "xl/_rels/workbook.xml.rels"):
        folder = name.split("_rels/")[0]
        for relation in ET.fromstring(package[name]):
            assert folder + relation.get("Target") in package


def test_the_help_sheet_holds_every_text(package):
    import openpyxl

    as_workbook = io.BytesIO()  # openpyxl knows no add-ins by their content type
    with zipfile.ZipFile(as_workbook, "w") as copy:
        for name, content in package.items():
            copy.writestr(name, content.replace(b"excel.addin.macroEnabled", b"excel.sheet.macroEnabled"))
    sheet = openpyxl.load_workbook(as_workbook)["help"]
    rows = list(sheet.iter_rows(min_row=2, values_only=True))
    assert [row[0] for row in rows] == sorted(CATALOGUE)
    heads = [cell.value for cell in sheet[1]]
    english, chinese, own = heads.index("en"), heads.index("zh"), heads.index("text")
    told = {row[own]: row[own + 1 :] for row in sheet.iter_rows(values_only=True) if row[own]}
    assert told.pop("text") == (__version__,) and told["Restart Python"] == ("重启 Python",)
    assert list(told) == windows_addin.own_texts()
    for row in (row[:own] for row in rows):
        entry = CATALOGUE[row[0]]
        texts = [entry.summary, *[a.help for a in entry.arguments]]
        assert row[1] == len(entry.arguments) and row[english].startswith("xlalloc ")
        assert [cell for cell in row[english + 1 : chinese] if cell] == texts
        translated = [cell for cell in row[chinese:] if cell]
        assert len(translated) == 1 + len(texts) and all(re.search("[\u4e00-\u9fff]", cell) for cell in translated)
        assert all(len(str(cell)) <= 255 for cell in row)


def test_the_same_contents_make_the_same_file(addin, tmp_path):
    again = windows_addin.build(tmp_path / "other name.xlam")
    assert again.read_bytes() == addin.read_bytes()


def test_nobody_but_a_developer_needs_pyopenvba(monkeypatch, tmp_path, addin):
    monkeypatch.setitem(sys.modules, "pyopenvba", None)
    assert windows_addin.build(tmp_path).read_bytes() == addin.read_bytes()


def test_without_pyopenvba_changed_functions_make_no_addin_that_lacks_them(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "pyopenvba", None)
    monkeypatch.setattr(windows_addin, "functions_module", lambda: "' another function")
    with pytest.raises(InputError, match="pip install pyOpenVBA"):
        windows_addin.build(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_vba_asks_for_nothing_that_looks_like_a_virus():
    for name, text in windows_addin.modules().items():
        code = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("'"))
        for word in ("WScript", "Shell", "Dir(", "Environ", "Declare", "ChangeLink", "CalculateFull", "RegRead"):
            assert word not in code, (name, word)


# The VBA itself, where there is an interpreter for it --------------------------------------------------------------


def described(lang: str) -> str:
    """What the wizard is told: how many functions; of FEE_DRAG all but the other arguments; of MODEL_LIST the summary."""
    entry, without = CATALOGUE["FEE_DRAG"], CATALOGUE["MODEL_LIST"]
    first = reference.argument_help(entry.arguments[0], lang)
    said = [hosts.category(entry, lang), reference.translated(entry.summary, lang), str(len(entry.arguments)), first]
    return f"{len(CATALOGUE)} " + "|".join([*said, reference.translated(without.summary, lang)])


def test_the_vba_runs_in_libreoffice(addin):
    """The file as built, its declared types and CVErr included; VBScript runs it too, in the Windows tier."""
    python = Path("/usr/bin/python3")
    if not shutil.which("soffice") or subprocess.run([python, "-c", "import uno"], capture_output=True).returncode:
        pytest.skip("LibreOffice is not installed with its Python: no interpreter of VBA here")
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(addin.parent)}
    program = Path(__file__).parent / "windows" / "basic.py"
    done = processes.run([python, program, addin], 300, env=environment)
    answers = dict(line.split(": ", 1) for line in done.stdout.splitlines())
    assert answers == {
        "Table": "5:1.5 10:Error 2042 8:x 10:Error 2036",
        "Row": "5:2.5 10:Error 2007",
        "One": "10:Error 2036",
        "Cells": "2x2 8:name 5:3.5",
        "Dates": "5:45322 5:45351.75 5:45322 | 7:45322 7:45351.75",
        "Areas": "10:Error 2015",
        "Refused": "10:Error 2015 10:Error 2036 starts 1",
        "Failing": "10:Error 2015 10:Error 2015 starts 1",
        "Stripping": "=RP_WEIGHTS(A1:B2)+PORT_VOL(C1,'a b'!D1) =SHARPE(A1) =@SUM(A1)+ANN_VOL(A1) =SUM('other book.xlam'!A1)",
        # LibreOffice knows no Protection: the failure is told, and what was switched off is on again
        "Reentering": "0 formulas entered again.|=ABS(-2)|-4105|True|0 formulas entered again. Property or method not found: Protection.|True|-4105",
        "Wording": "Restart Python|7 formulas entered again.|重启 Python|请手动重新输入：Plan!A1|No such text",
        "English": described("en"),
        "Chinese": described("zh"),
    }, done.stderr


# The script for Lite -----------------------------------------------------------------------------------------------


def test_lite_enters_again_what_shows_name(office):
    import asyncio

    lite = importlib.import_module("xlalloc.hosts.lite")
    formulas = [
        ["=RP_WEIGHTS(B2:E5)", "=SUM(A1:A2)", "text RP_WEIGHTS(", 1.5],
        ["=RP_WEIGHTS(B2:E5)", "=IF(A1,_xldudf_rp_vol(B2),0)", "=1-sharpe(B2:B9)", "=MY_SHARPE(B2)"],
    ]
    shown = [["#NAME?", "#NAME?", "#NAME?", 1.5], ["#NAME?", "#NAME?", "#NAME?", "#NAME?"]]
    assert lite.to_enter(formulas, shown) == [(0, 0, formulas[0][0]), (1, 2, formulas[1][2])]
    assert lite.to_enter(formulas, [["ok"] * 4] * 2) == []
    entered = {}

    class Used:
        value = shown

        def options(self, **given):
            assert given["ndim"] == 2
            return self

        async def get_formula(self):
            return formulas

        def __getitem__(self, place):
            class Cell:
                def __setattr__(self, name, formula):
                    entered[place] = (name, formula)

            return Cell()

    asyncio.run(
        inspect.unwrap(lite.reenter_formulas)(types.SimpleNamespace(sheets=[types.SimpleNamespace(used_range=Used())]))
    )
    assert entered == {(0, 0): ("formula", formulas[0][0]), (1, 2): ("formula", formulas[1][2])}
