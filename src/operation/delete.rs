//! Delete: tokens that shall be no more, active or archived ones. It is permanent.

use std::rc::Rc;

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::json::strict::Parameters;
use crate::operation::batch::Batch;
use crate::operation::call::{Access, Call, Effect};
use crate::operation::checks::tokens_check;
use crate::operation::commit::commit;
use crate::operation::definition::Operation;
use crate::operation::inputs::Unopened;
use crate::operation::selection::select;
use crate::request::common::Common;
use crate::request::name::Name;
use crate::request::query::{ArchivedOptions, TokenQuery, state_of};
use crate::settings::Settings;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Given<'a> {
    options: ArchivedOptions,
    #[serde(borrow)]
    tenant_id: Option<Name<'a>>,
}

pub(crate) struct Delete<'a> {
    query: TokenQuery<'a>,
}

impl<'a> Operation<'a> for Delete<'a> {
    const ACTION: &'static str = "tokens.delete";
    const EFFECT: Effect = Effect::Writes;

    fn take(
        parameters: &mut Parameters<'a>,
        common: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { options, tenant_id } = parameters.take()?;
        if let Some(Name(tenant)) = tenant_id {
            common.confine_to(tenant);
        }
        Ok(Self { query: TokenQuery::take(parameters, state_of(&options))? })
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let check = tokens_check(&call.collection, "delete", self.query.state);
        let access = Access::to_tokens(&["CapTokensWriter"], check);
        call.authorize(&access).await?;
        if self.query.is_of_nothing() {
            return Err(ErrorKind::TokenNotFound.into());
        }
        commit(call, &access, Unopened::none(), async |pass, _| {
            let tokens = select(pass, &self.query).await?;
            if tokens.is_empty() {
                return Err(ErrorKind::TokenNotFound.into());
            }
            let mut batch = Batch::new(0)?;
            for token in &tokens {
                batch.delete(pass, Rc::clone(&token.row))?;
            }
            Ok(batch.answering(String::new(), tokens.len()))
        })
        .await
    }
}
