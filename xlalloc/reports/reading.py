"""Reading as all its parts do it: the rows of a sheet, words from a list, what cannot be read told with its place."""

from collections.abc import Iterator
from dataclasses import replace

from xlalloc.errors import ErrorValue
from xlalloc.reports import fields
from xlalloc.reports.codes import Names
from xlalloc.reports.columns import columns_of
from xlalloc.reports.market import Market
from xlalloc.reports.problems import REFUSED, Location, Problems
from xlalloc.reports.records import Asset
from xlalloc.reports.rows import Row
from xlalloc.reports.sheets import MOST_TEXT, Formula
from xlalloc.reports.source import Source
from xlalloc.reports.tables import AGAIN
from xlalloc.reports.totals import is_total

DECIDES = "assessment_expires"  # a date by which a letter is sent or kept back


class Reading:
    """One input while it is read: what is known of it by now, and the words for what is wrong with it."""

    def __init__(self, source: Source, problems: Problems, lang: str | None):
        self.source, self.problems = source, problems
        self.language = lang or ("zh" if source.table("clients").chinese else "en")
        self.fixed_language = lang
        self.assets: dict[str, Asset] = {}
        self.names = Names([])  # any name or code of an asset → its name
        self.currency = ""  # the file's: the first one named
        self._market = Market()  # its prices, once they are read
        self._first_rows: dict[str, Location] = {}  # of each model
        self._more: dict[tuple, list] = {}  # columns of dates with cells that are none: place and how many more
        self._kept: dict[str, str] = {}  # one copy of each text that stands in many rows

    def _rows(self, sheet: str) -> Iterator[Row]:
        """The rows of a sheet but for its totals."""
        for table in self.source.tables(sheet):
            for row in table.rows():
                first = ""
                for cell in row.raw.values():
                    if isinstance(cell, str):
                        first = cell
                        break
                if first and len(first) < 40 and is_total(first):
                    key = next(key for key, cell in row.raw.items() if cell is first)
                    self.problems.note("", "total_row", "done.ignored", row.location(key))
                    continue
                yield row

    def _list(self, client: str, row: Row, done: str = REFUSED) -> bool:
        """List what cannot be read of a row; dates and ages are left out, else ``done``. True where it matters."""
        if not row.bad and not row.odd:
            return False
        kinds = {key: column.kind for key, column in columns_of(row.table.sheet).items()}
        fatal = False
        for key in row.bad:
            if key.endswith(AGAIN):  # the first of two columns is read
                continue
            cell = row.raw[key]
            kind = unreadable(kinds[key])
            if isinstance(cell, Formula | ErrorValue):
                kind = "formula_without_value" if isinstance(cell, Formula) else "error_value"
            elif (
                row.table.sheet == "holdings"
                and key in ("units", "price", "value")
                and fields.is_negative(cell, row.table.marks.get(key, "."))
            ):
                kind = "below_zero"
            if (kinds[key] == "date" and key != DECIDES) or key == "age":  # no figure of a report needs the latter
                self._list_once(client, kind, key, row)
            else:
                self.problems.note(client, kind, done, row.location(key))
                fatal = True
        for key, kind in row.odd:
            most = MOST_TEXT if kinds[key] == "notes" else fields.LONGEST
            words, what = ({"most": f"{most:,}"}, "done.cut") if kind == "too_long" else ({}, "done.dropped")
            self.problems.note(client, kind, what, row.location(key), **words)
        return fatal

    def _list_once(self, client: str, kind: str, key: str, row: Row) -> None:
        """The first cell of a client's column of dates that is none; how many more there are is said at the end."""
        column = client, kind, row.table.where.sheet, key
        if column not in self._more:
            self.problems.note(client, kind, "done.left_out", row.location(key))
            self._more[column] = [replace(row.location(key), row=None, value=""), 0]
        else:
            self._more[column][1] += 1

    def _say_more(self) -> None:
        for (client, *_), (location, count) in self._more.items():
            if count:
                self.problems.note(client, "more_like_it", "done.left_out", location, count=f"{count}")

    def _currencies(self, client: str, row: Row) -> None:
        """One currency a file: the first named; a client who has another is refused."""
        for currency in sorted(row.currencies):
            self.currency = self.currency or currency
            if currency != self.currency:
                self.problems.refuse(
                    client, "second_currency", row.location("id"), currency=currency, first=self.currency
                )

    def _named(self, text) -> str | None:
        """The asset a name or code stands for."""
        return self.names.named(text)

    def _same(self, text: str) -> str:
        return self._kept.setdefault(text, text)

    def _option(self, id_: str, row: Row, key: str, known: dict, default: str, say: bool = True) -> str:
        try:
            found = fields.option(row.raw.get(key), known)
        except fields.UnreadableError:
            self.problems.note(
                id_,
                "unknown_option",
                "done.default",
                row.location(key),
                known=", ".join(known),
                default=f"every.{default}" if key == "frequency" else default,
            )
            return default
        if found is None and say:
            self.problems.note(id_, "missing", "done.default", row.location(key), default=f"every.{default}")
        return found or default

    def _known(self, id_: str, row: Row, key: str, known: dict) -> str:
        """An option without a default; an unknown one is listed and left out."""
        try:
            return fields.option(row.raw.get(key), known) or ""
        except fields.UnreadableError:
            self.problems.note(id_, "unknown_word", "done.left_out", row.location(key), known=", ".join(known))
            return ""


def unreadable(kind: str) -> str:
    """What is said of a cell that its column's kind cannot be read from; kinds that are spoken of alike."""
    alike = dict.fromkeys(("money", "amount", "price", "weight"), "number") | {"vol": "rate", "threshold": "share"}
    return "bad_date" if kind == "date" else f"unreadable_{alike.get(kind, kind)}"
