"""A result with a header row."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Table:
    """A result with a header row; a Label in it stands for a name the caller may know."""

    header: tuple
    rows: list[tuple] = field(default_factory=list)

    def column(self, name: str) -> list:
        """One column by its header."""
        k = self.header.index(name)
        return [row[k] for row in self.rows]

    def to_pandas(self):
        """The table as a pandas DataFrame; an error value, or a blank among numbers, is a NaN there."""
        import pandas as pd

        from xlalloc.errors import AllocError, Label

        def plain(cell):
            return float("nan") if isinstance(cell, AllocError) else str(cell) if isinstance(cell, Label) else cell

        columns = [list(map(plain, column)) for column in zip(*self.rows, strict=True)]
        for column in columns:
            if any(isinstance(cell, float) for cell in column) and all(c == "" or isinstance(c, float) for c in column):
                column[:] = [float("nan") if cell == "" else cell for cell in column]
        frame = pd.DataFrame(dict(enumerate(columns)), columns=range(len(self.header)))
        return frame.set_axis([str(cell) for cell in self.header], axis=1)

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[tuple]:
        return iter(self.rows)

    def __str__(self) -> str:
        return "\n".join("\t".join(map(_shown, row)) for row in [self.header, *self.rows])

    def _repr_html_(self) -> str:
        """How notebooks show it."""
        from html import escape

        def line(row, tag: str) -> str:
            return "<tr>" + "".join(f"<{tag}>{escape(_shown(cell))}</{tag}>" for cell in row) + "</tr>"

        body = "".join(line(row, "td") for row in self.rows)
        return f"<table><thead>{line(self.header, 'th')}</thead><tbody>{body}</tbody></table>"


def _shown(cell) -> str:
    code = getattr(cell, "code", None)  # an error of the catalogue shows its value
    if code:
        return str(code)
    return "" if cell is None else f"{cell:.10g}" if isinstance(cell, float) else str(cell)
