//! Packed files as inputs: what comes out of them, under which names, and what is refused.

mod harness;
mod packed;

use avstem::ingest::digest::hex;
use avstem::ingest::expand::Bounds;
use avstem::ingest::source::{FileError, Opened, Shape, open_within};
use harness::Case;
use packed::{Entry, deflated, gzip, gzip_of_one_byte, stored, zip, zstd};
use sha2::{Digest, Sha256};

/// Opens bytes as a file of their own, shown as `f`.
fn opened(bytes: &[u8], bounds: Bounds) -> Result<Vec<(String, Opened)>, FileError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("f");
    std::fs::write(&path, bytes).unwrap();
    open_within("f", Some(&path), bounds)
}

/// The names, the plain bytes and the stated lengths of what comes out.
fn plain(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let given_sha256 = hex(&Sha256::digest(bytes));
    let files = opened(bytes, Bounds::default()).unwrap_or_else(|error| panic!("{error}"));
    let read = |(name, file): (String, Opened)| {
        let mut text = Vec::new();
        file.bytes.read_at_most(0, &mut text, usize::MAX).unwrap();
        assert_eq!(file.given_sha256.as_ref(), Some(&given_sha256), "{name}");
        let stated = if name == "f" { bytes.len() } else { text.len() };
        assert_eq!((file.given_len, file.bytes.len()), (stated as u64, text.len() as u64), "{name}");
        (name, text)
    };
    files.into_iter().map(read).collect()
}

fn named(expected: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    expected.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
}

#[test]
fn compressed_files_are_what_was_compressed() {
    let long = "order_id,amount\n".repeat(1 << 16);
    for text in ["", "a,b\n1,2\n", long.as_str()] {
        assert_eq!(plain(&gzip(text.as_bytes())), named(&[("f", text)]));
        assert_eq!(plain(&zstd(text.as_bytes())), named(&[("f", text)]));
    }
    // Parts one after the other, zeros behind the last, a frame without data before the first.
    let whole = named(&[("f", "a,b\n1,2\n")]);
    assert_eq!(plain(&[gzip(b"a,b\n"), gzip(b"1,"), gzip(b""), gzip(b"2\n")].concat()), whole);
    assert_eq!(plain(&[gzip(b"a,b\n1,2\n"), vec![0; 100_000]].concat()), whole);
    assert_eq!(plain(&[zstd(b"a,b\n"), zstd(b"1,2\n")].concat()), whole);
    assert_eq!(plain(&[&b"\x50\x2a\x4d\x18\x04\0\0\0none"[..], &zstd(b"a,b\n1,2\n")].concat()), whole);
    // One in another.
    assert_eq!(plain(&gzip(&zstd(&gzip(b"a,b\n1,2\n")))), whole);
}

#[test]
fn every_file_in_an_archive_is_one_of_its_own() {
    let large = Entry { zip64: true, ..deflated("large.csv", b"l\n") };
    let archive = zip(&[
        stored("b.csv", b"b\n"),
        deflated("in/a.csv", b"a\n"),
        stored("in/", b""),
        stored("windows\\c.csv", b"c\n"),
        large,
        stored("in/g.csv.gz", &gzip(b"g\n")),
        stored("z.csv.zst", &zstd(b"z\n")),
        deflated("day.zip", &zip(&[stored("d.csv", b"d\n"), stored("e.csv.gz", &gzip(b"e\n"))])),
        stored("__MACOSX/in/._a.csv", b"x"),
        stored("in/.DS_Store", b"x"),
        stored("Thumbs.db", b"x"),
        stored(".hidden/x.csv", b"x"),
        stored("empty.csv", b""),
    ]);
    let expected = named(&[
        ("f/b.csv", "b\n"),
        ("f/in/a.csv", "a\n"),
        ("f/windows/c.csv", "c\n"),
        ("f/large.csv", "l\n"),
        ("f/in/g.csv.gz", "g\n"),
        ("f/z.csv.zst", "z\n"),
        ("f/day.zip/d.csv", "d\n"),
        ("f/day.zip/e.csv.gz", "e\n"),
        ("f/empty.csv", ""),
    ]);
    assert_eq!(plain(&archive), expected);
    assert_eq!(plain(&gzip(&archive)).len(), expected.len());
    // Something before the archive, as in one that unpacks itself, moves every offset.
    assert_eq!(plain(&[&b"PK\x03\x04"[..], &archive].concat()), expected);
}

