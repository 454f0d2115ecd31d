"""Write the committed copy of the functions' VBA text:  python tests/windows/regenerate.py"""

from pathlib import Path

from xlalloc.hosts.windows_addin import functions_module

COPY = Path(__file__).parent / "xlalloc_functions.bas"

if __name__ == "__main__":
    COPY.write_text(functions_module(), encoding="ascii", newline="\n")
    print(f"Written: {COPY}")
