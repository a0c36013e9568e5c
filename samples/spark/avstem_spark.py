#!/usr/bin/env python3
"""Reconciles on Spark, or on Sail, what one machine is too small for.

    spark-submit --files target/release/avstem samples/spark/avstem_spark.py --avstem avstem \\
        --config avstem.toml --as-of 2026-10-31 --out reports --work s3a://bucket/avstem-work --partitions 2000
    python samples/spark/avstem_spark.py --remote sc://localhost:50051 --avstem target/release/avstem ...

The engine moves rows and starts workers; what rows mean is known to `avstem shard` alone (see its --help for the stages).
Files are opened by the workers, so paths must lead to the same files on every machine: a mounted store, or a shared
disk. What a stage has written is kept under --work until the end; a worker that is lost is started again by the engine.
The exit status is that of `avstem run`: 0 reconciled, 1 open discrepancies, 2 nothing written, 3 incomplete.
"""

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import uuid

import pyarrow

COLUMNS = "kind string, shard bigint, round int, reference bigint, file int, text string"
# One text for all: what a worker is given and gives.
WIRE = pyarrow.schema([
    ("kind", pyarrow.string()),
    ("shard", pyarrow.int64()),
    ("round", pyarrow.int32()),
    ("reference", pyarrow.int64()),
    ("file", pyarrow.int32()),
    ("text", pyarrow.string()),
])
NOTHING_WRITTEN = 2
# So often a worker is called before its engine is told that it fails; the engine may try again, and elsewhere.
ATTEMPTS = 2
# A split is a task; more of them than this share one.
READERS_MAX = 10_000


class Failed(Exception):
    """A call of the program that did not succeed, with what it said."""


def main():
    options = arguments()
    try:
        sys.exit(reconcile(options))
    except Failed as error:
        print(error, file=sys.stderr)
        sys.exit(NOTHING_WRITTEN)
    except Exception as error:  # Whatever the engine says: its last lines hold what the worker has said.
        print(f"avstem_spark: error: {error}", file=sys.stderr)
        sys.exit(NOTHING_WRITTEN)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for dataset in ("orders", "captures", "reversals", "settlements"):
        parser.add_argument(f"--{dataset}", action="append", default=[], metavar="PATH",
                            help="a file, a folder or a quoted glob; may be repeated")
    parser.add_argument("--config", metavar="FILE", help="settings and, where no input is given here, the inputs")
    parser.add_argument("--as-of", metavar="YYYY-MM-DD", help="the day for which ages count (default: today)")
    parser.add_argument("--out", default="avstem-out", metavar="DIR", help="folder of the report")
    parser.add_argument("--work", metavar="PATH", help="where rows go between two stages: a path or URL that the engine "
                        "writes and all of it reads (default: a folder beside --out)")
    parser.add_argument("--avstem", metavar="PATH", help="the program (default: beside this file, or in the path)")
    parser.add_argument("--partitions", type=int, default=64, metavar="N", help="of every shuffle (default: 64)")
    parser.add_argument("--split-size", metavar="SIZE", help="about so much of a file is one split (default: 64MiB)")
    parser.add_argument("--remote", metavar="URL", help="of Spark Connect, such as sc://localhost:50051")
    parser.add_argument("--keep-work", action="store_true", help="leave what is under --work there")
    return parser.parse_args()


def reconcile(options):
    program = options.avstem or beside_this_file()
    job, inputs = begin(options, program)
    spark = session(options.remote)
    out = os.path.abspath(options.out)
    work = f"{options.work or out + '.work'}/{uuid.uuid4().hex}"
    run = Run(spark, program, work, options.partitions)
    try:
        return stages(run, job, inputs, out)
    finally:
        if not options.keep_work and "://" not in work:
            shutil.rmtree(work, ignore_errors=True)
            remove_empty(os.path.dirname(work))
        spark.stop()


def begin(options, program):
    """The job and its inputs, of which nothing was read."""
    given = ["--stage", "plan"]
    for dataset in ("orders", "captures", "reversals", "settlements"):
        for path in getattr(options, dataset):
            given += [f"--{dataset}", path]
    for name in ("config", "as_of", "split_size"):
        if getattr(options, name):
            given += [f"--{name.replace('_', '-')}", getattr(options, name)]
    planned = rows_of(call(program, given, None, ())[1])
    return text_of("job", planned), [row for row in planned if row["kind"] == "input"]


def stages(run, job, inputs, out):
    files = run.gathered(run.work_on(run.few(inputs), ["--stage", "files"], job))
    told = rows_of(run.local(["--stage", "job"], job, files))
    job, splits = text_of("job", told), [row for row in told if row["kind"] == "split"]
    run.write("read", run.work_on(run.few(splits), ["--stage", "read"], job))
    job = text_of("job", rows_of(run.local(["--stage", "facts"], job, run.said("read"))))

    lines = run.rows("read").where("round is null")
    run.write("lines", run.work_on(run.dealt(lines, "shard"), ["--stage", "lines"], job))
    judged = ["read", "lines"]
    rounds = json.loads(job)["rounds"]
    for number in range(rounds):
        of_round = run.rows(*judged).where(f"round = {number}")
        given = ["--stage", "operations", "--round", str(number)]
        run.write(f"round-{number}", run.work_on(run.dealt(of_round, "shard"), given, job))
        judged.append(f"round-{number}")

    # What has a reference for itself need not be shuffled to find that out.
    referred = run.rows("lines").where("reference is not null")
    shared = referred.groupBy("reference").count().where("count > 1").select("reference")
    referred = referred.join(shared, "reference", "left_semi").select(*WIRE.names)
    run.write("references", run.work_on(run.dealt(referred, "reference"), ["--stage", "references"], job))
    left = run.rows(*judged).where(f"round = {rounds}")
    run.write("batches", run.work_on(run.dealt(left, "shard"), ["--stage", "batches"], job))

    said = run.said(*judged, "references", "batches")
    status, _, shown = run.call(["--stage", "report", "--out", out], job, said, (0, 1, 3))
    sys.stdout.write(shown.decode())
    return status


