"""Charts and text boxes: what they keep of the cells they show, since previews never compute."""

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from html import unescape

from xlalloc.dates import to_serial
from xlalloc.documents import xml
from xlalloc.errors import ErrorValue

# <c:f>Report!$B$2:$B$9</c:f> with its cache, if any; a series that is filtered out has its reference in an extension.
# The same of labels taken from cells; of newer charts their points and titles.
_CACHED = re.compile(
    r"(<(?P<n>(?:\w+:)?)(?P<tag>strRef|numRef|multiLvlStrRef)\b[^>]*>\s*"
    r"(?:<(?P=n)extLst>(?P<ext>.*?)</(?P=n)extLst>\s*)?(?:<(?P=n)f>(?P<ref>[^<]*)</(?P=n)f>)?)"
    r"(?:\s*<(?P=n)(?:str|num|multiLvlStr)Cache\b[^>]*?(?:/>|>.*?</(?P=n)(?:str|num|multiLvlStr)Cache>))?",
    re.DOTALL,
)
_LABELS = re.compile(
    r"(<(?P<n>\w+:)f>(?P<ref>[^<]*)</(?P=n)f>\s*<(?P=n)(?P<tag>dlblRangeCache|dlblFieldTableCache))>.*?"
    r"(?=</(?P=n)(?P=tag)>)",
    re.DOTALL,
)
_NEWER = re.compile(
    r"(<(?P<n>\w+:)(?P<kind>str|num)Dim\b[^>]*>\s*<(?P=n)f\b[^>]*>(?P<ref>[^<]*)</(?P=n)f>)"
    r"(?P<lvl>(?:\s*<(?P=n)lvl\b.*?(?:</(?P=n)lvl>|/>))*)",
    re.DOTALL,
)
_NEWER_TEXT = re.compile(r"(<(?P<n>\w+:)f\b[^>]*>(?P<ref>[^<]*)</(?P=n)f>\s*<(?P=n)v>)[^<]*(?=</(?P=n)v>)")
_FILTERED = re.compile(r"<(?:\w+:)?sqref>([^<]*)</")
_FORMAT = re.compile(r"<(?:\w+:)?formatCode>.*?</(?:\w+:)?formatCode>", re.DOTALL)
_BOX = re.compile(r'<(?P<tag>(?:\w+:)?sp)\b(?P<attrs>[^>]*\btextlink="(?P<ref>[^"]*)"[^>]*)>.*?</(?P=tag)>', re.DOTALL)
_PARTS = re.compile(r"(?:'(?:[^']|'')*'|[^,'])+")
_SERIES = re.compile(r"<(?P<n>(?!c15:)(?:\w+:)?)ser>")
_ANCHOR = re.compile(r"<(?P<n>(?:\w+:)?)(?P<tag>(?:two|one)CellAnchor|absoluteAnchor)\b.*?</(?P=n)(?P=tag)>", re.DOTALL)
_RUN = re.compile(r"(<a:t>)[^<]*(</a:t>)|<a:t\s*/>")


def references(text: str) -> list[str]:
    """The formulas behind the series, titles and labels of a chart, and behind text boxes."""
    found = [_refers(m) for m in _CACHED.finditer(text)]
    found += [m["ref"] for pattern in (_LABELS, _NEWER, _NEWER_TEXT) for m in pattern.finditer(text)]
    found += [m["ref"].lstrip("=") for m in _BOX.finditer(text)]
    return [own(ref) for ref in found]


def _refers(match: re.Match) -> str:
    """The reference of a series; of one that is filtered out that of its extension."""
    if match["ref"] is None:
        found = _FILTERED.search(match["ext"] or "")
        return found[1] if found else ""
    return match["ref"]


def own(reference: str) -> str:
    """A reference as formulas of the workbook have it; a name of the workbook itself is saved as [0]!name."""
    return unescape(reference).replace("[0]!", "").strip()


def several(reference: str) -> list[str]:
    """The ranges of (Sheet1!$A$1,Sheet1!$A$3); most references are one."""
    return _PARTS.findall(reference[1:-1]) if reference.startswith("(") else [reference]


