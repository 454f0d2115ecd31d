"""What is wrong with the input: every finding in one list, with its place and what was done about it."""

from dataclasses import dataclass, field

REFUSED = "done.no_report"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input a cell stands."""

    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding; ``kind`` and ``done`` are keys of the texts, ``words`` what stands in their braces."""

    client: str
    kind: str
    done: str
    place: Place = Place()
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

        return TEXTS[key][lang].format(**dict(self.words))


@dataclass
class Problems:
    """The list, as it grows."""

    items: list[Problem] = field(default_factory=list)

    def refuse(self, client: str, kind: str, place: Place = Place(), **words) -> None:  # noqa: B008  (frozen)
        """The client gets no report."""
        self.note(client, kind, REFUSED, place, **words)

    def note(self, client: str, kind: str, done: str, place: Place = Place(), **words) -> None:  # noqa: B008
        found = Problem(client, kind, done, place, tuple(words.items()))
        if found not in self.items[-50:]:
            self.items.append(found)

    def of(self, client: str) -> list[Problem]:
        return [problem for problem in self.items if problem.client == client]

    @property
    def refused(self) -> set[str]:
        return {problem.client for problem in self.items if problem.fatal}
