// What a daemon tells the world about itself: its metrics, and in none of its words a secret.
import assert from "node:assert/strict";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { descriptorOf, makeImage, pushImage } from "../../support/image.js";
import { startRegistry, type TestRegistryOptions } from "../../support/registry/registry.js";
import { generateKey } from "../../support/sign.js";
import { execute, installPlugin } from "../plugin/installed-plugin.js";
import {
  assertUsageError,
  finish,
  policyFile,
  REJECT_ALL,
  runCli,
  startCli,
  temporaryFolder,
} from "./run-cli.js";

const SECRETS = {
  password: "password-c0ffee-9d",
  header: "header-5eed-41",
  identity: "identity-beef-77",
  helper: "helper-f00d-13",
  body: "nobody should repeat what a registry says",
};

/** A daemon that tells its metrics; `scrape` reads them. */
async function observed(t: TestContext, args: readonly string[], env: Record<string, string> = {}) {
  const socket = join(temporaryFolder(t), "verifier.sock");
  const child = startCli(["serve", "--socket", socket, "--metrics-listen", "127.0.0.1:0", ...args], env);
  t.after(() => child.kill("SIGKILL"));
  let output = "";
  child.stderr.on("data", (text) => {
    output += text;
  });
  const finished = finish(child);
  await once(child.stdout, "data");
  const address = /"address":"([^"]+)"/.exec(output)?.[1];
  const scrape = async () => {
    const response = await fetch(`http://${address}/metrics`);
    assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
    return await response.text();
  };
  return { socket, child, finished, address, scrape };
}

function numberIn(metrics: string, pattern: RegExp): number {
  const found = metrics.split("\n").find((text) => pattern.test(text));
  assert.ok(found !== undefined, `${pattern} in\n${metrics}`);
  return Number(found.replace(/^.* /, ""));
}

