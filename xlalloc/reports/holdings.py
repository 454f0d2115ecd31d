"""Rows of holdings → lots: whose they are, which asset they mean, and what among them is no holding."""

import datetime as dt
import re
from collections import defaultdict
from dataclasses import replace

from xlalloc.ranges import name_key
from xlalloc.reports import fields
from xlalloc.reports.account import Entry
from xlalloc.reports.codes import currency_named, is_cash
from xlalloc.reports.columns import PERSONS, normal
from xlalloc.reports.fields import is_empty
from xlalloc.reports.files import MOST_SHOWN
from xlalloc.reports.problems import Location
from xlalloc.reports.reading import Reading
from xlalloc.reports.records import Asset, Client, Lot
from xlalloc.reports.rows import Row
from xlalloc.reports.sections import DETAILS
from xlalloc.reports.sheets import Formula
from xlalloc.reports.tables import AGAIN
from xlalloc.reports.totals import Sums, has_word, is_group, names_a_total
from xlalloc.reports.words import BESIDE, DEBTS, OWED, WAITING
from xlalloc.reports.worth import settle

MIN_WEALTH = 1_000  # in any currency: less is hardly an account, but may be one in 万元


# A line above rows that names their account, and none that tells a day.
_OF_ACCOUNT = re.compile(
    r"(?!.*(日期|时间|\bdate|\bas of\b|stand:|vom |\d[.,]\d))(.*(account|depot|konto|账户|账号|\d{3}))", re.IGNORECASE
)


