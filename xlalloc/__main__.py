"""python -m xlalloc is the command xlalloc."""

from xlalloc.cli import main

if __name__ == "__main__":
    main(prog_name="xlalloc")
