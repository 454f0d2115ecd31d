"""What a template that can be filled does in another way than its maker may think: said, not refused."""

import re
from collections.abc import Iterator

from xlalloc.documents import charts, xml
from xlalloc.documents.sheet import Sheet, address
from xlalloc.documents.template import DATA, TEXTS, Template

PLACES = 3  # named for one remark
NOT_PRINTED = {  # relationships of a drawing that LibreOffice shows as nothing or as an empty frame
    "chartEx": "a chart of the kinds since Excel 2016 (waterfall, treemap, funnel, map …)",
    "diagramData": "a SmartArt graphic",
    "ink": "ink",
    "model3d": "a 3D model",
    "media": "a video or sound",
}


def remarks(template: Template) -> Iterator[str]:
    """A line each, with its places."""
    yield from _own(template)
    yield from _merged(template)
    yield from _links(template)
    yield from _not_printed(template)


def _own(template: Template) -> Iterator[str]:
    if template.own:
        yield f"computed by the template itself: {', '.join(sorted(template.own))}"
    if any(relation.kind == "vbaProject" for relation in template.package.relations(template.book_part).values()):
        yield "its macros are left out of reports unless --keep-macros is given"


def _merged(template: Template) -> Iterator[str]:
    """Wrapped texts in merged cells: no program makes their rows as tall as what they hold."""
    wraps = _wrapping(template)
    places = []
    for sheet in template.sheets:
        followed = template.heights.get(sheet.key)
        for top, left, *_ in sheet.merged:
            cell = sheet.cells.get((top, left))
            follows = followed is not None and (top, left) in followed.rooms
            if cell and cell.formula is not None and _style(cell.start) in wraps and not follows:
                places.append(f"{sheet.title}!{address(top, left)}")
    if places:
        yield (
            f"{_listed(places)}: wrapped text in merged cells; a longer text is cut off at the height of its row. Name "
            f"the cell {TEXTS}… so that the row follows its text"
        )


def _wrapping(template: Template) -> set[int]:
    """The cell styles that wrap text."""
    part = next((r.target for r in template.relations.values() if r.kind == "styles"), None)
    text = template.package.text(part) if part else ""
    cells = re.search(r"<cellXfs\b[^>]*>(.*?)</cellXfs>", text, re.DOTALL)
    forms = re.findall(r"<xf\b[^>]*?(?:/>|>.*?</xf>)", cells[1] if cells else "", re.DOTALL)
    return {k for k, form in enumerate(forms) if re.search(r'\bwrapText="(?:1|true)"', form)}


def _style(start: str) -> int:
    found = re.search(r' s="(\d+)"', start)
    return int(found[1]) if found else 0


def _links(template: Template) -> Iterator[str]:
    """Links that formulas do not use (those that they use are refused) and addresses that anybody can follow."""
    if any(r.kind == "externalLink" for r in template.relations.values()):
        yield "links to other workbooks are taken out, with what they had read"
    places = []
    for sheet in template.sheets:
        relations = template.package.relations(sheet.part)
        for tag in re.findall(r"<hyperlink\b[^>]*>", sheet.tail):
            a = xml.attributes(tag)
            relation = relations.get(a.get("r:id", ""))
            if relation is not None and relation.external:
                places.append(f"{sheet.title}!{a.get('ref')} ({relation.target[:40]})")
    if places:
        yield f"links that every client's document keeps: {_listed(places)}"


def _not_printed(template: Template) -> Iterator[str]:
    """What a PDF made with LibreOffice lacks."""
    for sheet in template.sheets:
        if sheet.key == DATA:
            continue
        found = {NOT_PRINTED[kind] for kind in _drawn_kinds(template, sheet) if kind in NOT_PRINTED}
        for part in template.drawn[sheet.key].parts:
            found |= _by_name(template, part)
        for what in sorted(found):
            yield f"{sheet.title}: {what}, which LibreOffice does not print (--pdf). Excel shows it"


def _drawn_kinds(template: Template, sheet: Sheet) -> set[str]:
    kinds, waiting, seen = set(), [sheet.part], {sheet.part}
    while waiting:
        for relation in template.package.relations(waiting.pop()).values():
            kinds.add(relation.kind)
            if relation.kind == "drawing" and relation.target not in seen:
                seen.add(relation.target)
                waiting.append(relation.target)
    return kinds


def _by_name(template: Template, part: str) -> set[str]:
    """A chart whose series are names, not cells."""
    found = charts.references(template.package.text(part))
    names = [ref for ref in found if (tree := template.tree(ref)) and tree[0] == "name"]
    return {f"a chart over a name ({names[0]})"} if names else set()


def _listed(places: list[str]) -> str:
    more = f" and {len(places) - PLACES} more" if len(places) > PLACES else ""
    return ", ".join(places[:PLACES]) + more
