#!/usr/bin/env python3
"""Write the demonstration month: october-2026/, broken/, planted.csv and README.md.

Every amount is in minor units. The seed is fixed, nothing is read, and the same bytes are written each time.
`python3 generate.py` writes beside this file.

The month is two shops: one paid through Dintero (NOK, some SEK), one through Swedbank Pay (SEK, some EUR and DKK).
Ordinary orders are drawn at random and are right. The planted cases stand one by one in `dintero_cases` and
`swedbank_cases`: `case(...)` opens one, the data follow, and `finding(...)` says what a run must report of it.
A case without a finding is a lookalike: it must not be reported.
"""

import csv
import gzip
import io
import random
import re
import uuid
from datetime import date, datetime, timedelta
from pathlib import Path
from xml.sax.saxutils import quoteattr

HERE = Path(__file__).resolve().parent
MONTH = HERE / "october-2026"
BROKEN = HERE / "broken"
RNG = random.Random(20261031)

MISSING_BATCH_DAY = 18  # the batch of this day stood in the report that never came
LAST_SETTLED_DAY = 29   # later captures are not settled yet


# ---------------------------------------------------------------------------------------------------------------------
# Small tools
# ---------------------------------------------------------------------------------------------------------------------

def vat_in(gross, rate):
    """VAT contained in a gross amount; rate is percent x 100; halves go away from zero."""
    size = (2 * abs(gross) * rate + (10000 + rate)) // (2 * (10000 + rate))
    return size if gross >= 0 else -size


def at(day, hour=10, minute=0, second=0):
    return datetime(2026, 10, day, hour, minute, second)


def utc(local):
    """Stockholm and Oslo local time to UTC: summer time ends on 25 October 2026 at 03:00."""
    return local - timedelta(hours=2 if local < datetime(2026, 10, 25, 3) else 1)


def local_text(moment):
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def batch_number(day):
    """The provider's batch number is the day counted from 0001-01-01."""
    return str(date(2026, 10, day).toordinal() - 1)


def hexes(count):
    """Hexadecimal digits without a long run of figures, so that nothing looks like a card number."""
    while True:
        text = "".join(RNG.choice("0123456789abcdef") for _ in range(count))
        if not re.search("[0-9]{12}", text):
            return text


def guid():
    return str(uuid.UUID(int=RNG.getrandbits(128), version=4))


def major(minor):
    sign = "-" if minor < 0 else ""
    return f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def csv_bytes(columns, rows, newline="\n", bom=False):
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", extrasaction="ignore", lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + out.getvalue().encode()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())


# ---------------------------------------------------------------------------------------------------------------------
# Cases and what a run must say of them
# ---------------------------------------------------------------------------------------------------------------------

FINDING_COLUMNS = ["code", "status", "provider", "order_id", "line_id", "payee_reference", "transaction_number",
                   "reconciliation_number", "settlement_id", "currency", "expected", "actual", "count"]
CASES = []


def case(section, title, story, none=""):
    CASES.append({"section": section, "title": title, "story": " ".join(story.split()), "none": none, "findings": []})


def finding(code, status, provider, currency, expected, actual, count=1, **ids):
    CASES[-1]["findings"].append({"code": code, "status": status, "provider": provider, "currency": currency,
                                  "expected": expected, "actual": actual, "count": count, **ids})


# ---------------------------------------------------------------------------------------------------------------------
# Goods
# ---------------------------------------------------------------------------------------------------------------------

GOODS_SE = [  # item, description, price in minor units, VAT rate
    ("LJ-1040", "Lampskärm i linne, 40 cm", 59900, 2500), ("LJ-1110", "Golvlampa, mässing", 189900, 2500),
    ("TX-2001", "Badlakan 70 x 140", 24900, 2500), ("TX-2010", "Yllefilt, grå", 84900, 2500),
    ("TX-2033", "Kuddfodral, \"Höstlöv\"", 19900, 2500), ("KK-3007", "Gjutjärnsgryta 4 liter", 129900, 2500),
    ("KK-3012", "Skärbräda i ek", 34900, 2500), ("KK-3051", "Kaffekvarn", 64900, 2500),
    ("MT-4001", "Knäckebröd, råg, 6 paket", 17400, 1200), ("MT-4012", "Lingonsylt 1 kg", 6900, 1200),
    ("MT-4020", "Kaffe, mellanrost, 1 kg", 15900, 1200), ("BK-5001", "Kokbok, inbunden", 29900, 600),
    ("BK-5010", "Pocketbok", 8900, 600), ("FR-9001", "Frakt", 4900, 2500),
]
GOODS_NO = [
    ("175-01", "Stablestol for uteplassen", 39900, 2500), ("175-22", "Sammenleggbart bord, furu", 149900, 2500),
    ("180-04", "Ullpledd, \"Vidde\"", 89900, 2500), ("180-19", "Putetrekk i lin, 50 x 50", 24900, 2500),
    ("190-02", "Stekepanne 28 cm", 69900, 2500), ("190-33", "Termos 0,7 l", 34900, 2500),
    ("201-07", "Vedkurv, flettet", 54900, 2500), ("201-15", "Lykt, sink", 44900, 2500),
    ("310-01", "Flatbrød, 8 pakker", 23200, 1500), ("310-09", "Multesyltetøy 400 g", 12900, 1500),
    ("310-14", "Kaffe, lysbrent, 1 kg", 18900, 1500), ("420-01", "Turkart, 1:50 000", 21900, 2500),
    ("900-01", "Frakt", 7900, 2500),
]


