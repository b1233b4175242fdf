// --registries-d has the verdicts of a real skopeo with the same folder.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";

import { MAIN } from "../support/countersign/cli.js";
import { makeImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { pushOverHttp } from "../support/peers/content.js";
import { Cosign } from "../support/peers/cosign.js";
import { DockerRegistry } from "../support/peers/docker-registry.js";
import { findPeers } from "../support/peers/peers.js";
import { finish } from "../support/process.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

/** The registry's host and port, and the image in it. */
type Host = { readonly host: string };
const on = "use-sigstore-attachments: true";
const off = "use-sigstore-attachments: false";

const FOLDERS: readonly [what: string, files: (at: Host) => Record<string, string>, allowed: boolean][] = [
  ["nothing in it", () => ({}), false],
  ["on for all", () => ({ "a.yaml": `default-docker: {${on}}` }), true],
  ["on for the host", ({ host }) => ({ "a.yaml": `docker: {"${host}": {${on}}}` }), true],
  ["on for the host without its port", () => ({ "a.yaml": `docker: {"127.0.0.1": {${on}}}` }), false],
  ["on for a wildcard host", () => ({ "a.yaml": `docker: {"*.0.0.1": {${on}}}` }), true],
  ["on for a star", () => ({ "a.yaml": `docker: {"*": {${on}}}` }), false],
  ["on for the tag", ({ host }) => ({ "a.yaml": `docker: {"${host}/team/app:1": {${on}}}` }), true],
  ["on for another tag", ({ host }) => ({ "a.yaml": `docker: {"${host}/team/app:2": {${on}}}` }), false],
  [
    "off for the repository, on for all",
    ({ host }) => ({
      "a.yaml": `default-docker: {${on}}`,
      "b.yaml": `docker: {"${host}/team/app": {${off}}}`,
    }),
    false,
  ],
  [
    "a section without it does not count",
    ({ host }) => ({ "a.yaml": `docker: {"${host}/team/app": {}, "${host}/team": {${on}}}` }),
    true,
  ],
  ["yes, as YAML once had it", () => ({ "a.yaml": "default-docker: {use-sigstore-attachments: yes}" }), true],
  ["a text", () => ({ "a.yaml": 'default-docker: {use-sigstore-attachments: "true"}' }), false],
  ["a file of another name", () => ({ "a.yml": `default-docker: {${on}}` }), false],
  [
    "the same scope in two files",
    ({ host }) => ({ "a.yaml": `docker: {"${host}": {${on}}}`, "b.yaml": `docker: {"${host}": {${on}}}` }),
    false,
  ],
  ["no YAML", () => ({ "a.yaml": `default-docker: {${on}` }), false],
];

describe("a folder of registries.d", () => {
  let parts: Parts;
  let host: string;
  before(async () => {
    if ("unavailable" in peers) return;
    parts = await Parts.gather(async (gathered) => {
      host = gathered.add(await DockerRegistry.start(peers, gathered.folder)).host;
      const image = makeImage({ seed: "registries.d" });
      await pushOverHttp(host, "team/app", image, "1");
      const cosign = new Cosign(peers, gathered.folder);
      const key = await cosign.generateKey("cosign");
      await cosign.sign(key, `${host}/team/app@${image.digest}`);
      const requirement = {
        type: "sigstoreSigned",
        keyPath: key.publicFile,
        signedIdentity: { type: "matchRepository" },
      };
      await writeFile(join(gathered.folder, "policy.json"), JSON.stringify({ default: [requirement] }));
      return gathered;
    });
  });
  after(() => parts?.stop());

  for (const [i, [what, files, allowed]] of FOLDERS.entries()) {
    test(`${what}: ${allowed ? "allowed" : "denied"}, by skopeo and by us`, { skip }, async () => {
      const at = (name: string) => join(parts.folder, name);
      const folder = at(`registries-${i}.d`);
      await mkdir(folder);
      for (const [name, text] of Object.entries(files({ host }))) await writeFile(join(folder, name), text);
      const name = `${host}/team/app:1`;
      const env = { ...process.env, HOME: parts.folder };
      const bin = "unavailable" in peers ? "" : peers.bin;
      const [skopeo, ours] = await Promise.all([
        finish(
          join(bin, "skopeo"),
          [
            ...["--policy", at("policy.json"), "--registries.d", folder, "copy", "--quiet"],
            ...[
              "--remove-signatures",
              "--src-tls-verify=false",
              `docker://${name}`,
              `dir:${at(`copy-${i}`)}`,
            ],
          ],
          { env },
        ),
        finish(
          process.execPath,
          [MAIN, "verify", "--policy", at("policy.json"), "--registries-d", folder, name],
          { env },
        ),
      ]);
      assert.equal(skopeo.status === 0, allowed, skopeo.stderr);
      assert.equal(ours.status === 0, allowed, ours.stdout + ours.stderr);
    });
  }
});
