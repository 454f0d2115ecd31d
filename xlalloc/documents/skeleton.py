"""What of a template stays in its documents: all but links, notes, thumbnails, unused texts and sheets left out."""

import datetime as dt
import re
from dataclasses import dataclass
from functools import lru_cache

from xlalloc.documents import xml
from xlalloc.documents.package import TYPES, Part, packed, relations_of
from xlalloc.documents.sheet import Sheet
from xlalloc.documents.template import DATA, Template

CORE, APP, CUSTOM = "docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"
NEVER = {
    "thumbnail", "externalLink", "customXml", "customProperty", "person", "comments", "threadedComment", "documenttask",
    "namedSheetView", "webextensiontaskpanes", "cellImage", "attachedToolbars",
}  # fmt: skip
_KEPT_INPUTS = re.compile(r"<scenarios\b.*?</scenarios>|<customProperties\b.*?</customProperties>", re.DOTALL)
MACROS = {"vbaProject", "extensibility", "wordVbaData"}
_STYLES = re.compile(r"(<(?:\w+:)?cellXfs\b[^>]*>)(.*?)(</(?:\w+:)?cellXfs>)", re.DOTALL)
_STYLE = re.compile(r"<(?P<n>(?:\w+:)?)xf\b(?:[^>]*/>|.*?</(?P=n)xf>)", re.DOTALL)
_MAIN = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_WITH_MACROS = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_APP = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Excel</Application></Properties>"
)
_CUSTOM_TYPE = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_CUSTOM_KIND = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CUSTOM_HEAD = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<Properties '
    'xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties" '
    'xmlns:vt="http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes">'
)


@dataclass(frozen=True)
class Skeleton:
    """The parts of a document; those that depend on the client are still as the template has them."""

    parts: dict[str, Part]
    labels: str  # a sensitivity label among the custom properties


@lru_cache(maxsize=256)
def skeleton(
    template: Template, gone: frozenset[str], bare: frozenset[str], live: bool, macros: bool, marked: bool
) -> Skeleton:
    """The parts of documents without the sheets in ``gone``; of the sheets in ``bare`` only the cells stay."""
    package = template.package
    changed: dict[str, str] = {}
    reached = _reached(template, gone, bare, live, macros, changed)
    parts = {name: part for name, part in package.parts.items() if name in reached and name != TYPES}
    labels, custom = _custom(template, reached)
    root = relations_of("")
    before = changed.get(root, package.text(root))
    if CUSTOM in parts and not labels and not marked:
        del parts[CUSTOM]
        changed[root] = re.sub(rf'<Relationship\b[^>]*Target="/?{CUSTOM}"[^>]*/>', "", before)
    elif marked and CUSTOM not in parts:
        relation = f'<Relationship Id="rIdXlalloc" Type="{_CUSTOM_KIND}" Target="{CUSTOM}"/></Relationships>'
        changed[root] = before.replace("</Relationships>", relation)
        parts[CUSTOM] = packed(b"")
    if APP in parts:
        changed[APP] = _APP
    if template.strings_part in parts:
        changed[template.strings_part] = _strings(template, package.text(template.strings_part), gone, live)
    types = _types(template, parts, macros)
    parts = {TYPES: packed(types.encode(), 9)} | parts
    parts.update({name: packed(text.encode(), 9) for name, text in changed.items() if name in parts})
    return Skeleton(parts, custom)


def _reached(
    template: Template, gone: frozenset[str], bare: frozenset[str], live: bool, macros: bool, changed: dict
) -> set[str]:
    """The parts that relationships lead to, without those that are not handed on; relationships changed go there."""
    package = template.package
    reached, waiting = {"[Content_Types].xml"}, [""]
    while waiting:
        source = waiting.pop()
        if source in bare:
            continue
        lost = set()
        for key, relation in package.relations(source).items():
            kind, part = relation.kind, relation.target
            if _unwanted(template, source, kind, part, live, macros) or part in gone:
                lost.add(key)
            elif not relation.external and part in package.parts and part not in reached:
                reached.add(part)
                waiting.append(part)
        name = relations_of(source)
        if name in package.parts:
            reached.add(name)
        if lost:
            changed[name] = _without(package.text(name), lost)
    return reached


def _without(relationships: str, lost: set[str]) -> str:
    def kept(match: re.Match) -> str:
        return "" if xml.attributes(match[0]).get("Id") in lost else match[0]

    return re.sub(r"<Relationship\b[^>]*/>", kept, relationships)


def _unwanted(template: Template, source: str, kind: str, part: str, live: bool, macros: bool) -> bool:
    if kind in NEVER or (kind in MACROS and not macros) or (kind == "calcChain" and not live):
        return True
    return kind == "vmlDrawing" and part in template.package.parts and is_notes(template, source, part)


def is_notes(template: Template, source: str, part: str) -> bool:
    """Does a VML drawing hold notes (and not the pictures of a header)?"""
    return 'ObjectType="Note"' in template.package.text(part)


