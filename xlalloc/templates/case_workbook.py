"""The workbook of one case study: all inputs on two sheets, everything else live formulas of the catalogue."""

import datetime as dt
from pathlib import Path

from xlalloc.book import Book
from xlalloc.templates import cached
from xlalloc.templates.analysis_pages import allocation, risk
from xlalloc.templates.blocks import Work
from xlalloc.templates.cases import Case
from xlalloc.templates.client_page import client
from xlalloc.templates.data_pages import market, notes, performance
from xlalloc.templates.layout import Document
from xlalloc.templates.texts import TEXTS

PAGES = (client, allocation, risk, performance, market, notes)  # in the order an adviser turns them


def build(case: Case, lang: str = "en") -> Document:
    """The whole workbook, in memory."""
    document = Document(lang, TEXTS)
    properties = document.book.properties
    properties.title, properties.creator = document.say(f"case.{case.key}"), "xlalloc"
    properties.created = properties.modified = dt.datetime.combine(case.as_of, dt.time())
    work = Work(document, case)
    for page in PAGES:
        page(work)
    document.book.active = 0
    return document


def write(case: Case, path: str | Path, lang: str = "en") -> Book:
    """Write the workbook with cached values; gives the values."""
    return cached.save(build(case, lang).book, path)
