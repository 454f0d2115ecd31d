"""Lines of a terminal in the reader's language: 80 columns, of which a Chinese character takes two."""

import re
import unicodedata

import click

from xlalloc.messages import language, say

_PIECES = r"\s+|[（“《]*(?:[\u2e80-\uffef]|[^\s\u2e80-\uffef]+)[，。；：、）”》]*"  # re keeps what it compiled
# What click says of its own; its rows in the table of messages are asked for by a test.
CLICKS_OWN = (
    "Usage: ",
    "Options:",
    "Commands:",
    "Show the version and exit.",
    "Show this message and exit.",
    "[default: {}]",
)


def columns(text: str) -> int:
    """The columns of a screen that a text takes: two for a Chinese character."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def folded(text: str, width: int = 80, first: str = "", rest: str = "") -> list[str]:
    """The lines of a text at a width, broken at spaces and between Chinese characters."""
    lines = [first]
    for piece in re.findall(_PIECES, text):
        if columns(lines[-1] + piece) > width and lines[-1].strip():
            lines.append(rest)
        if not piece.isspace() or lines[-1].strip():
            lines[-1] += " " if piece.isspace() else piece
    return [line.rstrip() for line in lines]


def aligned(rows: list[tuple[str, str]], indent: str = "", width: int = 80) -> list[str]:
    """Names and what is said of each, in two columns; a file's place is never broken."""
    wide = max(columns(name) for name, _ in rows)
    lines = []
    for name, text in rows:
        first = f"{indent}{name}{' ' * (wide - columns(name))}  "
        whole = bool(re.search(r"(?:^|[\s：(（])(?:/|[A-Za-z]:\\)\S", text))
        lines += [first + text] if whole else folded(text, width, first, " " * columns(first))
    return [line.rstrip() for line in lines]


def tell(text: str, err: bool = False) -> None:
    """One line in the reader's language; what is wrong goes to standard error."""
    click.echo(say(text), err=err)


class Formatter(click.HelpFormatter):
    """The help of a command in the reader's language: its docstring by paragraphs, its options, click's own words."""

    def write_usage(self, prog, args="", prefix=None):
        super().write_usage(prog, args, prefix or say("Usage: "))

    def write_heading(self, heading):
        self.write(f"{'':>{self.current_indent}}{say(heading + ':')}\n")

    def write_text(self, text):
        if language() == "en":
            super().write_text(text)
            return
        paragraphs = []
        for paragraph in re.split(r"\n\s*\n", text):
            words = " ".join(paragraph.split())
            typed = columns(say("Example: ")) if words.startswith("xlalloc ") else 0  # below another example
            margin = " " * (self.current_indent + typed)
            paragraphs.append("\n".join(folded(say(words), self.width, margin, margin)))
        self.write("\n\n".join(paragraphs) + "\n")

    def write_dl(self, rows, col_max=30, col_spacing=2):
        if language() == "en":
            super().write_dl(rows, col_max, col_spacing)
            return
        margin, first = " " * self.current_indent, max(columns(name) for name, _ in rows) + col_spacing
        for name, text in rows:
            words, bracket, extra = text.partition("  [")
            said = say(words)
            words = said if said != words else say(f"{words}.").rstrip("。")  # click takes the full stop off
            whole = f"{words} {say(bracket.strip() + extra)}" if extra else words
            lines = folded(whole, self.width, margin + name.ljust(first), margin + " " * first)
            self.write("\n".join(lines) + "\n")


class Context(click.Context):
    formatter_class = Formatter


class Command(click.Command):
    context_class = Context
