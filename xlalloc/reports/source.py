"""An input → its tables: which file or sheet is which, and what the firm says of how they are to be read."""

import hashlib
from itertools import chain
from pathlib import Path

from xlalloc.errors import InputError
from xlalloc.reports import files, sections
from xlalloc.reports.columns import SHEETS, UNREAD, column_of, columns_of, normal, sheet_of
from xlalloc.reports.date_texts import ORDERS
from xlalloc.reports.fields import clean, plain
from xlalloc.reports.files import MOST_SHOWN, Part
from xlalloc.reports.problems import Place, Problems
from xlalloc.reports.rows import Row
from xlalloc.reports.tables import MANY, REQUIRED, Settings, Table

HOLD, WARN = frozenset(["hold", "暂缓"]), frozenset(["warn", "提示", ""])


class Source:
    """All tables of an input, its prices, and its fingerprint."""

    def __init__(self, tables: dict[str, list[Table]], prices: list[Part], digest: str, settings: Settings):
        self._tables, self.prices, self.digest, self.settings = tables, prices, digest, settings

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
        raise InputError(
            f"{path}: there is no {kind} {', '.join(missing)} (or {', '.join(SHEETS[m][0] for m in missing)}). "
            "`xlalloc template clients --out FILE` writes an empty file with all sheets."
        )
    settings = _settings(found, path.name, problems)
    tables = {
        sheet: [Table(sheet, part, settings) for part in parts] for sheet, parts in found.items() if sheet != "prices"
    }
    for table in chain.from_iterable(tables.values()):
        table.find_header(path.name, problems)
    return Source(tables, found.get("prices", []), digest.hexdigest(), settings)


def _sorted(parts: list[Part], problems: Problems) -> dict[str, list[Part]]:
    """Parts by the sheet they are: by folder, by name, else by what stands in them."""
    found: dict[str, list[Part]] = {}
    unknown: list[Part] = []
    for part in parts:
        sheet = part.folder or sheet_of(part.title)
        if sheet is None:
            unknown.append(part)
        elif sheet in found and not (part.folder and sheet in MANY):
            problems.note("", "sheet_twice", "done.ignored", Place(clean(part.title)[:MOST_SHOWN]))
        else:
            found.setdefault(sheet, []).append(part)
    named = set(found)
    for part in unknown:
        sheet = None if plain(part.title) in UNREAD else sections.guess(part)
        if sheet and sheet not in named:
            found.setdefault(sheet, []).append(part)
            problems.note("", "taken_as", "done.said_once", Place(clean(part.title)[:MOST_SHOWN]), sheet=sheet)
        elif plain(part.title) not in UNREAD:
            problems.note("", "unknown_sheet", "done.ignored", Place(clean(part.title)[:MOST_SHOWN]))
    return found


def _prices_only(path: Path, digest, problems: Problems) -> list[Part]:
    """The prices of a csv, of a folder of them, or of a workbook's sheet prices, else of its first sheet."""
    if files.there(path) and path.is_dir():
        inner = [files.of_file(file, digest, problems, "prices") for file in sorted(path.iterdir())]
        return list(chain.from_iterable(inner))
    if path.suffix.casefold() in files.TEXT:
        if not files.there(path):
            raise InputError(f"{path}: there is no such file.")
        part = files.text_part(path, digest, problems, sheet="prices")
        part.title = path.name
        files.say_encodings([part], problems)
        return [part]
    sheets = files.book_parts(path, digest, problems)
    if not sheets:
        raise InputError(f"{path.name}: no sheet of cells in this workbook.")
    return [next((part for part in sheets if sheet_of(part.title) == "prices"), sheets[0])]


def _settings(found: dict[str, list[Part]], file: str, problems: Problems) -> Settings:
    """What the sheets firm and headers say of how the others are to be read."""

    def rows(sheet: str) -> list[Row]:
        table = Table(sheet, found[sheet][0])
        table.find_header(file, problems)
        return list(table.rows())

    firm = {plain(row.get("key", "")): clean(row.get("value", "")) for row in (rows("firm") if "firm" in found else ())}
    headers: dict[str, dict[str, str]] = {}
    for row in rows("headers") if "headers" in found else ():
        theirs, ours, sheet = (row.get(key, "") for key in ("theirs", "ours", "sheet"))
        known = sheet_of(sheet) if sheet else ""
        keys = {column_of(one, ours) for one in ([known] if known else _sheets_of_columns())} - {None}
        if known is None or not keys or not theirs:
            problems.note("", "unknown_own_header", "done.ignored", row.place("ours"))
            continue
        for key in keys:
            headers.setdefault(known, {})[normal(theirs)] = key
    decimal, order = firm.get("decimal", firm.get("小数点", "")), firm.get("date_order", firm.get("日期顺序", ""))
    order = {"日月年": "dmy", "月日年": "mdy", "年月日": "ymd"}.get(order, order.casefold())
    if decimal not in ("", ".", ",") or order not in ("", *ORDERS):
        raise InputError(f"{file}: sheet firm: decimal is . or , and date_order is dmy, mdy or ymd.")
    suitability = firm.get("suitability", firm.get("适当性", "warn")).casefold()
    if suitability not in HOLD | WARN:
        raise InputError(f"{file}: sheet firm: suitability is hold or warn.")
    return Settings(decimal, order, suitability in HOLD, headers)


def _sheets_of_columns() -> list[str]:
    return [sheet for sheet in SHEETS if columns_of(sheet)]
