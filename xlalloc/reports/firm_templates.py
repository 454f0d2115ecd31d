"""The templates of a client's documents, ours or a firm's own, read once a process."""

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from xlalloc.documents.check import check
from xlalloc.documents.package import Package
from xlalloc.documents.template import Template
from xlalloc.errors import InputError
from xlalloc.reports import check_words, report_template
from xlalloc.reports.brand import with_brand
from xlalloc.reports.firm import Firm
from xlalloc.reports.records import Client
from xlalloc.reports.vocabulary import shapes

KINDS = (".xlsx", ".xltx", ".xlsm", ".xltm")


def opened(path: Path, firm: Firm, lang: str) -> Template:
    """A template that can be filled, with the firm's brand if it is a copy of ours; else TemplateError, all reasons."""
    try:
        at = path.stat()
    except OSError:
        raise InputError(f"{path}: there is no such file.") from None
    return _opened(path, at.st_mtime_ns, at.st_size, firm.logo, firm.colour, firm.text("footer", lang))


@lru_cache(maxsize=32)
def _opened(path: Path, _time: int, _size: int, logo: bytes, colour: str, footer: str) -> Template:
    package = Package(path)
    parts = {name: package.data(name) for name in package.parts}
    made = with_brand(parts, logo, colour, footer)
    template = Template(package if made is parts else Package.of(made, path.name), shapes())
    check(template)
    return template


def ours(lang: str, firm: Firm, internal: bool = False, times: int = 1) -> Template:
    """Our report, or our internal pages, with the firm's logo, colour and footer, and so many times the usual rows."""
    return _ours(lang, internal, times, firm.logo, firm.colour, firm.text("footer", lang))


@lru_cache(maxsize=16)
def _ours(lang: str, internal: bool, times: int, logo: bytes, colour: str, footer: str) -> Template:
    path = report_template.packaged(lang, internal)
    if times == 1:
        package = Package(path)
        parts = {name: package.data(name) for name in package.parts}
    else:
        parts = report_template.bare(lang, internal, times)
    package = Package.of(with_brand(parts, logo, colour, footer), path.name)
    return Template(package, shapes() | check_words.SHAPES if internal else shapes())


def files(path: Path) -> list[Path]:
    """The templates of a folder, or the one file."""
    if not path.is_dir():
        return [path]
    found = sorted(p for p in path.iterdir() if p.suffix.casefold() in KINDS and not p.name.startswith(("~", ".")))
    if not found:
        raise InputError(f"{path}: the folder holds no template (.xlsx).")
    return found


def of_client(path: Path, client: Client, models: Iterable[str]) -> Path:
    """In a folder the file named for the client's model and language, model, or language, such as Balanced-zh.xlsx.

    One named otherwise serves a language (report-zh.xlsx), or all; never one that is named for another of the models.
    """
    found = files(path)
    if not path.is_dir():
        return path
    model, lang = client.model.casefold(), client.language
    by_name = {p.stem.casefold(): p for p in found}
    for name in (f"{model}-{lang}", model, lang):
        if name in by_name:
            return by_name[name]
    others = {name.casefold() for name in models} - {model}
    fitting = [
        p for stem, p in by_name.items() if not {stem, stem.removesuffix("-en"), stem.removesuffix("-zh")} & others
    ]
    ends = [p for p in fitting if p.stem.casefold().endswith(f"-{lang}")]
    if len(ends) == 1:
        return ends[0]
    if len(found) == 1 == len(fitting):
        return found[0]
    raise InputError(
        f"{path}: none of {', '.join(p.name for p in found[:5])} is for model {client.model} or language {lang}. "
        f"Name one {client.model}-{lang}.xlsx, {client.model}.xlsx or {lang}.xlsx."
    )


def for_nobody(path: Path, clients: Iterable[Client], models: Iterable[str]) -> list[str]:
    """Files of a folder that no client uses and whose names are neither a model's nor a language's: mistyped ones."""
    used = {of_client(path, client, models) for client in clients}
    known = {"en", "zh", *(name.casefold() for name in models)}
    stems = {p: p.stem.casefold() for p in files(path) if p not in used}
    return [
        p.name for p, stem in stems.items() if not {stem, stem.removesuffix("-en"), stem.removesuffix("-zh")} & known
    ]


def named(file: str, template: Path) -> str:
    """A document that keeps macros ends in .xlsm, else Excel does not open it."""
    return Path(file).with_suffix(".xlsm").name if template.suffix.casefold() in (".xlsm", ".xltm") else file


def digest(path: Path) -> str:
    """A fingerprint of all the templates, so that a document of another template is made again."""
    found = hashlib.sha256()
    for file in files(path):
        found.update(file.name.encode() + file.read_bytes())
    return found.hexdigest()[:32]


def check_all(path: Path, clients: Iterable[Client], firm: Firm, models: Iterable[str]) -> None:
    """Every template that a client needs is one that can be filled: before the first client."""
    for file, lang in sorted({(of_client(path, client, models), client.language) for client in clients}):
        opened(file, firm, lang)