class HoldingsReader(Reading):
    """The part of reading that concerns holdings."""

    def _holdings(self, clients: dict[str, Client]) -> None:
        owners = self._owners = self._accounts(clients)
        above: Client | None = None
        client, last = None, ""
        self._waiting: list[tuple[Row, str]] = []  # whose they are is told by there being one client alone
        self._by_account: set[int] = set()  # tables in which accounts tell
        self._by_owner: set[int] = set()  # tables in which names of owners do
        self._by_name = _unique_names(clients)
        self._summed: set[tuple] = set()  # positions that a summary row has, whose lots below say it again
        self._days: dict[str, tuple[dict, set]] = {}  # client → the day of each holding, and which have two
        self._with_cash: set[int] = set()  # tables that have a row of cash
        self._groups: list[tuple[Client, Row, int]] = []  # rows of an amount alone, and how many rows stand above each
        self._sums: dict[int, Sums] = defaultdict(Sums)  # table → what its rows add up to
        for row in self._rows("holdings"):
            id_ = row.get("id", "")
            if not id_ or id_ != last or above is None:  # the rows of a client mostly follow one another
                client = _of_id(clients, id_)
                last = id_
            if client is None and not id_:
                if above is not None and "id" in row.table.columns:
                    if not self._is_total(row, above):
                        self.problems.refuse(above.id, "no_id_in_row", row.location("id"), above=above.id)
                    continue
                client = self._owner(row, clients, owners, waits=True)
                if client is None:
                    continue
            if client is None:
                if above is None or not self._is_total(row, above):
                    self.problems.note(id_, "unknown_client", "done.ignored", row.location("id"))
                continue
            above = client
            if not self._again(client, row):
                self._holding(client, row)
        for row, row.table.heading in self._waiting:
            client = next(iter(clients.values()))
            by_owner = id(row.table) in self._by_owner or normal(row.table.columns.get("owner", "")) in PERSONS
            if (id(row.table) in self._by_account and self._account(row)) or (by_owner and row.get("owner")):
                self._nobodys(row)
            elif not self._again(client, row):
                self._holding(client, row)
        for client, row, at in self._groups:
            if self._sums[id(row.table)].stands_before(_alone(row) or 0.0, at, 1 if is_group(_name(row)) else 2):
                self.problems.note(
                    "", "total_row", "done.ignored", row.location("code" if "code" in row.raw else "asset")
                )
            else:
                self._holding(client, row, waits=False)
        self._say_cash_beside()

    def _again(self, client: Client, row: Row) -> bool:
        """Is it a lot of a position that a summary row above it has whole?"""
        if "detail" not in row:
            return False
        detail = fields.plain(row["detail"])
        whole = (client.id, row.get("code", ""), row.get("asset", ""), row.get("account", ""))
        if detail not in DETAILS:
            self._summed.add(whole)
        return detail in DETAILS and whole in self._summed

    def _holding(self, client: Client, row: Row, waits: bool = True) -> None:
        asset, why = self._asset_of(row)
        if "status" in row and any(word in fields.plain(row["status"]) for word in WAITING):
            self.problems.note(client.id, "on_its_way", "done.left_out", row.location("status"), what=row["status"])
            return
        nothing = row.get("units") == 0.0 or row.get("value") == 0.0
        if asset is None and (self._is_beside(row, client) or (nothing and not why)):
            if nothing:
                self.problems.note(client.id, "nothing_held", "done.left_out", row.location("asset"))
            return
        if nothing and row.bad == ("price",) and fields.clean(row.raw["price"]).strip("0.,") == "":
            row.bad = ()  # a price of 0 of what is worth nothing
        wrong = self._list(client.id, row)
        if asset is None and fields.plain(_name(row)) in DEBTS:
            self.problems.refuse(client.id, "below_zero", row.location("value"))
            return
        if asset is None and waits and not wrong and not why and self._may_be_group(row):
            sums = self._sums[id(row.table)]
            self._groups.append((client, row, len(sums)))
            return
        if asset is None:
            names = any(not is_empty(row.raw.get(key)) for key in ("asset", *row.table.codes))
            kind = why or ("unknown_asset" if names else "no_asset_in_row")
            self.problems.refuse(client.id, kind, row.location("code" if "code" in row.raw else "asset"))
        elif not wrong and row.get("value") is None and row.get("units") is None:
            if isinstance(row.raw.get("value"), str) or isinstance(row.raw.get("units"), str):  # -- or n/a
                self.problems.note(client.id, "nothing_held", "done.left_out", row.location("asset"))
                return
            self.problems.refuse(client.id, "no_value", row.location("value"))
        if asset is not None:
            if self.assets[asset].kind == "cash":
                self._with_cash.add(id(row.table))
            settle(client.id, row, self.assets[asset], self.currency, self.problems)
        if "side" in row and fields.plain(row["side"]) in OWED:
            self.problems.refuse(client.id, "below_zero", row.location("side"))
        if row.get("owed"):
            self.problems.refuse(client.id, "below_zero", row.location("owed"))
        if row.currencies:
            self._currencies(client.id, row)
        account = row.get("account", "")
        if not account and "id" not in row.table.columns and _OF_ACCOUNT.match(row.table.heading):
            account = row.table.heading
        if day := row.get("as_of"):
            if row.get("value") is not None and self._market.is_old(day):
                self.problems.note(client.id, "old_value", "done.used", row.location("as_of"), date=f"{day}")
            self._one_day(client, row, (account, asset), day)
        self._sums[id(row.table)].add(_worth(row), client.id, account)
        client.lots.append(
            Lot(
                asset or "", row.get("units"), row.get("price"), row.get("value"), row.get("bought_on"),
                self._same(account), bool(row.get("no_sell")), row.table.where, row.number,
            )
        )  # fmt: skip

    def _may_be_group(self, row: Row) -> bool:
        """Is it an amount alone under a name: perhaps of a group whose rows follow?"""
        return _alone(row) is not None and not {"units", "price"} & row.keys() and _sums_tell(row)

    def _say_cash_beside(self) -> None:
        """Cash that a line around the table names, where no row of it is cash: it counts only as a row."""
        for table in self.source.tables("holdings"):
            if table.cash and id(table) not in self._with_cash:
                number, text = table.cash
                location = Location(table.where.sheet, number, "", text[:MOST_SHOWN])
                self.problems.note("", "cash_beside", "done.not_counted", location)

    def _one_day(self, client: Client, row: Row, holding: tuple, day: dt.date) -> None:
        """Refuses two holdings on two days each: days that stand below one another are not added up."""
        days, twice = self._days.setdefault(client.id, ({}, set()))
        first = days.setdefault(holding, day)
        if first != day:
            twice.add(holding)
            if len(twice) > 1:
                where = replace(row.location("as_of"), row=None, value="")
                self.problems.refuse(client.id, "several_days", where, first=f"{first}", date=f"{day}")

    def _asset_of(self, row: Row) -> tuple[str | None, str]:
        """The asset of a holding, by its codes, then by its name; cash needs none."""
        name, kind = row.get("asset", ""), row.get("kind", "")
        if not row.table.codes and (asset := self.names.find(name, "", kind)[0]):
            return asset, ""
        for key in row.table.codes:
            asset, why = self.names.find(row.get(key, ""), name, kind)
            if asset or why:
                return asset, why
        code = row.get("code", "")
        asset, why = self.names.find(name, "", kind) if name else (None, "")
        if asset and code.isdigit() and self.assets[asset].code.isdigit():
            return None, "code_and_name"  # 00700 is not 000700, whatever it is called
        if asset or why:
            return asset, why
        money_alone = row.get("units") is None and row.get("value") is not None
        if has_word(name or code):
            return None, ""
        if (
            is_cash(code)
            or is_cash(name)
            or _is_kind(kind, "cash")
            or (money_alone and (name or code).casefold().startswith("cash "))
        ):
            return self._cash(), ""
        money = currency_named(code) or currency_named(name)
        if money and row.get("price") in (None, 1.0):  # USD, U S DOLLAR
            row.currencies |= {money}
            return self._cash(), ""
        return None, ""

    def _cash(self) -> str:
        """The asset that money without a product is: the only one of kind cash, else one of its own."""
        found = [asset.name for asset in self.assets.values() if asset.kind == "cash"]
        if len(found) == 1:
            return found[0]
        name = "现金" if self.language == "zh" else "Cash"
        if name not in self.assets:
            self._market.add_flat([name])
            self.assets[name] = Asset.cash(name, self.source.table("holdings").where)
        return name

    def _is_beside(self, row: Row, client: Client) -> bool:
        """Is it no holding but what a broker writes among them: a total, headings, an amount that is on its way?"""
        texts = [
            fields.plain(cell) for key, cell in row.raw.items() if key in ("code", "asset") and isinstance(cell, str)
        ]
        if any(text in BESIDE for text in texts):
            self.problems.note("", "on_its_way", "done.left_out", row.location("value"), what=texts[0])
            return True
        figures = [row.raw[key] for key in ("units", "price", "value") if key in row.raw]
        if figures and any(map(_is_sentence, texts)) and all(map(_is_sentence, figures)):
            self.problems.note("", "headings", "done.ignored", row.location(""))
            return True
        words = figures and not any(_has_digit(cell) for cell in figures)
        if words and (not texts or any(":" in text for text in texts)):  # of headings; printed on: …, by: …
            self.problems.note("", "headings", "done.ignored", row.location("value" if "value" in row.raw else "units"))
            return True
        return self._is_total(row, client)

    def _is_total(self, row: Row, client: Client) -> bool:
        """Does it add up others: of a group, an account, a household? By its words, or by its value being the sum."""
        name = row.get("code", "") or row.get("asset", "")
        told = [fields.clean(row.raw.get(key)) for key in ("code", "asset", "id") if row.raw.get(key) is not None]
        own = row.get("account", "")
        account, owners = own or row.table.heading, (own, row.table.heading, client.id, client.name, client.household)
        value, total = row.get("value"), row.get("price") is None and any(names_a_total(t, owners) for t in told)
        formula = row.raw.get("value")
        if isinstance(formula, Formula) and formula.upper().startswith(("=SUM(", "=SUBTOTAL(")) and not total:
            total = any(map(has_word, told)) and not {"units", "price"} & row.raw.keys()
        if not total and value is not None and row.get("price") is None:
            fewest = 1 if not name or any(map(has_word, told)) else 2
            total = (fewest == 1 or _sums_tell(row)) and self._sums[id(row.table)].has(
                value, fewest, client.id, account
            )
        if not total and value is not None and not name:
            total = abs(sum(lot.value or 0.0 for lot in client.lots) - value) <= 0.005 * value
        if total:
            column = next((key for key in ("asset", "code", "id", "value") if key in row.raw), "")
            self.problems.note("", "total_row", "done.ignored", row.location(column))
        return total

    def _accounts(self, clients: dict[str, Client]) -> dict[str, Client]:
        """Account → client, by the sheet accounts."""
        owners: dict[str, Client] = {}
        for row in self._rows("accounts"):
            client = _of_id(clients, row.get("id", ""))
            if client is None:
                self.problems.note("", "unknown_client", "done.ignored", row.location("id"))
            else:
                owners[name_key(row.get("account", ""))] = client
        return owners

    def _owner(
        self, row: Row, clients: dict[str, Client], owners: dict[str, Client], waits: bool = False
    ) -> Client | None:
        """Whose a row without an id is: by its account, the file's name, the lines above, or the only client."""
        table = row.table
        if client := self._by_name.get(name_key(row.get("owner", ""))):
            self._by_owner.add(id(table))
            return client
        own = [row.get("account", ""), table.heading]
        for text in (*own, table.part.name, *table.remarks):
            if text and (client := self._named_client(text, clients, owners)):
                if text not in own and len(clients) == 1 and self._account(row):
                    break  # the lines above a first account are not those of the next
                if text in own:
                    self._by_account.add(id(table))
                return client
        if len(clients) == 1 and not waits:
            return next(iter(clients.values()))
        if len(clients) == 1:
            self._waiting.append((row, table.heading))
        else:
            self._nobodys(row)
        return None

    def _account(self, row: Row) -> str:
        """The account that a row or the line above it names."""
        account, heading = row.get("account", ""), row.table.heading
        return account or (heading if _OF_ACCOUNT.match(heading) else "")

    def _nobodys(self, row: Row) -> None:
        whose = self._account(row) or row.get("owner", "")
        self.problems.note("", "whose", "done.ignored", Location(row.table.where.sheet, None, whose))

    def _named_client(self, text: str, clients: dict, owners: dict) -> Client | None:
        key = name_key(text)
        found = owners.get(key) or clients.get(key)
        if found is None and len(text) < 200:
            words = re.findall(r"[\w\-]+", key)
            named = {id(client): client for word in words if (client := owners.get(word) or clients.get(word))}
            found = next(iter(named.values())) if len(named) == 1 else None
        return found

    def _read_history(self, clients: dict[str, Client]) -> None:
        """The history of accounts. One row that is not whole makes a return of all others wrong: none is given then."""
        found: dict[str, dict[tuple, Entry]] = {}
        wrong: set[str] = set()
        for row in self._rows("history"):
            client = _of_id(clients, row.get("id", "")) or self._owner(row, clients, self._owners)
            if client is None:
                self.problems.note("", "unknown_client", "done.ignored", row.location("id"))
                continue
            entry = Entry(
                row.get("account", ""),
                row.get("date", dt.date.min),
                row.get("value"),
                row.get("flow", 0.0),
                row.get("fee", 0.0),
            )
            own = found.setdefault(client.id, {})
            bad = self._list(client.id, row, "done.no_account") or "date" in row.bad
            if not bad and ("date" not in row or (entry.value is None and not entry.flow and not entry.fee)):
                bad = True
                self.problems.note(client.id, "history_lacks", "done.no_account", row.location("value"))
            elif not bad and (entry.account, entry.date) in own:
                bad = True
                self.problems.note(client.id, "history_twice", "done.no_account", row.location("date"))
            if bad:
                wrong.add(client.id)
            own[entry.account, entry.date] = entry
        for client in clients.values():
            entries = found.get(client.id, {})
            if len(names := {account for account, _ in entries}) > 1 and "" in names:
                wrong.add(client.id)
                self.problems.note(client.id, "history_mixed", "done.no_account", client.location)
            if client.id not in wrong:
                client.history = tuple(entries.values())

    def _check_repeated(self, client: Client) -> None:
        """The same holding in two rows: an export that was put in twice, or two purchases that are alike."""
        if len(self.source.tables("holdings")) > 1 and _same_in_two_files(client):
            self.problems.refuse(client.id, "export_twice", Location(client.lots[-1].where.sheet))
            return
        for first, again in client.lots.repeated():
            if again.row <= first.row:  # of two files
                self.problems.note(client.id, "holdings_twice", "done.both_used", replace(again.location, row=None))
                return
            words = {"first": f"{first.row}", "row": f"{again.row}"}
            self.problems.note(client.id, "holding_twice", "done.both_used", again.location, **words)
        for whole, parts in client.lots.summed():
            words = {"row": f"{whole.row}", "rows": ", ".join(f"{lot.row}" for lot in parts[:6])}
            self.problems.refuse(client.id, "lots_and_their_sum", whole.location, **words)

    def _check_unit_of_money(self, client: Client) -> None:
        """Values that look like 万元: below what anybody has, or next to nothing beside the cash flow or the goal."""
        values = client.lots.values_alone()
        total = sum(values)
        if len(values) > 1 and any(abs(total - whole) <= 0.005 * whole for whole in (1.0, 100.0)):
            words = {"total": f"{total:,.2f}"}
            self.problems.refuse(client.id, "values_are_weights", client.lots[0].at("value"), **words)
            return
        beside = max(abs(client.cash_flow), abs(client.monthly), client.goal or 0.0)
        if 0 < total < MIN_WEALTH or 0 < total < beside / 1000:
            words = {"total": f"{total:,.2f}"}
            self.problems.note(client.id, "money_in_wan", "done.used", client.lots[0].at("value"), **words)


