//! More tokens than one read returns: search, delete and count page through them all, and what other
//! callers write between the pages neither loses nor doubles a token.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[expect(dead_code, reason = "each test file uses its part")]
mod memory_host;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use memory_host::test_vault::{Setup, TestVault, code, context, succeeds};
use memory_host::{Asked, MemoryHost, WriteFault, honest, thrown};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use vaultlet::Error;
use vaultlet::error::Fault;
use vaultlet::host::{Label, Row, TermsQuery};

const INTEGRITY: &str = "VL5001";

/// So many rows are one page.
const PAGE: usize = 500;

/// The numbers of tokens that [`vault_with_three_pages`] can be asked for, each a tag.
const SIZES: [usize; 6] = [499, 500, 501, 999, 1_000, 1_001];

/// A vault with 1,001 tokens: the first so many have that number as a tag.
fn vault_with_three_pages() -> Rc<TestVault> {
    let vault = TestVault::open();
    let one = |place: usize| {
        let sizes = SIZES.into_iter().filter(|size| place < *size);
        let tags: Vec<String> = sizes.map(|size| size.to_string()).collect();
        json!({"type": "pci_oneway", "tags": tags, "object": {"fields": {"age": place}}})
    };
    let body: Vec<Value> = (0..1_001).map(one).collect();
    succeeds(vault.tokenize(json!({"requestBody": body})));
    vault.host.take_events();
    vault
}

/// A vault with 500 tokens of acme, 501 of bolt, and 3 of none; each has the tag `t`, and those of a
/// tenant have its name as another.
fn vault_with_tenants() -> Rc<TestVault> {
    let vault = TestVault::open();
    let make = |count: usize, tags: Value, fields: Value| {
        let one = json!({"type": "pci_oneway", "tags": tags, "object": {"fields": fields}});
        let body: Vec<Value> = (0..count)
            .map(|place| {
                let mut one = one.clone();
                one["object"]["fields"]["age"] = json!(place);
                one
            })
            .collect();
        succeeds(vault.tokenize(json!({"requestBody": body})));
    };
    make(500, json!(["t", "acme"]), json!({"_tenant_id": "acme"}));
    make(501, json!(["t", "bolt"]), json!({"_tenant_id": "bolt"}));
    make(3, json!(["t"]), json!({}));
    vault.host.take_events();
    vault
}

/// What another caller does to one token, or beside them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Delete,
    LoseTheTag,
    GainAnother,
    Archive,
    Rotate,
    ReplaceData,
    /// A new token with the tag, wherever its row's key may fall.
    Insert,
    /// The token without the tag gets it.
    GainTheTag,
}

const DEEDS: [Deed; 8] = [
    Deed::Delete,
    Deed::LoseTheTag,
    Deed::GainAnother,
    Deed::Archive,
    Deed::Rotate,
    Deed::ReplaceData,
    Deed::Insert,
    Deed::GainTheTag,
];

impl Deed {
    /// Whether the token that it is done to has the tag, and is active, afterwards as before.
    fn keeps_matching(self) -> bool {
        !matches!(self, Self::Delete | Self::LoseTheTag | Self::Archive)
    }

    fn run(self, vault: &TestVault, token_id: &str) -> Result<Value, Error> {
        let update =
            |body: Value| vault.update(json!({"tokenIds": [token_id], "requestBody": body}));
        match self {
            Self::Delete => vault.delete(json!({"tokenIds": [token_id]})),
            Self::LoseTheTag => update(json!({"tags": ["other"]})),
            Self::GainAnother => update(json!({"tags": ["other", "t"]})),
            Self::Archive => vault
                .update(json!({"tokenIds": [token_id], "expirationSecs": "0", "requestBody": {}})),
            Self::Rotate => vault.rotate(json!({"tokenIds": [token_id]})),
            Self::ReplaceData => update(json!({"object": {"fields": {"name": "Joe"}}})),
            Self::Insert => vault.tokenize(json!({"requestBody": [
                {"type": "randomized", "tags": ["t"], "object": {"fields": {"name": "new"}}},
            ]})),
            Self::GainTheTag => {
                vault.update(json!({"tokenIds": ["untagged"], "requestBody": {"tags": ["t"]}}))
            }
        }
    }
}

