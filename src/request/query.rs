//! Which tokens a request means.

use serde::Deserialize;

use crate::error::{Error, ErrorKind};
use crate::host::State;
use crate::json::strict::Parameters;
use crate::request::list::{Places, QueryList, Unique, has_option};
use crate::request::name::{Name, TokenId};

/// Which tokens a query means.
pub(crate) struct TokenQuery<'a> {
    /// By ID, each once, in the order asked.
    pub(crate) token_ids: Option<Vec<&'a str>>,
    /// Where the caller wrote them.
    pub(crate) id_places: Places,
    /// All of these tags.
    pub(crate) tags: Option<Vec<&'a str>>,
    /// Active ones, or archived ones.
    pub(crate) state: State,
}

/// As parameters of an operation.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InParameters<'a> {
    #[serde(borrow)]
    token_ids: Option<Unique<TokenId<'a>>>,
    tags: Option<QueryList<Name<'a>>>,
    object_ids: Option<Vec<&'a str>>,
}

/// As a body, where the names are REST's.
#[derive(Deserialize)]
pub(crate) struct QueryBody<'a> {
    #[serde(borrow)]
    token_ids: Option<Unique<TokenId<'a>>>,
    tags: Option<QueryList<Name<'a>>>,
    object_ids: Option<Vec<&'a str>>,
}

impl<'a> TokenQuery<'a> {
    /// Takes `tokenIds`, `tags` and `objectIds`.
    pub(crate) fn take(parameters: &mut Parameters<'a>, state: State) -> Result<Self, Error> {
        let InParameters { token_ids, tags, object_ids } = parameters.take()?;
        match object_ids {
            Some(_) => Err(ErrorKind::NotImplemented { feature: "objectIds" }.into()),
            None => Ok(Self::of(token_ids, tags, state)),
        }
    }

    /// The same out of a body.
    pub(crate) fn of_body(body: QueryBody<'a>, state: State) -> Result<Self, Error> {
        let QueryBody { token_ids, tags, object_ids } = body;
        match object_ids {
            Some(_) => Err(ErrorKind::NotImplemented { feature: "object_ids" }.into()),
            None => Ok(Self::of(token_ids, tags, state)),
        }
    }

    fn of(
        token_ids: Option<Unique<TokenId<'a>>>,
        tags: Option<QueryList<Name<'a>>>,
        state: State,
    ) -> Self {
        let (token_ids, id_places) = token_ids.map(|Unique(ids, places)| (ids, places)).unzip();
        Self {
            token_ids: token_ids.map(|ids| ids.into_iter().map(|id| id.0).collect()),
            id_places: id_places.unwrap_or_default(),
            tags: tags.map(|tags| tags.0.into_iter().map(|tag| tag.0).collect()),
            state,
        }
    }

    /// Whether one of its lists is empty, so that no token can match. Such a query is not put to the store.
    pub(crate) fn is_of_nothing(&self) -> bool {
        [&self.token_ids, &self.tags].into_iter().flatten().any(Vec::is_empty)
    }
}

/// The one option of several operations: archived tokens in the place of active ones.
#[derive(PartialEq, Eq, Deserialize)]
#[serde(variant_identifier, rename_all = "snake_case")]
pub(crate) enum ArchivedOption {
    Archived,
}

/// `options` of those operations.
pub(crate) type ArchivedOptions = Option<Vec<ArchivedOption>>;

/// The state that `options` asks for.
pub(crate) fn state_of(options: &ArchivedOptions) -> State {
    let archived = has_option(options.as_ref(), &ArchivedOption::Archived);
    if archived { State::Archived } else { State::Active }
}
