import { coreDigest } from "../core/core.js";
import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { note, print } from "./output.js";
import { POLICY_OPTION, requirePolicy } from "./policy-options.js";

export default command({
  description: `Prints sha256:… of the policy with the keys it names (not of the file's bytes): two policies that decide alike
for the same reasons have the same digest. To pin what decides you also need the digest of the core, the WebAssembly
module; it goes to standard error or, with --json, beside the first.`,
  options: {
    policy: POLICY_OPTION,
    json: { type: "boolean", help: "print one JSON object with path, policyDigest and coreDigest" },
  },
  async run({ values }) {
    const { core, path } = requirePolicy(values.policy);
    const policyDigest = core.summary.digest;
    if (values.json) {
      print(`${JSON.stringify({ path, policyDigest, coreDigest: coreDigest() })}\n`);
    } else {
      print(`${policyDigest}\n`);
      note(`policy ${path}, core ${coreDigest()}`);
    }
    return EXIT.ok;
  },
});
