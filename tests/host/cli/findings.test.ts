// One test, or more, for every kind of finding, under its id. A test that policies without the fault are not found to have it
// stands with each.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Finding } from "#component/types";
import { cvmAgentFindings, cvmPolicyFindings } from "../../../host/cli/cvm-agent-policy.js";
import { PolicyCore } from "../../../host/core/core.js";
import { placeFindings } from "../../../host/service/policy-places.js";
import { generateKey } from "../../support/sign.js";
import { authority } from "../../support/x509.js";
import { temporaryFolder } from "./run-cli.js";

const KEY_DATA = base64(generateKey().publicPem);
const P384 = base64(
  generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({
    type: "spki",
    format: "pem",
  }) as string,
);
const REJECT = [{ type: "reject" }];
const REPOSITORY = { type: "matchRepository" };
const SIGNED = { type: "sigstoreSigned", keyData: KEY_DATA, signedIdentity: REPOSITORY };

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

/** What is found in a policy; `null` for a key file that cannot be read. */
function found(policy: unknown, files: Readonly<Record<string, string | null>> = {}): Finding[] {
  const read = (path: string) => (files[path] ? Buffer.from(files[path]) : null);
  return PolicyCore.load(Buffer.from(JSON.stringify(policy, null, 2)), read).summary.findings;
}

/** A policy with one scope under docker. */
function scoped(scope: string, ...requirements: object[]): unknown {
  return {
    default: REJECT,
    transports: { docker: { [scope]: requirements.length > 0 ? requirements : [SIGNED] } },
  };
}

/** A policy with one requirement by a key, under an identity. */
function identified(signedIdentity: object | undefined, scope = "ghcr.io/acme"): unknown {
  const { signedIdentity: _, ...signed } = SIGNED;
  return scoped(scope, signedIdentity === undefined ? signed : { ...signed, signedIdentity });
}

interface Wish {
  severity: Finding["severity"];
  message: RegExp;
  advice?: RegExp;
  /** Where in the policy; not asked if not given. */
  path?: string;
}

type Case = [has: () => Finding[], wish: Wish] | [hasNot: () => Finding[]];

/** Every case with a wish has the finding once, at a place; every other one has it not. */
function finding(id: string, ...cases: readonly Case[]): void {
  test(`${id}: ${cases.length} policies`, () => {
    assert.ok(cases.some(([, wish]) => wish !== undefined));
    for (const [policy, wish] of cases) {
      const all = policy().filter((finding) => finding.id === id);
      assert.equal(all.length, wish === undefined ? 0 : 1, JSON.stringify(all));
      if (wish === undefined || all[0] === undefined) continue;
      const { severity, line, column, path, message, advice } = all[0];
      assert.equal(severity, wish.severity);
      assert.match(message, wish.message);
      assert.match(`${message} ${advice}`, /^[\x20-\x7e]+$/);
      if (wish.advice !== undefined) assert.match(advice, wish.advice);
      if (wish.path !== undefined) assert.equal(path, wish.path);
      assert.ok(line >= 1 && column >= 1);
    }
  });
}

const good = scoped("ghcr.io/acme");

test("a policy as in the README has no finding", () => {
  assert.deepEqual(found(good), []);
});

finding(
  "default-accepts-anything",
  [
    () => found({ default: [{ type: "insecureAcceptAnything" }] }),
    { severity: "warning", message: /no scope covers is accepted/, advice: /"reject"/, path: "default" },
  ],
  [() => found(good)],
);

finding(
  "scope-accepts-anything",
  [
    () => found(scoped("", { type: "insecureAcceptAnything" })),
    { severity: "warning", message: /signed or not/, path: 'transports.docker[""]' },
  ],
  [
    () =>
      found({
        default: REJECT,
        transports: { "docker-daemon": { "": [{ type: "insecureAcceptAnything" }] } },
      }),
    { severity: "note", message: /signed or not/ },
  ],
  [() => found(scoped("ghcr.io", { type: "insecureAcceptAnything" }, SIGNED))],
);

finding(
  "accepts-anything-beside-others",
  [
    () => found(scoped("ghcr.io", SIGNED, { type: "insecureAcceptAnything" })),
    { severity: "note", message: /no effect/, path: 'transports.docker["ghcr.io"][1]' },
  ],
  [() => found(scoped("ghcr.io", { type: "insecureAcceptAnything" }))],
);

