"""How stamped workbooks look: openpyxl draws every style, rule, chart and set-up once a language; here are its words.

openpyxl stays the one that says how a thing is written. What it wrote is cut where numbers differ from client to
client, and holds no word of any client. Nothing here depends on which clients came before: a file has the styles it
uses, in an order of their own, so that the same client gives the same bytes in any process.
"""

import datetime as dt
import re
from collections.abc import Callable
from copy import copy, deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from xml.etree.ElementTree import fromstring, tostring

from openpyxl.chart import BarChart
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles.stylesheet import write_stylesheet
from openpyxl.utils import get_column_letter
from openpyxl.xml.functions import tostring as written

from xlalloc.documents.built import parts_of
from xlalloc.reports.texts import TEXTS
from xlalloc.templates.charts import anchor
from xlalloc.templates.layout import Document, Page

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MARK = 700_000  # row numbers from here on stand for those of a client
HEADER = "HEADER"  # stands for what is printed above every page
LOWEST = 0.98765  # stands for the lower end of an axis
MOST = 4096  # blocks or charts kept
_MARKS = re.compile(r"(?<=[$>A-Z])7\d{5}(?=\D)|" + re.escape(str(LOWEST)))


@dataclass
class Styles:
    """The styles of a file: as a cell names each, the part that defines them, patterns written with them."""

    names: dict[int, str]
    part: bytes
    packed: tuple = ()
    patterns: dict = field(default_factory=dict)


@lru_cache
def look_of(lang: str) -> "Look":
    return Look(lang)


class Look:
    """All that files in one language share."""

    def __init__(self, lang: str):
        self.lang = lang
        self.document = Document(lang, TEXTS)
        self.bench = self.document.book.create_sheet("bench").cell(1, 1)
        self.made: dict = {}  # what a page calls a style → its number
        self._derived: dict = {}
        self._blocks: dict = {}
        self._rules: dict = {}
        self._charts: dict = {}
        self._sheets: dict = {}  # of styles

    # Styles ----------------------------------------------------------------------------------------------------------

    def derived(self, style: int, part: str, value) -> int:
        """The number of the style that differs from one in this part."""
        key = (style, part, value)
        if key not in self._derived:
            styles = self.document.book._cell_styles
            self.bench._style = copy(styles[style])
            setattr(self.bench, part, value)
            self._derived[key] = styles.add(copy(self.bench._style))
        return self._derived[key]

    def stylesheet(self, used: frozenset, rules: tuple) -> "Styles":
        """The styles a file uses."""
        key = (used, rules)
        if key not in self._sheets:
            _bounded(self._sheets)[key] = self._stylesheet(used, rules)
        return self._sheets[key]

    def _stylesheet(self, used: frozenset, rules: tuple) -> "Styles":
        tree = fromstring(written(write_stylesheet(self.document.book)))
        parts = {name: list(tree.find(MAIN + name)) for name in ("fonts", "fills", "borders", "cellXfs")}
        formats = {x.get("numFmtId"): x.get("formatCode") for x in tree.iter(MAIN + "numFmt")}

        def words(k: int) -> tuple:
            """A style without the numbers of its parts, which depend on what came before."""
            xf = parts["cellXfs"][k]
            number = xf.get("numFmtId")
            return formats.get(number, number), *(tostring(parts[n][int(xf.get(i))]) for n, i in _KINDS), _rest(xf)

        order = [0, *sorted(used - {0}, key=words)]
        self._keep(tree, parts, formats, order)
        dxfs = tree.find(MAIN + "dxfs")
        if dxfs is not None:
            tree.remove(dxfs)
        if rules:
            tree.insert(_after(tree, "cellStyles"), fromstring(f"<dxfs>{''.join(rules)}</dxfs>"))
        return Styles({k: f' s="{n}"' if n else "" for n, k in enumerate(order)}, _plain(tree))

    def _keep(self, tree, parts, formats: dict, order: list[int]) -> None:
        """Only the styles of the order, and the fonts, fills, borders and formats that these use."""
        kept = {"fonts": [0, 1], "fills": [0, 1], "borders": [0], "formats": []}  # the first are the workbook's own
        xfs = [deepcopy(parts["cellXfs"][k]) for k in order]
        for xf in xfs:
            for name, attribute in _KINDS:
                _number(kept[name], xf, attribute)
            if xf.get("numFmtId") in formats:
                _number(kept["formats"], xf, "numFmtId", 164)
        named = [int(xf.get("fontId")) for xf in tree.find(MAIN + "cellStyleXfs")]
        if named != [1]:
            raise ValueError(f"styles: the font of the workbook itself is number {named}, not 1")
        _fill(tree.find(MAIN + "cellXfs"), xfs)
        for name, _ in _KINDS:
            _fill(tree.find(MAIN + name), [parts[name][k] for k in kept[name]])
        found = tree.find(MAIN + "numFmts")
        if found is not None:
            tree.remove(found)
        if kept["formats"]:
            found = tree.makeelement(MAIN + "numFmts", {})
            for n, k in enumerate(kept["formats"]):
                found.append(
                    found.makeelement(MAIN + "numFmt", {"numFmtId": f"{164 + n}", "formatCode": formats[f"{k}"]})
                )
            tree.insert(0, found)
            found.set("count", str(len(found)))

    # Blocks, rules, charts -------------------------------------------------------------------------------------------

    def block(self, key: tuple, draw: Callable) -> tuple:
        """What ``draw`` gave the first time."""
        if key not in self._blocks:
            _bounded(self._blocks)[key] = draw()
        return self._blocks[key]

    def rule(self, kind: Callable, *options) -> tuple[list[str], str]:
        """A conditional format cut at its cells, its formula and its rank; and the format it uses."""
        key = (kind.__name__, options)
        if key not in self._rules:
            page = Page(self.document, f"rule {len(self._rules)}")
            page.sheet.conditional_formatting = ConditionalFormattingList()
            kind(page, "XFD700000", *options)
            (found,) = page.sheet.conditional_formatting
            (rule,) = found.rules
            used = "" if rule.dxf is None else tostring(rule.dxf.to_tree("dxf")).decode()
            if rule.dxf is not None:
                rule.dxfId = 700001
            rule.priority = 700002
            self._rules[key] = re.split(r"(XFD700000|70000[12]|FORMULA)", written(found.to_tree()).decode()), used
            self.document.book.remove(page.sheet)
        return self._rules[key]

    def chart(self, key: tuple, draw: Callable) -> tuple:
        """A chart's part, cut at the numbers that differ from client to client: texts, and (which, how much more)."""
        if key not in self._charts:
            pieces = _split(_MARKS, written(draw()._write()).decode())
            _bounded(self._charts)[key] = tuple(_slot(x) if k % 2 else x for k, x in enumerate(pieces))
        return self._charts[key]

    # Workbook --------------------------------------------------------------------------------------------------------

    def skeleton(self, shape: tuple, title: str, date: dt.date) -> dict[str, bytes]:
        """The parts of a workbook of this shape: (key, landscape, frozen cell, widths of columns,
        rows on every page, (left, right) of each chart) a sheet.

        Rows of charts are marked; the header is HEADER, the properties of the file hold the word KEY.
        """
        document = Document(self.lang, TEXTS, header=HEADER)
        for key, landscape, freeze, widths, titles, pictures in shape:
            sheet = document.page(key, landscape).sheet
            sheet.freeze_panes, sheet.print_title_rows = freeze or None, titles or None
            for column, width in widths:
                sheet.column_dimensions[get_column_letter(column)].width = width
            for k, (left, right) in enumerate(pictures):
                chart = BarChart()
                chart.anchor = anchor(left, right, MARK + 10 * k, MARK + 10 * k + 5)
                sheet.add_chart(chart)
        book = document.book
        book.properties.title, book.properties.creator = title, "xlalloc"
        book.properties.created = book.properties.modified = dt.datetime.combine(date, dt.time())
        book.custom_doc_props.append(StringProperty(name="xlalloc", value="KEY"))
        return parts_of(book)


