// @ts-check
// The benchmark still works: a short run prints every row, and figures in it. How large they are is no test.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const program = fileURLToPath(new URL("../benches/run.js", import.meta.url));

/**
 * The rows below a heading, as cells.
 * @param {string} output
 * @param {string} heading
 */
function tableUnder(output, heading) {
  const lines = output.split("\n");
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} `));
  assert.notEqual(start, -1, `a table \`${heading}\``);
  const length = lines.slice(start).findIndex((line) => !line.startsWith("|"));
  const rows = lines.slice(start, length === -1 ? undefined : start + length).map((line) =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim()),
  );
  const [head, , ...body] = rows;
  for (const row of body) assert.equal(row.length, head?.length, `all columns in \`${row[0]}\``);
  return body;
}

/** @param {string | undefined} cell such as `1,234`, `1.05 ×` or `12.3 kB` */
function numberIn(cell) {
  assert.match(String(cell), /^[0-9][0-9,]*(\.[0-9]+)?( (×|kB|ms))?$/);
  const number = Number.parseFloat(String(cell).replaceAll(",", ""));
  assert.ok(Number.isFinite(number), `\`${cell}\` is a figure`);
  // Of two times that a busy machine took apart, the quotient may be printed as 0.00.
  assert.ok(number > 0 || String(cell).endsWith(" ×"), `\`${cell}\` is more than nothing`);
  return number;
}

test("a short run of the benchmark prints all of its tables", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [program, "--quick", "--no-native"]);
  for (const line of stdout.split("\n")) assert.ok([...line].length <= 100, `\`${line}\` fits a terminal`);

  const races = tableUnder(stdout, "µs a token");
  const batches = ["1", "10", "100", "1,000"];
  const expected = [
    ...batches.map((batch) => ["rotate", batch]),
    ...batches.map((batch) => ["update", batch]),
    ["update data", "1"],
  ];
  assert.deepEqual(
    races.map((row) => row.slice(0, 2)),
    expected,
  );
  for (const [, , ...figures] of races) {
    assert.equal(figures.length, 5);
    figures.forEach(numberIn);
  }

  const growths = tableUnder(stdout.slice(stdout.indexOf("vs node, vs Web")), "µs a token");
  assert.deepEqual(
    growths.map(([operation, contender]) => `${operation}, ${contender}`),
    ["rotate, vaultlet", "rotate, node:crypto", "update, vaultlet", "update, node:crypto"],
  );
  for (const [, , ...figures] of growths) figures.forEach(numberIn);

  const sizes = tableUnder(stdout, "size");
  assert.deepEqual(
    sizes.map(([name]) => name),
    ["wasm", "core JavaScript"],
  );
  for (const [, raw, gzip] of sizes) assert.ok(numberIn(raw) > numberIn(gzip), "it compresses");

  const startup = tableUnder(stdout, "a fresh process, medians of 2");
  const [imported, firstCall, answered] = startup.map(([, millis]) => numberIn(millis));
  assert.ok(Number(answered) > Math.max(Number(imported), Number(firstCall)), "the whole is longer than its parts");

  const trips = tableUnder(stdout, "goes to the store");
  assert.ok(trips.length > 15);
  for (const [operation, reads, writes, outcome] of trips) {
    assert.match(`${reads} ${writes}`, /^\d of \d \d of \d$/, operation);
    assert.equal(outcome, "as often as it must", operation);
  }

  const goals = tableUnder(stdout, "goal");
  assert.equal(goals.length, 9);
  for (const [, , measured, outcome] of goals) {
    numberIn(measured);
    assert.match(String(outcome), /^(not )?reached$/);
  }
});
