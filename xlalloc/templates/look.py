"""Colours, fonts, sizes and number formats of every document."""

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
SIGNED = "+#,##0;-#,##0;0"
SIGNED_PERCENT = "+0.0%;-0.0%;0.0%"


def width_of(text: str, latin: float = 1.05) -> float:
    """A text's width in characters, those of a heading; a Chinese one is as wide as two."""
    return sum(1.95 if ord(char) > 0x2E80 else latin for char in text)


def lines_of(text: str, room: float) -> int:
    """Lines a text takes in a room of so many characters."""
    return sum(max(1, -int(-width_of(part, 0.92) // room)) for part in text.split("\n"))
