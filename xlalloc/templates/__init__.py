"""The case-study workbooks: templates built with openpyxl, live formulas of the catalogue, filled by the engine."""
