"""The add-in file xlalloc.xlam: our VBA, the functions' help on its sheet, the ribbon. Made on any machine.

The VBA project lies ready in the package (``vba/vbaProject.bin``, and beside it the SHA-256 of its text); ``compiled``
makes it from that text, which takes pyOpenVBA and is done once for every change:  python tests/windows/regenerate.py
"""

import hashlib
import importlib.util
import os
import re
import tempfile
import warnings
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

from openpyxl.utils import get_column_letter

import xlalloc  # noqa: F401  fills the catalogue
from xlalloc.catalogue import CATALOGUE, Function
from xlalloc.errors import InputError
from xlalloc.hosts import category
from xlalloc.hosts.windows_class import PROG_ID
from xlalloc.messages import template
from xlalloc.reference import LANGUAGES, argument_help, translated
from xlalloc.version import __version__

FILE_NAME = "xlalloc.xlam"
_TEXTS = Path(__file__).parent / "vba"
_TEMPLATE = "quickstart_addin_ribbon.xlam"


# The VBA text ------------------------------------------------------------------------------------------------


def functions_module() -> str:
    """The functions as VBA, a wrapper each; what they have in common is xlalloc.Answer."""
    lines = ["Option Explicit", "' Made from the catalogue: the functions as Excel sees them.", ""]
    for name in sorted(CATALOGUE):
        lines += _wrapper(CATALOGUE[name])
    notice = (_TEXTS / "notice.txt").read_text(encoding="ascii").splitlines()
    return "\n".join([*lines, *(f"' {line}".rstrip() for line in notice), ""])


def _wrapper(entry: Function) -> list[str]:
    words, given, rest = [], [], None
    for argument in entry.arguments:
        if argument.variadic:
            rest = argument.name
            words.append(f"ParamArray {rest}()")
        else:
            words.append(("Optional " if argument.optional else "") + argument.name)
            given.append(argument.name)
    lines = [f"Public Function {entry.name}({', '.join(words)})"]
    array = f"Array({', '.join(given)})"
    if rest:
        lines += ["    Dim all As Variant", f"    all = {rest}"]
        array = f"xlalloc.Joined({array}, all)"
    return [*lines, f'    {entry.name} = xlalloc.Answer("{entry.name}", {array})', "End Function", ""]


def machinery_module() -> str:
    """Our module around xlwings's CallUDF."""
    text = (_TEXTS / "xlalloc.bas").read_text(encoding="ascii")
    return text.replace("{class}", PROG_ID).replace("{file}", FILE_NAME)


def own_texts() -> list[str]:
    """What the add-in says by itself, templates with a named place, as its VBA has them."""
    found = re.findall(r'\bWorded\("((?:[^"]|"")*)"', (_TEXTS / "xlalloc.bas").read_text(encoding="ascii"))
    return list(dict.fromkeys(text.replace('""', '"') for text in found))


def modules() -> dict[str, str]:
    """Every module of the project by name."""
    workbook = (_TEXTS / "this_workbook.bas").read_text(encoding="ascii")
    return {"xlalloc": machinery_module(), "xlalloc_functions": functions_module(), "ThisWorkbook": workbook}


def sum_of_text() -> str:
    """The SHA-256 of all modules' text."""
    return hashlib.sha256("\0".join(modules().values()).encode("ascii")).hexdigest()


def project() -> bytes:
    """The VBA project in the package; made afresh where the functions are no longer those it was made of."""
    if (_TEXTS / "vbaProject.sha256").read_text(encoding="ascii").strip() == sum_of_text():
        return (_TEXTS / "vbaProject.bin").read_bytes()
    try:
        return compiled()
    except ImportError as error:
        if error.name != "pyopenvba":
            raise
        raise InputError(
            "The functions are no longer those that the package's VBA was made of; making it afresh needs pyOpenVBA:"
            "  pip install pyOpenVBA"
        ) from None


def compiled() -> bytes:
    """The VBA project of our modules, in the frame of the one in xlwings's add-in template."""
    from pyopenvba import ExcelFile

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = Path(folder) / FILE_NAME
        with ExcelFile(str(_template())) as book:
            book.remove_reference("MSForms")  # it names a folder of the template's author
            project = book.vba_project()
            project.delete_module("Dictionary")
            project.rename_module("RibbonMyAddin", "xlalloc_functions")
            project.rename_module("xlwings", "xlalloc")
            for name, text in modules().items():
                book.set_module(name, text.replace("\n", "\r\n"))
            book.save(str(made))
        with zipfile.ZipFile(made) as package:
            return package.read("xl/vbaProject.bin")


def _template() -> Path:
    found = importlib.util.find_spec("xlwings")
    folders = found.submodule_search_locations if found else None
    path = Path(folders[0]) / _TEMPLATE if folders else None
    if path is None or not path.exists():
        raise InputError(f"xlwings with its {_TEMPLATE} is needed to make the add-in:  pip install xlwings")
    return path


# The help sheet ----------------------------------------------------------------------------------------------


def texts_from() -> dict[str, int]:
    """The column of the help sheet, counted from 1, where the texts of each language begin."""
    width = 2 + max(len(entry.arguments) for entry in CATALOGUE.values())
    return {lang: 3 + k * width for k, lang in enumerate(LANGUAGES)}


