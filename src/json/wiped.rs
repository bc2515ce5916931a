//! Text that may be personal data, while it grows.

use alloc::string::String;

use zeroize::Zeroizing;

/// Text that leaves nothing of itself behind in memory: where it outgrows its place it is copied to a
/// larger one, and what was in the smaller is wiped.
pub(super) struct WipedText(Zeroizing<String>);

impl WipedText {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(Zeroizing::new(String::with_capacity(bytes)))
    }

    pub(super) fn push_str(&mut self, more: &str) {
        self.reserve(more.len()).push_str(more);
    }

    pub(super) fn push(&mut self, character: char) {
        self.reserve(character.len_utf8()).push(character);
    }

    /// The text, with room for so many bytes more.
    pub(super) fn reserve(&mut self, more: usize) -> &mut String {
        let needed = self.0.len() + more;
        if needed > self.0.capacity() {
            let capacity = needed.max(2 * self.0.capacity());
            let mut larger = Zeroizing::new(String::with_capacity(capacity));
            larger.push_str(&self.0);
            self.0 = larger;
        }
        &mut self.0
    }

    pub(super) fn finish(self) -> Zeroizing<String> {
        self.0
    }
}
