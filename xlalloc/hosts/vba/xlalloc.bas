Option Explicit
Option Private Module
' xlalloc: the functions of the sheets, answered by Python. Nothing here is read from a workbook.
'
' Windows starts Python itself: Xlalloc.Server is a COM class registered for this user ("xlalloc install excel").
' One reference to it is kept here, so that one Python serves every workbook; it ends with Excel.

Public Const ADDIN_VERSION As String = "{version}"
Private Const SERVER_CLASS As String = "{class}"
Private Const SERVER_KEY As String = "HKCU\Software\Classes\CLSID\{clsid}\LocalServer32\"
Private Const FUNCTIONS As String = "xlalloc.hosts.windows_calls"
Private Const ENGLISH As Long = {en} ' columns of the help sheet from which the texts of each language stand
Private Const CHINESE As Long = {zh}
Private Const PATIENCE As Double = 30 ' seconds in which a failed start is not tried again: every cell answers at once

Private server As Object
Private failed_at As Double
Private described As Boolean

' The functions' way to Python ----------------------------------------------------------------------------------

' What a cell shows: Python's answer, #VALUE! where there is none.
Public Function Answer(ByVal name As String, ByVal arguments As Variant) As Variant
    Dim given As Variant, k As Long
    On Error Resume Next
    given = Joined(Array(name), arguments)
    For k = 1 To UBound(given)
        If IsObject(given(k)) Then given(k) = CellsOf(given(k))
        If Err.Number <> 0 Then Exit For
    Next
    If Err.Number = 0 Then Answer = WithErrors(Called(given))
    If Err.Number <> 0 Then Answer = CVErr(xlErrValue)
End Function

' Python sends an error as its number, in the only whole numbers it sends; here it becomes the error.
Private Function WithErrors(ByRef cells As Variant) As Variant
    Dim i As Long, j As Long
    If Not IsArray(cells) Then
        If VarType(cells) = vbLong Then cells = CVErr(cells And 65535)
    ElseIf IsTable(cells) Then
        For j = LBound(cells, 2) To UBound(cells, 2)
            For i = LBound(cells, 1) To UBound(cells, 1)
                If VarType(cells(i, j)) = vbLong Then cells(i, j) = CVErr(cells(i, j) And 65535)
            Next
        Next
    Else
        For j = LBound(cells) To UBound(cells)
            If VarType(cells(j)) = vbLong Then cells(j) = CVErr(cells(j) And 65535)
        Next
    End If
    WithErrors = cells
End Function

Private Function IsTable(ByRef cells As Variant) As Boolean
    Dim last As Long
    On Error Resume Next
    last = UBound(cells, 2)
    IsTable = (Err.Number = 0)
    Err.Clear
End Function

' Value2: exact numbers, where Value cuts Currency to four places and makes dates of serials. Whole columns and
' rows end with the sheet's last used cell; they keep their beginning, so that two of them stay side by side.
Private Function CellsOf(ByVal area As Object) As Variant
    Dim used As Object, height As Long, width As Long
    If area.Areas.Count > 1 Then Err.Raise 5
    height = area.Rows.Count
    width = area.Columns.Count
    If height = area.Worksheet.Rows.Count Or width = area.Worksheet.Columns.Count Then
        Set used = area.Worksheet.UsedRange
        If height = area.Worksheet.Rows.Count Then height = Within(used.Row + used.Rows.Count - area.Row, height)
        If width = area.Worksheet.Columns.Count Then width = Within(used.Column + used.Columns.Count - area.Column, width)
        CellsOf = area.Resize(height, width).Value2
    Else
        CellsOf = area.Value2
    End If
End Function

Private Function Within(ByVal wanted As Long, ByVal most As Long) As Long
    Within = wanted
    If Within < 1 Then Within = 1
    If Within > most Then Within = most
End Function

