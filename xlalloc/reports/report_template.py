"""Our report as a template: an ordinary workbook whose every cell is a formula on names, in a firm's hands its own.

Built once with openpyxl; what openpyxl does not write (dynamic arrays, pictures that keep their size) is put in after.
The package carries the copies that reports are printed from; one with more room is built when a client needs it.
"""

import datetime as dt
import io
import re
import tempfile
import zipfile
from pathlib import Path

from openpyxl.workbook.defined_name import DefinedName

from xlalloc.documents.built import complete, parts_of, write_parts
from xlalloc.documents.fill import Filled
from xlalloc.documents.names import with_names
from xlalloc.documents.output import Output
from xlalloc.documents.package import Package
from xlalloc.documents.template import DATA, Template
from xlalloc.reports.brand import LOGO, logo
from xlalloc.reports.folder import writing
from xlalloc.reports.report_check import CHECK_WORDS, CheckPage
from xlalloc.reports.report_first import FirstPages
from xlalloc.reports.report_further import FurtherPages
from xlalloc.reports.report_page import BANDS, ROOM, YEARS
from xlalloc.reports.report_texts import WORDS
from xlalloc.reports.texts import TEXTS
from xlalloc.reports.vocabulary import shapes, vocabulary

NO_CLOCK = dt.datetime(2000, 1, 1)  # built again, the same file


def write_report(path: Path, lang: str = "en") -> None:
    """The template, filled for an invented client so that it shows what it is."""
    from xlalloc.reports.make_template import computed, sample

    inputs, client = sample(lang)
    shown = {"simulated_shown": True, "projections_shown": True}  # every page is to be seen
    data = vocabulary(computed(inputs, client), inputs) | shown
    with tempfile.TemporaryDirectory() as folder:
        bare, named = Path(folder) / "bare.xlsx", Path(folder) / "named.xlsx"
        write_parts(_parts(_Report(lang)), bare)
        named.write_bytes(with_names(bare, shapes(), data))
        output = Output(Filled(Template(named, shapes()), data), live=True)
        output.shown = [sheet for sheet in output.kept if sheet.key != DATA]  # also the lists that she does not need
        with writing(path) as file:
            file.write(output.file())


class _Report(FirstPages, FurtherPages, CheckPage):
    """The workbook as it is built; ``internal`` begins with the page of the firm's own checks."""

    def __init__(self, lang: str, internal: bool = False, times: int = 1):
        words = {key: texts[lang == "zh"] for key, texts in (WORDS | CHECK_WORDS).items()}
        super().__init__(lang, {key: texts[lang] for key, texts in TEXTS.items()} | words, internal, times)
        self.book.properties.creator, self.book.properties.created = "", NO_CLOCK
        self.book.remove(self.book.active)
        lists = self.holdings, self.trades, self.lots
        own = (self.summary, self.orders, *lists, self.risk, self.account, self.past, self.outlook, self.appendix, self.data)  # fmt: skip  # noqa: E501
        for page in (self.check, *own) if internal else own:
            page()
        for name, area in self.names.items():
            self.book.defined_names[name] = DefinedName(name, attr_text=area)


# The copies in the package -------------------------------------------------------------------------------------------

SHEETS = {  # page of the sheet firm → sheets of the template
    "check": ["check"],
    "summary": ["summary"],
    "allocation": ["orders", "holdings", "trades", "lots"],
    "risk": ["risk"],
    "account": ["account"],
    "performance": ["past"],
    "plan": ["outlook"],
    "notes": ["appendix", "data"],
}


def titles(pages: list[str], lang: str) -> list[str]:
    """The sheets that these pages are."""
    words = WORDS | CHECK_WORDS
    return [words[f"tab.{sheet}"][lang == "zh"] for page in pages for sheet in SHEETS[page]]


def packaged(lang: str, internal: bool) -> Path:
    """Where the package carries the template."""
    return Path(__file__).parents[1] / "data" / f"{'internal' if internal else 'report'}-{lang}.xlsx"


def bare(lang: str, internal: bool, times: int = 1) -> dict[str, bytes]:
    """The parts of the template without a client's data, with so many times the usual rows."""
    name = packaged(lang, internal).name
    file = io.BytesIO(with_names(Package.of(_parts(_Report(lang, internal, times)), name), {}, {}))
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_packaged() -> list[Path]:
    """Build the copies in the package again."""
    kinds = [(lang, internal) for lang in ("en", "zh") for internal in (False, True)]
    for kind in kinds:
        write_parts(bare(*kind), packaged(*kind))
    return [packaged(*kind) for kind in kinds]


def times_needed(words: dict) -> int:
    """How many times the usual rows a client's data take: 1, or a power of two."""
    rows = max(len(words[name]) for name in ("asset_names", "order_names", "lot_names")) / ROOM
    years = max(len(words["account_years"]), len(words["year_labels"])) / YEARS
    most, times = max(rows, years, (words["goal_years"] or 0) / BANDS), 1
    while times < most:
        times *= 2
    return times


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
    parts[drawing] = re.sub(r"(?=</(?:\w+:)?wsDr>\s*$)", _LOGO, text).encode()
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
