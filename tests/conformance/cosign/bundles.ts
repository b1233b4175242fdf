// The sigstore bundles of a case, and what exceptions ask about them.

import type { KeyObject } from "node:crypto";
import { type Case, isObject } from "../corpus.js";
import { keysOf, requirementsOf } from "../requirements.js";
import type { Subject } from "../subject.js";
import { fitsOwnHash, jsonOf } from "../traits.js";
import { storedOf } from "./stored.js";

/** cosign's own; any other is an attestation. */
const SIGNATURE = "https://sigstore.dev/cosign/sign/v1";

interface SignedStatement {
  readonly statement: Readonly<Record<string, unknown>>;
  /** What was signed: DSSE's PAE. */
  readonly message: Buffer;
  readonly signature: Buffer;
}

/** Of the bundles that hold one. */
function statementsOf(test: Case): SignedStatement[] {
  return Object.values(storedOf(test).blobs).flatMap((blob) => {
    const bundle = jsonOf(Buffer.from(blob, "base64"));
    const envelope = isObject(bundle) ? (bundle["dsseEnvelope"] ?? bundle["dsse_envelope"]) : undefined;
    if (!isObject(envelope)) return [];
    const payload = Buffer.from(String(envelope["payload"]), "base64");
    const type = String(envelope["payloadType"] ?? envelope["payload_type"]);
    const statement = jsonOf(payload);
    const [first]: unknown[] = Array.isArray(envelope["signatures"]) ? envelope["signatures"] : [];
    if (!isObject(statement) || !isObject(first)) return [];
    const pae = `DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `;
    const signature = Buffer.from(String(first["sig"]), "base64");
    return [{ statement, message: Buffer.concat([Buffer.from(pae), payload]), signature }];
  });
}

/** Whether cosign accepts an image that has attestations and no signature in bundles. */
export function acceptedByAttestations(test: Case): boolean {
  const statements = statementsOf(test);
  return (
    test["accept"] === true &&
    statements.length > 0 &&
    statements.every(
      ({ statement }) => (statement["predicateType"] ?? statement["predicate_type"]) !== SIGNATURE,
    )
  );
}

const STATEMENTS = ["https://in-toto.io/Statement/v1", "https://in-toto.io/Statement/v0.1"];

/** Whether cosign accepts something signed that does not say it is a statement, or says it is one of another version. */
export function acceptedAsOtherStatement(test: Case): boolean {
  const types = statementsOf(test).map(({ statement }) => statement["_type"] ?? statement["type"]);
  return (
    test["accept"] === true && types.length > 0 && types.every((type) => !STATEMENTS.includes(String(type)))
  );
}

/** Whether cosign accepts a bundle of a version like 0.3.1-rc1. */
export function acceptedOfPrerelease(test: Case): boolean {
  const types = bundlesOf(test).map((bundle) => String(bundle["mediaType"] ?? bundle["media_type"]));
  return test["accept"] === true && types.length > 0 && types.every((type) => /\.v0\.3\.\d+-/.test(type));
}

/** Whether cosign refuses a bundle with a log entry that is whole, and that it does not understand. */
export function refusedForLogRecords(test: Case): boolean {
  const entries = bundlesOf(test).flatMap((bundle) => {
    const { tlogEntries } = Object(bundle["verificationMaterial"]);
    return Array.isArray(tlogEntries) ? tlogEntries.map(Object) : [];
  });
  const isWhole = (entry: Record<string, unknown>) =>
    Object.keys(entry).length === 6 && typeof entry["canonicalizedBody"] === "string";
  return test["accept"] === false && entries.length > 0 && entries.every(isWhole);
}

function bundlesOf(test: Case): Record<string, unknown>[] {
  const blobs = Object.values(storedOf(test).blobs);
  return blobs.map((blob) => jsonOf(Buffer.from(blob, "base64"))).filter(isObject);
}

/** Whether each name that the statements have for the image is that of another repository. */
export function bundlesNameOthers(test: Case, repository: string): boolean {
  const names = statementsOf(test).flatMap(({ statement }) => namesIn(statement, String(test["digest"])));
  const isOther = (name: string) => name !== "" && name !== repository && !name.startsWith(`${repository}:`);
  return names.length > 0 && names.every(isOther);
}

/** Of the subjects with the image's digest; one without a name has the empty one. */
function namesIn(statement: Readonly<Record<string, unknown>>, digest: string): string[] {
  const subjects: unknown[] = Array.isArray(statement["subject"]) ? statement["subject"] : [];
  return subjects.flatMap((subject) =>
    isObject(subject) && isObject(subject["digest"]) && `sha256:${subject["digest"]["sha256"]}` === digest
      ? [String(subject["name"] ?? "")]
      : [],
  );
}

/** Whether cosign refuses a bundle that is a signature of the image over the hash of the curve's size, or Ed25519ph. */
export function bundleOverOwnHash(test: Case, subject: Subject): boolean {
  if (test["accept"] !== false) return false;
  const keys = requirementsOf(test, subject).flatMap((requirement) => keysOf(requirement, subject));
  const isBy =
    ({ message, signature }: SignedStatement) =>
    (key: KeyObject) =>
      fitsOwnHash(key, message, signature);
  return statementsOf(test).some(
    (signed) =>
      signed.statement["predicateType"] === SIGNATURE &&
      namesIn(signed.statement, String(test["digest"])).includes("") &&
      keys.flatMap(({ first }) => first ?? []).some(isBy(signed)),
  );
}
