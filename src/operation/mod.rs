//! The operations, one file each: its request, and one function from the policy's question to the answer.
//!
//! | step | what | where |
//! |---|---|---|
//! | 1, 2, 3 | parse strictly, find the collection, check the form of names, check the reason | here |
//! | 4, 7 | ask the policy; tell the audit | `call.rs`, with the questions of `checks.rs` |
//! | 4 | and only then look at names, values, tenants, ciphertexts | the operation, over `inputs.rs` |
//! | 5, 6 | read rows and open them, compute the new rows | the operation, over `reads.rs` and `batch.rs` |
//! | 5 to 9 | and, for what changes, write; again if somebody else wrote first | `commit.rs` |

pub(crate) mod batch;
pub(crate) mod call;
pub(crate) mod card;
pub(crate) mod card_draw;
pub(crate) mod checks;
pub(crate) mod commit;
pub(crate) mod count;
pub(crate) mod decrypt;
pub(crate) mod decrypt_blob;
pub(crate) mod definition;
pub(crate) mod delete;
pub(crate) mod detokenize;
pub(crate) mod drafts;
#[cfg(test)]
pub(crate) mod empty_store;
pub(crate) mod encrypt;
pub(crate) mod encrypt_blob;
pub(crate) mod get_by_transaction_id;
pub(crate) mod hash;
pub(crate) mod inputs;
pub(crate) mod metadata;
pub(crate) mod new_ciphertexts;
pub(crate) mod pass;
pub(crate) mod read_collections;
pub(crate) mod reads;
pub(crate) mod rotate;
pub(crate) mod search;
pub(crate) mod selection;
pub(crate) mod token_id;
pub(crate) mod tokenize;
pub(crate) mod transaction;
pub(crate) mod transaction_id;
pub(crate) mod turn;
pub(crate) mod unique_tags;
pub(crate) mod update;
pub(crate) mod update_encrypted;

use crate::error::{Error, ErrorKind};
use crate::host::Host;
use crate::json::strict::Parameters;
use crate::json::tree::Json;
use crate::operation::call::Call;
use crate::operation::count::Count;
use crate::operation::decrypt::Decrypt;
use crate::operation::decrypt_blob::DecryptBlob;
use crate::operation::definition::Operation;
use crate::operation::delete::Delete;
use crate::operation::detokenize::Detokenize;
use crate::operation::encrypt::Encrypt;
use crate::operation::encrypt_blob::EncryptBlob;
use crate::operation::get_by_transaction_id::GetByTransactionId;
use crate::operation::hash::Hash;
use crate::operation::read_collections::ReadCollections;
use crate::operation::rotate::Rotate;
use crate::operation::search::Search;
use crate::operation::tokenize::Tokenize;
use crate::operation::update::Update;
use crate::operation::update_encrypted::UpdateEncrypted;
use crate::request::common::Common;
use crate::schema::collection::check_property_name;
use crate::vault::Vault;

/// The parameter that a request's body is.
const BODY: &str = "requestBody";

impl Vault {
    /// How many bytes of sealed rows one answer of the store may have in an operation. The host can look before it takes
    /// them in.
    pub fn max_bytes_of(&self, operation: &str) -> u32 {
        match operation {
            Count::ACTION => Count::MAX_BYTES_OF_A_PAGE,
            _ => u32::try_from(self.settings.max_bytes.0).unwrap_or(u32::MAX),
        }
    }

    /// Runs one operation, named as the policy sees it (`tokens.update`), on the JSON text of its
    /// parameter object. Answers JSON text; empty where the operation answers nothing.
    ///
    /// # Errors
    /// Any [`Error`]; what was not answered did not happen, unless the context says that the outcome
    /// is unknown.
    pub async fn call<H: Host>(
        &self,
        host: &H,
        operation: &str,
        request: &str,
    ) -> Result<String, Error> {
        self.dispatch(host, operation, &Json::parse(request, "request")?).await
    }

    /// The same where the text of `requestBody` comes by itself, as HTTP has it. It is read as it is, once, and is
    /// one JSON value or refused: no text of it is ever another parameter.
    ///
    /// # Errors
    /// As of [`Vault::call`].
    pub async fn call_with_body<H: Host>(
        &self,
        host: &H,
        operation: &str,
        request: &str,
        body: &str,
    ) -> Result<String, Error> {
        let item = format!("[{body}]");
        let mut request = Json::parse(request, "request")?;
        let Json::Object(members) = &mut request else {
            return Err(Error::bad_request("request", "must be an object"));
        };
        if members.iter().any(|(name, _)| name == BODY) {
            return Err(Error::bad_request(BODY, "must not be given twice"));
        }
        members.push((BODY.into(), Json::parse_item(&item, BODY)?));
        self.dispatch(host, operation, &request).await
    }

    async fn dispatch<H: Host>(
        &self,
        host: &H,
        operation: &str,
        request: &Json<'_>,
    ) -> Result<String, Error> {
        match operation {
            Tokenize::ACTION => perform::<Tokenize<'_>, H>(self, host, request).await,
            Detokenize::ACTION => perform::<Detokenize<'_>, H>(self, host, request).await,
            Update::ACTION => perform::<Update<'_>, H>(self, host, request).await,
            Rotate::ACTION => perform::<Rotate<'_>, H>(self, host, request).await,
            Search::ACTION => perform::<Search<'_>, H>(self, host, request).await,
            Delete::ACTION => perform::<Delete<'_>, H>(self, host, request).await,
            Count::ACTION => perform::<Count, H>(self, host, request).await,
            GetByTransactionId::ACTION => {
                perform::<GetByTransactionId<'_>, H>(self, host, request).await
            }
            Encrypt::ACTION => perform::<Encrypt<'_>, H>(self, host, request).await,
            Decrypt::ACTION => perform::<Decrypt<'_>, H>(self, host, request).await,
            UpdateEncrypted::ACTION => perform::<UpdateEncrypted<'_>, H>(self, host, request).await,
            Hash::ACTION => perform::<Hash<'_>, H>(self, host, request).await,
            EncryptBlob::ACTION => perform::<EncryptBlob<'_>, H>(self, host, request).await,
            DecryptBlob::ACTION => perform::<DecryptBlob<'_>, H>(self, host, request).await,
            ReadCollections::ACTION => perform::<ReadCollections, H>(self, host, request).await,
            _ => Err(ErrorKind::Internal("an operation of that name does not exist").into()),
        }
    }
}

/// Steps 1 to 3, and what follows them.
async fn perform<'a, O: Operation<'a>, H: Host>(
    vault: &'a Vault,
    host: &'a H,
    request: &'a Json<'a>,
) -> Result<String, Error> {
    let mut parameters = Parameters::of(request)?;
    let mut common = Common::take(&mut parameters)?;
    let operation = O::take(&mut parameters, &mut common, &vault.settings)?;
    parameters.finish()?;
    let collection = O::collection(&vault.collections(), common.collection)?;
    for name in operation.property_names() {
        check_property_name(name)?;
    }
    let reason = common.reason(O::default_reason(&vault.settings))?;

    let mut call = Call::new(vault, host, O::ACTION, O::EFFECT, common, collection, reason);
    call.identify_transaction(operation.transaction_id(), request)?;
    let answer = operation.run(&call).await;
    if let Err(error) = &answer {
        call.audit_failure(error).await;
    }
    answer
}
