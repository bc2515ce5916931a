//! Get by transaction ID: which tokens a tokenize with that ID made or found.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind};
use crate::host::{Host, State};
use crate::json::strict::{Parameters, read};
use crate::json::text::write;
use crate::json::tree::Json;
use crate::operation::call::{Access, Call};
use crate::operation::checks::tokens_check;
use crate::operation::definition::Operation;
use crate::operation::pass::Pass;
use crate::operation::transaction::{self, Found};
use crate::operation::transaction_id::{TOKENIZE, derive_claim};
use crate::request::common::Common;
use crate::request::name::Name;
use crate::settings::Settings;

#[derive(Deserialize)]
struct Given<'a> {
    #[serde(borrow)]
    id: Name<'a>,
}

pub(crate) struct GetByTransactionId<'a> {
    id: &'a str,
}

/// One of the tokens that tokenize answered.
#[derive(Deserialize)]
struct Made<'a> {
    token_id: &'a str,
}

#[derive(Serialize)]
struct Answer<'a> {
    ref_ids: Vec<&'a str>,
}

impl<'a> Operation<'a> for GetByTransactionId<'a> {
    const ACTION: &'static str = "tokens.transaction";

    fn take(
        parameters: &mut Parameters<'a>,
        _: &mut Common<'a>,
        _: &Settings,
    ) -> Result<Self, Error> {
        let Given { id: Name(id) } = parameters.take()?;
        Ok(Self { id })
    }

    fn transaction_id(&self) -> Option<&'a str> {
        Some(self.id)
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        let check = tokens_check(&call.collection, "read", State::Active);
        call.authorize(&Access::to_tokens(&["CapTransactionIdReader"], check)).await?;
        let index = call.vault.keyring.index();
        let tenants = &call.common.tenants;
        let claim = derive_claim(index, TOKENIZE, &call.collection.name, tenants, self.id);
        let answered = match transaction::read(&mut Pass::begin(call)?, claim).await? {
            Found::Landed(record) => record.answer,
            Found::Nothing { .. } => "[]".to_owned(),
        };
        let tokens = Json::parse(&answered, "answer").map_err(|_| ErrorKind::Integrity)?;
        let tokens: Vec<Made<'_>> = read(&tokens, "answer").map_err(|_| ErrorKind::Integrity)?;
        let ref_ids: Vec<&str> = tokens.iter().map(|made| made.token_id).collect();
        call.audit(ref_ids.len()).await?;
        write(&Answer { ref_ids })
    }
}
