// @ts-check
// The parts of a request's address, which is a whole one, as `URL` writes it: `https://vault.test/path?query#fragment`. A
// `URL` made of it would say no more, and cost as much as all that is read of them.

/** @param {string} address */
export function pathOf(address) {
  const from = address.indexOf("/", address.indexOf("://") + 3);
  const query = placeOf("?", address);
  return address.slice(from, Math.min(query, placeOf("#", address)));
}

/** Without its `?`; empty where there is none. @param {string} address */
export const queryOf = (address) => address.slice(placeOf("?", address) + 1, placeOf("#", address));

/** Where a character stands first, or the end. @type {(character: string, address: string) => number} */
function placeOf(character, address) {
  const at = address.indexOf(character);
  return at === -1 ? address.length : at;
}
