// Images as real tools leave them in folders and archives, judged without a registry.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { MAIN } from "../support/countersign/cli.js";
import { makeImage, type TestImage } from "../support/image.js";
import { Parts } from "../support/parts.js";
import { Containerd } from "../support/peers/containerd.js";
import { pushOverHttp } from "../support/peers/content.js";
import { DockerRegistry } from "../support/peers/docker-registry.js";
import { findPeers } from "../support/peers/peers.js";
import { finish, succeed } from "../support/process.js";

const peers = findPeers();
const skip = "unavailable" in peers ? peers.unavailable : false;

const OFFLINE = ["--tlog-upload=false", "--use-signing-config=false", "-y"];
const LEGACY = "--new-bundle-format=false";

const ONE = makeImage({ seed: "offline" });
const MANY = makeImage({ seed: "offline, many", platforms: ["linux/amd64", "linux/arm64"] });
const BUNDLED = makeImage({ seed: "offline, with a bundle" });

describe("images as tools leave them", { skip }, () => {
  let stage: Stage;
  before(async () => {
    if (!("unavailable" in peers)) stage = await Parts.gather((parts) => setUp(parts, peers.bin));
  });
  after(() => stage?.parts.stop());

  for (const [program, name] of [
    ["cosign", "one"],
    ["cosign", "many"],
    ["cosign", "bundled"],
    ["cosign-2", "one"],
  ] as const) {
    test(`${program} save, ${name}`, async () => {
      const folder = stage.at(`${program}-${name}`);
      await stage.run(program, ["save", "--dir", folder, stage.name(name)]);
      await stage.allowed(name, [`--source`, `oci:${folder}`]);
      await stage.denied(
        name,
        name === "bundled" ? "identity-missing" : "identity-mismatch",
        ["--source", `oci:${folder}`],
        stage.policies.other,
      );
      const archive = `${folder}.tar`;
      await succeed("tar", ["-cf", archive, "-C", folder, "."]);
      await stage.allowed(name, ["--source", `oci-archive:${archive}`]);
    });
  }

  test("a bundle without a name is not enough where the policy asks for one", async () => {
    const source = ["--source", `oci:${await stage.saved("bundled")}`];
    await stage.denied("bundled", "identity-missing", source, stage.policies.repository);
  });

  test("sign-image to a layout, both formats, one and many platforms", async () => {
    for (const name of ["one", "many"] as const) {
      const target = `oci:${stage.at(`signed-${name}`)}:v1`;
      const keys = [stage.at("k.key"), stage.at("k.pub")];
      await stage.countersign(["sign-image", "--plain-http", stage.host, stage.name(name), target, ...keys]);
      for (const policy of [stage.policies.repository, stage.policies.exact]) {
        await stage.allowed(name, ["--source", target], policy);
      }
    }
  });

  test("skopeo copy to oci-archive and oci, crane pull to oci: signatures by --signatures", async () => {
    const signatures = ["--signatures", `oci:${await stage.saved("one")}`];
    for (const source of [`oci-archive:${stage.at("skopeo.tar")}`, `oci:${stage.at("skopeo")}:v1`]) {
      await stage.skopeo(`docker://${stage.name("one")}`, source);
      await stage.allowed("one", ["--source", source, ...signatures]);
      await stage.denied("one", "no-signature", ["--source", source]);
    }
    await stage.run("crane", ["pull", "--insecure", "--format", "oci", stage.name("one"), stage.at("crane")]);
    await stage.allowed("one", ["--source", `oci:${stage.at("crane")}`, ...signatures]);
  });

  test("archives without a layout, by crane: the manifest comes with the signatures", async () => {
    const signatures = ["--signatures", `oci:${await stage.saved("one")}`];
    for (const format of ["tarball", "legacy"]) {
      const file = stage.at(`crane-${format}.tar`);
      await stage.run("crane", ["pull", "--insecure", "--format", format, stage.name("one"), file]);
      await stage.allowed("one", ["--source", `docker-archive:${file}`, ...signatures]);
      await stage.denied("one", "manifest-missing", ["--source", `docker-archive:${file}`]);
    }
  });

  test("skopeo copy to docker-archive leaves links, which are refused", async () => {
    const source = `docker-archive:${stage.at("links.tar")}`;
    await stage.skopeo(`docker://${stage.name("one")}`, `${source}:${stage.name("one")}`);
    const signatures = ["--signatures", `oci:${await stage.saved("one")}`];
    await stage.denied("one", "archive-link", ["--source", source, ...signatures]);
  });

  test("ctr images export: all platforms, one platform, and two images", async () => {
    const signatures = (name: "one" | "many", folder: string) => [
      "--source",
      `docker-archive:${stage.at(name)}.tar`,
      "--signatures",
      `oci:${folder}`,
    ];
    const [one, many] = [await stage.saved("one"), await stage.saved("many")];
    // Without it ctr ends, now and then, before the archive is written: containerd's transfer service writes it.
    await stage.ctr("export", "--local", "--all-platforms", stage.at("one.tar"), stage.name("one"));
    await stage.allowed("one", signatures("one", one));
    await stage.ctr("export", "--local", "--all-platforms", stage.at("many.tar"), stage.name("many"));
    await stage.allowed("many", signatures("many", many));
    await stage.denied("many", "payload-digest-mismatch", signatures("many", one));
    await stage.ctr("export", "--local", stage.at("one.tar"), stage.name("one"), stage.name("many"));
    await stage.denied("one", "image-ambiguous", signatures("one", one));
    await stage.ctr(
      "export",
      "--local",
      "--platform",
      "linux/arm64",
      stage.at("many.tar"),
      stage.name("many"),
    );
    await stage.denied("many", "blob-missing", signatures("many", many));
  });

  test("a copy is what containerd and skopeo load, under the name it was judged by", async () => {
    const copy = stage.at("copy");
    const source = ["--source", `oci:${await stage.saved("many")}`, "--copy-to", copy];
    await stage.allowed("many", source);
    await stage.skopeo(`oci:${copy}:v1`, `dir:${stage.at("loaded")}`, "--all");
    assert.equal(
      JSON.parse(readFileSync(join(stage.at("loaded"), "manifest.json"), "utf8")).manifests.length,
      2,
    );
    await stage.ctr("rm", stage.name("many"));
    await succeed("tar", ["-cf", `${copy}.tar`, "-C", copy, "."]);
    await stage.ctr("import", "--all-platforms", `${copy}.tar`);
    const listed = await stage.ctr("list", `name==${stage.name("many")}`);
    assert.match(listed, new RegExp(MANY.digest));
  });

  test("a copy of an archive with unpacked layers can be loaded, too", async () => {
    const file = stage.at("unpacked.tar");
    await stage.run("crane", ["pull", "--insecure", "--format", "legacy", stage.name("one"), file]);
    const copy = stage.at("unpacked");
    const signatures = ["--signatures", `oci:${await stage.saved("one")}`];
    await stage.allowed("one", ["--source", `docker-archive:${file}`, ...signatures, "--copy-to", copy]);
    await stage.skopeo(`oci:${copy}:v1`, `oci:${stage.at("reloaded")}:v1`);
    const { config } = JSON.parse(Buffer.from(ONE.bytes).toString());
    assert.ok((await readdir(join(stage.at("reloaded"), "blobs/sha256"))).includes(config.digest.slice(7)));
  });
});

