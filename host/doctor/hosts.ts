import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { HostsError } from "../registry/hosts/host-settings.js";
import { parseHostsToml } from "../registry/hosts/hosts-toml.js";
import type { Configuration } from "./containerd/configuration.js";
import { type Finding, ok, warning } from "./finding.js";

/** Whether containerd and the daemon look for registries' hosts in the same place, and can read what is there. */
export async function hostsFindings({ images, from }: Configuration, hostsDir: string): Promise<Finding[]> {
  const configured = ((images["registry"] ?? {}) as Record<string, unknown>)["config_path"];
  const path = typeof configured === "string" ? configured : "";
  return [placeFinding(path, hostsDir, from), await filesFinding(hostsDir)];
}

function placeFinding(configured: string, hostsDir: string, from: string): Finding {
  if (configured === hostsDir)
    return ok("hosts-dir", `containerd and doctor look for hosts.toml in ${hostsDir}`);
  if (configured === "") {
    return ok(
      "hosts-dir",
      `containerd's CRI reads no hosts.toml (config_path is not set); the daemon reads ${hostsDir}`,
    );
  }
  return warning(
    "hosts-dir",
    `containerd looks for hosts.toml in ${configured} (${from}), and the daemon in ${hostsDir}, if it was started so`,
    "signatures are looked for on other hosts than images",
    `start the daemon with --hosts-dir ${configured}, and give it to doctor`,
  );
}

async function filesFinding(hostsDir: string): Promise<Finding> {
  const broken: string[] = [];
  let count = 0;
  for (const root of hostsDir.split(":").filter((root) => root !== "")) {
    for (const name of await readdir(root).catch(() => [])) {
      const folder = join(root, name);
      const text = await readFile(join(folder, "hosts.toml"), "utf8").catch(() => "");
      if (text === "") continue;
      count += 1;
      try {
        parseHostsToml(text, folder);
      } catch (error) {
        if (!(error instanceof HostsError)) throw error;
        broken.push(`${folder}/hosts.toml: ${error.message}`);
      }
    }
  }
  if (broken.length === 0) return ok("hosts-files", `every hosts.toml can be read: ${count}`);
  return warning(
    "hosts-files",
    broken.join("; "),
    "containerd treats such a file as if it were not there: its mirrors and certificates are not used",
    "mend it",
  );
}
