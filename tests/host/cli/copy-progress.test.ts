import assert from "node:assert/strict";
import { test } from "node:test";

import { CopyProgress } from "../../../host/cli/copy-progress.js";

const BLOB = `sha256:${"0123456789abcdef".repeat(4)}`;
const OTHER = `sha256:${"f".repeat(64)}`;
const ERASE_ONE = "\r\x1b[J";
const ERASE_TWO = "\r\x1b[1A\x1b[J";

/** Progress on a screen whose writes are kept, at a time that is set. */
function progressOn(isTTY: boolean, columns = 80) {
  const written: string[] = [];
  const screen = { isTTY, columns, write: (text: string) => written.push(text) };
  let now = 1_000;
  const progress = new CopyProgress(screen, () => now);
  return { written, progress, at: (ms: number) => (now = 1_000 + ms) };
}

test("bytes and rate of each blob under way, and a line that stays for each that has ended", () => {
  const { written, progress, at } = progressOn(true);
  const total = 500e6;
  progress.report({ blob: BLOB, bytes: 0, total, ended: null });
  assert.equal(written.splice(0).join(""), "sha256:0123456789ab  0.0 MB of 500.0 MB");
  at(500);
  progress.report({ blob: OTHER, bytes: 0, total: 2e6, ended: null });
  at(1_000);
  progress.report({ blob: BLOB, bytes: 100e6, total, ended: null });
  assert.equal(
    written.splice(0).slice(-2).join(""),
    `${ERASE_TWO}sha256:0123456789ab  100.0 MB of 500.0 MB  100.0 MB/s\nsha256:ffffffffffff  0.0 MB of 2.0 MB`,
  );
  at(1_050);
  progress.report({ blob: BLOB, bytes: 101e6, total, ended: null });
  assert.deepEqual(written, []);
  at(1_500);
  progress.report({ blob: OTHER, bytes: 2e6, total: 2e6, ended: "written" });
  assert.equal(
    written.splice(0).join(""),
    `${ERASE_TWO}sha256:ffffffffffff  2.0 MB  copied, 2.0 MB/s\nsha256:0123456789ab  101.0 MB of 500.0 MB  67.3 MB/s`,
  );
  progress.report({ blob: BLOB, bytes: total, total, ended: "mounted" });
  assert.equal(
    written.splice(0).join(""),
    `${ERASE_ONE}sha256:0123456789ab  500.0 MB  taken from another repository\n`,
  );
  progress.end();
  assert.deepEqual(written.join(""), "");
});

test("no line is longer than the screen is wide", () => {
  const { written, progress } = progressOn(true, 20);
  progress.report({ blob: BLOB, bytes: 0, total: 1e9, ended: "present" });
  assert.ok(written.every((text) => text.length <= 20));
});

test("nothing where nobody looks", () => {
  const { written, progress } = progressOn(false);
  progress.report({ blob: BLOB, bytes: 0, total: 1, ended: null });
  progress.report({ blob: BLOB, bytes: 1, total: 1, ended: "written" });
  progress.end();
  assert.deepEqual(written, []);
});
