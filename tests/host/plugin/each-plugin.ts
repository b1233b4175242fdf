import { type TestContext, test as testOnce } from "node:test";
import { executable, type Runtime } from "../../../host/plugin/installation/executable.js";
import { PLATFORM } from "../../../host/plugin/installation/native.js";

/** The two programs that have to be the same to everybody. */
const PLUGINS: readonly [name: string, runtime: Runtime][] = [
  ["the native plugin", "native"],
  ["the plugin on Node.js", { node: process.execPath }],
];

const runtimes = new WeakMap<TestContext, Runtime>();

interface Options {
  readonly skip?: string | boolean;
}

type Body = (t: TestContext) => void | Promise<void>;

/** Defines a test for each of the plugins: what `installPlugin` installs for its context. */
export function test(name: string, body: Body): void;
export function test(name: string, options: Options, body: Body): void;
export function test(name: string, options: Options | Body, body?: Body): void {
  const run = body ?? (options as Body);
  for (const [plugin, runtime] of PLUGINS) {
    const given = body === undefined ? {} : (options as Options);
    testOnce(`${plugin}: ${name}`, { ...given, skip: given.skip || missing(runtime) }, (t) => {
      runtimes.set(t, runtime);
      return run(t);
    });
  }
}

/** The plugin a test is about. */
export function runtimeOf(t: TestContext): Runtime {
  return runtimes.get(t) ?? { node: process.execPath };
}

/** Why there is no such plugin to test; false where there is. */
export function missing(runtime: Runtime): string | false {
  const installation = { socket: "/verifier.sock", owner: 0, deadlineMs: 1 };
  if (executable(runtime, installation) !== null) return false;
  return `there is no native plugin for ${PLATFORM}: it takes a C compiler`;
}
