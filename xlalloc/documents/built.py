"""A workbook built with openpyxl as a template: its parts with what openpyxl does not write.

Array formulas get the mark of dynamic ones, so that Excel 365 spills and shows no @; charts the text that stands for
them. The values beside the formulas, and those that charts keep, are the engine's.
"""

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

from xlalloc.documents.fill import Filled
from xlalloc.documents.output import Output
from xlalloc.documents.package import TYPES, Package, packed, written
from xlalloc.documents.template import Template

METADATA = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<metadata xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    ' xmlns:xda="http://schemas.microsoft.com/office/spreadsheetml/2017/dynamicarray">'
    '<metadataTypes count="1"><metadataType name="XLDAPR" minSupportedVersion="120000" copy="1" pasteAll="1"'
    ' pasteValues="1" merge="1" splitFirst="1" rowColShift="1" clearFormats="1" clearComments="1" assign="1"'
    ' coerce="1" cellMeta="1"/></metadataTypes>'
    '<futureMetadata name="XLDAPR" count="1"><bk><extLst><ext uri="{bdbb8cdc-fa1e-496e-a857-3c3f30c029c3}">'
    '<xda:dynamicArrayProperties fDynamic="1" fCollapsed="0"/></ext></extLst></bk></futureMetadata>'
    '<cellMetadata count="1"><bk><rc t="1" v="0"/></bk></cellMetadata></metadata>'
)
_ARRAY = re.compile(r'<c (r="[A-Z]+\d+")([^>]*)>(?=<f t="array")')
PARTS = "xl/_rels/workbook.xml.rels"


def template(workbook, vocabulary: Mapping[str, str], name: str = "") -> Template:
    """The workbook as a template; the names in ``vocabulary`` that stand for its cells take data."""
    parts = parts_of(workbook)
    describe_charts(parts, workbook)
    complete(parts)
    return Template(Package.of(parts, name or "the workbook"), vocabulary)


def save(workbook, path: str | Path) -> Output:
    """Writes the workbook with the value of every formula; gives what was computed."""
    output = Output(Filled(template(workbook, {}, Path(path).name), {}), live=True, date=workbook.properties.created)
    write(output.file(), path)
    return output


def parts_of(workbook) -> dict[str, bytes]:
    """What openpyxl saves, part by part; the clock it puts there is the date the document was made instead."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    with zipfile.ZipFile(buffer) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    core = parts["docProps/core.xml"].decode()
    (created,) = re.findall(r"<dcterms:created[^>]*>([^<]*)<", core)
    parts["docProps/core.xml"] = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", rf"\g<1>{created}", core).encode()
    return parts


def write_parts(parts: dict[str, bytes], path: str | Path) -> None:
    write(written({name: packed(data, 9) for name, data in parts.items()}), path)


def write(data: bytes, path: str | Path) -> None:
    """The whole file or nothing."""
    temporary = Path(f"{path}.part")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def describe_charts(parts: dict[str, bytes], workbook) -> None:
    """The text that stands for a chart where it is not seen; openpyxl writes none."""
    drawn = [sheet for sheet in workbook.worksheets if sheet._charts]
    for number, sheet in enumerate(drawn, 1):
        part = f"xl/drawings/drawing{number}.xml"
        text = parts[part].decode()
        for k, chart in enumerate(sheet._charts, 1):
            if words := getattr(chart, "alt_text", ""):
                named = f'name="Chart {k}"'
                text = text.replace(named, f"{named} descr={quoteattr(words)}")
        parts[part] = text.encode()


def complete(parts: dict[str, bytes]) -> None:
    """Array formulas as dynamic ones, their metadata, and no order to recalculate on opening."""
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheetMetadata+xml"
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sheetMetadata"
    for part, mark, words in (
        (TYPES, r"(?=</Types>)", f'<Override PartName="/xl/metadata.xml" ContentType="{kind}"/>'),
        (PARTS, r"(?=</Relationships>)", f'<Relationship Id="rIdMetadata" Type="{relation}" Target="metadata.xml"/>'),
        ("xl/workbook.xml", r"<calcPr\b[^>]*/>", '<calcPr calcId="191029"/>'),
    ):
        text, found = re.subn(mark, words, parts[part].decode())
        if found != 1:
            raise ValueError(f"{part}: {mark} stands there {found} times, not once: openpyxl writes it in another way")
        parts[part] = text.encode()
    parts["xl/metadata.xml"] = METADATA.encode()
    for part in [part for part in parts if part.startswith("xl/worksheets/sheet")]:
        parts[part] = _ARRAY.sub(r'<c \1\2 cm="1">', parts[part].decode()).encode()
