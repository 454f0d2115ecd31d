"""The Windows tier: real Windows CPython, pywin32, numpy, xlwings and COM under Wine; only Excel is simulated.

Real: python.org's signed CPython, its COM through pywin32, the class entered by our own registration and started by
COM itself, clients in a second Windows process and in VBScript. Simulated: Excel (stand-ins for its ranges, and our VBA
read by VBScript with VBA's types taken off) and Windows (Wine, whose activation looks in HKEY_LOCAL_MACHINE alone).
"""

import datetime as dt
import json
import os
import shutil

import pytest
from windows import encodings, vbscript, wine

from xlalloc import cells
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import ERROR_CODES
from xlalloc.hosts import windows_addin
from xlalloc.messages import speaking

COV = [[0.04, 0.006], [0.006, 0.01]]
STRESS = int(os.environ.get("XLALLOC_STRESS", 1500))


@pytest.fixture(scope="module")
def windows(tmp_path_factory):
    machine = wine.Windows(wine.place(), tmp_path_factory.mktemp("windows"))
    machine.install_package()
    machine.start()
    assert "windows_server.py" in machine.python("-c", wine.REGISTER)
    yield machine
    machine.end()


def example_calls() -> list[tuple[str, list, list]]:
    """Every catalogue call of every example, with what it gives here."""
    found = []

    def note(name, arguments):
        rows = cells.call(name, arguments)
        found.append((name, list(arguments), rows))
        return rows

    for entry in CATALOGUE.values():
        encodings.evaluate_through(note, entry.example)
    return found


def for_com(value):
    """Cells for client.py: errors as VT_ERROR, a missing argument as Excel's."""
    if value is None:
        return {"error": encodings.MISSING}
    return [[_com_cell(c) for c in row] for row in value] if isinstance(value, list) else _com_cell(value)


def _com_cell(cell):
    return {"error": encodings.NUMBERS[cell]} if isinstance(cell, str) and cell in ERROR_CODES else cell


def rows_of(answer) -> list[list]:
    if not isinstance(answer, list):
        return [[answer]]
    return answer if isinstance(answer[0], list) else [answer]


def equal(expected, got) -> bool:
    if isinstance(expected, str) and expected in ERROR_CODES:
        return got in ({"error": encodings.NUMBERS[expected]}, (vbscript.VB_ERROR,), vbscript.made(expected))
    if isinstance(expected, bool) or not isinstance(expected, int | float):
        return got == expected
    return got == pytest.approx(expected, rel=1e-6, abs=1e-9)


def all_equal(name, expected, got) -> None:
    assert [len(row) for row in got] == [len(row) for row in expected], (name, got)
    if name == "XLALLOC_INFO":
        expected, got = expected[:1], got[:1]
    pairs = [(e, g) for row, other in zip(expected, got, strict=True) for e, g in zip(row, other, strict=True)]
    assert all(equal(e, g) for e, g in pairs), (name, [pair for pair in pairs if not equal(*pair)])


# From a second process -------------------------------------------------------------------------------------------


def test_every_example_from_a_second_process(windows):
    known = example_calls()
    assert {name for name, _, _ in known} == set(CATALOGUE)
    done = windows.client("calls", calls=[(name, list(map(for_com, given))) for name, given, _ in known])
    assert done["pid"] != done["own pid"]
    for (name, _, expected), answer in zip(known, done["answers"], strict=True):
        all_equal(name, expected, rows_of(answer))


def test_errors_blanks_and_missing_arguments(windows):
    questions = {
        "missing": ("RP_WEIGHTS", [COV, None, None, [[0.6], [0.6]]]),
        "left out": ("PORT_VOL", [None, COV]),
        "row": ("RISK_CONTRIB", [[[0.6, 0.4]], COV]),
        "inside": ("SHARPE", [[[0.01, 0.0], [-0.02, 0.0], [0.015, 0.0]]]),
        "not available": ("ANN_VOL", [[[0.01], ["#N/A"], [0.02], [None], [-0.01]]]),
        **{code: ("RP_WEIGHTS", [[[0.04, 0.006], [0.006, code]]]) for code in ERROR_CODES},
    }
    asked = [(name, list(map(for_com, given))) for name, given in questions.values()]
    answers = dict(zip(questions, windows.client("calls", calls=asked)["answers"], strict=True))
    assert isinstance(answers["row"], list) and isinstance(answers["row"][0], float), "1 x N comes in one dimension"
    for key, (name, given) in questions.items():
        all_equal(name, cells.call(name, given), rows_of(answers[key]))


