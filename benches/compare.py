#!/usr/bin/env python3
"""Runs the same comparison with avstem, DuckDB and Polars, side by side, on generated data.

Times and memory are only printed. That all programs find exactly the faults that were put into the data is asserted:
a difference is listed and ends the run with status 1.
"""

import argparse
import collections
import csv
import datetime
import hashlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time
import venv

BENCHES = pathlib.Path(__file__).resolve().parent
AS_OF = "2026-11-30"
PACKAGES = {"duckdb": "2.0.0", "polars": "2.1.0"}
DATASETS = ("orders", "captures", "reversals", "settlements")
MIB_IN_KIB = 1024

# What names a finding, by code; everything that the generator puts in and SQL can see.
KEYS = {
    "line-uncaptured": ("order_id", "line_id"),
    "line-undercaptured": ("order_id", "line_id"),
    "line-overcaptured": ("order_id", "line_id"),
    "line-unknown": ("order_id", "line_id"),
    "order-unknown": ("order_id",),
    "unsettled": ("transaction_number",),
    "settled-unknown": ("transaction_number",),
    "settled-amount": ("transaction_number",),
    "settled-twice": ("transaction_number",),
    "wrong-batch": ("transaction_number",),
}

Program = collections.namedtuple("Program", "name command environment statuses")
Run = collections.namedtuple("Run", "wall_seconds cpu_seconds peak_mib")


def main():
    options = arguments()
    target = target_directory()
    home = target / "bench"
    home.mkdir(parents=True, exist_ok=True)
    python = python_with_packages(home / "venv")
    data = generated(home, options.rows)
    programs = programs_to_run(options, target, python, data, home)
    read_into_page_cache(data)
    load = os.getloadavg()[0]
    runs = run_in_turns(programs, options.runs, home)
    print_table(programs, runs)
    print_circumstances(options, programs, data, load)
    sys.exit(1 if report_differences(programs, data, home) else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_500_000, help="rows in all four files together")
    parser.add_argument("--runs", type=int, default=5, help="runs of each program")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)), help="threads of each program")
    parser.add_argument("--avstem", type=pathlib.Path, help="a release binary, instead of building one")
    parser.add_argument("--no-avstem", action="store_true", help="only the other programs")
    options = parser.parse_args()
    if min(options.rows, options.runs, options.threads) < 1:
        parser.error("--rows, --runs and --threads must be at least 1")
    return options


# ----------------------------------------------------------------------------------------------------------------------
# What the runs need, made once and kept below the target directory


def target_directory():
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    described = subprocess.run(command, cwd=BENCHES, check=True, stdout=subprocess.PIPE).stdout
    return pathlib.Path(json.loads(described)["target_directory"])


def cargo_build(*what):
    say("building", *what)
    subprocess.run(["cargo", "build", "--release", "--quiet", *what], cwd=BENCHES, check=True)


def python_with_packages(place):
    wanted = [f"{name}=={version}" for name, version in PACKAGES.items()]
    python = place / "bin" / "python"
    stamp = place / "packages.txt"
    if not stamp.exists() or stamp.read_text().split() != wanted:
        say("installing", *wanted)
        venv.create(place, clear=True, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *wanted], check=True)
        stamp.write_text("\n".join(wanted))
    return python


def generated(home, rows):
    """The data of an older generator are not used: its hash is part of the folder's name."""
    sources = sorted((BENCHES / "generate").glob("*.rs"))
    version = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]
    data = home / f"data-{rows}-{version}"
    if not data.exists():
        generate = home / "generate"
        # The generator needs nothing but the standard library, so it is not worth a second build of all dependencies.
        say("building", "generate")
        main = BENCHES / "generate" / "main.rs"
        subprocess.run(["rustc", "--edition", "2024", "-O", "-o", generate, main], check=True)
        say("generating", data.name)
        unfinished = home / "data-unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        subprocess.run([generate, "--rows", str(rows), "--out", unfinished], check=True, stdout=sys.stderr)
        unfinished.rename(data)
    return data


# ----------------------------------------------------------------------------------------------------------------------
# Running


def programs_to_run(options, target, python, data, home):
    threads = str(options.threads)
    programs = []
    if not options.no_avstem:
        binary = options.avstem
        if binary is None:
            cargo_build()
            binary = target / "release" / "avstem"
        inputs = [text for name in DATASETS for text in (f"--{name}", data / f"{name}.csv")]
        quiet = ["--no-progress", "--quiet"]
        command = [binary, "run", *inputs, "--as-of", AS_OF, "--out", out_of("avstem", home), "--threads", threads, *quiet]
        programs.append(Program("avstem", command, {}, (0, 1)))
    for form in ("views", "tables"):
        name = f"duckdb {form}"
        command = [python, BENCHES / "with_duckdb.py", form, data, out_of(name, home), AS_OF, threads]
        programs.append(Program(name, command, {}, (0,)))
    command = [python, BENCHES / "with_polars.py", data, out_of("polars", home), AS_OF]
    programs.append(Program("polars", command, {"POLARS_MAX_THREADS": threads}, (0,)))
    return programs


