"""The formula evaluator: grammar, references, names, Excel's own functions, errors."""

import datetime as dt

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula

import xlalloc  # noqa: F401
from xlalloc.book import Book, context
from xlalloc.formula import evaluate
from xlalloc.values import FormulaError


@pytest.mark.parametrize(
    "formula, cells",
    [
        # precedence and association as in Excel
        ("=1+2*3^2", [[19.0]]), ("=-2^2", [[4.0]]), ("=2^-1", [[0.5]]), ("=2^3^2", [[64.0]]), ("=10-4-3", [[3.0]]),
        ("=50%+1", [[1.5]]), ("=-5%", [[-0.05]]), ("=2*3=6", [[True]]), ('="a"&"b"&1', [["ab1"]]), ("=1<2=TRUE", [[True]]),
        ("1+1", [[2.0]]), ("=(1+2)*3", [[9.0]]), ("=1.5E3", [[1500.0]]), ("=.5", [[0.5]]), ("= 1 + 1 ", [[2.0]]),
        # comparisons: numbers before texts before TRUE; texts without case
        ('="a"="A"', [[True]]), ('=1<"a"', [[True]]), ('="z"<TRUE', [[True]]), ("=1<>2", [[True]]), ("=3>=3", [[True]]),
        # constants and arrays
        ("={1,2;3,4}", [[1.0, 2.0], [3.0, 4.0]]), ('={"a",TRUE,-1}', [["a", True, -1.0]]), ("={1,#N/A}", [[1.0, "#N/A"]]),
        ("={1,2}+{10;20}", [[11.0, 12.0], [21.0, 22.0]]), ("={1;2;3}*2", [[2.0], [4.0], [6.0]]),
        ("={1,2}+{1,2,3}", [[2.0, 4.0, "#N/A"]]), ("={,1}", [[0.0, 1.0]]),
        # Excel's own functions
        ("=SUM(1,2,{3,4})", [[10.0]]), ('=SUM({1,"2",TRUE})', [[1.0]]), ('=SUM("2",TRUE)', [[3.0]]), ("=MAX({1,5,2})", [[5.0]]),
        ("=AVERAGE({1,3})", [[2.0]]), ("=IF(1>2,1)", [[False]]), ("=IF(TRUE,)", [[0.0]]), ("=IF({1;0},1,2)", [[1.0], [2.0]]),
        ('=IFERROR(1/0,"x")', [["x"]]), ("=IFERROR({1,#N/A},0)", [[1.0, 0.0]]), ("=INDEX({1,2;3,4},2,1)", [[3.0]]),
        ("=INDEX({1,2;3,4},0,2)", [[2.0], [4.0]]), ("=INDEX({5,6,7},2)", [[6.0]]), ("=INDEX({5;6;7},{3;1})", [[7.0], [5.0]]),
        ("=INDEX({1,2},3)", [["#REF!"]]), ("=ROW()", [[1.0]]), ("=COUNTA({1,\"\",2})", [[3.0]]), ("=ROUND(2.5,0)", [[3.0]]),
        ("=ROUND(-2.345,2)", [[-2.35]]), ("=ABS({-1;2})", [[1.0], [2.0]]), ("=AND(TRUE,1)", [[True]]), ("=OR(FALSE,0)", [[False]]),
        ("=NOT(FALSE)", [[True]]), ("=SUMPRODUCT({1,2},{3,4})", [[11.0]]), ("=ISERROR({1,#N/A})", [[False, True]]),
        ("=TRANSPOSE({1,2})", [[1.0], [2.0]]), ("=ROWS({1;2;3})", [[3.0]]), ("=COLUMNS({1,2})", [[2.0]]),
        ('=TEXT(0.1234,"0.0%")', [["12.3%"]]), ('=TEXT(1234567.891,"#,##0.00")', [["1,234,567.89"]]), ('=TEXT(-5,"0.0")', [["-5.0"]]),
        ('=TEXT(45000,"yyyy-mm-dd")', [["2023-03-15"]]), ('=TEXT(-0.05,"+0.0%;-0.0%")', [["-5.0%"]]), ('=TEXT(0.5,"0.##")', [["0.5"]]),
        ('=MATCH("b",{"a","B"},0)', [[2.0]]), ('=MATCH({"b";2},{1;2;"B"},0)', [[3.0], [2.0]]), ('=MATCH("2",{1,2},0)', [["#N/A"]]),
        ("=MATCH(TRUE,{1,TRUE},0)", [[2.0]]), ("=MATCH(2,{1,2})", [[2.0]]), ("=MATCH(1,{#N/A,1},0)", [[2.0]]), ("=MATCH(0,{,1},0)", [["#N/A"]]),
        ('=SUBSTITUTE("C3 C3","C","R")', [["R3 R3"]]), ('=SUBSTITUTE({"a";"b"},"a",1)', [["1"], ["b"]]), ('=SUBSTITUTE("a","","x")', [["a"]]),
        ('=MATCH("a*",{"abc"},0)', [[1.0]]), ("=MATCH(1,{1,2;3,4},0)", [["#N/A"]]), ("=COUNTA(,1)", [[2.0]]),
        ('=AND({TRUE,"0"})', [[True]]), ('=AND({"x"})', [["#VALUE!"]]), ("=0.1+0.2=0.3", [[True]]), ("=(0*-1)&1E-5", [["01E-05"]]),
        # TEXT: what it cannot write it does not write
        ('=TEXT(2.5,"000")', [["003"]]), ('=TEXT(-1234.5,"""x""#,##0")', [["-x1,235"]]), ('=TEXT(0.05,"0 %")', [["5 %"]]),
        ('=TEXT(0,"0.0;-0.0;-")', [["-"]]), ('=TEXT(5,"@")', [["5"]]), ('=TEXT(45322,"d.m.yy")', [["31.1.24"]]),
        ('=TEXT(45322,"yyyy""年""m""月""")', [["2024年1月"]]), ('=TEXT(45322,"mmm")', [["Jan"]]), ('=TEXT(1234567,"0.0,,")', [["1.2"]]),
        ('=TEXT(12345,"0E+00")', [["1E+04"]]), ('=TEXT(12345,"0!.0,万")', [["1.2万"]]), ('=TEXT(20240131,"yyyy-mm-dd")', [["#VALUE!"]]), ('=TEXT(-1,"yyyy")', [["#VALUE!"]]),
        # errors
        ("=1/0", [["#DIV/0!"]]), ("=#N/A+1", [["#N/A"]]), ('="a"+1', [["#VALUE!"]]), ("=(-8)^0.5", [["#NUM!"]]), ("=NOSUCH(1)", [["#NAME?"]]),
        ("=1E308*10", [["#NUM!"]]), ("=IF(#REF!,1,2)", [["#REF!"]]), ("=SUM({1,#NUM!})", [["#NUM!"]]), ("=SQRT(-1)", [["#NUM!"]]),
    ],
)  # fmt: skip
def test_values(formula, cells):
    assert evaluate(formula) == cells


