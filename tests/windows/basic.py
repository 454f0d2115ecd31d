"""Run by the system's Python with LibreOffice's uno:  basic.py ADDIN.xlam  — our add-in's VBA in LibreOffice's Basic.

The file is loaded as it is; in memory only the way to Python is replaced by a stand-in, and arguments called base and
step are renamed, which LibreOffice takes for keywords and VBA does not. Its Value2 gives dates as its Value does, so
that what our module makes of serials is tested in VBScript only. Prints one line a question.
"""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

STAND_IN = """Rem Attribute VBA_ModuleType=VBAClassModule
Option VBASupport 1
Option ClassModule
Public Function CallUDF(module, func, given) As Variant
    Dim table(0 To 1, 0 To 1) As Variant
    Dim line(0 To 1) As Variant
    Select Case given(0)
    Case "TABLE"
        table(0, 0) = 1.5
        table(0, 1) = CLng(-2146826246)
        table(1, 0) = "x"
        table(1, 1) = CLng(-2146826252)
        CallUDF = table
    Case "ROW"
        line(0) = 2.5
        line(1) = CLng(-2146826281)
        CallUDF = line
    Case "ONE"
        CallUDF = CLng(-2146826252)
    Case "BREAK"
        Err.Raise 5
    Case Else
        CallUDF = given
    End Select
End Function
Public Function Bool(value) As Boolean
    Bool = True
End Function
"""
QUESTIONS = """Option VBASupport 1
Public starts As Long
Public asked As Long
Public count As Long
Public said As String
Public Function StandIn() As Object
    starts = starts + 1
    If starts < 100 Then Set StandIn = New FakeServer
End Function
Public Function Kind(value) As String
    Kind = VarType(value) & ":" & CStr(value)
End Function
Public Function Table() As String
    Dim r
    r = xlalloc.Answer("TABLE", Array())
    Table = Kind(r(0, 0)) & " " & Kind(r(0, 1)) & " " & Kind(r(1, 0)) & " " & Kind(r(1, 1))
End Function
Public Function Row() As String
    Dim r
    r = xlalloc.Answer("ROW", Array())
    Row = Kind(r(0)) & " " & Kind(r(1))
End Function
Public Function One() As String
    One = Kind(xlalloc.Answer("ONE", Array()))
End Function
Public Function Cells() As String
    Dim r, given
    r = xlalloc.Answer("ECHO", Array(ThisWorkbook.Worksheets("help").Range("A1:B2"), 3.5))
    given = r(1)
    Cells = UBound(given, 1) & "x" & UBound(given, 2) & " " & Kind(given(1, 1)) & " " & Kind(r(2))
End Function
Private Function Column(area As String) As String
    Dim r, given, i
    r = xlalloc.Answer("ECHO", Array(ThisWorkbook.Worksheets("help").Range(area)))
    given = r(1)
    For i = 1 To UBound(given, 1)
        Column = Column & " " & VarType(given(i, 1)) & ":" & CDbl(given(i, 1))
    Next
End Function
Public Function Dates() As String
    Dim sheet
    Set sheet = ThisWorkbook.Worksheets("help")
    sheet.Range("A401:A403").Value = 45322
    sheet.Range("B401:B403").Value = 0.5
    sheet.Range("A402").Value = 45351.75
    Dates = Mid(Column("A401:B403"), 2)
    sheet.Range("A401:A402").NumberFormat = "yyyy-mm-dd"
    Dates = Dates & " |" & Column("A401:B402")
    sheet.Range("A401:B403").Clear
End Function
Public Function Areas() As String
    Areas = Kind(xlalloc.Answer("ECHO", Array(ThisWorkbook.Worksheets("help").Range("A1:A2,C1:C2"))))
End Function
Public Function Refused() As String
    Refused = Kind(xlalloc.Answer("BREAK", Array())) & " " & Kind(xlalloc.Answer("ONE", Array())) & " starts " & starts
End Function
Public Sub Noted(macro As String, text As String, category As String, Optional words)
    Dim name As String
    count = count + 1
    name = Mid(macro, InStr(macro, "!") + 1)
    If name = "FEE_DRAG" Then said = category & "|" & text & "|" & UBound(words) & "|" & words(1)
    If name = "MODEL_LIST" Then said = said & "|" & text
End Sub
Private Function Described() As String
    count = 0
    xlalloc.Describe
    Described = count & " " & said
End Function
Public Function English() As String
    asked = 1033
    English = Described()
End Function
Public Function Chinese() As String
    asked = 2052
    Chinese = Described()
End Function
Private Function Strip(formula As String) As String
    Strip = xlalloc.Stripped(formula, ThisWorkbook.Worksheets("help").UsedRange.Columns(1).Value2)
End Function
Public Function Stripping() As String
    Stripping = Strip("='C:\\Users\\O''Neil\\XLSTART\\xlalloc.xlam'!RP_WEIGHTS(A1:B2)+'D:\\XLALLOC.xlam'!PORT_VOL(C1,'a b'!D1)")
    Stripping = Stripping & " " & Strip("=@xlalloc.xlam!Sharpe(A1)") & " " & Strip("=@SUM(A1)+@'C:\\x\\xlalloc.xlam'!ANN_VOL(A1)")
    Stripping = Stripping & " " & Strip("=SUM('other book.xlam'!A1)")
End Function
Public Function Wording() As String
    asked = 1033
    Wording = xlalloc.Worded("Restart Python") & "|" & xlalloc.Worded("{i} formulas entered again.", "7")
    asked = 2052
    Wording = Wording & "|" & xlalloc.Worded("Restart Python") & "|" & xlalloc.Worded("Enter it yourself: {cell}", "Plan!A1") & "|" & xlalloc.Worded("No such text")
End Function
Public Function Reentering() As String
    Dim sheet, cell
    asked = 1033
    Set sheet = ThisWorkbook.Worksheets("help")
    Set cell = sheet.Range("A300")
    cell.Formula = "=ABS(-2)"
    Reentering = xlalloc.Reentered(ThisWorkbook, True) & "|" & cell.Formula & "|" & Application.Calculation & "|" & Application.EnableEvents
    sheet.Protect "secret"
    Reentering = Reentering & "|" & xlalloc.Reentered(ThisWorkbook, True) & "|" & sheet.ProtectContents & "|" & Application.Calculation
    Reentering = Replace(Reentering, vbLf, " ")
    sheet.Unprotect "secret"
    cell.ClearContents
End Function
Public Function Failing() As String
    Dim before As Long
    xlalloc.Release
    starts = 99
    Failing = Kind(xlalloc.Answer("ONE", Array())) & " " & Kind(xlalloc.Answer("ONE", Array())) & " starts " & (starts - 99)
End Function
"""

