Option Explicit
Option Private Module
' xlalloc: the functions of the sheets, answered by Python. Nothing here is read from a workbook.
'
' Windows starts Python itself: Xlalloc.Server is a COM class registered for this user ("xlalloc install excel").
' One reference to it is kept here, so that one Python serves every workbook; it ends with Excel.

Private Const SERVER_CLASS As String = "{class}"
Private Const FUNCTIONS As String = "xlalloc.hosts.windows_calls"
Private Const ADDIN_FILE As String = "{file}"
Private Const PATIENCE As Double = 30 ' seconds in which a failed start is not tried again: every cell answers at once

Private server As Object
Private failed_at As Double
Private described As Boolean
Private ribbon As Object
Private waiting As Boolean ' the active workbook needs entering, which only the person may start

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

' Value2: exact numbers, where Value cuts Currency to four places and makes dates of serials. What reaches to the
' sheet's end (whole columns, A2:A1048576) ends with its last used cell; it keeps its beginning, so that two of them stay
' side by side.
Private Function CellsOf(ByVal area As Object) As Variant
    Dim used As Object, height As Long, width As Long, down As Boolean, across As Boolean, cells As Variant
    If area.Areas.Count > 1 Then Err.Raise 5
    height = area.Rows.Count
    width = area.Columns.Count
    down = (area.Row + height - 1 = area.Worksheet.Rows.Count)
    across = (area.Column + width - 1 = area.Worksheet.Columns.Count)
    If down Or across Then
        Set used = area.Worksheet.UsedRange
        If down Then height = Within(used.Row + used.Rows.Count - area.Row, height)
        If across Then width = Within(used.Column + used.Columns.Count - area.Column, width)
        Set area = area.Resize(height, width)
    End If
    cells = area.Value2
    If height > 1 And width > 1 Then EnterDates cells, area.Resize(height, 1)
    CellsOf = cells
End Function

' A first column whose every number is a date holds dates, not their serials, which could be numbers. Where Value fails
' (a date format over a number too large), serials they stay.
Private Sub EnterDates(ByRef cells As Variant, ByVal column As Object)
    Dim shown As Variant, i As Long, j As Long
    On Error Resume Next
    shown = column.Value
    If Err.Number <> 0 Then
        Err.Clear
        Exit Sub
    End If
    j = LBound(shown, 2)
    For i = LBound(shown, 1) To UBound(shown, 1)
        If VarType(shown(i, j)) = vbDouble Or VarType(shown(i, j)) = vbCurrency Then Exit Sub
    Next
    For i = LBound(shown, 1) To UBound(shown, 1)
        If VarType(shown(i, j)) = vbDate Then cells(i, j) = shown(i, j)
    Next
End Sub

Private Function Within(ByVal wanted As Long, ByVal most As Long) As Long
    Within = wanted
    If Within < 1 Then Within = 1
    If Within > most Then Within = most
End Function

' Python's answer. A server that is gone (killed, crashed, updated) is started once more; one that still runs and
' refuses this one call is left alone, so that other cells do not suffer. One that ended itself in a call that would not
' end is not asked again by this cell; the next one starts another.
Private Function Called(ByRef given As Variant) As Variant
    Dim begun As Double
    If Not Connected() Then Err.Raise 429
    begun = Now
    On Error Resume Next
    Called = server.CallUDF(FUNCTIONS, "ANSWER", (given))
    If Err.Number = 0 Then Exit Function
    Err.Clear
    If Not Alive() Then
        Set server = Nothing
        If (Now - begun) * 86400 < PATIENCE Then
            If Connected() Then Called = server.CallUDF(FUNCTIONS, "ANSWER", (given))
            If Err.Number = 0 And Not server Is Nothing Then Exit Function
            Err.Clear
            If Not Alive() Then
                Set server = Nothing
                failed_at = Now
            End If
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
    If Connected Then server.CallUDF FUNCTIONS, "SPEAK", Array(Language())
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
    first = ColumnOf(Language())
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

' The version of this file, which its sheet names beside its texts.
Private Function AddinVersion() As String
    AddinVersion = ThisWorkbook.Worksheets("help").Cells(1, ColumnOf("text") + 1).Value2
End Function

' Simplified Chinese (2052) has its own texts, all other languages have English.
Private Function Language() As String
    If OfficeLanguage() = 2052 Then Language = "zh" Else Language = "en"
End Function

