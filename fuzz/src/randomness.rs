//! Random bytes that are the same in every run of one input: a crash that hangs on them could not be
//! repeated otherwise. They take effect with `--cfg getrandom_backend="custom"`, which `npm run fuzz`
//! gives.

use std::cell::RefCell;

thread_local! {
    static RANDOM: RefCell<SplitMix> = const { RefCell::new(SplitMix(0)) };
}

/// Begins anew, at another place than the preparation did: its IDs are taken.
pub fn restart() {
    RANDOM.replace(SplitMix(1 << 32));
}

/// The generator of that name: of no use for secrets.
pub struct SplitMix(pub u64);

impl SplitMix {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below this one; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next() >> 32) as usize % end.max(1)
    }

    /// One of these, if there are any.
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// What getrandom calls for its bytes where its backend is a custom one.
///
/// # Safety
/// `destination` has room for so many bytes.
#[unsafe(no_mangle)]
unsafe extern "Rust" fn __getrandom_v03_custom(
    destination: *mut u8,
    length: usize,
) -> Result<(), getrandom::Error> {
    RANDOM.with_borrow_mut(|random| {
        for offset in 0..length {
            // SAFETY: within the room that the caller gives.
            unsafe { destination.add(offset).write(random.next().to_le_bytes()[0]) };
        }
    });
    Ok(())
}
