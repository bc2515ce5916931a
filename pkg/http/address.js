// @ts-check
// The parts of a request's address, which is a whole one, as `URL` writes it: `https://vault.test/path?query#fragment`. A
// `URL` made of it would say no more, and cost as much as all that is read of them.

/** @param {string} address */
export function pathOf(address) {
  const [beforeQuery = ""] = withoutFragment(address).split("?", 1);
  return beforeQuery.slice(beforeQuery.indexOf("/", beforeQuery.indexOf("://") + 3));
}

/** Without its `?`; empty where there is none. @param {string} address */
export function queryOf(address) {
  const whole = withoutFragment(address);
  const at = whole.indexOf("?");
  return at === -1 ? "" : whole.slice(at + 1);
}

/** @param {string} address */
function withoutFragment(address) {
  const [whole = ""] = address.split("#", 1);
  return whole;
}
