"""XML of workbook parts as text: attributes, texts, and what a workbook writes in another way than XML does."""

import re
from html import unescape

from xlalloc.errors import InputError

ATTRIBUTE = re.compile(r'([\w:.\-]+)\s*=\s*"([^"]*)"')
_SPECIAL = re.compile("[&<>\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_TEXT = re.compile(r"<t\b[^>]*?(?:/>|>(.*?)</t>)", re.DOTALL)
_NAMES = re.compile(r"<definedNames\b[^>]*?(?:/>|>.*?</definedNames>)", re.DOTALL)
_BEFORE_NAMES = re.compile(r"\A.*</(?:sheets|functionGroups|externalReferences)>", re.DOTALL)
_READING = re.compile(r"<rPh\b.*?</rPh>", re.DOTALL)


def attributes(tag: str) -> dict[str, str]:
    """The attributes of an opening tag."""
    return {name: unescape(value) if "&" in value else value for name, value in ATTRIBUTE.findall(tag)}


def escaped(text: str) -> str:
    """A text as a cell's XML carries it; characters that XML forbids stand as _x000B_."""
    return _SPECIAL.sub(_replaced, text) if _SPECIAL.search(text) else text


def _replaced(match: re.Match) -> str:
    found = match[0]
    if found in _ENTITIES:
        return _ENTITIES[found]
    return f"_x005F{found}" if len(found) > 1 else f"_x{ord(found):04X}_"


def quoted(text: str) -> str:
    """A text as an attribute carries it."""
    return re.sub('[&<>"\n\r\t]', lambda m: _ENTITIES.get(m[0], f"&#{ord(m[0])};"), text)


def unescaped(xml: str) -> str:
    """The text that XML of a cell stands for."""
    text = unescape(xml) if "&" in xml else xml
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def text_of(xml: str) -> str:
    """The text of a shared string or an inline one, without reading aids."""
    return unescaped("".join(_TEXT.findall(_READING.sub("", xml))))


def with_names(workbook: str, names: str) -> str:
    """The workbook's part with these defined names in place of its own; they follow its sheets, function groups and
    external references."""
    if _NAMES.search(workbook):
        return _NAMES.sub(lambda match: names, workbook, count=1)
    return _BEFORE_NAMES.sub(lambda match: match[0] + names, workbook, count=1)


def checked(text: str, part: str, file: str) -> str:
    """XML as Excel and its like write it; anything else is not worked on."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError(f"{file}: {part} declares a document type, as no real workbook does. Make the workbook again.")
    return text
