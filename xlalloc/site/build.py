"""Put the pages together and let Sphinx make the site: plain files, readable from a folder, with no network."""

import re
import shutil
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import xlalloc
from xlalloc.catalogue import CATALOGUE
from xlalloc.errors import InputError
from xlalloc.site import functions, sheet, workbook
from xlalloc.version import __version__

# What stands in the contents, by heading: files of docs/ without their ending; those that are not there are left out.
CONTENTS = {
    "en": {
        "Start": ["tutorial", "gallery", "conventions", "python", "definitions", "glossary"],
        "Install": ["windows", "excel-2016", "mac-and-web", "libreoffice", "troubleshooting", "conformance"],
        "Functions": ["functions/index"],
        "Reports": ["reports", "your-own-report", "template-names", "compliance"],
        "The two source articles": ["asset-allocation", "risk-parity", "what-was-wrong"],
        "About": ["benchmarks", "design", "licences", "CHANGELOG"],
    },
    "zh": {
        "中文": ["index.zh", "tutorial.zh", "gallery.zh", "conventions.zh", "python.zh", "zh/functions/index"],
        "安装": ["windows.zh", "excel-2016.zh", "mac-and-web.zh", "libreoffice.zh", "troubleshooting.zh"],
        "报告": ["reports.zh", "your-own-report.zh", "compliance.zh"],
        "两篇原文": ["asset-allocation.zh", "risk-parity.zh", "what-was-wrong.zh"],
    },
}
SETTINGS = """
project = "xlalloc"
version = release = {version!r}
extensions = ["myst_parser", "xlalloc.site.search"]
source_suffix = {{".md": "markdown"}}
myst_heading_anchors = 3
html_theme = "alabaster"
html_show_search_summary = False  # it is fetched, which a browser forbids for files
html_show_sourcelink = html_show_copyright = html_copy_source = html_use_index = False
html_static_path = ["_static"]
html_extra_path = ["llms.txt"]
html_css_files = ["site.css"]
html_sidebars = {{"**": ["about.html", "searchfield.html", "navigation.html"]}}
html_title = "xlalloc"
html_theme_options = {{
    "description": "Asset allocation functions for spreadsheets", "page_width": "1120px", "sidebar_width": "240px",
    "fixed_sidebar": True, "sidebar_collapse": True, "show_powered_by": False, "font_family": "{fonts}",
    "head_font_family": "{fonts}", "link": "#1F4E79", "sidebar_link": "#1F2933",
}}
pygments_style = "friendly"
smartquotes = False  # w'Σw is no quotation
"""
FONTS = "Segoe UI, Helvetica Neue, Arial, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"
STYLE = Path(__file__).with_name("site.css")


def handbook() -> Path:
    """The folder of the hand-written pages: docs/ of a checkout, else where the installation put it."""
    beside = Path(xlalloc.__file__).parent.parent / "docs"
    if (beside / "conventions.md").exists():
        return beside
    for file in metadata.files("xlalloc") or ():
        if file.name == "conventions.md":
            return Path(str(file.locate())).resolve().parent
    raise InputError("The pages of the handbook are not installed. Install xlalloc again: pip install 'xlalloc[docs]'")


def page_file(name: str, lang: str) -> Path:
    """The file of a page, in English where there is none in that language."""
    chinese = handbook() / f"{name}.zh.md"
    return chinese if lang == "zh" and chinese.exists() else handbook() / f"{name}.md"


def titles(lang: str) -> dict[str, str]:
    """Every page and its title, in the order of the contents."""
    names = [name for one in (lang, "en") for sections in CONTENTS[one].values() for name in sections]
    known = dict.fromkeys(name.removesuffix(".zh") for name in names if name != "index.zh")
    files = {name: page_file(name, lang) for name in known if (handbook() / f"{name}.md").exists()}
    return {name: file.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for name, file in files.items()}


def write(folder: Path) -> Path:
    """All pages as Markdown in a folder; gives the folder."""
    source = handbook()
    folder.mkdir(parents=True, exist_ok=True)
    for file in source.glob("*.md"):
        (folder / file.name).write_text(_linked(file), encoding="utf-8")
    kept = [file for ending in ("png", "svg", "txt") for file in source.glob(f"*.{ending}")]
    for file in [*kept, *(p / "CHANGELOG.md" for p in (source, source.parent))]:
        if file.exists():
            shutil.copy(file, folder / file.name)
    workbook.write(folder / "workbooks", source)
    sheet.write(folder / "workbooks", source)
    for lang, place in (("en", folder / "functions"), ("zh", folder / "zh" / "functions")):
        place.mkdir(parents=True, exist_ok=True)
        for name, text in functions.pages(lang).items():
            (place / name).write_text(text, encoding="utf-8")
    index = folder / "index.md"
    index.write_text(index.read_text(encoding="utf-8") + "\n".join(_contents(folder)), encoding="utf-8")
    return folder


def _linked(page: Path) -> str:
    """A page whose function names lead to the reference; what it links to in the folder above lies beside it here.

    Below its title stands the way to the same page in the other language, where there is one.
    """
    chinese = page.name.endswith(".zh.md")
    place = "zh/functions" if chinese else "functions"
    text = page.read_text(encoding="utf-8").replace("](../", "](")
    other = page.with_name(page.name.replace(".zh.md", ".md") if chinese else page.name.replace(".md", ".zh.md"))
    if other.exists() and other.stem.partition(".")[0] != "index":
        title, _, rest = text.partition("\n")
        text = f"{title}\n\n[{'English' if chinese else '中文'}]({other.name})\n{rest}"

    def link(match: re.Match) -> str:
        entry = CATALOGUE.get(match[1])
        return f"[{match[0]}]({place}/{entry.category}.md#{functions.anchor(entry)})" if entry else match[0]

    return re.sub(r"(?<![\[`])`([A-Z][A-Z_]+)`(?![\]`])", link, text)


def _contents(folder: Path) -> Iterator[str]:
    for sections in CONTENTS.values():
        for heading, names in sections.items():
            there = [name for name in names if (folder / f"{name}.md").exists()]
            if there:
                yield "\n".join(["", "```{toctree}", ":hidden:", f":caption: {heading}", "", *there, "```", ""])


def build(out: str | Path) -> Path:
    """The site in a folder; gives its first page. InputError with the Markdown's place where Sphinx is missing."""
    out = Path(out)
    source = write(out / "markdown")
    try:
        from sphinx.application import Sphinx
    except ModuleNotFoundError:
        raise InputError(
            f"The pages are in {source} as Markdown. For the site install its tools: pip install 'xlalloc[docs]'"
        ) from None
    (source / "conf.py").write_text(SETTINGS.format(version=__version__, fonts=FONTS), encoding="utf-8")
    (source / "_static").mkdir(exist_ok=True)
    shutil.copy(STYLE, source / "_static" / STYLE.name)
    site, doctrees = out / "html", out / "doctrees"
    Sphinx(source, source, site, doctrees, "html", status=None).build()
    shutil.rmtree(doctrees)
    return site / "index.html"