finding(
  "reject-beside-others",
  [
    () => found(scoped("ghcr.io", SIGNED, { type: "reject" })),
    { severity: "error", message: /every image is rejected/, path: 'transports.docker["ghcr.io"][1]' },
  ],
  [() => found(scoped("ghcr.io", { type: "reject" }))],
);

finding(
  "requirement-unsupported",
  [
    () => found(scoped("ghcr.io", { type: "signedBy", keyType: "GPGKeys", keyData: "" })),
    { severity: "error", message: /denies every image/, advice: /sigstoreSigned/ },
  ],
  [
    () => found(scoped("ghcr.io", { type: "signedBaseLayer", baseLayerIdentity: { type: "matchExact" } })),
    { severity: "error", message: /denies every image/ },
  ],
  [() => found(good)],
);

const byPath = (keyPath: string, content: string | null) =>
  found(scoped("ghcr.io", { type: "sigstoreSigned", keyPath, signedIdentity: REPOSITORY }), {
    [keyPath]: content,
  });
const PEM = Buffer.from(KEY_DATA, "base64").toString();

finding(
  "key-unreadable",
  [
    () => byPath("/keys/gone.pub", null),
    {
      severity: "error",
      message: /cannot be read/,
      advice: /keyData/,
      path: 'transports.docker["ghcr.io"][0].keyPath',
    },
  ],
  [() => byPath("/keys/cosign.pub", PEM)],
);

finding(
  "key-unsupported",
  [() => byPath("/keys/x.pub", "no key"), { severity: "error", message: /./, advice: /P-256/ }],
  [
    () => found(scoped("ghcr.io", { ...SIGNED, keyData: base64("x") })),
    { severity: "error", message: /./, path: 'transports.docker["ghcr.io"][0].keyData' },
  ],
  [() => byPath("/keys/cosign.pub", PEM)],
);

const ROOT = authority("root").pem;
const PKI = {
  type: "sigstoreSigned",
  pki: { caRootsPath: "/ca.pem", subjectEmail: "a@b.c" },
  signedIdentity: REPOSITORY,
};
const FULCIO = { caPath: "/ca.pem", oidcIssuer: "https://i" };

function byRoots(content: string | null): Finding[] {
  return found(scoped("ghcr.io", PKI), { "/ca.pem": content });
}

function byFulcio(subject: object): Finding[] {
  const requirement = {
    ...SIGNED,
    keyData: null,
    fulcio: { ...FULCIO, ...subject },
    rekorPublicKeyData: KEY_DATA,
  };
  return found(scoped("ghcr.io", requirement), { "/ca.pem": ROOT });
}

finding(
  "trust-root-invalid",
  [
    () => byRoots(generateKey().publicPem),
    {
      severity: "error",
      message: /no usable certificate/,
      path: 'transports.docker["ghcr.io"][0].pki.caRootsPath',
    },
  ],
  [() => byRoots(ROOT.repeat(3000)), { severity: "error", message: /longer than 1 MiB/ }],
  [
    () =>
      found(scoped("ghcr.io", { ...PKI, pki: { ...PKI.pki, caIntermediatesData: base64(`${ROOT}x`) } }), {
        "/ca.pem": ROOT,
      }),
    { severity: "error", message: /something other than PEM certificates/ },
  ],
  [() => byRoots(ROOT)],
  [() => byFulcio({ subjectEmail: "a@b.c" })],
);

finding(
  "trust-root-skipped",
  [() => byRoots(ROOT + ROOT.replace("MII", "MIX")), { severity: "warning", message: /is skipped/ }],
  [() => byRoots(`${ROOT}-----BEGIN CERTIFICATE-----\n`), { severity: "warning", message: /is skipped/ }],
  [() => byRoots(ROOT + generateKey().publicPem), { severity: "warning", message: /is skipped/ }],
  [() => byRoots(`a root\n${ROOT}the end\n`)],
);

finding(
  "key-path-relative",
  [() => byPath("cosign.pub", PEM), { severity: "warning", message: /depends on the folder/ }],
  [() => byPath("/cosign.pub", PEM)],
);