def test_chinese_both_ways(windows):
    given = [
        "PORT_VOL",
        [["沪深300", "白银"], [0.7, 0.3]],
        [[None, "沪深300", "黄金"], ["沪深300", *COV[0]], ["黄金", *COV[1]]],
    ]
    answer = windows.client("calls", calls=[("EXPLAIN", given)])["answers"][0]
    all_equal("EXPLAIN", cells.call("EXPLAIN", given), answer)
    assert "黄金" in answer[2][1]


def test_money_and_dates_are_exact(windows):
    """A client that sends Currency and dates all the same: nothing is lost on the way."""
    currency = {"currency": "0.1234"}
    typed = [
        ["date", "Fund"],
        [{"date": "2024-01-31T00:00:00"}, 100.0],
        [{"date": "2024-02-29T00:00:00"}, 110.0],
        [{"date": "2024-03-29T00:00:00"}, 121.0],
    ]
    weights, returns = windows.client(
        "calls", calls=[("PORT_RETURN", [[[currency], [{"currency": "0.8766"}]], [[0.1], [0.0]]]), ("RETURNS", [typed])]
    )["answers"]
    assert weights == pytest.approx(0.01234, abs=1e-15)
    assert returns[1:] == [[45351.0, pytest.approx(0.1)], [45380.0, pytest.approx(0.1)]]


def test_the_server_does_not_grow(windows):
    asked = [
        ("RP_WEIGHTS", [COV]),
        ("PORT_VOL", [[[0.5], [0.4]], COV]),
        ("SHARPE", [[[0.01], [-0.02], [0.015]]]),
        ("EXPLAIN", ["PORT_VOL", [["甲", "乙"], [0.7, 0.4]], COV]),
        ("RISK_CONTRIB", [[[0.6, 0.4]], COV]),
    ]
    used = windows.client("growth", calls=asked, warm=1000, count=2500, limit=300)
    grown = {key: used["after"][key] - used["before"][key] for key in used["before"]}
    assert used["before"]["WorkingSetSize"] > 10e6, "a number that means something"
    assert max(grown.values()) < 5e6, grown


# From VBScript ---------------------------------------------------------------------------------------------------


def test_every_example_from_vbscript_with_vbas_error_type(windows):
    known = [(n, given, rows) for n, given, rows in example_calls() if not _has_error(given)]
    assert len({name for name, _, _ in known}) >= len(CATALOGUE) - 3
    known.append(("PORT_VOL", [[[0.5], [0.4]], COV], [["#VALUE!"]]))
    panel = [[0.01, 0.0], [-0.02, 0.0], [0.015, 0.0]]
    known.append(("SHARPE", [panel], cells.call("SHARPE", [panel])))
    lines = [vbscript.tools()]
    for name, given, _ in known:
        while given and given[-1] is None:
            given = given[:-1]
        words = ", ".join(map(vbscript.literal, given))
        lines.append(f'Show server.CallUDF("xlalloc.hosts.excel", "{name}", Array({words}))')
    values = vbscript.read(windows.script("examples", "\n".join(lines)))
    for (name, _, expected), got in zip(known, values, strict=True):
        all_equal(name, expected, got)
    assert values[-2] == [[(vbscript.VB_ERROR,)]] and values[-1][1] == [(vbscript.VB_ERROR,)]


def _has_error(given) -> bool:
    flat = [cell for a in given for row in (a if isinstance(a, list) else [[a]]) for cell in row]
    return any(isinstance(cell, str) and cell in ERROR_CODES for cell in flat) or any(a is None for a in given[:-1])


@pytest.fixture(scope="module")
def vba():
    """Our VBA text with VBA's types taken off, the server not started yet."""
    return vbscript.machinery(windows_addin.modules()) + vbscript.RANGE


