// keys/: key files, which cosign reads or does not.

import { basename } from "node:path";
import type { Case } from "../corpus.js";
import type { CosignFolder } from "./folder.js";

/** A case for each file; `publicFile` is the public half of a private key, where it is known which. */
export function keyFiles(folder: CosignFolder): Case[] {
  return ["keys", "keys/kdf"].flatMap((place) => {
    const files = folder.names(place).filter((name) => /\.(key|pem|pub)$/.test(name));
    return files.map((name) => ({
      id: `${place}/${name}`,
      file: folder.read(place, name).toString("base64"),
      kind: name.endsWith(".pub") ? "public" : "private",
      publicFile: publicHalf(name, files, (file) => folder.read(place, file).toString("base64")),
    }));
  });
}

/** `k3.key` and `k3.pub`, `plain-ed.pem` and `i-ed.pub`; in a folder with one public key it is that of all. */
function publicHalf(name: string, files: readonly string[], read: (file: string) => string): string | null {
  const stem = basename(name).replace(/\.\w+$/, "");
  const halves = files.filter((file) => file.endsWith(".pub"));
  const own = [`${stem}.pub`, `${stem.replace(/^plain-/, "i-")}.pub`].find((file) => halves.includes(file));
  const only = halves.length === 1 ? halves[0] : undefined;
  const half = own ?? only;
  return half === undefined ? null : read(half);
}
