"""What the text of a formula consists of: texts, numbers, cells, names and signs."""

import math
import re
import unicodedata

from xlalloc.values import FormulaError

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"]|"")*")
  | (?P<error>\#(?:NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|N/A|SPILL!|CALC!))
  | (?P<sheet>(?:'(?:[^']|'')+'|[^\W\d][\w.]*)!)
  | (?P<columns>\$?[A-Za-z]{1,3}:\$?[A-Za-z]{1,3}(?![\w(.]))
  | (?P<rows>\$?[1-9]\d{0,6}:\$?[1-9]\d{0,6}(?![\w(.:]))
  | (?P<cell>\$?[A-Za-z]{1,3}\$?[1-9]\d{0,6}(?![\w(.]))
  | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>(?:[^\W\d]|\\)[\w.\\?]*)
  | (?P<op><>|<=|>=|[-+*/^&=<>%(){},;:])
  )""",
    re.VERBOSE,
)


LEVELS = (("=", "<>", "<", ">", "<=", ">="), ("&",), ("+", "-"), ("*", "/"), ("^",))  # operators, loosest first
_HINTS = {
    "@": "Leave the @ out.",
    "'": "Put a text in double quotes.",
    "[": "Other workbooks and columns of tables cannot be referred to; give the cells.",
}
_TYPED = {"“": '"', "”": '"', "、": ",", "−": "-", "–": "-", "×": "*", "÷": "/", "≤": "<=", "≥": ">="}


def tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if not match or not match.lastgroup:
            rest = text[at:].lstrip()
            raise FormulaError(f"The formula cannot be read from {rest[:20]!r} on.{_hint(rest[:1])}")
        found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return [*found, ("end", "")]


def _hint(char: str) -> str:
    """What to type in place of a character that no formula has."""
    typed = _TYPED.get(char) or unicodedata.normalize("NFKC", char)
    told = _HINTS.get(char) or (f"Type the half-width {typed} in place of {char}" if typed != char else "")
    return told and f" {told}"


def number(text: str) -> float:
    value = float(text)
    if value == math.inf:
        raise FormulaError(f"The formula has {text!r}, which is too large for a number.")
    return value


def column(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number
