import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a test has started, and a folder for it; stopped in the opposite order, then the folder is removed. */
export class Parts {
  readonly folder: string;
  readonly #stops: (() => unknown)[];

  private constructor(folder: string) {
    this.folder = folder;
    this.#stops = [() => rm(folder, { recursive: true })];
  }

  /** Has `assemble` start things; if that fails, those already started are stopped. */
  static async gather<T>(assemble: (parts: Parts) => Promise<T>): Promise<T> {
    const parts = new Parts(await mkdtemp(join(tmpdir(), "countersign-")));
    try {
      return await assemble(parts);
    } catch (error) {
      await parts.stop();
      throw error;
    }
  }

  add<T extends { stop(): unknown }>(part: T): T {
    this.#stops.push(() => part.stop());
    return part;
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.toReversed()) await stop();
  }
}