def test_error_values_carry_their_reason():
    assert evaluate("=1/0")[0][0].reason == "division by zero"
    assert "NOSUCH" in evaluate("=NOSUCH(1)")[0][0].reason
    assert "Did you mean RP_WEIGHTS" in evaluate("=RP_WEIGHT(1)")[0][0].reason
    assert "must be above 0" in evaluate("=SHARPE(RETURNS({1;-1;2;2;2;3}))")[0][0].reason  # that of the inner function


@pytest.mark.parametrize(
    "formula, code, words",
    [
        ("=IF(1)", "#VALUE!", "IF takes a condition"),
        ("=IFERROR(1)", "#VALUE!", "IFERROR takes a value"),
        ("=ROW(1)", "#VALUE!", "take a cell or a range"),
        ("=MATCH(1)", "#VALUE!", "MATCH: 1 given, 2 to 3 needed"),
        ("=TEXT(1)", "#VALUE!", "TEXT: 1 given, 2 needed"),
        ("=SUM(1E308,1E308)", "#NUM!", "too large"),
        ("=SUMPRODUCT({1,2},{1;2})", "#VALUE!", "differ in size"),
        ("=ROUND(1,#N/A)", "#N/A", ""),
        ("=INDEX(#REF!,1)", "#REF!", ""),
        ("=TEXT(#N/A,1)", "#N/A", ""),
        ('=TEXT(1,"# ?/?")', "#VALUE!", "in the format '# ?/?' is not computed here"),
    ],
)
def test_what_a_function_of_excels_cannot_compute_is_an_error_with_its_reason(formula, code, words):
    ((value,),) = evaluate(formula)
    assert value == code and words in value.reason


