"""Programs in VBScript: calls into the server, and our VBA module itself with VBA's types taken off.

VBScript is VBA without declared types, optional arguments and CVErr; what the translation changes is all here.
"""

import re

from windows.encodings import NUMBERS

VB_ERROR = 10  # VarType of an error value

_TOOLS = """
Function Grid(height, width, flat)
    Dim made, i, j
    ReDim made(height - 1, width - 1)
    For i = 0 To height - 1
        For j = 0 To width - 1
            made(i, j) = flat(i * width + j)
        Next
    Next
    Grid = made
End Function

Function Dimensions(value)
    Dim last
    Dimensions = 0
    If Not IsArray(value) Then Exit Function
    On Error Resume Next
    Do
        last = UBound(value, Dimensions + 1)
        If Err.Number <> 0 Then Exit Do
        Dimensions = Dimensions + 1
    Loop
    Err.Clear
End Function

' Wine's VBScript knows neither AscW nor ChrW: texts are spelled, and made, by Python at the other end.
Function Spelled(value)
    Spelled = server.Str(server.Call(server.Eval("lambda t: '.'.join(str(ord(c)) for c in t)"), server.Tuple(value)))
End Function

' Time for a server to be gone: under Wine one that is just leaving may be waited for without end.
Sub Leave()
    Dim begun
    begun = Now
    Do While (Now - begun) * 86400 < 3
    Loop
End Sub

Function Text(literal)
    Text = server.Str(server.Eval(literal))
End Function

Function Cell(value)
    If VarType(value) = 8 Then
        If Left(value, 5) = "CVErr" Then
            Cell = "CVErr:" & Mid(value, 7)
        Else
            Cell = "8:" & Spelled(value)
        End If
    ElseIf VarType(value) = 10 Then
        Cell = "10:"
    Else
        Cell = VarType(value) & ":" & value
    End If
End Function

Sub Show(value)
    Dim i, j, line
    Select Case Dimensions(value)
    Case 0
        WScript.Echo "= " & Cell(value)
    Case 1
        line = "="
        For j = LBound(value) To UBound(value)
            line = line & " " & Cell(value(j))
        Next
        WScript.Echo line
    Case Else
        For i = LBound(value, 1) To UBound(value, 1)
            line = "="
            For j = LBound(value, 2) To UBound(value, 2)
                line = line & " " & Cell(value(i, j))
            Next
            WScript.Echo line
        Next
    End Select
    WScript.Echo "."
End Sub
"""


def tools() -> str:
    """The server, asked twice as client.py does, and what shows its answers."""
    return _SERVER + _TOOLS


_SERVER = """
Dim server
On Error Resume Next
Set server = CreateObject("Xlalloc.Server")
On Error GoTo 0
If Not IsObject(server) Then Set server = CreateObject("Xlalloc.Server")
"""


def literal(value) -> str:
    """A cell or rows of cells as VBScript writes them."""
    if isinstance(value, list):
        flat = ", ".join(literal(cell) for row in value for cell in row)
        return f"Grid({len(value)}, {len(value[0])}, Array({flat}))"
    if value is None:
        return "Empty"
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, str):
        return '"' + value.replace('"', '""') + '"' if value.isascii() else f'Text("{value!a}")'
    return f"CDbl({float(value)!r})"


def read(lines: list[str]) -> list[list[list]]:
    """What Show wrote, value by value: rows of cells, an error as the number 10 in a one-tuple."""
    values, rows = [], []
    for line in lines:
        if line == ".":
            values.append(rows)
            rows = []
        elif line.startswith("="):
            rows.append([_cell(word) for word in line[1:].split()])
    return values


def _cell(word: str):
    kind, _, text = word.partition(":")
    if kind == "10":
        return (VB_ERROR,)
    if kind == "CVErr":
        return f"CVErr {text}"
    if kind == "8":
        return "".join(chr(int(part)) for part in text.split(".") if part)
    if kind == "11":
        return text in ("True", "-1")
    return float(text)


def from_vba(text: str) -> str:
    """VBA's text as VBScript: without types, optional arguments, lower bounds, module names."""
    text = re.sub(r"^Option .*$", "", text, flags=re.M)
    text = re.sub(r" As (String|Double|Boolean|Object|Long|Variant)\b", "", text)
    text = re.sub(r"\bOptional ", "", text)
    text = re.sub(r"ParamArray (\w+)\(\)", r"\1", text)
    text = text.replace("ReDim all(0 To ", "ReDim all(").replace("Dim all(),", "Dim all,")
    return re.sub(r"\bxlalloc\.(Answer|Joined)\(", r"\1(", text)


