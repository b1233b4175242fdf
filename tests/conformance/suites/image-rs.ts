import { NameRefused, PolicyCore } from "../../../host/core/core.js";
import { type Case, flag, list, operation, text, textOrNull, unknownOperation } from "../corpus.js";
import type { Subject } from "../subject.js";
import type { Suite } from "../suite.js";
import { matches } from "./identity-match.js";

/** Facts from confidential-containers' image-rs; the column of containers/image is the one that counts for us. */
export const imageRs: Suite = {
  name: "image-rs",
  observe(test, subject) {
    if (operation(test) === "namespaces")
      return { upstream: list(test, "containersImage"), ours: namespaces(test, subject) };
    return { upstream: flag(test, "containersImage"), ours: holds(test, subject) };
  },
};

function holds(test: Case, subject: Subject): boolean {
  switch (operation(test)) {
    case "match":
      return matches(test, subject);
    case "sigstoreSignedIdentityTypeAllowed":
      return loads([{ type: "sigstoreSigned", keyPath: "/k", ...identityOfType(test) }], subject);
    case "referenceInvalid":
      return subject.probe.parseNormalized(text(test, "input")) !== null;
    case "digest":
      return subject.probe.isDigest(text(test, "input"));
    case "requirementParse":
      return loads([test["requirement"]], subject);
    case "policyParse":
      return subject.load(test["policy"]) instanceof PolicyCore;
    default:
      throw unknownOperation(test);
  }
}

function loads(requirements: unknown[], subject: Subject): boolean {
  return subject.load({ default: requirements }) instanceof PolicyCore;
}

/** A complete signedIdentity of the case's type; nothing where the case is about its absence. */
function identityOfType(test: Case): { signedIdentity?: unknown } {
  const type = textOrNull(test, "signedIdentityType");
  switch (type) {
    case null:
      return {};
    case "exactReference":
      return { signedIdentity: { type, dockerReference: "example.com/app:1" } };
    case "exactRepository":
      return { signedIdentity: { type, dockerRepository: "example.com/app" } };
    case "remapIdentity":
      return { signedIdentity: { type, prefix: "mirror.example", signedPrefix: "vendor.example" } };
    default:
      return { signedIdentity: { type } };
  }
}

/** The candidates between the image's own identity and the transport's default. */
function namespaces(test: Case, subject: Subject): string[] | null {
  const explained = subject.explain({ name: text(test, "imageReference") });
  if (explained instanceof NameRefused) return null;
  return explained.candidates
    .filter(({ extension, transport }) => !extension && transport === "docker")
    .map(({ scope }) => scope)
    .slice(1, -1);
}
