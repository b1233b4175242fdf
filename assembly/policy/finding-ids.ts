// Every kind of finding, under the name it has in docs/findings.md. The names are stable.

export const DEFAULT_ACCEPTS_ANYTHING: string = "default-accepts-anything";
export const SCOPE_ACCEPTS_ANYTHING: string = "scope-accepts-anything";
export const ACCEPTS_ANYTHING_BESIDE_OTHERS: string = "accepts-anything-beside-others";
export const REJECT_BESIDE_OTHERS: string = "reject-beside-others";
export const REQUIREMENT_UNSUPPORTED: string = "requirement-unsupported";
export const KEY_UNREADABLE: string = "key-unreadable";
export const KEY_UNSUPPORTED: string = "key-unsupported";
export const TRUST_ROOT_INVALID: string = "trust-root-invalid";
export const TRUST_ROOT_SKIPPED: string = "trust-root-skipped";
export const KEY_PATH_RELATIVE: string = "key-path-relative";
export const KEY_IN_SECRETS: string = "key-in-secrets";
export const IDENTITY_WITHOUT_COSIGN: string = "identity-without-cosign";
export const IDENTITY_NEVER_MATCHES: string = "identity-never-matches";
export const IDENTITY_NOT_CANONICAL: string = "identity-not-canonical";
export const REMAP_NEVER_APPLIES: string = "remap-never-applies";
export const MATCH_DIGEST_SHARED_KEY: string = "match-digest-shared-key";
export const SCOPE_NEVER_MATCHES: string = "scope-never-matches";
export const SCOPE_UNREACHABLE: string = "scope-unreachable";
export const SCOPE_OF_TAG: string = "scope-of-tag";
export const HOST_MISTYPED: string = "host-mistyped";
export const OFFICIAL_IMAGE: string = "official-image";
export const TRANSPORT_UNKNOWN: string = "transport-unknown";
export const TRANSPORT_NOT_PULLED: string = "transport-not-pulled";
export const NOT_PORTABLE: string = "not-portable";