def with_caches(text: str, points: Callable[[str, bool], list | None]) -> str:
    """A chart with the values of now; ``points`` gives the rows of a reference, if asked as texts in the format of
    their cells, None where it has none to keep."""

    known: dict[tuple[str, str], str | None] = {}  # series of one chart share their categories

    def cached(match: re.Match) -> str:
        n, kind = match["n"], match["tag"].removesuffix("Ref")
        reference = _refers(match)
        key = reference, kind
        if key not in known:
            found = points(own(reference), kind != "num")
            if found is None:
                known[key] = None
            elif kind == "multiLvlStr":
                known[key] = _levels(found, n)
            else:
                known[key] = _points([cell for row in found for cell in row], n, kind)
        inside = known[key]
        if inside is None or kind == "multiLvlStr":
            return match[1] + (inside or "")
        code = _FORMAT.search(match[0], len(match[1])) if kind == "num" else None
        return f"{match[1]}<{n}{kind}Cache>{code[0] if code else ''}{inside}</{n}{kind}Cache>"

    def labels(match: re.Match) -> str:
        found = [cell for row in points(own(match["ref"]), True) or [] for cell in row]
        return f"{match[1]}>{_points(found, 'c:', 'str')}"

    def newer(match: re.Match) -> str:
        found, n = points(own(match["ref"]), match["kind"] == "str"), match["n"]
        if found is None or match["lvl"].count(f"<{n}lvl") > 1:
            return match[1]
        found = [cell for row in found for cell in row]
        code = re.search(r'\bformatCode="[^"]*"', match["lvl"])
        inside = "".join(
            f'<{n}pt idx="{k}">{shown}</{n}pt>'
            for k, x in enumerate(found)
            if (shown := _shown(x, match["kind"])) is not None
        )
        return f'{match[1]}<{n}lvl ptCount="{len(found)}"{" " + code[0] if code else ""}>{inside}</{n}lvl>'

    def words(match: re.Match) -> str:
        found = points(own(match["ref"]), True) or [[None]]
        return match[1] + (_shown(found[0][0], "str") or "")

    pieces, plain = _taken_apart(text)
    text = "".join(piece if piece.__class__ is str else cached(piece) for piece in pieces)
    return text if plain else _NEWER_TEXT.sub(words, _NEWER.sub(newer, _LABELS.sub(labels, text)))


@lru_cache(maxsize=512)
def _taken_apart(text: str) -> tuple[list, bool]:
    """What stands before, between and after the caches of a chart, with their places; whether it has no other."""
    pieces, at = [], 0
    for match in _CACHED.finditer(text):
        pieces += [text[at : match.start()], match]
        at = match.end()
    return [*pieces, text[at:]], not any(p.search(text) for p in (_LABELS, _NEWER, _NEWER_TEXT))


def without_empty(text: str) -> tuple[str, bool]:
    """A chart without the series that have no point; where none has one it stays as it is, and is said to be empty."""
    first = _SERIES.search(text)
    if first is None:
        return text, False
    start, end, n = first[0], first[0].replace("<", "</"), first["n"]
    before, *found = text.split(start)
    series = [(one.partition(end), _has_points(one, n)) for one in found]
    full = any(has for _, has in series)
    if not full or all(has for _, has in series):
        return text, not full
    return before + "".join(start + inside + end + after if has else after for (inside, _, after), has in series), False


def without_frames(text: str, ids: list[str]) -> str:
    """A drawing without the charts of these relationships."""
    marks = [f':id="{i}"' for i in ids]
    return _ANCHOR.sub(lambda m: "" if any(mark in m[0] for mark in marks) else m[0], text)


def _has_points(series: str, n: str) -> bool:
    for tag in ("val", "yVal"):
        if (start := series.find(f"<{n}{tag}>")) >= 0:
            return series.find(f"<{n}pt ", start, series.find(f"</{n}{tag}>", start)) >= 0
    return True


def _levels(rows: list[list], n: str) -> str:
    """Categories of several levels, a column each, the last one nearest the axis; of others nothing is kept."""
    if len(rows) < len(rows[0]):
        return ""
    levels = "".join(
        f"<{n}lvl>{re.sub('^<[^>]*ptCount[^>]*>', '', _points(list(column), n, 'str'))}</{n}lvl>"
        for column in reversed(list(zip(*rows, strict=True)))
    )
    return f'<{n}multiLvlStrCache><{n}ptCount val="{len(rows)}"/>{levels}</{n}multiLvlStrCache>'


def _points(values: list, n: str, kind: str) -> str:
    found = enumerate([_shown(value, kind) for value in values])
    inside = "".join([f'<{n}pt idx="{k}"><{n}v>{shown}</{n}v></{n}pt>' for k, shown in found if shown is not None])
    return f'<{n}ptCount val="{len(values)}"/>{inside}'


def _shown(value, kind: str) -> str | None:
    """A point; a blank and an error are none, and neither is a text among numbers."""
    if isinstance(value, dt.date):
        value = float(to_serial(value))
    if value.__class__ is float:
        return repr(value).removesuffix(".0") if kind == "num" else f"{value:.15g}"
    if value is None or value == "" or value.__class__ is ErrorValue:
        return None
    if isinstance(value, str):
        return None if kind == "num" else xml.escaped(value)
    if isinstance(value, bool):
        return str(int(value)) if kind == "num" else str(value).upper()
    return repr(float(value)).removesuffix(".0") if kind == "num" else f"{value:.15g}"


def with_texts(text: str, shown: Callable[[str], str | None]) -> str:
    """A drawing whose text boxes show the cells they are linked to; None takes the link away with the text."""

    def boxed(match: re.Match) -> str:
        words, first = shown(own(match["ref"].lstrip("="))), True

        def run(part: re.Match) -> str:
            nonlocal first
            said, first = (words or "") if first else "", False
            return f"<a:t>{xml.escaped(said)}</a:t>"

        whole = _RUN.sub(run, match[0])
        return whole if words is not None else whole.replace(f'textlink="{match["ref"]}"', 'textlink=""', 1)

    return _BOX.sub(boxed, text) if "textlink" in text else text
