"""What the charts and text boxes of a filled template show."""

import datetime as dt
import re

from xlalloc.dates import to_serial
from xlalloc.documents import charts, formats
from xlalloc.documents.fill import Filled
from xlalloc.documents.sheet import Sheet
from xlalloc.values import Reference, scalar


class Pictures:
    """The drawings of one document; ``hidden`` rows are left out, ``computed`` are the cells of the sheets shown."""

    def __init__(self, filled: Filled, hidden: dict[str, dict[int, bool]], computed: dict[str, dict]):
        self.filled, self.template, self.hidden, self.computed = filled, filled.template, hidden, computed

    def filled_in(self, text: str, sheet: str) -> str:
        """A part of a drawing with the values of now."""
        everything = '<c:plotVisOnly val="0"/>' in text
        text = charts.with_caches(text, lambda ref, texts: self._points(ref, sheet, everything, texts))
        return charts.with_texts(text, lambda ref: self._said(ref, sheet))

    def _points(self, reference: str, sheet: str, everything: bool, texts: bool = False) -> list | None:
        if len(parts := charts.several(reference)) > 1:
            several = [self._points(part, sheet, everything, texts) for part in parts]
            return None if None in several else [row for rows in several for row in rows or ()]
        found = self.filled.value_of(reference, sheet) if self.template.tree(reference) else None
        if not isinstance(found, Reference):
            return None
        key, (down, across) = found.sheet.casefold(), found.used()
        hidden, own = self.hidden.get(key, {}), self.template.by_key.get(key)
        values = self.computed.get(key)
        off = own.hidden if own else ()
        shown = down if everything else [i for i in down if not hidden.get(i, i in off)]
        if values is None:
            rows = [[self.filled.cell(key, i, j) for j in across] for i in shown]
        else:
            rows = [[values.get((i, j)) for j in across] for i in shown]
        if texts and own:
            rows = [[self._in_format(own, i, j, x) for j, x in zip(across, row, strict=True)]
                    for i, row in zip(shown, rows, strict=True)]  # fmt: skip
        return rows or [[]]

    def _in_format(self, sheet: Sheet, row: int, column: int, value):
        """A number or date as its cell shows it; anything else is itself."""
        if value is None or isinstance(value, str | bool):
            return value
        cell = sheet.cells.get((row, column))
        style = re.search(r' s="(\d+)"', cell.start) if cell else None
        codes = self.template.formats
        return formats.shown(_plain(value), codes[int(style[1])] if style and int(style[1]) < len(codes) else "General")

    def _said(self, reference: str, sheet: str) -> str | None:
        """What a linked cell shows; None where its sheet is not in the document."""
        if not reference:
            return ""
        found = self.filled.value_of(reference, sheet)
        if not isinstance(found, Reference):
            return str(found)
        own, value = self.template.by_key.get(found.sheet.casefold()), _plain(scalar(found))
        value = self._in_format(own, found.top, found.left, value) if own else value
        return formats.shown(value, "General")


def _plain(value):
    return float(to_serial(value)) if isinstance(value, dt.date) else value