def _of_id(clients: dict, text: str):
    """The client of an id; 10086.0 is what a program made of 10086."""
    return clients.get(text) or clients.get(name_key(text)) or clients.get(re.sub(r"(?<=\d)\.0+$", "", text))


def _unique_names(clients: dict[str, Client]) -> dict[str, Client]:
    """Clients by their names, but for those that two have."""
    found: dict[str, Client | None] = {}
    for client in clients.values():
        key = name_key(client.name)
        found[key] = None if key in found else client
    return {key: client for key, client in found.items() if key and client}


def _is_kind(text: str, kind: str) -> bool:
    try:
        return fields.option(text, fields.KINDS) == kind
    except fields.UnreadableError:
        return False


def _is_sentence(cell) -> bool:
    """Is it of several words, as in a disclaimer?"""
    return isinstance(cell, str) and sum(word[:1].isalpha() for word in cell.split()) > 2


def _has_digit(cell) -> bool:
    return not isinstance(cell, str) or any(letter.isdigit() for letter in cell)


def _same_in_two_files(client: Client) -> bool:
    """Has a file the units of all products, two or more, just as another has them?"""
    files: list[list[tuple]] = []
    above = 0
    for lot in client.lots:
        if not files or lot.row <= above:
            files.append([])
        files[-1].append((lot.account, lot.asset, lot.units or lot.value or 0.0))
        above = lot.row
    whole = [tuple(sorted(held)) for held in files if len(held) > 1]
    return len(set(whole)) < len(whole)


def _name(row: Row) -> str:
    return row.get("code", "") or row.get("asset", "")


def _sums_tell(row: Row) -> bool:
    """Does a row that is the sum of others say nothing else? Amounts alone are often round: 5 is 3 and 2 by chance."""
    return is_group(_name(row)) or bool({"units", "price"} & row.table.columns.keys())


def _alone(row: Row) -> float | None:
    """The value that a row has, in whichever of two columns."""
    return row.get("value", row.get("value" + AGAIN))


def _worth(row: Row) -> float | None:
    """What a holding is worth by its own row."""
    value, units, price = row.get("value"), row.get("units"), row.get("price")
    return units * price if value is None and units is not None and price is not None else value