finding(
  "key-in-secrets",
  [
    () => byPath("/data/workload/secret/cosign.pub", PEM),
    { severity: "warning", message: /not measured/, advice: /keyData/ },
  ],
  [() => byPath("/data/workload/secrets/cosign.pub", null), { severity: "warning", message: /not measured/ }],
  [() => byPath("/data/workload/config/cvm_agent/cosign.pub", PEM)],
  [() => byPath("/data/secretly/cosign.pub", PEM)],
);

const EXACT = { type: "exactReference", dockerReference: "ghcr.io/acme/app:1" };
const REMAP = { type: "remapIdentity", prefix: "ghcr.io/acme", signedPrefix: "quay.io/acme" };

finding(
  "identity-without-cosign",
  [
    () => found(identified(undefined)),
    {
      severity: "warning",
      message: /without a signedIdentity/,
      advice: /matchRepository/,
      path: 'transports.docker["ghcr.io/acme"][0]',
    },
  ],
  ...[{ type: "matchExact" }, { type: "matchRepoDigestOrExact" }, EXACT, REMAP].map(
    (identity): Case => [
      () => found(identified(identity)),
      {
        severity: "warning",
        message: /asks for a tag/,
        path: 'transports.docker["ghcr.io/acme"][0].signedIdentity',
      },
    ],
  ),
  [() => found(identified(REPOSITORY))],
  [() => found(identified({ type: "matchDigest" }))],
  [() => found(identified({ type: "exactRepository", dockerRepository: "ghcr.io/acme/app" }))],
);

const BY_DIGEST = { ...SIGNED, signedIdentity: { type: "matchDigest" } };
const twoScopes = (first: object, second: object) =>
  found({ default: REJECT, transports: { docker: { "ghcr.io/acme": [first], "ghcr.io/other": [second] } } });

finding(
  "match-digest-shared-key",
  [
    () => twoScopes(BY_DIGEST, SIGNED),
    {
      severity: "warning",
      message: /its key is also used under transports.docker\["ghcr.io\/other"\]/,
      advice: /a key for this scope alone/,
      path: 'transports.docker["ghcr.io/acme"][0].signedIdentity',
    },
  ],
  [
    () => found({ default: [SIGNED], transports: { docker: { "ghcr.io/acme": [SIGNED, BY_DIGEST] } } }),
    { severity: "warning", message: /also used under default/ },
  ],
  [() => twoScopes(SIGNED, SIGNED)],
  [() => twoScopes(BY_DIGEST, { ...SIGNED, keyData: P384 })],
  [() => found(scoped("ghcr.io/acme", BY_DIGEST, SIGNED))],
);

const inFolder = (identity: object) =>
  found({ default: REJECT, transports: { dir: { "/images": [{ ...SIGNED, signedIdentity: identity }] } } });

finding(
  "identity-never-matches",
  [
    () => inFolder(REPOSITORY),
    { severity: "error", message: /no image of this transport has a name/, advice: /exactRepository/ },
  ],
  [
    () => found(identified({ ...REMAP, signedPrefix: "acme/app" })),
    { severity: "error", message: /signedPrefix/ },
  ],
  [
    () => found(identified({ ...REMAP, signedPrefix: "index.docker.io/x" })),
    { severity: "error", message: /signedPrefix/ },
  ],
  [() => inFolder({ type: "exactRepository", dockerRepository: "ghcr.io/acme/app" })],
  [() => found(identified(REMAP))],
);

const exactRepository = (dockerRepository: string) =>
  found(identified({ type: "exactRepository", dockerRepository }));

finding(
  "identity-not-canonical",
  [
    () => exactRepository("example.com"),
    {
      severity: "warning",
      message: /is read as docker\.io\/library\/example\.com$/,
      advice: /^write docker\.io/,
    },
  ],
  [
    () => exactRepository("ghcr.io/acme/app:1"),
    { severity: "warning", message: /is read as ghcr\.io\/acme\/app$/ },
  ],
  [
    () => found(identified({ type: "exactReference", dockerReference: "busybox:1" })),
    { severity: "warning", message: /is read as docker\.io\/library\/busybox:1$/ },
  ],
  [() => exactRepository("ghcr.io/acme/app")],
  [() => found(identified(EXACT))],
);

