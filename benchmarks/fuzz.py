"""Random problems against checks that know no solver: `python -m benchmarks.fuzz [--count 10000] [--seed 0] [--conic]`.

`count` risk-budgeting problems of 2 to 200 assets and half as many mean-variance problems of up to 60. Each answer is
held against its own definition: shares of risk summed from weights and covariances, bounds, and by duality how much
better any other weights could be at most. An answer beyond a limit is a failure, and so is an error that is not shown
to be right: by a portfolio without risk, by a linear program without a solution. Exit status 1 on any failure.

With --conic a conic solver's answers are held beside ours as well; that needs Clarabel (the peers extra).
"""

import argparse
import time
from collections import Counter, defaultdict
from importlib.util import find_spec

from benchmarks import budgets, mixes

MIXES_FROM = 1_000_000  # the first seed of the mean-variance problems, after --seed


def run(kind, check, limits: dict, seeds: range) -> tuple[dict, list[str]]:
    """By family the counts and the worst figures; what is beyond the limits, with its seed."""
    table, failures = defaultdict(Counter), []
    for seed in seeds:
        families, found = check(seed)
        keys = [("all", "all"), *zip(kind.FAMILIES, families, strict=True)]
        for key in keys:
            table[key]["problems"] += 1
        for what, figures in found:
            for key in keys:
                note(table[key], figures, limits)
            beyond = {name: float(figures[name]) for name in limits if not figures.get(name, 0.0) <= limits[name]}
            failures += [f"seed {seed} ({', '.join(families)}), {what}: {beyond}"] if beyond else []
    return table, failures


def note(row: Counter, figures: dict, limits: dict) -> None:
    row["answers"] += 1
    for name, figure in figures.items():
        row[name] = max(row[name], float(figure)) if name in limits else row[name] + figure


def show(kind, table: dict, limits: dict) -> None:
    columns = ["problems", "answers", *limits, *sorted({k for row in table.values() for k in row} - {*limits})]
    columns = [c for k, c in enumerate(columns) if c not in columns[:k]]
    for title, families in (kind.FAMILIES | {"all": ["all"]}).items():
        print(f"{title:<19}" + "".join(f"{name:>12}" for name in columns))
        for family in families:
            row = table[title, family]
            print(f"  {family:<17}" + "".join(f"{row[c]:>12.1e}" if c in limits else f"{row[c]:>12}" for c in columns))


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzz", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000, help="risk-budgeting problems; half as many mean-variance")
    parser.add_argument("--seed", type=int, default=0, help="of the first problem; the others follow")
    parser.add_argument("--conic", action="store_true", help="beside Clarabel as well")
    given = parser.parse_args(arguments)
    if given.conic and find_spec("clarabel") is None:
        parser.exit(2, "This comparison needs Clarabel: pip install clarabel\n")
    mixes_from, half = MIXES_FROM + given.seed, (given.count + 1) // 2
    first, second = range(given.seed, given.seed + given.count), range(mixes_from, mixes_from + half)
    jobs = [
        ("Risk budgets", budgets, budgets.check, budgets.LIMITS, first),
        ("Mixes of mean and variance", mixes, mixes.check, mixes.LIMITS, second),
    ]
    if given.conic:
        from benchmarks import conic

        jobs += [
            ("Risk budgets beside Clarabel", budgets, conic.check_budgets, conic.LIMITS, first),
            ("Mixes beside Clarabel", mixes, conic.check_mixes, conic.LIMITS, second),
        ]
    failed = 0
    for title, kind, check, limits, seeds in jobs:
        start = time.perf_counter()
        table, failures = run(kind, check, limits, seeds)
        print(f"{title}, seeds {seeds.start} to {seeds.stop - 1}, {time.perf_counter() - start:.0f} s\n")
        show(kind, table, limits)
        print(f"\nBeyond the limits {limits}: {len(failures)}", *failures, "", sep="\n")
        failed += len(failures)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
