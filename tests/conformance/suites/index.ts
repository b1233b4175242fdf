import type { Suite } from "../suite.js";
import { fulcio, pki } from "./certificates.js";
import { COSIGN_IMAGES } from "./cosign-image.js";
import { cosignKeys } from "./cosign-keys.js";
import { identityMatch } from "./identity-match.js";
import { imageRs } from "./image-rs.js";
import { manifestDigest } from "./manifest-digest.js";
import { payloadParse } from "./payload-parse.js";
import { policyEval } from "./policy-eval.js";
import { policyParse } from "./policy-parse.js";
import { references } from "./references.js";
import { registriesD } from "./registries-d.js";
import { rekorSet } from "./rekor-set.js";
import { scopes } from "./scopes.js";
import { sigstoreBundles } from "./sigstore-bundles.js";
import { sigstoreSigned } from "./sigstore-signed.js";

/** The suites this runner can run. What it cannot run yet is a rule in exceptions.ts. */
export const SUITES: readonly Suite[] = [
  references,
  scopes,
  identityMatch,
  policyParse,
  payloadParse,
  sigstoreSigned,
  policyEval,
  manifestDigest,
  registriesD,
  fulcio,
  pki,
  rekorSet,
  imageRs,
  ...COSIGN_IMAGES,
  cosignKeys,
  sigstoreBundles,
];
