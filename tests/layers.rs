//! The architecture, and that `src/` keeps it: no module uses one that stands above it.
//!
//! Left out are tests: modules under `#[cfg(test)]`, files `tests.rs` or in a folder `tests/`,
//! `src/fuzzing.rs` and `src/operation/empty_store.rs`. They may use what they need; no other file
//! may use them. One item under `#[cfg(test)]` that is no module keeps the law as its file does.
//!
//! What is read are paths, in `use` and anywhere else. A call that goes up in disguise has no path,
//! and is out of reach: a method that another file adds to a type (`impl DataType` in
//! `schema/mask.rs`, called by `schema/transform.rs`), a trait that a file above implements, an
//! alias of a type. So is a file that `include!` or `#[path]` takes in from elsewhere.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod rust_source;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::{read_dir, read_to_string};
use std::path::Path as FilePath;

use rust_source::{Path, Source};

/// The floors, from the ground up. Modules of one row do not use each other; the files of a folder
/// (`json/`) do, in no circle.
const FLOORS: &str = "
| floor | in         | module                                | may use                           |
|-------|------------|---------------------------------------|-----------------------------------|
| 1     |            | label, kinds, error                   | nothing of ours                   |
| 2     |            | json/, host                           | the rows above                    |
| 3     |            | schema/, sealing/, columns            | the rows above                    |
| 4     |            | settings                              | the rows above, but no envelopes  |
| 4     |            | request/                              | the rows above, but no envelopes  |
| 5     |            | vault                                 | the rows above                    |
| 6     | operation/ | transaction_id, checks                | the rows above                    |
| 6     | operation/ | call                                  | the rows above                    |
| 6     | operation/ | inputs, turn                          | the rows above                    |
| 6     | operation/ | pass                                  | the rows above                    |
| 6     | operation/ | reads                                 | the rows above                    |
| 6     | operation/ | batch, transaction, selection,        | the rows above                    |
|       |            | unique_tags, card, new_ciphertexts,   |                                   |
|       |            | metadata                              |                                   |
| 6     | operation/ | token_id                              | the rows above                    |
| 6     | operation/ | card_draw                             | the rows above                    |
| 6     | operation/ | drafts                                | the rows above                    |
| 6     | operation/ | commit                                | the rows above                    |
| 7     | operation/ | definition                            | the rows above                    |
| 7     | operation/ | tokenize, detokenize, update, rotate, | the rows above                    |
|       |            | search, delete, count,                |                                   |
|       |            | get_by_transaction_id, encrypt,       |                                   |
|       |            | decrypt, update_encrypted, hash,      |                                   |
|       |            | encrypt_blob, decrypt_blob,           |                                   |
|       |            | read_collections                      |                                   |
| 8     | operation/ | mod                                   | the rows above                    |
| 9     |            | wasm                                  | only vault, host, columns, error, |
|       |            |                                       | label, json/tree                  |
| 10    |            | lib                                   | the rows above                    |
";

/// What leads to the cipher opens or seals: envelopes, rows, ciphertexts, the keyring, nonces.
const CIPHER: &str = "sealing/xaes";

/// Crates that only one place may name. `zeroize` is everybody's.
const CRATES: &[(&str, &[&str])] = &[
    ("sealing/", &["aes", "aes_gcm", "hkdf", "hmac", "sha2", "subtle", "getrandom"]),
    ("wasm", &["wasm_bindgen", "js_sys", "serde_wasm_bindgen", "wasm_bindgen_futures"]),
    ("lib", &["zeroizing_alloc"]),
];

/// Who may hand on what another file defines, to the users of the crate.
const REEXPORTING: [&str; 2] = ["lib", "host"];

/// Test files whose names do not say it.
const LEFT_OUT: [&str; 2] = ["fuzzing", "operation/empty_store"];

#[test]
fn src_keeps_the_law() {
    let sources = read_src();
    let broken = check(&borrowed(&sources));
    assert!(broken.is_empty(), "src/ breaks the law of tests/layers.rs:\n{}", broken.join("\n"));
}

