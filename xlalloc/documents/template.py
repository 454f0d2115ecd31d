"""A template read once: its sheets, names, tables, charts, and the places that a client's data are written to."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from pathlib import Path

from xlalloc.documents import charts, formats, tables, xml
from xlalloc.documents.heights import Heights
from xlalloc.documents.package import Package
from xlalloc.documents.sheet import Sheet, UnreadableSheetError, address
from xlalloc.errors import InputError
from xlalloc.formula import parse
from xlalloc.messages import language, say
from xlalloc.values import FormulaError

_DRAWN = ("drawing", "chart", "chartEx", "chartUserShapes")  # relationships that lead to what is drawn
DATA = "xl_data"  # the sheet that data without a place of their own stand on
SHOW, ROWS, TEXTS = "xl_show", "xl_rows_", "xl_text_"
_BOOK = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


class TemplateError(InputError):
    """A template that cannot be filled, with every reason."""

    def __init__(self, file: str, reasons: list[str]):
        self.file, self.reasons = file, reasons
        many = f"{len(reasons)} things to change: " if len(reasons) > 1 else ""
        super().__init__(f"{file}: {many}{'; '.join(reasons)}")

    def message(self, names: dict) -> str:
        if language() != "zh":
            return self.english(names)
        many = say(f"{len(self.reasons)} things to change: ") if len(self.reasons) > 1 else ""
        return f"{self.file}：{many}{'；'.join(translated(reason).removesuffix('。') for reason in self.reasons)}"

    def __reduce__(self):
        return TemplateError, (self.file, self.reasons)


def translated(reason: str) -> str:
    """A reason in the reader's language: "Report!A1 and 2 more: refers to another workbook", its places as they are."""
    if language() != "zh":
        return reason
    places, _, rest = reason.partition(": ")
    if rest and (words := translated(rest)) != rest:
        listed = say(places)
        return f"{'，'.join(map(say, places.split(', '))) if listed == places else listed}：{words}"
    if formula := re.search(r" \(=.*\)$", reason, re.DOTALL):  # that of a formula which cannot be read
        sentence = reason[: formula.start()] + "."
        if (words := say(sentence)) != sentence:
            return words.removesuffix("。") + formula[0].strip()
    return say(reason)


@dataclass(frozen=True)
class Input:
    """Cells of the firm's own that take the data of a name; the name is set to what is filled, unless it says itself
    how far it reaches."""

    name: str
    sheet: str  # its key
    top: int
    left: int
    bottom: int
    right: int
    fixed: bool  # its name is a range, and no formula

    @property
    def area(self) -> tuple[int, int, int, int]:
        return self.top, self.left, self.bottom, self.right


@dataclass
class Region:
    """Rows of which the empty ones are hidden."""

    sheet: str
    top: int
    left: int
    bottom: int
    right: int


@dataclass
class Drawn:
    """What a sheet shows beside its cells: the formulas behind charts, text boxes, sparklines, rules and lists."""

    formulas: list[str] = field(default_factory=list)
    rules: list[str] = field(default_factory=list)  # of them those of conditional formats and validation
    parts: list[str] = field(default_factory=list)  # charts and drawings