def test_values_that_a_function_of_excels_leaves_as_they_are():
    assert evaluate('=TEXT("abc","0.00")') == [["abc"]]
    assert evaluate("=ROUND(1E300,2)") == [[1e300]]
    assert evaluate("=IFERROR({1,2},3)") == [[1.0, 2.0]]


def test_catalogue_functions_nest_and_leave_out_arguments():
    assert evaluate("=SUM(RISK_CONTRIB({0.6;0.4},{0.04,0.006;0.006,0.01}))")[0][0] == pytest.approx(1.0, abs=1e-15)
    assert evaluate("=PORT_SHARPE({0.6;0.4},{0.08;0.03},{0.04,0;0,0.01},)") == evaluate(
        "=PORT_SHARPE({0.6;0.4},{0.08;0.03},{0.04,0;0,0.01})"
    )
    assert evaluate("=port_vol({1},{0.04})") == [[0.2]]
    assert evaluate('=IFERROR(PORT_VOL({0.6;0.3},{0.04,0;0,0.01}),"caught")') == [["caught"]]


@pytest.mark.parametrize(
    "formula, words",
    [("=1+", "ends where a value"), ("=RP_WEIGHTS(A1", "a bracket is not closed"), ("=SUM(1，2)", "half-width"), ("=TEXT(1,“0”)", "half-width"), ("=(1", "')'"), ("=1 2", "'2'"), ('="abc', "cannot be read"), ("=SUM(1;2)", "';'"), ("={1,2;3}", "rows"),
     ("={1+1}", "'+'"), ("=A1", "--book"), ("=@RP_WEIGHTS(A1)", "Leave the @ out"), ("=TEXT(1,'0')", "double quotes"), ("=3×4", "half-width *"), ("=SHARPE({0.1;0.2},ewma)", "'ewma' is neither a function"), ("=T[a]", "give the cells"), ("", "ends where a value"), ("=" + "(" * 5000 + "1", "')'"), ("=" + "1+" * 5000 + "1", "8192")],
)  # fmt: skip
def test_what_cannot_be_read(formula, words):
    with pytest.raises(
        FormulaError, match=words.replace("(", "\\(").replace(")", "\\)").replace("+", "\\+").replace("*", "\\*")
    ):
        evaluate(formula)


@pytest.fixture(scope="module")
def book():
    wb = openpyxl.Workbook()
    ws = wb.active
    ws.title = "数据 表"
    for i, row in enumerate([["date", "A", "B"], [dt.date(2024, 1, 31), 0.01, 0.02], [dt.date(2024, 2, 29), 0.03, "#N/A"],
                             [dt.date(2024, 3, 31), -0.01, 0.0]], 1):  # fmt: skip
        for j, value in enumerate(row, 1):
            ws.cell(i, j, value)
    ws["E1"], ws["E2"], ws["E3"] = "=E2+1", "=E3*2", 5
    ws["F1"], ws["F2"] = "=F2", "=F1"
    ws["G1"] = ArrayFormula("G1:G3", "=RISK_CONTRIB({0.6;0.4},{0.04,0;0,0.01})")
    ws["H1"] = "=SUM(G1:G2)"
    ws["I1"] = "=UNKNOWN_FN(1)"
    ws["J1"], ws["J2"] = "=Z99", ArrayFormula("J2:J3", "=Z98:Z99")
    other = wb.create_sheet("Other")
    other["A1"], other["A2"], other["A3"] = 1, 2, 3
    wb.defined_names["returns"] = DefinedName("returns", attr_text="'数据 表'!$A$1:$C$4")
    wb.defined_names["spare"] = DefinedName(
        "spare", attr_text="Other!$A$1:INDEX(Other!$A$1:$A$20,COUNTA(Other!$A$1:$A$20))"
    )
    wb.defined_names["rate"] = DefinedName("rate", attr_text="0.02")
    return Book(wb)


