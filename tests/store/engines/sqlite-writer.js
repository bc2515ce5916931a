// @ts-check
// One of several processes that count up in one row: `node sqlite-writer.js FILE CLAIM TIMES`. When it has read the row
// for the first time, it says so, and goes on when it hears something: all of them write to the version that they share.

import { once } from "node:events";

import Database from "libsql";
import { sqliteStore } from "vaultlet/store/sqlite";

import { replace } from "../../../pkg/testing/rows.js";

const [file = "", claim = "", times = "0"] = process.argv.slice(2);
const database = new Database(file);
const store = sqliteStore(database);
await store.migrate();
let refused = 0;
for (let done = 0; done < Number(times); ) {
  const [row] = await store.read({ claims: [claim] });
  if (row === undefined) throw new Error("the row is gone");
  if (done + refused === 0) {
    console.log("read");
    await once(process.stdin, "data");
    process.stdin.destroy();
  }
  // Others run between the read and the write.
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
  if (store.write([replace(row, { sealed: row.sealed.map((count) => count + 1) })])) done += 1;
  else refused += 1;
}
console.log(refused);
database.close();
