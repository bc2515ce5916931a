//! Count: how many tokens a collection has, active and archived. Every head is opened, so that a row
//! that is not the vault's is never counted; no limit of the settings applies.

use serde::Serialize;

use crate::error::Error;
use crate::host::{Host, State};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::{Access, Call};
use crate::operation::checks::tokens_check;
use crate::operation::definition::Operation;
use crate::operation::pass::Pass;
use crate::operation::reads::Counts;
use crate::request::common::Common;
use crate::settings::Settings;

pub(crate) struct Count;

impl Count {
    /// No limit of the settings applies to all that is counted, but to what lies in memory at once: 64 MiB, many times the
    /// largest row.
    pub(crate) const MAX_BYTES_OF_A_PAGE: u32 = 1 << 26;
}

#[derive(Serialize)]
struct Counted {
    active: usize,
    archived: usize,
    total: usize,
}

impl<'a> Operation<'a> for Count {
    const ACTION: &'static str = "tokens.count";

    fn take(_: &mut Parameters<'a>, _: &mut Common<'a>, _: &Settings) -> Result<Self, Error> {
        Ok(Self)
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let check = tokens_check(&call.collection, "stats", State::Active);
        call.authorize(&Access::to_tokens(&["CapTokensReader"], check)).await?;
        let mut pass = Pass::begin(call)?;
        let mut all = Counts::default();
        match call.common.confinement() {
            None => {
                let term = pass.index().derive_collection_term(&call.collection.name);
                pass.count(term, &mut all).await?;
            }
            Some(tenants) => {
                for tenant in tenants {
                    let term = pass.derive_tenant_term(Some(tenant));
                    pass.count(term, &mut all).await?;
                }
            }
        }
        let Counts { active, archived } = all;
        let total = active + archived;
        call.audit(total).await?;
        write(&Counted { active, archived, total })
    }
}