finding(
  "remap-never-applies",
  [
    () => found(identified({ ...REMAP, prefix: "quay.io/acme" })),
    { severity: "warning", message: /nothing is remapped/ },
  ],
  [
    () => found(identified({ ...REMAP, prefix: "acme/app" })),
    { severity: "warning", message: /nothing is remapped/ },
  ],
  [
    () => found(identified({ ...REMAP, prefix: "ghcr.io/acm" })),
    { severity: "warning", message: /nothing is remapped/ },
  ],
  [() => found(identified(REMAP))],
  [() => found(identified({ ...REMAP, prefix: "ghcr.io" }))],
  [() => found(identified({ ...REMAP, prefix: "ghcr.io/acme/app/x" }))],
  [() => found(identified({ ...REMAP, prefix: "quay.io/acme" }, "*.io"))],
  [() => found(identified(REMAP, "ghcr.io/acme/app:1"))],
);

const NEVER: readonly [scope: string, why: RegExp, instead: RegExp][] = [
  ["busybox", /has a dot or a port/, /^write "docker\.io\/library\/busybox"$/],
  ["acme/app", /has a dot or a port/, /^write "docker\.io\/acme\/app"$/],
  ["busybox:latest", /not a host/, /^write "docker\.io\/library\/busybox:latest"$/],
  ["https://ghcr.io/acme", /not an address/, /^write "ghcr\.io\/acme"$/],
  ["docker://ghcr.io/acme", /not an address/, /^write "ghcr\.io\/acme"$/],
  ["ghcr.io/acme/", /does not end with a slash/, /^write "ghcr\.io\/acme"$/],
  ["ghcr.io/Acme", /lower-case/, /^write "ghcr\.io\/acme"$/],
  ["ghcr.io/acme*", /\* stands only/, /^write "ghcr\.io\/acme"$/],
  ["ghcr.io/acme/**", /\* stands only/, /^write "ghcr\.io\/acme"$/],
  ["ghcr.io/*/app", /\* stands only/, /such as ghcr\.io\/acme\/app$/],
  ["*ghcr.io", /\* stands only/, /such as/],
  ["*.ghcr.io/acme", /no repositories/, /^write "\*\.ghcr\.io"$/],
  ["*.ghcr.io:443", /no port/, /^write "\*\.ghcr\.io"$/],
  ["*.", /not a host/, /such as/],
  ["*.example.com/*", /\* stands only|no repositories/, /^write "\*\.example\.com"$/],
  ["index.docker.io/acme/app", /index\.docker\.io is docker\.io/, /^write "docker\.io\/acme\/app"$/],
  ["index.docker.io", /index\.docker\.io is docker\.io/, /./],
  ["docker.io/busybox:1", /those of library/, /^write "docker\.io\/library\/busybox:1"$/],
  [
    `ghcr.io/acme/app:1@sha256:${"0".repeat(64)}`,
    /judged by its digest/,
    /^write "ghcr\.io\/acme\/app@sha256:0{64}"$/,
  ],
  [`ghcr.io/acme/app@sha512:${"0".repeat(128)}`, /only sha256/, /such as/],
  ["ghcr.io/acme/app@sha256:12", /neither a tag nor a digest/, /such as/],
  ["ghcr.io/ acme", /not the name/, /such as/],
  ["ghcr .io/acme", /not a host/, /such as/],
  ["ghcr.io/a\u202eb", /not the name/, /such as/],
  ["acme/*", /has a dot or a port/, /^write "docker\.io\/library\/acme"$/],
];
const MAY_MATCH = [
  "",
  "ghcr.io",
  "localhost",
  "myhost:5000",
  "localhost/app",
  "Registry.Example/app",
  "docker.io",
  "docker.io/library",
  "docker.io/acme",
  "docker.io/library/busybox:1",
  "ghcr.io/acme/app:1",
  `ghcr.io/acme/app@sha256:${"0".repeat(64)}`,
  "*.example.com",
  "*.com",
  "*",
  "ghcr.io/*",
  "ghcr.io/acme/*",
  "127.0.0.1:5000/a/*",
];

finding(
  "scope-never-matches",
  ...NEVER.map(
    ([scope, why, advice]): Case => [() => found(scoped(scope)), { severity: "error", message: why, advice }],
  ),
  ...MAY_MATCH.map((scope): Case => [() => found(scoped(scope))]),
);

