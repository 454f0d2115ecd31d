"""Colours, fonts, sizes and number formats of every document."""

from xlalloc.documents.heights import lines_of, width_of  # noqa: F401  for the pages, which take them from here

ACCENT, TINT, INPUT, INK, GREY, RULE, WARN = "1F4E79", "E8EFF6", "FFF7DB", "1F2933", "66727F", "C9D3DD", "B45309"
SECOND, THIRD = "8FAFCB", "D08A2E"  # beside the accent: told apart in print and by the colour-blind
FAINT = "E3E8ED"  # gridlines of charts
FONTS = {"zh": "Microsoft YaHei", "en": "Calibri"}  # both come with Office for Windows and for the Mac
TITLE, HEADING, BODY = 16, 12, 10
CHART_TITLE, CHART_TEXT = HEADING, BODY
MARGIN, LABEL, CELL = 2, 26, 13  # column widths: left margin, first column, every other
LAST_COLUMN = 10  # J: the page's right edge
ROW_POINTS = 15.5  # the height of a line of text

PERCENT, PERCENT2, MONEY, NUMBER, DATE, PLAIN = "0.0%", "0.00%", "#,##0", "0.00", "yyyy-mm-dd", "General"
CENTS = "#,##0.00"
OF_UNIT = {"fraction": PERCENT, "number": NUMBER, "periods": "0"}  # of a measure
SIGNED = "+#,##0;-#,##0;0"
STATED = "0.0##%"  # of a share that somebody stated
CHANCE = '[>0.99]">99%";[<0.01]"<1%";0%'  # of simulated paths: neither certain nor impossible
SIGNED_PERCENT = "+0.0%;-0.0%;0.0%"
