"""The workbook of one case study: inputs on two sheets, everything else live formulas of the catalogue."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from xlalloc.book import Book
from xlalloc.templates import cached
from xlalloc.templates.allocation_page import allocation
from xlalloc.templates.blocks import Work
from xlalloc.templates.cases import INVESTORS, Case, case
from xlalloc.templates.client_page import client
from xlalloc.templates.layout import Document
from xlalloc.templates.market_page import market
from xlalloc.templates.notes_page import notes
from xlalloc.templates.performance_page import performance
from xlalloc.templates.plan_page import plan
from xlalloc.templates.risk_page import risk
from xlalloc.templates.stress_page import stress
from xlalloc.templates.texts import LANGUAGES, TEXTS

PAGES = (client, allocation, risk, performance, stress, plan, market, notes)  # in the order an adviser turns them


def build(case: Case, lang: str = "en") -> Document:
    """The whole workbook, in memory."""
    kind = TEXTS[case.key][lang] if case.key in TEXTS else case.key
    age = "" if case.age is None else TEXTS["client.aged"][lang].format(age=case.age)
    own = {"client.title": {lang: kind + age}}
    document = Document(lang, {**TEXTS, **own}, header=f"xlalloc · {kind}{age}")
    _describe(document, case, kind)
    work = Work(document, case)
    for page in PAGES:
        page(work)
    document.book.active = 0
    return document


def _describe(document: Document, case: Case, kind: str) -> None:
    properties = document.book.properties
    properties.title, properties.subject = kind, document.say("document.subject")
    properties.description, properties.keywords = document.say("disclaimer"), document.say("document.keywords")
    properties.category, properties.language = "xlalloc", {"en": "en", "zh": "zh-CN"}[document.lang]
    properties.creator = properties.lastModifiedBy = "xlalloc"
    properties.created = properties.modified = dt.datetime.combine(case.as_of, dt.time())


def write(case: Case, path: str | Path, lang: str = "en") -> Book:
    """Write the workbook with cached values; gives the values."""
    return cached.save(build(case, lang).book, path)


def write_all(folder: Path, languages: Sequence[str] = LANGUAGES) -> list[Path]:
    """The three cases in each language."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [(key, lang, folder / f"{key}-{lang}.xlsx") for key in INVESTORS for lang in languages]
    for key, lang, path in files:
        write(case(key), path, lang)
    return [path for _, _, path in files]
