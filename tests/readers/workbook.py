#!/usr/bin/env python3
"""Reads report.xlsx as its users' programs do: with openpyxl, and with LibreOffice, which prints it.

    tests/readers/workbook.py FOLDER [--pdf FILE]

FOLDER is a report with a workbook and its summary.json. Every sum of the workbook must be that of the summary, every table must
have its filter and its frozen head, ids must be texts and amounts numbers of the right form. LibreOffice is asked where it is
installed.
"""

import argparse
import csv
import collections
import datetime
import decimal
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import openpyxl

LEGS = ("Lines", "Operations", "Batch findings", "Bank", "Files", "Records")
TEXTS = ("Order id", "Line id", "Payee reference", "Transaction number", "Reconciliation number", "Settlement id", "Id", "Word")
WHOLE = {"ISK", "JPY", "KRW"}
faults = []


def check(right, message):
    if not right:
        faults.append(message)


def amount(value, where):
    """A number of a cell as the decimal that is shown."""
    check(isinstance(value, (int, float)), f"{where}: {value!r} is no number")
    return decimal.Decimal(repr(value))


def sums_of(rows, currency, difference):
    sums = collections.Counter(), collections.defaultdict(decimal.Decimal)
    for row in rows:
        key = row["Code"], row["Status"], row.get(currency) or ""
        sums[0][key] += 1
        if row.get(difference) is not None:
            sums[1][key] += amount(row[difference], key)
    return {key: (count, sums[1][key]) for key, count in sums[0].items()}


def table(sheet):
    """The rows of a table by their headings, and what every table must be like."""
    name = sheet.title
    head = [cell.value for cell in sheet[1]]
    last = f"{openpyxl.utils.get_column_letter(sheet.max_column)}{sheet.max_row}"
    check(sheet.auto_filter.ref == f"A1:{last}", f"{name}: the filter is over {sheet.auto_filter.ref}, not A1:{last}")
    check(sheet.freeze_panes and sheet.freeze_panes.endswith("2"), f"{name}: its head is not frozen: {sheet.freeze_panes}")
    check(sheet.print_title_rows in ("1:1", "$1:$1"), f"{name}: its head is not repeated: {sheet.print_title_rows}")
    check(len(set(head)) == len(head) and all(head), f"{name}: headings {head}")
    rows = []
    for cells in sheet.iter_rows(min_row=2):
        row = dict(zip(head, (cell.value for cell in cells)))
        for title, cell in zip(head, cells):
            where = f"{name}!{cell.coordinate}"
            check(cell.data_type in "nsd", f"{where}: it is of type {cell.data_type!r}")
            if title in TEXTS and cell.value is not None:
                check(isinstance(cell.value, str), f"{where}: an id that is no text: {cell.value!r}")
            if title in ("First seen", "Cleared on", "Day") and cell.value is not None:
                check(isinstance(cell.value, datetime.datetime), f"{where}: no day: {cell.value!r}")
            if title in ("Difference", "Expected", "Actual") and isinstance(cell.value, (int, float)) and row.get("Currency"):
                form = "#,##0" if row["Currency"] in WHOLE else "#,##0.00"
                check(cell.number_format == f"{form};[Red]-{form}", f"{where}: its form is {cell.number_format}")
        rows.append(row)
    return rows


def check_pages(sheet):
    name = sheet.title
    setup = sheet.page_setup
    check(setup.orientation == "landscape", f"{name}: {setup.orientation}")
    check(sheet.sheet_properties.pageSetUpPr.fitToPage and setup.fitToHeight == 0, f"{name}: not fitted to the width")
    check("&P" in str(sheet.oddFooter.center.text or sheet.oddFooter), f"{name}: no page numbers")
    check(sheet.print_area, f"{name}: no print area")


