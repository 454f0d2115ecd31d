"""The commands as a user types them: what stands on standard output, on standard error, and the exit status."""

import json
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from xlalloc import cli
from xlalloc.catalogue import CATALOGUE
from xlalloc.cli import main
from xlalloc.hosts import windows
from xlalloc.terminal import columns
from xlalloc.version import __version__


def run(*words):
    return CliRunner().invoke(main, [str(word) for word in words])


def test_no_words_print_what_it_can_do():
    done = run()
    assert done.exit_code == 0
    for command in ("demo", "list", "help", "eval", "template", "report", "build", "install", "doctor"):
        assert f"\n  {command}" in done.stdout
    assert "...\n" not in done.stdout.partition("Commands:")[2], "a line cut short"
    assert run("help").stdout == done.stdout


@pytest.mark.parametrize(
    "command",
    ["demo", "list", "help", "handbook", "eval", "template", "report", "build", "install", "uninstall", "doctor"],
)
def test_every_command_has_help_with_an_example_in_80_columns(command):
    done = run(command, "--help")
    assert done.exit_code == 0
    assert "xample" in done.stdout and f"xlalloc {command}" in done.stdout
    assert max(map(len, done.stdout.split("\n"))) <= 80


def test_list():
    done = run("list")
    assert "RP_WEIGHTS" in done.stdout and "\nperformance" in done.stdout
    assert max(map(len, done.stdout.split("\n"))) <= 80
    assert "SHARPE" not in run("list", "risk_parity").stdout
    assert run("list", "Risk parity").stdout == run("list", "风险平价").stdout == run("list", "risk_parity").stdout
    wrong = run("list", "nothing")
    assert wrong.exit_code == 2 and "risk_parity" in wrong.stderr


def test_chinese_lines_neither_end_with_an_opening_bracket_nor_begin_with_a_closing_one():
    for line in run("list", "--lang", "zh").stdout.split("\n"):
        assert not line.endswith(("（", "“", "《")) and not line.strip().startswith(tuple("，。；：、）”》")), line


def test_handbook():
    done = run("handbook")
    assert "\n  gallery " in done.stdout and "tutorial" in done.stdout and done.stdout.rstrip().endswith("docs")
    assert run("handbook", "tutorial").stdout.startswith("# From an empty sheet")
    assert run("handbook", "tutorial", "--lang", "zh").stdout.startswith("# 十分钟")
    assert run("handbook", "licences", "--lang", "zh").stdout == run("handbook", "licences").stdout, "English alone"
    wrong = run("handbook", "nothing")
    assert wrong.exit_code == 2 and "gallery" in wrong.stderr and not wrong.stdout


def test_help():
    done = run("help", "rp_weights")
    assert "RP_WEIGHTS(cov, [budgets], [lower], [upper])" in done.stdout and "Spinu" in done.stdout
    wrong = run("help", "RPWEIGHTS")
    assert wrong.exit_code == 2 and "Did you mean RP_WEIGHTS" in wrong.stderr and not wrong.stdout


def test_chinese_help_says_which_part_is_in_english():
    done = run("help", "CAGR", "--lang", "zh")
    assert "\n详细说明（英文）：\nFor a value without" in done.stdout
    assert "英文" not in run("help", "EQUAL_WEIGHTS", "--lang", "zh").stdout.replace("（英文）", "", 1)


def test_eval_prints_cells():
    done = run("eval", "=RISK_CONTRIB({0.5,0.5},{0.04,0;0,0.04})")
    assert (done.stdout, done.stderr, done.exit_code) == ("0.5\t0.5\n", "", 0)
    assert json.loads(run("eval", '={1,"a";TRUE,2.5}', "--json").stdout) == [[1, "a"], [True, 2.5]]


