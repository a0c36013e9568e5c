#!/usr/bin/env python3
"""Runs samples/spark/avstem_spark.py on real engines, and compares what it writes with `avstem run`, byte for byte.

Cases: the sample month and a generated day, on Sail and on Spark `local-cluster[2,1,1024]`, with several numbers of
partitions; a worker that fails once; one that always fails; an executor that is killed in the middle; skew. Times are
printed; only that of skew is judged, with slack.
"""

import argparse
import csv
import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
DRIVER = PROJECT / "samples" / "spark" / "avstem_spark.py"
SAME = ("discrepancies.csv", "batches.csv", "rejects.csv")
CLUSTER = "local-cluster[2,1,1024]"
DATASETS = ("orders", "captures", "reversals", "settlements")
# A key with a tenth of all rows may take so many times as long as the day without it, and some seconds for the noise.
SKEW_TIMES_MAX, SKEW_SLACK_SECONDS = 3, 10
# What an engine takes to start, at most.
START_SECONDS_MAX = 120


def main():
    options = arguments()
    options.home.mkdir(parents=True, exist_ok=True)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    sample = (PROJECT / "samples", ["--config", str(PROJECT / "samples/october-2026/avstem.toml"), "--as-of", "2026-10-31"])
    days = {"samples": sample}
    if options.rows:
        days["day"] = day(options, options.home / f"day-{options.rows}")
    for engine in options.engines:
        with ENGINES[engine](options) as started:
            for name, (folder, given) in days.items():
                expected = one_run(options, name, folder, given)
                for partitions in options.partitions:
                    seconds = compare(options, started, folder, given, expected, partitions)
                    say(f"{engine}, {name}, {partitions} partitions: the same bytes, {seconds:.1f} s{started.shuffled()}")
            if "faults" in options.cases:
                faults(options, started, *sample)
            if "skew" in options.cases and options.rows:
                skew(options, started)
    say("all the same")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--avstem", type=pathlib.Path, required=True, help="the program")
    parser.add_argument("--home", type=pathlib.Path, default=PROJECT / "target" / "spark", help="for data and reports")
    parser.add_argument("--engines", nargs="+", choices=("sail", "spark"), default=["sail", "spark"])
    parser.add_argument("--partitions", nargs="+", type=int, default=[1, 7, 64])
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the generated day; 0 for none")
    parser.add_argument("--generate", type=pathlib.Path, help="the generator (default: built with rustc)")
    parser.add_argument("--cases", nargs="*", choices=("faults", "skew"), default=["faults", "skew"])
    options = parser.parse_args()
    options.avstem = options.avstem.resolve()
    return options


class Sail:
    """Sail as a server of its own."""

    name = "sail"

    def __init__(self, options):
        self.log = options.home / "sail.log"

    def __enter__(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        sail = pathlib.Path(sys.executable).parent / "sail"
        with open(self.log, "wb") as log:
            # Its workers are threads here, but tasks and shuffles are those of a cluster.
            # A task that Sail tries again, when its first try has sent rows, fails with an error of Sail's own, which hides
            # what the worker said: the driver tries workers again by itself.
            ways = {"SAIL_MODE": "local-cluster", "SAIL_CLUSTER__TASK_MAX_ATTEMPTS": "1"}
            self.process = subprocess.Popen(
                [sail, "spark", "server", "--port", str(port)], stdout=log, stderr=log, env={**os.environ, **ways})
        wait_for(port)
        self.driver = [sys.executable, str(DRIVER), "--remote", f"sc://127.0.0.1:{port}"]
        return self

    def before(self):
        pass

    def shuffled(self):
        return ""

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


class Spark:
    """Two executors of Spark, each a process, which the driver starts for itself."""

    name = "spark"

    def __init__(self, options):
        submit = shutil.which("spark-submit", path=str(pathlib.Path(sys.executable).parent))
        self.events = options.home / "events"
        settings = {
            "spark.ui.enabled": "false",
            "spark.log.level": "ERROR",
            "spark.eventLog.enabled": "true",
            "spark.eventLog.compress": "false",
            "spark.eventLog.dir": self.events.resolve().as_uri(),
        }
        conf = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        self.driver = [submit, "--master", CLUSTER, *conf, str(DRIVER)]

    def __enter__(self):
        self.before()
        return self

    def __exit__(self, *_):
        pass

    def before(self):
        shutil.rmtree(self.events, ignore_errors=True)
        self.events.mkdir(parents=True)

    def shuffled(self):
        """Bytes that the tasks of a job wrote for others to fetch."""
        sum_bytes = 0
        for path in (path for path in self.events.rglob("*") if path.is_file() and "events_" in path.name):
            with open(path, encoding="utf-8") as events:
                for event in map(json.loads, events):
                    metrics = event.get("Task Metrics") or {}
                    sum_bytes += metrics.get("Shuffle Write Metrics", {}).get("Shuffle Bytes Written", 0)
        return f", {sum_bytes} bytes shuffled"


ENGINES = {"sail": Sail, "spark": Spark}


def wait_for(port):
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until:
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)
    sys.exit("the engine did not start")


def one_run(options, name, folder, given):
    """What `run` writes, once a day."""
    out = options.home / f"expected-{name}"
    command = [options.avstem, "run", "--quiet", "--no-progress", "--out", out, *given]
    status = subprocess.run(command, cwd=folder, check=False).returncode
    if status not in (0, 1, 3):
        sys.exit(f"avstem run ended with status {status}")
    return out, status


