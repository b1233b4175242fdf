import { generatePrivateKey } from "../signing/keys/private-key.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { KEY_PAIR_OPTIONS, writeKeyPair } from "./key-pair.js";

const DEFAULT_PREFIX = "cosign";

export default command({
  description: `Writes PREFIX.key, a new private key (ECDSA, P-256), and PREFIX.pub, its public key, as cosign does: either
program can use them. The private key is encrypted with the password in COSIGN_PASSWORD, else with one asked for on
the terminal, else with all of standard input.`,
  options: {
    "output-key-prefix": {
      type: "string",
      value: "PREFIX",
      help: `what to call the files (${DEFAULT_PREFIX})`,
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
