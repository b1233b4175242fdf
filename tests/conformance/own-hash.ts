// Signatures over the hash of the curve's size, or by Ed25519ph: cosign 3 makes them, and upstream refuses them.

import type { KeyObject } from "node:crypto";
import { generateKey, type SigningKey } from "../support/sign.js";
import type { Case } from "./corpus.js";
import { SIGNATURE_ANNOTATION, type Signature, storedImage } from "./image.js";
import { keysOf, type Requirement, requirementsOf } from "./requirements.js";
import { signPayloadBy } from "./signer.js";
import { isBy, judgeCase } from "./stricter.js";
import type { Subject } from "./subject.js";
import { fitsOwnHash, kindOf } from "./traits.js";

/** Kinds of keys that have a hash of their own. */
const KINDS = ["secp384r1", "secp521r1", "ed25519"];

/**
 * Whether upstream refuses a case for one thing alone, such signatures. Everything else is right if nothing is accepted
 * without them, and if the case is accepted once another key, of P-256 over SHA-256, has done all that theirs did.
 */
export function signedOverOwnHash(test: Case, subject: Subject): boolean {
  if (test["accept"] !== false) return false;
  const stored = storedImage(test, subject);
  const requirements = requirementsOf(test, subject);
  const read = requirements.flatMap((requirement) => keysOf(requirement, subject));
  if (read.some(({ first, blocks }) => first === undefined || blocks > 1)) return false;
  const keys = read.flatMap(({ first }) => first ?? []).filter((key) => KINDS.includes(kindOf(key)));
  const others = stored.signatures.filter((signature) => !keys.some((key) => isOverOwnHash(key, signature)));
  if (others.length === stored.signatures.length) return false;
  if (judgeCase(test, subject, { ...stored, signatures: others }, requirements).ok) return false;

  const standIns = new StandIns();
  const signatures = stored.signatures.map((signature) => standIns.sign(signature, keys));
  const asked = requirements.map((requirement) => standIns.ask(requirement, subject));
  return judgeCase(test, subject, { ...stored, signatures }, asked).ok;
}

function isOverOwnHash(key: KeyObject, { payload, annotations }: Signature): boolean {
  const signature = Buffer.from(annotations[SIGNATURE_ANNOTATION] ?? "", "base64");
  return fitsOwnHash(key, payload, signature);
}

/** A new key on P-256 for each of one of those kinds. */
class StandIns {
  readonly #keys = new Map<string, SigningKey>();

  /** The signature by the stand-in of whichever of `keys` made it; as it is where none did. */
  sign(signature: Signature, keys: readonly KeyObject[]): Signature {
    const by = keys.find((key) => isOverOwnHash(key, signature) || isBy(key, signature));
    if (by === undefined) return signature;
    const { annotations } = signPayloadBy(this.#for(by), signature.payload);
    return { ...signature, annotations: { ...signature.annotations, ...annotations } };
  }

  /** The requirement with stand-ins in place of those of its keys that have one. */
  ask(requirement: Requirement, subject: Subject): Requirement {
    if (keysOf(requirement, subject).length === 0) return requirement;
    const { keyPath: _path, keyPaths: _paths, keyData: _data, keyDatas: _datas, ...rest } = requirement;
    const keys = keysOf(requirement, subject).flatMap(({ first }) => first ?? []);
    const pems = keys.map((key) =>
      KINDS.includes(kindOf(key)) ? this.#for(key).publicPem : key.export({ type: "spki", format: "pem" }),
    );
    return { ...rest, keyDatas: pems.map((pem) => Buffer.from(pem).toString("base64")) };
  }

  #for(key: KeyObject): SigningKey {
    const spki = key.export({ type: "spki", format: "der" }).toString("hex");
    const standIn = this.#keys.get(spki) ?? generateKey();
    this.#keys.set(spki, standIn);
    return standIn;
  }
}
