//! Counts: groups of seven bits, the least significant first.

use proptest::prelude::*;

use crate::sealing::codec::{Reader, Writer};
use crate::sealing::format::Unopened;

fn written(count: usize) -> Vec<u8> {
    let mut writer = Writer::new();
    writer.count(count);
    writer.finish().to_vec()
}

fn read(bytes: &[u8]) -> Result<usize, Unopened> {
    let mut reader = Reader::new(bytes);
    let count = reader.count();
    reader.finish().map(|()| count)
}

#[test]
fn a_count_takes_no_more_bytes_than_it_needs() {
    for (count, bytes) in [
        (0, &[0][..]),
        (127, &[0x7f]),
        (128, &[0x80, 1]),
        (16_383, &[0xff, 0x7f]),
        (16_384, &[0x80, 0x80, 1]),
        (0xffff_ffff, &[0xff, 0xff, 0xff, 0xff, 0x0f]),
    ] {
        assert_eq!(written(count), bytes);
        assert_eq!(read(bytes), Ok(count));
        assert!(read(&bytes[..bytes.len() - 1]).is_err());
    }
}

#[test]
fn a_count_has_five_bytes_at_most() {
    assert!(read(&written(0x1_0000_0000)).is_err());
    assert!(read(&[0x80, 0x80, 0x80, 0x80, 0x80]).is_err());
    assert!(read(&[0x80, 0x80, 0x80, 0x80, 0x80, 1]).is_err());
    assert!(read(&[0xff; 40]).is_err());
}

#[test]
fn the_first_refusal_stands_and_nothing_is_read_after_it() {
    let mut reader = Reader::new(b"\x02\xff\xff\x01a\x01b");
    assert_eq!([reader.text(), reader.text()], ["", ""]);
    assert_eq!((reader.u8(), reader.count(), reader.time()), (0, 0, 0));
    assert_eq!(reader.texts(), Vec::<String>::new());
    assert!(reader.finish().is_err());
}

#[test]
fn a_list_of_more_items_than_there_are_ends_with_the_bytes() {
    let mut reader = Reader::new(b"\xff\xff\xff\xff\x0f\x01a");
    assert_eq!(reader.texts().len(), 2);
    assert!(reader.finish().is_err());
}

proptest! {
    #[test]
    fn a_count_comes_back(count in 0..=0xffff_ffff_usize) {
        prop_assert_eq!(read(&written(count)), Ok(count));
    }
}