test("metrics: verdicts, durations, the policy; and nothing but /metrics", async (t) => {
  const path = policyFile(t, REJECT_ALL);
  const { socket, address, scrape, child } = await observed(t, ["--policy", path]);
  const before = await scrape();
  assert.equal(numberIn(before, /^countersign_policy_loaded /), 1);
  assert.match(
    before,
    /^countersign_policy_info\{policy_digest="sha256:[0-9a-f]{64}",core_digest="sha256:[0-9a-f]{64}"\} 1$/m,
  );
  assert.equal(numberIn(before, /^countersign_policy_reload_failures_total /), 0);

  await execute(await installPlugin(t, socket));
  writeFileSync(path, "{");
  child.kill("SIGHUP");
  let after = await scrape();
  while (!/^countersign_policy_reload_failed 1$/m.test(after)) after = await scrape();
  assert.equal(numberIn(after, /^countersign_verdicts_total\{ok="false",code="rejected-by-policy",/), 1);
  assert.equal(numberIn(after, /^countersign_verdict_duration_seconds_count\{phase="total"\}/), 1);
  assert.equal(numberIn(after, /^countersign_policy_loaded /), 1);
  assert.equal(numberIn(after, /^countersign_policy_reload_failures_total /), 1);
  for (const [method, path] of [
    ["GET", "/"],
    ["POST", "/metrics"],
  ] as const) {
    assert.equal((await fetch(`http://${address}${path}`, { method })).status, 404);
  }
  const listed = readFileSync(new URL("../../../../docs/metrics.md", import.meta.url), "utf8");
  const names = [...after.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name as string);
  assert.deepEqual(
    [...listed.matchAll(/^\| `(countersign_\w+)`/gm)].map(([, name]) => name).sort(),
    names.sort(),
  );
});

test("metrics: a place that cannot be listened on is a wrong command line", async (t) => {
  const policy = ["--policy", policyFile(t, REJECT_ALL)];
  for (const place of ["here", "127.0.0.1:99999", "[::1"]) {
    assertUsageError(
      await runCli(["serve", ...policy, "--metrics-listen", place]),
      /--metrics-listen: .*is not HOST:PORT/,
    );
  }
  const taken = "192.0.2.1:1";
  assertUsageError(
    await runCli(["serve", ...policy, "--metrics-listen", taken]),
    /cannot listen on 192\.0\.2\.1:1 \(\w+\)/,
  );
});

const BASIC = `Basic ${Buffer.from(`u:${SECRETS.password}`).toString("base64")}`;

/** Ways in which a registry, or what leads to it, goes wrong; in each, secrets are near. */
const FAULTS: readonly [what: string, options: TestRegistryOptions][] = [
  [
    "a refused password",
    { onRequest: () => ({ status: 401, headers: { "www-authenticate": "Basic" }, body: SECRETS.body }) },
  ],
  [
    "a refusal with a body",
    { onRequest: () => ({ status: 403, body: JSON.stringify({ errors: [{ code: SECRETS.body }] }) }) },
  ],
  [
    "a redirect with the secret in it",
    {
      onRequest: () => ({
        status: 307,
        headers: { location: `http://u:${SECRETS.password}@127.0.0.1:1/${SECRETS.body}` },
      }),
    },
  ],
  ["garbage", { onRequest: () => ({ manner: "garbage" }) }],
  [
    "a body where a manifest should be",
    { onRequest: () => ({ headers: { "content-type": "application/json" }, body: SECRETS.body }) },
  ],
];

for (const [what, options] of FAULTS) {
  test(`no secret in logs, records, answers and metrics: ${what}`, async (t) => {
    const folder = temporaryFolder(t);
    const registry = await startRegistry(options);
    t.after(() => registry.close());
    const image = makeImage();
    pushImage(registry, "a", image, "1");
    const env = secretsAround(folder, registry.host);
    const policy = policyFile(t, {
      default: [{ type: "sigstoreSigned", keyData: Buffer.from(generateKey().publicPem).toString("base64") }],
    });
    const serving = [
      "--policy",
      policy,
      "--hosts-dir",
      join(folder, "hosts"),
      "--auth-file",
      join(folder, "auth.json"),
    ];
    const { socket, child, finished, scrape } = await observed(t, serving, env);
    const plugin = await installPlugin(t, socket);
    const args = ["-name", `${registry.host}/a:1`, "-digest", image.digest];
    const type = ["-stdin-media-type", "application/vnd.oci.descriptor.v1+json"];
    const stdin = JSON.stringify(descriptorOf(image));
    const { stdout, status } = await execute(plugin, { args: [...args, ...type], stdin });
    assert.equal(status, 1);
    const metrics = await scrape();
    assert.ok(numberIn(metrics, /^countersign_registry_failures_total\{/) > 0 || /no-signature/.test(stdout));
    child.kill("SIGTERM");
    const { stderr } = await finished;
    const told = `${stderr}${stdout}${metrics}`;
    for (const secret of [...Object.values(SECRETS), BASIC])
      assert.ok(!told.includes(secret), `${secret} in ${told}`);
  });
}

/** Credentials in every place they can be in, most of them broken; the environment that leads there. */
function secretsAround(folder: string, registry: string): Record<string, string> {
  const write = (name: string, text: string) => {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  };
  const auth = Buffer.from(`u:${SECRETS.password}`).toString("base64");
  write("auth.json", JSON.stringify({ auths: { [registry]: { auth } } }));
  write("broken.json", `{"auths":{"${registry}":{"identitytoken":"${SECRETS.identity}"`);
  write("docker/config.json", JSON.stringify({ credsStore: "leaky" }));
  write(
    "bin/docker-credential-leaky",
    `#!/bin/sh\necho ${SECRETS.helper}; echo ${SECRETS.helper} >&2; exit 1\n`,
  );
  chmodSync(join(folder, "bin/docker-credential-leaky"), 0o755);
  const hosts = `[host."http://${registry}"]\n[host."http://${registry}".header]\nx-key = "${SECRETS.header}"\n`;
  write("hosts/_default/hosts.toml", hosts);
  return {
    PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
    REGISTRY_AUTH_FILE: join(folder, "broken.json"),
    DOCKER_CONFIG: join(folder, "docker"),
  };
}