/// A deed, after which page, and to the token at which place by row key.
type Turn = (usize, Deed, usize);

/// Tokens that have the tag `t`, three pages of them, and the token `untagged`.
struct Crowd {
    vault: Rc<TestVault>,
    /// By row key.
    keys: Vec<Label>,
    ids: Vec<String>,
    rows: Vec<Row>,
}

/// How many have the tag.
const CROWD: usize = 1_100;

impl Crowd {
    fn gather() -> Self {
        let vault = TestVault::open();
        let one =
            json!({"type": "randomized", "tags": ["t"], "object": {"fields": {"name": "Jane"}}});
        succeeds(vault.tokenize(json!({"requestBody": vec![one; CROWD]})));
        let tagged = succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})));
        let id = |token: &Value| token["token_id"].as_str().unwrap().to_owned();
        let ids = tagged.as_array().unwrap().iter().map(id).collect();
        let keys = vault.host.store.rows().iter().map(|row| row.key).collect();
        vault.token(json!({
            "type": "randomized", "token_id": "untagged", "object": {"fields": {"name": "x"}},
        }));
        vault.host.take_events();
        let rows = vault.host.store.rows();
        Self { vault, keys, ids, rows }
    }

    /// Runs a call on the tokens as they were gathered, while others have their turns. Answers also
    /// the row key of every ID that one of the tokens has or had.
    fn while_others(
        &self,
        turns: &[Turn],
        call: impl FnOnce(&TestVault) -> Value,
    ) -> (Value, HashMap<String, Label>) {
        let known = self.ids.iter().cloned().zip(self.keys.iter().copied()).collect();
        let known = Rc::new(RefCell::new(known));
        let (vault, all_ids) = (Rc::clone(&self.vault), Rc::clone(&known));
        let (turns, mut ids) = (turns.to_vec(), self.ids.clone());
        self.vault.host.store.restore(&self.rows);
        self.vault.host.between_pages(move |page| {
            for (_, deed, place) in turns.iter().filter(|(after, ..)| *after == page) {
                // It may be gone, or archived, by an earlier turn.
                let answer = deed.run(&vault, &ids[*place]);
                if let (Deed::Rotate, Ok(answer)) = (deed, answer) {
                    let new = answer[&ids[*place]].as_str().unwrap().to_owned();
                    let mut all_ids: std::cell::RefMut<'_, HashMap<String, Label>> =
                        all_ids.borrow_mut();
                    let key = all_ids[&ids[*place]];
                    all_ids.insert(new.clone(), key);
                    ids[*place] = new;
                }
            }
        });
        let answer = call(&self.vault);
        self.vault.host.read_honestly();
        self.vault.host.take_events();
        (answer, known.take())
    }

    /// The places of tokens that no turn takes from those that match.
    fn steady(turns: &[Turn]) -> Vec<usize> {
        let taken =
            |place: usize| turns.iter().any(|(_, deed, at)| *at == place && !deed.keeps_matching());
        (0..CROWD).filter(|place| !taken(*place)).collect()
    }
}

fn answered_ids(answer: &Value) -> Vec<&str> {
    answer.as_array().unwrap().iter().map(|one| one["token_id"].as_str().unwrap()).collect()
}

/// The IDs that a search with this body answers, in their order.
fn found(vault: &TestVault, body: &Value) -> Vec<String> {
    let answer = succeeds(vault.search(json!({"requestBody": body})));
    answered_ids(&answer).into_iter().map(str::to_owned).collect()
}

fn counted(active: usize, archived: usize) -> Value {
    json!({"active": active, "archived": archived, "total": active + archived})
}

