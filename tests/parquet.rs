//! Parquet in and out: what a run writes is what the next one reads, what other writers write is read or refused by
//! name, and what is damaged is an error and no more.

#![cfg(feature = "parquet")]

use std::error::Error;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use avstem::engine::source::Bytes;
use avstem::ingest::parquet::convert_parquet;
use avstem::model::record::Dataset;
use polars::prelude::*;

type Tested = Result<(), Box<dyn Error>>;

const ORDERS: &str = r#"order_id,line_id,gross_amount,currency,created_at,provider,description,quantity,vat_amount,vat_rate,related_line_id,updated_at,order_amount,mood
A1,1,12500,SEK,2026-10-01 09:30:00,,"Kaffe, ""mörk""
två rader",2.50,2500,2500,,2026-10-02,12500,glad
A1,1,12500,SEK,2026-10-01T09:30:00+02:00,,"Kaffe, ""mörk""
två rader",2.5,2500,2500,,2026-10-01T22:00:00Z,12500,
A2,1,10000,SEK,2026-10-25 02:30:00,,=1+1,-1,2000,2500,,,,
A2,1,9900,SEK,2026-10-25 02:30:00,,=1+1,-1,2000,2500,,,,
A3,1,500,NOK,2026-03-29 02:30:00.123456789,dintero,𝄞,,,,,,,
A4,r,-300,SEK,2026-10-05,,back,,,,1,,,
A5,1,77x,SEK,2026-10-05,,rejected,,,,,,,
"#;

const CAPTURES: &str = "order_id,amount,currency,created_at,provider,line_id,operation_id,state,updated_at,reconciliation_number,vat_amount
A1,12500,SEK,2026-10-02 10:00:00,,1,c1,SUCCESS,,17,2500
A2,9900,SEK,2026-10-26T10:00:00.5Z,,1,c2,Pending review,2026-10-26,17,
A2,9900,SEK,2026-10-26T10:00:00.5Z,,1,c2,completed,2026-10-27,17,
A3,500,NOK,2026-03-30,dintero,1,c3,true,,,
A6,100,SEK,2026-10-05,,1,c6,,,,
A6,200,SEK,2026-10-05,,1,c6,,,,
A7,1,SEK,2026-10-05,,,,,,,
A7,1,SEK,2026-10-05,,,,,,,
";

const LATER_CAPTURES: &str = "amount,order_id,currency,created_at,operation_id,line_id\n300,A8, SEK ,2026-10-30,c8,1\n";

const REVERSALS: &str = "order_id,amount,currency,created_at,operation_id,line_id
A1,2500,SEK,2026-10-06,r1,1
A2,-100,SEK,2026-10-28,r2,1
";

const SETTLEMENTS: &str =
    "gross_amount,currency,operation_id,kind,fee_amount,net_amount,reconciliation_number,settlement_id,settled_at
12500,SEK,c1,,25,12475,17,S1,2026-10-04
9901,SEK,c2,CAPTURE,,,17,S1,2026-10-28
-2500,SEK,r1,,,,18,S3,2026-10-08
-50,SEK,,Fee,,,18,S3,2026-10-08
42,SEK,nobody,,,,,S3,2026-10-08
";

fn avstem(args: &[&str], folder: &Path) -> Result<Output, Box<dyn Error>> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_avstem"));
    command.current_dir(folder).env_remove("AVSTEM_THREADS").stdin(Stdio::null());
    Ok(command.args(args).args(["--as-of", "2026-10-31", "--quiet"]).output()?)
}

/// A table of a report without the column that names the files.
fn table(path: &Path) -> Result<Vec<Vec<String>>, Box<dyn Error>> {
    let mut reader = csv::Reader::from_path(path)?;
    let keep: Vec<bool> = reader.headers()?.iter().map(|name| !["sources", "hint_key"].contains(&name)).collect();
    let rows = reader.records().map(|row| {
        let row = row?;
        Ok(row.iter().zip(&keep).filter(|(_, keep)| **keep).map(|(field, _)| field.to_owned()).collect())
    });
    rows.collect()
}