' Where on the help sheet something begins, by the word in its first row.
Private Function ColumnOf(ByVal head As String) As Long
    Dim sheet As Object
    Set sheet = ThisWorkbook.Worksheets("help")
    ColumnOf = 1
    Do While sheet.Cells(1, ColumnOf).Value2 <> head And ColumnOf < 250
        ColumnOf = ColumnOf + 1
    Loop
End Function

' A text of this add-in in Office's language, what stands in braces in it replaced.
Public Function Worded(ByVal english As String, Optional ByVal part As String) As String
    Dim sheet As Object, row As Long, column As Long, first As Long, last As Long
    Worded = english
    If Language() = "zh" Then
        Set sheet = ThisWorkbook.Worksheets("help")
        column = ColumnOf("text")
        row = 2
        Do While sheet.Cells(row, column).Value2 <> ""
            If sheet.Cells(row, column).Value2 = english Then Worded = sheet.Cells(row, column + 1).Value2
            row = row + 1
        Loop
    End If
    first = InStr(Worded, "{")
    last = InStr(Worded, "}")
    If first > 0 And last > first Then Worded = Left$(Worded, first - 1) & part & Mid$(Worded, last + 1)
End Function

' The ribbon ----------------------------------------------------------------------------------------------------

Public Sub RibbonLoaded(given As IRibbonUI)
    Set ribbon = given
End Sub

Public Sub RibbonLabel(control As IRibbonControl, ByRef text)
    Select Case control.ID
    Case "formulas"
        text = Worded("Formulas")
    Case "reenter"
        text = Worded("Re-enter formulas")
    Case "reenter_hint"
        text = Worded("This workbook needs it: press Re-enter formulas.")
    Case "restart"
        text = Worded("Restart Python")
    Case "doctor"
        text = Worded("Doctor")
    Case "about_button"
        text = Worded("About")
    End Select
End Sub

Public Sub RibbonTip(control As IRibbonControl, ByRef text)
    Select Case control.ID
    Case "reenter"
        text = Worded("For a workbook that shows #NAME? or another user's path: enters every xlalloc formula of the active workbook again, on sheets protected without a password too.")
    Case "restart"
        text = Worded("Lets the running Python go and starts a new one.")
    Case "doctor"
        text = Worded("What is installed, whether Python answers, and what to do if not.")
    End Select
End Sub

Public Sub RibbonHintVisible(control As IRibbonControl, ByRef shown)
    shown = waiting
End Sub

Public Sub RibbonReenter(control As IRibbonControl)
    If ActiveWorkbook Is Nothing Then
        Tell Worded("Open the workbook first.")
    Else
        Tell Reentered(ActiveWorkbook, True)
        Hint False
    End If
End Sub

Public Sub RibbonRestart(control As IRibbonControl)
    Release
    Application.Calculate
    If Connected() Then
        Tell Worded("Python was started again. Ctrl+Alt+F9 calculates everything again.")
    Else
        Tell Worded("Python does not start. See Doctor.")
    End If
End Sub

Public Sub RibbonDoctor(control As IRibbonControl)
    Tell Diagnosis()
End Sub

Public Sub RibbonAbout(control As IRibbonControl)
    Tell "xlalloc " & AddinVersion() & vbLf & Worded("Asset-allocation functions. MIT licence.") & vbLf & vbLf & _
        Worded("Python is called through xlwings. The VBA project of this add-in was made from one of xlwings: copyright (C) 2014 - present, Zoomer Analytics GmbH, BSD 3-clause licence; its text is beside the package.")
End Sub

Private Sub Tell(ByVal text As String)
    MsgBox Left$(text, 1000), vbInformation, "xlalloc" ' the longest that Excel shows
End Sub

Private Sub Hint(ByVal shown As Boolean)
    On Error Resume Next
    If waiting = shown Then Exit Sub
    waiting = shown
    If Not ribbon Is Nothing Then ribbon.Invalidate
End Sub

