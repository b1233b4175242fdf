// docs/examples/judge.mjs where no guide leads it: behind tokens, at registries that fail, and with bytes without end.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";

import { type Finished, finish } from "../../support/process.js";
import {
  startRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from "../../support/registry/registry.js";
import { authority } from "../../support/registry/tls.js";
import { generateKey, makeImage, pushImage, pushSigned } from "../../support/sign.js";

const PROGRAM = fileURLToPath(new URL("../../../../docs/examples/judge.mjs", import.meta.url));
const IMAGE = makeImage({ seed: "an embedder's" });
const known = authority("of examples");
const key = generateKey();

interface Setting {
  readonly registry: TestRegistry;
  /** Runs the program on the image, or on what else is named in its registry. */
  judged(reference?: string): Promise<Finished>;
}

/** A registry that speaks https, with a signed image `a:1`, and a policy for it. */
async function setUp(t: TestContext, options: TestRegistryOptions = {}): Promise<Setting> {
  const folder = mkdtempSync(join(tmpdir(), "countersign-example-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const { certificate, key: tlsKey } = known.server();
  const registry = await startRegistry({ tls: { cert: certificate, key: tlsKey }, ...options });
  t.after(() => registry.close());
  pushImage(registry, "a", IMAGE, "1");
  pushSigned(registry, "a", IMAGE.digest, key.privateKey);
  const at = (name: string) => join(folder, name);
  writeFileSync(at("authority.pem"), known.certificate);
  const keyData = Buffer.from(key.publicPem).toString("base64");
  const signed = { type: "sigstoreSigned", keyData, signedIdentity: { type: "matchRepository" } };
  writeFileSync(at("policy.json"), JSON.stringify({ default: [signed] }));
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: at("authority.pem") };
  const judged = (reference = "a:1") =>
    finish(process.execPath, [PROGRAM, at("policy.json"), `${registry.host}/${reference}`], { env });
  return { registry, judged };
}

test("a signed image, behind a token", async (t) => {
  const port = await freePort();
  const realm = `https://127.0.0.1:${port}/token`;
  const { registry, judged } = await setUp(t, { port, authentication: { kind: "bearer", realm } });
  const { status, stdout, stderr } = await judged();
  assert.equal(stderr, "");
  assert.ok(stdout.startsWith(`use ${IMAGE.digest}: accepted: `), stdout);
  assert.equal(status, 0);
  assert.ok(registry.requests.some(({ authorization }) => authorization === "bearer"));
});

const FAILURES: readonly [what: string, options: TestRegistryOptions, code: string][] = [
  [
    "a token service that is not https",
    { authentication: { kind: "bearer", realm: "http://127.0.0.1:1/token" } },
    "registry-protocol",
  ],
  ["a registry that fails", { onRequest: () => ({ status: 500 }) }, "registry-protocol"],
  ["a registry that breaks off", { onRequest: () => ({ manner: "reset" }) }, "registry-unavailable"],
  ["an answer without end", { onRequest: () => ({ manner: "endless" }) }, "evidence-too-large"],
];

for (const [what, options, code] of FAILURES) {
  test(`${what}: ${code}`, async (t) => {
    const { judged } = await setUp(t, options);
    const { status, stdout } = await judged();
    assert.match(stdout, new RegExp(`^do not use \\S+: ${code}: `));
    assert.equal(status, 1);
  });
}

test("an image that is not there, and one that is not signed", async (t) => {
  const { registry, judged } = await setUp(t);
  assert.match((await judged("a:2")).stdout, /^do not use \S+: manifest-missing: /);
  pushImage(registry, "b", makeImage(), "1");
  const unsigned = await judged("b:1");
  assert.match(unsigned.stdout, /^do not use \S+: no-signature: /);
  assert.equal(unsigned.status, 1);
});

/** One that nobody listens on; what names it is made before the registry. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}
