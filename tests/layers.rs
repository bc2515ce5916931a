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
| 4     |            | request/, settings                    | the rows above, but no envelopes  |
| 5     |            | vault                                 | the rows above                    |
| 6     | operation/ | transaction_id                        | the rows above                    |
| 6     | operation/ | call                                  | the rows above                    |
| 6     | operation/ | inputs                                | the rows above                    |
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
|       |            | decrypt, update_encrypted, hash       |                                   |
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

/// What breaks the law today, word for word.
const OWED: &[&str] = &["src/request/expiry.rs:6: `crate::settings::MAX_LIFE_SECS`: \
    `request/` and `settings` stand in one row: neither uses the other"];

#[test]
fn src_keeps_the_law() {
    let sources = read_src();
    let broken = check(&borrowed(&sources));
    let (owed, new): (Vec<_>, Vec<_>) =
        broken.iter().map(String::as_str).partition(|broken| OWED.contains(broken));
    assert!(new.is_empty(), "src/ breaks the law of tests/layers.rs:\n{}", new.join("\n"));
    assert_eq!(owed, OWED, "what is owed no longer is: strike it");
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
