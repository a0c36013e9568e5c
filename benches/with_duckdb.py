"""The comparison as an analyst would write it in SQL, run by DuckDB: `with_duckdb.py views|tables DATA OUT AS_OF THREADS`.

Views read the CSV files again for each query; tables read them once and keep them.
"""

import pathlib
import sys

import duckdb

OPERATION_COLUMNS = """
    order_id: 'VARCHAR', line_id: 'VARCHAR', amount: 'BIGINT', currency: 'VARCHAR', created_at: 'TIMESTAMP',
    provider: 'VARCHAR', payee_reference: 'VARCHAR', transaction_number: 'VARCHAR', state: 'VARCHAR',
    reconciliation_number: 'BIGINT'"""

COLUMNS = {
    "orders": """
    order_id: 'VARCHAR', line_id: 'VARCHAR', gross_amount: 'BIGINT', currency: 'VARCHAR', created_at: 'TIMESTAMP',
    provider: 'VARCHAR', vat_amount: 'BIGINT', vat_rate: 'BIGINT'""",
    "captures": OPERATION_COLUMNS,
    "reversals": OPERATION_COLUMNS,
    "settlements": """
    gross_amount: 'BIGINT', currency: 'VARCHAR', provider: 'VARCHAR', settlement_id: 'VARCHAR',
    reconciliation_number: 'BIGINT', transaction_number: 'VARCHAR', payee_reference: 'VARCHAR', kind: 'VARCHAR',
    created_at: 'TIMESTAMP'""",
}

FILE = "CREATE VIEW {name}_file AS SELECT * FROM read_csv('{path}', header = true, columns = {{{columns}}})"

# Exact repeats are an export run twice, except in settlement files, where each row is money. Columns that no query
# uses are left out, which DuckDB cannot find out by itself below a DISTINCT.
ONCE_AN_OPERATION = """
SELECT DISTINCT provider, order_id, line_id, amount, currency, created_at, transaction_number, state,
                reconciliation_number
FROM {name}_file"""

DATASETS = {
    "orders": "SELECT DISTINCT provider, order_id, line_id, gross_amount, currency, created_at FROM orders_file",
    "captures": ONCE_AN_OPERATION.format(name="captures"),
    "reversals": ONCE_AN_OPERATION.format(name="reversals"),
    "settlements": """
SELECT provider, transaction_number, currency, reconciliation_number, gross_amount
FROM settlements_file WHERE kind IN ('capture', 'reversal')""",
}

OPERATIONS = """
CREATE {form} operations AS
SELECT provider, order_id, currency, transaction_number, min(reconciliation_number) AS reconciliation_number,
       sum(amount) AS effect, max(created_at) AS created_at
FROM captures WHERE lower(state) = 'completed'
GROUP BY provider, order_id, currency, transaction_number
UNION ALL
SELECT provider, order_id, currency, transaction_number, min(reconciliation_number), -sum(amount), max(created_at)
FROM reversals WHERE lower(state) = 'completed'
GROUP BY provider, order_id, currency, transaction_number
"""

LINE_FINDINGS = """
CREATE {form} line_findings AS
WITH captured AS (
    SELECT provider, order_id, line_id, currency, sum(amount) AS captured
    FROM captures WHERE lower(state) = 'completed' GROUP BY ALL
), reversed AS (
    SELECT provider, order_id, line_id, currency, sum(amount) AS reversed
    FROM reversals WHERE lower(state) = 'completed' GROUP BY ALL
), moved AS (
    SELECT provider, order_id, line_id, currency, coalesce(captured, 0) AS captured, coalesce(reversed, 0) AS reversed
    FROM captured FULL JOIN reversed USING (provider, order_id, line_id, currency)
), compared AS (
    SELECT provider, order_id, line_id, currency, gross_amount, coalesce(captured, 0) AS captured,
           coalesce(reversed, 0) AS reversed, created_at
    FROM orders FULL JOIN moved USING (provider, order_id, line_id, currency)
), unknown AS (
    SELECT compared.*, (compared.provider, compared.order_id) IN (SELECT (provider, order_id) FROM {known}) AS has_order
    FROM compared WHERE gross_amount IS NULL
)
SELECT CASE WHEN reversed > captured THEN 'reversal-exceeds-capture'
            WHEN captured > gross_amount THEN 'line-overcaptured'
            WHEN captured = 0 AND gross_amount <> 0 THEN 'line-uncaptured'
            WHEN captured < gross_amount THEN 'line-undercaptured' END AS code,
       CASE WHEN captured < gross_amount AND date_diff('day', created_at, TIMESTAMP '{as_of}') <= 7
            THEN 'pending' ELSE 'open' END AS status,
       provider, order_id, line_id, currency, gross_amount AS expected, captured AS actual
FROM compared WHERE gross_amount IS NOT NULL AND (captured <> gross_amount OR reversed > captured)
UNION ALL
SELECT 'line-unknown', 'open', provider, order_id, line_id, currency, 0, captured - reversed
FROM unknown WHERE has_order
UNION ALL
SELECT 'order-unknown', 'open', provider, order_id, NULL, currency, 0, sum(captured - reversed)
FROM unknown WHERE NOT has_order GROUP BY provider, order_id, currency
"""