/// More rows than a slice of a group, a text of them or a chunk of the copy has, and more bytes than a copy keeps in memory: the
/// table, and the canonical CSV that it becomes. Some columns are empty for most of the rows, some fields have to be quoted,
/// and one row in 50 000 cannot be read.
fn many_rows() -> Result<(DataFrame, String), Box<dyn Error>> {
    let rows = 0..150_000_i64;
    let order = |row: i64| match row % 40_000 {
        17 => format!("order \"{row}\"\nof two lines, quoted"),
        18 => format!("order {row} {}", "which is long ".repeat(9)),
        _ => format!("W{row}"),
    };
    let amount = |row: i64| if row % 50_000 == 49_990 { format!("{row}x") } else { (row % 977 - 9).to_string() };
    let state = |row: i64| (row < 9).then_some("Completed");
    let vat = |row: i64| (row > 140_000 && row % 2 == 0).then_some(row);
    let at = |row: i64| (row % 3 != 0).then_some(1_790_000_000_000_000 + row * 61_000_000);
    let moment = |at: i64| chrono::DateTime::from_timestamp_micros(at).map(|at| at.format("%FT%TZ").to_string());
    let clock: Int64Chunked = rows.clone().map(at).collect();
    let updated = clock.into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC)).into_series();
    let mut frame = df!("order_id" => rows.clone().map(order).collect::<Vec<_>>(),
        "amount" => rows.clone().map(amount).collect::<Vec<_>>(),
        "currency" => vec!["SEK"; 150_000], "created_at" => vec!["2026-10-01T09:30:00+02:00"; 150_000],
        "state" => rows.clone().map(state).collect::<Vec<_>>(),
        "vat_amount" => rows.clone().map(vat).collect::<Vec<_>>())?;
    frame.with_column(updated.with_name("updated_at".into()).into_column())?;

    let mut expected = "order_id,amount,currency,created_at,vat_amount,state,updated_at,#line\n".to_owned();
    for row in rows {
        let order = match order(row) {
            order if order.contains(',') => format!("\"{}\"", order.replace('"', "\"\"")),
            order => order,
        };
        let updated = at(row).and_then(moment).unwrap_or_default();
        let vat = vat(row).map(|vat| vat.to_string()).unwrap_or_default();
        let (amount, state) = (amount(row), state(row).unwrap_or_default());
        let fields = [&order, &amount, "SEK", "2026-10-01T09:30:00+02:00", &vat, state, &updated];
        expected.push_str(&format!("{},{}\n", fields.join(","), row + 1));
    }
    Ok((frame, expected))
}

/// How a table may lie in a file: rows of a group and bytes of a page.
const LAYOUTS: [(usize, Option<usize>); 3] = [(200_000, None), (200_000, Some(5_000)), (40_001, Some(20_000))];

fn written(frame: &mut DataFrame, (group_rows, page_len): (usize, Option<usize>)) -> Result<Vec<u8>, PolarsError> {
    let mut file = Vec::new();
    let writer = ParquetWriter::new(&mut file).with_compression(ParquetCompression::Snappy);
    writer.with_row_group_size(Some(group_rows)).with_data_page_size(page_len).finish(frame)?;
    Ok(file)
}

#[test]
fn groups_of_any_size_become_the_same_text_on_any_number_of_threads() -> Tested {
    let (mut frame, expected) = many_rows()?;
    for (layout, threads) in LAYOUTS.into_iter().zip([1, 2, 7]) {
        let bytes = Bytes::from_vec(written(&mut frame, layout)?);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
        let converted = pool.install(|| convert_parquet("f", &bytes, Some(Dataset::Captures)))?;
        let mut text = Vec::new();
        converted.bytes.read_at_most(0, &mut text, usize::MAX)?;
        assert!(text == expected.as_bytes(), "{layout:?}, {threads} threads");
    }
    Ok(())
}

