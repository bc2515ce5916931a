//! When something expires.

use serde::Deserialize;

use crate::host::Millis;
use crate::settings::MAX_LIFE_SECS;

/// When something expires, counted from now: `expirationSecs`, `""` for never, or seconds as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "&str")]
pub(crate) enum Expiry {
    /// Never.
    Never,
    /// So many seconds from now; 0 is at once.
    After(u64),
}

impl TryFrom<&str> for Expiry {
    type Error = &'static str;

    fn try_from(text: &str) -> Result<Self, &'static str> {
        if text.is_empty() {
            return Ok(Self::Never);
        }
        let is_number = text.len() <= 10 && text.bytes().all(|byte| byte.is_ascii_digit());
        match text.parse() {
            Ok(seconds) if is_number && seconds <= MAX_LIFE_SECS => Ok(Self::After(seconds)),
            _ => Err("must be empty, or a whole number of seconds from 0 to 3153600000, as text"),
        }
    }
}

impl Expiry {
    /// A setting in which none means never.
    pub(crate) fn from_setting(seconds: Option<u64>) -> Self {
        seconds.map_or(Self::Never, Self::After)
    }

    pub(crate) fn at(self, now: Millis) -> Option<Millis> {
        match self {
            Self::Never => None,
            Self::After(seconds) => Some(after(now, seconds)),
        }
    }
}

/// So many seconds after a time.
pub(crate) fn after(time: Millis, seconds: u64) -> Millis {
    time.saturating_add_unsigned(seconds.saturating_mul(1_000))
}
