//! Base64 in its two alphabets (RFC 4648): the URL-safe one without padding is that of the labels,
//! the standard one that of ciphertexts and of data.
//!
//! Written out, for the library's is two kilobytes of wasm; the tests hold this to it. The library
//! takes the same time for all texts. Nothing here needs that: labels and ciphertexts are no secrets,
//! and data is read as JSON before.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

/// The last two characters, in which the alphabets differ.
const STANDARD: [u8; 2] = *b"+/";
const URL_SAFE: [u8; 2] = *b"-_";

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
    let mut url_safe = vec![0; bytes.len() + bytes.len().div_ceil(3)];
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
    let is_url_safe = text.bytes().any(|byte| matches!(byte, b'-' | b'_'));
    let last = if is_url_safe { URL_SAFE } else { STANDARD };
    decode(without_padding(text).unwrap_or(text), last)
}

/// Reads the alphabet that ends with these two.
fn decode(unpadded: &str, [last_but_one, last]: [u8; 2]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(unpadded.len()));
    let mut bits: u32 = 0;
    let mut held = 0;
    for character in unpadded.bytes() {
        let sextet = match character {
            b'A'..=b'Z' => character - b'A',
            b'a'..=b'z' => character - b'a' + 26,
            b'0'..=b'9' => character - b'0' + 52,
            other if other == last_but_one => 62,
            other if other == last => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(sextet);
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

/// Whether it is standard base64 with padding, of any bytes or none (RFC 4648, section 4).
pub(crate) fn is_standard(text: &str) -> bool {
    without_padding(text).and_then(|unpadded| decode(unpadded, STANDARD)).is_some()
}

/// None where the length is not what padding makes it.
fn without_padding(text: &str) -> Option<&str> {
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    text.len().is_multiple_of(4).then_some(unpadded)
}

#[cfg(test)]
mod tests {
    use base64ct::{Base64, Base64Unpadded, Base64Url, Base64UrlUnpadded, Encoding};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn bytes_have_the_texts_that_the_library_gives_them(bytes: Vec<u8>) {
            let url_safe = Base64UrlUnpadded::encode_string(&bytes);
            let mut text = vec![0; url_safe.len()];
            encode_url_safe(&bytes, &mut text);
            prop_assert_eq!(url_safe.as_bytes(), text);
            prop_assert_eq!(encode_standard(&bytes), Base64::encode_string(&bytes));
            for text in [
                url_safe,
                Base64::encode_string(&bytes),
                Base64Unpadded::encode_string(&bytes),
                Base64Url::encode_string(&bytes),
            ] {
                prop_assert_eq!(decode_any(&text), Some(Zeroizing::new(bytes.clone())));
            }
        }

        /// Of texts that are nearly base64, and of the last characters that are.
        #[test]
        fn what_the_library_reads_is_read(text in "[AQgw]{0,6}[AEIMQ-Zaeimq-z0-9+/_-]{0,3}[=.]{0,3}") {
            let standard = Base64::decode_vec(&text).ok();
            prop_assert_eq!(is_standard(&text), standard.is_some());
            let theirs = standard
                .or_else(|| Base64Unpadded::decode_vec(&text).ok())
                .or_else(|| Base64Url::decode_vec(&text).ok())
                .or_else(|| Base64UrlUnpadded::decode_vec(&text).ok());
            prop_assert_eq!(decode_any(&text).map(|bytes| bytes.to_vec()), theirs);
        }
    }

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
