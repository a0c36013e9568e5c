//! The texts of the page. A language that lacks one does not compile; `{n}` and other names in braces stand for values.

mod da;
mod en;
mod fi;
mod nb;
mod sv;

use super::Lang;

/// A sentence about one, and about any other number; `{n}` is the number.
#[derive(Debug, Clone, Copy)]
pub struct Counted {
    /// About one.
    pub one: &'static str,
    /// About none or several.
    pub many: &'static str,
}

/// The texts of the page in a language.
#[derive(Debug)]
pub struct PageWords {
    /// The page's name.
    pub title: &'static str,
    /// The day of the page.
    pub as_of: &'static str,
    /// The link over the head of the page.
    pub skip: &'static str,
    /// The name of the list of sections.
    pub on_this_page: &'static str,
    /// The lead: open things.
    pub needs_you: Counted,
    /// The lead: nothing is open.
    pub needs_nobody: &'static str,
    /// The lead: the sizes of open differences, by provider.
    pub differences: &'static str,
    /// The lead: an amount at a provider.
    pub amount_at: &'static str,
    /// The lead: more currencies than are named.
    pub and_more: &'static str,
    /// The lead: pending findings.
    pub may_come: Counted,
    /// The lead: no reject.
    pub all_read: &'static str,
    /// The lead, and a warning: rejects.
    pub not_read: Counted,
    /// The lead: incomplete for another reason than rejects.
    pub does_not_close: &'static str,
    /// The head of the warning.
    pub incomplete: &'static str,
    /// What to do about it.
    pub incomplete_help: &'static str,
    /// A section.
    pub money: &'static str,
    /// What the bridges show.
    pub money_intro: &'static str,
    /// Where there is no bridge.
    pub no_money: &'static str,
    /// A column of a bridge.
    pub step: &'static str,
    /// A column with bars.
    pub share: &'static str,
    /// A column.
    pub amount: &'static str,
    /// The first bar.
    pub captured_less_reversed: &'static str,
    /// The last bar.
    pub settled_gross: &'static str,
    /// A sum of fees.
    pub fees: &'static str,
    /// A net sum.
    pub net: &'static str,
    /// What a match over several batches explains in one of them.
    pub matched_elsewhere: &'static str,
    /// What pairs within the tolerance explain.
    pub tolerated: &'static str,
    /// A residual.
    pub unexplained: &'static str,
    /// Where the bars of a bridge do not begin at 0.
    pub cut_off: &'static str,
    /// A section.
    pub open: &'static str,
    /// Where nothing is.
    pub nothing_open: &'static str,
    /// A caption.
    pub by_age: &'static str,
    /// A column.
    pub age: &'static str,
    /// A bucket.
    pub age_0: &'static str,
    /// A bucket.
    pub age_8: &'static str,
    /// A bucket.
    pub age_31: &'static str,
    /// A bucket.
    pub age_91: &'static str,
    /// An age.
    pub days: Counted,
    /// A column: sizes of differences, too much and too little alike.
    pub sizes: &'static str,
    /// A caption.
    pub by_code: &'static str,
    /// A column.
    pub code: &'static str,
    /// A column.
    pub status: &'static str,
    /// A section and a column.
    pub findings: &'static str,
    /// A column.
    pub difference: &'static str,
    /// A section.
    pub causes: &'static str,
    /// What they are.
    pub causes_intro: &'static str,
    /// A label.
    pub cause: &'static str,
    /// A cause.
    pub cause_file: &'static str,
    /// A cause.
    pub cause_batch: &'static str,
    /// A cause.
    pub cause_column: &'static str,
    /// A cause.
    pub cause_fees: &'static str,
    /// A cause.
    pub cause_factor: &'static str,
    /// How many findings.
    pub count: Counted,
    /// Rows that are not shown.
    pub rest: &'static str,
    /// A section.
    pub trend: &'static str,
    /// A column.
    pub night: &'static str,
    /// A column.
    pub day: &'static str,
    /// A chart.
    pub trend_open: &'static str,
    /// A column.
    pub trend_pending: &'static str,
    /// A chart.
    pub trend_new: &'static str,
    /// A chart.
    pub trend_cleared: &'static str,
    /// A chart: captured less reversed and not settled.
    pub trend_unsettled: &'static str,
    /// The table behind the charts.
    pub night_by_night: &'static str,
    /// A caption.
    pub speed: &'static str,
    /// A column: captures and reversals.
    pub operations: &'static str,
    /// A column.
    pub median: &'static str,
    /// A column.
    pub most: &'static str,
    /// A section.
    pub batches: &'static str,
    /// A column, and a label: the reconciliation number.
    pub batch: &'static str,
    /// A caption.
    pub batches_differ: &'static str,
    /// A caption, and the line that opens it.
    pub batches_agree: Counted,
    /// A state of a batch.
    pub agrees: &'static str,
    /// A state of a batch.
    pub differs: &'static str,
    /// A state of a batch.
    pub missing: &'static str,
    /// Where there are none.
    pub no_batches: &'static str,
    /// A batch without a number.
    pub no_number: &'static str,
    /// A column.
    pub settlement_rows: &'static str,
    /// A section.
    pub payouts: &'static str,
    /// A column.
    pub vat_on_fees: &'static str,
    /// A column.
    pub brought_forward: &'static str,
    /// A column.
    pub to_be_paid: &'static str,
    /// A column, and the state of a payout.
    pub received: &'static str,
    /// The state of a payout.
    pub on_its_way: &'static str,
    /// The state of a payout.
    pub another_amount: &'static str,
    /// The state of a payout.
    pub ambiguous: &'static str,
    /// The state of a payout.
    pub nothing_due: &'static str,
    /// The state of a payout.
    pub postponed: &'static str,
    /// A caption.
    pub accounts: &'static str,
    /// A column.
    pub account: &'static str,
    /// A column.
    pub posted: &'static str,
    /// A dataset.
    pub bank: &'static str,
    /// A column.
    pub explained_by: &'static str,
    /// A column.
    pub state: &'static str,
    /// A column and a filter.
    pub provider: &'static str,
    /// A column.
    pub currency: &'static str,
    /// The form above the findings.
    pub find: &'static str,
    /// A field.
    pub search: &'static str,
    /// A choice in a filter.
    pub all: &'static str,
    /// A field.
    pub sort: &'static str,
    /// A choice.
    pub sort_first: &'static str,
    /// A choice.
    pub sort_size: &'static str,
    /// A choice.
    pub sort_age: &'static str,
    /// A choice.
    pub sort_order: &'static str,
    /// A button.
    pub show_all: &'static str,
    /// What the list shows.
    pub shown: &'static str,
    /// What the list shows.
    pub none_shown: &'static str,
    /// A button.
    pub previous: &'static str,
    /// A button.
    pub next: &'static str,
    /// Where there are none.
    pub no_findings: &'static str,
    /// Where not all findings are in the document.
    pub first_of: &'static str,
    /// A label.
    pub meaning: &'static str,
    /// A label.
    pub action: &'static str,
    /// A label.
    pub explanation: &'static str,
    /// A label.
    pub hint: &'static str,
    /// A label.
    pub records: &'static str,
    /// A label.
    pub order: &'static str,
    /// A label.
    pub line: &'static str,
    /// A label.
    pub payee_reference: &'static str,
    /// A label.
    pub transaction_number: &'static str,
    /// A label.
    pub settlement: &'static str,
    /// A label.
    pub expected: &'static str,
    /// A label.
    pub actual: &'static str,
    /// A label.
    pub first_seen: &'static str,
    /// A label.
    pub finding_id: &'static str,
    /// A section.
    pub cleared: &'static str,
    /// A column.
    pub closed_by: &'static str,
    /// A section.
    pub control: &'static str,
    /// What holds for each row.
    pub control_intro: &'static str,
    /// A column.
    pub dataset: &'static str,
    /// A dataset.
    pub orders: &'static str,
    /// A dataset.
    pub captures: &'static str,
    /// A dataset.
    pub reversals: &'static str,
    /// A dataset.
    pub settlements: &'static str,
    /// A column.
    pub file: &'static str,
    /// A column.
    pub rows: &'static str,
    /// A column.
    pub read: &'static str,
    /// A column.
    pub repeated: &'static str,
    /// A column.
    pub superseded: &'static str,
    /// A column.
    pub accepted: &'static str,
    /// A column.
    pub rejected: &'static str,
    /// A caption.
    pub other_kinds: &'static str,
    /// A column.
    pub kind: &'static str,
    /// A column.
    pub gross: &'static str,
    /// A caption.
    pub tolerated_pairs: &'static str,
    /// A column.
    pub pairs: &'static str,
    /// A column.
    pub budget: &'static str,
    /// A section.
    pub inputs: &'static str,
    /// A column.
    pub format: &'static str,
    /// A column.
    pub bytes: &'static str,
    /// A section.
    pub skipped: &'static str,
    /// A column.
    pub check: &'static str,
    /// A column.
    pub reason: &'static str,
    /// A section.
    pub rejects: &'static str,
    /// A column.
    pub column: &'static str,
    /// A column.
    pub value: &'static str,
    /// The last line.
    pub made_by: &'static str,
    /// The link at the end.
    pub to_top: &'static str,
    /// A state of an input.
    pub file_read: &'static str,
    /// A state of an input: read already.
    pub file_repeated: &'static str,
    /// A state of an input: replaced by a later one.
    pub file_restated: &'static str,
}

