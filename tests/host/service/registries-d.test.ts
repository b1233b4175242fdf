// use-sigstore-attachments, as containers/image reads it; the cases of the conformance suite are not repeated here.

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Evidence, Request } from "#component/types";
import { Attachments } from "../../../host/service/attachments.js";
import { RegistriesD, RegistriesDInvalid } from "../../../host/service/registries-d.js";
import { temporaryFolder } from "../cli/run-cli.js";
import { coreWith, imageNamed, KEY, REPOSITORY, SIGNED } from "../judge/judging.js";

const SCOPES = ["ghcr.io/acme/app:1", "ghcr.io/acme/app", "ghcr.io/acme", "ghcr.io", "*.io"];

function whyNot(files: Readonly<Record<string, string>>, scopes = SCOPES): string | null {
  return RegistriesD.of("/r.d", files).whyNot(scopes);
}

function invalid(files: Readonly<Record<string, string>>, message: RegExp): void {
  assert.throws(
    () => whyNot(files),
    (error) =>
      error instanceof RegistriesDInvalid && message.test(error.message) && !error.message.includes("\n"),
  );
}

const on = (scope: string) => `docker:\n  ${scope}:\n    use-sigstore-attachments: true\n`;

test("on where the first scope that sets the option has it on", () => {
  assert.equal(whyNot({ "a.yaml": on("ghcr.io") }), null);
  assert.equal(whyNot({ "a.yaml": "default-docker: {use-sigstore-attachments: true}" }), null);
  assert.equal(whyNot({ "a.yaml": on("ghcr.io"), "b.yaml": "docker: {ghcr.io/acme: {lookaside: x}}" }), null);
});

test("off says where it is off, or that it is nowhere set", () => {
  assert.equal(whyNot({}), "use-sigstore-attachments is set for no scope of it in /r.d");
  const off = "docker:\n  ghcr.io/acme:\n    use-sigstore-attachments: false\n";
  assert.equal(
    whyNot({ "a.yaml": on("ghcr.io"), "b.yaml": off }),
    "use-sigstore-attachments is off for ghcr.io/acme in b.yaml",
  );
  assert.equal(
    whyNot({ "a.yaml": "default-docker: {use-sigstore-attachments: off}" }),
    "use-sigstore-attachments is off in default-docker of a.yaml",
  );
});

test("a scope called default-docker is a scope", () => {
  assert.notEqual(whyNot({ "a.yaml": on("default-docker") }), null);
  assert.notEqual(whyNot({ "a.yaml": on("__proto__") }, ["constructor"]), null);
});

test("bools as Go's yaml.v3 takes them", () => {
  const value = (text: string) =>
    whyNot({ "a.yaml": `default-docker:\n  use-sigstore-attachments: ${text}\n` });
  for (const text of ["true", "True", "TRUE", "yes", "on", "y", "Y", '"yes"'])
    assert.equal(value(text), null, text);
  for (const text of ["false", "no", "off", "n", "N"])
    assert.match(value(text) ?? "", /off in default-docker/);
  for (const text of ["", "~", "null"]) assert.match(value(text) ?? "", /set for no scope/);
  for (const text of ["1", '"true"', "[true]", "{a: true}", "oui"]) {
    invalid(
      { "a.yaml": `default-docker:\n  use-sigstore-attachments: ${text}\n` },
      /a\.yaml: .* is not true or false$/,
    );
  }
});

test("what is not written counts as nothing, what is unknown is not looked at", () => {
  for (const text of [
    "",
    "# nothing\n",
    "docker:\n",
    "default-docker:\n",
    "docker:\n  ghcr.io:\n",
    "x: 1\n",
  ]) {
    assert.match(whyNot({ "a.yaml": text }) ?? "", /set for no scope/);
  }
});

test("merged and repeated sections by reference", () => {
  const text =
    "x: &on {use-sigstore-attachments: true}\ndocker:\n  ghcr.io: {<<: *on, lookaside: y}\n  quay.io: *on\n";
  assert.equal(whyNot({ "a.yaml": text }), null);
});

test("a scope in two files, or twice in one, is an error", () => {
  invalid({ "a.yaml": on("ghcr.io"), "b.yaml": on("ghcr.io") }, /^b\.yaml: ghcr\.io is in a\.yaml already$/);
  invalid(
    { "a.yaml": "default-docker: {}", "b.yaml": "default-docker: {}" },
    /default-docker is in a\.yaml already$/,
  );
  invalid({ "a.yaml": `${on("ghcr.io")}  ghcr.io: {}\n` }, /^a\.yaml:4:\d+: not YAML \(DUPLICATE_KEY\)$/);
});

