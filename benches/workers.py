#!/usr/bin/env python3
"""What the workers of a distributed run take, without any engine: each stage of `avstem shard` on a generated day, one
process after the other on one core, with the bytes that an engine would have to move between two stages.

Needs pyarrow. Prints rows a second of CPU time, bytes a row as Arrow and as zstd makes of them, and the peak memory of
the largest worker.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

import pyarrow
import pyarrow.compute as compute

SCHEMA = pyarrow.schema([("kind", pyarrow.string()), ("shard", pyarrow.int64()), ("round", pyarrow.int32()),
                         ("reference", pyarrow.int64()), ("file", pyarrow.int32()), ("text", pyarrow.string())])


def main():
    options = arguments()
    given = ["--as-of", "2026-11-30"]
    for dataset in ("orders", "captures", "reversals", "settlements"):
        given += [f"--{dataset}", str(options.day / f"{dataset}.csv")]
    work = Work(options)
    planned = work.stage("plan", [SCHEMA.empty_table()], given)
    work.keep_job(planned)
    files = work.stage("files", [kind(planned, "input")])
    told = work.stage("job", [files])
    work.keep_job(told)
    splits = kind(told, "split")
    read = work.stage("read", [splits.slice(number, 1) for number in range(splits.num_rows)])
    rows = kind(read, "row")
    work.count = rows.num_rows
    work.keep_job(work.stage("facts", [read]))
    with open(work.job, encoding="utf-8") as file:
        told = json.load(file)
    rounds, used_rounds = told["rounds"], told["used_rounds"]

    lines = rows.filter(compute.is_null(rows["round"]))
    judged = work.stage("lines", work.dealt(lines, "shard"))
    rows = pyarrow.concat_tables([rows.filter(compute.is_valid(rows["round"])), kind(judged, "row")])
    said = [rest(read), rest(judged)]
    referred = rows.filter(compute.is_valid(rows["reference"]))
    counts = referred["reference"].value_counts()
    shared = counts.filter(compute.greater(counts.field("counts"), 1)).field("values")
    referred = referred.filter(compute.is_in(referred["reference"], shared))
    for number in used_rounds:
        of_round = rows.filter(compute.fill_null(compute.equal(rows["round"], number), False))
        judged = work.stage("operations", work.dealt(of_round, "shard"), ["--round", str(number)])
        rows = pyarrow.concat_tables([rows, kind(judged, "row")])
        said.append(rest(judged))
    said.append(rest(work.stage("references", work.dealt(referred, "reference"))))
    left = rows.filter(compute.fill_null(compute.equal(rows["round"], rounds), False))
    said.append(rest(work.stage("batches", work.dealt(left, "shard"))))
    work.stage("report", [pyarrow.concat_tables(said)], ["--out", str(options.out)])
    work.print()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--avstem", type=pathlib.Path, required=True)
    parser.add_argument("--day", type=pathlib.Path, required=True, help="a folder that benches/generate has written")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("target/workers"), help="for the report")
    parser.add_argument("--partitions", type=int, default=8)
    return parser.parse_args()


def kind(table, wanted):
    return table.filter(compute.equal(table["kind"], wanted))


def rest(table):
    return table.filter(compute.not_equal(table["kind"], "row"))


class Work:
    def __init__(self, options):
        self.options, self.count, self.taken = options, 0, []
        self.folder = tempfile.TemporaryDirectory()
        self.job = os.path.join(self.folder.name, "job.json")

    def keep_job(self, table):
        with open(self.job, "w", encoding="utf-8") as file:
            file.write(kind(table, "job")["text"][0].as_py())

    def dealt(self, table, column):
        place = compute.bit_wise_and(table[column], self.options.partitions - 1)
        return [table.filter(compute.equal(place, number)) for number in range(self.options.partitions)]

    def stage(self, name, partitions, more=()):
        outputs, rows, sent, packed, seconds, wall, peak = [], 0, 0, 0, 0.0, 0.0, 0
        for table in partitions:
            path = os.path.join(self.folder.name, "in.arrow")
            rows, sent, packed = rows + table.num_rows, sent + written(table, path, None), packed + written(table, path + "z", "zstd")
            command = [self.options.avstem, "shard", "--stage", name, *more]
            if os.path.exists(self.job):
                command += ["--job", self.job]
            with open(path, "rb") as given, open(os.path.join(self.folder.name, "out.arrow"), "w+b") as out:
                before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
                process = subprocess.Popen(["/usr/bin/time", "-f", "%M", *command], stdin=given, stdout=out,
                                           stderr=subprocess.PIPE)
                said = process.communicate()[1].decode().split()
                wall += time.monotonic() - start
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                if process.returncode not in (0, 1):
                    sys.exit(f"{name} ended with status {process.returncode}: {' '.join(said)}")
                seconds += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                peak = max(peak, int(said[-1]))
                if name != "report":
                    out.seek(0)
                    outputs.append(pyarrow.ipc.open_stream(out).read_all())
        self.taken.append((" ".join([name, *(more[1:2] if name == "operations" else ())]), rows, seconds, wall, sent, packed, peak))
        return pyarrow.concat_tables(outputs) if outputs else None

    def print(self):
        print(f"{self.count} rows, {self.options.partitions} partitions, load {os.getloadavg()[0]:.1f}")
        print("| stage | rows in | CPU s | wall s | rows a CPU second | Arrow bytes a row | zstd bytes a row | peak MiB |")
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for name, rows, seconds, wall, sent, packed, peak in self.taken:
            each = max(rows, 1)
            print(f"| {name} | {rows} | {seconds:.2f} | {wall:.2f} | {rows / max(seconds, 0.01):.0f} | {sent / each:.0f} | {packed / each:.0f} | {peak / 1024:.0f} |")
        total = sum(taken[2] for taken in self.taken)
        print(f"all stages: {total:.2f} CPU s, {self.count / total:.0f} rows a CPU second")


def written(table, path, compression):
    options = pyarrow.ipc.IpcWriteOptions(compression=compression)
    with pyarrow.OSFile(path, "wb") as file, pyarrow.ipc.new_stream(file, SCHEMA, options=options) as stream:
        stream.write_table(table.select(SCHEMA.names).cast(SCHEMA), max_chunksize=1 << 16)
    return os.path.getsize(path)


if __name__ == "__main__":
    main()
