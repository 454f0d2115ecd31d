"""Our report as a template: an ordinary workbook whose every cell is a formula on names, in a firm's hands its own.

Built once with openpyxl; what openpyxl does not write (dynamic arrays, pictures that keep their size) is put in after.
"""

import re
import tempfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.workbook.defined_name import DefinedName

from xlalloc.documents.built import complete, parts_of, write_parts
from xlalloc.documents.fill import Filled
from xlalloc.documents.names import with_names
from xlalloc.documents.output import Output
from xlalloc.documents.template import DATA, Template
from xlalloc.reports.brand import LOGO, logo
from xlalloc.reports.folder import writing
from xlalloc.reports.report_first import FirstPages
from xlalloc.reports.report_further import FurtherPages
from xlalloc.reports.report_page import BANDS, ROOM, YEARS
from xlalloc.reports.report_texts import WORDS
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.vocabulary import shapes, vocabulary


def write_report(path: Path, lang: str = "en") -> None:
    """The template, filled for an invented client so that it shows what it is."""
    from xlalloc.reports.make_template import _computed, sample

    inputs, client = sample(lang)
    shown = {"simulated_shown": True, "projections_shown": True}  # every page is to be seen
    data = vocabulary(_computed(inputs, client), inputs) | shown
    with tempfile.TemporaryDirectory() as folder:
        bare, named = Path(folder) / "bare.xlsx", Path(folder) / "named.xlsx"
        write_parts(_parts(_Report(lang)), bare)
        named.write_bytes(with_names(bare, shapes(), data))
        output = Output(Filled(Template(named, shapes()), data), live=True)
        output.shown = [sheet for sheet in output.kept if sheet.key != DATA]  # also the lists that she does not need
        with writing(path) as file:
            file.write(output.file())


class _Report(FirstPages, FurtherPages):
    """The workbook as it is built, in one language."""

    def __init__(self, lang: str):
        self.lang, self.names, self.book = lang, {}, Workbook()
        self.book.remove(self.book.active)
        self.room, self.years, self.bands = ROOM, YEARS, BANDS
        lists = self.holdings, self.trades, self.lots
        for page in (
            self.summary,
            self.orders,
            *lists,
            self.risk,
            self.account,
            self.past,
            self.outlook,
            self.appendix,
            self.data,
        ):
            page()
        for name, area in self.names.items():
            self.book.defined_names[name] = DefinedName(name, attr_text=area)

    def say(self, key: str) -> str:
        return WORDS[key][self.lang == "zh"] if key in WORDS else TEXTS[key][self.lang]


# What openpyxl does not write ----------------------------------------------------------------------------------------


def _parts(report: _Report) -> dict[str, bytes]:
    """The workbook's parts, arrays marked as dynamic ones and the logo on the first page."""
    parts = parts_of(report.book)
    complete(parts)
    for name, data in parts.items():
        if name.startswith("xl/drawings/drawing"):  # pictures keep their size where rows are hidden
            parts[name] = data.replace(b"<twoCellAnchor>", b'<twoCellAnchor editAs="oneCell">')
    drawing, kind = (
        "xl/drawings/drawing1.xml",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships/image",
    )
    rels = "xl/drawings/_rels/drawing1.xml.rels"
    relation = f'<Relationship Id="rIdLogo" Type="{kind}" Target="/{LOGO}"/></Relationships>'
    parts[rels] = parts[rels].decode().replace("</Relationships>", relation).encode()
    text = parts[drawing].decode()
    end = re.search(r"</(?:\w+:)?wsDr>\s*$", text)
    parts[drawing] = (text[: end.start()] + _LOGO + text[end.start() :]).encode()
    parts[LOGO] = logo()
    types = parts["[Content_Types].xml"].decode()
    if 'Extension="png"' not in types:
        types = types.replace("<Override", '<Default Extension="png" ContentType="image/png"/><Override', 1)
    parts["[Content_Types].xml"] = types.encode()
    return parts


_LOGO = (
    '<xdr:oneCellAnchor xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    "<xdr:from><xdr:col>8</xdr:col><xdr:colOff>100000</xdr:colOff><xdr:row>1</xdr:row><xdr:rowOff>0</xdr:rowOff></xdr:from>"
    '<xdr:ext cx="1600000" cy="400000"/><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="90" name="Logo" descr="Logo"/>'
    '<xdr:cNvPicPr><a:picLocks noChangeAspect="1"/></xdr:cNvPicPr></xdr:nvPicPr>'
    '<xdr:blipFill><a:blip r:embed="rIdLogo"/>'
    '<a:stretch><a:fillRect/></a:stretch></xdr:blipFill><xdr:spPr><a:xfrm><a:off x="0" y="0"/>'
    '<a:ext cx="1600000" cy="400000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></xdr:spPr></xdr:pic>'
    "<xdr:clientData/></xdr:oneCellAnchor>"
)
