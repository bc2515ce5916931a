// @ts-check
// The capabilities, operations and reasons that a configuration may name: all of the public system's, so that its
// files load. Some the vault never asks for: a right to one is harmless.

/** What the vault's own operations ask for. */
const ASKED = [
  "CapTokensReader",
  "CapTokensWriter",
  "CapTokensDetokenizer",
  "CapTransactionIdReader",
  "CapCollectionsReader",
  "CapCryptoEncrypter",
  "CapCryptoDecrypter",
  "CapCryptoHasher",
];

/** What only the public system asks for. */
const NEVER_ASKED = [
  "CapActionsInvoker",
  "CapActionsReader",
  "CapClusterInfoReader",
  "CapCodeReader",
  "CapCodeWriter",
  "CapCollectionsWriter",
  "CapConfvarReader",
  "CapConfvarWriter",
  "CapDataCreator",
  "CapDataDeleter",
  "CapDataReader",
  "CapDataSearcher",
  "CapDataUpdater",
  "CapDataWriter",
  "CapErrorWriter",
  "CapIAMReader",
  "CapIAMWriter",
  "CapInfoReader",
  "CapKMSReader",
  "CapKMSWriter",
  "CapObjectsCreator",
  "CapObjectsDeleter",
  "CapObjectsLister",
  "CapObjectsReader",
  "CapObjectsUpdater",
  "CapObjectsWriter",
  "CapSystem",
  "CapSystemGCRunner",
  "CapTokensExporter",
  "CapTokensImporter",
  "CapTypesReader",
  "CapTypesWriter",
];

export const CAPABILITIES = [...ASKED, ...NEVER_ASKED];

/** The vault asks for all of them but `search`, which is about stored objects. */
export const OPERATIONS = [
  "read",
  "write",
  "delete",
  "stats",
  "search",
  "tokenize",
  "detokenize",
  "encrypt",
  "decrypt",
  "hash",
];

export const REASONS = [
  "AppFunctionality",
  "Analytics",
  "Notifications",
  "Marketing",
  "ThirdPartyMarketing",
  "FraudPreventionSecurityAndCompliance",
  "AccountManagement",
  "Maintenance",
  "DataSubjectRequest",
  "Other",
];
