//! Whole numbers of any length: the few operations that exact conversion needs.

use alloc::vec::Vec;
use core::cmp::Ordering;

/// Limbs of 32 bits, the lowest first; the highest is not zero.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Long(Vec<u32>);

impl Long {
    /// How many bits it has without leading zeros.
    pub(super) fn bits(&self) -> i64 {
        let highest = self.0.last().copied().unwrap_or(0);
        let limbs = i64::try_from(self.0.len()).unwrap_or(i64::MAX);
        limbs * 32 - i64::from(highest.leading_zeros())
    }

    pub(super) fn multiply_and_add(&mut self, factor: u32, summand: u32) {
        let mut carry = summand;
        for limb in &mut self.0 {
            let product = u64::from(*limb) * u64::from(factor) + u64::from(carry);
            (*limb, carry) = (low(product), low(product >> 32));
        }
        if carry > 0 {
            self.0.push(carry);
        }
    }

    pub(super) fn multiply_by_power_of_ten(&mut self, power: usize) {
        for _ in 0..power {
            self.multiply_and_add(10, 0);
        }
    }

    pub(super) fn shift_left(&mut self, bits: usize) {
        const MOST: usize = 31;
        for _ in 0..bits / MOST {
            self.multiply_and_add(1 << MOST, 0);
        }
        self.multiply_and_add(1 << (bits % MOST), 0);
    }

    /// `other` must not be larger.
    pub(super) fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (limb, other) in
            self.0.iter_mut().zip(other.0.iter().copied().chain(core::iter::repeat(0)))
        {
            let (rest, below) = limb.overflowing_sub(other);
            let (rest, far_below) = rest.overflowing_sub(u32::from(borrow));
            (*limb, borrow) = (rest, below || far_below);
        }
        while self.0.pop_if(|highest| *highest == 0).is_some() {}
    }
}

impl From<u64> for Long {
    fn from(number: u64) -> Self {
        let mut limbs = Vec::from([low(number), low(number >> 32)]);
        while limbs.pop_if(|highest| *highest == 0).is_some() {}
        Self(limbs)
    }
}

impl Ord for Long {
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.0.len().cmp(&other.0.len());
        length.then_with(|| self.0.iter().rev().cmp(other.0.iter().rev()))
    }
}

impl PartialOrd for Long {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the low half is what is asked for")]
fn low(number: u64) -> u32 {
    number as u32
}
