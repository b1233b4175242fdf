// What exceptions ask about the certificates and log entries of a case that upstream accepts: where RFC 5280, or our limits,
// are narrower than Go's crypto/x509.

import { X509Certificate } from "node:crypto";
import { type Case, isObject } from "./corpus.js";
import { storedImage } from "./image.js";
import { requirementsOf } from "./requirements.js";
import type { Rule } from "./rule.js";
import type { Subject } from "./subject.js";
import { jsonOf } from "./traits.js";

type Fits = Rule["fits"];

/** assembly/limits.ts has them, with their sources. */
const CERTIFICATE_BYTES = 64 * 1024;
const CERTIFICATE_EXTENSIONS = 64;
const CERTIFICATE_RSA_BITS = 4096;
const PATH_CERTIFICATES = 16;

const PEM_BLOCK = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** The PEM texts of a case of fulcio, pki, sigstore-signed or policy-eval: trusted, of the signer, and between. */
function textsOf(test: Case, subject: Subject): string[] {
  const own = ["caData", "caRootsData", "caIntermediatesData", "certificate", "chain"].map(
    (name) => test[name],
  );
  if (test["requirement"] === undefined && test["policy"] === undefined) return own.map(textOf);
  const trusted = requirementsOf(test, subject).flatMap(({ fulcio, pki }) =>
    [fulcio, pki].filter(isObject).flatMap((source) =>
      Object.entries(source).map(([name, value]) => {
        if (name.endsWith("Data")) return Buffer.from(textOf(value), "base64").toString("latin1");
        return name.endsWith("Path") ? (subject.file(textOf(value))?.toString("latin1") ?? "") : "";
      }),
    ),
  );
  const beside = storedImage(test, subject).signatures.flatMap(({ annotations }) => [
    textOf(annotations["dev.sigstore.cosign/certificate"]),
    textOf(annotations["dev.sigstore.cosign/chain"]),
  ]);
  return [...trusted, ...beside];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function certificatesOf(pem: string): X509Certificate[] {
  return (pem.match(PEM_BLOCK) ?? []).flatMap((block) => {
    try {
      return [new X509Certificate(block)];
    } catch {
      return [];
    }
  });
}

function acceptedWith(is: (certificate: X509Certificate) => boolean): Fits {
  return (test, subject) =>
    test["accept"] === true && textsOf(test, subject).flatMap(certificatesOf).some(is);
}

/** P-224, RSA below 2048 or above 4096 bits, or signed by RSASSA-PSS. */
export const acceptedWithWeakCertificate = acceptedWith(({ publicKey, raw }) => {
  const { namedCurve, modulusLength } = publicKey.asymmetricKeyDetails ?? {};
  if (namedCurve !== undefined) return !["prime256v1", "secp384r1", "secp521r1"].includes(namedCurve);
  if (modulusLength !== undefined && (modulusLength < 2048 || modulusLength > CERTIFICATE_RSA_BITS))
    return true;
  return raw.includes(Buffer.from("06092a864886f70d01010a", "hex"));
});

/** Not as RFC 5280 has certificates, or with policy constraints that are critical. */
export const acceptedWithLooseCertificate = acceptedWith(({ raw }) => isLoose(raw));

export const acceptedBeyondCertificateLimits: Fits = (test, subject) =>
  test["accept"] === true &&
  textsOf(test, subject).some((pem) => {
    const certificates = certificatesOf(pem);
    return (
      certificates.length > PATH_CERTIFICATES ||
      certificates.some(
        ({ raw }) => raw.length > CERTIFICATE_BYTES || extensionsOf(raw).length > CERTIFICATE_EXTENSIONS,
      )
    );
  });

interface Element {
  tag: number;
  value: Buffer;
}

/** The elements of DER one behind the other. */
function elementsOf(der: Buffer): Element[] {
  const out: Element[] = [];
  for (let at = 0; at + 1 < der.length; ) {
    const first = der[at + 1] ?? 0;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
    const start = at + 2 + octets;
    out.push({ tag: der[at] ?? 0, value: der.subarray(start, start + length) });
    at = start + length;
  }
  return out;
}

/** What stands in tbsCertificate, the version left out. */
function partsOf(raw: Buffer): Element[] {
  const [certificate] = elementsOf(raw);
  const [signed] = elementsOf(certificate?.value ?? Buffer.alloc(0));
  return elementsOf(signed?.value ?? Buffer.alloc(0)).filter(({ tag }) => tag !== 0xa0);
}

function extensionsOf(raw: Buffer): Element[] {
  const explicit = partsOf(raw).find(({ tag }) => tag === 0xa3)?.value ?? Buffer.alloc(0);
  return elementsOf(elementsOf(explicit)[0]?.value ?? Buffer.alloc(0));
}

function isLoose(raw: Buffer): boolean {
  const [serial, , , validity, , , ...rest] = partsOf(raw);
  const isTime = ({ tag, value }: Element) =>
    (tag === 0x17 ? /^\d{12}Z$/ : /^\d{14}Z$/).test(value.toString("latin1"));
  const isCriticalPolicy = ({ value }: Element) => /^0603551d(24|21|36)0101ff/.test(value.toString("hex"));
  const isWithoutBits = ({ value }: Element) =>
    /^0603551d0f(0101ff)?04..0302..00$/.test(value.toString("hex"));
  return (
    ((serial?.value[0] ?? 0) & 0x80) !== 0 ||
    !elementsOf(validity?.value ?? Buffer.alloc(0)).every(isTime) ||
    rest.some(({ tag }) => tag !== 0xa3) ||
    extensionsOf(raw).some((extension) => isCriticalPolicy(extension) || isWithoutBits(extension))
  );
}

/** Whether the record in an accepted log entry has a member twice, in whatever case. */
export const acceptedWithRepeatingRecord: Fits = (test, subject) => {
  if (test["accept"] !== true) return false;
  const entries =
    test["set"] === undefined
      ? storedImage(test, subject).signatures.map(
          ({ annotations }) => annotations["dev.sigstore.cosign/bundle"],
        )
      : [test["set"]];
  return entries.some((entry) => {
    const document = jsonOf(Buffer.from(textOf(entry)));
    const payload = isObject(document) ? document["Payload"] : undefined;
    const body = isObject(payload) ? Buffer.from(textOf(payload["body"]), "base64").toString() : "";
    const names = new Set<string>();
    let repeats = false;
    // Every name of the few that a record has stands once, but for `content`, which is in two places.
    for (const [, name = ""] of body.matchAll(/"([^"\\]*)"\s*:/g)) {
      const folded = name.toLowerCase();
      if (folded !== "content" && names.has(folded)) repeats = true;
      names.add(folded);
    }
    return repeats;
  });
};

/** Whether a policy would load upstream if its `subjectURI` and `subjectURIPattern` were a `subjectEmail`. */
export function namesWorkload(test: Case, subject: Subject): boolean {
  const text = String(test["policy"]);
  const renamed = text.replace(/"subjectURI(Pattern)?"/g, '"subjectEmail"');
  return test["valid"] === false && renamed !== text && !(subject.load(renamed) instanceof Error);
}