test("what a finding says to write instead of a scope that never matches does match", () => {
  for (const [scope] of NEVER) {
    const [, instead] =
      /^write (".*")$/.exec(
        found(scoped(scope)).find(({ id }) => id === "scope-never-matches")?.advice ?? "",
      ) ?? [];
    if (instead !== undefined)
      assert.ok(!found(scoped(JSON.parse(instead))).some(({ id }) => id === "scope-never-matches"), instead);
  }
});

const both = (...scopes: string[]) =>
  found({
    default: REJECT,
    transports: { docker: Object.fromEntries(scopes.map((scope) => [scope, [SIGNED]])) },
  });

finding(
  "scope-unreachable",
  [
    () => both("ghcr.io", "ghcr.io/*"),
    { severity: "error", message: /falls under "ghcr\.io\/\*"$/, path: 'transports.docker["ghcr.io"]' },
  ],
  [() => both("", "*"), { severity: "error", message: /falls under "\*"$/, path: 'transports.docker[""]' }],
  [() => both("ghcr.io/acme", "ghcr.io/acme/*")],
  [() => both("ghcr.io", "quay.io/*")],
  [() => both("*.io", "ghcr.io/*")],
  [() => both("", "ghcr.io/*")],
);

finding(
  "scope-of-tag",
  [
    () => found(scoped("ghcr.io/acme/app:1")),
    {
      severity: "warning",
      message: /pulls by digest, with or without this tag/,
      advice: /under the repository/,
    },
  ],
  [() => found(scoped("myhost:5000"))],
  [() => found(scoped("myhost:5000/app"))],
  [() => found(scoped(`ghcr.io/acme/app@sha256:${"0".repeat(64)}`))],
);

finding(
  "host-mistyped",
  ...(
    [
      ["registry-1.docker.io/acme/app", "docker.io/acme/app"],
      ["registry.hub.docker.com", "docker.io"],
      ["github.com/acme", "ghcr.io/acme"],
      ["gchr.io/acme", "ghcr.io/acme"],
      ["ghcr.oi/acme", "ghcr.io/acme"],
      ["ghr.io/acme", "ghcr.io/acme"],
      ["qauy.io", "quay.io"],
      ["docker.ioo/acme", "docker.io/acme"],
      ["GHCR.io/acme", "ghcr.io/acme"],
      ["ghcrr.io/*", "ghcr.io/*"],
    ] as const
  ).map(
    ([scope, instead]): Case => [
      () => found(scoped(scope)),
      {
        severity: "warning",
        message: /only pulls by this very host name/,
        advice: new RegExp(`^write "${instead.replace(/[.*]/g, "\\$&")}"$`),
      },
    ],
  ),
  ...[
    "ghcr.io/acme",
    "gcr.io",
    "nvcr.io/x",
    "registry.example",
    "docker.io",
    "*.gcr.io",
    "localhost:5000/a",
    "quay.example",
  ].map((scope): Case => [() => found(scoped(scope))]),
);

finding(
  "official-image",
  [
    () => found(scoped("docker.io/nginx")),
    {
      severity: "warning",
      message: /docker\.io\/library\/nginx/,
      advice: /^write "docker\.io\/library\/nginx"$/,
    },
  ],
  [() => found(scoped("docker.io/library/nginx"))],
  [() => found(scoped("docker.io/acme"))],
);

const under = (transport: string, scope = "") =>
  found({ default: REJECT, transports: { [transport]: { [scope]: REJECT } } });

finding(
  "transport-unknown",
  [() => under("dockr"), { severity: "error", message: /no such transport/, advice: /^write docker$/ }],
  [() => under("Docker"), { severity: "error", message: /no such transport/, advice: /^write docker$/ }],
  [
    () => under("docker-demon"),
    { severity: "error", message: /no such transport/, advice: /^write docker-daemon$/ },
  ],
  [() => under("registry"), { severity: "error", message: /no such transport/, advice: /^write docker$/ }],
  [() => under("docker")],
  [() => under("oci-archive", "/images")],
);

finding(
  "transport-not-pulled",
  [() => under("docker-daemon"), { severity: "note", message: /containerd pulls only from registries/ }],
  [() => under("docker")],
);

