//! Reading collections: what REST answers of one, or of all, to clients that ask what there is. The package's
//! own clients have no method for it.

use std::rc::Rc;

use serde::Serialize;

use crate::error::Error;
use crate::host::{Host, InputKind};
use crate::json::strict::Parameters;
use crate::json::text::write;
use crate::operation::call::{Access, Call};
use crate::operation::definition::Operation;
use crate::request::common::{APP_FUNCTIONALITY, Common};
use crate::schema::collection::{Collection, Collections};
use crate::settings::Settings;

/// The collection's name says which; that of all is empty.
const OF_ALL: &str = "";

pub(crate) struct ReadCollections;

/// A collection as the public API describes it.
#[derive(Serialize)]
struct Described<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    collection_type: &'static str,
    properties: Vec<DescribedProperty<'a>>,
}

#[derive(Serialize)]
struct DescribedProperty<'a> {
    name: &'a str,
    data_type_name: &'static str,
    is_nullable: bool,
}

impl<'a> Operation<'a> for ReadCollections {
    const ACTION: &'static str = "collections.read";

    fn take(_: &mut Parameters<'a>, _: &mut Common<'a>, _: &Settings) -> Result<Self, Error> {
        Ok(Self)
    }

    fn collection(collections: &Collections, name: &str) -> Result<Rc<Collection>, Error> {
        if name == OF_ALL { Ok(Rc::new(Collection::none())) } else { collections.get(name) }
    }

    /// The public API has no reason here that must be given: nobody's data is read.
    fn default_reason(_: &Settings) -> Option<&'static str> {
        Some(APP_FUNCTIONALITY)
    }

    async fn run<H: Host>(self, call: &Call<'_, H>) -> Result<String, Error> {
        // A reload holds from the next call.
        let collections = call.vault.collections();
        call.authorize(&Access {
            capabilities: &["CapCollectionsReader"],
            input: InputKind::None,
            checks: Some(Rc::default()),
        })
        .await?;
        call.audit(0).await?;
        if call.collection.name == OF_ALL {
            let all: Vec<_> = collections.iter().map(describe).collect();
            write(&all)
        } else {
            write(&describe(&call.collection))
        }
    }
}

fn describe(collection: &Collection) -> Described<'_> {
    let properties = collection.properties().map(|(name, property)| DescribedProperty {
        name,
        data_type_name: property.data_type.name(),
        is_nullable: property.nullable,
    });
    Described {
        name: &collection.name,
        collection_type: "PERSONS",
        properties: properties.collect(),
    }
}