#[test]
fn rows_of_every_chunk_are_read_and_their_lines_known() -> Tested {
    let folder = tempfile::tempdir()?;
    let (mut frame, expected) = many_rows()?;
    let (_, body) = expected.split_once('\n').ok_or("a header")?;
    std::fs::write(folder.path().join("c.csv"), &expected)?;
    let mut found = Vec::new();
    let files = ["c.csv", "0.parquet", "1.parquet", "2.parquet"];
    for (place, (file, threads)) in files.into_iter().zip(["2", "1", "3", "2"]).enumerate() {
        if let Some(layout) = place.checked_sub(1) {
            std::fs::write(folder.path().join(file), written(&mut frame, LAYOUTS[layout])?)?;
        }
        let args = ["run", "--captures", file, "--out", file.split_once('.').map_or(file, |(out, _)| out)];
        let output = avstem(&[&args[..], &["--threads", threads]].concat(), folder.path())?;
        assert_eq!(output.status.code(), Some(3), "{}", String::from_utf8_lossy(&output.stderr));
        let out = folder.path().join(args[4]);
        let rejects = std::fs::read_to_string(out.join("rejects.csv"))?.replace(file, "file");
        let summary: serde_json::Value = serde_json::from_slice(&std::fs::read(out.join("summary.json"))?)?;
        found.push((
            rejects,
            summary["control_totals"].to_string().replace(file, "file"),
            table(&out.join("discrepancies.csv"))?,
        ));
    }
    let lines: Vec<String> = (1..=3).map(|part| format!("file,{},amount,", part * 50_000 - 9)).collect();
    for (rejects, ..) in &found {
        assert!(lines.iter().all(|line| rejects.contains(line)) && rejects.lines().count() == 4, "{rejects}");
    }
    assert!(body.len() > 8 << 20, "as large as what is kept in a file and read in several chunks");
    assert!(found.iter().all(|other| *other == found[0]));
    Ok(())
}

/// The canonical CSV of a table, without the marks of order.
fn converted(frame: &mut DataFrame, given: Option<Dataset>, groups: usize) -> Result<(Dataset, String), String> {
    let mut file = Vec::new();
    let writer = ParquetWriter::new(&mut file).with_row_group_size(Some(groups));
    writer.finish(frame).map_err(|error| error.to_string())?;
    let converted = convert_parquet("f", &Bytes::from_vec(file), given).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    converted.bytes.read_at_most(0, &mut text, 1 << 20).map_err(|error| error.to_string())?;
    Ok((converted.dataset, String::from_utf8(text).map_err(|error| error.to_string())?))
}