#[test]
fn what_the_law_names_is_there() {
    let sources = read_src();
    let is_there = |module: &str| sources.iter().any(|(file, _)| is_in(file, module));
    for module in floors().iter().flat_map(Row::modules) {
        assert!(is_there(&module), "the table names `{module}`");
    }
    assert!(LEFT_OUT.iter().chain(&REEXPORTING).all(|file| is_there(file)));
    let sources = borrowed(&sources);
    let tree = Tree::read(&sources);
    assert!(route(&graph(&tree.arrows().0), "sealing/envelope", CIPHER).is_some());
}

// The law.

/// Checks files, each as its path below `src/` without `.rs`, and its text. Answers what breaks the
/// law: file, line, path, and the rule.
fn check(sources: &[(&str, &str)]) -> Vec<String> {
    let tree = Tree::read(sources);
    let floors = floors();
    let (arrows, mut broken) = tree.arrows();
    broken.extend(tree.production.keys().filter_map(|file| check_has_floor(&floors, file)));
    let graph = graph(&arrows);
    for arrow in &arrows {
        broken.extend(check_floors(&floors, &graph, arrow).map(|rule| arrow.refused(&rule)));
        broken.extend(check_circle(&graph, arrow).map(|rule| arrow.refused(&rule)));
    }
    broken
}

fn check_has_floor(floors: &[Row], file: &str) -> Option<String> {
    place(floors, file).is_none().then(|| {
        format!(
            "src/{file}.rs has no floor: put it into the table of tests/layers.rs, below every row \
             it uses and above every row that uses it"
        )
    })
}

/// An arrow ends in a row above its own, or in its own folder.
fn check_floors(floors: &[Row], graph: &Graph<'_>, arrow: &Arrow<'_>) -> Option<String> {
    let (from, to) = (place(floors, arrow.from)?, place(floors, arrow.to)?);
    let (own, other) = (&from.module, &to.module);
    if own == other {
        return None;
    }
    if from.row == to.row {
        return Some(format!("`{own}` and `{other}` stand in one row: neither uses the other"));
    }
    if from.row < to.row {
        return Some(format!(
            "it runs up: `{own}` is on floor {}, `{other}` above it on floor {}",
            from.floor, to.floor
        ));
    }
    match &from.uses {
        Uses::RowsAbove => None,
        Uses::NoEnvelopes => route(graph, arrow.to, CIPHER).map(|route| {
            format!("`{own}` opens and seals nothing, and this leads to {}", route.join(" → "))
        }),
        Uses::Only(modules) => (!modules.iter().any(|module| is_in(arrow.to, module)))
            .then(|| format!("`{own}` uses only {}", modules.join(", "))),
    }
}

fn check_circle(graph: &Graph<'_>, arrow: &Arrow<'_>) -> Option<String> {
    if arrow.from == arrow.to {
        return None;
    }
    let back = route(graph, arrow.to, arrow.from)?;
    Some(format!("it is in a circle: {} → {}", arrow.from, back.join(" → ")))
}

// The table.

/// Of modules that do not use each other.
struct Row {
    floor: String,
    folder: String,
    modules: String,
    uses: String,
}

enum Uses {
    RowsAbove,
    NoEnvelopes,
    Only(Vec<String>),
}

/// Where a file stands.
struct Place {
    row: usize,
    floor: String,
    module: String,
    uses: Uses,
}

impl Row {
    fn modules(&self) -> Vec<String> {
        names(&self.modules).map(|name| format!("{}{name}", self.folder)).collect()
    }

    fn uses(&self) -> Uses {
        match self.uses.trim() {
            "nothing of ours" => Uses::Only(Vec::new()),
            "the rows above" => Uses::RowsAbove,
            "the rows above, but no envelopes" => Uses::NoEnvelopes,
            uses => {
                let only = uses.strip_prefix("only ");
                assert!(only.is_some(), "no rule of the table: {uses}");
                Uses::Only(names(only.unwrap_or_default()).map(str::to_owned).collect())
            }
        }
    }
}

/// The rows of the table. A line without a floor goes on with the row before it.
fn floors() -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for line in FLOORS.trim().lines().skip(2) {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, floor, folder, modules, uses, _] = <[&str; 6]>::try_from(cells).unwrap();
        if floor.is_empty() {
            let row = rows.last_mut().unwrap();
            row.modules.push_str(modules);
            row.uses.push_str(uses);
        } else {
            let [floor, folder, modules, uses] = [floor, folder, modules, uses].map(str::to_owned);
            rows.push(Row { floor, folder, modules, uses });
        }
    }
    rows
}

