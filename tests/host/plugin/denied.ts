import assert from "node:assert/strict";

import type { Execution } from "./installed-plugin.js";

/** Asserts a denial as containerd must see it: exit status 1 and exactly one line that begins with `code`. */
export function assertDenied({ status, stdout }: Execution, code: string, reason: RegExp): void {
  assert.match(stdout, /^[^\n]{1,400}\n$/);
  assert.ok(stdout.startsWith(`${code}: `), stdout);
  assert.match(stdout.slice(code.length + 2), reason);
  assert.equal(status, 1);
}