#[test]
fn a_run_on_what_a_run_wrote_finds_the_same() -> Tested {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    let files = [
        ("o.csv", ORDERS),
        ("c1.csv", CAPTURES),
        ("c2.csv", LATER_CAPTURES),
        ("r.csv", REVERSALS),
        ("s.csv", SETTLEMENTS),
    ];
    for (name, text) in files {
        std::fs::write(root.join(name), text)?;
    }
    let run = "run --orders o.csv --captures c1.csv --captures c2.csv --reversals r.csv --settlements s.csv \
               --provider swedbank_pay --matches --reports parquet";
    let args: Vec<&str> = run.split_whitespace().collect();
    for (out, threads) in [("first", "1"), ("other", "4")] {
        let output = avstem(&[&args[..], &["--out", out, "--threads", threads]].concat(), root)?;
        assert_eq!(output.status.code(), Some(3), "one row is rejected: {}", String::from_utf8_lossy(&output.stderr));
    }
    let again = "run --input first/*.parquet --matches --reports parquet --out second";
    let output = avstem(&again.split_whitespace().collect::<Vec<_>>(), root)?;
    assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stderr));

    let found = table(&root.join("first/discrepancies.csv"))?;
    assert!(found.len() > 6, "{found:?}");
    assert_eq!(found, table(&root.join("second/discrepancies.csv"))?);
    assert_eq!(table(&root.join("first/batches.csv"))?, table(&root.join("second/batches.csv"))?);
    for name in ["orders", "captures", "reversals", "settlements"] {
        let bytes = |out: &str| std::fs::read(root.join(out).join(format!("{name}.parquet")));
        let first = bytes("first")?;
        assert!(first == bytes("other")?, "{name}: other threads, other bytes");
        assert!(first == bytes("second")?, "{name}: the same rows, other bytes");
    }

    let frame = ParquetReader::new(std::fs::File::open(root.join("first/captures.parquet"))?).finish()?;
    let states: Vec<Option<&str>> = frame.column("state")?.str()?.iter().collect();
    let expected =
        [Some("SUCCESS"), Some("Pending review"), Some("completed"), Some("true"), None, None, None, None, None];
    assert_eq!(states, expected);
    assert_eq!(frame.column("created_at")?.str()?.get(1), Some("2026-10-26T10:00:00.500Z"));
    assert_eq!(frame.column("created_at")?.str()?.get(3), Some("2026-03-29T22:00:00Z"));
    assert_eq!(frame.column("provider")?.str()?.get(8), Some("swedbank_pay"));
    assert_eq!(frame.column("amount")?.i64()?.sum(), Some(12500 + 2 * 9900 + 500 + 300 + 2 + 300));
    assert_eq!(frame.column("dataset")?.str()?.get(0), Some("captures"));
    let frame = ParquetReader::new(std::fs::File::open(root.join("first/orders.parquet"))?).finish()?;
    assert_eq!(frame.shape(), (6, 20), "the rejected row is left out");
    assert_eq!(frame.column("description")?.str()?.get(0), Some("Kaffe, \"mörk\"\ntvå rader"));
    assert_eq!(frame.column("quantity")?.str()?.get(0), Some("2.5"));
    assert_eq!(frame.column("created_at")?.str()?.get(4), Some("2026-03-29T01:30:00.123456789Z"));
    Ok(())
}

#[test]
fn a_dataset_without_rows_still_says_what_it_is_and_one_without_files_has_no_file() -> Tested {
    let folder = tempfile::tempdir()?;
    let root = folder.path();
    std::fs::write(root.join("r.csv"), "order_id,amount,currency,created_at\n")?;
    let args = ["run", "--reversals", "r.csv", "--reports", "parquet", "--out", "out"];
    assert_eq!(avstem(&args, root)?.status.code(), Some(0));
    assert!(!root.join("out/captures.parquet").exists());
    let args = ["run", "--input", "out/reversals.parquet", "--out", "again"];
    assert_eq!(avstem(&args, root)?.status.code(), Some(0));
    assert!(std::fs::read_to_string(root.join("again/summary.json"))?.contains("\"dataset\": \"reversals\""));
    Ok(())
}

#[test]
fn types_become_canonical_texts() -> Tested {
    let clock = [Some(1_790_000_000_123_456_i64), None, Some(-1)];
    let zoned =
        Int64Chunked::new("settled_at".into(), clock).into_datetime(TimeUnit::Microseconds, Some(TimeZone::UTC));
    let local = Series::new("created_at".into(), [Some(1_790_000_000_000_i64), None, Some(0)])
        .cast(&DataType::Datetime(TimeUnit::Milliseconds, None))?;
    let day =
        Series::new("referenced_transaction".into(), [Some(20_000), None, Some(i32::MAX)]).cast(&DataType::Date)?;
    let category =
        Series::new("currency".into(), ["SEK", "NOK", "SEK"]).cast(&DataType::from_categories(Categories::global()))?;
    let mut frame = DataFrame::new(
        3,
        vec![
            Column::new("note".into(), ["x", "y", "z"]),
            Column::new("#line".into(), [7, 8, 9]),
            Column::new("order_id".into(), [1_u64, u64::MAX, 3]),
            Column::new(" gross_amount".into(), [1250_i16, -5, 0]),
            Column::new("fee_amount".into(), [Some(255_u8), None, Some(0)]),
            Column::new("net_amount".into(), [None::<f64>, None, None]),
            Column::new("kind".into(), [Some("a,\"b\"\n c"), None, Some("")]),
            Column::full_null("vat_amount".into(), 3, &DataType::Null),
            zoned.into_column(),
            local.into_column(),
            day.into_column(),
            category.into_column(),
        ],
    )?;
    let expected = "gross_amount,currency,order_id,kind,fee_amount,net_amount,vat_amount,created_at,settled_at,referenced_transaction,note,#line
1250,SEK,1,\"a,\"\"b\"\"\n c\",255,,,2026-09-21 14:13:20,2026-09-21T14:13:20.123456Z,2024-10-04,,1
-5,NOK,18446744073709551615,,,,,,,,,2
0,SEK,3,,0,,,1970-01-01 00:00:00,1969-12-31T23:59:59.999999Z,2147483647,,3
";
    for groups in [1, 2, 3] {
        let (dataset, text) = converted(&mut frame, None, groups)?;
        assert_eq!((dataset, text.as_str()), (Dataset::Settlements, expected), "{groups} rows in a group");
    }
    Ok(())
}

