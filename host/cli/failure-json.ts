import { jsonLine } from "../service/one-line.js";

/**
 * What `--json` prints where there is no result: `{"ok":false,"code":…,"reason":…}` in one line. `code` is one of
 * docs/codes.md; null for a failure that has none.
 */
export function failureJson(error: unknown): string {
  const code = codeOf(error);
  const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n");
  const reason = code !== null && line.startsWith(`${code}: `) ? line.slice(code.length + 2) : line;
  return jsonLine({ ok: false, code, reason });
}

/** Ours are lower-case; those of Node.js (ENOENT) are not. */
function codeOf(error: unknown): string | null {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return typeof code === "string" && /^[a-z]+(-[a-z]+)*$/.test(code) ? code : null;
}
