import assert from "node:assert/strict";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { CredentialProviders } from "../../../host/registry/credentials/kubelet/credential-providers.js";
import { matchesImage } from "../../../host/registry/credentials/kubelet/image-match.js";
import { KubeletConfig } from "../../../host/registry/credentials/kubelet/kubelet-config.js";
import { readProviderConfig } from "../../../host/registry/credentials/kubelet/provider-config.js";
import { CredentialError } from "../../../host/registry/credentials/source.js";

const SECRET = "password-c0ffee-9d";
const V1 = "credentialprovider.kubelet.k8s.io/v1";

const MATCHES: readonly [pattern: string, image: string, matches: boolean][] = [
  ["r.test", "r.test/a", true],
  ["https://r.test", "r.test/a", true],
  ["*.r.test", "x.r.test/a", true],
  ["*.r.test", "r.test/a", false],
  ["*.r.test", "y.x.r.test/a", false],
  ["*.test", "x.r.test/a", false],
  ["app*.r.test", "apples.r.test/a", true],
  ["app?.r.test", "apps.r.test/a", true],
  ["*.*.r.test", "y.x.r.test/a", true],
  ["r.*", "r.test/a", true],
  ["r.test:5000", "r.test:5000/a", true],
  ["r.test", "r.test:5000/a", false],
  ["r.test:5000", "r.test/a", false],
  ["r.test/team", "r.test/team/app", true],
  ["r.test/team", "r.test/other", false],
  ["r.test", "rxtest/a", false],
  ["123.dkr.ecr.*.amazonaws.com", "123.dkr.ecr.eu-west-1.amazonaws.com/a", true],
  ["*", "localhost/a", true],
];

