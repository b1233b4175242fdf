import { UsageError } from "./usage-error.js";

const INTERRUPT = 0x03; // Ctrl-C
const END_OF_FILE = 0x04; // Ctrl-D
const BACKSPACE = 0x08;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const KILL_LINE = 0x15; // Ctrl-U
const DELETE = 0x7f;

/**
 * What is typed after each prompt, without its line end. The terminal does not echo it, and is restored afterwards,
 * even after an error or Ctrl-C. Throws `UsageError`.
 */
export async function hiddenLines(prompts: readonly string[]): Promise<Buffer[]> {
  const { stdin, stderr } = process;
  const lines: Buffer[] = [];
  let line = new HiddenLine();
  stdin.setRawMode(true);
  try {
    stderr.write(prompts[0] ?? "");
    // Raw mode: the terminal neither edits nor interrupts, so keys come as they are pressed.
    for await (const chunk of stdin.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      for (const key of chunk) {
        if (!line.press(key)) continue;
        stderr.write("\n");
        lines.push(line.text);
        if (lines.length === prompts.length) return lines;
        line = new HiddenLine();
        stderr.write(prompts[lines.length] ?? "");
      }
    }
    throw new UsageError("no password: the terminal has gone away");
  } catch (error) {
    if (error instanceof Interrupted) {
      stderr.write("\n");
      stdin.setRawMode(false);
      process.kill(process.pid, "SIGINT");
    }
    throw error;
  } finally {
    stdin.setRawMode(false);
    stdin.pause();
  }
}

/** Ctrl-C, which raw mode makes a key like any other. */
export class Interrupted extends Error {
  override readonly message = "interrupted";
}

/** One line as the terminal's own editing would make it of the keys (POSIX, canonical mode with UTF-8). */
export class HiddenLine {
  #bytes: number[] = [];

  get text(): Buffer {
    return Buffer.from(this.#bytes);
  }

  /** Whether the line is at its end. */
  press(key: number): boolean {
    switch (key) {
      case LINE_FEED:
      case CARRIAGE_RETURN:
        return true;
      case INTERRUPT:
        throw new Interrupted();
      case END_OF_FILE:
        if (this.#bytes.length === 0) throw new UsageError("no password was typed");
        return false;
      case BACKSPACE:
      case DELETE:
        this.#eraseCharacter();
        return false;
      case KILL_LINE:
        this.#bytes = [];
        return false;
      default:
        this.#bytes.push(key);
        return false;
    }
  }

  #eraseCharacter(): void {
    while (isContinuation(this.#bytes.pop())) {}
  }
}

/** Whether the byte is one of a UTF-8 character, but not its first. */
function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}