fn names(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

fn place(floors: &[Row], file: &str) -> Option<Place> {
    floors.iter().enumerate().find_map(|(number, row)| {
        let module = row.modules().into_iter().find(|module| is_in(file, module))?;
        Some(Place { row: number, floor: row.floor.clone(), module, uses: row.uses() })
    })
}

/// Whether a file is this module, or in this folder.
fn is_in(file: &str, module: &str) -> bool {
    if module.ends_with('/') { file.starts_with(module) } else { file == module }
}

// The arrows.

struct Tree<'a> {
    files: BTreeSet<&'a str>,
    /// All but the tests.
    production: BTreeMap<&'a str, Source<'a>>,
}

/// A file names what another one defines.
struct Arrow<'t> {
    from: &'t str,
    to: &'t str,
    path: &'t Path<'t>,
}

impl Arrow<'_> {
    fn refused(&self, rule: &str) -> String {
        refused(self.from, self.path, rule)
    }
}

fn refused(file: &str, path: &Path<'_>, rule: &str) -> String {
    format!("src/{file}.rs:{}: `{}`: {rule}", path.line, path.segments.join("::"))
}

fn is_test(file: &str) -> bool {
    LEFT_OUT.contains(&file) || file.split('/').any(|name| name == "tests")
}

impl<'a> Tree<'a> {
    fn read(sources: &[(&'a str, &'a str)]) -> Self {
        let production = sources.iter().filter(|(file, _)| !is_test(file));
        Self {
            files: sources.iter().map(|(file, _)| *file).collect(),
            production: production.map(|(file, text)| (*file, Source::read(text))).collect(),
        }
    }

    /// The arrows, and what is refused before it is one.
    fn arrows(&self) -> (Vec<Arrow<'_>>, Vec<String>) {
        let (mut arrows, mut broken) = (Vec::new(), Vec::new());
        for (from, source) in &self.production {
            for path in &source.paths {
                match self.follow(from, source, path) {
                    Ok(to) => arrows.extend(to.map(|to| Arrow { from, to, path })),
                    Err(rule) => broken.push(refused(from, path, &rule)),
                }
            }
        }
        (arrows, broken)
    }

    /// The file of ours that a path names, if it names one.
    fn follow(
        &self,
        from: &str,
        source: &Source<'_>,
        path: &Path<'_>,
    ) -> Result<Option<&'a str>, String> {
        if path.is_reexport && !REEXPORTING.contains(&from) {
            return Err("a re-export: let others name the file that defines it".to_owned());
        }
        let Some((first, inside)) = path.segments.split_first() else { return Ok(None) };
        let is_child = source.children.contains(first);
        match *first {
            "crate" => self.defining(inside).map(Some),
            _ if is_child && path.is_reexport => self.defining(&path.segments).map(Some),
            "super" | "self" | "vaultlet" => Err("write it from `crate::` on".to_owned()),
            _ if is_child => Err("write it from `crate::` on".to_owned()),
            name => check_crate(from, name).map(|()| None),
        }
    }

    /// The file that a path below `crate::` names, if the file defines what the path goes on with.
    fn defining(&self, path: &[&str]) -> Result<&'a str, String> {
        let (file, item) = self.deepest(path);
        let defining = self.production.get_key_value(file.as_str());
        match (defining, item) {
            (None, _) => Err(format!("src/{file}.rs is for tests, or not there")),
            (Some(_), Some("*")) => Err("a star names nothing: write out what it takes".to_owned()),
            (Some((file, source)), Some(item)) if source.defined.contains(item) => Ok(*file),
            (Some((file, _)), None) if *file != "lib" && !file.ends_with("mod") => Ok(*file),
            _ => Err(format!("src/{file}.rs does not define it: name the file that does")),
        }
    }

    /// The deepest file on a path, and what follows it there.
    fn deepest<'p>(&self, path: &[&'p str]) -> (String, Option<&'p str>) {
        let prefixes = (1..=path.len()).rev().filter_map(|length| path.split_at_checked(length));
        let files = prefixes.flat_map(|(prefix, inside)| {
            let file = prefix.join("/");
            [(format!("{file}/mod"), inside.first()), (file, inside.first())]
        });
        let mut known = files.filter(|(file, _)| self.files.contains(file.as_str()));
        let (file, item) = known.next().unwrap_or(("lib".to_owned(), path.first()));
        (file, item.copied())
    }
}

