"""The LibreOffice extension (.oxt), written from the catalogue without LibreOffice's SDK.

Calc wants four things: a type library that declares one method per function (the binary form is described in
LibreOffice's unoidl/README.md), a configuration with the texts of the function wizard, a component that answers the
methods, and a manifest that names the three.
"""

import struct
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from xlalloc.catalogue import CATALOGUE, Function
from xlalloc.messages import template
from xlalloc.reference import translations
from xlalloc.version import __version__

IDENTIFIER = "xlalloc.calc"
SERVICE = f"{IDENTIFIER}.Functions"
INTERFACE = f"{IDENTIFIER}.XFunctions"
CATEGORY = "xlalloc"
OLDEST = (25, 2)  # older ones do not know plain function names in .xlsx files
HERE = Path(__file__).parent


def build(path: str | Path, python: str | None = None) -> Path:
    """Write the extension; ``python`` is the interpreter it is to compute with."""
    path = Path(path)
    temporary = path.with_name(path.name + ".part")
    with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts(python).items():
            # a part without a time is of 1980: the same catalogue gives the same bytes
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    temporary.replace(path)
    return path


def unpack(folder: str | Path, python: str) -> Path:
    """The extension as a folder, as LibreOffice keeps those it brings along itself."""
    for name, data in parts(python).items():
        target = Path(folder) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return Path(folder)


# What calc_addin.py says where no Python answers.
WORDS = (
    "item",
    "value",
    "reason",
    "remedy",
    "Run `xlalloc doctor` where xlalloc is installed.",
    "{name}: the Python that computes stopped in the middle of it.",
    "{folder} could not be started: {reason}",
)


def parts(python: str | None) -> dict[str, bytes]:
    """Every file of the extension."""
    files = {
        "META-INF/manifest.xml": MANIFEST.encode(),
        "description.xml": DESCRIPTION.encode(),
        "xlalloc.components": COMPONENTS.encode(),
        "xlalloc.rdb": type_library(),
        "CalcAddIns.xcu": configuration(translations()).encode(),
        "calc_addin.py": (HERE / "calc_addin.py").read_bytes(),
        "pythonpath/xlalloc_calc_link.py": (HERE / "calc_link.py").read_bytes(),
    }
    files["words.txt"] = "".join(f"{english}\t{template(english)}\n" for english in WORDS).encode()
    if python:
        files["python.txt"] = python.encode()
    return files


def arguments(entry: Function) -> Iterator[tuple[str, str]]:
    """Name and help of each argument; where any number may be given, as many as the longest function takes, and one."""
    longest = max(len(other.arguments) for other in CATALOGUE.values()) + 1
    for k, argument in enumerate(entry.arguments):
        if argument.variadic:
            yield from ((f"argument_{i}", argument.quantity.help) for i in range(1, longest - k + 1))
        else:
            yield argument.name, argument.help


# The type library ------------------------------------------------------------------------------------------------


