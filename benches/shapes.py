#!/usr/bin/env python3
"""Times inputs whose shape makes joins slow, each against as many ordinary rows.

Every shape has about as many rows as the ordinary files; they take turns. Times are printed, never asserted.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

BENCHES = pathlib.Path(__file__).resolve().parent
ORDERS = "order_id,line_id,gross_amount,currency,created_at,provider\n"
CAPTURES = "order_id,line_id,amount,currency,created_at,provider,operation_id,payee_reference\n"
SETTLEMENTS = "gross_amount,currency,provider,settlement_id,reconciliation_number,operation_id,payee_reference\n"
WHEN = "2026-10-06T19:16:14Z"


def files(folder, count, order, line, amount, settled, operation, reference, provider="dintero", settled_count=None):
    """`count` lines, captures and settlement rows, whose fields are functions of their number."""
    folder.mkdir(parents=True)
    with open(folder / "orders.csv", "w") as out:
        out.write(ORDERS)
        out.writelines(f"{order(i)},{line(i)},{amount(i)},SEK,{WHEN},{provider}\n" for i in range(count))
    with open(folder / "captures.csv", "w") as out:
        out.write(CAPTURES)
        out.writelines(
            f"{order(i)},{line(i)},{amount(i)},SEK,{WHEN},{provider},{operation(i)},{reference(i)}\n" for i in range(count)
        )
    with open(folder / "settlements.csv", "w") as out:
        out.write(SETTLEMENTS)
        out.writelines(
            f"{settled(i)},SEK,{provider},R1,{738480 + i % 31},{operation(i)},{reference(i)}\n"
            for i in range(settled_count or count)
        )


def ordinary(i):
    return f"W{i // 3}"


def amount(i):
    return 100 + i * 7919 % 900_000


def shapes(rows):
    """Name and how to write it, for about so many rows."""
    third = rows // 3
    one = lambda _: "X1"
    own = lambda i: f"X{i}"
    none = lambda _: ""
    half = lambda key: lambda i: "X" if i % 2 else key(i)
    plain = dict(order=ordinary, line=lambda i: i % 3, amount=amount, settled=amount, operation=own, reference=none)
    return {
        "ordinary": lambda folder: files(folder, third, **plain),
        "one order": lambda folder: files(folder, third, **plain | dict(order=one, line=own)),
        "one order has half": lambda folder: files(folder, third, **plain | dict(order=half(ordinary), line=own)),
        "one reference": lambda folder: files(folder, third, **plain | dict(operation=none, reference=one)),
        "one reference has half": lambda folder: files(
            folder, third, **plain | dict(operation=none, reference=half(own))
        ),
        "one reference, one amount": lambda folder: files(
            folder, third, **plain | dict(operation=none, reference=one, amount=lambda _: 500, settled=lambda _: 500)
        ),
        "equal but for the line": lambda folder: files(
            folder,
            third,
            **plain
            | dict(order=one, line=own, amount=lambda _: 500, settled=lambda _: 500, operation=none, reference=one),
        ),
        "one operation": lambda folder: files(
            folder, third, **plain | dict(order=one, line=own, operation=one, reference=one), provider="swedbank_pay"
        ),
        "one line and its capture, again and again": lambda folder: files(
            folder, rows // 2, one, lambda _: 1, lambda _: 500, lambda _: 500, one, none, settled_count=1
        ),
        # As many candidates on both sides, no two of which are equal, and sums that differ: nothing tells who belongs to whom.
        "100 000 candidates": lambda folder: files(
            folder,
            third,
            **plain
            | dict(
                operation=lambda i: "" if i < 50_000 else f"X{i}",
                reference=lambda i: "R" if i < 50_000 else "",
                settled=lambda i: amount(i) + (1_000_000 if i < 50_000 else 0),
            ),
        ),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--avstem", type=pathlib.Path, default=BENCHES.parent / "target/release/avstem")
    parser.add_argument("--keep", action="store_true", help="keep the files that were made")
    options = parser.parse_args()
    home = BENCHES.parent / "target/bench/shapes"
    shutil.rmtree(home, ignore_errors=True)
    made = shapes(options.rows)
    for name, write in made.items():
        write(home / name.replace(" ", "-"))
    times = {name: [] for name in made}
    for _ in range(options.runs):
        for name in made:
            times[name].append(run(options.avstem, home / name.replace(" ", "-")))
    usual = statistics.median(wall for wall, _ in times["ordinary"])
    print(f"| {options.rows} rows | wall | to ordinary | findings |\n| --- | --- | --- | --- |")
    for name, runs in times.items():
        wall = statistics.median(wall for wall, _ in runs)
        print(f"| {name} | {wall:.2f} s | {wall / usual:.1f} | {runs[0][1]} |")
    print(f"load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    if not options.keep:
        shutil.rmtree(home, ignore_errors=True)


def run(avstem, folder):
    out = folder / "report"
    shutil.rmtree(out, ignore_errors=True)
    command = [avstem, "run", "--quiet", "--as-of", "2026-11-30", "--out", out]
    for dataset in ("orders", "captures", "settlements"):
        command += [f"--{dataset}", folder / f"{dataset}.csv"]
    began = time.monotonic()
    status = subprocess.run(command, check=False).returncode
    wall = time.monotonic() - began
    if status not in (0, 1):
        sys.exit(f"{folder.name}: status {status}")
    with open(out / "discrepancies.csv", "rb") as table:
        return wall, sum(1 for _ in table) - 1


main()