def driven(options, engine, folder, given, out, partitions, avstem):
    shutil.rmtree(out, ignore_errors=True)
    command = [*engine.driver, "--avstem", str(avstem), "--out", str(out), "--partitions", str(partitions), *given]
    engine.before()
    start = time.monotonic()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done, time.monotonic() - start


def compare(options, engine, folder, given, expected, partitions, avstem=None):
    out = options.home / f"out-{engine.name}"
    done, seconds = driven(options, engine, folder, given, out, partitions, avstem or options.avstem)
    whole, status = expected
    if done.returncode != status:
        sys.exit(f"status {done.returncode}, and not {status}:\n{done.stdout}\n{done.stderr}")
    for name in SAME:
        if (out / name).read_bytes() != (whole / name).read_bytes():
            sys.exit(f"{out / name} is not {whole / name}")
    subprocess.run([options.avstem, "verify", "--quiet", out], check=True)
    return seconds


def faults(options, engine, folder, given):
    """What happens to workers changes nothing, or stops everything."""
    expected = one_run(options, "faults", folder, given)
    compare(options, engine, folder, given, expected, 7, wrapper(options, "once", fails_once(options)))
    say(f"{engine.name}: a worker that fails once: the same bytes")
    if engine.name == "spark":
        compare(options, engine, folder, given, expected, 7, wrapper(options, "killed", kills_once(options)))
        say(f"{engine.name}: an executor that is killed: the same bytes")
    out = options.home / "out-failed"
    done, _ = driven(options, engine, folder, given, out, 7, wrapper(options, "never", FAILS))
    if done.returncode != 2 or "no worker today" not in done.stderr or out.exists():
        sys.exit(f"status {done.returncode}, report {out.exists()}:\n{done.stdout}\n{done.stderr}")
    say(f"{engine.name}: a worker that always fails: status 2, its message, and nothing written")


# Each sees the arguments of the worker in $*, and goes on to the program.
FAILS = 'case "$*" in *"--stage lines"*) echo "no worker today" >&2; exit 9;; esac\n'


def fails_once(options):
    mark = options.home / "failed"
    shutil.rmtree(mark, ignore_errors=True)
    return f'case "$*" in *"--stage lines"*) if mkdir "{mark}" 2> /dev/null; then echo "not yet" >&2; exit 9; fi;; esac\n'


def kills_once(options):
    """The first worker of the line leg kills the executor above it."""
    mark = options.home / "killed"
    shutil.rmtree(mark, ignore_errors=True)
    return f"""case "$*" in *"--stage lines"*) if mkdir "{mark}" 2> /dev/null; then
    process=$$
    while [ "$process" -gt 1 ]; do
        if tr '\\0' ' ' < /proc/$process/cmdline | grep -q CoarseGrainedExecutorBackend; then
            kill -9 "$process"
            exit 9
        fi
        process=$(awk '/^PPid:/ {{ print $2 }}' /proc/$process/status)
    done
fi;; esac
"""


def wrapper(options, name, script):
    path = options.home / f"avstem-{name}"
    path.write_text(f'#!/bin/sh\n{script}exec "{options.avstem}" "$@"\n', encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def day(options, home):
    """A generated day, as the comparison with other programs has it."""
    generate = options.generate
    if generate is None:
        generate = options.home / "generate"
        sources = PROJECT / "benches" / "generate"
        subprocess.run(["rustc", "--edition", "2024", "-O", "-o", generate, sources / "main.rs"], check=True)
    if not home.exists():
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        subprocess.run([generate, "--rows", str(options.rows), "--out", part], check=True, stdout=sys.stderr)
        part.rename(home)
    return home, given_of(home)


def given_of(home):
    given = ["--as-of", "2026-11-30"]
    for dataset in DATASETS:
        for path in sorted(home.glob(f"{dataset}*")):
            given += [f"--{dataset}", str(path)]
    return given


def skew(options, engine):
    """The day once more, where a tenth of all captures are of one order, and a tenth of all captures and settlement rows
    have one transaction number."""
    folder, given = day(options, options.home / f"day-{options.rows}")
    uneven_folder = options.home / f"skewed-{options.rows}"
    if not uneven_folder.exists():
        uneven_folder.mkdir()
        for path in folder.glob("*.csv"):
            columns = {"captures.csv": ("order_id", "transaction_number"), "settlements.csv": (None, "transaction_number")}
            skewed(path, uneven_folder / path.name, *columns.get(path.name, (None, None)))
    uneven_given = given_of(uneven_folder)
    even = compare(options, engine, folder, given, one_run(options, "day", folder, given), 64)
    whole = one_run(options, "skewed", uneven_folder, uneven_given)
    uneven = compare(options, engine, uneven_folder, uneven_given, whole, 64)
    say(f"{engine.name}, skew: {even:.1f} s without, {uneven:.1f} s with a tenth of all captures in one order, and another in one key")
    if uneven > SKEW_TIMES_MAX * even + SKEW_SLACK_SECONDS:
        sys.exit("skew takes too long")


def skewed(source, target, order_column, key_column):
    with open(source, newline="", encoding="utf-8") as given, open(target, "w", newline="", encoding="utf-8") as taken:
        rows, writer = csv.reader(given), csv.writer(taken, lineterminator="\n")
        header = next(rows)
        writer.writerow(header)
        for place, row in enumerate(rows):
            if order_column and place % 10 == 0:
                row[header.index(order_column)] = "W-skewed"
            if key_column and place % 10 == 5:
                row[header.index(key_column)] = "49999999999"
            writer.writerow(row)


def say(text):
    print(text, flush=True)


if __name__ == "__main__":
    main()
