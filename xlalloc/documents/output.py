"""The filled template as a file: values for whoever reads it, or the same with its formulas."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from html import unescape

from xlalloc.documents import charts, xml
from xlalloc.documents.cell_text import KEPT, cell_text, kept_text
from xlalloc.documents.fill import Filled
from xlalloc.documents.package import Part, packed, written
from xlalloc.documents.pictures import Pictures
from xlalloc.documents.sheet import Cell, Sheet, address, letters
from xlalloc.documents.skeleton import CORE, CUSTOM, cleaned, core, custom, keeping_texts, selected, skeleton
from xlalloc.documents.template import DATA, Template, TemplateError, nodes
from xlalloc.errors import ErrorValue
from xlalloc.values import Reference

_NOT_KEPT = re.compile(  # where the file was last saved, links to other workbooks
    r"<mc:AlternateContent\b(?:(?!</mc:AlternateContent>).)*absPath.*?</mc:AlternateContent>"
    r"|<externalReferences\b.*?</externalReferences>",
    re.DOTALL,
)


_HIDDEN, _HEIGHT = re.compile(r'\shidden="\w+"'), re.compile(r'\s(?:ht|customHeight)="[^"]*"')


def fill(template: Template, data: dict, *, live: bool = False, macros: bool = False, date: dt.date | None = None,
         mark: str = "") -> bytes:  # fmt: skip
    """The template filled with a client's data, given by name. ``live`` keeps the formulas; ``date`` and ``mark``
    stand in its properties. Raises FitError where the data do not fit."""
    return Output(Filled(template, data, live), live, macros, date).file(mark)


class Output:
    """A filled template on its way to a file: computed when made, written when asked for.

    Of ``pages``, titles of sheets in the order wanted, those that are shown make the document, and no other is in it
    but for what they draw from it; without them all sheets do, in the order of the template.
    """

    def __init__(
        self,
        filled: Filled,
        live: bool = False,
        macros: bool = False,
        date: dt.date | None = None,
        pages: Sequence[str] | None = None,
    ):
        self.filled, self.template = filled, filled.template
        self.pages = None if pages is None else {title.casefold(): k for k, title in enumerate(pages)}
        self.live, self.macros, self.date = live, macros, date
        self.hidden: dict[str, dict[int, bool]] = {}  # sheet → row → hidden
        self.needed: dict[str, list[tuple]] = {}  # of sheets that are not shown: what shown ones draw from them
        self.needed_names: set[str] = set()
        self._compute()

    def _compute(self) -> None:
        template, filled = self.template, self.filled
        off = {key for key, asked in template.shows.items() if not all(filled.ask(t, key) is True for t in asked)}
        self.shown = [s for s in template.sheets if s.state == "visible" and s.key not in off and s.key != DATA]
        if (pages := self.pages) is not None:
            self.shown = sorted((s for s in self.shown if s.key in pages), key=lambda s: pages[s.key])
        if not self.shown:
            raise TemplateError(template.name, ["no sheet is shown: xl_show is FALSE for every one"])
        self.off = off
        self.whole = self.live and self.pages is None  # every sheet stays, shown or not
        computed = template.sheets if self.whole else self.shown
        for sheet in computed:
            values = filled.values[sheet.key]
            for cell in sheet.formulas if sheet.key != DATA else ():
                if cell.at not in values:
                    filled.compute(sheet, cell)
        self.computed = {s.key: s.typed | filled.values[s.key] for s in self.shown}  # nothing else fills a cell
        self._hide_rows()
        if self.live:
            self._needs_data_sheet()
        if self.whole:
            self.kept = list(template.sheets)
        else:
            self._draw()
            if self.live:
                self._ask()
            further = {*self.needed, DATA} if self.live else self.needed
            self.kept = [*self.shown, *(s for s in template.sheets if s not in self.shown and s.key in further)]

    def _needs_data_sheet(self) -> None:
        away = {name for name in self.template.used if self.filled.places.get(name, ("",))[0] == DATA}
        if away and DATA not in self.template.by_key:
            way = f"Write the names into it: xlalloc template --names {self.template.name}"
            raise TemplateError(self.template.name, [f"it has no sheet {DATA} for the data. {way}"])

    def errors(self) -> list[tuple[str, str, ErrorValue]]:
        """The error values on the sheets shown, typed ones too, and those that they draw from others, but for #N/A, by
        which a chart is told to leave a point out: sheet, cell, error."""
        found = []
        for sheet in self.shown:
            cells = self.filled.values[sheet.key]
            typed = {at: value for at, value in sheet.wrong.items() if at not in cells}
            found += [(sheet, at, v) for at, v in (*cells.items(), *typed.items()) if v.__class__ is ErrorValue]
        for key, ranges in self.needed.items():
            drawn = {(i, j) for down, across in ranges for i in down for j in across} if key != DATA else set()
            values = [(self.template.by_key[key], at, self.filled.cell(key, *at)) for at in sorted(drawn)]
            found += [(sheet, at, v) for sheet, at, v in values if v.__class__ is ErrorValue and v != "#N/A"]
        return [(sheet.title, address(*at), value) for sheet, at, value in found]

    def say_errors(self, word: str) -> None:
        """These words in place of each error value, for readers who do not know spreadsheets."""
        for sheet in self.kept:
            filled = self.filled
            for cells in (filled.values[sheet.key], filled.spilled[sheet.key], self.computed.get(sheet.key, {})):
                cells.update({at: word for at, value in cells.items() if value.__class__ is ErrorValue})

    # What is hidden, and what is needed of it ------------------------------------------------------------------------

    def _hide_rows(self) -> None:
        """Hide rows that are empty in every region crossing them; where formulas stay, show all that hold something."""
        held: dict[str, dict[int, list[int]]] = {}  # sheet → row → the columns that hold something
        for region in self.template.regions:
            if region.sheet not in self.computed:
                continue
            if region.sheet not in held:
                held[region.sheet] = defaultdict(list)
                for (i, j), value in self.computed[region.sheet].items():
                    if value is not None and value != "":
                        held[region.sheet][i].append(j)
            hidden, rows = self.hidden.setdefault(region.sheet, {}), held[region.sheet]
            for i in range(region.top, region.bottom + 1):
                if hidden.get(i, True):
                    hidden[i] = i not in rows or not any(region.left <= j <= region.right for j in rows[i])
        if self.live:
            for key, known in self.hidden.items():
                self.hidden[key] = {i: False for i, off in known.items() if not off}

    def _draw(self) -> None:
        """Charts, rules and lists of shown sheets keep what they refer to, wherever it stands; nothing else stays."""
        keys = {sheet.key for sheet in self.shown}
        for sheet in self.shown:
            for text in self.template.drawn[sheet.key].formulas:
                for reference in self._references(text, sheet.key):
                    key = reference.sheet.casefold()
                    if key not in keys:
                        down, across = reference.used()
                        self.needed.setdefault(key, []).append((down, across))

    def _references(self, text: str, sheet: str, within: tuple = ()):
        tree = self.template.tree(text)
        if tree is None:
            return
        if tree[0] in ("range", "cell", "columns"):
            found = self.filled.value_of(text, sheet)
            if isinstance(found, Reference):
                yield found
                return
        for node in nodes(tree):
            if node[0] == "name" and node[2].casefold() not in within:
                name = node[2].casefold()
                self.needed_names.add(name)
                meaning = self.filled.defined(name, node[1] or sheet)
                own = self.filled.value_of(name, node[1] or sheet) if meaning and not self.live else None
                if isinstance(own, Reference):  # as these cells it stays
                    yield own
                elif meaning:
                    yield from self._references(meaning, sheet, (*within, name))
            elif node[0] in ("cell", "columns") and node[1]:
                key = node[1].casefold()
                last = self.filled.extent(key)[0]
                place = (node[2], node[3]) * 2 if node[0] == "cell" else (1, node[2], last, node[3])
                yield Reference(self.filled, node[1], *place)

    def _ask(self) -> None:
        """Formulas that stay keep the names they use, and no other."""
        waiting = [cell.formula for sheet in self.shown for cell in sheet.formulas if cell.formula]
        while waiting:
            for node in nodes(self.template.tree(waiting.pop())):
                if node[0] == "name" and (name := node[2].casefold()) not in self.needed_names:
                    self.needed_names.add(name)
                    waiting += [text for (_, own), text in self.template.names.items() if own == name]

    def _is_needed(self, key: str, at: tuple[int, int]) -> bool:
        return any(at[0] in down and at[1] in across for down, across in self.needed[key])

    # Parts -----------------------------------------------------------------------------------------------------------

    def file(self, mark: str = "") -> bytes:
        """The document; ``mark`` is kept among its properties."""
        template = self.template
        gone = frozenset(s.part for s in template.sheets if s not in self.kept)
        bare = frozenset() if self.whole else frozenset(s.part for s in self.kept if s not in self.shown)
        bones = skeleton(template, gone, bare, self.live, self.macros, bool(mark))
        parts: dict[str, Part] = dict(bones.parts)
        first = self.shown[0]
        styles, kept, count = keeping_texts(template)
        for sheet in self.kept:
            text = self._sheet(sheet, sheet is first)
            if KEPT in text:
                text = re.sub(f"{KEPT}(\\d+)", lambda match: str(int(match[1]) + count), text)
                parts |= {styles: kept} if count else {}
            parts[sheet.part] = packed(text.encode())
        pictures = Pictures(self.filled, self.hidden, self.computed)
        for sheet in self.kept if self.whole else self.shown:
            empty = set()
            for part in template.drawn[sheet.key].parts:
                text = pictures.filled_in(template.package.text(part), sheet.key)
                if not self.live:
                    text, none = charts.without_empty(text)
                    if none:
                        empty.add(part)
                parts[part] = packed(text.encode())
            if empty:
                self._leave_out(empty, sheet, parts, pictures)
        parts[template.book_part] = packed(self._workbook().encode())
        if CORE in parts:
            parts[CORE] = packed(core(self.date).encode())
        if CUSTOM in parts:
            parts[CUSTOM] = packed(custom(bones.labels, mark).encode())
        return written(parts)

    def _leave_out(self, empty: set[str], sheet: Sheet, parts: dict[str, Part], pictures: Pictures) -> None:
        """Takes charts without a point off the sheet's drawing."""
        package = self.template.package
        for relation in package.relations(sheet.part).values():
            if relation.kind == "drawing":
                part = relation.target
                lost = [i for i, chart in package.relations(part).items() if chart.target in empty]
                if lost:
                    text = pictures.filled_in(package.text(part), sheet.key)
                    parts[part] = packed(charts.without_frames(text, lost).encode())

    # Sheets ----------------------------------------------------------------------------------------------------------

    def _sheet(self, sheet: Sheet, first: bool) -> str:
        if not sheet.head:  # a chart sheet
            return selected(self.template.package.text(sheet.part), first)
        if sheet.key == DATA or (not self.whole and sheet not in self.shown):
            cells, rows = self._data_cells(sheet), {}
        else:
            cells, rows = self._cells(sheet), sheet.rows
        hidden = self.hidden.get(sheet.key, {})
        heights = self.template.heights.get(sheet.key) if rows else None
        tall = heights.of(self.filled.values[sheet.key], hidden) if heights else {}
        lines = []
        for row in sorted({*rows, *cells, *(i for i, off in hidden.items() if off)}):
            tag = rows.get(row, "")
            if row in hidden:
                if "hidden" in tag:
                    tag = _HIDDEN.sub("", tag)
                if hidden[row]:
                    lines.append(f'<row r="{row}"{tag} hidden="1"/>')
                    continue
            if row in tall:
                tag = f'{_HEIGHT.sub("", tag)} ht="{tall[row]:g}" customHeight="1"'
            inside = cells.get(row)
            if inside is None:
                lines.append(f'<row r="{row}"{tag}/>')
            else:
                lines.append(f'<row r="{row}"{tag}>{"".join(map(inside.__getitem__, sorted(inside)))}</row>')
        columns = set().union(*cells.values())
        area = address(min(cells), min(columns), max(cells), max(columns)) if cells else "A1"
        head = re.sub(r"<dimension\b[^>]*/>", f'<dimension ref="{area}"/>', selected(sheet.head, first))
        if not self.whole and sheet not in self.shown:  # its cells alone
            return head + "".join(lines) + "</sheetData></worksheet>"
        return head + "".join(lines) + cleaned(self.template, sheet)

    def _cells(self, sheet: Sheet) -> dict[int, dict[int, str]]:
        """Row → column → its XML: the template's cells, those of this client in their places."""
        key, own = sheet.key, sheet.cells
        values, hidden = self.filled.values[key], self.hidden.get(key, {})
        rows: dict[int, dict[int, str]] = defaultdict(dict)
        for cells, live in ((self.filled.given[key], self.live), (self.filled.spilled[key], False)):
            for at, value in cells.items():
                if hidden.get(at[0]):
                    continue
                if at in own:
                    rows[at[0]][at[1]] = cell_text(kept_text(own[at].start, value), value, live)
                elif value is not None:
                    rows[at[0]][at[1]] = cell_text(kept_text(f'<c r="{letters(at[1])}{at[0]}"', value), value, live)
        for cell in sheet.formulas:
            if not hidden.get(cell.row):
                rows[cell.row][cell.column] = self._formula(sheet, cell, values[cell.at])
        fixed = {row: inside for row, inside in sheet.fixed.items() if not hidden.get(row)}
        return rows | {row: inside | rows[row] if row in rows else inside for row, inside in fixed.items()}

    def _formula(self, sheet: Sheet, cell: Cell, value) -> str:
        if not self.live:
            return cell_text(kept_text(cell.start, value), value)
        formula = cell.written
        if cell.spills:
            formula = formula.replace("\0", address(*self.filled.areas[sheet.key, *cell.at]), 1)
        return cell_text(cell.start, value, mark=cell.mark, formula=formula)

    def _data_cells(self, sheet: Sheet) -> dict[int, dict[int, str]]:
        """A sheet that is not shown: all data where formulas stay, else what shown sheets draw from it."""
        rows: dict[int, dict[int, str]] = defaultdict(dict)
        places: Iterable[tuple[int, int]]
        if self.live and sheet.key == DATA:
            places = self.filled.all_data() if self.whole else self._named_data()
        else:
            places = {(i, j) for down, across in self.needed[sheet.key] for i in down for j in across}
        for i, j in places:
            value = self.filled.cell(sheet.key, i, j)
            if value is not None:
                rows[i][j] = cell_text(kept_text(f'<c r="{letters(j)}{i}"', value), value, self.live)
        return rows

    def _named_data(self) -> list[tuple[int, int]]:
        """The places of the names that stay."""
        given = self.filled.all_data()
        places = [place for name, place in self.filled.places.items() if name in self.needed_names]
        areas = [area for title, *area in places if title == DATA]
        return [(i, j) for a, b, c, d in areas for i in range(a, c + 1) for j in range(b, d + 1) if (i, j) in given]

    # The workbook ----------------------------------------------------------------------------------------------------

    def _workbook(self) -> str:
        text = _frame(self.template)
        tags = zip(self.template.sheets, re.findall(r"<sheet\b[^>]*/>", text), strict=True)
        entries = {sheet.key: self._entry(tag, sheet) for sheet, tag in tags}
        ordered = iter([entries[sheet.key] for sheet in self.kept])
        text = re.sub(r"<sheet\b[^>]*/>", lambda match: next(ordered, ""), text)
        names = self._names()
        text = text.replace("\0", f"<definedNames>{names}</definedNames>" if names else "")
        active = self.kept.index(self.shown[0])
        view = f' activeTab="{active}" firstSheet="{active}"' if active else ""

        def opened(match: re.Match) -> str:
            own = re.sub(r'\s(?:activeTab|firstSheet)="\d+"', "", match[0])
            return own.replace("<workbookView", f"<workbookView{view}")

        return re.sub(r"<workbookView\b[^>]*>", opened, text)

    def _entry(self, tag: str, sheet: Sheet) -> str:
        tag = re.sub(r'\sstate="\w+"', "", tag)
        state = sheet.state if sheet in self.shown or sheet.state != "visible" else "hidden"
        return tag if state == "visible" else tag.replace("/>", f' state="{state}"/>')

    def _names(self) -> str:
        """The names that stay: all where formulas do, else those of the host and of what charts and rules use."""
        places, found, done = {id(s): k for k, s in enumerate(self.kept)}, [], set()
        for tag, title, scope, meaning in self.template.defined:
            name = title.casefold()
            if (scope is not None and scope not in self.kept) or re.search(r"\[\d+\]", meaning):
                continue  # of a sheet that is not there, of another workbook
            if not self.whole and not self._stays(title, meaning):
                continue
            if not self.live and name not in self.filled.places:
                meaning = self._settled(title, meaning, scope)
            if scope is not None:
                tag = re.sub(r'localSheetId="\d+"', f'localSheetId="{places[id(scope)]}"', tag)
            elif name in self.filled.places:
                meaning = xml.escaped(self.filled.range_of(name) or "")
                done.add(name)
            found.append(f"<definedName{tag}>{meaning}</definedName>")
        if DATA in {sheet.key for sheet in self.kept}:
            data = self.filled.places
            wanted = set(data) if self.whole else self.needed_names & set(data)
            found += [
                f'<definedName name="{name}">{xml.escaped(self.filled.range_of(name) or "")}</definedName>'
                for name in data
                if name in wanted - done
            ]
        return "".join(found)

    def _settled(self, name: str, meaning: str, scope: Sheet | None) -> str:
        """A name that formulas work out, such as a print area by OFFSET or A2#, as the cells it stands for now."""
        text = unescape(meaning)
        tree = self.template.tree(text)
        if tree is None or not any(node[0] in ("call", "name") for node in nodes(tree)):
            return meaning
        found = self.filled.value_of(text, (scope or self.shown[0]).title)
        if not isinstance(found, Reference):
            return meaning
        down, across = found.used()
        own = self.template.by_key.get(found.sheet.casefold())
        title = own.title if own else found.sheet
        place = address(down[0], across[0], down[-1], across[-1], "$")
        return xml.escaped("'" + title.replace("'", "''") + "'!" + place)

    def _stays(self, name: str, meaning: str) -> bool:
        if name.casefold() in self.needed_names:
            return True
        if not name.startswith("_xlnm."):
            return False
        return not any(_refers(meaning, sheet.title) for sheet in self.template.sheets if sheet not in self.kept)


def _refers(meaning: str, title: str) -> bool:
    """Does a name's formula refer to cells of this sheet? 'All orders'!A1 is none of the sheet Orders."""
    own = re.escape(title.replace("'", "''"))
    return re.search(rf"'{own}'!|(?<![\w.' ]){own}!", meaning.replace("&apos;", "'"), re.IGNORECASE) is not None


@lru_cache(maxsize=256)
def _frame(template: Template) -> str:
    """The workbook's part with a mark where its names stand."""
    text = xml.with_names(_NOT_KEPT.sub("", template.workbook), "\0")
    return re.sub(r"<calcPr\b[^>]*/>", _calculation, text)


def _calculation(match: re.Match) -> str:
    """Computed by now: nothing asks for it again on opening; whether by hand or not stays."""
    a = xml.attributes(match[0])
    kept = {
        k: v
        for k, v in a.items()
        if k not in ("calcId", "fullCalcOnLoad", "forceFullCalc", "calcCompleted", "calcOnSave")
    }
    return "<calcPr" + "".join(f' {k}="{xml.quoted(v)}"' for k, v in {"calcId": "191029", **kept}.items()) + "/>"
