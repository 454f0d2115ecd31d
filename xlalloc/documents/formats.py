"""Number formats of a template's styles: how a cell linked to a text box or a chart's labels reads."""

import re

from xlalloc.documents import xml
from xlalloc.errors import ErrorValue
from xlalloc.excel_functions import PLAIN
from xlalloc.values import as_text

BUILT_IN = {
    0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy-mm-dd",
    15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 37: "#,##0;-#,##0", 39: "#,##0.00;-#,##0.00", 49: "@",
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
    code = re.sub(r"\[(?:\$-?[0-9A-Fa-f]*|\$([^\]\-]*)[^\]]*|[A-Za-z]+\d*)\]", r"\1", code)
    code = re.sub(r"_.|\*.", "", code).replace(r"\-", "-").removesuffix(";@")
    written = PLAIN["TEXT"](value, code) if not isinstance(value, bool) else None
    return written if isinstance(written, str) and not isinstance(written, ErrorValue) else str(as_text(value))
