import { generatePrivateKey } from "../signing/keys/private-key.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { KEY_PAIR_OPTIONS, writeKeyPair } from "./key-pair.js";

const DEFAULT_PREFIX = "cosign";

export default command({
  description: `Writes PREFIX.key, a new private key (ECDSA, P-256), and PREFIX.pub, its public key, in cosign's format: either
program can use them. The password that encrypts the private key is read from COSIGN_PASSWORD, else from the terminal,
else from standard input (all of it).`,
  options: {
    "output-key-prefix": {
      type: "string",
      value: "PREFIX",
      help: `prefix of the file names (default: ${DEFAULT_PREFIX})`,
    },
    ...KEY_PAIR_OPTIONS,
  },
  async run({ values }) {
    await writeKeyPair(values["output-key-prefix"] ?? DEFAULT_PREFIX, values, async () =>
      generatePrivateKey(),
    );
    return EXIT.ok;
  },
});
