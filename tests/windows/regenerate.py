"""Write what is made from the VBA's text: the committed copy of the functions' text, and the package's VBA project.

python tests/windows/regenerate.py      (needs pyOpenVBA, of the extra "test")
"""

from pathlib import Path

from xlalloc.hosts import windows_addin

COPY = Path(__file__).parent / "xlalloc_functions.bas"
PROJECT = Path(windows_addin.__file__).parent / "vba" / "vbaProject.bin"
SUM = PROJECT.with_suffix(".sha256")

if __name__ == "__main__":
    COPY.write_text(windows_addin.functions_module(), encoding="ascii", newline="\n")
    PROJECT.write_bytes(windows_addin.compiled())
    SUM.write_text(windows_addin.sum_of_text() + "\n", encoding="ascii", newline="\n")
    print(f"Written: {COPY}, {PROJECT}, {SUM}")
