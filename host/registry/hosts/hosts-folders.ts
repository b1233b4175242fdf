import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { LRUCache } from "lru-cache";

import { isRegistry } from "../../oci/names.js";
import type { Report } from "../credentials/source.js";
import { RegistryError } from "../error.js";
import { readDockerLayout } from "./docker-layout.js";
import { type HostSettings, HostsError, USUAL_PLACE } from "./host-settings.js";
import { parseHostsToml } from "./hosts-toml.js";
import { type RegistryHost, type RegistryHosts, registryHost } from "./registry-hosts.js";

/** How long what was read is good for. */
const TTL_MS = 2_000;

/**
 * Registries' hosts as containerd's `config_path` has them: of the folders named, the first with one for the registry
 * counts; in it, `hosts.toml`, or certificates as Docker lays them out. A hosts.toml that cannot be used is reported, and
 * treated as containerd treats it: as if it were not there.
 */
export class HostsFolders implements RegistryHosts {
  readonly #roots: readonly string[];
  readonly #plainHttp: readonly string[];
  readonly #report: Report;
  readonly #read = new LRUCache<string, Promise<readonly RegistryHost[]>>({ max: 1_024, ttl: TTL_MS });

  /** `roots`: folders, separated by colons. */
  constructor(roots: string, plainHttp: readonly string[], report: Report) {
    this.#roots = roots.split(":").filter((root) => root !== "");
    this.#plainHttp = plainHttp;
    this.#report = report;
  }

  hosts(registry: string): Promise<readonly RegistryHost[]> {
    // It becomes a path.
    if (!isRegistry(registry)) throw new TypeError("not a registry's host");
    let hosts = this.#read.get(registry);
    if (hosts === undefined) {
      hosts = this.#load(registry);
      this.#read.set(registry, hosts);
    }
    return hosts;
  }

  async #load(registry: string): Promise<readonly RegistryHost[]> {
    try {
      const folder = await this.#folderOf(registry);
      const settings = folder === null ? [USUAL_PLACE] : await this.#settings(folder);
      return await Promise.all(settings.map((one) => registryHost(registry, one, this.#plainHttp)));
    } catch (error) {
      if (!(error instanceof HostsError)) throw error;
      this.#report(`the hosts of ${registry} cannot be read: ${error.message}`);
      throw new RegistryError("registry-unavailable", "the settings of its hosts cannot be read");
    }
  }

  async #folderOf(registry: string): Promise<string | null> {
    for (const root of this.#roots) {
      for (const name of folderNames(registry)) {
        const folder = join(root, name);
        if (await exists(folder)) return folder;
      }
    }
    return null;
  }

  async #settings(folder: string): Promise<readonly HostSettings[]> {
    const file = join(folder, "hosts.toml");
    const text = await readFile(file, "utf8").catch((error) => {
      if (error.code === "ENOENT") return "";
      throw new HostsError(`${file}: cannot be read (${error.code?.toLowerCase()})`);
    });
    if (text !== "") {
      try {
        return parseHostsToml(text, folder);
      } catch (error) {
        if (!(error instanceof HostsError)) throw error;
        this.#report(`${file}: ${error.message}; its hosts are not asked, as containerd does not ask them`);
      }
    }
    return [await readDockerLayout(folder)];
  }
}

/** The folder of `host:port` is `host_port_` or `host:port`; `_default` is for those that have none. */
function folderNames(registry: string): string[] {
  const colon = registry.lastIndexOf(":");
  const spelled = colon > 0 ? [`${registry.slice(0, colon)}_${registry.slice(colon + 1)}_`] : [];
  return [...spelled, registry, "_default"];
}

async function exists(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return false;
    throw new HostsError(`${folder}: cannot be read (${code?.toLowerCase()})`);
  }
}