type Name = "one" | "many" | "bundled";

interface Stage {
  readonly parts: Parts;
  readonly host: string;
  readonly policies: Record<"any" | "repository" | "exact" | "other", string>;
  at(name: string): string;
  name(name: Name): string;
  run(program: string, args: readonly string[]): Promise<string>;
  skopeo(from: string, to: string, ...options: string[]): Promise<void>;
  ctr(...args: readonly string[]): Promise<string>;
  countersign(args: readonly string[]): Promise<string>;
  /** Where `cosign save` has left an image. */
  saved(name: Name): Promise<string>;
  allowed(name: Name, source: readonly string[], policy?: string): Promise<void>;
  denied(name: Name, code: string, source: readonly string[], policy?: string): Promise<void>;
}

const IMAGES: Record<Name, TestImage> = { one: ONE, many: MANY, bundled: BUNDLED };

async function setUp(parts: Parts, bin: string): Promise<Stage> {
  if ("unavailable" in peers) throw new Error(peers.unavailable);
  const at = (name: string) => join(parts.folder, name);
  const env = { ...process.env, COSIGN_PASSWORD: "", HOME: parts.folder, DOCKER_CONFIG: parts.folder };
  const run = (program: string, args: readonly string[]) =>
    succeed(join(bin, program), args, { cwd: parts.folder, env });
  const { host } = parts.add(await DockerRegistry.start(peers, parts.folder));
  const name = (name: Name) => `${host}/offline/${name}:v1`;
  await run("cosign", ["generate-key-pair", "--output-key-prefix", at("k")]);
  for (const [key, image] of Object.entries(IMAGES)) {
    await pushOverHttp(host, `offline/${key}`, image, "v1");
    const format = key === "bundled" ? [] : [LEGACY];
    await run("cosign", [
      "sign",
      "--key",
      at("k.key"),
      ...OFFLINE,
      ...format,
      `${host}/offline/${key}@${image.digest}`,
    ]);
  }
  await mkdir(at("bin"));
  const folder = at("containerd");
  await mkdir(folder);
  const containerd = parts.add(
    await Containerd.start(peers, { folder, binDir: at("bin"), plainHttp: [host] }),
  );
  const ctr = (...args: readonly string[]) =>
    run("ctr", ["--address", containerd.address, "images", ...args]);
  for (const key of ["one", "many"] as const) {
    await ctr("pull", "--all-platforms", "--hosts-dir", containerd.certs, name(key));
  }

  const policy = async (file: string, signedIdentity: object) => {
    const requirement = { type: "sigstoreSigned", keyPath: at("k.pub"), signedIdentity };
    const document = { default: [{ type: "reject" }], transports: { docker: { [host]: [requirement] } } };
    await writeFile(at(file), JSON.stringify(document));
    return at(file);
  };
  const policies = {
    any: await policy("any.json", { type: "matchDigest" }),
    repository: await policy("repository.json", { type: "matchRepository" }),
    exact: await policy("exact.json", { type: "matchExact" }),
    other: await policy("other.json", { type: "exactRepository", dockerRepository: "elsewhere.example/a" }),
  };
  const verify = async (key: Name, source: readonly string[], file = policies.any) => {
    const args = [MAIN, "verify", "--json", "--policy", file, ...source, name(key)];
    const { status, stdout, stderr } = await finish(process.execPath, args, { env });
    assert.notEqual(stdout, "", stderr);
    return { status, verdict: JSON.parse(stdout) };
  };
  return {
    parts,
    host,
    policies,
    at,
    name,
    run,
    ctr,
    skopeo: async (from, to, ...options) => {
      const general = ["--insecure-policy", "--tmpdir", parts.folder];
      await run("skopeo", [...general, "copy", "-q", "--src-tls-verify=false", ...options, from, to]);
    },
    countersign: (args) => succeed(process.execPath, [MAIN, ...args], { cwd: parts.folder, env }),
    saved: async (key) => {
      const folder = at(`cosign-${key}`);
      await run("cosign", ["save", "--dir", folder, name(key)]);
      return folder;
    },
    allowed: async (key, source, file) => {
      const { status, verdict } = await verify(key, source, file);
      assert.deepEqual(
        [status, verdict.code, verdict.digest],
        [0, "accepted", IMAGES[key].digest],
        verdict.reason,
      );
    },
    denied: async (key, code, source, file) => {
      const { status, verdict } = await verify(key, source, file);
      assert.deepEqual([status, verdict.ok, verdict.code], [1, false, code], verdict.reason);
    },
  };
}
