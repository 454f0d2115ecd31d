"""The vocabulary written into a firm's own workbook: names, and a hidden sheet with a sample they stand for."""

import re
from collections.abc import Mapping
from pathlib import Path

from xlalloc.documents import xml
from xlalloc.documents.cell_text import data_rows
from xlalloc.documents.data import placed
from xlalloc.documents.package import TYPES, Package, packed, relations_of, written
from xlalloc.documents.template import DATA, Template

_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = f"{_OFFICE}/worksheet"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def with_names(path: str | Path | Package, vocabulary: Mapping[str, str], sample: dict) -> bytes:
    """The workbook with the vocabulary's names; those it has of its own stay where they are."""
    template = Template(path, vocabulary)
    package, book = template.package, template.book_part
    cells, ranges = placed(sample, [n for n in sample if n not in template.inputs and n not in template.own])
    parts, workbook = dict(package.parts), template.workbook
    text = f"<sheetData>{data_rows(cells)}</sheetData>"
    if DATA in template.by_key:
        own = template.by_key[DATA]
        head = re.sub(r"<dimension\b[^>]*/>", "", own.head)
        head, tail = head.removesuffix("<sheetData>"), own.tail.removeprefix("</sheetData>")
        parts[own.part] = packed((head + text + tail).encode())
    else:
        part = f"{book.rpartition('/')[0]}/worksheets/{DATA}.xml"
        parts[part] = packed(f'{_HEAD}<worksheet xmlns="{_MAIN}">{text}</worksheet>'.encode())
        relation = f'<Relationship Id="rIdXlData" Type="{_KIND}" Target="/{part}"/></Relationships>'
        rels = relations_of(book)
        parts[rels] = packed(package.text(rels).replace("</Relationships>", relation).encode())
        kind = f'<Override PartName="/{part}" ContentType="{_SHEET}"/></Types>'
        parts[TYPES] = packed(package.text(TYPES).replace("</Types>", kind).encode())
        number = 1 + max(int(k) for k in re.findall(r'<sheet\b[^>]*\bsheetId="(\d+)"', workbook))
        entry = (
            f'<sheet name="{DATA}" sheetId="{number}" state="hidden" xmlns:r="{_OFFICE}" r:id="rIdXlData"/></sheets>'
        )
        workbook = workbook.replace("</sheets>", entry, 1)
    parts[book] = packed(_named(workbook, ranges).encode())
    return written(parts)


def _named(workbook: str, ranges: dict[str, str]) -> str:
    """The workbook's part with the names: those of the data sheet set anew, all others as they are."""
    found = re.findall(r"<definedName\b([^>]*)>(.*?)</definedName>", workbook, re.DOTALL)
    kept = [
        f"<definedName{tag}>{text}</definedName>"
        for tag, text in found
        if "localSheetId" in xml.attributes(tag) or xml.attributes(tag)["name"].casefold() not in ranges
    ]
    own = [f'<definedName name="{name}">{xml.escaped(ranges[name])}</definedName>' for name in sorted(ranges)]
    return xml.with_names(workbook, f"<definedNames>{''.join([*kept, *own])}</definedNames>")
