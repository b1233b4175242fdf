// Findings on keys, and on where they are kept.

import { Bytes } from "../bytes/bytes";
import { KeyKind, PublicKey } from "../sig/public-key";
import { Findings, Severity } from "./finding";
import {
  KEY_IN_SECRETS,
  KEY_PATH_RELATIVE,
  KEY_UNREADABLE,
  KEY_UNSUPPORTED,
  NOT_PORTABLE,
  TRUST_ROOT_INVALID,
} from "./finding-ids";
import { KeyState } from "./seal";

const SLASH: u8 = 0x2f;

export function keyFindings(out: Findings, keys: Array<KeyState>): void {
  for (let i = 0; i < keys.length; i++) {
    const state = keys[i];
    unusableKey(out, state);
    const file = state.material.file;
    // A file of several certificates is one place.
    const isSamePlace = i > 0 && keys[i - 1].material === state.material;
    if (file !== null && !isSamePlace) keyPlace(out, state, file.path);
    const key = state.material.publicKey();
    // cosign signs with none of a log's keys.
    if (key !== null && !state.material.member.startsWith("rekor")) portability(out, state, key);
  }
}

function unusableKey(out: Findings, state: KeyState): void {
  if (state.problem.length == 0) return;
  if (state.isCertificate) {
    const id = state.unreadable ? KEY_UNREADABLE : TRUST_ROOT_INVALID;
    const advice = "until it is fixed, its requirement denies every image; put certificates in PEM there";
    on(out, Severity.Error, id, state, state.problem, advice);
    return;
  }
  const advice = state.unreadable
    ? "until it can be read, its requirement denies every image; write the key into the policy as keyData"
    : "until it is replaced, its requirement denies every image; use an ECDSA P-256 key, like cosign.pub";
  const id = state.unreadable ? KEY_UNREADABLE : KEY_UNSUPPORTED;
  on(out, Severity.Error, id, state, state.problem, advice);
}

function keyPlace(out: Findings, state: KeyState, path: Bytes): void {
  if (path.length > 0 && path.at(0) != SLASH) {
    on(
      out,
      Severity.Warning,
      KEY_PATH_RELATIVE,
      state,
      "a relative path: which file that is depends on the folder the verifier is started in",
      "write the path from / on",
    );
  }
  // Where Automata's CVM keeps files that the cloud's operator may read and replace, and that are not measured.
  if (hasComponent(path, "secret") || hasComponent(path, "secrets")) {
    on(
      out,
      Severity.Warning,
      KEY_IN_SECRETS,
      state,
      "a public key or certificate among secrets: in a confidential VM that folder is not measured, so its host can replace the key",
      "write it into the policy as keyData or caData, or keep it among the measured files",
    );
  }
}

/** cosign 3 signs over the curve's own hash, which podman knows nothing of. */
function portability(out: Findings, state: KeyState, key: PublicKey): void {
  if (key.kind != KeyKind.EcdsaP384 && key.kind != KeyKind.EcdsaP521 && key.kind != KeyKind.Ed25519) return;
  on(
    out,
    Severity.Note,
    NOT_PORTABLE,
    state,
    "what cosign 3 signs with this kind of key is accepted here, and refused by podman, skopeo and CRI-O",
    "use a key of ECDSA P-256 where they have to accept the same images",
  );
}

function on(
  out: Findings,
  severity: Severity,
  id: string,
  state: KeyState,
  message: string,
  advice: string,
): void {
  out.add(severity, id, state.material.offset, state.path, Bytes.of(message), Bytes.of(advice));
}

/** Whether a part of the path between slashes is this. */
function hasComponent(path: Bytes, component: string): bool {
  let start = 0;
  for (let i = 0; i <= path.length; i++) {
    if (i < path.length && path.at(i) != SLASH) continue;
    if (path.slice(start, i).is(component)) return true;
    start = i + 1;
  }
  return false;
}