class Template:
    """A workbook whose formulas use names of a vocabulary, given by name with the shape of each."""

    def __init__(self, source: str | Path | Package, vocabulary: Mapping[str, str]):
        self.package = source if isinstance(source, Package) else Package(Path(source))
        self.path, self.vocabulary = self.package.path, vocabulary
        self.name = self.package.name
        self.book_part = self._book_part()
        self.workbook = self.package.text(self.book_part)
        self.relations = self.package.relations(self.book_part)
        self.problems: list[str] = []  # found while reading; ``check`` adds the others
        self.refuse_formats()
        self.strings_part = self._one_of("sharedStrings")
        self.strings = self._strings()
        self.sheets = [self._sheet(tag) for tag in re.findall(r"<sheet\b[^>]*>", self.workbook)]
        self.by_key = {sheet.key: sheet for sheet in self.sheets}
        self.tables = {table.name.casefold(): table for sheet in self.sheets for table in self._tables(sheet)}
        self.names = self._names()
        self._resolve_tables()
        self.drawn = {sheet.key: self._drawn(sheet) for sheet in self.sheets}
        self.own: set[str] = set()  # names of the vocabulary that the template defines by formulas of its own
        self.inputs = {name: found for name in vocabulary if (found := self._input(name))}
        self.regions = list(self._regions(ROWS))
        self.heights = self._heights()
        self.shows = self._shows()
        self._block()

    # Parts -----------------------------------------------------------------------------------------------------------

    def refuse_formats(self) -> None:
        """Kinds of workbook whose numbers or words mean something else."""
        opening = self.workbook[:4000]
        if "purl.oclc.org" in opening or 'conformance="strict"' in opening:
            raise TemplateError(self.name, ["it is saved as Strict Open XML. Save it as Excel Workbook (.xlsx)"])
        if _BOOK not in opening or "<workbook" not in opening:
            raise TemplateError(self.name, ["its words are of another program. Open it in Excel and save it again"])
        if re.search(r'<workbookPr\b[^>]*\bdate1904="(?:1|true)"', self.workbook):
            self.problems.append("it counts days from 1904. Untick that in Excel's options, Advanced")

    def _book_part(self) -> str:
        found = [r.target for r in self.package.relations("").values() if r.kind == "officeDocument"]
        if not found or found[0] not in self.package.parts:
            raise InputError(f"{self.name}: a zip file, not an Excel workbook. Save the template as .xlsx.")
        return found[0]

    def _one_of(self, kind: str) -> str | None:
        parts = self.package.parts
        return next((r.target for r in self.relations.values() if r.kind == kind and r.target in parts), None)

    def _strings(self) -> list[str]:
        if self.strings_part is None:
            return []
        return [
            xml.text_of(si)
            for si in re.findall(r"<si\s*/>|<si\b[^>]*>.*?</si>", self.package.text(self.strings_part), re.DOTALL)
        ]

    @cached_property
    def names_alike(self) -> bool:
        """Does a name mean the same on every sheet?"""
        own = [(sheet, text) for (sheet, name), text in self.names.items() if not name.startswith("_xlnm.")]
        return not any(sheet or ((tree := self.tree(text)) and not tree.sheetless) for sheet, text in own)

    @cached_property
    def formats(self) -> list[str]:
        """The number format of each cell style."""
        part = self._one_of("styles")
        return formats.codes(self.package.text(part)) if part else []

    def _sheet(self, tag: str) -> Sheet:
        a = xml.attributes(tag)
        relation = self.relations.get(next((v for k, v in a.items() if k.endswith(":id")), ""))
        if relation is None or relation.target not in self.package.parts:
            raise InputError(f"{self.name}: the sheet {a.get('name')} is missing. Save the workbook again.")
        sheet = Sheet(a["name"], relation.target, a.get("state", "visible"))
        if relation.kind != "worksheet":
            return sheet
        with self._reading(sheet):
            sheet.read(self.package.text(sheet.part), self.strings)
        return sheet

    @contextmanager
    def _reading(self, sheet: Sheet) -> Iterator[None]:
        try:
            yield
        except UnreadableSheetError as problem:
            words = str(problem) or "its words are of another program. Open it in Excel and save it again"
            self.problems.append(f"{sheet.title}: {words}")
        except (KeyError, ValueError, IndexError, AttributeError):
            self.problems.append(f"{sheet.title}: cannot be read. Open it in Excel and save it again")

    def _tables(self, sheet: Sheet) -> Iterator[tables.Table]:
        for relation in self.package.relations(sheet.part).values():
            if relation.kind == "table":
                with self._reading(sheet):
                    yield tables.read(self.package.text(relation.target), sheet.title)

    def _names(self) -> dict[tuple[str, str], str]:
        """(sheet's key or "", name) → its formula."""
        return {(scope.key if scope else "", name.casefold()): unescape(text) for _, name, scope, text in self.defined}

    @cached_property
    def defined(self) -> list[tuple[str, str, Sheet | None, str]]:
        """Each name as it is written: the attributes of its tag, the name, the sheet whose own it is, its formula."""
        found = []
        for tag, text in re.findall(r"<definedName\b([^>]*)>(.*?)</definedName>", self.workbook, re.DOTALL):
            a = xml.attributes(tag)
            scope = self.sheets[int(a["localSheetId"])] if "localSheetId" in a else None
            found.append((tag, a["name"], scope, text))
        return found

    def _resolve_tables(self) -> None:
        for sheet in self.sheets:
            for cell in sheet.cells.values():
                if cell.formula and "[" in cell.formula:
                    try:
                        around = next((t for t in self.tables.values() if t.holds(sheet.title, cell.at)), None)
                        cell.formula = tables.resolved(cell.formula, self.tables, cell.row, around)
                    except InputError as problem:
                        self.problems.append(f"{sheet.title}!{address(*cell.at)}: {problem.english({})}")
        for key, text in self.names.items():
            if "[" in text and self.tables:
                try:
                    self.names[key] = tables.resolved(text, self.tables, 0)
                except InputError as problem:
                    self.problems.append(f"the name {key[1]}: {problem.english({})}")

    def _drawn(self, sheet: Sheet) -> Drawn:
        found = Drawn()
        tail = sheet.tail
        rules = re.findall(r"<formula[12]?>(.*?)</formula[12]?>", tail, re.DOTALL)
        rules += [xml.attributes(tag).get("val", "") for tag in re.findall(r'<cfvo\b[^>]*type="formula"[^>]*>', tail)]
        further = re.findall(r"<xm:f>(.*?)</xm:f>", tail, re.DOTALL)
        lines = re.findall(r"<x14:sparkline>.*?<xm:f>(.*?)</xm:f>", tail, re.DOTALL)
        found.rules = [unescape(text) for text in (*rules, *[f for f in further if f not in lines])]
        found.formulas = [unescape(text) for text in lines] + found.rules
        waiting, seen = [sheet.part], set()
        while waiting:
            for relation in self.package.relations(waiting.pop()).values():
                part = relation.target
                if relation.external or part in seen or relation.kind not in _DRAWN:
                    continue
                seen.add(part)
                waiting.append(part)
                text = self.package.text(part)
                references = charts.references(text)
                found.formulas += [part for ref in references for part in charts.several(ref)]
                if references:
                    found.parts.append(part)
        return found

    # Names -----------------------------------------------------------------------------------------------------------

    def tree(self, text: str):
        """A formula as a tree; None where it cannot be read."""
        try:
            return parse(text)
        except FormulaError:
            return None

    @cached_property
    def used(self) -> set[str]:
        """Names of the vocabulary that its formulas, charts and rules use."""
        texts = [text for (_, name), text in self.names.items() if name not in self.vocabulary]
        for sheet in self.sheets:
            texts += self.drawn[sheet.key].formulas
            if sheet.key != DATA:
                texts += [cell.formula for cell in sheet.cells.values() if cell.formula]
        found = {node[2].casefold() for text in texts for node in nodes(self.tree(text)) if node[0] == "name"}
        return found & set(self.vocabulary)

    def _input(self, name: str) -> Input | None:
        text = self.names.get(("", name))
        tree = self.tree(text) if text else None
        places = list(cells_of(tree)) if tree else []
        if not text or (places and places[0][0].casefold() == DATA):
            return None
        if not tree or not places or tree[0] not in ("cell", "range"):
            self.own.add(name)
            return None
        sheet = places[0][0].casefold()
        if sheet not in self.by_key:
            self.problems.append(f"the name {name} stands for cells of a sheet that is not there: {text[:40]}")
            return None
        own = [place for place in places if place[0].casefold() == sheet]
        rows, columns = [p[1] for p in own], [p[2] for p in own]
        fixed = tree[0] == "cell" or tree[1][0] == tree[2][0] == "cell"
        found = Input(name, sheet, rows[0], columns[0], max(rows), max(columns), fixed)
        if self._computed(found):
            self.own.add(name)
            return None
        return found

    def _computed(self, found: Input) -> bool:
        """Do formulas of the template fill the cells of a name? Then they are what the name stands for."""
        sheet = self.by_key[found.sheet]
        at = found.top, found.left
        cell = sheet.cells.get(at)
        return at in sheet.filled or (cell is not None and cell.formula is not None)

    def _regions(self, beginning: str) -> Iterator[Region]:
        for (_, name), text in self.names.items():
            if name.startswith(beginning) and (region := self._region(name, text)):
                yield region

    def _heights(self) -> dict[str, Heights]:
        """Sheet → its rows whose heights follow their texts."""
        areas: dict[str, list] = {}
        for region in self._regions(TEXTS):
            areas.setdefault(region.sheet, []).append((region.top, region.left, region.bottom, region.right))
        part = self._one_of("styles")
        styles = self.package.text(part) if areas and part else ""
        return {key: Heights(self.by_key[key], found, styles) for key, found in areas.items()}

    def _region(self, name: str, text: str) -> Region | None:
        tree = self.tree(text)
        places = list(cells_of(tree)) if tree and tree[0] in ("cell", "range") else []
        if not places or places[0][0].casefold() not in self.by_key:
            self.problems.append(
                f"the name {name} must stand for one range, such as Report!$B$10:$B$21, not {text[:40]}"
            )
            return None
        rows, columns = [p[1] for p in places], [p[2] for p in places]
        return Region(places[0][0].casefold(), min(rows), min(columns), max(rows), max(columns))

    def _shows(self) -> dict[str, list[str]]:
        """Sheet → the formulas that say whether it is shown: each governs the sheet its cell lies on."""
        found: dict[str, list[str]] = {}
        for (_, name), text in self.names.items():
            if name != SHOW and not name.startswith(SHOW + "_"):
                continue
            tree = self.tree(text)
            if not tree or tree[0] != "cell" or (tree[1] or "").casefold() not in self.by_key:
                self.problems.append(f"the name {name} must stand for one cell of the sheet it shows, not {text[:40]}")
            else:
                found.setdefault(tree[1].casefold(), []).append(text)
        return found

    def _block(self) -> None:
        """Where nothing may spill."""
        for sheet in self.sheets:
            for top, left, bottom, right in sheet.merged:
                sheet.blocked.update(
                    ((i, j), "merged cells") for i in range(top, bottom + 1) for j in range(left, right + 1)
                )
        for table in self.tables.values():
            top, left, bottom, right = table.area
            self.by_key[table.sheet.casefold()].blocked.update(
                ((i, j), f"the table {table.name}") for i in range(top, bottom + 1) for j in range(left, right + 1)
            )


def nodes(tree) -> Iterator[tuple]:
    """All parts of a formula's tree."""
    if isinstance(tree, list):
        for part in tree:
            yield from nodes(part)
    elif isinstance(tree, tuple) and tree:
        yield tree
        if tree[0] != "value":
            yield from nodes(list(tree[1:]))


def cells_of(tree) -> Iterator[tuple[str, int, int]]:
    """Sheet, row and column of the cells a formula refers to by address."""
    for node in nodes(tree):
        if node[0] == "cell" and node[1] is not None:
            yield node[1], node[2], node[3]