finding(
  "not-portable",
  [() => found(scoped("ghcr.io/acme/*")), { severity: "note", message: /never apply it/ }],
  [() => found(scoped("*")), { severity: "note", message: /never apply it/ }],
  [
    () => found(identified({ type: "matchDigest" })),
    { severity: "note", message: /do not load this policy/ },
  ],
  [() => found(scoped("ghcr.io", { ...SIGNED, keyData: P384 })), { severity: "note", message: /cosign 3/ }],
  [() => byFulcio({ subjectURI: "https://ci/a" }), { severity: "note", message: /do not load/ }],
  [() => byFulcio({ subjectURIPattern: "https://ci/a/*" }), { severity: "note", message: /do not load/ }],
  [() => byFulcio({ subjectEmail: "a@b.c" })],
  [() => found(good)],
);

// --- files -------------------------------------------------------------------------------------------------------

/** A folder for a policy and its keys, with modes that are set whatever the umask. */
function placed(t: TestContext, ...modes: readonly [path: string, mode: number][]): string {
  const folder = temporaryFolder(t);
  for (const [path, mode] of modes) {
    const at = join(folder, path);
    if (path.endsWith("/")) mkdirSync(at);
    else writeFileSync(at, "");
    chmodSync(at, mode);
  }
  return folder;
}

function placeIds(policy: string, ...files: readonly string[]): string[] {
  const keys = files.map((file) => ({ file, line: 3, column: 7, path: "default[0].keyPath", problem: "" }));
  const findings = placeFindings(policy, { keys });
  for (const { severity, message, advice } of findings) {
    assert.equal(severity, "error");
    assert.match(
      message,
      /^anybody on this machine can put another (key|policy) in its place: \/.* is writable by all$/,
    );
    assert.match(advice, /only root/);
  }
  return findings.map(({ id }) => id);
}

function placeFinding(id: string, name: string, run: (t: TestContext) => void): void {
  test(`${id}: ${name}`, run);
}

placeFinding(
  "key-writable",
  "the file, its folder, a folder above, at the end of a link, not yet there",
  (t) => {
    const folder = placed(
      t,
      ["policy.json", 0o644],
      ["good.pub", 0o644],
      ["open.pub", 0o666],
      ["open/", 0o777],
      ["open/inner/", 0o755],
      ["open/inner/x.pub", 0o644],
      ["sticky/", 0o1777],
      ["sticky/x.pub", 0o644],
    );
    const at = (path: string) => join(folder, path);
    symlinkSync(at("open/inner/x.pub"), at("link.pub"));
    symlinkSync(at("good.pub"), at("open/link.pub"));
    symlinkSync("loop.pub", at("loop.pub"));
    const ids = (key: string) => placeIds(at("policy.json"), at(key));
    assert.deepEqual(ids("open.pub"), ["key-writable"]);
    assert.deepEqual(ids("open/inner/x.pub"), ["key-writable"]);
    assert.deepEqual(ids("link.pub"), ["key-writable"]);
    assert.deepEqual(ids("open/link.pub"), ["key-writable"]);
    assert.deepEqual(ids("sticky/not-there.pub"), ["key-writable"]);
    assert.deepEqual(ids("sticky/x.pub"), []);
    assert.deepEqual(ids("good.pub"), []);
    assert.deepEqual(ids("gone/not-there.pub"), []);
    assert.deepEqual(ids("loop.pub"), []);
    const [finding] = placeFindings(at("policy.json"), {
      keys: [{ file: at("open.pub"), line: 3, column: 7, path: "default[0].keyPath", problem: "" }],
    });
    assert.deepEqual([finding?.line, finding?.column, finding?.path], [3, 7, "default[0].keyPath"]);
  },
);

placeFinding("policy-writable", "the file, its folder", (t) => {
  const folder = placed(
    t,
    ["open.json", 0o646],
    ["good.json", 0o644],
    ["open/", 0o777],
    ["open/x.json", 0o644],
  );
  assert.deepEqual(placeIds(join(folder, "open.json")), ["policy-writable"]);
  assert.deepEqual(placeIds(join(folder, "open/x.json")), ["policy-writable"]);
  assert.deepEqual(placeIds(join(folder, "good.json")), []);
});

// --- the agent of a CVM ------------------------------------------------------------------------------------------

interface AgentWish {
  verification?: object | undefined;
  workload?: object;
}

