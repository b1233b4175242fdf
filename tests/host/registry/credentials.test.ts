import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { readAuthFile } from "../../../host/registry/credentials/auth-file.js";
import { machineCredentials } from "../../../host/registry/credentials/chain.js";
import { ContainersAuth, containersAuthPaths } from "../../../host/registry/credentials/containers-auth.js";
import { DockerConfig, dockerConfigPath } from "../../../host/registry/credentials/docker-config.js";
import { CredentialError } from "../../../host/registry/credentials/source.js";

const SECRET = "password-c0ffee-9d";
const auth = (user: string) => Buffer.from(`${user}:${SECRET}`).toString("base64");
const login = (user: string) => ({ username: user, password: SECRET });

function folderFor(t: TestContext): (name: string, content: unknown) => string {
  const folder = mkdtempSync(join(tmpdir(), "countersign-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return (name, content) => {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  };
}

const dockerKeys: [string, string, boolean][] = [
  ["ghcr.io", "ghcr.io", true],
  ["https://ghcr.io", "ghcr.io", true],
  ["https://ghcr.io/v2/", "ghcr.io", true],
  ["https://index.docker.io/v1/", "docker.io", true],
  ["docker.io", "docker.io", true],
  ["127.0.0.1:5000", "127.0.0.1:5000", true],
  ["GHCR.io", "ghcr.io", true],
  ["https://index.docker.io/v1/", "ghcr.io", false],
  ["ghcr.io", "ghcr.io.evil.test", false],
  ["my-ghcr.io", "ghcr.io", false],
  ["ghcr.io/team", "ghcr.io", false],
  ["https://evil.test/ghcr.io", "ghcr.io", false],
  ["127.0.0.1", "127.0.0.1:5000", false],
  ["127.0.0.1:5000", "127.0.0.1:5001", false],
];
for (const [key, registry, found] of dockerKeys) {
  test(`docker config: the key ${key} is ${found ? "" : "not "}for ${registry}`, async (t) => {
    const path = folderFor(t)("config.json", { auths: { [key]: { auth: auth("u") } } });
    const credentials = await new DockerConfig(path).lookup(registry);
    assert.deepEqual(credentials, found ? login("u") : null);
  });
}

test("docker config: the kinds of an entry", async (t) => {
  const path = folderFor(t)("config.json", {
    auths: {
      "a.test": { auth: Buffer.from("u:p:with:colons").toString("base64"), email: "x" },
      "b.test": { auth: auth("u"), identitytoken: "refresh" },
      "c.test": { registrytoken: "bearer" },
      "d.test": { username: "u", password: SECRET },
      "e.test": {},
    },
    HttpHeaders: { "User-Agent": "docker" },
  });
  const config = new DockerConfig(path);
  assert.deepEqual(await config.lookup("a.test"), { username: "u", password: "p:with:colons" });
  assert.deepEqual(await config.lookup("b.test"), { identityToken: "refresh" });
  assert.deepEqual(await config.lookup("c.test"), { registryToken: "bearer" });
  assert.deepEqual(await config.lookup("d.test"), login("u"));
  assert.equal(await config.lookup("e.test"), null);
});

test("containers auth: the longest key that fits counts", async (t) => {
  const path = folderFor(t)("auth.json", {
    auths: {
      "r.test": { auth: auth("host") },
      "r.test/team": { auth: auth("team") },
      "r.test/team/app": { auth: auth("app") },
      "https://s.test/v1/": { auth: auth("url") },
    },
  });
  const source = new ContainersAuth(path);
  assert.deepEqual(await source.lookup("r.test", "other"), login("host"));
  assert.deepEqual(await source.lookup("r.test", "team"), login("team"));
  assert.deepEqual(await source.lookup("r.test", "team/x/y"), login("team"));
  assert.deepEqual(await source.lookup("r.test", "team/app"), login("app"));
  assert.deepEqual(await source.lookup("r.test", "team/app/deep"), login("app"));
  assert.deepEqual(await source.lookup("r.test", "teams"), login("host"));
  assert.deepEqual(await source.lookup("s.test", "x"), login("url"));
  assert.equal(await source.lookup("t.test", "r.test"), null);
});

test("containers auth and docker config are looked for where podman and docker keep them", () => {
  assert.deepEqual(
    containersAuthPaths({ REGISTRY_AUTH_FILE: "/x/auth.json", XDG_RUNTIME_DIR: "/run/user/7" }, 7),
    ["/x/auth.json"],
  );
  assert.deepEqual(containersAuthPaths({ XDG_RUNTIME_DIR: "/run/user/7", XDG_CONFIG_HOME: "/c" }, 7), [
    "/run/user/7/containers/auth.json",
    "/c/containers/auth.json",
  ]);
  assert.deepEqual(containersAuthPaths({ XDG_CONFIG_HOME: "/c" }, 0), [
    "/run/containers/0/auth.json",
    "/c/containers/auth.json",
  ]);
  assert.equal(dockerConfigPath({ DOCKER_CONFIG: "/d" }), "/d/config.json");
});

test("auth file: the shape of confidential VMs is for the host it is given for", async (t) => {
  const path = folderFor(t)("auth.json", { user_name: "u", password: SECRET });
  const source = await readAuthFile(`ghcr.io=${path}`);
  assert.deepEqual(await source.lookup("ghcr.io", "a"), login("u"));
  assert.equal(await source.lookup("evil.test", "a"), null);
});

test("auth file: the shape of docker and containers", async (t) => {
  const path = folderFor(t)("a=b.json", { auths: { "r.test/team": { auth: auth("team") } } });
  const source = await readAuthFile(path);
  assert.deepEqual(await source.lookup("r.test", "team/app"), login("team"));
  assert.equal(await source.lookup("r.test", "app"), null);
});

const malformed: [string, unknown, RegExp][] = [
  ["not json", `{"user_name":"u","password":"${SECRET}",}`, /: not valid json$/],
  ["a list", [SECRET], /: the document is not an object$/],
  ["neither shape", { username: "u", password: SECRET }, /: neither auths nor user_name and password$/],
  ["a password missing", { user_name: "u", pass: SECRET }, /: password is not a string$/],
  ["a password that is a number", { user_name: "u", password: 7 }, /: password is not a string$/],
  [
    "a colon in the user name",
    { user_name: `u:${SECRET}`, password: "" },
    /: user_name is empty or contains a colon$/,
  ],
  [
    "no host for it",
    { user_name: "u", password: SECRET },
    /: does not say which registry it is for, so give it as HOST=/,
  ],
  ["auths as a list", { auths: [SECRET] }, /: auths is not an object$/],
  ["an entry that is a string", { auths: { "a.test": SECRET } }, /: an entry of auths is not an object$/],
  [
    "auth that is a number",
    { auths: { "a.test": { auth: 7 } } },
    /: auth of an entry of auths is not a string$/,
  ],
  [
    "auth that is not base64",
    { auths: { "a.test": { auth: `u:${SECRET}` } } },
    /: auth of an entry of auths is not base64/,
  ],
  [
    "auth without a colon",
    { auths: { "a.test": { auth: "cGFzc3dvcmQ=" } } },
    /: auth of an entry of auths is not base64/,
  ],
  [
    "a token that breaks the header",
    { auths: { "a.test": { registrytoken: `${SECRET}\r\n` } } },
    /: registrytoken of/,
  ],
  ["helpers as a list", { auths: {}, credHelpers: [] }, /: credHelpers is not an object$/],
];
for (const [name, content, message] of malformed) {
  test(`auth file: ${name} is refused`, async (t) => {
    const path = folderFor(t)("auth.json", content);
    await assert.rejects(readAuthFile(path), (error) => {
      assert.ok(error instanceof CredentialError);
      assert.ok(error.message.startsWith(path));
      assert.match(error.message, message);
      assert.ok(
        !`${error.message}${error.stack}${JSON.stringify(error)}`.includes(SECRET),
        "the secret is in the error",
      );
      return true;
    });
  });
}

test("auth file: one that is not there, cannot be read, or names hosts twice is refused", async (t) => {
  const write = folderFor(t);
  const path = write("auth.json", { auths: {} });
  await assert.rejects(readAuthFile(`${path}.missing`), /: no such file$/);
  await assert.rejects(readAuthFile(dirname(path)), /: cannot be read \(eisdir\)$/);
  symlinkSync("loop.json", `${dirname(path)}/loop.json`);
  await assert.rejects(readAuthFile(`${dirname(path)}/loop.json`), /: cannot be opened \(eloop\)$/);
  await assert.rejects(
    readAuthFile(`ghcr.io=${path}`),
    /: names its registries itself, so give it without ghcr.io=$/,
  );
  await assert.rejects(
    readAuthFile(write("large.json", " ".repeat(1_048_577))),
    /: larger than 1048576 bytes$/,
  );
});

test("this machine's credentials: the first source that has some, which is reported once", async (t) => {
  const write = folderFor(t);
  const lines: string[] = [];
  const named = write("named.json", { auths: { "a.test": { auth: auth("named") } } });
  const containers = write("run/containers/auth.json", {
    auths: { "a.test": { auth: auth("x") }, "b.test": { auth: auth("c") } },
  });
  const docker = write("docker/config.json", {
    auths: { "b.test": { auth: auth("x") }, "d.test": { auth: auth("d") } },
  });
  const env = {
    XDG_RUNTIME_DIR: join(dirname(containers), ".."),
    XDG_CONFIG_HOME: join(dirname(docker), "none"),
    DOCKER_CONFIG: dirname(docker),
  };
  const chain = machineCredentials(
    [{ name: named, source: await readAuthFile(named) }],
    (line) => lines.push(line),
    env,
  );
  for (const _ of [1, 2]) {
    assert.deepEqual(await chain.lookup("a.test", "x"), login("named"));
    assert.deepEqual(await chain.lookup("b.test", "x"), login("c"));
    assert.deepEqual(await chain.lookup("d.test", "x"), login("d"));
    assert.equal(await chain.lookup("e.test", "x"), null);
  }
  assert.deepEqual(lines, [
    `credentials for a.test come from ${named}`,
    `credentials for b.test come from ${containers}`,
    `credentials for d.test come from ${docker}`,
  ]);
});

test("this machine's credentials: a broken file is reported and passed over", async (t) => {
  const write = folderFor(t);
  const lines: string[] = [];
  const broken = write("auth.json", `{"auths":{"a.test":"${SECRET}`);
  const docker = write("docker/config.json", { auths: { "a.test": { auth: auth("d") } } });
  const env = { REGISTRY_AUTH_FILE: broken, DOCKER_CONFIG: dirname(docker) };
  const chain = machineCredentials([], (line) => lines.push(line), env);
  assert.deepEqual(await chain.lookup("a.test", "x"), login("d"));
  assert.deepEqual(lines, [`${broken}: not valid json`, `credentials for a.test come from ${docker}`]);
});