test("what is no YAML, or of another shape, is an error that quotes nothing", () => {
  invalid({ "a.yaml": "docker: [" }, /^a\.yaml:\d+:\d+: not YAML \([A-Z_]+\)$/);
  invalid({ "a.yaml": "secret" }, /^a\.yaml: the document is not a mapping$/);
  invalid({ "a.yaml": "docker: [ghcr.io]" }, /^a\.yaml: docker is not a mapping$/);
  invalid({ "a.yaml": "docker: {ghcr.io: true}" }, /^a\.yaml: ghcr\.io is not a mapping$/);
  invalid({ "a.yaml": "a: 1\n---\nb: 1\n" }, /^a\.yaml:\d+:\d+: not YAML \(MULTIPLE_DOCS\)$/);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghi"
    .split("")
    .map((name, i) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${"abcdefgh"[i]}`).join()}]\n`)
    .join("")}`;
  invalid({ "a.yaml": bomb }, /aliases cannot be resolved$/);
});

test("only *.yaml of the folder is read; a folder or file that cannot be read is an error", (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "a.yaml"), on("ghcr.io"));
  writeFileSync(join(folder, "b.yml"), "[");
  writeFileSync(join(folder, "c.yaml~"), "[");
  assert.equal(RegistriesD.read(folder).whyNot(SCOPES), null);
  mkdirSync(join(folder, "d.yaml"));
  const message = `${folder}/d.yaml is not a regular file`;
  assert.throws(() => RegistriesD.read(folder), { name: "RegistriesDInvalid", message });
  assert.throws(() => RegistriesD.read(join(folder, "gone")), /gone cannot be read: ENOENT/);
  assert.throws(() => new Attachments(join(folder, "gone")), RegistriesDInvalid);
});

test("a folder of more than 256 files is an error", (t) => {
  const folder = temporaryFolder(t);
  for (let i = 0; i < 256; i++) writeFileSync(join(folder, `${i}.yaml`), "");
  RegistriesD.read(folder);
  writeFileSync(join(folder, "256.yaml"), "");
  assert.throws(() => RegistriesD.read(folder), /has more than 256 files$/);
});

// --- in a judgement ----------------------------------------------------------------------------------------------

const CORE = coreWith([SIGNED], { "/keys/cosign.pub": KEY.publicPem });

/** What comes of a request for an image of the tests' repository, and what the place behind the gate was asked. */
async function fetchThrough(folder: string, kind: Request["kind"], name = `${REPOSITORY}:1`) {
  const asked: string[] = [];
  const place = {
    fetch: async ({ kind, reference }: Request): Promise<readonly Evidence[]> => {
      asked.push(kind);
      return [{ tag: "absent", val: { kind, reference } }];
    },
  };
  const request = { kind, registry: "r", repository: "x", reference: "y", mediaTypes: [], maxBytes: 1 };
  const gate = new Attachments(folder).gate(place, CORE, imageNamed(name));
  const [evidence] = await gate.fetch(request, AbortSignal.timeout(1000));
  return { asked, evidence };
}

test("attachments-disabled: neither the tag nor the referrers are asked for, all else is", async (t) => {
  const folder = temporaryFolder(t);
  for (const kind of ["cosign-tag", "referrers"] as const) {
    const { asked, evidence } = await fetchThrough(folder, kind);
    assert.deepEqual(asked, []);
    assert.ok(evidence?.tag === "unavailable");
    assert.equal(evidence.val.code, "attachments-disabled");
  }
  for (const kind of ["manifest", "blob"] as const)
    assert.deepEqual((await fetchThrough(folder, kind)).asked, [kind]);
});

test("the image's own name is what the folder is looked up by, with its tag or, of both, its digest", async (t) => {
  const folder = temporaryFolder(t);
  const digest = `sha256:${"0".repeat(64)}`;
  writeFileSync(join(folder, "a.yaml"), on(`"${REPOSITORY}:1"`));
  assert.deepEqual((await fetchThrough(folder, "cosign-tag")).asked, ["cosign-tag"]);
  assert.deepEqual((await fetchThrough(folder, "cosign-tag", `${REPOSITORY}:2`)).asked, []);
  assert.deepEqual((await fetchThrough(folder, "cosign-tag", `${REPOSITORY}:1@${digest}`)).asked, []);
  writeFileSync(join(folder, "b.yaml"), on(`"${REPOSITORY}@${digest}"`));
  assert.deepEqual((await fetchThrough(folder, "cosign-tag", `${REPOSITORY}:1@${digest}`)).asked, [
    "cosign-tag",
  ]);
});

test("the policy's own extensions to scopes mean nothing there", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(
    join(folder, "a.yaml"),
    `${on('"registry.example/*"')}  "*": {use-sigstore-attachments: true}\n`,
  );
  assert.deepEqual((await fetchThrough(folder, "cosign-tag")).asked, []);
});

test("registries-d-invalid: a folder that was in order and is not any more", async (t) => {
  const folder = temporaryFolder(t);
  const place = { fetch: async () => [] };
  const gate = new Attachments(folder).gate(place, CORE, imageNamed());
  writeFileSync(join(folder, "a.yaml"), "[");
  const request = { kind: "cosign-tag", registry: "r", repository: "x", reference: "y" } as const;
  const [evidence] = await gate.fetch({ ...request, mediaTypes: [], maxBytes: 1 }, AbortSignal.timeout(1000));
  assert.ok(evidence?.tag === "unavailable");
  assert.equal(evidence.val.code, "registries-d-invalid");
  assert.match(evidence.val.detail, /a\.yaml:\d+:\d+: not YAML/);
});
