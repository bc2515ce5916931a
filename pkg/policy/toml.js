// @ts-check
// The TOML form of a configuration. The parser is imported here and nowhere else: a bundler leaves it out where
// `iamToml` is not used.

import { TomlError, parse } from "smol-toml";

import { badConfiguration } from "../error.js";

/**
 * What the text says, as an object.
 * @param {unknown} text
 */
export function parseToml(text) {
  if (typeof text !== "string") throw badConfiguration("text", "must be the text of a TOML file");
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    // The parser's own message quotes the lines.
    throw badConfiguration(`line ${error.line}, column ${error.column}`, "is not TOML");
  }
}