def test_our_vba_calls_the_server(windows, vba):
    """Value2, whole columns, two workbooks with one server, a hostile sheet, several areas, a row."""
    exact = 0.123456789
    program = f"""
Dim first, second, one, two, other, area, values, exact, process
Set first = Book("plan.xlsx")
Set second = Book("xlalloc.conf")
Set one = SheetOf(first, 3, 2)
Set two = SheetOf(second, 3, 2)
Set area = MadeRange({vbscript.literal([[exact], [1 - exact]])}, 2, 1, one)
Show PORT_RETURN(area, {vbscript.literal([[1.0], [0.0]])})
values = area.Value
exact = area.Value2
Show values(0, 0) <> exact(0, 0)
Dim column(999, 1)
column(0, 0) = 0.01 : column(1, 0) = -0.02 : column(2, 0) = 0.015
column(0, 1) = 0.02 : column(1, 1) = 0.01 : column(2, 1) = -0.01
Show ANN_VOL(MadeRange(column, 1, 1, one), CDbl(12))
process = server.Str(server.Eval("__import__('os').getpid()"))
Set other = MadeRange(column, 1, 1, two)
Show ANN_VOL(other, CDbl(12))
Show process = server.Str(server.Eval("__import__('os').getpid()"))
Set other.Areas = Sized(2)
Show ANN_VOL(other, CDbl(12))
Show Answer("RISK_CONTRIB", Array({vbscript.literal([[0.6, 0.4]])}, {vbscript.literal(COV)}))
Show EXPLAIN("PORT_VOL", Array({vbscript.literal([[0.5], [0.4]])}, MadeRange({vbscript.literal(COV)}, 1, 1, one)))
Show CDbl(first.touched + second.touched)
"""
    got = vbscript.read(windows.script("module", vba + program))
    panel = [[0.01, 0.02], [-0.02, 0.01], [0.015, -0.01]]
    volatility = cells.call("ANN_VOL", [panel, 12.0])
    assert got[0] == [[pytest.approx(exact, abs=1e-14)]]
    assert got[1] == [[True]], "the stand-in's Value is cut to four places"
    all_equal("ANN_VOL", volatility, got[2])
    assert got[3] == got[2] and got[4] == [[True]]
    assert got[5] == [["CVErr 2015"]]
    all_equal("RISK_CONTRIB", cells.call("RISK_CONTRIB", [[[0.6, 0.4]], COV]), got[6])
    all_equal("EXPLAIN", cells.call("EXPLAIN", ["PORT_VOL", [[0.5], [0.4]], COV]), got[7])
    assert got[8] == [[0.0]], "no workbook, and no sheet called xlalloc.conf, was looked at"
    assert len(got) == 9


def test_our_vba_starts_a_killed_server_again(windows, vba):
    program = f"""
Dim before, cov
cov = {vbscript.literal(COV)}
Show XLALLOC_INFO()
before = server.Str(server.Eval("__import__('os').getpid()"))
On Error Resume Next
server.Exec "__import__('os')._exit(9)"
On Error GoTo 0
Leave
Show Answer("RP_WEIGHTS", Array(cov))
Show before <> server.Str(server.Eval("__import__('os').getpid()"))
Show Answer("NO_SUCH_FUNCTION", Array(cov))
Show before <> server.Str(server.Eval("__import__('os').getpid()"))
"""
    got = vbscript.read(windows.script("killed", vba + program))
    all_equal("RP_WEIGHTS", cells.call("RP_WEIGHTS", [COV]), got[1])
    assert got[2:] == [[[True]], [["CVErr 2015"]], [[True]]]


def test_reasons_are_in_the_language_of_office(windows, vba):
    """Python is told Office's language, as is the one that is started after it was killed; the cells do not change."""
    wrong = ["PORT_VOL", [[0.5], [0.4]], COV]
    words = ", ".join(map(vbscript.literal, wrong))
    program = f"""
menus = MENUS
Show XLALLOC_INFO()
failed_at = 0 ' a start that came too late for Wine is tried again at once
Show Answer("EXPLAIN", Array({words}))
On Error Resume Next
server.Exec "__import__('os')._exit(9)"
On Error GoTo 0
Leave
Show Answer({words.replace(", ", ", Array(", 1)}))
Show Answer("EXPLAIN", Array({words}))
Show server.CallUDF(FUNCTIONS, "DIAGNOSIS", Array(Language(), "0.0.0"))
"""
    english = cells.call("EXPLAIN", wrong)
    with speaking("zh"):
        chinese = cells.call("EXPLAIN", wrong)
    assert chinese != english and any("\u4e00" <= c <= "\u9fff" for c in str(chinese))
    for number, expected in ((1031, english), (2052, chinese)):
        told = vbscript.read(windows.script("language", vba + program.replace("MENUS", str(number))))
        _, first, cell, again, found = told
        all_equal("EXPLAIN", expected, first)
        all_equal("EXPLAIN", expected, again)
        assert cell == [["CVErr 2015"]]
        lines = "\n".join(row[0] for row in found)
        assert ("版本为 0.0.0" in lines) == (expected is chinese) and ("of version 0.0.0" in lines) == (
            expected is english
        )


