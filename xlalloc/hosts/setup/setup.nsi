; xlalloc-setup: for one user (no administrator), or with /ALLUSERS from an elevated prompt. windows_setup.py gives
; VERSION, OUT, TREE (what is installed), SIZE (KB), COMPRESSION, INCLUDE (the registry's keys of the COM class), TEXTS
; (what it says, in both languages).
;
;   xlalloc-setup.exe [/S] [/ALLUSERS] [/D=folder]      exit status 0 done, 2 nothing was changed
Unicode true
Target amd64-unicode
${COMPRESSION}
RequestExecutionLevel user
AllowSkipFiles off
SetOverwrite on
ShowInstDetails nevershow
ShowUninstDetails nevershow
Name "xlalloc"
Caption "xlalloc ${VERSION}"
BrandingText " "
OutFile "${OUT}"
InstallDir ""
VIProductVersion "${VERSION}.0"
VIFileVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "xlalloc"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "Asset-allocation functions for Excel"
VIAddVersionKey "LegalCopyright" "MIT licence; parts: see the folder licences"
!include LogicLib.nsh
!include FileFunc.nsh
!include "${INCLUDE}"
!define ABOUT "Software\Microsoft\Windows\CurrentVersion\Uninstall\xlalloc"
!define EXCEL "SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
!define ADDIN "xlalloc.xlam"

LoadLanguageFile "${NSISDIR}\Contrib\Language files\English.nlf"
LoadLanguageFile "${NSISDIR}\Contrib\Language files\SimpChinese.nlf"
!include "${TEXTS}"

Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Var Startup     ; the folder whose files Excel opens: XLSTART
Var AllUsers    ; "1" or ""
Var Place       ; where it is installed already
Var Renamed     ; "1" once the earlier Python has stepped aside
Var OldCommand  ; the class as it was registered before
Var Entered     ; "1" once the registry is being written
Var Placed      ; "1" once the add-in is being replaced
Var Made        ; folders that were not there before

; One line to the person, or to the file that a silent run leaves, and the end. (The .onInstFailed below restores.)
!macro FAIL text
  SetErrorLevel 2
  ${If} ${Silent}
    FileOpen $9 "$TEMP\xlalloc-setup.log" w
    FileWriteUTF16LE /BOM $9 "${text}$\r$\n"
    FileClose $9
  ${EndIf}
  MessageBox MB_OK|MB_ICONSTOP "${text}" /SD IDOK
!macroend

!macro NOTE_NEW folder
  ${IfNot} ${FileExists} "${folder}\*.*"
    StrCpy $Made "$Made|${folder}"
  ${EndIf}
!macroend

Function FindStartup
  ${If} $AllUsers == ""
    SetShellVarContext current
    StrCpy $Startup "$APPDATA\Microsoft\Excel\XLSTART"
    Return
  ${EndIf}
  SetShellVarContext all
  SetRegView 64
  ReadRegStr $0 HKLM "${EXCEL}" ""
  ${If} $0 == ""
    SetRegView 32
    ReadRegStr $0 HKLM "${EXCEL}" ""
  ${EndIf}
  SetRegView 64
  ${If} $0 == ""
    StrCpy $Startup ""
  ${Else}
    ${GetParent} "$0" $0
    StrCpy $Startup "$0\XLSTART"
  ${EndIf}
FunctionEnd

Function .onInit
  SetRegView 64
  Delete "$TEMP\xlalloc-setup.log"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/ALLUSERS" $1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      !insertmacro FAIL "$(NO_ADMIN)"
      Quit
    ${EndIf}
  ${EndIf}
  Call FindStartup
  ${If} $Startup == ""
    !insertmacro FAIL "$(NO_EXCEL)"
    Quit
  ${EndIf}
  ; Where it is installed already it stays: Excel opens one of two add-ins of the same name.
  ReadRegStr $Place SHCTX "${ABOUT}" "InstallLocation"
  ${If} $INSTDIR == ""
    StrCpy $INSTDIR $Place
  ${EndIf}
  ${If} $Place == ""
  ${OrIf} $Place == $INSTDIR
    ${If} $AllUsers == 1
      ReadRegStr $Place HKCU "${ABOUT}" "InstallLocation"
    ${Else}
      ReadRegStr $Place HKLM "${ABOUT}" "InstallLocation"
    ${EndIf}
  ${EndIf}
  ${If} $Place != ""
  ${AndIf} ${FileExists} "$Place\python\*.*"
  ${AndIf} $Place != $INSTDIR
    !insertmacro FAIL "$(ELSEWHERE)"
    Quit
  ${EndIf}
  ${If} $INSTDIR == ""
    ${If} $AllUsers == 1
      StrCpy $INSTDIR "$PROGRAMFILES64\xlalloc"
    ${Else}
      StrCpy $INSTDIR "$LOCALAPPDATA\Programs\xlalloc"
    ${EndIf}
  ${EndIf}
FunctionEnd

Section
  ; Excel holds the add-in that it has opened.
  ${If} ${FileExists} "$Startup\${ADDIN}"
    ClearErrors
    FileOpen $0 "$Startup\${ADDIN}" a
    ${If} ${Errors}
      !insertmacro FAIL "$(CLOSE_EXCEL)"
      Quit
    ${EndIf}
    FileClose $0
  ${EndIf}
  ; The earlier Python steps aside; while Excel uses it Windows refuses that, and nothing has changed.
  RMDir /r "$INSTDIR\python.old"
  ${If} ${FileExists} "$INSTDIR\python\*.*"
    ClearErrors
    Rename "$INSTDIR\python" "$INSTDIR\python.old"
    ${If} ${Errors}
      !insertmacro FAIL "$(CLOSE_EXCEL)"
      Quit
    ${EndIf}
    StrCpy $Renamed 1
  ${EndIf}
  ReadRegStr $Made SHCTX "${ABOUT}" "FoldersMade"
  ${If} $Renamed == ""
    ${GetParent} "$INSTDIR" $0
    !insertmacro NOTE_NEW "$0"
    ${GetParent} "$Startup" $0
    !insertmacro NOTE_NEW "$0"
    !insertmacro NOTE_NEW "$Startup"
  ${EndIf}
  ReadRegStr $OldCommand SHCTX "${CLASS_KEY}" ""

  ClearErrors
  SetOutPath "$INSTDIR"
  File /r "${TREE}/*"
  ${If} ${Errors}
    !insertmacro FAIL "$(NO_FILES)"
    Abort
  ${EndIf}
  SetOutPath "$TEMP" ; not a folder that must go again
  nsExec::Exec '"$INSTDIR\python\python.exe" -E -P -m compileall -q "$INSTDIR\python\Lib\site-packages\xlalloc"'
  Pop $0
  nsExec::Exec '"$INSTDIR\python\python.exe" -E -P -c "import xlalloc.hosts.windows_calls, xlalloc.cli, scipy.cluster.hierarchy, openpyxl"'
  Pop $0
  ${If} $0 != 0
    !insertmacro FAIL "$(NO_PYTHON)"
    Abort
  ${EndIf}

  ; The add-in, its predecessor kept until all is done.
  CreateDirectory "$Startup"
  Delete "$INSTDIR\addin.old"
  StrCpy $Placed 1
  ClearErrors
  ${If} ${FileExists} "$Startup\${ADDIN}"
    CopyFiles /SILENT "$Startup\${ADDIN}" "$INSTDIR\addin.old"
    Delete "$Startup\${ADDIN}"
  ${EndIf}
  Rename "$INSTDIR\${ADDIN}" "$Startup\${ADDIN}"
  ${If} ${Errors}
    !insertmacro FAIL "$(NO_ADDIN)"
    Abort
  ${EndIf}

  ; The class, for 64-bit and 32-bit Excel alike; then what Windows lists under its installed apps.
  StrCpy $Entered 1
  ClearErrors
  SetRegView 32
  !insertmacro ENTER_CLASS "${COMMAND}"
  SetRegView 64
  !insertmacro ENTER_CLASS "${COMMAND}"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr SHCTX "${ABOUT}" "DisplayName" "xlalloc for Excel"
  WriteRegStr SHCTX "${ABOUT}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${ABOUT}" "DisplayIcon" "$INSTDIR\uninstall.exe"
  WriteRegStr SHCTX "${ABOUT}" "Publisher" "xlalloc"
  WriteRegStr SHCTX "${ABOUT}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr SHCTX "${ABOUT}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegStr SHCTX "${ABOUT}" "InstallLocation" "$INSTDIR"
  WriteRegStr SHCTX "${ABOUT}" "FoldersMade" "$Made"
  WriteRegStr SHCTX "${ABOUT}" "AddinFolder" "$Startup"
  WriteRegDWORD SHCTX "${ABOUT}" "EstimatedSize" ${SIZE}
  WriteRegDWORD SHCTX "${ABOUT}" "NoModify" 1
  WriteRegDWORD SHCTX "${ABOUT}" "NoRepair" 1
  ${If} ${Errors}
    !insertmacro FAIL "$(NO_REGISTRY)"
    Abort
  ${EndIf}
  CreateShortcut "$SMPROGRAMS\xlalloc doctor.lnk" "$SYSDIR\cmd.exe" '/k ""$INSTDIR\xlalloc.cmd" doctor"' "$INSTDIR\uninstall.exe"
  Delete "$INSTDIR\addin.old"
  RMDir /r "$INSTDIR\python.old"
  MessageBox MB_OK|MB_ICONINFORMATION "$(DONE)" /SD IDOK
SectionEnd

; Whatever failed: the machine as it was.
Function .onInstFailed
  SetErrorLevel 2
  SetOutPath "$TEMP"
  ${If} $Entered == 1
    SetRegView 32
    ${If} $OldCommand == ""
      !insertmacro LEAVE_CLASS
    ${Else}
      !insertmacro ENTER_CLASS "$OldCommand"
    ${EndIf}
    SetRegView 64
    ${If} $OldCommand == ""
      !insertmacro LEAVE_CLASS
    ${Else}
      !insertmacro ENTER_CLASS "$OldCommand"
    ${EndIf}
  ${EndIf}
  ${If} $Placed == 1
  ${AndIf} ${FileExists} "$INSTDIR\addin.old"
    Delete "$Startup\${ADDIN}"
    Rename "$INSTDIR\addin.old" "$Startup\${ADDIN}"
  ${ElseIf} $Entered == 1
    Delete "$Startup\${ADDIN}"
  ${EndIf}
  Delete "$INSTDIR\addin.old" ; there still where it could not be put back, its place being held
  Delete "$INSTDIR\${ADDIN}"
  RMDir /r "$INSTDIR\python"
  ${If} $Renamed == 1
    Rename "$INSTDIR\python.old" "$INSTDIR\python"
  ${Else}
    DeleteRegKey SHCTX "${ABOUT}"
    RMDir /r "$INSTDIR\licences"
    Delete "$INSTDIR\xlalloc.cmd"
    Delete "$INSTDIR\contents.sha256"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Push $Made
    Call RemoveMade
  ${EndIf}
FunctionEnd

; The folders that an installation made, innermost first, where nothing else has come to lie in them.
!macro REMOVE_MADE un
Function ${un}RemoveMade
  Exch $0
  Push $1
  Push $2
  ${Do}
    StrLen $1 $0
    ${If} $1 == 0
      ${Break}
    ${EndIf}
    StrCpy $2 ""
    ${Do}
      IntOp $1 $1 - 1
      StrCpy $2 $0 1 $1
    ${LoopUntil} $2 == "|"
    IntOp $1 $1 + 1
    StrCpy $2 $0 "" $1
    IntOp $1 $1 - 1
    StrCpy $0 $0 $1
    RMDir "$2"
  ${Loop}
  Pop $2
  Pop $1
  Pop $0
FunctionEnd
!macroend
!insertmacro REMOVE_MADE ""
!insertmacro REMOVE_MADE "un."

Function un.onInit
  SetRegView 64
  ReadRegStr $0 HKLM "${ABOUT}" "InstallLocation"
  ${If} $0 == $INSTDIR
    StrCpy $AllUsers 1
    UserInfo::GetAccountType
    Pop $1
    ${If} $1 != "Admin"
      !insertmacro FAIL "$(NO_ADMIN)"
      Quit
    ${EndIf}
  ${EndIf}
  ${If} $AllUsers == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
  ReadRegStr $Startup SHCTX "${ABOUT}" "AddinFolder"
FunctionEnd

Section Uninstall
  SetOutPath "$TEMP"
  RMDir /r "$INSTDIR\python.old"
  ClearErrors
  Rename "$INSTDIR\python" "$INSTDIR\python.old"
  ${If} ${Errors}
  ${AndIf} ${FileExists} "$INSTDIR\python\*.*"
    !insertmacro FAIL "$(CLOSE_EXCEL)"
    Quit
  ${EndIf}
  ClearErrors
  ${If} $Startup != ""
    Delete "$Startup\${ADDIN}"
  ${EndIf}
  ${If} ${Errors}
    Rename "$INSTDIR\python.old" "$INSTDIR\python"
    !insertmacro FAIL "$(CLOSE_EXCEL)"
    Quit
  ${EndIf}
  ReadRegStr $Made SHCTX "${ABOUT}" "FoldersMade"
  ReadRegStr $0 SHCTX "${CLASS_KEY}" ""
  ${If} $0 == "${COMMAND}" ; another Python may have been registered since
    SetRegView 32
    !insertmacro LEAVE_CLASS
    SetRegView 64
    !insertmacro LEAVE_CLASS
  ${EndIf}
  DeleteRegKey SHCTX "${ABOUT}"
  Delete "$SMPROGRAMS\xlalloc doctor.lnk"
  RMDir /r "$INSTDIR\python.old"
  RMDir /r "$INSTDIR\licences"
  Delete "$INSTDIR\xlalloc.cmd"
  Delete "$INSTDIR\contents.sha256"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  SetShellVarContext current
  RMDir /r "$LOCALAPPDATA\xlalloc" ; the log
  Push $Made
  Call un.RemoveMade
SectionEnd
