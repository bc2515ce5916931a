// @ts-check
// `npm run demo`: the main job on the memory store, step by step. It exits with 1 if a step is not as expected.
//
// To learn the API, read `main-job.js`; then `trouble.js`, for what happens when something goes wrong. What the host
// has to supply is in `host.js`.

import { mainJob } from "./main-job.js";
import { begin, end, fail } from "./terminal.js";
import { trouble } from "./trouble.js";

try {
  begin(
    "Vaultlet, a token vault inside this process",
    "A token is an ID that stands for personal data. Your systems pass the token around; only a caller " +
      "whom your policy allows turns it back into data. Lines with › are the calls as they stand in " +
      "examples/, with their answers below them. Lines with ✓ were checked.",
  );
  await trouble(await mainJob());
  end("Next: README.md, and examples/main-job.js, which is what you have just seen.");
} catch (error) {
  fail(error);
  process.exitCode = 1;
}
