"""An input → its tables: which file or sheet is which, and what the firm says of how they are to be read."""

import hashlib
from itertools import chain
from pathlib import Path

from xlalloc.errors import InputError
from xlalloc.reports import files, sections
from xlalloc.reports.columns import SHEETS, UNREAD, column_of, columns_of, normal, sheet_of
from xlalloc.reports.fields import clean, plain
from xlalloc.reports.files import MOST_SHOWN, Part
from xlalloc.reports.firm import Firm, read_firm
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.rows import Row
from xlalloc.reports.tables import MANY, MOST_NAMED, REQUIRED, Settings, Table


class Source:
    """All tables of an input, its prices, and its fingerprint."""

    def __init__(self, tables: dict[str, list[Table]], prices: list[Part], digest: str, settings: Settings, firm: Firm):
        self._tables, self.prices, self.digest, self.settings, self.firm = tables, prices, digest, settings, firm

    def table(self, sheet: str) -> Table:
        return next(iter(self.tables(sheet)), None) or Table(sheet)

    def tables(self, sheet: str) -> list[Table]:
        return self._tables.get(sheet, [])


def load(path: Path, prices: Path | None, problems: Problems) -> Source:
    """The tables of a clients workbook or folder; ``prices`` replaces its prices."""
    path = Path(path)
    digest = hashlib.sha256()
    found = _sorted(files.parts(path, digest, problems), problems)
    if prices is not None:
        found["prices"] = _prices_only(Path(prices), digest, problems)
    missing = [sheet for sheet in REQUIRED if sheet not in found]
    if missing:
        kind = "file" if path.is_dir() else "sheet"
        ours = ", ".join(SHEETS[m][0] for m in missing)
        left = [p.location.sheet for p in problems.items if p.kind in ("unknown_sheet", "file_not_read")][:MOST_NAMED]
        if left:
            raise InputError(
                f"{path}: there is no {kind} {', '.join(missing)} (or {ours}); not recognised: {', '.join(left)}. "
                "Name the one that is meant so, and save it as .csv or .xlsx."
            )
        raise InputError(
            f"{path}: there is no {kind} {', '.join(missing)} (or {ours}). "
            "`xlalloc template clients --out FILE` writes an empty file with all sheets."
        )
    settings, firm = _settings(found, path, problems)
    digest.update(firm.logo)
    tables = {
        sheet: [Table(sheet, part, settings) for part in parts] for sheet, parts in found.items() if sheet != "prices"
    }
    for table in chain.from_iterable(tables.values()):
        table.find_header(path.name, problems)
    return Source(tables, found.get("prices", []), digest.hexdigest(), settings, firm)


def _sorted(parts: list[Part], problems: Problems) -> dict[str, list[Part]]:
    """Parts by the sheet they are: by folder, by name, else by what stands in them."""
    found: dict[str, list[Part]] = {}
    unknown: list[Part] = []
    for part in parts:
        sheet = part.folder or sheet_of(part.title)
        if sheet is None:
            unknown.append(part)
        elif sheet in found and not (part.folder and sheet in MANY):
            problems.note("", "sheet_twice", "done.ignored", Location(clean(part.title)[:MOST_SHOWN]))
        else:
            found.setdefault(sheet, []).append(part)
    named = set(found)
    for part in unknown:
        sheet = None if plain(part.title) in UNREAD or part.hidden else sections.guess(part)
        if sheet and sheet not in named:
            found.setdefault(sheet, []).append(part)
            problems.note("", "taken_as", "done.check", Location(clean(part.title)[:MOST_SHOWN]), sheet=sheet)
        elif plain(part.title) not in UNREAD:
            problems.note("", "unknown_sheet", "done.ignored", Location(clean(part.title)[:MOST_SHOWN]))
    return found


def _prices_only(path: Path, digest, problems: Problems) -> list[Part]:
    """The prices of a csv, of a folder of them, or of a workbook's sheet prices, else of its first sheet."""
    if files.there(path) and path.is_dir():
        inner = [files.of_file(file, digest, problems, "prices") for file in sorted(path.iterdir())]
        return list(chain.from_iterable(inner))
    if path.suffix.casefold() in files.TEXT:
        if not files.there(path):
            raise InputError(f"{path}: there is no such file.")
        part = files.text_part(path, digest, sheet="prices")
        part.title = path.name
        files.say_encodings([part], problems)
        return [part]
    sheets = files.book_parts(path, digest, problems)
    if not sheets:
        raise InputError(f"{path.name}: no sheet of cells in this workbook.")
    return [next((part for part in sheets if sheet_of(part.title) == "prices"), sheets[0])]


def _settings(found: dict[str, list[Part]], path: Path, problems: Problems) -> tuple[Settings, Firm]:
    """What the sheets firm and headers say: of how the others are to be read, and the firm's own."""

    def rows(sheet: str) -> list[Row]:
        if sheet not in found:
            return []
        table = Table(sheet, found[sheet][0])
        table.find_header(path.name, problems)
        return list(table.rows())

    headers: dict[str, dict[str, str]] = {}
    for row in rows("headers"):
        theirs, ours, sheet = (row.get(key, "") for key in ("theirs", "ours", "sheet"))
        known = sheet_of(sheet) if sheet else ""
        keys = {key for one in ([known] if known else _sheets_of_columns()) if (key := column_of(one, ours))}
        if known is None or not keys or not theirs:
            problems.note("", "unknown_own_header", "done.ignored", row.location("ours"))
            continue
        for key in keys:
            headers.setdefault(known, {})[normal(theirs)] = key
    folder = path if path.is_dir() else path.parent
    marks, firm = read_firm(rows("firm"), path.name, folder, problems)
    return Settings(**marks, headers=headers), firm


def _sheets_of_columns() -> list[str]:
    return [sheet for sheet in SHEETS if columns_of(sheet)]