' Python's answer. A server that is gone (killed, crashed, updated) is started once more; one that still runs and
' refuses this one call is left alone, so that other cells do not suffer.
Private Function Called(ByRef given As Variant) As Variant
    If Not Connected() Then Err.Raise 429
    On Error Resume Next
    Called = server.CallUDF(FUNCTIONS, "ANSWER", (given))
    If Err.Number = 0 Then Exit Function
    Err.Clear
    If Not Alive() Then
        Set server = Nothing
        If Connected() Then Called = server.CallUDF(FUNCTIONS, "ANSWER", (given))
        If Err.Number = 0 And Not server Is Nothing Then Exit Function
        Err.Clear
        If Not Alive() Then
            Set server = Nothing
            failed_at = Now
        End If
    End If
    On Error GoTo 0
    Err.Raise 440
End Function

Private Function Alive() As Boolean
    On Error Resume Next
    Alive = False
    If server Is Nothing Then Exit Function
    Alive = server.Bool(True)
    If Err.Number <> 0 Then Alive = False
End Function

Private Function Connected() As Boolean
    Connected = Not server Is Nothing
    If Connected Then Exit Function
    If failed_at > 0 And (Now - failed_at) * 86400 < PATIENCE Then Exit Function
    On Error Resume Next
    Set server = CreateObject(SERVER_CLASS)
    failed_at = 0
    If server Is Nothing Then failed_at = Now
    Connected = Not server Is Nothing
End Function

' Two lists of arguments as one, for functions that take as many as are given.
Public Function Joined(ByVal first As Variant, ByVal rest As Variant) As Variant
    Dim all() As Variant, k As Long, count As Long
    count = UBound(first) + 1
    ReDim all(0 To count + UBound(rest))
    For k = 0 To UBound(all)
        If k < count Then
            If IsObject(first(k)) Then Set all(k) = first(k) Else all(k) = first(k)
        Else
            If IsObject(rest(k - count)) Then Set all(k) = rest(k - count) Else all(k) = rest(k - count)
        End If
    Next
    Joined = all
End Function

Public Sub Release()
    Set server = Nothing
    failed_at = 0
End Sub

' The function wizard -------------------------------------------------------------------------------------------

' After the first workbook is open, since Excel refuses descriptions before.
Public Sub DescribeSoon()
    On Error Resume Next
    If described Or ActiveWorkbook Is Nothing Then Exit Sub
    described = True
    Application.OnTime Now, "'" & ThisWorkbook.Name & "'!xlalloc.Describe"
End Sub

' Names, categories and texts stand on the add-in's own sheet, in any language; VBA's text knows one code page.
Public Sub Describe()
    Dim sheet As Object, row As Long, first As Long, k As Long, count As Long, words() As String, macro As String
    On Error Resume Next
    first = TextsFrom(OfficeLanguage())
    Set sheet = ThisWorkbook.Worksheets("help")
    If sheet Is Nothing Then Exit Sub
    row = 2
    Do While sheet.Cells(row, 1).Value2 <> ""
        macro = "'" & ThisWorkbook.Name & "'!" & sheet.Cells(row, 1).Value2
        count = sheet.Cells(row, 2).Value2
        If count = 0 Then
            Application.MacroOptions macro:=macro, Description:=sheet.Cells(row, first + 1).Value2, Category:=sheet.Cells(row, first).Value2
        Else
            ReDim words(1 To count)
            For k = 1 To count
                words(k) = sheet.Cells(row, first + 1 + k).Value2
            Next
            Application.MacroOptions macro:=macro, Description:=sheet.Cells(row, first + 1).Value2, Category:=sheet.Cells(row, first).Value2, ArgumentDescriptions:=words
        End If
        Err.Clear
        row = row + 1
    Loop
    ThisWorkbook.Saved = True
End Sub

' The language of Office's own menus, 0 where it is not known.
Private Function OfficeLanguage() As Long
    Dim host As Object
    On Error Resume Next
    Set host = Application
    OfficeLanguage = host.LanguageSettings.LanguageID(2)
End Function

' Simplified Chinese (2052) has its own texts, all other languages have English.
Private Function TextsFrom(ByVal language As Long) As Long
    If language = 2052 Then TextsFrom = CHINESE Else TextsFrom = ENGLISH
