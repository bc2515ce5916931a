//! Makes the npm package's wasm and its bindings from the compiled core.
//!
//! `vaultlet-build <core.wasm> <folder>` writes into the folder:
//!
//! - `vaultlet_bg.wasm`: the core, without names and producers, its imports and exports under numbers. Its
//!   feature section stays: wasm-opt reads it.
//! - `vaultlet_bg.js`: the bindings, under the same numbers and without comments. No loader is in it; it exports
//!   the classes `Core` and `Call` and one hook, `__wbg_set_wasm`.
//! - `vaultlet_bg.d.ts`: their types, for the type check of our own JavaScript.
//!
//! wasm-bindgen's own loader is thrown away, because no one loader works in every runtime. Ours
//! (`pkg/module/`) has to do what it did, in this order:
//!
//! ```js
//! import * as bindings from "../wasm/vaultlet_bg.js";
//! const instance = await WebAssembly.instantiate(module, { "./vaultlet_bg.js": bindings });
//! bindings.__wbg_set_wasm(instance.exports);
//! instance.exports.__wbindgen_start();   // once, before anything else is called
//! ```

use std::{env, error::Error, fs, mem, path::Path, process::ExitCode};

use wasm_bindgen_cli_support::{Bindgen, Output};

/// The name of the import module is part of the loader's contract, so it does not follow the input's name.
const NAME: &str = "vaultlet";

const HOOK: &str = "export function __wbg_set_wasm(exports: WebAssembly.Exports): void;\n";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [core, folder] = arguments.as_slice() else {
        eprintln!("usage: vaultlet-build <core.wasm> <folder>");
        return ExitCode::FAILURE;
    };
    match make(Path::new(core), Path::new(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprint!("vaultlet-build: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprint!(": {error}");
                cause = error.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn make(core: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut output = Bindgen::new()
        .input_path(core)
        .out_name(NAME)
        .bundler(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let snippets = output.snippets().values().any(|inline| !inline.is_empty());
    if snippets || !output.local_modules().is_empty() {
        return Err("the core brings JavaScript files that the package does not ship".into());
    }
    let names = number_names(&mut output);
    output.emit(folder)?;
    let bindings = folder.join(format!("{NAME}_bg.js"));
    let mut script = without_comments(&fs::read_to_string(&bindings)?);
    for (long, short) in names {
        script = script.replace(&long, &short);
    }
    fs::write(&bindings, script)?;
    let types = fs::read_to_string(folder.join(format!("{NAME}.d.ts")))?;
    fs::write(folder.join(format!("{NAME}_bg.d.ts")), types + "\n" + HOOK)?;
    for discarded in [".js", ".d.ts", "_bg.wasm.d.ts"] {
        fs::remove_file(folder.join(format!("{NAME}{discarded}")))?;
    }
    Ok(())
}

/// wasm-bindgen's names are long, and those of imports end with a hash, whose digits nothing compresses; each is
/// there once in the wasm and once in the script. They become numbers, but for what the loader calls.
///
/// Answers the names as they were with the new ones; the script still has them.
fn number_names(output: &mut Output) -> Vec<(String, String)> {
    let mut names = Vec::new();
    let wasm = output.wasm_mut();
    for (number, import) in wasm.imports.iter_mut().enumerate() {
        if import.name.starts_with("__wbg_") {
            let short = format!("i{number}");
            names.push((mem::replace(&mut import.name, short.clone()), short));
        }
    }
    for (number, export) in wasm.exports.iter_mut().enumerate() {
        if export.name != "memory" && export.name != "__wbindgen_start" {
            let short = format!("e{number}");
            let long = mem::replace(&mut export.name, short.clone());
            names.push((format!("wasm.{long}"), format!("wasm.{short}")));
        }
    }
    names
}

/// The bindings weigh in the budget of the package's JavaScript, and nobody reads them: comments, indentation
/// and empty lines are a sixth of their compressed size.
fn without_comments(script: &str) -> String {
    let mut kept = String::new();
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        in_comment |= line.starts_with("/*");
        if !in_comment && !line.is_empty() && !line.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
        in_comment &= !line.ends_with("*/");
    }
    kept
}
