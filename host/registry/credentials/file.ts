import { open } from "node:fs/promises";
import { CredentialError } from "./source.js";

const MAX_BYTES = 1024 * 1024;

/** A credential file's text; null when there is none. Read anew each time, since `docker login` rewrites it. */
export async function readCredentialFile(path: string): Promise<string | null> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, "r");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return null;
    throw new CredentialError(`${path}: cannot be opened (${code?.toLowerCase()})`);
  }
  try {
    const { size } = await file.stat();
    if (size > MAX_BYTES) throw new CredentialError(`${path}: larger than ${MAX_BYTES} bytes`);
    return await file.readFile("utf8");
  } catch (error) {
    if (error instanceof CredentialError) throw error;
    throw new CredentialError(
      `${path}: cannot be read (${(error as NodeJS.ErrnoException).code?.toLowerCase()})`,
    );
  } finally {
    await file.close();
  }
}
