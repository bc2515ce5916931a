//! What requests are made of. Parse, don't validate: past this door a token ID, a tag or an expiry that
//! could be wrong cannot be built. Each operation's own parameters stand beside the operation.
//!
//! | module | what it is for |
//! |---|---|
//! | `name` | token IDs, names and notes: texts that have a form |
//! | `list` | lists of them, each item once |
//! | `expiry` | when something expires |
//! | `tags` | the tags of a token |
//! | `card_template` | the template of a card-shaped token ID |
//! | `common` | the parameters that every operation takes |
//! | `query` | which tokens a request means |
//! | `input` | the data that a request brings |

pub(crate) mod card_template;
pub(crate) mod common;
pub(crate) mod expiry;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod name;
pub(crate) mod query;
pub(crate) mod tags;