fn archive(vault: &TestVault, query: Value) {
    let mut request = query;
    request["expirationSecs"] = json!("0");
    request["requestBody"] = json!({});
    succeeds(vault.update(request));
}

// Search.

#[test]
fn more_tokens_than_one_read_returns_are_all_found_once_by_row_key() {
    let vault = vault_with_three_pages();
    for (count, pages) in SIZES.into_iter().zip([1, 2, 2, 2, 3, 3]) {
        vault.host.take_events();
        let tags = json!([count.to_string()]);
        let answer = succeeds(vault.search(json!({"requestBody": {"tags": tags}})));
        assert_eq!(vault.host.reads().len(), pages, "{count}");
        let ids = answered_ids(&answer);
        assert_eq!(ids.len(), count);
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(unique.len(), count);
    }
    let ids = found(&vault, &json!({"tags": ["501"]}));
    let keys: Vec<Label> = ids.iter().map(|id| vault.row(id).key).collect();
    assert!(keys.is_sorted());
}

#[test]
fn the_clock_is_read_once_for_all_pages_of_a_search() {
    let vault = vault_with_three_pages();
    succeeds(vault.update(json!({"tags": ["1001"], "expirationSecs": "10", "requestBody": {}})));
    let host = Rc::clone(&vault.host);
    vault.host.between_pages(move |_| host.pass_seconds(20));
    assert_eq!(found(&vault, &json!({"tags": ["1001"]})).len(), 1_001, "active when it began");
    vault.host.read_honestly();
    assert_eq!(found(&vault, &json!({"tags": ["1001"]})).len(), 0);
}

#[test]
fn more_than_max_tokens_is_noticed_before_the_last_page() {
    let vault = vault_with_three_pages();
    for (most, expected, pages) in [(500, "VL1001", 2), (501, "VL1001", 2), (1_001, "ok", 3)] {
        let limited = vault.beside(&Setup::settings(json!({"maxTokens": most})));
        vault.host.take_events();
        let result = limited.search(json!({"requestBody": {"tags": ["1001"]}}));
        assert_eq!(code(&result), expected, "{most}");
        assert_eq!(vault.host.reads().len(), pages, "{most}");
    }
}

#[test]
fn the_bytes_of_all_pages_and_of_all_tenants_count_together() {
    let (paged, tenants) = (vault_with_three_pages(), vault_with_tenants());
    let both = json!(["acme", "bolt"]);
    for (vault, request, tag) in [
        (paged, json!({"requestBody": {"tags": ["1001"]}}), "1001"),
        (tenants, json!({"requestBody": {"tags": ["t"]}, "xTenantId": both}), "t"),
    ] {
        let tagged = vault.host.store.rows().into_iter().filter(|row| {
            // All but those of no tenant, which have fewer terms than the others here.
            tag == "1001" || row.terms.len() == 5
        });
        let all: usize = tagged.map(|row| row.sealed.len()).sum();
        for (most, expected) in [(all, "ok"), (all - 1, "VL1001")] {
            let limited = vault.beside(&Setup::settings(json!({"maxBytes": most})));
            let result = limited.search(request.clone());
            assert_eq!(code(&result), expected, "{tag}");
            let limit = if expected == "ok" { "" } else { "settings.maxBytes" };
            assert_eq!(context(&result, "limit"), limit);
        }
    }
}

