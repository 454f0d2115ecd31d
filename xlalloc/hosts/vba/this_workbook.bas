Option Explicit
' Descriptions are given once a workbook is open; the reference to Python is dropped with the add-in.
Private WithEvents host As Application

Private Sub Workbook_Open()
    Set host = Application
    xlalloc.DescribeSoon
End Sub

Private Sub host_WorkbookOpen(ByVal book As Workbook)
    xlalloc.WhenOpened book
End Sub

Private Sub host_WorkbookActivate(ByVal book As Workbook)
    xlalloc.DescribeSoon
End Sub

Private Sub Workbook_BeforeClose(Cancel As Boolean)
    xlalloc.Release
End Sub
