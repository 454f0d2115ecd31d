"""Reports for many clients: their data → one workbook each. Read, compute, write, run."""
