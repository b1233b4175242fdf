import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { mustRun } from "../command.mjs";
import { downloadPackages } from "./apt.mjs";

/** Fetches a suite's packages into `folder`; returns by package name `{version, sha256, file}`. */
export async function fetchPackages(folder, { suite, packages, loader }) {
  const fetched = {};
  for (const file of await downloadPackages(folder, suite, [...packages, ...loader])) {
    const deb = join(folder, file);
    const fields = await mustRun(`reading ${file}`, "dpkg-deb", ["-f", deb, "Package", "Version"]);
    const [, name, version] = /^Package: (\S+)\nVersion: (\S+)$/m.exec(fields);
    const sha256 = createHash("sha256")
      .update(await readFile(deb))
      .digest("hex");
    fetched[name] = { version, sha256, file };
  }
  return fetched;
}