for (const [pattern, image, matches] of MATCHES) {
  test(`${pattern} ${matches ? "means" : "does not mean"} ${image}`, () =>
    assert.equal(matchesImage(pattern, image), matches));
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-kubelet-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("kubelet's config.json: the longer key before the shorter, the name before the pattern", async (t) => {
  const path = join(folderFor(t), "config.json");
  const entry = (user: string) => ({ auth: Buffer.from(`${user}:${SECRET}`).toString("base64") });
  const keys = ["r.test", "r.test/team", "*.test", "https://index.docker.io/v1/", "https://v.test/v2/"];
  writeFileSync(path, JSON.stringify({ auths: Object.fromEntries(keys.map((key) => [key, entry(key)])) }));
  writeFileSync(path, readFileSync(path, "utf8").replaceAll("https:", "https:"));
  const source = new KubeletConfig(path);
  const user = async (registry: string, repository: string) => {
    const found = await source.lookup(registry, repository);
    return found !== null && "username" in found ? `${found.username}:${found.password}` : null;
  };
  assert.match(String(await user("r.test", "team/app")), /^r\.test\/team:/);
  assert.match(String(await user("r.test", "other")), /^r\.test:/);
  assert.match(String(await user("s.test", "x")), /^\*\.test:/);
  assert.match(String(await user("docker.io", "library/x")), /^https/);
  assert.match(String(await user("v.test", "x")), /^https/);
  assert.equal(await user("r.example", "x"), null);
  assert.equal(await new KubeletConfig(`${path}.none`).lookup("r.test", "x"), null);
});

interface Answer {
  readonly cacheKeyType?: string;
  readonly cacheDuration?: string;
  readonly auth?: unknown;
}

/** A provider that answers as told and notes what it is asked. */
function provider(folder: string, name: string, answer: Answer | string): void {
  const text =
    typeof answer === "string"
      ? answer
      : JSON.stringify({
          kind: "CredentialProviderResponse",
          apiVersion: V1,
          cacheKeyType: "Image",
          ...answer,
        });
  writeFileSync(join(folder, `${name}.out`), text);
  const script = `#!/bin/sh\ncat >> "${folder}/${name}.asked"; echo " $1 $EXTRA" >> "${folder}/${name}.asked"\ncat "${folder}/${name}.out"\n`;
  writeFileSync(join(folder, name), script);
  chmodSync(join(folder, name), 0o755);
}

function configuration(folder: string, ...providers: readonly string[]): string {
  const path = join(folder, "config.yaml");
  const head = "apiVersion: kubelet.config.k8s.io/v1\nkind: CredentialProviderConfig\nproviders:\n";
  writeFileSync(path, head + providers.join(""));
  return path;
}

const yaml = (name: string, lines = "") =>
  `- name: ${name}\n  matchImages: ["*.r.test", "r.test"]\n  defaultCacheDuration: "1h"\n  apiVersion: ${V1}\n${lines}`;

async function providers(folder: string, path: string, reports: string[] = []): Promise<CredentialProviders> {
  return new CredentialProviders(await readProviderConfig(path), folder, (line) => reports.push(line));
}

const login = { username: "u", password: SECRET };
const asked = (folder: string, name: string) =>
  readFileSync(join(folder, `${name}.asked`), "utf8")
    .trim()
    .split("\n").length;

test("a credential provider is asked as kubelet asks it", async (t) => {
  const folder = folderFor(t);
  provider(folder, "p", { auth: { "*.r.test": login } });
  const path = configuration(folder, yaml("p", '  args: ["get"]\n  env: [{name: EXTRA, value: "more"}]\n'));
  const source = await providers(folder, path);
  assert.deepEqual(await source.lookup("x.r.test", "a/b"), login);
  assert.equal(await source.lookup("other.test", "a/b"), null);
  const line = readFileSync(join(folder, "p.asked"), "utf8").trim();
  const request = { apiVersion: V1, kind: "CredentialProviderRequest", image: "x.r.test/a/b" };
  assert.equal(line, `${JSON.stringify(request)} get more`);
});

const KINDS: readonly [cacheKeyType: string, cacheDuration: string | undefined, times: number][] = [
  ["Image", undefined, 2],
  ["Image", "10m", 2],
  ["Registry", "10m", 1],
  ["Global", "10m", 1],
  ["Global", "0s", 4],
  ["Something", "10m", 4],
];

for (const [cacheKeyType, cacheDuration, times] of KINDS) {
  test(`two images asked for twice, kept for ${cacheKeyType} ${cacheDuration ?? "as configured"}: asked ${times} times`, async (t) => {
    const folder = folderFor(t);
    const duration = cacheDuration === undefined ? {} : { cacheDuration };
    provider(folder, "p", { auth: { "r.test": login }, cacheKeyType, ...duration });
    const source = await providers(folder, configuration(folder, yaml("p")));
    for (const name of ["a", "b", "a", "b"]) assert.deepEqual(await source.lookup("r.test", name), login);
    assert.equal(asked(folder, "p"), times);
  });
}

test("the next provider is asked where one has nothing", async (t) => {
  const folder = folderFor(t);
  provider(folder, "p", { auth: null });
  provider(folder, "q", { auth: { "r.test": login } });
  const source = await providers(folder, configuration(folder, yaml("p"), yaml("q")));
  assert.deepEqual(await source.lookup("r.test", "a"), login);
});

test("a provider that wants a service account's token is passed over, and that is said", async (t) => {
  const folder = folderFor(t);
  const reports: string[] = [];
  const path = configuration(folder, yaml("p", "  tokenAttributes: {serviceAccountTokenAudience: x}\n"));
  const source = await providers(folder, path, reports);
  assert.equal(await source.lookup("r.test", "a"), null);
  assert.deepEqual(reports, ["credential provider p wants a pod's service account, and is not asked"]);
});

const BAD_ANSWERS: readonly [what: string, answer: string, message: RegExp][] = [
  ["no json", `${SECRET}{`, /: not valid json$/],
  [
    "another version",
    `{"kind":"CredentialProviderResponse","apiVersion":"v2","auth":{}}`,
    /is not a CredentialProviderResponse/,
  ],
  ["another kind", `{"kind":"${SECRET}","apiVersion":"${V1}"}`, /is not a CredentialProviderResponse/],
  [
    "a password that is a number",
    `{"kind":"CredentialProviderResponse","apiVersion":"${V1}","auth":{"r.test":{"username":"u","password":7}}}`,
    /: password of an entry of auth is not a string$/,
  ],
];

for (const [what, answer, message] of BAD_ANSWERS) {
  test(`a provider that answers with ${what} is a failure that says nothing of it`, async (t) => {
    const folder = folderFor(t);
    provider(folder, "p", answer);
    const source = await providers(folder, configuration(folder, yaml("p")));
    await assert.rejects(source.lookup("r.test", "a"), (error) => {
      assert.ok(error instanceof CredentialError);
      assert.match(error.message, message);
      assert.ok(!error.message.includes(SECRET));
      return true;
    });
  });
}

const BAD_CONFIGURATIONS: readonly [what: string, providers: string, message: RegExp][] = [
  ["a path as a name", yaml("../p"), /the name of a provider is not one of a file$/],
  ["an unknown version", yaml("p").replace(V1, "v7"), /apiVersion of p is none of /],
  ["no images", `- name: p\n  apiVersion: ${V1}`, /matchImages of p is not a list$/],
  [
    "a duration without unit",
    yaml("p").replace('"1h"', '"60"'),
    /defaultCacheDuration of p is not a duration/,
  ],
  ["no yaml", "- [", /not valid yaml$/],
];

test("what a provider answers that fails is not taken", async (t) => {
  const folder = folderFor(t);
  provider(folder, "p", { auth: { "r.test": { username: "u", password: SECRET } } });
  writeFileSync(join(folder, "p"), `${readFileSync(join(folder, "p"), "utf8")}exit 3\n`);
  const source = await providers(folder, configuration(folder, yaml("p")));
  await assert.rejects(source.lookup("r.test", "a"), { message: `${folder}/p: failed with status 3` });
});

test("a configuration of another kind is refused, though it has providers", async (t) => {
  const path = configuration(folderFor(t), yaml("p"));
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace("CredentialProviderConfig", "KubeletConfiguration"));
  await assert.rejects(readProviderConfig(path), /: its kind is not CredentialProviderConfig$/);
});

for (const [what, text, message] of BAD_CONFIGURATIONS) {
  test(`a configuration of providers with ${what} is refused`, async (t) => {
    const path = configuration(folderFor(t), text);
    await assert.rejects(readProviderConfig(path), (error) => {
      assert.ok(error instanceof CredentialError);
      assert.match(error.message, message);
      return true;
    });
  });
}
