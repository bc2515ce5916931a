// @ts-check
// The second process of the load: asks one address over and over by autocannon, and prints what it measured as JSON. A
// rotation's answer names the token to be rotated next.

// @ts-expect-error It has no declarations.
import autocannon from "autocannon";

const { url, path, method, body, amount, ids, follows } = JSON.parse(process.argv[2] ?? "{}");
/** Tokens that no request is about now. */
const free = [...ids];
/** From the first request to the last answer: autocannon looks only once a second whether it is over. */
let begun = 0;
let over = 0;

/** @type {any} */
const result = await /** @type {any} */ (autocannon)({
  url,
  connections: ids.length,
  amount,
  headers: {
    Authorization: "Bearer a-key-of-the-tests",
    ...(body !== undefined && { "Content-Type": "application/json" }),
    // As clients do, and autocannon does not.
    ...(body === undefined && method === "POST" && { "Content-Length": "0" }),
  },
  requests: [
    {
      method,
      body,
      setupRequest(/** @type {any} */ request, /** @type {any} */ context) {
        begun ||= performance.now();
        context.id = free.shift();
        return { ...request, path: path.replace("TOKEN", context.id) };
      },
      onResponse(/** @type {number} */ status, /** @type {string} */ text, /** @type {any} */ context) {
        over = performance.now();
        free.push(follows && status === 200 ? JSON.parse(text)[context.id] : context.id);
      },
    },
  ],
});
const { requests: { total }, latency: { p50, p99 }, non2xx, errors } = result;
const perSecond = (total * 1_000) / (over - begun);
console.log(JSON.stringify({ perSecond, p50, p99, total, wrong: non2xx + errors, ids: free }));
