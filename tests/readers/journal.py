#!/usr/bin/env python3
"""Has hledger, ledger and beancount read the journals of a folder, strictly, and compares what they add up.

    tests/readers/journal.py --folder DIR [--cents N]

DIR, or each folder in it that has one, holds journal.hledger or journal.beancount and may hold balances.csv
(account,currency,amount_minor), with which the balances of all programs must agree; without it they must agree with each
other. Then a minor unit is moved in N postings (all of them with 0), one at a time, and each program must refuse the
journal. Needs hledger and ledger, and beancount in the Python that runs this.
"""

import argparse
import collections
import csv
import decimal
import os
import pathlib
import re
import subprocess
import sys
import tempfile

POSTING = re.compile(rb"^( +)([A-Za-z]+:\S.*?)(  )(-?\d+(?:\.\d+)?) ([A-Z]{3})$", re.M)
ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": "/nonexistent"}
checks = 0


def fail(message):
    sys.exit(f"journal.py: wrong: {message}")


def called(*command):
    global checks
    checks += 1
    ended = subprocess.run(command, capture_output=True, env=ENVIRONMENT, cwd=tempfile.gettempdir())
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


def asked(*command):
    status, out, err = called(*command)
    if status or err.strip():
        fail(f"{' '.join(map(str, command))} ends with {status}\n{out}{err}")
    return out


def exponents(path):
    """Decimals by currency, as the amounts of the file have them."""
    found = {}
    for _, _, _, amount, currency in POSTING.findall(path.read_bytes()):
        decimals = len(amount.partition(b".")[2])
        if found.setdefault(currency.decode(), decimals) != decimals:
            fail(f"{path}: {currency} has amounts with {decimals} decimals and with others")
    return found


def minor(amount, decimals):
    scaled = decimal.Decimal(amount).scaleb(decimals)
    if scaled != int(scaled):
        fail(f"{amount} has more than {decimals} decimals")
    return int(scaled)


def number(account):
    return re.split(r"[ -]", account.split(":")[1])[0]


def of_hledger(path):
    asked("hledger", "-f", path, "check", "--strict")
    asked("hledger", "-f", path, "check", "ordereddates", "payees")
    out = asked("hledger", "-f", path, "balance", "-E", "-N", "--flat", "--layout=bare", "-O", "csv")
    places = exponents(path)
    rows = list(csv.reader(out.splitlines()))[1:]
    return {(number(a), c): minor(n, places[c]) for a, c, n in rows if c}


def of_ledger(path):
    strict = ("ledger", "--args-only", "-f", path, "--strict", "--pedantic", "--check-payees")
    sums = {}
    for currency, places in exponents(path).items():
        out = asked(*strict, "balance", "--flat", "--no-total", "--empty", "--limit", f'commodity == "{currency}"',
                    "--format", "%(account)\t%(quantity(display_total))\n")
        for line in out.splitlines():
            account, amount = line.split("\t")
            sums[number(account), currency] = minor(amount, places)
    return sums


def of_beancount(path):
    asked(pathlib.Path(sys.executable).with_name("bean-check"), path)
    from beancount import loader
    from beancount.core import data
    entries, errors, options = loader.load_file(str(path))
    if errors or options["inferred_tolerance_default"] != {"*": decimal.Decimal(0)}:
        fail(f"{path}: {errors}, tolerance {options['inferred_tolerance_default']}")
    sums = collections.defaultdict(decimal.Decimal)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, data.Transaction) else []:
            sums[number(posting.account), posting.units.currency] += posting.units.number
    places = exponents(path)
    return {key: minor(amount, places[key[1]]) for key, amount in sums.items()}


def refuses(program, path):
    if program == "hledger":
        return called("hledger", "-f", path, "check", "--strict")[0] != 0
    if program == "ledger":
        return called("ledger", "--args-only", "-f", path, "--strict", "--pedantic", "balance")[0] != 0
    return called(pathlib.Path(sys.executable).with_name("bean-check"), path)[0] != 0


def move_cents(path, programs, count, scratch):
    """A journal with one amount a minor unit off, for postings all over it."""
    text = path.read_bytes()
    places = list(POSTING.finditer(text))
    step = 1 if count == 0 else max(1, len(places) // count)
    for found in places[::step]:
        amount = found[4]
        digit = amount[-1:]
        other = b"1" if digit == b"0" else bytes([digit[0] - 1])
        # An amount of 1 would become 0, which is another fault than one that does not balance.
        if not (amount[:-1] + other).strip(b"-0."):
            other = b"2"
        end = found.start(4) + len(amount)
        wrong = scratch / path.name
        wrong.write_bytes(text[:end - 1] + other + text[end:])
        for program in programs:
            if not refuses(program, wrong):
                fail(f"{program} accepts {path} with {amount.decode()} moved by one: {found[0].decode()}")


def prove(folder, cents, scratch):
    readers = {}
    if (folder / "journal.hledger").exists():
        readers["hledger"] = of_hledger, folder / "journal.hledger"
        readers["ledger"] = of_ledger, folder / "journal.hledger"
    if (folder / "journal.beancount").exists():
        readers["beancount"] = of_beancount, folder / "journal.beancount"
    balances = {program: read(path) for program, (read, path) in readers.items()}
    if (folder / "balances.csv").exists():
        with open(folder / "balances.csv", newline="") as file:
            rows = csv.DictReader(file)
            balances["balances.csv"] = {(r["account"], r["currency"]): int(r["amount_minor"]) for r in rows}
    # A balance of nothing is shown by some and left out by others.
    shown = {program: {key: amount for key, amount in sums.items() if amount} for program, sums in balances.items()}
    first = next(iter(shown))
    for program, sums in shown.items():
        if sums != shown[first]:
            differ = {key: (shown[first].get(key), sums.get(key)) for key in shown[first].keys() | sums.keys()
                      if shown[first].get(key) != sums.get(key)}
            fail(f"{folder}: {first} and {program} differ: {differ}")
    for path in {path for _, path in readers.values()}:
        move_cents(path, [program for program, (_, read) in readers.items() if read == path], cents, scratch)
    return len(balances.get("balances.csv", shown[first]))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--cents", type=int, default=5)
    given = parser.parse_args()
    root = given.folder.resolve()
    folders = sorted({path.parent for name in ("journal.hledger", "journal.beancount") for path in root.rglob(name)})
    if not folders:
        fail(f"{root} has no journal")
    with tempfile.TemporaryDirectory() as scratch:
        balances = sum(prove(folder, given.cents, pathlib.Path(scratch)) for folder in folders)
    print(f"{len(folders)} folders, {balances} balances agree, {checks} calls")


main()
