//! Inputs as text, one a line, as `fuzz/seeds` and `fuzz/corpus` keep them: a file that is read, and
//! compared, line by line, in the place of a thousand small ones. `pkg/build/fuzz-lines.js` writes
//! them.
//!
//! Printable ASCII stands for itself, a backslash is `\\`, any other byte `\x` and two digits. Lines
//! that are empty or begin with `#` say nothing.

/// The inputs of a file, each with the number of its line.
pub(crate) fn parse(text: &str) -> Vec<(usize, Vec<u8>)> {
    let lines = (1..).zip(text.lines());
    lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .map(|(number, line)| {
            let input = unescape(line);
            assert!(input.is_some(), "line {number} is not in the form of an input: {line}");
            (number, input.unwrap_or_default())
        })
        .collect()
}

fn unescape(line: &str) -> Option<Vec<u8>> {
    let mut input = Vec::new();
    let mut rest = line.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if !matches!(first, b' '..=b'~') {
            return None;
        }
        if *first != b'\\' {
            input.push(*first);
            continue;
        }
        let (kind, after) = rest.split_first()?;
        rest = after;
        input.push(match kind {
            b'\\' => b'\\',
            b'x' => {
                let (digits, after) = rest.split_at_checked(2)?;
                rest = after;
                u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?
            }
            _ => return None,
        });
    }
    Some(input)
}

#[test]
fn a_line_is_read_byte_by_byte() {
    let text = "# a remark\n\na{\"b\": 1}\n\\x00\\xff\\\\x00 \n\\x23\r\n";
    let inputs =
        [(3, b"a{\"b\": 1}".to_vec()), (4, b"\x00\xff\\x00 ".to_vec()), (5, b"#".to_vec())];
    assert_eq!(parse(text), inputs);
    for line in ["\\", "\\n", "\\x", "\\x0", "\\xg0", "é", "\t"] {
        assert_eq!(unescape(line), None, "{line}");
    }
}
