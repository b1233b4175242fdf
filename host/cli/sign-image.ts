import { setImmediate as nextTurn } from "node:timers/promises";

import { command } from "./command.js";
import { isPasswordTyped } from "./password.js";
import { signerFromFile } from "./private-key-file.js";
import { REGISTRY_OPTIONS } from "./registry-option-table.js";

const OPTIONS = {
  format: { type: "string", value: "FORMAT", help: "legacy, bundle or both (both)" },
  recursive: { type: "boolean", short: "r", help: "sign every image of an index, too" },
  annotations: {
    type: "string",
    short: "a",
    value: "KEY=VALUE",
    multiple: true,
    help: "what else the signatures say",
  },
  "sign-identity": {
    type: "string",
    value: "NAME[:TAG]",
    help: "what the signatures call the image (TARGET; for a layout, SOURCE)",
  },
  policy: { type: "string", value: "FILE", help: "judge by this policy, too" },
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
them by PUBLIC-KEY; only when they are accepted is the tag of TARGET set. If TARGET is SOURCE, the image is signed
where it is.

SOURCE is NAME[:TAG|@DIGEST] in a registry, oci:DIR[:TAG], oci-archive:FILE[:TAG] or docker-archive:FILE[:TAG] (of
Docker 25 or later); TARGET is NAME[:TAG] in a registry or oci:DIR:TAG, and takes the tag of SOURCE if it has none.

Whoever pulls by TARGET's name finds a signature of it with the tag and one without: under cosign's tag ("legacy") and
in a sigstore bundle ("bundle"). Signing again adds nothing. The password of the private key is the one in
COSIGN_PASSWORD, else one asked for on the terminal, else all of standard input.`,
  options: OPTIONS,
  async run(given) {
    const [, , privateKey = ""] = given.operands;
    // A password takes longest to become a key: even the rest of this program is loaded meanwhile, a turn later, for
    // what waits for a promise waits for the loading, too.
    const signing = isPasswordTyped() ? null : signerFromFile(privateKey);
    signing?.catch(() => {});
    await nextTurn();
    const { runSigning } = await import("./signing-run.js");
    return runSigning(given, signing);
  },
});
