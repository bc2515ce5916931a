//! JSON text out: of answers, and in the canonical form that sealing and the blind index need.

use std::io;

use serde::Serialize;
use serde_json::ser::Formatter;

use crate::error::Error;

/// The text of an answer: members in their order, numbers as JavaScript writes them.
pub(crate) fn write(value: &impl Serialize) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(256);
    let mut serializer = serde_json::Serializer::with_formatter(&mut bytes, EcmaScriptNumbers);
    value.serialize(&mut serializer).map_err(|_| unwritten())?;
    String::from_utf8(bytes).map_err(|_| unwritten())
}

/// RFC 8785 text: equal values have equal text.
pub(crate) fn write_canonical(value: &impl Serialize) -> Result<String, Error> {
    serde_json_canonicalizer::to_string(value).map_err(|_| unwritten())
}

fn unwritten() -> Error {
    Error::internal("JSON could not be written")
}

/// As RFC 8785 has numbers too, so that one number has one text.
struct EcmaScriptNumbers;

impl Formatter for EcmaScriptNumbers {
    fn write_f64<W: io::Write + ?Sized>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(ryu_js::Buffer::new().format_finite(value).as_bytes())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test may stop at a surprise")]

    use proptest::prelude::*;

    use super::*;
    use crate::json::tree::Json;

    fn both(number: f64) -> [String; 2] {
        let json = Json::Number(number);
        [write(&json).unwrap(), write_canonical(&json).unwrap()]
    }

    #[test]
    fn numbers_are_written_as_ecmascript_writes_them() {
        for (number, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (-1.5, "-1.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (1e-6, "0.000001"),
            (1e-7, "1e-7"),
            (9_007_199_254_740_991.0, "9007199254740991"),
            (123_456_789_012_345_680_000.0, "123456789012345680000"),
            (1e21, "1e+21"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
        ] {
            assert_eq!(both(number), [text, text]);
        }
    }

    #[test]
    fn only_the_canonical_text_has_its_members_in_order() {
        let text = "{\"b\":1,\"\u{e000}\":2,\"\u{10000}\":3,\"a\":[true,null,\"\\u0001\\n\\\"é\"]}";
        let json = Json::parse(text, "text").unwrap();
        assert_eq!(write(&json).unwrap(), text);
        let sorted =
            "{\"a\":[true,null,\"\\u0001\\n\\\"é\"],\"b\":1,\"\u{10000}\":3,\"\u{e000}\":2}";
        assert_eq!(write_canonical(&json).unwrap(), sorted);
    }

    proptest! {
        #[test]
        fn a_number_has_one_text_and_is_read_again(bits: u64) {
            let number = f64::from_bits(bits);
            prop_assume!(number.is_finite());
            let [written, canonical] = both(number);
            prop_assert_eq!(&written, &canonical);
            prop_assert_eq!(written.parse::<f64>().unwrap(), number);
        }
    }
}
