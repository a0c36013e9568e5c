"""The comparison in Polars lazy frames on the streaming engine: `with_polars.py DATA OUT AS_OF`.

The number of threads is the environment variable POLARS_MAX_THREADS, which Polars reads when it is imported.
"""

import datetime
import pathlib
import sys

import polars as pl

OPERATION_SCHEMA = {
    "order_id": pl.String,
    "line_id": pl.String,
    "amount": pl.Int64,
    "currency": pl.Categorical,
    "created_at": pl.String,
    "provider": pl.Categorical,
    "payee_reference": pl.String,
    "transaction_number": pl.String,
    "state": pl.String,
    "reconciliation_number": pl.Int64,
}
SCHEMAS = {
    "orders": {
        "order_id": pl.String,
        "line_id": pl.String,
        "gross_amount": pl.Int64,
        "currency": pl.Categorical,
        "created_at": pl.String,
        "provider": pl.Categorical,
        "vat_amount": pl.Int64,
        "vat_rate": pl.Int64,
    },
    "captures": OPERATION_SCHEMA,
    "reversals": OPERATION_SCHEMA,
    "settlements": {
        "gross_amount": pl.Int64,
        "currency": pl.Categorical,
        "provider": pl.Categorical,
        "settlement_id": pl.String,
        "reconciliation_number": pl.Int64,
        "transaction_number": pl.String,
        "payee_reference": pl.String,
        "kind": pl.String,
        "created_at": pl.String,
    },
}
UNUSED = ["payee_reference", "vat_amount", "vat_rate"]

LINE = ["provider", "order_id", "line_id", "currency"]
ORDER = ["provider", "order_id"]
OPERATION = ["provider", "order_id", "currency", "transaction_number"]
MOVEMENT = ["provider", "transaction_number", "currency"]
BATCH = ["provider", "reconciliation_number", "currency"]
COLUMNS = [
    "code",
    "status",
    "provider",
    "order_id",
    "line_id",
    "transaction_number",
    "currency",
    "expected",
    "actual",
    "difference",
]


def scan(data, name):
    return pl.scan_csv(pathlib.Path(data, f"{name}.csv"), schema=SCHEMAS[name]).drop(UNUSED, strict=False)


def scan_once(data, name):
    """Exact repeats are an export run twice, except in settlement files, where each row is money.

    Cached, because more than one query reads it.
    """
    frame = scan(data, name)
    if name == "settlements":
        return frame.filter(pl.col("kind").is_in(["capture", "reversal"])).cache()
    frame = frame.unique()
    return frame if name == "orders" else frame.filter(pl.col("state").str.to_lowercase() == "completed").cache()


def status_of(code, waiting_days, as_of):
    """Only the first ten characters of a timestamp decide the age in days."""
    age = (pl.lit(as_of) - pl.col("created_at").str.head(10).str.to_date()).dt.total_days()
    return pl.when(code & (age <= waiting_days)).then(pl.lit("pending")).otherwise(pl.lit("open"))


def differing_lines(orders, captures, reversals):
    """The lines to judge: few, while the joins that find them are large."""
    moved = captures.group_by(LINE).agg(captured=pl.col("amount").sum())
    moved = moved.join(reversals.group_by(LINE).agg(reversed=pl.col("amount").sum()), on=LINE, how="full", coalesce=True)
    lines = orders.select(*LINE, "gross_amount", "created_at").join(moved, on=LINE, how="full", coalesce=True)
    gross, captured, taken_back = pl.col("gross_amount"), pl.col("captured"), pl.col("reversed")
    differs = gross.is_null() | (captured != gross) | (taken_back > captured)
    return lines.with_columns(pl.col("captured", "reversed").fill_null(0)).filter(differs)


def line_findings(lines, known_orders, as_of):
    gross, captured, taken_back = pl.col("gross_amount"), pl.col("captured"), pl.col("reversed")
    known = lines.filter(gross.is_not_null()).select(
        *LINE,
        code=pl.when(taken_back > captured)
        .then(pl.lit("reversal-exceeds-capture"))
        .when(captured > gross)
        .then(pl.lit("line-overcaptured"))
        .when((captured == 0) & (gross != 0))
        .then(pl.lit("line-uncaptured"))
        .otherwise(pl.lit("line-undercaptured")),
        status=status_of(captured < gross, 7, as_of),
        expected=gross,
        actual=captured,
    )
    unknown = lines.filter(gross.is_null()).select(*LINE, actual=captured - taken_back)
    of_known_order = unknown.join(known_orders, on=ORDER, how="semi").with_columns(code=pl.lit("line-unknown"))
    of_unknown_order = (
        unknown.join(known_orders, on=ORDER, how="anti")
        .group_by(*ORDER, "currency")
        .agg(pl.col("actual").sum())
        .with_columns(code=pl.lit("order-unknown"))
    )
    unknown = pl.concat([of_known_order, of_unknown_order], how="diagonal")
    return pl.concat([known, unknown.with_columns(status=pl.lit("open"), expected=pl.lit(0, pl.Int64))], how="diagonal")