#[test]
fn states_may_be_booleans_and_quantities_decimals() -> Tested {
    let mut frame = df!("order_id" => ["a", "b", "c"], "amount" => [1, 2, 3], "currency" => ["SEK"; 3],
        "created_at" => ["2026-10-01"; 3], "state" => [Some(true), Some(false), None])?;
    let (_, text) = converted(&mut frame, Some(Dataset::Captures), 2)?;
    let expected = "order_id,amount,currency,created_at,state,#line\n\
                    a,1,SEK,2026-10-01,true,1\nb,2,SEK,2026-10-01,false,2\nc,3,SEK,2026-10-01,,3\n";
    assert_eq!(text, expected);

    let quantities = Series::new("quantity".into(), ["-0.25", "12", "1.5"]).cast(&DataType::Decimal(38, 10))?;
    let mut frame = df!("order_id" => ["a", "b", "c"], "line_id" => [1_i8, 2, 3], "gross_amount" => ["1", "2", "x"],
        "currency" => ["SEK"; 3], "created_at" => ["2026-10-01"; 3])?;
    frame.with_column(quantities.into_column())?;
    let (dataset, text) = converted(&mut frame, None, 3)?;
    let expected = "order_id,line_id,gross_amount,currency,created_at,quantity,#line\n\
                    a,1,1,SEK,2026-10-01,-0.25,1\nb,2,2,SEK,2026-10-01,12,2\nc,3,x,SEK,2026-10-01,1.5,3\n";
    assert_eq!((dataset, text.as_str()), (Dataset::Orders, expected));
    Ok(())
}

#[test]
fn what_a_file_holds_is_told_or_asked_for() -> Tested {
    let operations =
        df!("order_id" => ["a", "b"], "amount" => [1, 2], "currency" => ["SEK"; 2], "created_at" => ["2026-10-01"; 2])?;
    let with = |words: [Option<&str>; 2]| {
        let mut frame = operations.clone();
        frame.with_column(Column::new("dataset".into(), words)).map(|frame| frame.clone())
    };
    let same = |word| with([Some(word), Some(word)]);
    let (captures, reversals) = (Some(Dataset::Captures), Some(Dataset::Reversals));
    let told = [
        (operations.clone(), reversals, Dataset::Reversals),
        (same("captures")?, None, Dataset::Captures),
        (same("reversals")?, reversals, Dataset::Reversals),
        (with([None, None])?, captures, Dataset::Captures),
    ];
    for (mut frame, given, expected) in told {
        assert_eq!(converted(&mut frame, given, 1).map(|(dataset, _)| dataset), Ok(expected));
    }
    let asked = [
        (operations.clone(), None, "f: its columns are those of captures and of reversals"),
        (operations.select(["order_id"])?, None, "f: its columns do not tell what it holds"),
        (
            operations.clone(),
            Some(Dataset::Orders),
            "f: required columns are missing for orders: line_id, gross_amount",
        ),
        (
            same("captures")?,
            reversals,
            "f: what it holds is contradictory: its column dataset: captures; it was given as: reversals",
        ),
        (
            with([Some("captures"), Some("reversals")])?,
            None,
            "f: the column dataset does not say the same everywhere: [\"captures\", \"reversals\"]",
        ),
        (
            with([Some("captures"), None])?,
            None,
            "f: the column dataset does not say the same everywhere: [\"\", \"captures\"]",
        ),
        (same("orderz")?, captures, "f: the column dataset says \"orderz\""),
    ];
    for (mut frame, given, expected) in asked {
        assert_eq!(converted(&mut frame, given, 1), Err(expected.to_owned()));
    }
    Ok(())
}

