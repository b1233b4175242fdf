import { fstatSync } from "node:fs";

import { hiddenLines } from "./hidden-lines.js";
import { UsageError } from "./usage-error.js";

const MAX_BYTES = 64 * 1024;

/**
 * The password of a private key, from where cosign takes it: `COSIGN_PASSWORD` as it is, even if empty; else typed on
 * the terminal, twice if it is a `new` one; else all of standard input, a line feed at its end included. Throws
 * `UsageError`.
 */
export async function readPassword(which: "known" | "new"): Promise<Uint8Array> {
  const given = process.env["COSIGN_PASSWORD"];
  if (given !== undefined) return Buffer.from(given);
  if (isPasswordTyped()) return await typedPassword(which);
  // /dev/null, most likely: nobody chose an empty password by it.
  if (fstatSync(0).isCharacterDevice())
    throw new UsageError("no password: set COSIGN_PASSWORD, or give it on a terminal or on standard input");
  return await wholeStandardInput();
}

/** Whether somebody is asked for it on the terminal, where nothing else should be written meanwhile. */
export function isPasswordTyped(): boolean {
  return process.env["COSIGN_PASSWORD"] === undefined && process.stdin.isTTY === true;
}

async function typedPassword(which: "known" | "new"): Promise<Uint8Array> {
  const prompt = "Enter password for private key: ";
  const again = "Enter password for private key again: ";
  const lines = await hiddenLines(which === "new" ? [prompt, again] : [prompt]);
  const [password = Buffer.alloc(0), repeated = password] = lines;
  if (!password.equals(repeated)) throw new UsageError("the passwords do not match");
  return password;
}

async function wholeStandardInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) throw new UsageError(`the password is longer than ${MAX_BYTES} bytes`);
  }
  return Buffer.concat(chunks);
}
