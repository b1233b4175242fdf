import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { KEY_PAIR_OPTIONS, writeKeyPair } from "./key-pair.js";
import { plainPrivateKeyFromFile } from "./private-key-file.js";
import { UsageError } from "./usage-error.js";

const DEFAULT_PREFIX = "import-cosign";

export default command({
  description: `Converts the private key in a PEM file: writes it as PREFIX.key, in cosign's format and encrypted, and its public key
as PREFIX.pub. FILE holds one unencrypted key as PKCS#8, SEC1 or PKCS#1: ECDSA (P-256, P-384, P-521), RSA (from 2048
bits) or Ed25519. The new password is read from COSIGN_PASSWORD, else from the terminal, else from standard input (all
of it).`,
  options: {
    key: { type: "string", value: "FILE", help: "the private key (required)" },
    "output-key-prefix": {
      type: "string",
      value: "PREFIX",
      help: `prefix of the file names (default: ${DEFAULT_PREFIX})`,
    },
    ...KEY_PAIR_OPTIONS,
  },
  async run({ values }) {
    const { key } = values;
    if (key === undefined) throw new UsageError("--key FILE is missing");
    await writeKeyPair(values["output-key-prefix"] ?? DEFAULT_PREFIX, values, () =>
      plainPrivateKeyFromFile(key),
    );
    return EXIT.ok;
  },
});
