import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";

import { ContainersAuth } from "../../../host/registry/credentials/containers-auth.js";
import { DockerConfig } from "../../../host/registry/credentials/docker-config.js";
import { execute } from "../../../host/registry/credentials/executable.js";
import { CredentialError, type CredentialSource } from "../../../host/registry/credentials/source.js";

const SECRET = "password-c0ffee-9d";
const PATH = process.env["PATH"];
let folder = "";
let count = 0;

before(() => {
  folder = mkdtempSync(join(tmpdir(), "countersign-helpers-"));
  process.env["PATH"] = `${folder}:${PATH}`;
});
after(() => {
  process.env["PATH"] = PATH;
  rmSync(folder, { recursive: true });
});
beforeEach(() => {
  count += 1;
});

/** A helper that notes what it was asked and runs `script`; its name, another for each test. */
function helper(script: string): string {
  const name = `test${count}`;
  const path = join(folder, `docker-credential-${name}`);
  writeFileSync(
    path,
    `#!/bin/sh\nserver=$(cat)\necho "$1 $server" >> "${folder}/asked${count}"\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return name;
}

function config(document: unknown): string {
  const path = join(folder, `config${count}.json`);
  writeFileSync(path, JSON.stringify(document));
  return path;
}

const asked = () =>
  readFileSync(join(folder, `asked${count}`), "utf8")
    .trim()
    .split("\n");
const gives = (username: string) =>
  `printf '{"ServerURL":"x","Username":"${username}","Secret":"${SECRET}"}'`;
const entry = { auth: Buffer.from(`entry:${SECRET}`).toString("base64") };

test("a registry's helper is asked for it, and for no other", async () => {
  const name = helper(gives("from-helper"));
  const source = new DockerConfig(config({ auths: { "b.test": entry }, credHelpers: { "a.test": name } }));
  assert.deepEqual(await source.lookup("a.test"), { username: "from-helper", password: SECRET });
  assert.deepEqual(await source.lookup("b.test"), { username: "entry", password: SECRET });
  assert.equal(await source.lookup("c.test"), null);
  assert.deepEqual(asked(), ["get a.test"]);
});

test("the store of all registries is asked where there is no helper, and entries where it has nothing", async () => {
  const name = helper(
    `[ "$server" = a.test ] || { echo credentials not found in native keychain; exit 1; }; ${gives("u")}`,
  );
  const source = new DockerConfig(config({ auths: { "b.test": entry }, credsStore: name }));
  assert.deepEqual(await source.lookup("a.test"), { username: "u", password: SECRET });
  assert.deepEqual(await source.lookup("b.test"), { username: "entry", password: SECRET });
  assert.equal(await source.lookup("c.test"), null);
});

test("Docker Hub has the name that Docker gives it", async () => {
  const name = helper(gives("hub"));
  await new DockerConfig(config({ credsStore: name })).lookup("docker.io");
  assert.deepEqual(asked(), ["get https://index.docker.io/v1/"]);
});

test("the user <token> is an identity token", async () => {
  const source = new DockerConfig(config({ credsStore: helper(gives("<token>")) }));
  assert.deepEqual(await source.lookup("a.test"), { identityToken: SECRET });
});

test("what a helper said is kept for a moment, and a failure is not", async () => {
  const kept = new DockerConfig(config({ credsStore: helper(gives("u")) }));
  await Promise.all([kept.lookup("a.test"), kept.lookup("a.test")]);
  await kept.lookup("a.test");
  assert.equal(asked().length, 1);
  count += 1;
  const failing = new DockerConfig(config({ credsStore: helper("exit 3") }));
  await assert.rejects(failing.lookup("a.test"), CredentialError);
  await assert.rejects(failing.lookup("a.test"), CredentialError);
  assert.equal(asked().length, 2);
});

test("containers' auth.json: a registry's helper has the say for it", async () => {
  const source = new ContainersAuth(
    config({ auths: { "a.test": entry }, credHelpers: { "a.test": helper(gives("h")) } }),
  );
  assert.deepEqual(await source.lookup("a.test", "x"), { username: "h", password: SECRET });
});

const FAILURES: readonly [what: string, script: string, message: RegExp][] = [
  ["fails", `echo ${SECRET}; exit 7`, /^docker-credential-\S+: failed with status 7$/],
  ["prints no json", `echo ${SECRET}`, /^docker-credential-\S+: not valid json$/],
  ["prints a list", `echo '["${SECRET}"]'`, /: its answer is not an object$/],
  ["leaves out the secret", `echo '{"Username":"u","Password":"${SECRET}"}'`, /: Secret is not a string$/],
  ["prints without end", `yes ${SECRET}`, /: printed more than 65536 bytes$/],
];

for (const [what, script, message] of FAILURES) {
  test(`a helper that ${what} is a failure that says nothing it printed`, async () => {
    await assertFails(new DockerConfig(config({ credsStore: helper(script) })), message);
  });
}

test("a helper that is not there is a failure", async () => {
  const source = new DockerConfig(config({ credsStore: "nowhere" }));
  await assertFails(source, /^docker-credential-nowhere: does not start \(enoent\)$/);
});

test("a program that takes too long is ended, with what it has started", async () => {
  const running = execute("/bin/sh", { args: ["-c", "sleep 60 | cat"], input: "", timeoutMs: 50 });
  await assert.rejects(running, /^CredentialError: \/bin\/sh: took more than 50 ms$/);
});

test("a helper's name cannot be a path", async () => {
  const source = new DockerConfig(config({ credsStore: "../x" }));
  await assertFails(source, /^a credential helper's name is not one of a program$/);
});

async function assertFails(source: CredentialSource, message: RegExp): Promise<void> {
  await assert.rejects(source.lookup("a.test", "x"), (error) => {
    assert.ok(error instanceof CredentialError);
    assert.match(error.message, message);
    assert.ok(!`${error.stack}${error.cause}`.includes(SECRET));
    return true;
  });
}