def test_our_vba_cuts_what_reaches_to_the_sheets_end(windows, vba):
    """A2:A1048576 is a range too; a range that ends before the sheet does keeps its blanks."""
    program = """
Dim sheet, column(998, 0), short(9, 0)
Set sheet = SheetOf(Book("plan.xlsx"), 4, 1)
column(0, 0) = 0.01 : column(1, 0) = -0.02 : column(2, 0) = 0.015
short(0, 0) = 0.5 : short(1, 0) = 0.5
Show UBound(CellsOf(MadeRange(column, 2, 1, sheet)), 1)
Show UBound(CellsOf(MadeRange(short, 1, 1, sheet)), 1)
Show ANN_VOL(MadeRange(column, 2, 1, sheet), CDbl(12))
"""
    got = vbscript.read(windows.script("cut", vba + program))
    assert got[:2] == [[[2.0]], [[9.0]]]
    all_equal("ANN_VOL", cells.call("ANN_VOL", [[[0.01], [-0.02], [0.015]], 12.0]), got[2])


def test_our_vba_sends_the_dates_of_a_first_column_as_dates(windows, vba):
    """Numbers formatted as dates are dates under any header; a column that holds other numbers too is as it was."""
    rows = [["Fund A", "Fund B"], *([40000.5 + 50 * k, 100.0 + k] for k in range(4))]
    program = f"""
Dim sheet, area, sent
Set sheet = SheetOf(Book("plan.xlsx"), 5, 2)
Set area = MadeRange({vbscript.literal(rows)}, 1, 1, sheet)
area.dates = 5
Show Answer("RETURNS", Array(area))
sent = CellsOf(area)
Show CDbl(VarType(sent(0, 0))) + VarType(sent(1, 0)) + VarType(sent(4, 0)) + VarType(sent(4, 1))
area.dates = 4
Show Answer("RETURNS", Array(area))
"""
    dated, kinds, mixed = vbscript.read(windows.script("dates", vba + program))
    typed = [rows[0], *([dt.datetime(1899, 12, 30) + dt.timedelta(row[0]), row[1]] for row in rows[1:])]
    all_equal("RETURNS", cells.call("RETURNS", [typed]), dated)
    assert dated[0] == ["Date", "Fund B"] and dated[1][0] == 40050.0 and kinds == [[8 + 7 + 7 + 5]]
    all_equal("RETURNS", cells.call("RETURNS", [rows]), mixed)
    assert mixed[0] == ["Fund A", "Fund B"]


def test_a_call_that_does_not_end_is_given_up_and_the_next_one_answered(windows, vba):
    """The server ends itself, with its trace in the log; the cell is #VALUE! and does not ask again."""
    program = f"""
Dim before, cov
cov = {vbscript.literal(COV)}
Show XLALLOC_INFO()
before = server.Str(server.Eval("__import__('os').getpid()"))
server.Exec "c = __import__('sys').modules['xlalloc.hosts.windows_calls']; c.PATIENCE = 2; c.answer = lambda *a: __import__('time').sleep(600)"
Show Answer("RP_WEIGHTS", Array(cov))
Leave
Show Answer("RP_WEIGHTS", Array(cov))
Show before <> server.Str(server.Eval("__import__('os').getpid()"))
"""
    impatient = vba.replace("PATIENCE = 30", "PATIENCE = 1")
    assert impatient != vba
    got = vbscript.read(windows.script("hung", impatient + program))
    assert got[1] == [["CVErr 2015"]] and got[3] == [[True]]
    all_equal("RP_WEIGHTS", cells.call("RP_WEIGHTS", [COV]), got[2])
    log = windows.python(
        "-c", "import runpy, sys; print(runpy.run_path(sys.argv[1])['path']().read_text())", windows.log_module
    )
    assert "Timeout (0:00:02)!" in log and "windows_calls.py" in log


# Many clients ----------------------------------------------------------------------------------------------------


def test_a_long_call_of_one_excel_does_not_hold_up_another(windows):
    """Each has a Python of its own. And none loads what xlwings would load where it is installed."""
    for name in ("pandas", "matplotlib"):
        (windows.site / f"{name}.py").write_text("raise SystemError('loaded by the server')\n", encoding="ascii")
    try:
        done = windows.client("apart", seconds=16)
    finally:
        for name in ("pandas", "matplotlib"):
            (windows.site / f"{name}.py").unlink()
    print(f"{done['calls']} calls meanwhile, the longest {done['longest']:.3f} s")
    assert len(set(done["pids"])) == 2 and done["loaded"] == "[]"
    assert done["calls"] > 5 and done["longest"] < 5


