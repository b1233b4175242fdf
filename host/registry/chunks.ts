/** Cuts a stream into bodies of given lengths, without keeping more than the piece at hand. */
export class Chunks {
  readonly #content: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(content: AsyncIterable<Uint8Array>) {
    this.#content = content[Symbol.asyncIterator]();
  }

  /** The next `length` bytes, fewer if the stream ends before. */
  async *next(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#read())) return;
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  /** Reads on to the stream's end, so that whatever it finds wrong there is thrown. */
  async end(): Promise<void> {
    while (await this.#read());
  }

  /** Stops reading. */
  async close(): Promise<void> {
    await this.#content.return?.();
  }

  async #read(): Promise<boolean> {
    const { value, done } = await this.#content.next();
    if (done) return false;
    this.#rest = value;
    return true;
  }
}
