//! What a card-shaped ID looks like, and that it is an ID like any other.

use serde_json::json;

use crate::memory_host::test_vault::succeeds;
use crate::{ALL_TYPES, FOREIGN_NUMBER, NUMBER, has_shape, number_of, open, request};

#[test]
fn an_id_is_16_digits_in_the_shape_of_the_card_for_every_type_and_every_card() {
    for length in 13..=19 {
        let number = number_of(length);
        let groups = |separator: &str| {
            let digits: Vec<char> = number.chars().collect();
            let groups: Vec<String> =
                digits.chunks(4).map(|group| group.iter().collect()).collect();
            groups.join(separator)
        };
        for text in [number.clone(), groups(" "), groups("-")] {
            for token_type in ALL_TYPES {
                let vault = open();
                let id = vault.token(request(token_type, json!({"card": text})));
                assert!(has_shape(&id, &number), "{token_type}, {length} digits: {id}");
                if token_type != "pci_oneway" {
                    assert_eq!(vault.fields(&id), json!({"card": number}), "digits alone");
                }
            }
        }
    }
}

#[test]
fn the_card_is_the_property_that_the_template_names() {
    let fields = json!({"card": NUMBER, "second_card": FOREIGN_NUMBER, "name": "Jane"});
    for (property, number) in [("card", NUMBER), ("second_card", FOREIGN_NUMBER)] {
        for token_type in ALL_TYPES {
            let mut one = request(token_type, fields.clone());
            one["fpprops"] = json!([property]);
            assert!(has_shape(&open().token(one), number), "{token_type}");
        }
    }
}

#[test]
fn a_card_shaped_token_is_found_by_its_id() {
    let vault = open();
    let fields = json!({"card": NUMBER, "name": "Jane"});
    for token_type in ["deterministic", "pci", "randomized"] {
        let mut one = request(token_type, fields.clone());
        one["tags"] = json!(["t"]);
        let id = vault.token(one);
        let found = succeeds(vault.detokenize(json!({"tokenIds": [id]})));
        assert_eq!(found, json!([{"token_id": id, "fields": fields}]));
        let metadata = vault.metadata(&id);
        assert_eq!(metadata["type"], token_type);
        assert_eq!(metadata["token_id"], json!(id));
    }
    let by_tags = succeeds(vault.detokenize(json!({"tags": ["t"]})));
    assert_eq!(by_tags.as_array().unwrap().len(), 3);
}
