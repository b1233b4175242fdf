import { setImmediate as nextTurn } from "node:timers/promises";

import { command } from "./command.js";
import { isPasswordTyped } from "./password.js";
import { signerFromFile } from "./private-key-file.js";
import { REGISTRY_OPTIONS } from "./registry-option-table.js";

const OPTIONS = {
  format: { type: "string", value: "FORMAT", help: "legacy, bundle or both (default: both)" },
  recursive: { type: "boolean", short: "r", help: "also sign every image of an index" },
  annotations: {
    type: "string",
    short: "a",
    value: "KEY=VALUE",
    multiple: true,
    help: "an annotation for the signatures",
  },
  "sign-identity": {
    type: "string",
    value: "NAME[:TAG]",
    help: "the name in the signatures (default: TARGET; for a layout, SOURCE)",
  },
  policy: { type: "string", value: "FILE", help: "also judge by this policy" },
  json: {
    type: "boolean",
    help: "print one JSON object: name, digest, tags, referrers, fingerprint, added",
  },
  ...REGISTRY_OPTIONS,
} as const;

export type SignImageOptions = typeof OPTIONS;

export default command({
  operands: ["SOURCE", "TARGET", "PRIVATE-KEY", "PUBLIC-KEY"],
  description: `Copies the image SOURCE to TARGET with all its platforms, signs it there, fetches the signatures back and judges
them by PUBLIC-KEY. The tag of TARGET is set only when they are accepted. If TARGET is SOURCE, the image is signed
in place.

SOURCE is NAME[:TAG|@DIGEST] in a registry, oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:TAG] (of
Docker 25 or later). TARGET is NAME[:TAG] in a registry or oci:DIR:TAG, and takes SOURCE's tag if it has none.

Whoever pulls by TARGET's name finds signatures for the name with the tag and without it, under cosign's tag
("legacy") and in a sigstore bundle ("bundle"). Signing again adds nothing. The private key's password is read from
COSIGN_PASSWORD, else from the terminal, else from standard input (all of it).`,
  options: OPTIONS,
  async run(given) {
    const [, , privateKey = ""] = given.operands;
    // Turning a password into a key takes longest, so the rest of the program is loaded meanwhile. It starts a turn
    // later: anything waiting for a promise would wait for the loading, too.
    const signing = isPasswordTyped() ? null : signerFromFile(privateKey);
    signing?.catch(() => {});
    await nextTurn();
    const { runSigning } = await import("./signing-run.js");
    return runSigning(given, signing);
  },
});
