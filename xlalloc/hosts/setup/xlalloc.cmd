@echo off
rem The command xlalloc of this installation:  xlalloc doctor,  xlalloc report clients.xlsx --out reports
"%~dp0python\python.exe" -E -P -X utf8 -m xlalloc %*
