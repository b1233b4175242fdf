// What exceptions ask about the content of a case.

import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { ed25519ph } from "@noble/curves/ed25519.js";
import { type Case, isObject } from "./corpus.js";
import { type Key, keysOf, type Requirement, requirementsOf } from "./requirements.js";
import type { Rule } from "./rule.js";
import type { Subject } from "./subject.js";

type Fits = Rule["fits"];

/** Whether a sigstoreSigned requirement that decides the case is as told. */
export function someSigstoreSigned(is: (requirement: Requirement, subject: Subject) => boolean): Fits {
  return (test, subject) =>
    requirementsOf(test, subject).some(
      (requirement) => requirement["type"] === "sigstoreSigned" && is(requirement, subject),
    );
}

/** Whether the key in a file is too small, or is not the only thing in it. */
export function isWeakKey(pem: Buffer): boolean {
  if (Array.from(pem.toString().matchAll(/-----BEGIN /g)).length > 1) return true;
  try {
    const key = createPublicKey(pem);
    const { modulusLength = 2048 } = key.asymmetricKeyDetails ?? {};
    return modulusLength < 2048 || kindOf(key) === "secp224r1";
  } catch {
    return false;
  }
}

/** Whether such a requirement names a key that is as told. */
export function someKey(is: (key: Key) => boolean): Fits {
  return someSigstoreSigned((requirement, subject) => keysOf(requirement, subject).some(is));
}

export function acceptedUpstream(fits: Fits): Fits {
  return (test, subject) => test["accept"] === true && fits(test, subject);
}

/** The curve of an elliptic key, else its type. */
export function kindOf(key: KeyObject): string {
  return key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType ?? "";
}

export function fitsOwnHash(key: KeyObject, payload: Uint8Array, signature: Buffer): boolean {
  const kind = kindOf(key);
  if (kind === "secp384r1") return verify("sha384", payload, key, signature);
  if (kind === "secp521r1") return verify("sha512", payload, key, signature);
  if (kind !== "ed25519" || signature.length !== 64) return false;
  const raw = key.export({ format: "der", type: "spki" }).subarray(-32);
  return ed25519ph.verify(signature, payload, raw);
}

/** The canonical name without its tag, if a name has a tag and a digest. */
export function digestBesideTag(name: unknown, subject: Subject): string | undefined {
  const reference = subject.probe.parseNormalized(String(name).replace(/^\/\//, ""));
  if (reference === null || reference.tag === null || reference.digest === null) return undefined;
  return `${reference.name}@${reference.digest}`;
}

/** Whether a name has no host, although it looks as if it began with one: `foo_bar.com/baz`. */
export function isHostless(name: unknown, subject: Subject): boolean {
  const reference = subject.probe.parseNormalized(String(name).replace(/^\/\//, ""));
  return reference !== null && reference.domain === "";
}

/** Whether a list under a wildcard of ours has neither reject nor sigstoreSigned in it. */
export function opensByWildcard(test: Case): boolean {
  const policy = jsonOf(Buffer.from(String(test["policy"])));
  const transports = isObject(policy) ? policy["transports"] : undefined;
  const docker = isObject(transports) ? transports["docker"] : undefined;
  if (!isObject(docker)) return false;
  return Object.entries(docker).some(
    ([scope, list]) =>
      /^(?:[^*]+\/)?\*$/.test(scope) &&
      Array.isArray(list) &&
      !list.some((requirement) => ["reject", "sigstoreSigned"].includes(requirement?.type)),
  );
}

/** Whether some bytes in the policy are written as a list of numbers, which Go's JSON takes for base64's equal. */
export function writesBytesAsNumbers(test: Case): boolean {
  const isNumbers = (value: unknown) => Array.isArray(value) && value.every((byte) => Number.isInteger(byte));
  const isIn = (value: unknown): boolean =>
    typeof value === "object" &&
    value !== null &&
    Object.entries(value).some(([name, member]) => {
      if (/(?:key|ca|caRoots|caIntermediates|PublicKey)Data$/.test(name)) return isNumbers(member);
      if (/(?:key|PublicKey)Datas$/.test(name)) return Array.isArray(member) && member.some(isNumbers);
      return isIn(member);
    });
  return isIn(jsonOf(Buffer.from(String(test["policy"]))));
}

/** How containers/image tells docker schema 1, as far as a manifest without one of its four media types goes. */
export function isSchema1(manifest: unknown): boolean {
  return isObject(manifest) && manifest["schemaVersion"] === 1;
}

/** Whether some reader may take a manifest for docker schema 1, and its digest for that of something else than its bytes. */
export function looksLikeSchema1(manifest: unknown): boolean {
  const names = isObject(manifest) ? Object.keys(manifest) : [];
  return isSchema1(manifest) || names.some((name) => name.toLowerCase() === "signatures");
}

/** The document in `text`; undefined if it is not JSON. */
export function jsonOf(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString("utf8"));
  } catch {
    return undefined;
  }
}
