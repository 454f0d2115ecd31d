"""A document is a template filled for a client: any workbook whose formulas use names of a vocabulary."""