fn check_crate(from: &str, name: &str) -> Result<(), String> {
    let owner = CRATES.iter().find(|(_, crates)| crates.contains(&name));
    match owner {
        Some((owner, _)) if !is_in(from, owner) => Err(format!("only `{owner}` names this crate")),
        _ => Ok(()),
    }
}

/// The files that each file uses.
type Graph<'t> = BTreeMap<&'t str, BTreeSet<&'t str>>;

fn graph<'t>(arrows: &[Arrow<'t>]) -> Graph<'t> {
    let mut graph = Graph::new();
    for arrow in arrows {
        graph.entry(arrow.from).or_default().insert(arrow.to);
    }
    graph
}

/// A shortest way along the arrows, with both ends.
fn route<'t>(graph: &Graph<'t>, from: &'t str, to: &str) -> Option<Vec<&'t str>> {
    let mut seen = BTreeSet::from([from]);
    let mut open = VecDeque::from([vec![from]]);
    while let Some(route) = open.pop_front() {
        let end = route.last()?;
        if *end == to {
            return Some(route);
        }
        for next in graph.get(end).into_iter().flatten().filter(|next| seen.insert(next)) {
            open.push_back([route.as_slice(), &[next]].concat());
        }
    }
    None
}

// The files.

/// Every file below `src/`, by its path there without `.rs`, with its text.
fn read_src() -> Vec<(String, String)> {
    let mut sources = Vec::new();
    read_folder(&FilePath::new(env!("CARGO_MANIFEST_DIR")).join("src"), "", &mut sources);
    sources.sort_unstable();
    sources
}

fn read_folder(folder: &FilePath, prefix: &str, sources: &mut Vec<(String, String)>) {
    for entry in read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_stem().unwrap().to_str().unwrap());
        if path.is_dir() {
            read_folder(&path, &format!("{name}/"), sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push((name, read_to_string(&path).unwrap()));
        }
    }
}

fn borrowed(sources: &[(String, String)]) -> Vec<(&str, &str)> {
    sources.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect()
}

// That it can fail, and that it lets pass what it should: on made-up files.

const NOTHING: [&str; 0] = [];

const VAULT: (&str, &str) = ("vault", "pub struct Vault;");
const ERROR: (&str, &str) = ("error", "pub struct Error; pub enum ErrorKind { Internal }");
const TREE: (&str, &str) = ("json/tree", "pub(crate) enum Json<'a> { Text(&'a str) }");

/// What is refused in one file that is written over these three.
fn check_beside(file: &str, text: &str) -> Vec<String> {
    check(&[VAULT, ERROR, TREE, (file, text)])
}

const VAULT_RUNS_UP: &str = "it runs up: `host` is on floor 2, `vault` above it on floor 5";

#[test]
fn an_arrow_down_is_accepted() {
    let text = "use crate::error::{Error, ErrorKind};\nuse crate::json::tree::Json;";
    assert_eq!(check_beside("schema/data", text), NOTHING);
    assert_eq!(check_beside("vault", "use crate::error;\nfn f() { error::Error; }"), NOTHING);
    assert_eq!(check_beside("host", "struct A; fn f() { crate::host::A; }"), NOTHING);
    assert_eq!(check_beside("settings", "fn f() { crate::error::ErrorKind::Internal; }"), NOTHING);
    assert_eq!(check_beside("host", "use std::rc::Rc; use zeroize::Zeroizing;"), NOTHING);
}

#[test]
fn an_arrow_up_is_refused() {
    let refused = format!("src/host.rs:3: `crate::vault::Vault`: {VAULT_RUNS_UP}");
    let text = "//! What it is for.\n\nuse crate::vault::Vault;";
    assert_eq!(check_beside("host", text), [refused]);
}

#[test]
fn an_arrow_up_inside_floor_6_is_refused() {
    let pass = ("operation/pass", "use crate::operation::reads::Tokens;");
    let reads = ("operation/reads", "struct Tokens;");
    assert_eq!(
        check(&[pass, reads]),
        ["src/operation/pass.rs:1: `crate::operation::reads::Tokens`: it runs up: \
          `operation/pass` is on floor 6, `operation/reads` above it on floor 6"]
    );
    let down = ("operation/reads", "use crate::operation::pass::Pass;");
    assert_eq!(check(&[("operation/pass", "struct Pass;"), down]), NOTHING);
}