def test_stress(windows):
    """Two clients at once, a server killed in a call, a column of the whole sheet. XLALLOC_STRESS: calls of each client."""
    asked = [
        ("RP_WEIGHTS", [COV]),
        ("PORT_VOL", [[[0.5], [0.5]], COV]),
        ("SHARPE", [[[0.01], [-0.02], [0.015]]]),
        ("RISK_CONTRIB", [[[0.6], [0.4]], COV]),
    ]
    first = windows.client("calls", calls=asked)["answers"]
    for (name, given), got in zip(asked, first, strict=True):
        all_equal(name, cells.call(name, given), rows_of(got))
    calls = [(name, given, got) for (name, given), got in zip(asked, first, strict=True)]
    done = windows.client("stress", calls=calls, count=STRESS, limit=240 + STRESS / 10)
    print(f"a killed server noticed after {done['noticed']:.1f} s, a full column answered in {done['seconds']:.1f} s")
    assert done["wrong"] == [0, 0] and done["killed"] and done["noticed"] < 20
    all_equal("RP_WEIGHTS", cells.call("RP_WEIGHTS", [COV]), rows_of(done["after"]))
    column = [[0.01 if k % 2 else -0.02] for k in range(500)]
    all_equal("ANN_VOL", cells.call("ANN_VOL", [column, 12.0]), rows_of(done["full"]))


# Installing ------------------------------------------------------------------------------------------------------

INSTALL = """
import json, pathlib, winreg
from xlalloc.hosts import windows, windows_class
done = windows.install()
found = windows.doctor()
there = windows.startup_folder() / "xlalloc.xlam"
kept = there.exists(), windows_class.registered() is not None
back = windows.uninstall()
left = there.exists(), windows_class.registered() is not None
with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "Software\\\\Classes") as classes:
    names = [winreg.EnumKey(classes, k) for k in range(winreg.QueryInfoKey(classes)[0])]
print("ANSWER", json.dumps([done, found, kept, back, left, names]))
"""


def test_install_doctor_and_uninstall_with_the_real_registry(windows):
    output = windows.python("-c", INSTALL)
    done, found, kept, back, left, names = json.loads(output.partition("ANSWER ")[2])
    assert done[0] and kept == [True, True] and back[0] and len(back[1]) >= 2, (done, back)
    states = {what: state for what, state, *_ in found}
    assert states.pop("Excel").startswith("wrong"), "there is none here"
    assert (
        all(state.startswith("ok") for state in states.values()) and "first answer after" in states["Python server"]
    ), found
    assert left == [False, False] and "Xlalloc.Server" not in names


# A server that cannot work ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["numpy", "xlwings", "xlalloc/hosts/excel.py"])
def test_a_broken_import_is_answered_at_once(windows, vba, what):
    """Windows waits half a minute and more for a class that never comes; this one comes, to say no.

    The limit only tells refusal from that wait; the seconds themselves are printed (1 to 2 for numpy, on an idle machine).
    """
    file = windows.site / what if what.endswith(".py") else windows.site / what / "__init__.py"
    kept = file.with_name(file.name + ".kept")
    windows.wait_for_the_server_to_end()
    shutil.move(file, kept)
    file.write_text("raise ImportError('broken for a test')\n", encoding="ascii")
    try:
        done = windows.client("refusal")
        print(f"a broken {what} refused after {done['seconds']:.1f} s")
        assert done["said"] and done["seconds"] < 15, done
        windows.wait_for_the_server_to_end()
        got = vbscript.read(windows.script("broken", vba + AFTER_A_FAILURE))
        assert got[0] == [["CVErr 2015"]] and got[1][0][0] < 0.5, "after the first failure every cell answers at once"
    finally:
        shutil.move(kept, file)
        windows.wait_for_the_server_to_end()
    log = windows.python(
        "-c", "import runpy, sys; print(runpy.run_path(sys.argv[1])['path']().read_text())", windows.log_module
    )
    assert "ImportError: broken for a test" in log


AFTER_A_FAILURE = """
Dim started, k, ignored
Show Answer("XLALLOC_INFO", Array())
started = Timer
For k = 1 To 20
    ignored = Answer("XLALLOC_INFO", Array())
Next
Show CDbl(Timer - started)
"""
