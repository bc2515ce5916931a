//! Changes to bytes that were right before.

use super::input::Input;

/// Changes the bytes once, in a way and at a place that the input says.
pub(super) fn edit(bytes: &mut Vec<u8>, input: &mut Input<'_>) {
    let way = input.u8();
    let at = input.place(bytes.len());
    match way % 6 {
        0 => {
            let change = input.u8();
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= change;
            }
        }
        1 => bytes.truncate(at),
        2 => {
            let end = bytes.len().min(at + usize::from(input.u8()));
            bytes.drain(at..end);
        }
        3 => {
            let length = input.u8().into();
            bytes.splice(at..at, input.take(length).iter().copied());
        }
        4 => {
            let end = bytes.len().min(at + usize::from(input.u8()));
            let copied = bytes[at..end].to_vec();
            let to = input.place(bytes.len());
            bytes.splice(to..to, copied);
        }
        _ => *bytes = input.rest().to_vec(),
    }
}