End Function

' The ribbon ----------------------------------------------------------------------------------------------------

Public Sub RibbonReenter(control As IRibbonControl)
    If ActiveWorkbook Is Nothing Then
        MsgBox "Open the workbook first.", vbInformation, "xlalloc"
    Else
        MsgBox Reentered(ActiveWorkbook), vbInformation, "xlalloc"
    End If
End Sub

Public Sub RibbonRestart(control As IRibbonControl)
    Release
    Application.CalculateFull
    MsgBox "Python: " & IIf(Connected(), "started again.", "does not start. See Doctor."), vbInformation, "xlalloc"
End Sub

Public Sub RibbonDoctor(control As IRibbonControl)
    MsgBox Diagnosis(), vbInformation, "xlalloc"
End Sub

Public Sub RibbonAbout(control As IRibbonControl)
    MsgBox "xlalloc " & ADDIN_VERSION & vbLf & "Asset-allocation functions. MIT licence." & vbLf & vbLf & _
        "Python is called through xlwings. The file of this add-in was made from one of xlwings: copyright (C) 2014 - present, " & _
        "Zoomer Analytics GmbH, BSD 3-clause licence; its text is beside the package.", vbInformation, "xlalloc"
End Sub

' What the add-in can see from inside Excel; "xlalloc doctor" in a command window sees more.
Private Function Diagnosis() As String
    Dim registered As String, program As String, shown As Variant, k As Long
    On Error Resume Next
    Diagnosis = "xlalloc " & ADDIN_VERSION & " in " & ThisWorkbook.FullName & vbLf
    registered = CreateObject("WScript.Shell").RegRead(SERVER_KEY)
    If registered = "" Then
        Diagnosis = Diagnosis & "Python is not registered for this user. In a command window:  xlalloc install excel"
        Exit Function
    End If
    program = Split(registered, """")(1)
    If Dir(program) = "" Then
        Diagnosis = Diagnosis & "The Python that was registered is gone: " & program & vbLf & "In a command window of the Python you use now:  xlalloc install excel"
        Exit Function
    End If
    Diagnosis = Diagnosis & "Python: " & program & vbLf
    failed_at = 0
    Err.Clear
    shown = Called(Array("XLALLOC_INFO"))
    If Err.Number <> 0 Then
        Diagnosis = Diagnosis & "It does not start. In a command window:  xlalloc doctor" & vbLf & "Log: " & Environ$("LOCALAPPDATA") & "\xlalloc\xlalloc.log"
        Exit Function
    End If
    For k = LBound(shown, 1) + 1 To UBound(shown, 1)
        Diagnosis = Diagnosis & shown(k, LBound(shown, 2)) & ": " & shown(k, LBound(shown, 2) + 1) & vbLf
    Next
    If InStr(Diagnosis, "version: " & ADDIN_VERSION & vbLf) = 0 Then Diagnosis = Diagnosis & "The add-in is of version " & ADDIN_VERSION & ": install it again (xlalloc install excel)."
End Function

' Re-enter formulas ---------------------------------------------------------------------------------------------
' Excel stores a formula of an add-in with the add-in's full path, which differs between users; and a name that was
' unknown when the file was opened stays #NAME? until it is entered again.

Private Function Reentered(ByVal book As Object) As String
    Dim sheet As Object, guard As Variant, done As Long, skipped As String, calculation As Long
    On Error Resume Next
    calculation = Application.Calculation
    Application.Calculation = -4135 ' manual
    Application.ScreenUpdating = False
    Relink book
    For Each sheet In book.Worksheets
        guard = Opened(sheet)
        If sheet.ProtectContents Then
            skipped = skipped & vbLf & sheet.name & ": protected with a password; take the protection off first."
        Else
            done = done + ReenteredOn(sheet, skipped)
            If IsArray(guard) Then Closed sheet, guard
        End If
    Next
    Application.ScreenUpdating = True
    Application.Calculation = calculation
    Reentered = done & " formulas entered again." & skipped
End Function

' Links to this add-in at another user's place become links to it here.
Private Sub Relink(ByVal book As Object)
    Dim links As Variant, link As Variant
    On Error Resume Next
    links = book.LinkSources(1)
    If Not IsArray(links) Then Exit Sub
    For Each link In links
        If LCase$(Mid$(link, InStrRev(link, "\") + 1)) = LCase$(ThisWorkbook.Name) And LCase$(link) <> LCase$(ThisWorkbook.FullName) Then
            book.ChangeLink link, ThisWorkbook.FullName, 1
        End If
    Next
End Sub

' Takes the protection off a sheet that has one without password, and gives what it allowed.
Private Function Opened(ByVal sheet As Object) As Variant
    Dim allowed As Object
    If Not sheet.ProtectContents Then Exit Function
    Set allowed = sheet.Protection
    Opened = Array(sheet.ProtectDrawingObjects, sheet.ProtectScenarios, allowed.AllowFormattingCells, allowed.AllowFormattingColumns, _
        allowed.AllowFormattingRows, allowed.AllowInsertingColumns, allowed.AllowInsertingRows, allowed.AllowInsertingHyperlinks, _
        allowed.AllowDeletingColumns, allowed.AllowDeletingRows, allowed.AllowSorting, allowed.AllowFiltering, allowed.AllowUsingPivotTables)
    On Error Resume Next
    sheet.Unprotect ""
End Function

Private Sub Closed(ByVal sheet As Object, ByVal guard As Variant)
    sheet.Protect "", guard(0), True, guard(1), False, guard(2), guard(3), guard(4), guard(5), guard(6), guard(7), guard(8), guard(9), guard(10), guard(11), guard(12)
End Sub

Private Function ReenteredOn(ByVal sheet As Object, ByRef skipped As String) As Long
    Dim cell As Object, formulas As Object, names As Variant, done As Long, entered As Boolean
    On Error Resume Next
    Set formulas = sheet.UsedRange.SpecialCells(-4123) ' cells with formulas; an error where there are none
    If formulas Is Nothing Then Exit Function
    names = ThisWorkbook.Worksheets("help").UsedRange.Columns(1).Value2
    For Each cell In formulas.Cells
        If IsOurs(cell.Formula, names) Then
            Err.Clear
            entered = False
            entered = Enter(cell) ' an error here leaves it False
            If entered Then
                done = done + 1
            ElseIf Err.Number <> 0 Then
                skipped = skipped & vbLf & sheet.name & "!" & cell.Address & ": enter it yourself (" & Err.Description & ")."
            End If
        End If
    Next
    ReenteredOn = done
End Function

Private Function IsOurs(ByVal formula As String, ByVal names As Variant) As Boolean
    Dim row As Long, text As String
    text = UCase$(formula)
    For row = LBound(names, 1) + 1 To UBound(names, 1)
        If InStr(text, names(row, 1) & "(") > 0 Then
            IsOurs = True
            Exit Function
        End If
    Next
End Function

' A block entered as an array is entered as a whole, from its first cell; all else as a formula that may spill.
Private Function Enter(ByVal cell As Object) As Boolean
    Dim block As Object, spills As Boolean
    On Error Resume Next
    spills = cell.HasSpill
    Err.Clear
    On Error GoTo 0
    If cell.HasArray And Not spills Then Set block = cell.CurrentArray
    If Not block Is Nothing Then
        If block.Cells.Count > 1 Then
            If cell.Address = block.Cells(1, 1).Address Then
                block.FormulaArray = cell.FormulaArray
                Enter = True
            End If
            Exit Function
        End If
    End If
    If Val(Application.Version) >= 16 And HasFormula2(cell) Then
        cell.Formula2 = cell.Formula2
    Else
        cell.Formula = cell.Formula
    End If
    Enter = True
End Function

Private Function HasFormula2(ByVal cell As Object) As Boolean
    Dim text As String
    On Error Resume Next
    text = cell.Formula2
    HasFormula2 = (Err.Number = 0 And text <> "")
End Function
