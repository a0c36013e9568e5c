//! Compact bytes for records on their way to a shard: variable-length integers and fixed hashes.

/// Appends an unsigned number, seven bits a byte, smallest first.
pub fn put_u128(out: &mut Vec<u8>, mut value: u128) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends an unsigned 64-bit number, seven bits a byte, smallest first.
pub fn put_u64(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// Appends a signed 64-bit number, small in either direction first.
pub fn put_i64(out: &mut Vec<u8>, value: i64) {
    put_u64(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Appends a signed 128-bit number, small in either direction first.
pub fn put_i128(out: &mut Vec<u8>, value: i128) {
    // The same bytes, made with narrower numbers.
    if let Ok(small) = i64::try_from(value) {
        return put_i64(out, small);
    }
    put_u128(out, ((value << 1) ^ (value >> 127)).cast_unsigned());
}

/// Reads what the `put` functions wrote. The bytes never leave the process (or its own unlinked spill file), so a
/// short read is a defect of the program and ends it.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    len: usize,
}

impl<'a> Reader<'a> {
    /// Starts at the first byte.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, len: bytes.len() }
    }

    /// Starts at a place that [`Reader::place`] gave.
    ///
    /// # Panics
    /// The bytes are others than then: a defect of the program.
    #[must_use]
    pub fn at(bytes: &'a [u8], place: usize) -> Self {
        Self { bytes: bytes.get(place..).expect("a place in these bytes"), len: bytes.len() }
    }

    /// The place of the next byte.
    #[must_use]
    pub fn place(&self) -> usize {
        self.len - self.bytes.len()
    }

    /// Whether all bytes are read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// A reader of the next bytes alone, which are passed over.
    ///
    /// # Panics
    /// There are fewer.
    pub fn take(&mut self, len: usize) -> Self {
        let (head, rest) = self.bytes.split_at_checked(len).expect("a record is whole");
        self.bytes = rest;
        Self::new(head)
    }

    /// The next byte.
    ///
    /// # Panics
    /// There is none.
    #[inline]
    pub fn byte(&mut self) -> u8 {
        let (first, rest) = self.bytes.split_first().expect("a record is whole");
        self.bytes = rest;
        *first
    }

    fn fixed<const N: usize>(&mut self) -> [u8; N] {
        let (head, rest) = self.bytes.split_first_chunk::<N>().expect("a record is whole");
        self.bytes = rest;
        *head
    }

    /// The next four bytes.
    pub fn fixed_u32(&mut self) -> u32 {
        u32::from_le_bytes(self.fixed())
    }

    /// The next eight bytes.
    pub fn fixed_u64(&mut self) -> u64 {
        u64::from_le_bytes(self.fixed())
    }

    /// The next sixteen bytes.
    pub fn fixed_u128(&mut self) -> u128 {
        u128::from_le_bytes(self.fixed())
    }

    /// An unsigned number of [`put_u64`].
    pub fn u64(&mut self) -> u64 {
        let mut value = 0_u64;
        let mut shift = 0_u32;
        loop {
            let byte = self.byte();
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return value;
            }
            shift += 7;
        }
    }

    /// An unsigned number of [`put_u128`].
    pub fn u128(&mut self) -> u128 {
        // Nine bytes fit a narrower number, and nearly all numbers fit them.
        let mut low = 0_u64;
        let mut shift = 0_u32;
        while shift < 63 {
            let byte = self.byte();
            low |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return u128::from(low);
            }
            shift += 7;
        }
        let mut value = u128::from(low);
        loop {
            let byte = self.byte();
            value |= u128::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return value;
            }
            shift += 7;
        }
    }

    /// A signed number of [`put_i64`].
    pub fn i64(&mut self) -> i64 {
        let raw = self.u64();
        (raw >> 1).cast_signed() ^ -((raw & 1).cast_signed())
    }

    /// A signed number of [`put_i128`].
    pub fn i128(&mut self) -> i128 {
        let raw = self.u128();
        (raw >> 1).cast_signed() ^ -((raw & 1).cast_signed())
    }

    /// A 16-bit number written by [`put_u64`].
    ///
    /// # Panics
    /// The number is larger: a defect of the program.
    pub fn u16(&mut self) -> u16 {
        u16::try_from(self.u64()).expect("written from a u16")
    }

    /// A 32-bit number written by [`put_u64`].
    ///
    /// # Panics
    /// The number is larger: a defect of the program.
    pub fn u32(&mut self) -> u32 {
        u32::try_from(self.u64()).expect("written from a u32")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_back() {
        let signed = [0, 1, -1, 63, -64, 64, 149_500, i64::MAX, i64::MIN];
        let mut bytes = Vec::new();
        for value in signed {
            put_i64(&mut bytes, value);
            put_i128(&mut bytes, i128::from(value) * 1_000_000_007);
            put_u64(&mut bytes, value.cast_unsigned());
        }
        put_i128(&mut bytes, i128::MIN);
        put_u128(&mut bytes, u128::MAX);
        let mut reader = Reader::new(&bytes);
        for value in signed {
            assert_eq!(reader.i64(), value);
            assert_eq!(reader.i128(), i128::from(value) * 1_000_000_007);
            assert_eq!(reader.u64(), value.cast_unsigned());
        }
        assert_eq!((reader.i128(), reader.u128(), reader.is_empty()), (i128::MIN, u128::MAX, true));
    }
}