CONVENTIONS = [
    # Blanks, text and error values
    ("=SHARPE({0.01;#N/A;0.02;0.03})", None, ""),
    ("=SHARPE({0.01;#N/A})", "#N/A", "returns"),
    ("=PORT_VOL({0.5;#N/A},{0.04,0;0,0.01})", "#N/A", "weights"),
    ("=PORT_VOL({0.5;},{0.04,0;0,0.01})", "#VALUE!", "blank"),
    ('=PORT_VOL({0.5;"half"},{0.04,0;0,0.01})', "#VALUE!", "'half'"),
    ("=PORT_VOL({0.5;#REF!},{0.04,0;0,0.01})", "#REF!", "weights"),
    # #VALUE!
    ("=PORT_VOL({0.5;0.4},{0.04,0;0,0.01})", "#VALUE!", "sum to 0.9"),
    ("=PORT_VOL({0.5;0.5},{0.04,0,0;0,0.01,0})", "#VALUE!", "square"),
    ("=PORT_VOL({0.5;0.5},{0.04,0.01;0.02,0.01})", "#VALUE!", "symmetric"),
    ('=RISK_CONTRIB({0.5;0.5},{0.04,0;0,0.01},"share")', "#VALUE!", "percent, absolute"),
    ('=PORT_VOL({"A",0.5;"B",0.5},{"","A","C";"A",0.04,0;"C",0,0.01})', "#VALUE!", "'C'"),
    ('=PORT_VOL({"A",0.5;"a",0.5},{0.04,0;0,0.01})', "#VALUE!", "twice"),
    ('=ANN_VOL({"date","A";45000,0.1;44999,0.2;45026,0.1})', "#VALUE!", "order"),
    ("=PORT_VOL({0.5;0.5})", "#VALUE!", "cov: missing"),
    # #NUM!
    ("=RP_WEIGHTS({0.04,0.05;0.05,0.04})", "#NUM!", "COV_NEAREST"),
    ("=RP_WEIGHTS({0.04,0;0,0.04},,0.6)", "#NUM!", "lower"),
    ("=RP_WEIGHTS({0.04,0;0,-0.04})", "#NUM!", "negative variance"),
    ("=RP_WEIGHTS({0.04,0;0,0.04},{1;-1})", "#NUM!", "budgets"),
    ("=RP_WEIGHTS({0.04,0;0,0})", "#NUM!", "variance"),
    ("=INV_VOL_WEIGHTS({0.04,0;0,0})", "#NUM!", "variance"),
    ("=HRP_WEIGHTS({0.04,0;0,0})", "#NUM!", "variance"),
    ("=REBAL_TRADES({0;0},{0.5;0.5})", "#NUM!", "worth"),
    ("=REBAL_TRADES({100;-1},{0.5;0.5})", "#NUM!", "values"),
    ("=REBAL_TRADES({100;100},{0.5;0.5},,-300)", "#NUM!", "cash_flow"),
    ("=RETURNS({100;0;101})", "#VALUE!", "prices"),
    ("=RETURNS({100;0;101;102;103;104})", "#NUM!", "prices"),
    ("=TOTAL_RETURN({0.1;-1.2})", "#NUM!", "returns"),
    # #DIV/0!
    ("=SHARPE({0.01;0.01;0.01})", "#DIV/0!", "returns"),
    ("=CALMAR({0.01;0.02})", "#DIV/0!", "returns"),
    ("=PORT_SHARPE({1},{0.05},{0})", "#DIV/0!", "risk"),
    # unknown names
    ("=NO_SUCH_FUNCTION(1)", "#NAME?", "NO_SUCH_FUNCTION"),
]


@pytest.mark.parametrize("formula, code, word", CONVENTIONS)
def test_an_error_is_a_value_with_a_reason(formula, code, word):
    """Value on standard output, reason on standard error, exit status 1."""
    done = run("eval", formula)
    if code is None:
        assert done.exit_code == 0 and not done.stderr
        return
    assert done.stdout == f"{code}\n"
    assert done.stderr.startswith(f"{code}: ") and word in done.stderr and done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
    assert done.exit_code == 1


def test_explain_says_the_same_as_standard_error():
    done = run("eval", '=INDEX(EXPLAIN("PORT_VOL",{0.5;0.4},{0.04,0;0,0.01}),3,2)')
    assert done.exit_code == 0
    assert run("eval", "=PORT_VOL({0.5;0.4},{0.04,0;0,0.01})").stderr == f"#VALUE!: {done.stdout}"


def test_wrong_usage_is_one_line_and_status_2(tmp_path):
    (tmp_path / "not.xlsx").write_text("hello")
    for words in (
        ["eval", "=1+"],
        ["eval", "=A1"],
        ["eval", "=A1", "--book", tmp_path / "none.xlsx"],
        ["eval", "=A1", "--book", tmp_path / "not.xlsx"],
    ):
        done = run(*words)
        assert done.exit_code == 2 and not done.stdout
        assert done.stderr.startswith("xlalloc: ") and done.stderr.count("\n") == 1


