import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { type TestContext, test } from "node:test";

import {
  type AuditRecord,
  type AuditSink,
  allSinks,
  auditRecord,
  auditToFile,
  auditToStream,
} from "../../../host/service/audit.js";
import { deny } from "../../../host/service/denial.js";
import { jsonLog } from "../../../host/service/log.js";
import { reasonLine } from "../../../host/service/one-line.js";
import { RecentRecords } from "../../../host/service/recent-records.js";
import { AuditDouble } from "./audit-double.js";

const RECORD: AuditRecord = {
  time: "2026-11-23T00:00:00.000Z",
  name: "ghcr.io/automata/app:1",
  digest: `sha256:${"a".repeat(64)}`,
  ok: false,
  code: "no-signature",
  reason: "nothing signed it",
  scope: "ghcr.io/automata",
  transport: "docker",
  policyDigest: `sha256:${"b".repeat(64)}`,
  signer: null,
  durations: { planMs: 0.1, fetchMs: 2, judgeMs: 0.3, totalMs: 2.5 },
  cached: false,
};

test("an audit file is appended to, one line a record, and nobody else may read it", (t) => {
  const path = join(temporaryFolder(t), "audit.jsonl");
  for (const name of ["first", "second"]) {
    const sink = auditToFile(path);
    sink.write({ ...RECORD, name });
    sink.close();
  }
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => JSON.parse(line)),
    [
      { ...RECORD, name: "first" },
      { ...RECORD, name: "second" },
    ],
  );
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test("an audit file that is a link or no regular file is refused", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "elsewhere"), "");
  symlinkSync(join(folder, "elsewhere"), join(folder, "link"));
  mkdirSync(join(folder, "folder"));
  assert.throws(() => auditToFile(join(folder, "link")), { code: "ELOOP" });
  assert.throws(() => auditToFile(join(folder, "folder")), { code: "EISDIR" });
  assert.throws(() => auditToFile("/dev/null"), { message: "/dev/null is not a regular file" });
});

test("a sink that fails takes no record from the others, and the first failure is told", () => {
  const failing = (message: string): AuditSink => ({
    write: () => {
      throw new Error(message);
    },
  });
  const last = new AuditDouble();
  const sinks = allSinks(failing("no space left"), failing("no such device"), last);
  assert.throws(() => sinks.write(RECORD), { message: "no space left" });
  assert.deepEqual(last.records, [RECORD]);
  allSinks(last).write(RECORD);
});

test("the last 512 judgements are remembered, and those on a name told, the oldest first", () => {
  const recent = new RecentRecords();
  const write = (name: string, reason: string) => recent.write({ ...RECORD, name, reason });
  write("app:1", "first");
  write("app:1", "second");
  for (let i = 0; i < 510; i++) write("app:2", "");
  assert.deepEqual(
    recent.on("app:1").map(({ reason }) => reason),
    ["first", "second"],
  );
  write("app:2", "");
  assert.deepEqual(
    recent.on("app:1").map(({ reason }) => reason),
    ["second"],
  );
  assert.deepEqual(recent.on("app"), []);
});

test("a record keeps 1,024 characters of a name or digest: one that long is denied, and may not fill the disk", () => {
  const asked = { name: "n".repeat(1_025), digest: "d".repeat(1_025) };
  const verdict = {
    ...deny("request-malformed", "the name is longer than 1024 bytes", { ...asked, policyDigest: "" }),
    ...{ durations: RECORD.durations, cached: false },
  };
  const { name, digest } = auditRecord(asked, verdict, new Date());
  assert.deepEqual([name, digest], [`${"n".repeat(1_024)}…`, `${"d".repeat(1_024)}…`]);
  assert.equal(auditRecord({ ...asked, name: "n".repeat(1_024) }, verdict, new Date()).name.length, 1_024);
});

test("a hostile name stays one line of JSON that a terminal does not act on", () => {
  const stream = new PassThrough();
  const name = 'a\n{"ok":true}\u001b[2J\u009b\u202e\u2028\u{e0001}\ud800';
  auditToStream(stream).write({ ...RECORD, name });
  const text = stream.read().toString();
  assert.match(text, /^[\x20-\x7e]*\n$/);
  assert.equal(JSON.parse(text).name, name);
});

test("a log line has time, level, message and fields", () => {
  const stream = new PassThrough();
  jsonLog(stream).warn("look", { name: "x\ny" });
  const { time, ...rest } = JSON.parse(stream.read().toString());
  assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(rest, { level: "warn", message: "look", name: "x\ny" });
});

test("a reason is one line of at most 300 characters", () => {
  assert.equal(reasonLine("short"), "short");
  assert.equal(reasonLine("a\r\nb"), "a\\u000d\\u000ab");
  const long = reasonLine("\u{1f4e6}".repeat(301));
  assert.equal(Array.from(long).length, 300);
  assert.equal(long, `${"\u{1f4e6}".repeat(299)}…`);
});

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-records-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