@pytest.mark.parametrize(
    "formula, cells",
    [
        ("=E1", [[11.0]]), ("='数据 表'!E3", [[5]]), ("=SUM(Other!A1:A3)", [[6.0]]), ("=SUM(spare)", [[6.0]]), ("=rate*2", [[0.04]]),
        ("=F1", [["#REF!"]]), ("=ROUND(H1,12)", [[1.0]]), ("=G3", [["#N/A"]]), ("=I1", [["#NAME?"]]), ("=SUM(Other!A:A)", [[6.0]]),
        ("=Missing!A1", [["#REF!"]]), ("=nothing", [["#NAME?"]]), ("=ROW(B3:B4)", [[3.0], [4.0]]), ("=Z99", [[0.0]]), ("=Z99+1", [[1.0]]),
        ("=INDEX(spare,2)", [[2]]), ("=SUM(INDEX(spare,2):Other!A3)", [[5.0]]), ("=ISBLANK(Z99)", [[True]]),
        ("=J1", [[0.0]]), ("=ISBLANK(J1:J3)", [[False], [False], [False]]), ('=J3=""', [[False]]), ("=SUMPRODUCT(A2:A3,{1;1})", [[45322 + 45351]]),
    ],
)  # fmt: skip
def test_references_and_names(book, formula, cells):
    assert evaluate(formula, context(book, None)) == cells


def test_functions_read_cells_as_every_host_does(book):
    rows = evaluate("=PORT_SERIES(returns,{0.5;0.5})", context(book, None))
    assert [row[1] for row in rows[1:]] == pytest.approx([0.015, 0.00985])  # compounded across the row with #N/A
    assert rows[0] == ["date", "Portfolio"]
    assert evaluate("=PORT_SERIES(A1:C4,{0.5;0.5})", context(book, "数据 表")) == rows


def test_a_column_of_formulas_each_on_the_one_above():
    wb = openpyxl.Workbook()
    wb.active["A1"] = 1
    for i in range(2, 2001):
        wb.active.cell(i, 1, f"=A{i - 1}+1")
    assert evaluate("=A2000", context(Book(wb), None)) == [[2000.0]]


def test_a_formula_of_one_cell_takes_the_cell_of_a_range_beside_or_above_it():
    """Implicit intersection, as in files older than dynamic arrays; an array formula takes them all."""
    wb = openpyxl.Workbook()
    sheet = wb.active
    for i in range(1, 5):
        sheet.cell(i, 1, 10 * i)
    for cell, formula in {
        "C3": "=A1:A4*2",
        "D2": "=A1:A4",
        "E4": "=IF(A1:A4>30,1,0)",
        "F9": "=A1:A4+1",
        "G3": "=SUM(A1:A4)*A:A",
        "A6": "=-A3:C3",
    }.items():
        sheet[cell] = formula
    sheet["J1"] = ArrayFormula("J1:J4", "=A1:A4*2")
    found = Book(wb)
    shown = {
        cell: evaluate(f"={cell}", context(found, None))[0][0] for cell in ("C3", "D2", "E4", "F9", "G3", "A6", "J2")
    }
    assert shown == {"C3": 60, "D2": 20, "E4": 1, "F9": "#VALUE!", "G3": 3000, "A6": -30, "J2": 40}


def test_names_of_let_hold_inside_it_alone():
    wb = openpyxl.Workbook()
    wb.active["A1"] = 5
    wb.defined_names["x"] = DefinedName("x", attr_text="Sheet!$A$1")
    wb.defined_names["twice"] = DefinedName("twice", attr_text="x*2")
    here = context(Book(wb), None)
    assert evaluate("=LET(x,1,twice)+LET(x,1,x)", here) == [[11.0]]
    assert evaluate("=LET(a,1,LET(a,2,a)+a)", here) == [[3.0]]
    assert evaluate("=LET(x,A1:A1,ROW(x)+SUM(x))+x", here) == [[11.0]]


@pytest.mark.parametrize("rounds", [1, 2])
def test_what_is_constant_is_so_in_every_workbook(rounds):
    """Parts of formulas are compiled once for all workbooks: what stands in cells is none of them."""
    for n in (3.0, 4.0):
        wb = openpyxl.Workbook()
        for i in range(1, 4):
            wb.active.cell(i, 1, n * i)
        here = context(Book(wb), None)
        for _ in range(rounds):
            assert evaluate("=(ROW(A1:A3)-ROW(A1)+1)*A1:A3", here) == [[n], [4 * n], [9 * n]]
    with pytest.raises(FormulaError, match="--book"):
        evaluate("=ROW(A1:A3)-ROW(A1)+1")
