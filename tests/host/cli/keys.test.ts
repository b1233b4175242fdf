import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, type TestContext, test } from "node:test";

import {
  generatePrivateKey,
  readPrivateKey,
  sealPrivateKey,
} from "../../../host/signing/keys/private-key.js";
import { MAIN } from "../../support/countersign/cli.js";
import { finish as finishProgram } from "../../support/process.js";
import { assertUsageError, type Finished, finish, runCli, startCli, temporaryFolder } from "./run-cli.js";
import { noTerminal, onTerminal } from "./terminal.js";

const SECRET = "correct horse";
const ENV = { COSIGN_PASSWORD: SECRET };

const plainKey = generateKeyPairSync("ec", { namedCurve: "P-384" }).privateKey;
const pkcs8 = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }) as string;
const spki = (key: KeyObject) => createPublicKey(key).export({ type: "spki", format: "pem" }) as string;

const encrypted = await encryptedKey();

async function encryptedKey(): Promise<{ content: string; publicPem: string }> {
  const key = generatePrivateKey();
  return { content: await sealPrivateKey(key, Buffer.from(SECRET)), publicPem: key.publicKey.pem };
}

/** cosign's key file with `encrypted`, alone in a folder. */
function encryptedFile(t: TestContext): string {
  const file = join(temporaryFolder(t), "encrypted.key");
  writeFileSync(file, encrypted.content);
  return file;
}

/** A file with a plain key, alone in a folder. */
function plainFile(t: TestContext, content = pkcs8(plainKey)): string {
  const file = join(temporaryFolder(t), "plain.pem");
  writeFileSync(file, content);
  return file;
}

function withStandardInput(args: readonly string[], input: string): Promise<Finished> {
  const child = startCli(args);
  child.stdin.write(input);
  return finish(child);
}

/** The public key of a private key file, if it opens with that password. */
async function opened(file: string, password: string): Promise<string> {
  return (await readPrivateKey(readFileSync(file), async () => Buffer.from(password))).publicKey.pem;
}

describe("generate-key-pair", () => {
  test("writes a private key for its owner alone, and a public key for everybody", async (t) => {
    const prefix = join(temporaryFolder(t), "mine");
    const { status, stdout, stderr } = await runCli(
      ["generate-key-pair", "--output-key-prefix", prefix],
      ENV,
    );
    assert.equal(stdout, `private key ${prefix}.key\npublic key  ${prefix}.pub\n`);
    assert.equal(stderr, "");
    assert.equal(status, 0);
    assert.equal(statSync(`${prefix}.key`).mode & 0o777, 0o600);
    assert.equal(statSync(`${prefix}.pub`).mode & 0o777, 0o644);
    assert.equal(await opened(`${prefix}.key`, SECRET), readFileSync(`${prefix}.pub`, "utf8"));
    assert.deepEqual(readdirSync(join(prefix, "..")).sort(), ["mine.key", "mine.pub"]);
  });

  test("calls them cosign.key and cosign.pub, in the current folder", async (t) => {
    const folder = temporaryFolder(t);
    const env = { ...process.env, ...ENV };
    await finishProgram(process.execPath, [MAIN, "generate-key-pair"], { cwd: folder, env });
    assert.deepEqual(readdirSync(folder).sort(), ["cosign.key", "cosign.pub"]);
  });

  test("--json names the files, the kind and the fingerprint", async (t) => {
    const prefix = join(temporaryFolder(t), "k");
    const { stdout } = await runCli(["generate-key-pair", "--output-key-prefix", prefix, "--json"], ENV);
    const { fingerprint, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, { privateKey: `${prefix}.key`, publicKey: `${prefix}.pub`, kind: "ecdsa-p256" });
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
  });

  for (const present of ["k.key", "k.pub"]) {
    test(`does not replace ${present}, and leaves nothing behind`, async (t) => {
      const folder = temporaryFolder(t);
      writeFileSync(join(folder, present), "precious");
      const result = await runCli(["generate-key-pair", "--output-key-prefix", join(folder, "k")], ENV);
      assertUsageError(result, /k\.(key|pub) already exists: --force overwrites it/);
      assert.deepEqual(readdirSync(folder), [present]);
      assert.equal(readFileSync(join(folder, present), "utf8"), "precious");
    });
  }

  test("--force replaces both, whatever their mode was", async (t) => {
    const prefix = join(temporaryFolder(t), "k");
    for (const path of [`${prefix}.key`, `${prefix}.pub`]) writeFileSync(path, "old", { mode: 0o666 });
    const { status } = await runCli(["generate-key-pair", "--output-key-prefix", prefix, "--force"], ENV);
    assert.equal(status, 0);
    assert.equal(statSync(`${prefix}.key`).mode & 0o777, 0o600);
    assert.equal(await opened(`${prefix}.key`, SECRET), readFileSync(`${prefix}.pub`, "utf8"));
  });

  const occupied: [title: string, occupy: (path: string) => void][] = [
    ["a folder", (path) => mkdirSync(path)],
    ["a link", (path) => symlinkSync("/dev/null", path)],
  ];
  for (const [title, occupy] of occupied) {
    test(`--force does not replace ${title}`, async (t) => {
      const folder = temporaryFolder(t);
      occupy(join(folder, "k.pub"));
      const args = ["generate-key-pair", "--output-key-prefix", join(folder, "k"), "--force"];
      assertUsageError(await runCli(args, ENV), /k\.pub exists and is not a regular file/);
      assert.deepEqual(readdirSync(folder), ["k.pub"]);
    });
  }

  test("a folder that is not there", async () => {
    const result = await runCli(["generate-key-pair", "--output-key-prefix", "/nonexistent/k"], ENV);
    assertUsageError(result, /^countersign: \/nonexistent\/k\.key cannot be written: ENOENT$/m);
  });
});

