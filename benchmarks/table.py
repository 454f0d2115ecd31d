"""A section of the report: one problem a row, one candidate a column, accuracy beside each time."""

from dataclasses import dataclass, field

from benchmarks.timing import shown


@dataclass
class Section:
    """Ours comes first in ``columns``; the others' cells say how many times our time they take."""

    title: str
    columns: list[str]
    notes: str
    rows: list[tuple[str, dict[str, float], dict[str, str], str]] = field(default_factory=list)

    def add(self, title: str, times: dict[str, float], accuracy: dict[str, str] | None = None, goal: str = "") -> None:
        self.rows.append((title, times, accuracy or {}, goal))

    def markdown(self) -> str:
        """Columns that nobody filled are left out."""
        columns = [c for c in self.columns if any(c in times for _, times, _, _ in self.rows)]
        goals = any(goal for *_, goal in self.rows)
        table = [["", *columns, *(["goal"] if goals else [])]]
        for title, times, accuracy, goal in self.rows:
            cells = [_cell(times, accuracy, column, self.columns[0]) for column in columns]
            table.append([title, *cells, *([goal] if goals else [])])
        widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
        lines = ["| " + " | ".join(c.ljust(w) for c, w in zip(row, widths, strict=True)) + " |" for row in table]
        lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
        return "\n".join([f"## {self.title}", "", self.notes, "", *lines, ""])


def _cell(times: dict, accuracy: dict, column: str, ours: str) -> str:
    if column not in times:
        return accuracy.get(column, "–")
    ratio = "" if column == ours or ours not in times else f" ×{_short(times[column] / times[ours])}"
    beside = f" ({accuracy[column]})" if column in accuracy else ""
    return shown(times[column]) + ratio + beside


def _short(ratio: float) -> str:
    return f"{ratio:.0f}" if ratio >= 99.5 else f"{ratio:.2g}"
