//! What a vault's data looks like: collections, the types of their properties, and what may be shown.
//!
//! | module | what it is for |
//! |---|---|
//! | `collection` | collections and their properties, as they are configured |
//! | `data_type` | the types, and which values each accepts |
//! | `shape`, `email`, `visible`, `timestamp`, `moment`, `url` | the forms that values have |
//! | `normal_form` | the one form in which a value is kept |
//! | `mask`, `transform` | what is shown in the place of a value |
//! | `data` | values that were checked against their collection, in their normal forms |
//! | `projection` | what a caller asks to see of an object |

pub(crate) mod collection;
pub(crate) mod data;
pub(crate) mod data_type;
pub(crate) mod email;
pub(crate) mod mask;
pub(crate) mod moment;
pub(crate) mod normal_form;
pub(crate) mod projection;
pub(crate) mod shape;
pub(crate) mod timestamp;
pub(crate) mod transform;
pub(crate) mod url;
pub(crate) mod visible;
