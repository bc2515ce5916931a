//! Which tokens a query means.

use super::*;

#[test]
fn no_query_parameter_at_all_answers_an_empty_list_and_reads_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    vault.host.take_events();
    assert_eq!(succeeds(vault.search(json!({"requestBody": {}}))), json!([]));
    let archived = json!({"requestBody": {}, "options": ["archived"], "xTenantId": ["acme"]});
    assert_eq!(succeeds(vault.search(archived)), json!([]));
    assert_eq!(vault.host.take_steps(), ["decide", "audit", "decide", "audit"]);
}

#[test]
fn nothing_matched_answers_an_empty_list() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    for body in [
        json!({"token_ids": ["unknown"]}),
        json!({"tags": ["unknown"]}),
        json!({"tags": ["t", "unknown"]}),
        json!({"token_ids": ["a"], "tags": ["unknown"]}),
        json!({"token_ids": ["unknown"], "tags": ["t"]}),
    ] {
        assert_eq!(succeeds(vault.search(json!({"requestBody": body}))), json!([]), "{body}");
    }
}

#[test]
fn ids_are_ored_tags_are_anded_and_the_groups_are_anded() {
    let vault = TestVault::open();
    named(&vault, "none", &json!([]));
    named(&vault, "t", &json!(["t"]));
    named(&vault, "u", &json!(["u"]));
    named(&vault, "tu", &json!(["t", "u"]));
    for (body, expected) in [
        (json!({"token_ids": ["none", "u"]}), vec!["none", "u"]),
        (json!({"tags": ["t", "u"]}), vec!["tu"]),
        (json!({"token_ids": ["none", "t", "u", "tu"], "tags": ["u"]}), vec!["u", "tu"]),
        (json!({"token_ids": ["none", "t", "tu"], "tags": ["u", "t"]}), vec!["tu"]),
    ] {
        assert_eq!(found(&vault, &body), expected, "{body}");
    }
    let mut tagged = found(&vault, &json!({"tags": ["t"]}));
    tagged.sort_unstable();
    assert_eq!(tagged, ["t", "tu"]);
}

#[test]
fn ids_and_tags_named_twice_count_once_and_unknown_ids_match_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "b", &json!(["t"]));
    let body = json!({"token_ids": ["unknown", "b", "a", "b", "other"], "tags": ["t", "t"]});
    assert_eq!(found(&vault, &body), ["b", "a"]);
    let tagged = found(&vault, &json!({"tags": ["t", "t"]}));
    assert_eq!(tagged.len(), 2);
}

#[test]
fn answers_come_in_the_order_of_the_ids_asked_for_or_by_row_key() {
    let vault = TestVault::open();
    for name in ["a", "b", "c", "d", "e", "f"] {
        named(&vault, name, &json!(["t"]));
    }
    for order in [["d", "a", "c", "b"], ["b", "c", "a", "d"]] {
        assert_eq!(found(&vault, &json!({"token_ids": order})), order);
        assert_eq!(found(&vault, &json!({"token_ids": order, "tags": ["t"]})), order);
    }
    let tagged = found(&vault, &json!({"tags": ["t"]}));
    let keys: Vec<Label> = tagged.iter().map(|id| vault.row(id).key).collect();
    assert_eq!(keys.len(), 6);
    assert!(keys.is_sorted());
}

#[test]
fn active_tokens_or_with_the_option_only_archived_ones() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    named(&vault, "b", &json!(["t"]));
    archive(&vault, "b");
    for body in [json!({"token_ids": ["a", "b"]}), json!({"tags": ["t"]})] {
        assert_eq!(found(&vault, &body), ["a"], "{body}");
        assert_eq!(found_archived(&vault, &body), ["b"], "{body}");
    }
}

#[test]
fn archived_means_that_the_expiry_time_has_come() {
    let vault = TestVault::open();
    let one = json!({
        "type": "pci", "token_id": "a", "tags": ["t"], "object": {"fields": {"name": "Jane"}},
    });
    succeeds(vault.tokenize(json!({"expirationSecs": "10", "requestBody": [one]})));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]})] {
        for (time, active) in [(9_999, true), (10_000, false), (10_001, false)] {
            vault.host.set_time(START + time);
            assert_eq!(found(&vault, &body).len(), usize::from(active), "{body} at {time}");
            assert_eq!(found_archived(&vault, &body).len(), usize::from(!active), "{body} {time}");
        }
    }
}

#[test]
fn tokens_of_every_type_are_answered_one_way_ones_too() {
    let vault = TestVault::open();
    for token_type in ALL_TYPES {
        let object = json!({"fields": {"name": "Jane"}});
        let id = vault.token(json!({"type": token_type, "tags": [token_type], "object": object}));
        for body in [json!({"token_ids": [id]}), json!({"tags": [token_type]})] {
            let answer = succeeds(vault.search(json!({"requestBody": body})));
            assert_eq!(answered_ids(&answer), [id.as_str()]);
            assert_eq!(answer[0]["type"], token_type);
        }
    }
}

#[test]
fn tokens_of_another_collection_are_not_found() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    for body in [json!({"token_ids": ["a"]}), json!({"tags": ["t"]})] {
        let request = json!({"collection": "partners", "requestBody": body});
        assert_eq!(succeeds(vault.search(request)), json!([]));
    }
}

#[test]
fn a_rotated_token_is_found_by_its_new_id_and_its_tags_and_a_deleted_one_by_nothing() {
    let vault = TestVault::open();
    named(&vault, "a", &json!(["t"]));
    let new = succeeds(vault.rotate(json!({"tokenIds": ["a"]})))["a"].as_str().unwrap().to_owned();
    assert_eq!(found(&vault, &json!({"token_ids": ["a"]})), [""; 0]);
    assert_eq!(found(&vault, &json!({"token_ids": [new]})), [new.as_str()]);
    assert_eq!(found(&vault, &json!({"tags": ["t"]})), [new.as_str()]);
    succeeds(vault.delete(json!({"tokenIds": [new]})));
    for body in [json!({"token_ids": [new]}), json!({"tags": ["t"]})] {
        assert_eq!(found(&vault, &body), [""; 0]);
        assert_eq!(found_archived(&vault, &body), [""; 0]);
    }
}