class Run:
    """The engine, and where rows go between two stages."""

    def __init__(self, spark, program, work, partitions):
        self.spark, self.program, self.folder, self.partitions = spark, program, work, partitions

    def few(self, rows):
        """Rows that the driver has, a task each."""
        listed = [tuple(row[name] for name in WIRE.names) for row in rows]
        frame = self.spark.createDataFrame(listed, COLUMNS)
        return frame.repartition(max(1, min(len(listed), READERS_MAX)))

    def dealt(self, frame, column):
        return frame.repartition(self.partitions, column)

    def work_on(self, frame, given, job):
        return frame.mapInArrow(worker(self.program, given, job), COLUMNS)

    def write(self, name, frame):
        frame.write.mode("overwrite").parquet(f"{self.folder}/{name}")

    def read(self, *names):
        return self.spark.read.schema(COLUMNS).parquet(*(f"{self.folder}/{name}" for name in names))

    def rows(self, *names):
        return self.read(*names).where("kind = 'row'")

    def gathered(self, frame):
        return frame.toArrow()

    def said(self, *names):
        return self.gathered(self.read(*names).where("kind <> 'row'"))

    def local(self, given, job, table):
        return self.call(given, job, table, (0,))[1]

    def call(self, given, job, table, statuses):
        return call(self.program, given, job, table.select(WIRE.names).cast(WIRE).to_batches(), statuses)


def call(program, given, job, batches, statuses=(0,)):
    """Runs the program here; gives its status, and its standard output as a table where it is one, and as it is."""
    with tempfile.TemporaryDirectory() as folder:
        given = list(given)
        if job is not None:
            path = os.path.join(folder, "job.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(job)
            given += ["--job", path]
        sent = pyarrow.BufferOutputStream()
        with pyarrow.ipc.new_stream(sent, WIRE) as stream:
            for batch in batches:
                stream.write_batch(batch)
        command = [executable(program, folder), "shard", *given]
        done = subprocess.run(command, input=sent.getvalue().to_pybytes(), capture_output=True, check=False)
    errors = done.stderr.decode(errors="replace")
    if done.returncode not in statuses:
        raise Failed(errors.strip() or f"avstem shard ended with status {done.returncode}")
    sys.stderr.write(errors)
    is_stream = "report" not in given
    return done.returncode, pyarrow.ipc.open_stream(done.stdout).read_all() if is_stream else None, done.stdout


def worker(program, given, job):
    """What runs on every partition: the program takes the whole of it, and then says what it has made of it.

    Both stand in temporary files meanwhile, so that nothing of a failed call is seen, and it can be made once more here.
    """

    def work(batches):
        first = next(batches, None)
        if first is None:
            return
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as taken:
            path = os.path.join(folder, "job.json")
            with open(path, "w", encoding="utf-8") as file:
                file.write(job)
            with pyarrow.ipc.new_stream(taken, WIRE) as stream:
                for batch in itertools.chain([first], batches):
                    stream.write_table(wire_table(batch))
            command = [executable(program, folder), "shard", *given, "--job", path]
            for _ in range(ATTEMPTS):
                with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
                    taken.seek(0)
                    status = subprocess.run(command, stdin=taken, stdout=said, stderr=errors, check=False).returncode
                    if status == 0:
                        said.seek(0)
                        yield from pyarrow.ipc.open_stream(said)
                        return
                    errors.seek(0)
                    told = errors.read().decode(errors="replace").strip()
                    told = f"avstem shard {' '.join(given)} ended with status {status}: {told}"
                    print(told, file=sys.stderr)
            raise RuntimeError(told)

    return work


def wire_table(batch):
    return pyarrow.Table.from_batches([batch]).select(WIRE.names).cast(WIRE)


def executable(program, folder):
    """The program on this machine: as named, or where the engine has put its files; --files may drop the right to run."""
    found = program
    if not os.path.isfile(found):
        name = os.path.basename(program)
        places = [os.path.join(os.getcwd(), name), shutil.which(name) or ""]
        try:
            from pyspark import SparkFiles
            places.insert(0, SparkFiles.get(name))
        except Exception:  # No session here, or one that ships no files.
            pass
        found = next((place for place in places if os.path.isfile(place)), None)
        if found is None:
            raise Failed(f"avstem_spark: error: {program}: no such program here; ship it with --files, or give --avstem")
    if os.access(found, os.X_OK):
        return os.path.abspath(found)
    copy = os.path.join(folder, "avstem")
    shutil.copy(found, copy)
    os.chmod(copy, 0o700)
    return copy


def beside_this_file():
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), "avstem")
    return beside if os.path.isfile(beside) else "avstem"


def session(remote):
    from pyspark.sql import SparkSession

    builder = SparkSession.builder
    return builder.remote(remote).getOrCreate() if remote else builder.appName("avstem").getOrCreate()


def rows_of(table):
    return table.to_pylist()


def text_of(kind, rows):
    return next(row["text"] for row in rows if row["kind"] == kind)


def remove_empty(folder):
    try:
        os.rmdir(folder)
    except OSError:
        pass


if __name__ == "__main__":
    main()
