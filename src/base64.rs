//! Base64 in its two alphabets, from one instance of the library: every further one is a kilobyte
//! of wasm. The URL-safe one without padding serves the labels; the other is mapped to it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Fills `text` with the URL-safe characters of the bytes, without padding.
pub(crate) fn encode_url_safe(bytes: &[u8], text: &mut [u8]) {
    let mut bytes = bytes.iter();
    let mut bits: u32 = 0;
    let mut held = 0;
    for character in text {
        if held < 6 {
            bits = bits << 8 | u32::from(bytes.next().copied().unwrap_or(0));
            held += 8;
        }
        held -= 6;
        let [.., byte] = (bits >> held).to_be_bytes();
        // A table and no branches: the bytes are random, and a row has many labels.
        *character = ALPHABET.get(usize::from(byte & 63)).copied().unwrap_or_default();
    }
}

/// Standard base64 with padding.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    let mut url_safe = vec![0; (bytes.len() * 4).div_ceil(3)];
    encode_url_safe(bytes, &mut url_safe);
    let mut text = String::with_capacity(url_safe.len() + 2);
    for character in url_safe {
        text.push(match character {
            b'-' => '+',
            b'_' => '/',
            other => char::from(other),
        });
    }
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    text
}

/// Text in either alphabet, and not in both at once, with padding or without.
pub(crate) fn decode_any(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    decode(without_padding(text).unwrap_or(text))
}

fn decode(unpadded: &str) -> Option<Zeroizing<Vec<u8>>> {
    let is_standard = unpadded.bytes().any(|byte| matches!(byte, b'+' | b'/'));
    if is_standard && has_url_safe(unpadded) {
        return None;
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(unpadded.len()));
    let mut bits: u32 = 0;
    let mut held = 0;
    for character in unpadded.bytes() {
        bits = bits << 6 | u32::from(sextet(character)?);
        held += 6;
        if held >= 8 {
            held -= 8;
            let [.., byte] = (bits >> held).to_be_bytes();
            bytes.push(byte);
        }
    }
    // Bytes have one text: nothing is left over but zeros, and no whole character.
    let left = bits & ((1 << held) - 1);
    if held < 6 && left == 0 { Some(bytes) } else { None }
}

fn sextet(character: u8) -> Option<u8> {
    match character {
        b'A'..=b'Z' => Some(character - b'A'),
        b'a'..=b'z' => Some(character - b'a' + 26),
        b'0'..=b'9' => Some(character - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Whether it is standard base64 with padding, of any bytes or none (RFC 4648, section 4).
pub(crate) fn is_standard(text: &str) -> bool {
    without_padding(text).filter(|unpadded| !has_url_safe(unpadded)).and_then(decode).is_some()
}

fn has_url_safe(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'-' | b'_'))
}

/// None where the length is not what padding makes it.
fn without_padding(text: &str) -> Option<&str> {
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    text.len().is_multiple_of(4).then_some(unpadded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_alphabet_is_read_and_no_mixture() {
        let bytes = Some(Zeroizing::new(Vec::from([0xfb, 0xff, 0xfe, 0xff])));
        for text in ["+//+/w==", "-__-_w==", "+//+/w", "-__-_w"] {
            assert_eq!(decode_any(text), bytes, "{text}");
        }
        for text in [
            "+__-_w==",
            "-__-/w",
            "+//+/w=",
            "+//+/w===",
            "+//+/x==",
            "+//+/w==\n",
            "=",
            "==",
            "====",
        ] {
            assert_eq!(decode_any(text), None, "{text}");
        }
        assert_eq!(encode_standard(&[0xfb, 0xff, 0xfe, 0xff]), "+//+/w==");
    }

    #[test]
    fn only_standard_text_with_padding_is_standard() {
        for text in ["", "TQ==", "TWE=", "TWFu", "+//+/w=="] {
            assert!(is_standard(text), "{text}");
        }
        for text in ["-__-_w==", "+//+/w", "TWE", "TWE==", "TWF=", "====", "TW=="] {
            assert!(!is_standard(text), "{text}");
        }
    }
}
