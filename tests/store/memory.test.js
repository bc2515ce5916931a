// @ts-check
// The memory store, put through the kit.

import { test } from "node:test";

import { memoryStore } from "vaultlet/store/memory";
import { testStore } from "vaultlet/testing";

testStore({ name: "memory", make: () => ({ store: memoryStore() }), test });
