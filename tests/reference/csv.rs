//! A strict CSV reader (RULES section 2), with the quoting of RFC 4180 as common readers understand it.

/// The records of a file, each with its fields as bytes. A leading byte order mark is dropped; a record ends at LF, CR
/// or CRLF; empty lines are not records; a quote opens a quoted field only where the field starts.
pub fn records(bytes: &[u8]) -> Vec<Vec<Vec<u8>>> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut all = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        // CRLF needs no rule of its own: its LF reads as one more empty line.
        if is_line_end(bytes[at]) {
            at += 1;
            continue;
        }
        let (record, next) = record(bytes, at);
        all.push(record);
        at = next;
    }
    all
}

/// One record that starts at `at`, and where the next may start.
fn record(bytes: &[u8], mut at: usize) -> (Vec<Vec<u8>>, usize) {
    let mut fields = Vec::new();
    loop {
        let (field, end) = field(bytes, at);
        fields.push(field);
        match bytes.get(end) {
            Some(b',') => at = end + 1,
            _ => return (fields, end),
        }
    }
}

/// One field that starts at `at`, and the place of the comma, line end or end of file after it.
fn field(bytes: &[u8], mut at: usize) -> (Vec<u8>, usize) {
    let mut text = Vec::new();
    if bytes.get(at) == Some(&b'"') {
        at += 1;
        loop {
            match (bytes.get(at), bytes.get(at + 1)) {
                (Some(b'"'), Some(b'"')) => {
                    text.push(b'"');
                    at += 2;
                }
                (Some(b'"'), _) => {
                    at += 1;
                    break;
                }
                (Some(&byte), _) => {
                    text.push(byte);
                    at += 1;
                }
                (None, _) => return (text, at),
            }
        }
    }
    // What follows a closing quote is an unquoted rest, in which quotes are literal.
    while let Some(&byte) = bytes.get(at) {
        if byte == b',' || is_line_end(byte) {
            break;
        }
        text.push(byte);
        at += 1;
    }
    (text, at)
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}
