//! Rows of text, written fast.

use super::*;

/// A CSV file under way. Fields are digits and plain letters, so none needs quotes.
pub(super) struct Table {
    pub(super) out: BufWriter<File>,
    pub(super) row: Vec<u8>,
    pub(super) rows: u64,
}

impl Table {
    pub(super) fn create(path: &Path, header: &str) -> Outcome<Self> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        writeln!(out, "{header}")?;
        Ok(Self { out, row: Vec::with_capacity(256), rows: 0 })
    }

    pub(super) fn text(&mut self, text: &[u8]) -> &mut Self {
        self.row.extend_from_slice(text);
        self.comma()
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        self.digits(number, 1);
        self.comma()
    }

    pub(super) fn signed(&mut self, sign: &[u8], number: u64) -> &mut Self {
        self.row.extend_from_slice(sign);
        self.number(number)
    }

    pub(super) fn order_id(&mut self, order: &Order) -> &mut Self {
        self.row.push(b'W');
        self.number(ORDER_FIRST + order.number)
    }

    pub(super) fn payee_reference(&mut self, order: &Order, slot: u64) -> &mut Self {
        self.row.push(b'P');
        self.digits(ORDER_FIRST + order.number, 1);
        self.number(slot)
    }

    /// The settlement file of a day and the reconciliation number that goes with it.
    pub(super) fn batch(&mut self, day: u64) -> &mut Self {
        self.row.extend_from_slice(b"R1234-");
        self.digits(day + 1, 4);
        self.comma().number(BATCH_FIRST + day)
    }

    pub(super) fn instant(&mut self, at: Instant) -> &mut Self {
        self.row.extend_from_slice(b"2026-10-");
        self.digits(at.day + 1, 2);
        for (mark, part) in [(b'T', at.second / 3_600), (b':', at.second / 60 % 60), (b':', at.second % 60)] {
            self.row.push(mark);
            self.digits(part, 2);
        }
        self.row.push(b'Z');
        self.comma()
    }

    pub(super) fn digits(&mut self, mut number: u64, width_min: usize) {
        let mut digits = [b'0'; 20];
        let mut start = digits.len();
        while number > 0 || digits.len() - start < width_min {
            start -= 1;
            digits[start] = b"0123456789"[index(number % 10)];
            number /= 10;
        }
        self.row.extend_from_slice(&digits[start..]);
    }

    pub(super) fn comma(&mut self) -> &mut Self {
        self.row.push(b',');
        self
    }

    pub(super) fn end_row(&mut self) -> io::Result<()> {
        // The comma after the last field.
        self.row.pop();
        self.row.push(b'\n');
        self.out.write_all(&self.row)?;
        self.row.clear();
        self.rows += 1;
        Ok(())
    }

    pub(super) fn finish(mut self) -> Outcome<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }
}

pub(super) fn index(number: u64) -> usize {
    usize::try_from(number).expect("an index fits the address space")
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).expect("a count fits 64 bits")
}
