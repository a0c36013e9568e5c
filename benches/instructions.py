#!/usr/bin/env python3
"""Counts the instructions that avstem takes for a row, stage by stage, and compares them with those of benches/instructions.json.

Wall times vary with the machine; instructions hardly do. `--record` writes the counts of this build as the new ones.
Needs valgrind. The status is 1 where a stage takes 5 % more than recorded.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

from compare import generated, target_directory

BENCHES = pathlib.Path(__file__).resolve().parent
RECORDED = BENCHES / "instructions.json"
ROWS = 400_000
# 1 in 20: less than a change of the compiler or of a dependency often makes.
GROWTH_MAX = 0.05

# The function that is a stage, with all that it calls.
STAGES = {
    "rows to records": "pipeline::read::read_cut",
    "orders": "pipeline::orders::judge",
    "references": "pipeline::references::find_reused",
    "settlements": "pipeline::keys::resolve_rounds",
    "SHA-256 of the files, in software": "ingest::digest::sha256_of_all",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--avstem", type=pathlib.Path, help="a release binary with symbols, instead of building one")
    parser.add_argument("--record", action="store_true", help="write the counts as the new recorded ones")
    options = parser.parse_args()
    if not shutil.which("valgrind"):
        sys.exit("valgrind is not installed")
    target = target_directory()
    binary = options.avstem or built(target)
    home = target / "bench"
    home.mkdir(parents=True, exist_ok=True)
    data = generated(home, ROWS)
    counts = counted(binary.resolve(), data)
    recorded = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    grown = table(counts, recorded)
    if options.record:
        RECORDED.write_text(json.dumps(counts, indent=2) + "\n")
    elif grown:
        sys.exit(1)


def built(target):
    """Symbols tell the stages; Parquet takes no part, and half of the time to build."""
    place = target / "bench" / "symbols"
    settings = {"CARGO_PROFILE_RELEASE_STRIP": "none", "CARGO_PROFILE_RELEASE_DEBUG": "line-tables-only"}
    command = ["cargo", "build", "--release", "--no-default-features", "--bin", "avstem", "--target-dir", place]
    subprocess.run(command, cwd=BENCHES, check=True, env=os.environ | settings)
    return place / "release" / "avstem"


def counted(binary, data):
    out = data / "callgrind.out"
    command = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", binary, "run", "--threads", "1", "--quiet"]
    for dataset in ("orders", "captures", "reversals", "settlements"):
        command += [f"--{dataset}", f"{dataset}.csv"]
    command += ["--as-of", "2026-10-31", "--out", "report"]
    done = subprocess.run(command, cwd=data, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr)
    annotate = ["callgrind_annotate", "--auto=no", "--inclusive=yes", "--threshold=100", out]
    text = subprocess.run(annotate, check=True, capture_output=True, text=True).stdout
    counts = {}
    for line in text.splitlines():
        found = re.match(r"\s*([\d,]+) \(.*?\)\s+(.*)", line)
        if not found:
            continue
        count = int(found[1].replace(",", ""))
        for stage, function in STAGES.items():
            # A function may be split into parts by where its lines stand; the whole is the largest.
            if re.search(rf":avstem::{re.escape(function)}( |$)", found[2]):
                counts[stage] = max(counts.get(stage, 0), count)
        if "PROGRAM TOTALS" in line:
            counts["all"] = count
    if missing := STAGES.keys() - counts.keys():
        # The compiler has made it a part of its caller: a stage is to be counted by another function then.
        sys.exit(f"no function in this build is the stage {', '.join(sorted(missing))}")
    return {stage: round(count / ROWS) for stage, count in counts.items()}


def table(counts, recorded):
    grown = []
    print("| stage | instructions a row | recorded | change |\n| --- | --- | --- | --- |")
    for stage, count in counts.items():
        before = recorded.get(stage)
        change = (count - before) / before if before else None
        if change is not None and change > GROWTH_MAX:
            grown.append(stage)
        shown = "" if change is None else f"{change:+.1%}"
        print(f"| {stage} | {count} | {before or ''} | {shown} |")
    if grown:
        print(f"\nmore than {GROWTH_MAX:.0%} more: {', '.join(grown)}", file=sys.stderr)
    return grown


if __name__ == "__main__":
    main()