STOOD_IN = {"CreateObject(SERVER_CLASS)": "StandIn()", "If OfficeLanguage() = 2052": "If asked = 2052"}
QUESTION_NAMES = re.findall(r"^Public Function (\w+)\(\) As String", QUESTIONS, re.M)


def office(folder: str):
    pipe = "xlalloc" + Path(folder).name.replace("-", "")
    words = ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{folder}/profile"]
    process = subprocess.Popen([*words, f"--accept=pipe,name={pipe};urp;"], stderr=subprocess.DEVNULL)
    here = uno.getComponentContext()
    resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
    for _ in range(480):
        try:
            there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return process, there.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", there)
        except Exception:
            time.sleep(0.25)
    process.kill()
    raise SystemExit("LibreOffice did not start.")


def option(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def _noted(found) -> str:
    return "Noted" if found[0].startswith("Application") else ""


def main(file: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        process, desktop = office(folder)
        try:
            settings = option("Hidden", True), option("MacroExecutionMode", 4)
            book = desktop.loadComponentFromURL(
                f"file://{file}", "_blank", 0, (*settings, option("FilterName", "Calc MS Excel 2007 VBA XML"))
            )
            libraries = book.BasicLibraries
            name = next(n for n in libraries.ElementNames if libraries.getByName(n).hasByName("xlalloc"))
            modules = libraries.getByName(name)
            ours = modules.getByName("xlalloc")
            stood_in = ours
            for text, instead in STOOD_IN.items():
                assert stood_in.count(text) == 1
                stood_in = stood_in.replace(text, instead)
            stood_in = re.sub(
                r"Application\.MacroOptions|\b(macro|Description|Category|ArgumentDescriptions):=", _noted, stood_in
            )
            modules.replaceByName("xlalloc", stood_in)
            functions = modules.getByName("xlalloc_functions")
            modules.replaceByName("xlalloc_functions", re.sub(r"\b(base|step)\b", r"\1_", functions))
            modules.insertByName("FakeServer", STAND_IN)
            modules.insertByName("Questions", QUESTIONS)
            for question in QUESTION_NAMES:
                place = f"vnd.sun.star.script:{name}.Questions.{question}?language=Basic&location=document"
                answer = book.getScriptProvider().getScript(place).invoke((), (), ())[0]
                print(f"{question}: {answer}")
            book.close(True)
        finally:
            try:
                desktop.terminate()
            except Exception:
                process.kill()
            process.wait(20)


main(sys.argv[1])
