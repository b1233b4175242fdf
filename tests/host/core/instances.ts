import type { TestContext } from "node:test";

/** Keeps every WebAssembly instance made during a test: what they hold is then open to damage. */
export function captureInstances(t: TestContext): WebAssembly.Instance[] {
  const { Instance } = WebAssembly;
  t.after(() => Object.assign(WebAssembly, { Instance }));
  return capturedInstances();
}

/** Every WebAssembly instance that is made from now on. */
export function capturedInstances(): WebAssembly.Instance[] {
  const instances: WebAssembly.Instance[] = [];
  const { Instance } = WebAssembly;
  class Captured extends Instance {
    constructor(module: WebAssembly.Module, imports?: object) {
      super(module, imports);
      instances.push(this);
    }
  }
  Object.assign(WebAssembly, { Instance: Captured });
  return instances;
}

/** Overwrites everything an instance has in memory. */
export function corrupt(instance: WebAssembly.Instance | undefined): void {
  const memory = instance?.exports["memory"] as WebAssembly.Memory;
  new Uint8Array(memory.buffer).fill(0xff);
}
