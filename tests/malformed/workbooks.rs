//! Workbooks as they should not be.

use super::packed::{Entry, deflated, stored, zip};
use super::{Malformed, file};

const GIVEN: &str = "--captures b.xlsx";
const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
const HEADER: [&str; 4] = ["order_id", "amount", "currency", "created_at"];

fn types() -> Entry {
    stored("[Content_Types].xml", b"<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>")
}

fn relations() -> [Entry; 2] {
    let relations = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    let kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    [
        stored("_rels/.rels", format!("<Relationships {relations}><Relationship Id=\"r1\" Type=\"{kind}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>").as_bytes()),
        stored("xl/_rels/workbook.xml.rels", format!("<Relationships {relations}><Relationship Id=\"r1\" Type=\"{kind}/worksheet\" Target=\"worksheets/sheet1.xml\"/></Relationships>").as_bytes()),
    ]
}

fn workbook() -> Entry {
    stored("xl/workbook.xml", format!("<workbook {MAIN} xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>").as_bytes())
}

fn row(number: usize, cells: &[&str]) -> String {
    let cell = |(column, text): (usize, &&str)| {
        let letter = char::from(b'A' + u8::try_from(column).unwrap());
        format!("<c r=\"{letter}{number}\" t=\"inlineStr\"><is><t>{text}</t></is></c>")
    };
    format!("<row r=\"{number}\">{}</row>", cells.iter().enumerate().map(cell).collect::<String>())
}

fn sheet(rows: &str) -> String {
    format!("<?xml version=\"1.0\"?>\n<worksheet {MAIN}><sheetData>{}{rows}</sheetData></worksheet>", row(1, &HEADER))
}

/// A workbook around this part of the only sheet.
fn book(sheet: &[u8], more: Vec<Entry>) -> Vec<u8> {
    let [a, b] = relations();
    let own = [types(), a, b, workbook(), deflated("xl/worksheets/sheet1.xml", sheet)];
    zip(&own.into_iter().chain(more).collect::<Vec<_>>())
}

fn of(name: &'static str, rows: &str) -> Malformed {
    file(name, GIVEN, book(sheet(rows).as_bytes(), Vec::new()))
}

pub fn all() -> Vec<Malformed> {
    let good = row(2, &["A", "10050", "SEK", "2026-10-02"]);
    let whole = book(sheet(&good).as_bytes(), Vec::new());
    let [a, _] = relations();
    let doctype = sheet(&good).replacen('\n', "\n<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>", 1);
    let bomb = [sheet("").as_bytes(), &vec![b' '; 70 << 20]].concat();
    let strings = |text: &str| deflated("xl/sharedStrings.xml", format!("<sst {MAIN}>{text}</sst>").as_bytes());
    vec![
        of("workbook_as_it_should_be", &good),
        file("workbook_cut_off", GIVEN, &whole[..whole.len() / 2]),
        file("workbook_cut_off_at_its_end", GIVEN, &whole[..whole.len() - 4]),
        file(
            "workbook_without_sheets",
            GIVEN,
            zip(&[types(), a, stored("xl/workbook.xml", format!("<workbook {MAIN}/>").as_bytes())]),
        ),
        file("workbook_without_its_parts", GIVEN, zip(&[types(), stored("xl/other.xml", b"<x/>")])),
        file("workbook_without_the_sheet", GIVEN, {
            let [a, b] = relations();
            zip(&[types(), a, b, workbook()])
        }),
        file("workbook_sheet_cut_off", GIVEN, book(&sheet(&good).as_bytes()[..400], Vec::new())),
        file("workbook_sheet_of_zeros", GIVEN, book(&[0; 1000], Vec::new())),
        file("workbook_billion_laughs", GIVEN, book(doctype.as_bytes(), Vec::new())),
        file("workbook_text_of_70_mib", GIVEN, book(&bomb, Vec::new())),
        file("workbook_encrypted_part", GIVEN, {
            let [a, b] = relations();
            zip(&[
                types(),
                a,
                b,
                workbook(),
                Entry { flags: 1, ..stored("xl/worksheets/sheet1.xml", sheet("").as_bytes()) },
            ])
        }),
        of("workbook_sheet_without_rows", ""),
        file(
            "workbook_sheet_without_anything",
            GIVEN,
            book(format!("<worksheet {MAIN}><sheetData/></worksheet>").as_bytes(), Vec::new()),
        ),
        of(
            "workbook_row_numbers_that_go_back",
            &format!("{}{}", row(9, &["A", "1", "SEK", "2026-10-02"]), row(2, &["B", "1", "SEK", "2026-10-02"])),
        ),
        of("workbook_row_far_down", &good.replace("=\"2\"", "=\"9999999\"")),
        of("workbook_column_far_out", "<row r=\"2\"><c r=\"ZZZZ2\"><v>1</v></c></row>"),
        of("workbook_deep_nesting", &"<x>".repeat(10_000)),
        of(
            "workbook_cell_with_an_error",
            &good.replace(
                "<c r=\"B2\" t=\"inlineStr\"><is><t>10050</t></is></c>",
                "<c r=\"B2\" t=\"e\"><v>#REF!</v></c>",
            ),
        ),
        of(
            "workbook_number_with_decimals",
            &good.replace("<c r=\"B2\" t=\"inlineStr\"><is><t>10050</t></is></c>", "<c r=\"B2\"><v>100.5</v></c>"),
        ),
        of(
            "workbook_number_too_large",
            &good.replace("<c r=\"B2\" t=\"inlineStr\"><is><t>10050</t></is></c>", "<c r=\"B2\"><v>1E+300</v></c>"),
        ),
        of(
            "workbook_text_that_is_not_there",
            &good.replace("<c r=\"B2\" t=\"inlineStr\"><is><t>10050</t></is></c>", "<c r=\"B2\" t=\"s\"><v>7</v></c>"),
        ),
        file("workbook_shared_strings_cut_off", GIVEN, book(sheet(&good).as_bytes(), vec![strings("<si><t>a")])),
        of("workbook_text_too_long", &row(2, &["A", &"1".repeat(40_000), "SEK", "2026-10-02"])),
        of("workbook_100_000_cells_in_a_row", &format!("<row r=\"2\">{}</row>", "<c><v>1</v></c>".repeat(100_000))),
        file("workbook_without_dataset", "--input b.xlsx", &whole),
        file("workbook_of_another_dataset", "--orders b.xlsx", &whole),
    ]
}