#[test]
fn names_from_an_archive_are_harmless_and_told_apart() {
    let archive = zip(&[
        stored("../../etc/passwd", b"1"),
        stored("/etc/passwd", b"2"),
        stored("etc/./passwd", b"3"),
        stored("C:\\x.csv", b"4"),
        stored("..", b"5"),
        stored("a\x1b[31m\n\u{202e}vsc.b", b"6"),
        stored(b"\x8fterk\x94p.csv", b"7"),
        stored("Återköp.csv", b"8"),
        stored("a.csv", b"9"),
        stored("a.csv#2", b"10"),
        stored("a.csv", b"11"),
    ]);
    let expected = [
        ("f/etc/passwd", "1"),
        ("f/etc/passwd#2", "2"),
        ("f/etc/passwd#3", "3"),
        ("f/C:/x.csv", "4"),
        ("f/(no name)", "5"),
        ("f/a\u{fffd}[31m\u{fffd}\u{fffd}vsc.b", "6"),
        ("f/Återköp.csv", "7"),
        ("f/Återköp.csv#2", "8"),
        ("f/a.csv", "9"),
        ("f/a.csv#2", "10"),
        ("f/a.csv#3", "11"),
    ];
    assert_eq!(plain(&archive), named(&expected));
}

#[test]
fn a_document_of_an_office_program_is_no_archive() {
    let types = || stored("[Content_Types].xml", b"<Types/>");
    let cases = [
        (vec![types(), stored("xl/workbook.xml", b"<w/>")], "Workbook"),
        (vec![stored("xl/workbook.xml", b"<w/>"), types()], "Workbook"),
        (vec![types(), stored("xl/workbook.bin", b"b")], "a binary workbook (.xlsb)"),
        (vec![types(), stored("word/document.xml", b"<w/>")], "a document of Word or PowerPoint"),
        (vec![stored("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), types()], "an OpenDocument file"),
    ];
    for (entries, expected) in cases {
        let document = zip(&entries);
        for (bytes, name, len) in [
            (document.clone(), "f", document.len()),
            (gzip(&document), "f", gzip(&document).len()),
            (zip(&[deflated("d.xlsx", &document)]), "f/d.xlsx", document.len()),
        ] {
            let files = opened(&bytes, Bounds::default()).unwrap();
            let [(shown, file)] = files.as_slice() else { panic!("{} files", files.len()) };
            let shape = match file.shape {
                Shape::Unread(kind) => kind.what.to_owned(),
                other => format!("{other:?}"),
            };
            assert_eq!((shape.as_str(), shown.as_str(), file.given_len), (expected, name, len as u64));
        }
    }
    // Neither of the two alone makes a workbook.
    assert_eq!(plain(&zip(&[types()])), named(&[("f/[Content_Types].xml", "<Types/>")]));
    assert_eq!(plain(&zip(&[stored("xl/a.csv", b"a")])), named(&[("f/xl/a.csv", "a")]));
}

#[test]
fn what_is_refused_says_which_file_it_is() {
    let a = || stored("a.csv", b"a,b\n");
    let gz = gzip(b"a,b\n1,2\n");
    let zst = zstd(b"a,b\n1,2\n");
    let changed = |bytes: &[u8], at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at] ^= 0x55;
        bytes
    };
    let archive = zip(&[a()]);
    let mut long_window = zst.clone();
    // The descriptor of the frame with a window of its own, and the longest there is.
    long_window[4] = 0;
    long_window[5] = 0xff;
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("gzip cut off", gz[..gz.len() - 9].to_vec(), "f: the gzip data is cut off"),
        ("gzip without its end", gz[..gz.len() - 1].to_vec(), "f: the gzip data is cut off"),
        ("two bytes of gzip", gz[..2].to_vec(), "f: the gzip data is cut off"),
        ("gzip with another sum", changed(&gz, gz.len() - 8), DAMAGED_GZIP),
        ("gzip with another length", changed(&gz, gz.len() - 1), DAMAGED_GZIP),
        ("gzip of another method", changed(&gz, 2), DAMAGED_GZIP),
        ("a second member cut off", [&gz[..], &gz[..5]].concat(), "f: the gzip data is cut off"),
        ("text behind gzip", [&gz[..], b"x"].concat(), "f: bytes that are not gzip follow on the gzip data"),
        ("text behind zeros", [&gz[..], b"\0\0x"].concat(), "f: bytes that are not gzip follow on the gzip data"),
        ("gzip behind zeros", [&gz[..], b"\0", &gz].concat(), "f: bytes that are not gzip follow on the gzip data"),
        ("zstd cut off", zst[..zst.len() - 5].to_vec(), "f: the zstd data is cut off"),
        ("zstd with another sum", changed(&zst, zst.len() - 1), DAMAGED_ZSTD),
        ("text behind zstd", [&zst[..], b"text"].concat(), DAMAGED_ZSTD),
        ("a long window", long_window, "f: the zstd data was compressed with a window of more than 128 MiB"),
        ("gzip in gzip, cut off", gzip(&gz[..gz.len() - 1]), "f: the gzip data is cut off"),
        ("a zip archive cut off", archive[..archive.len() - 1].to_vec(), DAMAGED_ZIP),
        ("the first bytes of a zip archive", archive[..30].to_vec(), DAMAGED_ZIP),
        ("an empty archive", zip(&[]), "f: the archive is empty"),
        ("nothing but folders", zip(&[stored("a/", b"")]), "f: the archive holds no file to read"),
        ("an encrypted entry", zip(&[a(), Entry { flags: 1, ..a() }]), "f/a.csv#2: the entry is encrypted"),
        (
            "bzip2 in zip",
            zip(&[Entry { method: 12, ..a() }]),
            "f/a.csv: the entry is compressed with Bzip2; in an archive only Deflate is read",
        ),
        (
            "an unknown method",
            zip(&[Entry { method: 77, ..a() }]),
            "f/a.csv: the entry is compressed with an unknown method; in an archive only Deflate is read",
        ),
        (
            "a link",
            zip(&[Entry { attributes: 0o120_777 << 16, ..stored("l", b"../a.csv") }]),
            "f/l: the entry is a link to another file",
        ),
        ("another sum", zip(&[Entry { crc: 1, ..a() }]), DAMAGED_ENTRY),
        ("longer than said", zip(&[Entry { plain_len: 1, ..a() }]), DAMAGED_ENTRY),
        ("no deflate", zip(&[Entry { method: 8, ..stored("a.csv", &[0xff; 9]) }]), DAMAGED_ENTRY),
        (
            "an entry that is elsewhere",
            zip(&[a(), Entry { at: Some(7), ..a() }]),
            "f/a.csv#2: the entry is not where the archive's table of contents says",
        ),
        (
            "a long name",
            zip(&[stored("n".repeat(5000), b"")]),
            &format!("f/{}: the name of this entry is longer than 4096 bytes", "n".repeat(198)).leak()[..],
        ),
        (
            "a long name in other letters",
            zip(&[stored("\u{f8}".repeat(3000), b"")]),
            &format!("f/{}: the name of this entry is longer than 4096 bytes", "\u{f8}".repeat(198)).leak()[..],
        ),
        ("gzip cut off in zip", zip(&[stored("b.gz", &gz[..20])]), "f/b.gz: the gzip data is cut off"),
        (
            "too deep",
            zip(&[stored("b.zip", &zip(&[stored("c.zip", &zip(&[stored("d.gz", &gzip(&gz))]))]))]),
            "f/b.zip/c.zip/d.gz: it is packed more than 4 times, one archive or compressed file inside another",
        ),
        (
            "too deep in gzip",
            gzip(&gzip(&gzip(&gzip(&gz)))),
            "f: it is packed more than 4 times, one archive or compressed file inside another",
        ),
    ];
    for (what, bytes, expected) in cases {
        match opened(&bytes, Bounds::default()) {
            Ok(files) => panic!("{what}: read as {:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>()),
            Err(error) => {
                assert_eq!(error.to_string(), expected, "{what}");
                assert!(!error.help.is_empty());
            }
        }
    }
}

const DAMAGED_GZIP: &str = "f: the gzip data is damaged: it does not unpack to what was packed";
const DAMAGED_ZSTD: &str = "f: the zstd data is damaged: it does not unpack to what was packed";
const DAMAGED_ENTRY: &str = "f/a.csv: the entry is damaged: it does not unpack to what was packed";
const DAMAGED_ZIP: &str =
    "f: the zip archive is damaged or cut off: its table of contents, which stands at its end, cannot be read";

#[test]
fn what_a_file_expands_to_is_bounded() {
    let bounds = Bounds { plain_bytes_max: 100_000, ratio_max: 10, free_bytes: 5_000 };
    let refused = |bytes: &[u8]| opened(bytes, bounds).map(|files| files.len()).map_err(|error| error.to_string());
    // 5000 bytes are always free, and so is ten times the length of the file.
    assert_eq!(refused(&gzip_of_one_byte(b'a', 5_000)), Ok(1));
    let bomb = gzip_of_one_byte(b'a', 5_001);
    let by_ratio = |len: usize, name: &str| {
        format!(
            "{name}: its {len} bytes expand to more than 5000, that is over 10 times as many and over 5000 bytes: it \
             is refused as a decompression bomb"
        )
    };
    assert_eq!(refused(&bomb), Err(by_ratio(bomb.len(), "f")));
    let bomb = zstd(&[b'a'; 5_001]);
    assert_eq!(refused(&bomb), Err(by_ratio(bomb.len(), "f")));
    // Entries count together, wherever they lie.
    let half = || deflated("a.csv", &[b'a'; 3_000]);
    let bomb = zip(&[half(), Entry { at: Some(0), ..half() }]);
    assert_eq!(refused(&bomb), Err(by_ratio(bomb.len(), "f/a.csv#2")));
    // What is between the layers counts too: here the outer gzip expands, and the inner one to nothing.
    let bomb = gzip(&gzip(b"").repeat(300));
    assert_eq!(refused(&bomb), Err(by_ratio(bomb.len(), "f")));
    // A file that does not shrink may be as long as the other bound says.
    let mut noise = 1_u64;
    let mut noise = |len: usize| {
        let next = |_| {
            noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (noise >> 56) as u8
        };
        (0..len).map(next).collect::<Vec<u8>>()
    };
    assert_eq!(refused(&gzip(&noise(99_000))), Ok(1));
    assert_eq!(
        refused(&gzip(&noise(100_001))),
        Err("f: it expands beyond 100000 bytes, the most that is read from one packed file".to_owned())
    );
}

const ORDERS: &str = "order_id,line_id,gross_amount,currency,created_at\nA,1,10050,SEK,2026-03-02\n";
const CAPTURES: &str = "order_id,amount,currency,created_at\nA,10050,SEK,2026-03-02\n";

#[test]
fn an_archive_is_checked_file_by_file() {
    let archive = zip(&[
        deflated("2026/b.csv", CAPTURES.as_bytes()),
        stored("2026/a.csv", b"order_id,amount,currency,created_at\nA,10050,SEK,yesterday\n"),
        stored("2026/", b""),
        stored("b.csv.gz", &gzip(CAPTURES.as_bytes())),
    ]);
    Case::new()
        .args("check --captures c.zip --orders o.csv")
        .file("c.zip", &archive)
        .file("o.csv", ORDERS)
        .status(3)
        .stdout(
            "\
file              format         dataset   provider  state     rows  rejected  sum         stated totals
c.zip/2026/a.csv  canonical csv  captures  default   read         1         1  -           -
c.zip/2026/b.csv  canonical csv  captures  default   read         1         0  SEK 100.50  -
c.zip/b.csv.gz    canonical csv  captures  default   repeated     0         0  -           -
o.csv             canonical csv  orders    default   read         1         0  SEK 100.50  -
",
        )
        .run();
    Case::new().args("check --captures c.zip").file("c.zip", zip(&[stored("readme.pdf", b"%PDF-1.7")])).stops(
        "avstem: error: c.zip/readme.pdf: a PDF cannot be read\n  help: the provider also sends the list as XML and \
         XLSX: give one of those\n",
    );
    Case::new().args("check --input c.zip").file("c.zip", zip(&[stored("a.csv", b"a")])).stops(
        "avstem: error: c.zip/a.csv: a CSV file does not say what it holds\n  help: give it with --orders, --captures, \
         --reversals, --settlements, --bank or --payouts, or as a [[source]] with its dataset\n",
    );
}

#[test]
fn a_report_names_files_in_archives_by_place_and_hash() {
    let archive = zip(&[deflated("c.csv", format!("{CAPTURES}B,1,SEK,2026-03-02\nB,x,SEK,2026-03-02\n").as_bytes())]);
    let ran = Case::new()
        .args("run --captures - --orders o.csv --as-of 2026-03-03 --out out")
        .stdin(&archive)
        .file("o.csv", ORDERS)
        .status(3)
        .any_stdout()
        .stderr("avstem: warning: incomplete: 1 row could not be read\n")
        .run();
    let rows = harness::rows(&ran.bytes("out/discrepancies.csv"));
    assert!(rows.iter().any(|row| row.iter().any(|field| field.contains("-/c.csv:3"))), "{rows:?}");
    assert_eq!(harness::rows(&ran.bytes("out/rejects.csv"))[0][..2], ["'-/c.csv".to_owned(), "4".to_owned()]);
    let summary: serde_json::Value = serde_json::from_str(&ran.text("out/summary.json")).unwrap();
    let input = &summary["inputs"][0];
    let plain = format!("{CAPTURES}B,1,SEK,2026-03-02\nB,x,SEK,2026-03-02\n");
    assert_eq!(input["path"], "-/c.csv");
    assert_eq!(input["bytes"], plain.len());
    assert_eq!(input["sha256"], hex(&Sha256::digest(&archive)));
    assert_eq!(input["content_sha256"], hex(&Sha256::digest(plain.as_bytes())));
}

/// The copy is bounded by the room for files, as a full disk bounds it.
#[cfg(unix)]
#[test]
fn no_room_for_the_copy_is_said() {
    let folder = tempfile::tempdir().unwrap();
    // 12 MB of noise do not shrink, and more than 8 MiB go to disk.
    let mut state = 1_u32;
    let next = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + (state >> 28) as u8
    };
    let plain: Vec<u8> = (0..12 << 20).map(next).collect();
    std::fs::write(folder.path().join("c.gz"), gzip(&plain)).unwrap();
    let output = std::process::Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 10000; exec \"$0\" check --captures c.gz", env!("CARGO_BIN_EXE_avstem")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("avstem: error: c.gz: there is no room for its plain data: "), "{said}");
    assert!(said.ends_with("\n  help: make room for temporary files (TMPDIR), then run again\n"), "{said}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn init_proposes_for_an_archive_or_says_what_to_do() {
    let list = "<?xml version=\"1.0\"?><SalesAccountedTransactions AccountingNo=\"R1-1\" Version=\"2.0\"/>";
    let report = r#"{"dintero_settlement_id":"S1","currency":"NOK","transactions":[]}"#;
    let capture = r#"{"payment":"/psp/payments/1","capture":{"id":"/c/1"}}"#;
    let table = "order_id,amount,currency,created_at\nA,100,SEK,2026-03-01\n";
    let config = |entries: &[Entry]| {
        let case = Case::new().file("a.zip", zip(entries)).args("init a.zip --out avstem.toml").any_stdout();
        case.run().text("avstem.toml")
    };
    // Formats that say themselves what they are: one source for all, which `check` then reads.
    let entries =
        [stored("l.xml", list.as_bytes()), stored("s.json", report.as_bytes()), stored("c.json", capture.as_bytes())];
    let keys: Vec<String> =
        config(&entries).lines().filter(|line| !line.starts_with('#') && !line.is_empty()).map(str::to_owned).collect();
    assert_eq!(keys, ["[[source]]", "path = \"a.zip\""]);
    let note = "avstem: warning: a.zip/c.json: no row was read: links to what the document does not hold (fetch it \
                expanded where it matters): 1, on line 1\n";
    let case = Case::new().file("a.zip", zip(&entries)).file("avstem.toml", keys.join("\n"));
    case.args("check --config avstem.toml").any_stdout().stderr(note).run();
    // A table among them needs a source of its own.
    let entries = [stored("in/c.csv", table.as_bytes()), stored("l.xml", list.as_bytes())];
    Case::new().file("a.zip", zip(&entries)).args("init a.zip").stops(
        "avstem: error: a.zip: the archive holds files of several kinds, which one source cannot describe: in/c.csv (a \
         table of order_id, amount, currency, ...); l.xml (transaction list of Swedbank Pay, XML)\n  help: unpack it \
         into a folder (unzip a.zip -d FOLDER), then avstem init FOLDER: it proposes a source for each kind\n",
    );
}
