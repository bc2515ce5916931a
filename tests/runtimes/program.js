// @ts-check
// The whole suite as a program, for runtimes that run one: prints what came of it, and who ran it.

import { runSuite } from "../suite/suite.js";
import { world } from "./world.js";

const result = await runSuite(world);
console.log(JSON.stringify({ ...result, by: globalThis.navigator?.userAgent ?? globalThis.process?.version }));