/// The texts of the page in a language.
#[must_use]
pub fn page(lang: Lang) -> &'static PageWords {
    match lang {
        Lang::En => &en::WORDS,
        Lang::Sv => &sv::WORDS,
        Lang::Nb => &nb::WORDS,
        Lang::Da => &da::WORDS,
        Lang::Fi => &fi::WORDS,
    }
}

impl Counted {
    /// The sentence about so many, `{n}` replaced by the number in the form of the language.
    #[must_use]
    pub fn of(&self, lang: Lang, count: u64) -> String {
        fill(if count == 1 { self.one } else { self.many }, &[("n", &lang.count(count))])
    }
}

/// A text with its names in braces replaced by their values, once each place: what a value holds is not looked at.
#[must_use]
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let named = after.split_once('}').and_then(|(name, behind)| {
            let value = values.iter().find(|(known, _)| *known == name);
            value.map(|(_, value)| (*value, behind))
        });
        match named {
            Some((value, behind)) => {
                filled.push_str(value);
                rest = behind;
            }
            None => {
                filled.push('{');
                rest = after;
            }
        }
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_replaced_and_values_are_not_looked_at() {
        let values = [("n", "{day}"), ("day", "x")];
        assert_eq!(fill("{n} and {day}, {other} {", &values), "{day} and x, {other} {");
        let days = Counted { one: "{n} day", many: "{n} days" };
        assert_eq!([0, 1, 1000].map(|n| days.of(Lang::En, n)), ["0 days", "1 day", "1,000 days"]);
    }

    #[test]
    fn every_language_has_the_names_in_braces_of_the_english_one() {
        // The texts as they stand in the source, name by name.
        let sources = [
            include_str!("en.rs"),
            include_str!("sv.rs"),
            include_str!("nb.rs"),
            include_str!("da.rs"),
            include_str!("fi.rs"),
        ];
        let places = |source: &str| -> Vec<(String, Vec<String>)> {
            let fields = source.lines().filter(|line| line.starts_with("    ") && line.contains(": "));
            let of = |line: &str| {
                let mut names: Vec<String> = line
                    .split('{')
                    .skip(1)
                    .filter_map(|rest| rest.split_once('}').map(|(name, _)| name.trim().to_owned()))
                    .filter(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_lowercase()))
                    .collect();
                names.sort();
                (line.trim().split(':').next().unwrap().to_owned(), names)
            };
            fields.map(of).collect()
        };
        let english = places(sources[0]);
        assert!(english.len() > 100, "the test finds the texts: {}", english.len());
        for source in &sources[1..] {
            assert_eq!(places(source), english);
        }
    }
}
