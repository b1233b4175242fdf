// What is tested: the built component, the probe compiled from the same sources, and the files cases refer to.

import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Explanation, NameMode, PolicyError, Refusal } from "#component/types";
import { openPolicy, payloadOf, type Verifier } from "./component.js";
import { Probe } from "./probe.js";

const PROBE = new URL("../../../build/probe/conformance.wasm", import.meta.url);
const REJECT_ALL = { default: [{ type: "reject" }] };

export class Subject {
  readonly probe = new Probe(PROBE);

  /** `fixtures` is the folder that contains `fixtures/`. */
  constructor(private readonly fixtures: string) {}

  /** A file a case names, relative to the folder of the fixtures; undefined when there is none. */
  file(path: string): Buffer | undefined {
    const absolute = resolve(this.fixtures, path);
    return path !== "" && existsSync(absolute) ? readFileSync(absolute) : undefined;
  }

  /** An instance loaded with `policy` and the fixtures it names; text as it is, anything else as JSON. */
  open(policy: unknown): { verifier: Verifier } | { error: PolicyError } {
    const text = typeof policy === "string" ? policy : JSON.stringify(policy);
    return openPolicy(Buffer.from(text, "utf8"), (path) => this.file(path));
  }

  /** As `open`, for policies whose loading is not what the case is about. */
  verifier(policy: unknown): Verifier {
    const opened = this.open(policy);
    if ("error" in opened)
      throw new Error(`the policy does not load: ${opened.error.path}: ${opened.error.message}`);
    return opened.verifier;
  }

  explain(
    image: { transport?: string; name: string; mode?: NameMode },
    policy: unknown = REJECT_ALL,
  ): Explanation | { refused: Refusal } {
    const { transport = "docker", name, mode = "user" } = image;
    const verifier = this.verifier(policy);
    try {
      return verifier.explain({ transport, name, mode, digest: "", descriptor: new Uint8Array() });
    } catch (failure) {
      return { refused: payloadOf(failure) as Refusal };
    }
  }
}