def help_rows() -> list[list]:
    """One row per function: name, number of arguments, then in each language category, description, arguments.

    Beside them the version, and below it each text of the add-in itself, English and Chinese.
    """
    heads = ["name", "arguments"]
    rows: list[list] = [[name, len(CATALOGUE[name].arguments)] for name in sorted(CATALOGUE)]
    for lang, column in texts_from().items():
        for row in [heads, *rows]:
            row += [""] * (column - 1 - len(row))
        heads.append(lang)
        for row in rows:
            entry = CATALOGUE[row[0]]
            row += [category(entry, lang), translated(entry.summary, lang)]
            row += [argument_help(argument, lang) for argument in entry.arguments]
    table = [heads, *rows]
    width = max(map(len, table))
    texts = [("text", __version__), *((text, template(text)) for text in own_texts())]
    for row, text in zip(table, texts, strict=False):
        row += [""] * (width - len(row)) + list(text)
    assert len(texts) <= len(table)
    return table


def _sheet() -> str:
    lines = []
    for i, row in enumerate(help_rows(), 1):
        cells = "".join(_cell(f"{get_column_letter(k)}{i}", cell) for k, cell in enumerate(row, 1) if cell != "")
        lines.append(f'<row r="{i}">{cells}</row>')
    data = f"<sheetData>{''.join(lines)}</sheetData>"
    return f'{_XML}<worksheet xmlns="{_MAIN}"><sheetPr codeName="Sheet2"/>{data}</worksheet>'


def _cell(place: str, value) -> str:
    if isinstance(value, int):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'


# The package -------------------------------------------------------------------------------------------------

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def _types() -> str:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "/xl/workbook.xml": "application/vnd.ms-excel.addin.macroEnabled.main+xml",
        "/xl/worksheets/sheet1.xml": f"{sheet}.worksheet+xml",
        "/xl/styles.xml": f"{sheet}.styles+xml",
        "/xl/vbaProject.bin": "application/vnd.ms-office.vbaProject",
        "/docProps/core.xml": "application/vnd.openxmlformats-package.core-properties+xml",
    }
    overrides = "".join(f'<Override PartName="{name}" ContentType="{kind}"/>' for name, kind in parts.items())
    return (
        f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def _relations(*targets: tuple[str, str]) -> str:
    lines = "".join(f'<Relationship Id="rId{i}" Type="{k}" Target="{t}"/>' for i, (k, t) in enumerate(targets, 1))
    return f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{lines}</Relationships>'


def _workbook() -> str:
    return (
        f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><workbookPr codeName="ThisWorkbook"/>'
        '<bookViews><workbookView visibility="hidden"/></bookViews>'
        '<sheets><sheet name="help" sheetId="1" r:id="rId1"/></sheets><calcPr calcId="191029"/></workbook>'
    )


def _styles() -> str:
    plain = 'numFmtId="0" fontId="0" fillId="0" borderId="0"'
    fills = '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    return (
        f'{_XML}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
        f'<fills count="2">{fills}</fills><borders count="1"><border/></borders>'
        f'<cellStyleXfs count="1"><xf {plain}/></cellStyleXfs><cellXfs count="1"><xf {plain} xfId="0"/></cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )


def _properties() -> str:
    return (
        f'{_XML}<cp:coreProperties xmlns:cp="{_PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>xlalloc</dc:title>'
        f"<dc:description>Asset-allocation functions, version {__version__}</dc:description></cp:coreProperties>"
    )


def parts() -> dict[str, str | bytes]:
    """Every part of the file by its path."""
    return {
        "[Content_Types].xml": _types(),
        "_rels/.rels": _relations(
            (f"{_OFFICE}/officeDocument", "xl/workbook.xml"),
            ("http://schemas.microsoft.com/office/2006/relationships/ui/extensibility", "customUI/customUI.xml"),
            (f"{_PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": _properties(),
        "customUI/customUI.xml": (_TEXTS / "ribbon.xml").read_text(encoding="utf-8"),
        "xl/workbook.xml": _workbook(),
        "xl/_rels/workbook.xml.rels": _relations(
            (f"{_OFFICE}/worksheet", "worksheets/sheet1.xml"),
            (f"{_OFFICE}/styles", "styles.xml"),
            ("http://schemas.microsoft.com/office/2006/relationships/vbaProject", "vbaProject.bin"),
        ),
        "xl/worksheets/sheet1.xml": _sheet(),
        "xl/styles.xml": _styles(),
        "xl/vbaProject.bin": project(),
    }


def build(path: Path | str) -> Path:
    """Write the add-in to ``path``, a folder or a file ending in .xlam; the same contents make the same file."""
    path = Path(path)
    if path.suffix.casefold() != ".xlam":
        path = path / FILE_NAME
    contents = parts()
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in contents.items():
            # a part without a time is of 1980: equal contents are an equal file
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return path


def startup_folder() -> Path:
    """XLSTART of this user: Excel opens what lies there, and trusts it unless an administrator says otherwise."""
    roaming = os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming"
    return Path(roaming) / "Microsoft" / "Excel" / "XLSTART"
