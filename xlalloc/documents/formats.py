"""Number formats of a template's styles: how a cell linked to a text box or a chart's labels reads."""

import re

from xlalloc.documents import xml
from xlalloc.errors import ErrorValue
from xlalloc.excel import number_formats
from xlalloc.values import as_text

# 5 to 8, 42 and 44 have the sign of the computer's own currency, which a file does not say: none is shown.
BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 5: "#,##0_);(#,##0)", 6: "#,##0_);(#,##0)",
    7: "#,##0.00_);(#,##0.00)", 8: "#,##0.00_);(#,##0.00)", 9: "0%", 10: "0.00%", 11: "0.00E+00", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy-mm-dd h:mm", 37: "#,##0;-#,##0", 38: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 40: "#,##0.00;-#,##0.00",
    41: '#,##0;-#,##0;"-"', 42: '#,##0;-#,##0;"-"', 43: '#,##0.00;-#,##0.00;"-"', 44: '#,##0.00;-#,##0.00;"-"',
    45: "mm:ss", 49: "@",
} | dict.fromkeys((27, 36, 50, 52, 57), 'yyyy"年"m"月"') | dict.fromkeys((28, 29, 51, 53, 54, 58), 'm"月"d"日"') | {
    30: "m-d-yy", 31: 'yyyy"年"m"月"d"日"', 32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"',
}  # fmt: skip


def codes(text: str) -> list[str]:
    """The format of each cell style."""
    own = {}
    for tag in re.findall(r"<numFmt\b[^>]*>", re.sub(r"<dxfs\b.*?</dxfs>", "", text, flags=re.DOTALL)):
        a = xml.attributes(tag)
        own[int(a["numFmtId"])] = a["formatCode"]
    cells = re.search(r"<cellXfs\b[^>]*>(.*?)</cellXfs>", text, re.DOTALL)
    found = []
    for tag in re.findall(r"<xf\b[^>]*>", cells[1] if cells else ""):
        k = int(xml.attributes(tag).get("numFmtId", 0))
        found.append(own.get(k) or BUILT_IN.get(k, "General"))
    return found


def shown(value, code: str) -> str:
    """A value as its cell shows it; in a format that is not computed here, as it stands in a formula."""
    if value is None or isinstance(value, ErrorValue):
        return "" if value is None else str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(as_text(value))
    for form in (code, "yyyy-mm-dd") if re.search("[ymd]", re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)) else (code,):
        written = number_formats.shown(float(value), form)
        if not isinstance(written, ErrorValue):
            return str(written).strip()
    return str(as_text(value))