def check_work(book, expected):
    sheet = book["To do"]
    rows = table(sheet)
    check(all(row["Status"] == "To do" and row["Note"] is None for row in rows), "To do: status and note are not fresh")
    lists = [found for found in sheet.data_validations.dataValidation if found.type == "list"]
    check(len(lists) == (1 if rows else 0), "To do: no choice of a status")
    for found in lists:
        check(found.formula1 == '"To do,Doing,Waiting,Done"', f"To do: the choice is {found.formula1}")
        check(str(found.sqref) == f"A2:A{sheet.max_row}", f"To do: the choice is at {found.sqref}")
    for name, status in (("To do", "open"), ("Pending", "pending")):
        rows = [dict(row, Status=status) for row in table(book[name])]
        wanted = {key: value for key, value in expected.items() if key[1] == status}
        check(sums_of(rows, "Currency", "Difference") == wanted, f"{name}: its sums are not those of the summary")
        order = [(row["Currency"] or "~", -abs(row["Difference"] or 0)) for row in rows]
        check(order == sorted(order), f"{name}: the largest do not come first")


def check_batches(sheet, codes):
    for row in table(sheet):
        number = {title: amount(value, title) for title, value in row.items() if isinstance(value, (int, float))}
        where = f"Batches {row['Provider']} {row['Reconciliation number']} {row['Currency']}"
        explained = sum(number.get(code, 0) for code in [*codes, "matched", "tolerance"])
        both = number["Captured less reversed"] + explained + number["Not explained"]
        check(both == number["Settled"] and explained == number["Difference"] - number["Not explained"], f"{where}: does not close")
        check(number["Settled"] - number["Fees"] + number["Net differs by"] == number["Net"], f"{where}: net")


def check_ageing(sheet, expected):
    found = {}
    for row in table(sheet):
        parts = [title for title in row if title.endswith(": difference") and not title.startswith("All")]
        total = sum(amount(row[title], title) for title in parts if row[title] is not None)
        counts = sum(row[title.replace("difference", "findings")] or 0 for title in parts)
        found[row["Code"], "open", row["Currency"] or ""] = (counts, total)
        check(counts == row["All: findings"], f"Ageing {row['Code']}: {counts} of {row['All: findings']}")
    check(found == {key: value for key, value in expected.items() if key[1] == "open"}, "Ageing: its sums are not those of the summary")


def check_books(tables, folder, summary):
    """Payouts as in payouts.csv, and accounts as in the summary, cell by cell."""
    if not (folder / "payouts.csv").exists():
        return
    with (folder / "payouts.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    titles = {"Gross": "gross", "Paid by the acquirer": "acquirer", "Fees": "fee", "VAT on fees": "fee_vat", "Brought forward": "brought_forward",
              "Computed payout": "computed", "Stated payout": "stated", "Received": "received"}
    check(len(rows) == len(tables["Payouts"]), "Payouts: not all rows are there")
    for row, shown in zip(rows, tables["Payouts"]):
        decimals = 0 if row["currency"] in WHOLE else 2
        for title, name in titles.items():
            wanted = decimal.Decimal(row[name]).scaleb(-decimals) if row[name] else None
            found = amount(shown[title], title) if shown[title] is not None else None
            check(found == wanted, f"Payouts {row['settlement_id']} {title}: {found}, not {wanted}")
        check([shown["Settlement id"], shown["State"] or ""] == [row["settlement_id"], row["state"]], f"Payouts {row['settlement_id']}")
    accounts = summary.get("journal") or {"accounts": []}
    for row, shown in zip(accounts["accounts"], tables.get("Journal", []), strict=True):
        wanted = decimal.Decimal(row["amount"]).scaleb(0 if row["currency"] in WHOLE else -2)
        check([shown["Account"], amount(shown["Posted"], "Posted")] == [row["account"], wanted], f"Journal {row['account']}")


