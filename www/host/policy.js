// @ts-check
// Who may do what on this page. The page shows `policy` as it stands here.

/** Whom the page can call as: any value that the policy understands. */
export const callers = {
  support: { name: "Sam", role: "support" },
  analyst: { name: "Ana", role: "analyst" },
  nobody: null,
};

/** @typedef {keyof typeof callers} Caller */

/** @type {(request: import("vaultlet").AccessRequest) => import("vaultlet").Decision} */
export function policy({ caller, action, checks }) {
  if (caller === null) return { allow: false, because: "capability", message: "nobody is signed in" };
  if (caller.role === "support") return { allow: true };
  if (action !== "tokens.detokenize") return { allow: false, because: "capability", message: "an analyst may only read" };
  if (checks.every(({ resource }) => resource.endsWith(".mask"))) return { allow: true };
  return { allow: false, because: "policy", message: "an analyst sees masks, and no whole values" };
}