#[test]
fn more_tokens_of_each_tenant_than_one_read_returns_are_all_found_once_by_row_key() {
    let vault = vault_with_tenants();
    for (tenants, count) in
        [(json!(["acme"]), 500), (json!(["bolt"]), 501), (json!(["bolt", "acme"]), 1_001)]
    {
        let request = json!({"requestBody": {"tags": ["t"]}, "xTenantId": tenants});
        let answer = succeeds(vault.search(request));
        let ids = answered_ids(&answer);
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!((ids.len(), unique.len()), (count, count), "{tenants}");
    }
    let both = json!({"requestBody": {"tags": ["t"]}, "xTenantId": ["bolt", "acme"]});
    let all = succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})));
    let within = |token: &&Value| !token["tokens"][0]["effective_tenant_id"].is_null();
    let expected: Vec<&Value> = all.as_array().unwrap().iter().filter(within).collect();
    let answer = succeeds(vault.search(both));
    assert_eq!(answer.as_array().unwrap().iter().collect::<Vec<_>>(), expected, "by row key");
}

#[test]
fn a_later_page_of_a_search_that_cannot_be_read_fails_all() {
    for (fault, expected) in
        [(thrown(), "PV1000"), (Fault::WrongShape, "PV1000"), (Fault::TimedOut, "PV1009")]
    {
        let vault = vault_with_three_pages();
        let mut reads = 0;
        vault.host.on_read(move |host, asked| {
            reads += 1;
            if reads == 3 { Err(fault.clone()) } else { Ok(honest(host.store.answer(asked))) }
        });
        let result = vault.search(json!({"requestBody": {"tags": ["1001"]}}));
        assert_eq!((code(&result), context(&result, "callback")), (expected, "store.read".into()));
    }
}

#[test]
fn a_token_that_matches_all_the_while_is_found_once_whatever_others_write_between_the_pages() {
    let crowd = Crowd::gather();
    // The first and the last of each page, and what is in the middle.
    let places = [0, 250, PAGE - 1, PAGE, 750, 2 * PAGE - 1, 2 * PAGE, CROWD - 1];
    for deed in DEEDS {
        for page in [1, 2] {
            let turns = places.map(|place| (page, deed, place));
            let answered = assert_steady_tokens_are_found_once(&crowd, &turns);
            match deed {
                // Those on the pages that were read already are in the answer, and no others.
                Deed::Delete | Deed::LoseTheTag | Deed::Archive => {
                    let gone = places.iter().filter(|place| **place >= page * PAGE).count();
                    assert_eq!(answered, CROWD - gone, "{deed:?} after page {page}");
                }
                Deed::Insert | Deed::GainTheTag => assert!(answered <= CROWD + places.len()),
                _ => assert_eq!(answered, CROWD, "{deed:?} after page {page}"),
            }
        }
    }
}

/// Answers how many were found.
fn assert_steady_tokens_are_found_once(crowd: &Crowd, turns: &[Turn]) -> usize {
    let (answer, key_of) = crowd.while_others(turns, |vault| {
        succeeds(vault.search(json!({"requestBody": {"tags": ["t"]}})))
    });
    let ids = answered_ids(&answer);
    let unique: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "{turns:?}");
    let keys: Vec<Label> = ids.iter().filter_map(|id| key_of.get(*id)).copied().collect();
    assert!(keys.is_sorted_by(|one, next| one < next), "each token once, by row key: {turns:?}");
    for place in Crowd::steady(turns) {
        assert!(keys.binary_search(&crowd.keys[place]).is_ok(), "{place}: {turns:?}");
    }
    ids.len()
}

