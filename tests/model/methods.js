// @ts-check
// The operations by the names of policy and audit, and the package's methods for them.

/** @type {Record<string, [group: "tokens" | "crypto", name: string]>} */
export const methods = {
  "tokens.tokenize": ["tokens", "tokenize"],
  "tokens.detokenize": ["tokens", "detokenize"],
  "tokens.update": ["tokens", "updateTokens"],
  "tokens.rotate": ["tokens", "rotateTokens"],
  "tokens.search": ["tokens", "searchTokens"],
  "tokens.delete": ["tokens", "deleteTokens"],
  "tokens.count": ["tokens", "getTokensCount"],
  "tokens.transaction": ["tokens", "getByTransactionId"],
  "crypto.encrypt": ["crypto", "encrypt"],
  "crypto.decrypt": ["crypto", "decrypt"],
  "crypto.updateEncrypted": ["crypto", "updateEncrypted"],
  "crypto.hash": ["crypto", "hashObjects"],
};
