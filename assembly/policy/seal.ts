// What happens to a policy once its files are there: keys are read, once each, and what cannot be used is noted. An
// unusable key is no error of the policy; its requirement denies when it is evaluated.

import { Bytes } from "../bytes/bytes";
import { BytesMap } from "../bytes/bytes-map";
import { encodeHex } from "../bytes/hex";
import { sha256 } from "../hash/sha256";
import { KEY_FILE_BYTES } from "../limits";
import { reserveMultiples } from "../sig/known-keys";
import { isEcdsa, ParsedKey, PublicKey, parsePublicKey } from "../sig/public-key";
import { CertificateReading } from "./seal-certificates";
import { Material, Policy, Requirement, RequirementKind, RequirementList } from "./types";

/** What is known of one place that names a public key, or of one certificate there. */
export class KeyState {
  constructor(
    readonly material: Material,
    /** `transports.docker["x"][0].keyPath` */
    readonly path: Bytes,
    /** SHA-256 of the SPKI in hex; null without a key. */
    readonly fingerprint: Bytes | null,
    /** Why it cannot be used; empty when it can. */
    readonly problem: string,
    readonly unreadable: bool,
    /** Whether it is a certificate, or a place for some, and not a key. */
    readonly isCertificate: bool = false,
  ) {}
}

export const UNREADABLE: string = "the file cannot be read";
const TOO_LONG: string = "longer than 64 KiB";

/** Reads the keys of every requirement. Returns each distinct one once, with a place that names it, in the order of the text. */
export function readKeys(policy: Policy): Array<KeyState> {
  const reading = new KeyReading();
  reading.list(policy.default);
  for (let i = 0; i < policy.lists.length; i++) reading.list(policy.lists[i]);
  reserveMultiples(reading.keys, reading.certificates.keys);
  return reading.states.sort((a, b) => a.material.offset - b.material.offset);
}

class KeyReading {
  readonly states: Array<KeyState> = [];
  /** Each once. */
  readonly keys: Array<PublicKey> = [];
  /** By content. */
  private readonly parsed: BytesMap<ParsedKey> = new BytesMap<ParsedKey>();
  readonly certificates: CertificateReading = new CertificateReading();
  /** Data that was listed. */
  private readonly listed: BytesMap<Material> = new BytesMap<Material>();

  list(list: RequirementList): void {
    for (let i = 0; i < list.requirements.length; i++) {
      const requirement = list.requirements[i];
      if (requirement.kind != RequirementKind.SigstoreSigned) continue;
      this.materials(list, i, requirement.keys, false);
      this.materials(list, i, requirement.rekorKeys, true);
      const fulcio = requirement.fulcio;
      if (fulcio !== null) this.addCertificates(list, i, fulcio.ca, this.certificates.readAnchors(fulcio.ca));
      const pki = requirement.pki;
      if (pki === null) continue;
      this.addCertificates(list, i, pki.caRoots, this.certificates.readAnchors(pki.caRoots));
      const intermediates = pki.caIntermediates;
      if (intermediates === null) continue;
      this.addCertificates(list, i, intermediates, this.certificates.readIntermediates(intermediates));
    }
  }

  /** Lists the key of every certificate; or the one reason why there is none. */
  private addCertificates(
    list: RequirementList,
    requirement: i32,
    material: Material,
    problem: string,
  ): void {
    if (!this.isNew(material) && problem.length == 0) return;
    const path = materialPath(list, requirement, material);
    const isUnreadable = material.content() === null;
    if (isUnreadable || problem.length > 0) {
      this.states.push(
        new KeyState(material, path, null, isUnreadable ? UNREADABLE : problem, isUnreadable, true),
      );
    }
    for (let i = 0; i < material.certificates.length; i++) {
      const fingerprint = encodeHex(sha256(material.certificates[i].spki));
      this.states.push(new KeyState(material, path, fingerprint, "", false, true));
    }
  }

