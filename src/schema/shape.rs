//! Texts of a fixed shape, and the numbers in them.

/// Whether the text is of one of the shapes, where `d` is a digit and all else is itself.
pub(crate) fn has_shape(text: &str, shapes: &[&str]) -> bool {
    shapes.iter().any(|shape| numbers_in(text, shape).is_some())
}

/// The last three numbers of a text of this shape, 0 for those before the first.
pub(crate) fn numbers_in(text: &str, shape: &str) -> Option<[i32; 3]> {
    let mut numbers = [0; 3];
    for (byte, wanted) in text.bytes().zip(shape.bytes()) {
        let [first, second, third] = numbers;
        numbers = match wanted {
            b'd' if byte.is_ascii_digit() => [first, second, third * 10 + i32::from(byte - b'0')],
            _ if byte == wanted && wanted != b'd' => [second, third, 0],
            _ => return None,
        };
    }
    (text.len() == shape.len()).then_some(numbers)
}
