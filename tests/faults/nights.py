"""Small nights for the harness beside this file: orders, captures, reversals and settlements, a transaction list among
them that is issued again tonight, and documents of an API that say more of the orders of the night before."""

import datetime
import json

INPUTS = "in"
FIRST_DAY = datetime.date(2026, 3, 2)
NIGHTS = 6


def day(number):
    """The day of a night, as text."""
    return str(FIRST_DAY + datetime.timedelta(days=number))


def all_nights():
    """The files of the nights before, night by night, and those of tonight: (path, dataset, provider, text)."""
    nights = [files_of(number) for number in range(NIGHTS + 1)]
    return nights[:-1], nights[-1]


def give(place, files):
    """Writes the files of a night, and the configuration that names them."""
    sources = []
    for path, dataset, provider, text in files:
        file = place / INPUTS / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        source = f'[[source]]\npath = "{INPUTS}/{path}"\n'
        source += f'dataset = "{dataset}"\n' if dataset else ""
        source += f'provider = "{provider}"\n' if provider else ""
        sources.append(source)
    (place / "night.toml").write_text('timezone = "Europe/Stockholm"\n\n' + "\n".join(sources))


def files_of(number):
    """Twelve orders of the night; two of them are never captured, one is captured wrongly, settled is what came two
    nights before."""
    orders, captures, settlements = [], [], []
    for order in range(12):
        orders.append(f"S{number}-{order},1,{gross(order)},SEK,{day(number)} 09:00:00,{gross(order) // 5}")
        if order > 1:
            wrong = 100 if order == 2 else 0
            captures.append(f"S{number}-{order},1,{gross(order) + wrong},SEK,{day(number)} 10:00:00,{identity(number, order)}")
    files = [
        (f"orders-{number}.csv", "orders", "swedbank_pay", table("order_id,line_id,gross_amount,currency,created_at,vat_amount", orders)),
        (f"captures-{number}.csv", "captures", "swedbank_pay", table("order_id,line_id,amount,currency,created_at,transaction_number", captures)),
    ]
    if number > 2:
        back = f"S{number - 3}-5,1,{gross(5)},SEK,{day(number)} 11:00:00,{identity(number, 99)}"
        files.append((f"reversals-{number}.csv", "reversals", "swedbank_pay", table("order_id,line_id,amount,currency,created_at,transaction_number", [back])))
    if number > 1:
        rows = [(identity(number - 2, order), gross(order)) for order in range(3, 12)]
        files.append((f"R7-{number:04}.xml", "", "", transaction_list(f"R7-{number:04}", number, rows)))
    # One file: strace counts the files that each thread opens, and the harness the thread that changes something.
    files.append((f"told-{number}.ndjson", "", "swedbank_pay", documents(number)))
    if number == NIGHTS:
        rows = [(identity(number - 3, order), gross(order)) for order in range(3, 11)]
        files.append((f"R7-{number - 1:04}-again.xml", "", "", transaction_list(f"R7-{number - 1:04}", number, rows)))
        files.append(("copy.csv", "orders", "swedbank_pay", files_of(0)[0][3]))
    return files


ITEM = {"reference": "K1", "name": "Kettle", "quantity": 1, "amount": 9900, "vatAmount": 1980, "vatPercent": 2500}


def documents(number):
    """The night's order, and of the night before the capture and the order as it is then: what the file of that night
    told becomes other rows."""
    told = [order_document(number, number)]
    if number > 0:
        told += [answer_document(number - 1, number), order_document(number - 1, number)]
    return "".join(json.dumps(document) + "\n" for document in told)


def order_document(number, night):
    order = {
        "id": f"/psp/paymentorders/P{number}", "created": f"{day(number)}T09:00:00Z", "updated": f"{day(night)}T09:00:00Z",
        "operation": "Purchase", "currency": "SEK", "amount": 9900, "vatAmount": 1980,
        "remainingCaptureAmount": 9900 if night == number else 0, "orderItems": {"orderItemList": [ITEM]},
    }
    return {"paymentOrder": order}


def answer_document(number, night):
    done = {
        "type": "Capture", "state": "Completed", "number": int(identity(number, 77)), "amount": 9900, "vatAmount": 1980,
        "payeeReference": f"P{number}-1", "created": f"{day(night)}T10:00:00Z", "updated": f"{day(night)}T10:00:00Z",
    }
    return {"payment": f"/psp/paymentorders/P{number}", "capture": {"transaction": done}}


def gross(order):
    return 10_000 + 500 * order


def identity(number, order):
    return f"47{number:04}{order:04}"


def table(header, rows):
    return "\n".join([header, *rows]) + "\n"


def transaction_list(name, number, rows):
    total = sum(amount for _, amount in rows)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<SalesAccountedTransactions AccountingNo="{name}" TotalNoOfTransactions="{len(rows)}" AccountingDate="{day(number)}" Version="2.0">',
        f'<Currency Sum="{major(total)}" Currency="SEK">',
    ]
    for identity_, amount in rows:
        lines.append(
            f'<Transaction Amount="{major(amount)}" Currency="SEK" PayexTransactionNo="{identity_}" '
            f'PayexBatchNo="{7000 + number}" DateModified="{day(number)} 23:59:59" ServiceName="Kiosk card" />'
        )
    return "\n".join([*lines, "</Currency>", "</SalesAccountedTransactions>"]) + "\n"


def major(minor):
    return f"{minor // 100}.{minor % 100:02}"
