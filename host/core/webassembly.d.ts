/**
 * The part of the WebAssembly JavaScript interface used here (https://webassembly.github.io/spec/js-api/).
 * TypeScript declares it in its browser libraries only, which would declare `document` and `window` as well.
 */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array);
    static imports(module: Module): { module: string; name: string; kind: string }[];
  }
  class Instance {
    constructor(module: Module, imports?: object);
    readonly exports: Record<string, unknown>;
  }
  class Memory {
    /** @param descriptor its size in pages of 64 KiB */
    constructor(descriptor: { initial: number });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }
  class Global {
    value: number | bigint;
  }
}