OPERATION_FINDINGS = """
CREATE {form} operation_findings AS
WITH settled AS (
    SELECT provider, transaction_number, currency, count(*) AS row_count, sum(gross_amount) AS gross,
           min(gross_amount) AS gross_min, max(gross_amount) AS gross_max,
           min(reconciliation_number) AS batch_min, max(reconciliation_number) AS batch_max
    FROM settlements
    GROUP BY provider, transaction_number, currency
), compared AS (
    SELECT provider, transaction_number, currency, order_id, effect, created_at, row_count, gross, gross_min,
           CASE WHEN row_count IS NULL THEN 'unsettled'
                WHEN effect IS NULL THEN 'settled-unknown'
                WHEN effect NOT IN (gross_min, gross_max) THEN 'settled-amount'
                WHEN reconciliation_number NOT IN (batch_min, batch_max) THEN 'wrong-batch' END AS code
    FROM operations FULL JOIN settled USING (provider, transaction_number, currency)
)
SELECT code,
       CASE WHEN code = 'unsettled' AND date_diff('day', created_at, TIMESTAMP '{as_of}') <= 5
            THEN 'pending' ELSE 'open' END AS status,
       provider, order_id, transaction_number, currency, coalesce(effect, 0) AS expected, coalesce(gross, 0) AS actual
FROM compared WHERE code IS NOT NULL
UNION ALL
SELECT 'settled-twice', 'open', provider, order_id, transaction_number, currency, 0, gross_min
FROM compared, range(1, row_count) WHERE row_count > 1 AND effect IS NOT NULL
"""

DISCREPANCIES = """
SELECT code, status, provider, order_id, line_id, NULL AS transaction_number, currency, expected, actual,
       actual - expected AS difference
FROM line_findings
UNION ALL
SELECT code, status, provider, order_id, NULL, transaction_number, currency, expected, actual, actual - expected
FROM operation_findings
ORDER BY ALL
"""

BATCHES = """
WITH ours AS (
    SELECT provider, reconciliation_number, currency, count(*) AS operations, sum(effect) AS operations_sum
    FROM operations GROUP BY ALL
), theirs AS (
    SELECT provider, reconciliation_number, currency, count(*) AS row_count, sum(gross_amount) AS rows_sum
    FROM settlements GROUP BY ALL
)
SELECT provider, reconciliation_number, currency, operations, operations_sum, row_count, rows_sum,
       coalesce(rows_sum, 0) - coalesce(operations_sum, 0) AS difference
FROM ours FULL JOIN theirs USING (provider, reconciliation_number, currency)
ORDER BY ALL
"""


def main(form, data, out, as_of, threads):
    form = {"views": "VIEW", "tables": "TABLE"}[form]
    connection = duckdb.connect()
    connection.execute(f"SET threads = {int(threads)}")
    # The reports are sorted at the end, so no query needs to keep the order of the files.
    connection.execute("SET preserve_insertion_order = false")
    for name, columns in COLUMNS.items():
        path = pathlib.Path(data, f"{name}.csv")
        connection.execute(FILE.format(name=name, path=path, columns=columns))
        connection.execute(f"CREATE {form} {name} AS {DATASETS[name]}")
    # Whether an order is known needs no DISTINCT, which a view would do once more.
    known = "orders" if form == "TABLE" else "orders_file"
    for query in (OPERATIONS, LINE_FINDINGS, OPERATION_FINDINGS):
        connection.execute(query.format(form=form, as_of=as_of, known=known))
    for name, query in (("discrepancies", DISCREPANCIES), ("batches", BATCHES)):
        connection.execute(f"COPY ({query}) TO '{pathlib.Path(out, name)}.csv' (HEADER)")


main(*sys.argv[1:])