def out_of(name, home):
    return home / f"out-{name.replace(' ', '-')}"


def read_into_page_cache(data):
    """Data kept from an earlier day would make the first program pay for the disk."""
    for name in DATASETS:
        with open(data / f"{name}.csv", "rb", buffering=0) as file:
            while file.read(1 << 20):
                pass


def run_in_turns(programs, count, home):
    """The first place goes round, so that none always runs after the same other one."""
    runs = {program.name: [] for program in programs}
    for turn in range(count):
        first = turn % len(programs)
        for program in programs[first:] + programs[:first]:
            run = run_once(program, home)
            seconds = f"{run.wall_seconds:.2f} s, {run.cpu_seconds:.2f} s of CPU"
            say(f"run {turn + 1}: {program.name} {seconds}, {run.peak_mib:.0f} MiB")
            runs[program.name].append(run)
    return runs


def run_once(program, home):
    out = out_of(program.name, home)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    start = time.monotonic()
    process = subprocess.Popen(program.command, env=os.environ | program.environment, stdout=subprocess.DEVNULL)
    # Not process.wait(): only wait4 gives the peak memory of this one process.
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in program.statuses:
        sys.exit(f"{program.name} ended with status {process.returncode}")
    return Run(wall_seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB_IN_KIB)


# ----------------------------------------------------------------------------------------------------------------------
# Comparing


def findings_in(path):
    """How often each (code, key) is found. Codes that have no key here count by themselves."""
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        return collections.Counter(
            (row["code"], *(row[column] for column in KEYS.get(row["code"], ())))
            for row in rows
            if row.get("status", "open") in ("open", "pending")
        )


def report_differences(programs, data, home):
    labels = findings_in(data / "labels.csv")
    # Rows given twice are counted once by all; they are no finding.
    del labels[("repeated",)]
    print_counts(labels)
    differ = False
    for program in programs:
        found = findings_in(out_of(program.name, home) / "discrepancies.csv")
        missed, invented = labels - found, found - labels
        differ |= bool(missed or invented)
        for word, keys in (("missed", missed), ("not in the data", invented)):
            for code, number in sorted(counts_by_code(keys).items()):
                example = next(key for key in keys if key[0] == code)
                print(f"{program.name}: {number} {code} {word}, e.g. {' '.join(example[1:])}", file=sys.stderr)
    return differ


def counts_by_code(findings):
    counts = collections.Counter()
    for (code, *_), number in findings.items():
        counts[code] += number
    return counts


# ----------------------------------------------------------------------------------------------------------------------
# Printing


def say(*words):
    print(*words, file=sys.stderr, flush=True)


def print_table(programs, runs):
    walls = {name: [run.wall_seconds for run in of_program] for name, of_program in runs.items()}
    base = statistics.median(walls["avstem"]) if "avstem" in walls else None
    print("| program | median wall | min wall | median CPU | peak memory | wall to avstem |")
    print("| --- | --- | --- | --- | --- | --- |")
    for program in programs:
        median = statistics.median(walls[program.name])
        peak_mib = max(run.peak_mib for run in runs[program.name])
        ratio = f"{median / base:.1f} x" if base else "-"
        cpu = statistics.median(run.cpu_seconds for run in runs[program.name])
        fastest = min(walls[program.name])
        print(f"| {program.name} | {median:.2f} s | {fastest:.2f} s | {cpu:.2f} s | {peak_mib:.0f} MiB | {ratio} |")


def print_circumstances(options, programs, data, load):
    size = sum((data / f"{name}.csv").stat().st_size for name in DATASETS)
    versions = [f"{name} {version}" for name, version in PACKAGES.items()]
    if programs[0].name == "avstem":
        said = subprocess.run([programs[0].command[0], "--version"], check=True, stdout=subprocess.PIPE, text=True)
        versions.insert(0, said.stdout.strip())
    python = ".".join(str(number) for number in sys.version_info[:3])
    print(f"\n{', '.join(versions)}, Python {python}")
    print(f"{options.rows} rows, {size} bytes, {options.runs} runs each, in turns, files in the page cache")
    cores = len(os.sched_getaffinity(0))
    print(f"{cores} cores, load {load:.1f} before the first run, {options.threads} threads for each program")
    print(datetime.date.today().isoformat())


def print_counts(labels):
    counts = counts_by_code(labels)
    print(f"\n{counts.total()} faults: " + ", ".join(f"{code} {counts[code]}" for code in sorted(counts)))


if __name__ == "__main__":
    main()
