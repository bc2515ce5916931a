//! Makes the npm package's wasm and its bindings from the compiled core.
//!
//! `vaultlet-build <core.wasm> <folder>` writes into the folder:
//!
//! - `vaultlet_bg.wasm`: the core, without names and producers. Its feature section stays: wasm-opt reads it.
//! - `vaultlet_bg.js`: the bindings. It exports one function, `makeBindings`, which makes them anew for each instance.
//! - `vaultlet_bg.d.ts`: their types, for the type check of our own JavaScript.
//!
//! What wasm-bindgen makes for a module keeps its state in the module: there could be one instance for the process, and
//! one that has trapped could not be put aside. So ours are those that it makes for a script, which is one function
//! that is called where it stands; a function around it is called for each instance, and its parameters are the
//! globals that the script may use ([`GLOBALS`]). `pkg/instance.js` decides what they are:
//!
//! ```js
//! const bindings = makeBindings(globals);
//! await bindings({ module_or_path: module });   // instantiates it, by `globals.WebAssembly`
//! const core = new bindings.Core(…);
//! ```

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

/// The names are those that `pkg/` asks for, whatever the input is called.
const NAME: &str = "vaultlet";

/// Those of the script's globals that are not the realm's, but what the caller gives: what may be replaced in a running
/// process, what would outlive the instance, and what a runtime loads when it is looked at; and `Object`, of which the
/// bindings make what they hand over. One that is left out counts as absent.
const GLOBALS: &str = "{ globalThis, WebAssembly, Object, TextDecoder, TextEncoder, Promise, queueMicrotask, FinalizationRegistry, Request, Response, document }";

/// The part of the bindings that our JavaScript uses.
const TYPES: &str = "\
export interface Bindings {
    (from: { module_or_path: WebAssembly.Module }): Promise<unknown>;
    readonly Core: typeof wasm_bindgen.Core;
}
export type Core = wasm_bindgen.Core;
export function makeBindings(globals: object): Bindings;
";

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
        .no_modules(true)?
        .omit_default_module_path(true)
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate_output()?;
    let snippets = output.snippets().values().any(|inline| !inline.is_empty());
    if snippets || !output.local_modules().is_empty() {
        return Err("the core brings JavaScript files that the package does not ship".into());
    }
    output.emit(folder)?;
    let script = fs::read_to_string(folder.join(format!("{NAME}.js")))?;
    let module =
        format!("export function makeBindings({GLOBALS}) {{\n{script}\nreturn wasm_bindgen;\n}}\n");
    fs::write(folder.join(format!("{NAME}_bg.js")), module)?;
    let types = fs::read_to_string(folder.join(format!("{NAME}.d.ts")))?;
    fs::write(folder.join(format!("{NAME}_bg.d.ts")), types + "\n" + TYPES)?;
    for discarded in [".js", ".d.ts", "_bg.wasm.d.ts"] {
        fs::remove_file(folder.join(format!("{NAME}{discarded}")))?;
    }
    Ok(())
}