# Pieces of XML -------------------------------------------------------------------------------------------------------

_KINDS = (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId"))


def _rest(xf) -> bytes:
    """A style but for the numbers, which depend on what came before."""
    found = deepcopy(xf)
    for attribute in ("fontId", "fillId", "borderId", "numFmtId"):
        found.attrib.pop(attribute, None)
    return tostring(found)


def _number(kept: list, xf, attribute: str, base: int = 0) -> None:
    """Put the number that the part has among those kept."""
    was = int(xf.get(attribute))
    if was not in kept:
        kept.append(was)
    xf.set(attribute, str(kept.index(was) + base))


def _fill(element, children: list) -> None:
    for child in list(element):
        element.remove(child)
    element.extend(children)
    element.set("count", str(len(children)))


def _after(tree, name: str) -> int:
    return [child.tag for child in tree].index(MAIN + name) + 1


def _plain(tree) -> bytes:
    """Without prefixes, which some readers of styles do not expect."""
    text = tostring(tree).decode()
    prefix = re.search(r'xmlns:(\w+)="http://schemas.openxmlformats.org/spreadsheetml/2006/main"', text)
    return (text.replace(f"{prefix[1]}:", "").replace(f"xmlns:{prefix[1]}", "xmlns") if prefix else text).encode()


def _split(pattern: re.Pattern, text: str) -> list[str]:
    pieces, at = [], 0
    for match in pattern.finditer(text):
        pieces += [text[at : match.start()], match[0]]
        at = match.end()
    return [*pieces, text[at:]]


def marks(k: int) -> tuple[int, int]:
    """What stands for the first and the last row of the k-th range of a chart."""
    return MARK + 100 * k + 10, MARK + 100 * k + 50


def _slot(text: str) -> tuple[int, int]:
    """A mark as (which of the client's numbers, how much to add to it)."""
    if text == str(LOWEST):
        return -1, 0
    k, rest = divmod(int(text) - MARK, 100)
    return (2 * k, rest - 10) if rest < 30 else (2 * k + 1, rest - 50)


def _bounded(kept: dict) -> dict:
    """Empty it where it has grown large."""
    if len(kept) >= MOST:
        kept.clear()
    return kept
