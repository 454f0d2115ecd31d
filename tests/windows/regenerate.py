"""Write what is made from the VBA's text: the committed copy of the functions' text, and the VBA project of the package.

python tests/windows/regenerate.py      (needs pyOpenVBA, of the extra "test")
"""

from pathlib import Path

from xlalloc.hosts import windows_addin

COPY = Path(__file__).parent / "xlalloc_functions.bas"
PROJECT = Path(windows_addin.__file__).parent / "vba" / "vbaProject.bin"

if __name__ == "__main__":
    COPY.write_text(windows_addin.functions_module(), encoding="ascii", newline="\n")
    PROJECT.write_bytes(windows_addin.compiled())
    print(f"Written: {COPY}, {PROJECT}")
