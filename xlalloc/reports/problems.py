"""What is wrong with the input: every finding in one list, with its place and what was done about it."""

from collections.abc import Iterable
from dataclasses import dataclass

from xlalloc import messages

REASONS = frozenset(("reason", "error"))  # words that are sentences of the package
REFUSED = "done.no_report"
EVERY = frozenset(f"every.{word}" for word in ("weekly", "monthly", "quarterly", "semiannual", "annual"))


@dataclass(frozen=True, slots=True)
class Location:
    """Where in the input a cell stands."""

    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        return ", ".join(filter(None, [self.sheet, f"row {self.row}" if self.row else "", self.column]))


NOWHERE = Location()


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; ``kind`` and ``done`` are keys of the texts, ``words`` what stands in their braces."""

    client: str
    kind: str
    done: str
    location: Location = NOWHERE
    words: tuple = ()

    @property
    def fatal(self) -> bool:
        return self.done == REFUSED

    def wrong(self, lang: str) -> str:
        return self._say("problem." + self.kind, lang)

    def what_was_done(self, lang: str) -> str:
        return self._say(self.done, lang)

    def _say(self, key: str, lang: str) -> str:
        from xlalloc.reports.texts import TEXTS

        words = {
            name: TEXTS[w][lang] if w in EVERY else messages.say(w, lang) if name in REASONS else w
            for name, w in self.words
        }
        return TEXTS[key][lang].format(**words)


class Problems:
    """The list, as it grows."""

    def __init__(self):
        self.items: list[Problem] = []
        self._clients: dict[str, dict[Problem, None]] = {}
        self.refused: set[str] = set()

    def refuse(self, client: str, kind: str, location: Location = NOWHERE, **words) -> None:
        """The client gets no report."""
        self.note(client, kind, REFUSED, location, **words)

    def note(self, client: str, kind: str, done: str, location: Location = NOWHERE, **words) -> None:
        self.extend([Problem(client, kind, done, location, tuple(words.items()))])

    def extend(self, problems: Iterable[Problem]) -> None:
        """Add what is not in the list yet."""
        for problem in problems:
            own = self._clients.setdefault(problem.client, {})
            if problem not in own:
                own[problem] = None
                self.items.append(problem)
                if problem.fatal:
                    self.refused.add(problem.client)

    def of(self, client: str) -> list[Problem]:
        return list(self._clients.get(client, ()))