#[test]
fn other_types_are_refused_by_name() -> Tested {
    let frame = df!("gross_amount" => [1, 2], "currency" => ["SEK"; 2], "operation_id" => ["a", "b"])?;
    let clock = Series::new("currency".into(), [0_i64, 1]).cast(&DataType::Datetime(TimeUnit::Nanoseconds, None))?;
    let places = Series::new("gross_amount".into(), ["1.25", "2"]).cast(&DataType::Decimal(10, 2))?;
    let cases = [
        (
            Column::new("gross_amount".into(), [1.0, 2.0]),
            "the column gross_amount holds floats, which cannot hold money",
        ),
        (
            Column::new("fee_amount".into(), [None, Some(2_f32)]),
            "the column fee_amount holds floats, which cannot hold money",
        ),
        (Column::new("operation_id".into(), [1.0, 2.0]), "the column operation_id holds floats, which lose digits"),
        (places.into_column(), "the column gross_amount holds decimals with places"),
        (Column::new("gross_amount".into(), [true, false]), "the column gross_amount holds booleans"),
        (Column::new("created_at".into(), [1, 2]), "the column created_at holds integers"),
        (clock.into_column(), "the column currency holds timestamps"),
        (
            Column::new("operation_id".into(), [&b"a"[..], b"b"]),
            "the column operation_id is of a type that is not read: binaryview",
        ),
    ];
    for (column, expected) in cases {
        let mut frame = frame.clone();
        frame.with_column(column)?;
        assert_eq!(converted(&mut frame, None, 1), Err(format!("f: {expected}")));
    }
    Ok(())
}

/// Settlement rows with numbers, texts that repeat, and gaps.
fn sixty_rows() -> Result<DataFrame, Box<dyn Error>> {
    let names: Vec<String> = (0..60).map(|row| format!("order {}", row % 7)).collect();
    Ok(df!("gross_amount" => (0..60).collect::<Vec<i64>>(), "currency" => ["SEK"; 60],
        "order_id" => names, "fee_amount" => (0..60).map(|row| (row % 3 == 0).then_some(row)).collect::<Vec<_>>())?)
}

#[test]
fn a_damaged_file_is_one_error() -> Tested {
    let mut frame = sixty_rows()?;
    for compression in [ParquetCompression::Uncompressed, ParquetCompression::Zstd(None)] {
        let mut good = Vec::new();
        ParquetWriter::new(&mut good).with_compression(compression).with_row_group_size(Some(20)).finish(&mut frame)?;
        for len in (0..good.len()).step_by(7) {
            let cut = Bytes::from_vec(good[..len].to_vec());
            assert!(convert_parquet("f", &cut, None).is_err(), "cut off at {len}");
        }
        for at in 0..good.len() {
            let mut flipped = good.clone();
            flipped[at] ^= 1 << (at % 8);
            // Read or refused: values may be changed so that nobody can tell.
            let _ = convert_parquet("f", &Bytes::from_vec(flipped), None);
        }

        let folder = tempfile::tempdir()?;
        let middle = good.len() / 2;
        good.drain(middle..middle + 10);
        std::fs::write(folder.path().join("f.parquet"), &good)?;
        let output = avstem(&["run", "--input", "f.parquet", "--reports", "parquet"], folder.path())?;
        let errors = String::from_utf8(output.stderr)?;
        assert!(errors.starts_with("avstem: error: f.parquet: the Parquet data is damaged, cut off"), "{errors}");
        assert_eq!((errors.lines().count(), output.status.code()), (2, Some(2)), "{errors}");
        assert!(output.stdout.is_empty() && !folder.path().join("avstem-out").exists());
    }
    Ok(())
}