describe("the password", () => {
  const generate = (prefix: string) => ["generate-key-pair", "--output-key-prefix", prefix];

  test("COSIGN_PASSWORD, empty: taken, with a warning", async (t) => {
    const prefix = join(temporaryFolder(t), "k");
    const { status, stderr } = await runCli(generate(prefix), { COSIGN_PASSWORD: "" });
    assert.match(stderr, /^countersign: warning: the password is empty/);
    assert.equal(status, 0);
    await opened(`${prefix}.key`, "");
  });

  for (const input of [SECRET, `${SECRET}\n`, `two\nlines\r\n`]) {
    test(`standard input, ${JSON.stringify(input)}: all of it`, async (t) => {
      const prefix = join(temporaryFolder(t), "k");
      assert.equal((await withStandardInput(generate(prefix), input)).status, 0);
      await opened(`${prefix}.key`, input);
    });
  }

  test("standard input without an end", async (t) => {
    const folder = temporaryFolder(t);
    const args = ["-c", 'yes | "$0" "$@"', process.execPath, MAIN, ...generate(join(folder, "k"))];
    const { status, stderr } = await finishProgram("sh", args, { env: withoutPassword() });
    assert.match(stderr, /the password is longer than 65536 bytes/);
    assert.equal(status, 2);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("/dev/null is no password", async (t) => {
    const folder = temporaryFolder(t);
    const args = ["-c", '"$0" "$@" </dev/null', process.execPath, MAIN, ...generate(join(folder, "k"))];
    assertUsageError(await finishProgram("sh", args, { env: withoutPassword() }), /no password: set COSIGN_/);
    assert.deepEqual(readdirSync(folder), []);
  });
});

function withoutPassword(): NodeJS.ProcessEnv {
  const { COSIGN_PASSWORD: _, ...env } = process.env;
  return env;
}

describe("on a terminal", { skip: noTerminal }, () => {
  const ONCE = "Enter password for private key: ";
  const AGAIN = "Enter password for private key again: ";
  const generate = (prefix: string) => ["generate-key-pair", "--output-key-prefix", prefix];

  test("a new password is asked for twice, and not shown", async (t) => {
    const prefix = join(temporaryFolder(t), "k");
    const shown = await onTerminal(generate(prefix), [
      [ONCE, "correcf\x7ft horse\r"],
      [AGAIN, "correct horse\r"],
    ]);
    assert.equal(
      shown,
      `${ONCE}\n${AGAIN}\nprivate key ${prefix}.key\npublic key  ${prefix}.pub\nstatus 0: echo`,
    );
    await opened(`${prefix}.key`, SECRET);
  });

  test("both in one go, as when pasted", async (t) => {
    const prefix = join(temporaryFolder(t), "k");
    await onTerminal(generate(prefix), [[ONCE, `${SECRET}\n${SECRET}\n`]]);
    await opened(`${prefix}.key`, SECRET);
  });

  test("two that differ: nothing is written", async (t) => {
    const folder = temporaryFolder(t);
    const shown = await onTerminal(generate(join(folder, "k")), [
      [ONCE, `${SECRET}\r`],
      [AGAIN, "correct horses\r"],
    ]);
    assert.match(shown, /\ncountersign: the passwords do not match\nstatus 2: echo$/);
    assert.deepEqual(readdirSync(folder), []);
  });

  test("a known password is asked for once", async (t) => {
    const shown = await onTerminal(["public-key", "--key", encryptedFile(t)], [[ONCE, `${SECRET}\r`]]);
    assert.equal(shown, `${ONCE}\n${encrypted.publicPem}status 0: echo`);
  });

  for (const [key, character, status] of [
    ["Ctrl-C", "\x03", 130],
    ["Ctrl-D", "\x04", 2],
  ] as const) {
    test(`${key} leaves the terminal as it was`, async (t) => {
      const folder = temporaryFolder(t);
      const shown = await onTerminal(generate(join(folder, "k")), [
        [ONCE, `${SECRET}\r`],
        [AGAIN, character],
      ]);
      assert.match(shown, new RegExp(`\nstatus ${status}: echo$`));
      assert.ok(!shown.includes(SECRET));
      assert.deepEqual(readdirSync(folder), []);
    });
  }
});

describe("import-key", () => {
  test("encrypts the key, and writes its public key beside it", async (t) => {
    const file = plainFile(t);
    const prefix = join(temporaryFolder(t), "imported");
    const { status } = await runCli(["import-key", "--key", file, "--output-key-prefix", prefix], ENV);
    assert.equal(status, 0);
    assert.equal(statSync(`${prefix}.key`).mode & 0o777, 0o600);
    assert.equal(readFileSync(`${prefix}.pub`, "utf8"), spki(plainKey));
    assert.equal(await opened(`${prefix}.key`, SECRET), spki(plainKey));
    assert.throws(() => createPrivateKey(readFileSync(`${prefix}.key`)));
  });

  const refused: [title: string, content: string, message: RegExp][] = [
    ["secp256k1", pkcs8(generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey), /: secp256k1$/m],
    ["a public key", spki(plainKey), /: not a private key, but PUBLIC KEY$/m],
    ["no key", SECRET, /: no key in the PEM file$/m],
    ["too much", "x".repeat(70_000), /plain\.pem is larger than 65536 bytes$/m],
  ];
  for (const [title, content, message] of refused) {
    test(`refused: ${title}`, async (t) => {
      const file = plainFile(t, content);
      const folder = temporaryFolder(t);
      const args = ["import-key", "--key", file, "--output-key-prefix", join(folder, "k")];
      assertUsageError(await runCli(args, ENV), message);
      assert.deepEqual(readdirSync(folder), []);
    });
  }
});

describe("public-key", () => {
  test("prints that of an encrypted key", async (t) => {
    const { status, stdout, stderr } = await runCli(["public-key", "--key", encryptedFile(t)], ENV);
    assert.equal(stdout, encrypted.publicPem);
    assert.equal(stderr, "");
    assert.equal(status, 0);
  });

  test("prints that of a plain key, without asking for a password", async (t) => {
    const { stdout } = await runCli(["public-key", "--key", plainFile(t)]);
    assert.equal(stdout, spki(plainKey));
  });

  test("--json adds kind and fingerprint", async (t) => {
    const { stdout } = await runCli(["public-key", "--key", plainFile(t), "--json"]);
    const { pem, kind, fingerprint } = JSON.parse(stdout);
    assert.equal(pem, spki(plainKey));
    assert.equal(kind, "ecdsa-p384");
    assert.match(fingerprint, /^[0-9a-f]{64}$/);
  });

  test("--outfile writes it there, once unless forced", async (t) => {
    const outfile = join(temporaryFolder(t), "out.pub");
    const args = ["public-key", "--key", encryptedFile(t), "--outfile", outfile];
    const { status, stdout } = await runCli(args, ENV);
    assert.equal(stdout, "");
    assert.equal(status, 0);
    assert.equal(readFileSync(outfile, "utf8"), encrypted.publicPem);
    assertUsageError(await runCli(args, ENV), /out\.pub already exists: --force overwrites it/);
    assert.equal((await runCli([...args, "--force"], ENV)).status, 0);
  });

  test("a wrong password: one line, without it", async (t) => {
    const result = await runCli(["public-key", "--key", encryptedFile(t)], {
      COSIGN_PASSWORD: `${SECRET} battery`,
    });
    assertUsageError(result, /encrypted\.key: wrong password$/m);
    assert.ok(!result.stderr.includes(SECRET));
  });

  test("a password with a line feed too many", async (t) => {
    const result = await withStandardInput(["public-key", "--key", encryptedFile(t)], `${SECRET}\n`);
    assertUsageError(result, /encrypted\.key: wrong password$/m);
  });

  const unreadable: [title: string, path: (t: TestContext) => string, message: RegExp][] = [
    ["no such file", () => "/nonexistent/k.key", /\/nonexistent\/k\.key cannot be read: ENOENT$/m],
    ["a folder", (t) => temporaryFolder(t), / is not a regular file$/m],
    ["a device", () => "/dev/zero", /\/dev\/zero is not a regular file$/m],
  ];
  for (const [title, path, message] of unreadable) {
    test(`refused: ${title}`, async (t) => {
      assertUsageError(await runCli(["public-key", "--key", path(t)], ENV), message);
    });
  }
});

for (const command of ["import-key", "public-key"]) {
  test(`${command} without --key`, async () => {
    assertUsageError(await runCli([command]), /^countersign: --key FILE is missing$/m);
  });
}
