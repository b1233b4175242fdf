// Every bound on untrusted input, each with its source. The host keeps the same numbers where it has to stop reading.

/** Longest image name: room for 255 of name (distribution/reference), 128 of tag, a sha512 digest and then some. */
export const NAME_BYTES: i32 = 1024;

/** Longest descriptor: below HTTP/2's initial window of 64 KiB, so that the plugin needs no flow control. */
export const DESCRIPTOR_BYTES: i32 = 48 * 1024;

/** Longest policy. */
export const POLICY_BYTES: i32 = 32 << 20;

/** Most scopes in one policy. */
export const POLICY_SCOPES: i32 = 200_000;

/** Deepest nesting of JSON, in values. Our own formats need 7. */
export const JSON_DEPTH: i32 = 32;

/**
 * Members of an object in a manifest or index, which nothing vouches for: each name is compared with every other. Those in use
 * have up to 10, and some tens of annotations.
 */
export const MANIFEST_MEMBERS: i32 = 512;

/** Longest public key file. */
export const KEY_FILE_BYTES: i32 = 64 * 1024;

/** Longest file of CA certificates or of GPG keys. */
export const CA_FILE_BYTES: i32 = 1 << 20;

/** Longest manifest, index or signature manifest: containers/image's limit, and what registries store at most. */
export const MANIFEST_BYTES: i32 = 4 << 20;

/** Longest signed payload. */
export const SIGNATURE_BYTES: i32 = 1 << 20;

/** Longest log entry beside a signature. Rekor's own are of some KiB, most of it a certificate. */
export const LOG_ENTRY_BYTES: i32 = 256 * 1024;

/** Signatures looked at per image; what comes after them is counted and reported. containers/image reads at most 128 from a lookaside. */
export const SIGNATURES: i32 = 128;

/** Referrers looked at per image; what comes after them is counted and reported. */
export const REFERRERS: i32 = 128;

/** Platforms of an index that are judged, where it is not signed itself; one with more is denied. Official images have up to 12. */
export const PLATFORMS: i32 = 32;

/** Signatures, and referrers, looked at for one platform of an index. */
export const PLATFORM_SIGNATURES: i32 = 16;

/** Longest signature manifest or list of referrers of one platform: 16 platforms may be asked about at once. */
export const PLATFORM_LIST_BYTES: i32 = 1 << 20;

/** Signature checks per image, in verifications by ECDSA P-256: with 128 signatures, four such keys each. */
export const SIGNATURE_CHECKS: i32 = 512;

/** Longest certificate. */
export const CERTIFICATE_BYTES: i32 = 64 * 1024;

/** Extensions in one certificate: each is compared with every other. Those in use have up to some twenty. */
export const CERTIFICATE_EXTENSIONS: i32 = 64;

/** Longest RSA key in a certificate: not the policy's choice, as its own keys are. */
export const CERTIFICATE_RSA_BITS: i32 = 4096;

/** Certificates from the signer's up to a root, and in the chain beside a signature. Those in use have up to four. */
export const PATH_CERTIFICATES: i32 = 16;

/** Issuers tried to find one path; Go's x509 ends after 100 signature checks. */
export const PATH_STEPS: i32 = 200;

/** Names held against name constraints to find one path; Go's x509 has 250,000 for one certificate. */
export const NAME_COMPARISONS: i32 = 10_000;

/**
 * When this source was made, 2026-11-25, in Unix seconds: a clock that shows an earlier time is wrong. To be raised with every
 * release.
 */
export const EARLIEST_NOW: u64 = 1_795_564_800;

/** Longest reason: what containerd shows in a pod's event stays readable. */
export const REASON_BYTES: i32 = 300;