def check_summary(sheet, summary, expected):
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    shown = {}
    for row in rows:
        key = row[0], row[2], row[3] or ""
        if key in expected:
            shown[key] = (row[4], amount(row[6], key) if row[6] is not None else decimal.Decimal(0))
    check(shown == expected, "Summary: its findings are not those of summary.json")
    texts = {str(value) for row in rows for value in row if value is not None}
    for row in summary["inputs"]:
        check(row["path"] in texts and row["sha256"] in texts, f"Summary: {row['path']} is not there with its hash")
    for row in summary["skipped_checks"]:
        check(row["reason"] in texts, f"Summary: {row['check']} is not said to be left out")
    for row in summary["control_totals"]:
        counts = [row[part]["count"] for part in ("read", "repeated", "superseded", "accepted")]
        wanted = [row["file"], row["dataset"], None, row["currency"], *counts]
        check(any(found[:8] == wanted for found in rows), f"Summary: no control total {wanted}")


def check_print(book, pdf):
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        print("LibreOffice is not installed: not printed")
        return
    with tempfile.TemporaryDirectory() as folder:
        profile = f"-env:UserInstallation=file://{folder}/profile"
        command = [office, profile, "--headless", "--convert-to", "pdf", "--outdir", folder, str(book)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        made = pathlib.Path(folder) / "report.pdf"
        if not made.exists():
            faults.append(f"LibreOffice made no PDF: {ran.stdout}{ran.stderr}")
            return
        content = made.read_bytes()
        pages = len(re.findall(rb"/Type\s*/Page\b", content))
        sheets = len(openpyxl.load_workbook(book, read_only=True).sheetnames)
        check(pages >= sheets, f"{pages} pages for {sheets} sheets")
        check(b"Err:" not in content, "an error in a cell")
        # What LibreOffice reads must be what was written: back from a table of its own.
        command = [office, profile, "--headless", "--convert-to", "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"]
        subprocess.run([*command, "--outdir", folder, str(book)], capture_output=True, timeout=600, check=False)
        tables = [table.read_text(encoding="utf-8") for table in pathlib.Path(folder).glob("*.csv")]
        check(tables and tables[0].startswith("Status,Note,Code"), "LibreOffice does not read the sheet To do")
        for text in tables:
            check(not re.search(r"#(REF|NAME|VALUE|DIV/0|N/A)|Err:\d", text), "LibreOffice sees an error in a cell")
        print(f"LibreOffice: {pages} pages")
        if pdf:
            shutil.copy(made, pdf)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=pathlib.Path)
    arguments.add_argument("--pdf", type=pathlib.Path)
    given = arguments.parse_args()
    summary = json.loads((given.folder / "summary.json").read_text(encoding="utf-8"))
    expected = {}
    for row in summary["codes"]:
        decimals = 0 if row["currency"] in WHOLE or not row["currency"] else 2
        expected[row["code"], row["status"], row["currency"]] = (row["findings"], decimal.Decimal(row["difference"]).scaleb(-decimals))
    book = openpyxl.load_workbook(given.folder / "report.xlsx")
    for sheet in book:
        check_pages(sheet)
        for row in sheet.iter_rows():
            for cell in row:
                check(cell.data_type not in "fe", f"{sheet.title}!{cell.coordinate}: a formula or an error: {cell.value!r}")
    tables = {sheet.title: table(sheet) for sheet in book if sheet.title != "Summary"}
    legs = [row for name in LEGS for row in tables.get(name, [])]
    check(sums_of(legs, "Currency", "Difference") == expected, "the sheets of the legs do not sum to the summary")
    check_work(book, expected)
    check_batches(book["Batches"], {row["code"] for row in summary["codes"]})
    check_ageing(book["Ageing"], expected)
    check_summary(book["Summary"], summary, expected)
    check_books(tables, given.folder, summary)
    day = datetime.datetime.fromisoformat(summary["as_of"])
    created = book.properties.created.replace(tzinfo=None)
    check(created == day == book.properties.modified.replace(tzinfo=None), f"made at {created}, not {day}")
    meant = {row["Word"] for row in tables["Legend"] if row["What it means"] and row["What to do"]}
    check({row["Code"] for row in legs} <= meant, "a code that the legend does not tell")
    check_print(given.folder / "report.xlsx", given.pdf)
    for fault in faults:
        print(f"{given.folder}: {fault}", file=sys.stderr)
    print(f"{len(book.sheetnames)} sheets, {sum(len(rows) for rows in tables.values())} rows, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
