//! Count: how many tokens a collection has, active and archived. Every head is opened, so that a row
//! that is not the vault's is never counted; no limit of the settings applies.

use super::pass::Pass;
use super::{Access, Answer, Call, Effect, tokens_check};
use crate::error::Error;
use crate::host::{Host, Label, State};
use crate::json::Writer;

pub(super) fn access<H>(call: &Call<'_, H>) -> Access {
    let check = tokens_check(&call.collection, "stats", State::Active);
    Access::to_tokens(&["CapTokensReader"], check, Effect::Reads)
}

pub(super) async fn answer<H: Host>(pass: &mut Pass<'_, H>) -> Result<Answer, Error> {
    let call = pass.call;
    let mut counts = Counts { active: 0, archived: 0 };
    match call.common.confinement() {
        None => {
            let term = pass.index().derive_collection_term(&call.collection.name);
            count(pass, term, &mut counts).await?;
        }
        Some(tenants) => {
            for tenant in tenants {
                let term = pass.derive_tenant_term(Some(tenant));
                count(pass, term, &mut counts).await?;
            }
        }
    }
    let Counts { active, archived } = counts;
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

struct Counts {
    active: i64,
    archived: i64,
}

async fn count<H: Host>(
    pass: &mut Pass<'_, H>,
    term: Label,
    counts: &mut Counts,
) -> Result<(), Error> {
    let mut query = pass.first_page(&[term], State::Any);
    loop {
        let rows = pass.read_page(&mut query).await?;
        let last = rows.len() < query.limit as usize;
        for row in rows {
            let active = State::Active.holds(row.expires_at, pass.now);
            pass.open(row, None)?;
            if active {
                counts.active += 1;
            } else {
                counts.archived += 1;
            }
        }
        if last {
            return Ok(());
        }
    }
}
