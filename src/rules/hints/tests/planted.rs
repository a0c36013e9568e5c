//! Near misses of every kind, planted by a seed among records that have no counterpart at all.

// The rates are printed for whoever asks with --nocapture.
#![allow(clippy::print_stdout)]

use std::collections::BTreeSet;

use super::*;

/// Numbers of a seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn place(&mut self, limit: usize) -> usize {
        usize::try_from(self.below(u64::try_from(limit).unwrap())).unwrap()
    }

    fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let text = format!("{high:016x}{low:016x}");
        [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]].join("-")
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Case,
    WhiteSpace,
    LeadingZeros,
    Exchanged,
    Missing,
    Added,
    Changed,
    OtherColumn,
    Factor,
    Sign,
    Currency,
    OtherDay,
}

const KINDS: [Kind; 12] = [
    Kind::Case,
    Kind::WhiteSpace,
    Kind::LeadingZeros,
    Kind::Exchanged,
    Kind::Missing,
    Kind::Added,
    Kind::Changed,
    Kind::OtherColumn,
    Kind::Factor,
    Kind::Sign,
    Kind::Currency,
    Kind::OtherDay,
];

/// Three ids of the forms that providers and shops have: a number of a series (with gaps: most are settled), a reference
/// that counts up, a random id.
struct Series {
    number: u64,
    reference: u64,
}

impl Series {
    fn ids(&mut self, provider: u32, random: &mut Random) -> [(IdColumn, String); 3] {
        self.number += 1 + random.below(20);
        self.reference += 1 + random.below(3);
        let start = [10_728_400_000, 40_000_000, 700_100_000][usize::try_from(provider).unwrap()];
        [
            (IdColumn::TransactionNumber, (start + self.number).to_string()),
            (IdColumn::PayeeReference, format!("R{provider}-{:06}", self.reference)),
            (IdColumn::OperationId, random.uuid()),
        ]
    }
}

/// A price: some are everywhere, most are not.
fn price(random: &mut Random) -> i128 {
    const USUAL: [i128; 8] = [9_900, 19_900, 29_900, 49_900, 99_900, 4_900, 14_900, 100_000];
    match random.below(100) {
        0..2 => USUAL[random.place(USUAL.len())],
        _ => i128::from(100 + random.below(4_000_000)),
    }
}

fn slip_in(kind: Kind, id: &str, random: &mut Random) -> String {
    let mut chars: Vec<char> = id.chars().collect();
    let at = random.place(chars.len());
    let fresh = |not: char, random: &mut Random| {
        let of: Vec<char> = if not.is_ascii_digit() { ('0'..='9').collect() } else { ('a'..='f').collect() };
        of.into_iter().filter(|c| *c != not).nth(random.place(5)).unwrap()
    };
    match kind {
        Kind::Case => return if id.to_uppercase() == id { id.to_lowercase() } else { id.to_uppercase() },
        Kind::WhiteSpace => chars.insert(at.max(1), if random.below(2) == 0 { ' ' } else { '\u{a0}' }),
        Kind::LeadingZeros => return format!("{}{id}", "0".repeat(1 + random.place(3))),
        Kind::Exchanged => {
            let unlike = (0..chars.len() - 1).map(|step| (at + step) % (chars.len() - 1));
            let at = unlike.into_iter().find(|at| chars[*at] != chars[at + 1]).unwrap();
            chars.swap(at, at + 1);
        }
        Kind::Missing => drop(chars.remove(at)),
        Kind::Added => {
            let c = fresh(chars[at], random);
            chars.insert(at, c);
        }
        Kind::Changed => chars[at] = fresh(chars[at], random),
        _ => {}
    }
    chars.into_iter().collect()
}

const DAYS: u64 = 30;

struct Planted {
    candidates: Vec<Candidate>,
    /// The kind, and the finding of the counterpart, of each finding that was planted.
    wanted: BTreeMap<usize, (Kind, usize)>,
}