' What the add-in sees from inside Excel, and what Python finds; "xlalloc doctor" in a command window sees more.
Private Function Diagnosis() As String
    Dim shown As Variant, link As String, k As Long
    On Error Resume Next
    Diagnosis = "xlalloc " & AddinVersion() & ": " & ThisWorkbook.FullName & vbLf
    link = LinkedElsewhere(ActiveWorkbook)
    If link <> "" Then Diagnosis = Diagnosis & Worded("This workbook links to the add-in at another place: {folder}. Press Re-enter formulas.", link) & vbLf
    failed_at = 0
    Err.Clear
    If Connected() Then shown = server.CallUDF(FUNCTIONS, "DIAGNOSIS", Array(Language(), AddinVersion()))
    If Err.Number <> 0 Or Not IsArray(shown) Then
        Diagnosis = Diagnosis & Worded("Python does not start. What to do:") & vbLf & _
            "- " & Worded("Start menu > xlalloc doctor (or in a command window: xlalloc doctor) says why.") & vbLf & _
            "- " & Worded("Was Excel started as administrator? Start it normally, or install for all users.") & vbLf & _
            "- " & Worded("Otherwise install again: xlalloc-setup.exe, or xlalloc install excel")
        Exit Function
    End If
    For k = LBound(shown, 1) To UBound(shown, 1)
        Diagnosis = Diagnosis & shown(k, LBound(shown, 2)) & vbLf
    Next
End Function

' Re-enter formulas ---------------------------------------------------------------------------------------------
' Excel stores a formula of an add-in with the add-in's full path, which differs between users; and a name that was
' unknown when the file was opened stays #NAME? until it is entered again.

' A workbook was opened: one that plainly needs it is entered again, unless it is not this person's alone to change.
Public Sub WhenOpened(ByVal book As Object)
    Dim needed As Boolean, ignored As String
    On Error Resume Next
    If book.IsAddin Then Exit Sub
    needed = (LinkedElsewhere(book) <> "")
    If Not needed And IsOurFile(book) Then needed = ShowsName(book)
    Hint needed And IsShared(book)
    If needed And Not IsShared(book) Then ignored = Reentered(book, False)
End Sub

