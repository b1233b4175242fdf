import type { TestContext } from "node:test";

/** Keeps every WebAssembly instance made during a test: what they hold is then open to damage. */
export function captureInstances(t: TestContext): WebAssembly.Instance[] {
  const instances: WebAssembly.Instance[] = [];
  const { Instance } = WebAssembly;
  class Captured extends Instance {
    constructor(module: WebAssembly.Module, imports?: object) {
      super(module, imports);
      instances.push(this);
    }
  }
  Object.assign(WebAssembly, { Instance: Captured });
  t.after(() => Object.assign(WebAssembly, { Instance }));
  return instances;
}

/** Overwrites everything an instance has in memory. */
export function corrupt(instance: WebAssembly.Instance | undefined): void {
  const memory = instance?.exports["memory"] as WebAssembly.Memory;
  new Uint8Array(memory.buffer).fill(0xff);
}
