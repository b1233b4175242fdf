/**
 * A key that is refused. `message` is one line in lower case that says why; it contains nothing of the key or the
 * password, and leaves it to the caller to name the file.
 */
export class KeyRefused extends Error {
  override readonly name = "KeyRefused";
}
