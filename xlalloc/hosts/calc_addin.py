"""The part of the extension that lives inside LibreOffice: hands every call to the child, and its cells back.

Packed into the extension and run by LibreOffice's own Python; xlalloc itself never imports it.
"""

import os
import shutil
import sys
from typing import Any

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.lang import XLocalizable, XServiceInfo, XServiceName
from xlalloc_calc_link import Broken, Child, error, translated

HERE = os.path.dirname(os.path.abspath(__file__))
SERVICE = "xlalloc.calc.Functions"
ADDIN = "com.sun.star.sheet.AddIn"
PROVIDER = "com.sun.star.configuration.ConfigurationProvider"
ACCESS = "com.sun.star.configuration.ConfigurationAccess"
XFunctions: Any = uno.getClass("xlalloc.calc.XFunctions")  # made of the type library


def _python():
    """The Python that has xlalloc: the one that installed the extension, else XLALLOC_PYTHON, else that on PATH."""
    try:
        with open(os.path.join(HERE, "python.txt"), encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        names = ("python",) if sys.platform == "win32" else ("python3", "python")
        found = [os.environ.get("XLALLOC_PYTHON")] + [shutil.which(name) for name in names]
        return next((path for path in found if path), names[0])


def _language(context):
    """The language of the office's own menus, such as zh-CN; "" where it cannot be found."""
    try:
        provider = context.ServiceManager.createInstanceWithContext(PROVIDER, context)
        where = PropertyValue("nodepath", 0, "/org.openoffice.Setup/L10N", 0)
        return provider.createInstanceWithArguments(ACCESS, (where,)).getByName("ooLocale")
    except Exception:
        return ""


def _words():
    """Our own sentences in the office's language, "" where that is English; from xlalloc's table when built."""
    if not CHILD.language.startswith("zh"):
        return ""
    with open(os.path.join(HERE, "words.txt"), encoding="utf-8") as file:
        return file.read()


CHILD = Child(_python())


def call(name, arguments):
    try:
        return CHILD.call(name, arguments)
    except Broken as broken:
        if name in ("EXPLAIN", "XLALLOC_INFO"):
            remedy = "Run `xlalloc doctor` where xlalloc is installed."
            rows = (("item", "value"), ("reason", str(broken)), ("remedy", remedy))
            return tuple(tuple(translated(cell, _words()) for cell in row) for row in rows)
        return ((error("#VALUE!"),),)


class Functions(unohelper.Base, XFunctions, XServiceInfo, XServiceName, XLocalizable):
    """Every function of the type library, by name."""

    def __init__(self, context, *arguments):
        self.locale = None
        CHILD.language = _language(context)

    def __getattr__(self, name):
        if name.isupper():
            return lambda *arguments: call(name, arguments)
        raise AttributeError(name)

    def getServiceName(self):  # noqa: N802  these names are LibreOffice's
        return SERVICE

    def getImplementationName(self):  # noqa: N802
        return SERVICE + ".impl"

    def supportsService(self, name):  # noqa: N802
        return name in self.getSupportedServiceNames()

    def getSupportedServiceNames(self):  # noqa: N802
        return (SERVICE, ADDIN)

    def setLocale(self, locale):  # noqa: N802
        self.locale = locale

    def getLocale(self):  # noqa: N802
        return self.locale


g_ImplementationHelper = unohelper.ImplementationHelper()  # noqa: N816  the name LibreOffice looks for
g_ImplementationHelper.addImplementation(Functions, SERVICE + ".impl", (SERVICE, ADDIN))