def test_eval_on_a_workbook(tmp_path):
    wb = openpyxl.Workbook()
    wb.active.title = "收益"
    for row in (["月份", "A", "B"], [202401, 0.01, "2%"], [202402, "０．０３", -0.01], [202403, None, 0.5]):
        wb.active.append(row)
    wb.active["E1"] = "=A2+1"
    wb.save(tmp_path / "b.xlsx")
    done = run("eval", "=PORT_SERIES(A1:C4,{0.5,0.5})", "--book", tmp_path / "b.xlsx", "--sheet", "收益")
    assert done.stdout.split() == ["月份", "Portfolio", "45322", "0.015", "45351", "0.01"]
    assert run("eval", "=收益!E1", "--book", tmp_path / "b.xlsx").stdout == "202402\n"
    assert run("eval", "=1", "--book", tmp_path / "b.xlsx", "--sheet", "none").exit_code == 2


def test_as_a_program():
    done = subprocess.run(
        [sys.executable, "-m", "xlalloc", "eval", "=1/0"], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("#DIV/0!\n", "#DIV/0!: division by zero\n", 1)


# Installing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["install", "uninstall"])
def test_calc_says_in_one_line_what_was_done(what, monkeypatch):
    monkeypatch.setattr(f"xlalloc.hosts.calc_install.{what}", lambda: [f"{what} was asked for"])
    done = run(what, "calc")
    assert (done.stdout, done.stderr, done.exit_code) == (f"{what} was asked for\n", "", 0)


@pytest.mark.parametrize("what", ["install", "uninstall"])
@pytest.mark.parametrize("succeeds", [True, False])
def test_excel_says_what_was_done_and_fails_where_it_was_not(what, succeeds, monkeypatch):
    outcome = windows.Outcome(succeeds, ["first", "second"])
    monkeypatch.setattr(windows, what, lambda: outcome)
    done = run(what, "excel")
    shown = ("first\nsecond\n", "")
    assert (done.stdout, done.stderr) == (shown if succeeds else shown[::-1])
    assert done.exit_code == (0 if succeeds else 1)


def test_a_missing_libreoffice_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("XLALLOC_OFFICE", str(tmp_path))
    for what in ("install", "uninstall"):
        done = run(what, "calc")
        assert (done.stdout, done.exit_code) == ("", 2)
        assert done.stderr.startswith("xlalloc: LibreOffice is not installed") and done.stderr.count("\n") == 1


# What cannot be written ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words, said",
    [
        (["build", "workbooks", "--out", "{file}"], "{file}: a file; a folder is needed here."),
        (["demo", "--out", "{file}"], "{file}: a file; a folder is needed here."),
        (["template", "balanced", "--out", "{file}/x.xlsx"], "{file}: a file; a folder is needed here."),
        (["template", "balanced", "--out", "{folder}/x.xlsx"], "{folder}/x.xlsx: a folder; a file is needed here."),
    ],
)
def test_a_file_for_a_folder_and_a_folder_for_a_file(tmp_path, words, said):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder" / "x.xlsx").mkdir(parents=True)
    places = {"file": tmp_path / "file", "folder": tmp_path / "folder"}
    done = run(*(word.format(**places) for word in words))
    assert (done.exit_code, done.stderr) == (2, f"xlalloc: {said.format(**places)}\n")


def test_an_add_in_is_put_into_a_folder_under_its_own_name(tmp_path):
    for what, name in (("calc", "xlalloc.oxt"), ("excel", "xlalloc.xlam")):
        for folder in (tmp_path, tmp_path / "new"):
            assert run("build", what, "--out", folder).stdout == f"Written: {folder / name}\n"
            assert (folder / name).is_file()


def test_a_folder_may_have_a_dot_in_its_name(tmp_path, monkeypatch):
    monkeypatch.setitem(cli._BUILDERS, "workbooks", lambda out: [out])
    assert run("build", "workbooks", "--out", tmp_path / "v1.2").stdout == f"Written: {tmp_path / 'v1.2'}\n"


