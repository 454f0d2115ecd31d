"""The case-study workbooks: built by openpyxl, alive through the catalogue's functions, with cached values."""
