"""The format of the reference files: comment lines that name the sources, then case, i, j, value."""

import csv
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def rows(file, columns=("case", "i", "j", "value")):
    """The rows of one file as dictionaries; the comment lines are left out."""
    with open(HERE / file, encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(line for line in lines if not line.startswith("#"))
        found = list(reader)
    if tuple(reader.fieldnames) != tuple(columns):
        raise ValueError(f"{file}: columns are {reader.fieldnames}, expected {list(columns)}")
    return found


def _of_case(file, case):
    found = [row for row in rows(file) if row["case"] == case]
    if not found:
        raise KeyError(f"{file} has no case {case!r}")
    return found


def cases(file):
    """The cases of a file, in its order."""
    return list(dict.fromkeys(row["case"] for row in rows(file)))


def values(file, case):
    """{i: value} of one case: an asset's weight, a measure's number."""
    return {row["i"]: float(row["value"]) for row in _of_case(file, case)}


def vector(file, case):
    """One case as an array, in the order of the file (the order of the names in `market`)."""
    return np.array([float(row["value"]) for row in _of_case(file, case)])


def matrix(file, case):
    """One case as a two-dimensional array; where only the lower triangle is stored, the symmetric matrix."""
    found = _of_case(file, case)
    down = list(dict.fromkeys(row["i"] for row in found))
    across = list(dict.fromkeys(row["j"] for row in found))
    out = np.full((len(down), len(across)), np.nan)
    for row in found:
        out[down.index(row["i"]), across.index(row["j"])] = float(row["value"])
    empty = np.isnan(out)
    if empty.any():
        if down != across:
            raise ValueError(f"{file}, case {case!r}: {empty.sum()} cells are missing")
        out[empty] = out.T[empty]
    return out


def write(file, comments, header, body):
    """Comment lines, the header, the rows; floats in full precision."""
    with open(HERE / file, "w", encoding="utf-8", newline="") as out:
        out.writelines(f"# {line}\n" for line in comments)
        table = csv.writer(out, lineterminator="\n")
        table.writerow(header)
        table.writerows([repr(float(x)) if isinstance(x, (float, np.floating)) else x for x in row] for row in body)