def made(code: str) -> str:
    """What the stand-in for VBA's CVErr shows."""
    return f"CVErr {NUMBERS[code] & 65535}"


_VBA_WORLD = """
Const xlErrValue = 2015
Dim menus ' the language of Office's menus, which LanguageID(2) asks for
menus = 1033
Class LanguagesOfOffice
    Public Function LanguageID(kind)
        If kind = 2 Then LanguageID = menus
    End Function
End Class
Class Office
    Public LanguageSettings
End Class
Dim Application
Set Application = New Office
Set Application.LanguageSettings = New LanguagesOfOffice
Function CVErr(number)
    CVErr = "CVErr " & number
End Function
"""


def machinery(modules: dict[str, str]) -> str:
    """Our module up to the wizard and the ribbon, and every function, as one script with the server not started."""
    calls, beyond = modules["xlalloc"].split("' The function wizard", 1)
    language = re.findall(r"^Private Function (?:Office)?Language\(.*?^End Function$", beyond, flags=re.M | re.S)
    assert len(language) == 2
    return "\n".join(
        [
            from_vba(calls),
            *map(from_vba, language),
            from_vba(modules["xlalloc_functions"]),
            _VBA_WORLD,
            _TOOLS,
            "Set server = Nothing\nfailed_at = 0\n",
        ]
    )


# A range as our module sees one: Value differs from Value2, as Excel's does for money and dates.
RANGE = """
Class Size
    Public Count
End Class

Function Sized(number)
    Set Sized = New Size
    Sized.Count = number
End Function

Class Sheet
    Public Rows
    Public Columns
    Public UsedRange
    Public Parent
End Class

Class Range
    Public Row
    Public Column
    Public Areas
    Public Rows
    Public Columns
    Public Worksheet
    Public cells
    Public dates ' how many cells of its first column have the format of a date
    Public Property Get Value2
        Value2 = cells
    End Property
    Public Property Get Value
        Dim i, j, shown
        shown = cells
        For i = 0 To UBound(shown, 1)
            For j = 0 To UBound(shown, 2)
                If VarType(shown(i, j)) = 5 Then
                    If j = 0 And i < dates Then shown(i, j) = CDate(shown(i, j)) Else shown(i, j) = CCur(shown(i, j))
                End If
            Next
        Next
        Value = shown
    End Property
    Public Function Resize(height, width)
        Dim part, i, j
        ReDim part(height - 1, width - 1)
        For i = 0 To height - 1
            For j = 0 To width - 1
                If i <= UBound(cells, 1) And j <= UBound(cells, 2) Then part(i, j) = cells(i, j)
            Next
        Next
        Set Resize = MadeRange(part, Row, Column, Worksheet)
        Resize.dates = dates
    End Function
End Class

Function MadeRange(content, row, column, sheet)
    Set MadeRange = New Range
    MadeRange.cells = content
    MadeRange.dates = 0
    MadeRange.Row = row
    MadeRange.Column = column
    Set MadeRange.Areas = Sized(1)
    Set MadeRange.Rows = Sized(UBound(content, 1) + 1)
    Set MadeRange.Columns = Sized(UBound(content, 2) + 1)
    Set MadeRange.Worksheet = sheet
End Function

' A sheet of 1000 rows and 50 columns whose last used cell is given, in a workbook whose every sheet is watched.
Class Watched
    Public touched
    Public Name
    Public Default Property Get Item(index)
        touched = touched + 1
        Set Item = Me
    End Property
    Public Property Get Sheets
        touched = touched + 1
        Set Sheets = Me
    End Property
    Public Property Get Worksheets
        touched = touched + 1
        Set Worksheets = Me
    End Property
    Public Property Get FullName
        touched = touched + 1
        FullName = Name
    End Property
    Public Property Get Value
        touched = touched + 1
        Value = "INTERPRETER_WIN"
    End Property
End Class

Function Book(name)
    Set Book = New Watched
    Book.Name = name
    Book.touched = 0
End Function

Function SheetOf(book, last_row, last_column)
    Dim corner
    Set SheetOf = New Sheet
    Set SheetOf.Rows = Sized(1000)
    Set SheetOf.Columns = Sized(50)
    Set SheetOf.Parent = book
    Set corner = New Range
    corner.Row = 1
    corner.Column = 1
    Set corner.Rows = Sized(last_row)
    Set corner.Columns = Sized(last_column)
    Set SheetOf.UsedRange = corner
End Function
"""
