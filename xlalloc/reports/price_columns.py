"""Whose each column of a price file is: which asset its headers name, which field of it (close …)."""

import math
import re
from collections.abc import Callable

from xlalloc.errors import InputError
from xlalloc.reports.columns import normal
from xlalloc.reports.files import MOST_SHOWN, Part
from xlalloc.reports.layouts import Layout, is_number
from xlalloc.reports.problems import Location, Problems
from xlalloc.reports.words import CLOSE, CODE_HEADERS, FIELDS, OTHER, WHOLE

_PARTS_OF_A_NAME = re.compile(r"[\s_,;()（）/]+")
# Part of what a price may be called in a file of one asset: Indexstand, Anteilwert, 指数点位.
_LIKE_A_PRICE = re.compile(
    r"index|kurs|preis|pri[cx]|prezzo|preci|preço|cours|clos|nav|level|stand\b|wert|净值|价|價|指数|点位", re.IGNORECASE
)
_BRACKET_BEHIND = re.compile(r"\s*[(（][^()（）]*[)）]$")


class ColumnsReader:
    """The part of reading prices that concerns headers; ``shapes.Reader`` has the figures."""

    part: Part
    named: Callable[..., str | None]
    assets: dict[str, str]
    problems: Problems
    title: str

    def _code_column(self, layout: Layout, top: list) -> int | None:
        """The column that names each row's asset, where they stand one below another."""
        below = [row for number, row in top if number >= layout.first]
        found = []
        for column, texts in layout.headers.items():
            headed = any(normal(text) in CODE_HEADERS for text in texts)
            cells = [row[column] for row in below if column in row] if column not in layout.dates else []
            if cells and (headed or not any(map(is_number, cells))):
                if sum(self.named(cell) is not None for cell in cells) * 2 > len(cells):
                    return column
                if headed and not all(is_number(cell) and not str(cell).isdigit() for cell in cells):
                    found.append(column)
        return found[0] if found and not any(self.named(t) for ts in layout.headers.values() for t in ts) else None

    def _groups(self, layout: Layout) -> list[tuple[int, dict[str, dict[str, int]]]]:
        """Each date column with what belongs to it: asset → field → column."""
        dates = sorted(layout.dates)
        columns = [c for c in layout.headers if c not in dates]
        if len(dates) > 1:
            spans = [(d, [c for c in columns if d < c < e]) for d, e in zip(dates, [*dates[1:], math.inf], strict=True)]
            spans = [(d, inner) for d, inner in spans if inner]
            if not spans or min(inner[0] for _, inner in spans) > min(columns):
                spans = [(dates[-1], columns)]
        else:
            spans = [(dates[0], columns)]
        groups, nobody = [], []
        beside: dict[str, str] = {}  # asset → header of a column of it that is none of prices
        for date, inner in spans:
            found: dict[str, dict[str, int]] = {}
            lead = self._names(layout.headers.get(date, []))
            spread = None  # the asset whose name stands over this column and those to the right of it
            for column in inner:
                texts = layout.headers[column]
                kinds = [FIELDS.get(normal(text), "") or _split(text)[1] for text in texts if not self.named(text)]
                kind = next(filter(None, kinds), "")
                named = self._names(texts)
                spread = (named if kind else None) if named else spread if kind and len(texts) == 1 else None
                asset = named or (lead if len(spans) > 1 else spread)
                if asset is None:
                    nobody.append((column, texts, kind, date))
                elif kind == OTHER:
                    beside.setdefault(asset, texts[0])
                else:
                    lead = asset if len(spans) > 1 else lead
                    if (kind or CLOSE) in found.setdefault(asset, {}):
                        self.problems.note(
                            "", "column_twice", "done.ignored", Location(self.title, layout.first - 1, texts[0])
                        )
                    else:
                        found[asset][kind or CLOSE] = column
            groups.append((date, found))
        if nobody and not any(found for _, found in groups) and (own := self._columns_of_one(nobody, layout)):
            return [(nobody[0][3], own)]
        for asset in beside.keys() - {asset for _, found in groups for asset in found}:
            self._say_no_prices(asset, beside[asset], layout)
        for _, texts, kind, _ in nobody:
            if texts and not kind:
                self.problems.note(
                    "", "price_of_nobody", "done.ignored", Location(self.title, layout.first - 1, texts[0][:MOST_SHOWN])
                )
        return [(date, found) for date, found in groups if found]

    def _names(self, texts: list[str]) -> str | None:
        forms = (form for text in texts for form in (text, _split(text)[0], *re.split("[:：]", text)[1:]))
        return next((asset for form in forms if (asset := self.named(form))), None)

    def _columns_of_one(self, nobody: list, layout: Layout) -> dict[str, dict[str, int]]:
        """The prices of a file of one asset, which no header names; none where its columns are of assets not known."""
        priced = {kind: c for c, _, kind, _ in reversed(nobody) if kind not in ("", OTHER)}
        if priced:
            return {self._only(layout): priced}
        own = self._own(layout)
        unknown = [c for c, _, kind, _ in nobody if not kind]
        if own and len(nobody) == len(unknown) == 1:
            header = next(iter(nobody[0][1]), "")
            if header and not _LIKE_A_PRICE.search(header):
                self._say_no_prices(own, header, layout)
                return {}
            where = Location(self.title, layout.first - 1, header[:MOST_SHOWN])
            self.problems.note("", "taken_for_prices", "done.check", where, asset=own)
            return {own: {CLOSE: unknown[0]}}
        if own and unknown and len(unknown) < len(nobody):
            raise self._no_column(layout)
        if own and not unknown:
            self._say_no_prices(own, nobody[0][1][0], layout)
        return {}

    def _say_no_prices(self, asset: str, header: str, layout: Layout) -> None:
        where = Location(self.title, layout.first - 1, header[:MOST_SHOWN])
        self.problems.note("", "no_price_column", "done.ignored", where, asset=asset)

    def _no_column(self, layout: Layout) -> InputError:
        headers = ", ".join(texts[0] for texts in layout.headers.values() if texts)
        return InputError(f"{self.title}: no column of prices among {headers[:80]}. Call it close or nav.")

    def _own(self, layout: Layout) -> str | None:
        """The asset of a file that holds one: by the lines above, by the name of the file, or the only one there is."""
        for text in (*layout.remarks, self.part.name, self.part.title, *layout.headers.get(layout.dates[0], [])):
            words = [
                text,
                *_PARTS_OF_A_NAME.split(text),
                *re.findall(r"[A-Za-z0-9.]+|[\u4e00-\u9fff]+|(?<!\d)\d{6}(?!\d)", text),
            ]
            found = {asset for word in words if word and (asset := self.named(word))}
            if len(found) == 1:
                return found.pop()
        return next(iter(self.assets)) if len(self.assets) == 1 else None

    def _only(self, layout: Layout) -> str:
        if own := self._own(layout):
            return own
        headers = ", ".join(texts[0] for texts in layout.headers.values() if texts)
        raise InputError(
            f"{self.part.file or self.title}: the columns {headers[:80]} are the prices of one asset, and nothing says "
            f"which one. Put the file into a folder prices and name it by the asset's code: {self._files()}."
        )

    def _files(self) -> str:
        """What the files of a folder of prices would be called."""
        codes = list(self.assets.values())
        return " or ".join(f"prices/{code}.csv" for code in codes[:3]) + (" …" if codes[3:] else "")


def _split(text: str) -> tuple[str, str]:
    """The name and the field of one header: VTI Close, Close VTI, VTI_close; VTI (USD) without its bracket."""
    text = _BRACKET_BEHIND.sub("", text)
    for mark in (" - ", " ", "_", ":", "："):
        name, _, behind = text.rpartition(mark)
        before, _, rest = text.partition(mark)
        for word, named in ((behind, name), (before, rest)):
            if named and normal(word) in FIELDS.keys() - WHOLE:
                return named.strip(), FIELDS[normal(word)]
    return text, ""