/// `each` near misses of every kind among records without any counterpart, of three providers.
fn planted(seed: u64, kinds: &[Kind], each: usize, noise: usize) -> Planted {
    let mut random = Random(seed);
    let currencies = Currencies::default();
    let [sek, eur] = ["SEK", "EUR"].map(|code| currencies.find(code.as_bytes()).unwrap());
    let mut series: Vec<Series> = (0..3).map(|_| Series { number: 0, reference: 0 }).collect();
    let first = NaiveDate::from_ymd_opt(2026, 3, 1).unwrap();
    let day = |random: &mut Random| Some(first + chrono::Days::new(random.below(DAYS)));
    let mut made = Planted { candidates: Vec::new(), wanted: BTreeMap::new() };
    let mut seen = BTreeSet::new();
    let put =
        |candidates: &mut Vec<Candidate>, leg, provider, money: (i128, Currency), day, ids: &[(IdColumn, String)]| {
            let finding = candidates.len();
            let mut ids: Vec<Id> = ids.iter().filter_map(|(column, text)| Id::new(*column, text)).collect();
            ids.sort_by_key(|id| id.column);
            let (amount_minor, currency) = money;
            let provider = NameId(provider);
            candidates.push(Candidate { finding, leg, provider, currency, amount_minor, day, ids });
            finding
        };
    let mut turn: Vec<Option<Kind>> = kinds.iter().flat_map(|kind| std::iter::repeat_n(Some(*kind), each)).collect();
    turn.extend(std::iter::repeat_n(None, noise));
    for at in (1..turn.len()).rev() {
        turn.swap(at, random.place(at + 1));
    }
    let given: Vec<(u32, [(IdColumn, String); 3])> = turn
        .iter()
        .map(|_| {
            let provider = u32::try_from(random.below(3)).unwrap();
            (provider, series[usize::try_from(provider).unwrap()].ids(provider, &mut random))
        })
        .collect();
    // A slip that makes the id of another record would be that record's match.
    let known: BTreeSet<String> = given.iter().flat_map(|(_, ids)| ids.iter().map(|(_, id)| id.clone())).collect();
    for (kind, (provider, ids)) in turn.into_iter().zip(given) {
        let money = (price(&mut random), if random.below(10) == 0 { eur } else { sek });
        let made_on = day(&mut random);
        let candidates = &mut made.candidates;
        let Some(kind) = kind else {
            // All providers have records of the same ids, prices and days: nothing may meet across them.
            let leg = if random.below(2) == 0 { Leg::Operation } else { Leg::Row };
            put(candidates, leg, provider, money, made_on, &ids);
            continue;
        };
        // By amount alone only what has no price of all the world can be told.
        let by_amount = matches!(kind, Kind::Factor | Kind::Sign | Kind::Currency | Kind::OtherDay);
        let mut money = money;
        while by_amount && !seen.insert(money.0) {
            money.0 = i128::from(100 + random.below(4_000_000));
        }
        let (mut there, mut there_on) = (money, made_on);
        let mut of_operation = vec![ids[random.place(3)].clone()];
        if kind == Kind::Case {
            // A number has no letters.
            of_operation = vec![ids[1 + random.place(2)].clone()];
        } else if kind == Kind::LeadingZeros {
            of_operation = vec![ids[0].clone()];
        }
        let mut slipped = slip_in(kind, &of_operation[0].1, &mut random);
        while kind != Kind::OtherColumn && !by_amount && known.contains(&slipped) {
            slipped = slip_in(kind, &of_operation[0].1, &mut random);
        }
        let mut of_row = vec![(of_operation[0].0, slipped)];
        match kind {
            Kind::OtherColumn => of_row[0].0 = IdColumn::TransactionId,
            Kind::Factor => there.0 *= [10, 100][random.place(2)],
            Kind::Sign => there.0 = -there.0,
            Kind::Currency => there.1 = if money.1 == eur { sek } else { eur },
            Kind::OtherDay => there_on = made_on.map(|day| day + chrono::Days::new(1 + random.below(5))),
            _ => {}
        }
        if by_amount {
            of_operation = vec![(IdColumn::OrderId, format!("{}", 100_000 + random.below(900_000)))];
            of_row = vec![(IdColumn::TransactionId, random.uuid())];
        }
        let operation = put(candidates, Leg::Operation, provider, money, made_on, &of_operation);
        let row = put(candidates, Leg::Row, provider, there, there_on, &of_row);
        made.wanted.insert(operation, (kind, row));
        made.wanted.insert(row, (kind, operation));
    }
    made
}

/// The kind that a hint states.
fn kind_of(hint: &Hint) -> Option<Kind> {
    Some(match (hint.likeness.shared, hint.likeness.amounts) {
        (Shared::Id { first, second, .. }, _) if first != second => Kind::OtherColumn,
        (Shared::Id { slip, .. }, _) => match slip {
            Slip::Written { case: true, white_space: false, leading_zeros: false } => Kind::Case,
            Slip::Written { case: false, white_space: true, leading_zeros: false } => Kind::WhiteSpace,
            Slip::Written { case: false, white_space: false, leading_zeros: true } => Kind::LeadingZeros,
            Slip::Exchanged { .. } => Kind::Exchanged,
            Slip::Missing { in_first: false, .. } => Kind::Missing,
            Slip::Missing { in_first: true, .. } => Kind::Added,
            Slip::Changed { .. } => Kind::Changed,
            _ => return None,
        },
        (Shared::Nothing, Amounts::Factor { .. }) => Kind::Factor,
        (Shared::Nothing, Amounts::Sign) => Kind::Sign,
        (Shared::Nothing, Amounts::Currency) => Kind::Currency,
        (Shared::Nothing, Amounts::Equal) => Kind::OtherDay,
        _ => return None,
    })
}

