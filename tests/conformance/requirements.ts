// What a case asks of the core before it can be run: the requirements that apply to it, and their keys.

import { createPublicKey, type KeyObject } from "node:crypto";
import { NameRefused } from "../../host/core/core.js";
import { type Case, isObject, MalformedCase, object, text } from "./corpus.js";
import type { Subject } from "./subject.js";

export type Requirement = Readonly<Record<string, unknown>>;

/** What decides a case with a requirement or a policy: nothing where the policy does not load, or the name is refused. */
export function requirementsOf(test: Case, subject: Subject): Requirement[] {
  if (test["requirement"] !== undefined) return [object(test, "requirement")];
  if (test["policyLoads"] === false) return [];
  const policy = object(test, "policy");
  const image = { transport: text(test, "transport"), name: text(test, "imageReference") };
  const explained = subject.explain(image, policy);
  if (explained instanceof NameRefused) return [];
  const { transport, scope } = explained.candidates[explained.applies] ?? { transport: "", scope: "" };
  const scopes = isObject(policy["transports"]) ? policy["transports"][transport] : undefined;
  const applied = isObject(scopes) ? scopes[scope] : policy["default"];
  if (!Array.isArray(applied)) throw new MalformedCase("no requirement applies");
  return applied.filter(isObject);
}

/** A key as a requirement gives it. */
export interface Key {
  /** Bytes of the file or data. */
  size: number;
  /** How many PEM blocks there are. */
  blocks: number;
  /** The first of them, if it is a public key that node:crypto can read. */
  first: KeyObject | undefined;
}

/** The keys of keyPath, keyPaths, keyData and keyDatas, in this order. */
export function keysOf(requirement: Requirement, subject: Subject): Key[] {
  const each = (member: string): unknown[] => [requirement[member] ?? []].flat();
  const files = [...each("keyPath"), ...each("keyPaths")].map((path) =>
    typeof path === "string" ? subject.file(path) : null,
  );
  const data = [...each("keyData"), ...each("keyDatas")].map((base64) =>
    typeof base64 === "string" ? Buffer.from(base64, "base64") : null,
  );
  return [...files, ...data].map(readKey);
}

function readKey(bytes: Buffer | null): Key {
  const pem = bytes?.toString("latin1") ?? "";
  const labels = Array.from(pem.matchAll(/-----BEGIN ([^-]+)-----/g), ([, label = ""]) => label);
  const [blocks, size] = [labels.length, bytes?.length ?? 0];
  // createPublicKey would also take the key out of a certificate.
  if (!labels[0]?.endsWith("PUBLIC KEY")) return { size, blocks, first: undefined };
  try {
    return { size, blocks, first: createPublicKey(pem) };
  } catch {
    return { size, blocks, first: undefined };
  }
}
