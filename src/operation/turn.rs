//! A call's turn among others that write the same rows: how often it tries, and how long it waits.
//!
//! Waits are random, so that those which met once do not meet again, and as long as a pass took, so that
//! there is room for one another's passes on a slow store as on a quick one. They are part of no outcome.

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::operation::call::Call;
use crate::sealing::fresh::make_wait;

/// How often a call computes its changes before it gives up.
const PASSES: u32 = 10;

/// A pass of a call, as its clock runs. Times are [`Host::elapsed`].
pub(crate) struct Turn<'a, H> {
    call: &'a Call<'a, H>,
    /// When the first pass began.
    first: u64,
    /// When this one did.
    begun: u64,
    /// This one included.
    passes: u32,
}

impl<'a, H: Host> Turn<'a, H> {
    pub(crate) fn first(call: &'a Call<'a, H>) -> Self {
        let now = call.host.elapsed();
        Self { call, first: now, begun: now, passes: 1 }
    }

    /// After a pass in which somebody else wrote first: waits, or gives up after too many passes or when the
    /// next one would begin too late.
    pub(crate) async fn wait_for_next(&mut self) -> Result<(), Error> {
        let host = self.call.host;
        let now = host.elapsed();
        let took = now.saturating_sub(self.begun).max(1);
        let times = match self.passes {
            1 => 1,
            2 => 2,
            _ => 4,
        };
        let wait = make_wait(took.saturating_mul(times))?;
        let next = now.saturating_sub(self.first).saturating_add(wait);
        if self.passes == PASSES || next > self.call.vault.settings.timeout_ms.0 {
            return Err(ErrorKind::Conflict.into());
        }
        host.wait(wait).await;
        self.begun = host.elapsed();
        self.passes += 1;
        Ok(())
    }
}
