"""What keeps a template from being filled: every reason at once, each with its place and what to do."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from html import unescape

from xlalloc.catalogue import CATALOGUE, near
from xlalloc.compiled import own_name
from xlalloc.documents import xml
from xlalloc.documents.sheet import address
from xlalloc.documents.skeleton import NEVER
from xlalloc.documents.template import DATA, ROWS, SHOW, TEXTS, Template, TemplateError, nodes
from xlalloc.excel import number_formats
from xlalloc.excel_functions import LAZY, PLAIN
from xlalloc.formula import parse
from xlalloc.values import FormulaError, variable

PLACES = 3  # named for one reason
UNCLEANED = {  # parts that hold more of the sample client than is looked through
    "pivotTable": "a pivot table", "pivotCacheDefinition": "a pivot table", "slicer": "a slicer",
    "slicerCache": "a slicer", "timeline": "a timeline", "timelineCache": "a timeline", "queryTable": "a query",
    "connections": "a data connection", "powerPivotData": "a data model", "package": "an embedded file",
    "oleObject": "an embedded object", "xmlMaps": "an XML map", "xlMacrosheet": "a macro sheet",
    "dialogsheet": "a dialog sheet", "revisionHeaders": "tracked changes", "volatileDependencies": "live data (RTD)",
    "control": "an ActiveX control", "webextension": "an Office add-in's content", "origin": "a digital signature",
    "rdRichValueWebImage": "pictures from the web",
}  # fmt: skip

_CAMERA = re.compile(r'cameraTool\b[^>]*\bcellRange="([^"]*)"|<x:FmlaPict>([^<]*)<')
LOST = "refers to cells that are not there any more (#REF!). Point it at cells again, or delete it"


def check(template: Template) -> None:
    """Raises TemplateError with every reason."""
    reasons = list(dict.fromkeys(reasons_of(template)))
    if not reasons and not template.used and not template.inputs:  # every client would get what the file holds
        reasons = ["it uses none of the names of a client's data (docs/template-names.md). Is it the right file?"]
    if reasons:
        raise TemplateError(template.name, reasons)


def reasons_of(template: Template) -> Iterator[str]:
    yield from _parts(template)
    yield from template.problems
    yield from _formulas(template)
    yield from _inputs(template)
    yield from _own(template)
    yield from _duplicates(template)
    for sheet in template.sheets:
        yield from _sheet(template, sheet)
    if not any(sheet.state == "visible" and sheet.key not in (DATA, *template.shows) for sheet in template.sheets):
        yield "one visible sheet without xl_show is needed"


def _parts(template: Template) -> Iterator[str]:
    found: dict[str, str] = {}
    waiting, seen = [""], {""}
    while waiting:
        for relation in template.package.relations(waiting.pop()).values():
            if relation.external:
                continue
            if relation.kind in UNCLEANED:
                found[UNCLEANED[relation.kind]] = relation.kind
            if relation.kind == "customXml" and _is_query(template, relation.target):
                found["a query (Power Query)"] = relation.kind
            if relation.kind in NEVER:
                continue
            if relation.target in template.package.parts and relation.target not in seen:
                seen.add(relation.target)
                waiting.append(relation.target)
    for what in found:
        yield f"it holds {what}, which can carry data of the sample client. Take it out, or paste its values"


def _is_query(template: Template, part: str) -> bool:
    data = template.package.data(part) if part in template.package.parts else b""
    return b"DataMashup" in data or "DataMashup".encode("utf-16-le") in data


# Formulas ------------------------------------------------------------------------------------------------------------


def _formulas(template: Template) -> Iterator[str]:
    """Functions and names that are not known, formulas that cannot be read, links to other workbooks."""
    found: dict[str, list[str]] = {}
    for place, scope, text, ours in _all(template):
        lost = ours and not place.endswith("a chart or drawing") and has_lost(text)
        for reason in [LOST] if lost else _of_formula(template, scope, text, ours):
            found.setdefault(reason, []).append(place)
    for reason, places in found.items():
        more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
        yield f"{', '.join(places[:PLACES])}{more}: {reason}"


def _all(template: Template) -> Iterator[tuple[str, str, str, bool]]:
    """Place, sheet, formula, and whether it is computed here (else by Excel alone)."""
    for sheet in template.sheets:
        if sheet.key == DATA:
            continue
        for at, cell in sheet.cells.items():
            if cell.formula is not None:
                yield f"{sheet.title}!{address(*at)}", sheet.key, cell.formula, True
        drawn = template.drawn[sheet.key]
        for text in drawn.rules:
            yield f"{sheet.title}, a conditional format or validation", sheet.key, text, False
        for text in drawn.formulas:
            if text and text not in drawn.rules and not text.startswith("("):
                yield f"{sheet.title}, a chart or drawing", sheet.key, text, True
    for (scope, name), text in template.names.items():
        if name.startswith((ROWS, TEXTS, SHOW)):
            yield f"the name {name}", scope, text, True


def _of_formula(template: Template, scope: str, text: str, ours: bool, within: tuple = ()) -> Iterator[str]:
    if re.search(r"\[\d+\]", text):
        yield "refers to another workbook. Put the figures into this one"
        return
    try:
        tree = parse(text)
    except FormulaError as problem:
        yield f"{problem.english({}).rstrip('.')} (={text[:40]})"
        return
    lets = [n[2] for n in nodes(tree) if n[0] == "call" and own_name(n[1]) == "LET"]
    bound = {variable(name[2]) for parts in lets for name in parts[:-1:2] if name[0] == "name"}
    for node in nodes(tree):
        if node[0] == "call":
            yield from _function(node[1], ours)
            yield from _format(node)
        elif node[0] == "name" and variable(node[2]) not in bound:
            yield from _name(template, scope, node, ours, within)
        elif node[0] in ("cell", "columns") and node[1] and node[1].casefold() == DATA:
            yield f"refers to {DATA} by address. Use the names, which move with the client"
        elif node[0] in ("cell", "columns") and node[1] and node[1].casefold() not in template.by_key:
            yield f"there is no sheet {node[1]!r}"
        elif not ours and node[0] in ("cell", "columns") and node[1] and _hideable(template, node[1].casefold()):
            yield f"a conditional format or validation refers to {node[1]}, which a report can lack. Use a name"


def _hideable(template: Template, sheet: str) -> bool:
    return sheet in template.shows or template.by_key[sheet].state != "visible"


def _function(name: str, ours: bool) -> Iterator[str]:
    name = own_name(name)
    if not ours and name == "ANCHORARRAY":
        yield "# does not work in a conditional format or a validation of a report. Give the cells"
    elif not ours and name in CATALOGUE:
        yield f"{name} cannot stand in a conditional format or a validation; put it into a cell and refer to that"
    elif name not in CATALOGUE and name not in PLAIN and name not in LAZY:
        yield f"{name} is no function known here.{near(name)}"


def _format(node: tuple) -> Iterator[str]:
    """A number format that TEXT does not compute."""
    if node[1] == "TEXT" and len(node[2]) == 2 and node[2][1][0] == "value" and isinstance(node[2][1][1], str):
        code = node[2][1][1]
        if not number_formats.known(code):
            yield f"TEXT does not compute the format {code!r} here. Give a plainer one, such as 0.0% or yyyy-mm-dd"


def _name(template: Template, scope: str, node: tuple, ours: bool, within: tuple) -> Iterator[str]:
    name = node[2].casefold()
    scope = node[1].casefold() if node[1] else scope
    text = template.names.get((scope, name)) or template.names.get(("", name))
    if name in template.vocabulary or name in within:
        return
    if text is None:
        close = get_close_matches(name, template.vocabulary, 1)
        hint = f" Did you mean {close[0]}?" if close else ""
        yield f"the name {node[2]} is neither of the vocabulary nor defined.{hint}"
    else:
        for reason in _of_formula(template, scope, text, ours, (*within, name)):
            yield f"by the name {node[2]}: {reason}"


# Places --------------------------------------------------------------------------------------------------------------


def _inputs(template: Template) -> Iterator[str]:
    """Named cells that data are written to."""
    taken: dict[tuple, str] = {}
    told: set[tuple[str, str]] = set()
    for found in template.inputs.values():
        sheet = template.by_key[found.sheet]
        heads = {
            (t.area[0], j)
            for t in template.tables.values()
            if t.sheet.casefold() == found.sheet and t.header
            for j in range(t.area[1], t.area[3] + 1)
        }
        corners = {(top, left) for top, left, *_ in sheet.merged}
        for at in ((i, j) for i in range(found.top, found.bottom + 1) for j in range(found.left, found.right + 1)):
            cell, place = sheet.cells.get(at), f"{sheet.title}!{address(*at)}"
            if cell and cell.formula is not None:
                yield f"{place}: the name {found.name} takes data where a formula stands"
            if at in heads:
                yield f"{place}: the name {found.name} takes data where the header of a table stands"
            if sheet.blocked.get(at) == "merged cells" and at not in corners:
                yield f"{place}: the name {found.name} takes data within merged cells. Unmerge them"
            pair = taken.setdefault((found.sheet, *at), found.name), found.name
            if pair[0] != pair[1] and pair not in told:  # of a block its first cell
                told.add(pair)
                yield f"{place}: the names {pair[0]} and {pair[1]} take data there"


def _own(template: Template) -> Iterator[str]:
    """Names of the client's data that the template gives a meaning of its own, and one that is every client's."""
    for name in sorted(template.own):
        text = template.names["", name]
        tree = template.tree(text)
        if tree is None or has_lost(text):
            yield f"the name {name} points to no cells any more (={text[:40]}). Delete it in the Name Manager"
        elif not any(node[0] in ("cell", "columns", "rows", "name") for node in nodes(tree)):
            yield (
                f"the name {name} is one of a client's data, and here it is the same for every client (={text[:40]}). "
                "Delete it in the Name Manager, or give it another name"
            )


def has_lost(text: str) -> bool:
    """Did cells that a formula refers to go with their row, column or sheet?"""
    return "#REF!" in re.sub(r'"[^"]*"', "", text)


def _duplicates(template: Template) -> Iterator[str]:
    for scope, name in template.names:
        if scope and name in template.vocabulary:
            title = template.by_key[scope].title
            yield f"the name {name} is defined for the sheet {title} alone (as copying a sheet does). Delete it there"
        if name.startswith("xl_") and not name.startswith((ROWS, TEXTS, SHOW + "_")) and name != SHOW:
            yield f"the name {name} is not known; names with xl_ are xl_show, xl_show_…, xl_rows_… and xl_text_…"


def _sheet(template: Template, sheet) -> Iterator[str]:
    if "<filterColumn" in sheet.tail:
        yield f"{sheet.title}: a filter is saved with what it let through. Clear it"
    for relation in template.package.relations(sheet.part).values():
        if relation.kind == "table" and "<filterColumn" in template.package.text(relation.target):
            yield f"{sheet.title}: a filter of a table is saved with what it let through. Clear it"
        if relation.kind == "vmlDrawing" and _mixed(template, relation.target):
            yield f"{sheet.title}: notes stand beside form controls and cannot be taken out alone. Delete the notes"
        if relation.kind == "drawing":
            yield from _anchors(template, sheet, template.package.text(relation.target))
        if relation.kind in ("drawing", "vmlDrawing"):
            yield from _cameras(sheet, template.package.text(relation.target))


def _cameras(sheet, text: str) -> Iterator[str]:
    """Linked pictures of cells: what they show is saved with the sample client, and is not drawn again here."""
    for cells in dict.fromkeys((a or b for a, b in _CAMERA.findall(text))):
        yield (
            f"{sheet.title}: a linked picture (camera) shows the cells {unescape(cells)} of the sample client. "
            "Show the cells themselves"
        )


def _mixed(template: Template, part: str) -> bool:
    kinds = set(re.findall(r'ObjectType="(\w+)"', template.package.text(part)))
    return "Note" in kinds and len(kinds) > 1


def _anchors(template: Template, sheet, text: str) -> Iterator[str]:
    """Pictures that change their size with rows that are hidden."""
    rows = [(r.top, r.bottom) for r in template.regions if r.sheet == sheet.key]
    for tag, inside in re.findall(r"<xdr:twoCellAnchor\b([^>]*)>(.*?)</xdr:twoCellAnchor>", text, re.DOTALL):
        if xml.attributes(tag).get("editAs", "twoCell") != "twoCell":
            continue
        first, last = (int(row) + 1 for row in re.findall(r"<xdr:row>(\d+)</xdr:row>", inside)[:2])
        if any(top <= last and first <= bottom for top, bottom in rows):
            named = re.search(r'\bname="([^"]*)"', inside)
            yield (
                f"{sheet.title}: {named[1] if named else 'a picture'} lies over rows that can be hidden and would "
                "shrink with them. Format it: move but don't size with cells"
            )
