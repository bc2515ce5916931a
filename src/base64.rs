//! Base64 in its two alphabets, from one instance of the library: every further one is a kilobyte
//! of wasm. The URL-safe one without padding serves the labels; the other is mapped to it.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

/// Standard base64 with padding.
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    let url_safe = Base64UrlUnpadded::encode_string(bytes);
    let mut text = String::with_capacity(url_safe.len() + 2);
    text.extend(url_safe.chars().map(|character| match character {
        '-' => '+',
        '_' => '/',
        other => other,
    }));
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
    let mut mapped = Zeroizing::new(unpadded.as_bytes().to_vec());
    for byte in mapped.iter_mut() {
        *byte = match *byte {
            b'+' => b'-',
            b'/' => b'_',
            other => other,
        };
    }
    let mut bytes = Zeroizing::new(vec![0; mapped.len()]);
    let length = Base64UrlUnpadded::decode(&*mapped, &mut bytes).ok()?.len();
    bytes.truncate(length);
    Some(bytes)
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
