// @ts-check
// A DynamoDB for tests: moto's, on a free port, gone afterwards.

import { spawn } from "node:child_process";

import { DynamoDB } from "@aws-sdk/client-dynamodb";

import { pythonProgram } from "../../../pkg/build/python.js";
import { freePort } from "./free-port.js";

const program = new URL("dynamodb.py", import.meta.url).pathname;

/** @returns {Promise<{ client: DynamoDB, stop: () => Promise<void> }>} */
export async function startDynamoDb() {
  const port = await freePort();
  const server = spawn(pythonProgram("python"), [program, String(port)], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  server.stderr.on("data", (text) => (said = `${said}${text}`.slice(-4_000)));
  const ended = new Promise((resolve) => server.once("exit", resolve).once("error", resolve));
  const client = new DynamoDB({
    endpoint: `http://127.0.0.1:${port}`,
    region: "eu-central-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
  });
  for (let waited = 0; !(await client.listTables({}).then(() => true, () => false)); waited += 100) {
    if (server.exitCode !== null || waited > 60_000) {
      server.kill("SIGKILL");
      throw new Error(`moto did not start: \`npm run setup -- --tests\` brings it. It said:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return {
    client,
    async stop() {
      client.destroy();
      server.kill("SIGKILL");
      await ended;
    },
  };
}
