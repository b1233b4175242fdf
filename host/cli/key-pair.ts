import { type PrivateKey, sealPrivateKey } from "../signing/keys/private-key.js";
import { assertFree, type NewFile, type Replacing, writeNewFiles } from "./new-files.js";
import { print, warn } from "./output.js";
import { readPassword } from "./password.js";

/** The options of commands that write a key pair. */
export const KEY_PAIR_OPTIONS = {
  force: { type: "boolean", help: "overwrite existing files" },
  json: {
    type: "boolean",
    help: "print one JSON object with the paths privateKey and publicKey, kind and fingerprint",
  },
} as const;

/**
 * Writes `PREFIX.key`, encrypted under a new password, and `PREFIX.pub`, as cosign does, and says so. `key` is called
 * when the names are known to be free. Throws `UsageError`.
 */
export async function writeKeyPair(
  prefix: string,
  { force = false, json = false }: { force?: boolean; json?: boolean },
  key: () => Promise<PrivateKey>,
): Promise<void> {
  const paths = { privateKey: `${prefix}.key`, publicKey: `${prefix}.pub` };
  const replacing: Replacing = { replace: force };
  await assertFree(Object.values(paths), replacing);

  const privateKey = await key();
  const password = await readPassword("new");
  if (password.length === 0) warn("the password is empty: whoever can read the private key can sign with it");
  const { publicKey } = privateKey;
  const files: NewFile[] = [
    { path: paths.privateKey, content: await sealPrivateKey(privateKey, password), mode: 0o600 },
    { path: paths.publicKey, content: publicKey.pem, mode: 0o644 },
  ];
  await writeNewFiles(files, replacing);

  const { kind, fingerprint } = publicKey;
  if (json) print(`${JSON.stringify({ ...paths, kind, fingerprint })}\n`);
  else print(`private key ${paths.privateKey}\npublic key  ${paths.publicKey}\n`);
}
