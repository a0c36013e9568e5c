#!/usr/bin/env python3
"""Runs many large nights with a state, and prints what a night costs as the history grows.

Every night has orders, captures and settlements, together as many rows as asked for. Ids grow in time, as they do in
reality; orders are captured the same night or one of the next two, captures are settled one to three nights later. One
in a hundred orders has a fault, most of which clear within ten nights. The inputs of a night are deleted after it, so
that the disk holds the state and the last report only. Figures are printed, not judged; a night that fails ends the run.
"""

import argparse
import collections
import csv
import datetime
import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

FIRST_DAY = datetime.date(2025, 1, 1)
MIB_IN_KIB = 1024
RECENT = 5
DATASETS = {
    "orders": "order_id,line_id,gross_amount,currency,created_at,vat_amount,vat_rate,updated_at",
    "captures": "order_id,line_id,amount,currency,created_at,transaction_number,payee_reference,vat_amount,updated_at",
    "settlements": "gross_amount,currency,settlement_id,reconciliation_number,transaction_number,payee_reference,fee_amount,net_amount,settled_at",
}

Night = collections.namedtuple("Night", "seconds cpu_seconds peak_mib")


def main():
    options = arguments()
    with tempfile.TemporaryDirectory(prefix="nights-", dir=options.folder) as home:
        home = pathlib.Path(home)
        shop = Shop(options.rows, options.seed)
        recent = collections.deque(maxlen=RECENT)
        print(f"{'night':>6}{'seconds':>10}{'cpu s':>10}{'peak MiB':>10}{'state MB':>10}{'open':>10}{'pending':>10}{'cleared':>10}", flush=True)
        for night in range(options.nights):
            rows = shop.write(night, home / "in")
            recent.append(run(options, home, night))
            shutil.rmtree(home / "in")
            if night == 0 or (night + 1) % options.every == 0 or night + 1 == options.nights:
                print_row(home, night, recent)
        print(f"\n{rows} rows in the last night, {shop.orders} orders in all; median of the last {RECENT} nights")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nights", type=int, default=400)
    parser.add_argument("--rows", type=int, default=200_000, help="rows a night (default: %(default)s)")
    parser.add_argument("--every", type=int, default=50, help="nights between two lines of the table (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--avstem", default="target/release/avstem", help="the program (default: %(default)s)")
    parser.add_argument("--folder", help="where state, report and inputs lie meanwhile (default: the system's)")
    parser.add_argument("--more", default="", help="further options of the program, such as '--threads 1'")
    return parser.parse_args()


def day(night):
    return FIRST_DAY + datetime.timedelta(days=night)


class Shop:
    """What is due on which night, as lines of CSV that are written already."""

    def __init__(self, rows, seed):
        self.orders_a_night = max(1, rows // len(DATASETS))
        self.random = random.Random(seed)
        self.due = collections.defaultdict(lambda: {name: [] for name in DATASETS})
        self.orders = 0

    def write(self, night, folder):
        """Writes the files of a night; gives how many rows they have."""
        for _ in range(self.orders_a_night):
            self.orders += 1
            if self.random.random() < 0.01:
                self.faulty(night)
            else:
                captured = night + self.random.choices((0, 1, 2), (80, 15, 5))[0]
                self.order(night, night)
                self.capture(captured, captured)
                self.settle(captured + self.random.randint(1, 3))
        due = self.due.pop(night)
        folder.mkdir()
        for dataset, header in DATASETS.items():
            (folder / f"{dataset}-{day(night)}.csv").write_text("\n".join([header, *due[dataset]]) + "\n")
        return sum(map(len, due.values()))

    def faulty(self, night):
        """An order with a fault: mostly what is wrong is put right some nights later."""
        clears = None if self.random.random() < 0.1 else night + self.random.randint(3, 10)
        kind = self.random.randrange(5)
        order, capture, settle = night, night, night + 2
        if kind == 0:
            order = clears
        elif kind == 1:
            capture = clears
            settle = clears and clears + 1
        elif kind == 2:
            settle = clears
        elif kind == 3:
            # Captured wrongly, and stated anew later.
            self.capture(night, night, wrong=100)
            capture = clears
        else:
            self.order(night, night, wrong=500)
            order = clears
        self.order(order, night, updated=order)
        self.capture(capture, night, updated=capture)
        self.settle(settle)

    def amount(self):
        return 5_000 + self.orders * 37 % 90_000 // 5 * 5

    def order(self, due, created, updated=None, wrong=0):
        if due is None:
            return
        gross = self.amount() + wrong
        at = f"{day(updated)} 20:00:00" if updated is not None else ""
        self.due[due]["orders"].append(f"O{self.orders:09},1,{gross},SEK,{day(created)} 10:00:00,{gross // 5},2500,{at}")

    def capture(self, due, created, updated=None, wrong=0):
        if due is None:
            return
        amount, at = self.amount() + wrong, f"{day(updated)} 20:00:00" if updated is not None else ""
        ids = f"{40_000_000_000 + self.orders},P{self.orders:09}"
        self.due[due]["captures"].append(
            f"O{self.orders:09},1,{amount},SEK,{day(created)} 12:00:00,{ids},{self.amount() // 5},{at}"
        )

    def settle(self, due):
        if due is None:
            return
        gross, fee = self.amount(), self.amount() // 100
        ids = f"R4711-{due:05},{700_000 + due},{40_000_000_000 + self.orders},P{self.orders:09}"
        self.due[due]["settlements"].append(f"{gross},SEK,{ids},{fee},{gross - fee},{day(due)} 23:59:59")


def run(options, home, night):
    """Runs a night; gives what it cost."""
    command = [str(pathlib.Path(options.avstem).resolve()), "run", "--as-of", str(day(night)), "--state", "state.db"]
    for dataset in DATASETS:
        command += [f"--{dataset}", f"in/{dataset}-{day(night)}.csv"]
    command += ["--provider", "swedbank_pay", "--out", "out", "--quiet", *options.more.split()]
    with open(home / "stderr", "wb") as stderr:
        began = time.monotonic()
        process = subprocess.Popen(command, cwd=home, stdout=subprocess.DEVNULL, stderr=stderr)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        said = (home / "stderr").read_text(errors="replace")
        sys.exit(f"night {night + 1} ended with {process.returncode}: {said}")
    return Night(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / MIB_IN_KIB)


def print_row(home, night, recent):
    seconds = statistics.median(one.seconds for one in recent)
    cpu_seconds = statistics.median(one.cpu_seconds for one in recent)
    peak = max(one.peak_mib for one in recent)
    state = sum(path.stat().st_size for path in home.glob("state.db*")) / 1e6
    with open(home / "out" / "discrepancies.csv", newline="") as table:
        statuses = collections.Counter(row["status"] for row in csv.DictReader(table))
    cleared = json.loads((home / "out" / "summary.json").read_text()).get("night", {}).get("cleared", 0)
    print(
        f"{night + 1:>6}{seconds:>10.2f}{cpu_seconds:>10.2f}{peak:>10.0f}{state:>10.1f}{statuses['open']:>10}{statuses['pending']:>10}{cleared!s:>10}",
        flush=True,
    )


if __name__ == "__main__":
    main()
