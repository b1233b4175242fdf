import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { findPolicy, loadPolicy, policyWarnings } from "../../../host/service/policy-file.js";
import { readNamedFile } from "../../../host/service/policy-reading.js";
import { coreDouble, loaded } from "./core-double.js";

const signedBy = (keyPath: string): string => {
  const requirement = { type: "sigstoreSigned", keyPath };
  return JSON.stringify({ default: [{ type: "reject" }], transports: { docker: { "": [requirement] } } });
};
const REJECT = '{"default":[{"type":"reject"}]}';

test("the first candidate that is there is the policy", (t) => {
  const folder = temporaryFolder(t);
  const [first, second] = [join(folder, "first.json"), join(folder, "second.json")];
  writeFileSync(second, REJECT);
  assert.deepEqual(findPolicy(undefined, [first, second]), { kind: "found", path: second });
  writeFileSync(first, REJECT);
  assert.deepEqual(findPolicy(undefined, [first, second]), { kind: "found", path: first });
});

test("policy path falling through: a candidate that is there and broken makes no way for another", (t) => {
  const folder = temporaryFolder(t);
  const good = join(folder, "good.json");
  writeFileSync(good, REJECT);

  const dangling = join(folder, "dangling.json");
  symlinkSync(join(folder, "nowhere"), dangling);
  assert.deepEqual(findPolicy(undefined, [dangling, good]), { kind: "found", path: dangling });

  const subfolder = join(folder, "folder.json");
  mkdirSync(subfolder);
  assert.deepEqual(findPolicy(undefined, [subfolder, good]), { kind: "found", path: subfolder });
});

test("an explicit path leaves the candidates alone", (t) => {
  const folder = temporaryFolder(t);
  const candidate = join(folder, "candidate.json");
  writeFileSync(candidate, REJECT);
  assert.deepEqual(findPolicy(join(folder, "asked.json"), [candidate]), {
    kind: "none",
    code: "no-policy",
    reason: `no policy at ${join(folder, "asked.json")}`,
    path: join(folder, "asked.json"),
  });
});

test("no-policy: the reason names every place", (t) => {
  const folder = temporaryFolder(t);
  const state = loadPolicy(findPolicy(undefined, [join(folder, "a"), join(folder, "b")]));
  assert.deepEqual(state, {
    kind: "none",
    code: "no-policy",
    reason: `no policy at ${join(folder, "a")} or ${join(folder, "b")}`,
    path: join(folder, "a"),
  });
});

const BROKEN: [what: string, make: (path: string) => void, reason: RegExp][] = [
  ["text that is not JSON", (path) => writeFileSync(path, "{"), /:1:\d+: /],
  ["an unknown member", (path) => writeFileSync(path, '{\n "defualt":[]}'), /:2:\d+: .*defualt/],
  ["a folder", (path) => mkdirSync(path), / is not a regular file$/],
  ["a FIFO", (path) => makeFifo(path), / is not a regular file$/],
  ["a link to nowhere", (path) => symlinkSync(`${path}.gone`, path), / cannot be read: ENOENT$/],
  [
    "a file it names that is another each time it is read",
    (path) => writeFileSync(path, signedBy("/proc/sys/kernel/random/uuid")),
    /, or a file it names, keeps changing while it is read$/,
  ],
  [
    "a file above 32 MiB",
    (path) => makeSparse(path, 32 * 1024 * 1024 + 1),
    / is larger than 33554432 bytes$/,
  ],
];
for (const [what, make, reason] of BROKEN) {
  test(`policy-invalid: ${what}`, (t) => {
    const path = join(temporaryFolder(t), "policy.json");
    make(path);
    const state = loadPolicy(findPolicy(path, []));
    assert.equal(state.kind, "invalid");
    assert.equal(state.code, "policy-invalid");
    assert.equal(state.path, path);
    assert.ok(state.reason.startsWith(path), state.reason);
    assert.match(state.reason, reason);
    assert.doesNotMatch(state.reason, /\n/);
  });
}

test("a policy that loads is in force, with its digest", (t) => {
  const path = join(temporaryFolder(t), "policy.json");
  writeFileSync(path, REJECT);
  const state = loadPolicy(findPolicy(path, []));
  assert.equal(state.kind, "loaded");
  assert.equal(state.path, path);
  assert.match(state.core.summary.digest, /^sha256:[0-9a-f]{64}$/);
});

test("a file the policy names is read through links, as a Kubernetes volume has them", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "real.pub"), "key");
  symlinkSync(join(folder, "real.pub"), join(folder, "cosign.pub"));
  assert.equal(Buffer.from(readNamedFile(join(folder, "cosign.pub")) ?? []).toString(), "key");
});

const UNREADABLE: [what: string, make: (path: string) => void][] = [
  ["that is not there", () => {}],
  ["that is a folder", (path) => mkdirSync(path)],
  ["that is a FIFO without a writer", (path) => makeFifo(path)],
  ["above 1 MiB", (path) => makeSparse(path, 1024 * 1024 + 1)],
];
for (const [what, make] of UNREADABLE) {
  test(`a file the policy names ${what} is none`, (t) => {
    const path = join(temporaryFolder(t), "cosign.pub");
    make(path);
    assert.equal(readNamedFile(path), null);
  });
}

test("a path that cannot be one, and a device, are none", () => {
  assert.equal(readNamedFile("/etc/passwd\0"), null);
  assert.equal(readNamedFile(""), null);
  assert.equal(readNamedFile("/dev/zero"), null);
});

test("a file of exactly 1 MiB is read", (t) => {
  const path = join(temporaryFolder(t), "ca.pem");
  makeSparse(path, 1024 * 1024);
  assert.equal(readNamedFile(path)?.length, 1024 * 1024);
});

test("warnings have place and advice in one line, errors first; notes are none", () => {
  const finding = { id: "default-accepts", line: 1, column: 12, path: "default" };
  const state = loaded(
    coreDouble({
      summary: {
        findings: [
          { ...finding, severity: "warning", message: "accepts anything", advice: "write reject" },
          { ...finding, severity: "note", message: "not portable", advice: "" },
          { ...finding, severity: "error", message: "two\nlines", advice: "" },
        ],
      },
    }),
  );
  assert.deepEqual(policyWarnings(state), [
    "error: /etc/countersign/policy.json:1:12: two\\u000alines [default-accepts]",
    "warning: /etc/countersign/policy.json:1:12: accepts anything [default-accepts]; write reject",
  ]);
});

test("more warnings than anybody reads are counted", () => {
  const finding = {
    severity: "warning",
    id: "x",
    line: 1,
    column: 1,
    path: "",
    message: "m",
    advice: "",
  } as const;
  const lines = policyWarnings(
    loaded(coreDouble({ summary: { findings: Array.from({ length: 13 }, () => finding) } })),
  );
  assert.equal(lines.length, 11);
  assert.equal(lines.at(-1), "3 more findings: countersign policy check /etc/countersign/policy.json");
});

test("a default that accepts anything is warned about", (t) => {
  const path = join(temporaryFolder(t), "policy.json");
  writeFileSync(path, '{"default":[{"type":"insecureAcceptAnything"}]}');
  const warnings = policyWarnings(loadPolicy(findPolicy(path, [])));
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", /policy\.json:1:\d+: /);
});

function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-policy-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function makeFifo(path: string): void {
  assert.equal(spawnSync("mkfifo", [path]).status, 0);
}

function makeSparse(path: string, size: number): void {
  writeFileSync(path, "");
  truncateSync(path, size);
}
