// What is tested: the built component, the probe compiled from the same sources, and the files cases refer to.

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Explanation, NameMode } from "#component/types";
import { NameRefused, PolicyCore, PolicyError } from "../../host/core/core.js";
import { Probe } from "./probe.js";

const PROBE = new URL("../../../build/probe/conformance.wasm", import.meta.url);
const REJECT_ALL = { default: [{ type: "reject" }] };

export class Subject {
  readonly probe = new Probe(PROBE);

  /** `fixtures` is the folder that contains `fixtures/`. */
  constructor(private readonly fixtures: string) {}

  /** A file a case names, relative to the folder of the fixtures; null when there is none. */
  file(path: string): Buffer | null {
    const absolute = resolve(this.fixtures, path);
    return path !== "" && existsSync(absolute) ? readFileSync(absolute) : null;
  }

  /** The component with `policy` and the fixtures it names; text as it is, anything else as JSON. */
  load(policy: unknown): PolicyCore | PolicyError {
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    try {
      return PolicyCore.load(Buffer.from(text, "utf8"), (path) => this.file(path));
    } catch (error) {
      if (error instanceof PolicyError) return error;
      throw error;
    }
  }

  /** As `load`, for policies whose loading is not what the case is about. */
  core(policy: unknown): PolicyCore {
    const loaded = this.load(policy);
    if (loaded instanceof PolicyError) throw loaded;
    return loaded;
  }

  explain(
    image: { transport?: string; name: string; mode?: NameMode },
    policy: unknown = REJECT_ALL,
  ): Explanation | NameRefused {
    const { transport = "docker", name, mode = "user" } = image;
    const core = this.core(policy);
    try {
      return core.explain({ transport, name, mode, digest: "", descriptor: new Uint8Array() });
    } catch (error) {
      if (error instanceof NameRefused) return error;
      throw error;
    }
  }
}