def _counted(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("ascii")


def type_library() -> bytes:
    """One interface: every function a method, every argument ``any``, every result rows of ``any``."""
    plain_interface, one_base, no_more_bases, no_attributes, inward = b"\5", 1, 0, 0, b"\0"
    methods = b""
    for entry in CATALOGUE.values():
        names = [name for name, _ in arguments(entry)]
        methods += _counted(entry.name) + _counted("[][]any") + struct.pack("<I", len(names))
        methods += b"".join(inward + _counted(name) + _counted("any") for name in names)
        methods += struct.pack("<I", 0)  # no declared exceptions
    interface = plain_interface + struct.pack("<I", one_base) + _counted("com.sun.star.uno.XInterface")
    interface += struct.pack("<III", no_more_bases, no_attributes, len(CATALOGUE)) + methods
    library = bytearray(b"UNOIDL\xff\0" + bytes(8))

    def put(data: bytes) -> int:
        library.extend(data)
        return len(library) - len(data)

    *modules, name = INTERFACE.split(".")
    offset, called = put(interface), put(name.encode() + b"\0")
    for module in reversed(modules):  # each module is a map with the one entry inside it
        offset = put(b"\0" + struct.pack("<III", 1, called, offset))
        called = put(module.encode() + b"\0")
    library[8:16] = struct.pack("<II", put(struct.pack("<II", called, offset)), 1)
    return bytes(library)


# The texts of the function wizard --------------------------------------------------------------------------------


def configuration(texts: Mapping[str, Mapping[str, str]]) -> str:
    """What Calc shows of every function. The CompatibilityName is the name that .xlsx files keep.

    ``texts`` maps a language such as "zh-CN" to a table from English lines to its own; what is missing stays English.
    """

    def prop(prop: str, text: str, translated: bool = False) -> str:
        values = [f'<value xml:lang="en-US">{escape(text)}</value>']
        for lang, words in texts.items() if translated else ():
            if text in words:
                values.append(f'<value xml:lang="{lang}">{escape(words[text])}</value>')
        return f"<prop oor:name={quoteattr(prop)}>{''.join(values)}</prop>"

    def node(name: str, *inside: str) -> str:
        return f'<node oor:name={quoteattr(name)} oor:op="replace">{"".join(inside)}</node>'

    functions = [
        node(
            entry.name,
            prop("DisplayName", entry.name),
            prop("Description", entry.summary, translated=True),
            f'<prop oor:name="Category"><value>{CATEGORY}</value></prop>',
            prop("CategoryDisplayName", CATEGORY),
            f'<prop oor:name="CompatibilityName"><value xml:lang="en-US">{entry.name}</value></prop>',
            '<node oor:name="Parameters">',
            *[
                node(name, prop("DisplayName", name), prop("Description", help, translated=True))
                for name, help in arguments(entry)
            ],
            "</node>",
        )
        for entry in CATALOGUE.values()
    ]
    inside = node(SERVICE, '<node oor:name="AddInFunctions">', *functions, "</node>")
    return CONFIGURATION.format(inside)


CONFIGURATION = """<?xml version="1.0" encoding="UTF-8"?>
<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 oor:name="CalcAddIns" oor:package="org.openoffice.Office"><node oor:name="AddInInfo">{}</node></oor:component-data>
"""
MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="http://openoffice.org/2001/manifest">
<manifest:file-entry manifest:full-path="xlalloc.rdb"
 manifest:media-type="application/vnd.sun.star.uno-typelibrary;type=RDB"/>
<manifest:file-entry manifest:full-path="xlalloc.components"
 manifest:media-type="application/vnd.sun.star.uno-components"/>
<manifest:file-entry manifest:full-path="CalcAddIns.xcu"
 manifest:media-type="application/vnd.sun.star.configuration-data"/>
</manifest:manifest>
"""
COMPONENTS = f"""<?xml version="1.0" encoding="UTF-8"?>
<components xmlns="http://openoffice.org/2010/uno-components">
<component loader="com.sun.star.loader.Python" uri="calc_addin.py">
<implementation name="{SERVICE}.impl">
<service name="{SERVICE}"/><service name="com.sun.star.sheet.AddIn"/>
</implementation>
</component></components>
"""
_OLDEST = ".".join(map(str, OLDEST))
DESCRIPTION = f"""<?xml version="1.0" encoding="UTF-8"?>
<description xmlns="http://openoffice.org/extensions/description/2006"
 xmlns:d="http://openoffice.org/extensions/description/2006"
 xmlns:lo="http://libreoffice.org/extensions/description/2011">
<identifier value="{IDENTIFIER}"/><version value="{__version__}"/>
<display-name><name lang="en">xlalloc: asset allocation functions</name>
<name lang="zh">xlalloc:资产配置函数</name></display-name>
<dependencies>
<lo:LibreOffice-minimal-version value="{_OLDEST}" d:name="LibreOffice {_OLDEST}"/>
</dependencies>
</description>
"""