#[test]
fn operations_do_not_use_each_other() {
    let count = ("operation/count", "use crate::operation::hash::Hash;");
    assert_eq!(
        check(&[count, ("operation/hash", "struct Hash;")]),
        ["src/operation/count.rs:1: `crate::operation::hash::Hash`: `operation/count` and \
          `operation/hash` stand in one row: neither uses the other"]
    );
}

#[test]
fn a_circle_in_a_folder_is_refused_at_each_of_its_arrows() {
    let files = [
        ("json/strict", "use crate::json::tree::Json;\nstruct Strict;"),
        ("json/text", "use crate::json::strict::Strict;\nstruct Text;"),
        ("json/tree", "use crate::json::text::Text;\nstruct Json;"),
    ];
    assert_eq!(
        check(&files),
        [
            "src/json/strict.rs:1: `crate::json::tree::Json`: it is in a circle: json/strict → \
             json/tree → json/text → json/strict",
            "src/json/text.rs:1: `crate::json::strict::Strict`: it is in a circle: json/text → \
             json/strict → json/tree → json/text",
            "src/json/tree.rs:1: `crate::json::text::Text`: it is in a circle: json/tree → \
             json/text → json/strict → json/tree",
        ]
    );
    assert_eq!(check(&[TREE, ("json/strict", "use crate::json::tree::Json;")]), NOTHING);
}

#[test]
fn requests_and_settings_reach_no_envelope() {
    let files = [
        ("sealing/xaes", "struct Xaes;"),
        ("sealing/format", "struct Unopened;"),
        ("sealing/envelope", "use crate::sealing::xaes::Xaes;\nstruct Envelopes;"),
        ("sealing/row", "use crate::sealing::envelope::Envelopes;\nfn open_head() {}"),
        ("request/name", "use crate::sealing::row::open_head;"),
        ("settings", "use crate::sealing::format::Unopened;\nuse crate::sealing::xaes::Xaes;"),
        ("vault", "use crate::sealing::row::open_head;"),
    ];
    assert_eq!(
        check(&files),
        [
            "src/request/name.rs:1: `crate::sealing::row::open_head`: `request/` opens and seals \
             nothing, and this leads to sealing/row → sealing/envelope → sealing/xaes",
            "src/settings.rs:2: `crate::sealing::xaes::Xaes`: `settings` opens and seals nothing, \
             and this leads to sealing/xaes",
        ]
    );
}

#[test]
fn the_boundary_uses_only_what_it_converts() {
    assert_eq!(check_beside("wasm", "use crate::json::tree::Json;"), NOTHING);
    let name = ("request/name", "struct Name;");
    assert_eq!(
        check(&[name, ("wasm", "use crate::request::name::Name;")]),
        ["src/wasm.rs:1: `crate::request::name::Name`: `wasm` uses only vault, host, columns, \
          error, label, json/tree"]
    );
}

#[test]
fn an_import_through_a_reexport_is_refused() {
    let files = [
        ("host", "pub use crate::label::Label;"),
        ("label", "pub struct Label;"),
        ("lib", "mod error;\nmod host;\nmod label;\npub use error::Error;"),
        ("sealing/codec", "use crate::host::Label;\nuse crate::Error;"),
        ("sealing/row", "use crate::sealing::Envelopes;\nuse crate::sealing;"),
        ("sealing/mod", "mod codec;\nmod row;\nfn f() { struct Envelopes; }"),
        ERROR,
    ];
    let rule = |file| format!("src/{file}.rs does not define it: name the file that does");
    assert_eq!(
        check(&files),
        [
            format!("src/sealing/codec.rs:1: `crate::host::Label`: {}", rule("host")),
            format!("src/sealing/codec.rs:2: `crate::Error`: {}", rule("lib")),
            format!("src/sealing/row.rs:1: `crate::sealing::Envelopes`: {}", rule("sealing/mod")),
            format!("src/sealing/row.rs:2: `crate::sealing`: {}", rule("sealing/mod")),
        ]
    );
}