/** What is found in an agent's policy that names policy.json, with something changed. */
function agent(t: TestContext, { verification, workload }: AgentWish, name = "policy.json"): string[] {
  const file = join(temporaryFolder(t), "cvm_agent_policy.json");
  const image_signature_verification = {
    enable: true,
    auth_info_file_path: "",
    signature_verification_policy_path: "/data/workload/config/cvm_agent/policy.json",
    ...verification,
  };
  const workload_config = { workload: { skip_measurement: [], ...workload }, image_signature_verification };
  writeFileSync(file, JSON.stringify({ emulation_mode: {}, workload_config }, null, 2));
  const findings = cvmAgentFindings(file, `workload/config/cvm_agent/${name}`);
  for (const { line, column } of findings) assert.ok(line > 1 && column > 1);
  return findings.map(({ severity, id, message }) => `${severity} ${id}: ${message}`);
}

test("an agent's policy in order has no finding", (t) => {
  assert.deepEqual(agent(t, {}), []);
});

placeFinding("cvm-verification-off", "off, or not on", (t) => {
  for (const enable of [false, "true", null, 1]) {
    assert.match(
      agent(t, { verification: { enable } }).join(),
      /^error cvm-verification-off: no image is verified/,
    );
  }
});

placeFinding("cvm-other-policy", "another file, or none", (t) => {
  for (const path of ["/data/workload/config/cvm_agent/sample.json", "", null]) {
    const verification = { signature_verification_policy_path: path };
    assert.match(
      agent(t, { verification }).join(),
      /^warning cvm-other-policy: the agent does not read policy\.json$/,
    );
  }
});

placeFinding("cvm-policy-not-measured", "among secrets", (t) => {
  const verification = { signature_verification_policy_path: "/data/workload/secret/policy.json" };
  assert.match(agent(t, { verification }).join(), /^warning cvm-policy-not-measured: .*not measured/);
});

placeFinding("cvm-policy-not-measured", "by a name that is left out", (t) => {
  const name = "sample_image_verify_policy.json";
  const verification = { signature_verification_policy_path: `/data/workload/config/cvm_agent/${name}` };
  assert.match(
    agent(t, { verification }, name).join(),
    /^warning cvm-policy-not-measured: .* is not measured/,
  );
});

placeFinding("cvm-key-not-measured", "outside the measured folder", () => {
  const inCvm = (keyPath: string) => {
    const { summary } = PolicyCore.load(
      Buffer.from(JSON.stringify(scoped("ghcr.io/acme", { type: "sigstoreSigned", keyPath }))),
      () => Buffer.from(PEM),
    );
    return cvmPolicyFindings(summary).map(({ severity, id }) => `${severity} ${id}`);
  };
  const own = "warning cvm-key-not-measured";
  assert.ok(inCvm("/etc/cosign.pub").includes(own));
  assert.ok(!inCvm("/data/workload/config/cvm_agent/cosign.pub").includes(own));
  // That is found everywhere.
  assert.ok(!inCvm("/data/workload/secret/cosign.pub").includes(own));
  assert.ok(inCvm("/data/workload/secret/cosign.pub").includes("warning key-in-secrets"));
});

test("in a CVM, where podman or docker judge, extensions and archives that are not judged are warnings", () => {
  const inCvm = (policy: unknown) =>
    cvmPolicyFindings(PolicyCore.load(Buffer.from(JSON.stringify(policy)), () => null).summary).map(
      ({ severity, id }) => `${severity} ${id}`,
    );
  assert.deepEqual(inCvm(scoped("ghcr.io/acme/*")), ["warning not-portable"]);
  const anything = { "": [{ type: "insecureAcceptAnything" }] };
  const archives = inCvm({ default: REJECT, transports: { "docker-archive": anything } });
  assert.ok(archives.includes("warning scope-accepts-anything"), archives.join());
  const one = { "/run/app.tar": [{ type: "insecureAcceptAnything" }] };
  const checked = inCvm({ default: REJECT, transports: { "oci-archive": one } });
  assert.ok(checked.includes("note scope-accepts-anything"), checked.join());
});

placeFinding("cvm-services-unverified", "their names", (t) => {
  const found = agent(t, { workload: { skip_measurement: ["prometheus", "proxy"] } });
  assert.match(
    found.join(),
    /^warning cvm-services-unverified: .*neither measured nor verified: prometheus, proxy$/,
  );
});
