// @ts-check
// What the rival calls a token ID or a tag in the store: keyed hashes, as the vault has them.

const utf8 = new TextEncoder();

/** @param {Uint8Array} bytes @returns {string} base64url */
function text(bytes) {
  return btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/**
 * @param {CryptoKey} key
 * @param {"token" | "tag" | "collection"} kind
 * @param {string[]} names
 */
export function labels(key, kind, names) {
  return Promise.all(
    names.map(async (name) => {
      const digest = await crypto.subtle.sign("HMAC", key, utf8.encode(`${kind}\0customers\0${name}`));
      return text(new Uint8Array(digest, 0, 16));
    }),
  );
}

/** A row's key. */
export const randomLabel = () => text(crypto.getRandomValues(new Uint8Array(16)));
