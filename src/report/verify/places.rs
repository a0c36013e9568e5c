//! On which line of `summary.json` each of its members stands.

use std::collections::HashMap;

/// The lines of the members of a JSON text, by path: `codes[2].difference`.
#[derive(Debug)]
pub(super) struct Places {
    lines: HashMap<String, u64>,
}

/// A container that is open, and how long the path to it is.
enum Open {
    Object { path: usize },
    Array { path: usize, index: u64 },
}

impl Places {
    /// Walks a text that is JSON; of another one only the members up to its fault are found.
    pub(super) fn of(text: &str) -> Self {
        let mut walk = Walk { lines: HashMap::new(), path: String::new(), open: Vec::new(), is_key: false };
        let mut line: u64 = 1;
        let mut rest = text;
        while let Some(byte) = rest.bytes().next() {
            let length = match byte {
                b'"' => string_length(rest),
                b'{' | b'[' | b'}' | b']' | b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => 1,
                _ => rest.find([',', '}', ']', ' ', '\t', '\r', '\n']).unwrap_or(rest.len()),
            };
            let (token, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            walk.take(byte, token, line);
            if byte == b'\n' {
                line = line.saturating_add(1);
            }
            rest = after;
        }
        Self { lines: walk.lines }
    }

    /// The line of a member.
    pub(super) fn line(&self, path: &str) -> Option<u64> {
        self.lines.get(path).copied()
    }
}

struct Walk {
    lines: HashMap<String, u64>,
    path: String,
    open: Vec<Open>,
    /// The next text is a key.
    is_key: bool,
}

impl Walk {
    fn take(&mut self, byte: u8, token: &str, line: u64) {
        match byte {
            b'"' if self.is_key => self.enter_member(token),
            b'{' => {
                self.enter_element(line);
                self.open.push(Open::Object { path: self.path.len() });
                self.is_key = true;
            }
            b'[' => {
                self.enter_element(line);
                self.open.push(Open::Array { path: self.path.len(), index: 0 });
            }
            b'}' | b']' => {
                if let Some(Open::Object { path } | Open::Array { path, .. }) = self.open.pop() {
                    self.path.truncate(path);
                }
                self.is_key = false;
            }
            b',' => match self.open.last_mut() {
                Some(Open::Object { .. }) => self.is_key = true,
                Some(Open::Array { index, .. }) => *index = index.saturating_add(1),
                None => {}
            },
            b':' | b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => self.enter_element(line),
        }
    }

    fn enter_member(&mut self, token: &str) {
        if let Some(Open::Object { path }) = self.open.last() {
            self.path.truncate(*path);
        }
        if !self.path.is_empty() {
            self.path.push('.');
        }
        self.path.push_str(token.trim_matches('"'));
        self.is_key = false;
    }

    /// A value begins: of the member whose key was read, or the next of a list.
    fn enter_element(&mut self, line: u64) {
        if let Some(Open::Array { path, index }) = self.open.last() {
            self.path.truncate(*path);
            self.path.push_str(&format!("[{index}]"));
        }
        self.lines.insert(self.path.clone(), line);
    }
}

/// The length of the quoted text at the beginning, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_members_however_deep() {
        let text = "{\n \"a\": 1,\n \"b\": [\n  {\"c\": \"x,]}\\\"\",\n   \"d\": {\"e\":\n -5}},\n  {}, [7,\n8]\n ],\n \"f\": true\n}\n";
        let places = Places::of(text);
        let expected =
            [("a", 2), ("b", 3), ("b[0]", 4), ("b[0].c", 4), ("b[0].d.e", 6), ("b[1]", 7), ("b[2][1]", 8), ("f", 10)];
        for (path, line) in expected {
            assert_eq!(places.line(path), Some(line), "{path}");
        }
        assert_eq!(places.line("b[3]"), None);
    }
}