' The link to another place's xlalloc.xlam, "" where there is none.
Private Function LinkedElsewhere(ByVal book As Object) As String
    Dim links As Variant, link As Variant
    On Error Resume Next
    links = book.LinkSources(1)
    If Not IsArray(links) Then Exit Function
    For Each link In links
        If LCase$(Mid$(link, InStrRev(link, "\") + 1)) = LCase$(ADDIN_FILE) And LCase$(link) <> LCase$(ThisWorkbook.FullName) Then LinkedElsewhere = link
    Next
End Function

' Our workbooks and reports name xlalloc as their author.
Private Function IsOurFile(ByVal book As Object) As Boolean
    On Error Resume Next
    IsOurFile = (book.BuiltinDocumentProperties(3).Value = "xlalloc")
End Function

Private Function ShowsName(ByVal book As Object) As Boolean
    Dim sheet As Object, found As Object
    On Error Resume Next
    For Each sheet In book.Worksheets
        Set found = Nothing
        Set found = sheet.UsedRange.Find("#NAME?", , -4163, 1) ' in values, the whole cell
        If Not found Is Nothing Then ShowsName = True
        If ShowsName Then Exit Function
    Next
End Function

' Read-only, shared, or saved at once for everybody (AutoSave, which older Excels do not know).
Private Function IsShared(ByVal book As Object) As Boolean
    On Error Resume Next
    IsShared = book.ReadOnly Or book.MultiUserEditing
    If Not IsShared Then IsShared = book.AutoSaveOn
End Function

' Enter again what needs it, or every formula of ours; what was switched off is on again whatever happens.
Private Function Reentered(ByVal book As Object, ByVal every As Boolean) As String
    Dim sheet As Object, guard As Variant, done As Long, skipped As String
    Dim calculation As Long, alerts As Boolean, events As Boolean, saved As Boolean
    calculation = Application.Calculation
    alerts = Application.DisplayAlerts
    events = Application.EnableEvents
    saved = book.Saved
    On Error GoTo Restore
    Application.Calculation = -4135 ' manual
    Application.DisplayAlerts = False
    Application.EnableEvents = False
    Application.ScreenUpdating = False
    For Each sheet In book.Worksheets
        guard = Opened(sheet)
        If sheet.ProtectContents Then
            skipped = skipped & vbLf & Worded("{name}: protected with a password; take the protection off first.", sheet.Name)
        Else
            done = done + ReenteredOn(sheet, every, skipped)
        End If
        If IsArray(guard) And Not sheet.ProtectContents Then Closed sheet, guard
        guard = Empty
    Next
Restore:
    If Err.Number <> 0 Then skipped = skipped & vbLf & Err.Description
    On Error Resume Next
    If IsArray(guard) Then
        If Not sheet.ProtectContents Then Closed sheet, guard
    End If
    Application.ScreenUpdating = True
    Application.EnableEvents = events
    Application.DisplayAlerts = alerts
    Application.Calculation = calculation
    If done = 0 Then book.Saved = saved
    Reentered = Worded("{i} formulas entered again.", CStr(done)) & skipped
End Function

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

Private Function ReenteredOn(ByVal sheet As Object, ByVal every As Boolean, ByRef skipped As String) As Long
    Dim cell As Object, formulas As Object, names As Variant, done As Long, entered As Boolean, text As String, wanted As Boolean
    On Error Resume Next
    Set formulas = sheet.UsedRange.SpecialCells(-4123) ' cells with formulas; an error where there are none
    If formulas Is Nothing Then Exit Function
    names = ThisWorkbook.Worksheets("help").UsedRange.Columns(1).Value2
    For Each cell In formulas.Cells
        text = cell.Formula
        wanted = InStr(1, text, ADDIN_FILE, 1) > 0
        If Not wanted And IsOurs(text, names) Then wanted = every Or IsUnknown(cell)
        If wanted Then
            Err.Clear
            entered = False
            entered = Enter(cell, names) ' an error here leaves it False
            If entered Then
                done = done + 1
            ElseIf Err.Number <> 0 Then
                skipped = skipped & vbLf & Worded("Enter it yourself: {cell}", sheet.Name & "!" & cell.Address & " (" & Err.Description & ")")
            End If
        End If
    Next
    ReenteredOn = done
End Function

Private Function IsUnknown(ByVal cell As Object) As Boolean
    Dim shown As Variant
    shown = cell.Value2
    If IsError(shown) Then IsUnknown = (CStr(shown) = "Error 2029") ' #NAME?
End Function

Private Function IsOurs(ByVal formula As String, ByVal names As Variant) As Boolean
    Dim row As Long, text As String
    text = UCase$(formula)
    For row = LBound(names, 1) + 1 To UBound(names, 1)
        If names(row, 1) <> "" Then
            If InStr(text, names(row, 1) & "(") > 0 Then IsOurs = True
            If IsOurs Then Exit Function
        End If
    Next
End Function

' The formula without the add-in's place before our functions ('C:\...\xlalloc.xlam'!), nor the @ that Excel puts before
' a function that it does not know.
Public Function Stripped(ByVal formula As String, ByVal names As Variant) As String
    Dim at As Long, first As Long, row As Long
    Stripped = formula
    at = InStr(1, Stripped, ADDIN_FILE & "'!", 1)
    Do While at > 0
        first = InStrRev(Stripped, "'", at)
        Do While first > 2 ' a quote inside the path is doubled
            If Mid$(Stripped, first - 1, 1) <> "'" Then Exit Do
            first = InStrRev(Stripped, "'", first - 2)
        Loop
        If first = 0 Then Exit Do
        Stripped = Left$(Stripped, first - 1) & Mid$(Stripped, at + Len(ADDIN_FILE) + 2)
        at = InStr(1, Stripped, ADDIN_FILE & "'!", 1)
    Loop
    Stripped = Replace(Stripped, ADDIN_FILE & "!", "", 1, -1, 1)
    If InStr(Stripped, "@") = 0 Then Exit Function
    For row = LBound(names, 1) + 1 To UBound(names, 1)
        If names(row, 1) <> "" Then Stripped = Replace(Stripped, "@" & names(row, 1) & "(", names(row, 1) & "(", 1, -1, 1)
    Next
End Function

' A block entered as an array is entered as a whole, from its first cell; all else as a formula that may spill.
Private Function Enter(ByVal cell As Object, ByVal names As Variant) As Boolean
    Dim block As Object, spills As Boolean
    On Error Resume Next
    spills = cell.HasSpill
    Err.Clear
    On Error GoTo 0
    If cell.HasArray And Not spills Then Set block = cell.CurrentArray
    If Not block Is Nothing Then
        If block.Cells.Count > 1 Then
            If cell.Address = block.Cells(1, 1).Address Then
                block.FormulaArray = Stripped(cell.FormulaArray, names)
                Enter = True
            End If
            Exit Function
        End If
    End If
    If Val(Application.Version) >= 16 And HasFormula2(cell) Then
        cell.Formula2 = Stripped(cell.Formula2, names)
    Else
        cell.Formula = Stripped(cell.Formula, names)
    End If
    Enter = True
End Function

Private Function HasFormula2(ByVal cell As Object) As Boolean
    Dim text As String
    On Error Resume Next
    text = cell.Formula2
    HasFormula2 = (Err.Number = 0 And text <> "")
End Function
