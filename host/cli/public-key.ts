import { command } from "./command.js";
import { EXIT } from "./exit-code.js";
import { assertFree, writeNewFiles } from "./new-files.js";
import { print } from "./output.js";
import { privateKeyFromFile } from "./private-key-file.js";
import { UsageError } from "./usage-error.js";

export default command({
  description: `Prints the public key as PEM, which is what a policy's keyPath names. FILE holds cosign's encrypted key, or an
unencrypted one as PKCS#8, SEC1 or PKCS#1. The password is read from COSIGN_PASSWORD, else from the terminal, else from
standard input (all of it).`,
  options: {
    key: { type: "string", value: "FILE", help: "the private key (required)" },
    outfile: { type: "string", value: "FILE", help: "write it to FILE and print nothing" },
    force: { type: "boolean", help: "overwrite an existing outfile" },
    json: { type: "boolean", help: "print one JSON object with pem, kind and fingerprint" },
  },
  async run({ values: { key, outfile, force = false, json = false } }) {
    if (key === undefined) throw new UsageError("--key FILE is missing");
    const replacing = { replace: force };
    if (outfile !== undefined) await assertFree([outfile], replacing);

    const { kind, pem, fingerprint } = (await privateKeyFromFile(key)).publicKey;
    if (outfile !== undefined) await writeNewFiles([{ path: outfile, content: pem, mode: 0o644 }], replacing);
    if (json) print(`${JSON.stringify({ pem, kind, fingerprint })}\n`);
    else if (outfile === undefined) print(pem);
    return EXIT.ok;
  },
});
