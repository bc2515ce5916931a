// @ts-check
// `npm run audit`: the checks of the crates, and what is known against the versions that the lock files name. It asks
// crates.io, the RustSec database and the npm registry, so it is run by hand and not by the CI.
//
//   --database FOLDER   takes a clone of the RustSec database, where the network does not reach it

import { parseArgs } from "node:util";

import { auditCrates } from "./audit-crates.js";
import { auditPackages } from "./audit-packages.js";
import { runChecks } from "./checks.js";
import { checkCrates } from "./deny.js";

const { values } = parseArgs({ options: { database: { type: "string" } } });

await runChecks([
  ["licences, bans and sources", checkCrates],
  ["advisories, crates", () => auditCrates(values.database)],
  ["advisories, npm packages", auditPackages],
]);
