//! Where in a JSON text something is: the path of a place that the reader has refused. It is looked for only
//! then, so reading costs nothing more.

/// What a place lies in.
enum Within<'a> {
    /// A list: at this item.
    List(usize),
    /// An object: at the member of this key, as it is written, if one has begun.
    Object { key: Option<&'a str>, is_key_next: bool },
}

/// The path of the value at a place, given as serde_json does: a line, and a byte of it, both counted from 1. Of a text that
/// is no JSON it is the path as far as the text goes. It ends before a key that is no name.
pub(crate) fn path_of(text: &str, line: usize, column: usize, depth_of_root: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let end = before + column.saturating_sub(1);
    let mut path = String::new();
    for within in around(text, end).into_iter().skip(depth_of_root) {
        match within {
            Within::List(index) => path.push_str(&format!("[{index}]")),
            Within::Object { key: Some(key), .. } if is_name(key) => {
                path.push('.');
                path.push_str(key);
            }
            Within::Object { .. } => break,
        }
    }
    path
}

/// What a place lies in, from the outside in.
fn around(text: &str, end: usize) -> Vec<Within<'_>> {
    let mut within = Vec::new();
    let mut at = 0;
    while at < end {
        let Some(byte) = text.as_bytes().get(at) else { break };
        let start = at + 1;
        at = start;
        match byte {
            b'"' => {
                let rest = text.get(start..).unwrap_or_default();
                at += length_of_text(rest.as_bytes());
                // A key in which the place itself is has not begun a member.
                let written = text.get(start..at.saturating_sub(1)).filter(|_| at <= end);
                if let Some(Within::Object { key, is_key_next: true }) = within.last_mut() {
                    *key = written;
                }
            }
            b'[' => within.push(Within::List(0)),
            b'{' => within.push(Within::Object { key: None, is_key_next: true }),
            b']' | b'}' => drop(within.pop()),
            b':' => {
                if let Some(Within::Object { is_key_next, .. }) = within.last_mut() {
                    *is_key_next = false;
                }
            }
            b',' => match within.last_mut() {
                Some(Within::List(index)) => *index += 1,
                Some(Within::Object { key, is_key_next }) => (*key, *is_key_next) = (None, true),
                None => {}
            },
            _ => {}
        }
    }
    within
}

/// Up to and with the quotation mark that ends it.
pub(crate) fn length_of_text(bytes: &[u8]) -> usize {
    let mut is_escaped = false;
    let is_end = |byte: &u8| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    };
    bytes.iter().position(is_end).map_or(bytes.len(), |end| end + 1)
}

/// Whether a key of a request may stand in an error. What is no name may be anything, personal data in
/// the place of a key included.
pub(crate) fn is_name(key: &str) -> bool {
    let is_first = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    let is_later = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.');
    key.len() <= 81 && key.bytes().next().is_some_and(is_first) && key.bytes().all(is_later)
}
