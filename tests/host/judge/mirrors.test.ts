// What becomes of an image where a mirror stands before its registry: the core, the verifier and real requests.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";

import { PolicyCore } from "../../../host/core/core.js";
import { RegistryClient } from "../../../host/registry/client.js";
import { anonymous } from "../../../host/registry/credentials/source.js";
import { HostsFolders } from "../../../host/registry/hosts/hosts-folders.js";
import { Verifier } from "../../../host/service/verifier.js";
import { RegistrySource } from "../../../host/sources/registry-source.js";
import { descriptorOf, makeImage, pushImage } from "../../support/image.js";
import {
  startRegistry,
  type TestRegistry,
  type TestRegistryOptions,
} from "../../support/registry/registry.js";
import { generateKey, pushSigned } from "../../support/sign.js";
import { AuditDouble, LogDouble } from "../service/audit-double.js";
import { loaded } from "../service/core-double.js";

const REPOSITORY = "team/app";
const image = makeImage();
const team = generateKey();
const stranger = generateKey();

type Signer = "team" | "stranger" | null;

interface Case {
  readonly what: string;
  readonly mirror: Signer;
  readonly origin: Signer;
  /** How the mirror lists what refers to an image: not at all, or, having nothing, an empty list. */
  readonly referrers?: boolean;
  readonly originIsDown?: boolean;
  readonly code: string;
}

const CASES: readonly Case[] = [
  { what: "a mirror with the signature", mirror: "team", origin: null, code: "accepted" },
  { what: "a mirror without signatures", mirror: null, origin: "team", code: "accepted" },
  {
    what: "a mirror without signatures that lists none",
    mirror: null,
    origin: "team",
    referrers: true,
    code: "accepted",
  },
  {
    what: "a mirror with old signatures, or somebody else's",
    mirror: "stranger",
    origin: "team",
    code: "accepted",
  },
  {
    what: "a mirror cannot make an image acceptable",
    mirror: "stranger",
    origin: null,
    code: "no-signature",
  },
  {
    what: "a mirror without signatures, and nobody behind it",
    mirror: null,
    origin: "team",
    originIsDown: true,
    code: "registry-unavailable",
  },
];

for (const { what, code, ...places } of CASES) {
  test(`mirror that hides or replaces signatures: ${what}: ${code}`, async (t) => {
    const { verifier, mirror, name } = await mirrored(t, places);
    const { digest } = image;
    const descriptor = Buffer.from(JSON.stringify(descriptorOf(image)));
    const verdict = await verifier.verify({
      transport: "docker",
      name,
      mode: "containerd",
      digest,
      descriptor,
    });
    assert.equal(verdict.code, code, verdict.reason);
    assert.equal(verdict.ok, code === "accepted");
    assert.ok(mirror.requests.length > 0);
  });
}

async function mirrored(
  t: TestContext,
  { mirror: first, origin: last, referrers = false, originIsDown = false }: Omit<Case, "what" | "code">,
) {
  const root = await mkdtemp(join(tmpdir(), "countersign-mirrors-"));
  const down: TestRegistryOptions = originIsDown ? { onRequest: () => ({ status: 503 }) } : {};
  const [mirror, origin] = [await startRegistry({ referrers }), await startRegistry(down)];
  t.after(() => Promise.all([mirror.close(), origin.close(), rm(root, { recursive: true })]));
  await mkdir(join(root, origin.host));
  await writeFile(join(root, origin.host, "hosts.toml"), `[host."http://${mirror.host}"]\n`);
  publish(mirror, first, origin.host);
  publish(origin, last, origin.host);

  const hosts = new HostsFolders(root, [], assert.fail);
  const retry = { attempts: 1, firstPauseMs: 1, longestPauseMs: 1 };
  const source = new RegistrySource(
    new RegistryClient({ plainHttp: [], credentials: anonymous, hosts, retry }),
  );
  t.after(() => source.close());
  const requirement = {
    type: "sigstoreSigned",
    keyData: Buffer.from(team.publicPem).toString("base64"),
    signedIdentity: { type: "matchRepository" },
  };
  const policy = Buffer.from(JSON.stringify({ default: [requirement] }));
  const state = loaded(PolicyCore.load(policy, assert.fail));
  const parts = { policy: () => state, source, audit: new AuditDouble(), log: new LogDouble() };
  return { verifier: new Verifier(parts), mirror, name: `${origin.host}/${REPOSITORY}:1` };
}

function publish(registry: TestRegistry, signer: Signer, name: string): void {
  pushImage(registry, REPOSITORY, image, "1");
  if (signer === null) return;
  const { privateKey } = signer === "team" ? team : stranger;
  pushSigned(registry, REPOSITORY, image.digest, privateKey, `${name}/${REPOSITORY}`);
}