#[test]
fn any_turns_of_others_between_the_pages_leave_each_token_that_matches_in_the_answer_once() {
    let crowd = Crowd::gather();
    let deed = prop::sample::select(DEEDS.to_vec());
    let turns = prop::collection::vec((1_usize..=2, deed, 0..CROWD), 1..30);
    let config = ProptestConfig { cases: 16, failure_persistence: None, ..Default::default() };
    let outcome = TestRunner::new(config).run(&turns, |turns| {
        assert_steady_tokens_are_found_once(&crowd, &turns);
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

/// What a store may answer that does not keep to the pages that were asked for. It gives up after
/// some pages, so that a vault which asks for ever fails.
fn lie_about_pages(vault: &TestVault, lie: impl Fn(&MemoryHost, TermsQuery) -> Vec<Row> + 'static) {
    let mut reads = 0;
    vault.host.on_read(move |host, asked| {
        reads += 1;
        let Asked::Terms(query) = asked else { return Ok(Vec::new()) };
        if reads > 10 { Err(thrown()) } else { Ok(honest(lie(host, query.clone()))) }
    });
}

/// Search and count meet the same page, which is no answer to the question.
fn assert_refused(
    vault: &TestVault,
    lie: impl Fn(&MemoryHost, TermsQuery) -> Vec<Row> + Copy + 'static,
) {
    lie_about_pages(vault, lie);
    assert_eq!(code(&vault.search(json!({"requestBody": {"tags": ["1001"]}}))), INTEGRITY);
    lie_about_pages(vault, lie);
    assert_eq!(code(&vault.count(json!({}))), INTEGRITY);
}

#[test]
fn pages_that_come_again_overlap_or_are_too_long_are_vl5001() {
    let vault = vault_with_three_pages();
    let answer = |host: &MemoryHost, query: TermsQuery| host.store.answer(&Asked::Terms(query));
    assert_refused(&vault, move |host, query| answer(host, TermsQuery { after: None, ..query }));
    assert_refused(&vault, move |host, query| answer(host, TermsQuery { limit: 501, ..query }));
    assert_refused(&vault, move |host, query| answer(host, TermsQuery { limit: 1_001, ..query }));
    // The last row of the page before, once more.
    assert_refused(&vault, move |host, query| {
        let mut rows = answer(host, query.clone());
        if let Some(after) = query.after {
            rows.pop();
            rows.insert(0, host.store.rows().into_iter().find(|row| row.key == after).unwrap());
        }
        rows
    });
    // Two rows of a later page exchanged.
    assert_refused(&vault, move |host, query| {
        let mut rows = answer(host, query.clone());
        if query.after.is_some() && rows.len() > 2 {
            rows.swap(1, 2);
        }
        rows
    });
}

// Delete.

fn delete_tagged(crowd: &Crowd, turns: &[Turn]) -> Vec<Row> {
    crowd.while_others(turns, |vault| succeeds(vault.delete(json!({"tags": ["t"]}))));
    crowd.vault.host.store.rows()
}

#[test]
fn more_tokens_than_one_read_returns_are_all_deleted() {
    let crowd = Crowd::gather();
    let rest = delete_tagged(&crowd, &[]);
    assert_eq!(rest, [crowd.vault.row("untagged")]);
}

#[test]
fn so_many_are_deleted_once_whatever_the_store_says_of_the_write() {
    for (fault, expected, left) in [
        (WriteFault::AnswersFalseWritten, "ok", 0),
        (WriteFault::TimesOutWritten, "ok", 0),
        (WriteFault::AnswersFalseUnwritten, "ok", 0),
        (WriteFault::ThrowsUnwritten, "PV1000", 1_001),
    ] {
        let vault = vault_with_three_pages();
        vault.host.fail_next_writes(&[fault]);
        let result = vault.delete(json!({"tags": ["1001"]}));
        assert_eq!((code(&result), context(&result, "outcome")), (expected, String::new()));
        assert_eq!(vault.host.store.rows().len(), left, "{fault:?}");
    }
}

#[test]
fn a_token_that_matches_all_the_while_is_deleted_whatever_others_write_between_the_pages() {
    let crowd = Crowd::gather();
    let places = [0, PAGE - 1, PAGE, 2 * PAGE, CROWD - 1];
    for deed in [Deed::Delete, Deed::GainAnother, Deed::Rotate, Deed::ReplaceData, Deed::Insert] {
        for page in [1, 2] {
            let rest = delete_tagged(&crowd, &places.map(|place| (page, deed, place)));
            let survivors = rest.iter().filter(|row| crowd.keys.contains(&row.key)).count();
            assert_eq!(survivors, 0, "{deed:?} after page {page}");
            let new = if deed == Deed::Insert { places.len() } else { 0 };
            assert!(rest.len() <= 1 + new);
        }
    }
}

#[test]
fn a_token_that_matches_no_more_when_it_would_be_deleted_is_not() {
    let crowd = Crowd::gather();
    let places = [0, PAGE - 1, PAGE, 2 * PAGE, CROWD - 1];
    for deed in [Deed::LoseTheTag, Deed::Archive] {
        for page in [1, 2] {
            let rest = delete_tagged(&crowd, &places.map(|place| (page, deed, place)));
            for place in places {
                assert!(rest.iter().any(|row| row.key == crowd.keys[place]), "{deed:?} {place}");
            }
            assert_eq!(rest.len(), 1 + places.len());
        }
    }
}

// Count.

#[test]
fn count_has_no_limit() {
    let vault = vault_with_three_pages();
    let limited = vault.beside(&Setup {
        settings: json!({"maxTokens": 1, "maxBytes": 1}),
        store: json!({"maxWrites": 1, "maxRowBytes": 1}),
        ..Setup::default()
    });
    assert_eq!(succeeds(limited.count(json!({}))), counted(1_001, 0));
    assert_eq!(code(&limited.search(json!({"requestBody": {"tags": ["499"]}}))), "VL1001");
}

#[test]
fn more_tokens_than_one_read_returns_are_all_counted_once() {
    let vault = vault_with_three_pages();
    let rows = vault.host.store.rows();
    for (count, pages) in SIZES.into_iter().zip([1, 2, 2, 2, 3, 3]) {
        vault.host.store.restore(rows.get(..count).unwrap());
        vault.host.take_events();
        assert_eq!(succeeds(vault.count(json!({}))), counted(count, 0));
        assert_eq!(vault.host.reads().len(), pages, "{count}");
    }
    archive(&vault, json!({"tags": ["501"]}));
    assert_eq!(succeeds(vault.count(json!({}))), counted(500, 501));
}

#[test]
fn more_tokens_of_each_tenant_than_one_read_returns_are_all_counted_once() {
    let vault = vault_with_tenants();
    archive(&vault, json!({"tags": ["bolt"]}));
    for (tenants, expected) in [
        (json!(["acme"]), counted(500, 0)),
        (json!(["bolt"]), counted(0, 501)),
        (json!(["bolt", "acme"]), counted(500, 501)),
    ] {
        assert_eq!(succeeds(vault.count(json!({"xTenantId": tenants}))), expected);
    }
    assert_eq!(succeeds(vault.count(json!({}))), counted(503, 501));
}

#[test]
fn the_clock_is_read_once_for_all_pages_of_a_count() {
    let vault = vault_with_three_pages();
    let expiry = json!({"tags": ["1001"], "expirationSecs": "10", "requestBody": {}});
    succeeds(vault.update(expiry));
    let host = Rc::clone(&vault.host);
    vault.host.between_pages(move |_| host.pass_seconds(20));
    assert_eq!(succeeds(vault.count(json!({}))), counted(1_001, 0), "active when it began");
    vault.host.read_honestly();
    assert_eq!(succeeds(vault.count(json!({}))), counted(0, 1_001));
}

fn count_while_others(crowd: &Crowd, turns: &[Turn]) -> (usize, usize) {
    let (answer, _) = crowd.while_others(turns, |vault| succeeds(vault.count(json!({}))));
    let number = |member: &str| usize::try_from(answer[member].as_u64().unwrap()).unwrap();
    assert_eq!(number("total"), number("active") + number("archived"));
    (number("active"), number("archived"))
}

#[test]
fn a_token_that_is_there_all_the_while_counts_once_whatever_others_write_between_the_pages() {
    let crowd = Crowd::gather();
    let places = [0, 250, PAGE - 1, PAGE, 750, 2 * PAGE - 1, 2 * PAGE, CROWD - 1];
    // The token without the tag counts too, and is in one of the places by row key.
    let all = CROWD + 1;
    for deed in DEEDS {
        for page in [1, 2] {
            let what = format!("{deed:?} after page {page}");
            let turns = places.map(|place| (page, deed, place));
            let (active, archived) = count_while_others(&crowd, &turns);
            match deed {
                Deed::Delete => assert!((all - places.len()..=all).contains(&active), "{what}"),
                Deed::Insert => assert!((all..=all + places.len()).contains(&active), "{what}"),
                // Active or archived, as it was when its page was read; but never both.
                Deed::Archive => {
                    assert_eq!(active + archived, all, "{what}");
                    assert!((1..places.len()).contains(&archived), "{what}");
                }
                _ => assert_eq!((active, archived), (all, 0), "{what}"),
            }
        }
    }
}

#[test]
fn any_turns_of_others_between_the_pages_leave_each_token_that_stays_counted_once() {
    let crowd = Crowd::gather();
    let deed = prop::sample::select(DEEDS.to_vec());
    let turns = prop::collection::vec((1_usize..=2, deed, 0..CROWD), 1..30);
    let config = ProptestConfig { cases: 10, failure_persistence: None, ..Default::default() };
    let outcome = TestRunner::new(config).run(&turns, |turns| {
        let (active, archived) = count_while_others(&crowd, &turns);
        let of = |deed: Deed| turns.iter().filter(|(_, done, _)| *done == deed).count();
        let steady = CROWD + 1 - of(Deed::Delete);
        prop_assert!((steady..=CROWD + 1 + of(Deed::Insert)).contains(&(active + archived)));
        prop_assert!(archived <= of(Deed::Archive));
        Ok(())
    });
    assert!(outcome.is_ok(), "{}", outcome.unwrap_err());
}

#[test]
fn tokens_deleted_after_their_page_was_read_are_counted_and_those_before_it_are_not() {
    let vault = vault_with_three_pages();
    let rows = vault.host.store.rows();
    for (page, place, expected) in
        [(1, 0, 1_001), (1, 499, 1_001), (1, 500, 1_000), (2, 999, 1_001), (2, 1_000, 1_000)]
    {
        vault.host.store.restore(&rows);
        let (host, key) = (Rc::clone(&vault.host), rows.get(place).unwrap().key);
        vault.host.between_pages(move |pages| {
            if pages == page {
                host.store.remove(&key);
            }
        });
        assert_eq!(succeeds(vault.count(json!({}))), counted(expected, 0), "{page} {place}");
    }
}

#[test]
fn a_page_that_cannot_be_read_is_an_error_and_no_count() {
    for page in [1, 2, 3] {
        for (fault, expected) in
            [(thrown(), "PV1000"), (Fault::WrongShape, "PV1000"), (Fault::TimedOut, "PV1009")]
        {
            let vault = vault_with_three_pages();
            let mut reads = 0;
            vault.host.on_read(move |host, asked| {
                reads += 1;
                if reads == page {
                    return Err(fault.clone());
                }
                Ok(honest(host.store.answer(asked)))
            });
            let result = vault.count(json!({}));
            assert_eq!(code(&result), expected);
            assert_eq!(context(&result, "callback"), "store.read");
            let event = vault.host.audit_events().pop().unwrap();
            assert_eq!((&event["decision"], &event["code"]), (&json!("failed"), &json!(expected)));
        }
    }
}

#[test]
fn an_altered_row_on_any_page_of_a_count_is_vl5001() {
    let vault = vault_with_three_pages();
    let rows = vault.host.store.rows();
    for place in [0, 499, 500, 999, 1_000] {
        vault.host.store.restore(&rows);
        let mut row = rows.get(place).unwrap().clone();
        *row.sealed.get_mut(60).unwrap() ^= 1;
        vault.host.store.put(row);
        assert_eq!(code(&vault.count(json!({}))), INTEGRITY, "{place}");
    }
}
