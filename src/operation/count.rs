//! Count: how many tokens a collection has, active and archived. Every head is opened, so that a row
//! that is not the vault's is never counted; no limit of the settings applies.

use super::pass::Pass;
use super::reads::{Counts, Stop};
use super::{Access, Answer, Call, Effect, tokens_check};
use crate::host::{Host, State};
use crate::json::Writer;

pub(super) fn access<H>(call: &Call<'_, H>) -> Access {
    let check = tokens_check(&call.collection, "stats", State::Active);
    Access::to_tokens(&["CapTokensReader"], check, Effect::Reads)
}

pub(super) fn answer<H: Host>(pass: &mut Pass<'_, H>) -> Result<Answer, Stop> {
    let call = pass.call;
    let Counts { active, archived } = match call.common.confinement() {
        None => {
            let term = pass.index().derive_collection_term(&call.collection.name);
            pass.count(term)?
        }
        Some(tenants) => {
            let mut all = Counts::default();
            for tenant in tenants {
                let term = pass.derive_tenant_term(Some(tenant));
                let Counts { active, archived } = pass.count(term)?;
                all.active += active;
                all.archived += archived;
            }
            all
        }
    };
    let total = active + archived;
    let mut answer = Writer::new();
    answer.begin('{');
    answer.whole("active", active);
    answer.whole("archived", archived);
    answer.whole("total", total);
    answer.end('}');
    let tokens = usize::try_from(total).unwrap_or(usize::MAX);
    Ok(Answer { text: answer.finish(), tokens })
}
