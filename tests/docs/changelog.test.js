// @ts-check
// CHANGELOG.md claims the operations of the public API that are there, and names those that are not.

import assert from "node:assert/strict";
import { test } from "node:test";

import { CryptoClient, TokensClient } from "@piiano/vault-client";
import { openVault } from "vaultlet";

import { about, exampleHost } from "../package/example-host.js";
import { readDocument } from "./code-blocks.js";

const changelog = readDocument("CHANGELOG.md");
const [, absent = ""] = /^ {2}Absent: ([^]*?)\.\n/m.exec(changelog) ?? [];

/** @param {{ prototype: object }} client @returns {string[]} */
const methodsOf = ({ prototype }) => Object.getOwnPropertyNames(prototype).filter((name) => name !== "constructor");

test("every method for tokens and crypto of the official client is there, but export and import, which CHANGELOG.md says are not", async () => {
  const { tokens, crypto } = (await openVault(exampleHost())).as("jane");
  const wanted = [...methodsOf(TokensClient), ...methodsOf(CryptoClient)];
  const there = new Set([...Object.keys(tokens), ...Object.keys(crypto)]);
  assert.deepEqual(wanted.filter((name) => !there.has(name)), ["exportTokens", "importTokens"]);
  assert.match(absent, /^export and import,/);
});

test("what CHANGELOG.md says is absent of the parameters is PV2001", async () => {
  const { tokens } = (await openVault(exampleHost())).as("jane");
  /** @type {Record<string, () => Promise<unknown>>} */
  const uses = {
    "object.id": () => tokens.tokenize(tokenizing({ object: { id: "x" } })),
    objectIds: () => tokens.detokenize(/** @type {any} */ ({ ...about, objectIds: ["x"] })),
    pointer: () => tokens.tokenize(tokenizing({ type: "pointer" })),
    store_object: () => tokens.tokenize(tokenizing({ store_object: true })),
  };
  const named = Array.from(absent.matchAll(/`([\w.]+)`/g), ([, name = ""]) => name);
  assert.deepEqual(named.sort(), Object.keys(uses).sort());
  for (const [name, use] of Object.entries(uses)) await assert.rejects(use, { code: "PV2001" }, name);
});

/** @param {object} request @returns {any} */
const tokenizing = (request) => ({ ...about, requestBody: [{ type: "pci", object: { fields: { name: "Jane Miller" } }, ...request }] });