@lru_cache(maxsize=1024)
def cleaned(template: Template, sheet: Sheet) -> str:
    """What follows a sheet's cells, without the mark of its notes, the inputs of scenarios, what an add-in keeps, and
    the words that a link once showed."""
    relations = template.package.relations(sheet.part)

    def kept(match: re.Match) -> str:
        relation = relations.get(xml.attributes(match[0]).get("r:id", ""))
        return "" if relation and is_notes(template, sheet.part, relation.target) else match[0]

    tail = re.sub(r"<legacyDrawing\b[^>]*/>", kept, _KEPT_INPUTS.sub("", sheet.tail))
    return re.sub(r'(<hyperlink\b[^>]*?)\sdisplay="[^"]*"', r"\1", tail)


@lru_cache(maxsize=256)
def keeping_texts(template: Template) -> tuple[str, Part, int]:
    """The part of the styles with each of a cell's a second time, so that what is in it stays a text; how many there
    are."""
    package = template.package
    part = next((r.target for r in package.relations(template.book_part).values() if r.kind == "styles"), "")
    count = 0

    def doubled(match: re.Match) -> str:
        nonlocal count
        styles = [style[0] for style in _STYLE.finditer(match[2])]
        count = len(styles)
        opening = re.sub(r'\scount="\d+"', f' count="{2 * count}"', match[1])
        bare = (re.sub(r'\squotePrefix="\w+"', "", style) for style in styles)
        more = (re.sub(r"xf\b", 'xf quotePrefix="1"', style, count=1) for style in bare)
        return opening + "".join([*styles, *more]) + match[3]

    text = package.text(part) if part else ""
    return part, packed(_STYLES.sub(doubled, text, count=1).encode()), count


def _custom(template: Template, reached: set[str]) -> tuple[bool, str]:
    """The properties of a sensitivity label, which stay; all others go."""
    if CUSTOM not in reached:
        return False, ""
    found = re.findall(r"<property\b[^>]*>.*?</property>", template.package.text(CUSTOM), re.DOTALL)
    kept = "".join(p for p in found if xml.attributes(p).get("name", "").startswith("MSIP_Label_"))
    return bool(kept), kept


def custom(labels: str, mark: str) -> str:
    """Custom properties: the label, and what the maker keeps of how the document was made."""
    count = labels.count("<property")
    own = (
        f'<property fmtid="{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}" pid="{count + 2}" name="xlalloc">'
        f"<vt:lpwstr>{xml.escaped(mark)}</vt:lpwstr></property>"
        if mark
        else ""
    )
    return f"{_CUSTOM_HEAD}{labels}{own}</Properties>"


def core(date: dt.date | None) -> str:
    """The properties that every file has: the date of its data, and no name."""
    when = f"{date:%Y-%m-%d}T00:00:00Z" if date else "2000-01-01T00:00:00Z"
    moment = '<dcterms:{0} xsi:type="dcterms:W3CDTF">' + when + "</dcterms:{0}>"
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
        'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{moment.format('created')}{moment.format('modified')}</cp:coreProperties>"
    )


@lru_cache(maxsize=1024)
def selected(text: str, first: bool) -> str:
    """The first sheet shown is the one that opens."""
    text = re.sub(r'(<sheetView\b[^>]*?)\stabSelected="\w+"', r"\1", text)
    return re.sub(r"<sheetView\b", '<sheetView tabSelected="1"', text, count=1) if first else text


def _strings(template: Template, text: str, gone: frozenset[str], live: bool) -> str:
    """The part of the shared strings, those that no cell of a document uses emptied: their places stay."""
    used: set[int] = set()
    for sheet in template.sheets:
        if sheet.part in gone or sheet.key == DATA or (not live and sheet.state != "visible"):
            continue
        taken = {at for place in template.inputs.values() if place.sheet == sheet.key for at in _cells(place.area)}
        used |= {
            cell.shared
            for at, cell in sheet.cells.items()
            if cell.shared is not None and cell.formula is None and at not in sheet.filled and at not in taken
        }
    place = -1

    def kept(match: re.Match) -> str:
        nonlocal place
        place += 1
        return match[0] if place in used else "<si><t/></si>"

    return re.sub(r"<si\s*/>|<si\b[^>]*>.*?</si>", kept, text, flags=re.DOTALL)


def _cells(area: tuple[int, int, int, int]):
    top, left, bottom, right = area
    return ((i, j) for i in range(top, bottom + 1) for j in range(left, right + 1))


def _types(template: Template, parts: dict, macros: bool) -> str:
    def kept(match: re.Match) -> str:
        a = xml.attributes(match[0])
        part = a["PartName"].lstrip("/")
        if part == template.book_part:
            kind = _WITH_MACROS if macros and "macroEnabled" in a["ContentType"] else _MAIN
            return f'<Override PartName="/{part}" ContentType="{kind}"/>'
        return match[0] if part in parts else ""

    text = re.sub(r"<Override\b[^>]*/>", kept, template.package.text(TYPES))
    if CUSTOM in parts and f"/{CUSTOM}" not in text:
        text = text.replace("</Types>", f'<Override PartName="/{CUSTOM}" ContentType="{_CUSTOM_TYPE}"/></Types>')
    return text