#[test]
fn a_reexport_is_refused_outside_the_two_files_for_users() {
    let rule = "a re-export: let others name the file that defines it";
    for visibility in ["pub", "pub(crate)", "pub(super)"] {
        let text = format!("{visibility} use crate::error::Error;");
        let refused = format!("src/vault.rs:1: `crate::error::Error`: {rule}");
        assert_eq!(check(&[ERROR, ("vault", &text)]), [refused]);
    }
    assert_eq!(check_beside("host", "pub use crate::error::Error;"), NOTHING);
}

#[test]
fn a_star_is_refused() {
    let rule = "a star names nothing: write out what it takes";
    let refused = format!("src/host.rs:1: `crate::error::*`: {rule}");
    assert_eq!(check_beside("host", "use crate::error::*;"), [refused]);
    assert_eq!(check_beside("host", "use crate::error::ErrorKind::*;"), NOTHING);
}

#[test]
fn a_path_that_does_not_begin_at_the_crate_is_refused() {
    let rule = "write it from `crate::` on";
    for (text, path) in [
        ("use super::error::Error;", "super::error::Error"),
        ("fn f(error: super::error::Error) {}", "super::error::Error"),
        ("use super::*;", "super::*"),
        ("use self::inner::Name;", "self::inner::Name"),
        ("mod inner; use inner::Name;", "inner::Name"),
        ("mod inner; fn f() -> inner::Name {}", "inner::Name"),
        ("use vaultlet::Error;", "vaultlet::Error"),
    ] {
        let refused = format!("src/host.rs:1: `{path}`: {rule}");
        assert_eq!(check_beside("host", text), [refused], "{text}");
    }
    let text = "pub(super) fn f(&self) { self.g(); Self::h(); inner::i() }";
    assert_eq!(check_beside("host", text), NOTHING);
}

#[test]
fn a_crate_outside_its_place_is_refused() {
    for (file, text, path, owner) in [
        ("vault", "use aes_gcm::{Aes256Gcm};", "aes_gcm::Aes256Gcm", "sealing/"),
        ("vault", "use {std::fmt, hmac as h};", "hmac", "sealing/"),
        ("operation/card", "fn f() { getrandom::fill(&mut b) }", "getrandom::fill", "sealing/"),
        ("label", "fn f() -> ::sha2::Sha256 {}", "sha2::Sha256", "sealing/"),
        ("label", "extern crate subtle;", "subtle", "sealing/"),
        ("columns", "use js_sys::Promise;", "js_sys::Promise", "wasm"),
        ("lib", "use wasm_bindgen::prelude::*;", "wasm_bindgen::prelude::*", "wasm"),
        (
            "columns",
            "#[serde(with = \"serde_wasm_bindgen::preserve\")] struct Value;",
            "serde_wasm_bindgen::preserve",
            "wasm",
        ),
        ("wasm", "use zeroizing_alloc::ZeroAlloc;", "zeroizing_alloc::ZeroAlloc", "lib"),
    ] {
        let refused = format!("src/{file}.rs:1: `{path}`: only `{owner}` names this crate");
        assert_eq!(check(&[(file, text)]), [refused], "{text}");
    }
    for (file, text) in [
        ("sealing/mac", "use hmac::Hmac;"),
        ("wasm", "use js_sys::Promise;"),
        ("lib", "static A: zeroizing_alloc::ZeroAlloc = zeroizing_alloc::ZeroAlloc(System);"),
        ("label", "fn f() { let aes = 1; hash.hmac(aes); other::aes::f(); <A as B>::aes::f() }"),
    ] {
        assert_eq!(check(&[(file, text)]), NOTHING, "{text}");
    }
}

#[test]
fn a_file_without_a_floor_is_refused() {
    for file in ["cache", "operation/purge", "jsonl/tree", "operation/batch/rows"] {
        let refused = format!(
            "src/{file}.rs has no floor: put it into the table of tests/layers.rs, below every row \
             it uses and above every row that uses it"
        );
        assert_eq!(check(&[(file, "")]), [refused]);
    }
    for file in ["json/lines", "schema/iban/checksum", "sealing/tests", "fuzzing"] {
        assert_eq!(check(&[(file, "")]), NOTHING);
    }
}