def price_in(currency, price):
    if currency == "EUR":
        return max(100, price * 9 // 100 // 5 * 5)
    if currency == "DKK":
        return max(100, price * 65 // 100 // 25 * 25)
    return price


# ---------------------------------------------------------------------------------------------------------------------
# A shop: its order lines and operations, whatever the provider
# ---------------------------------------------------------------------------------------------------------------------

class Shop:
    provider = ""
    goods = []
    currency = ""

    def __init__(self):
        self.orders, self.captures, self.reversals = [], [], []
        self.known = {}  # (order, line) -> the newest row, for VAT and texts

    def line(self, order, line, gross, when, currency="", rate=2500, vat=None, goods=None, **columns):
        item = goods or RNG.choice(self.goods)
        row = {"order_id": order, "line_id": line, "item_id": item[0], "description": item[1], "quantity": "1",
               "gross_amount": gross, "vat_amount": vat_in(gross, rate) if vat is None else vat, "vat_rate": rate,
               "currency": currency or self.currency, "created_at": self.order_time(when),
               "updated_at": self.order_time(when + timedelta(minutes=4)), "_when": when, **columns}
        self.orders.append(row)
        self.known[order, line] = row
        return row

    def state(self, order, amount=None, cancelled="", capture="", reversal=""):
        """The order's own statements, repeated on its lines. Without an amount: the sum of its lines."""
        rows = [row for row in self.orders if row["order_id"] == order]
        total = sum(row["gross_amount"] for row in rows) if amount is None else amount
        for row in rows:
            row.update(order_amount=total, cancelled_amount=cancelled, remaining_capture_amount=capture,
                       remaining_reversal_amount=reversal)

    def part_vat(self, order, line, amount):
        row = self.known.get((order, line))
        if row is None or not line:
            return vat_in(amount, 2500)
        if amount == row["gross_amount"]:
            return row["vat_amount"]
        return vat_in(amount, row["vat_rate"])

    def order_time(self, when):
        raise NotImplementedError


class Dintero(Shop):
    provider, goods, currency = "dintero", GOODS_NO, "NOK"
    WEEK_ENDS = [(4, 6), (11, 13), (18, 20), (25, 27), (31, 30)]  # last day of the week, day of the payout

    def __init__(self):
        super().__init__()
        self.settlements = []

    def order_time(self, when):
        return utc(when).strftime("%Y-%m-%dT%H:%M:%SZ")

    def transaction(self):
        letters = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
        return "P55070001." + "".join(RNG.choice(letters) for _ in range(18))

    def operate(self, dataset, order, parts, when, transaction, currency="", reference=None, payment=None,
                settle=True, state="true", number=None, updated=None, operation=None):
        """One operation: `parts` are (line, amount) or (line, amount, VAT). Returns what a settlement row needs."""
        currency = currency or self.currency
        rows = self.captures if dataset == "capture" else self.reversals
        kept = [row for row in self.captures + self.reversals if row["order_id"] == order]
        number = number or len({row["operation_id"] for row in kept}) + 1
        reference = f"{order}/{number}" if reference is None else reference
        done = {"operation": operation or guid(), "transaction": transaction, "reference": reference, "order": order,
                "currency": currency, "when": when,
                "effect": sum(part[1] for part in parts) * (1 if dataset == "capture" else -1)}
        for part in parts:
            line, amount = part[0], part[1]
            rows.append({"order_id": order, "line_id": line, "operation_id": done["operation"],
                         "transaction_id": transaction, "payee_reference": reference,
                         "payment_id": payment or transaction, "amount": amount, "currency": currency,
                         "vat_amount": part[2] if len(part) > 2 else self.part_vat(order, line, amount),
                         "state": state, "created_at": utc(when).strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "updated_at": utc(updated or when).strftime("%Y-%m-%dT%H:%M:%SZ"),
                         "operation_amount": sum(part[1] for part in parts), "_when": when})
        if settle:
            self.settle(done)
        return done

    def capture(self, order, parts, when, transaction, **options):
        return self.operate("capture", order, parts, when, transaction, **options)

    def reverse(self, order, parts, when, transaction, **options):
        return self.operate("reversal", order, parts, when, transaction, **options)

    def settle(self, done, gross=None, week=None, currency=None, fee=None, keys="tr"):
        """One settlement row. `keys`: t transaction_id, r payee_reference, o operation_id."""
        gross = done["effect"] if gross is None else gross
        currency = currency or done["currency"]
        if week is None:
            week = next(i for i, (last, _) in enumerate(self.WEEK_ENDS) if done["when"].day <= last)
        fee = (gross * 145 // 10000 + 100 if gross > 0 else 0) if fee is None else fee
        row = {"settlement_id": f"{'D5507' if currency == 'NOK' else 'D5508'}-{week + 1:04d}",
               "reconciliation_number": f"UTB-{currency}-{41 + week}",
               "kind": "capture" if gross >= 0 else "reversal", "order_id": done["order"],
               "operation_id": done["operation"] if "o" in keys else "",
               "transaction_id": done["transaction"] if "t" in keys else "",
               "payee_reference": done["reference"] if "r" in keys else "",
               "gross_amount": gross, "fee_amount": fee, "net_amount": gross - fee, "currency": currency,
               "created_at": utc(done["when"]).strftime("%Y-%m-%dT%H:%M:%SZ"),
               "settled_at": f"2026-10-{self.WEEK_ENDS[week][1]:02d}", "_when": done["when"]}
        self.settlements.append(row)
        return row


class SwedbankPay(Shop):
    provider, goods, currency = "swedbank_pay", GOODS_SE, "SEK"
    SERVICES = {  # instrument -> service type, service names, provider
        "card": ("Creditcard", ["Consumer Credit Card EU", "Consumer Debit Card EU", "Consumer Debit Card EU",
                                "Corporate Cards EU", "Non EU Cards"], "Swedbank Pay"),
        "swish": ("Direct debit", ["Swish"], "Swish"),
        "invoice": ("Factoring", ["Faktura SE"], "PayEx"),
    }

    def __init__(self):
        super().__init__()
        self.transactions = []  # rows of the XML transaction lists
        self.extra = []         # rows of extra-settlements.csv
        self.last_number = {"card": 41730212040, "swish": 47226010300, "invoice": 44138000870}

    def order_time(self, when):
        return local_text(when)

    def next_number(self, instrument):
        self.last_number[instrument] += RNG.randint(3, 900)
        return str(self.last_number[instrument])

    def operate(self, dataset, order, parts, when, instrument="swish", currency="", reference=None, number=None,
                batch=True, settle=True, state="Completed", updated=None, only=None, signed=False,
                operation_amount=None, shown_order=None, moment=None):
        """One operation. `batch` False: the export states no reconciliation number. `only`: the one export it is in."""
        currency = currency or self.currency
        rows = self.captures if dataset == "capture" else self.reversals
        letter = "C" if dataset == "capture" else "R"
        plain = order.replace("-", "").strip()
        kept = {row["payee_reference"] for row in rows if row["order_id"] == order}
        reference = reference or f"{plain}{letter}{len(kept) + 1}"
        number = number or self.next_number(instrument)
        total = sum(part[1] for part in parts)
        done = {"order": order, "reference": reference, "number": number, "instrument": instrument, "when": when,
                "currency": currency, "batch": batch_number(when.day), "day": when.day, "parts": parts,
                "effect": total if dataset == "capture" else -total}
        created = moment or utc(when).strftime("%Y-%m-%dT%H:%M:%S.") + f"{RNG.randint(0, 9999999):07d}Z"
        for part in parts:
            line, amount = part[0], part[1]
            sign = -1 if signed else 1
            rows.append({"order_id": shown_order or order, "line_id": line, "payee_reference": reference,
                         "transaction_number": number,
                         "receipt_reference": f"K{plain}" if dataset == "capture" else "",
                         "reconciliation_number": done["batch"] if batch else "", "amount": sign * amount,
                         "currency": currency,
                         "vat_amount": sign * (part[2] if len(part) > 2 else self.part_vat(order, line, amount)),
                         "state": state, "created_at": created,
                         "updated_at": utc(updated).strftime("%Y-%m-%dT%H:%M:%SZ") if updated else "",
                         "operation_amount": sign * total if operation_amount is None else operation_amount,
                         "_when": when, "_only": only})
            done["vat"] = done.get("vat", 0) + abs(rows[-1]["vat_amount"]) * (1 if amount >= 0 else -1)
        if settle:
            self.settle(done)
        return done

    def capture(self, order, parts, when, **options):
        return self.operate("capture", order, parts, when, **options)

    def reverse(self, order, parts, when, **options):
        return self.operate("reversal", order, parts, when, **options)

    @staticmethod
    def report_of(currency, day):
        if currency != "SEK":
            return "R4711-0044" if day <= 18 else "R4711-0048"
        for last, report in ((4, 41), (11, 42), (18, 43), (25, 46), (31, 47)):
            if day <= last:
                return f"R4711-{report:04d}"
        raise ValueError(day)

    def settle(self, done, amount=None, day=None, report=None, currency=None, referenced=None):
        """One row of a transaction list; `day` is the day of its batch."""
        currency = currency or done["currency"]
        day = day or done["day"]
        amount = done["effect"] if amount is None else amount
        service_type, services, provider = self.SERVICES[done["instrument"]]
        card = done["instrument"] == "card"
        swish = done["instrument"] == "swish"
        if swish:
            referenced = referenced if amount < 0 else None
        elif referenced is None:
            referenced = str(int(done["number"]) - RNG.randint(2, 400000))
        row = {"report": report or self.report_of(currency, day), "currency": currency, "amount": amount,
               "vat": None if amount <= 0 else done["vat"] if amount == done.get("effect") and "vat" in done
               else vat_in(amount, 2500), "created": done["when"],
               "modified": at(day, 23, 59, 59) if card else done["when"] + timedelta(seconds=RNG.randint(1, 25)),
               "type": service_type, "service": RNG.choice(services), "provider": provider, "number": done["number"],
               "batch": batch_number(day), "identity": done["reference"] if swish else hexes(32),
               "referenced": referenced, "external": hexes(32).upper() if swish else done["number"],
               "card_batch": f"6{date(2026, 10, day).timetuple().tm_yday:03d}" if card else None,
               "description": f"Webborder {done['order'].strip()}" if done["order"] else "Webborder"}
        self.transactions.append(row)
        return row


# ---------------------------------------------------------------------------------------------------------------------
# Ordinary orders: right in every respect
# ---------------------------------------------------------------------------------------------------------------------

def settled_day(day):
    day = min(day, LAST_SETTLED_DAY)
    return day + 1 if day == MISSING_BATCH_DAY else day


def ordinary_lines(shop, order, currency, when):
    count = RNG.choices([1, 2, 3, 4], [24, 34, 27, 15])[0]
    rows = []
    for index, item in enumerate(RNG.sample(shop.goods, count)):
        pieces = RNG.choices([1, 2, 3], [80, 14, 6])[0]
        gross = price_in(currency, item[2]) * pieces
        rows.append(shop.line(order, str(index + 1), gross, when, currency, item[3], goods=item,
                              quantity=str(pieces)))
    if rows[0]["gross_amount"] >= 20000 and RNG.random() < 0.12:
        cut = -(rows[0]["gross_amount"] // 1000 * 100)
        text = ("Rabatt", "Rabatt 10 %")
        rows.append(shop.line(order, str(len(rows) + 1), cut, when, currency, rows[0]["vat_rate"], goods=text))
    if RNG.random() < 0.04:
        text = ("GAVE", "Gaveinnpakning" if shop.provider == "dintero" else "Presentinslagning")
        rows.append(shop.line(order, str(len(rows) + 1), 0, when, currency, goods=text))
    return rows


def split_deliveries(rows):
    """The parts of each capture: mostly one capture of all lines, sometimes two deliveries or a line in two parts."""
    all_parts = [(row["line_id"], row["gross_amount"], row["vat_amount"]) for row in rows if row["gross_amount"]]
    goods = [part for part in all_parts if part[1] > 0]
    chance = RNG.random()
    if chance < 0.14 and len(goods) >= 2:
        later = goods[-1]
        return [[part for part in all_parts if part is not later], [later]]
    if chance < 0.19 and len(all_parts) == 1 and all_parts[0][1] >= 20000:
        line, gross, vat = all_parts[0]
        return [[(line, gross // 2, vat // 2)], [(line, gross - gross // 2, vat - vat // 2)]]
    return [all_parts]


def ordinary_order(shop, order, currency):
    when = at(RNG.randint(1, 27), RNG.randint(6, 21), RNG.randint(0, 59), RNG.randint(0, 59))
    rows = ordinary_lines(shop, order, currency, when)
    deliveries = split_deliveries(rows)
    dintero = shop.provider == "dintero"
    if dintero:
        transaction = shop.transaction()
        same_reference = RNG.random() < 0.2  # some shops send the order number with every event
        options = {"transaction": transaction, "currency": currency, "settle": False}
        if same_reference:
            options["reference"] = order
        keys = RNG.choices(["tr", "t", "o", "tro"], [80, 8, 6, 6])[0]
    else:
        instruments = ["card"] if currency != "SEK" else ["card", "card", "card", "swish", "swish", "invoice"]
        instrument = RNG.choice(instruments)
        if instrument == "swish" and len(deliveries) > 1:
            instrument = "card"
        options = {"instrument": instrument, "currency": currency, "settle": False}

    def settle(done, **more):
        if dintero:
            shop.settle(done, keys=keys)
        else:
            shop.settle(done, **more)

    delay = 0 if not dintero and options["instrument"] == "swish" else RNG.choice([0, 0, 1, 1, 2])
    day, captured, done = when.day + delay, 0, None
    for parts in deliveries:
        day = settled_day(day)
        moment = max(at(day, RNG.randint(8, 20), RNG.randint(0, 59), RNG.randint(0, 59)), when + timedelta(minutes=5))
        done = shop.capture(order, parts, moment, **options)
        captured += done["effect"]
        settle(done)
        day = moment.day + RNG.randint(1, 3)
    reversed_amount = 0
    if RNG.random() < 0.08 and len(deliveries) == 1 and day < LAST_SETTLED_DAY:
        line, gross, vat = next(part for part in deliveries[0] if part[1] > 0)
        if RNG.random() < 0.4 and gross % 2 == 0 and vat % 2 == 0:
            gross, vat = gross // 2, vat // 2
        if gross <= captured:
            moment = at(settled_day(day + RNG.randint(0, 4)), RNG.randint(9, 17), RNG.randint(0, 59))
            back = shop.reverse(order, [(line, gross, vat)], moment, **options)
            settle(back, **({} if dintero else {"referenced": done["number"]}))
            reversed_amount = gross
    shop.state(order, capture=0, reversal=captured - reversed_amount)


# ---------------------------------------------------------------------------------------------------------------------
# Planted: Dintero
# ---------------------------------------------------------------------------------------------------------------------

CHAIR, CHAIR_LUX, LAMP, PAN, RUG, EXTRA = (
    ("175-01", "Stablestol for uteplassen"), ("175-09", "Stablestol for innebruk"), ("201-15", "Lykt, sink"),
    ("190-02", "Stekepanne 28 cm"), ("180-04", "Ullpledd, \"Vidde\""), ("REST", "Restbeløp"))


def dintero_cases(shop):
    lines, none = "Order lines against captures and reversals", "Lookalikes: nothing to report"
    rows = "Captures and reversals against the settlement"

    def simple(order, gross, day, currency="NOK", settle=True, capture_day=None, **options):
        """A one-line order, captured in full."""
        shop.line(order, "1", gross, at(day, 9, 12), currency)
        shop.state(order)
        return shop.capture(order, [("1", gross)], at(capture_day or day, 14, 30),
                            options.pop("transaction", None) or shop.transaction(), currency=currency, settle=settle,
                            **options)

    case(lines, "D-1002", """The freight of 39.00 was added at the till and captured together with the goods, but the
         exported order holds no line 2.""")
    shop.line("D-1002", "1", 68300, at(6, 11, 2), goods=RUG)
    shop.state("D-1002")
    shop.capture("D-1002", [("1", 68300), ("2", 3900)], at(7, 9, 40), shop.transaction())
    finding("line-unknown", "open", "dintero", "NOK", 0, 3900, order_id="D-1002", line_id="2",
            payee_reference="D-1002/1")

    case(lines, "D-1003", "Ordered in NOK, captured and settled as the same figure in SEK.")
    shop.line("D-1003", "1", 49900, at(8, 12, 41), goods=LAMP)
    shop.state("D-1003")
    shop.capture("D-1003", [("1", 49900)], at(8, 16, 5), shop.transaction(), currency="SEK")
    finding("line-currency", "open", "dintero", "NOK", 49900, 0, order_id="D-1003", line_id="1")

    case(lines, "D-1005", """A return line of -200.00 was captured, but it does not say which line it takes back.""")
    transaction = shop.transaction()
    shop.line("D-1005", "1", 50000, at(5, 10, 0), goods=PAN)
    shop.line("D-1005", "2", -20000, at(9, 10, 0), goods=PAN, reversed_reason="Retur")
    shop.state("D-1005")
    shop.capture("D-1005", [("1", 50000)], at(5, 15, 0), transaction)
    shop.capture("D-1005", [("2", -20000)], at(9, 15, 0), transaction)
    finding("reversal-line-unlinked", "open", "dintero", "NOK", 0, -20000, order_id="D-1005", line_id="2")

    case(lines, "D-1006", """Two return lines, -200.00 and -150.00, take back 350.00 of a line of 300.00. Both were
         captured, so 50.00 too much went back.""")
    transaction = shop.transaction()
    shop.line("D-1006", "1", 30000, at(5, 10, 20), goods=LAMP)
    for line, gross in (("2", -20000), ("3", -15000)):
        shop.line("D-1006", line, gross, at(12, 10, 20), goods=LAMP, related_line_id="1", relation="reversed",
                  reversed_reason="Retur")
    shop.capture("D-1006", [("1", 30000)], at(6, 8, 15), transaction)
    shop.capture("D-1006", [("2", -20000)], at(12, 11, 0), transaction)
    shop.capture("D-1006", [("3", -15000)], at(14, 11, 0), transaction)
    finding("reversal-line-exceeds-original", "open", "dintero", "NOK", 30000, 35000, order_id="D-1006", line_id="1")

    case(lines, "D-1007", "Two lines ordered on 7 October; line 2 was never captured.")
    shop.line("D-1007", "1", 24900, at(7, 13, 8))
    shop.line("D-1007", "2", 89900, at(7, 13, 8), goods=RUG)
    shop.state("D-1007", capture=89900, reversal=24900)
    shop.capture("D-1007", [("1", 24900)], at(8, 10, 1), shop.transaction())
    finding("line-uncaptured", "open", "dintero", "NOK", 89900, 0, order_id="D-1007", line_id="2")

    case(lines, "D-1008", "Ordered for 600.00 on 6 October; only 450.00 of the line was captured.")
    shop.line("D-1008", "1", 60000, at(6, 9, 33), goods=CHAIR)
    shop.state("D-1008", capture=15000, reversal=45000)
    shop.capture("D-1008", [("1", 45000)], at(7, 9, 0), shop.transaction())
    finding("line-undercaptured", "open", "dintero", "NOK", 60000, 45000, order_id="D-1008", line_id="1")

    case(lines, "D-1009", "Ordered on 26 October, first delivery captured; the second may still come in time.")
    shop.line("D-1009", "1", 50000, at(26, 9, 33), goods=CHAIR)
    shop.state("D-1009", capture=30000, reversal=20000)
    shop.capture("D-1009", [("1", 20000)], at(27, 9, 0), shop.transaction())
    finding("line-undercaptured", "pending", "dintero", "NOK", 50000, 20000, order_id="D-1009", line_id="1")

    case(lines, "D-1010", "VAT stated as 25 % of the gross amount (25.00) in place of the VAT within it (20.00).")
    shop.line("D-1010", "1", 10000, at(13, 9, 0), vat=2500)
    shop.state("D-1010")
    shop.capture("D-1010", [("1", 10000)], at(13, 12, 0), shop.transaction())
    finding("vat-rate", "open", "dintero", "NOK", 2000, 2500, order_id="D-1010", line_id="1")

    case(lines, "D-1011", """Captured 300.00, 100.00 given back; the order still says that 300.00 can be given back.""")
    transaction = shop.transaction()
    shop.line("D-1011", "1", 30000, at(13, 9, 5), goods=PAN)
    shop.state("D-1011", capture=0, reversal=30000)
    shop.capture("D-1011", [("1", 30000)], at(13, 12, 5), transaction)
    shop.reverse("D-1011", [("1", 10000)], at(15, 12, 5), transaction)
    finding("order-remaining-reversal", "open", "dintero", "NOK", 20000, 30000, order_id="D-1011", line_id="1")

    case(lines, "D-1012", """The order line was exported twice with the same time of change, once as 349.00 and once as
         359.00. The lower is used, and it is what was captured.""")
    for gross in (34900, 35900):
        shop.line("D-1012", "1", gross, at(14, 8, 30), goods=("190-33", "Termos 0,7 l"))
    shop.state("D-1012", amount=34900)
    shop.known["D-1012", "1"] = shop.orders[-2]
    shop.capture("D-1012", [("1", 34900)], at(14, 15, 0), shop.transaction())
    finding("record-conflict", "open", "dintero", "NOK", 34900, 35900, 2, order_id="D-1012", line_id="1")

    case(rows, "D-1020", "Captured on 10 October, in no settlement.")
    simple("D-1020", 74900, 10, settle=False)
    finding("unsettled", "open", "dintero", "NOK", 74900, 0, order_id="D-1020", line_id="1",
            payee_reference="D-1020/1")

    case(rows, "D-1021", "Captured on 29 October; the next payout has not come yet.")
    simple("D-1021", 44900, 29, settle=False)
    finding("unsettled", "pending", "dintero", "NOK", 44900, 0, order_id="D-1021", line_id="1",
            payee_reference="D-1021/1")

    case(rows, "D-1022", "A settlement row of 219.00 for an order and a transaction that no export knows.")
    row = shop.settle({"operation": "", "transaction": shop.transaction(), "reference": "D-1022/1", "order": "D-1022",
                       "currency": "NOK", "when": at(15, 12, 0), "effect": 21900})
    finding("settled-unknown", "open", "dintero", "NOK", 0, 21900, order_id="D-1022", payee_reference="D-1022/1",
            settlement_id=row["settlement_id"], reconciliation_number=row["reconciliation_number"])

    case(rows, "D-1023", """The provider's fee of 12.60 was taken out of the gross amount in place of standing in the fee
         column: 800.00 captured, 787.40 settled.""")
    row = shop.settle(simple("D-1023", 80000, 12, settle=False), gross=78740, fee=0)
    finding("settled-amount", "open", "dintero", "NOK", 80000, 78740, 2, order_id="D-1023", line_id="1",
            payee_reference="D-1023/1", settlement_id=row["settlement_id"],
            reconciliation_number=row["reconciliation_number"])

    case(rows, "D-1024", "Captured in NOK, settled as the same figure in SEK.")
    row = shop.settle(simple("D-1024", 25900, 13, settle=False), currency="SEK")
    finding("settled-currency", "open", "dintero", "NOK", 25900, 0, 2, order_id="D-1024", line_id="1",
            payee_reference="D-1024/1", settlement_id=row["settlement_id"],
            reconciliation_number=row["reconciliation_number"])

    case(rows, "D-1025", """Two captures (100.00 and 200.00) and two settlement rows (120.00 and 170.00) of one
         transaction. Neither the amounts nor the sums agree: no pair is guessed.""")
    transaction = shop.transaction()
    shop.line("D-1025", "1", 10000, at(14, 9, 0))
    shop.line("D-1025", "2", 20000, at(14, 9, 0))
    shop.state("D-1025")
    first = shop.capture("D-1025", [("1", 10000)], at(14, 13, 0), transaction, settle=False)
    second = shop.capture("D-1025", [("2", 20000)], at(15, 13, 0), transaction, settle=False)
    row = shop.settle(first, gross=12000)
    shop.settle(second, gross=17000)
    finding("ambiguous", "open", "dintero", "NOK", 30000, 29000, 4, order_id="D-1025",
            settlement_id=row["settlement_id"], reconciliation_number=row["reconciliation_number"])

    case(rows, "D-1026", """Captured on 25 October at 23:30 UTC, which is 26 October at 00:30 in Oslo and Stockholm.
         Five days old on 31 October, so still in time.""")
    simple("D-1026", 34900, 25, settle=False)
    for row in shop.captures:
        if row["order_id"] == "D-1026":
            row.update(created_at="2026-10-25T23:30:00Z", updated_at="2026-10-26T00:30:00+01:00")
    finding("unsettled", "pending", "dintero", "NOK", 34900, 0, order_id="D-1026", line_id="1",
            payee_reference="D-1026/1")

    case(none, "D-1040", """The reversal story. Line 1 (458.00) is captured. The customer changes the chair: line 2 takes
         line 1 back and is captured as -458.00; line 3 (388.00) is the new chair, 300.00 of it captured with the first
         payment and 88.00 with a second payment on the same line; line 4 (70.00) is what remains of the old payment: it
         is captured together with line 3 and refunded. The settlement shows +458.00, one net row of -158.00 and, for the
         second payment, +88.00.""",
         "every line is captured for what it says; -458.00, +370.00 and -70.00 together are the row of -158.00")
    first, second = shop.transaction(), shop.transaction()
    shop.line("D-1040", "1", 45800, at(6, 10, 0), goods=CHAIR, quantity="2")
    shop.line("D-1040", "2", -45800, at(9, 10, 0), goods=CHAIR, quantity="2", related_line_id="1",
              relation="reversed", reversed_reason="Bytte av vare")
    shop.line("D-1040", "3", 38800, at(9, 10, 0), goods=CHAIR_LUX)
    shop.line("D-1040", "4", 7000, at(9, 10, 0), goods=EXTRA)
    shop.state("D-1040", capture=0, reversal=38800)
    shop.capture("D-1040", [("1", 45800)], at(6, 14, 0), first)
    shop.capture("D-1040", [("2", -45800)], at(9, 14, 0), first, settle=False)
    net = shop.capture("D-1040", [("3", 30000), ("4", 7000)], at(9, 14, 1), first, settle=False, reference="D-1040/3")
    shop.capture("D-1040", [("3", 8800)], at(9, 14, 2), second)
    shop.reverse("D-1040", [("4", 7000)], at(9, 14, 3), first, settle=False)
    shop.settle(net, gross=-15800, keys="t")

    case(none, "D-1041", """A line of 500.00 was reduced by a return line of -200.00 before anything was captured; 300.00
         was captured on line 1 and nothing on line 2.""", "300.00 is what the two lines come to")
    shop.line("D-1041", "1", 50000, at(7, 9, 0), goods=CHAIR)
    shop.line("D-1041", "2", -20000, at(7, 15, 0), goods=CHAIR, related_line_id="1", relation="reversed",
              reversed_reason="Redusert antall")
    shop.state("D-1041", capture=0, reversal=30000)
    shop.capture("D-1041", [("1", 30000)], at(8, 9, 0), shop.transaction())

    case(none, "D-1042", """A line of 500.00 was captured; a return line of -200.00 followed, but the refund names the
         original line.""", "the refund on line 1 is the return of line 2, counted once")
    transaction = shop.transaction()
    shop.line("D-1042", "1", 50000, at(12, 9, 0), goods=PAN)
    shop.line("D-1042", "2", -20000, at(16, 9, 0), goods=PAN, related_line_id="1", relation="reversed",
              reversed_reason="Retur")
    shop.state("D-1042", capture=0, reversal=30000)
    shop.capture("D-1042", [("1", 50000)], at(12, 13, 0), transaction)
    shop.reverse("D-1042", [("1", 20000)], at(16, 13, 0), transaction)

    case(none, "D-1043, D-1044", """Two orders, 250.00 NOK and 250.00 SEK, under one reference (VAREPARTI-7); the
         settlement rows carry nothing but that reference.""", "each is paired in its own currency")
    for order, currency in (("D-1043", "NOK"), ("D-1044", "SEK")):
        shop.settle(simple(order, 25000, 8, currency, settle=False, reference="VAREPARTI-7"), keys="r")

    case(none, "D-1045", "Two captures of 199.00 in one transaction, one for each line, settled as two equal rows.",
         "two operations, two rows; equal is not double")
    transaction = shop.transaction()
    for line in ("1", "2"):
        shop.line("D-1045", line, 19900, at(19, 9, 0), goods=("180-19", "Putetrekk i lin, 50 x 50"))
    shop.state("D-1045", capture=0, reversal=39800)
    for line in ("1", "2"):
        shop.settle(shop.capture("D-1045", [(line, 19900)], at(20, 10, 0), transaction, settle=False), keys="t")

    case(none, "D-1046", "One capture of 1200.00 settled in two payouts, 800.00 and 400.00.", "the parts are the whole")
    done = simple("D-1046", 120000, 9, settle=False)
    shop.settle(done, gross=80000)
    shop.settle(done, gross=40000, week=2)

    case(none, "D-1047", "Two captures, 150.00 and 250.00, settled in one row of 400.00.", "the sum is the row")
    transaction = shop.transaction()
    shop.line("D-1047", "1", 15000, at(20, 9, 0))
    shop.line("D-1047", "2", 25000, at(20, 9, 0))
    shop.state("D-1047", capture=0, reversal=40000)
    shop.capture("D-1047", [("1", 15000)], at(20, 13, 0), transaction, settle=False)
    both = shop.capture("D-1047", [("2", 25000)], at(21, 13, 0), transaction, settle=False)
    shop.settle(both, gross=40000, keys="t")

    case(none, "D-1048", """200.00 less a discount line of -20.00 was captured (-20.00 on the discount line) and all of it
         refunded: 200.00 on line 1 and -20.00, the discount given back, on line 2.""",
         "180.00 in and 180.00 out, line by line")
    transaction = shop.transaction()
    shop.line("D-1048", "1", 20000, at(19, 10, 0))
    shop.line("D-1048", "2", -2000, at(19, 10, 0), goods=("Rabatt", "Rabatt 10 %"))
    shop.state("D-1048", capture=0, reversal=0)
    shop.capture("D-1048", [("1", 20000), ("2", -2000)], at(19, 14, 0), transaction)
    shop.reverse("D-1048", [("1", 20000), ("2", -2000)], at(23, 14, 0), transaction)

    case(none, "D-1049", """An even exchange: one capture takes line 2 (-300.00) and line 3 (+300.00) together. No money
         moved, so no settlement row came.""", "an operation of 0.00 needs no row")
    transaction = shop.transaction()
    shop.line("D-1049", "1", 30000, at(13, 10, 0), goods=CHAIR)
    shop.line("D-1049", "2", -30000, at(15, 10, 0), goods=CHAIR, related_line_id="1", relation="reversed",
              reversed_reason="Bytte av vare")
    shop.line("D-1049", "3", 30000, at(15, 10, 0), goods=CHAIR_LUX)
    shop.state("D-1049", capture=0, reversal=30000)
    shop.capture("D-1049", [("1", 30000)], at(13, 14, 0), transaction)
    shop.capture("D-1049", [("2", -30000), ("3", 30000)], at(15, 14, 0), transaction, settle=False)

    case(none, "D-1050", """The capture was exported as 200.00 and, with a later time of change, as 220.00.""",
         "the later row replaces the earlier")
    transaction, operation = shop.transaction(), guid()
    shop.line("D-1050", "1", 22000, at(21, 9, 0))
    shop.state("D-1050", capture=0, reversal=22000)
    shop.capture("D-1050", [("1", 20000)], at(21, 14, 0), transaction, settle=False, operation=operation, number=1)
    shop.capture("D-1050", [("1", 22000)], at(21, 14, 0), transaction, operation=operation, number=1,
                 updated=at(21, 14, 20))

    case(none, "D-1051", """A first capture attempt of 389.00 failed (state false), the second went through. The order's
         description holds a comma, quotation marks and a line break.""", "a failed capture is no money")
    transaction = shop.transaction()
    shop.line("D-1051", "1", 38900, at(22, 9, 0),
              goods=("201-07", "Vedkurv, flettet, modell \"Skogen\"\nLeveres i to kolli, samlet frakt"))
    shop.state("D-1051", capture=0, reversal=38900)
    shop.capture("D-1051", [("1", 38900)], at(22, 13, 0), transaction, settle=False, state="false")
    shop.capture("D-1051", [("1", 38900)], at(22, 13, 10), transaction, state="TRUE")


# ---------------------------------------------------------------------------------------------------------------------
# Planted: Swedbank Pay
# ---------------------------------------------------------------------------------------------------------------------

POT, BLANKET, GRINDER = (("KK-3007", "Gjutjärnsgryta 4 liter"), ("TX-2010", "Yllefilt, grå"), ("KK-3051", "Kaffekvarn"))


def swedbank_cases(shop):
    lines, none = "Order lines against captures and reversals", "Lookalikes: nothing to report"
    rows, files = "Captures and reversals against the settlement", "Settlement files"
    swedbank = "swedbank_pay"

    def simple(order, gross, day, currency="SEK", instrument="swish", hour=14, **options):
        """A one-line order, captured in full."""
        shop.line(order, "1", gross, at(day, 9, 12), currency)
        shop.state(order)
        return shop.capture(order, [("1", gross)], at(day, hour, 30), currency=currency, instrument=instrument,
                            **options)

    def ids(done, row=None, **more):
        """The id columns of a finding on an operation and, where given, its settlement row."""
        found = {"order_id": done["order"], "payee_reference": done["reference"],
                 "transaction_number": done["number"], "reconciliation_number": done["batch"]}
        if len(done["parts"]) == 1:
            found["line_id"] = done["parts"][0][0]
        if row:
            found["settlement_id"] = row["report"]
        return {**found, **more}

    def row_ids(row):
        return {"payee_reference": row["identity"], "transaction_number": row["number"],
                "reconciliation_number": row["batch"], "settlement_id": row["report"]}

    case(lines, "S-2001", "Captured (two lines, 423.00) and settled, but no order export holds the order.")
    done = shop.capture("S-2001", [("1", 34900), ("2", 7400)], at(6, 11, 20), instrument="card")
    finding("order-unknown", "open", swedbank, "SEK", 0, 42300, **ids(done))

    case(lines, "S-2002", "The discount of -50.00 was captured as +50.00, so 1050.00 was taken in place of 950.00.")
    shop.line("S-2002", "1", 100000, at(7, 9, 0), goods=POT)
    shop.line("S-2002", "2", -5000, at(7, 9, 0), goods=("Rabatt", "Rabattkod"))
    shop.state("S-2002")
    shop.capture("S-2002", [("1", 100000), ("2", 5000)], at(7, 13, 0), instrument="card")
    finding("line-wrong-direction", "open", swedbank, "SEK", -5000, 5000, order_id="S-2002", line_id="2")

    case(lines, "S-2003", "Captured 400.00, given back 250.00 and then 200.00: 50.00 more than was taken.")
    first = simple("S-2003", 40000, 6)
    shop.settle(shop.reverse("S-2003", [("1", 25000)], at(8, 10, 0), settle=False), referenced=first["number"])
    shop.settle(shop.reverse("S-2003", [("1", 20000)], at(9, 10, 0), settle=False), referenced=first["number"])
    finding("reversal-exceeds-capture", "open", swedbank, "SEK", 40000, 45000, order_id="S-2003", line_id="1")

    case(lines, "S-2004", "Ordered for 200.00; a second capture took another 50.00.")
    shop.line("S-2004", "1", 20000, at(8, 9, 0))
    shop.state("S-2004")
    shop.capture("S-2004", [("1", 20000)], at(8, 14, 0), instrument="card")
    shop.capture("S-2004", [("1", 5000)], at(9, 14, 0), instrument="card")
    finding("line-overcaptured", "open", swedbank, "SEK", 20000, 25000, order_id="S-2004", line_id="1")

    case(lines, "S-2005", "Ordered on 8 October, never captured.")
    shop.line("S-2005", "1", 84900, at(8, 17, 0), goods=BLANKET)
    shop.state("S-2005", capture=84900, reversal=0)
    finding("line-uncaptured", "open", swedbank, "SEK", 84900, 0, order_id="S-2005", line_id="1")

    case(lines, "S-2006", "Ordered on 27 October, not captured yet; within the seven days.")
    shop.line("S-2006", "1", 15900, at(27, 17, 0))
    shop.state("S-2006", capture=15900)
    finding("line-uncaptured", "pending", swedbank, "SEK", 15900, 0, order_id="S-2006", line_id="1")

    case(lines, "S-2007", """Ordered on 23 October at 22:30 UTC, which is 24 October at 00:30 in Stockholm: seven days old
         on 31 October, not eight.""")
    shop.line("S-2007", "1", 64900, at(24, 0, 30), goods=GRINDER, created_at="2026-10-23T22:30:00Z",
              updated_at="2026-10-23T22:34:00Z")
    shop.state("S-2007")
    finding("line-uncaptured", "pending", swedbank, "SEK", 64900, 0, order_id="S-2007", line_id="1")

    case(lines, "S-2008", "The order says 25.00 VAT on 125.00, the capture 20.00.")
    shop.line("S-2008", "1", 12500, at(9, 9, 0))
    shop.state("S-2008")
    shop.capture("S-2008", [("1", 12500, 2000)], at(9, 15, 0))
    finding("line-vat", "open", swedbank, "SEK", 2500, 2000, order_id="S-2008", line_id="1")

    case(lines, "S-2009", "The lines come to 150.00, the order says 160.00.")
    shop.line("S-2009", "1", 10000, at(9, 9, 30))
    shop.line("S-2009", "2", 5000, at(9, 9, 30))
    shop.state("S-2009", amount=16000)
    shop.capture("S-2009", [("1", 10000), ("2", 5000)], at(9, 15, 30), instrument="card")
    finding("order-total", "open", swedbank, "SEK", 15000, 16000, 2, order_id="S-2009")

    case(lines, "S-2010", "Captured in full, yet the order says that 50.00 can still be captured.")
    simple("S-2010", 20000, 12)
    shop.state("S-2010", capture=5000, reversal=20000)
    finding("order-remaining-capture", "open", swedbank, "SEK", 0, 5000, order_id="S-2010", line_id="1")

    case(lines, "S-2011", """One capture (one transaction number) stands as 180.00 in one export and as 185.00 in the next,
         neither with a time of change. The lower is used, and it is what was ordered and settled.""")
    done = simple("S-2011", 18000, 8, only=0)
    shop.capture("S-2011", [("1", 18500)], done["when"], number=done["number"], reference=done["reference"],
                 settle=False, only=1)
    finding("record-conflict", "open", swedbank, "SEK", 18000, 18500, 2, **ids(done))

    case(lines, "S-2012", """The capture names no lines, so the order is compared as a whole: 180.00 ordered on 9 October,
         150.00 captured.""")
    shop.line("S-2012", "1", 10000, at(9, 12, 0))
    shop.line("S-2012", "2", 8000, at(9, 12, 0))
    shop.state("S-2012", capture=3000, reversal=15000)
    shop.capture("S-2012", [("", 15000)], at(10, 12, 0), instrument="invoice")
    finding("line-undercaptured", "open", swedbank, "SEK", 18000, 15000, 2, order_id="S-2012", line_id="*")

    case(rows, "S-2020", "Captured on 9 October; its batch was settled, but without it.")
    done = simple("S-2020", 29900, 9, settle=False)
    finding("unsettled", "open", swedbank, "SEK", 29900, 0, **ids(done))

    case(rows, "S-2021, S-2022, S-2023", f"""Three captures of 18 October. No settlement row carries batch
         {batch_number(18)}: it would stand in the report R4711-0045, which never came (see Settlement files).""")
    total = 0
    for order, gross in (("S-2021", 59900), ("S-2022", 24900), ("S-2023", 34900)):
        total += simple(order, gross, 18, settle=False)["effect"]
    finding("batch-missing", "open", swedbank, "SEK", total, 0, 3, line_id="1", reconciliation_number=batch_number(18))

    case(rows, "S-2024, S-2025", "Two captures of 30 October; their batch has not been settled yet.")
    total = 0
    for order, gross in (("S-2024", 19900), ("S-2025", 129900)):
        total += simple(order, gross, 30, settle=False)["effect"]
    finding("batch-missing", "pending", swedbank, "SEK", total, 0, 2, line_id="1",
            reconciliation_number=batch_number(30))

    case(rows, "S-2026", "Captured once (275.00), settled twice: in R4711-0042 and again in R4711-0043.")
    done = simple("S-2026", 27500, 7)
    again = shop.settle(done, day=13)
    finding("settled-twice", "open", swedbank, "SEK", 0, 27500, **row_ids(again))

    case(rows, "S-2027", """The first capture failed, the second went through. Both were settled: 220.00 for a capture
         that did not happen.""")
    shop.line("S-2027", "1", 22000, at(8, 9, 0))
    shop.state("S-2027")
    failed = shop.capture("S-2027", [("1", 22000)], at(8, 14, 0), state="Failed", batch=False, settle=False)
    row = shop.settle(failed)
    shop.capture("S-2027", [("1", 22000)], at(8, 14, 5))
    finding("settled-not-completed", "open", swedbank, "SEK", 0, 22000, 2, **ids(failed, row))

    case(rows, "S-2028", "Captured 649.00, settled 644.00.")
    done = simple("S-2028", 64900, 13, settle=False)
    row = shop.settle(done, amount=64400)
    finding("settled-amount", "open", swedbank, "SEK", 64900, 64400, 2, **ids(done, row))

    case(rows, "S-2029", "319.00 was given back to the customer, but settled as a second sale.")
    simple("S-2029", 31900, 13)
    back = shop.reverse("S-2029", [("1", 31900)], at(15, 14, 0), settle=False)
    row = shop.settle(back, amount=31900)
    finding("settled-direction", "open", swedbank, "SEK", -31900, 31900, 2, **ids(back, row))

    case(rows, "S-2030", "A settlement row of 349.00 whose transaction no export knows.")
    row = shop.settle({"order": "", "reference": "KASSA88120", "number": shop.next_number("swish"),
                       "instrument": "swish", "when": at(14, 16, 42), "currency": "SEK", "day": 14,
                       "effect": 34900})
    finding("settled-unknown", "open", swedbank, "SEK", 0, 34900, **row_ids(row))

    case(rows, "S-2031", f"""The export says batch {batch_number(14)}, the settlement row batch {batch_number(15)}; the
         amount agrees.""")
    done = simple("S-2031", 45900, 14, settle=False)
    row = shop.settle(done, day=15)
    finding("wrong-batch", "open", swedbank, "SEK", 45900, 45900, 2, **ids(done, row, reconciliation_number=""))

    case(rows, "S-2032", """Two captures, 200.00 and 150.00, with different transaction numbers but one payee reference,
         which must be unique.""")
    shop.line("S-2032", "1", 20000, at(6, 9, 0))
    shop.line("S-2032", "2", 15000, at(6, 9, 0))
    shop.state("S-2032")
    done = shop.capture("S-2032", [("1", 20000)], at(7, 14, 0), instrument="card")
    shop.capture("S-2032", [("2", 15000)], at(13, 14, 0), instrument="card", reference=done["reference"])
    finding("reference-reused", "open", swedbank, "SEK", 20000, 35000, 2, order_id="S-2032",
            payee_reference=done["reference"])

    case(rows, "S-2033", "The capture says 155.00 in all, its two lines come to 150.00; 150.00 was settled.")
    shop.line("S-2033", "1", 10000, at(14, 9, 0))
    shop.line("S-2033", "2", 5000, at(14, 9, 0))
    shop.state("S-2033")
    done = shop.capture("S-2033", [("1", 10000), ("2", 5000)], at(14, 14, 0), operation_amount=15500)
    finding("items-total", "open", swedbank, "SEK", 15500, 15000, **ids(done))

    case(rows, "S-2034, S-2035, S-2036", """Three captures in EUR were settled one, two and one cent short. Two cents are
         tolerated on each, but only three cents on the month.""")
    for order, gross, short, day in (("S-2034", 12500, 1, 8), ("S-2035", 9900, 2, 14), ("S-2036", 4500, 1, 21)):
        done = simple(order, gross, day, "EUR", "card", settle=False)
        shop.settle(done, amount=gross - short)
    finding("tolerance-budget", "open", "", "EUR", 3, 4, 3)

    case(files, "R4711-0045", "The series runs from R4711-0041 to R4711-0048; this report is missing.")
    finding("file-gap", "open", swedbank, "", 0, 0, settlement_id="R4711-0045")

    case(files, "2026-W43", """An export of captures is to come for every week since 21 September, within two days after it
         (`[[expect]]`). Four came, the one that was given twice counted once; that of the fifth week, 19 to 25 October,
         has not.""")
    finding("file-missing", "open", swedbank, "", 0, 0, settlement_id="2026-W43")

    case(files, "Dintero, 2026-10", """Dintero's settlements are to come for every month since October, in November at the
         latest.""", none="one file came, and the month is not over")

    case(files, "R4711-0046", "The report states a sum that is 1250.00 higher than its rows.")
    finding("file-total", "open", swedbank, "SEK", "", "", settlement_id="R4711-0046")  # filled in when it is written

    case(files, "R4711-0042", """The report was sent twice; the second file (R4711-0042-again.xml) has other line ends but
         the same records. It is read once.""")
    finding("file-repeated", "listed", swedbank, "", 0, 0, settlement_id="R4711-0042")

    case(files, "captures-2026-10-15_24", """The compressed export was also unpacked and left beside it: the same bytes
         twice, read once.""")
    finding("file-repeated", "listed", swedbank, "", 0, 0)

    case(files, "R4711-0043", """Sent on 19 October without two sales and with one wrong amount, and again, corrected, on 21
         October. The later file counts, and it agrees with the captures.""")
    finding("file-restated", "open", swedbank, "", 0, 0, settlement_id="R4711-0043")

    def extra(kind, gross, day, fee="", net="", order="", reference="", number=""):
        shop.extra.append({"settlement_id": "X4711-0001", "reconciliation_number": batch_number(day), "kind": kind,
                           "order_id": order, "payee_reference": reference, "transaction_number": number,
                           "gross_amount": gross, "fee_amount": fee, "net_amount": net, "currency": "SEK",
                           "created_at": f"2026-10-{day:02d} 12:00:00", "settled_at": f"2026-10-{day + 1:02d}"})

    case(files, "S-2060", """A settlement row (extra-settlements.csv) of 549.00 gross and 8.00 fee states a net of 540.50 in
         place of 541.00. The capture itself is settled.""")
    done = simple("S-2060", 54900, 20, settle=False)
    extra("capture", 54900, 20, 800, 54050, done["order"], done["reference"], done["number"])
    finding("file-net", "open", swedbank, "SEK", 54100, 54050, order_id="S-2060", payee_reference=done["reference"],
            transaction_number=done["number"], reconciliation_number=done["batch"], settlement_id="X4711-0001")

    case(none, "S-2061 and the rows without an order", """In extra-settlements.csv: a sale and its reversal that agree, a
         monthly fee, a chargeback, an adjustment and a payout.""",
         "rows of other kinds than capture and reversal are totalled by kind and never compared")
    done = simple("S-2061", 69900, 20, settle=False)
    extra("capture", 69900, 20, 1000, 68900, done["order"], done["reference"], done["number"])
    back = shop.reverse("S-2061", [("1", 69900)], at(22, 10, 0), settle=False)
    extra("Reversal", -69900, 22, 0, -69900, back["order"], back["reference"], back["number"])
    extra("fee", -49900, 20, 0, -49900)
    extra("chargeback", -24900, 21, 15000, -39900)
    extra("adjustment", 50, 21, 0, 50)
    extra("payout", -8150, 22)

    case(none, "S-2037", "Captured 1890.50 DKK, settled one øre short.", "within tolerance and budget; listed as tolerated")
    done = simple("S-2037", 189050, 15, "DKK", "card", settle=False)
    shop.settle(done, amount=189049)

    case(none, "S-2040", """The reversal story. Two lines, 800.00, captured on 6 October; 100.00 of line 2 given back on 8
         October and the other 200.00 on 14 October, each in a batch and a report of its own.""",
         "each operation has its row in the batch that it names")
    shop.line("S-2040", "1", 50000, at(6, 9, 0), goods=POT)
    shop.line("S-2040", "2", 30000, at(6, 9, 0), goods=BLANKET)
    shop.state("S-2040", capture=0, reversal=50000)
    first = shop.capture("S-2040", [("1", 50000), ("2", 30000)], at(6, 14, 0), instrument="card")
    for amount, day in ((10000, 8), (20000, 14)):
        back = shop.reverse("S-2040", [("2", amount)], at(day, 11, 0), instrument="card", settle=False)
        shop.settle(back, referenced=first["number"])

    case(none, "S-2041", """500.00 ordered, 300.00 captured, the remaining 200.00 cancelled.""",
         "the order's cancelled amount is exactly what is missing")
    shop.line("S-2041", "1", 30000, at(7, 9, 0), goods=POT)
    shop.line("S-2041", "2", 20000, at(7, 9, 0))
    shop.state("S-2041", cancelled=20000, capture=0, reversal=30000)
    shop.capture("S-2041", [("1", 30000)], at(8, 14, 0), instrument="card")

    case(none, "S-2042", "The order was updated before payment (UpdateOrder): 450.00, two hours later 390.00.",
         "the later export of the line counts")
    shop.line("S-2042", "1", 45000, at(12, 9, 0), goods=BLANKET, order_amount=45000, remaining_capture_amount=45000)
    shop.line("S-2042", "1", 39000, at(12, 9, 0), goods=BLANKET, order_amount=39000, remaining_capture_amount=0,
              remaining_reversal_amount=39000, updated_at="2026-10-12 11:04:00")
    shop.capture("S-2042", [("1", 39000)], at(12, 14, 0))

    case(none, "S-2043", "A first capture of 250.00 failed, the second went through; only the second was settled.",
         "a failed capture is no money")
    shop.line("S-2043", "1", 25000, at(13, 9, 0))
    shop.state("S-2043", capture=0, reversal=25000)
    shop.capture("S-2043", [("1", 25000)], at(13, 14, 0), state="Failed", batch=False, settle=False)
    shop.capture("S-2043", [("1", 25000)], at(13, 14, 5))

    case(none, "S-2044", """One capture exported as AwaitingActivity and later, with a later time of change, as Completed.""",
         "the later row replaces the earlier")
    shop.line("S-2044", "1", 17500, at(15, 9, 0))
    shop.state("S-2044", capture=0, reversal=17500)
    done = shop.capture("S-2044", [("1", 17500)], at(15, 14, 0), state="AwaitingActivity", updated=at(15, 14, 0),
                        batch=False, settle=False, only=1)
    shop.settle(shop.capture("S-2044", [("1", 17500)], at(15, 14, 0), updated=at(15, 14, 7), settle=False,
                             number=done["number"], reference=done["reference"], only=2))

    case(none, "S-2045", """One capture exported twice with one time of change, once as Failed and once as Completed.""",
         "at one time the completed row wins")
    shop.line("S-2045", "1", 16500, at(16, 9, 0))
    shop.state("S-2045", capture=0, reversal=16500)
    done = shop.capture("S-2045", [("1", 16500)], at(16, 14, 0), state="Failed", updated=at(16, 14, 7), settle=False,
                        only=1)
    shop.settle(shop.capture("S-2045", [("1", 16500)], at(16, 14, 0), updated=at(16, 14, 7), settle=False,
                             state="completed", number=done["number"], reference=done["reference"], only=2))

    case(none, "S-2046", "One capture of 900.00 settled in two reports, 600.00 and 300.00, both of its batch.",
         "the parts are the whole")
    done = simple("S-2046", 90000, 9, instrument="card", settle=False)
    shop.settle(done, amount=60000)
    shop.settle(done, amount=30000, day=9, report="R4711-0043")

    case(none, "S-2047", "Two captures without line numbers come to the order's three lines, one of them 0.00.",
         "an order captured without lines is compared as a whole")
    shop.line("S-2047", "1", 40000, at(19, 9, 0), goods=POT)
    shop.line("S-2047", "2", 12000, at(19, 9, 0))
    shop.line("S-2047", "3", 0, at(19, 9, 0), goods=("GAVE", "Presentinslagning"))
    shop.state("S-2047", capture=0, reversal=52000)
    shop.capture("S-2047", [("", 40000)], at(19, 14, 0), instrument="invoice")
    shop.capture("S-2047", [("", 12000)], at(20, 14, 0), instrument="invoice")

    case(none, "S-2048", "The reversal of 99.00 was exported with its sign, as -99.00, not as a positive amount.",
         "an operation whose rows sum below 0 is already signed")
    first = simple("S-2048", 9900, 19)
    shop.state("S-2048", capture=0, reversal=0)
    back = shop.reverse("S-2048", [("1", 9900)], at(21, 10, 0), signed=True, settle=False)
    shop.settle(back, referenced=first["number"])

    case(none, "000417 and 417", "Two orders whose ids differ by leading zeros only; also line 01 and line 1.",
         "ids are text, zeros count")
    for order, line, gross in (("000417", "01", 33900), ("000417", "1", 12900), ("417", "1", 8900)):
        shop.line(order, line, gross, at(20, 9, 0))
    for order, parts in (("000417", [("01", 33900), ("1", 12900)]), ("417", [("1", 8900)])):
        shop.state(order)
        shop.capture(order, parts, at(20, 15, 0), reference=f"B{order}C1")

    case(none, "S-2049", """A discount line of -60.00, captured as -60.00; a quantity of 351.3514; a description with a comma,
         quotation marks and a line break; the id with blanks around it in the capture export.""",
         "negative lines are captured negative; fields are trimmed")
    shop.line("S-2049", "1", 60000, at(21, 9, 0), quantity="351.3514",
              goods=("TX-2090", "Linneväv, metervara, \"Natur\"\nTvättas i 40 grader"))
    shop.line("S-2049", "2", -6000, at(21, 9, 0), goods=("Rabatt", "Rabatt, kampanj \"Höst\""))
    shop.state("S-2049", capture=0, reversal=54000)
    shop.capture("S-2049", [("1", 60000), ("2", -6000)], at(21, 14, 0), shown_order=" S-2049 ")


# ---------------------------------------------------------------------------------------------------------------------
# Files of the month
# ---------------------------------------------------------------------------------------------------------------------

def write_dintero(shop):
    folder = MONTH / "dintero"
    by_time = lambda row: (row["_when"], row["order_id"], row.get("line_id", ""))
    order_columns = ["order_id", "line_id", "item_id", "description", "quantity", "gross_amount", "vat_amount", "vat_rate",
                     "currency", "related_line_id", "relation", "reversed_reason", "created_at", "updated_at",
                     "order_amount", "cancelled_amount", "remaining_capture_amount", "remaining_reversal_amount",
                     "warehouse"]  # the last is no column of ours: it is ignored, and said to be
    for row in shop.orders:
        row["warehouse"] = "Nord" if row["gross_amount"] % 200 else "Vest"
    columns = ["order_id", "line_id", "operation_id", "transaction_id", "payee_reference", "payment_id", "amount",
               "currency", "vat_amount", "state", "created_at", "updated_at", "operation_amount"]
    settled = ["settlement_id", "reconciliation_number", "kind", "order_id", "operation_id", "transaction_id",
               "payee_reference", "gross_amount", "fee_amount", "net_amount", "currency", "created_at", "settled_at"]
    write(folder / "orders.csv", csv_bytes(order_columns, sorted(shop.orders, key=by_time)))
    write(folder / "captures.csv", csv_bytes(columns, sorted(shop.captures, key=by_time)))
    write(folder / "reversals.csv", csv_bytes(columns, sorted(shop.reversals, key=by_time), "\r\n"))
    by_file = lambda row: (row["settlement_id"], row["_when"], row["order_id"])
    write(folder / "settlements.csv", csv_bytes(settled, sorted(shop.settlements, key=by_file)))


def write_swedbank(shop):
    folder = MONTH / "swedbank_pay"
    by_time = lambda row: (row["_when"], row["order_id"], row["line_id"])
    order_columns = ["order_id", "line_id", "created_at", "updated_at", "item_id", "description", "quantity", "vat_rate",
                     "vat_amount", "gross_amount", "currency", "order_amount", "cancelled_amount",
                     "remaining_capture_amount", "remaining_reversal_amount"]
    write(folder / "orders.csv", csv_bytes(order_columns, sorted(shop.orders, key=by_time), "\r\n", bom=True))
    columns = ["order_id", "line_id", "payee_reference", "transaction_number", "receipt_reference",
               "reconciliation_number", "amount", "currency", "vat_amount", "state", "created_at", "updated_at",
               "operation_amount"]
    other_order = ["created_at", "state", "amount", "vat_amount", "operation_amount", "currency", "transaction_number",
                   "payee_reference", "receipt_reference", "order_id", "line_id", "reconciliation_number", "updated_at"]

    def export(rows, index, first, last, names, newline="\n", bom=False):
        part = [row for row in rows if row.get("_only") == index
                or (row.get("_only") is None and first <= row["_when"].day <= last)]
        return csv_bytes(names, sorted(part, key=by_time), newline, bom)

    write(folder / "captures-2026-10-01_08.csv", export(shop.captures, 0, 1, 8, columns))
    write(folder / "captures-2026-10-08_16.csv", export(shop.captures, 1, 8, 16, columns, "\r\n", True))
    third = export(shop.captures, 2, 15, 24, columns)
    write(folder / "captures-2026-10-15_24.csv.gz", gzip.compress(third, mtime=0))
    write(folder / "captures-2026-10-15_24-unpacked.csv", third)
    write(folder / "captures-2026-10-24_31.csv", export(shop.captures, 3, 24, 31, other_order))
    write(folder / "reversals-2026-10-01_20.csv", export(shop.reversals, 0, 1, 20, columns))
    write(folder / "reversals-2026-10-18_31.csv", export(shop.reversals, 1, 18, 31, columns))
    extra = ["settlement_id", "reconciliation_number", "kind", "order_id", "payee_reference", "transaction_number",
             "gross_amount", "fee_amount", "net_amount", "currency", "created_at", "settled_at"]
    write(folder / "extra-settlements.csv", csv_bytes(extra, shop.extra))
    write_reports(shop, folder)


def attributes(pairs):
    return " ".join(f"{name}={quoteattr(str(value))}" for name, value in pairs if value is not None)


def report_xml(accounting_no, accounting_date, rows, overstated=0):
    """One transaction list, version 2. Returns the text and the stated and the real sum of its first currency."""
    rows = sorted(rows, key=lambda row: (row["currency"], row["type"], row["created"], row["number"]))
    currencies = sorted({row["currency"] for row in rows})
    head = attributes([("ContractingParty", "PayEx Sverige AB"), ("AccountingNo", accounting_no),
                       ("TotalNoOfTransactions", len(rows)), ("AccountingDate", accounting_date), ("Version", "2.0"),
                       ("xmlns", "http://www.payex.com/xml/SalesAccountedTransactions%5B2.0%5D.xsd")])
    out = ['<?xml version="1.0" encoding="utf-8"?>', f"<SalesAccountedTransactions {head}>", '\t<Summary Subsite="">']
    for currency in currencies:
        out.append(f'\t\t<Currency Currency="{currency}">')
        here = [row for row in rows if row["currency"] == currency]
        for kind in sorted({row["type"] for row in here}):
            out.append(f'\t\t\t<ServiceType ServiceType="{kind}">')
            for service in sorted({row["service"] for row in here if row["type"] == kind}):
                own = [row for row in here if row["service"] == service]
                days = [row["created"].strftime("%Y-%m-%d") for row in own]
                text = attributes([("ServiceName", service), ("NoOfDebit", sum(row["amount"] >= 0 for row in own)),
                                   ("NoOfCredit", sum(row["amount"] < 0 for row in own)),
                                   ("Amount", major(sum(row["amount"] for row in own))),
                                   ("FromDate", min(days)), ("ToDate", max(days))])
                out.append(f"\t\t\t\t<Service {text} />")
            out.append("\t\t\t</ServiceType>")
        out.append("\t\t</Currency>")
    out.append("\t</Summary>")
    sums = []
    for currency in currencies:
        here = [row for row in rows if row["currency"] == currency]
        body = sum(row["amount"] for row in here)
        sums.append((body + overstated, body))
        out.append(f'\t<Currency Sum="{major(body + overstated)}" Currency="{currency}">')
        for row in here:
            text = attributes([
                ("TransactionIdentity", row["identity"]), ("Amount", major(row["amount"])), ("Currency", currency),
                ("VATAmount", None if row["vat"] is None else major(row["vat"])),
                ("DateCreated", local_text(row["created"])), ("DateModified", local_text(row["modified"])),
                ("ServiceName", row["service"]), ("Provider", row["provider"]), ("PayexTransactionNo", row["number"]),
                ("PayexBatchNo", row["batch"]), ("ReferencedTransaction", row["referenced"]),
                ("ExternalTransactionReference", row["external"]), ("CreditCardBatchNo", row["card_batch"]),
                ("Description", row["description"]), ("ProductCategory", "Webb"),
                ("SalesChannel", "Transaction via Web"), ("PayExAccountNo", "471100")])
            out.append(f"\t\t<Transaction {text} />")
        out.append("\t</Currency>")
    out.append("</SalesAccountedTransactions>\n")
    return "\n".join(out), sums[0]


def write_reports(shop, folder):
    dates = {41: "05", 42: "12", 43: "21", 44: "19", 46: "26", 47: "30", 48: "30"}
    for running, day in dates.items():
        number = f"R4711-{running:04d}"
        rows = [row for row in shop.transactions if row["report"] == number]
        text, (stated, body) = report_xml(number, f"2026-10-{day}", rows, 125000 if running == 46 else 0)
        if running == 46:
            total = next(item for entry in CASES for item in entry["findings"] if item["code"] == "file-total")
            total.update(expected=stated, actual=body)
        name = f"{number}-corrected.xml" if running == 43 else f"{number}.xml"
        write(folder / name, text)
        if running == 42:
            write(folder / f"{number}-again.xml", text.replace("\n", "\r\n"))
        if running == 43:
            ordinary_sales = [row for row in rows if row["amount"] > 0 and " S-21" in row["description"]]
            left_out, wrong = ordinary_sales[5:7], ordinary_sales[11]
            before = [{**row, "amount": row["amount"] + 900} if row is wrong else row
                      for row in rows if row not in left_out]
            write(folder / f"{number}.xml", report_xml(number, "2026-10-19", before)[0])


MONTH_TOML = """\
# The demonstration month. From the folder above this one:
#   avstem run --config october-2026/avstem.toml --as-of 2026-10-31
out = "../avstem-out"
timezone = "Europe/Stockholm"

[rules]
capture_days = 7
settlement_days = 5
vat_tolerance = 1
amount_tolerance = { EUR = 2, DKK = 1 }
tolerance_budget = { EUR = 3, DKK = 5 }

# Files that must come; without `dataset` a settlement file.
[[expect]]
provider = "swedbank_pay"
dataset = "captures"
every = "week"
latest_by_days = 2
from = 2026-09-21

[[expect]]
provider = "dintero"
every = "month"
latest_by_days = 30
from = 2026-10-01
"""

SOURCES = [("dintero/orders.csv", "orders", "dintero"), ("dintero/captures.csv", "captures", "dintero"),
           ("dintero/reversals.csv", "reversals", "dintero"), ("dintero/settlements.csv", "settlements", "dintero"),
           ("swedbank_pay/orders.csv", "orders", "swedbank_pay"),
           ("swedbank_pay/captures-*", "captures", "swedbank_pay"),
           ("swedbank_pay/reversals-*.csv", "reversals", "swedbank_pay"),
           ("swedbank_pay/R4711-*.xml", "settlements", "swedbank_pay"),
           ("swedbank_pay/extra-settlements.csv", "settlements", "swedbank_pay")]


def with_sources(text, sources):
    for path, dataset, provider in sources:
        text += f'\n[[source]]\npath = "{path}"\ndataset = "{dataset}"\nprovider = "{provider}"\n'
    return text


# ---------------------------------------------------------------------------------------------------------------------
# The broken folder: rows that cannot be read
# ---------------------------------------------------------------------------------------------------------------------

BROKEN_FILES = {  # file -> header, then (column of the reject or "" for the whole row or None for a good row, why, text)
    "orders.csv": ("order_id,line_id,gross_amount,currency,created_at,description,quantity,vat_amount,vat_rate,"
                   "updated_at,order_amount", [
        (None, "", "B-1,1,+12500,SEK,2026-10-05 10:00:00,\"Yllefilt,\ngrå\",1,2500,2500,,12500"),
        (None, "", "B-2,1,8900,SEK,2026-10-05,Pocketbok,1.5000,504,600,,8900"),
        ("gross_amount", "decimal mark", "B-101,1,129.90,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("gross_amount", "required, empty", "B-102,1,,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("gross_amount", "blank between digits", "B-103,1,1 200,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("gross_amount", "too large", "B-104,1,9223372036854775808,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("currency", "small letters", "B-105,1,12500,sek,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("currency", "no longer a currency", "B-106,1,12500,SKK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("created_at", "no such month", "B-107,1,12500,SEK,2026-13-05 10:00:00,Skärbräda,1,,,,"),
        ("created_at", "another form of date", "B-108,1,12500,SEK,05.10.2026,Skärbräda,1,,,,"),
        ("order_id", "required, empty", " ,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("line_id", "required, empty", "B-110,,12500,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,"),
        ("quantity", "five decimals", "B-111,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,1.23456,,,,"),
        ("quantity", "not a number", "B-112,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,två,,,,"),
        ("vat_amount", "decimal comma", "B-113,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,1,\"25,00\",,,"),
        ("vat_rate", "percent sign", "B-114,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,1,2500,25%,,"),
        ("updated_at", "not a time", "B-115,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,1,,,i går,"),
        ("order_amount", "not a number", "B-116,1,12500,SEK,2026-10-05 10:00:00,Skärbräda,1,,,,okänt"),
        ("", "too few fields", "B-117,1,12500,SEK"),
        ("", "too many fields", "B-118,1,12500,SEK,2026-10-05 10:00:00,Skärbräda, i ek,1,,,,"),
        ("description", "bytes that are not UTF-8", "B-119,1,12500,SEK,2026-10-05 10:00:00,Sk\udce4rbr\udce4da,1,,,,"),
        (None, "", ""),
        (None, "", "B-3,1,0,SEK,2026-10-06T08:00:00Z,Presentinslagning,1,0,2500,,0"),
    ]),
    "captures.csv": ("order_id,line_id,transaction_number,payee_reference,amount,currency,created_at,vat_amount,"
                     "operation_amount", [
        (None, "", "B-1,1,41730000011,B1C1,12500,SEK,2026-10-05T12:00:00.1234567Z,2500,12500"),
        (None, "", "B-2,1,41730000012,B2C1,8900,SEK,2026-10-05T12:01:00+02:00,504,8900"),
        ("amount", "a typographic minus", "B-201,1,41730000021,B201C1,\u2212500,SEK,2026-10-05T12:00:00Z,,"),
        ("currency", "required, empty", "B-202,1,41730000022,B202C1,500,,2026-10-05T12:00:00Z,,"),
        ("created_at", "required, empty", "B-203,1,41730000023,B203C1,500,SEK,,,"),
        ("operation_amount", "decimal mark", "B-204,1,41730000024,B204C1,500,SEK,2026-10-05T12:00:00Z,,5.00"),
    ]),
    "reversals.csv": ("order_id,line_id,transaction_number,payee_reference,amount,currency,created_at", [
        (None, "", "B-2,1,41730000013,B2R1,8900,SEK,2026-10-08T12:00:00Z"),
        ("created_at", "no such day", "B-301,1,41730000031,B301R1,500,SEK,2026-02-30"),
        ("amount", "not a number", "B-302,1,41730000032,B302R1,fem,SEK,2026-10-08"),
    ]),
    "settlements.csv": ("settlement_id,transaction_number,gross_amount,fee_amount,net_amount,vat_amount,currency,"
                        "settled_at", [
        (None, "", "X1,41730000011,12500,200,12300,,SEK,2026-10-12"),
        (None, "", "X1,41730000012,8900,150,8750,,SEK,2026-10-12"),
        (None, "", "X1,41730000013,-8900,,,,SEK,2026-10-12"),
        ("gross_amount", "two signs", "X1,41730000041,+-500,,,,SEK,2026-10-12"),
        ("fee_amount", "decimal mark", "X1,41730000042,500,1.5,,,SEK,2026-10-12"),
        ("net_amount", "not a number", "X1,41730000043,500,,netto,,SEK,2026-10-12"),
        ("vat_amount", "not a number", "X1,41730000044,500,,,ja,SEK,2026-10-12"),
        ("settled_at", "not a time", "X1,41730000045,500,,,,SEK,snart"),
    ]),
}


def write_broken():
    rejects = []
    for name, (header, entries) in BROKEN_FILES.items():
        lines, number = [header], 2
        for column, why, text in entries:
            if column is not None:
                value = ""
                if column:
                    fields = next(csv.reader([text]))
                    value = fields[header.split(",").index(column)].strip()
                rejects.append({"file": name, "line": number, "column": column, "why": why,
                                "value": value.encode("utf-8", "replace").decode().replace("?", "\ufffd")})
            lines.append(text)
            number += text.count("\n") + 1
        write(BROKEN / name, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))
    write(BROKEN / "rejects-expected.csv", csv_bytes(["file", "line", "column", "value", "why"], rejects))
    head = ("# Rows that cannot be read. The run ends with status 3 and lists them in rejects.csv:\n"
            "#   avstem run --config broken/avstem.toml --as-of 2026-10-31\n"
            'out = "../avstem-out-broken"\ntimezone = "Europe/Stockholm"\n')
    write(BROKEN / "avstem.toml", with_sources(head, [(name, name[:-4], "swedbank_pay") for name in BROKEN_FILES]))
    return rejects


# ---------------------------------------------------------------------------------------------------------------------
# planted.csv and README.md
# ---------------------------------------------------------------------------------------------------------------------

def write_planted():
    rows = [item for entry in CASES for item in entry["findings"]]
    rows.sort(key=lambda row: [str(row.get(name, "")) for name in FINDING_COLUMNS])
    write(HERE / "planted.csv", csv_bytes(FINDING_COLUMNS, rows))
    return rows


def expectation(entry):
    if not entry["findings"]:
        return f"none: {entry['none']}"
    texts = []
    for item in entry["findings"]:
        line = f", line {item['line_id']}" if item.get("line_id") and "," not in entry["title"] else ""
        text = f"`{item['code']}` {item['status']}{line}"
        if item["currency"]:
            text += (f": expected {major(item['expected'])}, actual {major(item['actual'])} {item['currency']}"
                     f" (difference {major(item['actual'] - item['expected'])})")
        texts.append(text)
    return "; ".join(texts)


README_HEAD = """\
# A demonstration month

October 2026 of a shop with two payment providers, made up for this folder. No real order, customer or payment is in it.

    avstem run --config october-2026/avstem.toml --as-of 2026-10-31     # status 1: open discrepancies
    avstem run --config broken/avstem.toml --as-of 2026-10-31           # status 3: rows that cannot be read

| folder or file | what it holds |
| --- | --- |
| `october-2026/dintero/` | orders, captures, reversals and settlements in NOK and SEK, as CSV |
| `october-2026/swedbank_pay/` | orders in SEK, EUR and DKK; captures and reversals as exports whose days overlap, so that rows come twice; the provider's transaction lists `R4711-0041` to `R4711-0048` as XML; a CSV with the fees, the chargeback and the payout |
| `broken/` | four small files with rows of every kind that is refused, listed in `broken/rejects-expected.csv` |
| `planted.csv` | every finding that the month must give, one a row |
| `expected/` | the report of the month with `--matches`, which every run must give byte for byte; `cargo test --test samples -- --ignored` writes it again |
| `generate.py` | writes all of this again, byte for byte: `python3 generate.py` |

The month holds {lines} order lines, {captures} capture rows, {reversals} reversal rows and {settled} settlement rows, those that come
twice in overlapping exports counted once. All but the cases below are right, and nothing is to be reported of them.

Amounts below are in kroner, kronor or euro; the files hold øre, öre and cents. "Expected" is what our own books say, "actual"
what the other side says. *Open* is to be looked into, *pending* is not late yet, *listed* is for information. Pending
applies to an order line for seven days and to a settlement for five.

The files also vary in form, as exports do: `swedbank_pay/orders.csv` and one capture export begin with a byte order mark and end
their lines with CR LF, `dintero/reversals.csv` ends them so too, one capture export is compressed, one has its columns in
another order, and `dintero/orders.csv` has a column `warehouse` that the program does not know and names as ignored.
"""


def write_readme(rows, rejects, counts):
    out = [README_HEAD.format(**counts)]
    for section in sorted({entry["section"] for entry in CASES},
                          key=lambda name: (name.startswith("Look"), name.startswith("Settl"), -ord(name[0]))):
        out.append(f"\n## {section}\n")
        out.append("| order or file | what happened | what is reported |")
        out.append("| --- | --- | --- |")
        for entry in CASES:
            if entry["section"] == section:
                out.append(f"| {entry['title']} | {entry['story']} | {expectation(entry)} |")
    out.append("\nBeside these: rows that came in two overlapping exports are counted once, discounts and free lines (0.00) of"
               "\nordinary orders are captured as they stand, and the lists of ordinary refunds agree in every batch.\n")
    out.append("## All findings by code\n")
    out.append("| code | open | pending | listed |")
    out.append("| --- | ---: | ---: | ---: |")
    for code in sorted({row["code"] for row in rows}):
        tally = [sum(row["code"] == code and row["status"] == status for row in rows)
                 for status in ("open", "pending", "listed")]
        out.append(f"| `{code}` | {tally[0]} | {tally[1]} | {tally[2]} |")
    out.append(f"\n## The broken folder\n\n{len(rejects)} rows are refused; the rest reconciles without a finding. The line is "
               "where the row begins;\na row with the wrong number of fields has no column.\n")
    out.append("| file | line | column | why |")
    out.append("| --- | ---: | --- | --- |")
    for item in rejects:
        out.append(f"| {item['file']} | {item['line']} | {item['column']} | {item['why']} |")
    write(HERE / "README.md", "\n".join(out) + "\n")


def main():
    dintero, swedbank = Dintero(), SwedbankPay()
    dintero_cases(dintero)
    swedbank_cases(swedbank)
    for number in range(1101, 1501):
        ordinary_order(dintero, f"D-{number}", RNG.choices(["NOK", "SEK"], [88, 12])[0])
    for number in range(2101, 2521):
        ordinary_order(swedbank, f"S-{number}", RNG.choices(["SEK", "EUR", "DKK"], [86, 8, 6])[0])
    write_dintero(dintero)
    write_swedbank(swedbank)
    write(MONTH / "avstem.toml", with_sources(MONTH_TOML, SOURCES))
    rejects = write_broken()
    rows = write_planted()
    write_readme(rows, rejects, {
        "lines": len(dintero.orders) + len(swedbank.orders),
        "captures": len(dintero.captures) + len(swedbank.captures),
        "reversals": len(dintero.reversals) + len(swedbank.reversals),
        "settled": len(dintero.settlements) + len(swedbank.transactions) + len(swedbank.extra)})


if __name__ == "__main__":
    main()