/// Planted, right and wrong hints by kind, hints of records without a counterpart, and hints across providers.
fn judged(made: &Planted) -> (BTreeMap<Kind, [u64; 3]>, [u64; 2]) {
    let mut rates: BTreeMap<Kind, [u64; 3]> = BTreeMap::new();
    let [mut across, mut idle] = [0, 0];
    for (kind, _) in made.wanted.values() {
        rates.entry(*kind).or_default()[0] += 1;
    }
    for hint in find(&made.candidates).hints {
        let (own, counterpart) = (&made.candidates[hint.own], &made.candidates[hint.counterpart]);
        across += u64::from(own.provider != counterpart.provider || own.leg == counterpart.leg);
        let Some((kind, wanted)) = made.wanted.get(&hint.finding) else {
            idle += 1;
            continue;
        };
        // The kind is as it was planted on the operation, and turned round on the row.
        let said = match kind_of(&hint) {
            Some(Kind::Missing) if own.leg == Leg::Row => Some(Kind::Added),
            Some(Kind::Added) if own.leg == Leg::Row => Some(Kind::Missing),
            said => said,
        };
        let right = counterpart.finding == *wanted && said == Some(*kind);
        rates.entry(*kind).or_default()[if right { 1 } else { 2 }] += 1;
    }
    (rates, [idle, across])
}

#[test]
fn planted_near_misses_of_every_kind_are_hinted_right() {
    for kind in KINDS {
        let made = planted(6, &[kind], 10_000, 10_000);
        let (rates, [idle, across]) = judged(&made);
        let [planted, right, wrong] = rates[&kind];
        println!("{kind:?}: of {planted} right {right}, wrong {wrong}; without a counterpart 10000, hinted {idle}");
        assert!(idle <= 100, "{kind:?}: {idle} idle hints");
        assert_eq!((planted, across), (20_000, 0), "{kind:?}");
        assert!(right * 100 >= planted * 95, "{kind:?}: of {planted} only {right} right, {wrong} wrong");
        assert!(wrong * 100 <= planted, "{kind:?}: of {planted} {wrong} wrong");
    }
}

#[test]
fn kinds_planted_together_are_told_apart() {
    let (rates, [idle, across]) = judged(&planted(7, &KINDS, 1_000, 12_000));
    println!("{rates:?}, idle {idle}");
    assert_eq!(across, 0);
    assert!(idle <= 120, "{idle} idle hints");
    for (kind, [planted, right, wrong]) in rates {
        assert!(right * 100 >= planted * 95, "{kind:?}: of {planted} {right} right, {wrong} wrong");
    }
}

#[test]
fn hints_do_not_depend_on_the_order_of_records() {
    let mut made = planted(8, &KINDS, 100, 2_000);
    let told = |candidates: &[Candidate]| told(candidates).into_iter().collect::<BTreeSet<_>>();
    let expected = told(&made.candidates);
    assert!(expected.len() > 2_000);
    let mut random = Random(9);
    for _ in 0..3 {
        for at in (1..made.candidates.len()).rev() {
            made.candidates.swap(at, random.place(at + 1));
        }
        assert_eq!(told(&made.candidates), expected);
    }
    made.candidates.reverse();
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    assert_eq!(one.install(|| told(&made.candidates)), expected);
}

/// Every price, and then one price alone, so that all records are in one crowd.
#[test]
fn what_a_record_costs_does_not_grow_with_their_number() {
    for usual in [false, true] {
        let mut costs = Vec::new();
        for number in [1_000, 10_000, 100_000] {
            let mut made = planted(10, &[Kind::Exchanged, Kind::OtherDay], number / 20, number * 4 / 5);
            for candidate in made.candidates.iter_mut().filter(|_| usual) {
                candidate.amount_minor = 19_900;
            }
            assert_eq!(made.candidates.len(), number);
            let comparisons = find(&made.candidates).comparisons;
            println!("{number} records, one price {usual}: {comparisons} comparisons");
            costs.push(comparisons / u64::try_from(number).unwrap());
        }
        // A bucket holds at most 16 of a side. Of one price an id stands in a bucket a character, most of them empty.
        let most = if usual { 24 } else { 1 };
        assert!(costs.iter().all(|cost| *cost <= most), "{costs:?}");
    }
}