#[test]
fn an_import_is_found_however_it_is_written() {
    for text in [
        "use crate::{error::Error, vault::Vault};",
        "use {crate::error::Error, crate::vault::Vault as Safe};",
        "use crate::{error::{Error, ErrorKind::{self}}, vault::{Vault,},};",
        "fn f() { use crate::vault::Vault; }",
        "fn f() { g(1 + crate::vault::Vault.len()) }",
        "fn f() -> Vec<crate::vault::Vault> {}",
        "fn f<'a>() -> impl Fn() + use<'a> { crate::vault::Vault }",
        "fn f() { <crate::vault::Vault>::g::<u8>() }",
        "fn f() { Vec::<u8>::g(crate::vault::Vault) }",
        "macro_rules! open { () => { $crate::vault::Vault } }",
        "#[derive(crate::vault::Vault)] struct A;",
        r#"#[serde(with = "crate::vault::Vault")] struct A;"#,
        "#[cfg(not(test))] mod a { use crate::vault::Vault; }",
        "#[cfg(test)] mod a { b(); } use crate::vault::Vault;",
        "#[cfg(test)] mod a; use crate::vault::Vault;",
    ] {
        let refused = format!("src/host.rs:1: `crate::vault::Vault`: {VAULT_RUNS_UP}");
        assert_eq!(check_beside("host", text), [refused], "{text}");
    }
    for text in ["use crate::vault::{self};", "use crate::vault as v;", "use crate::{vault};"] {
        let refused = format!("src/host.rs:1: `crate::vault`: {VAULT_RUNS_UP}");
        assert_eq!(check_beside("host", text), [refused], "{text}");
    }
}

#[test]
fn an_import_is_found_in_its_line() {
    for (text, line) in [
        ("use crate::{\n    error::Error,\n    vault::{\n        Vault,\n    },\n};", 4),
        ("use crate /* as ever,\nor not */ ::\n    vault::Vault;", 3),
        ("const A: &str = \"\n\n\";\nfn f(vault: &crate::vault::Vault) {}", 4),
        ("use crate::error::Error;\r\nuse crate::vault::Vault;\r\n", 2),
    ] {
        let refused = format!("src/host.rs:{line}: `crate::vault::Vault`: {VAULT_RUNS_UP}");
        assert_eq!(check_beside("host", text), [refused], "{text}");
    }
}

#[test]
fn what_is_no_code_is_not_read_and_what_follows_it_is() {
    for text in [
        "// use crate::vault::Vault;",
        "//! [`Vault`](crate::vault::Vault)",
        "/* use /* super::vault::Vault; */ use crate::vault::Vault; */",
        r#"const A: &str = "use crate::vault::Vault;";"#,
        r#"const A: &str = "\" use crate::vault::Vault;";"#,
        r##"const A: &str = r#"" use crate::vault::Vault; "#;"##,
        r#"const A: &[u8] = b"use crate::vault::Vault;";"#,
        r#"const A: &[u8] = br"use crate::vault::Vault;\";"#,
        r#"#[doc = "crate::vault::Vault"] struct A;"#,
        r#"fn f<'a>(a: &'a u8) -> impl Fn() + use<'a> { ('\'', '"', b'"', '{') }"#,
        "fn r#use(r#type: u8) {}",
    ] {
        assert_eq!(check_beside("host", text), NOTHING, "{text}");
        let refused = format!("src/host.rs:2: `crate::vault::Vault`: {VAULT_RUNS_UP}");
        let followed = format!("{text}\nuse crate::vault::Vault;");
        assert_eq!(check_beside("host", &followed), [refused], "{followed}");
    }
}

#[test]
fn tests_use_what_they_need_and_nothing_uses_them() {
    let text = "use super::*; use crate::vault::Vault; use aes::Aes256;";
    for file in ["json/tests", "json/tests/samples", "fuzzing", "operation/empty_store"] {
        assert_eq!(check_beside(file, text), NOTHING);
    }
    let module = format!("#[cfg(test)] #[rustfmt::skip] pub(crate) mod tests {{ {text} }}");
    assert_eq!(check_beside("host", &module), NOTHING);

    let empty_store = ("operation/empty_store", "pub(crate) struct EmptyStore;");
    let batch = ("operation/batch", "use crate::operation::empty_store::EmptyStore;");
    assert_eq!(
        check(&[empty_store, batch]),
        ["src/operation/batch.rs:1: `crate::operation::empty_store::EmptyStore`: \
          src/operation/empty_store.rs is for tests, or not there"]
    );
}
