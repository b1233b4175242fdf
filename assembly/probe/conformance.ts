// What lies below the component's interface, for tests/conformance/probe.ts. Not part of the core.
//
// Arguments are fields, one after another, in the room `input` gives; an answer is a count and as many fields.
// A field is a little-endian u32 length and so many bytes. The length, or the count, is NONE for "there is none".

import { parsePem } from "../asn1/pem";
import { decodeBase64 } from "../bytes/base64";
import { Bytes } from "../bytes/bytes";
import { Writer } from "../bytes/writer";
import { onlyPemBlock } from "../evidence/hashedrekord";
import { parseLogEntry, parseLogPayload } from "../evidence/log-entry";
import { parsePayload as readPayload } from "../evidence/simple-signing";
import { Message } from "../hash/message";
import { isDigest as isDigestText } from "../image/digest";
import { parseReference, Reference, parseNormalized as readNormalized } from "../image/reference";
import { wholeNumber as readWholeNumber } from "../json/whole-number";
import { hasPrefix, matchesIdentity as identityMatches, remap } from "../policy/identity";
import { CertificateReading } from "../policy/seal-certificates";
import {
  Fulcio,
  FulcioSubject,
  FulcioSubjectKind,
  IdentityType,
  Material,
  Pki,
  Requirement,
  RequirementKind,
  SignedIdentity,
} from "../policy/types";
import { mark, release } from "../runtime/arena";
import { parsePublicKey } from "../sig/public-key";
import { Budget } from "../verify/budget";
import { fulcioSignerAt } from "../verify/fulcio";
import { readLogEntry } from "../verify/logged";
import { pkiSigner } from "../verify/pki";
import { Question } from "../verify/question";
import { SignatureKind, UntrustedSignature } from "../verify/signatures";

const NONE: u32 = 0xffffffff;

let watermark: usize = 0;
let cursor: usize = 0;

/** Forgets the last call, and gives room for the arguments of the next. */
export function input(size: i32): usize {
  if (watermark != 0) release(watermark);
  watermark = mark();
  cursor = heap.alloc(size);
  return cursor;
}

function field(): Bytes | null {
  const length = load<u32>(cursor);
  cursor += 4;
  if (length == NONE) return null;
  cursor += length;
  return new Bytes(cursor - length, <i32>length);
}

function text(): Bytes {
  const value = field();
  return value === null ? Bytes.NONE : value;
}

/** An answer of no fields, or none. */
function verdict(yes: bool): usize {
  return new Writer().bytes(u32Bytes(yes ? 0 : NONE)).done().start;
}

function answer(fields: StaticArray<Bytes | null>): usize {
  const out = new Writer().bytes(u32Bytes(<u32>fields.length));
  for (let i = 0; i < fields.length; i++) {
    const bytes = fields[i];
    if (bytes === null) out.bytes(u32Bytes(NONE));
    else out.bytes(u32Bytes(<u32>bytes.length)).bytes(bytes);
  }
  return out.done().start;
}

function u32Bytes(value: u32): Bytes {
  const bytes = Bytes.alloc(4);
  store<u32>(bytes.start, value);
  return bytes;
}

function referenceAnswer(reference: Reference | null): usize {
  if (reference === null) return verdict(false);
  return answer([
    reference.toBytes(),
    reference.name,
    reference.domain,
    reference.path,
    reference.tag,
    reference.digest,
  ]);
}

/** (reference) → string, name, domain, path, tag?, digest?; or none */
export function parseNormalized(): usize {
  return referenceAnswer(readNormalized(text()));
}

/** As `parseNormalized`, without expanding what people leave out. */
export function parsePlain(): usize {
  return referenceAnswer(parseReference(text()));
}

/** (digest) → yes or none */
export function isDigest(): usize {
  return verdict(isDigestText(text()));
}

/** (image?, reference in the signature, type, dockerReference?, dockerRepository?, prefix?, signedPrefix?) → yes or none */
export function matchesIdentity(): usize {
  const image = field();
  const signed = text();
  const identity = signedIdentity(text(), field(), field(), text(), text());
  return verdict(identityMatches(identity, image === null ? null : readNormalized(image), signed));
}

/** Also such as no policy could contain: then the reference in it does not parse. */
function signedIdentity(
  type: Bytes,
  dockerReference: Bytes | null,
  dockerRepository: Bytes | null,
  prefix: Bytes,
  signedPrefix: Bytes,
): SignedIdentity {
  const identity = new SignedIdentity(identityType(type));
  if (dockerReference !== null) identity.reference = readNormalized(dockerReference);
  if (dockerRepository !== null) identity.reference = readNormalized(dockerRepository);
  identity.prefix = prefix;
  identity.signedPrefix = signedPrefix;
  return identity;
}

