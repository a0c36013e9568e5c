//! What happens to files on their way: late, given again under another name, packed, re-issued, nights without files.

use std::io::Write;

use chrono::NaiveDate;

use crate::night::{File, Night};
use crate::reference::rng::Rng;

/// The nights as their files arrive.
pub struct Delivery {
    nights: Vec<Vec<File>>,
    copies: usize,
}

impl Delivery {
    pub fn new(nights: usize) -> Self {
        Self { nights: vec![Vec::new(); nights], copies: 0 }
    }

    /// Gives a file on a night, or some nights late, and now and then a copy of it as well.
    pub fn give(&mut self, rng: &mut Rng, night: usize, file: File) {
        let late = if rng.percent(8) { rng.pick(&[1, 2, 6]) } else { 0 };
        if rng.percent(5) {
            self.copies += 1;
            let mut copy = file.clone();
            let name = file.path.rsplit('/').next().unwrap();
            // Before or after the first of them in the order of paths.
            let place = rng.pick(&["in/a-copies", "in/z-copies"]);
            copy.path = format!("{place}/{}-{name}", self.copies);
            if rng.percent(40) {
                copy.path.push_str(".gz");
                copy.bytes = packed(&copy.bytes);
            }
            self.put(night + late + rng.pick(&[0, 1, 4, 10]), copy);
        }
        self.put(night + late, file);
    }

    /// Gives a file on a night; what would come after the last one never comes.
    pub fn put(&mut self, night: usize, file: File) {
        if let Some(files) = self.nights.get_mut(night) {
            files.push(file);
        }
    }

    /// The nights, some of them without files, some with all files so far, some run twice. Where nights are few, several
    /// may be of one day.
    pub fn nights(self, rng: &mut Rng, first: NaiveDate, few: bool) -> Vec<Night> {
        let mut as_of = first;
        let mut held = Vec::new();
        let mut nights = Vec::new();
        for (number, mut files) in self.nights.into_iter().enumerate() {
            if number > 0 {
                files.append(&mut held);
                if rng.percent(5) {
                    held = std::mem::take(&mut files);
                }
            }
            rng.shuffle(&mut files);
            let growing = rng.percent(if few { 20 } else { 3 });
            let again = rng.percent(if few { 20 } else { 5 });
            nights.push(Night { as_of, files, growing, again, settings: None });
            let days = if few { rng.pick(&[0, 1, 1, 1, 1, 3]) } else { 1 };
            as_of += chrono::Duration::days(days);
        }
        nights
    }
}

/// The bytes as gzip.
fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}