def operations_of(captures, reversals):
    def summed(frame, effect):
        return frame.group_by(OPERATION).agg(
            pl.col("reconciliation_number").min(), pl.col("created_at").max(), effect=effect
        )

    both = [summed(captures, pl.col("amount").sum()), summed(reversals, -pl.col("amount").sum())]
    return pl.concat(both).cache()


def operation_findings(operations, settlements, as_of):
    gross, batch = pl.col("gross_amount"), pl.col("reconciliation_number")
    settled = settlements.group_by(MOVEMENT).agg(
        row_count=pl.len(),
        gross=gross.sum(),
        gross_min=gross.min(),
        gross_max=gross.max(),
        batch_min=batch.min(),
        batch_max=batch.max(),
    )
    compared = operations.join(settled, on=MOVEMENT, how="full", coalesce=True)
    effect, count = pl.col("effect"), pl.col("row_count")
    differs = (effect != pl.col("gross_min")) & (effect != pl.col("gross_max"))
    elsewhere = (batch != pl.col("batch_min")) & (batch != pl.col("batch_max"))
    code = (
        pl.when(count.is_null())
        .then(pl.lit("unsettled"))
        .when(effect.is_null())
        .then(pl.lit("settled-unknown"))
        .when(differs)
        .then(pl.lit("settled-amount"))
        .when(elsewhere)
        .then(pl.lit("wrong-batch"))
    )
    keys = ["provider", "order_id", "transaction_number", "currency"]
    found = (
        compared.with_columns(code=code)
        .filter(pl.col("code").is_not_null())
        .select(
            "code",
            *keys,
            status=status_of(pl.col("code") == "unsettled", 5, as_of),
            expected=effect.fill_null(0),
            actual=pl.col("gross").fill_null(0),
        )
    )
    twice = (
        compared.filter((count > 1) & effect.is_not_null())
        .select(*keys, actual=pl.col("gross_min").repeat_by(count - 1))
        .explode("actual")
        .with_columns(code=pl.lit("settled-twice"), status=pl.lit("open"), expected=pl.lit(0, pl.Int64))
    )
    return pl.concat([found, twice], how="diagonal")


def batches_of(operations, settlements):
    ours = operations.group_by(BATCH).agg(operations=pl.len(), operations_sum=pl.col("effect").sum())
    theirs = settlements.group_by(BATCH).agg(row_count=pl.len(), rows_sum=pl.col("gross_amount").sum())
    difference = pl.col("rows_sum").fill_null(0) - pl.col("operations_sum").fill_null(0)
    return ours.join(theirs, on=BATCH, how="full", coalesce=True).with_columns(difference=difference).sort(BATCH)


def main(data, out, as_of):
    as_of = datetime.date.fromisoformat(as_of)
    orders, captures, reversals, settlements = (scan_once(data, name) for name in SCHEMAS)
    operations = operations_of(captures, reversals)
    queries = [
        differing_lines(orders, captures, reversals),
        operation_findings(operations, settlements, as_of),
        batches_of(operations, settlements),
    ]
    # Together, so that what they share is read and summed once.
    lines, of_operations, batches = pl.collect_all(queries, engine="streaming")
    # Only now is it known which orders to look for, and a file need not be free of repeats for that.
    wanted = lines.lazy().filter(pl.col("gross_amount").is_null()).select(ORDER).unique()
    known_orders = scan(data, "orders").select(ORDER).join(wanted, on=ORDER, how="semi").collect(engine="streaming")
    discrepancies = (
        pl.concat([line_findings(lines, known_orders, as_of), of_operations], how="diagonal")
        .with_columns(difference=pl.col("actual") - pl.col("expected"))
        .select(COLUMNS)
        .sort("code", "provider", "order_id", "line_id", "transaction_number")
    )
    for name, report in (("discrepancies", discrepancies), ("batches", batches)):
        report.write_csv(pathlib.Path(out, f"{name}.csv"))


main(*sys.argv[1:])