function identityType(type: Bytes): IdentityType {
  if (type.is("matchExact")) return IdentityType.MatchExact;
  if (type.is("matchRepoDigestOrExact")) return IdentityType.MatchRepoDigestOrExact;
  if (type.is("matchRepository")) return IdentityType.MatchRepository;
  if (type.is("exactReference")) return IdentityType.ExactReference;
  if (type.is("exactRepository")) return IdentityType.ExactRepository;
  assert(type.is("remapIdentity"));
  return IdentityType.RemapIdentity;
}

/** (reference, prefix) → yes or none */
export function remapPrefixMatches(): usize {
  const reference = readNormalized(text());
  return verdict(reference !== null && hasPrefix(reference, text()));
}

/** (reference, prefix, signedPrefix) → the reference after rewriting; or none */
export function remapRewrite(): usize {
  const reference = readNormalized(text());
  if (reference === null) return verdict(false);
  const remapped = remap(reference, text(), text());
  return remapped === null ? verdict(false) : answer([remapped.toBytes()]);
}

/** (payload) → digest, reference, creator?, timestamp in decimal?; or none */
export function parsePayload(): usize {
  const payload = readPayload(text());
  if (payload === null) return verdict(false);
  const timestamp = payload.hasTimestamp ? new Writer().number(payload.timestamp).done() : null;
  return answer([payload.manifestDigest, payload.dockerReference, payload.creator, timestamp]);
}

/**
 * (log entry, PEM of key or certificate, signature in base64, payload in base64, Rekor key, …, none) → time in decimal; or
 * none
 */
export function verifyLogEntry(): usize {
  const entry = text();
  const verifier = onlyPemBlock(text());
  const signature = decodeBase64(text());
  const payload = decodeBase64(text());
  const requirement = new Requirement(RequirementKind.SigstoreSigned, 0);
  const rekorKeys: Array<Material> = [];
  for (let pem = field(); pem !== null; pem = field()) {
    const key = new Material(0, "", 0, null, pem);
    key.key = parsePublicKey(pem);
    rekorKeys.push(key);
  }
  requirement.rekorKeys = StaticArray.fromArray(rekorKeys);
  if (verifier === null || signature === null || payload === null) return verdict(false);
  const untrusted = new UntrustedSignature(SignatureKind.SimpleSigning, Bytes.NONE, Message.holding(payload));
  untrusted.annotations.logEntry = entry;
  const logged = readLogEntry(requirement, untrusted, signature, new Budget());
  if (logged.rejection !== null || !logged.verifier.equals(verifier)) return verdict(false);
  return answer([new Writer().number(logged.time).done()]);
}

/** (text) → yes or none */
export function isLogEntry(): usize {
  return verdict(parseLogEntry(text()) !== null);
}

/** (text) → yes or none */
export function isLogPayload(): usize {
  return verdict(parseLogPayload(text()) !== null);
}

/** (CA, issuer, e-mail address, certificate, chain, Unix seconds of the log) → yes or none */
export function verifyFulcio(): usize {
  const ca = anchors(text());
  const issuer = text();
  const fulcio = new Fulcio(ca, issuer, new FulcioSubject(FulcioSubjectKind.Email, text()));
  const certificate = text();
  const untrusted = certifiedBy(certificate, text());
  const time = readWholeNumber(text())!.value;
  const block = parsePem(certificate);
  if (ca.certificates.length == 0 || block === null) return verdict(false);
  const signers = fulcioSignerAt(time, block.contents, fulcio, untrusted, new Budget());
  return verdict(signers.rejection === null);
}

/** (roots, intermediates?, e-mail address, host name, certificate, chain, Unix seconds) → yes or none */
export function verifyPki(): usize {
  const roots = anchors(text());
  const intermediates = intermediatesIn(field());
  const email = text();
  const pki = new Pki(roots, intermediates, email, text());
  const untrusted = certifiedBy(text(), text());
  const now = <u64>readWholeNumber(text())!.value;
  const areIntermediatesUsable = intermediates === null || intermediates.certificates.length > 0;
  if (roots.certificates.length == 0 || !areIntermediatesUsable) return verdict(false);
  const question = new Question(null, Bytes.NONE, now, new Budget());
  return verdict(pkiSigner(pki, untrusted, question).rejection === null);
}

function anchors(pem: Bytes): Material {
  const material = new Material(0, "", 0, null, pem);
  new CertificateReading().readAnchors(material);
  return material;
}

function intermediatesIn(pem: Bytes | null): Material | null {
  if (pem === null) return null;
  const material = new Material(0, "", 0, null, pem);
  new CertificateReading().readIntermediates(material);
  return material;
}

function certifiedBy(certificate: Bytes, chain: Bytes): UntrustedSignature {
  const nothing = Bytes.NONE;
  const untrusted = new UntrustedSignature(SignatureKind.SimpleSigning, nothing, Message.holding(nothing));
  untrusted.annotations.certificate = certificate;
  untrusted.annotations.chain = chain;
  return untrusted;
}

/** (number of JSON) → its text in RFC 8785; or none */
export function wholeNumber(): usize {
  const number = readWholeNumber(text());
  return number === null ? verdict(false) : answer([new Writer().number(number.value).done()]);
}