def test_no_permission_names_the_file_the_user_named(tmp_path, monkeypatch):
    def denied(*_):
        raise PermissionError(13, "Permission denied", str(tmp_path / "x.xlsx.part"))

    monkeypatch.setattr("xlalloc.templates.case_workbook.write", denied)
    done = run("template", "balanced", "--out", tmp_path / "x.xlsx")
    assert done.stderr == f"xlalloc: {tmp_path / 'x.xlsx'}: no permission. Close the file or choose another folder.\n"


def test_a_reader_that_leaves_is_no_failure():
    """xlalloc list | head -1"""
    with subprocess.Popen(
        [sys.executable, "-m", "xlalloc", "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as listing:
        listing.stdout.close()
        assert listing.stderr.read() == ""


def test_no_clients_is_said(tmp_path):
    run("template", "clients", "--out", tmp_path / "clients.xlsx")
    done = run("report", tmp_path / "clients.xlsx", "--out", tmp_path / "reports")
    assert "xlalloc: There is no client in clients.xlsx.\n" in done.stderr and done.exit_code == 0


def test_doctor_counts_in_whole_functions_and_keeps_its_columns():
    lines = run("doctor").stdout.split("\n")
    assert any(line.split() == ["functions", str(len(CATALOGUE))] for line in lines)
    start = lines[0].index(__version__)
    assert all(line[start - 1] == " " and line[start] != " " for line in lines if line)


def test_the_doctor_speaks_chinese_throughout(monkeypatch):
    from xlalloc.hosts import calc_install

    monkeypatch.setattr(calc_install, "find", lambda: calc_install.Office(Path("/opt/office"), (25, 2, 3)))
    monkeypatch.setattr(calc_install, "installed", lambda *_: None)
    done = run("doctor", "--lang", "zh")
    said = done.stdout
    assert done.exit_code == 0, done.output
    assert "25.2.3（" in said and "请运行 `xlalloc install calc`。" in said and "not installed" not in said
    lines = said.rstrip().split("\n")
    start = sum(2 if letter > "\u2e7f" else 1 for letter in lines[0].partition("0.1.0")[0])
    for line in lines:
        places = [column for letter in line for column in [letter] * (2 if letter > "\u2e7f" else 1)]
        assert places[start - 1] == " " and places[start] != " ", line


@pytest.mark.parametrize(
    "words, english, chinese",
    [
        (["foo"], "There is no command foo. Known: build, demo", "没有命令 foo。可用的有："),
        (["eval"], "FORMULA is missing.", "缺少 FORMULA。"),
        (["eval", "=1", "=2"], "Too much was given: =2.", "给出的内容过多：=2。"),
        (
            ["eval", "=1", "--bok", "x"],
            "There is no option --bok. Did you mean --book?",
            "没有选项 --bok。您是否想用 --book？",
        ),
        (["eval", "=1", "--book"], "--book needs a value after it.", "--book 之后需要一个值。"),
        (["eval", "=1", "--lang", "fr"], "--lang: fr is not known. Known: en, zh.", "--lang：fr 不是可用的选项。"),
        (["--foo"], "There is no option --foo.", "没有选项 --foo。"),
        (["eval", "=1", "--sheet", "S"], "--sheet needs --book.", "--book"),
    ],
)
def test_a_command_that_is_not_understood_is_told_in_the_reader_s_language(words, english, chinese, monkeypatch):
    monkeypatch.delenv("XLALLOC_LANG", raising=False)
    done = run(*words)
    assert done.exit_code == 2 and english in done.stderr and "Error: " in done.stderr
    monkeypatch.setenv("XLALLOC_LANG", "zh")
    told = run(*words)
    assert told.exit_code == 2 and chinese in told.stderr
    assert "错误：" in told.stderr and not {"Error", "Usage", "Try"} & {*told.stderr.replace(":", " ").split()}


SENTENCE = re.compile(r"\b[A-Za-z]+(?: [A-Za-z]+){3}\b")  # four English words in a row


def english(text: str) -> list[str]:
    """Lines that still hold an English sentence; commands and what their usage names are the same in every language."""
    lines = [re.sub(r"xlalloc[^\u4e00-\u9fff]*|\[[A-Z]+\]|'[^']*'", "", line) for line in text.split("\n")]
    return [line for line in lines if SENTENCE.search(line)]


@pytest.mark.parametrize("command", ["", *main.commands])
def test_every_help_is_chinese_for_a_chinese_reader(command, monkeypatch):
    monkeypatch.setenv("XLALLOC_LANG", "zh")
    done = run(*filter(None, [command]), "--help")
    assert done.exit_code == 0 and not english(done.stdout), english(done.stdout)
    assert all(columns(line) <= 80 for line in done.stdout.split("\n"))
    told = [
        line for line in done.stdout.split("\n") if line.startswith("  ") and not line.strip().startswith("xlalloc")
    ]
    assert not [line for line in told if not re.search("[\u4e00-\u9fff]", line) and len(line.split()) > 1]


@pytest.mark.parametrize(
    "words",
    [
        "list nothing", "help nothing", "handbook nothing", "eval =1+", "eval =FOO(1)", "eval =1 --book no.xlsx", "build",
        "eval =A1 --book bad.xlsx", "eval =1/0", "template", "template foo --out x.xlsx", "template balanced --out x.xls",
        "template --check bad.xlsx", "template --check clients.xlsx", "template --client clients.xlsx --out y.xlsx",
        "template --client clients.xlsx:K9 --out y.xlsx", "template --client no.xlsx:K1 --out y.xlsx", "install foo",
        "template balanced --out bad.xlsx/x.xlsx", "report", "report clients.xlsx --out r1", "report no.xlsx --out r",
        "report bad.xlsx --out r", "report clients.xlsx --out bad.xlsx", "report clients.xlsx --out r --jobs 0",
        "report clients.xlsx --out r --by foo", "report clients.xlsx --out r --prices no.csv", "install excel",
        "report clients.xlsx --out r --template no.xlsx", "build excel --out a", "uninstall excel", "doctor", "nothing",
        "template clients --out z.xlsx", "template report --out f.xlsx", "template --check ../case.xlsx", "list models",
    ],
)  # fmt: skip
def test_what_is_said_is_chinese_for_a_chinese_reader(words, chinese_folder, monkeypatch):
    monkeypatch.setenv("XLALLOC_LANG", "zh")
    monkeypatch.chdir(chinese_folder)
    done = run(*words.split())
    assert not english(done.stdout + done.stderr), english(done.stdout + done.stderr)
    assert re.search("[\u4e00-\u9fff]", done.stdout + done.stderr)


@pytest.fixture(scope="module")
def chinese_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "in"
    folder.mkdir()
    (folder / "bad.xlsx").write_text("hello")
    assert run("template", "clients", "--out", folder / "clients.xlsx", "--lang", "en").exit_code == 0
    assert run("template", "balanced", "--out", folder.parent / "case.xlsx", "--lang", "zh").exit_code == 0
    return folder


@pytest.mark.parametrize(("lang", "told"), [("en", "Stopped."), ("zh", "已停止。")])
def test_a_command_that_is_stopped_says_so(lang, told, monkeypatch):
    def stopped(name):
        raise KeyboardInterrupt

    monkeypatch.setattr("xlalloc.catalogue.find", stopped)
    done = run("help", "CAGR", "--lang", lang)
    assert (done.stdout, done.stderr, done.exit_code) == ("", f"{told}\n", 2)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows is asked for its language")
@pytest.mark.parametrize(
    "known, words, chinese",
    [
        ({"LANG": "zh_CN.UTF-8"}, [], True),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, [], False),
        ({"LANG": "zh_CN.UTF-8", "XLALLOC_LANG": "en"}, [], False),
        ({"LANG": "en_US.UTF-8", "XLALLOC_LANG": "zh"}, [], True),
        ({"LANG": "zh_CN.UTF-8"}, ["--lang", "en"], False),
        ({"LANG": "en_US.UTF-8"}, ["--lang=zh"], True),
    ],
)
def test_a_command_speaks_its_readers_language(known, words, chinese, monkeypatch):
    """That of --lang, else of XLALLOC_LANG, else of the system."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "XLALLOC_LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in known.items():
        monkeypatch.setenv(name, value)
    assert ("加载项" in run("uninstall", "excel", *words).stdout) == chinese
    assert ("函数" in run("list", *words).stdout + run("help", "CAGR", "--help", *words).stdout) == chinese


def test_lang_zh_itself_makes_a_misuse_chinese(monkeypatch):
    monkeypatch.delenv("XLALLOC_LANG", raising=False)
    assert "缺少 FORMULA" in run("eval", "--lang", "zh").stderr and "缺少 FORMULA" in run("eval", "--lang=zh").stderr