  private materials(
    list: RequirementList,
    requirement: i32,
    materials: StaticArray<Material>,
    areRekor: bool,
  ): void {
    for (let i = 0; i < materials.length; i++) {
      const material = materials[i];
      const parsed = this.parseOnce(material);
      material.key = areRekor && parsed !== null ? ofRekor(parsed) : parsed;
      // A key that is good for signatures need not be one for a log.
      if (this.isNew(material) || material.key !== parsed)
        this.states.push(stateOf(material, materialPath(list, requirement, material)));
    }
  }

  private parseOnce(material: Material): ParsedKey | null {
    const file = material.file;
    if (file === null) return this.parseContent(material);
    if (file.key === null) file.key = this.parseContent(material);
    return file.key;
  }

  /** The same content in two places is one key. */
  private parseContent(material: Material): ParsedKey | null {
    const content = material.content();
    if (content === null || content.length > KEY_FILE_BYTES) return null;
    const known = this.parsed.get(content);
    if (known !== null) return known;
    const parsed = parsePublicKey(content);
    this.parsed.add(content, parsed);
    const key = parsed.key;
    if (key !== null) {
      key.keepFingerprint();
      this.keys.push(key);
    }
    return parsed;
  }

  /** Whether a file, or data, is named for the first time. */
  private isNew(material: Material): bool {
    const file = material.file;
    if (file === null) return this.listed.add(material.data!, material);
    if (file.isListed) return false;
    file.isListed = true;
    return true;
  }
}

/** Upstream takes no other keys of a log than those of ECDSA. */
function ofRekor(parsed: ParsedKey): ParsedKey {
  const key = parsed.key;
  if (key === null || isEcdsa(key.kind)) return parsed;
  return new ParsedKey(null, "a Rekor key has to be an ECDSA key");
}

function stateOf(material: Material, path: Bytes): KeyState {
  const parsed = material.key;
  if (parsed === null) {
    const file = material.file;
    const unreadable = file !== null && file.content === null;
    return new KeyState(material, path, null, unreadable ? UNREADABLE : TOO_LONG, unreadable);
  }
  const key = parsed.key;
  if (key === null) return new KeyState(material, path, null, parsed.problem, false);
  return new KeyState(material, path, key.fingerprint(), "", false);
}

/** Where a requirement names a key: `transports.docker["x"][0].keyPaths[1]`. */
export function materialPath(list: RequirementList, requirement: i32, material: Material): Bytes {
  const out = list.path(requirement).byte(0x2e).text(material.member);
  if (material.index >= 0) out.byte(0x5b).number(material.index).byte(0x5d);
  return out.done();
}

/** Why a requirement can never allow an image, whatever the evidence. */
export enum Hopeless {
  No,
  Reject,
  Unsupported,
  KeyUnreadable,
  KeyUnsupported,
  TrustRootInvalid,
}

export function hopeless(requirement: Requirement): Hopeless {
  if (requirement.kind == RequirementKind.Reject) return Hopeless.Reject;
  if (requirement.kind == RequirementKind.InsecureAcceptAnything) return Hopeless.No;
  if (requirement.kind != RequirementKind.SigstoreSigned) return Hopeless.Unsupported;
  // Upstream loads all keys before it uses the first: one that is unusable makes every signature fail.
  const keys = unusable(requirement.keys);
  if (keys != Hopeless.No) return keys;
  const rekorKeys = unusable(requirement.rekorKeys);
  if (rekorKeys != Hopeless.No) return rekorKeys;
  const fulcio = requirement.fulcio;
  if (fulcio !== null) return unusableCertificates(fulcio.ca);
  const pki = requirement.pki;
  if (pki === null) return Hopeless.No;
  const roots = unusableCertificates(pki.caRoots);
  return roots != Hopeless.No ? roots : unusableCertificates(pki.caIntermediates);
}

function unusableCertificates(material: Material | null): Hopeless {
  if (material === null || material.certificates.length > 0) return Hopeless.No;
  return material.content() === null ? Hopeless.KeyUnreadable : Hopeless.TrustRootInvalid;
}

function unusable(materials: StaticArray<Material>): Hopeless {
  for (let i = 0; i < materials.length; i++) {
    const parsed = materials[i].key;
    if (parsed === null) return Hopeless.KeyUnreadable;
    if (parsed.key === null) return Hopeless.KeyUnsupported;
  }
  return Hopeless.No;
}
