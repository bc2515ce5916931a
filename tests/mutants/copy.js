// @ts-check
// A copy of the project, of which mutants are made, with a folder of its own for what cargo builds of it.

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { root } from "../../pkg/build/command.js";
import { targetFolder } from "../../pkg/build/rust.js";

/** What a copy needs to be compiled, and what to be tested. */
export const COMPILED = ["Cargo.toml", "Cargo.lock", "src", "benches", "pkg"];
export const TESTED = [...COMPILED, "package.json", "tests"];

/** What is made anew in the copy. In the project somebody may be making it at the moment. */
const MADE = ["node_modules", join("pkg", "wasm")];

/** For a mutant that hangs, in milliseconds: many times what a slow machine needs for one that does not. */
const PATIENCE = 1_800_000;

const patchFolder = fileURLToPath(new URL(".", import.meta.url));

/** The patches' files, one believable bug in each. */
export const patches = readdirSync(patchFolder)
  .filter((name) => name.endsWith(".patch"))
  .map((name) => join(patchFolder, name));

export class ProjectCopy {
  /** Always the same, so that cargo knows the copy again. */
  folder;
  /** One of its own: to cargo the copy and the project are the same packages, and would be taken one for the other. */
  target;

  /** @param {string} name one for all those that are not there at once @param {string[]} files */
  constructor(name, files) {
    this.folder = join(targetFolder(), "mutants", name);
    this.target = join(targetFolder(), "mutants", `${name}-target`);
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(join(this.folder, "node_modules"), { recursive: true });
    for (const copied of files) {
      const isOurs = (/** @type {string} */ path) => !MADE.some((made) => relative(root, path).includes(made));
      cpSync(join(root, copied), join(this.folder, copied), { recursive: true, filter: isOurs });
    }
    for (const installed of readdirSync(join(root, "node_modules"))) {
      // Our own package is the copy's.
      const to = installed === "vaultlet" ? join(this.folder, "pkg") : join(root, "node_modules", installed);
      symlinkSync(to, join(this.folder, "node_modules", installed), "junction");
    }
  }

  /**
   * Runs a program in it.
   * @param {string} program
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [environment] more of it
   */
  run(program, args, environment) {
    const { status, stdout, stderr, error } = spawnSync(program, args, {
      cwd: this.folder,
      // Without the ceiling git would take the copy for a part of the project's repository, and apply nothing.
      env: {
        ...process.env,
        ...environment,
        CARGO_TARGET_DIR: this.target,
        CARGO_TERM_COLOR: "never",
        GIT_CEILING_DIRECTORIES: dirname(this.folder),
      },
      encoding: "utf8",
      timeout: PATIENCE,
      maxBuffer: 2 ** 28,
    });
    // What did not come to its end has found nothing.
    if (error) throw error;
    return { passed: status === 0, output: `${stdout}${stderr}` };
  }

  /**
   * The same, where nothing may go wrong.
   * @param {string} what
   * @param {string} program
   * @param {string[]} args
   * @param {NodeJS.ProcessEnv} [environment]
   */
  must(what, program, args, environment) {
    const { passed, output } = this.run(program, args, environment);
    if (!passed) throw new Error(`${what} failed:\n${output}`);
  }
}
