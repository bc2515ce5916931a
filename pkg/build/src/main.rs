//! Makes the npm package's wasm and its bindings from the compiled core.
//!
//! `vaultlet-build <core.wasm> <folder>` writes into the folder:
//!
//! - `vaultlet_bg.wasm`: the core, without names and producers. Its feature section stays: wasm-opt reads it.
//! - `vaultlet_bg.js`: the bindings. No loader is in it; it exports the class `Core` and one hook,
//!   `__wbg_set_wasm`.
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

use std::{env, error::Error, fs, path::Path, process::ExitCode};

use wasm_bindgen_cli_support::Bindgen;

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
    output.emit(folder)?;
    let types = fs::read_to_string(folder.join(format!("{NAME}.d.ts")))?;
    fs::write(folder.join(format!("{NAME}_bg.d.ts")), types + "\n" + HOOK)?;
    for discarded in [".js", ".d.ts", "_bg.wasm.d.ts"] {
        fs::remove_file(folder.join(format!("{NAME}{discarded}")))?;
    }
    Ok(())
}
