// @ts-check
// The package's version, which not every runtime can read out of `package.json`; a test holds the two against each other.

export const VERSION = "0.1.0";
